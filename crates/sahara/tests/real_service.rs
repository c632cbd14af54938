//! The client against a real Keystone and a real Sahara, which `cargo xtask real-sahara up` runs on loopback.
//!
//! `OS_AUTH_URL` and the login come from the environment, as for any program:
//!
//! ```console
//! $ export OS_AUTH_URL=... OS_USERNAME=demo OS_PASSWORD=demo-pw OS_PROJECT_NAME=demo
//! $ cargo test -p cloud-sahara --test real_service -- --ignored
//! ```
//!
//! Whatever is made has a name of its own and is deleted again.

mod common;

use std::collections::BTreeSet;

use cloud_core::config::Environment;
use common::VERSIONS_OF_THE_API;
use sahara::config::Settings;
use sahara::{ApiError, Client, Cloud, CloudBuilder, Configs, ErrorCode, Sort, Version};

fn builder() -> CloudBuilder {
    Cloud::builder().settings(Settings::load(&Environment::process()).unwrap())
}

async fn client(version: Version) -> Client {
    builder().build().unwrap().data_processing().version(version).await.unwrap()
}

fn details(error: &sahara::Error) -> &ApiError {
    error.api::<ApiError>().unwrap_or_else(|| panic!("{error}"))
}

#[tokio::test]
#[ignore = "needs real servers"]
async fn the_service_is_found() {
    let cloud = builder().build().unwrap();
    let newest = cloud.data_processing().await.unwrap();
    println!("{}", newest.explain());
    assert_eq!(newest.version(), Version::V2);
    let token = cloud.token().await.unwrap();
    assert!(token.expires_at.is_some() && token.project.is_some());
    for version in VERSIONS_OF_THE_API {
        assert!(cloud.data_processing().version(version).await.unwrap().endpoint().contains(version.as_str()));
    }
}

#[tokio::test]
#[ignore = "needs real servers"]
async fn the_life_of_a_template_in_both_versions() {
    for (version, prefix) in [(Version::V1_1, "real-one"), (Version::V2, "real-two")] {
        let api = client(version).await;
        let groups = api.node_group_templates();
        let name = |suffix: &str| format!("{prefix}-{suffix}");
        let create = groups.create(name("a"), "fake", "0.1", "2", ["namenode"]).description("d");
        let made = create.node_configs(Configs::new().set("general", "Timeout for disk preparing", 400)).await.unwrap();
        assert_eq!((made.flavor_id.as_str(), made.plugin_version.as_str()), ("2", "0.1"));
        assert!(made.created_at.is_some() && made.project_id == *api.project_id());

        let taken = groups.create(name("a"), "fake", "0.1", "2", ["namenode"]).await.unwrap_err();
        assert!(taken.is_conflict() && details(&taken).error_id.is_some(), "{taken}");
        let flavor = groups.create(name("x"), "fake", "0.1", "99", ["namenode"]).await.unwrap_err();
        assert!(details(&flavor).is_reference_missing(), "{flavor}");
        let process = groups.create(name("x"), "fake", "0.1", "1", ["nope"]).await.unwrap_err();
        assert_eq!(details(&process).code, Some(ErrorCode::InvalidReference), "{process}");

        let changed = groups.update(&made.id).description(None).name(name("b")).plugin("fake", "0.1").await.unwrap();
        assert_eq!((changed.description, changed.name), (None, name("b")));
        assert_eq!(groups.find(name("b")).await.unwrap().unwrap().id, made.id);
        assert_eq!(groups.find(made.id.to_string()).await.unwrap().unwrap().id, made.id);

        let exported = groups.export(&made.id).await.unwrap();
        let copy = groups.import(&exported).name(name("c")).flavor_id("1").await.unwrap();
        assert_eq!(copy.node_processes, ["namenode"]);
        let disks = groups.create(name("d"), "fake", "0.1", "1", ["datanode"]).volumes_per_node(2).volumes_size(10);
        let disks = disks.auto_security_group(true).await.unwrap();
        assert_eq!((disks.volumes_per_node, disks.volumes_size), (2, 10));

        let ours: BTreeSet<String> = [made.id.to_string(), copy.id.to_string(), disks.id.to_string()].into();
        for size in 1..5 {
            let all = groups.list().per_page(size).all().await.unwrap();
            let all: BTreeSet<String> = all.into_iter().map(|template| template.id.to_string()).collect();
            assert!(all.is_superset(&ours), "{size}");
        }
        for sort in [Sort::NAME.descending(), Sort::CREATED_AT, Sort::PLUGIN_NAME, Sort::PLUGIN_VERSION] {
            let all = groups.list().sort(sort.clone()).plugin_name("fake").plugin_version("0.1").all().await.unwrap();
            let all: BTreeSet<String> = all.into_iter().map(|template| template.id.to_string()).collect();
            assert!(all.is_superset(&ours), "{sort}");
        }
        let order = groups.list().sort(Sort::by("colour")).await.unwrap_err();
        assert!(order.is_invalid_input() && order.code().is_none(), "{order}");

        groups.update(&made.id).is_protected(true).await.unwrap();
        let kept = groups.delete(&made.id).await.unwrap_err();
        assert!(details(&kept).is_protected(), "{kept}");
        groups.update(&made.id).is_protected(false).await.unwrap();
        for id in ours {
            groups.delete(id).await.unwrap();
        }
        assert!(groups.get(&made.id).await.unwrap_err().is_not_found());
    }
}
