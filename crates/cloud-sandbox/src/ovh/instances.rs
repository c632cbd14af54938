//! `/cloud/project/{serviceName}/instance`: virtual machines.

use serde_json::{Value, json};

use crate::route::Route;

use super::account::Account;
use super::body::{Field, Kind, nullable, required};
use super::cloud::{self, KIND, REGIONS};
use super::error::Refusal;
use super::operation::{Does, op};
use super::settings::{FLAVOR, IMAGE};
use super::{Ctx, datetime};

/// What an instance is like; memory and disk are in gigabytes.
struct Flavor {
    id: &'static str,
    name: &'static str,
    vcpus: u32,
    ram: u32,
    disk: u32,
}

struct Image {
    id: &'static str,
    name: &'static str,
}

/// The flavors that instances can have in every region.
const FLAVORS: [Flavor; 3] = [
    Flavor {
        id: FLAVOR,
        name: "d2-2",
        vcpus: 1,
        ram: 2,
        disk: 25,
    },
    Flavor {
        id: "5a4d6b07-0000-4000-a000-000000000102",
        name: "b2-7",
        vcpus: 2,
        ram: 7,
        disk: 50,
    },
    Flavor {
        id: "5a4d6b07-0000-4000-a000-000000000103",
        name: "b2-15",
        vcpus: 4,
        ram: 15,
        disk: 100,
    },
];
const IMAGES: [Image; 2] = [
    Image {
        id: IMAGE,
        name: "Debian 12",
    },
    Image {
        id: "5a4d6b07-0000-4000-a000-000000000202",
        name: "Ubuntu 24.04",
    },
];

const CREATION: &[Field] = &[
    nullable("autobackup", Kind::Object),
    nullable("availabilityZone", Kind::Text),
    required("flavorId", Kind::Text),
    nullable("groupId", Kind::Text),
    nullable("imageId", Kind::Text),
    nullable("monthlyBilling", Kind::Flag),
    required("name", Kind::Text),
    nullable("networks", Kind::Objects),
    required("region", Kind::OneOf("region", &REGIONS)),
    nullable("sshKeyId", Kind::Text),
    nullable("userData", Kind::Text),
    nullable("volumeId", Kind::Text),
];

const NAME: &[Field] = &[required("instanceName", Kind::Text)];
const REBOOT: &[Field] = &[required(
    "type",
    Kind::OneOf("RebootTypeEnum", &["hard", "soft"]),
)];
const RESIZE: &[Field] = &[required("flavorId", Kind::Text)];
const SNAPSHOT: &[Field] = &[required("snapshotName", Kind::Text)];

const OS_TYPES: &[&str] = &["baremetal-linux", "bsd", "linux", "windows"];

pub(crate) const ROUTES: &[Route<Does>] = &[
    op!(GET "/cloud/project/{serviceName}/flavor", Some("publicCloudProject:apiovh:flavor/get"), list_flavors)
        .query(&["region"]),
    op!(GET "/cloud/project/{serviceName}/flavor/{flavorId}", Some("publicCloudProject:apiovh:flavor/get"), get_flavor),
    op!(GET "/cloud/project/{serviceName}/image", Some("publicCloudProject:apiovh:image/get"), list_images)
        .query(&["flavorType", "osType", "region"]),
    op!(GET "/cloud/project/{serviceName}/image/{imageId}", Some("publicCloudProject:apiovh:image/get"), get_image),
    op!(GET "/cloud/project/{serviceName}/instance", Some("publicCloudProject:apiovh:instance/get"), list)
        .query(&["region"]),
    op!(POST "/cloud/project/{serviceName}/instance", Some("publicCloudProject:apiovh:instance/create"), create)
        .body(CREATION),
    op!(GET "/cloud/project/{serviceName}/instance/{instanceId}", Some("publicCloudProject:apiovh:instance/get"), get),
    op!(
        DELETE "/cloud/project/{serviceName}/instance/{instanceId}",
        Some("publicCloudProject:apiovh:instance/delete"),
        delete
    ),
    op!(PUT "/cloud/project/{serviceName}/instance/{instanceId}", Some("publicCloudProject:apiovh:instance/edit"), rename)
        .body(NAME),
    op!(
        POST "/cloud/project/{serviceName}/instance/{instanceId}/start",
        Some("publicCloudProject:apiovh:instance/start"),
        start
    ),
    op!(
        POST "/cloud/project/{serviceName}/instance/{instanceId}/stop",
        Some("publicCloudProject:apiovh:instance/stop"),
        stop
    ),
    op!(
        POST "/cloud/project/{serviceName}/instance/{instanceId}/reboot",
        Some("publicCloudProject:apiovh:instance/reboot"),
        reboot
    )
    .body(REBOOT),
    op!(
        POST "/cloud/project/{serviceName}/instance/{instanceId}/resize",
        Some("publicCloudProject:apiovh:instance/resize"),
        resize
    )
    .body(RESIZE),
    op!(
        POST "/cloud/project/{serviceName}/instance/{instanceId}/snapshot",
        Some("publicCloudProject:apiovh:instance/snapshot"),
        snapshot
    )
    .body(SNAPSHOT),
    op!(GET "/cloud/project/{serviceName}/snapshot", Some("publicCloudProject:apiovh:snapshot/get"), list_snapshots)
        .query(&["flavorType", "region"]),
    op!(GET "/cloud/project/{serviceName}/snapshot/{imageId}", Some("publicCloudProject:apiovh:snapshot/get"), get_snapshot),
    op!(
        DELETE "/cloud/project/{serviceName}/snapshot/{imageId}",
        Some("publicCloudProject:apiovh:snapshot/delete"),
        delete_snapshot
    ),
];

pub(crate) fn seed(account: &mut Account, instances: &mut Value) {
    let mut instance = fresh(
        account,
        "bastion",
        "GRA11",
        &FLAVORS[0],
        &IMAGES[0].render("GRA11"),
        &Value::Null,
    );
    instance["status"] = json!("ACTIVE");
    instance["ipAddresses"] = addresses(account);
    let id = instance["id"].as_str().unwrap_or_default().to_owned();
    instances[id] = instance;
}

/// An instance in detail, which is also where its short form comes from.
fn fresh(
    account: &mut Account,
    name: &str,
    region: &str,
    flavor: &Flavor,
    image: &Value,
    key: &Value,
) -> Value {
    let now = datetime(account.now());
    json!({
        "id": account.uuid(),
        "name": name,
        "region": region,
        "status": "BUILD",
        "created": now,
        "currentMonthOutgoingTraffic": null,
        "ipAddresses": [],
        "monthlyBilling": null,
        "operationIds": [],
        "planCode": flavor.plan(),
        "rescuePassword": null,
        "sshKey": key,
        "flavor": flavor.render(region),
        "image": image,
    })
}

impl Flavor {
    fn plan(&self) -> String {
        format!("{}.consumption", self.name)
    }

    fn render(&self, region: &str) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "available": true,
            "capabilities": [{"enabled": true, "name": "resize"}, {"enabled": true, "name": "snapshot"}],
            "disk": self.disk,
            "inboundBandwidth": 100,
            "outboundBandwidth": 100,
            "osType": "linux",
            "planCodes": {"hourly": self.plan(), "license": null, "monthly": null},
            "quota": 20,
            "ram": self.ram * 1000,
            "region": region,
            "type": "ovh.ssd.eg",
            "vcpus": self.vcpus,
        })
    }
}

impl Image {
    fn render(&self, region: &str) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "creationDate": "2025-09-01T08:00:00+00:00",
            "flavorType": null,
            "minDisk": 0,
            "minRam": 0,
            "planCode": null,
            "region": region,
            "size": 2.5,
            "status": "active",
            "tags": [],
            "type": "linux",
            "user": self.name.split(' ').next().unwrap_or_default().to_lowercase(),
            "visibility": "public",
        })
    }
}

/// What there is in the regions asked for, one of each in every region.
fn everywhere<T>(ctx: &Ctx<'_>, all: &[T], render: impl Fn(&T, &str) -> Value) -> Value {
    REGIONS
        .iter()
        .filter(|region| ctx.query.admits("region", region))
        .flat_map(|region| all.iter().map(|one| render(one, region)))
        .collect()
}

fn list_flavors(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.service(KIND)?;
    Ok(everywhere(ctx, &FLAVORS, Flavor::render))
}

/// A flavor by its id, which is the same in every region here.
fn get_flavor(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.service(KIND)?;
    let id = &ctx.parameters[1];
    let flavor = FLAVORS.iter().find(|flavor| flavor.id == id);
    flavor
        .map(|flavor| flavor.render(REGIONS[0]))
        .ok_or_else(|| Refusal::no_such_object(id))
}

fn list_images(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.service(KIND)?;
    ctx.query.one_of("osType", "OSTypeEnum", OS_TYPES)?;
    // None is for one type of flavors alone, and all are of Linux.
    if !ctx.query.admits("osType", "linux") || ctx.query.get("flavorType").is_some() {
        return Ok(json!([]));
    }
    Ok(everywhere(ctx, &IMAGES, Image::render))
}

fn get_image(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.service(KIND)?;
    let id = &ctx.parameters[1];
    let image = IMAGES.iter().find(|image| image.id == id);
    image
        .map(|image| image.render(REGIONS[0]))
        .ok_or_else(|| Refusal::no_such_object(id))
}

fn addresses(account: &mut Account) -> Value {
    let host = account.id() % 250 + 1;
    json!([{
        "ip": format!("203.0.113.{host}"),
        "version": 4,
        "type": "public",
        "gatewayIp": "203.0.113.254",
        "networkId": "ext-net",
    }])
}

/// The form in which lists show an instance.
fn brief(instance: &Value) -> Value {
    let mut brief = instance.clone();
    if let Some(fields) = brief.as_object_mut() {
        for (field, id) in [
            ("flavor", "flavorId"),
            ("image", "imageId"),
            ("sshKey", "sshKeyId"),
        ] {
            // The description has two models: the list has ids, the single instance the whole objects.
            let whole = fields.remove(field).unwrap_or_default();
            fields.insert(id.to_owned(), whole["id"].clone());
        }
        fields.remove("rescuePassword");
    }
    brief
}

fn list(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let instances = ctx.part(KIND, "instances")?.clone();
    let instances = instances
        .as_object()
        .into_iter()
        .flatten()
        .map(|(_, instance)| instance);
    let of_region = |instance: &&Value| ctx.query.admits_object(&["region"], instance);
    Ok(instances.filter(of_region).map(brief).collect())
}

fn create(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let project = ctx.parameters[0].clone();
    let keys = ctx.part(KIND, "keys")?.clone();
    let snapshots = ctx.part(KIND, "snapshots")?.clone();
    let body = std::mem::take(&mut ctx.body);
    let flavor = FLAVORS
        .iter()
        .find(|flavor| flavor.id == body.text("flavorId"));
    let flavor = flavor.ok_or_else(|| {
        Refusal::new(
            404,
            format!("Flavor {} does not exist", body.text("flavorId")),
        )
    })?;
    // An instance that boots from a volume shows no image of its own choice.
    let region = body.text("region");
    let image = match (body.get("imageId"), body.get("volumeId")) {
        (Some(id), _) => {
            let known = IMAGES.iter().find(|known| id == known.id);
            known.map(|image| image.render(region)).or_else(|| {
                snapshots[id.as_str().unwrap_or_default()]
                    .as_object()
                    .cloned()
                    .map(Value::from)
            })
        }
        (None, Some(_)) => Some(Image { id: "", name: "" }.render(region)),
        (None, None) => return Err(Refusal::bad_request("Either imageId or volumeId is needed")),
    };
    let image = image.ok_or_else(|| {
        Refusal::new(
            404,
            format!("Image {} does not exist", body.text("imageId")),
        )
    })?;
    let key = match body.get("sshKeyId") {
        None => Value::Null,
        Some(id) => {
            let mut keys = keys.as_array().into_iter().flatten();
            let key = keys
                .find(|key| key["id"] == *id)
                .ok_or_else(|| Refusal::new(404, "SSH key does not exist"))?;
            cloud::detailed(key)
        }
    };
    let name = body.text("name");
    if name.is_empty() {
        return Err(Refusal::wrong_value("name", "", "is not a name"));
    }

    let mut instance = fresh(ctx.account, name, region, flavor, &image, &key);
    if body.flag("monthlyBilling") {
        instance["monthlyBilling"] =
            // The description has this state and `ok`; the former lasts until the instance runs.
            json!({"since": instance["created"], "status": "activationPending"});
    }
    let id = instance["id"].as_str().unwrap_or_default().to_owned();
    let addresses = addresses(ctx.account);
    let of = id.clone();
    let operation = cloud::start(
        ctx,
        "instance#create",
        region,
        &id,
        5,
        move |account, done| {
            account.change(KIND, &project, |service| {
                let Some(instance) = service.parts["instances"]
                    .get_mut(&of)
                    // Deleted in the meantime, most likely: the build must not bring it back.
                    .filter(|i| i["status"] == "BUILD")
                else {
                    return;
                };
                instance["operationIds"] = json!([]);
                instance["status"] = json!(if done { "ACTIVE" } else { "ERROR" });
                if done {
                    instance["ipAddresses"] = addresses;
                    if !instance["monthlyBilling"].is_null() {
                        instance["monthlyBilling"]["status"] = json!("ok");
                    }
                }
            });
        },
    );
    // While there are some, they say where progress can be read.
    instance["operationIds"] = json!([operation]);
    ctx.part(KIND, "instances")?[id] = instance.clone();
    Ok(instance)
}

fn find<'c>(ctx: &'c mut Ctx<'_>) -> Result<&'c mut Value, Refusal> {
    let id = ctx.parameters[1].clone();
    ctx.part(KIND, "instances")?
        .get_mut(&id)
        .ok_or_else(|| Refusal::no_such_object(id))
}

fn get(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    find(ctx).map(|instance| instance.clone())
}

fn delete(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let (project, id) = (ctx.parameters[0].clone(), ctx.parameters[1].clone());
    let instance = find(ctx)?;
    if instance["status"] == "DELETING" {
        return Err(Refusal::conflict("This instance is being deleted already"));
    }
    instance["status"] = json!("DELETING");
    let region = instance["region"].as_str().unwrap_or_default().to_owned();
    let of = id.clone();
    cloud::start(
        ctx,
        "instance#delete",
        &region,
        &id,
        2,
        move |account, done| {
            account.change(KIND, &project, |service| {
                let instances = &mut service.parts["instances"];
                if done {
                    instances
                        .as_object_mut()
                        .map(|instances| instances.remove(&of));
                } else if let Some(instance) = instances.get_mut(&of) {
                    instance["status"] = json!("ERROR");
                }
            });
        },
    );
    Ok(Value::Null)
}

fn rename(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let name = ctx.body.text("instanceName").to_owned();
    find(ctx)?["name"] = json!(name);
    Ok(Value::Null)
}

/// Work on an instance that has one of these states, and what it is afterwards. OpenStack shows that an instance is turned
/// off or on by its state afterwards alone.
fn work(
    ctx: &mut Ctx<'_>,
    action: &'static str,
    [before, meanwhile]: [&'static str; 2],
    units: u32,
    end: impl FnOnce(&mut Value) + Send + 'static,
) -> Result<Value, Refusal> {
    let (project, id) = (ctx.parameters[0].clone(), ctx.parameters[1].clone());
    let instance = find(ctx)?;
    // OpenStack too answers 409 to an action that does not fit the state of the server (Compute API, server actions).
    if instance["status"] != before {
        return Err(Refusal::conflict(format!(
            "This instance is {}, not {before}",
            instance["status"].as_str().unwrap_or_default()
        )));
    }
    instance["status"] = json!(meanwhile);
    let shown = brief(instance);
    let region = shown["region"].as_str().unwrap_or_default();
    let of = id.clone();
    cloud::start(ctx, action, region, &id, units, move |account, done| {
        account.change(KIND, &project, |service| {
            let instances = &mut service.parts["instances"];
            if let Some(instance) = instances
                .get_mut(&of)
                .filter(|instance| instance["status"] == meanwhile)
            {
                if done {
                    end(instance);
                } else {
                    instance["status"] = json!("ERROR");
                }
            }
        });
    });
    Ok(shown)
}

fn start(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    work(
        ctx,
        "instance#start",
        ["SHUTOFF", "SHUTOFF"],
        2,
        |instance| {
            instance["status"] = json!("ACTIVE");
        },
    )?;
    Ok(Value::Null)
}

fn stop(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    work(ctx, "instance#stop", ["ACTIVE", "ACTIVE"], 2, |instance| {
        instance["status"] = json!("SHUTOFF");
    })?;
    Ok(Value::Null)
}

fn reboot(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let meanwhile = match ctx.body.text("type") {
        "hard" => "HARD_REBOOT",
        _ => "REBOOT",
    };
    work(
        ctx,
        "instance#reboot",
        ["ACTIVE", meanwhile],
        2,
        |instance| {
            instance["status"] = json!("ACTIVE");
        },
    )?;
    Ok(Value::Null)
}

fn resize(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let wanted = ctx.body.text("flavorId").to_owned();
    let flavor = FLAVORS.iter().find(|flavor| flavor.id == wanted);
    let flavor =
        flavor.ok_or_else(|| Refusal::new(404, format!("Flavor {wanted} does not exist")))?;
    work(
        ctx,
        "instance#resize",
        ["ACTIVE", "RESIZE"],
        5,
        |instance| {
            let region = instance["region"].as_str().unwrap_or_default();
            instance["flavor"] = flavor.render(region);
            instance["planCode"] = json!(flavor.plan());
            instance["status"] = json!("ACTIVE");
        },
    )
}

/// A snapshot is an image of its own; the instance goes on as it was.
fn snapshot(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let (project, name) = (
        ctx.parameters[0].clone(),
        ctx.body.text("snapshotName").to_owned(),
    );
    let instance = find(ctx)?.clone();
    if name.is_empty() {
        return Err(Refusal::wrong_value("snapshotName", "", "is not a name"));
    }
    let (id, now) = (ctx.account.uuid(), datetime(ctx.now()));
    let region = instance["region"].as_str().unwrap_or_default();
    // Kept beside the public images, as OpenStack's Glance keeps both; `queued` and `active` are its words, `killed`
    // for what failed.
    let mut image = Image { id: "", name: "" }.render(region);
    image["id"] = json!(id);
    image["name"] = json!(name);
    image["creationDate"] = json!(now);
    image["minDisk"] = instance["flavor"]["disk"].clone();
    image["planCode"] = json!("snapshot.consumption");
    image["status"] = json!("queued");
    image["user"] = instance["image"]["user"].clone();
    image["visibility"] = json!("private");
    ctx.part(KIND, "snapshots")?[&id] = image;
    let of = id.clone();
    cloud::start(
        ctx,
        "instance#snapshot",
        region,
        &id,
        3,
        move |account, done| {
            account.change(KIND, &project, |service| {
                if let Some(snapshot) = service.parts["snapshots"].get_mut(&of) {
                    snapshot["status"] = json!(if done { "active" } else { "killed" });
                }
            });
        },
    );
    Ok(json!({"snapshotId": id}))
}

fn list_snapshots(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let snapshots = ctx.part(KIND, "snapshots")?.clone();
    let snapshots = snapshots.as_object().into_iter().flatten();
    let of_region = |snapshot: &&Value| {
        ctx.query.admits_object(&["region"], snapshot) && ctx.query.get("flavorType").is_none()
    };
    Ok(snapshots
        .map(|(_, snapshot)| snapshot)
        .filter(of_region)
        .cloned()
        .collect())
}

fn get_snapshot(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let id = ctx.parameters[1].clone();
    let snapshots = ctx.part(KIND, "snapshots")?;
    snapshots
        .get(&id)
        .cloned()
        .ok_or_else(|| Refusal::no_such_object(id))
}

fn delete_snapshot(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let snapshot = get_snapshot(ctx)?;
    let id = ctx.parameters[1].clone();
    let snapshots = ctx.part(KIND, "snapshots")?;
    snapshots.as_object_mut().map(|all| all.remove(&id));
    Ok(snapshot)
}
