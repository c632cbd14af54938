//! The plugins, their versions and labels.

use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::route::{Route, route};

use super::error::Refusal;
use super::resource::fields;
use super::schema::{Field, Kind, Schema, boolean, field};
use super::state::State;
use super::{Ctx, Handler, one};

pub(crate) const V1: &[Route<Handler>] = &[
    route("list_plugins", "GET", "/plugins", list),
    route("get_plugin", "GET", "/plugins/{name}", get),
    route(
        "get_plugin_version",
        "GET",
        "/plugins/{name}/{version}",
        get_version,
    ),
    route("update_plugin", "PATCH", "/plugins/{name}", update),
    route(
        "convert_plugin_config",
        "POST",
        "/plugins/{name}/{version}/convert-config/{template_name}",
        convert,
    ),
];

pub(crate) const V2: &[Route<Handler>] = &[
    route("list_plugins", "GET", "/plugins", list),
    route("get_plugin", "GET", "/plugins/{name}", get),
    route(
        "get_plugin_version",
        "GET",
        "/plugins/{name}/{version}",
        get_version,
    ),
    route("update_plugin", "PATCH", "/plugins/{name}", update),
];

#[derive(Debug)]
pub(crate) struct Plugin {
    pub(crate) name: &'static str,
    title: &'static str,
    description: &'static str,
    pub(crate) versions: &'static [&'static str],
    labels: &'static [(&'static str, bool)],
    version_labels: &'static [(&'static str, bool)],
    configs: &'static [&'static [Config]],
    pub(crate) processes: &'static [(&'static str, &'static [&'static str])],
    /// How often a cluster has a process at least and at most.
    pub(crate) counts: &'static [(&'static str, u64, u64)],
    /// Whether its jobs can be suspended, and say when they ended.
    pub(crate) has_workflows: bool,
}

/// Name, description, type, value unless given, target, whether it belongs to the cluster and not to nodes, whether it
/// may be left out, and the priority.
#[derive(Debug)]
struct Config(
    &'static str,
    &'static str,
    Usual,
    &'static str,
    bool,
    bool,
    u8,
);

#[derive(Debug)]
enum Usual {
    Text(&'static str),
    Number(i64),
    Flag(bool),
}

use Usual::{Flag, Number, Text};

const GENERAL: &[Config] = &[
    Config(
        "Timeout for disk preparing",
        "How many seconds disks may take to be ready",
        Number(300),
        "general",
        true,
        true,
        1,
    ),
    Config(
        "Enable NTP service",
        "Whether instances set their clocks by a server",
        Flag(true),
        "general",
        true,
        false,
        1,
    ),
    Config(
        "URL of NTP server",
        "The server that instances set their clocks by",
        Text(""),
        "general",
        true,
        true,
        1,
    ),
    Config(
        "Heat Wait Condition timeout",
        "How many seconds an instance may take to boot",
        Number(3600),
        "general",
        true,
        true,
        1,
    ),
    Config(
        "Enable XFS",
        "Whether disks are formatted with XFS",
        Flag(true),
        "general",
        true,
        true,
        1,
    ),
];

const KERBEROS: &[Config] = &[
    Config(
        "Enable Kerberos Security",
        "Whether services prove who they are",
        Flag(false),
        "Kerberos",
        true,
        true,
        1,
    ),
    Config(
        "Existing KDC",
        "Whether there is a KDC already",
        Flag(false),
        "Kerberos",
        true,
        true,
        1,
    ),
    Config(
        "Server IP of KDC",
        "The address of the KDC that is there already",
        Text("192.168.0.1"),
        "Kerberos",
        true,
        true,
        1,
    ),
    Config(
        "Realm Name",
        "The name of the realm",
        Text("SAHARA-KDC"),
        "Kerberos",
        true,
        true,
        1,
    ),
    Config(
        "Admin principal",
        "Who administers the KDC that is there already",
        Text("sahara/admin"),
        "Kerberos",
        true,
        true,
        1,
    ),
    Config(
        "Admin password",
        "The administrator's password",
        Text(""),
        "Kerberos",
        true,
        true,
        1,
    ),
];

const HADOOP: &[Config] = &[
    Config(
        "dfs.replication",
        "How many copies of a block there are",
        Number(3),
        "HDFS",
        true,
        true,
        1,
    ),
    Config(
        "dfs.blocksize",
        "How many bytes a block has",
        Text("134217728"),
        "HDFS",
        true,
        true,
        2,
    ),
    Config(
        "dfs.namenode.handler.count",
        "How many threads serve calls",
        Number(10),
        "HDFS",
        false,
        true,
        2,
    ),
    Config(
        "NameNode Heap Size",
        "The memory of the name node in megabytes",
        Number(1024),
        "HDFS",
        false,
        true,
        1,
    ),
    Config(
        "DataNode Heap Size",
        "The memory of a data node in megabytes",
        Number(1024),
        "HDFS",
        false,
        true,
        1,
    ),
    Config(
        "mapreduce.map.memory.mb",
        "The memory of a map task in megabytes",
        Number(1024),
        "MapReduce",
        true,
        true,
        2,
    ),
    Config(
        "mapreduce.task.io.sort.factor",
        "How many streams are merged at once",
        Number(10),
        "MapReduce",
        true,
        true,
        2,
    ),
    Config(
        "yarn.resourcemanager.scheduler.class",
        "Who schedules containers",
        Text("capacity"),
        "YARN",
        true,
        true,
        2,
    ),
    Config(
        "ResourceManager Heap Size",
        "The memory of the resource manager in megabytes",
        Number(1024),
        "YARN",
        false,
        true,
        1,
    ),
    Config(
        "Enable Swift",
        "Whether jobs can read from object storage",
        Flag(true),
        "general",
        true,
        false,
        1,
    ),
    Config(
        "Enable MySQL",
        "Whether there is a database for Hive and Oozie",
        Flag(true),
        "general",
        true,
        true,
        1,
    ),
    Config(
        "Oozie Heap Size",
        "The memory of Oozie in megabytes",
        Number(1024),
        "JobFlow",
        false,
        true,
        1,
    ),
    Config(
        "hive.exec.parallel",
        "Whether stages of a query run at the same time",
        Flag(false),
        "Hive",
        true,
        true,
        2,
    ),
    Config(
        "Spark History Server Heap Size",
        "Its memory in megabytes",
        Number(1024),
        "Spark",
        false,
        true,
        1,
    ),
    Config(
        "tickTime",
        "The milliseconds of a tick",
        Number(2000),
        "ZooKeeper",
        true,
        true,
        2,
    ),
];

static PLUGINS: [Plugin; 2] = [
    Plugin {
        name: "vanilla",
        title: "Vanilla Apache Hadoop",
        description: "Clusters of Apache Hadoop as it is released, without a console to manage them.",
        versions: &["2.7.1", "2.7.5", "2.8.2"],
        labels: &[("enabled", true), ("stable", true)],
        version_labels: &[("enabled", true), ("stable", true)],
        configs: &[GENERAL, HADOOP],
        processes: &[
            ("HDFS", &["namenode", "datanode", "secondarynamenode"]),
            ("Hadoop", &[]),
            ("Hive", &["hiveserver"]),
            ("JobFlow", &["oozie"]),
            ("MapReduce", &["historyserver"]),
            ("Spark", &["spark history server"]),
            ("YARN", &["resourcemanager", "nodemanager"]),
            ("ZooKeeper", &["zookeeper"]),
        ],
        counts: &[
            ("namenode", 1, 1),
            ("secondarynamenode", 0, 1),
            ("resourcemanager", 0, 1),
            ("historyserver", 0, 1),
            ("oozie", 0, 1),
            ("hiveserver", 0, 1),
        ],
        has_workflows: true,
    },
    Plugin {
        name: "fake",
        title: "Fake Plugin",
        description: "Clusters that install nothing, to try out everything around them.",
        versions: &["0.1"],
        labels: &[("enabled", true), ("hidden", true)],
        version_labels: &[("enabled", true)],
        configs: &[GENERAL, KERBEROS],
        processes: &[
            ("HDFS", &["namenode", "datanode"]),
            ("Kerberos", &[]),
            ("MapReduce", &["tasktracker", "jobtracker"]),
        ],
        counts: &[],
        has_workflows: false,
    },
];

/// What a label means, and whether it can be changed.
const LABELS: [(&str, bool, &str); 4] = [
    ("enabled", true, "Clusters can be made with it."),
    (
        "hidden",
        true,
        "It is not shown, but clusters can be made with it.",
    ),
    ("stable", false, "It is good for production."),
    ("deprecated", false, "It will go away in a later release."),
];

const STATUS: &[Field] = &[boolean("status")];
const LABEL: Kind = Kind::Object(&Schema(STATUS));
const OF_PLUGIN: Schema = Schema(&[
    field("enabled", LABEL),
    field("hidden", LABEL),
    field("stable", LABEL),
    field("deprecated", LABEL),
]);
const OF_VERSIONS: Schema = Schema(&[
    field("0.1", Kind::Object(&OF_PLUGIN)),
    field("2.7.1", Kind::Object(&OF_PLUGIN)),
    field("2.7.5", Kind::Object(&OF_PLUGIN)),
    field("2.8.2", Kind::Object(&OF_PLUGIN)),
]);
const UPDATE: Schema = Schema(&[
    field("plugin_labels", Kind::Object(&OF_PLUGIN)),
    field("version_labels", Kind::Object(&OF_VERSIONS)),
]);

pub(crate) fn all() -> impl Iterator<Item = &'static Plugin> {
    PLUGINS.iter()
}

/// The plugin of a body in one of its versions.
pub(crate) fn offered(name: &str, version: &str) -> Result<&'static Plugin, Refusal> {
    let plugin = all().find(|plugin| plugin.name == name);
    let unknown = || Refusal::invalid_reference(format!("There is no plugin '{name}'"));
    let plugin = plugin.ok_or_else(unknown)?;
    if plugin.versions.contains(&version) {
        return Ok(plugin);
    }
    let message = format!("Plugin '{name}' has no version '{version}'");
    Err(Refusal::invalid_reference(message))
}

/// Refuses what needs a plugin that the project has turned off.
pub(crate) fn check_enabled(ctx: &Ctx<'_>, plugin: &Plugin, version: &str) -> Result<(), Refusal> {
    let labels = labels(ctx.state, ctx.project, plugin);
    let is_on = |labels: &Value| labels["enabled"]["status"] == true;
    if is_on(&labels["plugin_labels"]) && is_on(&labels["version_labels"][version]) {
        return Ok(());
    }
    let message = format!(
        "Plugin '{}' or its version '{version}' is not enabled",
        plugin.name
    );
    Err(Refusal::invalid_reference(message))
}

impl Plugin {
    pub(crate) fn knows_process(&self, process: &str) -> bool {
        self.processes
            .iter()
            .any(|(_, processes)| processes.contains(&process))
    }

    /// Whether the configurations of a body exist.
    pub(crate) fn check_configs(&self, targets: &Map<String, Value>) -> Result<(), Refusal> {
        let known = || self.configs.iter().copied().flatten();
        for (target, configs) in targets {
            if !known().any(|config| config.3 == target) {
                let message = format!("The plugin has no target '{target}'");
                return Err(Refusal::invalid_reference(message));
            }
            for name in configs.as_object().into_iter().flat_map(Map::keys) {
                if !known().any(|config| config.3 == target && config.0 == name) {
                    let message = format!("The plugin's target '{target}' has no config '{name}'");
                    return Err(Refusal::invalid_reference(message));
                }
            }
        }
        Ok(())
    }

    /// What lists of plugins and of types of jobs say alike.
    pub(crate) fn render(&self) -> Map<String, Value> {
        fields(json!({"name": self.name, "title": self.title, "description": self.description}))
    }

    fn details(&self, state: &State, project: &str) -> Map<String, Value> {
        let mut shown = self.render();
        shown.insert("versions".into(), self.versions.into());
        shown.extend(fields(labels(state, project, self)));
        // Whoever has changed a label gets this with every answer, in version 2 too.
        if state
            .labels
            .contains_key(&(project.to_owned(), self.name.to_owned()))
        {
            shown.insert("tenant_id".into(), project.into());
        }
        shown
    }
}

/// The labels of a plugin and its versions, as a project has them.
fn labels(state: &State, project: &str, plugin: &Plugin) -> Value {
    let set = |names: &[(&str, bool)]| {
        let label = |(name, status): &(&str, bool)| {
            let (_, mutable, description) = LABELS
                .iter()
                .find(|label| label.0 == *name)
                .unwrap_or(&LABELS[0]);
            (
                (*name).to_owned(),
                json!({"status": status, "mutable": mutable, "description": description}),
            )
        };
        names.iter().map(label).collect::<Map<_, _>>()
    };
    let versions = plugin
        .versions
        .iter()
        .map(|version| ((*version).to_owned(), set(plugin.version_labels).into()));
    let usual = json!({"plugin_labels": set(plugin.labels), "version_labels": versions.collect::<Map<_, _>>()});
    state
        .labels
        .get(&(project.to_owned(), plugin.name.to_owned()))
        .cloned()
        .unwrap_or(usual)
}

fn in_path(ctx: &Ctx<'_>) -> Result<&'static Plugin, Refusal> {
    let name = ctx.parameter(0);
    let found = all().find(|plugin| plugin.name == name);
    found.ok_or_else(|| Refusal::not_found(&format!("{{'plugin_name': '{name}'}}")))
}

fn list(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    ctx.knows_query("plugins_list", &[])?;
    let plugins: Vec<_> = all()
        .map(|plugin| plugin.details(ctx.state, ctx.project))
        .collect();
    Ok(Answer::json(200, &json!({"plugins": plugins})))
}

fn get(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let plugin = in_path(ctx)?;
    ctx.knows_query("plugins_get", &[])?;
    one(200, "plugin", plugin.details(ctx.state, ctx.project))
}

fn version_in_path(ctx: &Ctx<'_>) -> Result<&'static Plugin, Refusal> {
    let (name, version) = (ctx.parameter(0), ctx.parameter(1));
    let found = all().find(|plugin| plugin.name == name && plugin.versions.contains(&version));
    found.ok_or_else(|| {
        Refusal::not_found(&format!(
            "{{'plugin_name': '{name}', 'version': '{version}'}}"
        ))
    })
}

fn get_version(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let plugin = version_in_path(ctx)?;
    ctx.knows_query("plugins_get_version", &[])?;
    let mut shown = plugin.details(ctx.state, ctx.project);
    let configs = plugin.configs.iter().copied().flatten().map(Config::render);
    shown.insert("configs".into(), configs.collect());
    let processes = plugin
        .processes
        .iter()
        .map(|(service, all)| ((*service).to_owned(), Value::from(*all)));
    shown.insert("node_processes".into(), Value::Object(processes.collect()));
    shown.insert(
        "required_image_tags".into(),
        json!([plugin.name, ctx.parameter(1)]),
    );
    one(200, "plugin", shown)
}

impl Config {
    fn render(&self) -> Value {
        let Self(name, description, default, target, is_of_cluster, is_optional, priority) = self;
        let (kind, default): (_, Value) = match default {
            Text(text) => ("string", (*text).into()),
            Number(number) => ("int", (*number).into()),
            Flag(flag) => ("bool", (*flag).into()),
        };
        json!({
            "name": name,
            "description": description,
            "config_type": kind,
            "config_values": null,
            "default_value": default,
            "applicable_target": target,
            "scope": if *is_of_cluster { "cluster" } else { "node" },
            "is_optional": is_optional,
            "priority": priority,
        })
    }
}

fn update(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    // The one rule in the real policy that needs a role; checked before the plugin is looked for.
    if !ctx.caller.is_administrator {
        return Err(Refusal::forbidden());
    }
    let plugin = in_path(ctx)?;
    let given = UPDATE.read(&ctx.body)?;
    let mut labels = labels(ctx.state, ctx.project, plugin);
    if let Some(changes) = given.get("plugin_labels") {
        set_labels(&mut labels["plugin_labels"], changes)?;
    }
    for (version, changes) in given
        .get("version_labels")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        let Some(of_version) = labels["version_labels"].get_mut(version) else {
            let message = format!("Unknown plugin version '{version}' of {}", plugin.name);
            return Err(Refusal::invalid_data(message));
        };
        set_labels(of_version, changes)?;
    }
    ctx.knows_query("plugins_update", &[])?;
    ctx.state
        .labels
        .insert((ctx.project.to_owned(), plugin.name.to_owned()), labels);
    one(202, "plugin", plugin.details(ctx.state, ctx.project))
}

fn set_labels(labels: &mut Value, changes: &Value) -> Result<(), Refusal> {
    for (name, change) in changes.as_object().into_iter().flatten() {
        let Some(label) = labels.get_mut(name) else {
            return Err(Refusal::invalid_data(format!(
                "There is no label '{name}' here"
            )));
        };
        let Some(status) = change.get("status") else {
            continue;
        };
        // Saying of a fixed label what it is already is no change.
        if label["mutable"] == false && &label["status"] != status {
            return Err(Refusal::invalid_data(format!(
                "Label '{name}' cannot be changed"
            )));
        }
        label["status"] = status.clone();
    }
    Ok(())
}

/// No plugin that is still there can do this.
fn convert(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let plugin = version_in_path(ctx)?;
    let message = format!("Plugin '{}' cannot make templates from files", plugin.name);
    Err(Refusal::invalid_reference(message))
}
