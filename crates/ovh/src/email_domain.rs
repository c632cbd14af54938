//! `/email/domain`: mail of domains, as far as redirections go. OVHcloud calls these operations an alpha.

use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::model::Timestamp;
use cloud_core::provider::CallBuilder;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::list::list_request;
use crate::ops;
use crate::service::ServiceInfos;

cloud_core::open_enum! {
    /// What a task does.
    pub enum MailAction {
        /// It adds something.
        Add = "add",
        /// It changes something.
        Change = "change",
        /// It removes something.
        Delete = "delete",
    }
}

cloud_core::open_enum! {
    /// What a task is about.
    pub enum MailObject {
        /// A redirection of one address.
        Forward = "forward",
        /// Another name of a mailbox.
        Alias = "alias",
        /// A filter.
        Filter = "filter",
        /// An answer that is sent by itself.
        Responder = "responder",
        /// A mailbox of 25 GB.
        Mailbox25G = "25g",
        /// Something that goes.
        Delete = "delete",
    }
}

/// A redirection: what is sent to one address goes to another.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Redirection {
    /// The identifier of the redirection, for calls about it.
    pub id: String,
    /// The address that mail is sent to.
    pub from: String,
    /// The address that it goes to.
    pub to: String,
}

/// Work on the mail of a domain. There is nothing to look at it by: look for the redirection.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MailTask {
    /// The identifier of the task.
    pub id: String,
    /// The domain whose mail the task changes.
    pub domain: String,
    /// The address that it is about.
    pub account: String,
    /// The kind of change that the task makes.
    pub action: MailAction,
    /// What it is about.
    #[serde(rename = "type")]
    pub kind: MailObject,
    /// When it was asked for.
    pub date: Timestamp,
}

impl Client {
    /// The group of all calls about mail of domains.
    pub fn email_domains(&self) -> EmailDomains<'_> {
        EmailDomains::new(self)
    }
}

/// Calls about mail of domains (`/email/domain`), made by [`Client::email_domains`].
#[derive(Clone, Copy, Debug)]
pub struct EmailDomains<'a>(&'a Client);

impl<'a> EmailDomains<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// The domains that have mail (`GET /email/domain`).
    ///
    /// # Permissions
    ///
    /// The IAM action `emailDomain:apiovh:get`.
    #[inline]
    pub fn ids(self) -> Call<Vec<String>> {
        self.0.call(&ops::LIST_EMAIL_DOMAINS, Decode::json())
    }

    /// Until when the mail of a domain is paid, and how it goes on then (`GET /email/domain/{domain}/serviceInfos`,
    /// `PUT /email/domain/{domain}/serviceInfos`).
    ///
    /// # Permissions
    ///
    /// The IAM action `emailDomain:apiovh:serviceInfos/get`; for changes `emailDomain:apiovh:serviceInfos/edit`.
    pub fn service_infos(self, domain: impl Into<String>) -> ServiceInfos {
        let rows = (
            &ops::GET_EMAIL_SERVICE_INFOS,
            &ops::UPDATE_EMAIL_SERVICE_INFOS,
        );
        ServiceInfos::typed(self.0, rows, domain.into())
    }

    /// The redirections of a domain.
    pub fn redirections(self, domain: impl Into<String>) -> Redirections<'a> {
        Redirections {
            client: self.0,
            domain: domain.into(),
        }
    }
}

/// Calls about the redirections of a domain (`/email/domain/{domain}/redirection`).
#[derive(Clone, Debug)]
pub struct Redirections<'a> {
    client: &'a Client,
    domain: String,
}

impl Redirections<'_> {
    /// Lists redirections (`GET /email/domain/{domain}/redirection`). The service gives ids, so each is read by a
    /// call of its own (`GET /email/domain/{domain}/redirection/{id}`), ten at a time.
    ///
    /// # Permissions
    ///
    /// The IAM action `emailDomain:apiovh:redirection/get`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// let redirections = api.email_domains().redirections("example.com");
    /// redirections.create("sales@example.com", "contact@example.com", false).await?;
    /// sandbox.clock().advance(std::time::Duration::from_secs(60));
    /// let sales = redirections.list().from("sales@example.com").all().await?;
    /// assert_eq!(sales[0].to, "contact@example.com");
    /// # Ok(()) }
    /// ```
    #[inline]
    pub fn list(&self) -> ListRedirections {
        ListRedirections::new(self.client.expanded(
            &ops::LIST_REDIRECTIONS,
            &ops::GET_REDIRECTION,
            &[&self.domain],
        ))
    }

    /// Adds a redirection (`POST /email/domain/{domain}/redirection`). With a local copy, mail also stays in the
    /// mailbox of the address.
    ///
    /// # Permissions
    ///
    /// The IAM action `emailDomain:apiovh:redirection/create`. 409 when there is one between these addresses.
    pub fn create(
        &self,
        from: impl Into<String>,
        to: impl Into<String>,
        local_copy: bool,
    ) -> CreateRedirection {
        let call = self
            .client
            .call(&ops::CREATE_REDIRECTION, Decode::json())
            .arg(&self.domain);
        // Without a wait: tasks of redirections have no state (`email.domain.TaskSpecialAccount` of the schema).
        CreateRedirection::new(call, from.into(), to.into(), local_copy)
    }

    /// One redirection (`GET /email/domain/{domain}/redirection/{id}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `emailDomain:apiovh:redirection/get`.
    #[inline]
    pub fn get(&self, id: &str) -> Call<Redirection> {
        self.client
            .call(&ops::GET_REDIRECTION, Decode::json())
            .arg(&self.domain)
            .arg(id)
    }

    /// Leads a redirection elsewhere (`POST /email/domain/{domain}/redirection/{id}/changeRedirection`).
    ///
    /// # Permissions
    ///
    /// The IAM action `emailDomain:apiovh:redirection/changeRedirection`.
    pub fn change(&self, id: &str, to: impl Into<String>) -> ChangeRedirection {
        let call = self
            .client
            .call(&ops::CHANGE_REDIRECTION, Decode::json())
            .arg(&self.domain)
            .arg(id);
        ChangeRedirection::new(call, to.into())
    }

    /// Removes a redirection (`DELETE /email/domain/{domain}/redirection/{id}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `emailDomain:apiovh:redirection/delete`.
    #[inline]
    pub fn delete(&self, id: &str) -> Call<MailTask> {
        self.client
            .call(&ops::DELETE_REDIRECTION, Decode::json())
            .arg(&self.domain)
            .arg(id)
    }
}

list_request! {
    /// Lists redirections; made by [`Redirections::list`].
    pub struct ListRedirections => Redirection;
    one {
        /// Only those of mail to this address.
        from: String = "from",
        /// Only those that lead to this address.
        to: String = "to",
    }
}

cloud_core::request! {
    /// Adds a redirection; made by [`Redirections::create`].
    #[serde(rename_all = "camelCase")]
    pub struct CreateRedirection => MailTask;
    required {
        from: String,
        to: String,
        local_copy: bool,
    }
}

cloud_core::request! {
    /// Leads a redirection elsewhere; made by [`Redirections::change`].
    pub struct ChangeRedirection => MailTask;
    required {
        to: String,
    }
}
