//! One value that describes one call. Nothing is sent until it is awaited.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;

use http::Method;
use serde::de::DeserializeOwned;

use crate::decode::{Decode, RawResponse};
use crate::engine::{Download, Engine};
use crate::error::{Error, Result};
use crate::request::{CallOptions, Parts};

mod builder;
mod macros;
mod response;
mod task;

pub use builder::CallBuilder;
pub use response::Response;
pub use task::Task;

/// A call on its way, as [`IntoFuture`] of every request builder gives it.
pub type CallFuture<T> = Pin<Box<dyn Future<Output = Result<T>> + Send>>;

/// A call of an operation that answers with a `T`. Await it to send it.
///
/// Provider crates wrap it in builders of their own; see [`request!`](crate::request!).
#[must_use = "nothing is sent until the call is awaited"]
pub struct Call<T> {
    engine: Engine,
    pub(crate) parts: Box<Parts>,
    decode: Decode<T>,
}

impl<T> Clone for Call<T> {
    fn clone(&self) -> Self {
        Self {
            engine: self.engine.clone(),
            parts: self.parts.copied(),
            decode: self.decode.clone(),
        }
    }
}

impl<T> fmt::Debug for Call<T> {
    /// Method and template only: paths, queries and bodies can hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({} {})", self.parts.method, self.parts.template)
    }
}

impl<T> Call<T> {
    /// Sets a time limit, headers and so on for this call only.
    pub fn options(mut self, set: impl FnOnce(CallOptions) -> CallOptions) -> Self {
        self.parts.options = set(self.parts.options);
        self
    }

    /// What is wrong with the call, as sending it would find without sending anything: for calls that are one step of
    /// several.
    pub fn validate(&self) -> Result<()> {
        match self.parts.url() {
            Ok(_) => Ok(()),
            Err(error) => Err(error.with_call(self.parts.context())),
        }
    }

    /// Sends the call and gives status, headers and the bytes of the body as they are. Error answers are errors.
    pub async fn send_raw(self) -> Result<RawResponse> {
        self.engine.run(self.parts, Decode::raw()).await
    }

    /// Sends the call and decodes the answer's JSON into a type of yours.
    pub async fn send_as<U: DeserializeOwned + Send + 'static>(self) -> Result<U> {
        self.engine.run(self.parts, Decode::json()).await
    }

    /// Sends the call and gives the body piece by piece, in constant memory.
    ///
    /// The time of an attempt then holds for the head of the answer, and again for every piece; the time of the whole call
    /// holds for all of it, so a large download needs a longer [`timeout`](CallOptions::timeout) than 30 minutes. The
    /// limit of an answer's length holds only where it was set, for the call or for the client.
    pub async fn send_streaming(self) -> Result<Download> {
        self.engine.open(self.parts).await
    }
}

impl<T: Send + 'static> Call<T> {
    /// Sends the call and gives the value of its answer.
    pub async fn send(self) -> Result<T> {
        self.engine.run(self.parts, self.decode).await
    }

    /// Sends the call, and gives with the value what came with it: status, headers, rate limit and request id.
    pub async fn send_with_response(self) -> Result<Response<T>> {
        let (decode, engine) = (self.decode, self.engine.clone());
        let whole = Decode::raw().try_map(move |raw| {
            let (status, headers) = (raw.status, raw.headers.clone());
            let dialect = engine.dialect();
            Ok(Response {
                rate_limit: dialect.rate_limit(&headers),
                request_id: dialect.correlation_id(&headers).map(str::to_owned),
                value: decode.apply(raw)?,
                status,
                headers,
            })
        });
        self.engine.run(self.parts, whole).await
    }

    /// Sends the call, and gives `None` where the service says that the thing is not there.
    ///
    /// This is for `GET` and `DELETE`, and any other is refused before it is sent: of a change that finds nothing, too
    /// much is open for a `None`.
    pub fn optional(self) -> Task<Option<T>> {
        let call = if matches!(self.parts.method, Method::GET | Method::DELETE) {
            self
        } else {
            self.refuse(Error::input("optional", "is for GET and DELETE only"))
        };
        Task::new(async move {
            let engine = call.engine.clone();
            match call.send().await {
                Ok(value) => Ok(Some(value)),
                Err(error) if engine.dialect().is_absent(&error) => Ok(None),
                Err(error) => Err(error),
            }
        })
    }

    /// Sends the call and blocks this thread until it is answered. It works on every thread; inside of asynchronous code
    /// it stops the worker that runs it, so await the call there.
    ///
    /// ```no_run
    /// # fn f(call: cloud_core::call::Call<String>) -> cloud_core::Result<()> {
    /// // `call` is any call, such as `api.servers().get(42)`.
    /// println!("{}", call.send_blocking()?);
    /// # Ok(()) }
    /// ```
    #[cfg(feature = "blocking")]
    pub fn send_blocking(self) -> Result<T> {
        crate::blocking::block_on(self.send())
    }
}

#[cfg(test)]
impl<T> Call<T> {
    pub(crate) fn into_parts(self) -> Parts {
        *self.parts
    }
}

impl<T: Send + 'static> IntoFuture for Call<T> {
    type Output = Result<T>;
    type IntoFuture = CallFuture<T>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;
    use crate::test_util::{Scripted, ScriptedTransport, engine_for};

    fn asking(method: Method, status: u16, body: &'static str) -> (Call<u8>, ScriptedTransport) {
        let wire = ScriptedTransport::from_fn(move |_| {
            Scripted::with_headers(status, &[("x-shard", "7")], body)
        });
        let (engine, base) = engine_for(wire.clone());
        let call = Call::untabled(&engine, &base, method, "/a", Decode::json());
        (call, wire)
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_not_there_is_none() {
        for method in [Method::GET, Method::DELETE] {
            let (call, _) = asking(method.clone(), 200, "5");
            assert_eq!(call.optional().await.unwrap(), Some(5));
            let (call, _) = asking(method.clone(), 404, "{}");
            assert_eq!(call.optional().await.unwrap(), None);
            let (call, _) = asking(method, 403, "{}");
            assert!(call.optional().await.unwrap_err().is_auth());
        }
        let (call, wire) = asking(Method::POST, 404, "{}");
        assert_eq!(
            call.optional().await.unwrap_err().to_string(),
            "POST /a failed: wrong argument: optional: is for GET and DELETE only"
        );
        assert!(wire.seen().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn the_value_comes_with_what_came_with_it() {
        let (call, _) = asking(Method::GET, 201, "5");
        let response = call.send_with_response().await.unwrap();
        assert_eq!(
            format!("{response:?}"),
            "Response { value: 5, status: 201, rate_limit: None, request_id: None, .. }"
        );
        assert_eq!((response.value, response.status), (5, StatusCode::CREATED));
        assert_eq!(response.headers["x-shard"], "7");
        assert_eq!((response.rate_limit, response.request_id), (None, None));
        let (call, _) = asking(Method::GET, 200, "\"x\"");
        let error = call.send_with_response().await.unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Decode);
    }

    #[test]
    fn a_call_can_be_looked_at_before_it_is_sent() {
        let (engine, base) = engine_for(ScriptedTransport::default());
        let call = Call::untabled(&engine, &base, Method::GET, "/a/{x}", Decode::raw());
        let refused = call
            .clone()
            .arg("b")
            .check(Err(Error::input("name", "is too long")));
        assert_eq!(
            refused.validate().unwrap_err().to_string(),
            "GET /a/b failed: wrong argument: name: is too long"
        );
        assert!(refused.options(CallOptions::unchecked).validate().is_ok());
        assert!(call.clone().validate().is_err(), "an argument is missing");
        let call = call.arg("b c");
        assert!(call.validate().is_ok());
        assert_eq!(call.shown_path(), "/a/b%20c");
        let task = crate::call::Task::new(async { Ok(1) });
        assert_eq!(format!("{task:?}"), "Task");
    }
}
