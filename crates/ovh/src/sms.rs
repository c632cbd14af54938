//! `/sms`: short messages. Only the EU has them.

use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::model::Timestamp;
use cloud_core::provider::CallBuilder;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::list::List;
use crate::ops;
use crate::resource::ResourceMetadata;

cloud_core::numeric_id! {
    /// Identifies a message.
    pub struct SmsJobId of SmsJob.id;
}

cloud_core::open_enum! {
    /// Whether an account sends messages.
    pub enum SmsStatus {
        /// It does.
        Enabled = "enable",
        /// It does not.
        Disabled = "disable",
    }
}

cloud_core::open_enum! {
    /// How soon a message goes.
    pub enum SmsPriority {
        /// Before others.
        High = "high",
        /// As usual.
        Medium = "medium",
        /// After others.
        Low = "low",
        /// When there is nothing else to send.
        VeryLow = "veryLow",
    }
}

/// An account for messages.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct SmsAccount {
    /// The name of the service, such as `sms-ab12345-1`.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether it sends messages.
    pub status: SmsStatus,
    /// How many messages can still be sent.
    pub credits_left: f64,
    /// How many of them are reserved for users with a quota.
    pub credits_hold_by_quota: f64,
    /// How many users have a quota.
    pub user_quantity_with_quota: i64,
    /// What kind of messages it sends, such as `transactional`.
    pub channel: String,
    /// The address that is told about deliveries.
    pub call_back: Option<String>,
    /// The address that is told when somebody wants no more messages.
    pub stop_call_back: Option<String>,
    /// Below how many credits more are bought.
    pub credit_threshold_for_automatic_recredit: f64,
    /// How many credits are bought then; `None` for none.
    pub automatic_recredit_amount: Option<i64>,
    /// Whether it can be used by SMPP.
    pub smpp: bool,
    /// How IAM knows it.
    pub iam: Option<ResourceMetadata>,
}

/// A message that waits or is on its way.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct SmsJob {
    /// The number of the message.
    pub id: SmsJobId,
    /// The number that it goes to.
    pub receiver: String,
    /// Who it says it is from.
    pub sender: String,
    /// The text of the message.
    pub message: String,
    /// The length of the text.
    pub message_length: i64,
    /// How many messages the text fills.
    pub number_of_sms: i64,
    /// How many credits it costs.
    pub credits: f64,
    /// When it was asked for.
    pub creation_datetime: Timestamp,
    /// After how many minutes it goes.
    pub differed_delivery: i64,
    /// When the message went; `None` before that.
    pub sent_at: Option<Timestamp>,
    /// When the message arrived; `None` before that.
    pub delivered_at: Option<Timestamp>,
    /// What the network says of the delivery.
    pub delivery_receipt: i64,
    /// What the network says of the message.
    pub ptt: i64,
}

/// What became of a request to send messages.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct SmsSendingReport {
    /// The numbers of the messages.
    pub ids: Vec<SmsJobId>,
    /// The receivers that a message goes to.
    pub valid_receivers: Vec<String>,
    /// The receivers that are no telephone numbers, or want no messages.
    pub invalid_receivers: Vec<String>,
    /// How many credits they cost.
    pub total_credits_removed: f64,
    /// The tag of the messages.
    pub tag: String,
}

impl Client {
    /// The group of all calls about short messages. Only the EU has them.
    pub fn sms(&self) -> Sms<'_> {
        Sms(self)
    }
}

/// Calls about short messages (`/sms`), made by [`Client::sms`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
/// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
/// let account = api.sms().list().all().await?.remove(0);
/// let jobs = api.sms().jobs(account.name);
/// let report = jobs.create("The backup has failed", ["+33600000001"]).sender("ops").await?;
/// assert_eq!(report.valid_receivers, ["+33600000001"]);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Sms<'a>(&'a Client);

impl<'a> Sms<'a> {
    /// Lists accounts for messages (`GET /sms`, and `GET /sms/{serviceName}` for each where the service does not expand the
    /// list).
    ///
    /// # Permissions
    ///
    /// The IAM action `sms:apiovh:get`.
    #[inline]
    pub fn list(self) -> List<SmsAccount> {
        let (all, one) = (&ops::LIST_SMS_ACCOUNTS, &ops::GET_SMS_ACCOUNT);
        self.0.expanded(all, one, &[])
    }

    /// One account for messages (`GET /sms/{serviceName}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `sms:apiovh:get`.
    pub fn get(self, account: impl Into<String>) -> Call<SmsAccount> {
        self.0
            .call(&ops::GET_SMS_ACCOUNT, Decode::json())
            .arg(account.into())
    }

    /// Who messages of an account can say they are from (`GET /sms/{serviceName}/senders`).
    ///
    /// # Permissions
    ///
    /// The IAM action `sms:apiovh:senders/get`.
    pub fn senders(self, account: impl Into<String>) -> Call<Vec<String>> {
        self.0
            .call(&ops::LIST_SMS_SENDERS, Decode::json())
            .arg(account.into())
    }

    /// The group of all calls about the messages of an account.
    pub fn jobs(self, account: impl Into<String>) -> SmsJobs<'a> {
        SmsJobs {
            client: self.0,
            account: account.into(),
        }
    }
}

/// Calls about the messages of an account (`/sms/{serviceName}/jobs`), made by [`Sms::jobs`].
#[derive(Clone, Debug)]
pub struct SmsJobs<'a> {
    client: &'a Client,
    account: String,
}

impl SmsJobs<'_> {
    /// Lists messages that have not arrived yet (`GET /sms/{serviceName}/jobs`, and `GET /sms/{serviceName}/jobs/{id}` for
    /// each where the service does not expand the list).
    ///
    /// # Permissions
    ///
    /// The IAM action `sms:apiovh:jobs/get`.
    #[inline]
    pub fn list(&self) -> List<SmsJob> {
        let (all, one) = (&ops::LIST_SMS_JOBS, &ops::GET_SMS_JOB);
        self.client.expanded(all, one, &[&self.account])
    }

    /// One message (`GET /sms/{serviceName}/jobs/{id}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `sms:apiovh:jobs/get`.
    pub fn get(&self, job: impl Into<SmsJobId>) -> Call<SmsJob> {
        self.client
            .call(&ops::GET_SMS_JOB, Decode::json())
            .arg(&self.account)
            .arg(job.into())
    }

    /// Sends a text to telephone numbers such as `+33600000001` (`POST /sms/{serviceName}/jobs`). It costs credits, and is
    /// never sent twice. A [sender](SendSms::sender), or that receivers
    /// [can answer](SendSms::sender_for_response), has to be set.
    ///
    /// # Permissions
    ///
    /// The IAM action `sms:apiovh:jobs/create`.
    pub fn create(
        &self,
        message: impl Into<String>,
        receivers: impl IntoIterator<Item = impl Into<String>>,
    ) -> SendSms {
        let call = self
            .client
            .call(&ops::CREATE_SMS_JOB, Decode::json())
            .arg(&self.account);
        let receivers = receivers.into_iter().map(Into::into).collect();
        SendSms::new(call, message.into(), receivers)
    }

    /// Calls a message off that has not gone yet (`DELETE /sms/{serviceName}/jobs/{id}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `sms:apiovh:jobs/delete`.
    pub fn delete(&self, job: impl Into<SmsJobId>) -> Call<()> {
        self.client
            .call(&ops::DELETE_SMS_JOB, Decode::nothing())
            .arg(&self.account)
            .arg(job.into())
    }
}

cloud_core::request! {
    /// Sends a message; made by [`SmsJobs::create`].
    #[serde(rename_all = "camelCase")]
    pub struct SendSms => SmsSendingReport;
    required {
        message: String,
        receivers: Vec<String>,
    }
    opt {
        /// Who it says it is from, one of the [senders](Sms::senders).
        sender: String,
        /// Lets receivers answer, from a number that the service chooses.
        sender_for_response: bool,
        /// Leaves out how to get no more messages, where it is no advertisement.
        no_stop_clause: bool,
        /// How soon it goes.
        priority: SmsPriority,
        /// A word by which its messages are found again.
        tag: String,
    }
    number {
        /// After how many minutes it goes.
        differed_period: i64,
        /// For how many minutes its delivery is tried.
        validity_period: i64,
    }
}
