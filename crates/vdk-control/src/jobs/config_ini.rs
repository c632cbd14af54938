use std::path::Path;

use cloud_core::config::{Ini, Setting};
use cloud_core::{Error, Result};

use super::{Contacts, DataJob};
use crate::check;
use crate::files;

/// What the `config.ini` in the directory of a job says of it. The `vdk` command line writes one when it creates a job, and
/// wants one when it deploys.
///
/// ```
/// # let folder = std::env::temp_dir().join(format!("vdk-config-ini-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder).unwrap();
/// # let text = "[owner]\nteam = analytics\n[job]\nschedule_cron = 0 5 * * *\n[contacts]\nnotified_on_job_success = a@x.test; b@x.test\n";
/// # std::fs::write(folder.join("config.ini"), text).unwrap();
/// let config = vdk_control::jobs::ConfigIni::read(&folder)?;
/// assert_eq!(config.team.as_deref(), Some("analytics"));
/// assert_eq!(config.contacts.notified_on_job_success, ["a@x.test", "b@x.test"]);
/// # std::fs::remove_dir_all(&folder).unwrap();
/// # Ok::<(), vdk_control::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ConfigIni {
    /// The team that the job belongs to (`[owner] team`).
    pub team: Option<String>,
    /// When the job runs by itself, a cron expression of five fields, in UTC; empty for never (`[job] schedule_cron`).
    pub schedule_cron: String,
    /// Who is told of which outcome (`[contacts] notified_on_job_...`, addresses with semicolons between them).
    pub contacts: Contacts,
    /// Whether anybody is told of the job's executions, as is usual (`[contacts] enable_execution_notifications`).
    pub enable_execution_notifications: bool,
    /// After how many minutes an execution counts as late, 240 unless set
    /// (`[contacts] notification_delay_period_minutes`).
    pub notification_delay_period_minutes: i32,
}

impl ConfigIni {
    /// Reads the file `config.ini` in the directory of a job. Blocks for the time of reading it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`](cloud_core::ErrorKind::Input) when there is none, and
    /// [`ErrorKind::Config`](cloud_core::ErrorKind::Config), with the place, when something in it cannot be meant.
    pub fn read(folder: impl AsRef<Path>) -> Result<Self> {
        let path = folder.as_ref().join("config.ini");
        let text = std::fs::read_to_string(&path);
        let text = text.map_err(|error| files::unreadable(&path, error))?;
        Self::parse(&path, &text)
    }

    fn parse(path: &Path, text: &str) -> Result<Self> {
        let file = Ini::parse_python(path, text)?;
        let contacts = |key: &str| {
            let text = file.get("contacts", key);
            text.map_or_else(Vec::new, |text| addresses(&text.value))
        };
        let schedule = file.get("job", "schedule_cron");
        let cron = |schedule: Setting<String>| {
            let read = |cron: String| match check::cron("schedule_cron", &cron) {
                Ok(()) => Ok(cron),
                // The setting says where it stands; of this error only the words are wanted.
                Err(error) => Err(error.fields()[0].messages.join("; ")),
            };
            Ok::<_, Error>(schedule.try_map(read)?.value)
        };
        let enabled = file.get("contacts", "enable_execution_notifications");
        let minutes = file.get("contacts", "notification_delay_period_minutes");
        Ok(Self {
            team: file.get("owner", "team").map(|team| team.value),
            schedule_cron: schedule.map(cron).transpose()?.unwrap_or_default(),
            contacts: Contacts {
                notified_on_job_failure_user_error: contacts("notified_on_job_failure_user_error"),
                notified_on_job_failure_platform_error: contacts(
                    "notified_on_job_failure_platform_error",
                ),
                notified_on_job_success: contacts("notified_on_job_success"),
                notified_on_job_deploy: contacts("notified_on_job_deploy"),
            },
            enable_execution_notifications: match enabled {
                Some(text) => text.try_map(|text| flag(&text))?.value,
                // The default of the API's description.
                None => true,
            },
            notification_delay_period_minutes: match minutes {
                Some(text) => text.try_map(|text| positive(&text))?.value,
                // The default of the API's description.
                None => 240,
            },
        })
    }

    /// Puts schedule, contacts and notifications into a job, for [`Job::update`](super::Job::update). Its other settings
    /// stay, and so does its team.
    pub fn apply_to(&self, job: &mut DataJob) {
        let config = &mut job.config;
        config.schedule = self.schedule_cron.as_str().into();
        config.contacts = self.contacts.clone();
        config.enable_execution_notifications = Some(self.enable_execution_notifications);
        config.notification_delay_period_minutes = Some(self.notification_delay_period_minutes);
    }
}

fn addresses(text: &str) -> Vec<String> {
    let parts = text.split(';').map(str::trim);
    parts
        .filter(|address| !address.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The words of Python's `configparser`.
fn flag(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "yes" | "true" | "on" => Ok(true),
        "0" | "no" | "false" | "off" => Ok(false),
        _ => Err(format!("{text:?} is neither true nor false")),
    }
}

fn positive(text: &str) -> Result<i32, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| format!("{text:?} is no number of minutes from 1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<ConfigIni> {
        ConfigIni::parse(Path::new("/job/config.ini"), text)
    }

    #[test]
    fn all_that_the_command_line_reads_is_read() {
        let text = "; mine\n[owner]\nteam = my team\n[job]\nschedule_cron = 11 23 5 8 1\n[contacts]\n\
                    notified_on_job_failure_user_error=a@x.test; b@x.test;\nnotified_on_job_failure_platform_error=\n\
                    notified_on_job_success =\n    c@x.test;\n    d@x.test\nnotified_on_job_deploy: e@x.test\n\
                    enable_execution_notifications = No\nnotification_delay_period_minutes=60\n[vdk]\nother = 1\n";
        let config = parse(text).unwrap();
        let contacts = Contacts {
            notified_on_job_failure_user_error: vec!["a@x.test".into(), "b@x.test".into()],
            notified_on_job_failure_platform_error: vec![],
            notified_on_job_success: vec!["c@x.test".into(), "d@x.test".into()],
            notified_on_job_deploy: vec!["e@x.test".into()],
        };
        assert_eq!(
            config,
            ConfigIni {
                team: Some("my team".into()),
                schedule_cron: "11 23 5 8 1".into(),
                contacts,
                enable_execution_notifications: false,
                notification_delay_period_minutes: 60,
            }
        );
    }

    #[test]
    fn what_is_not_set_is_as_the_command_line_has_it() {
        for text in ["", "[owner]\nteam =\n[job]\nschedule_cron =\n[contacts]\n"] {
            let config = parse(text).unwrap();
            assert_eq!((config.team, config.schedule_cron.as_str()), (None, ""));
            assert_eq!(config.contacts, Contacts::default());
            assert!(config.enable_execution_notifications);
            assert_eq!(config.notification_delay_period_minutes, 240);
        }
    }

    #[test]
    fn what_cannot_be_meant_is_told_with_its_place() {
        for (text, problem) in [
            (
                "[job]\nschedule_cron = daily",
                "[job] schedule_cron (/job/config.ini): must have five fields: minute, hour, day of the month, month, day \
                 of the week",
            ),
            (
                "[contacts]\nenable_execution_notifications = maybe",
                "[contacts] enable_execution_notifications (/job/config.ini): \"maybe\" is neither true nor false",
            ),
            (
                "[contacts]\nnotification_delay_period_minutes = 0",
                "[contacts] notification_delay_period_minutes (/job/config.ini): \"0\" is no number of minutes from 1",
            ),
            (
                "team = x",
                "line 1 (/job/config.ini): a key before the first [section]",
            ),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert_eq!(error, format!("wrong configuration: {problem}"));
        }
    }
}
