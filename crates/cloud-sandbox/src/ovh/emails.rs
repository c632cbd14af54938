//! `/email/domain`: redirections of addresses. Changes are tasks; the list shows them once those are done.

use serde_json::{Value, json};

use crate::route::Route;

use super::account::Account;
use super::body::{Field, Kind, required};
use super::error::Refusal;
use super::list::expandable;
use super::operation::{Does, op};
use super::services;
use super::task::Family;
use super::{Ctx, datetime};

const KIND: services::Kind = "emailDomain";

const CREATION: &[Field] = &[
    required("from", Kind::Text),
    required("localCopy", Kind::Flag),
    required("to", Kind::Text),
];
const CHANGE: &[Field] = &[required("to", Kind::Text)];

pub(crate) const ROUTES: &[Route<Does>] = &[
    op!(GET "/email/domain", Some("emailDomain:apiovh:get"), list).query(&["iamTags"]),
    op!(GET "/email/domain/{domain}/redirection", Some("emailDomain:apiovh:redirection/get"), list_redirections)
        .query(&["from", "to"]),
    op!(POST "/email/domain/{domain}/redirection", Some("emailDomain:apiovh:redirection/create"), create)
        .body(CREATION),
    op!(GET "/email/domain/{domain}/redirection/{id}", Some("emailDomain:apiovh:redirection/get"), get),
    op!(DELETE "/email/domain/{domain}/redirection/{id}", Some("emailDomain:apiovh:redirection/delete"), delete),
    op!(
        POST "/email/domain/{domain}/redirection/{id}/changeRedirection",
        Some("emailDomain:apiovh:redirection/changeRedirection"),
        change
    )
    .body(CHANGE),
];

pub(crate) fn seed(account: &mut Account) {
    let id = account.id().to_string();
    let first = json!({"id": id, "from": "postmaster@example.com", "to": "ada@example.org"});
    let object = json!({"domain": "example.com"});
    services::add(
        account,
        KIND,
        "example.com",
        &json!({}),
        object,
        json!({"redirections": {id: first}}),
    );
}

fn list(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    services::list(ctx, KIND)
}

fn list_redirections(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let redirections = ctx.part(KIND, "redirections")?.clone();
    let rows: Vec<_> = redirections
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, redirection)| ctx.query.admits_object(&["from", "to"], redirection))
        .map(|(id, redirection)| (json!(id), redirection.clone()))
        .collect();
    expandable(ctx, rows)
}

/// The redirection in the path.
fn redirection(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let id = ctx.parameters[1].clone();
    let redirections = ctx.part(KIND, "redirections")?;
    redirections
        .get(&id)
        .cloned()
        .ok_or_else(|| Refusal::no_such_object(id))
}

fn get(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    redirection(ctx)
}

fn create(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let domain = ctx.parameters[0].clone();
    let (from, to) = (
        ctx.body.text("from").to_owned(),
        ctx.body.text("to").to_owned(),
    );
    if from
        .split_once('@')
        // A redirection is of the domain that it is made under; the mail of another one is not here.
        .is_none_or(|(local, host)| local.is_empty() || host != domain)
    {
        return Err(Refusal::bad_request(format!(
            "{from} is not an address of {domain}"
        )));
    }
    check_target(&to)?;
    let known = ctx.part(KIND, "redirections")?;
    if known
        .as_object()
        .into_iter()
        .flatten()
        .any(|(_, known)| known["from"] == from.as_str() && known["to"] == to.as_str())
    {
        return Err(Refusal::conflict("This redirection exists already"));
    }
    let id = ctx.account.id().to_string();
    let redirection = json!({"id": id, "from": from, "to": to});
    Ok(task(ctx, "add", &from, move |redirections| {
        redirections[id] = redirection;
    }))
}

fn delete(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let redirection = redirection(ctx)?;
    let (id, from) = (
        ctx.parameters[1].clone(),
        redirection["from"].as_str().unwrap_or_default().to_owned(),
    );
    Ok(task(ctx, "delete", &from, move |redirections| {
        redirections
            .as_object_mut()
            .map(|redirections| redirections.remove(&id));
    }))
}

fn change(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let redirection = redirection(ctx)?;
    let to = ctx.body.text("to").to_owned();
    check_target(&to)?;
    let (id, from) = (
        ctx.parameters[1].clone(),
        redirection["from"].as_str().unwrap_or_default().to_owned(),
    );
    Ok(task(ctx, "change", &from, move |redirections| {
        if let Some(redirection) = redirections.get_mut(&id) {
            redirection["to"] = json!(to);
        }
    }))
}

fn check_target(to: &str) -> Result<(), Refusal> {
    let is_address = to
        .split_once('@')
        .is_some_and(|(local, host)| !local.is_empty() && host.contains('.'));
    if is_address {
        Ok(())
    } else {
        Err(Refusal::wrong_value("to", to, "is not an email address"))
    }
}

fn task(
    ctx: &mut Ctx<'_>,
    action: &'static str,
    account: &str,
    change: impl FnOnce(&mut Value) + Send + 'static,
) -> Value {
    let domain = ctx.parameters[0].clone();
    let name = domain.clone();
    let id = ctx.start(Family::Email, action, &domain, 1, move |account, done| {
        if done {
            account.change(KIND, &name, |service| {
                change(&mut service.parts["redirections"]);
            });
        }
    });
    json!({
        "id": id.to_string(),
        "account": account,
        "action": action,
        "date": datetime(ctx.now()),
        "domain": domain,
        "type": "forward",
    })
}
