use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use cloud_core::config::{Origin, Setting};
use cloud_core::{Error, Result};
use secrecy::SecretString;
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess};

use super::duration;
use crate::error::mask;

/// The file in which the `hcloud` program keeps its contexts.
pub(super) struct CliFile {
    path: PathBuf,
    table: Table,
}

/// One context of the file.
pub(super) struct Context<'a> {
    file: &'a CliFile,
    name: String,
    table: &'a Table,
}

/// A preference as it stands in the file or in the environment.
pub(super) enum Preference {
    Text(String),
    Integer(i64),
    Boolean(bool),
}

/// What stands under a key of the file.
enum Item {
    Text(String),
    Integer(i64),
    Boolean(bool),
    List(Vec<Item>),
    Table(Table),
    /// A fraction, which no key of this file has.
    Other,
}

/// A list, because `serde_json`'s map and what makes it would be three times as large.
#[derive(Default)]
struct Table(Vec<(String, Item)>);

impl Table {
    fn get(&self, key: &str) -> Option<&Item> {
        let found = self.0.iter().find(|(name, _)| name == key);
        found.map(|(_, item)| item)
    }
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyItem)
    }
}

struct AnyItem;

impl<'de> de::Visitor<'de> for AnyItem {
    type Value = Item;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Item, E> {
        Ok(Item::Text(text.to_owned()))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Item, E> {
        Ok(Item::Integer(number))
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Item, E> {
        Ok(Item::Boolean(value))
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Item, E> {
        Ok(Item::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Item, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Item::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Item, A::Error> {
        let mut table = Table::default();
        while let Some(entry) = map.next_entry()? {
            table.0.push(entry);
        }
        Ok(Item::Table(table))
    }
}

impl Preference {
    pub(super) fn text(self) -> Result<String, String> {
        match self {
            Self::Text(text) => Ok(text),
            Self::Integer(_) | Self::Boolean(_) => Err("must be text".to_owned()),
        }
    }

    pub(super) fn duration(self) -> Result<Duration, String> {
        match self {
            Self::Text(text) => duration::parse(&text),
            Self::Integer(nanos) => u128::try_from(nanos)
                .ok()
                .and_then(duration::from_nanos)
                .ok_or_else(|| "must not be negative".to_owned()),
            Self::Boolean(_) => Err("must be text or an integer".to_owned()),
        }
    }

    /// By the words that the `hcloud` program, written in Go, reads.
    pub(super) fn boolean(self) -> Result<bool, String> {
        match self {
            Self::Boolean(value) => Ok(value),
            // These words are those of Go's `strconv.ParseBool`.
            Self::Text(text) if matches!(&*text, "1" | "t" | "T" | "true" | "TRUE" | "True") => {
                Ok(true)
            }
            Self::Text(text) if matches!(&*text, "0" | "f" | "F" | "false" | "FALSE" | "False") => {
                Ok(false)
            }
            Self::Text(_) | Self::Integer(_) => Err("must be true or false".to_owned()),
        }
    }
}

impl CliFile {
    /// Reads the text of the file.
    pub(super) fn parse(path: PathBuf, text: &str) -> Result<Self> {
        match basic_toml::from_str(text) {
            Ok(Item::Table(table)) => Ok(Self { path, table }),
            // A document is a table.
            Ok(_) => Ok(Self {
                path,
                table: Table::default(),
            }),
            Err(error) => {
                // Its messages quote no more than names and single characters; but lines of this file hold tokens.
                let said = error.to_string();
                let (problem, place) = said.rsplit_once(" at line ").unwrap_or((&said, "1"));
                let line = place.split(' ').next().unwrap_or("1");
                let origin = Origin::File {
                    path,
                    key: format!("line {line}"),
                };
                Err(Error::config(
                    origin,
                    format_args!("not valid TOML: {}", mask(problem)),
                ))
            }
        }
    }

    pub(super) fn active_context(&self) -> Result<Option<Setting<String>>> {
        let origin = self.origin("active_context");
        let name = text(&self.table, "active_context", &origin)?.filter(|name| !name.is_empty());
        Ok(name.map(|name| Setting::new(name.to_owned(), origin)))
    }

    /// The context of this name.
    pub(super) fn context(&self, wanted: &str) -> Result<Option<Context<'_>>> {
        let mut contexts = self.contexts()?.into_iter();
        Ok(contexts.find(|context| context.name == wanted))
    }

    /// The error for a context that is not here.
    pub(super) fn no_context(&self, wanted: &Setting<String>) -> Error {
        let contexts = self.contexts().unwrap_or_default();
        wanted.error(format_args!(
            "there is no context {:?} in {}; {}",
            wanted.value,
            self.path.display(),
            known(&contexts)
        ))
    }

    /// A preference of the context, else of the whole file.
    pub(super) fn preference(
        &self,
        context: Option<&Context<'_>>,
        key: &str,
    ) -> Result<Option<Setting<Preference>>> {
        if let Some(context) = context {
            let place = format!("contexts.{}.", context.name);
            if let Some(found) = self.preference_in(context.table, &place, key)? {
                return Ok(Some(found));
            }
        }
        self.preference_in(&self.table, "", key)
    }

    /// What to tell somebody who has given no token anywhere.
    pub(super) fn no_token(&self) -> Error {
        let path = self.path.display();
        let known = match self.entries() {
            Ok(contexts) => known(&contexts),
            Err((key, problem)) => format!("its {key} {problem}"),
        };
        Error::config(
            "token (not set)",
            format_args!(
                "no token is given: set HCLOUD_TOKEN or HCLOUD_TOKEN_FILE, or choose a context of {path} with HCLOUD_CONTEXT; {known}"
            ),
        )
    }

    fn preference_in(
        &self,
        table: &Table,
        place: &str,
        key: &str,
    ) -> Result<Option<Setting<Preference>>> {
        let preferences = match table.get("preferences") {
            None => return Ok(None),
            Some(Item::Table(preferences)) => preferences,
            Some(_) => return Err(self.wrong(format!("{place}preferences"), "must be a table")),
        };
        let name = format!("{place}preferences.{key}");
        let value = match preferences.get(key) {
            None => return Ok(None),
            Some(Item::Text(text)) => Preference::Text(text.clone()),
            Some(Item::Boolean(value)) => Preference::Boolean(*value),
            Some(Item::Integer(number)) => Preference::Integer(*number),
            Some(_) => return Err(self.wrong(name, "must be text, an integer or true or false")),
        };
        Ok(Some(Setting::new(value, self.origin(name))))
    }

    fn contexts(&self) -> Result<Vec<Context<'_>>> {
        self.entries()
            .map_err(|(key, problem)| self.wrong(key, problem))
    }

    /// The contexts, or the key that is wrong and why. Those without a name are left out: nothing can choose them.
    fn entries(&self) -> Result<Vec<Context<'_>>, (String, &'static str)> {
        let no_tables = || ("contexts".to_owned(), "must be a list of tables");
        let list = match self.table.get("contexts") {
            None => return Ok(Vec::new()),
            Some(Item::List(list)) => list,
            Some(_) => return Err(no_tables()),
        };
        let mut contexts = Vec::new();
        for (index, context) in list.iter().enumerate() {
            let Item::Table(table) = context else {
                return Err(no_tables());
            };
            match table.get("name") {
                // Nothing could choose a context without a name.
                None => {}
                Some(Item::Text(name)) if name.is_empty() => {}
                Some(Item::Text(name)) => contexts.push(Context {
                    file: self,
                    name: name.clone(),
                    table,
                }),
                Some(_) => return Err((format!("contexts[{index}].name"), "must be text")),
            }
        }
        Ok(contexts)
    }

    fn wrong(&self, key: impl Into<String>, problem: &str) -> Error {
        Error::config(self.origin(key), problem)
    }

    fn origin(&self, key: impl Into<String>) -> Origin {
        Origin::File {
            path: self.path.clone(),
            key: key.into(),
        }
    }
}

impl Context<'_> {
    pub(super) fn token(&self) -> Result<Setting<SecretString>> {
        let origin = self.file.origin(format!("contexts.{}.token", self.name));
        match text(self.table, "token", &origin)? {
            Some(token) => Ok(Setting::new(token.into(), origin)),
            None => Err(Error::config(origin, "is missing")),
        }
    }
}

fn known(contexts: &[Context<'_>]) -> String {
    let names: Vec<_> = contexts
        .iter()
        .map(|context| format!("{:?}", context.name))
        .collect();
    if names.is_empty() {
        "it has no contexts".to_owned()
    } else {
        format!("it has {}", names.join(", "))
    }
}

fn text<'a>(table: &'a Table, key: &str, origin: &Origin) -> Result<Option<&'a str>> {
    match table.get(key) {
        None => Ok(None),
        Some(Item::Text(text)) => Ok(Some(text)),
        Some(_) => Err(Error::config(origin, "must be text")),
    }
}
