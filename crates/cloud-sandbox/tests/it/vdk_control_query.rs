//! `jobsQuery` of the VDK Control Service.

use std::time::{Duration, SystemTime};

use crate::common::vdk::{JOB, Vdk, encoded};
use crate::common::{self, Reply, SECOND};
use cloud_sandbox::Sandbox;
use serde_json::{Value, json};

const QUERY: &str = "/data-jobs/for-team/whoever/jobs";

async fn ask(api: &Vdk, query: &str) -> Reply {
    api.get(&format!("{QUERY}?query={}", encoded(query))).await
}

async fn content(api: &Vdk, query: &str) -> Vec<Value> {
    let reply = ask(api, query).await;
    assert_eq!(reply.ok(200)["errors"], json!([]));
    reply.json["data"]["content"].as_array().unwrap().clone()
}

/// The names of the jobs that these arguments find.
async fn names(api: &Vdk, arguments: &str, fields: &str) -> Vec<String> {
    let query = format!(
        "{{ jobs(pageNumber: 1, pageSize: 100, {arguments}) {{ content {{ jobName {fields} }} }} }}"
    );
    let content = content(api, &query).await;
    content
        .iter()
        .map(|job| job["jobName"].as_str().unwrap().to_owned())
        .collect()
}

/// The text of the one error.
#[track_caller]
fn wrong(reply: &Reply) -> &str {
    assert_eq!(
        (reply.status, &reply.json["data"]),
        (400, &Value::Null),
        "{}",
        reply.text
    );
    let errors = reply.json["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1);
    errors[0]["message"].as_str().unwrap()
}

/// Four jobs of two teams, one deployed and enabled, one deployed and disabled.
async fn some_jobs() -> Vdk {
    let api = Vdk::of(
        Sandbox::builder()
            .starting_at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000))
            .build(),
    );
    for (team, name, description, cron) in [
        ("red", "red-import", "reads ALL", Some("0 5 * * *")),
        ("red", "red-export", "writes all", None),
        (
            "Red Two",
            "two-import",
            "reads some",
            Some("not a schedule"),
        ),
        ("blue", "blue-job", "", None),
    ] {
        let config = json!({"schedule": {"schedule_cron": cron}, "contacts": {"notified_on_job_success": ["a@example.com"]}});
        let body = json!({"job_name": name, "description": description, "config": config});
        api.post(&format!("/data-jobs/for-team/{}/jobs", encoded(team)), body)
            .await
            .ok_empty(201);
    }
    for name in ["red-import", "red-export"] {
        let job = format!("/data-jobs/for-team/red/jobs/{name}");
        let upload = api
            .upload(&job, &common::vdk::archive("a", &[("b.py", "")]))
            .await;
        let version = upload.ok(200)["version_sha"].clone();
        let body = json!({"job_version": version, "enabled": name == "red-import"});
        api.post(&format!("{job}/deployments"), body)
            .await
            .ok_empty(202);
    }
    api.settle();
    api
}

#[tokio::test]
async fn without_a_query_the_first_jobs_of_all_teams_are_listed() {
    let api = some_jobs().await;
    let reply = api.get(QUERY).await;
    let answer = reply.ok(200);
    assert_eq!(answer["errors"], json!([]));
    let page = &answer["data"];
    assert_eq!(
        (&page["totalItems"], &page["totalPages"]),
        (&json!(4), &json!(1))
    );
    let first = json!({"jobName": "blue-job", "config": {"team": "blue", "description": "", "schedule": {"scheduleCron": null}}});
    assert_eq!(
        page["content"][0], first,
        "the team in the path does not matter, and names are in order"
    );
}

#[tokio::test]
async fn jobs_are_filtered_sorted_and_searched() {
    let api = some_jobs().await;
    let filtered = async |filter: &str, fields: &str| {
        names(&api, &format!("filter: [{filter}]"), fields).await
    };
    let everything = ["blue-job", "red-export", "red-import", "two-import"];
    assert_eq!(filtered("", "").await, everything);
    assert_eq!(
        filtered("{property: \"jobName\", pattern: \"RED-import\"}", "").await,
        ["red-import"]
    );
    assert!(
        filtered("{property: \"jobName\", pattern: \"import\"}", "")
            .await
            .is_empty(),
        "a whole name or a wildcard"
    );
    assert_eq!(
        filtered("{property: \"jobName\", pattern: \"*import\"}", "").await,
        ["red-import", "two-import"]
    );
    assert_eq!(
        filtered("{property: \"jobName\", pattern: \"r*-*port\"}", "").await,
        ["red-export", "red-import"]
    );
    assert_eq!(
        filtered("{property: \"config.team\", pattern: \"red\"}", "").await,
        ["red-export", "red-import"]
    );
    assert_eq!(
        filtered("{property: \"config.team\", pattern: \"red%\"}", "")
            .await
            .len(),
        3
    );
    assert_eq!(
        filtered("{property: \"config.team\", pattern: \".*D T.*\"}", "").await,
        ["two-import"]
    );
    assert!(
        filtered("{property: \"config.team\", pattern: \"ed\"}", "")
            .await
            .is_empty()
    );
    assert_eq!(
        filtered("{property: \"config.description\", pattern: \"all\"}", "").await,
        ["red-export", "red-import"]
    );
    // What is not asked for is not filled in, and so is as if it were not there.
    let enabled = "{property: \"deployments.enabled\", pattern: \"ENABLED\"}";
    assert!(filtered(enabled, "").await.is_empty());
    assert_eq!(
        filtered(enabled, "deployments { id }").await,
        ["red-import"]
    );
    let disabled = "{property: \"deployments.enabled\", pattern: \"disabled\"}";
    assert_eq!(
        filtered(disabled, "deployments { id }").await,
        ["red-export"]
    );
    let python = "{property: \"deployments.jobPythonVersion\", pattern: \"3.1\"}";
    assert_eq!(filtered(python, "deployments { id }").await.len(), 2);

    assert_eq!(
        filtered("{property: \"jobName\", sort: DESC}", "").await[0],
        "two-import"
    );
    let last_counts = "{property: \"config.team\", sort: DESC}, {property: \"jobName\", pattern: \"red*\", sort: ASC}";
    assert_eq!(
        filtered(last_counts, "").await,
        ["red-export", "red-import"]
    );
    assert_eq!(
        filtered("{property: \"config.team\", sort: ASC}", "").await[0],
        "two-import",
        "capitals come first"
    );
    let by_state = filtered(
        "{property: \"deployments.enabled\", sort: DESC}",
        "deployments { id }",
    )
    .await;
    assert_eq!(
        by_state,
        ["blue-job", "two-import", "red-export", "red-import"]
    );

    let searched = async |fields: &str| names(&api, "search: \"TWO\"", fields).await;
    assert_eq!(searched("").await, ["two-import"]);
    assert_eq!(
        names(&api, "search: \"some\"", "").await,
        Vec::<String>::new()
    );
    assert_eq!(
        names(&api, "search: \"some\"", "config { description }").await,
        ["two-import"]
    );
    let both = names(
        &api,
        "search: \"reads\", filter: [{property: \"config.team\", pattern: \"red\"}]",
        "config { description }",
    );
    assert_eq!(both.await, ["red-import"]);
}

#[tokio::test]
async fn pages() {
    let api = some_jobs().await;
    let page = async |arguments: &str| {
        let reply = ask(
            &api,
            &format!("{{ jobs({arguments}) {{ content {{ jobName }} totalPages totalItems }} }}"),
        )
        .await;
        let data = reply.ok(200)["data"].clone();
        (
            data["content"].as_array().unwrap().len(),
            data["totalPages"].clone(),
            data["totalItems"].clone(),
        )
    };
    assert_eq!(
        page("pageNumber: 1, pageSize: 3").await,
        (3, json!(2), json!(4))
    );
    assert_eq!(
        page("pageNumber: 2, pageSize: 3").await,
        (1, json!(2), json!(4))
    );
    assert_eq!(
        page("pageNumber: 3, pageSize: 3").await,
        (0, json!(2), json!(4))
    );
    let none = "filter: [{property: \"jobName\", pattern: \"none\"}]";
    assert_eq!(
        page(&format!("pageNumber: 1, pageSize: 3, {none}")).await,
        (0, json!(1), json!(0))
    );
    assert_eq!(
        page(&format!("pageNumber: 1, pageSize: 1, {none}")).await,
        (0, json!(0), json!(0))
    );
    // Totals that are not asked for are nought.
    let reply = ask(&api, "{ jobs(pageNumber: 1) { content { jobName } } }").await;
    assert_eq!(
        (
            &reply.ok(200)["data"]["totalItems"],
            &reply.json["data"]["totalPages"]
        ),
        (&json!(0), &json!(0))
    );

    for arguments in [
        "pageSize: 3",
        "pageNumber: 0, pageSize: 3",
        "pageNumber: 1, pageSize: 0",
        "pageNumber: -1",
    ] {
        let reply = ask(
            &api,
            &format!("{{ jobs({arguments}) {{ content {{ jobName }} }} }}"),
        )
        .await;
        assert!(
            wrong(&reply).starts_with("Exception while fetching data (/jobs) : "),
            "{arguments}"
        );
        assert_eq!(reply.json["errors"][0]["path"], json!(["jobs"]));
        assert_eq!(
            reply.json["errors"][0]["locations"][0],
            json!({"line": 1, "column": 3, "sourceName": null})
        );
    }
}

#[tokio::test]
async fn every_field_of_a_job() {
    let api = some_jobs().await;
    let job = "/data-jobs/for-team/red/jobs/red-import";
    for status in ["user_error", "succeeded", "succeeded"] {
        api.start(
            job,
            json!({"started_by": "manual/me", "args": {"sandbox": {"status": status}}}),
        )
        .await;
        api.settle();
    }
    let contacts = "contacts { notifiedOnJobFailureUserError notifiedOnJobFailurePlatformError notifiedOnJobSuccess notifiedOnJobDeploy }";
    let resources = "resources { cpuLimit cpuRequest empheralStorageLimit empheralSorageRequest memoryLimit memoryRequest netBandwitdthLimit }";
    let schedule = "schedule { scheduleCron nextRunEpochSeconds }";
    let query = format!(
        "{{ jobs(pageNumber: 1, pageSize: 5, filter: [{{property: \"jobName\", pattern: \"red-import\"}}]) {{ content {{ jobName \
         config {{ team description {schedule} {contacts} generateKeytab sourceUrl logsUrl }} deployments {{ id enabled {contacts} \
         jobVersion jobPythonVersion lastDeployedDate lastDeployedBy mode {resources} {schedule} vdkVersion status \
         executions(pageNumber: 1, pageSize: 2, filter: {{statusIn: [SUCCEEDED, USER_ERROR]}}, order: {{property: \"startTime\", direction: DESC}}) \
         {{ id type jobName status startTime endTime startedBy message opId logsUrl deployment {{ id enabled {contacts} jobVersion \
         jobPythonVersion deployedDate deployedBy mode {resources} {schedule} vdkVersion status }} }} \
         lastExecutionStatus lastExecutionTime lastExecutionDuration successfulExecutions failedExecutions }} }} }} }}"
    );
    let job = content(&api, &query).await.remove(0);
    let config = &job["config"];
    assert_eq!(
        (&config["team"], &config["generateKeytab"]),
        (&json!("red"), &json!(true))
    );
    // 1 800 000 000 is a Friday in January of 2027, at eight in the morning.
    assert_eq!(
        config["schedule"],
        json!({"scheduleCron": "0 5 * * *", "nextRunEpochSeconds": 1_800_075_600})
    );
    assert_eq!(
        config["contacts"]["notifiedOnJobSuccess"],
        json!(["a@example.com"])
    );
    assert!(
        config["sourceUrl"]
            .as_str()
            .unwrap()
            .ends_with("/red-import")
    );
    let deployment = &job["deployments"][0];
    assert_eq!(
        (&deployment["id"], &deployment["status"]),
        (&json!("red-import"), &json!("SUCCESS"))
    );
    assert_eq!(
        (
            &deployment["lastExecutionStatus"],
            &deployment["lastExecutionDuration"]
        ),
        (&json!("SUCCEEDED"), &json!(5))
    );
    assert_eq!(
        (
            &deployment["successfulExecutions"],
            &deployment["failedExecutions"]
        ),
        (&json!(2), &json!(1))
    );
    assert_eq!(deployment["resources"]["memoryLimit"], 1000);
    let executions = deployment["executions"].as_array().unwrap();
    assert_eq!(executions.len(), 2);
    assert!(executions[0]["startTime"].as_str() > executions[1]["startTime"].as_str());
    assert_eq!(
        (&executions[0]["type"], &executions[0]["status"]),
        (&json!("MANUAL"), &json!("SUCCEEDED"))
    );
    assert_eq!(deployment["lastExecutionTime"], executions[0]["endTime"]);
    assert_eq!(
        executions[0]["deployment"]["jobVersion"],
        deployment["jobVersion"]
    );

    let query = "{ jobs(pageNumber: 1, pageSize: 9) { content { jobName deployments { id } config { schedule { nextRunEpochSeconds } } } } }";
    let jobs = content(&api, query).await;
    assert_eq!(jobs[0]["deployments"], Value::Null, "not deployed");
    assert_eq!(
        jobs[3]["config"]["schedule"]["nextRunEpochSeconds"], -1,
        "no schedule"
    );
    let ranges = async |range: &str| {
        let filter = format!(
            "filter: [{{property: \"config.schedule.nextRunEpochSeconds\", pattern: \"{range}\"}}]"
        );
        names(&api, &filter, "config { schedule { nextRunEpochSeconds } }").await
    };
    assert_eq!(ranges("1800075600-1800075600").await, ["red-import"]);
    assert!(ranges("0-1800075599").await.is_empty());
    let last = async |property: &str, pattern: &str| {
        let filter =
            format!("filter: [{{property: \"deployments.{property}\", pattern: \"{pattern}\"}}]");
        names(&api, &filter, "deployments { id }").await
    };
    assert_eq!(
        last("lastExecutionStatus", "succeeded").await,
        ["red-import"]
    );
    assert!(
        last("lastExecutionStatus", "SUCCEEDED").await.is_empty(),
        "here it is in lower case"
    );
    assert_eq!(last("lastExecutionDuration", "5").await, ["red-import"]);
    assert_eq!(
        last("lastExecutionTime", "1800000000-1800000999").await,
        ["red-import"]
    );
    assert!(last("lastExecutionTime", "0-1800000000").await.is_empty());
}

#[tokio::test]
async fn executions_of_all_jobs() {
    let api = some_jobs().await;
    let mut starts = Vec::new();
    for (name, status) in [
        ("red-import", "succeeded"),
        ("red-export", "user_error"),
        ("red-import", "skipped"),
    ] {
        starts.push(api.sandbox.clock().now());
        api.start(
            &format!("/data-jobs/for-team/red/jobs/{name}"),
            json!({"args": {"sandbox": {"status": status}}}),
        )
        .await;
        api.settle();
    }
    api.start("/data-jobs/for-team/red/jobs/red-import", json!({}))
        .await;
    let all = async |arguments: &str| {
        let arguments = if arguments.is_empty() {
            String::new()
        } else {
            format!("({arguments})")
        };
        let content = content(
            &api,
            &format!("{{ executions{arguments} {{ content {{ status }} }} }}"),
        )
        .await;
        content
            .iter()
            .map(|execution| execution["status"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(all("").await.len(), 4);
    let order = |property: &str, direction: &str| {
        format!("order: {{property: \"{property}\", direction: {direction}}}")
    };
    assert_eq!(
        all(&order("startTime", "DESC")).await,
        ["SUBMITTED", "SKIPPED", "USER_ERROR", "SUCCEEDED"]
    );
    assert_eq!(
        all(&order("status", "ASC")).await,
        ["SUBMITTED", "SUCCEEDED", "SKIPPED", "USER_ERROR"]
    );
    assert_eq!(all(&order("jobName", "ASC")).await[0], "USER_ERROR");
    assert_eq!(
        all(&order("endTime", "ASC")).await[3],
        "SUBMITTED",
        "nothing is last"
    );
    assert_eq!(
        all("filter: {statusIn: [SKIPPED, SUBMITTED]}").await.len(),
        2
    );
    assert_eq!(
        all("filter: {jobNameIn: [\"red-export\"]}").await,
        ["USER_ERROR"]
    );
    assert!(all("filter: {teamNameIn: [\"blue\"]}").await.is_empty());
    let from = jiff_time(starts[1]);
    assert_eq!(
        all(&format!("filter: {{startTimeGte: \"{from}\"}}"))
            .await
            .len(),
        3
    );
    assert_eq!(
        all(&format!("filter: {{startTimeLte: \"{from}\"}}"))
            .await
            .len(),
        2
    );
    assert_eq!(
        all(&format!("filter: {{endTimeLte: \"{from}\"}}")).await,
        ["SUCCEEDED"]
    );
    assert_eq!(
        all(&format!("filter: {{endTimeGte: \"{from}\"}}"))
            .await
            .len(),
        2,
        "what has not ended is in no range"
    );

    let reply =
        ask(&api, "{ executions(pageNumber: 2, pageSize: 3) { content { id jobName opId } totalPages totalItems } }")
            .await;
    let page = &reply.ok(200)["data"];
    assert_eq!(
        (
            page["content"].as_array().unwrap().len(),
            &page["totalPages"],
            &page["totalItems"]
        ),
        (1, &json!(2), &json!(4))
    );

    for arguments in [
        "pageNumber: 1",
        "pageSize: 1",
        "pageNumber: 0, pageSize: 1",
        "order: {property: \"team\", direction: ASC}",
        "order: {property: \"id\"}",
        "filter: {startTimeGte: \"yesterday\"}",
    ] {
        let reply = ask(
            &api,
            &format!("{{ executions({arguments}) {{ content {{ id }} }} }}"),
        )
        .await;
        assert!(
            wrong(&reply).starts_with("Exception while fetching data (/executions) : "),
            "{arguments}"
        );
    }
    let nested = "{ jobs(pageNumber: 1) { content { deployments { executions(filter: {jobNameIn: [\"a\"]}) { id } } } } }";
    assert!(wrong(&ask(&api, nested).await).contains("jobNameIn"));
}

fn jiff_time(time: SystemTime) -> String {
    // As precise as the service is.
    let millis = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_millis();
    jiff::Timestamp::from_millisecond(millis.try_into().unwrap())
        .unwrap()
        .to_string()
}

#[tokio::test]
async fn variables_operations_aliases_and_fragments() {
    let api = some_jobs().await;
    let query = "query Few($size: Int = 2, $number: Int!, $filter: [Predicate]) { jobs(pageNumber: $number, pageSize: $size, \
                 filter: $filter) { ...page } } query Other { jobs(pageNumber: 1) { totalItems } } fragment page on DataJobPage \
                 { totalItems content { name: jobName ... on DataJob { config { team } } } }";
    let asked = async |operation: &str, variables: Value| {
        let variables = encoded(&variables.to_string());
        api.get(&format!(
            "{QUERY}?query={}&operation_name={operation}&variables={variables}",
            encoded(query)
        ))
        .await
    };
    let reply = asked("Few", json!({"number": 1})).await;
    let page = &reply.ok(200)["data"];
    assert_eq!(
        (
            page["content"].as_array().unwrap().len(),
            &page["totalItems"]
        ),
        (2, &json!(4))
    );
    assert_eq!(
        page["content"][0],
        json!({"name": "blue-job", "config": {"team": "blue"}})
    );
    let filter = json!([{"property": "jobName", "pattern": "red*", "sort": "DESC"}]);
    let reply = asked(
        "Few",
        json!({"number": "1", "size": "10", "filter": filter}),
    )
    .await;
    assert_eq!(
        reply.ok(200)["data"]["content"][0]["name"],
        "red-import",
        "numbers may be in strings"
    );
    assert_eq!(
        asked("Other", json!({})).await.ok(200)["data"]["totalItems"],
        4
    );

    assert!(wrong(&asked("Few", json!({})).await).contains("number"));
    assert!(wrong(&asked("Few", json!({"number": "one"})).await).contains("number"));
    assert!(wrong(&asked("Few", json!({"number": null})).await).contains("number"));
    wrong(&asked("Third", json!({"number": 1})).await);
    wrong(&asked("", json!({"number": 1})).await);
    let reply = api.get(&format!("{QUERY}?variables=nonsense")).await;
    assert_eq!((reply.status, reply.json["what"].is_string()), (500, true));

    // The answer has room for a root by its own name only.
    let reply = ask(&api, "{ mine: jobs(pageNumber: 1) { totalItems } }").await;
    assert_eq!(reply.ok(200)["data"], Value::Null);
}

#[tokio::test]
async fn what_the_schema_does_not_have() {
    let api = some_jobs().await;
    let jobs = |inside: &str| {
        format!("{{ jobs(pageNumber: 1, pageSize: 1) {{ content {{ {inside} }} }} }}")
    };
    let place = |reply: &Reply| reply.json["errors"][0]["locations"][0]["column"].clone();
    for (query, kind, word) in [
        (jobs("jobName team"), "ValidationError", "team"),
        (jobs("config"), "ValidationError", "selection"),
        (jobs("jobName { a }"), "ValidationError", "jobName"),
        (jobs("jobName(a: 1)"), "ValidationError", "argument"),
        (jobs("...missing"), "ValidationError", "missing"),
        ("{ teams { id } }".to_owned(), "ValidationError", "teams"),
        (
            "{ jobs(pageNumber: \"1\") { totalItems } }".to_owned(),
            "ValidationError",
            "pageNumber",
        ),
        (
            "{ jobs(filter: [{name: \"a\"}]) { totalItems } }".to_owned(),
            "ValidationError",
            "name",
        ),
        (
            "{ jobs(filter: [{sort: UP}]) { totalItems } }".to_owned(),
            "ValidationError",
            "Direction",
        ),
        (
            "{ executions(filter: {statusIn: [LOST]}) { totalItems } }".to_owned(),
            "ValidationError",
            "LOST",
        ),
        (
            "{ jobs { ...a } } fragment a on DataJobPage { ...a }".to_owned(),
            "ValidationError",
            "too large",
        ),
        ("{ jobs(".to_owned(), "InvalidSyntax", "ends"),
        ("jobs".to_owned(), "InvalidSyntax", "queries"),
    ] {
        let reply = ask(&api, &query).await;
        assert!(wrong(&reply).contains(word), "{query}: {}", reply.text);
        assert_eq!(reply.json["errors"][0]["errorType"], kind, "{query}");
    }
    let reply = ask(&api, &jobs("jobName team")).await;
    assert_eq!(place(&reply), 56);

    for filter in [
        "{property: \"team\", pattern: \"red\"}",
        "{property: \"jobName\"}",
        "{pattern: \"red\"}",
        "{property: \"deployments.failedExecutions\", sort: ASC}",
        "{property: \"deployments.lastExecutionTime\", pattern: \"soon\"}",
        "{property: \"deployments.lastExecutionTime\", pattern: \"2-1\"}",
    ] {
        let reply = ask(
            &api,
            &format!("{{ jobs(pageNumber: 1, filter: [{filter}]) {{ totalItems }} }}"),
        )
        .await;
        assert!(
            wrong(&reply).starts_with("Exception while fetching"),
            "{filter}"
        );
    }
}

#[tokio::test]
async fn the_outcome_of_the_latest_deployment() {
    let api = Vdk::new();
    api.deployed(JOB).await;
    let status = async || {
        let query = "{ jobs(pageNumber: 1) { content { deployments { status enabled } } } }";
        content(&api, query).await[0]["deployments"][0].clone()
    };
    assert_eq!(
        status().await,
        json!({"status": "SUCCESS", "enabled": true})
    );
    for (code, outcome) in [
        ("user_error", "USER_ERROR"),
        ("disk_full", "PLATFORM_ERROR"),
    ] {
        let message = String::new();
        api.sandbox
            .faults()
            .next(cloud_sandbox::Fault::ActionFailed {
                code: code.to_owned(),
                message,
            });
        api.post(&format!("{JOB}/deployments"), json!({"enabled": false}))
            .await
            .ok_empty(202);
        api.settle();
        assert_eq!(
            status().await,
            json!({"status": outcome, "enabled": true}),
            "what was deployed before is there"
        );
    }
    api.post(
        &format!("{JOB}/deployments"),
        json!({"job_version": "0123456789"}),
    )
    .await
    .ok_empty(202);
    api.settle();
    assert_eq!(status().await["status"], "USER_ERROR", "no such version");
    api.post(&format!("{JOB}/deployments"), json!({"enabled": false}))
        .await
        .ok_empty(202);
    api.settle();
    assert_eq!(
        status().await,
        json!({"status": "SUCCESS", "enabled": false})
    );
}

#[tokio::test]
async fn a_query_sees_what_just_happened() {
    let api = Vdk::new();
    api.deployed(JOB).await;
    api.start(JOB, json!({})).await;
    let status = async || {
        let query = "{ executions(pageNumber: 1, pageSize: 1) { content { status deployment { jobVersion } } } }";
        content(&api, query).await.remove(0)
    };
    assert_eq!(
        status().await,
        json!({"status": "SUBMITTED", "deployment": {"jobVersion": null}})
    );
    api.sandbox.clock().advance(SECOND);
    assert_eq!(status().await["status"], "RUNNING");
    api.delete(JOB).await.ok_empty(200);
    assert_eq!(
        *ask(&api, "{ executions { totalItems } }").await.ok(200),
        json!({"errors": [], "data": {"content": null, "totalItems": 0, "totalPages": 0}})
    );
}

/// Queries that are damaged in some place are answered like any other.
#[tokio::test]
async fn no_query_is_too_odd() {
    let api = some_jobs().await;
    let query = "query A($n: Int = 1) { jobs(pageNumber: $n, pageSize: 2, search: \"é\\u0041\", filter: [{property: \"jobName\", \
                 pattern: \"*a*\", sort: ASC}]) { content { jobName config { schedule { nextRunEpochSeconds } } deployments { \
                 executions(order: {property: \"id\", direction: DESC}) { id } } } ...f } } fragment f on DataJobPage { totalItems } \
                 # \"\"\"";
    assert_eq!(ask(&api, query).await.status, 200);
    let signs: Vec<char> = "{}()[]:=$!@.\"\\#-*%é0a, \n".chars().collect();
    let mut rng = fastrand::Rng::with_seed(7);
    let mut refused = 0;
    for _ in 0..3000 {
        let mut damaged: Vec<char> = query.chars().collect();
        for _ in 0..rng.usize(1..4) {
            let at = rng.usize(..damaged.len().max(1)).min(damaged.len());
            match rng.u8(..3) {
                0 if at < damaged.len() => drop(damaged.remove(at)),
                1 => damaged.insert(at, signs[rng.usize(..signs.len())]),
                _ => damaged.truncate(at),
            }
        }
        let reply = ask(&api, &damaged.into_iter().collect::<String>()).await;
        assert!(
            [200, 400].contains(&reply.status) && reply.json["errors"].is_array(),
            "{}",
            reply.text
        );
        refused += usize::from(reply.status == 400);
    }
    assert!(refused > 1000, "{refused}");
}
