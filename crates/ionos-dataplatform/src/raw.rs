//! Requests of any method and path, for what this crate has no typed call for.

use std::sync::Arc;

use cloud_core::call::Call;
use cloud_core::decode::{Decode, DecodeError};
use cloud_core::list::List;
use cloud_core::model::{Page, PageInfo};
use cloud_core::provider::{CallBuilder, Poll, RawStyle, SendOnce};
use cloud_core::raw::Request;
use cloud_core::time::Interval;
use cloud_core::wait::{Progress, Step, Waiter};
use cloud_core::{Error, ErrorKind, Result};
use http::Method;
use serde_json::Value;

use crate::client::Client;
use crate::metadata::State;
use crate::work::{DEADLINE, SLOWEST};

impl Client {
    /// A request of any method and path, such as one that is newer than this crate: with the credential, the contract, the
    /// retries and the errors of every call.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> ionos_dataplatform::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let transport = sandbox.ionos_dataplatform();
    /// # let datacenter_id = "498ae72f-411f-11eb-9d07-046c59cc737e";
    /// # let api = ionos_dataplatform::Client::builder().token("my-token").transport(transport).build()?;
    /// use ionos_dataplatform::{Cluster, Method};
    ///
    /// let body = serde_json::json!({"properties": {"name": "lake", "datacenterId": datacenter_id}});
    /// let lake = api.request(Method::POST, "/clusters").json(&body).wait().await?; // available, or an error
    /// let all: Vec<Cluster> = api.request(Method::GET, "/clusters").list().all().await?;
    /// assert_eq!(lake["id"], all[0].id.as_str());
    /// # Ok(()) }
    /// ```
    #[inline]
    pub fn request(&self, method: Method, path: &str) -> Request {
        let style = Style {
            client: self.clone(),
            method: method.clone(),
        };
        let request = Request::new(self.engine(), self.base(), method, path, Arc::new(style));
        match self.contract() {
            Some(number) => request.header("x-contract-number", number),
            None => request,
        }
    }
}

#[derive(Debug)]
struct Style {
    client: Client,
    method: Method,
}

impl RawStyle for Style {
    #[inline]
    fn list(&self, call: Call<Value>) -> List<Value> {
        let decode = call.decode().clone().try_map(|mut answer: Value| {
            match answer.get_mut("items").map(Value::take) {
                Some(Value::Array(items)) => Ok(Page::new(items, PageInfo::default())),
                _ => Err(DecodeError::new("the answer has no list `items`")),
            }
        });
        List::whole(call.decoded_by(decode))
    }

    #[inline]
    fn wait(&self, call: Call<Value>) -> Waiter<Value> {
        let (client, path) = (self.client.clone(), call.shown_path());
        let is_deletion = self.method == Method::DELETE;
        let follow = SendOnce::new(Box::pin(call.send()), move |answer: Value| {
            let Some(id) = answer["id"].as_str().filter(|_| state(&answer).is_some()) else {
                let text = "the request was answered, but the answer is no resource that `wait` could follow; do not \
                    send it again, and the next time await the request without `wait`";
                return Err(Error::new(ErrorKind::Decode, text));
            };
            // What is created is answered at the address of the list.
            let own = if path.ends_with(id) {
                path.clone()
            } else {
                format!("{path}/{id}")
            };
            let get = client.get(own);
            let shown = get.shown_path();
            let look = move || {
                let (get, before) = (get.clone(), answer.clone());
                async move {
                    match get.send().await {
                        Err(error) if is_deletion && error.is_not_found() => Ok(Step::Done(before)),
                        found => judge(found?, is_deletion),
                    }
                }
            };
            let interval = Interval::growing(client.poll_interval(), SLOWEST);
            let looks = Poll::new(client.engine().clock(), interval, look).about(shown);
            Ok(Box::new(looks))
        });
        Waiter::new(self.client.engine(), follow).timeout(DEADLINE)
    }
}

impl Client {
    #[inline]
    fn get(&self, path: String) -> Call<Value> {
        let decode = Decode::json();
        let call = Call::untabled(self.engine(), self.base(), Method::GET, path, decode);
        self.of_contract(call)
    }
}

fn state(resource: &Value) -> Option<State> {
    Some(State::from(resource["metadata"]["state"].as_str()?))
}

fn judge(resource: Value, is_deletion: bool) -> Result<Step<Value>> {
    let state = state(&resource).unwrap_or_default();
    match &state {
        State::Available if !is_deletion => Ok(Step::Done(resource)),
        State::Terminated if is_deletion => Ok(Step::Done(resource)),
        state if state.is_failure() || (state.is_ending() && !is_deletion) => {
            let text = |key: &str| resource[key].as_str().unwrap_or_default();
            let what = format!("the {} {} is {state}", text("type"), text("id"));
            Err(Error::new(ErrorKind::WorkFailed, what)
                .with_code(state.as_str())
                .with_details(resource))
        }
        state => {
            let what = resource["type"].as_str().unwrap_or("resource");
            Ok(Step::Pending(Progress::new(0, what, state.as_str())))
        }
    }
}
