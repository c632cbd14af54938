//! What is set up for the connection: pins, a proxy, and the certificates of an endpoint.

use cloud_core::Result;
use cloud_core::config::Setting;
use cloud_core::options::ClientOptions;
use secrecy::SecretString;

use crate::config::{Endpoint, proxy_headers};

#[derive(Clone, Debug, Default)]
pub(crate) struct Connection {
    pub(crate) pins: Vec<Setting<String>>,
    pub(crate) strict: bool,
    pub(crate) proxy: Option<Setting<SecretString>>,
    pub(crate) proxy_headers: Option<Setting<SecretString>>,
}

impl Connection {
    /// Checks the settings and gives them to the options.
    pub(crate) fn apply(&self, options: &mut ClientOptions) -> Result<()> {
        let headers = self
            .proxy_headers
            .as_ref()
            .map(proxy_headers::parse)
            .transpose()?
            .unwrap_or_default();
        if let (Some(setting), None, false) = (&self.proxy_headers, &self.proxy, headers.is_empty())
        {
            return Err(setting.error(
                "there is no proxy to send them to; set IONOS_HTTP_PROXY, or ClientBuilder::proxy",
            ));
        }
        backend::apply(self, headers, options)
    }

    /// The options for one endpoint.
    pub(crate) fn for_endpoint(
        &self,
        endpoint: &Endpoint,
        options: &ClientOptions,
    ) -> Result<ClientOptions> {
        let mut options = options.clone();
        backend::certificates(
            endpoint,
            !self.pins.is_empty() && !self.strict,
            &mut options,
        )?;
        Ok(options)
    }
}

#[cfg(any(
    feature = "rustls",
    feature = "rustls-no-provider",
    feature = "native-tls"
))]
mod backend {
    use cloud_core::transport::{CertificatePin, PinMode, ProxyConfig};
    use http::{HeaderName, HeaderValue};
    use secrecy::ExposeSecret;

    use super::{ClientOptions, Connection, Endpoint, Result};

    pub(super) fn apply(
        connection: &Connection,
        headers: Vec<(HeaderName, HeaderValue)>,
        options: &mut ClientOptions,
    ) -> Result<()> {
        for setting in &connection.pins {
            let mut pins = setting
                .value
                // Neither at spaces nor at colons, which may stand between the digits of one fingerprint.
                .split([',', ';', '\n'])
                .filter(|pin| !pin.trim().is_empty())
                .peekable();
            if pins.peek().is_none() {
                return Err(setting.error("is empty"));
            }
            for pin in pins {
                let pin: CertificatePin = pin.parse().map_err(|error| setting.error(error))?;
                options.http(|http| http.pin(pin));
            }
        }
        if !connection.pins.is_empty() {
            // IONOS's Go SDKs check neither chain nor name nor dates of a certificate that is pinned.
            let mode = if connection.strict {
                PinMode::Strict
            } else {
                PinMode::Replace
            };
            options.http(|http| http.pin_mode(mode));
        }
        if let Some(setting) = &connection.proxy {
            let proxy = ProxyConfig::new(setting.value.expose_secret())
                .map_err(|error| setting.error(error))?;
            let proxy = headers
                .into_iter()
                .fold(proxy, |proxy, (name, value)| proxy.header(name, value));
            options.http(|http| http.proxy(proxy));
        }
        Ok(())
    }

    #[expect(
        clippy::unnecessary_wraps,
        reason = "fails where there is no connection of our own"
    )]
    pub(super) fn certificates(
        endpoint: &Endpoint,
        pins_decide: bool,
        options: &mut ClientOptions,
    ) -> Result<()> {
        if let Some(pem) = &endpoint.certificates {
            options.http(|http| http.root_certificate_pem(&pem.value));
        }
        // A pin that stands in the place of all other checks asks for less already.
        if endpoint.skip_tls_verify && !pins_decide {
            options.http(|http| http.danger_accept_invalid_certificates(true));
        }
        Ok(())
    }
}

/// Without a connection of our own there is nothing to set up.
#[cfg(not(any(
    feature = "rustls",
    feature = "rustls-no-provider",
    feature = "native-tls"
)))]
mod backend {
    use cloud_core::Error;
    use http::{HeaderName, HeaderValue};

    use super::{ClientOptions, Connection, Endpoint, Result};

    const NEEDED: &str = "needs a build with the feature rustls, rustls-no-provider or native-tls";

    pub(super) fn apply(
        connection: &Connection,
        _: Vec<(HeaderName, HeaderValue)>,
        _: &mut ClientOptions,
    ) -> Result<()> {
        match (connection.pins.first(), &connection.proxy) {
            (Some(pin), _) => Err(pin.error(NEEDED)),
            (None, Some(proxy)) => Err(proxy.error(NEEDED)),
            (None, None) => Ok(()),
        }
    }

    pub(super) fn certificates(endpoint: &Endpoint, _: bool, _: &mut ClientOptions) -> Result<()> {
        match &endpoint.certificates {
            Some(pem) => Err(pem.error(NEEDED)),
            None if endpoint.skip_tls_verify => Err(Error::config(&endpoint.url.origin, NEEDED)),
            None => Ok(()),
        }
    }
}
