//! `/cloud/project/{serviceName}/volume`: disks of virtual machines.

use serde_json::{Value, json};

use crate::route::Route;

use super::account::Account;
use super::body::{Field, Kind, nullable, required};
use super::cloud::{self, KIND, REGIONS};
use super::error::Refusal;
use super::operation::{Does, op};
use super::{Ctx, datetime};

const TYPES: &[&str] = &[
    "classic",
    "classic-luks",
    "classic-multiattach",
    "high-speed",
    "high-speed-gen2",
    "high-speed-gen2-luks",
    "high-speed-luks",
];

const CREATION: &[Field] = &[
    nullable("description", Kind::Text),
    nullable("imageId", Kind::Text),
    nullable("name", Kind::Text),
    required("region", Kind::OneOf("region", &REGIONS)),
    required("size", Kind::Integer),
    nullable("snapshotId", Kind::Text),
    required("type", Kind::OneOf("VolumeTypeEnum", TYPES)),
];
const CHANGE: &[Field] = &[
    nullable("description", Kind::Text),
    nullable("name", Kind::Text),
];
const INSTANCE: &[Field] = &[required("instanceId", Kind::Text)];
const SIZE: &[Field] = &[required("size", Kind::Integer)];

pub(crate) const ROUTES: &[Route<Does>] = &[
    op!(GET "/cloud/project/{serviceName}/volume", Some("publicCloudProject:apiovh:volume/get"), list)
        .query(&["region"]),
    op!(POST "/cloud/project/{serviceName}/volume", Some("publicCloudProject:apiovh:volume/create"), create)
        .body(CREATION),
    op!(GET "/cloud/project/{serviceName}/volume/{volumeId}", Some("publicCloudProject:apiovh:volume/get"), get),
    op!(PUT "/cloud/project/{serviceName}/volume/{volumeId}", Some("publicCloudProject:apiovh:volume/edit"), change)
        .body(CHANGE),
    op!(DELETE "/cloud/project/{serviceName}/volume/{volumeId}", Some("publicCloudProject:apiovh:volume/delete"), delete),
    op!(
        POST "/cloud/project/{serviceName}/volume/{volumeId}/attach",
        Some("publicCloudProject:apiovh:volume/attach"),
        attach
    )
    .body(INSTANCE),
    op!(
        POST "/cloud/project/{serviceName}/volume/{volumeId}/detach",
        Some("publicCloudProject:apiovh:volume/detach"),
        detach
    )
    .body(INSTANCE),
    op!(
        POST "/cloud/project/{serviceName}/volume/{volumeId}/upsize",
        Some("publicCloudProject:apiovh:volume/upsize"),
        upsize
    )
    .body(SIZE),
];

fn list(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let volumes = ctx.part(KIND, "volumes")?.clone();
    let volumes = volumes.as_object().into_iter().flatten();
    let of_region = |volume: &&Value| ctx.query.admits_object(&["region"], volume);
    Ok(volumes
        .map(|(_, volume)| volume)
        .filter(of_region)
        .cloned()
        .collect())
}

/// A size in gigabytes, which one volume can have.
fn size(ctx: &Ctx<'_>) -> Result<i64, Refusal> {
    let size = ctx
        .body
        .get("size")
        .and_then(Value::as_i64)
        .unwrap_or_default();
    if (10..=12_000).contains(&size) {
        return Ok(size);
    }
    let message = "is not a size from 10 to 12000";
    Err(Refusal::wrong_value("size", size.to_string(), message))
}

fn create(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.service(KIND)?;
    let size = size(ctx)?;
    let (id, now) = (ctx.account.uuid(), ctx.now());
    let body = std::mem::take(&mut ctx.body);
    let kind = body.text("type");
    let volume = json!({
        "id": id,
        "name": body.text("name"),
        "description": body.text("description"),
        "region": body.text("region"),
        "availabilityZone": null,
        "size": size,
        "type": kind,
        "status": "creating",
        "attachedTo": [],
        "bootable": body.get("imageId").is_some(),
        "creationDate": datetime(now),
        "planCode": format!("volume.{kind}.consumption"),
    });
    ctx.part(KIND, "volumes")?[&id] = volume;
    work(ctx, "volume#create", &id, |volume, done| {
        // The words are those of OpenStack's Cinder, which the description takes over.
        volume["status"] = json!(if done { "available" } else { "error" });
    })
}

/// Starts work on a volume, which has a word for it in its status already, and shows the volume.
fn work(
    ctx: &mut Ctx<'_>,
    action: &'static str,
    id: &str,
    end: impl FnOnce(&mut Value, bool) + Send + 'static,
) -> Result<Value, Refusal> {
    let volume = ctx.part(KIND, "volumes")?[id].clone();
    let region = volume["region"].as_str().unwrap_or_default();
    let (project, of) = (ctx.parameters[0].clone(), id.to_owned());
    cloud::start(
        ctx,
        action,
        region,
        id,
        1,
        move |account: &mut Account, done| {
            account.change(KIND, &project, |service| {
                if let Some(volume) = service.parts["volumes"].get_mut(&of) {
                    end(volume, done);
                }
            });
        },
    );
    Ok(volume)
}

fn find<'c>(ctx: &'c mut Ctx<'_>) -> Result<&'c mut Value, Refusal> {
    let id = ctx.parameters[1].clone();
    ctx.part(KIND, "volumes")?
        .get_mut(&id)
        .ok_or_else(|| Refusal::no_such_object(id))
}

/// The volume in the path, if it has this status.
fn with_status<'c>(ctx: &'c mut Ctx<'_>, wanted: &str) -> Result<&'c mut Value, Refusal> {
    let volume = find(ctx)?;
    if volume["status"] == wanted {
        return Ok(volume);
    }
    Err(Refusal::conflict(format!(
        "This volume is {}, not {wanted}",
        volume["status"].as_str().unwrap_or_default()
    )))
}

fn get(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    find(ctx).map(|volume| volume.clone())
}

fn change(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let body = std::mem::take(&mut ctx.body);
    let volume = find(ctx)?;
    for field in ["name", "description"] {
        if let Some(value) = body.get(field) {
            volume[field] = value.clone();
        }
    }
    Ok(volume.clone())
}

fn delete(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let (project, id) = (ctx.parameters[0].clone(), ctx.parameters[1].clone());
    // Cinder as well deletes no volume that is attached (preconditions in the Block Storage API).
    let volume = with_status(ctx, "available")?;
    volume["status"] = json!("deleting");
    let region = volume["region"].as_str().unwrap_or_default().to_owned();
    let of = id.clone();
    cloud::start(
        ctx,
        "volume#delete",
        &region,
        &id,
        1,
        move |account, done| {
            account.change(KIND, &project, |service| {
                let volumes = &mut service.parts["volumes"];
                if done {
                    volumes.as_object_mut().map(|volumes| volumes.remove(&of));
                } else {
                    volumes[&of]["status"] = json!("error_deleting");
                }
            });
        },
    );
    Ok(Value::Null)
}

fn attach(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let (id, instance) = (
        ctx.parameters[1].clone(),
        ctx.body.text("instanceId").to_owned(),
    );
    let region = with_status(ctx, "available")?["region"].clone();
    let known = ctx.part(KIND, "instances")?.get(&instance).cloned();
    let known =
        known.ok_or_else(|| Refusal::new(404, format!("Instance {instance} does not exist")))?;
    // A volume is in the storage of one region, and no instance elsewhere reaches it.
    if known["region"] != region {
        return Err(Refusal::bad_request(
            "The instance is in another region than the volume",
        ));
    }
    find(ctx)?["status"] = json!("attaching");
    work(ctx, "volume#attach", &id, move |volume, done| {
        volume["status"] = json!(if done { "in-use" } else { "available" });
        if done {
            volume["attachedTo"] = json!([instance]);
        }
    })
}

fn detach(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let (id, instance) = (
        ctx.parameters[1].clone(),
        ctx.body.text("instanceId").to_owned(),
    );
    let volume = with_status(ctx, "in-use")?;
    if volume["attachedTo"] != json!([instance]) {
        return Err(Refusal::bad_request(format!(
            "The volume is not attached to the instance {instance}"
        )));
    }
    volume["status"] = json!("detaching");
    work(ctx, "volume#detach", &id, |volume, done| {
        volume["status"] = json!(if done { "available" } else { "in-use" });
        if done {
            volume["attachedTo"] = json!([]);
        }
    })
}

fn upsize(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let (id, size) = (ctx.parameters[1].clone(), size(ctx)?);
    let volume = with_status(ctx, "available")?;
    // `upsize`, as the name says: what is in a volume would not survive a smaller one.
    if volume["size"].as_i64().is_some_and(|now| size <= now) {
        return Err(Refusal::bad_request(format!(
            "The volume has {} GB already",
            volume["size"]
        )));
    }
    volume["status"] = json!("extending");
    work(ctx, "volume#upsize", &id, move |volume, done| {
        volume["status"] = json!(if done { "available" } else { "error_extending" });
        if done {
            volume["size"] = json!(size);
        }
    })
}
