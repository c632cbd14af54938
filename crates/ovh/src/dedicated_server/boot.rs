use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::provider::CallBuilder;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::list::list_request;
use crate::ops;

cloud_core::numeric_id! {
    /// Identifies something that a server can boot.
    pub struct BootId of Netboot.boot_id;
}

cloud_core::open_enum! {
    /// What a server boots from.
    pub enum BootType {
        /// Its own disks.
        HardDisk = "harddisk",
        /// A system for OVHcloud.
        Internal = "internal",
        /// The network.
        Network = "network",
        /// Nothing: it is turned off.
        Power = "power",
        /// A rescue system.
        Rescue = "rescue",
    }
}

/// Something that a server can boot.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Netboot {
    /// Its number, for [`UpdateServer::boot_id`](super::UpdateServer::boot_id).
    pub boot_id: BootId,
    /// What it boots from.
    pub boot_type: BootType,
    /// A description of what is booted, for people.
    pub description: String,
    /// The name of the kernel that is booted.
    pub kernel: String,
}

/// Calls about what a server can boot (`/dedicated/server/{serviceName}/boot`).
#[derive(Clone, Debug)]
pub struct Boots<'a> {
    client: &'a Client,
    server: String,
}

impl<'a> Boots<'a> {
    pub(super) fn new(client: &'a Client, server: String) -> Self {
        Self { client, server }
    }

    /// Lists what a server can boot (`GET /dedicated/server/{serviceName}/boot`).
    ///
    /// Where the service gives ids alone, each object is read by a call of its own (`GET
    /// /dedicated/server/{serviceName}/boot/{bootId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `dedicatedServer:apiovh:boot/get`.
    #[inline]
    pub fn list(&self) -> ListBoots {
        let args = [self.server.as_str()];
        ListBoots::new(
            self.client
                .expanded(&ops::LIST_BOOTS, &ops::GET_BOOT, &args),
        )
    }

    /// One of them (`GET /dedicated/server/{serviceName}/boot/{bootId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `dedicatedServer:apiovh:boot/get`.
    pub fn get(&self, boot: impl Into<BootId>) -> Call<Netboot> {
        self.client
            .call(&ops::GET_BOOT, Decode::json())
            .arg(&self.server)
            .arg(boot.into())
    }
}

list_request! {
    /// Lists what a server can boot; made by [`Boots::list`].
    pub struct ListBoots => Netboot;
    one {
        /// Only what boots from this.
        boot_type: BootType = "bootType",
    }
}
