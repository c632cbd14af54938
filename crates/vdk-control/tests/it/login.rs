//! Logging a person in with a browser that comes back to this machine.
#![cfg(feature = "login")]

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use cloud_core::test_util::{PausedClock, Scripted, ScriptedTransport};
use secrecy::ExposeSecret as _;
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use vdk_control::login::{ApiTokenLogin, Login, PendingLogin};
use vdk_control::{Client, ErrorKind};

use crate::common::{Folder, assert_field};

const TOKENS: &str =
    r#"{"access_token":"access-s3cr3t","refresh_token":"refresh-s3cr3t","expires_in":600}"#;

fn login(wire: &ScriptedTransport) -> Login {
    Login::new(
        "https://login.example/authorize?tenant=x",
        "https://login.example/token",
        "my-client",
    )
    .port(0)
    .transport(Arc::new(wire.clone()))
    .clock(PausedClock::new())
}

fn parameters(query: &str) -> HashMap<String, String> {
    url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}

/// A browser that opens this page of the redirect address.
async fn visit(login: &HashMap<String, String>, query: &str) -> String {
    let address = login["redirect_uri"].strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(format!("GET /{query} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes())
        .await
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

fn asked(pending: &PendingLogin) -> HashMap<String, String> {
    parameters(pending.url().split_once('?').unwrap().1)
}

#[tokio::test]
async fn the_browser_brings_the_code_and_the_code_brings_the_tokens() {
    let wire = ScriptedTransport::new([Scripted::json(200, TOKENS)]);
    let pending = login(&wire).begin().await.unwrap();
    let asked = asked(&pending);
    assert!(pending.url().starts_with(
        "https://login.example/authorize?tenant=x&response_type=code&client_id=my-client"
    ));
    assert_eq!(
        (
            asked["code_challenge_method"].as_str(),
            asked["prompt"].as_str()
        ),
        ("S256", "login")
    );
    assert!(asked["state"].len() == 43 && wire.seen().is_empty());

    let waiting = tokio::spawn(pending.wait());
    assert!(
        visit(&asked, "favicon.ico")
            .await
            .starts_with("HTTP/1.1 404 ")
    );
    // Somebody else's code, for another account, is not taken.
    assert!(
        visit(&asked, "?code=theirs&state=requested")
            .await
            .starts_with("HTTP/1.1 400 ")
    );
    let state = &asked["state"];
    assert!(
        visit(&asked, &format!("?code=c%2F1&state={state}"))
            .await
            .starts_with("HTTP/1.1 200 OK")
    );
    let logged_in = waiting.await.unwrap().unwrap();
    assert_eq!(logged_in.access_token.expose_secret(), "access-s3cr3t");

    let request = &wire.seen()[0].request;
    assert_eq!(request.uri(), "https://login.example/token");
    assert!(
        !request.headers().contains_key("authorization"),
        "a client without secret has only its name to say"
    );
    let form = parameters(std::str::from_utf8(request.body()).unwrap());
    assert_eq!(
        (form["grant_type"].as_str(), form["code"].as_str()),
        ("authorization_code", "c/1")
    );
    assert_eq!(
        (&form["redirect_uri"], form["client_id"].as_str()),
        (&asked["redirect_uri"], "my-client")
    );
    let digest = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .encode(Sha256::digest(&form["code_verifier"]));
    assert_eq!(digest, asked["code_challenge"]);
    let shown = format!("{logged_in:?}");
    assert!(!shown.contains("s3cr3t"), "{shown}");
}

#[tokio::test]
async fn states_and_verifiers_are_never_the_same() {
    let wire = ScriptedTransport::new([]);
    let (one, other) = (
        login(&wire).begin().await.unwrap(),
        login(&wire).begin().await.unwrap(),
    );
    for name in ["state", "code_challenge"] {
        assert_ne!(asked(&one)[name], asked(&other)[name]);
    }
}

#[tokio::test]
async fn an_address_can_be_pasted_and_a_login_saved_and_used() {
    let info = || Scripted::json(200, "{}");
    let wire = ScriptedTransport::new([
        Scripted::json(200, TOKENS),
        info(),
        Scripted::json(200, TOKENS),
        info(),
    ]);
    let pending = login(&wire).client_secret("hunter2").begin().await.unwrap();
    let (state, redirect) = (
        asked(&pending)["state"].clone(),
        asked(&pending)["redirect_uri"].clone(),
    );
    let logged_in = pending
        .paste(&format!(" {redirect}/?state={state}&code=c "))
        .await
        .unwrap();
    assert_eq!(
        wire.seen()[0].request.headers()["authorization"],
        "Basic bXktY2xpZW50Omh1bnRlcjI="
    );

    let api = || {
        Client::builder()
            .endpoint("http://localhost:8092")
            .transport(Arc::new(wire.clone()))
    };
    let api = || api().clock(PausedClock::new());
    api()
        .logged_in(&logged_in)
        .build()
        .unwrap()
        .team("t")
        .info()
        .await
        .unwrap();
    assert_eq!(
        wire.seen()[1].request.headers()["authorization"],
        "Bearer access-s3cr3t"
    );

    let home = Folder::new("saved");
    let path = home.path().join(".vdk.internal/vdk-cred.json");
    logged_in.save_to(&path).await.unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
    let text = std::fs::read_to_string(&path)
        .unwrap()
        .replace("access-s3cr3t", "");
    let env =
        cloud_core::config::Environment::given([("VDK_BASE_CONFIG_FOLDER", home.path())], None);
    let settings = vdk_control::config::Settings::load(&env.with_file(&path, text)).unwrap();
    api()
        .settings(settings)
        .build()
        .unwrap()
        .team("t")
        .info()
        .await
        .unwrap();
    let form = parameters(std::str::from_utf8(wire.seen()[2].request.body()).unwrap());
    assert_eq!(
        (form["grant_type"].as_str(), form["refresh_token"].as_str()),
        ("refresh_token", "refresh-s3cr3t")
    );
}

#[tokio::test]
async fn what_goes_wrong_says_so() {
    let wire = ScriptedTransport::new([Scripted::json(400, r#"{"error":"invalid_grant"}"#)]);
    let pending = login(&wire).begin().await.unwrap();
    let asked = asked(&pending);
    let waiting = tokio::spawn(pending.wait());
    visit(
        &asked,
        &format!(
            "?error=access_denied&error_description=not+you&state={}",
            asked["state"]
        ),
    )
    .await;
    let error = waiting.await.unwrap().unwrap_err();
    assert!(
        error.is_auth()
            && error
                .to_string()
                .contains("the login was refused: access_denied: not you"),
        "{error}"
    );
    for address in [
        "",
        "http://127.0.0.1:1/?code=c",
        "http://127.0.0.1:1/?code=c&state=requested",
    ] {
        assert_field(
            login(&wire).begin().await.unwrap().paste(address).await,
            "address",
        );
    }
    let pending = login(&wire).begin().await.unwrap();
    let state = pending
        .url()
        .split_once("state=")
        .unwrap()
        .1
        .split('&')
        .next()
        .unwrap()
        .to_owned();
    let error = pending
        .paste(&format!("?code=c&state={state}"))
        .await
        .unwrap_err();
    assert!(
        error.kind() == ErrorKind::Credential && error.to_string().contains("invalid_grant"),
        "{error}"
    );
    for (login, problem) in [
        (
            Login::new("login.example", "https://l", "c"),
            "authorize (client builder): ",
        ),
        (
            Login::new("http://login.example", "https://l", "c"),
            "authorize (client builder): is http://",
        ),
        (
            Login::new("https://login.example", "ftp://l", "c"),
            "token (client builder): has the scheme ftp",
        ),
    ] {
        let error = login.port(0).begin().await.unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with(&format!("wrong configuration: {problem}")),
            "{error}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_browser_that_does_not_come_is_not_waited_for_for_ever() {
    let wire = ScriptedTransport::new([]);
    let begun = tokio::time::Instant::now();
    let error = login(&wire)
        .begin()
        .await
        .unwrap()
        .wait()
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), begun.elapsed()),
        (ErrorKind::WaitTimeout, Duration::from_secs(600))
    );
    let error = login(&wire)
        .begin()
        .await
        .unwrap()
        .timeout(Duration::from_secs(5))
        .wait()
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("5 s have passed, and the browser has not come back"),
        "{error}"
    );
}

#[tokio::test]
async fn an_api_token_is_kept_when_it_is_good() {
    let info = || Scripted::json(200, "{}");
    let wire = ScriptedTransport::new([
        Scripted::json(200, TOKENS),
        info(),
        Scripted::json(200, TOKENS),
        info(),
        Scripted::json(
            400,
            r#"{"error":"invalid_grant","error_description":"bad api-s3cr3t"}"#,
        ),
    ]);
    let url = "https://login.example/token?tenant=7";
    let login = || {
        ApiTokenLogin::new("api-s3cr3t", url)
            .transport(Arc::new(wire.clone()))
            .clock(PausedClock::new())
    };
    let logged_in = login().log_in().await.unwrap();
    let request = &wire.seen()[0].request;
    assert_eq!(request.uri(), url);
    let form = "grant_type=refresh_token&refresh_token=api-s3cr3t";
    assert_eq!(request.body(), form);
    let api = || {
        let builder = Client::builder().endpoint("http://localhost:8092");
        builder
            .transport(Arc::new(wire.clone()))
            .clock(PausedClock::new())
    };
    api()
        .logged_in(&logged_in)
        .build()
        .unwrap()
        .team("t")
        .info()
        .await
        .unwrap();
    assert_eq!(
        wire.seen()[1].request.headers()["authorization"],
        "Bearer access-s3cr3t"
    );

    let home = Folder::new("api-token");
    let path = home.path().join(".vdk.internal/vdk-cred.json");
    logged_in.save_to(&path).await.unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let kept: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        kept,
        serde_json::json!({"auth_type": "api-token", "api_token": "api-s3cr3t", "api_token_authorization_url": url,
            "access_token": "access-s3cr3t", "access_token_expiration_time": 1_795_169_400})
    );
    let env =
        cloud_core::config::Environment::given([("VDK_BASE_CONFIG_FOLDER", home.path())], None);
    let text = text.replace("access-s3cr3t", "");
    let settings = vdk_control::config::Settings::load(&env.with_file(&path, text)).unwrap();
    api()
        .settings(settings)
        .build()
        .unwrap()
        .team("t")
        .info()
        .await
        .unwrap();
    assert_eq!(wire.seen()[2].request.body(), form);

    let error = login().log_in().await.unwrap_err();
    assert!(
        error.is_auth() && !error.to_string().contains("s3cr3t"),
        "{error}"
    );
    assert!(!format!("{logged_in:?} {:?}", login()).contains("s3cr3t"));
    assert_eq!(
        ApiTokenLogin::new("a b", url)
            .log_in()
            .await
            .unwrap_err()
            .to_string(),
        "wrong configuration: token (client builder): holds white space at position 2"
    );
}
