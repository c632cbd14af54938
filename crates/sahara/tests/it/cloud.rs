//! From the login to the address of the service: catalog, override, list of versions.

use std::sync::Arc;

use crate::common::{
    self, KEYSTONE, PROJECT, VERSIONS, builder, catalog, issued, openstack, token,
};
use bytes::Bytes;
use cloud_core::config::Environment;
use cloud_core::test_util::{PausedClock, Scripted, ScriptedTransport};
use http::Request;
use sahara::config::Settings;
use sahara::{Client, Cloud, CloudBuilder, ErrorKind, Interface, Version};
use serde_json::{Value, json};

/// Answers the list of versions at any root, and nothing else.
fn versions(request: &Request<Bytes>) -> Scripted {
    if request.uri().path().ends_with('/') {
        Scripted::json(300, VERSIONS)
    } else {
        Scripted::json(404, "{}")
    }
}

async fn connect(builder: CloudBuilder, version: Option<Version>) -> sahara::Result<Client> {
    let connect = builder.build()?.data_processing();
    match version {
        Some(version) => connect.version(version).await,
        None => connect.await,
    }
}

/// The requests but those to Keystone.
fn asked(wire: &ScriptedTransport) -> Vec<String> {
    let others = wire
        .seen()
        .into_iter()
        .filter(|seen| seen.request.uri().host() != Some("keystone.test"));
    others
        .map(|seen| format!("{} {}", seen.request.method(), seen.request.uri()))
        .collect()
}

/// What the catalog says, which version is asked for, what is asked, and what comes of it.
#[tokio::test]
async fn the_address_is_the_catalogs_with_the_version_that_is_wanted() {
    let (v1, v2) = (Some(Version::V1_1), Some(Version::V2));
    let pid = format!("https://s.test:8386/v1.1/{PROJECT}");
    let pid_v2 = format!("https://s.test:8386/v2/{PROJECT}");
    let prefixed = format!("https://s.test/data-processing/v1.1/{PROJECT}");
    let prefixed_v2 = format!("https://s.test/data-processing/v2/{PROJECT}");
    let table: [(&str, Option<Version>, &[&str], &str); 11] = [
        (&pid, v1, &[], &pid),
        (&pid, v2, &["GET https://s.test:8386/"], &pid_v2),
        (&pid, None, &["GET https://s.test:8386/"], &pid_v2),
        ("https://s.test:8386/v2", v2, &[], "https://s.test:8386/v2"),
        (
            "https://s.test:8386/v2",
            None,
            &[],
            "https://s.test:8386/v2",
        ),
        (
            "https://s.test:8386/v2/",
            v1,
            &["GET https://s.test:8386/"],
            "https://s.test:8386/v1.1",
        ),
        (
            "https://s.test:8386",
            v1,
            &["GET https://s.test:8386/"],
            "https://s.test:8386/v1.1",
        ),
        (
            "https://s.test:8386/",
            None,
            &["GET https://s.test:8386/"],
            "https://s.test:8386/v2",
        ),
        (
            "https://s.test/data-processing",
            v2,
            &["GET https://s.test/data-processing/"],
            "https://s.test/data-processing/v2",
        ),
        (
            &prefixed,
            v2,
            &["GET https://s.test/data-processing/"],
            &prefixed_v2,
        ),
        (&prefixed, v1, &[], &prefixed),
    ];
    for (url, version, requests, base) in table {
        let wire = openstack(url, versions);
        let api = connect(builder(&wire), version).await.unwrap();
        assert_eq!(
            (api.endpoint().unwrap(), asked(&wire)),
            (base, requests.iter().map(|r| (*r).to_owned()).collect()),
            "{url}"
        );
        assert_eq!(api.project_id().unwrap().as_str(), PROJECT);
        if let Some(seen) = wire
            .seen()
            .iter()
            .find(|seen| seen.request.uri().host() == Some("s.test"))
        {
            assert!(
                seen.request.headers().get("x-auth-token").is_none(),
                "the list of versions wants no token"
            );
        }
    }
}

#[tokio::test]
async fn an_older_service_is_spoken_to_in_its_version() {
    let v1_only =
        r#"{"versions":[{"id":"v1.0","status":"SUPPORTED"},{"id":"v1.1","status":"CURRENT"}]}"#;
    let wire = openstack("https://s.test", move |_| Scripted::json(300, v1_only));
    assert_eq!(
        connect(builder(&wire), None).await.unwrap().version(),
        Version::V1_1
    );
    let error = connect(builder(&wire), Some(Version::V2))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(
        error
            .to_string()
            .contains("API v2 is not offered: https://s.test/ lists v1.0, v1.1"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn without_a_list_of_versions_the_address_decides_or_nothing() {
    for (status, body) in [
        (404, "{}"),
        (200, "<html>welcome</html>"),
        (200, r#"{"hello":1}"#),
        (302, ""),
        (403, ""),
    ] {
        let old = openstack("https://s.test/v1.1/p", move |_| {
            Scripted::json(status, body)
        });
        assert_eq!(
            connect(builder(&old), None).await.unwrap().version(),
            Version::V1_1,
            "{status} {body}"
        );
        let error = connect(builder(&old), Some(Version::V2))
            .await
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("whether API v2 is offered cannot be found out at https://s.test/"),
            "{error}"
        );
        let bare = openstack("https://s.test", move |_| Scripted::json(status, body));
        let error = connect(builder(&bare), None).await.unwrap_err().to_string();
        assert!(
            error.contains("no version of the API can be found at https://s.test/"),
            "{error}"
        );
    }
    // A failure that passes must not choose another version.
    let down = openstack("https://s.test/v1.1/p", |_| Scripted::json(503, ""));
    let error = connect(builder(&down), None).await.unwrap_err();
    assert!(error.is_retryable() && error.is_server(), "{error}");
}

#[tokio::test]
async fn a_list_of_versions_that_wants_a_token_gets_it() {
    let wire = openstack("https://s.test", |request| {
        if request.headers().contains_key("x-auth-token") {
            versions(request)
        } else {
            Scripted::json(401, "{}")
        }
    });
    assert_eq!(
        connect(builder(&wire), None).await.unwrap().version(),
        Version::V2
    );
    assert_eq!(asked(&wire).len(), 2);
}

#[tokio::test]
async fn the_list_of_versions_is_read_once() {
    let wire = openstack("https://s.test", versions);
    let cloud = builder(&wire).build().unwrap();
    assert_eq!(
        cloud.data_processing().await.unwrap().version(),
        Version::V2
    );
    assert_eq!(
        cloud
            .data_processing()
            .version(Version::V1_1)
            .await
            .unwrap()
            .endpoint()
            .unwrap(),
        "https://s.test/v1.1"
    );
    assert_eq!(wire.lines(), ["POST /v3/auth/tokens", "GET /"]);
}

#[tokio::test]
async fn an_override_needs_no_catalog() {
    let with = |url: &str| {
        let body = token(&json!([]));
        let wire = ScriptedTransport::from_fn(move |request| {
            if request.uri().host() == Some("keystone.test") {
                issued("t", &body)
            } else {
                versions(request)
            }
        });
        (builder(&wire).endpoint_override(url), wire)
    };
    let filled = format!("https://o.test/v1.1/{PROJECT}");
    for (url, version, requests, base) in [
        (
            "https://o.test/v1.1/%(project_id)s",
            None,
            0,
            filled.as_str(),
        ),
        (
            "https://o.test/v1.1/$(tenant_id)s",
            Some(Version::V1_1),
            0,
            &filled,
        ),
        ("https://o.test/v1.1/{project_id}", None, 0, &filled),
        (
            "https://o.test/%2F{tenant_id}/{user_id}",
            None,
            1,
            &format!("https://o.test/%2F{PROJECT}/u1/v2"),
        ),
        ("https://o.test/x/v2/", None, 0, "https://o.test/x/v2"),
        (
            "https://o.test/%(user_id)s",
            None,
            1,
            "https://o.test/u1/v2",
        ),
        (
            "https://o.test",
            Some(Version::V1_1),
            1,
            "https://o.test/v1.1",
        ),
    ] {
        let (builder, wire) = with(url);
        let api = connect(builder, version).await.unwrap();
        assert_eq!(
            (api.endpoint().unwrap(), asked(&wire).len()),
            (base, requests),
            "{url}"
        );
    }
    let error = connect(with("https://o.test/v1.1").0, Some(Version::V2))
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("endpoint_override (client builder): is for API v1.1, but v2 is asked for"),
        "{error}"
    );
}

#[tokio::test]
async fn interface_region_type_and_name_choose_in_the_order_of_the_catalog() {
    let endpoint = |interface: &str, region: &str, url: &str| json!({"interface": interface, "region_id": region, "region": region, "url": url});
    let services = json!([
        {"type": "data_processing", "name": "one", "endpoints": [
            endpoint("admin", "A", "https://a1.test/v2"),
            endpoint("public", "A", ""),
            endpoint("public", "B", "https://b1.test/v2"),
            endpoint("internal", "A", "https://c1.test/v2"),
        ]},
        {"type": "data-processing", "name": "two", "endpoints": [
            endpoint("public", "A", "https://a2.test/v2"),
            {"interface": "public", "region_id": null, "region": "C", "url": "https://c2.test/v2"},
        ]},
        {"type": "data-processingv2", "name": "three", "endpoints": [endpoint("public", "A", "https://a3.test/v2")]},
        {"type": "compute", "name": "nova", "endpoints": []},
    ]);
    let wire = |services: &Value| {
        let body = token(services);
        ScriptedTransport::from_fn(move |_| issued("t", &body))
    };
    let url = async |set: fn(CloudBuilder) -> CloudBuilder| {
        let connected = connect(set(builder(&wire(&services))), None).await;
        connected
            .map(|api| api.endpoint().unwrap().to_owned())
            .map_err(|error| error.to_string())
    };
    assert_eq!(url(|b| b).await.unwrap(), "https://b1.test/v2");
    assert_eq!(url(|b| b.region("A")).await.unwrap(), "https://a2.test/v2");
    assert_eq!(url(|b| b.region("C")).await.unwrap(), "https://c2.test/v2");
    assert_eq!(
        url(|b| b.interface([Interface::Internal])).await.unwrap(),
        "https://c1.test/v2"
    );
    assert_eq!(
        url(|b| b
            .interface([Interface::Admin, Interface::Public])
            .region("B"))
        .await
        .unwrap(),
        "https://b1.test/v2"
    );
    assert_eq!(
        url(|b| b.service_name("two")).await.unwrap(),
        "https://a2.test/v2"
    );
    assert_eq!(
        url(|b| b.service_type("data-processingv2")).await.unwrap(),
        "https://a3.test/v2"
    );
    for (set, problem) in [
        (
            (|b: CloudBuilder| b.region("a")) as fn(CloudBuilder) -> CloudBuilder,
            "no public endpoint of the service data-processing or data-processingv2 in the region a: the service has \
             admin in A (https://a1.test/v2), public in A (), public in B (https://b1.test/v2), internal in A \
             (https://c1.test/v2), public in A (https://a2.test/v2), public in C (https://c2.test/v2)",
        ),
        (
            |b| b.service_type("dns"),
            "the catalog has the types data_processing, data-processing, data-processingv2, compute",
        ),
        (
            |b| b.service_type("compute"),
            "no public endpoint of the service compute: the service has no endpoint at all",
        ),
        (
            |b| b.service_name("four"),
            "named four: the services of this type are named one, two",
        ),
    ] {
        let error = url(set).await.unwrap_err();
        assert!(error.contains(problem), "{error}");
    }
    // The second type is for catalogs that have nothing else.
    let only = json!([services[2].clone()]);
    assert_eq!(
        connect(builder(&wire(&only)), None)
            .await
            .unwrap()
            .endpoint()
            .unwrap(),
        "https://a3.test/v2"
    );
    let error = connect(builder(&wire(&json!([]))), None)
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("the token brought no catalog"), "{error}");
}

/// Sahara answers 503 to a token without a project, which looks like a failure that passes.
#[tokio::test]
async fn a_token_without_a_project_is_not_sent_anywhere() {
    for scope in [
        json!({}),
        json!({"domain": {"id": "d"}}),
        json!({"system": {"all": true}}),
    ] {
        let wire = ScriptedTransport::from_fn(move |_| issued("t", &json!({ "token": scope })));
        let error = connect(builder(&wire).endpoint_override("https://o.test/v2"), None)
            .await
            .unwrap_err();
        assert!(error.is_auth() && !error.is_retryable(), "{error}");
        assert!(
            error.to_string().contains("the token is not for a project"),
            "{error}"
        );
        assert_eq!(wire.lines(), ["POST /v3/auth/tokens"]);
    }
}

#[tokio::test]
async fn an_address_of_the_file_that_cannot_be_filled_names_its_key() {
    let file = |field: &str| {
        format!(
            "clouds: {{a: {{data_processing_endpoint: 'https://o.test/v1.1/{field}', auth: {{auth_url: \
             'https://keystone.test', user_id: u, password: hunter2, project_id: p}}}}}}"
        )
    };
    let settings = |field: &str| {
        let env =
            Environment::given([("OS_CLOUD", "a")], None).with_file("clouds.yaml", file(field));
        Settings::load(&env)
    };
    let wire = openstack("https://s.test/v2", versions);
    let builder = Cloud::builder().transport(std::sync::Arc::new(wire));
    // The project of the file is filled in at once, that of the token later.
    for (field, base) in [
        ("{project_id}", "p"),
        ("{tenant_id}", PROJECT),
        ("{user_id}", "u"),
    ] {
        let cloud = builder
            .clone()
            .settings(settings(field).unwrap())
            .build()
            .unwrap();
        assert_eq!(
            cloud.data_processing().await.unwrap().endpoint().unwrap(),
            format!("https://o.test/v1.1/{base}")
        );
    }
    assert_eq!(
        settings("{projectid}").unwrap_err().message(),
        "clouds.a.data_processing_endpoint (clouds.yaml): holds {projectid}, and the cloud has no key projectid"
    );
    let error = builder
        .settings(settings("%(projectid)s").unwrap())
        .build()
        .unwrap_err();
    assert_eq!(
        error.message(),
        "clouds.a.data_processing_endpoint (clouds.yaml): holds %(projectid)s; only project_id, tenant_id and user_id are \
         filled in"
    );
}

#[tokio::test]
async fn an_address_in_the_clear_is_refused_wherever_it_comes_from() {
    let wire = openstack("http://s.test/v2", versions);
    let error = connect(builder(&wire), None).await.unwrap_err().to_string();
    assert!(
        error.contains(
            "public endpoint of sahara, type data-processing, in RegionOne, from the catalog of"
        ),
        "{error}"
    );
    assert!(
        error.contains("is http://, which sends secrets readable"),
        "{error}"
    );
    assert_eq!(
        connect(builder(&wire).allow_http(true), None)
            .await
            .unwrap()
            .endpoint()
            .unwrap(),
        "http://s.test/v2"
    );
    for (builder, setting) in [
        (
            builder(&wire).auth_url("http://keystone.test"),
            "auth_url (client builder): is http://",
        ),
        (
            builder(&wire).endpoint_override("http://o.test"),
            "endpoint_override (client builder): is http://",
        ),
        (
            builder(&wire).endpoint_override("https://o.test/v1.1/{projectid}"),
            "endpoint_override (client builder): holds {projectid}; only project_id, tenant_id and user_id are filled in",
        ),
        (
            builder(&wire).endpoint_override("https://o.test/v1.1/%(domain_id)s"),
            "endpoint_override (client builder): holds %(domain_id)s; only project_id, tenant_id and user_id are filled in",
        ),
        (
            builder(&wire).endpoint_override("https://o.test/v1.1/$(project_id"),
            "endpoint_override (client builder): has a $( without its )s",
        ),
        (
            builder(&wire).auth_url("keystone.test"),
            "auth_url (client builder): has no scheme",
        ),
        (
            Cloud::builder().login(common::login()),
            "auth_url: not set; give it by CloudBuilder::auth_url",
        ),
        (
            builder(&wire).poll_interval(std::time::Duration::ZERO),
            "poll_interval (client builder): must be longer than zero",
        ),
        (
            Cloud::builder().auth_url(KEYSTONE),
            "login: not set; give it by CloudBuilder::login",
        ),
    ] {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains(setting), "{error}");
    }
}

#[tokio::test]
async fn all_of_it_is_explained() {
    let wire = openstack(&format!("https://s.test/v1.1/{PROJECT}"), versions);
    let clouds = format!(
        "clouds:\n  prod:\n    auth: {{auth_url: '{KEYSTONE}', username: demo, password: hunter2, project_name: demo,\n      \
         user_domain_name: Default, project_domain_id: default}}\n    verify: false\n"
    );
    let env = Environment::given(
        [("OS_CLOUD", "prod"), ("OS_REGION_NAME", "x")],
        Some("/home/me".into()),
    )
    .with_file("/etc/openstack/clouds.yaml", clouds);
    let builder = Cloud::builder()
        .settings(Settings::load(&env).unwrap())
        .clock(PausedClock::new());
    let cloud = builder.transport(Arc::new(wire)).build().unwrap();
    let api = cloud.data_processing().await.unwrap();
    let expected = format!(
        "cloud     prod (OS_CLOUD (environment))
keystone  https://keystone.test/v3 (clouds.prod.auth.auth_url (/etc/openstack/clouds.yaml))
login     password of the user demo in the domain Default, for the project demo in the domain with the id default (clouds.prod.auth.password (/etc/openstack/clouds.yaml))
note      certificates of servers are not checked: clouds.prod.verify (/etc/openstack/clouds.yaml)
project   demo ({PROJECT})
endpoint  https://s.test/v1.1/{PROJECT} (public endpoint of sahara, type data-processing, in RegionOne, from the catalog of https://keystone.test/v3)
version   v2 (the newest that is known here; https://s.test/ lists v1.0, v1.1, v2)
base      https://s.test/v2/{PROJECT}"
    );
    assert_eq!(api.explain().to_string(), expected);
    assert_eq!(api.explain().lines().last().unwrap().0, "base");
    let before: Vec<&str> = expected.lines().take(4).collect();
    assert_eq!(cloud.explain().to_string(), before.join("\n"));
}

#[tokio::test]
async fn what_the_program_sets_goes_before_what_is_found() {
    let wire = openstack("https://s.test/v2", versions);
    let env = Environment::given(
        [
            ("OS_AUTH_URL", "https://other.test"),
            ("OS_TOKEN", "x"),
            ("OS_DATA_PROCESSING_URL", "https://other.test/v2"),
            ("OS_REGION_NAME", "Other"),
            ("OS_INTERFACE", "admin"),
            ("OS_DATA_PROCESSING_API_VERSION", "1.1"),
        ],
        None,
    );
    let found = Settings::load(&env).unwrap();
    let set = builder(&wire)
        .endpoint_override("https://mine.test/v2")
        .version(Version::V2)
        .settings(found.clone());
    assert_eq!(
        connect(set, None).await.unwrap().endpoint().unwrap(),
        "https://mine.test/v2"
    );
    let mut without = found;
    without.endpoint_override = None;
    let set = builder(&wire)
        .region("RegionOne")
        .interface([Interface::Internal])
        .version(Version::V2);
    assert_eq!(
        connect(set.settings(without), None)
            .await
            .unwrap()
            .endpoint()
            .unwrap(),
        "https://inside.test/v2"
    );
    assert!(
        wire.seen()
            .iter()
            .all(|seen| seen.request.uri().host() != Some("other.test"))
    );
}

#[tokio::test]
async fn the_catalog_and_the_token_are_there_to_be_read() {
    let wire = openstack("https://s.test/v2", versions);
    let cloud = builder(&wire).build().unwrap();
    let services = cloud.catalog().await.unwrap();
    assert_eq!(
        serde_json::to_value(&services).unwrap()[1]["endpoints"][1]["url"],
        catalog("https://s.test/v2")[1]["endpoints"][1]["url"]
    );
    assert_eq!(
        cloud.token().await.unwrap().expires_at.unwrap().to_string(),
        "2026-11-20T15:05:26Z"
    );
    assert_eq!(wire.seen().len(), 1);
}

#[cfg(feature = "blocking")]
#[test]
fn everything_has_a_blocking_form() {
    let wire = openstack("https://s.test/v2", |_| {
        Scripted::json(200, r#"{"node_group_templates":[{"id":"t","name":"a"}]}"#)
    });
    let builder = Cloud::builder()
        .auth_url(KEYSTONE)
        .login(common::login())
        .transport(Arc::new(wire));
    let api = builder
        .build()
        .unwrap()
        .data_processing()
        .send_blocking()
        .unwrap();
    assert_eq!(
        api.node_group_templates()
            .list()
            .all_blocking()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        api.node_group_templates()
            .find("a")
            .send_blocking()
            .unwrap()
            .unwrap()
            .id
            .as_str(),
        "t"
    );
}
