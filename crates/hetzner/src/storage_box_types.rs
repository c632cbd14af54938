//! Sizes that storage boxes come in.

use cloud_core::call::{Call, Task};
use cloud_core::list::List;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::deprecation::Deprecation;
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::find::find;
use crate::ids::StorageBoxTypeId;
use crate::pricing::Price;
use cloud_core::model::IdOrName;

/// A size that storage boxes come in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct StorageBoxType {
    /// The number of the type.
    pub id: StorageBoxTypeId,
    /// Its name, such as `bx11`.
    pub name: String,
    /// A line for people.
    pub description: String,
    /// What it costs in each location.
    pub prices: Vec<StorageBoxPrice>,
    /// Its announced end, if any.
    pub deprecation: Option<Deprecation>,
    /// How many snapshots can be taken by hand; `None` where there is no limit.
    pub snapshot_limit: Option<u32>,
    /// How many snapshots a plan can keep; `None` where there is no limit.
    pub automatic_snapshot_limit: Option<u32>,
    /// How many subaccounts there can be.
    pub subaccounts_limit: u32,
    /// The space in bytes.
    pub size: u64,
}

impl From<&StorageBoxType> for StorageBoxTypeId {
    fn from(storage_box_type: &StorageBoxType) -> Self {
        storage_box_type.id
    }
}

/// What a storage box of one type costs in one location.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct StorageBoxPrice {
    /// The name of the location.
    pub location: String,
    /// For each begun hour.
    pub price_hourly: Price,
    /// The most that a month can cost.
    pub price_monthly: Price,
    /// Once, when it is ordered.
    pub setup_fee: Price,
}

impl StorageBoxType {
    /// What it costs in the location with this name.
    pub fn price_in(&self, location: &str) -> Option<&StorageBoxPrice> {
        self.prices.iter().find(|price| price.location == location)
    }
}

/// The operations of this room.
pub(crate) mod ops {
    cloud_core::operations! {
        LIST_STORAGE_BOX_TYPES = "list_storage_box_types", GET "/storage_box_types";
        GET_STORAGE_BOX_TYPE = "get_storage_box_type", GET "/storage_box_types/{id}";
    }
}

impl Client {
    /// Sizes that storage boxes come in.
    pub fn storage_box_types(&self) -> StorageBoxTypes<'_> {
        StorageBoxTypes::new(self)
    }
}

/// The calls about sizes of storage boxes, under `/storage_box_types` of the second host.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
/// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
/// let types = api.storage_box_types().list().all().await?;
/// let same = api.storage_box_types().find(&types[0].name).await?;
/// assert_eq!(same.as_ref(), Some(&types[0]));
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct StorageBoxTypes<'a>(&'a Client);

impl<'a> StorageBoxTypes<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    #[inline]
    fn listed(self) -> List<StorageBoxType> {
        self.0
            .list(&ops::LIST_STORAGE_BOX_TYPES, "storage_box_types")
    }

    /// Lists types of storage boxes (`GET /storage_box_types`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    #[inline]
    pub fn list(self) -> ListStorageBoxTypes {
        ListStorageBoxTypes::new(self.listed())
    }

    /// One type of storage box (`GET /storage_box_types/{id}`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound), which [`find`](Self::find) turns into `None`.
    pub fn get(self, id: impl Into<StorageBoxTypeId>) -> Call<StorageBoxType> {
        self.0
            .get(&ops::GET_STORAGE_BOX_TYPE, id.into().0, "storage_box_type")
    }

    /// Looks a type of storage box up by name or id (`GET /storage_box_types?name=..`, `GET
    /// /storage_box_types/{id}`); `None` when there is none.
    ///
    /// # Permissions
    ///
    /// A token with read access.
    pub fn find(
        self,
        storage_box_type: impl Into<IdOrName<StorageBoxTypeId>>,
    ) -> Task<Option<StorageBoxType>> {
        find(
            storage_box_type.into(),
            |name| self.listed().query("name", name),
            |id| self.get(id),
        )
    }
}

cloud_core::list_request! {
    /// Lists types of storage boxes; made by [`StorageBoxTypes::list`].
    pub struct ListStorageBoxTypes => StorageBoxType;
    one {
        /// Only the one of this name.
        name: String = "name",
    }
}
