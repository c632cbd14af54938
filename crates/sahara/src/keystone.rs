//! Keystone, OpenStack's identity service: from a login to a token and the catalog of services that it opens.

mod catalog;
mod login;
mod session;
mod token;

use cloud_core::call::Call;
use cloud_core::provider::{BaseUrl, CallBuilder, Decode, Engine, Setting};
use cloud_core::{Error, ErrorKind, Result};
use http::Method;
use secrecy::SecretString;

pub use catalog::{Catalog, Endpoint, EndpointFilter, Interface, Service};
pub use login::{ApplicationCredential, InDomain, Login, Project, Scope, User};
pub(crate) use session::Session;
pub use token::{Named, TokenInfo, TokenScope};

/// The identity service at one address.
#[derive(Clone, Debug)]
pub(crate) struct Keystone {
    engine: Engine,
    v3: BaseUrl,
    v2: BaseUrl,
}

/// A token, and what the service tells about it.
#[derive(Debug)]
pub(crate) struct Issued {
    secret: SecretString,
    info: TokenInfo,
}

impl Keystone {
    /// The service at an address that may end in a version or not.
    pub(crate) fn new(
        engine: Engine,
        auth_url: &Setting<String>,
        allow_http: bool,
    ) -> Result<Self> {
        let checked = BaseUrl::parse(auth_url, allow_http)?;
        let root = checked.as_str();
        // Addresses are written with a version and without; keystoneauth puts one behind those that have none.
        let root = ["/v3", "/v2.0"]
            .iter()
            .find_map(|version| root.strip_suffix(version))
            .unwrap_or(root);
        let root = root.trim_end_matches('/');
        let of = |version: &str| {
            BaseUrl::parse(
                &Setting::new(format!("{root}/{version}"), auth_url.origin.clone()),
                allow_http,
            )
        };
        Ok(Self {
            v3: of("v3")?,
            v2: of("v2.0")?,
            engine,
        })
    }

    /// The address that this login is sent to.
    pub(crate) fn address(&self, login: &Login) -> &BaseUrl {
        if login.is_v2() { &self.v2 } else { &self.v3 }
    }

    /// Asks for a token (`POST /v3/auth/tokens`, or `POST /v2.0/tokens`). Asking twice does no harm.
    pub(crate) async fn issue(&self, login: &Login) -> Result<Issued> {
        let (path, decode) = if login.is_v2() {
            ("/tokens", Decode::by(token::read_v2, ""))
        } else {
            ("/auth/tokens", Decode::by(token::read_v3, ""))
        };
        let call = Call::untabled(
            &self.engine,
            self.address(login),
            Method::POST,
            path,
            decode,
        );
        let issued = call
            .json(&login.body())
            .options(|o| o.idempotent(true))
            .await;
        issued.map_err(|error| {
            let status = error.status().map_or(0, |status| status.as_u16());
            let text = match (login, status) {
                // A token that it cannot read is one that it does not find.
                (Login::Token { .. }, 401 | 404) => format!(
                    "the given token is not accepted, and a token cannot renew itself; log in by a password or an \
                     application credential ({error})"
                ),
                // Keystone answers no login in this way: something else is there, or an older version alone.
                (_, 300 | 301 | 302 | 307 | 308 | 404 | 405 | 410) => {
                    let address = self.address(login);
                    let hint = if login.is_v2() {
                        "today's services have version 3 alone, for which auth_type is v3password"
                    } else {
                        "a service of version 2.0 alone needs the auth_type v2password"
                    };
                    format!("no Keystone takes logins at {address}{path}; check auth_url; {hint} ({error})")
                }
                _ => return error,
            };
            Error::new(ErrorKind::Credential, text).with_cause(error)
        })
    }
}
