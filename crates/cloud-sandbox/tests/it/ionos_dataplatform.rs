//! The IONOS data platform without sockets.

use std::collections::HashSet;
use std::time::Duration;

use crate::common::{Api, Reply, SECOND};
use base64::Engine as _;
use cloud_sandbox::{Fault, Sandbox, ionos_dataplatform};
use serde_json::{Value, json};

const DATACENTER: &str = "498ae72f-411f-11eb-9d07-046c59cc737e";

fn api() -> Api {
    Api::ionos(Sandbox::new())
}

fn order(name: &str) -> Value {
    json!({"properties": {"name": name, "datacenterId": DATACENTER}})
}

fn pool(name: &str, nodes: i64) -> Value {
    json!({"properties": {"name": name, "nodeCount": nodes}})
}

/// A cluster that is available.
async fn cluster(api: &Api, name: &str) -> String {
    let id = api.post("/clusters", order(name)).await.ok(200)["id"]
        .as_str()
        .unwrap()
        .to_owned();
    api.settle();
    format!("/clusters/{id}")
}

fn state(reply: &Reply) -> &str {
    reply.ok(200)["metadata"]["state"].as_str().unwrap()
}

/// The texts of a refusal.
#[track_caller]
fn refusal(reply: &Reply, status: u16) -> String {
    assert_eq!(
        (reply.status, &reply.json["httpStatus"]),
        (status, &json!(status)),
        "{}",
        reply.text
    );
    let messages = reply.json["messages"].as_array().unwrap();
    assert!(
        messages
            .iter()
            .all(|message| message["errorCode"].is_string()),
        "{}",
        reply.text
    );
    messages
        .iter()
        .map(|message| message["message"].as_str().unwrap())
        .collect::<Vec<_>>()
        .join("; ")
}

#[tokio::test]
async fn every_operation_has_one_route_and_is_there() {
    let operations: Vec<_> = ionos_dataplatform::operations().collect();
    let ids: HashSet<_> = operations.iter().map(|operation| operation.id).collect();
    let routes: HashSet<_> = operations
        .iter()
        .map(|operation| (operation.method, operation.path))
        .collect();
    assert_eq!((operations.len(), ids.len(), routes.len()), (12, 12, 12));
    let api = api();
    for operation in operations {
        let path = operation
            .path
            .replace("{clusterId}", DATACENTER)
            .replace("{nodepoolId}", DATACENTER);
        let reply = api.call(operation.method, &path, Value::Null).await;
        assert!(
            reply.status < 405 && !reply.text.contains("no such path"),
            "{} {path}: {}",
            operation.method,
            reply.text
        );
    }
    refusal(&api.get("/nothing").await, 404);
    refusal(&api.post("/versions", Value::Null).await, 405);
}

#[tokio::test]
async fn a_cluster_lives_and_ends_on_the_clock() {
    let api = api();
    let created = api.post("/clusters", order("lake")).await;
    let body = created.ok(200);
    let id = body["id"].as_str().unwrap();
    let path = format!("/clusters/{id}");
    assert_eq!(body["type"], "cluster");
    assert_eq!(
        body["href"],
        format!("https://api.ionos.com/dataplatform{path}")
    );
    let properties = json!({"name": "lake", "datacenterId": DATACENTER, "dataPlatformVersion": "23.11", "lans": []});
    assert_eq!(body["properties"], properties);
    assert_eq!(body["metadata"]["state"], "DEPLOYING");
    assert!(body["metadata"].get("currentDataPlatformVersion").is_none());
    assert_eq!(
        created.header("etag"),
        format!("\"{}\"", body["metadata"]["ETag"].as_str().unwrap())
    );
    refusal(&api.get(&format!("{path}/kubeconfig")).await, 404);

    api.sandbox.clock().advance(SECOND * 9);
    assert_eq!(state(&api.get(&path).await), "DEPLOYING");
    api.sandbox.clock().advance(SECOND);
    let ready = api.get(&path).await;
    assert_eq!(state(&ready), "AVAILABLE");
    let metadata = &ready.json["metadata"];
    assert_eq!(
        (
            &metadata["currentDataPlatformVersion"],
            &metadata["currentDataPlatformRevision"]
        ),
        (&json!("23.11"), &json!(1))
    );
    assert_ne!(metadata["ETag"], body["metadata"]["ETag"]);
    assert_eq!(
        api.get(&path).await.json,
        ready.json,
        "looking changes nothing"
    );

    let before = api.delete(&path).await;
    assert_eq!(state(&before), "AVAILABLE");
    assert_eq!(state(&api.get(&path).await), "DESTROYING");
    assert_eq!(state(&api.delete(&path).await), "DESTROYING");
    refusal(
        &api.patch(&path, json!({"properties": {"name": "sea"}}))
            .await,
        400,
    );
    refusal(
        &api.post(&format!("{path}/nodepools"), pool("workers", 1))
            .await,
        400,
    );
    api.sandbox.clock().advance(SECOND * 5);
    assert!(refusal(&api.get(&path).await, 404).contains(id));
}

#[tokio::test]
async fn changes_are_seen_and_queue() {
    let api = api();
    let order = json!({"properties": {"name": "lake", "datacenterId": DATACENTER, "dataPlatformVersion": "23.4"}});
    let path = format!(
        "/clusters/{}",
        api.post("/clusters", order).await.ok(200)["id"]
            .as_str()
            .unwrap()
    );
    let window = json!({"time": "04:30:00", "dayOfTheWeek": "Monday"});
    let early = api
        .patch(&path, json!({"properties": {"maintenanceWindow": window}}))
        .await;
    assert_eq!(
        (
            state(&early),
            &early.json["properties"]["maintenanceWindow"]
        ),
        ("BUSY", &window)
    );
    api.settle();

    let ready = api.get(&path).await;
    assert_eq!(
        ready.json["metadata"]["availableUpgradeVersions"],
        json!(["23.11", "23.7"])
    );
    let lans =
        json!([{"lanId": "1", "routes": [{"network": "10.0.0.0/8", "gateway": "10.0.0.1"}]}]);
    let upgrade =
        json!({"properties": {"name": "sea", "dataPlatformVersion": "23.11", "lans": lans}});
    let changed = api.patch(&path, upgrade).await;
    assert_eq!(state(&changed), "UPDATING");
    assert_eq!(
        changed.json["metadata"]["currentDataPlatformVersion"],
        "23.4"
    );
    assert_eq!(changed.json["properties"]["lans"][0]["dhcp"], true);
    assert_ne!(
        changed.json["metadata"]["lastModifiedDate"],
        changed.json["metadata"]["createdDate"]
    );
    api.sandbox.clock().advance(SECOND * 3);
    let done = api.get(&path).await;
    let metadata = &done.json["metadata"];
    assert_eq!(
        (state(&done), &metadata["currentDataPlatformVersion"]),
        ("AVAILABLE", &json!("23.11"))
    );
    assert_eq!(metadata["availableUpgradeVersions"], json!([]));
    let back = api
        .patch(
            &path,
            json!({"properties": {"dataPlatformVersion": "23.4"}}),
        )
        .await;
    assert!(refusal(&back, 400).contains("dataPlatformVersion must not be older"));
}

#[tokio::test]
async fn node_pools_belong_to_their_cluster() {
    let api = api();
    let (lake, sea) = (cluster(&api, "lake").await, cluster(&api, "sea").await);
    let body = json!({"properties": {
        "name": "workers", "nodeCount": 3, "coresCount": 8, "ramSize": 16384, "labels": {"tier": "hot"},
        "autoScaling": {"minNodeCount": 2, "maxNodeCount": 6},
    }});
    let created = api.post(&format!("{lake}/nodepools"), body).await;
    let id = created.ok(200)["id"].as_str().unwrap();
    let path = format!("{lake}/nodepools/{id}");
    assert_eq!(
        created.json["href"],
        format!("https://api.ionos.com/dataplatform{path}")
    );
    assert_eq!(created.json["type"], "nodepool");
    let expected = json!({
        "name": "workers", "nodeCount": 3, "coresCount": 8, "ramSize": 16384, "labels": {"tier": "hot"},
        "autoScaling": {"minNodeCount": 2, "maxNodeCount": 6}, "annotations": {}, "availabilityZone": "AUTO",
        "cpuFamily": "AUTO", "dataPlatformVersion": "23.11", "datacenterId": DATACENTER, "storageSize": 20,
        "storageType": "SSD",
    });
    assert_eq!(created.json["properties"], expected);
    refusal(&api.get(&format!("{sea}/nodepools/{id}")).await, 404);
    assert_eq!(
        api.get(&format!("{sea}/nodepools")).await.ok(200)["items"],
        json!([])
    );
    let list = api.get(&format!("{lake}/nodepools")).await;
    assert_eq!(
        (&list.ok(200)["type"], &list.json["items"][0]["id"]),
        (&json!("collection"), &json!(id))
    );

    api.settle();
    let off = api
        .patch(
            &path,
            json!({"properties": {"autoScaling": null, "nodeCount": 5}}),
        )
        .await;
    assert_eq!(state(&off), "UPDATING");
    assert_eq!(
        (
            off.json["properties"].get("autoScaling"),
            &off.json["properties"]["nodeCount"]
        ),
        (None, &json!(5))
    );
    api.settle();
    assert_eq!(state(&api.delete(&path).await), "AVAILABLE");
    assert_eq!(state(&api.get(&path).await), "DESTROYING");
    api.settle();
    refusal(&api.get(&path).await, 404);

    // They wait for their cluster, and go with it.
    let young = format!(
        "/clusters/{}",
        api.post("/clusters", order("young")).await.ok(200)["id"]
            .as_str()
            .unwrap()
    );
    let id = api
        .post(&format!("{young}/nodepools"), pool("workers", 1))
        .await
        .ok(200)["id"]
        .clone();
    let path = format!("{young}/nodepools/{}", id.as_str().unwrap());
    api.sandbox.clock().advance(SECOND * 19);
    assert_eq!(state(&api.get(&path).await), "DEPLOYING");
    api.sandbox.clock().advance(SECOND);
    assert_eq!(state(&api.get(&path).await), "AVAILABLE");
    api.delete(&young).await.ok(200);
    assert_eq!(state(&api.get(&path).await), "DESTROYING");
    api.settle();
    refusal(&api.get(&path).await, 404);
}

#[tokio::test]
async fn nodes_follow_the_version_of_their_cluster() {
    let api = api();
    let order = json!({"properties": {"name": "lake", "datacenterId": DATACENTER, "dataPlatformVersion": "23.4"}});
    let lake = format!(
        "/clusters/{}",
        api.post("/clusters", order).await.ok(200)["id"]
            .as_str()
            .unwrap()
    );
    api.post(&format!("{lake}/nodepools"), pool("workers", 1))
        .await
        .ok(200);
    api.settle();
    api.patch(
        &lake,
        json!({"properties": {"dataPlatformVersion": "23.7"}}),
    )
    .await
    .ok(200);
    api.settle();
    let pools = api.get(&format!("{lake}/nodepools")).await;
    assert_eq!(
        pools.json["items"][0]["metadata"]["currentDataPlatformVersion"],
        "23.7"
    );
}

#[tokio::test]
async fn wrong_bodies_are_refused_with_all_that_is_wrong() {
    let api = api();
    let lake = cluster(&api, "lake").await;
    let pools = format!("{lake}/nodepools");
    for (body, words) in [
        ("", "not valid JSON"),
        ("{", "not valid JSON"),
        ("[]", "not a JSON object"),
        ("{}", "properties is required"),
        (r#"{"properties": 1}"#, "properties must be an object"),
    ] {
        for (method, path) in [("POST", "/clusters"), ("PATCH", &lake), ("POST", &pools)] {
            let reply = api.send(method, path, body.to_owned()).await.unwrap();
            assert!(
                refusal(&reply, 400).contains(words),
                "{method} {path} {body}: {}",
                reply.text
            );
        }
    }
    let wrong = json!({"properties": {
        "name": "-", "datacenterId": "x", "dataPlatformVersion": "1.0", "lans": [{"lanId": 1}],
        "maintenanceWindow": {"time": "4:00", "dayOfTheWeek": "Monday"},
    }});
    let text = refusal(&api.post("/clusters", wrong).await, 400);
    for field in [
        "name",
        "datacenterId",
        "dataPlatformVersion",
        "lans",
        "maintenanceWindow",
    ] {
        assert!(
            text.contains(&format!("properties.{field} must")),
            "{field}: {text}"
        );
    }
    let missing = refusal(&api.post("/clusters", json!({"properties": {}})).await, 400);
    assert_eq!(
        missing,
        "properties.name is required; properties.datacenterId is required"
    );

    let wrong = json!({"properties": {
        "name": null, "nodeCount": 0, "coresCount": "4", "ramSize": 3000, "storageSize": 9, "cpuFamily": "",
        "availabilityZone": "ZONE_3", "storageType": "TAPE", "labels": [], "annotations": "x",
        "autoScaling": {"minNodeCount": 3, "maxNodeCount": 2},
    }});
    let text = refusal(&api.post(&pools, wrong).await, 400);
    for field in [
        "name is required",
        "nodeCount must",
        "coresCount must",
        "ramSize must be a multiple of 1024",
        "storageSize must",
        "cpuFamily must",
        "availabilityZone must",
        "storageType must",
        "labels must",
        "annotations must",
        "autoScaling must",
    ] {
        assert!(
            text.contains(&format!("properties.{field}")),
            "{field}: {text}"
        );
    }
    let null = json!({"properties": {"name": "workers", "nodeCount": 1, "autoScaling": null}});
    assert!(
        refusal(&api.post(&pools, null).await, 400).contains("autoScaling"),
        "null is for changes"
    );
    assert_eq!(api.get(&pools).await.ok(200)["items"], json!([]));
    assert!(refusal(&api.get("/clusters/7").await, 400).contains("clusterId"));
    assert!(refusal(&api.get(&format!("{pools}/7")).await, 400).contains("nodepoolId"));
}

#[tokio::test]
async fn clusters_are_found_by_a_part_of_their_name() {
    let api = api();
    for name in ["Lake-1", "lake-2", "sea"] {
        api.post("/clusters", order(name)).await.ok(200);
    }
    let names = async |query: &str| {
        let reply = api.get(&format!("/clusters{query}")).await;
        let items = reply.ok(200)["items"].as_array().unwrap();
        items
            .iter()
            .map(|item| item["properties"]["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names("").await, ["Lake-1", "lake-2", "sea"]);
    assert_eq!(names("?name=LAKE").await, ["Lake-1", "lake-2"]);
    assert_eq!(names("?name=%2D2").await, ["lake-2"]);
    assert_eq!(names("?name=x").await, Vec::<String>::new());
    refusal(&api.get("/clusters?name=a%20b").await, 400);
}

#[tokio::test]
async fn ids_go_without_dashes_too() {
    let api = api();
    let path = cluster(&api, "lake").await;
    let id = path.strip_prefix("/clusters/").unwrap();
    assert_eq!(
        api.get(&format!("/clusters/{}", id.replace('-', "")))
            .await
            .ok(200)["id"],
        id
    );
}

#[tokio::test]
async fn tokens_passwords_and_contracts_open_their_own_world() {
    let api = api();
    cluster(&api, "lake").await;
    let count = async |api: &Api| {
        api.get("/clusters").await.ok(200)["items"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(count(&api).await, 1);
    assert_eq!(count(&api.with_token("two")).await, 0);
    let basic = |pair: &str| {
        format!(
            "Basic {}",
            base64::engine::general_purpose::STANDARD.encode(pair)
        )
    };
    let ann = api.with_authorization(&basic("ann@example.com:pa:ss"));
    let made = ann.post("/clusters", order("sea")).await;
    assert_eq!(made.ok(200)["metadata"]["createdBy"], "ann@example.com");
    assert_eq!(made.json["metadata"]["createdInContractNumber"], "31885571");
    for authorization in [
        "",
        "Bearer ",
        "Bearer",
        "Basic !",
        "Digest x",
        &basic("ann"),
        &basic(":x"),
        &basic("ann:"),
    ] {
        let reply = api.with_authorization(authorization).get("/clusters").await;
        refusal(&reply, 401);
        assert_eq!(
            reply.json["messages"][0]["errorCode"], "paas-auth-1",
            "{authorization}"
        );
    }

    let one = Api::ionos(Sandbox::builder().token("only").build());
    refusal(&one.get("/versions").await, 401);
    one.with_token("only").get("/versions").await.ok(200);
    one.with_authorization(&basic("ann:only"))
        .get("/versions")
        .await
        .ok(200);
    refusal(
        &one.with_authorization(&basic("ann:other"))
            .get("/versions")
            .await,
        401,
    );
}

#[tokio::test]
async fn a_kubeconfig_opens_its_cluster_only() {
    let api = api();
    let (lake, sea) = (cluster(&api, "lake").await, cluster(&api, "sea").await);
    let first = api.get(&format!("{lake}/kubeconfig")).await.ok(200).clone();
    assert_eq!(
        (&first["kind"], &first["current-context"]),
        (&json!("Config"), &json!("cluster-admin@lake"))
    );
    assert_eq!(first["contexts"][0]["context"]["namespace"], "default");
    assert_eq!(api.get(&format!("{lake}/kubeconfig")).await.json, first);
    assert_ne!(
        api.get(&format!("{sea}/kubeconfig")).await.json["users"],
        first["users"]
    );
}

#[tokio::test]
async fn versions_are_listed_in_no_order_of_age() {
    let reply = api().get("/versions").await;
    assert_eq!(reply.ok(200)["items"], json!(ionos_dataplatform::VERSIONS));
    assert_eq!(reply.json["type"], "collection");
}

#[tokio::test]
async fn work_fails_on_demand() {
    let api = api();
    let fail = |pattern: &str| {
        let fault = Fault::ActionFailed {
            code: "x".into(),
            message: "x".into(),
        };
        api.sandbox.faults().next_matching(pattern, fault);
    };
    fail("POST /dataplatform/clusters");
    let path = cluster(&api, "lake").await;
    assert_eq!(state(&api.get(&path).await), "FAILED");
    fail("PATCH /dataplatform/clusters/{id}");
    api.patch(&path, json!({"properties": {"name": "sea"}}))
        .await
        .ok(200);
    api.settle();
    assert_eq!(state(&api.get(&path).await), "FAILED_UPDATING");
    fail("DELETE /dataplatform/clusters/{id}");
    api.delete(&path).await.ok(200);
    api.settle();
    assert_eq!(state(&api.get(&path).await), "FAILED_DESTROYING");
    api.delete(&path).await.ok(200);
    api.settle();
    refusal(&api.get(&path).await, 404);
}

#[tokio::test]
async fn faults_and_limits_speak_as_the_service_does() {
    let api = Api::ionos(Sandbox::builder().rate_limit(2).build());
    api.get("/versions").await.ok(200);
    api.get("/versions").await.ok(200);
    let limited = api.get("/versions").await;
    refusal(&limited, 429);
    assert_eq!(limited.header("retry-after"), "1800");
    api.sandbox.clock().advance(Duration::from_secs(1800));
    api.get("/versions").await.ok(200);

    api.sandbox.faults().next(Fault::Status(403));
    refusal(&api.get("/versions").await, 403);
    api.sandbox.faults().next(Fault::Error {
        status: 500,
        code: "own".into(),
        message: "text".into(),
    });
    let reply = api.get("/versions").await;
    assert_eq!(
        (
            refusal(&reply, 500).as_str(),
            &reply.json["messages"][0]["errorCode"]
        ),
        ("text", &json!("own"))
    );
    api.sandbox
        .faults()
        .next(Fault::RateLimited { retry_after: None });
    assert!(
        api.get("/versions")
            .await
            .headers
            .get("retry-after")
            .is_none()
    );
}

#[tokio::test]
async fn a_strict_sandbox_refuses_fields_that_the_service_ignores() {
    let mut slip = order("lake");
    slip["properties"]["lans"] = json!([]);
    slip["properties"]["nam"] = json!("sea");
    api().post("/clusters", slip.clone()).await.ok(200);
    let strict = Api::ionos(Sandbox::builder().strict(true).build());
    strict.post("/clusters", order("lake")).await.ok(200);
    let refused = strict.post("/clusters", slip).await;
    let message =
        json!({"errorCode": "dataplatform-bad-request", "message": "properties.nam is unknown"});
    assert_eq!(
        refused.ok(400),
        &json!({"httpStatus": 400, "messages": [message]})
    );
}
