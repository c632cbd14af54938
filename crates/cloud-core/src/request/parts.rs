//! What a call holds, and how its URL comes to be.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::ops::Range;
use std::sync::Arc;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use secrecy::SecretString;
use serde_json::{Map, Value};

use super::{CallOptions, Dialect, OperationRow, Place, form};
use crate::body::Body;
use crate::config::BaseUrl;
use crate::decode::RawResponse;
use crate::error::{CallContext, Error, ErrorKind, Result};

/// An argument in the path.
#[derive(Clone)]
struct Arg {
    /// Where its name stands in the template, in braces.
    name: Range<usize>,
    /// Where it stands in the URL.
    value: Range<usize>,
    /// Neither a secret nor one that cannot be sent.
    shown: bool,
}

#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) operation: Option<&'static OperationRow>,
    pub(crate) method: Method,
    pub(crate) template: Cow<'static, str>,
    /// Where the URL begins; it has no base then.
    pub(crate) place: Option<Arc<dyn Place>>,
    // The base URL and as much of the template as has its arguments.
    url: String,
    rendered: usize,
    /// Where the path begins in it, and the arguments.
    path: usize,
    args: Vec<Arg>,
    query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
    pub(crate) options: CallOptions,
    pub(crate) anonymous: bool,
    pub(crate) accepted: Option<StatusCode>,
    accepted_if: Option<fn(&RawResponse) -> bool>,
    /// Never sent a second time, whatever became of the first.
    pub(crate) once: bool,
    pub(crate) renamed: &'static [(&'static str, &'static str)],
    /// The key that JSON bodies stand under.
    pub(crate) json_key: Option<&'static str>,
    pub(crate) invalid: Option<Error>,
    // What the checks of the provider's crate say, which the caller may overrule.
    pub(crate) unsuitable: Option<Error>,
}

impl Parts {
    pub(crate) fn new(base: &BaseUrl, method: Method, template: Cow<'static, str>) -> Self {
        let mut url = String::with_capacity(base.as_str().len() + template.len() + 48);
        url.push_str(base.as_str());
        Self {
            operation: None,
            place: None,
            method,
            template,
            url,
            rendered: 0,
            path: base.as_str().len(),
            args: Vec::new(),
            query: String::new(),
            headers: HeaderMap::new(),
            body: Body::empty(),
            options: CallOptions::default(),
            anonymous: false,
            accepted: None,
            accepted_if: None,
            once: false,
            renamed: &[],
            json_key: None,
            invalid: None,
            unsuitable: None,
        }
    }

    /// A copy. In one place, and not in each that copies a call of some type.
    #[inline(never)]
    pub(crate) fn copied(&self) -> Box<Self> {
        Box::new(self.clone())
    }

    /// Fills the next parameter of the path template with what is written, which is to be encoded.
    pub(crate) fn fill(&mut self, secret: bool, write: impl FnOnce(&mut String) -> fmt::Result) {
        let rest = &self.template[self.rendered..];
        let Some((literal, name)) = rest.find('{').and_then(|open| {
            let close = rest[open..].find('}')? + open;
            Some((&rest[..open], &rest[open + 1..close]))
        }) else {
            self.invalid.get_or_insert_with(|| {
                Error::new(ErrorKind::Input, "more arguments than path parameters")
            });
            return;
        };
        self.url.push_str(literal);
        let start = self.url.len();
        let written = write(&mut self.url);
        let problem = match (written, &self.url[start..]) {
            (Err(_), _) => Some("cannot be written"),
            (_, "") => Some("must not be empty"),
            // URL parsers take such a segment for a step up or none, even when it is encoded (URL Standard, "double-dot
            // URL path segment"), and the call would go elsewhere.
            (_, "." | "..") => Some("must not be a dot segment"),
            _ => None,
        };
        if let Some(problem) = problem {
            let error = Error::input(name, problem);
            self.invalid.get_or_insert(error);
        }
        let open = self.rendered + literal.len();
        self.rendered = open + name.len() + 2;
        self.args.push(Arg {
            name: open..self.rendered,
            value: start..self.url.len(),
            shown: !secret && problem.is_none(),
        });
    }

    /// Adds the fields of the options to the body.
    pub(crate) fn add_body_fields(&mut self) {
        for (name, add) in std::mem::take(&mut self.options.body_fields) {
            add(&name, self);
        }
    }

    /// Adds a field to the body, or replaces the one of this name: in a form where it is one, else in JSON.
    pub(super) fn add_body_field(&mut self, name: &str, value: &Value) {
        let kind = self.headers.get(CONTENT_TYPE);
        let added = if kind.is_some_and(|kind| kind == form::CONTENT_TYPE) {
            let form = self.body.as_bytes().map(|bytes| bytes.to_vec());
            let form = String::from_utf8(form.unwrap_or_default()).unwrap_or_default();
            form::set_field(&form, name, value)
        } else {
            self.with_json_field(name, value)
        };
        match added {
            Ok(body) => self.body = body.into(),
            Err(error) => {
                self.invalid.get_or_insert(error);
                return;
            }
        }
        let json = HeaderValue::from_static("application/json");
        self.headers.entry(CONTENT_TYPE).or_insert(json);
    }

    fn with_json_field(&self, name: &str, value: &Value) -> Result<String> {
        let mut body = match self.body.as_bytes() {
            Some(bytes) if bytes.is_empty() => Value::Object(Map::new()),
            Some(bytes) => {
                let text = std::str::from_utf8(bytes).unwrap_or_default();
                serde_json::from_str(text).unwrap_or_default()
            }
            None => Value::Null,
        };
        if !body.is_object() {
            let problem = "can be added to a body that is a JSON object only";
            return Err(Error::input(name, problem));
        }
        let mut place = &mut body;
        for part in name.split('.') {
            // Of the objects on the way, those that are missing are made.
            if place.is_null() {
                *place = Value::Object(Map::new());
            }
            let object = place
                .as_object_mut()
                .ok_or_else(|| Error::input(name, "stands within something that is no object"))?;
            place = object.entry(part).or_insert(Value::Null);
        }
        *place = value.clone();
        Ok(body.to_string())
    }

    /// The path for an error: without the base and without secrets, and with the names of arguments that are missing.
    pub(crate) fn shown_path(&self) -> String {
        let mut path = String::with_capacity(self.url.len());
        let mut at = self.path;
        for Arg { name, value, shown } in &self.args {
            path.push_str(&self.url[at..value.start]);
            path.push_str(if *shown {
                &self.url[value.clone()]
            } else {
                &self.template[name.clone()]
            });
            at = value.end;
        }
        path.push_str(&self.url[at..]);
        path.push_str(&self.template[self.rendered..]);
        // The address of a service alone.
        if path.is_empty() {
            "/".to_owned()
        } else {
            path
        }
    }

    /// The URL but for what is secret in its path.
    pub(crate) fn shown_url(&self) -> String {
        format!(
            "{}{}{}",
            &self.url[..self.path],
            self.shown_path(),
            self.query
        )
    }

    /// Which call this is, for an error.
    pub(crate) fn context(&self) -> CallContext {
        CallContext {
            method: self.method.clone(),
            template: self.template.clone(),
            path: self.shown_path().into(),
            args: self.shown_args(),
        }
    }

    /// The arguments of the path that are no secrets, by name.
    fn shown_args(&self) -> Vec<(String, String)> {
        let args = self.args.iter().filter(|arg| arg.shown);
        args.map(|arg| {
            let name = self.template[arg.name.clone()].trim_matches(['{', '}']);
            (name.to_owned(), self.decoded(arg))
        })
        .collect()
    }

    /// The arguments that are secrets.
    pub(crate) fn secret_args(&self) -> impl Iterator<Item = SecretString> {
        let args = self.args.iter().filter(|arg| !arg.shown);
        args.map(|arg| self.decoded(arg).into())
    }

    fn decoded(&self, arg: &Arg) -> String {
        let value = percent_encoding::percent_decode_str(&self.url[arg.value.clone()]);
        value.decode_utf8_lossy().into_owned()
    }

    pub(crate) fn query(&mut self, name: &str, value: impl fmt::Display) {
        let name = self.name_on_the_wire(name);
        let query = &mut self.query;
        query.push(if query.is_empty() { '?' } else { '&' });
        let _ = Encode(query).write_str(name);
        query.push('=');
        let _ = write!(Encode(query), "{value}");
    }

    pub(crate) fn query_text(&mut self, text: &str) {
        let query = &mut self.query;
        query.push(if query.is_empty() { '?' } else { '&' });
        query.extend(percent_encoding::utf8_percent_encode(text, NOT_IN_QUERY));
    }

    pub(crate) fn set_query(&mut self, name: &str, value: impl fmt::Display) {
        self.drop_query(name);
        self.query(name, value);
    }

    pub(crate) fn drop_query(&mut self, name: &str) {
        let mut encoded = String::with_capacity(name.len());
        let _ = Encode(&mut encoded).write_str(self.name_on_the_wire(name));
        let mut kept = String::with_capacity(self.query.len());
        // Another ? is a part of what is around it.
        let pairs = self.query.strip_prefix('?').unwrap_or_default().split('&');
        for pair in pairs {
            if !pair.is_empty() && pair.split('=').next() != Some(&encoded) {
                kept.push(if kept.is_empty() { '?' } else { '&' });
                kept.push_str(pair);
            }
        }
        self.query = kept;
    }

    fn name_on_the_wire<'a>(&self, name: &'a str) -> &'a str {
        self.renamed
            .iter()
            .find(|(ours, _)| *ours == name)
            .map_or(name, |(_, theirs)| theirs)
    }

    /// The URL from the base on, which stands at its beginning unless there is a place, or why the call cannot be sent.
    pub(crate) fn url(&self) -> Result<String> {
        let unsuitable = self.unsuitable.as_ref().filter(|_| !self.options.unchecked);
        if let Some(error) = self
            .invalid
            .as_ref()
            .or(self.options.invalid.as_ref())
            .or(unsuitable)
        {
            return Err(error.clone());
        }
        let rest = &self.template[self.rendered..];
        if let Some(open) = rest.find('{') {
            return Err(Error::input(
                rest[open..].trim_matches(['{', '}']),
                "is missing in the path",
            ));
        }
        let mut url = String::with_capacity(self.url.len() + rest.len() + self.query.len());
        url.push_str(&self.url);
        url.push_str(rest);
        url.push_str(&self.query);
        Ok(url)
    }

    pub(crate) fn accept_if(&mut self, accepts: fn(&RawResponse) -> bool) {
        self.accepted_if = Some(accepts);
    }

    /// Whether a whole answer is a success although its status is none.
    pub(crate) fn accepts(&self, response: &RawResponse) -> bool {
        self.accepted_if.is_some_and(|accepts| accepts(response))
    }

    pub(crate) fn succeeds_with(&self, status: StatusCode) -> bool {
        status.is_success() || self.accepted == Some(status)
    }

    /// The name of this call: the caller's own, else a new one.
    pub(crate) fn call_id(&self, dialect: &dyn Dialect) -> Option<(HeaderName, HeaderValue)> {
        let (name, new) = dialect.call_id()?;
        let own = self
            .options
            .headers
            .get(&name)
            .or_else(|| self.headers.get(&name))
            .cloned();
        Some((name, own.unwrap_or(new)))
    }

    pub(crate) fn is_idempotent(&self) -> bool {
        // RFC 9110, 9.2.2.
        self.options.idempotent.unwrap_or({
            matches!(
                self.method,
                Method::GET | Method::HEAD | Method::PUT | Method::DELETE | Method::OPTIONS
            )
        })
    }

    /// Whether the call changes nothing, so that it does not matter whether it was carried out. A method that says so may
    /// still be used for what does, and then is no more idempotent than that.
    pub(crate) fn is_safe(&self) -> bool {
        self.options.idempotent != Some(false)
            && matches!(self.method, Method::GET | Method::HEAD | Method::OPTIONS)
    }
}

/// Percent-encodes everything but the unreserved characters of RFC 3986 while it is written.
pub(crate) struct Encode<'a>(pub(crate) &'a mut String);

const RESERVED: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

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
        self.0
            .extend(percent_encoding::utf8_percent_encode(text, RESERVED));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{Call, CallBuilder};
    use crate::decode::Decode;
    use crate::test_util::{ScriptedTransport, engine_for};

    fn url(template: &'static str, args: &[&str]) -> Result<String> {
        let (engine, base) = engine_for(ScriptedTransport::default());
        let mut call = Call::untabled(&engine, &base, Method::GET, template, Decode::raw());
        for arg in args {
            call = call.arg(arg);
        }
        call.parts.url()
    }

    #[test]
    fn arguments_fill_the_template_in_order() {
        assert_eq!(
            url("/a/{x}/b/{y}", &["1", "2"]).unwrap(),
            "https://api.test/v1/a/1/b/2"
        );
        assert_eq!(
            url("/a/{x}/c", &["ü/ ?#%"]).unwrap(),
            "https://api.test/v1/a/%C3%BC%2F%20%3F%23%25/c"
        );
    }

    #[test]
    fn an_argument_that_cannot_be_written_is_named() {
        struct Broken;
        impl fmt::Display for Broken {
            fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
                Err(fmt::Error)
            }
        }
        let (engine, base) = engine_for(ScriptedTransport::default());
        let call = Call::untabled(&engine, &base, Method::GET, "/a/{x}", Decode::raw());
        assert_eq!(format!("{call:?}"), "Call(GET /a/{x})");
        let error = call.arg(Broken).parts.url().unwrap_err();
        assert!(
            error.to_string().contains("x: cannot be written"),
            "{error}"
        );
    }

    #[test]
    fn several_values_share_a_segment() {
        let (engine, base) = engine_for(ScriptedTransport::default());
        let call = |values: &[&str]| {
            Call::untabled(&engine, &base, Method::GET, "/a/{x}/c", Decode::raw())
                .arg_list(values)
                .parts
                .url()
        };
        assert_eq!(
            call(&["1", "a/b", "c,d"]).unwrap(),
            "https://api.test/v1/a/1,a%2Fb,c%2Cd/c"
        );
        assert!(
            call(&[])
                .unwrap_err()
                .to_string()
                .contains("x: must not be empty")
        );
    }

    #[test]
    fn segments_that_change_the_path_are_refused_by_name() {
        for (arg, problem) in [
            ("", "must not be empty"),
            (".", "dot segment"),
            ("..", "dot segment"),
        ] {
            let error = url("/a/{zone}", &[arg]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Input);
            assert_eq!(error.fields()[0].name, "zone");
            assert!(error.to_string().contains(problem), "{error}");
        }
        assert!(
            url("/a/{x}", &[])
                .unwrap_err()
                .to_string()
                .contains("x: is missing")
        );
        assert!(
            url("/a/{x}", &["1", "2"])
                .unwrap_err()
                .to_string()
                .contains("more arguments")
        );
    }

    /// Whatever the segment is, the URL keeps its shape and the segment comes back whole.
    #[test]
    fn no_segment_escapes() {
        let mut rng = fastrand::Rng::with_seed(7);
        for _ in 0..20_000 {
            let segment: String = (0..rng.usize(1..12))
                .map(|_| rng.char('\0'..='\u{ffff}'))
                .collect();
            if segment == "." || segment == ".." {
                continue;
            }
            let url = url::Url::parse(&url("/a/{x}/c", &[&segment]).unwrap()).unwrap();
            let segments: Vec<&str> = url.path_segments().unwrap().collect();
            assert_eq!(
                (segments.len(), segments[1], segments[3]),
                (4, "a", "c"),
                "{segment:?}"
            );
            assert_eq!(
                percent_encoding::percent_decode_str(segments[2])
                    .decode_utf8()
                    .unwrap(),
                segment
            );
            assert_eq!(
                (url.query(), url.fragment(), url.host_str()),
                (None, None, Some("api.test"))
            );
        }
    }

    #[test]
    fn queries_are_encoded_repeated_and_replaced() {
        let (engine, base) = engine_for(ScriptedTransport::default());
        let call = Call::untabled(&engine, &base, Method::GET, "/a", Decode::raw());
        let call = call
            .query("label_selector", "env=prod,!old")
            .query("status", "off")
            .query("status", "a&b");
        let query = "?label_selector=env%3Dprod%2C%21old&status=off&status=a%26b";
        assert_eq!(
            call.parts.url().unwrap(),
            format!("https://api.test/v1/a{query}")
        );
        let call = call
            .set_query("status", "x")
            .set_query("page", 2)
            .set_query("page", 3);
        assert_eq!(
            call.parts.url().unwrap(),
            "https://api.test/v1/a?label_selector=env%3Dprod%2C%21old&status=x&page=3"
        );
    }

    #[test]
    fn a_renamed_parameter_is_set_and_replaced_under_its_other_name() {
        let (engine, base) = engine_for(ScriptedTransport::default());
        let call = Call::untabled(&engine, &base, Method::GET, "/a", Decode::raw())
            .renaming(&[("version", "release")]);
        let call = call
            .query("version", 1)
            .set_query("x", 2)
            .set_query("version", 3);
        assert_eq!(
            call.parts.url().unwrap(),
            "https://api.test/v1/a?x=2&release=3"
        );
    }

    #[test]
    fn a_query_text_is_kept_as_far_as_it_can_be_sent() {
        let (engine, base) = engine_for(ScriptedTransport::default());
        let call = Call::untabled(&engine, &base, Method::GET, "/a", Decode::raw());
        let call = call
            .query_text("date.from=2026&x=a+b%2B'ü #")
            .query("y", "&");
        let url = call.parts.url().unwrap();
        assert_eq!(
            url,
            "https://api.test/v1/a?date.from=2026&x=a+b%2B%27%C3%BC%20%23&y=%26"
        );
        assert_eq!(url::Url::parse(&url).unwrap().as_str(), url);
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

    #[test]
    fn a_query_text_may_hold_a_question_mark() {
        let (engine, base) = engine_for(ScriptedTransport::default());
        let call = Call::untabled(&engine, &base, Method::GET, "/a", Decode::raw());
        let call = call
            .query_text("url=https://x.test/?y=1&page=1")
            .set_query("page", 2);
        assert_eq!(
            call.parts.url().unwrap(),
            "https://api.test/v1/a?url=https://x.test/?y=1&page=2"
        );
    }

    #[test]
    fn a_form_takes_fields_of_the_options_too() {
        let (engine, base) = engine_for(ScriptedTransport::default());
        let call = Call::untabled(&engine, &base, Method::POST, "/a", Decode::raw());
        let mut call = call
            .form(&serde_json::json!({"type": "sw", "key": ["a", "b"]}))
            .options(|o| o.body_field("type", "hw").body_field("beta", true));
        call.parts.add_body_fields();
        assert_eq!(
            call.parts.body.as_bytes().unwrap(),
            "key%5B%5D=a&key%5B%5D=b&type=hw&beta=true"
        );
        assert_eq!(
            call.parts.headers[CONTENT_TYPE],
            "application/x-www-form-urlencoded"
        );
    }
}
