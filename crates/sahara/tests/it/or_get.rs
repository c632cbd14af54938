//! Creations that find what is there already.

use std::future::Future;
use std::pin::Pin;

use crate::common::{PROJECT, VERSIONS_OF_THE_API, client, sent};
use cloud_core::call::Task;
use cloud_core::test_util::Scripted;
use cloud_core::transport::TransportErrorKind;
use cloud_core::wait::Accepted;
use sahara::{Client, DataSourceType, JobType, Result, SwiftCredentials, Version};
use serde::Serialize;
use serde_json::{Value, json};

/// Whether it was created, and its id, when its wait has ended.
type Done = Pin<Box<dyn Future<Output = Result<(bool, String)>> + Send>>;

/// A creation: the path and the keys of one and of a list in this version, what the service has when it was carried out,
/// and how it is sent.
struct Creation {
    path: &'static str,
    keys: [&'static str; 2],
    there: Value,
    filtered: bool,
    send: fn(&Client) -> Done,
}

fn done<T: Clone + Serialize + Send + Sync + 'static>(creation: Task<Accepted<T>>) -> Done {
    Box::pin(async move {
        let done = creation.await?;
        let resource = json!(done.wait().await?);
        let id = resource["id"].as_str().unwrap();
        Ok((done.was_created(), id.to_owned()))
    })
}

fn creations(version: Version) -> Vec<Creation> {
    let v2 = version == Version::V2;
    let (project, release) = if v2 {
        ("project_id", "plugin_version")
    } else {
        ("tenant_id", "hadoop_version")
    };
    let with = |mut more: Value| {
        more["id"] = json!("i1");
        more["name"] = json!("a");
        more[project] = json!(PROJECT);
        more["created_at"] = json!("2026-11-20T14:05:26");
        more
    };
    let group = json!({"name": "worker", "count": 3, "flavor_id": "1", "node_processes": ["datanode"], "id": "g1"});
    vec![
        Creation {
            path: "/clusters",
            keys: ["cluster", "clusters"],
            there: with(json!({
                "plugin_name": "fake", release: "0.1", "status": "Active", "node_groups": [group],
                "user_keypair_id": "ops", "cluster_configs": {"general": {"Enable XFS": true}},
            })),
            filtered: true,
            send: |api| {
                let group = sahara::NewNodeGroup::new("worker", "1", ["datanode"]);
                done(
                    api.clusters()
                        .create("a", ("fake", "0.1"))
                        .keypair("ops")
                        .node_group(group, 3)
                        .or_get(),
                )
            },
        },
        Creation {
            path: "/cluster-templates",
            keys: ["cluster_template", "cluster_templates"],
            there: with(json!({
                "plugin_name": "fake", release: "0.1", "description": "x", "node_groups": [group],
            })),
            filtered: true,
            send: |api| {
                let group = sahara::NewNodeGroup::new("worker", "1", ["datanode"]);
                done(
                    api.cluster_templates()
                        .create("a", "fake", "0.1")
                        .node_group(group, 3)
                        .or_get(),
                )
            },
        },
        Creation {
            path: "/node-group-templates",
            keys: ["node_group_template", "node_group_templates"],
            there: with(json!({
                "plugin_name": "fake", release: "0.1", "flavor_id": "1", "node_processes": ["b", "a"],
                "volumes_per_node": 0,
            })),
            filtered: true,
            send: |api| {
                done(
                    api.node_group_templates()
                        .create("a", "fake", "0.1", "1", ["a", "b"])
                        .or_get(),
                )
            },
        },
        Creation {
            path: "/data-sources",
            keys: ["data_source", "data_sources"],
            there: with(json!({"type": "swift", "url": "swift://c/o"})),
            filtered: !v2,
            send: |api| {
                let credentials = SwiftCredentials::new("demo", "s3cret");
                let kind = DataSourceType::Swift;
                done(
                    api.data_sources()
                        .create("a", kind, "swift://c/o")
                        .credentials(credentials)
                        .or_get(),
                )
            },
        },
        Creation {
            path: "/job-binaries",
            keys: ["job_binary", "binaries"],
            there: with(json!({"url": "swift://c/o", "is_public": true})),
            filtered: true,
            send: |api| {
                let credentials = SwiftCredentials::new("demo", "s3cret");
                done(
                    api.job_binaries()
                        .create("a", "swift://c/o")
                        .credentials(credentials)
                        .is_public(true)
                        .or_get(),
                )
            },
        },
        Creation {
            path: if v2 { "/job-templates" } else { "/jobs" },
            keys: if v2 {
                ["job_template", "job_templates"]
            } else {
                ["job", "jobs"]
            },
            there: with(json!({"type": "Shell", "mains": [{"id": "b1", "name": "x"}]})),
            filtered: true,
            send: |api| {
                done(
                    api.job_templates()
                        .create("a", JobType::Shell)
                        .mains(["b1"])
                        .or_get(),
                )
            },
        },
    ]
}

/// Sends a creation to a service that answers it so, and that has this.
async fn tried(
    version: Version,
    creation: &Creation,
    answer: impl Fn() -> Scripted + Send + Sync + 'static,
    there: Value,
) -> (Result<(bool, String)>, Vec<String>) {
    let ([one, list], path) = (creation.keys, creation.path);
    let (api, wire) = client(version, move |request| {
        let is_one = request.uri().path().contains(&format!("{path}/"));
        match request.method().as_str() {
            "POST" => answer(),
            _ if is_one => Scripted::json(200, json!({ one: there }).to_string()),
            _ => Scripted::json(200, json!({ list: [there] }).to_string()),
        }
    })
    .await;
    let done = (creation.send)(&api).await;
    let lines = sent(&wire).into_iter().map(|(line, _)| line);
    (done, lines.collect())
}

fn taken() -> Scripted {
    let text =
        json!({"error_code": 409, "error_name": "NAME_ALREADY_EXISTS", "error_message": "taken"});
    Scripted::json(409, text.to_string())
}

fn lost() -> Scripted {
    Scripted::Failure(TransportErrorKind::Interrupted)
}

/// The lines of a creation that looks by name; a cluster is looked at once more, by its wait.
fn lines(version: Version, creation: &Creation) -> Vec<String> {
    let path = format!("/{version}{}", creation.path);
    let name = if creation.filtered { "&name=a" } else { "" };
    let mut lines = vec![
        format!("POST {path}"),
        format!("GET {path}?limit=100{name}"),
    ];
    if creation.path == "/clusters" {
        lines.push(format!("GET {path}/i1?show_progress=true"));
    }
    lines
}

fn sorted(line: &str) -> String {
    let (path, query) = line.split_once('?').unwrap_or((line, ""));
    let mut parts: Vec<&str> = query.split('&').collect();
    parts.sort_unstable();
    format!("{path}?{}", parts.join("&"))
}

#[tokio::test(start_paused = true)]
async fn what_has_the_name_is_found_when_the_name_is_taken_or_the_answer_was_lost() {
    for version in VERSIONS_OF_THE_API {
        for creation in creations(version) {
            for answer in [taken, lost] {
                let (done, seen) = tried(version, &creation, answer, creation.there.clone()).await;
                assert_eq!(done.unwrap(), (false, "i1".to_owned()), "{}", creation.path);
                let expected = lines(version, &creation);
                assert_eq!(
                    seen.iter().map(|line| sorted(line)).collect::<Vec<_>>(),
                    expected.iter().map(|line| sorted(line)).collect::<Vec<_>>()
                );
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_created_is_not_looked_for() {
    for version in VERSIONS_OF_THE_API {
        for creation in creations(version) {
            let answer = json!({ creation.keys[0]: creation.there }).to_string();
            let created = move || Scripted::json(202, answer.clone());
            let (done, mut seen) = tried(version, &creation, created, creation.there.clone()).await;
            assert_eq!(done.unwrap(), (true, "i1".to_owned()), "{}", creation.path);
            seen.retain(|line| !line.ends_with("show_progress=true"));
            assert_eq!(seen, [format!("POST /{version}{}", creation.path)]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_what_was_asked_for_is_not_taken_for_it() {
    for version in VERSIONS_OF_THE_API {
        let project = match version {
            Version::V2 => "project_id",
            _ => "tenant_id",
        };
        for creation in creations(version) {
            let other = match creation.path {
                "/clusters" | "/cluster-templates" => ("plugin_name", json!("vanilla")),
                "/node-group-templates" => ("flavor_id", json!("2")),
                "/data-sources" | "/job-binaries" => ("url", json!("swift://c/p")),
                _ => ("mains", json!([{"id": "b2", "name": "x"}])),
            };
            // Names are unique in one project only: what another one makes public is another thing.
            let differs = other.0;
            for (key, value) in [other, (project, json!("another")), ("name", json!("ab"))] {
                let mut there = creation.there.clone();
                there[key] = value;
                let (done, _) = tried(version, &creation, taken, there.clone()).await;
                let error = done.unwrap_err();
                assert_eq!(error.code(), Some("NAME_ALREADY_EXISTS"), "{key}: {error}");
                assert!(!error.may_have_happened());
                let named: Vec<_> = error.fields().iter().map(|field| &*field.name).collect();
                let expected = if key == differs { vec![key] } else { vec![] };
                assert_eq!(named, expected, "{key}: {error}");
                let (done, _) = tried(version, &creation, lost, there).await;
                assert!(done.unwrap_err().may_have_happened(), "{key}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_error_says_what_differs_in_the_words_of_the_request() {
    for (version, release) in [
        (Version::V1_1, "hadoop_version"),
        (Version::V2, "plugin_version"),
    ] {
        let creation = &creations(version)[1];
        let mut there = creation.there.clone();
        there[release] = json!("0.2");
        let (done, _) = tried(version, creation, taken, there).await;
        let text = format!(
            "POST /cluster-templates failed: 409 NAME_ALREADY_EXISTS: taken; {release}: differs in what is there (0.0 s)"
        );
        assert_eq!(done.unwrap_err().to_string(), text);
    }
}

#[tokio::test(start_paused = true)]
async fn a_look_that_fails_leaves_open_what_became_of_a_lost_creation() {
    for (answer, open) in [(taken as fn() -> Scripted, false), (lost, true)] {
        let (api, wire) = client(Version::V2, move |request| {
            if request.method() == "POST" {
                return answer();
            }
            let text = json!({"error_code": 403, "error_name": "FORBIDDEN", "error_message": "no"});
            Scripted::json(403, text.to_string())
        })
        .await;
        let create = api.job_templates().create("a", JobType::MapReduceStreaming);
        let error = create.or_get().await.unwrap_err();
        assert_eq!(
            (error.code(), error.may_have_happened()),
            (Some("FORBIDDEN"), open)
        );
        assert_eq!(sent(&wire).len(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_otherwise_is_not_looked_for() {
    let refused = || {
        let text =
            json!({"error_code": 400, "error_name": "INVALID_REFERENCE", "error_message": "no"});
        Scripted::json(400, text.to_string())
    };
    for creation in creations(Version::V2) {
        let (done, seen) = tried(Version::V2, &creation, refused, creation.there.clone()).await;
        assert_eq!(done.unwrap_err().code(), Some("INVALID_REFERENCE"));
        assert_eq!(seen, [format!("POST /v2{}", creation.path)]);
    }
}
