use cloud_core::Error;
use cloud_core::call::Task;
use cloud_core::provider::CallBuilder;
use cloud_core::wait::Accepted;
use secrecy::SecretString;
use serde::Serialize;

use super::ops;
use super::{Server, Servers};
use crate::actions::{self, COPYING, Created, or_get};
use crate::client::Client;
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::ids::{FirewallId, NetworkId, PlacementGroupId, PrimaryIpId, SshKeyId, VolumeId};
use crate::images::ImageType;
use crate::labels::{self, Labels};
use cloud_core::model::IdOrName;

mod fallback;

pub use fallback::{Candidate, NoRoom, Tried};

impl Servers<'_> {
    /// Creates a server (`POST /servers`) of a type and from an image, each by name or, as text, by id.
    ///
    /// The request is never sent twice unless the service says that it did nothing. After a failure with
    /// [`may_have_happened`](cloud_core::Error::may_have_happened) the server may be there; see
    /// [`or_get`](CreateServer::or_get).
    ///
    /// From a snapshot or a backup a whole disk is copied, so a wait for such a server has a deadline of two hours, and
    /// one of 30 minutes for any other, unless [`timeout`](cloud_core::wait::Waiter::timeout) sets another.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: [`UniquenessError`](ErrorCode::UniquenessError) (the name is taken),
    /// [`ResourceUnavailable`](ErrorCode::ResourceUnavailable) and [`PlacementError`](ErrorCode::PlacementError) (no
    /// room for this type here and now; see [`with_fallback`](CreateServer::with_fallback)),
    /// [`ResourceLimitExceeded`](ErrorCode::ResourceLimitExceeded), [`InvalidInput`](ErrorCode::InvalidInput), and of
    /// Primary IPs [`PrimaryIpAssigned`](ErrorCode::PrimaryIpAssigned),
    /// [`PrimaryIpVersionMismatch`](ErrorCode::PrimaryIpVersionMismatch) and
    /// [`PrimaryIpDatacenterMismatch`](ErrorCode::PrimaryIpDatacenterMismatch).
    pub fn create(
        self,
        name: impl Into<String>,
        server_type: impl Into<String>,
        image: impl Into<String>,
    ) -> CreateServer {
        let call = self.0.call(
            &ops::CREATE_SERVER,
            actions::created(self.0, "server", |api, server: &Server| {
                api.servers().get(server.id)
            }),
        );
        let call = call.map(with_patience);
        CreateServer::new(
            call,
            name.into(),
            server_type.into(),
            image.into(),
            self.0.clone(),
        )
    }
}

/// Allows more time where the disk of the server is copied from another one.
#[inline]
fn with_patience(created: Accepted<Created<Server>, Server>) -> Accepted<Created<Server>, Server> {
    let image = created.resource.image.as_ref();
    let copies =
        image.is_some_and(|image| matches!(image.kind, ImageType::Snapshot | ImageType::Backup));
    if copies {
        created.with_timeout(COPYING)
    } else {
        created
    }
}

/// A firewall by its id, as the body of a new server names it.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct FirewallRef {
    firewall: FirewallId,
}

impl<T: Into<FirewallId>> From<T> for FirewallRef {
    fn from(firewall: T) -> Self {
        Self {
            firewall: firewall.into(),
        }
    }
}

/// Which public addresses a new server gets. Both kinds, new ones, unless said otherwise.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PublicNetSetup {
    #[serde(skip_serializing_if = "Option::is_none")]
    enable_ipv4: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enable_ipv6: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ipv4: Option<PrimaryIpId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ipv6: Option<PrimaryIpId>,
}

impl PublicNetSetup {
    /// Both kinds, new ones.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives the server no IPv4 address.
    pub fn without_ipv4(mut self) -> Self {
        self.enable_ipv4 = Some(false);
        self
    }

    /// Gives the server no IPv6 network.
    pub fn without_ipv6(mut self) -> Self {
        self.enable_ipv6 = Some(false);
        self
    }

    /// This Primary IP as the IPv4 address.
    pub fn ipv4(mut self, id: impl Into<PrimaryIpId>) -> Self {
        self.enable_ipv4 = Some(true);
        self.ipv4 = Some(id.into());
        self
    }

    /// This Primary IP as the IPv6 network.
    pub fn ipv6(mut self, id: impl Into<PrimaryIpId>) -> Self {
        self.enable_ipv6 = Some(true);
        self.ipv6 = Some(id.into());
        self
    }
}

cloud_core::request! {
    /// Creates a server; made by [`Servers::create`]. `Debug` hides the user data.
    pub struct CreateServer => Accepted<Created<Server>, Server>;
    required {
        name: String,
        server_type: String,
        image: String,
    }
    unsent {
        client: Client,
    }
    opt {
        /// The location, such as `fsn1`; the service chooses one unless given.
        location: String,
        /// Whether it is started at once (it is unless set).
        start_after_create: bool,
        /// The placement group it joins.
        placement_group: PlacementGroupId,
        /// Cloud-init user data, up to 32 KiB. Often it holds secrets.
        @serde(serialize_with = "cloud_core::model::secret::expose_opt") user_data: SecretString,
        /// The labels of the new server.
        labels: Labels,
        /// Whether the volumes are mounted in the server.
        automount: bool,
        /// The public addresses of the new server.
        public_net: PublicNetSetup,
    }
    list {
        /// The SSH keys of `root`, by id or name. Without any a password is made.
        // Ids are sent as numbers, as hcloud-go does, though they are described as texts.
        ssh_keys: IdOrName<SshKeyId>,
        /// The volumes attached to it; they must stand in its location.
        volumes: VolumeId,
        /// The private networks it is attached to.
        networks: NetworkId,
        /// The firewalls in front of it.
        firewalls: FirewallRef,
    }
    check |this: &Self| {
        for (field, value) in [("name", &this.name), ("server_type", &this.server_type), ("image", &this.image)] {
            if value.is_empty() {
                return Err(Error::input(field, "must not be empty"));
            }
        }
        labels::check(this.labels.as_ref())
    };
}

impl CreateServer {
    /// Creates the server (`POST /servers`), or gives the one that is there already (`GET /servers?name=..`): after
    /// an answer that was lost on the way, and when the program is run a second time.
    /// [`was_created`](Accepted::was_created) says which of the two it was. Names are unique in a project, so there is never
    /// a second server. The wait is for what still runs, and ends at once when nothing does.
    ///
    /// What is there must have the `server_type`, the `location` and the labels that were asked for. What was not given is
    /// not compared, and no other setting is: neither the image, which may be gone by then, nor keys, user data and networks.
    ///
    /// # Permissions
    ///
    /// A token with write access.
    ///
    /// # Errors
    ///
    /// Worth handling: those of [`Servers::create`]. A server of this name that differs is somebody else's, and stays as it
    /// is: then [`UniquenessError`](ErrorCode::UniquenessError) stands, or the error of the answer that was lost. The error
    /// names the first field that differs, such as `labels.env`, as the last of its [`fields`](cloud_core::Error::fields).
    #[inline]
    pub fn or_get(self) -> Task<Accepted<Created<Server>, Server>> {
        let client = self.client.clone();
        let named = client.servers().list().name(self.name.as_str()).into_list();
        let asked = or_get::Asked::of(&self, &["server_type", "location", "labels"]);
        let created = or_get::or_get(
            client,
            self.send(),
            named,
            move |there| asked.difference(there),
            Some(|api, there| api.servers().list_actions_of(there.id)),
            |api, there| api.servers().get(there.id),
        );
        // For what was found as well: that has not come through the call, whose answers have it already.
        Task::new(async move { created.await.map(with_patience) })
    }
}
