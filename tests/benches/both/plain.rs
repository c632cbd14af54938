//! What a program declares that reads servers with serde alone: every field of the API's description, as plain types.

#![allow(dead_code, reason = "decoded, as by a program that may use any of it")]
#![allow(clippy::struct_field_names, reason = "the names of the API")]

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Deserialize)]
pub struct One {
    pub server: Server,
}

#[derive(Deserialize)]
pub struct Many {
    pub servers: Vec<Server>,
    pub meta: Meta,
}

#[derive(Deserialize)]
pub struct Meta {
    pub pagination: Pagination,
}

#[derive(Deserialize)]
pub struct Pagination {
    pub page: u64,
    pub per_page: u64,
    pub previous_page: Option<u64>,
    pub next_page: Option<u64>,
    pub last_page: Option<u64>,
    pub total_entries: Option<u64>,
}

#[derive(Deserialize)]
pub struct Server {
    pub id: i64,
    pub name: String,
    pub status: String,
    pub created: String,
    pub public_net: PublicNet,
    pub private_net: Vec<PrivateNet>,
    pub server_type: ServerType,
    pub location: Location,
    pub image: Option<Image>,
    pub iso: Option<Iso>,
    pub rescue_enabled: bool,
    pub locked: bool,
    pub backup_window: Option<String>,
    pub outgoing_traffic: Option<u64>,
    pub ingoing_traffic: Option<u64>,
    pub included_traffic: Option<u64>,
    pub protection: ServerProtection,
    pub labels: BTreeMap<String, String>,
    pub volumes: Vec<i64>,
    pub load_balancers: Vec<i64>,
    pub primary_disk_size: u32,
    pub placement_group: Option<PlacementGroup>,
}

#[derive(Deserialize)]
pub struct PublicNet {
    pub ipv4: Option<PublicIpv4>,
    pub ipv6: Option<PublicIpv6>,
    pub floating_ips: Vec<i64>,
    pub firewalls: Vec<Firewall>,
}

#[derive(Deserialize)]
pub struct PublicIpv4 {
    pub id: Option<i64>,
    pub ip: String,
    pub blocked: bool,
    pub dns_ptr: String,
}

#[derive(Deserialize)]
pub struct PublicIpv6 {
    pub id: Option<i64>,
    pub ip: String,
    pub blocked: bool,
    pub dns_ptr: Vec<DnsPtr>,
}

#[derive(Deserialize)]
pub struct DnsPtr {
    pub ip: String,
    pub dns_ptr: String,
}

#[derive(Deserialize)]
pub struct Firewall {
    pub id: i64,
    pub status: String,
}

#[derive(Deserialize)]
pub struct PrivateNet {
    pub network: i64,
    pub ip: String,
    pub alias_ips: Vec<String>,
    pub mac_address: String,
}

#[derive(Deserialize)]
pub struct ServerType {
    pub id: i64,
    pub name: String,
    pub description: String,
    pub cores: u32,
    pub memory: f64,
    pub disk: u32,
    pub deprecated: bool,
    pub prices: Vec<LocationPrice>,
    pub storage_type: String,
    pub cpu_type: String,
    pub category: String,
    pub architecture: String,
    pub deprecation: Option<Deprecation>,
    pub locations: Vec<ServerTypeLocation>,
}

#[derive(Deserialize)]
pub struct LocationPrice {
    pub location: String,
    pub price_hourly: Price,
    pub price_monthly: Price,
    pub included_traffic: u64,
    pub price_per_tb_traffic: Price,
}

#[derive(Deserialize)]
pub struct Price {
    pub net: String,
    pub gross: String,
}

#[derive(Deserialize)]
pub struct Deprecation {
    pub announced: String,
    pub unavailable_after: String,
}

#[derive(Deserialize)]
pub struct ServerTypeLocation {
    pub id: i64,
    pub name: String,
    pub deprecation: Option<Deprecation>,
    pub recommended: bool,
    pub available: bool,
}

#[derive(Deserialize)]
pub struct Location {
    pub id: i64,
    pub name: String,
    pub description: String,
    pub country: String,
    pub city: String,
    pub latitude: f64,
    pub longitude: f64,
    pub network_zone: String,
}

#[derive(Deserialize)]
pub struct Image {
    pub id: i64,
    #[serde(rename = "type")]
    pub kind: String,
    pub status: String,
    pub name: Option<String>,
    pub description: String,
    pub image_size: Option<f64>,
    pub disk_size: f64,
    pub created: String,
    pub created_from: Option<ImageSource>,
    pub bound_to: Option<i64>,
    pub os_flavor: String,
    pub os_version: Option<String>,
    pub rapid_deploy: bool,
    pub protection: Protection,
    pub deleted: Option<String>,
    pub labels: BTreeMap<String, String>,
    pub architecture: String,
    pub deprecation: Option<Deprecation>,
    pub deprecated: Option<String>,
}

#[derive(Deserialize)]
pub struct ImageSource {
    pub id: i64,
    pub name: String,
}

#[derive(Deserialize)]
pub struct Iso {
    pub id: i64,
    pub name: Option<String>,
    pub description: String,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub deprecation: Option<Deprecation>,
    pub architecture: Option<String>,
}

#[derive(Deserialize)]
pub struct Protection {
    pub delete: bool,
}

#[derive(Deserialize)]
pub struct ServerProtection {
    pub delete: bool,
    pub rebuild: bool,
}

#[derive(Deserialize)]
pub struct PlacementGroup {
    pub id: i64,
    pub name: String,
    pub labels: BTreeMap<String, String>,
    #[serde(rename = "type")]
    pub kind: String,
    pub created: String,
    pub servers: Vec<i64>,
}
