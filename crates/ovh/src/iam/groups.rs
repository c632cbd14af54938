use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::model::Timestamp;
use cloud_core::provider::CallBuilder;
use serde::{Deserialize, Serialize};

use super::{Resource, Urn};
use crate::client::Client;
use crate::list::list_request;
use crate::ops;

cloud_core::text_id! {
    /// Identifies a group of resources, a UUID.
    pub struct ResourceGroupId of ResourceGroup.id;
}

/// Resources that are named together. In a policy it has an id, a name and no more.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct ResourceGroup {
    /// Its identifier, a UUID.
    pub id: ResourceGroupId,
    /// The URN of the group, which policies name it by.
    pub urn: String,
    /// The name of the group of resources.
    pub name: String,
    /// The account that it belongs to.
    pub owner: String,
    /// Whether OVHcloud made it.
    pub read_only: bool,
    /// The resources of the group; their names only when [details](ListResourceGroups::details) were asked for.
    pub resources: Vec<Resource>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// When it was changed last.
    pub updated_at: Option<Timestamp>,
}

/// Calls about groups of resources (`/v2/iam/resourceGroup`), made by [`Iam::resource_groups`](super::Iam::resource_groups).
#[derive(Clone, Copy, Debug)]
pub struct ResourceGroups<'a>(&'a Client);

impl<'a> ResourceGroups<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists groups of resources, page by page (`GET /v2/iam/resourceGroup`).
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:iam/resourceGroup/get`.
    #[inline]
    pub fn list(self) -> ListResourceGroups {
        ListResourceGroups::new(self.0.objects(&ops::LIST_RESOURCE_GROUPS, &[]))
    }

    /// One group of resources (`GET /v2/iam/resourceGroup/{groupId}`), with what is known of its resources.
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:iam/resourceGroup/get`.
    pub fn get(self, group: impl Into<ResourceGroupId>) -> Call<ResourceGroup> {
        self.0
            .call(&ops::GET_RESOURCE_GROUP, Decode::json())
            .arg(group.into())
            .query("details", true)
    }

    /// Makes a group of the resources of these URNs (`POST /v2/iam/resourceGroup`).
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:iam/resourceGroup/create`.
    pub fn create(
        self,
        name: impl Into<String>,
        resources: impl IntoIterator<Item = impl Into<Urn>>,
    ) -> CreateResourceGroup {
        let resources = resources.into_iter().map(Into::into).collect();
        let call = self.0.call(&ops::CREATE_RESOURCE_GROUP, Decode::json());
        CreateResourceGroup::new(call, name.into(), resources)
    }

    /// Changes a group of resources (`PUT /v2/iam/resourceGroup/{groupId}`). The service takes a group as a whole, so this
    /// begins with the group as it was read, and what is not set stays as it is there.
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:iam/resourceGroup/edit`.
    #[inline]
    pub fn update(self, group: &ResourceGroup) -> UpdateResourceGroup {
        let call = self.0.call(&ops::UPDATE_RESOURCE_GROUP, Decode::json());
        UpdateResourceGroup::new(call.arg(&group.id))
            .name(group.name.as_str())
            .resources(group.resources.iter().map(|resource| resource.urn.as_str()))
    }

    /// Deletes a group of resources (`DELETE /v2/iam/resourceGroup/{groupId}`). The resources stay.
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:iam/resourceGroup/delete`.
    pub fn delete(self, group: impl Into<ResourceGroupId>) -> Call<()> {
        self.0
            .call(&ops::DELETE_RESOURCE_GROUP, Decode::nothing())
            .arg(group.into())
    }
}

list_request! {
    /// Lists groups of resources; made by [`ResourceGroups::list`].
    pub struct ListResourceGroups => ResourceGroup;
    one {
        /// Tells more about the resources.
        details: bool = "details",
    }
}

cloud_core::request! {
    /// Makes a group of resources; made by [`ResourceGroups::create`].
    pub struct CreateResourceGroup => ResourceGroup;
    required {
        name: String,
        resources: Vec<Urn>,
    }
}

cloud_core::request! {
    /// Changes a group of resources; made by [`ResourceGroups::update`].
    pub struct UpdateResourceGroup => ResourceGroup;
    opt {
        /// Its new name.
        name: String,
    }
    list {
        /// The URNs of all of its resources.
        resources: Urn,
    }
}
