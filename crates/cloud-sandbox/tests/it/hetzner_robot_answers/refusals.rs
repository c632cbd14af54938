//! What cannot be done, by its code.

use crate::common::robot::Robot;

/// Request, form, status and code.
const REFUSALS: &[(&str, &str, u16, &str)] = &[
    ("GET /server/1", "", 404, "SERVER_NOT_FOUND"),
    ("GET /server/192.0.2.99", "", 404, "SERVER_NOT_FOUND"),
    ("GET /server/1/cancellation", "", 404, "SERVER_NOT_FOUND"),
    ("DELETE /server/321001/cancellation", "", 409, "CONFLICT"),
    (
        "POST /server/321002/cancellation",
        "cancellation_date=now&reserve_location=true",
        409,
        "SERVER_CANCELLATION_RESERVE_LOCATION_FALSE_ONLY",
    ),
    ("GET /reset/321004", "", 404, "RESET_NOT_AVAILABLE"),
    ("POST /reset/321004", "type=hw", 404, "RESET_NOT_AVAILABLE"),
    ("POST /reset/1", "type=hw", 404, "SERVER_NOT_FOUND"),
    ("GET /wol/321002", "", 404, "WOL_NOT_AVAILABLE"),
    ("POST /wol/321002", "", 404, "WOL_NOT_AVAILABLE"),
    ("GET /boot/321004", "", 404, "BOOT_NOT_AVAILABLE"),
    (
        "POST /boot/321004/rescue",
        "os=linux",
        404,
        "BOOT_NOT_AVAILABLE",
    ),
    (
        "GET /boot/321001/rescue/last",
        "",
        404,
        "BOOT_NOT_AVAILABLE",
    ),
    (
        "POST /boot/321001/windows",
        "os=Windows+Server+2025+Standard+Edition&lang=en",
        404,
        "WINDOWS_MISSING_ADDON",
    ),
    ("GET /ip/192.0.2.99", "", 404, "IP_NOT_FOUND"),
    ("GET /ip/nonsense", "", 404, "IP_NOT_FOUND"),
    ("GET /ip?server_ip=192.0.2.99", "", 404, "NOT_FOUND"),
    ("GET /ip/192.0.2.11/mac", "", 404, "MAC_NOT_AVAILABLE"),
    ("GET /ip/192.0.2.12/mac", "", 404, "MAC_NOT_FOUND"),
    ("DELETE /ip/192.0.2.12/mac", "", 409, "MAC_NOT_FOUND"),
    ("GET /ip/192.0.2.11/cancellation", "", 409, "CONFLICT"),
    ("DELETE /ip/192.0.2.12/cancellation", "", 409, "CONFLICT"),
    ("GET /subnet/198.51.100.17", "", 404, "SUBNET_NOT_FOUND"),
    ("GET /subnet/198.51.100.17/mac", "", 404, "SUBNET_NOT_FOUND"),
    ("GET /subnet/203.0.113.16/mac", "", 404, "MAC_NOT_AVAILABLE"),
    (
        "GET /subnet/198.51.100.17/cancellation",
        "",
        404,
        "IP_NOT_FOUND",
    ),
    ("GET /failover/192.0.2.11", "", 404, "NOT_FOUND"),
    (
        "POST /failover/203.0.113.10",
        "active_server_ip=192.0.2.99",
        404,
        "FAILOVER_NEW_SERVER_NOT_FOUND",
    ),
    (
        "POST /failover/203.0.113.10",
        "active_server_ip=192.0.2.11",
        409,
        "FAILOVER_ALREADY_ROUTED",
    ),
    ("GET /rdns/198.51.100.17", "", 404, "RDNS_NOT_FOUND"),
    ("GET /rdns/198.51.100.99", "", 404, "IP_NOT_FOUND"),
    (
        "PUT /rdns/192.0.2.11",
        "ptr=a.example",
        409,
        "RDNS_ALREADY_EXISTS",
    ),
    (
        "POST /traffic",
        "type=year&from=2025-01&to=2025-02&ip[]=192.0.2.99",
        404,
        "NOT_FOUND",
    ),
    ("GET /key/00:11", "", 404, "NOT_FOUND"),
    ("GET /order/server/product/EX1", "", 404, "NOT_FOUND"),
    ("GET /order/server/transaction", "", 404, "NOT_FOUND"),
    ("GET /order/server/transaction/B1", "", 404, "NOT_FOUND"),
    (
        "GET /order/server_market/product/EX44",
        "",
        404,
        "NOT_FOUND",
    ),
    (
        "POST /order/server/transaction",
        "product_id=DX182&location=FSN1&password=p",
        412,
        "PRECONDITION_FAILED",
    ),
    (
        "GET /order/server_addon/1/product",
        "",
        404,
        "SERVER_NOT_FOUND",
    ),
    (
        "POST /order/server_addon/transaction",
        "server_number=321004&product_id=additional_ipv4&reason=r",
        412,
        "PRECONDITION_FAILED",
    ),
    (
        "POST /order/server_addon/transaction",
        "server_number=321005&product_id=windows_server_2025",
        409,
        "CONFLICT",
    ),
    ("GET /firewall/321004", "", 404, "FIREWALL_NOT_AVAILABLE"),
    (
        "POST /firewall/321001",
        "status=active&port=kvm",
        404,
        "FIREWALL_PORT_NOT_FOUND",
    ),
    (
        "POST /firewall/321001",
        "template_id=1",
        404,
        "FIREWALL_TEMPLATE_NOT_FOUND",
    ),
    ("GET /firewall/template", "", 404, "NOT_FOUND"),
    ("GET /firewall/template/1", "", 404, "NOT_FOUND"),
    ("GET /vswitch/1", "", 404, "NOT_FOUND"),
    ("POST /vswitch/1/server", "server=321001", 404, "NOT_FOUND"),
];

#[tokio::test]
async fn what_cannot_be_done_is_refused_with_the_documented_code() {
    let robot = Robot::new();
    for (request, form, status, code) in REFUSALS {
        let reply = robot.call(request, form).await;
        assert_eq!(
            (reply.status, reply.json["error"]["code"].as_str()),
            (*status, Some(*code)),
            "{request} {form}: {}",
            reply.text
        );
        reply.denied(*status, code);
    }
}
