//! The whole client over a real socket: what a plain server gets, and what comes of what it answers.

use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use cloud_core::retry::StandardRetry;
use cloud_core::test_util::chain;
use sahara::keystone::{Project, User};
use sahara::{Client, Cloud, CloudBuilder, Login};
use serde_json::{Value, json};
use wiremock::matchers::{
    any, body_string, header, method, path, query_param, query_param_is_missing,
};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

const PROJECT: &str = "3499012a459a4fceaae8df5dab4a5f4c";

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

fn json(status: u16, body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(body)
}

/// Plays the login, whose catalog names the service, and the list of its versions; each is asked for once.
async fn cloud(server: &MockServer) -> CloudBuilder {
    let url = format!("{}/data-processing", server.uri());
    let login = concat!(
        r#"{"auth":{"identity":{"methods":["password"],"password":{"user":{"domain":{"name":"Default"},"#,
        r#""name":"demo","password":"hunter2"}}},"#,
        r#""scope":{"project":{"domain":{"name":"Default"},"name":"demo"}}}}"#
    );
    let domain = json!({"id": "default", "name": "Default"});
    let token = json!({"token": {
        "methods": ["password"],
        "user": {"domain": domain, "id": "u1", "name": "demo"},
        "expires_at": "2999-11-20T15:05:26.000000Z",
        "project": {"domain": domain, "id": PROJECT, "name": "demo"},
        "roles": [{"id": "r1", "name": "member"}],
        "catalog": [{"type": "data-processing", "name": "sahara", "id": "2", "endpoints": [
            {"interface": "public", "region_id": "RegionOne", "region": "RegionOne", "url": url},
        ]}],
    }});
    Mock::given(method("POST"))
        .and(path("/identity/v3/auth/tokens"))
        .and(header("accept", "application/json"))
        .and(body_string(login))
        .respond_with(json(201, &token).insert_header("x-subject-token", "t0ken"))
        .named("POST /auth/tokens")
        .expect(1)
        .mount(server)
        .await;
    let versions = json!({"versions": [{"id": "v1.1", "status": "SUPPORTED"}, {"id": "v2", "status": "CURRENT"}]});
    Mock::given(method("GET"))
        .and(path("/data-processing/"))
        .and(|request: &Request| !request.headers.contains_key("x-auth-token"))
        .respond_with(json(300, &versions))
        .named("the list of versions")
        .expect(1)
        .mount(server)
        .await;
    let (user, project) = (
        User::named("demo", "Default"),
        Project::named("demo", "Default"),
    );
    Cloud::builder()
        .auth_url(format!("{}/identity", server.uri()))
        .login(Login::password(user, "hunter2", project))
        .retry(StandardRetry::new().backoff(Duration::ZERO, Duration::ZERO))
}

async fn client(server: &MockServer) -> Client {
    let cloud = cloud(server).await.user_agent("my-tool/1.2").build();
    cloud.unwrap().data_processing().await.unwrap()
}

#[tokio::test]
async fn a_call_arrives_as_it_was_meant() {
    let server = server().await;
    let api = client(&server).await;
    Mock::given(method("POST"))
        .and(path("/data-processing/v2/data-sources"))
        .respond_with(json(
            202,
            &json!({"data_source": {"id": "d1", "name": "in"}}),
        ))
        .named("POST /data-sources")
        .expect(1)
        .mount(&server)
        .await;
    let source = api
        .data_sources()
        .create("in", "hdfs", "hdfs://nn:8020/in")
        .await
        .unwrap();
    assert_eq!(source.id.as_str(), "d1");
    let request = &server.received_requests().await.unwrap()[2];
    let header = |name: &str| request.headers[name].to_str().unwrap();
    let agent = format!(
        "my-tool/1.2 cloud-sahara/{} (+{})",
        env!("CARGO_PKG_VERSION"),
        env!("CARGO_PKG_REPOSITORY")
    );
    let body = r#"{"name":"in","type":"hdfs","url":"hdfs://nn:8020/in"}"#;
    assert_eq!(header("x-auth-token"), "t0ken");
    assert_eq!(header("user-agent"), agent);
    assert_eq!(header("accept"), "application/json");
    assert_eq!(header("content-type"), "application/json");
    assert_eq!(std::str::from_utf8(&request.body).unwrap(), body);
    assert!(!request.headers.contains_key("authorization"));
}

#[tokio::test]
async fn pages_are_read_to_the_end() {
    let server = server().await;
    let api = client(&server).await;
    let page = |ids: &[&str], next: Option<&str>| {
        let sources: Vec<_> = ids.iter().map(|id| json!({"id": id, "name": id})).collect();
        json(
            200,
            &json!({"data_sources": sources, "markers": {"prev": null, "next": next}}),
        )
    };
    let get = || {
        Mock::given(method("GET"))
            .and(path("/data-processing/v2/data-sources"))
            .and(query_param("limit", "2"))
    };
    get()
        .and(query_param_is_missing("marker"))
        .respond_with(page(&["d1", "d2"], Some("d2")))
        .named("the first page")
        .expect(1)
        .mount(&server)
        .await;
    get()
        .and(query_param("marker", "d2"))
        .respond_with(page(&["d3"], None))
        .named("the second page")
        .expect(1)
        .mount(&server)
        .await;
    let sources = api.data_sources().list().per_page(2).all().await.unwrap();
    let ids: Vec<_> = sources.iter().map(|source| source.id.as_str()).collect();
    assert_eq!(ids, ["d1", "d2", "d3"]);
}

#[tokio::test]
async fn a_refusal_is_told_whole() {
    let server = server().await;
    let api = client(&server).await;
    let body = json!({"error_code": 400, "error_name": "NAME_ALREADY_EXISTS",
        "error_message": "Data source with name 'in' already exists\nError ID: 1f04d092"});
    Mock::given(method("POST"))
        .and(path("/data-processing/v2/data-sources"))
        .respond_with(json(400, &body).insert_header("x-openstack-request-id", "req-7"))
        .named("POST /data-sources")
        .expect(1)
        .mount(&server)
        .await;
    let create = api.data_sources().create("in", "hdfs", "hdfs://nn:8020/in");
    let error = create.await.unwrap_err();
    let elapsed = error.elapsed().as_secs_f64();
    assert_eq!(
        error.to_string(),
        format!(
            "POST /data-sources failed: 400 NAME_ALREADY_EXISTS: Data source with name 'in' already exists \
             (request req-7, {elapsed:.1} s)"
        )
    );
}

#[tokio::test]
async fn a_service_that_is_away_is_asked_again_at_once() {
    let server = server().await;
    let api = client(&server).await;
    let get = || {
        Mock::given(method("GET"))
            .and(path("/data-processing/v2/data-sources/d1"))
            .and(header("x-auth-token", "t0ken"))
    };
    get()
        .respond_with(ResponseTemplate::new(503).insert_header("retry-after", "0"))
        .up_to_n_times(1)
        .named("the refusal")
        .expect(1)
        .mount(&server)
        .await;
    get()
        .respond_with(json(
            200,
            &json!({"data_source": {"id": "d1", "name": "in"}}),
        ))
        .named("the same again")
        .expect(1)
        .mount(&server)
        .await;
    assert_eq!(api.data_sources().get("d1").await.unwrap().name, "in");
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
fn only(error: &sahara::Error) -> String {
    let told = chain(error);
    assert_eq!(told.len(), 1, "{told:?}");
    told[0].to_lowercase()
}

#[tokio::test]
async fn a_failure_is_told_once_in_its_chain() {
    let (address, cause) = nobody();
    let login = |url: &str| {
        let (user, project) = (
            User::named("demo", "Default"),
            Project::named("demo", "Default"),
        );
        let cloud = Cloud::builder()
            .auth_url(url)
            .login(Login::password(user, "hunter2", project));
        cloud.retry(StandardRetry::never()).build().unwrap()
    };
    let error = login(&format!("http://{address}/identity"))
        .data_processing()
        .await
        .unwrap_err();
    let elapsed = error.elapsed().as_secs_f64();
    assert_eq!(
        only(&error),
        format!(
            "post /auth/tokens failed: cannot reach the server: cannot connect to {address}: {cause} ({elapsed:.1} s)"
        )
    );

    let server = server().await;
    let body = json!({"error": {"code": 401, "title": "Unauthorized", "message": "The request you have made requires authentication."}});
    Mock::given(method("POST"))
        .and(path("/identity/v3/auth/tokens"))
        .respond_with(json(401, &body).insert_header("x-openstack-request-id", "req-7"))
        .named("POST /auth/tokens")
        .expect(1)
        .mount(&server)
        .await;
    let error = login(&format!("{}/identity", server.uri()))
        .data_processing()
        .await
        .unwrap_err();
    let elapsed = error.cause().unwrap().elapsed().as_secs_f64();
    assert_eq!(
        only(&error),
        format!(
            "no token: post /auth/tokens failed: 401 unauthorized: the request you have made requires authentication. \
             (request req-7, {elapsed:.1} s); credential: login (client builder), password of the user demo in the \
             domain default, for the project demo in the domain default at {}/identity/v3 (auth_url (client builder))",
            server.uri()
        )
    );
}
