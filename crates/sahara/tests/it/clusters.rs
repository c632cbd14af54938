//! Clusters on the wire, in both versions of the API.

use crate::common::{PROJECT, VERSIONS_OF_THE_API, answered, assert_field, client, sent};
use cloud_core::request::CallOptions;
use cloud_core::test_util::Scripted;
use sahara::clusters::{Blueprint, Health};
use sahara::{
    Cluster, ClusterStatus, ClusterTemplate, FlavorId, NewNodeGroup, Share, Sort, Version,
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

fn cluster(version: Version, id: &str, name: &str, status: &str) -> Value {
    let (project, plugin) = keys(version);
    let mut cluster = json!({
        "created_at": "2026-11-20T14:05:39", "updated_at": "2026-11-20T14:05:41", "id": id, "name": name,
        "description": "d", "trust_id": null, "is_transient": false, "plugin_name": "fake", "cluster_configs": {},
        "default_image_id": IMAGE, "neutron_management_network": NETWORK, "anti_affinity": [], "anti_affinity_ratio": 1,
        "management_public_key": "ssh-rsa AAAA Generated-by-Sahara\n", "user_keypair_id": "demo-key", "status": status,
        "status_description": "", "info": {"HDFS": {"Web UI": "http://10.77.0.17:50070"}}, "use_autoconfig": true,
        "cluster_template_id": "t1", "shares": null, "is_public": false, "is_protected": false, "domain_name": null,
    });
    cluster["node_groups"] = json!([{
        "id": "g1", "name": "worker", "flavor_id": 2, "node_processes": ["datanode"], "count": 1, "instances": [{
            "id": "i1", "instance_id": "f313f8d8-5a4d-4b55-b572-b22ee737fd98", "instance_name": "c-worker-0",
            "internal_ip": "10.77.0.17", "management_ip": null, "storage_devices_number": 2, "dns_hostname": null,
        }],
    }]);
    cluster["provision_progress"] = json!([{
        "id": "s1", "cluster_id": id, "step_name": "Assign IPs", "step_type": "Engine: create cluster", "total": 3,
        "successful": null, "created_at": "2026-11-20T14:05:39", "updated_at": null, "events": [
            {"id": "e1", "step_id": "s1", "instance_name": "c-worker-0", "event_info": null, "successful": true},
            {"id": "e2", "step_id": "s1", "instance_name": "c-worker-1", "event_info": "no", "successful": false},
        ],
    }]);
    cluster["verification"] = json!({"id": "v1", "cluster_id": id, "status": "GREEN", "checks": [
            {"id": "k1", "verification_id": "v1", "name": "n", "status": "GREEN", "description": "d"}]});
    cluster[project] = PROJECT.into();
    cluster["provision_progress"][0][project] = PROJECT.into();
    cluster[plugin] = "0.1".into();
    cluster
}

fn one(version: Version) -> Value {
    json!({ "cluster": cluster(version, "c1", "night-run", "Validating") })
}

fn template(version: Version) -> ClusterTemplate {
    let (_, key) = keys(version);
    let mut template = json!({"id": "t1", "name": "small", "plugin_name": "fake"});
    template[key] = "0.1".into();
    sahara::decode::from_value(&template).unwrap()
}

fn refusal(name: &str, message: &str) -> Value {
    json!({"error_code": 400, "error_name": name, "error_message": format!("{message}\nError ID: 1f04")})
}

#[tokio::test]
async fn a_cluster_is_the_same_in_both_versions() {
    for version in VERSIONS_OF_THE_API {
        let (api, wire) = answered(version, 200, one(version)).await;
        let cluster = api.clusters().get("c1").await.unwrap();
        assert_eq!(
            (cluster.project_id.as_str(), cluster.plugin_version.as_str()),
            (PROJECT, "0.1")
        );
        assert_eq!(
            (&cluster.status, cluster.anti_affinity_ratio),
            (&ClusterStatus::Validating, 1)
        );
        assert_eq!(cluster.info["HDFS"]["Web UI"], "http://10.77.0.17:50070");
        assert_eq!(
            cluster.verification.as_ref().unwrap().checks[0].status,
            Health::Green
        );
        let instance = cluster.instances().next().unwrap();
        assert_eq!(
            (
                instance.internal_ip.as_deref(),
                instance.storage_devices_number
            ),
            (Some("10.77.0.17"), 2)
        );
        // Q17: a flavor comes back as the number that was sent.
        assert_eq!(
            cluster.node_group("worker").unwrap().flavor_id,
            FlavorId::from("2")
        );
        assert!(cluster.node_group("work").is_none());
        let step = &cluster.provision_progress[0];
        assert_eq!((step.done(), step.total, step.successful), (1, 3, None));
        let with_events = api.clusters().get_with_progress("c1").await.unwrap();
        assert_eq!(
            with_events.provision_progress[0].events[1]
                .event_info
                .as_deref(),
            Some("no")
        );
        let path = format!("GET /{version}/clusters/c1");
        let lines: Vec<String> = sent(&wire).into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [path.clone(), format!("{path}?show_progress=true")]);
    }
    let full = cluster(Version::V2, "c1", "a", "Of Next Year");
    assert_eq!(
        sahara::decode::from_value::<Cluster>(&full)
            .unwrap()
            .status
            .as_str(),
        "Of Next Year"
    );
    for key in full.as_object().unwrap().keys() {
        let mut null = full.clone();
        null[key] = Value::Null;
        sahara::decode::from_value::<Cluster>(&null).unwrap();
        null.as_object_mut().unwrap().remove(key);
        sahara::decode::from_value::<Cluster>(&null).unwrap();
    }
}

#[tokio::test]
async fn creating_speaks_the_words_of_the_version() {
    for version in VERSIONS_OF_THE_API {
        let (_, key) = keys(version);
        let (api, wire) = answered(version, 202, one(version)).await;
        let work = api
            .clusters()
            .create("night-run", &template(version))
            .image(IMAGE)
            .keypair("ops")
            .await
            .unwrap();
        assert_eq!(
            (work.id.as_str(), &work.status),
            ("c1", &ClusterStatus::Validating)
        );
        let alone = api
            .clusters()
            .create("alone", ("fake", "0.1"))
            .is_transient(true)
            .network(NETWORK);
        alone
            .node_group(NewNodeGroup::new("all", "1", ["namenode"]), 1)
            .description(None)
            .await
            .unwrap();
        let line = format!("POST /{version}/clusters");
        let first = format!(
            r#"{{"name":"night-run","plugin_name":"fake","{key}":"0.1","cluster_template_id":"t1","user_keypair_id":"ops","default_image_id":"{IMAGE}"}}"#
        );
        let second = format!(
            r#"{{"name":"alone","plugin_name":"fake","{key}":"0.1","node_groups":[{{"name":"all","flavor_id":"1","node_processes":["namenode"],"count":1}}],"is_transient":true,"description":null,"neutron_management_network":"{NETWORK}"}}"#
        );
        assert_eq!(sent(&wire), [(line.clone(), first), (line, second)]);
    }
}

/// v1.1 answers with ids, v2 with wrapped clusters.
#[tokio::test]
async fn several_are_created_at_once() {
    let wrapped = |id: &str| json!({ "cluster": cluster(Version::V2, id, "n", "Validating") });
    for (version, path, answer) in [
        (
            Version::V1_1,
            "/v1.1/clusters/multiple",
            json!({"clusters": ["c1", "c2"]}),
        ),
        (
            Version::V2,
            "/v2/clusters",
            json!({"clusters": [wrapped("c1"), wrapped("c2")]}),
        ),
    ] {
        let (_, key) = keys(version);
        let (api, wire) = answered(version, 202, answer).await;
        let blueprint = Blueprint::template("t1", "fake", "0.1");
        let work = api
            .clusters()
            .create_several("run", blueprint, 2)
            .keypair("ops")
            .await
            .unwrap();
        assert_eq!(
            work.iter()
                .map(sahara::ClusterId::as_str)
                .collect::<Vec<_>>(),
            ["c1", "c2"]
        );
        let body = format!(
            r#"{{"name":"run","plugin_name":"fake","{key}":"0.1","cluster_template_id":"t1","count":2,"user_keypair_id":"ops"}}"#
        );
        assert_eq!(sent(&wire), [(format!("POST {path}"), body)]);
    }
}

#[tokio::test]
async fn a_cluster_of_several_without_an_id_is_still_counted() {
    let made = json!({"clusters": [{"cluster": {"id": "c1"}}, {"cluster": {"id": null}}, {"cluster": null}, {}]});
    let (api, _) = answered(Version::V2, 202, made).await;
    let work = api
        .clusters()
        .create_several("run", ("fake", "0.1"), 4)
        .await
        .unwrap();
    assert_eq!(
        work.iter()
            .map(sahara::ClusterId::as_str)
            .collect::<Vec<_>>(),
        ["c1", "", "", ""]
    );
}

/// Q16: v2 would accept a count of 0 and create nothing.
#[tokio::test]
async fn what_the_service_would_refuse_is_not_sent() {
    for version in VERSIONS_OF_THE_API {
        let (api, wire) = answered(version, 202, one(version)).await;
        let create = |name: &str| api.clusters().create(name, ("fake", "0.1"));
        assert_field(create("under_score").await, "name");
        assert_field(create("a").keypair("a/b").await, "keypair");
        assert_field(
            create("a").shares([Share::new("s").path("x")]).await,
            "shares",
        );
        let group = NewNodeGroup::new("g_1", "1", ["a"]);
        assert_field(
            create("a").node_group(group, 1).await,
            "node_groups[0].name",
        );
        let none = api.clusters().create_several("a", ("fake", "0.1"), 0);
        assert_field(none.await, "count");
        assert_field(api.clusters().update("c1").name("-").await, "name");
        assert_field(
            api.clusters()
                .update("c1")
                .shares([Share::new("s").path("x")])
                .await,
            "shares",
        );
        assert_field(api.clusters().get("").await, "id");
        assert_field(api.clusters().delete(".").await, "id");

        let scale = || api.clusters().scale("c1");
        assert_field(scale().await, "resize_node_groups");
        assert_field(
            scale().resize("a", 1).resize("a", 2).await,
            "resize_node_groups",
        );
        let group = NewNodeGroup::new("new", "1", Vec::<String>::new());
        assert_field(
            scale().add(group, 1).await,
            "add_node_groups[0].node_processes",
        );
        for wrong in [["a", "a"], ["a", "f313f8d8-5a4d-4b55-b572-b22ee737fd98"]] {
            let shrink = scale().resize("b", 1).shrink("a", 1, wrong);
            assert_field(shrink.await, "resize_node_groups[1].instances");
        }
        assert!(sent(&wire).is_empty());
        create("under_score")
            .options(CallOptions::unchecked)
            .await
            .unwrap();
        scale().options(CallOptions::unchecked).await.unwrap();
        assert_eq!(
            sent(&wire)[1],
            (format!("PUT /{version}/clusters/c1"), "{}".to_owned())
        );
    }
    let (api, wire) = answered(Version::V1_1, 202, one(Version::V1_1)).await;
    let named = api.clusters().scale("c1").shrink("a", 1, ["c-a-0"]).await;
    assert_field(named, "resize_node_groups[0].instances");
    assert!(sent(&wire).is_empty());
}

#[tokio::test]
async fn scaling_resizes_and_adds() {
    for version in VERSIONS_OF_THE_API {
        let (api, wire) = answered(version, 202, one(version)).await;
        api.clusters()
            .scale("c1")
            .resize("worker", 0)
            .await
            .unwrap();
        let added = NewNodeGroup::from_template("extra", "n1");
        api.clusters()
            .scale("c1")
            .resize("a", 5)
            .add(added, 2)
            .await
            .unwrap();
        let line = format!("PUT /{version}/clusters/c1");
        let first = r#"{"resize_node_groups":[{"name":"worker","count":0}]}"#.to_owned();
        let second = r#"{"resize_node_groups":[{"name":"a","count":5}],"add_node_groups":[{"name":"extra","node_group_template_id":"n1","count":2}]}"#;
        assert_eq!(
            sent(&wire),
            [(line.clone(), first), (line, second.to_owned())]
        );
    }
    let (api, wire) = answered(Version::V2, 202, one(Version::V2)).await;
    api.clusters()
        .scale("c1")
        .shrink("worker", 1, ["c-worker-0", "c-worker-2"])
        .await
        .unwrap();
    let body = r#"{"resize_node_groups":[{"name":"worker","count":1,"instances":["c-worker-0","c-worker-2"]}]}"#;
    assert_eq!(
        sent(&wire),
        [("PUT /v2/clusters/c1".to_owned(), body.to_owned())]
    );
}

#[tokio::test]
async fn changes_and_checks_are_patches() {
    for version in VERSIONS_OF_THE_API {
        let (api, wire) = answered(version, 202, one(version)).await;
        api.clusters()
            .update("c1")
            .name("b")
            .description(None)
            .is_public(true)
            .is_protected(false)
            .await
            .unwrap();
        api.clusters()
            .update("c1")
            .shares([Share::new("s1").path("/mnt/a")])
            .await
            .unwrap();
        let work = api.clusters().verify("c1").await.unwrap();
        assert_eq!(work.verification.as_ref().unwrap().id.as_str(), "v1");
        let bodies = [
            r#"{"name":"b","is_public":true,"is_protected":false,"description":null}"#,
            r#"{"shares":[{"id":"s1","path":"/mnt/a"}]}"#,
            r#"{"verification":{"status":"START"}}"#,
        ];
        let line = format!("PATCH /{version}/clusters/c1");
        assert_eq!(
            sent(&wire),
            bodies.map(|body| (line.clone(), body.to_owned()))
        );
        let (api, _) = answered(
            version,
            400,
            refusal("CANNOT_VERIFY", "Cannot verify cluster"),
        )
        .await;
        assert_eq!(
            api.clusters().verify("c1").await.unwrap_err().code(),
            Some("CANNOT_VERIFY")
        );
    }
}

/// Q11: engines inside of the API's program lack this and answer 500; it is not sent again.
#[tokio::test]
async fn key_pairs_are_renewed_by_version_2_only() {
    let (api, wire) = answered(Version::V2, 202, one(Version::V2)).await;
    assert_eq!(
        api.clusters()
            .update_keypair("c1")
            .await
            .unwrap()
            .id
            .as_str(),
        "c1"
    );
    assert_eq!(
        sent(&wire),
        [(
            "PATCH /v2/clusters/c1".to_owned(),
            r#"{"update_keypair":true}"#.to_owned()
        )]
    );
    let failure = json!({"error_code": 500, "error_name": "INTERNAL_SERVER_ERROR", "error_message": "Internal Server Error"});
    let (api, wire) = answered(Version::V2, 500, failure).await;
    assert!(
        api.clusters()
            .update_keypair("c1")
            .await
            .unwrap_err()
            .is_server()
    );
    assert_eq!(sent(&wire).len(), 1);
    let (api, wire) = answered(Version::V1_1, 202, one(Version::V1_1)).await;
    let error = api.clusters().update_keypair("c1").await.unwrap_err();
    assert!(
        error.to_string().contains("API v1.1 has no such operation"),
        "{error}"
    );
    assert!(sent(&wire).is_empty());
}

#[tokio::test]
async fn deletions_are_forced_by_version_2_only() {
    for version in VERSIONS_OF_THE_API {
        let (api, wire) = client(version, |_| Scripted::with_headers(204, &[], "")).await;
        assert_eq!(api.clusters().delete("c1").await.unwrap().into_answer(), ());
        assert_eq!(
            sent(&wire),
            [(format!("DELETE /{version}/clusters/c1"), String::new())]
        );
    }
    for (answer, name) in [
        (json!({"stack_name": "s"}), Some("s")),
        (json!({"stack_name": null}), None),
        (json!({}), None),
    ] {
        let (api, wire) = answered(Version::V2, 200, answer).await;
        assert_eq!(
            api.clusters()
                .force_delete("c1")
                .await
                .unwrap()
                .stack_name
                .as_deref(),
            name
        );
        assert_eq!(
            sent(&wire),
            [(
                "DELETE /v2/clusters/c1".to_owned(),
                r#"{"force":true}"#.to_owned()
            )]
        );
    }
    let (api, wire) = answered(Version::V1_1, 200, json!({})).await;
    let error = api.clusters().force_delete("c1").await.unwrap_err();
    assert!(
        error.to_string().contains("API v1.1 has no such operation"),
        "{error}"
    );
    assert!(sent(&wire).is_empty());
}

/// Q13 and Q14: what others own and what is protected is refused with 400.
#[tokio::test]
async fn refusals_tell_their_reason() {
    let (api, _) = answered(
        Version::V2,
        400,
        refusal(
            "UPDATE_FAILED",
            "Cluster c1 can't be updated as it wasn't created in this tenant",
        ),
    )
    .await;
    let error = api.clusters().update("c1").name("x").await.unwrap_err();
    assert!(
        error.is_auth() && error.api::<sahara::ApiError>().unwrap().is_foreign(),
        "{error}"
    );
    let (api, _) = answered(
        Version::V1_1,
        400,
        refusal(
            "DELETION_FAILED",
            "Cluster c1 can't be deleted: it's marked as protected",
        ),
    )
    .await;
    let error = api.clusters().delete("c1").await.unwrap_err();
    assert!(
        error.api::<sahara::ApiError>().unwrap().is_protected(),
        "{error}"
    );
    let (api, _) = answered(
        Version::V2,
        400,
        refusal("NOT_FOUND", "Requested keypair 'ops' not found"),
    )
    .await;
    let error = api
        .clusters()
        .create("a", ("fake", "0.1"))
        .keypair("ops")
        .await
        .unwrap_err();
    assert!(
        !error.is_not_found()
            && error
                .api::<sahara::ApiError>()
                .unwrap()
                .is_reference_missing(),
        "{error}"
    );
}

#[tokio::test]
async fn lists_are_filtered_and_sorted() {
    for version in VERSIONS_OF_THE_API {
        let (_, key) = keys(version);
        let list = json!({ "clusters": [cluster(version, "c1", "night-run", "Active")] });
        let (api, wire) = answered(version, 200, list).await;
        api.clusters()
            .list()
            .name("n")
            .plugin_name("fake")
            .plugin_version("0.1")
            .per_page(5)
            .page()
            .await
            .unwrap();
        // `plugin_version` ends in a 500 here.
        api.clusters()
            .list()
            .sort(Sort::by("plugin_version"))
            .page()
            .await
            .unwrap();
        api.clusters()
            .list()
            .sort(Sort::by("status").descending())
            .page()
            .await
            .unwrap();
        assert_eq!(
            api.clusters()
                .find("night-run")
                .await
                .unwrap()
                .unwrap()
                .id
                .as_str(),
            "c1"
        );
        let path = format!("GET /{version}/clusters");
        let lines: Vec<String> = sent(&wire).into_iter().map(|(line, _)| line).collect();
        let expected = [
            format!("{path}?name=n&plugin_name=fake&{key}=0.1&limit=5"),
            format!("{path}?sort_by=hadoop_version"),
            format!("{path}?sort_by=-status"),
            format!("{path}?name=night-run&limit=100"),
        ];
        assert_eq!(lines, expected);
    }
}

/// Q8: a creation that plugin or quota refuse leaves a cluster in `Error` that has the name.
#[tokio::test]
async fn what_a_refused_creation_left_is_found() {
    for version in VERSIONS_OF_THE_API {
        let mut foreign = cluster(version, "c0", "big", "Error");
        foreign[keys(version).0] = "other".into();
        let list = json!({ "clusters": [
            foreign, cluster(version, "c1", "big-2", "Error"), cluster(version, "c2", "big", "Active"),
            cluster(version, "c3", "big", "Error"), cluster(version, "c4", "fine", "Active"),
        ]});
        let (api, wire) = client(version, move |request| {
            if request.method() == "POST" {
                let body = refusal(
                    "QUOTA_ERROR",
                    "Quota exceeded for instance: Requested 3, but available -22",
                );
                return Scripted::json(400, body.to_string());
            }
            Scripted::json(200, list.to_string())
        })
        .await;
        let error = api
            .clusters()
            .create("big", ("fake", "0.1"))
            .await
            .unwrap_err();
        assert!(
            error.api::<sahara::ApiError>().unwrap().is_quota(),
            "{error}"
        );
        assert_eq!(
            api.clusters()
                .find_leftover("big")
                .await
                .unwrap()
                .unwrap()
                .id
                .as_str(),
            "c3"
        );
        assert!(
            api.clusters()
                .find_leftover("fine")
                .await
                .unwrap()
                .is_none()
        );
        assert_eq!(sent(&wire)[1].0, format!("GET /{version}/clusters"));
    }
}
