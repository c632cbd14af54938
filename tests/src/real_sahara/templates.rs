use std::collections::BTreeSet;

use sahara::{ApiError, Configs, ErrorCode, NewNodeGroup, Sort, Version};

use super::world::{IMAGE, NETWORK, VERSIONS, World};

/// What the service says about a refusal.
pub(super) fn details(error: &sahara::Error) -> &ApiError {
    error.api::<ApiError>().unwrap_or_else(|| panic!("{error}"))
}

pub(super) async fn the_life_of_a_node_group_template(world: &World) {
    for version in VERSIONS {
        let api = world.client(version).await;
        let groups = api.node_group_templates();
        let name = |suffix: &str| format!("life-{suffix}");
        let create = groups
            .create(name("a"), "fake", "0.1", "2", ["namenode"])
            .description("d");
        let made = create
            .node_configs(Configs::new().set("general", "Timeout for disk preparing", 400))
            .await
            .unwrap();
        assert_eq!(
            (made.flavor_id.as_str(), made.plugin_version.as_str()),
            ("2", "0.1")
        );
        assert!(made.created_at.is_some() && made.project_id == *api.project_id().unwrap());

        let taken = groups
            .create(name("a"), "fake", "0.1", "2", ["namenode"])
            .await
            .unwrap_err();
        assert!(
            taken.is_conflict() && details(&taken).error_id.is_some(),
            "{taken}"
        );
        let changed = groups
            .update(&made.id)
            .description(None)
            .name(name("b"))
            .plugin("fake", "0.1")
            .await
            .unwrap();
        assert_eq!((changed.description, changed.name), (None, name("b")));
        assert_eq!(groups.find(name("b")).await.unwrap().unwrap().id, made.id);
        assert_eq!(
            groups.find(made.id.to_string()).await.unwrap().unwrap().id,
            made.id
        );
        assert!(groups.find(name("a")).await.unwrap().is_none());

        let exported = groups.export(&made.id).await.unwrap();
        assert!(
            exported.gaps().any(|gap| gap == "flavor_id"),
            "{exported:?}"
        );
        let copy = groups
            .import(&exported)
            .name(name("c"))
            .flavor_id("1")
            .await
            .unwrap();
        assert_eq!(copy.node_processes, ["namenode"]);
        let disks = groups
            .create(name("d"), "fake", "0.1", "1", ["datanode"])
            .volumes_per_node(2)
            .volumes_size(10);
        let disks = disks.auto_security_group(true).await.unwrap();
        assert_eq!((disks.volumes_per_node, disks.volumes_size), (2, 10));

        let ours: BTreeSet<String> = [
            made.id.to_string(),
            copy.id.to_string(),
            disks.id.to_string(),
        ]
        .into();
        for sort in [
            Sort::NAME.descending(),
            Sort::by("created_at"),
            Sort::by("plugin_name"),
            Sort::by("plugin_version"),
        ] {
            let all = groups
                .list()
                .sort(sort.clone())
                .plugin_name("fake")
                .plugin_version("0.1")
                .all()
                .await
                .unwrap();
            let all: BTreeSet<String> = all
                .into_iter()
                .map(|template| template.id.to_string())
                .collect();
            assert!(all.is_superset(&ours), "{sort}");
        }
        groups.update(&made.id).is_protected(true).await.unwrap();
        let kept = groups.delete(&made.id).await.unwrap_err();
        assert!(details(&kept).is_protected(), "{kept}");
        let kept = groups.update(&made.id).description("x").await.unwrap_err();
        assert!(details(&kept).is_protected(), "{kept}");
        groups.update(&made.id).is_protected(false).await.unwrap();
        for id in ours {
            groups.delete(id).await.unwrap();
        }
        assert!(groups.get(&made.id).await.unwrap_err().is_not_found());
        assert!(groups.delete(&made.id).await.unwrap_err().is_not_found());
    }
}

pub(super) async fn the_life_of_a_cluster_template(world: &World) {
    for version in VERSIONS {
        let api = world.client(version).await;
        let (groups, templates) = (api.node_group_templates(), api.cluster_templates());
        let workers = groups
            .create("ct-worker", "fake", "0.1", "2", ["datanode"])
            .await
            .unwrap();
        let master = NewNodeGroup::new("master", "1", ["namenode", "jobtracker"]);
        let create = templates
            .create("ct-small", "fake", "0.1")
            .image(IMAGE)
            .network(NETWORK)
            .description("d");
        let made = create
            .node_group(master, 1)
            .node_group(&workers, 2)
            .await
            .unwrap();
        assert_eq!(
            (made.node_groups.len(), made.plugin_version.as_str()),
            (2, "0.1")
        );
        assert_eq!(
            made.node_groups
                .iter()
                .map(|group| group.count)
                .sum::<u32>(),
            3
        );
        let taken = templates
            .create("ct-small", "fake", "0.1")
            .await
            .unwrap_err();
        assert!(taken.is_conflict(), "{taken}");
        let used = groups.delete(&workers.id).await.unwrap_err();
        assert!(details(&used).is_in_use(), "{used}");

        let update = templates
            .update(&made.id)
            .cluster_configs(Configs::new().set("general", "Enable XFS", false));
        let all = NewNodeGroup::new("all", "1", ["namenode"]);
        let changed = update
            .node_group(all, 1)
            .plugin("fake", "0.1")
            .description(None)
            .await
            .unwrap();
        assert_eq!(
            (
                changed.node_groups.len(),
                changed.node_groups[0].name.as_str()
            ),
            (1, "all")
        );
        assert_eq!(changed.description, None);
        // Settings are looked at in creations, and not in changes.
        let unknown = Configs::new().set("general", "x", 1);
        templates
            .update(&made.id)
            .cluster_configs(unknown.clone())
            .await
            .unwrap();
        let refused = templates
            .create("ct-bad", "fake", "0.1")
            .cluster_configs(unknown)
            .await
            .unwrap_err();
        assert_eq!(
            details(&refused).code,
            Some(ErrorCode::InvalidReference),
            "{refused}"
        );
        templates
            .update(&made.id)
            .cluster_configs(Configs::new().set("general", "Enable XFS", false))
            .await
            .unwrap();

        let exported = templates.export(&made.id).await.unwrap();
        let group = NewNodeGroup::new("b", "1", ["datanode"]);
        let import = templates
            .import(&exported)
            .name("ct-copy")
            .image(IMAGE)
            .node_group(group, 2);
        let copy = import.await.unwrap();
        assert_eq!(copy.node_groups[0].count, 2);
        assert_eq!(
            templates.find("ct-copy").await.unwrap().unwrap().id,
            copy.id
        );
        assert_eq!(templates.get(&copy.id).await.unwrap().name, "ct-copy");
        let named = templates
            .list()
            .name("ct-copy")
            .plugin_name("fake")
            .plugin_version("0.1")
            .all()
            .await
            .unwrap();
        assert_eq!(named.len(), 1);
        templates.update(&copy.id).is_protected(true).await.unwrap();
        assert!(details(&templates.delete(&copy.id).await.unwrap_err()).is_protected());
        templates
            .update(&copy.id)
            .is_protected(false)
            .await
            .unwrap();
        for id in [&made.id, &copy.id] {
            templates.delete(id).await.unwrap();
        }
        groups.delete(&workers.id).await.unwrap();
        assert!(templates.get(&made.id).await.unwrap_err().is_not_found());
    }
}

pub(super) async fn what_others_make_public_is_seen_and_not_changed(world: &World) {
    for version in VERSIONS {
        let mine = world.client(version).await;
        let other = world
            .connect(World::password("demo", "other"), version)
            .await;
        let (ours, theirs) = (mine.node_group_templates(), other.node_group_templates());
        let hidden = theirs
            .create("pub-hidden", "fake", "0.1", "1", ["datanode"])
            .await
            .unwrap();
        assert!(ours.get(&hidden.id).await.unwrap_err().is_not_found());
        let public = theirs
            .create("pub-shown", "fake", "0.1", "1", ["datanode"])
            .is_public(true)
            .await
            .unwrap();
        let seen = ours.find("pub-shown").await.unwrap().unwrap();
        assert_eq!(seen.project_id, *other.project_id().unwrap());
        let refused = ours
            .update(&public.id)
            .description("mine")
            .await
            .unwrap_err();
        assert!(
            refused.is_auth() && details(&refused).is_foreign(),
            "{refused}"
        );
        let refused = ours.delete(&public.id).await.unwrap_err();
        assert!(details(&refused).is_foreign(), "{refused}");
        // Of two with a name, the project's own is found.
        let own = ours
            .create("pub-own", "fake", "0.1", "1", ["datanode"])
            .await
            .unwrap();
        theirs.update(&public.id).name("pub-own").await.unwrap();
        assert_eq!(ours.find("pub-own").await.unwrap().unwrap().id, own.id);
        theirs.delete(&hidden.id).await.unwrap();
        theirs.delete(&public.id).await.unwrap();
        ours.delete(&own.id).await.unwrap();
    }
}

/// What one version writes, the other reads, in the same words.
pub(super) async fn what_is_used_stays(world: &World) {
    let (old, new) = (
        world.client(Version::V1_1).await,
        world.client(Version::V2).await,
    );
    let made = old
        .node_group_templates()
        .create("both", "fake", "0.1", "1", ["datanode"])
        .await
        .unwrap();
    let read = new.node_group_templates().get(&made.id).await.unwrap();
    assert_eq!(
        (&read.plugin_version, &read.project_id),
        (&made.plugin_version, &made.project_id)
    );
    let template = new
        .cluster_templates()
        .create("both", "fake", "0.1")
        .node_group(&read, 1)
        .await
        .unwrap();
    for api in [&old, &new] {
        let used = api
            .node_group_templates()
            .delete(&made.id)
            .await
            .unwrap_err();
        assert!(details(&used).is_in_use(), "{used}");
    }
    assert_eq!(
        old.cluster_templates()
            .get(&template.id)
            .await
            .unwrap()
            .node_groups
            .len(),
        1
    );
    old.cluster_templates().delete(&template.id).await.unwrap();
    new.node_group_templates().delete(&made.id).await.unwrap();
}
