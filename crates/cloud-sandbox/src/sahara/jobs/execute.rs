//! The request for a job.

use serde_json::{Map, Value, json};

use crate::answer::Answer;

use super::super::error::Refusal;
use super::super::job_templates::{check_data_source, check_value};
use super::super::resource::{self, Resource, fields};
use super::super::schema::{Field, Kind, Schema, boolean, field, joined, uuid};
use super::super::state::Row;
use super::super::{Ctx, Version, job_types, one, plugins};
use super::{RESOURCE, life, render};

const CONFIGS: Schema = Schema(&[
    field("configs", Kind::SimpleConfig),
    field("params", Kind::SimpleConfig),
    field("args", Kind::Texts(None)),
    field("job_execution_info", Kind::SimpleConfig),
]);

const FIELDS: [Field; 7] = [
    uuid("input_id"),
    uuid("output_id"),
    uuid("cluster_id").required(),
    field("interface", Kind::SimpleConfig),
    field("job_configs", Kind::Object(&CONFIGS)),
    boolean("is_public").or_null(),
    boolean("is_protected").or_null(),
];

static EXECUTE: [Schema; 2] = [
    Schema(&FIELDS),
    Schema(&joined::<7, 1, 8>(
        FIELDS,
        [uuid("job_template_id").required()],
    )),
];

/// `POST /jobs/{id}/execute` of version 1.1, and `POST /jobs` of version 2
pub(super) fn execute(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    if ctx.version == Version::One {
        resource::id(ctx, Resource::JobTemplate)?;
    }
    let given = EXECUTE[ctx.version as usize].read(&ctx.body)?;
    // In the path in version 1.1, where a missing one is 404; in the body in version 2, where it is a 400.
    let template = match ctx.version {
        Version::One => ctx.parameter(0),
        Version::Two => given["job_template_id"].as_str().unwrap_or_default(),
    };
    let template = template.to_owned();
    check(ctx, &template, &given)?;
    ctx.knows_query("jobs_execute", &[])?;

    // Values of the interface are stored among the configurations: answers show them there.
    let mut configs = fields(given.get("job_configs").cloned().unwrap_or_default());
    if let Some(row) = ctx.state.get(Resource::JobTemplate, &template) {
        merge_interface(&mut configs, row, given.get("interface"));
    }
    // Whatever was said about a schedule is lost.
    configs.insert("job_execution_info".into(), json!({}));
    // And so is whether it is public or protected.
    let row = Row {
        fields: fields(json!({
            "job_id": template,
            "input_id": given.get("input_id"),
            "output_id": given.get("output_id"),
            "cluster_id": given["cluster_id"],
            "info": {"status": "PENDING"},
            "job_configs": configs,
            "start_time": null,
            "end_time": null,
            "engine_job_id": null,
            "return_code": null,
            "data_source_urls": null,
            "is_public": false,
            "is_protected": false,
        })),
        ..Row::default()
    };
    let id = ctx.state.insert(RESOURCE, ctx.project, row);
    let mut shown = render(resource::row(ctx, RESOURCE, &id)?, ctx.version, true);
    for unset in [
        "updated_at",
        "start_time",
        "end_time",
        "return_code",
        "data_source_urls",
    ] {
        // Columns that were never set are missing in the answer to a creation, and null later (openstack/sahara
        // 19.0.0).
        shown.remove(unset);
    }
    if ctx.version == Version::One {
        shown.remove("engine_job_id");
    }
    life::launch(ctx.state, &id, ctx.failure());
    one(202, RESOURCE.singular(ctx.version), shown)
}

fn check(ctx: &Ctx<'_>, template: &str, given: &Map<String, Value>) -> Result<(), Refusal> {
    let cluster = given["cluster_id"].as_str().unwrap_or_default();
    let unknown = |what: &str, id: &str| {
        Refusal::invalid_reference(format!("{what} with id '{id}' doesn't exist"))
    };
    let found = resource::find(ctx.state, Resource::Cluster, cluster, ctx.project);
    let row = found.ok_or_else(|| unknown("Cluster", cluster))?;
    let plugin = plugins::offered(row.text("plugin_name"), row.text("hadoop_version"))?;
    plugins::check_enabled(ctx, plugin, row.text("hadoop_version"))?;
    let found = resource::find(ctx.state, Resource::JobTemplate, template, ctx.project);
    let template = found.ok_or_else(|| unknown("Job template", template))?;
    let kind = template.text("type");
    if !job_types::runs(plugin, kind) {
        let message = format!("Jobs of type '{kind}' do not run on cluster '{cluster}'");
        return Err(Refusal::invalid_reference(message));
    }
    check_interface(ctx, template, given)?;
    check_needs(ctx, kind, given)
}

/// Refuses a job without what the engine needs for its type.
fn check_needs(ctx: &Ctx<'_>, kind: &str, given: &Map<String, Value>) -> Result<(), Refusal> {
    let config = |name: &str| given.get("job_configs")?.get("configs")?.get(name);
    let refused = |what: &str| {
        Err(Refusal::invalid_data(format!(
            "{kind} job must specify {what}"
        )))
    };
    match kind {
        // A shell needs neither data sources nor a class.
        "Shell" => return Ok(()),
        "Java" | "Spark" | "Storm" | "Storm.Pyleus" => {
            if config("edp.java.main_class").is_some_and(Value::is_string) {
                return Ok(());
            }
            // What is said to be missing is not what is looked for.
            return refused(if kind == "Storm.Pyleus" {
                "topology_name"
            } else {
                "edp.java.main_class"
            });
        }
        _ => {}
    }
    let source = |name: &str| given.get(name).and_then(Value::as_str);
    let (Some(input), Some(output)) = (source("input_id"), source("output_id")) else {
        return Err(Refusal::invalid_data(format!(
            "{kind} job requires 'input_id' and 'output_id'"
        )));
    };
    check_data_source(ctx.state, ctx.project, input)?;
    check_data_source(ctx.state, ctx.project, output)?;
    let place = |id: &str| {
        ctx.state
            .get(Resource::DataSource, id)
            .map(|row| (row.text("type").to_owned(), row.text("url").to_owned()))
    };
    // By type and address: two data sources may be one place.
    if place(input) == place(output) {
        return Err(Refusal::invalid_data(
            "A job cannot read and write the same place",
        ));
    }
    let has_both =
        config("edp.streaming.mapper").is_some() && config("edp.streaming.reducer").is_some();
    if kind == "MapReduce.Streaming" && !has_both {
        return refused("streaming mapper and reducer");
    }
    Ok(())
}

fn check_interface(
    ctx: &Ctx<'_>,
    template: &Row,
    given: &Map<String, Value>,
) -> Result<(), Refusal> {
    let arguments = template.list("interface");
    let passed = given.get("interface").and_then(Value::as_object);
    let Some(passed) = passed else {
        if arguments.is_empty() {
            return Ok(());
        }
        let message = "The template of this job has an interface, so that the job needs one too, even if it is empty.";
        return Err(Refusal::invalid_data(message));
    };
    let find = |name: &str| arguments.iter().find(|argument| argument["name"] == name);
    if let Some(name) = passed.keys().find(|name| find(name).is_none()) {
        let message = format!("The interface of the template has no argument '{name}'");
        return Err(Refusal::invalid_data(message));
    }
    let is_missing = |argument: &&Value| {
        argument["required"] == true
            && argument["name"]
                .as_str()
                .is_some_and(|name| !passed.contains_key(name))
    };
    if let Some(argument) = arguments.iter().find(is_missing) {
        let message = format!("The job lacks the argument {}", argument["name"]);
        return Err(Refusal::invalid_data(message));
    }
    for (name, value) in passed {
        let Some(argument) = find(name) else { continue };
        check_value(
            ctx,
            argument["value_type"].as_str().unwrap_or("string"),
            value,
        )?;
        let (mapping, place) = (
            argument["mapping_type"].as_str().unwrap_or_default(),
            &argument["location"],
        );
        let configured = given
            .get("job_configs")
            .and_then(|configs| configs.get(mapping))
            .and_then(|values| values.get(place.as_str().unwrap_or_default()));
        // The same value in both places is no contradiction; positions have no names to compare.
        if mapping != "args" && configured.is_some_and(|other| other != value) {
            let message = format!(
                "Argument '{name}' has one value in the interface and another one in {mapping} at {place}"
            );
            return Err(Refusal::invalid_data(message));
        }
    }
    Ok(())
}

/// Puts the values of an interface where the engine looks for them.
fn merge_interface(configs: &mut Map<String, Value>, template: &Row, passed: Option<&Value>) {
    let mut positional: Vec<(usize, Value)> = Vec::new();
    for argument in template.list("interface") {
        let text = |name: &str| argument[name].as_str().unwrap_or_default();
        let value = passed.and_then(|passed| passed.get(text("name")));
        let default = Some(&argument["default"]).filter(|default| !default.is_null());
        if text("mapping_type") == "args" {
            if let Some(value) = value.or(default) {
                positional.push((text("location").parse().unwrap_or_default(), value.clone()));
            }
            continue;
        }
        let section = configs
            .entry(text("mapping_type"))
            .or_insert_with(|| json!({}));
        let configured = section.get(text("location")).cloned();
        // What was given by hand counts more than the default of the template.
        if let Some(value) = value.cloned().or(configured).or(default.cloned()) {
            section[text("location")] = value;
        }
    }
    if positional.is_empty() {
        return;
    }
    positional.sort_by_key(|(place, _)| *place);
    let mut args: Vec<Value> = positional.into_iter().map(|(_, value)| value).collect();
    // Arguments of the interface come first, those of the request after them.
    args.extend(
        configs
            .get("args")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default(),
    );
    configs.insert("args".into(), args.into());
}
