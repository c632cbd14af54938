//! How clusters move through their states.

use std::time::Duration;

use serde_json::{Value, json};

use crate::openstack;

use super::super::error;
use super::super::jobs;
use super::super::state::{Row, State};
use super::{RESOURCE, health, progress};

/// How long a cluster that is to go away after its jobs stays at least.
const TRANSIENT_LIFE: Duration = Duration::from_secs(30);
/// How often it is looked at after that.
const TRANSIENT_CHECK: Duration = Duration::from_secs(10);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    InfraUpdating,
    Spawning,
    Waiting,
    Preparing,
    Configuring,
    Starting,
    Active,
    Validating,
    Decommissioning,
    Scaling,
    ScalingSpawning,
    ScalingWaiting,
    ScalingPreparing,
    RollbackSpawning,
    Error,
    Deleting,
    AwaitingTermination,
}

impl Status {
    const fn text(self) -> &'static str {
        match self {
            Self::InfraUpdating => "InfraUpdating",
            Self::Spawning => "Spawning",
            Self::Waiting => "Waiting",
            Self::Preparing => "Preparing",
            Self::Configuring => "Configuring",
            Self::Starting => "Starting",
            Self::Active => "Active",
            Self::Validating => "Validating",
            Self::Decommissioning => "Decommissioning",
            Self::Scaling => "Scaling",
            Self::ScalingSpawning => "Scaling: Spawning",
            Self::ScalingWaiting => "Scaling: Waiting",
            Self::ScalingPreparing => "Scaling: Preparing",
            Self::RollbackSpawning => "Rollback: Spawning",
            Self::Error => "Error",
            Self::Deleting => "Deleting",
            Self::AwaitingTermination => "AwaitingTermination",
        }
    }
}

/// One stretch of an operation: its state, how long it lasts, and what happens at its beginning.
pub(super) struct Stage(
    pub(super) Status,
    pub(super) u32,
    pub(super) fn(&mut State, &str),
);

pub(crate) fn status(row: &Row) -> &str {
    row.text("status")
}

pub(super) fn set_status(state: &mut State, id: &str, status: Status, description: Option<String>) {
    state.update(RESOURCE, id, |row| {
        row.fields.insert("status".into(), status.text().into());
        if let Some(description) = description {
            row.fields
                .insert("status_description".into(), description.into());
        }
    });
}

/// Starts an operation, which ends what an earlier one had in mind, and gives its number.
pub(super) fn begin(state: &mut State, id: &str) -> u64 {
    state.get_mut(RESOURCE, id).map_or(0, |row| {
        row.operation += 1;
        row.operation
    })
}

/// Lets something happen to a cluster later, unless another operation starts first.
pub(super) fn later(
    state: &mut State,
    id: &str,
    operation: u64,
    units: u32,
    event: impl FnOnce(&mut State, &str) + Send + 'static,
) {
    let id = id.to_owned();
    state.after(units, move |state| {
        if state
            .get(RESOURCE, &id)
            // What was planned for an earlier operation finds another number here, and does nothing.
            .is_some_and(|row| row.operation == operation)
        {
            event(state, &id);
        }
    });
}

/// Lets a cluster go through stages, the first of them after so many units, and then end.
pub(super) fn run(
    state: &mut State,
    id: &str,
    operation: u64,
    mut after: u32,
    stages: Vec<Stage>,
    end: impl FnOnce(&mut State, &str) + Send + 'static,
) {
    for Stage(status, units, begin) in stages {
        later(state, id, operation, after, move |state, id| {
            set_status(state, id, status, None);
            begin(state, id);
        });
        after += units;
    }
    later(state, id, operation, after, end);
}

fn nothing(_: &mut State, _: &str) {}

/// Lets a new cluster become active; or fail, for the reason given or because there is one why its engine cannot act for
/// its creator.
pub(super) fn create(state: &mut State, id: &str, no_trust: Option<&str>, failure: Option<String>) {
    let operation = begin(state, id);
    if let Some(reason) = no_trust {
        let reason = error::with_id(reason, &mut state.rng);
        // After the answer: the real engine finds this out by itself, when the 202 is long sent.
        later(state, id, operation, 1, move |state, id| {
            fail(state, id, &reason);
        });
        return;
    }
    let stages = vec![
        Stage(Status::InfraUpdating, 1, trust),
        Stage(Status::Spawning, 4, progress::create_stack),
        Stage(Status::Waiting, 2, progress::assign_addresses),
        Stage(Status::Preparing, 2, progress::wait_for_instances),
        Stage(Status::Configuring, 1, progress::configure),
        Stage(Status::Starting, 1, progress::finish),
    ];
    match failure {
        None => run(state, id, operation, 1, stages, |state, id| {
            activate(state, id, "");
        }),
        Some(reason) => {
            let reason = error::with_id(&reason, &mut state.rng);
            // A creation fails while the stack is made, which is where instances can run out.
            let until_spawned = stages.into_iter().take(2).collect();
            run(state, id, operation, 1, until_spawned, move |state, id| {
                progress::fail(state, id, &reason);
                fail(state, id, &reason);
            });
        }
    }
}

fn trust(state: &mut State, id: &str) {
    let trust = openstack::hex(&mut state.rng);
    state.update(RESOURCE, id, |row| {
        row.fields.insert("trust_id".into(), trust.into());
    });
}

fn fail(state: &mut State, id: &str, reason: &str) {
    let description = format!("Creating cluster failed: {reason}");
    set_status(state, id, Status::Error, Some(description));
}

/// Makes a cluster active, after its creation or a change, with the reason why the change did not come about.
pub(super) fn activate(state: &mut State, id: &str, description: &str) {
    set_status(state, id, Status::Active, Some(description.to_owned()));
    // The real server checks the health by itself after a creation and a scaling.
    health::start(state, id, None);
    // Jobs that were sent to a cluster on its way stay PENDING until it is active.
    jobs::launch_waiting(state, id);
    let Some(row) = state.get(RESOURCE, id) else {
        return;
    };
    if row.flag("is_transient") {
        let (id, operation) = (id.to_owned(), row.operation);
        state.in_time(TRANSIENT_LIFE, move |state| {
            end_transient(state, &id, operation);
        });
    }
}

/// Deletes a cluster that was made for its jobs when they have ended.
fn end_transient(state: &mut State, id: &str, operation: u64) {
    if state
        .get(RESOURCE, id)
        .is_none_or(|row| row.operation != operation)
    {
        return;
    }
    if !jobs::have_ended(state, id) {
        let id = id.to_owned();
        return state.in_time(TRANSIENT_CHECK, move |state| {
            end_transient(state, &id, operation);
        });
    }
    // The real server sets this for transient clusters only, before it deletes them.
    set_status(state, id, Status::AwaitingTermination, None);
    later(state, id, operation, 1, |state, id| {
        delete(state, id, false);
    });
}

/// Lets a cluster go away, or be stuck for ever on its way.
pub(super) fn delete(state: &mut State, id: &str, is_stuck: bool) {
    set_status(state, id, Status::Deleting, None);
    // Ends what the cluster was still to do, also when this deletion will be stuck.
    let operation = begin(state, id);
    if is_stuck {
        return;
    }
    later(state, id, operation, 2, |state, id| {
        // Otherwise the row stays for one more reader, who sees the race.
        if state.races == 0 {
            state.remove(RESOURCE, id);
            return;
        }
        state.races -= 1;
        if let Some(row) = state.get_mut(RESOURCE, id) {
            row.secrets.insert("is_racing".into(), true.into());
        }
    });
}

/// Whether a cluster is gone already, but for one more request that does not expect it.
pub(super) fn is_racing(state: &State, id: &str) -> bool {
    state
        .get(RESOURCE, id)
        .is_some_and(|row| row.secrets.contains_key("is_racing"))
}

pub(super) fn instance_name(cluster: &str, group: &str, number: u64) -> String {
    format!("{cluster}-{group}-{number}").to_lowercase()
}

/// Gives each group as many instances as it is to have.
pub(super) fn make_instances(state: &mut State, id: &str) {
    let now = state.timestamp();
    let Some(row) = state.get(RESOURCE, id) else {
        return;
    };
    let cluster = row.name().to_owned();
    let mut groups = row.list("node_groups").to_vec();
    for group in &mut groups {
        let wanted = group["count"].as_u64().unwrap_or_default();
        let volumes = group["volumes_per_node"].clone();
        let name = group["name"].as_str().unwrap_or_default().to_owned();
        let Some(instances) = group["instances"].as_array_mut() else {
            continue;
        };
        let before = instances.len();
        // From 0, over the holes that a scaling has left.
        let mut number = 0;
        while (instances.len() as u64) < wanted {
            let instance = instance_name(&cluster, &name, number);
            number += 1;
            if instances
                .iter()
                .any(|other| other["instance_name"] == instance.as_str())
            {
                continue;
            }
            instances.push(json!({
                "id": state.uuid(),
                "instance_id": state.uuid(),
                "instance_name": instance,
                "internal_ip": null,
                "management_ip": null,
                "storage_devices_number": volumes,
                "dns_hostname": null,
                "created_at": now,
                "updated_at": null,
            }));
        }
        if instances.len() > before {
            group["updated_at"] = now.clone();
        }
    }
    put_groups(state, id, groups);
}

/// Gives instances the addresses that they lack.
pub(super) fn address_instances(state: &mut State, id: &str) {
    change_instances(state, id, |state, instance| {
        if instance["internal_ip"].is_null() {
            let address = format!("10.77.{}.{}", state.rng.u8(..), state.rng.u8(2..254));
            instance["internal_ip"] = address.as_str().into();
            instance["management_ip"] = address.into();
        }
    });
}

/// Makes new instances ordinary ones.
pub(super) fn accept_instances(state: &mut State, id: &str) {
    change_instances(state, id, |state, instance| {
        if instance["updated_at"].is_null() {
            instance["updated_at"] = state.timestamp();
        }
    });
}

fn change_instances(state: &mut State, id: &str, change: impl Fn(&mut State, &mut Value)) {
    let Some(row) = state.get(RESOURCE, id) else {
        return;
    };
    let mut groups = row.list("node_groups").to_vec();
    let instances = groups
        .iter_mut()
        .filter_map(|group| group["instances"].as_array_mut());
    for instance in instances.flatten() {
        change(state, instance);
    }
    put_groups(state, id, groups);
}

pub(super) fn put_groups(state: &mut State, id: &str, groups: Vec<Value>) {
    state.update(RESOURCE, id, |row| {
        row.fields.insert("node_groups".into(), groups.into());
    });
}

pub(super) const fn stage(status: Status, units: u32) -> Stage {
    Stage(status, units, nothing)
}
