//! What the objects of all kinds have in common.

use serde_json::{Map, Value};

use crate::answer::Answer;

use super::error::Refusal;
use super::state::{Row, State};
use super::{Ctx, Version, one};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Deserialize, serde::Serialize)]
pub(crate) enum Resource {
    NodeGroupTemplate,
    ClusterTemplate,
    Cluster,
    DataSource,
    JobBinary,
    JobBinaryInternal,
    JobTemplate,
    Job,
}

/// How one kind of object is named and listed.
#[derive(Debug)]
pub(crate) struct Info {
    /// Its name in refusals.
    pub(crate) class: &'static str,
    /// The keys of one object and of lists in version 1.1, and in version 2.
    keys: [(&'static str, &'static str); 2],
    /// What lists can be sorted by; empty where nothing checks it.
    pub(crate) sorts: &'static [&'static str],
    /// The filters of version 2, and the name of the list in the refusal of others.
    pub(crate) filters: (&'static str, &'static [&'static str]),
    /// What the answer to a creation lacks unless it was given.
    unset: &'static [&'static str],
    /// The columns that only this kind has.
    columns: &'static [&'static str],
}

const COLUMNS: &[&str] = &[
    "id",
    "name",
    "tenant_id",
    "created_at",
    "updated_at",
    "is_public",
    "is_protected",
];

const TEMPLATE_SORTS: &[&str] = &[
    "id",
    "name",
    "plugin_name",
    "hadoop_version",
    "created_at",
    "updated_at",
];
const TEMPLATE_FILTERS: &[&str] = &["plugin_name", "plugin_version", "name"];
const TYPE_SORTS: &[&str] = &["id", "name", "type", "created_at", "updated_at"];
const NAME_SORTS: &[&str] = &["id", "name", "created_at", "updated_at"];

/// In the order of the variants.
static INFOS: [Info; 8] = [
    Info {
        class: "NodeGroupTemplate",
        keys: [("node_group_template", "node_group_templates"); 2],
        sorts: TEMPLATE_SORTS,
        filters: ("node_group_templates_list", TEMPLATE_FILTERS),
        unset: &["updated_at", "description", "image_id", "shares"],
        columns: &[
            "description",
            "flavor_id",
            "image_id",
            "plugin_name",
            "hadoop_version",
            "availability_zone",
            "volume_type",
            "floating_ip_pool",
            "is_default",
            "use_autoconfig",
        ],
    },
    Info {
        class: "ClusterTemplate",
        keys: [("cluster_template", "cluster_templates"); 2],
        sorts: TEMPLATE_SORTS,
        filters: ("cluster_templates_list", TEMPLATE_FILTERS),
        unset: &[],
        columns: &[
            "description",
            "plugin_name",
            "hadoop_version",
            "default_image_id",
            "neutron_management_network",
            "domain_name",
            "is_default",
            "use_autoconfig",
        ],
    },
    Info {
        class: "ClusterResource",
        keys: [("cluster", "clusters"); 2],
        sorts: &["id", "name", "plugin_name", "hadoop_version", "status"],
        filters: ("clusters_list", TEMPLATE_FILTERS),
        unset: &[],
        columns: &[
            "description",
            "plugin_name",
            "hadoop_version",
            "default_image_id",
            "neutron_management_network",
            "domain_name",
            "use_autoconfig",
            "status",
            "status_description",
            "cluster_template_id",
            "user_keypair_id",
            "trust_id",
            "is_transient",
        ],
    },
    Info {
        class: "DataSource",
        keys: [("data_source", "data_sources"); 2],
        sorts: TYPE_SORTS,
        filters: ("data_sources_list", &["type"]),
        unset: &["updated_at", "description"],
        columns: &["description", "type", "url"],
    },
    Info {
        class: "JobBinary",
        keys: [("job_binary", "binaries"); 2],
        sorts: NAME_SORTS,
        filters: ("job_binary_list", &["name"]),
        unset: &["updated_at", "description"],
        columns: &["description", "url"],
    },
    Info {
        class: "JobBinaryInternal",
        keys: [("job_binary_internal", "binaries"); 2],
        sorts: NAME_SORTS,
        filters: ("", &[]),
        unset: &[],
        columns: &["datasize"],
    },
    Info {
        class: "Job",
        keys: [("job", "jobs"), ("job_template", "job_templates")],
        sorts: TYPE_SORTS,
        filters: ("job_templates_list", &["type", "name"]),
        unset: &["updated_at", "description"],
        columns: &["description", "type"],
    },
    Info {
        class: "JobExecution",
        keys: [("job_execution", "job_executions"), ("job", "jobs")],
        sorts: &["id", "job_template", "cluster", "status"],
        filters: ("jobs_list", &["status"]),
        unset: &[
            "updated_at",
            "start_time",
            "end_time",
            "engine_job_id",
            "return_code",
            "data_source_urls",
        ],
        columns: &[
            "job_id",
            "cluster_id",
            "input_id",
            "output_id",
            "start_time",
            "end_time",
            "engine_job_id",
            "return_code",
        ],
    },
];

impl Resource {
    pub(crate) fn info(self) -> &'static Info {
        &INFOS[self as usize]
    }

    /// Whether the database has a column of this name.
    pub(crate) fn has_column(self, name: &str) -> bool {
        COLUMNS.contains(&name) || self.info().columns.contains(&name)
    }

    pub(crate) fn singular(self, version: Version) -> &'static str {
        self.info().keys[version as usize].0
    }

    pub(crate) fn plural(self, version: Version) -> &'static str {
        self.info().keys[version as usize].1
    }
}

/// Gives fields the names that they have in a version.
pub(crate) fn named(mut fields: Map<String, Value>, version: Version) -> Map<String, Value> {
    if version == Version::Two {
        for (old, new) in [
            ("tenant_id", "project_id"),
            ("hadoop_version", "plugin_version"),
        ] {
            if let Some(value) = fields.remove(old) {
                fields.insert(new.to_owned(), value);
            }
        }
    }
    fields
}

/// Renames the fields of the objects in a list of an object.
fn name_all(fields: &mut Map<String, Value>, list: &str, version: Version) {
    for item in fields
        .get_mut(list)
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        if let Value::Object(item) = item {
            *item = named(std::mem::take(item), version);
        }
    }
}

pub(crate) fn render(state: &State, row: &Row, version: Version) -> Map<String, Value> {
    let mut fields = named(row.fields.clone(), version);
    name_all(&mut fields, "provision_progress", version);
    // Stored as ids, shown as whole objects, as they are at the time of the answer.
    for list in ["mains", "libs"] {
        for program in fields
            .get_mut(list)
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            let found = program
                .as_str()
                .and_then(|id| state.get(Resource::JobBinary, id));
            *program = found.map_or(Value::Null, |row| named(row.fields.clone(), version).into());
        }
    }
    fields
}

/// The id in the path, of an object that the project sees.
pub(crate) fn id(ctx: &Ctx<'_>, resource: Resource) -> Result<String, Refusal> {
    let id = ctx.parameter(0);
    row(ctx, resource, id)?;
    Ok(id.to_owned())
}

pub(crate) fn row<'s>(ctx: &'s Ctx<'_>, resource: Resource, id: &str) -> Result<&'s Row, Refusal> {
    find(ctx.state, resource, id, ctx.project).ok_or_else(|| Refusal::no_object(id))
}

pub(crate) fn find<'s>(
    state: &'s State,
    resource: Resource,
    id: &str,
    project: &str,
) -> Option<&'s Row> {
    state
        .get(resource, id)
        .filter(|row| row.is_seen_by(project))
}

pub(crate) fn show(
    ctx: &Ctx<'_>,
    status: u16,
    resource: Resource,
    id: &str,
) -> Result<Answer, Refusal> {
    let row = row(ctx, resource, id)?;
    one(
        status,
        resource.singular(ctx.version),
        render(ctx.state, row, ctx.version),
    )
}

/// The answer to a creation.
pub(crate) fn show_created(
    ctx: &Ctx<'_>,
    resource: Resource,
    id: &str,
    given: &Map<String, Value>,
) -> Result<Answer, Refusal> {
    one(
        202,
        resource.singular(ctx.version),
        created(ctx, resource, id, given)?,
    )
}

/// A new object as it is shown first, without the columns that the database was given nothing for.
pub(crate) fn created(
    ctx: &Ctx<'_>,
    resource: Resource,
    id: &str,
    given: &Map<String, Value>,
) -> Result<Map<String, Value>, Refusal> {
    let mut fields = render(ctx.state, row(ctx, resource, id)?, ctx.version);
    for name in resource
        .info()
        .unset
        .iter()
        .filter(|name| !given.contains_key(**name))
    {
        fields.remove(*name);
    }
    Ok(fields)
}

pub(crate) fn get(ctx: &mut Ctx<'_>, resource: Resource) -> Result<Answer, Refusal> {
    let id = id(ctx, resource)?;
    ctx.knows_query(get_operation(resource), &[])?;
    show(ctx, 200, resource, &id)
}

const fn get_operation(resource: Resource) -> &'static str {
    match resource {
        Resource::NodeGroupTemplate => "node_group_templates_get",
        Resource::ClusterTemplate => "cluster_templates_get",
        Resource::Cluster => "clusters_get",
        Resource::DataSource => "data_source_get",
        Resource::JobBinary => "job_binary_get",
        Resource::JobBinaryInternal => "job_binary_internal_get",
        Resource::JobTemplate => "job_templates_get",
        Resource::Job => "jobs_get",
    }
}

/// Refuses to delete what belongs to another project or is protected.
pub(crate) fn check_deletable(ctx: &Ctx<'_>, resource: Resource, id: &str) -> Result<(), Refusal> {
    // Public objects of other projects are found, and then refused with 400, not 403 or 404.
    let row = row(ctx, resource, id)?;
    let class = resource.info().class;
    let refused = |why: &str| {
        Err(Refusal::deletion_failed(format!(
            "{class} with id '{id}' could not be deleted because {why}"
        )))
    };
    if !row.is_of(ctx.project) {
        return refused("it wasn't created in this tenant");
    }
    if row.flag("is_protected") {
        refused("it's marked as protected")
    } else {
        Ok(())
    }
}

/// Refuses to change what belongs to another project.
pub(crate) fn check_owned(ctx: &Ctx<'_>, resource: Resource, id: &str) -> Result<(), Refusal> {
    if row(ctx, resource, id)?.is_of(ctx.project) {
        return Ok(());
    }
    Err(not_updatable(
        resource,
        id,
        "it wasn't created in this tenant",
    ))
}

/// Refuses to change what belongs to another project or is protected. A protected object takes a change that ends the
/// protection, and one that changes nothing but whether it is public.
pub(crate) fn check_updatable(
    ctx: &Ctx<'_>,
    resource: Resource,
    id: &str,
    given: &Map<String, Value>,
) -> Result<(), Refusal> {
    check_owned(ctx, resource, id)?;
    let row = row(ctx, resource, id)?;
    let ends_protection = given
        .get("is_protected")
        // Null ends the protection as well; `true` again does not, and is refused.
        .is_some_and(|value| value != &Value::Bool(true));
    if !row.flag("is_protected") || ends_protection {
        return Ok(());
    }
    let same = |(name, value): (&String, &Value)| {
        name == "is_public" || row.fields.get(name) == Some(value)
    };
    if given.contains_key("is_public") && given.iter().all(same) {
        return Ok(());
    }
    Err(not_updatable(resource, id, "it's marked as protected"))
}

fn not_updatable(resource: Resource, id: &str, why: &str) -> Refusal {
    let class = resource.info().class;
    Refusal::update_failed(format!(
        "{class} with id '{id}' could not be updated because {why}"
    ))
}

/// Whether the project has an object of this name already.
pub(crate) fn check_name(
    ctx: &Ctx<'_>,
    resource: Resource,
    what: &str,
    name: &str,
) -> Result<(), Refusal> {
    let exists = ctx
        .state
        .seen_by(resource, ctx.project)
        .any(|row| row.name() == name);
    if exists {
        Err(Refusal::name_exists(what, name))
    } else {
        Ok(())
    }
}

/// The same where only the database looks, at the objects of the project itself but this one.
pub(crate) fn check_duplicate(
    ctx: &Ctx<'_>,
    resource: Resource,
    given: &Map<String, Value>,
    own: Option<&str>,
) -> Result<(), Refusal> {
    let Some(name) = given.get("name").and_then(Value::as_str) else {
        return Ok(());
    };
    let same = |row: &Row| row.is_of(ctx.project) && row.name() == name && Some(row.id()) != own;
    if !ctx.state.rows(resource).any(same) {
        return Ok(());
    }
    // The name in this message is that of the table, not of the class.
    let class = resource.info().class.trim_end_matches("Resource");
    let message = format!("Duplicate entry for {class}: ['name', 'tenant_id']");
    Err(Refusal::bad("DB_DUPLICATE_ENTRY", message))
}

/// Puts the given fields over those of an object, but for the one that never comes back.
pub(crate) fn overlay_with_secret(row: &mut Row, mut given: Map<String, Value>, secret: &str) {
    if let Some(value) = given.remove(secret) {
        row.secrets.insert(secret.to_owned(), value);
    }
    overlay(&mut row.fields, given);
}

/// Puts the given fields over those of an object. A flag that is given as null is off.
pub(crate) fn overlay(fields: &mut Map<String, Value>, given: Map<String, Value>) {
    for (name, value) in given {
        // By what is there: other fields can be set to null.
        let is_flag = fields.get(&name).is_some_and(Value::is_boolean);
        let value = if value.is_null() && is_flag {
            Value::Bool(false)
        } else {
            value
        };
        fields.insert(name, value);
    }
}

/// An object of JSON as the fields that it has.
pub(crate) fn fields(object: Value) -> Map<String, Value> {
    match object {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
