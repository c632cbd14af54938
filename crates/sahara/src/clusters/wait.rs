//! What the service goes on with after it has answered.

use std::collections::VecDeque;

use async_trait::async_trait;
use cloud_core::provider::{CallBuilder, Step, Watch};
use cloud_core::wait::{Accepted, Progress, Waiter};
use cloud_core::{Error, Result};

use super::progress::{self, CREATION, SCALING, Teller};
use super::{Cluster, ClusterStatus, Clusters, Health, Verification};
use crate::client::Client;
use crate::ids::{ClusterId, VerificationId};
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

/// A new cluster, whose wait ends when it is `Active`.
pub(super) fn creation(client: &Client, cluster: Cluster) -> Accepted<Cluster> {
    let client = client.clone();
    Accepted::new(cluster, move |first: &Cluster| {
        wait::waiter(
            &client,
            until_active(&client, first.id.clone(), Some(first)),
        )
    })
}

/// A cluster that is scaled: its wait ends when it is `Active` with these sizes of groups.
pub(super) fn scaling(
    client: &Client,
    cluster: Cluster,
    sizes: Vec<(String, u32)>,
) -> Accepted<Cluster> {
    let client = client.clone();
    Accepted::new(cluster, move |first| {
        until_scaled(&client, first, sizes.clone())
    })
}

/// Several new clusters, whose wait looks at one after the other.
pub(super) fn creations(
    client: &Client,
    ids: Vec<ClusterId>,
) -> Accepted<Vec<ClusterId>, Vec<Cluster>> {
    let client = client.clone();
    Accepted::new(ids, move |ids: &Vec<ClusterId>| {
        let watches = ids.iter().map(|id| {
            let watch = until_active(&client, id.clone(), None);
            Box::new(watch) as Box<dyn Watch<Cluster>>
        });
        let all = All {
            watches: watches.collect(),
            active: Vec::new(),
        };
        wait::waiter(&client, all)
    })
}

/// A cluster whose health is checked. Its answer shows the check before this one, or this one.
pub(super) fn verification(client: &Client, cluster: Cluster) -> Accepted<Cluster, Verification> {
    let client = client.clone();
    Accepted::new(cluster, move |cluster: &Cluster| {
        // A check that runs is the one that was asked for; one that has ended is the one before.
        let before = cluster
            .verification
            .as_ref()
            .filter(|last| last.status != Health::Checking);
        let before = before.map_or_else(VerificationId::default, |last| last.id.clone());
        until_verified(&client, cluster.id.clone(), Some(before))
    })
}

/// A cluster that is deleted: the wait ends when it is gone.
pub(super) fn deletion<A>(client: &Client, id: &ClusterId, answer: A) -> Accepted<A, ()> {
    let (client, id) = (client.clone(), id.clone());
    Accepted::new(answer, move |_| client.clusters().wait_gone(&id))
}

struct All {
    watches: VecDeque<Box<dyn Watch<Cluster>>>,
    active: Vec<Cluster>,
}

#[async_trait]
impl Watch<Vec<Cluster>> for All {
    async fn next(&mut self) -> Result<Step<Vec<Cluster>>> {
        // One after the other: each watch keeps its place, and the slowest decides in any case.
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
            // A short scaling can begin and end between two looks; then only the time of the change tells of it.
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
    before: Option<VerificationId>,
) -> Waiter<Verification> {
    wait::watch(
        client,
        client.clusters().get(id),
        move |shown: Option<Cluster>| {
            let cluster = shown.ok_or_else(gone)?;
            let name = progress::name_of(&cluster);
            // The service begins checks by itself, too: after a creation, and every ten minutes (the code of Sahara
            // 19).
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
