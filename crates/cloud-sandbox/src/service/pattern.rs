use std::fmt;
use std::str::FromStr;

use http::Method;
use serde::Deserialize;

/// `METHOD /path`, where a segment `{anything}` or `*` stands for any one segment, and `*` for any method.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Pattern {
    method: String,
    path: String,
}

impl Pattern {
    /// # Panics
    ///
    /// When it is not one: a mistake in a test, which would otherwise pass by counting nothing.
    pub(crate) fn new(pattern: &str) -> Self {
        pattern.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    pub(crate) fn matches(&self, method: &Method, path: &str) -> bool {
        (self.method == "*" || self.method == method.as_str()) && path_matches(&self.path, path)
    }
}

impl FromStr for Pattern {
    type Err = String;

    fn from_str(pattern: &str) -> Result<Self, String> {
        let (method, path) = pattern
            .trim()
            .split_once(' ')
            .filter(|(_, path)| path.trim_start().starts_with('/'))
            .ok_or_else(|| {
                format!("the pattern {pattern:?} is not of the form \"METHOD /path\"")
            })?;
        Ok(Self {
            // Methods are compared by case, and a pattern in lower case would otherwise fit nothing.
            method: method.to_ascii_uppercase(),
            path: path.trim().to_owned(),
        })
    }
}

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(pattern: String) -> Result<Self, String> {
        pattern.parse()
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// Whether a path is an instance of a template, segment by segment.
pub(crate) fn path_matches(template: &str, path: &str) -> bool {
    let mut segments = path.split('/');
    template.split('/').all(|expected| {
        segments
            .next()
            // An empty segment is nobody's id: `/servers/` is not a server.
            .is_some_and(|s| s == expected || is_wild(expected) && !s.is_empty())
    }) && segments.next().is_none()
}

pub(crate) fn is_wild(segment: &str) -> bool {
    segment == "*" || segment.starts_with('{') && segment.ends_with('}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_match_one_by_one() {
        let get = |pattern: &str, path| Pattern::new(pattern).matches(&Method::GET, path);
        assert!(get("GET /v1/servers/{id}", "/v1/servers/42"));
        assert!(get("* /v1/*/42", "/v1/servers/42"));
        assert!(!get("POST /v1/servers/{id}", "/v1/servers/42"));
        assert!(!get("GET /v1/servers/{id}", "/v1/servers"));
        assert!(!get("GET /v1/servers/{id}", "/v1/servers/"));
        assert!(!get("GET /v1/servers", "/v1/servers/42"));
    }

    #[test]
    #[should_panic(expected = "METHOD /path")]
    fn a_pattern_needs_a_method() {
        Pattern::new("/v1/servers");
    }
}
