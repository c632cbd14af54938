//! What every operation of the Hetzner Robot web service answers, and how it refuses.

use std::collections::BTreeSet;

use crate::common::robot::Robot;
use cloud_sandbox::{Sandbox, hetzner_robot};
use serde_json::Value;

/// Objects of the API: names and types, `?` where null is possible.
const SHAPES: &[(&str, &str)] = &[
    (
        "@key",
        "{key:{name:str? fingerprint:str type:str size:int}}",
    ),
    ("@net", "{ip:str mask:str}"),
    (
        "@identity",
        "server_ip:str? server_ipv6_net:str server_number:int",
    ),
    (
        "@listed",
        "@identity server_name:str product:str dc:str traffic:str status:str cancelled:bool paid_until:date ip:[str]? subnet:[@net]? linked_storagebox:int?",
    ),
    (
        "@server",
        "{server:{@listed reset:bool rescue:bool vnc:bool windows:bool plesk:bool cpanel:bool wol:bool hot_swap:bool}}",
    ),
    (
        "@cancellation",
        "{cancellation:{@identity server_name:str earliest_cancellation_date:date cancelled:bool reservation_possible:bool reserved:bool cancellation_date:date? cancellation_reason:[str]|str?}}",
    ),
    ("@booting", "arch:[int]|int active:bool password:str?"),
    (
        "@keys",
        "authorized_key:[@key] host_key:[@key] boot_time:local?",
    ),
    ("@rescue", "{@identity os:[str]|str @booting @keys}"),
    (
        "@linux",
        "{@identity dist:[str]|str lang:[str]|str @booting @keys}",
    ),
    ("@vnc", "{@identity dist:[str]|str lang:[str]|str @booting}"),
    (
        "@windows",
        "{@identity dist:str? os:[str]|str lang:[str]|str @booting}",
    ),
    (
        "@warnings",
        "server_ip:str? server_number:int locked:bool traffic_warnings:bool traffic_hourly:int traffic_daily:int traffic_monthly:int",
    ),
    (
        "@ip",
        "{ip:{ip:str gateway:str mask:int broadcast:str separate_mac:str? @warnings}}",
    ),
    (
        "@subnet",
        "{subnet:{ip:str mask:int gateway:str failover:bool @warnings}}",
    ),
    (
        "@ended",
        "server_number:str earliest_cancellation_date:date cancelled:bool cancellation_date:date?",
    ),
    ("@ipend", "{cancellation:{ip:str @ended}}"),
    ("@netend", "{cancellation:{ip:str mask:str @ended}}"),
    ("@ipmac", "{mac:{ip:str mac:str?}}"),
    (
        "@netmac",
        "{mac:{ip:str mask:str mac:str possible_mac:map(str)}}",
    ),
    (
        "@failover",
        "{failover:{@identity ip:str netmask:str active_server_ip:str?}}",
    ),
    ("@rdns", "{rdns:{ip:str ptr:str?}}"),
    (
        "@stored",
        "{key:{name:str fingerprint:str type:str size:int data:str created_at:local}}",
    ),
    (
        "@price",
        "{location:str price:{net:decimal gross:decimal hourly_net:decimal? hourly_gross:decimal?} price_setup:{net:decimal gross:decimal}}",
    ),
    (
        "@addons",
        "orderable_addons:[{id:str name:str location:str? min:int max:int prices:[@price]}]",
    ),
    (
        "@product",
        "{product:{id:str @described location:[str] prices:[@price] @addons dist:[str] lang:[str] arch:[str]}}",
    ),
    ("@described", "name:str description:[str] traffic:str"),
    (
        "@machine",
        "id:int @described cpu:str cpu_benchmark:int memory_size:int hdd_size:int hdd_text:str hdd_count:int datacenter:str? network_speed:str fixed_price:bool",
    ),
    (
        "@market",
        "{product:{@machine dist:[str] lang:[str] arch:[str] price:decimal price_hourly:decimal? price_setup:decimal price_vat:decimal price_hourly_vat:decimal? price_setup_vat:decimal next_reduce:int next_reduce_date:local @addons}}",
    ),
    ("@offer", "{id:str name:str type:str price:@price}"),
    (
        "@order",
        "id:str date:rfc3339 status:str server_number:int?",
    ),
    (
        "@delivery",
        "server_ip:str? authorized_key:[@key] host_key:[@key] comment:str? addons:[str]",
    ),
    (
        "@bought",
        "{transaction:{@order @delivery product:{id:str @described dist:str lang:str arch:str location:str}}}",
    ),
    (
        "@auctioned",
        "{transaction:{@order @delivery product:{@machine dist:str lang:str arch:str}}}",
    ),
    (
        "@added",
        "{transaction:{@order product:@offer resources:[{type:str id:str}]}}",
    ),
    (
        "@rule",
        "{name:str? ip_version:str? dst_ip:str? src_ip:str? dst_port:str? src_port:str? protocol:str? tcp_flags:str? action:str}",
    ),
    ("@rules", "{input:[@rule] output:[@rule]}|{}"),
    (
        "@firewall",
        "{firewall:{server_ip:str? server_number:int status:str filter_ipv6:bool whitelist_hos:bool port:str rules:@rules}}",
    ),
    (
        "@flags",
        "id:int name:str filter_ipv6:bool whitelist_hos:bool is_default:bool",
    ),
    ("@template", "{firewall_template:{@flags rules:@rules}}"),
    ("@vlan", "id:int name:str vlan:int cancelled:bool"),
    (
        "@vswitch",
        "{@vlan server:[{@identity status:str}] subnet:[{ip:str mask:int gateway:str}] cloud_network:[{id:int ip:str mask:int gateway:str}]}",
    ),
];

fn expanded(shape: &str) -> String {
    let mut shape = shape.to_owned();
    while shape.contains('@') {
        // The longest names first: one is the beginning of another.
        let named = SHAPES.iter().filter(|(name, _)| shape.contains(name));
        let (name, meaning) = named.max_by_key(|(name, _)| name.len()).unwrap();
        shape = shape.replace(name, meaning);
    }
    shape
}

/// The parts of a text between separators that stand in no brackets.
fn split(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0_u32, 0);
    for (at, character) in text.char_indices() {
        match character {
            '{' | '[' | '(' => depth += 1,
            '}' | ']' | ')' => depth -= 1,
            other if other == separator && depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts.retain(|part| !part.is_empty());
    parts
}

fn is_like(text: &str, pattern: &str) -> bool {
    let is_it = |(c, p): (char, char)| if p == '9' { c.is_ascii_digit() } else { c == p };
    text.len() == pattern.len() && text.chars().zip(pattern.chars()).all(is_it)
}

/// What of a value is not of this shape, if anything.
fn misfit(value: &Value, shape: &str) -> Option<String> {
    let alternatives = split(shape, '|');
    if alternatives.len() > 1 {
        let misfits: Vec<_> = alternatives.iter().map(|one| misfit(value, one)).collect();
        return misfits
            .iter()
            .all(Option::is_some)
            .then(|| format!("{value} is no {shape}"));
    }
    if let Some(shape) = shape.strip_suffix('?') {
        return if value.is_null() {
            None
        } else {
            misfit(value, shape)
        };
    }
    let inner = |begin: &str, end: &str| shape.strip_prefix(begin)?.strip_suffix(end);
    if let Some(item) = inner("[", "]") {
        let Some(items) = value.as_array() else {
            return Some(format!("{value} is no array"));
        };
        return items.iter().find_map(|value| misfit(value, item));
    }
    if let Some(item) = inner("map(", ")") {
        let Some(map) = value.as_object() else {
            return Some(format!("{value} is no map"));
        };
        return map.values().find_map(|value| misfit(value, item));
    }
    if let Some(fields) = inner("{", "}") {
        let Some(object) = value.as_object() else {
            return Some(format!("{value} is no object"));
        };
        let fields: Vec<_> = split(fields, ' ')
            .iter()
            .map(|f| f.split_once(':').unwrap())
            .collect();
        let expected: BTreeSet<&str> = fields.iter().map(|(key, _)| *key).collect();
        let found: BTreeSet<&str> = object.keys().map(String::as_str).collect();
        if expected != found {
            let differing: Vec<_> = expected.symmetric_difference(&found).collect();
            return Some(format!("keys differ by {differing:?} in {value}"));
        }
        return fields.iter().find_map(|(key, shape)| {
            misfit(&object[*key], shape).map(|why| format!("{key}: {why}"))
        });
    }
    let text = value.as_str();
    let is_good = match shape {
        "str" => text.is_some(),
        "int" => value.is_u64(),
        "num" => value.is_number(),
        "bool" => value.is_boolean(),
        "date" => text.is_some_and(|text| is_like(text, "9999-99-99")),
        "local" => text.is_some_and(|text| is_like(text, "9999-99-99 99:99:99")),
        "rfc3339" => text.is_some_and(|text| is_like(text, "9999-99-99T99:99:99+99:99")),
        "decimal" => text.is_some_and(|text| {
            text.parse::<f64>().is_ok() && text.split('.').nth(1).is_some_and(|end| end.len() == 4)
        }),
        other => panic!("what is {other:?}?"),
    };
    (!is_good).then(|| format!("{value} is no {shape}"))
}

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

#[test]
fn a_value_of_another_shape_is_told() {
    let shape = expanded("@netmac");
    let good = serde_json::json!({"mac": {"ip": "a", "mask": "29", "mac": "b", "possible_mac": {"a": "b"}}});
    assert_eq!(misfit(&good, &shape), None);
    for (key, wrong) in [
        ("mask", serde_json::json!(29)),
        ("possible_mac", serde_json::json!([])),
        ("more", serde_json::json!(1)),
    ] {
        let mut bad = good.clone();
        bad["mac"][key] = wrong;
        assert!(misfit(&bad, &shape).is_some(), "{key}");
    }
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
