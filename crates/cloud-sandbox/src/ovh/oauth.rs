//! Service accounts: their tokens, and `/me/api/oauth2/client`.

use std::time::Duration;

use http::{HeaderName, Method};
use serde_json::{Value, json};

use crate::answer::{Answer, Call};
use crate::form;
use crate::route::Route;
use crate::service::credential;

use super::access::{Client, Token, identity_of};
use super::account::Account;
use super::body::{Field, Kind, nullable, optional, read_only, required};
use super::error::Refusal;
use super::list::expandable;
use super::operation::{Does, op};
use super::{Ctx, datetime};

const LIFE: Duration = Duration::from_secs(3600);

const FLOWS: Kind = Kind::OneOf(
    "ClientFlowEnum",
    &["AUTHORIZATION_CODE", "CLIENT_CREDENTIALS"],
);

const CREATION: &[Field] = &[
    optional("callbackUrls", Kind::Texts),
    required("description", Kind::Text),
    required("flow", FLOWS),
    required("name", Kind::Text),
];
const CHANGE: &[Field] = &[
    nullable("callbackUrls", Kind::Texts),
    optional("description", Kind::Text),
    optional("name", Kind::Text),
    read_only("clientId"),
    read_only("createdAt"),
    read_only("flow"),
    read_only("identity"),
];

pub(crate) const ROUTES: &[Route<Does>] = &[
    op!(GET "/me/api/oauth2/client", Some("account:apiovh:me/api/oauth2/client/get"), list),
    op!(POST "/me/api/oauth2/client", Some("account:apiovh:me/api/oauth2/client/create"), create).body(CREATION),
    op!(GET "/me/api/oauth2/client/{clientId}", Some("account:apiovh:me/api/oauth2/client/get"), get),
    op!(PUT "/me/api/oauth2/client/{clientId}", Some("account:apiovh:me/api/oauth2/client/edit"), change).body(CHANGE),
    op!(DELETE "/me/api/oauth2/client/{clientId}", Some("account:apiovh:me/api/oauth2/client/delete"), delete),
];

/// The token endpoint, for the grant by client credentials: those come as basic authentication or in the form.
pub(crate) fn token(call: &Call<'_>, account: &mut Account) -> Answer {
    let refuse = |status, error: &str, description: &str| {
        Answer::json(
            status,
            &json!({"error": error, "error_description": description}),
        )
    };
    if call.method != Method::POST {
        return refuse(405, "invalid_request", "only POST is allowed");
    }
    let form = form::pairs(&String::from_utf8_lossy(call.body));
    let value = |name: &str| form::value(&form, name);
    match value("grant_type") {
        // The grant of service accounts; that by code needs the login page of a person.
        Some("client_credentials") => {}
        None => return refuse(400, "invalid_request", "grant_type is missing"),
        Some(_) => {
            return refuse(
                400,
                "unsupported_grant_type",
                "only client_credentials is supported",
            );
        }
    }
    // The only scope that the documentation names, and the one that go-ovh and python-ovh ask for.
    if value("scope") != Some("all") {
        return refuse(400, "invalid_scope", "the scope must be all");
    }
    // Both are in use: python-ovh sends basic authentication, others put the secret into the form. RFC 6749 (2.3.1)
    // allows either.
    let basic = credential::basic(call.headers)
        // RFC 6749 has both parts form-encoded first. A client that does not do that is understood as well, unless its
        // secret has a percent or a plus sign.
        .map(|(id, secret)| (form::decoded(&id), form::decoded(&secret)));
    let given = basic.or_else(|| {
        Some((
            value("client_id")?.to_owned(),
            value("client_secret")?.to_owned(),
        ))
    });
    let client = given.and_then(|(id, secret)| {
        account
            .access
            .clients
            .get(&id)
            .filter(|c| c.secret == secret)
    });
    // An unknown id and a wrong secret are one error in RFC 6749 (5.2).
    let Some(client) = client.filter(|client| client.object["flow"] == "CLIENT_CREDENTIALS") else {
        return refuse(
            401,
            "invalid_client",
            "the client is unknown or its secret is wrong",
        );
    };
    let client = client.id.clone();
    let token = account.random(64);
    let (now, expires) = (account.now(), account.now() + LIFE);
    // Nobody gives tokens back; those that ended go when the next one is made.
    account.access.tokens.retain(|_, token| token.expires > now);
    account
        .access
        .tokens
        .insert(token.clone(), Token { client, expires });
    Answer::json(
        200,
        &json!({"access_token": token, "token_type": "Bearer", "expires_in": LIFE.as_secs(), "scope": "all"}),
    )
    .with(HeaderName::from_static("cache-control"), "no-store")
}

fn list(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let clients = ctx.account.access.clients.values();
    let rows: Vec<_> = clients
        .map(|client| (client.id.clone().into(), client.object.clone()))
        .collect();
    expandable(ctx, rows)
}

fn create(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    if ctx.body.text("flow") == "AUTHORIZATION_CODE"
        && ctx
            .body
            .get("callbackUrls")
            .is_none_or(|urls| urls == &json!([]))
    {
        return Err(Refusal::bad_request(
            "The flow AUTHORIZATION_CODE needs callbackUrls",
        ));
    }
    let id = format!("EU.{:016x}", ctx.account.rng.u64(..));
    let secret = ctx.account.random(32);
    let mut object = json!({
        "clientId": id,
        "createdAt": datetime(ctx.now()),
        "identity": identity_of(&id),
        "callbackUrls": [],
    });
    ctx.body.amend(&mut object);
    // The only time that the secret is shown: the objects below do not have it.
    let answer = json!({"clientId": id, "clientSecret": secret});
    ctx.account
        .access
        .clients
        .insert(id.clone(), Client { id, secret, object });
    Ok(answer)
}

fn find<'c>(ctx: &'c mut Ctx<'_>) -> Result<&'c mut Client, Refusal> {
    let id = &ctx.parameters[0];
    ctx.account
        .access
        .clients
        .get_mut(id)
        .ok_or_else(|| Refusal::no_such_object(id))
}

fn get(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    find(ctx).map(|client| client.object.clone())
}

fn change(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let body = std::mem::take(&mut ctx.body);
    body.amend(&mut find(ctx)?.object);
    Ok(Value::Null)
}

fn delete(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let id = find(ctx)?.id.clone();
    let access = &mut ctx.account.access;
    access.clients.remove(&id);
    // Otherwise a token would be good for an account that nobody can see or end.
    access.tokens.retain(|_, token| token.client != id);
    Ok(Value::Null)
}
