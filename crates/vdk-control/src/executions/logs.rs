use std::fmt;

use cloud_core::call::Task;

use super::{Execution, Executions};
use crate::ids::ExecutionId;

/// The logs of an execution, or where they are kept; given by [`Executions::logs_of`] and [`Executions::newest_logs`].
///
/// `Display` gives the text, or a sentence that says where it is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Logs {
    /// The execution that wrote them.
    pub execution: Execution,
    /// The logs, as long as the service has them: it forgets them some time after the execution has ended.
    pub text: String,
}

impl Logs {
    /// Where logs are kept for longer, where the operators of the service have set that up.
    pub fn url(&self) -> Option<&str> {
        self.execution
            .logs_url
            .as_deref()
            .filter(|url| !url.is_empty())
    }
}

impl fmt::Display for Logs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.text.is_empty(), self.url()) {
            (false, _) => f.write_str(&self.text),
            (true, Some(url)) => write!(
                f,
                "the logs of execution {} are at {url}",
                self.execution.id
            ),
            (true, None) => write!(f, "there are no logs of execution {}", self.execution.id),
        }
    }
}

impl Executions<'_> {
    /// The logs of an execution, or where they are
    /// (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}/executions/{execution_id}/logs` and
    /// `GET /data-jobs/for-team/{team_name}/jobs/{job_name}/executions/{execution_id}`; experimental).
    ///
    /// # Permissions
    ///
    /// [Read access](crate#access) to the team.
    ///
    /// # Errors
    ///
    /// [`is_not_found`](cloud_core::Error::is_not_found).
    pub fn logs_of(self, id: impl Into<ExecutionId>) -> Task<Logs> {
        let (job, id) = (self.job().clone(), id.into());
        Task::new(async move {
            let execution = job.executions().get(&id).await?;
            let text = job.executions().logs(&id).await?;
            Ok(Logs { execution, text })
        })
    }

    /// The logs of the execution that was started last, or where they are
    /// (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}/executions` and
    /// `GET /data-jobs/for-team/{team_name}/jobs/{job_name}/executions/{execution_id}/logs`; experimental); `None` when
    /// the job never ran.
    ///
    /// # Permissions
    ///
    /// [Read access](crate#access) to the team.
    #[inline]
    pub fn newest_logs(self) -> Task<Option<Logs>> {
        let job = self.job().clone();
        Task::new(async move {
            let newest = job.executions().list().newest_first().await?;
            let Some(execution) = newest.into_iter().next() else {
                return Ok(None);
            };
            let text = job.executions().logs(&execution.id).await?;
            Ok(Some(Logs { execution, text }))
        })
    }
}
