//! What one look has shown.

use cloud_core::{Error, ErrorKind, Result};
use serde_json::Value;

use super::{Phase, Work};
use crate::catalogue::{Operation, States};

/// The fields that hold the word of a state, in the families that the catalogue does not know.
const FIELDS: [&str; 3] = ["status", "state", "resourceStatus"];

/// An answer of an operation, by whose words it is told whether its work has ended.
pub(crate) struct Seen {
    value: Value,
    operation: Option<&'static Operation>,
}

impl Seen {
    pub(crate) fn new(value: Value, operation: Option<&'static Operation>) -> Self {
        Self { value, operation }
    }

    /// Each word of a state that the answer has, with what it means: by the enum that the service describes for this
    /// operation, else by the table of all families.
    fn words(&self) -> Vec<(&str, Phase)> {
        let known = |field| -> Option<&'static States> {
            let mut states = self.operation?.states();
            states.find(|states| states.field == field)
        };
        let fields = FIELDS.iter().map(|field| (*field, self.value.get(field)));
        // Some answers are the bare word, such as that of `/me/order/{orderId}/status`.
        let all = fields.chain([("", Some(&self.value))]);
        all.filter_map(|(field, value)| {
            let word = value?.as_str().filter(|word| !word.is_empty())?;
            let phase = known(field).and_then(|states| states.phase(word));
            // A word that is not in the enum is younger than the catalogue.
            Some((word, phase.unwrap_or_else(|| Phase::of(word))))
        })
        .collect()
    }
}

impl Work for Seen {
    /// The word that decides.
    fn state(&self) -> &str {
        let words = self.words();
        let phase = self.phase();
        let deciding = words.iter().find(|(_, of)| *of == phase).or(words.first());
        deciding.map_or("", |(word, _)| word)
    }

    fn what(&self) -> &str {
        let words = ["function", "action", "type"]
            .iter()
            .filter_map(|key| self.value.get(key)?.as_str());
        words.into_iter().next().unwrap_or("task")
    }

    fn percent(&self) -> u8 {
        self.value
            .get("progress")
            .and_then(Value::as_u64)
            .map_or(0, |percent| u8::try_from(percent).unwrap_or(100).min(100))
    }

    fn reason(&self) -> Option<String> {
        let errors = self
            .value
            .get("errors")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let errors =
            errors.filter_map(|error| error.as_str().or_else(|| error.get("message")?.as_str()));
        let words = ["comment", "message"]
            .iter()
            .filter_map(|key| self.value.get(key)?.as_str());
        let all: Vec<&str> = errors
            .chain(words)
            .filter(|text| !text.is_empty())
            .collect();
        (!all.is_empty()).then(|| all.join("; "))
    }

    /// Failed where one word says so, and done where all do: one that goes on beside one that is done does not count as
    /// done. A resource of v2 that tasks still work on is what it was before them.
    fn phase(&self) -> Phase {
        let words = self.words();
        let is = |wanted| words.iter().any(|(_, phase)| *phase == wanted);
        let tasks = self.value.get("currentTasks").and_then(Value::as_array);
        let is_changing = tasks.is_some_and(|tasks| !tasks.is_empty());
        if is(Phase::Failed) {
            Phase::Failed
        } else if is(Phase::Running) || words.is_empty() || is_changing {
            Phase::Running
        } else {
            Phase::Done
        }
    }
}

impl From<Seen> for Value {
    fn from(seen: Seen) -> Self {
        seen.value
    }
}

/// Refuses what tells no state: looking again would tell none either.
pub(super) fn has_state<T: Work>(work: &T) -> Result<()> {
    if work.state().is_empty() {
        return Err(Error::new(
            ErrorKind::Decode,
            "there is nothing to wait for: the answer has no word of a state in `status`, `state` or `resourceStatus`; \
             look at the task or the resource by the `GET` of one of them",
        ));
    }
    Ok(())
}
