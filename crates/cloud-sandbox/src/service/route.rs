use http::Method;
use percent_encoding::percent_decode_str;

use super::pattern::{is_wild, path_matches};

/// An operation that a service knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// The name of the operation in the API's description.
    pub id: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// The path below the API's version, with parameters in braces.
    pub path: &'static str,
}

/// An operation and what does it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Route<H> {
    pub(crate) operation: Operation,
    pub(crate) handler: H,
}

pub(crate) const fn route<H: Copy>(
    id: &'static str,
    method: &'static str,
    path: &'static str,
    handler: H,
) -> Route<H> {
    Route {
        operation: Operation { id, method, path },
        handler,
    }
}

pub(crate) enum Found<'r, H> {
    Route(&'r Route<H>),
    WrongMethod,
    Nothing,
}

/// The route of a request. Of several templates that match a path, the one with the fewest parameters decides, also
/// about the methods that are allowed: `/servers/actions` is never a server whose id is `actions`.
pub(crate) fn find<'r, H>(
    routes: impl Iterator<Item = &'r Route<H>>,
    method: &Method,
    path: &str,
) -> Found<'r, H> {
    let mut best: Option<(usize, &str)> = None;
    let mut found = None;
    for route in routes.filter(|route| path_matches(route.operation.path, path)) {
        let template = route.operation.path;
        let parameters = wildness(template);
        match best {
            // Words of a template are closer to the path than parameters.
            Some((fewest, _)) if parameters > fewest => continue,
            Some((fewest, _)) if parameters == fewest => {}
            _ => {
                best = Some((parameters, template));
                // A route of a template that is left out now must not answer: the better one decides about methods
                // too.
                found = None;
            }
        }
        if route.operation.method == method.as_str() {
            found = Some(route);
        }
    }
    match (found, best) {
        (Some(route), _) => Found::Route(route),
        (None, Some(_)) => Found::WrongMethod,
        (None, None) => Found::Nothing,
    }
}

/// How many parameters a template has: the fewer, the closer it is to a path that it matches.
pub(crate) fn wildness(template: &str) -> usize {
    let segments = template.split('/');
    segments.filter(|segment| is_wild(segment)).count()
}

/// The segments of a path that stand for the parameters of its template, decoded.
pub(crate) fn parameters(template: &str, path: &str) -> Vec<String> {
    template
        .split('/')
        .zip(path.split('/'))
        .filter(|(t, _)| is_wild(t))
        // Only now that the path is split: a slash that is encoded belongs to its segment.
        .map(|(_, segment)| percent_decode_str(segment).decode_utf8_lossy().into_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_literal_template_decides() {
        let routes = [
            route("delete_thing", "DELETE", "/things/{id}", ()),
            route("get_thing", "GET", "/things/{id}", ()),
            route("list_actions", "GET", "/things/actions", ()),
        ];
        let id = |method: Method, path| match find(routes.iter(), &method, path) {
            Found::Route(route) => route.operation.id,
            Found::WrongMethod => "wrong method",
            Found::Nothing => "nothing",
        };
        assert_eq!(id(Method::GET, "/things/actions"), "list_actions");
        assert_eq!(id(Method::DELETE, "/things/actions"), "wrong method");
        assert_eq!(id(Method::DELETE, "/things/7"), "delete_thing");
        assert_eq!(id(Method::GET, "/things/7/more"), "nothing");
        assert_eq!(
            parameters("/things/{id}/x/{other}", "/things/7/x/y%2Fz"),
            ["7", "y/z"]
        );
    }
}
