//! What services of all kinds have in common: a name, an object, and what IAM knows of them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Ctx;
use super::account::Account;
use super::error::Refusal;
use super::list::expandable;
use super::service_infos;

/// A service that was bought.
#[derive(Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct Service {
    /// What the API shows of it.
    pub(crate) object: Value,
    /// What the API shows of its parts, by their names.
    pub(crate) parts: Value,
}

/// A kind of services, by the word that URNs and IAM actions have for it.
pub(crate) type Kind = &'static str;

pub(crate) type Services = BTreeMap<Kind, BTreeMap<String, Service>>;

/// Adds a service to an account.
pub(crate) fn add(
    account: &mut Account,
    kind: Kind,
    name: &str,
    tags: &Value,
    mut object: Value,
    mut parts: Value,
) {
    // Some products show the id of the service in their own object; it has to be the same in both.
    parts["infos"] = service_infos::fresh(account, name, object["serviceId"].as_i64());
    object["iam"] = account.resource(kind, name, tags);
    account
        .services
        .entry(kind)
        .or_default()
        .insert(name.to_owned(), Service { object, parts });
}

pub(crate) fn list(ctx: &mut Ctx<'_>, kind: Kind) -> Result<Value, Refusal> {
    list_some(ctx, kind, |_| true)
}

/// A list of the services that pass filters; that by tags all lists have.
pub(crate) fn list_some(
    ctx: &mut Ctx<'_>,
    kind: Kind,
    admits: impl Fn(&Value) -> bool,
) -> Result<Value, Refusal> {
    let mut rows = Vec::new();
    for (name, service) in ctx.account.services.get(kind).into_iter().flatten() {
        if admits(&service.object)
            && ctx
                .query
                .admits_tags("iamTags", &service.object["iam"]["tags"])?
        {
            rows.push((json!(name), service.object.clone()));
        }
    }
    expandable(ctx, rows)
}

impl Ctx<'_> {
    /// The service in the path.
    pub(crate) fn service(&mut self, kind: Kind) -> Result<&mut Service, Refusal> {
        let service = self
            .account
            .services
            .get_mut(kind)
            .and_then(|services| services.get_mut(&self.parameters[0]));
        // The words of the real service, which are about services alone: of other objects the message has the id.
        service.ok_or_else(Refusal::no_such_service)
    }

    /// A part of the service in the path.
    pub(crate) fn part(&mut self, kind: Kind, name: &str) -> Result<&mut Value, Refusal> {
        self.service(kind).map(|service| &mut service.parts[name])
    }

    /// Changes the service in the path by the body.
    pub(crate) fn amend(&mut self, kind: Kind) -> Result<Value, Refusal> {
        let body = std::mem::take(&mut self.body);
        body.amend(&mut self.service(kind)?.object);
        Ok(Value::Null)
    }
}

impl Account {
    /// A change of one service; nothing when it is gone.
    pub(crate) fn change(&mut self, kind: Kind, name: &str, change: impl FnOnce(&mut Service)) {
        if let Some(service) = self
            .services
            .get_mut(kind)
            .and_then(|services| services.get_mut(name))
        {
            change(service);
        }
    }
}
