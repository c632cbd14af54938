use cloud_sandbox::ovh::{FLAVOR, IMAGE};
use ovh::Client;
use ovh::cloud::NewNodePool;

use super::super::Run;
use super::All;

const REGION: &str = "GRA11";

pub(super) async fn all(run: &mut Run, api: &Client) {
    let projects = api.projects();
    let id = first(
        run.call(projects.list().ids()).await,
        "00000000000000000000000000000001",
    );
    run.call(projects.get(&id)).await;
    let project = api.project(&id);
    run.call(project.regions()).await;
    run.call(project.private_networks()).await;
    run.call(project.users()).await;
    run.call(project.ssh_keys(Some(REGION))).await;

    let instances = project.instances();
    let made = run
        .call(
            instances
                .create("exercise", REGION, FLAVOR)
                .image_id(IMAGE)
                .monthly_billing(false),
        )
        .await;
    let operations = made.as_ref().map(|made| made.operation_ids.clone());
    let instance = made.map_or_else(|| "1".to_owned(), |made| made.id);
    run.call(project.operation(&first(operations, "1"))).await;
    run.call(All(instances.list().region(REGION).into_list()))
        .await;
    run.call(instances.get(&instance)).await;
    run.call(instances.delete(&instance)).await;

    let kube = project.kube();
    let made = run
        .call(
            kube.create(REGION)
                .name("exercise")
                .nodepool(NewNodePool::new("b2-7", 2).between(1, 5)),
        )
        .await;
    run.call(kube.list().ids()).await;
    let cluster = made.map_or_else(|| "1".to_owned(), |made| made.id);
    run.call(kube.get(&cluster)).await;
    let pools = run.call(kube.node_pools(&cluster)).await;
    let pool = pools
        .and_then(|pools| pools.first().map(|pool| pool.id.clone()))
        .unwrap_or_else(|| "1".to_owned());
    run.call(kube.node_pool(&cluster, &pool)).await;
}

fn first(ids: Option<Vec<String>>, otherwise: &str) -> String {
    ids.and_then(|ids| ids.into_iter().next())
        .unwrap_or_else(|| otherwise.to_owned())
}
