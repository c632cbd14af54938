//! Runs a job at night: makes a cluster from a template, runs a job template on it, says what came of it, and deletes the
//! cluster, whatever happened before.
//!
//! ```sh
//! OS_CLOUD=.. cargo run -p cloud-sahara --example night_run -- CLUSTER_TEMPLATE JOB_TEMPLATE [--input SOURCE] \
//!     [--output SOURCE] [ARGUMENT]..
//! ```
//!
//! Templates and data sources are given by name or id. The cluster template must name an image and a network. It takes
//! the cloud of `clouds.yaml` that `OS_CLOUD` names, or `OS_AUTH_URL`, `OS_USERNAME`, `OS_PASSWORD`, `OS_PROJECT_NAME` and
//! the like. Every member of a project may do this; log in by password, for a cluster needs a trust, which a restricted
//! application credential cannot give. The job's failure is this program's.

use std::env;
use std::error::Error;
use std::time::Duration;

use sahara::jobs::RunJob;
use sahara::{Client, Cluster, ClusterTemplate, Job};

const HOUR: Duration = Duration::from_secs(3600);

const USAGE: &str = "usage: night_run CLUSTER_TEMPLATE JOB_TEMPLATE [--input SOURCE] [--output SOURCE] [ARGUMENT]..";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (mut input, mut output, mut words) = (None, None, Vec::new());
    let mut args = env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--input" => input = Some(args.next().ok_or(USAGE)?),
            "--output" => output = Some(args.next().ok_or(USAGE)?),
            _ => words.push(arg),
        }
    }
    let [template, job_template, arguments @ ..] = &words[..] else {
        return Err(USAGE.into());
    };

    // All that is looked up, is looked up before anything costs money.
    let api = Client::from_env()?;
    let found = api.cluster_templates().find(template).await?;
    let template = found.ok_or_else(|| format!("there is no cluster template {template}"))?;
    let found = api.job_templates().find(job_template).await?;
    let job_template = found.ok_or_else(|| format!("there is no job template {job_template}"))?;
    let (input, output) = (source(&api, input).await?, source(&api, output).await?);

    let cluster = make(&api, &template).await?;
    let run = api.jobs().run(&job_template, &cluster).args(arguments);
    let run = run
        .maybe(input, RunJob::input)
        .maybe(output, RunJob::output);
    let outcome = finish(&api, &cluster, run).await;

    // The nodes cost money, so they go first of all, and only then is looked at what came of the job.
    api.clusters().delete(&cluster).await?.wait().await?;
    println!("{} is deleted", cluster.name);
    let job = outcome?;
    println!("job {} is {}", job.id, job.status());
    for url in job.data_source_urls.values() {
        println!("data: {url}");
    }
    Ok(())
}

/// A cluster that works. One that does not is deleted here.
async fn make(api: &Client, template: &ClusterTemplate) -> Result<Cluster, Box<dyn Error>> {
    // A second night run at the same time is refused by the service, for the name is taken.
    let name = format!("{}-night", template.name);
    let created = api.clusters().create(name, template).await?;
    let mut work = created.wait().timeout(HOUR);
    let made = async {
        while let Some(event) = work.progress().await? {
            println!("{event}");
        }
        work.await
    };
    match made.await {
        Ok(cluster) => {
            println!("{} is {}", cluster.name, cluster.status);
            Ok(cluster)
        }
        Err(error) => {
            api.clusters().delete(&*created).await?.wait().await?;
            Err(error.into())
        }
    }
}

/// The job as it is when it has ended. Fails when it has not ended well.
async fn finish(api: &Client, cluster: &Cluster, run: RunJob) -> sahara::Result<Job> {
    let started = run.await?;
    println!("job {} runs on {}", started.id, cluster.name);
    api.jobs().wait_succeeded(&*started).timeout(HOUR * 8).await
}

async fn source(
    api: &Client,
    name: Option<String>,
) -> Result<Option<sahara::DataSourceId>, Box<dyn Error>> {
    let Some(name) = name else {
        return Ok(None);
    };
    let found = api.data_sources().find(&name).await?;
    Ok(Some(
        found
            .ok_or_else(|| format!("there is no data source {name}"))?
            .id,
    ))
}
