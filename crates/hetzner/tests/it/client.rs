//! Setting a client up, and what goes out with every request.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use cloud_core::config::Environment;
use cloud_core::test_util::{PausedClock, Scripted, ScriptedTransport};
use hetzner::config::Settings;
use hetzner::{Client, ClientBuilder, ErrorKind};

fn wire() -> ScriptedTransport {
    ScriptedTransport::from_fn(|_| Scripted::json(200, r#"{"server":{"id":1},"locations":[]}"#))
}

fn refused(builder: ClientBuilder) -> String {
    let error = builder.transport(Arc::new(wire())).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    error.to_string()
}

#[tokio::test]
async fn a_request_on_the_wire() {
    let wire = wire();
    let api = Client::builder()
        .token("abc")
        .user_agent("my-tool/1.2")
        .transport(Arc::new(wire.clone()))
        .build()
        .unwrap();
    api.servers().get(1).await.unwrap();
    let request = &wire.seen()[0].request;
    assert_eq!(request.uri(), "https://api.hetzner.cloud/v1/servers/1");
    let header = |name: &str| request.headers()[name].to_str().unwrap();
    assert_eq!(
        (header("authorization"), header("accept")),
        ("Bearer abc", "application/json")
    );
    let version = env!("CARGO_PKG_VERSION");
    assert!(
        header("user-agent")
            .starts_with(&format!("my-tool/1.2 cloud-hetzner/{version} (+https://"))
    );
    assert!(request.headers()["authorization"].is_sensitive());
}

#[test]
fn the_sandbox_knows_every_operation_and_no_other() {
    fn known<'a>(
        all: impl Iterator<Item = (&'a str, &'a str, &'a str)>,
    ) -> BTreeSet<(&'a str, &'a str, &'a str)> {
        all.collect()
    }
    let called = known(
        hetzner::ops::OPERATIONS
            .iter()
            .map(|o| (o.id, o.method.as_str(), o.path)),
    );
    assert_eq!(
        called,
        known(cloud_sandbox::hetzner::operations().map(|o| (o.id, o.method, o.path)))
    );
    assert_eq!(called.len(), hetzner::ops::OPERATIONS.len());
}

#[test]
fn a_wrong_setting_is_one_error_that_names_it() {
    let with = || Client::builder().token("abc");
    for (builder, problem) in [
        (
            Client::builder(),
            "token: not set; give one by ClientBuilder::token, or set HCLOUD_TOKEN",
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
            Client::builder().token("abc\n"),
            "token (client builder): holds a line break at position 4",
        ),
        (
            with().endpoint("api.example.com/v1"),
            "endpoint (client builder): has no scheme: write https://api.",
        ),
        (
            with().endpoint("http://api.example.com/v1"),
            "endpoint (client builder): is http://",
        ),
        (
            with().hetzner_endpoint("ftp://x/v1"),
            "hetzner_endpoint (client builder): has the scheme ftp",
        ),
        (
            with().user_agent("a\nb"),
            "user_agent (client builder): holds a line break",
        ),
        (
            with().poll_interval(std::time::Duration::ZERO),
            "poll_interval (client builder): must be longer than zero",
        ),
    ] {
        let error = refused(builder);
        assert!(
            error.starts_with(&format!("wrong configuration: {problem}")),
            "{error}"
        );
        assert!(!error.contains("abc"), "{error}");
    }
}

#[test]
fn http_is_allowed_to_loopback_or_by_word() {
    let build = |url: &str, allow| {
        let builder = Client::builder()
            .token("abc")
            .endpoint(url)
            .allow_http(allow);
        builder.transport(Arc::new(wire())).build()
    };
    assert_eq!(
        build("http://127.0.0.1:8500/hetzner/v1/", false)
            .unwrap()
            .endpoint(),
        "http://127.0.0.1:8500/hetzner/v1"
    );
    assert!(build("http://10.0.0.1/v1", false).is_err());
    assert!(build("http://10.0.0.1/v1", true).is_ok());
}

#[tokio::test]
async fn the_environment_sets_token_and_endpoints_and_the_builder_goes_first() {
    let vars = [
        ("HCLOUD_TOKEN", "from-env"),
        ("HCLOUD_ENDPOINT", "http://127.0.0.1:1/hetzner/v1"),
        ("HETZNER_ENDPOINT", "http://127.0.0.1:2/hetzner/v1"),
        ("HCLOUD_HTTP_TIMEOUT", "7s"),
    ];
    let found = || Settings::load(&Environment::given(vars, None)).unwrap();
    let wire = wire();
    let api = Client::builder()
        .settings(found())
        .transport(Arc::new(wire.clone()))
        .build()
        .unwrap();
    assert_eq!(
        (api.endpoint(), api.hetzner_endpoint()),
        (vars[1].1, vars[2].1)
    );
    api.locations().list().page().await.unwrap();
    assert_eq!(
        wire.seen()[0].request.headers()["authorization"],
        "Bearer from-env"
    );

    let own = Client::builder()
        .token("own")
        .endpoint("https://own.example/v1")
        .attempt_timeout(Duration::from_secs(3))
        .settings(found());
    assert!(format!("{own:?}").contains("attempt_timeout: 3s"));
    let found = Client::builder().settings(found());
    assert!(format!("{found:?}").contains("attempt_timeout: 7s"));
    let api = own.transport(Arc::new(wire.clone())).build().unwrap();
    assert_eq!(api.endpoint(), "https://own.example/v1");
    api.locations().list().page().await.unwrap();
    assert_eq!(
        wire.seen()[1].request.headers()["authorization"],
        "Bearer own"
    );

    let bad = Settings::load(&Environment::given(
        [("HCLOUD_TOKEN", "abc"), ("HCLOUD_ENDPOINT", "127.0.0.1")],
        None,
    ));
    let error = refused(Client::builder().settings(bad.unwrap()));
    assert!(
        error.contains("HCLOUD_ENDPOINT (environment): has no scheme"),
        "{error}"
    );
}

/// The code, and the names of details that this crate does not know, are as much of an answer as the message.
#[tokio::test]
async fn no_part_of_an_error_shows_the_token() {
    let body = r#"{"error":{"code":"secret-token","message":["secret-token"],"details":{"secret-token":1}}}"#;
    let wire = ScriptedTransport::new([Scripted::json(400, body)]);
    let api = Client::builder()
        .token("secret-token")
        .transport(Arc::new(wire))
        .build()
        .unwrap();
    let error = api.servers().get(1).await.unwrap_err();
    let shown = format!(
        "{error}{error:?}{:?}",
        error.api::<hetzner::ApiError>().unwrap()
    );
    assert!(
        !shown.contains("secret-token") && error.code() == Some("[redacted]"),
        "{shown}"
    );
}

#[test]
fn nothing_of_a_client_shows_the_token() {
    let builder = Client::builder()
        .token("hunter2")
        .transport(Arc::new(wire()));
    let shown = format!("{builder:?}{:?}", builder.clone().build().unwrap());
    assert!(!shown.contains("hunter2"), "{shown}");
    let api = builder.build().unwrap();
    let create = api.servers().create("a", "b", "c").user_data("hunter2");
    assert!(!format!("{create:?}").contains("hunter2"));
}

#[tokio::test(start_paused = true)]
async fn the_preferences_of_the_hcloud_program_count() {
    let file = "active_context = \"x\"\n[[contexts]]\nname = \"x\"\ntoken = \"ctx\"\n[contexts.preferences]\n\
                poll_interval = \"2s\"\nhttp_timeout = \"7s\"\n";
    let env = Environment::given([("HCLOUD_CONFIG", "/c.toml")], None).with_file("/c.toml", file);
    let wire = ScriptedTransport::from_fn(|_| Scripted::Hang);
    let builder = Client::builder()
        .settings(Settings::load(&env).unwrap())
        .transport(Arc::new(wire.clone()));
    let api = builder.clock(PausedClock::new()).build().unwrap();
    let error = api
        .locations()
        .list()
        .options(|o| o.idempotent(false))
        .page()
        .await
        .unwrap_err();
    assert!(
        error.is_timeout() && error.elapsed().as_secs() == 7,
        "{error}"
    );
    let begun = tokio::time::Instant::now();
    let wait = api
        .actions()
        .wait(1)
        .timeout(std::time::Duration::from_secs(5));
    assert!(wait.await.is_err());
    let first_look = wire.seen()[1].at - begun.into_std();
    assert!(
        (1.5..=2.0).contains(&first_look.as_secs_f64()),
        "{first_look:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_value_comes_with_the_correlation_id_of_its_answer() {
    let headers = [
        ("x-correlation-id", "9f3c"),
        ("ratelimit-limit", "3600"),
        ("ratelimit-remaining", "3599"),
    ];
    let wire = ScriptedTransport::from_fn(move |_| {
        Scripted::with_headers(201, &headers, r#"{"server":{"id":7},"action":{"id":1}}"#)
    });
    let builder = Client::builder().token("t").transport(Arc::new(wire));
    let api = builder.clock(PausedClock::new()).build().unwrap();
    let create = api.servers().create("web-1", "cx23", "debian-13");
    let response = create.send_with_response().await.unwrap();
    assert_eq!(response.value.resource.id.0, 7);
    assert_eq!(response.request_id.as_deref(), Some("9f3c"));
    assert_eq!(response.rate_limit.unwrap().remaining, 3599);
    assert_eq!(response.status.as_u16(), 201);
}

/// What the program sets goes before the environment, and nothing is written unless one of them says so.
#[tokio::test(start_paused = true)]
async fn hcloud_debug_writes_requests_and_answers_to_its_file() {
    let answer = r#"{"server":{"id":7,"name":"secret-token"},"root_password":"hunter2"}"#;
    let path = std::env::temp_dir().join(format!("hcloud-debug-{}", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let file = path.to_str().unwrap();
    let send = async |debug: &'static str, change: fn(ClientBuilder) -> ClientBuilder| {
        let vars = [
            ("HCLOUD_TOKEN", "secret-token"),
            ("HCLOUD_DEBUG", debug),
            ("HCLOUD_DEBUG_FILE", file),
        ];
        let found = Settings::load(&Environment::given(vars, None)).unwrap();
        let wire = ScriptedTransport::from_fn(move |_| Scripted::json(201, answer));
        let builder = Client::builder().settings(found).transport(Arc::new(wire));
        let api = change(builder.clock(PausedClock::new())).build().unwrap();
        let create = api.servers().create("web-1", "cx23", "debian-13");
        create.user_data("hunter2").await.unwrap();
    };
    send("0", |builder| builder).await;
    send("1", |builder| {
        builder.wire_log(hetzner::WireLog::new(std::io::sink()))
    })
    .await;
    assert!(!path.exists());
    send("1", |builder| builder).await;
    send("1", |builder| builder).await;
    let written = std::fs::read_to_string(&path).unwrap();
    #[cfg(unix)]
    {
        let mode = std::fs::metadata(&path).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::mode(&mode.permissions());
        assert_eq!(mode & 0o777, 0o600);
    }
    std::fs::remove_file(&path).unwrap();
    for part in [
        "#1 --> POST https://api.hetzner.cloud/v1/servers\n",
        "#1     authorization: [redacted]\n",
        r#"#1     {"name":"web-1","server_type":"cx23","image":"debian-13","user_data":"[redacted]"}"#,
        "#1 <-- 201 Created\n",
        r#"#1     {"server":{"id":7,"name":"[redacted]"},"root_password":"[redacted]"}"#,
    ] {
        // Both clients have added to it.
        assert_eq!(written.matches(part).count(), 2, "{part}: {written}");
    }
    assert!(!written.contains("hunter2") && !written.contains("secret-token"));

    let vars = [
        ("HCLOUD_TOKEN", "t"),
        ("HCLOUD_DEBUG", "1"),
        ("HCLOUD_DEBUG_FILE", "/nowhere/at/all"),
    ];
    let found = Settings::load(&Environment::given(vars, None)).unwrap();
    let error = refused(Client::builder().settings(found));
    assert!(
        error.contains("HCLOUD_DEBUG_FILE (environment): cannot be written: "),
        "{error}"
    );
}

#[cfg(feature = "blocking")]
#[test]
fn everything_has_a_blocking_form() {
    let sandbox = cloud_sandbox::Sandbox::builder()
        .action_duration(std::time::Duration::ZERO)
        .build();
    let api = Client::builder()
        .token("t")
        .transport(sandbox.hetzner())
        .build()
        .unwrap();
    let created = api
        .servers()
        .create("web", "cx23", "debian-13")
        .send_blocking()
        .unwrap();
    assert!(created.wait().wait_blocking().unwrap().is_running());
    assert_eq!(
        api.servers()
            .list()
            .items_blocking()
            .map(|s| s.unwrap().name)
            .collect::<Vec<_>>(),
        ["web"]
    );
    assert_eq!(api.servers().list().all_blocking().unwrap().len(), 1);
    assert!(api.servers().find("web").send_blocking().unwrap().is_some());
    api.servers()
        .update(created.resource.id)
        .name("web-2")
        .send_blocking()
        .unwrap();
    assert_eq!(
        api.servers()
            .get(created.resource.id)
            .send_blocking()
            .unwrap()
            .name,
        "web-2"
    );
}
