//! What a server is.

use std::net::Ipv4Addr;
use std::time::Duration;

use serde_json::{Value, json};

use crate::hetzner::images::{self, Image};
use crate::hetzner::input::IdOrName;
use crate::hetzner::isos::{self, Iso};
use crate::hetzner::labels::Labels;
use crate::hetzner::locations::Location;
use crate::hetzner::placement_groups::PlacementGroup;
use crate::hetzner::project::{Kind, Project, named};
use crate::hetzner::server_types::ServerType;
use crate::hetzner::{firewalls, floating_ips, ips, metrics, volumes};

pub(crate) mod status {
    pub(crate) const RUNNING: &str = "running";
    pub(crate) const INITIALIZING: &str = "initializing";
    pub(crate) const STARTING: &str = "starting";
    pub(crate) const STOPPING: &str = "stopping";
    pub(crate) const OFF: &str = "off";
    pub(crate) const DELETING: &str = "deleting";
    pub(crate) const MIGRATING: &str = "migrating";
    pub(crate) const REBUILDING: &str = "rebuilding";
    pub(crate) const ALL: [&str; 9] = [
        RUNNING,
        INITIALIZING,
        STARTING,
        STOPPING,
        OFF,
        DELETING,
        MIGRATING,
        REBUILDING,
        "unknown",
    ];
}

#[allow(
    clippy::struct_field_names,
    clippy::struct_excessive_bools,
    reason = "the fields are those of the API"
)]
#[derive(serde::Deserialize, serde::Serialize)]
pub(crate) struct Server {
    pub(super) id: i64,
    pub(super) name: String,
    #[serde(deserialize_with = "crate::keep::word")]
    pub(crate) status: crate::keep::Word,
    /// While an action changes the status, the one to go back to when it fails.
    #[serde(deserialize_with = "crate::keep::optional_word")]
    pub(crate) before: Option<crate::keep::Word>,
    pub(super) created: String,
    pub(crate) created_at: Duration,
    #[serde(with = "crate::keep::fixed")]
    pub(crate) server_type: &'static ServerType,
    #[serde(with = "crate::keep::fixed")]
    pub(crate) location: &'static Location,
    pub(crate) image: i64,
    pub(crate) iso: Option<i64>,
    pub(crate) rescue_enabled: bool,
    pub(crate) backup_window: Option<String>,
    /// Against deletion and rebuilding alike: the one is not to be had without the other.
    pub(crate) protected: bool,
    pub(crate) labels: Labels,
    pub(crate) disk: u32,
    pub(crate) placement_group: Option<i64>,
    /// The Primary IPs.
    pub(crate) ipv4: Option<i64>,
    pub(crate) ipv6: Option<i64>,
    pub(crate) private: Vec<Private>,
    pub(super) has_ssh_keys: bool,
    pub(crate) user_data: String,
}

/// A place in a network.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct Private {
    pub(crate) network: i64,
    pub(crate) ip: Ipv4Addr,
    pub(crate) aliases: Vec<Ipv4Addr>,
    pub(super) mac: String,
}

named!(Server);

impl Private {
    pub(crate) fn addresses(&self) -> impl Iterator<Item = Ipv4Addr> {
        std::iter::once(self.ip).chain(self.aliases.iter().copied())
    }
}

impl Server {
    pub(crate) fn is_in(&self, network: i64) -> bool {
        self.private
            .iter()
            .any(|private| private.network == network)
    }

    /// Shows what is going on in the status, and keeps the one to go back to.
    pub(super) fn pass_through(&mut self, status: &'static str) {
        self.before = Some(self.status);
        self.status = status;
    }

    pub(crate) fn arrive(&mut self, status: &'static str) {
        self.before = None;
        self.status = status;
    }

    pub(crate) fn primary_ip_mut(&mut self, version: &str) -> &mut Option<i64> {
        if version == ips::V4 {
            &mut self.ipv4
        } else {
            &mut self.ipv6
        }
    }

    pub(crate) fn is_public(&self) -> bool {
        self.ipv4.is_some() || self.ipv6.is_some()
    }

    /// One of its public addresses, as the server shows it.
    fn render_address(project: &Project, id: Option<i64>) -> Value {
        let Some(row) = id.and_then(|id| project.primary_ips.get(id)) else {
            return Value::Null;
        };
        let mut names = row.address.dns_ptr();
        // A text for IPv4 and a list for IPv6, of which every address can have a name: so the description has it.
        let dns_ptr = if row.address.version() == ips::V4 {
            names
                .first_mut()
                .map_or(Value::Null, |name| name["dns_ptr"].take())
        } else {
            Value::Array(names)
        };
        json!({"id": id, "ip": row.address.text(), "blocked": false, "dns_ptr": dns_ptr})
    }

    pub(crate) fn render(&self, project: &Project) -> Value {
        let (outgoing, ingoing) = metrics::traffic(project.now().saturating_sub(self.created_at));
        let prices = self.server_type.prices();
        let included = prices
            .iter()
            .find(|price| price["location"] == self.location.name);
        let private: Vec<Value> = self
            .private
            .iter()
            .map(|p| json!({"network": p.network, "ip": p.ip, "alias_ips": p.aliases, "mac_address": p.mac}))
            .collect();
        json!({
            "id": self.id,
            "name": self.name,
            "status": self.status,
            "created": self.created,
            "public_net": {
                "ipv4": Self::render_address(project, self.ipv4),
                "ipv6": Self::render_address(project, self.ipv6),
                "floating_ips": floating_ips::of_server(project, self.id),
                "firewalls": firewalls::of_server(project, self),
            },
            "private_net": private,
            "server_type": self.server_type.render(),
            "location": self.location.render(),
            "image": images::lookup(project, self.image).map(Image::render),
            "iso": self.iso.and_then(|id| isos::find(&IdOrName::Id(id))).map(Iso::render),
            "rescue_enabled": self.rescue_enabled,
            // True while any action about the server runs (a maintainer in hetznercloud/csi-driver#418).
            "locked": project.is_locked((Kind::Server, self.id)),
            "backup_window": self.backup_window,
            "outgoing_traffic": outgoing,
            "ingoing_traffic": ingoing,
            "included_traffic": included.map(|price| price["included_traffic"].clone()),
            // Two fields in the API, of which neither can be had without the other.
            "protection": {"delete": self.protected, "rebuild": self.protected},
            "labels": self.labels,
            "volumes": volumes::of_server(project, self.id),
            "load_balancers": project.load_balancers_of(self.id),
            "primary_disk_size": self.disk,
            "placement_group":
                self.placement_group.and_then(|id| project.placement_groups.get(id)).map(PlacementGroup::render),
        })
    }
}
