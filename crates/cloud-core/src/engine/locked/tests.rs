use std::sync::Arc;

use http::{Method, StatusCode};

use super::*;
use crate::call::Call;
use crate::call::CallBuilder;
use crate::decode::{Decode, RawResponse};
use crate::error::ApiProblem;
use crate::request::CallOptions;
use crate::request::Dialect;
use crate::retry::StandardRetry;
use crate::test_util::{Scripted, ScriptedTransport, engine_with};

/// Takes the status 423 for a lock.
#[derive(Debug)]
struct Locks;

impl Dialect for Locks {
    fn problem(&self, response: &RawResponse) -> ApiProblem {
        let code = if response.status == StatusCode::LOCKED {
            "locked"
        } else {
            "other"
        };
        ApiProblem {
            code: Some(code.to_owned()),
            ..ApiProblem::default()
        }
    }

    fn is_locked(&self, code: &str) -> bool {
        code == "locked"
    }
}

fn post(
    wire: &ScriptedTransport,
    set: impl FnOnce(CallOptions) -> CallOptions,
) -> Call<RawResponse> {
    let (engine, base) = engine_with(wire.clone(), |options| {
        options.retry(StandardRetry::new().max_attempts(2));
    });
    let engine = engine.with_dialect(Arc::new(Locks), None);
    Call::untabled(&engine, &base, Method::POST, "/attach", Decode::raw()).options(set)
}

/// Locked for so long from the first request on.
fn locked_for(time: Duration) -> ScriptedTransport {
    let first: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    ScriptedTransport::from_fn(move |_| {
        let now = tokio::time::Instant::now().into_std();
        let locked = now.saturating_duration_since(*first.get_or_init(|| now)) < time;
        Scripted::json(if locked { 423 } else { 201 }, "{}")
    })
}

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn nobody_waits_unasked() {
    let wire = locked_for(SECOND);
    let error = post(&wire, |o| o).await.unwrap_err();
    assert_eq!(
        (error.code(), error.attempts(), wire.seen().len()),
        (Some("locked"), 1, 1)
    );
    // A program that repeats its own work later may try again.
    assert!(error.is_retryable() && !error.may_have_happened());
}

#[tokio::test(start_paused = true)]
async fn another_refusal_with_a_code_does_not_pass() {
    let wire = ScriptedTransport::from_fn(|_| Scripted::json(409, "{}"));
    let error = post(&wire, |o| o).await.unwrap_err();
    assert_eq!((error.code(), error.attempts()), (Some("other"), 1));
    assert!(!error.is_retryable());
}

#[tokio::test(start_paused = true)]
async fn waiting_outlasts_the_lock_and_the_attempts_of_the_policy() {
    let wire = locked_for(SECOND * 60);
    post(&wire, |o| o.wait_while_locked(SECOND * 90))
        .await
        .unwrap();
    let seen = wire.seen();
    let pauses: Vec<_> = seen
        .windows(2)
        .map(|pair| pair[1].at - pair[0].at)
        .collect();
    // Up to a fifth is taken off at random.
    assert!(
        pauses[0] <= SECOND && pauses[0] >= SECOND * 4 / 5,
        "{pauses:?}"
    );
    // A minute of pauses that grow from 1 s to 5 s.
    assert!(
        pauses.iter().all(|pause| *pause <= SECOND * 5) && pauses.len() > 12 && pauses.len() < 25,
        "{pauses:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn waiting_ends_at_its_limit_with_a_last_attempt() {
    let wire = locked_for(SECOND * 600);
    let error = post(&wire, |o| o.wait_while_locked(SECOND * 10))
        .await
        .unwrap_err();
    let seen = wire.seen();
    assert_eq!(seen[seen.len() - 1].at - seen[0].at, SECOND * 10);
    assert_eq!(
        (error.code(), error.attempts() as usize),
        (Some("locked"), seen.len())
    );
    assert!(!error.may_have_happened());
    let text = error.to_string();
    assert!(
        text.contains("still locked") && text.contains("10s"),
        "{text}"
    );
    // The attempts of the waiting are no attempts of the policy.
    assert!(
        text.contains(&format!("attempt {} of {}", seen.len(), seen.len() + 1)),
        "{text}"
    );
    for limit in [Duration::ZERO, Duration::MAX] {
        let error = post(&wire, |o| o.wait_while_locked(limit).timeout(SECOND * 3))
            .await
            .unwrap_err();
        assert_eq!(error.code(), Some("locked"), "{limit:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_time_for_the_call_and_the_wish_of_the_service_are_kept() {
    let wire = locked_for(SECOND * 600);
    let error = post(&wire, |o| {
        o.wait_while_locked(SECOND * 60).timeout(SECOND * 4)
    })
    .await
    .unwrap_err();
    assert_eq!(error.code(), Some("locked"));
    assert!(
        error.elapsed() < SECOND * 4 && wire.seen().len() > 2,
        "{error}"
    );

    let asks = || Scripted::with_headers(423, &[("retry-after", "7")], "{}");
    // Also when the time for waiting ends just then.
    for limit in [60, 7] {
        let wire = ScriptedTransport::new([asks(), Scripted::json(201, "{}")]);
        post(&wire, |o| o.wait_while_locked(SECOND * limit))
            .await
            .unwrap();
        assert_eq!(wire.seen()[1].at - wire.seen()[0].at, SECOND * 7);
    }
    let wire = ScriptedTransport::new([asks(), Scripted::json(201, "{}")]);
    assert!(
        post(&wire, |o| o.wait_while_locked(SECOND * 6))
            .await
            .is_err()
    );
    assert_eq!(wire.seen().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn other_failures_are_judged_as_ever() {
    let lock = || Scripted::json(423, "{}");
    // Two attempts by the policy, which does not see the locks.
    let wire = ScriptedTransport::new([
        lock(),
        lock(),
        Scripted::json(429, "{}"),
        lock(),
        Scripted::json(201, "{}"),
    ]);
    post(&wire, |o| o.wait_while_locked(SECOND * 60))
        .await
        .unwrap();
    assert_eq!(wire.seen().len(), 5);
    let wire =
        ScriptedTransport::new([lock(), Scripted::json(504, "{}"), Scripted::json(201, "{}")]);
    let error = post(&wire, |o| o.wait_while_locked(SECOND * 60))
        .await
        .unwrap_err();
    assert!(error.may_have_happened() && error.status() == Some(StatusCode::GATEWAY_TIMEOUT));
    assert_eq!(wire.seen().len(), 2);
}
