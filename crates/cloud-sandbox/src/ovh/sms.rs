//! `/sms`: accounts for messages, and the messages that wait.

use std::time::Duration;

use serde_json::{Value, json};

use crate::route::Route;

use super::account::Account;
use super::body::{Field, Kind as Type, optional, required};
use super::error::Refusal;
use super::list::expandable;
use super::operation::{Does, op};
use super::services::{self, Kind};
use super::{Ctx, datetime};

const KIND: Kind = "sms";
const NAME: &str = "sms-ab12345-1";

const JOB: &[Field] = &[
    optional("charset", Type::OneOf("CharsetEnum", &["UTF-8"])),
    optional(
        "class",
        Type::OneOf("ClassEnum", &["flash", "phoneDisplay", "sim", "toolkit"]),
    ),
    optional("coding", Type::OneOf("CodingEnum", &["7bit", "8bit"])),
    optional("differedPeriod", Type::Integer),
    required("message", Type::Text),
    optional("noStopClause", Type::Flag),
    optional(
        "priority",
        Type::OneOf("PriorityEnum", &["high", "low", "medium", "veryLow"]),
    ),
    optional("receivers", Type::Texts),
    optional("receiversDocumentUrl", Type::Text),
    optional("receiversSlotId", Type::Text),
    optional("sender", Type::Text),
    optional("senderForResponse", Type::Flag),
    optional("tag", Type::Text),
    optional("validityPeriod", Type::Integer),
];

pub(crate) const ROUTES: &[Route<Does>] = &[
    op!(GET "/sms", Some("sms:apiovh:get"), list).query(&["iamTags"]),
    op!(GET "/sms/{serviceName}", Some("sms:apiovh:get"), get),
    op!(GET "/sms/{serviceName}/senders", Some("sms:apiovh:senders/get"), senders),
    op!(GET "/sms/{serviceName}/jobs", Some("sms:apiovh:jobs/get"), list_jobs),
    op!(POST "/sms/{serviceName}/jobs", Some("sms:apiovh:jobs/create"), create_job).body(JOB),
    op!(GET "/sms/{serviceName}/jobs/{id}", Some("sms:apiovh:jobs/get"), get_job),
    op!(DELETE "/sms/{serviceName}/jobs/{id}", Some("sms:apiovh:jobs/delete"), delete_job),
];

pub(crate) fn seed(account: &mut Account) {
    let object = json!({
        "name": NAME,
        "description": "alerts",
        "status": "enable",
        "channel": "transactional",
        "creditsLeft": 100.0,
        "creditsHoldByQuota": 0.0,
        "userQuantityWithQuota": 0,
        "creditThresholdForAutomaticRecredit": 0.0,
        "automaticRecreditAmount": null,
        "callBack": null,
        "stopCallBack": null,
        "smpp": false,
    });
    let parts = json!({"senders": ["ops"], "jobs": {}});
    services::add(account, KIND, NAME, &json!({}), object, parts);
}

fn list(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    services::list(ctx, KIND)
}

fn get(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.service(KIND).map(|service| service.object.clone())
}

fn senders(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.part(KIND, "senders").cloned()
}

fn list_jobs(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let jobs = ctx.part(KIND, "jobs")?.clone();
    let jobs = jobs.as_object().into_iter().flatten();
    let rows: Vec<_> = jobs
        .map(|(_, job)| (job["id"].clone(), job.clone()))
        .collect();
    expandable(ctx, rows)
}

fn get_job(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let id = ctx.parameters[1].clone();
    let jobs = ctx.part(KIND, "jobs")?;
    jobs.get(&id)
        .cloned()
        .ok_or_else(|| Refusal::no_such_object(id))
}

fn delete_job(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    get_job(ctx)?;
    let id = ctx.parameters[1].clone();
    let jobs = ctx.part(KIND, "jobs")?.as_object_mut();
    jobs.map(|jobs| jobs.remove(&id));
    Ok(Value::Null)
}

/// Nobody waits longer for a message, and no clock shows a time for every number.
const MINUTES_A_YEAR: u64 = 365 * 24 * 60;

/// A message waits as long as it was asked to, and is gone from the list when it was sent.
fn create_job(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let body = std::mem::take(&mut ctx.body);
    let known = ctx.part(KIND, "senders")?.clone();
    let sender = body.text("sender");
    let is_known = known
        .as_array()
        .into_iter()
        .flatten()
        .any(|known| known == sender);
    // With the flag the message comes from a short number, to which receivers can answer; a sender must have been
    // registered before.
    if !body.flag("senderForResponse") && !is_known {
        return Err(Refusal::wrong_value(
            "sender",
            sender,
            "is not a sender of this account",
        ));
    }
    let receivers = body
        .get("receivers")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let is_number = |receiver: &Value| {
        let digits = receiver
            .as_str()
            .and_then(|text| text.strip_prefix('+'))
            .unwrap_or_default();
        // International form; the real service lists what is not as invalid and sends to the rest.
        digits.len() > 6 && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    let (valid, invalid): (Vec<Value>, Vec<Value>) = receivers.into_iter().partition(is_number);
    let message = body.text("message");
    let (length, now) = (message.chars().count(), datetime(ctx.now()));
    // 160 characters of the 7 bit alphabet are one message (3GPP TS 23.038); that longer ones have less room in each
    // part is left out.
    let parts = u32::try_from(length.div_ceil(160).max(1)).unwrap_or(1);
    let minutes = body
        .get("differedPeriod")
        .and_then(Value::as_i64)
        .unwrap_or_default();
    let minutes = u64::try_from(minutes)
        .unwrap_or_default()
        .min(MINUTES_A_YEAR);
    // The period is in minutes, as the description says.
    let wait = ctx.unit + Duration::from_secs(minutes * 60);
    let name = ctx.parameters[0].clone();
    let mut ids = Vec::new();
    for receiver in &valid {
        let id = ctx.account.id();
        ids.push(id);
        let job = json!({
            "id": id,
            "receiver": receiver,
            "sender": if sender.is_empty() { "short code" } else { sender },
            "message": message,
            "messageLength": length,
            "numberOfSms": parts,
            "credits": f64::from(parts),
            "creationDatetime": now,
            "differedDelivery": minutes,
            "sentAt": null,
            "deliveredAt": null,
            "deliveryReceipt": 0,
            "ptt": 0,
        });
        ctx.part(KIND, "jobs")?[id.to_string()] = job;
        let of = name.clone();
        ctx.account.after(wait, move |account| {
            account.change(KIND, &of, |service| {
                let jobs = service.parts["jobs"].as_object_mut();
                jobs.map(|jobs| jobs.remove(&id.to_string()));
            });
        });
    }
    let credits = f64::from(parts) * u32::try_from(ids.len()).map_or(0.0, f64::from);
    let object = &mut ctx.service(KIND)?.object;
    let left = object["creditsLeft"].as_f64().unwrap_or_default();
    object["creditsLeft"] = json!(left - credits);
    Ok(json!({
        "ids": ids,
        "validReceivers": valid,
        "invalidReceivers": invalid,
        "totalCreditsRemoved": credits,
        "tag": body.text("tag"),
    }))
}
