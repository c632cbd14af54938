//! `/order/cart`: carts, what they would cost, whether a domain is free, and orders.

use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::model::Timestamp;
use cloud_core::provider::CallBuilder;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::list::list_request;
use crate::ops;

mod domain;
mod items;
mod order;

pub use domain::{AddDomain, CartPrice, Configuration, DomainAction, DomainOffer, PriceLabel};
pub use items::{
    CartItem, CartItemId, ConfigurationId, Configurations, CreatedConfiguration, ItemSettings,
    Items,
};
pub use order::{Checkout, Contract, Order, OrderDetail, OrderPrices};

cloud_core::text_id! {
    /// Identifies a cart, a UUID.
    pub struct CartId of Cart.cart_id;
}

/// What is about to be ordered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Cart {
    /// The id of the cart, a UUID.
    pub cart_id: CartId,
    /// What it is for.
    pub description: String,
    /// When the cart goes; `None` for a time that the service chooses.
    pub expire: Option<Timestamp>,
    /// The numbers of what is in it.
    pub items: Vec<CartItemId>,
    /// Whether it was ordered, and cannot be changed any more.
    pub read_only: bool,
}

impl Client {
    /// The group of all calls about carts.
    pub fn carts(&self) -> Carts<'_> {
        Carts(self)
    }

    /// One cart: what is in it, and what it would cost. Nothing is sent.
    pub fn cart(&self, cart: impl Into<CartId>) -> CartHandle {
        CartHandle {
            client: self.clone(),
            cart: cart.into(),
        }
    }
}

/// Calls about carts (`/order/cart`), made by [`Client::carts`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
/// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
/// let cart = api.carts().create("FR").description("a name for the shop").await?;
/// let cart = api.cart(&cart);
/// cart.assign().await?;
/// let offers = cart.domain("shop.example").await?;
/// if let Some(offer) = offers.iter().find(|offer| offer.is_free()) {
///     cart.add_domain("shop.example").offer_id(offer.offer_id.clone().unwrap_or_default()).await?;
///     println!("{}", cart.summary().await?.prices.with_tax.text); // nothing was ordered
/// }
/// # assert!(offers.iter().any(|offer| offer.is_free()));
/// cart.delete().await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Carts<'a>(&'a Client);

impl Carts<'_> {
    /// Lists the carts of the account (`GET /order/cart`, and `GET /order/cart/{cartId}` for each where the service does
    /// not expand the list).
    ///
    /// # Permissions
    ///
    /// The IAM action `order:apiovh:cart/get`.
    #[inline]
    pub fn list(self) -> ListCarts {
        let (all, one) = (&ops::LIST_CARTS, &ops::GET_CART);
        ListCarts::new(self.0.expanded(all, one, &[]))
    }

    /// Makes a cart for a subsidiary, such as `FR`, whose prices and terms it has (`POST /order/cart`). It belongs to nobody
    /// until it is [assigned](CartHandle::assign).
    ///
    /// # Permissions
    ///
    /// No IAM action.
    pub fn create(self, subsidiary: impl Into<String>) -> CreateCart {
        let call = self.0.call(&ops::CREATE_CART, Decode::json());
        CreateCart::new(call, subsidiary.into())
    }
}

/// Calls about one cart (`/order/cart/{cartId}`), made by [`Client::cart`].
#[derive(Clone, Debug)]
pub struct CartHandle {
    client: Client,
    cart: CartId,
}

impl CartHandle {
    fn call<T>(
        &self,
        operation: &'static cloud_core::request::OperationRow,
        decode: Decode<T>,
    ) -> Call<T> {
        self.client.call(operation, decode).arg(&self.cart)
    }

    /// The cart (`GET /order/cart/{cartId}`).
    ///
    /// # Permissions
    ///
    /// No IAM action.
    #[inline]
    pub fn get(&self) -> Call<Cart> {
        self.call(&ops::GET_CART, Decode::json())
    }

    /// Gives the cart to the account of the client (`POST /order/cart/{cartId}/assign`), whose prices it has then.
    ///
    /// # Permissions
    ///
    /// The IAM action `order:apiovh:cart/assign`.
    #[inline]
    pub fn assign(&self) -> Call<()> {
        self.call(&ops::ASSIGN_CART, Decode::nothing())
    }

    /// Deletes the cart (`DELETE /order/cart/{cartId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `order:apiovh:cart/delete`.
    #[inline]
    pub fn delete(&self) -> Call<()> {
        self.call(&ops::DELETE_CART, Decode::nothing())
    }

    /// The group of all calls about what is in the cart.
    pub fn items(&self) -> Items {
        Items(self.clone())
    }
}

list_request! {
    /// Lists carts; made by [`Carts::list`].
    pub struct ListCarts => Cart;
    one {
        /// Only carts that are described so.
        description: String = "description",
    }
}

cloud_core::request! {
    /// Makes a cart; made by [`Carts::create`].
    #[serde(rename_all = "camelCase")]
    pub struct CreateCart => Cart;
    required {
        ovh_subsidiary: String,
    }
    opt {
        /// What it is for.
        description: String,
        /// When it goes.
        expire: Timestamp,
    }
}
