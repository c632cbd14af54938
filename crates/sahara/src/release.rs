use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::version::Version;

/// A plugin and its version in a body. Version 1.1 of the API calls the second `hadoop_version`.
#[derive(Clone, Debug)]
pub(crate) struct Release {
    pub(crate) api: Version,
    plugin: Option<(String, String)>,
}

impl Release {
    pub(crate) fn new(api: Version, name: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            api,
            plugin: Some((name.into(), version.into())),
        }
    }

    /// None is given yet.
    pub(crate) fn none(api: Version) -> Self {
        Self { api, plugin: None }
    }

    pub(crate) fn set(&mut self, name: impl Into<String>, version: impl Into<String>) {
        self.plugin = Some((name.into(), version.into()));
    }

    /// The name of the field with the version.
    pub(crate) fn version_key(api: Version) -> &'static str {
        match api {
            Version::V1_1 => "hadoop_version",
            Version::V2 => "plugin_version",
        }
    }
}

impl Serialize for Release {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some((name, version)) = &self.plugin {
            map.serialize_entry("plugin_name", name)?;
            map.serialize_entry(Self::version_key(self.api), version)?;
        }
        map.end()
    }
}
