//! The types of jobs, what plugins run them, and hints for their configuration.

use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::route::{Route, route};

use super::error::Refusal;
use super::plugins::{self, Plugin};
use super::{Ctx, Handler, Version};

pub(crate) const V1: &[Route<Handler>] = &[
    route(
        "get_job_config_hints",
        "GET",
        "/jobs/config-hints/{job_type}",
        hints,
    ),
    route("list_job_types", "GET", "/job-types", list),
];

pub(crate) const V2: &[Route<Handler>] = &[
    route(
        "get_job_config_hints",
        "GET",
        "/job-templates/config-hints/{job_type}",
        hints,
    ),
    route("list_job_types", "GET", "/job-types", list),
];

pub(crate) const NAMES: &[&str] = &[
    "Hive",
    "Java",
    "MapReduce",
    "MapReduce.Streaming",
    "Pig",
    "Shell",
    "Spark",
    "Storm",
    "Storm.Pyleus",
];

/// What the programs of a type of job have to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Programs {
    Mains,
    Libs,
    Neither,
}

/// What kind of program a type of job wants, with the words for what is missing, and the mappings that its interface can
/// have.
pub(crate) fn shape(kind: &str) -> (Programs, &'static str, &'static [&'static str]) {
    match kind {
        "Hive" => (
            Programs::Mains,
            "flow requires main script",
            &["configs", "params"],
        ),
        "Pig" | "Shell" => (
            Programs::Mains,
            "flow requires main script",
            &["configs", "params", "args"],
        ),
        "Spark" => (
            Programs::Mains,
            "job requires main application jar",
            &["configs", "args"],
        ),
        "Storm" => (
            Programs::Mains,
            "job requires main application jar",
            &["args"],
        ),
        "Storm.Pyleus" => (Programs::Mains, "job requires main application jar", &[]),
        "Java" => (Programs::Libs, "flow requires libs", &["configs", "args"]),
        "MapReduce" => (Programs::Libs, "flow requires libs", &["configs"]),
        _ => (Programs::Neither, "", &["configs"]),
    }
}

/// Whether clusters of a plugin can run a type of job.
pub(crate) fn runs(plugin: &Plugin, kind: &str) -> bool {
    !kind.starts_with("Storm") || plugin.name == "fake"
}

fn list(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    ctx.knows_query("job_types_get", &["type", "plugin_name", "plugin_version"])?;
    let all = |key: &str| -> Vec<&str> {
        ctx.query_pairs()
            .filter(|(name, _)| *name == key)
            .map(|(_, v)| v)
            .collect()
    };
    let types = all("type");
    // Version 2 takes filters by plugin under other names, and forgets about them.
    let (plugins, versions) = match ctx.version {
        Version::One => (all("plugin"), all("version")),
        Version::Two => (Vec::new(), Vec::new()),
    };
    let with_hints = ctx.version == Version::One
        && ctx
            .query("hints")
            .is_some_and(|v| v.eq_ignore_ascii_case("true"));
    let admits = |wanted: &[&str], name: &str| wanted.is_empty() || wanted.contains(&name);
    let names = NAMES.iter().filter(|name| admits(&types, name));
    let shown: Vec<Value> = names
        .map(|kind| {
            let able =
                plugins::all().filter(|plugin| admits(&plugins, plugin.name) && runs(plugin, kind));
            let able: Vec<Value> = able
                .filter_map(|plugin| of_plugin(plugin, kind, &versions, with_hints))
                .collect();
            json!({"name": kind, "plugins": able})
        })
        // A type that no plugin is left for is not listed at all.
        .filter(|kind| kind["plugins"] != json!([]))
        .collect();
    Ok(Answer::json(200, &json!({"job_types": shown})))
}

fn of_plugin(plugin: &Plugin, kind: &str, wanted: &[&str], with_hints: bool) -> Option<Value> {
    let versions = plugin
        .versions
        .iter()
        .filter(|version| wanted.is_empty() || wanted.contains(version));
    let versions: Map<String, Value> = versions
        .map(|version| {
            let hints = match (with_hints, plugin.has_workflows) {
                (false, _) => json!({}),
                (true, true) => config(kind),
                // A plugin without workflows has no hints, which the real server writes as null.
                (true, false) => Value::Null,
            };
            ((*version).to_owned(), hints)
        })
        .collect();
    if versions.is_empty() {
        return None;
    }
    let mut shown = plugin.render();
    shown.insert("versions".into(), versions.into());
    Some(shown.into())
}

fn hints(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let kind = ctx.parameter(0);
    if !NAMES.contains(&kind) {
        return Err(Refusal::not_found(&format!("{{'job_type': '{kind}'}}")));
    }
    ctx.knows_query("job_config_hints_get", &[])?;
    Ok(Answer::json(200, &config(kind)))
}

fn config(kind: &str) -> Value {
    let hint = |name: &str, value: &str, description: &str| json!({"name": name, "value": value, "description": description});
    let map_reduce = vec![
        hint("mapreduce.job.maps", "2", "How many map tasks a job has"),
        hint(
            "mapreduce.job.reduces",
            "1",
            "How many reduce tasks a job has",
        ),
        hint(
            "mapreduce.task.io.sort.factor",
            "10",
            "How many streams are merged at once",
        ),
        hint(
            "mapreduce.map.output.compress",
            "false",
            "Whether what maps give is compressed",
        ),
    ];
    match kind {
        "Java" | "Spark" | "Storm" | "Storm.Pyleus" => {
            json!({"job_config": {"configs": [], "args": []}})
        }
        // An object where all other types have a list: the engine for shells writes it so.
        "Shell" => json!({"job_config": {"configs": {}, "args": [], "params": {}}}),
        "Pig" => json!({"job_config": {"configs": map_reduce, "args": [], "params": {}}}),
        "Hive" => {
            let mut configs = map_reduce;
            configs.push(hint(
                "hive.exec.parallel",
                "false",
                "Whether stages of a query run at the same time",
            ));
            json!({"job_config": {"configs": configs, "params": {}}})
        }
        _ => json!({"job_config": {"configs": map_reduce}}),
    }
}
