//! Sizes that load balancers come in.

use cloud_core::call::{Call, Task};
use cloud_core::model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::deprecation::Deprecation;
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::find::find;
use crate::ids::LoadBalancerTypeId;
use crate::pricing::LocationPrice;
use cloud_core::model::IdOrName;

/// A size that load balancers come in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct LoadBalancerType {
    /// The number of the type.
    pub id: LoadBalancerTypeId,
    /// Its name, such as `lb11`.
    pub name: String,
    /// A line for people.
    pub description: String,
    /// What it costs in each location.
    pub prices: Vec<LocationPrice>,
    /// When its end was announced, as the service said it before it had `deprecation`; see
    /// [`end`](Self::end).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<Timestamp>,
    /// Its announced end; see [`end`](Self::end).
    pub deprecation: Option<Deprecation>,
    /// How many connections it holds at the same time.
    pub max_connections: u64,
    /// How many services it can have.
    pub max_services: u32,
    /// How many targets it can have.
    pub max_targets: u32,
    /// How many certificates its services can have together.
    pub max_assigned_certificates: u32,
}

impl From<&LoadBalancerType> for LoadBalancerTypeId {
    fn from(load_balancer_type: &LoadBalancerType) -> Self {
        load_balancer_type.id
    }
}

impl LoadBalancerType {
    /// The announced end of the type, in whatever form the service wrote it.
    pub fn end(&self) -> Option<Deprecation> {
        Deprecation::from_either(self.deprecation.as_ref(), self.deprecated)
    }

    /// What it costs in the location with this name.
    pub fn price_in(&self, location: &str) -> Option<&LocationPrice> {
        self.prices.iter().find(|price| price.location == location)
    }
}

/// The operations of this room.
pub(crate) mod ops {
    cloud_core::operations! {
        LIST_LOAD_BALANCER_TYPES = "list_load_balancer_types", GET "/load_balancer_types";
        GET_LOAD_BALANCER_TYPE = "get_load_balancer_type", GET "/load_balancer_types/{id}";
    }
}

impl Client {
    /// Types of load balancers.
    pub fn load_balancer_types(&self) -> LoadBalancerTypes<'_> {
        LoadBalancerTypes::new(self)
    }
}

/// The calls about types of load balancers, under `/load_balancer_types`.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
/// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
/// let types = api.load_balancer_types().list().all().await?;
/// let same = api.load_balancer_types().find(&types[0].name).await?;
/// assert_eq!(same.as_ref(), Some(&types[0]));
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct LoadBalancerTypes<'a>(&'a Client);

impl<'a> LoadBalancerTypes<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists types of load balancers (`GET /load_balancer_types`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    #[inline]
    pub fn list(self) -> ListLoadBalancerTypes {
        ListLoadBalancerTypes::new(
            self.0
                .list(&ops::LIST_LOAD_BALANCER_TYPES, "load_balancer_types"),
        )
    }

    /// One type of load balancer (`GET /load_balancer_types/{id}`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound), which [`find`](Self::find) turns into `None`.
    pub fn get(self, id: impl Into<LoadBalancerTypeId>) -> Call<LoadBalancerType> {
        self.0.get(
            &ops::GET_LOAD_BALANCER_TYPE,
            id.into().0,
            "load_balancer_type",
        )
    }

    /// Looks a type of load balancer up by name or id (`GET /load_balancer_types?name=..`, `GET
    /// /load_balancer_types/{id}`); `None` when there is none.
    ///
    /// # Permissions
    ///
    /// A token with read access.
    pub fn find(
        self,
        load_balancer_type: impl Into<IdOrName<LoadBalancerTypeId>>,
    ) -> Task<Option<LoadBalancerType>> {
        let by_name = |name: &str| {
            self.0
                .list(&ops::LIST_LOAD_BALANCER_TYPES, "load_balancer_types")
                .query("name", name)
        };
        find(load_balancer_type.into(), by_name, |id| self.get(id))
    }
}

cloud_core::list_request! {
    /// Lists types of load balancers; made by [`LoadBalancerTypes::list`].
    pub struct ListLoadBalancerTypes => LoadBalancerType;
    one {
        /// Only the one of this name.
        name: String = "name",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_and_ends_are_looked_up() {
        let read = |json: &str| cloud_core::decode::from_str::<LoadBalancerType>(json).unwrap();
        let priced =
            read(r#"{"prices":[{"location":"fsn1"},{"location":"ash","included_traffic":2}]}"#);
        assert_eq!(priced.price_in("ash").unwrap().included_traffic, 2);
        assert_eq!((priced.price_in("hel1"), priced.end()), (None, None));
        let at = "2026-06-01T00:00:00Z";
        for json in [
            format!(r#"{{"deprecated":"{at}"}}"#),
            format!(r#"{{"deprecation":{{"announced":"{at}"}}}}"#),
        ] {
            assert_eq!(read(&json).end().unwrap().announced.to_string(), at);
        }
    }
}
