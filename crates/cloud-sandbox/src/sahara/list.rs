//! Lists: filters, order and pages, with the defects that the real server has there.

use std::cmp::Ordering;

use serde_json::{Value, json};

use crate::answer::Answer;

use super::error::Refusal;
use super::resource::{self, Resource};
use super::state::{Row, State};
use super::{Ctx, Version};

const PAGING: &[&str] = &["marker", "limit", "sort_by"];

/// A list of objects, each of them rendered in its way.
pub(crate) fn list(
    ctx: &Ctx<'_>,
    resource: Resource,
    render: impl Fn(&Row) -> Value,
) -> Result<Answer, Refusal> {
    let info = resource.info();
    let marker = ctx.query("marker");
    // The marker is looked up among all objects, not in the filtered list.
    let anchor = marker.and_then(|id| resource::find(ctx.state, resource, id, ctx.project));
    if let (Some(id), None) = (marker, anchor) {
        // Version 1.1 asks for the list instead of the object here, and finds one.
        if !(resource == Resource::JobBinary && ctx.version == Version::One) {
            return Err(Refusal::no_object(id));
        }
    }
    let limit = match ctx.query("limit") {
        None => None,
        Some(text) => {
            let limit = text.parse::<usize>().ok().filter(|limit| *limit > 0);
            Some(limit.ok_or_else(|| Refusal::list_parameter("'limit' must be positive integer"))?)
        }
    };
    let (key, descending) = match ctx.query("sort_by").filter(|key| !key.is_empty()) {
        Some(key) => key
            .strip_prefix('-')
            .map_or((key, false), |key| (key, true)),
        None => ("id", false),
    };
    // Version 2 does not check the order of clusters.
    let is_checked = !(resource == Resource::Cluster && ctx.version == Version::Two);
    if is_checked && !info.sorts.contains(&key) {
        return Err(Refusal::list_parameter(format!(
            "Unknown field for sorting {key}"
        )));
    }
    let (operation, filters) = info.filters;
    ctx.knows_query(operation, filters)?;

    let mut rows: Vec<&Row> = ctx.state.seen_by(resource, ctx.project).collect();
    for (name, value) in ctx.query_pairs().filter(|(name, _)| !PAGING.contains(name)) {
        // The filter has its new name in version 2; the sort key and the column keep the old one.
        let name = if name == "plugin_version" {
            "hadoop_version"
        } else {
            name
        };
        rows = filtered(ctx.state, resource, &rows, name, value)?;
    }
    if !resource.has_column(key) {
        // Jobs can be sorted by three keys that are no columns, and end in a 500 (openstack/sahara 19.0.0, SQLAlchemy
        // 1.4).
        return Err(Refusal::internal());
    }
    rows.sort_by(|a, b| directed(compare(a, b, key), descending));

    let (previous, next) = neighbours(&rows, limit, anchor);
    let includes = resource == Resource::Job;
    let page = rows.iter().filter(|row| {
        // The row of the marker may be gone for good, or without a value; then nothing is left out.
        let Some(anchor) =
            anchor.filter(|anchor| anchor.fields.get(key).is_some_and(|value| !value.is_null()))
        else {
            return true;
        };
        match directed(compare(row, anchor, key), descending) {
            Ordering::Greater => true,
            // Lists of jobs begin with the row of the marker, which was on the page before already; all others begin
            // after it.
            Ordering::Equal => includes,
            Ordering::Less => false,
        }
    });
    let page: Vec<Value> = page
        .take(limit.unwrap_or(usize::MAX))
        .map(|row| render(row))
        .collect();
    let mut body = json!({resource.plural(ctx.version): page});
    // The real server leaves `markers` out when there is nothing to say, unless a marker was sent.
    if previous.is_some() || next.is_some() || marker.is_some() {
        body["markers"] = json!({"prev": previous, "next": next});
    }
    Ok(Answer::json(200, &body))
}

/// A list of objects as they are.
pub(crate) fn plain(ctx: &mut Ctx<'_>, resource: Resource) -> Result<Answer, Refusal> {
    list(ctx, resource, |row| {
        Value::Object(resource::render(ctx.state, row, ctx.version))
    })
}

fn directed(order: Ordering, descending: bool) -> Ordering {
    if descending { order.reverse() } else { order }
}

/// Null comes first, and counts as the empty text.
fn compare(a: &Row, b: &Row, key: &str) -> Ordering {
    a.text(key).cmp(b.text(key))
}

/// The markers of the pages before and after. They count by position and not by what a page has, which is why a last
/// page can be empty, and why the second one claims to have none before it.
fn neighbours<'r>(
    rows: &[&'r Row],
    limit: Option<usize>,
    anchor: Option<&Row>,
) -> (Option<&'r str>, Option<&'r str>) {
    let Some(limit) = limit else {
        return (None, None);
    };
    let id = |position: usize| rows.get(position).map(|row| row.id());
    match anchor {
        None => (
            None,
            if limit < rows.len() {
                id(limit - 1)
            } else {
                None
            },
        ),
        Some(anchor) => match rows.iter().position(|row| row.id() == anchor.id()) {
            None => (None, None),
            Some(position) => (
                position.checked_sub(limit).and_then(id),
                id(position.saturating_add(limit)),
            ),
        },
    }
}

fn filtered<'s>(
    state: &'s State,
    resource: Resource,
    rows: &[&'s Row],
    name: &str,
    value: &str,
) -> Result<Vec<&'s Row>, Refusal> {
    let keep =
        |admits: &dyn Fn(&Row) -> bool| rows.iter().copied().filter(|row| admits(row)).collect();
    let names = |resource, field: &str, row: &Row| {
        state
            .get(resource, row.text(field))
            .is_some_and(|other| other.name() == value)
    };
    if resource == Resource::Job {
        match name {
            "status" => {
                return Ok(keep(&|row| {
                    row.fields["info"]["status"]
                        .as_str()
                        .is_some_and(|status| status.eq_ignore_ascii_case(value))
                }));
            }
            "cluster.name" => return Ok(keep(&|row| names(Resource::Cluster, "cluster_id", row))),
            "job.name" => return Ok(keep(&|row| names(Resource::JobTemplate, "job_id", row))),
            _ => {}
        }
    }
    // A filter by what is no column ends in the database.
    if !resource.has_column(name) {
        return Err(Refusal::internal());
    }
    Ok(keep(
        &|row| match row.fields.get(name).unwrap_or(&Value::Null) {
            // The whole text, as with SQLite; MySQL and PostgreSQL take the value for a regular expression.
            Value::String(text) => text == value,
            Value::Bool(flag) => value.eq_ignore_ascii_case(if *flag { "true" } else { "false" }),
            Value::Number(number) => number.to_string() == value,
            _ => false,
        },
    ))
}
