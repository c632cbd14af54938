use super::*;
use crate::model::RateLimit;
use crate::time::TokioClock;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const SECOND: Duration = Duration::from_secs(1);

/// A throttle and a place to queue at it.
struct Gate {
    throttle: Throttle,
    lane: Arc<Lane>,
}

impl Gate {
    fn new(max_in_flight: usize, pace: Option<Pace>) -> Arc<Self> {
        let throttle = Throttle::new(max_in_flight, pace, TokioClock.now());
        let lane = throttle.lane().unwrap();
        Arc::new(Self { throttle, lane })
    }

    fn learn(&self, rate: RateLimit) {
        let now = TokioClock.now();
        self.throttle.pacer.learn(rate, None, now, 0.5);
    }

    /// Waits for a slot and then for the turn, as a call does.
    async fn enter(&self, limit: Duration) -> Result<SemaphorePermit<'_>> {
        let deadline = TokioClock.now() + limit;
        let slot = self
            .throttle
            .slot(&self.lane, &TokioClock, deadline)
            .await?;
        self.throttle
            .turn(&self.lane, &TokioClock, deadline)
            .await?;
        Ok(slot)
    }
}

fn empty(refill: Duration) -> RateLimit {
    RateLimit::new(3600, 0, None, refill)
}

/// Lets so many enter at once, each in a task, and gives the seconds at which they did.
async fn times(gate: &Arc<Gate>, calls: usize) -> Vec<f64> {
    let start = TokioClock.now();
    let tasks: Vec<_> = (0..calls)
        .map(|_| {
            let gate = gate.clone();
            tokio::spawn(async move {
                gate.enter(DAY).await.map(drop).unwrap();
                (TokioClock.now() - start).as_secs_f64()
            })
        })
        .collect();
    let mut times = Vec::new();
    for task in tasks {
        times.push(task.await.unwrap());
    }
    times
}

#[track_caller]
fn assert_times(times: &[f64], expected: &[f64]) {
    assert_eq!(times.len(), expected.len());
    for (time, expected) in times.iter().zip(expected) {
        // Timers of tokio go by whole milliseconds, and several in a row add up.
        assert!((*expected..expected + 0.02).contains(time), "{times:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_empty_limit_lets_one_through_per_refill_in_the_order_of_coming() {
    let gate = Gate::new(100, None);
    gate.learn(empty(SECOND));
    // The first refill and half of a quarter, so that several machines do not knock together.
    assert_times(&times(&gate, 5).await, &[1.125, 2.125, 3.125, 4.125, 5.125]);
}

#[tokio::test(start_paused = true)]
async fn answers_at_the_pace_do_not_slow_it_down_and_a_refusal_does() {
    let gate = Gate::new(100, None);
    gate.learn(empty(SECOND));
    let start = TokioClock.now();
    for _ in 0..10 {
        drop(gate.enter(DAY).await.unwrap());
        tokio::time::sleep(SECOND / 2).await;
        gate.learn(empty(SECOND));
    }
    assert_eq!((TokioClock.now() - start).as_secs(), 10);
    // Longer than a refill, so that nothing is added at random.
    let refused = Some(5 * SECOND);
    let pacer = &gate.throttle.pacer;
    pacer.learn(empty(SECOND), refused, TokioClock.now(), 0.5);
    assert_times(&times(&gate, 2).await, &[5.0, 6.0]);
}

#[tokio::test(start_paused = true)]
async fn what_came_back_in_a_quiet_time_can_be_used_at_once() {
    let gate = Gate::new(100, None);
    gate.learn(empty(SECOND));
    tokio::time::sleep(Duration::from_millis(3200)).await;
    // 1.125, 2.125 and 3.125 have passed.
    assert_times(&times(&gate, 5).await, &[0.0, 0.0, 0.0, 0.925, 1.925]);
    tokio::time::sleep(3601 * SECOND).await;
    assert_times(&times(&gate, 1).await, &[0.0]);
    assert!(
        gate.throttle.pacer.is_idle(),
        "the whole limit is there again"
    );
}

#[tokio::test(start_paused = true)]
async fn more_that_is_left_than_was_thought_is_used() {
    let gate = Gate::new(100, None);
    gate.learn(empty(Duration::from_secs(100)));
    gate.learn(RateLimit::new(3600, 3, None, SECOND));
    assert_times(&times(&gate, 4).await, &[0.0, 0.0, 0.0, 1.0]);
}

#[tokio::test(start_paused = true)]
async fn a_full_limit_costs_no_wait() {
    let gate = Gate::new(100, None);
    gate.learn(RateLimit::new(3600, 1, None, SECOND));
    assert_times(&times(&gate, 1).await, &[0.0]);
    assert_eq!(gate.throttle.rate_limit().unwrap().remaining, 1);
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_the_deadline_is_an_error_at_once() {
    let gate = Gate::new(100, None);
    // At the random number 0.5 an eighth is added: 11.25 s.
    gate.learn(empty(10 * SECOND));
    let start = TokioClock.now();
    let error = gate.enter(3 * SECOND).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "rate limit used up: the next request may be sent in 11.2 s, and the call has 3.0 s left"
    );
    assert!(error.is_rate_limited() && error.is_retryable());
    assert_eq!(error.retry_after(), Some(Duration::from_millis(11_250)));
    assert_eq!(TokioClock.now(), start);
    assert!(
        gate.enter(Duration::from_millis(11_251)).await.is_ok(),
        "there is time enough"
    );
}

#[tokio::test(start_paused = true)]
async fn those_ahead_count_for_the_deadline() {
    let gate = Gate::new(100, None);
    gate.learn(empty(SECOND));
    let ahead = gate.clone();
    let ahead = tokio::spawn(async move { times(&ahead, 3).await });
    tokio::time::sleep(SECOND / 10).await;
    let asked = TokioClock.now();
    let error = gate.enter(3 * SECOND).await.unwrap_err();
    assert!(error.is_rate_limited(), "{error}");
    assert_eq!(
        TokioClock.now(),
        asked,
        "nobody waits for what comes too late"
    );
    assert_times(&ahead.await.unwrap(), &[1.125, 2.125, 3.125]);
}

#[tokio::test(start_paused = true)]
async fn who_gives_up_in_the_queue_leaves_no_gap() {
    for pace in [None, Some(Pace::new(1, SECOND))] {
        let gate = Gate::new(1000, pace);
        gate.learn(empty(SECOND));
        drop(gate.enter(DAY).await.unwrap());
        let start = TokioClock.now();
        for _ in 0..50 {
            // Some stand first in the queue and some behind, when they are dropped.
            let given_up: Vec<_> = (0..10)
                .map(|_| {
                    let gate = gate.clone();
                    tokio::spawn(async move { gate.enter(DAY).await.map(drop) })
                })
                .collect();
            tokio::time::sleep(SECOND / 1000).await;
            for task in given_up {
                task.abort();
            }
        }
        // Each of the 50 rounds has used up a millisecond of the first second.
        assert_times(&times(&gate, 2).await, &[0.95, 1.95]);
        assert_eq!((TokioClock.now() - start).as_secs(), 2, "{pace:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_cap_holds_calls_back_until_one_ends() {
    let gate = Gate::new(1, None);
    let first = gate.enter(DAY).await.unwrap();
    let error = gate.enter(2 * SECOND).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "timed out: none of the 1 calls that this client has under way at most ended in time for this one to begin"
    );
    assert!(error.is_timeout() && error.is_retryable());
    drop(first);
    assert!(gate.enter(DAY).await.is_ok());
}

#[test]
fn runtimes_do_not_hold_up_each_other() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap()
    };
    let throttle = Throttle::new(1, None, Instant::now());
    let (one, other) = (runtime(), runtime());
    let lane = one.block_on(async { throttle.lane() }).unwrap();
    let _held = lane.slots.try_acquire().unwrap();
    let other = other.block_on(async {
        let lane = throttle.lane().unwrap();
        let deadline = TokioClock.now() + SECOND;
        throttle.slot(&lane, &TokioClock, deadline).await.map(drop)
    });
    assert!(other.is_ok());
    assert!(throttle.lane().is_err(), "outside of a runtime");
}

#[tokio::test(start_paused = true)]
async fn a_pace_of_ones_own_lets_a_burst_through_and_then_one_per_interval() {
    let gate = Gate::new(100, Some(Pace::new(3, 2 * SECOND)));
    assert_times(&times(&gate, 6).await, &[0.0, 0.0, 0.0, 2.0, 4.0, 6.0]);
}

#[tokio::test(start_paused = true)]
async fn a_pace_per_minute_lets_a_third_through_at_once() {
    let gate = Gate::new(100, Some(Pace::per_minute(9)));
    let expected = [0.0, 0.0, 0.0, 10.0, 20.0];
    assert_times(&times(&gate, 5).await, &expected);
}

#[tokio::test(start_paused = true)]
async fn no_minute_has_more_requests_than_it_may() {
    for limit in [1, 2, 3, 7, 60, 100] {
        let gate = Gate::new(1000, Some(Pace::per_minute(limit)));
        let times = times(&gate, 3 * limit as usize + 5).await;
        let most = times.iter().map(|from| {
            times
                .iter()
                .filter(|at| (*from..from + 60.0).contains(at))
                .count()
        });
        let most = most.max().unwrap();
        // Also nearly as many, or the pace would be slower than it need be.
        assert!(
            (limit as usize - limit as usize / 20 - 1..=limit as usize).contains(&most),
            "{limit}: {most}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn who_has_no_time_for_the_pace_takes_no_place() {
    let gate = Gate::new(100, Some(Pace::new(1, 10 * SECOND)));
    drop(gate.enter(DAY).await.unwrap());
    let start = TokioClock.now();
    for _ in 0..5 {
        let error = gate.enter(3 * SECOND).await.unwrap_err();
        assert!(error.is_rate_limited());
        assert_eq!(error.retry_after(), Some(10 * SECOND));
    }
    // At the end of its time a call could not be sent any more.
    assert!(gate.enter(10 * SECOND).await.is_err());
    assert_eq!(TokioClock.now(), start);
    assert!(gate.enter(11 * SECOND).await.is_ok());
    assert_eq!((TokioClock.now() - start).as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn who_waits_gives_up_when_its_turn_moves_behind_its_time() {
    let gate = Gate::new(100, None);
    gate.learn(empty(SECOND));
    let start = TokioClock.now();
    let waiting = gate.clone();
    let waiting = tokio::spawn(async move { waiting.enter(3 * SECOND).await.map(drop) });
    tokio::time::sleep(SECOND / 2).await;
    let refused = Some(60 * SECOND);
    let pacer = &gate.throttle.pacer;
    pacer.learn(empty(SECOND), refused, TokioClock.now(), 0.5);
    let error = waiting.await.unwrap().unwrap_err();
    // It looks again when its turn would have been.
    assert_eq!((TokioClock.now() - start).as_secs(), 1);
    // Seen at 1.125 s, with a new turn at 60.5 s.
    assert_eq!(
        error.to_string(),
        "rate limit used up: the next request may be sent in 59.4 s, and the call has 1.9 s left"
    );
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_is_used_up_at_the_very_instant_is_waited_for() {
    let gate = Gate::new(100, None);
    gate.learn(empty(SECOND));
    tokio::time::sleep(Duration::from_millis(1125)).await;
    gate.learn(empty(SECOND));
    assert_times(&times(&gate, 1).await, &[1.125]);
}

#[tokio::test(start_paused = true)]
async fn the_whole_limit_is_there_again_when_as_many_refills_have_passed() {
    for (more, idle) in [(0, true), (1, false)] {
        let gate = Gate::new(100, None);
        gate.learn(RateLimit::new(2, 0, None, SECOND));
        // The first turn comes at 1.125 s, and two refills are the whole limit.
        tokio::time::sleep(Duration::from_millis(3125 - more)).await;
        assert_times(&times(&gate, 1).await, &[0.0]);
        assert_eq!(gate.throttle.pacer.is_idle(), idle);
    }
}

#[tokio::test(start_paused = true)]
async fn no_wait_is_longer_than_a_year() {
    let gate = Gate::new(100, None);
    gate.learn(empty(Duration::MAX));
    assert_eq!(gate.throttle.wait(TokioClock.now()), 365 * DAY);
}

#[test]
fn a_limit_is_low_when_less_than_a_tenth_is_left() {
    let low = |left| RateLimit::new(3600, left, None, SECOND).is_low();
    assert!(low(0) && low(359) && !low(360) && !low(3600));
}

/// Each sign of trouble doubles the interval, up to 16 times, and takes the burst away; quiet gives both back.
#[tokio::test(start_paused = true)]
async fn a_pace_that_slows_down_does_so_after_trouble_and_recovers() {
    let pace = Pace::new(3, SECOND).slowing_down();
    for (troubles, interval) in [(1, 2.0), (2, 4.0), (4, 16.0), (9, 16.0)] {
        let gate = Gate::new(1000, Some(pace));
        assert_times(&times(&gate, 3).await, &[0.0, 0.0, 0.0]);
        tokio::time::sleep(10 * SECOND).await;
        for _ in 0..troubles {
            gate.throttle.pacer.slow_down(TokioClock.now());
        }
        assert_times(&times(&gate, 2).await, &[0.0, interval]);
        // One doubling goes with each half minute.
        tokio::time::sleep(30 * 4 * SECOND).await;
        assert_times(&times(&gate, 4).await, &[0.0, 0.0, 0.0, 1.0]);
    }
    for (quiet, interval) in [(29, 16.0), (30, 8.0), (59, 8.0), (60, 4.0), (90, 2.0)] {
        let gate = Gate::new(1000, Some(pace));
        for _ in 0..4 {
            gate.throttle.pacer.slow_down(TokioClock.now());
        }
        tokio::time::sleep(quiet * SECOND).await;
        let first = gate.throttle.pacer.take(TokioClock.now());
        assert_eq!(first, Ok(()));
        let early = gate.throttle.pacer.take(TokioClock.now());
        assert_eq!(early, Err(Duration::from_secs_f64(interval)), "{quiet}");
    }
    let steady = Gate::new(1000, Some(Pace::new(1, SECOND)));
    steady.throttle.pacer.slow_down(TokioClock.now());
    assert_times(&times(&steady, 3).await, &[0.0, 1.0, 2.0]);
}
