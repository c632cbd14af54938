//! Answers survive being read and written, and whatever the service takes away or adds.

use ionos_dataplatform::{
    AutoScaling, AvailabilityZone, Cluster, DayOfTheWeek, Labels, Lan, NodePool, State, StorageType,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::common::{cluster_answer, pool_answer};

fn decode<T: DeserializeOwned>(value: &Value) -> T {
    ionos_dataplatform::decode::from_value(value).unwrap_or_else(|error| panic!("{error}: {value}"))
}

fn paths(value: &Value, here: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, child)| {
            let path = format!("{here}/{key}");
            paths(child, &path, found);
            found.push(path);
        }),
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(at, child)| paths(child, &format!("{here}/{at}"), found));
        }
        _ => {}
    }
}

/// What is taken away or nulled is as if it had never been there, and everything is read.
fn check<T: DeserializeOwned + Serialize + Default + PartialEq + std::fmt::Debug>(
    full: &Value,
) -> T {
    let model: T = decode(full);
    assert_eq!(
        &serde_json::to_value(&model).unwrap(),
        full,
        "reading and writing changed the answer"
    );
    assert_eq!(decode::<T>(&json!({})), T::default());
    let mut all = Vec::new();
    paths(full, "", &mut all);
    assert!(all.len() > 20);
    for path in all {
        let (parent, key) = path.rsplit_once('/').unwrap();
        let with = |value: Option<Value>| {
            let mut changed = full.clone();
            let parent = changed
                .pointer_mut(parent)
                .unwrap()
                .as_object_mut()
                .unwrap();
            match value {
                Some(value) => drop(parent.insert(key.to_owned(), value)),
                None => drop(parent.remove(key)),
            }
            decode::<T>(&changed)
        };
        let absent = with(None);
        assert_ne!(absent, model, "{path} is not read");
        if !parent.ends_with("labels") && !parent.ends_with("annotations") {
            assert_eq!(absent, with(Some(Value::Null)), "{path}");
        }
    }
    let mut more = full.clone();
    more["new"] = json!([{"a": 1}]);
    more["properties"]["new"] = json!({});
    more["metadata"]["new"] = json!(null);
    assert_eq!(decode::<T>(&more), model);
    model
}

#[test]
fn every_field_of_a_cluster_is_read() {
    let cluster: Cluster = check(&cluster_answer("AVAILABLE"));
    assert!(cluster.is_available() && cluster.metadata.revision == Some(3));
    assert_eq!(
        cluster.metadata.created.unwrap().to_string(),
        "2026-11-20T08:30:00Z"
    );
    assert_eq!(
        (
            cluster.metadata.etag.as_deref(),
            cluster.metadata.contract_number.as_deref()
        ),
        (Some("e1"), Some("31885571"))
    );
    let lan = &cluster.properties.lans[0];
    assert_eq!(
        (lan.id.as_str(), lan.dhcp, lan.routes[0].gateway.as_str()),
        ("1", Some(false), "10.0.0.1")
    );
    assert_eq!(
        cluster.properties.maintenance.unwrap().day,
        DayOfTheWeek::Monday
    );
}

#[test]
fn every_field_of_a_node_pool_is_read() {
    let pool: NodePool = check(&pool_answer("UPDATING"));
    let properties = &pool.properties;
    assert_eq!(
        (
            properties.node_count,
            properties.cores,
            properties.ram_mb,
            properties.storage_gb
        ),
        (3, 8, 16384, 100)
    );
    assert_eq!(properties.availability_zone, Some(AvailabilityZone::Zone1));
    assert_eq!(properties.storage_type, Some(StorageType::Hdd));
    assert_eq!(properties.auto_scaling, Some(AutoScaling::new(2, 6)));
    assert_eq!(
        (properties.labels.get("tier"), properties.annotations.len()),
        (Some("hot"), 1)
    );
}

#[test]
fn words_that_are_new_keep_their_text() {
    let mut answer = pool_answer("HIBERNATING");
    answer["properties"]["storageType"] = json!("NVME");
    answer["properties"]["availabilityZone"] = json!("ZONE_9");
    answer["properties"]["maintenanceWindow"]["dayOfTheWeek"] = json!("Everyday");
    let pool: NodePool = decode(&answer);
    assert_eq!(pool.state().as_str(), "HIBERNATING");
    assert!(!pool.state().is_settled() && !pool.state().is_failure());
    assert_eq!(
        pool.properties.storage_type.as_ref().unwrap().as_str(),
        "NVME"
    );
    assert_eq!(serde_json::to_value(&pool).unwrap(), answer);
}

#[test]
fn states_tell_what_to_expect() {
    let count = |is: fn(&State) -> bool| State::KNOWN.iter().filter(|state| is(state)).count();
    assert_eq!(State::KNOWN.len(), 9);
    assert_eq!(
        (
            count(State::is_failure),
            count(State::is_ending),
            count(State::is_settled)
        ),
        (3, 2, 5)
    );
}

#[test]
fn labels_may_hold_anything() {
    let labels: Labels = decode(&json!({"a": "b", "n": 1, "o": {"x": []}, "z": null}));
    let pairs: Vec<_> = labels
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    assert_eq!(pairs, ["a=b", "n=1", "o={\"x\":[]}", "z="]);
}

#[test]
fn numbers_come_loosely() {
    let pool: NodePool =
        decode(&json!({"properties": {"nodeCount": "3", "coresCount": 8.0, "ramSize": null}}));
    assert_eq!(
        (
            pool.properties.node_count,
            pool.properties.cores,
            pool.properties.ram_mb
        ),
        (3, 8, 0)
    );
    let lan: Lan = decode(&json!({"lanId": "1"}));
    assert_eq!(
        serde_json::to_string(&lan).unwrap(),
        r#"{"lanId":"1"}"#,
        "what is not set is not sent"
    );
}
