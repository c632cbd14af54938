use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::route::{Route, route};

use super::error::Refusal;
use super::input::Input;
use super::labels::{Labels, Selector};
use super::project::{Effect, Kind, Named, Project, named};
use super::query::{Order, list};
use super::resource::{self, Resource, in_table};
use super::servers::Server;
use super::{Ctx, Handler};

mod rules;

pub(crate) const ROUTES: &[Route<Handler>] = &[
    route("list_firewalls", "GET", "/firewalls", list_firewalls),
    route("create_firewall", "POST", "/firewalls", create_firewall),
    route(
        "list_firewalls_actions",
        "GET",
        "/firewalls/actions",
        resource::list_all_actions::<Firewall>,
    ),
    route(
        "get_firewalls_action",
        "GET",
        "/firewalls/actions/{id}",
        resource::get_action::<Firewall>,
    ),
    route(
        "get_firewall",
        "GET",
        "/firewalls/{id}",
        resource::get::<Firewall>,
    ),
    route(
        "update_firewall",
        "PUT",
        "/firewalls/{id}",
        resource::update::<Firewall>,
    ),
    route(
        "delete_firewall",
        "DELETE",
        "/firewalls/{id}",
        delete_firewall,
    ),
    route(
        "list_firewall_actions",
        "GET",
        "/firewalls/{id}/actions",
        resource::list_actions::<Firewall>,
    ),
    route(
        "apply_firewall_to_resources",
        "POST",
        "/firewalls/{id}/actions/apply_to_resources",
        apply_to_resources,
    ),
    route(
        "remove_firewall_from_resources",
        "POST",
        "/firewalls/{id}/actions/remove_from_resources",
        remove_from_resources,
    ),
    route(
        "set_firewall_rules",
        "POST",
        "/firewalls/{id}/actions/set_rules",
        set_rules,
    ),
];

/// How many firewalls one server takes.
const MOST_OF_A_SERVER: usize = 5;

#[derive(serde::Deserialize, serde::Serialize)]
pub(crate) struct Firewall {
    id: i64,
    name: String,
    labels: Labels,
    created: String,
    rules: Vec<Value>,
    applied: Vec<Applied>,
}

#[derive(serde::Deserialize, serde::Serialize)]
struct Applied {
    target: Target,
    /// From the request to the end of its action.
    pending: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
enum Target {
    Server(i64),
    Selector(String),
}

const ORDERS: &[Order<Firewall>] = &[
    ("id", |a, b| a.id.cmp(&b.id)),
    ("name", |a, b| a.name.cmp(&b.name)),
    ("created", |a, b| a.created.cmp(&b.created)),
];

named!(Firewall);

impl Resource for Firewall {
    const KIND: Kind = Kind::Firewall;

    in_table!(firewalls);

    fn render(&self, project: &Project) -> Value {
        let one = |id: i64| json!({"type": "server", "server": {"id": id}});
        let applied = self.applied.iter().map(|applied| match &applied.target {
            Target::Server(id) => one(*id),
            Target::Selector(text) => {
                let servers: Vec<Value> = selected(project, text)
                    .map(|server| one(server.id()))
                    .collect();
                json!({
                    "type": "label_selector",
                    "label_selector": {"selector": text},
                    "applied_to_resources": servers,
                })
            }
        });
        json!({
            "id": self.id,
            "name": self.name,
            "labels": self.labels,
            "created": self.created,
            "rules": self.rules,
            "applied_to": applied.collect::<Vec<Value>>(),
        })
    }
}

/// The servers with a public side that a label selector matches.
fn selected<'p>(
    project: &'p Project,
    selector: &str,
) -> impl Iterator<Item = &'p Server> + use<'p> {
    // Its syntax was checked when it came in.
    let selector = Selector::parse(selector).ok();
    let matches = move |server: &&Server| {
        // Firewalls filter public traffic only, so a server without a public side is skipped (API documentation of
        // firewalls).
        server.is_public()
            && selector
                .as_ref()
                .is_some_and(|selector| selector.matches(&server.labels))
    };
    project.servers.rows().filter(matches)
}

impl Target {
    fn matches(&self, server: &Server) -> bool {
        match self {
            Self::Server(id) => *id == server.id(),
            Self::Selector(text) => {
                server.is_public()
                    && Selector::parse(text).is_ok_and(|selector| selector.matches(&server.labels))
            }
        }
    }
}

impl Firewall {
    fn status_for(&self, server: &Server) -> Option<&'static str> {
        let mut mine = self
            .applied
            .iter()
            .filter(|applied| applied.target.matches(server))
            .peekable();
        mine.peek()?;
        // One way that is in force is enough, by name or by selector.
        Some(if mine.all(|applied| applied.pending) {
            "pending"
        } else {
            "applied"
        })
    }

    /// The servers behind it.
    fn servers(&self, project: &Project) -> BTreeSet<i64> {
        let behind = |target: &Target| -> Vec<i64> {
            match target {
                Target::Server(id) => vec![*id],
                Target::Selector(text) => selected(project, text).map(Named::id).collect(),
            }
        };
        self.applied
            .iter()
            .flat_map(|applied| behind(&applied.target))
            .collect()
    }
}

/// The firewalls before a server, as the server shows them.
pub(crate) fn of_server(project: &Project, server: &Server) -> Vec<Value> {
    let status = |firewall: &Firewall| {
        Some(json!({"id": firewall.id, "status": firewall.status_for(server)?}))
    };
    project.firewalls.rows().filter_map(status).collect()
}

/// Puts a firewall before a server that is being created.
pub(crate) fn put_before(project: &mut Project, firewall: i64, server: i64) {
    if let Some(firewall) = project.firewalls.get_mut(firewall) {
        firewall.applied.push(Applied {
            target: Target::Server(server),
            // The creation of the server already stands for the waiting; no action of its own belongs to it.
            pending: false,
        });
    }
}

/// Forgets a server that is gone.
pub(crate) fn leave(project: &mut Project, server: i64) {
    for firewall in project.firewalls.rows_mut() {
        firewall
            .applied
            .retain(|applied| applied.target != Target::Server(server));
    }
}

fn list_firewalls(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let selects = ctx.query.selects()?;
    let mut rows = ctx.project.firewalls.select(ctx.query.get("name"));
    rows.retain(|firewall| selects(&firewall.labels));
    list(ctx, "firewalls", rows, ORDERS, |firewall| {
        firewall.render(ctx.project)
    })
}

fn create_firewall(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let name = input.required("name", Input::text);
    resource::check_name::<Firewall>(&mut input, &name);
    let labels = input.labels("labels").unwrap_or_default();
    let rules = rules::read(&mut input).unwrap_or_default();
    let targets = read_targets(&mut input, "apply_to").unwrap_or_default();
    input.finish()?;
    ctx.project.firewalls.check_name(&name, None)?;
    for (index, target) in targets.iter().enumerate() {
        if targets[..index].contains(target) {
            return Err(Refusal::new(
                422,
                "server_already_added",
                "a resource is named more than once",
            ));
        }
        // The same refusal has another code and another status here than in `apply_to_resources` (API documentation
        // of both).
        check_target(ctx, target, 422, "incompatible_network_type")?;
    }
    let id = ctx.shared.id();
    let has_rules = !rules.is_empty();
    let created = ctx.project.stamp();
    ctx.project.firewalls.insert(Firewall {
        id,
        name,
        labels,
        created,
        rules,
        applied: Vec::new(),
    });
    let mut actions = Vec::new();
    // Without servers there is nothing to wait for.
    if has_rules && !targets.is_empty() {
        actions.push(ctx.follow("set_firewall_rules", 1, vec![(Kind::Firewall, id)], None));
    }
    actions.extend(start_apply(ctx, id, targets));
    let actions = shown(ctx, actions);
    Ok(Answer::json(
        201,
        &json!({"firewall": resource::rendered::<Firewall>(ctx, id), "actions": actions}),
    ))
}

fn shown(ctx: &Ctx<'_>, actions: Vec<i64>) -> Vec<Value> {
    actions
        .into_iter()
        .map(|action| ctx.project.action(action))
        .collect()
}

fn read_targets(input: &mut Input, field: &str) -> Option<Vec<Target>> {
    let mut targets = Vec::new();
    for mut object in input.objects(field)? {
        let kind = object.required("type", |input, field| {
            input.choice(field, &["server", "label_selector"])
        });
        match kind {
            "server" => {
                let server =
                    object.required("server", |input, field| input.object(field).map(Some));
                if let Some(mut server) = server {
                    targets.push(Target::Server(server.required("id", Input::integer)));
                    object.absorb("server", server);
                }
            }
            "label_selector" => {
                let selector = object.required("label_selector", |input, field| {
                    input.object(field).map(Some)
                });
                if let Some(mut selector) = selector {
                    let text = selector.required("selector", Input::selector);
                    targets.push(Target::Selector(text));
                    object.absorb("label_selector", selector);
                }
            }
            _ => {}
        }
        // The description has both fields in one object, whichever of them the type is about.
        object.ignore(&["server", "label_selector"]);
        input.absorb(field, object);
    }
    Some(targets)
}

/// Refuses a target that no firewall, or not one more, can be put before now.
fn check_target(
    ctx: &Ctx<'_>,
    target: &Target,
    missing: u16,
    private: &'static str,
) -> Result<(), Refusal> {
    let Target::Server(id) = target else {
        return Ok(());
    };
    let server = ctx.project.servers.get(*id);
    let server = server
        .ok_or_else(|| Refusal::new(missing, "firewall_resource_not_found", "no such server"))?;
    if !server.is_public() {
        return Err(Refusal::new(422, private, "the server has no public side"));
    }
    // By what stands before the server now, selectors included: they count towards the five as well.
    check_room(of_server(ctx.project, server).len() + 1)?;
    check_unlocked(ctx, target)
}

/// Refuses a server that an action locks. The last thing to be looked at, for waiting helps against nothing else.
fn check_unlocked(ctx: &Ctx<'_>, target: &Target) -> Result<(), Refusal> {
    match target {
        Target::Server(server) => ctx.project.check_unlocked((Kind::Server, *server)),
        Target::Selector(_) => Ok(()),
    }
}

pub(crate) fn check_room(firewalls: usize) -> Result<(), Refusal> {
    if firewalls > MOST_OF_A_SERVER {
        return Err(Refusal::limit(
            "server_firewalls",
            "a server takes 5 firewalls",
        ));
    }
    Ok(())
}

/// Puts the firewall before the targets at once, as pending until the end of an action for each of them.
fn start_apply(ctx: &mut Ctx<'_>, id: i64, targets: Vec<Target>) -> Vec<i64> {
    targets
        .into_iter()
        .map(|target| {
            // At once, so that the same target in the next request is `firewall_already_applied`.
            if let Some(firewall) = ctx.project.firewalls.get_mut(id) {
                firewall.applied.push(Applied {
                    target: target.clone(),
                    pending: true,
                });
            }
            let (resources, failed) = (resources(id, &target), target.clone());
            let done = move |project: &mut Project| {
                let applied = project
                    .firewalls
                    .get_mut(id)
                    .map(|firewall| firewall.applied.iter_mut());
                for applied in applied
                    .into_iter()
                    .flatten()
                    .filter(|applied| applied.target == target)
                {
                    applied.pending = false;
                }
            };
            // An action that failed has put nothing before the target.
            let effect = Effect::either(done, move |project, _| remove(project, id, &failed));
            ctx.follow("apply_firewall", 1, resources, Some(effect))
        })
        .collect()
}

fn remove(project: &mut Project, id: i64, target: &Target) {
    if let Some(firewall) = project.firewalls.get_mut(id) {
        firewall.applied.retain(|applied| applied.target != *target);
    }
}

fn resources(id: i64, target: &Target) -> Vec<(Kind, i64)> {
    let mut resources = vec![(Kind::Firewall, id)];
    if let Target::Server(server) = target {
        resources.push((Kind::Server, *server));
    }
    resources
}

fn delete_firewall(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = resource::id::<Firewall>(ctx)?;
    // A pending one counts too; a selector does even where it matches no server.
    if !resource::find::<Firewall>(ctx, id)?.applied.is_empty() {
        return Err(Refusal::new(
            422,
            "resource_in_use",
            "the firewall is applied to resources",
        ));
    }
    ctx.project.firewalls.remove(id);
    Ok(Answer::empty(204))
}

fn apply_to_resources(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let id = resource::id::<Firewall>(ctx)?;
    let targets = input.required("apply_to", read_targets);
    input.finish()?;
    let firewall = resource::find::<Firewall>(ctx, id)?;
    for (index, target) in targets.iter().enumerate() {
        if targets[..index].contains(target)
            || firewall
                .applied
                .iter()
                .any(|applied| applied.target == *target)
        {
            return Err(Refusal::new(
                422,
                "firewall_already_applied",
                "the firewall is applied to it already",
            ));
        }
        check_target(ctx, target, 404, "private_net_only_server")?;
    }
    let actions = start_apply(ctx, id, targets);
    Ok(Answer::json(201, &json!({"actions": shown(ctx, actions)})))
}

fn remove_from_resources(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let id = resource::id::<Firewall>(ctx)?;
    let targets = input.required("remove_from", read_targets);
    input.finish()?;
    let firewall = resource::find::<Firewall>(ctx, id)?;
    for (index, target) in targets.iter().enumerate() {
        let mut applied = firewall.applied.iter();
        let is_applied = applied.any(|applied| applied.target == *target);
        // What is named twice would be gone by the second time.
        if is_applied && !targets[..index].contains(target) {
            check_unlocked(ctx, target)?;
            continue;
        }
        let server = if let Target::Server(id) = target {
            ctx.project.servers.get(*id)
        } else {
            None
        };
        // To take one server out of a selector is no removal; the API has a code of its own for it.
        if !is_applied && server.is_some_and(|server| firewall.status_for(server).is_some()) {
            let message = "the firewall came to the server by a label selector";
            return Err(Refusal::new(
                422,
                "firewall_managed_by_label_selector",
                message,
            ));
        }
        return Err(Refusal::new(
            404,
            "firewall_resource_not_found",
            "the firewall is not applied to it",
        ));
    }
    // Only now does anything start: one bad target refuses the whole request.
    let actions = targets.into_iter().map(|target| {
        let resources = resources(id, &target);
        let effect = Effect::then(move |project| remove(project, id, &target));
        ctx.follow("remove_firewall", 1, resources, Some(effect))
    });
    let actions = actions.collect();
    Ok(Answer::json(201, &json!({"actions": shown(ctx, actions)})))
}

fn set_rules(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let id = resource::id::<Firewall>(ctx)?;
    let rules = input.required("rules", |input, _| rules::read(input));
    input.finish()?;
    let servers = resource::find::<Firewall>(ctx, id)?.servers(ctx.project);
    // The firewall has its rules from now on; what takes time is to bring them to the servers.
    if let Some(firewall) = ctx.project.firewalls.get_mut(id) {
        firewall.rules = rules;
    }
    let mut actions = vec![ctx.follow("set_firewall_rules", 1, vec![(Kind::Firewall, id)], None)];
    for server in servers {
        let resources = vec![(Kind::Firewall, id), (Kind::Server, server)];
        // No lock holds this up: the rules are in force already, and to refuse half of the servers would leave them
        // without.
        actions.push(ctx.follow("apply_firewall", 1, resources, None));
    }
    Ok(Answer::json(201, &json!({"actions": shown(ctx, actions)})))
}
