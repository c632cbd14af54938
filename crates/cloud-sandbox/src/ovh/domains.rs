//! `/domain/{serviceName}`: names that were registered.

use std::time::Duration;

use serde_json::{Value, json};

use crate::route::Route;

use super::account::Account;
use super::body::{Field, Kind as Type, optional, read_only};
use super::error::Refusal;
use super::operation::{Does, op};
use super::services::{self, Kind};
use super::settings::ACCOUNT;
use super::{Ctx, datetime};

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

const LOCKS: &[&str] = &["locked", "locking", "unavailable", "unlocked", "unlocking"];

pub(crate) const ROUTES: &[Route<Does>] = &[
    op!(GET "/domain", Some("domain:apiovh:get"), list).query(&["iamTags", "whoisOwner"]),
    op!(GET "/domain/{serviceName}", Some("domain:apiovh:get"), get),
    op!(PUT "/domain/{serviceName}", Some("domain:apiovh:edit"), change).body(CHANGE),
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
                if service.object["transferLockStatus"] == meanwhile {
                    service.object["transferLockStatus"] = json!(then);
                }
            });
        });
    } else if !then.is_empty() {
        domain["transferLockStatus"] = before;
    }
    get(ctx)
}

fn get(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.service(KIND).map(|service| service.object.clone())
}
