//! The cloud that the clusters stand on, as far as bodies can name parts of it.

use serde_json::Value;

use super::error::Refusal;

/// The id of the network for clusters.
pub const NETWORK: &str = "00000000-0000-0000-0000-0000000000a1";
/// The id of the network that floating addresses come from.
pub const EXTERNAL_NETWORK: &str = "00000000-0000-0000-0000-0000000000a3";
/// The name of the only key pair.
pub const KEYPAIR: &str = "demo-key";

const FLAVORS: [&str; 3] = ["1", "2", "3"];
const ZONES: [&str; 1] = ["nova"];
const VOLUME_TYPES: [&str; 1] = ["lvm"];
const SECURITY_GROUPS: [&str; 1] = ["default"];

pub(crate) fn check_flavor(flavor: &Value) -> Result<(), Refusal> {
    let id = flavor
        .as_str()
        // A flavor may be a number in the body; in Nova it is a text.
        .map_or_else(|| flavor.to_string(), str::to_owned);
    known(&FLAVORS, &id, |id| format!("Flavor '{id}' not found"))
}

pub(crate) fn check_zone(zone: &str) -> Result<(), Refusal> {
    known(&ZONES, zone, |zone| {
        format!("Nova availability zone '{zone}' not found")
    })
}

pub(crate) fn check_volume_zone(zone: &str) -> Result<(), Refusal> {
    known(&ZONES, zone, |zone| {
        format!("Cinder availability zone '{zone}' not found")
    })
}

pub(crate) fn check_volume_type(kind: &str) -> Result<(), Refusal> {
    known(&VOLUME_TYPES, kind, |kind| {
        format!("Volume type '{kind}' not found")
    })
}

pub(crate) fn check_security_group(group: &str) -> Result<(), Refusal> {
    known(&SECURITY_GROUPS, group, |group| {
        format!("Security group '{group}' not found")
    })
}

pub(crate) fn check_keypair(name: &str) -> Result<(), Refusal> {
    known(&[KEYPAIR], name, |name| {
        format!("Keypair '{name}' not found")
    })
}

pub(crate) fn check_network(id: &str) -> Result<(), Refusal> {
    known(&[NETWORK, EXTERNAL_NETWORK], id, |id| {
        format!("Network {id} not found")
    })
}

pub(crate) fn check_floating_ip_pool(id: &str) -> Result<(), Refusal> {
    known(&[EXTERNAL_NETWORK], id, |id| {
        format!("Floating IP pool {id} not found")
    })
}

fn known(all: &[&str], wanted: &str, message: impl Fn(&str) -> String) -> Result<(), Refusal> {
    if all.contains(&wanted) {
        Ok(())
    } else {
        Err(Refusal::unknown(message(wanted)))
    }
}
