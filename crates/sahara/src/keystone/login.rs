use std::fmt;

use cloud_core::model::IdOrName;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::ids::{ApplicationCredentialId, DomainId, ProjectId, TrustId, UserId};

/// What is unique in a domain: a user or a project, by its id or its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InDomain<Id> {
    /// The id, which is enough.
    Id(Id),
    /// The name, which is unique in its domain only.
    Name {
        /// The name of the user or the project.
        name: String,
        /// The domain that the name is from.
        domain: IdOrName<DomainId>,
    },
}

/// The user who logs in.
pub type User = InDomain<UserId>;

/// A project, formerly called tenant: what the token is to be good for.
pub type Project = InDomain<ProjectId>;

impl<Id: fmt::Display> InDomain<Id> {
    /// Names it by its id.
    pub fn id(id: impl Into<Id>) -> Self {
        Self::Id(id.into())
    }

    /// Names it by its name, and the domain of that.
    pub fn named(name: impl Into<String>, domain: impl Into<IdOrName<DomainId>>) -> Self {
        Self::Name {
            name: name.into(),
            domain: domain.into(),
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Id(id) => json!({ "id": id.to_string() }),
            Self::Name { name, domain } => {
                json!({ "name": name, "domain": id_or_name(domain) })
            }
        }
    }

    fn describe(&self) -> String {
        match self {
            Self::Id(id) => format!("with the id {id}"),
            Self::Name { name, domain } => {
                format!("{name} in the domain {}", described(domain))
            }
        }
    }
}

fn id_or_name<Id: fmt::Display>(which: &IdOrName<Id>) -> Value {
    match which {
        IdOrName::Id(id) => json!({ "id": id.to_string() }),
        IdOrName::Name(name) => json!({ "name": name }),
    }
}

fn described<Id: fmt::Display>(which: &IdOrName<Id>) -> String {
    match which {
        IdOrName::Id(id) => format!("with the id {id}"),
        IdOrName::Name(name) => name.clone(),
    }
}

/// An application credential: a login that a user has made for a program. Its project is fixed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApplicationCredential {
    /// Names the credential by its id.
    Id(ApplicationCredentialId),
    /// By name, which is unique for its user only.
    Name {
        /// The name of the credential.
        name: String,
        /// The user it belongs to.
        user: User,
    },
}

impl ApplicationCredential {
    /// Names the credential by its id.
    pub fn id(id: impl Into<ApplicationCredentialId>) -> Self {
        Self::Id(id.into())
    }

    /// By name, of this user.
    pub fn named(name: impl Into<String>, user: User) -> Self {
        Self::Name {
            name: name.into(),
            user,
        }
    }
}

/// What a token is good for. Sahara needs one for a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scope {
    /// Left to the service: the user's default project, or nothing.
    #[default]
    Default,
    /// The token is for a project.
    Project(Project),
    /// The token is for a whole domain.
    Domain(IdOrName<DomainId>),
    /// The token is for the whole system.
    System,
    /// What the trust with this id says.
    Trust(TrustId),
    /// Nothing but getting other tokens.
    Unscoped,
}

impl From<Project> for Scope {
    fn from(project: Project) -> Self {
        Self::Project(project)
    }
}

impl Scope {
    fn to_json(&self) -> Option<Value> {
        Some(match self {
            Self::Default => return None,
            Self::Project(project) => json!({ "project": project.to_json() }),
            Self::Domain(domain) => json!({ "domain": id_or_name(domain) }),
            Self::System => json!({ "system": { "all": true } }),
            Self::Trust(id) => json!({ "OS-TRUST:trust": { "id": id } }),
            Self::Unscoped => json!("unscoped"),
        })
    }
}

impl Scope {
    fn describe(&self) -> String {
        match self {
            Self::Default => String::new(),
            Self::Project(project) => format!(", for the project {}", project.describe()),
            Self::Domain(domain) => format!(", for the domain {}", described(domain)),
            Self::System => ", for the system".to_owned(),
            Self::Trust(id) => format!(", for the trust {id}"),
            Self::Unscoped => ", for nothing but other tokens".to_owned(),
        }
    }
}

/// A way to say who one is. `Debug` hides the secrets.
///
/// Clusters work best with a password: to create one, Sahara makes a trust, which it cannot with a restricted
/// application credential (the usual kind), nor, where API and engine are separate programs, with any (measured with
/// Keystone 24.1 and Sahara 19). Everything else works with all of them.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Login {
    /// A user and a password, in version 3.
    Password {
        /// The user who logs in.
        user: User,
        /// The password of the user.
        password: SecretString,
        /// What the token is to be good for.
        scope: Scope,
    },
    /// A token that is there already, in version 3. What is got for it ends when the token does.
    Token {
        /// The token that is there already.
        token: SecretString,
        /// What the new token is to be good for.
        scope: Scope,
    },
    /// An application credential, in version 3. It brings its scope along and must ask for none.
    ApplicationCredential {
        /// The id or the name of the credential.
        credential: ApplicationCredential,
        /// The secret of the application credential.
        secret: SecretString,
    },
    /// A user and a password, in version 2.0, which current services do not have any more.
    V2Password {
        /// The user who logs in.
        user: IdOrName<UserId>,
        /// The password of the user.
        password: SecretString,
        /// The tenant, as projects were called; without one the token is good for nothing but getting others.
        tenant: Option<IdOrName<ProjectId>>,
    },
}

impl Login {
    /// Logs in by a password, in version 3.
    pub fn password(
        user: User,
        password: impl Into<SecretString>,
        scope: impl Into<Scope>,
    ) -> Self {
        Self::Password {
            user,
            password: password.into(),
            scope: scope.into(),
        }
    }

    /// Logs in by a token that is there already, in version 3.
    pub fn token(token: impl Into<SecretString>, scope: impl Into<Scope>) -> Self {
        Self::Token {
            token: token.into(),
            scope: scope.into(),
        }
    }

    /// Logs in by an application credential, in version 3.
    pub fn application_credential(
        credential: ApplicationCredential,
        secret: impl Into<SecretString>,
    ) -> Self {
        Self::ApplicationCredential {
            credential,
            secret: secret.into(),
        }
    }

    /// Logs in by a password, in version 2.0.
    pub fn v2_password(
        user: impl Into<IdOrName<UserId>>,
        password: impl Into<SecretString>,
        tenant: impl Into<Option<IdOrName<ProjectId>>>,
    ) -> Self {
        Self::V2Password {
            user: user.into(),
            password: password.into(),
            tenant: tenant.into(),
        }
    }

    pub(super) fn is_v2(&self) -> bool {
        matches!(self, Self::V2Password { .. })
    }

    /// What nobody else may see.
    pub(crate) fn secret(&self) -> &SecretString {
        match self {
            Self::Password {
                password: secret, ..
            }
            | Self::V2Password {
                password: secret, ..
            }
            | Self::Token { token: secret, .. }
            | Self::ApplicationCredential { secret, .. } => secret,
        }
    }

    /// The body of the request for a token.
    pub(super) fn body(&self) -> Value {
        let v3 = |method: &str, details: Value, scope: Option<Value>| {
            let mut auth = json!({ "identity": { "methods": [method], method: details } });
            if let Some(scope) = scope {
                auth["scope"] = scope;
            }
            json!({ "auth": auth })
        };
        match self {
            Self::Password {
                user,
                password,
                scope,
            } => {
                let mut user = user.to_json();
                user["password"] = password.expose_secret().into();
                v3("password", json!({ "user": user }), scope.to_json())
            }
            Self::Token { token, scope } => v3(
                "token",
                json!({ "id": token.expose_secret() }),
                scope.to_json(),
            ),
            Self::ApplicationCredential { credential, secret } => {
                let mut details = match credential {
                    ApplicationCredential::Id(id) => json!({ "id": id }),
                    ApplicationCredential::Name { name, user } => {
                        json!({ "name": name, "user": user.to_json() })
                    }
                };
                details["secret"] = secret.expose_secret().into();
                // Keystone refuses any scope beside it with 401 (gophercloud/gophercloud#3868).
                v3("application_credential", details, None)
            }
            Self::V2Password {
                user,
                password,
                tenant,
            } => {
                let (key, user) = match user {
                    IdOrName::Id(id) => ("userId", id.as_str()),
                    IdOrName::Name(name) => ("username", name.as_str()),
                };
                let credentials = json!({ key: user, "password": password.expose_secret() });
                let mut auth = json!({ "passwordCredentials": credentials });
                match tenant {
                    Some(IdOrName::Id(id)) => auth["tenantId"] = id.as_str().into(),
                    Some(IdOrName::Name(name)) => auth["tenantName"] = name.as_str().into(),
                    None => {}
                }
                json!({ "auth": auth })
            }
        }
    }

    /// The login in words, without its secrets.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Password { user, scope, .. } => {
                format!(
                    "password of the user {}{}",
                    user.describe(),
                    scope.describe()
                )
            }
            Self::Token { scope, .. } => {
                format!("a given token, which cannot be renewed{}", scope.describe())
            }
            Self::ApplicationCredential {
                credential: ApplicationCredential::Id(id),
                ..
            } => {
                format!("application credential with the id {id}")
            }
            Self::ApplicationCredential {
                credential: ApplicationCredential::Name { name, user },
                ..
            } => {
                format!(
                    "application credential {name} of the user {}",
                    user.describe()
                )
            }
            Self::V2Password { user, tenant, .. } => {
                let tenant = tenant
                    .as_ref()
                    .map(|tenant| format!(", for the tenant {}", described(tenant)));
                format!(
                    "password (v2.0) of the user {}{}",
                    described(user),
                    tenant.unwrap_or_default()
                )
            }
        }
    }
}
