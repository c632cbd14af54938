"""The official Python client of the IONOS data platform against the sandbox.

Settings come from the environment: IONOS_API_URL and IONOS_TOKEN.
"""

import os
from functools import wraps

import ionoscloud_dataplatform as ionos
from ionoscloud_dataplatform.exceptions import ApiException, ApiValueError

from lib import basics
from lib.basics import equal, true

DATACENTER = "498ae72f-411f-11eb-9d07-046c59cc737e"
NOWHERE = "00000000-0000-4000-8000-000000000000"
APIS = [ionos.DataPlatformClusterApi, ionos.DataPlatformNodePoolApi, ionos.DataPlatformMetaDataApi]

requests = 0
known = set()
called = set()


def watch():
    """Notes which methods of the client are called by this script, and not by one another."""
    depth = 0

    def noted(name, method):
        @wraps(method)
        def call(*args, **kwargs):
            nonlocal depth
            if depth == 0:
                called.add(name)
            depth += 1
            try:
                return method(*args, **kwargs)
            finally:
                depth -= 1

        return call

    for kind in APIS:
        for name, method in list(vars(kind).items()):
            if callable(method) and not name.startswith("_"):
                known.add((kind.__name__, name))
                setattr(kind, name, noted((kind.__name__, name), method))


def connect(**credentials):
    configuration = ionos.Configuration(host=os.environ["IONOS_API_URL"], **credentials)
    client = ionos.ApiClient(configuration)
    send = client.request

    def count(*args, **kwargs):
        global requests
        requests += 1
        return send(*args, **kwargs)

    client.request = count
    return client


def refused(status, call, *args, **kwargs):
    """The error that a call must end with, in the form that the client knows."""
    try:
        call(*args, **kwargs)
    except ApiException as error:
        equal(error.status, status, call.__name__)
        body = error.body if isinstance(error.body, str) else error.body.decode()
        true('"errorCode"' in body and f'"httpStatus":{status}' in body, f"{call.__name__}: {body}")
        return body
    raise AssertionError(f"{call.__name__} was not refused with {status}")


def settled(client, get):
    """Waits until a resource has settled, by the client's own helper."""
    client.wait_for(
        fn_check=lambda answer: answer.metadata.state in ("AVAILABLE", "FAILED"),
        fn_request=get,
        timeout=60,
        initial_wait=0.1,
        scaleup=1000,
    )
    answer = get()
    equal(answer.metadata.state, "AVAILABLE", "state")
    return answer


def gone(client, get):
    def request():
        try:
            get()
        except ApiException as error:
            equal(error.status, 404, "what is gone")
            return True
        return False

    client.wait_for(fn_check=bool, fn_request=request, timeout=60, initial_wait=0.1, scaleup=1000)


def about(resource, kind):
    """What every answer says of itself."""
    equal(resource.type, kind, "type")
    true(resource.href.startswith(os.environ["IONOS_API_URL"]) and resource.href.endswith(resource.id), "href")
    metadata = resource.metadata
    true(metadata.e_tag and metadata.created_by and metadata.created_by_user_id, "metadata")
    true(metadata.created_in_contract_number.isdigit(), "contract")
    true(metadata.created_date <= metadata.last_modified_date, "dates")
    return metadata


def versions(client):
    api = ionos.DataPlatformMetaDataApi(client)
    # This client was made for a version of the API that answered with a bare list.
    items = api.versions_get(response_type="object")["items"]
    true("23.11" in items and "23.4" in items, "versions")
    answer, status, headers = api.versions_get_with_http_info(response_type="object")
    equal((status, answer["items"]), (200, items), "versions with their status")
    equal(headers["content-type"], "application/json", "type of the answer")
    raw = api.versions_get(_preload_content=False)
    true(raw.data.startswith(b"{"), "raw answer")
    return items


def window(day="Monday"):
    return ionos.MaintenanceWindow(time="04:30:00", day_of_the_week=day)


def new_cluster(name, **properties):
    return ionos.CreateClusterRequest(
        properties=ionos.CreateClusterProperties(name=name, datacenter_id=DATACENTER, **properties)
    )


def clusters(client):
    api = ionos.DataPlatformClusterApi(client)
    request = new_cluster("lake", data_platform_version="23.4", maintenance_window=window())
    made = api.create_cluster(request)
    metadata = about(made, "cluster")
    equal(metadata.state, "DEPLOYING", "state of a new cluster")
    equal(metadata.current_data_platform_version, None, "no version runs yet")
    equal((made.properties.name, made.properties.datacenter_id), ("lake", DATACENTER), "properties")
    equal((made.properties.maintenance_window.time, made.properties.maintenance_window.day_of_the_week),
          ("04:30:00", "Monday"), "maintenance window")
    refused(404, api.get_cluster_kubeconfig, made.id)
    lake = settled(client, lambda: api.get_cluster(made.id))
    equal((lake.metadata.current_data_platform_version, lake.metadata.current_data_platform_revision), ("23.4", 1),
          "running version")
    true("23.11" in lake.metadata.available_upgrade_versions, "upgrades")
    true(lake.metadata.e_tag != made.metadata.e_tag, "ETag changes")
    again, status, headers = api.get_cluster_with_http_info(lake.id)
    equal((status, headers["etag"].strip('"')), (200, again.metadata.e_tag), "ETag header")

    other, status, _ = api.create_cluster_with_http_info(new_cluster("lake-2"))
    equal((status, other.properties.data_platform_version), (200, "23.11"), "the newest version unless told")
    equal([cluster.properties.name for cluster in api.get_clusters().items], ["lake", "lake-2"], "all clusters")
    found, status, _ = api.get_clusters_with_http_info(name="LAKE-2")
    equal((status, [cluster.id for cluster in found.items]), (200, [other.id]), "filter")
    equal(api.get_clusters(name="sea").items, [], "nothing found")

    change = ionos.PatchClusterRequest(
        properties=ionos.PatchClusterProperties(
            name="sea", data_platform_version="23.7", maintenance_window=window("Friday")
        )
    )
    changed = api.patch_cluster(lake.id, change)
    equal((changed.metadata.state, changed.properties.name), ("UPDATING", "sea"), "changed cluster")
    sea = settled(client, lambda: api.get_cluster(lake.id))
    equal((sea.metadata.current_data_platform_version, sea.metadata.current_data_platform_revision), ("23.7", 2),
          "upgraded version")
    back = ionos.PatchClusterRequest(properties=ionos.PatchClusterProperties(name="lake"))
    _, status, _ = api.patch_cluster_with_http_info(lake.id, back)
    equal(status, 200, "status of a change")
    settled(client, lambda: api.get_cluster(lake.id))

    kubeconfig = api.get_cluster_kubeconfig(lake.id, response_type="object")
    equal((kubeconfig["kind"], kubeconfig["current-context"]), ("Config", kubeconfig["contexts"][0]["name"]), "kubeconfig")
    same, status, _ = api.get_cluster_kubeconfig_with_http_info(lake.id, response_type="object")
    equal((status, same), (200, kubeconfig), "kubeconfig with its status")
    true("Config" in api.get_cluster_kubeconfig(lake.id), "kubeconfig as text")

    before = api.delete_cluster(other.id)
    equal(before.id, other.id, "deleted cluster")
    gone(client, lambda: api.get_cluster(other.id))
    return lake.id


def node_pools(client, cluster):
    api = ionos.DataPlatformNodePoolApi(client)
    properties = ionos.CreateNodePoolProperties(
        name="workers",
        node_count=3,
        cpu_family="AUTO",
        cores_count=8,
        ram_size=16384,
        availability_zone=ionos.AvailabilityZone.AUTO,
        storage_type=ionos.StorageType.SSD,
        storage_size=100,
        maintenance_window=window("Sunday"),
        labels={"tier": "hot"},
        annotations={"note": "x"},
    )
    made = api.create_cluster_nodepool(cluster, ionos.CreateNodePoolRequest(properties=properties))
    about(made, "nodepool")
    equal(made.metadata.state, "DEPLOYING", "state of a new pool")
    for name in ["name", "node_count", "cores_count", "ram_size", "storage_size", "storage_type", "labels", "annotations"]:
        equal(getattr(made.properties, name), getattr(properties, name), name)
    equal((made.properties.datacenter_id, made.properties.data_platform_version), (DATACENTER, "23.7"), "of the cluster")
    workers = settled(client, lambda: api.get_cluster_nodepool(cluster, made.id))
    equal(workers.id, made.id, "pool by id")

    small = ionos.CreateNodePoolProperties(name="small", node_count=1)
    other, status, _ = api.create_cluster_nodepool_with_http_info(
        cluster, ionos.CreateNodePoolRequest(properties=small)
    )
    equal(status, 200, "status of a creation")
    defaults = other.properties
    equal((defaults.cores_count, defaults.ram_size, defaults.storage_size, defaults.storage_type, defaults.cpu_family),
          (4, 4096, 20, "SSD", "AUTO"), "defaults")
    equal([pool.properties.name for pool in api.get_cluster_nodepools(cluster).items], ["workers", "small"], "all pools")
    listed, status, _ = api.get_cluster_nodepools_with_http_info(cluster)
    equal((status, len(listed.items), listed.type), (200, 2, "collection"), "all pools with their status")

    change = ionos.PatchNodePoolRequest(
        properties=ionos.PatchNodePoolProperties(node_count=5, labels={"tier": "cold"}, maintenance_window=window())
    )
    changed = api.patch_cluster_nodepool(cluster, workers.id, change)
    equal((changed.metadata.state, changed.properties.node_count), ("UPDATING", 5), "changed pool")
    equal((changed.properties.labels, changed.properties.annotations), ({"tier": "cold"}, {"note": "x"}), "labels")
    settled(client, lambda: api.get_cluster_nodepool(cluster, workers.id))
    change = ionos.PatchNodePoolRequest(properties=ionos.PatchNodePoolProperties(node_count=4))
    _, status, _ = api.patch_cluster_nodepool_with_http_info(cluster, workers.id, change)
    equal(status, 200, "status of a change")
    found, status, headers = api.get_cluster_nodepool_with_http_info(cluster, workers.id)
    equal((status, headers["etag"].strip('"')), (200, found.metadata.e_tag), "ETag header")

    before = api.delete_cluster_nodepool(cluster, workers.id)
    equal(before.properties.name, "workers", "deleted pool")
    gone(client, lambda: api.get_cluster_nodepool(cluster, workers.id))
    _, status, _ = api.delete_cluster_nodepool_with_http_info(cluster, other.id)
    equal(status, 200, "status of a deletion")
    gone(client, lambda: api.get_cluster_nodepool(cluster, other.id))


def errors(client, cluster):
    clusters, pools = ionos.DataPlatformClusterApi(client), ionos.DataPlatformNodePoolApi(client)
    refused(404, clusters.get_cluster, NOWHERE)
    refused(404, pools.get_cluster_nodepools, NOWHERE)
    refused(404, pools.get_cluster_nodepool, cluster, NOWHERE)
    refused(400, clusters.get_cluster, "not-an-id")
    body = refused(400, clusters.create_cluster, {"properties": {"name": "x"}})
    true("properties.name" in body and "properties.datacenterId is required" in body, "fields are named")
    wrong = {"properties": {"name": "workers", "nodeCount": 0, "ramSize": 3000}}
    body = refused(400, pools.create_cluster_nodepool, cluster, wrong)
    true("properties.nodeCount" in body and "properties.ramSize" in body, "fields are named")
    # What the client refuses by itself, the sandbox refuses too.
    strict = ionos.Configuration(host=client.configuration.host, token=client.configuration.token)
    strict.client_side_validation = True
    try:
        ionos.CreateClusterProperties(name="-", datacenter_id=DATACENTER, local_vars_configuration=strict)
    except (ApiValueError, ValueError):
        refused(400, clusters.create_cluster, {"properties": {"name": "-", "datacenterId": DATACENTER}})
    else:
        raise AssertionError("the client takes any name")


def credentials(client, cluster):
    """Tokens and passwords; the token wins; nobody sees what is not theirs."""
    with connect(username="ann@example.com", password="secret") as ann:
        api = ionos.DataPlatformClusterApi(ann)
        equal(api.get_clusters().items, [], "a world of its own")
        made = api.create_cluster(new_cluster("pond"))
        equal(made.metadata.created_by, "ann@example.com", "creator")
        refused(404, api.get_cluster, cluster)
        gone_soon, status, _ = api.delete_cluster_with_http_info(made.id)
        equal((status, gone_soon.id), (200, made.id), "deleted cluster with its status")
    with connect(username="ann@example.com", password="secret", token=os.environ["IONOS_TOKEN"]) as both:
        equal(ionos.DataPlatformClusterApi(both).get_cluster(cluster).id, cluster, "the token wins")
    with connect() as nobody:
        body = refused(401, ionos.DataPlatformClusterApi(nobody).get_clusters)
        true("paas-auth-1" in body, "code of 401")


def main():
    watch()
    with connect(token=os.environ["IONOS_TOKEN"]) as client:
        versions(client)
        cluster = clusters(client)
        node_pools(client, cluster)
        errors(client, cluster)
        credentials(client, cluster)
        api = ionos.DataPlatformClusterApi(client)
        thread = api.delete_cluster(cluster, async_req=True)
        equal(thread.get().id, cluster, "deletion in a thread")
        gone(client, lambda: api.get_cluster(cluster))
    missed = sorted(f"{kind}.{name}" for kind, name in known - called)
    equal(missed, [], "methods that were not called")
    print(f"ionoscloud_dataplatform: {requests} requests, {basics.checks} checks, {len(called)} methods")


main()
