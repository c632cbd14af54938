use std::collections::BTreeMap;
use std::path::Path;

use cloud_core::config::{Environment, Origin, Setting};
use cloud_core::{Error, Result};
use secrecy::{ExposeSecret, SecretString};
use serde_yaml_ng::{Mapping, Value};

/// The keys that settings are made of.
const KEYS: [&str; 38] = [
    "api_timeout",
    "application_credential_id",
    "application_credential_name",
    "application_credential_secret",
    "auth_type",
    "auth_url",
    "cacert",
    "cert",
    "data_processing_api_version",
    "data_processing_endpoint_override",
    "data_processing_interface",
    "data_processing_region_name",
    "data_processing_service_name",
    "data_processing_service_type",
    "default_domain_id",
    "default_domain_name",
    "domain_id",
    "domain_name",
    "identity_api_version",
    "insecure",
    "interface",
    "key",
    "passcode",
    "password",
    "profile",
    "project_domain_id",
    "project_domain_name",
    "project_id",
    "project_name",
    "region_name",
    "system_scope",
    "token",
    "trust_id",
    "user_domain_id",
    "user_domain_name",
    "user_id",
    "username",
    "verify",
];

/// Other words for keys.
const ALIASES: [(&str, &str); 8] = [
    ("auth_plugin", "auth_type"),
    ("auth_token", "token"),
    ("cloud", "profile"),
    ("data_processing_url", "data_processing_endpoint_override"),
    ("endpoint_type", "interface"),
    ("tenant_id", "project_id"),
    ("tenant_name", "project_name"),
    ("user_name", "username"),
];

/// Keys whose values are never filled in, nor shown.
const SECRETS: [&str; 4] = [
    "application_credential_secret",
    "passcode",
    "password",
    "token",
];

/// Variables that choose a cloud, but make none.
const SELECTORS: [&str; 1] = ["region_name"];

/// The settings of one cloud, by key. Every value may be a secret, so there is no `Debug`.
#[derive(Clone, Default)]
pub(super) struct Entry {
    values: BTreeMap<String, Setting<SecretString>>,
    /// Keys in `auth` that are none: a login has no others, so that they are misspelled or for another kind of it.
    unknown: Vec<Origin>,
}

impl Entry {
    /// The cloud that the environment is; `None` when no variable says anything.
    pub(super) fn from_environment(env: &Environment) -> Result<Option<Self>> {
        let mut entry = Self::default();
        let mut is_cloud = false;
        // Other words for a key come first, and give way to it. `OS_CLOUD` is none for a profile.
        let words = ALIASES
            .iter()
            .copied()
            .chain(KEYS.iter().map(|key| (*key, *key)));
        for (word, key) in words.filter(|(_, key)| *key != "profile") {
            let variable = format!("OS_{}", word.to_uppercase());
            if let Some(value) = env.get_nonempty(&variable)? {
                is_cloud |= !SELECTORS.contains(&word);
                entry
                    .values
                    .insert(key.to_owned(), value.map(SecretString::from));
            }
        }
        Ok(is_cloud.then_some(entry))
    }

    /// What a part of a file says: its keys, and those of `auth` below them. `place` leads to it.
    pub(super) fn from_mapping(mapping: &Mapping, path: &Path, place: &str) -> Result<Self> {
        let mut entry = Self::default();
        if let Some(auth) = mapping.get("auth") {
            match auth {
                Value::Mapping(auth) => {
                    let place = format!("{place}.auth");
                    entry.lay_over(Self::from_keys(auth, path, &place)?);
                    let strange = auth
                        .keys()
                        .filter_map(Value::as_str)
                        .filter(|name| !is_key(name));
                    let origin = |name| Origin::File {
                        path: path.to_owned(),
                        key: format!("{place}.{name}"),
                    };
                    entry.unknown.extend(strange.map(origin));
                }
                Value::Null => {}
                _ => return Err(wrong(path, &format!("{place}.auth"), "must be a mapping")),
            }
        }
        entry.lay_over(Self::from_keys(mapping, path, place)?);
        Ok(entry)
    }

    fn from_keys(mapping: &Mapping, path: &Path, place: &str) -> Result<Self> {
        let (mut entry, mut others) = (Self::default(), Self::default());
        for (name, value) in mapping {
            let Some(name) = name.as_str() else { continue };
            if !is_key(name) {
                continue;
            }
            let word = word(name);
            let alias = ALIASES.iter().find(|(alias, _)| *alias == word);
            let key = alias.map_or(word.as_str(), |(_, key)| *key);
            let place = format!("{place}.{name}");
            let Some(text) = scalar(value).map_err(|problem| wrong(path, &place, problem))? else {
                continue;
            };
            let origin = Origin::File {
                path: path.to_owned(),
                key: place,
            };
            let target = if alias.is_some() {
                &mut others
            } else {
                &mut entry
            };
            target
                .values
                .insert(key.to_owned(), Setting::new(text.into(), origin));
        }
        others.lay_over(entry);
        Ok(others)
    }

    /// Takes what the other one says, and keeps what it does not.
    pub(super) fn lay_over(&mut self, stronger: Self) {
        self.values.extend(stronger.values);
        self.unknown.extend(stronger.unknown);
    }

    /// The entry in a region: the one that is asked for, its own, else the first of those that are declared, which must
    /// have it.
    pub(super) fn with_region(
        mut self,
        asked: Option<&str>,
        declared: Vec<(String, Self)>,
    ) -> Result<Self> {
        if let Some(asked) = asked {
            let region = Setting::new(asked.to_owned().into(), Origin::Builder("region"));
            self.values.insert("region_name".to_owned(), region);
        }
        if declared.is_empty() {
            return Ok(self);
        }
        let Some(wanted) = self.text("region_name") else {
            if let Some((_, values)) = declared.into_iter().next() {
                self.lay_over(values);
            }
            return Ok(self);
        };
        let names: Vec<String> = declared.iter().map(|(name, _)| name.clone()).collect();
        let Some((_, mut values)) = declared.into_iter().find(|(name, _)| *name == wanted.value)
        else {
            let text = format!(
                "{} is not among the regions of the cloud: {}",
                wanted.value,
                names.join(", ")
            );
            return Err(wanted.error(text));
        };
        values.values.remove("region_name");
        self.lay_over(values);
        Ok(self)
    }

    /// The entry with `{key}` in its values filled in.
    pub(super) fn filled(&self) -> Self {
        let fill = |(key, setting): (&String, &Setting<SecretString>)| {
            let mut setting = setting.clone();
            let text = setting.value.expose_secret();
            if text.contains('{') && !SECRETS.contains(&key.as_str()) {
                let known = self
                    .values
                    .iter()
                    .filter(|(other, _)| !SECRETS.contains(&other.as_str()));
                let text = known.fold(text.to_owned(), |text, (other, value)| {
                    text.replace(&format!("{{{other}}}"), value.value.expose_secret())
                });
                setting.value = text.into();
            }
            (key.clone(), setting)
        };
        Self {
            values: self.values.iter().map(fill).collect(),
            unknown: self.unknown.clone(),
        }
    }

    /// A value that is no secret.
    pub(super) fn text(&self, key: &str) -> Option<Setting<String>> {
        Some(
            self.secret(key)?
                .map(|value| value.expose_secret().to_owned()),
        )
    }

    /// A value.
    pub(super) fn secret(&self, key: &str) -> Option<Setting<SecretString>> {
        self.values
            .get(key)
            .filter(|setting| !setting.value.expose_secret().is_empty())
            .cloned()
    }

    /// Keys of the login that are not known, for people.
    pub(super) fn unknown(&self) -> Option<String> {
        let places: Vec<String> = self.unknown.iter().map(ToString::to_string).collect();
        (!places.is_empty())
            .then(|| format!("not known, and without effect: {}", places.join(", ")))
    }

    /// Where its values come from.
    pub(super) fn origins(&self) -> impl Iterator<Item = &Origin> {
        self.values.values().map(|setting| &setting.origin)
    }

    /// Names the region of a declaration that has no values of its own.
    pub(super) fn of_region(name: &str, path: &Path, place: &str) -> Self {
        let origin = Origin::File {
            path: path.to_owned(),
            key: place.to_owned(),
        };
        let region = Setting::new(name.to_owned().into(), origin);
        Self {
            values: BTreeMap::from([("region_name".to_owned(), region)]),
            unknown: Vec::new(),
        }
    }
}

/// A key as it is written here.
fn word(name: &str) -> String {
    name.replace('-', "_").to_lowercase()
}

fn is_key(name: &str) -> bool {
    let word = word(name);
    KEYS.contains(&word.as_str()) || ALIASES.iter().any(|(alias, _)| *alias == word)
}

/// The text of a value: numbers and flags as they are written, lists with commas; `None` for nothing.
fn scalar(value: &Value) -> Result<Option<String>, &'static str> {
    match value {
        Value::Null => Ok(None),
        Value::Bool(flag) => Ok(Some(flag.to_string())),
        Value::Number(number) => Ok(Some(number.to_string())),
        Value::String(text) => Ok(Some(text.clone())),
        Value::Sequence(items) => {
            let texts: Result<Vec<Option<String>>, _> = items.iter().map(scalar).collect();
            Ok(Some(
                texts?.into_iter().flatten().collect::<Vec<_>>().join(","),
            ))
        }
        Value::Mapping(_) | Value::Tagged(_) => Err("must be text"),
    }
}

pub(super) fn wrong(path: &Path, place: &str, problem: &str) -> Error {
    Error::config(
        Origin::File {
            path: path.to_owned(),
            key: place.to_owned(),
        },
        problem,
    )
}
