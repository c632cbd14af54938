//! `/v2/iam`: policies, which decide what service accounts may do, and the resources that they are about.

use std::time::SystemTime;

use serde_json::{Value, json};

use crate::route::Route;

use super::access::identity_of;
use super::account::Account;
use super::body::{Body, Field, Kind, nullable, optional, required};
use super::error::Refusal;
use super::list::cursored;
use super::operation::{Does, op};
use super::query::{point_in_time, wildcard};
use super::settings::{ACCOUNT, CLIENT_ID, Settings};
use super::{Ctx, instant};

const CREATION: &[Field] = &[
    nullable("conditions", Kind::Object),
    optional("description", Kind::Text),
    nullable("expiredAt", Kind::Text),
    required("identities", Kind::Texts),
    required("name", Kind::Text),
    required("permissions", Kind::Object),
    optional("permissionsGroups", Kind::Objects),
    required("resources", Kind::Objects),
];
const PERMISSIONS: &[Field] = &[
    nullable("allow", Kind::Objects),
    nullable("deny", Kind::Objects),
    nullable("except", Kind::Objects),
];
const ACTION: &[Field] = &[required("action", Kind::Text)];
const GROUP: &[Field] = &[
    required("name", Kind::Text),
    required("resources", Kind::Objects),
];
const MEMBER: &[Field] = &[optional("id", Kind::Text), optional("urn", Kind::Text)];
const URN: &[Field] = &[required("urn", Kind::Text)];

pub(crate) const ROUTES: &[Route<Does>] = &[
    op!(GET "/v2/iam/policy", Some("account:apiovh:iam/policy/get"), list).query(&[
        "action",
        "details",
        "identity",
        "readOnly",
        "resourceURN",
    ]),
    op!(POST "/v2/iam/policy", Some("account:apiovh:iam/policy/create"), create).body(CREATION),
    op!(GET "/v2/iam/policy/{policyId}", Some("account:apiovh:iam/policy/get"), get)
        .query(&["details"]),
    op!(PUT "/v2/iam/policy/{policyId}", Some("account:apiovh:iam/policy/edit"), change).body(CREATION),
    op!(DELETE "/v2/iam/policy/{policyId}", Some("account:apiovh:iam/policy/delete"), delete),
    op!(GET "/v2/iam/resourceGroup", Some("account:apiovh:iam/resourceGroup/get"), list_groups).query(&["details"]),
    op!(POST "/v2/iam/resourceGroup", Some("account:apiovh:iam/resourceGroup/create"), create_group).body(GROUP),
    op!(GET "/v2/iam/resourceGroup/{groupId}", Some("account:apiovh:iam/resourceGroup/get"), get_group)
        .query(&["details"]),
    op!(PUT "/v2/iam/resourceGroup/{groupId}", Some("account:apiovh:iam/resourceGroup/edit"), change_group).body(GROUP),
    op!(DELETE "/v2/iam/resourceGroup/{groupId}", Some("account:apiovh:iam/resourceGroup/delete"), delete_group),
    op!(GET "/v2/iam/resource", None, list_resources).query(&[
        "resourceName",
        "resourceType",
        "resourceURN",
        "tags",
    ]),
    op!(GET "/v2/iam/resource/{resourceURN}", None, get_resource),
];

/// The policy that allows everything to the service account that every sandbox has.
pub(crate) fn seed(account: &mut Account, settings: &Settings) {
    let policy = json!({
        "id": account.uuid(),
        "name": "sandbox",
        "description": format!("everything, for the service account that is usually {CLIENT_ID}"),
        "owner": ACCOUNT,
        "readOnly": false,
        "identities": [identity_of(&settings.client.0)],
        "permissions": {"allow": [{"action": "*"}], "deny": [], "except": []},
        "permissionsGroups": [],
        "resources": [{"urn": "*", "group": null, "resource": null}],
        "conditions": null,
        "createdAt": instant(account.now()),
        "updatedAt": null,
        "expiredAt": null,
    });
    account.policies.push(policy);
    account.resource("account", ACCOUNT, &json!({}));
}

/// Whether policies let a service account do something, to a service if it is about one. A policy under a condition lets
/// nothing through, for the sandbox cannot tell whether it is met.
pub(crate) fn permits(
    account: &Account,
    client: &str,
    action: &str,
    first_parameter: Option<&str>,
) -> bool {
    let identity = identity_of(client);
    // Actions begin with the type of the resource that they are about: `dnsZone:apiovh:record/create`.
    let kind = action.split(':').next().unwrap_or_default();
    let name = if kind == "account" {
        Some(ACCOUNT)
    } else {
        first_parameter
    };
    let resource = name.map(|name| format!("urn:v1:eu:resource:{kind}:{name}"));
    let now = account.now();
    let mut allowed = false;
    let policies = account
        .policies
        .iter()
        .filter(|policy| is_active(policy, now));
    for policy in
        policies.filter(|policy| texts(&policy["identities"], None).any(|known| known == identity))
    {
        let about = texts(&policy["resources"], Some("urn")).any(|urn| {
            resource
                .as_deref()
                .is_none_or(|resource| names_resource(account, urn, resource))
        });
        let names = |list: &str| {
            texts(&policy["permissions"][list], Some("action")).any(|known| wildcard(known, action))
        };
        // A denial goes before any permission, of whichever policy; `except` takes from the `allow` of its own policy
        // only (the documentation of `ovh_iam_policy` in terraform-provider-ovh).
        if about && names("deny") {
            return false;
        }
        allowed |= about && names("allow") && !names("except");
    }
    allowed
}

/// Whether a URN of a policy means a resource: itself, by a wildcard, or as a member of a group.
fn names_resource(account: &Account, urn: &str, resource: &str) -> bool {
    let groups = account.groups.iter().filter(|group| group["urn"] == urn);
    let mut members = groups.flat_map(|group| texts(&group["resources"], Some("urn")));
    wildcard(urn, resource) || members.any(|member| member == resource)
}

fn is_active(policy: &Value, now: SystemTime) -> bool {
    let expires = policy["expiredAt"].as_str().and_then(point_in_time);
    policy["conditions"].is_null() && expires.is_none_or(|end| end > now)
}

/// The texts in a list, or those of one field of the objects in it.
fn texts<'v>(list: &'v Value, field: Option<&'v str>) -> impl Iterator<Item = &'v str> {
    let items = list.as_array().into_iter().flatten();
    items.filter_map(move |item| field.map_or(item, |field| &item[field]).as_str())
}

fn list(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let details = ctx.query.flag("details")?.unwrap_or_default();
    let read_only = ctx.query.flag("readOnly")?;
    let query = &ctx.query;
    let any = |name: &str, list: &Value, field| {
        let mut wanted = query.all(name).peekable();
        wanted.peek().is_none()
            || wanted.any(|wanted| texts(list, field).any(|text| text == wanted))
    };
    let policies: Vec<Value> = ctx
        .account
        .policies
        .iter()
        .filter(|policy| read_only.is_none_or(|wanted| policy["readOnly"] == wanted))
        .filter(|policy| any("identity", &policy["identities"], None))
        .filter(|policy| any("action", &policy["permissions"]["allow"], Some("action")))
        .filter(|policy| any("resourceURN", &policy["resources"], Some("urn")))
        .map(|policy| render(ctx.account, policy, details))
        .collect();
    cursored(ctx, policies)
}

fn render(account: &Account, policy: &Value, details: bool) -> Value {
    let mut policy = policy.clone();
    for resource in policy["resources"]
        .as_array_mut()
        .into_iter()
        .flatten()
        .filter(|_| details)
    {
        let known = resource["urn"]
            .as_str()
            .and_then(|urn| account.resources.get(urn));
        resource["resource"] = known.map_or(Value::Null, |known| {
            let mut known = known.clone();
            known.as_object_mut().map(|known| known.remove("urn"));
            known
        });
    }
    policy
}

/// Whether the body is a policy, whose name no other one has.
fn check(ctx: &Ctx<'_>, own: Option<&str>) -> Result<(), Refusal> {
    let permissions = ctx
        .body
        .get("permissions")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    for list in permissions.values() {
        check_each(list, ACTION, "permissions")?;
    }
    Body::check(permissions, PERMISSIONS, "permissions")?;
    check_each(
        ctx.body.get("resources").unwrap_or(&Value::Null),
        URN,
        "resources",
    )?;
    if let Some(text) = ctx
        .body
        .get("expiredAt")
        .and_then(Value::as_str)
        .filter(|text| text.parse::<jiff::Timestamp>().is_err())
    {
        return Err(Refusal::wrong_value(
            "expiredAt",
            text,
            "is not valid for type datetime",
        ));
    }
    let name = ctx.body.text("name");
    if ctx
        .account
        .policies
        .iter()
        .any(|policy| policy["name"] == name && own.is_none_or(|own| policy["id"] != own))
    {
        return Err(Refusal::conflict(format!(
            "There is a policy with the name {name} already"
        )));
    }
    Ok(())
}

fn create(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    check(ctx, None)?;
    let mut policy = json!({
        "id": ctx.account.uuid(),
        "owner": ACCOUNT,
        "readOnly": false,
        "description": null,
        "permissionsGroups": [],
        "conditions": null,
        "createdAt": instant(ctx.now()),
        "updatedAt": null,
        "expiredAt": null,
    });
    amend(ctx, &mut policy);
    ctx.account.policies.push(policy.clone());
    Ok(policy)
}

fn amend(ctx: &Ctx<'_>, policy: &mut Value) {
    ctx.body.amend(policy);
    for list in ["allow", "deny", "except"] {
        // The lists that were left out are shown empty.
        if policy["permissions"][list].is_null() {
            policy["permissions"][list] = json!([]);
        }
    }
    for resource in policy["resources"].as_array_mut().into_iter().flatten() {
        resource["group"] = Value::Null;
        resource["resource"] = Value::Null;
    }
}

/// The place of the policy in the path, if it is one that can be changed.
fn position(ctx: &Ctx<'_>) -> Result<usize, Refusal> {
    let id = &ctx.parameters[0];
    let mut policies = ctx.account.policies.iter();
    policies
        .position(|policy| policy["id"] == id.as_str())
        .ok_or_else(|| Refusal::no_such_object(id))
}

/// A policy is taken as a whole.
fn change(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let at = position(ctx)?;
    check(ctx, Some(&ctx.parameters[0]))?;
    let mut policy = ctx.account.policies[at].clone();
    for field in ["conditions", "expiredAt"] {
        policy[field] = Value::Null;
    }
    policy["permissionsGroups"] = json!([]);
    amend(ctx, &mut policy);
    policy["updatedAt"] = json!(instant(ctx.now()));
    ctx.account.policies[at] = policy.clone();
    Ok(policy)
}

fn delete(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let at = position(ctx)?;
    ctx.account.policies.remove(at);
    Ok(Value::Null)
}

/// A group as answers show it: what is known of its resources only where that was asked for.
fn render_group(account: &Account, group: &Value, details: bool) -> Value {
    let mut group = group.clone();
    for resource in group["resources"].as_array_mut().into_iter().flatten() {
        let known = resource["urn"]
            .as_str()
            .and_then(|urn| account.resources.get(urn));
        if let (true, Some(known)) = (details, known) {
            *resource = known.clone();
        }
    }
    group
}

fn list_groups(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let details = ctx.query.flag("details")?.unwrap_or_default();
    let groups = ctx.account.groups.iter();
    let groups = groups
        .map(|group| render_group(ctx.account, group, details))
        .collect();
    cursored(ctx, groups)
}

fn position_of_group(ctx: &Ctx<'_>) -> Result<usize, Refusal> {
    let id = &ctx.parameters[0];
    let mut groups = ctx.account.groups.iter();
    groups
        .position(|group| group["id"] == id.as_str())
        .ok_or_else(|| Refusal::no_such_object(id))
}

fn get_group(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let details = ctx.query.flag("details")?.unwrap_or_default();
    let at = position_of_group(ctx)?;
    Ok(render_group(ctx.account, &ctx.account.groups[at], details))
}

/// The resources that the body names, by id or by URN.
fn members(ctx: &Ctx<'_>) -> Result<Value, Refusal> {
    let wanted = ctx.body.get("resources").unwrap_or(&Value::Null);
    check_each(wanted, MEMBER, "resources")?;
    let mut members = Vec::new();
    for wanted in wanted.as_array().into_iter().flatten() {
        let fits = |known: &&Value| known["urn"] == wanted["urn"] || known["id"] == wanted["id"];
        let known = ctx.account.resources.values().find(fits);
        // A group holds what exists; policies may name by wildcards what is to come.
        let known = known.ok_or_else(|| {
            Refusal::wrong_value("resources", wanted, "is not a resource of this account")
        })?;
        members.push(json!({"id": known["id"], "urn": known["urn"]}));
    }
    Ok(members.into())
}

fn create_group(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let resources = members(ctx)?;
    let (id, now) = (ctx.account.uuid(), instant(ctx.now()));
    let group = json!({
        "id": id,
        "urn": format!("urn:v1:eu:resourceGroup:{id}"),
        "name": ctx.body.text("name"),
        "owner": ACCOUNT,
        "readOnly": false,
        "resources": resources,
        "createdAt": now,
        "updatedAt": null,
    });
    ctx.account.groups.push(group.clone());
    Ok(group)
}

fn change_group(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let (at, resources) = (position_of_group(ctx)?, members(ctx)?);
    let (name, now) = (ctx.body.text("name").to_owned(), instant(ctx.now()));
    let group = &mut ctx.account.groups[at];
    group["name"] = json!(name);
    group["resources"] = resources;
    group["updatedAt"] = json!(now);
    Ok(group.clone())
}

fn delete_group(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let at = position_of_group(ctx)?;
    ctx.account.groups.remove(at);
    Ok(Value::Null)
}

fn check_each(list: &Value, fields: &[Field], what: &str) -> Result<(), Refusal> {
    for item in list.as_array().into_iter().flatten() {
        Body::check(item.as_object().cloned().unwrap_or_default(), fields, what)?;
    }
    Ok(())
}

fn get(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let details = ctx.query.flag("details")?.unwrap_or_default();
    let id = &ctx.parameters[0];
    let policy = ctx
        .account
        .policies
        .iter()
        .find(|policy| policy["id"] == id.as_str());
    policy
        .map(|policy| render(ctx.account, policy, details))
        .ok_or_else(|| Refusal::no_such_object(id))
}

fn list_resources(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let mut found = Vec::new();
    for (urn, resource) in &ctx.account.resources {
        let text = |name: &str| resource[name].as_str().unwrap_or_default().to_owned();
        let fits = ctx.query.admits_any("resourceURN", urn)
            && ctx.query.admits_any("resourceName", &text("name"))
            && ctx.query.admits_any("resourceType", &text("type"))
            && ctx.query.admits_tags("tags", &resource["tags"])?;
        if fits {
            found.push(resource.clone());
        }
    }
    cursored(ctx, found)
}

fn get_resource(ctx: &mut Ctx<'_>) -> Result<Value, Refusal> {
    let urn = &ctx.parameters[0];
    ctx.account
        .resources
        .get(urn)
        .cloned()
        .ok_or_else(|| Refusal::no_such_object(urn))
}
