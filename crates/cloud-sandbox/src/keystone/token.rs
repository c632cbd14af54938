//! Tokens, and the catalog in them.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::openstack;
use crate::service::time;

use super::identity::{self, Project, Role, User};

pub(crate) const REGION: &str = "RegionOne";

/// What a token is good for.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) enum Scope {
    Unscoped,
    Project(Project),
    Domain,
    System,
}

#[derive(Clone, serde::Deserialize, serde::Serialize)]
pub(crate) struct Token {
    pub(crate) methods: Vec<String>,
    pub(crate) user: User,
    pub(crate) scope: Scope,
    /// The id of the application credential that it was made with, its name, and whether it is restricted.
    pub(crate) application_credential: Option<(String, String, bool)>,
    pub(crate) audit_ids: Vec<String>,
    pub(crate) issued: Duration,
    pub(crate) expires: Duration,
    pub(crate) is_revoked: bool,
}

impl Token {
    pub(crate) fn roles(&self) -> &'static [&'static Role] {
        if matches!(self.scope, Scope::Unscoped) {
            &[]
        } else {
            self.user.roles()
        }
    }

    /// The body of an answer about this token, from a Keystone at `origin` whose clock began at `epoch`.
    pub(crate) fn render(&self, origin: &str, epoch: SystemTime, with_catalog: bool) -> Value {
        let at = |time: Duration| time::written(epoch + time, "%Y-%m-%dT%H:%M:%S.000000Z");
        let user = &self.user;
        let mut token = json!({
            "methods": self.methods,
            "user": {"id": user.id, "name": user.name, "domain": identity::domain(), "password_expires_at": null},
            "audit_ids": self.audit_ids,
            "expires_at": at(self.expires),
            "issued_at": at(self.issued),
        });
        let project = match &self.scope {
            // No roles and no catalog without a scope.
            Scope::Unscoped => return json!({"token": token}),
            Scope::Project(project) => {
                token["project"] =
                    json!({"id": project.id, "name": project.name, "domain": identity::domain()});
                token["is_domain"] = false.into();
                Some(project)
            }
            Scope::Domain => {
                token["domain"] = identity::domain();
                None
            }
            Scope::System => {
                token["system"] = json!({"all": true});
                None
            }
        };
        token["roles"] = self
            .roles()
            .iter()
            .map(|role| json!({"id": role.id, "name": role.name}))
            .collect();
        if with_catalog {
            token["catalog"] = catalog(origin, project.map(|project| project.id.as_str()));
        }
        if let Some((id, name, restricted)) = &self.application_credential {
            token["application_credential"] =
                json!({"id": id, "name": name, "restricted": restricted});
        }
        json!({"token": token})
    }
}

/// The catalog of a Keystone at `origin`. Sahara is in it as installers register it, with version 1.1 and the project in
/// its URL, once more as `data-processingv2`, and in a second region without any version.
pub(crate) fn catalog(origin: &str, project: Option<&str>) -> Value {
    let sahara = openstack::sahara_beside(origin);
    let mut services = vec![service(
        "identity",
        "keystone",
        1,
        &[(REGION, format!("{origin}/v3/"))],
    )];
    // The address has the project in it, so without one Keystone leaves the endpoint out.
    if let Some(project) = project {
        let urls = [
            (REGION, format!("{sahara}/v1.1/{project}")),
            // The bare root, as devstack registers it: clients have to find the version by themselves.
            ("RegionTwo", sahara.clone()),
        ];
        services.push(service("data-processing", "sahara", 2, &urls));
    }
    services.push(service(
        "data-processingv2",
        "saharav2",
        3,
        &[(REGION, format!("{sahara}/v2"))],
    ));
    Value::Array(services)
}

fn service(kind: &str, name: &str, number: u32, urls: &[(&str, String)]) -> Value {
    let mut endpoints = Vec::new();
    for (region, url) in urls {
        for interface in ["public", "internal", "admin"] {
            endpoints.push(json!({
                "id": format!("0e{number:02x}{:028x}", endpoints.len()),
                "interface": interface,
                "region_id": region,
                "region": region,
                "url": url,
            }));
        }
    }
    json!({"id": format!("5e{number:030x}"), "type": kind, "name": name, "endpoints": endpoints})
}
