//! Templates on their way from one cloud to another.

use std::fmt;
use std::future::IntoFuture;

use cloud_core::call::{Call, CallFuture};
use cloud_core::provider::CallBuilder;
use cloud_core::request::CallOptions;
use cloud_core::{Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::release::Release;
use crate::version::Version;

/// A template as the service exports it. What differs from cloud to cloud is missing, or a gap such as `{flavor_id}`.
///
/// It is written to a file and read from one as JSON:
///
/// ```
/// use sahara::Exported;
///
/// let text = r#"{"node_group_template": {"name": "worker", "flavor_id": "{flavor_id}", "node_processes": ["datanode"]}}"#;
/// let exported = Exported::from_json(text).unwrap();
/// assert_eq!(exported.gaps().collect::<Vec<_>>(), ["flavor_id"]);
/// assert_eq!(Exported::from_json(&exported.to_string()).unwrap(), exported);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Exported(Map<String, Value>);

/// The keys that a template is wrapped in.
const ENVELOPES: [&str; 2] = ["node_group_template", "cluster_template"];

impl Exported {
    /// Reads what was written before, or by another program: the template alone, or inside of its envelope.
    pub fn from_json(text: &str) -> Result<Self> {
        let problem = |problem: String| Error::input("template", problem);
        let value: Value =
            serde_json::from_str(text).map_err(|error| problem(format!("is no JSON: {error}")))?;
        let Value::Object(mut map) = value else {
            return Err(problem("is no JSON object".to_owned()));
        };
        // An answer that was saved whole has an envelope, what was taken out of it has none.
        let inner = ENVELOPES.iter().find_map(|key| map.remove(*key));
        match inner {
            None => Ok(Self(map)),
            Some(Value::Object(inner)) => Ok(Self(inner)),
            Some(_) => Err(problem("is no JSON object".to_owned())),
        }
    }

    /// One of its fields.
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.0.get(field)
    }

    /// The names of the fields that are gaps.
    pub fn gaps(&self) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(|(key, value)| is_gap(key, value))
            .map(|(key, _)| key.as_str())
    }
}

impl fmt::Display for Exported {
    /// Writes the JSON of the template.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = serde_json::to_string_pretty(&self.0).map_err(|_| fmt::Error)?;
        f.write_str(&text)
    }
}

fn is_gap(key: &str, value: &Value) -> bool {
    value
        .as_str()
        .and_then(|text| text.strip_prefix('{')?.strip_suffix('}'))
        == Some(key)
}

/// Creates a template from an exported one; made by the `import` of templates.
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until the request is awaited"]
pub struct ImportTemplate<T> {
    call: Call<T>,
    fields: Map<String, Value>,
}

impl<T: Send + 'static> ImportTemplate<T> {
    pub(crate) fn new(call: Call<T>, exported: &Exported, api: Version) -> Self {
        let mut fields = Map::new();
        for (key, value) in &exported.0 {
            let key = match key.as_str() {
                "hadoop_version" | "plugin_version" => Release::version_key(api),
                other => other,
            };
            // The service does not take back all that it exports: no null for shares, no volumes of size 0, and in v1.1
            // nothing about booting from a volume.
            let untakeable = value.is_null()
                || (key == "volumes_size" && value == 0)
                || (key.starts_with("boot_") && api == Version::V1_1);
            if !untakeable {
                fields.insert(key.to_owned(), value.clone());
            }
        }
        Self { call, fields }
    }

    /// Another name than it had.
    pub fn name(self, name: impl Into<String>) -> Self {
        self.set("name", name.into())
    }

    /// Any field, by its name in the API that is spoken.
    pub fn set(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(field.to_owned(), value.into());
        self
    }

    /// Adds to a field that is a list.
    pub(crate) fn push(mut self, field: &str, value: Value) -> Self {
        match self.fields.get_mut(field) {
            Some(Value::Array(list)) => list.push(value),
            // A gap, or nothing yet.
            _ => drop(
                self.fields
                    .insert(field.to_owned(), Value::Array(vec![value])),
            ),
        }
        self
    }

    /// Sets a time limit, headers and so on for this call only.
    pub fn options(mut self, set: impl FnOnce(CallOptions) -> CallOptions) -> Self {
        self.call = self.call.options(set);
        self
    }

    #[inline]
    fn into_call(self) -> Call<T> {
        let Self { call, mut fields } = self;
        // A gap that may stay open is as good as a field that is not there.
        let needed = fields
            .get("flavor_id")
            .is_some_and(|value| is_gap("flavor_id", value));
        let checked = if needed {
            Err(Error::input("flavor_id", "is a gap in the export: set it"))
        } else {
            Ok(())
        };
        fields.retain(|key, value| !is_gap(key, value));
        call.json(&fields).check(checked)
    }

    /// Sends the request; awaiting it does the same.
    ///
    /// # Permissions
    ///
    /// What the import needs.
    pub async fn send(self) -> Result<T> {
        self.into_call().send().await
    }

    /// Sends the request and blocks this thread until it is answered. It works on every thread; inside of asynchronous code it stops the worker that runs it.
    #[cfg(feature = "blocking")]
    pub fn send_blocking(self) -> Result<T> {
        self.into_call().send_blocking()
    }
}

impl<T: Send + 'static> IntoFuture for ImportTemplate<T> {
    type Output = Result<T>;
    type IntoFuture = CallFuture<T>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        self.into_call().into_future()
    }
}
