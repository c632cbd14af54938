//! What the tests share: a Keystone that plays itself, and a Sahara that plays a script.

use std::sync::Arc;

use bytes::Bytes;
use cloud_core::test_util::{PausedClock, Scripted, ScriptedTransport};
use http::Request;
use sahara::keystone::{Project, User};
use sahara::{Client, Cloud, CloudBuilder, Login, Version};
use serde_json::{Value, json};

pub const PROJECT: &str = "3499012a459a4fceaae8df5dab4a5f4c";
pub const KEYSTONE: &str = "https://keystone.test/v3";
pub const SAHARA: &str = "https://sahara.test";

/// The list of versions, as Sahara 19 gives it with status 300.
pub const VERSIONS: &str = r#"{"versions":[
    {"id":"v1.0","status":"SUPPORTED","links":[{"rel":"self","href":"http://inside:8386/v1.0/"}]},
    {"id":"v1.1","status":"SUPPORTED","links":[{"rel":"self","href":"http://inside:8386/v1.1/"}]},
    {"id":"v2","status":"CURRENT","links":[{"rel":"self","href":"http://inside:8386/v2/"}],
     "min_version":"2.0","max_version":"2.0"}]}"#;

/// A catalog with one Sahara, public, at this address.
pub fn catalog(url: &str) -> Value {
    json!([
        {"type": "identity", "name": "keystone", "id": "1", "endpoints": [
            {"interface": "public", "region_id": "RegionOne", "region": "RegionOne", "url": KEYSTONE}]},
        {"type": "data-processing", "name": "sahara", "id": "2", "endpoints": [
            {"interface": "internal", "region_id": "RegionOne", "region": "RegionOne", "url": "https://inside.test/v2"},
            {"interface": "public", "region_id": "RegionOne", "region": "RegionOne", "url": url}]},
    ])
}

/// What Keystone tells about a token for a project.
pub fn token(catalog: &Value) -> Value {
    json!({"token": {
        "methods": ["password"],
        "user": {"domain": {"id": "default", "name": "Default"}, "id": "u1", "name": "demo", "password_expires_at": null},
        "audit_ids": ["x"],
        "expires_at": "2026-11-20T15:05:26.000000Z",
        "issued_at": "2026-11-20T14:05:26.000000Z",
        "project": {"domain": {"id": "default", "name": "Default"}, "id": PROJECT, "name": "demo"},
        "is_domain": false,
        "roles": [{"id": "r1", "name": "member"}],
        "catalog": catalog,
    }})
}

/// Keystone's answer with a token.
pub fn issued(secret: &str, body: &Value) -> Scripted {
    Scripted::with_headers(
        201,
        &[
            ("x-subject-token", secret),
            ("content-type", "application/json"),
        ],
        body.to_string(),
    )
}

/// A cloud whose catalog names Sahara at `url`; Sahara answers by `sahara`, its list of versions included.
pub fn openstack(
    url: &str,
    sahara: impl Fn(&Request<Bytes>) -> Scripted + Send + Sync + 'static,
) -> ScriptedTransport {
    let body = token(&catalog(url));
    ScriptedTransport::from_fn(move |request| {
        if request.uri().host() == Some("keystone.test") {
            issued("token-1", &body)
        } else {
            sahara(request)
        }
    })
}

pub fn login() -> Login {
    Login::password(
        User::named("demo", "Default"),
        "hunter2",
        Project::named("demo", "Default"),
    )
}

pub fn builder(wire: &ScriptedTransport) -> CloudBuilder {
    let builder = Cloud::builder()
        .auth_url("https://keystone.test")
        .login(login());
    builder
        .transport(Arc::new(wire.clone()))
        .clock(PausedClock::new())
}

/// A client of this version, whose Sahara answers by `sahara` and lists no versions.
pub async fn client(
    version: Version,
    sahara: impl Fn(&Request<Bytes>) -> Scripted + Send + Sync + 'static,
) -> (Client, ScriptedTransport) {
    let wire = openstack(&format!("{SAHARA}/{version}"), sahara);
    let client = builder(&wire)
        .build()
        .unwrap()
        .data_processing()
        .version(version)
        .await
        .unwrap();
    (client, wire)
}

/// A client of this version that gets the same answer to everything.
pub async fn answered(version: Version, status: u16, body: Value) -> (Client, ScriptedTransport) {
    client(version, move |_| Scripted::json(status, body.to_string())).await
}

/// The requests to Sahara: method, path and query, and body.
pub fn sent(wire: &ScriptedTransport) -> Vec<(String, String)> {
    let seen = wire.seen();
    let seen = seen
        .iter()
        .filter(|seen| seen.request.uri().host() == Some("sahara.test"));
    seen.map(|seen| {
        (
            seen.line(),
            String::from_utf8(seen.request.body().to_vec()).unwrap(),
        )
    })
    .collect()
}

/// An error that was found before anything was sent, about this field.
#[track_caller]
pub fn assert_field<T: std::fmt::Debug>(result: sahara::Result<T>, field: &str) {
    let error = result.unwrap_err();
    let name = error.fields().first().map(|field| field.name.clone());
    assert_eq!(
        (error.kind(), name.as_deref()),
        (sahara::ErrorKind::Input, Some(field)),
        "{error}"
    );
}

pub const VERSIONS_OF_THE_API: [Version; 2] = [Version::V1_1, Version::V2];
