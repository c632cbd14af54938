//! Checks of a cluster's health.

use serde_json::{Map, Value, json};

use super::super::error::Refusal;
use super::super::state::{Row, State};
use super::{RESOURCE, life};

pub(super) fn check_startable(row: &Row, given: &Map<String, Value>) -> Result<(), Refusal> {
    let refused = |why: &str| {
        Err(Refusal::bad(
            "CANNOT_VERIFY",
            format!("The cluster cannot be checked: {why}"),
        ))
    };
    // The real server takes `verification` as the only key of the body (CANNOT_VERIFY).
    if given.len() != 1 {
        return refused("a check is asked for alone");
    }
    if life::status(row) != "Active" {
        return refused("it is not active");
    }
    if row
        .fields
        .get("verification")
        .is_some_and(|verification| verification["status"] == "CHECKING")
    {
        return refused("a check runs already, in state CHECKING");
    }
    Ok(())
}

/// Replaces the last check by a new one, which ends well unless there is a reason why not.
pub(super) fn start(state: &mut State, id: &str, failure: Option<String>) {
    let (check, now) = (state.uuid(), state.timestamp());
    let Some(row) = state.get_mut(RESOURCE, id) else {
        return;
    };
    let verification = json!({
        "id": check,
        "cluster_id": id,
        "status": "CHECKING",
        "checks": [],
        "created_at": now,
        "updated_at": null,
    });
    row.fields.insert("verification".into(), verification);
    // A check belongs to the operation that the cluster is in: a scaling or a deletion makes it void.
    let operation = row.operation;
    life::later(state, id, operation, 1, move |state, id| {
        end(state, id, &check, failure.as_deref());
    });
}

fn end(state: &mut State, id: &str, check: &str, failure: Option<&str>) {
    let (part, now) = (state.uuid(), state.timestamp());
    let Some(verification) = state
        .get_mut(RESOURCE, id)
        .and_then(|row| row.fields.get_mut("verification"))
    else {
        return;
    };
    // A newer check has replaced this one, with another id.
    if verification["id"] != check {
        return;
    }
    let status = if failure.is_some() { "RED" } else { "GREEN" };
    verification["status"] = status.into();
    verification["updated_at"] = now.clone();
    verification["checks"] = json!([{
        "id": part,
        "verification_id": check,
        "name": "Check of instances accessibility",
        "status": status,
        "description": failure.unwrap_or("All instances are available"),
        "created_at": now,
        "updated_at": now,
    }]);
}
