//! `serviceInfos` of every product, and `/services`: until when services are paid, and how they go on then.

use std::time::Duration;

use serde_json::{Value, json};

use crate::route::Route;

use super::account::Account;
use super::body::{Body, Field, Kind, nullable, read_only, required};
use super::error::Refusal;
use super::operation::{Does, op};
use super::settings::ACCOUNT;
use super::{Ctx, datetime};

const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);

const CHANGE: &[Field] = &[
    nullable("renew", Kind::Object),
    read_only("canDeleteAtExpiration"),
    read_only("contactAdmin"),
    read_only("contactBilling"),
    read_only("contactTech"),
    read_only("creation"),
    read_only("domain"),
    read_only("engagedUpTo"),
    read_only("expiration"),
    read_only("possibleRenewPeriod"),
    read_only("renewalType"),
    read_only("serviceId"),
    read_only("status"),
];
const RENEW: &[Field] = &[
    required("automatic", Kind::Flag),
    required("deleteAtExpiration", Kind::Flag),
    required("forced", Kind::Flag),
    nullable("manualPayment", Kind::Flag),
    nullable("period", Kind::Integer),
];

/// The products that have it: the kind of their services, and the path.
const PRODUCTS: &[(&str, &str)] = &[
    ("dedicatedServer", "/dedicated/server/{serviceName}"),
    ("dnsZone", "/domain/zone/{zoneName}"),
    ("domain", "/domain/{serviceName}"),
    ("emailDomain", "/email/domain/{domain}"),
    ("publicCloudProject", "/cloud/project/{serviceName}"),
    ("sms", "/sms/{serviceName}"),
    ("vps", "/vps/{serviceName}"),
    (
        "webCloudDatabases",
        "/hosting/privateDatabase/{serviceName}",
    ),
];

pub(crate) const ROUTES: &[Route<Does>] = &[
    op!(GET "/services", Some("account:apiovh:services/get"), list).query(&["orderBy", "resourceName", "routes", "sort"]),
    op!(GET "/services/{serviceId}", Some("account:apiovh:services/get"), get_service),
    op!(GET "/dedicated/server/{serviceName}/serviceInfos", Some("dedicatedServer:apiovh:serviceInfos/get"), |ctx| get(ctx, "dedicatedServer")),
    op!(PUT "/dedicated/server/{serviceName}/serviceInfos", Some("dedicatedServer:apiovh:serviceInfos/edit"), |ctx| change(ctx, "dedicatedServer")).body(CHANGE),
    op!(GET "/domain/zone/{zoneName}/serviceInfos", Some("dnsZone:apiovh:serviceInfos/get"), |ctx| get(ctx, "dnsZone")),
    op!(PUT "/domain/zone/{zoneName}/serviceInfos", Some("dnsZone:apiovh:serviceInfos/edit"), |ctx| change(ctx, "dnsZone")).body(CHANGE),
    op!(GET "/domain/{serviceName}/serviceInfos", Some("domain:apiovh:serviceInfos/get"), |ctx| get(ctx, "domain")),
    op!(PUT "/domain/{serviceName}/serviceInfos", Some("domain:apiovh:serviceInfos/edit"), |ctx| change(ctx, "domain")).body(CHANGE),
    op!(GET "/email/domain/{domain}/serviceInfos", Some("emailDomain:apiovh:serviceInfos/get"), |ctx| get(ctx, "emailDomain")),
    op!(PUT "/email/domain/{domain}/serviceInfos", Some("emailDomain:apiovh:serviceInfos/edit"), |ctx| change(ctx, "emailDomain")).body(CHANGE),
    op!(GET "/cloud/project/{serviceName}/serviceInfos", Some("publicCloudProject:apiovh:serviceInfos/get"), |ctx| get(ctx, "publicCloudProject")),
    op!(PUT "/cloud/project/{serviceName}/serviceInfos", Some("publicCloudProject:apiovh:serviceInfos/edit"), |ctx| change(ctx, "publicCloudProject")).body(CHANGE),
    op!(GET "/sms/{serviceName}/serviceInfos", Some("sms:apiovh:serviceInfos/get"), |ctx| get(ctx, "sms")),
    op!(PUT "/sms/{serviceName}/serviceInfos", Some("sms:apiovh:serviceInfos/edit"), |ctx| change(ctx, "sms")).body(CHANGE),
    op!(GET "/vps/{serviceName}/serviceInfos", Some("vps:apiovh:serviceInfos/get"), |ctx| get(ctx, "vps")),
    op!(PUT "/vps/{serviceName}/serviceInfos", Some("vps:apiovh:serviceInfos/edit"), |ctx| change(ctx, "vps")).body(CHANGE),
    op!(GET "/hosting/privateDatabase/{serviceName}/serviceInfos", Some("webCloudDatabases:apiovh:serviceInfos/get"), |ctx| get(ctx, "webCloudDatabases")),
    op!(PUT "/hosting/privateDatabase/{serviceName}/serviceInfos", Some("webCloudDatabases:apiovh:serviceInfos/edit"), |ctx| change(ctx, "webCloudDatabases")).body(CHANGE),
];

/// What a service has that was bought a year ago.
pub(crate) fn fresh(account: &mut Account, name: &str, id: Option<i64>) -> Value {
    let now = account.now();
    json!({
        "domain": name,
        "serviceId": id.unwrap_or_else(|| account.id()),
        "status": "ok",
        "creation": &datetime(now - YEAR)[..10],
        "expiration": &datetime(now + YEAR)[..10],
        "engagedUpTo": null,
        "contactAdmin": ACCOUNT,
        "contactBilling": ACCOUNT,
        "contactTech": ACCOUNT,
        "canDeleteAtExpiration": true,
        "renewalType": "automaticV2016",
        "possibleRenewPeriod": [1, 3, 6, 12],
        "renew": {
            "automatic": true,
            "deleteAtExpiration": false,
            "forced": false,
            "manualPayment": false,
            "period": 1,
        },
    })
}

fn infos<'c>(ctx: &'c mut Ctx<'_>, kind: &'static str) -> Result<&'c mut Value, Refusal> {
    // Zones are kept apart from other services: most calls are about them.
    if kind == "dnsZone" {
        return super::zones::find(ctx).map(|zone| &mut zone.infos);
    }
    ctx.part(kind, "infos")
}

fn get(ctx: &mut Ctx<'_>, kind: &'static str) -> Result<Value, Refusal> {
    infos(ctx, kind).map(|infos| infos.clone())
}

fn change(ctx: &mut Ctx<'_>, kind: &'static str) -> Result<Value, Refusal> {
    let body = std::mem::take(&mut ctx.body);
    let infos = infos(ctx, kind)?;
    if let Some(renew) = body.get("renew").and_then(Value::as_object) {
        // An object within the body, whose fields the description has as well.
        let renew = Body::check(renew.clone(), RENEW, "renew")?;
        let periods = infos["possibleRenewPeriod"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        if let Some(period) = renew
            .get("period")
            .filter(|period| !periods.contains(period))
        {
            return Err(Refusal::wrong_value(
                "period",
                period,
                "is not a period of this service",
            ));
        }
    }
    body.amend(infos);
    Ok(Value::Null)
}

/// All services that were bought, in the form of `/services`.
fn all(account: &Account) -> Vec<Value> {
    let mut all = Vec::new();
    for (kind, path) in PRODUCTS {
        if *kind == "dnsZone" {
            let zones = account.zones.iter();
            all.extend(zones.map(|(name, zone)| render(&zone.infos, name, path)));
        }
        let services = account.services.get(kind).into_iter().flatten();
        all.extend(services.map(|(name, service)| render(&service.parts["infos"], name, path)));
    }
    all
}

fn render(infos: &Value, name: &str, path: &str) -> Value {
    let moment = |field: &str| {
        format!(
            "{}T00:00:00+00:00",
            infos[field].as_str().unwrap_or_default()
        )
    };
    let renew = &infos["renew"];
    let ends = renew["deleteAtExpiration"] == true;
    // The route as it is described and as it is for this one: clients find the service by the latter.
    let (before, _) = path.rsplit_once('/').unwrap_or_default();
    let actions = if ends {
        json!(["terminateAtExpirationDate"])
    } else {
        json!([])
    };
    json!({
        "serviceId": infos["serviceId"],
        "parentServiceId": null,
        "route": {"path": path, "url": format!("{before}/{name}")},
        "resource": {"name": name, "displayName": name, "state": "active"},
        "tags": [],
        "billing": {
            "expirationDate": moment("expiration"),
            "nextBillingDate": (!ends).then(|| moment("expiration")),
            "plan": {"code": "sandbox", "invoiceName": name},
            "lifecycle": {
                "current": {
                    "state": "active",
                    "creationDate": moment("creation"),
                    "terminationDate": ends.then(|| moment("expiration")),
                    "pendingActions": actions,
                },
            },
            "renew": {
                "current": {
                    "mode": if renew["automatic"] == true { "automatic" } else { "manual" },
                    "nextDate": moment("expiration"),
                    "period": renew["period"].as_i64().map(|months| format!("P{months}M")),
                },
            },
        },
    })
}

#[allow(clippy::unnecessary_wraps, reason = "it is a handler")]
fn list(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rows: Vec<_> = all(ctx.account)
        .into_iter()
        .filter(|service| ctx.query.admits("routes", &text(&service["route"]["path"])))
        .filter(|service| {
            ctx.query
                .admits("resourceName", &text(&service["resource"]["name"]))
        })
        .map(|service| service["serviceId"].clone())
        .collect();
    // This list knows nothing of whole objects.
    Ok(rows.into())
}

fn get_service(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let id = &ctx.parameters[0];
    let number = id.parse::<i64>().ok();
    let mut all = all(ctx.account).into_iter();
    all.find(|service| service["serviceId"].as_i64() == number)
        .ok_or_else(|| Refusal::no_such_object(id))
}
