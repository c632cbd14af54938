//! Volumes against the sandbox: every operation, on the wire and in what the caller gets.

use cloud_sandbox::{Fault, Sandbox};
use hetzner::{ActionFailed, Labels, Sort, VolumeFormat, VolumeStatus};
use serde_json::json;

use crate::common::{assert_code, assert_field, client, last, last_query, server};

#[tokio::test(start_paused = true)]
async fn a_volume_comes_to_its_server() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let web = server(&api, "web-1").await;
    let created = api
        .volumes()
        .create("data", 50)
        .server(web.id)
        .format(VolumeFormat::Ext4)
        .automount(true)
        .labels([("env", "prod")])
        .await
        .unwrap();
    let body = json!({
        "name": "data", "size": 50, "server": web.id, "format": "ext4", "automount": true, "labels": {"env": "prod"},
    });
    assert_eq!(last(&sandbox), ("POST /v1/volumes".into(), body));
    let commands: Vec<_> = created
        .actions()
        .map(|action| action.command.as_str())
        .collect();
    assert_eq!(commands, ["create_volume", "attach_volume"]);
    assert_eq!(
        (&created.resource.status, created.resource.server),
        (&VolumeStatus::Creating, None)
    );

    let volume = created.wait().await.unwrap();
    assert!(volume.is_available());
    assert_eq!(
        (volume.server, volume.size, &volume.format),
        (Some(web.id), 50, &Some(VolumeFormat::Ext4))
    );
    assert_eq!(
        (volume.location.name.as_str(), volume.labels),
        ("fsn1", Labels::from([("env", "prod")]))
    );
    assert_eq!(
        api.servers().get(web.id).await.unwrap().volumes,
        [volume.id]
    );

    assert_code(api.volumes().delete(volume.id).await, "resource_in_use");
    api.servers()
        .delete(web.id)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(api.volumes().get(volume.id).await.unwrap().server, None);
}

#[tokio::test(start_paused = true)]
async fn attach_detach_and_resize() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let (web, db) = (server(&api, "web-1").await, server(&api, "db").await);
    let volume = api
        .volumes()
        .create("data", 10)
        .location("fsn1")
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(last(&sandbox).0, format!("GET /v1/volumes/{}", volume.id));
    let path = |name: &str| format!("POST /v1/volumes/{}/actions/{name}", volume.id);

    api.volumes()
        .attach(volume.id, web.id)
        .automount(false)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(
        last(&sandbox),
        (
            path("attach"),
            json!({"server": web.id, "automount": false})
        )
    );
    assert_code(
        api.volumes().attach(volume.id, db.id).await,
        "volume_already_attached",
    );
    api.volumes()
        .detach(volume.id)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(last(&sandbox), (path("detach"), json!(null)));
    assert_code(api.volumes().detach(volume.id).await, "service_error");

    api.volumes()
        .resize(volume.id, 20)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(last(&sandbox), (path("resize"), json!({"size": 20})));
    assert_eq!(api.volumes().get(volume.id).await.unwrap().size, 20);
    let error = api.volumes().resize(volume.id, 15).await.unwrap_err();
    assert_eq!(
        (error.code(), error.fields()[0].name.as_str()),
        (Some("invalid_input"), "size")
    );
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_is_told_before_it_is_sent() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    assert_field(api.volumes().create("data", 50).await, "location");
    assert_field(
        api.volumes().create("data", 9).location("fsn1").await,
        "size",
    );
    assert_field(
        api.volumes().create("data", 10_241).location("fsn1").await,
        "size",
    );
    assert_field(
        api.volumes()
            .create("data", 50)
            .location("fsn1")
            .labels([("-", "")])
            .await,
        "labels",
    );
    assert_field(api.volumes().resize(1, 9).await, "size");
    assert_field(api.volumes().update(1).labels([("a", "-")]).await, "labels");
    assert_field(api.volumes().change_protection(1).await, "delete");
    assert!(sandbox.journal().entries().is_empty());
}

#[tokio::test(start_paused = true)]
async fn lists_find_update_protect_and_delete() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    for (name, env) in [("a", "prod"), ("b", "test"), ("c", "prod")] {
        api.volumes()
            .create(name, 10)
            .location("fsn1")
            .labels([("env", env)])
            .await
            .unwrap()
            .wait()
            .await
            .unwrap();
    }
    let list = api
        .volumes()
        .list()
        .status(VolumeStatus::Available)
        .label_selector("env=prod");
    let names: Vec<_> = list
        .sort(Sort::NAME.descending())
        .all()
        .await
        .unwrap()
        .into_iter()
        .map(|volume| volume.name)
        .collect();
    assert_eq!(names, ["c", "a"]);
    let query = "status=available&label_selector=env%3Dprod&sort=name%3Adesc&per_page=50";
    assert_eq!(last_query(&sandbox), query);
    assert_eq!(
        api.volumes()
            .list()
            .status(VolumeStatus::Creating)
            .all()
            .await
            .unwrap()
            .len(),
        0
    );
    assert_eq!(
        api.volumes()
            .list()
            .name("b")
            .page()
            .await
            .unwrap()
            .items
            .len(),
        1
    );

    let volume = api.volumes().find("b").await.unwrap().unwrap();
    assert_eq!(
        api.volumes().find(volume.id).await.unwrap().unwrap().name,
        "b"
    );
    assert!(api.volumes().find("nobody").await.unwrap().is_none());
    let changed = api
        .volumes()
        .update(volume.id)
        .name("d")
        .labels([("x", "y")])
        .await
        .unwrap();
    assert_eq!(last(&sandbox).1, json!({"name": "d", "labels": {"x": "y"}}));
    assert_eq!(
        (changed.name.as_str(), changed.labels.get("x")),
        ("d", Some("y"))
    );
    assert_code(
        api.volumes().update(volume.id).name("a").await,
        "uniqueness_error",
    );
    assert_code(
        api.volumes().create("a", 10).location("fsn1").await,
        "uniqueness_error",
    );

    let protected = api
        .volumes()
        .change_protection(volume.id)
        .delete(true)
        .await
        .unwrap();
    assert_eq!(last(&sandbox).1, json!({"delete": true}));
    protected.wait().await.unwrap();
    assert_code(api.volumes().delete(volume.id).await, "protected");
    api.volumes()
        .change_protection(volume.id)
        .delete(false)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();

    let of_one = api
        .volumes()
        .list_actions_of(volume.id)
        .sort(Sort::ID)
        .all()
        .await
        .unwrap();
    let commands: Vec<_> = of_one
        .iter()
        .map(|action| action.command.as_str())
        .collect();
    assert_eq!(
        commands,
        ["create_volume", "change_protection", "change_protection"]
    );
    assert_eq!(
        api.volumes().get_action(of_one[0].id).await.unwrap(),
        of_one[0]
    );
    assert_eq!(
        last(&sandbox).0,
        format!("GET /v1/volumes/actions/{}", of_one[0].id)
    );
    assert_eq!(api.volumes().list_actions().all().await.unwrap().len(), 5);

    let deleted = api.volumes().delete(volume.id).await.unwrap();
    assert!(deleted.is_none());
    deleted.wait().await.unwrap();
    assert!(
        api.volumes()
            .get(volume.id)
            .await
            .unwrap_err()
            .is_not_found()
    );
}

#[tokio::test(start_paused = true)]
async fn a_volume_that_cannot_be_created_says_so() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let fault = Fault::ActionFailed {
        code: "action_failed".into(),
        message: "no disk".into(),
    };
    sandbox.faults().next_matching("POST /v1/volumes", fault);
    let error = api
        .volumes()
        .create("data", 10)
        .location("fsn1")
        .await
        .unwrap()
        .wait()
        .await
        .unwrap_err();
    assert_eq!(
        error.api::<ActionFailed>().unwrap().action.command,
        "create_volume"
    );
    let full = Fault::Error {
        status: 422,
        code: "no_space_left_in_location".into(),
        message: "full".into(),
    };
    sandbox.faults().next_matching("POST /v1/volumes", full);
    let error = api
        .volumes()
        .create("more", 10)
        .location("fsn1")
        .await
        .unwrap_err();
    assert_eq!(
        error.api::<hetzner::ApiError>().unwrap().code,
        hetzner::ErrorCode::NoSpaceLeftInLocation
    );
}
