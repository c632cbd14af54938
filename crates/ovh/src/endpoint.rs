//! Where an account lives: the seven endpoints of OVHcloud, on both families of hosts, and any other URL.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use cloud_core::Result;
use cloud_core::config::{BaseUrl, Origin, Setting, without_user_info};

/// The API that holds an account. Keys belong to one endpoint and are not known at the others.
///
/// ```
/// use ovh::Endpoint;
///
/// assert_eq!(Endpoint::from("ovh-ca"), Endpoint::OvhCa);
/// assert_eq!(Endpoint::OvhEu.url(), "https://eu.api.ovh.com/1.0");
/// assert_eq!(Endpoint::OvhEu.modern().url(), "https://api.eu.ovhcloud.com/1.0");
/// let own = Endpoint::custom("https://proxy.example/ovh/1.0").with_token_url("https://proxy.example/token");
/// assert_eq!(own.token_url(), Some("https://proxy.example/token"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Endpoint {
    /// The API of OVHcloud Europe, `ovh-eu`.
    #[default]
    OvhEu,
    /// OVHcloud Canada, which also serves Asia and the Pacific, `ovh-ca`.
    OvhCa,
    /// The API of OVHcloud US, `ovh-us`.
    OvhUs,
    /// So you Start Europe, `soyoustart-eu`: v1 only, and no OAuth2.
    SoYouStartEu,
    /// So you Start Canada, `soyoustart-ca`: v1 only, and no OAuth2.
    SoYouStartCa,
    /// Kimsufi Europe, `kimsufi-eu`: v1 only, and no OAuth2.
    KimsufiEu,
    /// Kimsufi Canada, `kimsufi-ca`: v1 only, and no OAuth2.
    KimsufiCa,
    /// An endpoint at any other URL, such as that of a proxy.
    Custom(CustomEndpoint),
}

/// An endpoint of no name.
#[derive(Clone, PartialEq, Eq)]
pub struct CustomEndpoint {
    url: String,
    token_url: Option<String>,
}

/// An endpoint that has a name: the URLs on the hosts of each family.
struct Known {
    endpoint: Endpoint,
    name: &'static str,
    /// Another client's name for it.
    alias: &'static str,
    url: &'static str,
    token_url: Option<&'static str>,
    /// The hosts under ovhcloud.com, which the vendor moves its clients to since 2026.
    modern: Option<(&'static str, &'static str)>,
}

const fn known(
    endpoint: Endpoint,
    [name, alias, url]: [&'static str; 3],
    token_url: Option<&'static str>,
    modern: Option<(&'static str, &'static str)>,
) -> Known {
    Known {
        endpoint,
        name,
        alias,
        url,
        token_url,
        modern,
    }
}

// Hosts of ovh.com are what the official clients use; the others are proposed in ovh/python-ovh#148 and
// ovh/go-ovh#96. The host is signed, so that one cannot stand in for the other.
static KNOWN: [Known; 7] = [
    known(
        Endpoint::OvhEu,
        // The name stands for the alias: node-ovh shortens those of the other brands only.
        ["ovh-eu", "ovh-eu", "https://eu.api.ovh.com/1.0"],
        Some("https://www.ovh.com/auth/oauth2/token"),
        Some((
            "https://api.eu.ovhcloud.com/1.0",
            "https://auth.eu.ovhcloud.com/oauth2/token",
        )),
    ),
    known(
        Endpoint::OvhCa,
        ["ovh-ca", "ovh-ca", "https://ca.api.ovh.com/1.0"],
        // As the official clients have it; discovery, which ovh-api-mcp uses, begins at www.ovh.ca.
        Some("https://ca.ovh.com/auth/oauth2/token"),
        Some((
            "https://api.ca.ovhcloud.com/1.0",
            "https://auth.ca.ovhcloud.com/oauth2/token",
        )),
    ),
    known(
        Endpoint::OvhUs,
        ["ovh-us", "ovh-us", "https://api.us.ovhcloud.com/1.0"],
        Some("https://us.ovhcloud.com/auth/oauth2/token"),
        // Its hosts are under ovhcloud.com already.
        None,
    ),
    known(
        // From here on: the official clients refuse OAuth2, and there is no v2 (README of ovh/go-ovh).
        Endpoint::SoYouStartEu,
        [
            "soyoustart-eu",
            "sys-eu",
            "https://eu.api.soyoustart.com/1.0",
        ],
        None,
        None,
    ),
    known(
        Endpoint::SoYouStartCa,
        [
            "soyoustart-ca",
            "sys-ca",
            "https://ca.api.soyoustart.com/1.0",
        ],
        None,
        None,
    ),
    known(
        Endpoint::KimsufiEu,
        ["kimsufi-eu", "ks-eu", "https://eu.api.kimsufi.com/1.0"],
        None,
        None,
    ),
    known(
        Endpoint::KimsufiCa,
        ["kimsufi-ca", "ks-ca", "https://ca.api.kimsufi.com/1.0"],
        None,
        None,
    ),
];

impl Endpoint {
    /// An endpoint at this URL, such as `https://proxy.example/ovh/1.0`. Where it ends in a version, paths that name
    /// another one (`/v2/iam/policy`) replace it; where it has no path at all, `/1.0` is meant.
    ///
    /// The URLs of the named endpoints are recognised, on both families of hosts.
    pub fn custom(url: impl Into<String>) -> Self {
        let url = url.into();
        let text = url.trim().trim_end_matches('/');
        // `/v1` is another name of `/1.0` (ovh/python-ovh#141).
        let text = ["/1.0", "/v1"]
            .iter()
            .find_map(|version| text.strip_suffix(version))
            .unwrap_or(text);
        let is = |known: &str| known.strip_suffix("/1.0") == Some(text);
        if let Some(known) = KNOWN.iter().find(|known| is(known.url)) {
            return known.endpoint.clone();
        }
        let modern = KNOWN
            .iter()
            .filter_map(|known| known.modern)
            .find(|(url, _)| is(url));
        let token_url = modern.map(|(_, token_url)| token_url.to_owned());
        Self::Custom(CustomEndpoint { url, token_url })
    }

    /// The same endpoint with another URL for OAuth2 tokens.
    #[must_use]
    pub fn with_token_url(self, token_url: impl Into<String>) -> Self {
        Self::Custom(CustomEndpoint {
            url: self.url().to_owned(),
            token_url: Some(token_url.into()),
        })
    }

    /// The same endpoint on its host under ovhcloud.com, where it has one. Signatures cover the host, so the hosts of
    /// both families answer for themselves; the keys are the same.
    #[must_use]
    pub fn modern(self) -> Self {
        match self.known().and_then(|known| known.modern) {
            Some((url, _)) => Self::custom(url),
            None => self,
        }
    }

    /// The base URL, such as `https://eu.api.ovh.com/1.0`.
    pub fn url(&self) -> &str {
        match (self, self.known()) {
            (Self::Custom(custom), _) => &custom.url,
            (_, Some(known)) => known.url,
            (_, None) => "",
        }
    }

    /// Where OAuth2 tokens are fetched; `None` where there are none.
    pub fn token_url(&self) -> Option<&str> {
        match self {
            Self::Custom(custom) => custom.token_url.as_deref(),
            _ => self.known()?.token_url,
        }
    }

    /// The name, by which configuration files group their keys; `None` for an endpoint of no name.
    pub fn name(&self) -> Option<&'static str> {
        // On its other host an endpoint is still the one that files group their keys by.
        let same = |known: &&Known| known.modern.is_some_and(|(url, _)| url == self.url());
        self.known()
            .or_else(|| KNOWN.iter().find(same))
            .map(|known| known.name)
    }

    /// The names that are known.
    pub fn names() -> impl Iterator<Item = &'static str> {
        KNOWN.iter().map(|known| known.name)
    }

    fn known(&self) -> Option<&'static Known> {
        KNOWN.iter().find(|known| known.endpoint == *self)
    }

    /// Whether `/v2` is served here.
    pub(crate) fn has_v2(&self) -> bool {
        matches!(
            self,
            // Nobody knows what stands behind a URL of no name, so it is left to answer itself.
            Self::OvhEu | Self::OvhCa | Self::OvhUs | Self::Custom(_)
        )
    }
}

impl From<&str> for Endpoint {
    /// By name, else by URL. Whether it is one is found out when the client is built.
    fn from(text: &str) -> Self {
        let named = KNOWN
            .iter()
            .find(|known| [known.name, known.alias].contains(&text.trim()));
        named.map_or_else(|| Self::custom(text), |known| known.endpoint.clone())
    }
}

impl From<String> for Endpoint {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl FromStr for Endpoint {
    type Err = Infallible;
    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::from(text))
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A URL of no name may have a password in it, and errors print the endpoint.
        f.write_str(&without_user_info(
            self.name().unwrap_or_else(|| self.url()),
        ))
    }
}

impl fmt::Debug for CustomEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let token_url = self.token_url.as_deref().map(without_user_info);
        f.debug_struct("CustomEndpoint")
            .field("url", &without_user_info(&self.url))
            .field("token_url", &token_url)
            .finish()
    }
}

/// The URLs that calls begin with.
#[derive(Clone, Debug)]
pub(crate) struct Bases {
    /// For paths that name no version: `https://eu.api.ovh.com/1.0`.
    pub(crate) versioned: BaseUrl,
    /// For paths that do: `https://eu.api.ovh.com`.
    pub(crate) root: BaseUrl,
    has_v2: bool,
}

/// A path names a version when its first segment is one of these.
const VERSIONS: [&str; 3] = ["v1", "v2", "1.0"];

impl Bases {
    pub(crate) fn new(endpoint: &Setting<Endpoint>, allow_http: bool) -> Result<Self> {
        let url = endpoint.value.url();
        // Every URL has a slash, so this is a misspelt name.
        if matches!(endpoint.value, Endpoint::Custom(_)) && !url.contains('/') {
            let names: Vec<_> = Endpoint::names().collect();
            let names = names.join(", ");
            return Err(endpoint.error(format_args!("{url:?} is neither a URL nor one of {names}")));
        }
        let parse =
            |url: String| BaseUrl::parse(&Setting::new(url, endpoint.origin.clone()), allow_http);
        let given = parse(url.to_owned())?;
        let text = given.as_str();
        let (before, last) = text.rsplit_once('/').unwrap_or((text, ""));
        let (versioned, root) = if VERSIONS.contains(&last) {
            (given.clone(), parse(before.to_owned())?)
        // Only the slashes of `https://`: there is no path.
        } else if text.matches('/').count() == 2 {
            (parse(format!("{text}/1.0"))?, given.clone())
        } else {
            (given.clone(), given.clone())
        };
        Ok(Self {
            versioned,
            root,
            has_v2: endpoint.value.has_v2(),
        })
    }

    /// The URL that this path goes behind; `None` for v2 where it is not served.
    pub(crate) fn of(&self, path: &str) -> Option<&BaseUrl> {
        let first = path
            .strip_prefix('/')
            .unwrap_or(path)
            .split(['/', '?'])
            .next()
            .unwrap_or_default();
        match first {
            "v2" if !self.has_v2 => None,
            // The whole segment counts: python-ovh looks at the beginning of the path only, and would cut for `/v1x`.
            version if VERSIONS.contains(&version) => Some(&self.root),
            _ => Some(&self.versioned),
        }
    }
}

/// The URL of an OAuth2 token endpoint, as the base and the path of a call.
pub(crate) fn token_target(url: &Setting<String>, allow_http: bool) -> Result<(BaseUrl, String)> {
    let whole = BaseUrl::parse(url, allow_http)?;
    match whole.as_str().rsplit_once('/') {
        // A slash before it would be one of `https://`, and the URL has no path.
        Some((before, last)) if !before.ends_with('/') => {
            let base = BaseUrl::parse(
                &Setting::new(before.to_owned(), url.origin.clone()),
                allow_http,
            )?;
            Ok((base, format!("/{last}")))
        }
        _ => Ok((whole, "/".to_owned())),
    }
}

/// Where a setting comes from that nobody made.
pub(crate) fn default_origin() -> Origin {
    Origin::Builder("endpoint")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bases(text: &str) -> Result<Bases> {
        Bases::new(&Setting::new(Endpoint::from(text), default_origin()), false)
    }

    fn at(endpoint: &str, path: &str) -> String {
        bases(endpoint)
            .unwrap()
            .of(path)
            .map_or_else(|| "-".to_owned(), |base| format!("{base}{path}"))
    }

    #[test]
    fn a_path_may_name_its_version() {
        for (path, url) in [
            ("/me", "https://eu.api.ovh.com/1.0/me"),
            ("/v1/me", "https://eu.api.ovh.com/v1/me"),
            ("/1.0/me", "https://eu.api.ovh.com/1.0/me"),
            ("/v2/iam/policy", "https://eu.api.ovh.com/v2/iam/policy"),
            ("/v2", "https://eu.api.ovh.com/v2"),
            ("/v2?x=1", "https://eu.api.ovh.com/v2?x=1"),
            ("/vps/v2", "https://eu.api.ovh.com/1.0/vps/v2"),
            ("/v2x/y", "https://eu.api.ovh.com/1.0/v2x/y"),
        ] {
            assert_eq!(at("ovh-eu", path), url);
        }
    }

    #[test]
    fn every_name_has_its_hosts() {
        for (name, url, token_url, modern) in [
            (
                "ovh-eu",
                "eu.api.ovh.com",
                "https://www.ovh.com/auth/oauth2/token",
                "api.eu.ovhcloud.com",
            ),
            (
                "ovh-ca",
                "ca.api.ovh.com",
                "https://ca.ovh.com/auth/oauth2/token",
                "api.ca.ovhcloud.com",
            ),
            (
                "ovh-us",
                "api.us.ovhcloud.com",
                "https://us.ovhcloud.com/auth/oauth2/token",
                "api.us.ovhcloud.com",
            ),
            (
                "soyoustart-eu",
                "eu.api.soyoustart.com",
                "-",
                "eu.api.soyoustart.com",
            ),
            (
                "soyoustart-ca",
                "ca.api.soyoustart.com",
                "-",
                "ca.api.soyoustart.com",
            ),
            (
                "kimsufi-eu",
                "eu.api.kimsufi.com",
                "-",
                "eu.api.kimsufi.com",
            ),
            (
                "kimsufi-ca",
                "ca.api.kimsufi.com",
                "-",
                "ca.api.kimsufi.com",
            ),
        ] {
            let endpoint = Endpoint::from(name);
            assert_eq!(
                (endpoint.name(), endpoint.to_string().as_str()),
                (Some(name), name)
            );
            assert_eq!(endpoint.url(), format!("https://{url}/1.0"));
            assert_eq!(endpoint.token_url().unwrap_or("-"), token_url);
            for text in [
                format!("https://{url}"),
                format!("https://{url}/1.0/"),
                format!("https://{url}/v1"),
            ] {
                assert_eq!(Endpoint::from(text.as_str()), endpoint, "{text}");
            }
            let modern = format!("https://{modern}/1.0");
            assert_eq!(endpoint.clone().modern().url(), modern);
            assert_eq!(Endpoint::from(modern).name(), Some(name));
            assert_eq!(endpoint.modern().token_url().is_some(), token_url != "-");
            let v2 = if token_url == "-" {
                "-".to_owned()
            } else {
                format!("https://{url}/v2/iam")
            };
            assert_eq!(at(name, "/v2/iam"), v2);
        }
        assert_eq!(Endpoint::from("sys-ca"), Endpoint::SoYouStartCa);
        assert_eq!(
            Endpoint::from("https://api.eu.ovhcloud.com").token_url(),
            Some("https://auth.eu.ovhcloud.com/oauth2/token")
        );
    }

    #[test]
    fn any_url_will_do() {
        for (endpoint, me, v2) in [
            (
                "http://127.0.0.1:8500/ovh/1.0",
                "http://127.0.0.1:8500/ovh/1.0/me",
                "http://127.0.0.1:8500/ovh/v2/x",
            ),
            (
                "https://proxy.example/v1/",
                "https://proxy.example/v1/me",
                "https://proxy.example/v2/x",
            ),
            (
                "https://proxy.example/ovh",
                "https://proxy.example/ovh/me",
                "https://proxy.example/ovh/v2/x",
            ),
            (
                "https://proxy.example",
                "https://proxy.example/1.0/me",
                "https://proxy.example/v2/x",
            ),
        ] {
            assert_eq!(
                (at(endpoint, "/me"), at(endpoint, "/v2/x")),
                (me.to_owned(), v2.to_owned())
            );
        }
        for (endpoint, problem) in [
            (
                "ovh-uk",
                "\"ovh-uk\" is neither a URL nor one of ovh-eu, ovh-ca, ovh-us, soyoustart-eu",
            ),
            ("", "\"\" is neither a URL"),
            (
                "api.example.com/1.0",
                "has no scheme: write https://api.example.com/1.0",
            ),
            ("http://api.example.com/1.0", "is http://"),
        ] {
            let error = bases(endpoint).unwrap_err().to_string();
            assert!(error.contains(problem), "{error}");
        }
    }

    #[test]
    fn a_token_url_becomes_base_and_path() {
        let target = |url: &str| {
            let (base, path) =
                token_target(&Setting::new(url.to_owned(), default_origin()), false).unwrap();
            (base.as_str().to_owned(), path)
        };
        let pair = |base: &str, path: &str| (base.to_owned(), path.to_owned());
        assert_eq!(
            target("https://www.ovh.com/auth/oauth2/token"),
            pair("https://www.ovh.com/auth/oauth2", "/token")
        );
        assert_eq!(
            target("http://127.0.0.1:1/token"),
            pair("http://127.0.0.1:1", "/token")
        );
        assert_eq!(
            target("http://127.0.0.1:1"),
            pair("http://127.0.0.1:1", "/")
        );
    }
}
