//! The whole client over a real socket: what a plain server gets, and what comes of what it answers.

use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use cloud_core::retry::StandardRetry;
use cloud_core::test_util::chain;
use ionos_dataplatform::{Client, ClientBuilder};
use serde_json::{Value, json};
use wiremock::matchers::{any, basic_auth, method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

const ID: &str = "0f4bd5c5-3b53-4b1d-8a43-2a8c3b6d1f10";
const DATACENTER: &str = "498ae72f-411f-11eb-9d07-046c59cc737e";

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

/// A client with a password that repeats without waiting.
fn client(server: &MockServer) -> ClientBuilder {
    Client::builder()
        .basic("ann", "pa:ss")
        .endpoint(server.uri())
        .retry(StandardRetry::new().backoff(Duration::ZERO, Duration::ZERO))
}

fn json(status: u16, body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(body)
}

fn cluster(id: &str, state: &str) -> Value {
    json!({"id": id, "type": "cluster", "metadata": {"state": state},
        "properties": {"name": "lake", "datacenterId": DATACENTER}})
}

#[tokio::test]
async fn a_call_arrives_as_it_was_meant() {
    let server = server().await;
    Mock::given(method("POST"))
        .and(path("/dataplatform/clusters"))
        .and(basic_auth("ann", "pa:ss"))
        .respond_with(json(202, &cluster(ID, "DEPLOYING")))
        .named("POST /clusters")
        .expect(1)
        .mount(&server)
        .await;
    let api = client(&server).contract_number("31884391");
    let api = api.user_agent("my-tool/1.2").build().unwrap();
    let started = api.clusters().create("lake", DATACENTER).await.unwrap();
    assert_eq!(started.id.as_str(), ID);
    let request = &server.received_requests().await.unwrap()[0];
    let header = |name: &str| request.headers[name].to_str().unwrap();
    let agent = format!(
        "my-tool/1.2 cloud-ionos-dataplatform/{} (+{})",
        env!("CARGO_PKG_VERSION"),
        env!("CARGO_PKG_REPOSITORY")
    );
    let body = format!(r#"{{"properties":{{"name":"lake","datacenterId":"{DATACENTER}"}}}}"#);
    assert_eq!(header("authorization"), "Basic YW5uOnBhOnNz");
    assert_eq!(header("user-agent"), agent);
    assert_eq!(header("accept"), "application/json");
    assert_eq!(header("content-type"), "application/json");
    assert_eq!(header("x-contract-number"), "31884391");
    assert_eq!(request.body, body.as_bytes());
}

/// The service gives its lists whole: it knows no pages.
#[tokio::test]
async fn a_list_is_one_request() {
    let server = server().await;
    let items = [cluster(ID, "AVAILABLE"), cluster(DATACENTER, "DEPLOYING")];
    Mock::given(method("GET"))
        .and(path("/dataplatform/clusters"))
        .and(|request: &Request| request.url.query().is_none())
        .respond_with(json(
            200,
            &json!({"id": "x", "type": "collection", "items": items}),
        ))
        .named("GET /clusters")
        .expect(1)
        .mount(&server)
        .await;
    let api = client(&server).build().unwrap();
    let clusters = api.clusters().list().all().await.unwrap();
    let ids: Vec<_> = clusters.iter().map(|cluster| cluster.id.as_str()).collect();
    assert_eq!(ids, [ID, DATACENTER]);
}

#[tokio::test]
async fn a_refusal_is_told_whole() {
    let server = server().await;
    let body = json!({"httpStatus": 422, "messages": [
        {"errorCode": "dp-validation-3", "message": "the datacenter is not in a supported location"},
        {"errorCode": "dp-validation-7", "message": "the name is taken"},
    ]});
    Mock::given(method("POST"))
        .and(path("/dataplatform/clusters"))
        .respond_with(json(422, &body))
        .named("POST /clusters")
        .expect(1)
        .mount(&server)
        .await;
    let api = client(&server).build().unwrap();
    let error = api.clusters().create("lake", DATACENTER).await.unwrap_err();
    let elapsed = error.elapsed().as_secs_f64();
    assert_eq!(
        error.to_string(),
        format!(
            "POST /clusters failed: 422 dp-validation-3: the datacenter is not in a supported location; \
             the name is taken ({elapsed:.1} s)"
        )
    );
}

#[tokio::test]
async fn a_service_that_is_away_is_asked_again_at_once() {
    let server = server().await;
    let get = || Mock::given(method("GET")).and(path(format!("/dataplatform/clusters/{ID}")));
    get()
        .respond_with(ResponseTemplate::new(503).insert_header("retry-after", "0"))
        .up_to_n_times(1)
        .named("the refusal")
        .expect(1)
        .mount(&server)
        .await;
    get()
        .respond_with(json(200, &cluster(ID, "AVAILABLE")))
        .named("the same again")
        .expect(1)
        .mount(&server)
        .await;
    let api = client(&server).build().unwrap();
    assert_eq!(api.clusters().get(ID).await.unwrap().name(), "lake");
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
fn only(error: &ionos_dataplatform::Error) -> String {
    let told = chain(error);
    assert_eq!(told.len(), 1, "{told:?}");
    told[0].to_lowercase()
}

#[tokio::test]
async fn a_failure_is_told_once_in_its_chain() {
    let (address, cause) = nobody();
    let api = Client::builder()
        .token("t0ken")
        .endpoint(format!("http://{address}"));
    let api = api.retry(StandardRetry::never()).build().unwrap();
    let error = api.versions().await.unwrap_err();
    let elapsed = error.elapsed().as_secs_f64();
    assert_eq!(
        only(&error),
        format!(
            "get /versions failed: cannot reach the server: cannot connect to {address}: {cause} ({elapsed:.1} s)"
        )
    );

    let server = server().await;
    let body = json!({"httpStatus": 401, "messages": [{"errorCode": "paas-auth-1", "message": "unauthorized, wrong credentials"}]});
    Mock::given(method("GET"))
        .and(path("/dataplatform/versions"))
        .respond_with(json(401, &body))
        .named("GET /versions")
        .expect(1)
        .mount(&server)
        .await;
    let error = client(&server)
        .build()
        .unwrap()
        .versions()
        .await
        .unwrap_err();
    let elapsed = error.elapsed().as_secs_f64();
    assert_eq!(
        only(&error),
        format!(
            "get /versions failed: 401 paas-auth-1: unauthorized, wrong credentials; credential: basic (client builder) ({elapsed:.1} s)"
        )
    );
}
