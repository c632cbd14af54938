//! The answers of Hetzner's metadata service, which are words and a little YAML: they are understood or refused, and
//! plain ones mean the same to a whole YAML parser.

#![no_main]

use std::collections::BTreeMap;

use cloud_clients_fuzz::{answer, clock, run, shared, texts, wire};
use cloud_core::ErrorKind;
use cloud_core::retry::StandardRetry;
use hetzner::metadata::Metadata;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|data: &[u8]| {
    let [text] = texts(data);
    let body = text.clone().into_owned();
    run(async {
        let wire = wire(move |_| answer(200, "", body.as_bytes()));
        let builder = Metadata::builder()
            .transport(shared(&wire))
            .clock(clock())
            .retry(StandardRetry::never());
        let metadata = builder.build().unwrap();
        let understood = |kind: Option<ErrorKind>| {
            assert!(
                kind.is_none_or(|kind| kind == ErrorKind::Decode),
                "{kind:?}"
            )
        };
        understood(metadata.instance_id().await.err().map(|error| error.kind()));
        understood(metadata.public_ipv4().await.err().map(|error| error.kind()));
        understood(metadata.hostname().await.err().map(|error| error.kind()));
        understood(metadata.userdata().await.err().map(|error| error.kind()));

        let networks = match metadata.private_networks().await {
            Ok(networks) => networks,
            Err(error) => return understood(Some(error.kind())),
        };
        // Quotes, comments and nesting are where one parser may know more than the other.
        let plain = |c: char| c.is_ascii_alphanumeric() || "-:_ \n./".contains(c);
        let Ok(items) = serde_yaml_ng::from_str::<Vec<BTreeMap<String, Value>>>(&text) else {
            return;
        };
        if !text.chars().all(plain) || text.contains("---") || text.contains("...") {
            return;
        }
        assert_eq!(networks.len(), items.len(), "{text}");
        for (network, item) in networks.iter().zip(items) {
            let expected = |key: &str| item.get(key).and_then(Value::as_str).map(str::to_owned);
            for (key, found) in [
                ("ip", &network.ip),
                ("network_name", &network.network_name),
                ("subnet", &network.subnet),
            ] {
                if let Some(expected) = expected(key) {
                    assert_eq!(*found, expected, "{text}");
                }
            }
        }
    });
});
