//! Operations as types, which the product crates (`cloud-ovh-vps`, ...) have one of for each operation of the service.

use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;

use cloud_core::call::{CallFuture, Response, Task};
use cloud_core::decode::RawResponse;
use cloud_core::engine::Download;
use cloud_core::model::Secret;
use cloud_core::request::CallOptions;
use cloud_core::wait::Waiter;
use cloud_core::{Error, Result};
use http::Method;
use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::client::Client;
use crate::list::List;
use crate::raw::RawCall;

/// One operation of the service with what is sent in it; [`Client::send`] sends it.
///
/// In what form it answers, which words end its task and which action it needs is found by its path in the
/// [catalogue](crate::catalogue), as for a call by its path.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
/// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
/// struct GetZone(&'static str);
///
/// impl ovh::Operation for GetZone {
///     type Answer = serde_json::Value;
///     const METHOD: http::Method = http::Method::GET;
///     const PATH: &'static str = "/domain/zone/{zoneName}";
///
///     fn into_parts(self) -> ovh::operation::Parts {
///         ovh::operation::Parts::new().arg(self.0)
///     }
/// }
///
/// let zone = api.send(GetZone("example.com")).await?;
/// assert_eq!(zone["name"], "example.com");
/// # Ok(()) }
/// ```
pub trait Operation {
    /// What the service answers; `()` where that is nothing.
    type Answer: DeserializeOwned + Send + 'static;

    /// The method.
    const METHOD: Method;

    /// The path with its parameters in braces, on v2 with `/v2` in front.
    const PATH: &'static str;

    /// What is sent: the parameters of the path and of the query, and the body.
    fn into_parts(self) -> Parts
    where
        Self: Sized,
    {
        Parts::new()
    }
}

/// An operation that lists; [`Client::list`] reads it.
pub trait ListOperation: Operation {
    /// What the list holds: objects, also where the service gives their ids, or words that no object belongs to.
    type Item: DeserializeOwned + Send + 'static;
}

/// What an [`Operation`] sends: the parameters of its path and of its query, and its body. Printed, it shows the names of
/// what is sent, and of the path how many parameters there are; no values, since passwords are among them.
#[derive(Clone, Default)]
pub struct Parts {
    args: Vec<String>,
    query: Vec<(&'static str, String)>,
    body: Option<Value>,
    refused: Option<(&'static str, String)>,
}

impl Parts {
    /// Neither parameters nor a body.
    pub fn new() -> Self {
        Self::default()
    }

    /// A body that is an object of no fields so far, and is sent also if it stays so.
    pub fn with_body() -> Self {
        Self {
            body: Some(Value::Object(Map::new())),
            ..Self::default()
        }
    }

    /// The next parameter of the path.
    pub fn arg(mut self, value: impl fmt::Display) -> Self {
        self.args.push(value.to_string());
        self
    }

    /// A parameter of the query, in place of what it was before. The name of a list comes once for each of its items;
    /// an object is written as JSON.
    pub fn query(mut self, name: &'static str, value: impl Serialize) -> Self {
        self.query.retain(|(known, _)| *known != name);
        match self.value(name, value) {
            Value::Array(items) => {
                // A list repeats its name, as OpenAPI means it where nothing else is said.
                let items = items.into_iter().map(|item| (name, text(item)));
                self.query.extend(items);
            }
            value => self.query.push((name, text(value))),
        }
        self
    }

    /// A field of the body, in place of what it was before.
    pub fn body(mut self, name: &'static str, value: impl Serialize) -> Self {
        let value = self.value(name, value);
        match &mut self.body {
            Some(Value::Object(fields)) => {
                fields.insert(name.to_owned(), value);
            }
            body => *body = Some(Value::from_iter([(name, value)])),
        }
        self
    }

    /// The whole body, for one that is no object of known fields.
    pub fn json(mut self, value: impl Serialize) -> Self {
        self.body = Some(self.value("body", value));
        self
    }

    /// What cannot be written refuses the call before anything is sent.
    fn value(&mut self, name: &'static str, value: impl Serialize) -> Value {
        serde_json::to_value(value).unwrap_or_else(|error| {
            self.refused.get_or_insert((name, error.to_string()));
            Value::Null
        })
    }
}

/// Writes a secret into a body (`#[serde(serialize_with = "ovh::operation::expose")]`); elsewhere it is redacted.
pub fn expose<S: Serializer>(
    secret: &Option<Secret>,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    let secret = secret.as_ref().map(Secret::expose);
    secret.serialize(serializer)
}

/// As the query holds it.
fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

#[allow(
    clippy::missing_fields_in_debug,
    reason = "what refuses the call is told when it is sent"
)]
impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // As a call prints itself: any value may be a secret, and parameters of the path have no names here.
        let query: Vec<&str> = self.query.iter().map(|(name, _)| *name).collect();
        let fields = self.body.as_ref().and_then(Value::as_object);
        let body: Option<Vec<&String>> = fields.map(|fields| fields.keys().collect());
        f.debug_struct("Parts")
            .field("args", &self.args.len())
            .field("query", &query)
            .field("body", &body.unwrap_or_default())
            .finish()
    }
}

/// A call of an [`Operation`]; made by [`Client::send`]. Awaiting it sends it.
#[must_use = "nothing is sent until the call is awaited"]
pub struct OperationCall<T> {
    raw: RawCall,
    // No `T` is held: behind `fn` the call is `Send` and `Sync` whatever the answer is.
    answer: PhantomData<fn() -> T>,
}

impl<T> Clone for OperationCall<T> {
    fn clone(&self) -> Self {
        Self {
            raw: self.raw.clone(),
            answer: PhantomData,
        }
    }
}

impl<T: DeserializeOwned + Send + 'static> OperationCall<T> {
    /// Sets a time limit, headers and so on for this call.
    pub fn options(mut self, set: impl FnOnce(CallOptions) -> CallOptions) -> Self {
        self.raw = self.raw.options(set);
        self
    }

    /// Sends the call without credential, for operations that are open to everybody.
    pub fn unauthenticated(mut self) -> Self {
        self.raw = self.raw.unauthenticated();
        self
    }

    /// Sends the call; awaiting it does the same.
    ///
    /// Needs what the call needs.
    pub async fn send(self) -> Result<T> {
        self.raw.send_as().await
    }

    /// Sends the call and decodes the JSON of the answer into a type of yours. An empty answer counts as `null`.
    ///
    /// Needs what the call needs.
    pub async fn send_as<U: DeserializeOwned + Send + 'static>(self) -> Result<U> {
        self.raw.send_as().await
    }

    /// Sends the call and gives status, headers and the bytes of the body as they are.
    ///
    /// Needs what the call needs.
    pub async fn send_raw(self) -> Result<RawResponse> {
        self.raw.send_raw().await
    }

    /// Sends the call, and gives with the answer what came with it: status, headers and the id of the query
    /// (`X-OVH-QueryID`).
    ///
    /// Needs what the call needs.
    pub async fn send_with_response(self) -> Result<Response<T>> {
        self.raw.typed().send_with_response().await
    }

    /// Sends the call and gives the body piece by piece.
    ///
    /// Needs what the call needs.
    pub async fn send_streaming(self) -> Result<Download> {
        self.raw.send_streaming().await
    }

    /// Sends the call, and gives `None` where the service says that the thing is not there; for `GET` and `DELETE`.
    ///
    /// Needs what the call needs.
    #[inline]
    pub fn optional(self) -> Task<Option<T>> {
        self.raw.typed().optional()
    }

    /// Sends the call and blocks this thread until it is answered. It works on every thread; inside of asynchronous code it stops the worker that runs it.
    #[cfg(feature = "blocking")]
    pub fn send_blocking(self) -> Result<T> {
        self.raw.typed().send_blocking()
    }

    /// Waits as [`RawCall::wait`] does: a `GET` is looked at until its work has ended, and anything else is sent once and
    /// its task looked at.
    ///
    /// Needs what the call needs.
    #[inline]
    pub fn wait(self) -> Waiter<Value> {
        self.raw.wait()
    }
}

impl<T> fmt::Debug for OperationCall<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.raw.fmt(f)
    }
}

impl<T: DeserializeOwned + Send + 'static> IntoFuture for OperationCall<T> {
    type Output = Result<T>;
    type IntoFuture = CallFuture<T>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        self.raw.typed().into_future()
    }
}

fn call<O: Operation>(client: &Client, operation: O) -> RawCall {
    let mut call = client.request(O::METHOD, O::PATH);
    let parts = operation.into_parts();
    for arg in parts.args {
        call = call.arg(arg);
    }
    for (name, value) in parts.query {
        call = call.query(name, value);
    }
    match (parts.refused, parts.body) {
        (Some((name, problem)), _) => call.refuse(Error::input(name, problem)),
        (None, Some(body)) => call.json(&body),
        // Not even `{}`, which the service refuses where it expects no body (ovh/python-ovh#95).
        (None, None) => call,
    }
}

impl Client {
    /// Begins a call of an operation, such as those of the product crates.
    pub fn send<O: Operation>(&self, operation: O) -> OperationCall<O::Answer> {
        OperationCall {
            raw: call(self, operation),
            answer: PhantomData,
        }
    }

    /// Reads an operation that lists, in the form that the catalogue knows.
    pub fn list<O: ListOperation>(&self, operation: O) -> List<O::Item> {
        call(self, operation).list()
    }
}
