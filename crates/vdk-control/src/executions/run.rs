use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cloud_core::call::{Call, Task};
use cloud_core::decode::{Decode, DecodeError, RawResponse};
use cloud_core::provider::CallBuilder;
use cloud_core::wait::{Poll, Progress, Step, Waiter};
use serde_json::{Map, Value};

use super::{Execution, Finished, FollowLogs, Outcome};
use crate::job::{Job, last_segment};
use crate::ops;

cloud_core::request! {
    /// Starts an execution; made by [`Job::start`].
    pub struct StartExecution => Run;
    opt {
        /// Who starts it, such as `manual`, which the service makes `manual/ann`. What holds `scheduled` counts as
        /// started by the schedule.
        started_by: String,
        /// The arguments of the job, all at once.
        args: Map<String, Value>,
    }
}

impl StartExecution {
    pub(crate) fn of(job: &Job) -> Self {
        let of = job.clone();
        let decode = Decode::raw().try_map(move |response: RawResponse| {
            match last_segment(&response.headers) {
                Some(id) => Ok(Run::new(of.clone(), id)),
                None => Err(DecodeError::new(
                    "the answer has no Location, so nobody knows the execution's id",
                )),
            }
        });
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
    id: Arc<str>,
    job: Job,
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Run({:?} of {:?})", self.id, self.job)
    }
}

impl Run {
    pub(crate) fn new(job: Job, id: String) -> Self {
        Self { id: id.into(), job }
    }

    /// The id of the execution.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The job.
    pub fn job(&self) -> &Job {
        &self.job
    }

    /// The execution as it is now (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}/executions/{execution_id}`;
    /// experimental).
    ///
    /// Needs [read access](crate#access) to the team.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
    /// # let api = builder.transport(sandbox.vdk_control()).build()?;
    /// # let job = api.team("analytics").jobs().create("daily-load").await?;
    /// # let folder = std::env::temp_dir().join(format!("vdk-run-get-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder).unwrap();
    /// # std::fs::write(folder.join("10_load.py"), "def run(job_input): pass").unwrap();
    /// # let version = job.sources().upload_dir(&folder).await?;
    /// # std::fs::remove_dir_all(&folder).unwrap();
    /// # job.deploy(&version.version_sha).await?;
    /// # sandbox.clock().advance(std::time::Duration::from_secs(600));
    /// let run = job.start().started_by("the-docs").await?;
    /// assert!(run.get().await?.started_by.is_some_and(|who| who.starts_with("the-docs/")));
    /// # Ok(()) }
    /// ```
    pub fn get(&self) -> Call<Execution> {
        self.job.executions().get(&self.id)
    }

    /// Waits until the execution has ended, well or not
    /// (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}/executions/{execution_id}`; experimental); see
    /// [`Finished::success`].
    ///
    /// The wait ends after 30 minutes unless [`timeout`](Waiter::timeout) says otherwise; the execution goes on.
    ///
    /// Needs [read access](crate#access) to the team.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
    /// # let builder = builder.poll_interval(std::time::Duration::from_millis(1));
    /// # let api = builder.transport(sandbox.vdk_control()).build()?;
    /// # let job = api.team("analytics").jobs().create("daily-load").await?;
    /// # let folder = std::env::temp_dir().join(format!("vdk-run-wait-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder).unwrap();
    /// # std::fs::write(folder.join("10_load.py"), "def run(job_input): pass").unwrap();
    /// # let version = job.sources().upload_dir(&folder).await?;
    /// # std::fs::remove_dir_all(&folder).unwrap();
    /// # job.deploy(&version.version_sha).await?;
    /// # sandbox.clock().advance(std::time::Duration::from_secs(600));
    /// let run = job.start().await?;
    /// # sandbox.clock().advance(std::time::Duration::from_secs(600));
    /// let execution = run.wait().await?.success()?;
    /// assert!(execution.end_time > execution.start_time);
    /// # Ok(()) }
    /// ```
    pub fn wait(&self) -> Waiter<Finished> {
        self.watch(|| {})
    }

    /// Stops it, unless it has ended already: `true` when it was stopped
    /// (`DELETE /data-jobs/for-team/{team_name}/jobs/{job_name}/executions/{execution_id}`, and `GET` of the same when
    /// that is refused; experimental).
    ///
    /// Needs [write access](crate#access) to the team.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
    /// # let builder = builder.poll_interval(std::time::Duration::from_millis(1));
    /// # let api = builder.transport(sandbox.vdk_control()).build()?;
    /// # let job = api.team("analytics").jobs().create("daily-load").await?;
    /// # let folder = std::env::temp_dir().join(format!("vdk-run-cancel-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder).unwrap();
    /// # std::fs::write(folder.join("10_load.py"), "def run(job_input): pass").unwrap();
    /// # let version = job.sources().upload_dir(&folder).await?;
    /// # std::fs::remove_dir_all(&folder).unwrap();
    /// # job.deploy(&version.version_sha).await?;
    /// # sandbox.clock().advance(std::time::Duration::from_secs(600));
    /// let run = job.start().await?;
    /// assert!(run.cancel().await?);
    /// assert_eq!(run.wait().await?.outcome, vdk_control::Outcome::Cancelled);
    /// # Ok(()) }
    /// ```
    pub fn cancel(&self) -> Task<bool> {
        self.job.executions().cancel_if_running(&self.id)
    }

    /// Its logs, line by line as they are written, until it has ended.
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
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
    /// # let builder = builder.poll_interval(std::time::Duration::from_millis(1));
    /// # let api = builder.transport(sandbox.vdk_control()).build()?;
    /// # let job = api.team("analytics").jobs().create("daily-load").await?;
    /// # let folder = std::env::temp_dir().join(format!("vdk-run-guard-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder).unwrap();
    /// # std::fs::write(folder.join("10_load.py"), "def run(job_input): pass").unwrap();
    /// # let version = job.sources().upload_dir(&folder).await?;
    /// # std::fs::remove_dir_all(&folder).unwrap();
    /// # job.deploy(&version.version_sha).await?;
    /// # sandbox.clock().advance(std::time::Duration::from_secs(600));
    /// # let run = job.start().await?;
    /// # sandbox.clock().advance(std::time::Duration::from_secs(600));
    /// let guard = run.cancel_on_drop();
    /// let done = guard.wait().await?; // an early end of this function stops the execution
    /// assert!(done.is_success());
    /// # Ok(()) }
    /// ```
    pub fn cancel_on_drop(self) -> CancelOnDrop {
        CancelOnDrop {
            run: self,
            ended: Arc::default(),
        }
    }

    fn watch(&self, on_end: impl FnOnce() + Send + 'static) -> Waiter<Finished> {
        let engine = self.job.engine();
        let interval = self.job.team().client().interval();
        let (run, mut on_end, mut failed_before) = (self.clone(), Some(on_end), false);
        let judge = move |execution: Execution| {
            let Some(outcome) = execution.outcome() else {
                failed_before = false;
                return Step::Pending(progress(&execution));
            };
            // The server may still change its mind about a failure of the platform, and about no other end.
            if outcome == Outcome::PlatformError && !std::mem::replace(&mut failed_before, true) {
                return Step::Pending(progress(&execution));
            }
            if let Some(on_end) = on_end.take() {
                on_end();
            }
            Step::Done(Finished { outcome, execution })
        };
        let judged = Arc::new(std::sync::Mutex::new(judge));
        let look = move || {
            let (run, judged) = (run.clone(), judged.clone());
            async move {
                let execution = run.get().await?;
                let mut judge = judged
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner);
                Ok(judge(execution))
            }
        };
        let looks = Poll::new(engine.clock(), interval, look).about(self.get().shown_path());
        Waiter::new(engine, looks)
    }
}

fn progress(execution: &Execution) -> Progress {
    Progress::new(
        0,
        format!("execution {}", execution.id),
        execution.status.as_str(),
    )
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
    /// Needs [read access](crate#access) to the team.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
    /// # let builder = builder.poll_interval(std::time::Duration::from_millis(1));
    /// # let api = builder.transport(sandbox.vdk_control()).build()?;
    /// # let job = api.team("analytics").jobs().create("daily-load").await?;
    /// # let folder = std::env::temp_dir().join(format!("vdk-guard-wait-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder).unwrap();
    /// # std::fs::write(folder.join("10_load.py"), "def run(job_input): pass").unwrap();
    /// # let version = job.sources().upload_dir(&folder).await?;
    /// # std::fs::remove_dir_all(&folder).unwrap();
    /// # job.deploy(&version.version_sha).await?;
    /// # sandbox.clock().advance(std::time::Duration::from_secs(600));
    /// # let run = job.start().await?;
    /// # sandbox.clock().advance(std::time::Duration::from_secs(600));
    /// let guard = run.cancel_on_drop();
    /// assert!(guard.wait().await?.is_success());
    /// drop(guard); // nothing is left to stop
    /// # Ok(()) }
    /// ```
    pub fn wait(&self) -> Waiter<Finished> {
        let ended = self.ended.clone();
        self.run.watch(move || ended.store(true, Ordering::Relaxed))
    }

    /// The execution.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// Lets the execution go on whatever happens.
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
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let cancel = self.run.cancel();
            drop(runtime.spawn(async move { cancel.await }));
        }
    }
}
