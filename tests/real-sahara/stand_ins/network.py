"""Neutron: a network, a security group, and nothing else that would count against a quota."""
from .control import UNLIMITED
from .serve import find, route

NETWORKS = [{"id": "00000000-0000-0000-0000-0000000000a1", "name": "private"}]
COLLECTIONS = {
    "floatingips": [],
    "ports": [],
    "security_group_rules": [],
    "security_groups": [{"id": "00000000-0000-0000-0000-0000000000a4", "name": "default"}],
}


class Network:
    @route("GET", "/v2.0/networks")
    def list_networks(self, request):
        """To see whether the network of a cluster exists: the client looks for an id in the list, by a filter."""
        wanted = request.query["id"]
        return {"networks": [network for network in NETWORKS if network["id"] in wanted]}

    @route("GET", "/v2.0/quotas/{project}")
    def get_quotas(self, request, project):
        """For the check of quotas before a cluster is created or scaled: these four are read."""
        return {"quota": dict.fromkeys(["floatingip", "port", "security_group", "security_group_rule"], UNLIMITED)}

    @route("GET", "/v2.0/{kind}")
    def list_others(self, request, kind):
        """For the check of quotas, which counts them itself, and security groups to see whether one exists."""
        kind = kind.replace("-", "_")
        return {kind: find(COLLECTIONS, kind, "collection")}
