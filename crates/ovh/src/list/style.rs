use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::marker::PhantomData;
use std::sync::{Mutex, PoisonError};

use cloud_core::call::Call;
use cloud_core::decode::{Decode, DecodeError, from_value};
use cloud_core::list::{AHEAD, CursorHeader, List, PageRequest, PageStyle, Whole};
use cloud_core::model::{Page, PageInfo, PageToken};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserialize, DeserializeOwned, Deserializer, MapAccess};
use serde_json::Value;

use super::Held;

/// The header and the value that ask a list of v1 for objects.
// No public documentation has it: OVHcloud's web manager sends it (ovh/manager), and the schemas in ovh/ovhcloud-cli
// mark the routes that know it by `x-expanded-response`.
pub(crate) const MODE: (HeaderName, HeaderValue) = (
    HeaderName::from_static("x-pagination-mode"),
    HeaderValue::from_static("CachedObjectList-Pages"),
);
const NUMBER: HeaderName = HeaderName::from_static("x-pagination-number");
const SIZE: HeaderName = HeaderName::from_static("x-pagination-size");
const ELEMENTS: &str = "x-pagination-elements";
const NEXT: &str = "x-pagination-cursor-next";

/// Objects on a page of an expanded list. The web manager asks for up to 50,000.
const EXPANDED_SIZE: u32 = 500;

/// In what form a list comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// v1, asked for objects in pages.
    Expanded,
    /// v2, with cursors.
    Cursor,
    /// Objects, all at once.
    Whole,
    /// Words or numbers that no object belongs to, all at once.
    Words,
}

static CURSOR: CursorHeader = CursorHeader {
    cursor: HeaderName::from_static("x-pagination-cursor"),
    size: SIZE,
};

impl Mode {
    /// The list that this call reads.
    pub(super) fn list<T: Send + 'static>(self, call: Call<Page<T>>, size: Option<u32>) -> List<T> {
        match self {
            Self::Expanded => {
                let style = Expanded {
                    size: size.unwrap_or(EXPANDED_SIZE).into(),
                };
                List::new(call, &Whole, size).in_style(style)
            }
            Self::Cursor => List::new(call, &CURSOR, size),
            Self::Whole | Self::Words => List::new(call, &Whole, size),
        }
    }

    /// How many ids come before this page, where the token is one of a list that gives ids: `ids/50`.
    pub(super) fn skipped(token: &PageToken) -> Option<usize> {
        token.as_str().strip_prefix("ids/")?.parse().ok()
    }

    /// The token of the page behind so many ids.
    pub(super) fn token_of_ids(before: usize) -> Option<PageToken> {
        (before > 0).then(|| PageToken::from(format!("ids/{before}")))
    }

    /// Whether a list of this form can begin with this token; one that it cannot read would be left out on the wire, and
    /// the list would begin with its first page.
    pub(super) fn check(self, token: &PageToken) -> Result<(), &'static str> {
        match self {
            Self::Expanded => Self::skipped(token)
                .map(drop)
                .or_else(|| Expanded::parse(token).map(drop))
                .ok_or("is no token of this list, which are of the form `3/1000` or `ids/50`"),
            Self::Cursor => HeaderValue::try_from(token.as_str())
                .map(drop)
                .map_err(|_| "holds what no header may hold"),
            Self::Whole | Self::Words => Err("this list comes whole and has no pages"),
        }
    }

    pub(super) fn default_size(self) -> Option<u32> {
        (self == Self::Expanded).then_some(EXPANDED_SIZE)
    }
}

/// Pages by number. A token is the number of the page and how many items are on those before it: `3/1000`; and where the
/// service does not say how many there are, what the page before began with: `3/1000/51c3e0a2`.
#[derive(Debug)]
struct Expanded {
    /// Objects on a page.
    size: u64,
}

impl Expanded {
    fn parse(token: &PageToken) -> Option<(u64, u64)> {
        let (number, seen) = token.as_str().split_once('/')?;
        let (seen, _) = seen.split_once('/').unwrap_or((seen, ""));
        Some((number.parse().ok()?, seen.parse().ok()?))
    }

    fn read(token: Option<&PageToken>) -> (u64, u64) {
        token.and_then(Self::parse).unwrap_or((1, 0))
    }
}

impl PageStyle for Expanded {
    fn ask(&self, request: &mut PageRequest, token: Option<&PageToken>, size: Option<u32>) {
        request.header(NUMBER, Self::read(token).0.into());
        if let Some(size) = size {
            request.header(SIZE, size.into());
        }
    }

    fn next(&self, token: Option<&PageToken>, info: &PageInfo, items: usize) -> Option<PageToken> {
        let (number, seen) = Self::read(token);
        let seen = seen.saturating_add(items as u64);
        let number = number.saturating_add(1);
        match (info.total, &info.next) {
            (Some(total), _) => {
                // What is deleted meanwhile leaves the total out of reach, so an empty page ends the list as well.
                (items > 0 && seen < total).then(|| PageToken::from(format!("{number}/{seen}")))
            }
            (None, Some(beginning)) => {
                Some(PageToken::from(format!("{number}/{seen}/{beginning}")))
            }
            (None, None) => None,
        }
    }

    fn ahead(&self, token: Option<&PageToken>, info: &PageInfo) -> Vec<PageToken> {
        let (number, _) = Self::read(token);
        let last = info.total.map_or(number, |total| total.div_ceil(self.size));
        // Every page but the last one is full.
        let seen = |number: u64| number.saturating_sub(1).saturating_mul(self.size);
        (number.saturating_add(1)..=last)
            .take(AHEAD)
            .map(|number| PageToken::from(format!("{number}/{}", seen(number))))
            .collect()
    }
}

/// Reads a page of a list of any form.
///
/// An expanded page that is full and says nothing of a total may have another behind it. A route that knows no pages
/// gives the same objects whatever page is asked for: more of them than were asked for, or the same again, and then there
/// is no other page.
pub(super) fn decode<T: DeserializeOwned + 'static>(
    size: Option<u32>,
    start: Option<&PageToken>,
) -> Decode<Page<Entry<T>>> {
    let before = start.and_then(|token| token.as_str().split('/').nth(2).map(str::to_owned));
    // All pages of a list are read by one decoder, and without a total they come one after the other.
    let before = Mutex::new(before);
    Decode::<Page<Entry<T>>>::array(info).map_with(move |mut page, answer| {
        let objects = page
            .items
            .iter()
            .all(|entry| matches!(entry, Entry::Object(_)));
        let full = size.is_some_and(|size| page.items.len() == size as usize);
        if page.info.total.is_none() && page.info.next.is_none() && objects && full {
            let here = beginning(&answer.body);
            let mut before = before.lock().unwrap_or_else(PoisonError::into_inner);
            if *before == here {
                page.items.clear();
            } else {
                page.info.next.clone_from(&here);
                *before = here;
            }
        }
        page
    })
}

/// Reads a list of words.
pub(super) fn words<T: DeserializeOwned + 'static>() -> Decode<Page<Entry<T>>> {
    Decode::<Page<Value>>::array(info).try_map(|page| {
        let words = page
            .items
            .iter()
            .map(|word| from_value(word).map(Entry::Object));
        let words = words.collect::<cloud_core::Result<_>>();
        let words = words.map_err(|_| not_held())?;
        Ok(Page::new(words, page.info))
    })
}

/// A page whose ids are the items themselves.
pub(super) fn held_words<T>(
    page: Page<Entry<T>>,
    held: Held<T>,
) -> Result<Page<Entry<T>>, DecodeError> {
    let items = page.items.into_iter().map(|entry| match entry {
        Entry::Id(word) => held(&word).map(Entry::Object),
        object @ Entry::Object(_) => Some(object),
    });
    let items = items.collect::<Option<_>>().ok_or_else(not_held)?;
    Ok(Page::new(items, page.info))
}

fn not_held() -> DecodeError {
    DecodeError::new("this list holds values without objects; `ids()` reads them")
}

/// A short name of the first item of a list.
fn beginning(body: &[u8]) -> Option<String> {
    let at = body.iter().position(|byte| *byte == b'[')? + 1;
    let rest = body.get(at..)?;
    let mut items = serde_json::Deserializer::from_slice(rest).into_iter::<de::IgnoredAny>();
    items.next()?.ok()?;
    // Its keys are always the same, so that a token is good in another process.
    let mut hasher = DefaultHasher::new();
    rest.get(..items.byte_offset())?.hash(&mut hasher);
    Some(format!("{:016x}", hasher.finish()))
}

fn info(headers: &HeaderMap) -> PageInfo {
    let text = |name: &str| {
        headers
            .get(name)?
            .to_str()
            .ok()
            .filter(|text| !text.is_empty())
    };
    PageInfo {
        next: text(NEXT).map(str::to_owned),
        total: text(ELEMENTS).and_then(|text| text.trim().parse().ok()),
        ..PageInfo::default()
    }
}

/// What stands in a list: an object, or the id of one.
pub(crate) enum Entry<T> {
    Object(T),
    Id(String),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entry<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EntryVisitor(PhantomData))
    }
}

struct EntryVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> de::Visitor<'de> for EntryVisitor<T> {
    type Value = Entry<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or an id")
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Entry<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Entry::Object)
    }
    fn visit_str<E: de::Error>(self, id: &str) -> Result<Entry<T>, E> {
        Ok(Entry::Id(id.to_owned()))
    }
    fn visit_u64<E: de::Error>(self, id: u64) -> Result<Entry<T>, E> {
        Ok(Entry::Id(id.to_string()))
    }
    fn visit_i64<E: de::Error>(self, id: i64) -> Result<Entry<T>, E> {
        Ok(Entry::Id(id.to_string()))
    }
    /// A whole number is written with a fraction of zero now and then.
    fn visit_f64<E: de::Error>(self, id: f64) -> Result<Entry<T>, E> {
        // Integers of this API come as floats and as text, too (ovh/terraform-provider-ovh#242, #608).
        if id.fract() == 0.0 {
            Ok(Entry::Id(format!("{id:.0}")))
        } else {
            Err(E::invalid_type(de::Unexpected::Float(id), &self))
        }
    }
}

/// An id, which may be text or a number.
pub(super) struct Id(pub(super) String);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Entry::<de::IgnoredAny>::deserialize(deserializer)? {
            Entry::Id(id) => Ok(Self(id)),
            Entry::Object(_) => Err(de::Error::custom("an object where an id was expected")),
        }
    }
}
