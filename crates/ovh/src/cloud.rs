//! `/cloud`: projects of the Public Cloud, and what is in them: instances and what they are made of, networks, Kubernetes
//! clusters.

use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::model::Timestamp;
use cloud_core::provider::{CallBuilder, OperationRow};
use cloud_core::wait::Waiter;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::ids::OrderId;
use crate::list::List;
use crate::ops;
use crate::resource::ResourceMetadata;
use crate::service::ServiceInfos;
use crate::task::{self, Work};

mod clusters;
mod ids;
mod images;
mod instances;
mod networks;
mod node_pools;
mod regions;
mod ssh_keys;
mod volumes;

pub use clusters::{
    Cluster, ClusterStatus, Clusters, CreateCluster, FlavorState, KubeProxyMode, Kubeconfig,
    ListNodeFlavors, ListNodes, Node, NodeFlavor, NodeStatus, PrivateNetworkConfiguration,
    UpdateCluster, UpdatePolicy, UpgradeCluster, UpgradeStrategy,
};
pub use ids::{
    ClusterId, FlavorId, ImageId, InstanceId, NetworkId, NodeId, NodePoolId, SshKeyId, SubnetId,
    UserId, VolumeId,
};
pub use images::{
    Capability, Flavor, Flavors, Image, Images, ListFlavors, ListImages, ListSnapshots, OsType,
    PlanCodes, Snapshots,
};
pub use instances::{
    AutoBackup, CreateInstance, Instance, InstanceDetail, InstanceSnapshot, InstanceStatus,
    Instances, IpAddress, ListInstances, MonthlyBilling, NetworkParams, RebootType,
};
pub use networks::{
    CreateNetwork, CreateSubnet, IpPool, Network, NetworkRegion, NetworkStatus, NetworkType,
    PrivateNetworks, Subnet, Subnets,
};
pub use node_pools::{
    Autoscaling, CreateNodePool, NewNodePool, NodePool, NodePoolSizeStatus, NodePoolStatus,
    NodePoolTemplate, NodePools, Taint, TemplateMetadata, TemplateSpec, UpdateNodePool,
};
pub use regions::{Region, RegionService, RegionStatus, RegionType, Regions, ServiceStatus};
pub use ssh_keys::{CreateSshKey, ListSshKeys, SshKey, SshKeyDetail, SshKeys};
pub use volumes::{CreateVolume, ListVolumes, Volume, VolumeStatus, VolumeType, Volumes};

cloud_core::open_enum! {
    /// What the account may do with a project.
    pub enum AccessType {
        /// Everything.
        Full = "full",
        /// Some of it.
        Restricted = "restricted",
    }
}

cloud_core::open_enum! {
    /// Whether a project can be used.
    pub enum ProjectStatus {
        /// It is being made.
        Creating = "creating",
        /// It is gone.
        Deleted = "deleted",
        /// It is going.
        Deleting = "deleting",
        /// It can.
        Ok = "ok",
        /// It cannot, until something is paid.
        Suspended = "suspended",
    }
}

cloud_core::open_enum! {
    /// How far a user has come.
    pub enum UserStatus {
        /// It is being made.
        Creating = "creating",
        /// It is gone.
        Deleted = "deleted",
        /// It is going.
        Deleting = "deleting",
        /// It is there.
        Ok = "ok",
    }
}

cloud_core::open_enum! {
    /// How far an operation has come.
    pub enum OperationStatus {
        /// It waits.
        Created = "created",
        /// It is under way.
        InProgress = "in-progress",
        /// It has done what it was for.
        Completed = "completed",
        /// It has failed.
        InError = "in-error",
        /// The service says that it does not know.
        // `Unknown` is the name of the words that an open enum does not have.
        NotKnown = "unknown",
    }
}

/// A project of the Public Cloud, which holds instances, networks and clusters.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Project {
    /// Its id, 32 hexadecimal digits.
    // The one field of the schema that is in snake case.
    #[serde(rename = "project_id")]
    pub project_id: String,
    /// The name of the project; `None` when it has none.
    pub project_name: Option<String>,
    /// The description that the owner gave the project; `None` when there is none.
    pub description: Option<String>,
    /// Whether it can be used.
    pub status: ProjectStatus,
    /// What the account may do with it.
    pub access: AccessType,
    /// The plan that it was bought by.
    pub plan_code: String,
    /// The order that it was bought with.
    pub order_id: Option<OrderId>,
    /// When it was made.
    pub creation_date: Timestamp,
    /// When the project ends; `None` when no end is set.
    pub expiration: Option<Timestamp>,
    /// Whether its quota is set by hand.
    pub manual_quota: bool,
    /// Whether its quota grows by itself.
    pub unleash: bool,
    /// How IAM knows it.
    pub iam: Option<ResourceMetadata>,
}

/// What a user may do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Role {
    /// The id of the role.
    pub id: String,
    /// The name of the role, such as `administrator`.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The permissions that the role gives a user.
    pub permissions: Vec<String>,
}

/// A user of OpenStack.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct User {
    /// The number of the user, for calls about it.
    pub id: UserId,
    /// The name that the user logs in to OpenStack with.
    pub username: String,
    /// What it is for.
    pub description: String,
    /// How far it has come.
    pub status: UserStatus,
    /// What it may do.
    pub roles: Vec<Role>,
    /// How OpenStack knows it.
    pub openstack_id: Option<String>,
    /// When it was made.
    pub creation_date: Timestamp,
}

/// A part of an operation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct SubOperation {
    /// The id of this part of the operation.
    pub id: String,
    /// The action that this part carries out.
    pub action: String,
    /// How far it has come.
    pub status: OperationStatus,
    /// How much of it is done, in percent.
    pub progress: i64,
    /// The regions that this part is carried out in.
    pub regions: Vec<String>,
    /// What it is about.
    pub resource_id: Option<String>,
    /// When this part began; `None` before that.
    pub started_at: Option<Timestamp>,
    /// When this part ended; `None` before that.
    pub completed_at: Option<Timestamp>,
}

/// Work in a project.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Operation {
    /// The id of the operation, for [`ProjectHandle::operation`].
    pub id: String,
    /// The action that the operation carries out.
    pub action: String,
    /// How far it has come.
    pub status: OperationStatus,
    /// How much of it is done, in percent.
    pub progress: i64,
    /// The regions that the operation is carried out in.
    pub regions: Vec<String>,
    /// What it is about.
    pub resource_id: Option<String>,
    /// The parts that the operation consists of.
    pub sub_operations: Vec<SubOperation>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When the operation began; `None` before that.
    pub started_at: Option<Timestamp>,
    /// When the operation ended; `None` before that.
    pub completed_at: Option<Timestamp>,
}

impl Work for Operation {
    fn state(&self) -> &str {
        self.status.as_str()
    }

    fn what(&self) -> &str {
        &self.action
    }

    fn percent(&self) -> u8 {
        u8::try_from(self.progress.clamp(0, 100)).unwrap_or_default()
    }
}

impl Client {
    /// What is in one project of the Public Cloud. Nothing is sent.
    pub fn project(&self, id: impl Into<String>) -> ProjectHandle<'_> {
        ProjectHandle {
            client: self,
            id: id.into(),
        }
    }

    /// The group of all calls about projects of the Public Cloud.
    pub fn projects(&self) -> Projects<'_> {
        Projects::new(self)
    }
}

/// Calls about the projects of the account (`/cloud/project`), made by [`Client::projects`].
#[derive(Clone, Copy, Debug)]
pub struct Projects<'a>(&'a Client);

impl<'a> Projects<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// The projects (`GET /cloud/project`, and `GET /cloud/project/{serviceName}` for each where the service does not
    /// expand the list), or only their ids by [`ids`](List::ids).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:get`.
    #[inline]
    pub fn list(self) -> List<Project> {
        self.0.expanded(&ops::LIST_PROJECTS, &ops::GET_PROJECT, &[])
    }

    /// One project (`GET /cloud/project/{serviceName}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:get`.
    #[inline]
    pub fn get(self, project: &str) -> Call<Project> {
        self.0.call(&ops::GET_PROJECT, Decode::json()).arg(project)
    }
}

/// Calls about one project (`/cloud/project/{serviceName}`), made by [`Client::project`].
#[derive(Clone, Debug)]
pub struct ProjectHandle<'a> {
    client: &'a Client,
    id: String,
}

/// Where the calls of a group in a project go.
#[derive(Clone, Debug)]
struct InProject {
    client: Client,
    id: String,
}

impl InProject {
    fn call<T>(&self, operation: &'static OperationRow, decode: Decode<T>) -> Call<T> {
        self.client.call(operation, decode).arg(&self.id)
    }
}

impl ProjectHandle<'_> {
    fn group(&self) -> InProject {
        InProject {
            client: self.client.clone(),
            id: self.id.clone(),
        }
    }

    fn whole<T: serde::de::DeserializeOwned + 'static>(
        &self,
        operation: &'static OperationRow,
    ) -> Call<T> {
        self.client.call(operation, Decode::json()).arg(&self.id)
    }

    /// The users of OpenStack (`GET /cloud/project/{serviceName}/user`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:user/get`.
    #[inline]
    pub fn users(&self) -> Call<Vec<User>> {
        self.whole(&ops::LIST_USERS)
    }

    /// Until when the project is paid, and how it goes on then (`GET /cloud/project/{serviceName}/serviceInfos`,
    /// `PUT /cloud/project/{serviceName}/serviceInfos`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:serviceInfos/get`; for changes
    /// `publicCloudProject:apiovh:serviceInfos/edit`.
    pub fn service_infos(&self) -> ServiceInfos {
        let rows = (
            &ops::GET_PROJECT_SERVICE_INFOS,
            &ops::UPDATE_PROJECT_SERVICE_INFOS,
        );
        ServiceInfos::typed(self.client, rows, self.id.clone())
    }

    /// One operation (`GET /cloud/project/{serviceName}/operation/{operationId}`). A beta of OVHcloud's.
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:operation/get`.
    #[inline]
    pub fn operation(&self, operation: &str) -> Call<Operation> {
        self.whole(&ops::GET_OPERATION).arg(operation)
    }

    /// Waits until an operation has ended (`GET /cloud/project/{serviceName}/operation/{operationId}`), an hour at
    /// most unless the waiter's `timeout` says otherwise. Fails when it failed.
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:operation/get`.
    #[inline]
    pub fn wait_operation(&self, operation: &str) -> Waiter<Operation> {
        task::wait(self.operation(operation))
    }
}
