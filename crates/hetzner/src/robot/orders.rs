//! Orders. They cost money and cannot be taken back, so each is sent once and never repeated, whatever becomes of the
//! request; [`Error::may_have_happened`](crate::Error::may_have_happened) says when to look at the list of orders.

use std::time::Duration;

use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::model::{Decimal, Timestamp};
use cloud_core::time::Interval;
use cloud_core::wait::{Accepted, Progress, Step, Waiter};
use cloud_core::{Error, ErrorKind, Result};
use secrecy::SecretString;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::client::Client;
use super::ids::{Fingerprint, ServerNumber, TransactionId};
use super::wire::ServerKey;
use super::{ops, wait};

mod addons;
mod market;
mod standard;

pub use addons::{
    AddonOrders, AddonProduct, AddonTransaction, ListAddonProducts, ListAddonTransactions,
    OrderAddon, TransactionResource,
};
pub use market::{
    ListMarketProducts, ListMarketTransactions, MarketOrders, MarketProduct, MarketTransaction,
    OrderMarketServer, OrderedMarketServer,
};
pub use standard::{
    ListStandardProducts, ListStandardTransactions, OrderStandardServer, OrderedServer,
    StandardOrders, StandardProduct, StandardTransaction,
};

cloud_core::open_enum! {
    /// How far an order is.
    pub enum TransactionStatus {
        /// The order was carried out.
        Ready = "ready",
        /// The order is being worked on.
        InProcess = "in process",
        /// The order was cancelled.
        Cancelled = "cancelled",
    }
}

/// What something costs, with four places behind the point, in the currency of the [account](Client::currency).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Price {
    /// Without taxes, for a month or once.
    pub net: Decimal,
    /// With taxes, for a month or once.
    pub gross: Decimal,
    /// Without taxes, for an hour; `None` for what is not paid by the hour.
    pub hourly_net: Option<Decimal>,
    /// With taxes, for an hour; `None` for what is not paid by the hour.
    pub hourly_gross: Option<Decimal>,
}

/// What a product costs in a location.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ProductPrice {
    /// The location, such as `FSN1`.
    pub location: String,
    /// The price for a month.
    pub price: Price,
    /// The price for the setup.
    pub price_setup: Price,
}

/// Something that can be ordered with a server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct OrderableAddon {
    /// The id, such as `primary_ipv4`.
    pub id: String,
    /// The name for people.
    pub name: String,
    /// The location it is for; `None` for all.
    pub location: Option<String>,
    /// The fewest of them.
    pub min: u32,
    /// The most of them.
    pub max: u32,
    /// What it costs in each location.
    pub prices: Vec<ProductPrice>,
}

/// The order of a server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, bound(deserialize = "P: Default + Deserialize<'de>"))]
#[non_exhaustive]
pub struct ServerTransaction<P> {
    /// The id of the order.
    pub id: TransactionId,
    /// When it was ordered.
    pub date: Timestamp,
    /// How far it is.
    pub status: TransactionStatus,
    /// The number of the server; `None` until it is ready.
    pub server_number: Option<ServerNumber>,
    /// The main address of the server; `None` until it is ready, and without one.
    pub server_ip: Option<String>,
    /// The keys that may log in.
    #[serde(rename = "authorized_key")]
    pub authorized_keys: Vec<ServerKey>,
    /// The keys by which the server shows that it is the right one.
    #[serde(rename = "host_key")]
    pub host_keys: Vec<ServerKey>,
    /// What was asked for in words.
    pub comment: Option<String>,
    /// The product as it was ordered.
    pub product: P,
    /// What was ordered with it.
    pub addons: Vec<String>,
}

/// The answer to `/order/currency`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Currency {
    currency: String,
}

impl Client {
    /// The currency of all prices, such as `EUR` (`GET /order/currency`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    #[inline]
    pub fn currency(&self) -> Call<String> {
        let decode = Decode::json().map(|answer: Currency| answer.currency);
        self.call(&ops::ORDER_CURRENCY, decode)
    }

    /// Orders of new servers.
    pub fn standard_orders(&self) -> StandardOrders<'_> {
        StandardOrders(self)
    }

    /// Orders in the server market.
    pub fn market_orders(&self) -> MarketOrders<'_> {
        MarketOrders(self)
    }

    /// Orders of what is added to a server.
    pub fn addon_orders(&self) -> AddonOrders<'_> {
        AddonOrders(self)
    }
}

/// An order was cancelled: found by `error.api::<robot::OrderCancelled>()`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OrderCancelled {
    /// The id of the order.
    pub id: TransactionId,
}

/// An order of any kind.
trait Transaction: DeserializeOwned + Clone + Send + Sync + 'static {
    fn id(&self) -> &TransactionId;
    fn status(&self) -> &TransactionStatus;
}

impl<P> Transaction for ServerTransaction<P>
where
    P: Default + DeserializeOwned + Clone + Send + Sync + 'static,
{
    fn id(&self) -> &TransactionId {
        &self.id
    }

    fn status(&self) -> &TransactionStatus {
        &self.status
    }
}

/// How the answer to an order is read, and the order followed by `get`.
fn ordered<T: Transaction>(
    api: &Client,
    get: fn(&Client, TransactionId) -> Call<T>,
) -> Decode<Accepted<T>> {
    let api = api.clone();
    Decode::key("transaction").map(move |transaction: T| {
        let api = api.clone();
        Accepted::new(transaction, move |transaction| {
            followed(&api, transaction, get)
        })
    })
}

/// Follows an order until it is ready.
fn followed<T: Transaction>(
    api: &Client,
    transaction: &T,
    get: fn(&Client, TransactionId) -> Call<T>,
) -> Waiter<T> {
    // Reads of all kinds of orders share one limit, so that of any kind finds the right engine.
    let row = &ops::STANDARD_TRANSACTION;
    let engine = api.engine(&row.method, row.path);
    if *transaction.status() == TransactionStatus::Ready {
        return wait::ended(engine, transaction.clone());
    }
    let (api, id) = (api.clone(), transaction.id().clone());
    wait::poll(
        engine,
        Interval::new(Duration::from_secs(30), Duration::from_secs(120)),
        format!("order {id}"),
        move || get(&api, id.clone()),
        judged,
    )
}

fn judged<T: Transaction>(transaction: T) -> Result<Step<T>> {
    match transaction.status() {
        TransactionStatus::Ready => Ok(Step::Done(transaction)),
        TransactionStatus::Cancelled => {
            let id = transaction.id().clone();
            let text = format!("order {id} was cancelled");
            Err(Error::new(ErrorKind::WorkFailed, text)
                .with_code("cancelled")
                .with_details(OrderCancelled { id }))
        }
        // A word that this version does not know counts as still changing.
        other => {
            let progress = Progress::new(0, "order", other.as_str());
            Ok(Step::Pending(progress))
        }
    }
}

/// An ordered server gets keys or a password, and not both.
fn check_access(keys: Option<&Vec<Fingerprint>>, password: Option<&SecretString>) -> Result<()> {
    let has_keys = keys.is_some_and(|keys| !keys.is_empty());
    if has_keys && password.is_some() {
        return Err(Error::input("password", "must not be given with keys"));
    }
    Ok(())
}
