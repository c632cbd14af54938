//! Every operation on the wire: method, path, query, headers and body, and what the caller gets of the answers that the
//! server really gives.

use std::collections::BTreeSet;

use cloud_core::test_util::{Scripted, ScriptedTransport};
use cloud_core::transport::TransportErrorKind;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use vdk_control::{Contacts, JobMode, Properties, Resources, Secrets};

use crate::common::{self, JOB, body, builder, octets, scripted};

/// Method and target of the only request, and its body.
#[track_caller]
fn sent(wire: &ScriptedTransport, method: &str, target: &str, json: &Value) {
    let seen = wire.seen();
    let last = seen.last().expect("something was sent");
    assert_eq!(last.line(), format!("{method} {target}"));
    assert_eq!(&body(&last.request), json);
    let expected = if json.is_null() {
        None
    } else {
        Some("application/json")
    };
    let kind = last
        .request
        .headers()
        .get("content-type")
        .map(|kind| kind.to_str().unwrap());
    assert_eq!(kind, expected);
}

fn empty(status: u16) -> Scripted {
    Scripted::with_headers(status, &[], "")
}

#[test]
fn the_sandbox_knows_every_operation_and_no_other() {
    let called: BTreeSet<_> = vdk_control::ops::OPERATIONS
        .iter()
        .map(|o| (o.id, o.method.as_str(), o.path))
        .collect();
    let known: BTreeSet<_> = cloud_sandbox::vdk_control::operations()
        .map(|o| (o.id, o.method, o.path))
        .collect();
    assert_eq!(called, known);
    assert_eq!(called.len(), 30);
}

#[tokio::test]
async fn what_goes_out_with_every_request() {
    let wire = ScriptedTransport::from_fn(|_| Scripted::json(200, r#"{"api_version":"1"}"#));
    let api = builder(&wire).user_agent("my-tool/1.2").build().unwrap();
    assert_eq!(api.team("my team").info().await.unwrap().api_version, "1");
    let request = &wire.seen()[0].request;
    assert_eq!(
        request.uri(),
        "http://localhost:8092/data-jobs/for-team/my%20team/info"
    );
    let header = |name: &str| request.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(
        (header("authorization"), header("accept")),
        ("Bearer t0ken".into(), "application/json".into())
    );
    assert!(request.headers()["authorization"].is_sensitive());
    let version = env!("CARGO_PKG_VERSION");
    assert!(header("user-agent").starts_with(&format!(
        "my-tool/1.2 cloud-vdk-control/{version} (+https://"
    )));
    let op_id = header("x-opid");
    assert!(
        op_id.len() == 16 && op_id.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{op_id}"
    );
    api.team("my team").info().await.unwrap();
    assert_ne!(
        wire.seen()[1].request.headers()["x-opid"],
        op_id.as_str(),
        "each call has its own"
    );
}

#[tokio::test]
async fn jobs_are_created_and_named_by_the_location() {
    let location = [(
        "location",
        "http://other/data-jobs/for-team/my%20team/jobs/daily-load?x=1",
    )];
    let (job, wire) = scripted([Scripted::with_headers(201, &location, ""), empty(201)]);
    let created = job.team().jobs().create("daily-load").await.unwrap();
    assert_eq!(
        (created.name(), created.team().name()),
        ("daily-load", "my team")
    );
    let plain =
        json!({"job_name": "daily-load", "description": "", "team": "my team", "config": {}});
    sent(&wire, "POST", "/data-jobs/for-team/my%20team/jobs", &plain);

    let full = job
        .team()
        .jobs()
        .create("other-job")
        .description("d")
        .schedule("0 5 * * *")
        .db_default_type("TRINO");
    let full = full
        .contacts(Contacts::all(["a@b"]))
        .generate_keytab(false)
        .enable_execution_notifications(true);
    assert_eq!(
        full.notification_delay_period_minutes(60)
            .await
            .unwrap()
            .name(),
        "other-job",
        "without Location"
    );
    let contacts = json!({
        "notified_on_job_failure_user_error": ["a@b"], "notified_on_job_failure_platform_error": ["a@b"],
        "notified_on_job_success": ["a@b"], "notified_on_job_deploy": ["a@b"],
    });
    let config = json!({
        "schedule": {"schedule_cron": "0 5 * * *"}, "db_default_type": "TRINO", "contacts": contacts,
        "generate_keytab": false, "enable_execution_notifications": true, "notification_delay_period_minutes": 60,
    });
    let full =
        json!({"job_name": "other-job", "description": "d", "team": "my team", "config": config});
    sent(&wire, "POST", "/data-jobs/for-team/my%20team/jobs", &full);
}

#[tokio::test(start_paused = true)]
async fn a_job_whose_answer_was_lost_is_found_again() {
    let lost = || Scripted::Failure(TransportErrorKind::Interrupted);
    let (found, not_found) = (
        || Scripted::json(200, r#"{"job_name":"daily-load"}"#),
        || empty(404),
    );
    for first in [lost, || empty(409), || Scripted::json(503, "")] {
        let (job, wire) = scripted([first(), found()]);
        let got = job.team().jobs().create("daily-load").or_get();
        let got = got.await.unwrap();
        assert_eq!((got.name(), got.was_created()), ("daily-load", false));
        let lines = [
            "POST /data-jobs/for-team/my%20team/jobs".to_owned(),
            format!("GET {JOB}"),
        ];
        assert_eq!(wire.lines(), lines);
        assert_eq!(got.wait().await.unwrap().name(), "daily-load");
        assert_eq!(wire.lines(), lines, "there is nothing to wait for");
    }
    let (job, wire) = scripted([empty(201)]);
    let made = job.team().jobs().create("daily-load").or_get();
    assert!(made.await.unwrap().was_created());
    assert_eq!(wire.seen().len(), 1);

    let (job, _) = scripted([empty(409), not_found(), lost(), not_found(), empty(400)]);
    let create = || job.team().jobs().create("daily-load").or_get();
    assert!(
        create().await.unwrap_err().is_conflict(),
        "the name is another team's"
    );
    assert!(create().await.unwrap_err().may_have_happened());
    assert!(create().await.unwrap_err().is_invalid_input());
}

/// Somebody else's job must not be taken for the one that was asked for.
#[tokio::test(start_paused = true)]
async fn a_job_that_is_another_one_is_not_taken_for_the_one_asked_for() {
    let there = json!({"job_name": "daily-load", "description": "d", "config": {
        "db_default_type": "TRINO", "schedule": {"schedule_cron": "0 5 * * *"}, "contacts": {"notified_on_job_deploy": ["a@b"]},
        "generate_keytab": true, "notification_delay_period_minutes": 240}});
    let wire = ScriptedTransport::from_fn(move |request| match request.method().as_str() {
        "POST" => empty(409),
        _ => Scripted::json(200, there.to_string()),
    });
    let team = builder(&wire).build().unwrap().team("my team");
    let create = || team.jobs().create("daily-load");
    let mut contacts = Contacts::default();
    contacts.notified_on_job_deploy.push("a@b".to_owned());
    for same in [
        create(),
        create().description("d").schedule(" 0 5 * * *"),
        create().db_default_type("TRINO").contacts(contacts),
        create()
            .generate_keytab(true)
            .notification_delay_period_minutes(240),
        // The service does not tell it here.
        create().enable_execution_notifications(false),
    ] {
        assert!(!same.or_get().await.unwrap().was_created());
    }
    for (another, differs) in [
        (create().description("e"), "description"),
        (
            create().schedule("0 6 * * *"),
            "config.schedule.schedule_cron",
        ),
        (create().schedule(""), "config.schedule.schedule_cron"),
        (create().db_default_type("IMPALA"), "config.db_default_type"),
        (create().contacts(Contacts::default()), "config.contacts"),
        (create().generate_keytab(false), "config.generate_keytab"),
        (
            create().notification_delay_period_minutes(60),
            "config.notification_delay_period_minutes",
        ),
    ] {
        let error = another.or_get().await.unwrap_err();
        assert!(error.is_conflict(), "{error}");
        assert_eq!(error.fields()[0].name, differs);
        let text = format!(
            "POST /data-jobs/for-team/my%20team/jobs failed: 409 Conflict; {differs}: differs in what is there (request {}, \
             0.0 s)",
            error.correlation_id().unwrap()
        );
        assert_eq!(error.to_string(), text);
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_is_looked_up_by_its_name() {
    let (job, wire) = scripted([
        Scripted::json(200, r#"{"job_name":"daily-load"}"#),
        empty(404),
    ]);
    let find = || job.team().jobs().find("daily-load");
    assert_eq!(find().await.unwrap().unwrap().job_name, "daily-load");
    assert_eq!(find().await.unwrap(), None);
    assert_eq!(wire.lines(), [format!("GET {JOB}"), format!("GET {JOB}")]);
}

#[tokio::test]
async fn jobs_are_read_changed_moved_and_deleted() {
    let data = json!({"job_name": "daily-load", "description": "d", "team": "my team", "config": {
        "db_default_type": null, "generate_keytab": true, "schedule": {"schedule_cron": "0 5 * * *"}, "contacts": null,
        "notification_delay_period_minutes": 240, "enable_execution_notifications": null}});
    let answer = || Scripted::json(200, data.to_string());
    let (job, wire) = scripted([
        answer(),
        answer(),
        empty(200),
        empty(204),
        empty(200),
        empty(200),
    ]);
    let read = job.get().await.unwrap();
    sent(&wire, "GET", JOB, &Value::Null);
    assert_eq!(
        (
            read.config.schedule.schedule_cron.as_str(),
            read.config.generate_keytab
        ),
        ("0 5 * * *", Some(true))
    );

    let changed = job
        .update_with(|job| job.description = "new".into())
        .await
        .unwrap();
    assert_eq!(changed.description, "new");
    let none: [&str; 0] = [];
    let contacts = json!({
        "notified_on_job_failure_user_error": none, "notified_on_job_failure_platform_error": none,
        "notified_on_job_success": none, "notified_on_job_deploy": none,
    });
    let body = json!({"job_name": "daily-load", "description": "new", "team": "my team", "config": {
        "generate_keytab": true, "schedule": {"schedule_cron": "0 5 * * *"}, "contacts": contacts,
        "notification_delay_period_minutes": 240}});
    sent(&wire, "PUT", JOB, &body);
    job.update(&changed).await.unwrap();

    let moved = job.move_to_team("other/team").await.unwrap();
    sent(
        &wire,
        "PUT",
        &format!("{JOB}/team/other%2Fteam"),
        &Value::Null,
    );
    assert_eq!(
        (moved.name(), moved.team().name()),
        ("daily-load", "other/team")
    );
    job.delete().await.unwrap();
    sent(&wire, "DELETE", JOB, &Value::Null);
}

#[tokio::test]
async fn keytabs_are_bytes_and_stay_secret() {
    let (job, wire) = scripted([octets(&b"\x05\x02\xff\x00key"[..])]);
    let keytab = job.keytab().await.unwrap();
    sent(&wire, "GET", &format!("{JOB}/keytab"), &Value::Null);
    assert_eq!(
        wire.seen()[0].request.headers()["accept"],
        "application/octet-stream"
    );
    assert_eq!(keytab.expose(), b"\x05\x02\xff\x00key");
    assert_eq!(format!("{keytab:?}"), "Keytab(7 bytes)");
    let folder = common::Folder::new("keytab");
    let path = folder.path().join("daily-load.keytab");
    keytab.write_to(&path).await.unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), keytab.expose());
    common::assert_field(keytab.write_to(&path).await, "path");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}

#[tokio::test]
async fn deployments_on_the_wire() {
    let status = r#"{"enabled":true,"job_version":"v1","last_deployed_date":"2021-02-02T10:50:40.034Z","mode":"release",
        "id":null,"contacts":null,"schedule":null,"resources":{"cpu_limit":10.0,"memory_limit":512}}"#;
    let answers = [
        Scripted::json(200, format!("[{status}]")),
        Scripted::json(200, status),
        empty(202),
        empty(202),
        empty(202),
        empty(202),
    ];
    let (job, wire) = scripted(answers);
    let deployments = job.deployments();
    let list = deployments
        .list()
        .deployment_id("production")
        .mode(JobMode::Release)
        .all()
        .await
        .unwrap();
    sent(
        &wire,
        "GET",
        &format!("{JOB}/deployments?deployment_id=production&mode=release"),
        &Value::Null,
    );
    assert_eq!(
        (list.len(), list[0].mode.clone()),
        (1, Some(JobMode::Release))
    );
    let one = deployments.get().await.unwrap();
    sent(
        &wire,
        "GET",
        &format!("{JOB}/deployments/production"),
        &Value::Null,
    );
    assert_eq!(one, list[0]);
    assert_eq!(
        one.deployed_at().unwrap().to_string(),
        "2021-02-02T10:50:40.034Z"
    );
    assert_eq!(
        (one.is_enabled(), one.resources.unwrap().memory_limit),
        (true, Some(512))
    );

    let update = deployments
        .update()
        .job_version("v2")
        .python_version("3.11")
        .vdk_version("0.3")
        .mode("testing");
    let update = update
        .id("production")
        .enabled(true)
        .schedule("0 5 * * *")
        .resources(Resources::memory_limit(512));
    update.send_notification(false).await.unwrap();
    let full = json!({"job_version": "v2", "python_version": "3.11", "vdk_version": "0.3", "mode": "testing",
        "id": "production", "enabled": true, "schedule": {"schedule_cron": "0 5 * * *"},
        "resources": {"memory_limit": 512}});
    sent(
        &wire,
        "POST",
        &format!("{JOB}/deployments?send_notification=false"),
        &full,
    );
    deployments.patch().vdk_version("0.4").await.unwrap();
    sent(
        &wire,
        "PATCH",
        &format!("{JOB}/deployments/production"),
        &json!({"vdk_version": "0.4"}),
    );
    job.clone()
        .deployment_id("a b")
        .deployments()
        .disable()
        .await
        .unwrap();
    sent(
        &wire,
        "PATCH",
        &format!("{JOB}/deployments/a%20b"),
        &json!({"enabled": false}),
    );
    deployments.delete().await.unwrap();
    sent(
        &wire,
        "DELETE",
        &format!("{JOB}/deployments/production"),
        &Value::Null,
    );
}

#[tokio::test]
async fn properties_are_replaced_as_a_whole() {
    let answers = [
        Scripted::json(200, r#"{"a":1,"b":null,"c":{"d":[true]}}"#),
        Scripted::json(200, r#"{"a":1,"b":"x"}"#),
    ];
    let (job, wire) = scripted(answers.into_iter().chain([empty(204), empty(204)]));
    let path = format!("{JOB}/deployments/production/properties");
    let all = job.properties().get().await.unwrap();
    sent(&wire, "GET", &path, &Value::Null);
    assert_eq!(
        (all.get("a"), all.get("b"), all.len()),
        (Some(&json!(1)), Some(&Value::Null), 3)
    );
    let after = job.properties().set("a", "2").await.unwrap();
    sent(&wire, "PUT", &path, &json!({"a": "2", "b": "x"}));
    assert_eq!(after.names().collect::<Vec<_>>(), ["a", "b"]);
    let some = Properties::from_iter([("nothing", Value::Null), ("n", json!(1.5))]);
    job.properties().replace(&some).await.unwrap();
    sent(&wire, "PUT", &path, &json!({"nothing": null, "n": 1.5}));
    assert_eq!(format!("{some:?}"), r#"Properties{"n", "nothing"}"#);
}

#[tokio::test]
async fn secrets_are_replaced_as_a_whole_and_never_shown() {
    let answer = || Scripted::json(200, r#"{"password":"hunter2","key":{"n":"s3cr3t"}}"#);
    let (job, wire) = scripted([answer(), empty(202), answer(), empty(204)]);
    let path = format!("{JOB}/deployments/production/secrets");
    let left = job.secrets().remove("key").await.unwrap();
    assert_eq!(wire.lines(), [format!("GET {path}"), format!("PUT {path}")]);
    sent(&wire, "PUT", &path, &json!({"password": "hunter2"}));
    assert_eq!(left.expose("password"), Some(&json!("hunter2")));
    let all = job.secrets().get().await.unwrap();
    let shown = format!(
        "{all:?} {:?} {:?}",
        job.secrets().replace(&all),
        job.secrets()
    );
    assert!(
        !shown.contains("hunter2") && !shown.contains("s3cr3t"),
        "{shown}"
    );
    job.secrets().replace(&Secrets::new()).await.unwrap();
    sent(&wire, "PUT", &path, &json!({}));
}

#[tokio::test]
async fn oauth_applications_of_teams() {
    let pair = r#"{"teamName":"my team","clientId":"c"}"#;
    let answers = [
        empty(202),
        Scripted::json(
            200,
            r#"{"teamName":"my team","clientId":"c","clientSecret":"hunter2"}"#,
        ),
        Scripted::json(200, pair),
        Scripted::Failure(TransportErrorKind::Interrupted),
        Scripted::json(200, format!("[{pair}]")),
    ];
    let (job, wire) = scripted(answers);
    let team = job.team();
    let path = "/data-jobs/teams/my%20team/oauth-credentials";
    let put = team.oauth_credentials().put("c", "hunter2");
    assert!(!format!("{put:?}").contains("hunter2"));
    put.await.unwrap();
    sent(
        &wire,
        "PUT",
        path,
        &json!({"clientId": "c", "clientSecret": "hunter2"}),
    );
    let credentials = team.oauth_credentials().get().await.unwrap();
    sent(&wire, "GET", path, &Value::Null);
    assert_eq!(
        (
            credentials.client_id.as_str(),
            credentials.client_secret.expose_secret()
        ),
        ("c", "hunter2")
    );
    assert!(!format!("{credentials:?}").contains("hunter2"));
    assert_eq!(
        team.oauth_credentials()
            .client_id()
            .await
            .unwrap()
            .team_name,
        "my team"
    );
    sent(&wire, "GET", &format!("{path}/client-id"), &Value::Null);
    tokio::time::pause();
    let teams = team.client().teams_of_client_ids(["c", "d"]).await.unwrap();
    sent(
        &wire,
        "POST",
        "/data-jobs/oauth-credentials/client-ids",
        &json!(["c", "d"]),
    );
    assert_eq!(
        (teams[0].client_id.as_str(), wire.seen().len()),
        ("c", 5),
        "reading may be repeated"
    );
}

/// Looking for the job may fail in its turn; that the creation was asked for is not forgotten over it.
#[tokio::test(start_paused = true)]
async fn a_job_that_cannot_be_looked_for_leaves_the_question_open() {
    let lost = || Scripted::Failure(TransportErrorKind::Interrupted);
    for (created, may_have_happened) in [(lost(), true), (empty(409), false)] {
        let (job, wire) = scripted([created, empty(403)]);
        let create = job.team().jobs().create("daily-load").or_get();
        let error = create.await.unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), 403);
        assert_eq!(error.may_have_happened(), may_have_happened, "{error}");
        let lines = wire.lines();
        assert_eq!(
            lines.iter().filter(|line| line.starts_with("POST")).count(),
            1
        );
    }
}

/// What a slip in a name would send is refused by such a sandbox.
#[tokio::test]
async fn a_strict_service_knows_every_name_that_is_sent() {
    let sandbox = cloud_sandbox::Sandbox::builder().strict(true).build();
    let builder = vdk_control::Client::builder()
        .endpoint("http://localhost:8092")
        .transport(sandbox.vdk_control());
    let team = builder.build().unwrap().team("my team");
    let contacts = vdk_control::Contacts::all(["a@x.test"]);
    let create = team.jobs().create("daily-load").contacts(contacts);
    let job = create
        .db_default_type("TRINO")
        .schedule("0 5 * * *")
        .generate_keytab(true)
        .enable_execution_notifications(true)
        .notification_delay_period_minutes(60)
        .await
        .unwrap();
    job.update_with(|job| job.description = "x".into())
        .await
        .unwrap();
    let deploy = job.deploy("abc").python_version("3.11").vdk_version("1");
    let memory = vdk_control::Resources::memory_limit(512);
    deploy
        .id("x")
        .mode(vdk_control::JobMode::Release)
        .schedule("0 5 * * *")
        .resources(memory)
        .await
        .unwrap();
    team.oauth_credentials().put("id", "secret").await.unwrap();
    let error = job
        .start()
        .arg("day", 1)
        .started_by("me")
        .await
        .unwrap_err();
    assert!(error.is_not_found(), "it is not deployed yet: {error}");
}
