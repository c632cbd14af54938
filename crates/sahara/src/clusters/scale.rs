use cloud_core::call::Call;
use cloud_core::model::IdOrName;
use cloud_core::provider::{CallBuilder, Decode};
use cloud_core::request::CallOptions;
use cloud_core::wait::Accepted;
use cloud_core::{Error, Result};
use serde::Serialize;

use super::{Cluster, wait};
use crate::check;
use crate::client::Client;
use crate::ids::{ServerId, is_uuid};
use crate::node_groups::{NewNodeGroup, check_groups};
use crate::version::Version;

/// Changes how many nodes a cluster has; made by [`Clusters::scale`](super::Clusters::scale).
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until the request is awaited"]
pub struct ScaleCluster {
    client: Client,
    call: Call<Cluster>,
    body: Body,
}

#[derive(Clone, Debug, Default, Serialize)]
struct Body {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resize_node_groups: Vec<Resize>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    add_node_groups: Vec<NewNodeGroup>,
}

#[derive(Clone, Debug, Serialize)]
struct Resize {
    name: String,
    count: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    instances: Vec<IdOrName<ServerId>>,
}

impl ScaleCluster {
    pub(super) fn new(client: &Client, call: Call<Cluster>) -> Self {
        Self {
            client: client.clone(),
            call,
            body: Body::default(),
        }
    }

    /// Gives a group so many nodes. Of more than that the youngest go.
    pub fn resize(self, group: impl Into<String>, count: u32) -> Self {
        self.shrink(group, count, Vec::<ServerId>::new())
    }

    /// Gives a group so many nodes, fewer than it has; these are to go first, all by name or all by id in Nova. Text
    /// that looks like an id is one. Only in API v2.
    pub fn shrink(
        mut self,
        group: impl Into<String>,
        count: u32,
        instances: impl IntoIterator<Item = impl Into<IdOrName<ServerId>>>,
    ) -> Self {
        let instances = instances.into_iter().map(Into::into).collect();
        self.body.resize_node_groups.push(Resize {
            name: group.into(),
            count,
            instances,
        });
        self
    }

    /// Adds a group of so many nodes, made from a template or on its own.
    pub fn add(mut self, group: impl Into<NewNodeGroup>, count: u32) -> Self {
        self.body.add_node_groups.push(group.into().counting(count));
        self
    }

    /// Sets a time limit, headers and so on for this call only.
    pub fn options(mut self, set: impl FnOnce(CallOptions) -> CallOptions) -> Self {
        self.call = self.call.options(set);
        self
    }

    fn check(&self) -> Result<()> {
        let Body {
            resize_node_groups: resized,
            add_node_groups: added,
        } = &self.body;
        if resized.is_empty() && added.is_empty() {
            return Err(Error::input(
                "resize_node_groups",
                "must not be empty, unless groups are added",
            ));
        }
        let names: Vec<&str> = resized.iter().map(|resize| resize.name.as_str()).collect();
        check::no_doubles("resize_node_groups", &names)?;
        for (index, Resize { instances, .. }) in resized.iter().enumerate() {
            let field = format!("resize_node_groups[{index}].instances");
            if !instances.is_empty() && self.client.version() == Version::V1_1 {
                return Err(Error::input(field, "is not known in API v1.1"));
            }
            check::no_doubles(&field, instances)?;
            let ids = instances
                .iter()
                .filter(|instance| match instance {
                    IdOrName::Id(_) => true,
                    IdOrName::Name(text) => is_uuid(text),
                })
                .count();
            // Both are sent as text in one list, which the service reads as one or as the other.
            if ids != 0 && ids != instances.len() {
                return Err(Error::input(field, "must be all names or all ids"));
            }
        }
        check_groups("add_node_groups", added)
    }

    /// The sizes that the cluster is to have.
    fn sizes(&self) -> Vec<(String, u32)> {
        let resized = self
            .body
            .resize_node_groups
            .iter()
            .map(|resize| (resize.name.clone(), resize.count));
        resized
            .chain(self.body.add_node_groups.iter().map(NewNodeGroup::size))
            .collect()
    }
}

cloud_core::send_methods!(ScaleCluster => Accepted<Cluster>, |this| {
    let (checked, sizes) = (this.check(), this.sizes());
    let client = this.client;
    let decode = Decode::key("cluster").map(move |cluster| wait::scaling(&client, cluster, sizes.clone()));
    this.call.json(&this.body).check(checked).decoded_by(decode)
});
