//! `/vps`: virtual servers.

use std::time::SystemTime;

use serde_json::{Value, json};

use crate::route::Route;

use super::Ctx;
use super::account::Account;
use super::body::{Field, Kind, nullable, optional, read_only, required};
use super::datetime;
use super::error::Refusal;
use super::list::expandable;
use super::operation::{Does, op};
use super::services;
use super::task::{Family, Phase, Task};

const KIND: services::Kind = "vps";

const CHANGE: &[Field] = &[
    nullable("displayName", Kind::Text),
    nullable("keymap", Kind::OneOf("VpsKeymapEnum", &["fr", "us"])),
    optional(
        "netbootMode",
        Kind::OneOf("VpsNetbootEnum", &["local", "rescue"]),
    ),
    nullable("slaMonitoring", Kind::Flag),
    read_only("cluster"),
    read_only("iam"),
    read_only("memoryLimit"),
    read_only("model"),
    read_only("monitoringIpBlocks"),
    read_only("name"),
    read_only("offerType"),
    read_only("state"),
    read_only("vcore"),
    read_only("zone"),
    read_only("zoneType"),
];
const REBUILD: &[Field] = &[
    optional("doNotSendPassword", Kind::Flag),
    required("imageId", Kind::Text),
    optional("installRTM", Kind::Flag),
    optional("publicSshKey", Kind::Text),
    optional("sshKey", Kind::Text),
];

const SNAPSHOT: &[Field] = &[optional("description", Kind::Text)];

pub(crate) const ROUTES: &[Route<Does>] = &[
    op!(GET "/vps", Some("vps:apiovh:get"), list).query(&["iamTags"]),
    op!(GET "/vps/{serviceName}", Some("vps:apiovh:get"), get),
    op!(PUT "/vps/{serviceName}", Some("vps:apiovh:put"), change).body(CHANGE),
    op!(POST "/vps/{serviceName}/reboot", Some("vps:apiovh:reboot"), reboot),
    op!(POST "/vps/{serviceName}/rebuild", Some("vps:apiovh:rebuild"), rebuild).body(REBUILD),
    op!(POST "/vps/{serviceName}/start", Some("vps:apiovh:start"), start),
    op!(POST "/vps/{serviceName}/stop", Some("vps:apiovh:stop"), stop),
    op!(GET "/vps/{serviceName}/tasks", Some("vps:apiovh:tasks/get"), list_tasks).query(&["state", "type"]),
    op!(GET "/vps/{serviceName}/tasks/{id}", Some("vps:apiovh:tasks/get"), get_task),
    op!(GET "/vps/{serviceName}/ips", Some("vps:apiovh:ips/get"), list_ips),
    op!(GET "/vps/{serviceName}/ips/{ipAddress}", Some("vps:apiovh:ips/get"), get_ip),
    op!(POST "/vps/{serviceName}/createSnapshot", Some("vps:apiovh:snapshot/create"), create_snapshot).body(SNAPSHOT),
    op!(GET "/vps/{serviceName}/snapshot", Some("vps:apiovh:snapshot/get"), get_snapshot),
    op!(DELETE "/vps/{serviceName}/snapshot", Some("vps:apiovh:snapshot/delete"), delete_snapshot),
    op!(POST "/vps/{serviceName}/snapshot/revert", Some("vps:apiovh:snapshot/revert"), revert_snapshot),
    op!(GET "/vps/{serviceName}/images/available", Some("vps:apiovh:images/available/get"), list_images),
    op!(GET "/vps/{serviceName}/images/available/{id}", Some("vps:apiovh:images/available/get"), get_image),
];

/// What every VPS can be installed with.
const IMAGES: [(&str, &str); 2] = [
    ("d3a1ab9e-24a1-4e0b-9b5b-0d7d1b0a5f11", "Debian 12"),
    ("d3a1ab9e-24a1-4e0b-9b5b-0d7d1b0a5f12", "Ubuntu 24.04"),
];
const STATES: &[&str] = &[
    "blocked",
    "cancelled",
    "doing",
    "done",
    "error",
    "paused",
    "todo",
    "waitingAck",
];

pub(crate) fn seed(account: &mut Account) {
    let both = [
        ("vps-5a4d6b07.vps.ovh.net", "front", "198.51.100.21"),
        ("vps-5a4d6b08.vps.ovh.net", "back", "198.51.100.22"),
    ];
    for (name, display, address) in both {
        let object = json!({
            "name": name,
            "displayName": display,
            "state": "running",
            "cluster": "hkdev01",
            "zone": "Region OpenStack: os-gra6",
            "zoneType": "region",
            "keymap": null,
            "netbootMode": "local",
            "offerType": "ssd",
            "slaMonitoring": false,
            "monitoringIpBlocks": ["203.0.113.0/26"],
            "memoryLimit": 2048,
            "vcore": 1,
            "model": {
                "name": "vps-starter-1-2-20",
                "offer": "VPS Starter",
                "version": "2019v1",
                "disk": 20,
                "memory": 2048,
                "vcore": 1,
                "maximumAdditionnalIp": 16,
                "datacenter": [],
                "availableOptions": ["snapshot", "automatedBackup"],
            },
        });
        let tags = json!({"role": display});
        services::add(
            account,
            KIND,
            name,
            &tags,
            object,
            json!({"addresses": [address]}),
        );
    }
}

fn list(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    services::list(ctx, KIND)
}

fn get(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.service(KIND).map(|service| service.object.clone())
}

fn change(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.amend(KIND)
}

fn reboot(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    work(
        ctx,
        "rebootVm",
        ["running", "rebooting", "running"],
        3,
        |_| (),
    )
}

fn start(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    // There is no word for a server that is about to run.
    work(ctx, "startVm", ["stopped", "stopped", "running"], 2, |_| ())
}

fn stop(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    work(ctx, "stopVm", ["running", "stopping", "stopped"], 2, |_| ())
}

fn rebuild(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    if ctx.body.text("imageId").is_empty() {
        return Err(Refusal::wrong_value("imageId", "", "is not an image"));
    }
    let states = ["running", "installing", "running"];
    work(ctx, "reinstallVm", states, 10, |_| ())
}

/// Starts a task before, during and after which the server has these states. It does one thing at a time.
fn work(
    ctx: &mut Ctx<'_>,
    function: &'static str,
    [before, meanwhile, after]: [&'static str; 3],
    units: u32,
    end: impl FnOnce(&mut services::Service) + Send + 'static,
) -> Result<Value, Refusal> {
    let (name, now) = (ctx.parameters[0].clone(), ctx.now());
    // Before the state, which is what it was while some tasks are under way.
    let mut tasks = ctx.account.tasks.values();
    let is_busy = tasks.any(|task| task.is_of(Family::Vps, &name) && task.ended(now).is_none());
    let state = &mut ctx.service(KIND)?.object["state"];
    let is = state.as_str().unwrap_or_default();
    if is_busy {
        return Err(Refusal::conflict(format!(
            "A task of this server is under way, and it is {is}: please retry later"
        )));
    }
    if is != before {
        return Err(Refusal::conflict(format!(
            "This server is {is}, not {before}"
        )));
    }
    *state = json!(meanwhile);
    let subject = name.clone();
    let id = ctx.start(
        Family::Vps,
        function,
        &subject,
        units,
        move |account, done| {
            account.change(KIND, &name, |service| {
                // Work that failed leaves the server as it was; the task alone says that it failed.
                service.object["state"] = json!(if done { after } else { before });
                if done {
                    end(service);
                }
            });
        },
    );
    let now = ctx.now();
    Ok(render_task(&ctx.account.tasks[&id], now))
}

fn get_task(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.service(KIND)?;
    let task = ctx.task(Family::Vps, &ctx.parameters[0], &ctx.parameters[1])?;
    Ok(render_task(task, ctx.now()))
}

fn render_task(task: &Task, now: SystemTime) -> Value {
    // A task that failed never got to its end.
    let progress = if task.phase(now) == Phase::Failed {
        50
    } else {
        task.progress(now)
    };
    json!({
        "id": task.id,
        "type": task.function,
        "state": task.state(now, ["todo", "todo", "doing", "done", "error"], &["blocked", "cancelled"]),
        "progress": progress,
        "date": datetime(task.created),
    })
}

fn list_tasks(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.service(KIND)?;
    ctx.query.one_of("state", "TaskStateEnum", STATES)?;
    ctx.tasks(Family::Vps, &["state", "type"], render_task)
}

fn addresses(ctx: &mut Ctx<'_>) -> Result<Vec<(Value, Value)>, Refusal> {
    let addresses = ctx
        .part(KIND, "addresses")?
        .as_array()
        .into_iter()
        .flatten();
    Ok(addresses
        .map(|address| {
            let ip = json!({
                "ipAddress": address,
                "type": "primary",
                "version": "v4",
                "gateway": "198.51.100.1",
                "geolocation": "fr",
                "macAddress": "02:00:00:a1:b2:c3",
                "reverse": null,
            });
            (address.clone(), ip)
        })
        .collect())
}

fn list_ips(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let rows = addresses(ctx)?;
    expandable(ctx, rows)
}

fn get_ip(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let wanted = ctx.parameters[1].clone();
    let mut all = addresses(ctx)?.into_iter();
    all.find(|(address, _)| *address == wanted.as_str())
        .map(|(_, ip)| ip)
        .ok_or_else(|| Refusal::no_such_object(wanted))
}

/// The snapshot, of which there is one at most.
fn snapshot(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let snapshot = ctx.part(KIND, "snapshot")?.clone();
    if snapshot.is_null() {
        return Err(Refusal::new(404, "This VPS has no snapshot"));
    }
    Ok(snapshot)
}

fn get_snapshot(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    snapshot(ctx)
}

fn create_snapshot(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    // A VPS has room for one snapshot, and the path of it has no id.
    if !ctx.part(KIND, "snapshot")?.is_null() {
        return Err(Refusal::conflict("This VPS has a snapshot already"));
    }
    let (id, now) = (ctx.account.uuid(), datetime(ctx.now()));
    let description = ctx.body.text("description").to_owned();
    let made =
        json!({"id": id, "description": description, "creationDate": now, "region": "eu-west-gra"});
    let states = ["running", "running", "running"];
    work(ctx, "createSnapshot", states, 5, move |service| {
        service.parts["snapshot"] = made;
    })
}

fn delete_snapshot(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    snapshot(ctx)?;
    let states = ["running", "running", "running"];
    work(ctx, "deleteSnapshot", states, 2, |service| {
        service.parts["snapshot"] = Value::Null;
    })
}

fn revert_snapshot(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    snapshot(ctx)?;
    let states = ["running", "maintenance", "running"];
    work(ctx, "revertSnapshot", states, 5, |_| ())
}

fn images() -> impl Iterator<Item = (Value, Value)> {
    let images = IMAGES.iter();
    images.map(|(id, name)| (json!(id), json!({"id": id, "name": name})))
}

fn list_images(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.service(KIND)?;
    expandable(ctx, images())
}

fn get_image(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.service(KIND)?;
    let wanted = &ctx.parameters[1];
    images()
        .find(|(id, _)| id == wanted.as_str())
        .map(|(_, image)| image)
        .ok_or_else(|| Refusal::no_such_object(wanted))
}
