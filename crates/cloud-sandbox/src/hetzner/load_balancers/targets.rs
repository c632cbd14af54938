//! Where load balancers send requests to.

use std::net::IpAddr;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Change, LoadBalancer, act, changeable, check_room};
use crate::answer::Answer;
use crate::hetzner::Ctx;
use crate::hetzner::error::Refusal;
use crate::hetzner::input::Input;
use crate::hetzner::labels::Selector;
use crate::hetzner::project::{Named, Project};
use crate::hetzner::servers::{Server, status};

/// A target. It is there from the request on, and gets requests from the end of the action on.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct Target {
    pub(crate) works_since: Option<Duration>,
    pub(crate) what: What,
    pub(crate) uses_private_ip: bool,
}

#[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]
pub(crate) enum What {
    Server(i64),
    Selector(String),
    Ip(IpAddr),
}

impl What {
    pub(crate) fn read(input: &mut Input) -> Option<Self> {
        let kind = input.required("type", |input, field| {
            input.choice(field, &["server", "label_selector", "ip"])
        });
        if kind.is_empty() {
            return None;
        }
        let mut inner = input.required(kind, |input, field| input.object(field).map(Some))?;
        let what = match kind {
            "server" => Some(Self::Server(inner.required("id", Input::integer))),
            "label_selector" => Some(Self::Selector(inner.required("selector", Input::selector))),
            _ => {
                let ip = inner.required("ip", Input::text);
                let parsed = ip.parse().ok().map(Self::Ip);
                if parsed.is_none() && !ip.is_empty() {
                    inner.problem("ip", "is not an IP address");
                }
                parsed
            }
        };
        input.absorb(kind, inner);
        // The description has all three in one object, whichever of them the type is about.
        input.ignore(&["server", "label_selector", "ip"]);
        what
    }
}

impl Target {
    pub(crate) fn read(input: &mut Input) -> Option<Self> {
        let what = What::read(input)?;
        let private = input.boolean("use_private_ip").unwrap_or(false);
        // The official Ansible collection sends false for every target.
        if private && matches!(what, What::Ip(_)) {
            input.problem("use_private_ip", "must be false for a target by address");
        }
        Some(Self {
            works_since: None,
            what,
            uses_private_ip: private,
        })
    }

    /// Refuses a target that the load balancer cannot reach.
    pub(crate) fn check(
        &self,
        project: &Project,
        network: Option<i64>,
        is_public: bool,
    ) -> Result<(), Refusal> {
        let refuse = |code, message: &str| Err(Refusal::new(422, code, message));
        if self.uses_private_ip && network.is_none() {
            return refuse(
                "load_balancer_not_attached_to_network",
                "the load balancer is not attached to a network",
            );
        }
        if !self.uses_private_ip && !is_public {
            return refuse(
                "load_balancer_public_interface_disabled",
                "the load balancer has no public interface",
            );
        }
        match &self.what {
            What::Server(id) => {
                let server = project
                    .servers
                    .get(*id)
                    .ok_or_else(|| Refusal::not_found("server", id))?;
                match network {
                    Some(network) if self.uses_private_ip && !server.is_in(network) => refuse(
                        "resolve_cloud_private_targets_error",
                        "the server is not attached to the network",
                    ),
                    _ if !self.uses_private_ip && server.ipv4.is_none() => refuse(
                        "resolve_cloud_public_targets_error",
                        "the server has no public IPv4 address",
                    ),
                    _ => Ok(()),
                }
            }
            // Targets by address are for dedicated servers only; hcloud-go names the code, the API's description does
            // not.
            What::Ip(ip) if project.primary_ips.rows().any(|own| own.address.owns(*ip)) => refuse(
                "cloud_resource_ip_not_allowed",
                "the address is one of a server of the cloud",
            ),
            // No dedicated server has an address of the first range for documentation.
            What::Ip(IpAddr::V4(ip)) if ip.octets()[..3] == [192, 0, 2] => refuse(
                "ip_not_owned",
                "the address is not one of a dedicated server of the owner",
            ),
            What::Selector(_) | What::Ip(_) => Ok(()),
        }
    }

    /// The servers that requests go to.
    pub(crate) fn servers<'p>(&self, project: &'p Project) -> Vec<&'p Server> {
        match &self.what {
            What::Server(id) => project.servers.get(*id).into_iter().collect(),
            What::Selector(selector) => {
                let Ok(selector) = Selector::parse(selector) else {
                    return Vec::new();
                };
                project
                    .servers
                    .select(None)
                    .into_iter()
                    .filter(|server| selector.matches(&server.labels))
                    .collect()
            }
            What::Ip(_) => Vec::new(),
        }
    }

    pub(crate) fn render(&self, balancer: &LoadBalancer, project: &Project) -> Value {
        match &self.what {
            What::Server(id) => self.render_server(*id, balancer, project),
            What::Selector(selector) => {
                let servers = self.servers(project);
                let targets: Vec<Value> = servers
                    .iter()
                    .map(|server| self.render_server(server.id(), balancer, project))
                    .collect();
                json!({
                    "type": "label_selector",
                    "label_selector": {"selector": selector},
                    "targets": targets,
                    "use_private_ip": self.uses_private_ip,
                })
            }
            What::Ip(ip) => json!({
                "type": "ip",
                "ip": {"ip": ip},
                "health_status": self.health(balancer, project, |_| true),
            }),
        }
    }

    fn render_server(&self, id: i64, balancer: &LoadBalancer, project: &Project) -> Value {
        let answers = |project: &Project| {
            let server = project
                .servers
                .get(id)
                .filter(|server| server.status == status::RUNNING);
            let network = balancer.network();
            server.is_some_and(|server| {
                if self.uses_private_ip {
                    network.is_some_and(|network| server.is_in(network))
                } else {
                    server.ipv4.is_some()
                }
            })
        };
        json!({
            "type": "server",
            "server": {"id": id},
            "health_status": self.health(balancer, project, answers),
            "use_private_ip": self.uses_private_ip,
        })
    }

    /// What is known after the first health check, one interval after both the target and the service have begun to work.
    fn health(
        &self,
        balancer: &LoadBalancer,
        project: &Project,
        answers: impl Fn(&Project) -> bool,
    ) -> Vec<Value> {
        let answers = answers(project);
        let services = balancer
            .services
            .iter()
            .filter_map(|service| Some((service, service.works_since?)));
        services
            .map(|(service, since)| {
                // Until the first check the API says `unknown`.
                let since = self.works_since.map_or(since, |own| own.max(since));
                let first_check = since + Duration::from_secs(service.check.interval.into());
                let port = service.listen_port;
                if project.now() < first_check {
                    json!({"listen_port": port, "status": "unknown"})
                } else if answers {
                    json!({"listen_port": port, "status": "healthy"})
                } else {
                    json!({"listen_port": port, "status": "unhealthy", "detail": "layer4_timeout"})
                }
            })
            .collect()
    }
}

pub(super) fn check_new(others: &[Target], target: &Target) -> Result<(), Refusal> {
    // With or without the private address it is the same target: hence `what` alone is compared.
    if others.iter().any(|other| other.what == target.what) {
        return Err(Refusal::new(
            422,
            "target_already_defined",
            "the target is there already",
        ));
    }
    Ok(())
}

pub(super) fn add_target(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let id = changeable(ctx)?.0;
    let target = Target::read(&mut input);
    input.finish()?;
    // What is no target is among the problems that end the reading.
    let target = target.ok_or_else(|| Refusal::invalid_input([("type", "is required")]))?;
    let (_, balancer) = changeable(ctx)?;
    check_new(&balancer.targets, &target)?;
    let (network, is_public, kind) = (balancer.network(), balancer.is_public, balancer.kind);
    let mut targets = balancer.targets.clone();
    target.check(ctx.project, network, is_public)?;
    let what = target.what.clone();
    targets.push(target);
    check_room(ctx.project, kind, &[], &targets)?;
    changeable(ctx)?.1.targets = targets;
    act(ctx, "add_target", id, Change::TargetAdded(what))
}

pub(super) fn remove_target(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let (id, balancer) = changeable(ctx)?;
    let what = What::read(&mut input);
    input.finish()?;
    let known = balancer
        .targets
        .iter()
        .find(|target| Some(&target.what) == what.as_ref());
    let what = known.map(|target| target.what.clone());
    let what =
        what.ok_or_else(|| Refusal::new(404, "not_found", "load balancer target not found"))?;
    act(ctx, "remove_target", id, Change::TargetRemoved(what))
}
