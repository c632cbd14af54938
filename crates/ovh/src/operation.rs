//! Operations as types, which the product crates (`cloud-ovh-vps`, ...) have one of for each operation of the service.

use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;

use cloud_core::call::CallFuture;
use cloud_core::decode::RawResponse;
use cloud_core::request::CallOptions;
use cloud_core::wait::Waiter;
use cloud_core::{Error, Result};
use http::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

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
///     fn args(&self) -> Vec<String> {
///         vec![self.0.to_owned()]
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

    /// What fills the parameters of the path, in their order.
    fn args(&self) -> Vec<String> {
        Vec::new()
    }

    /// The parameters of the query; where one is a list, its name comes several times.
    fn query(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// What is sent as JSON; without it no body is sent.
    fn body(&self) -> Option<Result<Value>> {
        None
    }
}

/// An operation that lists; [`Client::list`] reads it.
pub trait ListOperation: Operation {
    /// What the list holds: objects, also where the service gives their ids, or words that no object belongs to.
    type Item: DeserializeOwned + Send + 'static;
}

/// The JSON of a body, for [`Operation::body`].
pub fn json(body: &impl Serialize) -> Option<Result<Value>> {
    Some(serde_json::to_value(body).map_err(|error| Error::input("body", error.to_string())))
}

/// A call of an [`Operation`]; made by [`Client::send`]. Awaiting it sends it.
#[must_use = "nothing is sent until the call is awaited"]
pub struct OperationCall<T> {
    raw: RawCall,
    answer: PhantomData<fn() -> T>,
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

    /// Sends the call and gives status, headers and the bytes of the body as they are.
    ///
    /// Needs what the call needs.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// # struct GetMe;
    /// # impl ovh::Operation for GetMe {
    /// #     type Answer = serde_json::Value;
    /// #     const METHOD: http::Method = http::Method::GET;
    /// #     const PATH: &'static str = "/me";
    /// # }
    /// let answer = api.send(GetMe).send_raw().await?;
    /// assert!(answer.status.is_success() && answer.headers.contains_key("x-ovh-queryid"));
    /// # Ok(()) }
    /// ```
    pub async fn send_raw(self) -> Result<RawResponse> {
        self.raw.send_raw().await
    }

    cloud_core::if_blocking! {
        /// Sends the call and blocks this thread until it is answered. It works on every thread; inside of asynchronous code it stops the worker that runs it.
        pub fn send_blocking(self) -> Result<T> {
            cloud_core::blocking::block_on(self.into_future())
        }
    }

    /// Waits as [`RawCall::wait`] does: a `GET` is looked at until its work has ended, and anything else is sent once and
    /// its task looked at.
    ///
    /// Needs what the call needs.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// # struct RebootVps(&'static str);
    /// # impl ovh::Operation for RebootVps {
    /// #     type Answer = serde_json::Value;
    /// #     const METHOD: http::Method = http::Method::POST;
    /// #     const PATH: &'static str = "/vps/{serviceName}/reboot";
    /// #     fn args(&self) -> Vec<String> { vec![self.0.to_owned()] }
    /// # }
    /// # let clock = sandbox.clock().clone();
    /// # let ahead = tokio::spawn(async move { loop { tokio::time::sleep(std::time::Duration::from_secs(1)).await; clock.advance(std::time::Duration::from_secs(5)); } });
    /// let task = api.send(RebootVps("vps-5a4d6b07.vps.ovh.net")).wait().await?;
    /// assert_eq!(task["state"], "done");
    /// # ahead.abort();
    /// # Ok(()) }
    /// ```
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

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.raw.send_as())
    }
}

fn call<O: Operation>(client: &Client, operation: &O) -> RawCall {
    let mut call = client.request(O::METHOD, O::PATH);
    for arg in operation.args() {
        call = call.arg(arg);
    }
    for (name, value) in operation.query() {
        call = call.query(name, value);
    }
    match operation.body() {
        Some(body) => call.json_or_refuse(body),
        None => call,
    }
}

impl Client {
    /// Begins a call of an operation, such as those of the product crates.
    #[allow(
        clippy::needless_pass_by_value,
        reason = "an operation is made to be sent once"
    )]
    pub fn send<O: Operation>(&self, operation: O) -> OperationCall<O::Answer> {
        OperationCall {
            raw: call(self, &operation),
            answer: PhantomData,
        }
    }

    /// Reads an operation that lists, in the form that the catalogue knows.
    #[allow(
        clippy::needless_pass_by_value,
        reason = "an operation is made to be sent once"
    )]
    pub fn list<O: ListOperation>(&self, operation: O) -> List<O::Item> {
        call(self, &operation).list()
    }
}
