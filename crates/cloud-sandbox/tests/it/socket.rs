//! The services on a port, as a client sees them that knows nothing but TCP.
#![cfg(feature = "serve")]

use crate::common;

use std::time::Duration;

use cloud_sandbox::{Fault, Running, Sandbox};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Everything that comes back until the connection ends.
async fn exchange(server: &Running, method: &str, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer t\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}",
        server.address()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A broken connection may end in an error as well as in silence.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

fn body_of(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").unwrap().1
}

fn announced(answer: &str) -> usize {
    let head = answer
        .split_once("\r\n\r\n")
        .unwrap()
        .0
        .to_ascii_lowercase();
    head.lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .unwrap()
        .parse()
        .unwrap()
}

const GROUPS: &str = "/hetzner/v1/placement_groups";
const GROUP: &str = r#"{"name": "g", "type": "spread"}"#;

#[tokio::test]
async fn services_are_mounted_under_their_names() {
    let server = Sandbox::start().await.unwrap();
    assert_eq!(
        server.hetzner_url(),
        format!("http://{}/hetzner/v1", server.address())
    );
    assert!(server.address().ip().is_loopback());

    let index = exchange(&server, "GET", "/", "").await;
    assert!(
        index.starts_with("HTTP/1.1 200") && body_of(&index).contains(&server.hetzner_url()),
        "{index}"
    );
    for path in [
        "/v1/servers",
        "/hetzner",
        "/hetznerr/v1/servers",
        "/other/v1",
    ] {
        let answer = exchange(&server, "GET", path, "").await;
        assert!(
            answer.starts_with("HTTP/1.1 404") && body_of(&answer).contains("not_found"),
            "{answer}"
        );
    }
    let versions = exchange(
        &server,
        "GET",
        "/ionos-dataplatform/dataplatform/versions",
        "",
    )
    .await;
    assert!(
        versions.contains(&format!(
            r#""href":"{}/versions""#,
            server.ionos_dataplatform_url()
        )),
        "{versions}"
    );
    let created = exchange(&server, "POST", GROUPS, GROUP).await;
    assert!(created.starts_with("HTTP/1.1 201"), "{created}");
    assert_eq!(announced(&created), body_of(&created).len());
    let list = exchange(&server, "GET", &format!("{GROUPS}?per_page=1"), "").await;
    assert!(
        list.contains(&format!(
            "<http://{}{GROUPS}?page=1&per_page=1>; rel=\"last\"",
            server.address()
        )),
        "{list}"
    );
    assert_eq!(
        server
            .sandbox()
            .journal()
            .count("POST /v1/placement_groups"),
        1
    );
}

#[tokio::test]
async fn the_base_of_the_vdk_control_service_is_what_its_links_begin_with() {
    let server = Sandbox::start().await.unwrap();
    assert_eq!(
        server.vdk_control_url(),
        format!("http://{}/vdk-control", server.address())
    );
    let body = r#"{"job_name": "daily-load"}"#;
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    let request = format!(
        "POST /vdk-control/data-jobs/for-team/a%20b/jobs HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        server.address(),
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut created = String::new();
    stream.read_to_string(&mut created).await.unwrap();
    let location = format!(
        "location: {}/data-jobs/for-team/a%20b/jobs/daily-load\r\n",
        server.vdk_control_url()
    );
    assert!(
        created.starts_with("HTTP/1.1 201") && created.contains(&location),
        "{created}"
    );
    assert_eq!(
        server
            .sandbox()
            .journal()
            .count("POST /data-jobs/for-team/{team}/jobs"),
        1
    );
}

#[tokio::test]
async fn a_sandbox_is_the_same_on_a_port_and_in_process() {
    let sandbox = Sandbox::builder().token("t").build();
    let server = sandbox.serve("127.0.0.1:0".parse().unwrap()).await.unwrap();
    exchange(&server, "POST", GROUPS, GROUP).await;
    let request = http::Request::get("https://api.hetzner.cloud/v1/placement_groups")
        .header("authorization", "Bearer t")
        .body(cloud_core::body::Body::empty())
        .unwrap();
    let mut response = sandbox.hetzner().send(request).await.unwrap();
    let body = response.body_mut().chunk().await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&body).contains(r#""name":"g""#));
}

#[tokio::test]
async fn faults_reach_the_wire() {
    let server = Sandbox::start().await.unwrap();
    let (faults, journal) = (server.sandbox().faults(), server.sandbox().journal());
    for fault in [Fault::NeverSent, Fault::ResetBeforeHandling] {
        faults.next(fault);
        assert_eq!(exchange(&server, "POST", GROUPS, GROUP).await, "");
    }
    assert_eq!(journal.count_handled("POST /v1/placement_groups"), 0);
    faults.next(Fault::ResetAfterHandling);
    assert_eq!(exchange(&server, "POST", GROUPS, GROUP).await, "");
    assert_eq!(journal.count_handled("POST /v1/placement_groups"), 1);

    faults.next(Fault::Truncate);
    let cut = exchange(&server, "GET", GROUPS, "").await;
    assert!(cut.starts_with("HTTP/1.1 200"), "{cut}");
    assert_eq!(body_of(&cut).len(), announced(&cut) / 2);

    faults.next(Fault::MalformedJson);
    let malformed = exchange(&server, "GET", GROUPS, "").await;
    assert_eq!(body_of(&malformed).len(), announced(&malformed));
    assert!(serde_json::from_str::<serde_json::Value>(body_of(&malformed)).is_err());

    faults.next(Fault::HtmlBody(504));
    assert!(
        exchange(&server, "GET", GROUPS, "")
            .await
            .starts_with("HTTP/1.1 504")
    );
    faults.next(Fault::RateLimited { retry_after: None });
    let limited = exchange(&server, "GET", GROUPS, "").await;
    assert!(
        limited.contains("ratelimit-remaining: 0") && limited.contains("rate_limit_exceeded"),
        "{limited}"
    );
    assert!(body_of(&exchange(&server, "GET", GROUPS, "").await).contains(r#""name":"g""#));
}

#[tokio::test]
async fn shutting_down_ends_what_hangs() {
    let server = Sandbox::start().await.unwrap();
    let (sandbox, address) = (server.sandbox().clone(), server.address());
    sandbox.faults().next(Fault::HangAfterHandling);
    let hanging = async {
        let answer = exchange(&server, "POST", GROUPS, GROUP).await;
        panic!("there should have been no answer: {answer}");
    };
    let handled = async {
        while sandbox.journal().count_handled("POST /v1/placement_groups") == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        () = hanging => {}
        () = handled => {}
    }
    let mut idle = TcpStream::connect(address).await.unwrap();
    tokio::time::timeout(Duration::from_secs(60), server.shutdown())
        .await
        .unwrap();
    assert!(TcpStream::connect(address).await.is_err());
    assert!(matches!(idle.read(&mut [0]).await, Ok(0) | Err(_)));
}

#[tokio::test]
async fn a_port_is_free_again_after_a_drop() {
    let server = Sandbox::start().await.unwrap();
    let address = server.address();
    assert!(
        Sandbox::builder().bind(address).start().await.is_err(),
        "the port is taken"
    );
    drop(server);
    // The listener goes with its task, at the runtime's next turn.
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    Sandbox::builder().bind(address).start().await.unwrap();
}

#[tokio::test]
async fn the_metadata_of_a_server_needs_no_token() {
    let server = Sandbox::start().await.unwrap();
    let body =
        r#"{"name": "web-1", "server_type": "cx23", "image": "debian-13", "user_data": "hello"}"#;
    let created = exchange(&server, "POST", "/hetzner/v1/servers", body).await;
    let created: serde_json::Value = serde_json::from_str(body_of(&created)).unwrap();
    let id = created["server"]["id"].as_i64().unwrap();
    let base = format!("/hetzner-metadata/{id}/hetzner/v1");
    assert_eq!(
        server.hetzner_metadata_url(id),
        format!("http://{}{base}", server.address())
    );
    let id = id.to_string();
    for (path, text) in [
        ("metadata/hostname", "web-1"),
        ("userdata", "hello"),
        ("metadata/instance-id", &id),
    ] {
        let answer = exchange(&server, "GET", &format!("{base}/{path}"), "").await;
        assert!(
            answer.starts_with("HTTP/1.1 200") && answer.contains("text/plain"),
            "{answer}"
        );
        assert_eq!(body_of(&answer), text);
    }
    let all = exchange(&server, "GET", &format!("{base}/metadata"), "").await;
    assert!(
        body_of(&all).contains(&format!("instance-id: {id}\n")),
        "{all}"
    );
    for path in [
        "/hetzner-metadata/7/hetzner/v1/metadata",
        "/hetzner-metadata/x/hetzner/v1/metadata",
        "/hetzner-metadata/",
    ] {
        assert!(
            exchange(&server, "GET", path, "")
                .await
                .starts_with("HTTP/1.1 404"),
            "{path}"
        );
    }
    assert!(
        exchange(&server, "GET", &format!("{base}/metadata/nothing"), "")
            .await
            .starts_with("HTTP/1.1 404")
    );
    assert!(
        exchange(&server, "POST", &format!("{base}/metadata"), "")
            .await
            .starts_with("HTTP/1.1 405")
    );
}

#[tokio::test]
async fn signatures_are_for_the_address_on_the_port() {
    use cloud_sandbox::ovh::{ACCOUNT, APPLICATION_KEY, APPLICATION_SECRET, CONSUMER_KEY};

    let server = Sandbox::start().await.unwrap();
    assert_eq!(
        server.ovh_url(),
        format!("http://{}/ovh/1.0", server.address())
    );
    assert_eq!(
        server.ovh_token_url(),
        format!("http://{}/ovh/auth/oauth2/token", server.address())
    );
    let time = exchange(&server, "GET", "/ovh/1.0/auth/time", "").await;
    let timestamp = body_of(&time);
    for (signed, status) in [
        (server.ovh_url(), "200"),
        // As clients sign that know no port, for the real service is on the usual one.
        (format!("http://{}/ovh/1.0", server.address().ip()), "200"),
        (format!("http://{}:1/ovh/1.0", server.address().ip()), "400"),
        ("https://eu.api.ovh.com/1.0".to_owned(), "400"),
    ] {
        let url = format!("{signed}/me");
        let signature =
            common::ovh::signature(APPLICATION_SECRET, CONSUMER_KEY, "GET", &url, "", timestamp);
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        let request = format!(
            "GET /ovh/1.0/me HTTP/1.1\r\nHost: {}\r\nX-Ovh-Application: {APPLICATION_KEY}\r\nX-Ovh-Consumer: {CONSUMER_KEY}\r\nX-Ovh-Timestamp: {timestamp}\r\nX-Ovh-Signature: {signature}\r\nConnection: close\r\n\r\n",
            server.address()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{answer}"
        );
        assert_eq!(answer.contains(ACCOUNT), status == "200", "{answer}");
    }
    let body = r#"{"accessRules":[{"method":"GET","path":"/me"}]}"#;
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    let request = format!(
        "POST /ovh/1.0/auth/credential HTTP/1.1\r\nHost: {}\r\nX-Ovh-Application: {APPLICATION_KEY}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        server.address(),
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let answer: serde_json::Value = serde_json::from_str(body_of(&answer)).unwrap();
    let page = answer["validationUrl"].as_str().unwrap();
    let path = page
        .strip_prefix(&server.url())
        .expect("the page is on the port as well");
    let page = exchange(&server, "GET", path, "").await;
    assert!(
        page.starts_with("HTTP/1.1 200") && page.contains("<li>GET /me</li>"),
        "{page}"
    );
}

#[tokio::test]
async fn the_catalog_on_a_port_leads_to_the_port() {
    let server = Sandbox::start().await.unwrap();
    let user = r#"{"name": "demo", "domain": {"id": "default"}, "password": "demo-pw"}"#;
    let scope = r#"{"project": {"name": "demo", "domain": {"id": "default"}}}"#;
    let identity = format!(r#"{{"methods": ["password"], "password": {{"user": {user}}}}}"#);
    let body = format!(r#"{{"auth": {{"identity": {identity}, "scope": {scope}}}}}"#);
    assert_eq!(
        server.keystone_url(),
        format!("http://{}/keystone/v3", server.address())
    );
    let issued = exchange(&server, "POST", "/keystone/v3/auth/tokens", &body).await;
    assert!(
        issued.starts_with("HTTP/1.1 201") && issued.contains("x-subject-token: "),
        "{issued}"
    );
    let catalog = body_of(&issued);
    for url in [
        format!("{}/v1.1/", server.sahara_url()),
        format!("{}/v2", server.sahara_url()),
        server.keystone_url(),
    ] {
        assert!(catalog.contains(&url), "{url} {catalog}");
    }
    for path in ["/sahara", "/sahara/"] {
        let versions = exchange(&server, "GET", path, "").await;
        assert!(versions.starts_with("HTTP/1.1 300"), "{versions}");
        assert!(
            body_of(&versions).contains(&format!("{}/v2/", server.sahara_url())),
            "{versions}"
        );
    }
    assert!(
        exchange(&server, "GET", "/sahara/v2/plugins", "")
            .await
            .starts_with("HTTP/1.1 401")
    );
    assert!(
        exchange(&server, "GET", "/keystone", "")
            .await
            .starts_with("HTTP/1.1 404")
    );
}

/// What comes back for these bytes, until the connection ends.
async fn raw(server: &Running, parts: &[&[u8]]) -> String {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    for part in parts {
        stream.write_all(part).await.unwrap();
    }
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn a_body_over_the_limit_is_answered_by_413_and_not_kept() {
    let server = Sandbox::start().await.unwrap();
    let length = (64 << 20) + 1;
    let head = |more: &str| {
        format!(
            "POST {GROUPS} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer t\r\nContent-Length: {length}\r\nConnection: close\r\n{more}\r\n"
        )
    };
    let body = vec![b' '; length];
    let sent_whole = raw(&server, &[head("").as_bytes(), &body]).await;
    let asked_before = raw(&server, &[head("Expect: 100-continue\r\n").as_bytes()]).await;
    for answer in [sent_whole, asked_before] {
        assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
        assert!(
            body_of(&answer)
                .contains(r#"{"error":{"code":"invalid_input","details":null,"message":"the body of the request is longer than 64 MiB"}}"#),
            "{answer}"
        );
    }
    let outside = head("Expect: 100-continue\r\n").replace(GROUPS, "/nothing");
    let outside = raw(&server, &[outside.as_bytes()]).await;
    assert!(outside.starts_with("HTTP/1.1 413"), "{outside}");
    let entries = server.sandbox().journal().entries();
    let kept: Vec<_> = entries
        .iter()
        .map(|e| (e.path.as_str(), e.status, e.handled, e.body.len()))
        .collect();
    assert_eq!(kept, [("/v1/placement_groups", Some(413), false, 0); 2]);
}

#[tokio::test(start_paused = true)]
async fn heads_and_bodies_that_do_not_arrive_end_their_connections() {
    let server = Sandbox::start().await.unwrap();
    // The time of the runtime goes on while nothing else does, so these come back once the limit has passed.
    let half_a_head = raw(&server, &[b"GET / HTTP/1.1\r\nHost:"]).await;
    assert_eq!(half_a_head, "");
    let half_a_body = format!(
        "POST {GROUPS} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer t\r\nContent-Length: 9\r\nConnection: close\r\n\r\n{{"
    );
    let answer = raw(&server, &[half_a_body.as_bytes()]).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(
        body_of(&answer).contains(r#""code":"timeout","details":null,"message":"the body of the request did not arrive within 60 seconds""#),
        "{answer}"
    );
    assert_eq!(
        server
            .sandbox()
            .journal()
            .count_handled("POST /v1/placement_groups"),
        0
    );
}

#[tokio::test]
async fn a_head_over_the_limit_is_answered_by_431() {
    let server = Sandbox::start().await.unwrap();
    let long = "a".repeat(512 << 10);
    let answer = raw(
        &server,
        &[
            format!("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX-Long: {long}\r\n\r\n")
                .as_bytes(),
        ],
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
}

#[tokio::test]
async fn behind_a_proxy_links_and_signatures_are_for_the_address_that_the_client_used() {
    use cloud_sandbox::ovh::{APPLICATION_KEY, APPLICATION_SECRET, CONSUMER_KEY};

    let server = Sandbox::start().await.unwrap();
    let forwarded =
        "X-Forwarded-Proto: https, http\r\nX-Forwarded-Host: sandbox.example:8443, inner\r\n";
    let index = format!("GET / HTTP/1.1\r\nHost: inner\r\n{forwarded}Connection: close\r\n\r\n");
    let index = raw(&server, &[index.as_bytes()]).await;
    assert!(
        index.contains(r#""url":"https://sandbox.example:8443/keystone/v3""#),
        "{index}"
    );
    let login = r#"{"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "demo", "domain": {"id": "default"}, "password": "demo-pw"}}}, "scope": {"project": {"name": "demo", "domain": {"id": "default"}}}}}"#;
    let rules = r#"{"accessRules": [{"method": "GET", "path": "/me"}]}"#;
    let application = format!("X-Ovh-Application: {APPLICATION_KEY}\r\n");
    for (path, headers, body, link) in [
        (
            "/keystone/v3/auth/tokens",
            "",
            login,
            r#""url":"https://sandbox.example:8443/sahara/v1.1/"#,
        ),
        (
            "/ovh/1.0/auth/credential",
            &application,
            rules,
            r#""validationUrl":"https://sandbox.example:8443/ovh/"#,
        ),
    ] {
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: inner\r\n{forwarded}{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        let answer = raw(&server, &[request.as_bytes()]).await;
        assert!(answer.contains(link), "{answer}");
    }

    let time = exchange(&server, "GET", "/ovh/1.0/auth/time", "").await;
    let timestamp = body_of(&time);
    let url = "https://sandbox.example:8443/ovh/1.0/me";
    let signature =
        common::ovh::signature(APPLICATION_SECRET, CONSUMER_KEY, "GET", url, "", timestamp);
    for (headers, status) in [
        (forwarded, "200"),
        // No scheme of HTTP, which leaves the one of the port.
        (
            "X-Forwarded-Proto: gopher\r\nX-Forwarded-Host: sandbox.example:8443\r\n",
            "400",
        ),
        ("", "400"),
    ] {
        let request = format!(
            "GET /ovh/1.0/me HTTP/1.1\r\nHost: inner\r\n{headers}X-Ovh-Application: {APPLICATION_KEY}\r\nX-Ovh-Consumer: {CONSUMER_KEY}\r\nX-Ovh-Timestamp: {timestamp}\r\nX-Ovh-Signature: {signature}\r\nConnection: close\r\n\r\n"
        );
        let answer = raw(&server, &[request.as_bytes()]).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{headers}: {answer}"
        );
    }
}

#[tokio::test]
async fn a_browser_gets_a_page_that_loads_nothing_from_elsewhere_and_all_others_json() {
    let server = Sandbox::start().await.unwrap();
    let index =
        |accept: &str| format!("GET / HTTP/1.1\r\nHost: h\r\n{accept}Connection: close\r\n\r\n");
    let browser = index("Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n");
    let page = raw(&server, &[browser.as_bytes()]).await;
    let head = page.split_once("\r\n\r\n").unwrap().0;
    assert!(
        head.starts_with("HTTP/1.1 200") && head.contains("content-type: text/html; charset=utf-8"),
        "{head}"
    );
    assert!(
        head.contains("content-security-policy: default-src 'none'; "),
        "{head}"
    );
    assert!(body_of(&page).starts_with("<!doctype html>"));
    assert!(
        !page.contains("src=") && !page.contains("://"),
        "it loads something"
    );
    for accept in ["", "Accept: */*\r\n", "Accept: application/json\r\n"] {
        let answer = raw(&server, &[index(accept).as_bytes()]).await;
        assert!(
            answer.contains("content-type: application/json"),
            "{answer}"
        );
        assert!(body_of(&answer).starts_with(r#"{"services":["#), "{answer}");
    }
}
