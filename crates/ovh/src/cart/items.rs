use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::provider::CallBuilder;
use serde::{Deserialize, Serialize};

use super::{CartHandle, CartId, CartPrice, Configuration};
use crate::list::List;
use crate::ops;

cloud_core::numeric_id! {
    /// Identifies an item of a cart.
    pub struct CartItemId of CartItem.item_id;
}

cloud_core::numeric_id! {
    /// Identifies something that was said about an item of a cart.
    pub struct ConfigurationId of CreatedConfiguration.id;
}

/// How an item is paid.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct ItemSettings {
    /// The plan by which it is paid.
    pub plan_code: Option<String>,
    /// How it is paid, such as `create-default`.
    pub pricing_mode: Option<String>,
    /// How many there are.
    pub quantity: Option<i64>,
}

/// Something in a cart.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct CartItem {
    /// The number of the item.
    pub item_id: CartItemId,
    /// The cart that the item is in.
    pub cart_id: CartId,
    /// The item that this one is an option of.
    pub parent_item_id: Option<CartItemId>,
    /// The product, such as `domain`.
    pub product_id: String,
    /// The offer by which it is had.
    pub offer_id: Option<String>,
    /// For how long it is had, such as `P1Y`.
    pub duration: Option<String>,
    /// How it is paid.
    pub settings: ItemSettings,
    /// The amounts of money that the item costs, each with its label.
    pub prices: Vec<CartPrice>,
    /// The numbers of what was said about the item.
    pub configurations: Vec<ConfigurationId>,
    /// The numbers of its options.
    pub options: Vec<CartItemId>,
}

/// Something that was said about an item.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CreatedConfiguration {
    /// The number of the setting.
    pub id: ConfigurationId,
    /// The name of the setting, such as `OWNER_CONTACT`.
    pub label: String,
    /// The value that the setting was given.
    pub value: String,
}

/// Calls about what is in a cart (`/order/cart/{cartId}/item`), made by
/// [`CartHandle::items`](super::CartHandle::items).
#[derive(Clone, Debug)]
pub struct Items(pub(super) CartHandle);

impl Items {
    /// Lists items (`GET /order/cart/{cartId}/item`, and `GET /order/cart/{cartId}/item/{itemId}` for each where the
    /// service does not expand the list).
    ///
    /// # Permissions
    ///
    /// No IAM action.
    #[inline]
    pub fn list(&self) -> List<CartItem> {
        let (all, one) = (&ops::LIST_CART_ITEMS, &ops::GET_CART_ITEM);
        self.0.client.expanded(all, one, &[self.0.cart.as_str()])
    }

    /// One item (`GET /order/cart/{cartId}/item/{itemId}`).
    ///
    /// # Permissions
    ///
    /// No IAM action.
    pub fn get(&self, item: impl Into<CartItemId>) -> Call<CartItem> {
        self.0
            .call(&ops::GET_CART_ITEM, Decode::json())
            .arg(item.into())
    }

    /// Takes an item out of the cart (`DELETE /order/cart/{cartId}/item/{itemId}`).
    ///
    /// # Permissions
    ///
    /// No IAM action.
    pub fn delete(&self, item: impl Into<CartItemId>) -> Call<()> {
        self.0
            .call(&ops::DELETE_CART_ITEM, Decode::nothing())
            .arg(item.into())
    }

    /// The group of all calls about what is said about an item.
    pub fn configurations(&self, item: impl Into<CartItemId>) -> Configurations {
        Configurations {
            items: self.clone(),
            item: item.into(),
        }
    }
}

/// Calls about what is said about an item (`/order/cart/{cartId}/item/{itemId}/configuration`), made by
/// [`Items::configurations`].
#[derive(Clone, Debug)]
pub struct Configurations {
    items: Items,
    item: CartItemId,
}

impl Configurations {
    /// The numbers of what was said about the item (`GET /order/cart/{cartId}/item/{itemId}/configuration`).
    ///
    /// # Permissions
    ///
    /// No IAM action.
    #[inline]
    pub fn ids(&self) -> Call<Vec<ConfigurationId>> {
        self.items
            .0
            .call(&ops::LIST_CONFIGURATIONS, Decode::json())
            .arg(self.item)
    }

    /// What has to be said about the item, and what can be (`GET
    /// /order/cart/{cartId}/item/{itemId}/requiredConfiguration`).
    ///
    /// # Permissions
    ///
    /// No IAM action.
    #[inline]
    pub fn required(&self) -> Call<Vec<Configuration>> {
        self.items
            .0
            .call(&ops::LIST_REQUIRED_CONFIGURATIONS, Decode::json())
            .arg(self.item)
    }

    /// Says something about the item (`POST /order/cart/{cartId}/item/{itemId}/configuration`).
    ///
    /// # Permissions
    ///
    /// No IAM action.
    pub fn create(
        &self,
        label: impl Into<String>,
        value: impl Into<String>,
    ) -> Call<CreatedConfiguration> {
        self.items
            .0
            .call(&ops::CREATE_CONFIGURATION, Decode::json())
            .arg(self.item)
            .json(&serde_json::json!({"label": label.into(), "value": value.into()}))
    }
}
