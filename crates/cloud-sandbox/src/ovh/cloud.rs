//! `/cloud/project`: projects of the Public Cloud, and what is in them beside instances and clusters.

use std::time::SystemTime;

use serde_json::{Value, json};

use crate::route::Route;

use super::account::Account;
use super::body::{Field, Kind, nullable, required};
use super::error::Refusal;
use super::operation::{Does, op};
use super::services;
use super::task::{Family, Phase, Task};
use super::{Ctx, datetime, instances, kube};

pub(crate) const KIND: services::Kind = "publicCloudProject";
const FINGERPRINT: &str = "00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff";

pub(crate) const REGIONS: [&str; 4] = ["BHS5", "DE1", "GRA11", "SBG5"];
pub(crate) const PRIVATE_NETWORK: &str = "pn-100001_0";

pub(crate) const ROUTES: &[Route<Does>] = &[
    op!(GET "/cloud/project", Some("publicCloudProject:apiovh:get"), list).query(&["iamTags"]),
    op!(GET "/cloud/project/{serviceName}", Some("publicCloudProject:apiovh:get"), get),
    op!(GET "/cloud/project/{serviceName}/region", Some("publicCloudProject:apiovh:region/get"), regions),
    op!(GET "/cloud/project/{serviceName}/user", Some("publicCloudProject:apiovh:user/get"), users),
    op!(
        GET "/cloud/project/{serviceName}/operation/{operationId}",
        Some("publicCloudProject:apiovh:operation/get"),
        get_operation
    ),
    op!(GET "/cloud/project/{serviceName}/sshkey", Some("publicCloudProject:apiovh:sshkey/get"), keys)
        .query(&["region"]),
    op!(POST "/cloud/project/{serviceName}/sshkey", Some("publicCloudProject:apiovh:sshkey/create"), create_key).body(KEY),
    op!(GET "/cloud/project/{serviceName}/sshkey/{keyId}", Some("publicCloudProject:apiovh:sshkey/get"), get_key),
    op!(
        DELETE "/cloud/project/{serviceName}/sshkey/{keyId}",
        Some("publicCloudProject:apiovh:sshkey/delete"),
        delete_key
    ),
    op!(GET "/cloud/project/{serviceName}/region/{regionName}", Some("publicCloudProject:apiovh:region/get"), get_region),
];

const KEY: &[Field] = &[
    required("name", Kind::Text),
    required("publicKey", Kind::Text),
    nullable("region", Kind::OneOf("region", &REGIONS)),
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
        let mut parts = json!({"networks": [], "users": [], "keys": [], "instances": {}, "clusters": {}, "volumes": {}, "snapshots": {}, "subnets": {}});
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
    let mut tasks = ctx.account.tasks.values();
    let task = tasks
        .find(|task| task.is_of(Family::Cloud, project) && task.extra["id"] == id.as_str())
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

/// A key in detail.
pub(crate) fn detailed(key: &Value) -> Value {
    let mut key = key.clone();
    key["fingerPrint"] = json!(FINGERPRINT);
    key
}

fn find_key(ctx: &mut Ctx<'_>) -> Result<(usize, Value), Refusal> {
    let id = ctx.parameters[1].clone();
    let keys = ctx.part(KIND, "keys")?.as_array().into_iter().flatten();
    let mut keys = keys.enumerate();
    keys.find(|(_, key)| key["id"] == id.as_str())
        .map(|(at, key)| (at, key.clone()))
        .ok_or_else(|| Refusal::no_such_object(id))
}

fn get_key(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    find_key(ctx).map(|(_, key)| detailed(&key))
}

/// The id of a key is its name in hexadecimal digits, so that names are unique.
fn create_key(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let (name, key) = (ctx.body.text("name"), ctx.body.text("publicKey"));
    if !key.starts_with("ssh-") && !key.starts_with("ecdsa-") {
        return Err(Refusal::bad_request("The SSH key is not valid"));
    }
    let digits = |half: u8| char::from_digit(u32::from(half), 16);
    let halves = name.bytes().flat_map(|byte| [byte >> 4, byte & 15]);
    let id: String = halves.filter_map(digits).collect();
    let regions = ctx
        .body
        .get("region")
        .map_or_else(|| json!(REGIONS), |region| json!([region]));
    let key = json!({"id": id, "name": name, "publicKey": key, "regions": regions});
    let keys = ctx.part(KIND, "keys")?.as_array_mut();
    if let Some(keys) = keys {
        if keys.iter().any(|known| known["id"] == key["id"]) {
            return Err(Refusal::conflict("An SSH key of this name exists already"));
        }
        keys.push(key.clone());
    }
    Ok(detailed(&key))
}

fn delete_key(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let (at, _) = find_key(ctx)?;
    let keys = ctx.part(KIND, "keys")?.as_array_mut();
    keys.map(|keys| keys.remove(at));
    Ok(Value::Null)
}

fn get_region(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.service(KIND)?;
    let name = &ctx.parameters[1];
    if !REGIONS.contains(&name.as_str()) {
        return Err(Refusal::no_such_object(name));
    }
    // The letters are the place, the number tells data centres of one place apart.
    let place = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let (continent, country) = match place {
        "BHS" => ("NA", "ca"),
        "DE" => ("EU", "de"),
        _ => ("EU", "fr"),
    };
    let services: Value = ["instance", "network", "volume"]
        .iter()
        .map(|service| json!({"name": service, "status": "UP", "endpoint": format!("https://{service}.{}.cloud.ovh.net", name.to_lowercase())}))
        .collect();
    Ok(json!({
        "name": name,
        "status": "UP",
        "type": "region",
        "continentCode": continent,
        "countryCode": country,
        "datacenterLocation": place,
        "availabilityZones": [],
        "ipCountries": [country],
        "services": services,
    }))
}
