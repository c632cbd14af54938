"""The modules of `community.hrobot` against the sandbox: two playbooks, the first of them run twice.

Settings come from the environment: HROBOT_ENDPOINT, HROBOT_USER and HROBOT_PASSWORD. The collection is downloaded once
into the environment that runs this; its address, a constant, is the only thing that is changed in it.
"""

import os
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from lib import basics
from lib.basics import equal

BUNDLE = "ansible==12.3.0"
COLLECTION = "ansible_collections/community/hrobot/"
ADDRESS = "https://robot-ws.your-server.de"
PLAYBOOKS = Path(__file__).parent / "lib"


def wheel():
    """The wheel with all collections; what it needs to be installed whole is not needed here."""
    folder = Path(sys.prefix) / "collections"
    found = list(folder.glob("ansible-*.whl"))
    if not found:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        pip += ["--only-binary", ":all:", "--ignore-requires-python", "--dest", str(folder), BUNDLE]
        subprocess.run(pip, check=True, timeout=240)
        found = list(folder.glob("ansible-*.whl"))
    return found[0]


def unpack(folder):
    with zipfile.ZipFile(wheel()) as archive:
        archive.extractall(folder, [name for name in archive.namelist() if name.startswith(COLLECTION)])
    constants = Path(folder) / COLLECTION / "plugins/module_utils/robot.py"
    text = constants.read_text()
    equal(text.count(f'BASE_URL = "{ADDRESS}"'), 1, "the address of the service in the collection")
    constants.write_text(text.replace(ADDRESS, os.environ["HROBOT_ENDPOINT"]))


def play(folder, name):
    """Runs a playbook and gives what its last line counts."""
    program = Path(sys.executable).parent / "ansible-playbook"
    settings = {
        "ANSIBLE_COLLECTIONS_PATH": folder,
        "ANSIBLE_LOCAL_TEMP": str(Path(folder) / "local"),
        "ANSIBLE_REMOTE_TEMP": str(Path(folder) / "remote"),
        "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_NOCOLOR": "true",
        "LC_ALL": "C.UTF-8",
    }
    command = [str(program), str(PLAYBOOKS / name)]
    done = subprocess.run(command, env=os.environ | settings, capture_output=True, text=True, timeout=240)
    recap = re.search(r"ok=(\d+) +changed=(\d+) .*failed=(\d+)", done.stdout)
    if done.returncode or not recap:
        raise AssertionError(f"{name}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return [int(number) for number in recap.groups()]


with tempfile.TemporaryDirectory() as folder:
    unpack(folder)
    ok, changed, _ = play(folder, "robot.yml")
    equal(changed, 8, "tasks that changed something")
    again = play(folder, "robot.yml")
    equal(again, [ok, 0, 0], "tasks, changes and failures of the second run")
    undone, _, _ = play(folder, "robot_undone.yml")

print(f"{2 * ok + undone} tasks, {basics.checks} checks")
