//! Bad input, by the names of its fields.

use crate::common::robot::Robot;

/// Request, form, what is missing, what is wrong.
const BAD_INPUT: &[(&str, &str, &str, &str)] = &[
    ("POST /server/321001", "", "server_name", ""),
    ("POST /server/321001", "server_name=", "server_name", ""),
    ("POST /server/321001", "server_name[]=a", "", "server_name"),
    (
        "POST /server/321001/cancellation",
        "",
        "cancellation_date reserve_location",
        "",
    ),
    (
        "POST /server/321001/cancellation",
        "cancellation_date=2026-05-17&reserve_location=false",
        "",
        "cancellation_date",
    ),
    (
        "POST /server/321001/cancellation",
        "cancellation_date=2026-13-01&reserve_location=maybe",
        "",
        "reserve_location cancellation_date",
    ),
    (
        "POST /server/321002/cancellation",
        "cancellation_date=2026-06-01T00:00:00",
        "",
        "cancellation_date",
    ),
    ("POST /reset/321001", "", "type", ""),
    ("POST /reset/321005", "type=sw", "", "type"),
    ("POST /boot/321001/rescue", "", "os", ""),
    (
        "POST /boot/321001/rescue",
        "os=freebsd&arch=16&keyboard=D%C3%9C",
        "",
        "os arch keyboard",
    ),
    (
        "POST /boot/321001/rescue",
        "os=linux&authorized_key[]=00:11",
        "",
        "authorized_key",
    ),
    ("POST /boot/321001/linux", "dist=Debian", "lang", "dist"),
    ("POST /boot/321001/vnc", "lang=xx", "dist", "lang"),
    ("POST /boot/321005/windows", "", "os lang", ""),
    (
        "POST /ip/192.0.2.12",
        "traffic_warnings=yes&traffic_hourly=-1&traffic_daily=1.5",
        "",
        "traffic_warnings traffic_hourly traffic_daily",
    ),
    (
        "POST /ip/192.0.2.12/cancellation",
        "",
        "cancellation_date",
        "",
    ),
    (
        "POST /ip/192.0.2.12/cancellation",
        "cancellation_date=2026-05-03",
        "",
        "cancellation_date",
    ),
    ("PUT /subnet/198.51.100.16/mac", "", "mac", ""),
    (
        "PUT /subnet/198.51.100.16/mac",
        "mac=00:00:00:00:00:01",
        "",
        "mac",
    ),
    (
        "POST /subnet/198.51.100.16/cancellation",
        "cancellation_date=soon",
        "",
        "cancellation_date",
    ),
    ("POST /failover/203.0.113.10", "", "active_server_ip", ""),
    (
        "POST /failover/203.0.113.10",
        "active_server_ip=2001:db8:10:2::",
        "",
        "active_server_ip",
    ),
    ("PUT /rdns/198.51.100.17", "ptr=", "ptr", ""),
    ("PUT /rdns/198.51.100.17", "ptr=a..b", "", "ptr"),
    ("POST /rdns/198.51.100.17", "", "ptr", ""),
    ("POST /rdns/2001:db8:10:1::9", "ptr=", "", "ptr"),
    ("POST /traffic", "", "type from to ip", ""),
    (
        "POST /traffic",
        "type=week&from=2026-01&to=2026-02&ip=",
        "",
        "type",
    ),
    (
        "POST /traffic",
        "type=year&from=2026-01-01&to=2026&ip[]=192.0.2.11",
        "",
        "from to",
    ),
    (
        "POST /traffic",
        "type=day&from=2026-05-03T25&to=2026-05-03&ip[]=192.0.2.11",
        "",
        "from to",
    ),
    (
        "POST /traffic",
        "type=month&from=2026-04-02&to=2026-04-01&ip[]=192.0.2.11",
        "",
        "to",
    ),
    ("POST /key", "", "name data", ""),
    ("POST /key", "name=a&data=ssh-ed25519", "", "data"),
    (
        "POST /order/server/transaction",
        "",
        "product_id location authorized_key",
        "",
    ),
    (
        "POST /order/server/transaction",
        "product_id=EX1&location=ASH&authorized_key=1&password=2&dist=DOS&lang=la&addon[]=x",
        "",
        "product_id location authorized_key password dist lang addon",
    ),
    (
        "POST /order/server_market/transaction",
        "product_id=1&password=p",
        "",
        "product_id",
    ),
    (
        "POST /order/server_addon/transaction",
        "",
        "server_number product_id",
        "",
    ),
    (
        "POST /order/server_addon/transaction",
        "server_number=1&product_id=additional_ipv4&gateway=x",
        "reason",
        "server_number gateway",
    ),
    ("POST /firewall/321001", "", "status", ""),
    (
        "POST /firewall/321001",
        "status=on&filter_ipv6=x",
        "",
        "status filter_ipv6",
    ),
    ("POST /firewall/321001", "status=active&port=5", "", "port"),
    (
        "POST /firewall/321001",
        "template_id=1&whitelist_hos=true",
        "",
        "template_id",
    ),
    (
        "POST /firewall/321001",
        "status=active&rules[input][0][name]=a",
        "",
        "rules",
    ),
    (
        "POST /firewall/321001",
        "status=active&rules=all",
        "",
        "rules",
    ),
    (
        "POST /firewall/321001",
        "status=active&rules[inward][0][action]=accept",
        "",
        "rules",
    ),
    (
        "POST /firewall/template",
        "",
        "name whitelist_hos is_default",
        "",
    ),
    ("POST /vswitch", "", "name vlan", ""),
    ("POST /vswitch", "name=&vlan=", "name", "vlan"),
    ("POST /vswitch", "name=a&vlan=4092", "", "vlan"),
];

#[tokio::test]
async fn bad_input_is_refused_with_the_names_of_the_fields() {
    let robot = Robot::new();
    let words = |text: &str| {
        text.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    for (request, form, missing, invalid) in BAD_INPUT {
        let reply = robot.call(request, form).await;
        let named = reply.fields();
        assert_eq!(
            named,
            (words(missing), words(invalid)),
            "{request} {form}: {}",
            reply.text
        );
    }
    // Nothing of it has happened.
    let other = Robot::new();
    for path in [
        "/server",
        "/failover",
        "/rdns",
        "/key",
        "/vswitch",
        "/boot/321001",
        "/firewall/321001",
    ] {
        assert_eq!(
            robot.get(path).await.json,
            other.get(path).await.json,
            "{path}"
        );
    }
    let reply = robot.call("POST /vswitch", "vlan=4000").await;
    let text = r#"{"error":{"code":"INVALID_INPUT","invalid":null,"message":"invalid input","missing":["name"],"status":400}}"#;
    assert_eq!(reply.text, text);
    // As it was measured: not a word about what is missing.
    let reply = robot
        .call(
            "POST /firewall/321001",
            "status=active&rules[input][0][name]=a",
        )
        .await;
    let text = r#"{"error":{"code":"INVALID_INPUT","invalid":["rules"],"message":"invalid input","status":400}}"#;
    assert_eq!(reply.text, text);
}
