//! Several endpoints: which of them is asked, and what counts when none is of use.

use std::future::IntoFuture as _;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use cloud_core::body::{Body, ResponseBody};
use cloud_core::config::Environment;
use cloud_core::request::CallOptions;
use cloud_core::retry::StandardRetry;
use cloud_core::test_util::{PausedClock, Scripted, ScriptedTransport};
use cloud_core::transport::{Transport, TransportError, TransportErrorKind};
use futures_core::Stream;
use http::{Request, Response};
use ionos_dataplatform::config::Settings;
use ionos_dataplatform::{Client, ClientBuilder, ErrorKind, Failover};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::common::{DATACENTER, ID, cluster_answer};

const ONE: &str = "one.example";
const TWO: &str = "two.example";
const THREE: &str = "three.example";

type Behaviour = dyn Fn(&str) -> Scripted + Send + Sync;

/// Endpoints that behave as this function says for each host, in a network that can be watched.
fn network(behaviour: impl Fn(&str) -> Scripted + Send + Sync + 'static) -> ScriptedTransport {
    let behaviour: Arc<Behaviour> = Arc::new(behaviour);
    ScriptedTransport::from_fn(move |request| behaviour(request.uri().host().unwrap()))
}

fn good() -> Scripted {
    Scripted::json(200, json!({"items": ["23.11"], "id": ID}).to_string())
}

fn refused() -> Scripted {
    Scripted::Failure(TransportErrorKind::NotSent)
}

fn builder(network: &ScriptedTransport) -> ClientBuilder {
    let builder = Client::builder()
        .token("t")
        .endpoints([ONE, "two.example/other/path", THREE]);
    builder
        .transport(Arc::new(network.clone()))
        .clock(PausedClock::new())
}

fn client(network: &ScriptedTransport, failover: Failover) -> Client {
    builder(network)
        .failover(failover)
        .retry(StandardRetry::never())
        .build()
        .unwrap()
}

fn hosts(network: &ScriptedTransport) -> Vec<String> {
    network
        .seen()
        .iter()
        .map(|seen| seen.request.uri().host().unwrap().to_owned())
        .collect()
}

#[tokio::test(start_paused = true)]
async fn the_next_endpoint_answers_and_is_remembered() {
    for failure in [TransportErrorKind::NotSent, TransportErrorKind::Interrupted] {
        let network = network(move |host| {
            if host == ONE {
                Scripted::Failure(failure)
            } else {
                good()
            }
        });
        let api = client(&network, Failover::round_robin());
        api.versions().await.unwrap();
        api.versions().await.unwrap();
        assert_eq!(hosts(&network), [ONE, TWO, TWO]);
        let uris: Vec<_> = network
            .seen()
            .iter()
            .map(|seen| seen.request.uri().to_string())
            .collect();
        assert_eq!(uris[0], "https://one.example/dataplatform/versions");
        assert_eq!(
            uris[1],
            "https://two.example/other/path/dataplatform/versions"
        );
        assert_eq!(
            network.seen()[1].request.headers(),
            network.seen()[0].request.headers()
        );
        // What changes something goes where the last answer came from.
        let _ = api.clusters().create("lake", DATACENTER).await;
        assert_eq!(hosts(&network)[3], TWO);
    }
}

#[tokio::test(start_paused = true)]
async fn what_changes_something_is_sent_to_one_endpoint_only() {
    for failure in [TransportErrorKind::NotSent, TransportErrorKind::Interrupted] {
        let network = network(move |_| Scripted::Failure(failure));
        let api = client(&network, Failover::round_robin().on_status([500]));
        assert!(api.clusters().create("lake", DATACENTER).await.is_err());
        assert!(api.clusters().update(ID).name("sea").await.is_err());
        assert!(api.clusters().delete(ID).await.is_err());
        assert_eq!(hosts(&network), [ONE; 3]);
    }
    let network = network(|_| Scripted::json(500, "{}"));
    let api = client(&network, Failover::round_robin().on_status([500]));
    assert!(api.clusters().create("lake", DATACENTER).await.is_err());
    assert_eq!(hosts(&network), [ONE]);
}

#[tokio::test(start_paused = true)]
async fn listed_statuses_are_passed_over_and_others_are_not() {
    let network = network(|host| {
        if host == ONE {
            Scripted::json(503, "{}")
        } else {
            good()
        }
    });
    client(&network, Failover::round_robin().on_status([502, 503]))
        .versions()
        .await
        .unwrap();
    assert_eq!(hosts(&network), [ONE, TWO]);
    let error = client(&network, Failover::round_robin())
        .versions()
        .await
        .unwrap_err();
    assert_eq!(error.status().unwrap(), 503);
    assert_eq!(hosts(&network).len(), 3);
}

#[tokio::test(start_paused = true)]
async fn when_none_is_of_use_the_last_answer_counts() {
    let network = network(|host| match host {
        ONE => Scripted::json(
            503,
            r#"{"httpStatus":503,"messages":[{"errorCode":"first","message":""}]}"#,
        ),
        TWO => Scripted::json(
            502,
            r#"{"httpStatus":502,"messages":[{"errorCode":"second","message":""}]}"#,
        ),
        _ => refused(),
    });
    let error = client(&network, Failover::round_robin().on_status([502, 503]))
        .versions()
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::Api, Some("second"))
    );
    assert_eq!(hosts(&network), [ONE, TWO, THREE]);

    let network = self::network(|_| refused());
    let error = client(&network, Failover::round_robin())
        .versions()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotSent);
    assert_eq!(hosts(&network), [ONE, TWO, THREE]);
}

#[tokio::test(start_paused = true)]
async fn a_round_asks_each_endpoint_once_and_the_retry_policy_makes_rounds() {
    let network = network(|_| refused());
    let api = builder(&network)
        .failover(Failover::round_robin())
        .retry(StandardRetry::new().max_attempts(2));
    assert_eq!(
        api.build()
            .unwrap()
            .versions()
            .await
            .unwrap_err()
            .attempts(),
        2
    );
    assert_eq!(hosts(&network), [ONE, TWO, THREE, ONE, TWO, THREE]);

    let network = self::network(|_| refused());
    let api = client(&network, Failover::round_robin().max_retries(1));
    api.versions().await.unwrap_err();
    assert_eq!(hosts(&network), [ONE, TWO]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_certificate_is_never_passed_over() {
    let network = network(|host| {
        if host == ONE {
            Scripted::Failure(TransportErrorKind::Refused)
        } else {
            good()
        }
    });
    let error = client(&network, Failover::round_robin().on_timeout(true))
        .versions()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert_eq!(hosts(&network), [ONE]);
}

#[tokio::test(start_paused = true)]
async fn timeouts_are_passed_over_only_when_asked() {
    for hangs in [true, false] {
        for asked in [true, false] {
            let network = network(move |host| match host {
                ONE if hangs => Scripted::Hang,
                ONE => Scripted::Failure(TransportErrorKind::TimedOut),
                _ => good(),
            });
            let retry = StandardRetry::new().max_attempts(2);
            let failover = Failover::round_robin().on_timeout(asked);
            let api = builder(&network)
                .failover(failover)
                .retry(retry)
                .build()
                .unwrap();
            let answer = api.versions().await;
            assert_eq!(answer.is_ok(), asked, "{answer:?}");
            assert_eq!(hosts(&network), if asked { [ONE, TWO] } else { [ONE, ONE] });
        }
    }
}

/// Two endpoints of which the first answers late and the second cannot be reached, and a client that passes over those
/// that do not answer in time.
fn late_and_gone(late: fn() -> Scripted) -> (Client, ScriptedTransport) {
    let network = network(move |host| if host == ONE { late() } else { refused() });
    let api = client(&network, Failover::round_robin().on_timeout(true));
    (api, network)
}

/// Where a change goes, which is sent to one endpoint only.
async fn asked_for_a_change(api: &Client, network: &ScriptedTransport) -> String {
    let _ = api.clusters().delete(ID).await;
    hosts(network).pop().unwrap()
}

const SHORT: Duration = Duration::from_millis(10);

#[tokio::test(start_paused = true)]
async fn a_call_that_the_program_drops_says_nothing_of_an_endpoint() {
    for late in [|| good().after(SHORT * 10), || Scripted::Hang] {
        let (api, network) = late_and_gone(late);
        for _ in 0..3 {
            assert!(timeout(SHORT, api.versions()).await.is_err());
            assert_eq!(asked_for_a_change(&api, &network).await, ONE, "a timeout");

            tokio::select! {
                _ = api.versions() => panic!("it is late"),
                () = sleep(SHORT) => {}
            }
            assert_eq!(asked_for_a_change(&api, &network).await, ONE, "a select");

            let mut kept = api.versions().into_future();
            let poll = |cx: &mut Context<'_>| Poll::Ready(kept.as_mut().poll(cx).is_pending());
            assert!(std::future::poll_fn(poll).await);
            sleep(SHORT).await;
            drop(kept);
            assert_eq!(asked_for_a_change(&api, &network).await, ONE, "a drop");

            let task = tokio::spawn(api.versions().into_future());
            sleep(SHORT).await;
            task.abort();
            assert!(task.await.unwrap_err().is_cancelled());
            assert_eq!(asked_for_a_change(&api, &network).await, ONE, "an abort");
        }
        assert!(!hosts(&network).contains(&TWO.to_owned()));
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_dropped_call_left_is_not_taken_for_another_ones_timeout() {
    // All endpoints hang, so that a wrong step shows.
    let network = network(|_| Scripted::Hang);
    let api = client(&network, Failover::round_robin().on_timeout(true));
    assert!(timeout(SHORT, api.versions()).await.is_err());
    // A change may have been carried out, so its timeout says nothing either.
    let error = api.clusters().delete(ID).await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert_eq!(asked_for_a_change(&api, &network).await, ONE);
    // A transport's own limit is passed over at once, and the second endpoint refuses.
    let (api, network) = late_and_gone(|| Scripted::Failure(TransportErrorKind::TimedOut));
    assert!(timeout(SHORT, api.versions()).await.unwrap().is_err());
    assert_eq!(asked_for_a_change(&api, &network).await, ONE);
}

#[tokio::test(start_paused = true)]
async fn every_clock_of_the_client_that_runs_out_makes_the_next_endpoint_the_first() {
    let waits = |api: &Client, limits: fn(CallOptions) -> CallOptions| {
        let call = api.versions().options(limits);
        async move { assert!(call.await.unwrap_err().is_timeout()) }
    };
    let hangs = || late_and_gone(|| Scripted::Hang);
    let (api, network) = hangs();
    waits(&api, |options| options).await;
    assert_eq!(asked_for_a_change(&api, &network).await, TWO);

    let (api, network) = hangs();
    waits(&api, |options| options.attempt_timeout(SHORT)).await;
    assert_eq!(asked_for_a_change(&api, &network).await, TWO);

    let (api, network) = hangs();
    waits(&api, |options| options.timeout(SHORT)).await;
    assert_eq!(asked_for_a_change(&api, &network).await, TWO);

    // Ten at once are one step, and so is the one that comes after the others have switched.
    let network = self::network(|_| Scripted::Hang);
    let api = client(&network, Failover::round_robin().on_timeout(true));
    let slow = tokio::spawn(api.versions().into_future());
    sleep(SHORT).await;
    let calls = (0..10).map(|_| waits(&api, |options| options.attempt_timeout(SHORT)));
    calls.collect::<JoinSet<()>>().join_all().await;
    assert_eq!(asked_for_a_change(&api, &network).await, TWO);
    assert!(slow.await.unwrap().unwrap_err().is_timeout());
    assert_eq!(asked_for_a_change(&api, &network).await, TWO);

    // Passed over one, out of time at the next.
    let network = self::network(|host| match host {
        ONE => refused(),
        TWO => Scripted::Hang,
        _ => good(),
    });
    let api = client(&network, Failover::round_robin().on_timeout(true));
    waits(&api, |options| options).await;
    assert_eq!(hosts(&network), [ONE, TWO]);
    api.versions().await.unwrap();
    assert_eq!(hosts(&network), [ONE, TWO, THREE]);
}

/// Sends the head of an answer, and never its body.
#[derive(Debug)]
struct OnlyHeads(ScriptedTransport);

#[async_trait]
impl Transport for OnlyHeads {
    async fn send(&self, request: Request<Body>) -> Result<Response<ResponseBody>, TransportError> {
        let answer = self.0.send(request).await?;
        Ok(answer.map(|_| ResponseBody::from_stream(Never)))
    }
}

struct Never;

impl Stream for Never {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Pending
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_end_is_none() {
    let network = network(|_| good());
    let builder = builder(&network)
        .transport(Arc::new(OnlyHeads(network.clone())))
        .failover(Failover::round_robin().on_timeout(true))
        .retry(StandardRetry::never());
    let api = builder.build().unwrap();
    assert!(timeout(SHORT, api.versions()).await.is_err());
    assert_eq!(asked_for_a_change(&api, &network).await, ONE);
    assert!(api.versions().await.unwrap_err().is_timeout());
    assert_eq!(asked_for_a_change(&api, &network).await, TWO);
}

#[tokio::test(start_paused = true)]
async fn what_this_process_lacks_is_no_reason_to_ask_another_endpoint() {
    let network = network(|_| Scripted::Failure(TransportErrorKind::Exhausted));
    let api = client(&network, Failover::round_robin().on_timeout(true));
    assert!(api.versions().await.unwrap_err().is_connect());
    assert!(api.versions().await.is_err());
    assert_eq!(hosts(&network), [ONE, ONE]);
}

#[tokio::test(start_paused = true)]
async fn without_failover_the_first_endpoint_is_all_there_is() {
    let network = network(|_| refused());
    let api = builder(&network)
        .retry(StandardRetry::new().max_attempts(3))
        .build()
        .unwrap();
    api.versions().await.unwrap_err();
    assert_eq!(hosts(&network), [ONE; 3]);
    assert_eq!(api.endpoint(), "https://one.example/dataplatform");
}

#[tokio::test(start_paused = true)]
async fn the_index_names_the_endpoint_that_is_asked_first() {
    let network = network(|host| if host == ONE { good() } else { refused() });
    let api = builder(&network)
        .failover(Failover::round_robin())
        .server_index(1)
        .retry(StandardRetry::never());
    api.build().unwrap().versions().await.unwrap();
    assert_eq!(hosts(&network), [TWO, THREE, ONE]);
}

#[tokio::test(start_paused = true)]
async fn the_file_sets_endpoints_and_failover() {
    let file = "profiles: [{name: p, environment: e, credentials: {token: t}}]\ncurrentProfile: p\n\
                environments: [{name: e, products: [{name: dataplatform, endpoints: [{name: one.example}, {name: two.example}]}]}]\n\
                failover: {strategy: roundRobin, failoverOnStatusCodes: [503]}\n";
    let env = |vars: &[(&str, &str)]| {
        Settings::load(
            &Environment::given(vars.iter().copied(), Some("/h".into()))
                .with_file("/h/.ionos/config", file),
        )
        .unwrap()
    };
    let make = |settings| {
        let network = network(|host| {
            if host == ONE {
                Scripted::json(503, "{}")
            } else {
                good()
            }
        });
        let builder = Client::builder()
            .settings(settings)
            .transport(Arc::new(network.clone()))
            .clock(PausedClock::new());
        (builder.retry(StandardRetry::never()), network)
    };
    let (builder, network) = make(env(&[]));
    builder.build().unwrap().versions().await.unwrap();
    assert_eq!(hosts(&network), [ONE, TWO]);
    // One address in the environment is one endpoint.
    let (builder, network) = make(env(&[("IONOS_API_URL", "https://one.example")]));
    assert!(builder.build().unwrap().versions().await.is_err());
    assert_eq!(hosts(&network), [ONE]);
}

#[tokio::test(start_paused = true)]
async fn a_waiter_outlives_an_endpoint() {
    let looks = Arc::new(Mutex::new(0));
    let network = network(move |host| {
        let mut looks = looks.lock().unwrap();
        *looks += 1;
        match (*looks, host) {
            (1..=2, _) => Scripted::json(200, cluster_answer("DEPLOYING").to_string()),
            (_, ONE) => refused(),
            _ => Scripted::json(200, cluster_answer("AVAILABLE").to_string()),
        }
    });
    let api = client(&network, Failover::round_robin());
    api.clusters().wait_available(ID).await.unwrap();
    assert_eq!(hosts(&network), [ONE, ONE, ONE, TWO]);
}
