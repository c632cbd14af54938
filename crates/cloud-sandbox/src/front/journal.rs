use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderMap, Method};

use super::fault::Fault;
use crate::lock;
use crate::service::pattern::Pattern;

/// The requests that arrived, in order.
///
/// Patterns are `METHOD /path`, for example `POST /v1/servers/{id}/actions/poweron`: a segment in braces or `*` stands
/// for any one segment, and `*` for any method. Paths are those of the service, without the prefix that it is mounted
/// under on a port, so that a test reads the same either way.
///
/// With a [bound](crate::Builder::journal_limit) the oldest entries make room for new ones, and
/// [`dropped`](Self::dropped) says how many did. Without one, the journal keeps everything.
#[derive(Clone, Debug, Default)]
pub struct Journal(Arc<Mutex<Log>>);

#[derive(Debug, Default)]
struct Log {
    entries: VecDeque<Entry>,
    limits: Limits,
    // The number of the next entry, so that the number of an entry stays valid when the journal is cleared while its
    // request is still in flight.
    next: u64,
    dropped: u64,
}

/// How much a journal keeps.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Limits {
    pub(crate) entries: Option<usize>,
    pub(crate) body: Option<usize>,
}

/// A request that arrived.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Entry {
    /// Which request it is of all that arrived, counted from 0.
    pub number: u64,
    /// The service that was asked, for example `hetzner`.
    pub service: &'static str,
    /// The method of the request.
    pub method: Method,
    /// The path within the service, without the prefix that it is mounted under on a port.
    pub path: String,
    /// The query as it was sent, without the question mark.
    pub query: Option<String>,
    /// The headers, with the credential replaced.
    pub headers: HeaderMap,
    /// The body, or its beginning where the journal keeps no more.
    pub body: Bytes,
    /// How long the whole body was, in bytes.
    pub body_size: usize,
    /// The status of the answer; `None` while there is none, or when the connection broke first.
    pub status: Option<u16>,
    /// Whether the service handled the request, whatever became of the answer.
    pub handled: bool,
    /// Whether no state was behind the answer, only its type: see `ovh::Settings::generic`.
    pub generic: bool,
    /// The fault that the request met.
    pub fault: Option<Fault>,
    /// When it arrived, by the sandbox's clock.
    pub at: SystemTime,
}

impl Journal {
    pub(crate) fn new(limits: Limits) -> Self {
        Self(Arc::new(Mutex::new(Log {
            limits,
            ..Log::default()
        })))
    }

    /// How many requests arrived that match the pattern, of those that the journal has.
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

    /// All that arrived since the journal was cleared, the oldest first, but for those that made room.
    pub fn entries(&self) -> Vec<Entry> {
        self.select(usize::MAX, |_| true)
    }

    /// How many entries made room for newer ones since the journal was cleared.
    pub fn dropped(&self) -> u64 {
        lock(&self.0).dropped
    }

    /// Forgets what arrived so far.
    pub fn clear(&self) {
        let mut log = lock(&self.0);
        log.entries.clear();
        log.dropped = 0;
    }

    fn matching(&self, pattern: &str, also: impl Fn(&Entry) -> bool) -> usize {
        let pattern = Pattern::new(pattern);
        lock(&self.0)
            .entries
            .iter()
            .filter(|e| pattern.matches(&e.method, &e.path) && also(e))
            .count()
    }

    /// The latest entries that pass, the oldest of them first.
    pub(crate) fn select(&self, last: usize, passes: impl Fn(&Entry) -> bool) -> Vec<Entry> {
        let log = lock(&self.0);
        let latest = log.entries.iter().rev().filter(|entry| passes(entry));
        let mut latest: Vec<Entry> = latest.take(last).cloned().collect();
        latest.reverse();
        latest
    }

    /// Keeps an entry, and gives its number.
    pub(crate) fn push(&self, mut entry: Entry) -> u64 {
        let mut log = lock(&self.0);
        let number = log.next;
        log.next += 1;
        entry.number = number;
        if let Some(most) = log.limits.body.filter(|most| entry.body.len() > *most) {
            // A slice would keep the whole body in memory.
            entry.body = Bytes::copy_from_slice(&entry.body[..most]);
        }
        // Numbers go on even where nothing is kept.
        if log.limits.entries != Some(0) {
            if log
                .limits
                .entries
                .is_some_and(|most| log.entries.len() >= most)
            {
                log.entries.pop_front();
                log.dropped += 1;
            }
            log.entries.push_back(entry);
        }
        number
    }

    pub(crate) fn update(&self, number: u64, change: impl FnOnce(&mut Entry)) {
        let mut log = lock(&self.0);
        // Numbers follow each other without a gap, so the first one says where an entry is.
        let first = log.entries.front().map_or(log.next, |entry| entry.number);
        let index = number
            // The entry may have made room for others, or been cleared, while its request was under way.
            .checked_sub(first)
            .and_then(|index| usize::try_from(index).ok());
        if let Some(entry) = index.and_then(|index| log.entries.get_mut(index)) {
            change(entry);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str, body: &'static [u8]) -> Entry {
        Entry {
            number: 0,
            service: "hetzner",
            method: Method::GET,
            path: path.to_owned(),
            query: None,
            headers: HeaderMap::new(),
            body: Bytes::from_static(body),
            body_size: body.len(),
            status: None,
            handled: false,
            generic: false,
            fault: None,
            at: SystemTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn the_oldest_entries_make_room_and_a_late_status_finds_its_entry() {
        let journal = Journal::new(Limits {
            entries: Some(2),
            body: Some(3),
        });
        let numbers = ["/a", "/b", "/c"].map(|path| journal.push(entry(path, b"12345")));
        for (number, status) in numbers.into_iter().zip([200, 201, 202]) {
            journal.update(number, |entry| entry.status = Some(status));
        }
        let kept: Vec<_> = journal
            .entries()
            .into_iter()
            .map(|e| (e.number, e.path, e.status, e.body, e.body_size))
            .collect();
        let body = Bytes::from_static(b"123");
        assert_eq!(
            kept,
            [
                (1, "/b".to_owned(), Some(201), body.clone(), 5),
                (2, "/c".to_owned(), Some(202), body, 5)
            ]
        );
        assert_eq!((journal.dropped(), journal.count("GET /a")), (1, 0));

        let late = journal.push(entry("/d", b""));
        journal.clear();
        journal.push(entry("/e", b""));
        journal.update(late, |entry| entry.status = Some(500));
        let kept = journal.entries();
        assert_eq!(
            (kept.len(), kept[0].status, journal.dropped()),
            (1, None, 0)
        );
    }

    #[test]
    fn a_journal_for_no_entries_keeps_none() {
        let journal = Journal::new(Limits {
            entries: Some(0),
            body: None,
        });
        let number = journal.push(entry("/a", b"1"));
        journal.update(number, |entry| entry.status = Some(200));
        assert!(journal.entries().is_empty());
    }
}
