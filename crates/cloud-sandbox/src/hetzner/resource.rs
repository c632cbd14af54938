//! What the operations of most resources have in common.

use std::net::IpAddr;

use serde_json::Value;

use crate::answer::Answer;

use super::error::Refusal;
use super::input::Input;
use super::ips::{self, Address};
use super::labels::Labels;
use super::project::{Effect, Kind, Named, Project, Table};
use super::{Ctx, actions, one};

/// A resource with a name and labels, in a table of its own.
pub(crate) trait Resource: Named + Sized + 'static {
    const KIND: Kind;

    fn table(project: &Project) -> &Table<Self>;
    fn table_mut(project: &mut Project) -> &mut Table<Self>;
    fn labels_mut(&mut self) -> &mut Labels;
    fn render(&self, project: &Project) -> Value;

    /// What is wrong with a name, if anything.
    fn name_problem(name: &str) -> Option<&'static str> {
        (name.len() > 128).then_some("must not be longer than 128 characters")
    }

    /// Reads what an update can change besides name and labels.
    fn amend(&self, _: &mut Input) -> Box<dyn FnOnce(&mut Self)> {
        Box::new(|_| {})
    }
}

/// The table that a [`Resource`] is in by the field of [`Project`], for one with a field `labels`.
macro_rules! in_table {
    ($table:ident) => {
        fn table(
            project: &$crate::hetzner::project::Project,
        ) -> &$crate::hetzner::project::Table<Self> {
            &project.$table
        }

        fn table_mut(
            project: &mut $crate::hetzner::project::Project,
        ) -> &mut $crate::hetzner::project::Table<Self> {
            &mut project.$table
        }

        fn labels_mut(&mut self) -> &mut $crate::hetzner::labels::Labels {
            &mut self.labels
        }
    };
}

pub(crate) use in_table;

/// A resource that can be protected against deletion.
pub(crate) trait Protected: Resource {
    fn protected_mut(&mut self) -> &mut bool;

    /// Why it cannot be protected now, if so.
    fn unprotectable(&self) -> Option<&'static str> {
        None
    }
}

/// A resource that is a public address.
pub(crate) trait Addressed: Resource {
    fn address_mut(&mut self) -> &mut Address;
}

/// The resource in the path.
pub(crate) fn id<T: Resource>(ctx: &Ctx<'_>) -> Result<i64, Refusal> {
    let id = ctx.id()?;
    find::<T>(ctx, id)?;
    Ok(id)
}

pub(crate) fn find<'p, T: Resource>(ctx: &'p Ctx<'_>, id: i64) -> Result<&'p T, Refusal> {
    T::table(ctx.project)
        .get(id)
        .ok_or_else(|| Refusal::not_found(T::KIND.words(), id))
}

/// The resource in the path, if it can be changed now.
pub(crate) fn changeable<T: Resource>(ctx: &Ctx<'_>) -> Result<i64, Refusal> {
    let id = id::<T>(ctx)?;
    ctx.project.check_unlocked((T::KIND, id))?;
    Ok(id)
}

/// The resource in the path, if it can be deleted now.
pub(crate) fn deletable<T: Protected>(ctx: &mut Ctx<'_>) -> Result<i64, Refusal> {
    let id = changeable::<T>(ctx)?;
    if T::table_mut(ctx.project)
        .get_mut(id)
        .is_some_and(|row| *row.protected_mut())
    {
        return Err(Refusal::protected(T::KIND.words()));
    }
    Ok(id)
}

/// Reads a name, with a problem when it is not a good one.
pub(crate) fn check_name<T: Resource>(input: &mut Input, name: &str) {
    // An empty name was reported by `text` already.
    if let Some(problem) = T::name_problem(name).filter(|_| !name.is_empty()) {
        input.problem("name", problem);
    }
}

pub(crate) fn show<T: Resource>(ctx: &Ctx<'_>, status: u16, id: i64) -> Result<Answer, Refusal> {
    one(status, T::KIND.name(), rendered::<T>(ctx, id))
}

pub(crate) fn rendered<T: Resource>(ctx: &Ctx<'_>, id: i64) -> Value {
    T::table(ctx.project)
        .get(id)
        .map_or(Value::Null, |row| row.render(ctx.project))
}

pub(crate) fn get<T: Resource>(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = id::<T>(ctx)?;
    show::<T>(ctx, 200, id)
}

pub(crate) fn update<T: Resource>(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = id::<T>(ctx)?;
    let mut input = ctx.input()?;
    let name = input.text("name");
    let labels = input.labels("labels");
    check_name::<T>(&mut input, name.as_deref().unwrap_or_default());
    // Read before `finish`, so that its fields are no unknown keys, and done only when nothing was refused.
    let amend = find::<T>(ctx, id)?.amend(&mut input);
    input.finish()?;
    if let Some(name) = name {
        T::table(ctx.project).check_name(&name, Some(id))?;
        T::table_mut(ctx.project).rename(id, name);
    }
    if let Some(row) = T::table_mut(ctx.project).get_mut(id) {
        amend(row);
        if let Some(labels) = labels {
            *row.labels_mut() = labels;
        }
    }
    show::<T>(ctx, 200, id)
}

pub(crate) fn list_actions<T: Resource>(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = id::<T>(ctx)?;
    actions::list_of(ctx, (T::KIND, id))
}

pub(crate) fn list_all_actions<T: Resource>(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    actions::list_of_kind(ctx, T::KIND)
}

pub(crate) fn get_action<T: Resource>(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    actions::show_of_kind(ctx, T::KIND)
}

pub(crate) fn change_protection<T: Protected>(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let id = changeable::<T>(ctx)?;
    let delete = input.required("delete", Input::boolean);
    if let Some(problem) = find::<T>(ctx, id)?.unprotectable().filter(|_| delete) {
        input.problem("delete", problem);
    }
    input.finish()?;
    let row = T::table_mut(ctx.project).get_mut(id);
    // Protection shows at once; the action is what the API answers all the same.
    let was = row.is_some_and(|row| std::mem::replace(row.protected_mut(), delete));
    let effect = Effect::told(move |project| {
        if let Some(row) = T::table_mut(project).get_mut(id) {
            *row.protected_mut() = was;
        }
    });
    start::<T>(ctx, "change_protection", id, effect)
}

pub(crate) fn change_dns_ptr<T: Addressed>(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = changeable::<T>(ctx)?;
    let input = ctx.input()?;
    let row = T::table_mut(ctx.project).get_mut(id);
    let (ip, name) = ips::read_dns_ptr(input, "resource", |ip| {
        row.is_some_and(|row| row.address_mut().owns(ip))
    })?;
    let effect = tell_dns_ptr::<T>(ctx.project, id, ip, name);
    start::<T>(ctx, "change_dns_ptr", id, effect)
}

/// Gives an address a name, which goes again with an action that fails.
pub(crate) fn tell_dns_ptr<T: Addressed>(
    project: &mut Project,
    id: i64,
    ip: IpAddr,
    name: Option<String>,
) -> Effect {
    let row = T::table_mut(project).get_mut(id);
    let was = row.and_then(|row| row.address_mut().set_dns_ptr(ip, name));
    Effect::told(move |project| {
        if let Some(row) = T::table_mut(project).get_mut(id) {
            row.address_mut().set_dns_ptr(ip, was);
        }
    })
}

/// A change of one resource; nothing, when it was deleted in the meantime.
pub(crate) fn set<T: Resource>(id: i64, change: impl FnOnce(&mut T) + Send + 'static) -> Effect {
    Effect::then(move |project| {
        if let Some(row) = T::table_mut(project).get_mut(id) {
            change(row);
        }
    })
}

/// The answer to a creation that may have taken no time. Then it has no action: the description of the API knows no null
/// in its place.
pub(crate) fn show_created<T: Resource>(ctx: &Ctx<'_>, id: i64, action: Option<i64>) -> Answer {
    let mut body = serde_json::Map::new();
    body.insert(T::KIND.name().to_owned(), rendered::<T>(ctx, id));
    body.extend(action.map(|action| ("action".to_owned(), ctx.project.action(action))));
    Answer::json(201, &Value::Object(body))
}

/// Starts an action on one resource and answers with it.
pub(crate) fn start<T: Resource>(
    ctx: &mut Ctx<'_>,
    command: &'static str,
    id: i64,
    effect: Effect,
) -> Result<Answer, Refusal> {
    start_with(ctx, command, vec![(T::KIND, id)], effect)
}

pub(crate) fn start_with(
    ctx: &mut Ctx<'_>,
    command: &'static str,
    resources: Vec<(Kind, i64)>,
    effect: Effect,
) -> Result<Answer, Refusal> {
    let action = ctx.start(command, 1, resources, Some(effect))?;
    one(201, "action", ctx.project.action(action))
}
