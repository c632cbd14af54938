//! What an edit of a zone sends, and in which order.

use cloud_core::test_util::{PausedClock, Scripted, ScriptedTransport};
use cloud_core::transport::TransportErrorKind;
use ovh::Client;
use ovh::domain::{ChangeOutcome, Edit, Rr, RrType};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const RECORDS: &str = r#"[
    {"id": 1, "zone": "example.com", "fieldType": "A", "subDomain": "www", "target": "192.0.2.1", "ttl": null},
    {"id": 2, "zone": "example.com", "fieldType": "A", "subDomain": "www", "target": "192.0.2.2", "ttl": 60},
    {"id": 3, "zone": "example.com", "fieldType": "CNAME", "subDomain": "api", "target": "www", "ttl": null},
    {"id": 4, "zone": "example.com", "fieldType": "TXT", "subDomain": "", "target": "\"v=spf1 \" \"-all\"", "ttl": null},
    {"id": 5, "zone": "example.com", "fieldType": "MX", "subDomain": "", "target": "1 MX1.mail.ovh.net.", "ttl": null}
]"#;

fn client(wire: &ScriptedTransport) -> Client {
    let builder = Client::builder()
        .access_token("t")
        .transport(Arc::new(wire.clone()));
    builder.clock(PausedClock::new()).build().unwrap()
}

/// Answers lists with the records, creations with a record, and anything else with nothing.
fn zone() -> ScriptedTransport {
    ScriptedTransport::from_fn(|request| match request.method().as_str() {
        "GET" if request.uri().path().ends_with("/status") => {
            Scripted::json(200, r#"{"isDeployed": true}"#)
        }
        "GET" => Scripted::with_headers(200, &[("x-pagination-elements", "5")], RECORDS),
        "POST" if request.uri().path().ends_with("/record") => Scripted::json(200, r#"{"id": 9}"#),
        _ => Scripted::json(200, "null"),
    })
}

fn changes_of(wire: &ScriptedTransport) -> Vec<String> {
    let seen = wire.seen();
    let changes = seen.iter().filter(|seen| seen.request.method() != "GET");
    let line = |seen: &cloud_core::test_util::Seen| {
        let path = seen
            .request
            .uri()
            .path()
            .replace("/1.0/domain/zone/example.com", "");
        let body = String::from_utf8_lossy(seen.request.body()).into_owned();
        format!("{} {path} {body}", seen.request.method())
            .trim_end()
            .to_owned()
    };
    changes.map(line).collect()
}

#[tokio::test(start_paused = true)]
async fn records_are_changed_in_place_and_the_zone_is_refreshed_once() {
    let wire = zone();
    let api = client(&wire);
    let edit = api
        .zone("example.com")
        .records()
        .edit()
        .set(
            "www",
            Rr::a(["192.0.2.2", "192.0.2.3", "192.0.2.4"]).ttl(300),
        )
        .set("api", Rr::a(["192.0.2.5"]))
        .remove("api", "CNAME")
        .remove("@", "MX")
        .set("@", Rr::txt("v=spf1 -all"));
    let preview = edit.preview().await.unwrap();
    assert_eq!(
        preview.to_string(),
        "~ www A ttl: 60 -> 300\n\
         - www A 192.0.2.1\n\
         + www 300 A 192.0.2.3\n\
         + www 300 A 192.0.2.4\n\
         + api A 192.0.2.5\n\
         - api CNAME www\n\
         - @ MX 1 MX1.mail.ovh.net.\n"
    );
    let mx = &preview.changes()[3];
    assert_eq!(
        (&mx.kind, mx.outcome),
        (&RrType::Mx, ChangeOutcome::Deleted)
    );
    assert_eq!((changes_of(&wire).len(), wire.seen().len()), (0, 1));

    preview.apply().await.unwrap();
    assert_eq!(
        changes_of(&wire),
        [
            "DELETE /record/3",
            r#"PUT /record/2 {"ttl":300}"#,
            r#"PUT /record/1 {"target":"192.0.2.3","ttl":300}"#,
            r#"POST /record {"fieldType":"A","target":"192.0.2.4","subDomain":"www","ttl":300}"#,
            r#"POST /record {"fieldType":"A","target":"192.0.2.5","subDomain":"api"}"#,
            "DELETE /record/5",
            "POST /refresh",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_there_already_changes_nothing() {
    let wire = zone();
    let api = client(&wire);
    let edit = api
        .zone("example.com")
        .records()
        .edit()
        .set("", Rr::mx([(1, "mx1.mail.ovh.net.")]));
    let preview = edit
        .add("", Rr::txt("v=spf1 -all"))
        .remove("gone", "A")
        .preview()
        .await
        .unwrap();
    assert!(preview.is_empty(), "{preview}");
    assert!(preview.apply().await.unwrap().is_empty());
    let lines = ["record", "record", "status"]
        .map(|what| format!("GET /1.0/domain/zone/example.com/{what}"));
    assert_eq!(wire.lines(), lines);
    api.zone("example.com")
        .records()
        .edit()
        .preview()
        .await
        .unwrap()
        .apply()
        .await
        .unwrap();
    assert_eq!(wire.seen().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn one_name_and_type_are_asked_for_alone() {
    let wire = zone();
    let edit = client(&wire)
        .zone("example.com")
        .records()
        .edit()
        .add("www", Rr::a(["192.0.2.1"]));
    assert!(edit.preview().await.unwrap().is_empty());
    let query = wire.seen()[0].request.uri().query().unwrap().to_owned();
    assert_eq!(query, "fieldType=A&subDomain=www");
}

#[tokio::test(start_paused = true)]
async fn a_bad_value_is_named_before_anything_is_sent() {
    let wire = zone();
    let api = client(&wire);
    for (rr, text) in [
        (
            Rr::a(["2001:db8::1"]),
            "records of www: \"2001:db8::1\" is not an IPv4 address",
        ),
        (
            Rr::new("TXT", ["a\nb"]),
            "records of www: \"a\\nb\" must be one line",
        ),
        (Rr::a([""; 0]), "records of www: must not be empty"),
        (
            Rr::a(["192.0.2.1"]).comment("web"),
            "comment of www: the service keeps no comments",
        ),
    ] {
        let error = api
            .zone("example.com")
            .records()
            .edit()
            .set("www", rr)
            .preview()
            .await
            .unwrap_err();
        assert!(error.to_string().contains(text), "{error}");
    }
    assert!(wire.seen().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_refresh_waits_for_those_of_others_and_gives_up_in_the_end() {
    let busy = r#"{"class": "Client::Conflict", "message": "a refresh is under way"}"#;
    let refused = |times: usize| {
        let asked = AtomicUsize::new(0);
        ScriptedTransport::from_fn(move |request| {
            if request.method() == "GET" {
                return Scripted::json(200, RECORDS);
            }
            let is_refresh = request.uri().path().ends_with("/refresh");
            if is_refresh && asked.fetch_add(1, Ordering::SeqCst) < times {
                return Scripted::json(409, busy);
            }
            Scripted::json(200, "null")
        })
    };
    for (times, ends_well) in [(3, true), (1_000, false)] {
        let wire = refused(times);
        let api = client(&wire);
        let preview = api
            .zone("example.com")
            .records()
            .edit()
            .remove("www", "A")
            .preview()
            .await
            .unwrap();
        let applied = preview.apply().await;
        assert_eq!(applied.is_ok(), ends_well);
        let refreshes = wire
            .lines()
            .iter()
            .filter(|line| line.ends_with("/refresh"))
            .count();
        assert_eq!(refreshes, if ends_well { times + 1 } else { 30 });
    }
}

#[tokio::test(start_paused = true)]
async fn edits_of_one_zone_take_turns() {
    use std::time::Duration;
    let wire = ScriptedTransport::from_fn(|request| match request.method().as_str() {
        "GET" => Scripted::json(200, RECORDS),
        _ => Scripted::json(200, "null").after(Duration::from_secs(1)),
    });
    let api = client(&wire);
    let preview = |name: &'static str| {
        let edit = api
            .zone("example.com")
            .records()
            .edit()
            .remove(name, if name == "api" { "CNAME" } else { "A" });
        async move { edit.preview().await.unwrap().apply().await.unwrap() }
    };
    tokio::join!(preview("www"), preview("api"));
    let changes = changes_of(&wire);
    assert_eq!(
        changes
            .iter()
            .filter(|line| *line == "POST /refresh")
            .count(),
        2
    );
    let first = changes
        .iter()
        .position(|line| line == "POST /refresh")
        .unwrap();
    let is_www = |line: &&String| *line == "DELETE /record/1" || *line == "DELETE /record/2";
    assert!(
        [0, 2].contains(&changes[..first].iter().filter(is_www).count()),
        "{changes:?}"
    );
}

type Answer = fn() -> Scripted;

/// What was done before a failure stands, so the failure must not look as if nothing had been done.
#[tokio::test(start_paused = true)]
async fn an_edit_that_fails_half_done_says_so() {
    let unreachable = || Scripted::Failure(TransportErrorKind::NotSent);
    let refused = || Scripted::json(403, r#"{"class": "Client::Forbidden", "message": "no"}"#);
    let busy = || Scripted::json(409, r#"{"class": "Client::Conflict", "message": "busy"}"#);
    let cases: [(usize, Answer, bool, bool, &str); 5] = [
        (
            0,
            unreachable,
            false,
            true,
            "cannot reach the server: as the script says (attempt 5 of 5",
        ),
        (
            1,
            unreachable,
            true,
            false,
            "cannot reach the server: as the script says; it may have been carried out all the same (attempt 5 of 5",
        ),
        (
            0,
            refused,
            false,
            false,
            "403 Client::Forbidden: no; credential: access_token (client builder) (0.0 s)",
        ),
        (
            1,
            refused,
            true,
            false,
            "403 Client::Forbidden: no; credential: access_token (client builder); it may have been carried out all the same (0.0 s)",
        ),
        // The refresh.
        (
            2,
            busy,
            true,
            false,
            "409 Client::Conflict: busy; it may have been carried out all the same (",
        ),
    ];
    for (done, fault, may_have_happened, is_connect, text) in cases {
        let posts = AtomicUsize::new(0);
        let wire = ScriptedTransport::from_fn(move |request| {
            if request.method() == "GET" {
                return Scripted::json(200, "[]");
            }
            // Once it has failed it goes on to fail.
            match posts.fetch_add(1, Ordering::SeqCst) {
                earlier if earlier < done => Scripted::json(200, r#"{"id": 9}"#),
                _ => fault(),
            }
        });
        let edit = client(&wire)
            .zone("example.com")
            .records()
            .edit()
            .set("a", Rr::a(["192.0.2.1"]))
            .set("b", Rr::a(["192.0.2.2"]));
        let error = edit.preview().await.unwrap().apply().await.unwrap_err();
        assert!(error.to_string().contains(text), "{error}");
        assert_eq!(error.may_have_happened(), may_have_happened, "{error}");
        assert_eq!(error.is_connect(), is_connect, "{error}");
        let changes = changes_of(&wire);
        let created = changes.iter().filter(|line| line.contains("\"a\""));
        assert!(done == 0 || created.count() == 1);
        // What was changed is served from the next refresh on.
        let is_refreshed = changes.iter().any(|line| line == "POST /refresh");
        assert_eq!(is_refreshed, done > 0, "{changes:?}");
    }
}

fn null() -> serde_json::Value {
    serde_json::Value::Null
}

/// A zone of these records.
#[allow(
    clippy::needless_pass_by_value,
    reason = "each zone is written where it is used"
)]
fn zone_of(records: serde_json::Value) -> ScriptedTransport {
    let records = records.to_string();
    ScriptedTransport::from_fn(move |request| match request.method().as_str() {
        "GET" => Scripted::json(200, records.clone()),
        "POST" if request.uri().path().ends_with("/record") => Scripted::json(200, r#"{"id": 9}"#),
        _ => Scripted::json(200, "null"),
    })
}

#[allow(
    clippy::needless_pass_by_value,
    reason = "each record is written where it is used"
)]
fn record(
    id: u32,
    kind: &str,
    name: &str,
    target: &str,
    ttl: serde_json::Value,
) -> serde_json::Value {
    serde_json::json!({"id": id, "zone": "example.com", "fieldType": kind, "subDomain": name, "target": target, "ttl": ttl})
}

async fn previewed(wire: &ScriptedTransport, change: impl Fn(Edit) -> Edit) -> String {
    let edit = change(client(wire).zone("example.com").records().edit());
    match edit.preview().await {
        Ok(preview) => preview.to_string(),
        Err(error) => error.to_string(),
    }
}

/// Two policies of senders at one name break mail, whichever type the control panel made the first of.
#[tokio::test(start_paused = true)]
async fn a_policy_set_as_text_replaces_one_of_its_own_type_and_the_other_way_round() {
    let null = serde_json::Value::Null;
    let native = record(5, "SPF", "", "v=spf1 include:mx.ovh.com ~all", null.clone());
    let site = record(6, "TXT", "", "\"site=1\"", null.clone());
    let wire = zone_of(serde_json::json!([native, site]));
    let new = "v=spf1 include:_spf.google.com ~all";
    let edit = client(&wire).zone("example.com").records().edit();
    let preview = edit
        .add("", Rr::txt("x"))
        .set("", Rr::new("TXT", ["site=1", new]))
        .preview()
        .await
        .unwrap();
    assert_eq!(
        preview.to_string(),
        format!("+ @ TXT {new}\n- @ SPF v=spf1 include:mx.ovh.com ~all\n")
    );
    // It is asked for without a type, which could be one of four.
    assert_eq!(wire.seen()[0].request.uri().query(), None);
    preview.apply().await.unwrap();
    assert_eq!(
        changes_of(&wire),
        [
            format!(r#"POST /record {{"fieldType":"TXT","target":"{new}"}}"#),
            "DELETE /record/5".to_owned(),
            "POST /refresh".to_owned(),
        ]
    );

    // The same policy is there already; a text that is none replaces none; what is named is left to its own wish.
    let same = "v=spf1 include:mx.ovh.com ~all";
    for (edit, shown) in [
        (Rr::new("TXT", [same, "site=1"]), ""),
        (
            Rr::new("TXT", ["site=2"]),
            "- @ TXT \"site=1\"\n+ @ TXT site=2\n",
        ),
    ] {
        assert_eq!(
            previewed(&wire, |zone| zone.set("", edit.clone())).await,
            shown
        );
    }
    let both = previewed(&wire, |zone| {
        zone.set("", Rr::new("TXT", [same, "site=1"]))
            .remove("", "SPF")
    });
    assert_eq!(both.await, format!("+ @ TXT {same}\n- @ SPF {same}\n"));
    // A second one is refused.
    let text = previewed(&wire, |zone| zone.add("", Rr::txt(new))).await;
    assert!(
        text.contains("records of @: there is a policy of this name already, of type SPF: v=spf1 include:mx.ovh.com ~all"),
        "{text}"
    );

    let dmarc = record(7, "TXT", "_dmarc", "\"v=DMARC1; p=none\"", null);
    let wire = zone_of(serde_json::json!([dmarc]));
    let shown = previewed(&wire, |zone| {
        zone.set("_dmarc", Rr::new("DMARC", ["v=DMARC1; p=reject"]))
    });
    assert_eq!(
        shown.await,
        "+ _dmarc DMARC v=DMARC1; p=reject\n- _dmarc TXT \"v=DMARC1; p=none\"\n"
    );
}

/// The service says 0 where a record follows the zone, and makes 60 of what is less.
#[tokio::test(start_paused = true)]
async fn times_to_live_come_to_rest() {
    let at = |ttl: serde_json::Value| {
        zone_of(serde_json::json!([record(
            1,
            "A",
            "www",
            "203.0.113.7",
            ttl
        )]))
    };
    let www = || Rr::a(["203.0.113.7"]);
    for (there, wish, shown) in [
        (serde_json::json!(0), www().zone_ttl(), ""),
        (serde_json::json!(null), www().ttl(0), ""),
        (serde_json::json!(0), www().ttl(0), ""),
        (serde_json::json!(0), www(), ""),
        (
            serde_json::json!(0),
            www().ttl(60),
            "~ www A ttl: zone default -> 60\n",
        ),
        (
            serde_json::json!(60),
            www().ttl(0),
            "~ www A ttl: 60 -> zone default\n",
        ),
    ] {
        assert_eq!(
            previewed(&at(there.clone()), |zone| zone.set("www", wish.clone())).await,
            shown,
            "{there}"
        );
    }
    let wire = at(serde_json::json!(60));
    for ttl in [1, 30, 59] {
        let text = previewed(&wire, |zone| zone.add("www", www().ttl(ttl))).await;
        assert!(
            text.contains(&format!(
                "ttl of www: must be at least 60 seconds, not {ttl}"
            )),
            "{text}"
        );
    }
    assert!(wire.seen().is_empty());
}

#[tokio::test(start_paused = true)]
async fn names_go_on_the_wire_within_the_zone() {
    let wire = zone_of(serde_json::json!([record(
        1,
        "A",
        "WWW",
        "203.0.113.7",
        null()
    )]));
    let edit = client(&wire).zone("example.com").records().edit();
    let edit = edit.set("Www.example.com.", Rr::a(["192.0.2.9"]));
    let edit = edit.set("example.com", Rr::a(["192.0.2.9"]));
    edit.preview().await.unwrap().apply().await.unwrap();
    assert_eq!(
        changes_of(&wire),
        [
            r#"PUT /record/1 {"target":"192.0.2.9"}"#,
            r#"POST /record {"fieldType":"A","target":"192.0.2.9"}"#,
            "POST /refresh",
        ]
    );
    // The cache of expanded lists may be older than the last change.
    let reads = wire.seen();
    let reads = reads.iter().filter(|seen| seen.request.method() == "GET");
    assert!(reads.clone().count() > 1);
    for read in reads {
        assert_eq!(read.request.headers()["pragma"], "no-cache");
    }
}

/// An edit that was cut off after its records and before its refresh has nothing to change any more.
#[tokio::test(start_paused = true)]
async fn what_an_earlier_edit_left_undeployed_is_refreshed() {
    let refused = r#"{"class": "Client::Forbidden", "message": "no"}"#;
    for (status, body, refreshes, is_ok) in [
        (200, r#"{"isDeployed": true, "errors": null}"#, 0, true),
        (200, r#"{"isDeployed": false, "errors": []}"#, 1, true),
        // Who may not ask cannot know.
        (403, refused, 1, true),
        (
            404,
            r#"{"class": "Client::NotFound", "message": "no"}"#,
            0,
            false,
        ),
    ] {
        let records = serde_json::json!([record(1, "A", "www", "203.0.113.7", null())]).to_string();
        let wire = ScriptedTransport::from_fn(move |request| match request.method().as_str() {
            "GET" if request.uri().path().ends_with("/status") => Scripted::json(status, body),
            "GET" => Scripted::json(200, records.clone()),
            _ => Scripted::json(200, "null"),
        });
        let edit = client(&wire).zone("example.com").records().edit();
        let edit = edit.set("www", Rr::a(["203.0.113.7"]));
        let applied = edit.preview().await.unwrap().apply().await;
        assert_eq!(applied.is_ok(), is_ok, "{status} {body}");
        assert_eq!(changes_of(&wire).len(), refreshes, "{status} {body}");
    }
}

/// What an edit sends where the zone is no longer what its preview saw.
#[tokio::test(start_paused = true)]
async fn a_wish_that_came_true_meanwhile_is_no_failure() {
    use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    let sandbox = cloud_sandbox::Sandbox::new();
    let api = Client::builder()
        .oauth2(CLIENT_ID, CLIENT_SECRET)
        .transport(sandbox.ovh());
    let api = api.clock(PausedClock::new()).build().unwrap();
    let records = api.zone("example.com").records();
    let a = |last: &[u8]| Rr::a(last.iter().map(|n| format!("203.0.113.{n}")));
    let edit = || records.edit();
    // Two wishes about one name, previewed together and applied one after the other, and what the second one sends.
    for (n, (there, one, two, sends, values)) in [
        (
            &[][..],
            edit().add("N", a(&[1])),
            edit().add("N", a(&[2])),
            &["POST"][..],
            &[1, 2][..],
        ),
        (
            &[],
            edit().add("N", a(&[1])),
            edit().add("N", a(&[1])),
            &[],
            &[1],
        ),
        (
            &[],
            edit().set("N", a(&[1])),
            edit().set("N", a(&[1])),
            &[],
            &[1],
        ),
        (
            &[],
            edit().set("N", a(&[1])),
            edit().set("N", a(&[2])),
            &["PUT"],
            &[2],
        ),
        (
            &[1],
            edit().set("N", a(&[2])),
            edit().set("N", a(&[3])),
            &["PUT"],
            &[3],
        ),
        (
            &[1],
            edit().take("N", a(&[1])),
            edit().add("N", a(&[2])),
            &["POST"],
            &[2],
        ),
        (
            &[1],
            edit().add("N", a(&[2])),
            edit().take("N", a(&[1])),
            &["DELETE"],
            &[2],
        ),
        (
            &[1, 2],
            edit().take("N", a(&[1])),
            edit().take("N", a(&[1])),
            &[],
            &[2],
        ),
        (
            &[1],
            edit().remove("N", "A"),
            edit().remove("N", "A"),
            &[],
            &[],
        ),
        (
            &[1],
            edit().remove("N", "A"),
            edit().set("N", a(&[1, 2])),
            &["POST", "POST"],
            &[1, 2],
        ),
        (
            &[1],
            edit().add("N", a(&[2])),
            edit().remove("N", "A"),
            &["DELETE", "DELETE"],
            &[],
        ),
    ]
    .into_iter()
    .enumerate()
    {
        for last in there {
            let create = records.create("A", format!("203.0.113.{last}"));
            create.sub_domain("n").await.unwrap();
        }
        let one = one.preview().await.unwrap();
        let two = two.preview().await.unwrap();
        one.apply().await.unwrap();
        sandbox.clock().advance(std::time::Duration::from_secs(60));
        sandbox.journal().clear();
        two.apply().await.unwrap();
        let entries = sandbox.journal().entries().into_iter();
        let changes =
            entries.filter(|entry| entry.method != "GET" && entry.path.contains("/record"));
        let changes: Vec<_> = changes.map(|entry| entry.method.to_string()).collect();
        assert_eq!(changes, sends, "{n}");
        let there = records.list().sub_domain("n").all().await.unwrap();
        let mut is: Vec<_> = there.iter().map(|record| record.target.as_str()).collect();
        is.sort_unstable();
        let expected: Vec<_> = values.iter().map(|n| format!("203.0.113.{n}")).collect();
        assert_eq!(is, expected, "{n}");
        for record in there {
            records.delete(record.id).await.unwrap();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn numbers_of_requests_need_no_suffix() {
    let wire = zone_of(serde_json::json!([]));
    let api = client(&wire);
    let zone = api.zone("example.com");
    zone.records()
        .create("A", "192.0.2.9")
        .ttl(300)
        .await
        .unwrap();
    zone.records().update(1).ttl(Some(600)).await.unwrap();
    zone.records().update(1).ttl(None).await.unwrap();
    assert_eq!(
        changes_of(&wire),
        [
            r#"POST /record {"fieldType":"A","target":"192.0.2.9","ttl":300}"#,
            r#"PUT /record/1 {"ttl":600}"#,
            r#"PUT /record/1 {"ttl":null}"#,
        ]
    );
}
