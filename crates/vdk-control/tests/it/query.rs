//! Queries: what is written into the URL, how pages follow, and what is read.

use cloud_core::test_util::{Scripted, ScriptedTransport};
use serde_json::{Map, Value, json};
use vdk_control::executions::ExecutionProperty;
use vdk_control::query::{DeploymentOutcome, JobFields, JobProperty};
use vdk_control::{ErrorKind, ExecutionStatus, JobMode, Sort, Team, Timestamp};

use crate::common::{assert_field, builder, sandboxed};

fn team(answers: impl IntoIterator<Item = Scripted>) -> (Team, ScriptedTransport) {
    let wire = ScriptedTransport::new(answers);
    (builder(&wire).build().unwrap().team("load \"er\""), wire)
}

/// The parameter of this name of all requests, decoded.
fn sent(wire: &ScriptedTransport, name: &str) -> Vec<String> {
    let value = |seen: cloud_core::test_util::Seen| {
        assert_eq!(seen.request.method(), "GET");
        let url = url::Url::parse(&seen.request.uri().to_string()).unwrap();
        assert_eq!(url.path(), "/data-jobs/for-team/load%20%22er%22/jobs");
        url.query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default()
    };
    wire.seen().into_iter().map(value).collect()
}

fn page(names: &[(&str, &str)], pages: u64) -> Scripted {
    let jobs: Vec<Value> = names
        .iter()
        .map(|(name, team)| json!({"jobName": name, "config": {"team": team}}))
        .collect();
    Scripted::json(
        200,
        json!({"data": {"content": jobs, "totalPages": pages, "totalItems": 9}, "errors": []})
            .to_string(),
    )
}

const MINE: &str = "load \"er\"";

#[tokio::test]
async fn the_team_that_the_server_forgets_is_asked_for_and_checked() {
    let (team, wire) = team([page(
        &[("a", MINE), ("b", "LOAD \"ER\"s"), ("c", "other")],
        1,
    )]);
    let jobs = team.jobs().list().all().await.unwrap();
    assert_eq!(
        jobs.iter()
            .map(|job| job.job_name.as_str())
            .collect::<Vec<_>>(),
        ["a"],
        "alike is not the same"
    );
    let query = concat!(
        r#"{jobs(pageNumber:1,pageSize:100,filter:[{property:"config.team",pattern:"load \"er\""}]){content{"#,
        "jobName config{team description schedule{scheduleCron nextRunEpochSeconds}}",
        "}totalPages totalItems}}"
    );
    assert_eq!(sent(&wire, "query"), [query]);
}

#[tokio::test]
async fn filters_order_search_and_fields_are_written_out() {
    let (team, wire) = team((0..3).map(|_| page(&[], 1)));
    let list = team
        .jobs()
        .list()
        .name("daily-*")
        .enabled(true)
        .sort(Sort::from(JobProperty::JobName).descending());
    list.search("a\"}){x")
        .fields(JobFields::new())
        .per_page(7)
        .page()
        .await
        .unwrap();
    team.jobs()
        .list()
        .of_all_teams()
        .not_deployed()
        .sort(JobProperty::NextRun)
        .fields(JobFields::new())
        .page()
        .await
        .unwrap();
    team.jobs()
        .list()
        .of_all_teams()
        .fields(JobFields::all())
        .page()
        .await
        .unwrap();
    let sent = sent(&wire, "query");
    let arguments = |n: usize| sent[n].split_once("){content{").unwrap().0.to_owned();
    assert_eq!(
        arguments(0),
        concat!(
            r#"{jobs(pageNumber:1,pageSize:7,filter:[{property:"config.team",pattern:"load \"er\""},"#,
            r#"{property:"jobName",pattern:"daily-*",sort:DESC},{property:"deployments.enabled",pattern:"enabled"}],"#,
            r#"search:"a\"}){x""#,
        )
    );
    assert!(
        sent[0].contains(
            r#"search:"a\"}){x"){content{jobName config{team} deployments{id enabled jobVersion "#
        ),
        "{}",
        sent[0]
    );
    assert!(sent[1].contains(
        "{content{jobName config{team schedule{scheduleCron nextRunEpochSeconds}} deployments{"
    ));
    assert_eq!(
        arguments(1),
        concat!(
            r#"{jobs(pageNumber:1,pageSize:100,filter:[{property:"deployments.enabled",pattern:"not_deployed"},"#,
            r#"{property:"config.schedule.nextRunEpochSeconds",sort:ASC}]"#,
        )
    );
    assert_eq!(arguments(2), "{jobs(pageNumber:1,pageSize:100,filter:[]");
    assert!(
        sent[2].contains(r#"executions(pageNumber:1,pageSize:10,order:{property:"startTime",direction:DESC}){id type"#)
    );
    let longest = wire.seen()[2].request.uri().to_string().len();
    assert!(
        longest < 4000,
        "{longest} bytes of URL, of the 8 KiB that the server takes"
    );
}

/// The server takes the team for a regular expression, and a query with a broken one fails.
#[tokio::test]
async fn a_team_may_have_any_name() {
    let wire = ScriptedTransport::new([page(&[("a", "a.b (c)*"), ("b", "a.b x")], 1)]);
    let team = builder(&wire).build().unwrap().team("a.b (c)*");
    assert_eq!(team.jobs().list().all().await.unwrap().len(), 1);
    let query = wire.lines().remove(0);
    assert!(
        query.contains("pattern%3A%22a.b%20%25c%25%25%22"),
        "{query}"
    );
}

#[tokio::test(start_paused = true)]
async fn pages_follow_by_number_and_nothing_is_left_out() {
    let pages = || {
        [
            page(&[("a", MINE)], 3),
            page(&[("x", "other")], 3),
            page(&[("b", MINE)], 3),
        ]
    };
    let (one, wire) = team(pages());
    let mut items = one.jobs().list().fields(JobFields::new()).items();
    let mut names = Vec::new();
    while let Some(job) = items.next().await.unwrap() {
        names.push(job.job_name);
    }
    assert_eq!(names, ["a", "b"]);
    let numbers: Vec<_> = sent(&wire, "query")
        .iter()
        .map(|query| query[17..18].to_owned())
        .collect();
    assert_eq!(numbers, ["1", "2", "3"]);
    let (side_by_side, _) = team(pages());
    assert_eq!(
        side_by_side
            .jobs()
            .list()
            .prefetch(2)
            .all()
            .await
            .unwrap()
            .len(),
        2
    );
    let second = |answer: Scripted| answer.after(std::time::Duration::from_secs(1));
    for (prefetch, seconds) in [(1, 3), (2, 2)] {
        let (slow, _) = team(pages().map(second));
        let begun = tokio::time::Instant::now();
        slow.jobs().list().prefetch(prefetch).all().await.unwrap();
        assert_eq!(begun.elapsed().as_secs(), seconds, "{prefetch} at once");
    }
    let (few, wire) = team(pages());
    let error = few
        .jobs()
        .list()
        .cap(1)
        .per_page(1)
        .from_page("2".parse().unwrap())
        .all()
        .await;
    assert_eq!((error.unwrap().len(), wire.seen().len()), (1, 2));
}

#[tokio::test]
async fn executions_of_a_team_by_their_own_root() {
    let found = json!({"id": "e-1", "type": "SCHEDULED", "jobName": "daily-load", "status": "USER_ERROR",
        "startTime": "2026-11-20T05:00Z", "endTime": "2026-11-20T05:00:01.5Z", "opId": "o", "logsUrl": "l",
        "startedBy": "s", "message": null, "deployment": {"jobVersion": "v1", "jobPythonVersion": "3.11",
        "vdkVersion": "0", "mode": "RELEASE", "deployedDate": "2026-11-19T05:00:00Z", "deployedBy": "ann",
        "resources": {"cpuLimit": 2.0, "memoryLimit": 512}, "schedule": {"scheduleCron": "0 5 * * *"}}});
    let answer = json!({"data": {"content": [found], "totalPages": 1, "totalItems": 1}});
    let (team, wire) = team([Scripted::json(200, answer.to_string())]);
    let time = |text: &str| text.parse::<Timestamp>().unwrap();
    let list = team
        .executions()
        .list()
        .job("daily-load")
        .status(ExecutionStatus::UserError)
        .status("running");
    let list = list
        .started_from(time("2026-11-01T00:00:00Z"))
        .started_from(time("2026-11-20T00:00:00Z"));
    let list = list
        .ended_until(time("2026-11-21T00:00:00Z"))
        .sort(ExecutionProperty::EndTime);
    let all = list.all().await.unwrap();
    assert!(sent(&wire, "query")[0].starts_with(concat!(
        r#"{executions(pageNumber:1,pageSize:100,filter:{teamNameIn:["load \"er\""],jobNameIn:["daily-load"],"#,
        r#"statusIn:[USER_ERROR,RUNNING],startTimeGte:"2026-11-20T00:00:00Z",endTimeLte:"2026-11-21T00:00:00Z"},"#,
        r#"order:{property:"endTime",direction:ASC}){content{id type jobName status"#,
    )));
    let one = &all[0];
    assert_eq!(
        (&one.status, one.job_name.as_str()),
        (&ExecutionStatus::UserError, "daily-load")
    );
    assert_eq!(
        one.start_time,
        Some(time("2026-11-20T05:00:00Z")),
        "seconds that are zero are left out"
    );
    let deployment = one.deployment.as_ref().unwrap();
    assert_eq!(
        (&deployment.mode, deployment.python_version.as_deref()),
        (&Some(JobMode::Release), Some("3.11"))
    );
    assert_eq!(
        deployment.schedule.as_ref().unwrap().schedule_cron,
        "0 5 * * *"
    );
    assert_eq!(
        deployment.resources.as_ref().unwrap().memory_limit,
        Some(512)
    );
}

#[tokio::test]
async fn queries_of_ones_own() {
    let answer = r#"{"data":{"content":[{"x":1}],"totalItems":"4"},"errors":[{"message":"slow"}]}"#;
    let (team, wire) = team([
        Scripted::json(200, answer),
        Scripted::json(200, r#"{"data":null}"#),
    ]);
    let variables = Map::from_iter([("n".to_owned(), json!(1))]);
    let query = team
        .jobs()
        .graphql("query a($n: Int) { jobs(pageNumber: $n) { content { jobName } } }");
    let answer = query
        .variables(variables)
        .operation_name("a")
        .await
        .unwrap();
    assert_eq!(
        (
            answer.content[0]["x"].clone(),
            answer.total_items,
            answer.errors.len()
        ),
        (json!(1), Some(4), 1)
    );
    assert_eq!(
        (sent(&wire, "variables"), sent(&wire, "operation_name")),
        (vec![r#"{"n":1}"#.into()], vec!["a".into()])
    );
    assert_eq!(
        team.jobs().graphql("{x}").await.unwrap().content,
        [Value::Null; 0]
    );
}

#[tokio::test]
async fn a_query_that_is_not_answered_is_an_error_with_the_reason() {
    let failed = r#"{"errors":[{"message":"Field 'x' is undefined"}],"data":null}"#;
    let (team, _) = team([
        Scripted::json(400, failed),
        Scripted::json(200, failed),
        Scripted::json(200, failed),
    ]);
    let error = team.jobs().graphql("{x}").await.unwrap_err();
    assert!(
        error.is_invalid_input() && error.message() == "Field 'x' is undefined",
        "{error}"
    );
    for error in [
        team.jobs().graphql("{x}").await.map(drop),
        team.jobs().list().all().await.map(drop),
    ] {
        let error = error.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(
            error
                .to_string()
                .contains("the query was not answered: Field 'x' is undefined"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn an_answer_with_neither_data_nor_errors_is_no_empty_list() {
    let neither = "the answer has neither `data` nor `errors`";
    for (answer, expected) in [
        ("{}", neither),
        (r#"{"errors":[]}"#, neither),
        (r#"{"data":null,"errors":null}"#, ""),
        (r#"{"data":{"totalItems":3}}"#, ""),
    ] {
        let (team, _) = team([Scripted::json(200, answer), Scripted::json(200, answer)]);
        for told in [
            team.jobs().graphql("{x}").await.map(drop),
            team.jobs().list().all().await.map(drop),
        ] {
            let Err(error) = told else {
                // Who writes the query may ask for the numbers alone, or for what has nothing.
                assert_eq!(expected, "", "{answer}");
                continue;
            };
            assert_eq!(error.kind(), ErrorKind::Decode);
            assert!(
                !expected.is_empty() && error.to_string().contains(expected),
                "{answer}: {error}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_sandbox_understands_the_typed_queries() {
    let (_sandbox, job) = sandboxed();
    let api = job.team().client().clone();
    for (team, name) in [
        ("load", "daily-load"),
        ("load", "hourly-load"),
        ("loaders", "weekly-load"),
    ] {
        api.team(team)
            .jobs()
            .create(name)
            .schedule("0 5 * * *")
            .description("d")
            .await
            .unwrap();
    }
    let names = async |list: vdk_control::query::ListJobs| {
        list.all()
            .await
            .unwrap()
            .into_iter()
            .map(|job| job.job_name)
            .collect::<Vec<_>>()
    };
    let list = || api.team("load").jobs().list();
    assert_eq!(
        names(list().sort(Sort::from(JobProperty::JobName).descending())).await,
        ["hourly-load", "daily-load"]
    );
    assert_eq!(
        names(list().name("DAILY-*").per_page(1)).await,
        ["daily-load"]
    );
    assert_eq!(
        names(list().of_all_teams().per_page(1).sort(JobProperty::JobName))
            .await
            .len(),
        3
    );
    assert_eq!(names(list().enabled(true)).await, [""; 0]);
    let full = list()
        .fields(JobFields::all())
        .sort(JobProperty::JobName)
        .all()
        .await
        .unwrap();
    assert_eq!(
        full[0].config.schedule.as_ref().unwrap().schedule_cron,
        "0 5 * * *"
    );
    assert!(!full[0].is_deployed());
    assert!(
        full[0]
            .deployments
            .iter()
            .all(|one| one.status != Some(DeploymentOutcome::Success))
    );
    assert!(
        api.team("load")
            .executions()
            .list()
            .status(ExecutionStatus::Running)
            .all()
            .await
            .unwrap()
            .is_empty()
    );
}

/// A token that is no number would be left out, and the list would begin with its first page without a word.
#[tokio::test]
async fn a_token_that_the_list_cannot_have_given_is_refused() {
    let (team, wire) = team([]);
    for token in ["x", "", "-1", "1.5", "2) {jobs}"] {
        let from_page = || token.parse().unwrap();
        assert_field(
            team.jobs().list().from_page(from_page()).all().await,
            "from_page",
        );
        assert_field(
            team.executions().list().from_page(from_page()).all().await,
            "from_page",
        );
    }
    for status in ["", "user error", "RUNNING,FINISHED", "\u{e9}"] {
        assert_field(
            team.executions().list().status(status).all().await,
            "status",
        );
    }
    assert!(wire.seen().is_empty());
}

fn without_totals(names: impl IntoIterator<Item = (String, &'static str)>) -> Scripted {
    let jobs: Vec<Value> = names
        .into_iter()
        .map(|(name, team)| json!({"jobName": name, "config": {"team": team}}))
        .collect();
    Scripted::json(200, json!({"data": {"content": jobs}}).to_string())
}

#[tokio::test]
async fn a_full_page_without_totals_asks_for_the_next() {
    // One job of each page is another team's: full is what the service sent, not what is left of it.
    let full = |page: usize| {
        without_totals(
            (0..100).map(|n| (format!("job-{page}-{n}"), if n == 0 { "x" } else { MINE })),
        )
    };
    let (team, wire) = team([
        full(1),
        full(2),
        without_totals([("last-job".to_owned(), MINE)]),
    ]);
    let jobs = team.jobs().list().all().await.unwrap();
    assert_eq!((jobs.len(), jobs[198].job_name.as_str()), (199, "last-job"));
    let pages: Vec<String> = sent(&wire, "query")
        .iter()
        .map(|query| query[.."{jobs(pageNumber:1".len()].to_owned())
        .collect();
    assert_eq!(
        pages,
        [
            "{jobs(pageNumber:1",
            "{jobs(pageNumber:2",
            "{jobs(pageNumber:3"
        ]
    );

    let two = || without_totals([("job-a".to_owned(), MINE), ("job-b".to_owned(), MINE)]);
    let (team, wire) = self::team([two(), without_totals([])]);
    assert_eq!(team.jobs().list().per_page(2).all().await.unwrap().len(), 2);
    assert_eq!(wire.seen().len(), 2);
    let (team, wire) = self::team([two()]);
    assert_eq!(team.jobs().list().per_page(3).all().await.unwrap().len(), 2);
    assert_eq!(wire.seen().len(), 1, "a short page is the last one");
}

#[tokio::test]
async fn executions_of_a_team_go_on_after_a_full_page_without_totals_too() {
    let page = |ids: &[&str]| {
        let content: Vec<Value> = ids.iter().map(|id| json!({"id": id})).collect();
        Scripted::json(200, json!({"data": {"content": content}}).to_string())
    };
    let (team, wire) = team([page(&["a", "b"]), page(&["c"])]);
    let all = team.executions().list().per_page(2).all().await.unwrap();
    assert_eq!((all.len(), wire.seen().len()), (3, 2));
}

#[tokio::test]
async fn a_service_that_leaves_totals_out_is_read_to_its_end() {
    let settings = cloud_sandbox::vdk_control::Settings::new().totals(false);
    let settings = settings.refused_by_hook("closed", 403, "Team closed may not read (policy 7)");
    let sandbox = cloud_sandbox::Sandbox::builder()
        .vdk_control(settings)
        .build();
    let builder = vdk_control::Client::builder()
        .endpoint("http://localhost:8092")
        .transport(sandbox.vdk_control());
    let api = builder.build().unwrap();
    let team = api.team("t");
    for name in ["job-aa", "job-bb", "job-cc"] {
        team.jobs().create(name).await.unwrap();
    }
    for size in [1, 2, 3, 4] {
        let jobs = team.jobs().list().per_page(size).all().await.unwrap();
        assert_eq!(jobs.len(), 3, "{size} on a page");
    }
    let error = api.team("closed").info().await.unwrap_err();
    assert_eq!(error.message(), "Team closed may not read (policy 7)");
}
