use cloud_core::model::IdOrName;
use cloud_core::provider::Setting;
use cloud_core::{Error, ErrorKind, Result};
use secrecy::SecretString;

use super::entry::Entry;
use crate::ids::DomainId;
use crate::keystone::{ApplicationCredential, Login, Project, Scope, User};

/// The kinds of login that are known here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Password,
    Token,
    ApplicationCredential,
    V2Password,
}

/// Makes a login of an entry. Its origin is that of its secret: the part that is wrong most often, and that nobody can read
/// in an error.
pub(super) fn login(
    entry: &Entry,
    auth_url: &Setting<String>,
    notes: &mut Vec<String>,
) -> Result<Setting<Login>> {
    let keys = Keys { entry, auth_url };
    match keys.kind()? {
        Kind::Password => {
            let (user, password) = (keys.user(notes)?, keys.secret("password")?);
            let scope = keys.scope(notes)?;
            Ok(password.map(|password| Login::password(user, password, scope)))
        }
        Kind::Token => {
            let (token, scope) = (keys.secret("token")?, keys.scope(notes)?);
            Ok(token.map(|token| Login::token(token, scope)))
        }
        Kind::ApplicationCredential => {
            let credential = match entry.text("application_credential_id") {
                Some(id) => ApplicationCredential::id(id.value),
                None => ApplicationCredential::named(
                    keys.text("application_credential_name")?,
                    keys.user(notes)?,
                ),
            };
            // Keystone refuses any scope beside an application credential, which has one.
            let scopes = [
                "project_id",
                "project_name",
                "domain_id",
                "domain_name",
                "trust_id",
                "system_scope",
            ];
            let unused: Vec<String> = scopes
                .iter()
                .filter_map(|key| Some(entry.text(key)?.origin.to_string()))
                .collect();
            if !unused.is_empty() {
                notes.push(format!(
                    "without effect beside an application credential: {}",
                    unused.join(", ")
                ));
            }
            let secret = keys.secret("application_credential_secret")?;
            Ok(secret.map(|secret| Login::application_credential(credential, secret)))
        }
        Kind::V2Password => {
            let tenant = keys.id_or_name("project_id", "project_name");
            let user = keys
                .id_or_name("user_id", "username")
                .ok_or_else(|| keys.missing("username"))?;
            let password = keys.secret("password")?;
            Ok(password.map(|password| Login::v2_password(user, password, tenant)))
        }
    }
}

struct Keys<'a> {
    entry: &'a Entry,
    auth_url: &'a Setting<String>,
}

impl Keys<'_> {
    fn has(&self, key: &str) -> bool {
        self.entry.secret(key).is_some()
    }

    fn kind(&self) -> Result<Kind> {
        let password = || {
            let old = self
                .entry
                .text("identity_api_version")
                .is_some_and(|version| {
                    matches!(version.value.trim().trim_start_matches('v'), "2" | "2.0")
                });
            let domains = [
                "user_domain_id",
                "user_domain_name",
                "project_domain_id",
                "project_domain_name",
                "domain_id",
                "domain_name",
            ];
            // Domains are unknown to version 2.0.
            let old_url = self.auth_url.value.trim_end_matches('/').ends_with("/v2.0");
            if old || (old_url && !domains.iter().any(|key| self.has(key))) {
                Kind::V2Password
            } else {
                Kind::Password
            }
        };
        if let Some(code) = self.entry.secret("passcode") {
            return Err(
                code.error("one-time codes are not supported, since they can renew no token")
            );
        }
        let Some(kind) = self.entry.text("auth_type") else {
            return Ok(
                if self.has("application_credential_secret") && !self.has("password") {
                    Kind::ApplicationCredential
                } else if self.has("token") && !self.has("password") {
                    Kind::Token
                } else {
                    password()
                },
            );
        };
        match kind.value.trim().to_lowercase().as_str() {
            // As in openstacksdk, a token that is there goes before the password that the kind is about by default.
            "password" if self.has("token") && !self.has("password") => Ok(Kind::Token),
            "password" => Ok(password()),
            "v3password" => Ok(Kind::Password),
            "token" | "v3token" => Ok(Kind::Token),
            "v3applicationcredential" => Ok(Kind::ApplicationCredential),
            "v2password" => Ok(Kind::V2Password),
            other => Err(kind.error(format_args!(
                "{other:?} is not among the known kinds: password, v3password, v2password, token, v3token, \
                 v3applicationcredential"
            ))),
        }
    }

    fn missing(&self, key: &str) -> Error {
        let text = format!("{key}: not set beside auth_url ({})", self.auth_url.origin);
        Error::new(ErrorKind::Config, text)
    }

    fn text(&self, key: &str) -> Result<String> {
        self.entry
            .text(key)
            .map(|setting| setting.value)
            .ok_or_else(|| self.missing(key))
    }

    fn secret(&self, key: &str) -> Result<Setting<SecretString>> {
        self.entry.secret(key).ok_or_else(|| self.missing(key))
    }

    fn id_or_name<Id: From<String>>(&self, id: &str, name: &str) -> Option<IdOrName<Id>> {
        let id = self
            .entry
            .text(id)
            .map(|setting| IdOrName::Id(setting.value.into()));
        id.or_else(|| {
            self.entry
                .text(name)
                .map(|setting| IdOrName::Name(setting.value))
        })
    }

    /// The domain of a user or a project.
    fn domain(&self, of: &str, notes: &mut Vec<String>) -> IdOrName<DomainId> {
        let for_project = self.has("project_id") || self.has("project_name");
        // An id from anywhere goes before a name, as in openstacksdk, which fills up ids and names apart from each other.
        let of_kind = |kind: &str| {
            let text = |prefix: &str| self.entry.text(&format!("{prefix}domain_{kind}"));
            let shared = || text("").filter(|_| for_project);
            let found = text(&format!("{of}_")).or_else(shared);
            Some(found.or_else(|| text("default_"))?.value)
        };
        let id = of_kind("id").map(|id| IdOrName::Id(id.into()));
        id.or_else(|| of_kind("name").map(IdOrName::Name))
            .unwrap_or_else(|| {
                notes.push(format!(
                    "the {of} has no domain, so the one with the id `default` is meant"
                ));
                // The domain that Keystone has from its beginning.
                DomainId::from("default").into()
            })
    }

    fn user(&self, notes: &mut Vec<String>) -> Result<User> {
        match self.entry.text("user_id") {
            Some(id) => Ok(User::id(id.value)),
            None => Ok(User::named(
                self.text("username")?,
                self.domain("user", notes),
            )),
        }
    }

    fn scope(&self, notes: &mut Vec<String>) -> Result<Scope> {
        let project = match (
            self.entry.text("project_id"),
            self.entry.text("project_name"),
        ) {
            (Some(id), _) => Some(Project::id(id.value)),
            (None, Some(name)) => Some(Project::named(name.value, self.domain("project", notes))),
            (None, None) => None,
        };
        let mut scopes = Vec::new();
        // With a project, a domain says where the project and the user are.
        match (project, self.id_or_name("domain_id", "domain_name")) {
            (Some(project), _) => scopes.push(("a project", Scope::Project(project))),
            (None, Some(domain)) => scopes.push(("a domain", Scope::Domain(domain))),
            (None, None) => {}
        }
        if let Some(trust) = self.entry.text("trust_id") {
            scopes.push(("a trust", Scope::Trust(trust.value.into())));
        }
        if let Some(system) = self.entry.text("system_scope") {
            if !matches!(system.value.trim().to_lowercase().as_str(), "all" | "true") {
                return Err(system.error("must be all"));
            }
            scopes.push(("the system", Scope::System));
        }
        if scopes.len() > 1 {
            let what: Vec<&str> = scopes.iter().map(|(what, _)| *what).collect();
            let text = format!(
                "a token can be for one thing only, not for {}",
                what.join(" and ")
            );
            return Err(Error::config(&self.auth_url.origin, text));
        }
        Ok(scopes.pop().map_or(Scope::Default, |(_, scope)| scope))
    }
}
