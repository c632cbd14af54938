use std::collections::VecDeque;
use std::collections::hash_map::DefaultHasher;
use std::fmt;
use std::hash::{Hash as _, Hasher as _};
use std::time::{Duration, Instant};

use cloud_core::call::CallFuture;
use cloud_core::time::Interval;
use cloud_core::wait::{DEFAULT_DEADLINE, Resumable};
use cloud_core::{Error, ErrorKind, Result};

use super::{ExecutionStatus, Run};

/// While fewer lines than this were given, all lines are read again each time; then nothing has to be guessed.
const WHOLE: usize = 1000;

/// How many lines at the end are asked for first, once there are many, and the factor by which that grows until what
/// was given is among them.
const TAIL: u32 = 2000;
const MORE: u32 = 8;

/// How many failures in a row that pass by themselves are tolerated.
const TOLERATED: u32 = 3;

/// The lines of an execution's logs as they are written; made by [`Run::follow_logs`].
#[must_use = "nothing is read until the first line is asked for"]
pub struct FollowLogs {
    run: Run,
    interval: Interval,
    begun: Instant,
    limit: Duration,
    /// When to look again; `None` for at once.
    look_at: Option<Instant>,
    looking: Resumable<CallFuture<Look>>,
    ready: VecDeque<String>,
    told: Told,
    failures: u32,
    ended: bool,
}

/// What was seen so far.
#[derive(Clone, Default)]
struct Told {
    /// The last lines that were given, and how many there were in all.
    // By their hashes: lines may be long, and only whether they are the same is asked.
    given: VecDeque<u64>,
    count: usize,
    failed_before: bool,
}

/// What a look shows.
struct Look {
    new: Vec<String>,
    has_failed: bool,
    ended: bool,
}

impl fmt::Debug for FollowLogs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FollowLogs({:?}, {} lines)", self.run, self.told.count)
    }
}

impl FollowLogs {
    pub(super) fn new(run: Run) -> Self {
        let begun = run.job().engine().clock().now();
        let interval = run.job().team().client().interval();
        Self {
            run,
            interval,
            begun,
            limit: DEFAULT_DEADLINE,
            look_at: None,
            looking: Resumable::new(),
            ready: VecDeque::new(),
            told: Told::default(),
            failures: 0,
            ended: false,
        }
    }

    /// Sets the deadline, 30 minutes from its making unless set.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// The next line, without its end; `None` when the execution has ended and all its lines were given
    /// (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}/executions/{execution_id}` and
    /// `GET /data-jobs/for-team/{team_name}/jobs/{job_name}/executions/{execution_id}/logs`; experimental).
    ///
    /// Fails at the deadline, or when the service cannot be asked any more; what was written meanwhile comes when it is
    /// called again after a failure that passes. Dropping the future loses nothing.
    ///
    /// # Permissions
    ///
    /// [Read access](crate#access) to the team.
    pub async fn next(&mut self) -> Result<Option<String>> {
        loop {
            if let Some(line) = self.ready.pop_front() {
                return Ok(Some(line));
            }
            if self.ended {
                return Ok(None);
            }
            self.pause().await?;
            let begin =
                || -> CallFuture<Look> { Box::pin(look(self.run.clone(), self.told.clone())) };
            match self.looking.get(begin).await {
                Ok(look) => self.take(look),
                Err(error) if error.is_retryable() && self.failures < TOLERATED => {
                    self.failures += 1;
                    self.look_later();
                }
                Err(error) => {
                    self.failures = 0;
                    return Err(error);
                }
            }
        }
    }

    /// [`next`](Self::next) for a blocking program.
    #[cfg(feature = "blocking")]
    pub fn next_blocking(&mut self) -> Result<Option<String>> {
        cloud_core::blocking::block_on(self.next())
    }

    /// The moment is kept, not the pause: whoever drops the future and asks again does not wait anew.
    async fn pause(&mut self) -> Result<()> {
        let clock = self.run.job().engine().clock();
        let now = clock.now();
        let left = self
            .limit
            .saturating_sub(now.saturating_duration_since(self.begun));
        let pause = self
            .look_at
            .map_or(Duration::ZERO, |at| at.saturating_duration_since(now));
        if pause >= left {
            clock.sleep(left).await;
            let text = format!(
                "{:.0} s have passed; {} lines were read",
                self.limit.as_secs_f64(),
                self.told.count
            );
            return Err(Error::new(ErrorKind::WaitTimeout, text).with_retryable(true));
        }
        if !pause.is_zero() {
            clock.sleep(pause).await;
        }
        Ok(())
    }

    fn look_later(&mut self) {
        let clock = self.run.job().engine().clock();
        self.look_at = Some(clock.now() + self.interval.step(clock.random()));
    }

    fn take(&mut self, look: Look) {
        self.failures = 0;
        self.told.failed_before = look.has_failed;
        // A job that writes is looked at often again, however long it was silent.
        if !look.new.is_empty() {
            self.interval = self.run.job().team().client().interval();
        }
        for line in look.new {
            self.told.count += 1;
            self.told.given.push_back(hash(&line));
            if self.told.given.len() > WHOLE {
                self.told.given.pop_front();
            }
            self.ready.push_back(line);
        }
        self.ended = look.ended;
        self.look_later();
    }
}

async fn look(run: Run, told: Told) -> Result<Look> {
    // Asked before the logs, so that the logs of an execution that has ended are all there are.
    let status = run.get().await?.status;
    let has_failed = status == ExecutionStatus::PlatformError;
    let ended = status.has_ended(told.failed_before);
    let mut tail = if told.count < WHOLE { 0 } else { TAIL };
    let mut is_too_much = false;
    let new = loop {
        let text = match run.job().executions().logs(run.id()).tail(tail).await {
            // More than the client takes at once: it goes on at the end, rather than never.
            Err(error) if error.kind() == ErrorKind::TooLarge && !is_too_much && tail != TAIL => {
                (is_too_much, tail) = (true, TAIL);
                continue;
            }
            text => text?,
        };
        match told.news(&text, tail, ended, is_too_much) {
            Some(new) => break new,
            // In the end 0, which asks for all lines.
            None => tail = tail.checked_mul(MORE).unwrap_or(0),
        }
    };
    Ok(Look {
        new,
        has_failed,
        ended,
    })
}

impl Told {
    /// What is new in these lines; `None` when they do not reach back to what was given, unless they are `all_there_is`
    /// to be had.
    fn news(&self, text: &str, tail: u32, ended: bool, all_there_is: bool) -> Option<Vec<String>> {
        // The last line may still be growing.
        let whole = if ended {
            text
        } else {
            text.rfind('\n').map_or("", |end| &text[..=end])
        };
        let lines: Vec<&str> = whole.lines().collect();
        // The service counts the last line, which may have been left out above.
        let is_all = tail == 0 || lines.len() + 1 < tail as usize;
        let seen = if is_all && lines.len() >= self.count {
            self.count
        } else if lines.is_empty() {
            // The logs go some time after the execution.
            0
        } else {
            match overlap(&self.given, &lines) {
                0 if !is_all && !all_there_is => return None,
                seen => seen,
            }
        };
        Some(
            lines[seen..]
                .iter()
                .map(|line| (*line).to_owned())
                .collect(),
        )
    }
}

/// How many lines at the beginning are the last ones that were given, as far as those are known.
fn overlap(given: &VecDeque<u64>, lines: &[&str]) -> usize {
    let lines: Vec<u64> = lines.iter().map(|line| hash(line)).collect();
    let fits = |end: &usize| {
        let length = (*end).min(given.len());
        given
            .iter()
            .rev()
            .take(length)
            .eq(lines[..*end].iter().rev().take(length))
    };
    if given.is_empty() {
        0
    } else {
        // The last place where they fit: of lines that repeat themselves none is given twice.
        (1..=lines.len()).rev().find(fits).unwrap_or(0)
    }
}

fn hash(line: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    line.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_were_given_are_found_again() {
        let overlap = |given: &str, lines: &str| {
            let given = given.split_whitespace().map(hash).collect();
            overlap(&given, &lines.split_whitespace().collect::<Vec<_>>())
        };
        assert_eq!(overlap("", "a b"), 0);
        assert_eq!(overlap("a b c", "b c d e"), 2);
        assert_eq!(overlap("a b c", "a b c"), 3);
        assert_eq!(
            overlap("a b c", "x a b c d"),
            4,
            "older lines than are known"
        );
        assert_eq!(overlap("a b c", "d e"), 0);
        assert_eq!(overlap("a b c", "b d c"), 0);
        assert_eq!(overlap("a a a", "a a b"), 2);
    }
}
