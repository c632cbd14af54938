//! Shows all that a project has in Sahara: a line for each thing, by the groups of the API.
//!
//! ```sh
//! OS_CLOUD=.. cargo run -p cloud-sahara --example inventory
//! ```
//!
//! It takes the cloud of `clouds.yaml` that `OS_CLOUD` names, or the variables `OS_AUTH_URL`, `OS_USERNAME`,
//! `OS_PASSWORD`, `OS_PROJECT_NAME` and the like; `OS_DATA_PROCESSING_API_VERSION=1.1` speaks the old version. Every
//! member of a project may do this, and changes nothing by it.

use std::error::Error;
use std::fmt::Display;

use sahara::{Client, Version};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // The first call logs in, finds the service, and asks for its versions.
    let api = Client::from_env()?;

    let plugins = api.plugins().list().all().await?;
    show(
        "plugins",
        plugins
            .iter()
            .map(|one| format!("{} ({})", one.name, one.title)),
    );

    let images = api.images().list().all().await?;
    show(
        "images",
        images
            .iter()
            .map(|one| format!("{} [{}]", one.name, one.tags.join(", "))),
    );

    let groups = api.node_group_templates().list().all().await?;
    show(
        "node group templates",
        groups
            .iter()
            .map(|one| format!("{}: {}", one.name, one.node_processes.join(", "))),
    );

    let templates = api.cluster_templates().list().all().await?;
    show(
        "cluster templates",
        templates
            .iter()
            .map(|one| format!("{} on {} {}", one.name, one.plugin_name, one.plugin_version)),
    );

    let clusters = api.clusters().list().all().await?;
    show(
        "clusters",
        clusters
            .iter()
            .map(|one| format!("{} is {}", one.name, one.status)),
    );

    let sources = api.data_sources().list().all().await?;
    show(
        "data sources",
        sources
            .iter()
            .map(|one| format!("{} at {}", one.name, one.url)),
    );

    let binaries = api.job_binaries().list().all().await?;
    show(
        "job binaries",
        binaries
            .iter()
            .map(|one| format!("{} at {}", one.name, one.url)),
    );

    // Programs that are kept in the service's own database, which only API v1.1 has.
    if api.version() == Version::V1_1 {
        let internals = api.job_binary_internals().list().all().await?;
        show(
            "job binary internals",
            internals
                .iter()
                .map(|one| format!("{}, {} bytes", one.name, one.datasize)),
        );
    }

    let jobs = api.job_templates().list().all().await?;
    show(
        "job templates",
        jobs.iter()
            .map(|one| format!("{} ({})", one.name, one.kind)),
    );

    // What v1.1 calls job executions.
    let runs = api.jobs().list().all().await?;
    show(
        "jobs",
        runs.iter()
            .map(|one| format!("{} is {}", one.id, one.status())),
    );

    let types = api.job_types().list().all().await?;
    show("job types", types.iter().map(|one| &one.name));
    Ok(())
}

fn show(group: &str, things: impl ExactSizeIterator<Item = impl Display>) {
    println!("{group}: {}", things.len());
    for thing in things {
        println!("    {thing}");
    }
}
