//! The registry of images that clusters can be made from.

use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::route::{Route, route};

use super::error::Refusal;
use super::plugins::Plugin;
use super::resource::fields;
use super::schema::{Format, Kind, Schema, field, text};
use super::state::State;
use super::{Ctx, Handler, gone, one};

/// The id of the image `cirros-fake`, registered and tagged for the plugin `fake`.
pub const IMAGE: &str = "00000000-0000-0000-0000-0000000000b1";
/// The id of the image `debian-hadoop`, registered and tagged for all versions of the plugin `vanilla`.
pub const VANILLA_IMAGE: &str = "00000000-0000-0000-0000-0000000000b3";
/// The id of the image `cirros-plain`, which is not registered.
pub const UNREGISTERED_IMAGE: &str = "00000000-0000-0000-0000-0000000000b2";

pub(crate) const V1: &[Route<Handler>] = &[
    route("list_images", "GET", "/images", list),
    route("get_image", "GET", "/images/{id}", get),
    route("register_image", "POST", "/images/{id}", register),
    route("unregister_image", "DELETE", "/images/{id}", unregister),
    route("tag_image", "POST", "/images/{id}/tag", tag),
    route("untag_image", "POST", "/images/{id}/untag", untag),
];

pub(crate) const V2: &[Route<Handler>] = &[
    route("list_images", "GET", "/images", list),
    route("get_image", "GET", "/images/{id}", get),
    route("register_image", "POST", "/images/{id}", register),
    route("unregister_image", "DELETE", "/images/{id}", unregister),
    route("get_image_tags", "GET", "/images/{id}/tags", get_tags),
    route("set_image_tags", "PUT", "/images/{id}/tags", set_tags),
    route(
        "delete_image_tags",
        "DELETE",
        "/images/{id}/tags",
        delete_tags,
    ),
];

const REGISTER: Schema = Schema(&[text("username").required(), text("description")]);
const TAGS: Schema = Schema(&[field("tags", Kind::Texts(Some(Format::Tag))).required()]);

#[derive(Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct Image {
    #[serde(deserialize_with = "crate::keep::word")]
    id: crate::keep::Word,
    #[serde(deserialize_with = "crate::keep::word")]
    name: crate::keep::Word,
    /// Who logs in, for a registered image.
    username: Option<String>,
    description: Option<String>,
    tags: Vec<String>,
    updated: Option<String>,
}

const CREATED: &str = "2026-01-05T08:00:00Z";

/// The images of the cloud.
pub(crate) fn registry() -> Vec<Image> {
    let image = |id, name, username: Option<&str>, tags: &[&str]| Image {
        id,
        name,
        username: username.map(str::to_owned),
        description: None,
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        updated: None,
    };
    vec![
        image(IMAGE, "cirros-fake", Some("cirros"), &["fake", "0.1"]),
        image(UNREGISTERED_IMAGE, "cirros-plain", None, &[]),
        image(
            VANILLA_IMAGE,
            "debian-hadoop",
            Some("debian"),
            &["vanilla", "2.7.1", "2.7.5", "2.8.2"],
        ),
    ]
}

impl Image {
    fn render(&self) -> Map<String, Value> {
        let mut metadata = Map::new();
        if let Some(username) = &self.username {
            metadata.insert("_sahara_username".into(), username.as_str().into());
        }
        if let Some(description) = &self.description {
            metadata.insert("_sahara_description".into(), description.as_str().into());
        }
        for tag in &self.tags {
            // The registry is in the properties of Glance, whose values are texts: Python's `True` became one.
            metadata.insert(format!("_sahara_tag_{tag}"), "True".into());
        }
        fields(json!({
            "id": self.id,
            "name": self.name,
            "username": self.username,
            "description": self.description,
            "tags": self.tags,
            "metadata": metadata,
            "status": "ACTIVE",
            "progress": 100,
            "minDisk": 0,
            "minRam": 0,
            "created": CREATED,
            "updated": self.updated.as_deref().unwrap_or(CREATED),
            "OS-EXT-IMG-SIZE:size": 13_287_936,
        }))
    }
}

/// Refuses an image that a body names and that clusters cannot be made from.
pub(crate) fn check_registered(state: &State, id: &str) -> Result<(), Refusal> {
    if state
        .images
        .iter()
        .any(|image| image.id == id && image.username.is_some())
    {
        return Ok(());
    }
    Err(Refusal::invalid_reference(format!(
        "Image '{id}' is not registered"
    )))
}

/// Refuses an image that does not carry the plugin's name and version.
pub(crate) fn check_tags(
    state: &State,
    id: &str,
    plugin: &Plugin,
    version: &str,
) -> Result<(), Refusal> {
    let tags = state
        .images
        .iter()
        .find(|image| image.id == id)
        .map_or(&[][..], |image| image.tags.as_slice());
    let missing = [plugin.name, version]
        .into_iter()
        .filter(|needed| !tags.iter().any(|tag| tag == needed));
    let missing: Vec<String> = missing.map(|tag| format!("'{tag}'")).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let message = format!("Image '{id}' lacks the tags [{}]", missing.join(", "));
    Err(Refusal::invalid_reference(message))
}

/// The position of the image in the path.
fn position(ctx: &Ctx<'_>) -> Result<usize, Refusal> {
    let id = ctx.parameter(0);
    ctx.state
        .images
        .iter()
        .position(|image| image.id == id)
        .ok_or_else(|| Refusal::no_object(id))
}

fn list(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    ctx.knows_query("images_list", &["name", "tags", "username"])?;
    let name = ctx.query("name").unwrap_or_default();
    let wanted: Vec<&str> = ctx
        .query_pairs()
        .filter(|(key, _)| *key == "tags")
        .map(|(_, tag)| tag)
        .collect();
    let has_all = |image: &&Image| {
        wanted
            .iter()
            .all(|wanted| image.tags.iter().any(|tag| tag == wanted))
    };
    let images = ctx
        .state
        .images
        .iter()
        // A part of the name is enough. `username` is a key that version 2 takes and does not use.
        .filter(|image| image.username.is_some() && image.name.contains(name));
    let images: Vec<_> = images.filter(has_all).map(Image::render).collect();
    Ok(Answer::json(200, &json!({"images": images})))
}

fn get(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let image = &ctx.state.images[position(ctx)?];
    ctx.knows_query("images_get", &[])?;
    if image.username.is_none() {
        // 400 with a name of its own, and not 404: Glance has the image (openstack/sahara 19.0.0).
        let message = format!("Image {} is not registered", image.id);
        return Err(Refusal::bad("IMAGE_NOT_REGISTERED", message));
    }
    one(200, "image", image.render())
}

fn change(
    ctx: &mut Ctx<'_>,
    status: u16,
    change: impl FnOnce(&mut Image),
) -> Result<Answer, Refusal> {
    let position = position(ctx)?;
    let now = ctx.state.timestamp();
    let image = &mut ctx.state.images[position];
    change(image);
    // Times of images are Glance's, with a `Z`, unlike all others here.
    image.updated = now.as_str().map(|now| format!("{now}Z"));
    one(status, "image", image.render())
}

fn register(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    position(ctx)?;
    let given = REGISTER.read(&ctx.body)?;
    ctx.knows_query("images_set", &[])?;
    let text = |name: &str| given.get(name).and_then(Value::as_str).map(str::to_owned);
    change(ctx, 202, |image| {
        image.username = text("username");
        image.description = text("description");
    })
}

fn unregister(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    position(ctx)?;
    ctx.knows_query("images_unset", &[])?;
    change(ctx, 204, |image| {
        image.username = None;
        image.description = None;
        // Unregistering takes all of Sahara's properties from the image.
        image.tags.clear();
    })?;
    gone()
}

fn read_tags(ctx: &Ctx<'_>) -> Result<Vec<String>, Refusal> {
    position(ctx)?;
    let given = TAGS.read(&ctx.body)?;
    Ok(given["tags"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect())
}

fn tag(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let tags = read_tags(ctx)?;
    change(ctx, 202, |image| {
        for tag in tags {
            if !image.tags.contains(&tag) {
                image.tags.push(tag);
            }
        }
    })
}

fn untag(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let tags = read_tags(ctx)?;
    change(ctx, 202, |image| {
        image.tags.retain(|tag| !tags.contains(tag));
    })
}

/// A bare list, or an empty object in the place of an empty list.
fn get_tags(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let image = &ctx.state.images[position(ctx)?];
    ctx.knows_query("image_tags_get", &[])?;
    let body = if image.tags.is_empty() {
        json!({})
    } else {
        json!(image.tags)
    };
    Ok(Answer::json(200, &body))
}

fn set_tags(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut tags = read_tags(ctx)?;
    ctx.knows_query("image_tags_update", &[])?;
    tags.dedup();
    change(ctx, 200, |image| image.tags = tags)
}

fn delete_tags(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    position(ctx)?;
    ctx.knows_query("image_tags_delete", &[])?;
    change(ctx, 204, |image| image.tags.clear())?;
    gone()
}
