//! What every operation answers.

use std::collections::BTreeSet;

use super::shapes::{expanded, misfit};
use crate::common::robot::Robot;
use cloud_sandbox::{Sandbox, hetzner_robot};
use serde_json::Value;

/// Every operation, in an order that makes sense: request, form, status, and the shape of the answer, none where it is
/// empty. `+` lets everything end that takes time; `#` stands for the last id.
const CALLS: &[(&str, &str, u16, &str)] = &[
    ("GET /server", "", 200, "[{server:{@listed}}]"),
    ("GET /server/321001", "", 200, "@server"),
    ("GET /server/321003", "", 200, "@server"),
    ("POST /server/321001", "server_name=web", 200, "@server"),
    ("GET /server/321002/cancellation", "", 200, "@cancellation"),
    (
        "POST /server/321002/cancellation",
        "cancellation_date=now&cancellation_reason=old",
        200,
        "@cancellation",
    ),
    ("GET /server/321002/cancellation", "", 200, "@cancellation"),
    ("DELETE /server/321002/cancellation", "", 200, ""),
    ("GET /reset", "", 200, "[{reset:{@identity type:[str]}}]"),
    (
        "GET /reset/321001",
        "",
        200,
        "{reset:{@identity type:[str] operating_status:str}}",
    ),
    (
        "POST /reset/321001",
        "type=hw",
        200,
        "{reset:{@identity type:str}}",
    ),
    ("GET /wol/321001", "", 200, "{wol:{@identity}}"),
    ("POST /wol/321001", "", 200, "{wol:{@identity}}"),
    (
        "GET /boot/321001",
        "",
        200,
        "{boot:{rescue:@rescue linux:@linux vnc:@vnc windows:@windows?}}",
    ),
    (
        "GET /boot/321005",
        "",
        200,
        "{boot:{rescue:@rescue linux:@linux vnc:@vnc windows:@windows}}",
    ),
    ("GET /boot/321001/rescue", "", 200, "{rescue:@rescue}"),
    (
        "POST /boot/321001/rescue",
        "os=linux&keyboard=de&arch=64",
        200,
        "{rescue:@rescue}",
    ),
    ("GET /boot/321001/rescue", "", 200, "{rescue:@rescue}"),
    (
        "POST /reset/321001",
        "type=sw",
        200,
        "{reset:{@identity type:str}}",
    ),
    ("GET /boot/321001/rescue/last", "", 200, "{rescue:@rescue}"),
    ("DELETE /boot/321001/rescue", "", 200, "{rescue:@rescue}"),
    ("GET /boot/321001/linux", "", 200, "{linux:@linux}"),
    (
        "POST /boot/321001/linux",
        "dist=Debian+13+base&lang=en",
        200,
        "{linux:@linux}",
    ),
    ("DELETE /boot/321001/linux", "", 200, "{linux:@linux}"),
    (
        "POST /boot/321001/linux",
        "dist=Debian+13+base&lang=en",
        200,
        "{linux:@linux}",
    ),
    (
        "POST /reset/321001",
        "type=hw",
        200,
        "{reset:{@identity type:str}}",
    ),
    ("GET /boot/321001/linux/last", "", 200, "{linux:@linux}"),
    ("GET /boot/321001/vnc", "", 200, "{vnc:@vnc}"),
    (
        "POST /boot/321001/vnc",
        "dist=Fedora+42&lang=en_US",
        200,
        "{vnc:@vnc}",
    ),
    ("DELETE /boot/321001/vnc", "", 200, "{vnc:@vnc}"),
    ("GET /boot/321005/windows", "", 200, "{windows:@windows}"),
    (
        "POST /boot/321005/windows",
        "os=Windows+Server+2025+Standard+Edition&lang=en",
        200,
        "{windows:@windows}",
    ),
    ("DELETE /boot/321005/windows", "", 200, "{windows:@windows}"),
    (
        "GET /ip",
        "",
        200,
        "[{ip:{ip:str separate_mac:str? @warnings}}]",
    ),
    ("GET /ip/192.0.2.12", "", 200, "@ip"),
    (
        "POST /ip/192.0.2.12",
        "traffic_warnings=false&traffic_monthly=9",
        200,
        "@ip",
    ),
    ("PUT /ip/192.0.2.12/mac", "", 200, "@ipmac"),
    ("GET /ip/192.0.2.12/mac", "", 200, "@ipmac"),
    ("DELETE /ip/192.0.2.12/mac", "", 200, "@ipmac"),
    ("GET /ip/192.0.2.12/cancellation", "", 200, "@ipend"),
    (
        "POST /ip/192.0.2.12/cancellation",
        "cancellation_date=2026-06-30",
        200,
        "@ipend",
    ),
    ("DELETE /ip/192.0.2.12/cancellation", "", 200, "@ipend"),
    ("GET /subnet", "", 200, "[@subnet]"),
    ("GET /subnet/198.51.100.16", "", 200, "@subnet"),
    (
        "POST /subnet/2001:db8:10:1::",
        "traffic_hourly=100",
        200,
        "@subnet",
    ),
    ("GET /subnet/198.51.100.16/mac", "", 200, "@netmac"),
    ("PUT /subnet/198.51.100.16/mac", "mac=#", 200, "@netmac"),
    ("DELETE /subnet/198.51.100.16/mac", "", 200, "@netmac"),
    ("GET /subnet/198.51.100.16/cancellation", "", 200, "@netend"),
    (
        "POST /subnet/198.51.100.16/cancellation",
        "cancellation_date=now",
        200,
        "@netend",
    ),
    (
        "DELETE /subnet/198.51.100.16/cancellation",
        "",
        200,
        "@netend",
    ),
    ("GET /failover", "", 200, "[@failover]"),
    ("GET /failover/2001:db8:ff:1::", "", 200, "@failover"),
    (
        "POST /failover/203.0.113.10",
        "active_server_ip=192.0.2.21",
        200,
        "@failover",
    ),
    ("DELETE /failover/203.0.113.16", "", 200, "@failover"),
    ("GET /rdns", "", 200, "[@rdns]"),
    ("GET /rdns/192.0.2.11", "", 200, "@rdns"),
    (
        "PUT /rdns/2001:db8:10:1::2",
        "ptr=six.example.com",
        201,
        "@rdns",
    ),
    (
        "POST /rdns/2001:db8:10:1::3",
        "ptr=three.example.com",
        201,
        "@rdns",
    ),
    (
        "POST /rdns/2001:db8:10:1::3",
        "ptr=trois.example.com",
        200,
        "@rdns",
    ),
    ("DELETE /rdns/2001:db8:10:1::2", "", 200, ""),
    (
        "POST /traffic",
        "type=month&from=2026-04-01&to=2026-04-30&ip[]=192.0.2.11",
        200,
        "{traffic:{type:str from:str to:str data:map({in:num out:num sum:num})}}",
    ),
    (
        "POST /traffic",
        "type=year&from=2025-01&to=2025-12&subnet[]=2001:db8:10:1::&single_values=true",
        200,
        "{traffic:{type:str from:str to:str data:map(map({in:num out:num sum:num}))}}",
    ),
    ("GET /key", "", 200, "[@stored]"),
    (
        "POST /key",
        "name=mine&data=ssh-ed25519+AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4g+me",
        201,
        "@stored",
    ),
    ("GET /key/#", "", 200, "@stored"),
    ("POST /key/#", "name=ours", 200, "@stored"),
    ("DELETE /key/#", "", 200, ""),
    ("GET /order/server/product", "", 200, "[@product]"),
    ("GET /order/server/product/EX44", "", 200, "@product"),
    (
        "POST /order/server/transaction",
        "product_id=EX44&location=HEL1&password=secret&addon[]=primary_ipv4",
        201,
        "@bought",
    ),
    ("GET /order/server/transaction/#", "", 200, "@bought"),
    ("GET /order/server/transaction", "", 200, "[@bought]"),
    ("GET /order/server_market/product", "", 200, "[@market]"),
    (
        "GET /order/server_market/product/282324",
        "",
        200,
        "@market",
    ),
    (
        "POST /order/server_market/transaction",
        "product_id=282323&password=secret",
        201,
        "@auctioned",
    ),
    (
        "GET /order/server_market/transaction/#",
        "",
        200,
        "@auctioned",
    ),
    (
        "GET /order/server_market/transaction",
        "",
        200,
        "[@auctioned]",
    ),
    (
        "GET /order/server_addon/321001/product",
        "",
        200,
        "[{product:@offer}]",
    ),
    (
        "POST /order/server_addon/transaction",
        "server_number=321001&product_id=additional_ipv4&reason=SSL",
        201,
        "@added",
    ),
    ("GET /order/server_addon/transaction", "+", 200, "[@added]"),
    ("GET /order/server_addon/transaction/#", "", 200, "@added"),
    ("GET /order/server/transaction", "", 200, "[@bought]"),
    ("GET /order/currency", "", 200, "{currency:str}"),
    ("GET /firewall/321001", "", 200, "@firewall"),
    (
        "POST /firewall/321002",
        "status=active&whitelist_hos=true&rules[input][0][action]=accept&rules[output][0][action]=accept",
        202,
        "@firewall",
    ),
    ("GET /firewall/321002", "+", 200, "@firewall"),
    ("DELETE /firewall/321002", "", 202, "@firewall"),
    (
        "POST /firewall/template",
        "name=mine&whitelist_hos=true&is_default=false",
        201,
        "@template",
    ),
    (
        "GET /firewall/template",
        "",
        200,
        "[{firewall_template:{@flags}}]",
    ),
    ("GET /firewall/template/#", "", 200, "@template"),
    (
        "POST /firewall/template/#",
        "name=ours&whitelist_hos=false&is_default=true&rules[input][0][action]=discard",
        200,
        "@template",
    ),
    ("DELETE /firewall/template/#", "", 200, ""),
    ("GET /vswitch", "", 200, "[{@vlan}]"),
    ("POST /vswitch", "name=inner&vlan=4000", 201, "@vswitch"),
    (
        "POST /vswitch/#/server",
        "server[]=321001&server[]=192.0.2.21",
        201,
        "",
    ),
    ("GET /vswitch/#", "", 200, "@vswitch"),
    ("GET /vswitch", "+", 200, "[{@vlan}]"),
    ("POST /vswitch/#", "name=outer&vlan=4001", 200, ""),
    ("GET /vswitch/#", "+", 200, "@vswitch"),
    ("DELETE /vswitch/#/server", "server[]=321001", 200, ""),
    ("DELETE /vswitch/#", "cancellation_date=now", 200, ""),
];

/// What the next requests name: the id of what an answer is about.
fn id_of(answer: &Value) -> Option<String> {
    let object = answer.as_object()?;
    let inner = object
        .values()
        .next()
        .filter(|_| object.len() == 1)
        .unwrap_or(answer);
    let id = ["id", "fingerprint", "mac"]
        .iter()
        .find_map(|key| inner.get(key))?;
    Some(id.as_str().map_or_else(|| id.to_string(), str::to_owned))
}

#[tokio::test]
async fn every_operation_answers_in_the_documented_shape_and_with_the_status_that_was_seen() {
    let robot = Robot::built(Sandbox::builder().seed(1));
    let mut last = String::new();
    let mut faults = Vec::new();
    for (request, form, status, shape) in CALLS {
        if *form == "+" {
            robot.advance(7200);
        }
        let request = request.replace('#', &last);
        let form = form.trim_start_matches('+').replace('#', &last);
        let reply = robot.call(&request, &form).await;
        if reply.status != *status {
            faults.push(format!("{request}: {} {}", reply.status, reply.text));
            continue;
        }
        if shape.is_empty() {
            if !reply.text.is_empty() {
                faults.push(format!("{request}: {} is not empty", reply.text));
            }
            continue;
        }
        assert_eq!(
            reply.header("content-type"),
            "application/json; charset=utf-8"
        );
        if let Some(why) = misfit(&reply.json, &expanded(shape)) {
            faults.push(format!("{request}: {why}"));
        }
        last = id_of(&reply.json).unwrap_or(last);
    }
    assert!(faults.is_empty(), "{faults:#?}");

    let journal = robot.sandbox.journal();
    let untried: Vec<_> = hetzner_robot::operations()
        .filter(|operation| journal.count(operation.id) == 0)
        .collect();
    assert!(untried.is_empty(), "{untried:?}");
}

#[tokio::test]
async fn there_are_the_89_documented_operations() {
    let operations: Vec<_> = hetzner_robot::operations().collect();
    let ids: BTreeSet<_> = operations.iter().map(|operation| operation.id).collect();
    assert_eq!((operations.len(), ids.len()), (89, 89));
    let robot = Robot::new();
    robot.get("/storagebox").await.denied(404, "NOT_FOUND");
    robot
        .call("PUT /server", "")
        .await
        .denied(405, "METHOD_NOT_ALLOWED");
    robot.get("/order/server_market/product/").await.ok(200);
}
