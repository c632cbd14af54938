//! Power, the rescue system, and other ways to lay hands on a server.

use serde_json::json;

use super::{act, act_with_password, changeable, status};
use crate::answer::Answer;
use crate::hetzner::Ctx;
use crate::hetzner::error::Refusal;
use crate::hetzner::project::{Effect, Kind};

pub(super) fn poweron(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    ctx.no_input()?;
    let (id, server) = changeable(ctx)?;
    // Switching on what is on has no effect, and succeeds.
    let effect = (server.status == status::OFF).then_some(Effect::Booted(id));
    if effect.is_some() {
        server.pass_through(status::STARTING);
    }
    act(ctx, "start_server", id, effect)
}

pub(super) fn poweroff(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    ctx.no_input()?;
    let (id, server) = changeable(ctx)?;
    if server.status != status::OFF {
        server.pass_through(status::STOPPING);
    }
    act(ctx, "stop_server", id, Some(Effect::Off(id)))
}

pub(super) fn shutdown(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    ctx.no_input()?;
    // As long again as the action, so that a client which does not wait for `off` is found out.
    let time = ctx.unit();
    let (id, server) = changeable(ctx)?;
    if server.status == status::OFF {
        // Nothing runs that could take the signal.
        return act(ctx, "shutdown_server", id, None);
    }
    server.pass_through(status::STOPPING);
    act(
        ctx,
        "shutdown_server",
        id,
        Some(Effect::ShuttingDown { server: id, time }),
    )
}

/// A boot of what runs. Where nothing runs, the action fails at its end.
pub(super) fn boot(ctx: &mut Ctx<'_>, command: &'static str) -> Result<Answer, Refusal> {
    ctx.no_input()?;
    let (id, server) = changeable(ctx)?;
    // Where nothing runs the status stays; the action finds that out at its end.
    if server.status != status::OFF {
        server.pass_through(status::STARTING);
    }
    act(ctx, command, id, Some(Effect::Booted(id)))
}

pub(super) fn reset_password(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    ctx.no_input()?;
    let (id, server) = changeable(ctx)?;
    if server.status != status::RUNNING {
        return Err(Refusal::new(
            422,
            "service_error",
            "the password can be reset on a running server only",
        ));
    }
    let password = ctx.shared.password();
    act_with_password(ctx, "reset_password", 1, id, Some(&password), None)
}

pub(super) fn request_console(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    ctx.no_input()?;
    let (id, _) = changeable(ctx)?;
    let (token, password) = (ctx.shared.password(), ctx.shared.password());
    let action = ctx.start("request_console", 1, vec![(Kind::Server, id)], None)?;
    let body = json!({
        "action": ctx.project.action(action),
        "wss_url": format!("wss://console.sandbox.example/?server_id={id}&token={token}"),
        "password": password,
    });
    Ok(Answer::json(201, &body))
}

pub(super) fn enable_rescue(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let (id, _) = changeable(ctx)?;
    // The only rescue system that is left; linux32 and freebsd64 are history (API's description).
    input.choice("type", &["linux64"]);
    let keys = input.integers("ssh_keys").unwrap_or_default();
    input.finish()?;
    if let Some(key) = keys
        .iter()
        .find(|key| ctx.project.ssh_keys.get(**key).is_none())
    {
        return Err(Refusal::not_found("SSH key", key));
    }
    let effect = tell_rescue(ctx, true)?;
    let password = ctx.shared.password();
    act_with_password(ctx, "enable_rescue", 1, id, Some(&password), Some(effect))
}

pub(super) fn disable_rescue(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    ctx.no_input()?;
    let (id, _) = changeable(ctx)?;
    let effect = tell_rescue(ctx, false)?;
    act(ctx, "disable_rescue", id, Some(effect))
}

/// What the next boot is to be shows at once, and goes back when the action fails.
fn tell_rescue(ctx: &mut Ctx<'_>, on: bool) -> Result<Effect, Refusal> {
    let (id, server) = changeable(ctx)?;
    let was = std::mem::replace(&mut server.rescue_enabled, on);
    Ok(Effect::told(move |project| {
        project.with_server(id, |server| server.rescue_enabled = was);
    }))
}
