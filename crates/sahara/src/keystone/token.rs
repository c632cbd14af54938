use std::collections::BTreeMap;
use std::time::Duration;

use cloud_core::decode::{self, DecodeError, RawResponse};
use cloud_core::model::Timestamp;
use secrecy::SecretString;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Issued;
use super::catalog::{Catalog, Endpoint, Interface, Service};
use crate::ids::{DomainId, ProjectId, RoleId, UserId};

/// A user, a project, a domain or a role.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Named<Id> {
    /// The id of the user, project, domain or role.
    pub id: Id,
    /// The name of the user, project, domain or role.
    pub name: String,
}

/// What a token is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenScope {
    /// The token is for a project.
    Project,
    /// The token is for a domain.
    Domain,
    /// The token is for the whole system.
    System,
    /// Nothing but getting other tokens.
    Unscoped,
}

/// What Keystone tells about a token.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TokenInfo {
    /// The user whose token it is.
    pub user: Named<UserId>,
    /// The project it is good for.
    pub project: Option<Named<ProjectId>>,
    /// The domain it is good for.
    pub domain: Option<Named<DomainId>>,
    /// The roles of the user there.
    pub roles: Vec<Named<RoleId>>,
    /// When it was issued, by the clock of the service.
    pub issued_at: Option<Timestamp>,
    /// When it ends, by the clock of the service.
    pub expires_at: Option<Timestamp>,
    /// The services it opens.
    pub catalog: Catalog,
    system: BTreeMap<String, Value>,
}

impl TokenInfo {
    /// What it is good for.
    pub fn scope(&self) -> TokenScope {
        // Keystone names one of them; a trust is for a project.
        if self.project.is_some() {
            TokenScope::Project
        } else if self.domain.is_some() {
            TokenScope::Domain
        } else if self.system.is_empty() {
            TokenScope::Unscoped
        } else {
            TokenScope::System
        }
    }

    /// How long it is valid, by the service's own clock, which need not agree with ours.
    pub(super) fn lifetime(&self) -> Option<Duration> {
        // A clock of ours that is wrong would let tokens end too early, or never.
        let life = self.issued_at?.age(self.expires_at?);
        (!life.is_zero()).then_some(life)
    }
}

fn json<T: DeserializeOwned>(response: &RawResponse) -> Result<T, DecodeError> {
    decode::from_slice(&response.body).map_err(|error| {
        DecodeError::new(format!("this is no token of Keystone: {}", error.message()))
    })
}

/// Version 3: the token is in a header, the body tells about it.
#[allow(clippy::needless_pass_by_value, reason = "the shape of a decoder")]
pub(super) fn read_v3(response: RawResponse, _: &'static str) -> Result<Issued, DecodeError> {
    #[derive(Deserialize)]
    struct Envelope {
        token: TokenInfo,
    }
    let header = response
        .headers
        .get("x-subject-token")
        .and_then(|value| value.to_str().ok());
    let secret =
        header.ok_or_else(|| DecodeError::new("the answer has no token in X-Subject-Token"))?;
    let Envelope { token: info } = json(&response)?;
    Ok(Issued {
        secret: secret.into(),
        info,
    })
}

/// Version 2.0: everything is in the body.
#[allow(clippy::needless_pass_by_value, reason = "the shape of a decoder")]
pub(super) fn read_v2(response: RawResponse, _: &'static str) -> Result<Issued, DecodeError> {
    #[derive(Deserialize)]
    struct Envelope {
        access: Access,
    }
    #[derive(Deserialize)]
    struct Access {
        token: Token,
        #[serde(default)]
        user: User,
        #[serde(default, rename = "serviceCatalog")]
        catalog: Vec<V2Service>,
    }
    #[derive(Deserialize)]
    struct Token {
        id: SecretString,
        #[serde(default)]
        issued_at: Option<Timestamp>,
        #[serde(default)]
        expires: Option<Timestamp>,
        #[serde(default)]
        tenant: Option<Named<ProjectId>>,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct User {
        id: UserId,
        name: String,
        roles: Vec<Named<RoleId>>,
    }
    let Envelope {
        access: Access {
            token,
            user,
            catalog,
        },
    } = json(&response)?;
    let info = TokenInfo {
        user: Named {
            id: user.id,
            name: user.name,
        },
        project: token.tenant,
        roles: user.roles,
        issued_at: token.issued_at,
        expires_at: token.expires,
        catalog: Catalog(catalog.into_iter().map(V2Service::into_v3).collect()),
        ..TokenInfo::default()
    };
    Ok(Issued {
        secret: token.id,
        info,
    })
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct V2Service {
    #[serde(rename = "type")]
    kind: String,
    name: String,
    endpoints: Vec<BTreeMap<String, Value>>,
}

impl V2Service {
    /// One endpoint of version 2.0 holds the addresses of all its interfaces.
    fn into_v3(self) -> Service {
        let mut endpoints = Vec::new();
        for endpoint in &self.endpoints {
            let text = |key: &str| {
                endpoint
                    .get(key)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .to_owned()
            };
            for interface in [Interface::Public, Interface::Internal, Interface::Admin] {
                let url = text(&format!("{interface}URL"));
                if !url.is_empty() {
                    endpoints.push(Endpoint {
                        interface,
                        region: text("region"),
                        // Version 2.0 has `region` alone.
                        region_id: String::new(),
                        url,
                    });
                }
            }
        }
        Service {
            kind: self.kind,
            name: self.name,
            endpoints,
        }
    }
}
