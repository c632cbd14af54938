//! Every example, in a sandbox.
#![allow(
    dead_code,
    clippy::duplicate_mod,
    reason = "each has a `main`, and declares what all of them share"
)]

#[path = "../examples/bills.rs"]
mod bills;
#[path = "../examples/common/mod.rs"]
mod common;
#[path = "../examples/consumer_key.rs"]
mod consumer_key;
#[path = "../examples/credentials.rs"]
mod credentials;
#[path = "../examples/full_access.rs"]
mod full_access;
#[path = "../examples/kvm.rs"]
mod kvm;
#[path = "../examples/mail_redirection.rs"]
mod mail_redirection;
#[path = "../examples/network_burst.rs"]
mod network_burst;
#[path = "../examples/whoami.rs"]
mod whoami;

use std::net::Ipv4Addr;
use std::path::Path;

use cloud_sandbox::ovh::{ACCOUNT, APPLICATION_SECRET, CONSUMER_KEY};
use common::sandboxed;

/// What an example printed, which holds no secret.
fn printed(text: &str) -> &str {
    for secret in [APPLICATION_SECRET, CONSUMER_KEY, "password", "https://"] {
        assert!(!text.contains(secret), "{text}");
    }
    text
}

#[tokio::test(start_paused = true)]
async fn whoami_greets() {
    let text = whoami::run(&sandboxed().unwrap()).await.unwrap();
    assert!(
        printed(&text).starts_with("Welcome, ") && text.contains(ACCOUNT),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_key_is_asked_for_and_used() {
    let text = consumer_key::run(&sandboxed().unwrap()).await.unwrap();
    assert_eq!(
        printed(&text),
        format!("The key of {ACCOUNT} is validated and allows GET /me")
    );
    let text = full_access::run(&sandboxed().unwrap()).await.unwrap();
    assert_eq!(
        printed(&text),
        "The key allows GET /*, POST /*, PUT /*, DELETE /*"
    );
}

#[tokio::test(start_paused = true)]
async fn mail_is_redirected() {
    let api = sandboxed().unwrap();
    let text = mail_redirection::run(&api, "example.com", "a@example.com", "b@example.com")
        .await
        .unwrap();
    assert!(
        printed(&text).ends_with("\na@example.com goes to b@example.com"),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
async fn all_bills_are_printed() {
    let text = bills::run(&sandboxed().unwrap(), "2020-01-01")
        .await
        .unwrap();
    assert_eq!(printed(&text).lines().count(), 24, "{text}");
    assert_eq!(
        bills::run(&sandboxed().unwrap(), "2999-01-01")
            .await
            .unwrap(),
        ""
    );
}

#[tokio::test(start_paused = true)]
async fn servers_of_one_place_may_send_more() {
    let api = sandboxed().unwrap();
    let text = network_burst::run(&api, "gra3").await.unwrap();
    assert!(
        text.starts_with("ns1000001.ip-192-0-2.eu: active now"),
        "{text}"
    );
    let text = network_burst::run(&api, "gra3").await.unwrap();
    assert!(
        text.starts_with("ns1000001.ip-192-0-2.eu: active already"),
        "{text}"
    );
    assert_eq!(network_burst::run(&api, "moon1").await.unwrap(), "");
}

#[tokio::test(start_paused = true)]
async fn keys_are_in_a_table() {
    let text = credentials::run(&sandboxed().unwrap()).await.unwrap();
    assert_eq!(printed(&text).lines().count(), 2, "{text}");
    assert!(
        text.lines().nth(1).unwrap().contains(" validated ") && text.contains(" never "),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_screen_is_opened() {
    let file =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("kvm-{}.jnlp", std::process::id()));
    let api = sandboxed().unwrap();
    let text = kvm::run(&api, "ns1000001.ip-192-0-2.eu", Ipv4Addr::LOCALHOST, &file)
        .await
        .unwrap();
    assert!(printed(&text).starts_with("Run `javaws "), "{text}");
    assert!(std::fs::read_to_string(&file).unwrap().contains("jnlp"));
    std::fs::remove_file(&file).unwrap();
}
