//! The steps of an operation and the events in them.

use serde_json::{Value, json};

use super::super::state::State;
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

pub(super) fn create_stack(state: &mut State, id: &str) {
    begin_step(state, id, "Create Heat stack", CREATE, Items::Stack);
}

pub(super) fn assign_addresses(state: &mut State, id: &str) {
    life::make_instances(state, id);
    begin_step(state, id, "Assign IPs", CREATE, Items::NewInstances);
}

pub(super) fn wait_for_instances(state: &mut State, id: &str) {
    life::address_instances(state, id);
    begin_step(
        state,
        id,
        "Wait for instance accessibility",
        CREATE,
        Items::NewInstances,
    );
}

pub(super) fn configure(state: &mut State, id: &str) {
    begin_step(state, id, "Configure instances", CREATE, Items::Instances);
    life::accept_instances(state, id);
}

pub(super) fn scale_stack(state: &mut State, id: &str) {
    // It has this name also when there is a stack already.
    begin_step(state, id, "Create Heat stack", SCALE, Items::Stack);
}

pub(super) fn scale_addresses(state: &mut State, id: &str) {
    life::make_instances(state, id);
    begin_step(state, id, "Assign IPs", SCALE, Items::NewInstances);
}

pub(super) fn scale_wait(state: &mut State, id: &str) {
    life::address_instances(state, id);
    begin_step(
        state,
        id,
        "Wait for instance accessibility",
        SCALE,
        Items::NewInstances,
    );
}

pub(super) fn scale_configure(state: &mut State, id: &str) {
    begin_step(state, id, "Configure instances", SCALE, Items::Instances);
    life::accept_instances(state, id);
}

/// Ends the steps that still run: their events go, as on the real server.
pub(super) fn finish(state: &mut State, id: &str) {
    let now = state.timestamp();
    change_running(state, id, |step| {
        step["successful"] = true.into();
        step["events"] = json!([]);
        step["updated_at"] = now.clone();
    });
}

/// Ends the steps that still run with an event that says why.
pub(super) fn fail(state: &mut State, id: &str, reason: &str) {
    let (event_id, now) = (state.uuid(), state.timestamp());
    change_running(state, id, |step| {
        let step_id = step["id"].clone();
        step["successful"] = false.into();
        step["updated_at"] = now.clone();
        step["events"] = json!([event(&event_id, &step_id, None, Some(reason), false, &now)]);
    });
}

fn change_running(state: &mut State, id: &str, change: impl Fn(&mut Value)) {
    if let Some(row) = state.get_mut(RESOURCE, id) {
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
fn begin_step(state: &mut State, id: &str, name: &str, kind: &str, items: Items) {
    finish(state, id);
    let (step_id, now) = (state.uuid(), state.timestamp());
    let instances = instances(state, id, items);
    let Some(row) = state.get_mut(RESOURCE, id) else {
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
    life::later(state, id, operation, 1, move |state, id| {
        report(state, id, &step_id, &half);
    });
}

/// The instances of a step, each with the id of its group.
fn instances(state: &State, id: &str, items: Items) -> Vec<(Value, Value)> {
    let groups = state
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
fn report(state: &mut State, id: &str, step: &str, instances: &[(Value, Value)]) {
    let now = state.timestamp();
    let events: Vec<Value> = instances
        .iter()
        .map(|instance| {
            event(
                &state.uuid(),
                &step.into(),
                Some(instance),
                None,
                true,
                &now,
            )
        })
        .collect();
    change_running(state, id, |running| {
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
