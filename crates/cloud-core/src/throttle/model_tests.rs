//! A few calls at one throttle, in all orders: see [`schedules`](crate::schedules).

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::Poll;

use super::*;
use crate::model::RateLimit;
use crate::schedules::{self, ByHand, Given, HandClock, Schedule};

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Lane {
    /// Nobody holds anything of it.
    pub(crate) fn check_idle(&self, slots: usize) {
        assert_eq!(self.slots.available_permits(), slots);
        assert_eq!(self.queued.load(Ordering::Relaxed), 0);
        assert!(self.turn.try_lock().is_ok());
    }
}

impl Throttle {
    /// How long a call would wait that comes now and has nobody before it.
    pub(crate) fn wait(&self, now: Instant) -> Duration {
        self.pacer.wait(now, 0)
    }
}

impl Pace {
    /// Checks that nothing was sent too early, and says when the next request may be sent: the pace is taken as often as a request was sent, and no more.
    pub(crate) fn next_after(self, sent: &[Duration]) -> Duration {
        let lead = self.interval * (self.burst - 1);
        let mut paced = Duration::ZERO;
        for at in sent {
            assert!(paced.saturating_sub(lead) <= *at, "{sent:?}");
            paced = paced.max(*at) + self.interval;
        }
        paced.saturating_sub(lead)
    }
}

/// What is tried.
#[derive(Clone, Copy)]
struct Setting {
    /// How many calls each runtime has.
    calls: &'static [usize],
    slots: usize,
    pace: Option<Pace>,
    /// The service says at first that nothing is left, and that one request's worth comes back each second.
    empty: bool,
    /// How long the calls wait.
    limit: Duration,
    /// How often time may pass although nobody sleeps until then.
    idle: usize,
}

const PLAIN: Setting = Setting {
    calls: &[3],
    slots: 2,
    pace: None,
    empty: false,
    limit: DAY,
    idle: 0,
};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    Slot,
    Turn,
    UnderWay,
}

/// What one run has seen.
struct Run {
    setting: Setting,
    clock: HandClock,
    throttle: Throttle,
    lanes: Vec<Arc<Lane>>,
    /// When each request was sent.
    sent: RefCell<Vec<Duration>>,
}

struct One {
    lane: usize,
    stage: Rc<Cell<Stage>>,
    answered: Rc<Given<()>>,
    future: ByHand<Result<()>>,
}

impl Run {
    fn new(setting: Setting) -> Rc<Self> {
        let clock = HandClock::new();
        let throttle = Throttle::new(setting.slots, setting.pace, clock.now());
        if setting.empty {
            let rate = RateLimit::new(3600, 0, None, SECOND);
            throttle.pacer.learn(rate, None, clock.now(), 0.0);
        }
        // A lane is asked for in a runtime, and needs none.
        let lanes = setting.calls.iter().map(|_| {
            let runtime = tokio::runtime::Builder::new_current_thread().build();
            let runtime = runtime.unwrap();
            let _inside = runtime.enter();
            throttle.lane().unwrap()
        });
        let lanes = lanes.collect();
        Rc::new(Self {
            setting,
            clock,
            throttle,
            lanes,
            sent: RefCell::default(),
        })
    }

    /// A call as the engine makes it: a slot, its turn, the request, the answer.
    fn begin(self: &Rc<Self>, lane: usize) -> One {
        let stage = Rc::new(Cell::new(Stage::Slot));
        let answered = Rc::new(Given::new());
        let call = {
            let (run, stage, answered) = (self.clone(), stage.clone(), answered.clone());
            async move {
                let (clock, lane) = (&run.clock, &run.lanes[lane]);
                let deadline = clock.now() + run.setting.limit;
                let slot = run.throttle.slot(lane, clock, deadline).await?;
                stage.set(Stage::Turn);
                run.throttle.turn(lane, clock, deadline).await?;
                stage.set(Stage::UnderWay);
                run.sent.borrow_mut().push(clock.passed());
                answered.get().await;
                drop(slot);
                Ok(())
            }
        };
        One {
            lane,
            stage,
            answered,
            future: ByHand::new(call),
        }
    }

    /// What holds at every moment.
    fn check(&self, calls: &[One]) {
        for (number, lane) in self.lanes.iter().enumerate() {
            let here = || {
                let here = calls.iter().filter(|call| call.lane == number);
                here.filter(|call| !call.future.is_over())
            };
            let at = |stage| here().filter(|call| call.stage.get() == stage).count();
            assert!(at(Stage::UnderWay) + at(Stage::Turn) <= self.setting.slots);
            assert!(lane.queued.load(Ordering::Relaxed) <= at(Stage::Turn));
            if here().any(|call| call.future.is_runnable()) {
                continue;
            }
            // All wait. For a slot only while there is none, and for the turn only while the first of them sleeps.
            let free = lane.slots.available_permits();
            assert_eq!(
                free,
                self.setting.slots - at(Stage::UnderWay) - at(Stage::Turn)
            );
            assert!(
                at(Stage::Slot) == 0 || free == 0,
                "waits beside a free slot"
            );
            assert!(
                at(Stage::Turn) == 0 || self.clock.next().is_some_and(|next| next <= 5 * SECOND),
                "waits for its turn, which does not come"
            );
        }
    }

    /// What holds when all are over.
    fn check_end(&self) {
        for lane in &self.lanes {
            lane.check_idle(self.setting.slots);
        }
        assert_eq!(self.clock.next(), None, "nobody sleeps");
        let (sent, now) = (self.sent.borrow(), self.clock.passed());
        let mut next = Duration::ZERO;
        if let Some(pace) = self.setting.pace {
            next = pace.next_after(&sent);
        }
        if self.setting.empty {
            let mut place = SECOND;
            for at in &*sent {
                assert!(place <= *at, "{sent:?}");
                place += SECOND;
            }
            next = next.max(place);
        }
        let wait = self.throttle.wait(self.clock.now());
        assert_eq!(wait, next.saturating_sub(now));
    }
}

/// What can happen next.
#[derive(Clone, Copy)]
enum Step {
    Begin,
    Poll(usize),
    Answer(usize),
    Drop(usize),
    Sleep(Duration),
    Idle,
}

/// Runs one schedule, and gives the calls that failed for want of time.
fn run(setting: Setting, schedule: &mut Schedule) -> usize {
    let run = Run::new(setting);
    let mut coming = setting.calls.iter().enumerate().flat_map(|(lane, calls)| {
        // The calls of one runtime are alike, so it is all one which of them comes first.
        std::iter::repeat_n(lane, *calls)
    });
    let mut coming = coming.by_ref().peekable();
    let (mut calls, mut failed, mut idle) = (Vec::<One>::new(), 0, setting.idle);
    loop {
        run.check(&calls);
        let mut steps = Vec::new();
        if coming.peek().is_some() {
            steps.push(Step::Begin);
        }
        for (number, call) in calls.iter().enumerate() {
            if call.future.is_over() {
                continue;
            }
            if call.future.is_runnable() {
                steps.push(Step::Poll(number));
            } else if call.stage.get() == Stage::UnderWay {
                steps.push(Step::Answer(number));
            }
            steps.push(Step::Drop(number));
        }
        let next = run.clock.next();
        // Not the deadlines, which lie a day ahead: they would end every run in which a call is stuck.
        steps.extend(next.filter(|next| *next < DAY / 2).map(Step::Sleep));
        if idle > 0 && !steps.is_empty() {
            steps.push(Step::Idle);
        }
        if steps.is_empty() {
            break;
        }
        let polled = match steps[schedule.choose(steps.len())] {
            Step::Begin => {
                calls.extend(coming.next().map(|lane| run.begin(lane)));
                Some(calls.len() - 1)
            }
            Step::Poll(number) => Some(number),
            Step::Answer(number) => {
                calls[number].answered.give(());
                Some(number)
            }
            Step::Drop(number) => {
                calls[number].future.abort();
                None
            }
            Step::Sleep(next) => {
                run.clock.advance(next);
                None
            }
            Step::Idle => {
                idle -= 1;
                run.clock.advance(SECOND / 2);
                None
            }
        };
        if let Some(number) = polled
            && let Poll::Ready(Err(error)) = calls[number].future.poll()
        {
            assert!(setting.limit < DAY, "{error}");
            failed += 1;
        }
    }
    assert!(calls.iter().all(|call| call.future.is_over()), "stuck");
    run.check_end();
    failed
}

fn try_all(name: &str, setting: Setting) {
    let mut failed = 0;
    let runs = schedules::all(|schedule| failed += run(setting, schedule));
    println!("{name}: {runs} schedules, {failed} calls had not time enough");
    assert_eq!(failed > 0, setting.limit < DAY);
}

#[test]
fn slots_in_all_orders() {
    for slots in 1..=3 {
        try_all(
            "slots",
            Setting {
                calls: &[4],
                slots,
                ..PLAIN
            },
        );
    }
}

#[test]
fn a_pace_in_all_orders() {
    let pace = Some(Pace::new(1, SECOND));
    try_all("a pace", Setting { pace, ..PLAIN });
    let burst = Some(Pace::new(2, SECOND));
    try_all(
        "a pace with a burst",
        Setting {
            pace: burst,
            ..PLAIN
        },
    );
    try_all(
        "a pace and pauses",
        Setting {
            calls: &[2],
            pace,
            idle: 2,
            ..PLAIN
        },
    );
}

#[test]
fn an_empty_rate_limit_in_all_orders() {
    let empty = Setting {
        empty: true,
        ..PLAIN
    };
    try_all("an empty limit", empty);
    try_all(
        "an empty limit and pauses",
        Setting {
            calls: &[2],
            idle: 2,
            ..empty
        },
    );
}

#[test]
fn deadlines_in_all_orders() {
    let pace = Some(Pace::new(1, SECOND));
    for slots in [1, 2] {
        try_all(
            "deadlines",
            Setting {
                slots,
                pace,
                limit: SECOND * 3 / 2,
                ..PLAIN
            },
        );
    }
}

#[test]
fn two_runtimes_in_all_orders() {
    let pace = Some(Pace::new(1, SECOND));
    try_all(
        "two runtimes",
        Setting {
            calls: &[2, 1],
            slots: 1,
            pace,
            ..PLAIN
        },
    );
}
