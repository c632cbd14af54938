//! Filters in front of servers.

use cloud_core::call::{Call, Task};
use cloud_core::model::Timestamp;
use cloud_core::provider::CallBuilder;
use cloud_core::wait::Accepted;
use cloud_core::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::actions::{self, Action, Created, action_methods, or_get};
use crate::client::Client;
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::find::find;
use crate::ids::{FirewallId, ServerId};
use crate::labels::{self, Labels};
use cloud_core::model::IdOrName;
use cloud_core::model::Sort;

mod rules;

pub use rules::{
    FirewallDirection, FirewallProtocol, FirewallRule, FirewallTarget, NewFirewallRule,
};

cloud_core::open_enum! {
    /// By what a firewall came to servers.
    pub enum FirewallResourceType {
        /// By the id of one server.
        Server = "server",
        /// By a label selector.
        LabelSelector = "label_selector",
    }
}

/// A firewall in front of servers. It looks at the public side of servers only, never at private networks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Firewall {
    /// The number of the firewall.
    pub id: FirewallId,
    /// Its name, unique in the project.
    pub name: String,
    /// The labels of the firewall.
    pub labels: Labels,
    /// When it was created.
    pub created: Timestamp,
    /// What it lets pass.
    pub rules: Vec<FirewallRule>,
    /// What it was applied to.
    pub applied_to: Vec<FirewallResource>,
}

crate::actions::id_of!(Firewall => FirewallId);

impl Firewall {
    /// The servers it stands before, those by label selectors too, each once.
    pub fn servers(&self) -> Vec<ServerId> {
        let direct = self
            .applied_to
            .iter()
            .filter_map(|resource| resource.server.as_ref());
        let selected = self
            .applied_to
            .iter()
            .flat_map(|resource| &resource.applied_to_resources);
        let mut ids: Vec<_> = direct
            .chain(selected.filter_map(|one| one.server.as_ref()))
            .map(|server| server.id)
            .collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

/// Something that a firewall was applied to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct FirewallResource {
    /// Whether it is a server or a label selector.
    #[serde(rename = "type")]
    pub kind: FirewallResourceType,
    /// The server, when it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<FirewallServer>,
    /// The label selector, when it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label_selector: Option<FirewallSelector>,
    /// The servers that the label selector matches now.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub applied_to_resources: Vec<SelectedResource>,
}

/// Something that the label selector of a firewall matches.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SelectedResource {
    /// The kind of the resource that matches.
    #[serde(rename = "type")]
    pub kind: FirewallResourceType,
    /// The server, when it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<FirewallServer>,
}

/// A server behind a firewall.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct FirewallServer {
    /// The number of the server.
    pub id: ServerId,
}

/// A label selector that a firewall was applied to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct FirewallSelector {
    /// The text of the selector, such as `env=prod`.
    pub selector: String,
}

/// The operations of this room.
pub(crate) mod ops {
    cloud_core::operations! {
        LIST_FIREWALLS = "list_firewalls", GET "/firewalls";
        CREATE_FIREWALL = "create_firewall", POST "/firewalls";
        LIST_FIREWALLS_ACTIONS = "list_firewalls_actions", GET "/firewalls/actions";
        GET_FIREWALLS_ACTION = "get_firewalls_action", GET "/firewalls/actions/{id}";
        GET_FIREWALL = "get_firewall", GET "/firewalls/{id}";
        UPDATE_FIREWALL = "update_firewall", PUT "/firewalls/{id}";
        DELETE_FIREWALL = "delete_firewall", DELETE "/firewalls/{id}";
        LIST_FIREWALL_ACTIONS = "list_firewall_actions", GET "/firewalls/{id}/actions";
        APPLY_FIREWALL_TO_RESOURCES = "apply_firewall_to_resources", POST "/firewalls/{id}/actions/apply_to_resources";
        REMOVE_FIREWALL_FROM_RESOURCES =
            "remove_firewall_from_resources", POST "/firewalls/{id}/actions/remove_from_resources";
        SET_FIREWALL_RULES = "set_firewall_rules", POST "/firewalls/{id}/actions/set_rules";
    }
}

impl Client {
    /// Firewalls in front of servers.
    pub fn firewalls(&self) -> Firewalls<'_> {
        Firewalls::new(self)
    }
}

/// The calls about firewalls, under `/firewalls`.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
/// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
/// use hetzner::{FirewallRule, FirewallTarget};
///
/// let created = api
///     .firewalls()
///     .create("web")
///     .rules([
///         FirewallRule::inbound_tcp("22", ["203.0.113.0/24"]).description("from the office"),
///         FirewallRule::inbound_tcp("80-443", FirewallRule::ANYWHERE),
///         FirewallRule::inbound_icmp(FirewallRule::ANYWHERE),
///     ])
///     .apply_to([FirewallTarget::label_selector("role=web")])
///     .await?;
/// let firewall = created.wait().await?;
/// assert_eq!(firewall.rules.len(), 3);
///
/// let targets = [FirewallTarget::label_selector("role=web")];
/// api.firewalls().remove_from_resources(firewall.id, targets).await?.wait().await?;
/// api.firewalls().delete(firewall.id).await?;
/// assert!(api.firewalls().find("web").await?.is_none());
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Firewalls<'a>(&'a Client);

impl<'a> Firewalls<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists firewalls (`GET /firewalls`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    #[inline]
    pub fn list(self) -> ListFirewalls {
        ListFirewalls::new(self.0.list(&ops::LIST_FIREWALLS, "firewalls"))
    }

    /// Creates a firewall (`POST /firewalls`). Without rules it lets everything out and nothing in.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`UniquenessError`](ErrorCode::UniquenessError) (the name is taken),
    /// [`ServerAlreadyAdded`](ErrorCode::ServerAlreadyAdded),
    /// [`FirewallResourceNotFound`](ErrorCode::FirewallResourceNotFound),
    /// [`IncompatibleNetworkType`](ErrorCode::IncompatibleNetworkType) (a server without a public side).
    pub fn create(self, name: impl Into<String>) -> CreateFirewall {
        let call = self.0.call(
            &ops::CREATE_FIREWALL,
            actions::created(self.0, "firewall", |api, firewall: &Firewall| {
                api.firewalls().get(firewall.id)
            }),
        );
        CreateFirewall::new(call, name.into(), self.0.clone())
    }

    /// One firewall (`GET /firewalls/{id}`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound), which [`find`](Self::find) turns into `None`.
    pub fn get(self, id: impl Into<FirewallId>) -> Call<Firewall> {
        self.0.get(&ops::GET_FIREWALL, id.into().0, "firewall")
    }

    /// Looks a firewall up by name or id (`GET /firewalls?name=..`, `GET /firewalls/{id}`); `None` when there is
    /// none. Text is a name first, and an id only when nothing has that name and it is a number.
    ///
    /// # Permissions
    ///
    /// A token with read access.
    pub fn find(self, firewall: impl Into<IdOrName<FirewallId>>) -> Task<Option<Firewall>> {
        let by_name = |name: &str| {
            self.0
                .list(&ops::LIST_FIREWALLS, "firewalls")
                .query("name", name)
        };
        find(firewall.into(), by_name, |id| self.get(id))
    }

    /// Changes the name or the labels of a firewall (`PUT /firewalls/{id}`). What is not set stays as it is.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`UniquenessError`](ErrorCode::UniquenessError) (the name is taken).
    pub fn update(self, id: impl Into<FirewallId>) -> UpdateFirewall {
        UpdateFirewall::new(self.0.get(&ops::UPDATE_FIREWALL, id.into().0, "firewall"))
    }

    /// Deletes a firewall (`DELETE /firewalls/{id}`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`ResourceInUse`](ErrorCode::ResourceInUse) (it is applied to something).
    pub fn delete(self, id: impl Into<FirewallId>) -> Call<Accepted<Option<Action>, ()>> {
        self.0.delete(&ops::DELETE_FIREWALL, id.into())
    }

    /// Sets all rules, instead of those there are (`POST /firewalls/{id}/actions/set_rules`). There is one action for
    /// the rules, and one for every server behind the firewall.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`InvalidInput`](ErrorCode::InvalidInput) (a rule is wrong; its fields are named).
    pub fn set_rules(
        self,
        id: impl Into<FirewallId>,
        rules: impl IntoIterator<Item = FirewallRule>,
    ) -> SetFirewallRules {
        SetFirewallRules::new(
            self.start_all(&ops::SET_FIREWALL_RULES, id.into()),
            rules.into_iter().map(Into::into).collect(),
        )
    }

    /// Puts a firewall before servers (`POST /firewalls/{id}/actions/apply_to_resources`), up to five before one.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`FirewallAlreadyApplied`](ErrorCode::FirewallAlreadyApplied),
    /// [`FirewallResourceNotFound`](ErrorCode::FirewallResourceNotFound),
    /// [`IncompatibleNetworkType`](ErrorCode::IncompatibleNetworkType) and
    /// [`PrivateNetOnlyServer`](ErrorCode::PrivateNetOnlyServer) (a server without a public side).
    pub fn apply_to_resources(
        self,
        id: impl Into<FirewallId>,
        targets: impl IntoIterator<Item = impl Into<FirewallTarget>>,
    ) -> ApplyFirewall {
        let call = self.start_all(&ops::APPLY_FIREWALL_TO_RESOURCES, id.into());
        ApplyFirewall::new(call, targets.into_iter().map(Into::into).collect())
    }

    /// Takes a firewall away from servers (`POST /firewalls/{id}/actions/remove_from_resources`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`FirewallManagedByLabelSelector`](ErrorCode::FirewallManagedByLabelSelector) (it came to the
    /// server by a label selector), [`FirewallResourceNotFound`](ErrorCode::FirewallResourceNotFound).
    pub fn remove_from_resources(
        self,
        id: impl Into<FirewallId>,
        targets: impl IntoIterator<Item = impl Into<FirewallTarget>>,
    ) -> RemoveFirewall {
        let call = self.start_all(&ops::REMOVE_FIREWALL_FROM_RESOURCES, id.into());
        RemoveFirewall::new(call, targets.into_iter().map(Into::into).collect())
    }

    #[inline]
    fn start_all(
        self,
        operation: &'static cloud_core::request::OperationRow,
        id: FirewallId,
    ) -> Call<Accepted<Vec<Action>>> {
        let decode = actions::started_all(self.0);
        self.0.call(operation, decode).arg(id)
    }
}

action_methods!(
    Firewalls[FirewallId] in "firewalls" / "{id}",
    LIST_FIREWALLS_ACTIONS, GET_FIREWALLS_ACTION, LIST_FIREWALL_ACTIONS,
);

cloud_core::list_request! {
    /// Lists firewalls; made by [`Firewalls::list`].
    pub struct ListFirewalls => Firewall;
    one {
        /// Only the one of this name.
        name: String = "name",
    }
    many {
        /// Sorts by `id`, `name` or `created`; may be given several times.
        sort: Sort = "sort",
    }
}

labels::label_selector!(ListFirewalls);

/// The most rules that one firewall takes.
const MOST_RULES: usize = 50;

fn check_rules(rules: &[NewFirewallRule]) -> Result<()> {
    if rules.len() > MOST_RULES {
        return Err(Error::input(
            "rules",
            format!("are {} but must be at most {MOST_RULES}", rules.len()),
        ));
    }
    for NewFirewallRule(rule) in rules {
        // ICMP, GRE and ESP know no ports; without one for the others the service refuses all rules at once.
        let has_ports = matches!(rule.protocol, FirewallProtocol::Tcp | FirewallProtocol::Udp);
        if has_ports && rule.port.is_none() {
            return Err(Error::input(
                "rules",
                format!("a rule for {} needs a port", rule.protocol),
            ));
        }
    }
    Ok(())
}

fn check_targets(field: &str, targets: &[FirewallTarget]) -> Result<()> {
    for target in targets {
        if let FirewallTarget::LabelSelector(selector) = target {
            // An empty one would mean every server, so here it is a slip, as it is not in a list.
            labels::check_selector(field, selector)?;
        }
    }
    Ok(())
}

cloud_core::request! {
    /// Creates a firewall; made by [`Firewalls::create`].
    pub struct CreateFirewall => Accepted<Created<Firewall>, Firewall>;
    required {
        name: String,
    }
    unsent {
        client: Client,
    }
    opt {
        /// The labels of the new firewall.
        labels: Labels,
    }
    list {
        /// What it lets pass, up to 50 rules.
        rules: NewFirewallRule,
        /// The servers it is put before.
        apply_to: FirewallTarget,
    }
    check |this: &Self| {
        check_rules(this.rules.as_deref().unwrap_or_default())?;
        check_targets("apply_to", this.apply_to.as_deref().unwrap_or_default())?;
        labels::check(this.labels.as_ref())
    };
}

or_get::or_get_method!(
    CreateFirewall => Firewall in firewalls,
    "the firewall", "firewalls", same ["rules"],
    actions Some(|api, there| api.firewalls().list_actions_of(there.id)),
);

cloud_core::request! {
    /// Changes a firewall; made by [`Firewalls::update`].
    pub struct UpdateFirewall => Firewall;
    opt {
        /// The new name of the firewall.
        name: String,
        /// The labels it has from now on, instead of all it had.
        labels: Labels,
    }
    check |this: &Self| labels::check(this.labels.as_ref());
}

cloud_core::request! {
    /// Sets the rules of a firewall; made by [`Firewalls::set_rules`].
    pub struct SetFirewallRules => Accepted<Vec<Action>>;
    required {
        rules: Vec<NewFirewallRule>,
    }
    check |this: &Self| check_rules(&this.rules);
}

cloud_core::request! {
    /// Puts a firewall before servers; made by [`Firewalls::apply_to_resources`].
    pub struct ApplyFirewall => Accepted<Vec<Action>>;
    required {
        apply_to: Vec<FirewallTarget>,
    }
    check |this: &Self| check_targets("apply_to", &this.apply_to);
}

cloud_core::request! {
    /// Takes a firewall away from servers; made by [`Firewalls::remove_from_resources`].
    pub struct RemoveFirewall => Accepted<Vec<Action>>;
    required {
        remove_from: Vec<FirewallTarget>,
    }
    check |this: &Self| check_targets("remove_from", &this.remove_from);
}
