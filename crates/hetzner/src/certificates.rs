//! Certificates that load balancers show to the world.

use cloud_core::Error;
use cloud_core::call::{Call, Task};
use cloud_core::model::Timestamp;
use cloud_core::wait::Accepted;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::actions::{self, Action, ActionError, ActionResource, Created, action_methods, or_get};
use crate::client::Client;
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::find::find;
use crate::ids::CertificateId;
use crate::labels::{self, Labels};
use cloud_core::model::IdOrName;
use cloud_core::model::Sort;

cloud_core::open_enum! {
    /// Where a certificate comes from.
    pub enum CertificateType {
        /// From the user, who also renews it.
        Uploaded = "uploaded",
        /// From Let's Encrypt, by the service, which also renews it.
        Managed = "managed",
    }
}

cloud_core::open_enum! {
    /// How far the first issue of a managed certificate is.
    pub enum CertificateIssuance {
        /// It is being asked for.
        Pending = "pending",
        /// The certificate has been issued.
        Completed = "completed",
        /// The request for the certificate was refused.
        Failed = "failed",
    }
}

cloud_core::open_enum! {
    /// How far the renewal of a managed certificate is.
    pub enum CertificateRenewal {
        /// It comes in time.
        Scheduled = "scheduled",
        /// It is being asked for.
        Pending = "pending",
        /// The renewal of the certificate was refused.
        Failed = "failed",
        /// There is nothing to renew yet.
        Unavailable = "unavailable",
    }
}

/// A certificate for load balancers. The private key is never given out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Certificate {
    /// The number of the certificate.
    pub id: CertificateId,
    /// Its name, unique in the project.
    pub name: String,
    /// The labels of the certificate.
    pub labels: Labels,
    /// Where it comes from.
    #[serde(rename = "type")]
    pub kind: CertificateType,
    /// The certificate and those that certify it, as PEM. `None` while it is being issued.
    pub certificate: Option<String>,
    /// When it was created.
    pub created: Timestamp,
    /// The first moment it is valid.
    pub not_valid_before: Option<Timestamp>,
    /// The last moment it is valid.
    pub not_valid_after: Option<Timestamp>,
    /// The domains it is for.
    pub domain_names: Vec<String>,
    /// Its fingerprint by SHA-256: hexadecimal pairs with colons between them.
    pub fingerprint: Option<String>,
    /// How far issue and renewal are; `None` for uploaded ones.
    pub status: Option<CertificateStatus>,
    /// The load balancers that use it.
    pub used_by: Vec<ActionResource>,
}

crate::actions::id_of!(Certificate => CertificateId);

impl Certificate {
    /// Whether it was issued, and can be used.
    pub fn is_issued(&self) -> bool {
        self.certificate.is_some()
    }

    /// Whether the issue or the renewal failed, so that [`Certificates::retry`] is of use.
    pub fn has_failed(&self) -> bool {
        self.status.as_ref().is_some_and(|status| {
            status.issuance == CertificateIssuance::Failed
                || status.renewal == CertificateRenewal::Failed
        })
    }
}

/// How far a managed certificate is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CertificateStatus {
    /// How far the first issue is.
    pub issuance: CertificateIssuance,
    /// How far the renewal is.
    pub renewal: CertificateRenewal,
    /// Why one of them failed.
    pub error: Option<ActionError>,
}

/// The operations of this room.
pub(crate) mod ops {
    cloud_core::operations! {
        LIST_CERTIFICATES = "list_certificates", GET "/certificates";
        CREATE_CERTIFICATE = "create_certificate", POST "/certificates";
        LIST_CERTIFICATES_ACTIONS = "list_certificates_actions", GET "/certificates/actions";
        GET_CERTIFICATES_ACTION = "get_certificates_action", GET "/certificates/actions/{id}";
        GET_CERTIFICATE = "get_certificate", GET "/certificates/{id}";
        UPDATE_CERTIFICATE = "update_certificate", PUT "/certificates/{id}";
        DELETE_CERTIFICATE = "delete_certificate", DELETE "/certificates/{id}";
        LIST_CERTIFICATE_ACTIONS = "list_certificate_actions", GET "/certificates/{id}/actions";
        RETRY_CERTIFICATE = "retry_certificate", POST "/certificates/{id}/actions/retry";
    }
}

impl Client {
    /// Certificates for load balancers.
    pub fn certificates(&self) -> Certificates<'_> {
        Certificates::new(self)
    }
}

/// The calls about certificates, under `/certificates`.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
/// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
/// let created = api.certificates().create_managed("www", ["example.com"]).await?;
/// let certificate = created.wait().await?; // until the authority has issued it
/// assert!(certificate.is_issued());
/// println!("good until {}", certificate.not_valid_after.expect("it is issued"));
///
/// api.certificates().delete(certificate.id).await?;
/// assert!(api.certificates().find("www").await?.is_none());
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Certificates<'a>(&'a Client);

impl<'a> Certificates<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Lists certificates (`GET /certificates`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    #[inline]
    pub fn list(self) -> ListCertificates {
        ListCertificates::new(self.0.list(&ops::LIST_CERTIFICATES, "certificates"))
    }

    /// Hands a certificate and its key to the service, both as PEM (`POST /certificates`). The certificates that
    /// certify it follow it in the same text.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`UniquenessError`](ErrorCode::UniquenessError) (the name is taken),
    /// [`InvalidInput`](ErrorCode::InvalidInput) (the key is not that of the certificate).
    pub fn create_uploaded(
        self,
        name: impl Into<String>,
        certificate: impl Into<String>,
        private_key: impl Into<SecretString>,
    ) -> UploadCertificate {
        let call = self.0.call(
            &ops::CREATE_CERTIFICATE,
            actions::created(self.0, "certificate", |api, certificate: &Certificate| {
                api.certificates().get(certificate.id)
            }),
        );
        let (certificate, private_key) = (certificate.into(), private_key.into());
        UploadCertificate::new(
            call,
            name.into(),
            CertificateType::Uploaded,
            certificate,
            private_key,
            self.0.clone(),
        )
    }

    /// Has a certificate issued for domains whose zones are kept by the service (`POST /certificates`). Waiting ends
    /// when it is issued.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`UniquenessError`](ErrorCode::UniquenessError) (the name is taken); of the wait,
    /// [`DnsZoneNotFound`](ErrorCode::DnsZoneNotFound),
    /// [`CouldNotVerifyDomainDelegatedToZone`](ErrorCode::CouldNotVerifyDomainDelegatedToZone) and the codes that
    /// begin with `ca_`.
    pub fn create_managed(
        self,
        name: impl Into<String>,
        domain_names: impl IntoIterator<Item = impl Into<String>>,
    ) -> IssueCertificate {
        let call = self.0.call(
            &ops::CREATE_CERTIFICATE,
            actions::created(self.0, "certificate", |api, certificate: &Certificate| {
                api.certificates().get(certificate.id)
            }),
        );
        let domain_names = domain_names.into_iter().map(Into::into).collect();
        IssueCertificate::new(
            call,
            name.into(),
            CertificateType::Managed,
            domain_names,
            self.0.clone(),
        )
    }

    /// One certificate (`GET /certificates/{id}`).
    ///
    /// # Permissions
    ///
    /// A token with read access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`NotFound`](ErrorCode::NotFound), which [`find`](Self::find) turns into `None`.
    pub fn get(self, id: impl Into<CertificateId>) -> Call<Certificate> {
        self.0
            .get(&ops::GET_CERTIFICATE, id.into().0, "certificate")
    }

    /// Looks a certificate up by name or id (`GET /certificates?name=..`, `GET /certificates/{id}`); `None` when
    /// there is none. Text is a name first, and an id only when nothing has that name and it is a number.
    ///
    /// # Permissions
    ///
    /// A token with read access.
    pub fn find(
        self,
        certificate: impl Into<IdOrName<CertificateId>>,
    ) -> Task<Option<Certificate>> {
        let by_name = |name: &str| {
            self.0
                .list(&ops::LIST_CERTIFICATES, "certificates")
                .query("name", name)
        };
        find(certificate.into(), by_name, |id| self.get(id))
    }

    /// Changes the name or the labels of a certificate (`PUT /certificates/{id}`). What is not set stays as it is.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`UniquenessError`](ErrorCode::UniquenessError) (the name is taken).
    pub fn update(self, id: impl Into<CertificateId>) -> UpdateCertificate {
        UpdateCertificate::new(
            self.0
                .get(&ops::UPDATE_CERTIFICATE, id.into().0, "certificate"),
        )
    }

    /// Deletes a certificate (`DELETE /certificates/{id}`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`ResourceInUse`](ErrorCode::ResourceInUse) (a load balancer uses it).
    pub fn delete(self, id: impl Into<CertificateId>) -> Call<Accepted<Option<Action>, ()>> {
        self.0.delete(&ops::DELETE_CERTIFICATE, id.into())
    }

    /// Tries the issue or renewal of a managed certificate again after it failed (`POST
    /// /certificates/{id}/actions/retry`).
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`UnsupportedError`](ErrorCode::UnsupportedError) (nothing failed); of the wait,
    /// [`DnsZoneNotFound`](ErrorCode::DnsZoneNotFound),
    /// [`DnsZoneIsSecondaryZone`](ErrorCode::DnsZoneIsSecondaryZone),
    /// [`CouldNotVerifyDomainDelegatedToZone`](ErrorCode::CouldNotVerifyDomainDelegatedToZone),
    /// [`CaaRecordDoesNotAllowCa`](ErrorCode::CaaRecordDoesNotAllowCa),
    /// [`CaDnsValidationFailed`](ErrorCode::CaDnsValidationFailed) and the three codes that begin with
    /// `ca_too_many_`.
    pub fn retry(self, id: impl Into<CertificateId>) -> Call<Accepted<Action>> {
        self.0.start(&ops::RETRY_CERTIFICATE, id.into())
    }
}

action_methods!(
    Certificates[CertificateId] in "certificates" / "{id}",
    LIST_CERTIFICATES_ACTIONS, GET_CERTIFICATES_ACTION, LIST_CERTIFICATE_ACTIONS,
);

cloud_core::list_request! {
    /// Lists certificates; made by [`Certificates::list`].
    pub struct ListCertificates => Certificate;
    one {
        /// Only the one of this name.
        name: String = "name",
    }
    many {
        /// Only certificates of this kind; may be given several times.
        kind: CertificateType = "type",
        /// Sorts by `id`, `name` or `created`; may be given several times.
        sort: Sort = "sort",
    }
}

labels::label_selector!(ListCertificates);

cloud_core::request! {
    /// Hands a certificate to the service; made by [`Certificates::create_uploaded`]. `Debug` hides the key.
    pub struct UploadCertificate => Accepted<Created<Certificate>, Certificate>;
    required {
        name: String,
        #[serde(rename = "type")]
        kind: CertificateType,
        certificate: String,
        #[serde(serialize_with = "cloud_core::model::secret::expose")]
        private_key: SecretString,
    }
    unsent {
        client: Client,
    }
    opt {
        /// The labels of the new certificate.
        labels: Labels,
    }
    check |this: &Self| labels::check(this.labels.as_ref());
}

impl UploadCertificate {
    /// Uploads the certificate (`POST /certificates`), or gives the one that is there already (`GET
    /// /certificates?name=..`): after an answer that was lost on the way, and when the program is run a second time.
    /// [`was_created`](Accepted::was_created) says which of the two it was.
    ///
    /// What is there must be an uploaded certificate with the same text, whatever its line breaks, and have the labels that
    /// were asked for. The private key is not compared, because no answer shows it.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Those of [`Certificates::create_uploaded`]. One of this name that differs is somebody else's, and stays as it is:
    /// then [`UniquenessError`](ErrorCode::UniquenessError) stands, or the error of the answer that was lost. The error
    /// names the first field that differs, such as `labels.env`, as the last of its [`fields`](cloud_core::Error::fields).
    #[inline]
    pub fn or_get(self) -> Task<Accepted<Created<Certificate>, Certificate>> {
        let client = self.client.clone();
        let named = client.certificates().list().name(self.name.as_str());
        // No answer shows the private key, so the certificate stands for it.
        let asked = or_get::Asked::of(&self, &["type", "labels"]);
        // Line breaks are those of whoever has written it.
        let text = |pem: &str| pem.split_whitespace().collect::<String>();
        let uploaded = text(&self.certificate);
        or_get::or_get(
            client,
            self.send(),
            named.into_list(),
            move |there: &Certificate| {
                let shown = there.certificate.as_deref().map(text);
                let other = || (shown != Some(uploaded)).then(|| "certificate".to_owned());
                asked.difference(there).or_else(other)
            },
            // What is uploaded is there at once, and its answer names no action.
            None,
            |api, there| api.certificates().get(there.id),
        )
    }
}

cloud_core::request! {
    /// Has a certificate issued; made by [`Certificates::create_managed`].
    pub struct IssueCertificate => Accepted<Created<Certificate>, Certificate>;
    required {
        name: String,
        #[serde(rename = "type")]
        kind: CertificateType,
        domain_names: Vec<String>,
    }
    unsent {
        client: Client,
    }
    opt {
        /// The labels of the new certificate.
        labels: Labels,
    }
    check |this: &Self| {
        if this.domain_names.is_empty() {
            return Err(Error::input("domain_names", "must not be empty"));
        }
        labels::check(this.labels.as_ref())
    };
}

or_get::or_get_method!(
    IssueCertificate => Certificate in certificates,
    "the certificate", "certificates", same ["type", "domain_names"],
    actions Some(|api, there| api.certificates().list_actions_of(there.id)),
);

cloud_core::request! {
    /// Changes a certificate; made by [`Certificates::update`].
    pub struct UpdateCertificate => Certificate;
    opt {
        /// The new name of the certificate.
        name: String,
        /// The labels it has from now on, instead of all it had.
        labels: Labels,
    }
    check |this: &Self| labels::check(this.labels.as_ref());
}
