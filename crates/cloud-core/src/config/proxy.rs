//! Which proxy the environment names for an address.

use std::fmt;
use std::net::IpAddr;

use url::{Host, Url};

use super::{Environment, Origin, is_loopback};

/// The proxies that the environment names, by the rules of curl.
///
/// | variable | meaning |
/// |---|---|
/// | `https_proxy`, `HTTPS_PROXY` | the proxy for `https://` addresses |
/// | `http_proxy`, `HTTP_PROXY` | the proxy for `http://` addresses |
/// | `all_proxy`, `ALL_PROXY` | the proxy for addresses that have none by the others |
/// | `no_proxy`, `NO_PROXY` | hosts that are reached without a proxy, with commas or white space between them |
///
/// The spelling in lower case goes first. A variable that is set to nothing counts as not set. A proxy is `http://` or
/// `https://`, the former where it has no scheme; a user name and a password in it are sent to the proxy alone.
///
/// `no_proxy` holds domains (each with all below it, with or without a dot before it), IP addresses, networks such as
/// `10.0.0.0/8`, or `*` for every host. Names are not looked up to be compared with addresses.
///
/// Loopback addresses and `localhost` are never reached through these proxies. `HTTP_PROXY` in upper case has no effect in a
/// CGI program (where `REQUEST_METHOD` is set): there it is a header of whoever sent the request.
///
/// A value that is no address of a proxy matters only for addresses that it would count for; calls to those fail.
#[derive(Clone, Default)]
pub struct ProxyVariables {
    https: Option<ProxyVariable>,
    http: Option<ProxyVariable>,
    none: NoProxy,
}

/// A variable that names a proxy, or something else.
#[derive(Clone)]
pub(crate) struct ProxyVariable {
    pub(crate) name: &'static str,
    pub(crate) url: Result<Url, String>,
}

impl ProxyVariables {
    /// Reads the variables of this environment.
    pub fn read(env: &Environment) -> Self {
        let is_cgi = env.variable("REQUEST_METHOD").is_some();
        let http: &[&str] = match (is_cgi, cfg!(windows)) {
            (false, _) => &["http_proxy", "HTTP_PROXY"],
            (true, false) => &["http_proxy"],
            // Both spellings are one variable there.
            (true, true) => &[],
        };
        let all = || variable(env, &["all_proxy", "ALL_PROXY"]);
        Self {
            https: variable(env, &["https_proxy", "HTTPS_PROXY"]).or_else(all),
            http: variable(env, http).or_else(all),
            none: ["no_proxy", "NO_PROXY"]
                .iter()
                .filter_map(|name| env.variable(name))
                // What is no text is no host either.
                .map(|value| value.to_string_lossy().into_owned())
                .find(|value| !value.is_empty())
                .map(|value| NoProxy::parse([value]))
                .unwrap_or_default(),
        }
    }

    /// The proxies that can be used.
    #[cfg(any(
        feature = "rustls",
        feature = "rustls-no-provider",
        feature = "native-tls"
    ))]
    pub(crate) fn urls(&self) -> impl Iterator<Item = &Url> {
        [&self.http, &self.https]
            .into_iter()
            .flatten()
            .filter_map(|variable| variable.url.as_ref().ok())
    }

    /// Whether no proxy is named for any address.
    pub(crate) fn is_empty(&self) -> bool {
        self.https.is_none() && self.http.is_none()
    }

    /// The variable that names the proxy for this address.
    pub(crate) fn find(&self, url: &Url) -> Option<&ProxyVariable> {
        let host = url.host()?;
        if is_loopback(&host) || self.none.contains(&host) {
            return None;
        }
        match url.scheme() {
            "https" => self.https.as_ref(),
            "http" => self.http.as_ref(),
            _ => None,
        }
    }

    /// Whether `http://` addresses need TLS, on the way to their proxy.
    pub(crate) fn is_https_for_http(&self) -> bool {
        let url = self.http.as_ref().and_then(|http| http.url.as_ref().ok());
        url.is_some_and(|url| url.scheme() == "https")
    }

    /// The same variables, with this problem in the place of every `https://` proxy.
    pub(crate) fn without_https(mut self, problem: &str) -> Self {
        for variable in [&mut self.https, &mut self.http].into_iter().flatten() {
            if variable
                .url
                .as_ref()
                .is_ok_and(|url| url.scheme() == "https")
            {
                variable.url = Err(problem.to_owned());
            }
        }
        self
    }
}

impl fmt::Debug for ProxyVariables {
    /// Without user names and passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProxyVariables")
            .field("https", &self.https)
            .field("http", &self.http)
            .field("none", &self.none)
            .finish()
    }
}

impl fmt::Debug for ProxyVariable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=", self.name)?;
        match &self.url {
            Ok(url) => f.write_str(&label(url)),
            Err(problem) => f.write_str(problem),
        }
    }
}

impl ProxyVariable {
    pub(crate) fn origin(&self) -> Origin {
        Origin::Variable(self.name.to_owned())
    }
}

/// The first of these variables that is set.
fn variable(env: &Environment, names: &[&'static str]) -> Option<ProxyVariable> {
    names.iter().find_map(|&name| {
        let value = env.variable(name)?;
        let url = match value.to_str() {
            Some("") => return None,
            Some(text) if text.contains("://") => proxy_url(text),
            Some(text) => proxy_url(&format!("http://{}", text.trim())),
            None => Err("is not valid UTF-8".to_owned()),
        };
        Some(ProxyVariable { name, url })
    })
}

/// The URL of a proxy. No message repeats it: it may hold a password.
pub(crate) fn proxy_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text.trim())
        .map_err(|error| format!("the proxy's URL is not valid: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("the proxy's URL must begin with http:// or https://".to_owned());
    }
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Err("the proxy's URL must end after the host and port".to_owned());
    }
    // reqwest reads the URL once more with another parser and silently goes without a proxy when that one fails.
    if url.as_str().parse::<http::Uri>().is_err() {
        return Err("the proxy's URL is not valid".to_owned());
    }
    Ok(url)
}

/// A proxy as messages name it, without credentials.
pub(crate) fn label(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let scheme = if url.scheme() == "https" {
        "https://"
    } else {
        ""
    };
    format!(
        "{scheme}{host}:{}",
        url.port_or_known_default().unwrap_or_default()
    )
}

/// Hosts that are reached without a proxy.
#[derive(Clone, Debug, Default)]
pub(crate) struct NoProxy(Vec<Direct>);

#[derive(Clone, Debug)]
enum Direct {
    All,
    /// The first so many bits of an address.
    Network(IpAddr, u32),
    /// In lower case, without dots at its ends.
    Domain(String),
}

impl NoProxy {
    /// Of lists with commas or white space between hosts, which is what curl reads.
    pub(crate) fn parse<T: AsRef<str>>(lists: impl IntoIterator<Item = T>) -> Self {
        let mut hosts = Vec::new();
        for list in lists {
            let words = list.as_ref().split(|c: char| c == ',' || c.is_whitespace());
            hosts.extend(words.filter_map(Direct::parse));
        }
        Self(hosts)
    }

    pub(crate) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub(crate) fn contains(&self, host: &Host<&str>) -> bool {
        let is_in = |direct: &Direct| match (direct, host) {
            (Direct::All, _) => true,
            (Direct::Network(network, bits), Host::Ipv4(ip)) => {
                is_within((*ip).into(), *network, *bits)
            }
            (Direct::Network(network, bits), Host::Ipv6(ip)) => {
                is_within((*ip).into(), *network, *bits)
            }
            (Direct::Domain(domain), Host::Domain(name)) => {
                // The dot of the root makes no other host of it. curl ignores it too (`lib/noproxy.c`).
                let name = name.trim_end_matches('.');
                let before = name.len().checked_sub(domain.len());
                before.is_some_and(|before| {
                    name.as_bytes()[before..].eq_ignore_ascii_case(domain.as_bytes())
                        && (before == 0 || name.as_bytes()[before - 1] == b'.')
                })
            }
            (Direct::Network(..), Host::Domain(_))
            | (Direct::Domain(_), Host::Ipv4(_) | Host::Ipv6(_)) => false,
        };
        self.0.iter().any(is_in)
    }
}

impl Direct {
    fn parse(word: &str) -> Option<Self> {
        if word == "*" {
            return Some(Self::All);
        }
        let (address, bits) = match word.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (word, None),
        };
        let address = address.strip_prefix('[').unwrap_or(address);
        let address = address.strip_suffix(']').unwrap_or(address);
        if let Ok(ip) = address.parse::<IpAddr>() {
            let most = if ip.is_ipv4() { 32 } else { 128 };
            let bits = bits.map_or(Ok(most), str::parse).ok();
            // A network of more bits than there are is none, and no host is in it.
            return Some(Self::Network(ip, bits.filter(|bits| *bits <= most)?));
        }
        let domain = word.trim_matches('.').to_ascii_lowercase();
        (!domain.is_empty()).then_some(Self::Domain(domain))
    }
}

fn is_within(ip: IpAddr, network: IpAddr, bits: u32) -> bool {
    let same = match (ip, network) {
        (IpAddr::V4(ip), IpAddr::V4(network)) => (ip.to_bits() ^ network.to_bits()).leading_zeros(),
        (IpAddr::V6(ip), IpAddr::V6(network)) => (ip.to_bits() ^ network.to_bits()).leading_zeros(),
        _ => return false,
    };
    same >= bits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> ProxyVariables {
        ProxyVariables::read(&Environment::given(variables.iter().copied(), None))
    }

    /// Which proxy an address is reached through, and the variable that says so.
    fn way(variables: &[(&str, &str)], url: &str) -> String {
        let found = read(variables);
        let found = found.find(&Url::parse(url).unwrap());
        found.map_or_else(|| "direct".to_owned(), |variable| format!("{variable:?}"))
    }

    #[test]
    fn each_kind_of_address_has_its_variable() {
        let (http, https) = ("http://a.example/x", "https://a.example/x");
        for (variables, for_http, for_https) in [
            (&[] as &[_], "direct", "direct"),
            (&[("http_proxy", "p:1")], "http_proxy=p:1", "direct"),
            (&[("HTTP_PROXY", "p:1")], "HTTP_PROXY=p:1", "direct"),
            (&[("https_proxy", "p:1")], "direct", "https_proxy=p:1"),
            (&[("HTTPS_PROXY", "p:1")], "direct", "HTTPS_PROXY=p:1"),
            (&[("all_proxy", "p:1")], "all_proxy=p:1", "all_proxy=p:1"),
            (&[("ALL_PROXY", "p:1")], "ALL_PROXY=p:1", "ALL_PROXY=p:1"),
            (
                &[("ALL_PROXY", "p:1"), ("HTTPS_PROXY", "p:2")],
                "ALL_PROXY=p:1",
                "HTTPS_PROXY=p:2",
            ),
            (
                &[("HTTPS_PROXY", "p:1"), ("https_proxy", "p:2")],
                "direct",
                "https_proxy=p:2",
            ),
            (
                &[
                    ("HTTPS_PROXY", "p:1"),
                    ("https_proxy", ""),
                    ("http_proxy", ""),
                ],
                "direct",
                "HTTPS_PROXY=p:1",
            ),
            // What a client sends as the header `Proxy` is this variable in a CGI program.
            (
                &[
                    ("HTTP_PROXY", "p:1"),
                    ("HTTPS_PROXY", "p:2"),
                    ("REQUEST_METHOD", "GET"),
                ],
                "direct",
                "HTTPS_PROXY=p:2",
            ),
            (
                &[
                    ("HTTP_PROXY", "p:1"),
                    ("ALL_PROXY", "p:2"),
                    ("REQUEST_METHOD", ""),
                ],
                "ALL_PROXY=p:2",
                "ALL_PROXY=p:2",
            ),
        ] {
            assert_eq!(way(variables, http), for_http, "{variables:?}");
            assert_eq!(way(variables, https), for_https, "{variables:?}");
        }
        let cgi = [("http_proxy", "p:1"), ("REQUEST_METHOD", "GET")];
        let expected = if cfg!(windows) {
            "direct"
        } else {
            "http_proxy=p:1"
        };
        assert_eq!(way(&cgi, http), expected);
    }

    #[test]
    fn a_proxy_has_many_forms_and_shows_no_password() {
        for (value, label) in [
            ("proxy.example:3128", "proxy.example:3128"),
            ("proxy.example", "proxy.example:80"),
            (" http://proxy.example:3128/ ", "proxy.example:3128"),
            ("https://proxy.example", "https://proxy.example:443"),
            ("http://[::1]:3128", "[::1]:3128"),
            ("http://u:hunter2@proxy.example:3128", "proxy.example:3128"),
            ("u:hunter2@proxy.example:3128", "proxy.example:3128"),
            (
                "socks5://u:hunter2@p:1",
                "the proxy's URL must begin with http:// or https://",
            ),
            (
                "http://u:hunter2@p:1/x",
                "the proxy's URL must end after the host and port",
            ),
            (
                "http://u:hunter2@p:1?x",
                "the proxy's URL must end after the host and port",
            ),
            (
                "http://u:1/hunter2@p:1",
                "the proxy's URL must end after the host and port",
            ),
            (
                "http://u:hunter2@:1",
                "the proxy's URL is not valid: empty host",
            ),
            (
                "http://u:hunter2@p:x",
                "the proxy's URL is not valid: invalid port number",
            ),
        ] {
            let shown = way(&[("HTTPS_PROXY", value)], "https://a.example");
            assert_eq!(shown, format!("HTTPS_PROXY={label}"), "{value}");
            let debug = format!("{:?}", read(&[("HTTPS_PROXY", value)]));
            assert!(
                debug.contains(label) && !debug.contains("hunter2"),
                "{debug}"
            );
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_text_names_nothing() {
        use std::ffi::OsString;
        use std::os::unix::ffi::OsStringExt as _;

        let env = Environment::given(
            [
                ("HTTPS_PROXY", OsString::from_vec(b"hunter\xff2".to_vec())),
                ("NO_PROXY", OsString::from_vec(b"\xff, b.example".to_vec())),
            ],
            None,
        );
        let found = ProxyVariables::read(&env);
        let of = |url| {
            found
                .find(&Url::parse(url).unwrap())
                .map(|it| format!("{it:?}"))
        };
        assert_eq!(
            of("https://a.example").as_deref(),
            Some("HTTPS_PROXY=is not valid UTF-8")
        );
        assert_eq!(of("https://b.example"), None);
    }

    #[test]
    fn this_machine_needs_no_proxy() {
        let all = [("ALL_PROXY", "p:1")];
        for here in [
            "http://127.0.0.1:8500/x",
            "http://127.8.9.10",
            "https://[::1]",
            "http://localhost:8500",
            "https://LOCALHOST",
        ] {
            assert_eq!(way(&all, here), "direct", "{here}");
        }
        for elsewhere in [
            "http://a.localhost",
            "http://localhost.example",
            "http://10.0.0.1",
            "http://0.0.0.0",
            "http://[fe80::1]",
        ] {
            assert_eq!(way(&all, elsewhere), "ALL_PROXY=p:1", "{elsewhere}");
        }
    }

    #[test]
    fn hosts_that_need_no_proxy() {
        // What curl 8 and reqwest 0.13 do. Where they differ, or have no rule, the row says why.
        for (list, host, is_direct) in [
            ("", "a.example", false),
            ("example", "example", true),
            ("example", "a.example", true),
            ("example", "b.a.example", true),
            ("example", "anexample", false),
            ("example", "example.com", false),
            ("a.example", "example", false),
            (".example", "a.example", true),
            (".example", "example", true),
            (".example", "anexample", false),
            ("EXAMPLE", "a.example", true),
            ("example", "A.EXAMPLE", true),
            ("x,example", "a.example", true),
            (" x , example ", "a.example", true),
            ("x,,example,", "a.example", true),
            ("x,y", "a.example", false),
            // curl alone: spaces divide, and a dot at the end says nothing.
            ("x example", "a.example", true),
            ("example.", "a.example", true),
            ("example", "a.example.", true),
            ("*", "a.example", true),
            // curl takes it alone only, reqwest for names only.
            ("*", "10.0.0.1", true),
            ("x, *", "a.example", true),
            // No other wildcard, and no port.
            ("*.example", "a.example", false),
            ("a.example:443", "a.example", false),
            ("10.0.0.1", "10.0.0.1", true),
            ("10.0.0.1", "10.0.0.10", false),
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.0.0.7/8", "10.1.1.1", true),
            ("10.0.0.0/33", "10.0.0.0", false),
            ("10.0.0.0/x", "10.0.0.0", false),
            ("0.0.0.0/0", "203.0.113.7", true),
            ("0.0.0.0/0", "[2001:db8::1]", false),
            ("0.0.0.0/0", "a.example", false),
            ("192.168.0.0/17", "192.168.127.255", true),
            ("192.168.0.0/17", "192.168.128.0", false),
            ("2001:db8::1", "[2001:db8::1]", true),
            ("[2001:db8::1]", "[2001:db8::1]", true),
            ("2001:db8::/32", "[2001:db8:1::1]", true),
            ("2001:db8::/32", "[2001:db9::1]", false),
            ("2001:db8::/129", "[2001:db8::1]", false),
            // The end of an address is no domain.
            ("0.1", "10.0.0.1", false),
            ("é", "a.example", false),
        ] {
            let variables = [("ALL_PROXY", "p:1"), ("NO_PROXY", list)];
            let direct = way(&variables, &format!("https://{host}/x")) == "direct";
            assert_eq!(direct, is_direct, "{host} beside {list:?}");
            let variables = [("ALL_PROXY", "p:1"), ("no_proxy", list), ("NO_PROXY", "z")];
            let direct = way(&variables, &format!("http://{host}:81/x")) == "direct";
            assert_eq!(direct, is_direct, "{host} beside {list:?}, in lower case");
        }
    }
}
