//! Data sources, programs and jobs of Sahara on the wire.

mod binaries;
mod templates;

use crate::common::openstack::{Cloud, DEMO, cluster};
use cloud_sandbox::{Fault, sahara};
use serde_json::{Value, json};

async fn id(cloud: &Cloud, path: &str, body: Value) -> String {
    let reply = cloud.post(path, body).await;
    let object = reply
        .ok(202)
        .as_object()
        .unwrap()
        .values()
        .next()
        .unwrap()
        .clone();
    object["id"].as_str().unwrap().to_owned()
}

async fn binary(cloud: &Cloud) -> String {
    let body = json!({"name": "script", "url": "swift://c.sahara/x", "extra": {"user": "u", "password": "p"}});
    id(cloud, "/v2/job-binaries", body).await
}

/// A template of a job of this type, and a cluster that is active.
async fn ready(kind: &str) -> (Cloud, String, String) {
    let cloud = Cloud::new().await;
    let main = binary(&cloud).await;
    let template = id(
        &cloud,
        "/v2/job-templates",
        json!({"name": "t", "type": kind, "mains": [main]}),
    )
    .await;
    let cluster = cloud.cluster("c1").await;
    (cloud, template, cluster)
}

/// A cluster of the plugin `vanilla`, whose engine knows more about jobs.
async fn vanilla(cloud: &Cloud) -> String {
    let body = json!({
        "name": "hadoop",
        "plugin_name": "vanilla",
        "plugin_version": "2.7.1",
        "default_image_id": sahara::VANILLA_IMAGE,
        "neutron_management_network": sahara::NETWORK,
        "node_groups": [{"name": "m", "flavor_id": 1, "node_processes": ["namenode"], "count": 1}],
    });
    let cluster = id(cloud, "/v2/clusters", body).await;
    cloud.advance(60);
    cluster
}

async fn state(cloud: &Cloud, job: &str) -> String {
    let reply = cloud.get(&format!("/v2/jobs/{job}")).await;
    reply.json["job"]["info"]["status"]
        .as_str()
        .map_or_else(|| reply.status.to_string(), str::to_owned)
}

async fn states(cloud: &Cloud, job: &str) -> Vec<String> {
    let mut states = Vec::new();
    for _ in 0..20 {
        let state = state(cloud, job).await;
        if states.last() != Some(&state) {
            states.push(state);
        }
        cloud.advance(1);
    }
    states
}

#[tokio::test]
async fn data_sources_have_addresses_of_their_type() {
    let cloud = Cloud::new().await;
    let source = |kind: &str, url: &str, credentials: Value| {
        let mut body = json!({"name": "x", "type": kind, "url": url});
        if !credentials.is_null() {
            body["credentials"] = credentials;
        }
        body
    };
    let password = json!({"user": "u", "password": "p"});
    for (kind, url, credentials, name) in [
        ("ftp", "ftp://x", Value::Null, "VALIDATION_ERROR"),
        ("hdfs", "http://x", Value::Null, "INVALID_DATA"),
        ("hdfs", "hdfs:///x", Value::Null, "INVALID_DATA"),
        ("hdfs", "", Value::Null, "INVALID_DATA"),
        ("maprfs", "hdfs://x/y", Value::Null, "INVALID_DATA"),
        ("swift", "swift://c/", password.clone(), "INVALID_DATA"),
        (
            "swift",
            "swift://c.other/o",
            password.clone(),
            "INVALID_DATA",
        ),
        ("swift", "swift://c/o", Value::Null, "INVALID_CREDENTIALS"),
        (
            "swift",
            "swift://c/o",
            json!({"user": "u"}),
            "INVALID_CREDENTIALS",
        ),
        ("s3", "s3://", Value::Null, "INVALID_DATA"),
        ("s3", "s3://b", Value::Null, "INVALID_DATA"),
        ("s3", "s3://b/o", json!({"ssl": "yes"}), "INVALID_DATA"),
        ("s3", "s3://b/o", json!({"key": "a"}), "INVALID_DATA"),
        ("manila", "manila://x/y", Value::Null, "INVALID_DATA"),
        ("hdfs", "/x/%RANDSTR(0)%", Value::Null, "INVALID_DATA"),
        (
            "hdfs",
            "/x/%RANDSTR(1000)%/%RANDSTR(25)%",
            Value::Null,
            "INVALID_DATA",
        ),
    ] {
        let reply = cloud
            .post("/v2/data-sources", source(kind, url, credentials))
            .await;
        assert_eq!(
            reply.json["error_name"], name,
            "{kind} {url}: {}",
            reply.text
        );
    }
    let described = json!({"name": "x", "type": "hdfs", "url": "/x", "description": null});
    cloud
        .post("/v2/data-sources", described)
        .await
        .refused_as(400, "VALIDATION_ERROR");

    let reply = cloud
        .post(
            "/v2/data-sources",
            source("swift", "swift://c.sahara/o", password),
        )
        .await;
    let made = &reply.ok(202)["data_source"];
    assert_eq!(
        (
            made.get("credentials"),
            made.get("description"),
            made.get("updated_at")
        ),
        (None, None, None)
    );
    let path = format!("/data-sources/{}", made["id"].as_str().unwrap());
    // Only version 1.1 looks at what comes out of a change.
    cloud
        .call("PUT", &format!("/v1.1{path}"), json!({"type": "hdfs"}))
        .await
        .refused_as(400, "INVALID_DATA");
    cloud
        .call("PATCH", &format!("/v2{path}"), json!({"type": "hdfs"}))
        .await
        .ok(202);
    assert_eq!(
        cloud.get("/v2/data-sources?type=hdfs").await.ok(200)["data_sources"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    cloud
        .get("/v2/data-sources?name=x")
        .await
        .refused_as(400, "INVALID_PARAMS_ON_REQUEST");
    let again = json!({"name": "x", "type": "hdfs", "url": "/x"});
    cloud
        .post("/v1.1/data-sources", again)
        .await
        .refused_as(400, "NAME_ALREADY_EXISTS");
}

#[tokio::test]
async fn jobs_run_on_the_clock() {
    let (cloud, template, cluster) = ready("Shell").await;
    let secrets = json!({"configs": {"fs.swift.service.sahara.password": "p", "a": 1}});
    let body = json!({
        "job_template_id": template,
        "cluster_id": cluster,
        "job_configs": secrets,
        "is_public": true,
        "interface": {},
    });
    let reply = cloud.post("/v2/jobs", body).await;
    let made = &reply.ok(202)["job"];
    assert_eq!(
        (&made["info"]["status"], &made["extra"]),
        (&json!("PENDING"), &json!({}))
    );
    assert_eq!(
        (made.get("updated_at"), made.get("start_time")),
        (None, None)
    );
    assert_eq!(
        (&made["engine_job_id"], &made["project_id"]),
        (&Value::Null, &json!(DEMO))
    );
    // Accepted, and dropped.
    assert_eq!(made["is_public"], false);
    let job = made["id"].as_str().unwrap();
    assert_eq!(
        states(&cloud, job).await,
        ["PENDING", "RUNNING", "SUCCEEDED"]
    );

    let one = cloud
        .get(&format!("/v1.1/job-executions/{job}"))
        .await
        .ok(200)["job_execution"]
        .clone();
    assert_eq!(
        (&one["job_id"], &one["oozie_job_id"]),
        (&json!(template), &one["engine_job_id"])
    );
    assert_eq!(
        one["job_configs"]["configs"],
        json!({"fs.swift.service.sahara.password": "", "a": 1})
    );
    assert!(
        one["start_time"].is_string() && one["end_time"].is_null() && one.get("extra").is_none()
    );
    let two = cloud.get(&format!("/v2/jobs/{job}")).await.ok(200)["job"].clone();
    assert_eq!(
        two["job_configs"]["configs"]["fs.swift.service.sahara.password"],
        "p"
    );
    assert_eq!(
        (
            &two["job_template_id"],
            two.get("oozie_job_id"),
            two.get("job_id")
        ),
        (&json!(template), None, None)
    );
    let listed = cloud.get("/v2/jobs?status=succeeded").await.ok(200)["jobs"][0].clone();
    assert_eq!(
        listed["job_configs"]["configs"]["fs.swift.service.sahara.password"],
        ""
    );
    assert_eq!(listed.get("extra"), None);

    let refresh = cloud
        .get(&format!("/v1.1/job-executions/{job}/refresh-status"))
        .await;
    assert_eq!(
        refresh.ok(200)["job_execution"]["info"]["status"],
        "SUCCEEDED"
    );
    let reply = cloud
        .get(&format!("/v2/jobs/{job}?refresh_status=true"))
        .await;
    reply.refused_as(400, "INVALID_PARAMS_ON_REQUEST");
    cloud
        .delete(&format!("/v2/job-templates/{template}"))
        .await
        .refused_as(400, "DELETION_FAILED");
    cloud.delete(&format!("/v2/jobs/{job}")).await.ok_empty(204);
    cloud
        .get(&format!("/v2/jobs/{job}"))
        .await
        .refused_as(404, "NOT_FOUND");
    cloud
        .delete(&format!("/v2/job-templates/{template}"))
        .await
        .ok_empty(204);
}

#[tokio::test]
async fn jobs_are_cancelled_and_deleted_while_they_run() {
    let (cloud, template, cluster) = ready("Shell").await;
    let body = json!({"job_template_id": template, "cluster_id": cluster});
    let job = id(&cloud, "/v2/jobs", body.clone()).await;
    cloud.advance(1);
    // Version 1.1 takes this, and does nothing.
    let path = format!("/v1.1/job-executions/{job}");
    cloud
        .call("PATCH", &path, json!({"info": {"status": "cancel"}}))
        .await
        .ok(202);
    assert_eq!(state(&cloud, &job).await, "RUNNING");
    let reply = cloud.get(&format!("{path}/cancel")).await;
    assert_eq!(
        reply.ok(200)["job_execution"]["info"]["status"],
        "TOBEKILLED"
    );
    assert_eq!(states(&cloud, &job).await, ["TOBEKILLED", "KILLED"]);
    assert_eq!(
        cloud.get(&format!("{path}/cancel")).await.ok(200)["job_execution"]["info"]["status"],
        "KILLED"
    );

    let job = id(&cloud, "/v2/jobs", body.clone()).await;
    let path = format!("/v2/jobs/{job}");
    cloud
        .call("PATCH", &path, json!({"info": {"status": "cancel"}}))
        .await
        .ok(202);
    assert_eq!(states(&cloud, &job).await, ["TOBEKILLED", "KILLED"]);
    let job = id(&cloud, "/v2/jobs", body.clone()).await;
    cloud.delete(&format!("/v2/jobs/{job}")).await.ok_empty(204);
    assert_eq!(states(&cloud, &job).await, ["TOBEKILLED", "404"]);

    cloud.sandbox.faults().next(Fault::ActionFailed {
        code: String::new(),
        message: String::new(),
    });
    let job = id(&cloud, "/v2/jobs", body).await;
    assert_eq!(states(&cloud, &job).await, ["PENDING", "RUNNING", "FAILED"]);
    let path = format!("/v2/jobs/{job}");
    cloud
        .call("PATCH", &path, json!({"is_protected": true}))
        .await
        .ok(202);
    cloud
        .get(&format!("/v1.1/job-executions/{job}/cancel"))
        .await
        .refused_as(400, "CANCELING_FAILED");
    cloud.delete(&path).await.refused_as(400, "DELETION_FAILED");
}

#[tokio::test]
async fn jobs_are_suspended_by_engines_that_can() {
    let (cloud, template, fake) = ready("Shell").await;
    let job = |cluster: &str| json!({"job_template_id": template, "cluster_id": cluster});
    let suspend = json!({"info": {"status": "suspend"}});
    let on_fake = id(&cloud, "/v2/jobs", job(&fake)).await;
    let able = vanilla(&cloud).await;
    let on_vanilla = id(&cloud, "/v2/jobs", job(&able)).await;
    let reply = cloud
        .call(
            "PATCH",
            &format!("/v1.1/job-executions/{on_fake}"),
            suspend.clone(),
        )
        .await;
    assert!(
        reply
            .refused_as(400, "INVALID_REFERENCE")
            .contains("suspending of jobs")
    );
    cloud
        .call("PATCH", &format!("/v2/jobs/{on_fake}"), suspend.clone())
        .await
        .ok(202);
    cloud.advance(1);
    let reply = cloud
        .call(
            "PATCH",
            &format!("/v1.1/job-executions/{on_vanilla}"),
            suspend.clone(),
        )
        .await;
    assert_eq!(
        reply.ok(202)["job_execution"]["info"]["status"],
        "TOBESUSPENDED"
    );
    assert_eq!(
        states(&cloud, &on_vanilla).await,
        ["TOBESUSPENDED", "SUSPENDED"]
    );
    let mixed = json!({"info": {"status": "suspend"}, "is_public": true});
    cloud
        .call(
            "PATCH",
            &format!("/v1.1/job-executions/{on_vanilla}"),
            mixed,
        )
        .await
        .refused_as(400, "INVALID_JOB_STATUS");

    let ended = id(&cloud, "/v2/jobs", job(&able)).await;
    cloud.advance(20);
    assert!(cloud.get(&format!("/v2/jobs/{ended}")).await.ok(200)["job"]["end_time"].is_string());
    // For version 1.1 each change is a suspension, which needs a cluster.
    cloud
        .delete(&format!("/v2/clusters/{able}"))
        .await
        .ok_empty(204);
    let flags = json!({"is_public": true});
    cloud
        .call(
            "PATCH",
            &format!("/v1.1/job-executions/{ended}"),
            flags.clone(),
        )
        .await
        .refused_as(400, "INVALID_DATA");
    cloud
        .call("PATCH", &format!("/v2/jobs/{ended}"), flags)
        .await
        .ok(202);
}

#[tokio::test]
async fn a_job_waits_for_its_cluster() {
    let cloud = Cloud::new().await;
    let main = binary(&cloud).await;
    let source = id(
        &cloud,
        "/v2/data-sources",
        json!({"name": "in", "type": "hdfs", "url": "/in"}),
    )
    .await;
    let target = id(
        &cloud,
        "/v2/data-sources",
        json!({"name": "out", "type": "hdfs", "url": "/out"}),
    )
    .await;
    let template = id(
        &cloud,
        "/v2/job-templates",
        json!({"name": "t", "type": "Pig", "mains": [main]}),
    )
    .await;
    let ct = cloud.cluster_template("ct").await;
    let mut transient = cluster("c1", &ct);
    transient["is_transient"] = json!(true);
    let cluster = id(&cloud, "/v2/clusters", transient).await;
    let body = |input: &str, output: &str| json!({"cluster_id": cluster, "input_id": input, "output_id": output});
    let execute = format!("/v1.1/jobs/{template}/execute");
    cloud
        .post(&execute, body(&source, &source))
        .await
        .refused_as(400, "INVALID_DATA");
    cloud
        .post(&execute, json!({"cluster_id": cluster, "input_id": source}))
        .await
        .refused_as(400, "INVALID_DATA");
    cloud
        .post(&execute, body(&source, DEMO))
        .await
        .refused_as(400, "INVALID_REFERENCE");
    cloud
        .post("/v1.1/jobs/none/execute", body(&source, &target))
        .await
        .refused_as(404, "NOT_FOUND");
    cloud
        .post(&execute, json!({"cluster_id": DEMO}))
        .await
        .refused_as(400, "INVALID_REFERENCE");
    let reply = cloud.post(&execute, body(&source, &target)).await;
    let job = reply.ok(202)["job_execution"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    cloud.advance(5);
    assert_eq!(state(&cloud, &job).await, "PENDING");
    // Only version 1.1 looks for jobs that wait.
    let change = json!({"url": "/elsewhere"});
    cloud
        .call(
            "PUT",
            &format!("/v1.1/data-sources/{source}"),
            change.clone(),
        )
        .await
        .refused_as(400, "UPDATE_FAILED");
    cloud
        .call("PATCH", &format!("/v2/data-sources/{source}"), change)
        .await
        .ok(202);
    let change = json!({"description": "d"});
    cloud
        .call("PATCH", &format!("/v2/job-binaries/{main}"), change)
        .await
        .refused_as(400, "UPDATE_FAILED");
    assert_eq!(
        states(&cloud, &job).await,
        ["PENDING", "RUNNING", "SUCCEEDED"]
    );
    // The cluster was made for it, and goes away.
    assert_eq!(cloud.states(&cluster).await.last().unwrap(), "404");
}

#[tokio::test]
async fn engines_ask_for_what_a_type_needs() {
    let cloud = Cloud::new().await;
    let main = binary(&cloud).await;
    let cluster = cloud.cluster("c1").await;
    for (kind, programs, config) in [
        ("Java", "libs", json!({"edp.java.main_class": "Main"})),
        (
            "Storm.Pyleus",
            "mains",
            json!({"edp.java.main_class": "Main"}),
        ),
        ("Spark", "mains", json!({"edp.java.main_class": "Main"})),
    ] {
        let template = json!({"name": kind, "type": kind, programs: [main]});
        let template = id(&cloud, "/v2/job-templates", template).await;
        let body = |configs: Value| json!({"job_template_id": template, "cluster_id": cluster, "job_configs": {"configs": configs}});
        cloud
            .post("/v2/jobs", body(json!({})))
            .await
            .refused_as(400, "INVALID_DATA");
        cloud.post("/v2/jobs", body(config)).await.ok(202);
    }
    let able = vanilla(&cloud).await;
    let storm = id(
        &cloud,
        "/v2/job-templates",
        json!({"name": "storm", "type": "Storm", "mains": [main]}),
    )
    .await;
    let body = json!({"job_template_id": storm, "cluster_id": able});
    assert!(
        cloud
            .post("/v2/jobs", body)
            .await
            .refused_as(400, "INVALID_REFERENCE")
            .contains("do not run on")
    );
}

#[tokio::test]
async fn a_cluster_that_is_added_is_active_at_once() {
    let cloud = Cloud::new().await;
    let id = cloud
        .sandbox
        .sahara()
        .add_cluster("vanilla", "2.7.1", "ready");
    let cluster = cloud.read_cluster(&id).await;
    assert_eq!(
        (&cluster["name"], &cluster["status"]),
        (&json!("ready"), &json!("Active"))
    );
    assert_eq!(
        (&cluster["plugin_version"], &cluster["project_id"]),
        (&json!("2.7.1"), &json!(DEMO))
    );
    assert_eq!(cluster["node_groups"], json!([]));
    let old = cloud.get(&format!("/v1.1/clusters/{id}")).await.ok(200)["cluster"].clone();
    assert_eq!(old["hadoop_version"], "2.7.1");
}
