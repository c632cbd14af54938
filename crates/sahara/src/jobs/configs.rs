//! The settings of a job.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::configs::ConfigValue;

/// Values of settings by name. Some of them are passwords, so that `Debug` gives the names alone.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Settings(pub BTreeMap<String, ConfigValue>);

impl Settings {
    /// Begins without any values.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the value of one name.
    pub fn set(mut self, name: impl Into<String>, value: impl Into<ConfigValue>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&ConfigValue> {
        self.0.get(name)
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.0.keys().map(|name| (name, Redacted)))
            .finish()
    }
}

struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// What a job was given. `Debug` hides all values: in API v2 there are passwords among them, which v1.1 and lists replace
/// by empty text.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct JobConfigs {
    /// Settings of the engine and of the job.
    #[serde(skip_serializing_if = "Settings::is_empty")]
    pub configs: Settings,
    /// Parameters of the script.
    #[serde(skip_serializing_if = "Settings::is_empty")]
    pub params: Settings,
    /// Positional arguments of the program.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<ConfigValue>,
}

impl JobConfigs {
    pub(super) fn is_empty(&self) -> bool {
        self.configs.is_empty() && self.params.is_empty() && self.args.is_empty()
    }
}

impl fmt::Debug for JobConfigs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let args: Vec<Redacted> = self.args.iter().map(|_| Redacted).collect();
        let mut shown = f.debug_struct("JobConfigs");
        shown
            .field("configs", &self.configs)
            .field("params", &self.params)
            .field("args", &args)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_gives_the_names_of_settings_alone() {
        let settings = Settings::new().set("fs.swift.service.sahara.password", "s3cret");
        let shown = r#"{"fs.swift.service.sahara.password": [redacted]}"#;
        assert_eq!(format!("{settings:?}"), shown);
    }
}
