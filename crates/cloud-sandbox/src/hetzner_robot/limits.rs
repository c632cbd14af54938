//! How many requests of a kind the service takes in an hour, or in a day.

use std::collections::HashMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

/// The budget that the operations of a group share. Which operations share one is known of reading servers only
/// (syself/hetzner-cloud-controller-manager#18); elsewhere those of a line in the documentation do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    name: &'static str,
    pub(super) requests: u32,
    pub(super) interval: Duration,
}

const fn hourly(name: &'static str, requests: u32) -> Limit {
    Limit {
        name,
        requests,
        interval: HOUR,
    }
}

const fn daily(name: &'static str, requests: u32) -> Limit {
    Limit {
        name,
        requests,
        interval: DAY,
    }
}

pub(super) const SERVERS: Limit = hourly("servers", 200);
pub(super) const SERVER_CHANGES: Limit = hourly("server changes", 200);
pub(super) const SERVER_CANCELLATIONS: Limit = hourly("server cancellations", 200);
pub(super) const RESETS: Limit = hourly("resets", 500);
pub(super) const RESET: Limit = hourly("reset", 50);
pub(super) const WAKES: Limit = hourly("wakes", 500);
pub(super) const WAKE: Limit = hourly("wake", 10);
pub(super) const BOOT: Limit = hourly("boot", 500);
pub(super) const IPS: Limit = hourly("ips", 5000);
pub(super) const IP_MACS: Limit = hourly("ip macs", 10);
pub(super) const IP_CANCELLATIONS: Limit = hourly("ip cancellations", 200);
pub(super) const SUBNETS: Limit = hourly("subnets", 5000);
pub(super) const SUBNET_MACS: Limit = hourly("subnet macs", 10);
pub(super) const SUBNET_CANCELLATIONS: Limit = hourly("subnet cancellations", 200);
pub(super) const FAILOVERS: Limit = hourly("failovers", 100);
pub(super) const FAILOVER: Limit = hourly("failover", 50);
pub(super) const RDNS: Limit = hourly("rdns", 500);
pub(super) const TRAFFIC: Limit = hourly("traffic", 200);
pub(super) const KEYS: Limit = hourly("keys", 500);
pub(super) const KEY_CHANGES: Limit = hourly("key changes", 200);
pub(super) const ORDERS: Limit = hourly("orders", 500);
pub(super) const SERVER_ORDER: Limit = daily("server order", 20);
pub(super) const MARKET_ORDER: Limit = daily("market order", 20);
pub(super) const ADDON_ORDER: Limit = daily("addon order", 20);
pub(super) const FIREWALL: Limit = hourly("firewall", 500);
pub(super) const VSWITCHES: Limit = hourly("vswitches", 500);
pub(super) const VSWITCH_CHANGES: Limit = hourly("vswitch changes", 100);

/// What was asked for so far.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(super) struct Budgets(HashMap<String, Window>);

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
struct Window {
    since: Duration,
    requests: u32,
}

impl Budgets {
    /// Counts a request, unless it is one too many. A window begins with its first request; whether that of the real
    /// service slides is not known.
    pub(super) fn take(&mut self, limit: &Limit, now: Duration) -> bool {
        let fresh = Window {
            since: now,
            requests: 0,
        };
        let window = self.0.entry(limit.name.to_owned()).or_insert(fresh);
        if now.saturating_sub(window.since) >= limit.interval {
            *window = fresh;
        }
        let is_allowed = window.requests < limit.requests;
        // Requests too many are not counted, so that the window ends for one who keeps asking.
        window.requests += u32::from(is_allowed);
        is_allowed
    }
}
