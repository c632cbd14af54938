//! Whatever the arguments of a call are, the request keeps the shape of its template, and they come back whole.

#![no_main]

use std::sync::Arc;

use cloud_clients_fuzz::{answer, run, shared, texts, wire};
use cloud_core::ErrorKind;
use cloud_core::call::{Call, CallBuilder};
use cloud_core::config::{BaseUrl, Origin, Setting};
use cloud_core::decode::Decode;
use cloud_core::options::ClientOptions;
use cloud_core::request::Dialect;
use http::Method;
use libfuzzer_sys::fuzz_target;
use percent_encoding::percent_decode_str;
use url::Url;

#[derive(Debug)]
struct Plain;
impl Dialect for Plain {}

fuzz_target!(|data: &[u8]| {
    let [segment, one, other, name, value, raw] = texts(data);
    let wire = wire(|_| answer(200, "", b""));
    let mut options = ClientOptions::default();
    options.transport(shared(&wire));
    let engine = options
        .engine("fuzz/0", Arc::new(Plain), None, false)
        .unwrap();
    let base = Setting::new(
        "https://api.test/v1".to_owned(),
        Origin::Builder("endpoint"),
    );
    let base = BaseUrl::parse(&base, false).unwrap();
    let call = Call::untabled(
        &engine,
        &base,
        Method::GET,
        "/a/{segment}/b/{list}/c",
        Decode::nothing(),
    );
    let call = call
        .arg(&segment)
        .arg_list([&one, &other])
        .query(&name, &value)
        .query("kept", "a b");
    // A text that is in the query already stays as it is when another parameter is set.
    let raw = raw.trim_matches('&');
    let names_it = url::form_urlencoded::parse(raw.as_bytes()).any(|(key, _)| key == "set");
    let call = if raw.is_empty() || names_it {
        call
    } else {
        call.query_text(raw)
    };
    let call = call
        .set_query("set", "x")
        .set_query("set", &value)
        .options(|o| o.header("x-name", "plain"));

    let dots = |text: &str| matches!(text, "" | "." | "..");
    let sent = run(call.send());
    if dots(&segment) {
        assert_eq!(sent.unwrap_err().kind(), ErrorKind::Input);
        assert!(wire.seen().is_empty());
        return;
    }
    sent.unwrap();
    let seen = &wire.seen()[0].request;
    let text = seen.uri().to_string();
    let url = Url::parse(&text).unwrap();
    assert_eq!(url.as_str(), text, "what is sent is what a parser reads");
    assert_eq!(
        (url.scheme(), url.host_str(), url.port(), url.fragment()),
        ("https", Some("api.test"), None, None)
    );
    let segments: Vec<&str> = url.path_segments().unwrap().collect();
    let [v1, a, first, b, list, c] = segments[..] else {
        panic!("{segments:?}")
    };
    assert_eq!((v1, a, b, c), ("v1", "a", "b", "c"));
    let decoded = |text: &str| percent_decode_str(text).decode_utf8().unwrap().into_owned();
    assert_eq!(decoded(first), segment);
    let list: Vec<String> = list.split(',').map(decoded).collect();
    assert_eq!(list, [one, other]);

    let mut expected = vec![
        (name.into_owned(), value.clone().into_owned()),
        ("kept".to_owned(), "a b".to_owned()),
    ];
    expected.retain(|(name, _)| name != "set");
    if !names_it {
        let pairs = url::form_urlencoded::parse(raw.as_bytes());
        expected.extend(pairs.map(|(name, value)| (name.into_owned(), value.into_owned())));
    }
    expected.push(("set".to_owned(), value.into_owned()));
    let found: Vec<(String, String)> = url
        .query_pairs()
        .map(|(n, v)| (n.into_owned(), v.into_owned()))
        .collect();
    assert_eq!(found, expected);
});
