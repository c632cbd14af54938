//! Several endpoints: which of them is asked, and what counts when none is of use.

use std::sync::{Arc, Mutex};

use cloud_core::config::Environment;
use cloud_core::retry::StandardRetry;
use cloud_core::test_util::{PausedClock, Scripted, ScriptedTransport};
use cloud_core::transport::TransportErrorKind;
use ionos_dataplatform::config::Settings;
use ionos_dataplatform::{Client, ClientBuilder, ErrorKind, Failover};
use serde_json::json;

mod common;

use common::{DATACENTER, ID, cluster_answer};

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
