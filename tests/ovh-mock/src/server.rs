//! The server.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use cloud_core::body::{Body, ResponseBody};
use cloud_core::transport::{Transport, TransportError};
use http::{Request, Response, StatusCode};
use serde_json::{Map, Value, json};

use crate::description::{Models, type_of};
use crate::examples::{self, Examples, operations};

/// Answers what is described by an example of the described type, and refuses what is not: by 404 another path, by 400 another
/// parameter, a value of another type, one that is missing. It is a transport; nothing goes over a socket.
#[derive(Clone, Debug)]
pub struct Server(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    models: Models,
    operations: Vec<Operation>,
    /// The types of the answers.
    answers: String,
    /// Who answers in its place.
    other: Option<Arc<dyn Transport>>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The answer to the last request that was taken.
    last: Option<Value>,
    /// What answers instead.
    instead: Option<Value>,
}

#[derive(Debug)]
struct Operation {
    method: String,
    path: String,
    described: Value,
}

impl Server {
    /// What sends everything on to another server, and remembers its answers.
    pub fn before(other: Arc<dyn Transport>) -> Self {
        Self(Arc::new(Inner {
            models: Models::default(),
            operations: Vec::new(),
            answers: String::new(),
            other: Some(other),
            state: Mutex::default(),
        }))
    }

    /// The server of one section: a document in the service's own form, and a table of the types of its answers, which
    /// `cargo xtask ovh-catalogue` writes.
    pub fn new(document: &Value, answers: &str) -> Self {
        let is_v2 = document["basePath"]
            .as_str()
            .is_some_and(|base| base.ends_with("/v2"));
        let mut operations = Vec::new();
        for api in document["apis"].as_array().into_iter().flatten() {
            let path = api["path"].as_str().unwrap_or_default();
            for described in api["operations"].as_array().into_iter().flatten() {
                operations.push(Operation {
                    method: described["httpMethod"]
                        .as_str()
                        .unwrap_or_default()
                        .to_owned(),
                    path: format!("{}{path}", if is_v2 { "/v2" } else { "/1.0" }),
                    described: described.clone(),
                });
            }
        }
        Self(Arc::new(Inner {
            models: Models::read(document),
            operations,
            answers: answers.to_owned(),
            other: None,
            state: Mutex::default(),
        }))
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answer to the last request.
    pub(crate) fn last(&self) -> Value {
        self.state().last.clone().unwrap_or_default()
    }

    /// Answers everything by this from now on; by examples again without it.
    pub(crate) fn instead(&self, answer: Option<Value>) {
        self.state().instead = answer;
    }

    /// The example, or why the request is refused.
    fn answer(
        &self,
        operation: &Operation,
        path: &str,
        query: &str,
        body: &[u8],
    ) -> Result<Value, String> {
        let of = |place: &'static str| {
            let all = operation.described["parameters"]
                .as_array()
                .into_iter()
                .flatten();
            all.filter(move |one| one["paramType"] == place)
        };
        let template = operation.path.split('/').zip(path.split('/'));
        for (name, value) in template
            .filter_map(|(name, value)| Some((name.strip_prefix('{')?.strip_suffix('}')?, value)))
        {
            let described = of("path").find(|one| one["name"] == name);
            let kind = described.map_or_else(|| "string".to_owned(), type_of);
            self.text(&kind, value, name)?;
        }
        let mut seen = Vec::new();
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            let (name, value) = (decoded(name), decoded(value));
            let described = of("query").find(|one| one["name"] == *name);
            let described = described
                .ok_or_else(|| format!("{name}: no parameter of this name is described"))?;
            let kind = type_of(described);
            self.text(kind.strip_suffix("[]").unwrap_or(&kind), &value, &name)?;
            seen.push(name);
        }
        for needed in of("query").filter(|one| one["required"] == true) {
            if !seen.iter().any(|name| needed["name"] == **name) {
                return Err(format!("{}: is missing", needed["name"]));
            }
        }
        self.body(&of("body").collect::<Vec<_>>(), body)?;
        self.example(operation)
    }

    /// A value of the type that this operation answers with.
    fn example(&self, operation: &Operation) -> Result<Value, String> {
        let table = &self.0.answers;
        let path = operation.path.trim_start_matches("/1.0");
        let known = operations(table)
            .find(|known| known.method == operation.method && known.path == path)
            .ok_or_else(|| format!("{} {path}: has no type in the table", operation.method))?;
        let examples = Examples {
            models: &examples::Models::read(table),
            now: "2026-11-20T11:00:00+01:00".to_owned(),
            has_failed: false,
            is_busy: true,
        };
        Ok(examples.of("", known.answer))
    }

    /// Remembers the answer of another server.
    async fn pass(
        &self,
        response: Response<ResponseBody>,
    ) -> Result<Response<ResponseBody>, TransportError> {
        let (parts, mut body) = response.into_parts();
        let mut bytes = Vec::new();
        while let Some(chunk) = body.chunk().await {
            bytes.extend(chunk?);
        }
        self.state().last = serde_json::from_slice(&bytes).ok();
        Ok(Response::from_parts(parts, ResponseBody::from(bytes)))
    }

    fn body(&self, described: &[&Value], body: &[u8]) -> Result<(), String> {
        let models = &self.0.models;
        if body.is_empty() {
            let needed = described.iter().find(|one| one["required"] == true);
            return needed.map_or(Ok(()), |one| {
                Err(format!("body: {} is missing", one["name"]))
            });
        }
        let sent: Value = serde_json::from_slice(body).map_err(|error| format!("body: {error}"))?;
        if let [whole] = described
            && whole["name"].as_str().is_none_or(str::is_empty)
        {
            return models.check(&type_of(whole), &sent, "body");
        }
        let named = |one: &&Value| {
            (
                one["name"].as_str().unwrap_or_default().to_owned(),
                (*one).clone(),
            )
        };
        let fields: Map<String, Value> = described.iter().map(named).collect();
        if fields.is_empty() {
            return Err(format!("body: none is described, and there is {sent}"));
        }
        let object = sent
            .as_object()
            .ok_or_else(|| format!("body: {sent} is no object"))?;
        models.check_fields(&fields, object, "body")
    }

    /// A value in a path or a query, as far as text can be wrong.
    fn text(&self, kind: &str, text: &str, at: &str) -> Result<(), String> {
        let value = match kind {
            "long" | "integer" | "int" | "double" | "float" | "boolean" => {
                serde_json::from_str(text).unwrap_or_else(|_| json!(text))
            }
            _ if kind.starts_with("map[") => {
                serde_json::from_str(text).map_err(|error| format!("{at}: {error}"))?
            }
            _ => json!(decoded(text)),
        };
        let numbers = self.0.models.check(kind, &value, at);
        // Enums of numbers are numbers in a query, too.
        match (numbers, text.parse::<i64>()) {
            (Err(_), Ok(number)) => self.0.models.check(kind, &json!(number), at),
            (checked, _) => checked,
        }
    }

    /// The operation whose path has the most words of this one.
    fn find(&self, method: &str, path: &str) -> Option<&Operation> {
        let parts: Vec<&str> = path.split('/').collect();
        let words = |operation: &Operation| {
            let template: Vec<&str> = operation.path.split('/').collect();
            if operation.method != method || template.len() != parts.len() {
                return None;
            }
            let mut words = 0;
            for (known, part) in template.iter().zip(&parts) {
                if known == part {
                    words += 1;
                } else if !known.starts_with('{') || part.is_empty() {
                    return None;
                }
            }
            Some(words)
        };
        let all = self
            .0
            .operations
            .iter()
            .filter_map(|operation| Some((words(operation)?, operation)));
        all.max_by_key(|(words, _)| *words)
            .map(|(_, operation)| operation)
    }
}

/// Percent-decoded text of a URL.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = (*first == b'%').then(|| after.get(..2)).flatten();
        let byte = hex.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        if let Some(byte) = byte {
            bytes.push(byte);
            rest = &after[2..];
        } else {
            bytes.push(if *first == b'+' { b' ' } else { *first });
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[async_trait]
impl Transport for Server {
    async fn send(&self, request: Request<Body>) -> Result<Response<ResponseBody>, TransportError> {
        let instead = self.state().instead.clone();
        if let (Some(other), None) = (&self.0.other, &instead) {
            return self.pass(other.send(request).await?).await;
        }
        let body = request
            .body()
            .as_bytes()
            .map(|body| &**body)
            .unwrap_or_default();
        let (method, uri) = (request.method().as_str(), request.uri());
        let answer = match (instead, self.find(method, uri.path())) {
            (Some(answer), _) => Ok(answer),
            (None, Some(operation)) => self
                .answer(operation, uri.path(), uri.query().unwrap_or_default(), body)
                .map_err(|problem| (StatusCode::BAD_REQUEST, problem)),
            (None, None) => {
                let problem = format!("{method} {}: is not described", uri.path());
                Err((StatusCode::NOT_FOUND, problem))
            }
        };
        let (status, text) = match answer {
            Ok(answer) => {
                self.state().last = Some(answer.clone());
                (
                    StatusCode::OK,
                    if answer.is_null() {
                        String::new()
                    } else {
                        answer.to_string()
                    },
                )
            }
            Err((status, problem)) => {
                let class = if status == StatusCode::NOT_FOUND {
                    "Client::NotFound"
                } else {
                    "Client::BadRequest"
                };
                let refusal = json!({"class": class, "message": problem});
                (status, refusal.to_string())
            }
        };
        let mut response = Response::new(ResponseBody::from(text));
        *response.status_mut() = status;
        Ok(response)
    }
}
