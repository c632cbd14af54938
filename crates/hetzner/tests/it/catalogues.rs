//! What there is to choose from, and other small resources.

use cloud_sandbox::Sandbox;
use hetzner::{Architecture, PlacementGroupType, Sort};
use serde_json::json;

use crate::common::{SSH_KEY, client, last};

#[tokio::test(start_paused = true)]
async fn catalogues_and_small_resources() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let cx23 = api.server_types().find("cx23").await.unwrap().unwrap();
    assert_eq!(api.server_types().get(cx23.id).await.unwrap(), cx23);
    assert!(cx23.cores > 0 && cx23.price_in("fsn1").is_some());
    let fsn1 = api.locations().find("fsn1").await.unwrap().unwrap();
    assert_eq!(api.locations().get(fsn1.id).await.unwrap(), fsn1);
    assert!(
        api.locations()
            .list()
            .sort(Sort::NAME)
            .all()
            .await
            .unwrap()
            .is_sorted_by_key(|l| l.name.clone())
    );
    let iso = api
        .isos()
        .list()
        .architecture(Architecture::Arm)
        .all()
        .await
        .unwrap()
        .remove(0);
    assert_eq!(api.isos().get(iso.id).await.unwrap(), iso);
    assert_eq!(
        api.isos()
            .find(iso.name.clone().unwrap())
            .await
            .unwrap()
            .unwrap(),
        iso
    );
    let pricing = api.pricing().await.unwrap();
    assert!(pricing.server_types.iter().any(|t| t.id == cx23.id) && !pricing.currency.is_empty());

    let key = api
        .ssh_keys()
        .create("laptop", SSH_KEY)
        .labels([("team", "web")])
        .await
        .unwrap();
    assert_eq!(
        last(&sandbox).1,
        json!({"name": "laptop", "public_key": SSH_KEY, "labels": {"team": "web"}})
    );
    let found = api
        .ssh_keys()
        .list()
        .fingerprint(key.fingerprint.as_str())
        .all()
        .await
        .unwrap();
    assert_eq!(found, std::slice::from_ref(&key));
    assert_eq!(
        api.ssh_keys()
            .update(key.id)
            .name("desktop")
            .await
            .unwrap()
            .name,
        "desktop"
    );
    assert_eq!(
        api.ssh_keys().find("desktop").await.unwrap().unwrap().id,
        key.id
    );
    api.ssh_keys().delete(key.id).await.unwrap();
    assert!(api.ssh_keys().get(key.id).await.unwrap_err().is_not_found());

    let group = api
        .placement_groups()
        .create("g", PlacementGroupType::Spread)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(
        last(&sandbox).0,
        format!("GET /v1/placement_groups/{}", group.id)
    );
    assert_eq!(
        api.placement_groups()
            .update(group.id)
            .name("h")
            .await
            .unwrap()
            .name,
        "h"
    );
    assert_eq!(
        api.placement_groups().find("h").await.unwrap().unwrap().id,
        group.id
    );
    api.placement_groups().delete(group.id).await.unwrap();
    assert!(api.placement_groups().find("h").await.unwrap().is_none());
}
