use std::path::PathBuf;

use base64::Engine as _;
use cloud_core::config::{Origin, Setting};
use cloud_core::{Error, Result};
use secrecy::SecretString;

use super::{Credentials, Endpoint};
use crate::failover::{Failover, is_status};
use crate::yaml::{self, Content, Node as Yaml};

/// The name of this API in the file.
const PRODUCT: &str = "dataplatform";

/// The configuration file that the tools of IONOS share.
pub(super) struct ConfigFile {
    path: PathBuf,
    root: Yaml,
}

/// A value of the file and the way to it.
struct Node<'a> {
    file: &'a ConfigFile,
    value: &'a Yaml,
    key: String,
}

/// One profile of the file.
pub(super) struct Profile<'a>(Node<'a>);

static NULL: Yaml = Yaml::null();

impl ConfigFile {
    pub(super) fn parse(path: PathBuf, text: &str) -> Result<Self> {
        match yaml::parse(text) {
            Ok(root) => Ok(Self {
                path,
                root: root.unwrap_or(Yaml::null()),
            }),
            Err(problem) => {
                let key = format!("line {}", problem.line);
                Err(Error::config(Origin::File { path, key }, problem.what()))
            }
        }
    }

    fn root(&self) -> Node<'_> {
        Node {
            file: self,
            value: &self.root,
            key: String::new(),
        }
    }

    pub(super) fn current_profile(&self) -> Result<Option<Setting<String>>> {
        self.root().get("currentProfile")?.text()
    }

    pub(super) fn profile(&self, wanted: &Setting<String>) -> Result<Profile<'_>> {
        self.named("profiles", wanted).map(Profile)
    }

    /// The one of a list of named things that has this name.
    fn named(&self, list: &str, wanted: &Setting<String>) -> Result<Node<'_>> {
        let mut known = Vec::new();
        for node in self.root().get(list)?.list()? {
            // What has no name cannot be asked for.
            let Some(name) = node.get("name")?.text()? else {
                continue;
            };
            if same(&name.value, &wanted.value) {
                return Ok(node);
            }
            known.push(format!("{:?}", name.value));
        }
        let known = if known.is_empty() {
            "none".to_owned()
        } else {
            known.join(", ")
        };
        Err(wanted.error(format_args!(
            "there is no {:?} among the {list} of {}; it has {known}",
            wanted.value,
            self.path.display()
        )))
    }

    /// The endpoints of this API in the environment of the profile, or in the first one that has some.
    pub(super) fn endpoints(&self, profile: Option<&Profile<'_>>) -> Result<Vec<Endpoint>> {
        let named = profile
            .map(|profile| profile.0.get("environment")?.text())
            .transpose()?
            .flatten();
        if let Some(name) = named {
            return endpoints_of(&self.named("environments", &name)?);
        }
        for environment in self.root().get("environments")?.list()? {
            let found = endpoints_of(&environment)?;
            if !found.is_empty() {
                return Ok(found);
            }
        }
        Ok(Vec::new())
    }

    pub(super) fn failover(&self) -> Result<Option<Failover>> {
        let node = self.root().get("failover")?;
        let strategy = node.get("strategy")?;
        match strategy
            .text()?
            .map(|text| text.value.trim().to_ascii_lowercase())
            .as_deref()
        {
            None | Some("" | "none") => return Ok(None),
            Some("roundrobin") => {}
            // ionos-cloud/sdk-go-bundle refuses others, too.
            Some(_) => return Err(strategy.wrong("must be none or roundRobin")),
        }
        let mut failover = Failover::round_robin().on_timeout(node.get("retryOnTimeout")?.flag()?);
        let statuses = node.get("failoverOnStatusCodes")?;
        let codes = statuses
            .list()?
            .iter()
            .map(|code| code.number().and_then(is_status))
            .collect::<Option<Vec<_>>>();
        failover = failover
            .on_status(codes.ok_or_else(|| statuses.wrong("must be a list of HTTP statuses"))?);
        let retries = node.get("maxRetries")?;
        if !retries.value.is_null() {
            let number = retries
                .number()
                .and_then(|number| usize::try_from(number).ok());
            failover =
                failover.max_retries(number.ok_or_else(|| retries.wrong("must be a number"))?);
        }
        let methods = node.get("retryableMethods")?;
        if !methods.value.is_null() {
            let names = methods
                .list()?
                .iter()
                .map(Node::text)
                .collect::<Result<Vec<_>>>()?;
            failover = failover.only(
                &names
                    .into_iter()
                    .flatten()
                    .map(|name| name.value)
                    .collect::<Vec<_>>(),
            );
        }
        Ok(Some(failover))
    }

    /// What to tell somebody who has given no credential anywhere.
    pub(super) fn no_credentials(&self, profile: Option<&Profile<'_>>) -> Error {
        let place = match profile {
            Some(profile) => format!("{}.credentials of {}", profile.0.key, self.path.display()),
            None => format!(
                "a profile of {}, chosen by currentProfile or IONOS_CURRENT_PROFILE",
                self.path.display()
            ),
        };
        Error::config(
            "credentials (not set)",
            format_args!(
                "set IONOS_TOKEN, or IONOS_USERNAME and IONOS_PASSWORD, or give a token, or a username and a password, in {place}"
            ),
        )
    }
}

impl Profile<'_> {
    /// The token, else the user name and the password.
    pub(super) fn credentials(&self) -> Result<Option<Credentials>> {
        let node = self.0.get("credentials")?;
        let secret = |key| {
            Ok::<_, Error>(
                node.get(key)?
                    .text()?
                    .map(|setting| setting.map(SecretString::from)),
            )
        };
        if let Some(token) = secret("token")? {
            return Ok(Some(Credentials::Token(token)));
        }
        match (node.get("username")?.text()?, secret("password")?) {
            (None, None) => Ok(None),
            (Some(username), Some(password)) => Ok(Some(Credentials::Basic { username, password })),
            (Some(_), None) => Err(node.get("password")?.wrong("is missing")),
            (None, Some(_)) => Err(node.get("username")?.wrong("is missing")),
        }
    }
}

fn endpoints_of(environment: &Node<'_>) -> Result<Vec<Endpoint>> {
    let common = certificates(environment)?;
    let mut found = Vec::new();
    for product in environment.get("products")?.list()? {
        if !product
            .get("name")?
            .text()?
            .is_some_and(|name| same(&name.value, PRODUCT))
        {
            continue;
        }
        for endpoint in product.get("endpoints")?.list()? {
            let name = endpoint.get("name")?;
            found.push(Endpoint {
                url: name.text()?.ok_or_else(|| name.wrong("is missing"))?,
                skip_tls_verify: endpoint.get("skipTlsVerify")?.flag()?,
                certificates: certificates(&endpoint)?.or_else(|| common.clone()),
            });
        }
    }
    Ok(found)
}

fn certificates(node: &Node<'_>) -> Result<Option<Setting<String>>> {
    let data = node.get("certificateAuthData")?.text()?;
    data.map(|setting| {
        setting.try_map(|text| {
            if text.contains("-----BEGIN") {
                return Ok(text);
            }
            // A long value is folded over several lines, of whose breaks YAML makes spaces.
            let packed: String = text.split_whitespace().collect();
            let bytes = base64::engine::general_purpose::STANDARD
                .decode(packed)
                .ok();
            let pem = bytes
                .and_then(|bytes| String::from_utf8(bytes).ok())
                .filter(|pem| pem.contains("-----BEGIN"));
            pem.ok_or("must be certificates in PEM form, plain or in base64")
        })
    })
    .transpose()
}

fn same(a: &str, b: &str) -> bool {
    // As ionos-cloud/sdk-go-bundle compares names.
    a.trim().eq_ignore_ascii_case(b.trim())
}

impl<'a> Node<'a> {
    /// What a key of this object holds; null when it is not there, or this is null itself.
    fn get(&self, key: &str) -> Result<Node<'a>> {
        let value = match self.value.content {
            Content::Null => &NULL,
            Content::Object(_) => self.value.get(key).unwrap_or(&NULL),
            _ => return Err(self.wrong("must be an object")),
        };
        let key = if self.key.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.key)
        };
        Ok(Node {
            file: self.file,
            value,
            key,
        })
    }

    fn list(&self) -> Result<Vec<Node<'a>>> {
        match &self.value.content {
            Content::Null => Ok(Vec::new()),
            Content::List(items) => {
                let node = |(index, value)| Node {
                    file: self.file,
                    value,
                    key: format!("{}[{index}]", self.key),
                };
                Ok(items.iter().enumerate().map(node).collect())
            }
            _ => Err(self.wrong("must be a list")),
        }
    }

    /// Text that says something, as it stands in the file: a password may look like a number.
    fn text(&self) -> Result<Option<Setting<String>>> {
        let text = match &self.value.content {
            Content::Null => return Ok(None),
            Content::Plain(text) | Content::Quoted(text) => text.clone(),
            Content::List(_) | Content::Object(_) => return Err(self.wrong("must be text")),
        };
        Ok((!text.is_empty()).then(|| Setting::new(text, self.origin())))
    }

    fn number(&self) -> Option<u64> {
        match &self.value.content {
            Content::Plain(text) => text.parse().ok(),
            _ => None,
        }
    }

    fn flag(&self) -> Result<bool> {
        match &self.value.content {
            Content::Null => Ok(false),
            Content::Plain(text) if text.eq_ignore_ascii_case("true") => Ok(true),
            Content::Plain(text) if text.eq_ignore_ascii_case("false") => Ok(false),
            _ => Err(self.wrong("must be true or false")),
        }
    }

    fn origin(&self) -> Origin {
        let key = if self.key.is_empty() {
            "the file"
        } else {
            &self.key
        };
        Origin::File {
            path: self.file.path.clone(),
            key: key.to_owned(),
        }
    }

    fn wrong(&self, problem: &str) -> Error {
        Error::config(self.origin(), problem)
    }
}
