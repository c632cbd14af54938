use sahara::{ApiError, Configs, ErrorCode, Sort, Version};
use serde_json::{Value, json};

use super::templates::details;
use super::world::{NOWHERE, Raw, VERSIONS, World};

/// The refusals that a client never provokes, as they come: who has answered, and in which form.
pub(super) async fn every_shape_of_a_refusal(world: &World) {
    let (token, unscoped, other) = (
        world.token(Some("demo")).await,
        world.token(None).await,
        world.token(Some("other")).await,
    );
    let (old, new) = (
        world.client(Version::V1_1).await,
        world.client(Version::V2).await,
    );
    let (v1, v2) = (
        old.endpoint().unwrap().trim_end_matches('/'),
        new.endpoint().unwrap().trim_end_matches('/'),
    );
    let with = |token: &str| vec![("x-auth-token".to_owned(), token.to_owned())];
    let ask = async |method: &str, url: String, headers: Vec<(String, String)>, body: &str| {
        let headers: Vec<(&str, &str)> = headers
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        world.send(method, &url, &headers, body).await
    };
    let get = async |url: String, token: &str| ask("GET", url, with(token), "").await;
    let versioned = async |version: &str| {
        let mut headers = with(&token);
        headers.push((
            "openstack-api-version".to_owned(),
            format!("data-processing {version}"),
        ));
        ask("GET", format!("{v2}/plugins"), headers, "").await
    };
    let read = |raw: &Raw| ApiError::parse(raw.status, &raw.headers, &raw.body);

    // The router.
    for (raw, status) in [
        (get(format!("{v1}/nope"), &token).await, 404),
        (get(format!("{v2}/nope"), &token).await, 404),
        (get(format!("{v2}/job-binary-internals"), &token).await, 404),
        (
            ask("DELETE", format!("{v1}/plugins"), with(&token), "").await,
            405,
        ),
        (
            ask(
                "PATCH",
                format!("{v1}/node-group-templates/{NOWHERE}"),
                with(&token),
                "{}",
            )
            .await,
            405,
        ),
        (
            ask(
                "PUT",
                format!("{v2}/node-group-templates/{NOWHERE}"),
                with(&token),
                "{}",
            )
            .await,
            405,
        ),
    ] {
        assert_eq!(
            (raw.status, raw.json()["error"].as_u64()),
            (status, Some(u64::from(status))),
            "{raw:?}"
        );
        assert!(
            raw.json()["error_message"].is_string() && read(&raw).unwrap().code.is_none(),
            "{raw:?}"
        );
    }
    // The token filter.
    let nobody = world.send("GET", &format!("{v1}/plugins"), &[], "").await;
    for raw in [
        get(format!("{v1}/plugins"), "bogus").await,
        get(format!("{v2}/plugins"), "bogus").await,
        nobody,
    ] {
        assert_eq!(
            (raw.status, &raw.json()["error"]["code"]),
            (401, &json!(401)),
            "{raw:?}"
        );
        assert!(
            raw.headers.contains_key("www-authenticate") && read(&raw).is_some(),
            "{raw:?}"
        );
    }
    // The project check.
    for (token, status, code) in [
        (&other, 401, "401 Unauthorized"),
        (&unscoped, 503, "503 Service Unavailable"),
    ] {
        let raw = get(format!("{v1}/plugins"), token).await;
        assert_eq!(
            (raw.status, &raw.json()["code"]),
            (status, &json!(code)),
            "{raw:?}"
        );
        assert!(!read(&raw).unwrap().message.contains("<br"), "{raw:?}");
    }
    // The microversions.
    for (asked, status, name) in [("2.9", 406, "NOT_ACCEPTABLE"), ("two", 400, "BAD_REQUEST")] {
        let raw = versioned(asked).await;
        assert_eq!(
            (raw.status, &raw.json()["error_name"]),
            (status, &json!(name)),
            "{raw:?}"
        );
        assert_eq!(
            read(&raw).unwrap().versions,
            Some(("2.0".to_owned(), "2.0".to_owned()))
        );
    }
    assert_eq!(versioned("latest").await.status, 200);
    assert_eq!(get(format!("{v2}/plugins.json"), &token).await.status, 200);
    // What the body is, before what is in it.
    let post = async |kind: &str, body: &str| {
        let mut headers = with(&token);
        headers.push(("content-type".to_owned(), kind.to_owned()));
        ask("POST", format!("{v2}/data-sources"), headers, body).await
    };
    for (raw, name) in [
        (post("text/plain", "{}").await, "INVALID_DATA"),
        (
            post("application/json", "{nope").await,
            "MALFORMED_REQUEST_BODY",
        ),
        (post("application/json", "[]").await, "VALIDATION_ERROR"),
    ] {
        assert_eq!(
            (raw.status, &raw.json()["error_name"]),
            (400, &json!(name)),
            "{raw:?}"
        );
        assert!(read(&raw).unwrap().error_id.is_some(), "{raw:?}");
    }
    // No JSON at all, and no names for programs.
    let mut xml = with(&token);
    xml.push(("accept".to_owned(), "application/xml".to_owned()));
    let raw = ask("GET", format!("{v2}/plugins"), xml, "").await;
    assert_eq!((raw.status, raw.body.len()), (500, 0), "{raw:?}");
    for base in [v1, v2] {
        let raw = get(format!("{base}/node-group-templates?limit=0"), &token).await;
        assert_eq!(
            (raw.status, &raw.json()["error_name"]),
            (400, &json!(400)),
            "{raw:?}"
        );
        assert!(read(&raw).unwrap().code.is_none());
    }
    // A query that nobody knows.
    for (base, status, name) in [
        (v1, 500, "INTERNAL_SERVER_ERROR"),
        (v2, 400, "INVALID_PARAMS_ON_REQUEST"),
    ] {
        let raw = get(format!("{base}/node-group-templates?bogus=1"), &token).await;
        assert_eq!(
            (raw.status, &raw.json()["error_name"]),
            (status, &json!(name)),
            "{raw:?}"
        );
    }
    // The list of versions needs no token, and says which there are by 300.
    let root = v2.split("/v2").next().unwrap();
    let raw = world.send("GET", &format!("{root}/"), &[], "").await;
    let ids: Vec<Value> = raw.json()["versions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].clone())
        .collect();
    assert_eq!(
        (raw.status, ids),
        (300, vec![json!("v1.0"), json!("v1.1"), json!("v2")])
    );
}

pub(super) async fn what_is_wrong_in_a_body_is_told(world: &World) {
    for version in VERSIONS {
        let api = world.client(version).await;
        let groups = api.node_group_templates();
        let flavor = groups
            .create("bad", "fake", "0.1", "99", ["namenode"])
            .await
            .unwrap_err();
        assert!(details(&flavor).is_reference_missing(), "{flavor}");
        let process = groups
            .create("bad", "fake", "0.1", "1", ["nope"])
            .await
            .unwrap_err();
        assert_eq!(
            details(&process).code,
            Some(ErrorCode::InvalidReference),
            "{process}"
        );
        let plugin = groups
            .create("bad", "nope", "0.1", "1", ["namenode"])
            .await
            .unwrap_err();
        assert_eq!(
            details(&plugin).code,
            Some(ErrorCode::InvalidReference),
            "{plugin}"
        );
        let setting = groups.create("bad", "fake", "0.1", "1", ["namenode"]);
        let setting = setting
            .node_configs(Configs::new().set("general", "nope", 1))
            .await
            .unwrap_err();
        assert_eq!(
            details(&setting).code,
            Some(ErrorCode::InvalidReference),
            "{setting}"
        );
        let group = groups
            .create("bad", "fake", "0.1", "1", ["namenode"])
            .security_groups(["nope"])
            .await
            .unwrap_err();
        assert!(details(&group).is_reference_missing(), "{group}");
        let zone = groups
            .create("bad", "fake", "0.1", "1", ["namenode"])
            .availability_zone("nope")
            .await
            .unwrap_err();
        assert!(details(&zone).is_reference_missing(), "{zone}");

        // The names are checked before anything is sent, unless one asks the service itself.
        let name = groups.create("no good", "fake", "0.1", "1", ["namenode"]);
        assert!(name.clone().await.unwrap_err().is_invalid_input());
        let name = name
            .options(cloud_core::request::CallOptions::unchecked)
            .await
            .unwrap_err();
        assert_eq!(
            details(&name).code,
            Some(ErrorCode::ValidationError),
            "{name}"
        );
        assert!(
            !details(&name).problems.is_empty() && details(&name).request_id.is_some(),
            "{name:?}"
        );

        let template = api
            .cluster_templates()
            .create("bad", "fake", "0.1")
            .network(NOWHERE)
            .await
            .unwrap_err();
        assert!(details(&template).is_reference_missing(), "{template}");
        let source = api.data_sources().create("bad", "ftp", "ftp://x");
        let source = source
            .options(cloud_core::request::CallOptions::unchecked)
            .await
            .unwrap_err();
        assert!(source.is_invalid_input(), "{source}");
        let cluster = api
            .clusters()
            .create("bad", ("fake", "0.1"))
            .image(NOWHERE)
            .await
            .unwrap_err();
        assert!(cluster.is_invalid_input(), "{cluster}");
        let run = api.jobs().run(NOWHERE, NOWHERE).await.unwrap_err();
        assert!(run.is_invalid_input() || run.is_not_found(), "{run}");
        assert!(groups.find("bad").await.unwrap().is_none());
        assert!(api.clusters().find("bad").await.unwrap().is_none());
    }
}

pub(super) async fn what_is_wrong_in_a_query_is_told(world: &World) {
    for version in VERSIONS {
        let api = world.client(version).await;
        let order = api
            .node_group_templates()
            .list()
            .sort(Sort::by("colour"))
            .page()
            .await
            .unwrap_err();
        assert!(
            order.is_invalid_input() && order.code().is_none(),
            "{order}"
        );
        let order = api
            .data_sources()
            .list()
            .sort(Sort::by("colour"))
            .page()
            .await
            .unwrap_err();
        assert!(order.is_invalid_input(), "{order}");
        let order = api
            .cluster_templates()
            .list()
            .sort(Sort::by("colour"))
            .page()
            .await
            .unwrap_err();
        assert!(order.is_invalid_input(), "{order}");
    }
}

pub(super) async fn what_does_not_exist_is_not_found(world: &World) {
    let mut others = Vec::new();
    for version in VERSIONS {
        let api = world.client(version).await;
        for error in [
            api.clusters().get(NOWHERE).await.unwrap_err(),
            api.clusters()
                .update(NOWHERE)
                .description("x")
                .await
                .unwrap_err(),
            api.clusters()
                .scale(NOWHERE)
                .resize("a", 1)
                .await
                .unwrap_err(),
            api.clusters().delete(NOWHERE).await.unwrap_err(),
            api.cluster_templates().get(NOWHERE).await.unwrap_err(),
            api.cluster_templates()
                .update(NOWHERE)
                .description("x")
                .await
                .unwrap_err(),
            api.cluster_templates().delete(NOWHERE).await.unwrap_err(),
            api.cluster_templates().export(NOWHERE).await.unwrap_err(),
            api.node_group_templates().get(NOWHERE).await.unwrap_err(),
            api.node_group_templates()
                .update(NOWHERE)
                .description("x")
                .await
                .unwrap_err(),
            api.node_group_templates()
                .delete(NOWHERE)
                .await
                .unwrap_err(),
            api.node_group_templates()
                .export(NOWHERE)
                .await
                .unwrap_err(),
            api.data_sources().get(NOWHERE).await.unwrap_err(),
            api.data_sources()
                .update(NOWHERE)
                .description("x")
                .await
                .unwrap_err(),
            api.data_sources().delete(NOWHERE).await.unwrap_err(),
            api.job_binaries().get(NOWHERE).await.unwrap_err(),
            api.job_binaries().delete(NOWHERE).await.unwrap_err(),
            api.job_templates().get(NOWHERE).await.unwrap_err(),
            api.job_templates()
                .update(NOWHERE)
                .description("x")
                .await
                .unwrap_err(),
            api.job_templates().delete(NOWHERE).await.unwrap_err(),
            api.jobs().get(NOWHERE).await.unwrap_err(),
            api.jobs().refresh(NOWHERE).await.unwrap_err(),
            api.jobs().cancel(NOWHERE).await.unwrap_err(),
            api.jobs()
                .update(NOWHERE)
                .is_public(true)
                .await
                .unwrap_err(),
            api.jobs().delete(NOWHERE).await.unwrap_err(),
            api.plugins().get("nope").await.unwrap_err(),
            api.images().get(NOWHERE).await.unwrap_err(),
        ] {
            if !error.is_not_found() {
                others.push(format!("{version}: {error}"));
            }
        }
    }
    // Here the service says 400, as it does of what a body names.
    for version in VERSIONS {
        let api = world.client(version).await;
        let error = api
            .job_binaries()
            .update(NOWHERE)
            .description("x")
            .await
            .unwrap_err();
        assert_eq!(
            (error.code(), details(&error).status),
            (Some("NOT_FOUND"), 400),
            "{error}"
        );
    }
    assert!(others.is_empty(), "{}", others.join("\n"));
}

/// What a version lacks is told before anything is sent.
pub(super) async fn what_only_one_version_has(world: &World) {
    let (old, new) = (
        world.client(Version::V1_1).await,
        world.client(Version::V2).await,
    );
    for error in [
        old.images().set_tags(NOWHERE, ["x"]).await.unwrap_err(),
        old.images().tags(NOWHERE).await.unwrap_err(),
        old.clusters().force_delete(NOWHERE).await.unwrap_err(),
        new.images().tag(NOWHERE, ["x"]).await.unwrap_err(),
        new.job_binary_internals()
            .upload("x", "x")
            .await
            .unwrap_err(),
        new.plugins()
            .convert_config("fake", "0.1", "t", "file")
            .await
            .unwrap_err(),
    ] {
        assert!(
            error.kind() == sahara::ErrorKind::Input && error.attempts() == 0,
            "{error}"
        );
    }
}
