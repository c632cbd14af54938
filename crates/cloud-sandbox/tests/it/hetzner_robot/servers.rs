//! Servers, what they boot, and the keys they are reached by.

use super::{KEY, RESCUE, two_keys};
use crate::common::robot::Robot;
use serde_json::{Value, json};

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
