//! `/cloud/project/{serviceName}/kube`: Kubernetes clusters and their node pools.

use serde_json::{Value, json};

use crate::route::Route;

use super::account::Account;
use super::body::{Body, Field, Kind, nullable, optional, required};
use super::cloud::{self, KIND, REGIONS};
use super::error::Refusal;
use super::operation::{Does, op};
use super::services::Service;
use super::{Ctx, datetime};

const VERSION: &str = "1.29";
const NEWEST_MINOR: u32 = 34;
const PROXY_MODES: Kind = Kind::OneOf("KubeProxyModeEnum", &["iptables", "ipvs"]);
const POLICIES: Kind = Kind::OneOf(
    "UpdatePolicyEnum",
    &["ALWAYS_UPDATE", "MINIMAL_DOWNTIME", "NEVER_UPDATE"],
);

const FLAVORS: [(&str, i64, i64); 2] = [("b2-15", 4, 15), ("b2-7", 2, 7)];

const CREATION: &[Field] = &[
    nullable("customization", Kind::Object),
    optional("kubeProxyMode", PROXY_MODES),
    optional("loadBalancersSubnetId", Kind::Text),
    optional("name", Kind::Text),
    optional("nodepool", Kind::Object),
    optional("nodesSubnetId", Kind::Text),
    optional(
        "plan",
        Kind::OneOf("ClusterPlanEnum", &["free", "standard"]),
    ),
    optional("privateNetworkConfiguration", Kind::Object),
    optional("privateNetworkId", Kind::Text),
    required("region", Kind::OneOf("region", &REGIONS)),
    nullable("updatePolicy", POLICIES),
    optional("version", Kind::Text),
];
const CHANGE: &[Field] = &[
    optional("name", Kind::Text),
    optional("updatePolicy", POLICIES),
];
const UPGRADE: &[Field] = &[
    nullable("force", Kind::Flag),
    optional(
        "strategy",
        Kind::OneOf("UpdateStrategyEnum", &["LATEST_PATCH", "NEXT_MINOR"]),
    ),
];
const POLICY: &[Field] = &[required("updatePolicy", POLICIES)];
const POOL: &[Field] = &[
    nullable("antiAffinity", Kind::Flag),
    nullable("autoscale", Kind::Flag),
    optional("autoscaling", Kind::Object),
    nullable("availabilityZones", Kind::Texts),
    optional("desiredNodes", Kind::Integer),
    required("flavorName", Kind::Text),
    optional("maxNodes", Kind::Integer),
    optional("minNodes", Kind::Integer),
    nullable("monthlyBilled", Kind::Flag),
    optional("name", Kind::Text),
    optional("template", Kind::Object),
];
const POOL_CHANGE: &[Field] = &[
    nullable("autoscale", Kind::Flag),
    optional("autoscaling", Kind::Object),
    optional("desiredNodes", Kind::Integer),
    optional("maxNodes", Kind::Integer),
    optional("minNodes", Kind::Integer),
    optional("nodesToRemove", Kind::Texts),
    optional("template", Kind::Object),
];

pub(crate) const ROUTES: &[Route<Does>] = &[
    op!(GET "/cloud/project/{serviceName}/kube", Some("publicCloudProject:apiovh:kube/get"), list),
    op!(POST "/cloud/project/{serviceName}/kube", Some("publicCloudProject:apiovh:kube/create"), create).body(CREATION),
    op!(GET "/cloud/project/{serviceName}/kube/{kubeId}", Some("publicCloudProject:apiovh:kube/get"), get),
    op!(
        GET "/cloud/project/{serviceName}/kube/{kubeId}/nodepool",
        Some("publicCloudProject:apiovh:kube/nodepool/get"),
        list_pools
    ),
    op!(
        GET "/cloud/project/{serviceName}/kube/{kubeId}/nodepool/{nodePoolId}",
        Some("publicCloudProject:apiovh:kube/nodepool/get"),
        get_pool
    ),
    op!(PUT "/cloud/project/{serviceName}/kube/{kubeId}", Some("publicCloudProject:apiovh:kube/edit"), change)
        .body(CHANGE),
    op!(DELETE "/cloud/project/{serviceName}/kube/{kubeId}", Some("publicCloudProject:apiovh:kube/delete"), delete),
    op!(
        POST "/cloud/project/{serviceName}/kube/{kubeId}/kubeconfig",
        Some("publicCloudProject:apiovh:kube/kubeconfig/create"),
        kubeconfig
    ),
    op!(
        POST "/cloud/project/{serviceName}/kube/{kubeId}/kubeconfig/reset",
        Some("publicCloudProject:apiovh:kube/kubeconfig/reset"),
        reset_kubeconfig
    ),
    op!(
        POST "/cloud/project/{serviceName}/kube/{kubeId}/update",
        Some("publicCloudProject:apiovh:kube/update"),
        upgrade
    )
    .body(UPGRADE),
    op!(
        PUT "/cloud/project/{serviceName}/kube/{kubeId}/updatePolicy",
        Some("publicCloudProject:apiovh:kube/updatePolicy"),
        change
    )
    .body(POLICY),
    op!(GET "/cloud/project/{serviceName}/kube/{kubeId}/node", Some("publicCloudProject:apiovh:kube/node/get"), nodes)
        .query(&["history"]),
    op!(
        POST "/cloud/project/{serviceName}/kube/{kubeId}/nodepool",
        Some("publicCloudProject:apiovh:kube/nodepool/create"),
        create_pool
    )
    .body(POOL),
    op!(
        PUT "/cloud/project/{serviceName}/kube/{kubeId}/nodepool/{nodePoolId}",
        Some("publicCloudProject:apiovh:kube/nodepool/edit"),
        change_pool
    )
    .body(POOL_CHANGE),
    op!(
        DELETE "/cloud/project/{serviceName}/kube/{kubeId}/nodepool/{nodePoolId}",
        Some("publicCloudProject:apiovh:kube/nodepool/delete"),
        delete_pool
    ),
    op!(
        GET "/cloud/project/{serviceName}/kube/{kubeId}/nodepool/{nodePoolId}/nodes",
        Some("publicCloudProject:apiovh:kube/nodepool/nodes/get"),
        pool_nodes
    )
    .query(&["history"]),
    op!(
        GET "/cloud/project/{serviceName}/capabilities/kube/regions",
        Some("publicCloudProject:apiovh:capabilities/kube/regions/get"),
        regions
    ),
    op!(
        GET "/cloud/project/{serviceName}/capabilities/kube/flavors",
        Some("publicCloudProject:apiovh:capabilities/kube/flavors/get"),
        flavors
    )
    .query(&["region"]),
];

/// A cluster that runs, with one pool of nodes.
pub(crate) fn seed(account: &mut Account, project: &str, clusters: &mut Value) {
    let (id, mut cluster) = fresh(account, "GRA11", "production", VERSION);
    let mut pool = fresh_pool(
        account,
        project,
        &json!({"flavorName": "b2-7", "name": "workers", "desiredNodes": 3}),
    );
    ready(&mut pool);
    cluster["status"] = json!("READY");
    clusters[id] = json!({"cluster": cluster, "pools": [pool]});
}

fn fresh(account: &mut Account, region: &str, name: &str, version: &str) -> (String, Value) {
    let id = account.uuid();
    let now = datetime(account.now());
    let host = format!("{}.c1.{}.k8s.ovh.net", &id[..6], region.to_lowercase());
    let cluster = json!({
        "id": id,
        "name": name,
        "region": region,
        // In the description's words; clients such as terraform-provider-ovh wait for `READY`.
        "status": "INSTALLING",
        "version": version,
        // Kubernetes goes up one minor version at a time, so that there is one version to offer.
        "nextUpgradeVersions": next_minor(version).map_or_else(|| json!([]), |next| json!([next])),
        "isUpToDate": true,
        "controlPlaneIsUpToDate": true,
        "auditLogsSubscribed": false,
        "updatePolicy": "ALWAYS_UPDATE",
        "kubeProxyMode": "iptables",
        "plan": "free",
        "customization": null,
        "privateNetworkId": null,
        "privateNetworkConfiguration": null,
        "nodesSubnetId": null,
        "loadBalancersSubnetId": null,
        "url": host,
        "nodesUrl": format!("nodes.{host}"),
        "createdAt": now,
        "updatedAt": now,
    });
    (id, cluster)
}

/// How many nodes a pool of the real service has at most.
const MOST_NODES: i64 = 100;

fn fresh_pool(account: &mut Account, project: &str, wanted: &Value) -> Value {
    let now = datetime(account.now());
    let number = |name: &str, default: i64| wanted[name].as_i64().unwrap_or(default);
    let flag = |name: &str| wanted[name].as_bool().unwrap_or_default();
    let template = match &wanted["template"] {
        Value::Null => json!({
            "metadata": {"annotations": {}, "finalizers": [], "labels": {}},
            "spec": {"taints": [], "unschedulable": false},
        }),
        template => template.clone(),
    };
    let autoscaling = match &wanted["autoscaling"] {
        Value::Null => json!({
            // The defaults of the cluster autoscaler of Kubernetes.
            "scaleDownUnneededTimeSeconds": 600,
            "scaleDownUnreadyTimeSeconds": 1200,
            "scaleDownUtilizationThreshold": 0.5,
        }),
        autoscaling => autoscaling.clone(),
    };
    json!({
        "id": account.uuid(),
        "name": wanted["name"].as_str().unwrap_or("nodepool"),
        "projectId": project,
        "flavor": wanted["flavorName"],
        "status": "INSTALLING",
        "sizeStatus": "UNDER_CAPACITY",
        "antiAffinity": flag("antiAffinity"),
        "autoscale": flag("autoscale"),
        "monthlyBilled": flag("monthlyBilled"),
        "autoscaling": autoscaling,
        "availabilityZones": wanted["availabilityZones"],
        "desiredNodes": number("desiredNodes", 1),
        "minNodes": number("minNodes", 0),
        "maxNodes": number("maxNodes", MOST_NODES),
        "currentNodes": 0,
        "availableNodes": 0,
        "upToDateNodes": 0,
        "template": template,
        "createdAt": now,
        "updatedAt": now,
    })
}

/// A pool, if it may have the number of nodes that it shall have. Each of them is made when it is asked for.
fn sized(pool: Value) -> Result<Value, Refusal> {
    let number = |name: &str| pool[name].as_i64().unwrap_or_default();
    let (nodes, most) = (number("desiredNodes"), number("maxNodes").min(MOST_NODES));
    if (number("minNodes")..=most).contains(&nodes) && nodes >= 0 {
        return Ok(pool);
    }
    Err(Refusal::bad_request(format!(
        "desiredNodes {nodes} is not between minNodes and maxNodes"
    )))
}

/// All nodes of a pool are there.
fn ready(pool: &mut Value) {
    // All at once: the sandbox has no single nodes that come up one after the other.
    for count in ["currentNodes", "availableNodes", "upToDateNodes"] {
        pool[count] = pool["desiredNodes"].clone();
    }
    pool["status"] = json!("READY");
    pool["sizeStatus"] = json!("CAPACITY_OK");
}

fn list(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let clusters = ctx.part(KIND, "clusters")?;
    Ok(clusters
        .as_object()
        .into_iter()
        .flatten()
        .map(|(id, _)| json!(id))
        .collect())
}

fn create(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let project = ctx.parameters[0].clone();
    ctx.service(KIND)?;
    let body = std::mem::take(&mut ctx.body);
    let version = body
        .get("version")
        .and_then(Value::as_str)
        .unwrap_or(VERSION);
    if version
        .strip_prefix("1.")
        .is_none_or(|minor| minor.parse::<u32>().is_err())
    {
        return Err(Refusal::wrong_value(
            "version",
            version,
            "does not belong to the VersionEnum enumeration",
        ));
    }
    let name = body.get("name").and_then(Value::as_str).unwrap_or("kube");
    let (id, mut cluster) = fresh(ctx.account, body.text("region"), name, version);
    for field in [
        "customization",
        "kubeProxyMode",
        "loadBalancersSubnetId",
        "nodesSubnetId",
        "plan",
        "privateNetworkConfiguration",
        "privateNetworkId",
        "updatePolicy",
    ] {
        if let Some(value) = body.get(field) {
            cluster[field] = value.clone();
        }
    }
    let mut pools = Vec::new();
    if let Some(wanted) = body.get("nodepool") {
        Body::check(
            wanted.as_object().cloned().unwrap_or_default(),
            POOL,
            "nodepool",
        )?;
        pools.push(sized(fresh_pool(ctx.account, &project, wanted))?);
    }
    ctx.part(KIND, "clusters")?[&id] = json!({"cluster": cluster, "pools": pools});
    let of = id.clone();
    cloud::start(
        ctx,
        "kube#create",
        body.text("region"),
        &id,
        20,
        move |account, done| {
            let now = datetime(account.now());
            account.change(KIND, &project, |service| {
                let Some(cluster) = staying(service, &of) else {
                    return;
                };
                cluster["cluster"]["status"] = json!(if done { "READY" } else { "ERROR" });
                cluster["cluster"]["updatedAt"] = json!(now);
                let pools = cluster["pools"].as_array_mut().into_iter().flatten();
                for pool in pools.filter(|pool| pool["status"] != "DELETING") {
                    if done {
                        ready(pool);
                    } else {
                        pool["status"] = json!("ERROR");
                    }
                }
            });
        },
    );
    Ok(cluster)
}

/// The cluster that work ends on. One whose deletion began meanwhile goes on to its end, and is not made anew after it.
fn staying<'s>(service: &'s mut Service, cluster: &str) -> Option<&'s mut Value> {
    let cluster = service.parts["clusters"].get_mut(cluster);
    cluster.filter(|one| one["cluster"]["status"] != "DELETING")
}

fn find<'c>(ctx: &'c mut Ctx<'_>) -> Result<&'c Value, Refusal> {
    let id = ctx.parameters[1].clone();
    ctx.part(KIND, "clusters")?
        .get(&id)
        .ok_or_else(|| Refusal::no_such_object(id))
}

fn get(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    find(ctx).map(|cluster| cluster["cluster"].clone())
}

fn list_pools(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    find(ctx).map(|cluster| cluster["pools"].clone())
}

fn get_pool(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let id = ctx.parameters[2].clone();
    let mut pools = find(ctx)?["pools"].as_array().into_iter().flatten();
    pools
        .find(|pool| pool["id"] == id.as_str())
        .cloned()
        .ok_or_else(|| Refusal::no_such_object(id))
}

/// The version after one such as `1.29`, up to the newest that there is here.
fn next_minor(version: &str) -> Option<String> {
    let minor: u32 = version.strip_prefix("1.")?.parse().ok()?;
    (minor < NEWEST_MINOR).then(|| format!("1.{}", minor + 1))
}

/// The cluster in the path, if it is ready.
fn ready_cluster<'c>(ctx: &'c mut Ctx<'_>) -> Result<&'c mut Value, Refusal> {
    let id = ctx.parameters[1].clone();
    let cluster = ctx
        .part(KIND, "clusters")?
        .get_mut(&id)
        .ok_or_else(|| Refusal::no_such_object(&id))?;
    match cluster["cluster"]["status"].as_str() {
        Some("READY") => Ok(cluster),
        status => Err(Refusal::conflict(format!(
            "This cluster is {}, not READY",
            status.unwrap_or_default()
        ))),
    }
}

fn change(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let (body, now) = (std::mem::take(&mut ctx.body), datetime(ctx.now()));
    let cluster = &mut ready_cluster(ctx)?["cluster"];
    body.amend(cluster);
    cluster["updatedAt"] = json!(now);
    Ok(Value::Null)
}

/// Work on a cluster, which shows it by this status a little after the answer, as the real service does.
fn work(
    ctx: &mut Ctx<'_>,
    action: &'static str,
    status: &'static str,
    units: u32,
    end: impl FnOnce(&mut Value) + Send + 'static,
) -> Result<Value, Refusal> {
    let region = ready_cluster(ctx)?["cluster"]["region"].clone();
    let (project, id) = (ctx.parameters[0].clone(), ctx.parameters[1].clone());
    let (begun, of) = (project.clone(), id.clone());
    ctx.account.after(ctx.unit / 10, move |account| {
        account.change(KIND, &begun, |service| {
            let cluster = service.parts["clusters"].get_mut(&of);
            if let Some(cluster) = cluster.filter(|one| one["cluster"]["status"] == "READY") {
                cluster["cluster"]["status"] = json!(status);
            }
        });
    });
    let of = id.clone();
    let region = region.as_str().unwrap_or_default();
    cloud::start(ctx, action, region, &id, units, move |account, done| {
        let now = datetime(account.now());
        account.change(KIND, &project, |service| {
            let Some(cluster) = staying(service, &of) else {
                return;
            };
            cluster["cluster"]["status"] = json!(if done { "READY" } else { "ERROR" });
            cluster["cluster"]["updatedAt"] = json!(now);
            if done {
                end(cluster);
            }
        });
    });
    Ok(Value::Null)
}

fn upgrade(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let cluster = &ready_cluster(ctx)?["cluster"];
    let version = cluster["version"].as_str().unwrap_or_default().to_owned();
    let next = match ctx.body.text("strategy") {
        "NEXT_MINOR" => next_minor(&version)
            .ok_or_else(|| Refusal::bad_request("The cluster has the newest version already"))?,
        _ => version,
    };
    work(ctx, "kube#update", "UPDATING", 10, move |cluster| {
        cluster["cluster"]["nextUpgradeVersions"] =
            next_minor(&next).map_or_else(|| json!([]), |next| json!([next]));
        cluster["cluster"]["version"] = json!(next);
    })
}

fn delete(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let cluster = find(ctx)?["cluster"].clone();
    // A cluster can be deleted in any other state, one with an error most of all.
    if cluster["status"] == "DELETING" {
        return Err(Refusal::conflict("This cluster is being deleted already"));
    }
    let (project, id) = (ctx.parameters[0].clone(), ctx.parameters[1].clone());
    ctx.part(KIND, "clusters")?[&id]["cluster"]["status"] = json!("DELETING");
    let (of, region) = (id.clone(), cluster["region"].as_str().unwrap_or_default());
    cloud::start(ctx, "kube#delete", region, &id, 5, move |account, done| {
        account.change(KIND, &project, |service| {
            let clusters = &mut service.parts["clusters"];
            if done {
                clusters.as_object_mut().map(|all| all.remove(&of));
            } else if let Some(cluster) = clusters.get_mut(&of) {
                cluster["cluster"]["status"] = json!("ERROR");
            }
        });
    });
    Ok(Value::Null)
}

/// The key of an administrator, which a reset changes.
fn kubeconfig(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let cluster = ready_cluster(ctx)?;
    let resets = cluster["resets"].as_i64().unwrap_or_default();
    let cluster = &cluster["cluster"];
    let (name, url) = (&cluster["name"], &cluster["url"]);
    let (name, url) = (name.as_str().unwrap_or_default(), url.as_str());
    let admin = format!("kubernetes-admin@{name}");
    let content = format!(
        "apiVersion: v1\nkind: Config\nclusters:\n- name: {name}\n  cluster:\n    server: https://{}\ncontexts:\n- name: \
         {admin}\n  context:\n    cluster: {name}\n    user: {admin}\ncurrent-context: {admin}\nusers:\n- name: \
         {admin}\n  user:\n    token: key-{}-{resets}\n",
        url.unwrap_or_default(),
        cluster["id"].as_str().unwrap_or_default()
    );
    Ok(json!({"content": content}))
}

fn reset_kubeconfig(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    work(ctx, "kube#reset", "REDEPLOYING", 3, |cluster| {
        cluster["resets"] = json!(cluster["resets"].as_i64().unwrap_or_default() + 1);
    })
}

fn create_pool(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ready_cluster(ctx)?;
    let project = ctx.parameters[0].clone();
    let body = std::mem::take(&mut ctx.body);
    let mut wanted = json!({});
    body.amend(&mut wanted);
    let pool = sized(fresh_pool(ctx.account, &project, &wanted))?;
    let pools = &mut ready_cluster(ctx)?["pools"];
    // Nodes are named after their pool, so that two pools of one name could not be told apart.
    let is_taken = |known: &Value| known["name"] == pool["name"];
    if pools.as_array().into_iter().flatten().any(is_taken) {
        return Err(Refusal::conflict("A node pool of this name exists already"));
    }
    if let Some(pools) = pools.as_array_mut() {
        pools.push(pool.clone());
    }
    let id = pool["id"].as_str().unwrap_or_default();
    work_on_pool(ctx, "kube#nodepool#create", id, 5, ready);
    Ok(pool)
}

/// Work on a pool of the cluster in the path; what it is when that has ended.
fn work_on_pool(
    ctx: &mut Ctx<'_>,
    action: &'static str,
    id: &str,
    units: u32,
    end: impl FnOnce(&mut Value) + Send + 'static,
) {
    let (project, cluster) = (ctx.parameters[0].clone(), ctx.parameters[1].clone());
    let of = id.to_owned();
    cloud::start(ctx, action, REGIONS[0], id, units, move |account, done| {
        let now = datetime(account.now());
        account.change(KIND, &project, |service| {
            // As with a cluster: the end of a deletion is its own.
            let pool = pool_of(service, &cluster, &of);
            if let Some(pool) = pool.filter(|pool| pool["status"] != "DELETING") {
                pool["updatedAt"] = json!(now);
                if done {
                    end(pool);
                } else {
                    pool["status"] = json!("ERROR");
                }
            }
        });
    });
}

/// The pools of a cluster, which may be gone when work on one of them ends.
fn pools_of<'s>(service: &'s mut Service, cluster: &str) -> Option<&'s mut Vec<Value>> {
    service.parts["clusters"]
        .get_mut(cluster)?
        .get_mut("pools")?
        .as_array_mut()
}

fn pool_of<'s>(service: &'s mut Service, cluster: &str, id: &str) -> Option<&'s mut Value> {
    let mut pools = pools_of(service, cluster)?.iter_mut();
    pools.find(|pool| pool["id"] == id)
}

/// The pool in the path.
fn pool<'c>(ctx: &'c mut Ctx<'_>) -> Result<&'c mut Value, Refusal> {
    let (cluster, id) = (ctx.parameters[1].clone(), ctx.parameters[2].clone());
    let clusters = ctx.part(KIND, "clusters")?;
    let pools = clusters
        .get_mut(&cluster)
        .ok_or_else(|| Refusal::no_such_object(&cluster))?["pools"]
        .as_array_mut();
    let mut pools = pools.into_iter().flatten();
    pools
        .find(|pool| pool["id"] == id.as_str())
        .ok_or_else(|| Refusal::no_such_object(id))
}

/// A pool has its new size at once, shows the work a little later, and its nodes at the end.
fn change_pool(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let body = std::mem::take(&mut ctx.body);
    let (project, cluster) = (ctx.parameters[0].clone(), ctx.parameters[1].clone());
    let id = ctx.parameters[2].clone();
    let pool = pool(ctx)?;
    if pool["status"] != "READY" {
        return Err(Refusal::conflict(format!(
            "This node pool is {}, not READY",
            pool["status"].as_str().unwrap_or_default()
        )));
    }
    let mut wanted = pool.clone();
    body.amend(&mut wanted);
    wanted
        .as_object_mut()
        // A wish of this request and no field of a pool.
        .map(|wanted| wanted.remove("nodesToRemove"));
    // Checked after the body is laid over the pool: a request may move a bound and the number at once.
    let wanted = sized(wanted)?;
    let nodes = wanted["desiredNodes"].as_i64().unwrap_or_default();
    let before = pool["desiredNodes"].as_i64();
    *pool = wanted;
    // Without another number of nodes there is nothing to wait for.
    let Some(before) = before.filter(|before| *before != nodes) else {
        return Ok(Value::Null);
    };
    let (status, size) = if before < nodes {
        ("UPSCALING", "UNDER_CAPACITY")
    } else {
        ("DOWNSCALING", "OVER_CAPACITY")
    };
    let of = id.clone();
    ctx.account.after(ctx.unit / 10, move |account| {
        account.change(KIND, &project, |service| {
            let pool = pool_of(service, &cluster, &of);
            if let Some(pool) = pool.filter(|pool| pool["status"] == "READY") {
                pool["status"] = json!(status);
                pool["sizeStatus"] = json!(size);
            }
        });
    });
    work_on_pool(ctx, "kube#nodepool#scale", &id, 5, ready);
    Ok(Value::Null)
}

fn delete_pool(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let (project, cluster) = (ctx.parameters[0].clone(), ctx.parameters[1].clone());
    let id = ctx.parameters[2].clone();
    let pool = pool(ctx)?;
    if pool["status"] == "DELETING" {
        return Err(Refusal::conflict("This node pool is being deleted already"));
    }
    pool["status"] = json!("DELETING");
    let of = id.clone();
    cloud::start(
        ctx,
        "kube#nodepool#delete",
        REGIONS[0],
        &id,
        3,
        move |account, done| {
            account.change(KIND, &project, |service| {
                if let Some(pools) = pools_of(service, &cluster) {
                    if done {
                        pools.retain(|pool| pool["id"] != of.as_str());
                    }
                    for pool in pools.iter_mut().filter(|pool| pool["id"] == of.as_str()) {
                        pool["status"] = json!("ERROR");
                    }
                }
            });
        },
    );
    Ok(Value::Null)
}

/// The nodes that a pool has, with ids that follow from its own.
fn nodes_of(cluster: &Value, pool: &Value) -> Vec<Value> {
    let text = |name: &str| pool[name].as_str().unwrap_or_default();
    let id = text("id");
    (0..pool["currentNodes"].as_i64().unwrap_or_default())
        .map(|number| {
            json!({
                "id": format!("{}{number:04x}", &id[..id.len().saturating_sub(4)]),
                "name": format!("{}-node-{number:04x}", text("name")),
                "projectId": pool["projectId"],
                "nodePoolId": id,
                "instanceId": format!("{number:04x}{}", &id[4.min(id.len())..]),
                "status": "READY",
                "flavor": pool["flavor"],
                "version": cluster["cluster"]["version"],
                "isUpToDate": true,
                "createdAt": pool["createdAt"],
                "updatedAt": pool["updatedAt"],
                "deployedAt": pool["updatedAt"],
                "deletedAt": null,
            })
        })
        .collect()
}

fn nodes(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let cluster = find(ctx)?;
    let pools = cluster["pools"].as_array().into_iter().flatten();
    Ok(pools.flat_map(|pool| nodes_of(cluster, pool)).collect())
}

fn pool_nodes(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let pool = pool(ctx)?.clone();
    find(ctx).map(|cluster| nodes_of(cluster, &pool).into())
}

fn regions(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.service(KIND).map(|_| json!(REGIONS))
}

fn flavors(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.service(KIND)?;
    if !REGIONS
        .iter()
        .any(|region| ctx.query.admits("region", region))
    {
        return Ok(json!([]));
    }
    let flavors = FLAVORS.iter().map(|(name, cores, ram)| {
        json!({"name": name, "category": "b", "state": "available", "vCPUs": cores, "gpus": 0, "ram": ram})
    });
    Ok(flavors.collect())
}
