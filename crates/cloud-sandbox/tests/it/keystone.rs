//! Keystone on the wire.

use crate::common::openstack::{Cloud, DEMO, KEYSTONE, application_credential, password};
use crate::common::{self, SECOND};
use cloud_sandbox::{Sandbox, keystone};
use serde_json::{Value, json};

/// A refusal in Keystone's own form.
#[track_caller]
fn refused(reply: &common::Reply, status: u16) -> String {
    assert_eq!(reply.status, status, "{}", reply.text);
    let error = &reply.json["error"];
    assert_eq!(error["code"], status, "{}", reply.text);
    assert!(error["title"].is_string(), "{}", reply.text);
    if status == 401 {
        assert_eq!(
            reply.header("www-authenticate"),
            format!("Keystone uri=\"{KEYSTONE}/v3\"")
        );
    }
    error["message"].as_str().unwrap().to_owned()
}

fn cloud() -> Cloud {
    let sandbox = Sandbox::new();
    sandbox.clock().freeze();
    Cloud::without_token(sandbox)
}

#[tokio::test]
async fn versions_are_found_without_a_token() {
    let cloud = cloud();
    let reply = cloud.keystone("GET", "/", Value::Null).await;
    let version = reply.ok(300)["versions"]["values"][0].clone();
    assert_eq!(
        (version["id"].as_str(), version["status"].as_str()),
        (Some("v3.14"), Some("stable"))
    );
    assert_eq!(version["links"][0]["href"], format!("{KEYSTONE}/v3/"));
    assert_eq!(reply.header("location"), format!("{KEYSTONE}/v3/"));
    assert_eq!(reply.header("vary"), "X-Auth-Token");
    assert!(reply.header("x-openstack-request-id").starts_with("req-"));
    assert_eq!(
        cloud.keystone("GET", "/v3/", Value::Null).await.ok(200)["version"],
        version
    );
    refused(&cloud.keystone("GET", "/v4", Value::Null).await, 404);
    refused(&cloud.keystone("PATCH", "/v3", Value::Null).await, 405);
}

#[tokio::test]
async fn a_password_gives_a_token_for_a_project_with_a_catalog() {
    let cloud = cloud();
    let reply = cloud
        .authenticate(password("demo", "demo-pw", Some("demo")))
        .await;
    let token = &reply.ok(201)["token"];
    assert!(reply.header("x-subject-token").starts_with("gAAAAA"));
    assert_eq!(token["methods"], json!(["password"]));
    assert_eq!(token["user"]["id"], keystone::DEMO_USER);
    assert_eq!(
        token["project"],
        json!({"id": DEMO, "name": "demo", "domain": {"id": "default", "name": "Default"}})
    );
    assert_eq!(token["roles"][1]["name"], "member");
    let (issued, expires) = (
        token["issued_at"].as_str().unwrap(),
        token["expires_at"].as_str().unwrap(),
    );
    assert!(
        issued.ends_with(".000000Z") && issued.len() == 27 && issued < expires,
        "{issued} {expires}"
    );

    let service = |kind: &str| {
        token["catalog"]
            .as_array()
            .unwrap()
            .iter()
            .find(|service| service["type"] == kind)
            .unwrap()
    };
    let sahara = service("data-processing")["endpoints"].as_array().unwrap();
    let first = &sahara[0];
    assert_eq!(
        (first["interface"].as_str(), first["region"].as_str()),
        (Some("public"), Some("RegionOne"))
    );
    assert_eq!(
        first["url"],
        format!("http://cloud.example:8386/v1.1/{DEMO}")
    );
    assert_eq!(
        sahara
            .iter()
            .filter(|endpoint| endpoint["region_id"] == "RegionTwo")
            .count(),
        3
    );
    assert_eq!(
        service("data-processingv2")["endpoints"][2]["url"],
        "http://cloud.example:8386/v2"
    );
    assert_eq!(
        service("identity")["endpoints"][0]["url"],
        format!("{KEYSTONE}/v3/")
    );

    let reply = cloud
        .send(
            "POST",
            &format!("{KEYSTONE}/v3/auth/tokens?nocatalog"),
            &[],
            password("demo", "demo-pw", Some("other")).to_string(),
        )
        .await;
    assert_eq!(reply.ok(201)["token"]["catalog"], Value::Null);
    assert_eq!(
        reply.json["token"]["project"]["id"],
        keystone::OTHER_PROJECT
    );
}

#[tokio::test]
async fn the_catalog_of_a_mount_leads_to_the_other_mount() {
    let cloud = cloud();
    let body = password("demo", "demo-pw", Some("demo")).to_string();
    let reply = cloud
        .send(
            "POST",
            "http://127.0.0.1:8500/keystone/v3/auth/tokens",
            &[],
            body,
        )
        .await;
    let url = reply.ok(201)["token"]["catalog"][1]["endpoints"][0]["url"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(url, format!("http://127.0.0.1:8500/sahara/v1.1/{DEMO}"));
    let token = reply.header("x-subject-token");
    cloud
        .send(
            "GET",
            &format!("{url}/plugins"),
            &[("x-auth-token", token)],
            "",
        )
        .await
        .ok(200);
    assert_eq!(
        cloud.sandbox.journal().count("GET /v1.1/{project}/plugins"),
        1
    );
}

#[tokio::test]
async fn scopes_decide_what_a_token_says() {
    let cloud = cloud();
    let scoped = |user: &str, scope: Value| {
        let mut body = password(user, &format!("{user}-pw"), None);
        body["auth"]["scope"] = scope;
        body
    };
    let token = cloud
        .authenticate(scoped("demo", json!("unscoped")))
        .await
        .ok(201)["token"]
        .clone();
    assert_eq!(
        (
            token.get("project"),
            token.get("roles"),
            token.get("catalog")
        ),
        (None, None, None)
    );
    let project = json!({"project": {"id": DEMO}});
    assert_eq!(
        cloud.authenticate(scoped("demo", project)).await.ok(201)["token"]["project"]["name"],
        "demo"
    );
    let domain = json!({"domain": {"name": "Default"}});
    let token = cloud
        .authenticate(scoped("admin", domain.clone()))
        .await
        .ok(201)["token"]
        .clone();
    assert_eq!(
        (&token["domain"]["id"], token.get("project")),
        (&json!("default"), None)
    );
    let token = cloud
        .authenticate(scoped("admin", json!({"system": {"all": true}})))
        .await
        .ok(201)["token"]
        .clone();
    assert_eq!(token["system"], json!({"all": true}));

    let mut absent = password("admin", "admin-pw", None);
    absent["auth"].as_object_mut().unwrap().remove("scope");
    assert_eq!(
        cloud.authenticate(absent).await.ok(201)["token"]["project"]["name"],
        "admin"
    );
    let mut absent = password("demo", "demo-pw", None);
    absent["auth"].as_object_mut().unwrap().remove("scope");
    assert_eq!(
        cloud.authenticate(absent).await.ok(201)["token"].get("project"),
        None
    );

    refused(&cloud.authenticate(scoped("demo", domain)).await, 401);
    refused(
        &cloud
            .authenticate(scoped("demo", json!({"system": {"all": true}})))
            .await,
        401,
    );
    refused(
        &cloud
            .authenticate(scoped(
                "demo",
                json!({"project": {"id": keystone::ADMIN_PROJECT}}),
            ))
            .await,
        401,
    );
    refused(
        &cloud
            .authenticate(scoped("demo", json!({"project": {"name": "demo"}})))
            .await,
        400,
    );
    refused(
        &cloud
            .authenticate(scoped("demo", json!({"OS-TRUST:trust": {"id": "x"}})))
            .await,
        401,
    );
    refused(
        &cloud
            .authenticate(scoped("demo", json!({"planet": {}})))
            .await,
        400,
    );
}

#[tokio::test]
async fn wrong_credentials_are_refused() {
    let cloud = cloud();
    let message = refused(
        &cloud
            .authenticate(password("demo", "wrong", Some("demo")))
            .await,
        401,
    );
    assert!(message.contains("requires authentication"), "{message}");
    refused(
        &cloud
            .authenticate(password("nobody", "demo-pw", Some("demo")))
            .await,
        401,
    );
    refused(
        &cloud
            .authenticate(password("demo", "demo-pw", Some("nosuch")))
            .await,
        401,
    );
    refused(
        &cloud
            .authenticate(application_credential(
                keystone::UNRESTRICTED_CREDENTIAL,
                "nope",
            ))
            .await,
        401,
    );
    assert!(refused(&cloud.authenticate(json!({"auth": {}})).await, 400).contains("'identity'"));
    refused(
        &cloud
            .authenticate(json!({"auth": {"identity": {"methods": ["password"]}}}))
            .await,
        400,
    );
    let reply = cloud
        .send("POST", &format!("{KEYSTONE}/v3/auth/tokens"), &[], "{")
        .await;
    refused(&reply, 400);
    let reply = cloud
        .send(
            "POST",
            &format!("{KEYSTONE}/v3/auth/tokens"),
            &[],
            vec![b' '; 114_689],
        )
        .await;
    refused(&reply, 413);
}

#[tokio::test]
async fn a_token_from_a_token_keeps_its_end() {
    let cloud = cloud();
    let first = cloud.authenticate(password("demo", "demo-pw", None)).await;
    let expires = first.ok(201)["token"]["expires_at"].clone();
    cloud.sandbox.clock().advance(SECOND * 600);
    let identity = json!({"methods": ["token"], "token": {"id": first.header("x-subject-token")}});
    let body = json!({"auth": {"identity": identity, "scope": {"project": {"id": DEMO}}}});
    let second = cloud.authenticate(body).await;
    let token = &second.ok(201)["token"];
    assert_eq!(token["expires_at"], expires);
    assert_eq!(token["methods"], json!(["password", "token"]));
    assert_eq!(token["audit_ids"][1], first.json["token"]["audit_ids"][0]);
}

#[tokio::test]
async fn tokens_are_validated_and_revoked() {
    let cloud = cloud();
    let demo = cloud.as_user("demo", "demo").await;
    let subject = [("x-subject-token", demo.token.as_str())];
    let url = format!("{KEYSTONE}/v3/auth/tokens");
    let reply = demo.send("GET", &url, &subject, "").await;
    assert_eq!(reply.ok(200)["token"]["user"]["name"], "demo");
    assert_eq!(reply.header("x-subject-token"), demo.token);
    demo.send("HEAD", &url, &subject, "").await.ok_empty(200);
    refused(
        &demo
            .send("GET", &url, &[("x-subject-token", "gAAAAAbogus")], "")
            .await,
        404,
    );
    refused(&cloud.send("GET", &url, &subject, "").await, 401);

    // Sahara has just seen it, and goes on to believe it for a while.
    demo.get("/v2/plugins").await.ok(200);
    demo.send("DELETE", &url, &subject, "").await.ok_empty(204);
    refused(
        &demo.keystone("GET", "/v3/auth/catalog", Value::Null).await,
        401,
    );
    demo.advance(300);
    demo.get("/v2/plugins").await.ok(200);
    demo.advance(1);
    assert_eq!(
        demo.get("/v2/plugins").await.ok(401)["error"]["title"],
        "Unauthorized"
    );
}

#[tokio::test]
async fn tokens_expire_by_the_clock_and_on_demand() {
    let cloud = cloud();
    let demo = cloud.as_user("demo", "demo").await;
    demo.advance(3599);
    demo.get("/v2/plugins").await.ok(200);
    demo.advance(1);
    demo.get("/v2/plugins").await.ok(401);
    refused(
        &demo.keystone("GET", "/v3/auth/catalog", Value::Null).await,
        401,
    );

    cloud.sandbox.keystone().set_token_lifetime(SECOND * 5);
    let demo = cloud.as_user("demo", "demo").await;
    demo.advance(5);
    demo.get("/v2/plugins").await.ok(401);

    cloud
        .sandbox
        .keystone()
        .set_token_lifetime(std::time::Duration::MAX);
    let demo = cloud.as_user("demo", "demo").await;
    demo.get("/v2/plugins").await.ok(200);
    cloud.sandbox.keystone().expire_tokens();
    demo.get("/v2/plugins").await.ok(401);
    cloud
        .as_user("demo", "demo")
        .await
        .get("/v2/plugins")
        .await
        .ok(200);
}

#[tokio::test]
async fn application_credentials_give_tokens_that_cannot_be_scoped() {
    let cloud = cloud();
    let reply = cloud
        .authenticate(application_credential(
            keystone::UNRESTRICTED_CREDENTIAL,
            "unrestricted-secret",
        ))
        .await;
    let token = &reply.ok(201)["token"];
    assert_eq!(
        (&token["methods"], &token["project"]["id"]),
        (&json!(["application_credential"]), &json!(DEMO))
    );
    assert_eq!(token["application_credential"]["restricted"], false);

    let user = json!({"name": "demo", "domain": {"id": "default"}});
    let by_name = json!({"name": "restricted", "secret": "restricted-secret", "user": user});
    let identity =
        json!({"methods": ["application_credential"], "application_credential": by_name});
    let reply = cloud
        .authenticate(json!({"auth": {"identity": identity}}))
        .await;
    assert_eq!(
        reply.ok(201)["token"]["application_credential"]["restricted"],
        true
    );

    let mut scoped =
        application_credential(keystone::UNRESTRICTED_CREDENTIAL, "unrestricted-secret");
    scoped["auth"]["scope"] = json!({"project": {"id": DEMO}});
    let reply = cloud.authenticate(scoped).await;
    assert!(refused(&reply, 401).contains("cannot request a scope"));
    assert_eq!(reply.json["error"]["identity"], json!({}));

    // Nobody expected a token from a token here.
    let token = reply_token(&cloud).await;
    let identity = json!({"methods": ["token"], "token": {"id": token}});
    let reply = cloud
        .authenticate(json!({"auth": {"identity": identity}}))
        .await;
    assert_eq!(
        (reply.status, reply.header("content-type")),
        (500, "text/plain; charset=utf-8")
    );
}

async fn reply_token(cloud: &Cloud) -> String {
    let body = application_credential(keystone::UNRESTRICTED_CREDENTIAL, "unrestricted-secret");
    cloud.authenticated(body).await.token
}

#[tokio::test]
async fn application_credentials_are_made_and_deleted() {
    let cloud = cloud();
    let demo = cloud.as_user("demo", "demo").await;
    let path = format!("/v3/users/{}/application_credentials", keystone::DEMO_USER);
    let reply = demo
        .keystone(
            "POST",
            &path,
            json!({"application_credential": {"name": "ci", "unrestricted": true}}),
        )
        .await;
    let made = reply.ok(201)["application_credential"].clone();
    assert_eq!(
        (&made["unrestricted"], &made["project_id"]),
        (&json!(true), &json!(DEMO))
    );
    let (id, secret) = (
        made["id"].as_str().unwrap(),
        made["secret"].as_str().unwrap(),
    );
    let robot = cloud
        .authenticated(application_credential(id, secret))
        .await;

    let list = demo.keystone("GET", &path, Value::Null).await;
    let all = list.ok(200)["application_credentials"].as_array().unwrap();
    assert_eq!(all.len(), 3);
    assert!(
        all.iter()
            .all(|credential| credential.get("secret").is_none())
    );
    let one = format!("{path}/{id}");
    assert_eq!(
        demo.keystone("GET", &one, Value::Null).await.ok(200)["application_credential"]["name"],
        "ci"
    );

    let twice = json!({"application_credential": {"name": "ci", "secret": "x"}});
    refused(&demo.keystone("POST", &path, twice).await, 409);
    let restricted = application_credential(keystone::RESTRICTED_CREDENTIAL, "restricted-secret");
    let restricted = cloud.authenticated(restricted).await;
    refused(
        &restricted
            .keystone(
                "POST",
                &path,
                json!({"application_credential": {"name": "child"}}),
            )
            .await,
        403,
    );
    refused(
        &cloud
            .as_user("admin", "admin")
            .await
            .keystone("GET", &path, Value::Null)
            .await,
        403,
    );

    demo.keystone("DELETE", &one, Value::Null)
        .await
        .ok_empty(204);
    refused(&demo.keystone("GET", &one, Value::Null).await, 404);
    refused(
        &robot.keystone("GET", "/v3/auth/catalog", Value::Null).await,
        401,
    );
    refused(
        &cloud.authenticate(application_credential(id, secret)).await,
        401,
    );
}

#[tokio::test]
async fn an_application_credential_ends_when_it_was_to() {
    let sandbox = Sandbox::builder()
        .starting_at(std::time::UNIX_EPOCH)
        .build();
    sandbox.clock().freeze();
    let demo = Cloud::without_token(sandbox).as_user("demo", "demo").await;
    let path = format!("/v3/users/{}/application_credentials", keystone::DEMO_USER);
    let body = json!({"name": "short", "secret": "s", "expires_at": "1970-01-01T00:10:00.000000Z"});
    let reply = demo
        .keystone("POST", &path, json!({"application_credential": body}))
        .await;
    let id = reply.ok(201)["application_credential"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    demo.advance(590);
    demo.authenticate(application_credential(&id, "s"))
        .await
        .ok(201);
    demo.advance(10);
    refused(
        &demo.authenticate(application_credential(&id, "s")).await,
        401,
    );
}

#[tokio::test]
async fn a_user_with_two_methods_needs_both() {
    let cloud = cloud();
    let reply = cloud
        .authenticate(password("cautious", "cautious-pw", Some("demo")))
        .await;
    assert_eq!(
        reply.ok(401)["required_auth_methods"],
        json!([["password", "totp"]])
    );
    assert_eq!(reply.json["receipt"]["methods"], json!(["password"]));
    let receipt = reply.header("openstack-auth-receipt").to_owned();

    let user = json!({"id": keystone::CAUTIOUS_USER, "passcode": keystone::PASSCODE});
    let identity = json!({"methods": ["totp"], "totp": {"user": user}});
    let body =
        json!({"auth": {"identity": identity, "scope": {"project": {"id": DEMO}}}}).to_string();
    let url = format!("{KEYSTONE}/v3/auth/tokens");
    let reply = cloud
        .send(
            "POST",
            &url,
            &[("openstack-auth-receipt", &receipt)],
            body.clone(),
        )
        .await;
    assert_eq!(
        reply.ok(201)["token"]["methods"],
        json!(["password", "totp"])
    );
    cloud
        .send("POST", &url, &[("openstack-auth-receipt", &receipt)], body)
        .await
        .ok(401);

    let mut both = password("cautious", "cautious-pw", Some("demo"));
    both["auth"]["identity"]["methods"] = json!(["password", "totp"]);
    both["auth"]["identity"]["totp"] =
        json!({"user": {"id": keystone::CAUTIOUS_USER, "passcode": "000000"}});
    refused(&cloud.authenticate(both.clone()).await, 401);
    both["auth"]["identity"]["totp"]["user"]["passcode"] = keystone::PASSCODE.into();
    cloud.authenticate(both).await.ok(201);
}

#[tokio::test]
async fn one_sees_the_own_projects_and_administrators_all_users() {
    let cloud = cloud();
    let demo = cloud.as_user("demo", "demo").await;
    let projects = demo.keystone("GET", "/v3/auth/projects", Value::Null).await;
    let names: Vec<&str> = projects.ok(200)["projects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["demo", "other"]);
    assert!(
        refused(&demo.keystone("GET", "/v3/users", Value::Null).await, 403)
            .contains("identity:list_users")
    );
    let admin = cloud.as_user("admin", "admin").await;
    assert_eq!(
        admin
            .keystone("GET", "/v3/users", Value::Null)
            .await
            .ok(200)["users"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    let catalog = demo.keystone("GET", "/v3/auth/catalog", Value::Null).await;
    assert_eq!(catalog.ok(200)["catalog"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn users_and_administrators_see_the_projects_of_a_user() {
    let cloud = cloud();
    let (demo, admin) = (
        cloud.as_user("demo", "demo").await,
        cloud.as_user("admin", "admin").await,
    );
    let path = |user: &str| format!("/v3/users/{user}/projects");
    let own = path(keystone::DEMO_USER);
    for who in [&demo, &admin] {
        let reply = who.keystone("GET", &own, Value::Null).await;
        let ids: Vec<&Value> = reply.ok(200)["projects"]
            .as_array()
            .unwrap()
            .iter()
            .map(|project| &project["id"])
            .collect();
        assert_eq!(ids, [keystone::DEMO_PROJECT, keystone::OTHER_PROJECT]);
        let link = reply.json["links"]["self"].as_str().unwrap();
        assert!(link.ends_with(&own), "{link}");
    }
    let theirs = demo
        .keystone("GET", &path(keystone::ADMIN_USER), Value::Null)
        .await;
    assert!(refused(&theirs, 403).contains("identity:list_user_projects"));
    let nobody = admin.keystone("GET", &path("nobody"), Value::Null).await;
    assert_eq!(refused(&nobody, 404), "Could not find user: nobody.");
}

#[tokio::test]
async fn version_two_gives_tokens_in_its_own_form() {
    let cloud = cloud();
    let url = format!("{KEYSTONE}/v2.0/tokens");
    let body = json!({"auth": {"passwordCredentials": {"username": "demo", "password": "demo-pw"}, "tenantName": "demo"}});
    let reply = cloud.send("POST", &url, &[], body.to_string()).await;
    let access = &reply.ok(200)["access"];
    assert_eq!(access["token"]["tenant"]["id"], DEMO);
    assert_eq!(access["user"]["roles"][1]["name"], "member");
    let service = &access["serviceCatalog"][1];
    assert_eq!(service["type"], "data-processing");
    assert_eq!(
        service["endpoints"][0]["publicURL"],
        format!("http://cloud.example:8386/v1.1/{DEMO}")
    );
    assert_eq!(service["endpoints"].as_array().unwrap().len(), 2);
    let token = access["token"]["id"].as_str().unwrap();
    cloud
        .send(
            "GET",
            "http://cloud.example:8386/v2/plugins",
            &[("x-auth-token", token)],
            "",
        )
        .await
        .ok(200);

    let again = json!({"auth": {"token": {"id": token}, "tenantId": keystone::OTHER_PROJECT}});
    let reply = cloud.send("POST", &url, &[], again.to_string()).await;
    assert_eq!(
        reply.ok(200)["access"]["token"]["expires"],
        access["token"]["expires"]
    );
    let wrong =
        json!({"auth": {"passwordCredentials": {"userId": keystone::DEMO_USER, "password": "no"}}});
    refused(&cloud.send("POST", &url, &[], wrong.to_string()).await, 401);
    refused(&cloud.send("POST", &url, &[], r#"{"auth": {}}"#).await, 400);
    assert_eq!(
        cloud.keystone("GET", "/v2.0/", Value::Null).await.ok(200)["version"]["id"],
        "v2.0"
    );
}
