//! The whole client over a real socket: what a plain server gets, and what comes of what it answers.

use std::fmt::Write as _;
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use cloud_core::retry::StandardRetry;
use cloud_core::test_util::chain;
use ovh::{Client, ClientBuilder, Endpoint};
use serde_json::{Value, json};
use sha1::{Digest, Sha1};
use wiremock::matchers::{any, header, header_exists, method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

const AK: &str = "test-app-key-0001";
const AS: &str = "test-app-secret-000000000000001";
const CK: &str = "test-consumer-key-0000000001";

/// The time of the service.
const NOW: u64 = 1_700_000_000;

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

/// A client that signs and repeats without waiting, and asks for the time first.
async fn client(server: &MockServer) -> ClientBuilder {
    Mock::given(method("GET"))
        .and(path("/1.0/auth/time"))
        .and(|request: &Request| !request.headers.contains_key("x-ovh-signature"))
        .respond_with(json(200, &json!(NOW)))
        .named("GET /auth/time")
        .expect(1)
        .mount(server)
        .await;
    Client::builder()
        .endpoint(server.uri())
        .application(AK, AS)
        .consumer_key(CK)
        .retry(StandardRetry::new().backoff(Duration::ZERO, Duration::ZERO))
}

fn json(status: u16, body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(body)
}

/// Checks the signature of a request from what arrived, and that it is of this time, whatever the clock here says.
#[track_caller]
fn assert_signed(request: &Request) {
    let header = |name: &str| request.headers[name].to_str().unwrap();
    let stamp = header("x-ovh-timestamp");
    let body = std::str::from_utf8(&request.body).unwrap();
    let url = format!(
        "http://{}{}",
        header("host"),
        &request.url[url::Position::BeforePath..]
    );
    let text = [AS, CK, request.method.as_str(), &url, body, stamp].join("+");
    let mut signature = String::from("$1$");
    for byte in Sha1::digest(text) {
        write!(signature, "{byte:02x}").unwrap();
    }
    assert_eq!(header("x-ovh-signature"), signature);
    assert_eq!(header("x-ovh-application"), AK);
    assert_eq!(header("x-ovh-consumer"), CK);
    let stamp: u64 = stamp.parse().unwrap();
    assert!((NOW..NOW + 600).contains(&stamp), "{stamp}");
}

#[tokio::test]
async fn a_call_arrives_as_it_was_meant_and_signed() {
    let server = server().await;
    let api = client(&server).await.user_agent("my-tool/1.2");
    Mock::given(method("POST"))
        .and(path("/1.0/me/sshKey"))
        .and(header_exists("x-ovh-signature"))
        .respond_with(json(200, &json!(null)))
        .named("POST /me/sshKey")
        .expect(1)
        .mount(&server)
        .await;
    let api = api.build().unwrap();
    let key = json!({"key": "ssh-ed25519 AAAA é", "keyName": "laptop"});
    api.post("/me/sshKey")
        .query("reason", "a b+é")
        .json(&key)
        .await
        .unwrap();
    let request = &server.received_requests().await.unwrap()[1];
    let header = |name: &str| request.headers[name].to_str().unwrap();
    let agent = format!(
        "my-tool/1.2 cloud-ovh/{} (+{})",
        env!("CARGO_PKG_VERSION"),
        env!("CARGO_PKG_REPOSITORY")
    );
    assert_eq!(header("user-agent"), agent);
    assert_eq!(header("accept"), "application/json");
    assert_eq!(header("content-type"), "application/json");
    assert_eq!(request.body, key.to_string().as_bytes());
    assert!(!request.headers.contains_key("authorization"));
    assert_signed(request);
}

#[tokio::test]
async fn pages_are_read_to_the_end() {
    let server = server().await;
    let api = client(&server).await.build().unwrap();
    for (number, items, name) in [
        (
            "1",
            json!([{"billId": "FR1"}, {"billId": "FR2"}]),
            "the first page",
        ),
        ("2", json!([{"billId": "FR3"}]), "the second page"),
    ] {
        Mock::given(method("GET"))
            .and(path("/1.0/me/bill"))
            .and(header("x-pagination-mode", "CachedObjectList-Pages"))
            .and(header("x-pagination-number", number))
            .and(header("x-pagination-size", "2"))
            .respond_with(json(200, &items).insert_header("x-pagination-elements", "3"))
            .named(name)
            .expect(1)
            .mount(&server)
            .await;
    }
    let bills = api.get("/me/bill").list::<Value>().per_page(2).all();
    let bills = bills.await.unwrap();
    let ids: Vec<_> = bills.iter().map(|bill| &bill["billId"]).collect();
    assert_eq!(ids, ["FR1", "FR2", "FR3"]);
    for request in &server.received_requests().await.unwrap()[1..] {
        assert_signed(request);
    }
}

#[tokio::test]
async fn a_refusal_is_told_whole() {
    let server = server().await;
    let api = client(&server).await.build().unwrap();
    let body = json!({"class": "Client::NotFound", "message": "This service does not exist", "details": {}});
    Mock::given(method("GET"))
        .and(path("/1.0/domain/none.test"))
        .respond_with(json(404, &body).insert_header("x-ovh-queryid", "EU.ext-3.6553.12"))
        .named("GET /domain")
        .expect(1)
        .mount(&server)
        .await;
    let error = api.get("/domain/none.test").await.unwrap_err();
    let elapsed = error.elapsed().as_secs_f64();
    assert_eq!(
        error.to_string(),
        format!(
            "GET /domain/none.test failed: 404 Client::NotFound: This service does not exist \
             (request EU.ext-3.6553.12, {elapsed:.1} s)"
        )
    );
}

#[tokio::test]
async fn a_service_that_is_away_is_asked_again_at_once() {
    let server = server().await;
    let api = client(&server).await.build().unwrap();
    let get = || Mock::given(method("GET")).and(path("/1.0/me"));
    get()
        .respond_with(
            ResponseTemplate::new(503)
                .insert_header("retry-after", "0")
                .set_body_raw("<html><title>503</title></html>", "text/html"),
        )
        .up_to_n_times(1)
        .named("an answer of the server in front")
        .expect(1)
        .mount(&server)
        .await;
    get()
        .respond_with(json(200, &json!({"nichandle": "ab1-ovh"})))
        .named("the same again")
        .expect(1)
        .mount(&server)
        .await;
    assert_eq!(api.get("/me").await.unwrap()["nichandle"], "ab1-ovh");
    for request in &server.received_requests().await.unwrap()[1..] {
        assert_signed(request);
    }
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
fn only(error: &ovh::Error) -> String {
    let told = chain(error);
    assert_eq!(told.len(), 1, "{told:?}");
    told[0].to_lowercase()
}

#[tokio::test]
async fn a_failure_is_told_once_in_its_chain() {
    let (address, cause) = nobody();
    let api = Client::builder().endpoint(format!("http://{address}/1.0"));
    let api = api.application(AK, AS).consumer_key(CK).time_offset(0);
    let api = api.retry(StandardRetry::never()).build().unwrap();
    let error = api.get("/me").await.unwrap_err();
    let elapsed = error.elapsed().as_secs_f64();
    assert_eq!(
        only(&error),
        format!(
            "get /me failed: cannot reach the server: cannot connect to {address}: {cause} ({elapsed:.1} s)"
        )
    );

    let server = server().await;
    let oauth2 = |token_url: &str| {
        let endpoint = Endpoint::custom(server.uri()).with_token_url(token_url);
        let api = Client::builder()
            .endpoint(endpoint)
            .oauth2("service", "hunter2");
        api.retry(StandardRetry::never()).build().unwrap()
    };
    let body = json!({"error": "invalid_client", "error_description": "wrong secret"});
    Mock::given(method("POST"))
        .and(path("/auth/oauth2/token"))
        .respond_with(json(401, &body))
        .named("POST the login")
        .expect(1)
        .mount(&server)
        .await;
    let api = oauth2(&format!("{}/auth/oauth2/token", server.uri()));
    let error = api.get("/me").await.unwrap_err();
    let elapsed = error.cause().unwrap().elapsed().as_secs_f64();
    assert_eq!(
        only(&error),
        format!(
            "get /me failed: no token: post /token failed: 401 invalid_client: wrong secret ({elapsed:.1} s); \
         credential: oauth2 (client builder)"
        )
    );
    let api = oauth2(&format!("http://{address}/auth/oauth2/token"));
    let error = api.get("/me").await.unwrap_err();
    assert_eq!(
        only(&error),
        format!(
            "get /me failed: cannot reach the server: cannot connect to {address}: {cause} \
             (in post /token before it, attempt 1)"
        )
    );
}
