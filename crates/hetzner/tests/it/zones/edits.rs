//! Edits of a zone: what a preview shows, and what is sent for it.

use cloud_sandbox::{Fault, Sandbox};
use hetzner::zones::{ChangeOutcome, Rr, Txt};
use hetzner::{ActionFailed, RrType, ZoneStatus};

use super::{client, edited, sent, zone};

#[tokio::test(start_paused = true)]
async fn an_edit_is_previewed_and_applied_with_the_fewest_requests() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let zone = zone(&api).await;
    let records = api.zone(&zone).records();
    for (name, rr) in [
        ("www", Rr::a(["203.0.113.1", "203.0.113.2"]).comment("old")),
        ("same", Rr::aaaa(["2001:db8::1"]).ttl(300)),
        ("alias", Rr::cname("www")),
        ("gone", Rr::txt("bye")),
        ("note", Rr::a(["203.0.113.1"])),
        ("more", Rr::txt("one")),
    ] {
        records.create(name, rr).await.unwrap();
    }
    sandbox.journal().clear();
    let edit = records
        .edit()
        .set("www", Rr::a(["203.0.113.2", "203.0.113.3"]).ttl(300))
        .set("same", Rr::aaaa(["2001:DB8:0::1"]))
        .remove("alias", "CNAME")
        .set("alias", Rr::a(["203.0.113.4"]))
        .remove("gone", RrType::Txt)
        .remove("never", RrType::Txt)
        .set("note", Rr::a(["203.0.113.1"]).comment("front"))
        .add("more", Rr::txt("two").record("\"one\""))
        .set("@", Rr::txt("x".repeat(300)).ttl(60));
    let preview = edit.clone().preview().await.unwrap();
    let long = Txt::from_text("x".repeat(300));
    let expected = format!(
        "~ www A ttl: zone default -> 300\n\
         - www A 203.0.113.1\n\
         + www 300 A 203.0.113.3\n\
         - alias CNAME www\n\
         + alias A 203.0.113.4\n\
         - gone TXT \"bye\"\n\
         ~ note A 203.0.113.1 ; front\n\
         + more TXT \"two\"\n\
         + @ 60 TXT {long}\n"
    );
    assert_eq!(preview.to_string(), expected);
    assert_eq!(
        preview
            .changes()
            .iter()
            .filter(|change| change.outcome == ChangeOutcome::Deleted)
            .count(),
        2
    );
    assert_eq!(sent(&sandbox).len(), 1, "only read");

    sandbox.journal().clear();
    let done = preview.apply().await.unwrap();
    let base = format!("/v1/zones/{}/rrsets", zone.id);
    let requests: Vec<_> = sent(&sandbox)
        .into_iter()
        .map(|(call, _)| call.replace(&base, ""))
        .collect();
    // What comes in place of what goes, and of what is there all at once.
    let expected = [
        "GET ",
        "DELETE /alias/CNAME",
        "POST /www/A/actions/change_ttl",
        "POST ",
        "POST /note/A/actions/update_records",
        "POST /more/TXT/actions/add_records",
        "POST ",
        "POST /www/A/actions/set_records",
        "DELETE /gone/TXT",
    ];
    assert_eq!(
        (requests.as_slice(), done.len()),
        (&expected.map(str::to_owned)[..], 7)
    );
    let www = records.get("www", "A").await.unwrap();
    let kept = www
        .records
        .iter()
        .find(|record| record.value == "203.0.113.2")
        .unwrap();
    assert_eq!(
        (www.ttl, kept.comment.as_deref()),
        (Some(300), Some("old")),
        "comments survive"
    );

    let again = edit.preview().await.unwrap();
    assert!(again.is_empty() && again.to_string().is_empty(), "{again}");
    sandbox.journal().clear();
    assert!(again.apply().await.unwrap().is_empty());
    assert!(records.edit().preview().await.unwrap().is_empty());
    assert_eq!(sent(&sandbox).len(), 1, "only read");
}

#[tokio::test(start_paused = true)]
async fn many_records_go_fifty_at_a_time() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let zone = zone(&api).await;
    let records = api.zone(&zone).records();
    let addresses =
        |range: std::ops::Range<u8>| range.map(|n| format!("203.0.113.{n}")).collect::<Vec<_>>();
    let counts = || -> Vec<(String, usize)> {
        let calls = sent(&sandbox)
            .into_iter()
            .filter(|(call, _)| call.starts_with("POST"));
        calls
            .map(|(call, body)| {
                (
                    call.rsplit('/').next().unwrap().to_owned(),
                    body["records"].as_array().unwrap().len(),
                )
            })
            .collect()
    };
    sandbox.journal().clear();
    records
        .edit()
        .set("www", Rr::a(addresses(0..120)))
        .preview()
        .await
        .unwrap()
        .apply()
        .await
        .unwrap();
    let expected = [("rrsets", 50), ("add_records", 50), ("add_records", 20)];
    assert_eq!(
        counts(),
        expected.map(|(call, count)| (call.to_owned(), count))
    );
    assert_eq!(records.get("www", "A").await.unwrap().records.len(), 120);

    sandbox.journal().clear();
    records
        .edit()
        .set("www", Rr::a(addresses(60..180)))
        .preview()
        .await
        .unwrap()
        .apply()
        .await
        .unwrap();
    let expected = [
        ("add_records", 50),
        ("add_records", 10),
        ("remove_records", 50),
        ("remove_records", 10),
    ];
    assert_eq!(
        counts(),
        expected.map(|(call, count)| (call.to_owned(), count))
    );
    let mut values: Vec<_> = records
        .get("www", "A")
        .await
        .unwrap()
        .values()
        .map(str::to_owned)
        .collect();
    values.sort();
    let mut expected = addresses(60..180);
    expected.sort();
    assert_eq!(values, expected);

    sandbox.journal().clear();
    records
        .edit()
        .set("www", Rr::a(addresses(60..62)))
        .preview()
        .await
        .unwrap()
        .apply()
        .await
        .unwrap();
    assert_eq!(counts().len(), 3, "118 of them go");
}

/// Who names the zone by its number is asked for its name only where a whole name needs it.
#[tokio::test(start_paused = true)]
async fn whole_names_are_those_of_the_zone_even_by_its_number() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let zone = zone(&api).await;
    let same = || Rr::ns(["Helium.ns.hetzner.de."]).zone_ttl();
    for (records, requests) in [
        (api.zone(zone.id).records(), 2),
        (api.zone("example.com").records(), 1),
    ] {
        sandbox.journal().clear();
        let edit = records.edit().add("Example.com.", same());
        let edit = edit.set("www.example.com.", Rr::a(["203.0.113.7"]));
        let preview = edit.preview().await.unwrap();
        assert_eq!(preview.to_string(), "+ www A 203.0.113.7\n");
        assert_eq!(sent(&sandbox).len(), requests);
        let error = edited(&records, |edit| edit.remove("www.example.org.", "A")).await;
        let text = "name: \"www.example.org.\" is not in the zone example.com";
        assert!(error.to_string().contains(text), "{error}");
    }
}

/// What an edit sends where the zone is no longer what its preview saw.
#[tokio::test(start_paused = true)]
async fn a_wish_that_came_true_meanwhile_is_no_failure() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    zone(&api).await;
    let records = api.zone("example.com").records();
    let a = |last: &[u8]| Rr::a(last.iter().map(|n| format!("203.0.113.{n}")));
    let edit = || records.edit();
    // Two wishes about one name, previewed together and applied one after the other, and what the second one sends.
    for (n, (there, one, two, sends, values)) in [
        (
            &[][..],
            edit().add("N", a(&[1])),
            edit().add("N", a(&[2])),
            &["add_records"][..],
            &[1, 2][..],
        ),
        (
            &[],
            edit().add("N", a(&[1]).ttl(60)),
            edit().add("N", a(&[2]).ttl(90)),
            &["change_ttl", "add_records"],
            &[1, 2],
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
            &["set_records"],
            &[2],
        ),
        (
            &[1],
            edit().take("N", a(&[1])),
            edit().add("N", a(&[2])),
            &["add_records"],
            &[2],
        ),
        (
            &[1],
            edit().add("N", a(&[2])),
            edit().take("N", a(&[1])),
            &["remove_records"],
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
            edit().take("N", a(&[1])),
            edit().take("N", a(&[1])),
            &[],
            &[],
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
            &["rrsets"],
            &[1, 2],
        ),
        (
            &[1],
            edit().add("N", a(&[2])),
            edit().remove("N", "A"),
            &["A"],
            &[],
        ),
        (
            &[1],
            edit().remove("N", "A"),
            edit().set("N", a(&[1]).comment("x")),
            &["rrsets"],
            &[1],
        ),
    ]
    .into_iter()
    .enumerate()
    {
        if !there.is_empty() {
            records.create("n", a(there)).await.unwrap();
        }
        let one = one.preview().await.unwrap();
        let two = two.preview().await.unwrap();
        one.apply().await.unwrap();
        sandbox.journal().clear();
        two.apply().await.unwrap();
        let changes = sent(&sandbox).into_iter().map(|(call, _)| call);
        let changes: Vec<_> = changes
            .filter(|call| !call.starts_with("GET"))
            .map(|call| call.rsplit('/').next().unwrap().to_owned())
            .collect();
        assert_eq!(changes, sends, "{n}");
        let rrset = records.find("n", "A").await.unwrap();
        let mut is: Vec<_> = rrset.iter().flat_map(hetzner::RrSet::values).collect();
        is.sort_unstable();
        let expected: Vec<_> = values.iter().map(|n| format!("203.0.113.{n}")).collect();
        assert_eq!(is, expected, "{n}");
        if rrset.is_some() {
            records
                .delete("n", "A")
                .await
                .unwrap()
                .wait()
                .await
                .unwrap();
        }
    }
}

/// A refused request leaves nothing behind, not even an empty RRset.
#[tokio::test(start_paused = true)]
async fn a_value_twice_in_one_request_creates_nothing() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    zone(&api).await;
    let records = api.zone("example.com").records();
    let twice = records.add_records("www", "A", ["203.0.113.7", "203.0.113.7"]);
    let error = twice.await.unwrap_err();
    assert_eq!(error.code(), Some("invalid_input"));
    assert!(records.find("www", "A").await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_failure_stops_the_edit_and_the_next_preview_shows_what_is_left() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let zone = zone(&api).await;
    let records = api.zone(&zone).records();
    records.create("b", Rr::a(["203.0.113.1"])).await.unwrap();
    records.change_protection("b", "A", true).await.unwrap();
    let edit = records
        .edit()
        .set("a", Rr::a(["203.0.113.9"]))
        .set("b", Rr::a(["203.0.113.2"]))
        .remove("c", "A");
    let error = edit
        .clone()
        .preview()
        .await
        .unwrap()
        .apply()
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("protected"));
    let left = edit.preview().await.unwrap();
    assert_eq!(left.to_string(), "- b A 203.0.113.1\n+ b A 203.0.113.2\n");

    let fault = Fault::ActionFailed {
        code: "action_failed".into(),
        message: "no name server answered".into(),
    };
    sandbox
        .faults()
        .next_matching("POST /v1/zones/{zone}/rrsets", fault);
    let edit = records.edit().set("d", Rr::a(["203.0.113.9"]));
    let error = edit.preview().await.unwrap().apply().await.unwrap_err();
    assert_eq!(
        error.api::<ActionFailed>().unwrap().action.command,
        "create_rrset"
    );
    assert_eq!(
        api.zones().get(&zone).await.unwrap().status,
        ZoneStatus::Error
    );
}

/// What was done before a failure stands, so the failure must not look as if nothing had been done.
#[tokio::test(start_paused = true)]
async fn an_edit_that_fails_half_done_says_so() {
    let broken = || Fault::ActionFailed {
        code: "failed".into(),
        message: "no name server".into(),
    };
    // The requests that are answered well before the fault.
    for (well, fault, may_have_happened, is_connect) in [
        (0, Fault::NeverSent, false, true),
        (1, Fault::NeverSent, true, false),
        (0, Fault::Status(503), true, false),
        (0, broken(), true, false),
    ] {
        let sandbox = Sandbox::new();
        let api = client(&sandbox);
        let zone = zone(&api).await;
        let records = api.zone(&zone).records();
        let edit = records
            .edit()
            .set("a", Rr::a(["203.0.113.1"]))
            .set("b", Rr::a(["203.0.113.2"]));
        let preview = edit.preview().await.unwrap();
        let create = "POST /v1/zones/{id}/rrsets";
        let slow = Fault::Latency(std::time::Duration::ZERO);
        for _ in 0..well {
            sandbox.faults().next_matching(create, slow.clone());
        }
        for _ in 0..5 {
            sandbox.faults().next_matching(create, fault.clone());
        }
        let error = preview.apply().await.unwrap_err();
        assert_eq!(error.may_have_happened(), may_have_happened, "{error}");
        assert_eq!(error.is_connect(), is_connect, "{error}");
        sandbox.faults().clear();
        let made = records.get("a", "A").await.is_ok();
        assert_eq!(
            made,
            well > 0 || matches!(fault, Fault::ActionFailed { .. })
        );
    }
}
