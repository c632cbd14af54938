//! Keys of SSH that the rescue system and installations can have.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::route::Route;
use crate::service::ssh_key::PublicKey;

use super::error::{Refusal, json};
use super::input::Input;
use super::limits::{KEY_CHANGES, KEYS};
use super::moment::Moment;
use super::settings::{Quirk, Settings};
use super::{Ctx, Does, op};

pub(super) const ROUTES: &[Route<Does>] = &[
    op!(GET "/key", KEYS, list),
    op!(POST "/key", KEY_CHANGES, create),
    op!(GET "/key/{fingerprint}", KEYS, get),
    op!(POST "/key/{fingerprint}", KEY_CHANGES, rename),
    op!(DELETE "/key/{fingerprint}", KEY_CHANGES, delete),
];

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Key {
    name: String,
    fingerprint: String,
    kind: String,
    size: usize,
    data: String,
    created_at: Duration,
}

impl Key {
    pub(super) fn new(name: &str, data: &str) -> Option<Self> {
        // The documentation takes both forms.
        let key = PublicKey::openssh(data).or_else(|| PublicKey::ssh2(data))?;
        let kind = match key.kind() {
            "ssh-rsa" => "RSA",
            kind if kind.contains("ecdsa") => "ECDSA",
            _ => "ED25519",
        };
        Some(Self {
            name: name.to_owned(),
            fingerprint: key.fingerprint(),
            kind: kind.to_owned(),
            size: key.bits(),
            data: key.text(),
            created_at: Duration::ZERO,
        })
    }

    pub(super) fn fingerprint(&self) -> String {
        self.fingerprint.clone()
    }

    /// How it is named where it boots something: with its time, which hrobot insists on.
    pub(super) fn dated_reference(&self, moment: Moment) -> Value {
        let mut shown = self.reference();
        shown["key"]["created_at"] = json!(moment.local(self.created_at));
        shown
    }

    /// How it is named where it is used.
    pub(super) fn reference(&self) -> Value {
        let (name, fingerprint) = (&self.name, &self.fingerprint);
        json!({"key": {"name": name, "fingerprint": fingerprint, "type": self.kind, "size": self.size}})
    }

    fn render(&self, moment: Moment, settings: &Settings) -> Value {
        let mut shown = self.reference();
        shown["key"]["data"] = json!(self.data);
        shown["key"]["created_at"] = json!(if settings.has(Quirk::KeyTimeWithZone) {
            moment.rfc3339(self.created_at)
        } else {
            moment.local(self.created_at)
        });
        shown
    }
}

impl Ctx<'_> {
    /// The keys that a form chooses by their fingerprints; each must be known (aszlig/hetzner#61).
    pub(super) fn chosen_keys(&self, input: &mut Input) -> Vec<&Key> {
        let fingerprints = input.list("authorized_key");
        let mut keys = Vec::new();
        for fingerprint in fingerprints {
            match self.account.keys.get(&fingerprint) {
                Some(key) => keys.push(key),
                None => input.refuse("authorized_key"),
            }
        }
        keys
    }

    fn key(&mut self) -> Result<&mut Key, Refusal> {
        let fingerprint = self.parameter(0).to_owned();
        let key = self.account.keys.get_mut(&fingerprint);
        key.ok_or_else(|| {
            Refusal::not_found("NOT_FOUND", format!("The key {fingerprint} was not found"))
        })
    }
}

fn list(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let keys = ctx.account.keys.values();
    let rows = keys
        .map(|key| key.render(ctx.moment, ctx.settings))
        .collect();
    ctx.list(rows, "NOT_FOUND")
}

fn create(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input();
    let (name, data) = (input.required("name"), input.required("data"));
    let key = Key::new(&name, &data);
    if key.is_none() && !data.is_empty() {
        input.refuse("data");
    }
    input.finish()?;
    let Some(mut key) = key else {
        return Err(Refusal::invalid_input(Vec::new(), vec!["data".to_owned()]));
    };
    // By the fingerprint: the same key under another name is the same key.
    if ctx.account.keys.contains_key(&key.fingerprint) {
        return Err(Refusal::conflict(
            "KEY_ALREADY_EXISTS",
            "The key exists already",
        ));
    }
    ctx.may_fail("KEY_CREATE_FAILED")?;
    key.created_at = ctx.moment.now;
    let answer = json(201, &key.render(ctx.moment, ctx.settings));
    ctx.account.keys.insert(key.fingerprint(), key);
    Ok(answer)
}

fn get(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let (moment, settings) = (ctx.moment, ctx.settings);
    Ok(json(200, &ctx.key()?.render(moment, settings)))
}

fn rename(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    ctx.key()?;
    let mut input = ctx.input();
    let name = input.required("name");
    input.finish()?;
    ctx.may_fail("KEY_UPDATE_FAILED")?;
    ctx.key()?.name = name;
    get(ctx)
}

fn delete(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let fingerprint = ctx.key()?.fingerprint();
    ctx.may_fail("KEY_DELETE_FAILED")?;
    ctx.account.keys.remove(&fingerprint);
    Ok(Answer::empty(200))
}
