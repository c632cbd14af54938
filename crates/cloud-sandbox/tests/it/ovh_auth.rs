//! Who may call the OVHcloud service: signatures, consumer keys, rules, service accounts.

use std::time::Duration;

use crate::common::Reply;
use crate::common::ovh::{HOST, Ovh, signature};
use base64::Engine as _;
use cloud_sandbox::ovh::{
    ACCOUNT, APPLICATION_KEY, APPLICATION_SECRET, CLIENT_ID, CLIENT_SECRET, CONSUMER_KEY,
    ErrorFormat, Settings,
};
use cloud_sandbox::{Fault, Sandbox};
use serde_json::{Value, json};

const FORBIDDEN: &str = "Client::Forbidden";
const BAD: &str = "Client::BadRequest";
const HOUR: Duration = Duration::from_secs(3600);

/// Asks for a consumer key with these rules, and gives what was answered.
async fn request_key(api: &Ovh, body: Value) -> Reply {
    let url = format!("{HOST}/1.0/auth/credential");
    api.plain(
        "POST",
        &url,
        &[("x-ovh-application", APPLICATION_KEY)],
        &body.to_string(),
    )
    .await
}

async fn key_for(api: &Ovh, rules: Value) -> String {
    let reply = request_key(api, json!({"accessRules": rules})).await;
    reply.ok(200)["consumerKey"].as_str().unwrap().to_owned()
}

/// Asks for an access token, with the client in the form.
async fn token(api: &Ovh, id: &str, secret: &str) -> Reply {
    let form =
        format!("grant_type=client_credentials&scope=all&client_id={id}&client_secret={secret}");
    api.plain("POST", "https://www.ovh.com/auth/oauth2/token", &[], &form)
        .await
}

async fn bearer(api: &Ovh, token: &str, method: &str, path: &str, body: &str) -> Reply {
    let authorization = format!("Bearer {token}");
    api.plain(
        method,
        &format!("{HOST}{path}"),
        &[("authorization", &authorization)],
        body,
    )
    .await
}

#[test]
fn the_helper_signs_as_published() {
    // The example of the official clients: GET /me at this second, with these keys.
    let signed = signature(
        "test-app-secret-000000000000001",
        "test-consumer-key-0000000000001",
        "GET",
        "https://eu.api.ovh.com/1.0/me",
        "",
        "1700000000",
    );
    assert_eq!(signed, "$1$bdc9c2f622ba85b2967577dfed904374929fc666");
}

#[tokio::test]
async fn a_signature_is_for_one_request_as_it_is_on_the_wire() {
    let api = Ovh::new();
    assert_eq!(api.ok("/me").await["nichandle"], ACCOUNT);
    let now = api
        .sandbox
        .clock()
        .now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs()
        .to_string();
    let send = |signed_url: &'static str,
                url: &'static str,
                signed_body: &'static str,
                body: &'static str| {
        let method = if body.is_empty() { "GET" } else { "PUT" };
        let signature = signature(
            APPLICATION_SECRET,
            CONSUMER_KEY,
            method,
            signed_url,
            signed_body,
            &now,
        );
        let (api, now) = (&api, &now);
        async move {
            let headers = [
                ("x-ovh-application", APPLICATION_KEY),
                ("x-ovh-consumer", CONSUMER_KEY),
                ("x-ovh-timestamp", now),
                ("x-ovh-signature", &signature),
            ];
            api.plain(method, url, &headers, body).await
        }
    };
    let list = "https://eu.api.ovh.com/1.0/domain/zone/example.com/record?subDomain=a%2Fb";
    for (signed_url, signed_body, url, body) in [
        (
            "https://ca.api.ovh.com/1.0/me",
            "",
            "https://eu.api.ovh.com/1.0/me",
            "",
        ),
        (
            "https://eu.api.ovh.com/1.0/me/",
            "",
            "https://eu.api.ovh.com/1.0/me",
            "",
        ),
        (
            "https://eu.api.ovh.com/v1/me",
            "",
            "https://eu.api.ovh.com/1.0/me",
            "",
        ),
        (
            "https://eu.api.ovh.com/1.0/domain/zone/example.com/record?subDomain=a/b",
            "",
            list,
            "",
        ),
        (
            "https://eu.api.ovh.com/1.0/me",
            "{\"city\": \"Lille\"}",
            "https://eu.api.ovh.com/1.0/me",
            "{\"city\":\"Lille\"}",
        ),
    ] {
        let reply = send(signed_url, url, signed_body, body).await;
        reply.refused(400, BAD, Some("INVALID_SIGNATURE"), "Invalid signature");
    }
    // Any host and both names of the version, as long as the signature is for them.
    for url in [
        "https://eu.api.ovh.com/v1/me",
        "https://api.us.ovhcloud.com/1.0/me",
        "https://eu.api.ovh.com/1.0/me/",
    ] {
        send(url, url, "", "").await.ok(200);
    }
    let body = "{ \"city\": \"Lille\" }";
    send(
        "https://eu.api.ovh.com/1.0/me",
        "https://eu.api.ovh.com/1.0/me",
        body,
        body,
    )
    .await
    .ok(200);
    assert_eq!(api.ok("/me").await["city"], "Lille");
}

#[tokio::test]
async fn keys_are_checked_one_by_one() {
    let api = Ovh::new();
    let url = format!("{HOST}/1.0/me");
    let login = api.plain("GET", &url, &[], "").await;
    login.refused(401, "Client::Unauthorized", None, "You must login first");
    let unsigned = api
        .plain("GET", &url, &[("x-ovh-application", APPLICATION_KEY)], "")
        .await;
    unsigned.refused(401, "Client::Unauthorized", None, "You must login first");

    let mut other = Ovh::of(api.sandbox.clone());
    other.key = "nobody".to_owned();
    other
        .get("/me")
        .await
        .refused(403, FORBIDDEN, Some("INVALID_KEY"), "application key");
    let mut other = Ovh::of(api.sandbox.clone());
    other.secret = "guessed".to_owned();
    other
        .get("/me")
        .await
        .refused(400, BAD, Some("INVALID_SIGNATURE"), "Invalid signature");
    let mut other = Ovh::of(api.sandbox.clone());
    (other.key, other.secret) = api.sandbox.ovh_console().create_application("other");
    let stranger = other.get("/me").await;
    stranger.refused(
        403,
        FORBIDDEN,
        Some("INVALID_CREDENTIAL"),
        "This credential is not valid",
    );
    assert_eq!(
        api.ok("/me/api/application")
            .await
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let unknown = api.with_consumer_key("unknown").get("/me").await;
    unknown.refused(
        403,
        FORBIDDEN,
        Some("NOT_CREDENTIAL"),
        "This credential does not exist",
    );
}

#[tokio::test]
async fn the_timestamp_must_be_near_the_services_time() {
    let settings = Settings::new().timestamp_window(Duration::from_secs(60));
    let mut api = Ovh::of(Sandbox::builder().ovh(settings).build());
    for (late, fine) in [
        (0, true),
        (60, true),
        (-60, true),
        (61, false),
        (-61, false),
    ] {
        api.late = late;
        let reply = api.get("/me").await;
        if fine {
            reply.ok(200);
        } else {
            reply.refused(400, BAD, Some("QUERY_TIME_OUT"), "Query out of time");
        }
    }
    // A timestamp that is none counts as a wrong one.
    let headers = [
        ("x-ovh-application", APPLICATION_KEY),
        ("x-ovh-consumer", CONSUMER_KEY),
        ("x-ovh-timestamp", "now"),
        ("x-ovh-signature", "$1$0"),
    ];
    let untimed = api
        .plain("GET", &format!("{HOST}/1.0/me"), &headers, "")
        .await;
    untimed.refused(400, BAD, Some("QUERY_TIME_OUT"), "Query out of time");
    // The service's clock goes wrong; what `/auth/time` says is what counts.
    api.late = 0;
    let time = async |api: &Ovh| {
        let reply = api
            .plain("GET", &format!("{HOST}/1.0/auth/time"), &[], "")
            .await;
        reply.ok(200).as_i64().unwrap()
    };
    let before = time(&api).await;
    api.sandbox.ovh_console().skew_clock(-7200);
    assert_eq!(time(&api).await, before - 7200);
    api.get("/me")
        .await
        .refused(400, BAD, Some("QUERY_TIME_OUT"), "Query out of time");
    api.late = 7200;
    api.get("/me").await.ok(200);
}

#[tokio::test]
async fn a_consumer_key_is_valid_once_its_owner_says_so() {
    let api = Ovh::new();
    let rules = json!([{"method": "GET", "path": "/me"}]);
    let body = json!({"accessRules": rules, "redirection": "https://app.example/done", "allowedIPs": null});
    let asked = request_key(&api, body).await.ok(200).clone();
    assert_eq!(asked["state"], "pendingValidation");
    let mine = api.with_consumer_key(asked["consumerKey"].as_str().unwrap());
    let pending = mine.get("/auth/currentCredential").await;
    pending.refused(
        403,
        FORBIDDEN,
        Some("INVALID_CREDENTIAL"),
        "This credential is not valid",
    );

    let page = asked["validationUrl"].as_str().unwrap();
    assert!(
        page.starts_with(&format!("{HOST}/auth/?credentialToken=")),
        "{page}"
    );
    let shown = api.plain("GET", page, &[], "").await;
    assert_eq!(shown.header("content-type"), "text/html; charset=utf-8");
    assert!(
        shown.text.contains("<li>GET /me</li>") && shown.text.contains("<form method=\"post\""),
        "{}",
        shown.text
    );
    for (form, status) in [
        ("", 400),
        ("decision=perhaps", 400),
        ("decision=validate&validity=x", 400),
    ] {
        assert_eq!(
            api.plain("POST", page, &[], form).await.status,
            status,
            "{form}"
        );
    }
    let done = api
        .plain("POST", page, &[], "decision=validate&validity=3600")
        .await;
    assert_eq!(
        (done.status, done.header("location")),
        (302, "https://app.example/done")
    );
    assert_eq!(
        api.plain("POST", page, &[], "decision=refuse").await.status,
        409
    );
    assert_eq!(
        api.plain("GET", &format!("{HOST}/auth/?credentialToken=x"), &[], "")
            .await
            .status,
        404
    );

    let now = mine.ok("/auth/currentCredential").await;
    assert_eq!(
        (&now["status"], &now["rules"], &now["ovhSupport"]),
        (&json!("validated"), &rules, &json!(false))
    );
    assert!(now["expiration"].is_string() && now["lastUse"].is_string());
    mine.get("/me").await.ok(200);
    api.sandbox.clock().advance(HOUR);
    mine.get("/me")
        .await
        .refused(403, FORBIDDEN, Some("INVALID_CREDENTIAL"), "not valid");
    let id = &now["credentialId"];
    assert_eq!(
        api.ok(&format!("/me/api/credential/{id}")).await["status"],
        "expired"
    );
}

#[tokio::test]
async fn the_console_decides_at_once() {
    let api = Ovh::new();
    let console = api.sandbox.ovh_console();
    let rules = json!([{"method": "GET", "path": "/*"}]);
    let key = key_for(&api, rules.clone()).await;
    let mine = api.with_consumer_key(&key);
    assert!(console.validate(&key, None) && !console.validate("unknown", None));
    assert_eq!(
        mine.ok("/auth/currentCredential").await["expiration"],
        Value::Null
    );
    assert!(console.expire(&key));
    mine.get("/me")
        .await
        .refused(403, FORBIDDEN, Some("INVALID_CREDENTIAL"), "not valid");
    assert!(console.validate(&key, HOUR));
    mine.get("/me").await.ok(200);
    assert!(console.refuse(&key));
    mine.get("/me")
        .await
        .refused(403, FORBIDDEN, Some("INVALID_CREDENTIAL"), "not valid");

    console.validate_at_once(true);
    let body = json!({"accessRules": rules, "allowedIPs": ["198.51.100.0/24"]});
    let asked = request_key(&api, body).await.ok(200).clone();
    assert_eq!(asked["state"], "validated");
    let mine = api.with_consumer_key(asked["consumerKey"].as_str().unwrap());
    mine.get("/me")
        .await
        .refused(403, FORBIDDEN, Some("FORBIDDEN"), "IP address");
    console.calls_come_from([198, 51, 100, 7]);
    mine.get("/me").await.ok(200);
    mine.post("/auth/logout", Value::Null).await.ok(200);
    mine.get("/me")
        .await
        .refused(403, FORBIDDEN, Some("INVALID_CREDENTIAL"), "not valid");
}

#[tokio::test]
async fn what_is_wrong_with_a_request_for_a_key_is_said() {
    let api = Ovh::new();
    for rules in [
        json!([]),
        json!([{"method": "STEAL", "path": "/*"}]),
        json!([{"method": "GET"}]),
    ] {
        let reply = request_key(&api, json!({"accessRules": rules})).await;
        reply.refused(
            400,
            BAD,
            None,
            "Body parameter accessRules isn't formated correctly",
        );
    }
    request_key(&api, json!({})).await.refused(
        400,
        BAD,
        None,
        "'accessRules' is a required property",
    );
    let body =
        json!({"accessRules": [{"method": "GET", "path": "/*"}], "allowedIPs": ["everywhere"]});
    request_key(&api, body)
        .await
        .refused(400, BAD, None, "[allowedIPs] Given data (everywhere)");
    let url = format!("{HOST}/1.0/auth/credential");
    let stranger = api.plain(
        "POST",
        &url,
        &[("x-ovh-application", "x")],
        r#"{"accessRules":[{"method":"GET","path":"/"}]}"#,
    );
    stranger
        .await
        .refused(403, FORBIDDEN, Some("INVALID_KEY"), "application key");
}

#[tokio::test]
async fn only_calls_that_a_rule_matches_are_granted() {
    let api = Ovh::new();
    api.sandbox.ovh_console().validate_at_once(true);
    let rules = json!([
        {"method": "GET", "path": "/me"},
        {"method": "GET", "path": "/domain/zone/*/record"},
        {"method": "POST", "path": "/domain/zone/example.com/*"},
        {"method": "GET", "path": "/v2/iam/*"},
        {"method": "GET", "path": "/vps/*"},
    ]);
    let mine = api.with_consumer_key(&key_for(&api, rules).await);
    for path in [
        "/1.0/me",
        "/v1/domain/zone/example.org/record?fieldType=A",
        "/v2/iam/policy",
        "/1.0/vps/",
    ] {
        mine.signed("GET", path, &[], "").await.ok(200);
    }
    mine.post("/domain/zone/example.com/refresh", Value::Null)
        .await
        .ok(200);
    for (method, path) in [
        ("PUT", "/me"),
        ("GET", "/me/bill"),
        ("GET", "/domain/zone"),
        ("GET", "/vps"),
        ("GET", "/domain/zone/example.com"),
        ("POST", "/domain/zone/example.org/refresh"),
    ] {
        let reply = mine.call(method, path, Value::Null).await;
        reply.refused(
            403,
            FORBIDDEN,
            Some("NOT_GRANTED_CALL"),
            "This call has not been granted",
        );
    }
}

#[tokio::test]
async fn errors_come_in_both_forms() {
    for (format, fields) in [
        (
            ErrorFormat::Both,
            ["class", "errorCode", "httpCode", "message"].as_slice(),
        ),
        (ErrorFormat::Old, &["errorCode", "httpCode", "message"]),
        (ErrorFormat::New, &["class", "message"]),
    ] {
        let mut api = Ovh::of(
            Sandbox::builder()
                .ovh(Settings::new().error_format(format))
                .build(),
        );
        api.secret = "wrong".to_owned();
        let reply = api.get("/me").await;
        assert_eq!(
            (reply.status, &reply.json["message"]),
            (400, &json!("Invalid signature"))
        );
        assert_eq!(
            reply.json.as_object().unwrap().keys().collect::<Vec<_>>(),
            fields
        );
        if format != ErrorFormat::New {
            assert_eq!(reply.json["httpCode"], "400 Bad Request");
        }
    }
    let api = Ovh::new();
    let first = api.get("/me").await.header("x-ovh-queryid").to_owned();
    assert_ne!(
        first,
        api.get("/me").await.header("x-ovh-queryid"),
        "every query has an id of its own"
    );
    api.get("/nothing")
        .await
        .refused(404, "Client::NotFound", None, "invalid (or empty) URL");
    api.signed("GET", "/1.0/v2/iam/policy", &[], "")
        .await
        .refused(404, "Client::NotFound", None, "URL");
    api.signed("GET", "/2.0/me", &[], "")
        .await
        .refused(404, "Client::NotFound", None, "URL");
    api.delete("/me")
        .await
        .refused(405, "Client::MethodNotAllowed", None, "method");
    api.get("/me?color=red").await.refused(
        400,
        BAD,
        None,
        "Received not described parameters: (color)",
    );
    let empty = api
        .post("/domain/zone/example.com/refresh", json!({}))
        .await;
    empty.refused(
        400,
        BAD,
        None,
        "You provided an input body while none was expected",
    );
    for body in ["[]", "{", "nonsense"] {
        let reply = api.signed("PUT", "/1.0/me", &[], body).await;
        reply.refused(400, BAD, None, "The input provided isn't valid");
    }
}

#[tokio::test]
async fn faults_look_like_the_services_own() {
    let api = Ovh::new();
    let faults = api.sandbox.faults();
    faults.next(Fault::Status(503));
    api.get("/me")
        .await
        .refused(503, "Server::InternalServerError", None, "");
    faults.next(Fault::Error {
        status: 400,
        code: "QUERY_TIME_OUT".to_owned(),
        message: "Query out of time".to_owned(),
    });
    api.get("/me")
        .await
        .refused(400, BAD, Some("QUERY_TIME_OUT"), "Query out of time");
    faults.next(Fault::HtmlBody(408));
    assert_eq!(api.get("/me").await.header("content-type"), "text/html");
    faults.next(Fault::RateLimited {
        retry_after: Some(Duration::from_secs(7)),
    });
    let limited = api.get("/me").await;
    limited.refused(429, "Client::TooManyRequests", None, "Too many requests");
    assert_eq!(limited.header("retry-after"), "7");
    faults.next(Fault::ExpiredToken);
    api.get("/me")
        .await
        .refused(401, "Client::Unauthorized", None, "");

    api.get("/domain/zone/example.com").await.ok(200);
    api.sandbox
        .ovh_console()
        .expire_service("/domain/zone/example.com/");
    for path in [
        "/domain/zone/example.com",
        "/domain/zone/example.com/status",
    ] {
        api.get(path)
            .await
            .refused(460, "Client::ResourceExpired", None, "expired");
    }
    api.get("/domain/zone/example.org").await.ok(200);
    let headers = &api.sandbox.journal().entries()[0].headers;
    for name in ["x-ovh-consumer", "x-ovh-signature"] {
        assert_eq!(headers[name], "[redacted]", "the journal keeps no secrets");
    }
}

#[tokio::test]
async fn every_caller_has_a_rate_of_its_own() {
    let api = Ovh::of(Sandbox::builder().rate_limit(2).build());
    api.sandbox.ovh_console().validate_at_once(true);
    let other =
        api.with_consumer_key(&key_for(&api, json!([{"method": "GET", "path": "/*"}])).await);
    for _ in 0..2 {
        api.get("/me").await.ok(200);
    }
    api.get("/me")
        .await
        .refused(429, "Client::TooManyRequests", None, "Too many requests");
    other.get("/me").await.ok(200);
    api.sandbox.clock().advance(HOUR);
    api.get("/me").await.ok(200);
}

#[tokio::test]
async fn a_service_account_gets_tokens_for_an_hour() {
    let api = Ovh::new();
    let granted = token(&api, CLIENT_ID, CLIENT_SECRET).await;
    let answer = granted.ok(200);
    assert_eq!(
        (
            &answer["token_type"],
            &answer["expires_in"],
            &answer["scope"]
        ),
        (&json!("Bearer"), &json!(3600), &json!("all"))
    );
    let text = answer["access_token"].as_str().unwrap();
    assert_eq!(
        bearer(&api, text, "GET", "/1.0/me", "").await.ok(200)["nichandle"],
        ACCOUNT
    );
    let details = bearer(&api, text, "GET", "/1.0/auth/details", "")
        .await
        .ok(200)
        .clone();
    assert_eq!(details["method"], "oauth2_client_credentials");
    let identity = details["identities"][0].as_str().unwrap();
    assert!(
        identity.ends_with(&format!("/oauth2-{CLIENT_ID}")),
        "{identity}"
    );
    let own = bearer(&api, text, "GET", "/1.0/auth/currentCredential", "").await;
    own.refused(404, "Client::NotFound", None, "no credential");

    api.sandbox.clock().advance(HOUR);
    bearer(&api, text, "GET", "/1.0/me", "").await.refused(
        401,
        "Client::Unauthorized",
        None,
        "token",
    );
    bearer(&api, "made-up", "GET", "/1.0/me", "").await.refused(
        401,
        "Client::Unauthorized",
        None,
        "token",
    );
    // The client may come as basic authentication as well.
    let basic =
        base64::engine::general_purpose::STANDARD.encode(format!("{CLIENT_ID}:{CLIENT_SECRET}"));
    let headers = [("authorization", format!("Basic {basic}"))];
    let headers = headers
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let url = "https://auth.eu.ovhcloud.com/oauth2/token";
    let fresh = api
        .plain(
            "POST",
            url,
            &headers,
            "grant_type=client_credentials&scope=all",
        )
        .await
        .ok(200)
        .clone();
    let text = fresh["access_token"].as_str().unwrap();
    bearer(&api, text, "GET", "/1.0/me", "").await.ok(200);
    api.sandbox.ovh_console().expire_tokens();
    bearer(&api, text, "GET", "/1.0/me", "").await.refused(
        401,
        "Client::Unauthorized",
        None,
        "token",
    );

    for (form, status, error) in [
        (
            "grant_type=client_credentials&scope=all&client_id=x&client_secret=y",
            401,
            "invalid_client",
        ),
        (
            "grant_type=client_credentials&scope=all",
            401,
            "invalid_client",
        ),
        (
            "grant_type=password&scope=all",
            400,
            "unsupported_grant_type",
        ),
        ("grant_type=client_credentials", 400, "invalid_scope"),
        ("", 400, "invalid_request"),
    ] {
        let reply = api
            .plain("POST", "https://www.ovh.com/auth/oauth2/token", &[], form)
            .await;
        assert_eq!(
            (reply.status, &reply.json["error"]),
            (status, &json!(error)),
            "{form}"
        );
        assert!(reply.json["error_description"].is_string());
    }
}

#[tokio::test]
async fn basic_authentication_of_a_service_account_is_encoded_as_a_form_or_plain() {
    let settings = Settings::new().service_account("EU.one", "a=b&c:d");
    let api = Ovh::of(Sandbox::builder().ovh(settings).build());
    let form = "grant_type=client_credentials&scope=all";
    let ask = async |scheme: &str, pair: &str| {
        let pair = base64::engine::general_purpose::STANDARD.encode(pair);
        let authorization = format!("{scheme} {pair}");
        let headers = [("authorization", authorization.as_str())];
        api.plain(
            "POST",
            "https://www.ovh.com/auth/oauth2/token",
            &headers,
            form,
        )
        .await
    };
    for (scheme, pair) in [
        ("Basic", "EU.one:a%3Db%26c%3Ad"),
        ("Basic", "EU.one:a=b&c:d"),
        // The name of a scheme has no case (RFC 9110, 11.1).
        ("basic", "EU.one:a=b&c:d"),
    ] {
        let answer = ask(scheme, pair).await.ok(200).clone();
        let token = answer["access_token"].as_str().unwrap();
        let authorization = format!("bearer {token}");
        let headers = [("authorization", authorization.as_str())];
        api.plain("GET", &format!("{HOST}/1.0/me"), &headers, "")
            .await
            .ok(200);
    }
    for pair in ["EU.one:a", "EU.one:", "EU.one"] {
        let reply = ask("Basic", pair).await;
        let error = (reply.status, &reply.json["error"]);
        assert_eq!(error, (401, &json!("invalid_client")), "{pair}");
    }
}

#[tokio::test]
async fn policies_decide_what_a_service_account_may_do() {
    let api = Ovh::new();
    let body = json!({"name": "ci", "description": "deploys", "flow": "CLIENT_CREDENTIALS", "callbackUrls": []});
    let created = api
        .post("/me/api/oauth2/client", body)
        .await
        .ok(200)
        .clone();
    let (id, secret) = (
        created["clientId"].as_str().unwrap(),
        created["clientSecret"].as_str().unwrap(),
    );
    let client = api.ok(&format!("/me/api/oauth2/client/{id}")).await;
    assert!(
        client.get("clientSecret").is_none(),
        "the secret is shown once"
    );
    let answer = token(&api, id, secret).await.ok(200).clone();
    let text = answer["access_token"].as_str().unwrap();

    let refused = bearer(&api, text, "GET", "/1.0/domain/zone/example.com", "").await;
    refused.refused(403, FORBIDDEN, None, "User not granted for this request");
    assert_eq!(
        refused.json["details"]["unauthorizedActionsByIAM"],
        "dnsZone:apiovh:get"
    );
    assert_eq!(
        refused.json["details"]["unauthorizedActionsByAuthentication"],
        ""
    );

    let policy = |name: &str, permissions: Value, urn: &str| json!({"name": name, "identities": [client["identity"]], "permissions": permissions, "resources": [{"urn": urn}]});
    let zone = "urn:v1:eu:resource:dnsZone:example.com";
    let allow = policy(
        "read",
        json!({"allow": [{"action": "dnsZone:apiovh:*"}], "except": [{"action": "*refresh"}]}),
        zone,
    );
    let made = api
        .signed("POST", "/v2/iam/policy", &[], &allow.to_string())
        .await
        .ok(200)
        .clone();
    assert_eq!(
        (&made["owner"], &made["readOnly"]),
        (&json!(ACCOUNT), &json!(false))
    );
    bearer(&api, text, "GET", "/1.0/domain/zone/example.com", "")
        .await
        .ok(200);
    for (method, path) in [
        ("POST", "/1.0/domain/zone/example.com/refresh"),
        ("GET", "/1.0/domain/zone/example.org"),
        ("GET", "/1.0/me"),
    ] {
        bearer(&api, text, method, path, "").await.refused(
            403,
            FORBIDDEN,
            None,
            "User not granted",
        );
    }
    let deny = policy(
        "never",
        json!({"deny": [{"action": "dnsZone:apiovh:get"}]}),
        "*",
    );
    api.signed("POST", "/v2/iam/policy", &[], &deny.to_string())
        .await
        .ok(200);
    bearer(&api, text, "GET", "/1.0/domain/zone/example.com", "")
        .await
        .refused(403, FORBIDDEN, None, "not granted");
    bearer(&api, text, "GET", "/1.0/domain/zone/example.com/record", "")
        .await
        .ok(200);

    api.delete(&format!("/me/api/oauth2/client/{id}"))
        .await
        .ok(200);
    bearer(&api, text, "GET", "/1.0/auth/details", "")
        .await
        .refused(401, "Client::Unauthorized", None, "token");
    assert_eq!(token(&api, id, secret).await.status, 401);
}
