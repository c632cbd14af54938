"""The page of the sandbox in a browser without a window, by the keyboard alone.

usage: page.py URL, of a sandbox that no one else uses. It needs chromium and chromedriver (Debian: chromium-driver).
"""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request

URL = sys.argv[1].rstrip("/")
TAB, ENTER = "\ue004", "\ue007"
PATIENCE = 20


def send(method, url, body=None, headers={}):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read()
    except urllib.error.HTTPError as error:
        text = error.read()
    return json.loads(text) if text else None


def control(method, path, body=None):
    return send(method, URL + "/_sandbox" + path, body)


def call(method, path, body=None):
    return send(method, URL + "/hetzner/v1" + path, body, {"Authorization": "Bearer page"})


class Browser:
    def __init__(self):
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        port = None
        for line in self.driver.stdout:
            if "started successfully on port" in line:
                port = line.rstrip(".\n ").split()[-1]
                break
        if port is None:
            sys.exit("chromedriver does not start")
        arguments = ["--headless=new", "--disable-gpu", "--window-size=1200,1600"]
        if os.geteuid() == 0:
            # Chromium's own sandbox does not run for root.
            arguments.append("--no-sandbox")
        wanted = {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": {"args": arguments}}}
        base = f"http://127.0.0.1:{port}"
        made = send("POST", base + "/session", {"capabilities": wanted})["value"]
        if "sessionId" not in made:
            sys.exit(f"no session: {made.get('message')}")
        self.session = f"{base}/session/{made['sessionId']}"

    def ask(self, path, body):
        value = send("POST", self.session + path, body)["value"]
        if isinstance(value, dict) and "error" in value:
            sys.exit(f"{path}: {value['message']}")
        return value

    def js(self, script):
        return self.ask("/execute/sync", {"script": script, "args": []})

    def press(self, *keys):
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.ask("/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def focused(self):
        script = "const e = document.activeElement; return e.getAttribute('aria-label') || e.id || e.textContent;"
        return self.js(script)

    def tab_to(self, name):
        self.js("document.activeElement.blur(); getSelection().removeAllRanges(); window.scrollTo(0, 0);")
        for _ in range(200):
            self.press(TAB)
            if self.focused() == name:
                return
        sys.exit(f"{name!r} is not reached by Tab")

    def until(self, what, script, expected):
        deadline = time.monotonic() + PATIENCE
        while (got := self.js(script)) != expected:
            if time.monotonic() > deadline:
                sys.exit(f"{what}: {got!r} instead of {expected!r}")
            time.sleep(0.1)
        print("ok:", what)

    def close(self):
        send("DELETE", self.session)
        self.driver.terminate()
        self.driver.wait()


def text(selector):
    return f"return document.querySelector({json.dumps(selector)})?.innerText ?? null;"


def run(browser):
    control("POST", "/reset")
    control("POST", "/clock", {"freeze": True})
    call("POST", "/placement_groups", {"name": "<b>g</b>", "type": "spread"})
    browser.ask("/url", {"url": URL + "/"})

    browser.until("what a service holds is there", text("#services tr td:nth-child(3)"), "1 networks, 1 placement groups, 1 projects")
    browser.until("a request that arrived is there", text("#journal tr td:nth-child(3)"), "POST /v1/placement_groups")
    browser.until("no fault is on at first", text("#faults li"), "none")

    browser.tab_to("Headers and body of request 0")
    browser.press(ENTER)
    browser.until(
        "a body is shown when asked for, as text",
        "const e = document.querySelector('tr.details pre'); return e ? e.textContent.includes('<b>g</b>') && !e.querySelector('b') : false;",
        True,
    )

    before = control("GET", "/clock")["elapsed_seconds"]
    browser.tab_to("advance")
    browser.press(ENTER)
    browser.until("the clock is advanced by Enter", text("#said"), "The clock is advanced.")
    passed = control("GET", "/clock")["elapsed_seconds"] - before
    assert abs(passed - 300) < 1e-6, passed

    browser.tab_to("Add the fault")
    browser.press(ENTER)
    browser.until("a fault is on", text("#faults li"), '1 × {"status":503}')
    call("GET", "/servers")
    browser.until("what it met has its status", text("#journal tr td:nth-child(4)"), "503")
    browser.until("and it is off again", text("#faults li"), "none")

    browser.tab_to("matching")
    browser.press(*"nonsense")
    browser.tab_to("Add the fault")
    browser.press(ENTER)
    wrong = 'matching: the pattern "nonsense" is not of the form "METHOD /path"'
    browser.until("what is wrong is said", text("#said"), wrong)

    browser.tab_to("Reset hetzner")
    browser.press(ENTER)
    browser.until("a service is reset", text("#services tr td:nth-child(3)"), "nothing")
    assert browser.focused() == "Reset hetzner", "the focus stays where it was"

    logged = send("POST", browser.session + "/se/log", {"type": "browser"})["value"]
    # A refusal that was provoked is in the log; anything else is a fault of the page.
    faults = [entry for entry in logged if "400 (Bad Request)" not in entry["message"]]
    assert not faults, faults
    print("ok: the browser complains of nothing")


browser = Browser()
try:
    run(browser)
finally:
    browser.close()
