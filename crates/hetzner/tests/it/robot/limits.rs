//! The limits of the service are kept, waited for, and told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cloud_core::test_util::{PausedClock, Scripted, ScriptedTransport};
use cloud_core::time::{Clock, TokioClock};
use hetzner::robot::{ApiError, Client};
use hetzner::{ErrorKind, StandardRetry};
use serde_json::json;

use super::{client, scripted};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

fn limited(name: &str, most: u32, interval: u64) -> Scripted {
    let mut error = json!({
        "status": 403, "code": "RATE_LIMIT_EXCEEDED", "message": "rate limit exceeded", "interval": interval,
    });
    error[name] = json!(most);
    Scripted::json(403, json!({"error": error}).to_string())
}

/// A service that takes so many requests in each window of an hour, wherever it begins, and counts those it refuses.
fn strict(most: usize) -> (ScriptedTransport, Arc<Mutex<usize>>) {
    let (taken, refused) = (Mutex::new(VecDeque::new()), Arc::new(Mutex::new(0)));
    let count = refused.clone();
    let wire = ScriptedTransport::from_fn(move |_| {
        let now = TokioClock.now();
        let mut taken = taken.lock().unwrap();
        while taken.front().is_some_and(|at| now - *at >= HOUR) {
            taken.pop_front();
        }
        if taken.len() >= most {
            *count.lock().unwrap() += 1;
            return limited("max_request", u32::try_from(most).unwrap(), 3600);
        }
        taken.push_back(now);
        Scripted::json(200, r#"{"server":{"server_number":321}}"#)
    });
    (wire, refused)
}

#[tokio::test(start_paused = true)]
async fn a_thousand_calls_are_sent_within_the_limit() {
    let (wire, refused) = strict(200);
    let api = client(&wire);
    let begun = TokioClock.now();
    let tasks: Vec<_> = (0..1000)
        .map(|_| {
            let api = api.clone();
            let call = async move { api.servers().get(321).options(|o| o.timeout(DAY)).await };
            tokio::spawn(call)
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!((wire.seen().len(), *refused.lock().unwrap()), (1000, 0));
    // As fast as the limit allows, but for the half hour that a burst keeps free.
    let took = TokioClock.now() - begun;
    assert!(took < 9 * HOUR + HOUR / 2, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_cannot_be_sent_in_time_fails_unsent() {
    let wire = ScriptedTransport::from_fn(|_| Scripted::json(200, r#"{"wol":{}}"#));
    let api = client(&wire);
    for _ in 0..5 {
        api.wake_on_lan().wake(1).await.unwrap();
    }
    let wake = api.wake_on_lan().wake(1).options(|o| o.timeout(HOUR / 60));
    let error = wake.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Throttled);
    assert!(error.is_rate_limited() && error.is_retryable());
    assert_eq!(error.retry_after(), Some(HOUR / 5));
    assert_eq!(
        error.message(),
        "the next request may be sent in 720.0 s, and the call has 60.0 s left"
    );
    assert_eq!(wire.seen().len(), 5);
    // Reading has a limit of its own, and there is time enough for the call that waits.
    api.wake_on_lan().get(1).await.unwrap();
    api.wake_on_lan().wake(1).await.unwrap();
    assert_eq!(wire.seen().len(), 7);
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_others_have_used_up_is_waited_out_or_told() {
    let server = || Scripted::json(200, r#"{"server":{}}"#);
    let (api, wire) = scripted([
        limited("max_request", 200, 3600),
        limited("max_request", 200, 3600),
        server(),
    ]);
    api.servers().get(1).await.unwrap();
    let seen = wire.seen();
    // One request's worth of the window, not the window.
    for two in seen.windows(2) {
        let pause = two[1].at - two[0].at;
        assert!(pause >= HOUR / 200 && pause < HOUR / 100, "{pause:?}");
    }
    assert_eq!(seen.len(), 3);

    // A change that was refused for that is not done, so it may be sent again.
    let (api, wire) = scripted([limited("max_request", 200, 3600), server()]);
    api.servers().rename(1, "x").await.unwrap();
    assert_eq!(wire.seen().len(), 2);

    let wire = ScriptedTransport::from_fn(|_| limited("max_request", 50, 3600));
    let error = client(&wire)
        .servers()
        .get(1)
        .options(|o| o.timeout(Duration::from_secs(60)))
        .await
        .unwrap_err();
    assert!(error.is_rate_limited() && !error.is_auth(), "{error}");
    assert_eq!(wire.seen().len(), 1);
    let told = error.api::<ApiError>().unwrap();
    assert_eq!((told.max_request, told.interval), (Some(50), Some(3600)));
    let text = error.to_string();
    assert!(
        text.starts_with("GET /server/1 failed: 403 RATE_LIMIT_EXCEEDED: rate limit exceeded (50 requests in 3600 s)"),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_client_that_never_repeats_tells_of_the_limit_at_once() {
    let wire = ScriptedTransport::from_fn(|_| limited("max_requests", 200, 3600));
    let api = Client::builder()
        .user("#ws+a")
        .password("hunter2")
        .transport(Arc::new(wire.clone()))
        .clock(PausedClock::new())
        .retry(StandardRetry::never())
        .build()
        .unwrap();
    let error = api.servers().get(1).await.unwrap_err();
    assert!(error.is_rate_limited());
    assert_eq!(wire.seen().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_keep_limits_sends_at_once() {
    let wire = ScriptedTransport::from_fn(|_| Scripted::json(200, r#"{"wol":{}}"#));
    let api = Client::builder()
        .user("#ws+a")
        .password("hunter2")
        .transport(Arc::new(wire.clone()))
        .keep_limits(false)
        .build()
        .unwrap();
    let begun = TokioClock.now();
    for _ in 0..30 {
        api.wake_on_lan().wake(1).await.unwrap();
    }
    assert_eq!(TokioClock.now(), begun);
}
