//! `/cloud/project/{serviceName}/network`: private networks, their subnets, and the public one.

use std::net::{IpAddr, Ipv4Addr};

use serde_json::{Value, json};

use crate::route::Route;

use super::body::{Field, Kind, nullable, optional, required};
use super::cloud::{self, KIND, REGIONS};
use super::error::Refusal;
use super::operation::{Does, op};
use super::{Ctx, network};

const CREATION: &[Field] = &[
    required("name", Kind::Text),
    nullable("regions", Kind::Texts),
    nullable("vlanId", Kind::Integer),
];
const SUBNET: &[Field] = &[
    optional("dhcp", Kind::Flag),
    required("end", Kind::Ip),
    required("network", Kind::Text),
    optional("noGateway", Kind::Flag),
    required("region", Kind::OneOf("region", &REGIONS)),
    required("start", Kind::Ip),
];

pub(crate) const ROUTES: &[Route<Does>] = &[
    op!(GET "/cloud/project/{serviceName}/network/private", Some("publicCloudProject:apiovh:network/private/get"), list),
    op!(
        POST "/cloud/project/{serviceName}/network/private",
        Some("publicCloudProject:apiovh:network/private/create"),
        create
    )
    .body(CREATION),
    op!(
        GET "/cloud/project/{serviceName}/network/private/{networkId}",
        Some("publicCloudProject:apiovh:network/private/get"),
        get
    ),
    op!(
        DELETE "/cloud/project/{serviceName}/network/private/{networkId}",
        Some("publicCloudProject:apiovh:network/private/delete"),
        delete
    ),
    op!(
        GET "/cloud/project/{serviceName}/network/private/{networkId}/subnet",
        Some("publicCloudProject:apiovh:network/private/subnet/get"),
        list_subnets
    ),
    op!(
        POST "/cloud/project/{serviceName}/network/private/{networkId}/subnet",
        Some("publicCloudProject:apiovh:network/private/subnet/create"),
        create_subnet
    )
    .body(SUBNET),
    op!(
        DELETE "/cloud/project/{serviceName}/network/private/{networkId}/subnet/{subnetId}",
        Some("publicCloudProject:apiovh:network/private/subnet/delete"),
        delete_subnet
    ),
    op!(
        GET "/cloud/project/{serviceName}/network/public",
        Some("publicCloudProject:apiovh:network/public/get"),
        list_public
    ),
];

fn list(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.part(KIND, "networks").cloned()
}

fn find<'c>(ctx: &'c mut Ctx<'_>) -> Result<&'c mut Value, Refusal> {
    let id = ctx.parameters[1].clone();
    let networks = ctx.part(KIND, "networks")?.as_array_mut();
    let mut networks = networks.into_iter().flatten();
    networks
        .find(|network| network["id"] == id.as_str())
        .ok_or_else(|| Refusal::no_such_object(id))
}

fn get(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    find(ctx).map(|network| network.clone())
}

fn create(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let body = std::mem::take(&mut ctx.body);
    let networks = ctx.part(KIND, "networks")?.clone();
    let networks: Vec<&Value> = networks.as_array().into_iter().flatten().collect();
    let is_free = |vlan: i64| networks.iter().all(|network| network["vlanId"] != vlan);
    let vlan = match body.get("vlanId").and_then(Value::as_i64) {
        // The bounds that the description of the field has; 0 stands for no VLAN.
        Some(vlan) if !(0..=4000).contains(&vlan) => {
            return Err(Refusal::wrong_value(
                "vlanId",
                vlan,
                "is not from 0 to 4000",
            ));
        }
        Some(vlan) if !is_free(vlan) => {
            return Err(Refusal::conflict(format!("VLAN {vlan} is in use already")));
        }
        Some(vlan) => vlan,
        // The lowest that is free, so that tests know it beforehand.
        None => (0..=4000).find(|vlan| is_free(*vlan)).unwrap_or_default(),
    };
    let known = || REGIONS.iter().map(|region| (*region).to_owned()).collect();
    let wanted: Vec<String> =
        body.get("regions")
            .and_then(Value::as_array)
            .map_or_else(known, |regions| {
                regions
                    .iter()
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect()
            });
    if let Some(unknown) = wanted
        .iter()
        .find(|region| !REGIONS.contains(&region.as_str()))
    {
        return Err(Refusal::wrong_value(
            "regions",
            unknown,
            "is not a region of this project",
        ));
    }
    let regions: Value = wanted
        .iter()
        .map(|region| json!({"region": region, "status": "BUILDING", "openstackId": null}))
        .collect();
    // The id has the number of the vRack and the VLAN, so that the same VLAN in all regions is one network.
    let id = format!("pn-{}_{vlan}", 100_001);
    let network = json!({
        "id": id,
        "name": body.text("name"),
        "vlanId": vlan,
        "type": "private",
        "status": "BUILDING",
        "regions": regions,
    });
    if let Some(all) = ctx.part(KIND, "networks")?.as_array_mut() {
        all.push(network.clone());
    }
    let (project, of) = (ctx.parameters[0].clone(), id.clone());
    let ids: Vec<String> = wanted.iter().map(|_| ctx.account.uuid()).collect();
    cloud::start(
        ctx,
        "network#create",
        &wanted.join(","),
        &id,
        2,
        move |account, done| {
            account.change(KIND, &project, |service| {
                let networks = service.parts["networks"].as_array_mut();
                // The making of one whose deletion began meanwhile does not bring it back.
                for network in networks
                    .into_iter()
                    .flatten()
                    .filter(|one| one["id"] == of.as_str() && one["status"] == "BUILDING")
                {
                    network["status"] = json!(if done { "ACTIVE" } else { "ERROR" });
                    let regions = network["regions"].as_array_mut().into_iter().flatten();
                    for (region, id) in regions.zip(&ids).filter(|_| done) {
                        region["status"] = json!("ACTIVE");
                        // A network of OVHcloud is one of OpenStack in each region, each with its own id once it was
                        // made there.
                        region["openstackId"] = json!(id);
                    }
                }
            });
        },
    );
    Ok(network)
}

fn delete(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let (project, id) = (ctx.parameters[0].clone(), ctx.parameters[1].clone());
    let network = find(ctx)?;
    if network["status"] == "DELETING" {
        return Err(Refusal::conflict("This network is being deleted already"));
    }
    network["status"] = json!("DELETING");
    let of = id.clone();
    cloud::start(
        ctx,
        "network#delete",
        REGIONS[0],
        &id,
        1,
        move |account, done| {
            account.change(KIND, &project, |service| {
                if let Some(networks) = service.parts["networks"].as_array_mut() {
                    if done {
                        networks.retain(|network| network["id"] != of.as_str());
                    }
                    for network in networks
                        .iter_mut()
                        .filter(|network| network["id"] == of.as_str())
                    {
                        network["status"] = json!("ERROR");
                    }
                }
                // The subnets are of the network, and another one can have its id later, which is made of the VLAN.
                if done && let Some(subnets) = service.parts["subnets"].as_object_mut() {
                    subnets.remove(&of);
                }
            });
        },
    );
    Ok(Value::Null)
}

fn list_subnets(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    find(ctx)?;
    let id = ctx.parameters[1].clone();
    let subnets = &ctx.part(KIND, "subnets")?[id];
    Ok(subnets.as_array().into_iter().flatten().cloned().collect())
}

fn create_subnet(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let body = std::mem::take(&mut ctx.body);
    let region = body.text("region");
    let network = find(ctx)?;
    let regions = network["regions"].as_array().into_iter().flatten();
    if regions.clone().all(|known| known["region"] != region) {
        return Err(Refusal::bad_request(format!(
            "The network is not in the region {region}"
        )));
    }
    let block = body.text("network");
    let gateway = match network::parse(block) {
        // Without room for a gateway and a machine a subnet is of no use.
        Some((IpAddr::V4(first), 0..=30)) => first.to_bits().checked_add(1),
        _ => None,
    };
    let gateway = gateway
        .map(Ipv4Addr::from_bits)
        .ok_or_else(|| Refusal::wrong_value("network", block, "is not valid for type ipBlock"))?;
    let dhcp = body.flag("dhcp");
    let (start, end) = (body.text("start"), body.text("end"));
    let subnet = json!({
        "id": ctx.account.uuid(),
        "cidr": block,
        "dhcpEnabled": dhcp,
        // The first address of the block, which OpenStack's Neutron takes where none is named.
        "gatewayIp": (!body.flag("noGateway")).then_some(gateway),
        "ipPools": [{"region": region, "network": block, "start": start, "end": end, "dhcp": dhcp}],
    });
    let id = ctx.parameters[1].clone();
    let subnets = &mut ctx.part(KIND, "subnets")?[id];
    if subnets.is_null() {
        *subnets = json!([]);
    }
    if let Some(subnets) = subnets.as_array_mut() {
        subnets.push(subnet.clone());
    }
    Ok(subnet)
}

fn delete_subnet(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    find(ctx)?;
    let (network, id) = (ctx.parameters[1].clone(), ctx.parameters[2].clone());
    let subnets = ctx.part(KIND, "subnets")?[network].as_array_mut();
    let before = subnets.as_ref().map_or(0, |subnets| subnets.len());
    let after = subnets.map_or(0, |subnets| {
        subnets.retain(|subnet| subnet["id"] != id.as_str());
        subnets.len()
    });
    if before == after {
        return Err(Refusal::no_such_object(id));
    }
    Ok(Value::Null)
}

fn list_public(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    ctx.service(KIND)?;
    let regions: Value = REGIONS
        .iter()
        .map(|region| json!({"region": region, "status": "ACTIVE", "openstackId": PUBLIC}))
        .collect();
    Ok(json!([{
        "id": PUBLIC,
        "name": "Ext-Net",
        "vlanId": 0,
        "type": "public",
        "status": "ACTIVE",
        "regions": regions,
    }]))
}

/// The network of OVHcloud's, which every project has.
const PUBLIC: &str = "5a4d6b07-0000-4000-a000-000000000301";
