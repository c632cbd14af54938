//! Reset and Wake on LAN: what starts a machine, and lets it boot what was activated.

use std::time::Duration;

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::route::Route;

use super::error::{Refusal, json};
use super::limits::{RESET, RESETS, WAKE, WAKES};
use super::servers::Server;
use super::{Ctx, Does, boot, op};

pub(super) const ROUTES: &[Route<Does>] = &[
    op!(GET "/reset", RESETS, list),
    op!(GET "/reset/{server-number}", RESETS, get),
    op!(POST "/reset/{server-number}", RESET, reset),
    op!(GET "/wol/{server-number}", WAKES, wol),
    op!(POST "/wol/{server-number}", WAKE, wake),
];

/// How long it takes until a technician has come.
const MANUAL: u32 = 900;

/// Starts the machine, which boots what was activated, once.
pub(super) fn start(server: &mut Server, at: Duration, rng: &mut fastrand::Rng) {
    server.running = true;
    boot::consume(server, at, rng);
}

fn render(server: &Server, kind: Value) -> Value {
    let mut shown = server.identity();
    shown.insert("type".to_owned(), kind);
    json!({"reset": shown})
}

fn list(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let servers = ctx
        .account
        .servers
        .values()
        .filter(|server| !server.resets.is_empty());
    let rows = servers
        .map(|server| render(server, json!(server.resets)))
        .collect();
    ctx.list(rows, "NOT_FOUND")
}

fn available<'a>(ctx: &'a mut Ctx<'_>) -> Result<&'a mut Server, Refusal> {
    let server = ctx.server()?;
    if server.resets.is_empty() {
        return Err(Refusal::not_found(
            "RESET_NOT_AVAILABLE",
            "The server has no reset option",
        ));
    }
    Ok(server)
}

fn get(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let server = available(ctx)?;
    // Whether a machine runs is told by the power button's wires.
    let status = match (
        server.resets.iter().any(|kind| kind == "power"),
        server.running,
    ) {
        (false, _) => "not supported",
        (true, true) => "running",
        (true, false) => "shut off",
    };
    let mut body = render(server, json!(server.resets));
    body["reset"]["operating_status"] = json!(status);
    Ok(json(200, &body))
}

fn reset(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    // Which kinds there are depends on the machine: AX servers have no `sw` (aszlig/hetzner#61).
    let resets = available(ctx)?.resets.clone();
    let mut input = ctx.input();
    let kind = input.required("type");
    // Asking for one that the machine lacks is bad input (aszlig/hetzner#61).
    if !kind.is_empty() && !resets.contains(&kind) {
        input.refuse("type");
    }
    input.finish()?;
    let (now, until) = (ctx.moment.now, ctx.moment.after(MANUAL));
    if ctx.server()?.manual_until.is_some() {
        return Err(Refusal::conflict(
            "RESET_MANUAL_ACTIVE",
            "There is already a running manual reset",
        ));
    }
    ctx.may_fail("RESET_FAILED")?;
    let number = ctx.server()?.number;
    let account = &mut *ctx.account;
    let Some(server) = account.servers.get_mut(&number) else {
        return Err(Refusal::server_not_found(&number.to_string()));
    };
    match (kind.as_str(), server.running) {
        // A short press of the button lets a running machine shut down (seen by ubicloud).
        ("power", true) | ("power_long", _) => server.running = false,
        ("man", _) => server.manual_until = Some(until),
        // Nobody hears Ctrl-Alt-Del.
        ("sw", false) => {}
        _ => start(server, now, &mut account.rng),
    }
    // One text here, a list in all other answers.
    Ok(json(200, &render(server, json!(kind))))
}

fn wakeable<'a>(ctx: &'a mut Ctx<'_>) -> Result<&'a mut Server, Refusal> {
    let server = ctx.server()?;
    if !server.wol {
        return Err(Refusal::not_found(
            "WOL_NOT_AVAILABLE",
            "The server has no Wake on LAN",
        ));
    }
    Ok(server)
}

fn wol(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let server = wakeable(ctx)?;
    Ok(json(200, &json!({"wol": server.identity()})))
}

fn wake(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let number = wakeable(ctx)?.number;
    ctx.may_fail("WOL_FAILED")?;
    let now = ctx.moment.now;
    let account = &mut *ctx.account;
    if let Some(server) = account
        .servers
        .get_mut(&number)
        // A magic packet does nothing to a machine that is on.
        .filter(|server| !server.running)
    {
        start(server, now, &mut account.rng);
    }
    wol(ctx)
}
