//! Templates and types of jobs, on the wire of both versions.

use crate::common::{PROJECT, VERSIONS_OF_THE_API, answered, assert_field, client, sent};
use cloud_core::request::CallOptions;
use cloud_core::test_util::Scripted;
use sahara::job_templates::{MappingType, ValueType};
use sahara::{ApiError, Argument, JobTemplate, JobType, Version};
use serde_json::{Value, json};

/// The path of templates, and the keys of one and of a list.
fn words(version: Version) -> (&'static str, &'static str, &'static str) {
    match version {
        Version::V1_1 => ("/v1.1/jobs", "job", "jobs"),
        _ => ("/v2/job-templates", "job_template", "job_templates"),
    }
}

/// A template as Sahara 19 answers with it.
fn template(version: Version) -> Value {
    let project = if version == Version::V1_1 {
        "tenant_id"
    } else {
        "project_id"
    };
    json!({
        "created_at": "2026-11-20T14:05:28", "updated_at": null, "id": "t1", project: PROJECT, "name": "count",
        "description": null, "type": "Shell", "is_public": false, "is_protected": false, "libs": [],
        "mains": [{"id": "b1", "name": "script", "url": "swift://c/o", project: PROJECT, "is_public": false}],
        "interface": [{"id": "i1", "job_id": "t1", "tenant_id": PROJECT, "name": "day", "description": null,
            "mapping_type": "args", "location": "0", "value_type": "string", "required": true, "order": 0,
            "default": null, "created_at": "2026-11-20T14:05:28", "updated_at": null}],
    })
}

fn one(version: Version) -> Value {
    json!({ words(version).1: template(version) })
}

#[tokio::test]
async fn a_template_is_the_same_in_both_versions() {
    for version in VERSIONS_OF_THE_API {
        let (api, wire) = answered(version, 200, one(version)).await;
        let template = api.job_templates().get("t1").await.unwrap();
        assert_eq!(
            (template.kind, template.project_id.as_str()),
            (JobType::Shell, PROJECT)
        );
        assert_eq!(
            (
                template.mains[0].name.as_str(),
                template.mains[0].project_id.as_str()
            ),
            ("script", PROJECT)
        );
        let argument = &template.interface[0];
        assert_eq!(
            (
                argument.name.as_str(),
                argument.location.as_str(),
                argument.order
            ),
            ("day", "0", 0)
        );
        assert_eq!(
            (&argument.mapping_type, &argument.value_type),
            (&MappingType::Args, &ValueType::Text)
        );
        assert_eq!(
            (argument.project_id.as_str(), argument.required),
            (PROJECT, true)
        );
        assert_eq!(
            sent(&wire),
            [(format!("GET {}/t1", words(version).0), String::new())]
        );
    }
    let full = template(Version::V2);
    for key in full.as_object().unwrap().keys() {
        let mut less = full.clone();
        less[key] = Value::Null;
        sahara::decode::from_value::<JobTemplate>(&less).unwrap();
    }
}

#[tokio::test]
async fn requests_speak_the_words_of_the_version() {
    for version in VERSIONS_OF_THE_API {
        let (path, _, list) = words(version);
        let (api, wire) = client(version, move |request| match request.method().as_str() {
            "DELETE" => Scripted::with_headers(204, &[], ""),
            "GET" => Scripted::json(200, json!({ list: [template(version)] }).to_string()),
            _ => Scripted::json(202, one(version).to_string()),
        })
        .await;
        let templates = api.job_templates();
        let create = templates
            .create("count", JobType::Shell)
            .mains(["b1"])
            .libs(["b2"])
            .description("d");
        let arguments = [
            Argument::positional("day", 0),
            Argument::positional("in", 1)
                .data_source()
                .default("swift://c/o"),
            Argument::config("maps", "mapreduce.job.maps")
                .number()
                .default("2")
                .description("how many"),
            Argument::param("limit", "LIMIT").optional(),
        ];
        create
            .interface(arguments)
            .is_protected(true)
            .await
            .unwrap();
        templates
            .create("tidy", "MapReduce.Streaming")
            .await
            .unwrap();
        templates
            .update("t1")
            .name("n")
            .description(None)
            .is_public(true)
            .await
            .unwrap();
        assert_eq!(
            templates.find("count").await.unwrap().unwrap().id.as_str(),
            "t1"
        );
        templates
            .list()
            .kind(JobType::Pig)
            .name("x")
            .all()
            .await
            .unwrap();
        templates.delete("t1").await.unwrap();
        let first = concat!(
            r#"{"name":"count","type":"Shell","description":"d","is_protected":true,"mains":["b1"],"libs":["b2"],"#,
            r#""interface":[{"name":"day","mapping_type":"args","location":"0","required":true},"#,
            r#"{"name":"in","mapping_type":"args","location":"1","required":false,"value_type":"data_source","default":"swift://c/o"},"#,
            r#"{"name":"maps","mapping_type":"configs","location":"mapreduce.job.maps","required":false,"value_type":"number","default":"2","description":"how many"},"#,
            r#"{"name":"limit","mapping_type":"params","location":"LIMIT","required":false}]}"#,
        );
        let expected = [
            (format!("POST {path}"), first),
            (
                format!("POST {path}"),
                r#"{"name":"tidy","type":"MapReduce.Streaming"}"#,
            ),
            (
                format!("PATCH {path}/t1"),
                r#"{"name":"n","is_public":true,"description":null}"#,
            ),
            (format!("GET {path}?name=count&limit=100"), ""),
            (format!("GET {path}?type=Pig&name=x&limit=100"), ""),
            (format!("DELETE {path}/t1"), ""),
        ];
        assert_eq!(
            sent(&wire),
            expected.map(|(line, body)| (line, body.to_owned()))
        );
    }
}

#[tokio::test]
async fn programs_stand_where_the_type_wants_them() {
    let (api, wire) = answered(Version::V2, 202, one(Version::V2)).await;
    let create = |kind: &str, mains: &[&str], libs: &[&str]| {
        api.job_templates()
            .create("a", kind)
            .mains(mains.iter().copied())
            .libs(libs.iter().copied())
    };
    for kind in ["Pig", "Hive", "Shell", "Spark", "Storm", "Storm.Pyleus"] {
        assert_field(create(kind, &[], &["b"]).await, "mains");
        assert_field(create(kind, &["a"], &["a"]).await, "libs");
        create(kind, &["a"], &["b"]).await.unwrap();
    }
    for kind in ["Java", "MapReduce"] {
        assert_field(create(kind, &[], &[]).await, "libs");
        assert_field(create(kind, &["a"], &["b"]).await, "mains");
        create(kind, &[], &["b"]).await.unwrap();
    }
    assert_field(create("MapReduce.Streaming", &["a"], &[]).await, "mains");
    assert_field(create("Pig", &["a", "a"], &[]).await, "mains");
    assert_field(create("Java", &[], &["a", "a"]).await, "libs");
    create("OfNextYear", &["a"], &["b"]).await.unwrap();
    assert_eq!(sent(&wire).len(), 9);
    assert_field(
        api.job_templates()
            .create("a b", "MapReduce.Streaming")
            .await,
        "name",
    );
    assert_field(api.job_templates().update("t1").name("").await, "name");
    create("Pig", &[], &[])
        .options(CallOptions::unchecked)
        .await
        .unwrap();
}

#[tokio::test]
async fn an_interface_contradicts_neither_itself_nor_the_type() {
    let (api, wire) = answered(Version::V1_1, 202, one(Version::V1_1)).await;
    let create = |kind: &str, arguments: Vec<Argument>| {
        let create = api.job_templates().create("a", kind).interface(arguments);
        if kind == "Java" {
            create.libs(["b"])
        } else {
            create.mains(["b"])
        }
    };
    let place = Argument::positional;
    for (kind, arguments) in [
        ("Pig", vec![place("a", 0), place("a", 1)]),
        ("Pig", vec![place("a", 0), place("b", 0)]),
        ("Pig", vec![place("a", 1)]),
        ("Pig", vec![place("a", 0), place("b", 2)]),
        ("Pig", vec![place("a", 0).optional()]),
        ("Pig", vec![place("a", 0).number().default("x")]),
        ("Pig", vec![Argument::config("", "x")]),
        ("Pig", vec![Argument::config("x", "")]),
        ("Hive", vec![place("a", 0)]),
        ("Java", vec![Argument::param("a", "b")]),
        ("Storm", vec![Argument::config("a", "b")]),
        ("Storm.Pyleus", vec![place("a", 0)]),
    ] {
        assert_field(create(kind, arguments).await, "interface");
    }
    assert!(sent(&wire).is_empty());
    create(
        "Pig",
        vec![
            place("b", 1),
            place("a", 0),
            Argument::param("c", "0"),
            Argument::config("d", "0"),
        ],
    )
    .await
    .unwrap();
}

/// Q18: a template with jobs cannot be deleted, also when all of them have ended.
#[tokio::test]
async fn q18_a_template_with_jobs_stays() {
    let body = json!({"error_code": 400, "error_name": "DELETION_FAILED",
        "error_message": "Job deletion failed on foreign key constraint\nError ID: 1f04"});
    let (api, wire) = answered(Version::V2, 400, body).await;
    let error = api.job_templates().delete("t1").await.unwrap_err();
    assert!(error.api::<ApiError>().unwrap().is_in_use(), "{error}");
    assert_eq!(sent(&wire)[0].0, "DELETE /v2/job-templates/t1");
}

#[tokio::test]
async fn hints_come_as_a_list_or_as_nothing() {
    for version in VERSIONS_OF_THE_API {
        let (api, wire) = client(version, |request| {
            let body = if request.uri().path().ends_with("Pig") {
                r#"{"job_config":{"configs":[{"name":"a","value":"2","description":" what "},{"name":"b","value":null}],"args":[],"params":{}}}"#
            } else if request.uri().path().ends_with("Shell") {
                r#"{"job_config":{"configs":{},"args":[],"params":{}}}"#
            } else {
                r#"{"job_config":{"configs":[]}}"#
            };
            Scripted::json(200, body)
        })
        .await;
        let hints = api
            .job_templates()
            .config_hints(JobType::Pig)
            .await
            .unwrap();
        assert_eq!(
            (hints.configs[0].name.as_str(), &hints.configs[0].value),
            ("a", &Some(json!("2")))
        );
        assert_eq!(
            (
                hints.configs.len(),
                hints.args.unwrap().len(),
                hints.params.unwrap().len()
            ),
            (2, 0, 0)
        );
        let hints = api
            .job_templates()
            .config_hints(JobType::Shell)
            .await
            .unwrap();
        assert!(hints.configs.is_empty() && hints.params.is_some());
        let hints = api
            .job_templates()
            .config_hints("MapReduce.Streaming")
            .await
            .unwrap();
        assert_eq!((hints.args, hints.params), (None, None));
        assert_eq!(
            sent(&wire)[2].0,
            format!("GET {}/config-hints/MapReduce.Streaming", words(version).0)
        );
    }
}

fn types() -> Value {
    json!({"job_types": [
        {"name": "Pig", "plugins": [
            {"name": "vanilla", "title": "V", "description": "d", "versions": {"2.7.1": {}, "2.8.2": {}}},
            {"name": "fake", "title": "F", "description": null, "versions": {"0.1": null}}]},
        {"name": "Storm", "plugins": [{"name": "fake", "title": "F", "versions": {"0.1": {"job_config": {"configs": []}}}}]},
    ]})
}

/// Version 2 takes the filters by plugin, and forgets about them.
#[tokio::test]
async fn types_are_filtered_whether_the_service_does_it_or_not() {
    for (version, plugin, plugin_version) in [
        (Version::V1_1, "plugin", "version"),
        (Version::V2, "plugin_name", "plugin_version"),
    ] {
        let (api, wire) = answered(version, 200, types()).await;
        let list = || api.job_types().list();
        assert_eq!(list().all().await.unwrap().len(), 2);
        let vanilla = list()
            .kind(JobType::Pig)
            .kind("Storm")
            .plugin_name("vanilla")
            .plugin_version("2.8.2")
            .all()
            .await;
        let vanilla = vanilla.unwrap();
        assert_eq!((vanilla.len(), vanilla[0].plugins.len()), (1, 1));
        assert_eq!(
            vanilla[0].plugins[0].versions.keys().collect::<Vec<_>>(),
            ["2.8.2"]
        );
        let fake = list().plugin_name("fake").all().await.unwrap();
        assert_eq!(fake[0].plugins[0].versions["0.1"], None);
        assert!(
            fake[1].plugins[0].versions["0.1"]
                .as_ref()
                .unwrap()
                .job_config
                .is_some()
        );
        let lines: Vec<String> = sent(&wire).into_iter().map(|(line, _)| line).collect();
        let path = format!("GET /{version}/job-types");
        let expected = [
            path.clone(),
            format!("{path}?type=Pig&type=Storm&{plugin}=vanilla&{plugin_version}=2.8.2"),
            format!("{path}?{plugin}=fake"),
        ];
        assert_eq!(lines, expected);
    }
    let (api, wire) = answered(Version::V1_1, 200, types()).await;
    api.job_types().list().with_hints().all().await.unwrap();
    assert_eq!(sent(&wire)[0].0, "GET /v1.1/job-types?hints=true");
    let (api, wire) = answered(Version::V2, 200, types()).await;
    assert_field(api.job_types().list().with_hints().page().await, "hints");
    assert!(sent(&wire).is_empty());
}
