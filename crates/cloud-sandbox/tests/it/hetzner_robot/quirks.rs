//! What the real service does in some places or at some times.

use super::rules;
use crate::common::robot::Robot;
use cloud_sandbox::hetzner_robot::Quirk;

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
