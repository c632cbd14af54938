//! Requests of any method and path, for what this crate has no typed call for.

use std::sync::Arc;

use cloud_core::call::Call;
use cloud_core::decode::{Decode, DecodeError};
use cloud_core::list::List;
use cloud_core::model::{Page, PageInfo};
use cloud_core::provider::{CallBuilder, RawStyle, SendOnce};
use cloud_core::raw::Request;
use cloud_core::wait::Waiter;
use cloud_core::{Error, ErrorKind};
use http::Method;
use serde_json::Value;

use crate::client::Client;
use crate::executions::{ExecutionStatus, until_ended};
use crate::jobs::last_segment;

impl Client {
    /// A request of any method and path, such as one that is newer than this crate: with the credential, the operation id,
    /// the retries and the errors of every call.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
    /// # let api = builder.transport(sandbox.vdk_control()).build()?;
    /// use vdk_control::Method;
    ///
    /// let info = api.request(Method::GET, "/data-jobs/for-team/{team_name}/info").arg("my team").await?;
    /// assert!(info["api_version"].is_string());
    /// # Ok(()) }
    /// ```
    ///
    /// `list` reads answers that hold all items at once; lists of jobs are asked for page by page in their query, which
    /// [`Jobs::list`](crate::jobs::Jobs::list) writes. `wait` follows an execution that the request has started.
    #[inline]
    pub fn request(&self, method: Method, path: &str) -> Request {
        let style = Arc::new(Style(self.clone()));
        Request::new(self.engine(), self.base(), method, path, style)
    }
}

#[derive(Debug)]
struct Style(Client);

impl RawStyle for Style {
    #[inline]
    fn list(&self, call: Call<Value>) -> List<Value> {
        let decode = call.decode().clone().try_map(|answer: Value| {
            let wrong = |text: &str| Err(DecodeError::new(text));
            let (items, pages) = match answer {
                Value::Array(items) => (items, None),
                mut answer => {
                    let data = answer["data"].take();
                    let Some(items) = data["content"].as_array() else {
                        return wrong("the answer is no list, and has none at data.content");
                    };
                    (items.clone(), data["totalPages"].as_u64())
                }
            };
            if pages.is_some_and(|pages| pages > 1) {
                return wrong("there are more pages, which the query must ask for; see Jobs::list");
            }
            Ok(Page::new(items, PageInfo::default()))
        });
        List::whole(call.decoded_by(decode))
    }

    #[inline]
    fn wait(&self, call: Call<Value>) -> Waiter<Value> {
        let (client, path) = (self.0.clone(), call.shown_path());
        let answer = Box::pin(call.send_with_response());
        let follow = SendOnce::new(answer, move |answer| {
            // The address in the answer is that of the deployment, below which executions cannot be read.
            let place = path
                .split_once("/deployments/")
                .filter(|_| path.ends_with("/executions"))
                .zip(last_segment(&answer.headers));
            let Some(((job, _), id)) = place else {
                let text = "the request was answered, but the answer names no execution that `wait` could follow; do not \
                    send it again, and the next time await the request without `wait`";
                return Err(Error::new(ErrorKind::Decode, text));
            };
            let get = Call::<Value>::untabled(
                client.engine(),
                client.base(),
                Method::GET,
                format!("{job}/executions/{{execution_id}}"),
                Decode::json(),
            );
            let get = get.arg(&id);
            let status = |execution: &Value| {
                ExecutionStatus::from(execution["status"].as_str().unwrap_or_default())
            };
            let looks = until_ended(&id, get, client.interval(), status, || {});
            Ok(Box::new(looks))
        });
        Waiter::new(self.0.engine(), follow)
    }
}
