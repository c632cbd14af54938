use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use super::Call;
use crate::body::Body;
use crate::config::BaseUrl;
use crate::decode::{Decode, RawResponse};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::request::{Encode, FORM, OperationRow, Parts, Place};

/// What authors of provider crates describe a [`Call`] with. Users of a typed call see none of it, because nothing of it
/// would be right there: the path of `servers().get(id)` takes no further argument.
pub trait CallBuilder<T>: Sized + private::Sealed {
    /// A call of an operation of the provider's table.
    fn new(
        engine: &Engine,
        base: &BaseUrl,
        operation: &'static OperationRow,
        decode: Decode<T>,
    ) -> Self;

    /// A call of any method and path template, for APIs that are too large for a table.
    fn untabled(
        engine: &Engine,
        base: &BaseUrl,
        method: Method,
        template: impl Into<Cow<'static, str>>,
        decode: Decode<T>,
    ) -> Self;

    /// Looks for the base in this place when the call is sent; it is made with [`BaseUrl::unknown`].
    fn placed(self, place: Arc<dyn Place>) -> Self;

    /// Fills the next parameter of the path template. Every byte that is not unreserved is percent-encoded, so a value
    /// cannot leave its segment; an empty one, `.` and `..` are refused.
    fn arg(self, value: impl fmt::Display) -> Self;

    /// As [`arg`](Self::arg), for a value that no error shows.
    fn secret_arg(self, value: &SecretString) -> Self;

    /// Fills the next parameter of the path template with several values, encoded as by [`arg`](Self::arg), and commas
    /// between them.
    fn arg_list(self, values: impl IntoIterator<Item = impl fmt::Display>) -> Self;

    /// Adds a query parameter; the same name may come several times.
    fn query(self, name: &str, value: impl fmt::Display) -> Self;

    /// Adds a query as it stands in a URL, encoded already. What cannot stand there is percent-encoded.
    fn query_text(self, text: &str) -> Self;

    /// Adds a query parameter, or replaces those of this name.
    fn set_query(self, name: &str, value: impl fmt::Display) -> Self;

    /// Takes away the query parameters of this name.
    fn without_query(self, name: &str) -> Self;

    /// From now on writes query parameters of the first name under the second: for an API whose versions have different
    /// words for the same thing.
    fn renaming(self, names: &'static [(&'static str, &'static str)]) -> Self;

    /// Takes an answer of this status for a success too, such as the 300 of a list of versions.
    fn accepting(self, status: StatusCode) -> Self;

    /// Takes an answer for a success too when this says so, such as the 404 by which a service says that a list is empty.
    fn accepting_if(self, accepts: fn(&RawResponse) -> bool) -> Self;

    /// Sends the call at most once: for what must not be done twice even where a repeat is thought to be safe, such as an
    /// order.
    fn once(self) -> Self;

    /// From now on wraps JSON that is sent in an object with this key, as `{"properties": {..}}`: for an API whose bodies
    /// all have that shape.
    fn json_under(self, key: &'static str) -> Self;

    /// Sends this value as JSON.
    fn json(self, value: &impl Serialize) -> Self;

    #[doc(hidden)]
    fn json_or_refuse(self, body: Result<Bytes>) -> Self;

    /// Sends this value as a form (`application/x-www-form-urlencoded`). What stands in a list or an object has brackets in
    /// its name, as PHP reads them: `key[]=a&rules[input][0][name]=x`.
    fn form(self, value: &impl Serialize) -> Self;

    #[doc(hidden)]
    fn form_or_refuse(self, body: Result<Bytes>) -> Self;

    /// Sends this body, of this content type.
    fn body(self, content_type: &'static str, body: impl Into<Body>) -> Self;

    /// Adds a header, or replaces the one of this name.
    fn header(self, name: HeaderName, value: HeaderValue) -> Self;

    /// As [`header`](Self::header), of texts; what no header may hold refuses the call.
    fn header_text(self, name: &str, value: &str) -> Self;

    /// Sends the call without credential.
    fn anonymous(self) -> Self;

    /// Makes the call fail with this error instead of being sent; the first one counts.
    fn refuse(self, error: Error) -> Self;

    /// As [`refuse`](Self::refuse), unless the caller wants no checks ([`CallOptions::unchecked`](crate::request::CallOptions::unchecked)).
    fn check(self, checked: Result<()>) -> Self;

    /// The same call with another way to read the answer.
    fn decoded_by<U>(self, decode: Decode<U>) -> Call<U>;

    /// The same call, whose answer is changed by a function.
    fn map<U>(self, change: impl Fn(T) -> U + Send + Sync + 'static) -> Call<U>
    where
        T: 'static;

    /// The path with its arguments, but for those that are secret.
    fn shown_path(&self) -> String;

    /// How the answer is read.
    fn decode(&self) -> &Decode<T>;

    /// The engine that the call goes through.
    fn engine(&self) -> &Engine;
}

mod private {
    pub trait Sealed {}
    impl<T> Sealed for super::Call<T> {}
}

impl<T> CallBuilder<T> for Call<T> {
    fn new(
        engine: &Engine,
        base: &BaseUrl,
        operation: &'static OperationRow,
        decode: Decode<T>,
    ) -> Self {
        let template = Cow::Borrowed(operation.path);
        let mut call = Self::untabled(engine, base, operation.method.clone(), template, decode);
        call.parts.operation = Some(operation);
        call
    }

    fn untabled(
        engine: &Engine,
        base: &BaseUrl,
        method: Method,
        template: impl Into<Cow<'static, str>>,
        decode: Decode<T>,
    ) -> Self {
        let parts = Box::new(Parts::new(base, method, template.into()));
        Self {
            engine: engine.clone(),
            parts,
            decode,
        }
    }

    fn placed(mut self, place: Arc<dyn Place>) -> Self {
        self.parts.place = Some(place);
        self
    }

    fn arg(mut self, value: impl fmt::Display) -> Self {
        // Writing into a string cannot fail; a `Display` that fails leaves a segment that is refused.
        self.parts.fill(false, |url| write!(Encode(url), "{value}"));
        self
    }

    fn secret_arg(mut self, value: &SecretString) -> Self {
        self.parts
            .fill(true, |url| Encode(url).write_str(value.expose_secret()));
        self
    }

    fn arg_list(mut self, values: impl IntoIterator<Item = impl fmt::Display>) -> Self {
        self.parts.fill(false, |url| {
            for (index, value) in values.into_iter().enumerate() {
                if index > 0 {
                    url.push(',');
                }
                write!(Encode(url), "{value}")?;
            }
            Ok(())
        });
        self
    }

    fn query(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.parts.query(name, value);
        self
    }

    fn query_text(mut self, text: &str) -> Self {
        self.parts.query_text(text);
        self
    }

    fn set_query(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.parts.set_query(name, value);
        self
    }

    fn without_query(mut self, name: &str) -> Self {
        self.parts.drop_query(name);
        self
    }

    fn renaming(mut self, names: &'static [(&'static str, &'static str)]) -> Self {
        self.parts.renamed = names;
        self
    }

    fn accepting(mut self, status: StatusCode) -> Self {
        self.parts.accepted = Some(status);
        self
    }

    fn accepting_if(mut self, accepts: fn(&RawResponse) -> bool) -> Self {
        self.parts.accept_if(accepts);
        self
    }

    fn once(mut self) -> Self {
        self.parts.once = true;
        self
    }

    fn json_under(mut self, key: &'static str) -> Self {
        self.parts.json_key = Some(key);
        self
    }

    fn json(self, value: &impl Serialize) -> Self {
        self.json_or_refuse(crate::__private::to_json(value))
    }

    fn json_or_refuse(self, body: Result<Bytes>) -> Self {
        // Put around the text, which is JSON already, so that it is not parsed to be written once more. The key stands
        // in a provider's crate and holds nothing to escape.
        let wrapped = |json: Bytes| match self.parts.json_key {
            Some(key) => [format!("{{\"{key}\":").as_bytes(), &*json, b"}"]
                .concat()
                .into(),
            None => json,
        };
        match body.map(wrapped) {
            Ok(body) => self.body("application/json", body),
            Err(error) => self.refuse(error),
        }
    }

    fn form(self, value: &impl Serialize) -> Self {
        self.form_or_refuse(crate::__private::to_form(value))
    }

    fn form_or_refuse(self, body: Result<Bytes>) -> Self {
        match body {
            Ok(body) => self.body(FORM, body),
            Err(error) => self.refuse(error),
        }
    }

    fn body(mut self, content_type: &'static str, body: impl Into<Body>) -> Self {
        self.parts.body = body.into();
        self.parts
            .headers
            .insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        self
    }

    fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.parts.headers.insert(name, value);
        self
    }

    fn header_text(self, name: &str, value: &str) -> Self {
        match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            (Ok(name), Ok(value)) => self.header(name, value),
            (Err(_), _) => self.refuse(Error::input(name, "is not a header name")),
            (_, Err(_)) => self.refuse(Error::input(name, "holds what no header may hold")),
        }
    }

    fn anonymous(mut self) -> Self {
        self.parts.anonymous = true;
        self
    }

    fn refuse(mut self, error: Error) -> Self {
        self.parts.invalid.get_or_insert(error);
        self
    }

    fn check(mut self, checked: Result<()>) -> Self {
        if let Err(error) = checked {
            self.parts.unsuitable.get_or_insert(error);
        }
        self
    }

    fn decoded_by<U>(self, decode: Decode<U>) -> Call<U> {
        Call {
            engine: self.engine,
            parts: self.parts,
            decode,
        }
    }

    fn map<U>(self, change: impl Fn(T) -> U + Send + Sync + 'static) -> Call<U>
    where
        T: 'static,
    {
        let decode = self.decode.clone().map(change);
        self.decoded_by(decode)
    }

    fn shown_path(&self) -> String {
        self.parts.shown_path()
    }

    fn decode(&self) -> &Decode<T> {
        &self.decode
    }

    fn engine(&self) -> &Engine {
        &self.engine
    }
}
