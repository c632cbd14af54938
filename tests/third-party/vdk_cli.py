"""`vdkcli`, the command line of the Versatile Data Kit, against the sandbox, as people type it.

Settings come from the environment: VDK_CONTROL_SERVICE_REST_API_URL, VDK_API_TOKEN_AUTHORIZATION_URL, VDK_API_TOKEN and
OAUTHLIB_INSECURE_TRANSPORT.
"""

import json
import os
import shlex
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from lib import basics
from lib.basics import equal, true

TEAM = "Team of the command line"
JOB = "cli-data-job"
WHERE = ["-n", JOB, "-t", TEAM]
commands = 0


def vdkcli(*arguments, fails=False, **environment):
    """Runs the program and gives what it wrote."""
    global commands
    commands += 1
    program = Path(sys.executable).with_name("vdkcli")
    done = subprocess.run(
        [program, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        # Its own packages warn of each other.
        env=dict(os.environ, PYTHONWARNINGS="ignore", **environment),
    )
    if (done.returncode != 0) != fails:
        raise AssertionError(f"vdkcli {' '.join(arguments)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout if not fails else done.stdout + done.stderr


def says(text, words, what):
    true(words in text, f"{what}, in {text!r}")


def parsed(*arguments):
    return json.loads(vdkcli(*arguments, "-o", "json"))


def eventually(look, what):
    """The first thing that is found, with patience."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
    raise AssertionError(f"{what} did not come")


def deployed():
    """What is deployed, or nothing."""
    deployments = parsed("deploy", "--show", *WHERE)
    return deployments[0] if deployments else None


def execution(identifier):
    return parsed("execute", "--show", *WHERE, "-i", identifier)[0]


def ended(identifier):
    final = ["succeeded", "user_error", "platform_error", "skipped", "cancelled"]
    found = lambda: [e for e in [execution(identifier)] if e["status"] in final]
    return eventually(found, f"the end of {identifier}")[0]


def start(**arguments):
    started = parsed("execute", "--start", *WHERE, "--arguments", json.dumps(arguments))
    equal((started["job_name"], started["team"]), (JOB, TEAM), "what was started")
    return started["execution_id"]


def login():
    says(vdkcli("list", "-t", TEAM, fails=True), "authentication", "list without a token")
    url = os.environ["TOKEN_URL"]
    # The program goes on until its end when it could not log in.
    says(vdkcli("login", "-t", "api-token", "-u", url, "-a", os.environ["TOKEN"]), "Login Successful", "login")
    says(vdkcli("info", "-t", TEAM), "3.11", "info")


def create(folder):
    vdkcli("create", *WHERE, "-p", str(folder))
    true((folder / JOB / "config.ini").is_file(), "a sample of a job")
    true((folder / f"{JOB}.keytab").read_bytes().startswith(b"\x05\x02"), "keytab")
    vdkcli("create", *WHERE, "--cloud")
    says(vdkcli("create", "-n", "a" * 50, "-t", TEAM, "--cloud", fails=True), "between 5 and 45", "its own rule")
    says(vdkcli("create", "-n", "abcde", "-t", TEAM, "--cloud", fails=True), "dataJob.jobName", "the server's rule")
    job = parsed("list", "-t", TEAM)
    equal([(row["job_name"], row["job_team"], row["status"]) for row in job], [(JOB, TEAM, "NOT_DEPLOYED")], "list")
    true(len(parsed("list", "--all")) >= 1, "list of all teams")
    equal(parsed("list", "-t", "nobody"), [], "list of others")


def deploy(folder):
    config = folder / JOB / "config.ini"
    config.write_text(f"[owner]\nteam = {TEAM}\n[job]\nschedule_cron = 11 23 5 8 1\n", encoding="utf-8")
    created = parsed("deploy", *WHERE, "-p", str(folder / JOB), "-r", "the first")
    version = created["job_version"]
    equal(len(version), 40, "length of a version")
    one = eventually(deployed, "the deployment")
    equal((one["job_version"], one["enabled"], one["last_deployed_by"]), (version, True, "user"), "deployment")
    row = parsed("list", "-t", TEAM, "-mmm")[0]
    equal((row["status"], row["schedule_cron"], row["job_version"]), ("ENABLED", "11 23 5 8 1", version), "long list")
    vdkcli("deploy", "--disable", *WHERE)
    equal(deployed()["enabled"], False, "disabled deployment")
    vdkcli("deploy", "--enable", *WHERE)
    equal(deployed()["enabled"], True, "enabled deployment")


def execute():
    one = start(day="2026-11-20")
    equal(ended(one)["status"], "succeeded", "execution")
    says(vdkcli("execute", "--logs", *WHERE, "-i", one), "2026-11-20", "arguments in the log")
    failed = start(sandbox={"status": "user_error", "message": "no such table"})
    row = ended(failed)
    equal((row["status"], row["message"]), ("user_error", "no such table"), "failed execution")
    equal((row["type"], row["started_by"]), ("manual", "manual/vdk-control-cli/user"), "who started it")
    long = start(sandbox={"seconds": 600})
    says(vdkcli("execute", "--start", *WHERE, fails=True), "is running already", "one at a time")
    vdkcli("execute", "--cancel", *WHERE, "-i", long)
    equal(ended(long)["status"], "cancelled", "cancelled execution")
    says(vdkcli("execute", "--cancel", *WHERE, "-i", long, fails=True), "cannot be cancelled", "cancelled again")
    rows = parsed("execute", "--list", *WHERE)
    equal([row["id"] for row in rows], [one, failed, long], "executions")
    equal(parsed("show", *WHERE)["job_name"], JOB, "show")


def documents():
    for kind in ["properties", "secrets"]:
        vdkcli(kind, *WHERE, "--set", "key", "value", "--set", "other", "two words")
        equal(parsed(kind, *WHERE, "--list"), {"key": "value", "other": "two words"}, kind)
        equal(parsed(kind, *WHERE, "--get", "other"), {"other": "two words"}, f"one of the {kind}")
        vdkcli(kind, *WHERE, "--delete", "other")
        equal(parsed(kind, *WHERE, "--list"), {"key": "value"}, f"what is left of the {kind}")
        vdkcli(kind, *WHERE, f"--delete-all-job-{kind}")
        equal(parsed(kind, *WHERE, "--list"), {}, f"no {kind}")


def download(folder):
    copy = folder / "copy"
    copy.mkdir()
    vdkcli("download-job", *WHERE, "-p", str(copy))
    files = lambda top: {
        str(path.relative_to(top)): path.read_bytes()
        for path in top.rglob("*")
        if path.is_file() and path.suffix not in [".pyc", ".keytab"]
    }
    equal(files(copy / JOB), files(folder / JOB), "downloaded job")
    (copy / f"{JOB}.keytab").unlink(missing_ok=True)
    vdkcli("download-key", *WHERE, "-p", str(copy))
    equal((copy / f"{JOB}.keytab").read_bytes(), (folder / f"{JOB}.keytab").read_bytes(), "downloaded keytab")


def remove():
    vdkcli("deploy", "--remove", *WHERE)
    equal(deployed(), None, "removed deployment")
    vdkcli("delete", *WHERE, "--yes")
    equal(parsed("list", "-t", TEAM), [], "list after all")
    says(vdkcli("delete", *WHERE, "--yes", fails=True), "cannot be found", "deleted job")


def login_in_a_browser():
    vdkcli("logout")
    says(vdkcli("list", "-t", TEAM, fails=True), "authentication", "list after the logout")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    base = os.environ["VDK_CONTROL_SERVICE_REST_API_URL"]
    browser = f"{shlex.join([sys.executable, '-B', __file__])} %s &"
    addresses = ["-d", f"{base}/oauth/authorize", "-e", f"{base}/oauth/token"]
    # Without a secret it proves by a challenge that it is the same program.
    for secret in [[], ["-s", "a secret of the application"]]:
        said = vdkcli(
            "login", "-t", "credentials", "-i", "cli", *secret, *addresses, BROWSER=browser, OAUTH2_REDIRECT_URI_PORT=port
        )
        says(said, "Login Successful", "login in a browser")
        says(vdkcli("info", "-t", TEAM), "3.11", "info after the login")
        vdkcli("logout")


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["VDK_BASE_CONFIG_FOLDER"] = name
        # From the environment it would log in by itself.
        os.environ["TOKEN_URL"] = os.environ.pop("VDK_API_TOKEN_AUTHORIZATION_URL")
        os.environ["TOKEN"] = os.environ.pop("VDK_API_TOKEN")
        login()
        create(folder)
        deploy(folder)
        execute()
        documents()
        download(folder)
        remove()
        login_in_a_browser()
    print(f"vdkcli: {commands} commands, {basics.checks} checks")


if __name__ == "__main__":
    # With an address it is the browser.
    if len(sys.argv) > 1:
        urllib.request.urlopen(sys.argv[1], timeout=30).read()
    else:
        main()
