//! Signatures, on what really goes over the wire.

mod common;

use cloud_core::test_util::{PausedClock, Scripted, ScriptedTransport};
use http::Method;
use ovh::Client;
use serde_json::json;

use common::{AK, AS, CK, NOW};

struct Vector {
    endpoint: &'static str,
    method: Method,
    path: &'static str,
    body: Option<&'static str>,
    url: &'static str,
    signature: &'static str,
}

const fn vector(
    endpoint: &'static str,
    method: Method,
    [path, url]: [&'static str; 2],
    body: Option<&'static str>,
    signature: &'static str,
) -> Vector {
    Vector { endpoint, method, path, body, url, signature }
}

/// Produced in three independent ways with the same result, two of them the official clients for Python and Go.
const VECTORS: [Vector; 8] = [
    vector(
        "ovh-eu",
        Method::GET,
        ["/me", "https://eu.api.ovh.com/1.0/me"],
        None,
        "$1$bdc9c2f622ba85b2967577dfed904374929fc666",
    ),
    vector(
        "ovh-eu",
        Method::GET,
        [
            "/domain/zone/example.com/record?fieldType=TXT&subDomain=_acme-challenge.a+b%2B%C3%A9",
            "https://eu.api.ovh.com/1.0/domain/zone/example.com/record?fieldType=TXT&subDomain=_acme-challenge.a+b%2B%C3%A9",
        ],
        None,
        "$1$738775c975b97b94c4c6d84da0c865427cd6f1d3",
    ),
    vector(
        "ovh-eu",
        Method::POST,
        ["/email/domain/example.com/redirection", "https://eu.api.ovh.com/1.0/email/domain/example.com/redirection"],
        Some(r#"{"from":"sales@example.com","to":"contact@example.com","localCopy":false}"#),
        "$1$e8571cafae42d738af13f4061780b02b9b02e558",
    ),
    vector(
        "ovh-ca",
        Method::PUT,
        [
            "/dedicated/server/ns1234567.ip-192-0-2.net/burst",
            "https://ca.api.ovh.com/1.0/dedicated/server/ns1234567.ip-192-0-2.net/burst",
        ],
        Some(r#"{"status":"active"}"#),
        "$1$aede5c2057743111ec380087edf0a7bc3789b81a",
    ),
    vector(
        "ovh-us",
        Method::DELETE,
        ["/me/api/credential/42", "https://api.us.ovhcloud.com/1.0/me/api/credential/42"],
        None,
        "$1$fc1b5e201542ec785b40b69295f46b3da3d4bba6",
    ),
    vector(
        "ovh-eu",
        Method::GET,
        ["/v2/iam/policy?details=true", "https://eu.api.ovh.com/v2/iam/policy?details=true"],
        None,
        "$1$83404df73da06d80df862628ce33011dff82bd0e",
    ),
    vector(
        "ovh-eu",
        Method::POST,
        ["/domain/zone/example.com/refresh", "https://eu.api.ovh.com/1.0/domain/zone/example.com/refresh"],
        None,
        "$1$abedc2689fd8e8fd91dec804a04230abcdf4df83",
    ),
    vector(
        "kimsufi-eu",
        Method::GET,
        ["/ip/192.0.2.0%2F28/reverse", "https://eu.api.kimsufi.com/1.0/ip/192.0.2.0%2F28/reverse"],
        None,
        "$1$347adf54bf45173c877b8e2d659812b5f50219d5",
    ),
];

/// A body whose JSON is this text, in the order in which it is written here.
struct Text(&'static str);

impl serde::Serialize for Text {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: Box<serde_json::value::RawValue> = serde_json::from_str(self.0).unwrap();
        raw.serialize(serializer)
    }
}

#[tokio::test(start_paused = true)]
async fn the_eight_vectors() {
    for vector in VECTORS {
        let direct = ovh::credential::signature(
            AS,
            CK,
            vector.method.as_str(),
            vector.url,
            vector.body.unwrap_or_default().as_bytes(),
            NOW,
        );
        assert_eq!(direct, vector.signature, "{}", vector.url);

        let transport = ScriptedTransport::new([Scripted::json(200, "null")]);
        let api = Client::builder()
            .endpoint(vector.endpoint)
            .application(AK, AS)
            .consumer_key(CK)
            .clock(PausedClock::new())
            .time_offset(NOW - common::PAUSED)
            .transport(std::sync::Arc::new(transport.clone()))
            .build()
            .unwrap();
        let mut call = api.request(vector.method.clone(), vector.path);
        if let Some(body) = vector.body {
            call = call.json(&Text(body));
        }
        assert_eq!(call.await.unwrap(), json!(null));
        let sent = &transport.seen()[0].request;
        assert_eq!(sent.uri().to_string(), vector.url);
        assert_eq!(sent.body(), vector.body.unwrap_or_default());
        let header = |name: &str| sent.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(header("x-ovh-signature").as_deref(), Some(vector.signature));
        assert_eq!(header("x-ovh-timestamp"), Some(NOW.to_string()));
        assert_eq!((header("x-ovh-application").as_deref(), header("x-ovh-consumer").as_deref()), (Some(AK), Some(CK)));
        // No parameters, no body, not even a type of one: the service refuses what it does not expect.
        assert_eq!(header("content-type"), vector.body.map(|_| "application/json".to_owned()));
        assert!(header("authorization").is_none());
    }
}
