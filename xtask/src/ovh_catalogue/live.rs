//! The committed table beside the descriptions that a running endpoint gives to everybody.

use std::collections::{BTreeMap, BTreeSet};

use ovh::catalogue::{self, Form};
use ovh::{Client, Endpoint};
use serde_json::Value;

use super::describe::{Descriptions, shape};
use super::table;
use crate::Result;

/// What the endpoint has otherwise, a line each. Its index names sections, and `<section>.json` describes one.
pub(super) async fn changes(url: &str) -> Result<Vec<String>> {
    // The address of v2 has paths without their version, as its own descriptions have.
    let base = url.trim_end_matches('/');
    let (root, version) = match base.strip_suffix("/v2") {
        Some(root) => (root, "/v2"),
        None => (base, ""),
    };
    let api = Client::builder()
        .endpoint(Endpoint::from(root))
        // A stand-in on this machine has no certificate.
        .allow_http(root.starts_with("http://127.0.0.1:"))
        .unauthenticated()
        .build()?;
    let index = api.get(format!("{version}/")).unauthenticated().await?;
    let sections = sections(&index);
    if sections.is_empty() {
        return Err(format!("{url} lists no sections").into());
    }
    let mut all = Descriptions::default();
    for section in &sections {
        let path = format!("{version}{section}.json");
        let document = api.get(path).unauthenticated().await?;
        let rows = all.native(&document);
        all.rows.extend(rows);
    }
    Ok(compare(&all, api.endpoint(), version, &sections))
}

/// The paths of an index: `{"apis": [{"path": "/vps"}]}`, or such a list alone.
fn sections(index: &Value) -> Vec<String> {
    let apis = index.get("apis").unwrap_or(index).as_array();
    let paths = apis
        .into_iter()
        .flatten()
        .filter_map(|api| api["path"].as_str());
    paths.map(str::to_owned).collect()
}

fn compare(
    all: &Descriptions,
    endpoint: &Endpoint,
    version: &str,
    sections: &[String],
) -> Vec<String> {
    let mut changes = Vec::new();
    let mut seen = BTreeSet::new();
    let forms: BTreeMap<_, _> = table::forms(all).into_iter().collect();
    for row in &all.rows {
        let shape = shape(&row.method, &row.path);
        let form = forms[&shape];
        seen.insert(shape);
        let name = format!("{} {}", row.method, row.path);
        let Some(known) = catalogue::find(&row.method, &row.path) else {
            changes.push(format!("new: {name}"));
            continue;
        };
        let mut differs = |what: &str, was: String, is: String| {
            if was != is {
                changes.push(format!("changed: {name}: {what}: {was} -> {is}"));
            }
        };
        // The descriptions of an endpoint do not tell which lists give objects as well.
        if known.form != Form::Expanded || !["ids", "words"].contains(&form) {
            differs(
                "answer",
                format!("{:?}", known.form).to_lowercase(),
                form.to_owned(),
            );
        }
        differs("open", known.open.to_string(), row.open.to_string());
        differs(
            "deprecated",
            known.deprecated.is_some().to_string(),
            row.deprecated.to_string(),
        );
        let mut is: Vec<&str> = row.actions.iter().map(|(name, _)| name.as_str()).collect();
        let mut was: Vec<&str> = known.actions().chain(known.optional_actions()).collect();
        is.sort_unstable();
        was.sort_unstable();
        differs("actions", was.join(" "), is.join(" "));
    }
    for known in catalogue::operations() {
        let is_described = sections.iter().any(|section| {
            let rest = known
                .path
                .strip_prefix(version)
                .and_then(|path| path.strip_prefix(section.as_str()));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        if is_described
            && !known.regions.lack(endpoint)
            && !seen.contains(&shape(known.method, known.path))
        {
            changes.push(format!("gone: {} {}", known.method, known.path));
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    use serde_json::json;

    use super::*;

    /// Answers each path with its document, as long as the test runs.
    fn serve(documents: Vec<(&'static str, Value)>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a connection");
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    let mut byte = [0];
                    if stream.read(&mut byte).expect("a request") == 0 {
                        break;
                    }
                    request.extend(byte);
                }
                let request = String::from_utf8(request).expect("text");
                assert!(
                    !request.to_lowercase().contains("x-ovh-consumer"),
                    "{request}"
                );
                let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
                let found = documents.iter().find(|(known, _)| *known == path);
                let (status, body) = match found {
                    Some((_, document)) => ("200 OK", document.to_string()),
                    None => (
                        "404 Not Found",
                        json!({"message": "no such path"}).to_string(),
                    ),
                };
                let answer = format!(
                    "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
                stream.write_all(answer.as_bytes()).expect("an answer");
            }
        });
        url
    }

    fn operation(method: &str, response: &str, action: &str) -> Value {
        json!({
            "httpMethod": method, "responseType": response, "noAuthentication": false, "parameters": [],
            "apiStatus": {"value": "PRODUCTION"}, "iamActions": [{"name": action, "required": true}],
        })
    }

    #[tokio::test]
    async fn the_descriptions_of_an_endpoint_are_compared_with_the_table() {
        let section = json!({
            "basePath": "/v1",
            "models": {"ssl.New": {"properties": {"id": {"fullType": "long"}}}},
            "apis": [
                {"path": "/sslGateway/eligibility", "operations": [operation("GET", "ssl.New", "")]},
                {"path": "/sslGateway/brandNew", "operations": [operation("POST", "ssl.New", "sslGateway:apiovh:new")]},
                {"path": "/sslGateway/{name}", "operations": [operation("GET", "ssl.New", "sslGateway:apiovh:other")]},
            ],
        });
        let url = serve(vec![
            ("/1.0/", json!({"apis": [{"path": "/sslGateway"}]})),
            ("/1.0/sslGateway.json", section),
        ]);
        let changes = changes(&format!("{url}/1.0")).await.expect("an answer");
        let of = |path: &str| -> Vec<&String> {
            changes
                .iter()
                .filter(|change| change.contains(path))
                .collect()
        };
        assert_eq!(
            of("/sslGateway/brandNew"),
            ["new: POST /sslGateway/brandNew"]
        );
        assert_eq!(
            of("GET /sslGateway/{name}"),
            [
                "changed: GET /sslGateway/{name}: actions: sslGateway:apiovh:get -> sslGateway:apiovh:other"
            ]
        );
        assert_eq!(
            of("/sslGateway/{serviceName}/confirmTermination"),
            ["gone: POST /sslGateway/{serviceName}/confirmTermination"]
        );
        assert!(
            changes.iter().all(|change| change.contains(" /sslGateway")),
            "{changes:?}"
        );
    }

    #[tokio::test]
    async fn v2_is_compared_by_paths_with_its_version() {
        let section = json!({
            "basePath": "https://eu.api.ovh.com/v2",
            "apis": [{"path": "/location", "operations": [{
                "httpMethod": "GET", "responseType": "location.Location[]", "noAuthentication": true,
                "parameters": [{"name": "X-Pagination-Cursor"}], "apiStatus": {"value": "DEPRECATED"},
            }]}],
        });
        let url = serve(vec![
            ("/v2/", json!([{"path": "/location"}])),
            ("/v2/location.json", section),
        ]);
        let changes = changes(&format!("{url}/v2")).await.expect("an answer");
        assert!(
            changes.contains(&"changed: GET /v2/location: deprecated: false -> true".to_owned()),
            "{changes:?}"
        );
        assert!(
            changes.contains(&"gone: GET /v2/location/{name}".to_owned()),
            "{changes:?}"
        );
    }

    #[tokio::test]
    async fn an_endpoint_without_sections_is_an_error() {
        let url = serve(vec![("/1.0/", json!({"apis": []}))]);
        let error = changes(&format!("{url}/1.0"))
            .await
            .expect_err("no sections");
        assert_eq!(error.to_string(), format!("{url}/1.0 lists no sections"));
    }
}
