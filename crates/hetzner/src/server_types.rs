//! Sizes that servers come in.

use crate::client::Client;
use crate::deprecation::Deprecation;
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::find::find;
use crate::ids::{LocationId, ServerTypeId};
use crate::pricing::LocationPrice;
use cloud_core::call::{Call, Task};
use cloud_core::model::IdOrName;
use serde::{Deserialize, Serialize};

cloud_core::open_enum! {
    /// The instruction set of a processor.
    pub enum Architecture {
        /// The 64-bit instruction set of x86.
        X86 = "x86",
        /// The 64-bit instruction set of Arm.
        Arm = "arm",
    }
}

cloud_core::open_enum! {
    /// Whether other servers use the same cores.
    pub enum CpuType {
        /// Other servers use the same cores.
        Shared = "shared",
        /// No other server uses the same cores.
        Dedicated = "dedicated",
    }
}

cloud_core::open_enum! {
    /// Where the disk of a server is.
    pub enum StorageType {
        /// In the host: faster.
        Local = "local",
        /// On the network: survives the host.
        Network = "network",
    }
}

/// A size that servers come in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ServerType {
    /// The number of the type.
    pub id: ServerTypeId,
    /// Its name, such as `cx23`.
    pub name: String,
    /// A line for people.
    pub description: String,
    /// The memory of a server, in GB.
    pub memory: f64,
    /// Whether its end is announced anywhere. The service asks to read [`locations`](Self::locations) instead.
    pub deprecated: bool,
    /// What it costs in each location. A price does not mean that the type is offered there.
    pub prices: Vec<LocationPrice>,
    /// Where its disk is.
    pub storage_type: StorageType,
    /// Whether its cores are shared.
    pub cpu_type: CpuType,
    /// The product line, in words for people.
    pub category: String,
    /// The instruction set of its processor.
    pub architecture: Architecture,
    /// Its announced end, without regard to locations. The service asks to read [`locations`](Self::locations)
    /// instead.
    pub deprecation: Option<Deprecation>,
    /// Where it is offered, and on what terms.
    pub locations: Vec<ServerTypeLocation>,
    /// The number of cores.
    pub cores: u32,
    /// The size of the disk in GB.
    pub disk: u32,
}

impl From<&ServerType> for ServerTypeId {
    fn from(server_type: &ServerType) -> Self {
        server_type.id
    }
}

/// A location that offers a server type.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ServerTypeLocation {
    /// The number of the location.
    pub id: LocationId,
    /// The name of the location, such as `fsn1`.
    pub name: String,
    /// The announced end of the type in this location, if any.
    pub deprecation: Option<Deprecation>,
    /// Whether the service advises this type here.
    pub recommended: bool,
    /// Whether servers of this type can be created here at the moment. Stock changes by the minute, so creating one
    /// can still fail with `resource_unavailable`.
    pub available: bool,
}

impl ServerType {
    /// What the location with this name says about the type; `None` where the type is not offered.
    pub fn location(&self, name: &str) -> Option<&ServerTypeLocation> {
        self.locations.iter().find(|location| location.name == name)
    }

    /// Its announced end in the location with this name: that of the location, else, where the service says nothing of
    /// the location, that of the type. [`Deprecation`] prints as a line for people.
    pub fn deprecation_in(&self, location: &str) -> Option<&Deprecation> {
        match self.location(location) {
            Some(location) => location.deprecation.as_ref(),
            None => self.deprecation.as_ref(),
        }
    }

    /// What it costs in the location with this name.
    pub fn price_in(&self, location: &str) -> Option<&LocationPrice> {
        self.prices.iter().find(|price| price.location == location)
    }
}

/// The operations of this room.
pub(crate) mod ops {
    cloud_core::operations! {
        LIST_SERVER_TYPES = "list_server_types", GET "/server_types";
        GET_SERVER_TYPE = "get_server_type", GET "/server_types/{id}";
    }
}

impl Client {
    /// Types of servers, which say how large a server is.
    pub fn server_types(&self) -> ServerTypes<'_> {
        ServerTypes::new(self)
    }
}

/// The calls about types of servers, under `/server_types`.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
/// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
/// let small = api.server_types().find("cx23").await?.expect("a type");
/// println!("{} cores, {} GB of memory, {} GB of disk", small.cores, small.memory, small.disk);
/// assert!(small.cores >= 2);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ServerTypes<'a>(&'a Client);

impl<'a> ServerTypes<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists types of servers (`GET /server_types`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    #[inline]
    pub fn list(self) -> ListServerTypes {
        ListServerTypes::new(self.0.list(&ops::LIST_SERVER_TYPES, "server_types"))
    }

    /// One type of server (`GET /server_types/{id}`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound), which [`find`](Self::find) turns into `None`.
    pub fn get(self, id: impl Into<ServerTypeId>) -> Call<ServerType> {
        self.0
            .get(&ops::GET_SERVER_TYPE, id.into().0, "server_type")
    }

    /// Looks a type of server up by name or id (`GET /server_types?name=..`, `GET /server_types/{id}`); `None` when
    /// there is none.
    ///
    /// # Permissions
    ///
    /// A token with read access.
    pub fn find(self, server_type: impl Into<IdOrName<ServerTypeId>>) -> Task<Option<ServerType>> {
        let by_name = |name: &str| {
            self.0
                .list(&ops::LIST_SERVER_TYPES, "server_types")
                .query("name", name)
        };
        find(server_type.into(), by_name, |id| self.get(id))
    }
}

cloud_core::list_request! {
    /// Lists types of servers; made by [`ServerTypes::list`].
    pub struct ListServerTypes => ServerType;
    one {
        /// Only the one of this name.
        name: String = "name",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_and_prices_are_looked_up_by_location() {
        let server_type: ServerType = cloud_core::decode::from_str(
            r#"{"locations":[{"name":"fsn1"},{"name":"hel1","available":true}],
                "prices":[{"location":"fsn1","included_traffic":1},{"location":"ash","included_traffic":2}]}"#,
        )
        .unwrap();
        assert!(server_type.location("hel1").unwrap().available);
        assert_eq!(server_type.location("ash"), None);
        assert_eq!(server_type.price_in("ash").unwrap().included_traffic, 2);
        assert_eq!(server_type.price_in("hel1"), None);
    }

    #[test]
    fn the_end_of_a_type_is_that_of_the_location() {
        let server_type: ServerType = cloud_core::decode::from_str(
            r#"{"deprecation":{"announced":"2026-01-01T00:00:00Z"},"locations":[
                {"name":"fsn1","deprecation":{"announced":"2026-02-02T00:00:00Z"}},{"name":"hel1"}]}"#,
        )
        .unwrap();
        let told = |location| {
            let end = server_type.deprecation_in(location);
            end.map(|end| end.to_string().split_off(17)[..10].to_owned())
        };
        assert_eq!(told("fsn1").as_deref(), Some("2026-02-02"));
        assert_eq!(
            told("hel1"),
            None,
            "the end of another location is not its own"
        );
        assert_eq!(told("ash").as_deref(), Some("2026-01-01"));
    }
}
