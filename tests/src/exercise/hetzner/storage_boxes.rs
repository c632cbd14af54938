//! Storage boxes, on the second host.

use std::time::Duration;

use hetzner::storage_boxes::{AccessSetup, SubaccountAccessSetup};
use hetzner::{
    ActionId, Client, Sort, StorageBoxId, StorageBoxSnapshotId, StorageBoxSubaccountId,
    StorageBoxTypeId,
};

use super::{PUBLIC_KEY, settled};
use crate::exercise::Run;

/// Opens nothing: the storage box is gone afterwards.
const PASSWORD: &str = "Exercise-Only-7";

pub(super) async fn exercise(run: &mut Run, api: &Client, settle: Duration) {
    let list = run
        .call(api.storage_box_types().list().name("bx11").page())
        .await;
    let id = list.and_then(|page| page.items.first().map(|one| one.id));
    run.call(
        api.storage_box_types()
            .get(id.unwrap_or(StorageBoxTypeId(1))),
    )
    .await;

    let boxes = api.storage_boxes();
    let create = boxes
        .create("exercise", "bx11", "fsn1", PASSWORD)
        .labels([("made-by", "exercise")])
        .ssh_keys([PUBLIC_KEY])
        .access_settings(
            AccessSetup::new()
                .ssh_enabled(true)
                .reachable_externally(false),
        );
    let created = run.call(create).await;
    let id = created
        .as_ref()
        .map_or(StorageBoxId(1), |created| created.resource.id);
    if let (Some(created), false) = (&created, settle.is_zero()) {
        let _ = created.wait().timeout(settle).await;
    }
    let action = created
        .and_then(|created| created.into_answer().action)
        .map_or(ActionId(1), |action| action.id);
    run.call(
        boxes
            .list()
            .name("exercise")
            .label_selector("made-by=exercise")
            .sort(Sort::by("stats.size"))
            .page(),
    )
    .await;
    run.call(boxes.get(id)).await;
    run.call(
        boxes
            .update(id)
            .name("exercise")
            .labels([("made-by", "exercise")]),
    )
    .await;
    run.call(boxes.list_actions().sort(Sort::ID).page()).await;
    run.call(boxes.get_action(action)).await;
    run.call(boxes.list_actions_of(id).sort(Sort::by("started")).page())
        .await;
    run.call(boxes.folders(id).path("")).await;
    let started = run.call(boxes.change_protection(id).delete(false)).await;
    settled(started, settle).await;
    let started = run.call(boxes.change_type(id, "bx21")).await;
    settled(started, settle).await;
    let started = run.call(boxes.reset_password(id, PASSWORD)).await;
    settled(started, settle).await;
    let started = run
        .call(
            boxes
                .update_access_settings(id)
                .ssh_enabled(true)
                .samba_enabled(false),
        )
        .await;
    settled(started, settle).await;
    let started = run
        .call(boxes.enable_snapshot_plan(id, 5, 3, 30).day_of_week(7_u32))
        .await;
    settled(started, settle).await;
    let started = run.call(boxes.disable_snapshot_plan(id)).await;
    settled(started, settle).await;
    subaccounts(run, api, id, settle).await;
    snapshots(run, api, id, settle).await;
    run.call(boxes.delete(id)).await;
}

async fn subaccounts(run: &mut Run, api: &Client, storage_box: StorageBoxId, settle: Duration) {
    let accounts = api.storage_boxes().subaccounts(storage_box);
    let create = accounts
        .create("exercise", PASSWORD)
        .name("exercise")
        .description("exercise")
        .labels([("made-by", "exercise")])
        .access_settings(SubaccountAccessSetup::new().readonly(true));
    let created = run.call(create).await;
    let id = created
        .as_ref()
        .map_or(StorageBoxSubaccountId(1), |created| created.resource.id);
    if let (Some(created), false) = (&created, settle.is_zero()) {
        let _ = created.wait().timeout(settle).await;
    }
    run.call(
        accounts
            .list()
            .name("exercise")
            .label_selector("made-by=exercise")
            .sort(Sort::by("created"))
            .page(),
    )
    .await;
    run.call(accounts.get(id)).await;
    run.call(accounts.update(id).description("exercised")).await;
    let started = run
        .call(accounts.change_home_directory(id, "exercised"))
        .await;
    settled(started, settle).await;
    let started = run.call(accounts.reset_password(id, PASSWORD)).await;
    settled(started, settle).await;
    let started = run
        .call(accounts.update_access_settings(id).readonly(false))
        .await;
    settled(started, settle).await;
    run.call(accounts.delete(id)).await;
}

async fn snapshots(run: &mut Run, api: &Client, storage_box: StorageBoxId, settle: Duration) {
    let snapshots = api.storage_boxes().snapshots(storage_box);
    let created = run
        .call(
            snapshots
                .create()
                .description("exercise")
                .labels([("made-by", "exercise")]),
        )
        .await;
    let id = created
        .as_ref()
        .map_or(StorageBoxSnapshotId(1), |created| created.resource.id);
    if let (Some(created), false) = (&created, settle.is_zero()) {
        let _ = created.wait().timeout(settle).await;
    }
    run.call(
        snapshots
            .list()
            .is_automatic(false)
            .label_selector("made-by=exercise")
            .sort(Sort::NAME)
            .page(),
    )
    .await;
    run.call(snapshots.get(id)).await;
    run.call(snapshots.update(id).description("exercised"))
        .await;
    let started = run
        .call(api.storage_boxes().rollback_snapshot(storage_box, id))
        .await;
    settled(started, settle).await;
    run.call(snapshots.delete(id)).await;
}
