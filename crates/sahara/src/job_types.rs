//! Types of jobs: what kinds of programs the plugins can run, and hints for their settings.

use std::collections::BTreeMap;

use cloud_core::Error;
use cloud_core::list::List;
use cloud_core::model::Page;
use cloud_core::provider::{CallBuilder, Decode, NoMeta};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::client::Client;
use crate::ops::both;
use crate::version::Version;

cloud_core::open_enum! {
    /// A type of jobs.
    pub enum JobType {
        /// A script of queries.
        Hive = "Hive",
        /// A program in Java that starts its own jobs.
        Java = "Java",
        /// Mapper and reducer in Java.
        MapReduce = "MapReduce",
        /// Mapper and reducer that are programs of any kind.
        MapReduceStreaming = "MapReduce.Streaming",
        /// A script in Pig Latin.
        Pig = "Pig",
        /// A script of a shell.
        Shell = "Shell",
        /// An application for Spark.
        Spark = "Spark",
        /// A topology for Storm.
        Storm = "Storm",
        /// A topology for Storm in Python.
        StormPyleus = "Storm.Pyleus",
    }
}

/// A setting that jobs of a type can have.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ConfigHint {
    /// The name of the setting.
    pub name: String,
    /// The value that it has unless a job sets it.
    pub value: Option<Value>,
    /// What the setting does.
    pub description: Option<String>,
}

/// The settings of a type of jobs, as they are known to the service.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ConfigHints {
    /// The settings that jobs of the type take. None for types that take any.
    #[serde(deserialize_with = "hints")]
    pub configs: Vec<ConfigHint>,
    /// Present, and empty, when jobs take arguments.
    pub args: Option<Vec<Value>>,
    /// Present, and empty, when jobs take parameters.
    pub params: Option<BTreeMap<String, Value>>,
}

/// A list, or an empty object where nothing is known.
fn hints<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<ConfigHint>, D::Error> {
    match Value::deserialize(deserializer)? {
        list @ Value::Array(_) => {
            cloud_core::decode::from_value(&list).map_err(serde::de::Error::custom)
        }
        // The engine for shell jobs on Spark gives an object of names and values.
        Value::Object(known) => {
            let hint = |(name, value)| ConfigHint {
                name,
                value: Some(value),
                description: None,
            };
            Ok(known.into_iter().map(hint).collect())
        }
        _ => Ok(Vec::new()),
    }
}

/// What is known about a type of jobs in one version of a plugin.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct JobTypeVersion {
    /// Its settings, when they were asked for.
    pub job_config: Option<ConfigHints>,
}

/// A plugin that can run a type of jobs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct JobTypePlugin {
    /// The name of the plugin.
    pub name: String,
    /// The name of the plugin for people.
    pub title: String,
    /// What the plugin is.
    pub description: Option<String>,
    /// Its versions that can; `None` where a plugin tells nothing about its settings.
    pub versions: BTreeMap<String, Option<JobTypeVersion>>,
}

/// A type of jobs, with the plugins that can run it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct AvailableJobType {
    /// The type of the jobs.
    pub name: JobType,
    /// The plugins that can run it.
    pub plugins: Vec<JobTypePlugin>,
}

impl Client {
    /// Types of jobs that plugins can run.
    pub fn job_types(&self) -> JobTypes<'_> {
        JobTypes::new(self)
    }
}

/// Types of jobs that plugins can run (`/job-types`). Every member of a project may call it [by
/// default](crate#policy-rules).
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> sahara::Result<()> {
/// # use sahara::keystone::{Login, Project, User};
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let login = Login::password(User::named("demo", "Default"), "demo-pw", Project::named("demo", "Default"));
/// # let cloud = sahara::Cloud::builder().auth_url("https://cloud.test:5000").login(login).transport(sandbox.openstack());
/// # let api = cloud.build()?.data_processing().await?;
/// use sahara::JobType;
///
/// for available in api.job_types().list().plugin_name("fake").all().await? {
///     println!("{} on {:?}", available.name, available.plugins[0].versions.keys());
/// }
/// assert_eq!(api.job_types().list().kind(JobType::Pig).all().await?.len(), 1);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct JobTypes<'a>(&'a Client);

impl<'a> JobTypes<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// All types of jobs that some plugin can run (`GET /job-types`).
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:job-type:list`, in v1.1 `data-processing:job-types:get_all`.
    ///
    /// # Errors
    ///
    /// `FORBIDDEN`: the policy rule is missing.
    #[inline]
    pub fn list(self) -> ListJobTypes {
        let decode = Decode::<Page<_>>::page::<NoMeta>("job_types");
        ListJobTypes {
            list: List::whole(self.0.call(both!(LIST_JOB_TYPES), decode)),
            api: self.0.version(),
            plugins: Vec::new(),
            versions: Vec::new(),
        }
    }
}

/// A list that is read by `.all()`, `.page()`, `.items()` or `.pages()`.
///
/// The types of jobs; made by [`JobTypes::list`]. The list has no pages.
#[derive(Clone, Debug)]
#[must_use = "a list is read by `.all()`, `.page()`, `.items()` or `.pages()`"]
pub struct ListJobTypes {
    list: List<AvailableJobType>,
    api: Version,
    plugins: Vec<String>,
    versions: Vec<String>,
}

impl ListJobTypes {
    /// Only this type; again for one more.
    pub fn kind(mut self, kind: impl Into<JobType>) -> Self {
        self.list = self.list.query("type", kind.into());
        self
    }

    /// Only what this plugin can run; again for one more.
    pub fn plugin_name(mut self, name: impl Into<String>) -> Self {
        self.plugins.push(name.into());
        self
    }

    /// Only what plugins of this version can run; again for one more.
    pub fn plugin_version(mut self, version: impl Into<String>) -> Self {
        self.versions.push(version.into());
        self
    }

    /// Asks for the settings of each type, too. Only in API v1.1; in v2 ask for those of one type by
    /// [`config_hints`](crate::job_templates::JobTemplates::config_hints).
    pub fn with_hints(mut self) -> Self {
        // v2 refuses every parameter that it does not know, and this is one (measured on Sahara 19).
        self.list = match self.api {
            Version::V1_1 => self.list.query("hints", true),
            Version::V2 => self
                .list
                .map_call(|call| call.check(Err(Error::input("hints", "is not known in API v2")))),
        };
        self
    }

    fn with_list(
        mut self,
        change: impl FnOnce(List<AvailableJobType>) -> List<AvailableJobType>,
    ) -> Self {
        self.list = change(self.list);
        self
    }

    #[inline]
    fn into_list(self) -> List<AvailableJobType> {
        let Self {
            mut list,
            api,
            plugins,
            versions,
        } = self;
        let (plugin, version) = match api {
            Version::V1_1 => ("plugin", "version"),
            Version::V2 => ("plugin_name", "plugin_version"),
        };
        for name in &plugins {
            list = list.query(plugin, name);
        }
        for name in &versions {
            list = list.query(version, name);
        }
        // Version 2 takes these filters and does nothing about them (measured on Sahara 19).
        let decode = Decode::<Page<_>>::page::<NoMeta>("job_types").map(move |mut page| {
            page.items = filtered(page.items, &plugins, &versions);
            page
        });
        list.map_call(|call| call.decoded_by(decode))
    }
}

cloud_core::list_methods!(ListJobTypes => AvailableJobType);

fn filtered(
    mut types: Vec<AvailableJobType>,
    plugins: &[String],
    versions: &[String],
) -> Vec<AvailableJobType> {
    let admits = |wanted: &[String], name: &String| wanted.is_empty() || wanted.contains(name);
    for kind in &mut types {
        for plugin in &mut kind.plugins {
            plugin
                .versions
                .retain(|version, _| admits(versions, version));
        }
        kind.plugins
            .retain(|plugin| admits(plugins, &plugin.name) && !plugin.versions.is_empty());
    }
    types.retain(|kind| !kind.plugins.is_empty());
    types
}
