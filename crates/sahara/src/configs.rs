//! Settings of what runs on the nodes.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A value of a setting: text, a whole number or a flag. Sahara takes nothing else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum ConfigValue {
    /// A flag: true or false.
    Flag(bool),
    /// A whole number, positive or not.
    Number(i64),
    /// Text of any kind.
    Text(String),
    /// Whatever else an answer may hold.
    Other(serde_json::Value),
}

impl From<bool> for ConfigValue {
    fn from(value: bool) -> Self {
        Self::Flag(value)
    }
}

impl From<i64> for ConfigValue {
    fn from(value: i64) -> Self {
        Self::Number(value)
    }
}

impl From<i32> for ConfigValue {
    fn from(value: i32) -> Self {
        Self::Number(value.into())
    }
}

impl From<u32> for ConfigValue {
    fn from(value: u32) -> Self {
        Self::Number(value.into())
    }
}

impl From<&str> for ConfigValue {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for ConfigValue {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

/// Settings by target (a service such as `HDFS`, or `general`) and name. The plugin says which there are.
///
/// Values whose names speak of a password or a secret do not appear in its `Debug` form.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Configs(pub BTreeMap<String, BTreeMap<String, ConfigValue>>);

impl Configs {
    /// Begins without any settings.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the value of one name.
    pub fn set(
        mut self,
        target: impl Into<String>,
        name: impl Into<String>,
        value: impl Into<ConfigValue>,
    ) -> Self {
        self.0
            .entry(target.into())
            .or_default()
            .insert(name.into(), value.into());
        self
    }

    /// The value of a setting.
    pub fn get(&self, target: &str, name: &str) -> Option<&ConfigValue> {
        self.0.get(target)?.get(name)
    }
}

impl fmt::Debug for Configs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for (target, configs) in &self.0 {
            let shown: BTreeMap<&str, &dyn fmt::Debug> = configs
                .iter()
                .map(|(name, value)| {
                    let lower = name.to_ascii_lowercase();
                    let is_secret = ["password", "secret"]
                        .iter()
                        .any(|word| lower.contains(word));
                    let value: &dyn fmt::Debug = if is_secret { &"[REDACTED]" } else { value };
                    (name.as_str(), value)
                })
                .collect();
            map.entry(target, &shown);
        }
        map.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_shown() {
        let configs = Configs::new()
            .set("Kerberos", "Admin password", "hunter2")
            .set("HDFS", "fs.s3a.secret.key", "k3y");
        let shown = format!("{:?}", configs.set("HDFS", "dfs.replication", 3));
        assert!(
            !shown.contains("hunter2") && !shown.contains("k3y"),
            "{shown}"
        );
        assert!(
            shown.contains("Number(3)") && shown.contains("Admin password"),
            "{shown}"
        );
    }
}
