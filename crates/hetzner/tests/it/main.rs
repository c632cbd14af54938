//! The client on the wire and against the sandbox.

mod addresses;
mod catalogues;
mod certificates;
mod client;
mod common;
mod create_once;
mod errors;
mod fallback;
mod find_by;
mod firewalls;
mod ids;
mod images;
mod labels;
mod load_balancers;
mod metadata;
mod models;
mod network_models;
mod networks;
mod optional;
mod or_get;
mod prometheus;
mod request;
#[cfg(feature = "robot")]
mod robot;
mod servers;
mod storage_boxes;
mod volumes;
mod waiting;
mod wire;
mod zones;
