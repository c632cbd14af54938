use std::collections::BTreeSet;

use super::*;
use crate::ops;

#[test]
fn every_line_of_the_table_is_read_and_every_operation_is_found_by_its_template_and_by_values() {
    let counted: usize = sources().iter().map(|(_, count)| count).sum();
    assert_eq!((operations().len(), counted), (7130, 7130));
    for (source, count) in sources() {
        let of_source = operations()
            .iter()
            .filter(|operation| operation.source == *source);
        assert_eq!(of_source.count(), *count, "{source}");
    }
    for operation in operations() {
        let Operation { method, path, .. } = operation;
        let filled: Vec<&str> = path
            .split('/')
            .map(|part| {
                if part.starts_with('{') {
                    "x-1.example"
                } else {
                    part
                }
            })
            .collect();
        for path in [(*path).to_owned(), filled.join("/"), format!("{path}?x=1")] {
            let found = find(method, &path).map(|found| (found.method, found.path));
            assert_eq!(found, Some((operation.method, operation.path)), "{path}");
        }
    }
}

#[test]
fn a_segment_that_is_spelled_out_comes_before_a_parameter_unless_it_leads_nowhere() {
    let path = |method, path| find(method, path).map(|operation| operation.path);
    assert_eq!(path("GET", "/domain/zone"), Some("/domain/zone"));
    assert_eq!(
        path("GET", "/domain/example.com"),
        Some("/domain/{serviceName}")
    );
    assert_eq!(path("GET", "/1.0/domain/zone"), Some("/domain/zone"));
    assert_eq!(path("GET", "/v1/me?x=/y"), Some("/me"));
    // Nothing of zones is read by this path, so a domain of the name `zone` is meant.
    assert_eq!(
        path("GET", "/domain/zone/nameServer/5"),
        Some("/domain/{serviceName}/nameServer/{id}")
    );
    for (method, text) in [
        ("PATCH", "/me"),
        ("get", "/me"),
        ("GET", "me"),
        ("GET", ""),
        ("GET", "/"),
        ("GET", "/me/"),
        ("GET", "/domain//serviceInfos"),
        ("GET", "/v1me"),
        ("GET", "/v3/iam/policy"),
        ("GET", "/no/such/path"),
    ] {
        assert_eq!(path(method, text), None, "{method} {text}");
    }
}

#[test]
fn the_table_knows_what_the_typed_operations_need() {
    for operation in ops::OPERATIONS {
        let Some(known) = find(&operation.method, operation.path) else {
            panic!("{} {}", operation.method, operation.path);
        };
        let action = ops::iam_action(operation);
        assert_eq!(
            known.actions().collect::<Vec<_>>(),
            Vec::from_iter(action),
            "{}",
            operation.path
        );
    }
}

#[test]
fn the_form_of_an_answer_is_known() {
    for (path, form) in [
        ("/me", Form::Object),
        ("/auth/time", Form::Value),
        ("/vps", Form::Expanded),
        ("/cloud/project/{p}/flavor", Form::Objects),
        ("/dedicated/server/datacenter/availabilities", Form::Objects),
        ("/cloud/project/{p}/capabilities/kube/regions", Form::Words),
        ("/v2/iam/policy", Form::Cursor),
        ("/cloud/project/{p}/kube", Form::Ids),
    ] {
        assert_eq!(
            find("GET", path).map(|operation| operation.form),
            Some(form),
            "{path}"
        );
    }
    let form = |method, path| find(method, path).map(|operation| operation.form);
    assert_eq!(form("POST", "/domain/zone/x/refresh"), Some(Form::Nothing));
    // Addresses are ids where an object belongs to each, and else words.
    assert_eq!(form("GET", "/vps/x/ips"), Some(Form::Expanded));
    // Metrics have an object each, but only of a period that is asked for.
    let metrics = "/cloud/project/p/database/kafka/c/metric";
    assert_eq!(form("GET", metrics), Some(Form::Words));
    let restriction = "/cloud/project/p/database/kafka/c/ipRestriction";
    assert_eq!(form("GET", restriction), Some(Form::Ids));
    assert_eq!(
        form("GET", "/vps/x/backupftp/authorizableBlocks"),
        Some(Form::Words)
    );
}

#[test]
fn the_words_of_each_state_are_those_of_its_own_enum() {
    let states = |method, path| -> Vec<String> {
        let operation = find(method, path).expect("an operation");
        operation
            .states()
            .map(|states| {
                let [good, bad] = [&states.good, &states.bad].map(|words| words.join(" "));
                format!("{}: {good} / {bad}", states.field)
            })
            .collect()
    };
    assert_eq!(
        states("POST", "/dbaas/logs/{s}/input"),
        ["state: SUCCESS / FAILURE REVOKED"]
    );
    assert_eq!(
        states("GET", "/dedicatedCloud/{s}/task/{t}"),
        ["state: done / canceled error unknown"]
    );
    assert_eq!(
        states("GET", "/cloud/project/{p}/operation/{o}"),
        ["status: completed / canceled in-error unknown"]
    );
    assert_eq!(states("GET", "/auth/time"), [""; 0]);
    let words = find("GET", "/vps/{s}/tasks/{t}")
        .and_then(|task| task.states().next())
        .unwrap();
    assert_eq!(words.phase("paused"), Some(Phase::Running));
    assert_eq!(words.phase("new word"), None);
}

#[test]
fn no_word_has_two_meanings_in_one_enum() {
    for operation in operations() {
        for states in operation.states() {
            let all = [&states.good, &states.bad, &states.passing].map(|words| words.iter());
            let words: Vec<_> = all.into_iter().flatten().collect();
            let once: BTreeSet<_> = words.iter().collect();
            assert_eq!(words.len(), once.len(), "{states:?}");
            assert!(
                !states.good.is_empty() || !states.bad.is_empty(),
                "{states:?}"
            );
        }
    }
}

#[test]
fn only_what_was_described_for_a_region_is_known_to_lack_there() {
    let regions = |method, path| find(method, path).expect("an operation").regions;
    // The marketplace of SMS was described for the whole world in 2024, and is not in the US.
    let sms = regions("GET", "/sms");
    assert!(!sms.lack(&Endpoint::OvhEu) && sms.lack(&Endpoint::OvhUs));
    // v2 is described for Europe alone.
    let policy = regions("GET", "/v2/iam/policy");
    assert_eq!(policy.to_string(), "eu");
    assert!(!policy.lack(&Endpoint::OvhEu) && !policy.lack(&Endpoint::OvhCa));
    assert!(!sms.lack(&Endpoint::custom("http://127.0.0.1:1")));
}

#[test]
fn what_goes_away_says_what_comes_in_its_place() {
    let gone: Vec<_> = operations()
        .iter()
        .filter_map(|operation| operation.deprecated)
        .collect();
    assert_eq!(gone.len(), 906);
    let replaced = gone.iter().filter_map(|gone| gone.replacement);
    for path in replaced {
        assert!(path.starts_with('/') && !path.starts_with("/1.0"), "{path}");
    }
    let opened = operations()
        .iter()
        .filter(|operation| operation.open)
        .count();
    assert_eq!(opened, 439);
}
