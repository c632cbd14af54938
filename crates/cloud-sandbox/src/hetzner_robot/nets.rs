//! Addresses and subnets: traffic warnings, MACs of their own, cancellation.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::form;
use crate::route::Route;

use super::account::Account;
use super::error::{Refusal, json};
use super::limits::{IP_CANCELLATIONS, IP_MACS, IPS, SUBNET_CANCELLATIONS, SUBNET_MACS, SUBNETS};
use super::settings::Quirk;
use super::{Ctx, Does, op};

pub(super) const ROUTES: &[Route<Does>] = &[
    op!(GET "/ip", IPS, |ctx| list(ctx, Kind::Ip)),
    op!(GET "/ip/{ip}", IPS, |ctx| get(ctx, Kind::Ip)),
    op!(POST "/ip/{ip}", IPS, |ctx| warn(ctx, Kind::Ip)),
    op!(GET "/ip/{ip}/mac", IPS, ip_mac),
    op!(PUT "/ip/{ip}/mac", IP_MACS, set_ip_mac),
    op!(DELETE "/ip/{ip}/mac", IP_MACS, drop_ip_mac),
    op!(GET "/ip/{ip}/cancellation", IP_CANCELLATIONS, |ctx| cancellation(ctx, Kind::Ip)),
    op!(POST "/ip/{ip}/cancellation", IP_CANCELLATIONS, |ctx| cancel(ctx, Kind::Ip)),
    op!(DELETE "/ip/{ip}/cancellation", IP_CANCELLATIONS, |ctx| withdraw(ctx, Kind::Ip)),
    op!(GET "/subnet", SUBNETS, |ctx| list(ctx, Kind::Subnet)),
    op!(GET "/subnet/{net-ip}", SUBNETS, |ctx| get(ctx, Kind::Subnet)),
    op!(POST "/subnet/{net-ip}", SUBNETS, |ctx| warn(ctx, Kind::Subnet)),
    op!(GET "/subnet/{net-ip}/mac", SUBNETS, subnet_mac),
    op!(PUT "/subnet/{net-ip}/mac", SUBNET_MACS, set_subnet_mac),
    op!(DELETE "/subnet/{net-ip}/mac", SUBNET_MACS, drop_subnet_mac),
    op!(GET "/subnet/{net-ip}/cancellation", SUBNET_CANCELLATIONS, |ctx| cancellation(ctx, Kind::Subnet)),
    op!(POST "/subnet/{net-ip}/cancellation", SUBNET_CANCELLATIONS, |ctx| cancel(ctx, Kind::Subnet)),
    op!(DELETE "/subnet/{net-ip}/cancellation", SUBNET_CANCELLATIONS, |ctx| withdraw(ctx, Kind::Subnet)),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Ip,
    Subnet,
}

/// An address or a subnet.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Net {
    ip: IpAddr,
    pub(super) mask: u8,
    pub(super) server: u32,
    gateway: IpAddr,
    /// The one that a server came with, which stays as long as the server.
    is_main: bool,
    is_failover: bool,
    mac: Option<String>,
    warnings: Warnings,
    /// The day on which it ends.
    pub(super) cancellation: Option<String>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Warnings {
    are_on: bool,
    /// In MB.
    hourly: u64,
    daily: u64,
    /// In GB.
    monthly: u64,
}

/// Where every net of version 6 has its way out.
const LINK: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1);
/// The size of the nets that single addresses are in.
const SHARED: u32 = 26;

impl Net {
    pub(super) fn subnet(ip: IpAddr, mask: u8, server: u32, gateway: IpAddr) -> Self {
        Self {
            ip,
            mask,
            server,
            gateway,
            is_main: false,
            is_failover: false,
            mac: None,
            warnings: Warnings {
                are_on: true,
                hourly: 200,
                daily: 2000,
                monthly: 20,
            },
            cancellation: None,
        }
    }

    pub(super) fn single(ip: Ipv4Addr, server: u32) -> Self {
        let gateway = Ipv4Addr::from(u32::from(ip) >> (32 - SHARED) << (32 - SHARED) | 1);
        Self::subnet(ip.into(), 26, server, gateway.into())
    }

    pub(super) fn main(ip: Ipv4Addr, server: u32) -> Self {
        Self {
            is_main: true,
            ..Self::single(ip, server)
        }
    }

    /// One that can be led to any server. Version 4 goes by the main address of the server it was booked for.
    pub(super) fn failover(ip: IpAddr, mask: u8, server: u32, main: IpAddr) -> Self {
        let gateway = if ip.is_ipv6() { LINK.into() } else { main };
        Self {
            is_failover: true,
            ..Self::subnet(ip, mask, server, gateway)
        }
    }

    /// The net of version 6 that every server has.
    pub(super) fn main_v6(net: Ipv6Addr, server: u32) -> Self {
        Self {
            is_main: true,
            ..Self::subnet_v6(net, server)
        }
    }

    pub(super) fn subnet_v6(net: Ipv6Addr, server: u32) -> Self {
        Self::subnet(net.into(), 64, server, LINK.into())
    }

    pub(super) fn contains(&self, ip: IpAddr) -> bool {
        match (self.ip, ip) {
            (IpAddr::V4(net), IpAddr::V4(ip)) => {
                let shift = 32_u32.saturating_sub(self.mask.into());
                let prefix = |ip: Ipv4Addr| u32::from(ip).checked_shr(shift).unwrap_or_default();
                prefix(net) == prefix(ip)
            }
            (IpAddr::V6(net), IpAddr::V6(ip)) => {
                let shift = 128_u32.saturating_sub(self.mask.into());
                let prefix = |ip| u128::from(ip).checked_shr(shift).unwrap_or_default();
                prefix(net) == prefix(ip)
            }
            _ => false,
        }
    }

    fn broadcast(&self) -> IpAddr {
        match self.ip {
            IpAddr::V4(ip) => Ipv4Addr::from(u32::from(ip) | u32::MAX >> SHARED).into(),
            IpAddr::V6(ip) => ip.into(),
        }
    }

    fn render(&self, kind: Kind, account: &Account, is_whole: bool) -> Value {
        let mut shown = Map::new();
        let server = account.servers.get(&self.server);
        let mut put = |key: &str, value: Value| shown.insert(key.to_owned(), value);
        put("ip", json!(self.ip));
        match kind {
            Kind::Ip => {
                if is_whole {
                    // These three are in the answer about one address only.
                    put("gateway", json!(self.gateway));
                    put("mask", json!(self.mask));
                    put("broadcast", json!(self.broadcast()));
                }
                put("separate_mac", json!(self.mac));
            }
            Kind::Subnet => {
                put("mask", json!(self.mask));
                put("gateway", json!(self.gateway));
                put("failover", json!(self.is_failover));
            }
        }
        // Null for a server without an address of version 4.
        put("server_ip", json!(server.and_then(|server| server.ipv4)));
        put("server_number", json!(self.server));
        put("locked", json!(false));
        put("traffic_warnings", json!(self.warnings.are_on));
        put("traffic_hourly", json!(self.warnings.hourly));
        put("traffic_daily", json!(self.warnings.daily));
        put("traffic_monthly", json!(self.warnings.monthly));
        shown.into()
    }
}

impl Kind {
    fn wrapped(self, net: &Net, account: &Account, is_whole: bool) -> Value {
        let shown = net.render(self, account, is_whole);
        match self {
            Self::Ip => json!({"ip": shown}),
            Self::Subnet => json!({"subnet": shown}),
        }
    }

    fn not_found(self, ip: &str) -> Refusal {
        match self {
            Self::Ip => {
                Refusal::not_found("IP_NOT_FOUND", format!("The IP address {ip} was not found"))
            }
            Self::Subnet => {
                Refusal::not_found("SUBNET_NOT_FOUND", format!("The subnet {ip} was not found"))
            }
        }
    }
}

fn list(ctx: &mut Ctx<'_>, kind: Kind) -> Result<Answer, Refusal> {
    let wanted = form::value(&form::pairs(ctx.call.query), "server_ip").map(str::to_owned);
    let of_server = |account: &Account, server| {
        wanted
            .as_ref()
            .is_none_or(|ip| account.number_of(ip) == Some(server))
    };
    let account = &*ctx.account;
    let nets = match kind {
        Kind::Ip => account.ips.values(),
        Kind::Subnet => account.subnets.values(),
    };
    let nets = nets.filter(|net| of_server(account, net.server));
    let rows = nets.map(|net| kind.wrapped(net, account, false)).collect();
    ctx.list(rows, "NOT_FOUND")
}

/// The address or subnet that the path names, by its first address.
fn find<'a>(ctx: &'a mut Ctx<'_>, kind: Kind) -> Result<&'a mut Net, Refusal> {
    let written = ctx.parameter(0).to_owned();
    let ip = written.parse::<IpAddr>().ok();
    let nets = ctx.account.nets(kind);
    ip.and_then(|ip| nets.get_mut(&ip))
        .ok_or_else(|| kind.not_found(&written))
}

fn get(ctx: &mut Ctx<'_>, kind: Kind) -> Result<Answer, Refusal> {
    let net = find(ctx, kind)?.clone();
    Ok(json(200, &kind.wrapped(&net, ctx.account, true)))
}

fn warn(ctx: &mut Ctx<'_>, kind: Kind) -> Result<Answer, Refusal> {
    find(ctx, kind)?;
    let mut input = ctx.input();
    let is_on = input.flag("traffic_warnings");
    let hourly = input.number("traffic_hourly", 0, 1 << 40);
    let daily = input.number("traffic_daily", 0, 1 << 40);
    let monthly = input.number("traffic_monthly", 0, 1 << 40);
    input.finish()?;
    ctx.may_fail("TRAFFIC_WARNING_UPDATE_FAILED")?;
    let warnings = &mut find(ctx, kind)?.warnings;
    warnings.are_on = is_on.unwrap_or(warnings.are_on);
    warnings.hourly = hourly.unwrap_or(warnings.hourly);
    warnings.daily = daily.unwrap_or(warnings.daily);
    warnings.monthly = monthly.unwrap_or(warnings.monthly);
    get(ctx, kind)
}

fn no_mac() -> Refusal {
    Refusal::not_found(
        "MAC_NOT_AVAILABLE",
        "There cannot be a separate MAC address",
    )
}

/// An address that can have a MAC of its own: not the one that a server came with.
fn ip_with_mac<'a>(ctx: &'a mut Ctx<'_>) -> Result<&'a mut Net, Refusal> {
    let net = find(ctx, Kind::Ip)?;
    if net.is_main { Err(no_mac()) } else { Ok(net) }
}

fn render_ip_mac(net: &Net) -> Answer {
    json(200, &json!({"mac": {"ip": net.ip, "mac": net.mac}}))
}

fn ip_mac(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let net = ip_with_mac(ctx)?;
    if net.mac.is_none() {
        return Err(Refusal::not_found(
            "MAC_NOT_FOUND",
            "There is no separate MAC address",
        ));
    }
    Ok(render_ip_mac(net))
}

fn set_ip_mac(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    if ip_with_mac(ctx)?.mac.is_some() {
        return Err(Refusal::conflict(
            "MAC_ALREADY_SET",
            "There is a separate MAC address already",
        ));
    }
    ctx.may_fail("MAC_FAILED")?;
    let mac = ctx.account.mac();
    let net = ip_with_mac(ctx)?;
    net.mac = Some(mac);
    Ok(render_ip_mac(net))
}

fn drop_ip_mac(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    if ip_with_mac(ctx)?.mac.is_none() {
        // The code that is 404 where it is read.
        return Err(Refusal::conflict(
            "MAC_NOT_FOUND",
            "There is no separate MAC address",
        ));
    }
    ctx.may_fail("MAC_FAILED")?;
    let net = ip_with_mac(ctx)?;
    net.mac = None;
    Ok(render_ip_mac(net))
}

/// The MACs that a subnet can have, by address: that of its server, and those of the server's addresses.
fn possible_macs(account: &Account, server: u32) -> Map<String, Value> {
    let mut macs = Map::new();
    if let Some(server) = account.servers.get(&server) {
        let main = server
            .ipv4
            .map_or_else(|| server.ipv6_net.to_string(), |ip| ip.to_string());
        macs.insert(main, json!(server.mac));
    }
    for net in account.ips.values().filter(|net| net.server == server) {
        if let Some(mac) = &net.mac {
            macs.insert(net.ip.to_string(), json!(mac));
        }
    }
    macs
}

fn subnet_with_mac<'a>(ctx: &'a mut Ctx<'_>) -> Result<&'a mut Net, Refusal> {
    let net = find(ctx, Kind::Subnet)?;
    if net.is_failover {
        Err(no_mac())
    } else {
        Ok(net)
    }
}

fn subnet_mac(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let net = subnet_with_mac(ctx)?.clone();
    // A subnet without a MAC of its own shows that of its server, and no 404 as an address does.
    let own = ctx
        .account
        .servers
        .get(&net.server)
        .map(|server| server.mac.clone());
    let body = json!({"mac": {
        "ip": net.ip,
        // A text here and in cancellations, a number elsewhere.
        "mask": net.mask.to_string(),
        "mac": net.mac.or(own),
        "possible_mac": possible_macs(ctx.account, net.server),
    }});
    Ok(json(200, &body))
}

fn set_subnet_mac(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let server = subnet_with_mac(ctx)?.server;
    let mut input = ctx.input();
    let mac = input.required("mac");
    let possible = possible_macs(ctx.account, server);
    if !mac.is_empty() && !possible.values().any(|known| known == mac.as_str()) {
        input.refuse("mac");
    }
    input.finish()?;
    ctx.may_fail("MAC_FAILED")?;
    subnet_with_mac(ctx)?.mac = Some(mac);
    subnet_mac(ctx)
}

fn drop_subnet_mac(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    subnet_with_mac(ctx)?;
    ctx.may_fail("MAC_FAILED")?;
    // Back to the server's own, so that the answer still has one.
    subnet_with_mac(ctx)?.mac = None;
    subnet_mac(ctx)
}

/// What can be cancelled: what came with a server ends with it. Of subnets too the code is that of addresses.
fn cancellable<'a>(ctx: &'a mut Ctx<'_>, kind: Kind) -> Result<&'a mut Net, Refusal> {
    let written = ctx.parameter(0).to_owned();
    let net = find(ctx, kind).map_err(|_| Kind::Ip.not_found(&written))?;
    if net.is_main {
        return Err(Refusal::conflict(
            "CONFLICT",
            "The main address ends with its server",
        ));
    }
    Ok(net)
}

fn cancellation(ctx: &mut Ctx<'_>, kind: Kind) -> Result<Answer, Refusal> {
    let today = ctx.moment.today().to_string();
    let is_dashed = ctx.settings.has(Quirk::CancellationDash);
    let net = cancellable(ctx, kind)?;
    let key = if is_dashed {
        "cancellation-date"
    } else {
        "cancellation_date"
    };
    let mut shown = json!({
        "ip": net.ip,
        // A text in the cancellation of addresses, by the documentation's table.
        "server_number": net.server.to_string(),
        "earliest_cancellation_date": today,
        "cancelled": net.cancellation.is_some(),
    });
    shown[key] = json!(net.cancellation);
    if kind == Kind::Subnet {
        shown["mask"] = json!(net.mask.to_string());
    }
    Ok(json(200, &json!({"cancellation": shown})))
}

fn cancel(ctx: &mut Ctx<'_>, kind: Kind) -> Result<Answer, Refusal> {
    let moment = ctx.moment;
    let is_cancelled = cancellable(ctx, kind)?.cancellation.is_some();
    let mut input = ctx.input();
    let date = input.required("cancellation_date");
    let parsed = moment.date(&date, moment.today());
    if !date.is_empty() && parsed.is_none() {
        input.refuse("cancellation_date");
    }
    input.finish()?;
    if is_cancelled {
        return Err(Refusal::conflict("CONFLICT", "It is cancelled already"));
    }
    cancellable(ctx, kind)?.cancellation = parsed.map(|date| date.to_string());
    cancellation(ctx, kind)
}

fn withdraw(ctx: &mut Ctx<'_>, kind: Kind) -> Result<Answer, Refusal> {
    let net = cancellable(ctx, kind)?;
    if net.cancellation.take().is_none() {
        return Err(Refusal::conflict("CONFLICT", "It is not cancelled"));
    }
    cancellation(ctx, kind)
}
