use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Method;
use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize};

use crate::lock;
use crate::service::pattern::Pattern;

/// Something that goes wrong with one request.
///
/// In JSON it is the name in lower case with underscores, `"reset_after_handling"`, or an object with the name for those
/// that say more: `{"status": 503}`, `{"latency": "5s"}`, `{"rate_limited": {"retry_after": "30s"}}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Fault {
    /// The request waits this long before it is handled.
    Latency(#[serde(with = "crate::service::time_span")] Duration),
    /// Nothing of the request arrives: connection refused. It is not in the journal. Over a socket, where the
    /// connection is there already, it is closed unread, which a client cannot tell from
    /// [`ResetBeforeHandling`](Self::ResetBeforeHandling).
    NeverSent,
    /// The connection breaks before the request is handled.
    ResetBeforeHandling,
    /// The request is handled, and the connection breaks before the answer.
    ResetAfterHandling,
    /// The request is not handled, and no answer comes.
    HangBeforeHandling,
    /// The request is handled, and no answer comes.
    HangAfterHandling,
    /// The request is handled, and the connection breaks in the middle of the answer's body.
    Truncate,
    /// The request is handled, and the answer's body arrives whole but is not JSON.
    MalformedJson,
    /// An answer of this status with the service's own error envelope; the request is not handled.
    Status(#[serde(deserialize_with = "status")] u16),
    /// The request is handled, and the answer is replaced by an error of this status.
    StatusAfterHandling(#[serde(deserialize_with = "status")] u16),
    /// A page of HTML with this status, as proxies and load balancers send it; the request is not handled.
    HtmlBody(#[serde(deserialize_with = "status")] u16),
    /// An answer with the service's own error envelope; the request is not handled.
    Error {
        /// The HTTP status.
        #[serde(deserialize_with = "status")]
        status: u16,
        /// The service's error code.
        code: String,
        /// The text of the error.
        message: String,
    },
    /// The service says that too many requests came, with its real headers; the request is not handled.
    RateLimited {
        /// What a `Retry-After` header asks for, where wanted. The header counts whole seconds.
        #[serde(default, with = "crate::service::time_span::optional")]
        retry_after: Option<Duration>,
    },
    /// The service does not know the credential any more; the request is not handled.
    ExpiredToken,
    /// The request is handled, but the actions it starts end in this error and have no effect.
    ActionFailed {
        /// The code in the action's error.
        code: String,
        /// The text in the action's error.
        message: String,
    },
}

/// The faults that requests are to meet. They are taken in the order in which they were asked for, one a request, those at random
/// last.
#[derive(Clone, Default)]
pub struct Faults(Arc<Mutex<Plan>>);

#[derive(Default)]
struct Plan {
    rules: Vec<Rule>,
    random: Option<Random>,
}

#[derive(Clone)]
pub(crate) struct Rule {
    pub(crate) pattern: Option<Pattern>,
    pub(crate) remaining: usize,
    pub(crate) fault: Fault,
}

#[derive(Clone)]
pub(crate) struct Random {
    rng: fastrand::Rng,
    pub(crate) seed: u64,
    pub(crate) probability: f64,
    pub(crate) faults: Vec<Fault>,
}

impl Faults {
    /// Lets exactly the next request meet this fault.
    pub fn next(&self, fault: Fault) {
        self.add(None, 1, fault);
    }

    /// Lets the next `n` requests meet this fault.
    pub fn times(&self, n: usize, fault: Fault) {
        self.add(None, n, fault);
    }

    /// Lets the next request that matches meet this fault. The pattern is as in [`Journal`](crate::Journal).
    ///
    /// # Panics
    ///
    /// When the pattern is not of the form `METHOD /path`.
    pub fn next_matching(&self, pattern: &str, fault: Fault) {
        self.times_matching(pattern, 1, fault);
    }

    /// Lets the next `n` requests that match meet this fault. The pattern is as in [`Journal`](crate::Journal).
    ///
    /// # Panics
    ///
    /// When the pattern is not of the form `METHOD /path`.
    pub fn times_matching(&self, pattern: &str, n: usize, fault: Fault) {
        self.add(Some(Pattern::new(pattern)), n, fault);
    }

    /// Lets every request meet one of these faults with this probability, in a sequence that the seed determines.
    pub fn randomly(&self, seed: u64, probability: f64, faults: &[Fault]) {
        let random = Random {
            rng: fastrand::Rng::with_seed(seed),
            seed,
            probability,
            faults: faults.to_vec(),
        };
        // An empty list has nothing to choose from.
        lock(&self.0).random = (!faults.is_empty()).then_some(random);
    }

    /// Forgets all faults that have not happened yet.
    pub fn clear(&self) {
        *lock(&self.0) = Plan::default();
    }

    /// How many faults that were asked for have not happened yet, without those at random.
    pub fn pending(&self) -> usize {
        lock(&self.0).rules.iter().map(|rule| rule.remaining).sum()
    }

    /// What was asked for and has not happened yet.
    #[cfg(feature = "serve")]
    pub(crate) fn plan(&self) -> (Vec<Rule>, Option<Random>) {
        let plan = lock(&self.0);
        (plan.rules.clone(), plan.random.clone())
    }

    pub(crate) fn add(&self, pattern: Option<Pattern>, remaining: usize, fault: Fault) {
        if remaining > 0 {
            lock(&self.0).rules.push(Rule {
                pattern,
                remaining,
                fault,
            });
        }
    }

    pub(crate) fn take(&self, method: &Method, path: &str) -> Option<Fault> {
        let mut plan = lock(&self.0);
        // The first that fits and not the first of all: one for another path must not hold up those behind it.
        let due = plan.rules.iter().position(|rule| {
            rule.pattern
                .as_ref()
                .is_none_or(|p| p.matches(method, path))
        });
        if let Some(index) = due {
            let rule = &mut plan.rules[index];
            rule.remaining -= 1;
            return Some(if rule.remaining == 0 {
                plan.rules.remove(index).fault
            } else {
                rule.fault.clone()
            });
        }
        // Only where no rule fits, so that a rule does not use up a number of the sequence that the seed gives.
        let random = plan.random.as_mut()?;
        (random.rng.f64() < random.probability)
            .then(|| random.faults[random.rng.usize(..random.faults.len())].clone())
    }
}

/// A status that an answer can have: those below 200 only announce one.
fn status<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    let status = u16::deserialize(deserializer)?;
    if (200..=599).contains(&status) {
        Ok(status)
    } else {
        Err(D::Error::custom(format_args!(
            "{status} is not a status from 200 to 599"
        )))
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plan = lock(&self.0);
        f.debug_list()
            .entries(plan.rules.iter().map(|rule| (&rule.fault, rule.remaining)))
            .finish()
    }
}
