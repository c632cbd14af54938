//! `/ip`: blocks of addresses, their reverse names, and what they lead to.

use std::net::IpAddr;
use std::time::SystemTime;

use serde_json::{Value, json};

use crate::route::Route;

use super::account::Account;
use super::body::{Field, Kind, optional, required};
use super::error::Refusal;
use super::list::expandable;
use super::operation::{Does, op};
use super::servers;
use super::services::{self, list_some};
use super::task::{Family, Task};
use super::{Ctx, datetime, network};

const KIND: services::Kind = "ip";
const TYPES: &[&str] = &[
    "cdn",
    "cloud",
    "dedicated",
    "failover",
    "hosted_ssl",
    "housing",
    "loadBalancing",
    "mail",
    "overthebox",
    "pcc",
    "pci",
    "private",
    "vpn",
    "vps",
    "vrack",
    "xdsl",
];

const REVERSE: &[Field] = &[
    required("ipReverse", Kind::Ip),
    required("reverse", Kind::Text),
];
const MOVE: &[Field] = &[optional("nexthop", Kind::Text), required("to", Kind::Text)];

pub(crate) const ROUTES: &[Route<Does>] = &[
    op!(GET "/ip", Some("ip:apiovh:get"), list).query(&[
        "campus",
        "description",
        "iamTags",
        "ip",
        "isAdditionalIp",
        "routedTo.serviceName",
        "type",
        "version",
    ]),
    op!(GET "/ip/{ip}", Some("ip:apiovh:get"), get),
    op!(GET "/ip/{ip}/reverse", Some("ip:apiovh:reverse/get"), list_reverses),
    op!(POST "/ip/{ip}/reverse", Some("ip:apiovh:reverse/create"), create_reverse).body(REVERSE),
    op!(DELETE "/ip/{ip}/reverse/{ipReverse}", Some("ip:apiovh:reverse/delete"), delete_reverse),
    op!(POST "/ip/{ip}/move", Some("ip:apiovh:move"), move_block).body(MOVE),
    op!(GET "/ip/{ip}/task", Some("ip:apiovh:task/get"), list_tasks).query(&["function", "status"]),
    op!(GET "/ip/{ip}/task/{taskId}", Some("ip:apiovh:task/get"), get_task),
];

/// The own addresses of the services, and one block of additional addresses.
pub(crate) fn seed(account: &mut Account) {
    let mut blocks = vec![(
        "192.0.2.0/28".to_owned(),
        "failover",
        "ns1000001.ip-192-0-2.eu".to_owned(),
    )];
    for (kind, of) in [("dedicatedServer", "dedicated"), ("vps", "vps")] {
        for (name, service) in account.services.get(kind).into_iter().flatten() {
            let addresses = service.parts["addresses"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str);
            blocks.extend(addresses.map(|address| (address.to_owned(), of, name.clone())));
        }
    }
    for (block, of, service) in blocks {
        let object = json!({
            "ip": block,
            "type": of,
            "version": if block.contains(':') { 6 } else { 4 },
            "routedTo": {"serviceName": service},
            "isAdditionalIp": of == "failover",
            "canBeTerminated": of == "failover",
            "bringYourOwnIp": false,
            "campus": null,
            "country": if of == "failover" { Some("fr") } else { None },
            "description": null,
            "organisationId": null,
            "regions": ["eu-west-gra"],
            "rir": "RIPE",
        });
        services::add(
            account,
            KIND,
            &block,
            &json!({}),
            object,
            json!({"reverses": {}}),
        );
    }
}

fn list(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let of = ctx
        .query
        .one_of("type", "IpTypeEnum", TYPES)?
        .map(str::to_owned);
    let version = ctx
        .query
        .one_of("version", "IpVersionEnum", &["4", "6"])?
        .map(str::to_owned);
    let additional = ctx.query.flag("isAdditionalIp")?;
    let wanted = |name: &str| ctx.query.get(name).map(str::to_owned);
    let (block, campus, description) = (wanted("ip"), wanted("campus"), wanted("description"));
    let service = wanted("routedTo.serviceName");
    let same = |wanted: &Option<String>, value: &Value| {
        wanted.as_deref().is_none_or(|wanted| value == wanted)
    };
    let mut found = list_some(ctx, KIND, |object| {
        // The filters that the description has beside tags; each that is not sent lets everything through.
        same(&of, &object["type"])
            && same(&version, &json!(object["version"].to_string()))
            && additional.is_none_or(|additional| object["isAdditionalIp"] == additional)
            && same(&block, &object["ip"])
            && same(&campus, &object["campus"])
            && same(&description, &object["description"])
            && same(&service, &object["routedTo"]["serviceName"])
    })?;
    // Other than all lists of services, this one shows its objects without what IAM knows of them.
    for object in found
        .as_array_mut()
        .into_iter()
        .flatten()
        .filter_map(Value::as_object_mut)
    {
        object.remove("iam");
    }
    Ok(found)
}

fn get(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.service(KIND).map(|service| service.object.clone())
}

fn list_reverses(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let reverses = ctx.part(KIND, "reverses")?.clone();
    let rows: Vec<_> = reverses
        .as_object()
        .into_iter()
        .flatten()
        .map(|(ip, reverse)| (json!(ip), reverse.clone()))
        .collect();
    expandable(ctx, rows)
}

fn create_reverse(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let block = ctx.parameters[0].clone();
    let (ip, name) = (
        ctx.body.text("ipReverse").to_owned(),
        ctx.body.text("reverse").to_owned(),
    );
    let reverses = ctx.part(KIND, "reverses")?;
    let address: Option<IpAddr> = ip.parse().ok();
    if !address.is_some_and(|address| network::contains(&block, address)) {
        return Err(Refusal::bad_request(format!(
            "{ip} is not in the block {block}"
        )));
    }
    let host = name.trim_end_matches('.');
    let is_name = host.contains('.')
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
    if !is_name {
        return Err(Refusal::wrong_value("reverse", &name, "is not a host name"));
    }
    // Names are kept as name servers write them, whether the dot was sent or not.
    let reverse = json!({"ipReverse": ip, "reverse": format!("{host}.")});
    // One name an address, as the DNS would have it: a second one takes the place of the first.
    reverses[ip] = reverse.clone();
    Ok(reverse)
}

fn delete_reverse(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let ip = ctx.parameters[1].clone();
    let removed = ctx
        .part(KIND, "reverses")?
        .as_object_mut()
        .and_then(|reverses| reverses.remove(&ip));
    removed
        .map(|_| Value::Null)
        .ok_or_else(|| Refusal::no_such_object(ip))
}

fn move_block(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let block = ctx.parameters[0].clone();
    let to = ctx.body.text("to").to_owned();
    // The address of a server stays with it; only additional ones, once called failover addresses, can go elsewhere.
    if ctx.service(KIND)?.object["isAdditionalIp"] == false {
        return Err(Refusal::bad_request(
            "Only additional addresses can be moved",
        ));
    }
    let takes = |kind: &str| {
        ctx.account
            .services
            .get(kind)
            .is_some_and(|services| services.contains_key(&to))
    };
    // What OVHcloud's guides move additional addresses to, as far as the sandbox has it.
    if !["dedicatedServer", "vps", "publicCloudProject"]
        .into_iter()
        .any(takes)
    {
        return Err(Refusal::bad_request(format!(
            "{to} is not a service that the address can be moved to"
        )));
    }
    let (name, destination) = (block.clone(), json!({"serviceName": to}));
    let routed = destination.clone();
    let id = ctx.start(
        Family::Ip,
        "genericMoveFloatingIp",
        &block,
        2,
        move |account, done| {
            // The address leads to its old service until the task is done: the answer says so by being a task.
            if done {
                account.change(KIND, &name, |service| service.object["routedTo"] = routed);
            }
        },
    );
    let now = ctx.now();
    ctx.account
        .tasks
        .get_mut(&id)
        .map_or(Ok(Value::Null), |task| {
            task.extra = destination;
            Ok(render_task(task, now))
        })
}

fn list_tasks(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.service(KIND)?;
    servers::tasks(ctx, Family::Ip, render_task)
}

fn get_task(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.service(KIND)?;
    let task = ctx.task(Family::Ip, &ctx.parameters[0], &ctx.parameters[1])?;
    Ok(render_task(task, ctx.now()))
}

fn render_task(task: &Task, now: SystemTime) -> Value {
    json!({
        "taskId": task.id,
        "function": task.function,
        "status": servers::status(task, now),
        "comment": task.comment(now),
        "destination": task.extra,
        "startDate": datetime(task.created),
        "lastUpdate": datetime(now),
        "doneDate": task.ended(now).map(datetime),
    })
}
