"""octoDNS, which many people keep their zones with, against the zones of Hetzner and OVHcloud of the sandbox.

The sandbox is the program CLOUD_SANDBOX.
"""

import os
import tempfile
import time
from functools import partial
from pathlib import Path

import hcloud
import ovh.client
import requests
import yaml
from octodns.manager import Manager

from lib import basics
from lib.basics import equal, true
from lib.own_sandbox import serving

LONG = "v=DKIM1\\; k=rsa\\; p=" + "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A" * 12

# A text with quotes is not among them: the provider for Hetzner does not take away the escapes that it puts there itself.
COMMON = {
    "": [
        {"type": "A", "ttl": 300, "values": ["192.0.2.10", "192.0.2.11"]},
        {"type": "AAAA", "ttl": 300, "value": "2001:db8::10"},
        {"type": "CAA", "ttl": 3600, "values": [{"flags": 0, "tag": "issue", "value": "letsencrypt.org"}]},
        {"type": "MX", "ttl": 3600, "values": [
            {"preference": 10, "exchange": "mx1.example.org."},
            {"preference": 20, "exchange": "mx2.example.org."},
        ]},
        {"type": "TXT", "ttl": 3600, "values": ["v=spf1 include:_spf.example.org ~all", "site=of spaces"]},
    ],
    "www": [{"type": "CNAME", "ttl": 600, "value": "web.example.org."}],
    "*.apps": [{"type": "A", "ttl": 120, "value": "192.0.2.20"}],
    "_sip._tcp": [{"type": "SRV", "ttl": 3600, "values": [
        {"priority": 5, "weight": 10, "port": 5060, "target": "sip.example.org."},
        {"priority": 10, "weight": 10, "port": 5060, "target": "sip2.example.org."},
    ]}],
    "selector._domainkey": [{"type": "TXT", "ttl": 3600, "value": LONG}],
    "sub": [{"type": "NS", "ttl": 3600, "values": ["ns1.example.org.", "ns2.example.org."]}],
    "ptr": [{"type": "PTR", "ttl": 3600, "value": "host.example.org."}],
}
HETZNER = {
    "signed": [
        {"type": "NS", "ttl": 3600, "value": "ns1.example.org."},
        {"type": "DS", "ttl": 3600, "value": {"key_tag": 60485, "algorithm": 13, "digest_type": 2, "digest": "d4b7d520e7bb5f0f67674a0cceb1e3e0614b93c4f9e99b8383f6a1e4469da50a"}},
    ],
    "_443._tcp": [{"type": "TLSA", "ttl": 3600, "value": {
        "certificate_usage": 3, "selector": 1, "matching_type": 1,
        "certificate_association_data": "8cb0fc6c527506a053f4f14c8464bebbd6dede2738d11468dd953d7d6a3021f1",
    }}],
}
OVH = {
    "host": [{"type": "SSHFP", "ttl": 3600, "value": {
        "algorithm": 4, "fingerprint_type": 2,
        "fingerprint": "123456789abcdef67890123456789abcdef67890123456789abcdef123456789",
    }}],
    "enum": [{"type": "NAPTR", "ttl": 3600, "value": {
        "order": 100, "preference": 10, "flags": "U", "service": "E2U+sip", "regexp": "!^.*$!sip:info@example.com!",
        "replacement": ".",
    }}],
}


def change(records):
    """Another state of a zone: a value more, one less, another time, a type that is gone, a new name."""
    changed = {name: [dict(record) for record in entries] for name, entries in records.items()}
    changed[""][0]["values"] = ["192.0.2.11", "192.0.2.12", "192.0.2.13"]
    changed[""][1]["ttl"] = 60
    changed[""][3]["values"] = changed[""][3]["values"][:1]
    del changed["ptr"]
    changed["new"] = [{"type": "A", "ttl": 60, "value": "192.0.2.30"}]
    return changed


class Zone:
    """A zone in a folder of octoDNS, and what it takes to bring it to a provider."""

    def __init__(self, folder, provider, name):
        self.folder = folder
        self.name = name
        self.config = folder / "config.yaml"
        self.config.write_text(yaml.safe_dump({
            "providers": {
                "files": {"class": "octodns.provider.yaml.YamlProvider", "directory": str(folder), "enforce_order": False},
                "service": provider,
            },
            "zones": {f"{name}.": {"sources": ["files"], "targets": ["service"]}},
        }))

    def write(self, records):
        (self.folder / f"{self.name}.yaml").write_text(yaml.safe_dump(records))

    def plan(self):
        """The changes that are left, as kind, name and type."""
        manager = Manager(str(self.config))
        zone = f"{self.name}."
        sources = [manager.providers["files"]]
        wanted = manager.get_zone(zone)
        for source in sources:
            source.populate(wanted)
        plan = manager.providers["service"].plan(wanted)
        changes = plan.changes if plan else []
        return sorted((type(c).__name__, (c.new or c.existing).name, (c.new or c.existing)._type) for c in changes)

    def apply(self):
        # A part of the records may go at once here, which it warns of otherwise.
        Manager(str(self.config)).sync(dry_run=False, force=True)


def goes_round(zone, records, settled):
    """Brings the records to the service, changes them and takes them away; after each there is nothing left to do."""
    names = sum(map(len, records.values()))
    zone.write(records)
    before = zone.plan()
    created = [change for change in before if change[0] == "Create"]
    true(len(created) > names / 2, f"creates of {zone.name}: {before}")
    for state in [records, change(records), {}]:
        zone.write(state)
        zone.apply()
        settled()
        equal(zone.plan(), [], f"what is left to do in {zone.name}")


def hetzner(folder):
    api = hcloud.Client(token=os.environ["HCLOUD_TOKEN"])
    created = api.zones.create(name="octo.example", mode="primary")
    created.action.wait_until_finished()
    zone = Zone(folder, {
        "class": "octodns_hetzner.HetznerProvider", "token": os.environ["HCLOUD_TOKEN"], "backend": "hcloud",
    }, "octo.example")
    # The name servers of the zone itself stay what they are: octoDNS leaves them alone unless they are written down.
    goes_round(zone, COMMON | HETZNER, lambda: time.sleep(0.5))
    api.zones.delete(created.zone).action.wait_until_finished()


def ovhcloud(folder):
    keys = {
        "application_key": os.environ["OVH_APPLICATION_KEY"],
        "application_secret": os.environ["OVH_APPLICATION_SECRET"],
        "consumer_key": os.environ["OVH_CONSUMER_KEY"],
    }
    api = ovh.client.Client(endpoint="ovh-eu", **keys)
    zone = Zone(folder, {"class": "octodns_ovh.OvhProvider", "endpoint": "ovh-eu", **keys}, "example.com")

    def deployed():
        for _ in range(200):
            if api.get("/domain/zone/example.com/status")["isDeployed"]:
                return
            time.sleep(0.05)
        raise AssertionError("the zone was never deployed")

    goes_round(zone, COMMON | OVH, deployed)


def watch():
    send = requests.Session.send

    def counting(session, request, **kwargs):
        basics.requests += 1
        return send(session, request, **kwargs)

    requests.Session.send = counting
    hcloud.Client = partial(hcloud.Client, api_endpoint=os.environ["HCLOUD_ENDPOINT"], poll_interval=0.05)
    ovh.client.ENDPOINTS["ovh-eu"] = os.environ["OVH_ENDPOINT"]


# It takes all records away in the end, which others want to find.
with serving("--action-seconds", "0.1") as settings:
    os.environ.update(settings)
    watch()
    for provider in [hetzner, ovhcloud]:
        with tempfile.TemporaryDirectory() as folder:
            provider(Path(folder))
print(f"octodns: {basics.requests} requests, {basics.checks} checks, 2 providers")
