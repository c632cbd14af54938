//! Every operation of products that the sandbox keeps no state for, sent to the sandbox.
#![allow(
    clippy::needless_raw_string_hashes,
    reason = "generated texts have them, whether they need them or not"
)]

use std::sync::Arc;

use cloud_core::test_util::PausedClock;
use cloud_sandbox::Sandbox;
use cloud_sandbox::ovh::{APPLICATION_KEY, APPLICATION_SECRET, CONSUMER_KEY, Settings};
use ovh::Client;
use ovh_mock::{Drive, Server, run};

mod okms {
    use ovh_okms as product;
    pub(crate) mod drive;
}
mod vrack {
    use ovh_vrack as product;
    pub(crate) mod drive;
}

/// Sends all of a product, by signed requests; and how many of the answers were made of their types alone.
fn drive_all(is_generic: bool, all: impl AsyncFnOnce(&mut Drive)) -> (Drive, usize) {
    run(async {
        let settings = Settings::new().generic(is_generic);
        let sandbox = Sandbox::builder().ovh(settings).build();
        let server = Server::before(sandbox.ovh());
        let client = Client::builder()
            .transport(Arc::new(server.clone()))
            .clock(PausedClock::new())
            .application(APPLICATION_KEY, APPLICATION_SECRET)
            .consumer_key(CONSUMER_KEY)
            .build();
        let mut drive = Drive::of(client.unwrap(), &server, false);
        all(&mut drive).await;
        let entries = sandbox.journal().entries();
        let generic = entries.iter().filter(|entry| entry.generic);
        (drive, generic.count())
    })
}

#[test]
fn every_answer_to_an_operation_without_a_state_is_decoded() {
    let (drive, generic) = drive_all(true, okms::drive::all);
    drive.outcome().unwrap();
    assert_eq!(drive.sent, 32);
    assert!(generic >= drive.sent, "{generic}");

    let (drive, generic) = drive_all(true, vrack::drive::all);
    drive.outcome().unwrap();
    assert_eq!(drive.sent, 68);
    assert!(generic >= drive.sent, "{generic}");
}

#[test]
fn without_being_asked_for_them_the_sandbox_gives_none() {
    let (drive, generic) = drive_all(false, okms::drive::all);
    assert_eq!(generic, 0);
    assert!(drive.refused.len() >= drive.sent, "{:?}", drive.refused);
    assert!(drive.refused[0].contains("404"), "{}", drive.refused[0]);
}
