//! The control of a sandbox over HTTP.
#![cfg(feature = "serve")]

use crate::common;

use std::net::Ipv4Addr;
use std::time::{Duration, SystemTime};

use cloud_sandbox::{Running, Sandbox};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The status and the body of an answer; what is no JSON is `null`.
async fn ask(server: &Running, request: &str, headers: &str, body: &str) -> (u16, Value) {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, server.address().port()))
        .await
        .unwrap();
    let host = if headers.contains("Host: ") {
        ""
    } else {
        "Host: localhost:1\r\n"
    };
    let request = format!(
        "{request} HTTP/1.1\r\n{host}{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    let status = head
        .split(' ')
        .nth(1)
        .map_or(0, |status| status.parse().unwrap());
    (status, serde_json::from_str(body).unwrap_or_default())
}

/// A request to the control.
async fn control(server: &Running, request: &str, body: &str) -> (u16, Value) {
    let request = request.replacen(" /", " /_sandbox/", 1);
    ask(server, &request, "", body).await
}

/// A request to a service, by the project of a token.
async fn call(server: &Running, token: &str, request: &str, body: &str) -> (u16, Value) {
    let headers = format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\n");
    ask(server, request, &headers, body).await
}

const GROUPS: &str = "/hetzner/v1/placement_groups";
const GROUP: &str = r#"{"name": "g", "type": "spread"}"#;

#[tokio::test]
async fn a_fault_that_is_asked_for_meets_the_requests_that_match() {
    let server = Sandbox::start().await.unwrap();
    let wanted =
        r#"{"next": {"status": 503}, "matching": "POST /v1/placement_groups", "times": 2}"#;
    let (status, plan) = control(&server, "POST /faults", wanted).await;
    let rule =
        json!({"next": {"status": 503}, "matching": "POST /v1/placement_groups", "times": 2});
    assert_eq!(
        (status, &plan),
        (201, &json!({"faults": [rule], "randomly": null}))
    );
    assert_eq!(control(&server, "GET /faults", "").await, (200, plan));

    assert_eq!(
        call(&server, "t", &format!("GET {GROUPS}"), "").await.0,
        200
    );
    for expected in [503, 503, 201] {
        let (status, _) = call(&server, "t", &format!("POST {GROUPS}"), GROUP).await;
        assert_eq!(status, expected);
    }
    let nothing = json!({"faults": [], "randomly": null});
    assert_eq!(
        control(&server, "GET /faults", "").await,
        (200, nothing.clone())
    );

    control(
        &server,
        "POST /faults",
        r#"{"next": "reset_before_handling"}"#,
    )
    .await;
    assert_eq!(call(&server, "t", &format!("GET {GROUPS}"), "").await.0, 0);
    control(
        &server,
        "POST /faults",
        r#"{"next": "reset_before_handling"}"#,
    )
    .await;
    let wanted = r#"{"randomly": {"faults": [{"html_body": 502}], "probability": 1, "seed": 7}}"#;
    control(&server, "POST /faults", wanted).await;
    assert_eq!(
        control(&server, "DELETE /faults", "").await,
        (204, Value::Null)
    );
    assert_eq!(control(&server, "GET /faults", "").await, (200, nothing));
    control(&server, "POST /faults", wanted).await;
    for _ in 0..2 {
        assert_eq!(
            call(&server, "t", &format!("GET {GROUPS}"), "").await.0,
            502
        );
    }
}

#[tokio::test]
async fn every_fault_of_the_library_can_be_asked_for_and_is_shown_as_it_was_asked_for() {
    let server = Sandbox::start().await.unwrap();
    let faults = json!([
        {"latency": "1.5s"},
        "never_sent",
        "reset_before_handling",
        "reset_after_handling",
        "hang_before_handling",
        "hang_after_handling",
        "truncate",
        "malformed_json",
        {"status": 500},
        {"status_after_handling": 599},
        {"html_body": 200},
        {"error": {"status": 423, "code": "locked", "message": "not now"}},
        {"rate_limited": {"retry_after": "30s"}},
        {"rate_limited": {"retry_after": null}},
        "expired_token",
        {"action_failed": {"code": "c", "message": "m"}},
    ]);
    for fault in faults.as_array().unwrap() {
        let (status, plan) =
            control(&server, "POST /faults", &json!({"next": fault}).to_string()).await;
        assert_eq!(status, 201, "{plan}");
        assert_eq!(
            plan["faults"].as_array().unwrap().last().unwrap()["next"],
            *fault
        );
    }
    control(&server, "DELETE /faults", "").await;
    let (_, plan) = control(&server, "POST /faults", r#"{"next": {"rate_limited": {}}}"#).await;
    assert_eq!(
        plan["faults"][0]["next"],
        json!({"rate_limited": {"retry_after": null}})
    );
}

#[tokio::test]
async fn what_cannot_be_done_names_its_field_and_changes_nothing() {
    let server = Sandbox::start().await.unwrap();
    for (request, body, field, message) in [
        ("POST /faults", "{}", "next", "what goes wrong is missing"),
        (
            "POST /faults",
            r#"{"next": {"status": 99}}"#,
            "next.status",
            "99 is not a status from 200 to 599",
        ),
        (
            "POST /faults",
            r#"{"next": "nonsense"}"#,
            "next",
            "unknown variant `nonsense`",
        ),
        (
            "POST /faults",
            r#"{"next": {"error": {"status": 500, "code": "c"}}}"#,
            "next.error",
            "missing field `message`",
        ),
        (
            "POST /faults",
            r#"{"next": {"latency": "soon"}}"#,
            "next.latency",
            "\"soon\" is not a length of time such as \"5m\"",
        ),
        (
            "POST /faults",
            r#"{"next": "truncate", "matching": "/v1"}"#,
            "matching",
            "the pattern \"/v1\" is not of the form \"METHOD /path\"",
        ),
        (
            "POST /faults",
            r#"{"next": "truncate", "times": 0}"#,
            "times",
            "must be at least 1",
        ),
        (
            "POST /faults",
            r#"{"next": "truncate", "time": 3}"#,
            "time",
            "unknown field `time`",
        ),
        (
            "POST /faults",
            r#"{"randomly": {"faults": [], "probability": 0.5}}"#,
            "randomly.faults",
            "must not be empty",
        ),
        (
            "POST /faults",
            r#"{"randomly": {"faults": ["truncate"], "probability": 1.5}}"#,
            "randomly.probability",
            "must be a number from 0 to 1",
        ),
        (
            "POST /faults",
            r#"{"randomly": {"faults": ["truncate"], "probability": 1}, "times": 2}"#,
            "times",
            "is for `next` only",
        ),
        (
            "POST /clock",
            "",
            "advance",
            "one of `advance`, `freeze` and `speed` is wanted",
        ),
        (
            "POST /clock",
            r#"{"advance": "1001w 950y"}"#,
            "advance",
            "is not a length of time",
        ),
        (
            "POST /clock",
            r#"{"advance": "53000w"}"#,
            "advance",
            "the clock goes no further than 1000 years from its beginning",
        ),
        (
            "POST /clock",
            r#"{"advance": -5}"#,
            "advance",
            "is not a length of time",
        ),
        (
            "POST /clock",
            r#"{"speed": -1}"#,
            "speed",
            "must be a number from 0 to 1000000",
        ),
        (
            "POST /clock",
            r#"{"freeze": "yes"}"#,
            "freeze",
            "expected a boolean",
        ),
        (
            "GET /journal?last=many",
            "",
            "last",
            "\"many\" is not a number",
        ),
        (
            "GET /journal?matching=x",
            "",
            "matching",
            "the pattern \"x\" is not of the form",
        ),
        (
            "GET /journal?service=aws",
            "",
            "service",
            "\"aws\" is not one of hetzner, ",
        ),
        (
            "GET /journal?lats=1",
            "",
            "lats",
            "the filters are last, after, matching, service, status and brief",
        ),
        ("GET /journal/x", "", "number", "\"x\" is not a number"),
        (
            "POST /reset",
            r#"{"service": "aws"}"#,
            "service",
            "\"aws\" is not one of hetzner, ",
        ),
        (
            "POST /reset",
            r#"{"token": "t"}"#,
            "service",
            "is wanted beside `token`",
        ),
        (
            "POST /reset",
            r#"{"service": "ovh", "token": "t"}"#,
            "token",
            "a token has no project of its own in ovh",
        ),
    ] {
        let (status, answer) = control(&server, request, body).await;
        let error = &answer["error"];
        assert_eq!(
            (status, &error["code"]),
            (400, &json!("invalid_input")),
            "{request} {body} {answer}"
        );
        assert_eq!(error["field"], field, "{request} {body} {answer}");
        assert!(
            error["message"].as_str().unwrap().contains(message),
            "{request} {body} {answer}"
        );
    }
    let (status, answer) = control(&server, "POST /faults", "{").await;
    assert_eq!(
        (status, &answer["error"]["field"]),
        (400, &Value::Null),
        "{answer}"
    );
    for (request, status, code) in [
        ("GET /journal/7", 404, "not_found"),
        ("GET /nothing", 404, "not_found"),
        ("PUT /faults", 405, "method_not_allowed"),
        ("GET /reset", 405, "method_not_allowed"),
        ("POST /journal/7", 405, "method_not_allowed"),
    ] {
        let (got, answer) = control(&server, request, "").await;
        assert_eq!(
            (got, &answer["error"]["code"]),
            (status, &json!(code)),
            "{request}"
        );
    }
    assert_eq!(server.sandbox().faults().pending(), 0);
    assert!(server.sandbox().clock().elapsed() < Duration::from_secs(86_400));
}

#[tokio::test(start_paused = true)]
async fn the_clock_is_advanced_frozen_and_sped_up() {
    let epoch = SystemTime::UNIX_EPOCH + Duration::from_secs(1_893_456_000);
    let server = Sandbox::builder().starting_at(epoch).start().await.unwrap();
    let (status, clock) = control(&server, "POST /clock", r#"{"freeze": true}"#).await;
    assert_eq!((status, &clock["frozen"]), (200, &json!(true)));
    let before = clock["elapsed_seconds"].as_f64().unwrap();
    let (_, clock) = control(&server, "POST /clock", r#"{"advance": "1h30m"}"#).await;
    assert!((clock["elapsed_seconds"].as_f64().unwrap() - before - 5400.0).abs() < 1e-6);
    assert!(
        clock["now"]
            .as_str()
            .unwrap()
            .starts_with("2030-01-01T01:30:"),
        "{clock}"
    );
    assert_eq!(
        control(&server, "GET /clock", "").await,
        (200, clock.clone())
    );

    let (_, clock) = control(&server, "POST /clock", r#"{"freeze": false, "speed": 60}"#).await;
    assert_eq!(
        (&clock["frozen"], &clock["speed"]),
        (&json!(false), &json!(60.0))
    );
    let before = server.sandbox().clock().elapsed();
    tokio::time::sleep(Duration::from_secs(10)).await;
    let passed = server.sandbox().clock().elapsed().saturating_sub(before);
    assert!(passed >= Duration::from_secs(600), "{passed:?}");
}

#[tokio::test]
async fn the_journal_is_read_by_filters_and_cleared() {
    let server = Sandbox::builder()
        .journal_limit(3)
        .journal_body_limit(11)
        .start()
        .await
        .unwrap();
    call(&server, "secret", &format!("GET {GROUPS}?page=1"), "").await;
    call(&server, "secret", &format!("POST {GROUPS}"), GROUP).await;
    call(
        &server,
        "secret",
        &format!("POST {GROUPS}"),
        "{\"name\": \"\u{fc}\u{fc}\u{fc}\u{fc}\"}",
    )
    .await;
    call(&server, "secret", "GET /ovh/1.0/auth/time", "").await;
    let (status, journal) = control(&server, "GET /journal", "").await;
    assert_eq!((status, &journal["dropped"]), (200, &json!(1)), "{journal}");
    let entries = journal["entries"].as_array().unwrap();
    let seen: Vec<_> = entries
        .iter()
        .map(|e| {
            (
                e["number"].as_u64().unwrap(),
                e["service"].as_str().unwrap(),
                e["status"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [(1, "hetzner", 201), (2, "hetzner", 422), (3, "ovh", 200)]
    );
    let created = &entries[0];
    assert_eq!(created["method"], "POST");
    assert_eq!(created["path"], "/v1/placement_groups");
    assert_eq!(created["headers"]["authorization"], "[redacted]");
    assert_eq!(created["body"], GROUP[..11]);
    assert_eq!(created["body_size"], GROUP.len());
    assert_eq!(
        (&created["handled"], &created["fault"]),
        (&json!(true), &Value::Null)
    );
    // Cut within a character, which does not make it something else than text.
    assert_eq!(entries[1]["body"], "{\"name\": \"");
    assert!(!journal.to_string().contains("secret"));

    for (query, numbers) in [
        ("last=1", &[3_u64] as &[u64]),
        ("last=0", &[]),
        ("after=1", &[2, 3]),
        ("service=hetzner", &[1, 2]),
        ("status=422", &[2]),
        ("matching=POST%20/v1/*&last=1", &[2]),
        ("matching=*+/1.0/auth/time", &[3]),
    ] {
        let (_, journal) = control(&server, &format!("GET /journal?{query}&brief=true"), "").await;
        let entries = journal["entries"].as_array().unwrap();
        let found: Vec<_> = entries
            .iter()
            .map(|e| e["number"].as_u64().unwrap())
            .collect();
        assert_eq!(found, numbers, "{query}");
        assert!(
            entries
                .iter()
                .all(|e| e.get("body").is_none() && e.get("headers").is_none())
        );
    }
    assert_eq!(
        control(&server, "GET /journal/1", "").await,
        (200, created.clone())
    );
    assert_eq!(control(&server, "DELETE /journal", "").await.0, 204);
    let (_, journal) = control(&server, "GET /journal", "").await;
    assert_eq!(journal, json!({"entries": [], "dropped": 0}));
}

#[tokio::test]
async fn a_reset_is_of_everything_of_a_service_or_of_the_project_of_a_token() {
    let server = Sandbox::start().await.unwrap();
    let groups = async |token| {
        let (_, list) = call(&server, token, &format!("GET {GROUPS}"), "").await;
        list["placement_groups"].as_array().unwrap().len()
    };
    let job = || {
        call(
            &server,
            "t",
            "POST /vdk-control/data-jobs/for-team/a/jobs",
            r#"{"job_name": "load-it"}"#,
        )
    };
    let fill = async || {
        for token in ["one", "two"] {
            call(&server, token, &format!("POST {GROUPS}"), GROUP).await;
        }
        job().await.0
    };
    assert_eq!(fill().await, 201);
    assert_eq!(job().await.0, 409);

    let wanted = r#"{"service": "hetzner", "token": "one"}"#;
    assert_eq!(
        control(&server, "POST /reset", wanted).await,
        (204, Value::Null)
    );
    assert_eq!((groups("one").await, groups("two").await), (0, 1));
    assert_eq!(
        control(&server, "POST /reset", r#"{"service": "hetzner"}"#)
            .await
            .0,
        204
    );
    assert_eq!((groups("two").await, job().await.0), (0, 409));

    fill().await;
    control(&server, "POST /faults", r#"{"next": "expired_token"}"#).await;
    control(&server, "POST /clock", r#"{"freeze": true, "speed": 5}"#).await;
    assert_eq!(control(&server, "POST /reset", "").await.0, 204);
    assert!(server.sandbox().journal().entries().is_empty());
    assert_eq!(server.sandbox().faults().pending(), 0);
    let (_, clock) = control(&server, "GET /clock", "").await;
    assert_eq!(
        (&clock["frozen"], &clock["speed"]),
        (&json!(false), &json!(1.0))
    );
    assert_eq!(
        (groups("one").await, groups("two").await, job().await.0),
        (0, 0, 201)
    );
}

#[tokio::test]
async fn after_a_reset_every_service_answers_as_at_the_beginning() {
    let server = Sandbox::builder().seed(3).start().await.unwrap();
    server.sandbox().clock().freeze();
    let overview = control(&server, "GET /", "").await.1;
    let project = cloud_sandbox::keystone::DEMO_PROJECT;
    let fill = async || {
        let user = json!({"name": "demo", "domain": {"id": "default"}, "password": "demo-pw"});
        let body = json!({"auth": {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": {"project": {"id": project}}}});
        let mut statuses = Vec::new();
        for (request, body) in [
            ("POST /keystone/v3/auth/tokens", body.to_string()),
            ("POST /hetzner/v1/placement_groups", GROUP.to_owned()),
            (
                "POST /vdk-control/data-jobs/for-team/a/jobs",
                r#"{"job_name": "load-it"}"#.to_owned(),
            ),
            (
                "GET /ionos-dataplatform/dataplatform/clusters",
                String::new(),
            ),
            ("POST /ovh/1.0/auth/credential", "{}".to_owned()),
        ] {
            statuses.push(call(&server, "t", request, &body).await.0);
        }
        server.sandbox().sahara().add_cluster("fake", "0.1", "c");
        (statuses, control(&server, "GET /", "").await.1)
    };
    let filled = fill().await;
    assert_ne!(filled.1["services"], overview["services"]);
    for service in [
        "hetzner",
        "ovh",
        "vdk-control",
        "ionos-dataplatform",
        "keystone",
        "sahara",
    ] {
        let wanted = json!({"service": service}).to_string();
        assert_eq!(control(&server, "POST /reset", &wanted).await.0, 204);
    }
    assert_eq!(
        control(&server, "GET /", "").await.1["services"],
        overview["services"]
    );
    assert_eq!(fill().await.1["services"], filled.1["services"]);
}

#[tokio::test]
async fn the_control_is_for_this_machine_or_for_whoever_has_the_key() {
    let server = Sandbox::start().await.unwrap();
    for (headers, status) in [
        ("", 200),
        ("Origin: http://localhost:1\r\n", 200),
        ("Host: 127.0.0.1:1\r\n", 200),
        ("Host: [::1]:1\r\n", 200),
        ("Host: [::1]\r\n", 200),
        // A name that somebody leads to this machine, for a page of his.
        (
            "Host: rebound.example:1\r\nOrigin: http://rebound.example:1\r\n",
            403,
        ),
        ("Host: localhost.example\r\n", 403),
        ("Origin: https://elsewhere.example\r\n", 403),
        ("Origin: null\r\n", 403),
        ("X-Forwarded-For: 203.0.113.9\r\n", 403),
        ("Forwarded: for=203.0.113.9\r\n", 403),
    ] {
        let (got, answer) = ask(&server, "GET /_sandbox/clock", headers, "").await;
        assert_eq!(got, status, "{headers}{answer}");
    }
    let server = Sandbox::builder().control_key("k").start().await.unwrap();
    for (headers, status) in [
        ("", 401),
        ("Authorization: Bearer other\r\n", 401),
        (
            "Authorization: Bearer k\r\nX-Forwarded-For: 203.0.113.9\r\n",
            200,
        ),
        (
            "Authorization: Bearer k\r\nOrigin: https://elsewhere.example\r\n",
            403,
        ),
    ] {
        let (got, answer) = ask(&server, "GET /_sandbox/clock", headers, "").await;
        assert_eq!(got, status, "{headers}{answer}");
    }
}

#[tokio::test]
async fn the_state_is_read_put_into_another_sandbox_and_written_to_its_file() {
    let file = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("control-state.json");
    let _ = std::fs::remove_file(&file);
    let server = Sandbox::builder().state_file(&file).start().await.unwrap();
    server.sandbox().clock().freeze();
    let order = r#"{"name": "web-1", "server_type": "cx23", "image": "debian-13"}"#;
    call(&server, "t", "POST /hetzner/v1/servers", order).await;
    let (status, answer) = control(&server, "GET /state", "").await;
    assert_eq!((status, &answer["error"]["code"]), (409, &json!("busy")));
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(
        message.ends_with(" s: advance the clock, or ask with finish=true, which does"),
        "{message}"
    );
    let (status, state) = control(&server, "GET /state?finish=true", "").await;
    assert_eq!(status, 200, "{state}");
    assert_eq!(state["version"], 1);

    let other = Sandbox::start().await.unwrap();
    let (status, answer) = control(&other, "PUT /state", &state.to_string()).await;
    assert_eq!((status, answer), (204, Value::Null));
    let list = "GET /hetzner/v1/servers";
    let servers = call(&server, "t", list, "").await;
    assert_eq!(servers.1["servers"][0]["status"], "running");
    assert_eq!(call(&other, "t", list, "").await, servers);
    let mut wrong = state.clone();
    wrong["clock"]["elapsed"] = json!("long");
    let (status, answer) = control(&other, "PUT /state", &wrong.to_string()).await;
    assert_eq!(
        (status, &answer["error"]["field"]),
        (400, &json!("clock.elapsed")),
        "{answer}"
    );

    let (status, answer) = control(&other, "POST /state", "").await;
    assert_eq!(
        (status, &answer["error"]["message"]),
        (
            409,
            &json!("the sandbox has no file for its state: see --state")
        )
    );
    // Since it was read there were requests, which have ids of their own.
    let (_, state) = control(&server, "GET /state", "").await;
    assert_eq!(control(&server, "POST /state", "").await.0, 204);
    let written: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(written, state);
    let again = Sandbox::builder().state_file(&file).start().await.unwrap();
    assert_eq!(call(&again, "t", list, "").await, servers);
}

#[tokio::test]
async fn tokens_that_expired_are_not_kept_for_ever() {
    let sandbox = Sandbox::new();
    let server = sandbox.serve("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let cloud = common::openstack::Cloud::of(sandbox.clone()).await;
    let held = async || {
        let (_, all) = control(&server, "GET /", "").await;
        let services = all["services"].as_array().unwrap().clone();
        let keystone = services
            .into_iter()
            .find(|service| service["name"] == "keystone");
        keystone.unwrap()["holds"]["tokens"].as_u64().unwrap()
    };
    for _ in 1..1000 {
        cloud.as_user("demo", "demo").await;
    }
    assert_eq!(held().await, 1000);
    sandbox.clock().advance(Duration::from_secs(7200));
    cloud.as_user("demo", "demo").await;
    assert_eq!(held().await, 1);
}

#[tokio::test]
async fn a_zone_of_ones_own_is_there_from_the_beginning() {
    let settings = cloud_sandbox::ovh::Settings::new().zone("mine.example");
    let api = common::ovh::Ovh::of(Sandbox::builder().ovh(settings).build());
    let zones = json!(["example.com", "example.org", "mine.example"]);
    assert_eq!(api.ok("/domain/zone").await, zones);
    let mine = api.ok("/domain/zone/mine.example/record").await;
    assert_eq!(mine.as_array().unwrap().len(), 8);
}
