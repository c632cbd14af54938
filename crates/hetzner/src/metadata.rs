//! What a server can learn about itself, from inside, without a token.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
//! # let sandbox = cloud_sandbox::Sandbox::new();
//! # let api = hetzner::Client::builder().token("t").transport(sandbox.hetzner()).build()?;
//! # let server = api.servers().create("web-1", "cx23", "debian-13").await?.resource.id;
//! use hetzner::metadata::Metadata;
//!
//! let metadata = Metadata::new()?;
//! # let metadata = Metadata::builder().transport(sandbox.hetzner_metadata(server.0)).build()?;
//! println!("I am {}, number {}", metadata.hostname().await?, metadata.instance_id().await?);
//! # assert_eq!(metadata.instance_id().await?, server);
//! # Ok(()) }
//! ```

use std::net::Ipv4Addr;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use cloud_core::Result;
use cloud_core::call::Call;
use cloud_core::config::{BaseUrl, Origin, Setting};
use cloud_core::decode::{Decode, DecodeError, RawResponse};
use cloud_core::engine::Engine;
use cloud_core::options::ClientOptions;
use cloud_core::provider::CallBuilder;
use cloud_core::request::Dialect;
use cloud_core::retry::StandardRetry;
use http::Method;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::client::PRODUCT;
use crate::ids::{NetworkId, ServerId};

mod yaml;

/// An address of the link itself: requests do not leave the host.
const ENDPOINT: &str = "http://169.254.169.254/hetzner/v1";

/// A private network as the server in it sees it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PrivateNetwork {
    /// The address of the server.
    pub ip: String,
    /// The further addresses of the server in the network.
    pub alias_ips: Vec<String>,
    /// The hardware address of its interface.
    pub mac_address: String,
    /// The number of the network.
    pub network_id: NetworkId,
    /// The name of the network.
    pub network_name: String,
    /// The address range of the network.
    pub network: String,
    /// The address range of the subnet that the server is in.
    pub subnet: String,
    /// The gateway of the subnet.
    pub gateway: String,
    /// The number of its interface, counted from 1.
    pub interface_num: u32,
}

/// A client of the metadata service, which answers inside of servers only.
///
/// It has a second to connect and five for everything, a second attempt included: elsewhere nobody answers.
#[derive(Clone, Debug)]
pub struct Metadata {
    engine: Engine,
    base: BaseUrl,
}

impl Metadata {
    /// A client with the usual settings. Nothing is sent.
    #[inline]
    pub fn new() -> Result<Self> {
        Self::builder().build()
    }

    /// Begins to set up a client.
    #[inline]
    pub fn builder() -> MetadataBuilder {
        MetadataBuilder::default()
    }

    fn get<T>(&self, path: &'static str, decode: Decode<T>) -> Call<T> {
        Call::untabled(&self.engine, &self.base, Method::GET, path, decode)
    }

    #[inline]
    fn text(&self, path: &'static str) -> Call<String> {
        self.get(
            path,
            Decode::by(|response, _| text(&response).map(str::to_owned), ""),
        )
    }

    /// The name of the server (`GET /metadata/hostname`).
    ///
    /// # Permissions
    ///
    /// No token, but must be sent from inside the server.
    #[inline]
    pub fn hostname(&self) -> Call<String> {
        self.text("/metadata/hostname")
    }

    /// The number of the server (`GET /metadata/instance-id`).
    ///
    /// # Permissions
    ///
    /// No token, but must be sent from inside the server.
    #[inline]
    pub fn instance_id(&self) -> Call<ServerId> {
        self.get(
            "/metadata/instance-id",
            Decode::by(|response, _| parsed(text(&response)?), "").map(ServerId),
        )
    }

    /// Its public IPv4 address; `None` for a server without one (`GET /metadata/public-ipv4`).
    ///
    /// # Permissions
    ///
    /// No token, but must be sent from inside the server.
    #[inline]
    pub fn public_ipv4(&self) -> Call<Option<Ipv4Addr>> {
        let decode = Decode::by(
            |response, _| match text(&response)? {
                "" => Ok(None),
                text => parsed(text).map(Some),
            },
            "",
        );
        self.get("/metadata/public-ipv4", decode)
    }

    /// The private networks it is attached to (`GET /metadata/private-networks`).
    ///
    /// # Permissions
    ///
    /// No token, but must be sent from inside the server.
    #[inline]
    pub fn private_networks(&self) -> Call<Vec<PrivateNetwork>> {
        let read = |response: RawResponse, _| {
            let list = yaml::list(text(&response)?, &["interface_num", "network_id"])
                .map_err(DecodeError::new)?;
            // Not with the parser's message, which quotes the answer.
            cloud_core::decode::from_value(&list)
                .map_err(|_| DecodeError::new("the list is not one of private networks"))
        };
        self.get("/metadata/private-networks", Decode::by(read, ""))
    }

    /// Where it stands, as the name of a datacenter such as `hel1-dc2`, although datacenters are gone from the API
    /// (`GET /metadata/availability-zone`). What comes before the dash is the [location](crate::locations).
    ///
    /// # Permissions
    ///
    /// No token, but must be sent from inside the server.
    #[inline]
    pub fn availability_zone(&self) -> Call<String> {
        self.text("/metadata/availability-zone")
    }

    /// The network zone it stands in, such as `eu-central` (`GET /metadata/region`).
    ///
    /// # Permissions
    ///
    /// No token, but must be sent from inside the server.
    #[inline]
    pub fn region(&self) -> Call<String> {
        self.text("/metadata/region")
    }

    /// The user data it was created with, as it is; `None` without any (`GET /userdata`). Often it holds secrets.
    ///
    /// User data that is not text, such as a compressed one, is read by [`send_raw`](Call::send_raw).
    ///
    /// # Permissions
    ///
    /// No token, but must be sent from inside the server.
    #[inline]
    pub fn userdata(&self) -> Call<Option<SecretString>> {
        let read = |response: RawResponse, _| {
            let data = whole(&response)?;
            Ok((!data.is_empty()).then(|| SecretString::from(data)))
        };
        self.get("/userdata", Decode::by(read, ""))
    }

    /// Whether this program runs on a server of this provider: whether the service gives a host name (`GET
    /// /metadata/hostname`). No answer counts as no.
    ///
    /// # Permissions
    ///
    /// No token.
    pub async fn is_hcloud_server(&self) -> bool {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        // Elsewhere somebody may answer everything, with a page for people.
        self.hostname()
            .await
            .is_ok_and(|name| !name.is_empty() && name.bytes().all(is_part))
    }
}

#[inline]
fn whole(response: &RawResponse) -> Result<&str, DecodeError> {
    std::str::from_utf8(&response.body).map_err(|_| DecodeError::new("the answer is not text"))
}

#[inline]
fn text(response: &RawResponse) -> Result<&str, DecodeError> {
    whole(response).map(str::trim)
}

fn parsed<T: FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, DecodeError> {
    text.parse()
        .map_err(|error| DecodeError::new(format!("the answer is not what it should be: {error}")))
}

/// Settings of a [`Metadata`] client.
#[derive(Clone, Debug)]
#[must_use = "a client is made by build()"]
pub struct MetadataBuilder {
    options: ClientOptions,
    endpoint: Setting<String>,
}

impl Default for MetadataBuilder {
    #[inline]
    fn default() -> Self {
        let mut options = ClientOptions::default();
        // The 5 s of hcloud-go's client. Two attempts and the pause between them fit in.
        options.timeout(Duration::from_secs(5));
        options.attempt_timeout(Duration::from_millis(2400));
        options.retry(
            StandardRetry::new()
                .max_attempts(2)
                .backoff(Duration::from_millis(100), Duration::from_millis(100)),
        );
        #[cfg(any(
            feature = "rustls",
            feature = "rustls-no-provider",
            feature = "native-tls"
        ))]
        // Outside of a server this address may answer nothing at all, not even a refusal.
        options.http(|http| http.connect_timeout(Duration::from_secs(1)));
        Self {
            options,
            endpoint: Setting::new(ENDPOINT.to_owned(), Origin::Builder("endpoint")),
        }
    }
}

cloud_core::client_options!(MetadataBuilder);

impl MetadataBuilder {
    /// The base URL, `http://169.254.169.254/hetzner/v1` unless set.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Setting::new(url.into(), Origin::Builder("endpoint"));
        self
    }

    /// Checks every setting and makes the client. Nothing is sent.
    #[inline]
    pub fn build(self) -> Result<Metadata> {
        // There is no token that could leak, and the service has no TLS.
        let base = BaseUrl::parse(&self.endpoint, true)?;
        let plain = base.is_plain_http();
        Ok(Metadata {
            engine: self.options.engine(PRODUCT, Arc::new(Words), None, plain)?,
            base,
        })
    }
}

/// The service speaks plain text and has no error codes.
#[derive(Debug)]
struct Words;

impl Dialect for Words {}
