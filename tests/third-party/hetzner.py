"""The official Python client against the sandbox: what it reads must be what it would read from the real service.

Settings come from the environment: HCLOUD_ENDPOINT, HETZNER_ENDPOINT and HCLOUD_TOKEN.
"""

import os
import time
import warnings
from datetime import datetime, timedelta, timezone

from hcloud import Client
from hcloud.images import Image
from hcloud.locations import Location
from hcloud.networks import Network
from hcloud.server_types import ServerType
from hcloud.servers import Server, ServerCreatePublicNetwork
from hcloud.ssh_keys import SSHKey

from lib.checks import about, equal, finished, refused, run, true, watch

# A key of the right form that nobody has the other half of.
PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{}GRwZWVyLW9mLW5vYm9keS1hdC1hbGwtMDAwMDAwMDA {}@example"
# Every project of the sandbox has this network.
NETWORK = Network(id=5_011_400_001)
FLEET = 64


def catalogue(client):
    locations = client.locations.get_all()
    true({"fsn1", "nbg1", "hel1", "ash"} <= {location.name for location in locations}, "known locations")
    falkenstein = client.locations.get_by_name("fsn1")
    equal((falkenstein.country, falkenstein.network_zone), ("DE", "eu-central"), "fsn1")
    equal(client.locations.get_by_id(falkenstein.id).city, "Falkenstein", "city")
    equal(client.locations.get_by_name("atlantis"), None, "unknown location")
    refused("not_found", client.locations.get_by_id, 999_999)

    types = client.server_types.get_all()
    small = client.server_types.get_by_name("cx23")
    equal((small.cores, small.memory, small.disk), (2, 4.0, 40), "cx23")
    equal((small.architecture, small.cpu_type, small.storage_type), ("x86", "shared", "local"), "cx23")
    true(float(small.prices[0]["price_monthly"]["gross"]) > 0, "price")
    equal(client.server_types.get_by_id(small.id).name, "cx23", "server type by id")
    offered = {entry.location.name: entry for entry in small.locations}
    true("fsn1" in offered, "where cx23 is offered")
    equal(len({kind.name for kind in types}), len(types), "names of server types")
    true(any(kind.architecture == "arm" for kind in types), "ARM server types")

    debian = client.images.get_by_name_and_architecture("debian-13", "x86")
    equal((debian.type, debian.status, debian.os_flavor), ("system", "available", "debian"), "debian-13")
    other = client.images.get_by_name_and_architecture("debian-13", "arm")
    true(other.id != debian.id, "an image for each architecture")
    equal(client.images.get_by_id(debian.id).os_version, "13", "image by id")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        equal(client.images.get_by_name("debian-13").name, "debian-13", "image of any architecture")
    arm = client.images.get_all(type=["system"], architecture=["arm"], sort=["name:asc"])
    equal({image.architecture for image in arm}, {"arm"}, "architecture")
    names = [image.name for image in arm]
    equal(names, sorted(names), "order of images")
    equal(client.images.get_all(type=["snapshot"]), [], "no snapshot yet")

    isos = client.isos.get_all(architecture=["x86"], include_architecture_wildcard=True)
    equal({iso.architecture for iso in isos}, {"x86", None}, "architectures of ISOs")
    iso = client.isos.get_by_name(isos[0].name)
    equal(client.isos.get_by_id(iso.id).name, iso.name, "ISO by id")

    prices = client.request("GET", "/pricing")["pricing"]
    equal(prices["currency"], "EUR", "currency")
    true("cx23" in {kind["name"] for kind in prices["server_types"]}, "priced server types")


def ssh_keys(client):
    key = client.ssh_keys.create("laptop", PUBLIC_KEY.format("A", "ann"), labels={"owner": "ann"})
    equal(key.labels, {"owner": "ann"}, "labels of the key")
    equal(len(key.fingerprint.split(":")), 16, "parts of the fingerprint")
    equal(client.ssh_keys.get_by_id(key.id).public_key, key.public_key, "key by id")
    equal(client.ssh_keys.get_by_name("laptop").id, key.id, "key by name")
    equal(client.ssh_keys.get_by_fingerprint(key.fingerprint).id, key.id, "key by fingerprint")
    refused("uniqueness_error", client.ssh_keys.create, "laptop", PUBLIC_KEY.format("B", "bob"))
    refused("uniqueness_error", client.ssh_keys.create, "desk", PUBLIC_KEY.format("A", "ann"))
    error = refused("invalid_input", client.ssh_keys.create, "", PUBLIC_KEY.format("C", "cid"))
    equal([field["name"] for field in error.details["fields"]], ["name"], "fields of invalid_input")

    spare = client.ssh_keys.create("spare", PUBLIC_KEY.format("D", "dan"))
    spare = spare.update(name="renamed", labels={"owner": "dan"})
    equal((spare.name, spare.labels), ("renamed", {"owner": "dan"}), "changed key")
    equal([k.id for k in client.ssh_keys.get_all(label_selector="owner in (dan,eve)")], [spare.id], "selected keys")
    equal(spare.delete(), True, "deletion of a key")
    refused("not_found", client.ssh_keys.get_by_id, spare.id)
    return key


def placement_groups(client):
    created = client.placement_groups.create("spread-out", "spread", labels={"tier": "db"})
    equal(created.action, None, "a placement group is there at once")
    group = created.placement_group
    equal((group.type, group.servers, group.labels), ("spread", [], {"tier": "db"}), "new placement group")
    refused("uniqueness_error", client.placement_groups.create, "spread-out", "spread")
    group = group.update(name="apart", labels={"tier": "web"})
    equal(client.placement_groups.get_by_name("apart").labels, {"tier": "web"}, "changed placement group")
    equal([g.id for g in client.placement_groups.get_all(label_selector="tier=web")], [group.id], "selected groups")
    return group


def create(client, key, group):
    created = client.servers.create(
        "web-1",
        ServerType("cx23"),
        Image(name="debian-13"),
        ssh_keys=[key],
        labels={"env": "prod", "tier": "web"},
        location=Location(name="fsn1"),
        placement_group=group,
        user_data="#cloud-config\n",
    )
    server = created.server
    equal((server.name, server.status), ("web-1", "initializing"), "new server")
    equal(created.root_password, None, "no password beside a key")
    equal(created.action.command, "create_server", "action")
    equal(about(created.action), [("server", server.id)], "what the action is about")
    equal([action.command for action in created.next_actions], ["start_server"], "next actions")
    finished(created.action)
    for action in created.next_actions:
        finished(action)

    server.reload()
    equal((server.status, server.locked, server.rescue_enabled), ("running", False, False), "started server")
    equal(server.labels, {"env": "prod", "tier": "web"}, "labels")
    equal((server.server_type.name, server.image.name, server.location.name), ("cx23", "debian-13", "fsn1"), "parts")
    equal((server.primary_disk_size, server.iso, server.backup_window), (40, None, None), "disk, ISO, backups")
    equal(server.placement_group.id, group.id, "placement group")
    equal(client.placement_groups.get_by_id(group.id).servers, [server.id], "servers of the placement group")
    true(server.public_net.ipv4.ip.count(".") == 3, "IPv4 address")
    equal(server.public_net.ipv6.network_mask, "64", "IPv6 network")
    equal(server.protection, {"delete": False, "rebuild": False}, "protection")
    equal(server.volumes, [], "volumes")
    age = datetime.now(timezone.utc) - server.created
    true(timedelta(seconds=-2) < age < timedelta(minutes=5), "time of creation")
    return server


def refusals(client, server):
    same = dict(server_type=ServerType("cx23"), image=Image(name="debian-13"))
    refused("uniqueness_error", client.servers.create, "web-1", **same)
    refused("invalid_input", client.servers.create, "not a hostname", **same)
    refused("invalid_input", client.servers.create, "web-2", ServerType("cx23"), Image(name="no-such-system"))
    refused("not_found", client.servers.create, "web-2", **same, ssh_keys=[SSHKey(name="nobody")])
    refused("not_found", client.servers.get_by_id, 1)
    refused("not_found", client.servers.delete, Server(id=1))
    refused("server_not_stopped", server.change_type, ServerType("cx33"), upgrade_disk=False)
    equal(client.servers.get_by_name("web-2"), None, "a refused server does not exist")

    stranger = Client(token="not a token", api_endpoint=os.environ["HCLOUD_ENDPOINT"])
    refused("unauthorized", stranger.servers.get_all)
    other = Client(token="x" * 64, api_endpoint=os.environ["HCLOUD_ENDPOINT"])
    equal(other.servers.get_all(), [], "another token opens another project")
    refused("not_found", other.servers.get_by_id, server.id)


def fleet(client):
    created = [
        client.servers.create(
            f"node-{number:02}",
            ServerType("cx23"),
            Image(name="debian-13"),
            labels={"fleet": "", "parity": "odd" if number % 2 else "even"},
            public_net=ServerCreatePublicNetwork(enable_ipv4=number % 4 != 0),
        )
        for number in range(FLEET)
    ]
    true(all(answer.root_password for answer in created), "a password without a key")
    equal(len({answer.root_password for answer in created}), FLEET, "passwords differ")
    for answer in created:
        for action in [answer.action, *answer.next_actions]:
            finished(action)

    page = client.servers.get_list(label_selector="fleet", page=2, per_page=25)
    pages = page.meta.pagination
    equal((pages.page, pages.per_page, pages.previous_page, pages.next_page), (2, 25, 1, 3), "second page")
    equal((pages.last_page, pages.total_entries, len(page.servers)), (3, FLEET, 25), "second page")
    beyond = client.servers.get_list(label_selector="fleet", page=4, per_page=25)
    equal((beyond.servers, beyond.meta.pagination.next_page), ([], None), "a page after the last")

    def names(**filters):
        return sorted(server.name for server in client.servers.get_all(**filters))

    everyone = [f"node-{number:02}" for number in range(FLEET)]
    equal(names(label_selector="fleet"), everyone, "all of the fleet, over pages")
    equal(names(), [*everyone, "web-1"], "all servers, over pages")
    equal(names(label_selector="fleet,parity=odd"), everyone[1::2], "the odd ones")
    equal(names(label_selector="parity!=odd,fleet"), everyone[0::2], "the ones that are not odd")
    equal(names(label_selector="!fleet"), ["web-1"], "the others")
    equal(names(label_selector="parity in (odd,even)", status=["running", "off"]), everyone, "two states")
    equal(names(status=["off"]), [], "none is off")
    equal(names(name="node-07"), ["node-07"], "by name")
    refused("invalid_input", client.servers.get_all, label_selector="fleet in (")

    lone = client.servers.get_by_name("node-04")
    equal(lone.public_net.ipv4, None, "no IPv4 address")
    true(lone.public_net.ipv6.ip.endswith("/64"), "IPv6 address")

    deletions = [server.delete() for server in client.servers.get_all(label_selector="fleet")]
    for action in deletions:
        finished(action, "delete_server")
    equal(names(), ["web-1"], "what is left")


def power(client, server):
    server = server.update(name="web-main", labels={"env": "test"})
    equal((server.name, server.labels), ("web-main", {"env": "test"}), "changed server")
    equal(client.servers.get_by_name("web-1"), None, "the old name")
    equal(client.servers.get_by_name("web-main").id, server.id, "the new name")

    def state():
        server.reload()
        return server.status

    finished(server.power_off(), "stop_server")
    equal(state(), "off", "after power off")
    finished(server.power_on(), "start_server")
    equal(state(), "running", "after power on")
    finished(server.reboot(), "reboot_server")
    finished(server.reset(), "reset_server")
    equal(state(), "running", "after reset")
    password = server.reset_password()
    true(len(password.root_password) >= 8, "new password")
    finished(password.action, "reset_password")
    console = server.request_console()
    true(console.wss_url.startswith("wss://") and console.password, "console")
    finished(console.action, "request_console")

    # The service starts a server again after a change of its type.
    finished(server.power_off())
    finished(server.change_type(ServerType("cx33"), upgrade_disk=False), "change_server_type")
    equal((state(), server.server_type.name, server.primary_disk_size), ("running", "cx33", 40), "changed type")
    finished(server.power_off())
    finished(server.change_type(ServerType("cx43"), upgrade_disk=True))
    equal((state(), server.server_type.name, server.primary_disk_size), ("running", "cx43", 160), "larger disk")
    finished(server.power_off())
    refused("invalid_server_type", server.change_type, ServerType("cx23"), upgrade_disk=False)
    finished(server.power_on())
    return server


def images(client, server):
    answer = server.create_image(description="before the change", labels={"kind": "nightly"})
    image = answer.image
    equal((image.type, image.status, image.name), ("snapshot", "creating", None), "new snapshot")
    finished(answer.action, "create_image")
    equal(about(answer.action), [("image", image.id), ("server", server.id)], "what the action is about")
    image.reload()
    equal((image.status, image.description, image.disk_size), ("available", "before the change", 160), "snapshot")
    equal((image.created_from.id, image.created_from.name), (server.id, "web-main"), "where it comes from")
    true(image.image_size > 0, "size of the snapshot")
    equal([i.id for i in client.images.get_all(label_selector="kind=nightly")], [image.id], "selected images")
    image = image.update(description="kept", labels={"kind": "kept"})
    equal((image.description, image.labels), ("kept", {"kind": "kept"}), "changed image")

    finished(image.change_protection(delete=True), "change_protection")
    refused("protected", image.delete)
    finished(image.change_protection(delete=False))
    equal({action.command for action in image.get_actions()}, {"create_image", "change_protection"}, "its actions")
    page = image.get_actions_list(sort=["id"], per_page=2)
    equal([action.command for action in page.actions], ["create_image", "change_protection"], "its first actions")

    finished(server.enable_backup(), "enable_backup")
    server.reload()
    true(server.backup_window, "backup window")
    backup = server.create_image(type="backup")
    finished(backup.action)
    backup.image.reload()
    equal(backup.image.bound_to.id, server.id, "whose backup it is")
    finished(server.disable_backup(), "disable_backup")

    answer = server.rebuild(image)
    equal(answer.root_password, None, "no password beside a key")
    finished(answer.action, "rebuild_server")
    server.reload()
    equal((server.status, server.image.id), ("running", image.id), "rebuilt server")
    finished(server.rebuild(Image(name="ubuntu-24.04")).action)
    server.reload()
    equal(server.image.name, "ubuntu-24.04", "rebuilt again")
    equal(image.delete(), True, "deletion of an image")


def attachments(client, server, key, group):
    rescue = server.enable_rescue(type="linux64", ssh_keys=[key.id])
    true(rescue.root_password, "password of the rescue system")
    finished(rescue.action, "enable_rescue")
    server.reload()
    equal(server.rescue_enabled, True, "rescue")
    finished(server.disable_rescue(), "disable_rescue")
    server.reload()
    equal(server.rescue_enabled, False, "rescue")

    iso = client.isos.get_all(architecture=["x86"])[0]
    finished(server.attach_iso(iso), "attach_iso")
    server.reload()
    equal(server.iso.name, iso.name, "ISO")
    finished(server.detach_iso(), "detach_iso")
    server.reload()
    equal(server.iso, None, "ISO")

    address = server.public_net.ipv4
    finished(server.change_dns_ptr(address.ip, "web.example.com"), "change_dns_ptr")
    server.reload()
    equal(server.public_net.ipv4.dns_ptr, "web.example.com", "reverse name")
    finished(server.change_dns_ptr(address.ip, None))
    server.reload()
    equal(server.public_net.ipv4.dns_ptr, address.dns_ptr, "reverse name as at first")
    refused("ip_not_owned", server.change_dns_ptr, "192.0.2.1", "web.example.com")

    finished(server.attach_to_network(NETWORK), "attach_to_network")
    refused("server_already_attached", server.attach_to_network, NETWORK)
    server.reload()
    private = server.private_net_for(NETWORK)
    true(private.ip and private.mac_address, "address in the network")
    alias = ".".join([*private.ip.split(".")[:3], "200"])
    finished(server.change_alias_ips(NETWORK, [alias]), "change_alias_ips")
    server.reload()
    equal(server.private_net[0].alias_ips, [alias], "aliases")
    finished(server.detach_from_network(NETWORK), "detach_from_network")
    server.reload()
    equal(server.private_net, [], "networks")

    finished(server.remove_from_placement_group(), "remove_from_placement_group")
    server.reload()
    equal(server.placement_group, None, "placement group")
    finished(server.shutdown(), "shutdown_server")
    # The action ends when the signal is sent; the system of the server takes its time.
    for _ in range(200):
        server.reload()
        if server.status == "off":
            break
        time.sleep(0.05)
    equal(server.status, "off", "after shutdown")
    finished(server.add_to_placement_group(group), "add_to_placement_group")
    finished(server.power_on())
    server.reload()
    equal(server.placement_group.name, "apart", "placement group")


def protection(server):
    finished(server.change_protection(delete=True, rebuild=True), "change_protection")
    server.reload()
    equal(server.protection, {"delete": True, "rebuild": True}, "protection")
    refused("protected", server.delete)
    refused("protected", server.rebuild, Image(name="debian-13"))
    finished(server.change_protection(delete=False, rebuild=False))


def metrics(server):
    end = datetime.now(timezone.utc)
    answer = server.get_metrics(["cpu", "disk", "network"], end - timedelta(minutes=10), end, step=60).metrics
    equal(answer.step, 60.0, "step")
    names = {"cpu", "disk.0.iops.read", "disk.0.bandwidth.write", "network.0.bandwidth.in", "network.0.pps.out"}
    true(names <= set(answer.time_series), "names of the series")
    values = answer.time_series["cpu"]["values"]
    true(all(float(value) >= 0 for _, value in values), "values of the series")
    true(8 <= len(values) <= 12, "number of values")


def history(client, server):
    actions = server.get_actions(sort=["id:desc"])
    ids = [action.id for action in actions]
    equal(ids, sorted(ids, reverse=True), "order of actions")
    equal([action.command for action in actions[-2:]], ["start_server", "create_server"], "the first actions")
    equal({action.status for action in actions}, {"success"}, "states")
    equal(client.actions.get_by_id(ids[0]).id, ids[0], "action by id")
    equal(client.servers.actions.get_by_id(ids[0]).command, actions[0].command, "action of servers by id")
    equal(client.servers.actions.get_list(status=["running"]).actions, [], "none is running")
    true(set(ids) <= {action.id for action in client.servers.actions.get_all()}, "actions of all servers")
    first = server.get_actions_list(page=1, per_page=2, sort=["id"])
    equal([action.command for action in first.actions], ["create_server", "start_server"], "first page")
    equal(first.meta.pagination.next_page, 2, "more actions")
    refused("not_found", client.actions.get_by_id, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        # The service gives only actions that are asked for by their ids, which this client cannot do.
        refused("invalid_input", client.actions.get_list)
        refused("invalid_input", client.actions.get_all)


def farewell(client, server, key, group):
    action = server.delete()
    finished(action, "delete_server")
    equal(about(action), [("server", server.id)], "what the action is about")
    refused("not_found", client.servers.get_by_id, server.id)
    refused("not_found", server.power_on)
    equal(client.placement_groups.get_by_id(group.id).servers, [], "the group is empty")
    equal(group.delete(), True, "deletion of the placement group")
    refused("not_found", group.delete)
    equal(key.delete(), True, "deletion of the key")
    equal(client.servers.get_all(), [], "no server is left")


def main(client):
    catalogue(client)
    key = ssh_keys(client)
    group = placement_groups(client)
    server = create(client, key, group)
    refusals(client, server)
    fleet(client)
    server = power(client, server)
    images(client, server)
    attachments(client, server, key, group)
    protection(server)
    metrics(server)
    history(client, server)
    farewell(client, server, key, group)


watch("actions", "images", "isos", "locations", "placement_groups", "server_types", "servers", "ssh_keys")
run(main)
