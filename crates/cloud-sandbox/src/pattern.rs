use http::Method;

/// `METHOD /path`, where a segment `{anything}` or `*` stands for any one segment, and `*` for any method.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    method: String,
    path: String,
}

impl Pattern {
    pub(crate) fn new(pattern: &str) -> Self {
        // A pattern without a method is a mistake in a test, which would otherwise pass by counting nothing.
        let (method, path) = pattern
            .trim()
            .split_once(' ')
            .filter(|(_, path)| path.trim_start().starts_with('/'))
            .unwrap_or_else(|| {
                panic!("the pattern {pattern:?} is not of the form \"METHOD /path\"")
            });
        Self {
            method: method.to_ascii_uppercase(),
            path: path.trim().to_owned(),
        }
    }

    pub(crate) fn matches(&self, method: &Method, path: &str) -> bool {
        (self.method == "*" || self.method == method.as_str()) && path_matches(&self.path, path)
    }
}

/// Whether a path is an instance of a template, segment by segment.
pub(crate) fn path_matches(template: &str, path: &str) -> bool {
    let mut segments = path.split('/');
    template.split('/').all(|expected| {
        segments
            .next()
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
