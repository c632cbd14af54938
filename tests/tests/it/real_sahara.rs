//! The cases that judge the sandbox as they judge a real Keystone and a real Sahara; `cargo xtask real-sahara test` runs
//! them there.

use std::time::Duration;

use cross_crate_tests::real_sahara::{CASES, TOKEN_CASES, World, run};
use tokio::runtime::{Builder, Runtime};

fn runtime() -> Runtime {
    Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap()
}

#[test]
fn the_sandbox_does_what_the_real_server_does() {
    let runtime = runtime();
    let _guard = runtime.enter();
    let world = World::sandbox(Duration::from_secs(3600));
    assert_eq!(run(&runtime, &world, CASES), [""; 0]);
    let sent = world.sent();
    let (v1, v2) = (sahara::ops::v1_1::OPERATIONS, sahara::ops::v2::OPERATIONS);
    let missing: Vec<_> = v1
        .iter()
        .map(|operation| (sahara::Version::V1_1, operation.id))
        .chain(
            v2.iter()
                .map(|operation| (sahara::Version::V2, operation.id)),
        )
        .filter(|operation| !sent.contains(operation))
        .collect();
    assert_eq!(missing, NEVER_WELL);
}

/// What a real server cannot do, and our client knows.
const NEVER_WELL: &[(sahara::Version, &str)] = &[
    (sahara::Version::V1_1, "convert_plugin_config"),
    (sahara::Version::V2, "get_job_binary_data"),
];

#[test]
fn tokens_that_live_for_seconds_harm_nobody() {
    let runtime = runtime();
    let _guard = runtime.enter();
    let world = World::sandbox(Duration::from_secs(6));
    assert_eq!(run(&runtime, &world, TOKEN_CASES), [""; 0]);
}
