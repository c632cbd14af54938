"""Kubeconfigs that were merged, as PyYAML and, where it is installed, `kubectl` read them."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import yaml

from lib import basics
from lib.basics import equal, true

ROOT = Path(__file__).resolve().parents[2]
NEW = "apiVersion: v1\nkind: Config\nclusters: [{name: lake, cluster: {server: 'https://x'}}]\n"
HEAD = "apiVersion: v1\nkind: Config\n"
ODD = "preferences: {}\nextensions: [{name: odd, extension: {a: 1e5, b: 0x1F, c: 0o17, d: 1.10, e: yes, f: 12:30}}]\n"

CASES = {
    "anchors and merge keys": HEAD
    + "current-context: b\nclusters:\n- name: a\n  cluster: &c {server: https://a, certificate-authority-data: QQ==}\n"
    + "- name: b\n  cluster:\n    <<: *c\n    server: https://b\nusers: [{name: me, user: {token: abc}}]\n"
    + "contexts: [{name: b, context: {cluster: b, user: me}}]\n",
    "comments": "# mine\n" + HEAD + "clusters: # all\n  # first\n  - name: a # here\n    cluster: {server: https://a}\n# end\n",
    "odd scalars": HEAD + ODD + "clusters: null\n",
    "an entry that is replaced": HEAD + "clusters:\n- cluster:\n    server: https://old\n  name: lake\n- {name: b, cluster: {}}\n",
    "brackets": HEAD + "clusters: [\n  {name: a, cluster: {server: https://a}},\n]\n",
    "JSON": json.dumps({"apiVersion": "v1", "kind": "Config", "clusters": [{"name": "a", "cluster": {}}]}, indent=2),
    "several documents": HEAD + "clusters: []\n---\nanother: one\n",
}


def first(text):
    return next(yaml.safe_load_all(text))


def by_name(items):
    return {item["name"]: item for item in items}


def kubectl(path):
    """What the tool itself makes of the file; nothing where it is not installed."""
    if not shutil.which("kubectl"):
        return None
    command = ["kubectl", "--kubeconfig", path, "config", "view", "--raw", "--output", "json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main():
    cargo = [os.environ.get("CARGO", "cargo"), "run", "--quiet", "--package", "cloud-ionos-dataplatform"]
    command = [*cargo, "--example", "merge_kubeconfig", "--"]
    tools = "PyYAML and kubectl" if shutil.which("kubectl") else "PyYAML"
    with tempfile.TemporaryDirectory() as folder:
        new, there = Path(folder, "new"), Path(folder, "config")
        new.write_text(NEW)
        lake = first(NEW)["clusters"][0]
        for what, text in CASES.items():
            for before in (text, text.replace("\n", "\r\n")):
                there.write_bytes(before.encode())
                seen = kubectl(there)
                subprocess.run([*command, new, there], check=True, cwd=ROOT)
                after = there.read_bytes().decode()

                wanted = first(before)
                others = [item for item in wanted["clusters"] or [] if item["name"] != "lake"]
                read = first(after)
                equal(by_name(read.pop("clusters")), by_name([*others, lake]), what)
                wanted.pop("clusters")
                equal(read, wanted, what)
                kept = [line for line in before.splitlines() if "#" in line]
                true(all(line in after.splitlines() for line in kept), f"{what}: comments")
                equal(list(yaml.safe_load_all(after))[1:], list(yaml.safe_load_all(before))[1:], what)
                if seen:
                    clusters = by_name(seen["clusters"] or [])
                    clusters["lake"] = lake
                    equal(by_name(kubectl(there)["clusters"]), clusters, f"{what}, by kubectl")
    print(f"{basics.checks} checks of {len(CASES)} kubeconfigs by {tools}")


main()
