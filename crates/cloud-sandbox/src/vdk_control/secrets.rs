//! Secrets of jobs, and the credentials of the OAuth applications of teams, which are kept beside them.

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::route::{Route, route};

use super::error::Refusal;
use super::input::{self, Fields};
use super::{Ctx, Handler, show};

const SECRETS: &str =
    "/data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}/secrets";
const CREDENTIALS: &str = "/data-jobs/teams/{team_name}/oauth-credentials";

pub(crate) const ROUTES: &[Route<Handler>] = &[
    route("dataJobSecretsRead", "GET", SECRETS, read),
    route("dataJobSecretsUpdate", "PUT", SECRETS, replace),
    route("oauthCredentialsGet", "GET", CREDENTIALS, credentials),
    route("oauthCredentialsPut", "PUT", CREDENTIALS, set_credentials),
    route(
        "clientIdGet",
        "GET",
        "/data-jobs/teams/{team_name}/oauth-credentials/client-id",
        client_id,
    ),
    route(
        "getTeamIdsForClientIds",
        "POST",
        "/data-jobs/oauth-credentials/client-ids",
        teams_of_clients,
    ),
];

/// How large the secrets of a job may be as JSON.
const MOST_BYTES: usize = 1_048_576;

/// The OAuth application of a team.
#[derive(Clone, serde::Deserialize, serde::Serialize)]
pub(crate) struct Application {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
}

fn check_storage(ctx: &Ctx<'_>) -> Result<(), Refusal> {
    if ctx.settings.vault {
        return Ok(());
    }
    let what = "The Control Service has no storage of secrets.";
    let why = "The operator has not configured one.";
    Err(Refusal::new(
        // The code of the server for an installation without a vault; the description has none.
        501,
        what,
        why,
        "The call was not completed.",
        "Ask the operator for a storage of secrets.",
    ))
}

fn key(ctx: &Ctx<'_>) -> (String, String) {
    (ctx.team().to_owned(), ctx.job_name().to_owned())
}

/// Nobody asks whether there is such a job.
fn read(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    check_storage(ctx)?;
    let secrets = ctx
        .state
        .secrets
        .get(&key(ctx))
        .cloned()
        .unwrap_or_default();
    show(&Value::Object(secrets))
}

fn replace(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    // The body before the storage: what cannot be read is 400 also without a vault.
    let secrets = Fields::required(ctx.call)?.0;
    check_storage(ctx)?;
    // As JSON without spaces, which is what goes into the vault (`datajobs.vault.size.limit.bytes`).
    let size = Value::Object(secrets.clone()).to_string().len();
    if size > MOST_BYTES {
        return Err(Refusal::new(
            413,
            &format!(
                "The secrets of the data job '{}' are too large.",
                ctx.job_name()
            ),
            &format!("They are {size} bytes of JSON, and {MOST_BYTES} are allowed."),
            "The secrets stay as they are.",
            "Keep fewer or smaller secrets.",
        ));
    }
    ctx.state.secrets.insert(key(ctx), secrets);
    // 202 here and 204 for properties, though the two operations look the same.
    Ok(Answer::empty(202))
}

fn application(ctx: &Ctx<'_>) -> Result<Application, Refusal> {
    check_storage(ctx)?;
    ctx.state
        .applications
        .get(ctx.team())
        .cloned()
        .ok_or_else(Refusal::not_found)
}

fn credentials(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let Application {
        client_id,
        client_secret,
    } = application(ctx)?;
    show(&json!({"teamName": ctx.team(), "clientId": client_id, "clientSecret": client_secret}))
}

fn client_id(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let application = application(ctx)?;
    show(&json!({"teamName": ctx.team(), "clientId": application.client_id}))
}

fn set_credentials(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut fields = Fields::expected(ctx.call)?;
    check_storage(ctx)?;
    let team = ctx.team().to_owned();
    let mut given = |name: &str| match fields.text(name)?.filter(|text| !text.trim().is_empty()) {
        Some(text) => Ok(text),
        None => Err(Refusal::new(
            400,
            &format!("The credentials of the team '{team}' cannot be stored."),
            &format!("The value of {name} is blank or missing."),
            "The credentials stay as they are.",
            "Give both the id and the secret of the application.",
        )),
    };
    let application = Application {
        client_id: given("clientId")?,
        client_secret: given("clientSecret")?,
    };
    ctx.state.applications.insert(team, application);
    Ok(Answer::empty(202))
}

/// Clients that no team has are left out.
fn teams_of_clients(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let body = input::json(ctx.call)?.ok_or_else(|| Refusal::unreadable("The body is missing."))?;
    let clients: Option<Vec<&str>> = body
        .as_array()
        .and_then(|list| list.iter().map(Value::as_str).collect());
    let clients =
        clients.ok_or_else(|| Refusal::unreadable("The body is not a list of strings."))?;
    check_storage(ctx)?;
    let team_of = |client: &str| {
        ctx.state
            .applications
            .iter()
            .find(|(_, application)| application.client_id == client)
            .map(|(team, _)| team)
    };
    let found = clients
        .into_iter()
        .filter_map(|id| Some(json!({"teamName": team_of(id)?, "clientId": id})));
    show(&Value::Array(found.collect()))
}
