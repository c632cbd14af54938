use std::collections::BTreeMap;
use std::path::Path;

use cloud_core::provider::{Environment, Origin, Setting};
use cloud_core::{Error, Result};
use secrecy::{ExposeSecret, SecretString};
use serde_yaml_ng::{Mapping, Value};

/// What a key is for, which decides where it is looked for.
#[derive(Clone, Copy, PartialEq)]
enum Use {
    /// What a login is made of. The one in `auth` is the stronger, as in `_validate_auth` of openstacksdk's loader.
    Login,
    /// What else a login has. The stronger word counts, wherever it stands, and then the one beside `auth`, as in
    /// `_fix_backwards_auth` of that loader.
    Scope,
    /// Everything else, which should stand beside `auth`.
    Other,
}

/// The keys that settings are made of: all words for each of them, the strongest first.
const KEYS: [(Use, &[&str]); 38] = [
    (Use::Login, &["application_credential_id"]),
    (Use::Login, &["application_credential_name"]),
    (Use::Login, &["application_credential_secret"]),
    (Use::Login, &["auth_url"]),
    (Use::Login, &["default_domain_id"]),
    (Use::Login, &["default_domain_name"]),
    (Use::Login, &["password"]),
    (Use::Login, &["system_scope"]),
    (Use::Login, &["trust_id"]),
    (Use::Login, &["user_id"]),
    (Use::Login, &["username", "user_name"]),
    (Use::Scope, &["domain_id"]),
    (Use::Scope, &["domain_name"]),
    (Use::Scope, &["passcode"]),
    (Use::Scope, &["project_domain_id"]),
    (Use::Scope, &["project_domain_name"]),
    (Use::Scope, &["project_id", "tenant_id"]),
    (Use::Scope, &["project_name", "tenant_name"]),
    (Use::Scope, &["token", "auth_token"]),
    (Use::Scope, &["user_domain_id"]),
    (Use::Scope, &["user_domain_name"]),
    (Use::Other, &["api_timeout"]),
    (Use::Other, &["auth_type", "auth_plugin"]),
    (Use::Other, &["cacert"]),
    (Use::Other, &["cert"]),
    (Use::Other, &["data_processing_api_version"]),
    (
        Use::Other,
        &[
            "data_processing_endpoint_override",
            "data_processing_endpoint",
            "data_processing_url",
        ],
    ),
    (
        Use::Other,
        &["data_processing_interface", "data_processing_endpoint_type"],
    ),
    (Use::Other, &["data_processing_region_name"]),
    (Use::Other, &["data_processing_service_name"]),
    (Use::Other, &["data_processing_service_type"]),
    (Use::Other, &["identity_api_version"]),
    (Use::Other, &["insecure"]),
    // openstacksdk has an interface by default, and writes the older word over it.
    (Use::Other, &["endpoint_type", "interface"]),
    (Use::Other, &["key"]),
    (Use::Other, &["profile", "cloud"]),
    (Use::Other, &["region_name"]),
    (Use::Other, &["verify"]),
];

/// How keys begin that are told when they are none: others beside `auth` are for other services, or for other programs.
const OURS: [&str; 6] = [
    "application_credential_",
    "auth_",
    "data_processing_",
    "project_",
    "tenant_",
    "user_",
];

/// Keys whose values are never shown.
const SECRETS: [&str; 5] = [
    "application_credential_secret",
    "auth_token",
    "passcode",
    "password",
    "token",
];

/// The keys in which fields are filled in that the cloud does not have: they are known when there is a token.
const FILLED_LATER: [&str; 3] = ["project_id", "tenant_id", "user_id"];

type Values = BTreeMap<String, Setting<SecretString>>;

/// The settings of one cloud, by the words that are written. Every value may be a secret, so there is no `Debug`.
#[derive(Clone, Default)]
pub(super) struct Entry {
    /// In `auth`. They are laid over each other apart from those beside it, for it is the last step to choose.
    auth: Values,
    beside: Values,
    /// Keys that are none: misspelled ones, or such that are for another kind of login.
    unknown: Vec<Origin>,
}

impl Entry {
    /// The cloud that the environment is; `None` when no variable says anything.
    pub(super) fn from_environment(env: &Environment) -> Result<Option<Self>> {
        let mut entry = Self::default();
        let mut is_cloud = false;
        // `OS_CLOUD` is no word for a profile.
        let words = KEYS.iter().flat_map(|(_, words)| *words);
        for word in words.filter(|word| !["cloud", "profile"].contains(word)) {
            if let Some(value) = env.get_nonempty(&format!("OS_{}", word.to_uppercase()))? {
                // A region alone chooses one, and makes no cloud.
                is_cloud |= *word != "region_name";
                entry
                    .beside
                    .insert((*word).to_owned(), value.map(SecretString::from));
            }
        }
        for prefix in OURS {
            let names = env
                .names(&format!("OS_{}", prefix.to_uppercase()))
                .into_iter();
            // A key begins behind the three characters of `OS_`.
            let strange = names.filter(|name| words_of(&word(&name[3..])).is_none());
            entry.unknown.extend(strange.map(Origin::Variable));
        }
        Ok(is_cloud.then_some(entry))
    }

    /// What a part of a file says: its keys, and those of `auth` below them. `place` leads to it.
    pub(super) fn from_mapping(mapping: &Mapping, path: &Path, place: &str) -> Result<Self> {
        let mut unknown = Vec::new();
        let auth = match mapping.get("auth") {
            Some(Value::Mapping(auth)) => {
                // A login has no other keys.
                read(auth, path, &format!("{place}.auth"), &[""], &mut unknown)?
            }
            None | Some(Value::Null) => Values::new(),
            Some(_) => return Err(wrong(path, &format!("{place}.auth"), "must be a mapping")),
        };
        let beside = read(mapping, path, place, &OURS, &mut unknown)?;
        Ok(Self {
            auth,
            beside,
            unknown,
        })
    }

    /// Takes what the other one says, and keeps what it does not.
    pub(super) fn lay_over(&mut self, stronger: Self) {
        self.auth.extend(stronger.auth);
        self.beside.extend(stronger.beside);
        self.unknown.extend(stronger.unknown);
    }

    /// The entry in a region: the one that is asked for, its own, else the first of those that are declared, which must
    /// have it.
    pub(super) fn with_region(
        mut self,
        asked: Option<&str>,
        mut declared: Vec<(String, Self)>,
    ) -> Result<Self> {
        // The older way to declare them: `region_name: r1,r2`, or a list there.
        if let Some(several) = self
            .text("region_name")
            .filter(|own| own.value.contains(','))
            && declared.is_empty()
        {
            self.beside.remove("region_name");
            let names = several
                .value
                .split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty());
            let of = |name: &str| (name.to_owned(), Self::of_region(name, &several.origin));
            declared = names.map(of).collect();
        }
        if let Some(asked) = asked {
            let region = Setting::new(asked.to_owned().into(), Origin::Builder("region"));
            self.beside.insert("region_name".to_owned(), region);
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
        // What named the region stays its origin, not the declaration.
        values.beside.remove("region_name");
        self.lay_over(values);
        Ok(self)
    }

    /// The entry with `{key}` filled in: in the address of Keystone, and in what does not belong to the login.
    pub(super) fn filled(mut self) -> Result<Self> {
        let open =
            // Addresses stand in errors and logs, so no secret may get into one.
            |(word, _): &(&String, &Setting<SecretString>)| !SECRETS.contains(&word.as_str());
        let known: BTreeMap<String, String> = self
            .auth
            .iter()
            .chain(&self.beside)
            .filter(open)
            .map(|(word, setting)| (word.clone(), setting.value.expose_secret().to_owned()))
            .collect();
        for (word, setting) in self.auth.iter_mut().chain(&mut self.beside) {
            let is_filled =
                word == "auth_url" || words_of(word).is_some_and(|(of, _)| *of == Use::Other);
            let text = setting.value.expose_secret();
            if !is_filled || !text.contains('{') {
                continue;
            }
            let text = known.iter().fold(text.to_owned(), |text, (other, value)| {
                text.replace(&format!("{{{other}}}"), value)
            });
            let is_endpoint = word.starts_with("data_processing_");
            let field = text
                .split_once('{')
                .and_then(|(_, behind)| behind.split_once('}'));
            // In anything but an address braces may mean themselves.
            if let Some((field, _)) = field
                && word.contains("url") | word.contains("endpoint")
                && !(is_endpoint && FILLED_LATER.contains(&field))
            {
                return Err(setting.error(format_args!(
                    "holds {{{field}}}, and the cloud has no key {field}"
                )));
            }
            setting.value = text.into();
        }
        Ok(self)
    }

    /// A value that is no secret.
    pub(super) fn text(&self, key: &str) -> Option<Setting<String>> {
        Some(
            self.secret(key)?
                .map(|value| value.expose_secret().to_owned()),
        )
    }

    /// A value. An empty one counts as not set.
    pub(super) fn secret(&self, key: &str) -> Option<Setting<SecretString>> {
        let (of, words) = words_of(key)?;
        let at = |place: &Values, word: &str| {
            let setting = place.get(word);
            setting
                .filter(|setting| !setting.value.expose_secret().is_empty())
                .cloned()
        };
        if *of == Use::Login {
            let first = |place| words.iter().find_map(|word| at(place, word));
            return first(&self.auth).or_else(|| first(&self.beside));
        }
        let of_word = |word: &&str| at(&self.beside, word).or_else(|| at(&self.auth, word));
        // The old kind of login has the old words.
        if words[1..].iter().any(|word| word.starts_with("tenant"))
            && self
                .text("auth_type")
                .is_some_and(|kind| kind.value == "v2password")
        {
            return words.iter().rev().find_map(of_word);
        }
        words.iter().find_map(of_word)
    }

    /// Keys that are not known, for people.
    pub(super) fn unknown(&self) -> Option<String> {
        let places: Vec<String> = self.unknown.iter().map(ToString::to_string).collect();
        (!places.is_empty())
            .then(|| format!("not known, and without effect: {}", places.join(", ")))
    }

    /// Where its values come from.
    pub(super) fn origins(&self) -> impl Iterator<Item = &Origin> {
        let values = self.auth.values().chain(self.beside.values());
        values.map(|setting| &setting.origin)
    }

    /// Names the region of a declaration that has no values of its own.
    pub(super) fn of_region(name: &str, origin: &Origin) -> Self {
        let region = Setting::new(name.to_owned().into(), origin.clone());
        Self {
            beside: BTreeMap::from([("region_name".to_owned(), region)]),
            ..Self::default()
        }
    }
}

/// Reads the keys of a mapping. What is none and begins in one of these ways is noted.
fn read(
    mapping: &Mapping,
    path: &Path,
    place: &str,
    told: &[&str],
    unknown: &mut Vec<Origin>,
) -> Result<Values> {
    let mut values = Values::new();
    for (name, value) in mapping {
        let Some(name) = name.as_str() else { continue };
        // A forgotten blank makes one key of a key and its value, which may be a secret.
        let shown = if name
            .chars()
            .all(|c| c.is_alphanumeric() || "_-".contains(c))
        {
            name
        } else {
            "(a key that is no word)"
        };
        let (word, place) = (word(name), format!("{place}.{shown}"));
        let origin = Origin::File {
            path: path.to_owned(),
            key: place.clone(),
        };
        if words_of(&word).is_none() {
            if told.iter().any(|prefix| word.starts_with(prefix)) {
                unknown.push(origin);
            }
            continue;
        }
        let text = scalar(value).map_err(|problem| wrong(path, &place, problem))?;
        values.extend(text.map(|text| (word, Setting::new(text.into(), origin))));
    }
    Ok(values)
}

/// A key as it is written here.
fn word(name: &str) -> String {
    name.replace('-', "_").to_lowercase()
}

/// The key that has this word.
fn words_of(word: &str) -> Option<&'static (Use, &'static [&'static str])> {
    KEYS.iter().find(|(_, words)| words.contains(&word))
}

/// The text of a value: as it is written, lists with commas; `None` for nothing.
fn scalar(value: &Value) -> Result<Option<String>, &'static str> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        Value::Sequence(items) => {
            let texts: Result<Vec<Option<String>>, _> = items.iter().map(scalar).collect();
            Ok(Some(
                texts?.into_iter().flatten().collect::<Vec<_>>().join(","),
            ))
        }
        _ => Err("must be text"),
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
