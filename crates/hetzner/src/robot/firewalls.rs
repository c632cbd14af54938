//! The firewalls of servers, which stand in the switch before them.

use std::time::Duration;

use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::provider::CallBuilder;
use cloud_core::time::Interval;
use cloud_core::wait::{Accepted, Progress, Step, Waiter};
use cloud_core::{Error, Result};
use serde::{Deserialize, Serialize};

use super::client::Client;
#[cfg(doc)]
use super::error::ErrorCode;
use super::ids::{FirewallTemplateId, ServerNumber};
use super::wire::object;
use super::{ops, wait};

mod rules;

pub(super) use rules::check_rules;
pub use rules::{FirewallAction, FirewallProtocol, FirewallRule, FirewallRules};

cloud_core::open_enum! {
    /// Whether a firewall works.
    pub enum FirewallStatus {
        /// The firewall works.
        Active = "active",
        /// The firewall lets all pass.
        Disabled = "disabled",
        /// The firewall is being changed, which takes about half a minute.
        InProcess = "in process",
    }
}

cloud_core::open_enum! {
    /// The port of the switch that a firewall stands at.
    pub enum FirewallPort {
        /// The port of the server itself.
        Main = "main",
        /// The port of its console.
        Kvm = "kvm",
    }
}

/// The firewall of a server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Firewall {
    /// The main IPv4 address of the server.
    pub server_ip: Option<String>,
    /// The number of the server.
    pub server_number: ServerNumber,
    /// Whether the firewall is active, or in the middle of a change.
    pub status: FirewallStatus,
    /// Whether it looks at IPv6 too.
    pub filter_ipv6: bool,
    /// Whether the services of Hetzner may pass.
    pub whitelist_hos: bool,
    /// The port that it stands at.
    pub port: FirewallPort,
    /// What it lets pass. The service adds rules of its own before the customer's, such as against outgoing mail, and
    /// may part one without a version of IP in two; so compare with what was sent, and do not send back what was read.
    #[serde(deserialize_with = "object")]
    pub rules: FirewallRules,
}

impl Client {
    /// The firewalls of the servers.
    pub fn firewalls(&self) -> Firewalls<'_> {
        Firewalls(self)
    }
}

/// The calls about firewalls of servers, under `/firewall`.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
/// # use cloud_sandbox::hetzner_robot::{PASSWORD, USER};
/// # let transport = cloud_sandbox::Sandbox::new().hetzner_robot();
/// # let api = hetzner::robot::Client::builder().user(USER).password(PASSWORD).transport(transport).build()?;
/// use hetzner::robot::{FirewallProtocol, FirewallRule, FirewallRules, FirewallStatus};
/// use hetzner::{FirewallRule as CloudRule, IpVersion};
///
/// // The rules of a firewall of the cloud, or rules of Robot's own.
/// let https = CloudRule::inbound_tcp("443", ["0.0.0.0/0"]);
/// let rules = FirewallRules::from_cloud([&https])?;
/// let set = api.firewalls().set(321001, FirewallStatus::Active, rules).whitelist_hos(true).await?;
/// let firewall = set.wait().await?;
/// assert_eq!(firewall.status, FirewallStatus::Active);
/// assert!(firewall.rules.input.iter().any(|rule| rule.dst_port.as_deref() == Some("443")));
///
/// let ssh = FirewallRule::accept()
///     .name("ssh from the office")
///     .ip_version(IpVersion::V4)
///     .src_ip("203.0.113.0/24")
///     .protocol(FirewallProtocol::Tcp)
///     .dst_port("22");
/// let rules = FirewallRules::accepting([ssh]);
/// api.firewalls().set(321001, FirewallStatus::Disabled, rules).await?.wait().await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Firewalls<'a>(&'a Client);

impl Firewalls<'_> {
    /// The firewall of a server (`GET /firewall/{server-id}`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`FirewallNotAvailable`](ErrorCode::FirewallNotAvailable), which `.optional()` turns into `None`.
    pub fn get(self, number: impl Into<ServerNumber>) -> Call<Firewall> {
        let call = self.0.one(&ops::SERVER_FIREWALL_GET, "firewall");
        call.arg(number.into())
    }

    /// Sets a firewall as a whole, in place of all that was set (`POST /firewall/{server-id}`). The wait ends when the
    /// firewall is no more in process.
    ///
    /// An active firewall drops what no rule accepts, in both directions. One without rules for a direction would cut the
    /// server off, and is refused here, unsent.
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`FirewallInProcess`](ErrorCode::FirewallInProcess) (a call can also
    /// [wait](crate::CallOptions::wait_while_locked) for its end),
    /// [`FirewallRuleLimitExceeded`](ErrorCode::FirewallRuleLimitExceeded) or [`InvalidInput`](ErrorCode::InvalidInput) of
    /// the field `rules`, [`FirewallCannotBeDisabled`](ErrorCode::FirewallCannotBeDisabled).
    pub fn set(
        self,
        number: impl Into<ServerNumber>,
        status: FirewallStatus,
        rules: FirewallRules,
    ) -> SetFirewall {
        let number = number.into();
        let call = self
            .0
            .call(&ops::SERVER_FIREWALL_SET, self.settling(number));
        SetFirewall::new(call.arg(number), status, rules)
    }

    /// Sets a firewall as a template says (`POST /firewall/{server-id}`). The wait is that of [`set`](Self::set).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`FirewallTemplateNotFound`](ErrorCode::FirewallTemplateNotFound), and those of [`set`](Self::set).
    pub fn apply_template(
        self,
        number: impl Into<ServerNumber>,
        template: impl Into<FirewallTemplateId>,
    ) -> ApplyFirewallTemplate {
        let number = number.into();
        let call = self
            .0
            .call(&ops::SERVER_FIREWALL_SET, self.settling(number));
        ApplyFirewallTemplate::new(call.arg(number), template.into())
    }

    /// Deletes the rules of a firewall and switches it off (`DELETE /firewall/{server-id}`). The wait is that of
    /// [`set`](Self::set).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`FirewallInProcess`](ErrorCode::FirewallInProcess),
    /// [`FirewallCannotBeDisabled`](ErrorCode::FirewallCannotBeDisabled).
    pub fn clear(self, number: impl Into<ServerNumber>) -> Call<Accepted<Firewall>> {
        let number = number.into();
        let call = self
            .0
            .call(&ops::SERVER_FIREWALL_CLEAR, self.settling(number));
        // A second one finds the firewall in process.
        call.arg(number)
            .options(|options| options.idempotent(false))
    }

    /// How the answer to a change is read, and the change followed.
    fn settling(self, number: ServerNumber) -> Decode<Accepted<Firewall>> {
        let api = self.0.clone();
        Decode::key("firewall").map(move |firewall: Firewall| {
            let api = api.clone();
            Accepted::new(firewall, move |firewall| settled(&api, number, firewall))
        })
    }
}

/// Follows a firewall until it is no more in process.
fn settled(api: &Client, number: ServerNumber, firewall: &Firewall) -> Waiter<Firewall> {
    let engine = api.engine(
        &ops::SERVER_FIREWALL_GET.method,
        ops::SERVER_FIREWALL_GET.path,
    );
    if firewall.status != FirewallStatus::InProcess {
        return wait::ended(engine, firewall.clone());
    }
    let client = api.clone();
    wait::poll(
        engine,
        // A change takes 20 to 30 s (docs.hetzner.com), or up to 40 (midwork-finds-jobs/terraform-provider-hrobot).
        Interval::new(Duration::from_secs(10), Duration::from_secs(20)),
        format!("the firewall of server {number}"),
        move || client.firewalls().get(number),
        |firewall| {
            if firewall.status == FirewallStatus::InProcess {
                let progress = Progress::new(0, "firewall", firewall.status.as_str());
                return Ok(Step::Pending(progress));
            }
            Ok(Step::Done(firewall))
        },
    )
}

cloud_core::request! {
    /// Sets a firewall; made by [`Firewalls::set`].
    pub struct SetFirewall => Accepted<Firewall> as form;
    required {
        status: FirewallStatus,
        rules: FirewallRules,
    }
    // The service resets what is left out, and keeps nothing (kaltenecker-kg/hrobot-go).
    opt {
        /// Whether it looks at IPv6 too; all of IPv6 passes unless it does.
        filter_ipv6: bool,
        /// Whether the services of Hetzner may pass, such as the rescue system and DNS.
        whitelist_hos: bool,
        /// The port that it stands at, that of the server unless set.
        port: FirewallPort,
    }
    check |this: &Self| -> Result<()> {
        check_rules(&this.rules)?;
        if this.status != FirewallStatus::Active {
            return Ok(());
        }
        // Clients that knew no output rules cut servers off when these came (ansible-collections/community.hrobot#75).
        for (field, rules) in [("rules[input]", &this.rules.input), ("rules[output]", &this.rules.output)] {
            if rules.is_empty() {
                return Err(Error::input(field, "must not be empty, or an active firewall drops all of it"));
            }
        }
        Ok(())
    };
}

cloud_core::request! {
    /// Sets a firewall by a template; made by [`Firewalls::apply_template`].
    pub struct ApplyFirewallTemplate => Accepted<Firewall> as form;
    required {
        template_id: FirewallTemplateId,
    }
}
