//! A login that is refused is not tried again, because three of them lock the address out.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use cloud_core::body::{Body, ResponseBody};
use cloud_core::test_util::{Scripted, ScriptedTransport};
use cloud_core::transport::{Transport, TransportError, TransportErrorKind};
use hetzner::robot::{ApiError, Client, ErrorCode};
use hetzner::{ErrorKind, http};

use super::{client, refusal, scripted};

fn unauthorized() -> Scripted {
    Scripted::json(
        401,
        r#"{"error":{"status":401,"code":"UNAUTHORIZED","message":"Unauthorized"}}"#,
    )
}

fn server() -> Scripted {
    Scripted::json(200, r#"{"server":{"server_number":321}}"#)
}

#[tokio::test(start_paused = true)]
async fn a_wrong_password_is_exactly_one_request() {
    let wire = ScriptedTransport::from_fn(|_| unauthorized());
    let api = client(&wire);
    let error = api.servers().get(321).await.unwrap_err();
    assert!(error.is_auth());
    assert_eq!(
        error.api::<ApiError>().unwrap().code,
        ErrorCode::Unauthorized
    );
    let text = error.to_string();
    assert!(
        text.starts_with(
            "GET /server/321 failed: 401 UNAUTHORIZED: Unauthorized (the web service has users of its own, made in Robot \
             under its settings; three refused logins block the address for ten minutes, so nothing more is sent with this \
             one until `Client::allow_login`); credential: user (client builder)"
        ),
        "{text}"
    );

    // Whatever is called next, by whichever clone and in whichever group.
    let clone = api.clone();
    for result in [
        api.servers().get(321).await.map(drop),
        clone.ssh_keys().delete("a").await,
        clone.standard_orders().create("EX40").await.map(drop),
        api.request(http::Method::GET, "/server").await.map(drop),
    ] {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Credential);
        assert!(error.is_auth() && !error.is_retryable() && !error.may_have_happened());
        let reason = "not sent, because the service has refused this login before, and after three refused logins it blocks \
             the address for ten minutes; when user and password are right by now, call `Client::allow_login`";
        assert!(error.message().starts_with(reason), "{error}");
    }
    assert_eq!(wire.seen().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_caller_may_let_the_login_be_tried_again() {
    let (api, wire) = scripted([unauthorized(), server(), server()]);
    api.servers().get(321).await.unwrap_err();
    api.allow_login();
    api.servers().get(321).await.unwrap();
    api.servers().get(321).await.unwrap();
    assert_eq!(wire.seen().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_without_words_is_one_too() {
    let (api, wire) = scripted([Scripted::json(401, "")]);
    let error = api.servers().get(321).await.unwrap_err();
    assert!(error.is_auth());
    assert!(
        error
            .message()
            .starts_with("the login was refused (the web service has users of its own")
    );
    assert_eq!(
        api.servers().get(321).await.unwrap_err().kind(),
        ErrorKind::Credential
    );
    assert_eq!(wire.seen().len(), 1);
}

/// Answers after a second, and counts how many requests are under way at once.
#[derive(Debug, Default)]
struct Counting {
    now: AtomicUsize,
    most: AtomicUsize,
    all: AtomicUsize,
    refuses: bool,
}

#[async_trait]
impl Transport for Counting {
    async fn send(
        &self,
        _: http::Request<Body>,
    ) -> Result<http::Response<ResponseBody>, TransportError> {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        self.all.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_secs(1)).await;
        self.now.fetch_sub(1, Ordering::SeqCst);
        let (status, body) = if self.refuses {
            (401, "")
        } else {
            (200, r#"{"server":{}}"#)
        };
        let answer = http::Response::builder().status(status);
        Ok(answer.body(body.into()).unwrap())
    }
}

async fn twenty_at_once(api: &Client) -> Vec<hetzner::Result<()>> {
    let tasks: Vec<_> = (0..20)
        .map(|number| {
            let api = api.clone();
            tokio::spawn(async move { api.servers().get(number).await.map(drop) })
        })
        .collect();
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.unwrap());
    }
    results
}

#[tokio::test(start_paused = true)]
async fn one_request_finds_out_before_the_others_go() {
    for refuses in [false, true] {
        let wire = Arc::new(Counting {
            refuses,
            ..Counting::default()
        });
        let builder = Client::builder().user("#ws+a").password("hunter2");
        let api = builder.transport(wire.clone()).build().unwrap();
        let results = twenty_at_once(&api).await;
        let failed = results.iter().filter(|result| result.is_err()).count();
        let all = wire.all.load(Ordering::SeqCst);
        if refuses {
            assert_eq!((all, failed), (1, 20));
        } else {
            assert_eq!((all, failed), (20, 0));
            // The first one alone, and then the nineteen others.
            assert_eq!(wire.most.load(Ordering::SeqCst), 19);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn who_gives_up_while_finding_out_lets_the_next_one() {
    let (api, wire) = scripted([Scripted::Hang, server()]);
    let first = {
        let api = api.clone();
        tokio::spawn(async move { api.servers().get(1).await.map(drop) })
    };
    tokio::time::sleep(Duration::from_secs(1)).await;
    let second = {
        let api = api.clone();
        tokio::spawn(async move { api.servers().get(2).await.map(drop) })
    };
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(wire.seen().len(), 1);
    first.abort();
    second.await.unwrap().unwrap();
    assert_eq!(wire.seen().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn answers_that_say_nothing_about_the_login_leave_it_open() {
    let (api, wire) = scripted([
        Scripted::json(403, refusal(403, "FORBIDDEN")),
        Scripted::Failure(TransportErrorKind::Interrupted),
        unauthorized(),
    ]);
    let error = api.servers().get(1).await.unwrap_err();
    assert!(!error.is_auth() && !error.is_rate_limited(), "{error}");
    let error = api.servers().get(1).await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(401));
    assert_eq!(wire.seen().len(), 3);
}
