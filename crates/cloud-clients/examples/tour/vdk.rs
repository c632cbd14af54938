//! A data job from its sources to the log of its run.

use std::time::Duration;

use cloud_clients::vdk_control::Client;
use cloud_clients::{Error, Result};
use cloud_sandbox::Running;

use crate::show::follow;

const PROGRAM: &str = "def run(job_input):\n    print('a day is loaded')\n";

pub(crate) async fn in_the_sandbox(sandbox: &Running) -> Result<()> {
    println!("VDK Control Service, at {}\n", sandbox.vdk_control_url());
    let api = Client::builder()
        .endpoint(sandbox.vdk_control_url())
        .poll_interval(Duration::from_millis(500));
    let api = api.no_credential().build()?;
    let team = api.team("analytics");
    let job = team
        .jobs()
        .create("daily-load")
        .description("Loads a day.")
        .schedule("0 5 * * *")
        .await?;

    let folder = std::env::temp_dir().join(format!("tour-job-{}", std::process::id()));
    let wrong = |error| Error::config(folder.display().to_string(), error);
    std::fs::create_dir_all(&folder).map_err(wrong)?;
    std::fs::write(folder.join("10_load.py"), PROGRAM).map_err(wrong)?;
    let version = job
        .sources()
        .upload_dir(&folder)
        .reason("first version")
        .await;
    std::fs::remove_dir_all(&folder).map_err(wrong)?;
    let version = version?;

    follow("deploy", job.deploy(&version.version_sha).await?.wait()).await?;
    let run = job.start().arg("day", "2026-11-20").await?;
    let mut log = run.follow_logs();
    println!();
    while let Some(line) = log.next().await? {
        println!("    {line}");
    }
    println!();
    let done = follow("run", run.wait()).await?;
    println!("  the run ended: {}", done.status);

    println!("\n  {:<16} {:<14} schedule", "job", "team");
    let mut jobs = team.jobs().list().items();
    while let Some(job) = jobs.next().await? {
        println!("  {:<16} {:<14} 0 5 * * *", job.job_name, team.name());
    }
    job.delete().await
}

pub(crate) async fn for_real() -> Result<()> {
    let api = Client::from_env()?;
    let team = api
        .default_team()
        .ok_or_else(|| Error::input("team", "set VDK_TEAM_NAME"))?;
    let mut jobs = team.jobs().list().items();
    while let Some(job) = jobs.next().await? {
        println!("  {}", job.job_name);
    }
    Ok(())
}
