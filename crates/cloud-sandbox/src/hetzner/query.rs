//! Query parameters and lists in pages.

use std::cmp::Ordering;

use http::header::LINK;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::form;

use super::Ctx;
use super::error::Refusal;
use super::labels::{Labels, Selector};

pub(crate) struct Query<'a> {
    raw: &'a str,
    pairs: Vec<(String, String)>,
}

/// A field that a list can be sorted by.
pub(crate) type Order<T> = (&'static str, fn(&T, &T) -> Ordering);

impl<'a> Query<'a> {
    pub(crate) fn parse(raw: &'a str) -> Self {
        Self {
            raw,
            pairs: form::pairs(raw),
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.pairs
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether a value passes a filter by this parameter: when it is not there, or is one of its values.
    pub(crate) fn admits(&self, name: &str, value: &str) -> bool {
        let mut wanted = self.all(name).peekable();
        wanted.peek().is_none() || wanted.any(|w| w == value)
    }

    /// Refuses values outside of an enumeration.
    pub(crate) fn check(&self, name: &str, allowed: &[&str]) -> Result<(), Refusal> {
        match self.all(name).find(|value| !allowed.contains(value)) {
            Some(_) => Err(Refusal::invalid_input([(
                name,
                format!("must be one of {}", allowed.join(", ")),
            )])),
            None => Ok(()),
        }
    }

    pub(crate) fn flag(&self, name: &str) -> Result<bool, Refusal> {
        match self.get(name) {
            None => Ok(false),
            // The official Python client writes `True` and `False`.
            Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
            Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
            Some(_) => Err(Refusal::invalid_input([(name, "must be true or false")])),
        }
    }

    pub(crate) fn ids(&self, name: &str) -> Result<Vec<i64>, Refusal> {
        let ids: Result<_, _> = self.all(name).map(str::parse).collect();
        ids.map_err(|_| Refusal::invalid_input([(name, "must be an integer")]))
    }

    pub(crate) fn selects(&self) -> Result<impl Fn(&Labels) -> bool + use<>, Refusal> {
        let selector = Selector::parse(self.get("label_selector").unwrap_or_default())
            .map_err(|problem| Refusal::invalid_input([("label_selector", problem)]))?;
        Ok(move |labels: &Labels| selector.matches(labels))
    }

    fn number(&self, name: &str, default: usize) -> Result<usize, Refusal> {
        let Some(text) = self.get(name) else {
            return Ok(default);
        };
        text.parse()
            .ok()
            .filter(|number| *number >= 1)
            .ok_or_else(|| Refusal::invalid_input([(name, "must be an integer of at least 1")]))
    }

    /// Sorts rows that are sorted by id already.
    pub(crate) fn sort<T>(&self, rows: &mut [&T], orders: &[Order<T>]) -> Result<(), Refusal> {
        let mut wanted = Vec::new();
        for sort in self.all("sort") {
            let (field, direction) = sort.split_once(':').unwrap_or((sort, "asc"));
            let order = orders.iter().find(|(name, _)| *name == field);
            match (order, direction) {
                (Some((_, compare)), "asc") => wanted.push((compare, false)),
                (Some((_, compare)), "desc") => wanted.push((compare, true)),
                // A field that the description does not list is refused; contradictions, such as both directions, are
                // not.
                _ => {
                    let fields: Vec<&str> = orders.iter().map(|(name, _)| *name).collect();
                    let message = format!(
                        "must be one of {}, with :asc or :desc or neither",
                        fields.join(", ")
                    );
                    return Err(Refusal::invalid_input([("sort", message)]));
                }
            }
        }
        if !wanted.is_empty() {
            rows.sort_by(|a, b| {
                wanted
                    .iter()
                    .fold(Ordering::Equal, |so_far, (compare, descending)| {
                        // Later ones only decide among equals, in the order in which they were sent (API
                        // documentation of sorting).
                        so_far.then_with(|| {
                            if *descending {
                                compare(b, a)
                            } else {
                                compare(a, b)
                            }
                        })
                    })
            });
        }
        Ok(())
    }
}

/// One page of what was found, sorted as asked for.
///
/// A page longer than 50 is cut to 50 rather than refused: a client that follows `next_page` gets everything either way,
/// and one that does not shows its mistake with 51 objects.
pub(crate) fn list<T>(
    ctx: &Ctx<'_>,
    key: &str,
    rows: Vec<&T>,
    orders: &[Order<T>],
    render: impl Fn(&T) -> Value,
) -> Result<Answer, Refusal> {
    list_up_to(50, ctx, key, rows, orders, render)
}

/// The same for a list whose pages have a size of their own.
pub(crate) fn list_up_to<T>(
    most: usize,
    ctx: &Ctx<'_>,
    key: &str,
    mut rows: Vec<&T>,
    orders: &[Order<T>],
    render: impl Fn(&T) -> Value,
) -> Result<Answer, Refusal> {
    let query = &ctx.query;
    let page = query.number("page", 1)?;
    let per_page = query.number("per_page", 25)?.min(most);
    query.sort(&mut rows, orders)?;

    let total = rows.len();
    // An empty list has one page, and no next one.
    let last = total.div_ceil(per_page).max(1);
    // From a page beyond the end, back to the last that exists.
    let previous = (page > 1).then(|| (page - 1).min(last));
    let next = (page < last).then(|| page + 1);
    let start = (page - 1).saturating_mul(per_page);
    let objects: Vec<Value> = rows
        .into_iter()
        .skip(start)
        .take(per_page)
        .map(render)
        .collect();
    let mut body = json!({"meta": {"pagination": {
        "page": page,
        "per_page": per_page,
        "previous_page": previous,
        "next_page": next,
        "last_page": last,
        "total_entries": total,
    }}});
    body[key] = Value::Array(objects);

    let kept: Vec<&str> = query
        .raw
        .split('&')
        // From the raw text, so that filters come back in a link exactly as they were sent.
        .filter(|pair| {
            !pair.is_empty() && !pair.starts_with("page=") && !pair.starts_with("per_page=")
        })
        .collect();
    let link = |page: usize, rel: &str| {
        let mut query = kept.join("&");
        if !query.is_empty() {
            query.push('&');
        }
        format!(
            "<{}{}?{query}page={page}&per_page={per_page}>; rel=\"{rel}\"",
            ctx.call.origin, ctx.call.path
        )
    };
    let links: Vec<String> = [(previous, "prev"), (next, "next"), (Some(last), "last")]
        .into_iter()
        .filter_map(|(page, rel)| Some(link(page?, rel)))
        .collect();
    Ok(Answer::json(200, &body).with(LINK, &links.join(", ")))
}
