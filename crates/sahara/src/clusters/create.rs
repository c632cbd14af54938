use cloud_core::call::Task;
use cloud_core::wait::Accepted;
use cloud_core::{Error, Result};

use super::wait;
use crate::check;
use crate::client::Client;
use crate::cluster_request::cluster_request;
use crate::cluster_templates::ClusterTemplate;
use crate::clusters::Cluster;
use crate::ids::{ClusterId, ClusterTemplateId};
use crate::release::Release;
use crate::shares::Share;
use crate::version::Version;

/// What a cluster is made from: a template, or a plugin and its version alone, of which a pair of texts is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blueprint {
    plugin: String,
    version: String,
    template: Option<ClusterTemplateId>,
}

impl Blueprint {
    /// A plugin and its version, which need groups of nodes in the request.
    pub fn plugin(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            plugin: name.into(),
            version: version.into(),
            template: None,
        }
    }

    /// A template of which the id is known, for this plugin and version.
    pub fn template(
        id: impl Into<ClusterTemplateId>,
        plugin: impl Into<String>,
        plugin_version: impl Into<String>,
    ) -> Self {
        Self {
            template: Some(id.into()),
            ..Self::plugin(plugin, plugin_version)
        }
    }

    pub(super) fn split(self, api: Version) -> (Release, Option<ClusterTemplateId>) {
        (Release::new(api, self.plugin, self.version), self.template)
    }
}

impl From<&ClusterTemplate> for Blueprint {
    fn from(template: &ClusterTemplate) -> Self {
        Self::template(
            &template.id,
            &template.plugin_name,
            &template.plugin_version,
        )
    }
}

impl<P: Into<String>, V: Into<String>> From<(P, V)> for Blueprint {
    fn from((plugin, version): (P, V)) -> Self {
        Self::plugin(plugin, version)
    }
}

cluster_request! {
    /// Creates a cluster; made by [`Clusters::create`](super::Clusters::create).
    pub struct CreateCluster => Accepted<Cluster>;
    required {
        name: String,
        #[serde(flatten)]
        plugin: Release,
        #[serde(skip_serializing_if = "Option::is_none")]
        cluster_template_id: Option<ClusterTemplateId>,
    }
    unsent { client: Client }
    opt {
        /// The name of a key pair in Nova, for logging in to the nodes.
        @serde(rename = "user_keypair_id") keypair: String,
        /// Whether it is deleted by itself when its jobs have ended.
        is_transient: bool,
    }
    check |this: &Self| -> Result<()> {
        check_new(&this.name, this.keypair.as_deref())
    };
}

cluster_request! {
    /// Creates several clusters; made by [`Clusters::create_several`](super::Clusters::create_several).
    pub struct CreateClusters => Accepted<Vec<ClusterId>, Vec<Cluster>>;
    required {
        name: String,
        #[serde(flatten)]
        plugin: Release,
        #[serde(skip_serializing_if = "Option::is_none")]
        cluster_template_id: Option<ClusterTemplateId>,
        count: u32,
    }
    unsent {}
    opt {
        /// The name of a key pair in Nova, for logging in to the nodes.
        @serde(rename = "user_keypair_id") keypair: String,
        /// Whether it is deleted by itself when its jobs have ended.
        is_transient: bool,
    }
    check |this: &Self| -> Result<()> {
        if this.count == 0 {
            // API v2 would say that it has created none.
            return Err(Error::input("count", "must be at least 1"));
        }
        check_new(&this.name, this.keypair.as_deref())
    };
}

fn check_new(name: &str, keypair: Option<&str>) -> Result<()> {
    check::host_name(name)?;
    keypair.map_or(Ok(()), check::keypair)
}

impl CreateCluster {
    /// Creates the cluster (`POST /clusters`), or gives the one that is there already (`GET /clusters`): after an
    /// answer that was lost on the way, and when the program is run a second time.
    /// [`was_created`](Accepted::was_created) says which of the two it was. The wait is the same for both.
    ///
    /// What is there must be in the same project, and have all that was asked for. What was not given is not compared.
    ///
    /// # Permissions
    ///
    /// Those of [`Clusters::create`](super::Clusters::create) and [`Clusters::list`](super::Clusters::list).
    ///
    /// # Errors
    ///
    /// Those of [`Clusters::create`](super::Clusters::create). A cluster of this name that differs is somebody else's, and
    /// stays as it is: then `NAME_ALREADY_EXISTS` stands, or the error of the answer that was lost. The error names the
    /// first field that differs, such as `plugin_name`, as the last of its [`fields`](cloud_core::Error::fields).
    #[inline]
    pub fn or_get(self) -> Task<Accepted<Cluster>> {
        let (client, name, asked) = (self.client.clone(), self.name.clone(), self.clone());
        let lookup = client.clusters().lookup();
        let found = move |cluster| wait::creation(&client, cluster).found();
        lookup.or_get(name, asked, self.send(), found)
    }
}

cloud_core::request! {
    /// Changes what is said about a cluster; made by [`Clusters::update`](super::Clusters::update).
    pub struct UpdateCluster => Cluster;
    opt {
        /// The new name of the cluster.
        name: String,
        /// Whether other projects see the cluster.
        is_public: bool,
        /// Whether the cluster can be neither changed nor deleted.
        is_protected: bool,
    }
    list {
        /// Shares that all nodes mount.
        shares: Share,
    }
    patch {
        /// A note about the cluster; `None` clears it.
        description: String,
    }
    check |this: &Self| -> Result<()> {
        this.name.as_deref().map_or(Ok(()), check::host_name)?;
        this.shares.as_deref().map_or(Ok(()), |shares| check::shares("shares", shares))
    };
}
