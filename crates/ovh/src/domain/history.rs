use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::provider::CallBuilder;
use cloud_core::wait::Accepted;
use serde::{Deserialize, Serialize};

use super::ZoneTask;
use super::zones::ZoneHandle;
use crate::list::list_request;
use crate::ops;

/// A state that a zone had.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct RestorePoint {
    /// When the zone was saved, in the very text by which the service knows the state.
    pub creation_date: String,
    /// Where the zone file can be read.
    pub zone_file_url: String,
}

impl<'a> ZoneHandle<'a> {
    /// The group of all calls about what the zone was before.
    pub fn history(&self) -> History<'a> {
        History { zone: self.clone() }
    }
}

/// Calls about what a zone was before (`/domain/zone/{zoneName}/history`), made by [`ZoneHandle::history`].
#[derive(Clone, Debug)]
pub struct History<'a> {
    zone: ZoneHandle<'a>,
}

impl History<'_> {
    /// Lists saved states (`GET /domain/zone/{zoneName}/history`, and `GET /domain/zone/{zoneName}/history/{creationDate}`
    /// for each where the service does not expand the list).
    ///
    /// # Permissions
    ///
    /// The IAM action `dnsZone:apiovh:history/get`.
    #[inline]
    pub fn list(&self) -> ListRestorePoints {
        let (all, one) = (&ops::LIST_RESTORE_POINTS, &ops::GET_RESTORE_POINT);
        ListRestorePoints::new(self.zone.client.expanded(all, one, &[&self.zone.name]))
    }

    /// One saved state (`GET /domain/zone/{zoneName}/history/{creationDate}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `dnsZone:apiovh:history/get`.
    pub fn get(&self, creation_date: impl Into<String>) -> Call<RestorePoint> {
        self.zone
            .call(&ops::GET_RESTORE_POINT, Decode::json())
            .arg(creation_date.into())
    }

    /// Takes the zone back to a saved state (`POST /domain/zone/{zoneName}/history/{creationDate}/restore`).
    ///
    /// # Permissions
    ///
    /// The IAM action `dnsZone:apiovh:history/restore`; for waiting `dnsZone:apiovh:task/get`.
    pub fn restore(&self, creation_date: impl Into<String>) -> Call<Accepted<ZoneTask>> {
        self.zone
            .call(&ops::RESTORE_ZONE, self.zone.begun())
            .arg(creation_date.into())
    }
}

list_request! {
    /// Lists saved states; made by [`History::list`].
    pub struct ListRestorePoints => RestorePoint;
    one {
        /// Only states that were saved at this moment or later, such as `2026-01-31T00:00:00Z`.
        since: String = "creationDate.from",
        /// Only states that were saved at this moment or earlier.
        until: String = "creationDate.to",
    }
}
