//! Executions: starting, waiting, stopping, and following their logs.

use std::time::Duration;

use cloud_core::test_util::{Scripted, ScriptedTransport};
use cloud_core::transport::TransportErrorKind;
use serde_json::json;
use vdk_control::{ErrorKind, ExecutionStatus, ExecutionType, Job, Outcome, Run};

use crate::common::{Folder, JOB, body, builder, sandboxed, scripted};

fn execution(status: &str) -> Scripted {
    Scripted::json(
        200,
        json!({"id": "e-1", "job_name": "daily-load", "status": status, "message": "m"})
            .to_string(),
    )
}

#[tokio::test]
async fn starting_gives_the_id_of_the_location() {
    let at = |location: &str| Scripted::with_headers(202, &[("location", location)], "");
    let (job, wire) = scripted([
        at("http://x/data-jobs/y/executions/daily%20load-1"),
        at("/e-2/"),
        Scripted::json(202, ""),
    ]);
    let run = job
        .start()
        .arg("day", "2026-11-20")
        .arg("full", true)
        .started_by("tests")
        .await
        .unwrap();
    assert_eq!(
        (run.id().as_str(), run.job().name()),
        ("daily load-1", "daily-load")
    );
    let seen = &wire.seen()[0];
    assert_eq!(
        seen.line(),
        format!("POST {JOB}/deployments/production/executions")
    );
    assert_eq!(
        body(&seen.request),
        json!({"started_by": "tests", "args": {"day": "2026-11-20", "full": true}})
    );
    assert_eq!(job.start().await.unwrap().id().as_str(), "e-2");
    assert_eq!(
        wire.seen()[1].request.body(),
        "{}",
        "the server needs an object"
    );
    let error = job.start().await.unwrap_err();
    assert!(
        error.kind() == ErrorKind::Decode && error.may_have_happened(),
        "{error}"
    );
}

#[tokio::test]
async fn lists_details_and_logs_on_the_wire() {
    let full = json!({"id": "e-1", "job_name": "daily-load", "status": "user_error", "type": "scheduled",
        "start_time": "2026-11-20T05:00:00Z", "end_time": "2026-11-20T05:01:00.5Z", "started_by": "scheduled/runtime",
        "message": "m", "op_id": "0", "logs_url": "http://logs", "deployment": {"job_version": "v1", "mode": "release",
        "deployed_date": "2026-11-19T00:00:00Z", "enabled": true}});
    let older = json!({"id": "e-0", "start_time": "2026-11-19T05:00:00Z"});
    let list = || Scripted::json(200, json!([older, full]).to_string());
    let logs = || Scripted::json(200, r#"{"logs":"a\nb\n"}"#);
    let answers = [
        list(),
        list(),
        Scripted::json(200, full.to_string()),
        logs(),
        logs(),
        Scripted::json(200, "{}"),
    ];
    let (job, wire) = scripted(
        answers
            .into_iter()
            .chain([Scripted::with_headers(200, &[], "")]),
    );
    let executions = job.executions();
    let by = executions
        .list()
        .status(ExecutionStatus::Running)
        .status("submitted");
    assert_eq!(by.newest_first().await.unwrap()[0].id.as_str(), "e-1");
    let of = executions
        .list_of_deployment()
        .status(ExecutionStatus::UserError)
        .all()
        .await
        .unwrap();
    assert_eq!((of.len(), of[1].outcome()), (2, Some(Outcome::UserError)));
    let one = executions.get("e-1").await.unwrap();
    assert_eq!(
        (&one.kind, one.op_id.as_deref()),
        (&ExecutionType::Scheduled, Some("0"))
    );
    assert_eq!(one.deployment.unwrap().job_version.as_deref(), Some("v1"));
    assert_eq!(executions.logs("e-1").await.unwrap(), "a\nb\n");
    executions.logs("e-1").tail(2).await.unwrap();
    assert_eq!(executions.logs("e-1").await.unwrap(), "");
    executions.cancel("e-1").await.unwrap();
    let lines = [
        "GET {J}/executions?execution_status=running&execution_status=submitted",
        "GET {J}/deployments/production/executions?execution_status=user_error",
        "GET {J}/executions/e-1",
        "GET {J}/executions/e-1/logs",
        "GET {J}/executions/e-1/logs?tail_lines=2",
        "GET {J}/executions/e-1/logs",
        "DELETE {J}/executions/e-1",
    ];
    assert_eq!(wire.lines(), lines.map(|line| line.replace("{J}", JOB)));
}

#[tokio::test(start_paused = true)]
async fn waiting_gives_every_end_typed() {
    for (state, outcome) in [
        ("succeeded", Outcome::Succeeded),
        ("cancelled", Outcome::Cancelled),
        ("skipped", Outcome::Skipped),
        ("user_error", Outcome::UserError),
    ] {
        let (job, wire) = scripted([
            execution("submitted"),
            execution("running"),
            execution("brand_new"),
            execution(state),
        ]);
        let mut work = job.executions().run("e-1").wait();
        let mut states = Vec::new();
        while let Some(progress) = work.progress().await.unwrap() {
            states.push(progress.state);
        }
        assert_eq!(states, ["submitted", "running", "brand_new"]);
        let done = work.await.unwrap();
        assert_eq!(
            (done.outcome(), done.is_success(), wire.seen().len()),
            (Some(outcome), state == "succeeded", 4)
        );
        match done.success() {
            Ok(execution) => assert_eq!(execution.id.as_str(), "e-1"),
            Err(error) => {
                assert_eq!(
                    (error.kind(), error.code()),
                    (ErrorKind::WorkFailed, Some(state))
                );
                assert_eq!(
                    error.to_string(),
                    format!("work failed: execution e-1 ended with {state}: m")
                );
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_execution_that_failed_without_a_word_is_told_whole() {
    for message in [json!(null), json!("")] {
        let ended = json!({"id": "e-1", "status": "user_error", "message": message});
        let (job, _) = scripted([Scripted::json(200, ended.to_string())]);
        let done = job.executions().run("e-1").wait().await.unwrap();
        assert_eq!(
            done.success().unwrap_err().to_string(),
            "work failed: execution e-1 ended with user_error"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_execution_that_goes_on_is_no_success_yet() {
    let (job, _) = scripted([execution("running")]);
    let execution = job.executions().get("e-1").await.unwrap();
    assert_eq!((execution.outcome(), execution.is_success()), (None, false));
    assert_eq!(
        execution.success().unwrap_err().to_string(),
        "work failed: execution e-1 has not ended and is running: m"
    );
}

#[tokio::test(start_paused = true)]
async fn an_execution_can_be_waited_for_as_often_as_wanted() {
    let (job, wire) = scripted([
        Scripted::with_headers(202, &[("location", "http://x/executions/e-1")], ""),
        execution("succeeded"),
        execution("succeeded"),
    ]);
    let run = job.start().await.unwrap();
    assert!(run.was_created());
    for _ in 0..2 {
        assert!(run.wait().await.unwrap().is_success());
    }
    let look = format!("GET {JOB}/executions/e-1");
    assert_eq!(wire.lines()[1..], [look.clone(), look]);
}

/// The server may still replace a failure of the platform by what really happened.
#[tokio::test(start_paused = true)]
async fn a_failure_of_the_platform_is_looked_at_twice() {
    let (job, wire) = scripted([execution("platform_error"), execution("succeeded")]);
    assert_eq!(
        job.executions().run("e-1").wait().await.unwrap().outcome(),
        Some(Outcome::Succeeded)
    );
    assert_eq!(wire.seen().len(), 2);
    let (job, _) = scripted([execution("platform_error"), execution("platform_error")]);
    let error = job
        .executions()
        .run("e-1")
        .wait()
        .await
        .unwrap()
        .success()
        .unwrap_err();
    assert!(error.is_retryable(), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends_at_its_deadline_and_tells_what_was_seen() {
    let wire = ScriptedTransport::from_fn(|_| execution("running"));
    let run = builder(&wire)
        .build()
        .unwrap()
        .team("t")
        .job("daily-load")
        .executions()
        .run("e-1");
    let error = run
        .wait()
        .timeout(Duration::from_secs(60))
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("60 s have passed; last seen: execution e-1 running"),
        "{error}"
    );
    let looks = wire.seen().len();
    assert!((6..20).contains(&looks), "{looks}: pauses grow");
}

#[tokio::test(start_paused = true)]
async fn pauses_without_end_are_cut_short_by_the_deadline() {
    let wire = ScriptedTransport::from_fn(|request| match request.uri().path() {
        path if path.ends_with("/logs") => Scripted::json(200, r#"{"logs":"a\n"}"#),
        path if path.ends_with("/deployments") => Scripted::json(202, ""),
        path if path.ends_with("/production") => Scripted::json(200, r#"{"job_version":"v1"}"#),
        _ => execution("running"),
    });
    let api = builder(&wire).poll_interval(Duration::MAX).build().unwrap();
    let job = api.team("t").job("daily-load");
    let begun = tokio::time::Instant::now();
    let run = job.executions().run("e-1");
    assert!(run.wait().await.unwrap_err().is_timeout());
    assert!(
        job.deploy("v2")
            .await
            .unwrap()
            .wait()
            .await
            .unwrap_err()
            .is_timeout()
    );
    let mut log = run.follow_logs();
    assert_eq!(log.next().await.unwrap().as_deref(), Some("a"));
    assert!(log.next().await.unwrap_err().is_timeout());
    assert_eq!(begun.elapsed().as_secs(), 3 * 1800);
    assert_eq!(wire.seen().len(), 4, "each looks once, if at once");
}

#[tokio::test]
async fn stopping_what_has_ended_is_no_error_when_asked_so() {
    let refused = || Scripted::json(400, r#"{"what":"Cannot cancel."}"#);
    let gone = Scripted::json(404, "");
    let cancelled = Scripted::with_headers(200, &[], "");
    let answers = [
        cancelled,
        refused(),
        execution("succeeded"),
        refused(),
        execution("running"),
        gone,
    ];
    let (job, wire) = scripted(answers);
    let run = job.executions().run("e-1");
    assert!(run.cancel().await.unwrap());
    assert!(!run.cancel().await.unwrap());
    assert!(
        run.cancel().await.unwrap_err().is_invalid_input(),
        "it is not the end that the service complains of"
    );
    assert!(run.cancel().await.unwrap_err().is_not_found());
    assert_eq!(wire.seen().len(), 6);
}

/// The service may have stopped it and refuse the repetition for that; looking may fail then.
#[tokio::test(start_paused = true)]
async fn stopping_that_cannot_be_looked_at_leaves_the_question_open() {
    let refused = || Scripted::json(400, r#"{"what":"Cannot cancel."}"#);
    let lost = || Scripted::Failure(TransportErrorKind::Interrupted);
    let forbidden = || Scripted::json(403, "");
    for (answers, may_have_happened) in [
        (vec![refused(), forbidden()], false),
        (vec![lost(), refused(), forbidden()], true),
    ] {
        let (job, _) = scripted(answers);
        let error = job.executions().run("e-1").cancel().await.unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), 403);
        assert_eq!(error.may_have_happened(), may_have_happened, "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn dropping_stops_an_execution_only_if_asked() {
    let wire = ScriptedTransport::from_fn(|request| match request.method().as_str() {
        "DELETE" => Scripted::with_headers(200, &[], ""),
        _ => execution(if request.uri().path().ends_with("e-2") {
            "succeeded"
        } else {
            "running"
        }),
    });
    let job = builder(&wire)
        .build()
        .unwrap()
        .team("my team")
        .job("daily-load");
    let deleted = async || {
        tokio::time::sleep(Duration::from_secs(1)).await;
        wire.lines()
            .iter()
            .filter(|line| line.starts_with("DELETE"))
            .cloned()
            .collect::<Vec<_>>()
    };
    drop(job.executions().run("e-1").wait());
    drop(job.executions().run("e-1"));
    drop(job.executions().run("e-1").cancel_on_drop().release());
    let guard = job.executions().run("e-2").cancel_on_drop();
    let _ = guard.wait().await.unwrap();
    drop(guard);
    assert_eq!(deleted().await, [""; 0]);
    drop(job.executions().run("e-1").cancel_on_drop());
    let guard = job.executions().run("e-3").cancel_on_drop();
    let _ = guard
        .wait()
        .timeout(Duration::from_secs(9))
        .await
        .unwrap_err();
    drop(guard);
    assert_eq!(
        deleted().await,
        [
            format!("DELETE {JOB}/executions/e-1"),
            format!("DELETE {JOB}/executions/e-3")
        ]
    );
}

/// A service whose execution writes the lines of `texts`, one text for each look, and ends with the last.
fn writing(texts: Vec<String>) -> (Run, ScriptedTransport) {
    let look = std::sync::atomic::AtomicUsize::new(0);
    let wire = ScriptedTransport::from_fn(move |request| {
        let at = |add| {
            look.fetch_add(add, std::sync::atomic::Ordering::Relaxed)
                .min(texts.len() - 1)
        };
        if !request.uri().path().ends_with("/logs") {
            return execution(if at(0) + 1 == texts.len() {
                "succeeded"
            } else {
                "running"
            });
        }
        let tail = request
            .uri()
            .query()
            .unwrap()
            .trim_start_matches("tail_lines=")
            .parse::<usize>()
            .unwrap();
        let text = &texts[at(1)];
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let skipped = if tail == 0 {
            0
        } else {
            lines.len().saturating_sub(tail)
        };
        Scripted::json(200, json!({"logs": lines[skipped..].concat()}).to_string())
    });
    let job: Job = builder(&wire)
        .build()
        .unwrap()
        .team("my team")
        .job("daily-load");
    (job.executions().run("e-1"), wire)
}

async fn follow(run: &Run) -> Vec<String> {
    let mut log = run.follow_logs();
    let mut lines = Vec::new();
    while let Some(line) = log.next().await.unwrap() {
        lines.push(line);
    }
    assert_eq!(log.next().await.unwrap(), None);
    lines
}

#[tokio::test(start_paused = true)]
async fn logs_are_followed_line_by_line_to_the_end() {
    let texts = [
        "",
        "one\ntw",
        "one\ntwo\n",
        "one\ntwo\n",
        "one\ntwo\nthree\n\nfi",
        "one\ntwo\nthree\n\nfive",
    ];
    let (run, wire) = writing(texts.map(str::to_owned).to_vec());
    assert_eq!(follow(&run).await, ["one", "two", "three", "", "five"]);
    assert_eq!(
        wire.seen().len(),
        12,
        "one look at the state and one at the logs each time"
    );
}

#[tokio::test(start_paused = true)]
async fn lines_that_are_all_the_same_are_counted() {
    let (run, _) = writing([1, 1, 5, 7].map(|lines| ".\n".repeat(lines)).to_vec());
    assert_eq!(follow(&run).await.len(), 7);
}

#[tokio::test(start_paused = true)]
async fn long_logs_are_read_from_the_end_and_miss_nothing() {
    let text = |lines: usize| {
        (0..lines)
            .map(|n| format!("line {n}\n"))
            .collect::<Vec<_>>()
            .concat()
    };
    let (run, wire) = writing([900, 1500, 1600, 9000, 9001].map(text).to_vec());
    let lines = follow(&run).await;
    assert_eq!(lines.len(), 9001);
    assert!(
        lines
            .iter()
            .enumerate()
            .all(|(n, line)| *line == format!("line {n}"))
    );
    let lines = wire.lines();
    let tails: Vec<_> = lines
        .iter()
        .filter_map(|line| line.split_once("tail_lines="))
        .map(|(_, tail)| tail)
        .collect();
    assert_eq!(
        tails,
        ["0", "0", "2000", "2000", "16000", "2000"],
        "more when the end is not enough"
    );
}

/// An execution that has written for days, or writes too much at once, can still be followed.
#[tokio::test(start_paused = true)]
async fn logs_beyond_the_limit_for_answers_go_on_at_the_end() {
    let text = |lines: usize| {
        (0..lines)
            .map(|n| format!("line {n}\n"))
            .collect::<Vec<_>>()
            .concat()
    };
    let (run, wire) = writing([9000, 9001, 20_000, 20_001].map(text).to_vec());
    let api = builder(&wire).response_limit(40_000).build().unwrap();
    let run = api
        .team("my team")
        .job("daily-load")
        .executions()
        .run(run.id());
    let lines = follow(&run).await;
    let expected: Vec<_> = (7001..9001)
        .chain(18_001..20_001)
        .map(|n| format!("line {n}"))
        .collect();
    assert!(
        lines == expected,
        "{} lines, {:?} to {:?}",
        lines.len(),
        lines.first(),
        lines.last()
    );

    let (run, wire) = writing(vec!["long ".repeat(10_000)]);
    let api = builder(&wire).response_limit(40_000).build().unwrap();
    let run = api
        .team("my team")
        .job("daily-load")
        .executions()
        .run(run.id());
    assert_eq!(
        run.follow_logs().next().await.unwrap_err().kind(),
        cloud_core::ErrorKind::TooLarge
    );
}

#[tokio::test(start_paused = true)]
async fn logs_go_on_when_the_server_takes_a_failure_of_the_platform_back() {
    let logs = |text: &str| Scripted::json(200, json!({"logs": text}).to_string());
    let (job, _) = scripted([
        execution("platform_error"),
        logs("a\nb"),
        execution("running"),
        logs("a\nbc\n"),
        execution("platform_error"),
        logs("a\nbc\n"),
        execution("platform_error"),
        logs("a\nbc\nd"),
    ]);
    assert_eq!(follow(&job.executions().run("e-1")).await, ["a", "bc", "d"]);
}

#[tokio::test(start_paused = true)]
async fn logs_that_are_gone_at_the_end_cost_nothing_that_was_read() {
    let (run, _) = writing(vec!["a\nb\n".to_owned(), String::new()]);
    assert_eq!(follow(&run).await, ["a", "b"]);
}

#[tokio::test(start_paused = true)]
async fn following_goes_on_after_failures_and_ends_at_the_deadline() {
    let broken = || Scripted::Failure(TransportErrorKind::Interrupted);
    let logs = |text: &str| Scripted::json(200, json!({"logs": text}).to_string());
    let answers = (0..15).map(|_| broken()).chain([
        execution("running"),
        logs("a\n"),
        Scripted::json(404, ""),
    ]);
    let (job, _) = scripted(answers.chain([execution("succeeded"), logs("a\nb\n")]));
    let mut log = job.executions().follow_logs("e-1");
    assert_eq!(
        log.next().await.unwrap().as_deref(),
        Some("a"),
        "three failed looks of five attempts each"
    );
    assert!(log.next().await.unwrap_err().is_not_found());
    assert_eq!(log.next().await.unwrap().as_deref(), Some("b"));

    let (run, _) = writing(vec![String::new(); 10_000]);
    let error = run
        .follow_logs()
        .timeout(Duration::from_secs(60))
        .next()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WaitTimeout, "{error}");
}

/// Somebody who looks at something else every second still gets the lines.
#[tokio::test(start_paused = true)]
async fn dropping_the_wait_for_a_line_loses_nothing() {
    let (run, _) = writing(["a\n", "a\nb\n", "a\nb\nc\n"].map(str::to_owned).to_vec());
    let mut log = run.follow_logs();
    let mut lines = Vec::new();
    for _ in 0..60 {
        if let Ok(Ok(Some(line))) = tokio::time::timeout(Duration::from_secs(1), log.next()).await {
            lines.push(line);
        }
    }
    assert_eq!(lines, ["a", "b", "c"]);
}

#[tokio::test(start_paused = true)]
async fn a_run_in_the_sandbox_from_upload_to_logs() {
    let (sandbox, job) = sandboxed();
    let job = job.team().jobs().create("daily-load").await.unwrap();
    let folder = Folder::new("run").with("10_load.py", "pass");
    let version = job.sources().upload_dir(folder.path()).await.unwrap();
    assert!(
        job.start().await.unwrap_err().is_not_found(),
        "not deployed"
    );
    let deploying = job.deploy(&version.version_sha).await.unwrap();
    sandbox.clock().advance(Duration::from_secs(60));
    assert!(deploying.wait().await.unwrap().is_enabled());
    let run = job
        .start()
        .arg("day", "2026-11-20")
        .options(|o| o.header("X-OPID", "my-op"))
        .await
        .unwrap();
    assert!(
        job.start().await.unwrap_err().is_conflict(),
        "it runs already"
    );
    assert_eq!(run.get().await.unwrap().op_id.as_deref(), Some("my-op"));
    sandbox.clock().advance(Duration::from_secs(60));
    assert!(!follow(&run).await.is_empty());
    assert!(run.wait().await.unwrap().is_success());
    assert!(!run.cancel().await.unwrap());
    let second = job.start().await.unwrap();
    assert!(second.cancel().await.unwrap());
    assert_eq!(
        second.wait().await.unwrap().outcome(),
        Some(Outcome::Cancelled)
    );
    let journal = sandbox.journal();
    assert_eq!(
        journal.count(
            "POST /data-jobs/for-team/my%20team/jobs/daily-load/deployments/production/executions"
        ),
        4
    );
}

#[tokio::test]
async fn logs_that_the_service_has_forgotten_are_where_it_says() {
    let one = |id: &str, start: Option<&str>, url: Option<&str>| json!({"id": id, "status": "succeeded", "start_time": start, "logs_url": url});
    let text = |text: &str| Scripted::json(200, json!({"logs": text}).to_string());
    let url = "https://logs.example/e-2";
    let list = json!([
        one("e-1", Some("2026-11-20T10:00:00Z"), None),
        one("e-2", Some("2026-11-20T11:00:00Z"), Some(url)),
    ]);
    let (job, wire) = scripted([
        Scripted::json(200, list.to_string()),
        text(""),
        Scripted::json(200, one("e-1", None, None).to_string()),
        text("a\nb\n"),
        Scripted::json(200, one("e-1", None, Some("")).to_string()),
        text(""),
        Scripted::json(200, "[]"),
    ]);
    let newest = job.executions().newest_logs().await.unwrap().unwrap();
    assert_eq!(
        (newest.execution.id.as_str(), newest.url()),
        ("e-2", Some(url))
    );
    assert_eq!(
        newest.to_string(),
        format!("the logs of execution e-2 are at {url}")
    );
    let logs = job.executions().logs_of("e-1").await.unwrap();
    assert_eq!((logs.to_string().as_str(), logs.url()), ("a\nb\n", None));
    let none = job.executions().logs_of("e-1").await.unwrap();
    assert_eq!(none.to_string(), "there are no logs of execution e-1");
    assert!(job.executions().newest_logs().await.unwrap().is_none());
    assert_eq!(
        wire.lines()[..3],
        [
            format!("GET {JOB}/executions"),
            format!("GET {JOB}/executions/e-2/logs"),
            format!("GET {JOB}/executions/e-1"),
        ]
    );
}
