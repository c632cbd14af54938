//! Templates and types of jobs.

use super::{binary, id, ready};
use crate::common;
use crate::common::openstack::{Cloud, DEMO};
use serde_json::{Value, json};

#[tokio::test]
async fn templates_of_jobs_want_the_right_programs() {
    let cloud = Cloud::new().await;
    let main = binary(&cloud).await;
    for (body, name) in [
        (json!({"type": "Cobol"}), "VALIDATION_ERROR"),
        (json!({"type": "Pig"}), "INVALID_DATA"),
        (
            json!({"type": "Pig", "mains": [main], "libs": [main]}),
            "INVALID_DATA",
        ),
        (
            json!({"type": "Pig", "mains": [main, main]}),
            "VALIDATION_ERROR",
        ),
        (json!({"type": "Pig", "mains": ["none"]}), "NOT_FOUND"),
        (json!({"type": "Java"}), "INVALID_DATA"),
        (
            json!({"type": "Java", "libs": [main], "mains": [main]}),
            "INVALID_DATA",
        ),
        (
            json!({"type": "MapReduce.Streaming", "mains": [main]}),
            "INVALID_DATA",
        ),
    ] {
        let mut body = body;
        body["name"] = "t".into();
        let reply = cloud.post("/v2/job-templates", body.clone()).await;
        assert_eq!(reply.json["error_name"], name, "{body}: {}", reply.text);
    }
    id(
        &cloud,
        "/v2/job-templates",
        json!({"name": "java", "type": "Java", "libs": [main]}),
    )
    .await;
    id(
        &cloud,
        "/v2/job-templates",
        json!({"name": "stream", "type": "MapReduce.Streaming", "streaming": true}),
    )
    .await;
    cloud
        .delete(&format!("/v2/job-binaries/{main}"))
        .await
        .refused_as(400, "DELETION_FAILED");
    let reply = cloud.get("/v1.1/jobs?name=java").await;
    let read = &reply.ok(200)["jobs"][0];
    assert_eq!(
        (&read["libs"][0]["id"], &read["libs"][0]["tenant_id"]),
        (&json!(main), &json!(DEMO))
    );
    assert_eq!(read.get("streaming"), None);
}

#[tokio::test]
async fn interfaces_of_jobs_are_checked_and_used() {
    let (cloud, _, cluster) = ready("Shell").await;
    let main = cloud.get("/v2/job-binaries").await.ok(200)["binaries"][0]["id"].clone();
    let argument = |name: &str, mapping: &str, location: &str, required: bool| json!({"name": name, "mapping_type": mapping, "location": location, "required": required});
    let template = |name: &str, interface: Value| json!({"name": name, "type": "Shell", "mains": [main], "interface": interface});
    let mut numbered = argument("n", "configs", "n", false);
    numbered["value_type"] = "number".into();
    numbered["default"] = "many".into();
    for interface in [
        json!([
            argument("a", "args", "0", true),
            argument("a", "configs", "x", true)
        ]),
        json!([argument("a", "args", "1", true)]),
        json!([argument("a", "args", "0", false)]),
        json!([
            argument("a", "configs", "x", true),
            argument("b", "configs", "x", true)
        ]),
        json!([numbered]),
    ] {
        cloud
            .post("/v2/job-templates", template("bad", interface))
            .await
            .refused_as(400, "INVALID_DATA");
    }
    let hive = json!({"name": "h", "type": "Hive", "mains": [main], "interface": [argument("a", "args", "0", true)]});
    cloud
        .post("/v2/job-templates", hive)
        .await
        .refused_as(400, "INVALID_DATA");

    let mut second = argument("second", "args", "1", false);
    second["default"] = "two".into();
    let interface = json!([
        argument("first", "args", "0", true),
        second,
        argument("user", "params", "USER", true)
    ]);
    let reply = cloud
        .post("/v2/job-templates", template("good", interface))
        .await;
    let made = reply.ok(202)["job_template"].clone();
    assert_eq!(
        (
            &made["interface"][1]["order"],
            &made["interface"][1]["default"]
        ),
        (&json!(1), &json!("two"))
    );
    assert_eq!(
        (
            made["interface"][0].get("default"),
            made["interface"][0].get("updated_at")
        ),
        (None, None)
    );
    // Version 2 forgets to rename these.
    assert_eq!(
        (
            &made["interface"][0]["tenant_id"],
            &made["interface"][0]["job_id"]
        ),
        (&json!(DEMO), &made["id"])
    );
    let job = |interface: Value| {
        let configs = json!({"configs": {}, "params": {}, "args": ["three"]});
        let mut body =
            json!({"job_template_id": made["id"], "cluster_id": cluster, "job_configs": configs});
        if !interface.is_null() {
            body["interface"] = interface;
        }
        body
    };
    for interface in [
        Value::Null,
        json!({}),
        json!({"first": "1", "user": "u", "other": "x"}),
    ] {
        cloud
            .post("/v2/jobs", job(interface))
            .await
            .refused_as(400, "INVALID_DATA");
    }
    let reply = cloud
        .post("/v2/jobs", job(json!({"first": "one", "user": "me"})))
        .await;
    let configs = &reply.ok(202)["job"]["job_configs"];
    assert_eq!(
        (&configs["args"], &configs["params"]),
        (&json!(["one", "two", "three"]), &json!({"USER": "me"}))
    );
    let mut both = job(json!({"first": "one", "user": "me"}));
    both["job_configs"]["params"]["USER"] = "you".into();
    cloud
        .post("/v2/jobs", both)
        .await
        .refused_as(400, "INVALID_DATA");
}

#[tokio::test]
async fn types_of_jobs_are_filtered_in_version_one() {
    let cloud = Cloud::new().await;
    let names = |reply: &common::Reply| -> Vec<String> {
        let types = reply.ok(200)["job_types"].as_array().unwrap();
        types
            .iter()
            .map(|kind| kind["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(&cloud.get("/v2/job-types").await).len(), 9);
    assert_eq!(
        names(&cloud.get("/v1.1/job-types?plugin=vanilla").await).len(),
        7
    );
    let reply = cloud
        .get("/v1.1/job-types?type=Pig&plugin=fake&hints=true")
        .await;
    assert_eq!(
        reply.ok(200)["job_types"][0]["plugins"][0]["versions"],
        json!({"0.1": null})
    );
    assert_eq!(
        names(&cloud.get("/v1.1/job-types?version=2.8.2").await).len(),
        7
    );
    // Taken under this name, and forgotten.
    assert_eq!(
        names(
            &cloud
                .get("/v2/job-types?plugin_name=vanilla&type=Storm")
                .await
        ),
        ["Storm"]
    );
    cloud
        .get("/v2/job-types?plugin=fake")
        .await
        .refused_as(400, "INVALID_PARAMS_ON_REQUEST");
    cloud
        .get("/v2/job-types?hints=true")
        .await
        .refused_as(400, "INVALID_PARAMS_ON_REQUEST");
    let hints = cloud.get("/v1.1/jobs/config-hints/Pig").await;
    assert!(hints.ok(200)["job_config"]["configs"][0]["value"].is_string());
    cloud
        .get("/v2/job-templates/config-hints/Cobol")
        .await
        .refused_as(404, "NOT_FOUND");
}
