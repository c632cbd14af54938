//! Requests of any method and path, for what there is no typed call for.

use std::sync::Arc;

use cloud_core::call::Call;
use cloud_core::list::List;
use cloud_core::model::Page;
use cloud_core::provider::{CallBuilder, RawStyle, SendOnce};
use cloud_core::raw::Request;
use cloud_core::wait::Waiter;
use cloud_core::{Error, ErrorKind};
use http::Method;
use serde_json::Value;

use super::client::Client;
use super::dialect::has_no_servers;
use super::wire::list_of;

impl Client {
    /// A request of any method and path, such as one that is newer than this crate: with the credential, the limits, the
    /// retries and the errors of every call. Bodies are [forms](Request::form).
    ///
    /// A list gives the objects without the key that each of them stands under. Waiting is for typed calls, because the
    /// service has no common way to say how far work is.
    #[inline]
    pub fn request(&self, method: Method, path: &str) -> Request {
        let engine = self.engine(&method, path);
        let style = Arc::new(Style);
        Request::new(engine, self.base(), method, path, style)
    }
}

#[derive(Debug)]
struct Style;

impl RawStyle for Style {
    #[inline]
    fn list(&self, call: Call<Value>) -> List<Value> {
        let decode = list_of!(Value).map(|page| {
            let items = page.items.into_iter().map(unwrapped);
            Page::new(items.collect(), page.info)
        });
        List::whole(call.decoded_by(decode).accepting_if(has_no_servers))
    }

    #[inline]
    fn wait(&self, call: Call<Value>) -> Waiter<Value> {
        let engine = call.engine().clone();
        let text = "the service has no common way to say how far work is; await the request itself, or wait by a typed call";
        let call = call.refuse(Error::input("wait", text));
        let nothing = |_| {
            let text = "there is no work that could be followed";
            Err(Error::new(ErrorKind::Decode, text))
        };
        Waiter::new(&engine, SendOnce::new(Box::pin(call.send()), nothing))
    }
}

/// An object without the one key that it stands under.
fn unwrapped(item: Value) -> Value {
    match item {
        // Objects that stand bare, such as vSwitches, have more keys than one, or a value that is no object.
        Value::Object(mut keys) if keys.len() == 1 && keys.values().all(Value::is_object) => keys
            .iter_mut()
            .next()
            .map(|(_, inner)| inner.take())
            .unwrap_or_default(),
        other => other,
    }
}
