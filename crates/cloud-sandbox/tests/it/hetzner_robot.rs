//! The Hetzner Robot web service without sockets: what it holds, and how that changes.

use std::time::Duration;

use crate::common::robot::Robot;
use cloud_sandbox::hetzner_robot::{PASSWORD, Quirk, Settings, USER};
use cloud_sandbox::{Fault, Sandbox};
use serde_json::{Value, json};

const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4g";
const RESCUE: &str = "/boot/321001/rescue";
const FORM: &str = "application/x-www-form-urlencoded";

/// The fingerprint of the key that there is, and of a second one.
async fn two_keys(robot: &Robot) -> (String, String) {
    let fingerprint = |key: &Value| key["key"]["fingerprint"].as_str().unwrap().to_owned();
    let first = fingerprint(&robot.get("/key").await.ok(200)[0]);
    let form = format!("name=mine&data={}", KEY.replace(' ', "+"));
    let second = fingerprint(robot.call("POST /key", &form).await.ok(201));
    (first, second)
}

#[tokio::test]
async fn forms_are_read_as_php_reads_them() {
    for (form, count) in [
        ("authorized_key[]=ONE&authorized_key[]=TWO", 2),
        ("authorized_key%5B%5D=ONE&authorized_key%5B%5D=TWO", 2),
        ("authorized_key[0]=ONE&authorized_key[1]=TWO", 2),
        ("authorized_key=ONE", 1),
        // Only one survives (ansible-collections/community.hrobot#112).
        ("authorized_key=ONE&authorized_key=TWO", 1),
        ("authorized_key=", 0),
    ] {
        let robot = Robot::new();
        let (first, second) = two_keys(&robot).await;
        let form = form.replace("ONE", &first).replace("TWO", &second);
        let reply = robot
            .call(&format!("POST {RESCUE}"), &format!("os=linux&{form}"))
            .await;
        let keys = reply.ok(200)["rescue"]["authorized_key"]
            .as_array()
            .unwrap();
        assert_eq!(keys.len(), count, "{form}");
        if count == 1 {
            let expected = if form.matches(&second).count() == 1 {
                second
            } else {
                first
            };
            assert_eq!(keys[0]["key"]["fingerprint"], expected, "{form}");
        }
    }
    // Another type of body, or none, has no fields.
    let robot = Robot::new();
    for (kind, body) in [
        ("", "os=linux"),
        ("application/json", r#"{"os": "linux"}"#),
        ("text/plain", "os=linux"),
    ] {
        let reply = robot.send("POST", RESCUE, kind, body).await;
        assert_eq!(reply.fields().0, ["os"], "{kind}");
    }
    let kind = format!("{FORM}; charset=utf-8");
    robot.send("POST", RESCUE, &kind, "os=linux").await.ok(200);
    // Bodies count with PUT and DELETE too.
    robot
        .call("PUT /rdns/198.51.100.17", "ptr=a.example")
        .await
        .ok(201);
}

#[tokio::test]
async fn three_failed_logins_lock_everybody_out_for_ten_minutes() {
    let robot = Robot::new();
    let wrong = robot.with_login(USER, "wrong");
    let nobody = robot.with_login("", "");
    for _ in 0..5 {
        // No login, none that fails.
        nobody.get("/server").await.denied(401, "UNAUTHORIZED");
    }
    // One that is right begins the count anew.
    for _ in 0..2 {
        wrong.get("/server").await.denied(401, "UNAUTHORIZED");
        wrong.get("/server").await.denied(401, "UNAUTHORIZED");
        robot.get("/server").await.ok(200);
    }
    robot
        .with_login("#ws+other", PASSWORD)
        .get("/server")
        .await
        .denied(401, "UNAUTHORIZED");
    wrong.get("/nothing").await.denied(401, "UNAUTHORIZED");
    let reply = wrong.get("/server").await;
    let text = r#"{"error":{"code":"UNAUTHORIZED","message":"Unauthorized","status":401}}"#;
    assert_eq!(reply.text, text);
    robot.get("/server").await.denied(401, "UNAUTHORIZED");
    robot.advance(599);
    robot.get("/server").await.denied(401, "UNAUTHORIZED");
    robot.advance(1);
    robot.get("/server").await.ok(200);
}

#[tokio::test]
async fn the_password_can_be_chosen() {
    let settings = Settings::new().user("#ws+mine", "secret");
    let robot = Robot::built(Sandbox::builder().hetzner_robot(settings));
    robot.get("/server").await.denied(401, "UNAUTHORIZED");
    robot
        .with_login("#ws+mine", "secret")
        .get("/server")
        .await
        .ok(200);
    let robot = Robot::built(Sandbox::builder().token("token"));
    robot.with_login(USER, "token").get("/server").await.ok(200);
}

#[tokio::test]
async fn the_documented_limits_hold_for_an_hour_or_a_day() {
    let robot = Robot::new();
    // Both operations that read servers share a budget.
    for number in 0..200 {
        let path = if number % 2 == 0 {
            "/server"
        } else {
            "/server/321001"
        };
        robot.get(path).await.ok(200);
    }
    let reply = robot.get("/server").await;
    let text = r#"{"error":{"code":"RATE_LIMIT_EXCEEDED","interval":3600,"max_request":200,"message":"rate limit exceeded","status":403}}"#;
    assert_eq!((reply.status, reply.text.as_str()), (403, text));
    // Others have their own.
    robot.get("/reset").await.ok(200);
    robot
        .call("POST /server/321001", "server_name=a")
        .await
        .ok(200);
    robot.advance(3599);
    robot
        .get("/server")
        .await
        .denied(403, "RATE_LIMIT_EXCEEDED");
    robot.advance(1);
    robot.get("/server").await.ok(200);

    // A request that is refused for what it says counts too.
    for _ in 0..10 {
        robot
            .call("POST /wol/321002", "")
            .await
            .denied(404, "WOL_NOT_AVAILABLE");
    }
    let reply = robot.call("POST /wol/321001", "").await;
    reply.denied(403, "RATE_LIMIT_EXCEEDED");
    assert_eq!(reply.json["error"]["max_request"], 10);
    robot.get("/wol/321001").await.ok(200);

    let order = "product_id=EX44&location=FSN1&password=p&test=true";
    for _ in 0..20 {
        robot
            .call("POST /order/server/transaction", order)
            .await
            .ok(201);
    }
    let reply = robot.call("POST /order/server/transaction", order).await;
    reply.denied(403, "RATE_LIMIT_EXCEEDED");
    assert_eq!(
        (
            &reply.json["error"]["max_request"],
            &reply.json["error"]["interval"]
        ),
        (&json!(20), &json!(86_400))
    );
}

#[tokio::test]
async fn limits_can_be_left_out_or_set() {
    let settings = Settings::new().request_limits(false);
    let robot = Robot::built(Sandbox::builder().hetzner_robot(settings));
    for _ in 0..201 {
        robot.get("/server").await.ok(200);
    }
    let robot = Robot::built(Sandbox::builder().rate_limit(2));
    for path in ["/server", "/ip"] {
        robot.get(path).await.ok(200);
        robot.get(path).await.ok(200);
        let reply = robot.get(path).await;
        reply.denied(403, "RATE_LIMIT_EXCEEDED");
        assert_eq!(reply.json["error"]["max_request"], 2);
    }
}

#[tokio::test]
async fn a_server_is_found_by_its_number_or_its_main_address() {
    let robot = Robot::new();
    let by_number = robot.get("/server/321001").await;
    assert_eq!(robot.get("/server/192.0.2.11").await.json, by_number.json);
    let server = &by_number.ok(200)["server"];
    assert_eq!(server["ip"], json!(["192.0.2.11", "192.0.2.12"]));
    assert_eq!(server["paid_until"], "2026-05-31");
    assert_eq!(
        server["subnet"][0],
        json!({"ip": "198.51.100.16", "mask": "29"})
    );
    let server = robot.get("/server/321003").await;
    assert_eq!(server.json["server"]["server_ip"], Value::Null);
    assert_eq!(server.json["server"]["ip"], Value::Null);
    assert_eq!(server.json["server"]["server_ipv6_net"], "2001:db8:10:3::");
    // Every gateway is of the version of its net.
    for subnet in robot.get("/subnet").await.ok(200).as_array().unwrap() {
        let is_v6 = |key: &str| subnet["subnet"][key].as_str().unwrap().contains(':');
        assert_eq!(is_v6("ip"), is_v6("gateway"), "{subnet}");
    }
    let ips = robot.get("/ip?server_ip=192.0.2.11").await;
    assert_eq!(ips.ok(200).as_array().unwrap().len(), 2);
    robot
        .call("POST /server/192.0.2.11", "server_name=new+name")
        .await
        .ok(200);
    assert_eq!(
        robot.get("/server").await.json[0]["server"]["server_name"],
        "new name"
    );
}

#[tokio::test]
async fn a_cancelled_server_is_gone_when_its_day_has_ended() {
    let robot = Robot::new();
    let path = "/server/321001/cancellation";
    let before = robot.get(path).await;
    let cancellation = &before.ok(200)["cancellation"];
    assert_eq!(cancellation["earliest_cancellation_date"], "2026-05-18");
    assert!(
        cancellation["cancellation_reason"]
            .as_array()
            .unwrap()
            .len()
            > 1
    );
    let form = "cancellation_date=2026-05-18&cancellation_reason=too+old&reserve_location=true";
    let cancelled = robot.call(&format!("POST {path}"), form).await;
    let cancellation = &cancelled.ok(200)["cancellation"];
    assert_eq!(cancellation["cancellation_date"], "2026-05-18");
    assert_eq!(cancellation["cancellation_reason"], "too old");
    assert_eq!(
        (&cancellation["cancelled"], &cancellation["reserved"]),
        (&json!(true), &json!(true))
    );
    robot
        .call(&format!("POST {path}"), form)
        .await
        .denied(409, "CONFLICT");
    robot
        .call(&format!("DELETE {path}"), "")
        .await
        .ok_empty(200);
    assert_eq!(robot.get(path).await.json, before.json);

    robot
        .call(
            &format!("POST {path}"),
            "cancellation_date=now&reserve_location=false",
        )
        .await
        .ok(200);
    assert_eq!(
        robot.get("/server/321001").await.json["server"]["cancelled"],
        true
    );
    // Noon at the provider's was the beginning.
    robot.advance(12 * 3600 - 1);
    robot.get("/server/321001").await.ok(200);
    robot.advance(1);
    robot
        .get("/server/321001")
        .await
        .denied(404, "SERVER_NOT_FOUND");
    robot
        .get("/ip/192.0.2.11")
        .await
        .denied(404, "IP_NOT_FOUND");
    robot
        .get("/failover/203.0.113.10")
        .await
        .denied(404, "NOT_FOUND");
    robot
        .get("/rdns/192.0.2.11")
        .await
        .denied(404, "IP_NOT_FOUND");
    robot.get("/failover/203.0.113.16").await.ok(200);
}

#[tokio::test]
async fn what_was_activated_is_booted_once_and_then_the_last() {
    let robot = Robot::new();
    let idle = robot.get(RESCUE).await;
    let rescue = &idle.ok(200)["rescue"];
    assert_eq!(
        (&rescue["os"], &rescue["arch"]),
        (&json!(["linux", "vkvm"]), &json!([64, 32]))
    );
    assert_eq!(
        (&rescue["active"], &rescue["password"]),
        (&json!(false), &Value::Null)
    );

    let active = robot
        .call(&format!("POST {RESCUE}"), "os=linux&arch=32")
        .await;
    let rescue = &active.ok(200)["rescue"];
    assert_eq!(
        (&rescue["os"], &rescue["arch"]),
        (&json!("linux"), &json!(32))
    );
    let password = rescue["password"].as_str().unwrap().to_owned();
    assert!(rescue["active"] == true && password.len() == 14, "{rescue}");
    assert_eq!(robot.get(RESCUE).await.json, active.json);
    assert_eq!(
        robot.get("/boot/321001").await.json["boot"]["rescue"],
        *rescue
    );
    // One kind at a time.
    for (kind, form) in [
        ("rescue", "os=vkvm"),
        ("linux", "dist=Debian+13+base&lang=en"),
    ] {
        let request = format!("POST /boot/321001/{kind}");
        robot
            .call(&request, form)
            .await
            .denied(409, "BOOT_ALREADY_ENABLED");
    }
    // It is the rescue system that is active, and not this.
    robot.call("DELETE /boot/321001/linux", "").await.ok(200);
    assert_eq!(robot.get(RESCUE).await.json, active.json);

    robot.advance(60);
    let reset = robot.call("POST /reset/321001", "type=hw").await;
    assert_eq!(reset.ok(200)["reset"]["type"], "hw");
    assert_eq!(robot.get(RESCUE).await.json, idle.json);
    let last = robot.get(&format!("{RESCUE}/last")).await;
    let rescue = &last.ok(200)["rescue"];
    assert_eq!(
        (&rescue["os"], &rescue["password"]),
        (&json!("linux"), &json!(password))
    );
    assert_eq!(rescue["boot_time"], "2026-05-04 12:01:00");
    assert_eq!(rescue["host_key"][0]["key"]["type"], "ED25519");

    robot
        .call(&format!("POST {RESCUE}"), "os=linux")
        .await
        .ok(200);
    let gone = robot.call(&format!("DELETE {RESCUE}"), "").await;
    assert_eq!(gone.ok(200), &idle.json);
}

#[tokio::test]
async fn whoever_has_a_key_needs_no_password() {
    let robot = Robot::new();
    let (first, second) = two_keys(&robot).await;
    let form =
        format!("dist=Debian+13+base&lang=en&authorized_key[]={first}&authorized_key[]={second}");
    let linux = robot.call("POST /boot/321001/linux", &form).await;
    let linux = &linux.ok(200)["linux"];
    assert_eq!(linux["password"], Value::Null);
    let key = json!({"key": {"name": "mine", "fingerprint": second, "type": "ED25519", "size": 256, "created_at": "2026-05-04 12:00:00"}});
    assert_eq!(linux["authorized_key"][1], key);
}

#[tokio::test]
async fn buttons_do_what_they_do_to_a_machine() {
    let robot = Robot::new();
    let status =
        async || robot.get("/reset/321001").await.ok(200)["reset"]["operating_status"].clone();
    let press = async |kind: &str| {
        robot
            .call("POST /reset/321001", &format!("type={kind}"))
            .await
    };
    assert_eq!(status().await, "running");
    // A press lets a running machine shut down, and one that is off start.
    press("power").await.ok(200);
    assert_eq!(status().await, "shut off");
    press("sw").await.ok(200);
    assert_eq!(status().await, "shut off", "nobody hears it");
    press("power").await.ok(200);
    assert_eq!(status().await, "running");
    press("power_long").await.ok(200);
    assert_eq!(status().await, "shut off");
    robot.call("POST /wol/321001", "").await.ok(200);
    assert_eq!(status().await, "running");

    robot
        .call(&format!("POST {RESCUE}"), "os=linux")
        .await
        .ok(200);
    press("man").await.ok(200);
    press("hw").await.denied(409, "RESET_MANUAL_ACTIVE");
    robot.advance(899);
    assert_eq!(robot.get(RESCUE).await.json["rescue"]["active"], true);
    robot.advance(1);
    assert_eq!(
        robot.get(RESCUE).await.json["rescue"]["active"],
        false,
        "the technician was there"
    );
    press("hw").await.ok(200);
    let listed = robot.get("/reset").await;
    let types = |at: usize| listed.json[at]["reset"]["type"].clone();
    assert_eq!(types(0), json!(["sw", "hw", "man", "power", "power_long"]));
    assert_eq!(
        (listed.json.as_array().unwrap().len(), types(3)),
        (4, json!(["hw", "man", "power", "power_long"]))
    );
}

#[tokio::test]
async fn macs_of_addresses_are_made_and_those_of_subnets_chosen() {
    let robot = Robot::new();
    let subnet = "/subnet/198.51.100.16/mac";
    let own = robot.get(subnet).await.ok(200)["mac"].clone();
    assert_eq!(own["possible_mac"], json!({"192.0.2.11": own["mac"]}));
    let made = robot.call("PUT /ip/192.0.2.12/mac", "").await.ok(200)["mac"]["mac"].clone();
    assert_ne!(made, own["mac"]);
    robot
        .call("PUT /ip/192.0.2.12/mac", "")
        .await
        .denied(409, "MAC_ALREADY_SET");
    assert_eq!(
        robot.get("/ip/192.0.2.12").await.json["ip"]["separate_mac"],
        made
    );
    let form = format!("mac={}", made.as_str().unwrap());
    let chosen = robot.call(&format!("PUT {subnet}"), &form).await;
    assert_eq!(chosen.ok(200)["mac"]["mac"], made);
    let back = robot.call(&format!("DELETE {subnet}"), "").await;
    assert_eq!(back.ok(200)["mac"]["mac"], own["mac"], "not null");
    let gone = robot.call("DELETE /ip/192.0.2.12/mac", "").await;
    assert_eq!(gone.ok(200)["mac"]["mac"], Value::Null);
}

#[tokio::test]
async fn warnings_change_as_far_as_they_are_named() {
    let robot = Robot::new();
    let before = robot.get("/ip/192.0.2.12").await.ok(200)["ip"].clone();
    assert_eq!(
        (&before["gateway"], &before["mask"], &before["broadcast"]),
        (&json!("192.0.2.1"), &json!(26), &json!("192.0.2.63"))
    );
    let changed = robot
        .call(
            "POST /ip/192.0.2.12",
            "traffic_warnings=false&traffic_daily=1",
        )
        .await;
    let mut expected = before;
    expected["traffic_warnings"] = json!(false);
    expected["traffic_daily"] = json!(1);
    assert_eq!(changed.ok(200)["ip"], expected);
    assert_eq!(robot.get("/ip/192.0.2.12").await.json["ip"], expected);
}

#[tokio::test]
async fn a_cancelled_address_is_gone_when_its_day_has_ended() {
    let robot = Robot::new();
    for (path, net) in [
        ("/ip/192.0.2.12", "IP_NOT_FOUND"),
        ("/subnet/203.0.113.16", "SUBNET_NOT_FOUND"),
    ] {
        let cancelled = robot
            .call(
                &format!("POST {path}/cancellation"),
                "cancellation_date=now",
            )
            .await;
        assert_eq!(
            cancelled.ok(200)["cancellation"]["cancellation_date"],
            "2026-05-04"
        );
        let again = robot
            .call(
                &format!("POST {path}/cancellation"),
                "cancellation_date=now",
            )
            .await;
        again.denied(409, "CONFLICT");
        robot.get(path).await.ok(200);
        let other = Robot::new();
        other
            .call(
                &format!("POST {path}/cancellation"),
                "cancellation_date=now",
            )
            .await
            .ok(200);
        other.advance(86_400);
        other.get(path).await.denied(404, net);
        assert_eq!(
            other.get("/failover/203.0.113.16").await.status,
            if net == "IP_NOT_FOUND" { 200 } else { 404 }
        );
    }
}

#[tokio::test]
async fn a_failover_address_is_locked_while_it_is_switched() {
    let robot = Robot::new();
    let path = "/failover/203.0.113.10";
    let switched = robot
        .call(&format!("POST {path}"), "active_server_ip=192.0.2.21")
        .await;
    let failover = json!({
        "ip": "203.0.113.10",
        "netmask": "255.255.255.255",
        "server_ip": "192.0.2.11",
        "server_ipv6_net": "2001:db8:10:1::",
        "server_number": 321_001,
        "active_server_ip": "192.0.2.21",
    });
    assert_eq!(
        switched.ok(200)["failover"],
        failover,
        "it stays booked where it was"
    );
    robot.advance(49);
    robot
        .call(&format!("POST {path}"), "active_server_ip=192.0.2.11")
        .await
        .denied(409, "FAILOVER_LOCKED");
    robot
        .call(&format!("DELETE {path}"), "")
        .await
        .denied(409, "FAILOVER_LOCKED");
    robot
        .call(&format!("POST {path}"), "active_server_ip=192.0.2.21")
        .await
        .denied(409, "FAILOVER_ALREADY_ROUTED");
    robot.advance(1);
    let unrouted = robot.call(&format!("DELETE {path}"), "").await;
    assert_eq!(
        unrouted.ok(200)["failover"]["active_server_ip"],
        Value::Null
    );
    // Of version 6 the net of a server is the target.
    let path = "/failover/2001:db8:ff:1::";
    let v6 = robot
        .call(&format!("POST {path}"), "active_server_ip=2001:db8:10:3::")
        .await;
    let v6 = &v6.ok(200)["failover"];
    assert_eq!(
        (&v6["netmask"], &v6["active_server_ip"]),
        (&json!("ffff:ffff:ffff:ffff::"), &json!("2001:db8:10:3::"))
    );
    assert_eq!(
        robot.get("/failover/203.0.113.16").await.json["failover"]["netmask"],
        "255.255.255.248"
    );
}

#[tokio::test]
async fn names_of_addresses_come_and_go() {
    let robot = Robot::new();
    let usual = "static.11.2.0.192.clients.your-server.de";
    assert_eq!(
        robot.get("/rdns/192.0.2.11").await.ok(200)["rdns"],
        json!({"ip": "192.0.2.11", "ptr": usual})
    );
    robot
        .call("POST /rdns/192.0.2.11", "ptr=web.example.com")
        .await
        .ok(200);
    let listed = robot.get("/rdns?server_ip=192.0.2.11").await;
    assert_eq!(listed.ok(200)[0]["rdns"]["ptr"], "web.example.com");
    assert_eq!(listed.json.as_array().unwrap().len(), 2);
    robot
        .call("DELETE /rdns/192.0.2.11", "")
        .await
        .ok_empty(200);
    robot
        .get("/rdns/192.0.2.11")
        .await
        .denied(404, "RDNS_NOT_FOUND");
    // An empty one brings the usual name back.
    assert_eq!(
        robot.call("POST /rdns/192.0.2.11", "ptr=").await.ok(201)["rdns"]["ptr"],
        usual
    );
}

#[tokio::test]
async fn traffic_is_told_of_intervals_that_have_ended() {
    let robot = Robot::new();
    let ask = async |form: &str| {
        let reply = robot.call("POST /traffic", form).await;
        reply.ok(200)["traffic"]["data"].clone()
    };
    let single =
        ask("type=month&from=2026-05-01&to=2026-05-31&ip[]=192.0.2.11&single_values=true").await;
    let days: Vec<_> = single["192.0.2.11"].as_object().unwrap().keys().collect();
    assert_eq!(days, ["01", "02", "03"], "today has not ended");
    let sum: f64 = single["192.0.2.11"]
        .as_object()
        .unwrap()
        .values()
        .map(|day| day["sum"].as_f64().unwrap())
        .sum();
    let whole = ask("type=month&from=2026-05-01&to=2026-05-31&ip[]=192.0.2.11").await;
    assert!(
        (whole["192.0.2.11"]["sum"].as_f64().unwrap() - sum).abs() < 0.001,
        "{whole} {sum}"
    );
    assert!(sum > 0.0);
    let hours = ask(
        "type=day&from=2026-05-03T00&to=2026-05-03T24&subnet[]=2001:db8:10:1::&single_values=true",
    )
    .await;
    assert_eq!(hours["2001:db8:10:1::"].as_object().unwrap().len(), 24);
    // The documentation's own example has a day that September has not.
    let september =
        ask("type=month&from=2025-09-01&to=2025-09-31&ip[]=192.0.2.11&single_values=true").await;
    assert_eq!(september["192.0.2.11"].as_object().unwrap().len(), 30);
    // Who had none is left out.
    assert_eq!(
        ask("type=month&from=2026-06-01&to=2026-06-30&ip[]=192.0.2.11").await,
        json!({})
    );
    assert_eq!(
        ask("type=month&from=2026-04-01&to=2026-04-30&ip=").await,
        json!({})
    );
}

#[tokio::test]
async fn keys_are_known_by_their_fingerprints() {
    let robot = Robot::new();
    let (_, second) = two_keys(&robot).await;
    let path = format!("/key/{second}");
    let stored = robot.get(&path).await;
    let key = &stored.ok(200)["key"];
    assert_eq!(key["data"], KEY, "without a comment");
    assert_eq!(
        (&key["type"], &key["size"], &key["created_at"]),
        (
            &json!("ED25519"),
            &json!(256),
            &json!("2026-05-04 12:00:00")
        )
    );
    let base64 = KEY.split(' ').nth(1).unwrap();
    let ssh2 = format!("---- BEGIN SSH2 PUBLIC KEY ----\n{base64}\n---- END SSH2 PUBLIC KEY ----");
    let again = robot
        .call(
            "POST /key",
            &format!(
                "name=again&data={}",
                ssh2.replace(' ', "+").replace('\n', "%0A")
            ),
        )
        .await;
    again.denied(409, "KEY_ALREADY_EXISTS");
    robot
        .call(&format!("POST {path}"), "name=ours")
        .await
        .ok(200);
    assert_eq!(robot.get(&path).await.json["key"]["name"], "ours");
    robot
        .call(&format!("DELETE {path}"), "")
        .await
        .ok_empty(200);
    robot.get(&path).await.denied(404, "NOT_FOUND");
}

#[tokio::test]
async fn an_order_becomes_a_server() {
    let robot = Robot::new();
    let form = "product_id=EX44&location=HEL1&authorized_key[]=F&dist=Debian+13+base&lang=en";
    let form = form.replace(
        'F',
        robot.get("/key").await.json[0]["key"]["fingerprint"]
            .as_str()
            .unwrap(),
    );
    let test = robot
        .call(
            "POST /order/server/transaction",
            &format!("{form}&test=true"),
        )
        .await;
    assert_eq!(test.ok(201)["transaction"]["status"], "in process");
    robot
        .get("/order/server/transaction")
        .await
        .denied(404, "NOT_FOUND");

    let placed = robot
        .call(
            "POST /order/server/transaction",
            &format!("{form}&addon[]=primary_ipv4"),
        )
        .await;
    let transaction = &placed.ok(201)["transaction"];
    let id = transaction["id"].as_str().unwrap();
    assert!(id.starts_with("B20260504-") && id.len() == 23, "{id}");
    assert_eq!(transaction["date"], "2026-05-04T12:00:00+01:00");
    assert_eq!(
        (&transaction["server_number"], &transaction["server_ip"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(
        (&transaction["product"]["dist"], &transaction["addons"]),
        (&json!("Debian 13 base"), &json!(["primary_ipv4"]))
    );
    let path = format!("/order/server/transaction/{id}");
    robot.advance(299);
    assert_eq!(robot.get(&path).await.json, placed.json);
    robot.advance(1);
    let ready = robot.get(&path).await.ok(200)["transaction"].clone();
    assert_eq!(
        (&ready["status"], &ready["server_number"]),
        (&json!("ready"), &json!(321_006))
    );
    let server = robot.get("/server/321006").await.ok(200)["server"].clone();
    assert_eq!(
        (&server["server_ip"], &server["status"]),
        (&ready["server_ip"], &json!("in process"))
    );
    assert_eq!(
        (&server["product"], &server["dc"]),
        (&json!("EX44"), &json!("HEL1-DC7"))
    );
    robot.advance(60);
    assert_eq!(
        robot.get("/server/321006").await.json["server"]["status"],
        "ready"
    );
    // After thirty days it is listed no more.
    robot.get("/order/server/transaction").await.ok(200);
    robot.advance(30 * 86_400);
    robot
        .get("/order/server/transaction")
        .await
        .denied(404, "NOT_FOUND");
    robot.get(&path).await.ok(200);
}

#[tokio::test]
async fn a_server_of_the_auction_is_sold_once() {
    let robot = Robot::new();
    let form = "product_id=282323&password=p";
    robot
        .call(
            "POST /order/server_market/transaction",
            &format!("{form}&test=true"),
        )
        .await
        .ok(201);
    // It ends badly, and can be bought again.
    let fault = Fault::ActionFailed {
        code: "x".to_owned(),
        message: "x".to_owned(),
    };
    robot.sandbox.faults().next(fault);
    robot
        .call("POST /order/server_market/transaction", form)
        .await
        .ok(201);
    robot
        .get("/order/server_market/product/282323")
        .await
        .denied(404, "NOT_FOUND");
    assert_eq!(
        robot
            .get("/order/server_market/product")
            .await
            .json
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let again = robot
        .call("POST /order/server_market/transaction", form)
        .await;
    assert_eq!(again.fields().1, ["product_id"]);
    robot.advance(300);
    let listed = robot.get("/order/server_market/transaction").await;
    assert_eq!(listed.ok(200)[0]["transaction"]["status"], "cancelled");
    robot
        .get("/order/server_market/product/282323")
        .await
        .ok(200);
    assert_eq!(robot.get("/server").await.json.as_array().unwrap().len(), 5);
    // Somebody reads the comment first; without the addon there is no address of version 4.
    robot
        .call(
            "POST /order/server_market/transaction",
            &format!("{form}&comment=please"),
        )
        .await
        .ok(201);
    robot.advance(3599);
    assert_eq!(robot.get("/server").await.json.as_array().unwrap().len(), 5);
    robot.advance(1);
    let server = robot.get("/server/321006").await.ok(200)["server"].clone();
    assert_eq!(
        (&server["server_ip"], &server["product"]),
        (&Value::Null, &json!("SB28"))
    );
}

#[tokio::test]
async fn addons_bring_what_they_are_called() {
    let robot = Robot::new();
    for (product, kind, path) in [
        ("additional_ipv4", "ip_ipv4", "/ip/"),
        ("subnet_ipv4_29", "subnet_ipv4", "/subnet/"),
        ("subnet_ipv6_64", "subnet_ipv6", "/subnet/"),
        (
            "failover_subnet_ipv4_32",
            "failover_subnet_ipv4",
            "/failover/",
        ),
    ] {
        let form = format!("server_number=321002&product_id={product}&reason=more");
        let placed = robot
            .call("POST /order/server_addon/transaction", &form)
            .await;
        let transaction = &placed.ok(201)["transaction"];
        assert_eq!(
            (&transaction["server_number"], &transaction["resources"]),
            (&json!(321_002), &json!([]))
        );
        assert_eq!(transaction["product"]["price"]["location"], "HEL1");
        robot.advance(300);
        let id = transaction["id"].as_str().unwrap();
        let ready = robot
            .get(&format!("/order/server_addon/transaction/{id}"))
            .await;
        let resource = &ready.ok(200)["transaction"]["resources"][0];
        assert_eq!(resource["type"], kind);
        let ip = resource["id"].as_str().unwrap();
        robot.get(&format!("{path}{ip}")).await.ok(200);
    }
    let form = "server_number=321001&product_id=windows_server_2025";
    robot
        .call("POST /order/server_addon/transaction", form)
        .await
        .ok(201);
    assert_eq!(
        robot.get("/boot/321001").await.json["boot"]["windows"],
        Value::Null
    );
    robot.advance(300);
    assert_eq!(
        robot.get("/boot/321001").await.json["boot"]["windows"]["active"],
        false
    );
}

#[tokio::test]
async fn products_can_be_narrowed_down() {
    let robot = Robot::new();
    for (query, expected) in [
        ("", "AX41-NVMe EX44 AX102 DX182"),
        ("?min_price=40&max_price=104", "EX44 AX102"),
        ("?max_price_setup=10", "DX182"),
        (
            "?min_price_setup=1&max_price=44&location=HEL1",
            "AX41-NVMe EX44",
        ),
    ] {
        let listed = robot.get(&format!("/order/server/product{query}")).await;
        let products = listed.ok(200).as_array().unwrap();
        let ids: Vec<_> = products
            .iter()
            .map(|one| one["product"]["id"].as_str().unwrap())
            .collect();
        assert_eq!(ids.join(" "), expected, "{query}");
    }
    robot
        .get("/order/server/product?location=ASH")
        .await
        .denied(404, "NOT_FOUND");
    let reply = robot.get("/order/server/product?min_price=cheap").await;
    assert_eq!(reply.fields().1, ["min_price"]);
    let product = robot.get("/order/server/product/EX44").await;
    let price = &product.ok(200)["product"]["prices"][0];
    assert_eq!(price["price"]["net"], "44.0000");
    assert_eq!(price["price"]["gross"], "52.3600");
    assert_eq!(price["price"]["hourly_net"], "0.0611");
    assert_eq!(price["price_setup"]["gross"], "46.4100");
}

const RULES: &str = "rules[input][0][name]=web&rules[input][0][ip_version]=ipv4&rules[input][0][protocol]=tcp&rules[input][0][dst_port]=80,443&rules[input][0][action]=accept";

#[tokio::test]
async fn a_firewall_is_in_process_and_then_what_was_asked_for() {
    let robot = Robot::new();
    let path = "/firewall/321002";
    let form = format!("status=active&whitelist_hos=true&{RULES}");
    let reply = robot.call(&format!("POST {path}"), &form).await;
    let firewall = &reply.ok(202)["firewall"];
    let rule = json!({
        "name": "web", "ip_version": "ipv4", "dst_ip": null, "src_ip": null, "dst_port": "80,443",
        "src_port": null, "protocol": "tcp", "tcp_flags": null, "action": "accept",
    });
    assert_eq!(firewall["rules"], json!({"input": [rule], "output": []}));
    assert_eq!(
        (&firewall["status"], &firewall["whitelist_hos"]),
        (&json!("in process"), &json!(true))
    );
    robot.advance(24);
    for request in ["POST", "DELETE"] {
        let reply = robot
            .call(&format!("{request} {path}"), "status=disabled")
            .await;
        reply.denied(409, "FIREWALL_IN_PROCESS");
    }
    robot.advance(1);
    assert_eq!(robot.get(path).await.json["firewall"]["status"], "active");
    // Everything is replaced: what is left out is not kept.
    robot
        .call(&format!("POST {path}"), "status=active")
        .await
        .ok(202);
    robot.advance(25);
    let firewall = robot.get(path).await.json["firewall"].clone();
    assert_eq!(
        (&firewall["rules"], &firewall["whitelist_hos"]),
        (&json!({"input": [], "output": []}), &json!(false))
    );
    robot.call(&format!("DELETE {path}"), "").await.ok(202);
    robot.advance(25);
    let firewall = robot.get(path).await.json["firewall"].clone();
    assert_eq!(
        (&firewall["status"], &firewall["rules"]),
        (&json!("disabled"), &json!({}))
    );
}

fn rules(count: usize) -> String {
    let rule = |n: usize| format!("&rules[output][{n}][action]=accept");
    (0..count).map(rule).collect()
}

#[tokio::test]
async fn a_direction_has_ten_rules_at_most() {
    let robot = Robot::new();
    robot
        .call(
            "POST /firewall/321002",
            &format!("status=active{}", rules(10)),
        )
        .await
        .ok(202);
    robot.advance(25);
    let reply = robot
        .call(
            "POST /firewall/321002",
            &format!("status=active{}", rules(11)),
        )
        .await;
    assert_eq!(reply.fields().1, ["rules"]);
    assert!(!reply.text.contains("missing"), "{}", reply.text);
    let left = robot.get("/firewall/321002").await.json["firewall"]["rules"]["output"].clone();
    assert_eq!(left.as_array().unwrap().len(), 10);
}

#[tokio::test]
async fn a_template_is_a_firewall_for_later() {
    let robot = Robot::new();
    let form = format!("name=web&filter_ipv6=true&whitelist_hos=true&is_default=true&{RULES}");
    let made = robot.call("POST /firewall/template", &form).await;
    let template = &made.ok(201)["firewall_template"];
    let id = &template["id"];
    let applied = robot
        .call("POST /firewall/321002", &format!("template_id={id}"))
        .await;
    let firewall = &applied.ok(202)["firewall"];
    assert_eq!(firewall["rules"], template["rules"]);
    assert_eq!(
        (&firewall["filter_ipv6"], &firewall["whitelist_hos"]),
        (&json!(true), &json!(true))
    );
    // There is one default at most.
    let form = "name=other&whitelist_hos=false&is_default=true";
    robot.call("POST /firewall/template", form).await.ok(201);
    assert_eq!(
        robot.get(&format!("/firewall/template/{id}")).await.json["firewall_template"]["is_default"],
        false
    );
}

#[tokio::test]
async fn servers_join_and_leave_a_vswitch_in_thirty_seconds() {
    let robot = Robot::new();
    let made = robot.call("POST /vswitch", "name=inner&vlan=4000").await;
    let id = made.ok(201)["id"].clone();
    let path = format!("/vswitch/{id}");
    let form = "server[0]=321001&server[1]=192.0.2.21&server[2]=2001:db8:10:3::";
    robot
        .call(&format!("POST {path}/server"), form)
        .await
        .ok_empty(201);
    let statuses = async || {
        let reply = robot.get(&path).await;
        let servers = reply.ok(200)["server"].as_array().unwrap().clone();
        let shown = servers
            .iter()
            .map(|s| format!("{} {}", s["server_number"], s["status"].as_str().unwrap()));
        shown.collect::<Vec<_>>().join(", ")
    };
    assert_eq!(
        statuses().await,
        "321001 in process, 321002 in process, 321003 in process"
    );
    for (request, form) in [
        (format!("POST {path}"), "vlan=4001"),
        (format!("POST {path}/server"), "server=321005"),
        (format!("DELETE {path}/server"), "server=321001"),
    ] {
        robot
            .call(&request, form)
            .await
            .denied(409, "VSWITCH_IN_PROCESS");
    }
    robot.advance(30);
    assert_eq!(statuses().await, "321001 ready, 321002 ready, 321003 ready");
    robot
        .call(&format!("DELETE {path}/server"), "server=321005")
        .await
        .denied(404, "SERVER_NOT_FOUND");
    robot
        .call(
            &format!("DELETE {path}/server"),
            "server[]=321002&server[]=321003",
        )
        .await
        .ok_empty(200);
    assert_eq!(
        statuses().await,
        "321001 ready, 321002 in process, 321003 in process"
    );
    robot.advance(30);
    assert_eq!(statuses().await, "321001 ready");

    // One VLAN of a server, one vSwitch.
    let other = robot
        .call("POST /vswitch", "name=other&vlan=4000")
        .await
        .ok(201)["id"]
        .clone();
    let refused = robot
        .call(&format!("POST /vswitch/{other}/server"), "server=321001")
        .await;
    refused.denied(409, "VSWITCH_VLAN_NOT_UNIQUE");
    assert!(
        refused.text.contains("at server 192.0.2.11"),
        "{}",
        refused.text
    );
    let nowhere = robot
        .call(&format!("POST /vswitch/{other}/server"), "server=321004")
        .await;
    nowhere.denied(404, "VSWITCH_NOT_AVAILABLE");
    robot
        .call(&format!("POST /vswitch/{other}"), "vlan=4002")
        .await
        .ok_empty(200);
    robot
        .call(&format!("POST /vswitch/{other}/server"), "server=321001")
        .await
        .ok_empty(201);
    robot.advance(30);
    robot
        .call(&format!("POST /vswitch/{other}"), "vlan=4000")
        .await
        .denied(409, "VSWITCH_VLAN_NOT_UNIQUE");

    // A server can be in five.
    for vlan in 4010..4013 {
        let id = robot
            .call("POST /vswitch", &format!("name=x&vlan={vlan}"))
            .await
            .ok(201)["id"]
            .clone();
        robot
            .call(&format!("POST /vswitch/{id}/server"), "server=321001")
            .await
            .ok_empty(201);
    }
    let id = robot
        .call("POST /vswitch", "name=x&vlan=4014")
        .await
        .ok(201)["id"]
        .clone();
    let sixth = robot
        .call(&format!("POST /vswitch/{id}/server"), "server=321001")
        .await;
    sixth.denied(409, "VSWITCH_PER_SERVER_LIMIT_REACHED");

    // Cancelled, it is still listed. Ansible's module has years of two digits.
    robot
        .call(&format!("DELETE {path}"), "cancellation_date=26-05-04")
        .await
        .ok_empty(200);
    assert_eq!(robot.get(&path).await.json["cancelled"], true);
    robot
        .call(&format!("DELETE {path}"), "cancellation_date=now")
        .await
        .denied(409, "CONFLICT");
}

#[tokio::test]
async fn work_fails_when_it_is_asked_to() {
    let robot = Robot::new();
    let doomed = async |request: &str, form: &str| {
        let fault = Fault::ActionFailed {
            code: "x".to_owned(),
            message: "on purpose".to_owned(),
        };
        robot.sandbox.faults().next(fault);
        robot.call(request, form).await
    };
    for (request, form, code) in [
        (
            "POST /server/321002/cancellation",
            "cancellation_date=now",
            "INTERNAL_ERROR",
        ),
        ("POST /reset/321001", "type=hw", "RESET_FAILED"),
        ("POST /wol/321001", "", "WOL_FAILED"),
        (
            "POST /boot/321001/rescue",
            "os=linux",
            "BOOT_ACTIVATION_FAILED",
        ),
        ("DELETE /boot/321001/rescue", "", "BOOT_DEACTIVATION_FAILED"),
        (
            "POST /ip/192.0.2.12",
            "traffic_daily=1",
            "TRAFFIC_WARNING_UPDATE_FAILED",
        ),
        ("PUT /ip/192.0.2.12/mac", "", "MAC_FAILED"),
        (
            "POST /failover/203.0.113.10",
            "active_server_ip=192.0.2.21",
            "FAILOVER_FAILED",
        ),
        (
            "PUT /rdns/198.51.100.17",
            "ptr=a.example",
            "RDNS_CREATE_FAILED",
        ),
        (
            "POST /rdns/192.0.2.11",
            "ptr=a.example",
            "RDNS_UPDATE_FAILED",
        ),
        ("DELETE /rdns/192.0.2.11", "", "RDNS_DELETE_FAILED"),
    ] {
        doomed(request, form).await.denied(500, code);
    }
    let other = Robot::new();
    for path in ["/server", "/boot/321001", "/ip", "/failover", "/rdns"] {
        assert_eq!(
            robot.get(path).await.json,
            other.get(path).await.json,
            "{path}"
        );
    }
    let id = robot
        .call("POST /vswitch", "name=a&vlan=4000")
        .await
        .ok(201)["id"]
        .clone();
    doomed(&format!("POST /vswitch/{id}/server"), "server=321001")
        .await
        .ok_empty(201);
    robot.advance(30);
    assert_eq!(
        robot.get(&format!("/vswitch/{id}")).await.json["server"][0]["status"],
        "failed"
    );
}

#[tokio::test]
async fn faults_have_the_form_of_this_service() {
    let robot = Robot::new();
    let next = async |fault: Fault| {
        robot.sandbox.faults().next(fault);
        robot.get("/server").await
    };
    let limited = next(Fault::RateLimited {
        retry_after: Some(Duration::from_secs(60)),
    })
    .await;
    limited.denied(403, "RATE_LIMIT_EXCEEDED");
    assert_eq!(limited.json["error"]["interval"], 60);
    next(Fault::ExpiredToken).await.denied(401, "UNAUTHORIZED");
    next(Fault::Status(500)).await.denied(500, "INTERNAL_ERROR");
    let maintenance = next(Fault::Status(503)).await;
    assert_eq!(
        (maintenance.status, maintenance.header("content-type")),
        (503, "text/html")
    );
    robot.get("/server").await.ok(200);
}

/// The part of an answer that a quirk is about.
async fn with(quirk: Quirk, requests: &[(&str, &str)]) -> (u16, String) {
    let mut last = (0, String::new());
    for robot in [Robot::new(), Robot::with(quirk)] {
        let mut reply = None;
        for (request, form) in requests {
            reply = Some(robot.call(request, form).await);
        }
        let reply = reply.unwrap();
        let found = (reply.status, reply.text);
        assert_ne!(found, last, "{quirk} makes no difference");
        last = found;
    }
    last
}

#[tokio::test]
async fn each_quirk_is_the_other_reading() {
    let mut tried = Vec::new();
    let mut quirk = async |quirk: Quirk, requests: &[(&str, &str)], status: u16, part: &str| {
        let (found, text) = with(quirk, requests).await;
        assert!(
            found == status && text.contains(part),
            "{quirk}: {found} {text}"
        );
        tried.push(quirk);
    };
    let wake = [("POST /wol/321001", ""); 11];
    quirk(Quirk::MaxRequests, &wake, 403, r#""max_requests":10"#).await;
    quirk(Quirk::LimitWithoutEnvelope, &wake, 403, "<html>").await;
    quirk(
        Quirk::SparseErrors,
        &[("POST /vswitch", "name=a")],
        400,
        r#""INVALID_INPUT","message""#,
    )
    .await;
    quirk(Quirk::EmptyNotFound, &[("GET /server/1", "")], 404, "").await;
    quirk(
        Quirk::EmptyLists,
        &[("GET /firewall/template", "")],
        200,
        "[]",
    )
    .await;
    quirk(Quirk::EmptyLists, &[("GET /vswitch", "")], 404, "NOT_FOUND").await;
    quirk(
        Quirk::DocumentedStatuses,
        &[("POST /firewall/321001", "status=disabled")],
        200,
        "in process",
    )
    .await;
    let eleven = format!("status=active{}", rules(11));
    quirk(
        Quirk::RuleLimitConflict,
        &[("POST /firewall/321001", &eleven)],
        409,
        "FIREWALL_RULE_LIMIT_EXCEEDED",
    )
    .await;
    quirk(
        Quirk::InternalRules,
        &[("GET /firewall/321001", "")],
        200,
        r#""dst_port":"465""#,
    )
    .await;
    quirk(
        Quirk::InternalRules,
        &[("POST /firewall/321001", "status=disabled")],
        409,
        "FIREWALL_CANNOT_BE_DISABLED",
    )
    .await;
    let one = format!("status=active{}", rules(1));
    quirk(
        Quirk::SplitRules,
        &[("POST /firewall/321001", &one)],
        202,
        r#""ip_version":"ipv6""#,
    )
    .await;
    let vswitch = [
        ("POST /vswitch", "name=a&vlan=4000"),
        ("POST /vswitch/4301/server", "server=321001"),
        ("GET /vswitch/4301", ""),
    ];
    quirk(Quirk::Processing, &vswitch, 200, r#""status":"processing""#).await;
    quirk(
        Quirk::DeprecatedArch,
        &[("GET /boot/321001/linux", "")],
        200,
        r#""@deprecated arch":[64,32]"#,
    )
    .await;
    quirk(
        Quirk::KeyTimeWithZone,
        &[("GET /key", "")],
        200,
        r#""created_at":"2026-05-04T12:00:00+01:00""#,
    )
    .await;
    quirk(
        Quirk::CancellationDash,
        &[("GET /ip/192.0.2.12/cancellation", "")],
        200,
        r#""cancellation-date":null"#,
    )
    .await;
    quirk(
        Quirk::Reservation,
        &[("GET /server/321001/cancellation", "")],
        200,
        r#""reservation":false"#,
    )
    .await;
    quirk(Quirk::NullPtr, &[("GET /rdns", "")], 200, r#""ptr":null"#).await;
    quirk(Quirk::Maintenance, &[("GET /server", "")], 503, "<html>").await;

    let robot = Robot::with(Quirk::LockoutForbidden);
    for _ in 0..3 {
        robot
            .with_login("a", "b")
            .get("/server")
            .await
            .denied(401, "UNAUTHORIZED");
    }
    robot.get("/server").await.denied(403, "FORBIDDEN");
    tried.push(Quirk::LockoutForbidden);
    // Servers that are added are the other status of the documentation.
    let robot = Robot::with(Quirk::DocumentedStatuses);
    robot
        .call("POST /vswitch", "name=a&vlan=4000")
        .await
        .ok(201);
    robot
        .call("POST /vswitch/4301/server", "server=321001")
        .await
        .ok_empty(200);
    for known in Quirk::ALL {
        assert!(tried.contains(known), "{known} was not tried");
        assert_eq!(known.name().parse(), Ok(*known));
    }
    let error = "odd".parse::<Quirk>().unwrap_err();
    assert!(
        error.starts_with(r#""odd" is not one of max-requests, "#),
        "{error}"
    );
}

#[tokio::test]
async fn what_it_holds_is_kept_in_the_middle_of_its_work() {
    let robot = Robot::new();
    for (request, form) in [
        ("POST /boot/321001/rescue", "os=linux"),
        ("PUT /ip/192.0.2.12/mac", ""),
        ("POST /failover/203.0.113.10", "active_server_ip=192.0.2.21"),
        (
            "POST /order/server/transaction",
            "product_id=EX44&location=FSN1&password=p",
        ),
        ("POST /firewall/321002", "status=active"),
        (
            "POST /firewall/template",
            "name=a&whitelist_hos=true&is_default=true",
        ),
        ("POST /vswitch", "name=a&vlan=4000"),
        ("POST /reset/321005", "type=man"),
        ("POST /server/321003/cancellation", "cancellation_date=now"),
        ("GET /server", ""),
    ] {
        let status = robot.call(request, form).await.status;
        assert!(status < 300, "{request}: {status}");
    }
    let wrong = robot.with_login("a", "b");
    wrong.get("/server").await.denied(401, "UNAUTHORIZED");
    wrong.get("/server").await.denied(401, "UNAUTHORIZED");
    let state = robot.sandbox.state().unwrap();

    let other = Robot::built(Sandbox::builder().seed(9));
    other.sandbox.load_state(&state).unwrap();
    let own = |state: &Value| state["services"]["hetzner-robot"].clone();
    assert_eq!(own(&other.sandbox.state().unwrap()), own(&state));
    for seconds in [0, 25, 25, 300, 900, 86_400] {
        robot.advance(seconds);
        other.advance(seconds);
        for path in [
            "/server",
            "/boot/321001",
            "/boot/321005/rescue",
            "/ip",
            "/subnet",
            "/failover",
            "/rdns",
            "/key",
            "/order/server/transaction",
            "/firewall/321002",
            "/firewall/template",
            "/vswitch",
            "/reset/321005",
        ] {
            let (one, two) = (robot.get(path).await, other.get(path).await);
            assert_eq!((one.status, one.text), (two.status, two.text), "{path}");
        }
    }
    robot.sandbox.reset();
    assert_eq!(
        own(&robot.sandbox.state().unwrap())["servers"]
            .as_object()
            .unwrap()
            .len(),
        5
    );

    let mut bad = state;
    bad["services"]["hetzner-robot"]["vswitches"]["4303"]["vlan"] = json!("many");
    let error = robot.sandbox.load_state(&bad).unwrap_err().to_string();
    assert!(
        error.starts_with("services.hetzner-robot.vswitches.4303.vlan: "),
        "{error}"
    );
}

#[tokio::test]
async fn work_takes_as_long_as_an_action_is_said_to_take() {
    let robot = Robot::built(Sandbox::builder().action_duration(Duration::ZERO));
    robot
        .call(
            "POST /order/server/transaction",
            "product_id=EX44&location=FSN1&password=p",
        )
        .await
        .ok(201);
    assert_eq!(robot.get("/server").await.json.as_array().unwrap().len(), 6);
    robot
        .call("POST /firewall/321001", "status=disabled")
        .await
        .ok(202);
    assert_eq!(
        robot.get("/firewall/321001").await.json["firewall"]["status"],
        "disabled"
    );
}

#[tokio::test]
async fn bodies_of_any_kind_do_no_harm() {
    let robot =
        Robot::built(Sandbox::builder().hetzner_robot(Settings::new().request_limits(false)));
    let long = "a[]=1&".repeat(100_000);
    let deep = format!("rules{}=1", "[input]".repeat(100_000));
    for body in [
        long.as_str(),
        &deep,
        "%%%=%ff%00",
        "[]=1",
        "=&=",
        "rules[]=1&rules[][]=2",
    ] {
        for request in [
            "POST /firewall/321001",
            "POST /vswitch",
            "POST /traffic",
            "POST /boot/321001/rescue",
        ] {
            assert_eq!(robot.call(request, body).await.status, 400, "{request}");
        }
    }
    for path in [
        "/server/%00",
        "/ip/%ff",
        "/server/99999999999999999999",
        "/rdns/::",
        "/key/",
    ] {
        let status = robot.get(path).await.status;
        assert!(status == 404 || path == "/key/", "{path}: {status}");
    }
}
