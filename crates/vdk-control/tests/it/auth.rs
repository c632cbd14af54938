//! Tokens: how they are asked for, renewed and kept, and what happens when there are none.

use std::sync::Arc;
use std::time::Duration;

use cloud_core::config::Environment;
use cloud_core::test_util::{Scripted, ScriptedTransport};
use http::Request;
use vdk_control::config::Settings;
use vdk_control::{Client, ClientBuilder, ErrorKind};

use crate::common::{Folder, builder};

const TOKENS: &str = "https://login.example/oauth/token/";

/// A service that accepts the token `good-1`, then after its end `good-2` and so on, and the token service beside it.
fn service(answer: impl Fn(usize, &str) -> Scripted + Send + Sync + 'static) -> ScriptedTransport {
    let asked = std::sync::atomic::AtomicUsize::new(0);
    ScriptedTransport::from_fn(move |request: &Request<bytes::Bytes>| {
        if request.uri().host() == Some("login.example") {
            let number = asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
            return answer(number, std::str::from_utf8(request.body()).unwrap());
        }
        let token = request
            .headers()
            .get("authorization")
            .and_then(|token| token.to_str().ok());
        if token.is_some_and(|token| token.starts_with("Bearer good")) {
            Scripted::json(200, r#"{"api_version":"1"}"#)
        } else {
            Scripted::with_headers(401, &[], "")
        }
    })
}

fn good(number: usize) -> Scripted {
    Scripted::json(
        200,
        format!(r#"{{"access_token":"good-{number}","expires_in":600,"token_type":"bearer"}}"#),
    )
}

fn asked(wire: &ScriptedTransport) -> Vec<(String, Option<String>)> {
    let asked = wire
        .seen()
        .into_iter()
        .filter(|seen| seen.request.uri().host() == Some("login.example"));
    let form = |seen: cloud_core::test_util::Seen| {
        let (method, uri) = (seen.request.method(), seen.request.uri());
        assert_eq!(
            (method.as_str(), uri.to_string().as_str()),
            ("POST", TOKENS)
        );
        assert_eq!(
            seen.request.headers()["content-type"],
            "application/x-www-form-urlencoded"
        );
        let basic = seen
            .request
            .headers()
            .get("authorization")
            .map(|value| value.to_str().unwrap().to_owned());
        (
            String::from_utf8(seen.request.body().to_vec()).unwrap(),
            basic,
        )
    };
    asked.map(form).collect()
}

async fn info(api: &Client) -> vdk_control::Result<()> {
    api.team("t").info().await.map(drop)
}

#[tokio::test(start_paused = true)]
async fn an_api_token_is_exchanged_once_and_renewed_during_a_long_run() {
    let wire = service(|number, _| good(number));
    let api = builder(&wire)
        .api_token("api&token=", TOKENS)
        .build()
        .unwrap();
    assert!(
        wire.seen().is_empty(),
        "nothing is fetched before it is needed"
    );
    info(&api).await.unwrap();
    info(&api).await.unwrap();
    assert_eq!(
        asked(&wire),
        [(
            "grant_type=refresh_token&refresh_token=api%26token%3D".to_owned(),
            None
        )]
    );
    assert_eq!(
        wire.seen()[1].request.headers()["authorization"],
        "Bearer good-1"
    );
    tokio::time::sleep(Duration::from_secs(590)).await;
    // The call goes with the token at hand, which is renewed beside it.
    info(&api).await.unwrap();
    info(&api).await.unwrap();
    assert_eq!(asked(&wire).len(), 2);
    assert_eq!(
        wire.seen().last().unwrap().request.headers()["authorization"],
        "Bearer good-2"
    );
}

#[tokio::test(start_paused = true)]
async fn client_credentials_and_refresh_tokens() {
    let wire = service(|number, _| good(number));
    let api = builder(&wire)
        .client_credentials(TOKENS, "me", "s/3")
        .build()
        .unwrap();
    info(&api).await.unwrap();
    let basic = Some("Basic bWU6cyUyRjM=".to_owned());
    assert_eq!(
        asked(&wire),
        [("grant_type=client_credentials".to_owned(), basic.clone())]
    );

    // The service gives another refresh token each time, and takes each once.
    let wire = service(|number, form| match form.rsplit('=').next() {
        Some("first") if number == 1 => Scripted::json(
            200,
            r#"{"access_token":"good","expires_in":"100","refresh_token":"second"}"#,
        ),
        Some("second") => good(number),
        _ => Scripted::json(400, r#"{"error":"invalid_grant"}"#),
    });
    let api = builder(&wire)
        .refresh_token(TOKENS, "me", "s/3", "first")
        .build()
        .unwrap();
    info(&api).await.unwrap();
    tokio::time::sleep(Duration::from_secs(120)).await;
    info(&api).await.unwrap();
    let forms: Vec<_> = asked(&wire);
    assert_eq!(
        forms[1],
        (
            "grant_type=refresh_token&refresh_token=second".to_owned(),
            basic
        )
    );
    let shown = format!(
        "{api:?} {:?}",
        builder(&wire).refresh_token(TOKENS, "me", "s/3", "first")
    );
    assert!(
        !shown.contains("first") && !shown.contains("s/3") && !shown.contains("good"),
        "{shown}"
    );
}

/// A network on which answers take their time.
#[derive(Debug)]
struct Slow(ScriptedTransport);

#[async_trait::async_trait]
impl cloud_core::transport::Transport for Slow {
    async fn send(
        &self,
        request: Request<cloud_core::body::Body>,
    ) -> Result<http::Response<cloud_core::body::ResponseBody>, cloud_core::transport::TransportError>
    {
        let answer = self.0.send(request).await;
        tokio::time::sleep(Duration::from_secs(5)).await;
        answer
    }
}

/// The service takes each refresh token once, whether or not the caller is still there for the answer.
#[tokio::test(start_paused = true)]
async fn a_refresh_token_is_not_lost_with_the_call_that_spent_it() {
    let wire = service(|number, form| {
        let (spent, next) = [("first", "second"), ("second", "third")][number - 1];
        if form.rsplit('=').next() != Some(spent) {
            return Scripted::json(400, r#"{"error":"invalid_grant"}"#);
        }
        Scripted::json(
            200,
            format!(
                r#"{{"access_token":"good-{number}","expires_in":600,"refresh_token":"{next}"}}"#
            ),
        )
    });
    let api = builder(&wire)
        .refresh_token(TOKENS, "me", "s/3", "first")
        .transport(Arc::new(Slow(wire.clone())));
    let api = api.build().unwrap();
    for _ in 0..3 {
        tokio::time::timeout(Duration::from_secs(1), info(&api))
            .await
            .unwrap_err();
    }
    // The renewal has gone on all the time.
    info(&api).await.unwrap();
    assert_eq!(asked(&wire).len(), 1);
    tokio::time::sleep(Duration::from_secs(600)).await;
    info(&api).await.unwrap();
    let forms: Vec<_> = asked(&wire).into_iter().map(|(form, _)| form).collect();
    assert_eq!(
        forms,
        ["first", "second"].map(|token| format!("grant_type=refresh_token&refresh_token={token}"))
    );
}

/// And so may the Control Service, of a token that was given or fetched.
#[tokio::test(start_paused = true)]
async fn an_error_does_not_repeat_the_token_that_the_service_quotes() {
    let refused = || {
        Scripted::json(
            400,
            r#"{"what":"fixed-token is bad","messages":[{"good-token":"api-token"}]}"#,
        )
    };
    let wire = ScriptedTransport::from_fn(move |request| match request.uri().host() {
        Some("tokens.test") => {
            Scripted::json(200, r#"{"access_token":"good-token","expires_in":600}"#)
        }
        _ => refused(),
    });
    let clients = [
        (builder(&wire).token("fixed-token"), vec!["fixed-token"]),
        (
            builder(&wire).api_token("api-token", "https://tokens.test/t"),
            vec!["api-token", "good-token"],
        ),
    ];
    for (builder, secrets) in clients {
        let error = info(&builder.build().unwrap()).await.unwrap_err();
        let shown = format!(
            "{error}{error:?}{:?}",
            error.api::<vdk_control::ApiError>().unwrap()
        );
        assert!(
            secrets.iter().all(|secret| !shown.contains(secret)) && shown.contains("[redacted]"),
            "{shown}"
        );
    }
}

/// Some services say which token it was that they do not like.
#[tokio::test(start_paused = true)]
async fn an_error_does_not_repeat_the_secrets_that_the_token_service_quotes() {
    for said in [
        "invalid token: s3cr%t/1 of hunter&2",
        "s3cr%25t%2F1 hunter%262",
    ] {
        let refused =
            serde_json::json!({"error": "invalid_grant", "error_description": said}).to_string();
        let wire = service(move |_, _| Scripted::json(400, refused.clone()));
        let api = builder(&wire)
            .refresh_token(TOKENS, "me", "hunter&2", "s3cr%t/1")
            .build()
            .unwrap();
        let text = info(&api).await.unwrap_err().to_string();
        assert!(text.contains("[redacted]"), "{text}");
        assert!(!text.contains("s3cr") && !text.contains("hunter"), "{text}");
    }
    for body in [
        r#""eyJhbGciOi""#,
        r#"{"access_token": "a", "refresh_token": {"eyJhbGciOi": 1}}"#,
    ] {
        let wire = service(move |_, _| Scripted::json(200, body));
        let error = info(&builder(&wire).api_token("t", TOKENS).build().unwrap())
            .await
            .unwrap_err();
        assert!(
            error
                .to_string()
                .contains("no JSON object with a token: invalid type: "),
            "{error}"
        );
        assert!(!format!("{error} {error:?}").contains("eyJ"), "{error:?}");
    }
}

/// A lifetime that makes no sense is none: the token serves until it is refused.
#[tokio::test(start_paused = true)]
async fn no_lifetime_of_a_token_is_too_strange() {
    for life in ["0", "-5", "9223372036854775807", "1e300", "null", "\"600\""] {
        let answer =
            format!(r#"{{"access_token":"good","expires_in":{life},"refresh_token":"new"}}"#);
        let wire = service(move |_, _| Scripted::json(200, answer.clone()));
        let api = builder(&wire)
            .refresh_token(TOKENS, "me", "s", "old")
            .build()
            .unwrap();
        info(&api).await.unwrap();
        info(&api).await.unwrap();
        assert_eq!(asked(&wire).len(), 1, "{life}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_refused_is_renewed_once() {
    let wire = service(|number, _| match number {
        1 => Scripted::json(200, r#"{"access_token":"revoked","expires_in":600}"#),
        _ => good(number),
    });
    let api = builder(&wire).api_token("t", TOKENS).build().unwrap();
    info(&api).await.unwrap();
    assert_eq!(asked(&wire).len(), 2);
    let wire = service(|_, _| Scripted::json(200, r#"{"access_token":"bad","expires_in":600}"#));
    let error = info(&builder(&wire).api_token("t", TOKENS).build().unwrap())
        .await
        .unwrap_err();
    assert!(error.is_auth() && asked(&wire).len() == 2, "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_token_that_cannot_be_had_is_a_typed_error_with_the_reason() {
    let refused = r#"{"error":"invalid_grant","error_description":"the API token has ended"}"#;
    for (answer, reason) in [
        (
            Scripted::json(400, refused),
            "400 invalid_grant: the API token has ended",
        ),
        (
            Scripted::json(200, r#"{"token_type":"bearer"}"#),
            "has no access_token",
        ),
        (Scripted::json(200, "<html>"), "answer not understood"),
    ] {
        let answer = std::sync::Mutex::new(Some(answer));
        let wire = service(move |_, _| {
            answer
                .lock()
                .unwrap()
                .take()
                .unwrap_or_else(|| Scripted::json(400, refused))
        });
        let error = info(&builder(&wire).api_token("s3cr3t", TOKENS).build().unwrap())
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind(), error.is_auth()),
            (ErrorKind::Credential, true)
        );
        let text = error.to_string();
        assert!(
            text.contains("GET /data-jobs/for-team/t/info failed: no token: "),
            "{text}"
        );
        assert!(
            text.contains("/oauth/token/") && text.contains(reason) && !text.contains("s3cr3t"),
            "{text}"
        );
        assert_eq!(wire.seen().len(), 1, "the call itself was not sent");
    }
}

#[tokio::test]
async fn a_service_without_security_needs_no_token() {
    let wire = ScriptedTransport::from_fn(|_| Scripted::json(200, "{}"));
    let plain = || {
        Client::builder()
            .endpoint("http://localhost:8092")
            .transport(Arc::new(wire.clone()))
    };
    info(&plain().build().unwrap()).await.unwrap();
    info(&plain().token("t").no_credential().build().unwrap())
        .await
        .unwrap();
    assert!(
        wire.seen()
            .iter()
            .all(|seen| !seen.request.headers().contains_key("authorization"))
    );
}

fn found(
    wire: &ScriptedTransport,
    variables: &[(&str, &str)],
    cache: Option<&str>,
) -> ClientBuilder {
    let mut env = Environment::given(variables.iter().copied(), Some("/home/ann".into()));
    if let Some(cache) = cache {
        env = env.with_file("/home/ann/.vdk.internal/vdk-cred.json", cache);
    }
    let settings = Settings::load(&env).unwrap();
    Client::builder()
        .endpoint("http://localhost:8092")
        .transport(Arc::new(wire.clone()))
        .clock(cloud_core::test_util::PausedClock::new())
        .settings(settings)
}

#[tokio::test(start_paused = true)]
async fn a_stale_login_does_not_stop_calls_to_a_service_that_needs_none() {
    let variables = [
        ("VDK_API_TOKEN", "old"),
        ("VDK_API_TOKEN_AUTHORIZATION_URL", TOKENS),
    ];
    let open = ScriptedTransport::from_fn(|request| match request.uri().host() {
        Some("login.example") => Scripted::json(400, r#"{"error":"invalid_grant"}"#),
        _ => Scripted::json(200, "{}"),
    });
    let api = found(&open, &variables, None).build().unwrap();
    info(&api).await.unwrap();
    info(&api).await.unwrap();
    assert_eq!(asked(&open).len(), 1, "not asked for again at once");
    for (later, tries) in [(29, 1), (1, 2), (29, 2), (1, 3)] {
        tokio::time::sleep(Duration::from_secs(later)).await;
        info(&api).await.unwrap();
        assert_eq!(asked(&open).len(), tries);
    }

    let closed = service(|_, _| Scripted::json(400, r#"{"error":"invalid_grant"}"#));
    let error = info(&found(&closed, &variables, None).build().unwrap())
        .await
        .unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains(
            "401 Unauthorized: sent without a token: POST /oauth/token/ failed: 400 invalid_grant"
        ),
        "{text}"
    );
    assert!(error.is_auth());
}

#[tokio::test(start_paused = true)]
async fn a_token_service_that_is_away_for_a_moment_costs_a_pause_only() {
    let variables = [
        ("VDK_API_TOKEN", "old"),
        ("VDK_API_TOKEN_AUTHORIZATION_URL", TOKENS),
    ];
    let wire = service(|number, _| {
        if number <= 5 {
            Scripted::json(503, "")
        } else {
            good(number)
        }
    });
    let api = found(&wire, &variables, None).build().unwrap();
    info(&api).await.unwrap();
    assert_eq!(
        asked(&wire).len(),
        6,
        "five attempts, and one more after the refusal"
    );
    let away = service(|_, _| Scripted::json(503, ""));
    let error = info(&found(&away, &variables, None).build().unwrap())
        .await
        .unwrap_err();
    assert!(
        error.is_retryable() && error.to_string().contains("sent without a token"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_login_of_the_command_line_is_used() {
    // 2026-11-20T10:00:00Z, when the clock of the tests begins, is 1795168800.
    let at_hand = r#"{"access_token":"good-cached","access_token_expiration_time":1795169400.5,"auth_type":"credentials",
        "refresh_token":"first","authorization_url":"https://login.example/oauth/token/","client_id":"me",
        "client_secret":"s/3","something":"new"}"#;
    let wire = service(|number, _| good(number));
    let api = found(&wire, &[], Some(at_hand)).build().unwrap();
    info(&api).await.unwrap();
    assert_eq!(
        wire.seen()[0].request.headers()["authorization"],
        "Bearer good-cached"
    );
    tokio::time::sleep(Duration::from_secs(650)).await;
    info(&api).await.unwrap();
    let basic = Some("Basic bWU6cyUyRjM=".to_owned());
    assert_eq!(
        asked(&wire),
        [(
            "grant_type=refresh_token&refresh_token=first".to_owned(),
            basic
        )]
    );

    let over = r#"{"access_token":"old","access_token_expiration_time":1795168830,"auth_type":"api-token",
        "api_token":"a","api_token_authorization_url":"https://login.example/oauth/token/"}"#;
    let wire = service(|number, _| good(number));
    info(&found(&wire, &[], Some(over)).build().unwrap())
        .await
        .unwrap();
    assert_eq!(
        asked(&wire),
        [("grant_type=refresh_token&refresh_token=a".to_owned(), None)]
    );

    let only = r#"{"access_token":"old","access_token_expiration_time":1795168830}"#;
    let error = info(&found(&wire, &[], Some(only)).build().unwrap())
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("the token has ended, and nothing is known to renew it by"),
        "{error}"
    );
}

#[tokio::test]
async fn a_refresh_token_that_was_replaced_is_kept_for_the_command_line() {
    let cache = r#"{"refresh_token":"first","authorization_url":"https://login.example/oauth/token/","client_id":"me",
        "client_secret":"s","auth_type":"credentials","something":"new"}"#;
    let home = Folder::new("login").with(".vdk.internal/vdk-cred.json", cache);
    let path = home.path().join(".vdk.internal/vdk-cred.json");
    let wire = service(|_, _| {
        Scripted::json(
            200,
            r#"{"access_token":"good","expires_in":600,"refresh_token":"second"}"#,
        )
    });
    let env = Environment::given([("VDK_BASE_CONFIG_FOLDER", home.path())], None);
    let env = env.with_file(&path, cache);
    let api = Client::builder()
        .endpoint("http://localhost:8092")
        .transport(Arc::new(wire));
    let api = api
        .clock(cloud_core::test_util::PausedClock::new())
        .settings(Settings::load(&env).unwrap())
        .build();
    info(&api.unwrap()).await.unwrap();
    let kept: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let text = |key: &str| kept[key].as_str().unwrap_or_default().to_owned();
    assert_eq!(
        (
            text("refresh_token"),
            text("access_token"),
            text("something")
        ),
        ("second".into(), "good".into(), "new".into())
    );
    assert!(
        (1_795_169_300..=1_795_169_500)
            .contains(&kept["access_token_expiration_time"].as_i64().unwrap())
    );
    assert_eq!(
        std::fs::read_dir(path.parent().unwrap()).unwrap().count(),
        1,
        "nothing is left beside it"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}

#[derive(Debug)]
struct Own;

#[async_trait::async_trait]
impl cloud_core::credential::Credential for Own {
    async fn authorize(
        &self,
        request: &mut Request<cloud_core::body::Body>,
    ) -> cloud_core::Result<u64> {
        request.headers_mut().insert(
            "authorization",
            http::HeaderValue::from_static("Bearer good-own"),
        );
        Ok(0)
    }
}

#[tokio::test]
async fn a_program_may_bring_its_own_way_to_authorize() {
    let wire = service(|number, _| good(number));
    info(&builder(&wire).credential(Own).build().unwrap())
        .await
        .unwrap();
    assert_eq!(
        wire.seen()[0].request.headers()["authorization"],
        "Bearer good-own"
    );
}

#[tokio::test]
async fn a_token_service_may_have_a_query_and_no_fragment() {
    let wire = ScriptedTransport::new([good(1), Scripted::json(200, "{}")]);
    let url = "https://login.example/token?tenant=7&x=a%20b";
    let api = builder(&wire).api_token("t", url).build().unwrap();
    info(&api).await.unwrap();
    assert_eq!(wire.seen()[0].request.uri().to_string(), url);
    let variables = [
        ("VDK_API_TOKEN", "t"),
        ("VDK_API_TOKEN_AUTHORIZATION_URL", url),
    ];
    let wire = ScriptedTransport::new([good(1), Scripted::json(200, "{}")]);
    info(&found(&wire, &variables, None).build().unwrap())
        .await
        .unwrap();
    assert_eq!(wire.seen()[0].request.uri().to_string(), url);
    for bad in [
        "https://login.example/token#x",
        "https://login.example/token?a=b#x",
    ] {
        let error = builder(&wire).api_token("t", bad).build().unwrap_err();
        assert_eq!(
            error.to_string(),
            "wrong configuration: api_token (client builder): must end before any #"
        );
    }
}

#[tokio::test]
async fn name_and_secret_of_a_client_are_written_as_in_a_form() {
    let wire = service(|number, _| good(number));
    let client = builder(&wire).client_credentials(TOKENS, "a:b", "s&+% \u{e9}=");
    info(&client.build().unwrap()).await.unwrap();
    let basic = "Basic YSUzQWI6cyUyNiUyQiUyNSslQzMlQTklM0Q=";
    assert_eq!(
        asked(&wire),
        [(
            "grant_type=client_credentials".to_owned(),
            Some(basic.to_owned())
        )]
    );
}

#[tokio::test]
async fn a_client_without_a_secret_names_itself_in_the_form_whenever_it_asks() {
    let public = r#"{"refresh_token":"first","authorization_url":"https://login.example/oauth/token/",
        "client_id":"me&you","auth_type":"credentials"}"#;
    let wire = service(|number, _| good(number));
    info(&found(&wire, &[], Some(public)).build().unwrap())
        .await
        .unwrap();
    let form = "grant_type=refresh_token&refresh_token=first&client_id=me%26you".to_owned();
    assert_eq!(asked(&wire), [(form.clone(), None)]);
    let wire = service(|number, _| good(number));
    let client = builder(&wire).refresh_token(TOKENS, "me&you", "", "first");
    info(&client.build().unwrap()).await.unwrap();
    assert_eq!(asked(&wire), [(form, None)]);
}

#[tokio::test]
async fn an_empty_login_file_is_nobody_logged_in() {
    for empty in ["", "  \n", "{}"] {
        let open = ScriptedTransport::from_fn(|_| Scripted::json(200, "{}"));
        info(&found(&open, &[], Some(empty)).build().unwrap())
            .await
            .unwrap();
        assert!(
            !open.seen()[0]
                .request
                .headers()
                .contains_key("authorization")
        );
        let closed = service(|number, _| good(number));
        let error = info(&found(&closed, &[], Some(empty)).build().unwrap())
            .await
            .unwrap_err();
        assert_eq!(
            error.message(),
            "sent without a token: wrong configuration: the login (/home/ann/.vdk.internal/vdk-cred.json): is empty; log \
             in again"
        );
        assert!(error.is_auth() && !error.is_retryable());
    }
}

#[tokio::test]
async fn plain_http_is_refused_where_a_token_would_be_sent_and_nowhere_else() {
    let wire = ScriptedTransport::from_fn(|_| Scripted::json(200, "{}"));
    let inside = "http://control-service.vdk.svc:8092";
    let client = || {
        Client::builder()
            .endpoint(inside)
            .transport(Arc::new(wire.clone()))
    };
    info(&client().build().unwrap()).await.unwrap();
    info(&client().token("t").no_credential().build().unwrap())
        .await
        .unwrap();
    let env = Environment::given([("VDK_CONTROL_SERVICE_REST_API_URL", inside)], None);
    let settings = || Settings::load(&env).unwrap();
    let from_env = Client::builder().transport(Arc::new(wire.clone()));
    info(&from_env.settings(settings()).build().unwrap())
        .await
        .unwrap();
    assert_eq!(wire.lines().len(), 3);
    for secret in [
        client().token("t"),
        client().api_token("t", TOKENS),
        client().credential(Own),
        client().client_credentials(TOKENS, "a", "b"),
    ] {
        let error = secret.clone().build().unwrap_err().to_string();
        assert!(
            error.starts_with("wrong configuration: endpoint (client builder): is http://")
                && error.contains("allow_http"),
            "{error}"
        );
        secret.allow_http(true).build().unwrap();
    }
    // The token service is sent a secret in any case.
    let error = Client::builder()
        .endpoint("https://vdk.example")
        .api_token("t", "http://login.example/token")
        .build()
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("api_token (client builder): is http://"),
        "{error}"
    );
}
