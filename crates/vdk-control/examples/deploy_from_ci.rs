//! Deploys the directory of a data job, as the last step of a CI job, and with `--run` runs it once to see that it works.
//!
//! ```sh
//! VDK_CONTROL_SERVICE_REST_API_URL=.. VDK_API_TOKEN=.. VDK_API_TOKEN_AUTHORIZATION_URL=.. \
//!     cargo run -p cloud-vdk-control --example deploy_from_ci -- TEAM JOB DIRECTORY [--run]
//! ```
//!
//! The directory has a `config.ini`, as the `vdk` command line writes it, from which the job's schedule and contacts are
//! taken. A job that is not there is created. The commit that CI names (`GITHUB_SHA` or `CI_COMMIT_SHA`) is the reason for
//! the change. Whoever runs it must be allowed to change the team's jobs. A run that ends badly makes this program fail.

use std::env;
use std::error::Error;

use vdk_control::executions::Outcome;
use vdk_control::{Client, Job};

const USAGE: &str = "usage: deploy_from_ci TEAM JOB DIRECTORY [--run]";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (options, words): (Vec<_>, Vec<_>) = env::args().skip(1).partition(|a| a.starts_with('-'));
    let ([team, name, directory], true) =
        (&words[..], options.iter().all(|option| option == "--run"))
    else {
        return Err(USAGE.into());
    };
    let commit = env::var("GITHUB_SHA").or_else(|_| env::var("CI_COMMIT_SHA"));
    let reason = commit.map_or_else(
        |_| "deployed by hand".to_owned(),
        |sha| format!("commit {sha}"),
    );

    let api = Client::from_env()?;
    let team = api.team(team);
    if team.jobs().find(name).await?.is_none() {
        // The rest of its settings comes from the directory.
        team.jobs().create(name).await?;
        println!("{name} is created");
    }
    let job = team.job(name);
    // Every step may be done again, so a CI job that was cut off is just started once more.
    let deployment = job.deploy_dir(directory).reason(reason).await?;
    println!("version {} is uploaded", deployment.version);
    let mut work = deployment.wait();
    while let Some(progress) = work.progress().await? {
        println!("{progress}");
    }
    work.await?;
    println!("{name} is deployed");

    if options.is_empty() {
        return Ok(());
    }
    run(&job).await
}

/// Runs the job, shows its log while it runs, and fails when it does.
async fn run(job: &Job) -> Result<(), Box<dyn Error>> {
    let run = job.start().await?;
    println!("run {} has begun", run.id());
    let mut log = run.follow_logs();
    while let Some(line) = log.next().await? {
        println!("    {line}");
    }
    let execution = run.wait().await?;
    if execution.outcome() == Some(Outcome::UserError) {
        let message = execution.message.as_deref().unwrap_or("no message");
        return Err(format!("the job's own code has failed: {message}").into());
    }
    // Cancelled, skipped, or failed by the platform: an error that says so.
    println!("run {} has succeeded", execution.success()?.id);
    Ok(())
}
