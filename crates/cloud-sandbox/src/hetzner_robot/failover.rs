//! Addresses and nets that can be led to any server of the account.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::route::Route;

use super::account::Account;
use super::error::{Refusal, json};
use super::limits::{FAILOVER, FAILOVERS};
use super::servers::Server;
use super::{Ctx, Does, op};

pub(super) const ROUTES: &[Route<Does>] = &[
    op!(GET "/failover", FAILOVERS, list),
    op!(GET "/failover/{failover-ip}", FAILOVERS, get),
    op!(POST "/failover/{failover-ip}", FAILOVER, switch),
    op!(DELETE "/failover/{failover-ip}", FAILOVER, unroute),
];

/// How long a switch takes, in which there can be no other.
const SWITCH: u32 = 50;

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Failover {
    pub(super) mask: u8,
    /// The server it was booked for, wherever it leads (ubicloud/ubicloud#205).
    pub(super) server: u32,
    /// The server it leads to.
    pub(super) target: Option<u32>,
    pub(super) locked_until: Duration,
}

/// What a failover address of this family leads to: the main address, or that of the main net.
fn address(server: &Server, is_v6: bool) -> Option<IpAddr> {
    if is_v6 {
        // The net's address and not one in it: so the documentation wants it, and answers show it.
        Some(server.ipv6_net.into())
    } else {
        server.ipv4.map(IpAddr::from)
    }
}

fn render(account: &Account, ip: IpAddr, failover: &Failover) -> Value {
    let netmask: IpAddr = match ip {
        IpAddr::V4(_) => {
            // As a dotted mask, also for IPv6, where hrobot expects a number.
            let host = u32::MAX
                .checked_shr(failover.mask.into())
                .unwrap_or_default();
            Ipv4Addr::from(!host).into()
        }
        IpAddr::V6(_) => {
            let host = u128::MAX
                .checked_shr(failover.mask.into())
                .unwrap_or_default();
            Ipv6Addr::from(!host).into()
        }
    };
    let target = failover
        .target
        .and_then(|target| account.servers.get(&target));
    let owner = account.servers.get(&failover.server);
    json!({"failover": {
        "ip": ip,
        "netmask": netmask,
        "server_ip": owner.and_then(|server| server.ipv4),
        "server_ipv6_net": owner.map(|server| server.ipv6_net),
        "server_number": failover.server,
        "active_server_ip": target.and_then(|server| address(server, ip.is_ipv6())),
    }})
}

fn list(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let account = &*ctx.account;
    let rows = account.failovers.iter();
    let rows = rows
        .map(|(ip, failover)| render(account, *ip, failover))
        .collect();
    ctx.list(rows, "NOT_FOUND")
}

fn find<'a>(ctx: &'a mut Ctx<'_>) -> Result<(IpAddr, &'a mut Failover), Refusal> {
    let written = ctx.parameter(0).to_owned();
    let missing = || {
        Refusal::not_found(
            "NOT_FOUND",
            format!("The failover IP {written} was not found"),
        )
    };
    let ip: IpAddr = written.parse().map_err(|_| missing())?;
    let found = ctx.account.failovers.get_mut(&ip);
    found.map(|failover| (ip, failover)).ok_or_else(missing)
}

fn get(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let (ip, failover) = find(ctx)?;
    let failover = failover.clone();
    Ok(json(200, &render(ctx.account, ip, &failover)))
}

fn lead(ctx: &mut Ctx<'_>, target: Option<u32>) -> Result<Answer, Refusal> {
    let (now, until) = (ctx.moment.now, ctx.moment.after(SWITCH));
    // A switch takes 40 to 60 seconds (Hetzner's page on failover), in which there can be no other.
    if find(ctx)?.1.locked_until > now {
        return Err(Refusal::conflict(
            "FAILOVER_LOCKED",
            "A switch of this failover IP is under way",
        ));
    }
    ctx.may_fail("FAILOVER_FAILED")?;
    let failover = find(ctx)?.1;
    failover.target = target;
    failover.locked_until = until;
    get(ctx)
}

fn switch(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let (ip, failover) = find(ctx)?;
    let current = failover.target;
    let mut input = ctx.input();
    let written = input.required("active_server_ip");
    let wanted = written.parse::<IpAddr>().ok();
    let wanted = wanted.filter(|wanted| wanted.is_ipv6() == ip.is_ipv6());
    if wanted.is_none() && !written.is_empty() {
        input.refuse("active_server_ip");
    }
    input.finish()?;
    let is_it = |server: &&Server| address(server, ip.is_ipv6()) == wanted;
    let server = ctx
        .account
        .servers
        .values()
        .find(is_it)
        .filter(|_| wanted.is_some());
    let Some(target) = server.map(|server| server.number) else {
        let message = format!("There is no server with the address {written}");
        return Err(Refusal::not_found("FAILOVER_NEW_SERVER_NOT_FOUND", message));
    };
    if current == Some(target) {
        let message = "The failover IP leads to this server already";
        // An error at this service; Ansible's module makes "no change" of it.
        return Err(Refusal::conflict("FAILOVER_ALREADY_ROUTED", message));
    }
    lead(ctx, Some(target))
}

fn unroute(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    lead(ctx, None)
}
