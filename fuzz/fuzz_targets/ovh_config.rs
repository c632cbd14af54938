//! Configuration files of OVHcloud: what is found stands in the files, and nothing printed shows a secret.

#![no_main]

use cloud_clients_fuzz::{shown, texts, wire};
use cloud_core::ErrorKind;
use cloud_core::config::Environment;
use libfuzzer_sys::fuzz_target;
use ovh::config::Settings;
use secrecy::ExposeSecret;

const SECRET: &str = "hunter2hunter2";

fuzz_target!(|data: &[u8]| {
    let [near, far] = texts(data);
    let env = Environment::given(
        [("OVH_CONSUMER_KEY", "environment-key")],
        Some("/home/me".into()),
    );
    let env = env
        .with_file("ovh.conf", &*near)
        .with_file("/etc/ovh.conf", &*far);
    let settings = match Settings::load(&env) {
        Ok(settings) => settings,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Config);
            // Names of sections and endpoints may be shown; values of keys may not.
            if is_value(&near) && is_value(&far) {
                assert!(!shown(&error).contains(SECRET), "{error}");
            }
            return;
        }
    };
    assert_eq!(
        settings
            .consumer_key
            .as_ref()
            .unwrap()
            .value
            .expose_secret(),
        "environment-key"
    );
    let found = [
        &settings.application_secret,
        &settings.client_secret,
        &settings.access_token,
    ];
    for secret in found.into_iter().flatten() {
        let text = secret.value.expose_secret();
        assert!(!text.is_empty() && (near.contains(text) || far.contains(text)));
        assert_eq!(text.trim(), text);
    }
    for text in [&settings.application_key, &settings.client_id]
        .into_iter()
        .flatten()
    {
        assert!(near.contains(&text.value) || far.contains(&text.value));
    }
    if is_value(&near) && is_value(&far) {
        assert!(!format!("{settings:?}").contains(SECRET), "{settings:?}");
    }
    // What was read makes a client, or an error that names a setting.
    let wire = wire(|_| unreachable!());
    let builder = ovh::Client::builder().transport(cloud_clients_fuzz::shared(&wire));
    if let Err(error) = builder
        .from_environment(&env, None)
        .and_then(ovh::ClientBuilder::build)
    {
        assert!(
            matches!(error.kind(), ErrorKind::Config | ErrorKind::Credential),
            "{error:?}"
        );
    }
});

/// Whether the secret is, at most, the value of keys that hold one.
fn is_value(text: &str) -> bool {
    let keys = [
        "application_secret",
        "client_secret",
        "access_token",
        "consumer_key",
    ];
    text.lines()
        .filter(|line| line.contains(SECRET))
        .all(|line| {
            let parts = line.trim().split_once('=');
            parts.is_some_and(|(key, value)| keys.contains(&key.trim()) && value.trim() == SECRET)
        })
}
