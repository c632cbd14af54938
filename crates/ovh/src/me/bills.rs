//! What was billed.

use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::model::{Secret, Timestamp};
use cloud_core::provider::CallBuilder;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::ids::OrderId;
use crate::list::{List, list_request};
use crate::ops;
use crate::price::{Moment, Price};

cloud_core::open_enum! {
    /// What a bill is for.
    pub enum BillCategory {
        /// Services that were renewed by themselves.
        AutoRenew = "autorenew",
        /// Services that were renewed before it was time.
        EarlyRenewal = "earlyrenewal",
        /// Something that was bought.
        Purchase = "purchase",
        /// Something of the public cloud.
        PurchaseCloud = "purchase-cloud",
        /// Servers.
        PurchaseServers = "purchase-servers",
        /// Telephony and access to the internet.
        PurchaseTelecom = "purchase-telecom",
        /// Domains, mail and web hosting.
        PurchaseWeb = "purchase-web",
    }
}

cloud_core::open_enum! {
    /// What a bill was paid with. These are the usual means; there are more.
    pub enum PaymentMeans {
        /// A credit card.
        CreditCard = "creditCard",
        /// PayPal.
        Paypal = "paypal",
        /// A transfer.
        Transfer = "transfer",
        /// A mandate to debit an account.
        PaymentMandate = "paymentMandate",
        /// The balance of the account with OVHcloud.
        OvhAccount = "ovhAccount",
        /// The debt account.
        DebtAccount = "debtAccount",
        /// Fidelity points.
        FidelityPoints = "fidelityPoints",
        /// Nothing, for it cost nothing.
        Free = "free",
        /// Nothing.
        None = "none",
        /// It was paid back.
        Refund = "refund",
    }
}

/// A bill that the account has been sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Bill {
    /// Its number, such as `FR12345678`.
    pub bill_id: String,
    /// The order that it is for.
    pub order_id: OrderId,
    /// What it is for.
    pub category: BillCategory,
    /// When it was written.
    pub date: Timestamp,
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

/// A line of a bill.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct BillDetail {
    /// The number of the line.
    pub bill_detail_id: String,
    /// The service that it is for.
    pub domain: String,
    /// What it is for, in words.
    pub description: String,
    /// The quantity that is billed, as text.
    pub quantity: String,
    /// The price of one.
    pub unit_price: Price,
    /// The price of all.
    pub total_price: Price,
    /// The first day that it covers (`YYYY-MM-DD`).
    pub period_start: Option<String>,
    /// The last day that it covers (`YYYY-MM-DD`).
    pub period_end: Option<String>,
}

/// How a bill was paid.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Payment {
    /// When the bill was paid.
    pub payment_date: Timestamp,
    /// The means that the bill was paid with.
    pub payment_type: PaymentMeans,
    /// The number of the payment with whoever made it.
    pub payment_identifier: Option<String>,
}

/// Calls about the bills of the account (`/me/bill`).
#[derive(Clone, Copy, Debug)]
pub struct Bills<'a>(&'a Client);

impl<'a> Bills<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists bills (`GET /me/bill`), as whole objects in pages of 500.
    ///
    /// Where the service gives ids alone, each object is read by a call of its own (`GET /me/bill/{billId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:me/bill/get`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// let mut bills = api.me().bills().list().since("2020-01-01").items();
    /// let mut cents = 0.0;
    /// while let Some(bill) = bills.next().await? {
    ///     println!("{} {} {}", bill.bill_id, bill.date, bill.price_with_tax.text);
    ///     cents += bill.price_with_tax.value.to_f64().unwrap_or_default() * 100.0;
    /// }
    /// # assert!(cents > 0.0);
    /// # assert_eq!(sandbox.journal().count("GET /1.0/me/bill"), 1);
    /// # Ok(()) }
    /// ```
    #[inline]
    pub fn list(self) -> ListBills {
        ListBills::new(self.0.expanded(&ops::LIST_BILLS, &ops::GET_BILL, &[]))
    }

    /// One bill (`GET /me/bill/{billId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:me/bill/get`.
    #[inline]
    pub fn get(self, bill: &str) -> Call<Bill> {
        self.0.call(&ops::GET_BILL, Decode::json()).arg(bill)
    }

    /// The lines of a bill (`GET /me/bill/{billId}/details`).
    ///
    /// Where the service gives ids alone, each object is read by a call of its own (`GET
    /// /me/bill/{billId}/details/{billDetailId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:me/bill/details/get`.
    #[inline]
    pub fn details(self, bill: &str) -> List<BillDetail> {
        self.0
            .expanded(&ops::LIST_BILL_DETAILS, &ops::GET_BILL_DETAIL, &[bill])
    }

    /// One line of a bill (`GET /me/bill/{billId}/details/{billDetailId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:me/bill/details/get`.
    #[inline]
    pub fn detail(self, bill: &str, detail: &str) -> Call<BillDetail> {
        self.0
            .call(&ops::GET_BILL_DETAIL, Decode::json())
            .arg(bill)
            .arg(detail)
    }

    /// How a bill was paid (`GET /me/bill/{billId}/payment`).
    ///
    /// # Permissions
    ///
    /// The IAM action `account:apiovh:me/bill/payment/get`. 404 while it was not paid.
    #[inline]
    pub fn payment(self, bill: &str) -> Call<Payment> {
        self.0
            .call(&ops::GET_BILL_PAYMENT, Decode::json())
            .arg(bill)
    }
}

list_request! {
    /// Lists bills; made by [`Bills::list`].
    pub struct ListBills => Bill;
    one {
        /// Only what was billed at this time or later.
        since: Moment = "date.from",
        /// Only what was billed at this time or before.
        until: Moment = "date.to",
        /// Only bills of this kind.
        category: BillCategory = "category",
        /// Only the bills of this order.
        order: OrderId = "orderId",
    }
}
