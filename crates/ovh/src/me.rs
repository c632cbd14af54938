//! `/me`: the account, what it ordered and paid, and who may act for it.

use cloud_core::call::Call;
use cloud_core::decode::Decode;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::ops;

pub mod applications;
pub mod bills;
pub mod credentials;
pub mod oauth2_clients;
pub mod orders;
pub mod ssh_keys;

use applications::Applications;
use bills::Bills;
use credentials::Credentials;
use oauth2_clients::OAuth2Clients;
use orders::Orders;
use ssh_keys::SshKeys;

cloud_core::open_enum! {
    /// What kind of person an account belongs to.
    pub enum LegalForm {
        /// An authority.
        Administration = "administration",
        /// An association.
        Association = "association",
        /// A company.
        Corporation = "corporation",
        /// A human being.
        Individual = "individual",
        /// Something else.
        Other = "other",
        /// A human being who trades.
        PersonalCorporation = "personalcorporation",
    }
}

cloud_core::open_enum! {
    /// Whether an account can be used.
    pub enum AccountState {
        /// It can.
        Complete = "complete",
        /// Something is missing.
        Incomplete = "incomplete",
    }
}

cloud_core::open_enum! {
    /// The brand that an account was opened with.
    pub enum Brand {
        /// OVHcloud.
        Ovh = "ovh",
        /// Kimsufi.
        Kimsufi = "kimsufi",
        /// So you Start.
        SoYouStart = "soyoustart",
    }
}

cloud_core::open_enum! {
    /// What a telephone number rings.
    pub enum PhoneType {
        /// A telephone in a house.
        Landline = "landline",
        /// A telephone in a pocket.
        Mobile = "mobile",
    }
}

cloud_core::open_enum! {
    /// How a person is addressed.
    pub enum Gender {
        /// As a woman.
        Female = "female",
        /// As a man.
        Male = "male",
    }
}

/// What an account pays with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct AccountCurrency {
    /// Its code, such as `EUR`.
    pub code: String,
    /// The sign of the currency, as the service writes it.
    pub symbol: String,
}

/// An account (the API says nichandle): who it belongs to and how to reach them.
///
/// The description of the API promises the identifier, state, company, subsidiary, currency, legal form, country and email.
/// All else may be missing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Nichandle {
    /// The identifier of the account, such as `ab12345-ovh`.
    pub nichandle: String,
    /// The number that the support asks for.
    pub customer_code: Option<String>,
    /// Whether the account can be used.
    pub state: AccountState,
    /// The brand it was opened with.
    pub ovh_company: Brand,
    /// The subsidiary that bills it, such as `FR`.
    pub ovh_subsidiary: String,
    /// What it pays with.
    pub currency: AccountCurrency,
    /// Whether the identity of the owner was checked.
    pub kyc_validated: Option<bool>,
    /// What kind of person it belongs to.
    pub legalform: LegalForm,
    /// The organisation that the account belongs to; `None` when it names none.
    pub organisation: Option<String>,
    /// The legal form of the company.
    pub corporation_type: Option<String>,
    /// The first name of the person that the account belongs to.
    pub firstname: Option<String>,
    /// The family name of the person that the account belongs to.
    pub name: Option<String>,
    /// How the person is addressed.
    pub sex: Option<Gender>,
    /// The day of birth.
    pub birth_day: Option<String>,
    /// The town of birth.
    pub birth_city: Option<String>,
    /// The address for mail.
    pub email: String,
    /// Another address for mail.
    pub spare_email: Option<String>,
    /// The telephone number, such as `+33.123456789`.
    pub phone: Option<String>,
    /// The kind of telephone that the number rings.
    pub phone_type: Option<PhoneType>,
    /// The country of the telephone number.
    pub phone_country: Option<String>,
    /// The fax number, for those who have one.
    pub fax: Option<String>,
    /// The street and the number of the house.
    pub address: Option<String>,
    /// A second line of the address.
    pub complementary_address: Option<String>,
    /// The postal code of the address.
    pub zip: Option<String>,
    /// The town of the address.
    pub city: Option<String>,
    /// The province or state of the address.
    pub area: Option<String>,
    /// The country, in two letters.
    pub country: String,
    /// The language, such as `fr_FR`.
    pub language: Option<String>,
    /// The number for value-added tax.
    pub vat: Option<String>,
    /// The national number of the person.
    pub national_identification_number: Option<String>,
    /// The national number of the company.
    pub company_national_identification_number: Option<String>,
    /// The code for electronic invoices in Italy.
    #[serde(rename = "italianSDI")]
    pub italian_sdi: Option<String>,
    /// What the services are bought for.
    pub purpose_of_purchase: Option<String>,
}

impl Client {
    /// The group of all calls about the account itself.
    pub fn me(&self) -> Me<'_> {
        Me::new(self)
    }
}

/// Calls about the account itself (`/me`), made by [`Client::me`].
#[derive(Clone, Copy, Debug)]
pub struct Me<'a>(&'a Client);

impl<'a> Me<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// The account (`GET /me`).
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:me/get`.
    #[inline]
    pub fn get(self) -> Call<Nichandle> {
        self.0.call(&ops::GET_ME, Decode::json())
    }

    /// Changes the account (`PUT /me`). What is not set stays as it is.
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:me/edit`. Some fields can be changed only while an account is incomplete; the
    /// service refuses them later with 400 or 403.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// api.me().update().city("Roubaix").spare_email(None).await?;
    /// let me = api.me().get().await?;
    /// assert_eq!((me.city.as_deref(), me.spare_email), (Some("Roubaix"), None));
    /// # Ok(()) }
    /// ```
    #[inline]
    pub fn update(self) -> UpdateNichandle {
        UpdateNichandle::new(self.0.call(&ops::UPDATE_ME, Decode::nothing()))
    }

    /// The group of all calls about the account's bills.
    pub fn bills(self) -> Bills<'a> {
        Bills::new(self.0)
    }

    /// The group of all calls about the account's orders.
    pub fn orders(self) -> Orders<'a> {
        Orders::new(self.0)
    }

    /// The applications that the account has registered.
    pub fn applications(self) -> Applications<'a> {
        Applications::new(self.0)
    }

    /// The consumer keys that act for the account.
    pub fn credentials(self) -> Credentials<'a> {
        Credentials::new(self.0)
    }

    /// The OAuth2 clients of the account: service accounts, and applications that users log in to.
    pub fn oauth2_clients(self) -> OAuth2Clients<'a> {
        OAuth2Clients::new(self.0)
    }

    /// The public keys that are installed on new servers.
    pub fn ssh_keys(self) -> SshKeys<'a> {
        SshKeys::new(self.0)
    }
}

cloud_core::request! {
    /// Changes the account; made by [`Me::update`].
    #[serde(rename_all = "camelCase")]
    pub struct UpdateNichandle => ();
    opt {
        /// The country, in two letters.
        country: String,
        /// What kind of person the account belongs to.
        legalform: LegalForm,
    }
    // All that the schema lets be null (`nichandle.Nichandle`).
    patch {
        /// The organisation; `None` clears it.
        organisation: String,
        /// The legal form of the company; `None` clears it.
        corporation_type: String,
        /// The first name; `None` clears it.
        firstname: String,
        /// The family name; `None` clears it.
        name: String,
        /// How the person is addressed (`female`, `male`); `None` clears it.
        sex: Gender,
        /// The day of birth; `None` clears it.
        birth_day: String,
        /// The town of birth; `None` clears it.
        birth_city: String,
        /// Another address for mail; `None` clears it.
        spare_email: String,
        /// The telephone number, such as `+33.123456789`; `None` clears it.
        phone: String,
        /// What it rings (`landline`, `mobile`); `None` clears it.
        phone_type: PhoneType,
        /// The country of the telephone number, in two letters; `None` clears it.
        phone_country: String,
        /// The fax number; `None` clears it.
        fax: String,
        /// Street and number; `None` clears it.
        address: String,
        /// A second line of the address; `None` clears it.
        complementary_address: String,
        /// The postal code; `None` clears it.
        zip: String,
        /// The town; `None` clears it.
        city: String,
        /// The region; `None` clears it.
        area: String,
        /// The language, such as `fr_FR`; `None` clears it.
        language: String,
        /// The number for value-added tax; `None` clears it.
        vat: String,
        /// The national number of the person; `None` clears it.
        national_identification_number: String,
        /// The national number of the company; `None` clears it.
        company_national_identification_number: String,
        /// The code for electronic invoices in Italy; `None` clears it.
        @serde(rename = "italianSDI")
        italian_sdi: String,
        /// What the services are bought for; `None` clears it.
        purpose_of_purchase: String,
    }
}
