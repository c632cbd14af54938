//! Requests of any method and path, for what a client has no typed call for.

use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;

use http::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::body::Body;
use crate::call::{Call, CallBuilder, CallFuture, Response, Task};
use crate::config::BaseUrl;
use crate::decode::{Decode, RawResponse};
use crate::engine::{Download, Engine};
use crate::error::{Error, Result};
use crate::list::List;
use crate::request::{CallOptions, Place};
use crate::wait::Waiter;

/// How a service lists, and how its work is waited for, where nothing but method and path is known of a request.
pub trait RawStyle: Send + Sync + fmt::Debug {
    /// The list that this `GET` gives a page of.
    fn list(&self, call: Call<Value>) -> List<Value>;

    /// Sends this call once, whatever its method is, and follows the work that its answer tells of; gives what the work
    /// has come to.
    fn wait(&self, call: Call<Value>) -> Waiter<Value>;
}

/// A request of any method and path. Await it for the answer's JSON, or read it by another `send_`.
///
/// Credential, pace, retries and errors are those of every call of the client.
#[derive(Clone)]
#[must_use = "nothing is sent until the request is awaited"]
pub struct Request {
    call: Call<Value>,
    method: Method,
    style: Arc<dyn RawStyle>,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Raw{:?}", self.call)
    }
}

impl Request {
    /// A request of this path below `base`, which may have parameters in braces and a query. For provider crates.
    ///
    /// What is no path is refused: an absolute URL would send the credential elsewhere.
    pub fn new(
        engine: &Engine,
        base: &BaseUrl,
        method: Method,
        path: &str,
        style: Arc<dyn RawStyle>,
    ) -> Self {
        let (template, query) = match path.split_once('?') {
            Some((template, query)) => (template, Some(query)),
            None => (path, None),
        };
        let call = Call::untabled(
            engine,
            base,
            method.clone(),
            template.to_owned(),
            Decode::json_or_null(),
        );
        let call = match query {
            Some(query) => call.query_text(query),
            None => call,
        };
        let call = if !template.starts_with('/') || template.starts_with("//") {
            call.refuse(Error::input("path", "must begin with one `/`"))
        } else if template.contains('#') {
            // What follows a `#` is never sent (RFC 9110, 7.1), so it would be lost without a word.
            call.refuse(Error::input("path", "must not hold a `#`"))
        } else {
            call
        };
        Self {
            call,
            method,
            style,
        }
    }

    /// Looks for the base in this place when the request is sent. For provider crates.
    pub fn placed(self, place: Arc<dyn Place>) -> Self {
        self.map(|call| call.placed(place))
    }

    fn map(mut self, change: impl FnOnce(Call<Value>) -> Call<Value>) -> Self {
        self.call = change(self.call);
        self
    }

    /// Fills the next parameter of the path. The value is percent-encoded, so that it cannot leave its segment.
    pub fn arg(self, value: impl fmt::Display) -> Self {
        self.map(|call| call.arg(value))
    }

    /// Adds a query parameter; the same name may come several times.
    pub fn query(self, name: &str, value: impl fmt::Display) -> Self {
        self.map(|call| call.query(name, value))
    }

    /// Adds a header, or replaces the one of this name.
    pub fn header(self, name: &str, value: &str) -> Self {
        self.map(|call| call.header_text(name, value))
    }

    /// Sends this value as JSON.
    pub fn json(self, value: &impl Serialize) -> Self {
        self.map(|call| call.json(value))
    }

    /// Sends this value as a form, with brackets in the names of what stands in a list or an object.
    pub fn form(self, value: &impl Serialize) -> Self {
        self.map(|call| call.form(value))
    }

    /// Sends this body, of this content type.
    pub fn body(self, content_type: &'static str, body: impl Into<Body>) -> Self {
        self.map(|call| call.body(content_type, body))
    }

    /// Sets a time limit and so on for this request only.
    pub fn options(self, set: impl FnOnce(CallOptions) -> CallOptions) -> Self {
        self.map(|call| call.options(set))
    }

    /// Sends the request; awaiting it does the same. An empty answer is `null`.
    pub async fn send(self) -> Result<Value> {
        self.call.send().await
    }

    /// Sends the request and decodes the answer's JSON into a type of yours.
    pub async fn send_as<T: DeserializeOwned + Send + 'static>(self) -> Result<T> {
        self.call.decoded_by(Decode::json_or_null()).send().await
    }

    /// Sends the request and gives status, headers and the bytes of the body as they are.
    pub async fn send_raw(self) -> Result<RawResponse> {
        self.call.send_raw().await
    }

    /// Sends the request, and gives with the answer what came with it: status, headers, rate limit and request id.
    pub async fn send_with_response(self) -> Result<Response<Value>> {
        self.call.send_with_response().await
    }

    /// Sends the request and gives the body of its answer piece by piece, in constant memory.
    pub async fn send_streaming(self) -> Result<Download> {
        self.call.send_streaming().await
    }

    /// Sends the request, and gives `None` where the service says that the thing is not there; for `GET` and `DELETE`.
    #[inline]
    pub fn optional(self) -> Task<Option<Value>> {
        self.call.optional()
    }

    /// Sends the request and blocks this thread until it is answered. It works on every thread; inside of asynchronous
    /// code it stops the worker that runs it, so await the request there.
    #[cfg(feature = "blocking")]
    pub fn send_blocking(self) -> Result<Value> {
        self.call.send_blocking()
    }

    /// The list that this `GET` gives a page of, with items of a type of yours. A list may send its request more than
    /// once, so any other method is refused, unsent.
    pub fn list<T: DeserializeOwned + Send + 'static>(self) -> List<T> {
        let call = if self.method == Method::GET {
            self.call
        } else {
            let text = format!(
                "`list` may send its request more than once, so it takes a GET only; await the {} itself",
                self.method
            );
            self.call.refuse(Error::input("method", text))
        };
        self.style.list(call).items_as()
    }

    /// Sends the request once, and follows the work that its answer tells of to its end.
    #[inline]
    pub fn wait(self) -> Waiter<Value> {
        self.style.wait(self.call)
    }
}

impl IntoFuture for Request {
    type Output = Result<Value>;
    type IntoFuture = CallFuture<Value>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        self.call.into_future()
    }
}

#[cfg(test)]
mod tests;
