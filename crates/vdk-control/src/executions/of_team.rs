use std::fmt::{self, Write as _};

use cloud_core::list::List;
use cloud_core::model::{Sort, Timestamp};
use cloud_core::provider::CallBuilder;
use cloud_core::{Error, Result};

use super::{EXECUTION, Execution, ExecutionStatus};
use crate::graphql::{self, Numbered, Query, Text, Words};
use crate::team::Team;

cloud_core::open_enum! {
    /// What executions can be sorted by.
    pub enum ExecutionProperty {
        /// By what there is to say about the end.
        Message = "message",
        /// By what started it: somebody, or the schedule.
        Kind = "type",
        /// By the schedule of the job.
        JobSchedule = "jobSchedule",
        /// By the time of the beginning.
        StartTime = "startTime",
        /// By the time of the end.
        EndTime = "endTime",
        /// By the version of the sources.
        JobVersion = "jobVersion",
        /// By the id of the execution.
        Id = "id",
        /// By the operation id of the call that started it.
        OpId = "opId",
        /// By the time when the job was deployed.
        LastDeployedDate = "lastDeployedDate",
        /// By the person who deployed the job.
        LastDeployedBy = "lastDeployedBy",
        /// By the person who started it.
        StartedBy = "startedBy",
        /// By the state of the execution.
        Status = "status",
        /// By the version of VDK.
        VdkVersion = "vdkVersion",
        /// By the name of the job.
        JobName = "jobName",
        /// By the name of the team.
        JobTeam = "jobTeam",
    }
}

impl From<ExecutionProperty> for Sort {
    fn from(property: ExecutionProperty) -> Self {
        Self::by(property.as_str().to_owned())
    }
}

impl Team {
    /// The executions of all jobs of the team (experimental).
    pub fn executions(&self) -> TeamExecutions<'_> {
        TeamExecutions(self)
    }
}

/// The executions of all jobs of a team. Experimental.
///
/// ```
/// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
/// # let api = builder.transport(sandbox.vdk_control()).build()?;
/// use vdk_control::{ExecutionProperty, ExecutionStatus, Sort};
///
/// let failed = api.team("analytics").executions().list().status(ExecutionStatus::UserError);
/// let latest_end = Sort::from(ExecutionProperty::EndTime).descending();
/// assert!(failed.sort(latest_end).all().await?.is_empty());
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct TeamExecutions<'a>(&'a Team);

impl TeamExecutions<'_> {
    /// Lists the executions of all jobs of the team (experimental; a GraphQL query,
    /// `GET /data-jobs/for-team/{team_name}/jobs?query=..`), 100 a page unless set.
    ///
    /// The service answers for all teams, so this asks for the executions of this one. Its records may be behind for
    /// executions that are still under way; [`Executions::list`](super::Executions::list) of one job, filtered by that
    /// state, is held against what really runs (vmware/versatile-data-kit #1542, #322).
    ///
    /// # Permissions
    ///
    /// [Read access](crate#access) to the team.
    #[inline]
    pub fn list(self) -> ListTeamExecutions {
        ListTeamExecutions::of(self.0)
    }
}

/// A list of executions that is read by `.all()`, `.page()`, `.items()` or `.pages()`; made by
/// [`TeamExecutions::list`].
#[derive(Clone, Debug)]
#[must_use = "a list is read by `.all()`, `.page()`, `.items()` or `.pages()`"]
pub struct ListTeamExecutions {
    query: ExecutionsQuery,
    list: List<Execution>,
}

#[derive(Clone, Debug)]
struct ExecutionsQuery {
    teams: Vec<String>,
    jobs: Vec<String>,
    status: Vec<ExecutionStatus>,
    /// By the name of the filter.
    times: Vec<(&'static str, Timestamp)>,
    sort: Sort,
}

impl Query for ExecutionsQuery {
    const ROOT: &'static str = "executions";

    fn arguments(&self, to: &mut String) -> fmt::Result {
        let texts = |names: &'_ [String]| {
            Words(&names.iter().map(|name| Text(name)).collect::<Vec<_>>()).to_string()
        };
        let mut filter = vec![format!("teamNameIn:{}", texts(&self.teams))];
        if !self.jobs.is_empty() {
            filter.push(format!("jobNameIn:{}", texts(&self.jobs)));
        }
        if !self.status.is_empty() {
            // GraphQL has these words in upper case, and no quotes around them.
            let words: Vec<String> = self
                .status
                .iter()
                .map(|status| name_only(status.as_str()))
                .collect();
            filter.push(format!("statusIn:{}", Words(&words)));
        }
        filter.extend(
            self.times
                .iter()
                .map(|(name, time)| format!("{name}:{}", Text(&time.to_string()))),
        );
        let order = format!(
            "order:{{property:{},direction:{}}}",
            Text(self.sort.field()),
            graphql::direction(&self.sort)
        );
        write!(to, ",filter:{{{}}},{order}", filter.join(","))
    }

    fn fields(&self, to: &mut String) -> fmt::Result {
        to.write_str(EXECUTION)
    }
}

fn name_only(word: &str) -> String {
    word.chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '_')
        .collect::<String>()
        .to_ascii_uppercase()
}

impl ListTeamExecutions {
    fn of(team: &Team) -> Self {
        let query = ExecutionsQuery {
            teams: vec![team.name().to_owned()],
            jobs: Vec::new(),
            status: Vec::new(),
            times: Vec::new(),
            sort: Sort::from(ExecutionProperty::StartTime).descending(),
        };
        Self {
            query,
            list: graphql::list(team),
        }
    }

    /// Only those of this job; may be given several times.
    pub fn job(mut self, name: impl Into<String>) -> Self {
        self.query.jobs.push(name.into());
        self
    }

    /// Only those in this state; may be given several times.
    pub fn status(mut self, status: impl Into<ExecutionStatus>) -> Self {
        self.query.status.push(status.into());
        self
    }

    /// Only those that began then or later.
    pub fn started_from(self, time: Timestamp) -> Self {
        self.time("startTimeGte", time)
    }

    /// Only those that began then or earlier.
    pub fn started_until(self, time: Timestamp) -> Self {
        self.time("startTimeLte", time)
    }

    /// Only those that ended then or later.
    pub fn ended_from(self, time: Timestamp) -> Self {
        self.time("endTimeGte", time)
    }

    /// Only those that ended then or earlier.
    pub fn ended_until(self, time: Timestamp) -> Self {
        self.time("endTimeLte", time)
    }

    fn time(mut self, name: &'static str, time: Timestamp) -> Self {
        // Twice the same argument is no GraphQL.
        self.query.times.retain(|(other, _)| *other != name);
        self.query.times.push((name, time));
        self
    }

    /// Sorts by a property; by the beginning, the last one first, unless set.
    pub fn sort(mut self, by: impl Into<Sort>) -> Self {
        self.query.sort = by.into();
        self
    }

    fn check(&self) -> Result<()> {
        // A word that is none cannot be asked for, and what is left of it would be another one.
        let is_word = |status: &&ExecutionStatus| {
            name_only(status.as_str()).eq_ignore_ascii_case(status.as_str())
                && !status.as_str().is_empty()
        };
        match self.query.status.iter().find(|status| !is_word(status)) {
            Some(status) => Err(Error::input(
                "status",
                format!("`{status}` is no word of a state"),
            )),
            None => Ok(()),
        }
    }

    #[inline]
    fn into_list(self) -> List<Execution> {
        let checked = self.check();
        // Executions do not say their team, so that nothing can be held against it here.
        let list = self.list.in_style(Numbered::new(self.query));
        list.map_call(|call| call.check(checked))
    }

    fn with_list(self, change: impl FnOnce(List<Execution>) -> List<Execution>) -> Self {
        Self {
            list: change(self.list),
            ..self
        }
    }
}

cloud_core::list_methods!(ListTeamExecutions => Execution);
