//! Which names the bodies of requests have in the description of the API. The server passes over all others, so that a slip
//! in the name of an optional field is found by nothing else.

use serde_json::Value;

use crate::answer::Call;

use super::error::Refusal;
use super::input;

/// The names of an object, each with those of the object that it holds, where those are known too.
struct Names(&'static [(&'static str, Option<&'static Names>)]);

const SCHEDULE: Names = Names(&[("schedule_cron", None)]);

const CONTACTS: Names = Names(&[
    ("notified_on_job_failure_user_error", None),
    ("notified_on_job_failure_platform_error", None),
    ("notified_on_job_success", None),
    ("notified_on_job_deploy", None),
]);

const CONFIG: Names = Names(&[
    ("db_default_type", None),
    ("contacts", Some(&CONTACTS)),
    ("schedule", Some(&SCHEDULE)),
    ("generate_keytab", None),
    ("enable_execution_notifications", None),
    ("notification_delay_period_minutes", None),
]);

const JOB: Names = Names(&[
    ("job_name", None),
    ("description", None),
    ("team", None),
    ("config", Some(&CONFIG)),
]);

const RESOURCES: Names = Names(&[
    ("cpu_request", None),
    ("cpu_limit", None),
    ("memory_request", None),
    ("memory_limit", None),
]);

const DEPLOYMENT: Names = Names(&[
    ("vdk_version", None),
    ("job_version", None),
    ("python_version", None),
    ("mode", None),
    ("id", None),
    ("enabled", None),
    ("deployed_by", None),
    ("deployed_date", None),
    ("schedule", Some(&SCHEDULE)),
    ("resources", Some(&RESOURCES)),
]);

const EXECUTION: Names = Names(&[("started_by", None), ("args", None)]);

const CREDENTIALS: Names = Names(&[("clientId", None), ("clientSecret", None)]);

/// The operations whose bodies have names; properties and secrets are the user's own.
fn names(operation: &str) -> Option<&'static Names> {
    match operation {
        "dataJobCreate" | "dataJobUpdate" => Some(&JOB),
        "deploymentUpdate" | "deploymentPatch" => Some(&DEPLOYMENT),
        "dataJobExecutionStart" => Some(&EXECUTION),
        "oauthCredentialsPut" => Some(&CREDENTIALS),
        _ => None,
    }
}

/// Refuses a body with names that the operation does not know. What is no object is for the operation to judge.
pub(super) fn check(operation: &str, call: &Call<'_>) -> Result<(), Refusal> {
    let Some(names) = names(operation) else {
        return Ok(());
    };
    let mut unknown = Vec::new();
    if let Some(body) = input::json(call)? {
        collect(names, &body, "", &mut unknown);
    }
    if unknown.is_empty() {
        return Ok(());
    }
    Err(Refusal::unreadable(&format!(
        "It has names that are not known here: {}.",
        unknown.join(", ")
    )))
}

fn collect(names: &Names, value: &Value, above: &str, unknown: &mut Vec<String>) {
    for (name, value) in value.as_object().into_iter().flatten() {
        match names.0.iter().find(|(known, _)| known == name) {
            None => unknown.push(format!("{above}{name}")),
            Some((_, Some(inner))) => collect(inner, value, &format!("{above}{name}."), unknown),
            Some((_, None)) => {}
        }
    }
}
