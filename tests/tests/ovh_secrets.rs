//! No secret of the OVHcloud client in anything that is written: logs, spans, errors, `Debug`.

use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use cloud_core::body::{Body, ResponseBody};
use cloud_core::test_util::PausedClock;
use cloud_core::transport::{Transport, TransportError};
use cloud_sandbox::ovh::{APPLICATION_KEY, CLIENT_ID, Settings};
use cloud_sandbox::{Fault, Sandbox};
use http::{Request, Response};
use ovh::{ApiError, Client, Error};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;

const SECRET: &str = "application-secret-4711-not-to-be-seen";
const CONSUMER: &str = "consumer-key-4712-not-to-be-seen";
const CLIENT_SECRET: &str = "client-secret-4713-not-to-be-seen";
const TOKEN: &str = "access-token-4714-not-to-be-seen";
const BODY: &str = "password-4715-not-to-be-seen";

#[derive(Clone, Debug, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Looks at what goes by: the tokens that the client fetches stand nowhere else.
#[derive(Clone, Debug)]
struct Tap(Arc<dyn Transport>, Captured);

#[async_trait]
impl Transport for Tap {
    async fn send(&self, request: Request<Body>) -> Result<Response<ResponseBody>, TransportError> {
        for name in ["authorization", "x-ovh-signature"] {
            let value = request.headers().get(name).map(|value| value.to_str().unwrap());
            let secret = value.map(|value| value.rsplit(' ').next().unwrap().to_owned());
            self.1.0.lock().unwrap().extend(secret.iter().flat_map(|secret| format!("{secret}\n").into_bytes()));
        }
        self.0.send(request).await
    }
}

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
    let log = Captured::default();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(log.clone())
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::FULL)
        .finish();
    // One test in this file: `tracing` decides for the whole process which events are wanted.
    tracing::subscriber::set_global_default(subscriber).unwrap();

    let settings = Settings::new().application(APPLICATION_KEY, SECRET).consumer_key(CONSUMER);
    let sandbox = Sandbox::builder().ovh(settings.service_account(CLIENT_ID, CLIENT_SECRET)).build();
    let mut secrets: Vec<String> = [SECRET, CONSUMER, CLIENT_SECRET, TOKEN, BODY].map(str::to_owned).into();
    let mut shown = Vec::new();

    let tap = Tap(sandbox.ovh(), Captured::default());
    let builder = || Client::builder().transport(Arc::new(tap.clone())).clock(PausedClock::new()).pace(None);
    // White space around a secret is repaired with a warning, which names the setting and not its value.
    let signing = || builder().application(APPLICATION_KEY, format!("{SECRET}\n")).consumer_key(CONSUMER);
    let account = || builder().oauth2(CLIENT_ID, CLIENT_SECRET);
    let token = || builder().access_token(TOKEN);
    for (builder, own) in [(signing(), [SECRET, CONSUMER]), (account(), [CLIENT_SECRET; 2]), (token(), [TOKEN; 2])] {
        shown.push(format!("{builder:?}"));
        let api = builder.build().unwrap();
        shown.push(format!("{api:?}{:?}", api.warnings()));
        let call = api.post("/me/sshKey").json(&serde_json::json!({"keyName": "x", "key": BODY}));
        shown.push(format!("{call:?}{:?}{:?}", api.get("/me/bill").list::<Value>(), api.get("/x").query("q", BODY)));

        let quote = format!("{} and {} are bad", own[0], own[1]);
        for fault in [
            Fault::ResetAfterHandling,
            Fault::Status(503),
            Fault::MalformedJson,
            Fault::HtmlBody(502),
            Fault::ExpiredToken,
            Fault::Error { status: 400, code: "INVALID_SIGNATURE".into(), message: quote.clone() },
            Fault::Error { status: 403, code: own[0].into(), message: quote },
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

    let pending = signing().build().unwrap().consumer_key().read_only("/me").await.unwrap();
    secrets.push(pending.consumer_key.expose_secret().to_owned());
    secrets.push(pending.validation_url.split_once("credentialToken=").unwrap().1.to_owned());
    shown.push(format!("{pending:?}{:?}", pending.client()));
    let error = pending.client().get("/me").await.unwrap_err();
    shown.push(all_of(&error));
    shown.push(format!("{:?}", pending.client().explain(&error).await));

    // Tokens that the client fetched itself.
    let api = account().build().unwrap();
    api.get("/me").await.unwrap();
    let went_by = String::from_utf8(tap.1.0.lock().unwrap().clone()).unwrap();
    secrets.extend(went_by.lines().map(str::to_owned));
    assert!(secrets.len() > 20, "{}", secrets.len());
    shown.push(format!("{api:?}"));

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("cloud.request") && log.contains("/me/sshKey") && log.contains("retrying"), "{log}");
    assert!(log.contains("white space around the value was taken off"), "{log}");
    for secret in &secrets {
        assert!(!log.contains(secret.as_str()), "in the log: {secret}");
        let leak = shown.iter().find(|text| text.contains(secret.as_str()));
        assert!(leak.is_none(), "shown: {secret} in {leak:?}");
    }
}
