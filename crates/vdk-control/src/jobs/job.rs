use std::fmt;
use std::sync::Arc;

use cloud_core::Error;
use cloud_core::call::{Call, Task};
use cloud_core::decode::Decode;
use cloud_core::engine::Engine;
use cloud_core::provider::CallBuilder;
use cloud_core::request::OperationRow;
use serde_json::Value;

use super::DataJob;
use crate::check;
use crate::ops;
use crate::team::Team;

/// The deployment that the `vdk` command line names. The server keeps one deployment a job, by any name.
const DEPLOYMENT: &str = "production";

/// A data job by its team and name. Cheap to clone; the job need not exist.
#[derive(Clone)]
pub struct Job {
    team: Team,
    name: Arc<str>,
    deployment: Arc<str>,
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Job({:?} of {:?})", self.name, self.team.name())
    }
}

impl Job {
    pub(super) fn new(team: Team, name: String) -> Self {
        Self {
            team,
            name: name.into(),
            deployment: DEPLOYMENT.into(),
        }
    }

    /// The name of the job.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The team that the job belongs to.
    pub fn team(&self) -> &Team {
        &self.team
    }

    /// The same job with another name of its deployment in the paths; `production` unless set. The server keeps one
    /// deployment a job, and ignores the name.
    pub fn deployment_id(mut self, id: impl Into<String>) -> Self {
        self.deployment = id.into().into();
        self
    }

    pub(crate) fn engine(&self) -> &Engine {
        self.team.client().engine()
    }

    pub(crate) fn call<T>(&self, operation: &'static OperationRow, decode: Decode<T>) -> Call<T> {
        self.team.call(operation, decode).arg(&self.name)
    }

    pub(crate) fn deployment_call<T>(
        &self,
        operation: &'static OperationRow,
        decode: Decode<T>,
    ) -> Call<T> {
        self.call(operation, decode).arg(&self.deployment)
    }

    /// The job as it is (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}`; stable).
    ///
    /// # Permissions
    ///
    /// [Read access](crate#access) to the team.
    ///
    /// # Errors
    ///
    /// [`is_not_found`](Error::is_not_found); the answer then has no body.
    #[inline]
    pub fn get(&self) -> Call<DataJob> {
        self.call(&ops::READ_JOB, Decode::json())
    }

    /// Puts this in the place of the job's description and settings
    /// (`PUT /data-jobs/for-team/{team_name}/jobs/{job_name}`; stable).
    ///
    /// Everything is replaced, so begin with what [`get`](Self::get) gave, or use [`update_with`](Self::update_with).
    /// The name and the team cannot be changed by it; see [`move_to_team`](Self::move_to_team).
    ///
    /// # Permissions
    ///
    /// [Write access](crate#access) to the team.
    ///
    /// # Errors
    ///
    /// [`is_not_found`](Error::is_not_found), 400 when name or team differ.
    #[inline]
    pub fn update(&self, job: &DataJob) -> Call<()> {
        let call = self.call(&ops::UPDATE_JOB, Decode::nothing());
        let name_stays = match job.job_name.as_str() {
            name if name == &*self.name => Ok(()),
            // The server answers 400 to another name.
            _ => Err(Error::input("job_name", "cannot be changed")),
        };
        let checked = name_stays
            .and_then(|()| check::cron("schedule_cron", &job.config.schedule.schedule_cron));
        match serde_json::to_value(job) {
            Ok(body) => call.json(&without_nulls(body)).check(checked),
            Err(error) => call.refuse(Error::input("job", error.to_string())),
        }
    }

    /// Reads the job, changes it by `change`, and writes it back (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}`,
    /// then `PUT /data-jobs/for-team/{team_name}/jobs/{job_name}`). Gives the job as it was written.
    ///
    /// The service cannot tell that somebody else has changed the job in between: the last one to write wins.
    ///
    /// # Permissions
    ///
    /// [Write access](crate#access) to the team.
    pub fn update_with(&self, change: impl FnOnce(&mut DataJob) + Send + 'static) -> Task<DataJob> {
        let job = self.clone();
        Task::new(async move {
            let mut data = job.get().await?;
            change(&mut data);
            job.update(&data).await?;
            Ok(data)
        })
    }

    /// Deletes the job with its sources (`DELETE /data-jobs/for-team/{team_name}/jobs/{job_name}`; stable).
    ///
    /// # Permissions
    ///
    /// [Write access](crate#access) to the team.
    ///
    /// # Errors
    ///
    /// [`is_not_found`](Error::is_not_found), also after an answer to an earlier attempt was lost.
    #[inline]
    pub fn delete(&self) -> Call<()> {
        self.call(&ops::DELETE_JOB, Decode::nothing())
    }

    /// Gives the job to another team (`PUT /data-jobs/for-team/{team_name}/jobs/{job_name}/team/{new_team}`; stable).
    /// Gives the job under its new team.
    ///
    /// # Permissions
    ///
    /// [Write access](crate#access) to the team.
    ///
    /// # Errors
    ///
    /// [`is_not_found`](Error::is_not_found).
    pub fn move_to_team(&self, team: impl Into<String>) -> Call<Job> {
        let team = team.into();
        let moved = Self {
            team: self.team.client().team(team.as_str()),
            ..self.clone()
        };
        let decode = Decode::nothing().map(move |()| moved.clone());
        self.call(&ops::UPDATE_JOB_TEAM, decode).arg(team)
    }
}

/// What is not set stays out of the request, so that the service keeps, or chooses, its own.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let set = object.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(
                set.map(|(key, value)| (key, without_nulls(value)))
                    .collect(),
            )
        }
        other => other,
    }
}

/// The last segment of the path in `Location`, decoded.
pub(crate) fn last_segment(headers: &http::HeaderMap) -> Option<String> {
    let location = headers.get(http::header::LOCATION)?.to_str().ok()?;
    let path = location.split(['?', '#']).next()?.trim_end_matches('/');
    let segment = path
        .rsplit('/')
        .next()
        .filter(|segment| !segment.is_empty())?;
    Some(
        percent_encoding::percent_decode_str(segment)
            .decode_utf8_lossy()
            .into_owned(),
    )
}
