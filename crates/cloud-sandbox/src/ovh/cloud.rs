//! `/cloud/project`: projects of the Public Cloud, and what is in them beside instances and clusters.

use std::time::SystemTime;

use serde_json::{Value, json};

use crate::route::Route;

use super::account::Account;
use super::error::Refusal;
use super::operation::{Does, op};
use super::services;
use super::task::{Family, Phase, Task};
use super::{Ctx, datetime, instances, kube};

pub(crate) const KIND: services::Kind = "publicCloudProject";

pub(crate) const REGIONS: [&str; 4] = ["BHS5", "DE1", "GRA11", "SBG5"];
pub(crate) const PRIVATE_NETWORK: &str = "pn-100001_0";

pub(crate) const ROUTES: &[Route<Does>] = &[
    op!(GET "/cloud/project", Some("publicCloudProject:apiovh:get"), list).query(&["iamTags"]),
    op!(GET "/cloud/project/{serviceName}", Some("publicCloudProject:apiovh:get"), get),
    op!(GET "/cloud/project/{serviceName}/region", Some("publicCloudProject:apiovh:region/get"), regions),
    op!(GET "/cloud/project/{serviceName}/network/private", Some("publicCloudProject:apiovh:network/private/get"), networks),
    op!(GET "/cloud/project/{serviceName}/user", Some("publicCloudProject:apiovh:user/get"), users),
    op!(
        GET "/cloud/project/{serviceName}/operation/{operationId}",
        Some("publicCloudProject:apiovh:operation/get"),
        get_operation
    ),
    op!(GET "/cloud/project/{serviceName}/sshkey", Some("publicCloudProject:apiovh:sshkey/get"), keys)
        .query(&["region"]),
];

/// A project with something of everything, and one that is empty.
pub(crate) fn seed(account: &mut Account) {
    for (number, description) in [(1, "sandbox"), (2, "empty")] {
        let now = account.now();
        let name = format!("{number:032x}");
        let object = json!({
            "project_id": name,
            "projectName": description,
            "description": description,
            "planCode": "project.2018",
            "access": "full",
            "status": "ok",
            "creationDate": datetime(now),
            "expiration": null,
            "manualQuota": false,
            "orderId": null,
            "unleash": false,
        });
        let mut parts = json!({"networks": [], "users": [], "keys": [], "instances": {}, "clusters": {}, "volumes": {}});
        if number == 1 {
            let regions: Value = REGIONS
                .iter()
                .map(|region| json!({"region": region, "status": "ACTIVE", "openstackId": account.uuid()}))
                .collect();
            parts["networks"] = json!([{
                "id": PRIVATE_NETWORK,
                "name": "private",
                "vlanId": 0,
                "type": "private",
                "status": "ACTIVE",
                "regions": regions,
            }]);
            let roles = json!([{
                "id": "administrator",
                "name": "Administrator",
                "description": "all permissions of the project",
                "permissions": ["*"],
            }]);
            parts["users"] = json!([{
                "id": account.id(),
                "username": "user-sandbox0001",
                "description": "deployments",
                "creationDate": datetime(now),
                "openstackId": account.uuid().replace('-', ""),
                "roles": roles,
                "status": "ok",
            }]);
            parts["keys"] = json!([{
                "id": "6c6170746f70",
                "name": "laptop",
                "publicKey": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f ada@example.com",
                "regions": REGIONS,
            }]);
            instances::seed(account, &mut parts["instances"]);
            kube::seed(account, &name, &mut parts["clusters"]);
        }
        services::add(account, KIND, &name, &json!({}), object, parts);
    }
}

fn list(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    services::list(ctx, KIND)
}

fn get(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.service(KIND).map(|service| service.object.clone())
}

fn regions(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.service(KIND).map(|_| json!(REGIONS))
}

fn networks(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.part(KIND, "networks").cloned()
}

fn users(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.part(KIND, "users").cloned()
}

fn keys(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let keys = ctx.part(KIND, "keys")?.clone();
    let region = ctx.query.get("region").map(|region| json!(region));
    let available = |key: &&Value| {
        region.as_ref().is_none_or(|region| {
            key["regions"]
                .as_array()
                .is_some_and(|regions| regions.contains(region))
        })
    };
    Ok(keys
        .as_array()
        .into_iter()
        .flatten()
        .filter(available)
        .cloned()
        .collect())
}

/// Starts work on something in the project in the path. Gives the id of the operation.
pub(crate) fn start(
    ctx: &mut Ctx<'_>,
    action: &'static str,
    region: &str,
    resource: &str,
    units: u32,
    effect: impl FnOnce(&mut Account, bool) + Send + 'static,
) -> String {
    let project = ctx.parameters[0].clone();
    let uuid = ctx.account.uuid();
    let id = ctx.start(Family::Cloud, action, &project, units, effect);
    if let Some(task) = ctx.account.tasks.get_mut(&id) {
        task.extra = json!({"id": uuid, "regions": [region], "resourceId": resource});
    }
    uuid
}

fn get_operation(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.service(KIND)?;
    let (project, id) = (&ctx.parameters[0], &ctx.parameters[1]);
    let mut tasks = ctx
        .account
        .tasks
        .values()
        .filter(|task| task.family == Family::Cloud && task.subject == *project);
    let task = tasks
        .find(|task| task.extra["id"] == id.as_str())
        .ok_or_else(|| Refusal::no_such_object(id))?;
    Ok(render(task, ctx.now()))
}

fn render(task: &Task, now: SystemTime) -> Value {
    let began = !matches!(task.phase(now), Phase::Init | Phase::Todo);
    json!({
        "id": task.extra["id"],
        "action": task.function,
        "status": task.state(now, ["created", "created", "in-progress", "completed", "in-error"], &["unknown"]),
        "progress": task.progress(now),
        "createdAt": datetime(task.created),
        "startedAt": began.then(|| datetime(task.created)),
        "completedAt": task.ended(now).map(datetime),
        "regions": task.extra["regions"],
        "resourceId": task.extra["resourceId"],
        "subOperations": [],
    })
}
