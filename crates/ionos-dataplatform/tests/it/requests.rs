//! What each operation sends, and what is refused before it is sent.

use cloud_core::request::CallOptions;
use cloud_core::test_util::{Scripted, ScriptedTransport};
use ionos_dataplatform::{
    AutoScaling, AvailabilityZone, ClusterId, DayOfTheWeek, ErrorKind, Labels, Lan,
    MaintenanceWindow, NodePoolId, Patch, StorageType, Versions,
};
use serde_json::json;

use crate::common::{
    self, DATACENTER, ID, POOL, answered, assert_field, cluster_answer, last, pool_answer, scripted,
};

fn sunday() -> MaintenanceWindow {
    MaintenanceWindow::new(DayOfTheWeek::Sunday, "03:00:00")
}

#[tokio::test]
async fn clusters_are_listed_and_read() {
    let (api, wire) = answered(
        200,
        json!({"id": "x", "type": "collection", "href": "h", "items": [cluster_answer("AVAILABLE")]}),
    );
    assert_eq!(api.clusters().list().all().await.unwrap()[0].name(), "lake");
    assert_eq!(last(&wire).0, "GET /dataplatform/clusters");
    api.clusters().list().name("la.K_-").page().await.unwrap();
    assert_eq!(last(&wire).0, "GET /dataplatform/clusters?name=la.K_-");
    assert_field(api.clusters().list().name("a b").page().await, "name");
    assert_field(
        api.clusters().list().name("x".repeat(64)).all().await,
        "name",
    );
    api.clusters()
        .list()
        .name("a b")
        .options(CallOptions::unchecked)
        .page()
        .await
        .unwrap();
    assert_eq!(last(&wire).0, "GET /dataplatform/clusters?name=a%20b");

    let (api, wire) = answered(200, cluster_answer("AVAILABLE"));
    api.clusters().get(ID.to_uppercase()).await.unwrap();
    assert_eq!(
        last(&wire).0,
        format!("GET /dataplatform/clusters/{ID}"),
        "ids go in lower case"
    );
    api.clusters().get(ID.replace('-', "")).await.unwrap();
    assert_eq!(
        last(&wire).0,
        format!("GET /dataplatform/clusters/{}", ID.replace('-', "")),
        "and as they are given"
    );
}

#[tokio::test]
async fn a_cluster_is_created_from_what_is_set() {
    let (api, wire) = answered(200, cluster_answer("DEPLOYING"));
    let started = api.clusters().create("lake", DATACENTER).await.unwrap();
    assert_eq!(started.id.as_str(), ID);
    let minimal = json!({"properties": {"name": "lake", "datacenterId": DATACENTER}});
    assert_eq!(last(&wire), ("POST /dataplatform/clusters".into(), minimal));
    assert_eq!(
        wire.seen()[0].request.headers()["content-type"],
        "application/json"
    );

    let lans = [
        Lan::new("1"),
        Lan::new("2").dhcp(false).route("10.0.0.0/8", "10.0.0.1"),
    ];
    let create = api
        .clusters()
        .create("lake", DATACENTER)
        .version("23.11")
        .maintenance_window(sunday())
        .lans(lans);
    create.await.unwrap();
    let full = json!({"properties": {
        "name": "lake", "datacenterId": DATACENTER, "dataPlatformVersion": "23.11",
        "maintenanceWindow": {"time": "03:00:00", "dayOfTheWeek": "Sunday"},
        "lans": [
            {"lanId": "1"},
            {"lanId": "2", "dhcp": false, "routes": [{"network": "10.0.0.0/8", "gateway": "10.0.0.1"}]},
        ],
    }});
    assert_eq!(last(&wire).1, full);
}

#[tokio::test]
async fn a_cluster_is_changed_deleted_and_opened() {
    let (api, wire) = answered(200, cluster_answer("AVAILABLE"));
    let path = format!("/dataplatform/clusters/{ID}");
    let none: [Lan; 0] = [];
    api.clusters()
        .update(ID)
        .name("sea")
        .version("23.11")
        .maintenance_window(sunday())
        .lans(none)
        .await
        .unwrap();
    let body = json!({"properties": {
        "name": "sea", "dataPlatformVersion": "23.11", "lans": [],
        "maintenanceWindow": {"time": "03:00:00", "dayOfTheWeek": "Sunday"},
    }});
    assert_eq!(last(&wire), (format!("PATCH {path}"), body));
    api.clusters().update(ID).name("sea").await.unwrap();
    assert_eq!(
        last(&wire).1,
        json!({"properties": {"name": "sea"}}),
        "the rest stays as it is"
    );
    let deleted = api.clusters().delete(ID).await.unwrap();
    assert_eq!(
        (last(&wire).0, deleted.name()),
        (format!("DELETE {path}"), "lake")
    );
    api.clusters().kubeconfig(&*deleted).await.unwrap();
    assert_eq!(last(&wire).0, format!("GET {path}/kubeconfig"));
}

#[tokio::test]
async fn node_pools_on_the_wire() {
    let (api, wire) = answered(200, pool_answer("AVAILABLE"));
    let pools = api.node_pools(ID);
    let (all, one) = (
        format!("/dataplatform/clusters/{ID}/nodepools"),
        format!("/dataplatform/clusters/{ID}/nodepools/{POOL}"),
    );
    pools.create("workers", 3).await.unwrap();
    assert_eq!(
        last(&wire),
        (
            format!("POST {all}"),
            json!({"properties": {"name": "workers", "nodeCount": 3}})
        )
    );
    pools
        .create("workers", 3)
        .cpu_family("INTEL_SKYLAKE")
        .cores(8)
        .ram_mb(16384)
        .availability_zone(AvailabilityZone::Zone1)
        .storage_type(StorageType::Hdd)
        .storage_gb(100)
        .maintenance_window(sunday())
        .labels([("tier", "hot")])
        .annotations(Labels::from([("note", "x")]))
        .auto_scaling(AutoScaling::new(2, 6))
        .await
        .unwrap();
    let body = json!({"properties": {
        "name": "workers", "nodeCount": 3, "cpuFamily": "INTEL_SKYLAKE", "coresCount": 8, "ramSize": 16384,
        "availabilityZone": "ZONE_1", "storageType": "HDD", "storageSize": 100,
        "maintenanceWindow": {"time": "03:00:00", "dayOfTheWeek": "Sunday"},
        "labels": {"tier": "hot"}, "annotations": {"note": "x"},
        "autoScaling": {"minNodeCount": 2, "maxNodeCount": 6},
    }});
    assert_eq!(last(&wire).1, body);
    let pool = pools.get(POOL).await.unwrap();
    assert_eq!(
        (last(&wire).0, pool.properties.cores),
        (format!("GET {one}"), 8)
    );
    pools.delete(&pool).await.unwrap();
    assert_eq!(last(&wire).0, format!("DELETE {one}"));
    let update = pools
        .update(&pool)
        .node_count(5)
        .maintenance_window(sunday())
        .labels([("a", "b")]);
    update.annotations(Labels::default()).await.unwrap();
    let body = json!({"properties": {
        "nodeCount": 5, "labels": {"a": "b"}, "annotations": {},
        "maintenanceWindow": {"time": "03:00:00", "dayOfTheWeek": "Sunday"},
    }});
    assert_eq!(last(&wire), (format!("PATCH {one}"), body));

    let (api, wire) = answered(200, json!({"items": [pool_answer("AVAILABLE")]}));
    assert_eq!(
        api.node_pools(ID).list().all().await.unwrap()[0].name(),
        "workers"
    );
    assert_eq!(last(&wire).0, format!("GET {all}"));
}

#[tokio::test]
async fn autoscaling_is_left_switched_off_or_set() {
    let (api, wire) = answered(200, pool_answer("AVAILABLE"));
    let pools = api.node_pools(ID);
    let update = || pools.update(POOL).node_count(5);
    for (update, sent) in [
        (update(), json!({"nodeCount": 5})),
        (update().auto_scaling(Patch::Leave), json!({"nodeCount": 5})),
        (
            update().auto_scaling(Patch::Null),
            json!({"nodeCount": 5, "autoScaling": null}),
        ),
        (
            update().auto_scaling(None),
            json!({"nodeCount": 5, "autoScaling": null}),
        ),
        (
            update().auto_scaling(AutoScaling::new(1, 3)),
            json!({"nodeCount": 5, "autoScaling": {"minNodeCount": 1, "maxNodeCount": 3}}),
        ),
    ] {
        update.await.unwrap();
        assert_eq!(last(&wire).1, json!({"properties": sent}));
    }
    assert_field(
        update().auto_scaling(AutoScaling::new(0, 3)).await,
        "autoScaling.minNodeCount",
    );
    assert_field(
        update().auto_scaling(AutoScaling::new(3, 2)).await,
        "autoScaling.maxNodeCount",
    );
}

#[tokio::test]
async fn versions_come_as_a_list_or_as_an_object() {
    for body in [
        json!(["23.4", "23.11", "23.7"]),
        json!({"items": ["23.4", "23.11", "23.7"], "type": "collection"}),
    ] {
        let (api, wire) = answered(200, body);
        assert_eq!(api.versions().await.unwrap().latest(), Some("23.11"));
        assert_eq!(last(&wire).0, "GET /dataplatform/versions");
    }
    let whole = json!({"id": "i", "type": "collection", "href": "h", "items": ["23.4"], "new": 1});
    let (api, _) = answered(200, whole);
    let read = api.versions().await.unwrap();
    assert_eq!(
        (&*read.id, &*read.kind, &*read.href, read.items),
        ("i", "collection", "h", vec!["23.4".to_owned()])
    );
    for nothing in [
        json!({}),
        json!([]),
        json!({"items": null, "id": null, "type": null, "href": null}),
    ] {
        let (api, _) = answered(200, nothing);
        assert_eq!(api.versions().await.unwrap(), Versions::default());
    }
    let (api, _) = answered(200, json!(7));
    assert_eq!(
        api.versions().await.unwrap_err().kind(),
        ErrorKind::Decode,
        "neither a list nor an object"
    );
}

#[tokio::test]
async fn what_cannot_be_is_told_before_it_is_sent() {
    let (api, wire) = answered(200, cluster_answer("AVAILABLE"));
    let (clusters, pools) = (api.clusters(), api.node_pools(ID));
    let create = || clusters.create("lake", DATACENTER);
    let late = || MaintenanceWindow::new(DayOfTheWeek::Sunday, "24:00:00");
    let lan = |network: &str, gateway: &str| {
        [
            Lan::new("1"),
            Lan::new("2").route("::/0", "::1").route(network, gateway),
        ]
    };
    assert_field(clusters.create("x", DATACENTER).await, "name");
    assert_field(clusters.create("lake", "x").await, "datacenterId");
    assert_field(create().version("").await, "dataPlatformVersion");
    assert_field(
        create().version("x".repeat(33)).await,
        "dataPlatformVersion",
    );
    assert_field(
        create().maintenance_window(late()).await,
        "maintenanceWindow.time",
    );
    let someday = MaintenanceWindow::new("Someday".into(), "03:00:00");
    assert_field(
        create().maintenance_window(someday).await,
        "maintenanceWindow.dayOfTheWeek",
    );
    assert_field(create().lans([Lan::new("")]).await, "lans[0].lanId");
    assert_field(
        create().lans(lan("10.0.0.0", "10.0.0.1")).await,
        "lans[1].routes[1].network",
    );
    assert_field(
        create().lans(lan("10.0.0.0/8", "x")).await,
        "lans[1].routes[1].gateway",
    );
    assert_field(clusters.update(ID).name("-lake").await, "name");
    assert_field(
        clusters.update(ID).version("a/b").await,
        "dataPlatformVersion",
    );
    assert_field(
        clusters.update(ID).maintenance_window(late()).await,
        "maintenanceWindow.time",
    );
    assert_field(
        clusters.update(ID).lans([Lan::new("")]).await,
        "lans[0].lanId",
    );
    for bad in ["", "7", "../clusters"] {
        assert_field(clusters.get(bad).await, "clusterId");
        assert_field(clusters.delete(bad).await, "clusterId");
        assert_field(clusters.kubeconfig(bad).await, "clusterId");
        assert_field(clusters.update(bad).name("lake").await, "clusterId");
        assert_field(api.node_pools(bad).list().all().await, "clusterId");
        assert_field(pools.get(bad).await, "nodepoolId");
        assert_field(pools.delete(bad).await, "nodepoolId");
        assert_field(pools.update(bad).node_count(1).await, "nodepoolId");
    }

    let create = || pools.create("workers", 1);
    assert_field(pools.create("", 1).await, "name");
    assert_field(pools.create("workers", 0).await, "nodeCount");
    assert_field(pools.create("workers", u32::MAX).await, "nodeCount");
    assert_field(create().cpu_family("a b").await, "cpuFamily");
    assert_field(create().cores(0).await, "coresCount");
    assert_field(create().ram_mb(1024).await, "ramSize");
    assert_field(create().ram_mb(3000).await, "ramSize");
    assert_field(create().storage_gb(9).await, "storageSize");
    assert_field(
        create().maintenance_window(late()).await,
        "maintenanceWindow.time",
    );
    assert_field(
        create().auto_scaling(AutoScaling::new(1, 0)).await,
        "autoScaling.maxNodeCount",
    );
    assert_field(pools.update(POOL).node_count(0).await, "nodeCount");
    assert_field(
        pools.update(POOL).maintenance_window(late()).await,
        "maintenanceWindow.time",
    );
    assert!(wire.seen().is_empty());
}

#[tokio::test]
async fn the_judgement_can_be_left_to_the_service() {
    let (api, wire) = answered(200, cluster_answer("AVAILABLE"));
    api.clusters()
        .create("x", "not-an-id")
        .version("")
        .options(CallOptions::unchecked)
        .await
        .unwrap();
    let sent = json!({"properties": {"name": "x", "datacenterId": "not-an-id", "dataPlatformVersion": ""}});
    assert_eq!(last(&wire).1, sent);
    api.clusters()
        .get("7")
        .options(CallOptions::unchecked)
        .await
        .unwrap();
    assert_eq!(last(&wire).0, "GET /dataplatform/clusters/7");
    // Another resource's path is never a matter of opinion.
    for bad in ["", ".", ".."] {
        assert_field(
            api.clusters()
                .get(bad)
                .options(CallOptions::unchecked)
                .await,
            "clusterId",
        );
    }
    assert_eq!(wire.seen().len(), 2);
}

#[tokio::test]
async fn find_is_exact_where_the_filter_is_not() {
    let sandbox = cloud_sandbox::Sandbox::new();
    let api = common::client(&sandbox);
    for name in ["Lake", "lake-2", "twin", "twin"] {
        api.clusters().create(name, DATACENTER).await.unwrap();
    }
    let find = async |what: &str| api.clusters().find(what).await;
    let lake = find("lake-2").await.unwrap().unwrap();
    assert_eq!(lake.name(), "lake-2");
    assert!(find("lake").await.unwrap().is_none() && find("nobody").await.unwrap().is_none());
    let by_id = async |id: &ClusterId| api.clusters().find(id).await.unwrap();
    assert_eq!(by_id(&lake.id).await.unwrap().id, lake.id);
    assert!(by_id(&ID.into()).await.is_none());
    assert!(
        find(lake.id.as_str()).await.unwrap().is_none(),
        "text is a name"
    );
    let twins = find("twin").await.unwrap_err();
    assert_eq!(
        twins.to_string(),
        "wrong argument: name: \"twin\" is the name of 2; choose one by its id"
    );
    assert_field(find("no name at all").await, "name");

    let pools = api.node_pools(&lake);
    let workers = pools.create("workers", 1).await.unwrap();
    assert_eq!(pools.find("workers").await.unwrap().unwrap().id, workers.id);
    assert_eq!(
        pools.find(&workers.id).await.unwrap().unwrap().name(),
        "workers"
    );
    assert!(
        pools.find("work").await.unwrap().is_none()
            && pools.find(NodePoolId::from(POOL)).await.unwrap().is_none()
    );
}

#[tokio::test]
async fn refusals_in_other_forms_are_told() {
    let (api, _) = answered(
        403,
        json!({"messages": ["the contract is closed", {"errorCode": "x-1", "message": "no"}]}),
    );
    let error = api.clusters().get(ID).await.unwrap_err();
    let told = "failed: 403 x-1: the contract is closed; no";
    assert!(error.to_string().contains(told), "{error}");
    let wire = ScriptedTransport::new([Scripted::with_headers(
        403,
        &[],
        "no such contract\nask ops",
    )]);
    let error = scripted(&wire).clusters().get(ID).await.unwrap_err();
    let told = "failed: 403 Forbidden: no such contract ask ops";
    assert!(error.to_string().contains(told), "{error}");
}
