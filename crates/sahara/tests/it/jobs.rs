//! Jobs, on the wire of both versions.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::common::{PROJECT, VERSIONS_OF_THE_API, answered, assert_field, client, sent};
use cloud_core::test_util::Scripted;
use cloud_core::transport::TransportErrorKind;
use http::Request;
use sahara::jobs::JobInfo;
use sahara::{ApiError, Client, ConfigValue, ErrorKind, Job, JobStatus, Method, Sort, Version};
use serde_json::{Value, json};

/// The path of jobs, and the keys of one and of a list.
fn words(version: Version) -> (&'static str, &'static str, &'static str) {
    match version {
        Version::V1_1 => ("/v1.1/job-executions", "job_execution", "job_executions"),
        _ => ("/v2/jobs", "job", "jobs"),
    }
}

/// A job as Sahara 19 answers with it: version 2 shows passwords, version 1.1 has the id of the engine twice.
fn job(version: Version, id: &str, status: &str) -> Value {
    let mut job = json!({
        "created_at": "2026-11-20T14:05:36", "updated_at": "2026-11-20T14:05:36", "id": id, "input_id": "d1",
        "output_id": "d2", "start_time": "2026-11-20T14:05:36", "end_time": null, "cluster_id": "c1",
        "info": {"status": status}, "engine_job_id": "e1", "return_code": null, "data_source_urls": null,
        "job_configs": {"configs": {"a": "b", "fs.swift.service.sahara.password": ""}, "args": ["x", 7],
            "params": {"p": true}, "job_execution_info": {}},
        "is_public": false, "is_protected": false,
    });
    if version == Version::V1_1 {
        job["tenant_id"] = PROJECT.into();
        job["job_id"] = "t1".into();
        job["oozie_job_id"] = "e1".into();
    } else {
        job["project_id"] = PROJECT.into();
        job["job_template_id"] = "t1".into();
        job["extra"] = json!({});
        job["job_configs"]["configs"]["fs.swift.service.sahara.password"] = "hush".into();
    }
    job
}

fn one(version: Version, status: &str) -> Value {
    json!({ words(version).1: job(version, "j1", status) })
}

#[tokio::test]
async fn a_job_is_the_same_in_both_versions() {
    for version in VERSIONS_OF_THE_API {
        let (api, wire) = answered(version, 200, one(version, "RUNNING")).await;
        let job = api.jobs().get("j1").await.unwrap();
        assert_eq!(
            (job.job_template_id.as_str(), job.project_id.as_str()),
            ("t1", PROJECT)
        );
        assert_eq!(
            (job.status(), job.cluster_id.as_str()),
            (&JobStatus::Running, "c1")
        );
        assert_eq!(
            (job.start_time.as_deref(), job.end_time.as_deref()),
            (Some("2026-11-20T14:05:36"), None)
        );
        assert_eq!(job.engine_job_id.as_ref().unwrap().as_str(), "e1");
        assert_eq!(
            job.job_configs.configs.get("a"),
            Some(&ConfigValue::from("b"))
        );
        assert_eq!(
            job.job_configs.args,
            [ConfigValue::from("x"), ConfigValue::from(7)]
        );
        assert_eq!(
            sent(&wire),
            [(format!("GET {}/j1", words(version).0), String::new())]
        );
    }
    let full = job(Version::V2, "j1", "PENDING");
    for key in full.as_object().unwrap().keys() {
        let mut less = full.clone();
        less.as_object_mut().unwrap().remove(key);
        sahara::decode::from_value::<Job>(&less).unwrap();
        let mut null = full.clone();
        null[key] = Value::Null;
        sahara::decode::from_value::<Job>(&null).unwrap();
    }
}

/// Q3: version 2 shows passwords of data sources in single jobs.
#[tokio::test]
async fn q3_passwords_that_the_service_shows_are_not_shown_again() {
    let (api, _) = answered(Version::V2, 200, one(Version::V2, "RUNNING")).await;
    let job = api.jobs().get("j1").await.unwrap();
    let password = job
        .job_configs
        .configs
        .get("fs.swift.service.sahara.password");
    assert_eq!(password, Some(&ConfigValue::from("hush")));
    let shown = format!("{job:?}");
    assert!(
        !shown.contains("hush") && shown.contains("fs.swift.service.sahara.password"),
        "{shown}"
    );
    let run = api
        .jobs()
        .run("t1", "c1")
        .config("k", "hush")
        .param("p", "hush")
        .arg("hush")
        .interface("i", "hush");
    assert!(!format!("{run:?}").contains("hush"));
}

/// Q15: the engine for Storm can give a list where the status should be.
#[test]
fn q15_a_status_may_be_a_list() {
    let info = |info: Value| sahara::decode::from_value::<JobInfo>(&info).unwrap().status;
    assert_eq!(info(json!({"status": "KILLED"})), JobStatus::Killed);
    assert_eq!(
        info(json!({"status": ["RUNNING", "x"]})),
        JobStatus::Running
    );
    assert_eq!(info(json!({"status": []})), JobStatus::default());
    assert_eq!(info(json!({"status": 7})).as_str(), "7");
    assert_eq!(info(json!({})), JobStatus::default());
    assert_eq!(info(json!([])), JobStatus::default());
    assert_eq!(
        info(json!({"status": "PAUSEDWITHERROR"})).as_str(),
        "PAUSEDWITHERROR"
    );
}

/// Q4 and Q5: flags and a schedule are lost when a job is run, so there are no setters for them.
#[tokio::test]
async fn running_speaks_the_words_of_the_version() {
    for (version, path, template) in [
        (Version::V1_1, "/v1.1/jobs/t1/execute", ""),
        (Version::V2, "/v2/jobs", r#""job_template_id":"t1","#),
    ] {
        let mut answer = one(version, "PENDING");
        for unset in [
            "updated_at",
            "start_time",
            "end_time",
            "return_code",
            "data_source_urls",
            "engine_job_id",
        ] {
            answer[words(version).1]
                .as_object_mut()
                .unwrap()
                .remove(unset);
        }
        let (api, wire) = answered(version, 202, answer).await;
        let started = api.jobs().run("t1", "c1").await.unwrap();
        assert_eq!(
            (started.status(), started.id.as_str()),
            (&JobStatus::Pending, "j1")
        );
        let run = api
            .jobs()
            .run("t1", "c1")
            .arg("2026-11-20")
            .args(["a", "b"])
            .input("d1")
            .output("d2");
        let run = run
            .config("edp.java.main_class", "org.Main")
            .config("n", 3)
            .config("f", true)
            .param("p", "q");
        run.interface("day", "x")
            .interface("limit", 100)
            .await
            .unwrap();
        api.jobs()
            .run("t1", "c1")
            .interface_defaults()
            .await
            .unwrap();
        let long = format!(
            r#"{{{template}"cluster_id":"c1","job_configs":{{"configs":{{"edp.java.main_class":"org.Main","f":true,"n":3}},"params":{{"p":"q"}},"args":["2026-11-20","a","b"]}},"interface":{{"day":"x","limit":100}},"input_id":"d1","output_id":"d2"}}"#
        );
        let line = format!("POST {path}");
        let expected = [
            (line.clone(), format!(r#"{{{template}"cluster_id":"c1"}}"#)),
            (line.clone(), long),
            (
                line,
                format!(r#"{{{template}"cluster_id":"c1","interface":{{}}}}"#),
            ),
        ];
        assert_eq!(sent(&wire), expected);
        assert_field(
            api.jobs().run("t1", "c1").input("d1").output("d1").await,
            "output_id",
        );
    }
    let (api, wire) = answered(Version::V1_1, 202, one(Version::V1_1, "PENDING")).await;
    assert_field(api.jobs().run("", "c1").await, "id");
    assert!(sent(&wire).is_empty());
}

/// Q1: version 2 refuses to refresh, so version 1.1 is asked.
#[tokio::test]
async fn q1_jobs_are_refreshed_by_version_one() {
    for version in VERSIONS_OF_THE_API {
        let (api, wire) = answered(version, 200, one(Version::V1_1, "SUCCEEDED")).await;
        let job = api.jobs().refresh("j1").await.unwrap();
        assert_eq!(
            (job.status(), job.job_template_id.as_str()),
            (&JobStatus::Succeeded, "t1")
        );
        assert_eq!(
            sent(&wire),
            [(
                "GET /v1.1/job-executions/j1/refresh-status".to_owned(),
                String::new()
            )]
        );
    }
}

/// Q7: the `PATCH` of version 1.1 takes a cancellation and does nothing, so its `GET` is used.
#[tokio::test]
async fn q7_cancelling_has_another_request_in_each_version() {
    for (version, line, body) in [
        (Version::V1_1, "GET /v1.1/job-executions/j1/cancel", ""),
        (
            Version::V2,
            "PATCH /v2/jobs/j1",
            r#"{"info":{"status":"cancel"}}"#,
        ),
    ] {
        let (api, wire) = answered(version, 202, one(version, "TOBEKILLED")).await;
        assert_eq!(
            api.jobs().cancel("j1").await.unwrap().status(),
            &JobStatus::ToBeKilled
        );
        assert_eq!(sent(&wire), [(line.to_owned(), body.to_owned())]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_cancellation_that_may_have_arrived_is_not_repeated() {
    for version in VERSIONS_OF_THE_API {
        for failure in [
            || Scripted::Failure(TransportErrorKind::Interrupted),
            || Scripted::json(500, ""),
        ] {
            let (api, wire) = client(version, move |_| failure()).await;
            let error = api.jobs().cancel("j1").await.unwrap_err();
            assert!(error.may_have_happened(), "{error}");
            assert_eq!(sent(&wire).len(), 1);
        }
    }
}

#[tokio::test]
async fn suspending_changing_and_deleting_have_the_same_bodies() {
    for version in VERSIONS_OF_THE_API {
        let path = words(version).0;
        let (api, wire) = answered(version, 202, one(version, "TOBESUSPENDED")).await;
        api.jobs().suspend("j1").await.unwrap();
        api.jobs()
            .update("j1")
            .is_public(true)
            .is_protected(false)
            .await
            .unwrap();
        api.jobs().delete("j1").await.unwrap();
        let expected = [
            (
                format!("PATCH {path}/j1"),
                r#"{"info":{"status":"suspend"}}"#,
            ),
            (
                format!("PATCH {path}/j1"),
                r#"{"is_public":true,"is_protected":false}"#,
            ),
            (format!("DELETE {path}/j1"), ""),
        ];
        assert_eq!(
            sent(&wire),
            expected.map(|(line, body)| (line, body.to_owned()))
        );
        assert_field(api.jobs().get("").await, "id");
        assert_field(api.jobs().cancel("..").await, "id");
    }
}

/// Q6: version 1.1 looks at changed flags as if they were to suspend the job. Q13 and Q14: what is foreign or protected
/// is refused with 400.
#[tokio::test]
async fn q6_q13_q14_refusals_keep_their_reasons() {
    let refusal = |name: &str, message: &str| json!({"error_code": 400, "error_name": name, "error_message": format!("{message}\nError ID: 1f04")});
    let words = "Suspending operation can not be performed on an inactive or non-existent cluster";
    let (api, _) = answered(Version::V1_1, 400, refusal("INVALID_DATA", words)).await;
    let error = api.jobs().update("j1").is_public(true).await.unwrap_err();
    assert_eq!(
        (error.code(), error.message().contains(words)),
        (Some("INVALID_DATA"), true),
        "{error}"
    );
    let words =
        "JobExecution with id 'j1' cannot be updated because it wasn't created in this tenant";
    let (api, _) = answered(Version::V2, 400, refusal("UPDATE_FAILED", words)).await;
    let error = api.jobs().update("j1").is_public(true).await.unwrap_err();
    assert!(
        error.is_auth() && error.api::<ApiError>().unwrap().is_foreign(),
        "{error}"
    );
    let words = "JobExecution with id 'j1' cannot be updated because it's marked as protected";
    let (api, _) = answered(Version::V2, 400, refusal("UPDATE_FAILED", words)).await;
    let error = api
        .jobs()
        .update("j1")
        .is_protected(true)
        .await
        .unwrap_err();
    assert!(error.api::<ApiError>().unwrap().is_protected(), "{error}");
}

/// Jobs in pages as the service gives them: the page of a marker begins with the marker's own job, the next marker is
/// counted from it, and after the last page there is one more, which is empty.
fn paged(version: Version, count: usize) -> impl Fn(&Request<bytes::Bytes>) -> Scripted {
    move |request| {
        let query: BTreeMap<&str, &str> = request
            .uri()
            .query()
            .unwrap_or("")
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .collect();
        let number = |key: &str| {
            query
                .get(key)
                .map(|value| value.trim_start_matches('j').parse::<usize>().unwrap())
        };
        let (marker, limit) = (number("marker"), number("limit").unwrap_or(usize::MAX));
        let first = marker.unwrap_or(0);
        let name = |index: usize| format!("j{index:05}");
        let items: Vec<Value> = (first..count)
            .take(limit)
            .map(|index| job(version, &name(index), "SUCCEEDED"))
            .collect();
        let next = match marker {
            None => (limit < count).then(|| limit - 1),
            Some(marker) => (marker < count).then(|| (marker + limit).min(count)),
        };
        let mut body = json!({ words(version).2: items });
        if next.is_some() || marker.is_some() {
            body["markers"] = json!({"prev": null, "next": next.map(name)});
        }
        Scripted::json(200, body.to_string())
    }
}

#[tokio::test]
async fn each_of_2500_jobs_comes_once_and_in_order() {
    let expected: Vec<String> = (0..2500).map(|index| format!("j{index:05}")).collect();
    for version in VERSIONS_OF_THE_API {
        let (api, wire) = client(version, paged(version, 2500)).await;
        let path = words(version).0;
        let jobs = api.jobs().list().all().await.unwrap();
        let by_path = api.request(
            Method::GET,
            path.trim_start_matches("/v1.1").trim_start_matches("/v2"),
        );
        let by_path: Vec<Job> = by_path.list().all().await.unwrap();
        for jobs in [jobs, by_path] {
            let ids: Vec<&str> = jobs.iter().map(|job| job.id.as_str()).collect();
            assert_eq!(ids, expected);
        }
        let lines: Vec<String> = sent(&wire).into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines[..27], lines[27..]);
        assert_eq!(
            lines[..2],
            [
                format!("GET {path}?limit=100"),
                format!("GET {path}?marker=j00099&limit=100")
            ]
        );
        assert_eq!(
            lines[25..27],
            ["j02499", "j02500"].map(|marker| format!("GET {path}?marker={marker}&limit=100"))
        );
    }
}

#[tokio::test]
async fn jobs_are_filtered_and_sorted_by_what_works() {
    let (api, wire) = client(Version::V2, paged(Version::V2, 3)).await;
    api.jobs()
        .list()
        .status(JobStatus::Running)
        .sort(Sort::ID.descending())
        .page()
        .await
        .unwrap();
    assert_eq!(
        sent(&wire)[0].0,
        "GET /v2/jobs?status=RUNNING&sort_by=-id&limit=100"
    );
}

/// A service whose job is in these states, one after the other, and on a cluster of this status.
async fn living(
    version: Version,
    states: &'static [&'static str],
    cluster: Option<&'static str>,
) -> (Client, Looks) {
    let looks = Arc::new(AtomicUsize::new(0));
    let counted = looks.clone();
    let not_found = || {
        Scripted::json(
            404,
            r#"{"error_code":404,"error_name":"NOT_FOUND","error_message":"no"}"#,
        )
    };
    let (api, wire) = client(version, move |request| {
        if request.uri().path().contains("/clusters/") {
            let body = |status| {
                json!({"cluster": {"status": status, "status_description": "no hosts"}}).to_string()
            };
            return cluster.map_or_else(not_found, |status| Scripted::json(200, body(status)));
        }
        match states.get(counted.fetch_add(1, Ordering::SeqCst)).copied() {
            None | Some("gone") => not_found(),
            Some(state) => Scripted::json(200, one(version, state).to_string()),
        }
    })
    .await;
    (api, Looks(wire))
}

struct Looks(cloud_core::test_util::ScriptedTransport);

impl Looks {
    fn lines(&self) -> Vec<String> {
        sent(&self.0).into_iter().map(|(line, _)| line).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_is_waited_for_until_it_has_ended_well() {
    for (version, line) in [
        (Version::V1_1, "GET /v1.1/job-executions/j1/refresh-status"),
        (Version::V2, "GET /v2/jobs/j1"),
    ] {
        let (api, looks) = living(
            version,
            &["READYTORUN", "RUNNING", "OFNEXTYEAR", "SUCCEEDED"],
            None,
        )
        .await;
        let mut waiter = api.jobs().wait_succeeded("j1");
        let progress = waiter.progress().await.unwrap().unwrap();
        assert_eq!(
            (progress.what.as_str(), progress.state.as_str()),
            ("job j1", "READYTORUN")
        );
        assert_eq!(waiter.await.unwrap().status(), &JobStatus::Succeeded);
        assert_eq!(looks.lines(), [line; 4]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_that_ends_otherwise_is_in_the_error() {
    for (word, status) in [
        ("FAILED", JobStatus::Failed),
        ("KILLED", JobStatus::Killed),
        ("DONEWITHERROR", JobStatus::DoneWithError),
        ("SUSPENDFAILED", JobStatus::SuspendFailed),
    ] {
        let states: &'static [&'static str] = Box::leak(Box::new(["RUNNING", word]));
        let (api, _) = living(Version::V2, states, None).await;
        let error = api.jobs().wait_succeeded("j1").await.unwrap_err();
        assert_eq!(
            (error.kind(), error.api::<Job>().unwrap().status()),
            (ErrorKind::WorkFailed, &status)
        );
        assert_eq!(
            error.to_string(),
            format!("work failed: job j1 ended as {word}")
        );
        let (api, _) = living(Version::V2, states, None).await;
        assert_eq!(api.jobs().wait_ended("j1").await.unwrap().status(), &status);
    }
    let (api, _) = living(Version::V2, &["RUNNING", "gone"], None).await;
    let error = api.jobs().wait_ended("j1").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WorkFailed);
    assert_eq!(
        error.to_string(),
        "work failed: job j1 is gone: it was deleted"
    );
}

#[tokio::test(start_paused = true)]
async fn a_job_that_waits_for_a_lost_cluster_is_not_waited_for() {
    for (cluster, words) in [
        (None, "is gone: it was deleted"),
        (Some("Error"), "has failed: no hosts"),
    ] {
        let (api, looks) = living(Version::V2, &["PENDING", "PENDING", "PENDING"], cluster).await;
        let error = api.jobs().wait_ended("j1").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WorkFailed);
        assert_eq!(
            error.to_string(),
            format!("work failed: job j1 waits for cluster c1, which {words}")
        );
        assert_eq!(looks.lines(), ["GET /v2/jobs/j1", "GET /v2/clusters/c1"]);
    }
    let (api, looks) = living(
        Version::V1_1,
        &["PENDING", "PENDING", "SUCCEEDED"],
        Some("Starting"),
    )
    .await;
    api.jobs()
        .wait_succeeded("j1")
        .timeout(Duration::from_secs(60))
        .await
        .unwrap();
    assert_eq!(
        looks
            .lines()
            .iter()
            .filter(|line| line.ends_with("/clusters/c1"))
            .count(),
        2
    );
}

#[tokio::test(start_paused = true)]
async fn a_deleted_job_is_waited_for_until_it_is_gone() {
    for version in VERSIONS_OF_THE_API {
        let (api, looks) = living(version, &["TOBEKILLED", "KILLED", "gone"], None).await;
        api.jobs().wait_gone("j1").await.unwrap();
        assert_eq!(looks.lines().len(), 3);
    }
}
