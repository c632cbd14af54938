//! Clients that look for their service when the first call is sent, and requests of any method and path.

use std::time::Duration;

use crate::common::{
    PROJECT, SAHARA, VERSIONS, VERSIONS_OF_THE_API, answered, builder, client, issued, openstack,
    sent,
};
use bytes::Bytes;
use cloud_core::test_util::{PausedClock, Scripted, ScriptedTransport};
use http::Request;
use sahara::{Client, ErrorKind, Method, Plugin, Version};
use serde_json::{Value, json};

/// Answers the list of versions and everything else that is asked for with plugins.
fn plugins(request: &Request<Bytes>) -> Scripted {
    match request.uri().path() {
        "/" => Scripted::json(300, VERSIONS),
        _ => Scripted::json(200, r#"{"plugins": [{"name": "fake"}]}"#),
    }
}

fn lazy(wire: &ScriptedTransport) -> Client {
    builder(wire).build().unwrap().data_processing().lazily()
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_before_the_first_call_which_finds_the_address() {
    let wire = openstack(SAHARA, plugins);
    let api = lazy(&wire);
    assert_eq!(
        (api.version(), api.endpoint(), api.project_id()),
        (Version::V2, None, None)
    );
    let told = api.explain().to_string();
    assert!(told.contains("endpoint  not looked up yet"), "{told}");
    assert!(
        told.contains("password of the user demo") && !told.contains("hunter2"),
        "{told}"
    );
    assert!(wire.seen().is_empty());

    assert_eq!(api.plugins().list().all().await.unwrap()[0].name, "fake");
    let first = ["POST /v3/auth/tokens", "GET /", "GET /v2/plugins"];
    assert_eq!(wire.lines(), first);
    assert_eq!(api.endpoint(), Some("https://sahara.test/v2"));
    assert_eq!(api.project_id().unwrap().as_str(), PROJECT);
    let told = api.explain().to_string();
    assert!(told.contains("base      https://sahara.test/v2"), "{told}");

    // The address is kept, by all clones, and by calls that were made before it was known.
    api.clone().plugins().list().all().await.unwrap();
    assert_eq!(wire.lines()[3..], ["GET /v2/plugins"]);
    let seen = &wire.seen()[3];
    assert_eq!(seen.request.headers()["x-auth-token"], "token-1");
    assert_eq!(
        seen.request.headers()["openstack-api-version"],
        "data-processing 2.0"
    );
}

#[tokio::test(start_paused = true)]
async fn calls_at_once_look_for_the_address_together_and_hold_no_slot_meanwhile() {
    let wire = openstack(SAHARA, plugins);
    let cloud = builder(&wire).max_in_flight(1).build().unwrap();
    let api = cloud.data_processing().lazily();
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let api = api.clone();
        calls.spawn(async move { api.plugins().list().all().await });
    }
    while let Some(ended) = calls.join_next().await {
        ended.unwrap().unwrap();
    }
    let lines = wire.lines();
    assert_eq!(lines[..2], ["POST /v3/auth/tokens", "GET /"]);
    assert_eq!(
        (
            lines.len(),
            lines[2..].iter().all(|line| line == "GET /v2/plugins")
        ),
        (12, true)
    );
}

#[tokio::test(start_paused = true)]
async fn the_version_is_that_which_was_asked_for_or_which_the_address_has() {
    let wire = openstack(SAHARA, plugins);
    let of = |builder: sahara::CloudBuilder| builder.build().unwrap().data_processing();
    for (connect, base) in [
        (
            of(builder(&wire)).version(Version::V1_1),
            "https://sahara.test/v1.1",
        ),
        (
            of(builder(&wire).version(Version::V1_1)),
            "https://sahara.test/v1.1",
        ),
        (
            of(builder(&wire).endpoint_override("https://o.test/v1.1/{project_id}")),
            "https://o.test/v1.1/3499012a459a4fceaae8df5dab4a5f4c",
        ),
        (
            of(builder(&wire).endpoint_override("https://o.test/x")),
            "https://o.test/x/v2",
        ),
    ] {
        let api = connect.lazily();
        // At once, without a call.
        let connected = api.connect().await;
        if base.contains("/x/") {
            // The script lists versions at the root alone.
            assert!(connected.is_err());
            continue;
        }
        connected.unwrap();
        assert_eq!(api.endpoint(), Some(base));
        let before = wire.seen().len();
        api.connect().await.unwrap();
        assert_eq!(wire.seen().len(), before);
    }
}

#[tokio::test(start_paused = true)]
async fn a_version_that_is_not_offered_fails_every_call_with_what_is() {
    let wire = openstack(SAHARA, |_| {
        Scripted::json(300, r#"{"versions": [{"id": "v1.0"}, {"id": "v1.1"}]}"#)
    });
    let api = lazy(&wire);
    for _ in 0..2 {
        let error = api.plugins().get("fake").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert_eq!(
            error.message(),
            "API v2 is not offered: https://sahara.test/ lists v1.0, v1.1; choose another one by \
             data_processing_api_version, or by version(..)"
        );
        let told = error.to_string();
        assert!(told.starts_with("GET /plugins/fake failed: "), "{told}");
    }
    assert_eq!(wire.lines(), ["POST /v3/auth/tokens", "GET /"]);
    assert!(api.endpoint().is_none());
    // Who awaits the client leaves the choice to it.
    let api = builder(&wire)
        .build()
        .unwrap()
        .data_processing()
        .await
        .unwrap();
    assert_eq!(api.version(), Version::V1_1);
}

#[tokio::test(start_paused = true)]
async fn a_login_that_is_refused_is_told_as_such_by_the_first_call() {
    let wire =
        ScriptedTransport::from_fn(|_| Scripted::json(401, r#"{"error": {"message": "no"}}"#));
    let error = lazy(&wire).clusters().list().all().await.unwrap_err();
    assert!(error.is_auth() && !error.is_not_found(), "{error}");
    let told = error.to_string();
    assert!(
        told.starts_with("GET /clusters failed: no token: POST /auth/tokens failed: 401"),
        "{told}"
    );
    let wire = ScriptedTransport::from_fn(|_| Scripted::Hang);
    let options = |o: sahara::CallOptions| o.timeout(Duration::from_secs(7));
    let error = lazy(&wire)
        .plugins()
        .get("x")
        .options(options)
        .await
        .unwrap_err();
    assert_eq!(
        error.message(),
        "the time for the call was over before its address was known"
    );
}

#[tokio::test(start_paused = true)]
async fn names_are_looked_for_in_the_project_of_the_token() {
    let wire = openstack(&format!("{SAHARA}/v2"), |_| {
        let of = |id: &str, project: &str| json!({"id": id, "name": "n", "project_id": project});
        Scripted::json(
            200,
            json!({"clusters": [of("1", "other"), of("2", PROJECT)]}).to_string(),
        )
    });
    let found = lazy(&wire).clusters().find("n").await.unwrap().unwrap();
    assert_eq!(found.id.as_str(), "2");
}

#[tokio::test]
async fn any_request_goes_to_the_version_that_is_spoken() {
    for version in VERSIONS_OF_THE_API {
        let (api, wire) = answered(version, 200, json!({"new": true})).await;
        let request = api
            .request(Method::POST, "/new/{id}?a=b")
            .arg("x/y")
            .query("c", 1)
            .json(&json!({"d": 2}));
        assert_eq!(request.await.unwrap(), json!({"new": true}));
        assert_eq!(
            sent(&wire),
            [(
                format!("POST /{version}/new/x%2Fy?a=b&c=1"),
                r#"{"d":2}"#.to_owned()
            )]
        );
        let seen = wire.seen();
        let headers = seen.last().unwrap().request.headers();
        assert_eq!(headers["x-auth-token"], "token-1");
        assert_eq!(
            headers.contains_key("openstack-api-version"),
            version == Version::V2
        );

        let error = api
            .request(Method::GET, "https://elsewhere.test/")
            .await
            .unwrap_err();
        assert!(
            error.to_string().contains("path: must begin with one `/`"),
            "{error}"
        );
        assert_eq!(sent(&wire).len(), 1);
    }
    // A client that has not looked yet does so for this, too.
    let wire = openstack(SAHARA, plugins);
    lazy(&wire).request(Method::GET, "/plugins").await.unwrap();
    assert_eq!(
        wire.lines(),
        ["POST /v3/auth/tokens", "GET /", "GET /v2/plugins"]
    );
}

#[tokio::test]
async fn any_list_is_read_page_by_page() {
    let (api, wire) = client(Version::V2, |request| {
        let next = request.uri().query().unwrap_or_default().contains("marker=b");
        let page = if next {
            json!({"plugins": [{"name": "c"}]})
        } else {
            json!({"plugins": [{"name": "a"}, {"name": "b"}], "markers": {"prev": null, "next": "b"}})
        };
        Scripted::json(200, page.to_string())
    })
    .await;
    let all: Vec<Plugin> = api
        .request(Method::GET, "/plugins")
        .list()
        .per_page(2)
        .all()
        .await
        .unwrap();
    let names: Vec<&str> = all.iter().map(|plugin| plugin.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "c"]);
    let lines: Vec<String> = sent(&wire).into_iter().map(|(line, _)| line).collect();
    assert_eq!(
        lines,
        [
            "GET /v2/plugins?limit=2",
            "GET /v2/plugins?marker=b&limit=2"
        ]
    );
    for strange in [
        json!({"a": [], "b": []}),
        json!({"a": 1}),
        json!([1]),
        json!({"a": [], "markers": {"next": {}}}),
    ] {
        let (api, _) = answered(Version::V2, 200, strange).await;
        let error = api
            .request(Method::GET, "/x")
            .list::<Value>()
            .all()
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_cluster_or_the_job_of_an_answer_is_waited_for() {
    let states = |key: &'static str, states: Vec<Value>| {
        let states = std::sync::Mutex::new(states.into_iter());
        move |_: &Request<Bytes>| {
            let state = states.lock().unwrap().next().unwrap();
            Scripted::json(200, json!({ key: state }).to_string())
        }
    };
    let cluster = |status: &str| json!({"id": "c1", "name": "n", "status": status});
    let job = |status: &str| json!({"id": "j1", "cluster_id": "c1", "info": {"status": status}});
    for (version, key, seen, path, end) in [
        (
            Version::V2,
            "cluster",
            vec![cluster("Starting"), cluster("Spawning"), cluster("Active")],
            "/clusters/c1",
            "/cluster/status",
        ),
        (
            Version::V2,
            "job",
            vec![job("RUNNING"), job("RUNNING"), job("SUCCEEDED")],
            "/jobs/j1",
            "/job/info/status",
        ),
        (
            Version::V1_1,
            "job_execution",
            vec![job("RUNNING"), job("RUNNING"), job("SUCCEEDED")],
            "/job-executions/j1/refresh-status",
            "/job_execution/info/status",
        ),
    ] {
        let (api, wire) = client(version, states(key, seen)).await;
        let ended = api.request(Method::POST, "/new").wait().await.unwrap();
        let end = ended.pointer(end).and_then(Value::as_str);
        assert!(matches!(end, Some("Active" | "SUCCEEDED")), "{ended}");
        let lines: Vec<String> = sent(&wire).into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines[0], format!("POST /{version}/new"));
        assert!(
            lines[1..].iter().all(|line| line.contains(path)),
            "{lines:?}"
        );
    }
    let (api, wire) = answered(Version::V2, 202, json!({"cluster_template": {"id": "t"}})).await;
    let error = api
        .request(Method::POST, "/cluster-templates")
        .wait()
        .await
        .unwrap_err();
    assert!(error.may_have_happened(), "{error}");
    assert!(
        error
            .to_string()
            .contains("neither a cluster nor a job that `wait` could follow"),
        "{error}"
    );
    assert_eq!(sent(&wire).len(), 1);
}

#[test]
fn a_blocking_program_needs_no_runtime_to_make_a_client() {
    let wire = ScriptedTransport::from_fn(|_| issued("t", &json!({})));
    let cloud = builder(&wire).clock(PausedClock::new()).build().unwrap();
    let api = cloud.data_processing().lazily();
    assert!(api.endpoint().is_none());
    assert!(wire.seen().is_empty());
}
