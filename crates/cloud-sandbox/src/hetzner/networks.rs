//! Private networks: who has which address in which subnet.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde_json::{Value, json};

use super::error::Refusal;
use super::input::Input;
use super::labels::Labels;
use super::project::{Kind, Named, Project, named};
use super::resource::{Protected, Resource, in_table};
use super::servers::Private;

mod operations;
mod range;

pub(crate) use operations::ROUTES;
pub(crate) use range::Range;

/// The id of the network `default` that every new project has if nothing else is asked for: 10.0.0.0/16 in the network zone eu-central, all of it
/// one subnet.
pub const DEFAULT_NETWORK: i64 = 5_011_400_001;

#[derive(serde::Deserialize, serde::Serialize)]
pub(crate) struct Network {
    id: i64,
    name: String,
    labels: Labels,
    created: String,
    pub(crate) range: Range,
    subnets: Vec<Subnet>,
    routes: Vec<RouteTo>,
    exposed: bool,
    protected: bool,
    /// Who has which address.
    pub(crate) taken: BTreeMap<Ipv4Addr, i64>,
    /// The places of servers while they come, change and go.
    #[serde(skip)]
    pub(crate) moving: BTreeMap<i64, (Private, &'static str)>,
}

#[derive(serde::Deserialize, serde::Serialize)]
pub(crate) struct Subnet {
    #[serde(deserialize_with = "crate::keep::word")]
    kind: crate::keep::Word,
    range: Range,
    #[serde(deserialize_with = "crate::keep::word")]
    zone: crate::keep::Word,
    vswitch: Option<i64>,
}

#[derive(Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub(crate) struct RouteTo {
    destination: Range,
    gateway: Ipv4Addr,
}

pub(crate) struct Member {
    id: i64,
    kind: &'static str,
    ip: Ipv4Addr,
    aliases: Vec<Ipv4Addr>,
    subnet: String,
    status: &'static str,
}

named!(Network);

impl Resource for Network {
    const KIND: Kind = Kind::Network;

    in_table!(networks);

    fn amend(&self, input: &mut Input) -> Box<dyn FnOnce(&mut Self)> {
        let exposed = input.boolean("expose_routes_to_vswitch");
        Box::new(move |network| network.exposed = exposed.unwrap_or(network.exposed))
    }

    fn render(&self, project: &Project) -> Value {
        let subnets: Vec<Value> = self
            .subnets
            .iter()
            .map(|subnet| {
                json!({
                    "type": subnet.kind,
                    "ip_range": subnet.range.to_string(),
                    "network_zone": subnet.zone,
                    "gateway": self.range.gateway(),
                    "vswitch_id": subnet.vswitch,
                })
            })
            .collect();
        let routes: Vec<Value> = self
            .routes
            .iter()
            .map(|route| json!({"destination": route.destination.to_string(), "gateway": route.gateway}))
            .collect();
        let is_member = |id: &i64| {
            project
                .servers
                .get(*id)
                // An address is taken from the request on, but a server shows as a member only when the action ends.
                .is_some_and(|server| server.private.iter().any(|p| p.network == self.id))
        };
        let mut servers: Vec<i64> = self.taken.values().copied().filter(is_member).collect();
        servers.sort_unstable();
        servers.dedup();
        json!({
            "id": self.id,
            "name": self.name,
            "ip_range": self.range.to_string(),
            "subnets": subnets,
            "routes": routes,
            "servers": servers,
            "load_balancers": self.balancers(project).map(|(id, ..)| id).collect::<Vec<_>>(),
            "protection": {"delete": self.protected},
            "labels": self.labels,
            "created": self.created,
            "expose_routes_to_vswitch": self.exposed,
        })
    }
}

impl Protected for Network {
    fn protected_mut(&mut self) -> &mut bool {
        &mut self.protected
    }
}

impl Network {
    pub(crate) fn seeded(created: String) -> Self {
        let range = Range::new(Ipv4Addr::new(10, 0, 0, 0), 16);
        Self {
            id: DEFAULT_NETWORK,
            name: "default".to_owned(),
            labels: Labels::new(),
            created,
            range,
            subnets: vec![Subnet {
                kind: "cloud",
                range,
                zone: "eu-central",
                vswitch: None,
            }],
            routes: Vec::new(),
            exposed: false,
            protected: false,
            taken: BTreeMap::new(),
            moving: BTreeMap::new(),
        }
    }

    pub(crate) fn release(&mut self, server: i64) {
        self.taken.retain(|_, owner| *owner != server);
        self.moving.remove(&server);
    }

    fn subnets_in<'n>(
        &'n self,
        zone: &'n str,
        wanted: Option<&'n str>,
    ) -> impl Iterator<Item = &'n Subnet> {
        let suits = move |range: Range| wanted.is_none_or(|wanted| range.to_string() == wanted);
        self.subnets
            .iter()
            .filter(move |subnet| subnet.zone == zone && suits(subnet.range))
    }

    /// Refuses servers of a zone without a subnet, or without the one asked for.
    pub(crate) fn check_zone(&self, zone: &str, wanted: Option<&str>) -> Result<(), Refusal> {
        if self.subnets_in(zone, wanted).next().is_some() {
            return Ok(());
        }
        let message = "the network has no such subnet in the network zone of the server";
        Err(Refusal::new(422, "no_subnet_available", message))
    }

    /// The lowest free address that a server in the zone can have, in the subnet asked for if there is one.
    pub(crate) fn free(&self, zone: &str, wanted: Option<&str>) -> Result<Ipv4Addr, Refusal> {
        self.subnets_in(zone, wanted)
            .flat_map(|subnet| subnet.range.hosts())
            // The first address of the whole network is its gateway, and no server can have it (API documentation of
            // networks).
            .find(|ip| *ip != self.range.gateway() && !self.taken.contains_key(ip))
            .ok_or_else(|| Refusal::new(422, "ip_not_available", "the network has no free address"))
    }

    /// Refuses addresses that a server cannot have.
    pub(crate) fn check(&self, ip: Ipv4Addr, server: i64) -> Result<(), Refusal> {
        let ends = |range: Range| {
            range.hosts().next().is_none_or(|first| ip < first) || is_last(range, ip)
        };
        let is_in_range = self
            .subnets
            .iter()
            .any(|subnet| subnet.range.contains(ip) && !ends(subnet.range));
        // Its own address is free for the one who has it, so that aliases can be set again.
        let is_free = self.taken.get(&ip).is_none_or(|owner| *owner == server);
        if is_in_range && is_free && ip != self.range.gateway() {
            return Ok(());
        }
        Err(Refusal::new(
            422,
            "ip_not_available",
            format!("the address {ip} is not available in the network"),
        ))
    }

    /// The load balancers in it, with their addresses and whether they are there yet.
    fn balancers<'p>(
        &'p self,
        project: &'p Project,
    ) -> impl Iterator<Item = (i64, Ipv4Addr, bool)> + 'p {
        let places = project
            .load_balancers
            .rows()
            .filter_map(|balancer| Some((balancer.id(), balancer.place()?)));
        places
            .filter(|(_, place)| place.network == self.id)
            .map(|(id, place)| (id, place.ip, place.works))
    }

    /// The range of the subnet that an address is in.
    pub(crate) fn subnet_of(&self, ip: Ipv4Addr) -> String {
        let subnet = self.subnets.iter().find(|subnet| subnet.range.contains(ip));
        subnet
            .map(|subnet| subnet.range.to_string())
            .unwrap_or_default()
    }

    /// The servers and load balancers in it, and those that are on their way.
    fn members(&self, project: &Project) -> Vec<Member> {
        let mut members = Vec::new();
        for server in project.servers.rows() {
            let moving = self.moving.get(&server.id());
            let settled = server
                .private
                .iter()
                .find(|private| private.network == self.id);
            // A move that is going on says more than where the server was before.
            let Some((private, status)) = moving
                .map(|(private, status)| (private, *status))
                .or(settled.map(|private| (private, "ok")))
            else {
                continue;
            };
            members.push(Member {
                id: server.id(),
                kind: "server",
                ip: private.ip,
                aliases: private.aliases.clone(),
                subnet: self.subnet_of(private.ip),
                status,
            });
        }
        members.extend(self.balancers(project).map(|(id, ip, works)| Member {
            id,
            kind: "load_balancer",
            ip,
            aliases: Vec::new(),
            subnet: self.subnet_of(ip),
            status: if works { "ok" } else { "attaching" },
        }));
        members
    }
}

/// Whether nothing follows the address in the range.
fn is_last(range: Range, ip: Ipv4Addr) -> bool {
    !range.contains(Ipv4Addr::from(ip.to_bits().saturating_add(1))) || ip.to_bits() == u32::MAX
}
