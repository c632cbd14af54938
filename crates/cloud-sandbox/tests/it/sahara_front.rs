//! What stands in front of all operations of Sahara: tokens, versions, paths and forms.

use crate::common::SECOND;
use crate::common::openstack::{Cloud, DEMO, SAHARA, password};
use cloud_sandbox::{Fault, Sandbox, keystone, sahara};
use serde_json::{Value, json};

#[tokio::test]
async fn versions_need_no_token() {
    let cloud = Cloud::without_token(Sandbox::new());
    let reply = cloud.get("/").await;
    let versions = reply.ok(300)["versions"].as_array().unwrap();
    let ids: Vec<&str> = versions
        .iter()
        .map(|version| version["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["v1.0", "v1.1", "v2"]);
    assert_eq!(versions[2]["links"][0]["href"], format!("{SAHARA}/v2/"));
    assert_eq!(
        (&versions[2]["min_version"], &versions[1]["min_version"]),
        (&json!("2.0"), &Value::Null)
    );
    assert!(reply.header("x-openstack-request-id").starts_with("req-"));
    // Below a mount the links have to have it, too.
    let reply = cloud
        .send("GET", "http://127.0.0.1:8500/sahara/", &[], "")
        .await;
    assert_eq!(
        reply.ok(300)["versions"][1]["links"][0]["href"],
        "http://127.0.0.1:8500/sahara/v1.1/"
    );
}

#[tokio::test]
async fn a_token_must_be_valid_and_for_the_project() {
    let cloud = Cloud::new().await;
    let nobody = Cloud::without_token(cloud.sandbox.clone());
    for path in ["/v2/plugins", "/v1.1/nope", "/healthcheck"] {
        let reply = nobody.get(path).await;
        let error = &reply.ok(401)["error"];
        assert_eq!(
            (&error["code"], &error["title"]),
            (&json!(401), &json!("Unauthorized"))
        );
        assert_eq!(
            reply.header("www-authenticate"),
            "Keystone uri=\"http://cloud.example:5000/v3\""
        );
    }
    let unscoped = cloud.authenticated(password("demo", "demo-pw", None)).await;
    let reply = unscoped.get("/v2/plugins").await;
    assert_eq!(reply.ok(503)["code"], "503 Service Unavailable");

    let path = format!("/v1.1/{}/plugins", keystone::OTHER_PROJECT);
    let reply = cloud.get(&path).await;
    assert_eq!(
        (&reply.ok(401)["code"], &reply.json["title"]),
        (&json!("401 Unauthorized"), &json!("Unauthorized"))
    );
    assert!(
        reply.json["message"]
            .as_str()
            .unwrap()
            .contains("Token tenant != requested tenant")
    );
    assert!(
        reply
            .header("www-authenticate")
            .starts_with("Keystone uri=")
    );
    assert_eq!(cloud.get("/healthcheck").await.text, "OK");
}

#[tokio::test]
async fn a_path_has_four_spellings() {
    let cloud = Cloud::new().await;
    let expected = cloud.get("/v2/plugins").await.ok(200).clone();
    for path in ["/v2/plugins.json", "/v2/anything/plugins"] {
        assert_eq!(cloud.get(path).await.ok(200), &expected, "{path}");
    }
    let path = format!("/v2/{DEMO}/plugins.json");
    assert_eq!(cloud.get(&path).await.ok(200), &expected);
    assert_eq!(cloud.get("/v1.0/plugins").await.ok(200), &expected);
    // Jobs came with version 1.1.
    assert_eq!(cloud.get("/v1.0/job-types").await.ok(404)["error"], 404);

    for path in ["/v2/", "/v2", "/v1.1/"] {
        let reply = cloud.get(path).await;
        assert_eq!(reply.ok(404)["code"], "404 Not Found", "{path}");
        assert!(
            reply.json["message"]
                .as_str()
                .unwrap()
                .contains("Incorrect path")
        );
    }
    for path in ["/v1.1/nope", "/v2/job-binary-internals", "/v3/plugins"] {
        assert_eq!(cloud.get(path).await.ok(404)["error"], 404, "{path}");
    }
    let reply = cloud.delete(&format!("/v1.1/{DEMO}/plugins")).await;
    assert_eq!(reply.ok(405)["error"], 405);
    // What was PUT in version 1.1 is PATCH in version 2.
    let template = cloud.node_group_template("t", "namenode").await;
    let (v1, v2) = (
        format!("/v1.1/node-group-templates/{template}"),
        format!("/v2/node-group-templates/{template}"),
    );
    cloud
        .call("PATCH", &v1, json!({"description": "d"}))
        .await
        .ok(405);
    cloud
        .call("PUT", &v2, json!({"description": "d"}))
        .await
        .ok(405);
    cloud
        .call("PUT", &v1, json!({"description": "d"}))
        .await
        .ok(202);
    cloud
        .call("PATCH", &v2, json!({"description": "d"}))
        .await
        .ok(202);
}

#[tokio::test]
async fn microversions_are_looked_at_in_version_two_only() {
    let cloud = Cloud::new().await;
    let url = format!("{SAHARA}/v2/plugins");
    for asked in [
        None,
        Some("data-processing 2.0"),
        Some("data-processing latest"),
        Some("compute 2.9"),
    ] {
        let headers: Vec<(&str, &str)> = asked
            .iter()
            .map(|value| ("openstack-api-version", *value))
            .collect();
        let reply = cloud.send("GET", &url, &headers, "").await;
        reply.ok(200);
        assert_eq!(reply.header("openstack-api-version"), "data-processing 2.0");
        assert_eq!(reply.header("vary"), "OpenStack-API-Version");
    }
    let with = |value| [("openstack-api-version", value)];
    let reply = cloud
        .send("GET", &url, &with("data-processing 2.9"), "")
        .await;
    reply.refused_as(406, "NOT_ACCEPTABLE");
    assert_eq!(
        (&reply.json["min_version"], &reply.json["max_version"]),
        (&json!("2.0"), &json!("2.0"))
    );
    assert_eq!(reply.header("openstack-api-version"), "data-processing 2.9");
    let reply = cloud
        .send("GET", &url, &with("data-processing two"), "")
        .await;
    reply.refused_as(400, "BAD_REQUEST");
    assert_eq!(reply.header("openstack-api-version"), "data-processing two");

    let reply = cloud
        .send(
            "GET",
            &format!("{SAHARA}/v1.1/plugins"),
            &with("data-processing 2.9"),
            "",
        )
        .await;
    reply.ok(200);
    assert!(!reply.headers.contains_key("openstack-api-version"));
    // Where there is no route, nothing looks at it.
    assert!(!cloud.get("/v2/nope").await.headers.contains_key("vary"));
}

#[tokio::test]
async fn only_json_is_taken_and_given() {
    let cloud = Cloud::new().await;
    let url = format!("{SAHARA}/v2/data-sources");
    let reply = cloud
        .send("POST", &url, &[("content-type", "text/plain")], "{}")
        .await;
    assert!(reply.refused_as(400, "INVALID_DATA").contains("text/plain"));
    cloud
        .send(
            "POST",
            &url,
            &[("content-type", "application/json; charset=utf-8")],
            "{nope",
        )
        .await
        .refused_as(400, "MALFORMED_REQUEST_BODY");
    let reply = cloud.send("POST", &url, &[], "[]").await;
    assert_eq!(
        reply.refused_as(400, "VALIDATION_ERROR"),
        "[] is not of type 'object'"
    );
    let reply = cloud.send("POST", &url, &[], "").await;
    let required = ["name", "type", "url"].map(|name| format!("'{name}' is a required property"));
    assert_eq!(
        reply.refused_as(400, "VALIDATION_ERROR"),
        required.join("\n")
    );

    let plugins = format!("{SAHARA}/v2/plugins");
    for accept in ["*/*", "text/html, application/*;q=0.5", "application/json"] {
        cloud
            .send("GET", &plugins, &[("accept", accept)], "")
            .await
            .ok(200);
    }
    let reply = cloud
        .send("GET", &plugins, &[("accept", "application/xml")], "")
        .await;
    assert_eq!(
        (
            reply.status,
            reply.text.as_str(),
            reply.header("content-type")
        ),
        (500, "", "text/plain")
    );
    // What was asked for has happened all the same.
    let body = json!({"name": "s", "type": "hdfs", "url": "/in"}).to_string();
    assert_eq!(
        cloud
            .send("POST", &url, &[("accept", "text/html")], body)
            .await
            .status,
        500
    );
    assert_eq!(
        cloud.get("/v2/data-sources").await.ok(200)["data_sources"][0]["name"],
        "s"
    );
}

#[tokio::test]
async fn version_two_refuses_queries_that_it_does_not_know() {
    let cloud = Cloud::new().await;
    let template = cloud.node_group_template("t", "namenode").await;
    for path in ["/plugins", "/plugins/fake", "/images/x", "/jobs"] {
        let path = format!("/v2{path}?bogus=1");
        let reply = cloud.get(&path).await;
        if path.contains("/images/") {
            // Whether the object exists is asked first.
            reply.refused_as(404, "NOT_FOUND");
        } else {
            reply.refused_as(400, "INVALID_PARAMS_ON_REQUEST");
            assert!(!reply.text.contains("Error ID"), "{}", reply.text);
        }
    }
    let reply = cloud.get("/v2/clusters?status=Active").await;
    let message = reply.refused_as(400, "INVALID_PARAMS_ON_REQUEST");
    assert_eq!(
        message,
        "clusters_list knows the params ['plugin_name', 'plugin_version', 'name'] and ['marker', 'limit', 'sort_by'] only"
    );
    cloud
        .get(&format!("/v2/node-group-templates/{template}?x=1"))
        .await
        .refused_as(400, "INVALID_PARAMS_ON_REQUEST");
    // Version 1.1 takes every key for a column, and the database does not find it.
    cloud
        .get("/v1.1/node-group-templates?bogus=1")
        .await
        .refused_as(500, "INTERNAL_SERVER_ERROR");
    cloud
        .get("/v1.1/clusters?bogus=1")
        .await
        .refused_as(500, "INTERNAL_SERVER_ERROR");
    cloud
        .get(&format!("/v1.1/node-group-templates/{template}?x=1"))
        .await
        .ok(200);
}

#[tokio::test]
async fn every_operation_has_its_path() {
    let cloud = Cloud::new().await;
    let (one, two): (Vec<_>, Vec<_>) = (
        sahara::operations_v1_1().collect(),
        sahara::operations_v2().collect(),
    );
    assert_eq!((one.len(), two.len()), (61, 52));
    for (version, operations) in [("v1.1", one), ("v2", two)] {
        let mut ids: Vec<&str> = operations.iter().map(|operation| operation.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), operations.len(), "names of {version}");
        for operation in operations {
            let path: Vec<&str> = operation
                .path
                .split('/')
                .map(|part| if part.starts_with('{') { "none" } else { part })
                .collect();
            let path = format!("/{version}/{DEMO}{}", path.join("/"));
            let reply = cloud.call(operation.method, &path, Value::Null).await;
            // The framework would say that it does not know the path or the method.
            assert!(
                reply.json.get("error").is_none(),
                "{} {path}: {}",
                operation.method,
                reply.text
            );
            assert!(
                reply.json.get("code").is_none(),
                "{} {path}: {}",
                operation.method,
                reply.text
            );
        }
    }
}

/// Bodies like this one with every field, at every depth, replaced by what does not belong there.
fn odd(body: &Value) -> Vec<Value> {
    let strange = [
        Value::Null,
        json!(0),
        json!(-1),
        json!(1.5),
        json!(u64::MAX),
        json!(""),
        json!("x"),
        json!("00000000-0000-0000-0000-00000000dead"),
        json!(true),
        json!([]),
        json!([[]]),
        json!({}),
        json!({"a": {"b": []}}),
        json!({"name": {"name": 1}}),
    ];
    let mut bodies = strange.to_vec();
    let inner = |value: &Value| -> Vec<Value> {
        if value.is_object() || value.is_array() {
            odd(value)
        } else {
            strange.to_vec()
        }
    };
    match body {
        Value::Object(fields) => {
            for (name, value) in fields {
                for replaced in inner(value) {
                    let mut other = fields.clone();
                    other.insert(name.clone(), replaced);
                    bodies.push(other.into());
                }
            }
        }
        Value::Array(items) => {
            for replaced in items.first().map(inner).unwrap_or_default() {
                bodies.push(json!([replaced]));
            }
        }
        _ => {}
    }
    bodies
}

#[tokio::test]
async fn no_body_is_too_odd_to_be_answered() {
    let cloud = Cloud::new().await;
    let id = cloud.cluster("c1").await;
    let admin = cloud.as_user("admin", "demo").await;
    let script = json!({"name": "b", "url": "swift://c/o", "description": "", "extra": {"user": "u", "password": "p"}});
    let binary =
        cloud.post("/v2/job-binaries", script.clone()).await.ok(202)["job_binary"]["id"].clone();
    let argument = json!({"name": "a", "mapping_type": "args", "location": "0", "value_type": "number", "required": true, "default": "1"});
    let shell = json!({"name": "t", "type": "Shell", "mains": [binary], "libs": [], "interface": [argument]});
    let template =
        cloud.post("/v2/job-templates", shell.clone()).await.ok(202)["job_template"]["id"].clone();
    let group = json!({
        "name": "g",
        "flavor_id": "1",
        "node_processes": ["namenode"],
        "count": 1,
        "volumes_per_node": 1,
        "volumes_size": 1,
        "node_configs": {"general": {"Enable XFS": true}},
        "security_groups": ["default"],
        "shares": [],
    });
    let whole = json!({
        "name": "n",
        "plugin_name": "fake",
        "plugin_version": "0.1",
        "default_image_id": sahara::IMAGE,
        "neutron_management_network": sahara::NETWORK,
        "cluster_configs": {"general": {"Enable XFS": true}},
        "anti_affinity": ["namenode"],
        "node_groups": [group],
    });
    let mut of_group = group.clone();
    of_group.as_object_mut().unwrap().remove("count");
    of_group["plugin_name"] = "fake".into();
    of_group["plugin_version"] = "0.1".into();
    let resize = json!({"name": "worker", "count": 1, "instances": ["c1-worker-0"]});
    let configs = json!({"configs": {"a": 1}, "params": {}, "args": ["x"]});
    let job = json!({"job_template_id": template, "cluster_id": id, "interface": {"a": "1"}, "job_configs": configs});
    let labels = json!({"plugin_labels": {"hidden": {"status": true}}, "version_labels": {"0.1": {"enabled": {"status": true}}}});
    let source =
        json!({"name": "s", "type": "s3", "url": "s3://b/o", "credentials": {"ssl": true}});
    let cluster = format!("/v2/clusters/{id}");
    let image = format!("/v2/images/{}", sahara::IMAGE);
    for (method, path, body) in [
        ("POST", "/v2/node-group-templates", &of_group),
        ("POST", "/v2/cluster-templates", &whole),
        ("POST", "/v2/clusters", &whole),
        (
            "PUT",
            &cluster,
            &json!({"resize_node_groups": [resize], "add_node_groups": [group]}),
        ),
        (
            "PATCH",
            &cluster,
            &json!({"name": "c1", "verification": {"status": "START"}, "shares": [{"id": DEMO}]}),
        ),
        ("POST", "/v2/data-sources", &source),
        ("POST", "/v2/job-binaries", &script),
        ("POST", "/v2/job-templates", &shell),
        ("POST", "/v2/jobs", &job),
        ("PATCH", "/v2/plugins/fake", &labels),
        (
            "POST",
            &image,
            &json!({"username": "u", "description": "d"}),
        ),
        (
            "PUT",
            &format!("{image}/tags"),
            &json!({"tags": ["fake", "0.1"]}),
        ),
    ] {
        for odd in odd(body) {
            let reply = admin.call(method, path, odd.clone()).await;
            assert!(
                [200, 202, 400].contains(&reply.status),
                "{method} {path} {odd}: {}",
                reply.text
            );
            admin.advance(1);
        }
    }
    let identity = json!({"methods": ["password"], "password": {"user": {"name": "demo", "domain": {"id": "default"}, "password": "x"}}});
    let token = json!({"auth": {"identity": identity, "scope": {"project": {"name": "demo", "domain": {"id": "default"}}}}});
    for odd in odd(&token) {
        let reply = cloud.authenticate(odd.clone()).await;
        assert!([400, 401].contains(&reply.status), "{odd}: {}", reply.text);
    }
}

#[tokio::test]
async fn faults_speak_the_language_of_the_service() {
    let cloud = Cloud::new().await;
    let faults = cloud.sandbox.faults();
    faults.next(Fault::ExpiredToken);
    assert_eq!(cloud.get("/v2/plugins").await.ok(401)["error"]["code"], 401);
    faults.next(Fault::Status(503));
    cloud
        .get("/v2/plugins")
        .await
        .refused_as(503, "INTERNAL_SERVER_ERROR");
    faults.next(Fault::Error {
        status: 400,
        code: "QUOTA_ERROR".to_owned(),
        message: "no more".to_owned(),
    });
    assert_eq!(
        cloud
            .get("/v2/plugins")
            .await
            .refused_as(400, "QUOTA_ERROR"),
        "no more"
    );
    faults.next(Fault::RateLimited {
        retry_after: Some(SECOND * 7),
    });
    let reply = cloud.get("/v2/plugins").await;
    assert_eq!((reply.status, reply.header("retry-after")), (429, "7"));
    faults.next_matching("POST /v3/auth/tokens", Fault::Status(500));
    let reply = cloud.authenticate(password("demo", "demo-pw", None)).await;
    assert_eq!(reply.ok(500)["error"]["title"], "Internal Server Error");
}
