//! Requests of any method and path, for what this crate has no typed call for.

use std::sync::Arc;

use cloud_core::call::{Call, Task};
use cloud_core::list::List;
use cloud_core::model::{Page, PageInfo};
use cloud_core::provider::{CallBuilder, DecodeError, RawStyle, SendOnce};
use cloud_core::raw::Request;
use cloud_core::wait::Waiter;
use cloud_core::{Error, ErrorKind};
use http::Method;
use serde_json::Value;

use crate::actions::{self, Action};
use crate::client::{Client, Host, Meta, in_pages};

impl Client {
    /// A request of any method and path, such as one that is newer than this crate: with the credential, the pace, the
    /// retries and the errors of every call. Paths of storage boxes go to their own host.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> hetzner::Result<()> {
    /// # let api = hetzner::Client::builder().token("t").transport(cloud_sandbox::Sandbox::new().hetzner()).build()?;
    /// # let server = api.servers().create("web-1", "cx23", "debian-13").location("fsn1").await?.wait().await?.id;
    /// use hetzner::http::Method;
    ///
    /// let answer = api.request(Method::GET, "/servers/{id}").arg(server).await?;
    /// assert_eq!(answer["server"]["name"], "web-1");
    ///
    /// // Lists are read page by page, and work is waited for, as by typed calls.
    /// let names: Vec<hetzner::Location> = api.request(Method::GET, "/locations").list().all().await?;
    /// let off = api.request(Method::POST, "/servers/{id}/actions/poweroff").arg(server).wait().await?;
    /// assert_eq!(off["action"]["status"], "success");
    /// # assert!(names.iter().any(|location| location.name == "fsn1"));
    /// # Ok(()) }
    /// ```
    #[inline]
    pub fn request(&self, method: Method, path: &str) -> Request {
        self.request_on(Host::of(path), method, path)
    }

    /// As [`request`](Self::request), for a path whose host this crate does not know.
    #[inline]
    pub fn request_on(&self, host: Host, method: Method, path: &str) -> Request {
        let last = path.split('?').next().unwrap_or_default();
        let key = last.rsplit('/').find(|part| !part.starts_with('{'));
        let style = Style {
            client: self.clone(),
            key: key.unwrap_or_default().to_owned(),
        };
        Request::new(
            self.engine(),
            self.base(host),
            method,
            path,
            Arc::new(style),
        )
    }
}

#[derive(Debug)]
struct Style {
    client: Client,
    /// The last word of the path, which a list's items stand under.
    key: String,
}

impl RawStyle for Style {
    #[inline]
    fn list(&self, call: Call<Value>) -> List<Value> {
        let key = self.key.clone();
        let decode = call.decode().clone().try_map(move |answer: Value| {
            let Some(items) = answer.get(&key).and_then(Value::as_array) else {
                let problem = format!("the answer has no list `{key}`");
                return Err(DecodeError::new(problem));
            };
            let info = match answer.get("meta") {
                Some(meta) => Meta::info_of(meta),
                None => PageInfo::default(),
            };
            Ok(Page::new(items.clone(), info))
        });
        in_pages(call.decoded_by(decode))
    }

    #[inline]
    fn wait(&self, call: Call<Value>) -> Waiter<Value> {
        let (client, engine) = (self.client.clone(), self.client.engine().clone());
        let follow = SendOnce::new(Box::pin(call.send()), move |answer: Value| {
            let started = actions_in(&answer);
            if started.is_empty() {
                let text = "the request was answered, but the answer names no action that `wait` could follow; do not \
                    send it again, and the next time await the request without `wait`";
                return Err(Error::new(ErrorKind::Decode, text));
            }
            let watch = actions::watch(&client, started, move |ended| {
                let answer = with_actions(answer.clone(), &ended);
                Task::new(async move { Ok(answer) })
            });
            Ok(Box::new(watch))
        });
        Waiter::new(&engine, follow)
    }
}

/// The keys that actions stand under.
const KEYS: [&str; 3] = ["action", "actions", "next_actions"];

/// The actions that an answer tells of, in their order.
#[inline]
fn actions_in(answer: &Value) -> Vec<Action> {
    let found = KEYS.iter().filter_map(|key| answer.get(key));
    let found = found.flat_map(|value| match value {
        Value::Array(several) => several.iter().collect(),
        one => vec![one],
    });
    found
        .filter_map(|action| crate::decode::from_value(action).ok())
        // Reading is so tolerant that any object becomes an action; what has no id was none.
        .filter(|action: &Action| action.id.0 != 0)
        .collect()
}

/// The answer with its actions as they have ended.
#[inline]
fn with_actions(mut answer: Value, ended: &[Action]) -> Value {
    let put = |place: &mut Value| {
        let id = place.get("id").and_then(Value::as_i64);
        let now = ended.iter().find(|action| Some(action.id.0) == id);
        if let Some(now) = now.and_then(|action| serde_json::to_value(action).ok()) {
            *place = now;
        }
    };
    for key in KEYS {
        match answer.get_mut(key) {
            Some(Value::Array(several)) => several.iter_mut().for_each(put),
            Some(one) => put(one),
            None => {}
        }
    }
    answer
}
