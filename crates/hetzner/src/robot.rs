//! Robot, the API of dedicated servers: a client of its own, beside that of the cloud, for the feature `robot`.
//!
//! Its [`Client`] is set up by `HROBOT_USER` and `HROBOT_PASSWORD`, a user of the web service that Robot makes under its
//! settings. All documented operations are there, in the words of the cloud's client: groups are methods of the client,
//! lists are builders, what takes time gives something to [wait](crate::Accepted::wait) for, and errors are
//! [`Error`](crate::Error)s with an [`ApiError`] inside. Plesk and cPanel, which the documentation does not know any more,
//! are within reach of [`request`](Client::request).
//!
//! ```
//! # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
//! # use cloud_sandbox::hetzner_robot::{PASSWORD, USER};
//! # let transport = cloud_sandbox::Sandbox::new().hetzner_robot();
//! use hetzner::robot::{Client, ErrorCode};
//!
//! let api = Client::builder().user(USER).password(PASSWORD).transport(transport).build()?; // or Client::from_env()
//! for server in api.servers().list().all().await? {
//!     println!("{} {} {:?}", server.server_number, server.server_name, server.server_ip);
//! }
//! let error = api.resets().get(321004).await.unwrap_err();
//! assert_eq!(error.code().map(ErrorCode::from), Some(ErrorCode::ResetNotAvailable));
//! # Ok(()) }
//! ```
//!
//! Requests keep to the limits of the service, and a refused login is not tried again; see [`Client`]. Orders and
//! cancellations are sent once, whatever becomes of them.

pub mod boot;
mod client;
pub mod config;
mod dates;
mod dialect;
mod error;
pub mod failovers;
pub mod firewall_templates;
pub mod firewalls;
mod ids;
pub mod ips;
mod limits;
mod login;
pub mod ops;
pub mod orders;
mod raw;
pub mod rdns;
pub mod resets;
pub mod servers;
pub mod ssh_keys;
pub mod subnets;
pub mod traffic;
pub mod vswitches;
mod wait;
pub mod wake_on_lan;
mod wire;

pub use boot::{Boot, Linux, Rescue, RescueNotReached, RescueReboot, Vnc, Windows};
pub use client::{Client, ClientBuilder};
pub use dates::LocalTime;
pub use error::{ApiError, ErrorCode};
pub use failovers::Failover;
pub use firewall_templates::FirewallTemplate;
pub use firewalls::{
    Firewall, FirewallAction, FirewallPort, FirewallProtocol, FirewallRule, FirewallRules,
    FirewallStatus,
};
pub use ids::{
    Address, Fingerprint, FirewallTemplateId, MarketProductId, ServerNumber, TransactionId,
    VSwitchId,
};
pub use ips::{Ip, IpCancellation, IpMac};
pub use orders::{OrderCancelled, TransactionStatus};
pub use rdns::Rdns;
pub use resets::{ExecutedReset, OperatingStatus, Reset, ResetType};
pub use servers::{Server, ServerCancellation, ServerStatus};
pub use ssh_keys::SshKey;
pub use subnets::{Subnet, SubnetCancellation, SubnetMac};
pub use traffic::{AddressTraffic, Traffic, TrafficType, TrafficVolume};
pub use vswitches::{VSwitch, VSwitchServerStatus, VSwitchServersFailed};
pub use wake_on_lan::WakeOnLan;
pub use wire::{Choice, ServerKey};
