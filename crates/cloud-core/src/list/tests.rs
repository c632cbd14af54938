use std::pin::Pin;
use std::time::Duration;

use futures_core::Stream;
use http::{HeaderName, Method};
use serde::Deserialize;

use super::*;
use crate::call::Call;
use crate::call::CallBuilder;
use crate::decode::Decode;
use crate::error::ErrorKind;
use crate::model::{PageInfo, PageMeta};
use crate::test_util::{Scripted, ScriptedTransport, engine_for};
use crate::time::{Clock, TokioClock};
use crate::transport::TransportErrorKind;

const NUMBERED: PageNumber = PageNumber {
    page: "page",
    size: "per_page",
};

#[derive(Default, Deserialize)]
struct Meta {
    #[serde(default)]
    next: Option<u64>,
    #[serde(default)]
    last: Option<u64>,
}

impl PageMeta for Meta {
    const KEY: &'static str = "meta";
    fn info(self) -> PageInfo {
        PageInfo {
            next: self.next.map(|n| n.to_string()),
            last: self.last,
            total: None,
        }
    }
}

fn list(wire: &ScriptedTransport) -> List<u64> {
    let (engine, base) = engine_for(wire.clone());
    let call = Call::untabled(&engine, &base, Method::GET, "/x", Decode::page::<Meta>("x"));
    List::new(call.query("name", "a"), &NUMBERED, Some(2))
}

fn page_of(request: &http::Request<bytes::Bytes>) -> u64 {
    let query = request.uri().query().unwrap();
    query
        .split('&')
        .find_map(|p| p.strip_prefix("page="))
        .map_or(1, |n| n.parse().unwrap())
}

/// Two items a page: 1 and 2 on the first one, and so on; each page takes a second.
fn service(pages: u64, tells_last: bool) -> ScriptedTransport {
    ScriptedTransport::from_fn(move |request| {
        let page = page_of(request);
        let next = if page < pages {
            (page + 1).to_string()
        } else {
            "null".into()
        };
        let last = if tells_last {
            pages.to_string()
        } else {
            "null".into()
        };
        let items = format!("[{},{}]", page * 2 - 1, page * 2);
        let body = format!(r#"{{"x":{items},"meta":{{"next":{next},"last":{last}}}}}"#);
        Scripted::json(200, body).after(Duration::from_secs(1))
    })
}

#[tokio::test(start_paused = true)]
async fn one_page_says_where_the_next_is() {
    let wire = service(3, true);
    let page = list(&wire).page().await.unwrap();
    assert_eq!(
        (
            page.items.as_slice(),
            page.next().unwrap().as_str(),
            page.info.last
        ),
        ([1, 2].as_slice(), "2", Some(3))
    );
    assert_eq!(wire.lines(), ["GET /v1/x?name=a&per_page=2"]);
}

#[tokio::test(start_paused = true)]
async fn pages_are_read_only_when_needed() {
    let wire = service(3, true);
    let mut items = list(&wire).items();
    assert!(wire.seen().is_empty());
    assert_eq!(items.next().await.unwrap(), Some(1));
    assert_eq!(items.next().await.unwrap(), Some(2));
    assert_eq!(wire.seen().len(), 1);
    assert_eq!(items.next().await.unwrap(), Some(3));
    let lines = [
        "GET /v1/x?name=a&per_page=2",
        "GET /v1/x?name=a&page=2&per_page=2",
    ];
    assert_eq!(wire.lines(), lines);
}

#[tokio::test(start_paused = true)]
async fn all_collects_in_order_up_to_the_cap() {
    assert_eq!(
        list(&service(3, true)).all().await.unwrap(),
        [1, 2, 3, 4, 5, 6]
    );
    let error = list(&service(3, true)).cap(5).all().await.unwrap_err();
    assert!(
        error.kind() == ErrorKind::Page && error.to_string().contains("more than 5 items"),
        "{error}"
    );
    assert_eq!(list(&service(3, true)).cap(6).all().await.unwrap().len(), 6);
}

#[tokio::test(start_paused = true)]
async fn prefetch_keeps_the_order_and_saves_the_time() {
    let wire = service(9, true);
    let start = TokioClock.now();
    let all = list(&wire).prefetch(4).all().await.unwrap();
    assert_eq!(all, (1..=18).collect::<Vec<_>>());
    // The first page alone, and then eight in two rounds.
    assert_eq!(TokioClock.now() - start, Duration::from_secs(1 + 8 / 4));
    assert_eq!(wire.seen().len(), 9);
    // No more than four at once: the fifth of five has to wait.
    let (wire, start) = (service(6, true), TokioClock.now());
    assert_eq!(list(&wire).prefetch(4).all().await.unwrap().len(), 12);
    assert_eq!(TokioClock.now() - start, Duration::from_secs(1 + 2));
}

/// What comes behind the limit is not even looked at.
#[tokio::test(start_paused = true)]
async fn a_page_beyond_the_cap_is_not_decoded_to_its_end() {
    let wire = ScriptedTransport::from_fn(|_| Scripted::json(200, r#"{"x":[1,2,3,"no number"]}"#));
    let error = list(&wire).cap(2).all().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Page, "{error}");
    let error = list(&wire).cap(3).all().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
}

#[tokio::test]
async fn debug_names_the_call_and_no_item() {
    let wire = service(2, true);
    let mut items = list(&wire).items();
    items.next().await.unwrap();
    let call = "Call(GET /x)";
    assert_eq!(format!("{:?}", list(&wire)), format!("List({call})"));
    assert_eq!(format!("{items:?}"), format!("Items({call}, 1 at hand)"));
    assert_eq!(
        format!("{:?}", list(&wire).pages()),
        format!("Pages({call}, 0 under way)")
    );
}

#[tokio::test(start_paused = true)]
async fn prefetch_without_a_known_end_reads_one_by_one() {
    let wire = service(3, false);
    assert_eq!(list(&wire).prefetch(4).all().await.unwrap().len(), 6);
    assert_eq!(wire.seen().len(), 3);
}

/// The list grows by a page, or shrinks by two, after the first page has told its length.
#[tokio::test(start_paused = true)]
async fn prefetch_follows_a_list_that_changes() {
    for (pages, items) in [(5_u64, 10), (2, 4)] {
        let wire = ScriptedTransport::from_fn(move |request| {
            let page = page_of(request);
            let next = if page < pages {
                (page + 1).to_string()
            } else {
                "null".into()
            };
            let last = if page == 1 { 4 } else { pages };
            Scripted::json(
                200,
                format!(r#"{{"x":[0,0],"meta":{{"next":{next},"last":{last}}}}}"#),
            )
        });
        assert_eq!(
            list(&wire).prefetch(3).all().await.unwrap().len(),
            items,
            "{pages} pages"
        );
    }
}

/// Four pages of one item; so many requests for the second page fail with this status before one is answered.
fn failing(failures: u32, status: u16) -> ScriptedTransport {
    let failed = std::sync::atomic::AtomicU32::new(0);
    ScriptedTransport::from_fn(move |request| {
        let page = page_of(request);
        if page == 2 && failed.fetch_add(1, std::sync::atomic::Ordering::SeqCst) < failures {
            return Scripted::json(status, "{}");
        }
        let next = if page < 4 {
            (page + 1).to_string()
        } else {
            "null".into()
        };
        Scripted::json(
            200,
            format!(r#"{{"x":[{page}],"meta":{{"next":{next},"last":4}}}}"#),
        )
    })
}

#[tokio::test(start_paused = true)]
async fn an_error_that_passes_is_told_once_and_then_the_page_is_read_again() {
    for prefetch in [1, 3] {
        // All five attempts of one call.
        let mut items = list(&failing(5, 503)).prefetch(prefetch).items();
        assert_eq!(items.next().await.unwrap(), Some(1));
        assert!(items.next().await.unwrap_err().is_server());
        assert_eq!(items.continuation().unwrap().as_str(), "2");
        for item in 2..=4 {
            assert_eq!(items.next().await.unwrap(), Some(item));
        }
        assert_eq!(items.next().await.unwrap(), None);
        assert_eq!(items.next().await.unwrap(), None);
    }
}

#[tokio::test(start_paused = true)]
async fn a_loop_that_passes_over_errors_ends() {
    // An error that lasts ends the list at once, one that might pass after ten of them.
    for (status, calls, requests) in [(403, 1, 1), (503, 10, 50)] {
        for prefetch in [1, 3] {
            let wire = failing(u32::MAX, status);
            let mut items = list(&wire).prefetch(prefetch).items();
            assert_eq!(items.next().await.unwrap(), Some(1));
            for _ in 0..calls {
                let error = items.next().await.unwrap_err();
                assert_eq!(error.status().unwrap(), status);
            }
            assert_eq!(items.next().await.unwrap(), None, "{status}");
            assert_eq!(items.next().await.unwrap(), None);
            assert_eq!(
                items.continuation().unwrap().as_str(),
                "2",
                "where to go on later"
            );
            let second = wire.seen();
            let second = second.iter().filter(|seen| page_of(&seen.request) == 2);
            assert_eq!(second.count(), requests);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_saved_token_resumes_the_list() {
    let wire = service(3, true);
    let mut items = list(&wire).items();
    for _ in 0..3 {
        items.next().await.unwrap();
    }
    let token = items.continuation().unwrap().to_string();
    assert_eq!(token, "2", "the fourth item is on the second page");
    let rest = list(&service(3, true))
        .from_page(token.parse().unwrap())
        .all()
        .await
        .unwrap();
    assert_eq!(rest, [3, 4, 5, 6]);
}

#[tokio::test(start_paused = true)]
async fn a_repeated_token_is_an_error_and_the_end() {
    let wire =
        ScriptedTransport::from_fn(|_| Scripted::json(200, r#"{"x":[1],"meta":{"next":2}}"#));
    let mut items = list(&wire).items();
    assert_eq!(items.next().await.unwrap(), Some(1));
    let error = items.next().await.unwrap_err();
    assert!(
        error.to_string().contains("names the page 2 a second time"),
        "{error}"
    );
    assert_eq!(items.next().await.unwrap(), None);
    assert_eq!(wire.seen().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn endless_empty_pages_are_an_error() {
    let wire = ScriptedTransport::from_fn(|request| {
        Scripted::json(
            200,
            format!(r#"{{"x":[],"meta":{{"next":{}}}}}"#, page_of(request) + 1),
        )
    });
    let error = list(&wire).all().await.unwrap_err();
    assert!(
        error.to_string().contains("pages in a row are empty"),
        "{error}"
    );
    assert_eq!(wire.seen().len(), 100);
}

#[tokio::test(start_paused = true)]
async fn items_are_a_stream() {
    let mut stream = list(&service(2, true)).items();
    let mut seen = Vec::new();
    while let Some(item) = std::future::poll_fn(|cx| Pin::new(&mut stream).poll_next(cx)).await {
        seen.push(item.unwrap());
    }
    assert_eq!(seen, [1, 2, 3, 4]);
}

static MARKER: Marker = Marker {
    marker: "marker",
    limit: "limit",
};
static OFFSET: Offset = Offset {
    offset: "offset",
    limit: "limit",
};
static CURSOR: std::sync::LazyLock<CursorHeader> = std::sync::LazyLock::new(|| CursorHeader {
    cursor: HeaderName::from_static("x-pagination-cursor"),
    size: HeaderName::from_static("x-pagination-size"),
});

async fn walk(style: &'static dyn PageStyle, wire: &ScriptedTransport) -> Vec<u64> {
    let (engine, base) = engine_for(wire.clone());
    let call = Call::untabled(&engine, &base, Method::GET, "/x", Decode::page::<Meta>("x"));
    List::new(call, style, Some(2)).all().await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn the_other_styles_on_the_wire() {
    let wire = ScriptedTransport::new([
        Scripted::json(200, r#"{"x":[7,8],"meta":{"next":8}}"#),
        Scripted::json(200, r#"{"x":[9]}"#),
    ]);
    assert_eq!(walk(&MARKER, &wire).await, [7, 8, 9]);
    assert_eq!(
        wire.lines(),
        ["GET /v1/x?limit=2", "GET /v1/x?marker=8&limit=2"]
    );

    let wire = ScriptedTransport::new([
        Scripted::json(200, r#"{"x":[1,2]}"#),
        Scripted::json(200, r#"{"x":[3]}"#),
        Scripted::json(200, r#"{"x":[]}"#),
    ]);
    assert_eq!(walk(&OFFSET, &wire).await, [1, 2, 3]);
    assert_eq!(
        wire.lines()[1..],
        ["GET /v1/x?offset=2&limit=2", "GET /v1/x?offset=3&limit=2"]
    );

    let wire = ScriptedTransport::new([
        Scripted::json(200, r#"{"x":[1],"meta":{"next":55}}"#),
        Scripted::json(200, r#"{"x":[2]}"#),
    ]);
    assert_eq!(walk(&*CURSOR, &wire).await, [1, 2]);
    let seen = wire.seen();
    assert!(
        !seen[0]
            .request
            .headers()
            .contains_key("x-pagination-cursor")
    );
    assert_eq!(seen[1].request.headers()["x-pagination-cursor"], "55");
    assert_eq!(seen[1].request.headers()["x-pagination-size"], "2");

    let wire = ScriptedTransport::new([Scripted::json(200, r#"{"x":[1],"meta":{"next":2}}"#)]);
    assert_eq!(walk(&Whole, &wire).await, [1]);
}

/// A token is text that somebody has kept: it may be any.
#[test]
fn no_token_is_too_far() {
    let last = PageToken::from(u64::MAX.to_string());
    assert_eq!(
        OFFSET.next(Some(&last), &PageInfo::default(), 2),
        Some(last)
    );
}

#[tokio::test(start_paused = true)]
async fn a_page_that_cannot_be_reached_is_repeated_by_the_engine() {
    let wire = ScriptedTransport::new([
        Scripted::Failure(TransportErrorKind::Interrupted),
        Scripted::json(200, r#"{"x":[1]}"#),
    ]);
    assert_eq!(list(&wire).all().await.unwrap(), [1]);
}

#[cfg(feature = "blocking")]
#[test]
fn items_are_an_iterator_for_blocking_programs() {
    let wire = ScriptedTransport::new([
        Scripted::json(200, r#"{"x":[1],"meta":{"next":2}}"#),
        Scripted::json(503, "{}"),
        Scripted::json(200, r#"{"x":[2],"meta":{"next":3}}"#),
        Scripted::json(403, "{}"),
    ]);
    let (engine, base) = crate::test_util::engine_with(wire, |options| {
        options.clock(TokioClock);
        options.retry(crate::retry::StandardRetry::never());
    });
    let call = Call::untabled(&engine, &base, Method::GET, "/x", Decode::page::<Meta>("x"));
    let mut items = List::<u64>::new(call, &NUMBERED, None).items().blocking();
    assert_eq!(items.next().unwrap().unwrap(), 1);
    assert!(items.next().unwrap().is_err());
    assert_eq!(items.next().unwrap().unwrap(), 2);
    assert!(items.next().unwrap().is_err());
    assert!(items.next().is_none());
    assert!(items.next().is_none());
}

#[cfg(feature = "blocking")]
#[test]
fn pages_are_an_iterator_for_blocking_programs() {
    let wire = ScriptedTransport::new([
        Scripted::json(200, r#"{"x":[1,2],"meta":{"next":2}}"#),
        Scripted::json(200, r#"{"x":[3]}"#),
    ]);
    let mut pages = list(&wire).pages().blocking();
    assert_eq!(format!("{pages:?}"), "Pages(Call(GET /x), 0 under way)");
    assert_eq!(pages.next().unwrap().unwrap().items, [1, 2]);
    assert_eq!(pages.next().unwrap().unwrap().items, [3]);
    assert!(pages.next().is_none());
    let three = || {
        let wire = ScriptedTransport::new([
            Scripted::json(200, r#"{"x":[1,2],"meta":{"next":2}}"#),
            Scripted::json(200, r#"{"x":[3]}"#),
        ]);
        list(&wire)
    };
    assert_eq!(three().all_blocking().unwrap(), [1, 2, 3]);
    assert_eq!(three().page_blocking().unwrap().items, [1, 2]);
    let sizes = three()
        .pages_blocking()
        .map(|page| page.unwrap().items.len());
    assert_eq!(sizes.collect::<Vec<_>>(), [2, 1]);
    let items = three().items_blocking().map(|item| item.unwrap());
    assert_eq!(items.collect::<Vec<_>>(), [1, 2, 3]);
    let items = list(&wire).items();
    let shown = format!("{items:?}");
    assert_eq!(
        (format!("{:?}", items.blocking()), shown.is_empty()),
        (shown, false)
    );
}

#[tokio::test]
async fn what_a_page_repeats_is_left_out_and_a_whole_list_has_no_pages() {
    let wire = ScriptedTransport::new([
        Scripted::json(200, r#"{"x":["a","b"],"meta":{"next":2}}"#),
        Scripted::json(200, r#"{"x":["b"],"meta":{"next":3}}"#),
        Scripted::json(200, r#"{"x":["c","a","d"]}"#),
        Scripted::json(200, r#"{"x":["a","a"],"meta":{"next":2}}"#),
    ]);
    let (engine, base) = engine_for(wire.clone());
    let list = || {
        let call = Call::untabled(&engine, &base, Method::GET, "/x", Decode::page::<Meta>("x"));
        List::<String>::new(call, &NUMBERED, Some(2))
    };
    assert_eq!(
        list().distinct(|item| item).all().await.unwrap(),
        ["a", "b", "c", "d"]
    );
    assert_eq!(
        list().per_page(1).in_style(Whole).all().await.unwrap(),
        ["a", "a"]
    );
    assert_eq!(
        wire.lines()[2..],
        ["GET /v1/x?page=3&per_page=2", "GET /v1/x"]
    );
}

/// Pages that are asked for within a query language.
#[derive(Debug)]
struct Written(String);

impl PageStyle for Written {
    fn ask(&self, request: &mut PageRequest, token: Option<&PageToken>, size: Option<u32>) {
        let page = token.map_or("1", PageToken::as_str);
        request.query(
            "q",
            format_args!("{}({page},{})", self.0, size.unwrap_or(20)),
        );
    }
}

/// Numbers whose list nobody plans.
#[derive(Debug)]
struct Unplanned;

impl PageStyle for Unplanned {
    fn ask(&self, request: &mut PageRequest, token: Option<&PageToken>, size: Option<u32>) {
        NUMBERED.ask(request, token, size);
    }

    fn ahead(&self, _: Option<&PageToken>, _: &PageInfo) -> Vec<PageToken> {
        panic!("pages are planned, and read one by one");
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_that_reads_nothing_ahead_plans_nothing() {
    let list = list(&service(3, true)).in_style(Unplanned);
    assert_eq!(list.all().await.unwrap(), [1, 2, 3, 4, 5, 6]);
}

#[tokio::test(start_paused = true)]
async fn a_style_may_be_made_for_one_list() {
    let wire = ScriptedTransport::new([
        Scripted::json(200, r#"{"x":[1],"meta":{"next":2}}"#),
        Scripted::json(200, r#"{"x":[2]}"#),
    ]);
    let (engine, base) = engine_for(wire.clone());
    let call = Call::untabled(&engine, &base, Method::GET, "/x", Decode::page::<Meta>("x"));
    let all = List::<u64>::new(call, &Whole, Some(2))
        .in_style(Written("jobs".to_owned()))
        .all()
        .await
        .unwrap();
    assert_eq!(all, [1, 2]);
    assert_eq!(
        wire.lines(),
        ["GET /v1/x?q=jobs%281%2C2%29", "GET /v1/x?q=jobs%282%2C2%29"]
    );
}

#[test]
fn no_number_of_a_service_fills_the_memory() {
    let info = PageInfo {
        next: Some("8".to_owned()),
        last: Some(u64::MAX),
        total: None,
    };
    let ahead = NUMBERED.ahead(Some(&PageToken::from("7".to_owned())), &info);
    assert_eq!((ahead.len(), ahead[0].as_str()), (1000, "8"));
    assert!(numbers_after(u64::MAX, u64::MAX - 1).is_empty());
}

#[tokio::test]
async fn a_token_that_cannot_be_sent_is_refused_and_does_not_begin_the_list_anew() {
    let wire = service(3, true);
    let cursor = CursorHeader {
        cursor: http::HeaderName::from_static("x-cursor"),
        size: http::HeaderName::from_static("x-size"),
    };
    for (list, text) in [
        (
            list(&wire).in_style(Whole),
            "this list comes whole and has no pages",
        ),
        (
            list(&wire).in_style(cursor),
            "holds what no header may hold",
        ),
    ] {
        let error = list
            .from_page("bad\ntoken".parse().unwrap())
            .all()
            .await
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("GET /x failed: wrong argument: from_page: {text}")
        );
    }
    assert!(wire.seen().is_empty());
}

#[tokio::test(start_paused = true)]
async fn pages_are_a_stream() {
    let mut pages = list(&service(3, true)).pages();
    let mut seen = 0;
    while let Some(page) = std::future::poll_fn(|cx| Pin::new(&mut pages).poll_next(cx)).await {
        assert!(!page.unwrap().items.is_empty());
        seen += 1;
    }
    assert_eq!(seen, 3);
}

#[test]
fn a_list_by_offsets_ends_with_its_total_or_an_empty_page() {
    let style = Offset {
        offset: "offset",
        limit: "limit",
    };
    let next = |skipped: Option<&str>, total: Option<u64>, items: usize| {
        let token = skipped.map(|text| PageToken::from(text.to_owned()));
        let info = PageInfo {
            total,
            ..PageInfo::default()
        };
        let next = style.next(token.as_ref(), &info, items);
        next.map(|token| token.to_string())
    };
    for (skipped, total, items, wanted) in [
        (None, Some(5), 2, Some("2")),
        (Some("2"), Some(5), 2, Some("4")),
        (Some("4"), Some(5), 1, None),
        (Some("4"), Some(5), 2, None),
        (Some("4"), Some(5), 0, None),
        (Some("4"), None, 2, Some("6")),
        (Some("4"), None, 0, None),
    ] {
        assert_eq!(
            next(skipped, total, items).as_deref(),
            wanted,
            "{skipped:?} {total:?} {items}"
        );
    }
}
