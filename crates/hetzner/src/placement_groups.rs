//! Rules about which servers may share a host.

use crate::actions::{self, Action, Created, or_get};
use crate::client::Client;
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::find::find;
use crate::ids::{PlacementGroupId, ServerId};
use crate::labels;
use cloud_core::call::{Call, Task};
use cloud_core::model::IdOrName;
use cloud_core::model::Sort;
use cloud_core::model::Timestamp;
use cloud_core::wait::Accepted;
use serde::{Deserialize, Serialize};

use crate::labels::Labels;

cloud_core::open_enum! {
    /// The rule of a placement group.
    pub enum PlacementGroupType {
        /// Every server of the group runs on a different host.
        Spread = "spread",
    }
}

/// A group of servers placed by one rule.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PlacementGroup {
    /// The number of the group.
    pub id: PlacementGroupId,
    /// Its name, unique in the project.
    pub name: String,
    /// The labels of the placement group.
    pub labels: Labels,
    /// The rule for placing its servers.
    #[serde(rename = "type")]
    pub kind: PlacementGroupType,
    /// When it was created.
    pub created: Timestamp,
    /// The servers in it.
    pub servers: Vec<ServerId>,
}

crate::actions::id_of!(PlacementGroup => PlacementGroupId);

/// The operations of this room.
pub(crate) mod ops {
    cloud_core::operations! {
        LIST_PLACEMENT_GROUPS = "list_placement_groups", GET "/placement_groups";
        CREATE_PLACEMENT_GROUP = "create_placement_group", POST "/placement_groups";
        GET_PLACEMENT_GROUP = "get_placement_group", GET "/placement_groups/{id}";
        UPDATE_PLACEMENT_GROUP = "update_placement_group", PUT "/placement_groups/{id}";
        DELETE_PLACEMENT_GROUP = "delete_placement_group", DELETE "/placement_groups/{id}";
    }
}

impl Client {
    /// Placement groups, which keep servers on different hosts.
    pub fn placement_groups(&self) -> PlacementGroups<'_> {
        PlacementGroups::new(self)
    }
}

/// The calls about placement groups, under `/placement_groups`.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
/// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
/// use hetzner::PlacementGroupType;
///
/// let group = api.placement_groups().create("web", PlacementGroupType::Spread).await?.into_answer().resource;
/// let create = api.servers().create("web-1", "cx23", "debian-13").placement_group(group.id);
/// let server = create.await?.wait().await?;
/// assert_eq!(api.placement_groups().get(group.id).await?.servers, [server.id]);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PlacementGroups<'a>(&'a Client);

impl<'a> PlacementGroups<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists placement groups (`GET /placement_groups`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    #[inline]
    pub fn list(self) -> ListPlacementGroups {
        ListPlacementGroups::new(self.0.list(&ops::LIST_PLACEMENT_GROUPS, "placement_groups"))
    }

    /// Creates a placement group (`POST /placement_groups`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`UniquenessError`](ErrorCode::UniquenessError) (the name is taken),
    /// [`ResourceLimitExceeded`](ErrorCode::ResourceLimitExceeded).
    pub fn create(self, name: impl Into<String>, kind: PlacementGroupType) -> CreatePlacementGroup {
        let decode = actions::created(
            self.0,
            "placement_group",
            |api, placement_group: &PlacementGroup| api.placement_groups().get(placement_group.id),
        );
        CreatePlacementGroup::new(
            self.0.call(&ops::CREATE_PLACEMENT_GROUP, decode),
            name.into(),
            kind,
            self.0.clone(),
        )
    }

    /// One placement group (`GET /placement_groups/{id}`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound), which [`find`](Self::find) turns into `None`.
    pub fn get(self, id: impl Into<PlacementGroupId>) -> Call<PlacementGroup> {
        self.0
            .get(&ops::GET_PLACEMENT_GROUP, id.into().0, "placement_group")
    }

    /// Looks a placement group up by name or id (`GET /placement_groups?name=..`, `GET /placement_groups/{id}`);
    /// `None` when there is none. Text is a name first, and an id only when nothing has that name and it is a number.
    ///
    /// # Permissions
    ///
    /// A token with read access.
    pub fn find(
        self,
        group: impl Into<IdOrName<PlacementGroupId>>,
    ) -> Task<Option<PlacementGroup>> {
        let by_name = |name: &str| {
            self.0
                .list(&ops::LIST_PLACEMENT_GROUPS, "placement_groups")
                .query("name", name)
        };
        find(group.into(), by_name, |id| self.get(id))
    }

    /// Changes the name or the labels of a placement group (`PUT /placement_groups/{id}`). What is not set stays as
    /// it is.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`UniquenessError`](ErrorCode::UniquenessError) (the name is taken).
    pub fn update(self, id: impl Into<PlacementGroupId>) -> UpdatePlacementGroup {
        UpdatePlacementGroup::new(self.0.get(
            &ops::UPDATE_PLACEMENT_GROUP,
            id.into().0,
            "placement_group",
        ))
    }

    /// Deletes a placement group (`DELETE /placement_groups/{id}`). Take its servers out first: the documentation of
    /// the service does not say what becomes of them.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    pub fn delete(self, id: impl Into<PlacementGroupId>) -> Call<Accepted<Option<Action>, ()>> {
        self.0.delete(&ops::DELETE_PLACEMENT_GROUP, id.into())
    }
}

cloud_core::list_request! {
    /// Lists placement groups; made by [`PlacementGroups::list`].
    pub struct ListPlacementGroups => PlacementGroup;
    one {
        /// Only the one of this name.
        name: String = "name",
    }
    many {
        /// Only groups of this kind; may be given several times.
        kind: PlacementGroupType = "type",
        /// Sorts by `id`, `name` or `created`; may be given several times.
        sort: Sort = "sort",
    }
}

labels::label_selector!(ListPlacementGroups);

cloud_core::request! {
    /// Creates a placement group; made by [`PlacementGroups::create`].
    pub struct CreatePlacementGroup => Accepted<Created<PlacementGroup>, PlacementGroup>;
    required {
        name: String,
        #[serde(rename = "type")]
        kind: PlacementGroupType,
    }
    unsent {
        client: Client,
    }
    opt {
        /// The labels of the new placement group.
        labels: Labels,
    }
    check |this: &Self| labels::check(this.labels.as_ref());
}

or_get::or_get_method!(
    CreatePlacementGroup => PlacementGroup in placement_groups,
    "the placement group", "placement_groups", same ["type"],
    // The API lists no actions of placement groups.
    actions None,
);

cloud_core::request! {
    /// Changes a placement group; made by [`PlacementGroups::update`].
    pub struct UpdatePlacementGroup => PlacementGroup;
    opt {
        /// The new name of the placement group.
        name: String,
        /// The labels it has from now on, instead of all it had.
        labels: Labels,
    }
    check |this: &Self| labels::check(this.labels.as_ref());
}
