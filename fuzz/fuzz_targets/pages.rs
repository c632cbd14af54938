//! A list ends, whatever the service says about its pages, and asks for no page twice; reading ahead changes nothing.

#![no_main]

use std::collections::HashSet;

use bytes::Bytes;
use cloud_clients_fuzz::{answer, clock, parts, run, shared, wire};
use cloud_core::ErrorKind;
use cloud_core::model::PageToken;
use cloud_core::retry::StandardRetry;
use cloud_core::test_util::{Scripted, ScriptedTransport};
use http::Request;
use libfuzzer_sys::fuzz_target;

const PAGES: usize = 4;

/// What asks for a page: the query and the headers of paging.
fn page(request: &Request<Bytes>) -> String {
    let header = |name: &str| {
        request
            .headers()
            .get(name)
            .map(|value| format!("{value:?}"))
            .unwrap_or_default()
    };
    let query = request.uri().query().unwrap_or_default();
    format!(
        "{query} {} {}",
        header("x-pagination-number"),
        header("x-pagination-cursor")
    )
}

/// A service that has these pages: the same answer whenever the same one is asked for, and in their order otherwise.
fn service(pages: Vec<(String, Vec<u8>)>) -> ScriptedTransport {
    let asked = std::sync::Mutex::new(Vec::<String>::new());
    wire(move |request| {
        let mut asked = asked.lock().unwrap();
        let wanted = page(request);
        // Pages by number are found by it, so that the order in which they are asked for does not matter.
        let number = request.uri().query().and_then(|query| {
            let pairs =
                url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "page");
            pairs.and_then(|(_, number)| number.parse::<usize>().ok())
        });
        let index = number.unwrap_or_else(|| {
            asked
                .iter()
                .position(|earlier| *earlier == wanted)
                .map_or_else(|| asked.len() + 1, |at| at + 1)
        });
        asked.push(wanted);
        match pages.get(index.wrapping_sub(1)) {
            Some((headers, body)) => answer(200, headers, body),
            None => Scripted::json(404, "{}"),
        }
    })
}

fn check(wire: &ScriptedTransport, path: &str) {
    let seen = wire.seen();
    let distinct: HashSet<String> = seen.iter().map(|seen| page(&seen.request)).collect();
    assert_eq!(distinct.len(), seen.len(), "{:?}", wire.lines());
    for seen in &seen {
        assert_eq!(
            (seen.request.uri().host(), seen.request.uri().path()),
            (Some("list.test"), path)
        );
    }
}

/// How many items there are, and how the list ended.
async fn read<T: Send + 'static>(
    mut items: cloud_core::list::Items<T>,
) -> (usize, Option<ErrorKind>) {
    let mut count = 0;
    loop {
        match items.next().await {
            Ok(Some(_)) => count += 1,
            Ok(None) => return (count, None),
            Err(error) => return (count, Some(error.kind())),
        }
    }
}

fuzz_target!(|data: &[u8]| {
    let [token, rest @ ..] = parts::<{ PAGES + 1 }>(data);
    let token = String::from_utf8_lossy(token).into_owned();
    // A page is lines of headers, an empty line, and a body.
    let pages: Vec<(String, Vec<u8>)> = rest
        .iter()
        .map(|page| {
            let at = page.windows(2).position(|two| two == b"\n\n");
            let (head, body) = at.map_or((&[][..], *page), |at| (&page[..at], &page[at + 2..]));
            (String::from_utf8_lossy(head).into_owned(), body.to_vec())
        })
        .collect();
    run(async {
        let mut ends = Vec::new();
        for ahead in [1, 3] {
            let wire = service(pages.clone());
            let builder = hetzner::Client::builder()
                .token("token")
                .endpoint("https://list.test/v1")
                .clock(clock());
            let api = builder
                .retry(StandardRetry::never())
                .transport(shared(&wire))
                .build()
                .unwrap();
            let mut list = api.ssh_keys().list().prefetch(ahead);
            if !token.is_empty() {
                list = list.from_page(PageToken::from(token.clone()));
            }
            ends.push(read(list.items()).await);
            // Reading ahead may meet a page again that the service names too often.
            if ahead == 1 {
                check(&wire, "/v1/ssh_keys");
            }
        }
        assert_eq!(ends[0], ends[1]);

        for path in ["/v2/things", "/things"] {
            let wire = service(pages.clone());
            let builder = ovh::Client::builder()
                .access_token("test-access-token")
                .transport(shared(&wire))
                .clock(clock());
            let builder = builder
                .endpoint(ovh::Endpoint::from("https://list.test"))
                .retry(StandardRetry::never());
            let api = builder.pace(None).build().unwrap();
            let mut items = api.get(path).list::<serde_json::Value>().items();
            while let Ok(Some(_)) = items.next().await {}
            let lists = wire
                .seen()
                .iter()
                .filter(|seen| seen.request.uri().path().ends_with("/things"))
                .count();
            assert!(lists <= PAGES + 1);
        }
    });
});
