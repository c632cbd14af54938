//! All that the service keeps, and what is still to happen to it.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::service::{self, time};

#[cfg(feature = "serve")]
use super::Version;
use super::images::{self, Image};
use super::resource::Resource;

/// How many instances a project may have unless it was said otherwise.
const USUAL_LIMIT: u64 = 1000;

/// Something that happens at a time.
type Event = Box<dyn FnOnce(&mut State) + Send>;

/// The columns of an object by the names of version 1.1, and what no answer shows.
#[derive(Default, serde::Deserialize, serde::Serialize)]
pub(crate) struct Row {
    pub(crate) fields: Map<String, Value>,
    pub(crate) secrets: Map<String, Value>,
    #[serde(with = "crate::keep::bytes")]
    pub(crate) data: Bytes,
    /// Counts what was started with this object: what an earlier operation still had in mind is void.
    pub(crate) operation: u64,
}

#[derive(serde::Deserialize, serde::Serialize)]
pub(crate) struct State {
    #[serde(with = "crate::keep::rng")]
    pub(crate) rng: fastrand::Rng,
    pub(crate) images: Vec<Image>,
    /// The labels of plugins that a project changed, by project and plugin.
    #[serde(with = "crate::keep::pairs")]
    pub(crate) labels: HashMap<(String, String), Value>,
    /// How many instances a project may have.
    pub(crate) instance_limit: u64,
    /// How many deletions of clusters are still to show the race of the real server.
    pub(crate) races: usize,
    /// Whether the engine is a program of its own.
    pub(crate) is_distributed: bool,
    pub(crate) unit: Duration,
    /// The time of what happens right now.
    pub(crate) now: Duration,
    epoch: SystemTime,
    tables: HashMap<Resource, Vec<Row>>,
    #[serde(skip)]
    events: BTreeMap<(Duration, u64), Event>,
    next_event: u64,
}

impl State {
    pub(crate) fn new(seed: u64, unit: Duration, epoch: SystemTime) -> Self {
        Self {
            // Not the seed itself, or the ids of two services would be the same.
            rng: fastrand::Rng::with_seed(seed ^ 0x7361_6861),
            images: images::registry(),
            labels: HashMap::new(),
            instance_limit: USUAL_LIMIT,
            races: 0,
            is_distributed: false,
            unit,
            now: Duration::ZERO,
            epoch,
            tables: HashMap::new(),
            events: BTreeMap::new(),
            next_event: 0,
        }
    }

    /// When the work that is under way will have ended, if there is any.
    pub(crate) fn busy_until(&self) -> Option<Duration> {
        self.events.keys().next_back().map(|(at, _)| *at)
    }

    /// How much there is of what.
    #[cfg(feature = "serve")]
    pub(crate) fn holdings(&self) -> Vec<(String, usize)> {
        let tables = self.tables.iter();
        let mut kinds: Vec<_> = tables
            .map(|(resource, rows)| (resource.plural(Version::Two).to_owned(), rows.len()))
            .collect();
        kinds.sort();
        kinds
    }

    /// Lets everything happen that is due.
    pub(crate) fn settle(&mut self, now: Duration) {
        while let Some(entry) = self
            .events
            .first_entry()
            .filter(|entry| entry.key().0 <= now)
        {
            // Taken out first: what happens may plan something new.
            let ((at, _), event) = entry.remove_entry();
            // Everything sees the time at which it was due.
            self.now = at;
            event(self);
        }
        self.now = now;
    }

    /// Lets something happen after so many units.
    pub(crate) fn after(&mut self, units: u32, event: impl FnOnce(&mut State) + Send + 'static) {
        self.in_time(self.unit.saturating_mul(units), event);
    }

    pub(crate) fn in_time(
        &mut self,
        time: Duration,
        event: impl FnOnce(&mut State) + Send + 'static,
    ) {
        self.next_event += 1;
        self.events.insert(
            (self.now.saturating_add(time), self.next_event),
            Box::new(event),
        );
    }

    /// The time as objects have it: to the second, without a zone.
    pub(crate) fn timestamp(&self) -> Value {
        time::written(self.epoch + self.now, "%Y-%m-%dT%H:%M:%S").into()
    }

    pub(crate) fn uuid(&mut self) -> String {
        service::uuid(&mut self.rng)
    }

    pub(crate) fn rows(&self, resource: Resource) -> impl DoubleEndedIterator<Item = &Row> {
        self.tables.get(&resource).into_iter().flatten()
    }

    /// The objects that a project sees: its own, and public ones of others.
    pub(crate) fn seen_by<'s>(
        &'s self,
        resource: Resource,
        project: &'s str,
    ) -> impl Iterator<Item = &'s Row> {
        self.rows(resource)
            .filter(move |row| row.is_seen_by(project))
    }

    pub(crate) fn get(&self, resource: Resource, id: &str) -> Option<&Row> {
        self.rows(resource).find(|row| row.id() == id)
    }

    pub(crate) fn get_mut(&mut self, resource: Resource, id: &str) -> Option<&mut Row> {
        self.tables
            .get_mut(&resource)?
            .iter_mut()
            .find(|row| row.id() == id)
    }

    /// Keeps a new object, with an id and the time, and gives its id.
    pub(crate) fn insert(&mut self, resource: Resource, project: &str, mut row: Row) -> String {
        let id = self.uuid();
        row.fields.insert("id".into(), id.clone().into());
        row.fields.insert("tenant_id".into(), project.into());
        row.fields.insert("created_at".into(), self.timestamp());
        row.fields.insert("updated_at".into(), Value::Null);
        self.tables.entry(resource).or_default().push(row);
        id
    }

    /// Changes an object, and its time.
    pub(crate) fn update(&mut self, resource: Resource, id: &str, change: impl FnOnce(&mut Row)) {
        let time = self.timestamp();
        if let Some(row) = self.get_mut(resource, id) {
            change(row);
            row.fields.insert("updated_at".into(), time);
        }
    }

    pub(crate) fn remove(&mut self, resource: Resource, id: &str) {
        if let Some(rows) = self.tables.get_mut(&resource) {
            rows.retain(|row| row.id() != id);
        }
    }
}

impl Row {
    pub(crate) fn text(&self, name: &str) -> &str {
        self.fields
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    pub(crate) fn id(&self) -> &str {
        self.text("id")
    }

    pub(crate) fn name(&self) -> &str {
        self.text("name")
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.fields.get(name) == Some(&Value::Bool(true))
    }

    pub(crate) fn list(&self, name: &str) -> &[Value] {
        self.fields
            .get(name)
            .and_then(Value::as_array)
            .map_or(&[], Vec::as_slice)
    }

    pub(crate) fn is_of(&self, project: &str) -> bool {
        self.text("tenant_id") == project
    }

    pub(crate) fn is_seen_by(&self, project: &str) -> bool {
        self.is_of(project) || self.flag("is_public")
    }
}
