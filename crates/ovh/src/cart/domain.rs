use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::provider::CallBuilder;
use serde::{Deserialize, Serialize};

use super::{CartHandle, CartItem};
use crate::ops;
use crate::price::Price;

cloud_core::open_enum! {
    /// What would be done to a domain.
    pub enum DomainAction {
        /// It is free, and would be registered.
        Create = "create",
        /// It belongs to somebody who sells it.
        Trade = "trade",
        /// It belongs to somebody, and would come from another registrar.
        Transfer = "transfer",
        /// It is here already, and would be changed.
        Update = "update",
    }
}

cloud_core::open_enum! {
    /// What an amount of money is.
    pub enum PriceLabel {
        /// What is taken off.
        Discount = "DISCOUNT",
        /// A fee beside the price.
        Fee = "FEE",
        /// The price.
        Price = "PRICE",
        /// What every renewal costs.
        Renew = "RENEW",
        /// All of it.
        Total = "TOTAL",
    }
}

/// An amount of money, and what it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CartPrice {
    /// What the amount is.
    pub label: PriceLabel,
    /// The amount of money, with its currency.
    pub price: Price,
}

/// Something that has to be, or can be, said about an item before it is ordered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Configuration {
    /// The name of the setting, such as `OWNER_CONTACT`.
    pub label: String,
    /// Whether nothing can be ordered without it.
    pub required: bool,
    /// What its value is, such as `/me/contact`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The fields of a contact that have to be filled in.
    pub fields: Vec<String>,
}

/// How a domain can be had.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct DomainOffer {
    /// What would be done to the domain.
    pub action: DomainAction,
    /// Whether it can be ordered.
    pub orderable: bool,
    /// The product, usually `domain`.
    pub product_id: String,
    /// The id of the offer, for [`AddDomain::offer_id`].
    pub offer_id: Option<String>,
    /// The name of the offer.
    pub offer: Option<String>,
    /// The phase that the registry is in, such as `ga` for everybody.
    pub phase: String,
    /// How it is paid, such as `create-default`.
    pub pricing_mode: String,
    /// How soon it is there, as a duration such as `P0Y0M0DT0H1M0S`.
    pub delivery_time: String,
    /// For how long it can be had, such as `P1Y`.
    pub duration: Vec<String>,
    /// For how long the service would choose.
    pub recommended_duration: Option<String>,
    /// The amounts of money that the domain costs by this offer, each with its label.
    pub prices: Vec<CartPrice>,
    /// What has to be said about it.
    pub configurations: Vec<Configuration>,
    /// The name servers that it has now.
    pub current_nameservers: Vec<String>,
    /// Whether its registrar does not let it go.
    pub is_transfer_locked: Option<bool>,
    /// How many there can be in a cart.
    pub quantity_max: i64,
}

impl DomainOffer {
    /// Whether nobody has the domain, so that it can be registered by this offer.
    pub fn is_free(&self) -> bool {
        self.orderable && self.action == DomainAction::Create
    }
}

impl CartHandle {
    /// How a domain can be had, and whether it is free ([`DomainOffer::is_free`]): one offer for each way (`GET
    /// /order/cart/{cartId}/domain`). Nothing is put into the cart. The US has none.
    ///
    /// # Permissions
    ///
    /// No IAM action.
    pub fn domain(&self, domain: impl Into<String>) -> Call<Vec<DomainOffer>> {
        self.call(&ops::LIST_DOMAIN_OFFERS, Decode::json())
            .query("domain", domain.into())
    }

    /// Puts a domain into the cart (`POST /order/cart/{cartId}/domain`). Nothing is ordered. The US has none.
    ///
    /// # Permissions
    ///
    /// No IAM action.
    pub fn add_domain(&self, domain: impl Into<String>) -> AddDomain {
        let call = self.call(&ops::ADD_DOMAIN, Decode::json());
        AddDomain::new(call, domain.into())
    }
}

cloud_core::request! {
    /// Puts a domain into a cart; made by [`CartHandle::add_domain`].
    #[serde(rename_all = "camelCase")]
    pub struct AddDomain => CartItem;
    required {
        domain: String,
    }
    opt {
        /// The offer by which it is had; what the service chooses unless set.
        offer_id: String,
        /// For how long it is had, such as `P1Y`.
        duration: String,
        /// The plan by which it is paid.
        plan_code: String,
        /// How it is paid.
        pricing_mode: String,
    }
}
