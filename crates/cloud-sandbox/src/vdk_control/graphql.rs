//! `jobsQuery`: GraphQL in the query of a GET.

mod document;
mod executions;
mod jobs;
mod schema;

use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::route::{Route, route};

use super::error::Refusal;
use super::{Ctx, Handler, show};

use document::{Document, Operation};
use schema::{Asked, Check};

/// The team in the path restricts nothing: a query that wants one team's jobs has to filter.
pub(crate) const ROUTES: &[Route<Handler>] = &[route(
    "jobsQuery",
    "GET",
    "/data-jobs/for-team/{team_name}/jobs",
    query,
)];

/// What is asked when nothing is.
const DEFAULT: &str = "{ jobs(pageNumber: 1, pageSize: 20, filter: []) { content { jobName config { team description \
                       schedule { scheduleCron } } } totalPages totalItems } }";

/// The rows that a root or a nested list of executions found.
struct Page {
    content: Vec<Value>,
    pages: i64,
    items: usize,
}

/// Which part of a list is asked for.
#[derive(Clone, Copy)]
struct Slice {
    number: usize,
    size: usize,
}

impl Slice {
    fn check(number: i64, size: i64) -> Result<Self, String> {
        match (usize::try_from(number), usize::try_from(size)) {
            (_, Err(_) | Ok(0)) => Err("A page has at least one item".to_owned()),
            (Err(_) | Ok(0), _) => Err("The first page is number 1".to_owned()),
            (Ok(number), Ok(size)) => Ok(Self { number, size }),
        }
    }

    fn of<T>(self, rows: Vec<T>) -> impl Iterator<Item = T> {
        rows.into_iter()
            .skip((self.number - 1).saturating_mul(self.size))
            .take(self.size)
    }
}

fn query(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let variables = match ctx.query("variables") {
        None => Map::new(),
        Some(text) => match serde_json::from_str(text) {
            Ok(Value::Object(variables)) => variables,
            _ => {
                return Err(Refusal::bug(
                    "The variables of the query are not a JSON object.",
                ));
            }
        },
    };
    let document = match Document::parse(ctx.query("query").unwrap_or(DEFAULT)) {
        Ok(document) => document,
        Err(error) => {
            let message = format!("Invalid syntax: {}", error.message);
            return failed(&[fault(
                "InvalidSyntax",
                &message,
                Some((error.line, error.column)),
                None,
            )]);
        }
    };
    let wanted = ctx
        .query("operation_name")
        .map(|name| name.trim().replace('"', ""))
        .unwrap_or_default();
    let asked = match operation(&document, &wanted) {
        Ok(operation) => Check::run(&document, operation, variables),
        Err(message) => return failed(&[fault("ValidationError", message, None, None)]),
    };
    let asked = match asked {
        Ok(asked) => asked,
        Err(invalid) => {
            return failed(&[fault("ValidationError", &invalid.message, invalid.at, None)]);
        }
    };

    // One root may fail and another not: both go into the answer, with status 400.
    let mut errors = Vec::new();
    let mut results = Map::new();
    for root in &asked {
        let found = if root.name == "jobs" {
            jobs::find(ctx, root)
        } else {
            executions::find(ctx, root)
        };
        let result = match found {
            Ok(page) => {
                let page = json!({"content": page.content, "totalPages": page.pages, "totalItems": page.items});
                select(&page, &root.fields)
            }
            Err(problem) => {
                let message = format!("Exception while fetching data (/{}) : {problem}", root.key);
                errors.push(fault(
                    "DataFetchingException",
                    &message,
                    Some((root.line, root.column)),
                    Some(&root.key),
                ));
                Value::Null
            }
        };
        results.insert(root.key.clone(), result);
    }
    // The answer has room for one root, known by its own name.
    let page = results
        .get("jobs")
        // There is no level with the name of the root in the answer: `data` is the page itself.
        .or_else(|| results.get("executions"))
        .filter(|page| !page.is_null());
    let data = page.map(|page| {
        if !ctx.settings.totals {
            // As stubs and gateways of another version answer; a client must not need the totals.
            return json!({"content": page.get("content")});
        }
        let total = |name: &str| page.get(name).cloned().unwrap_or_else(|| Value::from(0));
        json!({"content": page.get("content"), "totalPages": total("totalPages"), "totalItems": total("totalItems")})
    });
    let body = json!({"errors": errors, "data": data});
    if errors.is_empty() {
        show(&body)
    } else {
        Ok(Answer::json(400, &body))
    }
}

fn operation<'d>(document: &'d Document, name: &str) -> Result<&'d Operation, &'static str> {
    match document.operations.as_slice() {
        [one] if name.is_empty() => Ok(one),
        _ if name.is_empty() => Err("Of several operations, one has to be named"),
        operations => operations
            .iter()
            .find(|operation| operation.name.as_deref() == Some(name))
            .ok_or("There is no operation of this name"),
    }
}

fn fault(kind: &str, message: &str, at: Option<(usize, usize)>, path: Option<&str>) -> Value {
    let locations: Vec<Value> = at
        .into_iter()
        .map(|(line, column)| json!({"line": line, "column": column, "sourceName": null}))
        .collect();
    json!({
        "message": message,
        "locations": locations,
        "errorType": kind,
        "path": path.map(|path| [path]),
        "extensions": null,
    })
}

#[allow(
    clippy::unnecessary_wraps,
    reason = "it is the last expression of a handler, which can fail"
)]
fn failed(errors: &[Value]) -> Result<Answer, Refusal> {
    Ok(Answer::json(400, &json!({"errors": errors, "data": null})))
}

/// The parts of a value that are asked for, under the names that they are to have.
fn select(value: &Value, fields: &[Asked]) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| select(item, fields)).collect(),
        Value::Object(members) if !fields.is_empty() => {
            let mut selected = Map::new();
            for field in fields {
                let part = members
                    .get(&field.name)
                    .map_or(Value::Null, |member| select(member, &field.fields));
                match (selected.get_mut(&field.key), part) {
                    // The same field may be asked for in parts.
                    (Some(Value::Object(known)), Value::Object(more)) => known.extend(more),
                    (_, part) => {
                        selected.insert(field.key.clone(), part);
                    }
                }
            }
            Value::Object(selected)
        }
        value => value.clone(),
    }
}
