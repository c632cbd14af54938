use cloud_core::call::Call;
use cloud_core::provider::CallBuilder;
use cloud_core::wait::Accepted;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::{OrderableAddon, ProductPrice, ServerTransaction, check_access, ordered};
use crate::robot::client::Client;
#[cfg(doc)]
use crate::robot::error::ErrorCode;
use crate::robot::ids::{Fingerprint, TransactionId};
use crate::robot::ops;
use crate::robot::wire::list_of;

/// A new server on offer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct StandardProduct {
    /// The id, such as `EX40`.
    pub id: String,
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
    /// The locations where it can stand.
    pub location: Vec<String>,
    /// What it costs in each location.
    pub prices: Vec<ProductPrice>,
    /// What can be ordered with it. Without `primary_ipv4` it has IPv6 alone.
    pub orderable_addons: Vec<OrderableAddon>,
}

/// A new server that was ordered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct OrderedServer {
    /// The id of the product, such as `EX40`.
    pub id: String,
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
    /// The location where it stands.
    pub location: Option<String>,
}

/// The order of a new server.
pub type StandardTransaction = ServerTransaction<OrderedServer>;

/// The calls about orders of new servers, under `/order/server`.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
/// # use cloud_sandbox::hetzner_robot::{PASSWORD, USER};
/// # let transport = cloud_sandbox::Sandbox::new().hetzner_robot();
/// # let api = hetzner::robot::Client::builder().user(USER).password(PASSWORD).transport(transport).build()?;
/// use std::time::Duration;
///
/// let products = api.standard_orders().products().all().await?;
/// let product = &products[0];
/// let order = api.standard_orders().create(&*product.id).location("FSN1").password("correct horse battery");
/// let order = order.addons(["primary_ipv4"]).await?;
/// let ready = order.wait().timeout(Duration::from_secs(24 * 3600)).await?;
/// assert!(ready.server_number.is_some());
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct StandardOrders<'a>(pub(super) &'a Client);

impl StandardOrders<'_> {
    /// Lists the servers on offer (`GET /order/server/product`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    #[inline]
    pub fn products(self) -> ListStandardProducts {
        let list = list_of!(StandardProduct, in "product");
        ListStandardProducts::new(self.0.list(&ops::STANDARD_PRODUCTS, list))
    }

    /// One server on offer (`GET /order/server/product/{product-id}`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound), which `.optional()` turns into `None`.
    pub fn product(self, id: impl Into<String>) -> Call<StandardProduct> {
        let call = self.0.one(&ops::STANDARD_PRODUCT, "product");
        call.arg(id.into())
    }

    /// Lists the orders of the last 30 days (`GET /order/server/transaction`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    #[inline]
    pub fn list(self) -> ListStandardTransactions {
        let list = list_of!(StandardTransaction, in "transaction");
        ListStandardTransactions::new(self.0.list(&ops::STANDARD_TRANSACTIONS, list))
    }

    /// One order (`GET /order/server/transaction/{id}`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound), which `.optional()` turns into `None`.
    pub fn get(self, id: impl Into<TransactionId>) -> Call<StandardTransaction> {
        let call = self.0.one(&ops::STANDARD_TRANSACTION, "transaction");
        call.arg(id.into())
    }

    /// Orders a server (`POST /order/server/transaction`). The request is sent once and never repeated. The wait ends when
    /// the server is ready, and fails with [`OrderCancelled`](super::OrderCancelled); give it a
    /// [`timeout`](cloud_core::wait::Waiter::timeout), because people may have to work on it.
    ///
    /// # Permissions
    ///
    /// A user of the web service. Ordering has to be switched on in the settings of Robot. The service takes twenty orders a
    /// day.
    ///
    /// # Errors
    ///
    /// Worth handling: [`InvalidInput`](ErrorCode::InvalidInput), [`PreconditionFailed`](ErrorCode::PreconditionFailed) (it
    /// has to be ordered in the web panel).
    pub fn create(self, product_id: impl Into<String>) -> OrderStandardServer {
        let decode = ordered(self.0, |api, id| api.standard_orders().get(id));
        let call = self.0.call(&ops::STANDARD_ORDER, decode).once();
        OrderStandardServer::new(call, product_id.into())
    }
}

cloud_core::list_request! {
    /// Lists servers on offer; made by [`StandardOrders::products`].
    pub struct ListStandardProducts => StandardProduct;
    one {
        /// Only those that cost so much in a month at least.
        min_price: String = "min_price",
        /// Only those that cost so much in a month at most.
        max_price: String = "max_price",
        /// Only those whose setup costs so much at least.
        min_price_setup: String = "min_price_setup",
        /// Only those whose setup costs so much at most.
        max_price_setup: String = "max_price_setup",
        /// Only those that can stand in this location.
        location: String = "location",
    }
}

cloud_core::list_request! {
    /// Lists orders of new servers; made by [`StandardOrders::list`].
    pub struct ListStandardTransactions => StandardTransaction;
}

cloud_core::request! {
    /// Orders a new server; made by [`StandardOrders::create`].
    pub struct OrderStandardServer => Accepted<StandardTransaction> as form;
    required {
        product_id: String,
    }
    opt {
        /// The password of `root`, in place of keys.
        @serde(serialize_with = "cloud_core::model::secret::expose_opt") password: SecretString,
        /// The location, which is needed where there are several.
        location: String,
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
        /// What is ordered with it, by the ids of the [addons](StandardProduct::orderable_addons).
        @serde(rename = "addon") addons: String,
    }
    check |this: &Self| check_access(this.authorized_keys.as_ref(), this.password.as_ref());
}
