//! The addresses of data and of programs.

/// The parts of an address: what stands before `://`, the host, and the rest from its first slash on.
pub(crate) struct Location<'a> {
    pub(crate) scheme: &'a str,
    pub(crate) host: &'a str,
    pub(crate) path: &'a str,
}

impl<'a> Location<'a> {
    pub(crate) fn parse(url: &'a str) -> Self {
        let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
        // HDFS and MapR-FS take a path alone, too.
        let slash = if scheme.is_empty() {
            0
        } else {
            rest.find('/').unwrap_or(rest.len())
        };
        let (host, path) = rest.split_at(slash);
        Self { scheme, host, path }
    }

    pub(crate) fn has_object(&self) -> bool {
        self.path.len() > 1
    }
}
