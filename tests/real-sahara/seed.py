"""Fills a Keystone that was just bootstrapped: seed.py KEYSTONE SAHARA STAND_INS, each a base URL.

Prints, as JSON, what the suite needs to know of it, and what helps who looks around.
"""
import json
import sys
import urllib.error
import urllib.request

REGION = "RegionOne"
DOMAIN = "default"


class Session:
    """What a user does in Keystone after a login to a project."""

    def __init__(self, keystone, user, password, project):
        self.url = f"{keystone}/v3"
        domain = {"id": DOMAIN}
        person = {"name": user, "domain": domain, "password": password}
        self.credentials = {"auth": {
            "identity": {"methods": ["password"], "password": {"user": person}},
            "scope": {"project": {"name": project, "domain": domain}},
        }}
        self.log_in()

    def log_in(self):
        self.headers = {"Content-Type": "application/json"}
        answer, headers = self.send("POST", "/auth/tokens", self.credentials)
        self.headers["X-Auth-Token"] = headers["X-Subject-Token"]
        self.user = answer["token"]["user"]["id"]

    def send(self, method, path, body=None, renew=True):
        """What is answered, and its headers. A refusal ends the program, unless it is that of an old token."""
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.url + path, data, self.headers, method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                text = answer.read()
                return json.loads(text) if text else None, answer.headers
        except urllib.error.HTTPError as error:
            # Tokens may live for seconds only, which are not enough for all of this on a slow machine.
            if error.code == 401 and renew and "X-Auth-Token" in self.headers:
                self.log_in()
                return self.send(method, path, body, renew=False)
            sys.exit(f"{method} {path}: {error.code} {error.read()[:400]!r}")

    def create(self, kind, **fields):
        """Makes a thing and returns its id."""
        answer, _ = self.send("POST", f"/{kind}s", {kind: fields})
        return answer[kind]["id"]

    def register(self, kind, name, url):
        """Puts a service into the catalog; Sahara looks for internal addresses, and who calls it for public ones."""
        service = self.create("service", type=kind, name=name)
        for interface in ("public", "internal", "admin"):
            self.create("endpoint", service_id=service, interface=interface, url=url, region_id=REGION)

    def application_credential(self, name, unrestricted):
        """Makes one for this project. Only an unrestricted one may give trusts, which clusters need."""
        secret = f"{name}-secret"
        fields = {"name": name, "secret": secret, "unrestricted": unrestricted}
        path = f"/users/{self.user}/application_credentials"
        answer, _ = self.send("POST", path, {"application_credential": fields})
        return {"id": answer["application_credential"]["id"], "secret": secret}


def main(keystone, sahara, stand_ins):
    admin = Session(keystone, "admin", "admin-pw", "admin")

    # DevStack registers the first version below `data-processing`.
    admin.register("data-processing", "sahara", f"{sahara}/v1.1/%(project_id)s")
    admin.register("data-processingv2", "saharav2", f"{sahara}/v2")
    admin.register("compute", "nova", f"{stand_ins}/compute/v2.1")
    admin.register("image", "glance", f"{stand_ins}/image")
    admin.register("network", "neutron", f"{stand_ins}/network")
    admin.register("orchestration", "heat", f"{stand_ins}/orchestration/v1")
    admin.register("volumev3", "cinder", f"{stand_ins}/volume/v3")

    # The bootstrap makes all the roles.
    answer, _ = admin.send("GET", "/roles")
    roles = {role["name"]: role["id"] for role in answer["roles"]}
    projects = {name: admin.create("project", name=name, domain_id=DOMAIN) for name in ("service", "demo", "other")}
    sahara_user = admin.create("user", name="sahara", domain_id=DOMAIN, password="service-pw")
    demo_user = admin.create("user", name="demo", domain_id=DOMAIN, password="demo-pw")
    for user, project, names in [
        (sahara_user, "service", ["admin", "service"]),
        (demo_user, "demo", ["member", "reader"]),
        (demo_user, "other", ["member", "reader"]),
        (admin.user, "demo", ["admin"]),
    ]:
        for name in names:
            admin.send("PUT", f"/projects/{projects[project]}/users/{user}/roles/{roles[name]}")

    demo = Session(keystone, "demo", "demo-pw", "demo")
    print(json.dumps({
        "auth_url": f"{keystone}/v3",
        "sahara_url": sahara,
        "control_url": f"{stand_ins}/_control",
        "region": REGION,
        "user": "demo",
        "password": "demo-pw",
        "project": "demo",
        "other_project": "other",
        "projects": projects,
        "restricted": demo.application_credential("restricted", False),
        "unrestricted": demo.application_credential("unrestricted", True),
    }, indent=1))


if __name__ == "__main__":
    main(*sys.argv[1:])
