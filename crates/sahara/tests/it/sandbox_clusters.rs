//! Clusters, their templates, plugins and images against the stateful sandbox, in both versions.

use std::time::Duration;

use crate::common::VERSIONS_OF_THE_API;
use cloud_sandbox::sahara::{IMAGE, KEYPAIR, NETWORK, UNREGISTERED_IMAGE};
use cloud_sandbox::{Fault, Sandbox, keystone};
use sahara::DomainId;
use sahara::clusters::Health;
use sahara::keystone::{ApplicationCredential, Project, User};
use sahara::{
    ApiError, Client, Cloud, ClusterStatus, ClusterTemplate, Configs, ErrorKind, Login,
    NewNodeGroup, Sort, Version,
};

async fn client(sandbox: &Sandbox, user: &str, version: Version) -> Client {
    let user_named = User::named(user, "Default");
    let login = Login::password(
        user_named,
        format!("{user}-pw"),
        Project::named("demo", DomainId::from("default")),
    );
    logged_in(sandbox, login, version).await
}

async fn logged_in(sandbox: &Sandbox, login: Login, version: Version) -> Client {
    let builder = Cloud::builder()
        .auth_url("https://cloud.test:5000")
        .transport(sandbox.openstack())
        .login(login);
    let builder = builder.clock(cloud_core::test_util::PausedClock::new());
    builder
        .build()
        .unwrap()
        .data_processing()
        .version(version)
        .await
        .unwrap()
}

async fn template(api: &Client) -> ClusterTemplate {
    let workers = api
        .node_group_templates()
        .create("worker", "fake", "0.1", "2", ["datanode"])
        .await
        .unwrap();
    let create = api
        .cluster_templates()
        .create("small", "fake", "0.1")
        .image(IMAGE)
        .network(NETWORK);
    let master = NewNodeGroup::new("master", "1", ["namenode", "jobtracker"]);
    create
        .node_group(master, 1)
        .node_group(&workers, 2)
        .await
        .unwrap()
}

fn failing(message: &str) -> Fault {
    Fault::ActionFailed {
        code: "failed".into(),
        message: message.into(),
    }
}

#[tokio::test(start_paused = true)]
async fn the_life_of_a_cluster_in_both_versions() {
    for version in VERSIONS_OF_THE_API {
        let sandbox = Sandbox::new();
        let api = client(&sandbox, "demo", version).await;
        let template = template(&api).await;
        let clusters = api.clusters();
        let mut work = clusters
            .create("night-run", &template)
            .keypair(KEYPAIR)
            .await
            .unwrap()
            .wait();
        let mut told = Vec::new();
        while let Some(progress) = work.progress().await.unwrap() {
            told.push(progress);
        }
        assert!(
            told.windows(2)
                .all(|pair| pair[0].percent <= pair[1].percent),
            "{told:?}"
        );
        assert!(
            told.iter()
                .any(|progress| progress.what.contains("Wait for instance accessibility")),
            "{told:?}"
        );
        let cluster = work.await.unwrap();
        assert_eq!(
            (&cluster.status, cluster.instances().count()),
            (&ClusterStatus::Active, 3)
        );
        assert_eq!(cluster.cluster_template_id.as_ref(), Some(&template.id));
        assert!(
            cluster
                .instances()
                .all(|instance| instance.internal_ip.is_some())
        );
        let taken = clusters.create("night-run", &template).await.unwrap_err();
        assert!(taken.is_conflict(), "{taken}");
        assert_eq!(
            clusters.find("night-run").await.unwrap().unwrap().id,
            cluster.id
        );

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
        assert_eq!(second.checks.len(), 1);

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

        let refused = clusters
            .update(&cluster.id)
            .is_protected(true)
            .await
            .unwrap();
        assert!(refused.is_protected);
        let refused = clusters.delete(&cluster.id).await.unwrap_err();
        assert!(
            refused.api::<ApiError>().unwrap().is_protected(),
            "{refused}"
        );
        let changed = clusters
            .update(&cluster.id)
            .is_protected(false)
            .name("day-run")
            .description(None)
            .await
            .unwrap();
        assert_eq!(
            (changed.name.as_str(), changed.description),
            ("day-run", None)
        );
        let in_use = api
            .cluster_templates()
            .delete(&template.id)
            .await
            .unwrap_err();
        assert!(in_use.api::<ApiError>().unwrap().is_in_use(), "{in_use}");
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

#[tokio::test(start_paused = true)]
async fn the_nodes_that_go_are_chosen_and_deletions_forced_in_version_2() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox, "demo", Version::V2).await;
    let template = template(&api).await;
    let image = api.images().get(IMAGE).await.unwrap();
    let create = api
        .clusters()
        .create("a", &template)
        .image(&image)
        .keypair(KEYPAIR);
    let cluster = create.await.unwrap().wait().await.unwrap();
    let oldest = cluster.node_group("worker").unwrap().instances[0].clone();
    let shrink =
        api.clusters()
            .scale(&cluster.id)
            .shrink("worker", 1, [oldest.instance_id.unwrap()]);
    let cluster = shrink.await.unwrap().wait().await.unwrap();
    assert_ne!(
        cluster.node_group("worker").unwrap().instances[0].id,
        oldest.id
    );
    let removal = api.clusters().force_delete(&cluster.id).await.unwrap();
    assert!(removal.stack_name.as_deref().unwrap().starts_with('a'));
    removal.wait().await.unwrap();
    // Q11: the engine of the sandbox, as that of `sahara-all`, lacks it.
    let cluster = api
        .clusters()
        .create("b", &template)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert!(
        api.clusters()
            .update_keypair(&cluster.id)
            .await
            .unwrap_err()
            .is_server()
    );
}

#[tokio::test(start_paused = true)]
async fn several_clusters_are_made_and_listed() {
    for version in VERSIONS_OF_THE_API {
        let sandbox = Sandbox::new();
        let api = client(&sandbox, "demo", version).await;
        let template = template(&api).await;
        let work = api
            .clusters()
            .create_several("run", &template, 10)
            .await
            .unwrap();
        let clusters = work.wait().await.unwrap();
        assert_eq!(clusters.len(), 10);
        assert_eq!(
            (clusters[0].name.as_str(), clusters[9].name.as_str()),
            ("run-01", "run-10")
        );
        let list = || api.clusters().list();
        assert_eq!(list().per_page(5).all().await.unwrap().len(), 10);
        for sort in [
            Sort::ID.descending(),
            Sort::NAME,
            Sort::by("plugin_name"),
            Sort::by("plugin_version"),
            Sort::by("status"),
        ] {
            assert_eq!(
                list()
                    .sort(sort.clone())
                    .per_page(2)
                    .all()
                    .await
                    .unwrap()
                    .len(),
                10,
                "{sort}"
            );
        }
        assert_eq!(
            list()
                .name("run-03")
                .plugin_name("fake")
                .plugin_version("0.1")
                .all()
                .await
                .unwrap()
                .len(),
            1
        );
    }
}

/// Q9 in its whole length: the next scaling is not taken for failed because the last one has.
#[tokio::test(start_paused = true)]
async fn a_scaling_that_fails_is_told_once() {
    for version in VERSIONS_OF_THE_API {
        let sandbox = Sandbox::new();
        let api = client(&sandbox, "demo", version).await;
        let template = template(&api).await;
        let cluster = api
            .clusters()
            .create("a", &template)
            .await
            .unwrap()
            .wait()
            .await
            .unwrap();
        sandbox.faults().next(failing("No valid host"));
        let work = api
            .clusters()
            .scale(&cluster.id)
            .resize("worker", 5)
            .await
            .unwrap();
        let error = work.wait().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WorkFailed);
        assert!(
            error
                .to_string()
                .contains("cluster a was not scaled: Scaling cluster failed"),
            "{error}"
        );
        let work = api
            .clusters()
            .scale(&cluster.id)
            .resize("worker", 4)
            .await
            .unwrap();
        assert!(work.status_description.contains("No valid host"));
        assert_eq!(work.wait().await.unwrap().instances().count(), 5);
    }
}

/// The service would refuse the second request because of the first.
#[tokio::test(start_paused = true)]
async fn a_scaling_that_may_have_begun_is_not_asked_for_again() {
    for version in VERSIONS_OF_THE_API {
        let sandbox = Sandbox::new();
        let api = client(&sandbox, "demo", version).await;
        let template = template(&api).await;
        let cluster = api
            .clusters()
            .create("a", &template)
            .await
            .unwrap()
            .wait()
            .await
            .unwrap();
        sandbox.faults().next(Fault::ResetAfterHandling);
        let error = api
            .clusters()
            .scale(&cluster.id)
            .resize("worker", 3)
            .await
            .unwrap_err();
        assert!(
            error.may_have_happened() && error.attempts() == 1,
            "{error}"
        );
        assert_eq!(
            api.clusters()
                .wait_active(&cluster.id)
                .await
                .unwrap()
                .instances()
                .count(),
            4
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_cluster_is_created_once_although_its_answer_was_lost() {
    for version in VERSIONS_OF_THE_API {
        let sandbox = Sandbox::new();
        let api = client(&sandbox, "demo", version).await;
        let template = template(&api).await;
        let create = || api.clusters().create("a", &template).keypair("demo-key");
        sandbox.faults().next(Fault::ResetAfterHandling);
        let lost = create().or_get().await.unwrap();
        assert!(!lost.was_created());
        let cluster = lost.wait().await.unwrap();
        assert_eq!(cluster.status, ClusterStatus::Active);
        // The program runs a second time.
        let again = create().or_get().await.unwrap();
        assert_eq!((again.was_created(), &again.id), (false, &cluster.id));
        assert_eq!(again.wait().await.unwrap().id, cluster.id);
        // Another program wants something else under this name.
        let other = create().is_transient(true).or_get().await.unwrap_err();
        assert_eq!(other.code(), Some("NAME_ALREADY_EXISTS"));
        assert_eq!(api.clusters().list().all().await.unwrap().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_creation_that_fails_is_an_error_with_its_reason() {
    for version in VERSIONS_OF_THE_API {
        let sandbox = Sandbox::new();
        let api = client(&sandbox, "demo", version).await;
        let template = template(&api).await;
        sandbox.faults().next(failing("No valid host"));
        let work = api.clusters().create("a", &template).await.unwrap();
        let error = work.wait().await.unwrap_err();
        assert!(
            error
                .to_string()
                .contains("cluster a is in Error: Creating cluster failed"),
            "{error}"
        );
        api.clusters()
            .delete(&work.id)
            .await
            .unwrap()
            .wait()
            .await
            .unwrap();
        // Q8: what a quota refuses is there all the same.
        sandbox.sahara().limit_instances(2);
        assert!(
            api.clusters()
                .create("a", &template)
                .await
                .unwrap_err()
                .api::<ApiError>()
                .unwrap()
                .is_quota()
        );
        let leftover = api.clusters().find_leftover("a").await.unwrap().unwrap();
        api.clusters()
            .delete(&leftover.id)
            .await
            .unwrap()
            .wait()
            .await
            .unwrap();
        assert!(api.clusters().find_leftover("a").await.unwrap().is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn restricted_credentials_cannot_make_clusters() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox, "demo", Version::V2).await;
    let template = template(&api).await;
    let credential = ApplicationCredential::id(keystone::RESTRICTED_CREDENTIAL);
    let restricted = logged_in(
        &sandbox,
        Login::application_credential(credential, "restricted-secret"),
        Version::V2,
    )
    .await;
    let error = restricted
        .clusters()
        .create("a", &template)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("Failed to create trust"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_race_of_a_deletion_is_borne_and_one_without_end_is_not() {
    for version in VERSIONS_OF_THE_API {
        let sandbox = Sandbox::new();
        let api = client(&sandbox, "demo", version).await;
        let template = template(&api).await;
        let cluster = api
            .clusters()
            .create("a", &template)
            .await
            .unwrap()
            .wait()
            .await
            .unwrap();
        sandbox.sahara().race_deletions(1);
        api.clusters()
            .delete(&cluster.id)
            .await
            .unwrap()
            .wait()
            .await
            .unwrap();
        let cluster = api
            .clusters()
            .create("a", &template)
            .await
            .unwrap()
            .wait()
            .await
            .unwrap();
        // Q10
        sandbox.faults().next(failing("stack"));
        let wait = api
            .clusters()
            .delete(&cluster.id)
            .await
            .unwrap()
            .wait()
            .timeout(Duration::from_secs(300));
        assert_eq!(wait.await.unwrap_err().kind(), ErrorKind::WaitTimeout);
        assert_eq!(
            api.clusters().get(&cluster.id).await.unwrap().status,
            ClusterStatus::Deleting
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_life_of_a_template_in_both_versions() {
    for version in VERSIONS_OF_THE_API {
        let sandbox = Sandbox::new();
        let api = client(&sandbox, "demo", version).await;
        let templates = api.cluster_templates();
        let made = template(&api).await;
        assert_eq!(
            (made.node_groups.len(), made.plugin_version.as_str()),
            (2, "0.1")
        );
        let changed = templates
            .update(&made.id)
            .cluster_configs(Configs::new().set("general", "Enable XFS", false));
        let changed = changed
            .node_group(NewNodeGroup::new("all", "1", ["namenode"]), 1)
            .plugin("fake", "0.1")
            .await
            .unwrap();
        assert_eq!(
            (
                changed.node_groups.len(),
                changed.node_groups[0].name.as_str()
            ),
            (1, "all")
        );
        let unknown = templates
            .update(&made.id)
            .cluster_configs(Configs::new().set("general", "x", 1));
        assert_eq!(
            unknown
                .clone()
                .plugin("fake", "0.1")
                .await
                .unwrap_err()
                .code(),
            Some("INVALID_REFERENCE")
        );
        unknown.await.unwrap();
        templates
            .update(&made.id)
            .cluster_configs(Configs::new().set("general", "Enable XFS", false))
            .await
            .unwrap();
        let exported = templates.export(&made.id).await.unwrap();
        let import = templates
            .import(&exported)
            .name("copy")
            .image(IMAGE)
            .node_group(NewNodeGroup::new("b", "1", ["datanode"]), 2);
        assert_eq!(import.await.unwrap().node_groups[0].count, 2);
        assert_eq!(
            templates.list().sort(Sort::NAME).all().await.unwrap()[0].name,
            "copy"
        );
        assert_eq!(
            templates
                .find(made.id.as_str())
                .await
                .unwrap()
                .unwrap()
                .name,
            "small"
        );
        templates.delete(&made.id).await.unwrap();
        assert!(templates.find("small").await.unwrap().is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn plugins_and_their_labels() {
    for version in VERSIONS_OF_THE_API {
        let sandbox = Sandbox::new();
        let (api, admin) = (
            client(&sandbox, "demo", version).await,
            client(&sandbox, "admin", version).await,
        );
        assert_eq!(api.plugins().list().all().await.unwrap().len(), 2);
        let details = api.plugins().get_version("vanilla", "2.7.1").await.unwrap();
        assert!(details.is_enabled("2.7.1") && details.targets().any(|target| target == "HDFS"));
        assert!(
            api.plugins()
                .update("fake")
                .label("hidden", true)
                .await
                .unwrap_err()
                .is_auth()
        );
        let changed = admin
            .plugins()
            .update("fake")
            .label("hidden", true)
            .version_label("0.1", "enabled", false)
            .await
            .unwrap();
        assert!(changed.plugin_labels["hidden"].status && !changed.is_enabled("0.1"));
        let refused = admin
            .plugins()
            .update("vanilla")
            .label("stable", false)
            .await
            .unwrap_err();
        assert_eq!(refused.code(), Some("INVALID_DATA"));
        assert!(api.plugins().get("none").await.unwrap_err().is_not_found());
        let refused = api
            .clusters()
            .create("a", ("fake", "0.1"))
            .image(IMAGE)
            .network(NETWORK)
            .await
            .unwrap_err();
        assert_eq!(refused.code(), Some("INVALID_REFERENCE"));
    }
}

#[tokio::test(start_paused = true)]
async fn images_and_their_tags() {
    for version in VERSIONS_OF_THE_API {
        let sandbox = Sandbox::new();
        let api = client(&sandbox, "demo", version).await;
        assert_eq!(
            api.images()
                .list()
                .tag("fake")
                .tag("0.1")
                .all()
                .await
                .unwrap()
                .len(),
            1
        );
        assert!(
            api.images()
                .find(UNREGISTERED_IMAGE)
                .await
                .unwrap()
                .is_none()
        );
        let image = api
            .images()
            .register(UNREGISTERED_IMAGE, "debian")
            .description("d")
            .await
            .unwrap();
        assert_eq!(image.description.as_deref(), Some("d"));
        let tagged = api
            .images()
            .update_tags(&image, ["fake", "0.1", "x"])
            .await
            .unwrap();
        assert_eq!(tagged.tags.len(), 3);
        let tagged = api
            .images()
            .update_tags(&image, ["0.1", "y"])
            .await
            .unwrap();
        assert_eq!(tagged.tags, ["0.1", "y"]);
        assert_eq!(
            api.images().find("cirros-plain").await.unwrap().unwrap().id,
            image.id
        );
        api.images().unregister(&image).await.unwrap();
        let refused = api.images().get(&image).await.unwrap_err();
        assert_eq!(refused.code(), Some("IMAGE_NOT_REGISTERED"));
    }
}
