use cloud_sandbox::ovh::{FLAVOR, IMAGE};
use ovh::Client;
use ovh::cloud::{
    ClusterId, InstanceId, NewNodePool, ProjectHandle, RebootType, UpdatePolicy, UpgradeStrategy,
    VolumeType,
};
use ovh::service::Renewal;

use super::super::{PUBLIC_KEY, Run};
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
    run.call(project.regions().list().ids()).await;
    run.call(project.regions().get(REGION)).await;
    run.call(project.users()).await;
    run.call(project.service_infos().get()).await;
    run.call(project.service_infos().set_renewal(&Renewal::default()))
        .await;
    keys(run, &project).await;
    networks(run, &project).await;
    let instance = instances(run, &project).await;
    volumes(run, &project, &instance).await;
    run.call(project.instances().delete(&instance)).await;
    clusters(run, &project).await;
}

async fn keys(run: &mut Run, project: &ProjectHandle<'_>) {
    let keys = project.ssh_keys();
    let made = run.call(keys.create("exercise", PUBLIC_KEY)).await;
    let key = made.map_or_else(|| "1".into(), |made| made.id);
    run.call(All(keys.list().region(REGION).into_list())).await;
    run.call(keys.get(&key)).await;
    run.call(keys.delete(&key)).await;
}

async fn networks(run: &mut Run, project: &ProjectHandle<'_>) {
    run.call(All(project.public_networks())).await;
    let networks = project.private_networks();
    let create = networks.create("exercise").vlan_id(77).regions([REGION]);
    let made = run.call(create).await;
    let network = made.map_or_else(|| "1".into(), |made| made.id.clone());
    run.call(All(networks.list())).await;
    run.call(networks.get(&network)).await;
    let subnets = project.subnets(&network);
    let create = subnets.create(REGION, "192.168.7.0/24", "192.168.7.10", "192.168.7.20");
    let made = run.call(create.dhcp(true)).await;
    let subnet = made.map_or_else(|| "1".into(), |made| made.id);
    run.call(All(subnets.list())).await;
    run.call(subnets.delete(&subnet)).await;
    run.call(networks.delete(&network)).await;
}

async fn instances(run: &mut Run, project: &ProjectHandle<'_>) -> InstanceId {
    run.call(All(project.flavors().list().region(REGION).into_list()))
        .await;
    run.call(All(project.images().list().region(REGION).into_list()))
        .await;
    let instances = project.instances();
    let create = instances.create("exercise", REGION, FLAVOR).image(IMAGE);
    let made = run.call(create.monthly_billing(false)).await;
    let operations = made.as_ref().map(|made| made.operation_ids.clone());
    let instance = made.map_or_else(|| "1".into(), |made| made.id.clone());
    run.call(project.operation(&first(operations, "1"))).await;
    run.call(All(instances.list().region(REGION).into_list()))
        .await;
    run.call(instances.get(&instance)).await;
    run.call(instances.rename(&instance, "exercised")).await;
    run.call(instances.reboot(&instance, RebootType::Soft))
        .await;
    run.call(instances.resize(&instance, "5a4d6b07-0000-4000-a000-000000000102"))
        .await;
    run.call(instances.stop(&instance)).await;
    run.call(instances.start(&instance)).await;
    let saved = run.call(instances.snapshot(&instance, "exercise")).await;
    let snapshots = project.snapshots();
    run.call(All(snapshots.list().region(REGION).into_list()))
        .await;
    let snapshot = saved.map_or_else(|| "1".into(), |saved| saved.snapshot_id.clone());
    run.call(snapshots.get(&snapshot)).await;
    run.call(snapshots.delete(&snapshot)).await;
    instance
}

async fn volumes(run: &mut Run, project: &ProjectHandle<'_>, instance: &InstanceId) {
    let volumes = project.volumes();
    let create = volumes.create(REGION, 10, VolumeType::Classic);
    let made = run.call(create.name("exercise")).await;
    let volume = made.map_or_else(|| "1".into(), |made| made.id.clone());
    run.call(All(volumes.list().region(REGION).into_list()))
        .await;
    run.call(volumes.get(&volume)).await;
    run.call(volumes.upsize(&volume, 20)).await;
    run.call(volumes.attach(&volume, instance)).await;
    run.call(volumes.detach(&volume, instance)).await;
    run.call(volumes.delete(&volume)).await;
}

async fn clusters(run: &mut Run, project: &ProjectHandle<'_>) {
    let clusters = project.clusters();
    run.call(clusters.regions()).await;
    run.call(All(clusters.flavors().region(REGION).into_list()))
        .await;
    let nodes = NewNodePool::new("b2-7", 2).between(1, 5);
    let create = clusters.create(REGION).name("exercise").nodepool(nodes);
    let made = run.call(create).await;
    run.call(clusters.list().ids()).await;
    let cluster: ClusterId = made.map_or_else(|| "1".into(), |made| made.id.clone());
    run.call(clusters.get(&cluster)).await;
    run.call(clusters.update(&cluster).name("exercised")).await;
    let policy = UpdatePolicy::MinimalDowntime;
    run.call(clusters.set_update_policy(&cluster, policy)).await;
    run.call(clusters.kubeconfig(&cluster)).await;
    run.call(clusters.reset_kubeconfig(&cluster)).await;
    run.call(clusters.upgrade(&cluster, UpgradeStrategy::NextMinor))
        .await;
    run.call(All(clusters.nodes(&cluster).into_list())).await;

    let pools = project.node_pools(&cluster);
    let made = run.call(pools.create("b2-7", 1).name("more")).await;
    let pool = made.map_or_else(|| "1".into(), |made| made.id.clone());
    run.call(All(pools.list())).await;
    run.call(pools.get(&pool)).await;
    run.call(pools.update(&pool).desired_nodes(2)).await;
    run.call(All(pools.nodes(&pool).into_list())).await;
    run.call(pools.delete(&pool)).await;
    run.call(clusters.delete(&cluster)).await;
}

fn first(ids: Option<Vec<String>>, otherwise: &str) -> String {
    ids.and_then(|ids| ids.into_iter().next())
        .unwrap_or_else(|| otherwise.to_owned())
}
