"""PyPI's `hetzner` against the sandbox, as far as it uses the web service and not the pages for people.

Settings come from the environment: HROBOT_ENDPOINT, HROBOT_USER and HROBOT_PASSWORD.
"""

import os
import sys
from http.client import HTTPConnection
from urllib.parse import urlsplit

# A script beside this one has the name of the package.
sys.path.append(sys.path.pop(0))

import hetzner.robot
from hetzner import RobotError

from lib import basics
from lib.basics import equal, true

ENDPOINT = urlsplit(os.environ["HROBOT_ENDPOINT"])
requests = 0


class Connection(HTTPConnection):
    """To the sandbox: its own class speaks TLS to a fixed name, by a function that newer Pythons lack."""

    def __init__(self, host):
        equal(host, "robot-ws.your-server.de", "the host")
        super().__init__(ENDPOINT.hostname, ENDPOINT.port)

    def request(self, method, path, *arguments, **named):
        global requests
        requests += 1
        super().request(method, ENDPOINT.path + path, *arguments, **named)


hetzner.robot.ValidatedHTTPSConnection = Connection


def refused(status, call, *arguments):
    try:
        call(*arguments)
    except RobotError as error:
        equal(error.status, status, str(error))
        return str(error)
    raise AssertionError(f"{call} was not refused")


robot = hetzner.robot.Robot(os.environ["HROBOT_USER"], os.environ["HROBOT_PASSWORD"])

numbers = [server.number for server in robot.servers]
true(set(range(321001, 321006)) <= set(numbers), numbers)
server = robot.servers.get("192.0.2.51")
equal((server.number, server.datacenter, server.product, server.status), (321005, "HEL1-DC2", "AX102", "ready"), "a server")
equal((server.cancelled, server.traffic, server.is_vserver), (False, "unlimited", False), "its state")
server.set_name("by-python")
equal(robot.servers.get("192.0.2.51").name, "by-python", "the new name")
equal(refused(404, robot.servers.get, "192.0.2.99")[:3], "404", "a server of somebody else")

rescue = server.rescue
equal((rescue.active, rescue.password), (False, None), "no rescue system")
rescue.activate()
true(rescue.active and len(rescue.password) > 8, "the rescue system and its password")
equal(robot.servers.get("192.0.2.51").rescue.password, rescue.password, "the password is read again")
server.reset.reboot("hard")
equal(robot.servers.get("192.0.2.51").rescue.active, False, "it was booted")
rescue = robot.servers.get("192.0.2.51").rescue
rescue.activate(os="vkvm")
rescue.deactivate()
equal((rescue.active, rescue.password), (False, None), "the rescue system is off")
true("type" in refused(400, server.reset.reboot, "soft"), "there is no such button")

ips = {ip.ip: ip for ip in server.ips}
equal(list(ips), ["192.0.2.51"], "the addresses")
subnets = {net.net_ip: net for net in robot.servers.get("192.0.2.11").subnets}
block = subnets["198.51.100.16"]
equal((block.mask, block.gateway, block.failover), (29, "192.0.2.11", False), "a subnet")
equal(block.get_ip_range(), ("198.51.100.16", "198.51.100.23"), "its addresses")
equal(subnets["2001:db8:10:1::"].is_ipv6, True, "a net of version 6")

names = ips["192.0.2.51"].rdns
equal(names.ptr, "static.51.2.0.192.clients.your-server.de", "the usual name")
names.set("python.example.com")
equal(robot.rdns.get("192.0.2.51").ptr, "python.example.com", "the new name")
true("python.example.com" in [entry.ptr for entry in robot.rdns], "names are listed")
names.remove()
equal(robot.rdns.get("192.0.2.51").ptr, None, "no name")

failovers = robot.failover.list()
entry = failovers["203.0.113.16"]
equal((entry.server_ip, entry.server_number, entry.active_server_ip), ("192.0.2.21", 321002, None), "a failover net")
switched = robot.failover.set("203.0.113.16", "192.0.2.51")
equal(switched.active_server_ip, "192.0.2.51", "it leads to the server")
true("already" in refused(None, robot.failover.set, "203.0.113.16", "192.0.2.51"), "it does already")

print(f"{requests} requests, {basics.checks} checks")
