//! The whole client over a real socket: what a plain server gets, and what comes of what it answers.

use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use cloud_core::retry::StandardRetry;
use cloud_core::test_util::chain;
use serde_json::{Value, json};
use vdk_control::{Client, ClientBuilder};
use wiremock::matchers::{any, bearer_token, method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

const JOBS: &str = "/data-jobs/for-team/my%20team/jobs";

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

/// A client with a token that repeats without waiting.
fn client(server: &MockServer) -> ClientBuilder {
    Client::builder()
        .endpoint(server.uri())
        .token("t0ken")
        .retry(StandardRetry::new().backoff(Duration::ZERO, Duration::ZERO))
}

fn json(status: u16, body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(body)
}

#[tokio::test]
async fn a_call_arrives_as_it_was_meant() {
    let server = server().await;
    Mock::given(method("POST"))
        .and(path(JOBS))
        .and(bearer_token("t0ken"))
        .respond_with(ResponseTemplate::new(201))
        .named("POST jobs")
        .expect(1)
        .mount(&server)
        .await;
    let api = client(&server).op_id("nightly-7").user_agent("my-tool/1.2");
    let team = api.build().unwrap().team("my team");
    let job = team.jobs().create("daily-load").description("é").await;
    assert_eq!(job.unwrap().name(), "daily-load");
    let request = &server.received_requests().await.unwrap()[0];
    let header = |name: &str| request.headers[name].to_str().unwrap();
    let agent = format!(
        "my-tool/1.2 cloud-vdk-control/{} (+{})",
        env!("CARGO_PKG_VERSION"),
        env!("CARGO_PKG_REPOSITORY")
    );
    let body = r#"{"job_name":"daily-load","description":"é","team":"my team","config":{}}"#;
    assert_eq!(header("authorization"), "Bearer t0ken");
    assert_eq!(header("user-agent"), agent);
    assert_eq!(header("accept"), "application/json");
    assert_eq!(header("content-type"), "application/json");
    assert_eq!(header("x-opid"), "nightly-7");
    assert_eq!(std::str::from_utf8(&request.body).unwrap(), body);
}

/// The jobs are asked for by a query, whose text names the page.
#[tokio::test]
async fn pages_are_read_to_the_end() {
    let server = server().await;
    for (number, names, title) in [
        (1, ["load-a", "load-b"].as_slice(), "the first page"),
        (2, &["load-c"], "the second page"),
    ] {
        let asked = format!("{{jobs(pageNumber:{number},pageSize:2,");
        let content = names
            .iter()
            .map(|name| json!({"jobName": name, "config": {"team": "my team"}}));
        let content = content.collect::<Vec<_>>();
        let body = json!({"data": {"content": content, "totalPages": 2, "totalItems": 3}});
        Mock::given(method("GET"))
            .and(path(JOBS))
            .and(move |request: &Request| {
                let mut query = request.url.query_pairs();
                query.any(|(key, text)| key == "query" && text.starts_with(&asked))
            })
            .respond_with(json(200, &body))
            .named(title)
            .expect(1)
            .mount(&server)
            .await;
    }
    let team = client(&server).build().unwrap().team("my team");
    let jobs = team.jobs().list().per_page(2).all().await.unwrap();
    let names: Vec<_> = jobs.iter().map(|job| job.job_name.as_str()).collect();
    assert_eq!(names, ["load-a", "load-b", "load-c"]);
}

#[tokio::test]
async fn a_refusal_is_told_whole() {
    let server = server().await;
    let body = json!({"what": "The deployment cannot start.", "why": "The job has no sources.",
        "consequences": "Nothing runs.", "countermeasures": "Upload the sources."});
    Mock::given(method("GET"))
        .and(path(format!("{JOBS}/daily-load")))
        .respond_with(json(409, &body))
        .named("GET a job")
        .expect(1)
        .mount(&server)
        .await;
    let api = client(&server).op_id("nightly-7").build().unwrap();
    let error = api
        .team("my team")
        .job("daily-load")
        .get()
        .await
        .unwrap_err();
    let elapsed = error.elapsed().as_secs_f64();
    assert_eq!(
        error.to_string(),
        format!(
            "GET {JOBS}/daily-load failed: 409 Conflict: The deployment cannot start. The job has no sources. \
             (request nightly-7, {elapsed:.1} s)"
        )
    );
}

#[tokio::test]
async fn a_service_that_is_away_is_asked_again_at_once() {
    let server = server().await;
    let get = || Mock::given(method("GET")).and(path(format!("{JOBS}/daily-load")));
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
            &json!({"job_name": "daily-load", "team": "my team"}),
        ))
        .named("the same again")
        .expect(1)
        .mount(&server)
        .await;
    let job = client(&server)
        .build()
        .unwrap()
        .team("my team")
        .job("daily-load");
    assert_eq!(job.get().await.unwrap().job_name, "daily-load");
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
fn only(error: &vdk_control::Error) -> String {
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
    let api = api
        .op_id("nightly-7")
        .retry(StandardRetry::never())
        .build()
        .unwrap();
    let error = api.team("my team").info().await.unwrap_err();
    let elapsed = error.elapsed().as_secs_f64();
    assert_eq!(
        only(&error),
        format!(
            "get /data-jobs/for-team/my%20team/info failed: cannot reach the server: \
             cannot connect to {address}: {cause} (request nightly-7, {elapsed:.1} s)"
        )
    );

    let server = server().await;
    let login = |url: &str| {
        let api = Client::builder().endpoint(server.uri()).op_id("nightly-7");
        let api = api.client_credentials(url, "service", "hunter2");
        api.retry(StandardRetry::never())
            .build()
            .unwrap()
            .team("my team")
    };
    let body = json!({"error": "invalid_client", "error_description": "wrong secret"});
    Mock::given(method("POST"))
        .and(path("/auth/token"))
        .respond_with(json(401, &body))
        .named("POST the login")
        .expect(1)
        .mount(&server)
        .await;
    let error = login(&format!("{}/auth/token", server.uri()))
        .info()
        .await
        .unwrap_err();
    let elapsed = error.cause().unwrap().elapsed().as_secs_f64();
    assert_eq!(
        only(&error),
        format!(
            "get /data-jobs/for-team/my%20team/info failed: no token: post /auth/token failed: \
         401 invalid_client: wrong secret ({elapsed:.1} s); credential: client_credentials (client builder)"
        )
    );
    let error = login(&format!("http://{address}/auth/token"))
        .info()
        .await
        .unwrap_err();
    assert_eq!(
        only(&error),
        format!(
            "get /data-jobs/for-team/my%20team/info failed: cannot reach the server: \
             cannot connect to {address}: {cause} (in post /auth/token before it, attempt 1)"
        )
    );
}
