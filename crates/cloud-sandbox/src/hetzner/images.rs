use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::route::{Route, route};

use super::actions;
use super::error::Refusal;
use super::input::IdOrName;
use super::labels::Labels;
use super::project::{Effect, Kind, Project};
use super::query::{Order, list};
use super::server_types::Deprecation;
use super::{Ctx, Handler, one};

pub(crate) const ROUTES: &[Route<Handler>] = &[
    route("list_images", "GET", "/images", list_images),
    route("list_images_actions", "GET", "/images/actions", |ctx| {
        actions::list_of_kind(ctx, Kind::Image)
    }),
    route("get_images_action", "GET", "/images/actions/{id}", |ctx| {
        actions::show_of_kind(ctx, Kind::Image)
    }),
    route("get_image", "GET", "/images/{id}", get_image),
    route("update_image", "PUT", "/images/{id}", update_image),
    route("delete_image", "DELETE", "/images/{id}", delete_image),
    route(
        "list_image_actions",
        "GET",
        "/images/{id}/actions",
        list_image_actions,
    ),
    route(
        "change_image_protection",
        "POST",
        "/images/{id}/actions/change_protection",
        change_image_protection,
    ),
];

pub(crate) const AVAILABLE: &str = "available";
pub(crate) const CREATING: &str = "creating";
pub(crate) const UNAVAILABLE: &str = "unavailable";

#[derive(Debug)]
#[allow(clippy::struct_field_names, reason = "the names are those of the API")]
#[derive(serde::Deserialize, serde::Serialize)]
pub(crate) struct Image {
    pub(crate) id: i64,
    #[serde(deserialize_with = "crate::keep::word")]
    pub(crate) kind: crate::keep::Word,
    #[serde(deserialize_with = "crate::keep::word")]
    pub(crate) status: crate::keep::Word,
    pub(crate) name: Option<String>,
    pub(crate) description: String,
    pub(crate) image_size: Option<f64>,
    pub(crate) disk_size: u32,
    pub(crate) created: String,
    pub(crate) created_from: Option<(i64, String)>,
    pub(crate) bound_to: Option<i64>,
    #[serde(deserialize_with = "crate::keep::word")]
    pub(crate) os_flavor: crate::keep::Word,
    #[serde(deserialize_with = "crate::keep::optional_word")]
    pub(crate) os_version: Option<crate::keep::Word>,
    pub(crate) rapid_deploy: bool,
    pub(crate) protected: bool,
    /// Deleted images are kept for the servers that were made from them.
    pub(crate) deleted: Option<String>,
    pub(crate) labels: Labels,
    #[serde(deserialize_with = "crate::keep::word")]
    pub(crate) architecture: crate::keep::Word,
    pub(crate) deprecation: Option<Deprecation>,
}

const ORDERS: &[Order<Image>] = &[
    ("id", |a, b| a.id.cmp(&b.id)),
    ("name", |a, b| a.name.cmp(&b.name)),
    ("created", |a, b| a.created.cmp(&b.created)),
];

/// What everyone can install.
static SYSTEM: LazyLock<Vec<Image>> = LazyLock::new(|| {
    const OLD: Deprecation = Deprecation {
        announced: "2026-06-01T00:00:00Z",
        unavailable_after: "2027-01-31T00:00:00Z",
    };
    let known: [(&str, &str, &str, Option<Deprecation>); 9] = [
        ("debian", "11", "Debian 11", Some(OLD)),
        ("debian", "12", "Debian 12", None),
        ("debian", "13", "Debian 13", None),
        ("ubuntu", "22.04", "Ubuntu 22.04", None),
        ("ubuntu", "24.04", "Ubuntu 24.04", None),
        ("fedora", "43", "Fedora 43", None),
        ("rocky", "10", "Rocky Linux 10", None),
        ("alma", "10", "AlmaLinux 10", None),
        ("opensuse", "16", "openSUSE Leap 16", None),
    ];
    let architectures = [("x86", 161_547_201), ("arm", 161_547_301)];
    architectures
        .into_iter()
        .flat_map(|(architecture, first)| {
            known.into_iter().zip(first..).map(
                move |((flavor, version, description, deprecation), id)| Image {
                    id,
                    kind: "system",
                    status: AVAILABLE,
                    name: Some(format!("{flavor}-{version}")),
                    description: description.to_owned(),
                    image_size: None,
                    disk_size: 5,
                    created: "2025-09-01T08:00:00Z".to_owned(),
                    created_from: None,
                    bound_to: None,
                    os_flavor: flavor,
                    os_version: Some(version),
                    rapid_deploy: true,
                    protected: false,
                    deleted: None,
                    labels: Labels::new(),
                    architecture,
                    deprecation,
                },
            )
        })
        .collect()
});

impl Image {
    pub(crate) fn render(&self) -> Value {
        json!({
            "id": self.id,
            "type": self.kind,
            "status": self.status,
            "name": self.name,
            "description": self.description,
            "image_size": self.image_size,
            "disk_size": self.disk_size,
            "created": self.created,
            "created_from": self.created_from.as_ref().map(|(id, name)| json!({"id": id, "name": name})),
            "bound_to": self.bound_to,
            "os_flavor": self.os_flavor,
            "os_version": self.os_version,
            "rapid_deploy": self.rapid_deploy,
            "protection": {"delete": self.protected},
            "deleted": self.deleted,
            "labels": self.labels,
            "architecture": self.architecture,
            "deprecation": self.deprecation.map(Deprecation::render),
        })
    }
}

/// An image, deleted or not.
pub(crate) fn lookup(project: &Project, id: i64) -> Option<&Image> {
    project
        .images
        .get(&id)
        .or_else(|| SYSTEM.iter().find(|image| image.id == id))
}

/// The image that a server of this architecture is to be installed from, or what is wrong with the choice.
pub(crate) fn choose<'p>(
    project: &'p Project,
    wanted: &IdOrName,
    architecture: &str,
    disk: u32,
) -> Result<&'p Image, &'static str> {
    let image = match wanted {
        IdOrName::Id(id) => lookup(project, *id).filter(|image| image.deleted.is_none()),
        IdOrName::Name(name) => SYSTEM
            .iter()
            .find(|image| image.name.as_ref() == Some(name) && image.architecture == architecture),
    };
    let image = image.ok_or("is not a known image")?;
    if image.architecture != architecture {
        // Only an id can lead here: by name, the image of the right architecture is chosen, since x86 and ARM share
        // names.
        Err("has another architecture than the server type")
    } else if image.status != AVAILABLE {
        Err("is not available yet")
    } else if image.disk_size > disk {
        Err("needs a larger disk")
    } else if image
        .deprecation
        .is_some_and(|deprecation| deprecation.is_over(project.wall()))
    {
        Err("is not available any more")
    } else {
        Ok(image)
    }
}

fn list_images(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let query = &ctx.query;
    query.check("type", &["system", "app", "snapshot", "backup"])?;
    query.check("status", &[AVAILABLE, CREATING, UNAVAILABLE])?;
    query.check("architecture", &["x86", "arm"])?;
    let deprecated = query.flag("include_deprecated")?;
    let bound_to = query.ids("bound_to")?;
    let selects = query.selects()?;
    let mut rows: Vec<&Image> = SYSTEM
        .iter()
        .chain(ctx.project.images.values())
        .filter(|image| {
            image.deleted.is_none()
                // Hidden unless asked for, as `include_deprecated` says; by id they are still found.
                && (deprecated || image.deprecation.is_none())
                && (bound_to.is_empty()
                    || image
                        .bound_to
                        .is_some_and(|server| bound_to.contains(&server)))
                && query
                    .get("name")
                    .is_none_or(|name| image.name.as_deref() == Some(name))
                && query.admits("type", image.kind)
                && query.admits("status", image.status)
                && query.admits("architecture", image.architecture)
                && selects(&image.labels)
        })
        .collect();
    // The images of everybody and those of the project come from two places; a page needs one order.
    rows.sort_by_key(|image| image.id);
    list(ctx, "images", rows, ORDERS, Image::render)
}

fn get<'p>(ctx: &'p Ctx<'_>) -> Result<&'p Image, Refusal> {
    let id = ctx.id()?;
    let image = lookup(ctx.project, id).filter(|image| image.deleted.is_none());
    image.ok_or_else(|| Refusal::not_found("image", id))
}

/// An image of the project's own: the others belong to everyone and cannot be changed.
fn get_own<'p>(ctx: &'p mut Ctx<'_>) -> Result<&'p mut Image, Refusal> {
    let id = get(ctx)?.id;
    let image = ctx.project.images.get_mut(&id);
    image.ok_or_else(|| {
        Refusal::new(
            403,
            "forbidden",
            "only snapshots and backups can be changed",
        )
    })
}

fn get_image(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    one(200, "image", get(ctx)?.render())
}

fn update_image(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let image = get_own(ctx)?;
    let description = input.string("description");
    let kind = input.choice("type", &["snapshot"]);
    let labels = input.labels("labels");
    input.finish()?;
    if let Some(description) = description {
        image.description = description;
    }
    if let Some(kind) = kind {
        // The API changes a backup into a snapshot, and never back.
        image.kind = kind;
        // Only backups are bound to a server, and deleted with it.
        image.bound_to = None;
    }
    if let Some(labels) = labels {
        image.labels = labels;
    }
    one(200, "image", image.render())
}

fn delete_image(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let now = ctx.project.stamp();
    let image = get_own(ctx)?;
    if image.protected {
        return Err(Refusal::protected("image"));
    }
    if image.status == CREATING {
        return Err(Refusal::locked("image"));
    }
    image.deleted = Some(now);
    Ok(Answer::empty(204))
}

fn list_image_actions(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = get(ctx)?.id;
    actions::list_of(ctx, (Kind::Image, id))
}

fn change_image_protection(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input()?;
    let id = get_own(ctx)?.id;
    ctx.project.check_unlocked((Kind::Image, id))?;
    let image = get_own(ctx)?;
    let was = image.protected;
    let delete = input.boolean("delete").unwrap_or(was);
    input.finish()?;
    // The API documentation of `change_protection` is about snapshots only.
    if image.kind != "snapshot" {
        return Err(Refusal::new(
            422,
            "unsupported_error",
            "only snapshots can be protected",
        ));
    }
    image.protected = delete;
    let effect = Effect::told(move |project| {
        if let Some(image) = project.images.get_mut(&id) {
            image.protected = was;
        }
    });
    let action = ctx.start(
        "change_protection",
        1,
        vec![(Kind::Image, id)],
        Some(effect),
    )?;
    one(201, "action", ctx.project.action(action))
}
