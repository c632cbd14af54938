"""The official Python client against the sandbox, continued: all groups that are not about servers alone.

Settings come from the environment: HCLOUD_ENDPOINT, HETZNER_ENDPOINT and HCLOUD_TOKEN.
"""

import time
import warnings
from datetime import datetime, timedelta, timezone
from pathlib import Path

from hcloud.certificates import Certificate
from hcloud.firewalls import Firewall, FirewallResource, FirewallResourceLabelSelector, FirewallRule
from hcloud.floating_ips import FloatingIP
from hcloud.images import Image
from hcloud.load_balancer_types import LoadBalancerType
from hcloud.load_balancers import (
    LoadBalancer,
    LoadBalancerAlgorithm,
    LoadBalancerHealthCheck,
    LoadBalancerHealthCheckHttp,
    LoadBalancerService,
    LoadBalancerServiceHttp,
    LoadBalancerTarget,
    LoadBalancerTargetIP,
    LoadBalancerTargetLabelSelector,
)
from hcloud.load_balancers.domain import LoadBalancerCreatePublicNetwork
from hcloud.locations import Location
from hcloud.networks import Network, NetworkRoute, NetworkSubnet
from hcloud.primary_ips import PrimaryIP
from hcloud.server_types import ServerType
from hcloud.servers import ServerCreatePublicNetwork
from hcloud.storage_box_types import StorageBoxType
from hcloud.storage_boxes import (
    StorageBox,
    StorageBoxAccessSettings,
    StorageBoxSnapshot,
    StorageBoxSnapshotPlan,
    StorageBoxSubaccount,
    StorageBoxSubaccountAccessSettings,
)
from hcloud.volumes import Volume
from hcloud.zones import BoundZone, Zone, ZonePrimaryNameserver, ZoneRecord, ZoneRRSet

from lib.checks import about, equal, finished, refused, refused_fields, run, true, watch

FSN1 = Location(name="fsn1")
NBG1 = Location(name="nbg1")
TYPE = ServerType(name="cx23")
SYSTEM = Image(name="debian-13")
PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEGRwZWVyLW9mLW5vYm9keS1hdC1hbGwtMDAwMDAwMDA box@example"
PASSWORD = "Correct-Horse-7-Battery"
# A certificate for www.example.com and its key, which the project's other tests use too.
PEM = Path(__file__).resolve().parents[1] / "src/exercise/hetzner/certificate.pem"
FINGERPRINT = "7C:F2:3D:E5:F7:9F:08:58:27:06:C2:19:5C:9B:A1:7D:F6:9B:BE:DB:B6:EB:93:D8:2D:14:CC:07:FC:8D:F4:DE"
NAMESERVERS = ["hydrogen.ns.hetzner.com.", "oxygen.ns.hetzner.com.", "helium.ns.hetzner.de."]


def ids(rows):
    return [row.id for row in rows]


def reloaded(row):
    if isinstance(row, BoundZone):
        # This client has no way to do so in place.
        row.data_model = row._client.get(row.id).data_model
    else:
        row.reload()
    return row


def is_new(created):
    age = datetime.now(timezone.utc) - created
    true(timedelta(seconds=-2) < age < timedelta(minutes=5), "time of creation")


def found(group, row, selector, unknown):
    """The resource is found in every way there is, and others are not."""
    equal(group.get_by_id(row.id).name, row.name, "by id")
    equal(group.get_by_name(row.name).id, row.id, "by name")
    equal(group.get_by_name("nothing-of-this-name"), None, "by an unknown name")
    page = group.get_list(name=row.name, page=1, per_page=10)
    equal(ids(page[0]), [row.id], "a page of one name")
    pages = page.meta.pagination
    equal((pages.page, pages.per_page, pages.total_entries, pages.next_page), (1, 10, 1, None), "page")
    equal(ids(group.get_all(label_selector=selector)), [row.id], "by labels")
    equal(group.get_all(label_selector=f"!{selector.split('=')[0]},nothing"), [], "by other labels")
    refused("not_found", group.get_by_id, 1)
    refused("not_found", group.delete, unknown)


def did(group, row, *commands):
    """The actions of a resource, as the resource and as its group tell them."""
    actions = row.get_actions(sort=["id"])
    equal([action.command for action in actions], list(commands), "commands")
    equal(row.get_actions(status=["error"]), [], "failed actions")
    first = row.get_actions_list(status=["success"], sort=["id"], page=1, per_page=1)
    equal(ids(first.actions), ids(actions[:1]), "the first action")
    equal(first.meta.pagination.total_entries, len(commands), "number of actions")
    equal(group.actions.get_by_id(actions[0].id).command, commands[0], "action by id")
    true(set(ids(actions)) <= set(ids(group.actions.get_all())), "actions of the group")
    latest = group.actions.get_list(sort=["id:desc"], per_page=1).actions
    equal(ids(latest), [max(ids(group.actions.get_all()))], "the latest action of the group")
    refused("not_found", group.actions.get_by_id, 1)


def protected(row):
    """A resource that is protected stays, until it is not."""
    finished(row.change_protection(delete=True), "change_protection")
    equal(reloaded(row).protection, {"delete": True}, "protection")
    refused("protected", row.delete)
    finished(row.change_protection(delete=False), "change_protection")
    equal(reloaded(row).protection, {"delete": False}, "no protection")


def servers(client):
    """A server in the open, one that is off, and one elsewhere."""

    def create(name, labels, location=FSN1, **more):
        created = client.servers.create(name, TYPE, SYSTEM, labels=labels, location=location, **more)
        for action in [created.action, *created.next_actions]:
            finished(action)
        return reloaded(created.server)

    web = create("web-1", {"tier": "web"})
    spare = create("spare-1", {"tier": "spare"}, start_after_create=False)
    equal((web.status, spare.status), ("running", "off"), "states")
    far = create("far-1", {"tier": "far"}, location=NBG1)
    return web, spare, far


def types(client):
    small = client.load_balancer_types.get_by_name("lb11")
    equal((small.description, small.max_services, small.max_targets), ("LB11", 5, 25), "lb11")
    equal((small.max_connections, small.max_assigned_certificates), (10_000, 10), "lb11")
    true("fsn1" in {price["location"] for price in small.prices}, "prices of lb11")
    equal(client.load_balancer_types.get_by_id(small.id).name, "lb11", "load balancer type by id")
    equal(ids(client.load_balancer_types.get_list(name="lb11")[0]), [small.id], "load balancer type in a list")
    every = client.load_balancer_types.get_all()
    true({"lb11", "lb21", "lb31"} <= {kind.name for kind in every}, "load balancer types")
    equal(client.load_balancer_types.get_by_name("lb0"), None, "unknown load balancer type")
    refused("not_found", client.load_balancer_types.get_by_id, 999_999)

    box = client.storage_box_types.get_by_name("bx11")
    equal((box.size, box.snapshot_limit, box.subaccounts_limit), (1 << 40, 10, 100), "bx11")
    true(float(box.prices[0]["price_monthly"]["net"]) > 0, "price of bx11")
    equal(client.storage_box_types.get_by_id(box.id).name, "bx11", "storage box type by id")
    equal(ids(client.storage_box_types.get_list(name="bx11")[0]), [box.id], "storage box type in a list")
    true({"bx11", "bx21"} <= {kind.name for kind in client.storage_box_types.get_all()}, "storage box types")
    equal(client.storage_box_types.get_by_name("bx0"), None, "unknown storage box type")
    refused("not_found", client.storage_box_types.get_by_id, 999_999)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        for call, *arguments in [
            (client.datacenters.get_list,),
            (client.datacenters.get_all,),
            (client.datacenters.get_by_name, "fsn1-dc14"),
            (client.datacenters.get_by_id, 4),
        ]:
            error = refused("deprecated_api_endpoint", call, *arguments)
            true(error.details["announcement"].startswith("https://"), "where it was announced")


def volumes(client, web, far):
    created = client.volumes.create(10, "data", labels={"kind": "data"}, location=FSN1, format="ext4")
    equal((created.action.command, created.next_actions), ("create_volume", []), "creation")
    equal(about(created.action), [("volume", created.volume.id)], "what the action is about")
    finished(created.action)
    data = reloaded(created.volume)
    equal((data.name, data.size, data.format, data.status), ("data", 10, "ext4", "available"), "new volume")
    equal((data.server, data.location.name, data.labels), (None, "fsn1", {"kind": "data"}), "new volume")
    true(data.linux_device.endswith(f"Volume_{data.id}"), "device")
    is_new(data.created)
    found(client.volumes, data, "kind=data", Volume(id=1))
    equal(ids(client.volumes.get_all(status=["available"])), [data.id], "available volumes")
    equal(client.volumes.get_list(status=["creating"]).volumes, [], "volumes to come")

    refused("uniqueness_error", client.volumes.create, 10, "data", location=FSN1)
    refused_fields(["size"], client.volumes.create, 9, "small", location=FSN1)
    refused_fields(["format"], client.volumes.create, 10, "odd", location=FSN1, format="ntfs")
    refused("invalid_input", client.volumes.create, 10, "atlantis", location=Location(name="atlantis"))

    data = data.update(name="archive", labels={"kind": "archive"})
    equal((data.name, data.labels), ("archive", {"kind": "archive"}), "changed volume")
    equal(ids(client.volumes.get_all(label_selector="kind=archive")), [data.id], "by the new label")
    attached = data.attach(web, automount=True)
    finished(attached, "attach_volume")
    equal(about(attached), [("server", web.id), ("volume", data.id)], "what the action is about")
    equal(reloaded(data).server.id, web.id, "server of the volume")
    equal(data.server.name, "web-1", "name of the server, which is read only now")
    equal(ids(reloaded(web).volumes), [data.id], "volumes of the server")
    refused("volume_already_attached", data.attach, web)
    refused("resource_in_use", data.delete)
    finished(data.resize(20), "resize_volume")
    equal(reloaded(data).size, 20, "size")
    refused_fields(["size"], data.resize, 20)
    finished(data.detach(), "detach_volume")
    equal((reloaded(data).server, reloaded(web).volumes), (None, []), "after the detachment")
    refused("invalid_input", data.attach, far)
    protected(data)

    both = client.volumes.create(10, "logs", server=web, automount=False, format="xfs")
    equal([action.command for action in both.next_actions], ["attach_volume"], "what comes next")
    for action in [both.action, *both.next_actions]:
        finished(action)
    logs = reloaded(both.volume)
    equal((logs.server.id, logs.location.name, logs.format), (web.id, "fsn1", "xfs"), "volume of a server")
    equal([row.name for row in client.volumes.get_all()], ["archive", "logs"], "all volumes")
    finished(logs.detach())
    equal(logs.delete(), True, "deletion")
    refused("not_found", logs.resize, 30)

    kinds = ["create_volume", "attach_volume", "resize_volume", "detach_volume"]
    did(client.volumes, data, *kinds, "change_protection", "change_protection")
    equal(data.delete(), True, "deletion")
    refused("not_found", client.volumes.get_by_id, data.id)
    equal(client.volumes.get_all(), [], "no volume is left")


def networks(client, web, far):
    cloud = NetworkSubnet(ip_range="10.20.1.0/24", type=NetworkSubnet.TYPE_CLOUD, network_zone="eu-central")
    route = NetworkRoute(destination="10.100.1.0/24", gateway="10.20.1.2")
    net = client.networks.create(
        "inside",
        "10.20.0.0/16",
        subnets=[cloud],
        routes=[route],
        labels={"zone": "inside"},
        expose_routes_to_vswitch=True,
    )
    equal(
        (net.name, net.ip_range, net.servers, net.labels), ("inside", "10.20.0.0/16", [], {"zone": "inside"}), "network"
    )
    subnet = net.subnets[0]
    equal((subnet.ip_range, subnet.type, subnet.network_zone), ("10.20.1.0/24", "cloud", "eu-central"), "subnet")
    equal((subnet.gateway, subnet.vswitch_id), ("10.20.0.1", None), "subnet")
    equal([(r.destination, r.gateway) for r in net.routes], [("10.100.1.0/24", "10.20.1.2")], "routes")
    equal((net.expose_routes_to_vswitch, net.protection), (True, {"delete": False}), "network")
    is_new(net.created)
    found(client.networks, net, "zone=inside", Network(id=1))
    true("inside" in {row.name for row in client.networks.get_all()}, "all networks")
    equal(ids(client.networks.get_all(name="inside")), [net.id], "networks of a name")
    refused("uniqueness_error", client.networks.create, "inside", "10.21.0.0/16")
    refused_fields(["ip_range"], client.networks.create, "outside", "203.0.113.0/24")
    refused_fields(["ip_range"], client.networks.create, "nonsense", "10.20.0.0/160")
    net = net.update(name="within", labels={"zone": "within"}, expose_routes_to_vswitch=False)
    equal(
        (net.name, net.labels, net.expose_routes_to_vswitch), ("within", {"zone": "within"}, False), "changed network"
    )

    second = NetworkSubnet(ip_range="10.20.2.0/24", type="cloud", network_zone="eu-central")
    added = net.add_subnet(second)
    finished(added, "add_subnet")
    equal(about(added), [("network", net.id)], "what the action is about")
    refused("invalid_input", net.add_subnet, second)
    refused(
        "invalid_input", net.add_subnet, NetworkSubnet(ip_range="10.30.0.0/24", type="cloud", network_zone="eu-central")
    )
    refused("invalid_input", net.add_subnet, NetworkSubnet(ip_range="10.20.3.0/24", type="cloud", network_zone="mars"))
    finished(net.add_subnet(NetworkSubnet(ip_range=None, type="cloud", network_zone="us-east")))
    net.reload()
    equal({s.ip_range for s in net.subnets[:2]}, {"10.20.1.0/24", "10.20.2.0/24"}, "subnets")
    chosen = net.subnets[2]
    true(chosen.ip_range.startswith("10.20.") and chosen.ip_range.endswith("/24"), "a range of the service's choice")
    equal(chosen.network_zone, "us-east", "its zone")
    finished(net.add_route(NetworkRoute(destination="10.101.0.0/16", gateway="10.20.1.3")), "add_route")
    equal([r.destination for r in reloaded(net).routes], ["10.100.1.0/24", "10.101.0.0/16"], "routes")
    refused("invalid_input", net.add_route, NetworkRoute(destination="10.101.5.0/24", gateway="10.20.1.3"))
    refused("invalid_input", net.add_route, NetworkRoute(destination="10.102.0.0/16", gateway="192.168.0.1"))
    finished(net.delete_route(NetworkRoute(destination="10.101.0.0/16", gateway="10.20.1.3")), "delete_route")
    equal([r.destination for r in reloaded(net).routes], ["10.100.1.0/24"], "routes")
    refused("not_found", net.delete_route, NetworkRoute(destination="10.101.0.0/16", gateway="10.20.1.3"))

    # Members.
    equal(net.get_member_all(), [], "no member yet")
    joined = web.attach_to_network(net, ip="10.20.2.7", alias_ips=["10.20.2.8"])
    finished(joined, "attach_to_network")
    equal(about(joined), [("network", net.id), ("server", web.id)], "what the action is about")
    private = reloaded(web).private_net_for(net)
    equal((private.ip, private.alias_ips, private.network.id), ("10.20.2.7", ["10.20.2.8"], net.id), "private address")
    equal(ids(reloaded(net).servers), [web.id], "servers of the network")
    refused("server_already_attached", web.attach_to_network, net)
    refused("ip_not_available", far.attach_to_network, net, ip="10.20.2.8")
    refused("ip_not_available", far.attach_to_network, net, ip="10.20.0.1")
    refused("no_subnet_available", far.attach_to_network, net, ip_range="10.20.77.0/24")
    refused("not_found", far.attach_to_network, Network(id=1))
    finished(far.attach_to_network(net, ip_range="10.20.1.0/24"))
    members = net.get_member_all(sort=["ip:desc"])
    equal([(m.id, m.type, m.status) for m in members], [(web.id, "server", "ok"), (far.id, "server", "ok")], "members")
    equal(
        (members[0].ip, members[0].alias_ips, members[0].subnet), ("10.20.2.7", ["10.20.2.8"], "10.20.2.0/24"), "member"
    )
    true(members[1].ip.startswith("10.20.1."), "address in the wanted subnet")
    equal(ids(net.get_member_all(subnet=["10.20.1.0/24"])), [far.id], "members of a subnet")
    equal(net.get_member_all(type=["load_balancer"]), [], "members of a type")
    equal(net.get_member_all(status=["attaching", "error"]), [], "members in a state")
    page = net.get_member_list(type=["server"], status=["ok"], sort=["id"], page=1, per_page=1)
    equal((ids(page.members), page.meta.pagination.next_page), ([web.id], 2), "page of members")
    refused("not_found", client.networks.get_member_list, Network(id=1))
    finished(web.change_alias_ips(net, []), "change_alias_ips")
    equal(reloaded(web).private_net[0].alias_ips, [], "no alias")
    other = client.networks.create("overlapping", "10.20.0.0/20", subnets=[cloud])
    refused("networks_overlap", web.attach_to_network, other)
    equal(other.delete(), True, "deletion")

    refused("resource_in_use", net.delete_subnet, second)
    finished(web.detach_from_network(net), "detach_from_network")
    finished(far.detach_from_network(net))
    equal(reloaded(net).servers, [], "no server")
    refused("server_not_attached_to_network", web.detach_from_network, net)
    finished(net.delete_subnet(second), "delete_subnet")
    equal(len(reloaded(net).subnets), 2, "number of subnets")
    refused("not_found", net.delete_subnet, second)
    refused_fields(["ip_range"], net.change_ip_range, "10.20.0.0/17")
    finished(net.change_ip_range("10.20.0.0/15"), "change_ip_range")
    equal(reloaded(net).ip_range, "10.20.0.0/15", "larger range")
    protected(net)
    commands = [action.command for action in net.get_actions(sort=["id"])]
    equal((commands[0], commands.count("attach_to_network")), ("add_subnet", 2), "actions")
    did(client.networks, net, *commands)

    # A server that only the network reaches.
    inner = client.servers.create(
        "inner-1",
        TYPE,
        SYSTEM,
        location=FSN1,
        networks=[net],
        public_net=ServerCreatePublicNetwork(enable_ipv4=False, enable_ipv6=False),
    )
    for action in [inner.action, *inner.next_actions]:
        finished(action)
    inner = reloaded(inner.server)
    equal((inner.public_net.ipv4, inner.public_net.ipv6), (None, None), "no public side")
    equal([p.network.id for p in inner.private_net], [net.id], "networks of the server")
    return net, inner


def firewalls(client, web, inner):
    ssh = FirewallRule(
        direction="in", protocol="tcp", port="22", source_ips=["0.0.0.0/0", "::/0"], description="from anywhere"
    )
    ping = FirewallRule(direction="in", protocol="icmp", source_ips=["10.0.0.0/8"])
    out = FirewallRule(direction="out", protocol="udp", port="53-54", destination_ips=["203.0.113.0/24"])
    here = FirewallResource(type=FirewallResource.TYPE_SERVER, server=web)
    created = client.firewalls.create("shield", rules=[ssh], labels={"side": "outer"}, resources=[here])
    for action in created.actions:
        finished(action)
    true("apply_firewall" in [action.command for action in created.actions], "actions")
    shield = reloaded(created.firewall)
    equal((shield.name, shield.labels), ("shield", {"side": "outer"}), "new firewall")
    rule = shield.rules[0]
    equal((rule.direction, rule.protocol, rule.port), ("in", "tcp", "22"), "rule")
    equal((rule.source_ips, rule.destination_ips), (["0.0.0.0/0", "::/0"], []), "networks of the rule")
    equal(rule.description, "from anywhere", "description of the rule")
    equal([(a.type, a.server.id) for a in shield.applied_to], [("server", web.id)], "where it is applied")
    before = [(entry.firewall.id, entry.status) for entry in reloaded(web).public_net.firewalls]
    equal(before, [(shield.id, "applied")], "firewalls of the server")
    is_new(shield.created)
    found(client.firewalls, shield, "side=outer", Firewall(id=1))

    refused("uniqueness_error", client.firewalls.create, "shield")
    bad = FirewallRule(direction="in", protocol="tcp", source_ips=["0.0.0.0/0"])
    refused("invalid_input", client.firewalls.create, "leaky", rules=[bad])
    refused(
        "invalid_input", shield.set_rules, [FirewallRule(direction="in", protocol="esp", source_ips=["everywhere"])]
    )
    refused("resource_in_use", shield.delete)
    refused("firewall_already_applied", shield.apply_to_resources, [here])
    unseen = FirewallResource(type="server", server=inner)
    refused("private_net_only_server", shield.apply_to_resources, [unseen])
    refused("firewall_resource_not_found", shield.remove_from_resources, [unseen])
    shield = shield.update(name="wall", labels={"side": "inner"})
    equal((shield.name, shield.labels), ("wall", {"side": "inner"}), "changed firewall")

    actions = shield.set_rules([ssh, ping, out])
    equal([action.command for action in actions], ["set_firewall_rules", "apply_firewall"], "actions")
    for action in actions:
        finished(action)
    rules = [(r.direction, r.protocol, r.port) for r in reloaded(shield).rules]
    equal(rules, [("in", "tcp", "22"), ("in", "icmp", None), ("out", "udp", "53-54")], "rules")
    for action in shield.remove_from_resources([here]):
        finished(action, "remove_firewall")
    equal((reloaded(shield).applied_to, reloaded(web).public_net.firewalls), ([], []), "applied to nothing")
    tier = FirewallResource(
        type=FirewallResource.TYPE_LABEL_SELECTOR, label_selector=FirewallResourceLabelSelector(selector="tier=web")
    )
    for action in shield.apply_to_resources([tier]):
        finished(action, "apply_firewall")
    applied = reloaded(shield).applied_to[0]
    equal((applied.type, applied.label_selector.selector), ("label_selector", "tier=web"), "selector")
    equal([entry.server.id for entry in applied.applied_to_resources], [web.id], "selected servers")
    equal([entry.firewall.id for entry in reloaded(web).public_net.firewalls], [shield.id], "firewalls of the server")
    refused("firewall_managed_by_label_selector", shield.remove_from_resources, [here])
    for action in shield.remove_from_resources([tier]):
        finished(action)
    for action in shield.set_rules([]):
        finished(action)
    equal(reloaded(shield).rules, [], "no rules")

    bare = client.firewalls.create("bare")
    equal((bare.actions, bare.firewall.rules, bare.firewall.applied_to), ([], [], []), "bare firewall")
    equal([row.name for row in client.firewalls.get_all(sort=["name"])], ["bare", "wall"], "all firewalls")
    equal([row.name for row in client.firewalls.get_all(sort=["name:desc"])], ["wall", "bare"], "the other way round")
    equal(bare.firewall.delete(), True, "deletion")
    commands = [action.command for action in shield.get_actions(sort=["id"])]
    did(client.firewalls, shield, *commands)
    equal(commands.count("remove_firewall"), 2, "removals")
    equal(shield.delete(), True, "deletion")
    refused("not_found", shield.set_rules, [])
    equal(client.firewalls.get_all(), [], "no firewall is left")


def certificates(client):
    text = PEM.read_text()
    end = text.index("-----BEGIN PRIVATE KEY")
    uploaded = client.certificates.create("upload", text[:end], text[end:], labels={"made": "elsewhere"})
    equal((uploaded.type, uploaded.status, uploaded.labels), ("uploaded", None, {"made": "elsewhere"}), "uploaded")
    equal((uploaded.domain_names, uploaded.fingerprint), (["www.example.com"], FINGERPRINT), "what it says")
    equal(uploaded.certificate.strip(), text[:end].strip(), "text of the certificate")
    equal((uploaded.not_valid_before.year, uploaded.not_valid_after.year), (2026, 2126), "when it is valid")
    is_new(uploaded.created)
    found(client.certificates, uploaded, "made=elsewhere", Certificate(id=1))
    refused("uniqueness_error", client.certificates.create, "upload", text[:end], text[end:])
    refused_fields(["certificate"], client.certificates.create, "bad", "no certificate", text[end:])
    refused_fields(["private_key"], client.certificates.create, "bad", text[:end], "no key")
    refused("unsupported_error", uploaded.retry_issuance)
    uploaded = uploaded.update(name="own", labels={"made": "here"})
    equal((uploaded.name, uploaded.labels), ("own", {"made": "here"}), "changed certificate")
    equal(uploaded.get_actions(), [], "no action made it")

    created = client.certificates.create_managed("managed", ["example.com", "*.example.com"], labels={"made": "for"})
    managed = created.certificate
    equal((managed.type, managed.certificate, managed.fingerprint), ("managed", None, None), "managed")
    equal((managed.status.issuance, managed.status.error), ("pending", None), "state of its issue")
    finished(created.action, "create_certificate")
    equal(about(created.action), [("certificate", managed.id)], "what the action is about")
    managed.reload()
    equal((managed.status.issuance, managed.status.renewal), ("completed", "scheduled"), "state of its issue")
    true(managed.certificate.startswith("-----BEGIN CERTIFICATE-----"), "text of the certificate")
    equal(managed.domain_names, ["example.com", "*.example.com"], "domains")
    true(managed.not_valid_after - managed.not_valid_before > timedelta(days=80), "how long it is valid")
    refused("unsupported_error", managed.retry_issuance)
    refused_fields(["domain_names"], client.certificates.create_managed, "bad", ["not a domain"])
    did(client.certificates, managed, "create_certificate")
    equal([row.name for row in client.certificates.get_all()], ["own", "managed"], "all certificates")
    return uploaded, managed


def floating_ips(client, web, spare):
    created = client.floating_ips.create(
        "ipv4", name="entry", home_location=FSN1, description="the door", labels={"is": "door"}
    )
    door = created.floating_ip
    equal(created.action, None, "a free address is there at once")
    equal((door.type, door.name, door.description, door.server), ("ipv4", "entry", "the door", None), "new address")
    equal((door.home_location.name, door.blocked, door.labels), ("fsn1", False, {"is": "door"}), "new address")
    equal([entry["ip"] for entry in door.dns_ptr], [door.ip], "reverse name")
    is_new(door.created)
    found(client.floating_ips, door, "is=door", FloatingIP(id=1))
    refused("uniqueness_error", client.floating_ips.create, "ipv4", name="entry", home_location=FSN1)
    refused_fields(["type"], client.floating_ips.create, "ipv5", home_location=FSN1)
    refused("invalid_input", client.floating_ips.create, "ipv4")
    door = door.update(name="door", description="locked", labels={"is": "locked"})
    equal((door.name, door.description, door.labels), ("door", "locked", {"is": "locked"}), "changed address")

    action = door.assign(web)
    finished(action, "assign_floating_ip")
    equal(about(action), [("floating_ip", door.id), ("server", web.id)], "what the action is about")
    equal(reloaded(door).server.id, web.id, "server of the address")
    equal(ids(reloaded(web).public_net.floating_ips), [door.id], "addresses of the server")
    refused("floating_ip_assigned", door.assign, web)
    for server in (spare, web):
        finished(door.assign(server), "assign_floating_ip")
        equal(reloaded(door).server.id, server.id, "server of the address that moved")
    refused("must_be_unassigned", door.delete)
    finished(door.change_dns_ptr(door.ip, "door.example.com"), "change_dns_ptr")
    equal(reloaded(door).dns_ptr, [{"ip": door.ip, "dns_ptr": "door.example.com"}], "reverse name")
    refused("ip_not_owned", door.change_dns_ptr, "192.0.2.1", "door.example.com")
    finished(door.unassign(), "unassign_floating_ip")
    equal((reloaded(door).server, reloaded(web).public_net.floating_ips), (None, []), "unassigned")
    protected(door)

    wide = client.floating_ips.create("ipv6", server=spare)
    finished(wide.action)
    wide = reloaded(wide.floating_ip)
    true(wide.ip.endswith("/64"), "a whole network")
    equal((wide.server.id, wide.home_location.name), (spare.id, "fsn1"), "where it leads")
    one = wide.ip.replace("/64", "1")
    finished(wide.change_dns_ptr(one, "six.example.com"))
    equal(reloaded(wide).dns_ptr, [{"ip": one, "dns_ptr": "six.example.com"}], "reverse name")
    finished(wide.change_dns_ptr(one, None))
    equal(reloaded(wide).dns_ptr, [], "no reverse name")
    finished(wide.unassign())
    equal(wide.delete(), True, "deletion")
    kinds = ["change_dns_ptr", "unassign_floating_ip", "change_protection", "change_protection"]
    did(client.floating_ips, door, *["assign_floating_ip"] * 3, *kinds)
    equal(ids(client.floating_ips.get_all(name="door")), [door.id], "addresses of a name")
    equal(door.delete(), True, "deletion")
    refused("not_found", door.assign, web)
    equal(client.floating_ips.get_all(), [], "no address is left")


def primary_ips(client, web, spare):
    created = client.primary_ips.create(
        "ipv4", "fixed", location=FSN1, assignee_type="unassigned", auto_delete=False, labels={"is": "fixed"}
    )
    fixed = created.primary_ip
    equal(created.action, None, "a free address is there at once")
    equal((fixed.type, fixed.name, fixed.auto_delete), ("ipv4", "fixed", False), "new address")
    equal((fixed.assignee_id, fixed.assignee_type, fixed.location.name), (None, "unassigned", "fsn1"), "new address")
    equal((fixed.blocked, fixed.protection, fixed.labels), (False, {"delete": False}, {"is": "fixed"}), "new address")
    is_new(fixed.created)
    found(client.primary_ips, fixed, "is=fixed", PrimaryIP(id=1))
    equal(ids(client.primary_ips.get_list(ip=fixed.ip).primary_ips), [fixed.id], "by address")
    equal(client.primary_ips.get_list(ip="192.0.2.1").primary_ips, [], "by an unknown address")
    equal(ids(client.primary_ips.get_all(name="fixed")), [fixed.id], "addresses of a name")
    refused("uniqueness_error", client.primary_ips.create, "ipv4", "fixed", location=FSN1, assignee_type="unassigned")
    refused_fields(["type"], client.primary_ips.create, "ipv5", "odd", location=FSN1, assignee_type="unassigned")

    refused("server_not_stopped", fixed.assign, web.id, "server")
    refused("server_has_ipv4", fixed.assign, spare.id, "server")
    own = spare.public_net.primary_ipv4
    equal((own.assignee_id, own.assignee_type, own.auto_delete), (spare.id, "server", True), "the server's own address")
    refused("must_be_unassigned", own.delete)
    own = own.update(auto_delete=False)
    equal(own.auto_delete, False, "kept")
    finished(own.unassign(), "unassign_primary_ip")
    equal(reloaded(own).assignee_type, "unassigned", "free")
    equal(reloaded(spare).public_net.ipv4, None, "a server without an IPv4 address")
    action = fixed.assign(spare.id, "server")
    finished(action, "assign_primary_ip")
    equal(about(action), [("primary_ip", fixed.id), ("server", spare.id)], "what the action is about")
    equal((reloaded(fixed).assignee_id, fixed.assignee_type), (spare.id, "server"), "assigned")
    equal(reloaded(spare).public_net.ipv4.ip, fixed.ip, "address of the server")
    refused("primary_ip_already_assigned", fixed.assign, spare.id, "server")
    refused("server_has_ipv4", own.assign, spare.id, "server")
    equal(own.delete(), True, "deletion")

    finished(fixed.change_dns_ptr(fixed.ip, "fixed.example.com"), "change_dns_ptr")
    equal(reloaded(fixed).dns_ptr, [{"ip": fixed.ip, "dns_ptr": "fixed.example.com"}], "reverse name")
    equal(reloaded(spare).public_net.ipv4.dns_ptr, "fixed.example.com", "reverse name of the server")
    refused("ip_not_owned", fixed.change_dns_ptr, "192.0.2.1", "fixed.example.com")
    protected(fixed)
    fixed = fixed.update(name="kept", labels={"is": "kept"}, auto_delete=False)
    equal((fixed.name, fixed.labels), ("kept", {"is": "kept"}), "changed address")
    kinds = ["assign_primary_ip", "change_dns_ptr", "change_protection", "change_protection"]
    did(client.primary_ips, fixed, *kinds)

    # A server that is made with an address one has.
    keep = client.primary_ips.create("ipv6", "six", location=FSN1, assignee_type="unassigned").primary_ip
    true(keep.ip.endswith("/64"), "a whole network")

    def server(name, **public):
        public = ServerCreatePublicNetwork(**public)
        return client.servers.create(name, TYPE, SYSTEM, location=FSN1, public_net=public, start_after_create=False)

    refused("primary_ip_version_mismatch", server, "six-1", ipv4=keep, enable_ipv6=False)
    refused("primary_ip_assigned", server, "six-1", ipv4=fixed)
    made = server("six-1", ipv6=keep, enable_ipv4=False)
    finished(made.action)
    six = reloaded(made.server)
    equal((six.public_net.ipv4, six.public_net.ipv6.ip), (None, keep.ip), "addresses of the server")
    equal(six.public_net.primary_ipv6.id, keep.id, "Primary IP of the server")
    finished(six.delete())
    equal((reloaded(keep).assignee_id, keep.assignee_type), (None, "unassigned"), "the address stays")
    equal(keep.delete(), True, "deletion")
    refused("not_found", keep.update, name="gone")

    finished(fixed.unassign())
    equal(fixed.delete(), True, "deletion")
    with_server = client.primary_ips.create(
        "ipv4", "new", assignee_id=spare.id, assignee_type="server", auto_delete=True
    )
    finished(with_server.action)
    equal(reloaded(spare).public_net.ipv4.ip, with_server.primary_ip.ip, "a new address for a server that has none")


def health_check(port, **more):
    return LoadBalancerHealthCheck(protocol="tcp", port=port, interval=3, timeout=2, retries=1, **more)


def tcp(port, to):
    return LoadBalancerService(
        protocol="tcp", listen_port=port, destination_port=to, proxyprotocol=False, health_check=health_check(to)
    )


def load_balancers(client, web, spare, net, inner, uploaded, managed):
    at_web = LoadBalancerTarget(type="server", server=web, use_private_ip=False)
    created = client.load_balancers.create(
        "front",
        LoadBalancerType(name="lb11"),
        algorithm=LoadBalancerAlgorithm(type="round_robin"),
        services=[tcp(25, 2525)],
        targets=[at_web],
        labels={"side": "front"},
        location=FSN1,
        public_interface=True,
    )
    finished(created.action, "create_load_balancer")
    equal(about(created.action), [("load_balancer", created.load_balancer.id)], "what the action is about")
    lb = reloaded(created.load_balancer)
    equal((lb.name, lb.location.name, lb.load_balancer_type.name), ("front", "fsn1", "lb11"), "new load balancer")
    equal((lb.algorithm.type, lb.labels, lb.protection), ("round_robin", {"side": "front"}, {"delete": False}), "new")
    equal((lb.public_net.enabled, lb.private_net), (True, []), "networks")
    true(lb.public_net.ipv4.ip.count(".") == 3 and ":" in lb.public_net.ipv6.ip, "addresses")
    equal(lb.included_traffic, 20 * 1024**4, "included traffic")
    is_new(lb.created)
    service = lb.services[0]
    equal((service.protocol, service.listen_port, service.destination_port), ("tcp", 25, 2525), "service")
    equal((service.proxyprotocol, service.http), (False, None), "service")
    check = service.health_check
    equal(
        (check.protocol, check.port, check.interval, check.timeout, check.retries), ("tcp", 2525, 3, 2, 1), "its check"
    )
    target = lb.targets[0]
    equal((target.type, target.server.id, target.use_private_ip), ("server", web.id, False), "target")
    equal([status.listen_port for status in target.health_status], [25], "whose health is known")
    found(client.load_balancers, lb, "side=front", LoadBalancer(id=1))
    equal(ids(client.load_balancers.get_all(name="front")), [lb.id], "load balancers of a name")
    refused("uniqueness_error", client.load_balancers.create, "front", LoadBalancerType(name="lb11"), location=FSN1)
    refused("invalid_input", client.load_balancers.create, "front-2", LoadBalancerType(name="lb0"), location=FSN1)
    refused("invalid_input", client.load_balancers.create, "front-2", LoadBalancerType(name="lb11"))
    lb = lb.update(name="gate", labels={"side": "gate"})
    equal((lb.name, lb.labels), ("gate", {"side": "gate"}), "changed load balancer")

    # Services.
    https = LoadBalancerService(
        protocol="https",
        listen_port=443,
        destination_port=8080,
        proxyprotocol=True,
        http=LoadBalancerServiceHttp(
            cookie_name="STICKY",
            cookie_lifetime=600,
            certificates=[uploaded],
            redirect_http=True,
            sticky_sessions=True,
            timeout_idle=60,
        ),
        health_check=LoadBalancerHealthCheck(
            protocol="http",
            port=8080,
            interval=15,
            timeout=10,
            retries=3,
            http=LoadBalancerHealthCheckHttp(
                domain="example.com", path="/health", response="fine", status_codes=["2??", "304"], tls=False
            ),
        ),
    )
    finished(lb.add_service(https), "add_service")
    service = {entry.listen_port: entry for entry in reloaded(lb).services}[443]
    equal((service.protocol, service.destination_port, service.proxyprotocol), ("https", 8080, True), "HTTPS")
    http = service.http
    equal((http.cookie_name, http.cookie_lifetime, http.timeout_idle), ("STICKY", 600, 60), "HTTP")
    equal((http.redirect_http, http.sticky_sessions, ids(http.certificates)), (True, True, [uploaded.id]), "HTTP")
    check = service.health_check.http
    equal((check.domain, check.path, check.response, check.tls), ("example.com", "/health", "fine", False), "its check")
    equal(check.status_codes, ["2??", "304"], "status codes")
    refused("resource_in_use", uploaded.delete)
    refused("source_port_already_used", lb.add_service, tcp(25, 26))
    refused("source_port_already_used", lb.add_service, tcp(80, 8000))
    odd = tcp(70_000, 80)
    refused("invalid_input", lb.add_service, odd)
    change = LoadBalancerService(
        listen_port=443, destination_port=9090, http=LoadBalancerServiceHttp(certificates=[uploaded, managed])
    )
    finished(lb.update_service(change), "update_service")
    service = {entry.listen_port: entry for entry in reloaded(lb).services}[443]
    equal((service.destination_port, service.protocol, service.proxyprotocol), (9090, "https", True), "changed service")
    equal(ids(service.http.certificates), [uploaded.id, managed.id], "changed certificates")
    equal((service.http.cookie_name, service.health_check.http.path), ("STICKY", "/health"), "what is left as it was")
    refused("not_found", lb.update_service, LoadBalancerService(listen_port=4711, destination_port=1))
    finished(lb.delete_service(https), "delete_service")
    equal([entry.listen_port for entry in reloaded(lb).services], [25], "services")
    refused("not_found", lb.delete_service, https)
    plain = LoadBalancerService(
        protocol="http", listen_port=80, destination_port=8080, proxyprotocol=False, health_check=health_check(8080)
    )
    finished(lb.add_service(plain))
    http = {entry.listen_port: entry for entry in reloaded(lb).services}[80].http
    equal((http.cookie_name, http.cookie_lifetime, http.sticky_sessions), ("HCLBSTICKY", 300, False), "defaults")
    finished(lb.delete_service(plain))

    # Targets.
    refused("target_already_defined", lb.add_target, at_web)
    labelled = LoadBalancerTarget(
        type="label_selector",
        label_selector=LoadBalancerTargetLabelSelector("tier in (web,spare)"),
        use_private_ip=False,
    )
    finished(lb.add_target(labelled), "add_target")
    target = reloaded(lb).targets[1]
    equal((target.type, target.label_selector.selector), ("label_selector", "tier in (web,spare)"), "selector")
    equal(sorted(entry.server.id for entry in target.targets), sorted([web.id, spare.id]), "selected servers")
    outside = LoadBalancerTarget(type="ip", ip=LoadBalancerTargetIP("198.51.100.7"))
    finished(lb.add_target(outside))
    equal((reloaded(lb).targets[2].type, lb.targets[2].ip.ip), ("ip", "198.51.100.7"), "address")
    own = LoadBalancerTarget(type="ip", ip=LoadBalancerTargetIP(web.public_net.ipv4.ip))
    refused("cloud_resource_ip_not_allowed", lb.add_target, own)
    privately = LoadBalancerTarget(type="server", server=inner, use_private_ip=True)
    refused("load_balancer_not_attached_to_network", lb.add_target, privately)
    # The first check of health comes after an interval of three seconds.
    for _ in range(100):
        states = [entry.health_status[0].status for entry in reloaded(lb).targets[1].targets]
        if "unknown" not in states:
            break
        time.sleep(0.1)
    health = {entry.server.id: entry.health_status[0] for entry in lb.targets[1].targets}
    equal((health[web.id].status, health[web.id].detail), ("healthy", None), "health of a running server")
    equal(health[spare.id].status, "unhealthy", "health of a server that is off")
    true(health[spare.id].detail, "why it is unhealthy")
    for gone in [labelled, outside, at_web]:
        finished(lb.remove_target(gone), "remove_target")
    equal(reloaded(lb).targets, [], "no target")
    refused("not_found", lb.remove_target, outside)

    # Networks.
    refused("load_balancer_not_attached_to_network", lb.disable_public_interface)
    action = lb.attach_to_network(net, ip="10.20.1.99")
    finished(action, "attach_to_network")
    equal(about(action), [("load_balancer", lb.id), ("network", net.id)], "what the action is about")
    equal([(p.network.id, p.ip) for p in reloaded(lb).private_net], [(net.id, "10.20.1.99")], "place in the network")
    equal(lb.private_net_for(net).ip, "10.20.1.99", "place in the network")
    refused("load_balancer_already_attached", lb.attach_to_network, net)
    member = net.get_member_all(type=["load_balancer"])[0]
    equal((member.id, member.ip, member.status), (lb.id, "10.20.1.99", "ok"), "member of the network")
    equal(len(net.get_member_all()), 2, "the load balancer and a server")
    refused("resolve_cloud_public_targets_error", lb.add_target, LoadBalancerTarget(type="server", server=inner))
    aside = LoadBalancerTarget(type="server", server=web, use_private_ip=True)
    refused("resolve_cloud_private_targets_error", lb.add_target, aside)
    finished(lb.add_target(privately))
    finished(lb.disable_public_interface(), "disable_public_interface")
    equal(reloaded(lb).public_net.enabled, False, "public interface")
    refused("load_balancer_public_interface_disabled", lb.add_target, outside)
    finished(lb.enable_public_interface(), "enable_public_interface")
    equal(reloaded(lb).public_net.enabled, True, "public interface")
    finished(lb.remove_target(privately))
    finished(lb.detach_from_network(net), "detach_from_network")
    equal(reloaded(lb).private_net, [], "networks")
    refused("load_balancer_not_attached_to_network", lb.detach_from_network, net)
    finished(lb.attach_to_network(net, ip_range="10.20.1.0/24"))
    true(reloaded(lb).private_net[0].ip.startswith("10.20.1."), "address of the service's choice")
    finished(lb.detach_from_network(net))

    # The rest.
    finished(lb.change_algorithm(LoadBalancerAlgorithm(type="least_connections")), "change_algorithm")
    equal(reloaded(lb).algorithm.type, "least_connections", "algorithm")
    refused("invalid_input", lb.change_algorithm, LoadBalancerAlgorithm(type="dice"))
    finished(lb.change_type(LoadBalancerType(name="lb21")), "change_load_balancer_type")
    equal(reloaded(lb).load_balancer_type.max_services, 15, "type")
    finished(lb.change_type(LoadBalancerType(name="lb11")))
    address = lb.public_net.ipv4
    finished(lb.change_dns_ptr(address.ip, "lb.example.com"), "change_dns_ptr")
    equal(reloaded(lb).public_net.ipv4.dns_ptr, "lb.example.com", "reverse name")
    refused("ip_not_owned", lb.change_dns_ptr, "192.0.2.1", "lb.example.com")
    protected(lb)
    end = datetime.now(timezone.utc)
    kinds = ["open_connections", "connections_per_second", "requests_per_second", "bandwidth"]
    answer = lb.get_metrics(kinds, end - timedelta(minutes=10), end, step=60).metrics
    names = {"open_connections", "connections_per_second", "requests_per_second", "bandwidth.in", "bandwidth.out"}
    equal((answer.step, set(answer.time_series)), (60.0, names), "series")
    commands = [action.command for action in lb.get_actions(sort=["id"])]
    equal(commands[0], "create_load_balancer", "the first action")
    did(client.load_balancers, lb, *commands)

    # One with an address of its owner and a place in a network from the beginning.
    keep = client.primary_ips.create("ipv4", "lb-entry", location=FSN1, assignee_type="unassigned").primary_ip
    second = client.load_balancers.create(
        "back",
        LoadBalancerType(name="lb11"),
        location=FSN1,
        network=net,
        public_net=LoadBalancerCreatePublicNetwork(ipv4=keep),
        targets=[privately],
    )
    finished(second.action)
    back = reloaded(second.load_balancer)
    equal((back.public_net.ipv4.ip, [p.network.id for p in back.private_net]), (keep.ip, [net.id]), "where it is")
    equal(back.public_net.ipv4.primary_ip.id, keep.id, "its Primary IP")
    equal([target.server.id for target in back.targets], [inner.id], "its target")
    refused("must_be_unassigned", keep.delete)
    equal([row.name for row in client.load_balancers.get_all()], ["gate", "back"], "all load balancers")
    action = back.delete().action
    finished(action, "delete_load_balancer")
    equal(about(action), [("load_balancer", back.id)], "what the action is about")
    equal(keep.delete(), True, "deletion of its address")
    finished(lb.delete().action)
    refused("not_found", client.load_balancers.get_by_id, lb.id)
    refused("not_found", lb.change_type, LoadBalancerType(name="lb21"))
    equal(client.load_balancers.get_all(), [], "no load balancer is left")


def values(rrset):
    return [record.value for record in rrset.records]


def zones(client):
    created = client.zones.create(
        name="example.com",
        mode="primary",
        ttl=7200,
        labels={"use": "web"},
        rrsets=[ZoneRRSet(name="www", type="A", ttl=300, records=[ZoneRecord(value="203.0.113.7", comment="first")])],
    )
    finished(created.action, "create_zone")
    equal(about(created.action), [("zone", created.zone.id)], "what the action is about")
    zone = reloaded(created.zone)
    equal((zone.name, zone.mode, zone.ttl, zone.status), ("example.com", "primary", 7200, "ok"), "new zone")
    equal((zone.labels, zone.protection), ({"use": "web"}, {"delete": False}), "new zone")
    equal(sorted(zone.authoritative_nameservers.assigned), sorted(NAMESERVERS), "name servers")
    equal(zone.record_count, 5, "SOA, three NS and what was asked for")
    true(zone.registrar in {"hetzner", "other", "unknown"}, "registrar")
    is_new(zone.created)
    equal(client.zones.get(zone.id).name, "example.com", "zone by id")
    equal(client.zones.get("example.com").id, zone.id, "zone by name")
    refused("not_found", client.zones.get, "example.org")
    refused("not_found", client.zones.delete, Zone(name="example.org"))
    equal(ids(client.zones.get_list(name="example.com", mode="primary", page=1, per_page=5).zones), [zone.id], "list")
    equal(ids(client.zones.get_all(label_selector="use=web")), [zone.id], "zones with a label")
    equal(client.zones.get_all(mode="secondary"), [], "secondary zones")
    refused("uniqueness_error", client.zones.create, name="example.com", mode="primary")
    refused_fields(["name"], client.zones.create, name="Example.COM", mode="primary")
    refused_fields(["mode"], client.zones.create, name="example.net", mode="tertiary")
    refused_fields(["ttl"], client.zones.create, name="example.net", mode="primary", ttl=59)
    zone = zone.update(labels={"use": "mail"})
    equal(zone.labels, {"use": "mail"}, "labels")
    finished(zone.change_ttl(3600), "change_ttl")
    equal(reloaded(zone).ttl, 3600, "TTL")
    refused_fields(["ttl"], zone.change_ttl, 5)
    protected(zone)
    server = ZonePrimaryNameserver(address="198.51.100.1", port=5353)
    refused("incorrect_zone_mode", zone.change_primary_nameservers, [server])

    rrsets(zone)

    # Zone files.
    text = zone.export_zonefile().zonefile
    true("$ORIGIN" in text and "example.com." in text and "203.0.113.7" in text, "zone file")
    count = zone.record_count
    finished(zone.import_zonefile(text), "import_zonefile")
    equal(reloaded(zone).record_count, count, "what was written is read again")
    more = "shop\t600\tIN\tA\t203.0.113.80 ; sells\n\tIN\t600\tA\t203.0.113.81\n"
    finished(zone.import_zonefile(text + more))
    shop = zone.get_rrset("shop", "A")
    equal((values(shop), shop.ttl), (["203.0.113.80", "203.0.113.81"], 600), "records of a zone file")
    equal(shop.records[0].comment, "sells", "comment of a zone file")
    refused_fields(["zonefile"], zone.import_zonefile, "shop IN A not-an-address\n")
    commands = [action.command for action in zone.get_actions(sort=["id"])]
    equal(commands[:2], ["create_zone", "change_ttl"], "the first actions")
    did(client.zones, zone, *commands)

    filed = client.zones.create(
        name="example.net", mode="primary", zonefile=text.replace("example.com.", "example.net.")
    )
    finished(filed.action)
    equal(reloaded(filed.zone).record_count, count, "a zone from a zone file")
    finished(filed.zone.delete().action, "delete_zone")
    secondary_zones(client)
    equal([row.name for row in client.zones.get_all(sort=["name"])], ["example.com"], "all zones")
    finished(zone.delete().action, "delete_zone")
    refused("not_found", client.zones.get, "example.com")
    equal(client.zones.get_all(), [], "no zone is left")


def rrsets(zone):
    www = zone.get_rrset("www", "A")
    equal((www.id, www.name, www.type, www.ttl), ("www/A", "www", "A", 300), "RRset")
    equal((values(www), www.records[0].comment, www.zone.id), (["203.0.113.7"], "first", zone.id), "RRset")
    equal((www.labels, www.protection), ({}, {"change": False}), "RRset")
    made = zone.create_rrset(
        name="@",
        type="TXT",
        labels={"use": "spf"},
        records=[ZoneRecord(value='"v=spf1 -all"', comment="no mail"), ZoneRecord(value='"other"')],
    )
    finished(made.action, "create_rrset")
    txt = made.rrset
    equal((txt.name, txt.type, txt.ttl, txt.labels), ("@", "TXT", None, {"use": "spf"}), "new RRset")
    refused("uniqueness_error", zone.create_rrset, name="@", type="TXT", records=[ZoneRecord(value='"x"')])
    refused("invalid_input", zone.create_rrset, name="bad", type="A", records=[ZoneRecord(value="::1")])
    refused("invalid_input", zone.create_rrset, name="bad", type="TXT", records=[ZoneRecord(value="unquoted")])
    refused("invalid_input", zone.create_rrset, name="www", type="CNAME", records=[ZoneRecord(value="web")])
    refused(
        "invalid_input", zone.create_rrset, name="www.example.com.", type="A", records=[ZoneRecord(value="192.0.2.1")]
    )
    refused("not_found", zone.get_rrset, "nothing", "A")
    equal(
        {(r.name, r.type) for r in zone.get_rrset_all()}, {("@", "SOA"), ("@", "NS"), ("@", "TXT"), ("www", "A")}, "all"
    )
    equal([r.id for r in zone.get_rrset_all(name="@", type=["NS", "TXT"], sort=["id"])], ["@/NS", "@/TXT"], "some")
    equal([r.id for r in zone.get_rrset_all(label_selector="use=spf")], ["@/TXT"], "RRsets with a label")
    page = zone.get_rrset_list(sort=["name", "id"], page=1, per_page=3)
    equal((len(page.rrsets), page.meta.pagination.next_page, page.meta.pagination.total_entries), (3, 2, 4), "page")
    equal(sorted(values(zone.get_rrset("@", "NS"))), sorted(NAMESERVERS), "name servers")

    # By way of the zone, and by way of the RRset.
    equal(zone.update_rrset(txt, labels={"use": "text"}).labels, {"use": "text"}, "labels")
    equal(www.update_rrset(labels={"use": "web"}).labels, {"use": "web"}, "labels")
    finished(zone.change_rrset_ttl(www, 120), "change_rrset_ttl")
    equal(reloaded(www).ttl, 120, "TTL")
    finished(www.change_rrset_ttl(None))
    equal(reloaded(www).ttl, None, "the TTL of the zone")
    refused_fields(["ttl"], www.change_rrset_ttl, 3)
    finished(zone.add_rrset_records(www, [ZoneRecord(value="203.0.113.8")], ttl=900), "add_rrset_records")
    finished(www.add_rrset_records([ZoneRecord(value="203.0.113.9", comment="third")]))
    equal(values(reloaded(www)), ["203.0.113.7", "203.0.113.8", "203.0.113.9"], "records")
    equal(www.ttl, 900, "TTL that came with records")
    finished(
        zone.update_rrset_records(www, [ZoneRecord(value="203.0.113.8", comment="second")]), "update_rrset_records"
    )
    finished(www.update_rrset_records([ZoneRecord(value="203.0.113.7", comment="one")]))
    equal([record.comment for record in reloaded(www).records], ["one", "second", "third"], "comments")
    finished(zone.remove_rrset_records(www, [ZoneRecord(value="203.0.113.7")]), "remove_rrset_records")
    finished(www.remove_rrset_records([ZoneRecord(value="203.0.113.8")]))
    equal(values(reloaded(www)), ["203.0.113.9"], "records")
    refused("invalid_input", www.remove_rrset_records, [ZoneRecord(value="192.0.2.99")])
    finished(
        zone.set_rrset_records(www, [ZoneRecord(value="203.0.113.1"), ZoneRecord(value="203.0.113.2")]),
        "set_rrset_records",
    )
    equal(values(reloaded(www)), ["203.0.113.1", "203.0.113.2"], "records")
    finished(www.set_rrset_records([ZoneRecord(value="203.0.113.7")]))
    equal(values(reloaded(www)), ["203.0.113.7"], "records")
    finished(zone.change_rrset_protection(www, change=True), "change_rrset_protection")
    equal(reloaded(www).protection, {"change": True}, "protection")
    refused("protected", www.set_rrset_records, [ZoneRecord(value="203.0.113.3")])
    refused("protected", www.add_rrset_records, [ZoneRecord(value="203.0.113.3")])
    refused("protected", www.change_rrset_ttl, 600)
    refused("protected", www.delete_rrset)
    finished(www.change_rrset_protection(change=False))

    # Records come with a set, and the last one takes it away.
    finished(
        zone.add_rrset_records(
            ZoneRRSet(name="mail", type="AAAA", zone=zone), [ZoneRecord(value="2001:db8::25")], ttl=600
        )
    )
    mail = zone.get_rrset("mail", "AAAA")
    equal((values(mail), mail.ttl), (["2001:db8::25"], 600), "a set that came with its record")
    finished(mail.remove_rrset_records([ZoneRecord(value="2001:db8::25")]))
    refused("not_found", zone.get_rrset, "mail", "AAAA")
    for name, kind, value in [
        ("@", "MX", "10 mail"),
        ("@", "CAA", '0 issue "letsencrypt.org"'),
        ("alias", "CNAME", "www"),
        ("_sip._tcp", "SRV", "0 5 5060 sip.example.com."),
        ("@", "HTTPS", '1 . alpn="h2,h3"'),
        ("*", "AAAA", "2001:db8::1"),
    ]:
        made = zone.create_rrset(name=name, type=kind, records=[ZoneRecord(value=value)])
        finished(made.action)
        equal(values(zone.get_rrset(name, kind)), [value], f"{kind} record")
    action = zone.delete_rrset(txt).action
    finished(action, "delete_rrset")
    finished(zone.get_rrset("alias", "CNAME").delete_rrset().action)
    refused("not_found", zone.get_rrset, "alias", "CNAME")
    refused("invalid_input", zone.get_rrset("@", "NS").delete_rrset)
    equal(reloaded(zone).record_count, 10, "number of records")


def secondary_zones(client):
    signed = ZonePrimaryNameserver(address="198.51.100.1", port=5353, tsig_algorithm="hmac-sha256", tsig_key="c2VjcmV0")
    refused("invalid_input", client.zones.create, name="example.org", mode="secondary")
    made = client.zones.create(name="example.org", mode="secondary", primary_nameservers=[signed])
    finished(made.action)
    zone = reloaded(made.zone)
    equal((zone.mode, len(zone.primary_nameservers)), ("secondary", 1), "secondary zone")
    server = zone.primary_nameservers[0]
    equal((server.address, server.port, server.tsig_algorithm), ("198.51.100.1", 5353, "hmac-sha256"), "its source")
    equal(ids(client.zones.get_all(mode="secondary")), [zone.id], "secondary zones")
    six = ZonePrimaryNameserver(address="2001:db8::53")
    finished(zone.change_primary_nameservers([six, signed]), "change_primary_nameservers")
    equal([s.address for s in reloaded(zone).primary_nameservers], ["2001:db8::53", "198.51.100.1"], "sources")
    equal(zone.primary_nameservers[0].port, 53, "the usual port")
    refused("invalid_input", zone.change_primary_nameservers, [ZonePrimaryNameserver(address="ns.example.com")])
    www = ZoneRRSet(name="www", type="A", zone=zone)
    record = [ZoneRecord(value="203.0.113.7")]
    for call, arguments in [
        (zone.create_rrset, {"name": "www", "type": "A", "records": record}),
        (zone.change_ttl, {"ttl": 600}),
        (zone.import_zonefile, {"zonefile": "www IN A 203.0.113.7\n"}),
        (zone.export_zonefile, {}),
        (zone.get_rrset_list, {}),
        (zone.add_rrset_records, {"rrset": www, "records": record}),
        (zone.set_rrset_records, {"rrset": www, "records": record}),
        (zone.change_rrset_ttl, {"rrset": www, "ttl": 600}),
        (zone.delete_rrset, {"rrset": www}),
    ]:
        refused("incorrect_zone_mode", call, **arguments)
    finished(zone.delete().action)


def storage_boxes(client):
    boxes = client.storage_boxes
    created = boxes.create(
        name="backup",
        password=PASSWORD,
        location=FSN1,
        storage_box_type=StorageBoxType(name="bx11"),
        ssh_keys=[PUBLIC_KEY],
        access_settings=StorageBoxAccessSettings(ssh_enabled=True, reachable_externally=True),
        labels={"use": "backup"},
    )
    equal(created.storage_box.status, "initializing", "new box")
    refused("locked", created.storage_box.delete)
    finished(created.action, "create")
    equal(about(created.action), [("storage_box", created.storage_box.id)], "what the action is about")
    box = reloaded(created.storage_box)
    equal((box.name, box.status, box.storage_box_type.name), ("backup", "active", "bx11"), "box")
    equal((box.location.name, box.labels, box.protection), ("fsn1", {"use": "backup"}, {"delete": False}), "box")
    true(box.server.startswith(box.username) and box.system, "where it is reached")
    access = box.access_settings
    equal((access.ssh_enabled, access.reachable_externally, access.samba_enabled), (True, True, False), "access")
    equal((access.webdav_enabled, access.zfs_enabled, box.snapshot_plan), (False, False, None), "access and plan")
    equal((box.stats.size, box.stats.size_data, box.stats.size_snapshots), (0, 0, 0), "what is stored")
    is_new(box.created)
    found(boxes, box, "use=backup", StorageBox(id=1))
    equal(ids(boxes.get_all(name="backup", sort=["name:desc"])), [box.id], "boxes of a name")
    more = {"location": FSN1, "storage_box_type": StorageBoxType(name="bx11")}
    refused_fields(["password"], boxes.create, name="weak", password="password", **more)
    refused_fields(["ssh_keys"], boxes.create, name="odd", password=PASSWORD, ssh_keys=["laptop"], **more)
    more["storage_box_type"] = StorageBoxType(name="bx0")
    refused_fields(["storage_box_type"], boxes.create, name="odd", password=PASSWORD, **more)
    box = box.update(name="vault", labels={"use": "vault"})
    equal((box.name, box.labels), ("vault", {"use": "vault"}), "changed box")

    finished(box.reset_password("Another-Horse-8-Staple"), "reset_password")
    refused_fields(["password"], box.reset_password, "short")
    finished(
        box.update_access_settings(StorageBoxAccessSettings(samba_enabled=True, ssh_enabled=False)),
        "update_access_settings",
    )
    access = reloaded(box).access_settings
    equal((access.samba_enabled, access.ssh_enabled, access.reachable_externally), (True, False, True), "access")
    finished(box.change_type(StorageBoxType(name="bx21")), "change_type")
    equal((reloaded(box).storage_box_type.name, box.storage_box_type.size), ("bx21", 5 << 40), "type")
    refused_fields(["storage_box_type"], box.change_type, StorageBoxType(name="bx0"))
    protected(box)

    plan = StorageBoxSnapshotPlan(max_snapshots=7, hour=3, minute=30, day_of_week=1)
    finished(box.enable_snapshot_plan(plan), "enable_snapshot_plan")
    plan = reloaded(box).snapshot_plan
    equal((plan.max_snapshots, plan.hour, plan.minute), (7, 3, 30), "plan")
    equal((plan.day_of_week, plan.day_of_month), (1, None), "days of the plan")
    refused_fields(["hour"], box.enable_snapshot_plan, StorageBoxSnapshotPlan(max_snapshots=7, hour=24, minute=0))
    finished(box.disable_snapshot_plan(), "disable_snapshot_plan")
    equal(reloaded(box).snapshot_plan, None, "no plan")

    subaccounts(box)
    snapshots(box)
    commands = [action.command for action in box.get_actions(sort=["id"])]
    equal(commands[:3], ["create", "reset_password", "update_access_settings"], "the first actions")
    did(boxes, box, *commands)
    finished(box.delete().action, "delete")
    refused("not_found", boxes.get_by_id, box.id)
    refused("not_found", box.get_folders)
    equal(boxes.get_all(), [], "no box is left")


def subaccounts(box):
    created = box.create_subaccount(
        name="team",
        home_directory="teams/one",
        password=PASSWORD,
        access_settings=StorageBoxSubaccountAccessSettings(ssh_enabled=True, readonly=True),
        description="the first team",
        labels={"team": "one"},
    )
    finished(created.action, "create_subaccount")
    what = [("storage_box", box.id), ("storage_box_subaccount", created.subaccount.id)]
    equal(about(created.action), what, "what the action is about")
    team = reloaded(created.subaccount)
    equal((team.name, team.home_directory, team.description), ("team", "teams/one", "the first team"), "subaccount")
    equal((team.labels, team.storage_box.id), ({"team": "one"}, box.id), "subaccount")
    true(team.username.startswith(f"{box.username}-sub") and team.server, "where it is reached")
    access = team.access_settings
    equal((access.ssh_enabled, access.readonly, access.samba_enabled), (True, True, False), "access")
    is_new(team.created)
    equal(box.get_subaccount_by_id(team.id).username, team.username, "subaccount by id")
    equal(box.get_subaccount_by_name("team").id, team.id, "subaccount by name")
    equal(box.get_subaccount_by_name("nobody"), None, "unknown subaccount")
    equal(box.get_subaccount_by_username(team.username).id, team.id, "subaccount by user name")
    equal(ids(box.get_subaccount_list(name="team", label_selector="team=one").subaccounts), [team.id], "subaccounts")
    equal(box.get_subaccount_all(label_selector="team=two"), [], "subaccounts of others")
    refused("not_found", box.get_subaccount_by_id, 1)
    home = {"home_directory": "teams/two"}
    refused_fields(["password"], box.create_subaccount, password="weak", **home)
    refused_fields(["home_directory"], box.create_subaccount, password=PASSWORD, home_directory="/teams")
    equal(box.get_folders().folders, ["teams"], "folders")
    equal(box.get_folders(path="teams").folders, ["one"], "folders inside of one")

    team = team.update(name="crew", description="renamed", labels={"team": "crew"})
    equal((team.name, team.description, team.labels), ("crew", "renamed", {"team": "crew"}), "changed subaccount")
    finished(team.change_home_directory("teams/crew"), "change_home_directory")
    equal(reloaded(team).home_directory, "teams/crew", "home directory")
    equal(sorted(box.get_folders(path="teams").folders), ["crew", "one"], "folders")
    finished(team.reset_password("Another-Horse-8-Staple"), "reset_subaccount_password")
    refused_fields(["password"], team.reset_password, "short")
    settings = StorageBoxSubaccountAccessSettings(readonly=False, webdav_enabled=True)
    finished(team.update_access_settings(settings), "update_access_settings")
    access = reloaded(team).access_settings
    equal((access.readonly, access.webdav_enabled, access.ssh_enabled), (False, True, True), "access")
    finished(team.delete().action, "delete_subaccount")
    refused("not_found", box.get_subaccount_by_id, team.id)
    refused("not_found", box._client.delete_subaccount, StorageBoxSubaccount(id=1, storage_box=box))
    equal(box.get_subaccount_all(), [], "no subaccount is left")


def snapshots(box):
    created = box.create_snapshot(description="before", labels={"when": "before"})
    finished(created.action, "create_snapshot")
    what = [("storage_box", box.id), ("storage_box_snapshot", created.snapshot.id)]
    equal(about(created.action), what, "what the action is about")
    before = reloaded(created.snapshot)
    equal((before.description, before.labels, before.is_automatic), ("before", {"when": "before"}, False), "snapshot")
    equal((before.storage_box.id, before.stats.size >= 0), (box.id, True), "snapshot")
    is_new(before.created)
    equal(box.get_snapshot_by_id(before.id).name, before.name, "snapshot by id")
    equal(box.get_snapshot_by_name(before.name).id, before.id, "snapshot by name")
    equal(box.get_snapshot_by_name("nothing"), None, "unknown snapshot")
    equal(ids(box.get_snapshot_list(name=before.name, is_automatic=False).snapshots), [before.id], "snapshots")
    equal(box.get_snapshot_all(is_automatic=True), [], "automatic snapshots")
    equal(ids(box.get_snapshot_all(label_selector="when=before", sort=["name"])), [before.id], "with a label")
    refused("not_found", box.get_snapshot_by_id, 1)
    before = before.update(description="kept", labels={"when": "kept"})
    equal((before.description, before.labels), ("kept", {"when": "kept"}), "changed snapshot")
    finished(box.rollback_snapshot(before), "rollback_snapshot")
    refused("invalid_input", box.rollback_snapshot, StorageBoxSnapshot(name="nothing"))
    finished(before.delete().action, "delete_snapshot")
    refused("not_found", box.get_snapshot_by_id, before.id)
    refused("not_found", before.update, description="gone")
    equal(box.get_snapshot_all(), [], "no snapshot is left")


def main(client):
    types(client)
    web, spare, far = servers(client)
    volumes(client, web, far)
    net, inner = networks(client, web, far)
    firewalls(client, web, inner)
    uploaded, managed = certificates(client)
    floating_ips(client, web, spare)
    primary_ips(client, web, spare)
    load_balancers(client, web, spare, net, inner, uploaded, managed)
    zones(client)
    storage_boxes(client)

    for certificate in [uploaded, managed]:
        equal(certificate.delete(), True, "deletion of a certificate")
    for server in [web, spare, far, inner]:
        finished(server.delete(), "delete_server")
    equal(net.delete(), True, "deletion of the network")
    refused("not_found", net.change_ip_range, "10.20.0.0/14")
    equal(client.primary_ips.get_all(), [], "the addresses went with the servers")


watch("certificates", "datacenters", "firewalls", "floating_ips", "load_balancer_types", "load_balancers", "networks")
watch("primary_ips", "storage_box_types", "storage_boxes", "volumes", "zones")
run(main)
