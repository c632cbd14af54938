//! Clusters of Sahara on the wire.

use crate::common;

use crate::common::openstack::{Cloud, DEMO, application_credential, cluster};
use cloud_sandbox::{Fault, Sandbox, keystone, sahara};
use serde_json::{Value, json};

const CREATING: [&str; 8] = [
    "Validating",
    "InfraUpdating",
    "Spawning",
    "Waiting",
    "Preparing",
    "Configuring",
    "Starting",
    "Active",
];

#[tokio::test]
async fn a_cluster_becomes_active_on_the_clock() {
    let cloud = Cloud::new().await;
    let reply = cloud.request_cluster("c1").await;
    let made = &reply.ok(202)["cluster"];
    assert_eq!(
        (made["status"].as_str(), &made["trust_id"]),
        (Some("Validating"), &Value::Null)
    );
    assert_eq!(
        (&made["project_id"], &made["plugin_version"]),
        (&json!(DEMO), &json!("0.1"))
    );
    assert_eq!(
        (made.get("tenant_id"), made.get("hadoop_version")),
        (None, None)
    );
    assert_eq!(made["provision_progress"], json!([]));
    let id = made["id"].as_str().unwrap();
    assert_eq!(cloud.states(id).await, CREATING);

    let active = cloud.read_cluster(id).await;
    assert_eq!(active["status_description"], "");
    assert_eq!(active["trust_id"].as_str().unwrap().len(), 32);
    let workers = active["node_groups"][1]["instances"].as_array().unwrap();
    let names: Vec<&str> = workers
        .iter()
        .map(|instance| instance["instance_name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["c1-worker-0", "c1-worker-1"]);
    assert!(
        workers
            .iter()
            .all(|instance| instance["management_ip"].is_string())
    );
    assert_eq!(active["verification"]["status"], "GREEN");
    assert_eq!(
        active["verification"]["checks"][0]["verification_id"],
        active["verification"]["id"]
    );
    let steps = active["provision_progress"].as_array().unwrap();
    assert_eq!(steps.len(), 4);
    assert!(
        steps
            .iter()
            .all(|step| step["successful"] == true && step.get("events").is_none())
    );
    assert_eq!(steps[0]["project_id"], DEMO);
}

#[tokio::test]
async fn version_one_has_its_own_names() {
    let cloud = Cloud::new().await;
    let id = cloud.cluster("c1").await;
    let path = format!("/v1.1/{DEMO}/clusters/{id}");
    let read = cloud.get(&path).await.ok(200)["cluster"].clone();
    assert_eq!(
        (&read["tenant_id"], &read["hadoop_version"]),
        (&json!(DEMO), &json!("0.1"))
    );
    assert_eq!(
        (read.get("project_id"), read.get("plugin_version")),
        (None, None)
    );
    assert_eq!(read["provision_progress"][0]["tenant_id"], DEMO);
    assert_eq!(
        cloud
            .get(&format!("/v1.1/clusters/{id}.json"))
            .await
            .ok(200)["cluster"],
        read
    );
    cloud.delete(&path).await.ok_empty(204);
    assert_eq!(
        cloud.get(&path).await.ok(200)["cluster"]["status"],
        "Deleting"
    );
}

#[tokio::test]
async fn progress_has_events_while_a_step_runs() {
    let cloud = Cloud::new().await;
    let id = cloud.request_cluster("c1").await.ok(202)["cluster"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    cloud.advance(7);
    let path = format!("/v2/clusters/{id}?show_progress=True");
    let read = cloud.get(&path).await.ok(200)["cluster"].clone();
    assert_eq!(read["status"], "Waiting");
    let step = &read["provision_progress"][1];
    assert_eq!(
        (
            step["step_name"].as_str(),
            &step["total"],
            &step["successful"]
        ),
        (Some("Assign IPs"), &json!(3), &Value::Null)
    );
    let events = step["events"].as_array().unwrap();
    assert_eq!(events.len(), 2);
    assert_eq!(
        (&events[0]["step_id"], &events[0]["successful"]),
        (&step["id"], &json!(true))
    );
    assert_eq!(events[0]["node_group_id"], read["node_groups"][0]["id"]);
    cloud.advance(60);
    let read = cloud.get(&path).await.ok(200)["cluster"].clone();
    assert_eq!(read["provision_progress"][1]["events"], json!([]));
}

#[tokio::test]
async fn a_cluster_can_end_in_error() {
    let cloud = Cloud::new().await;
    let template = cloud.cluster_template("ct").await;
    let fault = Fault::ActionFailed {
        code: "stack".to_owned(),
        message: "no valid host was found".to_owned(),
    };
    cloud.sandbox.faults().next(fault);
    let reply = cloud
        .post("/v2/clusters", cluster("doomed", &template))
        .await;
    let id = reply.ok(202)["cluster"]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        cloud.states(&id).await,
        ["Validating", "InfraUpdating", "Spawning", "Error"]
    );
    let read = cloud
        .get(&format!("/v2/clusters/{id}?show_progress=true"))
        .await
        .ok(200)["cluster"]
        .clone();
    let description = read["status_description"].as_str().unwrap();
    assert!(
        description.starts_with("Creating cluster failed: no valid host"),
        "{description}"
    );
    let step = &read["provision_progress"][0];
    assert_eq!(step["successful"], false);
    assert!(
        step["events"][0]["event_info"]
            .as_str()
            .unwrap()
            .starts_with("no valid host was found\nError ID: ")
    );
    cloud
        .delete(&format!("/v2/clusters/{id}"))
        .await
        .ok_empty(204);
    assert_eq!(cloud.states(&id).await, ["Deleting", "404"]);
}

#[tokio::test]
async fn a_restricted_application_credential_cannot_pass_its_rights_on() {
    let cloud = Cloud::new().await;
    let template = cloud.cluster_template("ct").await;
    let body = application_credential(keystone::RESTRICTED_CREDENTIAL, "restricted-secret");
    let restricted = cloud.authenticated(body).await;
    let reply = restricted
        .post("/v2/clusters", cluster("c1", &template))
        .await;
    let id = reply.ok(202)["cluster"]["id"].as_str().unwrap().to_owned();
    assert_eq!(cloud.states(&id).await, ["Validating", "Error"]);
    let description = cloud.read_cluster(&id).await["status_description"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        description.contains("Failed to create trust"),
        "{description}"
    );

    let body = application_credential(keystone::UNRESTRICTED_CREDENTIAL, "unrestricted-secret");
    let unrestricted = cloud.authenticated(body).await;
    let reply = unrestricted
        .post("/v2/clusters", cluster("c2", &template))
        .await;
    let id = reply.ok(202)["cluster"]["id"].as_str().unwrap().to_owned();
    assert_eq!(cloud.states(&id).await.last().unwrap(), "Active");
}

#[tokio::test]
async fn clusters_are_scaled() {
    let cloud = Cloud::new().await;
    let id = cloud.cluster("c1").await;
    let path = format!("/v2/clusters/{id}");
    let reply = cloud
        .call(
            "PUT",
            &path,
            json!({"resize_node_groups": [{"name": "worker", "count": 3}]}),
        )
        .await;
    assert_eq!(reply.ok(202)["cluster"]["node_groups"][1]["count"], 2);
    let growing = [
        "Validating",
        "Scaling",
        "Scaling: Spawning",
        "Scaling: Waiting",
        "Scaling: Preparing",
        "Configuring",
        "Active",
    ];
    assert_eq!(cloud.states(&id).await, growing);
    let read = cloud.read_cluster(&id).await;
    let step = |step: &Value| {
        (
            step["step_name"].as_str().unwrap().to_owned(),
            step["total"].as_u64().unwrap(),
        )
    };
    let steps: Vec<_> = read["provision_progress"].as_array().unwrap()[4..]
        .iter()
        .map(step)
        .collect();
    let expected = [
        ("Create Heat stack", 1),
        ("Assign IPs", 1),
        ("Wait for instance accessibility", 1),
        ("Configure instances", 4),
    ];
    assert_eq!(
        steps,
        expected.map(|(name, total)| (name.to_owned(), total))
    );
    let worker = read["node_groups"][1].clone();
    assert_eq!(
        (
            &worker["count"],
            worker["instances"].as_array().unwrap().len()
        ),
        (&json!(3), 3)
    );

    let victim = worker["instances"][0]["instance_id"].clone();
    let shrink =
        json!({"resize_node_groups": [{"name": "worker", "count": 2, "instances": [victim]}]});
    cloud.call("PUT", &path, shrink).await.ok(202);
    let shrinking = [
        "Validating",
        "Decommissioning",
        "Scaling",
        "Scaling: Spawning",
        "Scaling: Waiting",
        "Scaling: Preparing",
        "Active",
    ];
    assert_eq!(cloud.states(&id).await, shrinking);
    let instances = cloud.read_cluster(&id).await["node_groups"][1]["instances"].clone();
    assert_eq!(instances.as_array().unwrap().len(), 2);
    assert!(
        instances
            .as_array()
            .unwrap()
            .iter()
            .all(|instance| instance["instance_id"] != victim)
    );

    let more =
        json!({"name": "more", "flavor_id": "2", "node_processes": ["datanode"], "count": 1});
    let reply = cloud
        .call("PUT", &path, json!({"add_node_groups": [more]}))
        .await;
    assert_eq!(reply.ok(202)["cluster"]["node_groups"][2]["count"], 0);
    cloud.advance(60);
    let group = cloud.read_cluster(&id).await["node_groups"][2].clone();
    assert_eq!(
        (&group["name"], &group["count"]),
        (&json!("more"), &json!(1))
    );
    assert_eq!(group["instances"][0]["instance_name"], "c1-more-0");
}

#[tokio::test]
async fn a_failed_scaling_ends_in_active() {
    let cloud = Cloud::new().await;
    let id = cloud.cluster("c1").await;
    let path = format!("/v2/clusters/{id}");
    cloud.sandbox.faults().next(Fault::ActionFailed {
        code: String::new(),
        message: "no room".to_owned(),
    });
    let more =
        json!({"name": "more", "flavor_id": "2", "node_processes": ["datanode"], "count": 1});
    let body =
        json!({"resize_node_groups": [{"name": "worker", "count": 9}], "add_node_groups": [more]});
    cloud.call("PUT", &path, body.clone()).await.ok(202);
    let states = cloud.states(&id).await;
    assert_eq!(
        states,
        [
            "Validating",
            "Scaling",
            "Scaling: Spawning",
            "Rollback: Spawning",
            "Active"
        ]
    );
    let read = cloud.read_cluster(&id).await;
    let description = read["status_description"].as_str().unwrap();
    assert!(
        description.starts_with("Scaling cluster failed: no room"),
        "{description}"
    );
    assert_eq!(read["node_groups"].as_array().unwrap().len(), 2);
    assert_eq!(read["node_groups"][1]["count"], 2);

    // The next answer still has the old text, until the engine takes over.
    let reply = cloud.call("PUT", &path, body).await;
    assert_eq!(reply.ok(202)["cluster"]["status_description"], description);
    cloud.advance(60);
    assert_eq!(cloud.read_cluster(&id).await["status_description"], "");
}

#[tokio::test]
async fn bad_scalings_are_refused() {
    let cloud = Cloud::new().await;
    let early = cloud.request_cluster("early").await.ok(202)["cluster"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let resize =
        |name: &str, count: i64| json!({"resize_node_groups": [{"name": name, "count": count}]});
    let refused = |reply: common::Reply, name: &str| reply.refused_as(400, name).to_owned();
    let path = format!("/v2/clusters/{early}");
    let message = refused(
        cloud.call("PUT", &path, resize("worker", 3)).await,
        "INVALID_REFERENCE",
    );
    assert!(message.contains("Juno"), "{message}");
    cloud.advance(6);
    let message = refused(
        cloud.call("PUT", &path, resize("worker", 3)).await,
        "INVALID_REFERENCE",
    );
    assert!(
        message.contains("Cluster status: Spawning") || message.contains("Cluster status: Waiting"),
        "{message}"
    );
    cloud.advance(60);

    refused(
        cloud.call("PUT", &path, resize("nope", 3)).await,
        "INVALID_REFERENCE",
    );
    let message = refused(
        cloud.call("PUT", &path, resize("worker", -1)).await,
        "VALIDATION_ERROR",
    );
    assert_eq!(
        message,
        "resize_node_groups[0][count]: -1 is less than the minimum of 0"
    );
    refused(
        cloud.call("PUT", &path, json!({})).await,
        "VALIDATION_ERROR",
    );
    let twice = json!({"resize_node_groups": [{"name": "worker", "count": 3}, {"name": "worker", "count": 4}]});
    refused(cloud.call("PUT", &path, twice).await, "INVALID_DATA");
    let named = |instances: Value| json!({"resize_node_groups": [{"name": "worker", "count": 1, "instances": instances}]});
    refused(
        cloud.call("PUT", &path, named(json!(["a", "b"]))).await,
        "INVALID_DATA",
    );
    let v1 = format!("/v1.1/clusters/{early}");
    refused(
        cloud.call("PUT", &v1, named(json!(["a"]))).await,
        "VALIDATION_ERROR",
    );
    let again =
        json!({"name": "worker", "flavor_id": "2", "node_processes": ["datanode"], "count": 1});
    refused(
        cloud
            .call("PUT", &path, json!({"add_node_groups": [again]}))
            .await,
        "INVALID_REFERENCE",
    );
}

#[tokio::test]
async fn clusters_go_away_with_force_or_without() {
    let cloud = Cloud::new().await;
    let id = cloud.cluster("c1").await;
    let path = format!("/v2/clusters/{id}");
    cloud
        .call("PATCH", &path, json!({"is_protected": true}))
        .await
        .ok(202);
    let reply = cloud.delete(&path).await;
    let message = reply.refused_as(400, "DELETION_FAILED");
    assert!(message.contains("marked as protected"), "{message}");
    cloud
        .call("PATCH", &path, json!({"is_protected": false}))
        .await
        .ok(202);
    let reply = cloud.call("DELETE", &path, json!({"force": true})).await;
    assert_eq!(reply.ok(200)["stack_name"], format!("c1{}", &id[..8]));
    assert_eq!(cloud.states(&id).await, ["Deleting", "404"]);
    cloud.delete(&path).await.refused_as(404, "NOT_FOUND");

    let stuck = cloud.cluster("c2").await;
    cloud.sandbox.faults().next(Fault::ActionFailed {
        code: String::new(),
        message: String::new(),
    });
    cloud
        .delete(&format!("/v2/clusters/{stuck}"))
        .await
        .ok_empty(204);
    assert_eq!(cloud.states(&stuck).await, ["Deleting"]);
}

#[tokio::test]
async fn a_deletion_can_show_the_race_of_the_real_server() {
    let cloud = Cloud::new().await;
    cloud.sandbox.sahara().race_deletions(2);
    for (name, version) in [("c1", "v1.1"), ("c2", "v2")] {
        let path = format!("/{version}/clusters/{}", cloud.cluster(name).await);
        cloud.delete(&path).await.ok_empty(204);
        assert_eq!(
            cloud.get(&path).await.ok(200)["cluster"]["status"],
            "Deleting"
        );
        cloud.advance(5);
        let reply = cloud.get(&path).await;
        if version == "v1.1" {
            assert!(reply.ok(200).is_string(), "{}", reply.text);
        } else {
            reply.refused_as(500, "INTERNAL_SERVER_ERROR");
        }
        cloud.get(&path).await.refused_as(404, "NOT_FOUND");
    }
}

#[tokio::test]
async fn several_clusters_are_made_at_once() {
    let cloud = Cloud::new().await;
    let template = cloud.cluster_template("ct").await;
    let mut body = cluster("many", &template);
    body["count"] = json!(2);
    let reply = cloud.post("/v2/clusters", body.clone()).await;
    assert_eq!(reply.ok(202)["clusters"][1]["cluster"]["name"], "many-2");
    body["count"] = json!(0);
    assert_eq!(
        cloud.post("/v2/clusters", body.clone()).await.ok(202),
        &json!({"clusters": []})
    );

    let version = body
        .as_object_mut()
        .unwrap()
        .remove("plugin_version")
        .unwrap();
    body["hadoop_version"] = version;
    body["count"] = json!(10);
    let reply = cloud.post("/v1.1/clusters/multiple", body.clone()).await;
    let first = reply.ok(202)["clusters"][0].as_str().unwrap().to_owned();
    let mut endless = body.clone();
    endless["count"] = json!(u64::MAX);
    cloud
        .post("/v1.1/clusters/multiple", endless)
        .await
        .refused_as(400, "QUOTA_ERROR");
    assert_eq!(cloud.read_cluster(&first).await["name"], "many-01");
    cloud
        .post("/v1.1/clusters/multiple", body.clone())
        .await
        .refused_as(400, "NAME_ALREADY_EXISTS");
    let reply = cloud.post("/v1.1/clusters", body).await;
    assert!(
        reply
            .refused_as(400, "VALIDATION_ERROR")
            .contains("'count' was unexpected")
    );
}

#[tokio::test]
async fn bad_clusters_are_refused() {
    let cloud = Cloud::new().await;
    let template = cloud.cluster_template("ct").await;
    let with = |name: &str, value: Value| {
        let mut body = cluster("c1", &template);
        body[name] = value;
        body
    };
    for (field, value, name) in [
        (
            "default_image_id",
            json!(sahara::UNREGISTERED_IMAGE),
            "INVALID_REFERENCE",
        ),
        (
            "default_image_id",
            json!(sahara::VANILLA_IMAGE),
            "INVALID_REFERENCE",
        ),
        ("user_keypair_id", json!("nosuch"), "NOT_FOUND"),
        ("cluster_template_id", json!(DEMO), "NOT_FOUND"),
        ("neutron_management_network", json!(DEMO), "NOT_FOUND"),
        ("plugin_name", json!("nosuch"), "INVALID_REFERENCE"),
        ("plugin_version", json!("9"), "INVALID_REFERENCE"),
        ("name", json!("a_b"), "VALIDATION_ERROR"),
        ("name", json!("a".repeat(51)), "VALIDATION_ERROR"),
        ("name", json!("a".repeat(50)), "INVALID_DATA"),
        (
            "cluster_configs",
            json!({"HDFS": {"nosuch": 1}}),
            "INVALID_REFERENCE",
        ),
        (
            "cluster_configs",
            json!({"general": {"Enable XFS": 1.5}}),
            "VALIDATION_ERROR",
        ),
        ("anti_affinity", json!(["nosuch"]), "INVALID_REFERENCE"),
        (
            "node_groups",
            json!([{"name": "x", "count": 1}]),
            "VALIDATION_ERROR",
        ),
        ("hadoop_version", json!("0.1"), "VALIDATION_ERROR"),
    ] {
        let reply = cloud.post("/v2/clusters", with(field, value.clone())).await;
        assert_eq!(
            reply.json["error_name"], name,
            "{field} {value}: {}",
            reply.text
        );
        reply.refused_as(400, name);
    }
    let bare = json!({"name": "c1", "plugin_name": "fake", "plugin_version": "0.1"});
    let reply = cloud.post("/v2/clusters", bare).await;
    assert_eq!(
        reply.refused_as(400, "NOT_FOUND"),
        "'default_image_id' field is not found"
    );
    assert_eq!(
        cloud.get("/v2/clusters").await.ok(200),
        &json!({"clusters": []})
    );
}

#[tokio::test]
async fn a_refused_cluster_can_be_left_over() {
    let cloud = Cloud::new().await;
    cloud.sandbox.sahara().limit_instances(2);
    let reply = cloud.request_cluster("big").await;
    assert_eq!(
        reply.refused_as(400, "QUOTA_ERROR"),
        "The quota leaves room for 2 instances, not for 3"
    );
    let left = cloud.get("/v2/clusters?name=big").await.ok(200)["clusters"][0].clone();
    assert_eq!(left["status"], "Error");
    assert!(
        left["status_description"]
            .as_str()
            .unwrap()
            .contains("The quota leaves room")
    );
    let body = json!({
        "name": "hadoop",
        "plugin_name": "vanilla",
        "plugin_version": "2.7.1",
        "default_image_id": sahara::VANILLA_IMAGE,
        "neutron_management_network": sahara::NETWORK,
        "node_groups": [{"name": "w", "flavor_id": 1, "node_processes": ["datanode"], "count": 1}],
    });
    cloud
        .post("/v2/clusters", body.clone())
        .await
        .refused_as(400, "INVALID_COMPONENT_COUNT");
    cloud
        .post("/v2/clusters", body)
        .await
        .refused_as(400, "NAME_ALREADY_EXISTS");
}

#[tokio::test]
async fn no_size_is_too_big_to_be_refused() {
    let cloud = Cloud::new().await;
    let id = cloud.cluster("c1").await;
    let path = format!("/v2/clusters/{id}");
    let huge = json!({"name": "more", "flavor_id": "1", "node_processes": ["datanode"], "count": u64::MAX});
    let body = json!({"resize_node_groups": [{"name": "worker", "count": u64::MAX}], "add_node_groups": [huge]});
    cloud
        .call("PUT", &path, body)
        .await
        .refused_as(400, "QUOTA_ERROR");
    let mut body = cluster("c2", "");
    body.as_object_mut().unwrap().remove("cluster_template_id");
    body["neutron_management_network"] = sahara::NETWORK.into();
    body["node_groups"] =
        json!([huge, {"name": "x", "flavor_id": "1", "node_processes": ["datanode"], "count": 1}]);
    cloud
        .post("/v2/clusters", body)
        .await
        .refused_as(400, "QUOTA_ERROR");
}

#[tokio::test]
async fn health_is_checked_on_demand() {
    let cloud = Cloud::new().await;
    let id = cloud.request_cluster("c1").await.ok(202)["cluster"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/v2/clusters/{id}");
    let start = json!({"verification": {"status": "START"}});
    cloud
        .call("PATCH", &path, start.clone())
        .await
        .refused_as(400, "CANNOT_VERIFY");
    cloud.advance(12);
    // A cluster that is active just now is being checked.
    assert_eq!(
        cloud.read_cluster(&id).await["verification"]["status"],
        "CHECKING"
    );
    cloud
        .call("PATCH", &path, start.clone())
        .await
        .refused_as(400, "CANNOT_VERIFY");
    cloud.advance(1);
    let before = cloud.read_cluster(&id).await["verification"]["id"].clone();
    cloud.sandbox.faults().next(Fault::ActionFailed {
        code: String::new(),
        message: "one is down".to_owned(),
    });
    let reply = cloud.call("PATCH", &path, start.clone()).await;
    assert_eq!(reply.ok(202)["cluster"]["verification"]["id"], before);
    assert_eq!(
        cloud.read_cluster(&id).await["verification"]["status"],
        "CHECKING"
    );
    cloud.advance(1);
    let after = cloud.read_cluster(&id).await["verification"].clone();
    assert_eq!(
        (after["status"].as_str(), after["id"] == before),
        (Some("RED"), false)
    );
    let mixed = json!({"verification": {"status": "START"}, "name": "x"});
    cloud
        .call("PATCH", &path, mixed)
        .await
        .refused_as(400, "CANNOT_VERIFY");
    cloud
        .call("PATCH", &path, json!({"verification": {"status": "STOP"}}))
        .await
        .refused_as(400, "VALIDATION_ERROR");
}

#[tokio::test]
async fn clusters_are_changed() {
    let cloud = Cloud::new().await;
    let id = cloud.cluster("c1").await;
    cloud.cluster("c2").await;
    let path = format!("/v2/clusters/{id}");
    let reply = cloud
        .call(
            "PATCH",
            &path,
            json!({"name": "renamed", "description": "d", "is_public": true}),
        )
        .await;
    assert_eq!(
        (
            &reply.ok(202)["cluster"]["name"],
            &reply.json["cluster"]["is_public"]
        ),
        (&json!("renamed"), &json!(true))
    );
    cloud
        .call("PATCH", &path, json!({"name": "c2"}))
        .await
        .refused_as(400, "DB_DUPLICATE_ENTRY");
    cloud
        .call("PATCH", &path, json!({"update_keypair": true}))
        .await
        .refused_as(500, "INTERNAL_SERVER_ERROR");
    let v1 = format!("/v1.1/clusters/{id}");
    cloud
        .call("PATCH", &v1, json!({"update_keypair": true}))
        .await
        .refused_as(400, "VALIDATION_ERROR");

    let other = cloud.as_user("demo", "other").await;
    assert_eq!(other.get(&path).await.ok(200)["cluster"]["name"], "renamed");
    let reply = other
        .call("PATCH", &path, json!({"description": "mine"}))
        .await;
    assert!(
        reply
            .refused_as(400, "UPDATE_FAILED")
            .contains("wasn't created in this tenant")
    );
    other.delete(&path).await.refused_as(400, "DELETION_FAILED");
}

#[tokio::test]
async fn a_transient_cluster_goes_away() {
    let cloud = Cloud::of(Sandbox::builder().action_duration(common::SECOND).build()).await;
    let template = cloud.cluster_template("ct").await;
    let mut body = cluster("c1", &template);
    body["is_transient"] = json!(true);
    let id = cloud.post("/v2/clusters", body).await.ok(202)["cluster"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let states = cloud.states(&id).await;
    assert_eq!(
        states[CREATING.len()..],
        ["AwaitingTermination", "Deleting", "404"]
    );

    // It does not forget that when it is scaled in between.
    let mut body = cluster("c2", &template);
    body["is_transient"] = json!(true);
    let id = cloud.post("/v2/clusters", body).await.ok(202)["cluster"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    cloud.advance(20);
    let resize = json!({"resize_node_groups": [{"name": "worker", "count": 3}]});
    cloud
        .call("PUT", &format!("/v2/clusters/{id}"), resize)
        .await
        .ok(202);
    assert_eq!(cloud.states(&id).await.last().unwrap(), "404");
}

#[tokio::test]
async fn an_engine_of_its_own_takes_no_tokens_from_application_credentials() {
    let cloud = Cloud::new().await;
    let active = cloud.cluster("c1").await;
    let template = cloud.cluster_template("ct").await;
    cloud.sandbox.sahara().set_distributed(true);
    let body = application_credential(keystone::UNRESTRICTED_CREDENTIAL, "unrestricted-secret");
    let robot = cloud.authenticated(body).await;
    let reply = robot.post("/v2/clusters", cluster("c2", &template)).await;
    let id = reply.ok(202)["cluster"]["id"].as_str().unwrap().to_owned();
    assert_eq!(cloud.states(&id).await, ["Validating", "Error"]);
    robot
        .delete(&format!("/v2/clusters/{id}"))
        .await
        .ok_empty(204);
    assert_eq!(cloud.states(&id).await, ["Deleting"]);

    let path = format!("/v2/clusters/{active}");
    let reply = cloud
        .call("PATCH", &path, json!({"update_keypair": true}))
        .await;
    assert_eq!(reply.ok(202)["cluster"]["status"], "Active");
    cloud.delete(&path).await.ok_empty(204);
    assert_eq!(cloud.states(&active).await, ["Deleting", "404"]);
}
