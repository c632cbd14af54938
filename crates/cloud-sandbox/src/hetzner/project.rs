//! The state of one project, and how it changes as time passes.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::rate::Bucket;

use super::certificates::Certificate;
use super::error::ApiError;
use super::firewalls::{self, Firewall};
use super::floating_ips::FloatingIp;
use super::images::{self, Image};
use super::load_balancers::{self, LoadBalancer};
use super::networks::Network;
use super::placement_groups::PlacementGroup;
use super::primary_ips::{self, PrimaryIp};
use super::server_types::ServerType;
use super::servers::{Private, Server, status};
use super::ssh_keys::SshKey;
use super::storage_boxes::{self, StorageBox};
use super::timestamp;
use super::volumes::Volume;
use super::zones::{self, Zone};

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
    events: BTreeMap<(Duration, u64), Event>,
    next_event: u64,
}

/// What an action or other object is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Certificate,
    Firewall,
    FloatingIp,
    Image,
    LoadBalancer,
    Network,
    PrimaryIp,
    Server,
    Volume,
    Zone,
    StorageBox,
    StorageBoxSnapshot,
    StorageBoxSubaccount,
}

pub(crate) struct Action {
    pub(crate) id: i64,
    pub(crate) command: &'static str,
    pub(crate) started: Duration,
    pub(crate) ends: Duration,
    pub(crate) state: ActionState,
    pub(crate) resources: Vec<(Kind, i64)>,
    effect: Option<Effect>,
    fail: Option<(String, String)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ActionState {
    Running,
    Success,
    Error { code: String, message: String },
}

/// What is different once an action has succeeded. The first number is the id of the server, or of the image.
pub(crate) enum Effect {
    Created {
        server: i64,
        start: bool,
    },
    Running(i64),
    /// A boot, which also ends the rescue mode that it boots into.
    Booted(i64),
    Off(i64),
    /// The signal of a shutdown has arrived; the operating system takes its time.
    ShuttingDown {
        server: i64,
        time: Duration,
    },
    Gone(i64),
    Iso(i64, Option<i64>),
    Rescue(i64, bool),
    BackupWindow(i64, Option<String>),
    Type {
        server: i64,
        server_type: &'static ServerType,
        upgrade_disk: bool,
    },
    Rebuilt {
        server: i64,
        image: i64,
    },
    ServerProtection {
        server: i64,
        delete: Option<bool>,
        rebuild: Option<bool>,
    },
    Group(i64, Option<i64>),
    Attached(i64, Private),
    Detached(i64, i64),
    Private(i64, Private),
    ImageReady(i64),
    ImageProtection(i64, bool),
    LoadBalancer(i64, load_balancers::Change),
    Zone(i64, zones::Change),
    StorageBox(i64, storage_boxes::Change),
    /// What the room of the resource knows: the change, and what there is to undo when the action fails.
    Change {
        done: Change,
        failed: Failure,
    },
}

type Change = Box<dyn FnOnce(&mut Project) + Send>;
type Failure = Box<dyn FnOnce(&mut Project, &ActionState) + Send>;

impl Effect {
    /// A change, with nothing to undo when it does not come.
    pub(crate) fn then(done: impl FnOnce(&mut Project) + Send + 'static) -> Self {
        Self::either(done, |_, _| {})
    }

    /// A change, or what happens instead when the action fails.
    pub(crate) fn either(
        done: impl FnOnce(&mut Project) + Send + 'static,
        failed: impl FnOnce(&mut Project, &ActionState) + Send + 'static,
    ) -> Self {
        Self::Change { done: Box::new(done), failed: Box::new(failed) }
    }
}

enum Event {
    /// The end of an action.
    End(i64),
    /// The end of a shutdown, if nothing else has happened to the server since.
    ShutDown(i64),
    /// A plan of a storage box takes a snapshot, if it is still the plan of this number.
    Snapshot { storage_box: i64, plan: u64 },
}

/// Something with a name that no other of its kind has.
pub(crate) trait Named {
    fn id(&self) -> i64;
    fn name(&self) -> &str;
    fn rename(&mut self, name: String);
}

/// Objects by id and by name.
pub(crate) struct Table<T> {
    rows: BTreeMap<i64, T>,
    names: HashMap<String, i64>,
}

impl<T: Named> Table<T> {
    fn new() -> Self {
        Self { rows: BTreeMap::new(), names: HashMap::new() }
    }

    pub(crate) fn get(&self, id: i64) -> Option<&T> {
        self.rows.get(&id)
    }

    pub(crate) fn get_mut(&mut self, id: i64) -> Option<&mut T> {
        self.rows.get_mut(&id)
    }

    pub(crate) fn by_name(&self, name: &str) -> Option<&T> {
        self.names.get(name).and_then(|id| self.rows.get(id))
    }

    /// All rows, or the one with the name.
    pub(crate) fn select(&self, name: Option<&str>) -> Vec<&T> {
        match name {
            Some(name) => self.by_name(name).into_iter().collect(),
            None => self.rows.values().collect(),
        }
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = &T> {
        self.rows.values()
    }

    pub(crate) fn rows_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.rows.values_mut()
    }

    pub(crate) fn insert(&mut self, row: T) {
        self.names.insert(row.name().to_owned(), row.id());
        self.rows.insert(row.id(), row);
    }

    pub(crate) fn remove(&mut self, id: i64) -> Option<T> {
        let row = self.rows.remove(&id)?;
        self.names.remove(row.name());
        Some(row)
    }

    /// Refuses a name that another row has.
    pub(crate) fn check_name(&self, name: &str, own_id: Option<i64>) -> Result<(), ApiError> {
        match self.names.get(name) {
            Some(id) if Some(*id) != own_id => Err(ApiError::not_unique("name")),
            _ => Ok(()),
        }
    }

    pub(crate) fn rename(&mut self, id: i64, name: String) {
        if let Some(row) = self.rows.get_mut(&id) {
            self.names.remove(row.name());
            self.names.insert(name.clone(), id);
            row.rename(name);
        }
    }
}

impl Project {
    pub(crate) fn new(epoch: SystemTime, bucket: Bucket) -> Self {
        let mut networks = Table::new();
        networks.insert(Network::seeded(timestamp(epoch)));
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
            networks,
            primary_ips: Table::new(),
            volumes: Table::new(),
            load_balancers: Table::new(),
            zones: Table::new(),
            storage_boxes: BTreeMap::new(),
            actions: BTreeMap::new(),
            events: BTreeMap::new(),
            next_event: 0,
        }
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
        while let Some(entry) = self.events.first_entry().filter(|entry| entry.key().0 <= now) {
            self.now = entry.key().0;
            match entry.remove() {
                Event::End(action) => self.end(action),
                Event::ShutDown(server) => {
                    if let Some(server) = self.servers.get_mut(server).filter(|s| s.status == status::STOPPING) {
                        server.arrive(status::OFF);
                    }
                }
                Event::Snapshot { storage_box, plan } => storage_boxes::follow_plan(self, storage_box, plan),
            }
        }
        self.now = now;
    }

    fn schedule(&mut self, at: Duration, event: Event) {
        self.next_event += 1;
        self.events.insert((at, self.next_event), event);
    }

    pub(crate) fn schedule_snapshot(&mut self, wait: Duration, storage_box: i64, plan: u64) {
        self.schedule(self.now.saturating_add(wait), Event::Snapshot { storage_box, plan });
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
        self.actions.insert(id, Action { id, command, started: self.now, ends, state, resources, effect, fail });
        self.schedule(ends, Event::End(id));
    }

    fn end(&mut self, id: i64) {
        let Some(action) = self.actions.get_mut(&id) else { return };
        let effect = action.effect.take();
        let failure = action.fail.take().or_else(|| impossible(effect.as_ref(), &self.servers));
        let state = failure.map_or(ActionState::Success, |(code, message)| ActionState::Error { code, message });
        action.state = state.clone();
        match effect {
            Some(effect) if state != ActionState::Success => self.give_up(effect, &state),
            Some(effect) => self.apply(effect),
            None => {}
        }
    }

    fn apply(&mut self, effect: Effect) {
        match effect {
            Effect::Created { server, start } => self.with_server(server, |server| {
                server.locked = false;
                server.arrive(if start { status::STARTING } else { status::OFF });
            }),
            Effect::Running(server) => self.with_server(server, |server| server.arrive(status::RUNNING)),
            Effect::Booted(server) => self.with_server(server, |server| {
                server.arrive(status::RUNNING);
                server.rescue_enabled = false;
            }),
            Effect::Off(server) => self.with_server(server, |server| server.arrive(status::OFF)),
            Effect::ShuttingDown { server, time } => {
                self.schedule(self.now.saturating_add(time), Event::ShutDown(server));
            }
            Effect::Gone(server) => self.remove_server(server),
            Effect::Iso(server, iso) => self.with_server(server, |server| server.iso = iso),
            Effect::Rescue(server, on) => self.with_server(server, |server| server.rescue_enabled = on),
            Effect::BackupWindow(server, window) => {
                if window.is_none() {
                    self.delete_backups(server);
                }
                self.with_server(server, |server| server.backup_window = window);
            }
            Effect::Type { server, server_type, upgrade_disk } => self.with_server(server, |server| {
                server.server_type = server_type;
                if upgrade_disk {
                    server.disk = server_type.disk;
                }
                server.locked = false;
                server.arrive(status::RUNNING);
            }),
            Effect::Rebuilt { server, image } => self.with_server(server, |server| {
                server.image = image;
                server.locked = false;
                server.arrive(status::RUNNING);
            }),
            Effect::ServerProtection { server, delete, rebuild } => self.with_server(server, |server| {
                server.protect_delete = delete.unwrap_or(server.protect_delete);
                server.protect_rebuild = rebuild.unwrap_or(server.protect_rebuild);
            }),
            Effect::Group(server, group) => {
                self.with_server(server, |server| server.placement_group = group);
                self.settle_group(server);
            }
            Effect::Attached(server, private) => {
                let network = private.network;
                // Not when the network was deleted in the meantime.
                if self.networks.get(network).is_some() {
                    self.with_server(server, |server| server.private.push(private));
                }
                self.settle_network(server, network);
            }
            Effect::Detached(server, network) => {
                self.with_server(server, |server| server.private.retain(|private| private.network != network));
                self.settle_network(server, network);
            }
            Effect::Private(server, private) => {
                let network = private.network;
                self.with_server(server, |server| {
                    if let Some(old) = server.private.iter_mut().find(|old| old.network == network) {
                        *old = private;
                    }
                });
                self.settle_network(server, network);
            }
            Effect::ImageReady(image) => {
                let now = self.wall();
                if let Some(image) = self.images.get_mut(&image) {
                    image.status = images::AVAILABLE;
                    image.image_size = Some(f64::from(image.disk_size) / 16.0);
                    if let Some(server) = image.bound_to {
                        self.rotate_backups(server, &timestamp(now));
                    }
                }
            }
            Effect::ImageProtection(image, on) => {
                if let Some(image) = self.images.get_mut(&image) {
                    image.protected = on;
                }
            }
            Effect::Change { done, .. } => done(self),
            Effect::LoadBalancer(id, load_balancers::Change::Gone) => {
                let network =
                    self.load_balancers.get_mut(id).and_then(|b| b.apply(load_balancers::Change::Detached, self.now));
                self.load_balancers.remove(id);
                self.release(network, id);
            }
            Effect::LoadBalancer(id, change) => {
                let network = self.load_balancers.get_mut(id).and_then(|balancer| balancer.apply(change, self.now));
                self.release(network, id);
            }
            Effect::Zone(zone, zones::Change::Published) => {
                if let Some(zone) = self.zones.get_mut(zone) {
                    zone.published(false);
                }
            }
            Effect::Zone(zone, zones::Change::Gone) => drop(self.zones.remove(zone)),
            Effect::StorageBox(id, change) => storage_boxes::apply(self, id, change),
        }
    }

    /// Undoes what was done in advance for an effect that does not come.
    fn give_up(&mut self, effect: Effect, state: &ActionState) {
        match effect {
            Effect::Created { server, .. } => self.with_server(server, |server| {
                server.locked = false;
                server.status = status::OFF;
            }),
            Effect::Running(server)
            | Effect::Booted(server)
            | Effect::Off(server)
            | Effect::ShuttingDown { server, .. }
            | Effect::Gone(server)
            | Effect::Type { server, .. }
            | Effect::Rebuilt { server, .. } => self.with_server(server, |server| {
                server.locked = false;
                if let Some(before) = server.before.take() {
                    server.status = before;
                }
            }),
            Effect::Group(server, _) => self.settle_group(server),
            Effect::Attached(server, Private { network, .. })
            | Effect::Private(server, Private { network, .. })
            | Effect::Detached(server, network) => self.settle_network(server, network),
            Effect::ImageReady(image) => {
                if let Some(image) = self.images.get_mut(&image) {
                    image.status = images::UNAVAILABLE;
                }
            }
            Effect::Change { failed, .. } => failed(self, state),
            Effect::LoadBalancer(id, ref change) => {
                let network = self.load_balancers.get_mut(id).and_then(|balancer| balancer.give_up(change));
                self.release(network, id);
            }
            Effect::Zone(zone, change) => {
                if let Some(zone) = self.zones.get_mut(zone) {
                    match change {
                        zones::Change::Published => zone.published(true),
                        zones::Change::Gone => zone.stay(),
                    }
                }
            }
            Effect::StorageBox(id, ref change) => storage_boxes::give_up(self, id, change),
            _ => {}
        }
    }

    /// Nothing, when the server was deleted in the meantime.
    fn with_server(&mut self, id: i64, change: impl FnOnce(&mut Server)) {
        if let Some(server) = self.servers.get_mut(id) {
            change(server);
        }
    }

    fn remove_server(&mut self, id: i64) {
        self.delete_backups(id);
        let addresses = self.servers.get(id).map(|server| [server.ipv4, server.ipv6]);
        primary_ips::leave(self, addresses.into_iter().flatten().flatten());
        self.servers.remove(id);
        firewalls::leave(self, id);
        let balancers: Vec<i64> = self.load_balancers.select(None).iter().map(|balancer| balancer.id()).collect();
        for balancer in balancers {
            if let Some(balancer) = self.load_balancers.get_mut(balancer) {
                balancer.forget(id);
            }
        }
        self.settle_group(id);
        for network in self.networks.rows_mut() {
            network.release(id);
        }
        for volume in self.volumes.rows_mut().filter(|volume| volume.server == Some(id)) {
            volume.server = None;
        }
        for address in self.floating_ips.rows_mut().filter(|address| address.server == Some(id)) {
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
        all.filter(|balancer| balancer.serves(server, self)).map(LoadBalancer::id).collect()
    }

    fn delete_backups(&mut self, server: i64) {
        let now = self.stamp();
        for image in self.images.values_mut().filter(|image| image.bound_to == Some(server)) {
            image.deleted.get_or_insert_with(|| now.clone());
        }
    }

    /// A server has seven slots for backups; the oldest make room.
    fn rotate_backups(&mut self, server: i64, now: &str) {
        let mut backups: Vec<&mut Image> = self
            .images
            .values_mut()
            .filter(|i| i.bound_to == Some(server) && i.deleted.is_none() && i.status == images::AVAILABLE)
            .collect();
        let excess = backups.len().saturating_sub(7);
        for image in backups.iter_mut().take(excess) {
            image.deleted = Some(now.to_owned());
        }
    }

    /// Makes the places taken in groups those of the group that the server is in.
    fn settle_group(&mut self, server: i64) {
        let group = self.servers.get(server).and_then(|server| server.placement_group);
        let ids: Vec<i64> = self.placement_groups.select(None).iter().map(|group| group.id).collect();
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
        let private = self.servers.get(server).and_then(|s| s.private.iter().find(|p| p.network == network));
        if let Some(network) = self.networks.get_mut(network) {
            network.release(server);
            for ip in private.into_iter().flat_map(Private::addresses) {
                network.taken.insert(ip, server);
            }
        }
    }

    pub(crate) fn render_action(&self, action: &Action) -> Value {
        let (status, progress, finished, error) = match &action.state {
            ActionState::Running => {
                let total = action.ends.saturating_sub(action.started).as_millis().max(1);
                let passed = self.now.saturating_sub(action.started).as_millis();
                ("running", (passed * 100 / total).min(99), None, Value::Null)
            }
            ActionState::Success => ("success", 100, Some(action.ends), Value::Null),
            ActionState::Error { code, message } => {
                ("error", 100, Some(action.ends), json!({"code": code, "message": message}))
            }
        };
        let resources: Vec<Value> =
            action.resources.iter().map(|(kind, id)| json!({"id": id, "type": kind.name()})).collect();
        json!({
            "id": action.id,
            "command": action.command,
            "status": status,
            "progress": u64::try_from(progress).unwrap_or(100),
            "started": timestamp(self.epoch + action.started),
            "finished": finished.map(|at| timestamp(self.epoch + at)),
            "resources": resources,
            "error": error,
        })
    }

    /// Whether an action about the resource is still running.
    pub(crate) fn is_busy(&self, kind: Kind, id: i64) -> bool {
        let running = self.events.values().filter_map(|event| match event {
            Event::End(action) => self.actions.get(action),
            Event::ShutDown(_) | Event::Snapshot { .. } => None,
        });
        running.into_iter().any(|action| action.resources.contains(&(kind, id)))
    }

    pub(crate) fn action(&self, id: i64) -> Value {
        self.actions.get(&id).map_or(Value::Null, |action| self.render_action(action))
    }
}

/// Why an action cannot succeed in the state that it finds at its end.
fn impossible(effect: Option<&Effect>, servers: &Table<Server>) -> Option<(String, String)> {
    let Some(Effect::Booted(server)) = effect else { return None };
    let is_off = servers.get(*server).is_some_and(|server| server.status == status::OFF);
    is_off.then(|| ("action_failed".to_owned(), "the server is not running".to_owned()))
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Certificate => "certificate",
            Self::Firewall => "firewall",
            Self::FloatingIp => "floating_ip",
            Self::Image => "image",
            Self::LoadBalancer => "load_balancer",
            Self::Network => "network",
            Self::PrimaryIp => "primary_ip",
            Self::Server => "server",
            Self::StorageBox => "storage_box",
            Self::StorageBoxSnapshot => "storage_box_snapshot",
            Self::StorageBoxSubaccount => "storage_box_subaccount",
            Self::Volume => "volume",
            Self::Zone => "zone",
        }
    }

    /// The name in messages.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::FloatingIp => "Floating IP",
            Self::PrimaryIp => "Primary IP",
            other => other.name(),
        }
    }
}

impl ActionState {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Success => "success",
            Self::Error { .. } => "error",
        }
    }
}
