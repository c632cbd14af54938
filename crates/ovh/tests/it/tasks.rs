//! Waiting for what the service does after it has answered, and keeping its pace.

use std::time::Duration;

use cloud_core::test_util::{Scripted, ScriptedTransport};
use cloud_core::transport::TransportErrorKind;
use ovh::ErrorKind;
use ovh::task::Phase;
use serde_json::{Value, json};

use crate::common::{client, script};

fn task(state: &str) -> Scripted {
    Scripted::json(
        200,
        json!({"taskId": 7, "function": "hardReboot", "status": state, "comment": "a reason"})
            .to_string(),
    )
}

#[test]
fn the_words_of_all_families() {
    let words = |phase: Phase, words: &str| {
        for word in words.split(' ') {
            assert_eq!(Phase::of(word), phase, "{word}");
        }
    };
    words(
        Phase::Done,
        "done completed delivered ok DONE READY SUCCESS ACTIVE",
    );
    words(
        Phase::Failed,
        "cancelled customerError ovhError error problem blocked in-error ERROR USER_ERROR USER_QUOTA_ERROR \
         USER_NODE_SUSPENDED_SERVICE FLAVOR_OUT_OF_STOCK_ERROR unknown deleted DELETED",
    );
    words(
        Phase::Running,
        "init todo doing waitingAck paused created in-progress INSTALLING UPDATING checking delivering documentsRequested \
         notPaid SCHEDULED PENDING RUNNING WAITING_USER_INPUT CREATING OUT_OF_SYNC BUILD deleting DELETING SOFT_DELETED \
         of-next-year",
    );
}

#[tokio::test(start_paused = true)]
async fn a_task_is_followed_to_its_end() {
    let transport = script([task("init"), task("todo"), task("doing"), task("done")]);
    let api = client(&transport);
    let mut wait = api
        .get("/dedicated/server/{name}/task/{id}")
        .arg("ns1")
        .arg(7)
        .wait();
    let mut states = Vec::new();
    while let Some(progress) = wait.progress().await.unwrap() {
        states.push(progress.to_string());
    }
    assert_eq!(
        states,
        [
            "hardReboot init 0%",
            "hardReboot todo 0%",
            "hardReboot doing 0%"
        ]
    );
    assert_eq!(wait.await.unwrap()["taskId"], 7);
    let seen = transport.seen();
    assert_eq!(
        transport.lines(),
        vec!["GET /1.0/dedicated/server/ns1/task/7"; 4]
    );
    let pauses: Vec<_> = seen
        .windows(2)
        .map(|pair| (pair[1].at - pair[0].at).as_secs_f64())
        .collect();
    assert!(
        pauses.iter().all(|pause| (2.4..=15.0).contains(pause)),
        "{pauses:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn every_form_of_a_state_is_understood() {
    for (running, done) in [
        (
            json!({"state": "doing", "progress": 40, "type": "reinstallVm"}),
            json!({"state": "done"}),
        ),
        (
            json!({"resourceStatus": "CREATING"}),
            json!({"resourceStatus": "READY"}),
        ),
        (json!("checking"), json!("delivered")),
        (
            json!({"status": "in-progress", "action": "instance#create"}),
            json!({"status": "completed"}),
        ),
        (
            json!({"status": "RUNNING", "type": "x", "errors": null}),
            json!({"status": "DONE"}),
        ),
    ] {
        let transport = script([
            Scripted::json(200, running.to_string()),
            Scripted::json(200, done.to_string()),
        ]);
        let mut wait = client(&transport).get("/x").wait();
        let progress = wait.progress().await.unwrap().unwrap();
        if running["progress"] == 40 {
            assert_eq!(progress.to_string(), "reinstallVm doing 40%");
        }
        assert_eq!(wait.await.unwrap(), done);
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_task_says_why() {
    for (answer, text) in [
        (
            json!({"function": "reboot", "status": "ovhError", "comment": "no power"}),
            "reboot ended as ovhError: no power",
        ),
        (
            json!({"status": "ERROR", "errors": [{"message": "a"}, {"message": "b"}]}),
            "task ended as ERROR: a; b",
        ),
        (
            json!({"state": "cancelled", "comment": ""}),
            "task ended as cancelled",
        ),
        (json!("cancelled"), "task ended as cancelled"),
    ] {
        let transport = script([Scripted::json(200, answer.to_string())]);
        let error = client(&transport).get("/x").wait().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WorkFailed);
        assert_eq!(error.to_string(), format!("work failed: {text}"));
    }
}

/// A task cannot be seen at once, and its API has bad moments.
#[tokio::test(start_paused = true)]
async fn a_task_that_is_not_there_yet_is_waited_for_and_not_for_ever() {
    let missing = || Scripted::json(404, r#"{"class":"Client::NotFound","message":"x"}"#);
    let transport = script([
        missing(),
        missing(),
        missing(),
        missing(),
        missing(),
        task("done"),
    ]);
    client(&transport).get("/x").wait().await.unwrap();

    let transport = ScriptedTransport::from_fn(move |_| {
        Scripted::json(404, r#"{"class":"Client::NotFound","message":"x"}"#)
    });
    let begun = tokio::time::Instant::now();
    let error = client(&transport).get("/x").wait().await.unwrap_err();
    assert!(error.is_not_found(), "{error}");
    assert!(
        (300..330).contains(&begun.elapsed().as_secs()),
        "{:?}",
        begun.elapsed()
    );

    let refused = Scripted::json(403, r#"{"class":"Client::Forbidden","message":"x"}"#);
    assert!(
        client(&script([refused]))
            .get("/x")
            .wait()
            .await
            .unwrap_err()
            .is_auth()
    );
}

const MINUTE: u64 = 60;

/// Gives this task for `minutes`, but for the minutes in which the server is down, and then what it has come to.
fn down(
    minutes: std::ops::Range<u64>,
    down: impl Fn() -> Scripted + Send + Sync + 'static,
    end: impl Fn() -> Scripted + Send + Sync + 'static,
) -> ScriptedTransport {
    let begun = tokio::time::Instant::now();
    ScriptedTransport::from_fn(move |_| match begun.elapsed().as_secs() / MINUTE {
        minute if minutes.contains(&minute) => down(),
        minute if minute < 40 => task("doing"),
        _ => end(),
    })
}

/// Long after its beginning as at its beginning, and by the status of a server in front as by one that is tried again.
#[tokio::test(start_paused = true)]
async fn a_wait_outlasts_some_minutes_without_the_server() {
    let gone = || Scripted::json(404, r#"{"class":"Client::NotFound","message":"x"}"#);
    let broken = || Scripted::Failure(TransportErrorKind::Interrupted);
    for minutes in [0..4, 20..24, 36..40] {
        for status in [500, 501, 503, 520] {
            let bad = move || Scripted::json(status, "<html>");
            let transport = down(minutes.clone(), bad, || task("done"));
            let ended = client(&transport).get("/x").wait().await.unwrap();
            assert_eq!(ended["status"], "done", "{status} {minutes:?}");
            let transport = down(minutes.clone(), bad, gone);
            let ended = client(&transport).get("/x").wait_gone().await;
            assert!(ended.is_ok(), "{status} {minutes:?}");
        }
        let transport = down(minutes.clone(), broken, || task("done"));
        assert!(client(&transport).get("/x").wait().await.is_ok());
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_stays_down_ends_the_wait_with_its_error() {
    for (status, at_most) in [(501, 330), (503, 500)] {
        let bad = move || Scripted::json(status, r#"{"message":"x"}"#);
        let transport = down(20..60, bad, || task("done"));
        let begun = tokio::time::Instant::now();
        let mut wait = client(&transport).get("/x").wait();
        // Until then it shows what was seen last.
        let error = loop {
            match wait.progress().await {
                Ok(progress) => assert_eq!(progress.unwrap().to_string(), "hardReboot doing 0%"),
                Err(error) => break error,
            }
        };
        assert_eq!(error.status().unwrap().as_u16(), status);
        let down = begun.elapsed().as_secs() - 20 * MINUTE;
        assert!((300..at_most).contains(&down), "{down}");
    }
    // The deadline is not put off.
    let transport = down(0..60, || Scripted::json(500, ""), || task("done"));
    let wait = client(&transport).get("/x").wait();
    let error = wait.timeout(Duration::from_secs(60)).await.unwrap_err();
    let text = "/x: 60 s have passed; last seen: work not to be seen 0%";
    assert!(error.message().starts_with(text), "{error}");
}

/// Old tasks are removed.
#[tokio::test(start_paused = true)]
async fn a_task_that_was_seen_and_is_gone_has_ended_unseen() {
    let transport = down(1..60, || Scripted::json(404, "{}"), || task("done"));
    let begun = tokio::time::Instant::now();
    let error = client(&transport).get("/x").wait().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.message()),
        (
            ErrorKind::WorkFailed,
            "it was there and is there no longer, so how it ended is not known; last seen: hardReboot doing 0%"
        )
    );
    let gone = begun.elapsed().as_secs() - MINUTE;
    assert!((300..330).contains(&gone), "{gone}");
}

/// Servers of this API forget a task for a while: the vendor's Terraform provider bears 404 at each of its looks.
#[tokio::test(start_paused = true)]
async fn a_task_that_is_gone_for_some_minutes_is_waited_for() {
    let gone = || Scripted::json(404, r#"{"class":"Client::NotFound","message":"x"}"#);
    let transport = down(1..5, gone, || task("done"));
    let ended = client(&transport).get("/x").wait().await.unwrap();
    assert_eq!(ended["status"], "done");
    // Each sight of it begins the five minutes anew.
    let begun = tokio::time::Instant::now();
    let transport = ScriptedTransport::from_fn(move |_| match begun.elapsed().as_secs() / MINUTE {
        minute if minute % 5 != 0 => gone(),
        minute if minute < 20 => task("doing"),
        _ => task("done"),
    });
    assert!(client(&transport).get("/x").wait().await.is_ok());
}

#[cfg(feature = "dedicated-server")]
#[tokio::test(start_paused = true)]
async fn a_typed_wait_bears_a_task_that_is_gone_for_some_minutes() {
    let gone = || Scripted::json(404, "{}");
    let transport = down(1..5, gone, || task("done"));
    let reboot = client(&transport).dedicated_servers().reboot("ns1").await;
    let ended = reboot.unwrap().wait().await.unwrap();
    assert_eq!(ended.status.as_str(), "done");

    let transport = down(1..60, gone, || task("done"));
    let begun = tokio::time::Instant::now();
    let reboot = client(&transport).dedicated_servers().reboot("ns1").await;
    let error = reboot.unwrap().wait().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WorkFailed);
    let text = "last seen: hardReboot doing 0%";
    assert!(error.message().ends_with(text), "{error}");
    let gone = begun.elapsed().as_secs() - MINUTE;
    assert!((300..330).contains(&gone), "{gone}");
}

/// Some tasks are put away once they are done, and are seen at work or only in the answer of the request before.
#[tokio::test(start_paused = true)]
async fn a_task_of_a_family_that_is_put_away_has_ended_well_when_it_is_gone() {
    let found = |state: &str| {
        let task = json!({"id": 7, "function": "database/create", "status": state});
        Scripted::json(200, task.to_string())
    };
    let gone = || Scripted::json(404, r#"{"class":"Client::NotFound","message":"x"}"#);
    for path in [
        "/vrack/pn-1/task/7",
        "/1.0/hosting/web/shop.example/tasks/7",
        "/hosting/privateDatabase/db-1/tasks/7",
    ] {
        let transport = script([found("todo"), found("doing"), gone()]);
        let ended = client(&transport).get(path).wait().await.unwrap();
        assert_eq!(
            (&ended["id"], &ended["status"]),
            (&7.into(), &"doing".into())
        );
        // What was never seen may as well never have been.
        let transport = ScriptedTransport::from_fn(move |_| gone());
        let error = client(&transport).get(path).wait().await.unwrap_err();
        assert!(error.is_not_found(), "{error}");
        // It stays when it has failed.
        let transport = script([found("doing"), found("error")]);
        let error = client(&transport).get(path).wait().await.unwrap_err();
        assert_eq!(error.code(), Some("error"));
    }

    let transport = script([found("todo"), gone()]);
    let created = client(&transport)
        .post("/vrack/{name}/ip")
        .arg("pn-1")
        .json(&json!({"block": "192.0.2.0/28"}));
    assert_eq!(created.wait().await.unwrap()["status"], "todo");
    assert_eq!(
        transport.lines(),
        ["POST /1.0/vrack/pn-1/ip", "GET /1.0/vrack/pn-1/task/7"]
    );
}

#[cfg(feature = "private-database")]
#[tokio::test(start_paused = true)]
async fn a_typed_wait_for_a_task_that_is_put_away_gives_what_was_seen_last() {
    let found = |state: &str| {
        let task = json!({"id": 7, "function": "database/create", "status": state});
        Scripted::json(200, task.to_string())
    };
    let gone = || Scripted::json(404, r#"{"class":"Client::NotFound","message":"x"}"#);
    for looks in [vec![], vec![found("doing"), found("doing")]] {
        let answers = [found("todo")].into_iter().chain(looks).chain([gone()]);
        let transport = script(answers);
        let api = client(&transport);
        let databases = api.private_databases().databases("db-1");
        let created = databases.create("shop").await.unwrap();
        assert_eq!(created.wait().await.unwrap().id, created.id);
    }
}

/// As typed waits see it.
#[tokio::test(start_paused = true)]
async fn what_is_deleted_has_failed() {
    for (path, at_work, deleted) in [
        ("/cloud/project/p/volume/v", "extending", "deleted"),
        ("/cloud/project/p/instance/i", "REBUILD", "DELETED"),
        ("/cloud/project/p/kube/k", "UPDATING", "DELETED"),
        ("/no/path/of/the/catalogue", "UPDATING", "DELETED"),
    ] {
        let look = |status| {
            let seen =
                json!({"id": "x", "name": "x-1", "status": status, "message": "by its owner"});
            Scripted::json(200, seen.to_string())
        };
        let transport = script([look(at_work), look(deleted)]);
        let error = client(&transport).get(path).wait().await.unwrap_err();
        assert_eq!(
            (error.kind(), error.code(), error.message()),
            (
                ErrorKind::WorkFailed,
                Some(deleted),
                format!("task ended as {deleted}: by its owner").as_str()
            ),
            "{path}"
        );
    }
}

#[cfg(feature = "cloud")]
#[tokio::test(start_paused = true)]
async fn a_volume_that_is_deleted_has_failed() {
    let volume = |status: &str| {
        let volume = json!({"id": "v", "name": "data", "status": status});
        Scripted::json(200, volume.to_string())
    };
    let transport = script([volume("creating"), volume("creating"), volume("deleted")]);
    let api = client(&transport);
    let volumes = api.project("p").volumes();
    let made = volumes
        .create("GRA11", 10, ovh::cloud::VolumeType::Classic)
        .await;
    let error = made.unwrap().wait().await.unwrap_err();
    assert_eq!(error.message(), "data ended as deleted");
}

#[tokio::test(start_paused = true)]
async fn every_wait_ends() {
    let transport = ScriptedTransport::from_fn(|_| task("doing"));
    let begun = tokio::time::Instant::now();
    let error = client(&transport).get("/x").wait().await.unwrap_err();
    assert!(
        error.is_timeout() && error.to_string().contains("last seen: hardReboot doing 0%"),
        "{error}"
    );
    assert_eq!(begun.elapsed().as_secs(), 3600);
    let error = client(&transport)
        .get("/x")
        .wait()
        .timeout(Duration::from_secs(30))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("30 s have passed"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_deletion_ends_when_nothing_is_there() {
    let there = || Scripted::json(200, r#"{"resourceStatus":"DELETING"}"#);
    let bad = Scripted::json(418, "{}");
    let transport = script([
        there(),
        Scripted::json(500, "<html>"),
        there(),
        Scripted::json(404, "{}"),
    ]);
    client(&transport)
        .get("/v2/x/{id}")
        .arg(1)
        .wait_gone()
        .await
        .unwrap();
    assert_eq!(transport.seen().len(), 4);
    let error = client(&script([there(), bad]))
        .get("/x")
        .wait_gone()
        .await
        .unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 418);
}

#[tokio::test(start_paused = true)]
async fn the_usual_pace_is_ten_a_second_and_can_be_changed() {
    let transport = ScriptedTransport::from_fn(|_| Scripted::json(200, "1"));
    let seconds = async |builder: ovh::ClientBuilder| {
        let api = builder.build().unwrap();
        let begun = tokio::time::Instant::now();
        let calls: Vec<_> = (0..60)
            .map(|_| tokio::spawn(api.get("/me").send()))
            .collect();
        for call in calls {
            call.await.unwrap().unwrap();
        }
        begun.elapsed().as_secs()
    };
    let usual = || {
        let builder = ovh::Client::builder().transport(std::sync::Arc::new(transport.clone()));
        builder
            .clock(cloud_core::test_util::PausedClock::new())
            .access_token("t")
    };
    // Twenty at once, and forty at ten a second.
    assert_eq!(seconds(usual()).await, 4);
    assert_eq!(
        seconds(usual().pace(cloud_core::throttle::Pace::per_minute(600))).await,
        0
    );
    assert_eq!(seconds(usual().pace(None)).await, 0);
    let values: Vec<Value> = transport
        .seen()
        .iter()
        .map(|seen| json!(seen.line()))
        .collect();
    assert_eq!(values.len(), 180);
}

/// A service that has too much to do is asked less often, and after a time as often as before.
#[tokio::test(start_paused = true)]
async fn the_usual_pace_slows_down_after_refusals_and_timeouts_and_recovers() {
    let too_much = |status| Scripted::json(status, r#"{"message": "too much"}"#);
    let late = Scripted::json(200, "1").after(Duration::from_secs(600));
    for trouble in [too_much(408), too_much(429), late] {
        let first = std::sync::Mutex::new(Some(trouble));
        let transport = ScriptedTransport::from_fn(move |_| {
            let first = first.lock().unwrap().take();
            first.unwrap_or_else(|| Scripted::json(200, "1"))
        });
        let api = ovh::Client::builder()
            .transport(std::sync::Arc::new(transport.clone()))
            .clock(cloud_core::test_util::PausedClock::new())
            .access_token("t")
            .build()
            .unwrap();
        let bulk = async || {
            let begun = tokio::time::Instant::now();
            for _ in 0..40 {
                api.get("/me").await.unwrap();
            }
            begun.elapsed().as_millis()
        };
        api.get("/me").await.unwrap();
        assert_eq!(transport.seen().len(), 2);
        // None at once, and five a second.
        let slowed = bulk().await;
        assert!((7_800..=8_000).contains(&slowed), "{slowed}");
        tokio::time::sleep(Duration::from_secs(31)).await;
        assert_eq!(bulk().await, 2_000);
    }
}
