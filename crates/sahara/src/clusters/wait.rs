//! What the service goes on with after it has answered.

use std::collections::VecDeque;
use std::fmt;

use async_trait::async_trait;
use cloud_core::provider::CallBuilder;
use cloud_core::wait::{Progress, Step, Waiter, Watch};
use cloud_core::{Error, Result};
use serde::de::value::MapAccessDeserializer;
use serde::{Deserialize, Deserializer, de};

use super::progress::{self, CREATION, SCALING, Teller};
use super::{Cluster, ClusterStatus, Clusters, Health, Verification};
use crate::client::Client;
use crate::ids::ClusterId;
use crate::wait;

impl Clusters<'_> {
    /// Waits until a cluster is `Active`, whoever made it (`GET /clusters/{id}?show_progress=true`). Fails when it ends
    /// in `Error`, or goes away. News are the steps of what is done to it, beginning with those that are done already.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:cluster:get`, in v1.1 `data-processing:clusters:get`.
    pub fn wait_active(self, id: impl Into<ClusterId>) -> Waiter<Cluster> {
        wait::waiter(self.0, until_active(self.0, id.into(), None))
    }

    /// Waits until the check of a cluster's health that runs has ended, and gives it; at once when none runs
    /// (`GET /clusters/{id}`). The service starts one by itself when a cluster has become active. Fails when the
    /// cluster goes away.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:cluster:get`, in v1.1 `data-processing:clusters:get`.
    pub fn wait_verified(self, id: impl Into<ClusterId>) -> Waiter<Verification> {
        until_verified(self.0, id.into(), None)
    }

    /// Waits until a cluster is gone, whoever deletes it: for transient clusters, the service itself
    /// (`GET /clusters/{id}`).
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:cluster:get`, in v1.1 `data-processing:clusters:get`.
    pub fn wait_gone(self, id: impl Into<ClusterId>) -> Waiter<()> {
        wait::until_gone(self.0, self.get(id), |cluster: &Cluster| {
            Ok(Progress::new(
                0,
                progress::name_of(cluster),
                cluster.status.as_str(),
            ))
        })
    }
}

/// A cluster that is created or scaled.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ClusterWork {
    /// The cluster as it is at the beginning.
    pub cluster: Cluster,
    client: Client,
    // The sizes of groups that a scaling shall give it.
    scaling: Option<Vec<(String, u32)>>,
}

impl ClusterWork {
    pub(super) fn creation(client: &Client, cluster: Cluster) -> Self {
        Self {
            cluster,
            client: client.clone(),
            scaling: None,
        }
    }

    pub(super) fn scaling(client: &Client, cluster: Cluster, wanted: Vec<(String, u32)>) -> Self {
        Self {
            cluster,
            client: client.clone(),
            scaling: Some(wanted),
        }
    }

    /// Waits until the cluster is `Active` (`GET /clusters/{id}?show_progress=true`), for an hour at most unless
    /// [`Waiter::timeout`] says otherwise, and gives it. News are the steps of the work, their events, and changes of
    /// the status; the percentage is about the whole.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:cluster:get`, in v1.1 `data-processing:clusters:get`.
    ///
    /// # Errors
    ///
    /// Fails with the service's reason when the cluster ends in `Error`, when a scaling leaves it `Active` without the
    /// sizes that were wanted or with a description of what went wrong, and when the cluster goes away. The cluster as
    /// it was seen last is then in the error: `error.api::<Cluster>()`.
    pub fn wait(&self) -> Waiter<Cluster> {
        match &self.scaling {
            None => {
                let watch =
                    until_active(&self.client, self.cluster.id.clone(), Some(&self.cluster));
                wait::waiter(&self.client, watch)
            }
            Some(wanted) => until_scaled(&self.client, &self.cluster, wanted.clone()),
        }
    }
}

/// Several clusters that are created.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ClustersWork {
    /// Their ids, in the order of their names.
    pub ids: Vec<ClusterId>,
    client: Client,
}

/// A cluster in the answer to the creation of several: v1.1 gives ids, v2 wrapped clusters.
pub(super) struct Made(ClusterId);

impl<'de> Deserialize<'de> for Made {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Wrapped {
            cluster: Identified,
        }
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Identified {
            id: ClusterId,
        }
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Made;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a cluster or the id of one")
            }
            fn visit_str<E: de::Error>(self, id: &str) -> Result<Made, E> {
                Ok(Made(id.into()))
            }
            fn visit_u64<E: de::Error>(self, id: u64) -> Result<Made, E> {
                Ok(Made(id.to_string().into()))
            }
            // Without an id it still counts: to wait for it is then an error about the id.
            fn visit_unit<E: de::Error>(self) -> Result<Made, E> {
                Ok(Made(ClusterId::default()))
            }
            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Made, A::Error> {
                let wrapped = Wrapped::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Made(wrapped.cluster.id))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl ClustersWork {
    pub(super) fn new(client: &Client, made: Vec<Made>) -> Self {
        let ids = made.into_iter().map(|Made(id)| id);
        Self {
            ids: ids.collect(),
            client: client.clone(),
        }
    }

    /// Waits until all of them are `Active` (`GET /clusters/{id}?show_progress=true` for one after the other), for an
    /// hour at most unless [`Waiter::timeout`] says otherwise, and gives them. News are about one after the other.
    /// Fails with the first of them that fails.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:cluster:get`, in v1.1 `data-processing:clusters:get`.
    pub fn wait(&self) -> Waiter<Vec<Cluster>> {
        let watches: VecDeque<Box<dyn Watch<Cluster>>> = self
            .ids
            .iter()
            .map(|id| {
                Box::new(until_active(&self.client, id.clone(), None)) as Box<dyn Watch<Cluster>>
            })
            .collect();
        wait::waiter(
            &self.client,
            All {
                watches,
                active: Vec::new(),
            },
        )
    }
}

struct All {
    watches: VecDeque<Box<dyn Watch<Cluster>>>,
    active: Vec<Cluster>,
}

#[async_trait]
impl Watch<Vec<Cluster>> for All {
    async fn next(&mut self) -> Result<Step<Vec<Cluster>>> {
        while let Some(watch) = self.watches.front_mut() {
            match watch.next().await? {
                Step::Pending(progress) => return Ok(Step::Pending(progress)),
                Step::Done(cluster) => {
                    self.active.push(cluster);
                    self.watches.pop_front();
                }
            }
        }
        Ok(Step::Done(std::mem::take(&mut self.active)))
    }

    fn subject(&self) -> Option<String> {
        self.watches.front()?.subject()
    }
}

/// A cluster whose health is checked.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct VerificationWork {
    /// The cluster as it is at the beginning, with the check before this one or with this one.
    pub cluster: Cluster,
    client: Client,
}

impl VerificationWork {
    pub(super) fn new(client: &Client, cluster: Cluster) -> Self {
        Self {
            cluster,
            client: client.clone(),
        }
    }

    /// Waits until the check has ended and gives it, whatever it has found (`GET /clusters/{id}`). Fails when the
    /// cluster goes away.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:cluster:get`, in v1.1 `data-processing:clusters:get`.
    pub fn wait(&self) -> Waiter<Verification> {
        // A check that runs is the one that was asked for; one that has ended is the one before.
        let before = self
            .cluster
            .verification
            .as_ref()
            .filter(|last| last.status != Health::Checking);
        let before = before.map_or_else(String::new, |last| last.id.clone());
        until_verified(&self.client, self.cluster.id.clone(), Some(before))
    }
}

/// A cluster that goes away.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Removal {
    /// The name of the stack in Heat that a forced deletion may leave behind.
    pub stack_name: Option<String>,
    client: Client,
    id: ClusterId,
}

#[derive(Deserialize)]
pub(super) struct Forced {
    #[serde(default)]
    pub(super) stack_name: Option<String>,
}

impl Removal {
    pub(super) fn new(client: &Client, id: &ClusterId, stack_name: Option<String>) -> Self {
        Self {
            stack_name,
            client: client.clone(),
            id: id.clone(),
        }
    }

    /// Waits until the cluster is gone (`GET /clusters/{id}`), for an hour at most unless [`Waiter::timeout`] says
    /// otherwise.
    ///
    /// # Permissions
    ///
    /// The policy rule `data-processing:cluster:get`, in v1.1 `data-processing:clusters:get`.
    pub fn wait(&self) -> Waiter<()> {
        self.client.clusters().wait_gone(&self.id)
    }
}

/// The work on a cluster has failed; the error holds the cluster.
fn failed(cluster: Cluster, what: &str) -> Error {
    let what = format!("{} {what}", progress::name_of(&cluster));
    wait::failed(&what, &cluster.status_description).with_details(cluster)
}

fn gone() -> Error {
    wait::failed(
        "the cluster is gone",
        "it was deleted by somebody else, or by itself",
    )
}

pub(super) fn until_active(
    client: &Client,
    id: ClusterId,
    first: Option<&Cluster>,
) -> impl Watch<Cluster> + use<> {
    let mut teller = Teller::new(CREATION, first);
    let look = client.clusters().get_with_progress(id);
    wait::follow(
        client,
        look.shown_path(),
        wait::looking(look),
        move |shown, news| {
            let cluster: Cluster = shown.ok_or_else(gone)?;
            teller.tell(&cluster, news);
            match cluster.status {
                // A transient cluster that is to go has been active between two looks.
                ClusterStatus::Active | ClusterStatus::AwaitingTermination => Ok(Some(cluster)),
                ClusterStatus::Error => Err(failed(cluster, "is in Error")),
                ClusterStatus::Deleting => Err(failed(cluster, "is being deleted")),
                _ => Ok(None),
            }
        },
    )
}

fn until_scaled(client: &Client, first: &Cluster, wanted: Vec<(String, u32)>) -> Waiter<Cluster> {
    let mut teller = Teller::new(SCALING, Some(first));
    let (mut begun, before) = (first.status != ClusterStatus::Active, first.updated_at);
    let look = client.clusters().get_with_progress(&first.id);
    let watch = wait::follow(
        client,
        look.shown_path(),
        wait::looking(look),
        move |shown, news| {
            let cluster: Cluster = shown.ok_or_else(gone)?;
            teller.tell(&cluster, news);
            begun |= cluster.status != ClusterStatus::Active || cluster.updated_at != before;
            match cluster.status {
                // What the description says may be about an earlier scaling until the engine has started.
                ClusterStatus::Active if !begun => Ok(None),
                // The service takes a scaling that fails back, and says so nowhere else.
                ClusterStatus::Active if !cluster.status_description.trim().is_empty() => {
                    Err(failed(cluster, "was not scaled"))
                }
                ClusterStatus::Active => {
                    let other = wanted.iter().find(|(name, count)| {
                        cluster
                            .node_group(name)
                            .map_or(*count != 0, |group| group.count != *count)
                    });
                    match other {
                        None => Ok(Some(cluster)),
                        Some((name, count)) => Err(failed(
                            cluster,
                            &format!("was not scaled: {name} does not have {count} nodes"),
                        )),
                    }
                }
                ClusterStatus::Error => Err(failed(cluster, "is in Error")),
                ClusterStatus::Deleting => Err(failed(cluster, "is being deleted")),
                _ => Ok(None),
            }
        },
    );
    wait::waiter(client, watch)
}

/// Waits for the end of a check: of another one than that of the id, if one is given.
pub(super) fn until_verified(
    client: &Client,
    id: ClusterId,
    before: Option<String>,
) -> Waiter<Verification> {
    wait::watch(
        client,
        client.clusters().get(id),
        move |shown: Option<Cluster>| {
            let cluster = shown.ok_or_else(gone)?;
            let name = progress::name_of(&cluster);
            let is_other =
                |check: &Verification| before.as_ref().is_none_or(|before| check.id != *before);
            match cluster.verification.filter(is_other) {
                Some(check) if check.status != Health::Checking => Ok(Step::Done(check)),
                _ => Ok(Step::Pending(Progress::new(
                    0,
                    format!("check of {name}"),
                    Health::Checking.as_str(),
                ))),
            }
        },
    )
}
