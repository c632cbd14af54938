use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use http::{Method, Request, Response};
use serde::Deserialize;

use super::*;
use crate::body::{Body, ResponseBody};
use crate::call::Call;
use crate::call::CallBuilder;
use crate::options::ClientOptions;
use crate::request::Dialect;
use crate::test_util::{Scripted, ScriptedTransport, engine_for, engine_with};
use crate::transport::{TransportError, TransportErrorKind};

#[derive(Debug, Deserialize, PartialEq)]
struct Server {
    id: u64,
}

const SERVER: &str = r#"{"server":{"id":7}}"#;

fn get(transport: &ScriptedTransport) -> Call<Server> {
    let (engine, base) = engine_for(transport.clone());
    Call::untabled(
        &engine,
        &base,
        Method::GET,
        "/servers/{id}",
        Decode::key("server"),
    )
    .arg(7)
}

fn post(transport: &ScriptedTransport) -> Call<Server> {
    let (engine, base) = engine_for(transport.clone());
    Call::untabled(
        &engine,
        &base,
        Method::POST,
        "/servers",
        Decode::key("server"),
    )
    .json(&serde_json::json!({"name": "a"}))
}

fn fail(kind: TransportErrorKind) -> Scripted {
    Scripted::Failure(kind)
}

#[tokio::test(start_paused = true)]
async fn a_call_on_the_wire() {
    let wire = ScriptedTransport::new([Scripted::json(200, SERVER)]);
    assert_eq!(
        get(&wire).query("a", "b c").await.unwrap(),
        Server { id: 7 }
    );
    let seen = &wire.seen()[0];
    assert_eq!(seen.request.uri(), "https://api.test/v1/servers/7?a=b%20c");
    assert_eq!(seen.request.method(), Method::GET);
    assert_eq!(seen.request.headers()["accept"], "application/json");
    assert_eq!(seen.request.headers()["user-agent"], "cloud-core-test/0");
    assert!(!seen.request.headers().contains_key("content-type"));
    assert_eq!(seen.request.body().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_body_is_sent_again_whole() {
    let wire = ScriptedTransport::new([
        fail(TransportErrorKind::NotSent),
        Scripted::json(201, SERVER),
    ]);
    post(&wire).await.unwrap();
    let seen = wire.seen();
    assert_eq!(seen.len(), 2);
    for attempt in seen {
        assert_eq!(
            attempt.request.headers()["content-type"],
            "application/json"
        );
        assert_eq!(attempt.request.body(), r#"{"name":"a"}"#);
    }
}

#[tokio::test(start_paused = true)]
async fn a_header_given_twice_is_sent_twice_and_replaces_ours() {
    let wire = ScriptedTransport::new([Scripted::json(200, SERVER)]);
    let call = post(&wire).options(|o| {
        o.header("x-tag", "a")
            .header("x-tag", "b")
            .header("accept", "application/xml")
            .header("content-type", "application/merge-patch+json")
    });
    call.await.unwrap();
    let sent = &wire.seen()[0].request;
    let values = |name: &str| {
        let values = sent.headers().get_all(name).iter();
        values
            .map(|value| value.to_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(values("x-tag"), ["a", "b"]);
    assert_eq!(values("accept"), ["application/xml"]);
    assert_eq!(values("content-type"), ["application/merge-patch+json"]);
}

/// What may be sent twice, and what may not.
#[tokio::test(start_paused = true)]
async fn the_table_of_repeats() {
    use TransportErrorKind::{Interrupted, NotSent, Refused, RequestBody, TimedOut};
    type Make = fn() -> Scripted;
    let cases: [(&str, Make, usize, usize); 14] = [
        ("not sent", || fail(NotSent), 2, 2),
        ("429", || Scripted::json(429, "{}"), 2, 2),
        ("refused", || fail(Refused), 1, 1),
        ("body", || fail(RequestBody), 1, 1),
        ("reset", || fail(Interrupted), 2, 1),
        ("timeout of the transport", || fail(TimedOut), 2, 1),
        ("timeout", || Scripted::Hang, 2, 1),
        ("cut answer", || Scripted::cut(200, "{\"ser"), 2, 1),
        ("cut json", || Scripted::json(200, "{\"ser"), 2, 1),
        ("wrong json", || Scripted::json(200, "<html>"), 1, 1),
        ("500", || Scripted::json(500, ""), 2, 1),
        ("504", || Scripted::json(504, ""), 2, 1),
        ("408", || Scripted::json(408, ""), 2, 1),
        ("422", || Scripted::json(422, ""), 1, 1),
    ];
    for (name, make, gets, posts) in cases {
        let wire = ScriptedTransport::new([make(), Scripted::json(200, SERVER)]);
        assert_eq!(get(&wire).await.is_ok(), gets == 2, "GET {name}");
        assert_eq!(wire.seen().len(), gets, "GET {name}");

        let wire = ScriptedTransport::new([make(), Scripted::json(200, SERVER)]);
        assert_eq!(post(&wire).await.is_ok(), posts == 2, "POST {name}");
        assert_eq!(wire.seen().len(), posts, "POST {name}");

        let wire = ScriptedTransport::new([make(), Scripted::json(200, SERVER)]);
        let said = post(&wire).options(|o| o.idempotent(true)).await;
        assert_eq!(
            said.is_ok(),
            gets == 2,
            "POST said to be idempotent, {name}"
        );

        let wire = ScriptedTransport::new([make(), Scripted::json(200, SERVER)]);
        let said = get(&wire).options(|o| o.idempotent(false)).await;
        assert_eq!(
            said.is_ok(),
            posts == 2,
            "GET said not to be idempotent, {name}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_may_have_happened_is_said() {
    use TransportErrorKind::{Interrupted, NotSent};
    for (answer, may) in [
        (fail(Interrupted), true),
        (Scripted::Hang, true),
        (Scripted::json(502, ""), true),
        (Scripted::json(500, ""), true),
        (Scripted::cut(201, "{"), true),
        (Scripted::json(201, "{}"), true),
        (Scripted::json(422, ""), false),
        (Scripted::json(403, ""), false),
    ] {
        let name = format!("{answer:?}");
        let error = post(&ScriptedTransport::new([answer])).await.unwrap_err();
        assert_eq!(error.may_have_happened(), may, "{name}: {error}");
        assert_eq!(
            error.to_string().contains("may have been carried out"),
            may,
            "{error}"
        );
    }
    let error = post(&ScriptedTransport::new((0..5).map(|_| fail(NotSent))))
        .await
        .unwrap_err();
    assert!(
        !error.may_have_happened() && error.attempts() == 5 && error.is_connect(),
        "{error}"
    );
    let error = get(&ScriptedTransport::new([Scripted::json(500, "")]))
        .await
        .unwrap_err();
    assert!(!error.may_have_happened(), "a read changes nothing");
    let said =
        get(&ScriptedTransport::new([Scripted::json(500, "")])).options(|o| o.idempotent(false));
    assert!(
        said.await.unwrap_err().may_have_happened(),
        "a read that is said to change something"
    );
}

/// A delete that is repeated after a broken connection and then finds nothing: the first attempt may have done it.
#[tokio::test(start_paused = true)]
async fn an_ambiguous_attempt_is_remembered() {
    let wire = ScriptedTransport::new([
        fail(TransportErrorKind::Interrupted),
        Scripted::json(404, "{}"),
    ]);
    let (engine, base) = engine_for(wire);
    let error = Call::untabled(&engine, &base, Method::DELETE, "/x", Decode::nothing())
        .await
        .unwrap_err();
    assert!(error.is_not_found() && error.may_have_happened());
}

#[tokio::test(start_paused = true)]
async fn attempts_end_and_are_counted() {
    let wire = ScriptedTransport::new((0..9).map(|_| Scripted::json(503, "")));
    let error = get(&wire).await.unwrap_err();
    assert_eq!((error.attempts(), wire.seen().len()), (5, 5));
    assert!(error.is_retryable() && error.is_server());
    let text = error.to_string();
    assert!(
        text.starts_with("GET /servers/7 failed: 503 Service Unavailable (attempt 5 of 5, "),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_attempt_clock_covers_the_body() {
    // A second more, and then a second less, than an attempt may take.
    let slow = Scripted::json(200, SERVER).after(Duration::from_secs(31));
    let wire = ScriptedTransport::new([
        slow,
        Scripted::json(200, SERVER).after(Duration::from_secs(29)),
    ]);
    get(&wire).await.unwrap();
    let seen = wire.seen();
    assert!(seen[1].at - seen[0].at >= Duration::from_secs(30));

    let wire = ScriptedTransport::new([Scripted::Hang]);
    let error = get(&wire)
        .options(|o| o.attempt_timeout(Duration::from_secs(2)).idempotent(false))
        .await
        .unwrap_err();
    assert!(
        error.is_timeout() && error.elapsed() == Duration::from_secs(2),
        "{error}"
    );
    assert!(
        error
            .to_string()
            .contains("no complete answer within 2.0 s")
    );
}

#[tokio::test(start_paused = true)]
async fn the_operation_clock_ends_the_attempt_and_the_retries() {
    let wire = ScriptedTransport::from_fn(|_| Scripted::Hang);
    let error = get(&wire)
        .options(|o| o.timeout(Duration::from_secs(45)))
        .await
        .unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert!(error.elapsed() <= Duration::from_secs(45), "{error}");
    // The first has 30 s, and the second what is left of the 45.
    assert_eq!(error.attempts(), 2);
}

/// The token took all the time there was: what is not sent cannot have happened.
#[tokio::test(start_paused = true)]
async fn nothing_is_sent_after_the_time_is_over() {
    #[derive(Debug)]
    struct Slow;
    #[async_trait]
    impl Credential for Slow {
        async fn authorize(&self, _: &mut Request<Body>) -> Result<u64> {
            tokio::time::sleep(Duration::from_secs(50)).await;
            Ok(0)
        }
    }
    let wire = ScriptedTransport::new([Scripted::json(201, SERVER)]);
    let (engine, base) = engine_with(wire.clone(), |options| {
        options.timeout(Duration::from_secs(5));
    });
    let engine = engine.with_credential(Some(Arc::new(Slow)));
    let error = Call::untabled(&engine, &base, Method::POST, "/x", Decode::nothing())
        .await
        .unwrap_err();
    assert!(
        error.is_timeout() && !error.may_have_happened() && wire.seen().is_empty(),
        "{error}"
    );
    assert_eq!(
        (error.attempts(), error.elapsed()),
        (0, Duration::from_secs(5))
    );
}

#[tokio::test(start_paused = true)]
async fn a_time_that_never_ends_is_no_limit() {
    let wire = ScriptedTransport::new([Scripted::json(503, ""), Scripted::json(200, SERVER)]);
    let call = get(&wire).options(|options| {
        options
            .timeout(Duration::MAX)
            .attempt_timeout(Duration::MAX)
    });
    assert_eq!(call.await.unwrap(), Server { id: 7 });
    assert_eq!(wire.seen().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_delay_beyond_the_time_left_gives_up_at_once() {
    let answer = || Scripted::with_headers(429, &[("retry-after", "20")], "{}");
    let wire = ScriptedTransport::new([answer()]);
    let error = get(&wire)
        .options(|o| o.timeout(Duration::from_secs(10)))
        .await
        .unwrap_err();
    assert!(
        error.is_rate_limited() && error.elapsed() == Duration::ZERO,
        "{error}"
    );
    assert_eq!(error.retry_after(), Some(Duration::from_secs(20)));
    assert!(
        error
            .to_string()
            .contains("the next attempt would begin in 20.0 s and the call has 10.0 s left")
    );

    // A second more than the policy waits.
    let wire = ScriptedTransport::new([Scripted::with_headers(503, &[("retry-after", "61")], "")]);
    let error = get(&wire).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("asks to wait longer than allowed")
            && error.attempts() == 1,
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_kept_in_both_forms() {
    // The calendar of the paused clock begins at 10:00:00.
    for header in ["7", "Fri, 20 Nov 2026 10:00:07 GMT"] {
        let wait = Scripted::with_headers(503, &[("retry-after", header)], "");
        let wire = ScriptedTransport::new([wait, Scripted::json(200, SERVER)]);
        get(&wire).await.unwrap();
        let seen = wire.seen();
        assert_eq!((seen[1].at - seen[0].at).as_secs(), 7, "{header}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_in_trouble_stops_repeating() {
    let wire = ScriptedTransport::from_fn(|_| Scripted::json(503, ""));
    let (engine, base) = engine_for(wire.clone());
    let call = Call::untabled(&engine, &base, Method::GET, "/x", Decode::nothing());
    // Four repeats at 5 tokens each: 25 calls use up all 500.
    for _ in 0..25 {
        assert_eq!(call.clone().await.unwrap_err().attempts(), 5);
    }
    let error = call.clone().await.unwrap_err();
    assert_eq!(error.attempts(), 1);
    assert!(
        error.to_string().contains("budget for retries is used up"),
        "{error}"
    );
    assert_eq!(wire.seen().len(), 126);
}

#[tokio::test(start_paused = true)]
async fn an_answer_beyond_the_limit_is_refused() {
    let body = || format!("{{\"server\":{{\"id\":7}},\"x\":\"{}\"}}", "y".repeat(2000));
    let wire = ScriptedTransport::new([Scripted::json(200, body())]);
    let error = get(&wire)
        .options(|o| o.response_limit(1000))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert!(
        error.to_string().contains("larger than 1000 bytes") && error.attempts() == 1,
        "{error}"
    );
    let wire = ScriptedTransport::new([Scripted::json(200, body())]);
    get(&wire)
        .options(|o| o.response_limit(2100))
        .await
        .unwrap();
}

/// Answers in pieces of three bytes, as connections do.
#[derive(Debug)]
struct InPieces(&'static str);

#[async_trait]
impl Transport for InPieces {
    async fn send(
        &self,
        _: Request<Body>,
    ) -> std::result::Result<Response<ResponseBody>, TransportError> {
        struct Pieces(&'static [u8]);
        impl futures_core::Stream for Pieces {
            type Item = std::result::Result<bytes::Bytes, TransportError>;
            fn poll_next(
                mut self: std::pin::Pin<&mut Self>,
                _: &mut std::task::Context<'_>,
            ) -> std::task::Poll<Option<Self::Item>> {
                let (piece, rest) = self.0.split_at(self.0.len().min(3));
                self.0 = rest;
                let piece = (!piece.is_empty()).then(|| Ok(bytes::Bytes::from_static(piece)));
                std::task::Poll::Ready(piece)
            }
        }
        Ok(Response::new(ResponseBody::from_stream(Pieces(
            self.0.as_bytes(),
        ))))
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_in_pieces_is_whole_and_counts_whole() {
    // Its length, one byte less, and limits that are passed within its third and its second piece.
    for limit in [SERVER.len(), SERVER.len() - 1, 7, 4] {
        let wire = ScriptedTransport::default();
        let (engine, base) = engine_with(wire, |options| {
            options.transport(Arc::new(InPieces(SERVER)));
        });
        let call = Call::untabled(
            &engine,
            &base,
            Method::GET,
            "/x",
            Decode::<Server>::key("server"),
        );
        let answer = call.options(|o| o.response_limit(limit)).await;
        match answer {
            Ok(server) => assert_eq!((server, limit), (Server { id: 7 }, SERVER.len())),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::TooLarge);
                assert!(limit < SERVER.len(), "{error}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn megabytes_are_an_answer_and_a_page_that_becomes_more_than_its_limit_is_none() {
    let long = format!(
        "{{\"server\":{{\"id\":7}},\"x\":\"{}\"}}",
        "y".repeat(2 << 20)
    );
    let wire = ScriptedTransport::new([Scripted::json(200, long)]);
    assert_eq!(get(&wire).await.unwrap(), Server { id: 7 });

    // Thirty texts of no length are 91 bytes, and 720 in memory.
    let texts = format!("[{}]", vec!["\"\""; 30].join(","));
    let wire = ScriptedTransport::from_fn(move |_| Scripted::json(200, texts.clone()));
    let (engine, base) = engine_for(wire);
    let page = |limit| {
        let decode =
            Decode::<crate::model::Page<String>>::array(|_| crate::model::PageInfo::default());
        let call = Call::untabled(&engine, &base, Method::GET, "/x", decode);
        call.options(move |o| o.response_limit(limit))
    };
    assert_eq!(
        page(30 * size_of::<String>()).await.unwrap().items.len(),
        30
    );
    let error = page(100).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Page, "{error}");
}

#[tokio::test(start_paused = true)]
async fn redirects_are_told_not_followed() {
    let to = [("location", "https://evil.example/steal?token=abc")];
    let wire = ScriptedTransport::new([Scripted::with_headers(302, &to, "")]);
    let error = get(&wire).await.unwrap_err();
    assert_eq!(wire.seen().len(), 1);
    let text = error.to_string();
    assert!(
        text.contains("302 Found: redirected to https://evil.example;") && !text.contains("abc"),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_not_understood_is_kept() {
    let wire = ScriptedTransport::new([Scripted::json(200, r#"{"server":{"id":"x"}}"#)]);
    let error = get(&wire).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.json_path()),
        (ErrorKind::Decode, Some("server.id"))
    );
    assert_eq!(error.body().unwrap(), r#"{"server":{"id":"x"}}"#);
    assert!(
        error
            .to_string()
            .contains("answer not understood: invalid type: string, expected u64"),
        "{error}"
    );
    assert!(
        error.to_string().ends_with(" at server.id (0.0 s)"),
        "{error}"
    );

    let wire = ScriptedTransport::new([Scripted::json(400, "<html>nginx</html>")]);
    let error = get(&wire).await.unwrap_err();
    assert_eq!(error.body().unwrap(), "<html>nginx</html>");
}

#[tokio::test(start_paused = true)]
async fn an_invalid_call_is_never_sent() {
    let wire = ScriptedTransport::default();
    let (engine, base) = engine_for(wire.clone());
    let call = Call::untabled(
        &engine,
        &base,
        Method::GET,
        "/servers/{id}",
        Decode::<Server>::key("server"),
    )
    .arg("..");
    let error = call.await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "GET /servers/{id} failed: wrong argument: id: must not be a dot segment"
    );
    assert!(wire.seen().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_reader_is_repeated_only_while_untouched() {
    let stream = |wire: &ScriptedTransport| {
        let (engine, base) = engine_for(wire.clone());
        Call::untabled(&engine, &base, Method::PUT, "/x", Decode::nothing()).body(
            "application/zip",
            Body::from_reader(std::io::Cursor::new(b"data".to_vec()), 4),
        )
    };
    let wire = ScriptedTransport::new([Scripted::json(503, ""), Scripted::json(200, "")]);
    let error = stream(&wire).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("the request body can be read only once"),
        "{error}"
    );
    assert_eq!(wire.seen()[0].request.body(), "data");
    let wire = ScriptedTransport::new([Scripted::json(200, "")]);
    stream(&wire).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn files_are_sent_again_and_checked() {
    let path = std::env::temp_dir().join(format!("cloud-core-body-{}", std::process::id()));
    std::fs::write(&path, "0123456789").unwrap();
    let put = |wire: &ScriptedTransport| {
        let (engine, base) = engine_for(wire.clone());
        Call::untabled(&engine, &base, Method::PUT, "/x", Decode::nothing())
            .body("application/zip", Body::from_file(&path).unwrap())
    };
    let wire = ScriptedTransport::new([Scripted::json(503, ""), Scripted::json(200, "")]);
    put(&wire).await.unwrap();
    assert_eq!(
        wire.seen()
            .iter()
            .map(|s| s.request.body().clone())
            .collect::<Vec<_>>(),
        ["0123456789"; 2]
    );
    let wire = ScriptedTransport::new([Scripted::json(200, "")]);
    let (call, later) = (put(&wire), put(&wire));
    std::fs::write(&path, "012").unwrap();
    let error = call.await.unwrap_err();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(error.kind(), ErrorKind::RequestBody);
    assert!(
        error.to_string().contains("shorter than announced"),
        "{error}"
    );
    let missing = format!(
        "cannot read the request body: {} cannot be read: ",
        path.display()
    );
    for error in [
        later.await.unwrap_err(),
        Body::from_file(&path).unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::RequestBody);
        assert!(error.to_string().contains(&missing), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn headers_of_the_call_win() {
    let wire = ScriptedTransport::new([Scripted::json(200, SERVER)]);
    get(&wire)
        .options(|o| o.header("x-trace", "1").header("accept", "text/yaml"))
        .await
        .unwrap();
    let headers = wire.seen()[0].request.headers().clone();
    assert_eq!(
        (&headers["x-trace"], &headers["accept"]),
        (
            &HeaderValue::from_static("1"),
            &HeaderValue::from_static("text/yaml")
        )
    );
    assert_eq!(headers.get_all("accept").iter().count(), 1);
}

#[tokio::test(start_paused = true)]
async fn raw_and_own_types() {
    let wire = ScriptedTransport::new([Scripted::json(200, SERVER), Scripted::json(200, SERVER)]);
    let raw = get(&wire).send_raw().await.unwrap();
    assert_eq!(
        (raw.status, &raw.body[..]),
        (StatusCode::OK, SERVER.as_bytes())
    );
    let own: serde_json::Value = get(&wire).send_as().await.unwrap();
    assert_eq!(own["server"]["id"], 7);
}

#[tokio::test(start_paused = true)]
async fn a_download_comes_in_pieces() {
    let wire = ScriptedTransport::new([Scripted::json(503, ""), Scripted::cut(200, "beginning")]);
    let mut download = get(&wire).send_streaming().await.unwrap();
    assert_eq!(download.chunk().await.unwrap().unwrap(), "beginning");
    assert_eq!(
        download.chunk().await.unwrap_err().kind(),
        ErrorKind::Interrupted
    );
}

#[tokio::test(start_paused = true)]
async fn the_cap_of_calls_under_way_holds() {
    static UNDER_WAY: AtomicU32 = AtomicU32::new(0);
    #[derive(Debug)]
    struct Counting;
    #[async_trait]
    impl Transport for Counting {
        async fn send(&self, _: Request<Body>) -> Result<Response<ResponseBody>, TransportError> {
            assert!(UNDER_WAY.fetch_add(1, Ordering::SeqCst) < 3);
            tokio::time::sleep(Duration::from_secs(1)).await;
            UNDER_WAY.fetch_sub(1, Ordering::SeqCst);
            Ok(Response::new(ResponseBody::from("{}")))
        }
    }
    let (engine, base) = engine_with(ScriptedTransport::default(), |options| {
        options.transport(Arc::new(Counting));
        options.max_in_flight(3);
    });
    let start = engine.clock().now();
    let calls: Vec<_> = (0..9)
        .map(|_| {
            tokio::spawn(
                Call::untabled(&engine, &base, Method::GET, "/x", Decode::nothing()).send(),
            )
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(engine.clock().now() - start, Duration::from_secs(3));
}

#[tokio::test(start_paused = true)]
async fn dropping_a_call_drops_the_attempt() {
    struct OnDrop(Arc<AtomicU32>);
    impl Drop for OnDrop {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
    #[derive(Debug)]
    struct Never(Arc<AtomicU32>);
    #[async_trait]
    impl Transport for Never {
        async fn send(&self, _: Request<Body>) -> Result<Response<ResponseBody>, TransportError> {
            let _guard = OnDrop(self.0.clone());
            std::future::pending().await
        }
    }
    let dropped = Arc::new(AtomicU32::new(0));
    let transport = Arc::new(Never(dropped.clone()));
    let (engine, base) = engine_with(ScriptedTransport::default(), |options| {
        options.transport(transport);
    });
    let call = Call::untabled(&engine, &base, Method::GET, "/x", Decode::nothing());
    assert!(
        tokio::time::timeout(Duration::from_secs(1), call.send())
            .await
            .is_err()
    );
    // The task of the call is aborted, which the runtime does when it comes to it.
    tokio::task::yield_now().await;
    assert_eq!(dropped.load(Ordering::SeqCst), 1);
}

#[test]
fn a_user_agent_that_no_header_may_hold_is_named() {
    #[derive(Debug)]
    struct Plain;
    impl Dialect for Plain {}
    let mut options = ClientOptions::default();
    options.transport(Arc::new(ScriptedTransport::default()));
    options.user_agent("a\nb");
    let error = options
        .engine("x/1", Arc::new(Plain), None, false)
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("wrong configuration: user_agent"),
        "{error}"
    );
}

#[tokio::test]
async fn a_status_that_the_call_accepts_is_a_success() {
    let wire = ScriptedTransport::from_fn(|_| Scripted::json(300, SERVER));
    assert_eq!(
        get(&wire)
            .accepting(StatusCode::MULTIPLE_CHOICES)
            .await
            .unwrap(),
        Server { id: 7 }
    );
    assert!(get(&wire).await.is_err());
    assert!(
        get(&wire)
            .accepting(StatusCode::NOT_MODIFIED)
            .await
            .is_err()
    );
}

#[tokio::test(start_paused = true)]
async fn what_may_have_happened_once_stays_said() {
    use TransportErrorKind::Interrupted;
    type Make = fn() -> Scripted;
    let cases: [(Make, Make, bool); 5] = [
        (|| fail(Interrupted), || fail(Interrupted), true),
        (|| fail(Interrupted), || Scripted::json(422, ""), true),
        (|| fail(Interrupted), || Scripted::json(201, "{}"), true),
        (|| Scripted::json(429, ""), || fail(Interrupted), true),
        (
            || Scripted::json(429, ""),
            || Scripted::json(422, ""),
            false,
        ),
    ];
    for (index, (first, second, may)) in cases.into_iter().enumerate() {
        let script = || ScriptedTransport::new([first(), second()]);
        let wire = script();
        let (engine, base) = engine_with(wire.clone(), |options| {
            options.retry(crate::retry::StandardRetry::new().max_attempts(2));
        });
        let call = Call::untabled(
            &engine,
            &base,
            Method::POST,
            "/x",
            Decode::<Server>::key("x"),
        );
        let call = call.options(|o| o.idempotent(true));
        let error = call.await.unwrap_err();
        assert_eq!(wire.seen().len(), 2, "case {index}");
        assert_eq!(error.may_have_happened(), may, "case {index}: {error}");
        // What only reads leaves nothing behind.
        let error = get(&script()).await.unwrap_err();
        assert!(!error.may_have_happened(), "case {index}: {error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_names_no_number_of_attempts_is_not_quoted_with_one() {
    #[derive(Debug)]
    struct Twice;
    impl RetryPolicy for Twice {
        fn decide(&self, attempt: &crate::retry::Attempt<'_>) -> crate::retry::Decision {
            match attempt.number {
                1 => crate::retry::Decision::Retry(Duration::from_secs(1)),
                _ => crate::retry::Decision::Stop,
            }
        }
    }
    let wire = ScriptedTransport::from_fn(|_| Scripted::json(503, ""));
    let (engine, base) = engine_with(wire.clone(), |options| options.retry(Twice));
    let call = Call::untabled(&engine, &base, Method::GET, "/x", Decode::<()>::nothing());
    assert_eq!(
        call.await.unwrap_err().to_string(),
        "GET /x failed: 503 Service Unavailable (attempt 2, 1.0 s)"
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_may_have_a_retry_policy_of_its_own() {
    let wire = ScriptedTransport::from_fn(|_| Scripted::json(503, ""));
    let (engine, base) = engine_with(wire.clone(), |options| {
        options.retry(crate::retry::StandardRetry::new().max_attempts(3));
    });
    let get = || Call::untabled(&engine, &base, Method::GET, "/x", Decode::<()>::nothing());
    let never = crate::retry::StandardRetry::never();
    let once = get().options(|o| o.retry(never)).await.unwrap_err();
    assert_eq!((once.attempts(), wire.seen().len()), (1, 1));
    let twice = crate::retry::StandardRetry::new().max_attempts(2);
    let twice = get().options(|o| o.retry(twice)).await.unwrap_err();
    assert_eq!(twice.attempts(), 2);
    assert!(twice.to_string().contains("attempt 2 of 2"), "{twice}");
    assert_eq!(get().await.unwrap_err().attempts(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_the_call_accepts_is_read_whatever_its_status_is() {
    let call = |answer: Scripted| {
        let (engine, base) = engine_for(ScriptedTransport::new([answer]));
        Call::untabled(&engine, &base, Method::GET, "/a", Decode::raw())
            .accepting_if(|response| response.body.starts_with(b"none"))
    };
    let answer = call(Scripted::json(404, "none there")).await.unwrap();
    assert_eq!(
        (answer.status, &*answer.body),
        (StatusCode::NOT_FOUND, &b"none there"[..])
    );
    for answer in [
        Scripted::json(404, "no route"),
        Scripted::json(403, "not for you"),
    ] {
        assert!(call(answer).await.unwrap_err().status().is_some());
    }
    // A download has no body yet that could be looked at.
    let error = call(Scripted::json(404, "none")).send_streaming().await;
    assert!(error.unwrap_err().is_not_found());
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_sent_once_is_never_repeated() {
    for answer in [
        fail(TransportErrorKind::NotSent),
        fail(TransportErrorKind::Interrupted),
        Scripted::json(429, "{}"),
        Scripted::json(503, "{}"),
    ] {
        let wire = ScriptedTransport::new([answer, Scripted::json(200, SERVER)]);
        let error = get(&wire).once().await.unwrap_err();
        assert_eq!((wire.seen().len(), error.attempts()), (1, 1));
        let text = error.to_string();
        assert!(
            text.contains("; not repeated, because this request is sent only once"),
            "{text}"
        );
        // Nor where the caller thinks that it does no harm.
        let wire = ScriptedTransport::new([fail(TransportErrorKind::NotSent)]);
        let call = get(&wire).once().options(|o| o.idempotent(true));
        call.await.unwrap_err();
        assert_eq!(wire.seen().len(), 1);
    }
    let wire = ScriptedTransport::new([Scripted::json(404, "{}")]);
    let text = get(&wire).once().await.unwrap_err().to_string();
    assert!(!text.contains("not repeated"), "{text}");
}

/// A service that tells of its limit in the body of a 403.
#[derive(Debug)]
struct Telling;

impl Dialect for Telling {
    fn problem(&self, response: &crate::decode::RawResponse) -> crate::error::ApiProblem {
        crate::error::ApiProblem {
            code: Some("SLOWLY".to_owned()),
            did_nothing: self.limit_reached(response).is_some(),
            ..Default::default()
        }
    }

    fn limit_reached(&self, response: &crate::decode::RawResponse) -> Option<RateLimit> {
        let limited = response.body.starts_with(b"slowly");
        limited.then(|| RateLimit::new(200, 0, None, Duration::from_secs(18)))
    }
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_a_body_tells_of_is_waited_out_or_told() {
    let call = |wire: &ScriptedTransport| {
        let (engine, base) = engine_for(wire.clone());
        let engine = engine.with_dialect(Arc::new(Telling), None);
        Call::untabled(&engine, &base, Method::POST, "/a", Decode::raw())
    };
    let slowly = || Scripted::json(403, "slowly");
    // More refusals than the policy has attempts, because these count for none.
    let answers = (0..8).map(|_| slowly()).chain([Scripted::json(200, "{}")]);
    let wire = ScriptedTransport::new(answers);
    call(&wire).await.unwrap();
    let seen = wire.seen();
    assert_eq!(seen.len(), 9);
    for two in seen.windows(2) {
        let pause = two[1].at - two[0].at;
        assert!(pause >= Duration::from_secs(18), "{pause:?}");
    }

    let wire = ScriptedTransport::from_fn(move |_| slowly());
    let error = call(&wire)
        .options(|o| o.timeout(Duration::from_secs(60)))
        .await
        .unwrap_err();
    assert!(error.is_rate_limited(), "{error}");
    // Sent at 0, 18, 36 and 54 s at the earliest.
    assert!(wire.seen().len() <= 4);
    assert_eq!(
        error
            .retry_after()
            .map(|after| after >= Duration::from_secs(18)),
        Some(true)
    );

    // Without the time for another attempt it is what the service said, and not that the queue is long.
    let wire = ScriptedTransport::from_fn(move |_| slowly());
    let error = call(&wire)
        .options(|o| o.timeout(Duration::from_secs(10)))
        .await
        .unwrap_err();
    assert_eq!((error.code(), wire.seen().len()), (Some("SLOWLY"), 1));

    let wire = ScriptedTransport::new([Scripted::json(403, "no")]);
    let error = call(&wire).await.unwrap_err();
    assert!(!error.is_rate_limited());
    assert_eq!(wire.seen().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn engines_with_a_pace_of_their_own_do_not_wait_for_each_other() {
    let wire = ScriptedTransport::from_fn(|_| Scripted::json(200, "{}"));
    let minute = Pace::new(1, Duration::from_secs(60));
    let start = crate::time::Clock::now(&crate::time::TokioClock);
    let second = |index: usize| (wire.seen()[index].at - start).as_secs();
    let (engine, base) = engine_for(wire.clone());
    let (one, other) = (engine.with_pace(minute), engine.with_pace(minute));
    for engine in [&one, &other, &one] {
        let call = Call::untabled(engine, &base, Method::GET, "/a", Decode::raw());
        call.await.unwrap();
    }
    assert_eq!([second(0), second(1), second(2)], [0, 0, 60]);

    // What the program says of the pace holds.
    let (engine, base) = engine_with(wire.clone(), |options| {
        options.pace(Some(Pace::new(1, Duration::from_secs(5))));
    });
    let engine = engine.with_pace(minute);
    for _ in 0..2 {
        let call = Call::untabled(&engine, &base, Method::GET, "/a", Decode::raw());
        call.await.unwrap();
    }
    assert_eq!(second(4) - second(3), 5);
}

#[tokio::test(start_paused = true)]
async fn an_answer_may_have_64_mib() {
    let largest = 64 * 1024 * 1024;
    for length in [largest, largest + 1] {
        let wire = ScriptedTransport::new([Scripted::json(200, "x".repeat(length))]);
        let (engine, base) = engine_for(wire);
        let answer = Call::untabled(&engine, &base, Method::GET, "/a", Decode::raw()).await;
        match answer {
            Ok(answer) => assert_eq!((length, answer.body.len()), (largest, largest)),
            Err(error) => {
                let told = "the answer is larger than 67108864 bytes; ";
                assert!(
                    length > largest && error.message().starts_with(told),
                    "{error}"
                );
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn attempts_of_a_service_in_trouble_slow_the_pace_down() {
    let trouble = |status| Scripted::json(status, "{}");
    for (first, gap) in [
        (trouble(408), 2),
        (trouble(429), 2),
        (Scripted::Hang, 2),
        (trouble(400), 1),
        (trouble(500), 1),
        (trouble(200), 1),
    ] {
        let what = format!("{first:?}");
        let wire = ScriptedTransport::new([first, trouble(200), trouble(200)]);
        let (engine, base) = engine_with(wire.clone(), |options| {
            options.pace(Some(Pace::new(1, Duration::from_secs(1)).slowing_down()));
            options.retry(crate::retry::StandardRetry::never());
            options.attempt_timeout(Duration::from_millis(100));
        });
        for _ in 0..3 {
            let call = Call::untabled(&engine, &base, Method::POST, "/a", Decode::raw());
            // Only the pace matters.
            let _ = call.await;
        }
        let seen = wire.seen();
        // Each place is one interval behind the one before it, by the pace at which that one was taken.
        assert_eq!((seen[2].at - seen[1].at).as_secs(), gap, "{what}");
    }
}
