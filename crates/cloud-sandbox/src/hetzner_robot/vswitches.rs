//! Layer 2 networks between servers.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::route::Route;

use super::account::Account;
use super::error::{Refusal, json};
use super::input::Input;
use super::limits::{VSWITCH_CHANGES, VSWITCHES};
use super::settings::Quirk;
use super::{Ctx, Does, op};

pub(super) const ROUTES: &[Route<Does>] = &[
    op!(GET "/vswitch", VSWITCHES, list),
    op!(POST "/vswitch", VSWITCH_CHANGES, create),
    op!(GET "/vswitch/{vswitch-id}", VSWITCHES, get),
    op!(POST "/vswitch/{vswitch-id}", VSWITCH_CHANGES, update),
    op!(DELETE "/vswitch/{vswitch-id}", VSWITCH_CHANGES, cancel),
    op!(POST "/vswitch/{vswitch-id}/server", VSWITCH_CHANGES, add),
    op!(DELETE "/vswitch/{vswitch-id}/server", VSWITCH_CHANGES, remove),
];

/// How long it takes to connect servers, or to part them.
const CHANGE: u32 = 30;
/// The VLANs that there can be.
const VLANS: (u64, u64) = (4000, 4091);
const MOST_SERVERS: usize = 100;
const MOST_OF_SERVER: usize = 5;
/// Nobody documents how many vSwitches an account can have.
const MOST_VSWITCHES: usize = 100;

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct VSwitch {
    id: u32,
    name: String,
    vlan: u64,
    /// The day on which it ends, which can be read nowhere.
    cancelled_to: Option<String>,
    pub(super) members: Vec<Member>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Member {
    pub(super) server: u32,
    /// Until then it is being connected, or parted.
    until: Duration,
    is_leaving: bool,
    has_failed: bool,
}

impl VSwitch {
    pub(super) fn settle(&mut self, now: Duration) {
        self.members
            // Until the change has ended it is still shown.
            .retain(|member| !member.is_leaving || member.until > now);
    }

    fn is_changing(&self, now: Duration) -> bool {
        self.members.iter().any(|member| member.until > now)
    }

    fn render(&self) -> Value {
        let is_cancelled = self.cancelled_to.is_some();
        json!({"id": self.id, "name": self.name, "vlan": self.vlan, "cancelled": is_cancelled})
    }

    fn render_whole(&self, account: &Account, now: Duration, in_process: &str) -> Value {
        let mut servers = Vec::new();
        for member in &self.members {
            let Some(server) = account.servers.get(&member.server) else {
                continue;
            };
            let mut shown = server.identity();
            let status = match (member.until > now, member.has_failed) {
                (true, _) => in_process,
                (false, true) => "failed",
                (false, false) => "ready",
            };
            shown.insert("status".to_owned(), json!(status));
            servers.push(shown);
        }
        let mut shown = self.render();
        shown["server"] = json!(servers);
        shown["subnet"] = json!([]);
        shown["cloud_network"] = json!([]);
        shown
    }
}

fn list(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let rows: Vec<_> = ctx
        .account
        .vswitches
        .values()
        .map(VSwitch::render)
        .collect();
    // No error is documented for this list, unlike for all others.
    if rows.is_empty() && ctx.settings.has(Quirk::EmptyLists) {
        return Err(Refusal::not_found("NOT_FOUND", "There is no vSwitch"));
    }
    Ok(json(200, &json!(rows)))
}

fn find<'a>(ctx: &'a mut Ctx<'_>) -> Result<&'a mut VSwitch, Refusal> {
    let written = ctx.parameter(0).to_owned();
    let id = written.parse::<u32>().ok();
    id.and_then(|id| ctx.account.vswitches.get_mut(&id))
        .ok_or_else(|| {
            Refusal::not_found("NOT_FOUND", format!("The vSwitch {written} was not found"))
        })
}

/// One that nothing is being done with.
fn at_rest<'a>(ctx: &'a mut Ctx<'_>) -> Result<&'a mut VSwitch, Refusal> {
    let now = ctx.moment.now;
    let vswitch = find(ctx)?;
    if vswitch.is_changing(now) {
        let message = "There is an update of the vSwitch under way";
        return Err(Refusal::conflict("VSWITCH_IN_PROCESS", message));
    }
    Ok(vswitch)
}

fn show(ctx: &Ctx<'_>, status: u16, id: u32) -> Answer {
    let has_quirk = ctx.settings.has(Quirk::Processing);
    let in_process = if has_quirk {
        "processing"
    } else {
        "in process"
    };
    let vswitch = ctx.account.vswitches.get(&id);
    let body = vswitch.map(|vswitch| vswitch.render_whole(ctx.account, ctx.moment.now, in_process));
    json(status, &body.unwrap_or_default())
}

fn get(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let id = find(ctx)?.id;
    Ok(show(ctx, 200, id))
}

/// A VLAN that was sent empty is a wrong one (strng-solutions/terraform-provider-hetzner-robot#4).
fn vlan(input: &mut Input) -> Option<u64> {
    input.number("vlan", VLANS.0, VLANS.1)
}

fn create(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let mut input = ctx.input();
    let name = input.required("name");
    if !input.has("vlan") {
        input.lack("vlan");
    }
    let vlan = vlan(&mut input).unwrap_or_default();
    input.finish()?;
    if ctx.account.vswitches.len() >= MOST_VSWITCHES {
        let message = "There are as many vSwitches as an account can have";
        return Err(Refusal::conflict("VSWITCH_LIMIT_REACHED", message));
    }
    ctx.may_fail("INTERNAL_ERROR")?;
    let id = ctx.account.id();
    let vswitch = VSwitch {
        id,
        name,
        vlan,
        cancelled_to: None,
        members: Vec::new(),
    };
    ctx.account.vswitches.insert(id, vswitch);
    Ok(show(ctx, 201, id))
}

/// The refusal where one of the servers would be in two vSwitches with this VLAN.
fn check_vlan(account: &Account, id: u32, vlan: u64, servers: &[u32]) -> Result<(), Refusal> {
    for server in servers {
        let others = account.vswitches.values().filter(|other| other.id != id);
        // Several vSwitches may share a VLAN (seen by hrobot), but not at one server.
        let mut others = others.filter(|other| other.vlan == vlan && other.cancelled_to.is_none());
        if others.any(|other| other.members.iter().any(|member| member.server == *server)) {
            let named = account.servers.get(server).and_then(|server| server.ipv4);
            let named = named.map_or_else(|| server.to_string(), |ip| ip.to_string());
            // Ansible's module reads the server out of this message.
            let message = format!("vlan of vswitch is already in use at server {named}");
            return Err(Refusal::conflict("VSWITCH_VLAN_NOT_UNIQUE", message));
        }
    }
    Ok(())
}

fn update(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    find(ctx)?;
    let mut input = ctx.input();
    let name = input.text("name");
    let vlan = vlan(&mut input);
    if name.as_ref().is_some_and(String::is_empty) {
        input.refuse("name");
    }
    if !input.has("name") && !input.has("vlan") {
        input.lack("name");
        input.lack("vlan");
    }
    input.finish()?;
    let until = ctx.moment.after(CHANGE);
    let vswitch = at_rest(ctx)?;
    let (id, current) = (vswitch.id, vswitch.vlan);
    let servers: Vec<u32> = vswitch.members.iter().map(|member| member.server).collect();
    if let Some(vlan) = vlan {
        check_vlan(ctx.account, id, vlan, &servers)?;
    }
    ctx.may_fail("INTERNAL_ERROR")?;
    let vswitch = find(ctx)?;
    vswitch.name = name.unwrap_or_else(|| vswitch.name.clone());
    if let Some(vlan) = vlan.filter(|vlan| *vlan != current) {
        vswitch.vlan = vlan;
        // The servers have to be connected anew.
        for member in &mut vswitch.members {
            member.until = until;
        }
    }
    // Changes answer nothing; what has come of them is to be read.
    Ok(Answer::empty(200))
}

fn cancel(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let moment = ctx.moment;
    let is_cancelled = find(ctx)?.cancelled_to.is_some();
    let mut input = ctx.input();
    let date = input.required("cancellation_date");
    let parsed = moment.date(&date, moment.today());
    if parsed.is_none() && !date.is_empty() {
        input.refuse("cancellation_date");
    }
    input.finish()?;
    if is_cancelled {
        return Err(Refusal::conflict(
            "CONFLICT",
            "The vSwitch is cancelled already",
        ));
    }
    find(ctx)?.cancelled_to = parsed.map(|date| date.to_string());
    Ok(Answer::empty(200))
}

/// The servers that a form names by their numbers, main addresses or nets, in any mixture.
fn named(ctx: &Ctx<'_>) -> Result<Vec<u32>, Refusal> {
    let mut input = ctx.input();
    let written = input.list("server");
    if written.is_empty() {
        input.lack("server");
    }
    input.finish()?;
    let mut servers = Vec::new();
    for server in written {
        let net = server.parse().ok();
        let is_net =
            |known: &u32| ctx.account.servers.get(known).map(|server| server.ipv6_net) == net;
        let by_net = || {
            ctx.account
                .servers
                .keys()
                .copied()
                .find(|known| net.is_some() && is_net(known))
        };
        let number = ctx.account.number_of(&server).or_else(by_net);
        servers.push(number.ok_or_else(|| Refusal::server_not_found(&server))?);
    }
    // The same server by two names is one.
    servers.dedup();
    Ok(servers)
}

fn add(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    find(ctx)?;
    let servers = named(ctx)?;
    let vswitch = at_rest(ctx)?;
    let (id, vlan) = (vswitch.id, vswitch.vlan);
    // A server that is in it already is no error, and nothing to do.
    let is_new = |server: &u32| {
        vswitch
            .members
            .iter()
            .all(|member| member.server != *server)
    };
    let new: Vec<u32> = servers.into_iter().filter(is_new).collect();
    if vswitch.members.len() + new.len() > MOST_SERVERS {
        let message = "There are as many servers as a vSwitch can have";
        return Err(Refusal::conflict("VSWITCH_SERVER_LIMIT_REACHED", message));
    }
    for server in &new {
        if ctx.account.server(*server)?.colocation {
            let message = format!("There is no vSwitch for server {server}");
            return Err(Refusal::not_found("VSWITCH_NOT_AVAILABLE", message));
        }
        let all = ctx.account.vswitches.values();
        let has = all.filter(|other| other.members.iter().any(|member| member.server == *server));
        if has.count() >= MOST_OF_SERVER {
            let message = format!("Server {server} is in as many vSwitches as a server can be in");
            return Err(Refusal::conflict(
                "VSWITCH_PER_SERVER_LIMIT_REACHED",
                message,
            ));
        }
    }
    check_vlan(ctx.account, id, vlan, &new)?;
    let (until, has_failed) = (ctx.moment.after(CHANGE), ctx.call.fail_actions.is_some());
    let members = new.into_iter().map(|server| Member {
        server,
        until,
        is_leaving: false,
        has_failed,
    });
    find(ctx)?.members.extend(members);
    // Seen as 201 with nothing in it (ansible-collections/community.hrobot#71).
    Ok(Answer::empty(
        if ctx.settings.has(Quirk::DocumentedStatuses) {
            200
        } else {
            201
        },
    ))
}

fn remove(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    find(ctx)?;
    let servers = named(ctx)?;
    let until = ctx.moment.after(CHANGE);
    let has_failed = ctx.call.fail_actions.is_some();
    let vswitch = at_rest(ctx)?;
    for server in &servers {
        if !vswitch
            .members
            .iter()
            .any(|member| member.server == *server)
        {
            return Err(Refusal::server_not_found(&server.to_string()));
        }
    }
    for member in vswitch
        .members
        .iter_mut()
        .filter(|member| servers.contains(&member.server))
    {
        (member.until, member.is_leaving, member.has_failed) = (until, !has_failed, has_failed);
    }
    Ok(Answer::empty(200))
}
