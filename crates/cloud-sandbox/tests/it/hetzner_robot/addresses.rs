//! Addresses and subnets: cancellations, MACs, failover, names and traffic.

use crate::common::robot::Robot;
use serde_json::{Value, json};

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
