//! Waiting for jobs.

use std::future::IntoFuture;

use cloud_core::call::Call;
use cloud_core::provider::{CallBuilder, Decode, Step};
use cloud_core::wait::{Progress, Waiter};
use cloud_core::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};

use super::{Job, JobStatus};
use crate::client::Client;
use crate::ids::JobId;
use crate::ops::{both, v1_1};
use crate::version::Version;
use crate::wait::{self, failed, watch_by};

/// As much of a cluster as says whether it will ever run a job.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Cluster {
    /// The status of the cluster.
    pub status: String,
    /// Why it has that.
    pub status_description: Option<String>,
}

/// A job, and why its cluster will never run it.
struct Seen {
    job: Job,
    hopeless: Option<Error>,
}

/// Waits until a job has ended.
pub(super) fn until_ended(client: &Client, id: JobId) -> Waiter<Job> {
    until(client, id, Ok)
}

/// Waits until a job has ended well.
pub(super) fn until_succeeded(client: &Client, id: JobId) -> Waiter<Job> {
    until(client, id, |job| match job.status() {
        JobStatus::Succeeded => Ok(job),
        status => {
            let text = format!("job {} ended as {status}", job.id);
            Err(Error::new(ErrorKind::WorkFailed, text).with_details(job))
        }
    })
}

fn until(
    client: &Client,
    id: JobId,
    end: impl Fn(Job) -> Result<Job> + Send + 'static,
) -> Waiter<Job> {
    let (look, asker) = (look(client, &id), client.clone());
    let subject = look.shown_path();
    let look = move || {
        let (look, client) = (look.clone(), asker.clone());
        async move {
            let job = look.into_future().await?;
            let hopeless = match job.status() {
                JobStatus::Pending => hopeless(&client, &job).await?,
                _ => None,
            };
            Ok(Seen { job, hopeless })
        }
    };
    watch_by(client, subject, look, move |seen| match seen {
        None => Err(failed(&format!("job {id} is gone"), "it was deleted")),
        Some(Seen {
            hopeless: Some(error),
            ..
        }) => Err(error),
        Some(Seen { job, .. }) if job.status().has_ended() => end(job).map(Step::Done),
        Some(Seen { job, .. }) => Ok(Step::Pending(progress(&job))),
    })
}

/// One job, from the engine where that is possible.
fn look(client: &Client, id: &JobId) -> Call<Job> {
    match client.version() {
        Version::V1_1 => client
            .call_in(
                Version::V1_1,
                &v1_1::REFRESH_JOB,
                Decode::key("job_execution"),
            )
            .arg(id),
        Version::V2 => client.jobs().get(id),
    }
}

/// A job on a cluster that is not active waits, also for one that is gone.
async fn hopeless(client: &Client, job: &Job) -> Result<Option<Error>> {
    let cluster = client.get::<Cluster>(both!(GET_CLUSTER), &job.cluster_id, "cluster");
    let what = |cluster: &str| {
        format!(
            "job {} waits for cluster {}, which {cluster}",
            job.id, job.cluster_id
        )
    };
    Ok(match cluster.optional().await? {
        None => Some(failed(&what("is gone"), "it was deleted")),
        Some(cluster) if cluster.status == "Error" => Some(failed(
            &what("has failed"),
            cluster.status_description.as_deref().unwrap_or_default(),
        )),
        Some(_) => None,
    })
}

/// Waits until a job is gone.
pub(super) fn until_gone(client: &Client, id: JobId) -> Waiter<()> {
    let look = client.jobs().get(id);
    wait::until_gone(client, look, |job| Ok(progress(job)))
}

fn progress(job: &Job) -> Progress {
    Progress::new(0, format!("job {}", job.id), job.status().as_str())
}
