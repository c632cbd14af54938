"""A sandbox of a script's own, for settings that the others do not want."""

import os
import subprocess
from contextlib import contextmanager


@contextmanager
def serving(*options):
    """Runs the sandbox on a free port; gives the variables that it says."""
    command = [os.environ["CLOUD_SANDBOX"], "serve", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        try:
            settings = {}
            while "OVH_TOKEN_URL" not in settings:
                line = child.stdout.readline()
                if not line:
                    raise AssertionError(f"{command} ended")
                if line.startswith("export "):
                    name, _, value = line.removeprefix("export ").strip().partition("=")
                    settings[name] = value
            yield settings
        finally:
            child.kill()
