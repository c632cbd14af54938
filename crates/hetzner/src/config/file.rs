use std::path::PathBuf;
use std::time::Duration;

use toml::{Table, Value};

use super::{ConfigError, Origin, Setting, duration};
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
}

impl Preference {
    pub(super) fn text(self) -> Result<String, String> {
        match self {
            Self::Text(text) => Ok(text),
            Self::Integer(_) => Err("must be text".to_owned()),
        }
    }

    pub(super) fn duration(self) -> Result<Duration, String> {
        match self {
            Self::Text(text) => duration::parse(&text),
            Self::Integer(nanos) => u128::try_from(nanos)
                .ok()
                .and_then(duration::from_nanos)
                .ok_or_else(|| "must not be negative".to_owned()),
        }
    }
}

impl CliFile {
    /// Reads the text of the file. No path means that not even the place of the file is known.
    pub(super) fn parse(path: Option<PathBuf>, text: &str) -> Result<Self, ConfigError> {
        let path = path.unwrap_or_else(|| PathBuf::from("hcloud/cli.toml"));
        match text.parse() {
            Ok(table) => Ok(Self { path, table }),
            Err(error) => {
                // The error as a whole would quote the line it complains about, and lines of this file hold tokens. Its
                // message quotes nothing (toml 1.2); the mask is for the day it does.
                let error: toml::de::Error = error;
                let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or("");
                let line = before.matches('\n').count() + 1;
                let message = format!("not valid TOML: {}", mask(error.message()));
                Err(ConfigError::new(format!("line {line}"), Origin::CliFile(path), message))
            }
        }
    }

    pub(super) fn active_context(&self) -> Result<Option<Setting<String>>, ConfigError> {
        Ok(self.string(&self.table, "", "active_context")?.filter(|name| !name.value.is_empty()))
    }

    pub(super) fn context(&self, wanted: &Setting<String>) -> Result<Context<'_>, ConfigError> {
        let found = self.contexts()?.into_iter().find(|context| context.name == wanted.value);
        found.map_or_else(
            || {
                let (name, known) = (&wanted.value, self.known()?);
                Err(ConfigError::new(
                    wanted.name.as_str(),
                    if wanted.origin == Origin::Missing { self.origin() } else { wanted.origin.clone() },
                    format!("there is no context {name:?} in {}; {known}", self.path.display()),
                ))
            },
            Ok,
        )
    }

    /// A preference of the context, else of the whole file.
    pub(super) fn preference(
        &self,
        context: Option<&Context<'_>>,
        key: &str,
    ) -> Result<Option<Setting<Preference>>, ConfigError> {
        if let Some(context) = context {
            let place = format!("contexts.{}.", context.name);
            if let Some(found) = self.preference_in(context.table, &place, key)? {
                return Ok(Some(found));
            }
        }
        self.preference_in(&self.table, "", key)
    }

    /// What to tell somebody who has given no token anywhere.
    pub(super) fn no_token(&self) -> ConfigError {
        let known = self.known().unwrap_or_default();
        let message = format!(
            "no token is given: set HCLOUD_TOKEN or HCLOUD_TOKEN_FILE, or choose a context of {} with HCLOUD_CONTEXT; {known}",
            self.path.display()
        );
        ConfigError::new("token", Origin::Missing, message)
    }

    fn preference_in(&self, table: &Table, place: &str, key: &str) -> Result<Option<Setting<Preference>>, ConfigError> {
        let preferences = match table.get("preferences") {
            None => return Ok(None),
            Some(Value::Table(preferences)) => preferences,
            Some(_) => return Err(self.wrong(format!("{place}preferences"), "must be a table")),
        };
        let name = format!("{place}preferences.{key}");
        let value = match preferences.get(key) {
            None => return Ok(None),
            Some(Value::String(text)) => Preference::Text(text.clone()),
            Some(Value::Integer(number)) => Preference::Integer(*number),
            Some(_) => return Err(self.wrong(name, "must be text or an integer")),
        };
        Ok(Some(Setting::new(value, name, self.origin())))
    }

    fn contexts(&self) -> Result<Vec<Context<'_>>, ConfigError> {
        let list = match self.table.get("contexts") {
            None => return Ok(Vec::new()),
            Some(Value::Array(list)) => list,
            Some(_) => return Err(self.wrong("contexts", "must be a list of tables")),
        };
        list.iter()
            .enumerate()
            .map(|(index, context)| {
                let table = context.as_table().ok_or_else(|| self.wrong("contexts", "must be a list of tables"))?;
                let name = self.string(table, &format!("contexts[{index}]."), "name")?;
                Ok(Context { file: self, name: name.map(|name| name.value).unwrap_or_default(), table })
            })
            .collect()
    }

    fn known(&self) -> Result<String, ConfigError> {
        let names: Vec<_> = self.contexts()?.into_iter().map(|context| format!("{:?}", context.name)).collect();
        Ok(if names.is_empty() { "it has no contexts".to_owned() } else { format!("it has {}", names.join(", ")) })
    }

    fn string(&self, table: &Table, place: &str, key: &str) -> Result<Option<Setting<String>>, ConfigError> {
        let name = format!("{place}{key}");
        match table.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(Setting::new(text.clone(), name, self.origin()))),
            Some(_) => Err(self.wrong(name, "must be text")),
        }
    }

    fn wrong(&self, name: impl Into<String>, message: &str) -> ConfigError {
        ConfigError::new(name, self.origin(), message)
    }

    fn origin(&self) -> Origin {
        Origin::CliFile(self.path.clone())
    }
}

impl Context<'_> {
    pub(super) fn token(&self) -> Result<Setting<String>, ConfigError> {
        let place = format!("contexts.{}.", self.name);
        let token = self.file.string(self.table, &place, "token")?;
        token.ok_or_else(|| self.file.wrong(format!("{place}token"), "is missing"))
    }
}
