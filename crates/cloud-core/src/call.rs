//! One value that describes one call. Nothing is sent until it is awaited.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::future::{Future, IntoFuture};
use std::pin::Pin;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::body::Body;
use crate::config::BaseUrl;
use crate::decode::{Decode, RawResponse};
use crate::engine::{Dialect, Download, Engine};
use crate::error::{Error, ErrorKind, Result};

mod options;

pub use options::CallOptions;

/// A call on its way, as [`IntoFuture`] of every request builder gives it.
pub type CallFuture<T> = Pin<Box<dyn Future<Output = Result<T>> + Send>>;

/// One operation of an API: a row of the provider's table, made by [`operations!`](crate::operations).
#[derive(Debug, PartialEq, Eq)]
pub struct Operation {
    /// The API's own name of the operation.
    pub id: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path template, relative to the base URL, with `{names}` for its parameters.
    pub path: &'static str,
}

/// Declares the operations of an API, one constant each, and `OPERATIONS`, the table of all of them.
///
/// Calls are made from these constants, so the table cannot drift from what is sent.
///
/// ```
/// mod ops {
///     cloud_core::operations! {
///         GET_SERVER = "get_server", GET "/servers/{id}";
///         DELETE_SERVER = "delete_server", DELETE "/servers/{id}";
///     }
/// }
/// assert_eq!(ops::OPERATIONS.len(), 2);
/// assert_eq!(ops::GET_SERVER.path, "/servers/{id}");
/// ```
#[macro_export]
macro_rules! operations {
    ($( $name:ident = $id:literal, $method:ident $path:literal; )*) => {
        $(
            #[doc = concat!("`", stringify!($method), " ", $path, "`")]
            pub static $name: $crate::call::Operation = $crate::call::Operation {
                id: $id,
                method: $crate::__private::http::Method::$method,
                path: $path,
            };
        )*
        /// Every operation of this API that the crate can call.
        pub static OPERATIONS: &[&$crate::call::Operation] = &[ $( &$name ),* ];
    };
}

#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) operation: Option<&'static Operation>,
    pub(crate) method: Method,
    pub(crate) template: Cow<'static, str>,
    // The base URL and as much of the template as has its arguments.
    url: String,
    rendered: usize,
    query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
    pub(crate) options: CallOptions,
    pub(crate) anonymous: bool,
    pub(crate) accepted: Option<StatusCode>,
    renamed: &'static [(&'static str, &'static str)],
    invalid: Option<Error>,
    // What the checks of the provider's crate say, which the caller may overrule.
    unsuitable: Option<Error>,
}

/// A call of an operation that answers with a `T`. Await it to send it.
///
/// Provider crates wrap it in builders of their own; see [`request!`](crate::request).
#[must_use = "nothing is sent until the call is awaited"]
pub struct Call<T> {
    engine: Engine,
    parts: Box<Parts>,
    decode: Decode<T>,
}

impl<T> Clone for Call<T> {
    fn clone(&self) -> Self {
        Self { engine: self.engine.clone(), parts: self.parts.clone(), decode: self.decode.clone() }
    }
}

impl<T> fmt::Debug for Call<T> {
    /// Method and template only: paths, queries and bodies can hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({} {})", self.parts.method, self.parts.template)
    }
}

impl<T> Call<T> {
    /// A call of an operation of the provider's table.
    pub fn new(engine: &Engine, base: &BaseUrl, operation: &'static Operation, decode: Decode<T>) -> Self {
        let template = Cow::Borrowed(operation.path);
        let mut call = Self::untabled(engine, base, operation.method.clone(), template, decode);
        call.parts.operation = Some(operation);
        call
    }

    /// A call of any method and path template, for APIs that are too large for a table.
    pub fn untabled(
        engine: &Engine,
        base: &BaseUrl,
        method: Method,
        template: impl Into<Cow<'static, str>>,
        decode: Decode<T>,
    ) -> Self {
        let template = template.into();
        let mut url = String::with_capacity(base.as_str().len() + template.len() + 48);
        url.push_str(base.as_str());
        let parts = Parts {
            operation: None,
            method,
            template,
            url,
            rendered: 0,
            query: String::new(),
            headers: HeaderMap::new(),
            body: Body::empty(),
            options: CallOptions::default(),
            anonymous: false,
            accepted: None,
            renamed: &[],
            invalid: None,
            unsuitable: None,
        };
        Self { engine: engine.clone(), parts: Box::new(parts), decode }
    }

    /// Fills the next parameter of the path template. Every byte that is not unreserved is percent-encoded, so a value
    /// cannot leave its segment; an empty one, `.` and `..` are refused.
    pub fn arg(self, value: impl fmt::Display) -> Self {
        // Writing into a string cannot fail; a `Display` that fails leaves a segment that is refused.
        self.fill(|url| write!(Encode(url), "{value}"))
    }

    /// Fills the next parameter of the path template with several values, encoded as by [`arg`](Self::arg), and commas
    /// between them.
    pub fn arg_list(self, values: impl IntoIterator<Item = impl fmt::Display>) -> Self {
        self.fill(|url| {
            for (index, value) in values.into_iter().enumerate() {
                if index > 0 {
                    url.push(',');
                }
                write!(Encode(url), "{value}")?;
            }
            Ok(())
        })
    }

    fn fill(mut self, write: impl FnOnce(&mut String) -> fmt::Result) -> Self {
        let parts = &mut *self.parts;
        let rest = &parts.template[parts.rendered..];
        let Some((literal, name)) = rest.find('{').and_then(|open| {
            let close = rest[open..].find('}')? + open;
            Some((&rest[..open], &rest[open + 1..close]))
        }) else {
            parts.invalid.get_or_insert_with(|| Error::new(ErrorKind::Input, "more arguments than path parameters"));
            return self;
        };
        parts.url.push_str(literal);
        let start = parts.url.len();
        let written = write(&mut parts.url);
        let problem = match (written, &parts.url[start..]) {
            (Err(_), _) => Some("cannot be written"),
            (_, "") => Some("must not be empty"),
            (_, "." | "..") => Some("must not be a dot segment"),
            _ => None,
        };
        if let Some(problem) = problem {
            let error = Error::input(name, problem);
            parts.invalid.get_or_insert(error);
        }
        parts.rendered += literal.len() + name.len() + 2;
        self
    }

    /// Adds a query parameter; the same name may come several times.
    pub fn query(mut self, name: &str, value: impl fmt::Display) -> Self {
        let name = self.parts.name_on_the_wire(name);
        let query = &mut self.parts.query;
        query.push(if query.is_empty() { '?' } else { '&' });
        let _ = Encode(query).write_str(name);
        query.push('=');
        let _ = write!(Encode(query), "{value}");
        self
    }

    /// Adds a query as it stands in a URL, encoded already. What cannot stand there is percent-encoded.
    pub fn query_text(mut self, text: &str) -> Self {
        let query = &mut self.parts.query;
        query.push(if query.is_empty() { '?' } else { '&' });
        query.extend(percent_encoding::utf8_percent_encode(text, NOT_IN_QUERY));
        self
    }

    /// Adds a query parameter, or replaces those of this name.
    pub fn set_query(mut self, name: &str, value: impl fmt::Display) -> Self {
        let mut encoded = String::with_capacity(name.len());
        let _ = Encode(&mut encoded).write_str(self.parts.name_on_the_wire(name));
        // Another ? is a part of what is around it.
        let kept = self.parts.query.strip_prefix('?').unwrap_or_default().split('&');
        let kept: Vec<&str> = kept.filter(|p| !p.is_empty() && p.split('=').next() != Some(encoded.as_str())).collect();
        let query = kept.join("&");
        self.parts.query = if query.is_empty() { query } else { format!("?{query}") };
        self.query(name, value)
    }

    /// From now on writes query parameters of the first name under the second: for an API whose versions have different
    /// words for the same thing.
    pub fn renaming(mut self, names: &'static [(&'static str, &'static str)]) -> Self {
        self.parts.renamed = names;
        self
    }

    /// Takes an answer of this status for a success too, such as the 300 of a list of versions.
    pub fn accepting(mut self, status: StatusCode) -> Self {
        self.parts.accepted = Some(status);
        self
    }

    /// Sends this value as JSON.
    pub fn json(self, value: &impl Serialize) -> Self {
        self.json_or_refuse(crate::__private::to_json(value))
    }

    /// Sends this body.
    pub fn body(mut self, content_type: &'static str, body: impl Into<Body>) -> Self {
        self.parts.body = body.into();
        self.parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        self
    }

    /// Adds a header, or replaces the one of this name.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.parts.headers.insert(name, value);
        self
    }

    /// Sends the call without credential.
    pub fn anonymous(mut self) -> Self {
        self.parts.anonymous = true;
        self
    }

    /// Makes the call fail with this error instead of being sent; the first one counts.
    pub fn refuse(mut self, error: Error) -> Self {
        self.set_invalid(error);
        self
    }

    /// As [`refuse`](Self::refuse), unless the caller wants no checks ([`CallOptions::unchecked`]).
    pub fn check(mut self, checked: Result<()>) -> Self {
        if let Err(error) = checked {
            self.parts.unsuitable.get_or_insert(error);
        }
        self
    }

    fn set_invalid(&mut self, error: Error) {
        self.parts.invalid.get_or_insert(error);
    }

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
            Err(error) => Err(error.with_call(&self.parts.method, &self.parts.template)),
        }
    }

    /// The same call with another way to read the answer.
    pub fn decoded_by<U>(self, decode: Decode<U>) -> Call<U> {
        Call { engine: self.engine, parts: self.parts, decode }
    }

    /// The engine that the call goes through.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Sends the call and gives status, headers and the bytes of the body as they are. Error answers are errors.
    pub async fn send_raw(self) -> Result<RawResponse> {
        self.engine.run(&self.parts, &Decode::raw()).await
    }

    /// Sends the call and decodes the answer's JSON into a type of yours.
    pub async fn send_as<U: DeserializeOwned + Send>(self) -> Result<U> {
        self.engine.run(&self.parts, &Decode::json()).await
    }

    /// Sends the call and gives the body piece by piece, in constant memory.
    ///
    /// The attempt's clock then holds for the head of the answer, and again for every piece.
    pub async fn send_streaming(self) -> Result<Download> {
        self.engine.open(&self.parts).await
    }
}

impl<T: Send + 'static> Call<T> {
    /// Sends the call.
    pub async fn send(self) -> Result<T> {
        self.engine.run(&self.parts, &self.decode).await
    }

    /// Sends the call and blocks this thread until it is answered. Not for use inside asynchronous code.
    #[cfg(feature = "blocking")]
    pub fn send_blocking(self) -> Result<T> {
        crate::blocking::block_on(self.send())
    }
}

impl<T: Send + 'static> IntoFuture for Call<T> {
    type Output = Result<T>;
    type IntoFuture = CallFuture<T>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl Parts {
    /// The complete URL, or why the call cannot be sent.
    pub(crate) fn url(&self) -> Result<String> {
        let unsuitable = self.unsuitable.as_ref().filter(|_| !self.options.unchecked);
        if let Some(error) = self.invalid.as_ref().or(self.options.invalid.as_ref()).or(unsuitable) {
            return Err(error.clone());
        }
        let rest = &self.template[self.rendered..];
        if let Some(open) = rest.find('{') {
            return Err(Error::input(rest[open..].trim_matches(['{', '}']), "is missing in the path"));
        }
        let mut url = String::with_capacity(self.url.len() + rest.len() + self.query.len());
        url.push_str(&self.url);
        url.push_str(rest);
        url.push_str(&self.query);
        Ok(url)
    }

    fn name_on_the_wire<'a>(&self, name: &'a str) -> &'a str {
        self.renamed.iter().find(|(ours, _)| *ours == name).map_or(name, |(_, theirs)| theirs)
    }

    pub(crate) fn succeeds_with(&self, status: StatusCode) -> bool {
        status.is_success() || self.accepted == Some(status)
    }

    /// The name of this call: the caller's own, else a new one.
    pub(crate) fn call_id(&self, dialect: &dyn Dialect) -> Option<(HeaderName, HeaderValue)> {
        let (name, new) = dialect.call_id()?;
        let own = self.options.headers.get(&name).or_else(|| self.headers.get(&name)).cloned();
        Some((name, own.unwrap_or(new)))
    }

    pub(crate) fn is_idempotent(&self) -> bool {
        self.options.idempotent.unwrap_or({
            matches!(self.method, Method::GET | Method::HEAD | Method::PUT | Method::DELETE | Method::OPTIONS)
        })
    }

    /// Whether the call changes nothing, so that it does not matter whether it was carried out. A method that says so may
    /// still be used for what does, and then is no more idempotent than that.
    pub(crate) fn is_safe(&self) -> bool {
        self.options.idempotent != Some(false) && matches!(self.method, Method::GET | Method::HEAD | Method::OPTIONS)
    }
}

/// Percent-encodes everything but the unreserved characters of RFC 3986 while it is written.
struct Encode<'a>(&'a mut String);

const RESERVED: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

// `'` may stand in a query, but URL parsers encode it, and what is sent must be what was signed.
const NOT_IN_QUERY: &percent_encoding::AsciiSet = &percent_encoding::CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'\'')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

impl fmt::Write for Encode<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend(percent_encoding::utf8_percent_encode(text, RESERVED));
        Ok(())
    }
}

/// Declares the builder of one operation: required arguments come with its making, optional ones by chained setters,
/// and awaiting it sends it.
///
/// The fields form the JSON body, but for `unsent` ones, which the builder keeps for itself. `opt` fields are left out
/// until set, and so are `number` fields, whose setters take their very type, so that `50` needs no suffix; `list` fields
/// take anything that can be iterated, `patch` fields know "leave", "null" and a value. `check` is a function of the
/// builder that says what is wrong with it before anything is sent. `@serde(..)` before an `opt` or a `patch` field is for
/// one whose name on the wire is not the setter's. An API of another spelling puts `#[serde(rename_all = "camelCase")]` on
/// the struct.
///
/// ```
/// # use cloud_core::call::{Call, Operation};
/// # use cloud_core::model::Patch;
/// cloud_core::request! {
///     /// Changes a volume.
///     pub struct UpdateVolume => String;
///     required {
///         server: u64,
///     }
///     opt {
///         /// The new name.
///         name: String,
///     }
///     number {
///         /// Its size in GB.
///         size: u32,
///     }
///     list {
///         /// The tags it has from now on.
///         tags: String,
///     }
///     patch {
///         /// A note; `None` clears it.
///         note: String,
///         /// The image it comes from; `None` forgets it.
///         @serde(rename = "source_image_id") image: String,
///     }
/// }
/// # fn build(call: Call<String>) -> UpdateVolume {
/// UpdateVolume::new(call, 7).name("data").size(50).tags(["a", "b"]).note(None).image("i1")
/// # }
/// ```
#[macro_export]
macro_rules! request {
    (
        $(#[$meta:meta])*
        pub struct $name:ident => $answer:ty;
        $( required { $( $(#[$req_meta:meta])* $req:ident : $req_type:ty ),* $(,)? } )?
        $( unsent { $( $unsent:ident : $unsent_type:ty ),* $(,)? } )?
        $( opt { $( $(#[$opt_meta:meta])* $(@serde($($opt_serde:tt)*))? $opt:ident : $opt_type:ty ),* $(,)? } )?
        $( number { $( $(#[$number_meta:meta])* $number:ident : $number_type:ty ),* $(,)? } )?
        $( list { $( $(#[$list_meta:meta])* $list:ident : $list_type:ty ),* $(,)? } )?
        $( patch {
            $( $(#[$patch_meta:meta])* $(@serde($($patch_serde:tt)*))? $patch:ident : $patch_type:ty ),* $(,)?
        } )?
        $( check $check:expr; )?
    ) => {
        #[derive(Clone, Debug, $crate::__private::serde::Serialize)]
        #[serde(crate = "cloud_core::__private::serde")]
        $(#[$meta])*
        #[must_use = "nothing is sent until the request is awaited"]
        pub struct $name {
            #[serde(skip)]
            call: $crate::call::Call<$answer>,
            $( $( $(#[$req_meta])* $req: $req_type, )* )?
            $( $( #[serde(skip)] $unsent: $unsent_type, )* )?
            $( $(
                #[serde(skip_serializing_if = "Option::is_none" $(, $($opt_serde)*)?)]
                $opt: Option<$opt_type>,
            )* )?
            $( $( #[serde(skip_serializing_if = "Option::is_none")] $number: Option<$number_type>, )* )?
            $( $( #[serde(skip_serializing_if = "Option::is_none")] $list: Option<Vec<$list_type>>, )* )?
            $( $(
                #[serde(skip_serializing_if = "cloud_core::model::Patch::is_leave" $(, $($patch_serde)*)?)]
                $patch: $crate::model::Patch<$patch_type>,
            )* )?
        }

        impl $name {
            pub(crate) fn new(
                call: $crate::call::Call<$answer>
                $( $(, $req: $req_type)* )?
                $( $(, $unsent: $unsent_type)* )?
            ) -> Self {
                Self {
                    call,
                    $( $( $req, )* )?
                    $( $( $unsent, )* )?
                    $( $( $opt: None, )* )?
                    $( $( $number: None, )* )?
                    $( $( $list: None, )* )?
                    $( $( $patch: $crate::model::Patch::Leave, )* )?
                }
            }

            $( $(
                $(#[$opt_meta])*
                pub fn $opt(mut self, $opt: impl Into<$opt_type>) -> Self {
                    self.$opt = Some($opt.into());
                    self
                }
            )* )?

            $( $(
                $(#[$number_meta])*
                pub fn $number(mut self, $number: $number_type) -> Self {
                    self.$number = Some($number);
                    self
                }
            )* )?

            $( $(
                $(#[$list_meta])*
                pub fn $list(mut self, $list: impl IntoIterator<Item = impl Into<$list_type>>) -> Self {
                    self.$list = Some($list.into_iter().map(Into::into).collect());
                    self
                }
            )* )?

            $( $(
                $(#[$patch_meta])*
                pub fn $patch<'a>(mut self, $patch: impl Into<Option<&'a str>>) -> Self {
                    let value: Option<&str> = $patch.into();
                    self.$patch = value.map(<$patch_type>::from).into();
                    self
                }
            )* )?

            /// Sets a time limit, headers and so on for this call only.
            pub fn options(
                mut self,
                set: impl FnOnce($crate::call::CallOptions) -> $crate::call::CallOptions,
            ) -> Self {
                self.call = self.call.options(set);
                self
            }
        }

        $crate::send_methods!($name => $answer, |this| {
            let body = $crate::__private::to_json(&this);
            #[allow(unused_mut, unused_assignments, reason = "only builders with a check change it")]
            let mut checked = Ok(());
            $( checked = ($check)(&this); )?
            this.call.json_or_refuse(body).check(checked)
        });
    };
}

/// Several calls, one after the other, that answer with one `T`. Await it to begin.
#[must_use = "nothing is sent until the task is awaited"]
pub struct Task<T>(CallFuture<T>);

impl<T: Send + 'static> Task<T> {
    /// A task of these steps.
    pub fn new(steps: impl Future<Output = Result<T>> + Send + 'static) -> Self {
        Self(Box::pin(steps))
    }

    /// Blocks this thread until all is done. Not for use inside asynchronous code.
    #[cfg(feature = "blocking")]
    pub fn send_blocking(self) -> Result<T> {
        crate::blocking::block_on(self.0)
    }
}

impl<T> IntoFuture for Task<T> {
    type Output = Result<T>;
    type IntoFuture = CallFuture<T>;

    fn into_future(self) -> Self::IntoFuture {
        self.0
    }
}

impl<T> fmt::Debug for Task<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Task")
    }
}

/// Gives a builder its ways to be sent: awaiting, `send`, `send_raw`, `send_as`, `send_blocking`.
#[macro_export]
macro_rules! send_methods {
    ($name:ident => $answer:ty, |$this:ident| $into_call:expr) => {
        impl $name {
            fn into_call(self) -> $crate::call::Call<$answer> {
                let $this = self;
                $into_call
            }

            /// Sends the request; awaiting it does the same.
            pub async fn send(self) -> $crate::error::Result<$answer> {
                self.into_call().send().await
            }

            /// Sends the request and gives status, headers and the bytes of the body as they are.
            pub async fn send_raw(self) -> $crate::error::Result<$crate::decode::RawResponse> {
                self.into_call().send_raw().await
            }

            /// Sends the request and decodes the JSON of the answer into a type of yours.
            pub async fn send_as<U>(self) -> $crate::error::Result<U>
            where
                U: $crate::__private::serde::de::DeserializeOwned + Send,
            {
                self.into_call().send_as().await
            }

            $crate::if_blocking! {
                /// Sends the request and blocks this thread until it is answered. Not for use inside asynchronous
                /// code.
                pub fn send_blocking(self) -> $crate::error::Result<$answer> {
                    self.into_call().send_blocking()
                }
            }
        }

        impl ::core::future::IntoFuture for $name {
            type Output = $crate::error::Result<$answer>;
            type IntoFuture = $crate::call::CallFuture<$answer>;

            fn into_future(self) -> Self::IntoFuture {
                self.into_call().into_future()
            }
        }
    };
}

/// Keeps items only when the feature `blocking` of this crate is on, whatever crate the macro is used in.
#[cfg(feature = "blocking")]
#[doc(hidden)]
#[macro_export]
macro_rules! if_blocking {
    ($($item:item)*) => { $($item)* };
}

/// Keeps items only when the feature `blocking` of this crate is on, whatever crate the macro is used in.
#[cfg(not(feature = "blocking"))]
#[doc(hidden)]
#[macro_export]
macro_rules! if_blocking {
    ($($item:item)*) => {};
}

impl<T> Call<T> {
    #[doc(hidden)]
    pub fn json_or_refuse(mut self, body: Result<Bytes>) -> Self {
        match body {
            Ok(body) => self.body("application/json", body),
            Err(error) => {
                self.set_invalid(error);
                self
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(dead_code, reason = "not every way to send the builder is tried")]

    use super::*;
    use crate as cloud_core;
    use crate::test_util::{ScriptedTransport, engine_for};

    fn url(template: &'static str, args: &[&str]) -> Result<String> {
        let (engine, base) = engine_for(ScriptedTransport::default());
        let mut call = Call::untabled(&engine, &base, Method::GET, template, Decode::raw());
        for arg in args {
            call = call.arg(arg);
        }
        call.parts.url()
    }

    crate::request! {
        /// Changes a volume.
        pub struct UpdateVolume => ();
        opt {
            /// What it is.
            @serde(rename = "type") kind: String,
        }
        patch {
            /// A note.
            note: String,
            /// Where it comes from.
            @serde(rename = "source_id") source: String,
        }
    }

    #[test]
    fn a_setter_may_have_another_name_than_its_field() {
        let (engine, base) = engine_for(ScriptedTransport::default());
        let update = || UpdateVolume::new(Call::untabled(&engine, &base, Method::PATCH, "/a", Decode::nothing()));
        let body = |update: &UpdateVolume| serde_json::to_string(update).unwrap();
        assert_eq!(body(&update()), "{}");
        assert_eq!(body(&update().source(None).kind("a")), r#"{"type":"a","source_id":null}"#);
        assert_eq!(body(&update().source("b").note(None)), r#"{"note":null,"source_id":"b"}"#);
    }

    #[test]
    fn arguments_fill_the_template_in_order() {
        assert_eq!(url("/a/{x}/b/{y}", &["1", "2"]).unwrap(), "https://api.test/v1/a/1/b/2");
        assert_eq!(url("/a/{x}/c", &["ü/ ?#%"]).unwrap(), "https://api.test/v1/a/%C3%BC%2F%20%3F%23%25/c");
    }

    #[test]
    fn several_values_share_a_segment() {
        let (engine, base) = engine_for(ScriptedTransport::default());
        let call = |values: &[&str]| {
            Call::untabled(&engine, &base, Method::GET, "/a/{x}/c", Decode::raw()).arg_list(values).parts.url()
        };
        assert_eq!(call(&["1", "a/b", "c,d"]).unwrap(), "https://api.test/v1/a/1,a%2Fb,c%2Cd/c");
        assert!(call(&[]).unwrap_err().to_string().contains("x: must not be empty"));
    }

    #[test]
    fn segments_that_change_the_path_are_refused_by_name() {
        for (arg, problem) in [("", "must not be empty"), (".", "dot segment"), ("..", "dot segment")] {
            let error = url("/a/{zone}", &[arg]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Input);
            assert_eq!(error.fields()[0].name, "zone");
            assert!(error.to_string().contains(problem), "{error}");
        }
        assert!(url("/a/{x}", &[]).unwrap_err().to_string().contains("x: is missing"));
        assert!(url("/a/{x}", &["1", "2"]).unwrap_err().to_string().contains("more arguments"));
    }

    /// Whatever the segment is, the URL keeps its shape and the segment comes back whole.
    #[test]
    fn no_segment_escapes() {
        let mut rng = fastrand::Rng::with_seed(7);
        for _ in 0..20_000 {
            let segment: String = (0..rng.usize(1..12)).map(|_| rng.char('\0'..='\u{ffff}')).collect();
            if segment == "." || segment == ".." {
                continue;
            }
            let url = url::Url::parse(&url("/a/{x}/c", &[&segment]).unwrap()).unwrap();
            let segments: Vec<&str> = url.path_segments().unwrap().collect();
            assert_eq!((segments.len(), segments[1], segments[3]), (4, "a", "c"), "{segment:?}");
            assert_eq!(percent_encoding::percent_decode_str(segments[2]).decode_utf8().unwrap(), segment);
            assert_eq!((url.query(), url.fragment(), url.host_str()), (None, None, Some("api.test")));
        }
    }

    #[test]
    fn queries_are_encoded_repeated_and_replaced() {
        let (engine, base) = engine_for(ScriptedTransport::default());
        let call = Call::untabled(&engine, &base, Method::GET, "/a", Decode::raw());
        let call = call.query("label_selector", "env=prod,!old").query("status", "off").query("status", "a&b");
        let query = "?label_selector=env%3Dprod%2C%21old&status=off&status=a%26b";
        assert_eq!(call.parts.url().unwrap(), format!("https://api.test/v1/a{query}"));
        let call = call.set_query("status", "x").set_query("page", 2).set_query("page", 3);
        assert_eq!(
            call.parts.url().unwrap(),
            "https://api.test/v1/a?label_selector=env%3Dprod%2C%21old&status=x&page=3"
        );
    }

    #[test]
    fn a_renamed_parameter_is_set_and_replaced_under_its_other_name() {
        let (engine, base) = engine_for(ScriptedTransport::default());
        let call = Call::untabled(&engine, &base, Method::GET, "/a", Decode::raw()).renaming(&[("version", "release")]);
        let call = call.query("version", 1).set_query("x", 2).set_query("version", 3);
        assert_eq!(call.parts.url().unwrap(), "https://api.test/v1/a?x=2&release=3");
    }

    #[test]
    fn a_query_text_is_kept_as_far_as_it_can_be_sent() {
        let (engine, base) = engine_for(ScriptedTransport::default());
        let call = Call::untabled(&engine, &base, Method::GET, "/a", Decode::raw());
        let call = call.query_text("date.from=2026&x=a+b%2B'ü #").query("y", "&");
        let url = call.parts.url().unwrap();
        assert_eq!(url, "https://api.test/v1/a?date.from=2026&x=a+b%2B%27%C3%BC%20%23&y=%26");
        assert_eq!(url::Url::parse(&url).unwrap().as_str(), url);
    }

    #[test]
    fn a_query_text_may_hold_a_question_mark() {
        let (engine, base) = engine_for(ScriptedTransport::default());
        let call = Call::untabled(&engine, &base, Method::GET, "/a", Decode::raw());
        let call = call.query_text("url=https://x.test/?y=1&page=1").set_query("page", 2);
        assert_eq!(call.parts.url().unwrap(), "https://api.test/v1/a?url=https://x.test/?y=1&page=2");
    }

    #[test]
    fn a_call_can_be_looked_at_before_it_is_sent() {
        let (engine, base) = engine_for(ScriptedTransport::default());
        let call = Call::untabled(&engine, &base, Method::GET, "/a/{x}", Decode::raw());
        let refused = call.clone().arg("b").check(Err(Error::input("name", "is too long")));
        assert_eq!(refused.validate().unwrap_err().to_string(), "GET /a/{x} failed: wrong argument: name: is too long");
        assert!(refused.options(CallOptions::unchecked).validate().is_ok());
        assert!(call.clone().validate().is_err(), "an argument is missing");
        assert!(call.arg("b").validate().is_ok());
    }

    #[test]
    fn a_bad_header_is_named() {
        let (engine, base) = engine_for(ScriptedTransport::default());
        for (name, value) in [("x y", "1"), ("x-y", "1\n2")] {
            let call = Call::untabled(&engine, &base, Method::GET, "/a", Decode::raw());
            let call = call.options(|o| o.header(name, value));
            assert!(call.parts.url().unwrap_err().to_string().contains(name));
        }
    }
}
