"""The modules of `community.hrobot` against the sandbox: two playbooks, the first of them run twice.

Settings come from the environment: HROBOT_ENDPOINT, HROBOT_USER and HROBOT_PASSWORD. The address in the collection, a
constant, is the only thing that is changed in it.
"""

import os
import tempfile
from pathlib import Path

from lib import basics, collections
from lib.basics import equal

ADDRESS = "https://robot-ws.your-server.de"

with tempfile.TemporaryDirectory() as place:
    path = collections.copy("community/hrobot", Path(place))
    constants = path / "ansible_collections/community/hrobot/plugins/module_utils/robot.py"
    text = constants.read_text()
    equal(text.count(f'BASE_URL = "{ADDRESS}"'), 1, "the address of the service in the collection")
    constants.write_text(text.replace(ADDRESS, os.environ["HROBOT_ENDPOINT"]))

    first, changed = collections.play("robot.yml", path=path)
    equal(len(changed), 8, f"tasks that changed something: {changed}")
    again, changed = collections.play("robot.yml", path=path)
    equal((again["ok"], changed), (first["ok"], []), "tasks and changes of the second run")
    undone, _ = collections.play("robot_undone.yml", path=path)

print(f"{2 * first['ok'] + undone['ok']} tasks, {basics.checks} checks")
