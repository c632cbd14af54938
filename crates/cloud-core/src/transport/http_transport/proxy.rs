//! Proxies.

use std::fmt;
use std::sync::Arc;

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use secrecy::SecretString;
use url::Url;

use super::HttpConfigError;
use crate::config::proxy::{NoProxy, ProxyVariables, label, proxy_url};
use crate::config::{Origin, Setting};
use crate::secrets::Secrets;

/// Headers that would replace those of the request, or break its framing, when it passes the proxy without a tunnel.
const NOT_FOR_A_PROXY: [HeaderName; 6] = [
    header::AUTHORIZATION,
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::HOST,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// A proxy for requests: a tunnel (`CONNECT`) for `https://`, plain forwarding for `http://`.
#[derive(Clone)]
pub struct ProxyConfig {
    url: Url,
    headers: HeaderMap,
    no_proxy: NoProxy,
}

impl ProxyConfig {
    /// A proxy at this URL, `http://` or `https://`. A user name and password in it are sent to the proxy as
    /// `Proxy-Authorization: Basic`, and shown nowhere.
    pub fn new(url: &str) -> Result<Self, HttpConfigError> {
        Ok(Self {
            url: proxy_url(url).map_err(|problem| HttpConfigError::new("proxy", problem))?,
            headers: HeaderMap::new(),
            no_proxy: NoProxy::default(),
        })
    }

    /// Sends this header to the proxy: with every `CONNECT`, where servers behind the tunnel never see it, and with
    /// every `http://` request. A second value for a name replaces the first. A `Proxy-Authorization` given here wins
    /// over the URL's.
    pub fn header(mut self, name: HeaderName, mut value: HeaderValue) -> Self {
        value.set_sensitive(true);
        self.headers.insert(name, value);
        self
    }

    /// Goes around the proxy for these hosts: a domain with all below it, an IP address, a network such as
    /// `10.0.0.0/8`, or `*` for every host.
    pub fn no_proxy<T: Into<String>>(mut self, hosts: impl IntoIterator<Item = T>) -> Self {
        self.no_proxy
            .extend(NoProxy::parse(hosts.into_iter().map(Into::into)));
        self
    }

    fn is_for(&self, url: &Url) -> bool {
        url.host()
            .is_some_and(|host| !self.no_proxy.contains(&host))
    }

    fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }
}

impl fmt::Debug for ProxyConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProxyConfig")
            .field("proxy", &format_args!("{}", label(&self.url)))
            .field("headers", &self.headers)
            .field("no_proxy", &self.no_proxy)
            .finish_non_exhaustive()
    }
}

/// Which proxy each request goes through.
#[derive(Clone, Debug)]
pub(super) enum Proxies {
    Given(ProxyConfig),
    Variables(ProxyVariables),
}

const NO_PINS: &str = "certificate pins cannot be combined with an https:// proxy, whose certificate is another; use an http:// \
                       proxy, through which TLS reaches the server itself";

impl Proxies {
    /// The same for a transport with pins.
    pub(super) fn with_pins(self) -> Result<Self, HttpConfigError> {
        match self {
            Self::Given(proxy) if proxy.is_https() => Err(HttpConfigError::new("proxy", NO_PINS)),
            Self::Variables(variables) => Ok(Self::Variables(variables.without_https(NO_PINS))),
            given @ Self::Given(_) => Ok(given),
        }
    }

    /// Whether `http://` addresses need TLS, on the way to their proxy.
    pub(super) fn need_tls(&self) -> bool {
        match self {
            Self::Given(proxy) => proxy.is_https(),
            Self::Variables(variables) => variables.is_https_for_http(),
        }
    }

    /// The URL of the proxy for this address.
    fn of(&self, url: &Url) -> Option<&Url> {
        match self {
            Self::Given(proxy) => proxy.is_for(url).then_some(&proxy.url),
            Self::Variables(variables) => variables.find(url)?.url.as_ref().ok(),
        }
    }

    /// What is sent to the proxies: passwords, as they are and as they stand in the URL, and what the headers hold.
    pub(super) fn secrets(&self) -> Secrets {
        let (urls, headers) = match self {
            Self::Given(proxy) => (vec![&proxy.url], proxy.headers.values().cloned().collect()),
            Self::Variables(variables) => (variables.urls().collect(), Vec::new()),
        };
        let passwords = urls.into_iter().flat_map(|url| {
            let encoded = url.password().unwrap_or_default();
            let decoded = percent_encoding::percent_decode_str(encoded).decode_utf8_lossy();
            // As `Proxy-Authorization: Basic` encodes it.
            let pair = format!("{}:{decoded}", url.username());
            [encoded, &*decoded, &*pair].map(SecretString::from)
        });
        Secrets::new(passwords).with_headers(&headers)
    }

    /// The proxy for this address as messages name it, without credentials, or why it cannot be used.
    pub(super) fn describe(&self, url: &Url) -> Option<Setting<Result<String, String>>> {
        match self {
            Self::Given(proxy) => {
                let shown = proxy.is_for(url).then(|| label(&proxy.url))?;
                Some(Setting::new(Ok(shown), Origin::Builder("proxy")))
            }
            Self::Variables(variables) => {
                let variable = variables.find(url)?;
                let shown = variable.url.as_ref().map(label).map_err(Clone::clone);
                Some(Setting::new(shown, variable.origin()))
            }
        }
    }

    /// The name of the proxy for this address in an error of a request.
    pub(super) fn name(&self, url: &Url) -> Option<String> {
        let Setting { value, origin } = self.describe(url)?;
        let shown = value.ok()?;
        Some(match origin {
            Origin::Variable(variable) => format!("{shown} ({variable})"),
            _ => shown,
        })
    }

    pub(super) fn to_reqwest(self: &Arc<Self>) -> Result<reqwest::Proxy, HttpConfigError> {
        let this = self.clone();
        let proxy = reqwest::Proxy::custom(move |url| this.of(url).cloned());
        let Self::Given(ProxyConfig { headers, .. }) = &**self else {
            return Ok(proxy);
        };
        if let Some(name) = NOT_FOR_A_PROXY
            .iter()
            .find(|name| headers.contains_key(*name))
        {
            return Err(HttpConfigError::new(
                "proxy",
                format!("the header {name} belongs to the request and cannot be set for a proxy"),
            ));
        }
        Ok(if headers.is_empty() {
            proxy
        } else {
            proxy.headers(headers.clone())
        })
    }
}
