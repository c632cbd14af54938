use std::sync::atomic::{AtomicU32, Ordering};

use http::Method;

use super::*;
use crate::call::Call;
use crate::call::CallBuilder;
use crate::config::{BaseUrl, Origin};
use crate::decode::Decode;
use crate::engine::Engine;
use crate::options::ClientOptions;
use crate::request::Dialect;
use crate::schedules::HandClock;
use crate::test_util::{PausedClock, Scripted, ScriptedTransport, engine_with};
use crate::throttle::Pace;

const MINUTE: Duration = Duration::from_secs(60);

#[derive(Debug, Default)]
struct Source {
    fetches: AtomicU32,
    fail_from: Option<u32>,
}

#[async_trait]
impl TokenSource for Arc<Source> {
    async fn fetch(&self) -> Result<Token> {
        let number = self.fetches.fetch_add(1, Ordering::SeqCst) + 1;
        tokio::time::sleep(Duration::from_millis(200)).await;
        if self.fail_from.is_some_and(|from| number >= from) {
            return Err(Error::new(ErrorKind::Credential, "the password is wrong"));
        }
        Ok(Token {
            secret: format!("token-{number}").into(),
            lifetime: Some(10 * MINUTE),
        })
    }
}

#[derive(Debug)]
struct Plain;
impl Dialect for Plain {}

fn client(source: &Arc<Source>, wire: &ScriptedTransport) -> (Engine, BaseUrl) {
    let mut options = ClientOptions::default();
    options.transport(Arc::new(wire.clone()));
    // All of a crowd at once.
    options.max_in_flight(1000);
    let clock = PausedClock::new();
    options.clock(clock.clone());
    let cache = TokenCache::bearer(source.clone(), Arc::new(clock));
    let engine = options
        .engine("x/1", Arc::new(Plain), Some(Arc::new(cache)), false)
        .unwrap();
    let base = Setting::new("https://api.test".to_owned(), Origin::Builder("endpoint"));
    (engine, BaseUrl::parse(&base, false).unwrap())
}

fn call(engine: &Engine, base: &BaseUrl, method: Method) -> Call<()> {
    Call::untabled(engine, base, method, "/x", Decode::nothing())
}

async fn crowd(engine: &Engine, base: &BaseUrl, size: u32) -> Vec<Result<()>> {
    let calls: Vec<_> = (0..size)
        .map(|_| tokio::spawn(call(engine, base, Method::POST).send()))
        .collect();
    let mut results = Vec::new();
    for call in calls {
        results.push(call.await.unwrap());
    }
    results
}

/// Accepts these tokens only.
fn server(valid: &'static [&'static str]) -> ScriptedTransport {
    ScriptedTransport::from_fn(move |request| {
        let token = request.headers()["authorization"].to_str().unwrap();
        let ok = valid.iter().any(|valid| token == format!("Bearer {valid}"));
        Scripted::json(if ok { 200 } else { 401 }, "{}").after(Duration::from_secs(1))
    })
}

#[tokio::test(start_paused = true)]
async fn a_thousand_calls_share_one_fetch() {
    let source = Arc::new(Source::default());
    let wire = server(&["token-1", "token-2"]);
    let (engine, base) = client(&source, &wire);
    assert!(crowd(&engine, &base, 1000).await.iter().all(Result::is_ok));
    assert_eq!(source.fetches.load(Ordering::SeqCst), 1);
    tokio::time::advance(11 * MINUTE).await;
    assert!(crowd(&engine, &base, 1000).await.iter().all(Result::is_ok));
    assert_eq!(source.fetches.load(Ordering::SeqCst), 2);
}

/// The service forgets the token while a thousand calls are under way: one renewal, every call repeated once.
#[tokio::test(start_paused = true)]
async fn a_token_refused_under_load_is_renewed_once() {
    let source = Arc::new(Source::default());
    let wire = server(&["token-2"]);
    let (engine, base) = client(&source, &wire);
    assert!(crowd(&engine, &base, 1000).await.iter().all(Result::is_ok));
    assert_eq!(source.fetches.load(Ordering::SeqCst), 2);
    assert_eq!(wire.seen().len(), 2000);
}

#[tokio::test(start_paused = true)]
async fn a_second_refusal_reaches_the_caller() {
    let source = Arc::new(Source::default());
    let wire = server(&[]);
    let (engine, base) = client(&source, &wire);
    let error = call(&engine, &base, Method::GET).await.unwrap_err();
    assert!(error.is_auth() && error.attempts() == 2, "{error}");
    assert_eq!(wire.seen().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_valid_token_serves_while_it_is_renewed() {
    let source = Arc::new(Source::default());
    let wire = server(&["token-1", "token-2"]);
    let (engine, base) = client(&source, &wire);
    call(&engine, &base, Method::GET).await.unwrap();
    // Behind the moment of renewal, which lies between 8.5 and 9 minutes.
    tokio::time::advance(9 * MINUTE + Duration::from_secs(30)).await;
    crowd(&engine, &base, 50).await;
    assert_eq!(source.fetches.load(Ordering::SeqCst), 2);
    let tokens = |wanted: &str| {
        wire.seen()
            .iter()
            .filter(|s| s.request.headers()["authorization"] == wanted)
            .count()
    };
    assert_eq!(
        (tokens("Bearer token-1"), tokens("Bearer token-2")),
        (1 + 50, 0),
        "nobody waits for the renewal"
    );
    call(&engine, &base, Method::GET).await.unwrap();
    assert_eq!(tokens("Bearer token-2"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_failed_early_renewal_harms_nobody() {
    let source = Arc::new(Source {
        fail_from: Some(2),
        ..Source::default()
    });
    let wire = server(&["token-1"]);
    let (engine, base) = client(&source, &wire);
    call(&engine, &base, Method::GET).await.unwrap();
    // Behind the moment of renewal, which lies between 8.5 and 9 minutes.
    tokio::time::advance(9 * MINUTE + Duration::from_secs(30)).await;
    for _ in 0..5 {
        call(&engine, &base, Method::GET).await.unwrap();
    }
    assert_eq!(
        source.fetches.load(Ordering::SeqCst),
        2,
        "not at every call"
    );
}

#[tokio::test(start_paused = true)]
async fn a_failed_fetch_is_everyones_failure_once() {
    let source = Arc::new(Source {
        fail_from: Some(1),
        ..Source::default()
    });
    let wire = server(&[]);
    let (engine, base) = client(&source, &wire);
    for result in crowd(&engine, &base, 100).await {
        let error = result.unwrap_err();
        assert!(error.is_auth(), "{error}");
        assert_eq!(
            error.to_string(),
            "POST /x failed: no token: the password is wrong"
        );
    }
    assert_eq!(source.fetches.load(Ordering::SeqCst), 1);
    assert!(wire.seen().is_empty());
    call(&engine, &base, Method::GET).await.unwrap_err();
    assert_eq!(
        source.fetches.load(Ordering::SeqCst),
        2,
        "a later call tries again"
    );
}

#[tokio::test(start_paused = true)]
async fn the_one_who_fetches_may_give_up() {
    let source = Arc::new(Source::default());
    let wire = server(&["token-1", "token-2"]);
    let (engine, base) = client(&source, &wire);
    let first = tokio::time::timeout(
        Duration::from_millis(100),
        call(&engine, &base, Method::GET).send(),
    );
    let second = tokio::spawn(call(&engine, &base, Method::GET).send());
    assert!(first.await.is_err());
    second.await.unwrap().unwrap();
}

fn secret(text: &str) -> Setting<SecretString> {
    Setting::new(text.to_owned().into(), Origin::Builder("token"))
}

#[tokio::test]
async fn fixed_credentials_on_the_wire() {
    let mut request = Request::new(Body::empty());
    let token = Bearer::new(&secret("abc"))
        .unwrap()
        .authorize(&mut request)
        .await
        .unwrap();
    assert_eq!(token, 0);
    assert_eq!(request.headers()["authorization"], "Bearer abc");
    assert!(request.headers()["authorization"].is_sensitive());

    let user = Setting::new("Aladdin".to_owned(), Origin::Builder("user"));
    let token = Basic::new(&user, &"open sesame".to_owned().into())
        .unwrap()
        .authorize(&mut request)
        .await
        .unwrap();
    assert_eq!(token, 0);
    assert_eq!(
        request.headers()["authorization"],
        "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
    );
}

#[test]
fn credentials_say_where_they_came_from_and_no_secret() {
    let user = Setting::new("user".to_owned(), Origin::Builder("user"));
    let bearer = Bearer::new(&secret("hunter2")).unwrap();
    let basic = Basic::new(&user, &"hunter2".to_owned().into()).unwrap();
    let source = Arc::new(Source::default());
    let cache = TokenCache::bearer(source, Arc::new(PausedClock::new()));
    let credentials: [&dyn Credential; 3] = [&bearer, &basic, &cache];
    let told = credentials.map(|it| (it.origin().map(str::to_owned), format!("{it:?}")));
    let of = |setting: &Origin| Some(setting.to_string());
    assert_eq!(
        told,
        [
            (
                of(&Origin::Builder("token")),
                "Bearer([redacted])".to_owned()
            ),
            (of(&user.origin), "Basic([redacted])".to_owned()),
            (
                None,
                "TokenCache { source: Source { fetches: 0, fail_from: None }, header: \"authorization\", .. }"
                    .to_owned()
            ),
        ]
    );
}

#[test]
fn no_debug_shows_a_secret() {
    let texts = [
        format!(
            "{:?}",
            Token {
                secret: "hunter2".to_owned().into(),
                lifetime: None
            }
        ),
        format!("{:?}", secret("hunter2")),
    ];
    for text in texts {
        assert!(
            !text.contains("hunter2") && !text.contains("aHVudGVyMg"),
            "{text}"
        );
    }
}

#[test]
fn bad_fixed_credentials_are_named() {
    assert!(
        Bearer::new(&secret("a b"))
            .unwrap_err()
            .to_string()
            .contains("token (client builder): holds white space")
    );
    let user = Setting::new("a:b".to_owned(), Origin::Builder("user"));
    assert!(
        Basic::new(&user, &"x".to_owned().into())
            .unwrap_err()
            .to_string()
            .contains("holds a colon")
    );
}

/// Sent as it came, it would be refused without a word about the reason.
#[tokio::test(start_paused = true)]
async fn a_token_that_is_none_is_an_error_of_the_credential() {
    #[derive(Debug)]
    struct Gives(&'static str);
    #[async_trait]
    impl TokenSource for Gives {
        async fn fetch(&self) -> Result<Token> {
            Ok(Token {
                secret: self.0.into(),
                lifetime: None,
            })
        }
    }
    for (token, said) in [
        ("", "no token: the service gave an empty token"),
        (
            "a\nb",
            "no token: the service gave a token that no header may hold",
        ),
    ] {
        let cache = TokenCache::bearer(Gives(token), Arc::new(PausedClock::new()));
        assert_eq!(cache.ready().await.unwrap_err().to_string(), said);
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_can_be_there_before_the_first_call() {
    let (source, clock) = (Arc::new(Source::default()), Arc::new(PausedClock::new()));
    let cache = TokenCache::bearer(source.clone(), clock);
    cache.ready().await.unwrap();
    cache.ready().await.unwrap();
    assert_eq!(source.fetches.load(Ordering::SeqCst), 1);
    tokio::time::advance(11 * MINUTE).await;
    cache.ready().await.unwrap();
    assert_eq!(source.fetches.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn renewal_begins_before_a_tenth_is_left_and_its_time_is_drawn() {
    // What this clock draws is 0.5, which makes it an eighth.
    let (source, clock) = (Arc::new(Source::default()), HandClock::new());
    let cache = TokenCache::bearer(source.clone(), Arc::new(clock.clone()));
    cache.ready().await.unwrap();
    let instant = Duration::from_millis(1);
    for (passes, fetches) in [
        (Duration::from_secs(525).saturating_sub(instant), 1),
        (instant, 2),
    ] {
        clock.advance(passes);
        cache.ready().await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(source.fetches.load(Ordering::SeqCst), fetches);
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_is_not_used_at_the_instant_at_which_it_runs_out() {
    let (source, clock) = (Arc::new(Source::default()), HandClock::new());
    let cache = TokenCache::bearer(source.clone(), Arc::new(clock.clone()));
    cache.ready().await.unwrap();
    clock.advance(10 * MINUTE);
    cache.ready().await.unwrap();
    assert_eq!(source.fetches.load(Ordering::SeqCst), 2);
}

#[test]
fn what_another_runtime_has_fetched_is_used_unless_it_has_run_out() {
    for (passes, fetches) in [(MINUTE, 1), (11 * MINUTE, 2)] {
        let runtime = || {
            tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .start_paused(true)
                .build()
                .unwrap()
        };
        let (one, other) = (runtime(), runtime());
        let (source, clock) = (Arc::new(Source::default()), HandClock::new());
        let cache = TokenCache::bearer(source.clone(), Arc::new(clock.clone()));
        // The fetch of the first is begun, and stands still with its runtime.
        let mut first = Box::pin(cache.ready());
        one.block_on(std::future::poll_fn(|cx| {
            assert!(first.as_mut().poll(cx).is_pending());
            std::task::Poll::Ready(())
        }));
        other.block_on(cache.ready()).unwrap();
        clock.advance(passes);
        one.block_on(first).unwrap();
        assert_eq!(source.fetches.load(Ordering::SeqCst), fetches);
    }
}

#[tokio::test(start_paused = true)]
async fn no_other_status_is_about_the_token() {
    for status in [400, 403, 404, 500] {
        let source = Arc::new(Source::default());
        let wire = ScriptedTransport::from_fn(move |_| Scripted::json(status, "{}"));
        let (engine, base) = client(&source, &wire);
        for requests in 1..=2 {
            call(&engine, &base, Method::POST).await.unwrap_err();
            assert_eq!(wire.seen().len(), requests, "{status}");
        }
        assert_eq!(source.fetches.load(Ordering::SeqCst), 1, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_fixed_token_that_is_refused_is_not_sent_again() {
    let wire = server(&[]);
    let (engine, base) = client(&Arc::new(Source::default()), &wire);
    let fixed = Bearer::new(&secret("abc")).unwrap();
    let engine = engine.with_credential(Some(Arc::new(fixed)));
    let error = call(&engine, &base, Method::GET).await.unwrap_err();
    assert!(error.is_auth(), "{error}");
    assert_eq!(wire.seen().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_call_without_credential_waits_for_no_token_and_renews_none() {
    let source = Arc::new(Source::default());
    let wire = ScriptedTransport::from_fn(|_| Scripted::json(401, "{}"));
    let (engine, base) = client(&source, &wire);
    let anonymous = call(&engine, &base, Method::GET).anonymous();
    assert!(anonymous.await.unwrap_err().is_auth());
    assert_eq!(wire.seen().len(), 1);
    assert!(
        !wire.seen()[0]
            .request
            .headers()
            .contains_key("authorization")
    );
    assert_eq!(source.fetches.load(Ordering::SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_can_be_read_only_once_is_not_sent_with_another_token() {
    let source = Arc::new(Source::default());
    let wire = server(&["token-2"]);
    let (engine, base) = client(&source, &wire);
    let body = || Body::from_reader(std::io::Cursor::new(b"data".to_vec()), 4);
    let put = |body| call(&engine, &base, Method::PUT).body("application/zip", body);
    let error = put(body()).await.unwrap_err();
    assert!(error.is_auth() && error.attempts() == 1, "{error}");
    assert_eq!(wire.seen().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_token_comes_before_the_place_in_the_pace() {
    let interval = Duration::from_secs(10);
    let wire = server(&["token-1"]);
    let (engine, base) = engine_with(wire.clone(), |options| {
        options.pace(Some(Pace::new(1, interval)));
    });
    let source = Arc::new(Source::default());
    let cache = TokenCache::bearer(source, Arc::new(PausedClock::new()));
    let engine = engine.with_credential(Some(Arc::new(cache)));
    assert!(crowd(&engine, &base, 2).await.iter().all(Result::is_ok));
    let seen = wire.seen();
    assert!(
        seen[1].at - seen[0].at >= interval,
        "the fetch takes none of it"
    );
}
