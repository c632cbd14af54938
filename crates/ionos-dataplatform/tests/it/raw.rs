//! Requests of any method and path.

use cloud_core::test_util::{Scripted, ScriptedTransport};
use ionos_dataplatform::{Client, ErrorKind, Method, NodePool};
use serde_json::{Value, json};

use crate::common::{DATACENTER, ID, answered, client, scripted};

#[tokio::test]
async fn any_method_and_path_is_sent_as_every_call() {
    let (api, wire) = answered(200, json!({"new": 1}));
    let request = api.request(Method::PUT, "/clusters/{clusterId}/new?x=1");
    let answer = request.arg(ID).json(&json!({"a": 1})).await.unwrap();
    assert_eq!(answer, json!({"new": 1}));
    let seen = &wire.seen()[0];
    assert_eq!(
        seen.line(),
        format!("PUT /dataplatform/clusters/{ID}/new?x=1")
    );
    assert_eq!(
        seen.request.headers()["authorization"],
        "Bearer secret-token"
    );
    assert!(!seen.request.headers().contains_key("x-contract-number"));
    let api = Client::builder()
        .token("t")
        .contract_number("31885571")
        .transport(std::sync::Arc::new(wire.clone()))
        .build()
        .unwrap();
    api.request(Method::GET, "/x").send_raw().await.unwrap();
    assert_eq!(
        wire.seen()[1].request.headers()["x-contract-number"],
        "31885571"
    );
    let error = api
        .request(Method::GET, "https://evil.example/x")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
    assert_eq!(wire.seen().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn lists_are_read_and_work_is_followed_to_its_end() {
    let sandbox = cloud_sandbox::Sandbox::new();
    let api = client(&sandbox);
    let body = json!({"properties": {"name": "lake", "datacenterId": DATACENTER}});
    let lake = api
        .request(Method::POST, "/clusters")
        .json(&body)
        .wait()
        .await
        .unwrap();
    assert_eq!(lake["metadata"]["state"], "AVAILABLE");
    let id = lake["id"].as_str().unwrap();

    let body = json!({"properties": {"name": "workers", "nodeCount": 1}});
    let pools = || {
        api.request(Method::POST, "/clusters/{clusterId}/nodepools")
            .arg(id)
    };
    let pool = pools().json(&body).wait().await.unwrap();
    let list = api
        .request(Method::GET, "/clusters/{clusterId}/nodepools")
        .arg(id);
    let all: Vec<NodePool> = list.list().all().await.unwrap();
    assert_eq!(
        (all.len(), all[0].id.as_str()),
        (1, pool["id"].as_str().unwrap())
    );

    let change = api.request(Method::PATCH, "/clusters/{clusterId}").arg(id);
    let changed = change
        .json(&json!({"properties": {"name": "sea"}}))
        .wait()
        .await
        .unwrap();
    assert_eq!(changed["properties"]["name"], "sea");
    let gone = api
        .request(Method::DELETE, "/clusters/{clusterId}")
        .arg(id)
        .wait()
        .await
        .unwrap();
    assert_eq!(gone["id"], id);
    assert!(api.clusters().get(id).await.unwrap_err().is_not_found());
}

#[tokio::test(start_paused = true)]
async fn work_that_fails_and_answers_without_any_are_errors() {
    let cluster = |state: &str| {
        json!({"id": ID, "type": "cluster", "metadata": {"state": state}, "properties": {"name": "lake"}})
            .to_string()
    };
    let wire = ScriptedTransport::new([
        Scripted::json(202, cluster("DEPLOYING")),
        Scripted::json(200, cluster("FAILED")),
        Scripted::json(200, "{}"),
        Scripted::json(200, "{}"),
    ]);
    let api = scripted(&wire);
    let error = api
        .request(Method::POST, "/clusters")
        .wait()
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::WorkFailed, Some("FAILED"))
    );
    assert_eq!(
        error.message(),
        format!("the cluster lake ({ID}) is FAILED")
    );
    assert_eq!(error.api::<Value>().unwrap()["id"], ID);
    let error = api
        .request(Method::POST, "/clusters")
        .wait()
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("the answer is no resource that `wait` could follow"),
        "{error}"
    );
    let error = api
        .request(Method::GET, "/versions")
        .list::<Value>()
        .all()
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("the answer has no list `items`"),
        "{error}"
    );
    assert_eq!(wire.seen().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_failure_from_before_does_not_end_the_wait_for_the_end() {
    let run = async |states: &[&str]| {
        let answer = |state: &&str| {
            match *state {
            "404" => Scripted::json(404, "{}"),
            state => Scripted::json(
                200,
                json!({"id": ID, "type": "cluster", "metadata": {"state": state}, "properties": {"name": "lake"}})
                    .to_string(),
            ),
        }
        };
        let wire = ScriptedTransport::new(states.iter().map(answer));
        let delete = scripted(&wire).request(Method::DELETE, "/clusters/{clusterId}");
        let ended = delete.arg(ID).wait().await;
        (ended, wire.lines())
    };
    let one = format!("/dataplatform/clusters/{ID}");
    // The first looks may still see the state that the resource is deleted for.
    for (before, then) in [("FAILED", "404"), ("FAILED_DESTROYING", "TERMINATED")] {
        let (ended, lines) = run(&[before, before, before, "DESTROYING", then]).await;
        let ended = ended.unwrap();
        assert_eq!(
            (&ended["id"], &ended["metadata"]["state"]),
            (&json!(ID), &json!(before))
        );
        assert_eq!(lines[0], format!("DELETE {one}"));
        assert_eq!(lines[1..], vec![format!("GET {one}"); 4]);
    }
    let again = ["FAILED_DESTROYING", "DESTROYING", "FAILED_DESTROYING"];
    let error = run(&again).await.0.unwrap_err();
    assert_eq!(
        error.message(),
        format!("the cluster lake ({ID}) is FAILED_DESTROYING")
    );
}
