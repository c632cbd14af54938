use cloud_core::Result;
use cloud_core::call::{Call, CallFuture, Task};
use cloud_core::decode::Decode;
use cloud_core::model::{IdOrName, Secret, Timestamp};
use cloud_core::provider::CallBuilder;
use cloud_core::request::CallOptions;
use cloud_core::wait::{Accepted, Waiter};
use serde::{Deserialize, Serialize};

use super::images::{Flavor, Image};
use super::ssh_keys::SshKeyDetail;
use super::{
    FlavorId, ImageId, InProject, InstanceId, NetworkId, ProjectHandle, SshKeyId, VolumeId,
};
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
        // `Unknown` is the name of the words that an open enum does not have.
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
    pub network_id: NetworkId,
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
    pub id: InstanceId,
    /// The name of the instance, for people.
    pub name: String,
    /// What it is doing.
    pub status: InstanceStatus,
    /// The region that the instance runs in, such as `GRA11`.
    pub region: String,
    /// The id of the flavor that the instance is made of.
    pub flavor_id: FlavorId,
    /// The id of the image that the instance was made from.
    pub image_id: ImageId,
    /// The public key that may log in.
    pub ssh_key_id: Option<SshKeyId>,
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

/// An instance with all that is known of it, as a call for a single one gives it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct InstanceDetail {
    /// Its id, a UUID.
    pub id: InstanceId,
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
            // Off as well: nobody who starts or makes an instance waits for that.
            _ => Phase::Running,
        }
    }
}

cloud_core::open_enum! {
    /// How an instance is started again.
    pub enum RebootType {
        /// As if its power was cut.
        Hard = "hard",
        /// By its own system.
        Soft = "soft",
    }
}

/// What an instance was saved as.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct InstanceSnapshot {
    /// The id of the snapshot, which is an image.
    pub snapshot_id: ImageId,
}

impl ProjectHandle<'_> {
    /// The group of all calls about the project's instances.
    pub fn instances(&self) -> Instances {
        Instances(self.group())
    }
}

/// Calls about the instances of a project (`/cloud/project/{serviceName}/instance`), made by
/// [`ProjectHandle::instances`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
/// # use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
/// # let sandbox = cloud_sandbox::Sandbox::new();
/// # let api = ovh::Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET).transport(sandbox.ovh()).build()?;
/// # let id = api.projects().list().ids().await?[0].clone();
/// let project = api.project(&id);
/// let made = project.instances().create("web-1", "GRA11", "b2-7").image("Debian 12").await?;
/// # sandbox.clock().advance(std::time::Duration::from_secs(600));
/// let instance = made.wait().await?;
/// assert_eq!(instance.flavor.name, "b2-7");
/// println!("{} has {:?}", instance.name, instance.ip_addresses);
///
/// project.instances().stop(&instance).await?;
/// # sandbox.clock().advance(std::time::Duration::from_secs(600));
/// project.instances().snapshot(&instance, "before the upgrade").await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Instances(InProject);

impl Instances {
    /// Lists instances (`GET /cloud/project/{serviceName}/instance`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:instance/get`.
    #[inline]
    pub fn list(&self) -> ListInstances {
        ListInstances::new(self.0.client.objects(&ops::LIST_INSTANCES, &[&self.0.id]))
    }

    /// One instance (`GET /cloud/project/{serviceName}/instance/{instanceId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:instance/get`.
    pub fn get(&self, instance: impl Into<InstanceId>) -> Call<InstanceDetail> {
        self.0
            .call(&ops::GET_INSTANCE, Decode::json())
            .arg(instance.into())
    }

    /// Makes an instance of a flavor, named by its name such as `b2-7` or by its id (`POST
    /// /cloud/project/{serviceName}/instance`). It costs money from now on. An [image](CreateInstance::image) or a
    /// [volume](CreateInstance::volume_id) to start from has to be named.
    ///
    /// Names are looked up in the region first (`GET /cloud/project/{serviceName}/flavor`, `GET
    /// /cloud/project/{serviceName}/image` and `GET /cloud/project/{serviceName}/snapshot`). [Waiting](Accepted::wait)
    /// takes until the instance runs.
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:instance/create`; for names `publicCloudProject:apiovh:flavor/get`,
    /// `publicCloudProject:apiovh:image/get` and `publicCloudProject:apiovh:snapshot/get`; for waiting
    /// `publicCloudProject:apiovh:instance/get`.
    ///
    /// # Errors
    ///
    /// An input error, before anything is made, when the region has no flavor or no image of that name. A full quota is
    /// answered with 400 or 403.
    pub fn create(
        &self,
        name: impl Into<String>,
        region: impl Into<String>,
        flavor: impl Into<IdOrName<FlavorId>>,
    ) -> CreateInstance {
        CreateInstance {
            instances: self.clone(),
            flavor: flavor.into(),
            image: None,
            options: CallOptions::default(),
            body: NewInstance {
                name: name.into(),
                region: region.into(),
                ..NewInstance::default()
            },
        }
    }

    /// Renames an instance (`PUT /cloud/project/{serviceName}/instance/{instanceId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:instance/edit`.
    pub fn rename(&self, instance: impl Into<InstanceId>, name: impl Into<String>) -> Call<()> {
        self.0
            .call(&ops::UPDATE_INSTANCE, Decode::nothing())
            .arg(instance.into())
            .json(&serde_json::json!({"instanceName": name.into()}))
    }

    /// Starts an instance (`POST /cloud/project/{serviceName}/instance/{instanceId}/start`). [Waiting](Accepted::wait)
    /// takes until it runs.
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:instance/start`; for waiting `publicCloudProject:apiovh:instance/get`.
    pub fn start(&self, instance: impl Into<InstanceId>) -> Call<Accepted<(), InstanceDetail>> {
        let instance = instance.into();
        let started = task::change(Decode::nothing(), self.get(&instance), runs);
        self.0.call(&ops::START_INSTANCE, started).arg(instance)
    }

    /// Turns an instance off (`POST /cloud/project/{serviceName}/instance/{instanceId}/stop`). It goes on costing money.
    /// [Waiting](Accepted::wait) takes until it is off.
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:instance/stop`; for waiting `publicCloudProject:apiovh:instance/get`.
    pub fn stop(&self, instance: impl Into<InstanceId>) -> Call<Accepted<(), InstanceDetail>> {
        let instance = instance.into();
        let stopped = task::change(Decode::nothing(), self.get(&instance), is_off);
        self.0.call(&ops::STOP_INSTANCE, stopped).arg(instance)
    }

    /// Starts an instance again (`POST /cloud/project/{serviceName}/instance/{instanceId}/reboot`).
    /// [Waiting](Accepted::wait) takes until it runs again.
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:instance/reboot`; for waiting `publicCloudProject:apiovh:instance/get`.
    pub fn reboot(
        &self,
        instance: impl Into<InstanceId>,
        kind: impl Into<RebootType>,
    ) -> Call<Accepted<(), InstanceDetail>> {
        let instance = instance.into();
        let rebooted = task::change(Decode::nothing(), self.get(&instance), task::once_begun);
        self.0
            .call(&ops::REBOOT_INSTANCE, rebooted)
            .arg(instance)
            .json(&serde_json::json!({"type": kind.into()}))
    }

    /// Moves an instance to another flavor of its region (`POST
    /// /cloud/project/{serviceName}/instance/{instanceId}/resize`), which starts it again. [Waiting](Accepted::wait) takes
    /// until it runs with the new flavor.
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:instance/resize`; for waiting `publicCloudProject:apiovh:instance/get`.
    pub fn resize(
        &self,
        instance: impl Into<InstanceId>,
        flavor: impl Into<FlavorId>,
    ) -> Call<Accepted<Instance, InstanceDetail>> {
        let (instance, flavor) = (instance.into(), flavor.into());
        let (look, wanted) = (self.get(&instance), flavor.clone());
        let resized = Decode::json().map(move |answer| {
            let (look, wanted) = (look.clone(), wanted.clone());
            Accepted::new(answer, move |_| {
                let wanted = wanted.clone();
                // It runs with its old flavor until the move begins.
                task::wait_change(look.clone(), move |now: &InstanceDetail, _| {
                    match now.phase() {
                        Phase::Done if now.flavor.id != wanted => Phase::Running,
                        phase => phase,
                    }
                })
            })
        });
        self.0
            .call(&ops::RESIZE_INSTANCE, resized)
            .arg(instance)
            .json(&serde_json::json!({"flavorId": flavor}))
    }

    /// Saves the disk of an instance as an image of this name (`POST
    /// /cloud/project/{serviceName}/instance/{instanceId}/snapshot`). [Waiting](Accepted::wait) takes until the snapshot
    /// can be used (`GET /cloud/project/{serviceName}/snapshot/{imageId}`).
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:instance/snapshot`; for waiting `publicCloudProject:apiovh:snapshot/get`.
    pub fn snapshot(
        &self,
        instance: impl Into<InstanceId>,
        name: impl Into<String>,
    ) -> Call<Accepted<InstanceSnapshot, Image>> {
        let snapshots = self.0.client.project(&self.0.id).snapshots();
        let saved = Decode::json().map(move |answer: InstanceSnapshot| {
            let snapshots = snapshots.clone();
            Accepted::new(answer, move |answer| {
                task::wait(snapshots.get(&answer.snapshot_id))
            })
        });
        self.0
            .call(&ops::SNAPSHOT_INSTANCE, saved)
            .arg(instance.into())
            .json(&serde_json::json!({"snapshotName": name.into()}))
    }

    /// Deletes an instance (`DELETE /cloud/project/{serviceName}/instance/{instanceId}`). [Waiting](Accepted::wait) takes
    /// until it is gone.
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:instance/delete`; for waiting `publicCloudProject:apiovh:instance/get`.
    pub fn delete(&self, instance: impl Into<InstanceId>) -> Call<Accepted<()>> {
        let instance = instance.into();
        self.0
            .call(
                &ops::DELETE_INSTANCE,
                task::deletion(Decode::nothing(), self.get(&instance)),
            )
            .arg(instance)
    }

    /// Waits until an instance runs (`GET /cloud/project/{serviceName}/instance/{instanceId}`). Fails when it failed.
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:instance/get`.
    pub fn wait_active(&self, instance: impl Into<InstanceId>) -> Waiter<InstanceDetail> {
        task::wait(self.get(instance))
    }
}

/// An instance that is to run was off before, so that running cannot be the state before the change.
fn runs(instance: &InstanceDetail, _: bool) -> Phase {
    instance.phase()
}

/// It shows that it runs until it is off.
fn is_off(instance: &InstanceDetail, _: bool) -> Phase {
    match instance.status {
        InstanceStatus::ShutOff | InstanceStatus::Stopped => Phase::Done,
        InstanceStatus::Error | InstanceStatus::Deleted => Phase::Failed,
        _ => Phase::Running,
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
    pub network_id: NetworkId,
    /// The address in it; any unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
}

#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct NewInstance {
    name: String,
    region: String,
    flavor_id: FlavorId,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_id: Option<ImageId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    volume_id: Option<VolumeId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ssh_key_id: Option<SshKeyId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    monthly_billing: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    autobackup: Option<AutoBackup>,
    #[serde(skip_serializing_if = "Option::is_none")]
    availability_zone: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    networks: Vec<NetworkParams>,
}

/// Makes an instance; made by [`Instances::create`]. Names are looked up when it is awaited.
#[derive(Clone)]
#[must_use = "nothing is sent until the request is awaited"]
pub struct CreateInstance {
    instances: Instances,
    flavor: IdOrName<FlavorId>,
    image: Option<IdOrName<ImageId>>,
    options: CallOptions,
    body: NewInstance,
}

impl CreateInstance {
    /// The image that it is made from, named by its name such as `Debian 12` or by its id. It can be a snapshot; an image
    /// of OVHcloud's comes before a snapshot of the same name.
    pub fn image(mut self, image: impl Into<IdOrName<ImageId>>) -> Self {
        self.image = Some(image.into());
        self
    }

    /// The volume that it boots, in place of an image.
    pub fn volume_id(mut self, volume: impl Into<VolumeId>) -> Self {
        self.body.volume_id = Some(volume.into());
        self
    }

    /// The public key that may log in.
    pub fn ssh_key_id(mut self, key: impl Into<SshKeyId>) -> Self {
        self.body.ssh_key_id = Some(key.into());
        self
    }

    /// The id of the group that it is in.
    pub fn group_id(mut self, group: impl Into<String>) -> Self {
        self.body.group_id = Some(group.into());
        self
    }

    /// What cloud-init does when the instance starts for the first time.
    pub fn user_data(mut self, data: impl Into<String>) -> Self {
        self.body.user_data = Some(data.into());
        self
    }

    /// Whether it is paid by the month.
    pub fn monthly_billing(mut self, monthly: bool) -> Self {
        self.body.monthly_billing = Some(monthly);
        self
    }

    /// Backups that are made by themselves.
    pub fn autobackup(mut self, backup: AutoBackup) -> Self {
        self.body.autobackup = Some(backup);
        self
    }

    /// The availability zone that it runs in, for regions that have several.
    pub fn availability_zone(mut self, zone: impl Into<String>) -> Self {
        self.body.availability_zone = Some(zone.into());
        self
    }

    /// The networks that it is in.
    pub fn networks(mut self, networks: impl IntoIterator<Item = NetworkParams>) -> Self {
        self.body.networks = networks.into_iter().collect();
        self
    }

    /// Sets a time limit, headers and so on for the request that makes the instance.
    pub fn options(mut self, set: impl FnOnce(CallOptions) -> CallOptions) -> Self {
        self.options = set(self.options);
        self
    }

    /// Sends the request (`POST /cloud/project/{serviceName}/instance`), after it has looked up what is named (`GET
    /// /cloud/project/{serviceName}/flavor`, `GET /cloud/project/{serviceName}/image`, `GET
    /// /cloud/project/{serviceName}/snapshot`); awaiting it does the same.
    ///
    /// # Permissions
    ///
    /// The IAM action `publicCloudProject:apiovh:instance/create`, and for names those of [`Instances::create`].
    pub async fn send(self) -> Result<Accepted<InstanceDetail>> {
        let Self {
            instances,
            flavor,
            image,
            options,
            mut body,
        } = self;
        let project = instances.0.client.project(&instances.0.id);
        body.flavor_id = project.flavors().id_of(&body.region, flavor).await?;
        if let Some(image) = image {
            body.image_id = Some(project.images().id_of(&body.region, image).await?);
        }
        let made = instances.clone();
        let accepted = move |instance: InstanceDetail| {
            let instances = made.clone();
            Accepted::new(instance, move |made| task::wait(instances.get(made)))
        };
        let decode = Decode::json().map(accepted);
        let call = instances.0.call(&ops::CREATE_INSTANCE, decode).json(&body);
        // They are for the creation, not for the look-ups before it.
        call.options(|_| options).await
    }

    /// Sends the request and blocks this thread until it is answered. It works on every thread; inside of
    /// asynchronous code it stops the worker that runs it, so await the request there.
    #[cfg(feature = "blocking")]
    pub fn send_blocking(self) -> Result<Accepted<InstanceDetail>> {
        Task::new(self.send()).send_blocking()
    }
}

impl std::fmt::Debug for CreateInstance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CreateInstance({})", self.body.name)
    }
}

impl std::future::IntoFuture for CreateInstance {
    type Output = Result<Accepted<InstanceDetail>>;
    type IntoFuture = CallFuture<Accepted<InstanceDetail>>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        Task::new(self.send()).into_future()
    }
}
