//! Templates, images and plugins of Sahara on the wire.

use crate::common;

use crate::common::openstack::{Cloud, DEMO};
use cloud_sandbox::sahara;
use serde_json::{Value, json};

fn node_group(name: &str) -> Value {
    json!({
        "name": name,
        "plugin_name": "fake",
        "hadoop_version": "0.1",
        "flavor_id": "1",
        "node_processes": ["namenode"],
    })
}

fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

#[tokio::test]
async fn a_creation_leaves_out_what_was_never_set() {
    let cloud = Cloud::new().await;
    let reply = cloud
        .post("/v1.1/node-group-templates", node_group("t"))
        .await;
    let made = reply.ok(202)["node_group_template"].clone();
    for unset in ["description", "updated_at", "image_id", "shares"] {
        assert_eq!(made.get(unset), None, "{unset}");
    }
    assert_eq!(
        (&made["tenant_id"], &made["volume_mount_prefix"]),
        (&json!(DEMO), &json!("/volumes/disk"))
    );
    assert_eq!(
        (&made["use_autoconfig"], &made["boot_from_volume"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(
        made["created_at"].as_str().unwrap().len(),
        "2026-01-01T00:00:00".len()
    );
    let path = format!(
        "/v1.1/node-group-templates/{}",
        made["id"].as_str().unwrap()
    );
    let read = cloud.get(&path).await.ok(200)["node_group_template"].clone();
    for unset in ["description", "updated_at", "image_id", "shares"] {
        assert_eq!(read.get(unset), Some(&Value::Null), "{unset}");
    }
    // A flavor comes back in the form in which it was sent.
    let reply = cloud
        .post(
            "/v1.1/node-group-templates",
            with(node_group("n"), "flavor_id", json!(2)),
        )
        .await;
    assert_eq!(reply.ok(202)["node_group_template"]["flavor_id"], 2);
}

#[tokio::test]
async fn bad_templates_of_node_groups_are_refused() {
    let cloud = Cloud::new().await;
    cloud
        .post("/v1.1/node-group-templates", node_group("taken"))
        .await
        .ok(202);
    for (field, value, name, message) in [
        (
            "name",
            json!("taken"),
            "NAME_ALREADY_EXISTS",
            "NodeGroup template with name 'taken' already exists",
        ),
        (
            "name",
            json!("a_b"),
            "VALIDATION_ERROR",
            "name: 'a_b' is not a 'valid_name_hostname'",
        ),
        (
            "name",
            json!(""),
            "VALIDATION_ERROR",
            "name: '' is too short\nname: '' is not a 'valid_name_hostname'",
        ),
        (
            "name",
            Value::Null,
            "VALIDATION_ERROR",
            "name: None is not of type 'string'",
        ),
        (
            "flavor_id",
            json!("m1.small"),
            "VALIDATION_ERROR",
            "flavor_id: 'm1.small' is not of type 'flavor'",
        ),
        (
            "flavor_id",
            json!(true),
            "VALIDATION_ERROR",
            "flavor_id: True is not of type 'flavor'",
        ),
        (
            "flavor_id",
            json!("99"),
            "NOT_FOUND",
            "Flavor '99' not found",
        ),
        (
            "node_processes",
            json!([]),
            "VALIDATION_ERROR",
            "node_processes: [] is too short",
        ),
        (
            "node_processes",
            json!(["x", 1]),
            "VALIDATION_ERROR",
            "node_processes[1]: 1 is not of type 'string'",
        ),
        (
            "volumes_per_node",
            json!(-1),
            "VALIDATION_ERROR",
            "volumes_per_node: -1 is less than the minimum of 0",
        ),
        (
            "volumes_per_node",
            json!(1),
            "INVALID_REFERENCE",
            "Volumes need a volumes_size",
        ),
        (
            "image_id",
            json!("x"),
            "VALIDATION_ERROR",
            "image_id: 'x' is not a 'uuid'",
        ),
        (
            "volume_mount_prefix",
            json!("/a.b"),
            "VALIDATION_ERROR",
            "volume_mount_prefix: '/a.b' is not a 'posix_path'",
        ),
        (
            "security_groups",
            json!(["x"]),
            "NOT_FOUND",
            "Security group 'x' not found",
        ),
        (
            "availability_zone",
            json!("x"),
            "NOT_FOUND",
            "Nova availability zone 'x' not found",
        ),
        (
            "hadoop_version",
            json!("9"),
            "INVALID_REFERENCE",
            "Plugin 'fake' has no version '9'",
        ),
        (
            "bogus",
            json!(1),
            "VALIDATION_ERROR",
            "Additional properties are not allowed ('bogus' was unexpected)",
        ),
        (
            "boot_from_volume",
            json!(true),
            "VALIDATION_ERROR",
            "Additional properties are not allowed ('boot_from_volume' was unexpected)",
        ),
        (
            "node_configs",
            json!({"a": 1}),
            "VALIDATION_ERROR",
            "node_configs: {'a': 1} is not of type 'configs', 'null'",
        ),
        (
            "node_configs",
            json!({"a": {}}),
            "INVALID_REFERENCE",
            "The plugin has no target 'a'",
        ),
    ] {
        let reply = cloud
            .post(
                "/v1.1/node-group-templates",
                with(node_group("t"), field, value),
            )
            .await;
        assert_eq!(reply.refused_as(400, name), message);
    }
    let twice = with(
        node_group("t"),
        "node_processes",
        json!(["namenode", "namenode"]),
    );
    cloud
        .post("/v1.1/node-group-templates", twice)
        .await
        .refused_as(400, "INVALID_DATA");
    let reply = cloud
        .post("/v2/node-group-templates", json!({"name": "x"}))
        .await;
    assert!(
        reply
            .refused_as(400, "VALIDATION_ERROR")
            .contains("'plugin_version' is a required property")
    );
    let mut two = with(node_group("booted"), "boot_from_volume", json!(true));
    two["plugin_version"] = two
        .as_object_mut()
        .unwrap()
        .remove("hadoop_version")
        .unwrap();
    let reply = cloud.post("/v2/node-group-templates", two).await;
    assert_eq!(
        reply.ok(202)["node_group_template"]["boot_from_volume"],
        true
    );
}

#[tokio::test]
async fn protection_and_projects_are_respected() {
    let cloud = Cloud::new().await;
    let id = cloud.node_group_template("t", "namenode").await;
    let path = format!("/v2/node-group-templates/{id}");
    cloud
        .call("PATCH", &path, json!({"is_protected": true}))
        .await
        .ok(202);
    let refused = cloud
        .call("PATCH", &path, json!({"is_protected": true}))
        .await;
    assert!(
        refused
            .refused_as(400, "UPDATE_FAILED")
            .contains("marked as protected")
    );
    cloud
        .call("PATCH", &path, json!({"description": "x"}))
        .await
        .refused_as(400, "UPDATE_FAILED");
    cloud
        .call(
            "PATCH",
            &path,
            json!({"is_public": true, "description": "x"}),
        )
        .await
        .refused_as(400, "UPDATE_FAILED");
    cloud
        .call("PATCH", &path, json!({"is_public": true}))
        .await
        .ok(202);
    cloud
        .call("PATCH", &path, json!({"is_public": true, "name": "t"}))
        .await
        .ok(202);
    cloud.delete(&path).await.refused_as(400, "DELETION_FAILED");

    let other = cloud.as_user("demo", "other").await;
    let refused = other
        .call("PATCH", &path, json!({"description": "mine"}))
        .await;
    assert!(
        refused
            .refused_as(400, "UPDATE_FAILED")
            .contains("wasn't created in this tenant")
    );
    cloud
        .call(
            "PATCH",
            &path,
            json!({"is_protected": false, "is_public": null}),
        )
        .await
        .ok(202);
    assert_eq!(
        cloud.get(&path).await.ok(200)["node_group_template"]["is_public"],
        false
    );
    other.get(&path).await.refused_as(404, "NOT_FOUND");
    let reply = cloud.delete(&path).await;
    assert_eq!(
        (reply.status, reply.header("content-type")),
        (204, "application/json")
    );
    assert_eq!(
        cloud.delete(&path).await.refused_as(404, "NOT_FOUND"),
        format!("Object with {{'id': '{id}'}} not found")
    );
}

#[tokio::test]
async fn templates_in_use_stay() {
    let cloud = Cloud::new().await;
    let cluster = cloud.cluster("c1").await;
    let read = cloud.read_cluster(&cluster).await;
    let template = read["cluster_template_id"].as_str().unwrap();
    let group = read["node_groups"][0]["node_group_template_id"]
        .as_str()
        .unwrap();
    let reply = cloud
        .delete(&format!("/v2/node-group-templates/{group}"))
        .await;
    let message = reply.refused_as(400, "INVALID_REFERENCE");
    assert!(
        message.contains("cluster templates: c1-ct; and clusters: c1"),
        "{message}"
    );
    let path = format!("/v2/cluster-templates/{template}");
    let reply = cloud.delete(&path).await;
    assert_eq!(
        reply.refused_as(400, "INVALID_REFERENCE"),
        format!("Cluster template {template} in use by c1")
    );
    cloud
        .call("PATCH", &path, json!({"description": "x"}))
        .await
        .refused_as(400, "UPDATE_FAILED");
}

#[tokio::test]
async fn templates_of_clusters_are_made_changed_and_exported() {
    let cloud = Cloud::new().await;
    let id = cloud.cluster_template("ct").await;
    let path = format!("/v2/cluster-templates/{id}");
    let read = cloud.get(&path).await.ok(200)["cluster_template"].clone();
    assert_eq!(read["node_groups"][1]["count"], 2);
    assert_eq!(read["node_groups"][1].get("instances"), None);
    assert_eq!(
        (&read["cluster_configs"], &read["shares"]),
        (&json!({}), &Value::Null)
    );

    let groups =
        json!([{"name": "one", "flavor_id": "1", "node_processes": ["namenode"], "count": 1}]);
    let body = json!({"node_groups": groups, "cluster_configs": null, "description": "d"});
    let reply = cloud.call("PATCH", &path, body).await;
    let changed = &reply.ok(202)["cluster_template"];
    assert_eq!(changed["node_groups"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&changed["cluster_configs"], &changed["description"]),
        (&json!({}), &json!("d"))
    );
    let reply = cloud
        .call("PATCH", &path, json!({"plugin_name": "fake"}))
        .await;
    assert!(
        reply
            .refused_as(400, "INVALID_REFERENCE")
            .contains("hadoop_version")
    );

    let reply = cloud.get(&format!("{path}/export")).await;
    let exported = &reply.ok(200)["cluster_template"];
    assert_eq!(exported["node_groups"], "{node_groups}");
    assert_eq!(
        (
            exported.get("id"),
            exported.get("project_id"),
            exported.get("is_default")
        ),
        (None, None, None)
    );
    assert!(
        reply
            .header("content-disposition")
            .starts_with("attachment")
    );

    let bad = |groups: Value| json!({"name": "x", "plugin_name": "fake", "plugin_version": "0.1", "node_groups": groups});
    let twice = json!([
        {"name": "g", "flavor_id": "1", "node_processes": ["namenode"], "count": 1},
        {"name": "g", "flavor_id": "1", "node_processes": ["datanode"], "count": 1},
    ]);
    cloud
        .post("/v2/cluster-templates", bad(twice))
        .await
        .refused_as(400, "INVALID_DATA");
    // Not even version 2 takes this here.
    let boot = json!([{"name": "g", "flavor_id": "1", "node_processes": ["namenode"], "count": 1, "boot_from_volume": true}]);
    let reply = cloud.post("/v2/cluster-templates", bad(boot)).await;
    assert!(
        reply
            .refused_as(400, "VALIDATION_ERROR")
            .contains("is not valid under any of the given schemas")
    );
}

#[tokio::test]
async fn images_are_registered_and_tagged() {
    let cloud = Cloud::new().await;
    let plain = format!("/images/{}", sahara::UNREGISTERED_IMAGE);
    let (v1, v2) = (format!("/v1.1{plain}"), format!("/v2{plain}"));
    cloud.get(&v2).await.refused_as(400, "IMAGE_NOT_REGISTERED");
    let reply = cloud
        .post(&v1, json!({"username": "cirros", "description": "tiny"}))
        .await;
    let image = &reply.ok(202)["image"];
    assert_eq!(
        image["metadata"],
        json!({"_sahara_username": "cirros", "_sahara_description": "tiny"})
    );
    assert!(image["updated"].as_str().unwrap().ends_with('Z'));
    cloud
        .post(&v1, json!({}))
        .await
        .refused_as(400, "VALIDATION_ERROR");
    let reply = cloud
        .post(&format!("{v1}/tag"), json!({"tags": ["a", "b"]}))
        .await;
    assert_eq!(reply.ok(202)["image"]["tags"], json!(["a", "b"]));
    assert_eq!(reply.json["image"]["metadata"]["_sahara_tag_a"], "True");
    cloud
        .post(&format!("{v1}/untag"), json!({"tags": ["a"]}))
        .await
        .ok(202);
    assert_eq!(
        cloud.get(&format!("{v2}/tags")).await.ok(200),
        &json!(["b"])
    );
    let reply = cloud
        .call("PUT", &format!("{v2}/tags"), json!({"tags": ["c"]}))
        .await;
    assert_eq!(reply.ok(200)["image"]["tags"], json!(["c"]));
    cloud
        .call("PUT", &format!("{v2}/tags"), json!({"tags": ["-"]}))
        .await
        .refused_as(400, "VALIDATION_ERROR");
    let names = |reply: &common::Reply| reply.ok(200)["images"].as_array().unwrap().len();
    assert_eq!(names(&cloud.get("/v2/images?tags=c").await), 1);
    assert_eq!(names(&cloud.get("/v2/images?tags=c&tags=d").await), 0);
    // This filter is taken and forgotten.
    assert_eq!(
        names(&cloud.get("/v2/images?name=cirros&username=nobody").await),
        2
    );
    cloud.delete(&format!("{v2}/tags")).await.ok_empty(204);
    assert_eq!(cloud.get(&format!("{v2}/tags")).await.ok(200), &json!({}));
    cloud.delete(&v2).await.ok_empty(204);
    assert_eq!(names(&cloud.get("/v1.1/images").await), 2);
    cloud
        .get("/v2/images/none")
        .await
        .refused_as(404, "NOT_FOUND");
}

#[tokio::test]
async fn administrators_change_labels_of_plugins() {
    let cloud = Cloud::new().await;
    let off = json!({"plugin_labels": {"enabled": {"status": false}}});
    cloud
        .call("PATCH", "/v2/plugins/fake", off.clone())
        .await
        .refused_as(403, "FORBIDDEN");
    let admin = cloud.as_user("admin", "demo").await;
    let reply = admin.call("PATCH", "/v2/plugins/fake", off).await;
    assert_eq!(
        reply.ok(202)["plugin"]["plugin_labels"]["enabled"]["status"],
        false
    );
    // In version 2, too.
    assert_eq!(reply.json["plugin"]["tenant_id"], DEMO);
    assert!(
        cloud
            .request_cluster("c1")
            .await
            .refused_as(400, "INVALID_REFERENCE")
            .contains("not enabled")
    );
    let version = json!({"version_labels": {"0.1": {"enabled": {"status": true}}}});
    admin
        .call("PATCH", "/v1.1/plugins/fake", version)
        .await
        .ok(202);
    for (labels, name) in [
        (
            json!({"plugin_labels": {"bogus": {"status": true}}}),
            "VALIDATION_ERROR",
        ),
        (
            json!({"plugin_labels": {"stable": {"status": true}}}),
            "INVALID_DATA",
        ),
        (
            json!({"version_labels": {"2.7.1": {"enabled": {"status": true}}}}),
            "INVALID_DATA",
        ),
    ] {
        admin
            .call("PATCH", "/v2/plugins/fake", labels)
            .await
            .refused_as(400, name);
    }
    let stable = json!({"plugin_labels": {"stable": {"status": false}}});
    admin
        .call("PATCH", "/v2/plugins/vanilla", stable)
        .await
        .refused_as(400, "INVALID_DATA");
    assert_eq!(
        cloud.get("/v2/plugins/vanilla").await.ok(200)["plugin"].get("tenant_id"),
        None
    );
    let convert = "/v1.1/plugins/vanilla/2.7.1/convert-config/new";
    cloud
        .post(convert, json!({}))
        .await
        .refused_as(400, "INVALID_REFERENCE");
}
