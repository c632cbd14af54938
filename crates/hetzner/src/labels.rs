//! Labels of resources, the rules they follow, and selectors that find resources by them.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use cloud_core::provider::CallBuilder;
use serde::de::{self, Deserialize, Deserializer, MapAccess};
use serde::{Serialize, Serializer};

mod selector;

pub use selector::{LabelSelector, SelectorError};

/// The labels of a resource: keys with values, in the order of the keys.
///
/// Labels sent with an update replace all labels the resource had.
///
/// ```
/// use hetzner::Labels;
///
/// let labels = Labels::from([("env", "prod"), ("example.com/team", "web")]);
/// assert_eq!(labels.get("env"), Some("prod"));
/// labels.check()?;
/// let error = Labels::from([("env", "not allowed")]).check().unwrap_err();
/// assert_eq!(error.key(), "env");
/// # Ok::<(), hetzner::LabelError>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Labels(
    // Sorted by key. Resources have few labels, and a map takes half a kilobyte for one.
    Vec<(String, String)>,
);

impl Labels {
    /// A set without any labels. In an update this removes every label.
    pub fn new() -> Self {
        Self::default()
    }

    /// Where a key is, or where it would be.
    fn place_of(&self, key: &str) -> Result<usize, usize> {
        // As a service gives them, in the order of their keys.
        match self.0.last() {
            Some((last, _)) if last.as_str() >= key => self
                .0
                .binary_search_by(|(other, _)| other.as_str().cmp(key)),
            _ => Err(self.0.len()),
        }
    }

    /// The value of a key. A label without a value has the empty one.
    pub fn get(&self, key: &str) -> Option<&str> {
        let place = self.place_of(key).ok()?;
        Some(&self.0[place].1)
    }

    /// Whether the key is there, with whatever value.
    pub fn contains_key(&self, key: &str) -> bool {
        self.place_of(key).is_ok()
    }

    /// Sets a label and gives back the value it had.
    pub fn insert(&mut self, key: impl Into<String>, value: impl Into<String>) -> Option<String> {
        let (key, value) = (key.into(), value.into());
        match self.place_of(&key) {
            Ok(place) => Some(std::mem::replace(&mut self.0[place].1, value)),
            Err(place) => {
                self.0.insert(place, (key, value));
                None
            }
        }
    }

    /// Takes a label away and gives back its value.
    pub fn remove(&mut self, key: &str) -> Option<String> {
        let place = self.place_of(key).ok()?;
        Some(self.0.remove(place).1)
    }

    /// Keys with their values, in the order of the keys.
    pub fn iter(&self) -> Iter<'_> {
        Iter(self.0.iter())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Tells whether the service would accept these labels, without asking it.
    ///
    /// A key is a name of 1 to 63 characters, optionally after a prefix and `/`; a value is empty or follows the rules of
    /// a name: letters, digits, `-`, `_` and `.`, with a letter or digit at both ends. The prefix `hetzner.cloud` belongs
    /// to the service.
    pub fn check(&self) -> Result<(), LabelError> {
        for (key, value) in &self.0 {
            let wrong = |rule| LabelError {
                key: key.clone(),
                value: None,
                rule,
            };
            check_key(key).map_err(wrong)?;
            if prefix_and_name(key)
                .0
                // A prefix is a name of DNS, which knows no case.
                .is_some_and(|prefix| prefix.eq_ignore_ascii_case(RESERVED_PREFIX))
            {
                return Err(wrong(
                    "the prefix `hetzner.cloud` is reserved for the service",
                ));
            }
            check_value(value).map_err(|rule| LabelError {
                key: key.clone(),
                value: Some(value.clone()),
                rule,
            })?;
        }
        Ok(())
    }
}

const RESERVED_PREFIX: &str = "hetzner.cloud";

/// The documentation allows 253 characters, the validators of the official clients 255 (read 2026-11-20): what they
/// let pass is not refused here.
const PREFIX_MAX: usize = 255;
const NAME_MAX: usize = 63;

fn prefix_and_name(key: &str) -> (Option<&str>, &str) {
    key.split_once('/')
        .map_or((None, key), |(prefix, name)| (Some(prefix), name))
}

fn is_word(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        && text
            .as_bytes()
            .first()
            .is_some_and(u8::is_ascii_alphanumeric)
        && text
            .as_bytes()
            .last()
            .is_some_and(u8::is_ascii_alphanumeric)
}

fn check_key(key: &str) -> Result<(), &'static str> {
    let (prefix, name) = prefix_and_name(key);
    match prefix {
        Some("") => return Err("the prefix before `/` must not be empty"),
        Some(prefix) if prefix.len() > PREFIX_MAX => {
            return Err("the prefix is longer than 255 characters");
        }
        Some(prefix) if !is_word(prefix) => return Err(PREFIX_ALPHABET),
        _ => {}
    }
    match name {
        "" => Err("the name of the key must not be empty"),
        name if name.contains('/') => Err("a key has at most one `/`"),
        name if !is_word(name) => Err(NAME_ALPHABET),
        name if name.len() > NAME_MAX => Err("the name of the key is longer than 63 characters"),
        _ => Ok(()),
    }
}

fn check_value(value: &str) -> Result<(), &'static str> {
    match value {
        "" => Ok(()),
        value if !is_word(value) => Err(VALUE_ALPHABET),
        value if value.len() > NAME_MAX => Err("the value is longer than 63 characters"),
        _ => Ok(()),
    }
}

const PREFIX_ALPHABET: &str = "the prefix may hold letters, digits, `-`, `_` and `.`, and must begin and end with a letter or digit";
const NAME_ALPHABET: &str = "the name of the key may hold letters, digits, `-`, `_` and `.`, and must begin and end with a letter or digit";
const VALUE_ALPHABET: &str = "the value may hold letters, digits, `-`, `_` and `.`, and must begin and end with a letter or digit";

/// For the `check` of request builders.
pub(crate) fn check(labels: Option<&Labels>) -> cloud_core::Result<()> {
    match labels.map(Labels::check) {
        Some(Err(error)) => {
            Err(cloud_core::Error::input("labels", error.to_string()).with_details(error))
        }
        _ => Ok(()),
    }
}

/// For the `check` of requests that name resources by their labels.
pub(crate) fn check_selector(field: &str, text: &str) -> cloud_core::Result<()> {
    LabelSelector::parse(text)
        .map(drop)
        .map_err(|error| cloud_core::Error::input(field, error.to_string()).with_details(error))
}

/// Puts a label selector into a list, after reading it: a slip in it is an error here, where it can be pointed at. One
/// without terms is left out, as hcloud-go does, because what filters nothing is no slip.
pub(crate) fn select<T: Send + 'static>(
    list: cloud_core::list::List<T>,
    selector: &impl fmt::Display,
) -> cloud_core::list::List<T> {
    let text = selector.to_string();
    if text.trim().is_empty() {
        return list.map_call(|call| call.without_query("label_selector"));
    }
    let checked = check_selector("label_selector", &text);
    list.map_call(|call| call.set_query("label_selector", text).check(checked))
}

/// Gives a list its filter by labels. A macro, because 14 lists have it, and users would have to import a trait.
macro_rules! label_selector {
    ($list:ident) => {
        impl $list {
            /// Only those whose labels match, such as `env=prod,!legacy`. A [`LabelSelector`](crate::LabelSelector) or
            /// its text; an empty one filters nothing.
            pub fn label_selector(self, selector: impl std::fmt::Display) -> Self {
                Self($crate::labels::select(self.0, &selector))
            }
        }
    };
}
pub(crate) use label_selector;

/// A label that the service would refuse.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.told())]
pub struct LabelError {
    key: String,
    value: Option<String>,
    rule: &'static str,
}

impl LabelError {
    /// The key of the label.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The value, when it is what breaks the rule.
    pub fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }

    /// The rule that is broken.
    pub fn rule(&self) -> &str {
        self.rule
    }

    fn told(&self) -> String {
        let Self { key, value, rule } = self;
        match value {
            Some(value) => format!("label {key:?} with value {value:?}: {rule}"),
            None => format!("label key {key:?}: {rule}"),
        }
    }
}

impl fmt::Debug for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl Serialize for Labels {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

impl<'de> Deserialize<'de> for Labels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(InMap)
    }
}

struct InMap;

impl<'de> de::Visitor<'de> for InMap {
    type Value = Labels;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Labels, A::Error> {
        let mut labels = Labels::new();
        while let Some((key, value)) = map.next_entry::<String, String>()? {
            labels.insert(key, value);
        }
        Ok(labels)
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Labels {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let mut labels = Self::new();
        labels.extend(pairs);
        labels
    }
}

impl<K: Into<String>, V: Into<String>> Extend<(K, V)> for Labels {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, pairs: I) {
        for (key, value) in pairs {
            self.insert(key, value);
        }
    }
}

impl<K: Into<String>, V: Into<String>, const N: usize> From<[(K, V); N]> for Labels {
    fn from(pairs: [(K, V); N]) -> Self {
        pairs.into_iter().collect()
    }
}

impl<K: Into<String>, V: Into<String>> From<Vec<(K, V)>> for Labels {
    fn from(pairs: Vec<(K, V)>) -> Self {
        pairs.into_iter().collect()
    }
}

impl From<BTreeMap<String, String>> for Labels {
    fn from(labels: BTreeMap<String, String>) -> Self {
        labels.into_iter().collect()
    }
}

impl<S> From<HashMap<String, String, S>> for Labels {
    fn from(labels: HashMap<String, String, S>) -> Self {
        labels.into_iter().collect()
    }
}

impl From<Labels> for BTreeMap<String, String> {
    fn from(labels: Labels) -> Self {
        labels.0.into_iter().collect()
    }
}

/// Iterates over [`Labels`], sorted by key.
#[derive(Clone, Debug)]
pub struct Iter<'a>(std::slice::Iter<'a, (String, String)>);

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a str, &'a str);
    fn next(&mut self) -> Option<Self::Item> {
        let (key, value) = self.0.next()?;
        Some((key, value))
    }
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl<'a> IntoIterator for &'a Labels {
    type Item = (&'a str, &'a str);
    type IntoIter = Iter<'a>;
    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl IntoIterator for Labels {
    type Item = (String, String);
    type IntoIter = std::vec::IntoIter<(String, String)>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_kept_as_a_map_keeps_them() {
        let mut orders = vec![vec![]];
        for _ in 0..4 {
            let longer = |order: &Vec<usize>| {
                (0..3)
                    .map(|key| [order.clone(), vec![key]].concat())
                    .collect::<Vec<_>>()
            };
            orders.extend(orders.iter().flat_map(longer).collect::<Vec<_>>());
        }
        for order in orders {
            let pairs = order.iter().enumerate();
            let pairs: Vec<_> = pairs
                .map(|(value, key)| (["a", "b", "c"][*key], value.to_string()))
                .collect();
            let map: BTreeMap<String, String> = pairs
                .iter()
                .map(|(key, value)| ((*key).to_owned(), value.clone()))
                .collect();
            let mut labels: Labels = pairs.into_iter().collect();
            assert_eq!(BTreeMap::from(labels.clone()), map);
            assert_eq!(format!("{labels:?}"), format!("{map:?}"));
            let text = serde_json::to_string(&map).unwrap();
            assert_eq!(serde_json::to_string(&labels).unwrap(), text);
            assert_eq!(serde_json::from_str::<Labels>(&text).unwrap(), labels);
            for key in ["a", "b", "c", "d"] {
                assert_eq!(labels.get(key), map.get(key).map(String::as_str));
                assert_eq!(labels.contains_key(key), map.contains_key(key));
            }
            assert_eq!(labels.remove("b"), map.get("b").cloned());
            assert!(!labels.contains_key("b"));
        }
    }

    #[test]
    fn good_labels_pass() {
        let (name, prefix) = ("n".repeat(63), "p".repeat(255));
        let longest = format!("{prefix}/{name}");
        for (key, value) in [
            ("a", ""),
            ("env", "prod"),
            ("0", "9"),
            ("a-b_c.d", "x-y_z.0"),
            ("example.com/my", "label"),
            ("ex_ample.COM/my", "UPPER"),
            ("hetzner.cloud.example/x", ""),
            (
                "hetzner.cloud",
                "a key of this name without prefix"
                    .split(' ')
                    .next()
                    .unwrap(),
            ),
            (name.as_str(), name.as_str()),
            (longest.as_str(), ""),
        ] {
            assert_eq!(
                Labels::from([(key, value)]).check(),
                Ok(()),
                "{key}={value}"
            );
        }
    }

    #[test]
    fn bad_keys_name_the_rule() {
        let (long_name, long_prefix) = ("n".repeat(64), format!("{}/x", "p".repeat(256)));
        for (key, rule) in [
            ("", "must not be empty"),
            ("a/", "name of the key must not be empty"),
            ("/a", "prefix before `/` must not be empty"),
            ("a/b/c", "at most one `/`"),
            ("-a", "begin and end"),
            ("a-", "begin and end"),
            (".", "begin and end"),
            ("a b", "may hold letters"),
            ("a\n", "may hold letters"),
            ("ä", "may hold letters"),
            ("a=b", "may hold letters"),
            ("a,b", "may hold letters"),
            ("-p/a", "the prefix may hold"),
            ("p./a", "the prefix may hold"),
            ("hetzner.cloud/a", "reserved"),
            ("Hetzner.Cloud/a", "reserved"),
            (long_name.as_str(), "longer than 63"),
            (long_prefix.as_str(), "longer than 255"),
        ] {
            let error = Labels::from([("good", "good"), (key, "")])
                .check()
                .expect_err(key);
            assert!(error.rule().contains(rule), "{key:?}: {error}");
            assert_eq!((error.key(), error.value()), (key, None));
            assert!(error.to_string().starts_with("label key "), "{error}");
        }
    }

    #[test]
    fn bad_values_name_key_value_and_rule() {
        let long = "v".repeat(64);
        for (value, rule) in [
            ("-", "begin and end"),
            ("a.", "begin and end"),
            ("a b", "may hold letters"),
            ("a/b", "may hold letters"),
            ("é", "may hold letters"),
            (long.as_str(), "longer than 63"),
        ] {
            let error = Labels::from([("key", value)]).check().expect_err(value);
            assert_eq!((error.key(), error.value()), ("key", Some(value)));
            assert!(error.rule().contains(rule), "{value:?}: {error}");
            assert!(
                error
                    .to_string()
                    .contains(&format!("\"key\" with value {value:?}")),
                "{error}"
            );
        }
    }

    #[test]
    fn labels_are_a_plain_map_on_the_wire() {
        let mut labels: Labels = cloud_core::decode::from_str(r#"{"b":"2","a":null}"#).unwrap();
        assert_eq!(labels.iter().collect::<Vec<_>>(), [("a", ""), ("b", "2")]);
        assert_eq!(labels.insert("b", "3"), Some("2".to_owned()));
        labels.extend([("c", "4")]);
        assert_eq!(labels.remove("a"), Some(String::new()));
        assert_eq!(
            serde_json::to_string(&labels).unwrap(),
            r#"{"b":"3","c":"4"}"#
        );
        assert_eq!(
            (labels.len(), labels.is_empty(), labels.contains_key("a")),
            (2, false, false)
        );
        assert_eq!(labels, vec![("c", "4"), ("b", "3")].into());
        let map =
            HashMap::from([("b", "3"), ("c", "4")].map(|(k, v)| (k.to_owned(), v.to_owned())));
        assert_eq!(labels, map.into());
    }
}
