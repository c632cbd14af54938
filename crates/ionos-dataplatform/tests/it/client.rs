//! Setting a client up, and what goes out with every request.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use cloud_core::config::Environment;
use cloud_core::credential::{Token, TokenSource};
use cloud_core::test_util::{PausedClock, Scripted, ScriptedTransport};
use cloud_sandbox::{Fault, Sandbox};
use ionos_dataplatform::config::Settings;
use ionos_dataplatform::{ApiError, Client, ClientBuilder, ErrorKind, Failover, ops};
use serde_json::json;

use crate::common::{self, DATACENTER, ID, client, cluster};

fn wire() -> ScriptedTransport {
    ScriptedTransport::from_fn(|_| Scripted::json(200, r#"{"items":["23.11"]}"#))
}

async fn sent(builder: ClientBuilder) -> http::Request<bytes::Bytes> {
    let wire = wire();
    builder
        .transport(Arc::new(wire.clone()))
        .build()
        .unwrap()
        .versions()
        .await
        .unwrap();
    wire.seen()[0].request.clone()
}

fn refused(builder: ClientBuilder) -> String {
    let error = builder.transport(Arc::new(wire())).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    error
        .to_string()
        .strip_prefix("wrong configuration: ")
        .unwrap()
        .to_owned()
}

#[test]
fn the_sandbox_knows_every_operation_and_no_other() {
    type Known<'a> = BTreeSet<(&'a str, &'a str, &'a str)>;
    let called: Known<'_> = ops::OPERATIONS
        .iter()
        .map(|o| (o.id, o.method.as_str(), o.path))
        .collect();
    let known: Known<'_> = cloud_sandbox::ionos_dataplatform::operations()
        .map(|o| (o.id, o.method, o.path))
        .collect();
    assert_eq!(called, known);
    assert_eq!(called.len(), 12);
}

#[tokio::test]
async fn a_request_on_the_wire() {
    let request = sent(Client::builder().token("abc").user_agent("my-tool/1.2")).await;
    assert_eq!(request.uri(), "https://api.ionos.com/dataplatform/versions");
    let header = |name: &str| request.headers()[name].to_str().unwrap();
    assert_eq!(
        (header("authorization"), header("accept")),
        ("Bearer abc", "application/json")
    );
    let version = env!("CARGO_PKG_VERSION");
    assert!(header("user-agent").starts_with(&format!(
        "my-tool/1.2 cloud-ionos-dataplatform/{version} (+https://"
    )));
    assert!(request.headers()["authorization"].is_sensitive());
    assert!(!request.headers().contains_key("x-contract-number"));
}

#[tokio::test]
async fn a_token_goes_before_a_password() {
    let basic = "Basic YW5uOnBhOnNz";
    for (builder, authorization) in [
        (Client::builder().basic("ann", "pa:ss"), basic),
        (
            Client::builder().basic("ann", "pa:ss").token("abc"),
            "Bearer abc",
        ),
        (
            Client::builder().token("abc").basic("ann", "pa:ss"),
            "Bearer abc",
        ),
    ] {
        assert_eq!(
            sent(builder).await.headers()["authorization"],
            authorization
        );
    }
    let env = |vars: &[(&str, &str)]| {
        Settings::load(&Environment::given(vars.iter().copied(), None)).unwrap()
    };
    let words = [
        ("IONOS_USERNAME", "ann"),
        ("IONOS_PASSWORD", "pa:ss"),
        ("IONOS_TOKEN", "abc"),
    ];
    assert_eq!(
        sent(Client::builder().settings(env(&words[..2])))
            .await
            .headers()["authorization"],
        basic
    );
    assert_eq!(
        sent(Client::builder().settings(env(&words)))
            .await
            .headers()["authorization"],
        "Bearer abc"
    );
    let rest = Settings::load_rest(&Environment::given(words, None)).unwrap();
    assert_eq!(
        sent(Client::builder().token("own").settings(rest))
            .await
            .headers()["authorization"],
        "Bearer own"
    );
    // What the program says goes before what the environment says.
    assert_eq!(
        sent(
            Client::builder()
                .basic("ann", "pa:ss")
                .settings(env(&words))
        )
        .await
        .headers()["authorization"],
        basic
    );
}

#[derive(Clone, Debug, Default)]
struct Counting(Arc<AtomicUsize>);

#[async_trait]
impl TokenSource for Counting {
    async fn fetch(&self) -> ionos_dataplatform::Result<Token> {
        let number = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        Ok(Token {
            secret: format!("token-{number}").into(),
            lifetime: None,
        })
    }
}

#[tokio::test]
async fn a_source_gives_a_new_token_when_one_is_refused() {
    let wire = ScriptedTransport::from_fn(|request| {
        let good = request.headers()["authorization"] == "Bearer token-2";
        Scripted::json(if good { 200 } else { 401 }, r#"{"items":[]}"#)
    });
    let builder = Client::builder()
        .token("unused")
        .token_source(Counting::default());
    let api = builder.transport(Arc::new(wire.clone())).build().unwrap();
    api.versions().await.unwrap();
    api.versions().await.unwrap();
    assert_eq!(wire.seen().len(), 3);
}

#[tokio::test]
async fn an_error_shows_no_token_of_a_source() {
    let wire = ScriptedTransport::from_fn(|_| {
        Scripted::json(
            403,
            r#"{"httpStatus":403,"messages":[{"errorCode":"token-1","message":"not for token-1"}]}"#,
        )
    });
    let builder = Client::builder().token_source(Counting::default());
    let error = builder
        .transport(Arc::new(wire))
        .build()
        .unwrap()
        .versions()
        .await
        .unwrap_err();
    let shown = format!("{error}{error:?}{:?}", error.api::<ApiError>());
    assert!(
        !shown.contains("token-1") && shown.contains("not for [redacted]"),
        "{shown}"
    );
}

#[tokio::test]
async fn endpoints_take_many_forms() {
    for (url, sent_to) in [
        ("https://x.example", "https://x.example/dataplatform"),
        ("https://x.example/", "https://x.example/dataplatform"),
        (
            "https://x.example/dataplatform",
            "https://x.example/dataplatform",
        ),
        (
            "https://x.example/dataplatform//",
            "https://x.example/dataplatform",
        ),
        (
            "https://x.example/behind/a/gateway/",
            "https://x.example/behind/a/gateway/dataplatform",
        ),
        ("x.example", "https://x.example/dataplatform"),
        (
            "x.example:8443/dataplatform",
            "https://x.example:8443/dataplatform",
        ),
        (
            "http://127.0.0.1:8500/ionos-dataplatform",
            "http://127.0.0.1:8500/ionos-dataplatform/dataplatform",
        ),
    ] {
        let request = sent(Client::builder().token("t").endpoint(url)).await;
        assert_eq!(
            request.uri().to_string(),
            format!("{sent_to}/versions"),
            "{url}"
        );
    }
    let env = Environment::given(
        [("IONOS_TOKEN", "t"), ("IONOS_API_URL", "env.example/")],
        None,
    );
    let found = || Settings::load(&env).unwrap();
    assert_eq!(
        sent(Client::builder().settings(found())).await.uri(),
        "https://env.example/dataplatform/versions"
    );
    let own = Client::builder().endpoint("own.example").settings(found());
    assert_eq!(
        sent(own).await.uri(),
        "https://own.example/dataplatform/versions"
    );
}

#[tokio::test]
async fn an_index_chooses_among_endpoints() {
    let of = |index: usize| {
        Client::builder()
            .token("t")
            .endpoints(["one.example", "two.example"])
            .server_index(index)
    };
    assert_eq!(sent(of(0)).await.uri().host(), Some("one.example"));
    assert_eq!(sent(of(1)).await.uri().host(), Some("two.example"));
    assert_eq!(
        refused(of(2)),
        "server_index (client builder): is 2, and there are 2 endpoints, from 0"
    );
    assert_eq!(
        sent(Client::builder().token("t").server_index(0))
            .await
            .uri()
            .host(),
        Some("api.ionos.com")
    );
    // The first client of this API forgot the host it was given when it was also given the index 0.
    let both = refused(
        Client::builder()
            .token("t")
            .endpoint("mine.example")
            .server_index(0),
    );
    assert!(both.contains("endpoint has chosen already"), "{both}");
}

#[tokio::test]
async fn the_contract_goes_with_every_request() {
    let request = sent(Client::builder().token("t").contract_number("31885571")).await;
    assert_eq!(request.headers()["x-contract-number"], "31885571");
    let env = Environment::given(
        [("IONOS_TOKEN", "t"), ("IONOS_CONTRACT_NUMBER", "42")],
        None,
    );
    let request = sent(Client::builder().settings(Settings::load(&env).unwrap())).await;
    assert_eq!(request.headers()["x-contract-number"], "42");

    let sandbox = Sandbox::new();
    let of = |number: &str| {
        Client::builder()
            .token("t")
            .contract_number(number)
            .transport(sandbox.ionos_dataplatform())
            .build()
            .unwrap()
    };
    let made = of("1").clusters().create("lake", DATACENTER).await.unwrap();
    assert_eq!(made.metadata.contract_number.as_deref(), Some("1"));
    assert!(
        of("2")
            .clusters()
            .get(&made.id)
            .await
            .unwrap_err()
            .is_not_found()
    );
}

#[test]
fn a_wrong_setting_is_one_error_that_names_it() {
    let with = || Client::builder().token("abc");
    for (builder, problem) in vec![
        (
            Client::builder(),
            "credentials: not set; give some by ClientBuilder::token or ClientBuilder::basic, or set IONOS_TOKEN",
        ),
        (
            Client::builder().token(""),
            "token (client builder): is empty",
        ),
        (
            Client::builder().token("ab c"),
            "token (client builder): holds white space at position 3",
        ),
        (
            Client::builder().basic("", "p"),
            "basic (client builder): is empty",
        ),
        (
            Client::builder().basic("a:b", "p"),
            "basic (client builder): holds a colon",
        ),
        (with().endpoint(""), "endpoint (client builder): is empty"),
        (
            with().endpoint("http://api.example.com"),
            "endpoint (client builder): is http://",
        ),
        (
            with().endpoint("ftp://x"),
            "endpoint (client builder): has the scheme ftp",
        ),
        (
            with().endpoint("https://u:p@x"),
            "endpoint (client builder): holds a user name",
        ),
        (
            with().endpoint("https://x?y=1"),
            "endpoint (client builder): must end before any ? or #",
        ),
        (
            with()
                .endpoints(["https://x", "ftp://y"])
                .failover(Failover::round_robin()),
            "endpoints (client builder): has the scheme ftp",
        ),
        (
            with().contract_number("1\n2"),
            "contract_number (client builder): must be the digits",
        ),
        (
            with().contract_number(""),
            "contract_number (client builder): must be the digits",
        ),
        (
            with().poll_interval(std::time::Duration::ZERO),
            "poll_interval (client builder): must be longer than zero",
        ),
        (
            with().user_agent("a\nb"),
            "user_agent (client builder): holds a line break",
        ),
        (
            with().proxy_headers("X-A: 1"),
            "proxy_headers (client builder): there is no proxy to send them to",
        ),
    ] {
        let error = refused(builder);
        assert!(error.starts_with(problem), "{error}");
        assert!(!error.contains("abc"), "{error}");
    }
}

#[test]
fn nothing_of_a_client_shows_a_secret() {
    let builder = Client::builder()
        .token("hunter2")
        .basic("ann", "hunter3")
        .transport(Arc::new(wire()));
    let builder = builder
        .proxy("http://u:hunter4@proxy.example")
        .proxy_headers("X-Key: hunter5");
    let shown = format!("{builder:?}{:?}", builder.clone().build().unwrap());
    assert!(!shown.contains("hunter"), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn errors_of_the_service_are_typed() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let error = api.clusters().get(ID).await.unwrap_err();
    assert!(error.is_not_found());
    let text = format!(
        "GET /clusters/{ID} failed: 404 dataplatform-not-found: there is no cluster {ID} (0.0 s)"
    );
    assert_eq!(error.to_string(), text);
    assert_eq!(error.api::<ApiError>().unwrap().http_status, 404);

    let refusal = Fault::Error {
        status: 403,
        code: "a-1".into(),
        message: "no, secret-token".into(),
    };
    sandbox.faults().next(refusal);
    let error = api.clusters().create("lake", DATACENTER).await.unwrap_err();
    assert!(error.is_auth() && error.code() == Some("a-1"));
    assert!(
        !format!("{error}{error:?}{:?}", error.api::<ApiError>()).contains("secret-token"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn only_what_is_harmless_is_repeated() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    sandbox.faults().next(Fault::ResetAfterHandling);
    let error = api.clusters().create("lake", DATACENTER).await.unwrap_err();
    assert!(
        error.may_have_happened() && error.attempts() == 1,
        "{error}"
    );
    assert!(api.clusters().find("lake").await.unwrap().is_some());
    let lake = cluster(&api, "sea").await;
    sandbox.journal().clear();
    for fault in [
        Fault::Status(503),
        Fault::RateLimited { retry_after: None },
        Fault::ResetBeforeHandling,
    ] {
        sandbox.faults().next(fault);
    }
    api.clusters().get(&lake).await.unwrap();
    assert_eq!(
        sandbox.journal().count("GET /dataplatform/clusters/{id}"),
        4
    );
    sandbox.faults().next(Fault::RateLimited {
        retry_after: Some(std::time::Duration::from_secs(7)),
    });
    let begun = tokio::time::Instant::now();
    api.clusters().update(&lake).name("pond").await.unwrap();
    assert!(
        begun.elapsed().as_secs() >= 7,
        "it was refused, so it may be sent again, when the service says"
    );
    sandbox.faults().next(Fault::Status(503));
    let error = api.clusters().update(&lake).name("pool").await.unwrap_err();
    assert_eq!(error.attempts(), 1);
}

#[derive(serde::Deserialize)]
struct Mine {
    items: Vec<serde_json::Value>,
}

#[tokio::test]
async fn answers_are_there_as_they_came() {
    let sandbox = Sandbox::new();
    let api = Client::builder()
        .token("t")
        .transport(sandbox.ionos_dataplatform())
        .clock(PausedClock::new())
        .build()
        .unwrap();
    let raw = api
        .clusters()
        .create("lake", DATACENTER)
        .send_raw()
        .await
        .unwrap();
    let body: serde_json::Value = serde_json::from_slice(&raw.body).unwrap();
    assert_eq!(
        (raw.status.as_u16(), &body["properties"]["name"]),
        (200, &json!("lake"))
    );
    assert_eq!(
        raw.headers["etag"].to_str().unwrap().trim_matches('"'),
        body["metadata"]["ETag"]
    );
    assert_eq!(
        api.clusters()
            .list()
            .page()
            .send_as::<Mine>()
            .await
            .unwrap()
            .items
            .len(),
        1
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_has_its_own_clock() {
    let wire = ScriptedTransport::from_fn(|_| Scripted::Hang);
    let api = common::scripted(&wire);
    let half = std::time::Duration::from_millis(500);
    let error = api
        .versions()
        .options(|o| o.timeout(half))
        .await
        .unwrap_err();
    assert!(error.is_timeout() && error.elapsed() == half, "{error}");
    let error = api
        .versions()
        .options(|o| o.idempotent(false))
        .await
        .unwrap_err();
    assert!(
        error.is_timeout() && error.elapsed().as_secs() == 30,
        "{error}"
    );
}

#[cfg(feature = "blocking")]
#[test]
fn everything_has_a_blocking_form() {
    let sandbox = Sandbox::builder()
        .action_duration(std::time::Duration::ZERO)
        .build();
    let builder = Client::builder()
        .token("t")
        .transport(sandbox.ionos_dataplatform());
    let api = builder
        .poll_interval(std::time::Duration::from_millis(1))
        .build()
        .unwrap();
    let lake = api
        .clusters()
        .create("lake", DATACENTER)
        .send_blocking()
        .unwrap()
        .wait()
        .wait_blocking()
        .unwrap();
    assert_eq!(
        api.clusters()
            .list()
            .items_blocking()
            .map(|c| c.unwrap().id)
            .collect::<Vec<_>>(),
        std::slice::from_ref(&lake.id)
    );
    assert!(
        api.clusters()
            .find("lake")
            .send_blocking()
            .unwrap()
            .is_some()
    );
    api.clusters()
        .delete(&lake)
        .send_blocking()
        .unwrap()
        .wait()
        .wait_blocking()
        .unwrap();
}
