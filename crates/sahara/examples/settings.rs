//! What the settings of this process come to, as JSON: the request for a token, as Keystone would get it, and the address of
//! Sahara. It shows secrets as they are, and sends nothing.
//!
//! `cargo xtask third-party openstack` compares it with what openstacksdk makes of the same files and variables.

use std::error::Error;
use std::sync::Arc;

use cloud_core::config::Environment;
use cloud_core::test_util::{Scripted, ScriptedTransport};
use sahara::config::Settings;
use sahara::{Cloud, ExposeSecret};
use serde_json::{Value, json};

fn main() {
    let name = std::env::args().nth(1);
    let facts = facts(name.as_deref()).unwrap_or_else(|error| json!({"error": error.to_string()}));
    println!("{facts}");
}

fn facts(name: Option<&str>) -> Result<Value, Box<dyn Error>> {
    let env = Environment::process();
    let found = match name {
        Some(name) => Settings::load_cloud(&env, name)?,
        None => Settings::load(&env)?,
    };
    let tls = &found.tls;
    let trusted = match (&tls.insecure, &tls.authorities) {
        (Some(_), _) => json!(false),
        (None, Some(pem)) => json!(pem.value),
        (None, None) => json!(true),
    };
    let mut facts = json!({
        "trusted": trusted,
        "certificate": tls.identity.as_ref().map(|pair| &pair.value.0),
        "key": tls.identity.as_ref().map(|pair| pair.value.1.expose_secret()),
        "timeout": found.timeout.as_ref().map(|limit| limit.value.as_secs_f64()),
        "version": found.version.as_ref().map(|version| version.value.as_str()),
        "notes": found.notes,
    });

    let wire = ScriptedTransport::from_fn(|request| match request.uri().path() {
        path if path.ends_with("/v2.0/tokens") => Scripted::json(200, old_token().to_string()),
        path if path.ends_with("/auth/tokens") => Scripted::with_headers(
            201,
            &[
                ("x-subject-token", "made-up"),
                ("content-type", "application/json"),
            ],
            token().to_string(),
        ),
        _ => Scripted::json(
            300,
            json!({"versions": [{"id": "v1.1"}, {"id": "v2"}]}).to_string(),
        ),
    });
    let cloud = Cloud::builder()
        .allow_http(true)
        .settings(found)
        .transport(Arc::new(wire.clone()));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let connected = runtime.block_on(cloud.build()?.data_processing().send());
    let seen = wire.seen();
    if let Some(asked) = seen.first() {
        facts["token_url"] = asked.request.uri().to_string().into();
        facts["token_request"] = serde_json::from_slice(asked.request.body())?;
    }
    match connected {
        Ok(client) => {
            let endpoint = client
                .explain()
                .lines()
                .find(|(topic, _)| *topic == "endpoint");
            let url = endpoint.and_then(|(_, text)| text.split(" (").next().map(str::to_owned));
            facts["endpoint"] = json!(url);
        }
        Err(error) => facts["no_endpoint"] = error.to_string().into(),
    }
    Ok(facts)
}

/// Every interface of two regions and of two services has an address of its own.
fn endpoints() -> impl Iterator<Item = (&'static str, &'static str, &'static str, &'static str)> {
    let services = [("data-processing", "sahara"), ("other-type", "other")];
    services.into_iter().flat_map(|(kind, name)| {
        ["r1", "r2"].into_iter().flat_map(move |region| {
            let of = move |interface| (kind, name, region, interface);
            ["public", "internal", "admin"].map(of)
        })
    })
}

fn address((_, name, region, interface): (&str, &str, &str, &str)) -> String {
    format!("https://{name}.test/{region}/{interface}")
}

fn token() -> Value {
    let service = |wanted: &'static str, name: &str| {
        let its = endpoints().filter(|(kind, ..)| *kind == wanted);
        let its: Vec<Value> = its
            .map(|at| json!({"interface": at.3, "region": at.2, "region_id": at.2, "url": address(at)}))
            .collect();
        json!({"type": wanted, "name": name, "endpoints": its})
    };
    json!({"token": {
        "methods": ["password"],
        "user": {"id": "the-user", "name": "user", "domain": {"id": "default", "name": "Default"}},
        "project": {"id": "the-project", "name": "project", "domain": {"id": "default", "name": "Default"}},
        "issued_at": "2026-11-29T00:00:00.000000Z",
        "expires_at": "2099-11-29T00:00:00.000000Z",
        "roles": [],
        "catalog": [service("data-processing", "sahara"), service("other-type", "other")],
    }})
}

fn old_token() -> Value {
    let its: Vec<Value> = ["r1", "r2"]
        .map(|region| {
            let url = |interface| address(("", "sahara", region, interface));
            json!({"region": region, "publicURL": url("public"), "internalURL": url("internal"), "adminURL": url("admin")})
        })
        .to_vec();
    json!({"access": {
        "token": {
            "id": "made-up",
            "issued_at": "2026-11-29T00:00:00Z",
            "expires": "2099-11-29T00:00:00Z",
            "tenant": {"id": "the-project", "name": "project"},
        },
        "user": {"id": "the-user", "name": "user", "roles": []},
        "serviceCatalog": [{"type": "data-processing", "name": "sahara", "endpoints": its}],
    }})
}
