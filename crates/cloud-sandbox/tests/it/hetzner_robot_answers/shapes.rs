//! The shapes of answers, and what does not fit into one.

use std::collections::BTreeSet;

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

pub(super) fn expanded(shape: &str) -> String {
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
pub(super) fn misfit(value: &Value, shape: &str) -> Option<String> {
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
