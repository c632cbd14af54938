use base64::Engine as _;
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::form;
use crate::route::{Route, route};
use crate::service::uuid;

use super::error::Refusal;
use super::input::{self, Input};
use super::life::Life;
use super::record::{Kind, Record};
use super::{Ctx, Handler, VERSIONS, latest, rank};

pub(super) const ROUTES: &[Route<Handler>] = &[
    route("clustersGet", "GET", "/clusters", list),
    route("clustersPost", "POST", "/clusters", create),
    route("clustersFindById", "GET", "/clusters/{clusterId}", |ctx| {
        ctx.show(Kind::Cluster)
    }),
    route("clustersPatch", "PATCH", "/clusters/{clusterId}", patch),
    route("clustersDelete", "DELETE", "/clusters/{clusterId}", delete),
    route(
        "clustersKubeconfigFindByClusterId",
        "GET",
        "/clusters/{clusterId}/kubeconfig",
        kubeconfig,
    ),
];

fn list(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut query = form::pairs(ctx.call.query).into_iter();
    let part = query.rfind(|(name, _)| name == "name");
    let part = part.map(|(_, part)| part).unwrap_or_default();
    if !input::is_word(&part, 0, 63) {
        let problem = "name may have up to 63 letters, digits, dashes, underscores and dots";
        return Err(Refusal::new(400, problem));
    }
    let part = part.to_ascii_lowercase();
    // "Contains", ignoring case, as the description of the parameter says.
    let named = |cluster: &&Record| cluster.text("name").to_ascii_lowercase().contains(&part);
    let items: Vec<Value> = ctx
        .account
        .clusters
        .iter()
        .filter(named)
        .map(|cluster| ctx.render(cluster))
        .collect();
    Ok(ctx.collection("/clusters", &items))
}

/// Takes what clusters have in common when they are created and changed.
fn common(input: &mut Input) {
    input.name();
    input.choice("dataPlatformVersion", VERSIONS);
    input.maintenance_window();
    input.lans();
}

fn create(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = Input::parse(ctx.call.body, ctx.is_strict)?;
    input.require("name");
    input.require("datacenterId");
    common(&mut input);
    input.take("datacenterId", "must be an id", |id| {
        id.as_str().is_some_and(|id| input::id(id).is_some())
    });
    let mut properties = input.finish()?;
    properties
        .entry("dataPlatformVersion")
        // The server picks one; ionosctl sends the highest of `/versions`, so that is what users know.
        .or_insert_with(|| json!(latest()));
    properties.entry("lans").or_insert_with(|| json!([]));
    let version = properties["dataPlatformVersion"]
        .as_str()
        .unwrap_or_default();
    let life = Life::created(ctx.now, ctx.now, ctx.unit, ctx.is_doomed(), version);
    let (id, key) = (uuid(ctx.rng), format!("{:032x}", ctx.rng.u128(..)));
    let stamp = ctx.stamp();
    let cluster = Record {
        kind: Kind::Cluster,
        id,
        parent: None,
        properties,
        life,
        created: stamp.clone(),
        modified: stamp,
        key,
    };
    ctx.account.clusters.push(cluster.clone());
    Ok(ctx.one(&cluster))
}

fn patch(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = Input::parse(ctx.call.body, ctx.is_strict)?;
    common(&mut input);
    let wanted = input.finish()?;
    let (now, unit, doomed, stamp) = (ctx.now, ctx.unit, ctx.is_doomed(), ctx.stamp());
    let cluster = ctx.find(Kind::Cluster)?;
    // A change of what is going away would bring it back to life.
    refuse_ending(cluster, now)?;
    let version = wanted
        .get("dataPlatformVersion")
        .and_then(Value::as_str)
        .map(str::to_owned);
    if version
        .as_deref()
        .is_some_and(|version| rank(version) < rank(cluster.text("dataPlatformVersion")))
    {
        return Err(Refusal::new(
            400,
            "properties.dataPlatformVersion must not be older than the one that is there",
        ));
    }
    let runs = version
        .clone()
        .unwrap_or_else(|| cluster.text("dataPlatformVersion").to_owned());
    // What is not sent stays. `datacenterId` is not among what is read, for it cannot be changed.
    cluster.properties.extend(wanted);
    cluster.modified = stamp;
    cluster.life.change(now, unit, doomed, Some(runs.clone()));
    let cluster = cluster.clone();
    if version.is_some() && !doomed {
        // The nodes follow their cluster.
        let pools = ctx
            .account
            .pools
            .iter_mut()
            .filter(|pool| pool.parent.as_ref() == Some(&cluster.id));
        for pool in pools.filter(|pool| !pool.life.is_ending(now)) {
            pool.properties
                .insert("dataPlatformVersion".to_owned(), json!(runs));
            pool.life.change(now, unit, false, Some(runs.clone()));
        }
    }
    Ok(ctx.one(&cluster))
}

pub(super) fn refuse_ending(record: &Record, now: std::time::Duration) -> Result<(), Refusal> {
    if record.life.is_ending(now) {
        return Err(Refusal::new(
            400,
            format!("the {} is being deleted", record.kind.name()),
        ));
    }
    Ok(())
}

fn delete(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let before = ctx.delete(Kind::Cluster)?;
    if !ctx.is_doomed() {
        let cluster = ctx.find(Kind::Cluster)?.id.clone();
        let (now, unit) = (ctx.now, ctx.unit);
        for pool in ctx
            .account
            .pools
            .iter_mut()
            .filter(|pool| pool.parent.as_ref() == Some(&cluster))
        {
            pool.life.delete(now, unit, false);
        }
    }
    Ok(before)
}

fn kubeconfig(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let now = ctx.now;
    let cluster = ctx.find(Kind::Cluster)?;
    // Nothing runs yet that could be opened.
    if cluster.life.version(now).is_none() {
        return Err(Refusal::new(
            404,
            format!("the cluster {} has no kubeconfig yet", cluster.id),
        ));
    }
    let name = format!("cluster-admin@{}", cluster.text("name"));
    let authority = format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        cluster.key
    );
    let authority = base64::engine::general_purpose::STANDARD.encode(authority);
    let document: Map<String, Value> = [
        ("apiVersion", json!("v1")),
        ("kind", json!("Config")),
        ("preferences", json!({})),
        (
            "clusters",
            json!([{
                "name": cluster.text("name"),
                "cluster": {
                    "certificate-authority-data": authority,
                    "server": format!("https://{}.dataplatform.example:6443", cluster.id),
                },
            }]),
        ),
        ("users", json!([{"name": "cluster-admin", "user": {"token": cluster.key}}])),
        (
            "contexts",
            json!([{
                "name": name,
                "context": {"cluster": cluster.text("name"), "namespace": "default", "user": "cluster-admin"},
            }]),
        ),
        ("current-context", json!(name)),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect();
    Ok(Answer::json(200, &Value::Object(document)))
}
