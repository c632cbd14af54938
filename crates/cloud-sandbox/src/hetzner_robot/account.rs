//! The state of the account, and how it changes as time passes.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use super::error::Refusal;
use super::failover::Failover;
use super::firewall::Template;
use super::keys::Key;
use super::limits::Budgets;
use super::lockout::Lockout;
use super::moment::Moment;
use super::nets::{Kind, Net};
use super::orders::{self, Order};
use super::servers::Server;
use super::vswitches::VSwitch;
use super::{reset, seed};

#[derive(Deserialize, Serialize)]
pub(super) struct Account {
    pub(super) servers: BTreeMap<u32, Server>,
    pub(super) ips: BTreeMap<IpAddr, Net>,
    pub(super) subnets: BTreeMap<IpAddr, Net>,
    pub(super) failovers: BTreeMap<IpAddr, Failover>,
    pub(super) rdns: BTreeMap<IpAddr, String>,
    pub(super) keys: BTreeMap<String, Key>,
    pub(super) templates: BTreeMap<u32, Template>,
    pub(super) vswitches: BTreeMap<u32, VSwitch>,
    pub(super) orders: Vec<Order>,
    /// Products of the auction that somebody has.
    pub(super) sold: BTreeSet<u64>,
    pub(super) budgets: Budgets,
    pub(super) lockout: Lockout,
    #[serde(with = "crate::keep::rng")]
    pub(super) rng: fastrand::Rng,
    next_id: u32,
}

impl Account {
    pub(super) fn new(random: u64) -> Self {
        let mut account = Self {
            servers: BTreeMap::new(),
            ips: BTreeMap::new(),
            subnets: BTreeMap::new(),
            failovers: BTreeMap::new(),
            rdns: BTreeMap::new(),
            keys: BTreeMap::new(),
            templates: BTreeMap::new(),
            vswitches: BTreeMap::new(),
            orders: Vec::new(),
            sold: BTreeSet::new(),
            budgets: Budgets::default(),
            lockout: Lockout::default(),
            rng: fastrand::Rng::with_seed(random),
            next_id: 0,
        };
        seed::plant(&mut account);
        account
    }

    /// Lets happen what was due until now.
    pub(super) fn settle(&mut self, moment: Moment) {
        let now = moment.now;
        for server in self.servers.values_mut() {
            if server.manual_until.is_some_and(|until| until <= now) {
                let at = server.manual_until.take().unwrap_or(now);
                // At the time that was due, not now: `boot_time` shows it.
                reset::start(server, at, &mut self.rng);
            }
        }
        for vswitch in self.vswitches.values_mut() {
            vswitch.settle(now);
        }
        orders::settle(self, now);
        self.forget_cancelled(moment);
    }

    /// What was cancelled is there until the day has ended.
    fn forget_cancelled(&mut self, moment: Moment) {
        let today = moment.today().to_string();
        let is_over = |date: &Option<String>| date.as_ref().is_some_and(|date| *date < today);
        let servers: Vec<u32> = self
            .servers
            .values()
            .filter(|server| server.cancellation.as_ref().is_some_and(|c| c.date < today))
            .map(|server| server.number)
            .collect();
        for number in servers {
            self.servers.remove(&number);
            // A failover address belongs to the server that it was booked for, wherever it leads
            // (ubicloud/ubicloud#205).
            self.failovers
                .retain(|_, failover| failover.server != number);
            for vswitch in self.vswitches.values_mut() {
                vswitch.members.retain(|member| member.server != number);
            }
            self.ips.retain(|_, net| net.server != number);
            self.subnets.retain(|_, net| net.server != number);
        }
        self.ips.retain(|_, net| !is_over(&net.cancellation));
        self.subnets.retain(|_, net| !is_over(&net.cancellation));
        let (subnets, servers) = (&self.subnets, &self.servers);
        self.failovers.retain(|ip, failover| {
            if failover
                .target
                .is_some_and(|target| !servers.contains_key(&target))
            {
                // The address stays booked when only its target is gone.
                failover.target = None;
            }
            subnets.contains_key(ip)
        });
        let lost: Vec<IpAddr> = self
            .rdns
            .keys()
            .filter(|ip| self.owner(**ip).is_none())
            .copied()
            .collect();
        for ip in lost {
            self.rdns.remove(&ip);
        }
    }

    /// An id that nothing else has.
    pub(super) fn id(&mut self) -> u32 {
        self.next_id += 1;
        4_300 + self.next_id
    }

    pub(super) fn server(&self, number: u32) -> Result<&Server, Refusal> {
        let server = self.servers.get(&number);
        server.ok_or_else(|| Refusal::server_not_found(&number.to_string()))
    }

    /// The number of the server that a number or, as of old, a main address of version 4 stands for.
    pub(super) fn number_of(&self, server: &str) -> Option<u32> {
        // A number first; the main address is a deprecated alias that clients still send (aszlig/hetzner#53).
        if let Ok(number) = server.parse() {
            return self.servers.contains_key(&number).then_some(number);
        }
        let ip: Ipv4Addr = server.parse().ok()?;
        let is_main = |server: &&Server| server.ipv4 == Some(ip);
        self.servers
            .values()
            .find(is_main)
            .map(|server| server.number)
    }

    pub(super) fn nets(&mut self, kind: Kind) -> &mut BTreeMap<IpAddr, Net> {
        match kind {
            Kind::Ip => &mut self.ips,
            Kind::Subnet => &mut self.subnets,
        }
    }

    /// The server that an address belongs to.
    pub(super) fn owner(&self, ip: IpAddr) -> Option<u32> {
        // Single addresses before nets: a failover net may contain one.
        let single = self.ips.get(&ip);
        let net = single.or_else(|| self.subnets.values().find(|net| net.contains(ip)));
        net.map(|net| net.server)
    }

    pub(super) fn mac(&mut self) -> String {
        let bytes = self.rng.u32(..).to_be_bytes();
        // A range of the locally administered ones.
        format!(
            "02:5a:{:02x}:{:02x}:{:02x}:{:02x}",
            bytes[0], bytes[1], bytes[2], bytes[3]
        )
    }

    /// Letters and digits that nobody guesses.
    pub(super) fn password(&mut self) -> String {
        (0..14).map(|_| self.rng.alphanumeric()).collect()
    }

    /// A new server, whose address and net are new too.
    pub(super) fn install(&mut self, mut server: Server, with_ipv4: bool) {
        server.number = self
            .servers
            .keys()
            .next_back()
            .map_or(321_001, |last| last + 1);
        let serial = self.id();
        server.ipv6_net =
            Ipv6Addr::from(0x2001_0db8_00aa_0000_u128 << 64 | u128::from(serial) << 64);
        server.mac = self.mac();
        if with_ipv4 {
            let ip = self.free_ipv4();
            server.ipv4 = Some(ip);
            self.ips.insert(ip.into(), Net::main(ip, server.number));
        }
        let net = IpAddr::from(server.ipv6_net);
        self.subnets
            .insert(net, Net::main_v6(server.ipv6_net, server.number));
        self.servers.insert(server.number, server);
    }

    /// An address that nobody has, of the nets for benchmarks.
    pub(super) fn free_ipv4(&mut self) -> Ipv4Addr {
        let serial = self.id();
        Ipv4Addr::from(u32::from(Ipv4Addr::new(198, 18, 0, 0)) + serial)
    }
}
