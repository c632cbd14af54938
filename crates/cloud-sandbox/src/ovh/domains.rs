//! `/domain/{serviceName}`: names that were registered.

use std::time::Duration;

use serde_json::{Value, json};

use crate::route::Route;

use super::account::Account;
use super::body::{Body, Field, Kind as Type, nullable, optional, read_only, required};
use super::error::Refusal;
use super::list::expandable;
use super::operation::{Does, op};
use super::services::{self, Kind};
use super::settings::ACCOUNT;
use super::task::Family;
use super::{Ctx, datetime, zones};

const KIND: Kind = "domain";
const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);

const CHANGE: &[Field] = &[
    optional(
        "nameServerType",
        Type::OneOf("NameServerTypeEnum", &["external", "hosted"]),
    ),
    optional("transferLockStatus", Type::OneOf("LockStatusEnum", LOCKS)),
    read_only("contactAdmin"),
    read_only("contactBilling"),
    read_only("contactOwner"),
    read_only("contactTech"),
    read_only("dnssecState"),
    read_only("dnssecSupported"),
    read_only("domain"),
    read_only("expirationDate"),
    read_only("glueRecordIpv6Supported"),
    read_only("glueRecordMultiIpSupported"),
    read_only("hostSupported"),
    read_only("iam"),
    read_only("lastUpdate"),
    read_only("nameServers"),
    read_only("offer"),
    read_only("owoSupported"),
    read_only("parentService"),
    read_only("renewalDate"),
    read_only("renewalState"),
    read_only("serviceId"),
    read_only("state"),
    read_only("suspensionState"),
    read_only("whoisOwner"),
];

const SERVERS: &[Field] = &[required("nameServer", Type::Objects)];
const SERVER: &[Field] = &[required("host", Type::Text), nullable("ip", Type::Ip)];

const LOCKS: &[&str] = &["locked", "locking", "unavailable", "unlocked", "unlocking"];

pub(crate) const ROUTES: &[Route<Does>] = &[
    op!(GET "/domain", Some("domain:apiovh:get"), list).query(&["iamTags", "whoisOwner"]),
    op!(GET "/domain/{serviceName}", Some("domain:apiovh:get"), get),
    op!(PUT "/domain/{serviceName}", Some("domain:apiovh:edit"), change).body(CHANGE),
    op!(GET "/domain/{serviceName}/nameServer", Some("domain:apiovh:nameServer/get"), list_servers),
    op!(POST "/domain/{serviceName}/nameServer", Some("domain:apiovh:nameServer/create"), add_servers).body(SERVERS),
    op!(GET "/domain/{serviceName}/nameServer/{id}", Some("domain:apiovh:nameServer/get"), get_server),
    op!(GET "/domain/{serviceName}/task/{id}", Some("domain:apiovh:task/get"), get_task),
];

pub(crate) fn seed(account: &mut Account) {
    for name in ["example.com", "example.org"] {
        let now = account.now();
        let contact = json!({"id": ACCOUNT});
        let name_servers: Value = ["dns10.ovh.net", "ns10.ovh.net"]
            .iter()
            .map(|host| {
                json!({"id": account.id(), "nameServer": host, "nameServerType": "hosted", "ipv4": null, "ipv6": null})
            })
            .collect();
        let object = json!({
            "domain": name,
            "serviceId": account.id(),
            "state": "ok",
            "suspensionState": "not_suspended",
            // Names are protected from the beginning; who wants to move one unlocks it first.
            "transferLockStatus": "locked",
            "renewalState": "automatic_renew",
            "renewalDate": datetime(now + YEAR),
            "expirationDate": datetime(now + YEAR),
            "lastUpdate": datetime(now),
            "offer": "gold",
            "parentService": null,
            "dnssecState": "disabled",
            "dnssecSupported": true,
            "glueRecordIpv6Supported": true,
            "glueRecordMultiIpSupported": true,
            "hostSupported": true,
            "owoSupported": true,
            "nameServerType": "hosted",
            "nameServers": name_servers,
            "contactAdmin": contact,
            "contactBilling": contact,
            "contactOwner": contact,
            "contactTech": contact,
            "whoisOwner": "3000001",
        });
        services::add(account, KIND, name, &json!({}), object, Value::Null);
    }
}

fn list(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let owner = ctx.query.get("whoisOwner").map(|owner| json!(owner));
    services::list_some(ctx, KIND, |domain| {
        owner
            .as_ref()
            .is_none_or(|owner| domain["whoisOwner"] == *owner)
    })
}

/// A lock for transfers takes its time, and says so by its state.
fn change(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let (name, unit) = (ctx.parameters[0].clone(), ctx.unit());
    let wanted = ctx.body.text("transferLockStatus").to_owned();
    let (meanwhile, then) = match wanted.as_str() {
        "" => ("", ""),
        // Clients send back what they read, also while a change is under way.
        "locked" | "locking" => ("locking", "locked"),
        "unlocked" | "unlocking" => ("unlocking", "unlocked"),
        _ => {
            return Err(Refusal::bad_request(format!(
                "The transfer lock cannot be set to {wanted}"
            )));
        }
    };
    let before = ctx.service(KIND)?.object["transferLockStatus"].clone();
    ctx.amend(KIND)?;
    let domain = &mut ctx.service(KIND)?.object;
    if !then.is_empty() && before != then {
        domain["transferLockStatus"] = json!(meanwhile);
        ctx.account.after(unit, move |account| {
            account.change(KIND, &name, |service| {
                // A later change wins: it has its own effect to come.
                if service.object["transferLockStatus"] == meanwhile {
                    service.object["transferLockStatus"] = json!(then);
                }
            });
        });
    // `amend` wrote the word that was sent; a lock that is there already takes no time.
    } else if !then.is_empty() {
        domain["transferLockStatus"] = before;
    }
    get(ctx)
}

fn get(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.service(KIND).map(|service| service.object.clone())
}

/// The name servers of the domain in the path, each with its number.
fn servers(ctx: &mut Ctx<'_>) -> Result<Vec<(Value, Value)>, Refusal> {
    let servers = ctx.service(KIND)?.object["nameServers"].clone();
    let servers = servers.as_array().into_iter().flatten();
    Ok(servers
        .map(|server| {
            // The list below the domain has one field for either version, the domain itself one for each.
            let ip = [&server["ipv4"], &server["ipv6"]];
            let ip = ip.into_iter().find(|ip| !ip.is_null());
            let full = json!({
                "id": server["id"],
                "host": server["nameServer"],
                "ip": ip,
                "isUsed": true,
                "toDelete": false,
            });
            (server["id"].clone(), full)
        })
        .collect())
}

fn list_servers(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let rows = servers(ctx)?;
    expandable(ctx, rows)
}

fn get_server(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let wanted = ctx.parameters[1].clone();
    let mut all = servers(ctx)?.into_iter();
    let number = wanted.parse::<i64>().ok();
    all.find(|(id, _)| id.as_i64() == number)
        .map(|(_, server)| server)
        .ok_or_else(|| Refusal::no_such_object(wanted))
}

/// They are there once the registry has them.
fn add_servers(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let (name, body) = (ctx.parameters[0].clone(), std::mem::take(&mut ctx.body));
    let known = ctx.service(KIND)?.object["nameServers"].clone();
    let mut added = Vec::new();
    let wanted = body.get("nameServer").and_then(Value::as_array);
    for server in wanted.into_iter().flatten() {
        let server = server.as_object().cloned().unwrap_or_default();
        let server = Body::check(server, SERVER, "nameServer")?;
        let host = server.text("host");
        let mut known = known.as_array().into_iter().flatten();
        // Before anything is begun: the whole list is refused for one that is there.
        if known.any(|known| known["nameServer"] == host) {
            return Err(Refusal::conflict(format!(
                "{host} is a name server of {name} already"
            )));
        }
        let ip = server.text("ip");
        let (v4, v6) = if ip.contains(':') { ("", ip) } else { (ip, "") };
        let or_null = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        added.push(json!({
            "id": ctx.account.id(),
            "nameServer": host,
            "nameServerType": "external",
            "ipv4": or_null(v4),
            "ipv6": or_null(v6),
        }));
    }
    if added.is_empty() {
        return Err(Refusal::wrong_value("nameServer", "[]", "is empty"));
    }
    let of = name.clone();
    let id = ctx.start(
        Family::Domain,
        "DomainDnsUpdate",
        &name,
        3,
        move |account, done| {
            account.change(KIND, &of, |service| {
                if let Some(servers) = service.object["nameServers"]
                    .as_array_mut()
                    .filter(|_| done)
                {
                    servers.extend(added);
                }
            });
        },
    );
    ctx.parameters = vec![name, id.to_string()];
    get_task(ctx)
}

fn get_task(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.service(KIND)?;
    let now = ctx.now();
    let task = ctx.task(Family::Domain, &ctx.parameters[0], &ctx.parameters[1])?;
    let mut shown = zones::render_task(task, now);
    shown["type"] = json!("domain");
    shown["domain"] = json!(task.subject);
    Ok(shown)
}
