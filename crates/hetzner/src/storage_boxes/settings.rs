use cloud_core::call::Call;
use cloud_core::wait::Accepted;
use secrecy::SecretString;

use super::ops;
use super::{StorageBoxes, check};
use crate::actions::Action;
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::ids::{StorageBoxId, StorageBoxSnapshotId};
use cloud_core::model::IdOrName;

impl StorageBoxes<'_> {
    /// Changes the size, to a type by name or, as text, by id (`POST /storage_boxes/{id}/actions/change_type`). It
    /// cannot become smaller than what is stored in it.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`InvalidInput`](ErrorCode::InvalidInput) (there is no such type, or it is too small).
    pub fn change_type(
        self,
        id: impl Into<StorageBoxId>,
        storage_box_type: impl Into<String>,
    ) -> ChangeStorageBoxType {
        ChangeStorageBoxType::new(
            self.start(&ops::CHANGE_STORAGE_BOX_TYPE, id.into()),
            storage_box_type.into(),
        )
    }

    /// Gives the main account another password (`POST /storage_boxes/{id}/actions/reset_password`). The rules are
    /// those of [`create`](Self::create).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`InvalidInput`](ErrorCode::InvalidInput) (the password breaks a rule).
    pub fn reset_password(
        self,
        id: impl Into<StorageBoxId>,
        password: impl Into<SecretString>,
    ) -> ResetStorageBoxPassword {
        ResetStorageBoxPassword::new(
            self.start(&ops::RESET_STORAGE_BOX_PASSWORD, id.into()),
            password.into(),
        )
    }

    /// Changes the ways in which it can be reached (`POST /storage_boxes/{id}/actions/update_access_settings`). What
    /// is not set stays as it is.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    pub fn update_access_settings(self, id: impl Into<StorageBoxId>) -> UpdateStorageBoxAccess {
        UpdateStorageBoxAccess::new(self.start(&ops::UPDATE_STORAGE_BOX_ACCESS_SETTINGS, id.into()))
    }

    /// Puts everything back to a snapshot, by id or name (`POST /storage_boxes/{id}/actions/rollback_snapshot`). What
    /// was written since is lost, and so are newer snapshots.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    pub fn rollback_snapshot(
        self,
        id: impl Into<StorageBoxId>,
        snapshot: impl Into<IdOrName<StorageBoxSnapshotId>>,
    ) -> RollbackStorageBoxSnapshot {
        // Unlike elsewhere, the id is text on the wire.
        let snapshot = snapshot.into().to_string();
        RollbackStorageBoxSnapshot::new(
            self.start(&ops::ROLLBACK_STORAGE_BOX_SNAPSHOT, id.into()),
            snapshot,
        )
    }

    /// Takes snapshots from now on at this time of the day (UTC), every day unless a day is set, and keeps up to
    /// `max_snapshots` of them; an earlier plan ends (`POST /storage_boxes/{id}/actions/enable_snapshot_plan`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`InvalidInput`](ErrorCode::InvalidInput) (the type keeps fewer).
    pub fn enable_snapshot_plan(
        self,
        id: impl Into<StorageBoxId>,
        max_snapshots: u32,
        hour: u32,
        minute: u32,
    ) -> EnableSnapshotPlan {
        let call = self.start(&ops::ENABLE_STORAGE_BOX_SNAPSHOT_PLAN, id.into());
        EnableSnapshotPlan::new(call, max_snapshots, hour, minute)
    }

    /// Ends the plan; the snapshots it took stay (`POST /storage_boxes/{id}/actions/disable_snapshot_plan`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    pub fn disable_snapshot_plan(self, id: impl Into<StorageBoxId>) -> Call<Accepted<Action>> {
        self.start(&ops::DISABLE_STORAGE_BOX_SNAPSHOT_PLAN, id.into())
    }
}

cloud_core::request! {
    /// Changes the size of a storage box; made by [`StorageBoxes::change_type`].
    pub struct ChangeStorageBoxType => Accepted<Action>;
    required {
        storage_box_type: String,
    }
    check |this: &Self| check::not_empty("storage_box_type", &this.storage_box_type);
}

cloud_core::request! {
    /// Sets the password of a storage box; made by [`StorageBoxes::reset_password`]. `Debug` hides it.
    pub struct ResetStorageBoxPassword => Accepted<Action>;
    required {
        #[serde(serialize_with = "cloud_core::model::secret::expose")]
        password: SecretString,
    }
    check |this: &Self| check::password(&this.password);
}

cloud_core::request! {
    /// Changes the ways in which a storage box can be reached; made by [`StorageBoxes::update_access_settings`].
    pub struct UpdateStorageBoxAccess => Accepted<Action>;
    opt {
        /// Whether it can be reached from outside of the provider's network.
        reachable_externally: bool,
        /// Whether it can be reached by Samba (SMB).
        samba_enabled: bool,
        /// Whether it can be reached by SSH.
        ssh_enabled: bool,
        /// Whether it can be reached by WebDAV.
        webdav_enabled: bool,
        /// Whether the folder with the snapshots of the file system can be seen.
        zfs_enabled: bool,
    }
}

cloud_core::request! {
    /// Puts a storage box back to a snapshot; made by [`StorageBoxes::rollback_snapshot`].
    pub struct RollbackStorageBoxSnapshot => Accepted<Action>;
    required {
        snapshot: String,
    }
    check |this: &Self| check::not_empty("snapshot", &this.snapshot);
}

cloud_core::request! {
    /// Begins a plan of snapshots; made by [`StorageBoxes::enable_snapshot_plan`].
    pub struct EnableSnapshotPlan => Accepted<Action>;
    required {
        max_snapshots: u32,
        hour: u32,
        minute: u32,
    }
    opt {
        /// Only on this day of the week, from 1 for Monday to 7 for Sunday.
        day_of_week: u32,
        /// Only on this day of the month, from 1 to 31.
        day_of_month: u32,
    }
    check |this: &Self| {
        check::within("max_snapshots", Some(this.max_snapshots), 1, u32::MAX)?;
        check::within("hour", Some(this.hour), 0, 23)?;
        check::within("minute", Some(this.minute), 0, 59)?;
        check::within("day_of_week", this.day_of_week, 1, 7)?;
        check::within("day_of_month", this.day_of_month, 1, 31)
    };
}
