//! Which versions of the API an address offers, and where each of them is.

use cloud_core::call::Call;
use cloud_core::provider::{BaseUrl, CallBuilder, Decode, Engine};
use cloud_core::{Error, ErrorKind, Result};
use http::{Method, StatusCode};
use serde::Deserialize;

use crate::version::Version;

/// An address of the service, taken apart: `https://host/prefix`, `v1.1`, the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    root: String,
    version: Option<String>,
    project: Option<String>,
}

impl Address {
    pub(crate) fn parse(url: &str) -> Self {
        let url = url.trim().trim_end_matches('/');
        let start = url.find("://").map_or(0, |at| at + 3);
        // The path only: a host may be called v2.
        let path = url[start..].find('/').map_or(url.len(), |at| start + at);
        let segments: Vec<&str> = url[path..].split('/').skip(1).collect();
        let (tail, project) = match segments.as_slice() {
            [.., version] if is_version(version) => (1, None),
            [.., version, project] if is_version(version) => (2, Some((*project).to_owned())),
            _ => {
                return Self {
                    root: url.to_owned(),
                    version: None,
                    project: None,
                };
            }
        };
        let kept = segments.len() - tail;
        let root = segments[..kept]
            .iter()
            .fold(url[..path].to_owned(), |root, segment| root + "/" + segment);
        Self {
            root,
            version: Some(segments[kept].to_owned()),
            project,
        }
    }

    /// What stands before the version, a path prefix included.
    pub(crate) fn root(&self) -> &str {
        &self.root
    }

    /// The version, where the address has one that this crate speaks.
    pub(crate) fn version(&self) -> Option<Version> {
        Version::from_text(self.version.as_deref()?)
    }

    /// The address of this version. Nothing but the version changes, whatever links the service may give: they lack the
    /// prefix, and often the scheme, under which it is reached.
    pub(crate) fn of(&self, version: Version) -> String {
        let mut url = format!("{}/{version}", self.root);
        if let Some(project) = &self.project {
            url.push('/');
            url.push_str(project);
        }
        url
    }
}

fn is_version(segment: &str) -> bool {
    let number = segment.strip_prefix('v').unwrap_or_default();
    number.starts_with(|c: char| c.is_ascii_digit())
        && number.chars().all(|c| c.is_ascii_digit() || c == '.')
}

/// What was found where the list of versions should be.
#[derive(Clone, Debug)]
pub(crate) enum Listed {
    /// The ids of the versions, as the service writes them.
    Versions(Vec<String>),
    /// No list, and why.
    Nothing(String),
}

/// Reads the list of versions (`GET /` of the root), which answers with 300 and wants no token; some proxies want one.
pub(crate) async fn list(engine: &Engine, root: &BaseUrl) -> Result<Listed> {
    let call = || {
        let decode = Decode::json().map(|list: Document| {
            list.versions
                .into_iter()
                .map(|version| version.id)
                .collect()
        });
        Call::untabled(engine, root, Method::GET, "/", decode)
            .accepting(StatusCode::MULTIPLE_CHOICES)
    };
    let mut answer = call().anonymous().await;
    if answer
        .as_ref()
        .is_err_and(|error| error.status() == Some(StatusCode::UNAUTHORIZED))
    {
        answer = call().await;
    }
    match answer {
        Ok(versions) => Ok(Listed::Versions(versions)),
        Err(error) if is_no_list(&error) => Ok(Listed::Nothing(error.to_string())),
        Err(error) => Err(error),
    }
}

/// Whether the service has answered, and will answer the same tomorrow.
fn is_no_list(error: &Error) -> bool {
    let status = error.status().map_or(0, |status| status.as_u16());
    error.kind() == ErrorKind::Decode
        || (error.kind() == ErrorKind::Api
            && matches!(status, 301..=308 | 400 | 401 | 403..=406 | 410))
}

#[derive(Deserialize)]
struct Document {
    versions: Vec<Listing>,
}

#[derive(Deserialize)]
struct Listing {
    id: String,
}

/// Decides on a version: the one that is asked for, else v2 when it is there, else v1.1. Gives the reason, too.
pub(crate) fn choose(
    address: &Address,
    asked: Option<Version>,
    listed: &Listed,
) -> Result<(Version, String)> {
    let root = address.root();
    let refuse = |text: String| Err(Error::new(ErrorKind::Config, text));
    match (listed, asked) {
        (Listed::Versions(ids), asked) => {
            let listing = format!(
                "{root}/ lists {}",
                if ids.is_empty() {
                    "nothing".to_owned()
                } else {
                    ids.join(", ")
                }
            );
            let offers = |version: &Version| {
                ids.iter()
                    .any(|id| Version::from_text(id) == Some(*version))
            };
            match (asked, [Version::V2, Version::V1_1].into_iter().find(offers)) {
                (Some(asked), _) if offers(&asked) => Ok((asked, format!("asked for; {listing}"))),
                (Some(asked), _) => refuse(format!(
                    "API {asked} is not offered: {listing}; choose another one by data_processing_api_version, or by \
                     version(..)"
                )),
                (None, Some(newest)) => {
                    Ok((newest, format!("the newest that is known here; {listing}")))
                }
                (None, None) => refuse(format!(
                    "no version of the API that is known here is offered: {listing}"
                )),
            }
        }
        (Listed::Nothing(why), None) => match address.version() {
            Some(version) => Ok((
                version,
                format!("as the address says; no list of versions at {root}/ ({why})"),
            )),
            None => refuse(format!(
                "no version of the API can be found at {root}/: {why}"
            )),
        },
        (Listed::Nothing(why), Some(asked)) => match address.version() {
            Some(version) if version == asked => {
                Ok((version, "asked for, and as the address says".to_owned()))
            }
            _ => refuse(format!(
                // keystoneauth goes on by the address in silence, so that bodies of v2 are sent to v1.1.
                "whether API {asked} is offered cannot be found out at {root}/: {why}"
            )),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_its_prefix_and_its_project() {
        for (url, root, version, v2) in [
            (
                "http://h:8386/v1.1/3499",
                "http://h:8386",
                Some(Version::V1_1),
                "http://h:8386/v2/3499",
            ),
            (
                "http://h:8386/v2",
                "http://h:8386",
                Some(Version::V2),
                "http://h:8386/v2",
            ),
            (
                "http://h:8386/v2/",
                "http://h:8386",
                Some(Version::V2),
                "http://h:8386/v2",
            ),
            ("http://h:8386", "http://h:8386", None, "http://h:8386/v2"),
            ("http://h:8386/", "http://h:8386", None, "http://h:8386/v2"),
            (
                "http://h/data-processing",
                "http://h/data-processing",
                None,
                "http://h/data-processing/v2",
            ),
            (
                "http://h/a/b/v1.1/p/",
                "http://h/a/b",
                Some(Version::V1_1),
                "http://h/a/b/v2/p",
            ),
            ("http://h/v1.0/p", "http://h", None, "http://h/v2/p"),
            ("http://v2", "http://v2", None, "http://v2/v2"),
            ("http://v2/x", "http://v2/x", None, "http://v2/x/v2"),
            (
                "http://h/vanilla",
                "http://h/vanilla",
                None,
                "http://h/vanilla/v2",
            ),
        ] {
            let address = Address::parse(url);
            assert_eq!(
                (
                    address.root(),
                    address.version(),
                    address.of(Version::V2).as_str()
                ),
                (root, version, v2),
                "{url}"
            );
        }
    }

    #[test]
    fn the_version_is_chosen_from_what_is_known() {
        let ids = |ids: &[&str]| Listed::Versions(ids.iter().map(|id| (*id).to_owned()).collect());
        let none = || Listed::Nothing("404".to_owned());
        let all = || ids(&["v1.0", "v1.1", "v2"]);
        let (bare, old) = ("http://h", "http://h/v1.1/p");
        let (v1, v2) = (Version::V1_1, Version::V2);
        let table = [
            (bare, None, all(), Ok(v2)),
            (old, None, all(), Ok(v2)),
            (old, Some(v1), all(), Ok(v1)),
            (old, None, ids(&["v1.0", "v1.1"]), Ok(v1)),
            (
                old,
                Some(v2),
                ids(&["v1.0", "v1.1"]),
                Err("API v2 is not offered: http://h/ lists v1.0, v1.1"),
            ),
            (
                bare,
                None,
                ids(&["v1.0"]),
                Err("no version of the API that is known here is offered"),
            ),
            (bare, None, ids(&[]), Err("http://h/ lists nothing")),
            (
                bare,
                None,
                none(),
                Err("no version of the API can be found at http://h/: 404"),
            ),
            (old, None, none(), Ok(v1)),
            (old, Some(v1), none(), Ok(v1)),
            (
                old,
                Some(v2),
                none(),
                Err("whether API v2 is offered cannot be found out at http://h/: 404"),
            ),
        ];
        for (url, asked, listed, expected) in table {
            let chosen = choose(&Address::parse(url), asked, &listed);
            match (chosen, expected) {
                (Ok((version, _)), Ok(expected)) => {
                    assert_eq!(version, expected, "{url} {asked:?} {listed:?}");
                }
                (Err(error), Err(expected)) => {
                    assert!(error.to_string().contains(expected), "{error}");
                }
                (chosen, expected) => {
                    panic!("{url} {asked:?} {listed:?}: {chosen:?} instead of {expected:?}")
                }
            }
        }
    }
}
