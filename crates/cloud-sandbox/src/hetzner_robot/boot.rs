//! What a machine boots the next time: the rescue system or an installation.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::route::Route;

use super::error::{Refusal, json};
use super::input::Input;
use super::limits::BOOT;
use super::moment::Moment;
use super::servers::Server;
use super::settings::Quirk;
use super::{Ctx, Does, op};

pub(super) const ROUTES: &[Route<Does>] = &[
    op!(GET "/boot/{server-number}", BOOT, all),
    op!(GET "/boot/{server-number}/rescue", BOOT, |ctx| get(ctx, RESCUE)),
    op!(POST "/boot/{server-number}/rescue", BOOT, |ctx| activate(ctx, RESCUE)),
    op!(DELETE "/boot/{server-number}/rescue", BOOT, |ctx| deactivate(ctx, RESCUE)),
    op!(GET "/boot/{server-number}/linux", BOOT, |ctx| get(ctx, LINUX)),
    op!(POST "/boot/{server-number}/linux", BOOT, |ctx| activate(ctx, LINUX)),
    op!(DELETE "/boot/{server-number}/linux", BOOT, |ctx| deactivate(ctx, LINUX)),
    op!(GET "/boot/{server-number}/vnc", BOOT, |ctx| get(ctx, VNC)),
    op!(POST "/boot/{server-number}/vnc", BOOT, |ctx| activate(ctx, VNC)),
    op!(DELETE "/boot/{server-number}/vnc", BOOT, |ctx| deactivate(ctx, VNC)),
    op!(GET "/boot/{server-number}/windows", BOOT, |ctx| get(ctx, WINDOWS)),
    op!(POST "/boot/{server-number}/windows", BOOT, |ctx| activate(ctx, WINDOWS)),
    op!(DELETE "/boot/{server-number}/windows", BOOT, |ctx| deactivate(ctx, WINDOWS)),
    op!(GET "/boot/{server-number}/rescue/last", BOOT, |ctx| last(ctx, RESCUE)),
    op!(GET "/boot/{server-number}/linux/last", BOOT, |ctx| last(ctx, LINUX)),
];

/// A kind of boot configuration.
#[derive(Clone, Copy, Debug)]
struct Kind {
    name: &'static str,
    /// The field that says what is booted, and what it can be.
    system: &'static str,
    systems: &'static [&'static str],
    languages: &'static [&'static str],
    has_keys: bool,
}

const RESCUE: &Kind = &Kind {
    name: "rescue",
    system: "os",
    systems: &["linux", "vkvm"],
    languages: &[],
    has_keys: true,
};
const LINUX: &Kind = &Kind {
    name: "linux",
    system: "dist",
    systems: DISTRIBUTIONS,
    languages: &["en"],
    has_keys: true,
};
const VNC: &Kind = &Kind {
    name: "vnc",
    system: "dist",
    systems: &["Fedora 42", "openSUSE Leap 15.6", "Rocky Linux 10"],
    languages: &["de_DE", "en_US", "fr_FR", "es_ES"],
    has_keys: false,
};
const WINDOWS: &Kind = &Kind {
    name: "windows",
    system: "os",
    systems: &[
        "Windows Server 2022 Standard Edition",
        "Windows Server 2025 Standard Edition",
    ],
    languages: &["en", "de"],
    has_keys: false,
};
const KINDS: [&Kind; 4] = [RESCUE, LINUX, VNC, WINDOWS];

/// What can be installed by itself.
pub(super) const DISTRIBUTIONS: &[&str] = &[
    "Rescue system",
    "Debian 12 base",
    "Debian 13 base",
    "Ubuntu 24.04 LTS base",
    "Ubuntu 26.04 LTS base",
];

/// A configuration that was activated.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Activation {
    kind: String,
    system: String,
    language: Option<String>,
    arch: u64,
    password: Option<String>,
    keys: Vec<Value>,
    host_keys: Vec<Value>,
    booted_at: Option<Duration>,
}

/// The machine starts: what was activated is booted, and not the next time.
pub(super) fn consume(server: &mut Server, at: Duration, rng: &mut fastrand::Rng) {
    let Some(mut booted) = server.boot.take() else {
        return;
    };
    let digits: Vec<_> = (0..16).map(|_| format!("{:02x}", rng.u8(..))).collect();
    let key =
        json!({"name": null, "fingerprint": digits.join(":"), "type": "ED25519", "size": 256});
    booted.host_keys = vec![json!({"key": key})];
    booted.booted_at = Some(at);
    server.last.insert(booted.kind.clone(), booted);
}

impl Kind {
    fn active<'s>(&self, server: &'s Server) -> Option<&'s Activation> {
        server
            .boot
            .as_ref()
            .filter(|active| active.kind == self.name)
    }

    fn is_available(&self, server: &Server) -> bool {
        !server.colocation && (self.name != "windows" || server.windows)
    }

    /// Options are arrays until one of each is chosen, and then what was chosen.
    fn render(&self, server: &Server, chosen: Option<&Activation>, ctx: &Scene<'_>) -> Value {
        let mut shown = server.identity();
        let mut put = |key: &str, value: Value| shown.insert(key.to_owned(), value);
        let system = chosen.map_or_else(|| json!(self.systems), |chosen| json!(chosen.system));
        put(self.system, system);
        if self.name == "windows" {
            // Deprecated for `os`, and null where nothing is chosen: hrobot cannot read that.
            put("dist", Value::Null);
        }
        let arch = chosen.map_or_else(|| json!([64, 32]), |chosen| json!(chosen.arch));
        put(ctx.arch, arch);
        if !self.languages.is_empty() {
            let languages = || json!(self.languages);
            put(
                "lang",
                chosen.map_or_else(languages, |chosen| json!(chosen.language)),
            );
        }
        // By the server and not by what is shown: `last` is over, and shown as inactive.
        put("active", json!(self.active(server).is_some()));
        put("password", json!(chosen.map(|chosen| &chosen.password)));
        if self.has_keys {
            put(
                "authorized_key",
                chosen.map_or_else(|| json!([]), |chosen| json!(chosen.keys)),
            );
            put(
                "host_key",
                chosen.map_or_else(|| json!([]), |chosen| json!(chosen.host_keys)),
            );
            let booted_at = chosen.and_then(|chosen| chosen.booted_at);
            put("boot_time", json!(booted_at.map(|at| ctx.moment.local(at))));
        }
        shown.into()
    }
}

/// How configurations are written, beside what they are.
struct Scene<'a> {
    arch: &'a str,
    moment: Moment,
}

impl Scene<'_> {
    fn of(ctx: &Ctx<'_>) -> Self {
        let is_marked = ctx.settings.has(Quirk::DeprecatedArch);
        Self {
            arch: if is_marked {
                "@deprecated arch"
            } else {
                "arch"
            },
            moment: ctx.moment,
        }
    }
}

fn available<'a>(ctx: &'a mut Ctx<'_>) -> Result<&'a mut Server, Refusal> {
    let server = ctx.server()?;
    if server.colocation {
        return Err(Refusal::not_found(
            "BOOT_NOT_AVAILABLE",
            "There is no boot configuration for this server",
        ));
    }
    Ok(server)
}

fn all(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let scene = Scene::of(ctx);
    let server = &*available(ctx)?;
    let mut body = json!({});
    for kind in KINDS {
        let shown = || kind.render(server, kind.active(server), &scene);
        body[kind.name] = if kind.is_available(server) {
            shown()
        } else {
            Value::Null
        };
    }
    Ok(json(200, &json!({"boot": body})))
}

fn get(ctx: &mut Ctx<'_>, kind: &Kind) -> Result<Answer, Refusal> {
    let scene = Scene::of(ctx);
    let server = &*available(ctx)?;
    let mut body = json!({});
    body[kind.name] = kind.render(server, kind.active(server), &scene);
    Ok(json(200, &body))
}

fn last(ctx: &mut Ctx<'_>, kind: &Kind) -> Result<Answer, Refusal> {
    let scene = Scene::of(ctx);
    let server = &*available(ctx)?;
    let Some(last) = server.last.get(kind.name) else {
        let message = "Nothing of this kind was activated and booted";
        return Err(Refusal::not_found("BOOT_NOT_AVAILABLE", message));
    };
    let mut body = json!({});
    body[kind.name] = kind.render(server, Some(last), &scene);
    Ok(json(200, &body))
}

fn activate(ctx: &mut Ctx<'_>, kind: &Kind) -> Result<Answer, Refusal> {
    let server = available(ctx)?;
    // Any kind: only one configuration can be active (documentation of `/boot`).
    let (has_boot, is_available) = (server.boot.is_some(), kind.is_available(server));
    let mut input = ctx.input();
    let system = choice(&mut input, kind.system, kind.systems);
    let language = (!kind.languages.is_empty()).then(|| choice(&mut input, "lang", kind.languages));
    let arch = match input.optional("arch").as_deref() {
        // Deprecated and still sent: clients from before say 64.
        None | Some("64") => 64,
        Some("32") => 32,
        Some(_) => {
            input.refuse("arch");
            0
        }
    };
    let keys = if kind.has_keys {
        let keys = ctx.chosen_keys(&mut input);
        let shown = keys.into_iter().map(|key| key.dated_reference(ctx.moment));
        shown.collect()
    } else {
        Vec::new()
    };
    let keyboard = if kind.name == "rescue" {
        input.optional("keyboard")
    } else {
        None
    };
    if keyboard.is_some_and(|keyboard| !keyboard.bytes().all(|byte| byte.is_ascii_lowercase())) {
        input.refuse("keyboard");
    }
    input.finish()?;
    if !is_available {
        let message = "There is no Windows addon for this server";
        return Err(Refusal::not_found("WINDOWS_MISSING_ADDON", message));
    }
    if has_boot {
        let message = "There is an active boot configuration already";
        // On older copies of the documentation, and still caught by providers for Terraform.
        return Err(Refusal::conflict("BOOT_ALREADY_ENABLED", message));
    }
    ctx.may_fail("BOOT_ACTIVATION_FAILED")?;
    // Whoever has a key needs no password (seen by hrobot).
    let password = keys.is_empty().then(|| ctx.account.password());
    ctx.server()?.boot = Some(Activation {
        kind: kind.name.to_owned(),
        system,
        language,
        arch,
        password,
        keys,
        host_keys: Vec::new(),
        booted_at: None,
    });
    get(ctx, kind)
}

fn choice(input: &mut Input, name: &str, choices: &[&str]) -> String {
    let chosen = input.required(name);
    if !chosen.is_empty() && !choices.contains(&chosen.as_str()) {
        input.refuse(name);
    }
    chosen
}

fn deactivate(ctx: &mut Ctx<'_>, kind: &Kind) -> Result<Answer, Refusal> {
    available(ctx)?;
    ctx.may_fail("BOOT_DEACTIVATION_FAILED")?;
    let server = ctx.server()?;
    // Another kind that is active is left alone.
    if kind.active(server).is_some() {
        server.boot = None;
    }
    get(ctx, kind)
}
