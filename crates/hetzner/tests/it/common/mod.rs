//! What the tests share: a client of a sandbox, and how tolerant an answer type has to be.

use cloud_core::test_util::PausedClock;
use cloud_sandbox::Sandbox;
use hetzner::{Client, Server};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

pub const SSH_KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB laptop";

pub fn client(sandbox: &Sandbox) -> Client {
    Client::builder()
        .token("secret-token")
        .transport(sandbox.hetzner())
        .clock(PausedClock::new())
        .build()
        .unwrap()
}

/// A server in fsn1 that runs.
pub async fn server(api: &Client, name: &str) -> Server {
    api.servers()
        .create(name, "cx23", "debian-13")
        .location("fsn1")
        .await
        .unwrap()
        .wait()
        .await
        .unwrap()
}

/// The last request: method and path, and its body.
pub fn last(sandbox: &Sandbox) -> (String, Value) {
    let entries = sandbox.journal().entries();
    let entry = entries
        .iter()
        .rev()
        .find(|entry| !entry.path.starts_with("/v1/actions"))
        .unwrap();
    (
        format!("{} {}", entry.method, entry.path),
        serde_json::from_slice(&entry.body).unwrap_or(Value::Null),
    )
}

/// The query of the last request.
pub fn last_query(sandbox: &Sandbox) -> String {
    sandbox
        .journal()
        .entries()
        .last()
        .unwrap()
        .query
        .clone()
        .unwrap_or_default()
}

#[track_caller]
pub fn assert_code<T: std::fmt::Debug>(result: hetzner::Result<T>, code: &str) {
    let error = result.unwrap_err();
    assert_eq!(error.code(), Some(code), "{error}");
}

/// An error that was found before anything was sent, about this field.
#[track_caller]
pub fn assert_field<T: std::fmt::Debug>(result: hetzner::Result<T>, field: &str) {
    let error = result.unwrap_err();
    assert_eq!(
        (error.kind(), error.fields()[0].name.as_str()),
        (hetzner::ErrorKind::Input, field),
        "{error}"
    );
}

pub const MAX_ID: i64 = (1 << 53) - 1;

pub trait Model: DeserializeOwned + Serialize + Default + PartialEq + std::fmt::Debug {}
impl<T: DeserializeOwned + Serialize + Default + PartialEq + std::fmt::Debug> Model for T {}

pub fn decode<T: Model>(value: &Value) -> T {
    hetzner::decode::from_value(value).unwrap_or_else(|error| panic!("{error}: {value}"))
}

/// The full answer survives being read and written; nothing that is taken away, nulled, renamed or added stops it from
/// being read, and what was touched is all that changes.
#[track_caller]
pub fn check<T: Model>(full: &Value) -> T {
    let model: T = decode(full);
    let written = serde_json::to_value(&model).unwrap();
    assert_eq!(
        normal(&written),
        normal(full),
        "reading and writing changed the answer"
    );
    assert_eq!(decode::<T>(&written), model);
    assert_eq!(decode::<T>(&json!({})), T::default());

    for path in paths(full) {
        let broken = |change: &dyn Fn(&mut Map<String, Value>, &str)| {
            let mut broken = full.clone();
            let (parent, key) = path.rsplit_once('/').unwrap();
            change(
                broken.pointer_mut(parent).unwrap().as_object_mut().unwrap(),
                key,
            );
            decode::<T>(&broken)
        };
        let absent = broken(&|parent, key| drop(parent.remove(key)));
        let null = broken(&|parent, key| drop(parent.insert(key.to_owned(), Value::Null)));
        // A label is data: one without a value is still there.
        let is_map_entry = path.contains("/labels/") || path.contains("/time_series/");
        if !is_map_entry {
            assert_eq!(absent, null, "{path}");
        }
        let renamed = broken(&|parent, key| {
            let value = parent.remove(key).unwrap();
            parent.insert(format!("{key}_of_next_year"), value);
        });
        if !is_map_entry {
            assert_eq!(renamed, absent, "{path}");
        }
        if full.pointer(&path) != Some(&Value::Null) {
            assert_ne!(absent, model, "{path} is not read");
        }
    }
    model
}

/// The pointers to all keys of all objects, at any depth.
fn paths(value: &Value) -> Vec<String> {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(map) => map
            .iter()
            .map(|(key, child)| (key.replace('/', "~1"), child))
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, child)| (index.to_string(), child))
            .collect(),
        _ => Vec::new(),
    };
    let mut found = Vec::new();
    for (key, child) in children {
        if value.is_object() && !key.contains("~1") {
            found.push(format!("/{key}"));
        }
        found.extend(paths(child).into_iter().map(|rest| format!("/{key}{rest}")));
    }
    found
}

/// `40` and `40.0` are the same number.
pub fn normal(value: &Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => {
            let number = number.as_f64().unwrap();
            if number.fract() == 0.0 {
                json!(format!("{number:.0}").parse::<i64>().unwrap())
            } else {
                value.clone()
            }
        }
        Value::Array(items) => items.iter().map(normal).collect(),
        Value::Object(map) => map
            .iter()
            .map(|(key, item)| (key.clone(), normal(item)))
            .collect(),
        other => other.clone(),
    }
}

pub fn location() -> Value {
    json!({
        "id": 1,
        "name": "fsn1",
        "description": "Falkenstein, park 1",
        "country": "DE",
        "city": "Falkenstein",
        "latitude": 50.47612,
        "longitude": 12.370_071,
        "network_zone": "eu-central"
    })
}
