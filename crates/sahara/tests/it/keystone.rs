//! Logging in, on the wire: what is sent for each kind of login, and what is read from the answers.

use std::sync::Arc;

use crate::common::{self, catalog, issued, token};
use cloud_core::test_util::{PausedClock, Scripted, ScriptedTransport};
use sahara::config::{Environment, Settings};
use sahara::keystone::{ApplicationCredential, Project, Scope, TokenScope, User};
use sahara::{ApiError, Cloud, CloudBuilder, ErrorKind, Login};
use sahara::{DomainId, IdOrName, ProjectId, UserId};
use serde_json::{Value, json};

/// A cloud with this login and a Keystone that answers so.
fn cloud(
    login: Login,
    auth_url: &str,
    answer: impl Fn() -> Scripted + Send + Sync + 'static,
) -> (Cloud, ScriptedTransport) {
    let wire = ScriptedTransport::from_fn(move |_| answer());
    let builder = Cloud::builder()
        .auth_url(auth_url)
        .login(login)
        .transport(Arc::new(wire.clone()));
    (builder.clock(PausedClock::new()).build().unwrap(), wire)
}

/// The request for a token that a login makes: its line and its body.
async fn request(login: Login, auth_url: &str) -> (String, String) {
    let v2 = matches!(login, Login::V2Password { .. });
    let (cloud, wire) = cloud(login, auth_url, move || {
        if v2 {
            Scripted::json(200, v2_token().to_string())
        } else {
            issued("secret-1", &token(&json!([])))
        }
    });
    cloud.token().await.unwrap();
    let [seen] = <[_; 1]>::try_from(wire.seen()).unwrap();
    assert!(seen.request.headers().get("x-auth-token").is_none());
    assert_eq!(seen.request.headers()["content-type"], "application/json");
    assert_eq!(seen.request.headers()["accept"], "application/json");
    (
        format!("{} {}", seen.request.method(), seen.request.uri()),
        String::from_utf8(seen.request.body().to_vec()).unwrap(),
    )
}

fn user() -> User {
    User::named("demo", "Default")
}

#[tokio::test]
async fn every_kind_of_login_has_its_body() {
    let id = |id| Project::id(id);
    for (login, body) in [
        (
            Login::password(
                user(),
                "p\"w",
                Project::named("demo", DomainId::from("default")),
            ),
            r#"{"auth":{"identity":{"methods":["password"],"password":{"user":{"domain":{"name":"Default"},"name":"demo","password":"p\"w"}}},"scope":{"project":{"domain":{"id":"default"},"name":"demo"}}}}"#,
        ),
        (
            Login::password(User::id("u1"), "pw", id("p1")),
            r#"{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"u1","password":"pw"}}},"scope":{"project":{"id":"p1"}}}}"#,
        ),
        (
            Login::password(User::id("u1"), "pw", Scope::Domain("D".into())),
            r#"{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"u1","password":"pw"}}},"scope":{"domain":{"name":"D"}}}}"#,
        ),
        (
            Login::password(
                User::id("u1"),
                "pw",
                Scope::Domain(DomainId::from("d").into()),
            ),
            r#"{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"u1","password":"pw"}}},"scope":{"domain":{"id":"d"}}}}"#,
        ),
        (
            Login::password(User::id("u1"), "pw", Scope::System),
            r#"{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"u1","password":"pw"}}},"scope":{"system":{"all":true}}}}"#,
        ),
        (
            Login::password(User::id("u1"), "pw", Scope::Trust("t".into())),
            r#"{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"u1","password":"pw"}}},"scope":{"OS-TRUST:trust":{"id":"t"}}}}"#,
        ),
        (
            Login::password(User::id("u1"), "pw", Scope::Unscoped),
            r#"{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"u1","password":"pw"}}},"scope":"unscoped"}}"#,
        ),
        (
            Login::password(User::id("u1"), "pw", Scope::Default),
            r#"{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"u1","password":"pw"}}}}}"#,
        ),
        (
            Login::token("old", id("p1")),
            r#"{"auth":{"identity":{"methods":["token"],"token":{"id":"old"}},"scope":{"project":{"id":"p1"}}}}"#,
        ),
        (
            Login::application_credential(ApplicationCredential::id("c1"), "s"),
            r#"{"auth":{"identity":{"application_credential":{"id":"c1","secret":"s"},"methods":["application_credential"]}}}"#,
        ),
        (
            Login::application_credential(ApplicationCredential::named("ci", user()), "s"),
            r#"{"auth":{"identity":{"application_credential":{"name":"ci","secret":"s","user":{"domain":{"name":"Default"},"name":"demo"}},"methods":["application_credential"]}}}"#,
        ),
    ] {
        let (line, sent) = request(login, "https://keystone.test:5000").await;
        assert_eq!(
            (line.as_str(), sent.as_str()),
            ("POST https://keystone.test:5000/v3/auth/tokens", body)
        );
    }
    for (login, body) in [
        (
            Login::v2_password("demo", "pw", IdOrName::Id(ProjectId::from("p1"))),
            r#"{"auth":{"passwordCredentials":{"password":"pw","username":"demo"},"tenantId":"p1"}}"#,
        ),
        (
            Login::v2_password(UserId::from("u1"), "pw", IdOrName::from("demo")),
            r#"{"auth":{"passwordCredentials":{"password":"pw","userId":"u1"},"tenantName":"demo"}}"#,
        ),
        (
            Login::v2_password("demo", "pw", None),
            r#"{"auth":{"passwordCredentials":{"password":"pw","username":"demo"}}}"#,
        ),
    ] {
        let (line, sent) = request(login, "https://keystone.test/v2.0/").await;
        assert_eq!(
            (line.as_str(), sent.as_str()),
            ("POST https://keystone.test/v2.0/tokens", body)
        );
    }
}

#[tokio::test]
async fn the_address_may_end_in_a_version_and_have_a_prefix() {
    let login = || Login::password(user(), "pw", Scope::Default);
    for (url, sent) in [
        ("https://k.test", "https://k.test/v3/auth/tokens"),
        ("https://k.test/", "https://k.test/v3/auth/tokens"),
        ("https://k.test/v3", "https://k.test/v3/auth/tokens"),
        ("https://k.test/v3/", "https://k.test/v3/auth/tokens"),
        ("https://k.test/v2.0", "https://k.test/v3/auth/tokens"),
        (
            "https://k.test/identity",
            "https://k.test/identity/v3/auth/tokens",
        ),
        (
            "https://k.test/identity/v3/",
            "https://k.test/identity/v3/auth/tokens",
        ),
    ] {
        assert_eq!(request(login(), url).await.0, format!("POST {sent}"));
    }
    let old = Login::v2_password("demo", "pw", None);
    assert_eq!(
        request(old, "https://k.test/identity/v3").await.0,
        "POST https://k.test/identity/v2.0/tokens"
    );
}

fn v2_token() -> Value {
    json!({"access": {
        "token": {"id": "secret-2", "issued_at": "2026-11-20T10:00:00.000000", "expires": "2026-11-20T11:00:00Z",
            "tenant": {"id": "p1", "name": "demo"}},
        "user": {"id": "u1", "name": "demo", "roles": [{"name": "member"}]},
        "serviceCatalog": [{"type": "data-processing", "name": "sahara", "endpoints": [
            {"id": "e", "region": "R", "publicURL": "https://sahara.test/v1.1/p1", "internalURL": "https://in.test/v1.1/p1"}]}],
        "metadata": {},
    }})
}

#[tokio::test]
async fn an_old_answer_is_read_as_a_new_one() {
    let login = Login::v2_password("demo", "pw", IdOrName::Id(ProjectId::from("p1")));
    let (cloud, wire) = cloud(login, "https://k.test", || {
        Scripted::json(200, v2_token().to_string())
    });
    let token = cloud.token().await.unwrap();
    assert_eq!(
        (
            token.user.name.as_str(),
            token.project.as_ref().unwrap().id.as_str()
        ),
        ("demo", "p1")
    );
    assert_eq!(
        (token.scope(), token.roles[0].name.as_str()),
        (TokenScope::Project, "member")
    );
    let endpoints: Vec<_> = token.catalog.0[0]
        .endpoints
        .iter()
        .map(|e| (e.interface.as_str(), e.region(), e.url.as_str()))
        .collect();
    assert_eq!(
        endpoints,
        [
            ("public", "R", "https://sahara.test/v1.1/p1"),
            ("internal", "R", "https://in.test/v1.1/p1")
        ]
    );
    let api = cloud
        .data_processing()
        .version(sahara::Version::V1_1)
        .await
        .unwrap();
    let _ = api
        .node_group_templates()
        .get("x")
        .options(|o| o.attempt_timeout(std::time::Duration::from_secs(1)))
        .await;
    assert_eq!(wire.seen()[1].request.headers()["x-auth-token"], "secret-2");
}

#[tokio::test]
async fn what_is_told_about_a_token_may_be_little() {
    for (body, scope) in [
        (json!({"token": {}}), TokenScope::Unscoped),
        (
            json!({"token": {"catalog": null, "roles": null, "user": null, "expires_at": null, "new": [1]}}),
            TokenScope::Unscoped,
        ),
        (
            json!({"token": {"domain": {"id": "d"}}}),
            TokenScope::Domain,
        ),
        (
            json!({"token": {"system": {"all": true}}}),
            TokenScope::System,
        ),
        (
            json!({"token": {"project": {"id": "p"}, "catalog": [{"type": "x", "endpoints": [{"url": "u", "region": null, "interface": "new"}]}]}}),
            TokenScope::Project,
        ),
    ] {
        let (cloud, _) = cloud(common::login(), "https://k.test", move || {
            issued("s", &body)
        });
        assert_eq!(cloud.token().await.unwrap().scope(), scope);
    }
}

type Answer = fn() -> Scripted;

#[tokio::test]
async fn an_answer_without_a_token_is_not_understood() {
    let answers: [(Answer, &str); 3] = [
        (
            || Scripted::json(201, token(&json!([])).to_string()),
            "the answer has no token in X-Subject-Token",
        ),
        (
            || issued("s", &json!({"tokens": {}})),
            "this is no token of Keystone",
        ),
        (
            || Scripted::with_headers(200, &[("x-subject-token", "s")], "<html>"),
            "this is no token of Keystone",
        ),
    ];
    for (answer, problem) in answers {
        let (cloud, _) = cloud(common::login(), "https://k.test", answer);
        let error = cloud.token().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.to_string().contains(problem), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn refusals_are_told_and_not_repeated() {
    let refused = || {
        let headers = [
            ("content-type", "application/json"),
            ("x-openstack-request-id", "req-7"),
        ];
        let body = r#"{"error":{"code":401,"message":"The request you have made requires authentication.","title":"Unauthorized"}}"#;
        Scripted::with_headers(401, &headers, body)
    };
    let (cloud, wire) = cloud(common::login(), "https://k.test", refused);
    let error = cloud.token().await.unwrap_err();
    assert!(error.is_auth() && !error.is_retryable(), "{error}");
    assert_eq!(error.correlation_id(), Some("req-7"));
    let text = error.to_string();
    let told = "no token: POST /auth/tokens failed: 401 Unauthorized: The request you have made";
    assert!(text.starts_with(told), "{text}");
    assert!(cloud.data_processing().await.unwrap_err().is_auth());
    assert_eq!(wire.seen().len(), 2);
}

/// What the first call tells when Keystone accepts no login of this builder, and the setting that is named.
async fn refused(builder: CloudBuilder) -> (String, String) {
    let body =
        r#"{"error":{"code":401,"message":"The request you have made requires authentication."}}"#;
    let wire = ScriptedTransport::from_fn(move |_| Scripted::json(401, body));
    let builder = builder.transport(Arc::new(wire)).clock(PausedClock::new());
    let api = builder.build().unwrap().data_processing().lazily();
    let error = api.plugins().list().page().await.unwrap_err();
    assert!(error.is_auth(), "{error}");
    let origin = error.credential_origin().unwrap().to_owned();
    (error.to_string(), origin)
}

#[tokio::test(start_paused = true)]
async fn a_refused_login_names_the_setting_of_its_secret() {
    const KEYSTONE: &str = "POST /auth/tokens failed: 401 Unauthorized: The request you have made requires \
                            authentication. (0.0 s)";
    let project = || Project::id("p1");
    let project_words = ", for the project with the id p1";
    let token_words = format!(
        "the given token is not accepted, and a token cannot renew itself; log in by a password or an application \
         credential ({KEYSTONE})"
    );
    for (login, keys, secret, who, told) in [
        (
            Login::password(user(), "hunter2", project()),
            "username: demo, user_domain_name: Default, project_id: p1",
            "password",
            format!("password of the user demo in the domain Default{project_words}"),
            format!("no token: {KEYSTONE}"),
        ),
        (
            Login::application_credential(ApplicationCredential::id("c1"), "hunter2"),
            "application_credential_id: c1",
            "application_credential_secret",
            "application credential with the id c1".to_owned(),
            format!("no token: {KEYSTONE}"),
        ),
        (
            Login::token("hunter2", project()),
            "project_id: p1",
            "token",
            format!("a given token, which cannot be renewed{project_words}"),
            format!("no token: {token_words}"),
        ),
    ] {
        let builder = Cloud::builder().auth_url("https://k.test").login(login);
        let origin = format!(
            "login (client builder), {who} at https://k.test/v3 (auth_url (client builder))"
        );
        let text = format!("GET /plugins failed: {told}; credential: {origin}");
        assert_eq!(refused(builder).await, (text, origin));

        let variable = format!("OS_{}", secret.to_uppercase());
        let mut variables = vec![
            ("OS_AUTH_URL".to_owned(), "https://k.test".to_owned()),
            (variable.clone(), "hunter2".to_owned()),
        ];
        for key in keys.split(", ") {
            let (key, value) = key.split_once(": ").unwrap();
            variables.push((format!("OS_{}", key.to_uppercase()), value.to_owned()));
        }
        let found = Settings::load(&Environment::given(variables, None)).unwrap();
        let origin = format!(
            "{variable} (environment), {who} at https://k.test/v3 (OS_AUTH_URL (environment)), of the cloud envvars \
             (OS_* (environment))"
        );
        let text = format!("GET /plugins failed: {told}; credential: {origin}");
        assert_eq!(
            refused(Cloud::builder().settings(found)).await,
            (text, origin)
        );

        let (file, secure) = (
            format!("clouds: {{prod: {{auth: {{auth_url: 'https://k.test', {keys}}}}}}}"),
            format!("clouds: {{prod: {{auth: {{{secret}: hunter2}}}}}}"),
        );
        let env = Environment::given([("OS_CLOUD", "prod")], None)
            .with_file("/etc/openstack/clouds.yaml", file)
            .with_file("/etc/openstack/secure.yaml", secure);
        let origin = format!(
            "clouds.prod.auth.{secret} (/etc/openstack/secure.yaml), {who} at https://k.test/v3 \
             (clouds.prod.auth.auth_url (/etc/openstack/clouds.yaml)), of the cloud prod (OS_CLOUD (environment))"
        );
        let text = format!("GET /plugins failed: {told}; credential: {origin}");
        let found = Settings::load(&env).unwrap();
        assert_eq!(
            refused(Cloud::builder().settings(found)).await,
            (text, origin)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_address_where_no_keystone_is_is_named_with_what_may_be_wrong() {
    let v2 = Login::v2_password(IdOrName::Name("demo".to_owned()), "hunter2", None);
    let (to_v3, to_v2) = (
        "a service of version 2.0 alone needs the auth_type v2password",
        "today's services have version 3 alone, for which auth_type is v3password",
    );
    for (login, url, asked, hint) in [
        (
            common::login(),
            "https://k.test/identty",
            "https://k.test/identty/v3/auth/tokens",
            to_v3,
        ),
        (
            common::login(),
            "https://k.test/v2.0",
            "https://k.test/v3/auth/tokens",
            to_v3,
        ),
        (v2, "https://k.test/v3", "https://k.test/v2.0/tokens", to_v2),
    ] {
        let (cloud, wire) = cloud(login, url, || Scripted::json(404, "<html>Not Found</html>"));
        let told = format!("no Keystone takes logins at {asked}; check auth_url; {hint} (");
        let error = cloud.token().await.unwrap_err();
        assert!(error.message().starts_with(&told), "{error}");
        // Nothing that was looked for is missing: a caller who asks must not take it for that.
        assert!(error.is_auth() && !error.is_not_found(), "{error:?}");
        let error = cloud.data_processing().await.unwrap_err().to_string();
        assert!(
            error.contains(&told) && !error.contains("hunter2"),
            "{error}"
        );
        assert_eq!(wire.seen().len(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_keystone_in_trouble_is_asked_again() {
    let answers = [
        Scripted::json(503, ""),
        Scripted::Failure(cloud_core::transport::TransportErrorKind::Interrupted),
        issued("s", &token(&catalog("https://sahara.test/v2"))),
    ];
    let wire = ScriptedTransport::new(answers);
    let cloud = common::builder(&wire).build().unwrap();
    assert_eq!(cloud.token().await.unwrap().user.name, "demo");
    assert_eq!(wire.lines(), ["POST /v3/auth/tokens"; 3]);
}

#[tokio::test]
async fn a_token_cannot_renew_itself_and_says_so() {
    let login = Login::token("old", Scope::Default);
    let (cloud, _) = cloud(login, "https://k.test", || {
        Scripted::json(401, r#"{"error":{"message":"no"}}"#)
    });
    let error = cloud.token().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credential);
    assert!(
        error
            .to_string()
            .contains("a token cannot renew itself; log in by a password"),
        "{error}"
    );
    assert!(error.is_auth());
}

#[tokio::test]
async fn more_methods_are_asked_for_by_name() {
    let body =
        r#"{"receipt":{"methods":["password"]},"required_auth_methods":[["password","totp"]]}"#;
    let (cloud, _) = cloud(common::login(), "https://k.test", move || {
        Scripted::json(401, body)
    });
    let error = cloud.token().await.unwrap_err();
    assert!(error.api::<ApiError>().unwrap().is_more_methods_required());
    assert!(
        error
            .to_string()
            .contains("the service wants password and totp"),
        "{error}"
    );
}

#[tokio::test]
async fn no_secret_is_shown() {
    for login in [
        Login::password(user(), "hunter2", Scope::Default),
        Login::token("hunter2", Scope::Default),
        Login::application_credential(ApplicationCredential::id("c"), "hunter2"),
        Login::v2_password("demo", "hunter2", None),
    ] {
        let v2 = matches!(login, Login::V2Password { .. });
        let mut shown = vec![format!("{login:?}")];
        let body = token(&catalog("https://sahara.test/v2"));
        let (cloud, _) = cloud(login, "https://k.test", move || {
            let text = v2_token().to_string().replace("secret-2", "hunter2");
            if v2 {
                Scripted::json(200, text)
            } else {
                issued("hunter2", &body)
            }
        });
        shown.push(format!("{:?}{cloud:?}", cloud.token().await.unwrap()));
        let api = cloud.data_processing().await;
        shown.push(format!("{api:?}{cloud:?}"));
        if let Ok(api) = api {
            let call = api.node_group_templates().get("x");
            shown.push(format!("{call:?}{:?}{}", call.clone().await, api.explain()));
        }
        assert!(!shown.concat().contains("hunter2"), "{shown:?}");
    }
}
