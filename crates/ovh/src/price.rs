//! Money and dates, as bills and orders write them.

use std::fmt;

use cloud_core::model::{Decimal, Timestamp};
use serde::{Deserialize, Serialize};

cloud_core::open_enum! {
    /// What a price is counted in.
    pub enum Currency {
        /// Australian dollars.
        Aud = "AUD",
        /// Canadian dollars.
        Cad = "CAD",
        /// Czech koruny.
        Czk = "CZK",
        /// Euros.
        Eur = "EUR",
        /// Pounds sterling.
        Gbp = "GBP",
        /// Indian rupees.
        Inr = "INR",
        /// Moroccan dirhams.
        Mad = "MAD",
        /// Polish zloty.
        Pln = "PLN",
        /// Singapore dollars.
        Sgd = "SGD",
        /// Tunisian dinars.
        Tnd = "TND",
        /// US dollars.
        Usd = "USD",
        /// CFA francs of West Africa.
        Xof = "XOF",
        /// Fidelity points.
        Points = "points",
        /// None.
        NotApplicable = "N/A",
    }
}

/// An amount of money or points, with its currency.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Price {
    /// What it is counted in.
    pub currency_code: Currency,
    /// The amount, with every digit that the service sent.
    pub value: Decimal,
    /// The amount in hundred-millionths of the currency, where the service says it.
    pub price_in_ucents: Option<i64>,
    /// The amount as people read it, such as `12.49 €`.
    pub text: String,
}

/// A moment that bounds a list: a date such as `2026-01-31`, a date and time, or a [`Timestamp`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment(String);

impl From<&str> for Moment {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Moment {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<Timestamp> for Moment {
    fn from(time: Timestamp) -> Self {
        Self(time.to_string())
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
