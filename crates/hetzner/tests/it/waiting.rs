//! Waiting for actions: one poller for all waits of a client.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use cloud_core::test_util::{PausedClock, Scripted, ScriptedTransport};
use cloud_core::time::{Clock as _, TokioClock};
use cloud_sandbox::{Fault, Sandbox};
use hetzner::{ActionId, Client, ErrorKind};

const LOOK: &str = "GET /v1/actions";

fn client(sandbox: &Sandbox) -> Client {
    Client::builder()
        .token("t")
        .transport(sandbox.hetzner())
        .clock(PausedClock::new())
        .build()
        .unwrap()
}

fn ids(query: Option<&String>) -> usize {
    query.map_or(0, |query| {
        query.split('&').filter(|p| p.starts_with("id=")).count()
    })
}

#[tokio::test(start_paused = true)]
async fn two_hundred_waits_share_their_requests() {
    let sandbox = Sandbox::builder()
        .action_duration(Duration::from_secs(10))
        .build();
    let api = client(&sandbox);
    let mut created = Vec::new();
    for n in 0..200 {
        let create = api
            .servers()
            .create(format!("web-{n}"), "cx23", "debian-13")
            .start_after_create(false);
        created.push(create.await.unwrap());
    }
    sandbox.journal().clear();
    let start = TokioClock.now();
    let waits: Vec<_> = created
        .iter()
        .map(|created| tokio::spawn(created.wait().into_future()))
        .collect();
    for wait in waits {
        wait.await.unwrap().unwrap();
    }
    let elapsed = (TokioClock.now() - start).as_secs_f64();
    let looks: Vec<_> = sandbox
        .journal()
        .entries()
        .into_iter()
        .filter(|e| e.path == "/v1/actions")
        .collect();
    // 0.5 s, 0.75 s, 1.1 s ... and 5 s at the end: how often one action alone would have been looked at by then.
    let (mut rounds, mut at, mut pause) = (0, 0.0, 0.5);
    while at < elapsed {
        at += pause * 0.8;
        pause = f64::min(pause * 1.5, 5.0);
        rounds += 1;
    }
    assert!(
        looks.len() <= rounds * 8,
        "{} requests in {elapsed} s, {rounds} rounds at most",
        looks.len()
    );
    assert!(looks.len() >= 8 * 3 && looks.iter().all(|look| ids(look.query.as_ref()) == 25));
    assert!((30.0..36.0).contains(&elapsed), "{elapsed}");
    eprintln!("200 waits: {} requests in {elapsed:.1} s", looks.len());
}

#[tokio::test(start_paused = true)]
async fn pauses_grow_and_shrink_again_for_who_comes_late() {
    let sandbox = Sandbox::builder()
        .action_duration(Duration::from_secs(20))
        .build();
    let api = client(&sandbox);
    let slow = api
        .servers()
        .create("slow", "cx23", "debian-13")
        .start_after_create(false)
        .await
        .unwrap();
    let waiting = tokio::spawn(slow.wait().into_future());
    tokio::time::sleep(Duration::from_secs(40)).await;
    let times: Vec<_> = sandbox
        .journal()
        .entries()
        .into_iter()
        .filter(|e| e.path == "/v1/actions")
        .map(|e| e.at)
        .collect();
    let gaps: Vec<f64> = times
        .windows(2)
        .map(|w| w[1].duration_since(w[0]).unwrap().as_secs_f64())
        .collect();
    assert!(
        gaps[0] < 1.0 && gaps.last().unwrap() > &3.9 && gaps.iter().all(|gap| *gap <= 5.01),
        "{gaps:?}"
    );

    // While the first sleeps for seconds, a second comes and is looked at within half a second.
    let key = api.servers().power_off(slow.resource.id).await;
    assert!(key.is_err(), "still locked by its creation");
    let quick = api
        .placement_groups()
        .create("g", hetzner::PlacementGroupType::Spread)
        .await
        .unwrap();
    quick.wait().await.unwrap();
    let before = TokioClock.now();
    let image_server = api
        .servers()
        .create("second", "cx23", "debian-13")
        .start_after_create(false)
        .await
        .unwrap();
    let mut wait = image_server.wait();
    assert!(wait.progress().await.unwrap().is_some());
    assert!(TokioClock.now() - before <= Duration::from_millis(510));
    waiting.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn another_one_looks_when_the_first_goes_away() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let one = api
        .servers()
        .create("one", "cx23", "debian-13")
        .await
        .unwrap();
    let two = api
        .servers()
        .create("two", "cx23", "debian-13")
        .await
        .unwrap();
    let first = tokio::spawn(one.wait().into_future());
    tokio::task::yield_now().await;
    let second = tokio::spawn(two.wait().into_future());
    tokio::time::sleep(Duration::from_millis(700)).await;
    first.abort();
    assert_eq!(second.await.unwrap().unwrap().name, "two");
    let last = sandbox
        .journal()
        .entries()
        .into_iter()
        .rfind(|e| e.path == "/v1/actions")
        .unwrap();
    let of_one = format!("id={}", one.action.as_ref().unwrap().id);
    assert!(
        !last.query.unwrap().contains(&of_one),
        "who is gone is not looked at any more"
    );
}

#[tokio::test(start_paused = true)]
async fn trouble_while_looking_is_survived() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let created = api
        .servers()
        .create("web", "cx23", "debian-13")
        .await
        .unwrap();
    for fault in [
        Fault::ResetAfterHandling,
        Fault::Status(503),
        Fault::Truncate,
        Fault::HtmlBody(502),
    ] {
        sandbox.faults().next_matching(LOOK, fault);
    }
    assert!(created.wait().await.unwrap().is_running());
}

#[tokio::test(start_paused = true)]
async fn trouble_that_stays_ends_the_wait() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let created = api
        .servers()
        .create("web", "cx23", "debian-13")
        .await
        .unwrap();
    sandbox.faults().next_matching(LOOK, Fault::ExpiredToken);
    let error = created.wait().await.unwrap_err();
    assert!(error.is_auth(), "{error}");
}

#[tokio::test(start_paused = true)]
async fn the_deadline_names_what_was_seen_last() {
    let sandbox = Sandbox::builder()
        .action_duration(Duration::from_secs(600))
        .build();
    let api = client(&sandbox);
    let created = api
        .servers()
        .create("web", "cx23", "debian-13")
        .await
        .unwrap();
    let error = created
        .wait()
        .timeout(Duration::from_secs(60))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WaitTimeout);
    assert!(
        error
            .to_string()
            .contains("60 s have passed; last seen: create_server running"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_low_rate_limit_slows_the_looking_down() {
    let answer = |remaining: &'static str| {
        move |_: &http::Request<bytes::Bytes>| {
            let headers = [
                ("ratelimit-limit", "3600"),
                ("ratelimit-remaining", remaining),
            ];
            Scripted::with_headers(
                200,
                &headers,
                r#"{"actions":[{"id":7,"status":"running"}]}"#,
            )
        }
    };
    let mut counts = Vec::new();
    for remaining in ["3000", "100"] {
        let wire = ScriptedTransport::from_fn(answer(remaining));
        let api = Client::builder()
            .token("t")
            .transport(Arc::new(wire.clone()))
            .clock(PausedClock::new())
            .build()
            .unwrap();
        let wait = api
            .actions()
            .wait(ActionId(7))
            .timeout(Duration::from_secs(120));
        assert!(wait.await.unwrap_err().is_timeout());
        counts.push(wire.seen().len());
    }
    assert!(counts[1] * 3 <= counts[0], "{counts:?}");
}

#[tokio::test(start_paused = true)]
async fn pauses_without_end_are_cut_short_by_the_deadline() {
    let looks = Arc::new(AtomicU32::new(0));
    let count = looks.clone();
    let wire = ScriptedTransport::from_fn(move |_| {
        let status = if count.fetch_add(1, Ordering::SeqCst) == 0 {
            "running"
        } else {
            "success"
        };
        let limit = [("ratelimit-limit", "3600"), ("ratelimit-remaining", "1")];
        Scripted::with_headers(
            200,
            &limit,
            format!(r#"{{"actions":[{{"id":7,"status":"{status}"}}]}}"#),
        )
    });
    let builder = Client::builder()
        .token("t")
        .transport(Arc::new(wire))
        .clock(PausedClock::new());
    let api = builder.poll_interval(Duration::MAX).build().unwrap();
    let begun = TokioClock.now();
    let wait = || api.actions().wait(ActionId(7));
    assert!(
        wait()
            .timeout(Duration::from_secs(60))
            .await
            .unwrap_err()
            .is_timeout()
    );
    assert_eq!(
        (TokioClock.now() - begun, looks.load(Ordering::SeqCst)),
        (Duration::from_secs(60), 0)
    );
    // The second pause is four times as long, for the rate limit is nearly used up.
    wait().timeout(Duration::MAX).await.unwrap();
    assert_eq!(looks.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn pauses_grow_to_the_longest_that_is_set() {
    let pauses = async |first: u64, longest: Option<u64>| {
        let wire = ScriptedTransport::from_fn(|_| {
            Scripted::json(200, r#"{"actions":[{"id":7,"status":"running"}]}"#)
        });
        let builder = Client::builder()
            .token("t")
            .transport(Arc::new(wire.clone()))
            .clock(PausedClock::new())
            .poll_interval(Duration::from_secs(first));
        let builder = match longest {
            Some(longest) => builder.longest_poll_interval(Duration::from_secs(longest)),
            None => builder,
        };
        let api = builder.build().unwrap();
        let wait = api.actions().wait(7).timeout(Duration::from_secs(600));
        wait.await.unwrap_err();
        let seen: Vec<_> = wire.seen().iter().map(|seen| seen.at).collect();
        let pause = |pair: &[std::time::Instant]| (pair[1] - pair[0]).as_millis().div_ceil(1000);
        seen.windows(2).map(pause).max().unwrap()
    };
    assert_eq!(pauses(3, None).await, 30);
    assert_eq!(pauses(3, Some(5)).await, 5);
    assert_eq!(pauses(3, Some(3)).await, 3);
    assert_eq!(pauses(3, Some(1)).await, 3, "it is the first one at least");
}

/// Pages that are read side by side keep the pace of the rate limit like any other call.
#[tokio::test(start_paused = true)]
async fn prefetch_respects_the_rate_limit() {
    let wire = ScriptedTransport::from_fn(|request| {
        let query = request.uri().query().unwrap_or_default();
        let page: u32 = query
            .split('&')
            .find_map(|part| part.strip_prefix("page=")?.parse().ok())
            .unwrap_or(1);
        let next = if page < 9 {
            (page + 1).to_string()
        } else {
            "null".to_owned()
        };
        let body = format!(
            r#"{{"servers":[{{"id":{page}}}],"meta":{{"pagination":{{"next_page":{next},"last_page":9}}}}}}"#
        );
        Scripted::with_headers(
            200,
            &[("ratelimit-limit", "3600"), ("ratelimit-remaining", "0")],
            body,
        )
    });
    let api = Client::builder()
        .token("t")
        .transport(Arc::new(wire.clone()))
        .clock(PausedClock::new())
        .build()
        .unwrap();
    let servers = api.servers().list().prefetch(8).all().await.unwrap();
    assert!(servers.iter().map(|server| server.id.0).eq(1..=9));
    for pair in wire.seen().windows(2) {
        let gap = (pair[1].at - pair[0].at).as_secs_f64();
        assert!(
            gap >= 0.99,
            "the next request is due a second later, and came after {gap} s"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_action_that_failed_is_told_whole() {
    let on = r#""resources":[{"id":1,"type":"server"},{"id":2,"type":"volume"}]"#;
    for (action, text) in [
        (
            format!(
                r#"{{"id":7,"command":"create_server","status":"error",{on},
                    "error":{{"code":"action_failed","message":"Action\nfailed"}}}}"#
            ),
            "action_failed: action 7 (create_server) of server 1, volume 2: Action failed",
        ),
        (
            format!(
                r#"{{"id":7,"command":"create_server","status":"error",{on},"error":{{"code":"timeout","message":""}}}}"#
            ),
            "timeout: action 7 (create_server) of server 1, volume 2: no reason given",
        ),
        (
            r#"{"id":7,"command":"create_server","status":"error","resources":[],"error":null}"#
                .to_owned(),
            "action 7 (create_server): no reason given",
        ),
        (
            r#"{"id":7,"status":"error"}"#.to_owned(),
            "action 7: no reason given",
        ),
        (
            r#"{"id":8,"status":"success"}"#.to_owned(),
            "not_found: the service does not know action 7",
        ),
    ] {
        let answer = format!(r#"{{"actions":[{action}]}}"#);
        let wire = ScriptedTransport::from_fn(move |_| Scripted::json(200, answer.clone()));
        let api = Client::builder().token("t").transport(Arc::new(wire));
        let api = api.clock(PausedClock::new()).build().unwrap();
        let error = api.actions().wait(7).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WorkFailed);
        assert_eq!(error.to_string(), format!("work failed: {text}"));
    }
}

#[tokio::test(start_paused = true)]
async fn several_actions_are_waited_for_by_their_ids() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let mut ids = Vec::new();
    for n in 0..3 {
        let volume = api
            .volumes()
            .create(format!("data-{n}"), 10)
            .location("fsn1");
        ids.push(volume.await.unwrap().action.as_ref().unwrap().id);
    }
    sandbox.journal().clear();
    let ended = api.actions().wait_all(ids.clone()).await.unwrap();
    assert_eq!(
        ended.iter().map(|action| action.id).collect::<Vec<_>>(),
        ids
    );
    assert!(ended.iter().all(hetzner::Action::is_success));
    let looks = sandbox.journal().entries();
    assert!(
        looks
            .iter()
            .all(|look| look.method == "GET" && look.path == "/v1/actions")
    );
    assert!(looks.len() < 6, "one request for all: {}", looks.len());
    assert_eq!(api.actions().wait_all([0_i64; 0]).await.unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn the_first_action_that_fails_ends_the_wait_for_all() {
    let wire = ScriptedTransport::from_fn(|_| {
        let failed = r#"{"code":"action_failed","message":"no room"}"#;
        Scripted::json(
            200,
            format!(
                r#"{{"actions":[{{"id":1,"status":"success"}},{{"id":2,"status":"error","error":{failed}}},{{"id":3,"status":"running"}}]}}"#
            ),
        )
    });
    let builder = Client::builder().token("t").transport(Arc::new(wire));
    let api = builder.clock(PausedClock::new()).build().unwrap();
    let error = api.actions().wait_all([1, 2, 3]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WorkFailed);
    assert_eq!(error.code(), Some("action_failed"));
    assert_eq!(error.message(), "action 2: no room");
}

#[tokio::test(start_paused = true)]
async fn an_action_that_fails_ends_the_wait_for_all_while_an_earlier_one_runs() {
    let wire = ScriptedTransport::from_fn(|_| {
        let failed = r#"{"code":"action_failed","message":"no room"}"#;
        Scripted::json(
            200,
            format!(
                r#"{{"actions":[{{"id":1,"status":"running"}},{{"id":2,"status":"error","error":{failed}}}]}}"#
            ),
        )
    });
    let builder = Client::builder().token("t").transport(Arc::new(wire));
    let api = builder.clock(PausedClock::new()).build().unwrap();
    let error = api.actions().wait_all([1, 2]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WorkFailed);
    assert_eq!(error.message(), "action 2: no room");
}

#[tokio::test(start_paused = true)]
async fn a_server_is_waited_for_until_nothing_runs_on_it() {
    let round = Arc::new(AtomicU32::new(0));
    // Two actions at first, one of which fails; a third begins meanwhile; then it is quiet.
    let wire = ScriptedTransport::from_fn(move |request| {
        let running = |id: u32| format!(r#"{{"id":{id},"command":"a","status":"running"}}"#);
        let ended = |id: u32| {
            let status = if id == 2 { "error" } else { "success" };
            format!(r#"{{"id":{id},"command":"a","status":"{status}"}}"#)
        };
        let actions: Vec<String> = match request.uri().path() {
            "/v1/servers/42/actions" => match round.fetch_add(1, Ordering::SeqCst) {
                0 => vec![running(1), running(2)],
                1 => vec![running(3)],
                _ => Vec::new(),
            },
            _ => [1, 2, 3].map(ended).into(),
        };
        Scripted::json(200, format!(r#"{{"actions":[{}]}}"#, actions.join(",")))
    });
    let builder = Client::builder()
        .token("t")
        .transport(Arc::new(wire.clone()));
    let api = builder.clock(PausedClock::new()).build().unwrap();
    let ran = api.servers().wait_until_idle(42).await.unwrap();
    let ran: Vec<_> = ran.iter().map(|ran| (ran.id.0, ran.is_failed())).collect();
    assert_eq!(ran, [(1, false), (2, true), (3, false)]);
    let list = "GET /v1/servers/42/actions?status=running&per_page=50";
    // Which of two is due first is left to chance.
    let lines = wire.lines();
    let lines: Vec<_> = lines
        .iter()
        .map(|line| line.replace("id=2&id=1", "id=1&id=2"))
        .collect();
    assert_eq!(
        lines,
        [
            list,
            "GET /v1/actions?id=1&id=2",
            list,
            "GET /v1/actions?id=3",
            list
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn every_kind_of_resource_can_be_waited_for_until_it_is_idle() {
    let wire = ScriptedTransport::from_fn(|_| Scripted::json(200, r#"{"actions":[]}"#));
    let builder = Client::builder()
        .token("t")
        .transport(Arc::new(wire.clone()));
    let api = builder.clock(PausedClock::new()).build().unwrap();
    let mut waits = vec![
        api.servers().wait_until_idle(1),
        api.volumes().wait_until_idle(2),
        api.networks().wait_until_idle(3),
        api.firewalls().wait_until_idle(4),
        api.load_balancers().wait_until_idle(5),
        api.floating_ips().wait_until_idle(6),
        api.primary_ips().wait_until_idle(7),
        api.certificates().wait_until_idle(8),
        api.images().wait_until_idle(9),
        api.zones().wait_until_idle("example.com"),
        api.storage_boxes().wait_until_idle(11),
    ];
    for wait in waits.drain(..) {
        assert_eq!(wait.await.unwrap(), []);
    }
    let asked: Vec<String> = wire
        .seen()
        .iter()
        .map(|seen| seen.request.uri().to_string())
        .collect();
    assert!(asked[0].starts_with("https://api.hetzner.cloud/v1/servers/1/actions?"));
    assert!(asked[9].starts_with("https://api.hetzner.cloud/v1/zones/example.com/actions?"));
    assert!(asked[10].starts_with("https://api.hetzner.com/v1/storage_boxes/11/actions?"));
    assert_eq!(asked.len(), 11);
}

/// Servers made from large snapshots took 40 to 60 minutes.
#[tokio::test(start_paused = true)]
async fn work_that_copies_disks_has_more_time_by_default() {
    let wire = ScriptedTransport::from_fn(|request| {
        let running = r#"{"id":7,"command":"copy","status":"running"}"#;
        let body = String::from_utf8_lossy(request.body()).into_owned();
        if request.uri().path() == "/v1/actions" {
            return Scripted::json(200, format!(r#"{{"actions":[{running}]}}"#));
        }
        let kind = if body.contains("snap") {
            "snapshot"
        } else {
            "system"
        };
        Scripted::json(
            201,
            format!(
                r#"{{"action":{running},"actions":[],"image":{{"id":3}},"server":{{"id":1,"image":{{"type":"{kind}"}}}}}}"#
            ),
        )
    });
    let builder = Client::builder().token("t").transport(Arc::new(wire));
    let api = builder.clock(PausedClock::new()).build().unwrap();
    let servers = api.servers();
    let snapshot = servers.create("a", "cx23", "snap").await.unwrap();
    let system = servers.create("a", "cx23", "debian-13").await.unwrap();
    let image = servers.create_image(1).await.unwrap();
    let rebuilt = servers.rebuild(1, "debian-13").await.unwrap();
    let changed = servers.change_type(1, "cx33", true).await.unwrap();
    let rebooted = servers.reboot(1).await.unwrap();
    let told = |minutes: u32| {
        format!(
            "not finished in time: action 7 (copy): {} s have passed; last seen: copy running 0%; \
             `.timeout(..)` of the wait allows more",
            minutes * 60
        )
    };
    let (short, long) = (told(30), told(120));
    assert_eq!(snapshot.wait().await.unwrap_err().to_string(), long);
    assert_eq!(system.wait().await.unwrap_err().to_string(), short);
    assert_eq!(image.wait().await.unwrap_err().to_string(), long);
    assert_eq!(rebuilt.wait().await.unwrap_err().to_string(), long);
    assert_eq!(changed.wait().await.unwrap_err().to_string(), long);
    assert_eq!(rebooted.wait().await.unwrap_err().to_string(), short);
    let own = rebuilt.wait().timeout(Duration::from_secs(60));
    assert_eq!(own.await.unwrap_err().to_string(), told(1));
}
