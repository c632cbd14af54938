//! What everything costs.

use cloud_core::model::Decimal;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::ids::{LoadBalancerTypeId, ServerTypeId};
use crate::ips::IpVersion;
use cloud_core::call::Call;
use cloud_core::decode::Decode;

/// The operations of this room.
pub(crate) mod ops {
    cloud_core::operations! {
        GET_PRICING = "get_pricing", GET "/pricing";
    }
}

impl Client {
    /// The prices of everything (`GET /pricing`), in the currency that they name.
    ///
    /// # Permissions
    ///
    /// A token with read access.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// let pricing = api.pricing().await?;
    /// let cx23 = pricing.server_types.iter().find(|kind| kind.name == "cx23").expect("a type");
    /// let price = cx23.prices.iter().find(|price| price.location == "fsn1").expect("a location");
    /// println!("{} {} a month", price.price_monthly.net, pricing.currency);
    /// assert!(price.price_monthly.net.to_f64() < price.price_monthly.gross.to_f64());
    /// # Ok(()) }
    /// ```
    #[inline]
    pub fn pricing(&self) -> Call<Pricing> {
        self.call(&ops::GET_PRICING, Decode::key("pricing"))
    }
}

/// An amount of money in the currency of [`Pricing::currency`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Price {
    /// The amount without value-added tax.
    pub net: Decimal,
    /// The amount with value-added tax.
    pub gross: Decimal,
}

/// What a server or a load balancer of one type costs in one location.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct LocationPrice {
    /// The name of the location.
    pub location: String,
    /// For each begun hour.
    pub price_hourly: Price,
    /// The most that a month can cost.
    pub price_monthly: Price,
    /// For each TB of outgoing traffic beyond what is included.
    pub price_per_tb_traffic: Price,
    /// Outgoing traffic included each month, in bytes.
    pub included_traffic: u64,
}

/// The price list of the service.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Pricing {
    /// The currency, as three letters of ISO 4217.
    pub currency: String,
    /// The value-added tax in percent.
    pub vat_rate: Decimal,
    /// The prices of Primary IPs, for each version.
    pub primary_ips: Vec<PrimaryIpPricing>,
    /// The prices of Floating IPs, for each version.
    pub floating_ips: Vec<FloatingIpPricing>,
    /// The price of storing snapshots.
    pub image: StoragePricing,
    /// The price of storage in volumes.
    pub volume: StoragePricing,
    /// The surcharge for daily backups.
    pub server_backup: BackupPricing,
    /// The prices of servers, for each type.
    pub server_types: Vec<ServerTypePricing>,
    /// The prices of load balancers, for each type.
    pub load_balancer_types: Vec<LoadBalancerTypePricing>,
}

/// What Primary IPs of one version cost.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PrimaryIpPricing {
    /// The IP version of the addresses.
    #[serde(rename = "type")]
    pub kind: IpVersion,
    /// The price in each location.
    pub prices: Vec<PrimaryIpPrice>,
}

/// What a Primary IP costs in one location.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PrimaryIpPrice {
    /// The name of the location.
    pub location: String,
    /// For each begun hour.
    pub price_hourly: Price,
    /// The most that a month can cost.
    pub price_monthly: Price,
}

/// What Floating IPs of one version cost.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct FloatingIpPricing {
    /// The IP version of the addresses.
    #[serde(rename = "type")]
    pub kind: IpVersion,
    /// The price in each location.
    pub prices: Vec<FloatingIpPrice>,
}

/// What a Floating IP costs in one location. There is no hourly price.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct FloatingIpPrice {
    /// The name of the location.
    pub location: String,
    /// The price for each month.
    pub price_monthly: Price,
}

/// What storage of one kind costs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct StoragePricing {
    /// For each GB and month.
    pub price_per_gb_month: Price,
}

/// What daily backups cost.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct BackupPricing {
    /// The surcharge on the price of the server, in percent.
    pub percentage: Decimal,
}

/// What servers of one type cost.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ServerTypePricing {
    /// The number of the type.
    pub id: ServerTypeId,
    /// The name of the type, such as `cx23`.
    pub name: String,
    /// The price in each location.
    pub prices: Vec<LocationPrice>,
}

/// What load balancers of one type cost.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct LoadBalancerTypePricing {
    /// The number of the type.
    pub id: LoadBalancerTypeId,
    /// The name of the type, such as `lb11`.
    pub name: String,
    /// The price in each location.
    pub prices: Vec<LocationPrice>,
}
