//! Servers, and how they are cancelled.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::route::Route;

use super::account::Account;
use super::boot::Activation;
use super::error::{Refusal, json};
use super::firewall::Firewall;
use super::limits::{SERVER_CANCELLATIONS, SERVER_CHANGES, SERVERS};
use super::moment::Moment;
use super::settings::Quirk;
use super::{Ctx, Does, op};

pub(super) const ROUTES: &[Route<Does>] = &[
    op!(GET "/server", SERVERS, list),
    op!(GET "/server/{server-number}", SERVERS, get),
    op!(POST "/server/{server-number}", SERVER_CHANGES, rename),
    op!(GET "/server/{server-number}/cancellation", SERVER_CANCELLATIONS, cancellation),
    op!(POST "/server/{server-number}/cancellation", SERVER_CANCELLATIONS, cancel),
    op!(DELETE "/server/{server-number}/cancellation", SERVER_CANCELLATIONS, withdraw),
];

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Server {
    pub(super) number: u32,
    pub(super) name: String,
    pub(super) product: String,
    pub(super) dc: String,
    pub(super) traffic: String,
    pub(super) ipv4: Option<Ipv4Addr>,
    pub(super) ipv6_net: Ipv6Addr,
    pub(super) mac: String,
    /// The kinds of reset that it has.
    pub(super) resets: Vec<String>,
    pub(super) wol: bool,
    pub(super) windows: bool,
    /// Somebody's own machine: it has no boot configuration, no firewall and no vSwitch.
    pub(super) colocation: bool,
    pub(super) reservation_possible: bool,
    pub(super) ready_at: Duration,
    pub(super) running: bool,
    /// When the technician will have come.
    pub(super) manual_until: Option<Duration>,
    pub(super) boot: Option<Activation>,
    /// What was activated before the last start, by kind.
    pub(super) last: BTreeMap<String, Activation>,
    pub(super) cancellation: Option<Cancellation>,
    pub(super) firewall: Firewall,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Cancellation {
    pub(super) date: String,
    reason: Option<String>,
    reserved: bool,
}

impl Server {
    /// What stands in most answers about a server.
    pub(super) fn identity(&self) -> Map<String, Value> {
        let mut identity = Map::new();
        identity.insert("server_ip".to_owned(), json!(self.ipv4));
        identity.insert("server_ipv6_net".to_owned(), json!(self.ipv6_net));
        identity.insert("server_number".to_owned(), json!(self.number));
        identity
    }

    fn render(&self, account: &Account, moment: Moment, is_whole: bool) -> Value {
        let own = |server: u32| server == self.number;
        let ips = account.ips.iter().filter(|(_, net)| own(net.server));
        let ips: Vec<_> = ips.map(|(ip, _)| ip).collect();
        let subnets = account.subnets.iter().filter(|(_, net)| own(net.server));
        let subnets: Vec<_> = subnets
            // The mask is a text here.
            .map(|(ip, net)| json!({"ip": ip, "mask": net.mask.to_string()}))
            .collect();
        let mut shown = self.identity();
        let status = if self.ready_at > moment.now {
            "in process"
        } else {
            "ready"
        };
        let mut put = |key: &str, value: Value| shown.insert(key.to_owned(), value);
        put("server_name", json!(self.name));
        put("product", json!(self.product));
        put("dc", json!(self.dc));
        put("traffic", json!(self.traffic));
        put("status", json!(status));
        put("cancelled", json!(self.cancellation.is_some()));
        put("paid_until", json!(moment.paid_until()));
        // Null, as seen in MathiasPius/hrobot-rs#5.
        put(
            "ip",
            if ips.is_empty() {
                Value::Null
            } else {
                json!(ips)
            },
        );
        put(
            "subnet",
            if subnets.is_empty() {
                Value::Null
            } else {
                json!(subnets)
            },
        );
        // In lists too, as in the fixtures of Ansible's modules.
        put("linked_storagebox", Value::Null);
        // The list lacks these flags (documentation of `GET /server`).
        if is_whole {
            for (flag, has) in [
                ("reset", !self.resets.is_empty()),
                ("rescue", !self.colocation),
                ("vnc", !self.colocation),
                ("windows", self.windows),
                ("plesk", false),
                ("cpanel", false),
                ("wol", self.wol),
                ("hot_swap", false),
            ] {
                put(flag, json!(has));
            }
        }
        json!({"server": shown})
    }

    fn render_cancellation(&self, moment: Moment, reserved: &str) -> Value {
        let mut shown = self.identity();
        let mut put = |key: &str, value: Value| shown.insert(key.to_owned(), value);
        let cancellation = self.cancellation.as_ref();
        put("server_name", json!(self.name));
        put(
            "earliest_cancellation_date",
            json!(earliest(moment).to_string()),
        );
        put("cancelled", json!(cancellation.is_some()));
        put("reservation_possible", json!(self.reservation_possible));
        put(reserved, json!(cancellation.is_some_and(|c| c.reserved)));
        put("cancellation_date", json!(cancellation.map(|c| &c.date)));
        put(
            "cancellation_reason",
            // The reasons to choose from until one is chosen, then that one or null.
            cancellation.map_or_else(|| json!(REASONS), |c| json!(c.reason)),
        );
        json!({"cancellation": shown})
    }
}

/// What may be given as a reason; anything else is taken as well.
const REASONS: &[&str] = &[
    "The server is no longer needed",
    "Replaced by another server",
    "Too expensive",
    "Dissatisfied with the network",
    "Dissatisfied with the hardware",
    "Dissatisfied with the support",
];

/// Servers can be cancelled with two weeks' notice, which is our guess: what the real service asks for depends on the
/// contract.
fn earliest(moment: Moment) -> Date {
    moment.in_days(14)
}

fn list(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let account = &*ctx.account;
    let servers = account.servers.values();
    let rows = servers
        .map(|server| server.render(account, ctx.moment, false))
        .collect();
    ctx.list(rows, "SERVER_NOT_FOUND")
}

fn show(ctx: &Ctx<'_>, number: u32) -> Result<Answer, Refusal> {
    let server = ctx.account.server(number)?;
    Ok(json(200, &server.render(ctx.account, ctx.moment, true)))
}

fn get(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let number = ctx.server()?.number;
    show(ctx, number)
}

fn rename(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let number = ctx.server()?.number;
    let mut input = ctx.input();
    let name = input.required("server_name");
    input.finish()?;
    ctx.server()?.name = name;
    show(ctx, number)
}

fn cancellation(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let moment = ctx.moment;
    let key = if ctx.settings.has(Quirk::Reservation) {
        "reservation"
    } else {
        "reserved"
    };
    Ok(json(200, &ctx.server()?.render_cancellation(moment, key)))
}

fn cancel(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    let moment = ctx.moment;
    let server = ctx.server()?;
    let (is_possible, is_cancelled) = (server.reservation_possible, server.cancellation.is_some());
    let mut input = ctx.input();
    let date = input.required("cancellation_date");
    let date = (!date.is_empty())
        .then(|| moment.date(&date, earliest(moment)))
        .flatten();
    let reason = input.optional("cancellation_reason");
    let reserved = input.flag("reserve_location");
    if input.has("cancellation_date") && date.is_none() {
        input.refuse("cancellation_date");
    }
    // Required exactly where there is a choice (documentation of the cancellation).
    if is_possible && !input.has("reserve_location") {
        input.lack("reserve_location");
    }
    input.finish()?;
    if is_cancelled {
        return Err(Refusal::conflict(
            "CONFLICT",
            "The server is cancelled already",
        ));
    }
    if reserved == Some(true) && !is_possible {
        return Err(Refusal::conflict(
            "SERVER_CANCELLATION_RESERVE_LOCATION_FALSE_ONLY",
            "The location of this server cannot be reserved",
        ));
    }
    ctx.may_fail("INTERNAL_ERROR")?;
    let server = ctx.server()?;
    server.cancellation = date.map(|date| Cancellation {
        date: date.to_string(),
        reason,
        reserved: reserved.unwrap_or(false),
    });
    // POST has had this name in all sources; GET is where they differ.
    Ok(json(200, &server.render_cancellation(moment, "reserved")))
}

fn withdraw(ctx: &mut Ctx<'_>) -> Result<Answer, Refusal> {
    if ctx.server()?.cancellation.is_none() {
        return Err(Refusal::conflict("CONFLICT", "The server is not cancelled"));
    }
    ctx.may_fail("INTERNAL_ERROR")?;
    ctx.server()?.cancellation = None;
    // Nothing comes back here, unlike for addresses and subnets, which are shown.
    Ok(Answer::empty(200))
}
