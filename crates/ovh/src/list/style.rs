use std::fmt;
use std::marker::PhantomData;

use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::list::{AHEAD, CursorHeader, List, PageRequest, PageStyle, Whole};
use cloud_core::model::{Page, PageInfo, PageToken};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserialize, DeserializeOwned, Deserializer, MapAccess};

/// The header and the value that ask a list of v1 for objects.
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
            Self::Whole => List::new(call, &Whole, size),
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
            Self::Whole => Err("this list comes whole and has no pages"),
        }
    }

    pub(super) fn default_size(self) -> Option<u32> {
        (self == Self::Expanded).then_some(EXPANDED_SIZE)
    }
}

/// Pages by number. A token is the number of the page and how many items are on those before it: `3/1000`.
#[derive(Debug)]
struct Expanded {
    /// Objects on a page.
    size: u64,
}

impl Expanded {
    fn parse(token: &PageToken) -> Option<(u64, u64)> {
        let (number, seen) = token.as_str().split_once('/')?;
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
        let more = match info.total {
            Some(total) => items > 0 && seen < total,
            None => info.next.is_some(),
        };
        more.then(|| PageToken::from(format!("{}/{seen}", number.saturating_add(1))))
    }

    fn ahead(&self, token: Option<&PageToken>, info: &PageInfo) -> Vec<PageToken> {
        let (number, _) = Self::read(token);
        let last = info.total.map_or(number, |total| total.div_ceil(self.size));
        let seen = |number: u64| number.saturating_sub(1).saturating_mul(self.size);
        (number.saturating_add(1)..=last)
            .take(AHEAD)
            .map(|number| PageToken::from(format!("{number}/{}", seen(number))))
            .collect()
    }
}

/// Reads a page of a list of any form. An expanded page that is full and says nothing of a total may have another
/// behind it.
pub(super) fn decode<T: DeserializeOwned + 'static>(size: Option<u32>) -> Decode<Page<Entry<T>>> {
    Decode::<Page<Entry<T>>>::array(info).map(move |mut page| {
        let objects = page
            .items
            .iter()
            .all(|entry| matches!(entry, Entry::Object(_)));
        let full = size.is_some_and(|size| page.items.len() >= size as usize);
        if page.info.total.is_none() && page.info.next.is_none() && objects && full {
            page.info.next = Some(String::new());
        }
        page
    })
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
