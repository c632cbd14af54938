//! Every answer is read whole, and as tolerantly as all answers: what is absent, null or new stops nothing.

use hetzner::robot::boot::{Linux, Rescue, Vnc, Windows};
use hetzner::robot::orders::{
    AddonTransaction, MarketProduct, MarketTransaction, StandardProduct, StandardTransaction,
};
use hetzner::robot::{
    Choice, ExecutedReset, Failover, Firewall, FirewallTemplate, Ip, IpCancellation, IpMac, Rdns,
    Reset, Server, ServerCancellation, SshKey, Subnet, SubnetCancellation, VSwitch, WakeOnLan,
};
use serde_json::{Value, json};

use crate::common::check;

fn with(base: &Value, more: Value) -> Value {
    let mut all = base.clone();
    let Value::Object(more) = more else { panic!() };
    all.as_object_mut().unwrap().extend(more);
    all
}

#[test]
fn servers_and_what_they_do_are_read_whole() {
    let base = json!({"server_ip": "1.2.3.4", "server_ipv6_net": "2a01::", "server_number": 321});
    check::<Server>(&with(
        &base,
        json!({
            "server_name": "web", "product": "EX40", "dc": "FSN1-DC5", "traffic": "5 TB", "status": "ready", "cancelled": true,
            "paid_until": "2026-12-31", "ip": ["1.2.3.4"], "subnet": [{"ip": "2a01::", "mask": "64"}], "reset": true,
            "rescue": true, "vnc": true, "windows": true, "plesk": true, "cpanel": true, "wol": true, "hot_swap": true,
            "linked_storagebox": 7,
        }),
    ));
    check::<ServerCancellation>(&with(
        &base,
        json!({
            "server_name": "web", "earliest_cancellation_date": "2026-12-01", "cancelled": true, "reservation_possible": true,
            "reserved": true, "cancellation_date": "2026-12-31", "cancellation_reason": ["a", "b"],
        }),
    ));
    check::<Reset>(&with(
        &base,
        json!({"type": ["sw", "hw"], "operating_status": "running"}),
    ));
    check::<ExecutedReset>(&with(&base, json!({"type": "hw"})));
    check::<WakeOnLan>(&base);
    let key = |name: &str| json!({"key": {"name": name, "fingerprint": "15:28", "type": "RSA", "size": 2048}});
    let active = with(&base, json!({"active": true, "lang": "en"}));
    let keys = json!({"authorized_key": [key("a")], "host_key": [key("b")], "boot_time": "2026-11-20 10:00:00"});
    let without = |mut value: Value, key: &str| {
        value.as_object_mut().unwrap().remove(key);
        value
    };
    // A password is read and never written again.
    let secret = |value: &Value| with(value, json!({"password": null}));
    check::<Rescue>(&secret(&without(
        with(&with(&active, keys.clone()), json!({"os": ["linux"]})),
        "lang",
    )));
    check::<Linux>(&secret(&with(
        &with(&active, keys),
        json!({"dist": "Debian 13"}),
    )));
    check::<Vnc>(&secret(&with(&active, json!({"dist": ["Debian 13"]}))));
    check::<Windows>(&secret(&with(&active, json!({"os": "2022"}))));
}

#[test]
fn addresses_and_networks_are_read_whole() {
    let traffic = json!({
        "traffic_warnings": true, "traffic_hourly": 1, "traffic_daily": 2, "traffic_monthly": 3, "locked": true,
        "server_ip": "1.2.3.4", "server_number": 321,
    });
    check::<Ip>(&with(
        &traffic,
        json!({
            "ip": "1.2.3.5", "gateway": "1.2.3.1", "mask": 27, "broadcast": "1.2.3.31", "separate_mac": "00:21",
        }),
    ));
    check::<Subnet>(&with(
        &traffic,
        json!({"ip": "2a01::", "mask": 64, "gateway": "fe80::1", "failover": true}),
    ));
    check::<IpMac>(&json!({"ip": "1.2.3.4", "mac": "00:21"}));
    let cancellation = json!({
        "ip": "1.2.3.4", "server_number": 321, "earliest_cancellation_date": "2026-12-01", "cancelled": true,
        "cancellation_date": "2026-12-31",
    });
    check::<IpCancellation>(&cancellation);
    check::<SubnetCancellation>(&with(&cancellation, json!({"mask": 29})));
    check::<Failover>(&json!({
        "ip": "1.2.3.4", "netmask": "255.255.255.255", "server_ip": "5.6.7.8", "server_ipv6_net": "2a01::",
        "server_number": 321, "active_server_ip": "5.6.7.9",
    }));
    check::<Rdns>(&json!({"ip": "1.2.3.4", "ptr": "a.example"}));
    check::<SshKey>(&json!({
        "name": "a", "fingerprint": "15:28", "type": "RSA", "size": 2048, "data": "ssh-rsa AAAA", "created_at": "2021-12-31 23:59:59",
    }));
    check::<VSwitch>(&json!({
        "id": 1, "name": "a", "vlan": 4000, "cancelled": true,
        "server": [{"server_ip": "1.2.3.4", "server_ipv6_net": "2a01::", "server_number": 321, "status": "ready"}],
        "subnet": [{"ip": "1.2.3.0", "mask": 29, "gateway": "1.2.3.1"}],
        "cloud_network": [{"id": 1, "ip": "10.0.2.0", "mask": 24, "gateway": "10.0.2.1"}],
    }));
}

#[test]
fn firewalls_are_read_whole() {
    let rule = json!({
        "name": "a", "ip_version": "ipv4", "dst_ip": "1.2.3.4/32", "src_ip": "5.6.7.8/32", "dst_port": "80",
        "src_port": "1024-65535", "protocol": "tcp", "tcp_flags": "syn", "action": "accept",
    });
    let rules = json!({"input": [rule], "output": [rule]});
    check::<Firewall>(&json!({
        "server_ip": "1.2.3.4", "server_number": 321, "status": "active", "filter_ipv6": true, "whitelist_hos": true,
        "port": "kvm", "rules": rules,
    }));
    check::<FirewallTemplate>(&json!({
        "id": 1, "name": "a", "filter_ipv6": true, "whitelist_hos": true, "is_default": true, "rules": rules,
    }));
}

#[test]
fn orders_are_read_whole() {
    let price = json!({
        "location": "FSN1",
        "price": {"net": "1.0", "gross": "2.0", "hourly_net": "3.0", "hourly_gross": "4.0"},
        "price_setup": {"net": "5.0", "gross": "6.0", "hourly_net": "7.0", "hourly_gross": "8.0"},
    });
    let addon =
        json!({"id": "a", "name": "b", "location": "FSN1", "min": 1, "max": 2, "prices": [price]});
    let product = json!({"id": "EX40", "name": "a", "description": ["b"], "traffic": "c"});
    let hardware = json!({
        "id": 7, "cpu": "e", "cpu_benchmark": 1, "memory_size": 2, "hdd_size": 3, "hdd_text": "f", "hdd_count": 4,
        "datacenter": "g", "network_speed": "h",
    });
    let offers = json!({"dist": ["d"], "lang": ["en"], "orderable_addons": [addon]});
    let chosen = json!({"dist": "d", "lang": "en"});
    check::<StandardProduct>(&with(
        &with(&product, offers.clone()),
        json!({"location": ["FSN1"], "prices": [price]}),
    ));
    check::<MarketProduct>(&with(
        &with(&with(&product, hardware.clone()), offers),
        json!({
            "price": "1.5", "price_hourly": "2.5", "price_setup": "3.5", "price_vat": "4.5", "price_hourly_vat": "5.5",
            "price_setup_vat": "6.5", "fixed_price": true, "next_reduce": 1, "next_reduce_date": "2018-05-01 12:22:00",
        }),
    ));
    let key = json!({"key": {"name": "a", "fingerprint": "15:28", "type": "RSA", "size": 2048}});
    let order = json!({"id": "B1", "date": "2015-01-21T11:30:43Z", "status": "ready", "server_number": 321});
    let of_server = json!({
        "server_ip": "1.2.3.4", "authorized_key": [key], "host_key": [key], "comment": "c", "addons": ["primary_ipv4"],
    });
    let standard = with(&with(&product, chosen.clone()), json!({"location": "FSN1"}));
    check::<StandardTransaction>(&with(
        &with(&order, of_server.clone()),
        json!({"product": standard}),
    ));
    let market = with(&with(&product, hardware), chosen);
    check::<MarketTransaction>(&with(&with(&order, of_server), json!({"product": market})));
    check::<AddonTransaction>(&with(
        &order,
        json!({
            "product": {"id": "a", "name": "b", "type": "c", "price": price}, "resources": [{"type": "subnet", "id": "1.2.3.0"}],
        }),
    ));
}

#[test]
fn lists_that_are_null_are_empty() {
    let server: Server =
        hetzner::decode::from_str(r#"{"ip": null, "subnet": null, "server_ip": null}"#).unwrap();
    assert_eq!(
        (server.ip.len(), server.subnet.len(), server.server_ip),
        (0, 0, None)
    );
    for rules in ["null", "[]", "{}", r#"{"input":null}"#, r#"{"output":[]}"#] {
        let firewall: Firewall =
            hetzner::decode::from_str(&format!(r#"{{"rules":{rules}}}"#)).unwrap();
        assert_eq!(firewall.rules, Firewall::default().rules, "{rules}");
    }
    let error = hetzner::decode::from_str::<Firewall>(r#"{"rules":[1]}"#).unwrap_err();
    assert_eq!(error.json_path(), Some("rules"));
    let windows: Windows = hetzner::decode::from_str(r#"{"os": 2022, "lang": null}"#).unwrap();
    assert_eq!(
        (windows.os.chosen(), windows.lang),
        (Some("2022"), Choice::default())
    );
}
