//! `/auth`: who is calling, and how an application gets a consumer key.

use serde_json::{Value, json};

use crate::route::Route;

use super::access::{Credential, Identity, METHODS, Rule, Status, identity_of};
use super::body::{Field, Kind, nullable, required};
use super::error::Refusal;
use super::operation::{Does, op};
use super::settings::ACCOUNT;
use super::{Ctx, network};

const CREDENTIAL: &[Field] = &[
    required("accessRules", Kind::Objects),
    nullable("redirection", Kind::Text),
    nullable("allowedIPs", Kind::Texts),
];

pub(crate) const ROUTES: &[Route<Does>] = &[
    op!(POST "/auth/credential", None, request_credential)
        .open()
        .body(CREDENTIAL),
    op!(GET "/auth/currentCredential", None, current_credential),
    op!(GET "/auth/details", None, details),
    op!(POST "/auth/logout", None, logout),
    op!(GET "/auth/time", None, time).open(),
];

fn request_credential(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    // The call is not signed, for there is no consumer key yet; the application's key is all that it has.
    let application = ctx.account.access.application_of(ctx.call)?.id;
    let rules: Option<Vec<Rule>> = ctx
        .body
        .get("accessRules")
        .and_then(Value::as_array)
        .and_then(|rules| {
            let rule = |rule: &Value| {
                let (method, path) = (rule["method"].as_str()?, rule["path"].as_str()?);
                // The documentation's example asks for `/*`. A bare star is taken as well, being a pattern that fits
                // every path.
                let fits = METHODS.contains(&method) && path.starts_with(['/', '*']);
                fits.then(|| Rule {
                    method: method.to_owned(),
                    path: path.to_owned(),
                })
            };
            rules.iter().map(rule).collect()
        });
    let rules = rules.filter(|rules| !rules.is_empty()).ok_or_else(|| {
        Refusal::bad_request("Body parameter accessRules isn't formated correctly")
    })?;
    // Null like absent: python-ovh sends what its caller left out as null.
    let allowed_ips = ctx.body.get("allowedIPs").cloned().unwrap_or_default();
    check_blocks(&allowed_ips)?;

    let redirection = ctx
        .body
        .get("redirection")
        .and_then(Value::as_str)
        .map(str::to_owned);
    let (id, consumer_key, token) = (
        ctx.account.id(),
        ctx.account.random(32),
        ctx.account.random(64),
    );
    let status = if ctx.account.access.validates_at_once {
        Status::Validated
    } else {
        Status::Pending
    };
    let answer = json!({
        // It is given before anybody validated it: clients keep it and try until the owner did, as the
        // documentation's first steps say.
        "consumerKey": consumer_key,
        "state": status.name(),
        "validationUrl": format!("{}/auth/?credentialToken={token}", ctx.call.origin),
    });
    let creation = ctx.now();
    let credential = Credential {
        id,
        application,
        consumer_key,
        token,
        rules,
        allowed_ips,
        redirection,
        status,
        creation,
        expiration: None,
        last_use: None,
    };
    ctx.account.access.credentials.insert(id, credential);
    Ok(answer)
}

/// Refuses a list of addresses with something else in it.
pub(crate) fn check_blocks(allowed_ips: &Value) -> Result<(), Refusal> {
    let mut blocks = allowed_ips
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    match blocks.find(|block| network::parse(block).is_none()) {
        Some(block) => Err(Refusal::wrong_value(
            "allowedIPs",
            block,
            "is not valid for type ipBlock",
        )),
        None => Ok(()),
    }
}

fn own<'c>(ctx: &'c mut Ctx<'_>) -> Result<&'c mut Credential, Refusal> {
    let credential = match ctx.identity {
        Identity::Credential(id) => ctx.account.access.credentials.get_mut(&id),
        _ => None,
    };
    credential.ok_or_else(|| Refusal::new(404, "There is no credential behind an access token"))
}

fn current_credential(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let now = ctx.now();
    own(ctx).map(|credential| credential.render(now))
}

fn details(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    // The only call under `/auth` that works for service accounts as well; terraform-provider-ovh checks its
    // credentials by it.
    if let Identity::Client(id) = &ctx.identity {
        let description = ctx
            .account
            .access
            .clients
            .get(id)
            .map(|client| client.object["description"].clone());
        return Ok(json!({
            "account": ACCOUNT,
            "method": "oauth2_client_credentials",
            "identities": [identity_of(id)],
            // A service account has no rules; its policies say what it may do.
            "allowedRoutes": null,
            "description": description,
            "roles": null,
            "user": null,
        }));
    }
    let rules: Value = own(ctx)?.rules.iter().map(Rule::render).collect();
    Ok(json!({
        "account": ACCOUNT,
        "method": "account",
        "identities": [format!("urn:v1:eu:identity:account:{ACCOUNT}")],
        "allowedRoutes": rules,
        "description": null,
        "roles": null,
        "user": null,
    }))
}

fn logout(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let now = ctx.now();
    let credential = own(ctx)?;
    // The key that made the call is the one that ends.
    credential.status = Status::Expired;
    credential.expiration = Some(now);
    Ok(Value::Null)
}

#[allow(clippy::unnecessary_wraps, reason = "it is a handler")]
fn time(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    Ok(ctx.account.access.time(ctx.now()).into())
}
