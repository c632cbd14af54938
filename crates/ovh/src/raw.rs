//! Any operation of the API, by its path.

use std::fmt;
use std::future::IntoFuture;

use cloud_core::body::Body;
use cloud_core::call::{Call, CallFuture, Response, Task};
use cloud_core::decode::{Decode, RawResponse};
use cloud_core::engine::Download;
use cloud_core::provider::CallBuilder;
use cloud_core::request::CallOptions;
use cloud_core::wait::Waiter;
use cloud_core::{Error, Result};
use http::{HeaderName, HeaderValue, Method};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::catalogue::{self, Form, Operation};
use crate::client::Client;
use crate::list::{self, Items, List, Mode};
use crate::task::{self, Asked};

/// The web manager asks for so many objects at a time.
const PART: usize = 50;

/// Servers in front take request lines of 4 to 8 KiB.
// The rest of 4 KiB is left to what stands around the ids: method, host, and the path in front of them.
const PART_BYTES: usize = 3000;

const BATCH: HeaderName = HeaderName::from_static("x-ovh-batch");
const SCHEMAS: &str = "x-schemas-version";

impl Client {
    /// `GET` of any path: `api.get("/me")`, or `api.get("/domain/zone/{zone}/record").arg(name)`.
    ///
    /// Paths go behind the endpoint's base URL, `/v2/...` in place of its version.
    pub fn get(&self, path: impl AsRef<str>) -> RawCall {
        self.request(Method::GET, path)
    }

    /// `POST` to any path.
    pub fn post(&self, path: impl AsRef<str>) -> RawCall {
        self.request(Method::POST, path)
    }

    /// `PUT` to any path.
    pub fn put(&self, path: impl AsRef<str>) -> RawCall {
        self.request(Method::PUT, path)
    }

    /// `DELETE` of any path.
    pub fn delete(&self, path: impl AsRef<str>) -> RawCall {
        self.request(Method::DELETE, path)
    }

    /// Any method of any path.
    pub fn request(&self, method: Method, path: impl AsRef<str>) -> RawCall {
        RawCall::new(self, method, path.as_ref())
    }
}

/// A call of any operation. Made by [`Client::get`], [`post`](Client::post), [`put`](Client::put),
/// [`delete`](Client::delete) and [`request`](Client::request); awaiting it gives the JSON of the answer, `null` where the
/// answer is empty.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
/// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
/// let zones: Vec<String> = api.get("/domain/zone").send_as().await?;
/// let record = api.get("/domain/zone/{zone}/record/{id}").arg(&zones[0]).arg(7).optional().await?;
/// assert!(record.is_none());
///
/// let records = api.get("/domain/zone/{zone}/record").arg(&zones[0]).query("fieldType", "A");
/// let mut records = records.list::<serde_json::Value>().items();
/// while let Some(record) = records.next().await? {
///     println!("{} {}", record["subDomain"], record["target"]);
/// }
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[must_use = "nothing is sent until the call is awaited"]
pub struct RawCall {
    call: Call<Value>,
    method: Method,
    asked: Asked,
    /// What the service describes at this path.
    operation: Option<&'static Operation>,
}

impl fmt::Debug for RawCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Raw{:?}", self.call)
    }
}

impl RawCall {
    pub(crate) fn new(client: &Client, method: Method, path: &str) -> Self {
        let operation = catalogue::find(&method, path);
        // Some operations answer 200 or 204 with no body at all (ovh/python-ovh#91, #104).
        let call = client.call_path(method.clone(), path, Decode::json_or_null());
        let asked = Asked {
            client: client.clone(),
            path: path.to_owned(),
            args: Vec::new(),
            open: false,
        };
        Self {
            call,
            method,
            asked,
            operation,
        }
    }

    /// Refuses what may send its request more than once, unless the request changes nothing.
    fn only_get(self, what: &str) -> Self {
        if self.method == Method::GET {
            return self;
        }
        let (path, _) = self
            .asked
            .path
            .split_once('?')
            .unwrap_or((&self.asked.path, ""));
        let text = format!(
            "`{what}` may send its request more than once, so it takes a GET only: \
             `api.get({path:?})...{what}(..)`; await the {} itself, which sends it once",
            self.method
        );
        self.map(|call| call.refuse(Error::input("method", text)))
    }

    fn map(mut self, change: impl FnOnce(Call<Value>) -> Call<Value>) -> Self {
        self.call = change(self.call);
        self
    }

    /// Fills the next `{parameter}` of the path. Whatever the value holds, it stays in its segment: the slash of an IP
    /// block is encoded.
    ///
    /// Text out of a JSON value prints with its quotes, which nothing in a path has; it is refused. Give its `as_str()`.
    pub fn arg(mut self, value: impl fmt::Display) -> Self {
        let value = value.to_string();
        self.call = self.call.arg(&value);
        if value.len() > 1 && value.starts_with('"') && value.ends_with('"') {
            let text =
                format!("{value} has quotes around it, as a JSON value prints; give its as_str()");
            self.call = self.call.refuse(Error::input("path", text));
        }
        self.asked.args.push(value);
        self
    }

    /// Adds a query parameter, such as `date.from`. Where a parameter is a list, its name comes several times.
    pub fn query(self, name: &str, value: impl fmt::Display) -> Self {
        self.map(|call| call.query(name, value))
    }

    /// Adds a query parameter if there is a value.
    pub fn query_opt(self, name: &str, value: Option<impl fmt::Display>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    /// Adds a query parameter that stands for `null`, which is not the same as leaving it out.
    pub fn query_null(self, name: &str) -> Self {
        self.query(name, "null")
    }

    /// Sends this value as JSON. A `None` in it is sent as `null`, which means something to this API; leave out by
    /// `skip_serializing_if` what shall stay as it is.
    ///
    /// Without a body nothing is sent, not even `{}`, which operations without parameters refuse.
    pub fn json(self, value: &impl Serialize) -> Self {
        self.map(|call| call.json(value))
    }

    /// Sends this body, of this content type.
    pub fn body(self, content_type: &'static str, body: impl Into<Body>) -> Self {
        self.map(|call| call.body(content_type, body))
    }

    /// Adds a header, or replaces the one of this name.
    pub fn header(self, name: &str, value: &str) -> Self {
        self.map(|call| call.header_text(name, value))
    }

    /// Sends nothing and fails by this error.
    pub(crate) fn refuse(self, error: Error) -> Self {
        self.map(|call| call.refuse(error))
    }

    /// Sends the call without credential, for operations that are open to everybody.
    pub fn unauthenticated(mut self) -> Self {
        self.asked.open = true;
        let client = self.asked.client.clone();
        self.map(|call| client.open(call))
    }

    /// Asks v2 for this version of the schemas, such as `1.0`.
    pub fn schemas_version(self, version: &str) -> Self {
        self.header(SCHEMAS, version)
    }

    /// Sets a time limit, headers and so on for this call.
    pub fn options(self, set: impl FnOnce(CallOptions) -> CallOptions) -> Self {
        self.map(|call| call.options(set))
    }

    /// Sends the call; awaiting it does the same.
    ///
    /// Needs what the call needs.
    pub async fn send(self) -> Result<Value> {
        self.call.send().await
    }

    /// Sends the call and decodes the JSON of the answer into a type of yours. An empty answer counts as `null`, so
    /// `()` and options take it.
    ///
    /// Needs what the call needs.
    pub async fn send_as<T: DeserializeOwned + Send + 'static>(self) -> Result<T> {
        self.typed().send().await
    }

    /// The call with its answer in this type.
    pub(crate) fn typed<T: DeserializeOwned + Send + 'static>(self) -> Call<T> {
        self.call.decoded_by(Decode::json_or_null())
    }

    /// Sends the call and gives status, headers and the bytes of the body as they are.
    ///
    /// Needs what the call needs.
    pub async fn send_raw(self) -> Result<RawResponse> {
        self.call.send_raw().await
    }

    /// Sends the call, and gives with the answer what came with it: status, headers and the id of the query
    /// (`X-OVH-QueryID`).
    ///
    /// Needs what the call needs.
    pub async fn send_with_response(self) -> Result<Response<Value>> {
        self.call.send_with_response().await
    }

    /// Sends the call, and gives `None` where the service says that the thing is not there; for `GET` and `DELETE`.
    ///
    /// Needs what the call needs.
    #[inline]
    pub fn optional(self) -> Task<Option<Value>> {
        self.call.optional()
    }

    /// Sends the call and gives the body piece by piece.
    ///
    /// Needs what the call needs.
    pub async fn send_streaming(self) -> Result<Download> {
        self.call.send_streaming().await
    }

    /// Sends the call and blocks this thread until it is answered. It works on every thread; inside of asynchronous code it stops the worker that runs it.
    #[cfg(feature = "blocking")]
    pub fn send_blocking(self) -> Result<Value> {
        self.call.send_blocking()
    }

    /// Reads the answer as a list, in the form that the [`catalogue`] knows: pages by a cursor, objects or
    /// words as they come, ids. Where it gives ids, it is asked for whole objects, and if they do not come, each is read by
    /// the same path with the id behind it. More in [its module](crate::list).
    ///
    /// Reading a list may repeat its request, so anything but a `GET` is refused before it is sent.
    pub fn list<T: DeserializeOwned + Send + 'static>(self) -> List<T> {
        let form = self.operation.map(|operation| operation.form);
        let Self { call, asked, .. } = self.only_get("list");
        let mode = match form {
            // Before the catalogue is asked: every list of v2 has a cursor, also one that is younger than the table.
            _ if asked.path.starts_with("/v2/") => Mode::Cursor,
            Some(Form::Cursor) => Mode::Cursor,
            Some(Form::Objects) => Mode::Whole,
            Some(Form::Words) => Mode::Words,
            // Of a form that is not known, too: a route without that mode takes no notice of its headers.
            _ => Mode::Expanded,
        };
        let detail = {
            let (path, _) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
            format!("{}/{{id}}", path.trim_end_matches('/'))
        };
        let has_details = catalogue::find(Method::GET, &detail).is_some();
        let get = move |id: &str| {
            let args = asked.args.iter().map(String::as_str).chain([id]);
            asked.look(&detail, args, Decode::json())
        };
        let list = List::new(call, mode);
        match form {
            None => list.detail(get).or_ids(),
            // No route below it reads an object, so what is no object is a word.
            Some(Form::Cursor) if !has_details => list.or_ids(),
            Some(_) => list.detail(get),
        }
    }

    /// Reads the objects of many ids by this path, whose last `{parameter}` is left open for the id; ten at a time
    /// unless [`Items::concurrency`] says otherwise. Anything but a `GET` is refused before it is sent.
    pub fn get_many<T>(self, ids: impl IntoIterator<Item = impl fmt::Display>) -> Items<T>
    where
        T: DeserializeOwned + Send + 'static,
    {
        let ids = ids.into_iter().map(|id| id.to_string()).collect();
        let is_get = self.method == Method::GET;
        let call = self.only_get("get_many").call;
        if !is_get && let Err(error) = call.validate() {
            // Otherwise the same refusal would come once for each id.
            return list::refused(error);
        }
        list::get_many(ids, move |id| {
            call.clone().decoded_by(Decode::json()).arg(id)
        })
    }

    /// Looks at a task, or a resource that tells its state, by this `GET`, until its work has ended; the result is what
    /// was seen last. The words that are known stand in [its module](crate::task).
    ///
    /// A request that is no `GET` is sent once, and the task of its answer is what is looked at: on v1 by the path of the
    /// tasks of that service, on v2 by the links of `currentTasks`. Where the answer names several, all are waited for.
    /// Where it names none, or one that this crate has no path for, the wait fails after that one request, with
    /// [`may_have_happened`](Error::may_have_happened), and [`body`](Error::body) has the answer.
    ///
    /// Needs what the call needs. To look at the task of another request is an operation of its own.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # use cloud_sandbox::ovh::{APPLICATION_KEY, APPLICATION_SECRET, CONSUMER_KEY};
    /// # let api = ovh::Client::builder().transport(sandbox.ovh()).application(APPLICATION_KEY, APPLICATION_SECRET);
    /// # let api = api.consumer_key(CONSUMER_KEY).build()?;
    /// # let name = "vps-5a4d6b07.vps.ovh.net";
    /// let task = api.post("/vps/{name}/reboot").arg(name).await?;
    /// # sandbox.clock().advance(std::time::Duration::from_secs(60));
    /// let task = api.get("/vps/{name}/tasks/{id}").arg(name).arg(&task["id"]).wait().await?;
    /// assert_eq!(task["state"], "done");
    ///
    /// # let clock = sandbox.clock().clone();
    /// # let ahead = tokio::spawn(async move { loop { tokio::time::sleep(std::time::Duration::from_secs(1)).await; clock.advance(std::time::Duration::from_secs(5)); } });
    /// let task = api.post("/vps/{name}/reboot").arg(name).wait().await?; // one POST, then GETs
    /// assert_eq!(task["state"], "done");
    /// # ahead.abort();
    /// # Ok(()) }
    /// ```
    #[inline]
    pub fn wait(self) -> Waiter<Value> {
        if self.method == Method::GET {
            task::wait_for(self.call, self.operation)
        } else {
            task::send_and_wait(self.call, self.asked)
        }
    }

    /// Looks at something by this `GET` until it is there no longer. Anything but a `GET` is refused before it is sent.
    ///
    /// Needs what the call needs.
    #[inline]
    pub fn wait_gone(self) -> Waiter<()> {
        let is_get = self.method == Method::GET;
        let call = self.only_get("wait_gone").call;
        match call.validate() {
            Err(error) if !is_get => task::refused(&call, error),
            _ => task::wait_gone(call),
        }
    }

    /// Reads the objects of many ids by few requests (`X-Ovh-Batch`), by this path, whose last `{parameter}` is left open
    /// for the ids. One request asks for 50 of them, as the web manager does, or fewer where they are long, because servers
    /// in front refuse request lines of a few KiB; the objects come in the order of the ids. Anything but a `GET` is refused
    /// before it is sent.
    ///
    /// Needs what the call needs.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> ovh::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # use cloud_sandbox::ovh::{APPLICATION_KEY, APPLICATION_SECRET, CONSUMER_KEY};
    /// # let api = ovh::Client::builder().transport(sandbox.ovh()).application(APPLICATION_KEY, APPLICATION_SECRET);
    /// # let api = api.consumer_key(CONSUMER_KEY).build()?;
    /// use serde_json::Value;
    ///
    /// let ids = api.get("/me/bill").list::<Value>().ids().await?;
    /// let bills: Vec<ovh::BatchItem<Value>> = api.get("/me/bill/{id}").batch(&ids).await?;
    /// assert!(bills.iter().all(|bill| bill.value.is_some()));
    /// # Ok(()) }
    /// ```
    pub fn batch<T>(
        self,
        ids: impl IntoIterator<Item = impl fmt::Display>,
    ) -> Task<Vec<BatchItem<T>>>
    where
        T: DeserializeOwned + Send + 'static,
    {
        let ids: Vec<String> = ids.into_iter().map(|id| id.to_string()).collect();
        let call = self
            .only_get("batch")
            .call
            .decoded_by(Decode::<Vec<BatchItem<T>>>::json())
            .header(BATCH, HeaderValue::from_static(","));
        Task::new(async move {
            if ids.iter().any(|id| id.contains(',')) {
                let text = "one of them holds a comma, which separates them";
                return Err(Error::input("ids", text));
            }
            let mut all = Vec::with_capacity(ids.len());
            for part in parts(&ids) {
                all.extend(call.clone().arg_list(part).send().await?);
            }
            Ok(all)
        })
    }
}

impl IntoFuture for RawCall {
    type Output = Result<Value>;
    type IntoFuture = CallFuture<Value>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        self.call.into_future()
    }
}

/// Ids in parts that fit into a request line; one empty part where there are none.
fn parts(ids: &[String]) -> Vec<&[String]> {
    let (mut parts, mut begin, mut bytes) = (Vec::new(), 0, 0);
    for (at, id) in ids.iter().enumerate() {
        // Each byte may become three, and a comma follows.
        let more = 3 * id.len() + 1;
        if at > begin && (at - begin == PART || bytes + more > PART_BYTES) {
            parts.push(&ids[begin..at]);
            (begin, bytes) = (at, 0);
        }
        bytes += more;
    }
    parts.push(&ids[begin..]);
    parts
}

/// One element of the answer to a [batch](RawCall::batch).
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct BatchItem<T> {
    /// The id, as far as the service repeats it; the order is that of the ids in any case.
    #[serde(default)]
    pub key: Value,
    /// The object; `None` when it could not be read.
    #[serde(default = "none")]
    // No documentation describes an element. ovh/manager reads `value` and nothing else, so the other two may be
    // missing.
    pub value: Option<T>,
    /// Why it could not be read.
    #[serde(default)]
    pub error: Option<Value>,
}

// A plain `default` would ask for `T: Default`.
fn none<T>() -> Option<T> {
    None
}
