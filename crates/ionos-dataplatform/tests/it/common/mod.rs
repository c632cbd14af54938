//! What the tests share.

use std::sync::Arc;

use cloud_core::test_util::{PausedClock, Scripted, ScriptedTransport};
use cloud_sandbox::Sandbox;
use ionos_dataplatform::{Client, Cluster, ErrorKind};
use serde_json::{Value, json};

pub const DATACENTER: &str = "498ae72f-411f-11eb-9d07-046c59cc737e";
pub const ID: &str = "0f4bd5c5-3b53-4b1d-8a43-2a8c3b6d1f10";
pub const POOL: &str = "7e072e52-2ed3-492f-b6b6-c6b116907521";

pub fn client(sandbox: &Sandbox) -> Client {
    let builder = Client::builder()
        .token("secret-token")
        .transport(sandbox.ionos_dataplatform());
    builder.clock(PausedClock::new()).build().unwrap()
}

/// A client whose every request gets this answer.
pub fn answered(status: u16, body: Value) -> (Client, ScriptedTransport) {
    let wire = ScriptedTransport::from_fn(move |_| Scripted::json(status, body.to_string()));
    (scripted(&wire), wire)
}

pub fn scripted(wire: &ScriptedTransport) -> Client {
    let builder = Client::builder()
        .token("secret-token")
        .transport(Arc::new(wire.clone()));
    builder.clock(PausedClock::new()).build().unwrap()
}

/// The last request: method and path, and its body.
pub fn last(wire: &ScriptedTransport) -> (String, Value) {
    let seen = wire.seen();
    let seen = seen.last().unwrap();
    (
        seen.line(),
        serde_json::from_slice(seen.request.body()).unwrap_or(Value::Null),
    )
}

/// A cluster that is available.
pub async fn cluster(api: &Client, name: &str) -> Cluster {
    api.clusters()
        .create(name, DATACENTER)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap()
}

/// An error that was found before anything was sent, about this field.
#[track_caller]
pub fn assert_field<T: std::fmt::Debug>(result: ionos_dataplatform::Result<T>, field: &str) {
    let error = result.unwrap_err();
    assert_eq!(
        (error.kind(), error.fields()[0].name.as_str()),
        (ErrorKind::Input, field),
        "{error}"
    );
}

pub fn cluster_answer(state: &str) -> Value {
    json!({
        "id": ID, "type": "cluster", "href": format!("https://api.ionos.com/dataplatform/clusters/{ID}"),
        "metadata": {
            "ETag": "e1", "createdDate": "2026-11-20T08:30:00Z", "createdBy": "ann@example.com",
            "createdByUserId": "u1", "createdInContractNumber": "31885571",
            "lastModifiedDate": "2026-11-20T09:30:00Z", "lastModifiedBy": "bob@example.com",
            "lastModifiedByUserId": "u2", "currentDataPlatformVersion": "23.7", "currentDataPlatformRevision": 3,
            "availableUpgradeVersions": ["23.11"], "state": state,
        },
        "properties": {
            "name": "lake", "dataPlatformVersion": "23.11", "datacenterId": DATACENTER,
            "maintenanceWindow": {"time": "04:30:00", "dayOfTheWeek": "Monday"},
            "lans": [{"lanId": "1", "dhcp": false, "routes": [{"network": "10.0.0.0/8", "gateway": "10.0.0.1"}]}],
        },
    })
}

pub fn pool_answer(state: &str) -> Value {
    json!({
        "id": POOL, "type": "nodepool", "href": format!("https://api.ionos.com/dataplatform/clusters/{ID}/nodepools/{POOL}"),
        "metadata": cluster_answer(state)["metadata"],
        "properties": {
            "name": "workers", "dataPlatformVersion": "23.11", "datacenterId": DATACENTER, "nodeCount": 3,
            "cpuFamily": "INTEL_SKYLAKE", "coresCount": 8, "ramSize": 16384, "availabilityZone": "ZONE_1",
            "storageType": "HDD", "storageSize": 100,
            "maintenanceWindow": {"time": "04:30:00", "dayOfTheWeek": "Sunday"},
            "labels": {"tier": "hot"}, "annotations": {"note": "x"},
            "autoScaling": {"minNodeCount": 2, "maxNodeCount": 6},
        },
    })
}
