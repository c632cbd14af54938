//! A kubeconfig that is read means the same when it is written as JSON and as YAML; an error quotes nothing of it.

#![no_main]

use cloud_clients_fuzz::{shown, texts};
use ionos_dataplatform::Kubeconfig;
use libfuzzer_sys::fuzz_target;
use secrecy::ExposeSecret;
use serde_json::Value;

fn has_fraction(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64(),
        Value::Array(items) => items.iter().any(has_fraction),
        Value::Object(members) => members.values().any(has_fraction),
        Value::Null | Value::Bool(_) | Value::String(_) => false,
    }
}

fuzz_target!(|data: &[u8]| {
    let [text] = texts(data);
    let kubeconfig = match Kubeconfig::parse(&text) {
        Ok(kubeconfig) => kubeconfig,
        Err(error) => {
            assert!(!shown(&error).contains("hunter2"), "{error}");
            return;
        }
    };
    // `serde_json` is not exact about the last digit of a fraction.
    if has_fraction(&kubeconfig.expose()) {
        return;
    }
    let json = Kubeconfig::parse(kubeconfig.to_json().expose_secret()).unwrap();
    assert_eq!(json.expose(), kubeconfig.expose());
    let yaml = kubeconfig.to_yaml();
    let yaml = Kubeconfig::parse(yaml.expose_secret())
        .unwrap_or_else(|error| panic!("{error}: {}", yaml.expose_secret()));
    assert_eq!(yaml.expose(), kubeconfig.expose());
    assert_eq!(yaml.current_context(), kubeconfig.current_context());
});
