//! Data sources, on the wire of both versions.

use crate::common::{PROJECT, VERSIONS_OF_THE_API, answered, assert_field, client, sent};
use cloud_core::request::CallOptions;
use cloud_core::test_util::Scripted;
use sahara::{DataSource, DataSourceType, S3Credentials, SwiftCredentials, Version};
use serde_json::{Value, json};

/// A data source as Sahara 19 answers with it.
fn source(version: Version, id: &str, name: &str) -> Value {
    let mut source = json!({
        "created_at": "2026-11-20T14:05:28", "updated_at": null, "id": id, "name": name, "description": "d",
        "type": "hdfs", "url": "hdfs://nn:8020/in", "is_public": false, "is_protected": false,
    });
    source[if version == Version::V1_1 {
        "tenant_id"
    } else {
        "project_id"
    }] = PROJECT.into();
    source
}

fn one(version: Version) -> Value {
    json!({ "data_source": source(version, "d1", "in") })
}

#[tokio::test]
async fn a_data_source_is_the_same_in_both_versions() {
    for version in VERSIONS_OF_THE_API {
        let (api, wire) = answered(version, 200, one(version)).await;
        let source = api.data_sources().get("d1").await.unwrap();
        assert_eq!(
            (source.id.as_str(), source.project_id.as_str()),
            ("d1", PROJECT)
        );
        assert_eq!(
            (source.kind, source.url.as_str()),
            (DataSourceType::Hdfs, "hdfs://nn:8020/in")
        );
        assert_eq!(
            source.created_at.unwrap().to_string(),
            "2026-11-20T14:05:28Z"
        );
        assert_eq!(
            sent(&wire),
            [(format!("GET /{version}/data-sources/d1"), String::new())]
        );
    }
}

#[test]
fn an_answer_may_lack_anything_and_hold_more() {
    let full = source(Version::V2, "d1", "in");
    for key in full.as_object().unwrap().keys() {
        let mut less = full.clone();
        less.as_object_mut().unwrap().remove(key);
        less["of_next_year"] = json!({"a": 1});
        sahara::decode::from_value::<DataSource>(&less).unwrap();
        let mut null = full.clone();
        null[key] = Value::Null;
        sahara::decode::from_value::<DataSource>(&null).unwrap();
    }
}

#[tokio::test]
async fn creating_sends_the_credentials_of_the_storage() {
    for version in VERSIONS_OF_THE_API {
        let (api, wire) = answered(version, 202, one(version)).await;
        let sources = api.data_sources();
        sources
            .create("in", "hdfs", "/in")
            .description("d")
            .is_public(true)
            .await
            .unwrap();
        let swift = sources.create(
            "out",
            DataSourceType::Swift,
            "swift://c.sahara/%JOB_EXEC_ID%",
        );
        swift
            .credentials(SwiftCredentials::new("u", "p"))
            .await
            .unwrap();
        let keys = S3Credentials::new("a", "s")
            .endpoint("e")
            .bucket_in_path(true)
            .ssl(false);
        sources
            .create("s3", DataSourceType::S3, "s3a://b/k")
            .credentials(keys)
            .is_protected(true)
            .await
            .unwrap();
        let bodies: Vec<String> = sent(&wire)
            .into_iter()
            .map(|(line, body)| {
                assert_eq!(line, format!("POST /{version}/data-sources"));
                body
            })
            .collect();
        let expected = [
            r#"{"name":"in","type":"hdfs","url":"/in","description":"d","is_public":true}"#,
            r#"{"name":"out","type":"swift","url":"swift://c.sahara/%JOB_EXEC_ID%","credentials":{"user":"u","password":"p"}}"#,
            r#"{"name":"s3","type":"s3","url":"s3a://b/k","credentials":{"accesskey":"a","secretkey":"s","endpoint":"e","bucket_in_path":true,"ssl":false},"is_protected":true}"#,
        ];
        assert_eq!(bodies, expected);
    }
}

#[tokio::test]
async fn no_secret_is_shown() {
    let (api, _) = answered(Version::V2, 202, one(Version::V2)).await;
    let create = api.data_sources().create("out", "swift", "swift://c/o");
    let swift = create
        .clone()
        .credentials(SwiftCredentials::new("u", "hush-1"));
    let keys = create.credentials(S3Credentials::new("hush-2", "hush-3"));
    let update = api
        .data_sources()
        .update("d1")
        .credentials(SwiftCredentials::new("u", "hush-4"));
    assert!(!format!("{swift:?} {keys:?} {update:?}").contains("hush"));
}

#[tokio::test]
async fn changing_has_another_method_in_each_version() {
    for (version, method) in [(Version::V1_1, "PUT"), (Version::V2, "PATCH")] {
        let (api, wire) = answered(version, 202, one(version)).await;
        let update = api
            .data_sources()
            .update("d1")
            .name("in2")
            .kind("maprfs")
            .url("/x")
            .description("");
        update
            .is_public(false)
            .credentials(SwiftCredentials::new("u", "p"))
            .await
            .unwrap();
        let body = r#"{"name":"in2","type":"maprfs","url":"/x","description":"","credentials":{"user":"u","password":"p"},"is_public":false}"#;
        assert_eq!(
            sent(&wire),
            [(
                format!("{method} /{version}/data-sources/d1"),
                body.to_owned()
            )]
        );
    }
}

#[tokio::test]
async fn what_the_service_would_refuse_is_not_sent() {
    let (api, wire) = answered(Version::V2, 202, one(Version::V2)).await;
    let sources = api.data_sources();
    assert_field(sources.create("a b", "hdfs", "/x").await, "name");
    assert_field(sources.create("a", "hdfs", "http://x").await, "url");
    assert_field(
        sources.create("a", "swift", "swift://c.other/o").await,
        "url",
    );
    assert_field(sources.create("a", "hdfs", "/%RANDSTR(1025)%").await, "url");
    assert_field(sources.update("d1").name("").await, "name");
    assert_field(sources.update("d1").kind("s3").url("s3://b").await, "url");
    assert_field(sources.get("").await, "id");
    assert_field(sources.delete("..").await, "id");
    assert!(sent(&wire).is_empty());
    sources
        .create("a b", "hdfs", "http://x")
        .options(CallOptions::unchecked)
        .await
        .unwrap();
    assert_eq!(sent(&wire).len(), 1);
}

#[tokio::test]
async fn lists_and_deletions_have_the_same_paths() {
    for version in VERSIONS_OF_THE_API {
        let (api, wire) = client(version, move |request| match request.method().as_str() {
            "DELETE" => Scripted::with_headers(204, &[], ""),
            _ => Scripted::json(
                200,
                json!({"data_sources": [source(version, "d1", "in")]}).to_string(),
            ),
        })
        .await;
        let list = api
            .data_sources()
            .list()
            .kind(DataSourceType::S3)
            .sort(sahara::Sort::by("type"));
        assert_eq!(list.all().await.unwrap().len(), 1);
        api.data_sources().delete("d1").await.unwrap();
        assert_eq!(
            api.data_sources()
                .find("in")
                .await
                .unwrap()
                .unwrap()
                .id
                .as_str(),
            "d1"
        );
        assert!(api.data_sources().find("i").await.unwrap().is_none());
        // Version 2 refuses the filter `name` here.
        let named = |name: &str| match version {
            Version::V1_1 => format!("GET /v1.1/data-sources?name={name}&limit=100"),
            _ => "GET /v2/data-sources?limit=100".to_owned(),
        };
        let lines: Vec<String> = sent(&wire).into_iter().map(|(line, _)| line).collect();
        let expected = [
            format!("GET /{version}/data-sources?type=s3&sort_by=type"),
            format!("DELETE /{version}/data-sources/d1"),
            named("in"),
            named("i"),
        ];
        assert_eq!(lines, expected);
    }
}
