"""The settings of cloud-sahara beside those of openstacksdk: of the same files and variables, the request for a token that
Keystone gets and the address of Sahara must be the same, or the difference must stand in the table below with its reason.

SAHARA_SETTINGS names the program that says what cloud-sahara makes of them.
"""

import functools
import importlib
import io
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import requests
from keystoneauth1 import session as keystone
from openstack.config import loader

from lib.openstack_cases import ENDPOINT_KEYS, all_cases

TEXT = "the text of the file is sent; Python makes a number, a flag or a date of it first"
KIND = "the kind of login is found out from its keys"
FILLED = "a field is filled in that openstacksdk leaves as it is, or ends at"
FLAG = "a flag may be written in every usual way"

# Where the two differ, by the names of cases, and why. Each of them must.
DIFFERENCES = {
    "the kind by auth_plugin": "the older word has an effect; openstacksdk writes its default over it",
    "the kind by auth-type": "- and _ are the same in every key",
    "an application credential without its kind": KIND,
    "a token without its kind": KIND,
    "a project and []": "who has no domain is looked for in `default`, and a note says so; Keystone refuses a name without one",
    "a project in an application credential": "it is left out, and a note says so; Keystone refuses it",
    "{project_id} in the endpoint": FILLED,
    "beside auth: {'regions': ['r1', 'r2'], 'region_name': 'r2'}": "the region that is named is taken, not the first",
    "a variable that nobody knows": "it makes no cloud of the environment",
    "an empty key beside auth": "an empty key counts as not there; openstacksdk takes the project away",
    "a file with a key twice": "the file is passed over, and the error says why; Python takes the last one in silence",
    "the file that a variable names is not there": "an error; openstacksdk goes on looking",
    "the file that a variable names is no YAML": "an error; openstacksdk goes on looking",
    "a profile that is built into openstacksdk": "none are built in here",
    "no user": "told before anything is sent",
    "a misspelled key of the login": "a note says so; openstacksdk ends with a TypeError",
    "beside auth: {'insecure': 'yes'}": FLAG,
    "in the environment: {'insecure': '1'}": FLAG,
    "in the environment: {'verify': 'false'}": FLAG,
    **{f"{key} https://o.test/$(user_id)s": FILLED for key in ENDPOINT_KEYS},
    **{
        f"a password of {text}": TEXT
        for text in (
            "1.0e+10", "017", "0x1F", "0b11", "1.10", "1_000", "+7", "-0", ".5", "1.", "190:20:30", "yes", "no", "on", "Off",
            "True", "FALSE", "2026-11-29", "2026-11-29 01:02:03", ".inf", ".NaN", "=",
        )
    },
}


class Wire(requests.adapters.BaseAdapter):
    """Keystone and Sahara, as far as it takes to see who asks for what."""

    def __init__(self):
        super().__init__()
        self.asked = []

    def send(self, request, **_):
        self.asked.append(request)
        url, path = request.url, request.path_url
        answer = requests.Response()
        answer.status_code, answer.url, answer.request = 200, url, request
        body, headers = {}, {}
        if request.method == "GET" and "sahara" not in url and "other" not in url and "o.test" not in url:
            root = url.rstrip("/")
            number = next((number for number in ("v3", "v2.0") if root.endswith(f"/{number}")), None)
            link = root if number else f"{root}/v3"
            one = {"id": number or "v3.14", "status": "stable", "links": [{"rel": "self", "href": link + "/"}]}
            body = {"version": one} if number else {"versions": {"values": [one]}}
        elif path.endswith("/v2.0/tokens"):
            body = old_token()
        elif path.endswith("/auth/tokens"):
            answer.status_code, headers, body = 201, {"X-Subject-Token": "made-up"}, token()
        answer.headers.update({"Content-Type": "application/json", **headers})
        answer.raw = io.BytesIO(json.dumps(body).encode())
        return answer

    def close(self):
        pass


def address(name, region, interface):
    return f"https://{name}.test/{region}/{interface}"


def token():
    def service(kind, name):
        its = [
            {"interface": interface, "region": region, "region_id": region, "url": address(name, region, interface), "id": "x"}
            for region in ("r1", "r2")
            for interface in ("public", "internal", "admin")
        ]
        return {"type": kind, "name": name, "endpoints": its, "id": name}

    return {"token": {
        "methods": ["password"],
        "user": {"id": "the-user", "name": "user", "domain": {"id": "default", "name": "Default"}},
        "project": {"id": "the-project", "name": "project", "domain": {"id": "default", "name": "Default"}},
        "issued_at": "2026-11-29T00:00:00.000000Z",
        "expires_at": "2099-11-29T00:00:00.000000Z",
        "roles": [],
        "catalog": [service("data-processing", "sahara"), service("other-type", "other")],
    }}


def old_token():
    its = [
        {f"{interface}URL": address("sahara", region, interface) for interface in ("public", "internal", "admin")}
        | {"region": region}
        for region in ("r1", "r2")
    ]
    return {"access": {
        "token": {
            "id": "made-up",
            "issued_at": "2026-11-29T00:00:00Z",
            "expires": "2099-11-29T00:00:00Z",
            "tenant": {"id": "the-project", "name": "project"},
        },
        "user": {"id": "the-user", "name": "user", "roles": []},
        "serviceCatalog": [{"type": "data-processing", "name": "sahara", "endpoints": its}],
    }}


def content(path):
    return path and Path(path).expanduser().read_text()


def theirs(case):
    """What openstacksdk makes of the settings, which it reads as the module is loaded and the configuration is made."""
    wire = Wire()
    transport = requests.Session()
    transport.mount("https://", wire)
    try:
        importlib.reload(loader)
        config = loader.OpenStackConfig(session_constructor=functools.partial(keystone.Session, session=transport))
        region = config.get_one(case.get("cloud"))
        session = region.get_session()
        session.get_token()
        asked = next(request for request in wire.asked if request.method == "POST")
        trusted, certificate = session.verify, session.cert
        pair = certificate if isinstance(certificate, tuple) else (certificate, certificate)
        facts = {
            "token_url": asked.url,
            "token_request": json.loads(asked.body),
            "trusted": content(trusted) if isinstance(trusted, str) else trusted,
            "certificate": content(pair[0]),
            "key": content(pair[1]),
            "timeout": session.timeout,
        }
    except BaseException as error:
        return {"error": f"{type(error).__name__}: {error}"}
    try:
        kind = "data-processing"
        chosen = {
            "service_type": region.get_service_type(kind),
            "service_name": region.get_service_name(kind),
            "interface": region.get_interface(kind),
            "region_name": region.get_region_name(kind),
        }
        session.get("/", endpoint_filter=chosen, endpoint_override=region.get_endpoint(kind))
        facts["endpoint"] = wire.asked[-1].url.rstrip("/")
    except BaseException as error:
        facts["no_endpoint"] = f"{type(error).__name__}: {error}"
    return facts


def ours(case, env):
    name = [case["cloud"]] if "cloud" in case else []
    done = subprocess.run([os.environ["SAHARA_SETTINGS"], *name], env=env, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text if isinstance(text, str) else json.dumps(text))


def compare(case, root):
    """Both, each with the same files, the same variables and the same current directory."""
    home = root / "home"
    home.mkdir()
    # Only that of the user: what this machine has in /etc is there for both.
    for name in ("clouds", "secure", "public"):
        if name in case:
            file = "clouds-public" if name == "public" else name
            write(home / f".config/openstack/{file}.yaml", case[name])
    for path, text in case.get("files", {}).items():
        write(root / path, text)
    env = {name: value for name, value in BEFORE.items() if not name.startswith(("OS_", "XDG_"))}
    env |= {"HOME": str(home), **case.get("env", {})}
    os.chdir(root)
    os.environ.clear()
    os.environ.update(env | {"SAHARA_SETTINGS": BEFORE["SAHARA_SETTINGS"]})
    return ours(case, env), theirs(case)


def same(ours, theirs):
    if "error" in ours or "error" in theirs:
        return "error" in ours and "error" in theirs
    if ("endpoint" in ours) != ("endpoint" in theirs):
        return False
    keys = ("token_url", "token_request", "endpoint", "trusted", "certificate", "key", "timeout")
    return all(ours.get(key) == theirs.get(key) for key in keys)


BEFORE = dict(os.environ)


def main():
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    alike, refused, explained, failed, seen = 0, 0, 0, [], set()
    for name, case in all_cases():
        if name in seen:
            raise AssertionError(f"two cases are called {name}")
        seen.add(name)
        folder = Path(tempfile.mkdtemp()).resolve()
        try:
            mine, other = compare(case, folder)
        finally:
            os.chdir("/")
            shutil.rmtree(folder)
        reason = DIFFERENCES.get(name)
        if same(mine, other) and reason is None:
            alike += 1
            refused += "error" in mine
        elif not same(mine, other) and reason is not None:
            explained += 1
        else:
            failed.append(name)
            print(f"{name}: {'a difference' if reason is None else 'no difference any more'}")
            print(f"  cloud-sahara: {json.dumps(mine, sort_keys=True)}")
            print(f"  openstacksdk: {json.dumps(other, sort_keys=True)}")
    os.environ.update(BEFORE)
    for name in set(DIFFERENCES) - seen:
        failed.append(name)
        print(f"{name}: there is no such case")
    summary = f"{len(seen)} sets of settings: {alike} alike ({refused} of them refused by both), {explained} differ for a reason"
    print(summary)
    if failed:
        sys.exit(f"{len(failed)} differ without one, or not any more")


if __name__ == "__main__":
    main()
