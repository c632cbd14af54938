//! `/dedicated/server`: servers, what they boot, and their tasks.

use std::time::SystemTime;

use serde_json::{Value, json};

use crate::route::Route;

use super::account::Account;
use super::body::{Field, Kind, nullable, optional, read_only, required};
use super::error::Refusal;
use super::list::expandable;
use super::operation::{Does, op};
use super::services;
use super::task::{Family, Task};
use super::{Ctx, datetime};

pub(crate) const KIND: services::Kind = "dedicatedServer";

const HARD_DISK: i64 = 1;
const BOOT_TYPES: &[&str] = &["harddisk", "internal", "network", "power", "rescue"];
const MODES: &[&str] = &["public", "public_aggregation", "vrack", "vrack_aggregation"];
const STATUSES: &[&str] = &[
    "cancelled",
    "customerError",
    "doing",
    "done",
    "init",
    "ovhError",
    "todo",
];

const CHANGE: &[Field] = &[
    nullable("bootId", Kind::Integer),
    nullable("bootScript", Kind::Text),
    nullable("efiBootloaderPath", Kind::Text),
    optional("monitoring", Kind::Flag),
    optional("noIntervention", Kind::Flag),
    nullable("rescueMail", Kind::Text),
    nullable("rescueSshKey", Kind::Text),
    nullable("rootDevice", Kind::Text),
    optional(
        "state",
        Kind::OneOf("StateEnum", &["error", "hacked", "hackedBlocked", "ok"]),
    ),
    read_only("availabilityZone"),
    read_only("commercialRange"),
    read_only("datacenter"),
    read_only("iam"),
    read_only("ip"),
    read_only("linkSpeed"),
    read_only("name"),
    read_only("newUpgradeSystem"),
    read_only("os"),
    read_only("powerState"),
    read_only("professionalUse"),
    read_only("rack"),
    read_only("region"),
    read_only("reverse"),
    read_only("serverId"),
    read_only("supportLevel"),
];
const BURST: &[Field] = &[
    read_only("capacity"),
    optional(
        "status",
        Kind::OneOf("BurstStatusEnum", &["active", "inactive", "inactiveLocked"]),
    ),
];
const REINSTALL: &[Field] = &[
    optional("customizations", Kind::Object),
    required("operatingSystem", Kind::Text),
    optional("properties", Kind::Object),
    optional("storage", Kind::Objects),
];

pub(crate) const ROUTES: &[Route<Does>] = &[
    op!(GET "/dedicated/server", Some("dedicatedServer:apiovh:get"), list).query(&["iamTags"]),
    op!(GET "/dedicated/server/{serviceName}", Some("dedicatedServer:apiovh:get"), get),
    op!(PUT "/dedicated/server/{serviceName}", Some("dedicatedServer:apiovh:put"), change).body(CHANGE),
    op!(GET "/dedicated/server/{serviceName}/burst", Some("dedicatedServer:apiovh:burst/get"), burst),
    op!(PUT "/dedicated/server/{serviceName}/burst", Some("dedicatedServer:apiovh:burst/edit"), set_burst).body(BURST),
    op!(POST "/dedicated/server/{serviceName}/reboot", Some("dedicatedServer:apiovh:reboot"), reboot),
    op!(POST "/dedicated/server/{serviceName}/reinstall", Some("dedicatedServer:apiovh:reinstall"), reinstall)
        .body(REINSTALL),
    op!(GET "/dedicated/server/{serviceName}/task", Some("dedicatedServer:apiovh:task/get"), list_tasks)
        .query(&["function", "status"]),
    op!(GET "/dedicated/server/{serviceName}/task/{taskId}", Some("dedicatedServer:apiovh:task/get"), get_task),
    op!(GET "/dedicated/server/{serviceName}/boot", Some("dedicatedServer:apiovh:boot/get"), list_boots)
        .query(&["bootType"]),
    op!(GET "/dedicated/server/{serviceName}/boot/{bootId}", Some("dedicatedServer:apiovh:boot/get"), get_boot),
    op!(
        GET "/dedicated/server/{serviceName}/virtualNetworkInterface",
        Some("dedicatedServer:apiovh:virtualNetworkInterface/get"),
        list_interfaces
    )
    .query(&["enabled", "mode", "name", "vrack"]),
];

struct Seed {
    name: &'static str,
    address: &'static str,
    datacenter: &'static str,
    region: &'static str,
    burst: &'static str,
    env: &'static str,
}

const SEEDS: [Seed; 3] = [
    Seed {
        name: "ns1000001.ip-192-0-2.eu",
        address: "192.0.2.101",
        datacenter: "gra3",
        region: "eu-west-gra",
        burst: "inactive",
        env: "prod",
    },
    Seed {
        name: "ns1000002.ip-192-0-2.eu",
        address: "192.0.2.102",
        datacenter: "sbg1",
        region: "eu-west-sbg",
        burst: "active",
        env: "test",
    },
    Seed {
        name: "ns1000003.ip-192-0-2.eu",
        address: "192.0.2.103",
        datacenter: "sbg1",
        region: "eu-west-sbg",
        burst: "inactiveLocked",
        env: "test",
    },
];

pub(crate) fn seed(account: &mut Account) {
    for (number, seed) in (1_i64..).zip(SEEDS) {
        let object = json!({
            "name": seed.name,
            "serverId": account.id(),
            "ip": seed.address,
            "reverse": format!("{}.", seed.name),
            "datacenter": seed.datacenter,
            "region": seed.region,
            "availabilityZone": format!("{}-a", seed.region),
            "rack": format!("G{:03}A01", number),
            "commercialRange": "Rise-1",
            "os": "debian12_64",
            "state": "ok",
            "powerState": "poweron",
            "supportLevel": "pro",
            "linkSpeed": 1000,
            "bootId": HARD_DISK,
            "bootScript": null,
            "efiBootloaderPath": null,
            "rootDevice": null,
            "rescueMail": null,
            "rescueSshKey": null,
            "monitoring": true,
            "noIntervention": false,
            "newUpgradeSystem": true,
            "professionalUse": false,
        });
        let boots = json!([
            {"bootId": HARD_DISK, "bootType": "harddisk", "description": "Boot from drive", "kernel": "hd"},
            {"bootId": 1122, "bootType": "rescue", "description": "Rescue system", "kernel": "rescue-customer"},
            {"bootId": 1123, "bootType": "power", "description": "Power off", "kernel": "poweroff"},
        ]);
        let interfaces: Value = [("public", None), ("vrack", Some("pn-100001"))]
            .into_iter()
            .zip(0_u8..)
            .map(|((mode, vrack), index)| {
                json!({
                    "uuid": account.uuid(),
                    "name": format!("{mode}-{index}"),
                    "mode": mode,
                    "enabled": true,
                    "serverName": seed.name,
                    "vrack": vrack,
                    "networkInterfaceController": [format!("02:00:00:00:{number:02x}:{index:02x}")],
                })
            })
            .collect();
        let parts = json!({
            "addresses": [seed.address],
            "burst": {"capacity": {"unit": "Mbps", "value": 1000}, "status": seed.burst},
            "boots": boots,
            "interfaces": interfaces,
            "ipmi": {},
        });
        services::add(
            account,
            KIND,
            seed.name,
            &json!({"env": seed.env}),
            object,
            parts,
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
    if let Some(boot) = ctx.body.get("bootId").cloned() {
        // A server can only boot what its own list of boots has.
        find_boot(ctx, &boot.to_string())?;
    }
    ctx.amend(KIND)
}

fn burst(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.part(KIND, "burst").cloned()
}

fn set_burst(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let body = std::mem::take(&mut ctx.body);
    let burst = ctx.part(KIND, "burst")?;
    if burst["status"] == "inactiveLocked" {
        return Err(Refusal::bad_request(
            "The network burst of this server is locked",
        ));
    }
    if body.text("status") == "inactiveLocked" {
        return Err(Refusal::bad_request(
            "The network burst cannot be locked by its user",
        ));
    }
    body.amend(burst);
    Ok(Value::Null)
}

fn reboot(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let name = ctx.parameters[0].clone();
    ctx.service(KIND)?;
    let subject = name.clone();
    let id = ctx.start(
        Family::Server,
        "hardReboot",
        &subject,
        5,
        move |account, done| {
            account.change(KIND, &name, |service| {
                if done {
                    // It runs again, unless what it booted turns it off.
                    let boots = service.parts["boots"].as_array().into_iter().flatten();
                    let boot = boots
                        .into_iter()
                        .find(|boot| boot["bootId"] == service.object["bootId"]);
                    let off = boot.is_some_and(|boot| boot["bootType"] == "power");
                    service.object["powerState"] = json!(if off { "poweroff" } else { "poweron" });
                }
            });
        },
    );
    task(ctx, id)
}

fn reinstall(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let name = ctx.parameters[0].clone();
    let system = ctx.body.text("operatingSystem").to_owned();
    ctx.service(KIND)?;
    if system.is_empty() {
        return Err(Refusal::wrong_value(
            "operatingSystem",
            "",
            "is not an operating system",
        ));
    }
    let subject = name.clone();
    let id = ctx.start(
        Family::Server,
        "reinstallServer",
        &subject,
        20,
        move |account, done| {
            account.change(KIND, &name, |service| {
                if done {
                    service.object["os"] = json!(system);
                    // Otherwise a server in rescue mode would boot that again instead of what was installed.
                    service.object["bootId"] = json!(HARD_DISK);
                    service.object["powerState"] = json!("poweron");
                }
            });
        },
    );
    let mut answer = task(ctx, id)?;
    // This operation answers with a shorter form of the task, whose comment is never null.
    let comment = format!("Reinstallation of {subject}");
    let short = ["doneDate", "function", "startDate", "status", "taskId"]
        .map(|name| (name.to_owned(), answer[name].take()));
    answer = short.into_iter().collect();
    answer["comment"] = json!(comment);
    Ok(answer)
}

/// A task of a server, as an answer.
pub(crate) fn task(ctx: &Ctx<'_>, id: i64) -> Result<Value, Refusal> {
    let task = ctx
        .account
        .tasks
        .get(&id)
        .ok_or_else(|| Refusal::no_such_object(id))?;
    Ok(render_task(task, ctx.now()))
}

/// The state of a task of a server or an address: both have the same words.
pub(crate) fn status(task: &Task, now: SystemTime) -> &str {
    task.state(
        now,
        ["init", "todo", "doing", "done", "ovhError"],
        &["cancelled", "customerError"],
    )
}

fn render_task(task: &Task, now: SystemTime) -> Value {
    json!({
        "taskId": task.id,
        "function": task.function,
        "status": status(task, now),
        "comment": task.comment(now),
        "note": null,
        "needSchedule": false,
        "plannedInterventionId": null,
        "ticketReference": null,
        "tags": [],
        "startDate": datetime(task.created),
        "lastUpdate": datetime(now),
        "doneDate": task.ended(now).map(datetime),
    })
}

fn list_tasks(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.service(KIND)?;
    tasks(ctx, Family::Server, render_task)
}

/// The tasks of this family that the service of the path has.
pub(crate) fn tasks(
    ctx: &mut Ctx<'_>,
    family: Family,
    render: fn(&Task, SystemTime) -> Value,
) -> Result<Value, Refusal> {
    ctx.query.one_of("status", "TaskStatusEnum", STATUSES)?;
    ctx.tasks(family, &["function", "status"], render)
}

fn get_task(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.service(KIND)?;
    let task = ctx.task(Family::Server, &ctx.parameters[0], &ctx.parameters[1])?;
    Ok(render_task(task, ctx.now()))
}

fn list_boots(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.query.one_of("bootType", "BootTypeEnum", BOOT_TYPES)?;
    let boots = ctx.part(KIND, "boots")?.clone();
    let boots = boots.as_array().into_iter().flatten();
    let rows: Vec<_> = boots
        .filter(|boot| ctx.query.admits_object(&["bootType"], boot))
        .map(|boot| (boot["bootId"].clone(), boot.clone()))
        .collect();
    expandable(ctx, rows)
}

fn find_boot(ctx: &mut Ctx<'_>, id: &str) -> Result<Value, Refusal> {
    let mut boots = ctx.part(KIND, "boots")?.as_array().into_iter().flatten();
    let number: Option<i64> = id.parse().ok();
    let boot = number.and_then(|number| boots.find(|boot| boot["bootId"] == number));
    boot.cloned().ok_or_else(|| Refusal::no_such_object(id))
}

fn get_boot(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let id = ctx.parameters[1].clone();
    find_boot(ctx, &id)
}

fn list_interfaces(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.query
        .one_of("mode", "VirtualNetworkInterfaceModeEnum", MODES)?;
    let enabled = ctx.query.flag("enabled")?;
    let interfaces = ctx.part(KIND, "interfaces")?.clone();
    let rows: Vec<_> = interfaces
        .as_array()
        .into_iter()
        .flatten()
        .filter(|interface| enabled.is_none_or(|enabled| interface["enabled"] == enabled))
        .filter(|interface| {
            let texts = ["mode", "name", "vrack"];
            ctx.query.admits_object(&texts, interface)
        })
        .map(|interface| (interface["uuid"].clone(), interface.clone()))
        .collect();
    expandable(ctx, rows)
}
