//! Where the documentation, the live service and other clients disagree: both readings are understood, and one is sent.

use cloud_core::test_util::Scripted;
use hetzner::robot::{
    ApiError, ErrorCode, FirewallRule, FirewallRules, FirewallStatus, Server, ServerCancellation,
    ServerStatus, VSwitch, VSwitchServerStatus,
};
use serde_json::{Value, json};

use super::{once, refusal, scripted};

fn decoded<T: serde::de::DeserializeOwned>(value: &Value) -> T {
    hetzner::decode::from_value(value).unwrap()
}

fn parsed(error: &Value) -> ApiError {
    ApiError::parse(400, json!({"error": error}).to_string().as_bytes()).unwrap()
}

#[test]
fn the_limit_has_two_names() {
    for name in ["max_request", "max_requests"] {
        let mut error = json!({"code": "RATE_LIMIT_EXCEEDED", "message": "m", "interval": 600});
        error[name] = json!(200);
        let error = parsed(&error);
        assert_eq!((error.max_request, error.interval), (Some(200), Some(600)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_403_is_about_the_login_never() {
    let (_, result) = once(401, refusal(401, "UNAUTHORIZED"), |api| {
        api.servers().get(1)
    })
    .await;
    assert!(result.unwrap_err().is_auth());
    for body in [refusal(403, "FORBIDDEN"), String::new(), "<html>".into()] {
        // More than one request: the login is not taken for refused.
        let (api, wire) = scripted([
            Scripted::json(403, body),
            Scripted::json(200, r#"{"server":{}}"#),
        ]);
        let error = api.servers().get(1).await.unwrap_err();
        assert!(!error.is_auth() && !error.is_rate_limited(), "{error}");
        api.servers().get(1).await.unwrap();
        assert_eq!(wire.seen().len(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_firewall_is_taken_with_200_and_202() {
    let answer = || {
        json!({"firewall": {"server_number": 321, "status": "in process", "rules": {"input": []}}})
            .to_string()
    };
    let rules = || FirewallRules::accepting([FirewallRule::accept()]);
    for status in [200, 202] {
        let (api, _) = scripted([Scripted::json(status, answer())]);
        let set = api
            .firewalls()
            .set(321, FirewallStatus::Active, rules())
            .await;
        assert_eq!(set.unwrap().status, FirewallStatus::InProcess);
    }
}

#[tokio::test(start_paused = true)]
async fn too_many_rules_are_refused_in_two_ways() {
    let rules = || FirewallRules::accepting([FirewallRule::accept()]);
    // As it was measured: without `missing`.
    let measured = json!({"error": {"status": 400, "code": "INVALID_INPUT", "message": "invalid input", "invalid": ["rules"]}});
    let (_, result) = once(400, measured, |api| {
        api.firewalls().set(321, FirewallStatus::Active, rules())
    })
    .await;
    let error = result.unwrap_err();
    assert_eq!(error.fields()[0].name, "rules");
    let (_, result) = once(409, refusal(409, "FIREWALL_RULE_LIMIT_EXCEEDED"), |api| {
        api.firewalls().set(321, FirewallStatus::Active, rules())
    })
    .await;
    let error = result.unwrap_err();
    assert_eq!(
        error.code().map(ErrorCode::from),
        Some(ErrorCode::FirewallRuleLimitExceeded)
    );
}

#[test]
fn missing_and_invalid_are_lists_null_or_not_there() {
    let names = |list: &[&str]| {
        list.iter()
            .map(|name| (*name).to_owned())
            .collect::<Vec<_>>()
    };
    for (error, missing, invalid) in [
        (
            json!({"code": "INVALID_INPUT", "missing": ["name"], "invalid": ["vlan"]}),
            names(&["name"]),
            names(&["vlan"]),
        ),
        (
            json!({"code": "INVALID_INPUT", "missing": null, "invalid": ["vlan"]}),
            names(&[]),
            names(&["vlan"]),
        ),
        (
            json!({"code": "INVALID_INPUT", "invalid": null}),
            names(&[]),
            names(&[]),
        ),
        (
            json!({"code": "INVALID_INPUT", "missing": {"a": 1}, "invalid": [7, "x"]}),
            names(&[]),
            names(&["x"]),
        ),
    ] {
        let error = parsed(&error);
        assert_eq!((error.missing, error.invalid), (missing, invalid));
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_created_or_changed_may_have_any_status_of_success() {
    for status in [200, 201, 202] {
        let (api, _) = scripted([
            // Connected servers have an empty answer, and so has a change.
            Scripted::json(status, ""),
            Scripted::json(status, ""),
            Scripted::json(status, r#"{"id":1,"name":"x","vlan":4000}"#),
            Scripted::json(status, r#"{"firewall_template":{"id":7}}"#),
        ]);
        api.vswitches().add_servers(1, [321]).await.unwrap();
        api.vswitches().update(1).name("x").await.unwrap();
        assert_eq!(api.vswitches().create("x", 4000).await.unwrap().id.0, 1);
        let rules = FirewallRules::default();
        let template = api.firewall_templates().create("x", rules).await.unwrap();
        // The page leaves the name out once.
        assert_eq!((template.id.0, &*template.name), (7, ""));
    }
}

#[test]
fn work_under_way_has_two_names() {
    for word in ["in process", "processing"] {
        let vswitch: VSwitch = decoded(&json!({"server": [{"status": word}]}));
        assert_eq!(vswitch.servers[0].status, VSwitchServerStatus::InProcess);
    }
    for word in ["in process", "in progress"] {
        let server: Server = decoded(&json!({"status": word}));
        assert_eq!(server.status, ServerStatus::InProcess);
        assert_eq!(
            serde_json::to_value(&server).unwrap()["status"],
            "in process"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_reserved_place_has_two_names_and_one_is_sent() {
    for name in ["reserved", "reservation"] {
        let mut answer = json!({"server_number": 321});
        answer[name] = json!(true);
        let there: ServerCancellation = decoded(&answer);
        assert!(there.reserved, "{name}");
        let (line, done) = once(200, json!({"cancellation": answer}), |api| {
            api.servers().cancel(321, "now").reserve_location(true)
        })
        .await;
        assert_eq!(
            line,
            "POST /server/321/cancellation cancellation_date=now&reserve_location=true"
        );
        assert!(done.unwrap().reserved);
    }
}

#[tokio::test(start_paused = true)]
async fn a_cancellation_date_has_two_spellings_and_one_is_sent() {
    for name in ["cancellation_date", "cancellation-date"] {
        let mut answer = json!({"ip": "1.2.3.4", "server_number": "321"});
        answer[name] = json!("2026-12-31");
        let answer = json!({"cancellation": answer});
        let (line, done) = once(200, &answer, |api| {
            api.ips().cancel("1.2.3.4", "2026-12-31")
        })
        .await;
        assert_eq!(
            line,
            "POST /ip/1.2.3.4/cancellation cancellation_date=2026-12-31"
        );
        assert_eq!(
            done.unwrap().cancellation_date.as_deref(),
            Some("2026-12-31")
        );
        let (_, there) = once(200, answer, |api| api.subnets().cancellation("1.2.3.4")).await;
        assert_eq!(
            there.unwrap().cancellation_date.as_deref(),
            Some("2026-12-31")
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_architecture_is_neither_read_nor_sent() {
    for (name, value) in [
        ("arch", json!(64)),
        ("arch", json!([64, 32])),
        ("@deprecated arch", json!("64")),
    ] {
        let mut answer = json!({"server_number": 321, "os": ["linux"], "active": false});
        answer[name] = value;
        let answer = json!({"rescue": answer});
        let (line, there) = once(200, answer, |api| {
            api.boot().rescue().activate(321, "linux")
        })
        .await;
        assert_eq!(line, "POST /boot/321/rescue os=linux");
        assert_eq!(there.unwrap().os.available(), ["linux"]);
    }
}

#[tokio::test(start_paused = true)]
async fn keys_of_a_server_are_objects_or_texts() {
    let object =
        json!({"key": {"name": "a", "fingerprint": "15:28:b0", "type": "RSA", "size": "2048"}});
    for key in [object, json!("15:28:b0")] {
        let answer = json!({"linux": {"authorized_key": [key.clone()], "host_key": [key, null]}});
        let (_, there) = once(200, answer, |api| api.boot().linux().get(321)).await;
        let there = there.unwrap();
        assert_eq!(there.authorized_keys[0].fingerprint.as_str(), "15:28:b0");
        assert_eq!(there.host_keys[0].fingerprint.as_str(), "15:28:b0");
    }
}

#[tokio::test(start_paused = true)]
async fn a_failover_address_has_a_mask_in_words_or_none() {
    for mask in [json!({"netmask": "255.255.255.255"}), json!({"mask": 32})] {
        let mut answer = mask.clone();
        answer["ip"] = json!("1.2.3.4");
        let (_, there) = once(200, json!({"failover": answer}), |api| {
            api.failovers().get("1.2.3.4")
        })
        .await;
        let expected = mask["netmask"].as_str().unwrap_or_default();
        assert_eq!(there.unwrap().netmask, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_name_may_be_null() {
    for (ptr, expected) in [(json!("a.example"), Some("a.example")), (json!(null), None)] {
        let answer = json!([{"rdns": {"ip": "1.2.3.4", "ptr": ptr}}]);
        let (_, all) = once(200, answer, |api| api.rdns().list().all()).await;
        assert_eq!(all.unwrap()[0].ptr.as_deref(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn brackets_are_sent_encoded() {
    let (api, wire) = scripted([Scripted::json(200, r#"{"rescue":{}}"#)]);
    let activate = api.boot().rescue().activate(1, "linux");
    activate.authorized_keys(["a", "b"]).await.unwrap();
    let seen = wire.seen();
    assert_eq!(
        seen[0].request.body(),
        "os=linux&authorized_key%5B%5D=a&authorized_key%5B%5D=b"
    );
}

#[tokio::test(start_paused = true)]
async fn no_vswitch_is_an_empty_list_or_a_404() {
    let (_, all) = once(200, "[]", |api| api.vswitches().list().all()).await;
    assert_eq!(all.unwrap(), []);
    let (_, all) = once(404, refusal(404, "NOT_FOUND"), |api| {
        api.vswitches().list().all()
    })
    .await;
    assert_eq!(all.unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn a_boot_configuration_that_is_active_may_still_be_refused_as_before() {
    for code in ["BOOT_ALREADY_ENABLED", "BOOT_BLOCKED"] {
        let (_, result) = once(409, refusal(409, code), |api| {
            api.boot().vnc().activate(1, "x", "en")
        })
        .await;
        let error = result.unwrap_err();
        assert!(error.is_conflict());
        let code = error.code().map(ErrorCode::from).unwrap();
        assert!(matches!(
            code,
            ErrorCode::BootAlreadyEnabled | ErrorCode::BootBlocked
        ));
    }
}

#[tokio::test(start_paused = true)]
async fn an_hourly_price_is_a_decimal_or_null() {
    for (hourly, expected) in [
        (json!("0.0525"), Some("0.0525")),
        (json!(0.0525), Some("0.0525")),
        (json!(null), None),
    ] {
        let answer = json!({"product": {"id": 1, "price": "9.9", "price_hourly": hourly}});
        let (_, product) = once(200, answer, |api| api.market_orders().product(1)).await;
        let product = product.unwrap();
        assert_eq!(
            product.price_hourly.as_ref().map(hetzner::Decimal::as_str),
            expected
        );
    }
}
