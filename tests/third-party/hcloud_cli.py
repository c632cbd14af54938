"""The `hcloud` command line of Debian against the sandbox: create, describe, list, label and delete, as people type it.

Settings come from the environment: HCLOUD_ENDPOINT and HCLOUD_TOKEN. Without the program nothing is checked, and the
last line says so.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIC cli@example"
commands = 0
checks = 0


def hcloud(*arguments, fails=False):
    """Runs the program and gives what it wrote."""
    global commands
    commands += 1
    done = subprocess.run(["hcloud", *arguments], capture_output=True, text=True, timeout=60)
    if (done.returncode != 0) != fails:
        raise AssertionError(f"hcloud {' '.join(arguments)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def described(kind, name):
    return json.loads(hcloud(kind, "describe", name, "-o", "json"))


def check(condition, what):
    global checks
    checks += 1
    if not condition:
        raise AssertionError(what)


def life(kind, name, create):
    """What every kind of resource goes through."""
    hcloud(kind, "create", *create)
    one = described(kind, name)
    check(one["name"] == name and one["id"] > 0, f"{kind} describe: {one}")
    hcloud(kind, "add-label", name, "env=test")
    check(described(kind, name)["labels"]["env"] == "test", f"{kind} add-label")
    rows = hcloud(kind, "list", "-l", "env=test", "-o", "noheader", "-o", "columns=name").split()
    check(rows == [name], f"{kind} list -l: {rows}")
    check(hcloud(kind, "list", "-l", "env=prod", "-o", "noheader").strip() == "", f"{kind} list of others")
    hcloud(kind, "remove-label", name, "env")
    check(described(kind, name)["labels"] == {}, f"{kind} remove-label")
    return one


def gone(kind, name):
    hcloud(kind, "delete", name)
    # Since October 2026 a load balancer goes with an action, which older versions of the program do not wait for.
    for _ in range(100):
        if hcloud(kind, "list", "-o", "noheader", "-o", "columns=name").split().count(name) == 0:
            break
        time.sleep(0.05)
    check("not found" in hcloud(kind, "describe", name, fails=True), f"{kind} {name} is gone")


def main():
    if shutil.which("hcloud") is None:
        print("skipped: no program hcloud here (Debian: hcloud-cli)")
        return
    # Without these the program would use the settings of whoever runs this, for the real service perhaps.
    for name in ["HCLOUD_ENDPOINT", "HCLOUD_TOKEN"]:
        check(os.environ.get(name), f"{name} is not set")
    with tempfile.TemporaryDirectory() as folder:
        key = Path(folder) / "key.pub"
        key.write_text(PUBLIC_KEY + "\n")
        life("ssh-key", "laptop", ["--name", "laptop", "--public-key-from-file", str(key)])

    server = ["--name", "web-1", "--type", "cx23", "--image", "debian-13", "--location", "fsn1", "--ssh-key", "laptop"]
    web = life("server", "web-1", server)
    check(web["status"] == "running", "the program waited for the start")
    hcloud("server", "poweroff", "web-1")
    check(described("server", "web-1")["status"] == "off", "poweroff")
    hcloud("server", "poweron", "web-1")

    life("network", "inside", ["--name", "inside", "--ip-range", "10.9.0.0/16"])
    hcloud(
        "network",
        "add-subnet",
        "inside",
        "--type",
        "cloud",
        "--network-zone",
        "eu-central",
        "--ip-range",
        "10.9.1.0/24",
    )
    hcloud("server", "attach-to-network", "web-1", "--network", "inside")
    check(described("server", "web-1")["private_net"][0]["ip"].startswith("10.9.1."), "attach-to-network")
    hcloud("server", "detach-from-network", "web-1", "--network", "inside")

    life("volume", "data", ["--name", "data", "--size", "10", "--location", "fsn1"])
    hcloud("volume", "attach", "data", "--server", "web-1")
    check(described("volume", "data")["server"] == web["id"], "volume attach")
    hcloud("volume", "resize", "data", "--size", "20")
    check(described("volume", "data")["size"] == 20, "volume resize")
    hcloud("volume", "detach", "data")

    life("firewall", "shield", ["--name", "shield"])
    rule = [
        "--direction",
        "in",
        "--protocol",
        "tcp",
        "--port",
        "22",
        "--source-ips",
        "0.0.0.0/0",
        "--source-ips",
        "::/0",
    ]
    hcloud("firewall", "add-rule", "shield", *rule)
    check(described("firewall", "shield")["rules"][0]["port"] == "22", "firewall add-rule")
    hcloud("firewall", "apply-to-resource", "shield", "--type", "server", "--server", "web-1")
    hcloud("firewall", "remove-from-resource", "shield", "--type", "server", "--server", "web-1")

    life("load-balancer", "front", ["--name", "front", "--type", "lb11", "--location", "fsn1"])
    hcloud("load-balancer", "add-target", "front", "--server", "web-1")
    hcloud(
        "load-balancer",
        "add-service",
        "front",
        "--protocol",
        "http",
        "--listen-port",
        "80",
        "--destination-port",
        "8080",
    )
    front = described("load-balancer", "front")
    check(front["services"][0]["destination_port"] == 8080 and len(front["targets"]) == 1, "load-balancer")
    hcloud("load-balancer", "remove-target", "front", "--server", "web-1")

    check("uniqueness_error" in hcloud("server", "create", *server, fails=True), "a name is taken")
    for kind, name in [("load-balancer", "front"), ("firewall", "shield"), ("volume", "data"), ("network", "inside")]:
        gone(kind, name)
    gone("server", "web-1")
    gone("ssh-key", "laptop")
    print(f"hcloud CLI: {commands} commands, {checks} checks")


if __name__ == "__main__":
    sys.exit(main())
