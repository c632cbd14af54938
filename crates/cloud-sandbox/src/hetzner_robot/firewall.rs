//! The firewall in front of each server, and templates for it.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::route::Route;

use super::error::{Refusal, json};
use super::input::Input;
use super::limits::FIREWALL;
use super::rules::Rules;
use super::servers::Server;
use super::settings::Quirk;
use super::{Ctx, Does, op};

pub(super) const ROUTES: &[Route<Does>] = &[
    op!(GET "/firewall/{server-id}", FIREWALL, get),
    op!(POST "/firewall/{server-id}", FIREWALL, set),
    op!(DELETE "/firewall/{server-id}", FIREWALL, clear),
    op!(GET "/firewall/template", FIREWALL, templates),
    op!(POST "/firewall/template", FIREWALL, create_template),
    op!(GET "/firewall/template/{template-id}", FIREWALL, template),
    op!(POST "/firewall/template/{template-id}", FIREWALL, replace_template),
    op!(DELETE "/firewall/template/{template-id}", FIREWALL, delete_template),
];

/// How long a change takes.
const CHANGE: u32 = 25;

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Firewall {
    is_active: bool,
    filter_ipv6: bool,
    whitelist_hos: bool,
    /// None where there was never any rule, or everything was cleared.
    rules: Option<Rules>,
    until: Duration,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Template {
    id: u32,
    name: String,
    filter_ipv6: bool,
    whitelist_hos: bool,
    is_default: bool,
    rules: Rules,
}

impl Firewall {
    pub(super) fn active(rules: Rules) -> Self {
        Self {
            is_active: true,
            whitelist_hos: true,
            rules: Some(rules),
            ..Self::default()
        }
    }

    fn is_changing(&self, now: Duration) -> bool {
        self.until > now
    }
}

fn render(server: &Server, now: Duration, has_internal_rules: bool) -> Value {
    let firewall = &server.firewall;
    let status = match (firewall.is_changing(now), firewall.is_active) {
        // For about 20 to 30 seconds (Hetzner's page on the firewall).
        (true, _) => "in process",
        (false, true) => "active",
        (false, false) => "disabled",
    };
    let rules = firewall.rules.as_ref();
    json!({"firewall": {
        "server_ip": server.ipv4,
        "server_number": server.number,
        "status": status,
        "filter_ipv6": firewall.filter_ipv6,
        "whitelist_hos": firewall.whitelist_hos,
        "port": "main",
        // An empty object where everything was cleared, as in the documentation's example of DELETE.
        "rules": rules.map_or_else(|| json!({}), |rules| rules.render(has_internal_rules)),
    }})
}

fn available<'a>(ctx: &'a mut Ctx<'_>) -> Result<&'a mut Server, Refusal> {
    let server = ctx.server()?;
    if server.colocation {
        let message = "There is no firewall for this server";
        return Err(Refusal::not_found("FIREWALL_NOT_AVAILABLE", message));
    }
    Ok(server)
}

fn show(ctx: &mut Ctx<'_>, status: u16) -> Result<Answer, Refusal> {
    let (now, has_internal) = (ctx.moment.now, ctx.settings.has(Quirk::InternalRules));
    Ok(json(status, &render(available(ctx)?, now, has_internal)))
}

fn get(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    show(ctx, 200)
}

/// Puts a whole configuration in the place of the one that was.
fn apply(ctx: &mut Ctx<'_>, wanted: Firewall) -> Result<Answer, Refusal> {
    let (now, until) = (ctx.moment.now, ctx.moment.after(CHANGE));
    if available(ctx)?.firewall.is_changing(now) {
        let message = "A change of the firewall is under way";
        return Err(Refusal::conflict("FIREWALL_IN_PROCESS", message));
    }
    if !wanted.is_active && ctx.settings.has(Quirk::InternalRules) {
        let message = "The firewall has rules that cannot be disabled";
        // The service's own rules cannot be taken away (seen by hrobot-go).
        return Err(Refusal::conflict("FIREWALL_CANNOT_BE_DISABLED", message));
    }
    ctx.may_fail("INTERNAL_ERROR")?;
    available(ctx)?.firewall = Firewall { until, ..wanted };
    // Measured: 202 (hcloud-k8s/terraform-hcloud-kubernetes#499).
    let is_documented = ctx.settings.has(Quirk::DocumentedStatuses);
    show(ctx, if is_documented { 200 } else { 202 })
}

fn set(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    available(ctx)?;
    let mut input = ctx.input();
    let template = input.optional("template_id");
    let port = input.optional("port");
    let status = match template {
        // A template is to be in force, unless something else is said.
        Some(_) => input
            .optional("status")
            .unwrap_or_else(|| "active".to_owned()),
        None => input.required("status"),
    };
    if !["", "active", "disabled"].contains(&status.as_str()) {
        input.refuse("status");
    }
    // What is left out is not kept, but reset.
    let filter_ipv6 = input.flag("filter_ipv6").unwrap_or(false);
    let whitelist_hos = input.flag("whitelist_hos").unwrap_or(false);
    // A template brings both itself, so the documentation excludes them.
    if template.is_some() && (input.has("rules") || input.has("whitelist_hos")) {
        input.refuse("template_id");
    }
    input.finish()?;
    match port.as_deref() {
        None | Some("main") => {}
        Some("kvm") => {
            let message = "The server has no port for a KVM";
            return Err(Refusal::not_found("FIREWALL_PORT_NOT_FOUND", message));
        }
        Some(_) => return Err(Refusal::invalid_input(Vec::new(), vec!["port".to_owned()])),
    }
    let mut wanted = Firewall {
        is_active: status == "active",
        filter_ipv6,
        whitelist_hos,
        rules: None,
        until: Duration::ZERO,
    };
    if let Some(id) = template {
        let known = id
            .parse()
            .ok()
            .and_then(|id: u32| ctx.account.templates.get(&id));
        let known = known.ok_or_else(|| {
            let message = format!("The firewall template {id} was not found");
            Refusal::not_found("FIREWALL_TEMPLATE_NOT_FOUND", message)
        })?;
        wanted.filter_ipv6 = known.filter_ipv6;
        wanted.whitelist_hos = known.whitelist_hos;
        wanted.rules = Some(known.rules.clone());
    } else {
        // No rules in the form are no rules: a status alone shuts everything out (seen by hrobot-go).
        wanted.rules = Some(Rules::read(&input, ctx.settings)?);
    }
    apply(ctx, wanted)
}

fn clear(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    available(ctx)?;
    apply(ctx, Firewall::default())
}

impl Template {
    fn render(&self, has_rules: bool) -> Value {
        let mut shown = json!({
            "id": self.id,
            "name": self.name,
            "filter_ipv6": self.filter_ipv6,
            "whitelist_hos": self.whitelist_hos,
            "is_default": self.is_default,
        });
        if has_rules {
            shown["rules"] = self.rules.render(false);
        }
        json!({"firewall_template": shown})
    }

    fn read(ctx: &Ctx<'_>, id: u32) -> Result<Self, Refusal> {
        let mut input = ctx.input();
        let name = input.required("name");
        let filter_ipv6 = input.flag("filter_ipv6").unwrap_or(false);
        let whitelist_hos = required_flag(&mut input, "whitelist_hos");
        let is_default = required_flag(&mut input, "is_default");
        input.finish()?;
        let rules = Rules::read(&input, ctx.settings)?;
        Ok(Self {
            id,
            name,
            filter_ipv6,
            whitelist_hos,
            is_default,
            rules,
        })
    }
}

fn required_flag(input: &mut Input, name: &str) -> bool {
    if !input.has(name) {
        input.lack(name);
    }
    input.flag(name).unwrap_or_default()
}

fn templates(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let templates = ctx.account.templates.values();
    let rows = templates.map(|template| template.render(false)).collect();
    ctx.list(rows, "NOT_FOUND")
}

fn find<'a>(ctx: &'a mut Ctx<'_>) -> Result<&'a mut Template, Refusal> {
    let written = ctx.parameter(0).to_owned();
    let id = written.parse::<u32>().ok();
    id.and_then(|id| ctx.account.templates.get_mut(&id))
        .ok_or_else(|| {
            Refusal::not_found(
                "NOT_FOUND",
                format!("The firewall template {written} was not found"),
            )
        })
}

/// Keeps a template. There is one default at most.
fn keep(ctx: &mut Ctx<'_>, status: u16, template: Template) -> Answer {
    let answer = json(status, &template.render(true));
    if template.is_default {
        for other in ctx.account.templates.values_mut() {
            other.is_default = false;
        }
    }
    ctx.account.templates.insert(template.id, template);
    answer
}

fn create_template(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut template = Template::read(ctx, 0)?;
    // Drawn only when the form was good.
    template.id = ctx.account.id();
    Ok(keep(ctx, 201, template))
}

fn template(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    Ok(json(200, &find(ctx)?.render(true)))
}

fn replace_template(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = find(ctx)?.id;
    let template = Template::read(ctx, id)?;
    Ok(keep(ctx, 200, template))
}

fn delete_template(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = find(ctx)?.id;
    ctx.account.templates.remove(&id);
    Ok(Answer::empty(200))
}
