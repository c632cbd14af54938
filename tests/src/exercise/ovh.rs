//! The operations of `ovh`, in an order in which a real server accepts them.

use std::sync::Arc;
use std::time::Duration;

use cloud_core::Result;
use cloud_core::retry::StandardRetry;
use cloud_core::transport::HttpTransport;
use cloud_sandbox::Sandbox;
use cloud_sandbox::ovh::{APPLICATION_KEY, APPLICATION_SECRET, CONSUMER_KEY};
use ovh::task::{Started, Work};
use ovh::{Client, ClientBuilder};

use super::{Replay, Run};

mod account;
mod cloud;
mod domains;
mod machines;

/// A key that nobody has the other half of.
const PUBLIC_KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB exercise";

/// Against any server, with a line for each call. The token is application key, application secret and consumer key with
/// colons between them; anything else stands for those of the sandbox.
pub async fn against(url: &str, token: &str, settle: Duration, round_trip: bool) -> Result<Run> {
    let mut run = Run { loud: true, ..Run::default() };
    let plain = url.starts_with("http:");
    let mut builder = signing(token).endpoint(url).retry(StandardRetry::never());
    if plain {
        builder = builder.pace(None);
    }
    if round_trip {
        let network = HttpTransport::builder().plain_http_only(plain).build();
        let network = network.map_err(|error| cloud_core::Error::config("the connection", error))?;
        let replay = Arc::new(Replay::new(Arc::new(network)));
        run = Run { loud: true, ..Run::comparing(replay.clone()) };
        builder = builder.transport(replay);
    }
    let api = builder.on_attempt(run.hook()).build()?;
    exercise(&mut run, &api, settle).await;
    Ok(run)
}

/// In the sandbox.
pub async fn in_the_sandbox() -> Result<Run> {
    let mut run = Run::default();
    let api = signing("").pace(None).transport(sandbox().ovh()).on_attempt(run.hook()).build()?;
    exercise(&mut run, &api, Duration::ZERO).await;
    Ok(run)
}

/// In the sandbox, where every answer is taken apart.
pub async fn taking_answers_apart() -> Result<Run> {
    let replay = Arc::new(Replay::new(sandbox().ovh()));
    let mut run = Run { enveloped: false, ..Run::taking_apart(replay.clone()) };
    let api = signing("").pace(None).transport(replay).on_attempt(run.hook()).build()?;
    exercise(&mut run, &api, Duration::ZERO).await;
    Ok(run)
}

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::builder().action_duration(Duration::ZERO).build();
    // Nobody is there who could open the page of a new key.
    sandbox.ovh_console().validate_at_once(true);
    sandbox
}

fn signing(token: &str) -> ClientBuilder {
    let parts: Vec<&str> = token.split(':').collect();
    let [key, secret, consumer] = parts[..] else {
        return Client::builder().application(APPLICATION_KEY, APPLICATION_SECRET).consumer_key(CONSUMER_KEY);
    };
    Client::builder().application(key, secret).consumer_key(consumer)
}

async fn exercise(run: &mut Run, api: &Client, settle: Duration) {
    let guest = account::guest(run, api).await;
    let own = account::identity(run, api).await;
    account::me(run, api).await;
    domains::all(run, api).await;
    machines::all(run, api, settle).await;
    cloud::all(run, api).await;
    account::policies(run, api).await;
    account::farewell(run, api, guest, own).await;
}

/// Lets work end that the next call builds on.
async fn ended<T: Work + Send + 'static>(started: Option<Started<T>>, settle: Duration) {
    if let (Some(started), false) = (started, settle.is_zero()) {
        let _ = started.wait().timeout(settle).await;
    }
}
