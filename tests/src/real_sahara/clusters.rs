use sahara::clusters::Health;
use sahara::{Client, Cluster, ClusterStatus, ClusterTemplate, ErrorKind, NewNodeGroup, Version};

use super::templates::details;
use super::world::{IMAGE, KEYPAIR, NETWORK, VERSIONS, World};

/// A template of one master and two workers.
async fn template(api: &Client, name: &str) -> ClusterTemplate {
    let create = api
        .cluster_templates()
        .create(name, "fake", "0.1")
        .image(IMAGE)
        .network(NETWORK);
    let create = create.node_group(
        NewNodeGroup::new("master", "1", ["namenode", "jobtracker"]),
        1,
    );
    create
        .node_group(NewNodeGroup::new("worker", "2", ["datanode"]), 2)
        .await
        .unwrap()
}

/// An active cluster, with the template of its name.
pub(super) async fn small(api: &Client, name: &str) -> Cluster {
    let template = template(api, name).await;
    api.clusters()
        .create(name, &template)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap()
}

/// Deletes a cluster and the template of its name.
pub(super) async fn remove(api: &Client, cluster: &Cluster) {
    api.clusters()
        .delete(&cluster.id)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    api.cluster_templates()
        .delete(cluster.cluster_template_id.as_ref().unwrap())
        .await
        .unwrap();
}

pub(super) async fn the_life_of_a_cluster(world: &World) {
    for version in VERSIONS {
        let api = world.client(version).await;
        let template = template(&api, "life").await;
        let clusters = api.clusters();
        let work = clusters
            .create("life", &template)
            .keypair(KEYPAIR)
            .description("d")
            .await
            .unwrap();
        let early = clusters
            .scale(&work.id)
            .resize("worker", 3)
            .await
            .unwrap_err();
        assert_eq!(early.code(), Some("INVALID_REFERENCE"), "{early}");
        let mut waiter = work.wait();
        let mut told = Vec::new();
        while let Some(progress) = waiter.progress().await.unwrap() {
            told.push(progress);
        }
        assert!(
            !told.is_empty()
                && told
                    .windows(2)
                    .all(|pair| pair[0].percent <= pair[1].percent),
            "{told:?}"
        );
        let cluster = waiter.await.unwrap();
        assert_eq!(
            (&cluster.status, cluster.instances().count()),
            (&ClusterStatus::Active, 3)
        );
        assert_eq!(cluster.cluster_template_id.as_ref(), Some(&template.id));
        assert!(
            cluster
                .instances()
                .all(|instance| instance.internal_ip.is_some()),
            "{cluster:?}"
        );
        assert_eq!(
            (
                cluster.user_keypair_id.as_deref(),
                cluster.description.as_deref()
            ),
            (Some(KEYPAIR), Some("d"))
        );
        let seen = clusters.get_with_progress(&cluster.id).await.unwrap();
        assert!(
            !seen.provision_progress.is_empty() && seen.management_public_key.is_some(),
            "{seen:?}"
        );
        assert!(
            seen.provision_progress
                .iter()
                .all(|step| step.successful == Some(true)),
            "{seen:?}"
        );
        assert!(
            clusters
                .create("life", &template)
                .await
                .unwrap_err()
                .is_conflict()
        );
        assert_eq!(clusters.find("life").await.unwrap().unwrap().id, cluster.id);
        let listed = clusters
            .list()
            .name("life")
            .plugin_name("fake")
            .plugin_version("0.1")
            .all()
            .await
            .unwrap();
        assert_eq!(listed.len(), 1);
        let unknown = clusters
            .create("nk", &template)
            .keypair("nope")
            .await
            .unwrap_err();
        assert!(details(&unknown).is_reference_missing(), "{unknown}");

        let first = clusters.wait_verified(&cluster.id).await.unwrap();
        let second = clusters
            .verify(&cluster.id)
            .await
            .unwrap()
            .wait()
            .await
            .unwrap();
        assert_eq!(
            (&second.status, first.id == second.id),
            (&Health::Green, false)
        );
        assert!(!second.checks.is_empty());

        let extra = NewNodeGroup::new("extra", "1", ["tasktracker"]);
        let scaled = clusters
            .scale(&cluster.id)
            .resize("worker", 4)
            .add(extra, 1)
            .await
            .unwrap()
            .wait()
            .await
            .unwrap();
        assert_eq!(scaled.instances().count(), 6);
        let scaled = clusters
            .scale(&cluster.id)
            .resize("extra", 0)
            .await
            .unwrap()
            .wait()
            .await
            .unwrap();
        assert_eq!(scaled.instances().count(), 5);
        let unknown = clusters
            .scale(&cluster.id)
            .resize("nope", 3)
            .await
            .unwrap_err();
        assert_eq!(unknown.code(), Some("INVALID_REFERENCE"), "{unknown}");

        assert!(
            clusters
                .update(&cluster.id)
                .is_protected(true)
                .await
                .unwrap()
                .is_protected
        );
        let refused = clusters.delete(&cluster.id).await.unwrap_err();
        assert!(details(&refused).is_protected(), "{refused}");
        let changed = clusters
            .update(&cluster.id)
            .is_protected(false)
            .name("life-2")
            .description(None)
            .await
            .unwrap();
        assert_eq!(
            (changed.name.as_str(), changed.description),
            ("life-2", None)
        );
        let used = api
            .cluster_templates()
            .delete(&template.id)
            .await
            .unwrap_err();
        assert!(details(&used).is_in_use(), "{used}");
        clusters
            .delete(&cluster.id)
            .await
            .unwrap()
            .wait()
            .await
            .unwrap();
        assert!(clusters.get(&cluster.id).await.unwrap_err().is_not_found());
        api.cluster_templates().delete(&template.id).await.unwrap();
    }
}

pub(super) async fn nodes_that_go_are_chosen_and_deletions_forced(world: &World) {
    let api = world.client(Version::V2).await;
    let cluster = small(&api, "chosen").await;
    let oldest = cluster.node_group("worker").unwrap().instances[0].clone();
    let shrink =
        api.clusters()
            .scale(&cluster.id)
            .shrink("worker", 1, [oldest.instance_id.unwrap()]);
    let smaller = shrink.await.unwrap().wait().await.unwrap();
    let left = &smaller.node_group("worker").unwrap().instances;
    assert!(left.len() == 1 && left[0].id != oldest.id, "{left:?}");
    // The engine lacks it when it runs within the server.
    assert!(
        api.clusters()
            .update_keypair(&cluster.id)
            .await
            .unwrap_err()
            .is_server()
    );
    let removal = api.clusters().force_delete(&cluster.id).await.unwrap();
    assert!(
        removal.stack_name.as_deref().unwrap().starts_with("chosen"),
        "{removal:?}"
    );
    removal.wait().await.unwrap();
    api.cluster_templates()
        .delete(cluster.cluster_template_id.as_ref().unwrap())
        .await
        .unwrap();
}

pub(super) async fn several_are_made_at_once(world: &World) {
    for version in VERSIONS {
        let api = world.client(version).await;
        let template = template(&api, "several").await;
        let work = api
            .clusters()
            .create_several("several", &template, 3)
            .await
            .unwrap();
        let clusters = work.wait().await.unwrap();
        let names: Vec<&str> = clusters
            .iter()
            .map(|cluster| cluster.name.as_str())
            .collect();
        assert_eq!(names, ["several-1", "several-2", "several-3"]);
        let mut wanted: Vec<_> = clusters
            .iter()
            .map(|cluster| cluster.id.to_string())
            .collect();
        wanted.sort_unstable();
        for sort in ["id", "name", "plugin_name", "hadoop_version", "status"] {
            for size in [1, 2, 3, 4] {
                let list = api
                    .clusters()
                    .list()
                    .sort(sahara::Sort::by(sort))
                    .per_page(size)
                    .all()
                    .await
                    .unwrap();
                let mut ids: Vec<_> = list.iter().map(|cluster| cluster.id.to_string()).collect();
                ids.retain(|id| wanted.contains(id));
                ids.sort_unstable();
                assert_eq!(ids, wanted, "{sort}, {size} a page");
            }
        }
        for cluster in &clusters {
            api.clusters().delete(&cluster.id).await.unwrap();
        }
        for cluster in &clusters {
            api.clusters().wait_gone(&cluster.id).await.unwrap();
        }
        api.cluster_templates().delete(&template.id).await.unwrap();
    }
}

pub(super) async fn a_creation_that_fails(world: &World) {
    for version in VERSIONS {
        let api = world.client(version).await;
        let template = template(&api, "fails").await;
        world.fail_next_stack("No valid host").await;
        let work = api.clusters().create("fails", &template).await.unwrap();
        let error = work.wait().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WorkFailed, "{error}");
        assert!(
            error
                .to_string()
                .contains("cluster fails is in Error: Creating cluster failed"),
            "{error}"
        );
        assert!(error.to_string().contains("No valid host"), "{error}");
        assert_eq!(error.api::<Cluster>().unwrap().status, ClusterStatus::Error);
        remove(&api, &work).await;
    }
}

pub(super) async fn a_quota_leaves_a_cluster_behind(world: &World) {
    for version in VERSIONS {
        let api = world.client(version).await;
        let template = template(&api, "quota").await;
        world.limit_instances(2).await;
        let refused = api.clusters().create("quota", &template).await.unwrap_err();
        world.limit_instances(1000).await;
        assert!(details(&refused).is_quota(), "{refused}");
        let leftover = api
            .clusters()
            .find_leftover("quota")
            .await
            .unwrap()
            .unwrap();
        remove(&api, &leftover).await;
        assert!(
            api.clusters()
                .find_leftover("quota")
                .await
                .unwrap()
                .is_none()
        );
    }
}

/// The service undoes the scaling, and the cluster is `Active` again.
pub(super) async fn a_scaling_that_fails(world: &World) {
    for version in VERSIONS {
        let api = world.client(version).await;
        let cluster = small(&api, "rescaled").await;
        world.fail_next_stack("No valid host").await;
        let work = api
            .clusters()
            .scale(&cluster.id)
            .resize("worker", 5)
            .await
            .unwrap();
        let error = work.wait().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WorkFailed, "{error}");
        assert!(error.to_string().contains("No valid host"), "{error}");
        // The next one is not taken for failed because the last one has.
        let work = api
            .clusters()
            .scale(&cluster.id)
            .resize("worker", 4)
            .await
            .unwrap();
        assert_eq!(work.wait().await.unwrap().instances().count(), 5);
        remove(&api, &cluster).await;
    }
}

/// A cluster acts for its maker by a trust, which a restricted credential cannot give.
pub(super) async fn application_credentials_and_trusts(world: &World) {
    for version in VERSIONS {
        let api = world.client(version).await;
        let template = template(&api, "trusts").await;
        let restricted = world.connect(world.credential(true), version).await;
        let work = restricted
            .clusters()
            .create("trusts-no", &template)
            .await
            .unwrap();
        let error = work.wait().await.unwrap_err();
        assert!(
            error.to_string().contains("Failed to create trust"),
            "{error}"
        );
        assert_eq!(error.api::<Cluster>().unwrap().status, ClusterStatus::Error);
        api.clusters()
            .delete(&work.id)
            .await
            .unwrap()
            .wait()
            .await
            .unwrap();
        // What needs no trust, it may do.
        let groups = restricted.node_group_templates();
        let group = groups
            .create("trusts", "fake", "0.1", "1", ["datanode"])
            .await
            .unwrap();
        groups.delete(&group.id).await.unwrap();

        let unrestricted = world.connect(world.credential(false), version).await;
        let cluster = unrestricted
            .clusters()
            .create("trusts-yes", &template)
            .await
            .unwrap()
            .wait()
            .await
            .unwrap();
        assert_eq!(cluster.status, ClusterStatus::Active);
        unrestricted
            .clusters()
            .delete(&cluster.id)
            .await
            .unwrap()
            .wait()
            .await
            .unwrap();
        api.cluster_templates().delete(&template.id).await.unwrap();
    }
}

/// While a cluster goes away, the real server answers some looks with nonsense: 200 and a text in v1.1, 500 in v2.
pub(super) async fn the_race_of_a_deletion(world: &World) {
    const DELETIONS: u32 = 50;
    const AT_ONCE: u32 = 5;
    world.stack_seconds(0.0).await;
    for version in VERSIONS {
        let api = world.client(version).await;
        let create = api
            .cluster_templates()
            .create("race", "fake", "0.1")
            .image(IMAGE)
            .network(NETWORK);
        let template = create
            .node_group(NewNodeGroup::new("a", "1", ["namenode"]), 1)
            .await
            .unwrap();
        for _ in 0..DELETIONS / 2 / AT_ONCE {
            let work = api
                .clusters()
                .create_several("race", &template, AT_ONCE)
                .await
                .unwrap();
            for cluster in work.wait().await.unwrap() {
                world.race_next_deletion();
                // Looks as often as a look takes: the moment is short.
                let removal = api.clusters().delete(&cluster.id).await.unwrap();
                removal.wait().await.unwrap();
                assert!(
                    api.clusters()
                        .get(&cluster.id)
                        .await
                        .unwrap_err()
                        .is_not_found()
                );
            }
        }
        api.cluster_templates().delete(&template.id).await.unwrap();
    }
    world.stack_seconds(1.0).await;
}
