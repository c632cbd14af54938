//! How jobs move through their states.

use serde_json::{Value, json};

use super::super::resource::Resource;
use super::super::store::{Row, Store};
use super::super::{clusters, plugins};
use super::{ENDED, RESOURCE, status};

fn set_status(store: &mut Store, id: &str, status: &str) {
    store.update(RESOURCE, id, |row| {
        row.fields.insert("info".into(), json!({"status": status}));
    });
}

/// Lets something happen to a job later, unless it was asked for something else until then.
pub(super) fn later(
    store: &mut Store,
    id: &str,
    units: u32,
    event: impl FnOnce(&mut Store, &str) + Send + 'static,
) {
    let Some(row) = store.get(RESOURCE, id) else {
        return;
    };
    let (id, operation) = (id.to_owned(), row.operation);
    store.after(units, move |store| {
        if store
            .get(RESOURCE, &id)
            .is_some_and(|row| row.operation == operation)
        {
            event(store, &id);
        }
    });
}

fn interrupt(store: &mut Store, id: &str) {
    if let Some(row) = store.get_mut(RESOURCE, id) {
        row.operation += 1;
    }
}

/// The cluster of a job, while it is there.
pub(super) fn cluster<'s>(store: &'s Store, id: &str) -> Option<&'s Row> {
    store.get(
        Resource::Cluster,
        store.get(RESOURCE, id)?.text("cluster_id"),
    )
}

pub(super) fn is_engine_with_workflows(store: &Store, id: &str) -> bool {
    cluster(store, id).is_some_and(|cluster| {
        plugins::all()
            .any(|plugin| plugin.has_workflows && plugin.name == cluster.text("plugin_name"))
    })
}

/// Launches a job on an active cluster; on another one it waits.
pub(super) fn launch(store: &mut Store, id: &str, failure: Option<String>) {
    if cluster(store, id).is_none_or(|cluster| clusters::status(cluster) != "Active") {
        if let (Some(row), Some(reason)) = (store.get_mut(RESOURCE, id), failure) {
            // Kept for later: the job is launched when its cluster is active, maybe minutes from here.
            row.secrets.insert("failure".to_owned(), reason.into());
        }
        return;
    }
    later(store, id, 1, move |store, id| {
        let engine_id = format!("0000001-sandbox-oozie-W-{}", &id[..8]);
        let now = store.timestamp();
        store.update(RESOURCE, id, |row| {
            row.fields
                .insert("info".into(), json!({"status": "RUNNING"}));
            row.fields.insert("engine_job_id".into(), engine_id.into());
            row.fields.insert("start_time".into(), now);
        });
        run(store, id, failure);
    });
}

/// Launches the jobs that waited for a cluster.
pub(crate) fn launch_waiting(store: &mut Store, cluster: &str) {
    let waits = |row: &&Row| status(row) == "PENDING" && row.text("cluster_id") == cluster;
    let waiting: Vec<String> = store
        .rows(RESOURCE)
        .filter(waits)
        .map(|row| row.id().to_owned())
        .collect();
    for id in waiting {
        let failure = store
            .get(RESOURCE, &id)
            .and_then(|row| row.secrets.get("failure")?.as_str().map(str::to_owned));
        launch(store, &id, failure);
    }
}

fn run(store: &mut Store, id: &str, failure: Option<String>) {
    later(store, id, 3, move |store, id| {
        end(
            store,
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
fn end(store: &mut Store, id: &str, status: &str) {
    let end_time = if is_engine_with_workflows(store, id) {
        store.timestamp()
    } else {
        Value::Null
    };
    set_status(store, id, status);
    if let Some(row) = store.get_mut(RESOURCE, id) {
        row.fields.insert("end_time".into(), end_time);
    }
}

/// Whether all jobs of a cluster have ended.
pub(crate) fn have_ended(store: &Store, cluster: &str) -> bool {
    store
        .rows(RESOURCE)
        .filter(|row| row.text("cluster_id") == cluster)
        .all(|row| ENDED.contains(&status(row)))
}

/// Asks for the end of a job that still runs.
pub(super) fn cancel(store: &mut Store, id: &str) {
    if store
        .get(RESOURCE, id)
        .is_none_or(|row| ENDED.contains(&status(row)))
    {
        return;
    }
    interrupt(store, id);
    // What was asked for shows first: the real server asks the engine again and again until it obeys.
    set_status(store, id, "TOBEKILLED");
    later(store, id, 1, |store, id| end(store, id, "KILLED"));
}

/// Suspends a job that runs, on an engine that can.
pub(super) fn suspend(store: &mut Store, id: &str) {
    let is_running = store
        .get(RESOURCE, id)
        .is_some_and(|row| ["PREP", "RUNNING"].contains(&status(row)));
    // Only PREP and RUNNING can be suspended, and only Oozie can do it.
    if !is_running || !is_engine_with_workflows(store, id) {
        return;
    }
    interrupt(store, id);
    set_status(store, id, "TOBESUSPENDED");
    later(store, id, 1, |store, id| set_status(store, id, "SUSPENDED"));
}
