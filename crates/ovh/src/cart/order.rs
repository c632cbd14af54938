use cloud_core::call::Call;
use cloud_core::decode::Decode;
use serde::{Deserialize, Serialize};

use super::{CartHandle, CartItemId};
use crate::ids::OrderId;
use crate::ops;
use crate::price::Price;

/// Terms that an order is under.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Contract {
    /// The name of the terms.
    pub name: String,
    /// Where the terms can be read.
    pub url: String,
    /// The text of the terms.
    pub content: String,
}

/// A line of an order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct OrderDetail {
    /// The item of the cart that the line is about.
    #[serde(rename = "cartItemID")]
    pub cart_item_id: Option<CartItemId>,
    /// The text of the line, for people.
    pub description: String,
    /// What the line is for, such as `DURATION` or `INSTALLATION`.
    pub detail_type: Option<String>,
    /// The service that it is about.
    pub domain: String,
    /// How many there are.
    pub quantity: i64,
    /// What one of them costs.
    pub unit_price: Price,
    /// What all of them cost.
    pub total_price: Price,
    /// What all of them would cost without reductions.
    pub original_total_price: Price,
    /// What is taken off.
    pub reduction_total_price: Price,
}

/// What an order costs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct OrderPrices {
    /// The whole price of the order, tax included.
    pub with_tax: Price,
    /// All of it but the tax.
    pub without_tax: Price,
    /// The tax that the whole price includes.
    pub tax: Price,
    /// What is taken off; `None` when nothing is.
    pub reduction: Option<Price>,
    /// What it would cost without tax and reductions.
    pub original_without_tax: Option<Price>,
}

/// What a cart comes to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Order {
    /// The number of the order; `None` while nothing is ordered.
    pub order_id: Option<OrderId>,
    /// Where the order is paid; `None` while nothing is ordered.
    pub url: Option<String>,
    /// The whole price of the order, with and without tax.
    pub prices: OrderPrices,
    /// The lines of the order.
    pub details: Vec<OrderDetail>,
    /// The terms that it is under.
    pub contracts: Vec<Contract>,
}

impl CartHandle {
    /// What the cart would cost (`GET /order/cart/{cartId}/summary`). Nothing is ordered.
    ///
    /// # Permissions
    ///
    /// No IAM action.
    #[inline]
    pub fn summary(&self) -> Call<Order> {
        self.call(&ops::GET_CART_SUMMARY, Decode::json())
    }

    /// The order that the cart would become, with its terms (`GET /order/cart/{cartId}/checkout`). Nothing is ordered.
    ///
    /// # Permissions
    ///
    /// The IAM action `order:apiovh:cart/checkout/simulate`.
    #[inline]
    pub fn simulate_checkout(&self) -> Call<Order> {
        self.call(&ops::SIMULATE_CHECKOUT, Decode::json())
    }

    /// Orders what is in the cart (`POST /order/cart/{cartId}/checkout`). This binds: the terms that
    /// [`simulate_checkout`](Self::simulate_checkout) shows are accepted. It is paid at the address of the answer, or at
    /// once where that is set.
    ///
    /// # Permissions
    ///
    /// The IAM action `order:apiovh:cart/checkout/execute`.
    pub fn checkout(&self) -> Checkout {
        Checkout::new(self.call(&ops::CHECKOUT, Decode::json()))
    }
}

cloud_core::request! {
    /// Orders what is in a cart; made by [`CartHandle::checkout`].
    #[serde(rename_all = "camelCase")]
    pub struct Checkout => Order;
    opt {
        /// Pays at once, by the preferred means of payment of the account.
        auto_pay_with_preferred_payment_method: bool,
        /// Gives up the right to withdraw, so that delivery begins at once.
        waive_retractation_period: bool,
    }
}
