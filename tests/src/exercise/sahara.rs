//! The operations of `sahara`, each version of the API on its own, in an order in which a real server accepts most of
//! them.
//!
//! What a version does wrong is asked of the other one: with v2 the data of job binaries, which counts for v2 here, since
//! both have an operation of this name.

use std::sync::Arc;
use std::time::Duration;

use cloud_core::Result;
use cloud_core::request::AttemptReport;
use cloud_core::retry::StandardRetry;
use cloud_core::transport::Transport;
use cloud_sandbox::Sandbox;
use sahara::{Client, Cloud, CloudBuilder, ClusterId, Login, Version};

use super::{Run, sandbox};

mod clusters;
mod jobs;
mod plugins;
mod templates;

/// Where the service and its Keystone are, and who asks.
#[derive(Clone, Debug)]
pub struct Target {
    /// The address of Keystone.
    pub auth_url: String,
    /// Who logs in, and into which project.
    pub login: Login,
    /// A cluster that is active; without one, what needs it is refused.
    pub cluster: Option<ClusterId>,
}

/// Against any server, with a line for each call.
pub async fn against(target: Target, version: Version, settle: Duration) -> Result<Run> {
    let mut run = Run {
        loud: true,
        ..Run::default()
    };
    let hook = run.hook();
    let cloud = Cloud::builder()
        .auth_url(target.auth_url)
        .login(target.login)
        .retry(StandardRetry::never());
    let api = connect(cloud, version, hook).await?;
    let cluster = target
        .cluster
        .unwrap_or_else(|| "00000000-0000-0000-0000-000000000000".into());
    exercise(&mut run, &api, &cluster, settle).await;
    Ok(run)
}

/// In the sandbox.
pub async fn in_the_sandbox(version: Version) -> Result<Run> {
    let sandbox = sandbox();
    let mut run = Run::default();
    let transport = sandbox.openstack();
    within(&mut run, &sandbox, transport, version).await?;
    Ok(run)
}

/// In the sandbox, where every answer is taken apart.
pub async fn taking_answers_apart(version: Version) -> Result<Run> {
    let sandbox = sandbox();
    let (mut run, replay) = Run::taking_apart(sandbox.openstack());
    within(&mut run, &sandbox, replay, version).await?;
    Ok(run)
}

async fn within(
    run: &mut Run,
    sandbox: &Sandbox,
    transport: Arc<dyn Transport>,
    version: Version,
) -> Result<()> {
    let login = Login::password(
        sahara::keystone::User::named("demo", "Default"),
        "demo-pw",
        sahara::keystone::Project::named("demo", "Default"),
    );
    let cloud = Cloud::builder()
        .auth_url("https://cloud.test:5000")
        .login(login)
        .transport(transport);
    let api = connect(cloud, version, run.hook()).await?;
    let cluster = sandbox
        .sahara()
        .add_cluster("vanilla", "2.7.1", "exercise")
        .into();
    exercise(run, &api, &cluster, Duration::ZERO).await;
    Ok(())
}

async fn connect(
    cloud: CloudBuilder,
    version: Version,
    hook: impl Fn(&AttemptReport<'_>) + Send + Sync + 'static,
) -> Result<Client> {
    cloud
        .on_attempt(hook)
        .build()?
        .data_processing()
        .version(version)
        .await
}

/// One line for each room.
async fn exercise(run: &mut Run, api: &Client, cluster: &ClusterId, settle: Duration) {
    plugins::all(run, api).await;
    templates::node_groups(run, api).await;
    clusters::all(run, api, settle).await;
    jobs::all(run, api, cluster, settle).await;
}
