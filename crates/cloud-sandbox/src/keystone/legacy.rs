//! Tokens as version 2.0 gave them, which no Keystone since 2018 does: for clients that still can ask so.

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::service::time;

use super::Ctx;
use super::error::Refusal;
use super::token::{self, Scope, Token};

/// `GET /v2.0`
#[allow(
    clippy::unnecessary_wraps,
    reason = "it stands among handlers that can fail"
)]
pub(crate) fn version(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let href = format!("{}/v2.0/", ctx.call.origin);
    let version = json!({
        "id": "v2.0",
        "status": "deprecated",
        "updated": "2016-08-04T00:00:00Z",
        "links": [{"rel": "self", "href": href}],
        "media-types": [{"base": "application/json", "type": "application/vnd.openstack.identity-v2.0+json"}],
    });
    Ok(Answer::json(200, &json!({"version": version})))
}

/// `POST /v2.0/tokens`
pub(crate) fn issue(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let malformed =
        |what: &str| Refusal::bad_request(format!("Expecting to find {what} in the request."));
    let body: Value = serde_json::from_slice(ctx.call.body).map_err(|_| malformed("valid JSON"))?;
    let auth = body
        .get("auth")
        .filter(|auth| auth.is_object())
        .ok_or_else(|| malformed("auth"))?;

    let (user, parent) = if let Some(given) = auth.get("passwordCredentials") {
        let password = given["password"]
            .as_str()
            .ok_or_else(|| malformed("password"))?;
        let (name, id) = (given["username"].as_str(), given["userId"].as_str());
        let user = ctx.user(|user| id.map_or(name == Some(&user.name), |id| id == user.id));
        // This version knows no second method.
        let user = user.filter(|user| user.password == password && !user.needs_passcode);
        (user.ok_or_else(Refusal::unauthorized)?, None)
    } else if let Some(given) = auth.get("token") {
        let parent = ctx
            .state
            .token(given["id"].as_str().unwrap_or_default(), ctx.now);
        let parent = parent.ok_or_else(Refusal::unauthorized)?;
        (parent.user.clone(), Some(parent.expires))
    } else {
        return Err(malformed("passwordCredentials or token"));
    };
    let (name, id) = (auth["tenantName"].as_str(), auth["tenantId"].as_str());
    let tenant = if name.is_some() || id.is_some() {
        let tenant = ctx.project(|p| id.map_or(name == Some(&p.name), |id| id == p.id));
        Some(
            tenant
                .filter(|tenant| user.has_project(&tenant.id))
                .ok_or_else(Refusal::unauthorized)?,
        )
    } else {
        None
    };

    let token = Token {
        methods: vec!["password".to_owned()],
        user: user.clone(),
        scope: tenant.clone().map_or(Scope::Unscoped, Scope::Project),
        application_credential: None,
        audit_ids: Vec::new(),
        issued: ctx.now,
        expires: parent.unwrap_or(ctx.now + ctx.state.lifetime),
        is_revoked: false,
    };
    let roles: Vec<Value> = token
        .roles()
        .iter()
        .map(|role| json!({"name": role.name}))
        .collect();
    let at = |time| time::written(ctx.epoch + time, time::SECONDS);
    let mut shown = json!({"issued_at": at(token.issued), "expires": at(token.expires)});
    if let Some(tenant) = &tenant {
        shown["tenant"] =
            json!({"id": tenant.id, "name": tenant.name, "enabled": true, "description": null});
    }
    shown["id"] = ctx.state.keep(token, ctx.now).into();
    // Without a tenant there is no catalog.
    let services = tenant.map_or_else(Vec::new, |tenant| services(ctx.call.origin, &tenant.id));
    let access = json!({
        "token": shown,
        "user": {"id": user.id, "name": user.name, "username": user.name, "roles": roles, "roles_links": []},
        "serviceCatalog": services,
        "metadata": {"is_admin": 0, "roles": []},
    });
    Ok(Answer::json(200, &json!({"access": access})))
}

/// The catalog with one entry for each region instead of one for each interface.
fn services(origin: &str, tenant: &str) -> Vec<Value> {
    let catalog = token::catalog(origin, Some(tenant));
    let services = catalog.as_array().into_iter().flatten().map(|service| {
        let public = |endpoint: &&Value| endpoint["interface"] == "public";
        let endpoints: Vec<Value> = service["endpoints"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(public)
            .map(|endpoint| {
                let url = &endpoint["url"];
                json!({
                    "id": endpoint["id"],
                    "region": endpoint["region"],
                    // Version 2.0 has one entry for each region with three addresses; here they are one.
                    "publicURL": url,
                    "internalURL": url,
                    "adminURL": url,
                })
            })
            .collect();
        json!({"type": service["type"], "name": service["name"], "endpoints": endpoints, "endpoints_links": []})
    });
    services.collect()
}
