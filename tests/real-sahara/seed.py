"""Fills a Keystone that was just bootstrapped: seed.py KEYSTONE SAHARA STAND_INS, each a base URL.

Prints, as JSON, what a test needs to know.
"""
import json
import sys
import urllib.error
import urllib.request

KEYSTONE, SAHARA, STAND_INS = sys.argv[1:]
REGION = "RegionOne"
PROJECT = "%(project_id)s"
# DevStack registers the first version below `data-processing`.
SERVICES = [
    ("sahara", "data-processing", f"{SAHARA}/v1.1/{PROJECT}"),
    ("saharav2", "data-processingv2", f"{SAHARA}/v2"),
    ("nova", "compute", f"{STAND_INS}/compute/v2.1"),
    ("glance", "image", f"{STAND_INS}/image"),
    ("neutron", "network", f"{STAND_INS}/network"),
    ("cinder", "volumev3", f"{STAND_INS}/volume/v3"),
    ("heat", "orchestration", f"{STAND_INS}/orchestration/v1"),
]


class Keystone:
    def __init__(self, user, password, project):
        self.token = None
        domain = {"id": "default"}
        person = {"name": user, "domain": domain, "password": password}
        answer, headers = self.send("POST", "/auth/tokens", {"auth": {
            "identity": {"methods": ["password"], "password": {"user": person}},
            "scope": {"project": {"name": project, "domain": domain}},
        }})
        self.token = headers["X-Subject-Token"]
        self.user = answer["token"]["user"]["id"]

    def send(self, method, path, body=None):
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["X-Auth-Token"] = self.token
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"{KEYSTONE}/v3{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                text = answer.read()
                return json.loads(text) if text else None, answer.headers
        except urllib.error.HTTPError as error:
            sys.exit(f"{method} {path}: {error.code} {error.read()[:400]!r}")

    def create(self, kind, **fields):
        answer, _ = self.send("POST", f"/{kind}s", {kind: fields})
        return answer[kind]["id"]

    def named(self, kind, name):
        answer, _ = self.send("GET", f"/{kind}s?name={name}")
        return next((found["id"] for found in answer[f"{kind}s"]), None)


admin = Keystone("admin", "admin-pw", "admin")
roles = {name: admin.named("role", name) or admin.create("role", name=name)
         for name in ("admin", "member", "reader", "service")}
projects = {name: admin.create("project", name=name, domain_id="default") for name in ("service", "demo", "other")}
users = {name: admin.create("user", name=name, domain_id="default", password=password)
         for name, password in (("sahara", "service-pw"), ("demo", "demo-pw"))}


def grant(user, project, *names):
    for name in names:
        admin.send("PUT", f"/projects/{projects[project]}/users/{user}/roles/{roles[name]}")


grant(users["sahara"], "service", "admin", "service")
grant(users["demo"], "demo", "member", "reader")
grant(users["demo"], "other", "member", "reader")
grant(admin.user, "demo", "admin")

for name, kind, url in SERVICES:
    service = admin.create("service", type=kind, name=name)
    for interface in ("public", "internal", "admin"):
        admin.create("endpoint", service_id=service, interface=interface, url=url, region_id=REGION)

demo = Keystone("demo", "demo-pw", "demo")


def application_credential(name, unrestricted):
    secret = f"{name}-secret"
    fields = {"name": name, "secret": secret, "unrestricted": unrestricted}
    path = f"/users/{users['demo']}/application_credentials"
    answer, _ = demo.send("POST", path, {"application_credential": fields})
    return {"id": answer["application_credential"]["id"], "secret": secret}


print(json.dumps({
    "auth_url": f"{KEYSTONE}/v3",
    "sahara_url": SAHARA,
    "control_url": f"{STAND_INS}/_control",
    "region": REGION,
    "user": "demo",
    "password": "demo-pw",
    "project": "demo",
    "other_project": "other",
    "projects": projects,
    "restricted": application_credential("restricted", False),
    "unrestricted": application_credential("unrestricted", True),
}, indent=1))
