//! What the rooms of the Public Cloud send, and how their waits end.

use cloud_core::test_util::{Scripted, ScriptedTransport};
use ovh::ErrorKind;
use ovh::cloud::{
    Autoscaling, ClusterStatus, NewNodePool, RebootType, Subnet, UpdatePolicy, UpgradeStrategy,
    VolumeType,
};
use serde_json::{Value, json};

use crate::common::{client, script, sent};

const FLAVOR: &str = "5a4d6b07-0000-4000-a000-000000000102";
const P: &str = "/1.0/cloud/project/p1";

fn answers(answers: impl IntoIterator<Item = Value>) -> ScriptedTransport {
    script(
        answers
            .into_iter()
            .map(|answer| Scripted::json(200, answer.to_string())),
    )
}

fn nothing(times: usize) -> ScriptedTransport {
    answers(vec![Value::Null; times])
}

#[tokio::test(start_paused = true)]
async fn clusters_send_what_was_set() {
    let transport = nothing(8);
    let api = client(&transport);
    let clusters = api.project("p1").clusters();
    clusters
        .update("c1")
        .name("b")
        .update_policy(UpdatePolicy::NeverUpdate)
        .await
        .unwrap();
    clusters
        .set_update_policy("c1", "ALWAYS_UPDATE")
        .await
        .unwrap();
    clusters
        .upgrade("c1", UpgradeStrategy::NextMinor)
        .force(true)
        .await
        .unwrap();
    clusters.reset_kubeconfig("c/1").await.unwrap();
    clusters.delete("c1").await.unwrap();
    let pools = api.project("p1").node_pools("c1");
    let autoscaling =
        ovh::decode::from_value::<Autoscaling>(&json!({"scaleDownUnneededTimeSeconds": 60}))
            .unwrap();
    let update = pools
        .update("n1")
        .desired_nodes(0)
        .autoscale(false)
        .autoscaling(autoscaling);
    update.nodes_to_remove(["a", "b"]).await.unwrap();
    pools.delete("n1").await.unwrap();
    assert_eq!(
        sent(&transport),
        [
            format!(r#"PUT {P}/kube/c1 {{"name":"b","updatePolicy":"NEVER_UPDATE"}}"#),
            format!(r#"PUT {P}/kube/c1/updatePolicy {{"updatePolicy":"ALWAYS_UPDATE"}}"#),
            format!(r#"POST {P}/kube/c1/update {{"strategy":"NEXT_MINOR","force":true}}"#),
            format!("POST {P}/kube/c%2F1/kubeconfig/reset"),
            format!("DELETE {P}/kube/c1"),
            format!(
                r#"PUT {P}/kube/c1/nodepool/n1 {{"autoscale":false,"autoscaling":{{"scaleDownUnneededTimeSeconds":60,"scaleDownUnreadyTimeSeconds":0,"scaleDownUtilizationThreshold":0.0}},"desiredNodes":0,"nodesToRemove":["a","b"]}}"#
            ),
            format!("DELETE {P}/kube/c1/nodepool/n1"),
        ]
    );

    let transport = answers([
        json!({"id": "c1"}),
        json!({"id": "n1"}),
        json!([]),
        json!([]),
        json!(["GRA7"]),
        json!([{"name": "b3-8", "vCPUs": 2}]),
    ]);
    let api = client(&transport);
    let clusters = api.project("p1").clusters();
    let create = clusters.create("GRA7").version("1.31").plan("standard");
    let autoscaling =
        ovh::decode::from_value::<Autoscaling>(&json!({"scaleDownUnneededTimeSeconds": 60}))
            .unwrap();
    let nodes = NewNodePool::new("b3-8", 2)
        .between(1, 5)
        .autoscaling(autoscaling)
        .availability_zones(["eu-west-par-a", "eu-west-par-b"]);
    let subnet = ovh::decode::from_value::<Subnet>(&json!({"id": "s1"})).unwrap();
    let create = create
        .nodes_subnet_id(&subnet)
        .load_balancers_subnet_id("s2");
    create.nodepool(nodes).await.unwrap();
    let pools = api.project("p1").node_pools("c1");
    let create = pools
        .create("b3-8", 3)
        .max_nodes(5)
        .availability_zones(["a"]);
    create.await.unwrap();
    pools.nodes("n1").history(true).all().await.unwrap();
    clusters.nodes("c1").all().await.unwrap();
    assert_eq!(clusters.regions().await.unwrap(), ["GRA7"]);
    assert_eq!(
        clusters.flavors().region("GRA7").all().await.unwrap()[0].vcpus,
        2
    );
    assert_eq!(
        sent(&transport),
        [
            format!(
                r#"POST {P}/kube {{"region":"GRA7","version":"1.31","plan":"standard","nodepool":{{"flavorName":"b3-8","desiredNodes":2,"minNodes":1,"maxNodes":5,"autoscale":true,"autoscaling":{{"scaleDownUnneededTimeSeconds":60,"scaleDownUnreadyTimeSeconds":0,"scaleDownUtilizationThreshold":0.0}},"availabilityZones":["eu-west-par-a","eu-west-par-b"]}},"nodesSubnetId":"s1","loadBalancersSubnetId":"s2"}}"#
            ),
            format!(
                r#"POST {P}/kube/c1/nodepool {{"flavorName":"b3-8","desiredNodes":3,"maxNodes":5,"availabilityZones":["a"]}}"#
            ),
            format!("GET {P}/kube/c1/nodepool/n1/nodes?history=true"),
            format!("GET {P}/kube/c1/node"),
            format!("GET {P}/capabilities/kube/regions"),
            format!("GET {P}/capabilities/kube/flavors?region=GRA7"),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_kubeconfig_is_a_secret_and_a_file_of_its_owner() {
    let transport = answers([json!({"content": "token: hunter2\n"})]);
    let api = client(&transport);
    let kubeconfig = api.project("p1").clusters().kubeconfig("c1").await.unwrap();
    assert_eq!(sent(&transport), [format!("POST {P}/kube/c1/kubeconfig")]);
    assert_eq!(kubeconfig.content.expose(), "token: hunter2\n");
    assert_eq!(
        format!("{kubeconfig:?}"),
        "Kubeconfig { content: [REDACTED] }"
    );

    let folder = std::env::temp_dir().join(format!("cloud-ovh-kubeconfig-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("config.yaml");
    std::fs::write(&path, "what was there before, and longer").unwrap();
    kubeconfig.write_to(&path).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "token: hunter2\n");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let missing = folder.join("nowhere/config.yaml");
    let error = kubeconfig.write_to(&missing).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
    assert_eq!(
        error.to_string(),
        format!(
            "wrong argument: path: {} cannot be written: No such file or directory (os error 2)",
            missing.display()
        )
    );
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    std::fs::remove_dir_all(folder).unwrap();
}

/// A cluster, and a pool of so many nodes, in this state.
fn cluster(status: &str) -> Value {
    json!({"id": "c1", "name": "prod", "status": status})
}

fn pool(status: &str, desired: i64, current: i64) -> Value {
    json!({"id": "n1", "name": "workers", "status": status, "desiredNodes": desired, "currentNodes": current})
}

#[tokio::test(start_paused = true)]
async fn a_resource_that_is_ready_before_its_change_begins_is_waited_for() {
    let transport = answers([
        Value::Null,
        cluster("READY"),
        cluster("READY"),
        cluster("UPDATING"),
        cluster("READY"),
    ]);
    let api = client(&transport);
    let upgraded = api
        .project("p1")
        .clusters()
        .upgrade("c1", "LATEST_PATCH")
        .await
        .unwrap();
    assert_eq!(upgraded.wait().await.unwrap().status, ClusterStatus::Ready);
    assert_eq!(transport.seen().len(), 5);

    // It has its old size, or the new one and not yet its nodes.
    let transport = answers([
        Value::Null,
        pool("READY", 3, 3),
        pool("READY", 5, 3),
        pool("UPSCALING", 5, 3),
        pool("READY", 5, 4),
        pool("READY", 5, 5),
    ]);
    let api = client(&transport);
    let scaled = api
        .project("p1")
        .node_pools("c1")
        .update("n1")
        .desired_nodes(5)
        .await
        .unwrap();
    assert_eq!(scaled.wait().await.unwrap().current_nodes, 5);

    // One that shows no work within a minute has nothing to do, or has done it.
    let transport = ScriptedTransport::from_fn(|request| {
        let answer = if request.method() == "GET" {
            pool("READY", 3, 3)
        } else {
            Value::Null
        };
        Scripted::json(200, answer.to_string())
    });
    let api = client(&transport);
    let begun = tokio::time::Instant::now();
    let scaled = api
        .project("p1")
        .node_pools("c1")
        .update("n1")
        .desired_nodes(3)
        .await
        .unwrap();
    scaled.wait().await.unwrap();
    assert!(
        (60..80).contains(&begun.elapsed().as_secs()),
        "{:?}",
        begun.elapsed()
    );

    let transport = answers([
        Value::Null,
        cluster("READY"),
        cluster("REDEPLOYING"),
        cluster("ERROR"),
    ]);
    let api = client(&transport);
    let reset = api
        .project("p1")
        .clusters()
        .reset_kubeconfig("c1")
        .await
        .unwrap();
    let error = reset.wait().await.unwrap_err();
    assert_eq!(error.to_string(), "work failed: prod ended as ERROR");
}

#[tokio::test(start_paused = true)]
async fn a_node_pool_that_waits_for_its_owner_is_not_waited_for() {
    let suspended = "USER_NODE_SUSPENDED_SERVICE";
    let transport = answers([pool("INSTALLING", 3, 0), pool(suspended, 3, 0)]);
    let api = client(&transport);
    let pools = api.project("p1").node_pools("c1");
    let made = pools.create("b3-8", 3).await.unwrap();
    let error = made.wait().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "work failed: workers ended as USER_NODE_SUSPENDED_SERVICE"
    );
    assert_eq!(transport.seen().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_instance_is_made_by_names_that_are_looked_up_once() {
    let flavor = |id: &str, name: &str, os: &str| json!({"id": id, "name": name, "osType": os});
    let image = |id: &str, name: &str| json!({"id": id, "name": name, "creationDate": "2026-01-01T00:00:00Z"});
    let transport = answers([
        json!([
            flavor("f1", "b2-70", "linux"),
            flavor("f2", "b2-7", "windows"),
            flavor("f3", "b2-7", "linux")
        ]),
        json!([image("i1", "Debian 11"), image("i2", "Debian 12")]),
        json!({"id": "v1", "name": "web-1", "status": "BUILD"}),
        json!({"id": "v1", "name": "web-1", "status": "ACTIVE"}),
    ]);
    let api = client(&transport);
    let project = api.project("p1");
    let create = project
        .instances()
        .create("web-1", "GRA7", "b2-7")
        .image("Debian 12");
    let made = create.ssh_key_id("k1").user_data("#!").await.unwrap();
    made.wait().await.unwrap();
    assert_eq!(
        sent(&transport),
        [
            format!("GET {P}/flavor?region=GRA7"),
            format!("GET {P}/image?region=GRA7"),
            format!(
                r##"POST {P}/instance {{"name":"web-1","region":"GRA7","flavorId":"f3","imageId":"i2","sshKeyId":"k1","userData":"#!"}}"##
            ),
            format!("GET {P}/instance/v1"),
        ]
    );

    // A snapshot, the newest of its name; and a flavor by its id.
    let snapshots = json!([
        {"id": "s1", "name": "base", "creationDate": "2026-01-02T00:00:00Z"},
        {"id": "s2", "name": "base", "creationDate": "2026-03-01T00:00:00Z"},
        {"id": "s3", "name": "base", "creationDate": "2026-02-01T00:00:00Z"},
    ]);
    let transport = answers([json!([]), snapshots, json!({"id": "v1"})]);
    let api = client(&transport);
    let instances = api.project("p1").instances();
    let made = instances.create("web-1", "GRA7", FLAVOR).image("base");
    made.options(|options| options.body_field("beta", true))
        .await
        .unwrap();
    assert_eq!(
        sent(&transport)[1..],
        [
            format!("GET {P}/snapshot?region=GRA7"),
            format!(
                r#"POST {P}/instance {{"beta":true,"flavorId":"{FLAVOR}","imageId":"s2","name":"web-1","region":"GRA7"}}"#
            ),
        ]
    );

    // Nothing is made of what the region does not have.
    let transport = answers([json!([]), json!([]), json!([])]);
    let api = client(&transport);
    let instances = api.project("p1").instances();
    let error = instances.create("web-1", "GRA7", "b2-7").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"wrong argument: flavor: the region GRA7 has no flavor "b2-7""#
    );
    let error = instances
        .create("web-1", "GRA7", FLAVOR)
        .image("Debian 99")
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"wrong argument: image: the region GRA7 has no image "Debian 99""#
    );
    assert!(sent(&transport).iter().all(|line| line.starts_with("GET ")));
}

#[tokio::test(start_paused = true)]
async fn an_instance_is_off_when_it_says_so_and_moved_when_it_has_the_flavor() {
    let instance = |status: &str, flavor: &str| json!({"id": "v1", "name": "web-1", "status": status, "flavor": {"id": flavor}});
    let transport = answers([
        Value::Null,
        instance("ACTIVE", "a"),
        instance("ACTIVE", "a"),
        instance("SHUTOFF", "a"),
        Value::Null,
        instance("SHUTOFF", "a"),
        instance("ACTIVE", "a"),
        Value::Null,
        instance("ACTIVE", "a"),
        instance("REBOOT", "a"),
        instance("ACTIVE", "a"),
        json!({"id": "v1"}),
        instance("ACTIVE", "a"),
        instance("RESIZE", "a"),
        instance("ACTIVE", "b"),
        Value::Null,
        json!({"snapshotId": "s1"}),
        json!({"id": "s1", "status": "saving"}),
        json!({"id": "s1", "status": "active"}),
    ]);
    let api = client(&transport);
    let project = api.project("p1");
    let instances = project.instances();
    instances.stop("v1").await.unwrap().wait().await.unwrap();
    instances.start("v1").await.unwrap().wait().await.unwrap();
    instances
        .reboot("v1", RebootType::Hard)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    instances
        .resize("v1", "b")
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    instances.rename("v1", "web-2").await.unwrap();
    let saved = instances.snapshot("v1", "base").await.unwrap();
    assert_eq!(saved.wait().await.unwrap().id, saved.snapshot_id);
    let changes: Vec<String> = sent(&transport)
        .into_iter()
        .filter(|line| !line.starts_with("GET "))
        .collect();
    assert_eq!(
        changes,
        [
            format!("POST {P}/instance/v1/stop"),
            format!("POST {P}/instance/v1/start"),
            format!(r#"POST {P}/instance/v1/reboot {{"type":"hard"}}"#),
            format!(r#"POST {P}/instance/v1/resize {{"flavorId":"b"}}"#),
            format!(r#"PUT {P}/instance/v1 {{"instanceName":"web-2"}}"#),
            format!(r#"POST {P}/instance/v1/snapshot {{"snapshotName":"base"}}"#),
        ]
    );
    assert_eq!(transport.seen().len(), 19);

    let transport = answers([
        json!({"snapshotId": "s1"}),
        json!({"id": "s1", "name": "base", "status": "killed"}),
    ]);
    let api = client(&transport);
    let saved = api
        .project("p1")
        .instances()
        .snapshot("v1", "base")
        .await
        .unwrap();
    assert_eq!(
        saved.wait().await.unwrap_err().to_string(),
        "work failed: base ended as killed"
    );
}

#[tokio::test(start_paused = true)]
async fn volumes_send_what_was_set_and_come_back_when_they_fail() {
    let volume = |status: &str| json!({"id": "d1", "name": "data", "status": status});
    let transport = answers([
        volume("creating"),
        volume("creating"),
        volume("available"),
        volume("attaching"),
        volume("available"),
        volume("attaching"),
        volume("in-use"),
        volume("detaching"),
        volume("detaching"),
        volume("available"),
        volume("extending"),
        volume("extending"),
        volume("error_extending"),
        Value::Null,
    ]);
    let api = client(&transport);
    let volumes = api.project("p1").volumes();
    let create = volumes
        .create("GRA7", 50, VolumeType::HighSpeed)
        .name("data");
    create.image_id("i1").await.unwrap().wait().await.unwrap();
    volumes
        .attach("d1", "v1")
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    volumes
        .detach("d1", "v1")
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    let error = volumes
        .upsize("d1", 60)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "work failed: data ended as error_extending"
    );
    volumes.delete("d1").await.unwrap();
    let changes: Vec<String> = sent(&transport)
        .into_iter()
        .filter(|line| !line.starts_with("GET "))
        .collect();
    assert_eq!(
        changes,
        [
            format!(
                r#"POST {P}/volume {{"region":"GRA7","size":50,"type":"high-speed","name":"data","imageId":"i1"}}"#
            ),
            format!(r#"POST {P}/volume/d1/attach {{"instanceId":"v1"}}"#),
            format!(r#"POST {P}/volume/d1/detach {{"instanceId":"v1"}}"#),
            format!(r#"POST {P}/volume/d1/upsize {{"size":60}}"#),
            format!("DELETE {P}/volume/d1"),
        ]
    );

    let transport = answers([
        volume("attaching"),
        volume("attaching"),
        volume("available"),
    ]);
    let api = client(&transport);
    let attached = api
        .project("p1")
        .volumes()
        .attach("d1", "v1")
        .await
        .unwrap();
    assert_eq!(
        attached.wait().await.unwrap_err().to_string(),
        "work failed: data ended as available"
    );
}

#[tokio::test(start_paused = true)]
async fn networks_are_there_when_they_are_in_all_regions() {
    let network = |status: &str, region: &str| json!({"id": "pn-1_7", "name": "back", "status": status, "regions": [{"region": "GRA7", "status": region}]});
    let transport = answers([
        network("BUILDING", "BUILDING"),
        network("ACTIVE", "BUILDING"),
        network("ACTIVE", "ACTIVE"),
        json!({"id": "s1"}),
        json!([{"id": "s1", "gatewayIp": null, "ipPools": [{"start": "10.0.0.2"}]}]),
        Value::Null,
        Value::Null,
        json!([]),
    ]);
    let api = client(&transport);
    let project = api.project("p1");
    let networks = project.private_networks();
    let made = networks
        .create("back")
        .vlan_id(7)
        .regions(["GRA7"])
        .await
        .unwrap();
    let network = made.wait().await.unwrap();
    let subnets = project.subnets(&network);
    let create = subnets.create("GRA7", "10.0.0.0/24", "10.0.0.2", "10.0.0.9");
    create.no_gateway(true).await.unwrap();
    assert_eq!(
        subnets.list().all().await.unwrap()[0].ip_pools[0].start,
        "10.0.0.2"
    );
    subnets.delete("s1").await.unwrap();
    networks.delete(&network).await.unwrap();
    project.public_networks().all().await.unwrap();
    assert_eq!(
        sent(&transport),
        [
            format!(r#"POST {P}/network/private {{"name":"back","vlanId":7,"regions":["GRA7"]}}"#),
            format!("GET {P}/network/private/pn-1_7"),
            format!("GET {P}/network/private/pn-1_7"),
            format!(
                r#"POST {P}/network/private/pn-1_7/subnet {{"region":"GRA7","network":"10.0.0.0/24","start":"10.0.0.2","end":"10.0.0.9","dhcp":false,"noGateway":true}}"#
            ),
            format!("GET {P}/network/private/pn-1_7/subnet"),
            format!("DELETE {P}/network/private/pn-1_7/subnet/s1"),
            format!("DELETE {P}/network/private/pn-1_7"),
            format!("GET {P}/network/public"),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_key_of_a_project_is_made_once() {
    let conflict = || Scripted::json(409, r#"{"class":"Client::Conflict","message":"exists"}"#);
    let json = |value: Value| Scripted::json(200, value.to_string());
    let known = json!([{"id": "k0", "name": "ops", "publicKey": "ssh-ed25519 AAAA old"}, {"id": "k1", "name": "ops", "publicKey": "ssh-ed25519 AAAA ops\n"}]);
    let transport = script([
        conflict(),
        json(known.clone()),
        json(json!({"id": "k1", "fingerPrint": "00"})),
    ]);
    let api = client(&transport);
    let create = api
        .project("p1")
        .ssh_keys()
        .create("ops", "ssh-ed25519 AAAA ops")
        .region("GRA7");
    let key = create.clone().or_get().await.unwrap();
    assert!(!key.was_created());
    assert_eq!(key.wait().await.unwrap().finger_print, "00");
    assert_eq!(
        sent(&transport),
        [
            format!(
                r#"POST {P}/sshkey {{"name":"ops","publicKey":"ssh-ed25519 AAAA ops","region":"GRA7"}}"#
            ),
            format!("GET {P}/sshkey"),
            format!("GET {P}/sshkey/k1"),
        ]
    );

    // A key of this name that is another one is somebody else's.
    let transport = script([
        conflict(),
        json(json!([{"id": "k1", "name": "ops", "publicKey": "other"}])),
    ]);
    let keys = client(&transport).project("p1").ssh_keys();
    let error = keys
        .create("ops", "ssh-ed25519 AAAA ops")
        .or_get()
        .await
        .unwrap_err();
    assert!(error.is_conflict());
    assert_eq!(error.fields()[0].name, "publicKey");
}
