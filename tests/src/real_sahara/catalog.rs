use sahara::clusters::ClusterStatus;
use sahara::{JobType, Version};

use super::world::{IMAGE, NETWORK, NOWHERE, UNREGISTERED_IMAGE, VERSIONS, World};

pub(super) async fn plugins_and_their_versions(world: &World) {
    for version in VERSIONS {
        let api = world.client(version).await;
        let plugins = api.plugins().list().all().await.unwrap();
        let mut names: Vec<&str> = plugins.iter().map(|plugin| plugin.name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["fake", "vanilla"]);
        let vanilla = api.plugins().get("vanilla").await.unwrap();
        assert!(
            vanilla.is_enabled("2.7.1") && !vanilla.title.is_empty(),
            "{vanilla:?}"
        );
        let details = api.plugins().get_version("vanilla", "2.7.1").await.unwrap();
        assert!(
            details
                .processes()
                .any(|process| process == ("HDFS", "namenode")),
            "{:?}",
            details.node_processes
        );
        assert!(details.targets().any(|target| target == "HDFS"));
        assert!(
            details.required_image_tags.iter().any(|tag| tag == "2.7.1"),
            "{:?}",
            details.required_image_tags
        );
        let fake = api.plugins().get_version("fake", "0.1").await.unwrap();
        let timeout = "Timeout for disk preparing";
        assert!(
            fake.configs.iter().any(|config| config.name == timeout),
            "{:?}",
            fake.configs
        );
        assert!(
            api.plugins()
                .get("nothing")
                .await
                .unwrap_err()
                .is_not_found()
        );
        let unknown = api.plugins().get_version("fake", "9").await.unwrap_err();
        // The plugin is there, so this is for the service a mistake and nothing that is missing.
        assert!(
            unknown.is_not_found() || unknown.is_invalid_input(),
            "{unknown}"
        );
    }
    let api = world.client(Version::V1_1).await;
    let error = api
        .plugins()
        .convert_config("fake", "0.1", "t", "file")
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("INVALID_REFERENCE"), "{error}");
}

pub(super) async fn labels_are_changed_by_administrators_only(world: &World) {
    for version in VERSIONS {
        let (api, admin) = (
            world.client(version).await,
            world.administrator(version).await,
        );
        let refused = api
            .plugins()
            .update("fake")
            .label("hidden", true)
            .await
            .unwrap_err();
        assert!(refused.is_auth(), "{refused}");
        let changed = admin
            .plugins()
            .update("fake")
            .label("hidden", true)
            .version_label("0.1", "enabled", false);
        let changed = changed.await.unwrap();
        assert!(
            changed.plugin_labels["hidden"].status && !changed.is_enabled("0.1"),
            "{changed:?}"
        );
        let refused = api
            .clusters()
            .create("labels", ("fake", "0.1"))
            .image(IMAGE)
            .network(NETWORK)
            .await;
        assert_eq!(refused.unwrap_err().code(), Some("INVALID_REFERENCE"));
        let refused = admin
            .plugins()
            .update("vanilla")
            .label("stable", false)
            .await
            .unwrap_err();
        assert_eq!(refused.code(), Some("INVALID_DATA"), "{refused}");
        let refused = admin
            .plugins()
            .update("fake")
            .label("colour", true)
            .await
            .unwrap_err();
        assert!(refused.is_invalid_input(), "{refused}");
        let restored = admin
            .plugins()
            .update("fake")
            .label("hidden", false)
            .version_label("0.1", "enabled", true);
        assert!(restored.await.unwrap().is_enabled("0.1"));
        assert!(
            api.clusters()
                .find("labels")
                .await
                .unwrap()
                .is_none_or(|left| left.status == ClusterStatus::Error)
        );
    }
}

pub(super) async fn images_and_their_tags(world: &World) {
    for version in VERSIONS {
        let api = world.client(version).await;
        let images = api.images();
        let tagged = images.list().tag("fake").tag("0.1").all().await.unwrap();
        assert!(
            tagged.iter().any(|image| image.id.as_str() == IMAGE),
            "{tagged:?}"
        );
        assert!(images.find(UNREGISTERED_IMAGE).await.unwrap().is_none());
        let refused = images.get(UNREGISTERED_IMAGE).await.unwrap_err();
        assert_eq!(refused.code(), Some("IMAGE_NOT_REGISTERED"), "{refused}");
        let image = images
            .register(UNREGISTERED_IMAGE, "debian")
            .description("d")
            .await
            .unwrap();
        assert_eq!(
            (image.description.as_deref(), image.username.as_deref()),
            (Some("d"), Some("debian"))
        );
        assert_eq!(
            images
                .update_tags(&image, ["fake", "0.1", "x"])
                .await
                .unwrap()
                .tags
                .len(),
            3
        );
        let mut tags = images.update_tags(&image, ["0.1", "y"]).await.unwrap().tags;
        tags.sort_unstable();
        assert_eq!(tags, ["0.1", "y"]);
        if version == Version::V1_1 {
            assert_eq!(images.tag(&image, ["z"]).await.unwrap().tags.len(), 3);
            assert_eq!(
                images.untag(&image, ["z", "y"]).await.unwrap().tags,
                ["0.1"]
            );
        } else {
            assert_eq!(images.set_tags(&image, ["z"]).await.unwrap().tags, ["z"]);
            assert_eq!(images.tags(&image).await.unwrap(), ["z"]);
            images.delete_tags(&image).await.unwrap();
            assert!(images.tags(&image).await.unwrap().is_empty());
        }
        assert_eq!(
            images.find(image.name.as_str()).await.unwrap().unwrap().id,
            image.id
        );
        assert_eq!(
            images.list().name(&*image.name).all().await.unwrap().len(),
            1
        );
        assert_eq!(images.get(&image).await.unwrap().id, image.id);
        images.unregister(&image).await.unwrap();
        assert!(images.find(image.name.as_str()).await.unwrap().is_none());
        assert!(
            images
                .register(NOWHERE, "debian")
                .await
                .unwrap_err()
                .is_not_found()
        );
    }
}

pub(super) async fn types_of_jobs_and_their_hints(world: &World) {
    for version in VERSIONS {
        let api = world.client(version).await;
        let all = api.job_types().list().all().await.unwrap();
        for kind in &all {
            assert!(JobType::KNOWN.contains(&kind.name), "{}", kind.name);
            api.job_templates()
                .config_hints(kind.name.clone())
                .await
                .unwrap();
        }
        assert!(all.len() >= 6, "{all:?}");
        let fake = api
            .job_types()
            .list()
            .plugin_name("fake")
            .kind(JobType::Pig)
            .all()
            .await
            .unwrap();
        assert_eq!((fake.len(), fake[0].plugins.len()), (1, 1));
        assert_eq!(fake[0].plugins[0].name, "fake");
        assert!(
            !api.job_templates()
                .config_hints(JobType::Pig)
                .await
                .unwrap()
                .configs
                .is_empty()
        );
        assert!(
            api.job_templates()
                .config_hints("Fortran")
                .await
                .unwrap_err()
                .is_not_found()
        );
    }
    let api = world.client(Version::V1_1).await;
    let types = api
        .job_types()
        .list()
        .kind("Hive")
        .plugin_name("vanilla")
        .with_hints()
        .all()
        .await
        .unwrap();
    let hints = types[0].plugins[0]
        .versions
        .values()
        .next()
        .unwrap()
        .as_ref()
        .unwrap();
    assert!(!hints.job_config.as_ref().unwrap().configs.is_empty());
}
