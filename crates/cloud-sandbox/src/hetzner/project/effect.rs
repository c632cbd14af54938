//! What is different once an action has ended.

use std::time::Duration;

use super::{ActionState, Event, Project};
use crate::hetzner::server_types::ServerType;
use crate::hetzner::servers::{Private, status};
use crate::hetzner::{images, load_balancers, storage_boxes, timestamp, zones};

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
    Type {
        server: i64,
        server_type: &'static ServerType,
        upgrade_disk: bool,
    },
    Rebuilt {
        server: i64,
        image: i64,
    },
    Group(i64, Option<i64>),
    Attached(i64, Private),
    Detached(i64, i64),
    Private(i64, Private),
    ImageReady(i64),
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

    /// A change that shows at once, since the service only has to be told of it; with what undoes it when the action
    /// fails.
    pub(crate) fn told(undo: impl FnOnce(&mut Project) + Send + 'static) -> Self {
        Self::either(|_| {}, |project, _| undo(project))
    }

    /// A change, or what happens instead when the action fails.
    pub(crate) fn either(
        done: impl FnOnce(&mut Project) + Send + 'static,
        failed: impl FnOnce(&mut Project, &ActionState) + Send + 'static,
    ) -> Self {
        Self::Change {
            done: Box::new(done),
            failed: Box::new(failed),
        }
    }
}

impl Project {
    pub(super) fn apply(&mut self, effect: Effect) {
        match effect {
            Effect::Created { server, start } => self.with_server(server, |server| {
                server.arrive(if start { status::STARTING } else { status::OFF });
            }),
            Effect::Running(server) => {
                self.with_server(server, |server| server.arrive(status::RUNNING));
            }
            Effect::Booted(server) => self.with_server(server, |server| {
                server.arrive(status::RUNNING);
                // The rescue system is for one boot (API documentation of `enable_rescue`).
                server.rescue_enabled = false;
            }),
            Effect::Off(server) => self.with_server(server, |server| server.arrive(status::OFF)),
            Effect::ShuttingDown { server, time } => {
                // The action only says that the signal was sent; the server is off later (API documentation of
                // `shutdown`).
                self.schedule(self.now.saturating_add(time), Event::ShutDown(server));
            }
            Effect::Gone(server) => self.remove_server(server),
            Effect::Iso(server, iso) => self.with_server(server, |server| server.iso = iso),
            Effect::Type {
                server,
                server_type,
                upgrade_disk,
            } => self.with_server(server, |server| {
                server.server_type = server_type;
                // Without it the disk stays small, so that the server can be changed back (API documentation of
                // `change_type`).
                if upgrade_disk {
                    server.disk = server_type.disk;
                }
                server.arrive(status::RUNNING);
            }),
            Effect::Rebuilt { server, image } => self.with_server(server, |server| {
                server.image = image;
                server.arrive(status::RUNNING);
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
                self.with_server(server, |server| {
                    server.private.retain(|private| private.network != network);
                });
                self.settle_network(server, network);
            }
            Effect::Private(server, private) => {
                let network = private.network;
                self.with_server(server, |server| {
                    if let Some(old) = server.private.iter_mut().find(|old| old.network == network)
                    {
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
                        // Only a backup that has succeeded pushes out an older one.
                        self.rotate_backups(server, &timestamp(now));
                    }
                }
            }
            Effect::Change { done, .. } => done(self),
            Effect::LoadBalancer(id, load_balancers::Change::Gone) => {
                let network = self
                    .load_balancers
                    .get_mut(id)
                    // What it holds in a network is given back with it.
                    .and_then(|b| b.apply(load_balancers::Change::Detached, self.now));
                self.load_balancers.remove(id);
                self.release(network, id);
            }
            Effect::LoadBalancer(id, change) => {
                let network = self
                    .load_balancers
                    .get_mut(id)
                    .and_then(|balancer| balancer.apply(change, self.now));
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
    pub(super) fn give_up(&mut self, effect: Effect, state: &ActionState) {
        match effect {
            Effect::Created { server, .. } => self.with_server(server, |server| {
                server.status = status::OFF;
            }),
            Effect::Running(server)
            | Effect::Booted(server)
            | Effect::Off(server)
            | Effect::ShuttingDown { server, .. }
            | Effect::Gone(server)
            | Effect::Type { server, .. }
            | Effect::Rebuilt { server, .. } => self.with_server(server, |server| {
                // There is nothing to go back to where the action left the status alone, as a boot of what is off
                // does.
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
                    // It stays in the list: the description has this status for what could not be made.
                    image.status = images::UNAVAILABLE;
                }
            }
            Effect::Change { failed, .. } => failed(self, state),
            Effect::LoadBalancer(id, ref change) => {
                let network = self
                    .load_balancers
                    .get_mut(id)
                    .and_then(|balancer| balancer.give_up(change));
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
            Effect::Iso(..) => {}
        }
    }
}
