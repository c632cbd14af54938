//! The Public Cloud of the OVHcloud service: projects, instances, clusters.

use std::time::Duration;

use crate::common::SECOND;
use crate::common::ovh::Ovh;
use cloud_sandbox::ovh::{FLAVOR, IMAGE};
use cloud_sandbox::{Fault, Sandbox};
use serde_json::{Value, json};

const BAD: &str = "Client::BadRequest";
const GONE: &str = "Client::NotFound";
const CONFLICT: &str = "Client::Conflict";
const PROJECT: &str = "/cloud/project/00000000000000000000000000000001";
const EMPTY: &str = "/cloud/project/00000000000000000000000000000002";

fn order(name: &str) -> Value {
    json!({"name": name, "region": "GRA11", "flavorId": FLAVOR, "imageId": IMAGE, "sshKeyId": null})
}

fn fails() -> Fault {
    Fault::ActionFailed {
        code: "unknown".to_owned(),
        message: "no host is free".to_owned(),
    }
}

#[tokio::test]
async fn a_project_shows_what_is_in_it() {
    let api = Ovh::new();
    assert_eq!(api.ok("/cloud/project").await.as_array().unwrap().len(), 2);
    let project = api.ok(PROJECT).await;
    assert_eq!(
        (&project["description"], &project["status"]),
        (&json!("sandbox"), &json!("ok"))
    );
    assert_eq!(project["project_id"], PROJECT.rsplit('/').next().unwrap());
    assert_eq!(
        api.ok(&format!("{PROJECT}/region")).await,
        json!(["BHS5", "DE1", "GRA11", "SBG5"])
    );
    let networks = api.ok(&format!("{PROJECT}/network/private")).await;
    assert_eq!(
        (
            &networks[0]["vlanId"],
            networks[0]["regions"].as_array().unwrap().len()
        ),
        (&json!(0), 4)
    );
    assert_eq!(
        api.ok(&format!("{PROJECT}/user")).await[0]["roles"][0]["id"],
        "administrator"
    );
    assert_eq!(
        api.ok(&format!("{PROJECT}/sshkey?region=GRA11")).await[0]["name"],
        "laptop"
    );
    assert_eq!(
        api.ok(&format!("{PROJECT}/sshkey?region=Mars")).await,
        json!([])
    );
    for part in ["network/private", "user", "sshkey", "instance", "kube"] {
        assert_eq!(
            api.ok(&format!("{EMPTY}/{part}")).await,
            json!([]),
            "{part}"
        );
        api.get(&format!("/cloud/project/x/{part}")).await.refused(
            404,
            GONE,
            None,
            "This service does not exist",
        );
    }
}

#[tokio::test]
async fn an_instance_is_built_and_deleted() {
    let api = Ovh::new();
    let list = format!("{PROJECT}/instance");
    let key = api.ok(&format!("{PROJECT}/sshkey")).await[0]["id"].clone();
    let mut body = order("web");
    body["sshKeyId"] = key.clone();
    body["monthlyBilling"] = json!(true);
    let made = api.post(&list, body).await.ok(200).clone();
    assert_eq!(
        (
            &made["status"],
            &made["ipAddresses"],
            &made["flavor"]["name"]
        ),
        (&json!("BUILD"), &json!([]), &json!("d2-2"))
    );
    assert_eq!(
        (&made["sshKey"]["id"], &made["image"]["id"]),
        (&key, &json!(IMAGE))
    );
    let path = format!("{list}/{}", made["id"].as_str().unwrap());
    let operation = format!(
        "{PROJECT}/operation/{}",
        made["operationIds"][0].as_str().unwrap()
    );
    assert_eq!(api.ok(&operation).await["status"], "created");
    api.sandbox.clock().advance(SECOND * 3);
    let half = api.ok(&operation).await;
    assert_eq!(
        (&half["status"], &half["progress"], &half["completedAt"]),
        (&json!("in-progress"), &json!(60), &Value::Null)
    );
    assert_eq!(
        (&half["resourceId"], &half["regions"]),
        (&made["id"], &json!(["GRA11"]))
    );
    assert_eq!(api.ok(&path).await["status"], "BUILD");
    api.sandbox.clock().advance(SECOND * 2);
    assert_eq!(api.ok(&operation).await["status"], "completed");
    let instance = api.ok(&path).await;
    assert_eq!(
        (&instance["status"], &instance["monthlyBilling"]["status"]),
        (&json!("ACTIVE"), &json!("ok"))
    );
    assert!(
        instance["ipAddresses"][0]["ip"]
            .as_str()
            .unwrap()
            .starts_with("203.0.113.")
    );
    api.get(&operation.replace("01/op", "02/op"))
        .await
        .refused(404, GONE, None, "does not exist");

    let all = api.ok(&list).await;
    let brief = all
        .as_array()
        .unwrap()
        .iter()
        .find(|instance| instance["id"] == made["id"])
        .unwrap();
    assert_eq!(
        (&brief["flavorId"], &brief["imageId"], &brief["sshKeyId"]),
        (&json!(FLAVOR), &json!(IMAGE), &key)
    );
    assert!(brief.get("flavor").is_none() && brief.get("rescuePassword").is_none());
    assert_eq!(api.ok(&format!("{list}?region=GRA11")).await, all);
    assert_eq!(api.ok(&format!("{list}?region=DE1")).await, json!([]));

    assert_eq!(api.delete(&path).await.ok(200), &Value::Null);
    assert_eq!(api.ok(&path).await["status"], "DELETING");
    api.delete(&path)
        .await
        .refused(409, "Client::Conflict", None, "being deleted");
    api.sandbox.clock().advance(SECOND * 2);
    api.get(&path)
        .await
        .refused(404, GONE, None, "does not exist");
}

#[tokio::test]
async fn what_cannot_be_built_is_refused_or_fails() {
    let api = Ovh::new();
    let list = format!("{PROJECT}/instance");
    for (field, value, status, problem) in [
        ("flavorId", json!("x"), 404, "Flavor x does not exist"),
        ("imageId", json!("x"), 404, "Image x does not exist"),
        ("imageId", Value::Null, 400, "Either imageId or volumeId"),
        ("sshKeyId", json!("x"), 404, "SSH key"),
        ("region", json!("Mars"), 400, "[region] Given data (Mars)"),
        ("name", json!(""), 400, "[name]"),
        ("color", json!("red"), 400, "(color)"),
    ] {
        let mut body = order("web");
        body[field] = value;
        let class = if status == 404 { GONE } else { BAD };
        api.post(&list, body)
            .await
            .refused(status, class, None, problem);
    }
    assert_eq!(
        api.ok(&list).await.as_array().unwrap().len(),
        1,
        "nothing was built"
    );

    api.sandbox.faults().next(fails());
    let made = api.post(&list, order("web")).await.ok(200).clone();
    let path = format!("{list}/{}", made["id"].as_str().unwrap());
    api.settle();
    assert_eq!(api.ok(&path).await["status"], "ERROR");
    let operation = format!(
        "{PROJECT}/operation/{}",
        made["operationIds"][0].as_str().unwrap()
    );
    assert_eq!(api.ok(&operation).await["status"], "unknown");
    let mut body = order("disk");
    body["imageId"] = Value::Null;
    body["volumeId"] = json!("5a4d6b07-0000-4000-a000-000000000301");
    api.post(&list, body).await.ok(200);
}

#[tokio::test]
async fn a_cluster_is_installed_with_its_nodes() {
    let api = Ovh::new();
    let list = format!("{PROJECT}/kube");
    let seeded = api.ok(&list).await;
    let cluster = api
        .ok(&format!("{list}/{}", seeded[0].as_str().unwrap()))
        .await;
    assert_eq!(
        (&cluster["name"], &cluster["status"]),
        (&json!("production"), &json!("READY"))
    );
    let body = json!({
        "region": "SBG5",
        "name": "test",
        "version": "1.31",
        "updatePolicy": "NEVER_UPDATE",
        "nodepool": {"flavorName": "b2-7", "desiredNodes": 2, "maxNodes": 4, "autoscale": true},
    });
    let made = api.post(&list, body).await.ok(200).clone();
    assert_eq!(
        (&made["status"], &made["version"], &made["updatePolicy"]),
        (&json!("INSTALLING"), &json!("1.31"), &json!("NEVER_UPDATE"))
    );
    let path = format!("{list}/{}", made["id"].as_str().unwrap());
    let pools = api.ok(&format!("{path}/nodepool")).await;
    assert_eq!(
        (&pools[0]["currentNodes"], &pools[0]["sizeStatus"]),
        (&json!(0), &json!("UNDER_CAPACITY"))
    );
    api.sandbox.clock().advance(Duration::from_secs(20));
    let ready = api.ok(&path).await;
    assert!(
        ready["status"] == "READY" && ready["updatedAt"].as_str() > ready["createdAt"].as_str()
    );
    let pool = api
        .ok(&format!(
            "{path}/nodepool/{}",
            pools[0]["id"].as_str().unwrap()
        ))
        .await;
    assert_eq!(
        (&pool["status"], &pool["availableNodes"], &pool["maxNodes"]),
        (&json!("READY"), &json!(2), &json!(4))
    );
    api.get(&format!("{path}/nodepool/x"))
        .await
        .refused(404, GONE, None, "(id = x)");
    api.get(&format!("{list}/x/nodepool"))
        .await
        .refused(404, GONE, None, "(id = x)");

    api.sandbox.faults().next(fails());
    let failed = api
        .post(&list, json!({"region": "DE1"}))
        .await
        .ok(200)
        .clone();
    api.settle();
    assert_eq!(
        api.ok(&format!("{list}/{}", failed["id"].as_str().unwrap()))
            .await["status"],
        "ERROR"
    );
    for (body, problem) in [
        (json!({"name": "x"}), "'region' is a required property"),
        (json!({"region": "DE1", "version": "latest"}), "VersionEnum"),
        (
            json!({"region": "DE1", "kubeProxyMode": "magic"}),
            "KubeProxyModeEnum",
        ),
        (
            json!({"region": "DE1", "nodepool": {"desiredNodes": 1}}),
            "'flavorName' is a required property",
        ),
    ] {
        api.post(&list, body).await.refused(400, BAD, None, problem);
    }
}

#[tokio::test]
async fn a_cluster_that_is_deleted_is_gone_whatever_its_pools_do_meanwhile() {
    let api = Ovh::new();
    let list = format!("{PROJECT}/kube");
    let before = api.ok(&list).await;
    let body = json!({"region": "DE1", "nodepool": {"flavorName": "b2-7", "desiredNodes": 1}});
    let made = api.post(&list, body).await.ok(200).clone();
    let path = format!("{list}/{}", made["id"].as_str().unwrap());
    api.settle();
    let pools = api.ok(&format!("{path}/nodepool")).await;
    let pool = format!("{path}/nodepool/{}", pools[0]["id"].as_str().unwrap());
    let bounds = json!({"desiredNodes": 2_000_000_000, "maxNodes": 2_000_000_000});
    let problem = "desiredNodes 2000000000 is not between minNodes and maxNodes";
    api.put(&pool, bounds)
        .await
        .refused(400, BAD, None, problem);

    api.delete(&path).await.ok(200);
    api.sandbox.clock().advance(SECOND);
    api.put(&pool, json!({"desiredNodes": 2})).await.ok(200);
    api.settle();
    api.get(&path)
        .await
        .refused(404, GONE, None, "does not exist");
    assert_eq!(api.ok(&list).await, before);
}

/// The description gives 0 and 100 as the bounds of a pool that names none.
#[tokio::test]
async fn a_pool_is_not_made_with_more_or_fewer_nodes_than_it_may_have() {
    let api = Ovh::new();
    let list = format!("{PROJECT}/kube");
    let before = api.ok(&list).await;
    let pools = format!("{list}/{}/nodepool", before[0].as_str().unwrap());
    for (sizes, nodes) in [
        (json!({"desiredNodes": 101}), 101),
        (json!({"desiredNodes": 101, "maxNodes": 200}), 101),
        (json!({"desiredNodes": -1}), -1),
        (json!({"desiredNodes": -1, "minNodes": -5}), -1),
        (json!({"desiredNodes": 5, "maxNodes": 4}), 5),
        (json!({"desiredNodes": 1, "minNodes": 2}), 1),
        (json!({"minNodes": 2}), 1),
    ] {
        let mut pool = sizes;
        pool["flavorName"] = json!("b2-7");
        let problem = format!("desiredNodes {nodes} is not between minNodes and maxNodes");
        let cluster = json!({"region": "DE1", "nodepool": pool});
        let with_cluster = api.post(&list, cluster).await;
        with_cluster.refused(400, BAD, None, &problem);
        let alone = api.post(&pools, pool).await;
        alone.refused(400, BAD, None, &problem);
    }
    assert_eq!(api.ok(&list).await, before);
    assert_eq!(api.ok(&pools).await.as_array().unwrap().len(), 1);
    let empty = json!({"flavorName": "b2-7", "name": "empty", "desiredNodes": 0});
    assert_eq!(api.post(&pools, empty).await.ok(200)["desiredNodes"], 0);
}

/// What was under way when the deletion began ends while it goes on, or after it.
#[tokio::test]
async fn what_is_being_deleted_does_not_come_back() {
    let api = Ovh::new();
    let clusters = format!("{PROJECT}/kube");
    let before = api.ok(&clusters).await;
    let seeded = format!("{clusters}/{}/nodepool", before[0].as_str().unwrap());
    let pool = json!({"flavorName": "b2-7", "name": "more"});
    let made = api.post(&seeded, pool).await.ok(200).clone();
    let pool = format!("{seeded}/{}", made["id"].as_str().unwrap());
    let network = json!({"name": "net", "regions": ["GRA11"]});
    let networks = format!("{PROJECT}/network/private");
    let made = api.post(&networks, network).await.ok(200).clone();
    let network = format!("{networks}/{}", made["id"].as_str().unwrap());
    // A pool is made in five seconds and deleted in three, a network in two and one.
    api.sandbox.clock().advance(SECOND * 3 / 2);
    api.delete(&network).await.ok(200);
    api.sandbox.clock().advance(SECOND * 3 / 4);
    assert_eq!(api.ok(&network).await["status"], "DELETING");
    api.sandbox.clock().advance(SECOND);
    api.delete(&pool).await.ok(200);
    api.sandbox.clock().advance(SECOND * 9 / 4);
    assert_eq!(api.ok(&pool).await["status"], "DELETING");
    // One that is about to show that it grows.
    let other = api.ok(&seeded).await[0]["id"].as_str().unwrap().to_owned();
    let other = format!("{seeded}/{other}");
    api.put(&other, json!({"desiredNodes": 9})).await.ok(200);
    api.delete(&other).await.ok(200);
    api.sandbox.clock().advance(SECOND / 2);
    assert_eq!(api.ok(&other).await["status"], "DELETING");
    api.settle();
    assert_eq!(api.ok(&seeded).await, json!([]));

    // A cluster is made in twenty seconds and deleted in five, and its pool in three.
    let body = json!({"region": "DE1", "nodepool": {"flavorName": "b2-7"}});
    let made = api.post(&clusters, body.clone()).await.ok(200).clone();
    let path = format!("{clusters}/{}", made["id"].as_str().unwrap());
    api.delete(&path).await.ok(200);
    api.settle();
    assert_eq!(api.ok(&clusters).await, before);
    let made = api.post(&clusters, body).await.ok(200).clone();
    let pools = format!("{clusters}/{}/nodepool", made["id"].as_str().unwrap());
    let pool = api.ok(&pools).await[0]["id"].as_str().unwrap().to_owned();
    let pool = format!("{pools}/{pool}");
    api.sandbox.clock().advance(SECOND * 18);
    api.delete(&pool).await.ok(200);
    api.sandbox.clock().advance(SECOND * 5 / 2);
    assert_eq!(api.ok(&pool).await["status"], "DELETING");
}

#[tokio::test]
async fn a_subnet_without_room_for_a_gateway_is_refused() {
    let api = Ovh::new();
    let networks = api.ok(&format!("{PROJECT}/network/private")).await;
    let network = &networks[0];
    let path = format!(
        "{PROJECT}/network/private/{}/subnet",
        network["id"].as_str().unwrap()
    );
    let body = |block: &str| {
        json!({
            "region": network["regions"][0]["region"], "network": block,
            "start": "10.1.0.2", "end": "10.1.0.3", "dhcp": false, "noGateway": false,
        })
    };
    for block in [
        "255.255.255.255/30",
        "10.1.0.0/31",
        "10.1.0.0",
        "2001:db8::/30",
        "10.1.0/24",
    ] {
        let problem = format!("[network] Given data ({block}) is not valid for type ipBlock");
        let reply = api.post(&path, body(block)).await;
        reply.refused(400, BAD, None, &problem);
    }
    let subnet = api.post(&path, body("10.1.0.0/30")).await;
    assert_eq!(subnet.ok(200)["gatewayIp"], "10.1.0.1");
}

#[tokio::test]
async fn flavors_and_images_are_found_by_region() {
    let api = Ovh::new();
    let flavors = api.ok(&format!("{PROJECT}/flavor?region=GRA11")).await;
    let names: Vec<&Value> = flavors
        .as_array()
        .unwrap()
        .iter()
        .map(|flavor| &flavor["name"])
        .collect();
    assert_eq!(names, ["d2-2", "b2-7", "b2-15"]);
    assert_eq!(flavors[0]["region"], "GRA11");
    let all = api.ok(&format!("{PROJECT}/flavor")).await;
    assert_eq!(all.as_array().unwrap().len(), 12, "one in each region");
    let flavor = api.ok(&format!("{PROJECT}/flavor/{FLAVOR}")).await;
    assert_eq!(
        (&flavor["id"], &flavor["ram"]),
        (&json!(FLAVOR), &json!(2000))
    );
    let linux = api
        .ok(&format!("{PROJECT}/image?osType=linux&region=DE1"))
        .await;
    let names: Vec<&Value> = linux
        .as_array()
        .unwrap()
        .iter()
        .map(|image| &image["name"])
        .collect();
    assert_eq!(names, ["Debian 12", "Ubuntu 24.04"]);
    assert_eq!(
        api.ok(&format!("{PROJECT}/image?osType=windows")).await,
        json!([])
    );
    let image = api.ok(&format!("{PROJECT}/image/{IMAGE}")).await;
    assert_eq!(image["user"], "debian");
    for path in ["flavor", "image"] {
        api.get(&format!("{PROJECT}/{path}/x")).await.refused(
            404,
            GONE,
            None,
            "The requested object (id = x) does not exist",
        );
    }
}

#[tokio::test]
async fn a_volume_is_made_attached_enlarged_and_deleted() {
    let api = Ovh::new();
    let volumes = format!("{PROJECT}/volume");
    let order = json!({"name": "data", "region": "GRA11", "size": 20, "type": "classic"});
    let volume = api.post(&volumes, order.clone()).await.ok(200).clone();
    assert_eq!(
        (&volume["status"], &volume["size"], &volume["attachedTo"]),
        (&json!("creating"), &json!(20), &json!([]))
    );
    let path = format!("{volumes}/{}", volume["id"].as_str().unwrap());
    let status = async || api.ok(&path).await["status"].clone();
    api.delete(&path).await.refused(
        409,
        CONFLICT,
        None,
        "This volume is creating, not available",
    );
    api.settle();
    assert_eq!(status().await, "available");
    assert_eq!(api.ok(&volumes).await.as_array().unwrap().len(), 1);
    assert_eq!(api.ok(&format!("{volumes}?region=DE1")).await, json!([]));
    for size in [json!(0), json!(9)] {
        let mut small = order.clone();
        small["size"] = size.clone();
        let message = format!("[size] Given data ({size}) is not a size from 10 to 12000");
        api.post(&volumes, small)
            .await
            .refused(400, BAD, None, &message);
    }

    let instance = api.ok(&format!("{PROJECT}/instance")).await[0]["id"].clone();
    let to = json!({"instanceId": instance});
    let attach = format!("{path}/attach");
    api.post(&attach, json!({"instanceId": "x"})).await.refused(
        404,
        GONE,
        None,
        "Instance x does not exist",
    );
    assert_eq!(
        api.post(&attach, to.clone()).await.ok(200)["status"],
        "attaching"
    );
    api.settle();
    let attached = api.ok(&path).await;
    assert_eq!(
        (&attached["status"], &attached["attachedTo"]),
        (&json!("in-use"), &json!([instance]))
    );
    let upsize = format!("{path}/upsize");
    api.post(&upsize, json!({"size": 30})).await.refused(
        409,
        CONFLICT,
        None,
        "This volume is in-use, not available",
    );
    api.post(&format!("{path}/detach"), to).await.ok(200);
    api.settle();
    api.post(&upsize, json!({"size": 20})).await.refused(
        400,
        BAD,
        None,
        "The volume has 20 GB already",
    );
    api.sandbox.faults().next(fails());
    api.post(&upsize, json!({"size": 30})).await.ok(200);
    api.settle();
    let failed = api.ok(&path).await;
    assert_eq!(
        (&failed["status"], &failed["size"]),
        (&json!("error_extending"), &json!(20))
    );

    let other = api.post(&volumes, order).await.ok(200)["id"].clone();
    api.settle();
    let path = format!("{volumes}/{}", other.as_str().unwrap());
    let named = api.put(&path, json!({"name": "logs"})).await;
    assert_eq!(named.ok(200)["name"], "logs");
    api.post(&format!("{path}/upsize"), json!({"size": 30}))
        .await
        .ok(200);
    api.settle();
    assert_eq!(api.ok(&path).await["size"], 30);
    api.delete(&path).await.ok(200);
    assert_eq!(api.ok(&path).await["status"], "deleting");
    api.settle();
    api.get(&path)
        .await
        .refused(404, GONE, None, "does not exist");
}

#[tokio::test]
async fn without_any_duration_work_has_ended_at_the_next_request() {
    let api = Ovh::of(Sandbox::builder().action_duration(Duration::ZERO).build());
    let made = api
        .post(&format!("{PROJECT}/instance"), order("web"))
        .await
        .ok(200)
        .clone();
    let path = format!("{PROJECT}/instance/{}", made["id"].as_str().unwrap());
    assert_eq!(api.ok(&path).await["status"], "ACTIVE");
    api.delete(&path).await.ok(200);
    api.get(&path)
        .await
        .refused(404, GONE, None, "does not exist");
}
