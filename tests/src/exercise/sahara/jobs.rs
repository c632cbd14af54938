use std::time::Duration;

use sahara::{
    Argument, Client, ClusterId, DataSourceId, JobBinaryId, JobBinaryInternalId, JobId,
    JobTemplateId, JobType, Sort, SwiftCredentials, Version,
};

use crate::exercise::Run;

pub(super) async fn all(run: &mut Run, api: &Client, cluster: &ClusterId, settle: Duration) {
    data_sources(run, api).await;
    types(run, api).await;
    let kept = match api.version() {
        Version::V1_1 => Some(programs(run, api).await),
        _ => None,
    };
    let binary = binaries(run, api, kept.as_ref()).await;
    let template = templates(run, api, &binary).await;
    jobs(run, api, &template, cluster, settle).await;
    run.call(api.job_templates().delete(&template)).await;
    run.call(api.job_binaries().delete(&binary)).await;
    if let Some(kept) = kept {
        run.call(api.job_binary_internals().delete(&kept)).await;
    }
}

async fn data_sources(run: &mut Run, api: &Client) {
    let sources = api.data_sources();
    let made = run
        .call(
            sources
                .create("exercise", "hdfs", "/user/exercise")
                .description("made"),
        )
        .await;
    let id = made.map_or_else(|| DataSourceId::from("unknown"), |made| made.id);
    run.call(sources.list().kind("hdfs").sort(Sort::NAME).page())
        .await;
    run.call(sources.get(&id)).await;
    run.call(sources.update(&id).description("exercised")).await;
    run.call(sources.delete(&id)).await;
}

async fn types(run: &mut Run, api: &Client) {
    run.call(api.job_types().list().kind(JobType::Pig).page())
        .await;
    run.call(api.job_templates().config_hints(JobType::Pig))
        .await;
    run.call(api.job_templates().config_hints(JobType::Shell))
        .await;
}

async fn programs(run: &mut Run, api: &Client) -> JobBinaryInternalId {
    let programs = api.job_binary_internals();
    let made = run
        .call(programs.upload("exercise.sh", "echo exercise"))
        .await;
    let id = made.map_or_else(|| JobBinaryInternalId::from("unknown"), |made| made.id);
    run.call(programs.list().name("exercise.sh").sort(Sort::NAME).page())
        .await;
    run.call(programs.get(&id)).await;
    run.call(programs.update(&id).is_public(false)).await;
    run.call(programs.data(&id)).await;
    id
}

async fn binaries(run: &mut Run, api: &Client, kept: Option<&JobBinaryInternalId>) -> JobBinaryId {
    let binaries = api.job_binaries();
    let create = match kept {
        Some(id) => binaries.create("exercise", format!("internal-db://{id}")),
        None => binaries
            .create("exercise", "swift://programs/exercise")
            .credentials(SwiftCredentials::new("demo", "demo-pw")),
    };
    let made = run.call(create).await;
    let id = made.map_or_else(|| JobBinaryId::from("unknown"), |made| made.id);
    run.call(binaries.list().name("exercise").sort(Sort::NAME).page())
        .await;
    run.call(binaries.get(&id)).await;
    run.call(binaries.update(&id).description("exercised"))
        .await;
    run.call(binaries.data(&id)).await;
    id
}

async fn templates(run: &mut Run, api: &Client, binary: &JobBinaryId) -> JobTemplateId {
    let templates = api.job_templates();
    let create = templates.create("exercise", JobType::Shell).mains([binary]);
    let made = run
        .call(create.interface([Argument::param("limit", "LIMIT").number().default("1")]))
        .await;
    let id = made.map_or_else(|| JobTemplateId::from("unknown"), |made| made.id);
    run.call(
        templates
            .list()
            .kind(JobType::Shell)
            .sort(Sort::NAME)
            .page(),
    )
    .await;
    run.call(templates.get(&id)).await;
    run.call(templates.update(&id).description("exercised"))
        .await;
    id
}

async fn jobs(
    run: &mut Run,
    api: &Client,
    template: &JobTemplateId,
    cluster: &ClusterId,
    settle: Duration,
) {
    let jobs = api.jobs();
    let started = run
        .call(
            jobs.run(template, cluster)
                .arg("exercise")
                .interface("limit", 2),
        )
        .await;
    let id = started.map_or_else(|| JobId::from("unknown"), |started| started.id.clone());
    run.call(jobs.list().page()).await;
    run.call(jobs.get(&id)).await;
    run.call(jobs.refresh(&id)).await;
    run.call(jobs.update(&id).is_public(false)).await;
    run.call(jobs.suspend(&id)).await;
    run.call(jobs.cancel(&id)).await;
    run.call(jobs.delete(&id)).await;
    if !settle.is_zero() {
        // The template can be deleted only when the job is gone; how that ends is for the next call to show.
        let _ = jobs.wait_gone(&id).timeout(settle).await;
    }
}
