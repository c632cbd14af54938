//! The state of one project, and how it changes as time passes.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::rate::Bucket;

use super::certificates::Certificate;
use super::error::Refusal;
use super::firewalls::{self, Firewall};
use super::floating_ips::FloatingIp;
use super::images::{self, Image};
use super::load_balancers::LoadBalancer;
use super::networks::Network;
use super::placement_groups::PlacementGroup;
use super::primary_ips::{self, PrimaryIp};
use super::servers::{Private, Server, status};
use super::ssh_keys::SshKey;
use super::storage_boxes::{self, StorageBox};
use super::timestamp;
use super::volumes::Volume;
use super::zones::Zone;

mod action;
mod effect;
mod table;

pub(crate) use action::{Action, ActionState, Kind};
pub(crate) use effect::Effect;
pub(crate) use table::{Named, Table, named};

#[derive(serde::Deserialize, serde::Serialize)]
pub(crate) struct Project {
    epoch: SystemTime,
    now: Duration,
    pub(crate) bucket: Bucket,
    pub(crate) servers: Table<Server>,
    pub(crate) images: BTreeMap<i64, Image>,
    pub(crate) ssh_keys: Table<SshKey>,
    pub(crate) placement_groups: Table<PlacementGroup>,
    pub(crate) certificates: Table<Certificate>,
    pub(crate) firewalls: Table<Firewall>,
    pub(crate) floating_ips: Table<FloatingIp>,
    pub(crate) networks: Table<Network>,
    pub(crate) primary_ips: Table<PrimaryIp>,
    pub(crate) volumes: Table<Volume>,
    pub(crate) load_balancers: Table<LoadBalancer>,
    pub(crate) zones: Table<Zone>,
    pub(crate) storage_boxes: BTreeMap<i64, StorageBox>,
    pub(crate) actions: BTreeMap<i64, Action>,
    /// How many actions about a resource are running.
    #[serde(skip)]
    running: HashMap<(Kind, i64), u32>,
    #[serde(with = "plans")]
    events: BTreeMap<(Duration, u64), Event>,
    next_event: u64,
}

enum Event {
    /// The end of an action.
    End(i64),
    /// The end of a shutdown, if nothing else has happened to the server since.
    ShutDown(i64),
    /// A plan of a storage box takes a snapshot, if it is still the plan of this number.
    Snapshot { storage_box: i64, plan: u64 },
}

impl Project {
    pub(crate) fn new(epoch: SystemTime, bucket: Bucket) -> Self {
        Self {
            epoch,
            now: Duration::ZERO,
            bucket,
            servers: Table::new(),
            images: BTreeMap::new(),
            ssh_keys: Table::new(),
            placement_groups: Table::new(),
            certificates: Table::new(),
            firewalls: Table::new(),
            floating_ips: Table::new(),
            networks: Table::new(),
            primary_ips: Table::new(),
            volumes: Table::new(),
            load_balancers: Table::new(),
            zones: Table::new(),
            storage_boxes: BTreeMap::new(),
            actions: BTreeMap::new(),
            running: HashMap::new(),
            events: BTreeMap::new(),
            next_event: 0,
        }
    }

    /// When the work that is under way will have ended, if there is any.
    pub(super) fn busy_until(&self) -> Option<Duration> {
        let works = self
            .events
            .iter()
            .filter_map(|((at, _), event)| match event {
                Event::End(_) | Event::ShutDown(_) => Some(*at),
                // A plan always has a next snapshot, so it would never be over.
                Event::Snapshot { .. } => None,
            });
        works.max()
    }

    /// How much there is of what.
    #[cfg(feature = "serve")]
    pub(super) fn holdings(&self) -> [(&'static str, usize); 14] {
        [
            ("servers", self.servers.rows().count()),
            ("images", self.images.len()),
            ("volumes", self.volumes.rows().count()),
            ("networks", self.networks.rows().count()),
            ("firewalls", self.firewalls.rows().count()),
            ("floating_ips", self.floating_ips.rows().count()),
            ("primary_ips", self.primary_ips.rows().count()),
            ("load_balancers", self.load_balancers.rows().count()),
            ("certificates", self.certificates.rows().count()),
            ("ssh_keys", self.ssh_keys.rows().count()),
            ("placement_groups", self.placement_groups.rows().count()),
            ("zones", self.zones.rows().count()),
            ("storage_boxes", self.storage_boxes.len()),
            ("actions", self.actions.len()),
        ]
    }

    pub(crate) fn add_default_network(&mut self) {
        self.networks.insert(Network::seeded(timestamp(self.epoch)));
    }

    pub(crate) fn now(&self) -> Duration {
        self.now
    }

    pub(crate) fn wall(&self) -> SystemTime {
        self.epoch + self.now
    }

    /// The present moment as the API writes it.
    pub(crate) fn stamp(&self) -> String {
        timestamp(self.wall())
    }

    /// Lets everything happen that was due by now, each at its time.
    pub(crate) fn settle(&mut self, now: Duration) {
        while let Some(entry) = self
            .events
            .first_entry()
            // In order of time: what one event schedules may be due within the same span.
            .filter(|entry| entry.key().0 <= now)
        {
            // Each event sees the time at which it was due, not the one at which somebody asked.
            self.now = entry.key().0;
            match entry.remove() {
                Event::End(action) => self.end(action),
                Event::ShutDown(server) => {
                    if let Some(server) = self
                        .servers
                        .get_mut(server)
                        // Somebody may have switched it on again, or deleted it, since the shutdown was sent.
                        .filter(|s| s.status == status::STOPPING)
                    {
                        server.arrive(status::OFF);
                    }
                }
                Event::Snapshot { storage_box, plan } => {
                    storage_boxes::take_snapshot(self, storage_box, plan);
                }
            }
        }
        self.now = now;
    }

    fn schedule(&mut self, at: Duration, event: Event) {
        self.next_event += 1;
        // The number keeps events of one moment apart, and in the order in which they were planned.
        self.events.insert((at, self.next_event), event);
    }

    pub(crate) fn schedule_snapshot(&mut self, wait: Duration, storage_box: i64, plan: u64) {
        self.schedule(
            self.now.saturating_add(wait),
            Event::Snapshot { storage_box, plan },
        );
    }

    pub(crate) fn start(
        &mut self,
        id: i64,
        command: &'static str,
        duration: Duration,
        resources: Vec<(Kind, i64)>,
        effect: Option<Effect>,
        fail: Option<(String, String)>,
    ) {
        let ends = self.now.saturating_add(duration);
        let state = ActionState::Running;
        for resource in &resources {
            // A count and no flag: a creation and its next actions run at the same time about one server.
            *self.running.entry(*resource).or_default() += 1;
        }
        self.actions.insert(
            id,
            Action {
                id,
                command,
                started: self.now,
                ends,
                state,
                resources,
                effect,
                fail,
            },
        );
        self.schedule(ends, Event::End(id));
    }

    fn end(&mut self, id: i64) {
        let Some(action) = self.actions.get_mut(&id) else {
            return;
        };
        // Taken out, since effects run once and need the whole project.
        let effect = action.effect.take();
        let failure = action
            .fail
            .take()
            .or_else(|| impossible(effect.as_ref(), &self.servers));
        let state = failure.map_or(ActionState::Success, |(code, message)| ActionState::Error {
            code,
            message,
        });
        action.state = state.clone();
        for resource in &action.resources {
            if let Entry::Occupied(mut running) = self.running.entry(*resource) {
                *running.get_mut() -= 1;
                if *running.get() == 0 {
                    running.remove();
                }
            }
        }
        match effect {
            Some(effect) if state != ActionState::Success => self.give_up(effect, &state),
            Some(effect) => self.apply(effect),
            None => {}
        }
    }
    /// Nothing, when the server was deleted in the meantime.
    pub(crate) fn with_server(&mut self, id: i64, change: impl FnOnce(&mut Server)) {
        if let Some(server) = self.servers.get_mut(id) {
            change(server);
        }
    }

    fn remove_server(&mut self, id: i64) {
        // Backups go with their server; snapshots stay (API documentation of images).
        self.delete_backups(id);
        // Read before the server is gone, for only it knows them.
        let addresses = self
            .servers
            .get(id)
            .map(|server| [server.ipv4, server.ipv6]);
        primary_ips::leave(self, addresses.into_iter().flatten().flatten());
        self.servers.remove(id);
        firewalls::leave(self, id);
        let balancers: Vec<i64> = self
            .load_balancers
            .select(None)
            .iter()
            .map(|balancer| balancer.id())
            .collect();
        for balancer in balancers {
            if let Some(balancer) = self.load_balancers.get_mut(balancer) {
                balancer.forget(id);
            }
        }
        self.settle_group(id);
        for network in self.networks.rows_mut() {
            network.release(id);
        }
        for volume in self
            .volumes
            .rows_mut()
            .filter(|volume| volume.server == Some(id))
        {
            volume.server = None;
        }
        for address in self
            .floating_ips
            .rows_mut()
            .filter(|address| address.server == Some(id))
        {
            address.server = None;
        }
    }

    /// Gives the addresses back that somebody has in a network.
    fn release(&mut self, network: Option<i64>, owner: i64) {
        if let Some(network) = network.and_then(|network| self.networks.get_mut(network)) {
            network.release(owner);
        }
    }

    /// The load balancers that send requests to a server.
    pub(crate) fn load_balancers_of(&self, server: i64) -> Vec<i64> {
        let all = self.load_balancers.select(None).into_iter();
        all.filter(|balancer| balancer.serves(server, self))
            .map(LoadBalancer::id)
            .collect()
    }

    pub(crate) fn delete_backups(&mut self, server: i64) {
        let now = self.stamp();
        for image in self
            .images
            .values_mut()
            .filter(|image| image.bound_to == Some(server))
        {
            // One that was deleted before keeps its own time.
            image.deleted.get_or_insert_with(|| now.clone());
        }
    }

    /// A server has seven slots for backups; the oldest make room.
    fn rotate_backups(&mut self, server: i64, now: &str) {
        let mut backups: Vec<&mut Image> = self
            .images
            .values_mut()
            .filter(|i| {
                // One that is being made does not count yet; it does at its own end.
                i.bound_to == Some(server) && i.deleted.is_none() && i.status == images::AVAILABLE
            })
            .collect();
        let excess = backups.len().saturating_sub(7);
        for image in backups.iter_mut().take(excess) {
            image.deleted = Some(now.to_owned());
        }
    }

    /// Makes the places taken in groups those of the group that the server is in.
    fn settle_group(&mut self, server: i64) {
        let group = self
            .servers
            .get(server)
            .and_then(|server| server.placement_group);
        // All groups, not only the one: the server may have been reserved in one that it does not get.
        let ids: Vec<i64> = self
            .placement_groups
            .select(None)
            .iter()
            .map(|group| group.id)
            .collect();
        for id in ids {
            if let Some(row) = self.placement_groups.get_mut(id) {
                if group == Some(id) {
                    row.servers.insert(server);
                } else {
                    row.servers.remove(&server);
                }
            }
        }
    }

    /// Makes the addresses taken in a network those that the server has.
    fn settle_network(&mut self, server: i64, network: i64) {
        let private = self
            .servers
            .get(server)
            .and_then(|s| s.private.iter().find(|p| p.network == network));
        if let Some(network) = self.networks.get_mut(network) {
            // First everything, then what it has now: addresses reserved for a change that failed go as well.
            network.release(server);
            for ip in private.into_iter().flat_map(Private::addresses) {
                network.taken.insert(ip, server);
            }
        }
    }

    /// Whether an action locks the resource. It does so from its start to its end, however it ends.
    pub(crate) fn is_locked(&self, resource: (Kind, i64)) -> bool {
        resource.0.is_locked_by_actions() && self.running.contains_key(&resource)
    }

    /// Refuses to work on a resource that an action locks.
    pub(crate) fn check_unlocked(&self, resource: (Kind, i64)) -> Result<(), Refusal> {
        if self.is_locked(resource) {
            return Err(Refusal::locked(resource.0.words()));
        }
        Ok(())
    }

    pub(crate) fn action(&self, id: i64) -> Value {
        self.actions
            .get(&id)
            .map_or(Value::Null, |action| self.render_action(action))
    }
}

/// The plans of storage boxes, which are what is to come while no work is under way.
mod plans {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    use super::Event;

    type Events = BTreeMap<(Duration, u64), Event>;

    pub(super) fn serialize<S: Serializer>(events: &Events, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(events.iter().filter_map(|(when, event)| match event {
            Event::Snapshot { storage_box, plan } => Some((when, storage_box, plan)),
            Event::End(_) | Event::ShutDown(_) => None,
        }))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Events, D::Error> {
        let plans = Vec::<((Duration, u64), i64, u64)>::deserialize(from)?;
        let event = |(when, storage_box, plan)| (when, Event::Snapshot { storage_box, plan });
        Ok(plans.into_iter().map(event).collect())
    }
}

/// Why an action cannot succeed in the state that it finds at its end.
fn impossible(effect: Option<&Effect>, servers: &Table<Server>) -> Option<(String, String)> {
    // The API takes a reboot or reset of a server that is off, and the action fails at its end.
    let Some(Effect::Booted(server)) = effect else {
        return None;
    };
    let is_off = servers
        .get(*server)
        .is_some_and(|server| server.status == status::OFF);
    is_off.then(|| {
        (
            "action_failed".to_owned(),
            "the server is not running".to_owned(),
        )
    })
}
