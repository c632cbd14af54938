//! The state of the account, and how it changes as time passes.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::rate::Bucket;
use crate::service;

use super::access::Access;
use super::bills::{self, Ledger};
use super::me::Me;
use super::services::Services;
use super::settings::{ACCOUNT, Settings};
use super::task::Task;
use super::zones::{self, Zone};
use super::{cloud, domains, emails, iam, ips, private_databases, servers, sms, vps};

#[derive(serde::Deserialize, serde::Serialize)]
pub(crate) struct Account {
    now: SystemTime,
    next_id: i64,
    #[serde(with = "crate::keep::rng")]
    pub(crate) rng: fastrand::Rng,
    pub(crate) buckets: HashMap<String, Bucket>,
    pub(crate) access: Access,
    /// Services that nobody paid for, by the beginning of their paths.
    pub(crate) expired: Vec<String>,
    pub(crate) me: Me,
    pub(crate) ledger: Ledger,
    pub(crate) zones: BTreeMap<String, Zone>,
    #[serde(deserialize_with = "crate::keep::by_word")]
    pub(crate) services: Services,
    /// What is about to be ordered, by the ids of the carts.
    pub(crate) carts: BTreeMap<String, Value>,
    pub(crate) tasks: BTreeMap<i64, Task>,
    pub(crate) policies: Vec<Value>,
    /// Groups of resources, which policies can be about.
    pub(crate) groups: Vec<Value>,
    /// What IAM knows, by URN.
    pub(crate) resources: BTreeMap<String, Value>,
    #[serde(skip)]
    later: BTreeMap<(SystemTime, u64), Effect>,
    next_effect: u64,
}

/// What is different once some time has passed.
pub(crate) type Effect = Box<dyn FnOnce(&mut Account) + Send>;

impl Account {
    pub(crate) fn new(settings: &Settings, seed: u64, epoch: SystemTime, unit: Duration) -> Self {
        let mut account = Self {
            now: epoch,
            // Beyond 32 bits, as the real ones of records have been since 2026.
            next_id: 5_420_000_000,
            rng: fastrand::Rng::with_seed(seed),
            buckets: HashMap::new(),
            access: Access::new(settings, epoch),
            expired: Vec::new(),
            me: Me::seeded(),
            ledger: bills::seeded(settings.bills, epoch, unit),
            zones: BTreeMap::new(),
            services: Services::new(),
            carts: BTreeMap::new(),
            tasks: BTreeMap::new(),
            policies: Vec::new(),
            groups: Vec::new(),
            resources: BTreeMap::new(),
            later: BTreeMap::new(),
            next_effect: 0,
        };
        iam::seed(&mut account, settings);
        zones::seed(&mut account, &settings.zones);
        domains::seed(&mut account);
        emails::seed(&mut account);
        servers::seed(&mut account);
        vps::seed(&mut account);
        ips::seed(&mut account);
        cloud::seed(&mut account);
        sms::seed(&mut account);
        private_databases::seed(&mut account);
        account
    }

    pub(crate) fn now(&self) -> SystemTime {
        self.now
    }

    /// When the work that is under way will have ended, if there is any.
    pub(crate) fn busy_until(&self) -> Option<SystemTime> {
        self.later.keys().next_back().map(|(at, _)| *at)
    }

    /// Lets happen what was due until now.
    pub(crate) fn settle(&mut self, now: SystemTime) {
        while let Some(first) = self
            .later
            .first_entry()
            .filter(|entry| entry.key().0 <= now)
        {
            // What happens is dated by when it was due, however late a request asks.
            let ((due, _), effect) = first.remove_entry();
            self.now = due;
            effect(self);
        }
        self.now = now;
    }

    /// Lets something happen later: with the next request at the earliest, even without any delay.
    pub(crate) fn after(
        &mut self,
        delay: Duration,
        effect: impl FnOnce(&mut Self) + Send + 'static,
    ) {
        self.next_effect += 1;
        self.later
            // The number keeps effects of one moment apart, and in the order in which they were asked for.
            .insert((self.now + delay, self.next_effect), Box::new(effect));
    }

    /// An id that nothing else has.
    pub(crate) fn id(&mut self) -> i64 {
        self.next_id += 1;
        self.next_id
    }

    /// What IAM knows of a service: a part of the service itself.
    pub(crate) fn resource(&mut self, kind: &'static str, name: &str, tags: &Value) -> Value {
        let (id, urn) = (self.uuid(), format!("urn:v1:eu:resource:{kind}:{name}"));
        let metadata = json!({"id": id, "urn": urn, "displayName": name, "tags": tags});
        let mut resource = metadata.clone();
        resource["name"] = json!(name);
        resource["owner"] = json!(ACCOUNT);
        resource["type"] = json!(kind);
        self.resources.insert(urn, resource);
        metadata
    }

    /// Letters and digits that nobody guesses.
    pub(crate) fn random(&mut self, length: usize) -> String {
        (0..length).map(|_| self.rng.alphanumeric()).collect()
    }

    pub(crate) fn uuid(&mut self) -> String {
        service::uuid(&mut self.rng)
    }
}
