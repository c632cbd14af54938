use std::collections::BTreeSet;

use bytes::Bytes;
use cloud_core::page::Page;
use hetzner::servers::{HasAction, WithWork};
use hetzner::{Action, Created, Deleted, Started, StartedAll};
use serde::Serialize;
use serde_json::Value;

/// What an operation answers with, so that it can be encoded again and held against what came.
pub trait Answer {
    /// The resource in the answer, encoded again, with the key it came under; no key stands for the only one that is
    /// not about actions or pages.
    fn encoded(&self) -> (Option<&'static str>, Value);

    /// The keys that came and are not there any more.
    fn lost_keys(&self, body: &Value) -> Vec<String> {
        let (key, encoded) = self.encoded();
        if encoded.is_null() {
            return Vec::new();
        }
        let came = match key {
            Some(key) => body.get(key),
            None => body.as_object().and_then(|object| {
                let beside = ["action", "actions", "markers", "meta", "next_actions", "root_password"];
                let main = object.iter().find(|(key, _)| !beside.contains(&key.as_str()));
                main.map(|(_, value)| value)
            }),
        };
        let (mut before, mut after) = (BTreeSet::new(), BTreeSet::new());
        keys(came.unwrap_or(&Value::Null), "", &mut before);
        keys(&encoded, "", &mut after);
        before.difference(&after).cloned().collect()
    }
}

/// Every path of keys; items of lists are not told apart.
fn keys(value: &Value, here: &str, all: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                let path = if here.is_empty() { key.clone() } else { format!("{here}.{key}") };
                keys(value, &path, all);
                all.insert(path);
            }
        }
        Value::Array(list) => list.iter().for_each(|value| keys(value, here, all)),
        _ => {}
    }
}

fn encode(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

macro_rules! models {
    ($($model:ty)*) => { $(
        impl Answer for $model {
            fn encoded(&self) -> (Option<&'static str>, Value) {
                (None, encode(self))
            }
        }
    )* };
}

models! {
    hetzner::Certificate
    hetzner::Firewall
    hetzner::FloatingIp
    hetzner::Image
    hetzner::Iso
    hetzner::LoadBalancer
    hetzner::LoadBalancerType
    hetzner::Location
    hetzner::Metrics
    hetzner::Network
    hetzner::PlacementGroup
    hetzner::Pricing
    hetzner::PrimaryIp
    hetzner::RrSet
    hetzner::Server
    hetzner::ServerType
    hetzner::SshKey
    hetzner::StorageBox
    hetzner::StorageBoxSnapshot
    hetzner::StorageBoxSubaccount
    hetzner::StorageBoxType
    hetzner::Volume
    hetzner::Zone
    sahara::ConfigHints
    sahara::DataSource
    sahara::Exported
    sahara::Job
    sahara::JobBinary
    sahara::JobBinaryInternal
    sahara::JobTemplate
    sahara::NodeGroupTemplate
    Vec<sahara::job_types::AvailableJobType>
    String
    Vec<String>
}

impl Answer for Action {
    fn encoded(&self) -> (Option<&'static str>, Value) {
        (Some("action"), encode(self))
    }
}

impl Answer for Vec<Action> {
    fn encoded(&self) -> (Option<&'static str>, Value) {
        (Some("actions"), encode(self))
    }
}

impl<T: Serialize> Answer for Page<T> {
    fn encoded(&self) -> (Option<&'static str>, Value) {
        (None, encode(&self.items))
    }
}

impl<T: Serialize> Answer for Created<T> {
    fn encoded(&self) -> (Option<&'static str>, Value) {
        (None, encode(&self.resource))
    }
}

impl Answer for Started {
    fn encoded(&self) -> (Option<&'static str>, Value) {
        (Some("action"), encode(&self.action))
    }
}

impl Answer for StartedAll {
    fn encoded(&self) -> (Option<&'static str>, Value) {
        (Some("actions"), encode(&self.actions))
    }
}

impl Answer for Deleted {
    fn encoded(&self) -> (Option<&'static str>, Value) {
        (Some("action"), encode(&self.action))
    }
}

impl<T: HasAction> Answer for WithWork<T> {
    fn encoded(&self) -> (Option<&'static str>, Value) {
        (Some("action"), encode(self.action()))
    }
}

impl Answer for sahara::jobs::StartedJob {
    fn encoded(&self) -> (Option<&'static str>, Value) {
        (None, encode(&self.job))
    }
}

macro_rules! no_json {
    ($($type:ty)*) => { $(
        impl Answer for $type {
            fn encoded(&self) -> (Option<&'static str>, Value) {
                (None, Value::Null)
            }
        }
    )* };
}

no_json! { () Bytes }
