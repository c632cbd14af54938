use std::time::Duration;

use cloud_sandbox::sahara::{IMAGE, NETWORK};
use sahara::{Client, ClusterId, ClusterTemplate, ClusterTemplateId, NewNodeGroup, Sort, Version};

use crate::exercise::Run;

pub(super) async fn all(run: &mut Run, api: &Client, settle: Duration) {
    let template = template(run, api).await;
    let id = template.as_ref().map_or_else(
        || ClusterTemplateId::from("unknown"),
        |template| template.id.clone(),
    );
    clusters(run, api, template.as_ref(), settle).await;
    several(run, api, settle).await;
    run.call(api.cluster_templates().delete(&id)).await;
}

fn master() -> NewNodeGroup {
    NewNodeGroup::new("master", "1", ["namenode", "jobtracker"])
}

fn worker() -> NewNodeGroup {
    NewNodeGroup::new("worker", "1", ["datanode", "tasktracker"])
}

async fn template(run: &mut Run, api: &Client) -> Option<ClusterTemplate> {
    let templates = api.cluster_templates();
    let create = templates
        .create("exercise", "fake", "0.1")
        .image(IMAGE)
        .network(NETWORK);
    let made = run
        .call(create.node_group(master(), 1).node_group(worker(), 1))
        .await;
    let id = made.as_ref().map_or_else(
        || ClusterTemplateId::from("unknown"),
        |made| made.id.clone(),
    );
    run.call(templates.list().plugin_name("fake").sort(Sort::NAME).page())
        .await;
    run.call(templates.get(&id)).await;
    run.call(templates.update(&id).description("exercised"))
        .await;
    run.call(templates.export(&id)).await;
    made
}

async fn clusters(
    run: &mut Run,
    api: &Client,
    template: Option<&ClusterTemplate>,
    settle: Duration,
) {
    let clusters = api.clusters();
    let create = match template {
        Some(template) => clusters.create("exercised", template),
        None => clusters
            .create("exercised", ("fake", "0.1"))
            .image(IMAGE)
            .network(NETWORK)
            .node_group(master(), 1),
    };
    let made = run.call(create.description("made")).await;
    let id = made.map_or_else(|| ClusterId::from("unknown"), |made| made.id.clone());
    wait_active(api, &id, settle).await;
    run.call(clusters.list().plugin_name("fake").sort(Sort::NAME).page())
        .await;
    run.call(clusters.get(&id)).await;
    run.call(clusters.get_with_progress(&id)).await;
    run.call(clusters.update(&id).description("exercised"))
        .await;
    run.call(clusters.verify(&id)).await;
    run.call(clusters.scale(&id).resize("worker", 2)).await;
    wait_active(api, &id, settle).await;
    run.call(clusters.delete(&id)).await;
    wait_gone(api, &id, settle).await;
}

async fn several(run: &mut Run, api: &Client, settle: Duration) {
    let clusters = api.clusters();
    let create = clusters
        .create_several("exercised", ("fake", "0.1"), 2)
        .image(IMAGE)
        .network(NETWORK);
    let made = run
        .call(create.node_group(master(), 1).node_group(worker(), 1))
        .await;
    for id in made.map(sahara::Accepted::into_answer).unwrap_or_default() {
        wait_active(api, &id, settle).await;
        match api.version() {
            Version::V1_1 => drop(run.call(clusters.delete(&id)).await),
            _ => drop(run.call(clusters.force_delete(&id)).await),
        }
        wait_gone(api, &id, settle).await;
    }
}

/// How it ends is for the next call to show; in the sandbox it has ended when the next call is made.
async fn wait_active(api: &Client, id: &ClusterId, settle: Duration) {
    if !settle.is_zero() {
        let _ = api.clusters().wait_active(id).timeout(settle).await;
    }
}

/// A template can be deleted only when its clusters are gone.
async fn wait_gone(api: &Client, id: &ClusterId, settle: Duration) {
    if !settle.is_zero() {
        let _ = api.clusters().wait_gone(id).timeout(settle).await;
    }
}
