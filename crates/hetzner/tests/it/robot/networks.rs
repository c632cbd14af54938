//! Addresses, subnets, failover, reverse DNS, traffic, vSwitches.

use std::net::IpAddr;
use std::time::Duration;

use cloud_core::test_util::Scripted;
use hetzner::robot::{
    AddressTraffic, ServerNumber, TrafficType, VSwitchServerStatus, VSwitchServersFailed,
};
use hetzner::{ErrorKind, ReverseDns};
use serde_json::{Value, json};

use super::{once, refusal, scripted, sent, unsent};

fn ip() -> Value {
    json!({"ip": {
        "ip": "123.123.123.123", "gateway": "123.123.123.97", "mask": 27, "broadcast": "123.123.123.127",
        "server_ip": "123.123.123.123", "server_number": 321, "locked": false, "separate_mac": null,
        "traffic_warnings": true, "traffic_hourly": 200, "traffic_daily": 2000, "traffic_monthly": 20,
    }})
}

fn cancellation(cancelled: bool) -> Value {
    json!({"cancellation": {
        "ip": "123.123.123.123", "mask": "27", "server_number": "321", "earliest_cancellation_date": "2026-12-01",
        "cancelled": cancelled, "cancellation_date": cancelled.then_some("2026-12-31"),
    }})
}

#[tokio::test(start_paused = true)]
async fn addresses_are_listed_and_watched() {
    let (line, all) = once(200, json!([ip(), ip()]), |api| api.ips().list().all()).await;
    assert_eq!((line.as_str(), all.unwrap().len()), ("GET /ip", 2));
    let (line, _) = once(200, json!([ip()]), |api| {
        api.ips().list().server_ip("123.123.123.123").all()
    })
    .await;
    assert_eq!(line, "GET /ip?server_ip=123.123.123.123");
    let address: IpAddr = "123.123.123.123".parse().unwrap();
    let (line, one) = once(200, ip(), |api| api.ips().get(address)).await;
    let one = one.unwrap();
    assert_eq!(line, "GET /ip/123.123.123.123");
    assert_eq!(
        (one.mask, one.gateway.as_deref()),
        (Some(27), Some("123.123.123.97"))
    );
    let (line, one) = once(200, ip(), |api| {
        api.ips()
            .update("123.123.123.123")
            .traffic_warnings(true)
            .traffic_hourly(200)
            .traffic_daily(2000)
            .traffic_monthly(20)
    })
    .await;
    assert_eq!(
        line,
        "POST /ip/123.123.123.123 traffic_warnings=true&traffic_hourly=200&traffic_daily=2000&traffic_monthly=20"
    );
    assert_eq!(one.unwrap().traffic_monthly, 20);
}

#[tokio::test(start_paused = true)]
async fn an_address_has_a_mac_address_and_an_end() {
    let mac = json!({"mac": {"ip": "123.123.123.123", "mac": "00:21:85:62:3e:9c"}});
    let (line, one) = once(200, &mac, |api| api.ips().mac("123.123.123.123")).await;
    assert_eq!(line, "GET /ip/123.123.123.123/mac");
    assert_eq!(one.unwrap().mac.as_deref(), Some("00:21:85:62:3e:9c"));
    let (line, one) = once(201, mac, |api| api.ips().generate_mac("123.123.123.123")).await;
    assert_eq!(line, "PUT /ip/123.123.123.123/mac");
    assert!(one.unwrap().mac.is_some());
    let gone = json!({"mac": {"ip": "123.123.123.123", "mac": null}});
    let (line, one) = once(200, gone, |api| api.ips().delete_mac("123.123.123.123")).await;
    assert_eq!(line, "DELETE /ip/123.123.123.123/mac");
    assert_eq!(one.unwrap().mac, None);
    // It is a 409 there, and means the same.
    let (_, none) = once(409, refusal(409, "MAC_NOT_FOUND"), |api| {
        api.ips().delete_mac("123.123.123.123").optional()
    })
    .await;
    assert_eq!(none.unwrap(), None);

    let (line, there) = once(200, cancellation(false), |api| {
        api.ips().cancellation("123.123.123.123")
    })
    .await;
    let there = there.unwrap();
    assert_eq!(line, "GET /ip/123.123.123.123/cancellation");
    assert_eq!(
        (there.server_number, there.cancelled),
        (ServerNumber(321), false)
    );
    let (line, done) = once(200, cancellation(true), |api| {
        api.ips().cancel("123.123.123.123", "2026-12-31")
    })
    .await;
    assert_eq!(
        line,
        "POST /ip/123.123.123.123/cancellation cancellation_date=2026-12-31"
    );
    assert_eq!(
        done.unwrap().cancellation_date.as_deref(),
        Some("2026-12-31")
    );
    let (line, there) = once(200, cancellation(false), |api| {
        api.ips().withdraw_cancellation("123.123.123.123")
    })
    .await;
    assert_eq!(line, "DELETE /ip/123.123.123.123/cancellation");
    assert!(!there.unwrap().cancelled);
}

#[tokio::test(start_paused = true)]
async fn what_is_no_address_is_named_and_not_sent() {
    let (api, wire) = scripted([]);
    for (result, text) in [
        (
            api.ips().get("123.123.123").await.map(drop),
            "ip: must be an IP address",
        ),
        (
            api.ips().mac("1.2.3.4/27").await.map(drop),
            "ip: must be an address without the length of its net",
        ),
        (
            api.rdns().get("../ip").await.map(drop),
            "ip: must be an IP address",
        ),
        (
            api.subnets().get("2a01:4f8:111:4221::/64").await.map(drop),
            "net-ip: must be an address without the length of its net",
        ),
        (
            api.failovers().unroute("x").await.map(drop),
            "failover-ip: must be an IP address",
        ),
        (
            api.failovers().route("1.2.3.4", "web").await.map(drop),
            "active_server_ip: must be an IP address",
        ),
        (
            api.ips().cancel("1.2.3.4", "tomorrow").await.map(drop),
            "cancellation_date: must be `now` or a date such as 2026-12-31",
        ),
    ] {
        assert_eq!(unsent(&wire, result), text);
    }
    // Who knows better says so.
    let (line, _) = once(200, ip(), |api| {
        api.ips()
            .get("main/ü")
            .options(hetzner::CallOptions::unchecked)
    })
    .await;
    assert_eq!(line, "GET /ip/main%2F%C3%BC");
}

fn subnet() -> Value {
    json!({"subnet": {
        "ip": "2a01:4f8:111:4221::", "mask": 64, "gateway": "fe80::1", "server_ip": null, "server_number": null,
        "failover": false, "locked": false, "traffic_warnings": false, "traffic_hourly": 100, "traffic_daily": 500,
        "traffic_monthly": 2,
    }})
}

#[tokio::test(start_paused = true)]
async fn subnets_are_listed_and_watched() {
    let net = "2a01:4f8:111:4221::";
    let path = "/subnet/2a01%3A4f8%3A111%3A4221%3A%3A";
    let (line, all) = once(200, json!([subnet()]), |api| {
        api.subnets().list().server_ip("1.2.3.4").all()
    })
    .await;
    assert_eq!(
        (line.as_str(), all.unwrap()[0].mask),
        ("GET /subnet?server_ip=1.2.3.4", 64)
    );
    let (line, one) = once(200, subnet(), |api| api.subnets().get(net)).await;
    assert_eq!(
        (line, one.unwrap().server_number),
        (format!("GET {path}"), None)
    );
    let (line, _) = once(200, subnet(), |api| {
        api.subnets().update(net).traffic_warnings(false)
    })
    .await;
    assert_eq!(line, format!("POST {path} traffic_warnings=false"));

    let mac = json!({"mac": {"ip": net, "mask": "64", "mac": "00:21:85:62:3e:9c", "possible_mac": {
        "123.123.123.123": "00:21:85:62:3e:9c", "123.123.123.124": "00:21:85:62:3e:9d",
    }}});
    let (line, one) = once(200, &mac, |api| api.subnets().mac(net)).await;
    let one = one.unwrap();
    assert_eq!((line, one.mask), (format!("GET {path}/mac"), 64));
    assert_eq!(one.possible_mac["123.123.123.124"], "00:21:85:62:3e:9d");
    let (line, _) = once(200, mac, |api| {
        api.subnets().set_mac(net, "00:21:85:62:3e:9d")
    })
    .await;
    assert_eq!(
        line,
        format!("PUT {path}/mac mac=00%3A21%3A85%3A62%3A3e%3A9d")
    );
    let empty = json!({"mac": {"ip": net, "mask": 64, "mac": null, "possible_mac": []}});
    let (line, one) = once(200, empty, |api| api.subnets().reset_mac(net)).await;
    assert_eq!(
        (line, one.unwrap().possible_mac.len()),
        (format!("DELETE {path}/mac"), 0)
    );

    let (line, there) = once(200, cancellation(false), |api| {
        api.subnets().cancellation(net)
    })
    .await;
    assert_eq!(
        (line, there.unwrap().mask),
        (format!("GET {path}/cancellation"), 27)
    );
    let (line, done) = once(200, cancellation(true), |api| {
        api.subnets().cancel(net, "now")
    })
    .await;
    assert_eq!(
        line,
        format!("POST {path}/cancellation cancellation_date=now")
    );
    assert!(done.unwrap().cancelled);
    let (line, _) = once(200, cancellation(false), |api| {
        api.subnets().withdraw_cancellation(net)
    })
    .await;
    assert_eq!(line, format!("DELETE {path}/cancellation"));
}

fn failover(ip: &str, active: Option<&str>) -> Value {
    json!({"failover": {
        "ip": ip, "netmask": "255.255.255.255", "server_ip": "78.46.1.93", "server_ipv6_net": "2a01:4f8:d0a:2003::",
        "server_number": 321, "active_server_ip": active,
    }})
}

#[tokio::test(start_paused = true)]
async fn failover_addresses_are_routed_and_followed() {
    let at = |active: &str| failover("123.123.123.123", Some(active));
    let (line, all) = once(200, json!([at("78.46.1.93")]), |api| {
        api.failovers().list().all()
    })
    .await;
    assert_eq!(
        (line.as_str(), all.unwrap()[0].server_number),
        ("GET /failover", ServerNumber(321))
    );
    let (line, one) = once(200, at("78.46.1.93"), |api| {
        api.failovers().get("123.123.123.123")
    })
    .await;
    assert_eq!(line, "GET /failover/123.123.123.123");
    assert!(one.unwrap().is_routed_to("78.46.1.93"));

    let answers = ["78.46.1.93", "78.46.1.93", "85.10.1.1"]
        .map(|active| Scripted::json(200, at(active).to_string()));
    let (api, wire) = scripted(answers);
    let routed = api
        .failovers()
        .route("123.123.123.123", "85.10.1.1")
        .await
        .unwrap();
    let there = routed.wait().await.unwrap();
    assert_eq!(there.active_server_ip.as_deref(), Some("85.10.1.1"));
    let look = "GET /failover/123.123.123.123";
    assert_eq!(
        sent(&wire),
        [
            "POST /failover/123.123.123.123 active_server_ip=85.10.1.1",
            look,
            look
        ]
    );

    let (line, off) = once(200, failover("123.123.123.123", None), |api| {
        api.failovers().unroute("123.123.123.123")
    })
    .await;
    assert_eq!(line, "DELETE /failover/123.123.123.123");
    // It is off already, so nothing is looked at.
    assert_eq!(off.unwrap().wait().await.unwrap().active_server_ip, None);
}

#[tokio::test(start_paused = true)]
async fn a_switch_may_take_minutes() {
    let slow = Scripted::json(200, failover("1.2.3.4", Some("5.6.7.8")).to_string());
    let (api, _) = scripted([slow.after(Duration::from_secs(170))]);
    api.failovers().route("1.2.3.4", "5.6.7.8").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_switch_looks_before_it_routes() {
    let server = json!({"server": {
        "server_number": 421, "server_ip": "85.10.1.1", "server_ipv6_net": "2a01:4f8:fff1::",
    }});
    let server = || Scripted::json(200, server.to_string());
    let at = |ip: &str, active: &str| Scripted::json(200, failover(ip, Some(active)).to_string());

    let (api, wire) = scripted([at("1.2.3.4", "85.10.1.1"), server()]);
    let there = api.failovers().switch("1.2.3.4", 421).await.unwrap();
    assert!(!there.was_created());
    there.wait().await.unwrap();
    assert_eq!(sent(&wire), ["GET /failover/1.2.3.4", "GET /server/421"]);

    let (api, wire) = scripted([
        at("1.2.3.4", "78.46.1.93"),
        server(),
        at("1.2.3.4", "85.10.1.1"),
    ]);
    let switched = api.failovers().switch("1.2.3.4", 421).await.unwrap();
    assert!(switched.was_created());
    assert_eq!(
        sent(&wire)[2],
        "POST /failover/1.2.3.4 active_server_ip=85.10.1.1"
    );

    // A net of IPv6 goes to the main net, however it is spelt.
    let net = "2a01:4f8:fff0::";
    let (api, _) = scripted([at(net, "2a01:4f8:fff1:0::"), server()]);
    assert!(
        !api.failovers()
            .switch(net, 421)
            .await
            .unwrap()
            .was_created()
    );

    let answers = [
        at("1.2.3.4", "78.46.1.93"),
        server(),
        Scripted::json(409, refusal(409, "FAILOVER_ALREADY_ROUTED")),
    ];
    let (api, wire) = scripted(answers.into_iter().chain([at("1.2.3.4", "85.10.1.1")]));
    assert!(
        !api.failovers()
            .switch("1.2.3.4", 421)
            .await
            .unwrap()
            .was_created()
    );
    assert_eq!(wire.seen().len(), 4);

    let bare = Scripted::json(
        200,
        json!({"server": {"server_number": 421, "server_ip": null}}).to_string(),
    );
    let (api, _) = scripted([at("1.2.3.4", "78.46.1.93"), bare]);
    let error = api.failovers().switch("1.2.3.4", 421).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
    assert_eq!(
        error.message(),
        "active_server_ip: server 421 has no main address of this kind"
    );
}

#[tokio::test(start_paused = true)]
async fn a_locked_address_is_waited_for_when_the_caller_says_so() {
    let locked = || Scripted::json(409, refusal(409, "FAILOVER_LOCKED"));
    let there = Scripted::json(200, failover("1.2.3.4", Some("5.6.7.8")).to_string());
    let (api, wire) = scripted([locked(), locked(), there]);
    let minute = Duration::from_secs(60);
    let route = api.failovers().route("1.2.3.4", "5.6.7.8");
    route
        .options(|o| o.wait_while_locked(minute))
        .await
        .unwrap();
    assert_eq!(wire.seen().len(), 3);
    let (_, refused) = once(409, refusal(409, "FAILOVER_LOCKED"), |api| {
        api.failovers().route("1.2.3.4", "5.6.7.8")
    })
    .await;
    assert!(refused.unwrap_err().is_conflict());
}

#[tokio::test(start_paused = true)]
async fn addresses_have_names() {
    let entry = json!({"rdns": {"ip": "123.123.123.123", "ptr": "web.example"}});
    let (line, all) = once(200, json!([entry]), |api| {
        api.rdns().list().server_ip("1.2.3.4").all()
    })
    .await;
    assert_eq!(line, "GET /rdns?server_ip=1.2.3.4");
    assert_eq!(all.unwrap()[0].ptr.as_deref(), Some("web.example"));
    let (line, one) = once(200, &entry, |api| api.rdns().get("123.123.123.123")).await;
    assert_eq!(
        (line.as_str(), one.unwrap().ptr.unwrap()),
        ("GET /rdns/123.123.123.123", "web.example".into())
    );
    let (line, _) = once(201, &entry, |api| {
        api.rdns().create("123.123.123.123", "web.example")
    })
    .await;
    assert_eq!(line, "PUT /rdns/123.123.123.123 ptr=web.example");
    let (line, _) = once(200, entry, |api| api.rdns().set("2a01:4f8::1", "")).await;
    assert_eq!(line, "POST /rdns/2a01%3A4f8%3A%3A1 ptr=");
    let (line, gone) = once(200, "", |api| api.rdns().delete("123.123.123.123")).await;
    gone.unwrap();
    assert_eq!(line, "DELETE /rdns/123.123.123.123");
    let (_, none) = once(404, refusal(404, "RDNS_NOT_FOUND"), |api| {
        api.rdns().get("1.2.3.4").optional()
    })
    .await;
    assert_eq!(none.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn names_are_changed_by_the_interface_that_the_cloud_has() {
    let ip: IpAddr = "2a01:4f8::1".parse().unwrap();
    let written = json!({"rdns": {"ip": "2a01:04f8::0001", "ptr": "web.example"}});
    let (_, entry) = once(200, &written, |api| api.rdns().get(ip)).await;
    let entry = entry.unwrap();
    let entry: &dyn ReverseDns<hetzner::robot::Client> = &entry;
    assert_eq!(entry.dns_ptr_of(ip).as_deref(), Some("web.example"));
    assert_eq!(entry.dns_ptrs().len(), 1);
    let (line, done) = once(200, written, |api| {
        entry.change_dns_ptr(api, ip, Some("www.example"))
    })
    .await;
    done.unwrap();
    assert_eq!(line, "POST /rdns/2a01%3A4f8%3A%3A1 ptr=www.example");
    let (line, done) = once(200, "", |api| entry.change_dns_ptr(api, ip, None)).await;
    done.unwrap();
    assert_eq!(line, "DELETE /rdns/2a01%3A4f8%3A%3A1");
    // Another address of the account would be changed as well.
    let (api, wire) = scripted([]);
    let other = "1.2.3.4".parse().unwrap();
    let refused = entry.change_dns_ptr(&api, other, Some("a")).await;
    assert_eq!(
        refused.unwrap_err().to_string(),
        "wrong argument: ip: is not the address of this entry"
    );
    assert!(wire.seen().is_empty());
    // Lists leave names out now and then.
    let (_, nameless) = once(
        200,
        json!({"rdns": {"ip": "1.2.3.4", "ptr": null}}),
        |api| api.rdns().get("1.2.3.4"),
    )
    .await;
    assert!(nameless.unwrap().dns_ptrs().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_create_is_not_repeated_and_a_set_is() {
    let broken = || Scripted::Failure(cloud_core::transport::TransportErrorKind::Interrupted);
    let entry = || Scripted::json(200, r#"{"rdns":{"ip":"1.2.3.4","ptr":"a"}}"#);
    let (api, wire) = scripted([broken(), entry()]);
    let error = api.rdns().create("1.2.3.4", "a").await.unwrap_err();
    assert!(error.may_have_happened());
    assert_eq!(wire.seen().len(), 1);
    let (api, wire) = scripted([broken(), entry()]);
    api.rdns().set("1.2.3.4", "a").await.unwrap();
    assert_eq!(wire.seen().len(), 2);
    let (api, wire) = scripted([broken(), Scripted::json(200, r#"{"mac":{}}"#)]);
    api.ips().generate_mac("1.2.3.4").await.unwrap_err();
    assert_eq!(wire.seen().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn traffic_is_told_in_one_or_by_intervals() {
    let total = json!({"traffic": {"type": "month", "from": "2026-09-01", "to": "2026-09-30", "data": {
        "123.123.123.123": {"in": 0.2874, "out": 1, "sum": "1.2874"},
    }}});
    let (line, report) = once(200, total, |api| {
        api.traffic()
            .query(TrafficType::Month, "2026-09-01", "2026-09-30")
            .ips(["123.123.123.123", "1.2.3.4"])
            .subnets(["2a01:4f8:111:4221::"])
    })
    .await;
    assert_eq!(
        line,
        "POST /traffic type=month&from=2026-09-01&to=2026-09-30&ip[]=123.123.123.123&ip[]=1.2.3.4\
         &subnet[]=2a01%3A4f8%3A111%3A4221%3A%3A"
    );
    let report = report.unwrap();
    let one = &report.data["123.123.123.123"];
    assert!(matches!(one, AddressTraffic::Total(_)));
    assert!((one.total().sum - 1.2874).abs() < 1e-9);
    assert_eq!(
        serde_json::to_value(one).unwrap(),
        json!({"in": 0.2874, "out": 1.0, "sum": 1.2874})
    );

    let single = json!({"traffic": {"type": "year", "from": "2026-01", "to": "2026-02", "data": {
        "1.2.3.4": {"01": {"in": 1, "out": 2, "sum": 3}, "02": {"in": 1.5, "out": null, "sum": 1.5}},
    }}});
    let (line, report) = once(200, single, |api| {
        api.traffic()
            .query(TrafficType::Year, "2026-01", "2026-02")
            .ips(["1.2.3.4"])
            .single_values(true)
    })
    .await;
    assert_eq!(
        line,
        "POST /traffic type=year&from=2026-01&to=2026-02&single_values=true&ip[]=1.2.3.4"
    );
    let report = report.unwrap();
    let one = &report.data["1.2.3.4"];
    assert!(matches!(one, AddressTraffic::Intervals(all) if all.len() == 2));
    assert_eq!(
        serde_json::to_value(one).unwrap(),
        json!({
            "01": {"in": 1.0, "out": 2.0, "sum": 3.0}, "02": {"in": 1.5, "out": 0.0, "sum": 1.5},
        })
    );
    let total = serde_json::to_value(one.total()).unwrap();
    assert_eq!(total, json!({"in": 2.5, "out": 2.0, "sum": 4.5}));

    let none = json!({"traffic": {"type": "day", "from": "2026-09-01T00", "to": "2026-09-01T24", "data": []}});
    let (_, report) = once(200, none, |api| {
        api.traffic()
            .query(TrafficType::Day, "2026-09-01T00", "2026-09-01T24")
            .ips(["1.2.3.4"])
    })
    .await;
    assert!(report.unwrap().data.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_report_that_cannot_be_is_not_asked_for() {
    let (api, wire) = scripted([]);
    let query = |kind, from: &str| api.traffic().query(kind, from, "2026-09").ips(["1.2.3.4"]);
    for (result, text) in [
        (
            query(TrafficType::Month, "2026-09").await,
            "from: must be written yyyy-mm-dd for the type month",
        ),
        (
            query(TrafficType::Day, "2026-09-01 00").await,
            "from: must be written yyyy-mm-ddThh for the type day",
        ),
        (
            query(TrafficType::Year, "2026-09")
                .ips(["1.2.3.0/24"])
                .await,
            "ip: must be an address without the length of its net",
        ),
        (
            api.traffic()
                .query(TrafficType::Year, "2026-09", "2026-09")
                .await,
            "ip: must name an address, or `subnet` a net",
        ),
    ] {
        assert_eq!(unsent(&wire, result), text);
    }
}

fn vswitch(servers: &[(i64, &str)]) -> Value {
    let servers = servers
        .iter()
        .map(|(number, status)| json!({"server_number": number, "status": status}));
    json!({
        "id": 4321, "name": "private", "vlan": 4000, "cancelled": false, "server": servers.collect::<Vec<_>>(),
        "subnet": [{"ip": "213.239.252.48", "mask": 29, "gateway": "213.239.252.49"}],
        "cloud_network": [{"id": 123, "ip": "10.0.2.0", "mask": 24, "gateway": "10.0.2.1"}],
    })
}

#[tokio::test(start_paused = true)]
async fn vswitches_are_made_changed_and_cancelled() {
    let short = json!([
        {"id": 1, "name": "private", "vlan": 4000, "cancelled": true},
        {"id": 2, "name": "private", "vlan": 4001, "cancelled": false},
        {"id": 3, "name": "private", "vlan": 4000, "cancelled": false},
    ]);
    let (line, all) = once(200, &short, |api| api.vswitches().list().all()).await;
    assert_eq!((line.as_str(), all.unwrap().len()), ("GET /vswitch", 3));
    let (_, found) = once(200, short, |api| api.vswitches().find("private", 4000)).await;
    assert_eq!(found.unwrap().unwrap().id.0, 3);

    let (line, made) = once(201, vswitch(&[]), |api| {
        api.vswitches().create("private", 4000)
    })
    .await;
    assert_eq!(
        (line.as_str(), made.unwrap().vlan),
        ("POST /vswitch name=private&vlan=4000", 4000)
    );
    let (line, one) = once(200, vswitch(&[(321, "ready")]), |api| {
        api.vswitches().get(4321)
    })
    .await;
    let one = one.unwrap();
    assert_eq!(line, "GET /vswitch/4321");
    assert_eq!(one.servers[0].status, VSwitchServerStatus::Ready);
    assert_eq!((one.subnets[0].mask, one.cloud_networks[0].id.0), (29, 123));

    let (line, done) = once(201, "", |api| {
        api.vswitches().update(4321).name("new").vlan(4091)
    })
    .await;
    done.unwrap();
    assert_eq!(line, "POST /vswitch/4321 name=new&vlan=4091");
    let (line, done) = once(200, "", |api| api.vswitches().cancel(4321, "now")).await;
    done.unwrap();
    assert_eq!(line, "DELETE /vswitch/4321 cancellation_date=now");

    let (api, wire) = scripted([]);
    let vswitches = api.vswitches();
    for (result, text) in [
        (
            vswitches.create("x", 3999).await.map(drop),
            "vlan: must be from 4000 to 4091",
        ),
        (
            vswitches.update(1).vlan(4092).await,
            "vlan: must be from 4000 to 4091",
        ),
        (vswitches.update(1).await, "name: must be given, or `vlan`"),
        (
            vswitches.add_servers(1, [0; 0]).await.map(drop),
            "server: must name a server",
        ),
        (
            vswitches.cancel(1, "26-12-31").await,
            "cancellation_date: must be `now` or a date such as 2026-12-31",
        ),
    ] {
        assert_eq!(unsent(&wire, result), text);
    }
}

#[tokio::test(start_paused = true)]
async fn servers_join_and_leave_a_vswitch() {
    let look = |servers: &[(i64, &str)]| Scripted::json(200, vswitch(servers).to_string());
    let (api, wire) = scripted([
        Scripted::json(201, ""),
        look(&[(321, "ready"), (421, "in process")]),
        look(&[(321, "ready"), (421, "processing")]),
        look(&[(321, "ready"), (421, "ready")]),
    ]);
    let joined = api
        .vswitches()
        .add_servers(4321, ["321", "1.2.3.4"])
        .await
        .unwrap();
    let mut work = joined.wait();
    let progress = work.progress().await.unwrap().unwrap();
    assert_eq!((progress.percent, &*progress.state), (50, "in process"));
    assert_eq!(work.await.unwrap().servers.len(), 2);
    let get = "GET /vswitch/4321";
    assert_eq!(
        sent(&wire),
        [
            "POST /vswitch/4321/server server[]=321&server[]=1.2.3.4",
            get,
            get,
            get
        ]
    );

    let (api, wire) = scripted([Scripted::json(200, ""), look(&[(321, "ready")])]);
    let left = api
        .vswitches()
        .remove_servers(4321, [ServerNumber(421)])
        .await
        .unwrap();
    assert_eq!(left.wait().await.unwrap().servers.len(), 1);
    assert_eq!(sent(&wire)[0], "DELETE /vswitch/4321/server server[]=421");

    let (api, _) = scripted([
        Scripted::json(201, ""),
        look(&[(321, "failed"), (421, "ready")]),
    ]);
    let joined = api.vswitches().add_servers(4321, [321]).await.unwrap();
    let error = joined.wait().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WorkFailed);
    assert_eq!(
        error.message(),
        "vSwitch 4321: the service could not connect server 321"
    );
    let failed = error.api::<VSwitchServersFailed>().unwrap();
    assert_eq!(
        failed.vswitch.servers[0].status,
        VSwitchServerStatus::Failed
    );
}
