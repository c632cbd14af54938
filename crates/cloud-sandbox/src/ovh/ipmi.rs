//! `/dedicated/server/{serviceName}/features/ipmi`: ways to the console of a server, open for some minutes.

use std::time::Duration;

use serde_json::{Value, json};

use crate::route::Route;

use super::body::{Field, Kind, optional, required};
use super::error::Refusal;
use super::operation::{Does, op};
use super::query::point_in_time;
use super::servers::{self, KIND};
use super::task::Family;
use super::{Ctx, datetime};

const TYPES: &[&str] = &[
    "kvmipHtml5URL",
    "kvmipJnlp",
    "serialOverLanSshKey",
    "serialOverLanURL",
];
const ENUMERATION: &str = "IpmiAccessTypeEnum";

const ACCESS: &[Field] = &[
    optional("ipToAllow", Kind::Ip),
    optional("sshKey", Kind::Text),
    required(
        "ttl",
        Kind::OneOfNumbers("CacheTTLEnum", &[1, 3, 5, 10, 15]),
    ),
    required("type", Kind::OneOf(ENUMERATION, TYPES)),
];

pub(crate) const ROUTES: &[Route<Does>] = &[
    op!(GET "/dedicated/server/{serviceName}/features/ipmi", Some("dedicatedServer:apiovh:features/ipmi/get"), features),
    op!(
        GET "/dedicated/server/{serviceName}/features/ipmi/access",
        Some("dedicatedServer:apiovh:features/ipmi/access/get"),
        access
    )
    .query(&["type"]),
    op!(
        POST "/dedicated/server/{serviceName}/features/ipmi/access",
        Some("dedicatedServer:apiovh:features/ipmi/access/create"),
        open
    )
    .body(ACCESS),
];

fn features(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.service(KIND)?;
    let supported: Value = TYPES
        .iter()
        .map(|name| ((*name).to_owned(), json!(true)))
        .collect();
    Ok(json!({"activated": true, "supportedFeatures": supported}))
}

/// What was opened last, while it is open. Before and after, the values are null.
fn access(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let wanted = ctx
        .query
        .one_of("type", ENUMERATION, TYPES)?
        .map(str::to_owned);
    let wanted = wanted.ok_or_else(|| Refusal::bad_request("[type] Argument missing"))?;
    let now = ctx.now();
    let known = &ctx.part(KIND, "ipmi")?[wanted];
    let end = known["expiration"].as_str().and_then(point_in_time);
    // An access closes by itself after the minutes that were asked for (`ttl`).
    let is_open = end.is_some_and(|end| end > now);
    Ok(if is_open {
        known.clone()
    } else {
        json!({"value": null, "expiration": null})
    })
}

fn open(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let name = ctx.parameters[0].clone();
    ctx.service(KIND)?;
    let kind = ctx.body.text("type").to_owned();
    if kind == "serialOverLanSshKey" && ctx.body.text("sshKey").is_empty() {
        return Err(Refusal::bad_request(
            "An SSH key is needed for this type of access",
        ));
    }
    let minutes = ctx
        .body
        .get("ttl")
        .and_then(Value::as_u64)
        .unwrap_or_default();
    let secret = ctx.account.random(24);
    let value = match kind.as_str() {
        "kvmipJnlp" => format!("<?xml version=\"1.0\"?><jnlp><argument>{secret}</argument></jnlp>"),
        "serialOverLanSshKey" => format!("ssh -p 2222 {secret}@console.example"),
        _ => format!("https://console.example/{secret}"),
    };
    let subject = name.clone();
    let id = ctx.start(
        Family::Server,
        "requestAccessIPMI",
        &subject,
        2,
        move |account, done| {
            // From when it is open, and not from when it was asked for.
            let end = account.now() + Duration::from_secs(60 * minutes);
            account.change(KIND, &name, |service| {
                if done {
                    service.parts["ipmi"][kind] =
                        json!({"value": value, "expiration": datetime(end)});
                }
            });
        },
    );
    servers::task(ctx, id)
}
