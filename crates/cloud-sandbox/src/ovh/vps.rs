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
    work(ctx, "rebootVm", "rebooting", 3)
}

fn rebuild(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    if ctx.body.text("imageId").is_empty() {
        return Err(Refusal::wrong_value("imageId", "", "is not an image"));
    }
    work(ctx, "reinstallVm", "installing", 10)
}

/// Starts a task during which the server has another state. It does one thing at a time.
fn work(
    ctx: &mut Ctx<'_>,
    function: &'static str,
    meanwhile: &str,
    units: u32,
) -> Result<Value, Refusal> {
    let name = ctx.parameters[0].clone();
    let state = &mut ctx.service(KIND)?.object["state"];
    if *state != "running" {
        return Err(Refusal::conflict(format!(
            "This server is {}, please retry later",
            state.as_str().unwrap_or("busy")
        )));
    }
    *state = json!(meanwhile);
    let subject = name.clone();
    let id = ctx.start(Family::Vps, function, &subject, units, move |account, _| {
        account.change(KIND, &name, |service| {
            service.object["state"] = json!("running");
        });
    });
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
