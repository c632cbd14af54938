//! The loop of a call, for two or three calls of one client in all orders: see [`schedules`](crate::schedules).

use std::task::Poll;

use async_trait::async_trait;
use http::{HeaderMap, Method, Request, Response};

use super::*;
use crate::body::{Body, ResponseBody};
use crate::call::Call;
use crate::call::CallBuilder;
use crate::decode::Decode;
use crate::request::Dialect;
use crate::retry::StandardRetry;
use crate::schedules::{self, ByHand, Given, HandClock, Schedule};
use crate::test_util::{ScriptedTransport, engine_with};
use crate::transport::TransportError;

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What is tried.
#[derive(Clone, Copy, Debug)]
struct Setting {
    calls: usize,
    slots: usize,
    pace: Option<Pace>,
    /// The tokens in the budget for retries.
    tokens: u32,
    attempts: u32,
    attempt_timeout: Duration,
    answers: &'static [Answer],
}

const PLAIN: Setting = Setting {
    calls: 2,
    slots: 1,
    pace: None,
    // Enough for two retries, or for one after a timeout, and for no more.
    tokens: 12,
    attempts: 2,
    attempt_timeout: DAY,
    answers: &[Answer::Well, Answer::Ill],
};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Answer {
    /// 200.
    Well,
    /// 503.
    Ill,
    /// 200, and the rate limit is used up.
    Empty,
    /// 429, because the rate limit is used up.
    TooEarly,
}

#[derive(Debug)]
struct Rated;

impl Dialect for Rated {
    fn rate_limit(&self, headers: &HeaderMap) -> Option<RateLimit> {
        let left = headers.get("x-left")?.to_str().ok()?.parse().ok()?;
        Some(RateLimit::new(3600, left, None, SECOND))
    }
}

/// The requests of one call.
#[derive(Debug, Default)]
struct Requests {
    count: u32,
    /// What those after the first cost.
    paid: u32,
    /// The answer to the last one, unless it has none.
    answer: Option<Answer>,
    under_way: bool,
}

/// Keeps requests until they are answered by hand. The path of a request is the number of its call.
#[derive(Debug)]
struct Wire {
    clock: HandClock,
    calls: Mutex<Vec<Requests>>,
    given: Vec<Given<Answer>>,
    sent: Mutex<Vec<Duration>>,
}

impl Wire {
    fn under_way(&self, number: usize) -> bool {
        lock(&self.calls)[number].under_way
    }
}

struct UnderWay<'w>(&'w Wire, usize);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        lock(&self.0.calls)[self.1].under_way = false;
    }
}

#[async_trait]
impl Transport for Arc<Wire> {
    async fn send(&self, request: Request<Body>) -> Result<Response<ResponseBody>, TransportError> {
        let number = request.uri().path().rsplit('/').next().unwrap();
        let number: usize = number.parse().unwrap();
        {
            let call = &mut lock(&self.calls)[number];
            call.count += 1;
            call.under_way = true;
            if call.count > 1 {
                call.paid += match call.answer.take() {
                    Some(Answer::TooEarly) => 0,
                    Some(_) => 5,
                    None => 10,
                };
            }
        }
        let under_way = UnderWay(self, number);
        lock(&self.sent).push(self.clock.passed());
        let answer = self.given[number].get().await;
        lock(&self.calls)[number].answer = Some(answer);
        drop(under_way);
        let (status, left) = match answer {
            Answer::Well => (200, None),
            Answer::Ill => (503, None),
            Answer::Empty => (200, Some("0")),
            Answer::TooEarly => (429, Some("0")),
        };
        let mut response = Response::builder().status(status);
        if let Some(left) = left {
            response = response.header("x-left", left);
        }
        Ok(response.body(ResponseBody::from("{}")).unwrap())
    }
}

fn client(setting: Setting) -> (Engine, Vec<Arc<Parts>>, Arc<Wire>) {
    let clock = HandClock::new();
    let wire = Arc::new(Wire {
        clock: clock.clone(),
        calls: Mutex::new((0..setting.calls).map(|_| Requests::default()).collect()),
        given: (0..setting.calls).map(|_| Given::new()).collect(),
        sent: Mutex::default(),
    });
    let (engine, base) = engine_with(ScriptedTransport::default(), |options| {
        options.transport(Arc::new(wire.clone()));
        options.clock(clock);
        options.max_in_flight(setting.slots);
        options.pace(setting.pace);
        options.attempt_timeout(setting.attempt_timeout);
        let retry = StandardRetry::new().max_attempts(setting.attempts);
        options.retry(retry.backoff(SECOND, SECOND));
    });
    let mut engine = engine.with_dialect(Arc::new(Rated), None);
    let inner = Arc::get_mut(&mut engine.0).expect("nobody else holds it yet");
    inner.budget = Budget::holding(setting.tokens);
    let parts = (0..setting.calls).map(|number| {
        let call = Call::untabled(&engine, &base, Method::GET, "/{n}", Decode::nothing());
        Arc::new(call.arg(number).into_parts())
    });
    let parts = parts.collect();
    (engine, parts, wire)
}

/// What can happen next.
#[derive(Clone, Copy)]
enum Step {
    Begin,
    Poll(usize),
    Answer(usize, Answer),
    Drop(usize),
    Sleep(Duration),
}

/// What has become of some calls.
#[derive(Debug, Default)]
struct Ends {
    well: usize,
    failed: usize,
    /// Failed although another attempt was allowed.
    dry: usize,
}

/// Runs one schedule.
fn run(setting: Setting, schedule: &mut Schedule, ends: &mut Ends) {
    let (engine, parts, wire) = client(setting);
    let begin = |number: usize| {
        let (engine, parts) = (engine.clone(), parts[number].clone());
        ByHand::new(async move {
            let sink = Sink::Whole(Box::new(|_| Ok(())));
            engine.drive(&parts, sink).await
        })
    };
    let mut calls = Vec::<ByHand<Result<()>>>::new();
    // What the budget holds when all is over.
    let mut tokens = setting.tokens;
    loop {
        let under_way = (0..setting.calls).filter(|number| wire.under_way(*number));
        assert!(under_way.count() <= setting.slots);
        let mut steps = Vec::new();
        if calls.len() < setting.calls {
            steps.push(Step::Begin);
        }
        for (number, call) in calls.iter().enumerate() {
            if call.is_over() {
                continue;
            }
            if call.is_runnable() {
                steps.push(Step::Poll(number));
            } else if wire.under_way(number) {
                // A refusal for the pace is no attempt, so there might be one after the other for ever.
                let first = lock(&wire.calls)[number].count == 1;
                let answers = setting.answers.iter().copied();
                let answers = answers.filter(|answer| first || *answer != Answer::TooEarly);
                steps.extend(answers.map(|answer| Step::Answer(number, answer)));
            }
            steps.push(Step::Drop(number));
        }
        let next = wire.clock.next();
        // Never on to the deadlines of whole calls, half an hour ahead.
        steps.extend(next.filter(|next| *next < 60 * SECOND).map(Step::Sleep));
        if steps.is_empty() {
            break;
        }
        let polled = match steps[schedule.choose(steps.len())] {
            Step::Begin => {
                calls.push(begin(calls.len()));
                Some(calls.len() - 1)
            }
            Step::Poll(number) => Some(number),
            Step::Answer(number, answer) => {
                wire.given[number].give(answer);
                Some(number)
            }
            Step::Drop(number) => {
                calls[number].abort();
                tokens -= lock(&wire.calls)[number].paid;
                None
            }
            Step::Sleep(next) => {
                wire.clock.advance(next);
                None
            }
        };
        let Some(number) = polled else { continue };
        let Poll::Ready(result) = calls[number].poll() else {
            continue;
        };
        let (count, paid) = {
            let call = &lock(&wire.calls)[number];
            (call.count, call.paid)
        };
        match result {
            // Its own retries are paid back, or one token is given if it paid for none.
            Ok(()) if paid == 0 => {
                tokens += 1;
                ends.well += 1;
            }
            Ok(()) => ends.well += 1,
            Err(error) => {
                tokens -= paid;
                ends.failed += 1;
                let dry = error.to_string().contains("budget for retries is used up");
                assert_eq!(dry, count < setting.attempts, "{error}");
                if dry {
                    ends.dry += 1;
                    let price = if error.is_timeout() { 10 } else { 5 };
                    assert!(engine.0.budget.left() < price, "{error}");
                }
            }
        }
    }
    assert!(calls.iter().all(ByHand::is_over), "stuck");
    assert_eq!(wire.clock.next(), None, "nobody sleeps");
    engine.0.throttle.lane().unwrap().check_idle(setting.slots);
    assert_eq!(engine.0.budget.left(), tokens);
    if let Some(pace) = setting.pace {
        let next = pace.next_after(&lock(&wire.sent));
        let wait = engine.0.throttle.wait(wire.clock.now());
        assert_eq!(wait, next.saturating_sub(wire.clock.passed()));
    }
}

fn try_all(setting: Setting) -> Ends {
    // A call asks which runtime it is in, and needs nothing else of it.
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.unwrap();
    let _inside = runtime.enter();
    let mut ends = Ends::default();
    let runs = schedules::all(|schedule| run(setting, schedule, &mut ends));
    println!("{runs} schedules, {ends:?} of {setting:?}");
    ends
}

#[test]
fn retries_in_all_orders() {
    let ends = try_all(PLAIN);
    assert!(ends.well > 0 && ends.failed > 0 && ends.dry == 0);
    for slots in [1, 2] {
        let tight = Setting {
            slots,
            tokens: 5,
            ..PLAIN
        };
        assert!(try_all(tight).dry > 0, "there is enough for one of them");
    }
}

#[test]
fn retries_at_a_pace_in_all_orders() {
    let pace = Some(Pace::new(1, 2 * SECOND));
    for (slots, tokens) in [(1, 5), (2, 12)] {
        try_all(Setting {
            slots,
            pace,
            tokens,
            ..PLAIN
        });
    }
}

#[test]
fn attempts_that_time_out_in_all_orders() {
    let ends = try_all(Setting {
        tokens: 10,
        attempt_timeout: 3 * SECOND,
        ..PLAIN
    });
    assert!(ends.dry > 0);
}

#[test]
fn a_rate_limit_that_is_used_up_in_all_orders() {
    let ends = try_all(Setting {
        slots: 2,
        tokens: 0,
        answers: &[Answer::Empty, Answer::TooEarly],
        ..PLAIN
    });
    assert_eq!(ends.failed, 0, "it costs nothing");
}
