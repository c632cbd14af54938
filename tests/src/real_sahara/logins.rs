use sahara::DomainId;
use sahara::keystone::{ApplicationCredential, Project, Scope, User};
use sahara::{Login, Version};
use secrecy::ExposeSecret as _;

use super::world::{VERSIONS, World};

pub(super) async fn every_kind_of_login_works(world: &World) {
    let token = world.token(Some("demo")).await;
    let by_name = ApplicationCredential::named("restricted", User::named("demo", "Default"));
    let unscoped = world.token(None).await;
    for login in [
        World::demo(),
        Login::password(
            User::named("demo", DomainId::from("default")),
            "demo-pw",
            Project::named("demo", "Default"),
        ),
        Login::token(token, Project::named("demo", "Default")),
        Login::token(unscoped, Project::named("demo", "Default")),
        world.credential(true),
        world.credential(false),
        Login::application_credential(by_name, "restricted-secret"),
    ] {
        let cloud = world.cloud(login.clone()).build().unwrap();
        let token = cloud.token().await.unwrap();
        assert_eq!(token.user.name, "demo", "{login:?}");
        let project = token
            .project
            .clone()
            .unwrap_or_else(|| panic!("no project: {login:?}"));
        assert_eq!(project.name, "demo", "{login:?}");
        assert!(
            token.expires_at.is_some() && token.roles.iter().any(|role| role.name == "member"),
            "{login:?}"
        );
        for version in VERSIONS {
            let api = cloud.data_processing().version(version).await.unwrap();
            assert_eq!(*api.project_id().unwrap(), project.id, "{login:?}");
            api.plugins().get("fake").await.unwrap();
        }
    }
}

pub(super) async fn a_wrong_login_is_refused(world: &World) {
    let project = || Project::named("demo", "Default");
    for login in [
        Login::password(User::named("demo", "Default"), "wrong", project()),
        Login::password(User::named("nobody", "Default"), "demo-pw", project()),
        Login::password(
            User::named("demo", "Default"),
            "demo-pw",
            Project::named("nowhere", "Default"),
        ),
        Login::password(User::named("demo", "Nowhere"), "demo-pw", project()),
        Login::token("no-token", project()),
        Login::application_credential(
            ApplicationCredential::id("0123456789abcdef0123456789abcdef"),
            "secret",
        ),
        Login::application_credential(
            ApplicationCredential::named("restricted", User::named("demo", "Default")),
            "wrong",
        ),
    ] {
        let error = world
            .cloud(login.clone())
            .build()
            .unwrap()
            .data_processing()
            .await
            .unwrap_err();
        // Keystone calls a token that it cannot read one that it does not find.
        assert!(
            error.is_auth() && !error.is_not_found(),
            "{login:?}: {error}"
        );
        assert!(!error.to_string().contains("demo-pw"), "{error}");
    }
    // Sahara has 503 for a token without a project, which would be asked for again and again: it is not sent.
    let login = Login::password(User::named("demo", "Default"), "demo-pw", Scope::Unscoped);
    let error = world
        .cloud(login)
        .build()
        .unwrap()
        .data_processing()
        .await
        .unwrap_err();
    assert!(error.to_string().contains("not for a project"), "{error}");
}

pub(super) async fn a_token_is_exchanged_for_one_of_another_project(world: &World) {
    let cloud = world
        .cloud(World::password("demo", "other"))
        .build()
        .unwrap();
    let other = cloud.token().await.unwrap().project.unwrap();
    let token = secrecy::SecretString::from(world.token(Some("demo")).await);
    let login = Login::token(token.expose_secret(), Project::named("other", "Default"));
    let api = world.connect(login, Version::V2).await;
    assert_eq!(*api.project_id().unwrap(), other.id);
    api.node_group_templates().list().all().await.unwrap();
}

pub(super) async fn both_versions_are_found(world: &World) {
    let cloud = world.cloud(World::demo()).build().unwrap();
    let services = cloud.catalog().await.unwrap();
    assert!(
        services
            .0
            .iter()
            .any(|service| service.kind == "data-processing"),
        "{services:?}"
    );
    let newest = cloud.data_processing().await.unwrap();
    assert_eq!(newest.version(), Version::V2);
    let told = newest.explain().to_string();
    assert!(
        told.contains("data-processing") && told.contains("lists v1.0, v1.1, v2"),
        "{told}"
    );
    assert!(!told.contains("demo-pw"), "{told}");
    for version in VERSIONS {
        let api = cloud.data_processing().version(version).await.unwrap();
        assert!(
            api.endpoint().unwrap().contains(version.as_str()),
            "{}",
            api.endpoint().unwrap()
        );
        api.plugins().list().all().await.unwrap();
    }
    let error = world
        .cloud(World::demo())
        .region("Nowhere")
        .build()
        .unwrap()
        .data_processing()
        .await
        .unwrap_err();
    assert!(error.to_string().contains("Nowhere"), "{error}");
}

pub(super) async fn an_endpoint_is_taken_as_given(world: &World) {
    let api = world.client(Version::V2).await;
    let root = api
        .endpoint()
        .unwrap()
        .split("/v2")
        .next()
        .unwrap()
        .to_owned();
    for (endpoint, version) in [
        (root.clone(), Version::V2),
        (format!("{root}/"), Version::V2),
        (format!("{root}/v2"), Version::V2),
        (format!("{root}/v2/%(project_id)s"), Version::V2),
        (format!("{root}/v1.1/%(tenant_id)s"), Version::V1_1),
    ] {
        let cloud = world
            .cloud(World::demo())
            .endpoint_override(endpoint.as_str())
            .build()
            .unwrap();
        let api = cloud.data_processing().await.unwrap();
        assert_eq!(api.version(), version, "{endpoint}");
        api.plugins().list().all().await.unwrap();
    }
}
