//! Images against the sandbox: snapshots and backups of servers, and systems.

use cloud_sandbox::Sandbox;
use hetzner::{Architecture, ErrorCode, ImageType};
use serde_json::json;

use crate::common::{client, last, server};

#[tokio::test(start_paused = true)]
async fn images_are_taken_kept_protected_and_deleted() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let id = server(&api, "web-1").await.id;
    let created = api
        .servers()
        .create_image(id)
        .description("before")
        .kind(ImageType::Snapshot)
        .labels([("a", "b")])
        .await
        .unwrap();
    assert_eq!(
        last(&sandbox).1,
        json!({"description": "before", "type": "snapshot", "labels": {"a": "b"}})
    );
    let image = created.wait().await.unwrap();
    assert!(
        image.is_available()
            && image.kind == ImageType::Snapshot
            && image.created_from.unwrap().id == id
    );

    let changed = api
        .images()
        .update(image.id)
        .description("after")
        .await
        .unwrap();
    assert_eq!(
        last(&sandbox),
        (
            format!("PUT /v1/images/{}", image.id),
            json!({"description": "after"})
        )
    );
    assert_eq!(changed.description, "after");
    api.images()
        .change_protection(image.id)
        .delete(true)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(last(&sandbox).1, json!({"delete": true}));
    let error = api.images().delete(image.id).await.unwrap_err();
    assert_eq!(
        error.api::<hetzner::ApiError>().unwrap().code,
        ErrorCode::Protected
    );
    api.images()
        .change_protection(image.id)
        .delete(false)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    let deleted = api.images().delete(image.id).await.unwrap();
    assert!(deleted.is_none());
    deleted.wait().await.unwrap();
    assert!(api.images().get(image.id).await.unwrap_err().is_not_found());
    let commands: Vec<_> = api
        .images()
        .list_actions_of(image.id)
        .all()
        .await
        .unwrap_or_default()
        .into_iter()
        .map(|a| a.command)
        .collect();
    assert!(
        commands.is_empty() || commands.contains(&"change_protection".to_owned()),
        "{commands:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_image_name_is_shared_by_two_architectures() {
    let api = client(&Sandbox::new());
    let x86 = api
        .images()
        .find("debian-13", Architecture::X86)
        .await
        .unwrap()
        .unwrap();
    let arm = api
        .images()
        .find("debian-13", Architecture::Arm)
        .await
        .unwrap()
        .unwrap();
    assert!(
        x86.id != arm.id
            && x86.architecture == Architecture::X86
            && arm.architecture == Architecture::Arm
    );
    assert_eq!(
        api.images()
            .find(arm.id, Architecture::X86)
            .await
            .unwrap()
            .unwrap()
            .id,
        arm.id
    );
    assert!(
        api.images()
            .find("beos-5", Architecture::X86)
            .await
            .unwrap()
            .is_none()
    );
}
