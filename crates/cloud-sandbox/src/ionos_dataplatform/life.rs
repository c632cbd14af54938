use std::time::Duration;

/// How long things take, in units of an ordinary action.
const CREATION: u32 = 10;
const CHANGE: u32 = 3;
const DELETION: u32 = 5;

/// The states of a resource over time: those it had, and those it will have unless something else is asked of it.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(super) struct Life {
    steps: Vec<Step>,
}

#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
struct Step {
    at: Duration,
    #[serde(deserialize_with = "crate::keep::word")]
    state: crate::keep::Word,
    /// The version that runs from here on, where it changes.
    version: Option<String>,
}

/// Not a state that is shown: what comes after `DESTROYING`.
const GONE: &str = "";

impl Life {
    /// Being created once `begin` has come.
    pub(super) fn created(
        now: Duration,
        begin: Duration,
        unit: Duration,
        doomed: bool,
        version: &str,
    ) -> Self {
        let mut life = Self { steps: Vec::new() };
        // From now on, also where it has to wait: the states know no other word for that.
        life.push(now, "DEPLOYING", None);
        let end = if doomed {
            ("FAILED", None)
        } else {
            ("AVAILABLE", Some(version.to_owned()))
        };
        life.push(
            begin.saturating_add(unit.saturating_mul(CREATION)),
            end.0,
            end.1,
        );
        life
    }

    fn push(&mut self, at: Duration, state: &'static str, version: Option<String>) {
        self.steps.push(Step { at, state, version });
    }

    fn past(&self, now: Duration) -> impl DoubleEndedIterator<Item = &Step> {
        self.steps.iter().filter(move |step| step.at <= now)
    }

    pub(super) fn state(&self, now: Duration) -> &'static str {
        self.past(now)
            .next_back()
            .map_or("DEPLOYING", |step| step.state)
    }

    pub(super) fn is_over(&self, now: Duration) -> bool {
        self.state(now) == GONE
    }

    /// The version that runs.
    pub(super) fn version(&self, now: Duration) -> Option<&str> {
        self.past(now)
            .rev()
            .find_map(|step| step.version.as_deref())
    }

    /// How often it has become available.
    pub(super) fn revision(&self, now: Duration) -> usize {
        self.past(now)
            .filter(|step| step.state == "AVAILABLE")
            .count()
    }

    /// When what goes on now will have ended.
    pub(super) fn settled_at(&self, now: Duration) -> Duration {
        self.steps.last().map_or(now, |step| step.at.max(now))
    }

    pub(super) fn is_ending(&self, now: Duration) -> bool {
        matches!(self.state(now), "DESTROYING" | GONE)
    }

    /// A change, which waits for what goes on now.
    pub(super) fn change(
        &mut self,
        now: Duration,
        unit: Duration,
        doomed: bool,
        version: Option<String>,
    ) {
        let begin = self.settled_at(now);
        if begin > now {
            // The end of what goes on is the beginning of the change; that it was an end is not seen any more.
            let waiting = self
                .steps
                .iter()
                .rev()
                .take_while(|step| step.at > now)
                .find_map(|step| step.version.clone());
            self.steps.retain(|step| step.at <= now);
            self.push(now, "BUSY", None);
            self.push(begin, "UPDATING", waiting);
        } else {
            self.push(now, "UPDATING", None);
        }
        let end = if doomed {
            ("FAILED_UPDATING", None)
        } else {
            ("AVAILABLE", version)
        };
        self.push(
            begin.saturating_add(unit.saturating_mul(CHANGE)),
            end.0,
            end.1,
        );
    }

    /// The end, at once, whatever goes on. A second one changes nothing.
    pub(super) fn delete(&mut self, now: Duration, unit: Duration, doomed: bool) {
        if self.is_ending(now) {
            return;
        }
        self.steps.retain(|step| step.at <= now);
        self.push(now, "DESTROYING", None);
        self.push(
            now.saturating_add(unit.saturating_mul(DELETION)),
            if doomed { "FAILED_DESTROYING" } else { GONE },
            None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: Duration = Duration::from_secs(1);

    fn states(life: &Life) -> String {
        let all: Vec<_> = (0..30).map(|second| life.state(UNIT * second)).collect();
        let mut runs: Vec<(&str, u32)> = Vec::new();
        for state in all {
            match runs.last_mut() {
                Some((last, count)) if *last == state => *count += 1,
                _ => runs.push((state, 1)),
            }
        }
        let runs: Vec<_> = runs
            .iter()
            .map(|(state, count)| format!("{state} {count}"))
            .collect();
        runs.join(" ")
    }

    #[test]
    fn creation_change_and_end() {
        let mut life = Life::created(Duration::ZERO, Duration::ZERO, UNIT, false, "1");
        assert_eq!(states(&life), "DEPLOYING 10 AVAILABLE 20");
        assert_eq!(
            (
                life.version(UNIT * 9),
                life.version(UNIT * 10),
                life.revision(UNIT * 10)
            ),
            (None, Some("1"), 1)
        );
        life.change(UNIT * 12, UNIT, false, Some("2".to_owned()));
        assert_eq!(
            states(&life),
            "DEPLOYING 10 AVAILABLE 2 UPDATING 3 AVAILABLE 15"
        );
        assert_eq!(
            (
                life.version(UNIT * 14),
                life.version(UNIT * 15),
                life.revision(UNIT * 15)
            ),
            (Some("1"), Some("2"), 2)
        );
        life.delete(UNIT * 20, UNIT, false);
        life.delete(UNIT * 22, UNIT, false);
        assert_eq!(
            states(&life),
            "DEPLOYING 10 AVAILABLE 2 UPDATING 3 AVAILABLE 5 DESTROYING 5  5"
        );
        assert!(!life.is_over(UNIT * 24) && life.is_over(UNIT * 25));
    }

    #[test]
    fn changes_wait_for_each_other() {
        let mut life = Life::created(Duration::ZERO, UNIT * 2, UNIT, false, "1");
        life.change(UNIT * 4, UNIT, false, Some("2".to_owned()));
        life.change(UNIT * 5, UNIT, false, Some("3".to_owned()));
        assert_eq!(states(&life), "DEPLOYING 4 BUSY 11 UPDATING 3 AVAILABLE 12");
        assert_eq!(
            (life.version(UNIT * 14), life.version(UNIT * 18)),
            (None, Some("3"))
        );
    }

    #[test]
    fn failures_stay_until_something_is_asked() {
        let mut life = Life::created(Duration::ZERO, Duration::ZERO, UNIT, true, "1");
        life.change(UNIT * 12, UNIT, true, None);
        life.change(UNIT * 17, UNIT, false, Some("1".to_owned()));
        life.delete(UNIT * 22, UNIT, true);
        let all = "DEPLOYING 10 FAILED 2 UPDATING 3 FAILED_UPDATING 2 UPDATING 3 AVAILABLE 2 DESTROYING 5 FAILED_DESTROYING 3";
        assert_eq!(states(&life), all);
    }
}
