//! Signatures, on what really goes over the wire.

use std::fmt::Write as _;

use cloud_core::test_util::{Scripted, ScriptedTransport};
use http::Method;
use serde_json::{Value, json};

use crate::common::{AK, AS, CK, NOW, PAUSED, builder, client, header, script, target};

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
    Vector {
        endpoint,
        method,
        path,
        body,
        url,
        signature,
    }
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
        [
            "/email/domain/example.com/redirection",
            "https://eu.api.ovh.com/1.0/email/domain/example.com/redirection",
        ],
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
        [
            "/me/api/credential/42",
            "https://api.us.ovhcloud.com/1.0/me/api/credential/42",
        ],
        None,
        "$1$fc1b5e201542ec785b40b69295f46b3da3d4bba6",
    ),
    vector(
        "ovh-eu",
        Method::GET,
        [
            "/v2/iam/policy?details=true",
            "https://eu.api.ovh.com/v2/iam/policy?details=true",
        ],
        None,
        "$1$83404df73da06d80df862628ce33011dff82bd0e",
    ),
    vector(
        "ovh-eu",
        Method::POST,
        [
            "/domain/zone/example.com/refresh",
            "https://eu.api.ovh.com/1.0/domain/zone/example.com/refresh",
        ],
        None,
        "$1$abedc2689fd8e8fd91dec804a04230abcdf4df83",
    ),
    vector(
        "kimsufi-eu",
        Method::GET,
        [
            "/ip/192.0.2.0%2F28/reverse",
            "https://eu.api.kimsufi.com/1.0/ip/192.0.2.0%2F28/reverse",
        ],
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
        let api = builder(&transport)
            .endpoint(vector.endpoint)
            .application(AK, AS)
            .consumer_key(CK);
        let api = api.time_offset(NOW - PAUSED).build().unwrap();
        let mut call = api.request(vector.method.clone(), vector.path);
        if let Some(body) = vector.body {
            call = call.json(&Text(body));
        }
        assert_eq!(call.await.unwrap(), json!(null));
        let sent = &transport.seen()[0].request;
        assert_eq!(sent.uri().to_string(), vector.url);
        assert_eq!(sent.body(), vector.body.unwrap_or_default());
        let header = |name: &str| header(sent, name);
        assert_eq!(header("x-ovh-signature").as_deref(), Some(vector.signature));
        assert_eq!(header("x-ovh-timestamp"), Some(NOW.to_string()));
        assert_eq!(
            (
                header("x-ovh-application").as_deref(),
                header("x-ovh-consumer").as_deref()
            ),
            (Some(AK), Some(CK))
        );
        // No parameters, no body, not even a type of one: the service refuses what it does not expect.
        assert_eq!(
            header("content-type"),
            vector.body.map(|_| "application/json".to_owned())
        );
        assert!(header("authorization").is_none());
    }
}

/// SHA-1 as RFC 3174 describes it, written for this test alone.
fn sha1(message: &[u8]) -> String {
    let mut state: [u32; 5] = [
        0x6745_2301,
        0xefcd_ab89,
        0x98ba_dcfe,
        0x1032_5476,
        0xc3d2_e1f0,
    ];
    let mut padded = message.to_vec();
    padded.push(0x80);
    while padded.len() % 64 != 56 {
        padded.push(0);
    }
    padded.extend_from_slice(&(message.len() as u64 * 8).to_be_bytes());
    for block in padded.chunks(64) {
        let mut words: Vec<u32> = block
            .chunks(4)
            .map(|four| u32::from_be_bytes(four.try_into().unwrap()))
            .collect();
        for t in 16..80 {
            words
                .push((words[t - 3] ^ words[t - 8] ^ words[t - 14] ^ words[t - 16]).rotate_left(1));
        }
        let [mut h0, mut h1, mut h2, mut h3, mut h4] = state;
        for (t, word) in words.iter().enumerate() {
            let (mixed, constant) = match t / 20 {
                0 => ((h1 & h2) | (!h1 & h3), 0x5a82_7999_u32),
                1 => (h1 ^ h2 ^ h3, 0x6ed9_eba1),
                2 => ((h1 & h2) | (h1 & h3) | (h2 & h3), 0x8f1b_bcdc),
                _ => (h1 ^ h2 ^ h3, 0xca62_c1d6),
            };
            let sum = [mixed, h4, *word, constant]
                .into_iter()
                .fold(h0.rotate_left(5), u32::wrapping_add);
            (h4, h3, h2, h1, h0) = (h3, h2, h1.rotate_left(30), h0, sum);
        }
        for (sum, add) in state.iter_mut().zip([h0, h1, h2, h3, h4]) {
            *sum = sum.wrapping_add(add);
        }
    }
    state.iter().fold(String::new(), |mut hex, word| {
        write!(hex, "{word:08x}").unwrap();
        hex
    })
}

/// The percent-encoding of a segment or a query value, written for this test alone.
fn percent(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            other => write!(encoded, "%{other:02X}").unwrap(),
        }
    }
    encoded
}

#[test]
fn the_second_computation_is_right_itself() {
    assert_eq!(sha1(b"abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
    let long = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    assert_eq!(
        sha1(long.as_bytes()),
        "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
    );
}

/// Any method, any segments, any query, any body, any time: what is sent is what was signed.
#[tokio::test(start_paused = true)]
async fn ten_thousand_requests_are_signed_as_an_independent_computation_says() {
    let mut rng = fastrand::Rng::with_seed(20_261_121);
    for round in 0..100 {
        let transport = ScriptedTransport::from_fn(|_| Scripted::json(200, "null"));
        let now = rng.i64(0..4_000_000_000);
        let (secret, consumer) = (rng.u128(..).to_string(), format!("{:x}", rng.u128(..)));
        let api = builder(&transport)
            .application(AK, secret.clone())
            .consumer_key(consumer.clone());
        let api = api.time_offset(now - PAUSED).build().unwrap();
        for _ in 0..100 {
            let method =
                [Method::GET, Method::POST, Method::PUT, Method::DELETE][rng.usize(..4)].clone();
            let text = |rng: &mut fastrand::Rng, most: usize| {
                (0..rng.usize(1..most))
                    .map(|_| rng.char('\0'..='\u{1ffff}'))
                    .collect::<String>()
            };
            let segment = Some(text(&mut rng, 9))
                .filter(|text| text != "." && text != "..")
                .unwrap_or("x".into());
            let version = ["", "/v2", "/v1"][rng.usize(..3)];
            let mut call = api
                .request(method.clone(), format!("{version}/ip/{{ip}}/reverse"))
                .arg(&segment);
            let base = if version.is_empty() { "/1.0" } else { version };
            let mut url = format!(
                "https://eu.api.ovh.com{base}/ip/{}/reverse",
                percent(&segment)
            );
            for index in 0..rng.usize(..4) {
                let (name, value) = (text(&mut rng, 5), text(&mut rng, 12));
                call = call.query(&name, &value);
                let separator = if index == 0 { '?' } else { '&' };
                write!(url, "{separator}{}={}", percent(&name), percent(&value)).unwrap();
            }
            let body = (method != Method::GET && rng.bool())
                .then(|| json!({ text(&mut rng, 9): text(&mut rng, 40) }));
            if let Some(body) = &body {
                call = call.json(body);
            }
            call.await.unwrap();
            let sent = &transport.seen().pop().unwrap().request;
            assert_eq!(sent.uri().to_string(), url, "round {round}");
            let bytes = body.as_ref().map(Value::to_string).unwrap_or_default();
            assert_eq!(sent.body(), bytes.as_bytes());
            let signed = format!("{secret}+{consumer}+{method}+{url}+{bytes}+{now}");
            assert_eq!(
                header(sent, "x-ovh-signature").unwrap(),
                format!("$1${}", sha1(signed.as_bytes()))
            );
            assert_eq!(header(sent, "x-ovh-timestamp").unwrap(), now.to_string());
        }
    }
}

/// Signed as sent, whatever a caller writes into the path.
#[tokio::test(start_paused = true)]
async fn paths_beyond_ascii_are_signed_as_they_are_sent() {
    let transport = ScriptedTransport::from_fn(|_| Scripted::json(200, "null"));
    let api = client(&transport);
    for (path, sent) in [
        ("/vps/café", "/1.0/vps/caf%C3%A9"),
        ("/vps/caf%C3%A9", "/1.0/vps/caf%C3%A9"),
        ("/vps/日本/x y", "/1.0/vps/%E6%97%A5%E6%9C%AC/x%20y"),
        ("/me?name=é'&x=a+b", "/1.0/me?name=%C3%A9%27&x=a+b"),
    ] {
        api.get(path).await.unwrap();
        let seen = transport.seen().pop().unwrap();
        assert_eq!(target(&seen), format!("https://eu.api.ovh.com{sent}"));
        let signed = format!("{AS}+{CK}+GET+https://eu.api.ovh.com{sent}++{PAUSED}");
        assert_eq!(
            header(&seen.request, "x-ovh-signature").unwrap(),
            format!("$1${}", sha1(signed.as_bytes()))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn no_caller_speaks_for_the_credential() {
    let transport = ScriptedTransport::from_fn(|_| Scripted::json(200, "null"));
    let names = [
        "x-ovh-application",
        "x-ovh-consumer",
        "x-ovh-timestamp",
        "x-ovh-signature",
        "authorization",
    ];
    let all = |options: cloud_core::request::CallOptions| {
        names.iter().fold(options, |o, name| o.header(name, "mine"))
    };
    client(&transport).get("/me").options(all).await.unwrap();
    builder(&transport)
        .access_token("tok-1")
        .build()
        .unwrap()
        .get("/me")
        .options(all)
        .await
        .unwrap();
    let seen = transport.seen();
    for name in names {
        let values = seen
            .iter()
            .map(|seen| header(&seen.request, name))
            .collect::<Vec<_>>();
        assert!(!values.contains(&Some("mine".to_owned())), "{name}");
        assert_eq!(values[0].is_some(), name != "authorization", "{name}");
        assert_eq!(values[1].is_some(), name == "authorization", "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_retry_is_signed_anew() {
    let late = Scripted::json(503, "").after(std::time::Duration::from_secs(20));
    let transport = script([late, Scripted::json(200, "1")]);
    client(&transport).get("/me").await.unwrap();
    let seen = transport.seen();
    let times: Vec<i64> = seen
        .iter()
        .map(|s| {
            header(&s.request, "x-ovh-timestamp")
                .unwrap()
                .parse()
                .unwrap()
        })
        .collect();
    assert!(times[0] == PAUSED && times[1] >= PAUSED + 20, "{times:?}");
    assert_ne!(
        header(&seen[0].request, "x-ovh-signature"),
        header(&seen[1].request, "x-ovh-signature")
    );
}
