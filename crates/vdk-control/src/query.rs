//! Looking through jobs: filters, wanted fields and order, and what a list says of each job.

use std::fmt::{self, Write as _};

use cloud_core::list::List;
use cloud_core::model::Sort;
use cloud_core::provider::CallBuilder;
use cloud_core::{Error, Result};

use crate::executions::EXECUTION;
use crate::graphql::{self, Numbered, Query, Text};
use crate::jobs::Jobs;
use crate::team::Team;

mod models;

pub use models::{DeploymentOutcome, ListedConfig, ListedDeployment, ListedJob};

cloud_core::open_enum! {
    /// What jobs can be filtered and sorted by.
    ///
    /// The service can only look at what is asked for, so a list asks for more [fields](JobFields) than it was told to
    /// where its filters or its order need them. What stands in the API's description beyond these makes the server fail.
    pub enum JobProperty {
        /// The name of the job: all of it, where `*` stands for anything, in any case.
        JobName = "jobName",
        /// Whether the job runs: `enabled`, `disabled` or `not_deployed`.
        Enabled = "deployments.enabled",
        /// The version of Python: any part of it.
        PythonVersion = "deployments.jobPythonVersion",
        /// How the last execution went.
        LastExecutionStatus = "deployments.lastExecutionStatus",
        /// When the last execution ended. As a filter, a range of seconds since the Unix epoch.
        LastExecutionTime = "deployments.lastExecutionTime",
        /// How long the last execution took.
        LastExecutionDuration = "deployments.lastExecutionDuration",
        /// The name of the team: all of it, where `%` stands for anything, in any case.
        Team = "config.team",
        /// What the job is for: any part of it.
        Description = "config.description",
        /// The time of the next run. As a filter, a range of seconds since the Unix epoch, such as `1795168800-1795255200`.
        NextRun = "config.schedule.nextRunEpochSeconds",
        /// Whether anybody is told anything. For sorting only.
        HasContacts = "config.contacts.present",
    }
}

impl From<JobProperty> for Sort {
    fn from(property: JobProperty) -> Self {
        Self::by(property.as_str().to_owned())
    }
}

/// Which fields of jobs a list shall have. Name and team are always among them; each of the others costs the service
/// time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JobFields {
    description: bool,
    schedule: bool,
    contacts: bool,
    urls: bool,
    deployments: bool,
    last_execution: bool,
    executions: Option<u32>,
}

impl JobFields {
    /// Name and team only.
    pub const fn new() -> Self {
        Self {
            description: false,
            schedule: false,
            contacts: false,
            urls: false,
            deployments: false,
            last_execution: false,
            executions: None,
        }
    }

    /// All there are, with the last executions.
    pub const fn all() -> Self {
        Self::new()
            .description()
            .schedule()
            .contacts()
            .urls()
            .deployments()
            .last_execution()
            .executions(10)
    }

    /// What the job is for.
    pub const fn description(mut self) -> Self {
        self.description = true;
        self
    }

    /// When the job runs by itself, and the next run.
    pub const fn schedule(mut self) -> Self {
        self.schedule = true;
        self
    }

    /// Who is told of which outcome.
    pub const fn contacts(mut self) -> Self {
        self.contacts = true;
        self
    }

    /// Where sources and logs are kept, and whether it has a keytab.
    pub const fn urls(mut self) -> Self {
        self.urls = true;
        self
    }

    /// What is deployed of the job.
    pub const fn deployments(mut self) -> Self {
        self.deployments = true;
        self
    }

    /// How the last execution went, and how many have ended well and have failed.
    pub const fn last_execution(mut self) -> Self {
        self.last_execution = true;
        self
    }

    /// So many of the last executions, from 1 to 100.
    pub const fn executions(mut self, most: u32) -> Self {
        self.executions = Some(most);
        self
    }

    /// These, and what the service needs in order to filter or sort by this.
    fn with(mut self, property: &JobProperty) -> Self {
        match property {
            JobProperty::NextRun => self.schedule = true,
            JobProperty::HasContacts => self.contacts = true,
            JobProperty::Enabled | JobProperty::PythonVersion => self.deployments = true,
            JobProperty::LastExecutionStatus
            | JobProperty::LastExecutionTime
            | JobProperty::LastExecutionDuration => {
                self.last_execution = true;
            }
            _ => {}
        }
        self
    }

    fn write(self, to: &mut String) -> fmt::Result {
        // Always with the team, by which the jobs of others are dropped.
        to.write_str("jobName config{team")?;
        for (wanted, fields) in [
            (self.description, " description"),
            (self.schedule, " schedule{scheduleCron nextRunEpochSeconds}"),
            (self.contacts, " contacts{"),
            (self.contacts, CONTACTS),
            (self.contacts, "}"),
            (self.urls, " generateKeytab sourceUrl logsUrl"),
        ] {
            if wanted {
                to.write_str(fields)?;
            }
        }
        to.write_str("}")?;
        if !self.deployments && !self.last_execution && self.executions.is_none() {
            return Ok(());
        }
        to.write_str(" deployments{id enabled")?;
        if self.deployments {
            to.write_str(concat!(
                " jobVersion jobPythonVersion vdkVersion lastDeployedDate lastDeployedBy mode status",
                " resources{cpuRequest cpuLimit memoryRequest memoryLimit} schedule{scheduleCron nextRunEpochSeconds}"
            ))?;
            write!(to, " contacts{{{CONTACTS}}}")?;
        }
        if self.last_execution {
            to.write_str(concat!(
                " lastExecutionStatus lastExecutionTime lastExecutionDuration",
                " successfulExecutions failedExecutions"
            ))?;
        }
        if let Some(most) = self.executions {
            let order = r#"order:{property:"startTime",direction:DESC}"#;
            write!(
                to,
                " executions(pageNumber:1,pageSize:{most},{order}){{{EXECUTION}}}"
            )?;
        }
        to.write_str("}")
    }
}

const CONTACTS: &str = concat!(
    "notifiedOnJobFailureUserError notifiedOnJobFailurePlatformError",
    " notifiedOnJobSuccess notifiedOnJobDeploy"
);

/// A list of jobs that is read by `.all()`, `.page()`, `.items()` or `.pages()`; made by [`Jobs::list`].
#[derive(Clone, Debug)]
#[must_use = "a list is read by `.all()`, `.page()`, `.items()` or `.pages()`"]
pub struct ListJobs {
    team: String,
    query: JobsQuery,
    list: List<ListedJob>,
}

#[derive(Clone, Debug)]
struct JobsQuery {
    filters: Vec<(JobProperty, String)>,
    sort: Option<Sort>,
    search: Option<String>,
    fields: JobFields,
}

impl Query for JobsQuery {
    const ROOT: &'static str = "jobs";

    fn arguments(&self, to: &mut String) -> fmt::Result {
        to.write_str(",filter:[")?;
        let mut filters: Vec<(&str, Option<&String>, Option<&Sort>)> = self
            .filters
            .iter()
            .map(|(property, pattern)| (property.as_str(), Some(pattern), None))
            .collect();
        if let Some(sort) = &self.sort {
            // A filter by the property that is sorted by takes the order along.
            match filters
                .iter_mut()
                .find(|(filtered, ..)| *filtered == sort.field())
            {
                Some(filter) => filter.2 = Some(sort),
                None => filters.push((sort.field(), None, Some(sort))),
            }
        }
        for (index, (property, pattern, sort)) in filters.iter().enumerate() {
            write!(
                to,
                "{}{{property:{}",
                if index == 0 { "" } else { "," },
                Text(property)
            )?;
            if let Some(pattern) = pattern {
                write!(to, ",pattern:{}", Text(pattern))?;
            }
            if let Some(sort) = sort {
                write!(to, ",sort:{}", graphql::direction(sort))?;
            }
            to.write_str("}")?;
        }
        to.write_str("]")?;
        match &self.search {
            Some(search) => write!(to, ",search:{}", Text(search)),
            None => Ok(()),
        }
    }

    fn fields(&self, to: &mut String) -> fmt::Result {
        let sorted_by = self
            .sort
            .as_ref()
            .map(|sort| JobProperty::from(sort.field()));
        let filtered_by = self.filters.iter().map(|(property, _)| property);
        let needed = filtered_by.chain(&sorted_by);
        needed.fold(self.fields, JobFields::with).write(to)
    }
}

impl Jobs<'_> {
    /// Looks through the jobs of the team: filters, the fields that are wanted, and their order
    /// (`GET /data-jobs/for-team/{team_name}/jobs?query=..`; without a mark of stability), 100 a page unless set. See
    /// [`graphql`].
    ///
    /// What it says of executions may be behind while they are under way; the [list](crate::Job::executions) of a job's
    /// executions, filtered by that state, is held against what really runs (vmware/versatile-data-kit #1542).
    ///
    /// # Permissions
    ///
    /// [Read access](crate#access) to the team.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> vdk_control::Result<()> {
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let builder = vdk_control::Client::builder().endpoint("http://localhost:8092").token("t");
    /// # let api = builder.transport(sandbox.vdk_control()).build()?;
    /// use vdk_control::{JobFields, JobProperty};
    ///
    /// # let team = api.team("analytics");
    /// # team.jobs().create("daily-load").await?;
    /// let fields = JobFields::new().schedule().deployments();
    /// let mut jobs = team.jobs().list().name("daily-*").sort(JobProperty::JobName).fields(fields).items();
    /// let mut idle = Vec::new();
    /// while let Some(job) = jobs.next().await? {
    ///     idle.extend((!job.is_deployed()).then_some(job.job_name));
    /// }
    /// assert_eq!(idle, ["daily-load"]);
    /// # Ok(()) }
    /// ```
    #[inline]
    pub fn list(self) -> ListJobs {
        ListJobs::of(self.team())
    }
}

impl ListJobs {
    fn of(team: &Team) -> Self {
        let query = JobsQuery {
            // The server takes no notice of the team in the path.
            filters: vec![(JobProperty::Team, pattern(team.name()))],
            sort: None,
            search: None,
            fields: JobFields::new().description().schedule(),
        };
        Self {
            team: team.name().trim().to_owned(),
            query,
            list: graphql::list(team),
        }
    }

    /// The jobs of all teams, instead of those of this one.
    pub fn of_all_teams(mut self) -> Self {
        self.query
            .filters
            .retain(|(property, _)| *property != JobProperty::Team);
        self
    }

    /// Only the job of this name, in any case; `*` stands for anything, as in `daily-*`.
    pub fn name(self, pattern: impl Into<String>) -> Self {
        self.filter(JobProperty::JobName, pattern)
    }

    /// Only jobs that run; or only those that are deployed and do not.
    pub fn enabled(self, enabled: bool) -> Self {
        self.filter(
            JobProperty::Enabled,
            if enabled { "enabled" } else { "disabled" },
        )
    }

    /// Only jobs that are not deployed.
    pub fn not_deployed(self) -> Self {
        self.filter(JobProperty::Enabled, "not_deployed")
    }

    /// Only jobs whose property is like this; what that means depends on the [property](JobProperty). Several filters are
    /// all to match.
    pub fn filter(mut self, property: impl Into<JobProperty>, pattern: impl Into<String>) -> Self {
        self.query.filters.push((property.into(), pattern.into()));
        self
    }

    /// Only jobs that hold this in one of the fields that are asked for.
    pub fn search(mut self, text: impl Into<String>) -> Self {
        self.query.search = Some(text.into());
        self
    }

    /// Sorts by a property, the smallest first; `Sort::from(property).descending()` gives the largest first. The service
    /// sorts by one property only: the last one counts.
    pub fn sort(mut self, by: impl Into<Sort>) -> Self {
        self.query.sort = Some(by.into());
        self
    }

    /// The fields that are wanted; description and schedule unless set.
    pub fn fields(mut self, fields: JobFields) -> Self {
        self.query.fields = fields;
        self
    }

    fn check(&self) -> Result<()> {
        if self
            .query
            .filters
            .iter()
            .any(|(_, pattern)| pattern.is_empty())
        {
            return Err(Error::input("pattern", "must not be empty"));
        }
        match self.query.fields.executions {
            // The server keeps no more of them, unless its operators set another number.
            Some(most) if !(1..=100).contains(&most) => {
                Err(Error::input("executions", "must be a number from 1 to 100"))
            }
            _ => Ok(()),
        }
    }

    #[inline]
    fn into_list(self) -> List<ListedJob> {
        let checked = self.check();
        let of_one = |(property, _): &(JobProperty, _)| *property == JobProperty::Team;
        let team = self.query.filters.iter().any(of_one).then_some(self.team);
        let of_the_team = move |job: &ListedJob| {
            team.as_deref()
                .is_none_or(|team| job.config.team.trim() == team)
        };
        let list = self.list.in_style(Numbered::new(self.query));
        list.map_call(|call| {
            call.check(checked).map(move |mut page| {
                page.items.retain(&of_the_team);
                page
            })
        })
    }

    fn with_list(self, change: impl FnOnce(List<ListedJob>) -> List<ListedJob>) -> Self {
        Self {
            list: change(self.list),
            ..self
        }
    }
}

cloud_core::list_methods!(ListJobs => ListedJob);

/// The team as a pattern. The server takes it for a regular expression (`JobFieldStrategyByTeam.java`), which a name may
/// not be; what it gives too much is dropped by comparing names.
fn pattern(team: &str) -> String {
    team.replace(
        [
            '\\', '^', '$', '|', '?', '*', '+', '(', ')', '[', ']', '{', '}',
        ],
        "%",
    )
}
