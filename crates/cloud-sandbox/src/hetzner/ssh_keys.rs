use serde_json::{Value, json};

use crate::answer::Answer;
use crate::route::{Route, route};
use crate::service::ssh_key::PublicKey;

use super::error::Refusal;
use super::input::Input;
use super::labels::Labels;
use super::project::named;
use super::query::{Order, list};
use super::{Ctx, Handler, one};

pub(crate) const ROUTES: &[Route<Handler>] = &[
    route("list_ssh_keys", "GET", "/ssh_keys", list_ssh_keys),
    route("create_ssh_key", "POST", "/ssh_keys", create_ssh_key),
    route("get_ssh_key", "GET", "/ssh_keys/{id}", get_ssh_key),
    route("update_ssh_key", "PUT", "/ssh_keys/{id}", update_ssh_key),
    route("delete_ssh_key", "DELETE", "/ssh_keys/{id}", delete_ssh_key),
];

#[derive(Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct SshKey {
    pub(crate) id: i64,
    name: String,
    fingerprint: String,
    public_key: String,
    labels: Labels,
    created: String,
}

const ORDERS: &[Order<SshKey>] = &[
    ("id", |a, b| a.id.cmp(&b.id)),
    ("name", |a, b| a.name.cmp(&b.name)),
];

named!(SshKey);

impl SshKey {
    fn render(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "fingerprint": self.fingerprint,
            "public_key": self.public_key,
            "labels": self.labels,
            "created": self.created,
        })
    }
}

fn list_ssh_keys(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let selects = ctx.query.selects()?;
    let mut rows = ctx.project.ssh_keys.select(ctx.query.get("name"));
    rows.retain(|key| ctx.query.admits("fingerprint", &key.fingerprint) && selects(&key.labels));
    list(ctx, "ssh_keys", rows, ORDERS, SshKey::render)
}

fn create_ssh_key(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let name = input.required("name", Input::text);
    let public_key = input.required("public_key", Input::text);
    let labels = input.labels("labels").unwrap_or_default();
    let fingerprint = fingerprint(&public_key);
    if fingerprint.is_none() && !public_key.is_empty() {
        input.problem("public_key", "is not an OpenSSH public key");
    }
    input.finish()?;
    let fingerprint = fingerprint.unwrap_or_default();
    ctx.project.ssh_keys.check_name(&name, None)?;
    if ctx
        .project
        .ssh_keys
        .select(None)
        .iter()
        // The same key with another comment is the same key.
        .any(|key| key.fingerprint == fingerprint)
    {
        return Err(Refusal::not_unique("public_key"));
    }
    let created = ctx.project.stamp();
    let key = SshKey {
        id: ctx.shared.id(),
        name,
        fingerprint,
        public_key,
        labels,
        created,
    };
    let body = key.render();
    ctx.project.ssh_keys.insert(key);
    one(201, "ssh_key", body)
}

fn get(ctx: &Ctx<'_>) -> Result<i64, Refusal> {
    let id = ctx.id()?;
    ctx.project
        .ssh_keys
        .get(id)
        .ok_or_else(|| Refusal::not_found("SSH key", id))?;
    Ok(id)
}

fn show(ctx: &Ctx<'_>, id: i64) -> Result<Answer, Refusal> {
    one(
        200,
        "ssh_key",
        ctx.project
            .ssh_keys
            .get(id)
            .map_or(Value::Null, SshKey::render),
    )
}

fn get_ssh_key(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = get(ctx)?;
    show(ctx, id)
}

fn update_ssh_key(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = get(ctx)?;
    let mut input = ctx.input()?;
    let name = input.text("name");
    let labels = input.labels("labels");
    input.finish()?;
    if let Some(name) = name {
        ctx.project.ssh_keys.check_name(&name, Some(id))?;
        ctx.project.ssh_keys.rename(id, name);
    }
    if let (Some(labels), Some(key)) = (labels, ctx.project.ssh_keys.get_mut(id)) {
        key.labels = labels;
    }
    show(ctx, id)
}

fn delete_ssh_key(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = get(ctx)?;
    ctx.project.ssh_keys.remove(id);
    Ok(Answer::empty(204))
}

/// The MD5 fingerprint of an OpenSSH public key; none when it is not one.
pub(crate) fn fingerprint(public_key: &str) -> Option<String> {
    PublicKey::openssh(public_key).map(|key| key.fingerprint())
}
