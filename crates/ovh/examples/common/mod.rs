//! Where the examples get their client and their arguments from.
#![allow(dead_code, unreachable_pub)] // Every example uses its own part of it.

use std::time::Duration;

use cloud_sandbox::Sandbox;
use cloud_sandbox::ovh::{APPLICATION_KEY, APPLICATION_SECRET, CONSUMER_KEY};
use ovh::{Client, Result};

/// The account of the environment (`OVH_APPLICATION_KEY` and its kin, or `ovh.conf`) when the example was started with
/// `--real`, and otherwise one that lives as long as the example.
pub fn client() -> Result<Client> {
    if std::env::args().any(|argument| argument == "--real") {
        return Client::from_env();
    }
    eprintln!("This is a sandbox. With --real it is the account of your environment.");
    sandboxed()
}

/// A client of a sandbox whose work ends at once, and whose user agrees to everything.
pub fn sandboxed() -> Result<Client> {
    let sandbox = Sandbox::builder().action_duration(Duration::ZERO).build();
    sandbox.ovh_console().validate_at_once(true);
    let builder = Client::builder()
        .transport(sandbox.ovh())
        .application(APPLICATION_KEY, APPLICATION_SECRET);
    builder.consumer_key(CONSUMER_KEY).build()
}

/// The argument at this place, not counting `--real`.
pub fn argument(place: usize, otherwise: &str) -> String {
    let mut given = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--real");
    given.nth(place).unwrap_or_else(|| otherwise.to_owned())
}
