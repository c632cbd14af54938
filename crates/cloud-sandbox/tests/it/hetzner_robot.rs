//! The Hetzner Robot web service without sockets: what it holds, and how that changes.

use std::time::Duration;

use crate::common::robot::Robot;
use cloud_sandbox::hetzner_robot::{PASSWORD, Settings, USER};
use cloud_sandbox::{Fault, Sandbox};
use serde_json::{Value, json};

mod addresses;
mod firewalls;
mod orders;
mod quirks;
mod servers;
mod vswitches;

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

fn rules(count: usize) -> String {
    let rule = |n: usize| format!("&rules[output][{n}][action]=accept");
    (0..count).map(rule).collect()
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
