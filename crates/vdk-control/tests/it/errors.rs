//! What goes wrong: bad input, refusals of all forms, retries, operation ids.

use cloud_core::request::CallOptions;
use cloud_core::test_util::{Scripted, ScriptedTransport};
use cloud_core::transport::TransportErrorKind;
use vdk_control::{ApiError, ErrorKind, Resources, Secrets};

use crate::common::{assert_field, builder, scripted};

#[tokio::test]
async fn bad_input_is_named_and_not_sent() {
    let (job, wire) = scripted([]);
    let (team, api) = (job.team(), job.team().client());
    let jobs = team.jobs();
    for name in [
        "short",
        "Daily-load",
        "1-daily",
        "daily_load",
        &"x".repeat(51),
    ] {
        assert_field(jobs.create(name).await, "job_name");
        assert_field(jobs.create(name).or_get().await, "job_name");
    }
    assert_field(
        jobs.create("daily-load").schedule("every day").await,
        "schedule_cron",
    );
    let mut data = vdk_control::DataJob::default();
    assert_field(job.update(&data).await, "job_name");
    data.job_name = "daily-load".into();
    data.config.schedule.schedule_cron = "0 5".into();
    assert_field(job.update(&data).await, "schedule_cron");
    let cpu = || serde_json::from_str::<Resources>(r#"{"cpu_limit":10}"#).unwrap();
    let both =
        serde_json::from_str::<Resources>(r#"{"memory_limit":1,"memory_request":1}"#).unwrap();
    assert_field(
        job.deployments().update().resources(cpu()).await,
        "resources",
    );
    assert_field(job.deployments().patch().resources(both).await, "resources");
    assert_field(
        job.deploy("v1").resources(cpu()).await.map(|_| ()),
        "resources",
    );
    assert_field(job.deploy("").await.map(|_| ()), "job_version");
    let large = Secrets::from_iter([("k", "x".repeat(1024 * 1024))]);
    assert_field(job.secrets().replace(&large).await, "secrets");
    assert_field(team.oauth_credentials().put("", "s").await, "clientId");
    assert_field(team.oauth_credentials().put("c", "").await, "clientSecret");
    assert_field(jobs.graphql("  ").await, "query");
    assert_field(jobs.list().name("").all().await, "pattern");
    assert_field(
        jobs.list()
            .fields(vdk_control::JobFields::new().executions(0))
            .all()
            .await,
        "executions",
    );
    assert_field(job.sources().upload("").await, "sources");
    let error = job.sources().upload_dir("/nowhere").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "wrong argument: path: /nowhere cannot be read: No such file or directory (os error 2)"
    );
    assert_eq!(
        job.sources()
            .upload_file("/nowhere")
            .await
            .unwrap_err()
            .kind(),
        ErrorKind::RequestBody
    );
    for name in ["", ".", ".."] {
        assert_field(api.team(name).info().await, "team_name");
        assert_field(team.job(name).get().await, "job_name");
        assert_field(job.executions().get(name).await, "execution_id");
        assert_field(job.move_to_team(name).await, "new_team");
    }
    assert!(wire.seen().is_empty());
}

#[tokio::test]
async fn the_judgement_can_be_left_to_the_service() {
    let (job, wire) = scripted((0..3).map(|_| Scripted::with_headers(201, &[], "")));
    job.team()
        .jobs()
        .create("X")
        .options(CallOptions::unchecked)
        .await
        .unwrap();
    job.deployments()
        .update()
        .resources(serde_json::from_str::<Resources>(r#"{"cpu_limit":1}"#).unwrap())
        .options(CallOptions::unchecked)
        .await
        .unwrap();
    job.team()
        .oauth_credentials()
        .put("", "")
        .options(CallOptions::unchecked)
        .await
        .unwrap();
    assert_eq!(wire.seen().len(), 3);
}

#[tokio::test]
async fn both_forms_of_errors_are_typed() {
    let four = r#"{"what":"Cannot cancel.","why":"It has ended.","consequences":"None.","countermeasures":"Wait."}"#;
    let listed = r#"{"messages":["No such job.","Look again."]}"#;
    let (job, _) = scripted([Scripted::json(400, four), Scripted::json(404, listed)]);
    let error = job.executions().cancel("x-1").await.unwrap_err();
    let api = error.api::<ApiError>().unwrap();
    assert_eq!(
        (api.status, api.why.as_str(), api.countermeasures.as_str()),
        (400, "It has ended.", "Wait.")
    );
    let text = error.to_string();
    let call = "DELETE /data-jobs/for-team/my%20team/jobs/daily-load/executions/x-1 failed: ";
    assert!(
        text.starts_with(&format!(
            "{call}400 Bad Request: Cannot cancel. It has ended. (request "
        )),
        "{text}"
    );
    let error = job.get().await.unwrap_err();
    assert!(
        error.is_not_found() && error.message() == "No such job. Look again.",
        "{error}"
    );
}

#[tokio::test]
async fn empty_and_foreign_error_bodies_are_errors_too() {
    let html = Scripted::with_headers(403, &[("content-type", "text/html")], "<html>no</html>");
    let (job, _) = scripted([
        Scripted::with_headers(404, &[], ""),
        Scripted::with_headers(409, &[], ""),
        html,
    ]);
    let error = job.get().await.unwrap_err();
    assert!(
        error.is_not_found() && error.api::<ApiError>().is_none(),
        "{error}"
    );
    assert!(
        job.team()
            .jobs()
            .create("daily-load")
            .await
            .unwrap_err()
            .is_conflict()
    );
    let error = job.get().await.unwrap_err();
    assert!(
        error.is_auth() && error.body().unwrap().starts_with(b"<html>"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_may_have_happened_is_not_repeated_and_the_rest_is() {
    let unavailable = || Scripted::json(503, r#"{"what":"Git is away."}"#);
    for failure in [
        || Scripted::json(503, ""),
        || Scripted::Failure(TransportErrorKind::Interrupted),
        || Scripted::Hang,
    ] {
        let (job, wire) = scripted((0..9).map(|_| failure()));
        for error in [
            job.start().await.map(|_| ()).unwrap_err(),
            job.sources().upload("zip").await.map(|_| ()).unwrap_err(),
            job.deployments().update().await.unwrap_err(),
            job.deployments().enable().await.unwrap_err(),
            job.team()
                .jobs()
                .create("daily-load")
                .await
                .map(|_| ())
                .unwrap_err(),
        ] {
            assert!(
                error.may_have_happened() && error.attempts() == 1,
                "{error}"
            );
        }
        assert_eq!(wire.seen().len(), 5);
    }
    let (job, wire) = scripted([
        unavailable(),
        unavailable(),
        Scripted::json(200, "{}"),
        Scripted::with_headers(409, &[], ""),
    ]);
    job.properties()
        .replace(&vdk_control::Properties::new())
        .await
        .unwrap();
    assert_eq!(wire.seen().len(), 3);
    let error = job.start().await.unwrap_err();
    assert!(
        error.is_conflict() && !error.is_retryable() && !error.may_have_happened(),
        "{error}"
    );
    assert_eq!(wire.seen().len(), 4, "409 on start is final");
    let (job, wire) = scripted([
        Scripted::Failure(TransportErrorKind::NotSent),
        Scripted::with_headers(202, &[("location", "/x/e-1")], ""),
    ]);
    assert_eq!(job.start().await.unwrap().id().as_str(), "e-1");
    assert_eq!(
        wire.seen().len(),
        2,
        "what was never sent may be sent again"
    );
}

#[tokio::test(start_paused = true)]
async fn every_error_shows_the_operation_id() {
    let (job, wire) = scripted([
        Scripted::Failure(TransportErrorKind::Interrupted),
        Scripted::with_headers(404, &[], ""),
        Scripted::with_headers(404, &[("X-OPID", "theirs")], ""),
        Scripted::Hang,
    ]);
    let id = |n: usize| {
        wire.seen()[n].request.headers()["x-opid"]
            .to_str()
            .unwrap()
            .to_owned()
    };
    let error = job.get().await.unwrap_err();
    assert_eq!(error.correlation_id(), Some(id(0).as_str()));
    assert_eq!(id(0), id(1), "both attempts are the same operation");
    let error = job.get().await.unwrap_err();
    assert!(error.to_string().contains("(request theirs, "), "{error}");
    let error = job
        .start()
        .options(|o| o.header("X-OPID", "mine"))
        .await
        .unwrap_err();
    assert!(
        error.is_timeout() && error.to_string().contains("(request mine, "),
        "{error}"
    );
    assert_eq!(id(3), "mine");

    let wire = ScriptedTransport::new([Scripted::with_headers(404, &[], "")]);
    let api = builder(&wire).op_id("whole-program").build().unwrap();
    assert_eq!(
        api.team("t").info().await.unwrap_err().correlation_id(),
        Some("whole-program")
    );
}

#[test]
fn a_wrong_setting_is_one_error_that_names_it() {
    let wire = ScriptedTransport::new([]);
    let without = vdk_control::Client::builder().transport(std::sync::Arc::new(wire.clone()));
    for (builder, problem) in [
        (
            without,
            "endpoint: not set; give one by ClientBuilder::endpoint, or set VDK_CONTROL_SERVICE_REST_API_URL",
        ),
        (
            builder(&wire).endpoint("vdk.example"),
            "endpoint (client builder): has no scheme",
        ),
        (
            builder(&wire).endpoint("http://vdk.example"),
            "endpoint (client builder): is http://",
        ),
        (
            builder(&wire).endpoint("https://vdk.example/data-jobs/"),
            "endpoint (client builder): must end before /data-jobs",
        ),
        (
            builder(&wire).token("a b"),
            "token (client builder): holds white space at position 2",
        ),
        (
            builder(&wire).api_token("t", "login.example"),
            "api_token (client builder): has no scheme",
        ),
        (builder(&wire).op_id(""), "op_id (client builder): is empty"),
        (builder(&wire).op_id("a\nb"), "op_id (client builder): "),
        (
            builder(&wire).poll_interval(std::time::Duration::ZERO),
            "poll_interval (client builder): must be longer",
        ),
    ] {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(
            error
                .to_string()
                .starts_with(&format!("wrong configuration: {problem}")),
            "{error}"
        );
    }
}

#[tokio::test]
async fn where_the_service_says_nothing_there_is_a_hint() {
    let empty = |status| Scripted::with_headers(status, &[], "");
    let said = Scripted::json(404, r#"{"what":"No such execution."}"#);
    let (job, _) = scripted([empty(401), empty(404), said, empty(409)]);
    let error = job.get().await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("failed: 401 Unauthorized: log in again, or check the token; credential: "),
        "{error}"
    );
    let error = job.get().await.unwrap_err();
    let hint = "check the names of the team and the job, whose case counts, and whether the job was created";
    assert!(error.is_not_found() && error.message() == hint, "{error}");
    assert!(error.api::<ApiError>().is_none());
    assert_eq!(job.get().await.unwrap_err().message(), "No such execution.");
    assert_eq!(job.get().await.unwrap_err().message(), "");
}

#[tokio::test]
async fn the_text_of_a_hook_is_told() {
    let hook = |status, kind: &'static str| {
        Scripted::with_headers(
            status,
            &[("content-type", kind)],
            "Team t may not read (policy 7)\nAsk ops.",
        )
    };
    let (job, _) = scripted([
        hook(403, "text/plain"),
        hook(404, ""),
        hook(401, "application/json"),
    ]);
    for status in ["403 Forbidden", "404 Not Found", "401 Unauthorized"] {
        let error = job.get().await.unwrap_err();
        let text = format!("failed: {status}: Team t may not read (policy 7) Ask ops.");
        assert!(error.to_string().contains(&text), "{error}");
        assert!(error.body().unwrap().ends_with(b"Ask ops."));
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_where_a_job_stands_is_an_error_and_nothing_is_written_from_it() {
    let (job, wire) = scripted((0..9).map(|_| Scripted::json(200, "[]")));
    let error = job
        .update_with(|job| job.description = "x".into())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(wire.lines().iter().all(|line| line.starts_with("GET ")));
}

/// What a proxy that is about to restart answers. It passes, so a `GET` asks again; nothing is made of it.
#[tokio::test(start_paused = true)]
async fn an_empty_answer_to_a_get_is_asked_for_again() {
    let empty = || Scripted::with_headers(200, &[], "");
    let (job, _) = scripted([empty(), Scripted::json(200, r#"{"job_name":"daily-load"}"#)]);
    assert_eq!(job.get().await.unwrap().job_name, "daily-load");
    let (job, wire) = scripted((0..9).map(|_| empty()));
    let error = job.get().await.unwrap_err();
    assert!(
        error.kind() == ErrorKind::Decode && error.to_string().contains("the answer is empty"),
        "{error}"
    );
    assert_eq!(wire.seen().len(), 5);
}
