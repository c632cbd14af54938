//! The steps of an operation and the events in them.

use serde_json::{Value, json};

use super::super::store::Store;
use super::{RESOURCE, life};

const CREATE: &str = "Engine: create cluster";
const SCALE: &str = "Engine: scale cluster";

/// What a step goes through one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Items {
    /// The stack as a whole.
    Stack,
    /// The instances that the operation has made.
    NewInstances,
    Instances,
}

pub(super) fn create_stack(store: &mut Store, id: &str) {
    begin_step(store, id, "Create Heat stack", CREATE, Items::Stack);
}

pub(super) fn assign_addresses(store: &mut Store, id: &str) {
    life::make_instances(store, id);
    begin_step(store, id, "Assign IPs", CREATE, Items::NewInstances);
}

pub(super) fn wait_for_instances(store: &mut Store, id: &str) {
    life::address_instances(store, id);
    begin_step(
        store,
        id,
        "Wait for instance accessibility",
        CREATE,
        Items::NewInstances,
    );
}

pub(super) fn configure(store: &mut Store, id: &str) {
    begin_step(store, id, "Configure instances", CREATE, Items::Instances);
    life::accept_instances(store, id);
}

pub(super) fn scale_stack(store: &mut Store, id: &str) {
    // It has this name also when there is a stack already.
    begin_step(store, id, "Create Heat stack", SCALE, Items::Stack);
}

pub(super) fn scale_addresses(store: &mut Store, id: &str) {
    life::make_instances(store, id);
    begin_step(store, id, "Assign IPs", SCALE, Items::NewInstances);
}

pub(super) fn scale_wait(store: &mut Store, id: &str) {
    life::address_instances(store, id);
    begin_step(
        store,
        id,
        "Wait for instance accessibility",
        SCALE,
        Items::NewInstances,
    );
}

pub(super) fn scale_configure(store: &mut Store, id: &str) {
    begin_step(store, id, "Configure instances", SCALE, Items::Instances);
    life::accept_instances(store, id);
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
        let steps = row
            .fields
            .get_mut("provision_progress")
            .and_then(Value::as_array_mut);
        steps
            .into_iter()
            .flatten()
            .filter(|step| step["successful"].is_null())
            .for_each(change);
    }
}

/// Starts a step when those before it have ended. One about instances has an event for each, and half of these come while
/// it runs.
fn begin_step(store: &mut Store, id: &str, name: &str, kind: &str, items: Items) {
    finish(store, id);
    let (step_id, now) = (store.uuid(), store.timestamp());
    let instances = instances(store, id, items);
    let Some(row) = store.get_mut(RESOURCE, id) else {
        return;
    };
    let step = json!({
        "id": step_id,
        "cluster_id": id,
        "tenant_id": row.text("tenant_id"),
        "step_name": name,
        "step_type": kind,
        "total": if items == Items::Stack { 1 } else { instances.len() },
        "successful": null,
        "events": [],
        "created_at": now,
        "updated_at": null,
    });
    let operation = row.operation;
    if let Some(steps) = row
        .fields
        .get_mut("provision_progress")
        .and_then(Value::as_array_mut)
    {
        steps.push(step);
    }
    // Half of them, so that a client sees progress between nothing and all.
    let half = instances.len().div_ceil(2);
    let half: Vec<_> = instances.into_iter().take(half).collect();
    life::later(store, id, operation, 1, move |store, id| {
        report(store, id, &step_id, &half);
    });
}

/// The instances of a step, each with the id of its group.
fn instances(store: &Store, id: &str, items: Items) -> Vec<(Value, Value)> {
    let groups = store
        .get(RESOURCE, id)
        .map_or(&[][..], |row| row.list("node_groups"));
    let of_group = |group: &Value| {
        let group_id = group["id"].clone();
        let instances = group["instances"].as_array().cloned().unwrap_or_default();
        instances
            .into_iter()
            .map(move |instance| (group_id.clone(), instance))
    };
    let is_wanted = |(_, instance): &(Value, Value)| match items {
        Items::Stack => false,
        // `accept_instances` sets the time when an operation is done with them.
        Items::NewInstances => instance["updated_at"].is_null(),
        Items::Instances => true,
    };
    groups.iter().flat_map(of_group).filter(is_wanted).collect()
}

/// Says that instances have passed a step, if it still runs.
fn report(store: &mut Store, id: &str, step: &str, instances: &[(Value, Value)]) {
    let now = store.timestamp();
    let events: Vec<Value> = instances
        .iter()
        .map(|instance| {
            event(
                &store.uuid(),
                &step.into(),
                Some(instance),
                None,
                true,
                &now,
            )
        })
        .collect();
    change_running(store, id, |running| {
        if running["id"] == step {
            running["events"] = events.clone().into();
        }
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
