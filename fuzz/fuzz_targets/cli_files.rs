//! The files of the other command lines: `cli.toml` of hcloud, the one of ionosctl, and two of vdk. They are read, or
//! refused with the name of the setting; nothing printed shows a secret.

#![no_main]

use cloud_clients_fuzz::{shown, texts};
use cloud_core::config::Environment;
use cloud_core::{Error, ErrorKind};
use libfuzzer_sys::fuzz_target;
use secrecy::ExposeSecret;

const SECRET: &str = "hunter2hunter2";

fn check<T: std::fmt::Debug>(result: &Result<T, Error>, hide: bool) {
    let text = match result {
        Ok(settings) => format!("{settings:?}"),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Config, "{error:?}");
            shown(error)
        }
    };
    assert!(!hide || !text.contains(SECRET), "{text}");
}

/// Whether all occurrences of the secret are values of keys that hold one.
fn only_secrets(value: &serde_json::Value, is_secret: &dyn Fn(&str) -> bool) -> usize {
    match value {
        serde_json::Value::Array(items) => {
            items.iter().map(|item| only_secrets(item, is_secret)).sum()
        }
        serde_json::Value::Object(members) => members
            .iter()
            .map(|(key, item)| match item {
                serde_json::Value::String(text) if is_secret(key) => usize::from(text == SECRET),
                item => only_secrets(item, is_secret),
            })
            .sum(),
        _ => 0,
    }
}

fuzz_target!(|data: &[u8]| {
    let [toml, yaml, ini, json] = texts(data);
    let env = Environment::given([("HCLOUD_X", "y")], Some("/home/me".into()));

    let known = match toml.parse::<toml::Table>() {
        // A file that is no TOML is quoted nowhere.
        Err(_) => usize::MAX,
        Ok(table) => only_secrets(&serde_json::to_value(table).unwrap_or_default(), &|key| {
            key == "token"
        }),
    };
    let settings = hetzner::config::Settings::load(
        &env.clone()
            .with_file("/home/me/.config/hcloud/cli.toml", &*toml),
    );
    check(
        &settings,
        known == usize::MAX || known == toml.matches(SECRET).count(),
    );
    if let Ok(settings) = settings {
        let token = settings.token.value.expose_secret();
        assert!(http::HeaderValue::try_from(token).is_ok() && !token.is_empty());
    }

    let known = serde_yaml_ng::from_str::<serde_json::Value>(&yaml);
    let secret = |key: &str| ["token", "password"].contains(&key);
    let known = known.map_or(usize::MAX, |value| only_secrets(&value, &secret));
    let env_of_yaml = env.clone().with_file("/home/me/.ionos/config", &*yaml);
    check(
        &ionos_dataplatform::config::Settings::load(&env_of_yaml),
        known == yaml.matches(SECRET).count(),
    );

    let folder = "/home/me/.vdk.internal";
    let env = env.with_file(format!("{folder}/vdk-configuration.ini"), &*ini);
    let env = env.with_file(format!("{folder}/vdk-cred.json"), &*json);
    let secret = |key: &str| ["access_token", "refresh_token", "client_secret"].contains(&key);
    let known =
        serde_json::from_str(&json).map_or(usize::MAX, |value| only_secrets(&value, &secret));
    let expected = json.matches(SECRET).count();
    check(
        &vdk_control::config::Settings::load(&env),
        known == expected && !ini.contains(SECRET),
    );
});
