//! What needs more than one crate. Tests that keep what the process logs are alone in a file beside this folder.

mod dns_edits;
mod exactly_once;
mod examples;
mod hostile_answers;
#[path = "../../../crates/cloud-core/tests/it/http_support/mod.rs"]
#[allow(unexpected_cfgs, reason = "it asks for features of cloud-core")]
mod http_support;
mod ionos_connection;
mod over_sockets;
mod ovh_over_sockets;
mod ovh_products;
mod promises;
mod proxies;
mod real_sahara;
mod tolerance;
mod unpolled;
