//! One poller for all the waits of a client.
//!
//! However many actions are waited for, they are looked at together: `GET /actions?id=..&id=..` with up to 25 ids a
//! request, 0.5 s after the last look at first and 5 s at the end unless the client says otherwise, four times slower while the rate limit is nearly used
//! up. A task does the looking as long as somebody waits, whether the waits are polled or not. Each runtime that waits
//! for actions has a task of its own.

use std::collections::HashMap;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

use cloud_core::call::Call;
use cloud_core::config::BaseUrl;
use cloud_core::decode::Decode;
use cloud_core::engine::Engine;
use cloud_core::provider::CallBuilder;
use cloud_core::task::{PerRuntime, Running};
use cloud_core::time::Interval;
use cloud_core::{Error, ErrorKind, Result};
use tokio::sync::Notify;

use super::Action;
use super::ops;
use crate::client::{Client, Host};
use crate::ids::ActionId;

/// How many ids go into one request: what the official Go client sends, so known to be accepted.
const CHUNK: usize = 25;

/// How many failures in a row that pass by themselves an action's watchers do not hear of.
const TOLERATED: u32 = 3;

pub(crate) struct Poller {
    looks: Looks,
    rounds: PerRuntime<Round>,
}

/// How actions are looked at.
#[derive(Clone)]
struct Looks {
    engine: Engine,
    base: BaseUrl,
    interval: Interval,
}

/// The waits of one runtime.
#[derive(Default)]
struct Round {
    state: Mutex<State>,
    /// News have arrived.
    news: Notify,
    /// The actions that are watched have changed.
    changed: Notify,
}

#[derive(Default)]
struct State {
    watched: HashMap<ActionId, Watched>,
    /// Looks at all as long as there are any.
    task: Option<Running<()>>,
}

struct Watched {
    watchers: usize,
    interval: Interval,
    step: Duration,
    due: Instant,
    failures: u32,
    /// There will be no other news than these.
    ended: bool,
    /// Counts the news, so that each watcher knows which it has seen.
    version: u64,
    news: Option<Result<Action>>,
}

impl Poller {
    /// The one of this client.
    #[inline]
    pub(crate) fn of(client: &Client) -> Arc<Self> {
        client.kept(|| {
            let (engine, base) = (client.engine().clone(), client.base(Host::Cloud).clone());
            Self::new(engine, base, client.poll_interval())
        })
    }

    #[inline]
    fn new(engine: Engine, base: BaseUrl, interval: Interval) -> Self {
        let looks = Looks {
            engine,
            base,
            interval,
        };
        Self {
            looks,
            rounds: PerRuntime::new(),
        }
    }

    /// Begins to watch an action. The looking begins when the news of one are asked for, and is for all that are watched.
    #[inline]
    pub(crate) fn watch(self: &Arc<Self>, id: ActionId) -> Subscription {
        // Outside of a runtime it joins later, where its news are asked for.
        let here = self.rounds.here(Round::default).ok();
        Subscription {
            poller: self.clone(),
            id,
            joined: here.map(|round| Joined::new(round, id, &self.looks)),
        }
    }
}

impl Round {
    #[inline]
    fn state(&self) -> MutexGuard<'_, State> {
        // Each change is whole, so a panic under the lock has left nothing half done that others could not go on with.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[inline]
    fn join(&self, id: ActionId, looks: &Looks) {
        let clock = looks.engine.clock();
        let mut state = self.state();
        let watched = state.watched.entry(id).or_insert_with(|| {
            let mut interval = looks.interval.clone();
            let step = interval.step(clock.random());
            Watched {
                watchers: 0,
                interval,
                step,
                due: clock.now() + step,
                failures: 0,
                ended: false,
                version: 0,
                news: None,
            }
        });
        watched.watchers += 1;
        drop(state);
        // One task hears it, and `notify_one` keeps the notice for it where it is not waiting yet.
        self.changed.notify_one();
    }

    /// Begins to look, if nobody does.
    #[inline]
    fn start(self: &Arc<Self>, looks: &Looks) -> Result<()> {
        let mut state = self.state();
        // A task that panicked is begun anew by whoever waits.
        if state.task.as_ref().is_none_or(Running::is_finished) {
            state.task = Some(Running::start(look(self.clone(), looks.clone()))?);
        }
        Ok(())
    }

    #[inline]
    fn leave(&self, id: ActionId) {
        let mut state = self.state();
        if let Some(watched) = state.watched.get_mut(&id) {
            watched.watchers -= 1;
            if watched.watchers == 0 {
                state.watched.remove(&id);
            }
        }
        drop(state);
        // Perhaps nobody is left, and the task can end.
        self.changed.notify_one();
    }

    /// When the first action is due; `None` when there is none, and then the task is over.
    #[inline]
    fn next_due(&self) -> Option<Instant> {
        let mut state = self.state();
        let due = state
            .watched
            .values()
            .filter(|watched| !watched.ended)
            .map(|watched| watched.due)
            .min();
        if due.is_none() {
            // The task ends by itself now. It must not be aborted here, where it runs, nor be found by who comes next.
            state.task = None;
        }
        due
    }

    /// Those whose time has come, or will have come before half of their pause is over: looked at together they cost
    /// fewer requests. What room is left in the last request goes to those who are due next.
    #[inline]
    fn due(&self, now: Instant) -> Vec<ActionId> {
        let state = self.state();
        let mut all: Vec<_> = state
            .watched
            .iter()
            .filter(|(_, watched)| !watched.ended)
            .map(|(id, watched)| (watched.due, watched.step / 2, *id))
            .collect();
        all.sort_unstable();
        let due = all
            .iter()
            .filter(|(due, slack, _)| *due <= now + *slack)
            .count();
        let room = due.next_multiple_of(CHUNK).min(all.len());
        all.into_iter().take(room).map(|(_, _, id)| id).collect()
    }

    #[inline]
    fn tell(&self, ids: &[ActionId], answer: Result<Vec<Action>>, engine: &Engine) {
        let clock = engine.clock();
        let slower = if engine.rate_limit().is_some_and(|rate| rate.is_low()) {
            4
        } else {
            1
        };
        let mut found: HashMap<ActionId, Action> = HashMap::new();
        let failure = match answer {
            Ok(actions) => {
                found.extend(actions.into_iter().map(|action| (action.id, action)));
                None
            }
            Err(error) => Some(error),
        };
        let mut state = self.state();
        for id in ids {
            let Some(watched) = state.watched.get_mut(id) else {
                continue;
            };
            // After a failure too, or a service in trouble would be asked without a pause.
            watched.step = watched.interval.step(clock.random()) * slower;
            watched.due = clock.now() + watched.step;
            let news = match &failure {
                Some(error) if error.is_retryable() && watched.failures < TOLERATED => {
                    watched.failures += 1;
                    continue;
                }
                Some(error) => Err(error.clone()),
                None => found.remove(id).ok_or_else(|| {
                    Error::new(
                        ErrorKind::WorkFailed,
                        format!("the service does not know action {id}"),
                    )
                    // As a look at this one action would say it: the list leaves out what it does not know.
                    .with_code("not_found")
                }),
            };
            watched.failures = 0;
            watched.ended = news.as_ref().map_or(true, Action::is_finished);
            watched.version += 1;
            watched.news = Some(news);
        }
    }
}

/// Looks at all that are due, again and again, until nobody waits any more.
#[inline]
async fn look(round: Arc<Round>, looks: Looks) {
    let clock = looks.engine.clock();
    while let Some(due) = round.next_due() {
        let wait = due.saturating_duration_since(clock.now());
        if !wait.is_zero() {
            either(clock.sleep(wait), round.changed.notified()).await;
            // What has changed may be due earlier, or nobody may be left.
            continue;
        }
        let ids = round.due(clock.now());
        // Side by side, while one after the other is awaited.
        let mut asked = Vec::new();
        for ids in ids.chunks(CHUNK) {
            asked.push((ids, Running::start(looks.ask(ids))));
        }
        for (ids, answer) in asked {
            let answer = match answer {
                Ok(task) => task.await.and_then(|answer| answer),
                Err(error) => Err(error),
            };
            round.tell(ids, answer, &looks.engine);
        }
        round.news.notify_waiters();
    }
}

impl Looks {
    #[inline]
    fn ask(&self, ids: &[ActionId]) -> impl Future<Output = Result<Vec<Action>>> + Send + 'static {
        let mut call = Call::new(
            &self.engine,
            &self.base,
            &ops::GET_ACTIONS,
            Decode::key("actions"),
        );
        for id in ids {
            call = call.query("id", id);
        }
        call.into_future()
    }
}

impl fmt::Debug for Poller {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Poller({:?})", self.rounds)
    }
}

/// One watcher of one action. Dropping it ends the watching.
pub(crate) struct Subscription {
    poller: Arc<Poller>,
    id: ActionId,
    joined: Option<Joined>,
}

/// Where a subscription is waiting, and which news it has seen there.
struct Joined {
    round: Arc<Round>,
    id: ActionId,
    seen: u64,
}

impl Joined {
    #[inline]
    fn new(round: Arc<Round>, id: ActionId, looks: &Looks) -> Self {
        round.join(id, looks);
        Self { round, id, seen: 0 }
    }
}

impl Drop for Joined {
    #[inline]
    fn drop(&mut self) {
        self.round.leave(self.id);
    }
}

impl Subscription {
    /// The action, if it has ended badly by what is known already. Nothing counts as seen by this.
    #[inline]
    pub(crate) fn failed(&self) -> Option<Action> {
        let joined = self.joined.as_ref()?;
        let state = joined.round.state();
        let news = state.watched.get(&self.id)?.news.as_ref()?;
        news.as_ref()
            .ok()
            .filter(|action| action.is_failed())
            .cloned()
    }

    /// The next news of the action. Dropping the future loses none.
    #[inline]
    pub(crate) async fn next(&mut self) -> Result<Action> {
        let Self { poller, id, joined } = self;
        let here = poller.rounds.here(Round::default)?;
        // A wait may go on in another runtime than the one it began in.
        let joined = match joined {
            Some(joined) if Arc::ptr_eq(&joined.round, &here) => joined,
            elsewhere => elsewhere.insert(Joined::new(here.clone(), *id, &poller.looks)),
        };
        loop {
            let mut news = pin!(here.news.notified());
            // From here on no news is missed, although the state is looked at first.
            news.as_mut().enable();
            if let Some(news) = joined.unseen() {
                return news;
            }
            here.start(&poller.looks)?;
            news.await;
        }
    }
}

impl Joined {
    #[inline]
    fn unseen(&mut self) -> Option<Result<Action>> {
        let state = self.round.state();
        let watched = state.watched.get(&self.id)?;
        if watched.version == self.seen {
            return None;
        }
        self.seen = watched.version;
        watched.news.clone()
    }
}

/// Ends with the first of two futures.
#[inline]
async fn either(left: impl Future<Output = ()>, right: impl Future<Output = ()>) {
    let (mut left, mut right) = (pin!(left), pin!(right));
    std::future::poll_fn(move |cx| match left.as_mut().poll(cx) {
        Poll::Ready(()) => Poll::Ready(()),
        Poll::Pending => right.as_mut().poll(cx),
    })
    .await;
}
