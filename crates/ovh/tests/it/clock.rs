//! The time of the service, on machines whose clock is wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use cloud_core::test_util::{PausedClock, Scripted, ScriptedTransport};
use cloud_core::time::{Clock, Sleep};
use ovh::{ApiError, ApiErrorKind, Client};

use crate::common::{self, AK, AS, CK, header};

/// A clock whose calendar is wrong by some seconds, and can be set.
#[derive(Clone, Debug)]
struct Wrong {
    right: PausedClock,
    ahead: Arc<AtomicI64>,
}

impl Wrong {
    fn by(seconds: i64) -> Self {
        Self {
            right: PausedClock::new(),
            ahead: Arc::new(AtomicI64::new(seconds)),
        }
    }

    fn seconds(time: SystemTime) -> i64 {
        i64::try_from(
            time.duration_since(SystemTime::UNIX_EPOCH)
                .unwrap()
                .as_secs(),
        )
        .unwrap()
    }
}

impl Clock for Wrong {
    fn now(&self) -> Instant {
        self.right.now()
    }
    fn system_now(&self) -> SystemTime {
        let ahead = self.ahead.load(Ordering::Relaxed);
        let by = Duration::from_secs(ahead.unsigned_abs());
        if ahead < 0 {
            self.right.system_now() - by
        } else {
            self.right.system_now() + by
        }
    }
    fn sleep(&self, duration: Duration) -> Sleep {
        self.right.sleep(duration)
    }
    fn random(&self) -> f64 {
        self.right.random()
    }
}

/// A service that takes timestamps within 30 seconds of its time, and whose answers take a while.
fn service(clock: &Wrong, refusal: &'static str) -> ScriptedTransport {
    let right = clock.right.clone();
    ScriptedTransport::from_fn(move |request| {
        let now = Wrong::seconds(right.system_now());
        let answer = if request.uri().path() == "/1.0/auth/time" {
            assert!(
                header(request, "x-ovh-signature").is_none(),
                "asking for the time must not need it"
            );
            Scripted::json(200, (now + 2).to_string())
        } else {
            let stamp: i64 = header(request, "x-ovh-timestamp").unwrap().parse().unwrap();
            if stamp.abs_diff(now) <= 30 {
                Scripted::json(200, "1")
            } else {
                Scripted::json(400, refusal)
            }
        };
        answer.after(Duration::from_secs(4))
    })
}

const OLD: &str =
    r#"{"errorCode":"QUERY_TIME_OUT","httpCode":"400 Bad Request","message":"Query out of time"}"#;
const NEW: &str = r#"{"class":"Client::BadRequest","message":"Invalid signature","details":{}}"#;

fn client(clock: &Wrong, transport: &ScriptedTransport) -> Client {
    let builder = Client::builder()
        .clock(clock.clone())
        .pace(None)
        .transport(Arc::new(transport.clone()));
    builder
        .application(AK, AS)
        .consumer_key(CK)
        .build()
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn ten_minutes_either_way_cost_one_request_once() {
    for wrong in [-600, 0, 600] {
        let clock = Wrong::by(wrong);
        let transport = service(&clock, OLD);
        let api = client(&clock, &transport);
        for _ in 0..5 {
            api.get("/me").await.unwrap();
        }
        let (a, b) = tokio::join!(api.get("/a").send(), api.get("/b").send());
        assert!(a.is_ok() && b.is_ok());
        let lines = transport.lines();
        assert_eq!(lines[..2], ["GET /1.0/auth/time", "GET /1.0/me"], "{wrong}");
        assert_eq!(lines.len(), 8, "{wrong}: {lines:?}");
        // The time was true half way between question and answer, so the stamp is right to the second.
        let stamp: i64 = header(&transport.seen()[1].request, "x-ovh-timestamp")
            .unwrap()
            .parse()
            .unwrap();
        assert!((stamp - common::PAUSED - 4).abs() <= 1, "{wrong}: {stamp}");
    }
}

#[tokio::test(start_paused = true)]
async fn callers_at_once_ask_for_the_time_once() {
    let clock = Wrong::by(600);
    let transport = service(&clock, OLD);
    let api = client(&clock, &transport);
    let calls: Vec<_> = (0..8)
        .map(|_| tokio::spawn(api.get("/me").send()))
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(
        transport
            .lines()
            .iter()
            .filter(|line| line.ends_with("/auth/time"))
            .count(),
        1
    );
}

/// The calendar is set while the program runs: seen before the next request, which is signed by a new measurement.
#[tokio::test(start_paused = true)]
async fn a_calendar_that_is_set_is_noticed() {
    let clock = Wrong::by(0);
    let transport = service(&clock, OLD);
    let api = client(&clock, &transport);
    api.get("/me").await.unwrap();
    clock.ahead.store(-600, Ordering::Relaxed);
    api.get("/me").await.unwrap();
    api.get("/me").await.unwrap();
    assert_eq!(
        transport.lines(),
        [
            "GET /1.0/auth/time",
            "GET /1.0/me",
            "GET /1.0/auth/time",
            "GET /1.0/me",
            "GET /1.0/me"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_calendar_that_drifts_is_noticed_before_the_service_minds() {
    let clock = Wrong::by(0);
    let transport = service(&clock, OLD);
    let api = client(&clock, &transport);
    api.get("/me").await.unwrap();
    for _ in 0..20 {
        tokio::time::advance(Duration::from_secs(60)).await;
        clock.ahead.fetch_add(3, Ordering::Relaxed);
    }
    api.post("/me").await.unwrap();
    assert_eq!(
        transport.lines()[2..],
        ["GET /1.0/auth/time", "POST /1.0/me"]
    );
}

/// A service whose time jumps after it was asked.
fn jumping(refusal: &'static str, heal: bool) -> (ScriptedTransport, Arc<AtomicI64>) {
    let jump = Arc::new(AtomicI64::new(0));
    let transport = {
        let jump = jump.clone();
        let clock = PausedClock::new();
        ScriptedTransport::from_fn(move |request| {
            let now = Wrong::seconds(clock.system_now()) + jump.load(Ordering::Relaxed);
            if request.uri().path() == "/1.0/auth/time" {
                return Scripted::json(
                    200,
                    if heal {
                        now
                    } else {
                        now - jump.load(Ordering::Relaxed)
                    }
                    .to_string(),
                );
            }
            let stamp: i64 = header(request, "x-ovh-timestamp").unwrap().parse().unwrap();
            if stamp.abs_diff(now) <= 30 {
                Scripted::json(200, "1")
            } else {
                Scripted::json(400, refusal)
            }
        })
    };
    (transport, jump)
}

#[tokio::test(start_paused = true)]
async fn a_service_that_sets_its_clock_costs_two_requests_once() {
    for refusal in [OLD, NEW] {
        for by in [-600, 600] {
            let (transport, jump) = jumping(refusal, true);
            let api = client(&Wrong::by(0), &transport);
            api.get("/me").await.unwrap();
            jump.store(by, Ordering::Relaxed);
            api.post("/me").await.unwrap();
            api.get("/me").await.unwrap();
            let expected = [
                "GET /auth/time",
                "GET /me",
                "POST /me",
                "GET /auth/time",
                "POST /me",
                "GET /me",
            ];
            let lines: Vec<_> = transport
                .lines()
                .iter()
                .map(|line| line.replace("/1.0", ""))
                .collect();
            assert_eq!(lines, expected, "{by} {refusal}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_refusal_is_the_callers() {
    let (transport, jump) = jumping(OLD, false);
    let api = client(&Wrong::by(0), &transport);
    api.get("/me").await.unwrap();
    jump.store(600, Ordering::Relaxed);
    let error = api.get("/me").await.unwrap_err();
    assert_eq!(
        error.api::<ApiError>().unwrap().kind,
        ApiErrorKind::ClockSkew
    );
    assert_eq!(
        transport.lines()[2..],
        ["GET /1.0/me", "GET /1.0/auth/time", "GET /1.0/me"]
    );
}

/// A wrong secret is answered like a wrong time where the service does not tell them apart. The time is asked for once a
/// minute at most, and nothing is sent twice.
#[tokio::test(start_paused = true)]
async fn a_wrong_secret_does_not_ask_for_the_time_again_and_again() {
    let (transport, jump) = jumping(NEW, false);
    let api = client(&Wrong::by(0), &transport);
    jump.store(600, Ordering::Relaxed);
    for _ in 0..5 {
        let error = api.get("/me").await.unwrap_err();
        assert_eq!(
            error.api::<ApiError>().unwrap().kind,
            ApiErrorKind::InvalidSignature
        );
        assert!(
            error.is_auth() && error.to_string().contains("belongs to another endpoint"),
            "{error}"
        );
    }
    let asked = |transport: &ScriptedTransport| {
        transport
            .lines()
            .iter()
            .filter(|l| l.ends_with("/auth/time"))
            .count()
    };
    assert_eq!((asked(&transport), transport.lines().len()), (2, 7));
    tokio::time::advance(Duration::from_secs(61)).await;
    api.get("/me").await.unwrap_err();
    assert_eq!(asked(&transport), 3);
}

#[tokio::test(start_paused = true)]
async fn a_given_offset_asks_for_nothing() {
    let clock = Wrong::by(600);
    let transport = service(&clock, OLD);
    let builder = Client::builder()
        .clock(clock.clone())
        .transport(Arc::new(transport.clone()));
    let api = builder
        .application(AK, AS)
        .consumer_key(CK)
        .time_offset(-600)
        .build()
        .unwrap();
    api.get("/me").await.unwrap();
    assert_eq!(transport.lines(), ["GET /1.0/me"]);
}

#[tokio::test(start_paused = true)]
async fn a_cached_time_is_as_old_as_the_cache_says() {
    let transport = ScriptedTransport::from_fn(|request| {
        if request.uri().path() == "/1.0/auth/time" {
            return Scripted::with_headers(
                200,
                &[("age", "120")],
                (common::PAUSED - 120).to_string(),
            );
        }
        Scripted::json(200, "1")
    });
    client(&Wrong::by(600), &transport)
        .get("/me")
        .await
        .unwrap();
    assert_eq!(
        header(&transport.seen()[1].request, "x-ovh-timestamp").unwrap(),
        common::PAUSED.to_string()
    );
}

#[tokio::test(start_paused = true)]
async fn an_absurd_time_is_an_error_and_no_panic() {
    for answer in [
        "\"soon\"",
        "null",
        "9223372036854775807",
        "-9223372036854775808",
        "<html>",
    ] {
        let transport = ScriptedTransport::from_fn(move |_| Scripted::json(200, answer));
        let result = client(&Wrong::by(0), &transport).get("/me").await;
        if !answer.contains("922") {
            assert!(
                result.unwrap_err().to_string().contains("/auth/time"),
                "{answer}"
            );
        }
    }
}
