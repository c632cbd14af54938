"""The official Python client of Sahara against the sandbox, in both versions of the API, by way of Keystone's catalog.

Settings come from the environment: OS_AUTH_URL, OS_USERNAME and OS_PASSWORD.
"""

from keystoneauth1 import session
from saharaclient.api import helpers

from lib.checks import equal, true
from lib.sahara import application_credential, connect, finish, password, refused, until

IMAGE = "00000000-0000-0000-0000-0000000000b1"
PLAIN = "00000000-0000-0000-0000-0000000000b2"
NETWORK = "00000000-0000-0000-0000-0000000000a1"
NOBODY = "00000000-0000-0000-0000-00000000dead"


class Version:
    """A client and the names that differ between the versions."""

    def __init__(self, number, auth, **options):
        self.number = number
        self.is_two = number == "2"
        self.client = connect(number, auth, **options)
        self.prefix = f"v{number[0]}"
        self.version_field = "plugin_version" if self.is_two else "hadoop_version"
        self.plugin = {"plugin_name": "fake", self.version_field: "0.1"}
        self.project_field = "project_id" if self.is_two else "tenant_id"
        self.templates = self.client.job_templates if self.is_two else self.client.jobs
        self.jobs = self.client.jobs if self.is_two else self.client.job_executions

    def name(self, name):
        return f"{self.prefix}-{name}"


def unwrapped(resource):
    """The fields of an answer; some of the client's methods forget to take it out of its envelope."""
    fields = resource.to_dict()
    values = list(fields.values())
    return values[0] if len(values) == 1 else fields


def plugins(v, admin):
    manager = v.client.plugins
    equal(sorted(plugin.name for plugin in manager.list()), ["fake", "vanilla"], "plugins")
    equal(manager.get("vanilla").versions, ["2.7.1", "2.7.5", "2.8.2"], "versions of vanilla")
    details = manager.get_version_details("vanilla", "2.7.1")
    true({"namenode", "datanode"} <= set(details.node_processes["HDFS"]), "processes")
    equal(details.required_image_tags, ["vanilla", "2.7.1"], "tags of images")
    scopes = {config["scope"] for config in details.configs}
    equal(scopes, {"node", "cluster"}, "scopes of configurations")
    equal([p.name for p in manager.find(title="Fake Plugin")], ["fake"], "plugin by title")
    equal(manager.find_unique(name="fake").versions, ["0.1"], "the only plugin of a name")
    refused(404, "NOT_FOUND", manager.get, "nosuch")
    refused(404, "NOT_FOUND", manager.get_version_details, "fake", "9")

    more = helpers.Helpers(v.client)
    true(("namenode", "namenode") in more.get_node_processes("vanilla", "2.7.1"), "processes by the helper")
    true(more.get_cluster_general_configs("vanilla", "2.7.1"), "general configurations")
    true(more.get_targeted_node_group_configs("vanilla", "2.7.1"), "configurations of node groups")

    labels = {"plugin_labels": {"hidden": {"status": False}}}
    refused(403, "FORBIDDEN", manager.update, "fake", labels)
    changed = admin.client.plugins.update("fake", labels)
    equal(changed.plugin_labels["hidden"]["status"], False, "changed label")
    refused(400, "VALIDATION_ERROR", admin.client.plugins.update, "fake", {"plugin_labels": {"nosuch": {}}})
    if not v.is_two:
        try:
            manager.convert_to_cluster_template("vanilla", "2.7.1", "converted", b"<configuration/>")
        except RuntimeError:
            pass
        else:
            raise AssertionError("no plugin can convert configurations")


def job_types(v):
    manager = v.client.job_types
    kinds = {kind.name: kind for kind in manager.list()}
    equal(len(kinds), 9, "types of jobs")
    equal([p["name"] for p in kinds["Pig"].plugins], ["vanilla", "fake"], "plugins for Pig")
    equal([kind.name for kind in manager.list({"type": ["Pig", "Java"]})], ["Java", "Pig"], "two types")
    equal(manager.find_unique(name="Hive").name, "Hive", "the only type of a name")
    equal([kind.name for kind in manager.find(name="nosuch")], [], "no such type")
    if v.is_two:
        refused(400, "INVALID_PARAMS_ON_REQUEST", manager.list, {"plugin": "fake"})
    else:
        hinted = manager.list({"type": "Pig", "plugin": "vanilla", "hints": "true"})
        true(hinted[0].plugins[0]["versions"]["2.7.1"]["job_config"]["configs"], "hints")
    hints = v.templates.get_configs("Pig")
    true(hints.job_config["configs"][0]["name"], "hints of a type")
    refused(404, "NOT_FOUND", v.templates.get_configs, "Cobol")


def images(v):
    manager = v.client.images
    refused(400, "IMAGE_NOT_REGISTERED", manager.get, PLAIN)
    refused(404, "NOT_FOUND", manager.get, NOBODY)
    registered = manager.update_image(PLAIN, "cirros", "tiny")
    equal(registered.image["username"], "cirros", "user of a registered image")
    image = manager.get(PLAIN)
    equal((image.description, image.tags, image.status), ("tiny", [], "ACTIVE"), "registered image")
    manager.update_tags(PLAIN, ["one", "two"])
    manager.update_tags(PLAIN, ["two", "three"])
    equal(sorted(manager.get(PLAIN).tags), ["three", "two"], "tags")
    equal(manager.get(PLAIN).metadata["_sahara_tag_two"], "True", "tag in the metadata")
    equal([i.id for i in manager.list({"tags": ["two", "three"]})], [PLAIN], "images by tags")
    equal([i.id for i in manager.list({"name": "plain"})], [PLAIN], "images by name")
    equal([i.id for i in manager.find(name="cirros-plain")], [PLAIN], "image by exact name")
    equal(manager.find_unique(id=IMAGE).name, "cirros-fake", "the only image of an id")
    if v.is_two:
        try:
            manager.get_tags(PLAIN)
        except TypeError:
            # The client wants an object, and the service gives a list.
            pass
        else:
            raise AssertionError("tags are a list")
        manager.delete_tags(PLAIN)
        equal(manager.get_tags(PLAIN).to_dict(), {"description": ""}, "no tags are an empty object")
    equal(manager.unregister_image(PLAIN), None, "unregistered image")
    refused(400, "IMAGE_NOT_REGISTERED", manager.get, PLAIN)


def node_group_templates(v, stranger):
    manager = v.client.node_group_templates
    spec = {**v.plugin, "flavor_id": "1"}
    master = manager.create(name=v.name("master"), node_processes=["namenode", "jobtracker"], description="d", **spec)
    equal((master.name, master.volumes_per_node, master.use_autoconfig), (v.name("master"), 0, True), "new template")
    equal(getattr(master, v.version_field), "0.1", "version of the plugin")
    true(getattr(master, v.project_field), "project")
    true("updated_at" not in master.to_dict(), "a new template was never changed")
    worker = manager.create(
        name=v.name("worker"),
        node_processes=["datanode", "tasktracker"],
        volumes_per_node=1,
        volumes_size=10,
        is_public=True,
        **spec,
    )
    equal((worker.volumes_size, worker.is_public), (10, True), "volumes")
    refused(400, "NAME_ALREADY_EXISTS", manager.create, name=v.name("worker"), node_processes=["datanode"], **spec)
    refused(400, "INVALID_REFERENCE", manager.create, name="x", node_processes=["nosuch"], **spec)
    refused(400, "NOT_FOUND", manager.create, name="x", node_processes=["datanode"], **{**spec, "flavor_id": "99"})
    error = refused(400, "VALIDATION_ERROR", manager.create, name="under_score", node_processes=["datanode"], **spec)
    true("valid_name_hostname" in error.error_message, "what is wrong with the name")
    true("Error ID: " in error.error_message, "the id of an error")

    equal(manager.get(master.id).image_id, None, "no image of its own")
    changed = manager.update(master.id, description=None, node_processes=["namenode"])
    changed = unwrapped(changed)
    equal((changed["description"], changed["node_processes"]), (None, ["namenode"]), "changed template")
    exported = manager.export(master.id).node_group_template
    equal((exported["flavor_id"], "id" in exported), ("{flavor_id}", False), "exported template")

    first = manager.list(limit=1, sort_by="name")
    equal((len(first), first.prev), (1, None), "first page")
    names = [first[0].name]
    page = first
    while page.next:
        page = manager.list(limit=1, sort_by="name", marker=page.next)
        names += [t.name for t in page]
    equal(names, sorted(t.name for t in manager.list()), "all pages")
    down = manager.list(sort_by="name", reverse=True)
    equal([t.name for t in down], sorted(names, reverse=True), "the other order")
    equal([t.id for t in manager.list({"name": master.name})], [master.id], "filter")
    equal([t.id for t in manager.find(name=worker.name)], [worker.id], "template by name")
    equal(manager.find_unique(id=worker.id).name, worker.name, "the only template of an id")
    refused(400, 400, manager.list, limit=0)
    refused(400, 400, manager.list, sort_by="nosuch")
    refused(404, "NOT_FOUND", manager.list, marker=NOBODY)
    if v.is_two:
        refused(400, "INVALID_PARAMS_ON_REQUEST", manager.list, {"nosuch": "x"})
    else:
        refused(500, "INTERNAL_SERVER_ERROR", manager.list, {"nosuch": "x"})

    theirs = stranger.client.node_group_templates
    equal(theirs.get(worker.id).name, worker.name, "a public template of another project")
    refused(404, "NOT_FOUND", theirs.get, master.id)
    refused(400, "UPDATE_FAILED", theirs.update, worker.id, description="mine")
    refused(400, "DELETION_FAILED", theirs.delete, worker.id)
    return master, worker


def cluster_templates(v, master, worker):
    manager = v.client.cluster_templates
    groups = [
        {"name": "master", "node_group_template_id": master.id, "count": 1},
        {"name": "worker", "node_group_template_id": worker.id, "count": 2},
    ]
    spec = {**v.plugin, "net_id": NETWORK, "default_image_id": IMAGE}
    template = manager.create(name=v.name("ct"), node_groups=groups, description="d", **spec)
    equal([group["count"] for group in template.node_groups], [1, 2], "sizes of groups")
    equal(template.node_groups[1]["volumes_size"], 10, "a group is as its template")
    equal(manager.get(template.id).neutron_management_network, NETWORK, "network")
    refused(400, "NAME_ALREADY_EXISTS", manager.create, name=v.name("ct"), **spec)
    refused(
        400,
        "NOT_FOUND",
        manager.create,
        name="x",
        node_groups=[{"name": "g", "node_group_template_id": NOBODY, "count": 1}],
        **spec,
    )
    changed = manager.update(template.id, description="edited", cluster_configs={"general": {"Enable XFS": False}})
    changed = unwrapped(changed)
    equal(changed["cluster_configs"], {"general": {"Enable XFS": False}}, "changed configurations")
    exported = manager.export(template.id).cluster_template
    equal(exported["node_groups"], "{node_groups}", "exported groups")
    equal([t.id for t in manager.list(limit=5)], [template.id], "templates")
    equal([t.id for t in manager.find(name=template.name)], [template.id], "template by name")
    equal(manager.find_unique(id=template.id).description, "edited", "the only template of an id")
    refused(400, "INVALID_REFERENCE", v.client.node_group_templates.delete, worker.id)
    return template


def data_sources(v):
    manager = v.client.data_sources
    source = manager.create(v.name("in"), "d", "hdfs", "hdfs://nn:8020/in")
    equal((source.type, source.url), ("hdfs", "hdfs://nn:8020/in"), "new data source")
    target = manager.create(v.name("out"), "", "swift", "swift://c.sahara/out", "user", "password")
    true("credentials" not in target.to_dict(), "credentials do not come back")
    keys = {"accesskey": "a", "secretkey": "s", "endpoint": "e", "ssl": True, "bucket_in_path": True}
    bucket = manager.create(v.name("s3"), "", "s3", "s3://bucket/key", s3_credentials=keys)
    refused(400, "VALIDATION_ERROR", manager.create, "x", None, "hdfs", "hdfs://nn/x")
    refused(400, "VALIDATION_ERROR", manager.create, "x", "", "ftp", "ftp://nn/x")
    refused(400, "INVALID_DATA", manager.create, "x", "", "hdfs", "http://nn/x")
    refused(400, "INVALID_CREDENTIALS", manager.create, "x", "", "swift", "swift://c/x")
    refused(400, "NAME_ALREADY_EXISTS", manager.create, v.name("in"), "", "hdfs", "hdfs://nn/x")
    equal(unwrapped(manager.update(source.id, {"url": "/in2"}))["url"], "/in2", "changed address")
    equal(manager.get(source.id).url, "/in2", "read address")
    equal([d.id for d in manager.list({"type": "s3"})], [bucket.id], "data sources of a type")
    equal([d.name for d in manager.list(sort_by="name", reverse=True)][0], v.name("s3"), "order")
    equal([d.id for d in manager.find(name=v.name("out"))], [target.id], "data source by name")
    equal(manager.find_unique(id=target.id).type, "swift", "the only data source of an id")
    manager.delete(bucket.id)
    refused(404, "NOT_FOUND", manager.get, bucket.id)
    return source, target


def job_binaries(v):
    manager = v.client.job_binaries
    url, extra = "swift://c.sahara/script.pig", {"user": "u", "password": "p"}
    if not v.is_two:
        url, extra = f"internal-db://{job_binary_internals(v)}", {}
    binary = manager.create(v.name("script"), url, "d", extra)
    equal((binary.url, "extra" in binary.to_dict()), (url, False), "new binary")
    refused(400, "DB_DUPLICATE_ENTRY", manager.create, v.name("script"), url, "", extra)
    refused(400, "BAD_JOB_BINARY", manager.create, "x", "swift://c.sahara/x", "", {})
    refused(400, "INVALID_DATA", manager.create, "x", "http://x", "", {})
    equal(unwrapped(manager.update(binary.id, {"description": "edited"}))["description"], "edited", "changed binary")
    equal(manager.get(binary.id).description, "edited", "read binary")
    equal([b.id for b in manager.list(limit=5)], [binary.id], "binaries")
    equal([b.id for b in manager.find(url=url)], [binary.id], "binary by address")
    equal(manager.find_unique(name=v.name("script")).id, binary.id, "the only binary of a name")
    if v.is_two:
        # The code of the service looks for what does not exist.
        refused(500, "INTERNAL_SERVER_ERROR", manager.get_file, binary.id)
    else:
        equal(manager.get_file(binary.id), b"A = load '$INPUT';\n", "the program")
    return binary


def job_binary_internals(v):
    manager = v.client.job_binary_internals
    binary = manager.create("script.pig", b"A = load '$INPUT';\n")
    equal((binary.name, binary.datasize), ("script.pig", 19), "new program")
    refused(400, "DB_DUPLICATE_ENTRY", manager.create, "script.pig", b"x")
    refused(400, "BAD_JOB_BINARY", manager.create, "empty", b"")
    refused(400, "DATA_TOO_BIG", manager.create, "big", b"x" * (5120 * 1024 + 1))
    changed = manager.update(binary.id, name="renamed.pig", is_protected=True)
    equal(unwrapped(changed)["name"], "renamed.pig", "changed name")
    refused(400, "DELETION_FAILED", manager.delete, binary.id)
    manager.update(binary.id, is_protected=False)
    equal(manager.get(binary.id).name, "renamed.pig", "read program")
    other = manager.create("other.pig", b"x")
    equal(len(manager.list(sort_by="name", limit=1)), 1, "one page")
    equal([b.id for b in manager.find(name="other.pig")], [other.id], "program by name")
    equal(manager.find_unique(id=other.id).datasize, 1, "the only program of an id")
    manager.delete(other.id)
    refused(404, "NOT_FOUND", manager.get, other.id)
    return binary.id


def job_templates(v, binary):
    manager = v.templates
    template = manager.create(v.name("pig"), "Pig", [binary.id], [], "d")
    equal([main["id"] for main in template.mains], [binary.id], "programs")
    true(v.project_field in template.mains[0], "project of a program")
    argument = {
        "name": "path",
        "mapping_type": "args",
        "location": "0",
        "value_type": "string",
        "required": True,
        "default": "/tmp",
    }
    shell = manager.create(v.name("sh"), "Shell", [binary.id], [], "", interface=[argument])
    equal((shell.interface[0]["order"], shell.interface[0]["name"]), (0, "path"), "interface")
    refused(400, "VALIDATION_ERROR", manager.create, "x", "Cobol", [], [], "")
    refused(400, "INVALID_DATA", manager.create, "x", "Pig", [], [], "")
    refused(400, "NOT_FOUND", manager.create, "x", "Pig", [NOBODY], [], "")
    changed = manager.update(template.id, description="edited")
    changed = unwrapped(changed)
    equal(changed["description"], "edited", "changed template")
    equal(manager.get(template.id).description, "edited", "read template")
    equal(sorted(t.type for t in manager.list()), ["Pig", "Shell"], "types of templates")
    equal([t.id for t in manager.list({"type": "Shell"})], [shell.id], "templates of a type")
    equal([t.id for t in manager.find(name=v.name("sh"))], [shell.id], "template by name")
    equal(manager.find_unique(id=shell.id).type, "Shell", "the only template of an id")
    refused(400, "DELETION_FAILED", v.client.job_binaries.delete, binary.id)
    return template, shell


def clusters(v, template):
    manager = v.client.clusters
    spec = {**v.plugin, "cluster_template_id": template.id, "default_image_id": IMAGE}
    cluster = manager.create(name=v.name("c1"), user_keypair_id="demo-key", description="one", **spec)
    equal((cluster.status, cluster.trust_id), ("Validating", None), "new cluster")
    refused(400, "INVALID_REFERENCE", manager.scale, cluster.id, {"resize_node_groups": [{"name": "worker", "count": 3}]})
    refused(400, "NAME_ALREADY_EXISTS", manager.create, name=v.name("c1"), **spec)
    refused(400, "NOT_FOUND", manager.create, name="x", user_keypair_id="nosuch", **spec)
    refused(400, "INVALID_REFERENCE", manager.create, name="x", **{**spec, "default_image_id": PLAIN})
    seen = until(lambda: manager.get(cluster.id).status, "Active", "creation")
    true({"Spawning", "Waiting"} & set(seen), "states on the way")

    read = manager.get(cluster.id, show_progress=True)
    equal(sum(len(group["instances"]) for group in read.node_groups), 3, "instances")
    true(all(i["internal_ip"] for group in read.node_groups for i in group["instances"]), "addresses")
    equal({step["successful"] for step in read.provision_progress}, {True}, "steps")
    true(all(v.project_field in step and "events" in step for step in read.provision_progress), "parts of steps")

    scaled = manager.scale(cluster.id, {"resize_node_groups": [{"name": "worker", "count": 3}]})
    equal(unwrapped(scaled)["status"], "Validating", "scaling")
    until(lambda: manager.get(cluster.id).status, "Active", "scaling")
    equal(manager.get(cluster.id).node_groups[1]["count"], 3, "size")
    more = {"name": "more", "flavor_id": "2", "node_processes": ["datanode"], "count": 1}
    manager.scale(cluster.id, {"add_node_groups": [more]})
    until(lambda: manager.get(cluster.id).status, "Active", "a new group")
    equal(manager.get(cluster.id).node_groups[2]["instances"][0]["instance_name"], v.name("c1-more-0"), "its instance")
    refused(400, "INVALID_REFERENCE", manager.scale, cluster.id, {"resize_node_groups": [{"name": "nosuch", "count": 1}]})
    if v.is_two:
        gone = manager.get(cluster.id).node_groups[1]["instances"][0]["instance_id"]
        manager.scale(cluster.id, {"resize_node_groups": [{"name": "worker", "count": 2, "instances": [gone]}]})
        until(lambda: manager.get(cluster.id).status, "Active", "shrinking")
        left = [i["instance_id"] for i in manager.get(cluster.id).node_groups[1]["instances"]]
        equal((len(left), gone in left), (2, False), "instances that are left")

    until(lambda: manager.get(cluster.id).verification["status"], "GREEN", "the check of its own")
    before = manager.get(cluster.id).verification["id"]
    manager.verification_update(cluster.id, "START")
    refused(400, "CANNOT_VERIFY", manager.verification_update, cluster.id, "START")
    until(lambda: manager.get(cluster.id).verification["status"], "GREEN", "a check")
    true(manager.get(cluster.id).verification["id"] != before, "it is a new one")

    changed = manager.update(cluster.id, description="edited", is_protected=True)
    equal(unwrapped(changed)["description"], "edited", "changed cluster")
    refused(400, "DELETION_FAILED", manager.delete, cluster.id)
    manager.update(cluster.id, is_protected=False)
    if v.is_two:
        # The engine that runs within the service does not know how.
        refused(500, "INTERNAL_SERVER_ERROR", manager.update_keypair, cluster.id)
        refused(400, "INVALID_PARAMS_ON_REQUEST", manager.list, {"status": "Active"})
    else:
        equal([c.id for c in manager.list({"status": "Active"})], [cluster.id], "active clusters")
    equal([c.id for c in manager.list({"plugin_name": "fake"}, limit=5)], [cluster.id], "clusters")
    equal([c.id for c in manager.find(name=v.name("c1"))], [cluster.id], "cluster by name")
    equal(manager.find_unique(id=cluster.id).status, "Active", "the only cluster of an id")
    refused(400, "INVALID_REFERENCE", v.client.cluster_templates.delete, template.id)
    several(v, spec)
    return cluster


def several(v, spec):
    manager = v.client.clusters
    made = manager.create(name=v.name("many"), count=2, **spec)
    made = made.to_dict()["clusters"]
    ids = [c["cluster"]["id"] if v.is_two else c for c in made]
    equal(sorted(manager.get(i).name for i in ids), [v.name("many-1"), v.name("many-2")], "numbered names")
    for i in ids:
        manager.delete(i)
    for i in ids:
        until(lambda: manager.get(i).status, 404, "deletion")


def jobs(v, template, shell, cluster, source, target):
    manager = v.jobs
    secret = {"configs": {"fs.swift.service.sahara.password": "p", "a": "b"}, "args": [], "params": {}}
    job = manager.create(template.id, cluster.id, source.id, target.id, secret)
    equal(job.info["status"], "PENDING", "new job")
    template_field = "job_template_id" if v.is_two else "job_id"
    equal(getattr(job, template_field), template.id, "template of a job")
    seen = until(lambda: manager.get(job.id).info["status"], "SUCCEEDED", "a job")
    true("RUNNING" in seen, "states of a job")
    listed = manager.list()[0]
    equal(listed.job_configs["configs"]["fs.swift.service.sahara.password"], "", "hidden in lists")
    shown = manager.get(job.id).job_configs["configs"]["fs.swift.service.sahara.password"]
    equal(shown, "p" if v.is_two else "", "hidden in version 1.1 only")
    refused(400, "INVALID_DATA", manager.create, template.id, cluster.id, source.id, None, {})
    refused(400, "INVALID_DATA", manager.create, shell.id, cluster.id, None, None, {})

    other = manager.create(shell.id, cluster.id, None, None, {}, interface={"path": "/data"})
    equal(manager.get(other.id).job_configs["args"], ["/data"], "argument by interface")
    changed = manager.update(other.id, is_public=True)
    changed = unwrapped(changed)
    equal(changed["is_public"], True, "changed job")
    equal(len(manager.list({"status": "succeeded"})), 1, "jobs by state")
    # The marker is on both pages.
    first = manager.list(limit=1)
    second = manager.list(limit=1, marker=first.next)
    equal(second[0].id, first[0].id, "the marker is on the next page, too")
    equal([j.id for j in manager.find(id=job.id)], [job.id], "job by id")
    equal(manager.find_unique(id=job.id).cluster_id, cluster.id, "the only job of an id")
    if v.is_two:
        # The service refuses the parameter that it reads afterwards.
        refused(400, "INVALID_PARAMS_ON_REQUEST", manager.refresh_status, job.id)
    refused(400, "DELETION_FAILED", v.templates.delete, template.id)
    for one in [job, other]:
        manager.delete(one.id)
        until(lambda: status(manager, one), 404, "deletion of a job")


def status(manager, job):
    return manager.get(job.id).info["status"]


def farewell(v, cluster, template, groups, sources, binary, job_template_pair):
    manager = v.client.clusters
    if v.is_two:
        equal(manager.force_delete(cluster.id)["stack_name"], f"{cluster.name}{cluster.id[:8]}", "what is left over")
    else:
        manager.delete(cluster.id)
    until(lambda: manager.get(cluster.id).status, 404, "deletion")
    for one in job_template_pair:
        v.templates.delete(one.id)
    v.client.job_binaries.delete(binary.id)
    for one in sources:
        v.client.data_sources.delete(one.id)
    v.client.cluster_templates.delete(template.id)
    for one in groups:
        v.client.node_group_templates.delete(one.id)
    for kind in ["clusters", "cluster_templates", "node_group_templates", "data_sources", "job_binaries"]:
        equal(getattr(v.client, kind).list(), [], f"no {kind} are left")


def whole(number):
    v = Version(number, password())
    admin = Version(number, password("admin"))
    stranger = Version(number, password(project="other"))
    plugins(v, admin)
    job_types(v)
    images(v)
    groups = node_group_templates(v, stranger)
    template = cluster_templates(v, *groups)
    sources = data_sources(v)
    binary = job_binaries(v)
    pair = job_templates(v, binary)
    cluster = clusters(v, template)
    jobs(v, *pair, cluster, *sources)
    farewell(v, cluster, template, groups, sources, binary, pair)


def other_ways():
    """Other credentials, and other ways to the service."""
    for number in ["1.1", "2"]:
        robot = Version(number, application_credential("unrestricted")).client
        equal(len(robot.plugins.list()), 2, "plugins by an application credential")
        # The second region does not say which version its address is for.
        far = Version(number, password(), region_name="RegionTwo").client
        equal(len(far.plugins.list()), 2, "plugins of another region")
    auth = password()
    url = session.Session(auth=auth).get_endpoint(service_type="data-processingv2")
    direct = Version("2", auth, sahara_url=url).client
    equal(len(direct.plugins.list()), 2, "plugins at an address")

    restricted = Version("2", application_credential("restricted")).client
    group = {"name": "all", "flavor_id": "1", "node_processes": ["namenode"], "count": 1}
    cluster = restricted.clusters.create(
        "no-trust", "fake", "0.1", default_image_id=IMAGE, net_id=NETWORK, node_groups=[group]
    )
    until(lambda: restricted.clusters.get(cluster.id).status, "Error", "a cluster without a trust")
    true("Failed to create trust" in restricted.clusters.get(cluster.id).status_description, "why it failed")
    restricted.clusters.delete(cluster.id)
    until(lambda: restricted.clusters.get(cluster.id).status, 404, "deletion")


whole("1.1")
whole("2")
other_ways()
finish()
