//! Selectors of labels, in lists and in targets.

use std::sync::Arc;

use cloud_core::test_util::{PausedClock, Scripted, ScriptedTransport};
use hetzner::load_balancers::LbTarget;
use hetzner::{Client, ErrorKind, FirewallTarget, LabelSelector, Labels, SelectorError};

fn client() -> (Client, ScriptedTransport) {
    let wire = ScriptedTransport::from_fn(|request| {
        let key = request.uri().path().rsplit('/').next().unwrap();
        Scripted::json(200, format!(r#"{{"{key}":[]}}"#))
    });
    let builder = Client::builder()
        .token("t")
        .transport(Arc::new(wire.clone()));
    (builder.clock(PausedClock::new()).build().unwrap(), wire)
}

/// Asks for the first page of every list that has a filter by labels.
async fn all_lists(api: &Client, selector: &LabelSelector) {
    macro_rules! ask {
        ($($list:expr),* $(,)?) => { $( $list.label_selector(selector).page().await.unwrap(); )* };
    }
    let boxes = api.storage_boxes();
    ask!(
        api.servers().list(),
        api.volumes().list(),
        api.networks().list(),
        api.firewalls().list(),
        api.load_balancers().list(),
        api.floating_ips().list(),
        api.primary_ips().list(),
        api.certificates().list(),
        api.images().list(),
        api.placement_groups().list(),
        api.ssh_keys().list(),
        api.zones().list(),
        boxes.list(),
        boxes.snapshots(1).list(),
        boxes.subaccounts(1).list(),
    );
}

#[tokio::test(start_paused = true)]
async fn an_empty_selector_filters_nothing_in_any_list() {
    let (api, wire) = client();
    all_lists(&api, &LabelSelector::new()).await;
    let lines = wire.lines();
    assert_eq!(lines.len(), 15);
    for line in lines {
        assert!(!line.contains("label_selector"), "{line}");
    }
    for text in ["", " ", "\t\n"] {
        let list = api.servers().list().name("a").label_selector("env=prod");
        list.label_selector(text).page().await.unwrap();
        assert_eq!(
            wire.lines().pop().unwrap(),
            "GET /v1/servers?name=a&per_page=50"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_selector_of_labels_stands_in_the_query_of_every_list() {
    let (api, wire) = client();
    let labels = Labels::from([("env", "prod"), ("team", "web")]);
    all_lists(&api, &LabelSelector::from(&labels)).await;
    for line in wire.lines() {
        let query = "label_selector=env%3Dprod%2Cteam%3Dweb";
        assert!(line.contains(query), "{line}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_empty_selector_of_targets_is_refused_because_it_would_mean_every_server() {
    let (api, wire) = client();
    let (firewalls, balancers) = (api.firewalls(), api.load_balancers());
    for text in ["", " "] {
        let (firewall, balancer) = (
            FirewallTarget::label_selector(text),
            LbTarget::label_selector(text),
        );
        for (error, field) in [
            (
                firewalls
                    .create("a")
                    .apply_to([firewall.clone()])
                    .await
                    .unwrap_err(),
                "apply_to",
            ),
            (
                firewalls
                    .apply_to_resources(1, [firewall.clone()])
                    .await
                    .unwrap_err(),
                "apply_to",
            ),
            (
                firewalls
                    .remove_from_resources(1, [firewall])
                    .await
                    .unwrap_err(),
                "remove_from",
            ),
            (
                balancers
                    .create("a", "lb11")
                    .targets([balancer.clone()])
                    .await
                    .unwrap_err(),
                "label_selector",
            ),
            (
                balancers.add_target(1, balancer.clone()).await.unwrap_err(),
                "label_selector",
            ),
            (
                balancers.remove_target(1, balancer).await.unwrap_err(),
                "label_selector",
            ),
        ] {
            assert_eq!(error.kind(), ErrorKind::Input, "{error}");
            assert_eq!(error.fields()[0].name, field, "{error}");
            let problem = error.api::<SelectorError>().unwrap();
            assert_eq!(problem.message(), "expected a key");
        }
    }
    assert!(wire.seen().is_empty());
}
