//! From bytes to a typed answer in one pass, or an error that says where it failed.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use serde::de::{self, DeserializeOwned, DeserializeSeed, Deserializer, IgnoredAny, MapAccess};

use crate::error::{Error, ErrorKind};
use crate::model::{Page, PageInfo, PageMeta};

mod items;
mod place;
mod problem;
mod tolerant;

use items::{ItemsSeed, Room};
use tolerant::{Whole, Within};

/// An answer as it came.
#[derive(Clone)]
#[non_exhaustive]
pub struct RawResponse {
    /// The HTTP status of the answer.
    pub status: StatusCode,
    /// The headers of the answer.
    pub headers: HeaderMap,
    /// The whole body of the answer.
    pub body: Bytes,
    pub(crate) bounds: Bounds,
}

/// How much may be made of one page. A small text can be a large list: `{}` is two bytes, and an item of a few hundred.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    /// The most items that the reader of the list wants.
    pub(crate) items: usize,
    /// The most bytes that the items may take, not counting what they own.
    pub(crate) bytes: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            items: usize::MAX,
            bytes: usize::MAX,
        }
    }
}

impl RawResponse {
    /// Reads the body as JSON, as tolerantly as a typed answer is read.
    pub fn json<T: DeserializeOwned>(&self) -> crate::Result<T> {
        from_slice(&self.body)
    }
}

impl fmt::Debug for RawResponse {
    /// Status and length only: headers and bodies can hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawResponse({}, {} bytes)", self.status, self.body.len())
    }
}

/// Why an answer was not understood.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct DecodeError {
    pub(crate) message: String,
    pub(crate) path: Option<String>,
    // The text ends too early, as when a connection was cut: another attempt may bring all of it.
    pub(crate) cut: bool,
    // A page with more items than the list may have.
    pub(crate) too_many: bool,
    // It does not even begin as JSON.
    pub(crate) no_json: bool,
}

impl DecodeError {
    /// An answer that does not hold what it should.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            path: None,
            cut: false,
            too_many: false,
            no_json: false,
        }
    }
}

// A function and its key rather than a closure, so that most of them need no memory and can stand in constants.
type Function<T> = fn(RawResponse, &'static str) -> Result<T, DecodeError>;

/// How the answer of an operation becomes a `T`.
pub struct Decode<T>(Kind<T>);

enum Kind<T> {
    Plain(Function<T>, &'static str),
    Mapped(Arc<dyn Fn(RawResponse) -> Result<T, DecodeError> + Send + Sync>),
}

impl<T> Clone for Decode<T> {
    fn clone(&self) -> Self {
        Self(match &self.0 {
            Kind::Plain(function, key) => Kind::Plain(*function, key),
            Kind::Mapped(function) => Kind::Mapped(function.clone()),
        })
    }
}

impl<T> fmt::Debug for Decode<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Plain(_, key) => write!(f, "Decode({key:?})"),
            Kind::Mapped(_) => f.write_str("Decode(mapped)"),
        }
    }
}

impl<T> Decode<T> {
    /// By a function of the whole answer and a key.
    pub const fn by(function: Function<T>, key: &'static str) -> Self {
        Self(Kind::Plain(function, key))
    }

    /// Goes on with what was decoded, for example to tie it to the client it came from.
    pub fn map<U>(self, change: impl Fn(T) -> U + Send + Sync + 'static) -> Decode<U>
    where
        T: 'static,
    {
        Decode(Kind::Mapped(Arc::new(move |response| {
            self.apply(response).map(&change)
        })))
    }

    /// As [`map`](Self::map), where going on may find that the answer does not hold what it should.
    pub fn try_map<U>(
        self,
        change: impl Fn(T) -> Result<U, DecodeError> + Send + Sync + 'static,
    ) -> Decode<U>
    where
        T: 'static,
    {
        Decode(Kind::Mapped(Arc::new(move |response| {
            self.apply(response).and_then(&change)
        })))
    }

    /// As [`map`](Self::map), with the answer as it came.
    pub fn map_with<U>(
        self,
        change: impl Fn(T, &RawResponse) -> U + Send + Sync + 'static,
    ) -> Decode<U>
    where
        T: 'static,
    {
        Decode(Kind::Mapped(Arc::new(move |response| {
            let answer = response.clone();
            self.apply(response).map(|value| change(value, &answer))
        })))
    }

    /// Reads an answer and gives its value.
    pub fn apply(&self, response: RawResponse) -> Result<T, DecodeError> {
        match &self.0 {
            Kind::Plain(function, key) => function(response, key),
            Kind::Mapped(function) => function(response),
        }
    }
}

impl Decode<RawResponse> {
    /// Decodes nothing: gives the answer as it came.
    pub const fn raw() -> Self {
        Self::by(|response, _| Ok(response), "")
    }
}

impl Decode<()> {
    /// The body does not matter.
    pub const fn nothing() -> Self {
        Self::by(|_, _| Ok(()), "")
    }
}

impl<T: DeserializeOwned> Decode<T> {
    /// The whole body is the JSON of a `T`.
    pub const fn json() -> Self {
        Self::by(
            |response, _| seeded(&response.body, Whole(PhantomData::<T>)),
            "",
        )
    }

    /// As [`json`](Self::json), where an empty body stands for `null`.
    pub const fn json_or_null() -> Self {
        Self::by(
            |response, _| {
                let body: &[u8] = if response.body.is_empty() {
                    b"null"
                } else {
                    &response.body
                };
                seeded(body, Whole(PhantomData::<T>))
            },
            "",
        )
    }

    /// The body is a JSON object, and the value of this key is a `T`.
    pub const fn key(key: &'static str) -> Self {
        Self::by(
            |response, key| {
                let value = seeded(&response.body, Keyed(key, PhantomData))?;
                value.ok_or_else(|| DecodeError::new(format!("the answer has no key `{key}`")))
            },
            key,
        )
    }
}

impl<T: DeserializeOwned> Decode<Option<T>> {
    /// As [`key`](Decode::key), where an empty body, a missing key and `null` give `None`.
    pub const fn optional_key(key: &'static str) -> Self {
        Self::by(
            |response, key| {
                if response.body.is_empty() {
                    return Ok(None);
                }
                seeded(&response.body, Keyed::<Option<T>>(key, PhantomData)).map(Option::flatten)
            },
            key,
        )
    }
}

impl<T: DeserializeOwned + 'static> Decode<Page<T>> {
    /// One page of a list that is the whole body; `info` reads from the headers what they say about the pages.
    pub fn array(info: fn(&HeaderMap) -> PageInfo) -> Self {
        Decode::<Vec<T>>::by(
            |response, _| {
                let room = Room::new::<T>(response.bounds);
                let items = seeded(&response.body, room.seed());
                items.map_err(|error| room.explain(error))
            },
            "",
        )
        .map_with(move |items, answer| Page::new(items, info(&answer.headers)))
    }
}

impl<T: DeserializeOwned> Decode<Page<T>> {
    /// One page of a list: the items under this key, the rest of the pages described by `M`.
    pub const fn page<M: PageMeta>(key: &'static str) -> Self {
        Self::by(
            |response, key| {
                let room = Room::new::<T>(response.bounds);
                let listed = seeded(
                    &response.body,
                    // `null` is what Go's `encoding/json` writes for a slice that was never made.
                    Listed::<T, M>(key, room.seed().or_null(), PhantomData),
                );
                let (items, meta) = listed.map_err(|error| room.explain(error))?;
                let items = items
                    .ok_or_else(|| DecodeError::new(format!("the answer has no key `{key}`")))?;
                Ok(Page::new(items, meta.info()))
            },
            key,
        )
    }
}

/// No `From`: with two of them, `?` in a closure would not know its error.
fn told(error: DecodeError) -> Error {
    let told = Error::new(ErrorKind::Decode, error.message);
    match error.path {
        Some(path) => told.with_json_path(&path),
        None => told,
    }
}

/// Reads a type of an answer from JSON, as tolerantly as answers are read: `null` is the zero of a type, a number may
/// stand in quotes and a text be a number, integers that the type cannot hold become the nearest, and an object of which
/// nothing is known is left out of a list. `serde_json::from_str` is strict where this is not.
///
/// An error says what is wrong and where, and quotes nothing of the text.
///
/// ```
/// #[derive(Debug, Default, PartialEq, serde::Deserialize)]
/// #[serde(default)]
/// struct Volume {
///     name: String,
///     size: u32,
/// }
///
/// let text = r#"[{"name": null, "size": 10.0}, {"name": 7, "size": "20", "new": true}, null]"#;
/// let volumes: Vec<Volume> = cloud_core::decode::from_str(text)?;
/// let volume = |name: &str, size| Volume { name: name.to_owned(), size };
/// assert_eq!(volumes, [volume("", 10), volume("7", 20)]);
///
/// let error = cloud_core::decode::from_str::<Vec<Volume>>(r#"[{"size": "big"}]"#).unwrap_err();
/// assert_eq!(error.json_path(), Some("[0].size"));
/// # Ok::<(), cloud_core::Error>(())
/// ```
pub fn from_str<T: DeserializeOwned>(text: &str) -> crate::Result<T> {
    from_slice(text.as_bytes())
}

/// As [`from_str`], from bytes.
pub fn from_slice<T: DeserializeOwned>(text: &[u8]) -> crate::Result<T> {
    seeded(text, Whole(PhantomData::<T>)).map_err(told)
}

/// As [`from_str`], from JSON that was read already.
pub fn from_value<T: DeserializeOwned>(value: &serde_json::Value) -> crate::Result<T> {
    again(value).map_err(told)
}

/// Reads what has been read already as another type.
pub(crate) fn again<T: DeserializeOwned>(value: &impl Serialize) -> Result<T, DecodeError> {
    // By way of its text: a second reader would make a program larger by all types that it reads.
    let text = serde_json::to_string(value)
        .map_err(|_| DecodeError::new("what was read cannot be written again"))?;
    read(&text, Whole(PhantomData::<T>)).map_err(|error| DecodeError {
        // Nobody has seen the text, so that its lines and columns say nothing.
        message: problem::without_place(&error),
        ..problem(&error, &text)
    })
}

fn read<'de, S: DeserializeSeed<'de>>(text: &'de str, seed: S) -> serde_json::Result<S::Value> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = seed.deserialize(&mut reader)?;
    reader.end().map(|()| value)
}

/// Decodes in one pass, and by one reader: every further one would make a program larger by all its types once more.
fn seeded<'de, S: DeserializeSeed<'de>>(body: &'de [u8], seed: S) -> Result<S::Value, DecodeError> {
    // The whole of it at once, so that no single text is checked again.
    match std::str::from_utf8(body) {
        Ok(text) => read(text, seed).map_err(|error| problem(&error, text)),
        Err(error) => Err(DecodeError {
            // Without a length the text ends within a character.
            cut: error.error_len().is_none(),
            no_json: !begins_as_json(body),
            ..DecodeError::new("the text is not UTF-8")
        }),
    }
}

fn problem(error: &serde_json::Error, text: &str) -> DecodeError {
    DecodeError {
        path: place::of(error, text),
        cut: error.is_eof(),
        no_json: !error.is_data() && !begins_as_json(text.as_bytes()),
        ..DecodeError::new(problem::describe(error))
    }
}

fn begins_as_json(body: &[u8]) -> bool {
    let first = body.trim_ascii_start().first();
    // Numbers and words count as text, which may begin with either.
    first.is_some_and(|first| matches!(first, b'{' | b'[' | b'"'))
}

struct Keyed<T>(&'static str, PhantomData<T>);

impl<'de, T: de::Deserialize<'de>> DeserializeSeed<'de> for Keyed<T> {
    type Value = Option<T>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: de::Deserialize<'de>> de::Visitor<'de> for Keyed<T> {
    type Value = Option<T>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with the key `{}`", self.0)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<T>, A::Error> {
        let mut value = None;
        // One key only is wanted here. The empty one is passed over like any other.
        while let Some(wanted) = map.next_key_seed(Is([self.0, ""]))? {
            if wanted == 0 {
                value = Some(map.next_value_seed(Whole(PhantomData))?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(value)
    }
}

struct Listed<'r, T, M>(&'static str, ItemsSeed<'r, T>, PhantomData<M>);

impl<'de, T: de::Deserialize<'de>, M: PageMeta> DeserializeSeed<'de> for Listed<'_, T, M> {
    type Value = (Option<Vec<T>>, M);
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: de::Deserialize<'de>, M: PageMeta> de::Visitor<'de> for Listed<'_, T, M> {
    type Value = (Option<Vec<T>>, M);
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with the list `{}`", self.0)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut items, mut meta) = (None, M::default());
        while let Some(which) = map.next_key_seed(Is([self.0, M::KEY]))? {
            match which {
                0 => items = Some(map.next_value_seed(self.1)?),
                1 => {
                    // A description that is `null` counts as none, and so as that of the last page.
                    let told = map.next_value_seed(Within(PhantomData::<Option<M>>))?;
                    meta = told.unwrap_or_default();
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok((items, meta))
    }
}

/// Which of two keys comes next, without copying it.
struct Is([&'static str; 2]);

impl<'de> DeserializeSeed<'de> for Is {
    type Value = usize;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl de::Visitor<'_> for Is {
    type Value = usize;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }
    fn visit_str<E: de::Error>(self, key: &str) -> Result<usize, E> {
        Ok(self
            .0
            .iter()
            .position(|wanted| *wanted == key)
            .unwrap_or(self.0.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Server {
        id: u64,
        #[serde(default)]
        tags: Vec<u8>,
    }

    #[derive(Default, serde::Deserialize)]
    struct Meta {
        next: Option<u64>,
    }

    impl PageMeta for Meta {
        const KEY: &'static str = "meta";
        fn info(self) -> PageInfo {
            PageInfo {
                next: self.next.map(|n| n.to_string()),
                ..PageInfo::default()
            }
        }
    }

    fn answer(body: &str) -> RawResponse {
        RawResponse {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: body.to_owned().into(),
            bounds: Bounds::default(),
        }
    }

    #[test]
    fn a_key_is_found_among_others() {
        let server = Decode::<Server>::key("server")
            .apply(answer(r#"{"new": [{}], "server": {"id": 7, "x": 1}}"#));
        assert_eq!(
            server.unwrap(),
            Server {
                id: 7,
                tags: vec![]
            }
        );
        let error = Decode::<Server>::key("server")
            .apply(answer("{}"))
            .unwrap_err();
        assert_eq!(error.message, "the answer has no key `server`");
    }

    #[test]
    fn an_optional_key_may_be_absent_in_four_ways() {
        let decode = Decode::<Option<Server>>::optional_key("server");
        for body in ["", "{}", r#"{"server":null}"#, r#"{"other":1}"#] {
            assert_eq!(decode.apply(answer(body)).unwrap(), None, "{body}");
        }
        assert_eq!(
            decode
                .apply(answer(r#"{"server":{"id":1}}"#))
                .unwrap()
                .unwrap()
                .id,
            1
        );
    }

    #[test]
    fn what_was_decoded_may_still_be_refused() {
        let decode = Decode::<Server>::key("server").try_map(|server| match server.id {
            0 => Err(DecodeError::new("the id is zero")),
            id => Ok(id),
        });
        assert_eq!(decode.apply(answer(r#"{"server":{"id":7}}"#)).unwrap(), 7);
        assert_eq!(
            decode
                .apply(answer(r#"{"server":{"id":0}}"#))
                .unwrap_err()
                .message,
            "the id is zero"
        );
    }

    #[test]
    fn an_empty_body_may_stand_for_null() {
        let decode = Decode::<Option<Server>>::json_or_null();
        assert_eq!(decode.apply(answer("")).unwrap(), None);
        assert_eq!(decode.apply(answer(r#"{"id":1}"#)).unwrap().unwrap().id, 1);
        assert!(decode.apply(answer(r#"{"id""#)).unwrap_err().cut);
        assert!(
            !Decode::<u64>::json_or_null()
                .apply(answer(""))
                .unwrap_err()
                .cut
        );
    }

    #[test]
    fn a_page_may_be_described_by_headers() {
        let total = |headers: &HeaderMap| {
            let total = headers
                .get("x-total")
                .and_then(|value| value.to_str().ok()?.parse().ok());
            PageInfo {
                total,
                ..PageInfo::default()
            }
        };
        let decode = Decode::<Page<Server>>::array(total);
        let mut answer = answer(r#"[{"id":1},{"id":2}]"#);
        answer.headers.insert("x-total", 7.into());
        let page = decode.apply(answer.clone()).unwrap();
        assert_eq!((page.items.len(), page.info.total), (2, Some(7)));
        answer.body = r#"[{"id":1},{"id":"x"}]"#.into();
        assert_eq!(
            decode.apply(answer).unwrap_err().path.as_deref(),
            Some("[1].id")
        );
    }

    #[test]
    fn a_page_has_no_more_items_than_it_may() {
        let page = |body: &str, bounds| {
            let mut page = answer(body);
            page.bounds = bounds;
            page
        };
        let items = |most| Bounds {
            items: most,
            ..Bounds::default()
        };
        let listed = Decode::<Page<Server>>::page::<Meta>("servers");
        let array = Decode::<Page<Server>>::array(|_| PageInfo::default());
        let three = r#"[{"id":1},{"id":2},{"id":3}]"#;
        for (decode, body) in [
            (listed, format!(r#"{{"servers":{three}}}"#)),
            (array, three.to_owned()),
        ] {
            assert_eq!(decode.apply(page(&body, items(3))).unwrap().items.len(), 3);
            let error = decode.apply(page(&body, items(2))).unwrap_err();
            assert_eq!(
                error.message,
                "the list has more than 2 items; raise the limit by cap, or read it item by item"
            );
            assert!(error.too_many && !error.cut);
            let bytes = Bounds {
                bytes: 2 * size_of::<Server>(),
                ..Bounds::default()
            };
            let error = decode.apply(page(&body, bytes)).unwrap_err();
            assert_eq!(
                error.message,
                format!(
                    "a page has more than 2 items, which take more than the {} bytes that an answer may have; the limit \
                     can be raised by response_limit",
                    bytes.bytes
                )
            );
            let broken = body.replace("\"id\":2", "\"id\":x");
            let error = decode.apply(page(&broken, items(2))).unwrap_err();
            assert!(!error.too_many, "{error}");
        }
    }

    #[test]
    fn a_failure_names_the_place() {
        let decode = Decode::<Page<Server>>::page::<Meta>("servers");
        let error = decode
            .apply(answer(r#"{"servers":[{"id":1},{"id":2,"tags":[1,"x"]}]}"#))
            .unwrap_err();
        assert_eq!(error.path.as_deref(), Some("servers[1].tags[1]"));
        assert!(
            !error.cut && error.message.contains("invalid type: string"),
            "{error}"
        );
    }

    #[test]
    fn a_cut_answer_is_told_from_a_wrong_one() {
        let decode = Decode::<Server>::key("server");
        assert!(
            decode
                .apply(answer(r#"{"server":{"id":1"#))
                .unwrap_err()
                .cut
        );
        assert!(!decode.apply(answer("<html>")).unwrap_err().cut);
        assert!(
            !decode
                .apply(answer(r#"{"server":{"id":1}} x"#))
                .unwrap_err()
                .cut
        );
    }

    #[test]
    fn a_page_reads_items_and_meta_in_any_order() {
        let decode = Decode::<Page<Server>>::page::<Meta>("servers");
        for body in [
            r#"{"servers":[{"id":1}],"meta":{"next":2}}"#,
            r#"{"meta":{"next":2,"x":{}},"y":1,"servers":[{"id":1}]}"#,
        ] {
            let page = decode.apply(answer(body)).unwrap();
            assert_eq!(
                (page.items.len(), page.info.next.as_deref()),
                (1, Some("2"))
            );
        }
        let page = decode
            .apply(answer(r#"{"servers":null,"meta":null}"#))
            .unwrap();
        assert_eq!((page.items.len(), page.info.next), (0, None));
    }
}
