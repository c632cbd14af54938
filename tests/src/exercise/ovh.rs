//! The operations of `ovh`, in an order in which a real server accepts them.

use std::future::IntoFuture;
use std::time::Duration;

use cloud_core::Result;
use cloud_core::call::CallFuture;
use cloud_core::retry::StandardRetry;
use cloud_sandbox::Sandbox;
use cloud_sandbox::ovh::{APPLICATION_KEY, APPLICATION_SECRET, CONSUMER_KEY};
use ovh::Accepted;
use ovh::task::Work;
use ovh::{Client, ClientBuilder, List};
use serde::de::DeserializeOwned;

use super::{PUBLIC_KEY, Run};

/// All items of a list, which can be asked for again and again.
#[derive(Clone)]
struct All<T>(List<T>);

impl<T: DeserializeOwned + Send + 'static> IntoFuture for All<T> {
    type Output = Result<Vec<T>>;
    type IntoFuture = CallFuture<Vec<T>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.0.all())
    }
}

mod account;
mod cloud;
mod domains;
mod machines;

/// Against any server, with a line for each call. The token is application key, application secret and consumer key with
/// colons between them; anything else stands for those of the sandbox.
pub async fn against(url: &str, token: &str, settle: Duration, round_trip: bool) -> Result<Run> {
    let (run, replay) = Run::aloud(url, round_trip)?;
    let mut builder = signing(token).endpoint(url).retry(StandardRetry::never());
    if url.starts_with("http:") {
        builder = builder.pace(None);
    }
    if let Some(replay) = replay {
        builder = builder.transport(replay);
    }
    conduct(run, builder, settle).await
}

/// In the sandbox.
pub async fn in_the_sandbox() -> Result<Run> {
    conduct(
        Run::default(),
        signing("").pace(None).transport(sandbox().ovh()),
        Duration::ZERO,
    )
    .await
}

/// In the sandbox, where every answer is taken apart.
pub async fn taking_answers_apart() -> Result<Run> {
    let (run, replay) = Run::taking_apart(sandbox().ovh());
    conduct(
        Run {
            enveloped: false,
            ..run
        },
        signing("").pace(None).transport(replay),
        Duration::ZERO,
    )
    .await
}

async fn conduct(mut run: Run, builder: ClientBuilder, settle: Duration) -> Result<Run> {
    let api = builder.on_attempt(run.hook()).build()?;
    exercise(&mut run, &api, settle).await;
    Ok(run)
}

fn sandbox() -> Sandbox {
    let sandbox = super::sandbox();
    // Nobody is there who could open the page of a new key.
    sandbox.ovh_console().validate_at_once(true);
    sandbox
}

fn signing(token: &str) -> ClientBuilder {
    let parts: Vec<&str> = token.split(':').collect();
    let [key, secret, consumer] = parts[..] else {
        return Client::builder()
            .application(APPLICATION_KEY, APPLICATION_SECRET)
            .consumer_key(CONSUMER_KEY);
    };
    Client::builder()
        .application(key, secret)
        .consumer_key(consumer)
}

async fn exercise(run: &mut Run, api: &Client, settle: Duration) {
    let guest = account::guest(run, api).await;
    let own = account::identity(run, api).await;
    account::me(run, api).await;
    domains::all(run, api).await;
    domains::carts(run, api).await;
    domains::messages(run, api).await;
    domains::databases(run, api, settle).await;
    machines::all(run, api, settle).await;
    cloud::all(run, api).await;
    account::policies(run, api).await;
    account::farewell(run, api, guest, own).await;
}

/// Lets work end that the next call builds on.
async fn ended<T: Work + Send + 'static>(started: Option<Accepted<T>>, settle: Duration) {
    if let (Some(started), false) = (started, settle.is_zero()) {
        let _ = started.wait().timeout(settle).await;
    }
}
