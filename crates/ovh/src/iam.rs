//! `/v2/iam`: who may do what to which resource.

use std::collections::BTreeMap;

use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::model::Timestamp;
use cloud_core::provider::CallBuilder;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::list::list_request;
use crate::ops;

cloud_core::open_enum! {
    /// How the parts of a condition go together.
    pub enum ConditionOperator {
        /// All of them.
        And = "AND",
        /// These values.
        Match = "MATCH",
        /// None of them.
        Not = "NOT",
        /// One of them at least.
        Or = "OR",
    }
}

/// When a policy counts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Condition {
    /// How the parts go together.
    pub operator: ConditionOperator,
    /// The parts, for all but `MATCH`.
    pub conditions: Vec<Condition>,
    /// What is compared, for `MATCH`.
    pub values: BTreeMap<String, String>,
}

/// An action, such as `vps:apiovh:reboot`, in which `*` stands for anything.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Action {
    /// The name of the action, such as `vps:apiovh:reboot`.
    pub action: String,
}

impl From<&str> for Action {
    fn from(action: &str) -> Self {
        Self {
            action: action.to_owned(),
        }
    }
}

impl From<String> for Action {
    fn from(action: String) -> Self {
        Self { action }
    }
}

/// The actions of a policy.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Permissions {
    /// The actions that are allowed, unless `except` or `deny` names them.
    pub allow: Vec<Action>,
    /// What is forbidden, whatever another policy allows.
    pub deny: Vec<Action>,
    /// What is not meant by `allow`.
    pub except: Vec<Action>,
}

impl Permissions {
    /// Begins with these actions allowed, and none denied.
    pub fn allow(actions: impl IntoIterator<Item = impl Into<Action>>) -> Self {
        Self {
            allow: actions.into_iter().map(Into::into).collect(),
            ..Self::default()
        }
    }

    /// Forbids these actions, whatever another policy allows.
    pub fn and_deny(mut self, actions: impl IntoIterator<Item = impl Into<Action>>) -> Self {
        self.deny.extend(actions.into_iter().map(Into::into));
        self
    }

    /// Does not mean these actions by what it allows.
    pub fn but_not(mut self, actions: impl IntoIterator<Item = impl Into<Action>>) -> Self {
        self.except.extend(actions.into_iter().map(Into::into));
        self
    }
}

/// Actions that are named together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PermissionsGroup {
    /// The URN of the group, which policies name it by.
    pub urn: String,
    /// The name of the group; `None` when the service does not show it.
    pub name: Option<String>,
    /// The account that it belongs to; `ovh` for those of OVHcloud.
    pub owner: Option<String>,
    /// The actions that the group consists of; `None` when the service does not show them.
    pub permissions: Option<Permissions>,
}

/// Resources that are named together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct ResourceGroup {
    /// Its identifier, a UUID.
    pub id: String,
    /// The name of the group of resources.
    pub name: String,
    /// Whether OVHcloud made it.
    pub read_only: bool,
}

/// A resource that IAM knows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Resource {
    /// Its identifier, a UUID.
    pub id: String,
    /// Its URN, such as `urn:v1:eu:resource:vps:vps-1234.vps.ovh.net`.
    pub urn: String,
    /// The name of the service.
    pub name: String,
    /// The name that people see.
    pub display_name: String,
    /// The account that it belongs to.
    pub owner: String,
    /// What it is, such as `vps`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The tags of the resource, by key.
    pub tags: BTreeMap<String, String>,
}

/// What a policy is about.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PolicyResource {
    /// Its URN, in which `*` stands for anything.
    pub urn: String,
    /// The resource, when [details](ListPolicies::details) were asked for.
    pub resource: Option<Resource>,
    /// The group, when [details](ListPolicies::details) were asked for.
    pub group: Option<ResourceGroup>,
}

/// A policy: who may do what to which resources.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Policy {
    /// Its identifier, a UUID.
    pub id: String,
    /// Its name, unique in the account.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// The account that it belongs to.
    pub owner: String,
    /// Whether OVHcloud made it.
    pub read_only: bool,
    /// The URNs of the users, groups and service accounts that the policy is for.
    pub identities: Vec<String>,
    /// The actions that the policy allows or forbids.
    pub permissions: Permissions,
    /// More of what, by groups of actions.
    pub permissions_groups: Vec<PermissionsGroup>,
    /// The resources and groups of resources that the policy is about.
    pub resources: Vec<PolicyResource>,
    /// The conditions that a request has to meet; `None` when the policy always applies.
    pub conditions: Option<Condition>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Option<Timestamp>,
    /// When the policy ends; `None` for never.
    pub expired_at: Option<Timestamp>,
}

impl Client {
    /// Policies: who may do what.
    pub fn iam(&self) -> Iam<'_> {
        Iam::new(self)
    }
}

/// Calls about access management (`/v2/iam`), made by [`Client::iam`].
#[derive(Clone, Copy, Debug)]
pub struct Iam<'a>(&'a Client);

impl<'a> Iam<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Who may do what.
    pub fn policies(self) -> Policies<'a> {
        Policies(self.0)
    }

    /// The resources that policies can be about.
    pub fn resources(self) -> Resources<'a> {
        Resources(self.0)
    }
}

/// Calls about IAM policies (`/v2/iam/policy`), made by [`Iam::policies`].
#[derive(Clone, Copy, Debug)]
pub struct Policies<'a>(&'a Client);

impl Policies<'_> {
    /// Lists policies, page by page (`GET /v2/iam/policy`).
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:iam/policy/get`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// for policy in api.iam().policies().list().all().await? {
    ///     println!("{}: {:?} may {:?}", policy.name, policy.identities, policy.permissions.allow);
    /// }
    /// # assert!(!api.iam().policies().list().all().await?.is_empty());
    /// # Ok(()) }
    /// ```
    pub fn list(self) -> ListPolicies {
        ListPolicies::new(self.0.objects(&ops::LIST_POLICIES, &[]))
    }

    /// Makes a policy (`POST /v2/iam/policy`). A client can [record](crate::Client::record_rules) what a program
    /// needs and write the smallest policy for it.
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:iam/policy/create`. 409 when there is a policy of this name.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// use ovh::iam::Permissions;
    ///
    /// let who = "urn:v1:eu:identity:user:ab12345-ovh/billing";
    /// let what = Permissions::allow(["account:apiovh:me/bill/get"]);
    /// let policy = api.iam().policies().create("billing", [who], what, ["urn:v1:eu:resource:account:ab12345-ovh"]).await?;
    /// assert_eq!(policy.identities, [who]);
    /// # Ok(()) }
    /// ```
    pub fn create(
        self,
        name: impl Into<String>,
        identities: impl IntoIterator<Item = impl Into<String>>,
        permissions: Permissions,
        resources: impl IntoIterator<Item = impl Into<String>>,
    ) -> CreatePolicy {
        let urns = resources
            .into_iter()
            .map(|urn| Urn { urn: urn.into() })
            .collect();
        let identities = identities.into_iter().map(Into::into).collect();
        let call = self.0.call(&ops::CREATE_POLICY, Decode::json());
        CreatePolicy::new(call, name.into(), identities, permissions, urns)
    }

    /// One policy (`GET /v2/iam/policy/{policyId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:iam/policy/get`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// # let id = api.iam().policies().list().all().await?[0].id.clone();
    /// let policy = api.iam().policies().get(&id).await?;
    /// assert_eq!(policy.id, id);
    /// # Ok(()) }
    /// ```
    pub fn get(self, policy: &str) -> Call<Policy> {
        self.0.call(&ops::GET_POLICY, Decode::json()).arg(policy)
    }
}

/// Calls about resources that policies name (`/v2/iam/resource`), made by [`Iam::resources`].
#[derive(Clone, Copy, Debug)]
pub struct Resources<'a>(&'a Client);

impl Resources<'_> {
    /// Lists resources, page by page (`GET /v2/iam/resource`).
    ///
    /// # Permissions
    ///
    /// No IAM action.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// for resource in api.iam().resources().list().kind("dnsZone").all().await? {
    ///     println!("{} {}", resource.urn, resource.display_name);
    /// }
    /// # assert_eq!(api.iam().resources().list().kind("dnsZone").all().await?.len(), 2);
    /// # Ok(()) }
    /// ```
    pub fn list(self) -> ListResources {
        ListResources::new(self.0.objects(&ops::LIST_RESOURCES, &[]))
    }

    /// One resource (`GET /v2/iam/resource/{resourceURN}`).
    ///
    /// # Permissions
    ///
    /// No IAM action.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// let zone = api.iam().resources().get("urn:v1:eu:resource:dnsZone:example.com").await?;
    /// assert_eq!(zone.name, "example.com");
    /// # Ok(()) }
    /// ```
    pub fn get(self, urn: &str) -> Call<Resource> {
        self.0.call(&ops::GET_RESOURCE, Decode::json()).arg(urn)
    }
}

list_request! {
    /// Lists policies; made by [`Policies::list`].
    pub struct ListPolicies => Policy;
    one {
        /// Tells more about the resources and the groups of actions.
        details: bool = "details",
        /// Only policies that OVHcloud made, or only others.
        read_only: bool = "readOnly",
    }
    many {
        /// Only policies that allow this action; may be given several times.
        action: String = "action",
        /// Only policies for this identity, a URN; may be given several times.
        identity: String = "identity",
        /// Only policies about this resource, a URN; may be given several times.
        resource: String = "resourceURN",
    }
}

list_request! {
    /// Lists resources; made by [`Resources::list`].
    pub struct ListResources => Resource;
    many {
        /// Only resources of this name; may be given several times.
        name: String = "resourceName",
        /// Only resources of this kind, such as `vps`; may be given several times.
        kind: String = "resourceType",
        /// Only this resource, a URN; may be given several times.
        urn: String = "resourceURN",
    }
}

#[derive(Clone, Debug, serde::Serialize)]
struct Urn {
    urn: String,
}

cloud_core::request! {
    /// Makes a policy; made by [`Policies::create`].
    #[serde(rename_all = "camelCase")]
    pub struct CreatePolicy => Policy;
    required {
        name: String,
        identities: Vec<String>,
        permissions: Permissions,
        resources: Vec<Urn>,
    }
    opt {
        /// What it is for.
        description: String,
        /// When it counts.
        conditions: Condition,
        /// When it ends.
        expired_at: Timestamp,
    }
    list {
        /// More of what it allows, by groups of actions.
        permissions_groups: GroupUrn,
    }
}

/// A group of actions, by its URN.
#[derive(Clone, Debug, serde::Serialize)]
pub struct GroupUrn {
    urn: String,
}

impl<T: Into<String>> From<T> for GroupUrn {
    fn from(urn: T) -> Self {
        Self { urn: urn.into() }
    }
}
