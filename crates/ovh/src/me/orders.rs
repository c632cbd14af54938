//! What was ordered.

use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::model::{Secret, Timestamp};
use cloud_core::provider::CallBuilder;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::list::list_request;
use crate::ops;
use crate::price::{Moment, Price};

pub use crate::ids::OrderId;

cloud_core::open_enum! {
    /// How far an order has come.
    pub enum OrderStatus {
        /// It was called off.
        Cancelled = "cancelled",
        /// It is being called off.
        Cancelling = "cancelling",
        /// It is being checked.
        Checking = "checking",
        /// All of it is there.
        Delivered = "delivered",
        /// It is being made ready.
        Delivering = "delivering",
        /// Documents are wanted first.
        DocumentsRequested = "documentsRequested",
        /// It was not paid.
        NotPaid = "notPaid",
        /// The service says that it does not know.
        // `Unknown` is the name of the words that an open enum does not have.
        NotKnown = "unknown",
    }
}

/// An order that the account has made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Order {
    /// The number of the order, for calls about it.
    pub order_id: OrderId,
    /// When it was made.
    pub date: Option<Timestamp>,
    /// When the offer ends.
    pub expiration_date: Option<Timestamp>,
    /// Until when the buyer may step back.
    pub retraction_date: Option<Timestamp>,
    /// What is to be paid.
    pub price_with_tax: Price,
    /// The same without tax.
    pub price_without_tax: Price,
    /// The tax that the price with tax includes.
    pub tax: Price,
    /// Where to read it.
    pub url: Secret,
    /// Where to fetch it as a PDF.
    pub pdf_url: Secret,
    /// The password that opens it at these addresses, which hold it too.
    pub password: Secret,
}

// By hand, as `ids` knows no answers.
impl From<&Order> for OrderId {
    #[inline]
    fn from(order: &Order) -> Self {
        order.order_id
    }
}

/// Calls about the orders of the account (`/me/order`).
#[derive(Clone, Copy, Debug)]
pub struct Orders<'a>(&'a Client);

impl<'a> Orders<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists orders (`GET /me/order`), as whole objects in pages of 500.
    ///
    /// Where the service gives ids alone, each object is read by a call of its own (`GET /me/order/{orderId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:me/order/get`.
    #[inline]
    pub fn list(self) -> ListOrders {
        ListOrders::new(self.0.expanded(&ops::LIST_ORDERS, &ops::GET_ORDER, &[]))
    }

    /// One order (`GET /me/order/{orderId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:me/order/get`.
    pub fn get(self, order: impl Into<OrderId>) -> Call<Order> {
        self.0
            .call(&ops::GET_ORDER, Decode::json())
            .arg(order.into())
    }

    /// How far an order has come (`GET /me/order/{orderId}/status`).
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:me/order/status/get`.
    pub fn status(self, order: impl Into<OrderId>) -> Call<OrderStatus> {
        self.0
            .call(&ops::GET_ORDER_STATUS, Decode::json())
            .arg(order.into())
    }
}

list_request! {
    /// Lists orders; made by [`Orders::list`].
    pub struct ListOrders => Order;
    one {
        /// Only what was ordered at this time or later.
        since: Moment = "date.from",
        /// Only what was ordered at this time or before.
        until: Moment = "date.to",
    }
}
