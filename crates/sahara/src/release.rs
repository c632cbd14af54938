use serde::Serialize;

use crate::version::Version;

/// A plugin and its version in a body.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Release {
    #[serde(skip)]
    pub(crate) api: Version,
    #[serde(skip_serializing_if = "Option::is_none")]
    plugin_name: Option<String>,
    // What v1.1 of the API calls the version.
    #[serde(skip_serializing_if = "Option::is_none")]
    hadoop_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    plugin_version: Option<String>,
}

impl Release {
    pub(crate) fn new(api: Version, name: impl Into<String>, version: impl Into<String>) -> Self {
        let mut release = Self::none(api);
        release.set(name, version);
        release
    }

    /// None is given yet.
    pub(crate) fn none(api: Version) -> Self {
        Self {
            api,
            plugin_name: None,
            hadoop_version: None,
            plugin_version: None,
        }
    }

    pub(crate) fn set(&mut self, name: impl Into<String>, version: impl Into<String>) {
        self.plugin_name = Some(name.into());
        let version = Some(version.into());
        match self.api {
            Version::V1_1 => self.hadoop_version = version,
            Version::V2 => self.plugin_version = version,
        }
    }

    /// The name of the field with the version.
    pub(crate) fn version_key(api: Version) -> &'static str {
        match api {
            Version::V1_1 => "hadoop_version",
            Version::V2 => "plugin_version",
        }
    }
}
