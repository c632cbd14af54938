use serde_json::{Value, json};

use crate::answer::Answer;
use crate::route::{Route, route};

use super::error::Refusal;
use super::input::IdOrName;
use super::query::list;
use super::server_types::Deprecation;
use super::{Ctx, Handler, one};

pub(crate) const ROUTES: &[Route<Handler>] = &[
    route("list_isos", "GET", "/isos", list_isos),
    route("get_iso", "GET", "/isos/{id}", get_iso),
];

#[derive(Debug)]
pub(crate) struct Iso {
    pub(crate) id: i64,
    name: &'static str,
    description: &'static str,
    kind: &'static str,
    /// None where it is not known, which suits every server.
    pub(crate) architecture: Option<&'static str>,
    deprecation: Option<Deprecation>,
}

const OLD: Deprecation = Deprecation {
    announced: "2026-08-01T00:00:00Z",
    unavailable_after: "2027-02-01T00:00:00Z",
};

#[rustfmt::skip]
static ISOS: [Iso; 6] = [
    Iso { id: 121_401, name: "debian-12.9.0-amd64-netinst.iso", description: "Debian 12.9 network installer (x86)", kind: "public", architecture: Some("x86"), deprecation: Some(OLD) },
    Iso { id: 121_402, name: "debian-13.2.0-amd64-netinst.iso", description: "Debian 13.2 network installer (x86)", kind: "public", architecture: Some("x86"), deprecation: None },
    Iso { id: 121_403, name: "debian-13.2.0-arm64-netinst.iso", description: "Debian 13.2 network installer (ARM)", kind: "public", architecture: Some("arm"), deprecation: None },
    Iso { id: 121_404, name: "alpine-virt-3.22.1-x86_64.iso", description: "Alpine 3.22 virtual (x86)", kind: "public", architecture: Some("x86"), deprecation: None },
    Iso { id: 121_405, name: "alpine-virt-3.22.1-aarch64.iso", description: "Alpine 3.22 virtual (ARM)", kind: "public", architecture: Some("arm"), deprecation: None },
    Iso { id: 121_406, name: "sandbox-tools.iso", description: "Uploaded tools", kind: "private", architecture: None, deprecation: None },
];

pub(crate) fn find(wanted: &IdOrName) -> Option<&'static Iso> {
    ISOS.iter().find(|iso| match wanted {
        IdOrName::Id(id) => iso.id == *id,
        IdOrName::Name(name) => iso.name == name,
    })
}

impl Iso {
    pub(crate) fn render(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "type": self.kind,
            "architecture": self.architecture,
            "deprecation": self.deprecation.map(Deprecation::render),
        })
    }
}

fn list_isos(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let query = &ctx.query;
    query.check("architecture", &["x86", "arm"])?;
    let wildcard = query.flag("include_architecture_wildcard")?;
    let rows = ISOS
        .iter()
        .filter(|iso| {
            let suits = match iso.architecture {
                Some(architecture) => query.admits("architecture", architecture),
                // The description leaves ISOs of unknown architecture out of a filtered list unless
                // `include_architecture_wildcard` is set.
                None => wildcard || query.get("architecture").is_none(),
            };
            suits && query.admits("name", iso.name)
        })
        .collect();
    list(ctx, "isos", rows, &[], Iso::render)
}

fn get_iso(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = ctx.id()?;
    let iso = find(&IdOrName::Id(id)).ok_or_else(|| Refusal::not_found("ISO", id))?;
    one(200, "iso", iso.render())
}
