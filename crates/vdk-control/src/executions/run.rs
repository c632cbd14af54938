use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cloud_core::call::{Call, Task};
use cloud_core::decode::{Decode, DecodeError, RawResponse};
use cloud_core::wait::{Accepted, Waiter};
use serde_json::{Map, Value};

use super::{Execution, FollowLogs, until_ended};
use crate::ids::ExecutionId;
use crate::jobs::{Job, last_segment};
use crate::ops;

impl Job {
    /// Starts an execution of what is deployed (experimental;
    /// `POST /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}/executions`). The request is
    /// never repeated when it may have reached the service.
    ///
    /// # Permissions
    ///
    /// [Write access](crate#access) to the team.
    ///
    /// # Errors
    ///
    /// [`is_conflict`](crate::Error::is_conflict) when the job runs already,
    /// [`is_not_found`](crate::Error::is_not_found) when there is no job, or it is not deployed.
    pub fn start(&self) -> StartExecution {
        StartExecution::of(self)
    }
}

cloud_core::request! {
    /// Starts an execution of a job; made by [`Job::start`].
    pub struct StartExecution => Accepted<Run, Execution>;
    opt {
        /// Who starts it, such as `manual`, which the service makes `manual/ann`. What holds `scheduled` counts as
        /// started by the schedule.
        started_by: String,
        /// The arguments of the job, all at once.
        args: Map<String, Value>,
    }
}

impl StartExecution {
    fn of(job: &Job) -> Self {
        let of = job.clone();
        let decode = Decode::raw().try_map(move |response: RawResponse| {
            // The answer has no body; the command line takes the id from there, too.
            match last_segment(&response.headers) {
                Some(id) => Ok(Accepted::new(Run::new(of.clone(), id.into()), Run::wait)),
                None => Err(DecodeError::new(
                    "the answer has no Location, so nobody knows the execution's id",
                )),
            }
        });
        // Without any field it sends an empty object still: the server reads the body without asking whether there is
        // one.
        Self::new(job.deployment_call(&ops::START_EXECUTION, decode))
    }

    /// Gives the job an argument.
    pub fn arg(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.args
            .get_or_insert_with(Map::new)
            .insert(name.into(), value.into());
        self
    }
}

/// An execution that was started. Dropping it stops nothing.
#[derive(Clone)]
pub struct Run {
    id: ExecutionId,
    job: Job,
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Run({:?} of {:?})", self.id.as_str(), self.job)
    }
}

impl Run {
    pub(super) fn new(job: Job, id: ExecutionId) -> Self {
        Self { id, job }
    }

    /// The id of the execution.
    pub fn id(&self) -> &ExecutionId {
        &self.id
    }

    /// The job that the execution is of.
    pub fn job(&self) -> &Job {
        &self.job
    }

    /// The execution as it is now (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}/executions/{execution_id}`;
    /// experimental).
    ///
    /// # Permissions
    ///
    /// [Read access](crate#access) to the team.
    #[inline]
    pub fn get(&self) -> Call<Execution> {
        self.job.executions().get(&self.id)
    }

    /// Waits until the execution has ended, well or not
    /// (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}/executions/{execution_id}`; experimental); see
    /// [`Execution::success`].
    ///
    /// The wait ends after 30 minutes unless [`timeout`](Waiter::timeout) says otherwise; the execution goes on.
    ///
    /// # Permissions
    ///
    /// [Read access](crate#access) to the team.
    #[inline]
    pub fn wait(&self) -> Waiter<Execution> {
        self.watch(|| {})
    }

    /// Stops it, unless it has ended already: `true` when it was stopped
    /// (`DELETE /data-jobs/for-team/{team_name}/jobs/{job_name}/executions/{execution_id}`, and `GET` of the same when
    /// that is refused; experimental).
    ///
    /// # Permissions
    ///
    /// [Write access](crate#access) to the team.
    #[inline]
    pub fn cancel(&self) -> Task<bool> {
        self.job.executions().cancel_if_running(&self.id)
    }

    /// The logs of the execution, line by line as they are written, until it has ended.
    ///
    /// The service has no stream of logs: it is asked again and again for the lines at the end, and what is new in them
    /// is given. When more is written between two looks than the service hands out, or than the client's limit for
    /// answers lets in, lines are missing; so is the beginning of logs that are larger than that when they are followed
    /// late.
    pub fn follow_logs(&self) -> FollowLogs {
        FollowLogs::new(self.clone())
    }

    /// Stops the execution when the guard is dropped before the end of the execution was seen by its
    /// [`wait`](CancelOnDrop::wait): when the program fails or is not interested any more.
    ///
    /// The guard needs a runtime where it is dropped, to send the request in the background; without one nothing is
    /// stopped. A program that ends at once must call [`cancel`](Self::cancel) and wait for it.
    pub fn cancel_on_drop(&self) -> CancelOnDrop {
        CancelOnDrop {
            run: self.clone(),
            ended: Arc::default(),
        }
    }

    fn watch(&self, on_end: impl Fn() + Clone + Send + Sync + 'static) -> Waiter<Execution> {
        let interval = self.job.team().client().interval();
        let status = |execution: &Execution| execution.status.clone();
        let looks = until_ended(self.id.as_str(), self.get(), interval, status, on_end);
        Waiter::new(self.job.engine(), looks)
    }
}

/// Stops an execution unless its end was seen; made by [`Run::cancel_on_drop`].
#[derive(Debug)]
#[must_use = "dropping it stops the execution"]
pub struct CancelOnDrop {
    run: Run,
    ended: Arc<AtomicBool>,
}

impl CancelOnDrop {
    /// Waits until the execution has ended
    /// (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}/executions/{execution_id}`; experimental); then dropping
    /// the guard does nothing any more.
    ///
    /// # Permissions
    ///
    /// [Read access](crate#access) to the team.
    #[inline]
    pub fn wait(&self) -> Waiter<Execution> {
        let ended = self.ended.clone();
        self.run.watch(move || ended.store(true, Ordering::Relaxed))
    }

    /// The execution that the guard stops.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// Gives the guard up: the execution goes on to its end.
    pub fn release(self) -> Run {
        self.ended.store(true, Ordering::Relaxed);
        self.run.clone()
    }
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        if self.ended.load(Ordering::Relaxed) {
            return;
        }
        // Without a runtime nothing can be sent but by blocking, which a destructor must not do.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let cancel = self.run.cancel();
            drop(runtime.spawn(async move { cancel.await }));
        }
    }
}
