//! Rules about which servers may share a host.

use crate::actions::{Created, Deleted, created};
use crate::client::Client;
use crate::find::find;
use crate::id_or_name::IdOrName;
use crate::labels;
use crate::ops;
use crate::sort::Sort;
use cloud_core::call::{Call, Task};
use cloud_core::model::Timestamp;

use crate::labels::Labels;
use crate::servers::ServerId;

cloud_core::numeric_id! {
    /// Identifies a placement group.
    pub struct PlacementGroupId;
}

cloud_core::open_enum! {
    /// The rule of a placement group.
    pub enum PlacementGroupType {
        /// Every server of the group runs on a different host.
        Spread = "spread",
    }
}

cloud_core::model! {
    /// A group of servers placed by one rule.
    pub struct PlacementGroup {
        /// The number of the group.
        pub id: PlacementGroupId,
        /// Its name, unique in the project.
        pub name: String,
        /// Its labels.
        pub labels: Labels,
        /// Its rule.
        #[serde(rename = "type")]
        pub kind: PlacementGroupType,
        /// When it was created.
        pub created: Timestamp,
        /// The servers in it.
        pub servers: Vec<ServerId>,
    }
}

/// `/placement_groups`.
#[derive(Clone, Copy, Debug)]
pub struct PlacementGroups<'a>(&'a Client);

impl<'a> PlacementGroups<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists placement groups (`GET /placement_groups`).
    pub fn list(self) -> ListPlacementGroups {
        ListPlacementGroups::new(self.0.list(&ops::LIST_PLACEMENT_GROUPS, "placement_groups"))
    }

    /// Creates a placement group (`POST /placement_groups`). `uniqueness_error` when the name is taken.
    pub fn create(self, name: impl Into<String>, kind: PlacementGroupType) -> CreatePlacementGroup {
        let decode = Created::<PlacementGroup>::decode(self.0);
        CreatePlacementGroup::new(self.0.call(&ops::CREATE_PLACEMENT_GROUP, decode), name.into(), kind)
    }

    /// One placement group (`GET /placement_groups/{id}`).
    pub fn get(self, id: impl Into<PlacementGroupId>) -> Call<PlacementGroup> {
        self.0.get(&ops::GET_PLACEMENT_GROUP, id.into().0, "placement_group")
    }

    /// Looks a placement group up by id or name.
    pub fn find(self, group: impl Into<IdOrName>) -> Task<Option<PlacementGroup>> {
        let by_name = |name: &str| self.0.list(&ops::LIST_PLACEMENT_GROUPS, "placement_groups").query("name", name);
        find(group.into(), by_name, |id| self.get(id))
    }

    /// Changes a placement group (`PUT /placement_groups/{id}`).
    pub fn update(self, id: impl Into<PlacementGroupId>) -> UpdatePlacementGroup {
        UpdatePlacementGroup::new(self.0.get(&ops::UPDATE_PLACEMENT_GROUP, id.into().0, "placement_group"))
    }

    /// Deletes a placement group; its servers stay where they are (`DELETE /placement_groups/{id}`).
    pub fn delete(self, id: impl Into<PlacementGroupId>) -> Call<Deleted> {
        self.0.delete(&ops::DELETE_PLACEMENT_GROUP, id.into())
    }
}

created!(PlacementGroup as placement_group in placement_groups);

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
    pub struct CreatePlacementGroup => Created<PlacementGroup>;
    required {
        name: String,
        #[serde(rename = "type")]
        kind: PlacementGroupType,
    }
    opt {
        /// Its labels.
        labels: Labels,
    }
    check |this: &Self| labels::check(this.labels.as_ref());
}

cloud_core::request! {
    /// Changes a placement group; made by [`PlacementGroups::update`].
    pub struct UpdatePlacementGroup => PlacementGroup;
    opt {
        /// The new name.
        name: String,
        /// The labels it has from now on, instead of all it had.
        labels: Labels,
    }
    check |this: &Self| labels::check(this.labels.as_ref());
}
