use std::time::Duration;

use http::header;

use super::*;
use crate::body::Body;
use crate::call::{Call, CallBuilder};
use crate::config::{BaseUrl, Origin, Setting};
use crate::credential::Bearer;
use crate::decode::Decode;
use crate::engine::Engine;
use crate::options::ClientOptions;
use crate::request::Dialect;
use crate::retry::StandardRetry;
use crate::test_util::{PausedClock, Scripted, ScriptedTransport};
use crate::transport::TransportErrorKind;

/// What was written, for a test to read.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap()
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[derive(Debug)]
struct Knowing(Secrets);

impl Dialect for Knowing {
    fn secrets(&self) -> Option<&Secrets> {
        Some(&self.0)
    }
}

/// An engine that sends `t0ken-123` and knows it, and writes everything down.
fn logging(answers: impl IntoIterator<Item = Scripted>, log: WireLog) -> (Engine, BaseUrl) {
    let mut options = ClientOptions::default();
    options.transport(Arc::new(ScriptedTransport::new(answers)));
    options.clock(PausedClock::new());
    options.retry(StandardRetry::new().max_attempts(1));
    options.wire_log(log);
    let token = Setting::new("t0ken-123".into(), Origin::Builder("token"));
    let bearer = Bearer::new(&token).unwrap();
    let dialect = Knowing(Secrets::new(["t0ken-123".into()]));
    let engine = options.engine("x/1", Arc::new(dialect), Some(Arc::new(bearer)), true);
    let url = Setting::new(
        "http://127.0.0.1/v1".to_owned(),
        Origin::Builder("endpoint"),
    );
    (engine.unwrap(), BaseUrl::parse(&url, true).unwrap())
}

fn call(engine: &Engine, base: &BaseUrl, method: Method) -> Call<crate::decode::RawResponse> {
    Call::untabled(engine, base, method, "/servers", Decode::raw())
}

#[tokio::test(start_paused = true)]
async fn a_request_and_its_answer_are_written_down_without_secrets() {
    let written = Written::default();
    let answer =
        r#"{"server":{"id":7,"name":"web t0ken-123"},"root_password":"hunter2","next_token":""}"#;
    let headers = [
        ("content-type", "application/json"),
        ("x-subject-token", "gAAAA"),
        ("x-echo", "t0ken-123"),
    ];
    let log = WireLog::new(written.clone());
    let (engine, base) = logging([Scripted::with_headers(201, &headers, answer)], log);
    let body = serde_json::json!({
        "name": "web", "user_data": "#cloud-config", "ssh_keys": [1],
        "auth": {"Api-Key": {"a": 1}, "note": "t0ken-123"}, "password": null,
    });
    let call = call(&engine, &base, Method::POST)
        .query("name", "web")
        .query("access_token", "abc")
        .json(&body);
    call.await.unwrap();
    assert_eq!(
        written.take(),
        r#"#1 --> POST http://127.0.0.1/v1/servers?name=web&access_token=[redacted]
#1     accept: application/json
#1     user-agent: x/1
#1     content-type: application/json
#1     authorization: [redacted]
#1     {"auth":{"Api-Key":"[redacted]","note":"[redacted]"},"name":"web","password":null,"ssh_keys":[1],"user_data":"[redacted]"}
#1 <-- 201 Created
#1     content-type: application/json
#1     x-subject-token: [redacted]
#1     x-echo: [redacted]
#1     {"server":{"id":7,"name":"web [redacted]"},"root_password":"[redacted]","next_token":""}
"#
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_neither_json_nor_a_form_is_told_by_its_length() {
    let written = Written::default();
    let log = WireLog::new(written.clone());
    let text = [("content-type", "text/plain")];
    let (engine, base) = logging(
        [
            Scripted::with_headers(200, &text, "a kubeconfig, say"),
            Scripted::with_headers(200, &text, "{}"),
            Scripted::with_headers(502, &text, "no\nt0ken-123"),
        ],
        log,
    );
    let send = |kind, body: Body| call(&engine, &base, Method::PUT).body(kind, body);
    let form = "user=ann&client_secret=abc&note=t0ken-123";
    let form = Body::from(form.as_bytes().to_vec());
    send("application/x-www-form-urlencoded", form)
        .await
        .unwrap();
    let shown = written.take();
    assert!(
        shown.contains("#1     user=ann&client_secret=[redacted]&note=[redacted]\n"),
        "{shown}"
    );
    assert!(
        shown.ends_with("#1     content-type: text/plain\n#1     17 bytes\n"),
        "{shown}"
    );

    send("text/plain", Body::from(b"all of it".to_vec()))
        .await
        .unwrap();
    let shown = written.take();
    assert!(shown.contains("#2     9 bytes\n"), "{shown}");
    assert!(shown.ends_with("#2     {}\n"), "{shown}");

    send("text/plain", Body::from(vec![0xff]))
        .await
        .unwrap_err();
    let shown = written.take();
    assert!(shown.contains("#3     1 bytes\n"), "{shown}");
    assert!(shown.ends_with("#3     no [redacted]\n"), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn what_has_no_answer_is_told_too() {
    let written = Written::default();
    let log = WireLog::new(written.clone());
    let (engine, base) = logging(
        [
            Scripted::Failure(TransportErrorKind::NotSent),
            Scripted::Hang,
            Scripted::cut(200, "{\"a\":"),
            Scripted::with_headers(200, &[], "{}"),
        ],
        log,
    );
    let get = || call(&engine, &base, Method::GET);
    get().await.unwrap_err();
    let shown = written.take();
    assert!(shown.contains("\n#1 <-- no answer: "), "{shown}");
    let limit = Duration::from_secs(5);
    get()
        .options(|o| o.attempt_timeout(limit))
        .await
        .unwrap_err();
    assert!(written.take().ends_with("\n#2 <-- given up\n"));
    get().await.unwrap_err();
    assert!(written.take().contains("\n#3 <-- no answer: "));
    get().send_streaming().await.unwrap();
    assert!(
        written
            .take()
            .ends_with("#4 <-- 200 OK\n#4     a body that is read piece by piece\n")
    );
}

#[tokio::test(start_paused = true)]
async fn a_log_that_cannot_be_written_fails_no_call() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let (engine, base) = logging([Scripted::json(200, "{}")], WireLog::new(Full));
    call(&engine, &base, Method::GET).await.unwrap();
}

#[test]
fn a_long_body_is_cut() {
    let body = format!("[{}1]", "1,".repeat(SHOWN));
    let shown = shown_body("", body.as_bytes(), false, &Secrets::default()).unwrap();
    assert_eq!(shown, body);
    let mut text = String::new();
    let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static("a/b"))]);
    push_body(
        &mut text,
        1,
        &headers,
        body.as_bytes(),
        false,
        &Secrets::default(),
    );
    assert!(text.len() < SHOWN + 100, "{}", text.len());
    let large = vec![b' '; LARGEST_BODY + 1];
    assert_eq!(shown_body("", &large, false, &Secrets::default()), None);
}

#[test]
fn names_of_secrets_are_recognized_in_every_spelling() {
    for name in [
        "password",
        "root_password",
        "adminPass-word",
        "X-Auth-Token",
        "private_key",
        "privateKey",
        "user_data",
        "applicationSecret",
        "consumerKey",
        "credentialId",
        "wss_url",
        "Set-Cookie",
    ] {
        assert!(is_secret(name), "{name}");
    }
    for name in [
        "name",
        "public_key",
        "key",
        "ssh_keys",
        "url",
        "user",
        "next_page",
    ] {
        assert!(!is_secret(name), "{name}");
    }
}
