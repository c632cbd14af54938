//! Storage boxes: every operation on the wire, on the second host, and in what the caller gets.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use cloud_core::body::{Body, ResponseBody};
use cloud_core::model::Timestamp;
use cloud_core::request::CallOptions;
use cloud_core::test_util::{PausedClock, Scripted, ScriptedTransport};
use cloud_core::transport::{Transport, TransportError};
use cloud_sandbox::{Fault, Sandbox};
use hetzner::storage_boxes::{AccessSetup, SubaccountAccessSetup};
use hetzner::{
    Client, ErrorKind, Labels, ResourceKind, Sort, StorageBox, StorageBoxId, StorageBoxSnapshotId,
    StorageBoxStatus, StorageBoxSubaccountId, StorageBoxTypeId,
};
use serde_json::{Value, json};

const PASSWORD: &str = "Correct-Horse-7";

/// The sandbox, with a note of what was sent where.
#[derive(Clone, Debug)]
struct Noted(Sandbox, Arc<Mutex<Vec<(String, Value)>>>);

#[async_trait::async_trait]
impl Transport for Noted {
    async fn send(
        &self,
        request: http::Request<Body>,
    ) -> Result<http::Response<ResponseBody>, TransportError> {
        let body = request
            .body()
            .as_bytes()
            .and_then(|body| serde_json::from_slice(body).ok())
            .unwrap_or_default();
        self.1
            .lock()
            .unwrap()
            .push((format!("{} {}", request.method(), request.uri()), body));
        self.0.hetzner().send(request).await
    }
}

impl Noted {
    fn new() -> (Client, Self) {
        let noted = Self(Sandbox::new(), Arc::default());
        let builder = Client::builder()
            .token("t")
            .transport(Arc::new(noted.clone()));
        (builder.clock(PausedClock::new()).build().unwrap(), noted)
    }

    /// The last request, that of a poller left aside.
    fn last(&self) -> (String, Value) {
        let seen = self.1.lock().unwrap();
        seen.iter()
            .rev()
            .find(|(line, _)| !line.contains("/v1/actions"))
            .unwrap()
            .clone()
    }

    /// That the last request was this one, below the path of storage boxes.
    #[track_caller]
    fn sent(&self, method: &str, path: &str, body: Value) {
        assert_eq!(
            self.last(),
            (
                format!("{method} https://api.hetzner.com/v1/storage_boxes{path}"),
                body
            )
        );
    }
}

async fn storage_box(api: &Client) -> StorageBox {
    api.storage_boxes()
        .create("backup", "bx11", "fsn1", PASSWORD)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn boxes_are_on_the_second_host_and_their_actions_on_the_first() {
    let (api, noted) = Noted::new();
    let created = api
        .storage_boxes()
        .create("backup", "bx11", "fsn1", PASSWORD)
        .await
        .unwrap();
    let order = json!({"name": "backup", "storage_box_type": "bx11", "location": "fsn1", "password": PASSWORD});
    noted.sent("POST", "", order.clone());
    assert_eq!(created.resource.status, StorageBoxStatus::Initializing);
    assert_eq!(created.resource.server, None);
    assert_eq!(
        created
            .action
            .as_ref()
            .unwrap()
            .resource(&ResourceKind::StorageBox),
        Some(created.resource.id.0)
    );
    let ready = created.wait().await.unwrap();
    noted.sent("GET", &format!("/{}", ready.id), Value::Null);
    assert!(ready.is_active() && ready.server.is_some() && ready.username.is_some());
    let polls: Vec<_> = noted
        .1
        .lock()
        .unwrap()
        .iter()
        .filter(|(line, _)| line.contains("/v1/actions"))
        .cloned()
        .collect();
    assert!(
        !polls.is_empty()
            && polls
                .iter()
                .all(|(line, _)| line.starts_with("GET https://api.hetzner.cloud/v1/actions?id=")),
        "{polls:?}"
    );

    let key =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB laptop";
    let access = AccessSetup::new()
        .ssh_enabled(true)
        .reachable_externally(false);
    api.storage_boxes()
        .create("backup", "bx11", "fsn1", PASSWORD)
        .labels([("env", "prod")])
        .ssh_keys([key])
        .access_settings(access)
        .await
        .unwrap();
    let mut full = order;
    full["labels"] = json!({"env": "prod"});
    full["ssh_keys"] = json!([key]);
    full["access_settings"] = json!({"reachable_externally": false, "ssh_enabled": true});
    noted.sent("POST", "", full);
}

#[tokio::test(start_paused = true)]
async fn reading_and_changing_boxes() {
    let (api, noted) = Noted::new();
    let boxes = api.storage_boxes();
    let id = storage_box(&api).await.id;
    let same = storage_box(&api).await.id;

    let list = boxes
        .list()
        .name("backup")
        .label_selector("!env")
        .sort(Sort::by("stats.size").descending())
        .page()
        .await
        .unwrap();
    noted.sent(
        "GET",
        "?name=backup&label_selector=%21env&sort=stats.size%3Adesc&per_page=50",
        Value::Null,
    );
    assert_eq!((list.items.len(), list.info.total), (2, Some(2)));
    assert_eq!(boxes.list().per_page(1).all().await.unwrap().len(), 2);
    assert_eq!(
        boxes.find("backup").await.unwrap().unwrap().id,
        id,
        "the first of both"
    );
    assert_eq!(boxes.find(same).await.unwrap().unwrap().id, same);
    assert!(boxes.find("nobody").await.unwrap().is_none());
    let changed = boxes
        .update(id)
        .name("b2")
        .labels([("a", "b")])
        .await
        .unwrap();
    noted.sent(
        "PUT",
        &format!("/{id}"),
        json!({"name": "b2", "labels": {"a": "b"}}),
    );
    assert_eq!(
        (changed.name.as_str(), changed.labels),
        ("b2", Labels::from([("a", "b")]))
    );
    assert!(boxes.folders(id).await.unwrap().is_empty());
    noted.sent("GET", &format!("/{id}/folders"), Value::Null);
    assert!(
        boxes
            .folders(id)
            .path("a b/ü")
            .await
            .unwrap_err()
            .is_not_found()
    );
    noted.sent(
        "GET",
        &format!("/{id}/folders?path=a%20b%2F%C3%BC"),
        Value::Null,
    );

    boxes
        .change_protection(id)
        .delete(true)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    noted.sent(
        "POST",
        &format!("/{id}/actions/change_protection"),
        json!({"delete": true}),
    );
    assert!(boxes.get(id).await.unwrap().protection.delete);
    assert_eq!(
        boxes.delete(id).await.unwrap_err().code(),
        Some("protected")
    );
    let gone = boxes.delete(same).await.unwrap();
    noted.sent("DELETE", &format!("/{same}"), Value::Null);
    assert_eq!(gone.as_ref().unwrap().command, "delete");
    gone.wait().await.unwrap();
    assert!(boxes.get(same).await.unwrap_err().is_not_found());
}

#[tokio::test(start_paused = true)]
async fn actions_of_boxes() {
    let (api, noted) = Noted::new();
    let boxes = api.storage_boxes();
    let id = storage_box(&api).await.id;
    let path = |name: &str| format!("/{id}/actions/{name}");

    boxes
        .change_type(id, "bx21")
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    noted.sent(
        "POST",
        &path("change_type"),
        json!({"storage_box_type": "bx21"}),
    );
    boxes
        .reset_password(id, "Battery-Staple-8")
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    noted.sent(
        "POST",
        &path("reset_password"),
        json!({"password": "Battery-Staple-8"}),
    );
    boxes
        .update_access_settings(id)
        .samba_enabled(true)
        .zfs_enabled(false)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    noted.sent(
        "POST",
        &path("update_access_settings"),
        json!({"samba_enabled": true, "zfs_enabled": false}),
    );
    boxes
        .enable_snapshot_plan(id, 10, 3, 30)
        .day_of_week(7_u32)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    noted.sent(
        "POST",
        &path("enable_snapshot_plan"),
        json!({"max_snapshots": 10, "hour": 3, "minute": 30, "day_of_week": 7}),
    );
    let now = boxes.get(id).await.unwrap();
    assert_eq!(now.storage_box_type.name, "bx21");
    assert!(now.access_settings.samba_enabled && !now.access_settings.ssh_enabled);
    let plan = now.snapshot_plan.unwrap();
    assert_eq!(
        (
            plan.max_snapshots,
            plan.hour,
            plan.minute,
            plan.day_of_week,
            plan.day_of_month
        ),
        (10, 3, 30, Some(7), None)
    );
    boxes
        .disable_snapshot_plan(id)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    noted.sent("POST", &path("disable_snapshot_plan"), Value::Null);
    assert_eq!(boxes.get(id).await.unwrap().snapshot_plan, None);

    let all = boxes
        .list_actions()
        .sort(Sort::ID.descending())
        .all()
        .await
        .unwrap();
    noted.sent("GET", "/actions?sort=id%3Adesc&per_page=50", Value::Null);
    assert_eq!(
        (all.len(), all[0].command.as_str()),
        (6, "disable_snapshot_plan")
    );
    assert_eq!(boxes.list_actions_of(id).all().await.unwrap().len(), 6);
    noted.sent("GET", &format!("/{id}/actions?per_page=50"), Value::Null);
    assert_eq!(boxes.get_action(all[0].id).await.unwrap().id, all[0].id);
    noted.sent("GET", &format!("/actions/{}", all[0].id), Value::Null);
}

#[tokio::test(start_paused = true)]
async fn snapshots() {
    let (api, noted) = Noted::new();
    let id = storage_box(&api).await.id;
    let snapshots = api.storage_boxes().snapshots(id);
    let created = snapshots
        .create()
        .description("before the move")
        .labels([("keep", "")])
        .await
        .unwrap();
    noted.sent(
        "POST",
        &format!("/{id}/snapshots"),
        json!({"description": "before the move", "labels": {"keep": ""}}),
    );
    assert_eq!(
        (
            created.resource.storage_box,
            created.resource.description.as_str()
        ),
        (id, "")
    );
    assert!(created.resource.id.0 > 0);
    let taken = created.wait().await.unwrap();
    noted.sent("GET", &format!("/{id}/snapshots/{}", taken.id), Value::Null);
    assert_eq!(
        (
            taken.description.as_str(),
            taken.is_automatic,
            taken.storage_box
        ),
        ("before the move", false, id)
    );
    assert!(taken.created > Timestamp::default());

    let list = snapshots
        .list()
        .name(taken.name.as_str())
        .is_automatic(false)
        .label_selector("keep")
        .sort(Sort::NAME);
    assert_eq!(list.all().await.unwrap(), std::slice::from_ref(&taken));
    let query = format!(
        "?name={}&is_automatic=false&label_selector=keep&sort=name%3Aasc",
        taken.name
    );
    noted.sent("GET", &format!("/{id}/snapshots{query}"), Value::Null);
    assert_eq!(
        snapshots
            .find(taken.name.as_str())
            .await
            .unwrap()
            .unwrap()
            .id,
        taken.id
    );
    assert!(snapshots.find(7_i64).await.unwrap().is_none());
    let changed = snapshots
        .update(taken.id)
        .description("kept")
        .labels(Labels::new())
        .await
        .unwrap();
    noted.sent(
        "PUT",
        &format!("/{id}/snapshots/{}", taken.id),
        json!({"description": "kept", "labels": {}}),
    );
    assert_eq!(changed.description, "kept");
    api.storage_boxes()
        .rollback_snapshot(id, taken.id)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    noted.sent(
        "POST",
        &format!("/{id}/actions/rollback_snapshot"),
        json!({"snapshot": taken.id.to_string()}),
    );
    api.storage_boxes()
        .rollback_snapshot(id, taken.name.as_str())
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    snapshots
        .delete(taken.id)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    noted.sent(
        "DELETE",
        &format!("/{id}/snapshots/{}", taken.id),
        Value::Null,
    );
    assert!(snapshots.list().page().await.unwrap().items.is_empty());
}

#[tokio::test(start_paused = true)]
async fn subaccounts() {
    let (api, noted) = Noted::new();
    let id = storage_box(&api).await.id;
    let accounts = api.storage_boxes().subaccounts(id);
    let access = SubaccountAccessSetup::new()
        .readonly(true)
        .ssh_enabled(true);
    let created = accounts
        .create("hosts/web-1", PASSWORD)
        .name("web")
        .description("d")
        .labels([("h", "1")])
        .access_settings(access);
    let created = created.await.unwrap();
    let body = json!({"home_directory": "hosts/web-1", "password": PASSWORD, "name": "web", "description": "d",
        "labels": {"h": "1"}, "access_settings": {"readonly": true, "ssh_enabled": true}});
    noted.sent("POST", &format!("/{id}/subaccounts"), body);
    assert_eq!(
        (
            created.resource.storage_box,
            created.resource.username.as_str()
        ),
        (id, "")
    );
    let web = created.wait().await.unwrap();
    let one = format!("/{id}/subaccounts/{}", web.id);
    noted.sent("GET", &one, Value::Null);
    assert!(
        web.username.ends_with("-sub1")
            && web.access_settings.readonly
            && !web.access_settings.samba_enabled
    );

    let list = accounts
        .list()
        .name("web")
        .username(web.username.as_str())
        .label_selector("h")
        .sort(Sort::by("created"));
    assert_eq!(list.all().await.unwrap(), std::slice::from_ref(&web));
    let query = format!(
        "?name=web&username={}&label_selector=h&sort=created%3Aasc",
        web.username
    );
    noted.sent("GET", &format!("/{id}/subaccounts{query}"), Value::Null);
    assert_eq!(accounts.find("web").await.unwrap().unwrap().id, web.id);
    accounts
        .update(web.id)
        .name("w")
        .description("")
        .await
        .unwrap();
    noted.sent("PUT", &one, json!({"name": "w", "description": ""}));
    accounts
        .change_home_directory(web.id, "other")
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    noted.sent(
        "POST",
        &format!("{one}/actions/change_home_directory"),
        json!({"home_directory": "other"}),
    );
    accounts
        .reset_password(web.id, "Battery-Staple-8")
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    noted.sent(
        "POST",
        &format!("{one}/actions/reset_subaccount_password"),
        json!({"password": "Battery-Staple-8"}),
    );
    accounts
        .update_access_settings(web.id)
        .readonly(false)
        .webdav_enabled(true)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    noted.sent(
        "POST",
        &format!("{one}/actions/update_access_settings"),
        json!({"readonly": false, "webdav_enabled": true}),
    );
    let now = accounts.get(web.id).await.unwrap();
    assert_eq!(
        (
            now.name.as_str(),
            now.home_directory.as_str(),
            now.access_settings.readonly
        ),
        ("w", "other", false)
    );
    accounts.delete(web.id).await.unwrap().wait().await.unwrap();
    noted.sent("DELETE", &one, Value::Null);
    assert!(accounts.get(web.id).await.unwrap_err().is_not_found());
}

#[tokio::test(start_paused = true)]
async fn types() {
    let (api, noted) = Noted::new();
    let types = api.storage_box_types();
    let bx21 = types.find("bx21").await.unwrap().unwrap();
    assert_eq!(
        noted.last().0,
        "GET https://api.hetzner.com/v1/storage_box_types?name=bx21&per_page=50"
    );
    assert_eq!(
        (bx21.size, bx21.snapshot_limit, bx21.subaccounts_limit),
        (5 << 40, Some(20), 100)
    );
    assert_eq!(
        bx21.price_in("hel1").unwrap().setup_fee.net.to_string(),
        "0.0000000000"
    );
    assert!(bx21.price_in("sin").is_none());
    assert_eq!(types.get(bx21.id).await.unwrap(), bx21);
    assert_eq!(types.list().all().await.unwrap().len(), 4);
    assert!(
        types
            .get(StorageBoxTypeId(7))
            .await
            .unwrap_err()
            .is_not_found()
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_certainly_wrong_is_not_sent_unless_wanted() {
    let (api, noted) = Noted::new();
    let boxes = api.storage_boxes();
    let id = StorageBoxId(7);
    let (subaccounts, snapshots) = (boxes.subaccounts(id), boxes.snapshots(id));
    let (account, snapshot) = (StorageBoxSubaccountId(8), StorageBoxSnapshotId(9));
    let long = "x".repeat(1001);
    let errors = [
        (
            boxes.create("", "bx11", "fsn1", PASSWORD).await.map(drop),
            "name",
        ),
        (
            boxes.create("a", "", "fsn1", PASSWORD).await.map(drop),
            "storage_box_type",
        ),
        (
            boxes.create("a", "bx11", "", PASSWORD).await.map(drop),
            "location",
        ),
        (
            boxes.create("a", "bx11", "fsn1", "weak").await.map(drop),
            "password",
        ),
        (
            boxes
                .create("a", "bx11", "fsn1", PASSWORD)
                .labels([("-", "")])
                .await
                .map(drop),
            "labels",
        ),
        (
            boxes.update(id).labels([("-", "")]).await.map(drop),
            "labels",
        ),
        (
            boxes.change_type(id, "").await.map(drop),
            "storage_box_type",
        ),
        (boxes.reset_password(id, "weak").await.map(drop), "password"),
        (boxes.rollback_snapshot(id, "").await.map(drop), "snapshot"),
        (
            boxes.enable_snapshot_plan(id, 0, 3, 30).await.map(drop),
            "max_snapshots",
        ),
        (
            boxes.enable_snapshot_plan(id, 1, 24, 0).await.map(drop),
            "hour",
        ),
        (
            boxes.enable_snapshot_plan(id, 1, 0, 60).await.map(drop),
            "minute",
        ),
        (
            boxes
                .enable_snapshot_plan(id, 1, 0, 0)
                .day_of_week(0_u32)
                .await
                .map(drop),
            "day_of_week",
        ),
        (
            boxes
                .enable_snapshot_plan(id, 1, 0, 0)
                .day_of_month(32_u32)
                .await
                .map(drop),
            "day_of_month",
        ),
        (
            boxes
                .list()
                .label_selector("a=")
                .page()
                .await
                .map(drop)
                .and(boxes.list().label_selector("=").page().await.map(drop)),
            "label_selector",
        ),
        (
            subaccounts.create("/a", PASSWORD).await.map(drop),
            "home_directory",
        ),
        (subaccounts.create("a", "weak").await.map(drop), "password"),
        (
            subaccounts.create("a", PASSWORD).name("").await.map(drop),
            "name",
        ),
        (
            subaccounts
                .update(account)
                .name("x".repeat(51))
                .await
                .map(drop),
            "name",
        ),
        (
            subaccounts
                .update(account)
                .description(long.as_str())
                .await
                .map(drop),
            "description",
        ),
        (
            subaccounts
                .change_home_directory(account, "")
                .await
                .map(drop),
            "home_directory",
        ),
        (
            subaccounts.reset_password(account, "weak").await.map(drop),
            "password",
        ),
        (
            snapshots
                .create()
                .description(long.as_str())
                .await
                .map(drop),
            "description",
        ),
        (
            snapshots
                .update(snapshot)
                .description(long.as_str())
                .await
                .map(drop),
            "description",
        ),
    ];
    for (result, field) in errors {
        let error = result.unwrap_err();
        assert_eq!(
            (error.kind(), error.fields()[0].name.as_str()),
            (ErrorKind::Input, field),
            "{error}"
        );
        assert!(!error.to_string().contains("weak") && !error.may_have_happened());
    }
    let sent = noted
        .1
        .lock()
        .unwrap()
        .iter()
        .filter(|(line, _)| !line.contains("label_selector=a"))
        .count();
    assert_eq!(sent, 0);

    let refused = boxes
        .create("a", "bx11", "fsn1", "weak")
        .options(CallOptions::unchecked)
        .await
        .unwrap_err();
    assert_eq!(
        (refused.code(), refused.fields()[0].name.as_str()),
        (Some("invalid_input"), "password")
    );
}

#[tokio::test(start_paused = true)]
async fn an_order_is_sent_once_and_its_password_is_in_no_text() {
    for fault in [
        Fault::ResetBeforeHandling,
        Fault::ResetAfterHandling,
        Fault::Status(502),
        Fault::Truncate,
    ] {
        let sandbox = Sandbox::new();
        let api = Client::builder()
            .token("t")
            .transport(sandbox.hetzner())
            .clock(PausedClock::new())
            .build()
            .unwrap();
        sandbox.faults().next(fault.clone());
        let order = api
            .storage_boxes()
            .create("backup", "bx11", "fsn1", PASSWORD);
        assert!(!format!("{order:?}").contains(PASSWORD));
        let error = order.await.unwrap_err();
        assert!(error.may_have_happened(), "{fault:?}");
        assert_eq!(
            sandbox.journal().count("POST /v1/storage_boxes"),
            1,
            "{fault:?}"
        );
        assert!(!format!("{error}{error:?}").contains(PASSWORD), "{error:?}");
    }
    let (api, _) = Noted::new();
    let account = api
        .storage_boxes()
        .subaccounts(StorageBoxId(1))
        .create("a", PASSWORD);
    let reset = api
        .storage_boxes()
        .reset_password(StorageBoxId(1), PASSWORD);
    assert!(!format!("{account:?}{reset:?}").contains(PASSWORD));
}

#[tokio::test(start_paused = true)]
async fn a_part_knows_its_box_even_if_the_answer_does_not_tell() {
    let answers = ["snapshot", "subaccount"]
        .map(|key| Scripted::json(201, format!(r#"{{"{key}":{{"id":5}}}}"#)));
    let transport = ScriptedTransport::new(answers.into_iter().chain([
        Scripted::json(200, r#"{"snapshot":{"id":5,"name":"s"}}"#),
        Scripted::json(200, r#"{"subaccount":{"id":5,"name":"a"}}"#),
    ]));
    let builder = Client::builder()
        .token("t")
        .transport(Arc::new(transport.clone()));
    let api = builder
        .hetzner_endpoint("https://boxes.example/api")
        .clock(PausedClock::new())
        .build()
        .unwrap();
    let boxes = api.storage_boxes();
    let snapshot = boxes.snapshots(7_i64).create().await.unwrap();
    let account = boxes
        .subaccounts(7_i64)
        .create("a", PASSWORD)
        .await
        .unwrap();
    assert_eq!(
        snapshot
            .wait()
            .timeout(Duration::from_secs(9))
            .await
            .unwrap()
            .name,
        "s"
    );
    assert_eq!(account.wait().await.unwrap().name, "a");
    let lines: Vec<_> = transport
        .seen()
        .iter()
        .map(|seen| seen.request.uri().to_string())
        .collect();
    let base = "https://boxes.example/api/storage_boxes/7";
    let paths = ["snapshots", "subaccounts", "snapshots/5", "subaccounts/5"];
    assert_eq!(lines, paths.map(|path| format!("{base}/{path}")));
}
