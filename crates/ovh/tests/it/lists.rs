//! Lists of all kinds.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use cloud_core::body::{Body, ResponseBody};
use cloud_core::model::PageToken;
use cloud_core::test_util::{PausedClock, Scripted, ScriptedTransport};
use cloud_core::transport::{Transport, TransportError};
use http::{Request, Response};
use ovh::{Client, ErrorKind, List};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::common::{self, AK, AS, CK, client, header, script};

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Bill {
    #[serde(rename = "billId")]
    id: String,
}

fn bill(number: usize) -> Value {
    json!({"billId": format!("FR{number}"), "priceWithTax": {"text": "1.00 €"}})
}

fn number<B>(request: &Request<B>, name: &str) -> usize {
    header(request, name)
        .and_then(|text| text.parse().ok())
        .unwrap_or(0)
}

/// A service with so many bills, whose lists can be expanded; with or without saying how many there are.
fn service(bills: usize, says_total: bool) -> ScriptedTransport {
    ScriptedTransport::from_fn(move |request| {
        if let Some(id) = request.uri().path().strip_prefix("/1.0/me/bill/") {
            return Scripted::json(200, json!({ "billId": id }).to_string());
        }
        let total = [("X-Pagination-Elements", bills.to_string())];
        let total: Vec<_> = total
            .iter()
            .filter(|_| says_total)
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        if header(request, "x-pagination-mode").as_deref() != Some("CachedObjectList-Pages") {
            let ids: Vec<_> = (0..bills).map(|n| format!("FR{n}")).collect();
            return Scripted::json(200, json!(ids).to_string());
        }
        let (page, size) = (
            number(request, "x-pagination-number"),
            number(request, "x-pagination-size"),
        );
        let items: Vec<_> = ((page - 1) * size..(page * size).min(bills))
            .map(bill)
            .collect();
        Scripted::with_headers(200, &total, json!(items).to_string())
    })
}

fn bills(api: &Client) -> List<Bill> {
    api.get("/me/bill").query("date.from", "2026-01-01").list()
}

fn expected(bills: usize) -> Vec<Bill> {
    (0..bills)
        .map(|n| Bill {
            id: format!("FR{n}"),
        })
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_thousand_bills_with_details_cost_few_requests() {
    for says_total in [true, false] {
        let transport = service(1000, says_total);
        assert_eq!(
            bills(&client(&transport)).all().await.unwrap(),
            expected(1000)
        );
        assert!(transport.seen().len() <= 20, "{}", transport.seen().len());
        let lines = transport.lines();
        assert!(
            lines
                .iter()
                .all(|line| line == "GET /1.0/me/bill?date.from=2026-01-01"),
            "{lines:?}"
        );
        assert!(
            bills(&client(&transport))
                .per_page(100)
                .all()
                .await
                .unwrap()
                .len()
                == 1000
        );
    }
    // Two full pages and the end, which is seen by the total, or by asking once more.
    assert_eq!(service_requests(1000, true).await, 2);
    assert_eq!(service_requests(1000, false).await, 3);
    assert_eq!(service_requests(0, true).await, 1);
    assert_eq!(service_requests(0, false).await, 1);
    assert_eq!(service_requests(499, false).await, 1);
}

async fn service_requests(count: usize, says_total: bool) -> usize {
    let transport = service(count, says_total);
    assert_eq!(bills(&client(&transport)).all().await.unwrap().len(), count);
    transport.seen().len()
}

#[tokio::test(start_paused = true)]
async fn pages_are_asked_for_as_they_are_needed_and_resumed() {
    let transport = service(10, true);
    let api = client(&transport);
    let mut items = bills(&api)
        .per_page(4)
        .sort("date", true)
        .filter("category", "eq", "a&b")
        .filter("b.c", "in", "1,2")
        .uncached()
        .items();
    assert_eq!((items.continuation(), transport.seen().len()), (None, 0));
    for wanted in &expected(10)[..5] {
        assert_eq!(items.next().await.unwrap().as_ref(), Some(wanted));
    }
    let seen = transport.seen();
    assert_eq!(seen.len(), 2);
    for (name, value) in [
        ("x-pagination-mode", "CachedObjectList-Pages"),
        ("x-pagination-number", "2"),
        ("x-pagination-size", "4"),
        ("x-pagination-sort", "date"),
        ("x-pagination-sort-order", "DESC"),
        ("x-pagination-filter", "category:eq=a%26b&b.c:in=1,2"),
        ("pragma", "no-cache"),
    ] {
        assert_eq!(
            header(&seen[1].request, name).as_deref(),
            Some(value),
            "{name}"
        );
    }
    let token = items.continuation().unwrap();
    let rest = bills(&api)
        .per_page(4)
        .from_page(token.as_str().parse().unwrap())
        .all()
        .await
        .unwrap();
    assert_eq!(rest, expected(10)[4..]);
}

#[tokio::test(start_paused = true)]
async fn ids_alone_are_one_request() {
    let transport = script([
        Scripted::json(200, r#"["FR1","FR2"]"#),
        Scripted::json(200, "[4294967296000,2]"),
    ]);
    let api = client(&transport);
    assert_eq!(bills(&api).ids().await.unwrap(), ["FR1", "FR2"]);
    assert_eq!(
        api.get("/me/order").list::<Value>().ids().await.unwrap(),
        ["4294967296000", "2"]
    );
    assert!(
        transport
            .seen()
            .iter()
            .all(|seen| header(&seen.request, "x-pagination-mode").is_none())
    );
}

/// A service that does not expand: lists give ids, objects are read one by one, and it counts how many at once.
#[derive(Debug, Default)]
struct Plain {
    ids: Vec<String>,
    under_way: AtomicUsize,
    most: AtomicUsize,
    requests: AtomicUsize,
    /// Answers 404 for this one, and for that one as often as it says this status.
    gone: Option<String>,
    flaky: Option<String>,
    failures: AtomicUsize,
    failure: http::StatusCode,
}

#[async_trait]
impl Transport for Plain {
    async fn send(&self, request: Request<Body>) -> Result<Response<ResponseBody>, TransportError> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let now = self.under_way.fetch_add(1, Ordering::Relaxed) + 1;
        self.most.fetch_max(now, Ordering::Relaxed);
        let last = request.uri().path().rsplit('/').next().unwrap().to_owned();
        // Later ones answer first, so that order is not an accident.
        let nth = self.ids.iter().position(|id| *id == last);
        tokio::time::sleep(Duration::from_millis(
            100 + 7 * (nth.unwrap_or(0) as u64 % 5),
        ))
        .await;
        self.under_way.fetch_sub(1, Ordering::Relaxed);
        let mut response = Response::new(ResponseBody::from(if nth.is_none() {
            json!(self.ids).to_string()
        } else {
            json!({ "billId": last }).to_string()
        }));
        if self.gone.as_ref() == Some(&last) {
            *response.status_mut() = http::StatusCode::NOT_FOUND;
        }
        let fails = |left: usize| left.checked_sub(1);
        if self.flaky.as_ref() == Some(&last)
            && self
                .failures
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, fails)
                .is_ok()
        {
            *response.status_mut() = self.failure;
        }
        Ok(response)
    }
}

fn plain(service: Plain, ids: usize) -> (Arc<Plain>, Client) {
    let service = Arc::new(Plain {
        ids: (0..ids).map(|n| format!("FR{n}")).collect(),
        ..service
    });
    let builder = Client::builder()
        .clock(PausedClock::new())
        .pace(None)
        .max_in_flight(1000)
        .time_offset(0);
    let api = builder
        .transport(service.clone())
        .application(AK, AS)
        .consumer_key(CK)
        .build()
        .unwrap();
    (service, api)
}

#[tokio::test(start_paused = true)]
async fn without_expansion_objects_are_read_a_few_at_a_time_and_in_order() {
    for (limit, most) in [
        (None, 10),
        (Some(3), 3),
        (Some(1), 1),
        (Some(0), 1),
        (Some(50), 50),
    ] {
        let (service, api) = plain(Plain::default(), 120);
        let list = api.get("/me/{what}").arg("bill").list::<Bill>();
        let list = match limit {
            Some(limit) => list.concurrency(limit),
            None => list,
        };
        assert_eq!(list.all().await.unwrap(), expected(120));
        assert_eq!(service.most.load(Ordering::Relaxed), most, "{limit:?}");
        assert_eq!(service.requests.load(Ordering::Relaxed), 121);
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_of_objects_and_ids_loses_neither() {
    let wire = ScriptedTransport::from_fn(|request| {
        match request.uri().path().strip_prefix("/1.0/me/bill/") {
            Some(id) => Scripted::json(200, json!({ "billId": id }).to_string()),
            None => Scripted::json(200, r#"["FR1",{"billId":"FR0"},"FR2"]"#),
        }
    });
    let api = client(&wire);
    let mut pages = api.get("/me/bill").list::<Bill>().pages();
    let mut seen = Vec::new();
    while let Some(page) = pages.next().await.unwrap() {
        seen.extend(page.items);
    }
    assert_eq!(seen, expected(3));
}

#[tokio::test(start_paused = true)]
async fn ids_have_pages_of_fifty_objects_that_can_be_resumed() {
    let (service, api) = plain(Plain::default(), 120);
    let list = || api.get("/me/bill").list::<Bill>();
    let mut pages = list().pages();
    let mut seen = Vec::new();
    for (items, next, requests) in [
        (50, Some("ids/50"), 51),
        (50, Some("ids/100"), 101),
        (20, None, 121),
    ] {
        let page = pages.next().await.unwrap().unwrap();
        assert_eq!((page.items.len(), page.info.next.as_deref()), (items, next));
        assert_eq!(pages.continuation(), page.next());
        assert_eq!(service.requests.load(Ordering::Relaxed), requests);
        seen.extend(page.items);
    }
    assert_eq!(seen, expected(120));
    assert!(pages.next().await.unwrap().is_none());

    let second: PageToken = "ids/50".parse().unwrap();
    let page = list().from_page(second.clone()).page().await.unwrap();
    assert_eq!(
        (page.items, page.info.next.as_deref()),
        (expected(120)[50..100].to_vec(), Some("ids/100"))
    );
    assert_eq!(
        list().from_page(second).all().await.unwrap(),
        expected(120)[50..]
    );
    let behind = list().from_page("ids/120".parse().unwrap());
    assert!(behind.clone().page().await.unwrap().items.is_empty());
    assert!(behind.all().await.unwrap().is_empty());
}

/// What was read of a page is not read again when its reader goes on, and the last error names the page.
#[tokio::test(start_paused = true)]
async fn a_page_of_ids_goes_on_after_an_error_that_passes() {
    let failing = |status: u16, failures| Plain {
        flaky: Some("FR60".to_owned()),
        failures: AtomicUsize::new(failures),
        failure: http::StatusCode::from_u16(status).unwrap(),
        ..Plain::default()
    };
    let (service, api) = plain(failing(503, 8), 70);
    let mut pages = api.get("/me/bill").list::<Bill>().pages();
    assert_eq!(
        pages.next().await.unwrap().unwrap().items,
        expected(70)[..50]
    );
    assert!(pages.next().await.unwrap_err().is_retryable());
    assert_eq!(pages.continuation().unwrap().as_str(), "ids/50");
    assert_eq!(
        pages.next().await.unwrap().unwrap().items,
        expected(70)[50..]
    );
    // One request for the ids, one for each object, and eight that failed.
    assert_eq!(service.requests.load(Ordering::Relaxed), 1 + 70 + 8);

    let (_, api) = plain(failing(403, usize::MAX), 70);
    let mut pages = api.get("/me/bill").list::<Bill>().pages();
    assert_eq!(pages.next().await.unwrap().unwrap().items.len(), 50);
    assert!(pages.next().await.is_err());
    assert_eq!(pages.continuation().unwrap().as_str(), "ids/50");
    // The object that cannot be read is told once, and left out of its page.
    let rest = pages.next().await.unwrap().unwrap().items;
    assert_eq!(
        (rest.len(), rest[9].id.as_str(), rest[10].id.as_str()),
        (19, "FR59", "FR61")
    );
    assert!(pages.next().await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn expanded_pages_are_read_side_by_side_and_one_page_says_where_the_next_begins() {
    let transport = service(95, true);
    let list = || bills(&client(&transport)).per_page(10);
    let page = list().page().await.unwrap();
    assert_eq!(
        (page.items.len(), page.info.next.as_deref()),
        (10, Some("2/10"))
    );
    let page = list().from_page(page.next().unwrap()).page().await.unwrap();
    assert_eq!(
        (&page.items[..], page.info.next.as_deref()),
        (&expected(95)[10..20], Some("3/20"))
    );
    let sent = transport.seen().len();
    let mut pages = list().prefetch(4).pages();
    let (mut all, mut most) = (Vec::new(), 0);
    while let Some(page) = pages.next().await.unwrap() {
        all.extend(page.items);
        most = most.max(transport.seen().len() - sent - all.len().div_ceil(10));
    }
    assert_eq!(all, expected(95));
    assert_eq!(
        (transport.seen().len() - sent, most),
        (10, 3),
        "each page once, three ahead"
    );
}

#[tokio::test(start_paused = true)]
async fn nothing_is_read_for_items_that_nobody_asks_for() {
    let (service, api) = plain(Plain::default(), 120);
    let mut items = api.get("/me/bill").list::<Bill>().concurrency(4).items();
    items.next().await.unwrap();
    drop(items);
    assert!(
        service.requests.load(Ordering::Relaxed) <= 6,
        "{:?}",
        service.requests
    );
}

#[tokio::test(start_paused = true)]
async fn what_was_deleted_meanwhile_is_skipped() {
    let (_, api) = plain(
        Plain {
            gone: Some("FR2".into()),
            ..Plain::default()
        },
        5,
    );
    let all: Vec<_> = api
        .get("/me/bill")
        .list::<Bill>()
        .all()
        .await
        .unwrap()
        .into_iter()
        .map(|bill| bill.id)
        .collect();
    assert_eq!(all, ["FR0", "FR1", "FR3", "FR4"]);
}

#[tokio::test(start_paused = true)]
async fn after_an_error_reading_goes_on_with_what_failed() {
    let (_, api) = plain(
        Plain {
            flaky: Some("FR2".into()),
            // All attempts of two calls.
            failures: 10.into(),
            failure: http::StatusCode::SERVICE_UNAVAILABLE,
            ..Plain::default()
        },
        5,
    );
    let mut items = api.get("/me/bill").list::<Bill>().concurrency(2).items();
    let (mut all, mut errors) = (Vec::new(), 0);
    loop {
        match items.next().await {
            Ok(Some(bill)) => all.push(bill.id),
            Ok(None) => break,
            Err(error) => {
                assert_eq!(error.status().unwrap().as_u16(), 503);
                errors += 1;
            }
        }
    }
    assert_eq!(
        (all, errors),
        (
            vec![
                "FR0".into(),
                "FR1".into(),
                "FR2".into(),
                "FR3".into(),
                "FR4".into()
            ],
            2
        )
    );
}

#[tokio::test(start_paused = true)]
async fn a_loop_that_passes_over_errors_ends() {
    use http::StatusCode;
    for (failure, errors, requests) in [
        (StatusCode::FORBIDDEN, 1, 1),
        (StatusCode::SERVICE_UNAVAILABLE, 10, 50),
    ] {
        let (service, api) = plain(
            Plain {
                flaky: Some("FR2".into()),
                failures: usize::MAX.into(),
                failure,
                ..Plain::default()
            },
            5,
        );
        let list = || api.get("/me/bill").list::<Bill>().concurrency(1);
        let mut items = list().items();
        let (mut read, mut failed) = (0, 0);
        loop {
            match items.next().await {
                Ok(Some(_)) => read += 1,
                Ok(None) => break,
                Err(_) => failed += 1,
            }
        }
        assert_eq!((read, failed), (4, errors), "{failure}");
        // The list, four objects, and the one that fails.
        assert_eq!(service.requests.load(Ordering::Relaxed), 5 + requests);
        assert!(list().all().await.is_err());
    }
}

#[tokio::test(start_paused = true)]
async fn many_ids_are_read_in_their_order_and_missing_ones_are_told() {
    let (service, api) = plain(
        Plain {
            gone: Some("FR3".into()),
            ..Plain::default()
        },
        40,
    );
    let ids: Vec<String> = (0..40).rev().map(|n| format!("FR{n}")).collect();
    let mut items = api
        .get("/me/{what}/{id}")
        .arg("bill")
        .get_many::<Bill>(&ids)
        .concurrency(7);
    let (mut all, mut missing) = (Vec::new(), 0);
    while all.len() < 36 {
        all.push(items.next().await.unwrap().unwrap().id);
    }
    assert_eq!(all, ids[..36]);
    missing += usize::from(items.next().await.unwrap_err().is_not_found());
    assert_eq!((missing, service.most.load(Ordering::Relaxed)), (1, 7));
}

/// v2: cursors, until the service names no other.
fn v2(pages: &'static [(&'static str, &'static str)]) -> ScriptedTransport {
    ScriptedTransport::from_fn(move |request| page_of_v2(pages, request))
}

fn page_of_v2(pages: &[(&str, &str)], request: &Request<Bytes>) -> Scripted {
    let cursor = header(request, "x-pagination-cursor");
    let at = cursor.as_deref().map_or(0, |cursor| {
        pages.iter().position(|(next, _)| *next == cursor).unwrap() + 1
    });
    let (next, items) = pages[at];
    let headers = [
        ("X-Pagination-Cursor-Next", next),
        ("X-Pagination-Elements", "5"),
    ];
    Scripted::with_headers(200, &headers[usize::from(next.is_empty())..], items)
}

#[tokio::test(start_paused = true)]
async fn v2_lists_follow_their_cursor() {
    let transport = v2(&[
        ("c1", r#"[{"billId":"1"},{"billId":"2"}]"#),
        ("c2", "[]"),
        ("", r#"[{"billId":"3"}]"#),
    ]);
    let api = client(&transport);
    let all = api
        .get("/v2/iam/policy")
        .query("details", true)
        .list::<Bill>()
        .all()
        .await
        .unwrap();
    assert_eq!(
        all.iter().map(|bill| bill.id.as_str()).collect::<Vec<_>>(),
        ["1", "2", "3"]
    );
    assert_eq!(
        transport.lines(),
        vec!["GET /v2/iam/policy?details=true"; 3]
    );
    let first = &transport.seen()[0].request;
    for name in [
        "x-pagination-mode",
        "x-pagination-number",
        "x-pagination-size",
        "x-pagination-cursor",
    ] {
        assert!(header(first, name).is_none(), "{name}");
    }
    api.get("/v2/iam/policy")
        .list::<Bill>()
        .per_page(2)
        .from_page("c1".parse().unwrap())
        .all()
        .await
        .unwrap();
    let seen = transport.seen();
    assert_eq!(
        header(&seen[3].request, "x-pagination-size").as_deref(),
        Some("2")
    );
    assert_eq!(
        header(&seen[3].request, "x-pagination-cursor").as_deref(),
        Some("c1")
    );
}

#[tokio::test(start_paused = true)]
async fn words_on_pages_of_v2_are_all_there() {
    const PAGES: &[(&str, &str)] = &[("c1", r#"["a","b"]"#), ("c2", "[]"), ("", r#"["c",7]"#)];
    // The catalogue knows this list, and that no object is below it.
    let known = "/v2/iam/reference/resource/type";
    let transport = v2(PAGES);
    let list = || client(&transport).get(known).list::<String>();
    assert_eq!(list().all().await.unwrap(), ["a", "b", "c", "7"]);
    assert_eq!(transport.lines(), vec![format!("GET {known}"); 3]);
    let mut pages = list().pages();
    let mut seen = Vec::new();
    while let Some(page) = pages.next().await.unwrap() {
        seen.push(page.items);
    }
    assert_eq!(seen, [vec!["a", "b"], vec![], vec!["c", "7"]]);
    let objects = client(&transport).get(known).list::<Bill>().all().await;
    let text = objects.unwrap_err().to_string();
    assert!(text.contains("`ids()` reads them"), "{text}");

    // Of this one it knows nothing, so each word is looked for.
    let transport = ScriptedTransport::from_fn(|request| match request.uri().path() {
        "/v2/words" => page_of_v2(PAGES, request),
        _ => Scripted::json(404, "{}"),
    });
    let list = || client(&transport).get("/v2/words").list::<String>();
    assert_eq!(list().all().await.unwrap(), ["a", "b", "c", "7"]);
    assert_eq!(transport.seen().len(), 7);
    let mut pages = list().pages();
    let mut seen = Vec::new();
    while let Some(page) = pages.next().await.unwrap() {
        seen.extend(page.items);
    }
    assert_eq!(seen, ["a", "b", "c", "7"]);
}

#[tokio::test(start_paused = true)]
async fn lists_that_do_not_end_or_contradict_themselves_are_errors() {
    let transport = ScriptedTransport::from_fn(|_| {
        Scripted::with_headers(200, &[("x-pagination-cursor-next", "same")], "[]")
    });
    let error = client(&transport)
        .get("/v2/x")
        .list::<Bill>()
        .all()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Page, "{error}");
    let error = bills(&client(&service(1000, true)))
        .cap(600)
        .all()
        .await
        .unwrap_err();
    assert!(error.to_string().contains("more than 600 items"), "{error}");
    assert_eq!(
        bills(&client(&service(600, true)))
            .cap(600)
            .all()
            .await
            .unwrap()
            .len(),
        600
    );
    let transport = script([Scripted::json(200, r#"[{"billId":[1]}]"#)]);
    let error = client(&transport)
        .get("/me/bill")
        .list::<Bill>()
        .all()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    let error = bills(&client(&script([])))
        .sort("a\nb", false)
        .all()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
}

/// A page that fails is asked for again, and nothing is lost or doubled.
#[tokio::test(start_paused = true)]
async fn a_page_that_fails_is_read_again() {
    // All attempts of one call.
    let failures = AtomicUsize::new(5);
    let transport = ScriptedTransport::from_fn(move |request| {
        let page = number(request, "x-pagination-number");
        if page == 2
            && failures
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1))
                .is_ok()
        {
            return Scripted::json(503, "{}");
        }
        let items: Vec<_> = ((page - 1) * 2..(page * 2).min(5)).map(bill).collect();
        Scripted::with_headers(
            200,
            &[("x-pagination-elements", "5")],
            json!(items).to_string(),
        )
    });
    let mut items = bills(&client(&transport)).per_page(2).items();
    let (mut all, mut errors) = (Vec::new(), 0);
    loop {
        match items.next().await {
            Ok(Some(bill)) => all.push(bill),
            Ok(None) => break,
            Err(_) => errors += 1,
        }
    }
    assert_eq!((all, errors), (expected(5), 1));
}

#[cfg(feature = "blocking")]
#[test]
fn lists_can_be_read_without_async() {
    let transport = service(3, true);
    let api = common::builder(&transport)
        .clock(cloud_core::time::TokioClock)
        .application(AK, AS)
        .consumer_key(CK);
    let api = api.time_offset(0).build().unwrap();
    assert_eq!(
        bills(&api)
            .items_blocking()
            .map(Result::unwrap)
            .collect::<Vec<_>>(),
        expected(3)
    );
    assert_eq!(bills(&api).all_blocking().unwrap(), expected(3));
    let pages: Vec<_> = bills(&api).per_page(2).pages_blocking().collect();
    let pages: Vec<_> = pages.into_iter().map(|page| page.unwrap().items).collect();
    assert_eq!(pages, [&expected(3)[..2], &expected(3)[2..]]);
    assert_eq!(bills(&api).page_blocking().unwrap().items, expected(3));
    let given = api.get("/me/bill/{id}").get_many::<Bill>(["FR0", "FR1"]);
    let given: Vec<_> = given.blocking().map(|bill| bill.unwrap()).collect();
    assert_eq!(given, expected(2));
    #[cfg(feature = "me")]
    {
        let list = || api.me().bills().list().per_page(2);
        assert_eq!(list().all_blocking().unwrap().len(), 3);
        assert_eq!(list().items_blocking().count(), 3);
        assert_eq!(list().pages_blocking().count(), 2);
        assert_eq!(list().page_blocking().unwrap().items.len(), 2);
    }
    assert_eq!(
        api.get("/me/bill/FR7").send_blocking().unwrap()["billId"],
        "FR7"
    );
}

/// A token that cannot be sent would be left out, and the list would begin with its first page without a word.
#[tokio::test(start_paused = true)]
async fn a_token_that_the_list_cannot_have_given_is_refused() {
    let transport = script([]);
    let api = client(&transport);
    let from = |list: List<Bill>, token: &str| list.from_page(token.parse().unwrap());
    let no_header = "from_page: holds what no header may hold";
    let no_number =
        "from_page: is no token of this list, which are of the form `3/1000` or `ids/50`";
    for (path, token, text) in [
        ("/v2/iam/policy", "bad\ntoken", no_header),
        ("/v2/iam/policy", "\u{7f}", no_header),
        ("/me/bill", "3", no_number),
        ("/me/bill", "", no_number),
        ("/me/bill", "3/x", no_number),
        ("/me/bill", "-1/0", no_number),
    ] {
        let list = || from(api.get(path).list(), token);
        for error in [
            list().all().await.unwrap_err(),
            list().items().next().await.unwrap_err(),
            list().ids().await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Input);
            assert_eq!(
                error.to_string(),
                format!("GET {path} failed: wrong argument: {text}")
            );
        }
    }
    #[cfg(feature = "cloud")]
    {
        let whole = api.project("p").instances().list().into_list();
        let error = whole
            .from_page("2".parse().unwrap())
            .all()
            .await
            .unwrap_err();
        let text = "wrong argument: from_page: this list comes whole and has no pages";
        assert!(error.to_string().ends_with(text), "{error}");
    }
    assert!(transport.seen().is_empty());
}

#[cfg(feature = "me")]
#[tokio::test(start_paused = true)]
async fn a_list_with_filters_is_read_in_every_way() {
    let transport = service(5, true);
    let api = client(&transport);
    let list = || api.me().bills().list().per_page(2);
    let ids = |bills: Vec<ovh::me::bills::Bill>| -> Vec<String> {
        bills.into_iter().map(|bill| bill.bill_id).collect()
    };
    let all = ["FR0", "FR1", "FR2", "FR3", "FR4"];
    assert_eq!(ids(list().all().await.unwrap()), all);
    let before = transport.seen().len();
    assert_eq!(ids(list().prefetch(3).all().await.unwrap()), all);
    assert_eq!(transport.seen().len() - before, 3);

    let mut items = list().items();
    assert_eq!(items.next().await.unwrap().unwrap().bill_id, "FR0");
    let mut pages = list().pages();
    assert_eq!(ids(pages.next().await.unwrap().unwrap().items), all[..2]);
    let second = pages.continuation().unwrap();
    let page = list().from_page(second).page().await.unwrap();
    let third = page.next().unwrap();
    assert_eq!(ids(page.items), all[2..4]);
    let rest = list()
        .from_page(third)
        .maybe(Some(1), ovh::me::bills::ListBills::concurrency);
    assert_eq!(ids(rest.all().await.unwrap()), all[4..]);
    let error = list().cap(4).all().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Page);
    assert_eq!(list().ids().await.unwrap(), all);

    let late = list().options(|options| options.header("x-mine", "1"));
    late.page().await.unwrap();
    let seen = transport.seen().pop().unwrap().request;
    assert_eq!(header(&seen, "x-mine").as_deref(), Some("1"));
    assert_eq!(header(&seen, "x-pagination-size").as_deref(), Some("2"));
}

#[cfg(feature = "me")]
#[tokio::test(start_paused = true)]
async fn a_filter_is_sent_once_and_a_number_without_a_suffix() {
    use ovh::me::credentials::ListCredentials;

    let transport = script([Scripted::json(200, "[]"), Scripted::json(200, "[]")]);
    let api = client(&transport);
    let none: Option<i64> = None;
    let list = || api.me().credentials().list();
    let twice = list().status("validated").status("expired").application(7);
    let twice = twice
        .application(8)
        .maybe(none, ListCredentials::application);
    assert!(twice.ids().await.unwrap().is_empty());
    let set = list().maybe(Some(9), ListCredentials::application);
    assert!(set.ids().await.unwrap().is_empty());
    assert_eq!(
        common::sent(&transport),
        [
            "GET /1.0/me/api/credential?status=expired&applicationId=8",
            "GET /1.0/me/api/credential?applicationId=9",
        ]
    );
}

/// No part of a filter makes another filter.
#[tokio::test(start_paused = true)]
async fn every_part_of_a_filter_is_encoded() {
    let transport = service(0, true);
    let api = client(&transport);
    bills(&api)
        .filter("a&b:eq=1", "eq=x&b:eq", "1&c:eq=2")
        .filter("n", "in", "1,2")
        .all()
        .await
        .unwrap();
    assert_eq!(
        header(&transport.seen()[0].request, "x-pagination-filter").as_deref(),
        Some("a%26b%3Aeq%3D1:eq%3Dx%26b%3Aeq=1%26c%3Aeq%3D2&n:in=1,2")
    );
}
