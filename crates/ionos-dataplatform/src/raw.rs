//! Requests of any method and path, for what this crate has no typed call for.

use std::borrow::Cow;
use std::sync::Arc;

use cloud_core::call::Call;
use cloud_core::decode::{Decode, DecodeError};
use cloud_core::list::List;
use cloud_core::model::{Page, PageInfo};
use cloud_core::provider::{CallBuilder, RawStyle, SendOnce, Watch};
use cloud_core::raw::Request;
use cloud_core::wait::Waiter;
use cloud_core::{Error, ErrorKind};
use http::Method;
use serde_json::Value;

use crate::client::Client;
use crate::metadata::State;
use crate::work::{DEADLINE, Look, Resource};

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
            let has_state = answer["metadata"]["state"].is_string();
            let Some(id) = answer["id"].as_str().filter(|_| has_state) else {
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
            let look = Look::<Value>::new(client.get(own), client.poll_interval());
            let looks: Box<dyn Watch<Value>> = if is_deletion {
                Box::new(look.until_gone(Some(answer.state()), answer))
            } else {
                Box::new(look.until_available())
            };
            Ok(looks)
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

/// What the answers about clusters and node pools have in common.
impl Resource for Value {
    fn kind(&self) -> Cow<'_, str> {
        self["type"].as_str().unwrap_or("resource").into()
    }

    fn state(&self) -> State {
        State::from(self["metadata"]["state"].as_str().unwrap_or_default())
    }

    fn name_and_id(&self) -> (&str, &str) {
        let id = self["id"].as_str().unwrap_or_default();
        // What is newer than this crate may have no name.
        let name = self["properties"]["name"].as_str().unwrap_or(id);
        (name, id)
    }
}
