//! Requests of any method and path, for what this crate has no typed call for.

use std::sync::Arc;

use async_trait::async_trait;
use cloud_core::call::Call;
use cloud_core::list::List;
use cloud_core::model::{Page, PageInfo};
use cloud_core::provider::{
    BaseUrl, CallBuilder, DecodeError, PageMeta, RawStyle, SendOnce, Step, Watch,
};
use cloud_core::raw::Request;
use cloud_core::wait::Waiter;
use cloud_core::{Error, ErrorKind, Result};
use http::Method;
use serde::Serialize;
use serde_json::{Value, json};

use crate::client::{Client, MICROVERSION};
use crate::page::{Markers, PAGE_SIZE, PageMarkers};
use crate::version::Version;

impl Client {
    /// A request of any method and path below the address of the version that is spoken, for what this crate has no call
    /// for: with the token, the retries and the errors of every call.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> sahara::Result<()> {
    /// # let transport = cloud_sandbox::Sandbox::new().openstack();
    /// # let login = sahara::Login::password(sahara::keystone::User::named("demo", "Default"), "demo-pw",
    /// #     sahara::keystone::Project::named("demo", "Default"));
    /// # let cloud = sahara::Cloud::builder().auth_url("https://cloud.test:5000").login(login).transport(transport).build()?;
    /// # let api = cloud.data_processing().lazily();
    /// use sahara::Method;
    ///
    /// let answer = api.request(Method::GET, "/plugins/{name}").arg("fake").await?;
    /// assert_eq!(answer["plugin"]["title"], "Fake Plugin");
    ///
    /// // Lists are read page by page, and work is waited for, as by typed calls.
    /// let plugins: Vec<sahara::Plugin> = api.request(Method::GET, "/plugins").list().all().await?;
    /// # assert!(plugins.iter().any(|plugin| plugin.name == "fake"));
    /// # Ok(()) }
    /// ```
    ///
    /// `wait()` follows the cluster or the job that the answer holds.
    #[inline]
    pub fn request(&self, method: Method, path: &str) -> Request {
        let (engine, version) = (self.engine(), self.version());
        let style = Arc::new(Style(self.clone()));
        let request = match self.base(version) {
            Ok(base) => Request::new(engine, base, method, path, style),
            Err(place) => {
                Request::new(engine, &BaseUrl::unknown(), method, path, style).placed(place)
            }
        };
        let (name, value) = &MICROVERSION;
        match version {
            Version::V1_1 => request,
            Version::V2 => request.header(name.as_str(), value.to_str().unwrap_or_default()),
        }
    }
}

#[derive(Debug)]
struct Style(Client);

impl RawStyle for Style {
    #[inline]
    fn list(&self, call: Call<Value>) -> List<Value> {
        let decode = call.decode().clone().try_map(|answer: Value| {
            // The items stand under a word of their own, beside nothing but the markers.
            let items = answer.as_object().into_iter().flatten();
            let mut items = items.filter_map(|(_, value)| value.as_array());
            let (Some(items), None) = (items.next(), items.next()) else {
                return Err(DecodeError::new("the answer has not one list"));
            };
            let info = match answer.get(PageMarkers::KEY) {
                Some(markers) => crate::decode::from_value::<PageMarkers>(markers)
                    .map_err(|_| DecodeError::new("the markers of the page cannot be read"))?
                    .info(),
                None => PageInfo::default(),
            };
            Ok(Page::new(items.clone(), info))
        });
        // Lists of jobs repeat one, as `Jobs::list` says. What other lists hold has ids as well, or none.
        List::new(call.decoded_by(decode), &Markers, Some(PAGE_SIZE))
            .distinct(|item: &Value| item["id"].as_str().unwrap_or_default())
    }

    #[inline]
    fn wait(&self, call: Call<Value>) -> Waiter<Value> {
        let client = self.0.clone();
        let follow = SendOnce::new(Box::pin(call.send()), move |answer: Value| {
            let id = |key: &str| Some(answer.get(key)?.get("id")?.as_str()?.to_owned());
            if let Some(id) = id("cluster") {
                let ended = client.clusters().wait_active(id);
                return Ok(watched("cluster", ended));
            }
            // v1.1 calls a job an execution, and what is a job there has no `cluster_id`.
            for key in ["job_execution", "job"] {
                if let Some(id) = id(key).filter(|_| answer[key].get("cluster_id").is_some()) {
                    return Ok(watched(key, client.jobs().wait_succeeded(id)));
                }
            }
            let text = "the request was answered, but the answer holds neither a cluster nor a job that `wait` could \
                        follow; do not send it again, and the next time await the request without `wait`";
            Err(Error::new(ErrorKind::Decode, text))
        });
        crate::wait::waiter(&self.0, follow)
    }
}

/// The wait of a typed call, whose end is the answer again.
struct Ended<T> {
    key: &'static str,
    waiter: Option<Waiter<T>>,
}

fn watched<T>(key: &'static str, waiter: Waiter<T>) -> Box<dyn Watch<Value>>
where
    T: Serialize + Send + 'static,
{
    let waiter = Some(waiter);
    Box::new(Ended { key, waiter })
}

#[async_trait]
impl<T: Serialize + Send + 'static> Watch<Value> for Ended<T> {
    async fn next(&mut self) -> Result<Step<Value>> {
        if let Some(waiter) = &mut self.waiter
            && let Some(progress) = waiter.progress().await?
        {
            return Ok(Step::Pending(progress));
        }
        // It has its result by now, so that nothing is lost here when the future is dropped.
        let over = || Error::new(ErrorKind::WorkFailed, "the work has ended, and was told");
        let ended = self.waiter.take().ok_or_else(over)?.await?;
        Ok(Step::Done(json!({ self.key: ended })))
    }
}
