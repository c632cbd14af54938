//! The operations of `vdk-control`, in an order in which a real server accepts most of them.

use std::time::Duration;

use cloud_core::Result;
use cloud_core::body::Body;
use cloud_core::retry::StandardRetry;
use serde::Serialize;
use serde_json::Value;
use vdk_control::{
    Client, ClientBuilder, Contacts, ExecutionId, ExecutionStatus, Job, JobFields, JobMode,
    JobProperty, Properties, Resources, Secrets,
};

use super::{Answer, Place, Run, sandbox};

/// A ZIP archive of one file, `exercise-job/10.py`.
pub const ARCHIVE: &[u8] =
    b"PK\x03\x04\x14\0\0\0\0\0\0\0!\0\x96\x92\x1a\x0e\x05\0\0\0\x05\0\0\0\x12\0\0\0exercise-job/10.pypass\
    \nPK\x01\x02\x14\x03\x14\0\0\0\0\0\0\0!\0\x96\x92\x1a\x0e\x05\0\0\0\x05\0\0\0\x12\0\0\0\0\0\0\0\0\0\
    \0\0\x80\x01\0\0\0\0exercise-job/10.pyPK\x05\x06\0\0\0\0\x01\0\x01\0@\0\0\x005\0\0\0\0\0";

/// Against any server, with a line for each call.
pub async fn against(url: &str, token: &str, settle: Duration, round_trip: bool) -> Result<Run> {
    let (run, replay) = Run::aloud(url, round_trip)?;
    let mut builder = Client::builder()
        .token(token)
        .endpoint(url)
        .retry(StandardRetry::never());
    if let Some(replay) = replay {
        builder = builder.transport(replay);
    }
    conduct(run, builder, settle).await
}

/// In the sandbox.
pub async fn in_the_sandbox() -> Result<Run> {
    conduct(
        Run::default(),
        builder().transport(sandbox().vdk_control()),
        Duration::ZERO,
    )
    .await
}

/// In the sandbox, where every answer is taken apart.
pub async fn taking_answers_apart() -> Result<Run> {
    let (run, replay) = Run::taking_apart(sandbox().vdk_control());
    conduct(run, builder().transport(replay), Duration::ZERO).await
}

async fn conduct(mut run: Run, builder: ClientBuilder, settle: Duration) -> Result<Run> {
    let api = builder.on_attempt(run.hook()).build()?;
    exercise(&mut run, &api, settle).await;
    Ok(run)
}

fn builder() -> ClientBuilder {
    Client::builder()
        .endpoint("http://localhost:8092")
        .token("exercise")
}

async fn exercise(run: &mut Run, api: &Client, settle: Duration) {
    let team = api.team("exercise team");
    run.call(team.info()).await;
    let create = team
        .jobs()
        .create("exercise-job")
        .description("exercise")
        .schedule("0 5 * * *");
    run.call(
        create
            .contacts(Contacts::all(["a@example.com"]))
            .generate_keytab(true),
    )
    .await;
    let job = team.job("exercise-job");
    let read = run.call(job.get()).await;
    run.call(
        job.update(
            &read
                .filter(|read| read.job_name == job.name())
                .unwrap_or_else(|| data(&job)),
        ),
    )
    .await;
    run.call(job.keytab()).await;

    let uploaded = run
        .call(job.sources().upload(Body::from(ARCHIVE)).reason("exercise"))
        .await;
    run.call(job.sources().download()).await;
    let version = uploaded.map_or_else(|| "exercise".to_owned(), |uploaded| uploaded.version_sha);
    deployments(run, &job, &version, settle).await;
    executions(run, &job, settle).await;

    run.call(
        team.jobs()
            .list()
            .fields(JobFields::all())
            .sort(JobProperty::JobName)
            .per_page(5)
            .page(),
    )
    .await;
    run.call(
        team.jobs()
            .list()
            .of_all_teams()
            .enabled(true)
            .search("exercise")
            .page(),
    )
    .await;
    run.call(team.executions().list().job(job.name()).per_page(5).page())
        .await;
    run.call(
        team.jobs()
            .graphql("{jobs(pageNumber:1,pageSize:5){content{jobName}totalItems totalPages}}"),
    )
    .await;

    run.call(
        job.properties()
            .replace(&Properties::from_iter([("last_day", "2026-11-20")])),
    )
    .await;
    run.call(job.properties().get()).await;
    run.call(
        job.secrets()
            .replace(&Secrets::from_iter([("password", "exercise")])),
    )
    .await;
    run.call(job.secrets().get()).await;

    run.call(
        team.oauth_credentials()
            .put("exercise-client", "exercise-secret"),
    )
    .await;
    run.call(team.oauth_credentials().get()).await;
    run.call(team.oauth_credentials().client_id()).await;
    run.call(api.teams_of_client_ids(["exercise-client"])).await;

    run.call(job.deployments().delete()).await;
    run.call(job.sources().delete().reason("exercise")).await;
    let moved = run.call(job.move_to_team("other team")).await;
    run.call(moved.unwrap_or(job).delete()).await;
}

fn data(job: &Job) -> vdk_control::DataJob {
    let mut data = vdk_control::DataJob::default();
    job.name().clone_into(&mut data.job_name);
    data
}

async fn deployments(run: &mut Run, job: &Job, version: &str, settle: Duration) {
    let deployments = job.deployments();
    let update = deployments
        .update()
        .job_version(version)
        .mode(JobMode::Release)
        .enabled(true)
        .send_notification(false);
    run.call(update.resources(Resources::memory_limit(512)))
        .await;
    tokio::time::sleep(settle).await;
    run.call(
        deployments
            .list()
            .deployment_id("production")
            .mode(JobMode::Release)
            .page(),
    )
    .await;
    run.call(deployments.get()).await;
    run.call(deployments.enable()).await;
}

async fn executions(run: &mut Run, job: &Job, settle: Duration) {
    let executions = job.executions();
    let started = run
        .call(job.start().started_by("exercise").arg("day", "2026-11-20"))
        .await;
    let id = started.map_or_else(
        || ExecutionId::from("exercise"),
        |started| started.id().clone(),
    );
    tokio::time::sleep(settle).await;
    run.call(
        executions
            .list()
            .status(ExecutionStatus::Submitted)
            .status(ExecutionStatus::Succeeded)
            .page(),
    )
    .await;
    run.call(executions.list_of_deployment().page()).await;
    run.call(executions.get(&id)).await;
    run.call(executions.logs(&id).tail(10)).await;
    run.call(executions.cancel(&id)).await;
}

macro_rules! answers {
    ($($answer:ty => $encoded:expr;)*) => { $(
        impl Answer for $answer {
            fn encoded(&self) -> (Place, Value) {
                let encoded: fn(&Self) -> Value = $encoded;
                (Place::Whole, encoded(self))
            }
        }
    )* };
}

fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

// What has no body, no JSON or only a secret in it cannot be encoded again.
answers! {
    cloud_core::engine::Download => |_| Value::Null;
    vdk_control::ClientIdOfTeam => |it| json(it);
    vdk_control::DataJob => |it| json(it);
    vdk_control::DeploymentStatus => |it| json(it);
    vdk_control::Execution => |it| json(it);
    vdk_control::Job => |_| Value::Null;
    vdk_control::Keytab => |_| Value::Null;
    vdk_control::Properties => |it| json(it);
    vdk_control::Run => |_| Value::Null;
    vdk_control::Secrets => |it| json(it);
    vdk_control::ServiceInfo => |it| json(it);
    vdk_control::SourceVersion => |it| json(it);
    vdk_control::TeamCredentials => |_| Value::Null;
    vdk_control::graphql::QueryAnswer => |_| Value::Null;
    Vec<vdk_control::ClientIdOfTeam> => |it| json(it);
    Vec<vdk_control::DeploymentStatus> => |it| json(it);
    Vec<vdk_control::Execution> => |it| json(it);
}
