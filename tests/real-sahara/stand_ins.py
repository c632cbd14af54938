"""Stand-ins for nova, glance, neutron, cinder and heat: stand_ins.py PORT.

They do just what Sahara 19 asks of them, in memory, and check no token. `PUT /_control` tunes them: `stack_seconds`, how
long a stack is in progress; `fail_next_stack`, the reason for which the next one fails; `limits`, the quota.
"""
import json
import re
import sys
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import yaml

LOCK = threading.RLock()


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


NET, SUBNET, PUBNET = (str(uuid.UUID(int=n)) for n in (0xA1, 0xA2, 0xA3))
SG = str(uuid.UUID(int=0xA4))
CONTROL = {"stack_seconds": 1.0, "fail_next_stack": None}
LIMITS = {"maxTotalRAMSize": 512000, "totalRAMUsed": 0, "maxTotalCores": 200, "totalCoresUsed": 0,
          "maxTotalInstances": 100, "totalInstancesUsed": 0, "maxTotalVolumes": 100, "totalVolumesUsed": 0,
          "maxTotalVolumeGigabytes": 10000, "totalGigabytesUsed": 0}
FLAVORS = [{"id": str(i), "name": n, "ram": r, "vcpus": v, "disk": d, "swap": "", "rxtx_factor": 1.0,
            "OS-FLV-EXT-DATA:ephemeral": 0, "OS-FLV-DISABLED:disabled": False,
            "os-flavor-access:is_public": True, "links": []}
           for i, (n, r, v, d) in enumerate([("m1.tiny", 512, 1, 1), ("m1.small", 2048, 1, 20),
                                             ("m1.medium", 4096, 2, 40)], 1)]
IMAGES = {}
for n, (name, fmt) in enumerate([("cirros-fake", "qcow2"), ("ubuntu-vanilla", "qcow2")], 1):
    i = str(uuid.UUID(int=0xB0 + n))
    IMAGES[i] = {"id": i, "name": name, "status": "active", "visibility": "public", "container_format": "bare",
                 "disk_format": fmt, "size": 13287936, "min_disk": 0, "min_ram": 0, "protected": False, "tags": [],
                 "created_at": now(), "updated_at": now(), "self": f"/v2/images/{i}", "file": f"/v2/images/{i}/file",
                 "schema": "/v2/schemas/image", "owner": None, "checksum": None, "virtual_size": None}
STACKS, SERVERS = {}, {}
OCTET = [10]
NETWORKS = [
    {"id": NET, "name": "private", "subnets": [SUBNET], "router:external": False, "status": "ACTIVE", "shared": True},
    {"id": PUBNET, "name": "public", "subnets": [], "router:external": True, "status": "ACTIVE", "shared": True}]
IMAGE_SCHEMA = {"name": "image", "properties": {k: {"type": ["null", "string"]} for k in (
    "id", "name", "status", "visibility", "container_format", "disk_format", "owner", "checksum", "created_at",
    "updated_at", "self", "file", "schema")} | {
        "size": {"type": ["null", "integer"]}, "virtual_size": {"type": ["null", "integer"]},
        "min_disk": {"type": "integer"}, "min_ram": {"type": "integer"}, "protected": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "string"}}},
    "additionalProperties": {"type": "string"}, "links": []}


class Stack:
    def __init__(self, body):
        self.id, self.name, self.created, self.updated = str(uuid.uuid4()), body["stack_name"], now(), None
        self.groups, self.action, self.reason, self.failed = {}, "CREATE", "", None
        self.apply(body)

    def apply(self, body):
        tmpl = yaml.safe_load(body["template"])
        for ng, res in tmpl["resources"].items():
            if res["type"] != "OS::Heat::ResourceGroup":
                continue
            p = res["properties"]
            inner = yaml.safe_load(body["files"][p["resource_def"]["type"]])
            prefix = "-".join(inner["resources"]["inst"]["properties"]["name"]["list_join"][1][:-1])
            have = self.groups.setdefault(ng, {})
            for pol in p.get("removal_policies") or []:
                for idx in pol.get("resource_list", []):
                    if int(idx) in have:
                        SERVERS.pop(have.pop(int(idx))["physical_id"], None)
            while len(have) > p["count"]:
                SERVERS.pop(have.pop(max(have))["physical_id"], None)
            i = 0
            while len(have) < p["count"]:
                if i not in have:
                    sid, OCTET[0] = str(uuid.uuid4()), OCTET[0] + 1
                    ip = f"10.77.{OCTET[0] // 250}.{OCTET[0] % 250 + 1}"
                    have[i] = {"physical_id": sid, "name": f"{prefix}-{i}"}
                    SERVERS[sid] = {"id": sid, "name": f"{prefix}-{i}", "status": "ACTIVE", "addresses": {"private": [
                        {"addr": ip, "version": 4, "OS-EXT-IPS:type": "fixed",
                         "OS-EXT-IPS-MAC:mac_addr": "fa:16:3e:00:00:01"}]}, "flavor": {"id": "1"}, "image": "",
                        "created": now(), "updated": now(), "links": [], "metadata": {}, "tenant_id": "", "user_id": "",
                        "hostId": ""}
                i += 1
        self.ready = time.monotonic() + CONTROL["stack_seconds"]
        self.failed, CONTROL["fail_next_stack"] = CONTROL["fail_next_stack"], None

    def view(self, full=False):
        done = time.monotonic() >= self.ready
        st = "IN_PROGRESS" if not done else ("FAILED" if self.failed else "COMPLETE")
        v = {"id": self.id, "stack_name": self.name, "stack_status": f"{self.action}_{st}",
             "stack_status_reason": self.failed or f"Stack {self.action} {st}", "creation_time": self.created,
             "updated_time": self.updated, "deletion_time": None, "description": "", "links": [], "tags": None,
             "parent": None, "stack_owner": None}
        if full:
            v |= {"outputs": [{"output_key": f"{g}-instances", "output_value": list(m.values()), "description": ""}
                              for g, m in self.groups.items()],
                  "parameters": {}, "capabilities": [], "notification_topics": [], "disable_rollback": True,
                  "timeout_mins": 180, "template_description": ""}
        return v

    def drop(self):
        for m in self.groups.values():
            for s in m.values():
                SERVERS.pop(s["physical_id"], None)


ROUTES = []


def route(method, pattern):
    def deco(f):
        ROUTES.append((method, re.compile("^" + pattern + "/?$"), f))
        return f
    return deco


class NotFound(Exception):
    pass


# --- control ---------------------------------------------------------------------------------------------------
@route("GET", "")
def _root(h):
    return 200, {"stand_ins": ["compute", "image", "network", "volume", "orchestration"]}


@route("GET", "/_control")
def _control_get(h):
    return 200, {**CONTROL, "limits": LIMITS, "stacks": [s.view(True) for s in STACKS.values()], "servers": SERVERS}


@route("PUT", "/_control")
def _control_put(h):
    for k in ("stack_seconds", "fail_next_stack"):
        if k in h.body:
            CONTROL[k] = h.body[k]
    LIMITS.update(h.body.get("limits", {}))
    return 200, CONTROL


# --- nova ------------------------------------------------------------------------------------------------------
C = "/compute/v2.1"


@route("GET", C)
def _nova_root(h):
    return 200, {"version": {"id": "v2.1", "status": "CURRENT", "version": "2.96", "min_version": "2.1", "links": []}}


@route("GET", C + "/flavors(?:/detail)?")
def _flavors(h):
    return 200, {"flavors": [] if "marker" in h.query else FLAVORS}


@route("GET", C + "/flavors/([^/]+)")
def _flavor(h, fid):
    for f in FLAVORS:
        if f["id"] == fid:
            return 200, {"flavor": f}
    raise NotFound


@route("GET", C + "/limits")
def _limits(h):
    used = {**LIMITS, "totalInstancesUsed": len(SERVERS)}
    return 200, {"limits": {"rate": [], "absolute": used}}


@route("GET", C + "/os-availability-zone(?:/detail)?")
def _az(h):
    return 200, {"availabilityZoneInfo": [{"zoneName": "nova", "zoneState": {"available": True}, "hosts": None}]}


@route("GET", C + "/os-keypairs/([^/]+)")
def _keypair(h, name):
    if name != "demo-key":
        raise NotFound
    return 200, {"keypair": {"name": name, "public_key": "ssh-rsa AAAA demo", "fingerprint": "00", "id": 1,
                             "user_id": "x", "created_at": now(), "deleted": False}}


@route("GET", C + "/servers/([^/]+)")
def _server(h, sid):
    if sid not in SERVERS:
        raise NotFound
    return 200, {"server": SERVERS[sid]}


# --- glance ----------------------------------------------------------------------------------------------------
@route("GET", "/image/v2/schemas/image")
def _schema(h):
    return 200, IMAGE_SCHEMA


@route("GET", "/image/v2/images")
def _images(h):
    return 200, {"images": list(IMAGES.values()), "first": "/v2/images", "schema": "/v2/schemas/images"}


@route("GET", "/image/v2/images/([^/]+)")
def _image(h, iid):
    if iid not in IMAGES:
        raise NotFound
    return 200, IMAGES[iid]


@route("PATCH", "/image/v2/images/([^/]+)")
def _image_patch(h, iid):
    if iid not in IMAGES:
        raise NotFound
    for op in h.body:
        key = op["path"].lstrip("/").replace("~1", "/").replace("~0", "~")
        if op["op"] == "remove":
            IMAGES[iid].pop(key, None)
        else:
            IMAGES[iid][key] = op["value"]
    IMAGES[iid]["updated_at"] = now()
    return 200, IMAGES[iid]


# --- neutron ---------------------------------------------------------------------------------------------------
N = "/network/v2.0"


@route("GET", N + "/networks")
def _networks(h):
    ids = h.query.get("id")
    return 200, {"networks": [n for n in NETWORKS if not ids or n["id"] in ids]}


@route("GET", N + "/networks/([^/]+)")
def _network(h, nid):
    for n in NETWORKS:
        if n["id"] == nid:
            return 200, {"network": n}
    raise NotFound


@route("GET", N + "/subnets/([^/]+)")
def _subnet(h, sid):
    return 200, {"subnet": {"id": sid, "cidr": "10.77.0.0/16", "network_id": NET, "ip_version": 4}}


@route("GET", N + "/quotas/([^/]+)")
def _quota(h, tid):
    return 200, {"quota": {"floatingip": 50, "security_group": 50, "security_group_rule": 500, "port": 500}}


@route("GET", N + "/security-groups")
def _sgs(h):
    return 200, {"security_groups": [{"id": SG, "name": "default", "security_group_rules": []}]}


@route("GET", N + "/(floatingips|ports|routers|security-group-rules)")
def _empty(h, what):
    return 200, {what.replace("-", "_"): []}


# --- cinder ----------------------------------------------------------------------------------------------------
V = "/volume/v3(?:/[0-9a-f]{32})?"


@route("GET", V + "/limits")
def _vlimits(h):
    return 200, {"limits": {"rate": [], "absolute": LIMITS}}


@route("GET", V + "/types")
def _vtypes(h):
    return 200, {"volume_types": [{"id": str(uuid.UUID(int=0xC1)), "name": "lvm", "is_public": True, "extra_specs": {}}]}


@route("GET", V + "/os-availability-zone")
def _vaz(h):
    return 200, {"availabilityZoneInfo": [{"zoneName": "nova", "zoneState": {"available": True}}]}


# --- heat ------------------------------------------------------------------------------------------------------
H = "/orchestration/v1/[0-9a-f]{32}"


def stack(name):
    for s in STACKS.values():
        if name in (s.name, s.id):
            return s
    raise NotFound


@route("GET", H + "/stacks")
def _stacks(h):
    names = h.query.get("name")
    return 200, {"stacks": [] if "marker" in h.query else
                 [s.view() for s in STACKS.values() if not names or s.name in names]}


@route("POST", H + "/stacks")
def _stack_create(h):
    s = Stack(h.body)
    STACKS[s.id] = s
    return 201, {"stack": {"id": s.id, "links": []}}


@route("GET", H + "/stacks/([^/]+)(?:/[^/]+)?")
def _stack_get(h, name):
    return 200, {"stack": stack(name).view(True)}


@route("(?:PUT|PATCH)", H + "/stacks/([^/]+)(?:/[^/]+)?")
def _stack_update(h, name):
    s = stack(name)
    s.action, s.updated = "UPDATE", now() + f".{time.monotonic_ns()}"
    s.apply(h.body)
    return 202, None


@route("DELETE", H + "/stacks/([^/]+)(?:/[^/]+)?")
def _stack_delete(h, name):
    s = stack(name)
    s.drop()
    del STACKS[s.id]
    return 204, None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # one write per response: two writes cost 40 ms each (delayed ACK)

    def handle_any(self):
        n = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(n) if n else b""
        u = urlsplit(self.path)
        self.query = parse_qs(u.query)
        self.body = json.loads(raw) if raw else None
        code, out = 404, {"error": {"code": 404, "message": f"there is no {self.command} {u.path}"}}
        with LOCK:
            for method, rx, f in ROUTES:
                m = rx.match(u.path.rstrip("/"))
                if m and re.fullmatch(method, self.command):
                    try:
                        code, out = f(self, *m.groups())
                    except NotFound:
                        out = {"itemNotFound": {"code": 404, "message": "not found"}}
                    break
            data = b"" if out is None else json.dumps(out).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = handle_any


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
    server.daemon_threads = True
    server.serve_forever()
