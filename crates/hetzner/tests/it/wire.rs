//! The whole client over a real socket: what a plain server gets, and what comes of what it answers.

use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use cloud_core::retry::StandardRetry;
use cloud_core::test_util::chain;
use hetzner::{Client, ClientBuilder};
use serde_json::{Value, json};
use wiremock::matchers::{any, body_string, method, path, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB me";

/// A server whose test fails when something else comes than the test says, and tells what it was.
async fn server() -> MockServer {
    let server = MockServer::start().await;
    let unexpected = |request: &Request| {
        let text = format!("unexpected: {} {}", request.method, request.url);
        ResponseTemplate::new(599).set_body_string(text)
    };
    Mock::given(any())
        .respond_with(unexpected)
        .with_priority(u8::MAX)
        .named("an unexpected request")
        .expect(0)
        .mount(&server)
        .await;
    server
}

/// A client that repeats without waiting.
fn client(server: &MockServer) -> ClientBuilder {
    Client::builder()
        .token("t0ken")
        .endpoint(format!("{}/v1", server.uri()))
        .retry(StandardRetry::new().backoff(Duration::ZERO, Duration::ZERO))
}

fn json(status: u16, body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(body)
}

fn key() -> Value {
    json!({"ssh_key": {"id": 7, "name": "laptop", "public_key": KEY, "labels": {}}})
}

#[tokio::test]
async fn a_call_arrives_as_it_was_meant() {
    let server = server().await;
    Mock::given(method("POST"))
        .and(path("/v1/ssh_keys"))
        .respond_with(json(201, &key()))
        .named("POST /ssh_keys")
        .expect(1)
        .mount(&server)
        .await;
    let api = client(&server).user_agent("my-tool/1.2").build().unwrap();
    let key = api.ssh_keys().create("laptop", KEY).await.unwrap();
    assert_eq!((key.id.0, key.name.as_str()), (7, "laptop"));
    let request = &server.received_requests().await.unwrap()[0];
    let header = |name: &str| request.headers[name].to_str().unwrap();
    let agent = format!(
        "my-tool/1.2 cloud-hetzner/{} (+{})",
        env!("CARGO_PKG_VERSION"),
        env!("CARGO_PKG_REPOSITORY")
    );
    let body = format!(r#"{{"name":"laptop","public_key":"{KEY}"}}"#);
    assert_eq!(header("authorization"), "Bearer t0ken");
    assert_eq!(header("user-agent"), agent);
    assert_eq!(header("accept"), "application/json");
    assert_eq!(header("content-type"), "application/json");
    assert_eq!(header("content-length"), body.len().to_string());
    assert_eq!(request.body, body.as_bytes());
}

#[tokio::test]
async fn pages_are_read_to_the_end() {
    let server = server().await;
    let page = |ids: [u64; 2], next: Option<u32>| {
        let servers = ids.map(|id| json!({"id": id}));
        let pages = json!({"pagination": {"next_page": next, "per_page": 2, "total_entries": 4}});
        json(200, &json!({"servers": servers, "meta": pages}))
    };
    let get = || {
        Mock::given(method("GET"))
            .and(path("/v1/servers"))
            .and(query_param("per_page", "2"))
    };
    get()
        .and(query_param_is_missing("page"))
        .respond_with(page([1, 2], Some(2)))
        .named("the first page")
        .expect(1)
        .mount(&server)
        .await;
    get()
        .and(query_param("page", "2"))
        .respond_with(page([3, 4], None))
        .named("the second page")
        .expect(1)
        .mount(&server)
        .await;
    let api = client(&server).build().unwrap();
    let servers = api.servers().list().per_page(2).all().await.unwrap();
    let ids: Vec<_> = servers.iter().map(|server| server.id.0).collect();
    assert_eq!(ids, [1, 2, 3, 4]);
}

#[tokio::test]
async fn a_refusal_is_told_whole() {
    let server = server().await;
    let body = json!({"error": {"code": "invalid_input", "message": "invalid input in field 'name'",
        "details": {"fields": [{"name": "name", "messages": ["is too long", "has a space"]}]}}});
    Mock::given(method("POST"))
        .and(path("/v1/ssh_keys"))
        .respond_with(json(422, &body).insert_header("x-correlation-id", "9f3c2a"))
        .named("POST /ssh_keys")
        .expect(1)
        .mount(&server)
        .await;
    let api = client(&server).build().unwrap();
    let error = api.ssh_keys().create("laptop", KEY).await.unwrap_err();
    let elapsed = error.elapsed().as_secs_f64();
    assert_eq!(
        error.to_string(),
        format!(
            "POST /ssh_keys failed: 422 invalid_input: invalid input in field 'name'; \
             name: is too long, has a space (request 9f3c2a, {elapsed:.1} s)"
        )
    );
}

#[tokio::test]
async fn what_the_service_did_not_do_is_sent_again_at_once() {
    let server = server().await;
    let body = json!({"error": {"code": "rate_limit_exceeded", "message": "limit reached", "details": null}});
    let post = || {
        let body = format!(r#"{{"name":"laptop","public_key":"{KEY}"}}"#);
        Mock::given(method("POST"))
            .and(path("/v1/ssh_keys"))
            .and(body_string(body))
    };
    post()
        .respond_with(json(429, &body).insert_header("retry-after", "0"))
        .up_to_n_times(1)
        .named("the refusal")
        .expect(1)
        .mount(&server)
        .await;
    post()
        .respond_with(json(201, &key()))
        .named("the same again")
        .expect(1)
        .mount(&server)
        .await;
    let api = client(&server).build().unwrap();
    api.ssh_keys().create("laptop", KEY).await.unwrap();
}

/// An address that nobody listens at, and what the system says of it.
fn nobody() -> (String, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let cause = TcpStream::connect(address).unwrap_err();
    (address.to_string(), cause.to_string().to_lowercase())
}

/// The only text in the chain of an error, in small letters.
#[track_caller]
fn only(error: &hetzner::Error) -> String {
    let told = chain(error);
    assert_eq!(told.len(), 1, "{told:?}");
    told[0].to_lowercase()
}

#[tokio::test]
async fn a_failure_is_told_once_in_its_chain() {
    let (address, cause) = nobody();
    let api = Client::builder()
        .token("t0ken")
        .endpoint(format!("http://{address}/v1"));
    let api = api.retry(StandardRetry::never()).build().unwrap();
    let error = api.servers().get(7).await.unwrap_err();
    let elapsed = error.elapsed().as_secs_f64();
    assert_eq!(
        only(&error),
        format!(
            "get /servers/7 failed: cannot reach the server: cannot connect to {address}: {cause} ({elapsed:.1} s)"
        )
    );

    let server = server().await;
    let body = json!({"error": {"code": "unauthorized", "message": "unable to authenticate"}});
    Mock::given(method("GET"))
        .and(path("/v1/servers/7"))
        .respond_with(json(401, &body))
        .named("GET /servers/7")
        .expect(1)
        .mount(&server)
        .await;
    let error = client(&server)
        .build()
        .unwrap()
        .servers()
        .get(7)
        .await
        .unwrap_err();
    let elapsed = error.elapsed().as_secs_f64();
    assert_eq!(
        only(&error),
        format!(
            "get /servers/7 failed: 401 unauthorized: unable to authenticate; credential: token (client builder) ({elapsed:.1} s)"
        )
    );
}
