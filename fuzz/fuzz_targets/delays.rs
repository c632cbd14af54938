//! Whatever the headers of answers say, attempts and pauses have their bounds.

#![no_main]

use std::time::Duration;

use cloud_clients_fuzz::{answer, clock, run, shared, texts, wire};
use cloud_core::retry::retry_after;
use cloud_core::test_util::Scripted;
use cloud_core::time::Clock as _;
use libfuzzer_sys::fuzz_target;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const LIMIT: Duration = Duration::from_secs(600);

fuzz_target!(|data: &[u8]| {
    let [status, refused, accepted] = texts(data);
    let status = status
        .trim()
        .parse()
        .ok()
        .filter(|status| (400..600).contains(status))
        .unwrap_or(429);
    run(async {
        let clock = clock();
        let (no, yes) = (refused.into_owned(), accepted.into_owned());
        if let Scripted::Answer(response) = answer(200, &no, b"") {
            let _ = retry_after(response.headers(), clock.system_now());
        }
        let body = br#"{"ssh_keys":[]}"#;
        let wire = wire(move |request| match request.uri().query() {
            None => answer(status, &no, b"{}"),
            Some(_) => answer(200, &yes, body),
        });
        let builder = hetzner::Client::builder()
            .token("token")
            .transport(shared(&wire))
            .clock(clock.clone());
        let api = builder.build().unwrap();
        let start = clock.now();
        let error = api.ssh_keys().get(1).await.unwrap_err();
        let attempts = wire.seen().len();
        assert!(
            (1..=5).contains(&attempts) && error.attempts() as usize == attempts,
            "{attempts}: {error}"
        );
        // Four pauses of a minute at most, and the turns of a rate limit of one request an hour.
        let longest = 4 * MINUTE + 5 * HOUR;
        assert!(clock.now() - start <= longest, "{:?}", clock.now() - start);

        // What says how much is left may make calls wait, but not beyond their own limit.
        for _ in 0..3 {
            let start = clock.now();
            let answered = api
                .ssh_keys()
                .list()
                .name("x")
                .options(|o| o.timeout(LIMIT))
                .page()
                .await;
            let waited = clock.now() - start;
            assert!(waited <= LIMIT, "{waited:?}");
            assert!(
                answered.is_ok()
                    || answered.as_ref().is_err_and(cloud_core::Error::is_timeout)
                    || waited < LIMIT
            );
        }
        let _ = format!("{:?}", api.rate_limit());
    });
});
