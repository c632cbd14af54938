use cloud_core::call::{Call, Task};
use cloud_core::provider::{self, There};
use cloud_core::wait::Accepted;
use serde::Serialize;

use super::{Contacts, DataJob, Job, Schedule};
use crate::check;
use crate::team::Team;

/// The settings of a new job, as far as they are set.
#[derive(Clone, Debug, Default, Serialize)]
struct Setup {
    #[serde(skip_serializing_if = "Option::is_none")]
    db_default_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contacts: Option<Contacts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule: Option<Schedule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    generate_keytab: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enable_execution_notifications: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notification_delay_period_minutes: Option<i32>,
}

cloud_core::request! {
    /// Creates a job of a team; made by [`Jobs::create`](super::Jobs::create).
    pub struct CreateJob => Job;
    required {
        job_name: String,
        description: String,
        team: String,
        config: Setup,
    }
    unsent {
        owner: Team,
    }
    check |this: &Self| {
        check::job_name("job_name", &this.job_name)?;
        check::cron("schedule_cron", this.config.schedule.as_ref().map_or("", |schedule| &schedule.schedule_cron))
    };
}

impl CreateJob {
    pub(super) fn of(team: &Team, call: Call<Job>, name: String) -> Self {
        let (description, owner) = (String::new(), team.name().to_owned());
        Self::new(
            call,
            name,
            description,
            owner,
            Setup::default(),
            team.clone(),
        )
    }

    /// What the job is for.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// The database that the job talks to unless its code says otherwise, such as `TRINO`.
    pub fn db_default_type(mut self, database: impl Into<String>) -> Self {
        self.config.db_default_type = Some(database.into());
        self
    }

    /// Who is told of which outcome.
    pub fn contacts(mut self, contacts: Contacts) -> Self {
        self.config.contacts = Some(contacts);
        self
    }

    /// When the job runs by itself: a cron expression of five fields, in UTC.
    pub fn schedule(mut self, schedule: impl Into<Schedule>) -> Self {
        self.config.schedule = Some(schedule.into());
        self
    }

    /// Whether a keytab is made for the job; one is unless set.
    pub fn generate_keytab(mut self, generate: bool) -> Self {
        self.config.generate_keytab = Some(generate);
        self
    }

    /// Whether anybody is told of the job's executions; they are unless set.
    pub fn enable_execution_notifications(mut self, enable: bool) -> Self {
        self.config.enable_execution_notifications = Some(enable);
        self
    }

    /// After how many minutes an execution counts as late; 240 unless set.
    pub fn notification_delay_period_minutes(mut self, minutes: i32) -> Self {
        self.config.notification_delay_period_minutes = Some(minutes);
        self
    }

    /// Creates the job (`POST /data-jobs/for-team/{team_name}/jobs`), or gives the one that is there already
    /// (`GET /data-jobs/for-team/{team_name}/jobs/{job_name}`): after an answer that was lost on the way, and when the
    /// program is run a second time. [`was_created`](Accepted::was_created) says which of the two it was. Nothing is left to
    /// wait for in either case.
    ///
    /// What is there must have the description and every setting that was asked for: the type of the database, contacts, the
    /// schedule, keytab, notifications and their delay. What was not given is not compared, and a setting that the service
    /// does not tell counts as the same, but for contacts and schedule.
    ///
    /// # Permissions
    ///
    /// [Write access](crate#access) to the team.
    ///
    /// # Errors
    ///
    /// A job of this name that differs, or belongs to another team, is somebody else's, and stays as it is: then
    /// [`is_conflict`](cloud_core::Error::is_conflict) stands, or the error of the answer that was lost. The error names the
    /// first field that differs, such as `config.contacts`, as the last of its [`fields`](cloud_core::Error::fields).
    #[inline]
    pub fn or_get(self) -> Task<Accepted<Job>> {
        let wanted = self.clone();
        let job = self.owner.job(self.job_name.as_str());
        let engine = job.engine().clone();
        provider::ready_or_get(&engine, self.send(), move || async move {
            // A job that the team does not have, or that is another, is somebody else's.
            let there = job.get().optional().await?;
            Ok(There::of(there, |there| wanted.difference(there)).map(|_| job))
        })
    }

    /// The first setting that was asked for and is another one in a job. What the service does not tell counts as the same.
    fn difference(&self, there: &DataJob) -> Option<&'static str> {
        fn same<T: PartialEq + Copy>(wanted: Option<T>, there: Option<T>) -> bool {
            wanted.is_none() || there.is_none() || wanted == there
        }
        let (wanted, config) = (&self.config, &there.config);
        let contacts = wanted.contacts.as_ref();
        let cron = |schedule: &Schedule| schedule.schedule_cron.trim().to_owned();
        let schedule = wanted.schedule.as_ref();
        let compared = [
            (
                "description",
                self.description.is_empty() || self.description == there.description,
            ),
            (
                "config.db_default_type",
                same(
                    wanted.db_default_type.as_ref(),
                    config.db_default_type.as_ref(),
                ),
            ),
            (
                "config.contacts",
                contacts.is_none_or(|contacts| *contacts == config.contacts),
            ),
            (
                "config.schedule.schedule_cron",
                schedule.is_none_or(|schedule| cron(schedule) == cron(&config.schedule)),
            ),
            (
                "config.generate_keytab",
                same(wanted.generate_keytab, config.generate_keytab),
            ),
            (
                "config.enable_execution_notifications",
                same(
                    wanted.enable_execution_notifications,
                    config.enable_execution_notifications,
                ),
            ),
            (
                "config.notification_delay_period_minutes",
                same(
                    wanted.notification_delay_period_minutes,
                    config.notification_delay_period_minutes,
                ),
            ),
        ];
        let other = compared.into_iter().find(|(_, same)| !same);
        other.map(|(field, _)| field)
    }
}
