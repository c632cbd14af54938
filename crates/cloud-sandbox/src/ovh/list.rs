//! Lists: ids or whole objects in pages in version 1, cursors in version 2.

use std::cmp::Ordering;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderName;
use serde_json::Value;

use crate::form;

use super::Ctx;
use super::error::Refusal;
use super::query::wildcard;

const ELEMENTS: HeaderName = HeaderName::from_static("x-pagination-elements");
const NEXT: HeaderName = HeaderName::from_static("x-pagination-cursor-next");

/// The size of a page that is not asked for, by what OVHcloud's web manager knows of it.
const USUAL_PAGE: usize = 1000;

/// A list of version 1: the ids, or in pages the objects that they stand for.
pub(crate) fn expandable(
    ctx: &mut Ctx<'_>,
    rows: impl IntoIterator<Item = (Value, Value)>,
) -> Result<Value, Refusal> {
    // The web manager of OVHcloud asks for whole objects so. Without the header a list has ids only, and every client
    // knows that form.
    if ctx.header("x-pagination-mode") != Some("CachedObjectList-Pages") {
        return Ok(rows.into_iter().map(|(id, _)| id).collect());
    }
    let mut objects: Vec<Value> = rows.into_iter().map(|(_, object)| object).collect();
    if let Some(filters) = ctx.header("x-pagination-filter") {
        filter(&mut objects, filters)?;
    }
    if let Some(field) = ctx.header("x-pagination-sort") {
        let descending = match ctx.header("x-pagination-sort-order") {
            None | Some("ASC") => false,
            Some("DESC") => true,
            Some(other) => return Err(wrong_header("X-Pagination-Sort-Order", other)),
        };
        // Stable, so that objects that are alike keep the order of the service from page to page.
        objects.sort_by(|a, b| {
            let order = compare(at(a, field), at(b, field));
            if descending { order.reverse() } else { order }
        });
    }
    let number = positive(ctx, "x-pagination-number")?.unwrap_or(1);
    let size = positive(ctx, "x-pagination-size")?.unwrap_or(USUAL_PAGE);
    // After the filters and before the page: the header counts what all pages have together (python-ovh#149 has seen
    // it).
    ctx.answer_header(ELEMENTS, objects.len().to_string());
    Ok(objects
        .into_iter()
        .skip((number - 1).saturating_mul(size))
        .take(size)
        .collect())
}

/// A list of version 2: objects, with a cursor when there are more.
pub(crate) fn cursored(ctx: &mut Ctx<'_>, objects: Vec<Value>) -> Result<Value, Refusal> {
    let size = positive(ctx, "x-pagination-size")?.unwrap_or(USUAL_PAGE);
    // A cursor is good for the list that it came from only.
    let list = format!("{}?{}", ctx.call.path, ctx.call.query);
    let start = match ctx.header("x-pagination-cursor") {
        None | Some("") => 0,
        Some(cursor) => position(cursor, &list)
            // Some objects may have gone since the last page.
            .filter(|start| *start <= objects.len())
            .ok_or_else(|| Refusal::bad_request("invalid cursor"))?,
    };
    ctx.answer_header(ELEMENTS, objects.len().to_string());
    let end = start.saturating_add(size);
    // The last page has no cursor; that is how clients know it.
    if end < objects.len() {
        ctx.answer_header(NEXT, URL_SAFE_NO_PAD.encode(format!("{end} {list}")));
    }
    Ok(objects.into_iter().skip(start).take(size).collect())
}

fn position(cursor: &str, list: &str) -> Option<usize> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    let (start, origin) = text.split_once(' ')?;
    if origin == list {
        start.parse().ok()
    } else {
        None
    }
}

fn positive(ctx: &Ctx<'_>, header: &'static str) -> Result<Option<usize>, Refusal> {
    let number = |text: &str| {
        text.parse()
            .ok()
            .filter(|number| *number > 0)
            .ok_or_else(|| wrong_header(header, text))
    };
    ctx.header(header).map(number).transpose()
}

fn wrong_header(name: &str, value: &str) -> Refusal {
    Refusal::wrong_value(name, value, "is not valid for this header")
}

/// Keeps what passes filters of the form `field:op=value`, several joined by `&`. The operators are those that OVHcloud's
/// web manager uses.
fn filter(objects: &mut Vec<Value>, filters: &str) -> Result<(), Refusal> {
    for (name, wanted) in form::pairs(filters) {
        let (field, operator) = name
            .split_once(':')
            .ok_or_else(|| wrong_header("X-Pagination-Filter", &name))?;
        // `like` has the wildcard of SQL.
        let pattern = wanted.replace('%', "*");
        let passes: Box<dyn Fn(&Value) -> bool> = match operator {
            "eq" => Box::new(|value| text(value) == wanted),
            "ne" => Box::new(|value| text(value) != wanted),
            "lt" => Box::new(|value| compare(value, &number(&wanted)) == Ordering::Less),
            "gt" => Box::new(|value| compare(value, &number(&wanted)) == Ordering::Greater),
            "in" => Box::new(|value| wanted.split(',').any(|wanted| text(value) == wanted)),
            "like" => Box::new(|value| wildcard(&pattern, &text(value))),
            _ => return Err(wrong_header("X-Pagination-Filter", &name)),
        };
        objects.retain(|object| passes(at(object, field)));
    }
    Ok(())
}

/// What a text is compared as: a number where it is one.
fn number(text: &str) -> Value {
    text.parse::<f64>()
        .map_or_else(|_| text.into(), Value::from)
}

/// The value at a path such as `lifecycle.status`.
fn at<'v>(object: &'v Value, path: &str) -> &'v Value {
    path.split('.').fold(object, |value, name| &value[name])
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn compare(a: &Value, b: &Value) -> Ordering {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ => text(a).cmp(&text(b)),
    }
}
