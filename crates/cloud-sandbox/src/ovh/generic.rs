//! Operations without a state: whatever the service describes, answered by values of the described types.
//!
//! Bodies and queries are not looked at: their types would make the table several times as long.

use std::collections::HashMap;
use std::sync::LazyLock;

use http::Method;
use serde_json::Value;

use crate::answer::GENERIC;
use crate::route::{self, Found, Route};

use super::error::Refusal;
use super::list::{cursored, expandable};
use super::{Ctx, datetime, instant};

mod examples;

pub(crate) use examples::Described;
use examples::{Examples, Models, operations};

/// Text costs nothing to compile, and is read by the first request that needs it.
const TABLE: &str = if cfg!(feature = "ovh-generic") {
    include_str!("generic/table.txt")
} else {
    ""
};

static MODELS: LazyLock<Models<'static>> = LazyLock::new(|| Models::read(TABLE));

type Routes = HashMap<&'static str, HashMap<usize, Vec<Route<Described<'static>>>>>;

/// By their first segment, which is no parameter in any path, and the number of segments, so that a request is compared with
/// some of the 7,130.
static ROUTES: LazyLock<Routes> = LazyLock::new(|| {
    let mut routes = Routes::new();
    for described in operations(TABLE) {
        let Described {
            id, method, path, ..
        } = described;
        let (first, segments) = place(path);
        let alike = routes.entry(first).or_default().entry(segments);
        let alike = alike.or_default();
        alike.push(route::route(id, method, path, described));
    }
    routes
});

fn place(path: &str) -> (&str, usize) {
    let first = path.split('/').nth(1).unwrap_or_default();
    (first, path.split('/').count())
}

/// The operation that is described for this method and path.
pub(crate) fn find(method: &Method, path: &str) -> Found<'static, Described<'static>> {
    let (first, segments) = place(path);
    let alike = ROUTES.get(first).and_then(|routes| routes.get(&segments));
    route::find(alike.into_iter().flatten(), method, path)
}

impl Described<'static> {
    fn notes(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.notes.split_ascii_whitespace()
    }

    fn has(&self, note: &str) -> bool {
        self.notes().any(|known| known == note)
    }

    pub(crate) fn is_open(&self) -> bool {
        self.has("!")
    }

    /// The IAM action that is needed.
    pub(crate) fn action(&self) -> Option<&'static str> {
        self.notes()
            .find(|note| !note.starts_with(['!', '@', '+', '{']))
    }

    /// Refuses a text in the path where only a number can stand.
    fn check(&self, given: &[(&'static str, String)]) -> Result<(), Refusal> {
        let typed = self.notes().filter_map(|note| note.split_once("}="));
        for (name, kind) in typed {
            let name = &name[1..];
            let values = given.iter().filter(|(known, _)| *known == name);
            for (_, value) in values {
                let fits = match kind {
                    "long" => value.parse::<i64>().is_ok(),
                    "double" => value.parse::<f64>().is_ok(),
                    _ => ["true", "false"].contains(&value.as_str()),
                };
                if !fits {
                    let what = format!("is not valid for type {kind}");
                    return Err(Refusal::wrong_value(name, value, &what));
                }
            }
        }
        Ok(())
    }
}

/// An answer of the described type, to a request for this path.
pub(crate) fn answer(
    ctx: &mut Ctx<'_>,
    described: &Described<'static>,
    path: &str,
) -> Result<Value, Refusal> {
    let names = described.path.split('/');
    let names = names.filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let given: Vec<(&str, String)> = names.zip(ctx.parameters.iter().cloned()).collect();
    // What the description says of the path is the one thing that can be checked without a state.
    described.check(&given)?;
    // So that a test can tell that nothing was kept: the journal takes it from here.
    ctx.answer_header(GENERIC, "true");
    let now = ctx.now();
    let examples = Examples {
        models: &MODELS,
        now: if path.starts_with("/v2/") {
            instant(now)
        } else {
            datetime(now)
        },
        has_failed: ctx.call.fail_actions.is_some(),
        is_busy: false,
    };
    // What a list has objects for is their ids.
    let name_of_items = if described.has("+") { "id" } else { "" };
    let answer = examples.of(name_of_items, described.answer);
    match answer {
        Value::Array(items) if described.has("@") => cursored(ctx, items),
        Value::Array(ids) if described.has("+") => {
            let object = |id: &Value| {
                // Whatever the id is, its object is below the list.
                let Found::Route(detail) = find(&Method::GET, &format!("{path}/-")) else {
                    return id.clone();
                };
                let mut object = examples.of("", detail.handler.answer);
                let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
                name(
                    &mut object,
                    &detail.handler,
                    &[given.clone(), vec![(last(&detail.handler), id)]].concat(),
                );
                object
            };
            let rows: Vec<(Value, Value)> = ids.iter().map(|id| (id.clone(), object(id))).collect();
            expandable(ctx, rows)
        }
        mut object => {
            name(&mut object, described, &given);
            Ok(object)
        }
    }
}

/// The name of the parameter that a path ends with; empty where it ends with a word.
fn last(described: &Described<'static>) -> &'static str {
    let end = described.path.rsplit('/').next().unwrap_or_default();
    end.strip_prefix('{')
        .and_then(|end| end.strip_suffix('}'))
        .unwrap_or_default()
}

/// Gives an object what the path says of it: `/vps/{serviceName}` is asked for the one of this name.
fn name(object: &mut Value, described: &Described<'static>, given: &[(&'static str, String)]) {
    let Some(fields) = object.as_object_mut() else {
        return;
    };
    let own = last(described);
    for (parameter, value) in given {
        let mut field = *parameter;
        // Many parameters have another name than the field that they are about: `serviceName`, but `name`.
        if field == own && !fields.contains_key(field) {
            field = if own.ends_with("Name") { "name" } else { "id" };
        } else if field == "id" && field != own {
            // That of something above.
            continue;
        }
        match fields.get_mut(field) {
            Some(Value::String(text)) => text.clone_from(value),
            Some(number @ Value::Number(_)) => {
                if let Ok(value) = value.parse::<i64>() {
                    *number = value.into();
                }
            }
            _ => {}
        }
    }
}

#[cfg(all(test, feature = "ovh-generic"))]
mod tests {
    use super::*;

    fn all() -> impl Iterator<Item = &'static Route<Described<'static>>> {
        ROUTES.values().flat_map(HashMap::values).flatten()
    }

    #[test]
    fn every_line_of_the_table_is_read() {
        let lines = TABLE.lines().filter(|line| !line.starts_with([':', '#']));
        let routes: Vec<_> = all().collect();
        assert_eq!(routes.len(), lines.count());
        assert!(routes.len() > 7_000, "{}", routes.len());
        let methods = ["DELETE", "GET", "PATCH", "POST", "PUT"];
        for route in routes {
            let described = route.handler;
            assert_eq!(
                described.id,
                format!("{} {}", described.method, described.path)
            );
            assert!(methods.contains(&described.method), "{described:?}");
            assert!(described.path.starts_with('/'), "{described:?}");
        }
    }
    #[test]
    fn a_request_is_compared_with_few_operations_and_finds_what_a_search_of_all_would() {
        let alike = ROUTES.values().flat_map(HashMap::values);
        let most = alike.map(Vec::len).max();
        assert!(most.is_some_and(|most| most < 600), "{most:?}");
        let id = |found: Found<'static, Described<'static>>| match found {
            Found::Route(route) => route.operation.id,
            Found::WrongMethod => "wrong method",
            Found::Nothing => "nothing",
        };
        let given = |path: &str| {
            let given = path
                .split('/')
                .map(|part| if part.starts_with('{') { "7" } else { part });
            given.collect::<Vec<_>>().join("/")
        };
        let mut lines: Vec<_> = all().map(|route| route.operation).collect();
        lines.sort_by_key(|operation| operation.id);
        // All with all would take minutes.
        for operation in lines.iter().step_by(97) {
            let path = given(operation.path);
            for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
                assert_eq!(
                    id(find(&method, &path)),
                    id(route::find(all(), &method, &path)),
                    "{method} {path}"
                );
            }
        }
        for path in ["/", "", "/vps/", "/vps/a/b/c/d/e/f", "/nothing", "/{x}"] {
            assert_eq!(id(find(&Method::GET, path)), "nothing", "{path}");
        }
        assert_eq!(id(find(&Method::GET, "/me")), "GET /me");
        assert_eq!(id(find(&Method::PATCH, "/vps/a/reboot")), "wrong method");
        // A word comes before a parameter.
        let zones = find(&Method::GET, "/domain/zone");
        assert_eq!(id(zones), "GET /domain/zone");
    }
}
