//! Settings of the program from a file.

use std::fs;
use std::path::Path;

use cloud_sandbox::hetzner_robot;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// What the file holds; its words are those of the options.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SettingsFile {
    pub(crate) token: Option<String>,
    pub(crate) seed: Option<u64>,
    #[serde(deserialize_with = "time")]
    pub(crate) starting_at: Option<jiff::Timestamp>,
    pub(crate) action_seconds: Option<f64>,
    pub(crate) rate_limit: Option<u32>,
    pub(crate) strict: bool,
    pub(crate) lenient_bodies: bool,
    pub(crate) default_network: bool,
    pub(crate) hetzner_robot: HetznerRobot,
    pub(crate) ovh: Ovh,
    pub(crate) vdk_control: VdkControl,
    pub(crate) keystone: Keystone,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct HetznerRobot {
    pub(crate) user: Option<RobotUser>,
    pub(crate) quirks: Vec<Quirk>,
    pub(crate) unlimited: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RobotUser {
    name: String,
    password: String,
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Quirk(pub(crate) hetzner_robot::Quirk);

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Ovh {
    pub(crate) application: Option<Application>,
    pub(crate) consumer_key: Option<String>,
    pub(crate) service_account: Option<ServiceAccount>,
    pub(crate) zones: Vec<ZoneName>,
    pub(crate) bills: Option<usize>,
    pub(crate) generic: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Application {
    key: String,
    secret: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceAccount {
    id: String,
    secret: String,
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct ZoneName(String);

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct VdkControl {
    pub(crate) secured: bool,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Keystone {
    pub(crate) users: Vec<KeystoneUser>,
}

#[derive(Clone, Deserialize)]
#[serde(try_from = "AnyUser")]
pub(crate) struct KeystoneUser {
    pub(crate) name: String,
    pub(crate) password: String,
    pub(crate) projects: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnyUser {
    name: String,
    password: String,
    projects: Vec<String>,
}

impl Default for SettingsFile {
    fn default() -> Self {
        Self {
            token: None,
            seed: None,
            starting_at: None,
            action_seconds: None,
            rate_limit: None,
            strict: false,
            lenient_bodies: false,
            // As the library's projects are unless it is told otherwise.
            default_network: true,
            hetzner_robot: HetznerRobot::default(),
            ovh: Ovh::default(),
            vdk_control: VdkControl::default(),
            keystone: Keystone::default(),
        }
    }
}

impl SettingsFile {
    pub(crate) fn read(file: &Path) -> Result<Self, String> {
        let text = fs::read_to_string(file)
            .map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        let mut json = serde_json::Deserializer::from_str(&text);
        let settings = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let place = match error.path().to_string().as_str() {
                "." => String::new(),
                path => format!("{path}: "),
            };
            format!("{}: {place}{}", file.display(), error.into_inner())
        })?;
        // What follows the object is a slip, and would do nothing without a word.
        json.end()
            .map_err(|error| format!("{}: {error}", file.display()))?;
        Ok(settings)
    }
}

fn time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<jiff::Timestamp>, D::Error> {
    let text = String::deserialize(from)?;
    text.parse().map(Some).map_err(D::Error::custom)
}

impl KeystoneUser {
    pub(crate) fn new(name: &str, password: &str, projects: Vec<String>) -> Result<Self, String> {
        if name.is_empty() || password.is_empty() || projects.iter().any(String::is_empty) {
            return Err("neither the name, the password nor a project may be empty".to_owned());
        }
        Ok(Self {
            name: name.to_owned(),
            password: password.to_owned(),
            projects,
        })
    }
}

impl TryFrom<AnyUser> for KeystoneUser {
    type Error = String;

    fn try_from(user: AnyUser) -> Result<Self, String> {
        Self::new(&user.name, &user.password, user.projects)
    }
}

impl TryFrom<String> for ZoneName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        zone_name(&text).map(Self)
    }
}

impl From<ZoneName> for String {
    fn from(name: ZoneName) -> Self {
        name.0
    }
}

impl TryFrom<String> for Quirk {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        name.parse().map(Self)
    }
}

impl From<RobotUser> for (String, String) {
    fn from(user: RobotUser) -> Self {
        (user.name, user.password)
    }
}

impl From<Application> for (String, String) {
    fn from(application: Application) -> Self {
        (application.key, application.secret)
    }
}

impl From<ServiceAccount> for (String, String) {
    fn from(account: ServiceAccount) -> Self {
        (account.id, account.secret)
    }
}

pub(crate) fn zone_name(text: &str) -> Result<String, String> {
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                // Zones are looked up in lower case: one with a capital letter would never be found.
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    if text.contains('.') && text.split('.').all(is_label) {
        Ok(text.to_owned())
    } else {
        Err("a name such as example.net is expected".to_owned())
    }
}
