//! The client on the wire and against the sandbox.

#[cfg(feature = "catalogue")]
mod catalogue;
mod clock;
#[cfg(feature = "cloud")]
mod cloud;
mod common;
mod config;
mod consumer_key;
mod errors;
#[cfg(all(
    feature = "cart",
    feature = "cloud",
    feature = "domain",
    feature = "iam",
    feature = "me",
    feature = "private-database",
    feature = "sms",
    feature = "vps"
))]
mod flows;
mod lists;
mod oauth2;
mod once;
#[cfg(all(
    feature = "cloud",
    feature = "dedicated-server",
    feature = "iam",
    feature = "ip",
    feature = "vps"
))]
mod operations;
#[cfg(all(
    feature = "cart",
    feature = "cloud",
    feature = "dedicated-server",
    feature = "domain",
    feature = "iam",
    feature = "me",
    feature = "private-database",
    feature = "sms",
    feature = "vps"
))]
mod products;
mod raw;
mod rules;
mod sandbox;
mod signing;
mod tasks;
mod wire;
mod zone_edit;
