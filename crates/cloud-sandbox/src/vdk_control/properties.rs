use serde_json::Value;

use crate::answer::Answer;
use crate::route::{Route, route};

use super::error::Refusal;
use super::input::Fields;
use super::{Ctx, Handler, show};

const PATH: &str =
    "/data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}/properties";

pub(crate) const ROUTES: &[Route<Handler>] = &[
    route("dataJobPropertiesRead", "GET", PATH, read),
    route("dataJobPropertiesUpdate", "PUT", PATH, replace),
];

/// The server keeps them by the name of the job alone, and asks neither whether it exists nor whose it is.
fn read(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    // Of a job that does not exist they are empty, and not 404.
    let properties = ctx
        .state
        .properties
        .get(ctx.job_name())
        .cloned()
        .unwrap_or_default();
    show(&Value::Object(properties))
}

fn replace(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let fields = Fields::required(ctx.call)?;
    ctx.state
        .properties
        .insert(ctx.job_name().to_owned(), fields.0);
    // Always 204, where the description has 201 too.
    Ok(Answer::empty(204))
}
