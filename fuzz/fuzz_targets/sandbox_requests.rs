//! Every service of the sandbox answers any sequence of requests by valid HTTP, and by no failure that its model lacks.

#![no_main]

use std::sync::Arc;

use cloud_clients_fuzz::{parts, run};
use cloud_core::body::Body;
use cloud_core::transport::Transport;
use cloud_sandbox::Sandbox;
use cloud_sandbox::keystone::DEMO_PROJECT;
use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
use http::{HeaderName, HeaderValue, Method, Request, Response, Uri};
use libfuzzer_sys::fuzz_target;
use serde_json::json;

/// Requests of an input.
const REQUESTS: usize = 4;

/// Stands in headers of an input for a token of the service.
const TOKEN: &str = "TOKEN";

/// The first line is `METHOD SERVICE /path?query`; lines of headers follow, then an empty line and the body.
fn request(part: &[u8]) -> Option<(String, Request<Body>)> {
    let at = part.windows(2).position(|two| two == b"\n\n");
    let (head, body) = at.map_or((part, &[][..]), |at| (&part[..at], &part[at + 2..]));
    let head = std::str::from_utf8(head).ok()?;
    let mut lines = head.lines();
    let mut words = lines.next()?.splitn(3, ' ');
    let method: Method = words.next()?.parse().ok()?;
    let service = words.next()?.to_owned();
    let uri: Uri = format!(
        "http://sandbox.test:{}{}",
        if service == "sahara" { 8386 } else { 5000 },
        words.next()?
    )
    .parse()
    .ok()?;
    let mut request = Request::new(Body::from(body.to_vec()));
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        if let (Ok(name), Ok(value)) = (
            HeaderName::try_from(name),
            HeaderValue::try_from(value.trim()),
        ) {
            request.headers_mut().append(name, value);
        }
    }
    Some((service, request))
}

/// A token, as a client gets one.
async fn token(sandbox: &Sandbox, service: &str) -> String {
    if service == "ovh" {
        let form = format!(
            "grant_type=client_credentials&client_id={CLIENT_ID}&client_secret={CLIENT_SECRET}&scope=all"
        );
        let request = Request::post("https://www.ovh.com/auth/oauth2/token")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(form.into_bytes()));
        let mut response = sandbox.ovh().send(request.unwrap()).await.unwrap();
        let body = response.body_mut().chunk().await.unwrap().unwrap();
        let answer: serde_json::Value = serde_json::from_slice(&body).unwrap();
        return answer["access_token"].as_str().unwrap().to_owned();
    }
    let user = json!({"name": "demo", "domain": {"id": "default"}, "password": "demo-pw"});
    let login = json!({"auth": {
        "identity": {"methods": ["password"], "password": {"user": user}},
        "scope": {"project": {"id": DEMO_PROJECT}},
    }});
    let request =
        Request::post("http://sandbox.test:5000/v3/auth/tokens").body(login.to_string().into());
    let response = sandbox.openstack().send(request.unwrap()).await.unwrap();
    response.headers()["x-subject-token"]
        .to_str()
        .unwrap()
        .to_owned()
}

async fn check(
    service: &str,
    method: &Method,
    mut response: Response<cloud_core::body::ResponseBody>,
) {
    let mut body = Vec::new();
    while let Some(chunk) = response.body_mut().chunk().await {
        body.extend_from_slice(&chunk.expect("no fault is set"));
    }
    let status = response.status();
    let text = String::from_utf8_lossy(&body);
    assert!(status.as_u16() >= 200, "{status}");
    // The servers of OpenStack and VDK fail over some requests that they do not expect, and so do their twins.
    assert!(
        status != 500 || !matches!(service, "hetzner" | "metadata" | "robot" | "ovh" | "ionos"),
        "{text}"
    );
    let header = |name: &str| {
        response
            .headers()
            .get(name)
            .map(|value| value.to_str().expect("text").to_owned())
    };
    assert_eq!(header("content-length"), Some(body.len().to_string()));
    if status == 204 || status == 304 {
        assert!(body.is_empty(), "{status}: {text}");
    }
    let is_json = header("content-type").is_some_and(|kind| kind.starts_with("application/json"));
    if is_json && method != Method::HEAD {
        serde_json::from_slice::<serde_json::Value>(&body)
            .unwrap_or_else(|error| panic!("{error}: {text}"));
    }
}

fuzz_target!(|data: &[u8]| {
    let requests: Vec<_> = parts::<REQUESTS>(data)
        .into_iter()
        .filter_map(request)
        .collect();
    if requests.is_empty() {
        return;
    }
    run(async {
        let epoch =
            std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_795_168_800);
        let sandbox = Sandbox::builder().starting_at(epoch).build();
        for (service, mut request) in requests {
            let transport: Arc<dyn Transport> = match service.as_str() {
                "hetzner" => sandbox.hetzner(),
                "metadata" => sandbox.hetzner_metadata(1),
                "robot" => sandbox.hetzner_robot(),
                "ovh" => sandbox.ovh(),
                "vdk" => sandbox.vdk_control(),
                "ionos" => sandbox.ionos_dataplatform(),
                _ => sandbox.openstack(),
            };
            for value in request.headers_mut().values_mut() {
                let text = value.to_str().unwrap_or_default();
                if text.contains(TOKEN) {
                    *value = text
                        .replace(TOKEN, &token(&sandbox, &service).await)
                        .parse()
                        .unwrap();
                }
            }
            let method = request.method().clone();
            check(&service, &method, transport.send(request).await.unwrap()).await;
            sandbox.clock().advance(std::time::Duration::from_secs(30));
        }
    });
});
