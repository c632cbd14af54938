//! Templates of node groups, on the wire of both versions.

use crate::common::{PROJECT, VERSIONS_OF_THE_API, answered, assert_field, client, sent};
use cloud_core::test_util::Scripted;
use sahara::{
    AccessLevel, Configs, Exported, FlavorId, NodeGroupTemplate, NodeGroupTemplateId, Share, Sort,
    Version,
};
use serde_json::{Value, json};

/// A template as Sahara 19 answers with it.
fn template(version: Version, id: &str, name: &str, project: &str) -> Value {
    let mut template = json!({
        "created_at": "2026-11-20T14:05:27", "updated_at": null, "id": id, "name": name, "description": "first",
        "flavor_id": "1", "image_id": null, "plugin_name": "fake", "node_processes": ["namenode", "jobtracker"],
        "node_configs": {"HDFS": {"dfs.replication": 3, "dfs.permissions": false}}, "volumes_per_node": 2,
        "volumes_size": 10, "volumes_availability_zone": null, "volume_mount_prefix": "/volumes/disk",
        "volume_type": null, "boot_from_volume": false, "boot_volume_type": null,
        "boot_volume_availability_zone": null, "boot_volume_local_to_instance": false, "floating_ip_pool": null,
        "security_groups": null, "auto_security_group": true, "availability_zone": null, "is_proxy_gateway": false,
        "volume_local_to_instance": false, "is_default": false, "use_autoconfig": true, "shares": null,
        "is_public": false, "is_protected": false,
    });
    let (project_key, version_key) = match version {
        Version::V1_1 => ("tenant_id", "hadoop_version"),
        _ => ("project_id", "plugin_version"),
    };
    template[project_key] = project.into();
    template[version_key] = "0.1".into();
    template
}

fn one(version: Version) -> Value {
    json!({ "node_group_template": template(version, "t1", "master", PROJECT) })
}

#[tokio::test]
async fn a_template_is_the_same_in_both_versions() {
    for version in VERSIONS_OF_THE_API {
        let (api, wire) = answered(version, 200, one(version)).await;
        let template = api.node_group_templates().get("t1").await.unwrap();
        assert_eq!(
            (template.id.as_str(), template.project_id.as_str()),
            ("t1", PROJECT)
        );
        assert_eq!(
            (
                template.plugin_name.as_str(),
                template.plugin_version.as_str()
            ),
            ("fake", "0.1")
        );
        assert_eq!((template.volumes_per_node, template.volumes_size), (2, 10));
        assert_eq!(
            template.created_at.unwrap().to_string(),
            "2026-11-20T14:05:27Z"
        );
        assert_eq!(template.updated_at, None);
        assert!(template.security_groups.is_empty() && template.shares.is_empty());
        assert_eq!(
            template.node_configs,
            Configs::new()
                .set("HDFS", "dfs.replication", 3)
                .set("HDFS", "dfs.permissions", false)
        );
        let line = format!("GET /{version}/node-group-templates/t1");
        assert_eq!(sent(&wire), [(line, String::new())]);
    }
}

#[test]
fn an_answer_may_lack_anything_and_hold_more() {
    let full = template(Version::V2, "t1", "master", PROJECT);
    for key in full.as_object().unwrap().keys() {
        let mut less = full.clone();
        less.as_object_mut().unwrap().remove(key);
        less["of_next_year"] = json!({"a": 1});
        sahara::decode::from_value::<NodeGroupTemplate>(&less).unwrap();
        let mut null = full.clone();
        null[key] = Value::Null;
        sahara::decode::from_value::<NodeGroupTemplate>(&null).unwrap();
    }
    let number: NodeGroupTemplate = sahara::decode::from_value(&json!({"flavor_id": 5})).unwrap();
    assert_eq!(number.flavor_id, FlavorId::from("5"));
}

#[tokio::test]
async fn creating_speaks_the_words_of_the_version() {
    for (version, key) in [
        (Version::V1_1, "hadoop_version"),
        (Version::V2, "plugin_version"),
    ] {
        let (api, wire) = answered(version, 202, one(version)).await;
        let groups = api.node_group_templates();
        groups
            .create("master", "fake", "0.1", "1", ["namenode"])
            .await
            .unwrap();
        let create = groups.create(
            "worker",
            "fake",
            "0.1",
            FlavorId::from("2"),
            ["datanode", "tasktracker"],
        );
        let create = create
            .node_configs(Configs::new().set("HDFS", "x", "y"))
            .volumes_per_node(2)
            .volumes_size(10);
        let create = create
            .security_groups(["default"])
            .description("d")
            .image_id(None)
            .is_protected(true);
        let share = Share::new("s1")
            .path("/mnt/x")
            .access_level(AccessLevel::ReadOnly);
        create.shares([share, Share::new("s2")]).await.unwrap();
        let line = format!("POST /{version}/node-group-templates");
        let first = format!(
            r#"{{"name":"master","plugin_name":"fake","{key}":"0.1","flavor_id":"1","node_processes":["namenode"]}}"#
        );
        let second = format!(
            r#"{{"name":"worker","plugin_name":"fake","{key}":"0.1","flavor_id":"2","node_processes":["datanode","tasktracker"],"node_configs":{{"HDFS":{{"x":"y"}}}},"is_protected":true,"volumes_per_node":2,"volumes_size":10,"security_groups":["default"],"shares":[{{"id":"s1","path":"/mnt/x","access_level":"ro"}},{{"id":"s2"}}],"description":"d","image_id":null}}"#
        );
        assert_eq!(sent(&wire), [(line.clone(), first), (line, second)]);
        let seen = wire.seen();
        let headers = seen.last().unwrap().request.headers();
        assert_eq!(headers["x-auth-token"], "token-1");
        assert!(headers["x-auth-token"].is_sensitive());
        let microversion = headers
            .get("openstack-api-version")
            .map(|value| value.to_str().unwrap());
        assert_eq!(
            microversion,
            (version == Version::V2).then_some("data-processing 2.0")
        );
    }
}

#[tokio::test]
async fn what_the_service_would_refuse_is_not_sent() {
    let (api, wire) = answered(Version::V1_1, 202, one(Version::V1_1)).await;
    let create = |name: &str, processes: &[&str]| {
        api.node_group_templates()
            .create(name, "fake", "0.1", "1", processes.iter().copied())
    };
    assert_field(create("under_score", &["a"]).await, "name");
    assert_field(create("", &["a"]).await, "name");
    assert_field(create("a", &[]).await, "node_processes");
    assert_field(create("a", &["x", "x"]).await, "node_processes");
    assert_field(
        create("a", &["x"]).volumes_per_node(1).await,
        "volumes_size",
    );
    assert_field(create("a", &["x"]).volumes_size(0).await, "volumes_size");
    assert_field(
        create("a", &["x"]).boot_from_volume(true).await,
        "boot_from_volume",
    );
    let update = || api.node_group_templates().update("t1");
    assert_field(update().name("1").await, "name");
    assert_field(
        update().node_processes(Vec::<String>::new()).await,
        "node_processes",
    );
    assert_field(update().boot_volume_type("ssd").await, "boot_volume_type");
    assert_field(api.node_group_templates().get("").await, "id");
    assert_field(api.node_group_templates().delete("..").await, "id");
    assert!(sent(&wire).is_empty());
    create("under_score", &[])
        .options(cloud_core::request::CallOptions::unchecked)
        .await
        .unwrap();
    assert_eq!(sent(&wire).len(), 1);
}

#[tokio::test]
async fn changing_has_another_method_in_each_version() {
    for (version, method, key) in [
        (Version::V1_1, "PUT", "hadoop_version"),
        (Version::V2, "PATCH", "plugin_version"),
    ] {
        let (api, wire) = answered(version, 202, one(version)).await;
        let id = NodeGroupTemplateId::from("t1");
        api.node_group_templates()
            .update(&id)
            .description(None)
            .await
            .unwrap();
        let update = api
            .node_group_templates()
            .update(id)
            .name("m2")
            .plugin("fake", "0.2")
            .flavor_id("2");
        update
            .node_processes(["datanode"])
            .is_public(false)
            .floating_ip_pool("net")
            .await
            .unwrap();
        let line = format!("{method} /{version}/node-group-templates/t1");
        let second = format!(
            r#"{{"plugin_name":"fake","{key}":"0.2","name":"m2","flavor_id":"2","is_public":false,"node_processes":["datanode"],"floating_ip_pool":"net"}}"#
        );
        assert_eq!(
            sent(&wire),
            [
                (line.clone(), r#"{"description":null}"#.to_owned()),
                (line, second)
            ]
        );
    }
}

#[tokio::test]
async fn deleting_tells_why_not() {
    for version in VERSIONS_OF_THE_API {
        let (api, wire) = client(version, |_| Scripted::with_headers(204, &[], "")).await;
        api.node_group_templates().delete("t1").await.unwrap();
        assert_eq!(
            sent(&wire)[0].0,
            format!("DELETE /{version}/node-group-templates/t1")
        );
    }
    let body = json!({"error_code": 400, "error_name": "INVALID_REFERENCE",
        "error_message": "Node group template t1 is in use by cluster templates: a; and clusters: N/A\nError ID: 1f04"});
    let (api, wire) = answered(Version::V2, 400, body).await;
    let error = api.node_group_templates().delete("t1").await.unwrap_err();
    assert!(
        error.api::<sahara::ApiError>().unwrap().is_in_use(),
        "{error}"
    );
    assert_eq!(
        (error.code(), sent(&wire).len()),
        (Some("INVALID_REFERENCE"), 1)
    );
}

fn names(templates: &[NodeGroupTemplate]) -> Vec<&str> {
    templates
        .iter()
        .map(|template| template.name.as_str())
        .collect()
}

/// Six templates a1 to a6 by id, in pages as the service gives them: its markers are wrong in the ways that were measured.
fn paged(version: Version) -> impl Fn(&http::Request<bytes::Bytes>) -> Scripted {
    move |request| {
        let query: Vec<(&str, &str)> = request
            .uri()
            .query()
            .unwrap_or("")
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .collect();
        let value = |key: &str| {
            query
                .iter()
                .find(|(name, _)| *name == key)
                .map(|(_, value)| *value)
        };
        let after = value("marker").map_or(0, |marker| marker[1..].parse::<usize>().unwrap());
        let limit = value("limit").map_or(6, |limit| limit.parse().unwrap());
        let ids: Vec<usize> = (after + 1..=6).take(limit).collect();
        let items: Vec<Value> = ids
            .iter()
            .map(|id| template(version, &format!("i{id}"), &format!("a{id}"), PROJECT))
            .collect();
        let next = ids
            .last()
            .filter(|_| ids.len() == limit && limit < 6)
            .map(|last| format!("i{last}"));
        let mut body = json!({ "node_group_templates": items });
        if next.is_some() || after > 0 {
            body["markers"] = json!({"prev": null, "next": next});
        }
        Scripted::json(200, body.to_string())
    }
}

#[tokio::test]
async fn pages_end_with_an_empty_one() {
    for version in VERSIONS_OF_THE_API {
        let (api, wire) = client(version, paged(version)).await;
        let all = api
            .node_group_templates()
            .list()
            .per_page(2)
            .all()
            .await
            .unwrap();
        assert_eq!(names(&all), ["a1", "a2", "a3", "a4", "a5", "a6"]);
        let path = format!("GET /{version}/node-group-templates");
        let lines: Vec<String> = sent(&wire).into_iter().map(|(line, _)| line).collect();
        let page = |marker: &str| format!("{path}?marker={marker}&limit=2");
        assert_eq!(
            lines,
            [
                format!("{path}?limit=2"),
                page("i2"),
                page("i4"),
                page("i6")
            ]
        );
    }
    // An empty page ends the list even if it names another one.
    let body = json!({"node_group_templates": [], "markers": {"prev": null, "next": "x"}});
    let (api, wire) = answered(Version::V2, 200, body).await;
    assert!(
        api.node_group_templates()
            .list()
            .all()
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(sent(&wire).len(), 1);
}

#[tokio::test]
async fn orders_in_which_pages_lose_items_have_no_pages() {
    let (api, wire) = client(Version::V2, paged(Version::V2)).await;
    let list = || api.node_group_templates().list();
    assert_eq!(
        list()
            .sort(Sort::ID.descending())
            .per_page(3)
            .all()
            .await
            .unwrap()
            .len(),
        6
    );
    assert_eq!(
        list()
            .sort(Sort::by("plugin_version"))
            .per_page(3)
            .all()
            .await
            .unwrap()
            .len(),
        6
    );
    assert_eq!(
        list()
            .per_page(3)
            .sort(Sort::NAME.descending())
            .items()
            .next()
            .await
            .unwrap()
            .unwrap()
            .name,
        "a1"
    );
    let lines: Vec<String> = sent(&wire).into_iter().map(|(line, _)| line).collect();
    let path = "GET /v2/node-group-templates";
    assert_eq!(lines[0], format!("{path}?sort_by=-id&limit=3"));
    assert_eq!(lines[3], format!("{path}?sort_by=hadoop_version"));
    assert_eq!(lines[4], format!("{path}?sort_by=-name"));
    assert_eq!(lines.len(), 5);
}

#[tokio::test]
async fn filters_are_named_as_the_version_has_them() {
    for (version, key) in [
        (Version::V1_1, "hadoop_version"),
        (Version::V2, "plugin_version"),
    ] {
        let (api, wire) = client(version, paged(version)).await;
        let list = api
            .node_group_templates()
            .list()
            .name("a&b")
            .plugin_name("fake")
            .plugin_version("0.1");
        list.page().await.unwrap();
        let query = format!("name=a%26b&plugin_name=fake&{key}=0.1&limit=100");
        assert_eq!(
            sent(&wire)[0].0,
            format!("GET /{version}/node-group-templates?{query}")
        );
    }
}

#[tokio::test]
async fn find_takes_ids_and_exact_names_and_prefers_what_is_ours() {
    const ID: &str = "1e295f2c-0766-4779-98a4-712c3ead5be8";
    let (api, wire) = client(Version::V2, |request| {
        if request.uri().path().ends_with(ID) {
            return Scripted::json(
                404,
                r#"{"error_code":404,"error_name":"NOT_FOUND","error_message":"no"}"#,
            );
        }
        // As with a database that takes the filter for a regular expression.
        let items: Vec<Value> = [
            ("1", "web-10", PROJECT),
            ("2", "web-1", "other"),
            ("3", "web-1", PROJECT),
            ("4", "x", "other"),
        ]
        .map(|(id, name, project)| template(Version::V2, id, name, project))
        .into();
        Scripted::json(200, json!({ "node_group_templates": items }).to_string())
    })
    .await;
    let find = async |wanted: &str| {
        api.node_group_templates()
            .find(wanted)
            .await
            .unwrap()
            .map(|t| t.id.to_string())
    };
    assert_eq!(find("web-1").await.as_deref(), Some("3"));
    assert_eq!(find("x").await.as_deref(), Some("4"));
    assert_eq!(find("web").await, None);
    assert_eq!(find(ID).await, None);
    // Without dashes it is none that Sahara gives, so that looking for it would only cost a request.
    let bare = ID.replace('-', "");
    assert_eq!(find(&bare).await, None);
    assert_eq!(find("we(b").await, None);
    let lines: Vec<String> = sent(&wire).into_iter().map(|(line, _)| line).collect();
    let path = "GET /v2/node-group-templates";
    let named = |name: &str| format!("{path}?name={name}&limit=100");
    let expected = [
        named("web-1"),
        named("x"),
        named("web"),
        format!("{path}/{ID}"),
        named(ID),
        named(&bare),
        format!("{path}?limit=100"),
    ];
    assert_eq!(lines, expected);
}

#[tokio::test]
async fn an_export_is_imported_by_either_version() {
    let exported = json!({"node_group_template": {
        "name": "v11-master", "description": "second", "flavor_id": "{flavor_id}", "image_id": "{image_id}",
        "plugin_name": "fake", "hadoop_version": "0.1", "node_processes": ["namenode"], "node_configs": {},
        "volumes_per_node": 0, "volumes_size": 0, "volume_mount_prefix": "/volumes/disk", "volume_type": null,
        "boot_from_volume": false, "boot_volume_type": null, "floating_ip_pool": "{floating_ip_pool}",
        "security_groups": "{security_groups}", "shares": null, "is_public": false}});
    let (api, wire) = answered(Version::V1_1, 200, exported).await;
    let exported = api.node_group_templates().export("t1").await.unwrap();
    assert_eq!(exported.gaps().count(), 4);
    assert_eq!(sent(&wire)[0].0, "GET /v1.1/node-group-templates/t1/export");
    let kept = Exported::from_json(&exported.to_string()).unwrap();
    for (version, boots, key) in [
        (Version::V1_1, "", "hadoop_version"),
        (
            Version::V2,
            r#""boot_from_volume":false,"#,
            "plugin_version",
        ),
    ] {
        let (api, wire) = answered(version, 202, one(version)).await;
        assert_field(api.node_group_templates().import(&kept).await, "flavor_id");
        let import = api
            .node_group_templates()
            .import(&kept)
            .flavor_id("2")
            .name("copy")
            .security_groups(["a"]);
        import.await.unwrap();
        let sent = &sent(&wire)[0];
        assert_eq!(sent.0, format!("POST /{version}/node-group-templates"));
        let expected = format!(
            r#"{{{boots}"description":"second","flavor_id":"2","is_public":false,"name":"copy","node_configs":{{}},"node_processes":["namenode"],"plugin_name":"fake","{key}":"0.1","security_groups":["a"],"volume_mount_prefix":"/volumes/disk","volumes_per_node":0}}"#
        );
        let (sent, expected): (Value, Value) = (
            serde_json::from_str(&sent.1).unwrap(),
            serde_json::from_str(&expected).unwrap(),
        );
        assert_eq!(sent, expected);
    }
    for bad in ["", "[]", "7", r#"{"node_group_template": 1}"#] {
        assert_field(Exported::from_json(bad), "template");
    }
}
