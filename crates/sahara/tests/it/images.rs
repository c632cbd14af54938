//! The registry of images on the wire, in both versions of the API.

use crate::common::{VERSIONS_OF_THE_API, answered, assert_field, client, sent};
use cloud_core::test_util::Scripted;
use sahara::{Image, ImageId, Version};
use serde_json::{Value, json};

const ID: &str = "00000000-0000-0000-0000-0000000000b1";

fn image(name: &str, tags: &[&str]) -> Value {
    json!({
        "OS-EXT-IMG-SIZE:size": 13_287_936, "metadata": {"_sahara_username": "cirros", "_sahara_tag_fake": "True", "x": true},
        "minDisk": 1, "minRam": 64, "progress": 100, "status": "ACTIVE", "created": "2026-11-20T14:05:23Z",
        "updated": "2026-11-20 14:05:27", "username": "cirros", "description": "tiny", "tags": tags, "id": ID, "name": name,
    })
}

fn one(tags: &[&str]) -> Value {
    json!({ "image": image("cirros-fake", tags) })
}

#[tokio::test]
async fn an_image_is_the_same_in_both_versions() {
    for version in VERSIONS_OF_THE_API {
        let (api, wire) = answered(version, 200, one(&["fake"])).await;
        let image = api.images().get(ID).await.unwrap();
        assert_eq!(
            (image.size, image.min_disk, image.min_ram, image.progress),
            (13_287_936, 1, 64, 100)
        );
        assert_eq!(
            (image.username.as_deref(), image.status.as_str()),
            (Some("cirros"), "ACTIVE")
        );
        assert_eq!(image.created.unwrap().to_string(), "2026-11-20T14:05:23Z");
        assert_eq!(image.updated.unwrap().to_string(), "2026-11-20T14:05:27Z");
        assert_eq!(image.metadata["x"], json!(true));
        assert_eq!(ImageId::from(&image).as_str(), ID);
        assert_eq!(
            sent(&wire),
            [(format!("GET /{version}/images/{ID}"), String::new())]
        );
    }
    let full = image("a", &[]);
    for key in full.as_object().unwrap().keys() {
        let mut null = full.clone();
        null[key] = Value::Null;
        sahara::decode::from_value::<Image>(&null).unwrap();
        null.as_object_mut().unwrap().remove(key);
        sahara::decode::from_value::<Image>(&null).unwrap();
    }
}

#[tokio::test]
async fn lists_come_whole_and_know_names_and_tags() {
    for version in VERSIONS_OF_THE_API {
        let list = json!({"images": [image("cirros-fake-2", &[]), image("cirros-fake", &[])]});
        let (api, wire) = answered(version, 200, list).await;
        assert_eq!(api.images().list().all().await.unwrap().len(), 2);
        api.images()
            .list()
            .name("cirros")
            .tag("fake")
            .tag("0.1")
            .page()
            .await
            .unwrap();
        assert_eq!(
            api.images()
                .find("cirros-fake")
                .await
                .unwrap()
                .unwrap()
                .name,
            "cirros-fake"
        );
        assert!(api.images().find("cirros").await.unwrap().is_none());
        let path = format!("GET /{version}/images");
        let lines: Vec<String> = sent(&wire).into_iter().map(|(line, _)| line).collect();
        let expected = [
            path.clone(),
            format!("{path}?name=cirros&tags=fake&tags=0.1"),
            format!("{path}?name=cirros-fake"),
            format!("{path}?name=cirros"),
        ];
        assert_eq!(lines, expected);
    }
}

#[tokio::test]
async fn find_takes_ids_and_knows_what_is_not_registered() {
    for (status, code) in [(400, "IMAGE_NOT_REGISTERED"), (404, "NOT_FOUND")] {
        let (api, wire) = client(Version::V2, move |request| {
            if request.uri().path().ends_with(ID) {
                let body = json!({"error_code": status, "error_name": code, "error_message": "no"});
                return Scripted::json(status, body.to_string());
            }
            Scripted::json(200, r#"{"images":[]}"#)
        })
        .await;
        assert!(api.images().find(ID).await.unwrap().is_none());
        assert_eq!(sent(&wire).len(), 2);
        assert_eq!(api.images().get(ID).await.unwrap_err().code(), Some(code));
    }
    let (api, wire) = answered(Version::V2, 200, one(&[])).await;
    assert_eq!(
        api.images().find(ID).await.unwrap().unwrap().name,
        "cirros-fake"
    );
    assert_eq!(sent(&wire).len(), 1);
    let (api, _) = answered(
        Version::V2,
        400,
        json!({"error_name": "INVALID_DATA", "error_message": "x"}),
    )
    .await;
    assert_eq!(
        api.images().find(ID).await.unwrap_err().code(),
        Some("INVALID_DATA")
    );
}

#[tokio::test]
async fn images_are_registered_and_forgotten() {
    for version in VERSIONS_OF_THE_API {
        let (api, wire) = answered(version, 202, one(&[])).await;
        api.images().register(ID, "cirros").await.unwrap();
        api.images()
            .register(ID, "cirros")
            .description("tiny")
            .await
            .unwrap();
        assert_field(api.images().register(ID, "").await, "username");
        api.images().unregister(ID).await.unwrap();
        let path = format!("/{version}/images/{ID}");
        let expected = [
            (
                format!("POST {path}"),
                r#"{"username":"cirros"}"#.to_owned(),
            ),
            (
                format!("POST {path}"),
                r#"{"username":"cirros","description":"tiny"}"#.to_owned(),
            ),
            (format!("DELETE {path}"), String::new()),
        ];
        assert_eq!(sent(&wire), expected);
    }
}

#[tokio::test]
async fn tags_have_other_operations_in_each_version() {
    let path = |version: &str| format!("/{version}/images/{ID}");
    let body = r#"{"tags":["fake","0.1"]}"#.to_owned();
    let (api, wire) = answered(Version::V1_1, 202, one(&["fake", "0.1"])).await;
    assert_eq!(
        api.images().tag(ID, ["fake", "0.1"]).await.unwrap().tags,
        ["fake", "0.1"]
    );
    api.images().untag(ID, ["fake", "0.1"]).await.unwrap();
    for error in [
        api.images().set_tags(ID, ["a"]).await.unwrap_err(),
        api.images().tags(ID).await.unwrap_err(),
        api.images().delete_tags(ID).await.unwrap_err(),
    ] {
        assert!(
            error.to_string().contains("API v1.1 has no such operation"),
            "{error}"
        );
    }
    let expected = [
        (format!("POST {}/tag", path("v1.1")), body.clone()),
        (format!("POST {}/untag", path("v1.1")), body.clone()),
    ];
    assert_eq!(sent(&wire), expected);

    let (api, wire) = answered(Version::V2, 200, one(&["fake", "0.1"])).await;
    api.images().set_tags(ID, ["fake", "0.1"]).await.unwrap();
    api.images().delete_tags(ID).await.unwrap();
    for error in [
        api.images().tag(ID, ["a"]).await.unwrap_err(),
        api.images().untag(ID, ["a"]).await.unwrap_err(),
    ] {
        assert!(
            error.to_string().contains("API v2 has no such operation"),
            "{error}"
        );
    }
    let expected = [
        (format!("PUT {}/tags", path("v2")), body),
        (format!("DELETE {}/tags", path("v2")), String::new()),
    ];
    assert_eq!(sent(&wire), expected);
}

#[tokio::test]
async fn tags_alone_come_as_a_bare_list_or_as_nothing() {
    for (body, tags) in [
        (json!(["fake", "0.1"]), &["fake", "0.1"][..]),
        (json!([]), &[]),
        (json!({}), &[]),
    ] {
        let (api, wire) = answered(Version::V2, 200, body).await;
        assert_eq!(api.images().tags(ID).await.unwrap(), tags);
        assert_eq!(sent(&wire)[0].0, format!("GET /v2/images/{ID}/tags"));
    }
    for broken in [json!("x"), json!([1, 2]), json!(7)] {
        let (api, _) = answered(Version::V2, 200, broken.clone()).await;
        assert!(api.images().tags(ID).await.is_err(), "{broken}");
    }
}

#[tokio::test]
async fn tags_are_replaced_in_both_versions() {
    let (api, wire) = answered(Version::V2, 200, one(&[])).await;
    api.images().update_tags(ID, ["b", "c"]).await.unwrap();
    assert_eq!(
        sent(&wire),
        [(
            format!("PUT /v2/images/{ID}/tags"),
            r#"{"tags":["b","c"]}"#.to_owned()
        )]
    );
    let (api, wire) = answered(Version::V1_1, 200, one(&["a", "b"])).await;
    api.images().update_tags(ID, ["b", "c"]).await.unwrap();
    let path = format!("/v1.1/images/{ID}");
    let expected = [
        (format!("GET {path}"), String::new()),
        (format!("POST {path}/tag"), r#"{"tags":["c"]}"#.to_owned()),
        (format!("POST {path}/untag"), r#"{"tags":["a"]}"#.to_owned()),
    ];
    assert_eq!(sent(&wire), expected);
    let (api, wire) = answered(Version::V1_1, 200, one(&["a", "b"])).await;
    api.images().update_tags(ID, ["b", "a"]).await.unwrap();
    assert_eq!(sent(&wire).len(), 1);
}

/// In v1.1 the tags that were given stay when those that go cannot be taken.
#[tokio::test]
async fn tags_that_are_replaced_by_half_say_so() {
    let refused = r#"{"error_code":403,"error_name":"FORBIDDEN","error_message":"no"}"#;
    for (wanted, may_have_happened) in [(["b", "c"], true), (["b", "b"], false)] {
        let (api, wire) = client(Version::V1_1, move |request| {
            if request.uri().path().ends_with("/untag") {
                return Scripted::json(403, refused);
            }
            Scripted::json(200, one(&["a", "b"]).to_string())
        })
        .await;
        let error = api.images().update_tags(ID, wanted).await.unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), 403);
        assert_eq!(error.may_have_happened(), may_have_happened, "{error}");
        let posts = sent(&wire);
        let posts = posts.iter().filter(|(line, _)| line.starts_with("POST"));
        assert_eq!(posts.count(), 1 + usize::from(may_have_happened));
    }
}

#[tokio::test]
async fn tags_that_the_service_would_refuse_are_not_sent() {
    for version in VERSIONS_OF_THE_API {
        let (api, wire) = answered(version, 200, one(&[])).await;
        assert_field(api.images().update_tags(ID, ["ok", "_no"]).await, "tags[1]");
        let call = || {
            if version == Version::V2 {
                api.images().set_tags(ID, [""])
            } else {
                api.images().tag(ID, [""])
            }
        };
        assert_field(call().await, "tags[0]");
        assert!(sent(&wire).is_empty());
        call()
            .options(cloud_core::request::CallOptions::unchecked)
            .await
            .unwrap();
        assert_eq!(sent(&wire)[0].1, r#"{"tags":[""]}"#);
    }
}
