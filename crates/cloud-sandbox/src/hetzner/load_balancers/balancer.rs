//! What a load balancer is, and how it changes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use serde_json::{Value, json};

use super::services::Service;
use super::targets::{Target, What};
use crate::hetzner::labels::Labels;
use crate::hetzner::load_balancer_types::LoadBalancerType;
use crate::hetzner::locations::Location;
use crate::hetzner::project::{Named, Project, named};
use crate::hetzner::{ips, metrics};

#[derive(Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct LoadBalancer {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) created: String,
    pub(super) created_at: Duration,
    #[serde(with = "crate::keep::fixed")]
    pub(super) kind: &'static LoadBalancerType,
    #[serde(with = "crate::keep::fixed")]
    pub(super) location: &'static Location,
    pub(super) protected: bool,
    pub(super) labels: Labels,
    #[serde(deserialize_with = "crate::keep::word")]
    pub(super) algorithm: crate::keep::Word,
    pub(super) services: Vec<Service>,
    pub(super) targets: Vec<Target>,
    pub(super) is_public: bool,
    pub(super) ipv4: Ipv4Addr,
    pub(super) ipv6: Ipv6Addr,
    /// The Primary IPs that the addresses are those of, if they were the owner's before.
    pub(super) primary_ips: [Option<i64>; 2],
    pub(super) names: Vec<(IpAddr, String)>,
    pub(super) private: Option<Place>,
    pub(super) deleting: bool,
}

/// A place in a network, which works from the end of the action on.
#[derive(Clone, Copy, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct Place {
    pub(crate) network: i64,
    pub(crate) ip: Ipv4Addr,
    pub(crate) works: bool,
}

/// What the end of an action means for a load balancer.
#[derive(Debug)]
pub(crate) enum Change {
    Created,
    ServiceAdded(u16),
    ServiceDeleted(u16),
    TargetAdded(What),
    TargetRemoved(What),
    Type(&'static LoadBalancerType),
    /// These show from the request on, and know what to go back to.
    ServiceUpdated {
        was: Box<Service>,
    },
    Algorithm {
        was: &'static str,
    },
    Protection {
        was: bool,
    },
    DnsPtr {
        ip: IpAddr,
        was: Option<String>,
    },
    Attached,
    Detached,
    Public(bool),
    Gone,
}

named!(LoadBalancer);

impl LoadBalancer {
    /// Its place in a network, also while it comes there.
    pub(crate) fn place(&self) -> Option<Place> {
        self.private
    }

    pub(crate) fn uses_primary_ip(&self, id: i64) -> bool {
        self.primary_ips.contains(&Some(id))
    }

    pub(crate) fn uses_certificate(&self, id: i64) -> bool {
        self.services
            .iter()
            .any(|service| service.certificates().contains(&id))
    }

    /// Leaves a network that is deleted.
    pub(crate) fn leave(&mut self, network: i64) {
        self.private = self.private.filter(|place| place.network != network);
    }

    pub(super) fn network(&self) -> Option<i64> {
        self.private.map(|place| place.network)
    }

    /// Whether it sends requests to the server.
    pub(crate) fn serves(&self, server: i64, project: &Project) -> bool {
        self.targets
            .iter()
            .any(|target| target.servers(project).iter().any(|own| own.id() == server))
    }

    /// A server that is gone is no target any more.
    pub(crate) fn forget(&mut self, server: i64) {
        self.targets
            .retain(|target| target.what != What::Server(server));
    }

    /// Carries out what an action was for. Says which network has an address to give back.
    pub(crate) fn apply(&mut self, change: Change, now: Duration) -> Option<i64> {
        match change {
            Change::Created => {
                self.services
                    .iter_mut()
                    .for_each(|service| service.works_since = Some(now));
                self.targets
                    .iter_mut()
                    .for_each(|target| target.works_since = Some(now));
                // The place was reserved with the creation, and works when that ends.
                self.attach();
            }
            Change::ServiceAdded(port) => {
                if let Some(service) = self.service(port) {
                    service.works_since = Some(now);
                }
            }
            Change::ServiceUpdated { was } => {
                if let Some(service) = self.service(was.listen_port) {
                    // Health checks begin anew, since they may ask another port in another way now.
                    service.works_since = Some(now);
                }
            }
            Change::ServiceDeleted(port) => {
                self.services.retain(|service| service.listen_port != port);
            }
            Change::TargetAdded(what) => {
                if let Some(target) = self.targets.iter_mut().find(|target| target.what == what) {
                    target.works_since = Some(now);
                }
            }
            Change::TargetRemoved(what) => self.targets.retain(|target| target.what != what),
            Change::Type(kind) => self.kind = kind,
            Change::Attached => self.attach(),
            Change::Detached => return self.private.take().map(|place| place.network),
            Change::Public(on) => self.is_public = on,
            Change::Gone
            | Change::Algorithm { .. }
            | Change::Protection { .. }
            | Change::DnsPtr { .. } => {}
        }
        None
    }

    /// Undoes what was done in advance for a change that does not come. Says which network has an address to give back.
    pub(crate) fn give_up(&mut self, change: &Change) -> Option<i64> {
        match change {
            Change::ServiceAdded(port) => {
                self.services.retain(|service| service.listen_port != *port);
            }
            Change::TargetAdded(what) => self.targets.retain(|target| target.what != *what),
            Change::Attached => return self.private.take().map(|place| place.network),
            // A deletion that failed leaves the load balancer as it was.
            Change::Gone => self.deleting = false,
            Change::ServiceUpdated { was } => {
                if let Some(service) = self.service(was.listen_port) {
                    service.clone_from(was);
                }
            }
            Change::Algorithm { was } => self.algorithm = was,
            Change::Protection { was } => self.protected = *was,
            Change::DnsPtr { ip, was } => drop(self.set_dns_ptr(*ip, was.clone())),
            _ => {}
        }
        None
    }

    /// Gives the name that was set before.
    pub(super) fn set_dns_ptr(&mut self, ip: IpAddr, name: Option<String>) -> Option<String> {
        let own = self.names.iter().position(|(own, _)| *own == ip);
        let was = own.map(|index| self.names.swap_remove(index).1);
        self.names.extend(name.map(|name| (ip, name)));
        was
    }

    fn attach(&mut self) {
        if let Some(place) = &mut self.private {
            place.works = true;
        }
    }

    pub(super) fn service(&mut self, port: u16) -> Option<&mut Service> {
        self.services
            .iter_mut()
            .find(|service| service.listen_port == port)
    }

    pub(crate) fn render(&self, project: &Project) -> Value {
        let (outgoing, ingoing) = metrics::traffic(project.now().saturating_sub(self.created_at));
        let prices = self.kind.prices();
        let included = prices
            .iter()
            .find(|price| price["location"] == self.location.name);
        // What is being added is kept from the start, for its port is taken, but it is shown only when its action
        // ends.
        let working_services = self
            .services
            .iter()
            .filter(|service| service.works_since.is_some());
        let working_targets = self
            .targets
            .iter()
            .filter(|target| target.works_since.is_some());
        let name = |ip: IpAddr| {
            self.names
                .iter()
                .find(|(own, _)| *own == ip)
                .map(|(_, name)| name.clone())
        };
        let usual = ips::usual_dns_ptr(self.ipv4);
        let places = self.private.iter().filter(|place| place.works);
        let [v4, v6] = self.primary_ips;
        json!({
            "id": self.id,
            "name": self.name,
            "created": self.created,
            "public_net": {
                "enabled": self.is_public,
                "ipv4": {
                    "id": v4,
                    "ip": self.ipv4,
                    "dns_ptr": name(self.ipv4.into()).unwrap_or(usual),
                    "blocked": false,
                },
                "ipv6": {"id": v6, "ip": self.ipv6, "dns_ptr": name(self.ipv6.into()), "blocked": false},
            },
            "private_net": places.map(|place| json!({"network": place.network, "ip": place.ip})).collect::<Vec<_>>(),
            "location": self.location.render(),
            "load_balancer_type": self.kind.render(),
            "protection": {"delete": self.protected},
            "labels": self.labels,
            "services": working_services.map(Service::render).collect::<Vec<_>>(),
            "targets": working_targets.map(|target| target.render(self, project)).collect::<Vec<_>>(),
            "algorithm": {"type": self.algorithm},
            "outgoing_traffic": outgoing,
            "ingoing_traffic": ingoing,
            "included_traffic": included.map(|price| price["included_traffic"].clone()),
        })
    }
}
