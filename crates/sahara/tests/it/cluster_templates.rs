//! Templates of clusters on the wire, in both versions of the API.

use crate::common::{PROJECT, VERSIONS_OF_THE_API, answered, assert_field, client, sent};
use sahara::{
    ClusterTemplate, Configs, Exported, FlavorId, NewNodeGroup, NodeGroupTemplate, Share, Sort,
    Version,
};
use serde_json::{Value, json};

const IMAGE: &str = "00000000-0000-0000-0000-0000000000b1";
const NETWORK: &str = "00000000-0000-0000-0000-0000000000a1";

fn keys(version: Version) -> (&'static str, &'static str) {
    match version {
        Version::V1_1 => ("tenant_id", "hadoop_version"),
        _ => ("project_id", "plugin_version"),
    }
}

fn template(version: Version) -> Value {
    let mut template = json!({
        "created_at": "2026-11-20T14:05:27", "updated_at": null, "id": "t1", "name": "small", "description": null,
        "plugin_name": "fake", "cluster_configs": {"general": {"Enable XFS": false}}, "default_image_id": IMAGE,
        "anti_affinity": ["datanode"], "neutron_management_network": NETWORK, "is_default": false,
        "use_autoconfig": true, "shares": null, "is_public": false, "is_protected": false, "domain_name": null,
        "node_groups": [{
            "id": "g1", "name": "worker", "flavor_id": 5, "image_id": null, "node_processes": ["datanode"],
            "node_configs": {}, "volumes_per_node": 0, "volumes_size": 0, "volumes_availability_zone": null,
            "volume_mount_prefix": "/volumes/disk", "volume_type": null, "boot_from_volume": false, "count": 3,
            "use_autoconfig": true, "node_group_template_id": "n1", "security_groups": null, "shares": null,
        }],
    });
    let (project, plugin) = keys(version);
    template[project] = PROJECT.into();
    template[plugin] = "0.1".into();
    template
}

fn one(version: Version) -> Value {
    json!({ "cluster_template": template(version) })
}

fn group_template(id: &str, name: &str) -> NodeGroupTemplate {
    sahara::decode::from_value(&json!({ "id": id, "name": name })).unwrap()
}

#[tokio::test]
async fn a_template_is_the_same_in_both_versions() {
    for version in VERSIONS_OF_THE_API {
        let (api, wire) = answered(version, 200, one(version)).await;
        let template = api.cluster_templates().get("t1").await.unwrap();
        assert_eq!(
            (
                template.project_id.as_str(),
                template.plugin_version.as_str()
            ),
            (PROJECT, "0.1")
        );
        assert_eq!(template.default_image_id.unwrap().as_str(), IMAGE);
        assert_eq!(
            template.neutron_management_network.unwrap().as_str(),
            NETWORK
        );
        assert_eq!(
            template.cluster_configs,
            Configs::new().set("general", "Enable XFS", false)
        );
        let group = &template.node_groups[0];
        assert_eq!(
            (group.name.as_str(), group.count, group.instances.len()),
            ("worker", 3, 0)
        );
        assert_eq!(
            group.node_group_template_id.as_ref().unwrap().as_str(),
            "n1"
        );
        assert_eq!(
            sent(&wire),
            [(
                format!("GET /{version}/cluster-templates/t1"),
                String::new()
            )]
        );
    }
}

/// Q17: a flavor comes back as the number that was sent.
#[test]
fn an_answer_may_lack_anything_and_hold_more() {
    let full = template(Version::V2);
    let read: ClusterTemplate = sahara::decode::from_value(&full).unwrap();
    assert_eq!(read.node_groups[0].flavor_id, FlavorId::from("5"));
    for key in full.as_object().unwrap().keys() {
        let mut less = full.clone();
        less.as_object_mut().unwrap().remove(key);
        less["of_next_year"] = json!({"a": 1});
        sahara::decode::from_value::<ClusterTemplate>(&less).unwrap();
        let mut null = full.clone();
        null[key] = Value::Null;
        sahara::decode::from_value::<ClusterTemplate>(&null).unwrap();
    }
}

#[tokio::test]
async fn creating_speaks_the_words_of_the_version() {
    for version in VERSIONS_OF_THE_API {
        let (_, key) = keys(version);
        let (api, wire) = answered(version, 202, one(version)).await;
        let templates = api.cluster_templates();
        let worker = group_template("n1", "worker");
        templates
            .create("small", "fake", "0.1")
            .node_group(&worker, 3)
            .await
            .unwrap();
        let master = NewNodeGroup::new("master", "1", ["namenode"])
            .volumes_per_node(2)
            .volumes_size(10);
        let other = NewNodeGroup::from(&worker)
            .name("other")
            .flavor_id("2")
            .node_processes(["datanode"]);
        let other = other
            .node_configs(Configs::new().set("HDFS", "x", 1))
            .security_groups(["default"]);
        let create = templates
            .create("big", "fake", "0.1")
            .node_group(master, 1)
            .node_group(other, 0);
        let create = create
            .cluster_configs(Configs::new().set("general", "a", "b"))
            .is_protected(true);
        let create = create
            .anti_affinity(["datanode"])
            .shares([Share::new("s1").path("/mnt/a")]);
        create
            .description("d")
            .image(IMAGE)
            .network(NETWORK)
            .domain_name("d.test.")
            .await
            .unwrap();
        let line = format!("POST /{version}/cluster-templates");
        let first = format!(
            r#"{{"name":"small","plugin_name":"fake","{key}":"0.1","node_groups":[{{"name":"worker","node_group_template_id":"n1","count":3}}]}}"#
        );
        let second = format!(
            r#"{{"name":"big","plugin_name":"fake","{key}":"0.1","node_groups":[{{"name":"master","flavor_id":"1","node_processes":["namenode"],"count":1,"volumes_per_node":2,"volumes_size":10}},{{"name":"other","node_group_template_id":"n1","flavor_id":"2","node_processes":["datanode"],"count":0,"node_configs":{{"HDFS":{{"x":1}}}},"security_groups":["default"]}}],"cluster_configs":{{"general":{{"a":"b"}}}},"is_protected":true,"anti_affinity":["datanode"],"shares":[{{"id":"s1","path":"/mnt/a"}}],"description":"d","default_image_id":"{IMAGE}","neutron_management_network":"{NETWORK}","domain_name":"d.test."}}"#
        );
        assert_eq!(sent(&wire), [(line.clone(), first), (line, second)]);
    }
}

#[tokio::test]
async fn what_the_service_would_refuse_is_not_sent() {
    let (api, wire) = answered(Version::V2, 202, one(Version::V2)).await;
    let create = |name: &str| api.cluster_templates().create(name, "fake", "0.1");
    let group =
        |name: &str, processes: &[&str]| NewNodeGroup::new(name, "1", processes.iter().copied());
    assert_field(create("under_score").await, "name");
    assert_field(
        create("a").node_group(group("1", &["x"]), 1).await,
        "node_groups[0].name",
    );
    let second = create("a")
        .node_group(group("b", &["x"]), 1)
        .node_group(group("c", &[]), 1);
    assert_field(second.await, "node_groups[1].node_processes");
    assert_field(
        create("a").node_group(group("b", &["x", "x"]), 1).await,
        "node_groups[0].node_processes",
    );
    let twice = create("a")
        .node_group(group("b", &["x"]), 1)
        .node_group(group("b", &["y"]), 1);
    assert_field(twice.await, "node_groups");
    let volumes = group("b", &["x"]).volumes_per_node(1);
    assert_field(
        create("a").node_group(volumes, 1).await,
        "node_groups[0].volumes_size",
    );
    let empty = NewNodeGroup::from_template("b", "n1").volumes_size(0);
    assert_field(
        create("a").node_group(empty, 1).await,
        "node_groups[0].volumes_size",
    );
    let share = group("b", &["x"]).shares([Share::new("s").path("relative")]);
    assert_field(
        create("a").node_group(share, 1).await,
        "node_groups[0].shares",
    );
    let twice = [Share::new("s").path("/a"), Share::new("t").path("/a")];
    assert_field(create("a").shares(twice).await, "shares");
    assert_field(api.cluster_templates().update("t1").name("").await, "name");
    assert_field(api.cluster_templates().get("").await, "id");
    assert!(sent(&wire).is_empty());
    // The template may know the size of the volumes.
    create("a")
        .node_group(
            NewNodeGroup::from_template("b", "n1").volumes_per_node(1),
            1,
        )
        .await
        .unwrap();
    create("under_score")
        .options(cloud_core::request::CallOptions::unchecked)
        .await
        .unwrap();
    assert_eq!(sent(&wire).len(), 2);
}

#[tokio::test]
async fn changing_has_another_method_in_each_version() {
    for (version, method) in [(Version::V1_1, "PUT"), (Version::V2, "PATCH")] {
        let (_, key) = keys(version);
        let (api, wire) = answered(version, 202, one(version)).await;
        let template: ClusterTemplate = sahara::decode::from_value(&template(version)).unwrap();
        api.cluster_templates()
            .update(&template.id)
            .image(None)
            .network(None)
            .await
            .unwrap();
        let update = api
            .cluster_templates()
            .update("t1")
            .name("s2")
            .plugin("fake", "0.2");
        update
            .node_group(&group_template("n1", "w"), 2)
            .use_autoconfig(false)
            .await
            .unwrap();
        let line = format!("{method} /{version}/cluster-templates/t1");
        let first = r#"{"default_image_id":null,"neutron_management_network":null}"#.to_owned();
        let second = format!(
            r#"{{"plugin_name":"fake","{key}":"0.2","node_groups":[{{"name":"w","node_group_template_id":"n1","count":2}}],"name":"s2","use_autoconfig":false}}"#
        );
        assert_eq!(sent(&wire), [(line.clone(), first), (line, second)]);
    }
}

#[tokio::test]
async fn lists_are_filtered_sorted_and_searched() {
    for version in VERSIONS_OF_THE_API {
        let (_, key) = keys(version);
        let (api, wire) = answered(
            version,
            200,
            json!({ "cluster_templates": [template(version)] }),
        )
        .await;
        let list = api
            .cluster_templates()
            .list()
            .name("small")
            .plugin_name("fake")
            .plugin_version("0.1");
        assert_eq!(list.all().await.unwrap().len(), 1);
        assert_eq!(
            api.cluster_templates()
                .list()
                .sort(Sort::NAME)
                .all()
                .await
                .unwrap()
                .len(),
            1
        );
        assert_eq!(
            api.cluster_templates()
                .find("small")
                .await
                .unwrap()
                .unwrap()
                .id
                .as_str(),
            "t1"
        );
        assert!(
            api.cluster_templates()
                .find("smal")
                .await
                .unwrap()
                .is_none()
        );
        let path = format!("GET /{version}/cluster-templates");
        let lines: Vec<String> = sent(&wire).into_iter().map(|(line, _)| line).collect();
        let expected = [
            format!("{path}?name=small&plugin_name=fake&{key}=0.1&limit=100"),
            format!("{path}?sort_by=name"),
            format!("{path}?name=small&limit=100"),
            format!("{path}?name=smal&limit=100"),
        ];
        assert_eq!(lines, expected);
    }
}

/// Q13 and Q14: what others own and what is protected is refused with 400.
#[tokio::test]
async fn deleting_and_changing_tell_why_not() {
    for version in VERSIONS_OF_THE_API {
        let (api, wire) = client(version, |_| {
            cloud_core::test_util::Scripted::with_headers(204, &[], "")
        })
        .await;
        api.cluster_templates().delete("t1").await.unwrap();
        assert_eq!(
            sent(&wire)[0].0,
            format!("DELETE /{version}/cluster-templates/t1")
        );
    }
    let refused = |name: &str, message: &str| json!({"error_code": 400, "error_name": name, "error_message": message});
    let in_use = refused(
        "INVALID_REFERENCE",
        "Cluster template t1 in use by night-run\nError ID: 1f04",
    );
    let (api, _) = answered(Version::V2, 400, in_use).await;
    let error = api.cluster_templates().delete("t1").await.unwrap_err();
    assert!(
        error.api::<sahara::ApiError>().unwrap().is_in_use(),
        "{error}"
    );
    let referenced =
        "Cluster template with id 't1' could not be updated because it is referenced by cluster(s)";
    let (api, _) = answered(
        Version::V1_1,
        400,
        refused("UPDATE_FAILED", &format!("{referenced}\nError ID: 1f04")),
    )
    .await;
    let error = api
        .cluster_templates()
        .update("t1")
        .name("x")
        .await
        .unwrap_err();
    assert!(
        error.api::<sahara::ApiError>().unwrap().is_in_use(),
        "{error}"
    );
    let foreign = refused(
        "UPDATE_FAILED",
        "ClusterTemplate t1 can't be updated as it wasn't created in this tenant",
    );
    let (api, _) = answered(Version::V2, 400, foreign).await;
    assert!(
        api.cluster_templates()
            .update("t1")
            .name("x")
            .await
            .unwrap_err()
            .is_auth()
    );
    let protected = refused(
        "DELETION_FAILED",
        "ClusterTemplate t1 can't be deleted because it's marked as protected",
    );
    let (api, _) = answered(Version::V2, 400, protected).await;
    let error = api.cluster_templates().delete("t1").await.unwrap_err();
    assert!(
        error.api::<sahara::ApiError>().unwrap().is_protected(),
        "{error}"
    );
}

#[tokio::test]
async fn an_export_is_imported_by_either_version() {
    let exported = json!({"cluster_template": {
        "name": "small", "description": null, "plugin_name": "fake", "hadoop_version": "0.1", "cluster_configs": {},
        "default_image_id": "{default_image_id}", "node_groups": "{node_groups}", "anti_affinity": [],
        "neutron_management_network": NETWORK, "shares": null, "is_public": false}});
    let (api, wire) = answered(Version::V1_1, 200, exported).await;
    let exported = api.cluster_templates().export("t1").await.unwrap();
    assert_eq!(
        exported.gaps().collect::<Vec<_>>(),
        ["default_image_id", "node_groups"]
    );
    assert_eq!(sent(&wire)[0].0, "GET /v1.1/cluster-templates/t1/export");
    let kept = Exported::from_json(&exported.to_string()).unwrap();
    for version in VERSIONS_OF_THE_API {
        let (_, key) = keys(version);
        let (api, wire) = answered(version, 202, one(version)).await;
        api.cluster_templates().import(&kept).await.unwrap();
        let import = api
            .cluster_templates()
            .import(&kept)
            .name("copy")
            .image(IMAGE)
            .network("n2");
        import
            .node_group(&group_template("n1", "w"), 1)
            .node_group(&group_template("n2", "m"), 2)
            .await
            .unwrap();
        let sent: Vec<(String, Value)> = sent(&wire)
            .into_iter()
            .map(|(line, body)| (line, serde_json::from_str(&body).unwrap()))
            .collect();
        let line = format!("POST /{version}/cluster-templates");
        let mut first = json!({"name": "small", "plugin_name": "fake", "cluster_configs": {}, "anti_affinity": [],
            "neutron_management_network": NETWORK, "is_public": false});
        first[key] = "0.1".into();
        let mut second = first.clone();
        second["name"] = "copy".into();
        second["default_image_id"] = IMAGE.into();
        second["neutron_management_network"] = "n2".into();
        second["node_groups"] = json!([{"name": "w", "node_group_template_id": "n1", "count": 1},
            {"name": "m", "node_group_template_id": "n2", "count": 2}]);
        assert_eq!(sent, [(line.clone(), first), (line, second)]);
    }
}

#[tokio::test]
async fn an_image_and_a_network_may_be_given_as_they_are_at_hand() {
    let image: sahara::Image = sahara::decode::from_str(r#"{"id": "i1"}"#).unwrap();
    let (api, wire) = answered(Version::V2, 202, json!({"cluster_template": {"id": "t1"}})).await;
    let create = || api.cluster_templates().create("small", "fake", "0.1");
    let network = sahara::NetworkId::from("n1");
    for create in [
        create().image(&image).network(&network),
        create().image(image.id.clone()).network(network.clone()),
        create().image(&image.id).network("n1"),
        create().image("i1".to_owned()).network(Some("n1")),
    ] {
        create.await.unwrap();
    }
    create().image(None).network(None).await.unwrap();
    let bodies: Vec<Value> = sent(&wire)
        .iter()
        .map(|(_, body)| serde_json::from_str(body).unwrap())
        .collect();
    for body in &bodies[..4] {
        assert_eq!(
            (
                &body["default_image_id"],
                &body["neutron_management_network"]
            ),
            (&json!("i1"), &json!("n1"))
        );
    }
    assert_eq!(bodies[4].get("default_image_id"), Some(&Value::Null));
    assert_eq!(
        bodies[4].get("neutron_management_network"),
        Some(&Value::Null)
    );
}
