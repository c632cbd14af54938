//! Creations that find what is there already, of every resource whose names are unique in a project.

use std::future::Future;
use std::pin::Pin;

use crate::common::{self, client};
use cloud_core::call::Task;
use cloud_core::wait::Accepted;
use cloud_sandbox::{Fault, Sandbox};
use hetzner::{
    Client, FirewallRule, FloatingIp, IpVersion, LabelSelector, PlacementGroupType, Result, SshKey,
};
use serde::Serialize;
use serde_json::json;

const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJ1dHRlcmZseWJ1dHRlcmZseWJ1dHRlcmZseWJ1dHQx laptop";
const OTHER_KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB laptop";

const PEM: &str = include_str!("data/certificate.pem");
const OTHER_PEM: &str = include_str!("data/other-certificate.pem");
const PRIVATE_KEY: &str =
    "-----BEGIN PRIVATE KEY-----\nc2VjcmV0IHdvcmRz\n-----END PRIVATE KEY-----\n";

/// Whether it was created, and its id, when its wait has ended.
type Done = Pin<Box<dyn Future<Output = Result<(bool, i64)>> + Send>>;

/// A creation: its path, as it is wished, as somebody else wishes it under the same name, and the field that differs then.
struct Creation {
    path: &'static str,
    send: fn(&Client, env: &str) -> Done,
    other: fn(&Client) -> Done,
    differs: &'static str,
}

fn done<A: Send + Sync + 'static, R: Serialize + Send + 'static>(
    creation: Task<Accepted<A, R>>,
) -> Done {
    Box::pin(async move {
        let done = creation.await?;
        let resource = json!(done.wait().await?);
        Ok((done.was_created(), resource["id"].as_i64().unwrap()))
    })
}

fn creations() -> Vec<Creation> {
    vec![
        Creation {
            path: "/v1/servers",
            send: |api, env| {
                let create = api.servers().create("a", "cx23", "debian-13");
                done(create.location("fsn1").labels([("env", env)]).or_get())
            },
            other: |api| {
                let create = api.servers().create("a", "cx23", "debian-13");
                done(create.location("hel1").or_get())
            },
            differs: "location",
        },
        Creation {
            path: "/v1/networks",
            send: |api, env| {
                let subnet = hetzner::NewSubnet::cloud("eu-central").ip_range("10.1.1.0/24");
                let create = api.networks().create("a", "10.1.0.0/16");
                done(create.subnets([subnet]).labels([("env", env)]).or_get())
            },
            other: |api| done(api.networks().create("a", "10.2.0.0/16").or_get()),
            differs: "ip_range",
        },
        Creation {
            path: "/v1/volumes",
            send: |api, env| {
                let create = api.volumes().create("a", 10).location("fsn1");
                done(create.labels([("env", env)]).or_get())
            },
            other: |api| done(api.volumes().create("a", 20).location("fsn1").or_get()),
            differs: "size",
        },
        Creation {
            path: "/v1/firewalls",
            send: |api, env| {
                let rules = [
                    FirewallRule::inbound_tcp("22", ["203.0.113.0/24"]),
                    FirewallRule::inbound_tcp("443", FirewallRule::ANYWHERE),
                ];
                let create = api.firewalls().create("a").rules(rules);
                done(create.labels([("env", env)]).or_get())
            },
            other: |api| {
                let rules = [
                    FirewallRule::inbound_tcp("22", FirewallRule::ANYWHERE),
                    FirewallRule::inbound_tcp("443", FirewallRule::ANYWHERE),
                ];
                done(api.firewalls().create("a").rules(rules).or_get())
            },
            differs: "rules",
        },
        Creation {
            path: "/v1/load_balancers",
            send: |api, env| {
                let create = api.load_balancers().create("a", "lb11").location("fsn1");
                done(create.labels([("env", env)]).or_get())
            },
            other: |api| {
                done(
                    api.load_balancers()
                        .create("a", "lb21")
                        .location("fsn1")
                        .or_get(),
                )
            },
            differs: "load_balancer_type",
        },
        Creation {
            path: "/v1/floating_ips",
            send: |api, env| {
                let create = api.floating_ips().create(IpVersion::V4).name("a");
                done(create.home_location("fsn1").labels([("env", env)]).or_get())
            },
            other: |api| {
                let create = api.floating_ips().create(IpVersion::V6).name("a");
                done(create.home_location("fsn1").or_get())
            },
            differs: "type",
        },
        Creation {
            path: "/v1/primary_ips",
            send: |api, env| {
                let create = api.primary_ips().create("a", IpVersion::V4);
                done(create.location("fsn1").labels([("env", env)]).or_get())
            },
            other: |api| {
                let create = api.primary_ips().create("a", IpVersion::V4);
                done(create.location("hel1").or_get())
            },
            differs: "location",
        },
        Creation {
            path: "/v1/placement_groups",
            send: |api, env| {
                let create = api
                    .placement_groups()
                    .create("a", PlacementGroupType::Spread);
                done(create.labels([("env", env)]).or_get())
            },
            other: |api| {
                let create = api
                    .placement_groups()
                    .create("a", PlacementGroupType::Spread);
                done(create.labels([("team", "x")]).or_get())
            },
            differs: "labels.team",
        },
        Creation {
            path: "/v1/ssh_keys",
            send: |api, env| {
                let create = api.ssh_keys().create("a", KEY);
                done(create.labels([("env", env)]).or_get())
            },
            other: |api| done(api.ssh_keys().create("a", OTHER_KEY).or_get()),
            differs: "public_key",
        },
        Creation {
            path: "/v1/certificates",
            send: |api, env| {
                let create = api.certificates().create_managed("a", ["example.com"]);
                done(create.labels([("env", env)]).or_get())
            },
            other: |api| {
                done(
                    api.certificates()
                        .create_managed("a", ["example.org"])
                        .or_get(),
                )
            },
            differs: "domain_names",
        },
        Creation {
            path: "/v1/certificates",
            send: |api, env| {
                let create = api.certificates().create_uploaded("a", PEM, PRIVATE_KEY);
                done(create.labels([("env", env)]).or_get())
            },
            other: |api| {
                let create = api.certificates();
                done(create.create_uploaded("a", OTHER_PEM, PRIVATE_KEY).or_get())
            },
            differs: "certificate",
        },
    ]
}

#[tokio::test(start_paused = true)]
async fn a_second_run_finds_what_the_first_has_made() {
    for Creation { path, send, .. } in creations() {
        let sandbox = Sandbox::new();
        let api = client(&sandbox);
        let (created, id) = send(&api, "prod").await.unwrap();
        assert!(created, "{path}");
        assert_eq!(send(&api, "prod").await.unwrap(), (false, id), "{path}");
        let post = format!("POST {path}");
        assert_eq!(sandbox.journal().count(&post), 2, "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_lost_answer_has_made_is_found_and_waited_for() {
    for Creation { path, send, .. } in creations() {
        let sandbox = Sandbox::new();
        let api = client(&sandbox);
        let post = format!("POST {path}");
        sandbox
            .faults()
            .next_matching(&post, Fault::ResetAfterHandling);
        let (created, id) = send(&api, "prod").await.unwrap();
        assert!(!created && id > 0, "{path}");
        assert_eq!(sandbox.journal().count(&post), 1, "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_belongs_to_others_is_not_taken() {
    for Creation {
        path,
        send,
        other,
        differs,
    } in creations()
    {
        let sandbox = Sandbox::new();
        let api = client(&sandbox);
        send(&api, "prod").await.unwrap();
        for (error, differs) in [
            (other(&api).await.unwrap_err(), differs),
            (send(&api, "test").await.unwrap_err(), "labels.env"),
        ] {
            assert!(error.is_conflict(), "{path}: {error}");
            assert_eq!(error.code(), Some("uniqueness_error"), "{path}");
            let last = error.fields().last().map(|field| field.name.as_str());
            assert_eq!(last, Some(differs), "{path}: {error}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_not_made_leaves_the_question_open() {
    for Creation { path, send, .. } in creations() {
        let sandbox = Sandbox::new();
        let api = client(&sandbox);
        let post = format!("POST {path}");
        sandbox
            .faults()
            .next_matching(&post, Fault::ResetBeforeHandling);
        let error = send(&api, "prod").await.unwrap_err();
        assert!(error.may_have_happened(), "{path}: {error}");
        assert_eq!(sandbox.journal().count(&post), 1, "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_is_known_again_by_its_type_location_and_labels_alone() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let create = |server_type, image| {
        let create = api.servers().create("a", server_type, image);
        create.labels([("env", "prod")]).or_get()
    };
    let made = create("cx23", "debian-13").await.unwrap();
    made.wait().await.unwrap();
    let found = create("cx23", "ubuntu-24.04").await.unwrap();
    assert_eq!(found.resource.id, made.resource.id);
    assert!(made.was_created() && !found.was_created());
    // Nothing of the creation is told again.
    assert!(found.actions().next().is_none() && found.root_password.is_none());
    let error = create("cx33", "debian-13").await.unwrap_err();
    assert_eq!(error.code(), Some("uniqueness_error"));
    let text = format!(
        "POST /servers failed: 409 uniqueness_error: the name is already used; field: name; server_type: differs in what is \
         there (request {}, 0.0 s)",
        error.correlation_id().unwrap()
    );
    assert_eq!(error.to_string(), text);
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_there_under_another_name_stays_a_conflict() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let key: SshKey = api.ssh_keys().create("mine", KEY).await.unwrap();
    let error = api.ssh_keys().create("a", KEY).or_get().await.unwrap_err();
    assert_eq!(error.code(), Some("uniqueness_error"));
    // The comment of a key is not the key.
    let same = KEY.replace("laptop", "desktop");
    let found = api.ssh_keys().create("mine", same).or_get().await.unwrap();
    assert_eq!((found.was_created(), found.id), (false, key.id));
}

#[tokio::test(start_paused = true)]
async fn a_floating_ip_without_a_name_cannot_be_looked_for() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let create = api
        .floating_ips()
        .create(IpVersion::V4)
        .home_location("fsn1");
    common::assert_field(create.or_get().await, "name");
    let all: Vec<FloatingIp> = api
        .floating_ips()
        .list()
        .label_selector(LabelSelector::new())
        .all()
        .await
        .unwrap();
    assert!(all.is_empty());
}
