//! The proxies that the environment names are those of every client that is set up from it, through a real proxy.

use crate::http_support;

use std::future::Future;
use std::pin::Pin;

use cloud_core::config::Environment;
use cloud_core::retry::StandardRetry;
use cloud_core::{ErrorKind, Result};
use http_support::{listen, serve_once};

type Asked = Pin<Box<dyn Future<Output = Result<()>>>>;

/// A client and one call of it, set up from an environment alone.
struct Provider {
    ask: fn(Environment) -> Asked,
    /// What the call sends behind the address.
    line: &'static str,
}

const PROVIDERS: [Provider; 5] = [
    Provider {
        ask: |env| Box::pin(hetzner(env)),
        line: "GET {}/v1/locations/1",
    },
    Provider {
        ask: |env| Box::pin(ovh(env)),
        line: "GET {}/1.0/me",
    },
    Provider {
        ask: |env| Box::pin(sahara(env)),
        line: "POST {}/v3/auth/tokens",
    },
    Provider {
        ask: |env| Box::pin(vdk(env)),
        line: "GET {}/data-jobs/for-team/t/info",
    },
    Provider {
        ask: |env| Box::pin(ionos(env)),
        line: "GET {}/dataplatform/versions",
    },
];

async fn hetzner(env: Environment) -> Result<()> {
    let found = hetzner::config::Settings::load(&env)?;
    let builder = hetzner::Client::builder().settings(found).allow_http(true);
    let api = builder.retry(StandardRetry::never()).build()?;
    api.locations().get(1).send_raw().await.map(drop)
}

async fn ovh(env: Environment) -> Result<()> {
    let builder = ovh::Client::builder().from_environment(&env, None)?;
    let builder = builder.allow_http(true).retry(StandardRetry::never());
    builder.build()?.get("/me").await.map(drop)
}

async fn sahara(env: Environment) -> Result<()> {
    cloud(&env)?.token().await.map(drop)
}

fn cloud(env: &Environment) -> Result<sahara::Cloud> {
    let found = sahara::config::Settings::load(env)?;
    let builder = sahara::Cloud::builder().settings(found).allow_http(true);
    builder.retry(StandardRetry::never()).build()
}

async fn vdk(env: Environment) -> Result<()> {
    let found = vdk_control::config::Settings::load(&env)?;
    let builder = vdk_control::Client::builder()
        .settings(found)
        .allow_http(true);
    let api = builder.retry(StandardRetry::never()).build()?;
    api.team("t").info().await.map(drop)
}

async fn ionos(env: Environment) -> Result<()> {
    let found = ionos_dataplatform::config::Settings::load(&env)?;
    let builder = ionos_dataplatform::Client::builder()
        .settings(found)
        .allow_http(true);
    let api = builder.retry(StandardRetry::never()).build()?;
    api.versions().await.map(drop)
}

/// All that each client needs to be at this address, and these variables.
fn machine(address: &str, proxies: &[(&str, &str)]) -> Environment {
    let (v1, ovh, v3) = (
        format!("{address}/v1"),
        format!("{address}/1.0"),
        format!("{address}/v3"),
    );
    let own = [
        ("HCLOUD_TOKEN", "t"),
        ("HCLOUD_ENDPOINT", &v1),
        ("HETZNER_ENDPOINT", &v1),
        ("OVH_ENDPOINT", &ovh),
        ("OVH_ACCESS_TOKEN", "t"),
        ("OS_AUTH_URL", &v3),
        ("OS_USERNAME", "u"),
        ("OS_PASSWORD", "p"),
        ("OS_USER_DOMAIN_ID", "default"),
        ("VDK_CONTROL_SERVICE_REST_API_URL", address),
        ("IONOS_TOKEN", "t"),
        ("IONOS_API_URL", address),
    ];
    Environment::given(own.into_iter().chain(proxies.iter().copied()), None)
}

const SERVICE: &str = "http://api.invalid:81";

/// An answer without anything that a client could use.
const ANSWER: &str = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

#[tokio::test]
async fn every_client_goes_through_the_proxy_that_the_environment_names() {
    for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        for provider in PROVIDERS {
            let (listener, proxy) = listen().await;
            let server = serve_once(listener, ANSWER);
            let value = format!("http://user:pass@{proxy}");
            let others = [("HTTPS_PROXY", "http://127.0.0.1:1"), ("NO_PROXY", "x")];
            let variables = [&[(name, value.as_str())], &others[..]].concat();
            let asked = (provider.ask)(machine(SERVICE, &variables)).await;
            assert!(asked.is_err(), "{}", provider.line);
            let seen = server.await.unwrap();
            let line = provider.line.replace("{}", SERVICE);
            assert_eq!(seen.request_line(), format!("{line} HTTP/1.1"));
            assert_eq!(seen.header("proxy-authorization"), ["Basic dXNlcjpwYXNz"]);
        }
    }
}

#[tokio::test]
async fn no_client_goes_through_a_proxy_to_this_machine_or_to_what_needs_none() {
    for provider in PROVIDERS {
        let (listener, address) = listen().await;
        let server = serve_once(listener, ANSWER);
        let gone = ("ALL_PROXY", "http://127.0.0.1:1");
        let here = format!("http://{address}");
        assert!((provider.ask)(machine(&here, &[gone])).await.is_err());
        let line = provider.line.replace("{}", "");
        assert_eq!(
            server.await.unwrap().request_line(),
            format!("{line} HTTP/1.1")
        );
        let around = machine(SERVICE, &[gone, ("NO_PROXY", "invalid")]);
        let error = (provider.ask)(around).await.unwrap_err().to_string();
        assert!(!error.contains("proxy"), "{error}");
    }
}

#[tokio::test]
async fn errors_of_every_client_name_the_proxy_and_its_variable_without_the_password() {
    let gone = ("HTTP_PROXY", "http://user:hunter2@127.0.0.1:1");
    for provider in PROVIDERS {
        let error = (provider.ask)(machine(SERVICE, &[gone])).await.unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(
            shown.contains("(a proxy is set: 127.0.0.1:1 (HTTP_PROXY))"),
            "{shown}"
        );
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[tokio::test]
async fn every_client_says_when_it_is_built_that_its_proxy_is_none() {
    for (name, value, problem) in [
        (
            "ALL_PROXY",
            "socks5://user:hunter2@127.0.0.1:1",
            "the proxy's URL must begin with http:// or https://",
        ),
        (
            "HTTP_PROXY",
            "http://user:hunter2@127.0.0.1:1/x",
            "the proxy's URL must end after the host and port",
        ),
    ] {
        for provider in PROVIDERS {
            let env = machine(SERVICE, &[(name, value)]);
            let error = (provider.ask)(env).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config);
            assert_eq!(
                error.to_string(),
                format!("wrong configuration: {name} (environment): {problem}")
            );
            // It is of no account to a client of this machine.
            let env = machine("http://127.0.0.1:1", &[(name, value)]);
            let error = (provider.ask)(env).await.unwrap_err();
            assert_ne!(error.kind(), ErrorKind::Config, "{error}");
        }
    }
}

#[test]
fn a_cloud_explains_the_proxy_of_each_address() {
    let lines = |address: &str, proxies: &[(&str, &str)]| {
        let cloud = cloud(&machine(address, proxies)).unwrap();
        cloud.explain().to_string()
    };
    let proxy = ("HTTP_PROXY", "http://user:hunter2@proxy.example:3128");
    let shown = lines(SERVICE, &[proxy]);
    let expected = "keystone  http://api.invalid:81/v3 (OS_AUTH_URL (environment))\n\
                    proxy     proxy.example:3128 (HTTP_PROXY (environment))\n";
    assert!(shown.contains(expected), "{shown}");
    assert!(!shown.contains("hunter2"), "{shown}");
    for shown in [
        lines(SERVICE, &[proxy, ("NO_PROXY", "api.invalid")]),
        lines("http://localhost", &[proxy]),
        lines(SERVICE, &[]),
    ] {
        assert!(!shown.contains("proxy"), "{shown}");
    }
}

/// What Keystone says of a token.
const TOKEN: &str = "HTTP/1.1 201 Created\r\nx-subject-token: t\r\ncontent-length: 135\r\nconnection: close\r\n\r\n\
                     {\"token\":{\"expires_at\":\"2099-01-01T00:00:00Z\",\"user\":{\"id\":\"u\",\"name\":\"u\"},\
                     \"project\":{\"id\":\"p\",\"name\":\"demo\"},\"roles\":[],\"catalog\":[]}}";

#[tokio::test]
async fn a_client_of_a_cloud_explains_the_proxy_of_its_service() {
    let (listener, proxy) = listen().await;
    let server = serve_once(listener, TOKEN);
    let proxy = proxy.to_string();
    let service = "http://sahara.invalid:8386/v2";
    let variables = [
        ("HTTP_PROXY", proxy.as_str()),
        ("OS_DATA_PROCESSING_ENDPOINT_OVERRIDE", service),
    ];
    let connect = cloud(&machine(SERVICE, &variables))
        .unwrap()
        .data_processing();
    let shown = connect.await.unwrap().explain().to_string();
    let line = format!("proxy     {proxy} (HTTP_PROXY (environment))");
    let after = |topic: &str| {
        let mut lines = shown.lines().skip_while(|line| !line.starts_with(topic));
        lines.nth(1)
    };
    assert_eq!(after("keystone"), Some(line.as_str()), "{shown}");
    assert_eq!(after("endpoint"), Some(line.as_str()), "{shown}");
    server.await.unwrap();
}
