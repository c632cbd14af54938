//! The request for a token of version 3.

use std::time::Duration;

use http::HeaderName;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::service::time;

use super::Ctx;
use super::error::Refusal;
use super::identity::{self, ApplicationCredential, PASSCODE, User};
use super::token::{Scope, Token};

const SUBJECT: HeaderName = HeaderName::from_static("x-subject-token");
const RECEIPT: &str = "openstack-auth-receipt";

/// Who asks, by all methods together.
#[derive(Default)]
struct Proof {
    methods: Vec<String>,
    user: Option<User>,
    application_credential: Option<ApplicationCredential>,
    /// The expiry and the audit id of the token that the new one is made from.
    parent: Option<(Duration, String)>,
}

impl Proof {
    fn passed(&mut self, method: &str, user: &User) -> Result<(), Refusal> {
        // All methods of a request must prove the same user.
        if self.user.as_ref().is_some_and(|other| other.id != user.id) {
            return Err(Refusal::unauthorized());
        }
        self.user = Some(user.clone());
        if !self.methods.iter().any(|known| known == method) {
            self.methods.push(method.to_owned());
        }
        Ok(())
    }
}

/// `POST /v3/auth/tokens`
pub(crate) fn issue(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let body: Value =
        serde_json::from_slice(ctx.call.body).map_err(|_| malformed("the body is not JSON"))?;
    let auth = &body["auth"];
    let identity = auth.get("identity").filter(|identity| identity.is_object());
    let identity = identity.ok_or_else(|| malformed("'identity' is a required property"))?;
    let methods = identity["methods"]
        .as_array()
        .ok_or_else(|| malformed("'methods' is a required property"))?;

    let mut proof = receipt(ctx);
    for method in methods {
        let method = method.as_str().unwrap_or_default();
        let given = &identity[method];
        if !given.is_object() {
            return Err(malformed(&format!("'{method}' is a required property")));
        }
        match method {
            "password" => by_password(ctx, &mut proof, given)?,
            "totp" => by_passcode(ctx, &mut proof, given)?,
            "token" => by_token(ctx, &mut proof, given)?,
            "application_credential" => by_application_credential(ctx, &mut proof, given)?,
            _ => return Err(Refusal::unauthorized()),
        }
    }
    // An empty list of methods, or methods that prove nobody.
    let user = proof.user.take().ok_or_else(Refusal::unauthorized)?;
    if user.needs_passcode
        && !["password", "totp"]
            .iter()
            .all(|needed| proof.methods.iter().any(|m| m == needed))
    {
        return Err(incomplete(ctx, &proof, &user));
    }

    let scope = match auth.get("scope") {
        // The scope is the credential's own: even the same one is refused (gophercloud/gophercloud#3868).
        Some(_) if proof.application_credential.is_some() => {
            let message =
                "Application credentials have a scope of their own, and cannot request a scope.";
            return Err(Refusal::Unauthorized {
                message: message.to_owned(),
                says_identity: true,
            });
        }
        None => match &proof.application_credential {
            Some(credential) => Scope::Project(credential.project.clone()),
            None => user
                // Without a scope the user's default project is taken, and without that none.
                .default_project
                .clone()
                .map_or(Scope::Unscoped, Scope::Project),
        },
        Some(scope) => read_scope(ctx, scope, &user)?,
    };

    let (issued, lifetime) = (ctx.now, ctx.state.lifetime);
    let mut audit_ids = vec![audit_id(ctx)];
    let expires = match proof.parent {
        // A token made from a token lives no longer than that one.
        Some((expires, audit_id)) => {
            audit_ids.push(audit_id);
            expires
        }
        None => issued + lifetime,
    };
    let token = Token {
        methods: proof.methods,
        user,
        scope,
        application_credential: proof
            .application_credential
            .map(|c| (c.id, c.name, !c.is_unrestricted)),
        audit_ids,
        issued,
        expires,
        is_revoked: false,
    };
    let body = token.render(ctx.call.origin, ctx.epoch, !ctx.asks("nocatalog"));
    let id = ctx.state.keep(token, ctx.now);
    Ok(Answer::json(201, &body).with(SUBJECT, &id))
}

/// `GET` and `HEAD /v3/auth/tokens`
pub(crate) fn validate(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    ctx.caller()?;
    let (id, token) = subject(ctx)?;
    let body = token.render(ctx.call.origin, ctx.epoch, !ctx.asks("nocatalog"));
    Ok(Answer::json(200, &body).with(SUBJECT, &id))
}

pub(crate) fn check(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    ctx.caller()?;
    let (id, _) = subject(ctx)?;
    Ok(Answer::empty(200).with(SUBJECT, &id))
}

/// `DELETE /v3/auth/tokens`
pub(crate) fn revoke(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    ctx.caller()?;
    let (id, _) = subject(ctx)?;
    ctx.state.revoke(&id);
    Ok(Answer::empty(204))
}

fn subject(ctx: &Ctx<'_>) -> Result<(String, Token), Refusal> {
    let id = ctx
        .header("x-subject-token")
        .ok_or_else(|| malformed("X-Subject-Token is missing"))?;
    let token = ctx.state.token(id, ctx.now);
    let token = token.ok_or_else(|| Refusal::not_found("Could not recognize Fernet token"))?;
    Ok((id.to_owned(), token.clone()))
}

fn malformed(problem: &str) -> Refusal {
    Refusal::bad_request(format!(
        "{problem}\n\nThe request for a token is not what the schema describes."
    ))
}

/// A user by id, or by name and domain.
fn user(ctx: &Ctx<'_>, given: &Value) -> Result<Option<User>, Refusal> {
    if let Some(id) = given["id"].as_str() {
        return Ok(ctx.user(|user| user.id == id));
    }
    let name = given["name"]
        .as_str()
        .ok_or_else(|| malformed("Expecting to find id or name in user"))?;
    let domain = &given["domain"];
    if !domain.is_object() {
        return Err(malformed("Expecting to find domain in user"));
    }
    let is_here = identity::is_domain(domain["id"].as_str(), domain["name"].as_str());
    Ok(ctx.user(|user| user.name == name).filter(|_| is_here))
}

fn by_password(ctx: &Ctx<'_>, proof: &mut Proof, given: &Value) -> Result<(), Refusal> {
    let password = given["user"]["password"].as_str();
    let user = user(ctx, &given["user"])?.filter(|user| password == Some(&user.password));
    proof.passed("password", &user.ok_or_else(Refusal::unauthorized)?)
}

fn by_passcode(ctx: &Ctx<'_>, proof: &mut Proof, given: &Value) -> Result<(), Refusal> {
    let passcode = given["user"]["passcode"].as_str();
    let user =
        user(ctx, &given["user"])?.filter(|user| user.needs_passcode && passcode == Some(PASSCODE));
    proof.passed("totp", &user.ok_or_else(Refusal::unauthorized)?)
}

fn by_token(ctx: &Ctx<'_>, proof: &mut Proof, given: &Value) -> Result<(), Refusal> {
    let id = given["id"].as_str().unwrap_or_default();
    let token = ctx.state.token(id, ctx.now);
    let token = token.ok_or_else(|| Refusal::not_found("Could not recognize Fernet token"))?;
    // Keystone 24 fails here with an exception that nobody catches.
    if token.application_credential.is_some() {
        return Err(Refusal::Crash);
    }
    // A token carries the methods of the one that it was made from, then `token`.
    for method in &token.methods {
        proof.passed(method, &token.user)?;
    }
    let first = token.audit_ids.first().cloned().unwrap_or_default();
    // Of the audit ids only the first one of the parent is handed on.
    proof.parent = Some((token.expires, first));
    proof.passed("token", &token.user)
}

fn by_application_credential(
    ctx: &Ctx<'_>,
    proof: &mut Proof,
    given: &Value,
) -> Result<(), Refusal> {
    let secret = given["secret"].as_str();
    let mut all = ctx.state.application_credentials.iter();
    let found = if let Some(id) = given["id"].as_str() {
        all.find(|credential| credential.id == id)
    } else {
        let owner = user(ctx, &given["user"])?;
        let is_of_owner =
            |c: &&ApplicationCredential| owner.as_ref().is_some_and(|owner| owner.id == c.user.id);
        let name = given["name"].as_str();
        all.filter(is_of_owner).find(|c| name == Some(&c.name))
    };
    let now = ctx.unix_seconds();
    let works = |c: &&ApplicationCredential| {
        secret == Some(&c.secret) && c.expires.is_none_or(|expires| now < expires)
    };
    let credential = found.filter(works).ok_or_else(Refusal::unauthorized)?;
    proof.application_credential = Some(credential.clone());
    proof.passed("application_credential", &credential.user)
}

/// What was proven by an earlier request that was not enough.
fn receipt(ctx: &mut Ctx<'_>) -> Proof {
    let Some(id) = ctx.header(RECEIPT).map(str::to_owned) else {
        return Proof::default();
    };
    // A receipt works once, and one that is unknown or too old is as good as none: the rest is then asked for again.
    match ctx.state.receipts.remove(&id) {
        Some((methods, user, expires)) if expires > ctx.now => Proof {
            methods,
            user: Some(user),
            ..Proof::default()
        },
        _ => Proof::default(),
    }
}

fn incomplete(ctx: &mut Ctx<'_>, proof: &Proof, user: &User) -> Refusal {
    let id = ctx.state.token_text();
    let expires = ctx.now + Duration::from_secs(300);
    let now = ctx.now;
    ctx.state
        .receipts
        .retain(|_, (_, _, expires)| *expires > now);
    ctx.state
        .receipts
        .insert(id.clone(), (proof.methods.clone(), user.clone(), expires));
    let at = |time: Duration| time::written(ctx.epoch + time, "%Y-%m-%dT%H:%M:%S.000000Z");
    let receipt = json!({
        "methods": proof.methods,
        "user": {"id": user.id, "name": user.name, "domain": identity::domain()},
        "issued_at": at(ctx.now),
        "expires_at": at(expires),
    });
    Refusal::Incomplete {
        id,
        receipt,
        required: json!([["password", "totp"]]),
    }
}

fn read_scope(ctx: &Ctx<'_>, scope: &Value, user: &User) -> Result<Scope, Refusal> {
    if scope == "unscoped" || scope.get("unscoped").is_some() {
        return Ok(Scope::Unscoped);
    }
    if let Some(given) = scope.get("project") {
        let (id, name) = (given["id"].as_str(), given["name"].as_str());
        let domain = &given["domain"];
        if id.is_none() && !domain.is_object() {
            return Err(malformed("Expecting to find domain in project"));
        }
        let is_here =
            id.is_some() || identity::is_domain(domain["id"].as_str(), domain["name"].as_str());
        let project = ctx
            .project(|p| id.map_or(name == Some(&p.name), |id| id == p.id))
            .filter(|_| is_here);
        // Keystone answers 401 to a project without a role, as to one that does not exist.
        let project = project.filter(|project| user.has_project(&project.id));
        return project
            .map(Scope::Project)
            .ok_or_else(Refusal::unauthorized);
    }
    let granted = if let Some(given) = scope.get("domain") {
        identity::is_domain(given["id"].as_str(), given["name"].as_str()).then_some(Scope::Domain)
    } else if let Some(given) = scope.get("system") {
        (given["all"] == true).then_some(Scope::System)
    // There are no trusts here, so none can be the caller's.
    } else if scope.get("OS-TRUST:trust").is_some() {
        None
    } else {
        return Err(malformed(
            "the scope names neither a project, a domain, the system nor a trust",
        ));
    };
    granted
        .filter(|_| user.is_administrator)
        .ok_or_else(Refusal::unauthorized)
}

fn audit_id(ctx: &mut Ctx<'_>) -> String {
    (0..22).map(|_| ctx.state.rng.alphanumeric()).collect()
}
