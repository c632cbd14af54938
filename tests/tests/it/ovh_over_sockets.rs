//! Signatures over real connections: what the network transport sends is what was signed.

use cloud_core::config::Environment;
use cloud_sandbox::ovh::{
    APPLICATION_KEY, APPLICATION_SECRET, CLIENT_ID, CLIENT_SECRET, CONSUMER_KEY,
};
use cloud_sandbox::{Running, Sandbox};
use ovh::Client;
use serde_json::{Value, json};

/// A client that knows of the sandbox by its environment alone.
fn client(server: &Running, keys: &[(&str, &str)]) -> Client {
    let (endpoint, token_url) = (server.ovh_url(), server.ovh_token_url());
    let mut variables = vec![
        ("OVH_ENDPOINT", endpoint.as_str()),
        ("OVH_TOKEN_URL", token_url.as_str()),
    ];
    variables.extend(keys);
    let builder = Client::builder()
        .pace(None)
        .from_environment(&Environment::given(variables, None), None);
    builder.unwrap().build().unwrap()
}

const KEYS: [(&str, &str); 3] = [
    ("OVH_APPLICATION_KEY", APPLICATION_KEY),
    ("OVH_APPLICATION_SECRET", APPLICATION_SECRET),
    ("OVH_CONSUMER_KEY", CONSUMER_KEY),
];

#[tokio::test]
async fn signatures_survive_the_network() {
    let server = Sandbox::builder().start().await.unwrap();
    let api = client(&server, &KEYS);
    assert!(api.get("/me").await.unwrap()["nichandle"].is_string());
    api.get("/v2/iam/policy")
        .query("details", true)
        .await
        .unwrap();
    let record = json!({"fieldType": "TXT", "subDomain": "_acme-challenge", "target": "\"é<&>\"", "ttl": 60});
    let made = api
        .post("/domain/zone/{zone}/record")
        .arg("example.com")
        .json(&record)
        .await
        .unwrap();
    assert_eq!(made["target"], record["target"]);
    let mine = api
        .get("/domain/zone/example.com/record?subDomain=_acme-challenge&fieldType=TXT")
        .list::<Value>();
    assert_eq!(mine.ids().await.unwrap(), [made["id"].to_string()]);
    api.delete("/domain/zone/{zone}/record/{id}")
        .arg("example.com")
        .arg(&made["id"])
        .await
        .unwrap();
    // A name that is not there is looked for in vain, which it would not be with a wrong signature.
    for name in [
        "café",
        "a b+c",
        "1/2?3#4%5",
        "日本",
        "'\"<>\\^`{|}[]",
        "..%2f..",
    ] {
        let error = api.get("/vps/{name}").arg(name).await.unwrap_err();
        assert!(error.is_not_found(), "{name}: {error}");
    }
    for path in ["/vps/café", "/vps/a'b\"<>", "/vps/x y", "/vps/%63af%C3%A9"] {
        let error = api.get(path).await.unwrap_err();
        assert!(error.is_not_found(), "{path}: {error}");
    }
    server.shutdown().await;
}

#[tokio::test]
async fn a_service_account_works_by_environment_alone() {
    let server = Sandbox::builder().start().await.unwrap();
    let api = client(
        &server,
        &[
            ("OVH_CLIENT_ID", CLIENT_ID),
            ("OVH_CLIENT_SECRET", CLIENT_SECRET),
        ],
    );
    assert_eq!(
        api.auth().details().await.unwrap().method,
        ovh::AuthMethod::OAuth2ClientCredentials
    );
    server.shutdown().await;
}
