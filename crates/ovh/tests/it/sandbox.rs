//! Against a service that checks signatures, rules and times as the real one does.

use std::time::Duration;

use cloud_core::test_util::PausedClock;
use cloud_core::time::TokioClock;
use cloud_sandbox::ovh::{
    APPLICATION_KEY, APPLICATION_SECRET, CLIENT_ID, CLIENT_SECRET, CONSUMER_KEY, ErrorFormat,
    Settings,
};
use cloud_sandbox::{Fault, Sandbox};
use ovh::{ApiError, ApiErrorKind, Client, ClientBuilder, CredentialState};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

fn sandbox(settings: Settings) -> Sandbox {
    Sandbox::builder().ovh(settings).build()
}

fn builder(sandbox: &Sandbox) -> ClientBuilder {
    Client::builder()
        .transport(sandbox.ovh())
        .clock(PausedClock::new())
        .pace(None)
}

fn signing(sandbox: &Sandbox) -> Client {
    builder(sandbox)
        .application(APPLICATION_KEY, APPLICATION_SECRET)
        .consumer_key(CONSUMER_KEY)
        .build()
        .unwrap()
}

const FORMATS: [ErrorFormat; 3] = [ErrorFormat::Both, ErrorFormat::Old, ErrorFormat::New];

/// The clock of the client is not that of the sandbox, so every signed call proves the measurement.
#[tokio::test(start_paused = true)]
async fn signed_calls_are_accepted_on_any_host_and_version() {
    for endpoint in [
        "ovh-eu",
        "ovh-ca",
        "https://api.eu.ovhcloud.com/1.0",
        "https://proxy.example/v1",
    ] {
        let sandbox = Sandbox::new();
        let api = builder(&sandbox)
            .endpoint(endpoint)
            .application(APPLICATION_KEY, APPLICATION_SECRET);
        let api = api.consumer_key(CONSUMER_KEY).build().unwrap();
        assert!(api.get("/me").await.unwrap()["nichandle"].is_string());
        api.get("/v2/iam/policy")
            .query("details", true)
            .await
            .unwrap();
        assert_eq!(
            sandbox.journal().entries().len(),
            3,
            "the time is asked for once"
        );
        let details = api.auth().details().await.unwrap();
        assert!(!details.account.is_empty() && !details.identities.is_empty());
        assert_eq!(
            api.auth().current_credential().await.unwrap().status,
            CredentialState::Validated
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_thousand_bills_cost_few_requests() {
    let sandbox = sandbox(Settings::new().bills(1000));
    let api = signing(&sandbox);
    let bills: Vec<Value> = api.get("/me/bill").list().all().await.unwrap();
    assert_eq!(bills.len(), 1000);
    assert!(
        bills
            .iter()
            .all(|bill| bill["billId"].is_string() && bill["priceWithTax"]["text"].is_string())
    );
    assert!(sandbox.journal().entries().len() <= 20);
    assert_eq!(
        api.get("/me/bill")
            .list::<Value>()
            .ids()
            .await
            .unwrap()
            .len(),
        1000
    );
    let ids: Vec<_> = bills[..3]
        .iter()
        .map(|bill| bill["billId"].as_str().unwrap().to_owned())
        .collect();
    let batch = api.get("/me/bill/{id}").batch::<Value>(&ids).await.unwrap();
    assert_eq!(
        batch
            .iter()
            .map(|item| item.value.clone().unwrap())
            .collect::<Vec<_>>(),
        bills[..3]
    );
}

#[tokio::test(start_paused = true)]
async fn a_service_that_sets_its_clock_is_followed() {
    for format in FORMATS {
        for by in [-600, 600] {
            let sandbox = sandbox(Settings::new().error_format(format));
            let api = signing(&sandbox);
            api.get("/me").await.unwrap();
            sandbox.ovh_console().skew_clock(by);
            api.get("/me").await.unwrap();
            api.get("/me").await.unwrap();
            let paths: Vec<_> = sandbox
                .journal()
                .entries()
                .iter()
                .map(|entry| entry.path.clone())
                .collect();
            let expected = ["/auth/time", "/me", "/me", "/auth/time", "/me", "/me"]
                .map(|path| format!("/1.0{path}"));
            assert_eq!(paths, expected, "{format:?} {by}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_refusal_of_an_identity_has_its_kind_in_every_form() {
    for format in FORMATS {
        let sandbox = sandbox(Settings::new().error_format(format));
        let application = || builder(&sandbox).application(APPLICATION_KEY, APPLICATION_SECRET);
        let pending = application()
            .build()
            .unwrap()
            .consumer_key()
            .read_only("/me")
            .await
            .unwrap();
        let narrow = application()
            .build()
            .unwrap()
            .consumer_key()
            .read_only("/me")
            .await
            .unwrap();
        assert!(
            sandbox
                .ovh_console()
                .validate(narrow.consumer_key.expose_secret(), None)
        );
        for (api, kind) in [
            (
                application().consumer_key("unknown-key").build(),
                ApiErrorKind::NotCredential,
            ),
            (
                builder(&sandbox)
                    .application("unknown", APPLICATION_SECRET)
                    .consumer_key(CONSUMER_KEY)
                    .build(),
                ApiErrorKind::InvalidKey,
            ),
            (
                builder(&sandbox)
                    .application(APPLICATION_KEY, "wrong-secret")
                    .consumer_key(CONSUMER_KEY)
                    .build(),
                ApiErrorKind::InvalidSignature,
            ),
            (Ok(pending.client()), ApiErrorKind::InvalidCredential),
            (Ok(narrow.client()), ApiErrorKind::NotGranted),
        ] {
            let error = api.unwrap().get("/vps").await.unwrap_err();
            assert_eq!(
                error.api::<ApiError>().unwrap().kind,
                kind,
                "{format:?}: {error}"
            );
            assert!(
                error.is_auth() && error.correlation_id().is_some(),
                "{error}"
            );
        }
        let api = narrow.client();
        let why = api
            .diagnose(&api.get("/vps").await.unwrap_err())
            .await
            .unwrap();
        assert_eq!(why.missing_rule.as_ref().unwrap().path, "/vps");
        assert_eq!(why.rules.as_ref().unwrap()[0].path, "/me", "{why}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_user_grants_a_key_that_the_recorder_asked_for() {
    let sandbox = Sandbox::new();
    let recorded = signing(&sandbox).record_rules();
    let zones: Vec<String> = recorded
        .get("/domain/zone")
        .list::<Value>()
        .ids()
        .await
        .unwrap();
    recorded
        .get("/domain/zone/{zone}")
        .arg(&zones[0])
        .await
        .unwrap();

    let api = builder(&sandbox)
        .application(APPLICATION_KEY, APPLICATION_SECRET)
        .build()
        .unwrap();
    let request = api
        .consumer_key()
        .rules(&recorded.rules().as_access_rules())
        .await
        .unwrap();
    let console = sandbox.ovh_console();
    let key = request.consumer_key.expose_secret().to_owned();
    let mut wait = request.wait().timeout(Duration::from_secs(600));
    for _ in 0..3 {
        assert_eq!(
            wait.progress().await.unwrap().unwrap().state,
            "pendingValidation"
        );
    }
    assert!(console.validate(&key, Duration::from_secs(3600)));
    let api = wait.await.unwrap();
    api.get("/domain/zone/{zone}").arg(&zones[0]).await.unwrap();
    assert!(api.get("/me").await.unwrap_err().is_auth());
    api.get("/domain/zone").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_service_account_renews_its_token() {
    let sandbox = Sandbox::new();
    let api = builder(&sandbox)
        .oauth2(CLIENT_ID, CLIENT_SECRET)
        .build()
        .unwrap();
    api.get("/me").await.unwrap();
    sandbox.ovh_console().expire_tokens();
    api.post("/domain/zone/{zone}/refresh")
        .arg("no.such")
        .await
        .unwrap_err();
    api.get("/me").await.unwrap();
    assert_eq!(sandbox.journal().count("POST /auth/oauth2/token"), 2);
    let error = builder(&sandbox)
        .oauth2(CLIENT_ID, "wrong-secret")
        .build()
        .unwrap()
        .get("/me")
        .await
        .unwrap_err();
    assert!(
        error.is_auth() && error.to_string().contains("invalid_client"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_reboot_is_waited_for() {
    let sandbox = Sandbox::new();
    let api = signing(&sandbox);
    let servers = api
        .get("/dedicated/server")
        .list::<Value>()
        .ids()
        .await
        .unwrap();
    let task = api
        .post("/dedicated/server/{name}/reboot")
        .arg(&servers[0])
        .await
        .unwrap();
    let id = task["taskId"].as_i64().unwrap();
    let mut wait = api
        .get("/dedicated/server/{name}/task/{id}")
        .arg(&servers[0])
        .arg(id)
        .wait();
    let mut news = 0;
    while wait.progress().await.unwrap().is_some() {
        news += 1;
        sandbox.clock().advance(Duration::from_secs(1));
    }
    assert_eq!(wait.await.unwrap()["status"], "done");
    assert!(news > 0);
}

#[tokio::test(start_paused = true)]
async fn odd_names_are_signed_as_they_arrive() {
    let sandbox = Sandbox::new();
    let api = signing(&sandbox);
    for name in ["café", "a b+c", "1/2?3#4%5", "日本", "'\"<>"] {
        // Signed well, so the refusal is about the name.
        assert!(
            api.get("/vps/{name}")
                .arg(name)
                .await
                .unwrap_err()
                .is_not_found(),
            "{name}"
        );
        let path = format!("/vps/{}", name.replace(['?', '#', '%', '/'], ""));
        assert!(
            api.get(&path)
                .query("näme", name)
                .await
                .unwrap_err()
                .status()
                .unwrap()
                .as_u16()
                != 403,
            "{path}"
        );
    }
    let blocks = api.get("/ip").list::<Value>().ids().await.unwrap();
    for block in &blocks {
        assert_eq!(
            api.get("/ip/{ip}").arg(block).await.unwrap()["ip"],
            json!(block)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_may_have_happened_is_not_repeated() {
    let sandbox = Sandbox::new();
    let api = signing(&sandbox);
    api.get("/me").await.unwrap();
    sandbox.faults().next(Fault::ResetAfterHandling);
    let servers = api
        .get("/dedicated/server")
        .list::<Value>()
        .ids()
        .await
        .unwrap();
    sandbox.faults().next(Fault::ResetAfterHandling);
    let error = api
        .post("/dedicated/server/{name}/reboot")
        .arg(&servers[0])
        .await
        .unwrap_err();
    assert!(error.may_have_happened(), "{error}");
    assert_eq!(
        sandbox
            .journal()
            .entries()
            .iter()
            .filter(|entry| entry.path.ends_with("/reboot"))
            .count(),
        1
    );
    for status in [408, 502, 503] {
        sandbox.faults().times(5, Fault::HtmlBody(status));
        let error = api.get("/me").await.unwrap_err();
        assert_eq!(
            (error.status().unwrap().as_u16(), error.attempts()),
            (status, 5)
        );
        sandbox.faults().clear();
    }
}

/// The true clock of the machine does as well.
#[tokio::test]
async fn the_clock_of_the_machine_is_good_enough() {
    let sandbox = Sandbox::new();
    let api = builder(&sandbox)
        .clock(TokioClock)
        .application(APPLICATION_KEY, APPLICATION_SECRET);
    api.consumer_key(CONSUMER_KEY)
        .time_offset(0)
        .build()
        .unwrap()
        .get("/me")
        .await
        .unwrap();
    assert_eq!(sandbox.journal().entries().len(), 1);
}
