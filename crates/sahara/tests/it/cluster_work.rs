//! Waiting for what the service does with clusters, against answers that come one after the other.

use std::sync::Mutex;
use std::time::Duration;

use crate::common::{VERSIONS_OF_THE_API, client, sent};
use cloud_core::test_util::{Scripted, ScriptedTransport};
use sahara::Accepted;
use sahara::clusters::Health;
use sahara::{Client, Cluster, ClusterStatus, ErrorKind, Version};
use serde_json::{Value, json};

const ASSIGN: &str = "Assign IPs";

/// A cluster in this state, with one group of `count` nodes.
fn cluster(status: &str, count: u32) -> Value {
    json!({
        "id": "c1", "name": "run", "status": status, "status_description": "", "updated_at": "2026-11-20T14:05:41",
        "node_groups": [{"name": "worker", "count": count}], "provision_progress": [],
    })
}

fn with(mut cluster: Value, field: &str, value: Value) -> Value {
    cluster[field] = value;
    cluster
}

fn step(
    name: &str,
    total: u32,
    successful: Option<bool>,
    events: &[(&str, Option<&str>, Option<&str>)],
) -> Value {
    let event = |(id, node, info): &(&str, Option<&str>, Option<&str>)| json!({"id": id, "step_id": name, "instance_name": node, "event_info": info, "successful": info.is_none()});
    let events: Vec<Value> = events.iter().map(event).collect();
    json!({"id": name, "step_name": name, "total": total, "successful": successful, "events": events})
}

/// A client that gets this answer to its writes, and these to its looks, the last of them for ever.
async fn playing(
    version: Version,
    written: Value,
    looks: Vec<Value>,
) -> (Client, ScriptedTransport) {
    let looks = Mutex::new(
        looks
            .into_iter()
            .map(|look| json!({ "cluster": look }).to_string())
            .collect::<Vec<_>>(),
    );
    client(version, move |request| {
        if request.method() != "GET" {
            return Scripted::json(202, json!({ "cluster": written }).to_string());
        }
        let mut looks = looks.lock().unwrap();
        let next = if looks.len() > 1 {
            looks.remove(0)
        } else {
            looks[0].clone()
        };
        Scripted::json(200, next)
    })
    .await
}

async fn scaling(written: Value, looks: Vec<Value>) -> sahara::Result<Cluster> {
    let (api, _) = playing(Version::V2, written, looks).await;
    let work: Accepted<Cluster> = api
        .clusters()
        .scale("c1")
        .resize("worker", 3)
        .await
        .unwrap();
    work.wait().await
}

#[tokio::test(start_paused = true)]
async fn a_creation_tells_its_steps_and_events() {
    for version in VERSIONS_OF_THE_API {
        let steps =
            |steps: Value, status: &str| with(cluster(status, 3), "provision_progress", steps);
        let node = |id, name| (id, Some(name), None);
        let looks = vec![
            cluster("Validating", 3),
            cluster("Validating", 3),
            steps(json!([step("Create Heat stack", 1, None, &[])]), "Spawning"),
            // The events of a step that has ended well are gone.
            steps(
                json!([
                    step("Create Heat stack", 1, Some(true), &[]),
                    step(ASSIGN, 3, None, &[node("e1", "run-worker-0")]),
                ]),
                "Waiting",
            ),
            steps(
                json!([
                    step("Create Heat stack", 1, Some(true), &[]),
                    step(
                        ASSIGN,
                        3,
                        None,
                        &[node("e1", "run-worker-0"), node("e2", "run-worker-1")]
                    ),
                ]),
                "Waiting",
            ),
            steps(
                json!([
                    step("Create Heat stack", 1, Some(true), &[]),
                    step(ASSIGN, 3, Some(true), &[])
                ]),
                "Active",
            ),
        ];
        let (api, wire) = playing(version, cluster("Validating", 3), looks).await;
        let mut work = api
            .clusters()
            .create("run", ("fake", "0.1"))
            .await
            .unwrap()
            .wait();
        let mut told = Vec::new();
        while let Some(progress) = work.progress().await.unwrap() {
            told.push(progress.to_string());
        }
        let expected = [
            "cluster run Spawning 28%",
            "Create Heat stack (0 of 1) Spawning 28%",
            "cluster run Waiting 42%",
            "Create Heat stack (1 of 1) Waiting 42%",
            "Assign IPs (1 of 3): run-worker-0 Waiting 42%",
            "Assign IPs (2 of 3): run-worker-1 Waiting 42%",
            "cluster run Active 100%",
            "Assign IPs (3 of 3) Active 100%",
        ];
        assert_eq!(told, expected);
        assert_eq!(work.await.unwrap().status, ClusterStatus::Active);
        let sent = sent(&wire);
        assert_eq!(sent.len(), 7);
        assert!(
            sent[1..]
                .iter()
                .all(|(line, _)| *line == format!("GET /{version}/clusters/c1?show_progress=true"))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_creation_that_ends_in_error_tells_why() {
    let failed = with(
        cluster("Error", 3),
        "status_description",
        "Creating cluster failed: No valid host".into(),
    );
    let event = ("e1", Some("run-worker-0"), Some("No valid host\n"));
    let failed = with(
        failed,
        "provision_progress",
        json!([
            step(ASSIGN, 3, Some(false), &[event]),
            step("x", 0, Some(false), &[])
        ]),
    );
    let (api, _) = playing(Version::V2, cluster("Validating", 3), vec![failed]).await;
    let mut work = api
        .clusters()
        .create("run", ("fake", "0.1"))
        .await
        .unwrap()
        .wait();
    let mut told = Vec::new();
    let error = loop {
        match work.progress().await {
            Ok(progress) => told.push(progress.unwrap().what),
            Err(error) => break error,
        }
    };
    assert_eq!(
        told,
        [
            "cluster run",
            "Assign IPs failed on run-worker-0: No valid host",
            "x failed"
        ]
    );
    assert_eq!(error.kind(), ErrorKind::WorkFailed);
    assert_eq!(
        error.to_string(),
        "work failed: cluster run is in Error: Creating cluster failed: No valid host"
    );
    assert_eq!(error.api::<Cluster>().unwrap().id.as_str(), "c1");
}

#[tokio::test(start_paused = true)]
async fn a_cluster_that_goes_away_never_becomes_active() {
    let (api, _) = playing(
        Version::V2,
        cluster("Validating", 3),
        vec![cluster("Deleting", 3)],
    )
    .await;
    let error = api.clusters().wait_active("c1").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "work failed: cluster run is being deleted; the service gives no reason"
    );
    let (api, _) = client(Version::V2, |_| {
        Scripted::json(404, r#"{"error_name":"NOT_FOUND","error_message":"x"}"#)
    })
    .await;
    for error in [
        api.clusters().wait_active("c1").await.unwrap_err(),
        api.clusters()
            .wait_verified("c1")
            .await
            .map(|_| ())
            .unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::WorkFailed);
        assert_eq!(
            error.to_string(),
            "work failed: the cluster is gone: it was deleted by somebody else, or by itself"
        );
    }
    // A transient one has been active between two looks.
    let (api, _) = playing(
        Version::V2,
        cluster("Validating", 3),
        vec![cluster("AwaitingTermination", 3)],
    )
    .await;
    api.clusters().wait_active("c1").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_scaling_ends_with_the_sizes_that_were_wanted() {
    let looks = vec![
        cluster("Decommissioning", 5),
        cluster("Scaling: Waiting", 5),
        cluster("Active", 3),
    ];
    let scaled = scaling(cluster("Validating", 5), looks).await.unwrap();
    assert_eq!(scaled.node_groups[0].count, 3);
    let error = scaling(cluster("Validating", 5), vec![cluster("Active", 5)])
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "work failed: cluster run was not scaled: worker does not have 3 nodes; the service gives no reason"
    );
    // A group that was to be empty may be gone.
    let (api, _) = playing(
        Version::V2,
        cluster("Validating", 5),
        vec![cluster("Active", 5)],
    )
    .await;
    api.clusters()
        .scale("c1")
        .resize("other", 0)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
}

/// Q9: a scaling that fails ends in `Active`, and only a description tells.
#[tokio::test(start_paused = true)]
async fn a_refused_scaling_is_an_error_although_the_cluster_is_active() {
    let reason = "Scaling cluster failed for the following reason(s): No valid host";
    let failed = with(cluster("Active", 3), "status_description", reason.into());
    let looks = vec![
        cluster("Scaling: Spawning", 3),
        cluster("Rollback: Spawning", 3),
        failed.clone(),
    ];
    let error = scaling(cluster("Validating", 3), looks).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WorkFailed);
    let text = format!("work failed: cluster run was not scaled: {reason}");
    assert_eq!(error.to_string(), text);
    assert_eq!(
        error.api::<Cluster>().unwrap().status,
        ClusterStatus::Active
    );
    let error = scaling(cluster("Validating", 3), vec![failed])
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), text);
    let error = scaling(cluster("Validating", 3), vec![cluster("Error", 3)])
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "work failed: cluster run is in Error; the service gives no reason"
    );
}

/// Q9: the answer to the next scaling, and looks until the engine starts, still have the description of the last one.
#[tokio::test(start_paused = true)]
async fn the_description_of_an_earlier_scaling_is_no_failure() {
    let old = |status: &str| {
        with(
            cluster(status, 1),
            "status_description",
            "Scaling cluster failed before".into(),
        )
    };
    let done = with(
        cluster("Active", 3),
        "updated_at",
        "2026-11-20T15:00:00".into(),
    );
    let looks = vec![old("Validating"), old("Scaling"), done.clone()];
    scaling(old("Validating"), looks).await.unwrap();
    // Even if the service has not changed the status when it answers.
    scaling(old("Active"), vec![old("Active"), old("Active"), done])
        .await
        .unwrap();
    let again = with(old("Active"), "updated_at", "2026-11-20T15:00:00".into());
    assert!(
        scaling(old("Active"), vec![old("Active"), again])
            .await
            .is_err()
    );
}

#[tokio::test(start_paused = true)]
async fn a_scaling_tells_only_its_own_steps() {
    let steps = |steps: Value, status: &str| with(cluster(status, 3), "provision_progress", steps);
    let old = step("Create Heat stack", 1, Some(true), &[]);
    let update = |successful| step("Update Heat stack", 1, successful, &[]);
    let looks = vec![
        steps(json!([old, update(None)]), "Scaling: Spawning"),
        steps(json!([old, update(Some(true))]), "Active"),
    ];
    let (api, _) = playing(Version::V2, steps(json!([old]), "Validating"), looks).await;
    let mut work = api
        .clusters()
        .scale("c1")
        .resize("worker", 3)
        .await
        .unwrap()
        .wait();
    let mut told = Vec::new();
    while let Some(progress) = work.progress().await.unwrap() {
        told.push(progress.to_string());
    }
    let expected = [
        "cluster run Scaling: Spawning 42%",
        "Update Heat stack (0 of 1) Scaling: Spawning 42%",
        "cluster run Active 100%",
        "Update Heat stack (1 of 1) Active 100%",
    ];
    assert_eq!(told, expected);
}

#[tokio::test(start_paused = true)]
async fn a_check_is_another_one_than_before() {
    let checked = |id: &str, status: &str| {
        let checks = json!([{"name": "n", "status": status}]);
        with(
            cluster("Active", 3),
            "verification",
            json!({"id": id, "status": status, "checks": checks}),
        )
    };
    // The answer shows the check before, which is not the one to wait for.
    let looks = vec![
        checked("v1", "GREEN"),
        checked("v2", "CHECKING"),
        checked("v2", "RED"),
    ];
    let (api, wire) = playing(Version::V2, checked("v1", "GREEN"), looks.clone()).await;
    let check = api
        .clusters()
        .verify("c1")
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(
        (check.id.as_str(), &check.status, sent(&wire).len()),
        ("v2", &Health::Red, 4)
    );
    // The answer shows the check itself.
    let (api, _) = playing(
        Version::V1_1,
        checked("v2", "CHECKING"),
        vec![checked("v2", "YELLOW")],
    )
    .await;
    let check = api
        .clusters()
        .verify("c1")
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(check.status, Health::Yellow);
    // Or none at all, as on a cluster that was never checked.
    let (api, _) = playing(
        Version::V2,
        cluster("Active", 3),
        vec![cluster("Active", 3), checked("v1", "GREEN")],
    )
    .await;
    assert_eq!(
        api.clusters()
            .verify("c1")
            .await
            .unwrap()
            .wait()
            .await
            .unwrap()
            .id
            .as_str(),
        "v1"
    );
    let (api, wire) = playing(Version::V2, cluster("Active", 3), looks).await;
    assert_eq!(
        api.clusters()
            .wait_verified("c1")
            .await
            .unwrap()
            .id
            .as_str(),
        "v1"
    );
    assert_eq!(sent(&wire).len(), 1);
}

/// Q10: `Deleting` may be final, so that only the deadline tells.
#[tokio::test(start_paused = true)]
async fn a_deletion_that_never_ends_has_a_deadline() {
    let (api, _) = playing(Version::V2, json!({}), vec![cluster("Deleting", 3)]).await;
    let removal = api.clusters().delete("c1").await.unwrap();
    let error = removal
        .wait()
        .timeout(Duration::from_secs(600))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WaitTimeout);
    assert!(
        error
            .to_string()
            .contains("last seen: cluster run Deleting"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn several_are_waited_for_and_the_first_failure_counts() {
    let (api, _) = client(Version::V1_1, |request| {
        if request.method() == "POST" {
            return Scripted::json(202, r#"{"clusters":["c1","c2"]}"#);
        }
        Scripted::json(200, json!({ "cluster": cluster("Active", 3) }).to_string())
    })
    .await;
    let work = api
        .clusters()
        .create_several("run", ("fake", "0.1"), 2)
        .await
        .unwrap();
    assert_eq!(work.wait().await.unwrap().len(), 2);
    let (api, _) = client(Version::V1_1, |request| match request.uri().path() {
        path if path.ends_with("multiple") => Scripted::json(202, r#"{"clusters":["c1","c2"]}"#),
        path if path.ends_with("c1") => {
            Scripted::json(200, json!({ "cluster": cluster("Active", 3) }).to_string())
        }
        _ => Scripted::json(200, json!({ "cluster": cluster("Error", 3) }).to_string()),
    })
    .await;
    let error = api
        .clusters()
        .create_several("run", ("fake", "0.1"), 2)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap_err();
    assert!(error.to_string().contains("is in Error"), "{error}");
}
