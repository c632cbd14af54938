//! How what services hold is written to a file and read from it: helpers for types that serde does not know or cannot read.
//!
//! The structs of a state derive `Serialize` and `Deserialize`; what only lasts while work is under way is skipped, for a
//! state is written when none is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::lock;

/// How long a word of an API may be, and how many of them there may be: those that were read are never given back.
const LONGEST: usize = 64;
const MOST: usize = 10_000;

/// A word of an API. Fields have this name for it, for serde takes `&'static str` for a text that is borrowed from a file.
pub(crate) type Word = &'static str;

/// A word that was read.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Interned(&'static str);

impl<'de> Deserialize<'de> for Interned {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        static KNOWN: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
        let text = String::deserialize(from)?;
        let mut known = lock(&KNOWN);
        if let Some(word) = known.get(text.as_str()) {
            return Ok(Self(word));
        }
        // A state comes from whoever may control the sandbox; without a bound loading would fill the memory for good.
        if text.len() > LONGEST || known.len() == MOST {
            return Err(D::Error::custom("this is no word of an API"));
        }
        let word: &'static str = Box::leak(text.into_boxed_str());
        known.insert(word);
        Ok(Self(word))
    }
}

/// Reads a word.
pub(crate) fn word<'de, D: Deserializer<'de>>(from: D) -> Result<&'static str, D::Error> {
    Interned::deserialize(from).map(|word| word.0)
}

/// Reads a word that may be absent.
pub(crate) fn optional_word<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<&'static str>, D::Error> {
    Ok(Option::<Interned>::deserialize(from)?.map(|word| word.0))
}

/// Reads a map by words.
pub(crate) fn by_word<'de, D: Deserializer<'de>, V: Deserialize<'de>>(
    from: D,
) -> Result<BTreeMap<&'static str, V>, D::Error> {
    let map = BTreeMap::<Interned, V>::deserialize(from)?;
    Ok(map
        .into_iter()
        .map(|(word, value)| (word.0, value))
        .collect())
}

/// Something of which the program has all there are, written by its name.
pub(crate) trait Fixed: Sized + 'static {
    fn key(&self) -> &'static str;
    fn find(key: &str) -> Option<&'static Self>;
}

pub(crate) mod fixed {
    use super::{Deserialize, Deserializer, Error, Fixed, Serializer};

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    pub(crate) fn serialize<T: Fixed, S: Serializer>(
        one: &&'static T,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.serialize_str(one.key())
    }

    pub(crate) fn deserialize<'de, T: Fixed, D: Deserializer<'de>>(
        from: D,
    ) -> Result<&'static T, D::Error> {
        let key = String::deserialize(from)?;
        T::find(&key).ok_or_else(|| D::Error::custom(format_args!("there is no {key:?}")))
    }
}

/// A map whose keys are no texts, as a list of pairs.
pub(crate) mod pairs {
    use super::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<'m, M, K, V, S>(map: &'m M, to: S) -> Result<S::Ok, S::Error>
    where
        &'m M: IntoIterator<Item = (&'m K, &'m V)>,
        K: Serialize + 'm,
        V: Serialize + 'm,
        S: Serializer,
    {
        to.collect_seq(map)
    }

    pub(crate) fn deserialize<'de, M, K, V, D>(from: D) -> Result<M, D::Error>
    where
        M: IntoIterator<Item = (K, V)> + FromIterator<(K, V)>,
        K: Deserialize<'de>,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        Ok(Vec::<(K, V)>::deserialize(from)?.into_iter().collect())
    }
}

/// A map by a name and a word.
pub(crate) mod by_name_and_word {
    use super::{BTreeMap, Deserialize, Deserializer, Interned, Serialize, Serializer};

    type Map<V> = BTreeMap<(String, &'static str), V>;

    pub(crate) fn serialize<V: Serialize, S: Serializer>(
        map: &Map<V>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_seq(map)
    }

    pub(crate) fn deserialize<'de, V: Deserialize<'de>, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Map<V>, D::Error> {
        let pairs = Vec::<((String, Interned), V)>::deserialize(from)?;
        let pairs = pairs.into_iter();
        Ok(pairs
            .map(|((name, word), value)| ((name, word.0), value))
            .collect())
    }
}

/// Bytes, in Base64.
pub(crate) mod bytes {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::{Deserialize, Deserializer, Error, Serializer};

    pub(crate) fn serialize<S: Serializer>(
        bytes: &impl AsRef<[u8]>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(bytes))
    }

    pub(crate) fn deserialize<'de, T: From<Vec<u8>>, D: Deserializer<'de>>(
        from: D,
    ) -> Result<T, D::Error> {
        let text = String::deserialize(from)?;
        let bytes = STANDARD.decode(text).map_err(D::Error::custom)?;
        Ok(bytes.into())
    }
}

/// Where a sequence of random numbers is.
pub(crate) mod rng {
    use super::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer>(rng: &fastrand::Rng, to: S) -> Result<S::Ok, S::Error> {
        rng.get_seed().serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<fastrand::Rng, D::Error> {
        Ok(fastrand::Rng::with_seed(u64::deserialize(from)?))
    }
}

/// A state as JSON.
pub(crate) fn write<T: Serialize>(state: &T) -> Value {
    // All keys of maps are texts or numbers, and nothing else can fail.
    serde_json::to_value(state).unwrap_or_default()
}

/// A state that others can change meanwhile, as JSON.
pub(crate) fn save<T: Serialize>(state: &Mutex<T>) -> Value {
    write(&*lock(state))
}

/// Reads what was saved, and gives what puts it in the place of the state; or the path of what is wrong, and why.
pub(crate) fn load<'s, T: DeserializeOwned + 's>(
    state: &'s Mutex<T>,
    saved: &Value,
) -> Result<Box<dyn FnOnce() + 's>, (String, String)> {
    let saved: T = read(saved)?;
    Ok(Box::new(move || *lock(state) = saved))
}

/// A state from JSON, or the path of what is wrong in it and why.
pub(crate) fn read<T: DeserializeOwned>(state: &Value) -> Result<T, (String, String)> {
    serde_path_to_error::deserialize(state)
        .map_err(|error| (error.path().to_string(), error.into_inner().to_string()))
}
