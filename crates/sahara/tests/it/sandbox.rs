//! The client against the stateful sandbox, in both versions and with every kind of login.

use std::collections::BTreeSet;

use crate::common::VERSIONS_OF_THE_API;
use cloud_sandbox::{Sandbox, keystone};
use sahara::keystone::{ApplicationCredential, Project, Scope, User};
use sahara::{ApiError, Client, Cloud, CloudBuilder, Login, Sort, Version, ops};
use sahara::{DomainId, IdOrName, ProjectId, UserId};

fn builder(sandbox: &Sandbox) -> CloudBuilder {
    let builder = Cloud::builder()
        .auth_url("https://cloud.test:5000")
        .transport(sandbox.openstack());
    builder.clock(cloud_core::test_util::PausedClock::new())
}

fn password(user: &str, project: &str) -> Login {
    Login::password(
        User::named(user, "Default"),
        format!("{user}-pw"),
        Project::named(project, DomainId::from("default")),
    )
}

async fn client(sandbox: &Sandbox, login: Login, version: Version) -> Client {
    builder(sandbox)
        .login(login)
        .build()
        .unwrap()
        .data_processing()
        .version(version)
        .await
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn every_kind_of_login_works() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox, password("demo", "demo"), Version::V2).await;
    assert_eq!(api.project_id().unwrap().as_str(), keystone::DEMO_PROJECT);
    let credential = Login::application_credential(
        ApplicationCredential::id(keystone::UNRESTRICTED_CREDENTIAL),
        "unrestricted-secret",
    );
    let project = IdOrName::Id(ProjectId::from(keystone::DEMO_PROJECT));
    for login in [
        Login::password(
            User::id(keystone::DEMO_USER),
            "demo-pw",
            Project::id(keystone::DEMO_PROJECT),
        ),
        credential,
        Login::v2_password("demo", "demo-pw", IdOrName::from("demo")),
        Login::v2_password(UserId::from(keystone::DEMO_USER), "demo-pw", project),
    ] {
        let api = client(&sandbox, login.clone(), Version::V2).await;
        assert!(
            api.node_group_templates()
                .list()
                .all()
                .await
                .unwrap()
                .is_empty(),
            "{login:?}"
        );
    }
    let wrong = Login::password(User::named("demo", "Default"), "wrong", Scope::Default);
    let error = builder(&sandbox)
        .login(wrong)
        .build()
        .unwrap()
        .data_processing()
        .await
        .unwrap_err();
    assert!(error.is_auth(), "{error}");
}

#[tokio::test(start_paused = true)]
async fn the_newest_version_is_found() {
    let sandbox = Sandbox::new();
    let api = builder(&sandbox)
        .login(password("demo", "demo"))
        .build()
        .unwrap()
        .data_processing()
        .await
        .unwrap();
    assert_eq!(api.version(), Version::V2);
    assert!(
        api.explain().to_string().contains("lists v1.0, v1.1, v2"),
        "{}",
        api.explain()
    );
}

#[tokio::test(start_paused = true)]
async fn a_token_that_ended_is_replaced_on_the_way() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox, password("demo", "demo"), Version::V2).await;
    api.node_group_templates().list().page().await.unwrap();
    sandbox.keystone().expire_tokens();
    api.node_group_templates()
        .create("a", "fake", "0.1", "1", ["datanode"])
        .await
        .unwrap();
    assert_eq!(sandbox.journal().count("POST /v3/auth/tokens"), 2);
    assert_eq!(
        api.node_group_templates().list().all().await.unwrap().len(),
        1
    );
}

#[tokio::test(start_paused = true)]
async fn the_life_of_a_template_in_both_versions() {
    for version in VERSIONS_OF_THE_API {
        let sandbox = Sandbox::new();
        let api = client(&sandbox, password("demo", "demo"), version).await;
        let groups = api.node_group_templates();
        let create = groups
            .create("worker", "fake", "0.1", "2", ["datanode"])
            .description("d")
            .volumes_per_node(1);
        let made = create.volumes_size(10).await.unwrap();
        assert_eq!(
            (made.plugin_version.as_str(), made.project_id.as_str()),
            ("0.1", keystone::DEMO_PROJECT)
        );
        let taken = groups
            .create("worker", "fake", "0.1", "2", ["datanode"])
            .await
            .unwrap_err();
        assert!(taken.is_conflict(), "{taken}");
        let changed = groups
            .update(&made.id)
            .description(None)
            .name("w2")
            .plugin("fake", "0.1")
            .await
            .unwrap();
        assert_eq!((changed.description, changed.name.as_str()), (None, "w2"));
        assert_eq!(groups.find("w2").await.unwrap().unwrap().id, made.id);
        assert_eq!(
            groups
                .find(made.id.to_string())
                .await
                .unwrap()
                .unwrap()
                .name,
            "w2"
        );
        let exported = groups.export(&made.id).await.unwrap();
        let copy = groups
            .import(&exported)
            .name("w3")
            .flavor_id("1")
            .await
            .unwrap();
        assert_eq!((copy.flavor_id.as_str(), copy.volumes_size), ("1", 10));
        groups.update(&made.id).is_protected(true).await.unwrap();
        let refused = groups.delete(&made.id).await.unwrap_err();
        assert!(
            refused.api::<ApiError>().unwrap().is_protected(),
            "{refused}"
        );
        groups.update(&made.id).is_protected(false).await.unwrap();
        groups.delete(&made.id).await.unwrap();
        assert!(groups.get(&made.id).await.unwrap_err().is_not_found());
        assert!(groups.find("w2").await.unwrap().is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn lists_are_complete_whatever_the_order_and_the_page() {
    for version in VERSIONS_OF_THE_API {
        let sandbox = Sandbox::new();
        let api = client(&sandbox, password("demo", "demo"), version).await;
        for number in 0..6 {
            api.node_group_templates()
                .create(format!("t{number}"), "fake", "0.1", "1", ["datanode"])
                .await
                .unwrap();
        }
        let list = || api.node_group_templates().list();
        for size in 1..8 {
            assert_eq!(
                list().per_page(size).all().await.unwrap().len(),
                6,
                "{size}"
            );
        }
        for sort in [
            Sort::ID.descending(),
            Sort::NAME,
            Sort::by("created_at"),
            Sort::by("plugin_name"),
            Sort::by("plugin_version"),
        ] {
            let names: BTreeSet<String> = list()
                .sort(sort.clone())
                .per_page(2)
                .all()
                .await
                .unwrap()
                .into_iter()
                .map(|t| t.name)
                .collect();
            assert_eq!(names.len(), 6, "{sort}");
        }
        let first = list()
            .sort(Sort::NAME.descending())
            .items()
            .next()
            .await
            .unwrap()
            .unwrap();
        assert_eq!(first.name, "t5");
        assert_eq!(
            list()
                .plugin_version("0.1")
                .plugin_name("fake")
                .name("t3")
                .all()
                .await
                .unwrap()
                .len(),
            1
        );
        assert!(list().plugin_version("9").all().await.unwrap().is_empty());
        let error = list().sort(Sort::by("colour")).page().await.unwrap_err();
        assert!(
            error.is_invalid_input() && error.code().is_none(),
            "{error}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_others_make_public_is_seen_and_not_changed() {
    let sandbox = Sandbox::new();
    let mine = client(&sandbox, password("demo", "demo"), Version::V2).await;
    let other = client(&sandbox, password("demo", "other"), Version::V2).await;
    let public = other
        .node_group_templates()
        .create("shared", "fake", "0.1", "1", ["datanode"])
        .is_public(true)
        .await
        .unwrap();
    let seen = mine
        .node_group_templates()
        .find("shared")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(seen.project_id.as_str(), keystone::OTHER_PROJECT);
    let refused = mine
        .node_group_templates()
        .update(&public.id)
        .description("mine")
        .await
        .unwrap_err();
    assert!(
        refused.is_auth() && refused.api::<ApiError>().unwrap().is_foreign(),
        "{refused}"
    );
    // The service takes no name that is seen already, but what has it can become public later.
    let own = mine
        .node_group_templates()
        .create("own", "fake", "0.1", "1", ["datanode"])
        .await
        .unwrap();
    other
        .node_group_templates()
        .update(&public.id)
        .name("own")
        .await
        .unwrap();
    assert_eq!(
        mine.node_group_templates()
            .find("own")
            .await
            .unwrap()
            .unwrap()
            .id,
        own.id
    );
    assert_eq!(
        mine.node_group_templates()
            .list()
            .all()
            .await
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn the_sandbox_knows_every_operation_and_no_other() {
    fn routes<'a>(all: impl Iterator<Item = (&'a str, &'a str)>) -> BTreeSet<(&'a str, &'a str)> {
        all.collect()
    }
    let shape = |path: &str| {
        path.split('/')
            .map(|part| if part.starts_with('{') { "{}" } else { part })
            .collect::<Vec<_>>()
            .join("/")
    };
    for (ours, theirs) in [
        (
            ops::v1_1::OPERATIONS,
            cloud_sandbox::sahara::operations_v1_1()
                .map(|o| (o.method, shape(o.path)))
                .collect::<Vec<_>>(),
        ),
        (
            ops::v2::OPERATIONS,
            cloud_sandbox::sahara::operations_v2()
                .map(|o| (o.method, shape(o.path)))
                .collect(),
        ),
    ] {
        let ours: Vec<(&str, String)> = ours
            .iter()
            .map(|o| (o.method.as_str(), shape(o.path)))
            .collect();
        let ours = routes(ours.iter().map(|(method, path)| (*method, path.as_str())));
        let theirs = routes(theirs.iter().map(|(method, path)| (*method, path.as_str())));
        assert_eq!(theirs, ours);
    }
}
