//! The steps of an operation and the events in them.

use serde_json::{Value, json};

use super::super::store::Store;
use super::{RESOURCE, life};

pub(super) fn create_stack(store: &mut Store, id: &str) {
    begin_step(store, id, "Create Heat stack", "Engine: create cluster", Some(1));
}

pub(super) fn assign_addresses(store: &mut Store, id: &str) {
    life::make_instances(store, id);
    begin_step(store, id, "Assign IPs", "Engine: create cluster", None);
}

pub(super) fn wait_for_instances(store: &mut Store, id: &str) {
    life::address_instances(store, id);
    begin_step(store, id, "Wait for instance accessibility", "Engine: create cluster", None);
}

pub(super) fn configure(store: &mut Store, id: &str) {
    begin_step(store, id, "Configure instances", "Engine: create cluster", None);
}

pub(super) fn scale_stack(store: &mut Store, id: &str) {
    begin_step(store, id, "Update Heat stack", "Engine: scale cluster", Some(1));
}

pub(super) fn scale_addresses(store: &mut Store, id: &str) {
    life::make_instances(store, id);
    begin_step(store, id, "Assign IPs", "Engine: scale cluster", None);
}

pub(super) fn scale_wait(store: &mut Store, id: &str) {
    life::address_instances(store, id);
    begin_step(store, id, "Wait for instance accessibility", "Engine: scale cluster", None);
}

/// Ends the steps that still run: their events go, as on the real server.
pub(super) fn finish(store: &mut Store, id: &str) {
    let now = store.timestamp();
    change_running(store, id, |step| {
        step["successful"] = true.into();
        step["events"] = json!([]);
        step["updated_at"] = now.clone();
    });
}

/// Ends the steps that still run with an event that says why.
pub(super) fn fail(store: &mut Store, id: &str, reason: &str) {
    let (event_id, now) = (store.uuid(), store.timestamp());
    change_running(store, id, |step| {
        let step_id = step["id"].clone();
        step["successful"] = false.into();
        step["updated_at"] = now.clone();
        step["events"] = json!([event(&event_id, &step_id, None, Some(reason), false, &now)]);
    });
}

fn change_running(store: &mut Store, id: &str, change: impl Fn(&mut Value)) {
    if let Some(row) = store.get_mut(RESOURCE, id) {
        let steps = row.fields.get_mut("provision_progress").and_then(Value::as_array_mut);
        steps.into_iter().flatten().filter(|step| step["successful"].is_null()).for_each(change);
    }
}

/// Starts a step when those before it have ended; without a total it has one event for each instance, which come while
/// it runs.
fn begin_step(store: &mut Store, id: &str, name: &str, kind: &str, total: Option<usize>) {
    finish(store, id);
    let (step_id, now) = (store.uuid(), store.timestamp());
    let Some(row) = store.get_mut(RESOURCE, id) else { return };
    let instances = row.list("node_groups").iter().map(|group| group["instances"].as_array().map_or(0, Vec::len)).sum();
    let step = json!({
        "id": step_id,
        "cluster_id": id,
        "tenant_id": row.text("tenant_id"),
        "step_name": name,
        "step_type": kind,
        "total": total.unwrap_or(instances),
        "successful": null,
        "events": [],
        "created_at": now,
        "updated_at": null,
    });
    let operation = row.operation;
    if let Some(steps) = row.fields.get_mut("provision_progress").and_then(Value::as_array_mut) {
        steps.push(step);
    }
    if total.is_none() {
        life::later(store, id, operation, 1, |store, id| report_half(store, id));
    }
}

/// Half of the instances have passed the step that runs.
fn report_half(store: &mut Store, id: &str) {
    let now = store.timestamp();
    let Some(row) = store.get(RESOURCE, id) else { return };
    let groups = row.list("node_groups");
    let instances: Vec<(Value, Value)> = groups
        .iter()
        .flat_map(|group| {
            let instances = group["instances"].as_array().into_iter().flatten();
            instances.map(|instance| (group["id"].clone(), instance.clone()))
        })
        .collect();
    let half = instances.len().div_ceil(2);
    let events: Vec<(String, (Value, Value))> =
        instances.into_iter().take(half).map(|instance| (store.uuid(), instance)).collect();
    change_running(store, id, |step| {
        let step_id = step["id"].clone();
        step["events"] = events
            .iter()
            .map(|(event_id, instance)| event(event_id, &step_id, Some(instance), None, true, &now))
            .collect();
    });
}

fn event(
    id: &str,
    step: &Value,
    instance: Option<&(Value, Value)>,
    info: Option<&str>,
    successful: bool,
    now: &Value,
) -> Value {
    let (group, instance) = instance.cloned().unwrap_or_default();
    json!({
        "id": id,
        "node_group_id": group,
        "instance_id": instance["instance_id"],
        "instance_name": instance["instance_name"],
        "event_info": info,
        "successful": successful,
        "step_id": step,
        "created_at": now,
        "updated_at": null,
    })
}
