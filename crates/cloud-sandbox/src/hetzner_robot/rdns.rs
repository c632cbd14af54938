//! Names of addresses.

use std::net::IpAddr;

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::form;
use crate::route::Route;

use super::error::{Refusal, json};
use super::limits::RDNS;
use super::settings::Quirk;
use super::{Ctx, Does, op};

pub(super) const ROUTES: &[Route<Does>] = &[
    op!(GET "/rdns", RDNS, list),
    op!(GET "/rdns/{ip}", RDNS, get),
    op!(PUT "/rdns/{ip}", RDNS, create),
    op!(POST "/rdns/{ip}", RDNS, set),
    op!(DELETE "/rdns/{ip}", RDNS, delete),
];

/// The name that addresses have unless another one is given.
pub(super) fn usual(ip: IpAddr) -> Option<String> {
    let IpAddr::V4(ip) = ip else {
        return None;
    };
    let [a, b, c, d] = ip.octets();
    Some(format!("static.{d}.{c}.{b}.{a}.clients.your-server.de"))
}

fn render(ip: IpAddr, ptr: &Value) -> Value {
    json!({"rdns": {"ip": ip, "ptr": ptr}})
}

fn list(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let wanted = form::value(&form::pairs(ctx.call.query), "server_ip").map(str::to_owned);
    let account = &*ctx.account;
    let server = wanted.as_ref().map(|ip| account.number_of(ip));
    let has_no_ptr = ctx.settings.has(Quirk::NullPtr);
    let mut rows = Vec::new();
    for (ip, ptr) in &account.rdns {
        // A filter by an address that no server has finds nothing, rather than everything.
        if server.is_none_or(|server| server.is_some() && account.owner(*ip) == server) {
            rows.push(render(
                *ip,
                &if has_no_ptr { Value::Null } else { json!(ptr) },
            ));
        }
    }
    ctx.list(rows, "NOT_FOUND")
}

/// An address of the account.
fn find(ctx: &Ctx<'_>) -> Result<IpAddr, Refusal> {
    let written = ctx.parameter(0);
    let ip = written
        .parse::<IpAddr>()
        .ok()
        .filter(|ip| ctx.account.owner(*ip).is_some());
    ip.ok_or_else(|| {
        Refusal::not_found(
            "IP_NOT_FOUND",
            format!("The IP address {written} was not found"),
        )
    })
}

fn show(ctx: &Ctx<'_>, status: u16, ip: IpAddr) -> Result<Answer, Refusal> {
    let ptr = ctx.account.rdns.get(&ip).ok_or_else(|| {
        Refusal::not_found("RDNS_NOT_FOUND", format!("{ip} has no reverse DNS entry"))
    })?;
    Ok(json(status, &render(ip, &json!(ptr))))
}

fn get(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let ip = find(ctx)?;
    show(ctx, 200, ip)
}

fn is_name(name: &str) -> bool {
    let is_label = |label: &str| {
        let is_good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        (1..64).contains(&label.len()) && label.bytes().all(is_good)
    };
    name.len() < 254
        && name
            .strip_suffix('.')
            .unwrap_or(name)
            .split('.')
            .all(is_label)
}

fn create(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let ip = find(ctx)?;
    let mut input = ctx.input();
    let ptr = input.required("ptr");
    if !ptr.is_empty() && !is_name(&ptr) {
        input.refuse("ptr");
    }
    input.finish()?;
    // PUT only creates; POST does both.
    if ctx.account.rdns.contains_key(&ip) {
        let message = format!("{ip} has a reverse DNS entry already");
        return Err(Refusal::conflict("RDNS_ALREADY_EXISTS", message));
    }
    ctx.may_fail("RDNS_CREATE_FAILED")?;
    ctx.account.rdns.insert(ip, ptr);
    show(ctx, 201, ip)
}

fn set(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let ip = find(ctx)?;
    let mut input = ctx.input();
    // An empty one brings back the usual name (seen by hrobot), where there is one.
    let ptr = input.text("ptr");
    let wanted = ptr
        .clone()
        .filter(|ptr| !ptr.is_empty())
        .or_else(|| usual(ip));
    match &ptr {
        None => drop(input.required("ptr")),
        Some(_) if !wanted.as_deref().is_some_and(is_name) => input.refuse("ptr"),
        Some(_) => {}
    }
    input.finish()?;
    let is_new = !ctx.account.rdns.contains_key(&ip);
    ctx.may_fail(if is_new {
        "RDNS_CREATE_FAILED"
    } else {
        "RDNS_UPDATE_FAILED"
    })?;
    ctx.account.rdns.insert(ip, wanted.unwrap_or_default());
    // 201 where an entry was made, 200 where one was changed.
    show(ctx, if is_new { 201 } else { 200 }, ip)
}

fn delete(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let ip = find(ctx)?;
    ctx.may_fail("RDNS_DELETE_FAILED")?;
    ctx.account.rdns.remove(&ip);
    Ok(Answer::empty(200))
}
