//! Proxies.

use std::fmt;

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::HttpConfigError;
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
    no_proxy: Vec<String>,
}

impl ProxyConfig {
    /// A proxy at this URL, `http://` or `https://`. A user name and password in it are sent to the proxy as
    /// `Proxy-Authorization: Basic`, and shown nowhere.
    pub fn new(url: &str) -> Result<Self, HttpConfigError> {
        // None of these messages repeats the URL: it may hold a password.
        let wrong = |message: String| HttpConfigError::new("proxy", message);
        let url = Url::parse(url.trim())
            .map_err(|error| wrong(format!("the proxy's URL is not valid: {error}")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong(
                "the proxy's URL must begin with http:// or https://".into(),
            ));
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(wrong(
                "the proxy's URL must end after the host and port".into(),
            ));
        }
        Ok(Self {
            url,
            headers: HeaderMap::new(),
            no_proxy: Vec::new(),
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
        self.no_proxy.extend(hosts.into_iter().map(Into::into));
        self
    }

    pub(super) fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The proxy as messages name it, without credentials.
    pub(super) fn label(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        let scheme = if self.is_https() { "https://" } else { "" };
        format!(
            "{scheme}{host}:{}",
            self.url.port_or_known_default().unwrap_or_default()
        )
    }

    /// The password as it is and as it stands in the URL, and what the headers hold.
    pub(super) fn secrets(&self) -> Secrets {
        let encoded = self.url.password().unwrap_or_default();
        let decoded = percent_encoding::percent_decode_str(encoded).decode_utf8_lossy();
        let pair = format!("{}:{decoded}", self.url.username());
        let headers: Vec<HeaderValue> = self.headers.values().cloned().collect();
        Secrets::new([encoded, &*decoded, &*pair].map(Into::into)).with_headers(&headers)
    }

    pub(super) fn to_reqwest(&self) -> Result<reqwest::Proxy, HttpConfigError> {
        let wrong = |message: String| HttpConfigError::new("proxy", message);
        if let Some(name) = NOT_FOR_A_PROXY
            .iter()
            .find(|name| self.headers.contains_key(*name))
        {
            return Err(wrong(format!(
                "the header {name} belongs to the request and cannot be set for a proxy"
            )));
        }
        // reqwest reads the URL once more with another parser and silently goes without a proxy when that one fails.
        if self.url.as_str().parse::<http::Uri>().is_err() {
            return Err(wrong("the proxy's URL is not valid".into()));
        }
        let proxy = reqwest::Proxy::all(self.url.clone())
            .map_err(|_| wrong("the proxy's URL is not valid".into()))?;
        let proxy = if self.headers.is_empty() {
            proxy
        } else {
            proxy.headers(self.headers.clone())
        };
        Ok(proxy.no_proxy(reqwest::NoProxy::from_string(&self.no_proxy.join(","))))
    }
}

impl fmt::Debug for ProxyConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProxyConfig")
            .field("proxy", &format_args!("{}", self.label()))
            .field("headers", &self.headers)
            .field("no_proxy", &self.no_proxy)
            .finish_non_exhaustive()
    }
}
