//! Work that takes time. The families of tasks differ in how they write it.

use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::Ctx;
use super::account::Account;
use super::error::Refusal;
use super::list::expandable;

#[derive(Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct Task {
    pub(crate) id: i64,
    pub(crate) family: Family,
    /// The service that it is about.
    pub(crate) subject: String,
    #[serde(deserialize_with = "crate::keep::word")]
    pub(crate) function: crate::keep::Word,
    pub(crate) created: SystemTime,
    duration: Duration,
    /// The code and the text of the error that it is to end with.
    pub(crate) failure: Option<(String, String)>,
    /// What else the family shows.
    pub(crate) extra: Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub(crate) enum Family {
    Cloud,
    Database,
    Domain,
    Email,
    Ip,
    Server,
    Vps,
    Zone,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Init,
    Todo,
    Doing,
    Done,
    Failed,
}

impl Task {
    /// Whether it is one of this family, and about this service.
    pub(crate) fn is_of(&self, family: Family, subject: &str) -> bool {
        self.family == family && self.subject == subject
    }

    pub(crate) fn phase(&self, now: SystemTime) -> Phase {
        match self.progress(now) {
            100 if self.failure.is_some() => Phase::Failed,
            100 => Phase::Done,
            30.. => Phase::Doing,
            10.. => Phase::Todo,
            _ => Phase::Init,
        }
    }

    /// Of a hundred.
    pub(crate) fn progress(&self, now: SystemTime) -> u64 {
        let passed = now
            .duration_since(self.created)
            .unwrap_or_default()
            .as_nanos();
        let percent = (passed * 100)
            // Work without a duration has ended at once.
            .checked_div(self.duration.as_nanos())
            .unwrap_or(100);
        u64::try_from(percent).unwrap_or(100).min(100)
    }

    /// When it ended, if it did.
    pub(crate) fn ended(&self, now: SystemTime) -> Option<SystemTime> {
        (self.progress(now) == 100).then(|| self.created + self.duration)
    }

    /// The state in the words of a family, in the order of the phases. A failure may name one of the other states that
    /// the family has.
    pub(crate) fn state<'s>(
        &'s self,
        now: SystemTime,
        words: [&'s str; 5],
        failures: &[&str],
    ) -> &'s str {
        let code = self
            .failure
            .as_ref()
            .map(|(code, _)| code.as_str())
            // A code that is none of the family's states would be a word that no client knows.
            .filter(|code| failures.contains(code));
        match self.phase(now) {
            Phase::Init => words[0],
            Phase::Todo => words[1],
            Phase::Doing => words[2],
            Phase::Done => words[3],
            Phase::Failed => code.unwrap_or(words[4]),
        }
    }

    /// What went wrong, once it did.
    pub(crate) fn comment(&self, now: SystemTime) -> Option<&str> {
        let message = self.failure.as_ref().map(|(_, message)| message.as_str());
        message.filter(|_| self.phase(now) == Phase::Failed)
    }
}

impl Ctx<'_> {
    /// Starts work that takes so many times the usual duration. Its effect comes at the end, and is told whether the
    /// work was done or has failed.
    pub(crate) fn start(
        &mut self,
        family: Family,
        function: &'static str,
        subject: &str,
        units: u32,
        effect: impl FnOnce(&mut Account, bool) + Send + 'static,
    ) -> i64 {
        let (id, duration) = (self.account.id(), self.unit().saturating_mul(units));
        let failure = self.call.fail_actions.clone();
        let done = failure.is_none();
        let created = self.now();
        let subject = subject.to_owned();
        let task = Task {
            id,
            family,
            subject,
            function,
            created,
            duration,
            failure,
            extra: Value::Null,
        };
        self.account.tasks.insert(id, task);
        self.account
            .after(duration, move |account| effect(account, done));
        id
    }

    /// The tasks of this family that the service in the path has, as a list that these parameters filter.
    pub(crate) fn tasks(
        &mut self,
        family: Family,
        filters: &[&str],
        render: fn(&Task, SystemTime) -> Value,
    ) -> Result<Value, Refusal> {
        let (subject, now) = (&self.parameters[0], self.now());
        let tasks = self.account.tasks.values();
        let rows: Vec<_> = tasks
            .filter(|task| task.is_of(family, subject))
            .map(|task| (task.id.into(), render(task, now)))
            .filter(|(_, shown)| self.query.admits_object(filters, shown))
            .collect();
        expandable(self, rows)
    }

    /// The task of a service by its id.
    pub(crate) fn task(&self, family: Family, subject: &str, id: &str) -> Result<&Task, Refusal> {
        let task = id
            .parse()
            .ok()
            .and_then(|id: i64| self.account.tasks.get(&id));
        // Ids of all tasks are from one sequence; the task of another service is none of this one's.
        task.filter(|task| task.is_of(family, subject))
            .ok_or_else(|| Refusal::no_such_object(id))
    }
}
