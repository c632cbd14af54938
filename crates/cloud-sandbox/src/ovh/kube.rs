//! `/cloud/project/{serviceName}/kube`: Kubernetes clusters and their node pools.

use serde_json::{Value, json};

use crate::route::Route;

use super::account::Account;
use super::body::{Body, Field, Kind, nullable, optional, required};
use super::cloud::{self, KIND, REGIONS};
use super::error::Refusal;
use super::operation::{Does, op};
use super::{Ctx, datetime};

const VERSION: &str = "1.29";
const PROXY_MODES: Kind = Kind::OneOf("KubeProxyModeEnum", &["iptables", "ipvs"]);
const POLICIES: Kind = Kind::OneOf(
    "UpdatePolicyEnum",
    &["ALWAYS_UPDATE", "MINIMAL_DOWNTIME", "NEVER_UPDATE"],
);

const CREATION: &[Field] = &[
    nullable("customization", Kind::Object),
    optional("kubeProxyMode", PROXY_MODES),
    optional("loadBalancersSubnetId", Kind::Text),
    optional("name", Kind::Text),
    optional("nodepool", Kind::Object),
    optional("nodesSubnetId", Kind::Text),
    optional("privateNetworkConfiguration", Kind::Object),
    optional("privateNetworkId", Kind::Text),
    required("region", Kind::OneOf("region", &REGIONS)),
    nullable("updatePolicy", POLICIES),
    optional("version", Kind::Text),
];
const POOL: &[Field] = &[
    nullable("antiAffinity", Kind::Flag),
    nullable("autoscale", Kind::Flag),
    optional("desiredNodes", Kind::Integer),
    required("flavorName", Kind::Text),
    optional("maxNodes", Kind::Integer),
    optional("minNodes", Kind::Integer),
    nullable("monthlyBilled", Kind::Flag),
    optional("name", Kind::Text),
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
        "status": "INSTALLING",
        "version": version,
        "nextUpgradeVersions": [],
        "isUpToDate": true,
        "controlPlaneIsUpToDate": true,
        "auditLogsSubscribed": false,
        "updatePolicy": "ALWAYS_UPDATE",
        "kubeProxyMode": "iptables",
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

fn fresh_pool(account: &mut Account, project: &str, wanted: &Value) -> Value {
    let now = datetime(account.now());
    let number = |name: &str, default: i64| wanted[name].as_i64().unwrap_or(default);
    let flag = |name: &str| wanted[name].as_bool().unwrap_or_default();
    let desired = number("desiredNodes", 1);
    let template = match &wanted["template"] {
        Value::Null => json!({
            "metadata": {"annotations": {}, "finalizers": [], "labels": {}},
            "spec": {"taints": [], "unschedulable": false},
        }),
        template => template.clone(),
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
        "autoscaling": {
            "scaleDownUnneededTimeSeconds": 600,
            "scaleDownUnreadyTimeSeconds": 1200,
            "scaleDownUtilizationThreshold": 0.5,
        },
        "desiredNodes": desired,
        "minNodes": number("minNodes", 0),
        "maxNodes": number("maxNodes", 100),
        "currentNodes": 0,
        "availableNodes": 0,
        "upToDateNodes": 0,
        "template": template,
        "createdAt": now,
        "updatedAt": now,
    })
}

/// All nodes of a pool are there.
fn ready(pool: &mut Value) {
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
        pools.push(fresh_pool(ctx.account, &project, wanted));
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
                let cluster = &mut service.parts["clusters"][of];
                cluster["cluster"]["status"] = json!(if done { "READY" } else { "ERROR" });
                cluster["cluster"]["updatedAt"] = json!(now);
                for pool in cluster["pools"].as_array_mut().into_iter().flatten() {
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
