//! `/v2/iam`: who may do what to which resource.

use std::collections::{BTreeMap, BTreeSet};

use cloud_core::call::{Call, Task};
use cloud_core::decode::Decode;
use cloud_core::model::Timestamp;
use cloud_core::provider::{CallBuilder, There, ready_or_get};
use cloud_core::wait::Accepted;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::list::list_request;
use crate::ops;

mod groups;

pub use groups::{
    CreateResourceGroup, ListResourceGroups, ResourceGroup, ResourceGroupId, ResourceGroups,
    UpdateResourceGroup,
};

cloud_core::text_id! {
    /// Identifies a policy, a UUID.
    pub struct PolicyId of Policy.id;
}

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
    pub id: PolicyId,
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
/// let policies = api.iam().policies();
/// let policy = policies.create("billing", [who], what.clone(), ["urn:v1:eu:resource:account:ab12345-ovh"]).await?;
///
/// let more = what.and_deny(["account:apiovh:me/bill/payment/get"]);
/// let policy = policies.update(&policy).permissions(more).await?; // all else stays
/// assert_eq!(policy.identities, [who]);
/// policies.delete(&policy).await?;
/// # Ok(()) }
/// ```
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

    /// Resources that are named together, so that one policy is about all of them.
    pub fn resource_groups(self) -> ResourceGroups<'a> {
        ResourceGroups::new(self.0)
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
    #[inline]
    pub fn list(self) -> ListPolicies {
        ListPolicies::new(self.0.objects(&ops::LIST_POLICIES, &[]))
    }

    /// Makes a policy (`POST /v2/iam/policy`). A client can [record](crate::Client::record_rules) what a program
    /// needs and write the smallest policy for it.
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:iam/policy/create`.
    ///
    /// # Errors
    ///
    /// 409 when there is a policy of this name; [`or_get`](CreatePolicy::or_get) takes it if it is the same.
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
        let client = self.0.clone();
        CreatePolicy::new(call, name.into(), identities, permissions, urns, client)
    }

    /// One policy (`GET /v2/iam/policy/{policyId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:iam/policy/get`.
    pub fn get(self, policy: impl Into<PolicyId>) -> Call<Policy> {
        self.0
            .call(&ops::GET_POLICY, Decode::json())
            .arg(policy.into())
    }

    /// Changes a policy (`PUT /v2/iam/policy/{policyId}`). The service takes a policy as a whole, so this begins with the
    /// policy as it was read, and what is not set stays as it is there.
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:iam/policy/edit`.
    #[inline]
    pub fn update(self, policy: &Policy) -> UpdatePolicy {
        let call = self.0.call(&ops::UPDATE_POLICY, Decode::json());
        let groups = policy.permissions_groups.iter();
        let mut update = UpdatePolicy::new(call.arg(&policy.id))
            .name(policy.name.as_str())
            // Of what may be missing this alone takes no null in the schema (`iam.policy.Update`).
            .description(policy.description.clone().unwrap_or_default())
            .identities(policy.identities.iter().map(String::as_str))
            .permissions(policy.permissions.clone())
            .permissions_groups(groups.map(|group| group.urn.as_str()))
            .resources(policy.resources.iter().map(|about| about.urn.as_str()));
        // The setters of these two take no `None`.
        update.conditions.clone_from(&policy.conditions);
        update.expired_at = policy.expired_at;
        update
    }

    /// Deletes a policy (`DELETE /v2/iam/policy/{policyId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:iam/policy/delete`.
    pub fn delete(self, policy: impl Into<PolicyId>) -> Call<()> {
        self.0
            .call(&ops::DELETE_POLICY, Decode::nothing())
            .arg(policy.into())
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
    #[inline]
    pub fn list(self) -> ListResources {
        ListResources::new(self.0.objects(&ops::LIST_RESOURCES, &[]))
    }

    /// One resource (`GET /v2/iam/resource/{resourceURN}`).
    ///
    /// # Permissions
    ///
    /// No IAM action.
    pub fn get(self, urn: impl Into<String>) -> Call<Resource> {
        self.0
            .call(&ops::GET_RESOURCE, Decode::json())
            .arg(urn.into())
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

/// A resource, a group of resources or a group of actions, by its URN.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Urn {
    urn: String,
}

impl<T: Into<String>> From<T> for Urn {
    fn from(urn: T) -> Self {
        Self { urn: urn.into() }
    }
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
    unsent {
        client: Client,
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
        permissions_groups: Urn,
    }
}

impl CreatePolicy {
    /// Makes the policy (`POST /v2/iam/policy`), or takes the one of its name if that allows the same people the same
    /// actions on the same resources under the same conditions until the same end (`GET /v2/iam/policy`).
    ///
    /// # Permissions
    ///
    /// The IAM actions `account:apiovh:iam/policy/create` and `account:apiovh:iam/policy/get`.
    ///
    /// # Errors
    ///
    /// The 409 of the creation, or the error of the answer that was lost, when the policy of this name is another one. The
    /// error names the first field that differs, such as `permissions.allow`, as the last of its
    /// [`fields`](cloud_core::Error::fields).
    #[inline]
    pub fn or_get(self) -> Task<Accepted<Policy>> {
        let (client, asked) = (self.client.clone(), self.clone());
        ready_or_get(client.clone().engine(), self.send(), move || async move {
            // The list has no filter for names.
            let mut all = client.iam().policies().list().items();
            while let Some(policy) = all.next().await? {
                if policy.name == asked.name {
                    return Ok(There::of(Some(policy), |there| asked.difference(there)));
                }
            }
            Ok(There::Nothing)
        })
    }

    /// The first field in which a policy is another one. The order of identities, actions and resources is the service's.
    fn difference(&self, policy: &Policy) -> Option<&'static str> {
        fn same<'t>(
            asked: impl Iterator<Item = &'t String>,
            there: impl Iterator<Item = &'t String>,
        ) -> bool {
            asked.collect::<BTreeSet<_>>() == there.collect::<BTreeSet<_>>()
        }
        let actions = |asked: &Vec<Action>, there: &Vec<Action>| {
            same(
                asked.iter().map(|known| &known.action),
                there.iter().map(|known| &known.action),
            )
        };
        let (what, there) = (&self.permissions, &policy.permissions);
        let groups = self.permissions_groups.iter().flatten();
        let compared = [
            (
                "identities",
                same(self.identities.iter(), policy.identities.iter()),
            ),
            ("permissions.allow", actions(&what.allow, &there.allow)),
            ("permissions.deny", actions(&what.deny, &there.deny)),
            ("permissions.except", actions(&what.except, &there.except)),
            (
                "resources",
                same(
                    self.resources.iter().map(|about| &about.urn),
                    policy.resources.iter().map(|about| &about.urn),
                ),
            ),
            (
                "permissionsGroups",
                same(
                    groups.map(|group| &group.urn),
                    policy.permissions_groups.iter().map(|group| &group.urn),
                ),
            ),
            // A policy that counts at times only, or no longer, is another one.
            ("conditions", self.conditions == policy.conditions),
            ("expiredAt", self.expired_at == policy.expired_at),
        ];
        let other = compared.into_iter().find(|(_, same)| !same);
        other.map(|(field, _)| field)
    }
}

cloud_core::request! {
    /// Changes a policy; made by [`Policies::update`].
    #[serde(rename_all = "camelCase")]
    pub struct UpdatePolicy => Policy;
    opt {
        /// Its new name, unique in the account.
        name: String,
        /// What it is for.
        description: String,
        /// The actions that it allows or forbids.
        permissions: Permissions,
        /// When it counts.
        conditions: Condition,
        /// When it ends.
        expired_at: Timestamp,
    }
    list {
        /// The URNs of the users, groups and service accounts that it is for.
        identities: String,
        /// The URNs of the resources and groups of resources that it is about.
        resources: Urn,
        /// More of what it allows, by groups of actions.
        permissions_groups: Urn,
    }
}
