//! The VDK Control Service: properties, secrets, credentials of teams, tokens, and faults.

use std::time::Duration;

use crate::common::vdk::{JOB, Vdk, encoded};
use crate::common::{Reply, SECOND};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use cloud_sandbox::{Fault, Sandbox, vdk_control::Settings};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const INFO: &str = "/data-jobs/for-team/team/info";

#[tokio::test]
async fn properties_belong_to_a_name() {
    let api = Vdk::new();
    let path = |team: &str, deployment: &str| {
        format!("/data-jobs/for-team/{team}/jobs/any-name/deployments/{deployment}/properties")
    };
    assert_eq!(*api.get(&path("a", "x")).await.ok(200), json!({}));
    api.put(
        &path("a", "x"),
        json!({"b": 1, "a": null, "c": {"d": [true]}}),
    )
    .await
    .ok_empty(204);
    // Neither the job, nor its team, nor the deployment is looked at.
    assert_eq!(
        *api.get(&path("b", "y")).await.ok(200),
        json!({"a": null, "b": 1, "c": {"d": [true]}})
    );
    api.put(&path("b", "y"), json!({"only": "this"}))
        .await
        .ok_empty(204);
    assert_eq!(
        *api.get(&path("a", "x")).await.ok(200),
        json!({"only": "this"})
    );
    assert_eq!(api.put(&path("a", "x"), json!([1])).await.status, 400);
    assert_eq!(api.put(&path("a", "x"), Value::Null).await.status, 400);
}

#[tokio::test]
async fn secrets_have_a_limit_and_may_have_no_place() {
    let api = Vdk::new();
    let path =
        |team: &str| format!("/data-jobs/for-team/{team}/jobs/any-name/deployments/x/secrets");
    assert_eq!(*api.get(&path("a")).await.ok(200), json!({}));
    api.put(&path("a"), json!({"password": "p", "none": null}))
        .await
        .ok_empty(202);
    assert_eq!(
        *api.get(&path("a")).await.ok(200),
        json!({"none": null, "password": "p"})
    );
    assert_eq!(
        *api.get(&path("b")).await.ok(200),
        json!({}),
        "another team's"
    );

    let overhead = json!({"k": ""}).to_string().len();
    let large = |size: usize| json!({"k": "x".repeat(size - overhead)});
    api.put(&path("a"), large(1_048_576)).await.ok_empty(202);
    let refused = api.put(&path("a"), large(1_048_577)).await;
    assert!(
        refused.status == 413 && refused.json["why"].is_string(),
        "{}",
        refused.status
    );

    let api = Vdk::of(
        Sandbox::builder()
            .vdk_control(Settings::new().vault(false))
            .build(),
    );
    let credentials = "/data-jobs/teams/a/oauth-credentials";
    for (method, path, body) in [
        ("GET", path("a"), Value::Null),
        ("PUT", path("a"), json!({})),
        ("GET", credentials.to_owned(), Value::Null),
        ("GET", format!("{credentials}/client-id"), Value::Null),
        (
            "PUT",
            credentials.to_owned(),
            json!({"clientId": "a", "clientSecret": "b"}),
        ),
        (
            "POST",
            "/data-jobs/oauth-credentials/client-ids".to_owned(),
            json!([]),
        ),
    ] {
        let reply = api.call(method, &path, body).await;
        assert!(
            reply.status == 501 && reply.json["what"].is_string(),
            "{method} {path}: {}",
            reply.text
        );
    }
}

#[tokio::test]
async fn credentials_of_teams() {
    let api = Vdk::new();
    let path = "/data-jobs/teams/my%20team/oauth-credentials";
    api.get(path).await.ok_empty(404);
    api.get(&format!("{path}/client-id")).await.ok_empty(404);
    api.put(path, json!({"clientId": "app", "clientSecret": "s"}))
        .await
        .ok_empty(202);
    let all = json!({"teamName": "my team", "clientId": "app", "clientSecret": "s"});
    assert_eq!(*api.get(path).await.ok(200), all);
    let named = json!({"teamName": "my team", "clientId": "app"});
    assert_eq!(*api.get(&format!("{path}/client-id")).await.ok(200), named);
    let teams = api
        .post(
            "/data-jobs/oauth-credentials/client-ids",
            json!(["unknown", "app"]),
        )
        .await;
    assert_eq!(*teams.ok(200), json!([named]));
    for body in [
        json!({"clientId": "app"}),
        json!({"clientId": " ", "clientSecret": "s"}),
        json!({"clientId": {}}),
    ] {
        assert_eq!(api.put(path, body).await.status, 400);
    }
    assert_eq!(api.put(path, Value::Null).await.status, 500);
    assert_eq!(
        api.post("/data-jobs/oauth-credentials/client-ids", json!({"a": "b"}))
            .await
            .status,
        400
    );
    assert_eq!(
        api.post("/data-jobs/oauth-credentials/client-ids", json!([1]))
            .await
            .status,
        400
    );
}

fn secured(settings: Settings) -> Vdk {
    Vdk::of(
        Sandbox::builder()
            .vdk_control(settings.secured(true))
            .build(),
    )
}

async fn token(api: &Vdk, form: &str) -> Reply {
    api.send_as(
        "POST",
        "/oauth/token",
        "application/x-www-form-urlencoded",
        form.to_owned(),
    )
    .await
}

async fn token_of(api: &Vdk, client: &str, form: &str) -> Reply {
    let basic = format!("Basic {}", STANDARD.encode(client));
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("authorization", basic.as_str()),
    ];
    api.send_with("POST", "/oauth/token", &headers, form.to_owned())
        .await
}

#[track_caller]
fn granted(reply: &Reply) -> String {
    reply.ok(200)["access_token"].as_str().unwrap().to_owned()
}

#[track_caller]
fn denied(reply: &Reply, error: &str) {
    let status = if error == "invalid_client" { 401 } else { 400 };
    assert_eq!(
        (reply.status, reply.json["error"].as_str()),
        (status, Some(error)),
        "{}",
        reply.text
    );
}

#[track_caller]
fn unauthorized(reply: &Reply) -> &str {
    reply.ok_empty(401);
    reply.header("www-authenticate")
}

#[tokio::test]
async fn an_open_service_asks_nobody() {
    let api = Vdk::new();
    for api in [api.with_token("nonsense with spaces"), api] {
        api.get(INFO).await.ok(200);
    }
}

#[tokio::test]
async fn a_secured_service_wants_a_bearer() {
    let api = secured(Settings::new());
    assert_eq!(unauthorized(&api.get(INFO).await), "Bearer");
    assert_eq!(
        unauthorized(&api.get("/nothing/at/all").await),
        "Bearer",
        "before anything is looked for"
    );
    let basic = api
        .send_with("GET", INFO, &[("authorization", "Basic YTpi")], "")
        .await;
    assert_eq!(unauthorized(&basic), "Bearer");
    assert!(unauthorized(&api.with_token("a b").get(INFO).await).contains("invalid_token"));
    api.with_token("any").get(INFO).await.ok(200);
    // What everybody may know.
    api.get("/data-jobs/teams/a/oauth-credentials/client-id")
        .await
        .ok_empty(404);
    api.post("/data-jobs/oauth-credentials/client-ids", json!([]))
        .await
        .ok(200);
    unauthorized(&api.get("/data-jobs/teams/a/oauth-credentials").await);

    let fixed = Vdk::of(
        Sandbox::builder()
            .token("mine")
            .vdk_control(Settings::new().secured(true))
            .build(),
    );
    fixed.with_token("mine").get(INFO).await.ok(200);
    assert!(unauthorized(&fixed.with_token("other").get(INFO).await).contains("invalid_token"));
    let issued = granted(&token(&fixed, "grant_type=refresh_token&refresh_token=api").await);
    fixed.with_token(&issued).get(INFO).await.ok(200);
}

#[tokio::test]
async fn api_tokens_become_access_tokens_that_expire() {
    let api = secured(
        Settings::new()
            .api_token("known")
            .token_lifetime(Duration::from_secs(100)),
    );
    let reply = token(&api, "grant_type=refresh_token&refresh_token=known").await;
    let access = granted(&reply);
    assert_eq!(
        (&reply.json["expires_in"], &reply.json["token_type"]),
        (&json!(100), &json!("bearer"))
    );
    assert_eq!(reply.json["refresh_token"], "known");
    assert_eq!(reply.header("cache-control"), "no-store");
    let claims = URL_SAFE_NO_PAD
        .decode(access.split('.').nth(1).unwrap())
        .unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
        100
    );

    let known = api.with_token(&access);
    known.deployed(JOB).await;
    assert_eq!(
        known.get(&format!("{JOB}/deployments/x")).await.ok(200)["last_deployed_by"],
        "user"
    );
    let execution = known.start(JOB, json!({"started_by": "manual/me"})).await;
    assert_eq!(
        known.get(&execution).await.ok(200)["started_by"],
        "manual/me/user"
    );
    api.sandbox.clock().advance(SECOND * 39);
    known.get(INFO).await.ok(200);
    api.sandbox.clock().advance(SECOND);
    assert!(unauthorized(&known.get(INFO).await).contains("expired"));

    let forever = secured(Settings::new().token_lifetime(Duration::MAX));
    let access = granted(&token(&forever, "grant_type=refresh_token&refresh_token=any").await);
    forever
        .sandbox
        .clock()
        .advance(Duration::from_secs(1 << 32));
    forever.with_token(&access).get(INFO).await.ok(200);

    denied(
        &token(&api, "grant_type=refresh_token&refresh_token=unknown").await,
        "invalid_grant",
    );
    denied(
        &token(&api, "grant_type=refresh_token").await,
        "invalid_request",
    );
    denied(
        &token(&api, "grant_type=password&username=a").await,
        "unsupported_grant_type",
    );
    denied(&token(&api, "").await, "invalid_request");
}

#[tokio::test]
async fn applications_of_teams_may_do_what_is_their_teams() {
    let api = secured(Settings::new());
    let user = api.with_token("any");
    user.put(
        "/data-jobs/teams/mine/oauth-credentials",
        json!({"clientId": "a:pp".replace(':', "-"), "clientSecret": "s+/ "}),
    )
    .await
    .ok_empty(202);
    let form = "grant_type=client_credentials";
    let application = api.with_token(&granted(&token_of(&api, "a-pp:s+/ ", form).await));
    granted(&token_of(&api, "a-pp:s%2B%2F%20", form).await);
    granted(
        &token(
            &api,
            &format!("{form}&client_id=a-pp&client_secret={}", encoded("s+/ ")),
        )
        .await,
    );
    denied(&token_of(&api, "a-pp:wrong", form).await, "invalid_client");
    denied(&token_of(&api, "other:s+/ ", form).await, "invalid_client");
    denied(&token(&api, form).await, "invalid_client");

    let job = json!({"job_name": "daily-load"});
    application
        .post("/data-jobs/for-team/mine/jobs", job.clone())
        .await
        .ok_empty(201);
    application
        .get("/data-jobs/for-team/mine/jobs/daily-load")
        .await
        .ok(200);
    // The server stops without an error, and so nothing is what it says, and does.
    application
        .post(
            "/data-jobs/for-team/other/jobs",
            json!({"job_name": "other-job"}),
        )
        .await
        .ok_empty(200);
    user.get("/data-jobs/for-team/other/jobs/other-job")
        .await
        .ok_empty(404);
    application
        .get("/data-jobs/for-team/other/info")
        .await
        .ok_empty(200);
}

/// Goes to the page where a user would agree, and gives where the browser is sent then.
async fn redirected(api: &Vdk, parameters: &str) -> String {
    let reply = api.get(&format!("/oauth/authorize?{parameters}")).await;
    reply.ok_empty(302);
    reply.header("location").to_owned()
}

#[tokio::test]
async fn codes_are_exchanged_once_by_whom_they_were_given_to() {
    let api = secured(Settings::new());
    let redirect = encoded("http://127.0.0.1:31113");
    let verifier = "v".repeat(43);
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
    let parameters = format!(
        "response_type=code&client_id=cli&redirect_uri={redirect}&state=a%26b&prompt=login&code_challenge={challenge}&code_challenge_method=S256"
    );
    let code = async |parameters: &str| {
        let location = redirected(&api, parameters).await;
        let query = location
            .strip_prefix("http://127.0.0.1:31113?code=")
            .unwrap()
            .to_owned();
        query
            .split_once('&')
            .map(|(code, _)| code.to_owned())
            .unwrap_or(query)
    };
    assert!(
        redirected(&api, &parameters)
            .await
            .ends_with("&state=a%26b")
    );
    let exchange = |code: &str, verifier: &str| {
        format!(
            "grant_type=authorization_code&code={code}&redirect_uri={redirect}&code_verifier={verifier}"
        )
    };

    let used = code(&parameters).await;
    let reply = token_of(&api, "cli:", &exchange(&used, &verifier)).await;
    api.with_token(&granted(&reply)).get(INFO).await.ok(200);
    denied(
        &token_of(&api, "cli:", &exchange(&used, &verifier)).await,
        "invalid_grant",
    );
    // What it gave for later belongs to the same client.
    let refresh = format!(
        "grant_type=refresh_token&refresh_token={}",
        reply.json["refresh_token"].as_str().unwrap()
    );
    granted(&token_of(&api, "cli:", &refresh).await);
    denied(&token_of(&api, "other:", &refresh).await, "invalid_client");
    denied(&token(&api, &refresh).await, "invalid_client");

    denied(
        &token_of(&api, "cli:", &exchange(&code(&parameters).await, "wrong")).await,
        "invalid_grant",
    );
    denied(
        &token_of(
            &api,
            "other:",
            &exchange(&code(&parameters).await, &verifier),
        )
        .await,
        "invalid_client",
    );
    let elsewhere = exchange(&code(&parameters).await, &verifier).replace("31113", "31114");
    denied(&token_of(&api, "cli:", &elsewhere).await, "invalid_grant");
    let late = code(&parameters).await;
    api.sandbox.clock().advance(SECOND * 60);
    denied(
        &token_of(&api, "cli:", &exchange(&late, &verifier)).await,
        "invalid_grant",
    );

    // Without a challenge there has to be a secret.
    let plain = format!("response_type=code&client_id=cli&redirect_uri={redirect}");
    denied(
        &token_of(&api, "cli:", &exchange(&code(&plain).await, "")).await,
        "invalid_client",
    );
    granted(&token_of(&api, "cli:secret", &exchange(&code(&plain).await, "")).await);
    let credentials = json!({"clientId": "cli", "clientSecret": "right"});
    api.with_token("any")
        .put("/data-jobs/teams/a/oauth-credentials", credentials)
        .await
        .ok_empty(202);
    denied(
        &token_of(&api, "cli:secret", &exchange(&code(&plain).await, "")).await,
        "invalid_client",
    );
    granted(&token_of(&api, "cli:right", &exchange(&code(&plain).await, "")).await);

    for parameters in [
        "",
        "response_type=token&client_id=a&redirect_uri=b",
        &format!("{plain}&code_challenge=x&code_challenge_method=plain"),
    ] {
        assert_eq!(
            api.get(&format!("/oauth/authorize?{parameters}"))
                .await
                .status,
            400,
            "{parameters}"
        );
    }
}

#[tokio::test]
async fn faults_have_the_forms_of_the_service() {
    let api = Vdk::new();
    let faults = api.sandbox.faults();
    faults.next(Fault::ExpiredToken);
    assert!(unauthorized(&api.get(INFO).await).contains("invalid_token"));
    faults.next(Fault::Status(503));
    let reply = api.get(INFO).await;
    assert_eq!(reply.status, 503);
    assert!(
        ["what", "why", "consequences", "countermeasures"]
            .iter()
            .all(|part| reply.json[part].is_string())
    );
    faults.next(Fault::Error {
        status: 400,
        code: "What".to_owned(),
        message: "Why".to_owned(),
    });
    let reply = api.get(INFO).await;
    assert_eq!(
        (reply.status, &reply.json["what"], &reply.json["why"]),
        (400, &json!("What"), &json!("Why"))
    );
    faults.next(Fault::RateLimited {
        retry_after: Some(SECOND * 7),
    });
    let reply = api.get(INFO).await;
    assert_eq!((reply.status, reply.header("retry-after")), (429, "7"));
    faults.next(Fault::StatusAfterHandling(500));
    assert_eq!(
        api.post(
            "/data-jobs/for-team/team/jobs",
            json!({"job_name": "daily-load"})
        )
        .await
        .status,
        500
    );
    api.get(JOB).await.ok(200);
}

#[test]
fn what_is_printed_keeps_tokens_out() {
    let settings = Settings::new().api_token("hidden-1");
    let sandbox = Sandbox::builder()
        .token("hidden-2")
        .vdk_control(settings.clone());
    assert!(!format!("{settings:?} {sandbox:?} {:?}", sandbox.clone().build()).contains("hidden"));
}
