//! The signature of a call is that of the bytes that are sent, and the path of a call is no way to another place.

#![no_main]

use std::fmt::Write as _;

use cloud_clients_fuzz::{answer, clock, run, shared, texts, wire};
use cloud_core::ErrorKind;
use http::Method;
use libfuzzer_sys::fuzz_target;
use sha1::{Digest, Sha1};
use url::Url;

const APPLICATION_SECRET: &str = "test-app-secret-000000000000001";
const CONSUMER_KEY: &str = "test-consumer-key-0000000000001";

fuzz_target!(|data: &[u8]| {
    let [path, argument, name, value, body] = texts(data);
    run(async {
        let wire = wire(|_| answer(200, "", b"null"));
        let builder = ovh::Client::builder()
            .transport(shared(&wire))
            .clock(clock())
            .pace(None)
            .time_offset(-7);
        let builder = builder
            .application("test-app-key-0001", APPLICATION_SECRET)
            .consumer_key(CONSUMER_KEY);
        let api = builder.build().unwrap();
        let arguments = path.matches('{').count().min(4);
        let mut call = api.request(Method::POST, &*path);
        for _ in 0..arguments {
            call = call.arg(&argument);
        }
        if !name.is_empty() {
            call = call.query(&name, &value);
        }
        if !body.is_empty() {
            call = call.json(&body);
        }
        match call.await {
            Ok(_) => {}
            Err(error) => {
                assert!(
                    matches!(error.kind(), ErrorKind::Input | ErrorKind::Config),
                    "{error:?}"
                );
                assert!(wire.seen().is_empty());
                return;
            }
        }
        let seen = &wire.seen()[0].request;
        let text = seen.uri().to_string();
        let url = Url::parse(&text).unwrap();
        assert_eq!(url.as_str(), text, "what is sent is what a parser reads");
        assert_eq!(
            (url.host_str(), url.port(), url.fragment()),
            (Some("eu.api.ovh.com"), None, None)
        );
        let below = |base: &str| {
            url.path()
                .strip_prefix(base)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        assert!(["/1.0", "/v1", "/v2"].into_iter().any(below), "{text}");

        let header = |name: &str| seen.headers()[name].to_str().unwrap();
        let time = header("x-ovh-timestamp");
        let mut hash = Sha1::new();
        hash.update(format!("{APPLICATION_SECRET}+{CONSUMER_KEY}+POST+{text}+"));
        hash.update(seen.body());
        hash.update(format!("+{time}"));
        let mut expected = "$1$".to_owned();
        for byte in hash.finalize() {
            write!(expected, "{byte:02x}").unwrap();
        }
        assert_eq!(header("x-ovh-signature"), expected);
        assert_eq!(time, (1_795_168_800 - 7).to_string());
    });
});
