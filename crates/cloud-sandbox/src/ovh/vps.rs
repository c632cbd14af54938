//! `/vps`: virtual servers.

use std::time::SystemTime;

use serde_json::{Value, json};

use crate::route::Route;

use super::Ctx;
use super::account::Account;
use super::body::{Field, Kind, nullable, optional, read_only, required};
use super::datetime;
use super::error::Refusal;
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

pub(crate) const ROUTES: &[Route<Does>] = &[
    op!(GET "/vps", Some("vps:apiovh:get"), list).query(&["iamTags"]),
    op!(GET "/vps/{serviceName}", Some("vps:apiovh:get"), get),
    op!(PUT "/vps/{serviceName}", Some("vps:apiovh:put"), change).body(CHANGE),
    op!(POST "/vps/{serviceName}/reboot", Some("vps:apiovh:reboot"), reboot),
    op!(POST "/vps/{serviceName}/rebuild", Some("vps:apiovh:rebuild"), rebuild).body(REBUILD),
    op!(POST "/vps/{serviceName}/start", Some("vps:apiovh:start"), start),
    op!(POST "/vps/{serviceName}/stop", Some("vps:apiovh:stop"), stop),
    op!(GET "/vps/{serviceName}/tasks/{id}", Some("vps:apiovh:tasks/get"), get_task),
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
    work(ctx, "rebootVm", ["running", "rebooting", "running"], 3)
}

fn start(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    // There is no word for a server that is about to run.
    work(ctx, "startVm", ["stopped", "stopped", "running"], 2)
}

fn stop(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    work(ctx, "stopVm", ["running", "stopping", "stopped"], 2)
}

fn rebuild(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    if ctx.body.text("imageId").is_empty() {
        return Err(Refusal::wrong_value("imageId", "", "is not an image"));
    }
    work(ctx, "reinstallVm", ["running", "installing", "running"], 10)
}

/// Starts a task before, during and after which the server has these states. It does one thing at a time.
fn work(
    ctx: &mut Ctx<'_>,
    function: &'static str,
    [before, meanwhile, after]: [&'static str; 3],
    units: u32,
) -> Result<Value, Refusal> {
    let (name, now) = (ctx.parameters[0].clone(), ctx.now());
    let is_busy = ctx.account.tasks.values().any(|task| {
        task.family == Family::Vps && task.subject == name && task.ended(now).is_none()
    });
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
                service.object["state"] = json!(if done { after } else { before });
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
