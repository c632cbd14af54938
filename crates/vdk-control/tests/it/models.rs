//! Answers of a service that is older, newer or careless: whatever is missing, null or unknown, the rest is read.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use vdk_control::executions::ExecutionDeployment;
use vdk_control::query::{ListedDeployment, ListedJob};
use vdk_control::{
    ClientIdOfTeam, DataJob, DeploymentStatus, Execution, ExecutionStatus, ServiceInfo,
    SourceVersion,
};

/// What is taken away, nulled, renamed or added stops nothing from being read.
fn check<T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug>(full: &Value) {
    let decode = |value: &Value| {
        vdk_control::decode::from_value::<T>(value).unwrap_or_else(|e| panic!("{e}: {value}"))
    };
    let model = decode(full);
    assert_eq!(decode(&serde_json::to_value(&model).unwrap()), model);
    decode(&json!({}));
    let mut pointers = Vec::new();
    walk(full, "", &mut pointers);
    for pointer in &pointers {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let broken = |change: &dyn Fn(&mut Map<String, Value>)| {
            let mut broken = full.clone();
            change(broken.pointer_mut(parent).unwrap().as_object_mut().unwrap());
            decode(&broken)
        };
        let absent = broken(&|object| drop(object.remove(key)));
        assert_eq!(
            broken(&|object| drop(object.insert(key.to_owned(), Value::Null))),
            absent,
            "{pointer}"
        );
        assert_ne!(absent, model, "{pointer} is not read");
        broken(&|object| drop(object.insert("new".to_owned(), json!([1]))));
    }
    assert!(pointers.len() > 1 || full.as_object().unwrap().len() == 1);
}

fn walk(value: &Value, here: &str, found: &mut Vec<String>) {
    if let Value::Object(object) = value {
        for (key, value) in object {
            let pointer = format!("{here}/{key}");
            walk(value, &pointer, found);
            found.push(pointer);
        }
    }
}

fn contacts() -> Value {
    json!({"notified_on_job_failure_user_error": ["a"], "notified_on_job_failure_platform_error": ["b"],
        "notified_on_job_success": ["c"], "notified_on_job_deploy": ["d"]})
}

fn resources() -> Value {
    json!({"cpu_request": 1.5, "cpu_limit": 2.5, "memory_request": 1, "memory_limit": 2})
}

#[test]
fn every_model_tolerates_what_services_do() {
    let schedule = json!({"schedule_cron": "0 5 * * *"});
    check::<ServiceInfo>(&json!({"api_version": "1.0", "supported_python_versions": ["3.11"]}));
    check::<DataJob>(
        &json!({"job_name": "n", "description": "d", "team": "t", "config": {
        "db_default_type": "TRINO", "contacts": contacts(), "schedule": schedule, "generate_keytab": false,
        "enable_execution_notifications": false, "notification_delay_period_minutes": 5}}),
    );
    check::<DeploymentStatus>(
        &json!({"id": "i", "job_version": "v", "vdk_version": "w", "python_version": "3",
        "mode": "testing", "enabled": true, "contacts": contacts(), "schedule": schedule, "resources": resources(),
        "last_deployed_date": "yesterday", "last_deployed_by": "ann"}),
    );
    let deployment = json!({"id": "i", "enabled": true, "contacts": contacts(), "job_version": "v", "vdk_version": "w",
        "python_version": "3", "mode": "release", "deployed_date": "2026-11-20T05:00:00Z", "deployed_by": "ann",
        "schedule": schedule, "resources": resources()});
    check::<ExecutionDeployment>(&deployment);
    check::<Execution>(
        &json!({"id": "e", "job_name": "n", "status": "running", "type": "manual",
        "start_time": "2026-11-20T05:00:00Z", "end_time": "2026-11-20T05:00:01Z", "started_by": "s", "message": "m",
        "op_id": "o", "logs_url": "l", "deployment": deployment}),
    );
    check::<ClientIdOfTeam>(&json!({"teamName": "t", "clientId": "c"}));
    check::<ListedDeployment>(
        &json!({"id": "i", "enabled": true, "contacts": contacts(), "jobVersion": "v",
        "jobPythonVersion": "3", "vdkVersion": "w", "lastDeployedDate": "d", "lastDeployedBy": "b", "mode": "m",
        "resources": resources(), "schedule": schedule, "status": "SUCCESS", "executions": [{"id": "e"}],
        "lastExecutionStatus": "RUNNING", "lastExecutionTime": "2026-11-20T05:00:00Z", "lastExecutionDuration": 5,
        "successfulExecutions": 3, "failedExecutions": 4}),
    );
    check::<SourceVersion>(&json!({"version_sha": "v"}));
    check::<ListedJob>(
        &json!({"jobName": "n", "config": {"team": "t", "description": "d", "generateKeytab": true,
        "sourceUrl": "s", "logsUrl": "l", "schedule": {"schedule_cron": "c", "next_run_epoch_seconds": 5},
        "contacts": contacts()}, "deployments": [{}]}),
    );
}

/// In lists the same things have other names and spellings.
#[test]
fn lists_spell_the_same_in_another_way() {
    let rest = json!({"id": "e", "job_name": "n", "status": "platform_error", "type": "manual", "op_id": "o",
        "start_time": "2026-11-20T05:00:00Z", "deployment": {"job_version": "v", "python_version": "3", "mode": "release"}});
    let list = json!({"id": "e", "jobName": "n", "status": "PLATFORM_ERROR", "type": "MANUAL", "opId": "o",
        "startTime": "2026-11-20T05:00Z", "deployment": {"jobVersion": "v", "jobPythonVersion": "3", "mode": "RELEASE"}});
    let decode = |value: Value| vdk_control::decode::from_value::<Execution>(&value).unwrap();
    assert_eq!(decode(rest), decode(list));
}

#[test]
fn an_unknown_word_is_kept() {
    let execution: Execution =
        vdk_control::decode::from_value(&json!({"status": "paused", "type": "retry"})).unwrap();
    assert!(matches!(execution.status, ExecutionStatus::Unknown(_)));
    assert_eq!(
        (
            execution.status.as_str(),
            execution.kind.as_str(),
            execution.outcome()
        ),
        ("paused", "retry", None)
    );
}
