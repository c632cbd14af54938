//! Firewalls and their templates.

use super::rules;
use crate::common::robot::Robot;
use serde_json::json;

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
