use cloud_core::call::Call;
use cloud_core::decode::Decode;
use cloud_core::model::{Secret, Timestamp};
use cloud_core::provider::CallBuilder;
use cloud_core::wait::Waiter;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::list::list_request;
use crate::ops;
use crate::task::{self, Phase, Work};

cloud_core::open_enum! {
    /// What an instance is doing. These are the usual states; there are more.
    pub enum InstanceStatus {
        /// It runs.
        Active = "ACTIVE",
        /// It is being made.
        Build = "BUILD",
        /// It is being made.
        Building = "BUILDING",
        /// It is gone.
        Deleted = "DELETED",
        /// It is going.
        Deleting = "DELETING",
        /// It has failed.
        Error = "ERROR",
        /// It is being restarted.
        HardReboot = "HARD_REBOOT",
        /// It moves to other hardware.
        Migrating = "MIGRATING",
        /// It is halted.
        Paused = "PAUSED",
        /// It is starting again.
        Reboot = "REBOOT",
        /// It is being installed anew.
        Rebuild = "REBUILD",
        /// It runs a rescue system.
        Rescue = "RESCUE",
        /// It moves to another flavor.
        Resize = "RESIZE",
        /// Its disk is kept, and nothing else.
        Shelved = "SHELVED",
        /// Its disk is kept elsewhere.
        ShelvedOffloaded = "SHELVED_OFFLOADED",
        /// It is off.
        ShutOff = "SHUTOFF",
        /// It is off.
        Stopped = "STOPPED",
        /// It sleeps.
        Suspended = "SUSPENDED",
        /// Its new flavor waits for a confirmation.
        VerifyResize = "VERIFY_RESIZE",
        /// The service says that it does not know.
        NotKnown = "UNKNOWN",
    }
}

/// An address of an instance.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct IpAddress {
    /// The IPv4 or IPv6 address of the instance.
    pub ip: String,
    /// The kind of address: `public` or `private`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The version of the Internet Protocol: 4 or 6.
    pub version: i64,
    /// The id of the network that the address belongs to.
    pub network_id: String,
    /// The way out of it.
    pub gateway_ip: Option<String>,
}

/// An instance that is paid by the month.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MonthlyBilling {
    /// Since when the instance is paid by the month.
    pub since: Timestamp,
    /// Whether that has begun: `activationPending` or `ok`.
    pub status: String,
}

/// An instance, as lists have it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Instance {
    /// Its id, a UUID.
    pub id: String,
    /// The name of the instance, for people.
    pub name: String,
    /// What it is doing.
    pub status: InstanceStatus,
    /// The region that the instance runs in, such as `GRA11`.
    pub region: String,
    /// The id of the flavor that the instance is made of.
    pub flavor_id: String,
    /// The id of the image that the instance was made from.
    pub image_id: String,
    /// The public key that may log in.
    pub ssh_key_id: Option<String>,
    /// The public and private addresses of the instance.
    pub ip_addresses: Vec<IpAddress>,
    /// What is done to it.
    pub operation_ids: Vec<String>,
    /// When it was made.
    pub created: Timestamp,
    /// How it is paid by the month.
    pub monthly_billing: Option<MonthlyBilling>,
    /// The plan that it is paid by.
    pub plan_code: Option<String>,
    /// Bytes sent this month.
    pub current_month_outgoing_traffic: Option<i64>,
}

/// Something that an instance of a flavor can do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Capability {
    /// What, such as `resize`.
    pub name: String,
    /// Whether instances of the flavor can do this.
    pub enabled: bool,
}

/// The plans that a flavor is paid by.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PlanCodes {
    /// The plan code for payment by the hour; `None` when there is no such plan.
    pub hourly: Option<String>,
    /// The plan code for payment by the month; `None` when there is no such plan.
    pub monthly: Option<String>,
}

/// What an instance is made of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Flavor {
    /// Its id, a UUID.
    pub id: String,
    /// Its name, such as `b2-7`.
    pub name: String,
    /// The region that offers the flavor under this id.
    pub region: String,
    /// The number of virtual cores.
    pub vcpus: i64,
    /// The size of the memory in GB.
    pub ram: i64,
    /// The disk in GB.
    pub disk: i64,
    /// What kind of flavor it is.
    #[serde(rename = "type")]
    pub kind: String,
    /// What kind of system it is for.
    pub os_type: String,
    /// Whether instances can be made of it.
    pub available: bool,
    /// How many instances can be made of it.
    pub quota: i64,
    /// What its instances can do.
    pub capabilities: Vec<Capability>,
    /// The plans that it is paid by.
    pub plan_codes: PlanCodes,
    /// The bandwidth in, in Mbit/s.
    pub inbound_bandwidth: Option<i64>,
    /// The bandwidth out, in Mbit/s.
    pub outbound_bandwidth: Option<i64>,
}

/// What an instance was made from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Image {
    /// Its id, a UUID.
    pub id: String,
    /// The name of the image, such as `Debian 12`.
    pub name: String,
    /// The region that holds the image under this id.
    pub region: String,
    /// What kind of system it is.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether it can be used.
    pub status: String,
    /// Whom it is for.
    pub visibility: String,
    /// The user that logs in.
    pub user: String,
    /// Its size in GB.
    pub size: f64,
    /// The smallest disk that it fits on, in GB.
    pub min_disk: i64,
    /// The smallest memory that it runs in, in GB.
    pub min_ram: i64,
    /// The kind of flavor that it needs.
    pub flavor_type: Option<String>,
    /// The plan that it is paid by.
    pub plan_code: Option<String>,
    /// The tags that the image carries.
    pub tags: Vec<String>,
    /// When it was made.
    pub creation_date: Timestamp,
}

/// The public key that may log in to an instance.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct SshKeyDetail {
    /// The id of the public key.
    pub id: String,
    /// The name of the public key, for people.
    pub name: String,
    /// The key in the form of `authorized_keys`.
    pub public_key: String,
    /// The fingerprint of the public key.
    pub finger_print: String,
    /// Where it can be used.
    pub regions: Vec<String>,
}

/// An instance with all that is known of it, as a call for a single one gives it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct InstanceDetail {
    /// Its id, a UUID.
    pub id: String,
    /// The name of the instance, for people.
    pub name: String,
    /// What it is doing.
    pub status: InstanceStatus,
    /// The region that the instance runs in, such as `GRA11`.
    pub region: String,
    /// What it is made of.
    pub flavor: Flavor,
    /// What it was made from.
    pub image: Image,
    /// The public key that may log in.
    pub ssh_key: Option<SshKeyDetail>,
    /// The public and private addresses of the instance.
    pub ip_addresses: Vec<IpAddress>,
    /// What is done to it.
    pub operation_ids: Vec<String>,
    /// When it was made.
    pub created: Timestamp,
    /// How it is paid by the month.
    pub monthly_billing: Option<MonthlyBilling>,
    /// The plan that it is paid by.
    pub plan_code: Option<String>,
    /// Bytes sent this month.
    pub current_month_outgoing_traffic: Option<i64>,
    /// The password of its rescue system.
    pub rescue_password: Option<Secret>,
}

impl Work for InstanceDetail {
    fn state(&self) -> &str {
        self.status.as_str()
    }

    fn what(&self) -> &str {
        &self.name
    }

    fn phase(&self) -> Phase {
        match self.status {
            InstanceStatus::Active => Phase::Done,
            InstanceStatus::Error | InstanceStatus::Deleted => Phase::Failed,
            _ => Phase::Running,
        }
    }
}

/// Calls about the instances of a project (`/cloud/project/{serviceName}/instance`).
#[derive(Clone, Debug)]
pub struct Instances<'a> {
    client: &'a Client,
    project: String,
}

impl<'a> Instances<'a> {
    pub(super) fn new(client: &'a Client, project: String) -> Self {
        Self { client, project }
    }

    /// Lists instances (`GET /cloud/project/{serviceName}/instance`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:instance/get`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// # let id = api.projects().list().ids().await?[0].clone();
    /// let project = api.project(&id);
    /// for instance in project.instances().list().region("GRA11").all().await? {
    ///     println!("{} is {}", instance.name, instance.status);
    /// }
    /// # assert!(!project.instances().list().all().await?.is_empty());
    /// # Ok(()) }
    /// ```
    pub fn list(&self) -> ListInstances {
        ListInstances::new(self.client.objects(&ops::LIST_INSTANCES, &[&self.project]))
    }

    /// Makes an instance (`POST /cloud/project/{serviceName}/instance`). It costs money from now on. A boot image or
    /// a volume has to be named.
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:instance/create`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// # use cloud_sandbox::ovh::{FLAVOR, IMAGE};
    /// # let id = api.projects().list().ids().await?[0].clone();
    /// let project = api.project(&id);
    /// let made = project.instances().create("web-1", "GRA11", FLAVOR).image_id(IMAGE).await?;
    /// # sandbox.clock().advance(std::time::Duration::from_secs(600));
    /// let instance = project.instances().wait_active(&made.id).await?;
    /// println!("{} has {:?}", instance.name, instance.ip_addresses);
    /// # assert!(!instance.ip_addresses.is_empty());
    /// # Ok(()) }
    /// ```
    pub fn create(
        &self,
        name: impl Into<String>,
        region: impl Into<String>,
        flavor: impl Into<String>,
    ) -> CreateInstance {
        let call = self
            .client
            .call(&ops::CREATE_INSTANCE, Decode::json())
            .arg(&self.project);
        CreateInstance::new(call, name.into(), region.into(), flavor.into())
    }

    /// One instance (`GET /cloud/project/{serviceName}/instance/{instanceId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:instance/get`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// # let id = api.projects().list().ids().await?[0].clone();
    /// let project = api.project(&id);
    /// # let id = project.instances().list().all().await?[0].id.clone();
    /// let instance = project.instances().get(&id).await?;
    /// println!("{} cores, {} GB", instance.flavor.vcpus, instance.flavor.ram);
    /// # assert_eq!(instance.id, id);
    /// # Ok(()) }
    /// ```
    pub fn get(&self, instance: &str) -> Call<InstanceDetail> {
        self.client
            .call(&ops::GET_INSTANCE, Decode::json())
            .arg(&self.project)
            .arg(instance)
    }

    /// Waits until an instance runs (`GET /cloud/project/{serviceName}/instance/{instanceId}`). Fails when it failed.
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:instance/get`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// # use cloud_sandbox::ovh::{FLAVOR, IMAGE};
    /// # let id = api.projects().list().ids().await?[0].clone();
    /// let project = api.project(&id);
    /// let made = project.instances().create("web-1", "GRA11", FLAVOR).image_id(IMAGE).await?;
    /// # sandbox.clock().advance(std::time::Duration::from_secs(600));
    /// let instance = project.instances().wait_active(&made.id).await?;
    /// assert_eq!(instance.status, ovh::cloud::InstanceStatus::Active);
    /// # Ok(()) }
    /// ```
    pub fn wait_active(&self, instance: &str) -> Waiter<InstanceDetail> {
        task::wait(self.get(instance))
    }

    /// Deletes an instance (`DELETE /cloud/project/{serviceName}/instance/{instanceId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:instance/delete`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// # let id = api.projects().list().ids().await?[0].clone();
    /// let project = api.project(&id);
    /// # let id = project.instances().list().all().await?[0].id.clone();
    /// project.instances().delete(&id).await?;
    /// # sandbox.clock().advance(std::time::Duration::from_secs(600));
    /// project.instances().wait_gone(&id).await?;
    /// assert!(project.instances().get(&id).await.unwrap_err().is_not_found());
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, instance: &str) -> Call<()> {
        self.client
            .call(&ops::DELETE_INSTANCE, Decode::nothing())
            .arg(&self.project)
            .arg(instance)
    }

    /// Waits until an instance is gone (`GET /cloud/project/{serviceName}/instance/{instanceId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:instance/get`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
    /// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
    /// # let sandbox = cloud_sandbox::Sandbox::new();
    /// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
    /// # let id = api.projects().list().ids().await?[0].clone();
    /// let project = api.project(&id);
    /// # let id = project.instances().list().all().await?[0].id.clone();
    /// project.instances().delete(&id).await?;
    /// # sandbox.clock().advance(std::time::Duration::from_secs(600));
    /// project.instances().wait_gone(&id).await?;
    /// # assert!(project.instances().get(&id).await.is_err());
    /// # Ok(()) }
    /// ```
    pub fn wait_gone(&self, instance: &str) -> Waiter<()> {
        task::wait_gone(self.get(instance))
    }
}

list_request! {
    /// Lists instances; made by [`Instances::list`].
    pub struct ListInstances => Instance;
    one {
        /// Only instances in this region.
        region: String = "region",
    }
}

/// Backups of an instance that are made by themselves.
#[derive(Clone, Debug, Serialize)]
pub struct AutoBackup {
    /// When, as in `crontab`.
    pub cron: String,
    /// How many are kept.
    pub rotation: i64,
}

/// A network that an instance is in.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NetworkParams {
    /// The id of the network that the instance joins.
    pub network_id: String,
    /// The address in it; any unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
}

cloud_core::request! {
    /// Makes an instance; made by [`Instances::create`].
    #[serde(rename_all = "camelCase")]
    pub struct CreateInstance => InstanceDetail;
    required {
        name: String,
        region: String,
        flavor_id: String,
    }
    opt {
        /// The image that it is made from.
        image_id: String,
        /// The volume that it boots, in place of an image.
        volume_id: String,
        /// The public key that may log in.
        ssh_key_id: String,
        /// The group that it is in.
        group_id: String,
        /// Data for cloud-init.
        user_data: String,
        /// Whether it is paid by the month.
        monthly_billing: bool,
        /// Backups that are made by themselves.
        autobackup: AutoBackup,
    }
    list {
        /// The networks that it is in.
        networks: NetworkParams,
    }
}
