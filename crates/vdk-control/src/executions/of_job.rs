use std::fmt;

use cloud_core::Result;
use cloud_core::call::{Call, Task};
use cloud_core::decode::Decode;
use cloud_core::list::List;
use cloud_core::model::PageInfo;
use cloud_core::provider::CallBuilder;
use cloud_core::request::CallOptions;
use http::StatusCode;

use super::{Execution, ExecutionStatus, FollowLogs, Run};
use crate::ids::ExecutionId;
use crate::jobs::Job;
use crate::ops;

impl Job {
    /// The executions of the job (experimental).
    pub fn executions(&self) -> Executions<'_> {
        Executions(self)
    }
}

/// The executions of a job, `/data-jobs/for-team/{team_name}/jobs/{job_name}/executions`. Experimental, all of it.
///
/// ```
/// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
/// # let sandbox = cloud_sandbox::Sandbox::builder().action_duration(std::time::Duration::ZERO).build();
/// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
/// # let builder = builder.poll_interval(std::time::Duration::from_millis(1));
/// # let api = builder.transport(sandbox.vdk_control()).build()?;
/// # let job = api.team("analytics").jobs().create("daily-load").await?;
/// # let folder = std::env::temp_dir().join(format!("vdk-executions-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder).unwrap();
/// # std::fs::write(folder.join("10_load.py"), "def run(job_input): pass").unwrap();
/// # let version = job.sources().upload_dir(&folder).await?;
/// # std::fs::remove_dir_all(&folder).unwrap();
/// # job.deploy(&version.version_sha).await?.wait().await?;
/// use vdk_control::Outcome;
///
/// let run = job.start().arg("day", "2026-11-20").await?;
/// let mut log = run.follow_logs();
/// while let Some(line) = log.next().await? {
///     println!("{line}");
/// }
/// let execution = run.wait().await?;
/// match execution.outcome() {
///     Some(Outcome::UserError) => println!("mend the job: {:?}", execution.message),
///     Some(Outcome::PlatformError) => println!("try again later"),
///     _ => assert!(execution.success()?.end_time.is_some()),
/// }
/// assert_eq!(job.executions().list().newest_first().await?[0].id, *run.id());
/// assert!(!job.executions().cancel_if_running(run.id()).await?, "it has ended");
/// # Ok(()) }
/// ```
#[derive(Clone, Copy)]
pub struct Executions<'a>(&'a Job);

impl fmt::Debug for Executions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Executions({:?})", self.0)
    }
}

impl<'a> Executions<'a> {
    pub(super) fn job(self) -> &'a Job {
        self.0
    }

    /// The executions of the job, in no order that is promised
    /// (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}/executions`; experimental). The service keeps the last
    /// hundred, for 14 days.
    ///
    /// Its records may be behind, but for a list [filtered](ListExecutions::status) by `running`, which is held against
    /// what really runs.
    ///
    /// # Permissions
    ///
    /// [Read access](crate#access) to the team.
    ///
    /// # Errors
    ///
    /// [`is_not_found`](cloud_core::Error::is_not_found) when there is no job, and also for a status that the service
    /// does not know.
    #[inline]
    pub fn list(self) -> ListExecutions {
        ListExecutions::new(List::whole(self.0.call(
            &ops::LIST_EXECUTIONS,
            Decode::array(|_| PageInfo::default()),
        )))
    }

    /// The executions of the job's deployment
    /// (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}/executions`; experimental);
    /// see [`list`](Self::list).
    ///
    /// # Permissions
    ///
    /// [Read access](crate#access) to the team.
    #[inline]
    pub fn list_of_deployment(self) -> ListExecutions {
        let operation = &ops::LIST_DEPLOYMENT_EXECUTIONS;
        ListExecutions::new(List::whole(
            self.0
                .deployment_call(operation, Decode::array(|_| PageInfo::default())),
        ))
    }

    /// One execution (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}/executions/{execution_id}`; experimental).
    ///
    /// # Permissions
    ///
    /// [Read access](crate#access) to the team.
    ///
    /// # Errors
    ///
    /// [`is_not_found`](cloud_core::Error::is_not_found).
    pub fn get(self, id: impl Into<ExecutionId>) -> Call<Execution> {
        self.0
            .call(&ops::READ_EXECUTION, Decode::json())
            .arg(id.into())
    }

    /// Stops an execution (`DELETE /data-jobs/for-team/{team_name}/jobs/{job_name}/executions/{execution_id}`;
    /// experimental).
    ///
    /// # Permissions
    ///
    /// [Write access](crate#access) to the team.
    ///
    /// # Errors
    ///
    /// [`is_not_found`](cloud_core::Error::is_not_found); 400 when it does not go on any more, see
    /// [`cancel_if_running`](Self::cancel_if_running).
    pub fn cancel(self, id: impl Into<ExecutionId>) -> Call<()> {
        self.0
            .call(&ops::CANCEL_EXECUTION, Decode::nothing())
            .arg(id.into())
    }

    /// Stops an execution, unless it has ended already: `true` when it was stopped
    /// (`DELETE /data-jobs/for-team/{team_name}/jobs/{job_name}/executions/{execution_id}`, and `GET` of the same when
    /// that is refused).
    ///
    /// # Permissions
    ///
    /// [Write access](crate#access) to the team.
    pub fn cancel_if_running(self, id: impl Into<ExecutionId>) -> Task<bool> {
        let (job, id) = (self.0.clone(), id.into());
        Task::new(async move {
            let executions = Executions(&job);
            match executions.cancel(&id).await {
                Ok(()) => Ok(true),
                // The same status stands for all that the service does not like; only the execution tells.
                Err(error) if error.status() == Some(StatusCode::BAD_REQUEST) => {
                    match executions.get(&id).await {
                        Ok(execution) if execution.outcome().is_some() => Ok(false),
                        Ok(_) => Err(error),
                        // That looking failed does not answer what became of an attempt before the refusal.
                        Err(looking) if error.may_have_happened() => {
                            Err(looking.with_may_have_happened())
                        }
                        Err(looking) => Err(looking),
                    }
                }
                Err(error) => Err(error),
            }
        })
    }

    /// The logs of an execution (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}/executions/{execution_id}/logs`;
    /// experimental). They are empty when the execution has not begun, and again some time after it has ended; older
    /// ones are at its [`logs_url`](Execution::logs_url), as [`logs_of`](Self::logs_of) says.
    ///
    /// # Permissions
    ///
    /// [Read access](crate#access) to the team.
    ///
    /// # Errors
    ///
    /// [`is_not_found`](cloud_core::Error::is_not_found).
    pub fn logs(self, id: impl Into<ExecutionId>) -> ReadLogs {
        #[derive(serde::Deserialize)]
        struct Logs {
            #[serde(default)]
            logs: String,
        }
        let decode = Decode::json().map(|answer: Logs| answer.logs);
        ReadLogs(self.0.call(&ops::DOWNLOAD_LOGS, decode).arg(id.into()))
    }

    /// The logs of an execution, line by line, until it has ended; see [`Run::follow_logs`].
    pub fn follow_logs(self, id: impl Into<ExecutionId>) -> FollowLogs {
        self.run(id).follow_logs()
    }

    /// An execution that was started before, to be waited for. Nothing is asked of the service for it.
    pub fn run(self, id: impl Into<ExecutionId>) -> Run {
        Run::new(self.0.clone(), id.into())
    }
}

cloud_core::list_request! {
    /// The executions of a job; made by [`Executions::list`].
    pub struct ListExecutions => Execution;
    many {
        /// Only those in this state; may be given several times.
        status: ExecutionStatus = "execution_status",
    }
}

impl ListExecutions {
    /// The executions, those that began last first (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}/executions`,
    /// or `GET /data-jobs/for-team/{team_name}/jobs/{job_name}/deployments/{deployment_id}/executions`).
    ///
    /// # Permissions
    ///
    /// [Read access](crate#access) to the team.
    pub async fn newest_first(self) -> Result<Vec<Execution>> {
        let mut all = self.all().await?;
        all.sort_by_key(|execution| std::cmp::Reverse(execution.start_time));
        Ok(all)
    }

    /// [`newest_first`](Self::newest_first) for a blocking program.
    #[cfg(feature = "blocking")]
    pub fn newest_first_blocking(self) -> Result<Vec<Execution>> {
        cloud_core::blocking::block_on(self.newest_first())
    }
}

/// Reads the logs of an execution; made by [`Executions::logs`].
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until the request is awaited"]
pub struct ReadLogs(Call<String>);

impl ReadLogs {
    /// Only so many lines at the end; zero for all.
    pub fn tail(self, lines: u32) -> Self {
        Self(self.0.set_query("tail_lines", lines))
    }

    /// Sets a time limit, headers and so on for this call only.
    pub fn options(self, set: impl FnOnce(CallOptions) -> CallOptions) -> Self {
        Self(self.0.options(set))
    }
}

cloud_core::send_methods!(ReadLogs => String, |this| this.0);
