//! Plugins on the wire, in both versions of the API.

use crate::common::{VERSIONS_OF_THE_API, answered, assert_field, sent};
use sahara::plugins::{ConfigScope, ConfigType, PluginConfig};
use sahara::{ConfigValue, Plugin, PluginVersion, Version};
use serde_json::{Value, json};

fn plugin() -> Value {
    let label = |status: bool| json!({"status": status, "mutable": true, "description": "d"});
    json!({
        "name": "fake", "title": "Fake Plugin", "description": "It's a fake", "versions": ["0.1", "0.2"],
        // What the service tells since a label was changed, in v2 too.
        "tenant_id": "3499012a459a4fceaae8df5dab4a5f4c",
        "plugin_labels": {"enabled": label(true), "hidden": label(false)},
        "version_labels": {"0.1": {"enabled": label(true)}, "0.2": {"enabled": label(false)}},
    })
}

fn version() -> Value {
    let config = |name: &str, kind: &str, default: Value, target: &str, scope: &str| {
        json!({"name": name, "description": null, "config_type": kind, "config_values": null,
            "default_value": default, "applicable_target": target, "scope": scope, "is_optional": true, "priority": 1})
    };
    let mut version = plugin();
    version["configs"] = json!([
        config("Enable XFS", "bool", json!(true), "general", "cluster"),
        config("Heap", "int", json!(1024), "HDFS", "node"),
        config("URL", "string", json!(""), "general", "cluster"),
        config("Odd", "dropdown", json!([1.5]), "general", "node"),
        config("Copies", "int", json!(3), "HDFS", "cluster"),
    ]);
    version["node_processes"] =
        json!({"HDFS": ["namenode", "datanode"], "Kerberos": [], "MapReduce": ["jobtracker"]});
    version["required_image_tags"] = json!(["fake", "0.1"]);
    version
}

#[tokio::test]
async fn plugins_are_read_in_both_versions() {
    for api_version in VERSIONS_OF_THE_API {
        let (api, wire) = answered(api_version, 200, json!({ "plugins": [plugin()] })).await;
        let all = api.plugins().list().all().await.unwrap();
        assert_eq!(
            (all[0].title.as_str(), all[0].versions.len()),
            ("Fake Plugin", 2)
        );
        assert!(all[0].is_enabled("0.1") && !all[0].is_enabled("0.2") && !all[0].is_enabled("0.3"));
        assert!(all[0].plugin_labels["hidden"].mutable);
        assert_eq!(
            sent(&wire),
            [(format!("GET /{api_version}/plugins"), String::new())]
        );
        let (api, wire) = answered(api_version, 200, json!({ "plugin": version() })).await;
        assert_eq!(api.plugins().get("fake").await.unwrap().name, "fake");
        let details = api.plugins().get_version("fake", "0.1 b").await.unwrap();
        assert_eq!(details.required_image_tags, ["fake", "0.1"]);
        let lines: Vec<String> = sent(&wire).into_iter().map(|(line, _)| line).collect();
        assert_eq!(
            lines,
            [
                format!("GET /{api_version}/plugins/fake"),
                format!("GET /{api_version}/plugins/fake/0.1%20b")
            ]
        );
    }
}

#[test]
fn a_name_without_a_value_has_the_default() {
    let mut came = version();
    came["plugin_labels"]["enabled"] = Value::Null;
    came["version_labels"]["0.1"]["enabled"] = Value::Null;
    came["version_labels"]["0.2"] = Value::Null;
    came["node_processes"]["HDFS"] = Value::Null;
    let read: PluginVersion = sahara::decode::from_value(&came).unwrap();
    assert!(!read.plugin_labels["enabled"].status && !read.version_labels["0.1"]["enabled"].status);
    assert!(read.version_labels["0.2"].is_empty() && !read.is_enabled("0.1"));
    assert_eq!(
        read.processes().collect::<Vec<_>>(),
        [("MapReduce", "jobtracker")]
    );
    assert_eq!(read.plugin_labels.len(), 2);
    assert_eq!(
        serde_json::to_value(&read.node_processes).unwrap()["HDFS"],
        json!([])
    );
}

fn names<'a>(configs: impl Iterator<Item = &'a PluginConfig>) -> Vec<&'a str> {
    configs.map(|config| config.name.as_str()).collect()
}

#[test]
fn settings_are_found_by_scope_and_target() {
    let version: PluginVersion = sahara::decode::from_value(&version()).unwrap();
    assert_eq!(
        names(version.configs_in(ConfigScope::Node)),
        ["Heap", "Odd"]
    );
    assert_eq!(
        names(version.general_configs(ConfigScope::Cluster)),
        ["Enable XFS", "URL"]
    );
    assert_eq!(
        names(version.configs_of(ConfigScope::Cluster, "HDFS")),
        ["Copies"]
    );
    assert_eq!(version.targets().collect::<Vec<_>>(), ["general", "HDFS"]);
    let processes: Vec<(&str, &str)> = version.processes().collect();
    assert_eq!(
        processes,
        [
            ("HDFS", "namenode"),
            ("HDFS", "datanode"),
            ("MapReduce", "jobtracker")
        ]
    );
    assert_eq!(
        version.configs[0].default_value,
        Some(ConfigValue::Flag(true))
    );
    assert_eq!(version.configs[1].config_type, ConfigType::Number);
    // What a plugin thinks of next.
    assert_eq!(version.configs[3].config_type.as_str(), "dropdown");
    assert_eq!(
        version.configs[3].default_value,
        Some(ConfigValue::Other(json!([1.5])))
    );
}

#[test]
fn an_answer_may_lack_anything_and_hold_more() {
    let full = version();
    for key in full.as_object().unwrap().keys() {
        let mut null = full.clone();
        null[key] = Value::Null;
        sahara::decode::from_value::<PluginVersion>(&null).unwrap();
        null.as_object_mut().unwrap().remove(key);
        sahara::decode::from_value::<PluginVersion>(&null).unwrap();
    }
    assert!(
        !sahara::decode::from_value::<Plugin>(&json!({"name": "x"}))
            .unwrap()
            .is_enabled("1")
    );
    assert!(
        sahara::decode::from_value::<Plugin>(&json!({}))
            .unwrap()
            .version_labels
            .is_empty()
    );
}

#[tokio::test]
async fn labels_are_set_by_administrators() {
    for version in VERSIONS_OF_THE_API {
        let (api, wire) = answered(version, 202, json!({ "plugin": plugin() })).await;
        api.plugins()
            .update("fake")
            .label("hidden", true)
            .await
            .unwrap();
        let update = api
            .plugins()
            .update("fake")
            .label("enabled", false)
            .label("a", true);
        update
            .version_label("0.1", "enabled", true)
            .version_label("0.1", "b", false)
            .await
            .unwrap();
        let line = format!("PATCH /{version}/plugins/fake");
        let first = r#"{"plugin_labels":{"hidden":{"status":true}}}"#;
        let second = r#"{"plugin_labels":{"a":{"status":true},"enabled":{"status":false}},"version_labels":{"0.1":{"b":{"status":false},"enabled":{"status":true}}}}"#;
        assert_eq!(
            sent(&wire),
            [(line.clone(), first.to_owned()), (line, second.to_owned())]
        );
        assert_field(api.plugins().update("..").label("a", true).await, "name");
    }
    let body = json!({"error_code": 403, "error_name": "FORBIDDEN", "error_message": "You are not authorized"});
    let (api, _) = answered(Version::V2, 403, body).await;
    assert!(
        api.plugins()
            .update("fake")
            .label("hidden", true)
            .await
            .unwrap_err()
            .is_auth()
    );
}

#[tokio::test]
async fn files_are_converted_by_version_1_1_only() {
    let (api, wire) = answered(
        Version::V1_1,
        202,
        json!({"cluster_template": {"id": "t1"}}),
    )
    .await;
    let template = api
        .plugins()
        .convert_config("fake", "0.1", "a/b", b"bytes\xff".to_vec())
        .send_raw()
        .await
        .unwrap();
    assert_eq!(template.status, 202);
    let seen = wire.seen();
    let request = &seen.last().unwrap().request;
    assert_eq!(
        request.uri().path(),
        "/v1.1/plugins/fake/0.1/convert-config/a%2Fb"
    );
    assert_eq!(
        (request.method().as_str(), &request.body()[..]),
        ("POST", &b"bytes\xff"[..])
    );
    let (api, wire) = answered(Version::V2, 202, json!({})).await;
    let error = api
        .plugins()
        .convert_config("fake", "0.1", "a", "")
        .await
        .unwrap_err();
    assert!(
        error.is_invalid_input() && error.to_string().contains("API v2 has no such operation"),
        "{error}"
    );
    assert!(sent(&wire).is_empty());
}
