use cloud_core::call::Call;
use cloud_core::model::Decimal;
use cloud_core::provider::CallBuilder;
use cloud_core::wait::Accepted;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::{OrderableAddon, ServerTransaction, check_access, ordered};
use crate::robot::client::Client;
use crate::robot::dates::LocalTime;
#[cfg(doc)]
use crate::robot::error::ErrorCode;
use crate::robot::ids::{Fingerprint, MarketProductId, TransactionId};
use crate::robot::ops;
use crate::robot::wire::list_of;

/// A used server on offer, one of its kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MarketProduct {
    /// The number of the offer.
    pub id: MarketProductId,
    /// The name for people.
    pub name: String,
    /// What it consists of, line by line.
    pub description: Vec<String>,
    /// The traffic that is included.
    pub traffic: String,
    /// The distributions it can come with.
    pub dist: Vec<String>,
    /// The languages of the distributions.
    pub lang: Vec<String>,
    /// The processor that it has.
    pub cpu: String,
    /// What the processor reaches in a benchmark.
    pub cpu_benchmark: u64,
    /// The memory in GB.
    pub memory_size: u64,
    /// The size of a disk in GB.
    pub hdd_size: u64,
    /// What is special about the disks.
    pub hdd_text: String,
    /// How many disks it has.
    pub hdd_count: u32,
    /// The data centre where it stands.
    pub datacenter: Option<String>,
    /// The speed of its network.
    pub network_speed: String,
    /// The price for a month without taxes.
    pub price: Decimal,
    /// The price for an hour without taxes; `None` when it is not paid by the hour.
    pub price_hourly: Option<Decimal>,
    /// The price for the setup without taxes.
    pub price_setup: Decimal,
    /// The price for a month with taxes.
    pub price_vat: Decimal,
    /// The price for an hour with taxes; `None` when it is not paid by the hour.
    pub price_hourly_vat: Option<Decimal>,
    /// The price for the setup with taxes.
    pub price_setup_vat: Decimal,
    /// Whether the price does not fall any more.
    pub fixed_price: bool,
    /// In how many seconds the price falls.
    pub next_reduce: i64,
    /// When the price falls, without a zone; it need not be a time.
    pub next_reduce_date: LocalTime,
    /// What can be ordered with it. Without `primary_ipv4` it has IPv6 alone.
    pub orderable_addons: Vec<OrderableAddon>,
}

/// A used server that was ordered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct OrderedMarketServer {
    /// The number of the offer.
    pub id: MarketProductId,
    /// The name of the product.
    pub name: String,
    /// What it consists of, line by line.
    pub description: Vec<String>,
    /// The traffic that is included.
    pub traffic: String,
    /// The distribution it comes with.
    pub dist: String,
    /// The language of the distribution.
    pub lang: String,
    /// The processor that it has.
    pub cpu: String,
    /// What the processor reaches in a benchmark.
    pub cpu_benchmark: u64,
    /// The memory in GB.
    pub memory_size: u64,
    /// The size of a disk in GB.
    pub hdd_size: u64,
    /// What is special about the disks.
    pub hdd_text: String,
    /// How many disks it has.
    pub hdd_count: u32,
    /// The data centre where it stands.
    pub datacenter: Option<String>,
    /// The speed of its network.
    pub network_speed: String,
}

/// The order of a used server.
pub type MarketTransaction = ServerTransaction<OrderedMarketServer>;

/// The calls about orders in the server market, under `/order/server_market`.
#[derive(Clone, Copy, Debug)]
pub struct MarketOrders<'a>(pub(super) &'a Client);

impl MarketOrders<'_> {
    /// Lists the servers on offer (`GET /order/server_market/product`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    #[inline]
    pub fn products(self) -> ListMarketProducts {
        let list = list_of!(MarketProduct, in "product");
        ListMarketProducts::new(self.0.list(&ops::MARKET_PRODUCTS, list))
    }

    /// One server on offer (`GET /order/server_market/product/{product-id}`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound), which `.optional()` turns into `None`.
    pub fn product(self, id: impl Into<MarketProductId>) -> Call<MarketProduct> {
        let call = self.0.one(&ops::MARKET_PRODUCT, "product");
        call.arg(id.into())
    }

    /// Lists the orders of the last 30 days (`GET /order/server_market/transaction`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    #[inline]
    pub fn list(self) -> ListMarketTransactions {
        let list = list_of!(MarketTransaction, in "transaction");
        ListMarketTransactions::new(self.0.list(&ops::MARKET_TRANSACTIONS, list))
    }

    /// One order (`GET /order/server_market/transaction/{id}`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound), which `.optional()` turns into `None`.
    pub fn get(self, id: impl Into<TransactionId>) -> Call<MarketTransaction> {
        let call = self.0.one(&ops::MARKET_TRANSACTION, "transaction");
        call.arg(id.into())
    }

    /// Orders a server (`POST /order/server_market/transaction`). The request is sent once and never repeated. The wait is
    /// that of [`StandardOrders::create`](super::StandardOrders::create).
    ///
    /// # Permissions
    ///
    /// A user of the web service. Ordering has to be switched on in the settings of Robot. The service takes twenty orders a
    /// day.
    ///
    /// # Errors
    ///
    /// Worth handling: [`InvalidInput`](ErrorCode::InvalidInput) (sold already), [`PreconditionFailed`](ErrorCode::PreconditionFailed)
    /// (it has to be ordered in the web panel).
    pub fn create(self, product_id: impl Into<MarketProductId>) -> OrderMarketServer {
        let decode = ordered(self.0, |api, id| api.market_orders().get(id));
        let call = self.0.call(&ops::MARKET_ORDER, decode).once();
        OrderMarketServer::new(call, product_id.into())
    }
}

cloud_core::list_request! {
    /// Lists used servers on offer; made by [`MarketOrders::products`].
    pub struct ListMarketProducts => MarketProduct;
}

cloud_core::list_request! {
    /// Lists orders of used servers; made by [`MarketOrders::list`].
    pub struct ListMarketTransactions => MarketTransaction;
}

cloud_core::request! {
    /// Orders a used server; made by [`MarketOrders::create`].
    pub struct OrderMarketServer => Accepted<MarketTransaction> as form;
    required {
        product_id: MarketProductId,
    }
    opt {
        /// The password of `root`, in place of keys.
        @serde(serialize_with = "cloud_core::model::secret::expose_opt") password: SecretString,
        /// The distribution it comes with.
        dist: String,
        /// The language of the distribution.
        lang: String,
        /// A wish in words. People have to read it, so the order takes longer.
        comment: String,
        /// Whether this is a test, and nothing is ordered. There is nothing to wait for then.
        test: bool,
    }
    list {
        /// The keys that may log in, which must be stored in Robot.
        @serde(rename = "authorized_key") authorized_keys: Fingerprint,
        /// What is ordered with it, by the ids of the [addons](MarketProduct::orderable_addons).
        @serde(rename = "addon") addons: String,
    }
    check |this: &Self| check_access(this.authorized_keys.as_ref(), this.password.as_ref());
}
