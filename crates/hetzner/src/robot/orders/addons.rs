use cloud_core::call::Call;
use cloud_core::model::Timestamp;
use cloud_core::provider::CallBuilder;
use cloud_core::wait::Accepted;
use serde::{Deserialize, Serialize};

use super::{ProductPrice, Transaction, TransactionStatus, ordered};
use crate::robot::client::Client;
#[cfg(doc)]
use crate::robot::error::ErrorCode;
use crate::robot::ids::{ServerNumber, TransactionId};
use crate::robot::ips::check_ip;
use crate::robot::ops;
use crate::robot::wire::list_of;

/// Something that can be added to a server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct AddonProduct {
    /// The id, such as `additional_ipv4`.
    pub id: String,
    /// The name for people.
    pub name: String,
    /// The kind, which says what an order needs: `ip_ipv4`, `subnet_ipv4` and `failover_subnet_ipv4` need a
    /// [reason](OrderAddon::reason).
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The price of the product in each location.
    pub price: ProductPrice,
}

/// The order of something that is added to a server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct AddonTransaction {
    /// The id of the order.
    pub id: TransactionId,
    /// When it was ordered.
    pub date: Timestamp,
    /// How far it is.
    pub status: TransactionStatus,
    /// The number of the server.
    pub server_number: ServerNumber,
    /// The product as it was ordered.
    pub product: AddonProduct,
    /// What came of it.
    pub resources: Vec<TransactionResource>,
}

/// Something that came of an order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TransactionResource {
    /// The kind, such as `subnet`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The id, such as the address of a net.
    pub id: String,
}

impl Transaction for AddonTransaction {
    fn id(&self) -> &TransactionId {
        &self.id
    }

    fn status(&self) -> &TransactionStatus {
        &self.status
    }
}

/// The calls about orders of what is added to a server, under `/order/server_addon`.
#[derive(Clone, Copy, Debug)]
pub struct AddonOrders<'a>(pub(super) &'a Client);

impl AddonOrders<'_> {
    /// Lists what can be added to a server (`GET /order/server_addon/{server-number}/product`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`ServerNotFound`](ErrorCode::ServerNotFound).
    pub fn products(self, number: impl Into<ServerNumber>) -> ListAddonProducts {
        let list = list_of!(AddonProduct, in "product");
        let list = self.0.list(&ops::ADDON_PRODUCTS, list);
        ListAddonProducts::new(list.map_call(|call| call.arg(number.into())))
    }

    /// Lists the orders of the last 30 days (`GET /order/server_addon/transaction`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    #[inline]
    pub fn list(self) -> ListAddonTransactions {
        let list = list_of!(AddonTransaction, in "transaction");
        ListAddonTransactions::new(self.0.list(&ops::ADDON_TRANSACTIONS, list))
    }

    /// One order (`GET /order/server_addon/transaction/{id}`).
    ///
    /// # Permissions
    ///
    /// A user of the web service.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound), which `.optional()` turns into `None`.
    pub fn get(self, id: impl Into<TransactionId>) -> Call<AddonTransaction> {
        let call = self.0.one(&ops::ADDON_TRANSACTION, "transaction");
        call.arg(id.into())
    }

    /// Orders something for a server (`POST /order/server_addon/transaction`). The request is sent once and never repeated.
    /// The wait is that of [`StandardOrders::create`](super::StandardOrders::create).
    ///
    /// # Permissions
    ///
    /// A user of the web service. Ordering has to be switched on in the settings of Robot. The service takes twenty orders a
    /// day.
    ///
    /// # Errors
    ///
    /// Worth handling: [`InvalidInput`](ErrorCode::InvalidInput), [`Conflict`](ErrorCode::Conflict),
    /// [`PreconditionFailed`](ErrorCode::PreconditionFailed) (it has to be ordered in the web panel).
    pub fn create(
        self,
        number: impl Into<ServerNumber>,
        product_id: impl Into<String>,
    ) -> OrderAddon {
        let decode = ordered(self.0, |api, id| api.addon_orders().get(id));
        let call = self.0.call(&ops::ADDON_ORDER, decode).once();
        OrderAddon::new(call, number.into(), product_id.into())
    }
}

cloud_core::list_request! {
    /// Lists what can be added to a server; made by [`AddonOrders::products`].
    pub struct ListAddonProducts => AddonProduct;
}

cloud_core::list_request! {
    /// Lists orders of what is added to servers; made by [`AddonOrders::list`].
    pub struct ListAddonTransactions => AddonTransaction;
}

cloud_core::request! {
    /// Orders something for a server; made by [`AddonOrders::create`].
    pub struct OrderAddon => Accepted<AddonTransaction> as form;
    required {
        server_number: ServerNumber,
        product_id: String,
    }
    opt {
        /// Why addresses are needed; see [`AddonProduct::kind`].
        reason: String,
        /// The address of the server that a subnet is routed to.
        gateway: String,
        /// Whether this is a test, and nothing is ordered. There is nothing to wait for then.
        test: bool,
    }
    check |this: &Self| this.gateway.as_ref().map_or(Ok(()), |ip| check_ip("gateway", ip));
}
