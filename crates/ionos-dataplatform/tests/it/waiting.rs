//! Waiting for the service, on simulated time.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use cloud_core::test_util::{PausedClock, Scripted, ScriptedTransport};
use cloud_sandbox::{Fault, Sandbox};
use ionos_dataplatform::{Client, Cluster, ErrorKind, NodePool, State};
use tokio::time::Instant;

use crate::common::{self, ID, POOL, client, cluster, cluster_answer, pool_answer, scripted};

/// A service whose resource is in these states, one a look, and stays in the last one; `404` stands for gone.
fn states(answer: fn(&str) -> serde_json::Value, states: &[&'static str]) -> ScriptedTransport {
    let left = Arc::new(Mutex::new(states.to_vec()));
    ScriptedTransport::from_fn(move |_| {
        let mut left = left.lock().unwrap();
        let state = if left.len() > 1 {
            left.remove(0)
        } else {
            left[0]
        };
        match state {
            "404" => Scripted::json(404, r#"{"httpStatus":404,"messages":[]}"#),
            state => Scripted::json(200, answer(state).to_string()),
        }
    })
}

#[tokio::test(start_paused = true)]
async fn a_cluster_is_waited_for_until_it_is_available() {
    let sandbox = Sandbox::builder()
        .action_duration(Duration::from_secs(30))
        .build();
    let api = client(&sandbox);
    let begun = Instant::now();
    let started = api
        .clusters()
        .create("lake", common::DATACENTER)
        .await
        .unwrap();
    assert_eq!(started.state(), &State::Deploying);
    let mut wait = started.wait();
    let progress = wait.progress().await.unwrap().unwrap();
    assert_eq!(
        (progress.what.as_str(), progress.state.as_str()),
        ("cluster lake", "DEPLOYING")
    );
    let lake = wait.await.unwrap();
    assert!(lake.is_available() && lake.metadata.version.as_deref() == Some("23.11"));
    let elapsed = begun.elapsed().as_secs();
    assert!((300..=360).contains(&elapsed), "{elapsed}");
    let looks = sandbox.journal().count("GET /dataplatform/clusters/{id}");
    assert!(
        (6..=14).contains(&looks),
        "{looks} looks: 10 s apart at first, a minute at the end"
    );

    let workers = api
        .node_pools(&lake)
        .create("workers", 3)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert!(workers.is_available());
    let changed = api
        .node_pools(&lake)
        .update(&workers)
        .node_count(5)
        .await
        .unwrap();
    assert_eq!(changed.state(), &State::Updating);
    assert_eq!(changed.wait().await.unwrap().properties.node_count, 5);
    api.node_pools(&lake)
        .delete(&workers)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    api.clusters()
        .delete(&lake)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert!(api.clusters().get(&lake).await.unwrap_err().is_not_found());
}

#[tokio::test(start_paused = true)]
async fn every_failure_state_ends_the_wait_at_once() {
    for state in ["FAILED", "FAILED_UPDATING", "FAILED_DESTROYING"] {
        let api = scripted(&states(cluster_answer, &["UPDATING", state, "AVAILABLE"]));
        let error = api.clusters().wait_available(ID).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.code()),
            (ErrorKind::WorkFailed, Some(state))
        );
        assert_eq!(
            error.to_string(),
            format!("work failed: the cluster lake ({ID}) is {state}")
        );
        assert_eq!(error.api::<Cluster>().unwrap().name(), "lake");

        let api = scripted(&states(pool_answer, &["BUSY", state, "AVAILABLE"]));
        let error = api.node_pools(ID).wait_available(POOL).await.unwrap_err();
        assert_eq!(error.code(), Some(state));
        assert_eq!(
            error.to_string(),
            format!("work failed: the node pool workers ({POOL}) is {state}")
        );
        assert_eq!(error.api::<NodePool>().unwrap().id.as_str(), POOL);

        let api = scripted(&states(cluster_answer, &["DESTROYING", state, "404"]));
        let error = api.clusters().wait_gone(ID).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.code()),
            (ErrorKind::WorkFailed, Some(state))
        );
        let api = scripted(&states(pool_answer, &[state, "404"]));
        assert_eq!(
            api.node_pools(ID).wait_gone(POOL).await.unwrap_err().code(),
            Some(state)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn gone_is_not_there_or_terminated() {
    for end in ["404", "TERMINATED"] {
        let api = scripted(&states(cluster_answer, &["AVAILABLE", "DESTROYING", end]));
        api.clusters().wait_gone(ID).await.unwrap();
        let api = scripted(&states(pool_answer, &["BUSY", "DESTROYING", end]));
        api.node_pools(ID).wait_gone(POOL).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_on_its_way_out_never_becomes_available() {
    for state in ["DESTROYING", "TERMINATED"] {
        let api = scripted(&states(cluster_answer, &["DEPLOYING", state]));
        let error = api.clusters().wait_available(ID).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("work failed: the cluster lake ({ID}) is {state}, so it is being deleted")
        );
    }
    let api = scripted(&states(cluster_answer, &["DEPLOYING", "404"]));
    assert!(
        api.clusters()
            .wait_available(ID)
            .await
            .unwrap_err()
            .is_not_found()
    );
}

#[tokio::test(start_paused = true)]
async fn a_failure_from_before_does_not_end_the_wait_for_the_end() {
    // Deleting what has failed is what one does with it; the first looks may still see the old state.
    for (before, then) in [("FAILED", "404"), ("FAILED_DESTROYING", "TERMINATED")] {
        let wire = states(
            cluster_answer,
            &[before, before, before, "DESTROYING", then],
        );
        let deleted = scripted(&wire).clusters().delete(ID).await.unwrap();
        deleted.wait().await.unwrap();
        assert_eq!(wire.seen().len(), 5);
    }
    let wire = states(
        cluster_answer,
        &[
            "FAILED_DESTROYING",
            "FAILED_DESTROYING",
            "DESTROYING",
            "FAILED_DESTROYING",
            "404",
        ],
    );
    let error = scripted(&wire)
        .clusters()
        .delete(ID)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap_err();
    assert_eq!(
        (error.code(), wire.seen().len()),
        (Some("FAILED_DESTROYING"), 4)
    );
    let wire = states(cluster_answer, &["FAILED", "FAILED_DESTROYING", "404"]);
    let error = scripted(&wire)
        .clusters()
        .delete(ID)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("FAILED_DESTROYING"));
}

#[tokio::test(start_paused = true)]
async fn failures_of_the_sandbox_are_seen_by_the_waiters() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let fail = |pattern: &str| {
        sandbox.faults().next_matching(
            pattern,
            Fault::ActionFailed {
                code: "x".into(),
                message: "x".into(),
            },
        );
    };
    fail("POST /dataplatform/clusters");
    let started = api
        .clusters()
        .create("lake", common::DATACENTER)
        .await
        .unwrap();
    assert_eq!(started.wait().await.unwrap_err().code(), Some("FAILED"));
    api.clusters()
        .delete(&*started)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    let sea = cluster(&api, "sea").await;
    fail("PATCH /dataplatform/clusters/{id}");
    let changed = api.clusters().update(&sea).name("pond").await.unwrap();
    assert_eq!(
        changed.wait().await.unwrap_err().code(),
        Some("FAILED_UPDATING")
    );
    fail("DELETE /dataplatform/clusters/{id}");
    let deleted = api.clusters().delete(&sea).await.unwrap();
    assert_eq!(
        deleted.wait().await.unwrap_err().code(),
        Some("FAILED_DESTROYING")
    );
}

#[tokio::test(start_paused = true)]
async fn trouble_while_looking_is_survived() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let started = api
        .clusters()
        .create("lake", common::DATACENTER)
        .await
        .unwrap();
    for fault in [
        Fault::ResetAfterHandling,
        Fault::Status(503),
        Fault::Truncate,
        Fault::HtmlBody(502),
    ] {
        sandbox.faults().next(fault);
    }
    assert!(started.wait().await.unwrap().is_available());
}

#[tokio::test(start_paused = true)]
async fn the_deadline_is_two_hours_unless_set() {
    let api = scripted(&states(cluster_answer, &["DEPLOYING"]));
    let begun = Instant::now();
    let error = api.clusters().wait_available(ID).await.unwrap_err();
    assert_eq!(
        (error.kind(), begun.elapsed().as_secs()),
        (ErrorKind::WaitTimeout, 7200)
    );
    assert!(
        error
            .to_string()
            .contains("last seen: cluster lake DEPLOYING"),
        "{error}"
    );
    let begun = Instant::now();
    let wait = api
        .clusters()
        .wait_gone(ID)
        .timeout(Duration::from_secs(60));
    assert!(wait.await.unwrap_err().is_timeout());
    assert_eq!(begun.elapsed().as_secs(), 60);
}

#[tokio::test(start_paused = true)]
async fn pauses_without_end_are_cut_short_by_the_deadline() {
    let wire = states(cluster_answer, &["DEPLOYING", "AVAILABLE", "404"]);
    let builder = Client::builder()
        .token("t")
        .transport(Arc::new(wire.clone()))
        .clock(PausedClock::new());
    let api = builder.poll_interval(Duration::MAX).build().unwrap();
    let begun = Instant::now();
    assert!(
        api.clusters()
            .wait_available(ID)
            .await
            .unwrap_err()
            .is_timeout()
    );
    assert!(
        api.node_pools(ID)
            .wait_gone(POOL)
            .await
            .unwrap_err()
            .is_timeout()
    );
    assert_eq!(
        (begun.elapsed().as_secs(), wire.seen().len()),
        (2 * 7200, 0)
    );
    api.clusters()
        .wait_available(ID)
        .timeout(Duration::MAX)
        .await
        .unwrap();
    api.clusters()
        .wait_gone(ID)
        .timeout(Duration::MAX)
        .await
        .unwrap();
    assert_eq!(wire.seen().len(), 3);
}
