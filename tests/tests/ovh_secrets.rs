//! No secret of the OVHcloud client in anything that is written: logs, spans, errors, `Debug`.

mod captured;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use captured::{Captured, Tap};
use cloud_core::test_util::PausedClock;
use cloud_sandbox::ovh::{APPLICATION_KEY, CLIENT_ID, Settings};
use cloud_sandbox::{Fault, Sandbox};
use ovh::{ApiError, Client, Error};
use secrecy::ExposeSecret as _;
use serde_json::Value;

const SECRET: &str = "application-secret-4711-not-to-be-seen";
const CONSUMER: &str = "consumer-key-4712-not-to-be-seen";
const CLIENT_SECRET: &str = "client-secret-4713-not-to-be-seen";
const TOKEN: &str = "access-token-4714-not-to-be-seen";
const BODY: &str = "password-4715-not-to-be-seen";

fn all_of(error: &Error) -> String {
    let mut text = format!("{error}{error:?}{:?}", error.api::<ApiError>());
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}{cause}{cause:?}");
        source = cause.source();
    }
    text
}

#[tokio::test(start_paused = true)]
async fn nothing_that_is_written_holds_a_secret() {
    let log = Captured::log();

    let settings = Settings::new()
        .application(APPLICATION_KEY, SECRET)
        .consumer_key(CONSUMER);
    let sandbox = Sandbox::builder()
        .ovh(settings.service_account(CLIENT_ID, CLIENT_SECRET))
        .build();
    let mut secrets: Vec<String> = [SECRET, CONSUMER, CLIENT_SECRET, TOKEN, BODY]
        .map(str::to_owned)
        .into();
    let mut shown = Vec::new();

    let tap = Tap::new(sandbox.ovh(), &["authorization", "x-ovh-signature"]);
    let builder = || {
        Client::builder()
            .transport(Arc::new(tap.clone()))
            .clock(PausedClock::new())
            .pace(None)
    };
    // White space around a secret is repaired with a warning, which names the setting and not its value.
    let signing = || {
        builder()
            .application(APPLICATION_KEY, format!("{SECRET}\n"))
            .consumer_key(CONSUMER)
    };
    let account = || builder().oauth2(CLIENT_ID, CLIENT_SECRET);
    let token = || builder().access_token(TOKEN);
    for (builder, own) in [
        (signing(), [SECRET, CONSUMER]),
        (account(), [CLIENT_SECRET; 2]),
        (token(), [TOKEN; 2]),
    ] {
        shown.push(format!("{builder:?}"));
        let api = builder.build().unwrap();
        shown.push(format!("{api:?}{:?}", api.explain()));
        let call = api
            .post("/me/sshKey")
            .json(&serde_json::json!({"keyName": "x", "key": BODY}));
        shown.push(format!(
            "{call:?}{:?}{:?}",
            api.get("/me/bill").list::<Value>(),
            api.get("/x").query("q", BODY)
        ));

        let quote = format!("{} and {} are bad", own[0], own[1]);
        for fault in [
            Fault::ResetAfterHandling,
            Fault::Status(503),
            Fault::MalformedJson,
            Fault::HtmlBody(502),
            Fault::ExpiredToken,
            Fault::Error {
                status: 400,
                code: "INVALID_SIGNATURE".into(),
                message: quote.clone(),
            },
            Fault::Error {
                status: 403,
                code: own[0].into(),
                message: quote,
            },
        ] {
            sandbox.faults().times(9, fault);
            shown.push(all_of(&call.clone().await.unwrap_err()));
            sandbox.faults().clear();
        }
        // The panic that a test or a program makes of an error shows no more than the error.
        sandbox.faults().times(2, Fault::ExpiredToken);
        let answer = api.get("/me").await;
        sandbox.faults().clear();
        let panic = std::panic::catch_unwind(AssertUnwindSafe(|| answer.unwrap())).unwrap_err();
        shown.push(panic.downcast_ref::<String>().unwrap().clone());
    }

    let pending = signing()
        .build()
        .unwrap()
        .consumer_key()
        .read_only("/me")
        .await
        .unwrap();
    secrets.push(pending.consumer_key.expose_secret().to_owned());
    secrets.push(
        pending
            .validation_url
            .split_once("credentialToken=")
            .unwrap()
            .1
            .to_owned(),
    );
    shown.push(format!("{pending:?}{:?}", pending.client()));
    let error = pending.client().get("/me").await.unwrap_err();
    shown.push(all_of(&error));
    shown.push(format!("{:?}", pending.client().diagnose(&error).await));

    // Tokens that the client fetched itself.
    let api = account().build().unwrap();
    api.get("/me").await.unwrap();
    secrets.extend(tap.seen());
    assert!(secrets.len() > 20, "{}", secrets.len());
    shown.push(format!("{api:?}"));

    let log = log.text();
    assert!(
        log.contains("cloud.request") && log.contains("/me/sshKey") && log.contains("retrying"),
        "{log}"
    );
    assert!(
        log.contains("white space around the value was taken off"),
        "{log}"
    );
    for secret in &secrets {
        assert!(!log.contains(secret.as_str()), "in the log: {secret}");
        let leak = shown.iter().find(|text| text.contains(secret.as_str()));
        assert!(leak.is_none(), "shown: {secret} in {leak:?}");
    }
}
