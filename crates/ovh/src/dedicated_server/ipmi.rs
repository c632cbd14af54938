use std::net::Ipv4Addr;
use std::time::Duration;

use cloud_core::call::{Call, Task};
use cloud_core::decode::Decode;
use cloud_core::model::{Secret, Timestamp};
use cloud_core::provider::CallBuilder;
use cloud_core::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};

use super::tasks::{self, ServerTask};
use crate::client::Client;
use crate::ops;
use cloud_core::wait::Accepted;

/// How often the way to a console is asked for after its task has ended, and after how long.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_secs(3);

cloud_core::open_enum! {
    /// A way to the console of a server.
    pub enum IpmiAccessType {
        /// A page that shows the screen.
        KvmipHtml5Url = "kvmipHtml5URL",
        /// A file for Java Web Start that shows the screen.
        KvmipJnlp = "kvmipJnlp",
        /// The serial line, by SSH.
        SerialOverLanSshKey = "serialOverLanSshKey",
        /// The serial line, in a page.
        SerialOverLanUrl = "serialOverLanURL",
    }
}

/// The ways that a management board has.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct IpmiFeatures {
    /// A page that shows the screen.
    #[serde(rename = "kvmipHtml5URL")]
    pub kvmip_html5_url: bool,
    /// A file for Java Web Start that shows the screen.
    pub kvmip_jnlp: bool,
    /// The serial line, by SSH.
    pub serial_over_lan_ssh_key: bool,
    /// The serial line, in a page.
    #[serde(rename = "serialOverLanURL")]
    pub serial_over_lan_url: bool,
}

/// The management board of a server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Ipmi {
    /// Whether it is on.
    pub activated: bool,
    /// The ways that it has.
    pub supported_features: IpmiFeatures,
}

/// A way to a console, as far as one is open.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct IpmiAccessValue {
    /// The page, the file or the command, which lets in whoever has it; `None` while nothing is open.
    pub value: Option<Secret>,
    /// When it is closed.
    pub expiration: Option<Timestamp>,
}

/// An open way to a console.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Access {
    /// The page, the file or the command, which lets in whoever has it.
    pub value: Secret,
    /// When it is closed.
    pub expiration: Option<Timestamp>,
}

/// Calls about the management board of a server (`/dedicated/server/{serviceName}/features/ipmi`).
#[derive(Clone, Debug)]
pub struct IpmiRoom<'a> {
    client: &'a Client,
    server: String,
}

impl<'a> IpmiRoom<'a> {
    pub(super) fn new(client: &'a Client, server: String) -> Self {
        Self { client, server }
    }

    /// What the management board can do (`GET /dedicated/server/{serviceName}/features/ipmi`).
    ///
    /// # Permissions
    ///
    /// The IAM action `dedicatedServer:apiovh:features/ipmi/get`.
    #[inline]
    pub fn get(&self) -> Call<Ipmi> {
        self.client
            .call(&ops::GET_IPMI, Decode::json())
            .arg(&self.server)
    }

    /// The way to the console that is open, if one is (`GET /dedicated/server/{serviceName}/features/ipmi/access`).
    ///
    /// # Permissions
    ///
    /// The IAM action `dedicatedServer:apiovh:features/ipmi/access/get`.
    pub fn access(&self, kind: impl Into<IpmiAccessType>) -> Call<IpmiAccessValue> {
        self.client
            .call(&ops::GET_IPMI_ACCESS, Decode::json())
            .arg(&self.server)
            .query("type", kind.into())
    }

    /// Opens a way to the console for 1, 3, 5, 10 or 15 minutes (`POST
    /// /dedicated/server/{serviceName}/features/ipmi/access`). [`value`](OpenAccess::value) does all of it: asks,
    /// waits, and reads the way.
    ///
    /// # Permissions
    ///
    /// The IAM actions `dedicatedServer:apiovh:features/ipmi/access/create` and, to wait and read,
    /// `dedicatedServer:apiovh:task/get` and `dedicatedServer:apiovh:features/ipmi/access/get`.
    pub fn open(&self, kind: impl Into<IpmiAccessType>, minutes: u32) -> OpenAccess {
        let kind = kind.into();
        let call = tasks::start(self.client, &ops::OPEN_IPMI_ACCESS, &self.server);
        OpenAccess::new(call, kind.clone(), minutes, self.access(kind))
    }
}

cloud_core::request! {
    /// Opens a way to a console; made by [`IpmiRoom::open`].
    #[serde(rename_all = "camelCase")]
    pub struct OpenAccess => Accepted<ServerTask>;
    required {
        #[serde(rename = "type")]
        kind: IpmiAccessType,
        ttl: u32,
    }
    unsent {
        look: Call<IpmiAccessValue>,
    }
    opt {
        /// The address that may come in.
        ip_to_allow: Ipv4Addr,
        /// The public key that may log in, for the serial line by SSH.
        ssh_key: String,
    }
    check |this: &Self| match this.ttl {
        // `dedicated.server.CacheTTLEnum` of the schema.
        1 | 3 | 5 | 10 | 15 => Ok(()),
        other => Err(Error::input("ttl", format!("must be 1, 3, 5, 10 or 15 minutes, not {other}"))),
    };
}

impl OpenAccess {
    /// Asks for the way (`POST /dedicated/server/{serviceName}/features/ipmi/access`), waits until it is open (`GET
    /// /dedicated/server/{serviceName}/task/{taskId}`), and reads it (`GET
    /// /dedicated/server/{serviceName}/features/ipmi/access`).
    ///
    /// # Permissions
    ///
    /// The IAM actions `dedicatedServer:apiovh:features/ipmi/access/create`, `dedicatedServer:apiovh:task/get` and
    /// `dedicatedServer:apiovh:features/ipmi/access/get`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// use ovh::dedicated_server::IpmiAccessType;
    ///
    /// # let clock = sandbox.clock().clone();
    /// # let ahead = tokio::spawn(async move { loop { tokio::time::sleep(std::time::Duration::from_secs(1)).await; clock.advance(std::time::Duration::from_secs(5)); } });
    /// let ipmi = api.dedicated_servers().ipmi("ns1000001.ip-192-0-2.eu");
    /// let access = ipmi.open(IpmiAccessType::KvmipJnlp, 5).value().await?;
    /// assert!(access.expiration.is_some());
    /// # ahead.abort();
    /// # Ok(()) }
    /// ```
    #[inline]
    pub fn value(self) -> Task<Access> {
        let look = self.look.clone();
        Task::new(async move {
            let started = self.send().await?;
            let open = opened(started, look).await;
            // The way may be open, though nobody has seen where it is.
            open.map_err(Error::with_may_have_happened)
        })
    }
}

/// The way that was asked for, once it is open.
async fn opened(started: Accepted<ServerTask>, look: Call<IpmiAccessValue>) -> Result<Access> {
    let clock = look.engine().clock();
    started.wait().await?;
    // The way is not always there when the task has ended.
    for _ in 0..TRIES {
        let IpmiAccessValue {
            value, expiration, ..
        } = look.clone().await?;
        if let Some(value) = value {
            return Ok(Access { value, expiration });
        }
        clock.sleep(PAUSE).await;
    }
    let text = "the task has ended, but there is no way to the console";
    Err(Error::new(ErrorKind::WorkFailed, text))
}
