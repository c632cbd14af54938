//! Application credentials of a user.

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::openstack;

use super::Ctx;
use super::error::Refusal;
use super::identity::{ApplicationCredential, User};
use super::token::Scope;

/// `GET /v3/users/{user}/application_credentials`
pub(crate) fn list(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let owner = owner(ctx, "identity:list_application_credentials")?;
    let all = ctx
        .state
        .application_credentials
        .iter()
        .filter(|credential| credential.user.id == owner.id);
    let all: Vec<Value> = all
        .map(|credential| render(credential, ctx.call.origin))
        .collect();
    let own = format!("{}{}", ctx.call.origin, ctx.call.path);
    Ok(Answer::json(
        200,
        &json!({"application_credentials": all, "links": {"next": null, "self": own, "previous": null}}),
    ))
}

/// `POST /v3/users/{user}/application_credentials`
pub(crate) fn create(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let owner = owner(ctx, "identity:create_application_credential")?;
    let caller = ctx.caller()?;
    // Or a restricted credential could make an unrestricted one.
    if caller
        .application_credential
        .is_some_and(|(_, _, restricted)| restricted)
    {
        let what = "A token by 'application_credential' cannot manage application credentials";
        return Err(Refusal::forbidden(what));
    }
    let Scope::Project(project) = caller.scope else {
        return Err(Refusal::bad_request(
            "An application credential is made with a token for a project.",
        ));
    };
    let body: Value = serde_json::from_slice(ctx.call.body).unwrap_or_default();
    let given = &body["application_credential"];
    let missing = |what: &str| Refusal::bad_request(format!("'{what}' is a required property"));
    if !given.is_object() {
        return Err(missing("application_credential"));
    }
    let name = given["name"]
        .as_str()
        .filter(|name| !name.is_empty())
        .ok_or_else(|| missing("name"))?;
    if ctx
        .state
        .application_credentials
        .iter()
        .any(|c| c.user.id == owner.id && c.name == name)
    {
        let message = format!("There is an application credential with the name {name} already.");
        return Err(Refusal::Json {
            status: 409,
            message,
        });
    }
    let expires = match &given["expires_at"] {
        Value::Null => None,
        expires_at => {
            let parsed = expires_at.as_str().and_then(|text| {
                // Keystone takes the time with and without the letter, in UTC either way.
                let text = text.trim_end_matches('Z');
                text.parse::<jiff::civil::DateTime>()
                    .ok()?
                    .to_zoned(jiff::tz::TimeZone::UTC)
                    .ok()
            });
            let wrong = || Refusal::bad_request("'expires_at' is not a point in time");
            Some(parsed.ok_or_else(wrong)?.timestamp().as_second())
        }
    };
    let secret = match given["secret"].as_str() {
        Some(secret) => secret.to_owned(),
        None => (0..86).map(|_| ctx.state.rng.alphanumeric()).collect(),
    };
    let made = ApplicationCredential {
        id: openstack::hex(&mut ctx.state.rng),
        name: name.to_owned(),
        secret,
        description: given["description"].clone(),
        user: owner,
        project,
        is_unrestricted: given["unrestricted"] == true,
        expires,
        expires_at: given["expires_at"].clone(),
    };
    let mut shown = render(&made, ctx.call.origin);
    // The only answer that ever has the secret.
    shown["secret"] = made.secret.clone().into();
    ctx.state.application_credentials.push(made);
    Ok(Answer::json(201, &json!({"application_credential": shown})))
}

/// `GET /v3/users/{user}/application_credentials/{id}`
pub(crate) fn get(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let position = position(ctx, "identity:get_application_credential")?;
    let shown = render(
        &ctx.state.application_credentials[position],
        ctx.call.origin,
    );
    Ok(Answer::json(200, &json!({"application_credential": shown})))
}

/// `DELETE /v3/users/{user}/application_credentials/{id}`
pub(crate) fn delete(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let position = position(ctx, "identity:delete_application_credential")?;
    let gone = ctx.state.application_credentials.remove(position);
    // Tokens live no longer than the credential that they were made with.
    ctx.state.revoke_of_application_credential(&gone.id);
    Ok(Answer::empty(204))
}

fn position(ctx: &Ctx<'_>, action: &str) -> Result<usize, Refusal> {
    let owner = owner(ctx, action)?;
    let id = ctx.parameter(1);
    let mut all = ctx.state.application_credentials.iter();
    all.position(|credential| credential.user.id == owner.id && credential.id == id)
        .ok_or_else(|| Refusal::not_found(format!("Could not find Application Credential: {id}.")))
}

/// The user in the path, who must be the caller.
fn owner(ctx: &Ctx<'_>, action: &str) -> Result<User, Refusal> {
    let caller = ctx.caller()?;
    let id = ctx.parameter(0);
    if caller.user.id == id {
        Ok(caller.user)
    } else {
        Err(Refusal::forbidden(action))
    }
}

fn render(credential: &ApplicationCredential, origin: &str) -> Value {
    let roles: Vec<Value> = credential
        .user
        .roles()
        .iter()
        .map(|role| {
            json!({"id": role.id, "name": role.name, "domain_id": null, "description": null, "options": {"immutable": true}})
        })
        .collect();
    json!({
        "id": credential.id,
        "name": credential.name,
        "description": credential.description,
        "user_id": credential.user.id,
        "project_id": credential.project.id,
        "system": null,
        "expires_at": credential.expires_at,
        // Null and not false where nothing was said, which is restricted.
        "unrestricted": if credential.is_unrestricted { json!(true) } else { Value::Null },
        "roles": roles,
        "links": {"self": format!("{origin}/v3/application_credentials/{}", credential.id)},
    })
}
