"""Nova: flavors, quotas, zones, a key pair, and servers, which only Heat makes."""
import ipaddress
import uuid

from .control import UNLIMITED
from .serve import find, route

# Sahara looks for the id, and multiplies memory and processors for its check of quotas.
FLAVORS = {
    "1": {"id": "1", "name": "m1.tiny", "ram": 512, "vcpus": 1},
    "2": {"id": "2", "name": "m1.small", "ram": 2048, "vcpus": 1},
    "3": {"id": "3", "name": "m1.medium", "ram": 4096, "vcpus": 2},
}
ZONE = "nova"
KEY_PAIRS = {"demo-key": {"name": "demo-key", "public_key": "ssh-rsa AAAA demo"}}


class Compute:
    def __init__(self, control):
        self.control = control
        self.servers = {}
        self.addresses = ipaddress.ip_network("10.77.0.0/16").hosts()

    def create_server(self):
        """Makes a server that is up at once, and returns its id."""
        server_id = str(uuid.uuid4())
        # `networks.py` takes the first address that is `fixed`, of the lowest version, for that of the instance.
        address = {"addr": str(next(self.addresses)), "version": 4, "OS-EXT-IPS:type": "fixed"}
        self.servers[server_id] = {"id": server_id, "addresses": {"private": [address]}}
        return server_id

    def delete_server(self, server_id):
        del self.servers[server_id]

    @route("GET", "/flavors/detail")
    def list_flavors(self, request):
        """To see whether the flavor of a node group exists."""
        return {"flavors": list(FLAVORS.values())}

    @route("GET", "/flavors/{flavor_id}")
    def get_flavor(self, request, flavor_id):
        """For the check of quotas, after it was seen in the list."""
        return {"flavor": find(FLAVORS, flavor_id, "flavor")}

    @route("GET", "/limits")
    def get_limits(self, request):
        """For the check of quotas before a cluster is created or scaled: these six are read."""
        return {"limits": {"absolute": {
            "maxTotalInstances": self.control.max_instances,
            "totalInstancesUsed": len(self.servers),
            "maxTotalCores": UNLIMITED,
            "totalCoresUsed": 0,
            "maxTotalRAMSize": UNLIMITED,
            "totalRAMUsed": 0,
        }}}

    @route("GET", "/os-availability-zone")
    def list_zones(self, request):
        """To see whether the zone of a node group exists."""
        return {"availabilityZoneInfo": [{"zoneName": ZONE}]}

    @route("GET", "/os-keypairs/{name}")
    def get_key_pair(self, request, name):
        """To see whether it exists, and for the key when that of a cluster is to be set again."""
        return {"keypair": find(KEY_PAIRS, name, "key pair")}

    @route("GET", "/servers/{server_id}")
    def get_server(self, request, server_id):
        """For the address of an instance, once its stack is complete."""
        return {"server": find(self.servers, server_id, "server")}
