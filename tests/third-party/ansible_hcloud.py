"""Hetzner's own Ansible modules: a playbook with one of everything is run, run again, changed, and taken away.

The modules look a second after each change whether it is done, so that this sandbox is at once.
"""

import datetime

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from lib import basics, collections
from lib.basics import equal
from lib.own_sandbox import serving

# The module takes settings for HTTP and health checks for a change without a look at what is there.
ALWAYS = ["Service", "Service with a certificate"]
# What the first and the second state of the playbook differ in.
DIFFERENT = [
    "SSH key", "Certificate", "Placement group", "Firewall", "Network", "Primary IP", "Floating IP", "Server",
    "Server in the network", "Volume", "Reverse DNS", "Load Balancer", *ALWAYS, "Zone", "Records", "Storage Box",
    "Subaccount",
]

GROUPS = [
    "ssh_keys", "certificates", "placement_groups", "firewalls", "networks", "primary_ips", "floating_ips", "servers",
    "volumes", "load_balancers", "zones", "storage_boxes",
]
# A new project has a network.
LEFT = dict.fromkeys(GROUPS, 0) | {"networks": 1}


def made():
    """A certificate, its key, and a key for servers, new each time."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "example.com")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now).not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("example.com")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    ssh = ed25519.Ed25519PrivateKey.generate().public_key().public_bytes(
        serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    )
    return {
        "certificate": certificate.public_bytes(pem).decode(),
        "private_key": private.decode(),
        "public_key": ssh.decode(),
    }


def left(settings):
    """How many of each resource there are."""
    groups = {group: "HCLOUD_ENDPOINT" for group in LEFT} | {"storage_boxes": "HETZNER_ENDPOINT"}
    token = {"Authorization": f"Bearer {settings['HCLOUD_TOKEN']}"}
    return {
        group: len(requests.get(f"{settings[base]}/{group}", headers=token, timeout=30).json()[group])
        for group, base in groups.items()
    }


def main():
    values = made()
    with serving("--action-seconds", "0") as settings:

        def play(playbook, **more):
            return collections.play(playbook, values | more, settings)

        tasks, changed = play("hcloud.yml", first=True, later=False)
        equal(tasks["changed"], tasks["ok"], f"all is new, but only this was: {changed}")
        equal(play("hcloud.yml", first=False, later=False)[1], ALWAYS, "changes of the same again")
        equal(play("hcloud.yml", first=False, later=True)[1], DIFFERENT, "changes of another state")
        equal(play("hcloud.yml", first=False, later=True)[1], ALWAYS, "changes of that state again")
        gone, changed = play("hcloud_absent.yml")
        equal(gone["changed"], gone["ok"], f"all is taken away, but only this was: {changed}")
        equal(left(settings), LEFT, "what is left")
        print(f"ansible: {tasks['ok']} resources made, changed and taken away, {basics.checks} checks")


main()
