//! All that the service keeps.

use std::collections::HashMap;
use std::time::Duration;

use crate::rate::Bucket;

use super::record::Record;

#[derive(serde::Deserialize, serde::Serialize)]
pub(super) struct State {
    #[serde(with = "crate::keep::pairs")]
    pub(super) accounts: HashMap<(String, String), Account>,
    #[serde(with = "crate::keep::rng")]
    pub(super) rng: fastrand::Rng,
}

/// What one user has in one contract.
#[derive(serde::Deserialize, serde::Serialize)]
pub(super) struct Account {
    pub(super) user: String,
    pub(super) user_id: String,
    pub(super) contract: String,
    pub(super) clusters: Vec<Record>,
    pub(super) pools: Vec<Record>,
    pub(super) bucket: Bucket,
}

impl State {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            accounts: HashMap::new(),
            rng: fastrand::Rng::with_seed(seed),
        }
    }
}

impl Account {
    /// Forgets what is gone by now.
    pub(super) fn settle(&mut self, now: Duration) {
        self.clusters.retain(|cluster| !cluster.life.is_over(now));
        let clusters = &self.clusters;
        // A pool is gone with its cluster at the latest.
        self.pools.retain(|pool| {
            !pool.life.is_over(now)
                && clusters
                    .iter()
                    .any(|cluster| pool.parent.as_deref() == Some(cluster.id.as_str()))
        });
    }
}
