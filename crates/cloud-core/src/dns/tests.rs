use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use http::StatusCode;

use super::*;
use crate::error::{ApiProblem, Error, Result};
use crate::model::Patch;

type There = Vec<(&'static str, &'static str, &'static str, Option<u32>)>;

/// A zone of these records, with what is done to it.
#[derive(Clone, Debug, Default)]
struct Zone {
    there: Arc<Mutex<There>>,
    /// Refusals by their status, the last one first, and the records that somebody else has made by then.
    refusals: Arc<Mutex<Vec<(u16, There)>>>,
    /// Whose changes are refused for good. Such a zone does not settle either.
    refuses: Arc<Mutex<String>>,
    done: Arc<Mutex<Vec<String>>>,
    has_one_ttl: bool,
}

impl Zone {
    fn of(there: There) -> Self {
        Self {
            there: Arc::new(Mutex::new(there)),
            ..Self::default()
        }
    }

    fn with_one_ttl(mut self) -> Self {
        self.has_one_ttl = true;
        self
    }

    fn edit(&self) -> Edit {
        Edit::new(self.clone())
    }
}

#[async_trait]
impl ZoneBackend for Zone {
    async fn name(&self, _needed: bool) -> Result<Option<String>> {
        Ok(Some("Example.com".to_owned()))
    }

    fn check(&self, _wish: &DesiredRrSet) -> Result<()> {
        Ok(())
    }

    fn has_one_ttl(&self) -> bool {
        self.has_one_ttl
    }

    async fn read(&self, _wishes: &[DesiredRrSet]) -> Result<Vec<ZoneRecord>> {
        self.done.lock().unwrap().push("read".to_owned());
        let there = self.there.lock().unwrap().clone();
        let record = |(name, kind, value, ttl)| ZoneRecord::new(name, kind, value).with_ttl(ttl);
        Ok(there.into_iter().map(record).collect())
    }

    async fn carry_out(&self, changes: &[Change]) -> Carried {
        let mut carried = Carried::default();
        for change in changes {
            self.done.lock().unwrap().push(change.to_string());
            let is_refused = *self.refuses.lock().unwrap() == change.name;
            let refusal = self.refusals.lock().unwrap().pop();
            let refusal = refusal.or_else(|| is_refused.then(|| (403, Vec::new())));
            if let Some((status, there)) = refusal {
                self.there.lock().unwrap().extend(there);
                let status = StatusCode::from_u16(status).unwrap();
                let error = Error::from_problem(status, ApiProblem::default());
                carried.failed = Some((change.clone(), error));
                break;
            }
            carried.changed = true;
            carried.done.push(change.clone());
        }
        carried
    }

    async fn settle(&self, changed: bool) -> Result<()> {
        self.done.lock().unwrap().push(format!("settle {changed}"));
        if self.refuses.lock().unwrap().is_empty() {
            return Ok(());
        }
        Err(Error::from_problem(
            StatusCode::LOCKED,
            ApiProblem::default(),
        ))
    }
}

async fn shown(edit: Edit) -> String {
    match edit.preview().await {
        Ok(preview) => preview.to_string(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn values_are_written_as_zone_files_write_them() {
    for (rr, kind, values) in [
        (
            Rr::a([std::net::Ipv4Addr::LOCALHOST]),
            "A",
            &["127.0.0.1"][..],
        ),
        (
            Rr::aaaa(["2001:db8::1", "2001:db8::2"]),
            "AAAA",
            &["2001:db8::1", "2001:db8::2"],
        ),
        (
            Rr::caa([(0, "issue", "letsencrypt.org")]),
            "CAA",
            &[r#"0 issue "letsencrypt.org""#],
        ),
        (Rr::cname("www"), "CNAME", &["www"]),
        (Rr::mx([(10, "mx")]), "MX", &["10 mx"]),
        (Rr::ns(["ns1.example.net."]), "NS", &["ns1.example.net."]),
        (Rr::ptr("host.example.com."), "PTR", &["host.example.com."]),
        (Rr::srv([(0, 5, 443, "web")]), "SRV", &["0 5 443 web"]),
        (Rr::txts(["a", "b\"c"]), "TXT", &["\"a\"", r#""b\"c""#]),
        (
            Rr::new("TLSA", ["3 1 1 00"]).record("3 1 1 01"),
            "TLSA",
            &["3 1 1 00", "3 1 1 01"],
        ),
    ] {
        assert_eq!(rr.kind().as_str(), kind);
        let written = rr.records().iter().map(|record| record.value.as_str());
        assert_eq!(written.collect::<Vec<_>>(), values);
        rr.check().unwrap();
    }
    assert_eq!(Rr::txt("x").ttl(60).zone_ttl().wanted_ttl(), Patch::Null);
}

#[tokio::test]
async fn what_no_service_takes_is_named_with_its_name() {
    let zone = Zone::default();
    for (rr, text) in [
        (
            Rr::a(["203.0.113.256"]),
            "records of www: \"203.0.113.256\" is not an IPv4 address",
        ),
        (
            Rr::aaaa(["203.0.113.7"]),
            "records of www: \"203.0.113.7\" is not an IPv6 address",
        ),
        (Rr::cname(" "), "records of www: \" \" must not be empty"),
        (
            Rr::new("TXT", ["a\nb"]),
            "records of www: \"a\\nb\" must be one line",
        ),
        (Rr::a([""; 0]), "records of www: must not be empty"),
        (
            Rr::a(["203.0.113.7"]).ttl(1),
            "ttl of www: must be at least 60 seconds, not 1",
        ),
        (
            Rr::a(["203.0.113.7"]).ttl(59),
            "ttl of www: must be at least 60 seconds, not 59",
        ),
    ] {
        for edit in [
            zone.edit().set("www", rr.clone()),
            zone.edit().add("WWW.example.com.", rr.clone()),
            zone.edit().take("www", rr.clone()),
        ] {
            let error = edit.preview().await.unwrap_err();
            assert!(error.is_invalid_input());
            assert!(error.to_string().ends_with(text), "{error}");
        }
    }
    Rr::a(["203.0.113.7"]).ttl(60).check().unwrap();
    assert!(zone.done.lock().unwrap().is_empty());
}

#[tokio::test]
async fn names_know_no_case_and_whole_names_lose_the_zone() {
    let zone = Zone::of(vec![("WWW", "A", "203.0.113.7", None)]);
    for name in ["www", "Www", "www.example.com", "www.Example.COM."] {
        let same = zone.edit().set(name, Rr::a(["203.0.113.7"]));
        assert_eq!(shown(same).await, "", "{name}");
        let gone = zone
            .edit()
            .add("x.www", Rr::a(["192.0.2.9"]))
            .remove(name, "A");
        let expected = "+ x.www A 192.0.2.9\n- www A 203.0.113.7\n";
        assert_eq!(shown(gone).await, expected, "{name}");
    }
    for name in ["example.com", "example.com.", "@", ""] {
        let edit = zone.edit().add(name, Rr::a(["192.0.2.9"]));
        assert_eq!(shown(edit).await, "+ @ A 192.0.2.9\n", "{name}");
    }
    // What only ends like the zone is another name.
    let edit = zone.edit().add("wwwexample.com", Rr::a(["192.0.2.9"]));
    assert_eq!(shown(edit).await, "+ wwwexample.com A 192.0.2.9\n");
    for (name, text) in [
        (
            "www.example.org.",
            "name: \"www.example.org.\" is not in the zone example.com",
        ),
        (
            "wwwexample.com.",
            "name: \"wwwexample.com.\" is not in the zone example.com",
        ),
        (".", "name: \".\" is not in the zone example.com"),
        ("a..b", "name: \"a..b\" has an empty part"),
        ("..example.com", "name: \"..example.com\" has an empty part"),
        (".www", "name: \".www\" has an empty part"),
        ("münchen", "name: \"münchen\" must be written in Punycode"),
    ] {
        let text_of = shown(zone.edit().set(name, Rr::a(["192.0.2.9"]))).await;
        assert!(text_of.ends_with(text), "{text_of}");
    }
}

#[tokio::test]
async fn what_is_said_last_counts() {
    let zone = Zone::of(vec![
        ("a", "A", "192.0.2.1", None),
        ("a", "A", "192.0.2.2", None),
    ]);
    let rr = |values: &[&str]| Rr::a(values.iter().copied());
    let edit = || zone.edit();
    for (edit, expected) in [
        (
            edit()
                .set("a", rr(&["192.0.2.3"]))
                .set("A", rr(&["192.0.2.1"])),
            "- a A 192.0.2.2\n",
        ),
        (
            edit().set("a", rr(&["192.0.2.3"])).remove("a", "A"),
            "- a A 192.0.2.1\n- a A 192.0.2.2\n",
        ),
        (
            edit()
                .remove("a", "A")
                .add("a", rr(&["192.0.2.3", "192.0.2.2", "192.0.2.3"])),
            "- a A 192.0.2.1\n+ a A 192.0.2.3\n",
        ),
        (
            edit()
                .add("a", rr(&["192.0.2.3", "192.0.2.4"]))
                .take("a", rr(&["192.0.2.3"])),
            "+ a A 192.0.2.4\n",
        ),
        (
            edit()
                .take("a", rr(&["192.0.2.1"]))
                .add("a", rr(&["192.0.2.1", "192.0.2.3"])),
            "+ a A 192.0.2.3\n",
        ),
        (
            edit().take("a", rr(&["192.0.2.1", "192.0.2.9"])),
            "- a A 192.0.2.1\n",
        ),
        (
            edit()
                .set("a", rr(&["192.0.2.1", "192.0.2.3"]))
                .take("a", rr(&["192.0.2.3"])),
            "- a A 192.0.2.2\n",
        ),
        // The time that was said first is forgotten with its records.
        (
            edit()
                .add("a", rr(&["192.0.2.1"]).ttl(60))
                .set("a", rr(&["192.0.2.1", "192.0.2.2"])),
            "",
        ),
    ] {
        assert_eq!(shown(edit).await, expected);
    }
}

/// Services whose records come one by one may have the same one twice.
#[tokio::test]
async fn a_value_that_is_there_twice_is_set_to_one() {
    let one = || Rr::a(["192.0.2.1"]);
    let twice = [("a", "A", "192.0.2.1", None), ("a", "A", "192.0.2.1", None)];
    let zone = Zone::of(twice.to_vec());
    let gone = "- a A 192.0.2.1\n";
    assert_eq!(shown(zone.edit().set("a", one())).await, gone);
    assert_eq!(shown(zone.edit().add("a", one())).await, "");
    assert_eq!(shown(zone.edit().take("a", one())).await, gone.repeat(2));
}

#[tokio::test]
async fn values_are_compared_by_what_they_mean() {
    for (kind, there, wished, same) in [
        ("AAAA", "2001:db8::1", "2001:DB8:0::1", true),
        ("MX", "10  MX.example.com.", "10 mx.example.com.", true),
        ("MX", "10 mx.example.com.", "20 mx.example.com.", false),
        ("TXT", r#""a" "b""#, r#""ab""#, true),
        ("TXT", "ab", r#""ab""#, true),
        ("TXT", r#""ab""#, r#""AB""#, false),
        ("TXT", r#""a b""#, r#""a  b""#, false),
        ("TXT", "\"open", "\"open", true),
        (
            "CAA",
            "0 ISSUE letsencrypt.org",
            r#"0 issue "letsencrypt.org""#,
            true,
        ),
        (
            "CAA",
            "0 issue letsencrypt.org",
            r#"128 issue "letsencrypt.org""#,
            false,
        ),
        ("TLSA", "3 1 1 00FF", "3 1 1 00ff", true),
        ("LOC", "52 N  13 E", "52 N 13 E", true),
        ("NAPTR", "10 10 \"U\"", "10 10 \"u\"", false),
    ] {
        let zone = Zone::of(vec![("@", kind, there, None)]);
        let set = shown(zone.edit().set("@", Rr::new(kind, [wished]))).await;
        assert_eq!(set.is_empty(), same, "{kind} {there} {wished}");
        let take = shown(zone.edit().take("@", Rr::new(kind, [wished]))).await;
        let gone = format!("- @ {kind} {there}\n");
        assert_eq!(take, if same { &*gone } else { "" }, "{wished}");
    }
}

#[tokio::test]
async fn times_are_those_of_the_set_or_of_each_record() {
    let zone = Zone::of(vec![
        ("a", "A", "192.0.2.1", None),
        ("a", "A", "192.0.2.2", Some(60)),
    ]);
    let one = Zone::of(vec![
        ("a", "A", "192.0.2.1", Some(60)),
        ("a", "A", "192.0.2.2", Some(60)),
    ])
    .with_one_ttl();
    let both = || Rr::a(["192.0.2.1", "192.0.2.2"]);
    let new = || Rr::a(["192.0.2.3"]);
    for (zone, edit, expected) in [
        (&zone, zone.edit().set("a", both()), ""),
        (
            &zone,
            zone.edit().set("a", both().ttl(60)),
            "~ a A 192.0.2.1 ttl: zone default -> 60\n",
        ),
        (
            &zone,
            zone.edit().set("a", both().zone_ttl()),
            "~ a A 192.0.2.2 ttl: 60 -> zone default\n",
        ),
        (
            &zone,
            zone.edit().set("a", both().ttl(0)),
            "~ a A 192.0.2.2 ttl: 60 -> zone default\n",
        ),
        (
            &zone,
            zone.edit().set("a", both().ttl(300)),
            "~ a A 192.0.2.1 ttl: zone default -> 300\n~ a A 192.0.2.2 ttl: 60 -> 300\n",
        ),
        // Records of others keep theirs.
        (
            &zone,
            zone.edit().add("a", new().ttl(300)),
            "+ a 300 A 192.0.2.3\n",
        ),
        (&one, one.edit().add("a", new()), "+ a 60 A 192.0.2.3\n"),
        (
            &one,
            one.edit().add("a", new().ttl(300)),
            "~ a A ttl: 60 -> 300\n+ a 300 A 192.0.2.3\n",
        ),
        (
            &one,
            one.edit().set("a", new().zone_ttl()),
            "- a A 192.0.2.1\n- a A 192.0.2.2\n+ a A 192.0.2.3\n",
        ),
        // A time says nothing about what goes.
        (
            &one,
            one.edit().take("a", both().ttl(300)),
            "- a A 192.0.2.1\n- a A 192.0.2.2\n",
        ),
    ] {
        assert_eq!(shown(edit).await, expected, "{zone:?}");
    }
}

#[tokio::test]
async fn a_policy_is_seen_under_each_of_its_types() {
    let old = "v=spf1 include:mx.example.net ~all";
    let zone = Zone::of(vec![
        ("@", "SPF", old, None),
        ("@", "TXT", "\"site=1\"", None),
        ("_dmarc", "TXT", "\"v=DMARC1; p=none\"", None),
    ]);
    let new = "v=spf1 -all";
    let gone = format!("- @ SPF {old}\n");
    for (edit, expected) in [
        (
            zone.edit().set("@", Rr::txts(["site=1", new])),
            format!("+ @ TXT \"{new}\"\n{gone}"),
        ),
        (
            zone.edit().set("@", Rr::txts(["site=1", old])),
            String::new(),
        ),
        (zone.edit().add("@", Rr::txt(old)), String::new()),
        (
            zone.edit().add("@", Rr::txt("site=2")),
            "+ @ TXT \"site=2\"\n".to_owned(),
        ),
        (zone.edit().take("@", Rr::txt(old)), gone.clone()),
        (
            zone.edit().remove("@", "TXT"),
            "- @ TXT \"site=1\"\n".to_owned(),
        ),
        // What is desired by its own type is left to that.
        (
            zone.edit()
                .set("@", Rr::txts(["site=1", old]))
                .remove("@", "SPF"),
            format!("+ @ TXT \"{old}\"\n{gone}"),
        ),
        (
            zone.edit()
                .set("_dmarc", Rr::new("DMARC", ["v=DMARC1; p=reject"])),
            "+ _dmarc DMARC v=DMARC1; p=reject\n- _dmarc TXT \"v=DMARC1; p=none\"\n".to_owned(),
        ),
    ] {
        assert_eq!(shown(edit).await, expected);
    }
    let error = zone
        .edit()
        .add("@", Rr::txt(new))
        .preview()
        .await
        .unwrap_err();
    assert!(error.is_invalid_input());
    let text = format!(
        "records of @: there is a policy of this name already, of type SPF: {old}; a second one"
    );
    assert!(error.to_string().contains(&text), "{error}");
    // Of the same type it is a second one as well, unless the first goes at once.
    let new = "v=DMARC1; p=reject";
    let second = zone.edit().add("_dmarc", Rr::txt(new));
    let error = second.preview().await.unwrap_err().to_string();
    let text =
        "there is a policy of this name already, of type TXT: \"v=DMARC1; p=none\"; a second";
    assert!(error.contains(text), "{error}");
    let instead = zone.edit().add("_dmarc", Rr::txt(new));
    let instead = instead.take("_dmarc", Rr::txt("v=DMARC1; p=none"));
    let expected = format!("- _dmarc TXT \"v=DMARC1; p=none\"\n+ _dmarc TXT \"{new}\"\n");
    assert_eq!(shown(instead).await, expected);
}

#[tokio::test]
async fn what_is_in_the_way_goes_first_and_all_else_goes_last() {
    let zone = Zone::of(vec![
        ("gone", "TXT", "\"x\"", None),
        ("alias", "CNAME", "www", None),
    ]);
    let edit = zone.edit().remove("gone", "TXT").remove("alias", "CNAME");
    let edit = edit
        .set("alias", Rr::a(["192.0.2.1"]))
        .set("new", Rr::cname("www"));
    let done = edit.preview().await.unwrap().apply().await.unwrap();
    let steps = [
        "- alias CNAME www\n",
        "+ alias A 192.0.2.1\n",
        "+ new CNAME www\n",
        "- gone TXT \"x\"\n",
    ];
    let lines: Vec<_> = done.iter().map(ToString::to_string).collect();
    assert_eq!(lines, steps);
    // Read for the preview and once more before it is applied.
    let expected = [&["read", "read"][..], &steps, &["settle true"]].concat();
    assert_eq!(*zone.done.lock().unwrap(), expected);
}

/// Who is refused looks whether somebody else was faster; the same step again would be refused again.
#[tokio::test]
async fn a_refusal_stands_unless_the_zone_is_another_now() {
    let add = "+ a A 192.0.2.1\n";
    for (status, looks) in [
        (400, 2),
        (404, 2),
        (409, 2),
        (422, 2),
        (403, 1),
        (423, 1),
        (500, 1),
    ] {
        let zone = Zone::default();
        zone.refusals.lock().unwrap().push((status, Vec::new()));
        let edit = zone.edit().add("a", Rr::a(["192.0.2.1"]));
        let preview = edit.preview().await.unwrap();
        zone.done.lock().unwrap().clear();
        let error = preview.apply().await.unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert!(!error.may_have_happened());
        let expected = [&["read", add][..], &["read"][..looks - 1]].concat();
        assert_eq!(*zone.done.lock().unwrap(), expected, "{status}");
    }

    // Others add one value after the other, and each time the rest is tried again.
    let zone = Zone::default();
    let values: Vec<String> = (0..40).map(|n| format!("192.0.2.{n}")).collect();
    let by_others = |n: usize| -> There { vec![("a", "A", values[n].clone().leak(), None)] };
    let add = Rr::a(&values[..3]);
    *zone.refusals.lock().unwrap() = vec![(409, by_others(1)), (422, by_others(0))];
    let done = zone.edit().add("a", add).preview().await.unwrap().apply();
    let done = done.await.unwrap();
    assert_eq!(done.len(), 1);
    assert_eq!(done[0].to_string(), "+ a A 192.0.2.2\n");
    assert_eq!(zone.done.lock().unwrap().last().unwrap(), "settle true");

    // All of it came true by others.
    let zone = Zone::default();
    zone.refusals.lock().unwrap().push((409, by_others(0)));
    let edit = zone.edit().set("a", Rr::a([&values[0]]));
    assert!(
        edit.preview()
            .await
            .unwrap()
            .apply()
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(zone.done.lock().unwrap().last().unwrap(), "settle false");

    // Without an end of it, it ends.
    let zone = Zone::default();
    let refusals = (0..40).rev().map(|n| (422, by_others(n)));
    *zone.refusals.lock().unwrap() = refusals.collect();
    let edit = zone.edit().add("a", Rr::a(&values));
    let error = edit.preview().await.unwrap().apply().await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 422);
    let reads = zone.done.lock().unwrap();
    // One for the preview and 31 looks, the last of which gives up.
    assert_eq!(reads.iter().filter(|what| *what == "read").count(), 32);
}

/// What was done before a failure stands, so it is to be served, and the failure must not look as if nothing had been done.
#[tokio::test]
async fn a_failure_behind_a_success_says_that_something_was_done_and_the_zone_is_settled() {
    let (a, b) = ("+ a A 192.0.2.1\n", "+ b A 192.0.2.2\n");
    for (refused, done, sent) in [
        ("a", false, &["read", "read", a][..]),
        ("b", true, &["read", "read", a, b, "settle true"]),
    ] {
        let zone = Zone::default();
        let edit = zone
            .edit()
            .set("a", Rr::a(["192.0.2.1"]))
            .set("b", Rr::a(["192.0.2.2"]));
        let preview = edit.preview().await.unwrap();
        *zone.refuses.lock().unwrap() = refused.to_owned();
        let error = preview.apply().await.unwrap_err();
        assert_eq!(
            (error.status().unwrap().as_u16(), error.may_have_happened()),
            (403, done)
        );
        assert_eq!(*zone.done.lock().unwrap(), sent);
    }
}
