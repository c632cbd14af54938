//! Programs, kept by the service or elsewhere.

use super::id;
use crate::common::openstack::{Cloud, DEMO, SAHARA};
use serde_json::json;

#[tokio::test]
async fn the_service_keeps_programs_itself_in_version_one() {
    let cloud = Cloud::new().await;
    let put = |name: &str, data: Vec<u8>| {
        let url = format!("{SAHARA}/v1.1/{DEMO}/job-binary-internals/{name}");
        let cloud = &cloud;
        async move {
            cloud
                .send(
                    "PUT",
                    &url,
                    &[("content-type", "application/octet-stream")],
                    data,
                )
                .await
        }
    };
    let reply = put("script.json", b"A = 1;\n".to_vec()).await;
    let made = reply.ok(202)["job_binary_internal"].clone();
    assert_eq!(
        (&made["name"], &made["datasize"]),
        (&json!("script.json"), &json!(7))
    );
    let name = made["id"].as_str().unwrap();
    put("script.json", b"x".to_vec())
        .await
        .refused_as(400, "DB_DUPLICATE_ENTRY");
    put("empty", Vec::new())
        .await
        .refused_as(400, "BAD_JOB_BINARY");
    put("-x", b"x".to_vec())
        .await
        .refused_as(400, "BAD_JOB_BINARY");
    put("most", vec![b'x'; 5120 * 1024]).await.ok(202);
    let reply = put("big", vec![b'x'; 5120 * 1024 + 1]).await;
    assert!(
        reply
            .refused_as(400, "DATA_TOO_BIG")
            .contains("has 5120.0KB")
    );

    let data = cloud
        .get(&format!("/v1.1/job-binary-internals/{name}/data"))
        .await;
    assert_eq!(
        (data.text.as_str(), data.header("content-type")),
        ("A = 1;\n", "text/html; charset=utf-8")
    );
    let unknown = json!({"name": "b", "url": format!("internal-db://{DEMO}")});
    cloud
        .post("/v1.1/job-binaries", unknown)
        .await
        .refused_as(400, "INVALID_REFERENCE");
    let binary = id(
        &cloud,
        "/v1.1/job-binaries",
        json!({"name": "b", "url": format!("internal-db://{name}")}),
    )
    .await;
    let path = format!("/job-binaries/{binary}");
    assert_eq!(
        cloud.get(&format!("/v1.1{path}/data")).await.text,
        "A = 1;\n"
    );
    cloud
        .get(&format!("/v2{path}/data"))
        .await
        .refused_as(500, "INTERNAL_SERVER_ERROR");
    let moved = json!({"url": format!("internal-db://{}", cloud.get("/v1.1/job-binary-internals?name=most").await.ok(200)["binaries"][0]["id"].as_str().unwrap())});
    cloud
        .call("PATCH", &format!("/v2{path}"), moved)
        .await
        .refused_as(400, "UPDATE_FAILED");
    let reply = cloud
        .call(
            "PATCH",
            &format!("/v1.1/job-binary-internals/{name}"),
            json!({"name": "renamed"}),
        )
        .await;
    assert_eq!(reply.ok(202)["job_binary_internal"]["name"], "renamed");
    cloud
        .delete(&format!("/v1.1/job-binary-internals/{name}"))
        .await
        .ok_empty(204);
    cloud
        .get(&format!("/v1.1{path}/data"))
        .await
        .refused_as(404, "NOT_FOUND");
}

#[tokio::test]
async fn programs_elsewhere_need_what_they_are_read_with() {
    let cloud = Cloud::new().await;
    for (url, extra, name) in [
        ("http://x", json!({}), "INVALID_DATA"),
        ("swift://c/x", json!({"user": "u"}), "BAD_JOB_BINARY"),
        (
            "s3://b/o",
            json!({"accesskey": "a", "secretkey": "s"}),
            "INVALID_DATA",
        ),
        ("s3://b", json!({}), "VALIDATION_ERROR"),
        ("manila://x/y", json!({}), "VALIDATION_ERROR"),
        ("swift://c/x", json!({"user": ["u"]}), "VALIDATION_ERROR"),
    ] {
        let reply = cloud
            .post(
                "/v2/job-binaries",
                json!({"name": "b", "url": url, "extra": extra}),
            )
            .await;
        assert_eq!(reply.json["error_name"], name, "{url}: {}", reply.text);
    }
    let keys = json!({"accesskey": "a", "secretkey": "s", "endpoint": "e"});
    let made = cloud
        .post(
            "/v2/job-binaries",
            json!({"name": "s3", "url": "s3://b/o", "extra": keys}),
        )
        .await;
    assert_eq!(made.ok(202)["job_binary"].get("extra"), None);
    let path = format!(
        "/job-binaries/{}",
        made.json["job_binary"]["id"].as_str().unwrap()
    );
    assert_eq!(
        cloud.get(&format!("/v2{path}")).await.ok(200)["job_binary"].get("extra"),
        None
    );
    cloud
        .get(&format!("/v1.1{path}/data"))
        .await
        .refused_as(400, "S3_CLIENT_EXCEPTION");
}
