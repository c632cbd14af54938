use serde_json::{Value, json};

use crate::answer::Answer;
use crate::route::{Route, route};
use crate::service::uuid;

use super::clusters::refuse_ending;
use super::error::Refusal;
use super::input::{self, Input};
use super::life::Life;
use super::record::{Kind, Record};
use super::{Ctx, Handler};

const ONE: &str = "/clusters/{clusterId}/nodepools/{nodepoolId}";

pub(super) const ROUTES: &[Route<Handler>] = &[
    route(
        "clustersNodepoolsGet",
        "GET",
        "/clusters/{clusterId}/nodepools",
        list,
    ),
    route(
        "clustersNodepoolsPost",
        "POST",
        "/clusters/{clusterId}/nodepools",
        create,
    ),
    route("clustersNodepoolsFindById", "GET", ONE, |ctx| {
        ctx.show(Kind::NodePool)
    }),
    route("clustersNodepoolsPatch", "PATCH", ONE, patch),
    route("clustersNodepoolsDelete", "DELETE", ONE, |ctx| {
        ctx.delete(Kind::NodePool)
    }),
];

fn list(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let cluster = ctx.find(Kind::Cluster)?.id.clone();
    let own = |pool: &&Record| pool.parent.as_ref() == Some(&cluster);
    let items: Vec<Value> = ctx
        .account
        .pools
        .iter()
        .filter(own)
        .map(|pool| ctx.render(pool))
        .collect();
    Ok(ctx.collection(&format!("/clusters/{cluster}/nodepools"), &items))
}

/// Takes what node pools have in common when they are created and changed.
fn common(input: &mut Input, is_patch: bool) {
    input.integer("nodeCount", 1, 1);
    input.maintenance_window();
    input.object("labels");
    input.object("annotations");
    input.auto_scaling(is_patch);
}

fn create(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = Input::parse(ctx.call.body, ctx.is_strict)?;
    input.require("name");
    input.require("nodeCount");
    input.name();
    common(&mut input, false);
    let must = "must have 1 to 32 letters, digits, dashes, underscores and dots";
    input.take("cpuFamily", must, |family| {
        family
            .as_str()
            .is_some_and(|family| input::is_word(family, 1, 32))
    });
    input.integer("coresCount", 1, 1);
    input.integer("ramSize", 2048, 1024);
    input.choice("availabilityZone", &["AUTO", "ZONE_1", "ZONE_2"]);
    input.choice("storageType", &["HDD", "SSD"]);
    // 10 itself is allowed by the validators of the SDKs, though the text says "greater than".
    input.integer("storageSize", 10, 1);
    let mut properties = input.finish()?;

    let now = ctx.now;
    let cluster = ctx.find(Kind::Cluster)?;
    refuse_ending(cluster, now)?;
    let version = cluster.text("dataPlatformVersion").to_owned();
    let defaults = [
        ("dataPlatformVersion", json!(version)),
        ("datacenterId", json!(cluster.text("datacenterId"))),
        ("cpuFamily", json!("AUTO")),
        ("coresCount", json!(4)),
        ("ramSize", json!(4096)),
        ("availabilityZone", json!("AUTO")),
        ("storageType", json!("SSD")),
        ("storageSize", json!(20)),
        ("labels", json!({})),
        ("annotations", json!({})),
    ];
    for (key, value) in defaults {
        // The defaults of the description, which answers show as if they had been sent.
        properties.entry(key).or_insert(value);
    }
    // Nodes are made once their cluster is there.
    let (parent, begin) = (Some(cluster.id.clone()), cluster.life.settled_at(now));
    let life = Life::created(now, begin, ctx.unit, ctx.is_doomed(), &version);
    let (id, stamp) = (uuid(ctx.rng), ctx.stamp());
    let (created, modified, key) = (stamp.clone(), stamp, String::new());
    let pool = Record {
        kind: Kind::NodePool,
        id,
        parent,
        properties,
        life,
        created,
        modified,
        key,
    };
    ctx.account.pools.push(pool.clone());
    Ok(ctx.one(&pool))
}

fn patch(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = Input::parse(ctx.call.body, ctx.is_strict)?;
    common(&mut input, true);
    let wanted = input.finish()?;
    let (now, unit, doomed, stamp) = (ctx.now, ctx.unit, ctx.is_doomed(), ctx.stamp());
    let pool = ctx.find(Kind::NodePool)?;
    refuse_ending(pool, now)?;
    for (key, value) in wanted {
        // Only `autoScaling` gets here as null, which switches it off.
        if value.is_null() {
            pool.properties.remove(&key);
        } else {
            pool.properties.insert(key, value);
        }
    }
    pool.modified = stamp;
    let version = pool.text("dataPlatformVersion").to_owned();
    pool.life.change(now, unit, doomed, Some(version));
    let pool = pool.clone();
    Ok(ctx.one(&pool))
}
