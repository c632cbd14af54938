use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderMap, Method};

use crate::fault::Fault;
use crate::lock;
use crate::pattern::Pattern;

/// What arrived, in order.
///
/// Patterns are `METHOD /path`, for example `POST /v1/servers/{id}/actions/poweron`: a segment in braces or `*` stands
/// for any one segment, and `*` for any method. Paths are those of the service, without the prefix that it is mounted
/// under on a port, so that a test reads the same either way.
#[derive(Clone, Debug, Default)]
pub struct Journal(Arc<Mutex<Log>>);

#[derive(Debug, Default)]
struct Log {
    entries: Vec<Entry>,
    // How many entries were forgotten, so that the number of an entry stays valid when the journal is cleared while
    // its request is still in flight.
    forgotten: usize,
}

/// A request that arrived.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Entry {
    /// The service that was asked, for example `hetzner`.
    pub service: &'static str,
    /// The method.
    pub method: Method,
    /// The path within the service.
    pub path: String,
    /// The query as it was sent, without the question mark.
    pub query: Option<String>,
    /// The headers, with the credential replaced.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// The status of the answer; `None` while there is none, or when the connection broke first.
    pub status: Option<u16>,
    /// Whether the service handled the request, whatever became of the answer.
    pub handled: bool,
    /// What went wrong.
    pub fault: Option<Fault>,
    /// When it arrived, by the sandbox's clock.
    pub at: SystemTime,
}

impl Journal {
    /// How many requests arrived that match the pattern.
    ///
    /// # Panics
    ///
    /// When the pattern is not of the form `METHOD /path`.
    pub fn count(&self, pattern: &str) -> usize {
        self.matching(pattern, |_| true)
    }

    /// How many of the matching requests the service handled: those that had their effect, or their refusal.
    ///
    /// # Panics
    ///
    /// When the pattern is not of the form `METHOD /path`.
    pub fn count_handled(&self, pattern: &str) -> usize {
        self.matching(pattern, |entry| entry.handled)
    }

    /// All that arrived since the journal was cleared.
    pub fn entries(&self) -> Vec<Entry> {
        lock(&self.0).entries.clone()
    }

    /// Forgets what arrived so far.
    pub fn clear(&self) {
        let mut log = lock(&self.0);
        log.forgotten += log.entries.len();
        log.entries.clear();
    }

    fn matching(&self, pattern: &str, also: impl Fn(&Entry) -> bool) -> usize {
        let pattern = Pattern::new(pattern);
        lock(&self.0)
            .entries
            .iter()
            .filter(|e| pattern.matches(&e.method, &e.path) && also(e))
            .count()
    }

    pub(crate) fn push(&self, entry: Entry) -> usize {
        let mut log = lock(&self.0);
        log.entries.push(entry);
        log.forgotten + log.entries.len() - 1
    }

    pub(crate) fn update(&self, number: usize, change: impl FnOnce(&mut Entry)) {
        let mut log = lock(&self.0);
        let index = number.checked_sub(log.forgotten);
        if let Some(entry) = index.and_then(|index| log.entries.get_mut(index)) {
            change(entry);
        }
    }
}
