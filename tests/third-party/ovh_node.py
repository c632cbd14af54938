"""The official Node client of OVHcloud against a sandbox that speaks TLS, for that client speaks nothing else.

The client is installed with npm below THIRD_PARTY_WORK; the sandbox is the program CLOUD_SANDBOX.
"""

import os
import subprocess
import sys
from pathlib import Path

from lib.own_sandbox import serving

CLIENT = "@ovhcloud/node-ovh@3.0.0"

here = Path(__file__).parent
work = Path(os.environ["THIRD_PARTY_WORK"]) / "node-ovh"
if not (work / "node_modules/@ovhcloud/node-ovh/package.json").is_file():
    work.mkdir(parents=True, exist_ok=True)
    (work / "package.json").write_text('{"private": true}\n')
    options = ["--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
    subprocess.run(["npm", "install", *options, "--prefix", work, CLIENT], check=True)

authority = work / "authority.pem"
with serving(f"--tls={authority}", "--action-seconds", "0.1") as settings:
    told = {"NODE_EXTRA_CA_CERTS": str(authority), "NODE_OVH": str(work / "package.json")}
    sys.exit(subprocess.run(["node", here / "ovh_node.mjs"], env=os.environ | settings | told).returncode)
