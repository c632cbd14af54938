//! Groups of nodes, in templates and in clusters, and what their templates share with them.

use serde_json::{Map, Value, json};

use super::error::Refusal;
use super::plugins::Plugin;
use super::resource::{self, Resource, fields};
use super::schema::{Field, Format, Kind, Schema, boolean, field, joined, text, uuid};
use super::state::State;
use super::{Ctx, cloud, images};

pub(crate) const NAME: Field = text("name")
    .format(Format::HostName)
    .length(1, 50)
    .required();
pub(crate) const FLAVOR: Field = field("flavor_id", Kind::Flavor).required();
pub(crate) const PROCESSES: Field = field("node_processes", Kind::Texts(None))
    .length(1, usize::MAX)
    .required();
pub(crate) const SHARES: Field = field("shares", Kind::Objects(&SHARE));
const COUNT: Field = field("count", Kind::Integer).required();

const SHARE: Schema = Schema(&[
    uuid("id").required(),
    text("path").or_null(),
    field("access_level", Kind::Choice(&["rw", "ro"])),
]);

/// Groups in the body of a cluster or a template of one: with a flavor and processes, or with a template of a group.
pub(crate) const GROUPS: Field = field(
    "node_groups",
    Kind::EitherOf(&WITH_FLAVOR, &WITH_TEMPLATE, "node_group_template_id"),
);
/// The same in the body of a scaling.
pub(crate) const ADDED: Field = field(
    "add_node_groups",
    Kind::EitherOf(&WITH_FLAVOR, &WITH_TEMPLATE, "node_group_template_id"),
);

const WITH_FLAVOR: Schema = Schema(&joined::<4, 18, 22>(
    [NAME, FLAVOR, PROCESSES, COUNT],
    OPTIONAL,
));
const WITH_TEMPLATE: Schema = Schema(&joined::<5, 18, 23>(
    [
        NAME,
        FLAVOR.optional(),
        PROCESSES.optional(),
        COUNT,
        uuid("node_group_template_id").required(),
    ],
    OPTIONAL,
));

/// What a group and a template of one may have alike.
pub(crate) const OPTIONAL: [Field; 18] = [
    uuid("image_id").or_null(),
    field("node_configs", Kind::Configs).or_null(),
    field("volumes_per_node", Kind::Integer).at_least(0),
    field("volumes_size", Kind::Integer).at_least(1).or_null(),
    text("volume_type").or_null(),
    text("volumes_availability_zone").or_null(),
    text("volume_mount_prefix")
        .format(Format::PosixPath)
        .or_null(),
    text("description").or_null(),
    text("floating_ip_pool").or_null(),
    field("security_groups", Kind::Texts(None)).or_null(),
    boolean("auto_security_group").or_null(),
    text("availability_zone").or_null(),
    boolean("is_proxy_gateway").or_null(),
    boolean("volume_local_to_instance").or_null(),
    boolean("use_autoconfig").or_null(),
    SHARES,
    boolean("is_public").or_null(),
    boolean("is_protected").or_null(),
];

/// What a group has unless it is given.
pub(crate) fn defaults() -> Map<String, Value> {
    fields(json!({
        "image_id": null,
        "node_processes": [],
        "node_configs": {},
        "volumes_per_node": 0,
        "volumes_size": 0,
        "volumes_availability_zone": null,
        "volume_mount_prefix": "/volumes/disk",
        "volume_type": null,
        "boot_from_volume": false,
        "boot_volume_type": null,
        "boot_volume_availability_zone": null,
        "boot_volume_local_to_instance": false,
        "floating_ip_pool": null,
        "security_groups": null,
        "auto_security_group": false,
        "availability_zone": null,
        "is_proxy_gateway": false,
        "volume_local_to_instance": false,
        "use_autoconfig": true,
        "shares": null,
    }))
}

/// A new group of the body, over its template if it has one.
pub(crate) fn build(state: &mut State, given: &Map<String, Value>) -> Map<String, Value> {
    let mut group = defaults();
    let template = given.get("node_group_template_id").and_then(Value::as_str);
    if let Some(template) = template.and_then(|id| state.get(Resource::NodeGroupTemplate, id)) {
        for (name, value) in &mut group {
            // Only the fields that a group has: a template has some of its own besides.
            *value = template.fields.get(name).cloned().unwrap_or_default();
        }
        group.insert(
            "flavor_id".into(),
            template
                .fields
                .get("flavor_id")
                .cloned()
                .unwrap_or_default(),
        );
    }
    // Set before the body is laid over it, so that groups without a template have the field too.
    group.insert("node_group_template_id".into(), Value::Null);
    resource::overlay(&mut group, given.clone());
    for of_templates in ["description", "is_public", "is_protected"] {
        group.remove(of_templates);
    }
    renew(state, &mut group);
    group
}

/// Gives a group, built or copied, an identity of its own.
pub(crate) fn renew(state: &mut State, group: &mut Map<String, Value>) {
    group.insert("id".into(), state.uuid().into());
    group.insert("created_at".into(), state.timestamp());
    group.insert("updated_at".into(), Value::Null);
}

/// Checks all groups of a body.
pub(crate) fn check_all(ctx: &Ctx<'_>, plugin: &Plugin, groups: &[Value]) -> Result<(), Refusal> {
    check_distinct(
        groups.iter().filter_map(|group| group["name"].as_str()),
        "node group names",
    )?;
    groups
        .iter()
        .filter_map(Value::as_object)
        .try_for_each(|group| check(ctx, plugin, group))
}

pub(crate) fn check_distinct<'n>(
    names: impl Iterator<Item = &'n str>,
    what: &str,
) -> Result<(), Refusal> {
    let names: Vec<&str> = names.collect();
    match names
        .iter()
        .enumerate()
        .find(|(index, name)| names[..*index].contains(name))
    {
        Some((_, twice)) => Err(Refusal::invalid_data(format!(
            "'{twice}' is there twice in {what}"
        ))),
        None => Ok(()),
    }
}

pub(crate) fn check_processes(plugin: &Plugin, processes: &[Value]) -> Result<(), Refusal> {
    check_distinct(processes.iter().filter_map(Value::as_str), "node processes")?;
    let unknown = processes
        .iter()
        .filter_map(Value::as_str)
        .filter(|process| !plugin.knows_process(process));
    let mut unknown: Vec<String> = unknown.map(|process| format!("'{process}'")).collect();
    unknown.sort();
    if unknown.is_empty() {
        return Ok(());
    }
    let message = format!("The plugin has no processes [{}]", unknown.join(", "));
    Err(Refusal::invalid_reference(message))
}

/// Checks what a group, or a template of one, names.
pub(crate) fn check(
    ctx: &Ctx<'_>,
    plugin: &Plugin,
    group: &Map<String, Value>,
) -> Result<(), Refusal> {
    let text = |name: &str| {
        group
            .get(name)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    };
    // The template is checked like a group of its own: what it names may be gone by now.
    if let Some(id) = text("node_group_template_id") {
        let template = resource::find(ctx.state, Resource::NodeGroupTemplate, id, ctx.project);
        let unknown = || Refusal::unknown(format!("NodeGroup template with id '{id}' not found"));
        check(ctx, plugin, &template.ok_or_else(unknown)?.fields)?;
    }
    if let Some(configs) = group.get("node_configs").and_then(Value::as_object) {
        plugin.check_configs(configs)?;
    }
    if let Some(flavor) = group.get("flavor_id").filter(|flavor| !flavor.is_null()) {
        cloud::check_flavor(flavor)?;
    }
    if let Some(processes) = group.get("node_processes").and_then(Value::as_array) {
        check_processes(plugin, processes)?;
    }
    if let Some(id) = text("image_id") {
        images::check_registered(ctx.state, id)?;
    }
    if group
        .get("volumes_per_node")
        .and_then(Value::as_i64)
        .is_some_and(|volumes| volumes > 0)
    {
        text("volumes_availability_zone").map_or(Ok(()), cloud::check_volume_zone)?;
        text("volume_type").map_or(Ok(()), cloud::check_volume_type)?;
        if group
            .get("volumes_size")
            .and_then(Value::as_i64)
            // 0 is the stored default, and means that nothing was said.
            .is_none_or(|size| size == 0)
        {
            return Err(Refusal::invalid_reference("Volumes need a volumes_size"));
        }
    }
    text("floating_ip_pool").map_or(Ok(()), cloud::check_floating_ip_pool)?;
    for name in group
        .get("security_groups")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        cloud::check_security_group(name.as_str().unwrap_or_default())?;
    }
    text("availability_zone").map_or(Ok(()), cloud::check_zone)
}

/// Checks the shares of a body. The cloud has none, so that all it can say is that one does not exist.
pub(crate) fn check_shares(given: &Map<String, Value>) -> Result<(), Refusal> {
    let shares = given
        .get("shares")
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    let paths = || shares.iter().filter_map(|share| share["path"].as_str());
    check_distinct(paths(), "the paths of shares")?;
    if let Some(path) = paths().find(|path| !path.starts_with('/') || path.contains('\0')) {
        return Err(Refusal::invalid_data(format!(
            "The path '{path}' of a share is not absolute"
        )));
    }
    match shares.first() {
        // After the paths, which can be judged without asking Manila.
        Some(share) => Err(Refusal::invalid_reference(format!(
            "Requested share {} does not exist",
            share["id"]
        ))),
        None => Ok(()),
    }
}
