//! What properties and secrets have in common: one JSON object for each job, read and written as a whole.

use std::fmt;
use std::marker::PhantomData;

use cloud_core::Result;
use cloud_core::call::{Call, Task};
use cloud_core::decode::Decode;
use cloud_core::provider::CallBuilder;
use cloud_core::request::OperationRow;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::jobs::Job;

/// What tells one kind of document from another.
pub trait Kind: Clone + Default + PartialEq + Send + Sync + 'static {
    /// The name of the document in `Debug`.
    const NAME: &'static str;
    /// The operation that reads the document.
    const READ: &'static OperationRow;
    /// The operation that writes the document.
    const UPDATE: &'static OperationRow;

    /// What the service would refuse for certain.
    fn check(all: &Document<Self>) -> Result<()>;
}

/// The values of a job by their names: its [`Properties`](crate::Properties) or its [`Secrets`](crate::Secrets). `Debug`
/// shows the names only: jobs keep passwords in both.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent, bound = "")]
pub struct Document<K>(pub(crate) Map<String, Value>, PhantomData<K>);

impl<K: Kind> Document<K> {
    /// A document without values.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a value by its name; `null` is a value too.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<Value>) -> &mut Self {
        self.0.insert(name.into(), value.into());
        self
    }

    /// Takes a value out, and gives it.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name)
    }

    /// The names of all values.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The plain JSON object, with all values.
    pub fn into_map(self) -> Map<String, Value> {
        self.0
    }
}

impl<K: Kind> fmt::Debug for Document<K> {
    /// Names only: values are secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(K::NAME)?;
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl<K> From<Map<String, Value>> for Document<K> {
    fn from(map: Map<String, Value>) -> Self {
        Self(map, PhantomData)
    }
}

impl<K, N: Into<String>, V: Into<Value>> FromIterator<(N, V)> for Document<K> {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(values: I) -> Self {
        let values = values.into_iter();
        Self::from(
            values
                .map(|(name, value)| (name.into(), value.into()))
                .collect::<Map<_, _>>(),
        )
    }
}

/// The properties or the secrets of a job, `../jobs/{job_name}/deployments/{deployment_id}/properties` and
/// `../jobs/{job_name}/deployments/{deployment_id}/secrets`; see [`Job::properties`] and [`Job::secrets`].
///
/// The service cannot tell that somebody else has written between reading and writing: the last one to write wins.
///
/// ```
/// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
/// # let api = builder.transport(sandbox.vdk_control()).build()?;
/// # let job = api.team("analytics").jobs().create("daily-load").await?;
/// use vdk_control::Properties;
///
/// job.properties().replace(&Properties::from_iter([("last_day", "2026-11-19")])).await?;
/// let all = job.properties().set("region", "north").await?; // and leaves the others
/// assert_eq!(all.get("last_day").unwrap(), "2026-11-19");
/// job.properties().remove("region").await?;
/// assert_eq!(job.properties().get().await?.len(), 1);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy)]
pub struct Documents<'a, K>(&'a Job, PhantomData<K>);

impl<K: Kind> fmt::Debug for Documents<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({:?})", K::NAME, self.0)
    }
}

impl<'a, K: Kind> Documents<'a, K> {
    pub(crate) fn of(job: &'a Job) -> Self {
        Self(job, PhantomData)
    }

    /// All values (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}/properties`, or
    /// `GET /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}/secrets`; without a mark of
    /// stability).
    ///
    /// # Permissions
    ///
    /// [Read access](crate#access) to the team.
    ///
    /// # Errors
    ///
    /// 501 when the service has no vault to keep secrets in.
    #[inline]
    pub fn get(self) -> Call<Document<K>> {
        self.0.deployment_call(K::READ, Decode::json())
    }

    /// Puts these in the place of all values that the job had
    /// (`PUT /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}/properties`, or
    /// `PUT /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}/secrets`; without a mark of
    /// stability).
    ///
    /// # Permissions
    ///
    /// [Write access](crate#access) to the team.
    ///
    /// # Errors
    ///
    /// 413 when the operators allow less than the secrets have, 501 when the service has no vault to keep them in.
    #[inline]
    pub fn replace(self, with: &Document<K>) -> Call<()> {
        let call = self.0.deployment_call(K::UPDATE, Decode::nothing());
        call.json(with).check(K::check(with))
    }

    /// Reads all values, changes them by `change`, and writes them back
    /// (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}/properties`, or
    /// `../secrets`, then `PUT /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}/..`). Gives them as they were written.
    ///
    /// # Permissions
    ///
    /// [Write access](crate#access) to the team.
    pub fn update_with(
        self,
        change: impl FnOnce(&mut Document<K>) + Send + 'static,
    ) -> Task<Document<K>> {
        let job = self.0.clone();
        Task::new(async move {
            let mut all = Documents::<K>::of(&job).get().await?;
            change(&mut all);
            Documents::of(&job).replace(&all).await?;
            Ok(all)
        })
    }

    /// Sets one value and leaves the others, by [`update_with`](Self::update_with)
    /// (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}/properties`, or
    /// `../secrets`, then `PUT /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}/..`).
    ///
    /// # Permissions
    ///
    /// [Write access](crate#access) to the team.
    pub fn set(self, name: impl Into<String>, value: impl Into<Value>) -> Task<Document<K>> {
        let (name, value) = (name.into(), value.into());
        self.update_with(move |all| {
            all.set(name, value);
        })
    }

    /// Takes one value out and leaves the others, by [`update_with`](Self::update_with)
    /// (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}/properties`, or
    /// `../secrets`, then `PUT /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}/..`).
    ///
    /// # Permissions
    ///
    /// [Write access](crate#access) to the team.
    pub fn remove(self, name: impl Into<String>) -> Task<Document<K>> {
        let name = name.into();
        self.update_with(move |all| {
            all.remove(&name);
        })
    }
}
