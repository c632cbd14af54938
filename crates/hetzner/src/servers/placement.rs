use cloud_core::call::Call;
use cloud_core::provider::CallBuilder;
use cloud_core::wait::Accepted;

use super::{Servers, ops};
use crate::actions::{Action, COPYING};
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::ids::{PlacementGroupId, ServerId};

impl Servers<'_> {
    /// Changes the type of a server that is off (`POST /servers/{id}/actions/change_type`). A disk that has been
    /// grown cannot be shrunk, so with `upgrade_disk` there is no way back to a smaller type.
    ///
    /// It may copy a whole disk, so a wait for it has a deadline of two hours unless
    /// [`timeout`](cloud_core::wait::Waiter::timeout) sets another.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`ServerNotStopped`](ErrorCode::ServerNotStopped),
    /// [`InvalidServerType`](ErrorCode::InvalidServerType), [`ResourceUnavailable`](ErrorCode::ResourceUnavailable)
    /// (no room for the type there), [`Locked`](ErrorCode::Locked).
    pub fn change_type(
        self,
        id: impl Into<ServerId>,
        server_type: impl Into<String>,
        upgrade_disk: bool,
    ) -> ChangeServerType {
        ChangeServerType::new(
            self.start(&ops::CHANGE_SERVER_TYPE, id.into())
                .map(|started| started.with_timeout(COPYING)),
            server_type.into(),
            upgrade_disk,
        )
    }

    /// Puts a server that is off into a placement group (`POST /servers/{id}/actions/add_to_placement_group`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`ServerNotStopped`](ErrorCode::ServerNotStopped),
    /// [`AlreadyInPlacementGroup`](ErrorCode::AlreadyInPlacementGroup).
    pub fn add_to_placement_group(
        self,
        id: impl Into<ServerId>,
        placement_group: impl Into<PlacementGroupId>,
    ) -> AddToPlacementGroup {
        let call = self.start(&ops::ADD_SERVER_TO_PLACEMENT_GROUP, id.into());
        AddToPlacementGroup::new(call, placement_group.into())
    }

    /// Takes it out of its placement group (`POST /servers/{id}/actions/remove_from_placement_group`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`Locked`](ErrorCode::Locked).
    pub fn remove_from_placement_group(self, id: impl Into<ServerId>) -> Call<Accepted<Action>> {
        self.start(&ops::REMOVE_SERVER_FROM_PLACEMENT_GROUP, id.into())
    }
}

cloud_core::request! {
    /// Changes the type of a server; made by [`Servers::change_type`].
    pub struct ChangeServerType => Accepted<Action>;
    required {
        server_type: String,
        upgrade_disk: bool,
    }
}

cloud_core::request! {
    /// Puts a server into a placement group; made by [`Servers::add_to_placement_group`].
    pub struct AddToPlacementGroup => Accepted<Action>;
    required {
        placement_group: PlacementGroupId,
    }
}
