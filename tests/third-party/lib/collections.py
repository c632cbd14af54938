"""Collections of Ansible modules, which are to be had from a registry of Python packages only in one package of all."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

# The package, and which of it is used; the rest is some hundred times as much.
PACKAGE = "ansible==14.5.0"
WANTED = ("ansible_collections/hetzner/", "ansible_collections/community/hrobot/")


def folder():
    """The folder that ANSIBLE_COLLECTIONS_PATH is to name, filled if it is not yet."""
    work = Path(os.environ["THIRD_PARTY_WORK"]) / "ansible"
    stamp = work / "package.txt"
    if not stamp.is_file() or stamp.read_text() != PACKAGE:
        # The package asks for a newer Python than these modules of it do.
        options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--python-version", "3.13"]
        pip = [sys.executable, "-m", "pip", "download", *options, "--only-binary", ":all:", "--dest", work, PACKAGE]
        subprocess.run(pip, check=True)
        for wheel in work.glob("*.whl"):
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(work, [name for name in archive.namelist() if name.startswith(WANTED)])
            wheel.unlink()
        stamp.write_text(PACKAGE)
    return work


def copy(name, place):
    """A copy of one collection that may be changed; gives what ANSIBLE_COLLECTIONS_PATH is to name for it."""
    path = Path("ansible_collections") / name
    shutil.copytree(folder() / path, place / path)
    return place


def play(playbook, variables=None, settings=None, path=None):
    """Runs a playbook; gives how many of its tasks were fine, changed something and the like, and which changed."""
    ansible = Path(sys.executable).parent / "ansible-playbook"
    told = {
        "ANSIBLE_COLLECTIONS_PATH": str(path or folder()),
        "ANSIBLE_LOCALHOST_WARNING": "False",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "False",
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_HOME": str(folder() / "home"),
        "ANSIBLE_PIPELINING": "True",
        # A module runs with the Python that has what it imports.
        "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
    }
    command = [ansible, Path(__file__).parent.parent / "playbooks" / playbook]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(variables or {}, file)
        file.flush()
        command += ["--extra-vars", f"@{file.name}"]
        ended = subprocess.run(command, env=os.environ | (settings or {}) | told, capture_output=True, text=True)
    if ended.returncode != 0:
        raise AssertionError(f"{playbook}: {ended.stdout}{ended.stderr}")
    recap = ended.stdout.rsplit("localhost", 1)[1].split("\n")[0]
    counts = dict(part.split("=") for part in recap.split(":", 1)[1].split())
    changed = [block.split("]")[0] for block in ended.stdout.split("TASK [")[1:] if "\nchanged:" in block]
    return {name: int(count) for name, count in counts.items()}, changed
