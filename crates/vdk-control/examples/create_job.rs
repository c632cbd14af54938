//! Creates a data job.
//!
//! ```sh
//! VDK_CONTROL_SERVICE_REST_API_URL=.. cargo run -p cloud-vdk-control --example create_job -- TEAM JOB \
//!     [--description TEXT] [--schedule CRON] [--database TYPE] [--notify ADDRESS]..
//! ```
//!
//! For example `starshot vmc-fact-daily --schedule '0 13 * * 5' --database TRINO --notify us@example.com`. The schedule
//! has five fields, in UTC. Where the service asks for a login, `VDK_API_TOKEN` and `VDK_API_TOKEN_AUTHORIZATION_URL` give
//! one, or the login of the `vdk` command line is used. Whoever runs it must be allowed to change the team's jobs. Run
//! again it finds the job, unless that is another one by now.

use std::env;
use std::error::Error;

use vdk_control::jobs::CreateJob;
use vdk_control::{Client, Contacts};

const USAGE: &str = "usage: create_job TEAM JOB [--description TEXT] [--schedule CRON] [--database TYPE] \
                     [--notify ADDRESS]..";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (mut words, mut addresses) = (Vec::new(), Vec::new());
    let (mut description, mut schedule, mut database) = (String::new(), None, None);
    let mut args = env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--description" => description = args.next().ok_or(USAGE)?,
            "--schedule" => schedule = Some(args.next().ok_or(USAGE)?),
            "--database" => database = Some(args.next().ok_or(USAGE)?),
            "--notify" => addresses.push(args.next().ok_or(USAGE)?),
            _ => words.push(arg),
        }
    }
    let [team, name] = &words[..] else {
        return Err(USAGE.into());
    };

    let api = Client::from_env()?;
    let created = api
        .team(team)
        .jobs()
        .create(name)
        .description(description)
        .contacts(Contacts::all(addresses))
        .generate_keytab(false)
        .enable_execution_notifications(false)
        .notification_delay_period_minutes(60)
        .maybe(schedule, CreateJob::schedule)
        .maybe(database, CreateJob::db_default_type)
        .or_get()
        .await
        .map_err(|error| {
            let what = if error.is_conflict() {
                "there is another job of this name: "
            } else {
                ""
            };
            format!("{what}{error}")
        })?;
    if created.was_created() {
        println!("{name} is created");
    } else {
        println!("{name} is there already");
    }
    let job = created.get().await?;
    println!("team {}", job.team.as_deref().unwrap_or(team));
    match job.config.schedule.schedule_cron.as_str() {
        "" => println!("runs when it is started"),
        cron => println!("runs by itself: {cron}"),
    }
    Ok(())
}
