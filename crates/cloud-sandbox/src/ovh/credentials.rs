//! `/me/api`: the applications of the account, and the consumer keys given to them.

use serde_json::{Value, json};

use crate::route::Route;

use super::Ctx;
use super::access::{Application, Credential, Status};
use super::auth::check_blocks;
use super::body::{Field, Kind, nullable, read_only};
use super::error::Refusal;
use super::list::expandable;
use super::operation::{Does, op};

const CHANGE: &[Field] = &[
    nullable("allowedIPs", Kind::Texts),
    read_only("applicationId"),
    read_only("creation"),
    read_only("credentialId"),
    read_only("expiration"),
    read_only("lastUse"),
    read_only("ovhSupport"),
    read_only("rules"),
    read_only("status"),
];

pub(crate) const ROUTES: &[Route<Does>] = &[
    op!(GET "/me/api/application", Some("account:apiovh:me/api/application/get"), list_applications),
    op!(GET "/me/api/application/{applicationId}", Some("account:apiovh:me/api/application/get"), get_application),
    op!(DELETE "/me/api/application/{applicationId}", Some("account:apiovh:me/api/application/delete"), delete_application),
    op!(GET "/me/api/credential", Some("account:apiovh:me/api/credential/get"), list)
        .query(&["applicationId", "status"]),
    op!(GET "/me/api/credential/{credentialId}", Some("account:apiovh:me/api/credential/get"), get),
    op!(PUT "/me/api/credential/{credentialId}", Some("account:apiovh:me/api/credential/edit"), change).body(CHANGE),
    op!(DELETE "/me/api/credential/{credentialId}", Some("account:apiovh:me/api/credential/delete"), delete),
    op!(
        GET "/me/api/credential/{credentialId}/application",
        Some("account:apiovh:me/api/credential/application/get"),
        application_of
    ),
];

fn list_applications(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let applications = ctx.account.access.applications.values();
    let rows: Vec<_> = applications
        .map(|application| (application.id.into(), application.render()))
        .collect();
    expandable(ctx, rows)
}

fn application<'c>(ctx: &'c Ctx<'_>) -> Result<&'c Application, Refusal> {
    let id = &ctx.parameters[0];
    let number: Option<i64> = id.parse().ok();
    number
        .and_then(|number| ctx.account.access.applications.get(&number))
        .ok_or_else(|| Refusal::no_such_object(id))
}

fn get_application(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    application(ctx).map(Application::render)
}

/// Its consumer keys go with it.
fn delete_application(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let id = application(ctx)?.id;
    ctx.account.access.applications.remove(&id);
    ctx.account
        .access
        .credentials
        .retain(|_, credential| credential.application != id);
    Ok(Value::Null)
}

fn list(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let status = ctx
        .query
        .one_of("status", "CredentialStateEnum", &Status::ALL)?;
    let application = ctx.query.integer("applicationId")?;
    let now = ctx.now();
    let rows: Vec<_> = ctx
        .account
        .access
        .credentials
        .values()
        .filter(|credential| status.is_none_or(|status| credential.status(now).name() == status))
        .filter(|credential| {
            application.is_none_or(|application| credential.application == application)
        })
        .map(|credential| (credential.id.into(), credential.render(now)))
        .collect();
    expandable(ctx, rows)
}

fn find<'c>(ctx: &'c mut Ctx<'_>) -> Result<&'c mut Credential, Refusal> {
    let id = &ctx.parameters[0];
    let number: Option<i64> = id.parse().ok();
    let credential = number.and_then(|number| ctx.account.access.credentials.get_mut(&number));
    credential.ok_or_else(|| Refusal::no_such_object(id))
}

fn get(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let now = ctx.now();
    find(ctx).map(|credential| credential.render(now))
}

fn change(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let body = std::mem::take(&mut ctx.body);
    check_blocks(body.get("allowedIPs").unwrap_or(&Value::Null))?;
    let credential = find(ctx)?;
    let mut object = json!({"allowedIPs": credential.allowed_ips});
    // Null takes the restriction away, and a body without the field leaves it.
    body.amend(&mut object);
    credential.allowed_ips = object["allowedIPs"].take();
    Ok(Value::Null)
}

fn delete(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let id = find(ctx)?.id;
    ctx.account.access.credentials.remove(&id);
    Ok(Value::Null)
}

fn application_of(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let id = find(ctx)?.application;
    let application = ctx.account.access.applications.get(&id);
    application
        .map(Application::render)
        .ok_or_else(|| Refusal::no_such_object(id))
}
