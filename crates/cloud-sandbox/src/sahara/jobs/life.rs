//! How jobs move through their states.

use serde_json::{Value, json};

use super::super::resource::Resource;
use super::super::state::{Row, State};
use super::super::{clusters, plugins};
use super::{ENDED, RESOURCE, status};

fn set_status(state: &mut State, id: &str, status: &str) {
    state.update(RESOURCE, id, |row| {
        row.fields.insert("info".into(), json!({"status": status}));
    });
}

/// Lets something happen to a job later, unless it was asked for something else until then.
pub(super) fn later(
    state: &mut State,
    id: &str,
    units: u32,
    event: impl FnOnce(&mut State, &str) + Send + 'static,
) {
    let Some(row) = state.get(RESOURCE, id) else {
        return;
    };
    let (id, operation) = (id.to_owned(), row.operation);
    state.after(units, move |state| {
        if state
            .get(RESOURCE, &id)
            .is_some_and(|row| row.operation == operation)
        {
            event(state, &id);
        }
    });
}

fn interrupt(state: &mut State, id: &str) {
    if let Some(row) = state.get_mut(RESOURCE, id) {
        row.operation += 1;
    }
}

/// The cluster of a job, while it is there.
pub(super) fn cluster<'s>(state: &'s State, id: &str) -> Option<&'s Row> {
    state.get(
        Resource::Cluster,
        state.get(RESOURCE, id)?.text("cluster_id"),
    )
}

pub(super) fn is_engine_with_workflows(state: &State, id: &str) -> bool {
    cluster(state, id).is_some_and(|cluster| {
        plugins::all()
            .any(|plugin| plugin.has_workflows && plugin.name == cluster.text("plugin_name"))
    })
}

/// Launches a job on an active cluster; on another one it waits.
pub(super) fn launch(state: &mut State, id: &str, failure: Option<String>) {
    if cluster(state, id).is_none_or(|cluster| clusters::status(cluster) != "Active") {
        if let (Some(row), Some(reason)) = (state.get_mut(RESOURCE, id), failure) {
            // Kept for later: the job is launched when its cluster is active, maybe minutes from here.
            row.secrets.insert("failure".to_owned(), reason.into());
        }
        return;
    }
    later(state, id, 1, move |state, id| {
        let engine_id = format!("0000001-sandbox-oozie-W-{}", &id[..8]);
        let now = state.timestamp();
        state.update(RESOURCE, id, |row| {
            row.fields
                .insert("info".into(), json!({"status": "RUNNING"}));
            row.fields.insert("engine_job_id".into(), engine_id.into());
            row.fields.insert("start_time".into(), now);
        });
        run(state, id, failure);
    });
}

/// Launches the jobs that waited for a cluster.
pub(crate) fn launch_waiting(state: &mut State, cluster: &str) {
    let waits = |row: &&Row| status(row) == "PENDING" && row.text("cluster_id") == cluster;
    let waiting: Vec<String> = state
        .rows(RESOURCE)
        .filter(waits)
        .map(|row| row.id().to_owned())
        .collect();
    for id in waiting {
        let failure = state
            .get(RESOURCE, &id)
            .and_then(|row| row.secrets.get("failure")?.as_str().map(str::to_owned));
        launch(state, &id, failure);
    }
}

fn run(state: &mut State, id: &str, failure: Option<String>) {
    later(state, id, 3, move |state, id| {
        end(
            state,
            id,
            if failure.is_some() {
                "FAILED"
            } else {
                "SUCCEEDED"
            },
        );
    });
}

/// Ends a job. The engine of the plugin `fake` never says when.
fn end(state: &mut State, id: &str, status: &str) {
    let end_time = if is_engine_with_workflows(state, id) {
        state.timestamp()
    } else {
        Value::Null
    };
    set_status(state, id, status);
    if let Some(row) = state.get_mut(RESOURCE, id) {
        row.fields.insert("end_time".into(), end_time);
    }
}

/// Whether all jobs of a cluster have ended.
pub(crate) fn have_ended(state: &State, cluster: &str) -> bool {
    state
        .rows(RESOURCE)
        .filter(|row| row.text("cluster_id") == cluster)
        .all(|row| ENDED.contains(&status(row)))
}

/// Asks for the end of a job that still runs.
pub(super) fn cancel(state: &mut State, id: &str) {
    if state
        .get(RESOURCE, id)
        .is_none_or(|row| ENDED.contains(&status(row)))
    {
        return;
    }
    interrupt(state, id);
    // What was asked for shows first: the real server asks the engine again and again until it obeys.
    set_status(state, id, "TOBEKILLED");
    later(state, id, 1, |state, id| end(state, id, "KILLED"));
}

/// Suspends a job that runs, on an engine that can.
pub(super) fn suspend(state: &mut State, id: &str) {
    let is_running = state
        .get(RESOURCE, id)
        .is_some_and(|row| ["PREP", "RUNNING"].contains(&status(row)));
    // Only PREP and RUNNING can be suspended, and only Oozie can do it.
    if !is_running || !is_engine_with_workflows(state, id) {
        return;
    }
    interrupt(state, id);
    set_status(state, id, "TOBESUSPENDED");
    later(state, id, 1, |state, id| set_status(state, id, "SUSPENDED"));
}
