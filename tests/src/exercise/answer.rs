use std::collections::BTreeSet;

use bytes::Bytes;
use cloud_core::model::Page;
use hetzner::{Accepted, Action, Created};
use serde::Serialize;
use serde_json::Value;

/// Where in a body a resource is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Under the only key that is not about actions, pages or the list itself.
    Main,
    /// Under this key.
    Key(&'static str),
    /// It is the body.
    Whole,
}

/// What an operation answers with, so that it can be encoded again and held against what came.
pub trait Answer {
    /// The resource in the answer, encoded again, and where it came from.
    fn encoded(&self) -> (Place, Value);

    /// The keys that came and are not there any more.
    fn lost_keys(&self, body: &Value) -> Vec<String> {
        let (place, encoded) = self.encoded();
        if encoded.is_null() {
            return Vec::new();
        }
        let came = match place {
            Place::Whole => Some(body),
            Place::Key(key) => body.get(key),
            Place::Main => body.as_object().and_then(|object| {
                let beside = [
                    "action",
                    "actions",
                    "href",
                    "id",
                    "markers",
                    "meta",
                    "next_actions",
                    "root_password",
                    "type",
                ];
                let main = object
                    .iter()
                    .find(|(key, _)| !beside.contains(&key.as_str()));
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
                let path = if here.is_empty() {
                    key.clone()
                } else {
                    format!("{here}.{key}")
                };
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
            fn encoded(&self) -> (Place, Value) {
                (Place::Main, encode(self))
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
    hetzner::robot::Boot
    hetzner::robot::ExecutedReset
    hetzner::robot::Failover
    hetzner::robot::Firewall
    hetzner::robot::FirewallTemplate
    hetzner::robot::Ip
    hetzner::robot::IpCancellation
    hetzner::robot::IpMac
    hetzner::robot::Linux
    hetzner::robot::Rdns
    hetzner::robot::Rescue
    hetzner::robot::Reset
    hetzner::robot::Server
    hetzner::robot::ServerCancellation
    hetzner::robot::SshKey
    hetzner::robot::Subnet
    hetzner::robot::SubnetCancellation
    hetzner::robot::SubnetMac
    hetzner::robot::Traffic
    hetzner::robot::Vnc
    hetzner::robot::WakeOnLan
    hetzner::robot::Windows
    hetzner::robot::orders::AddonTransaction
    hetzner::robot::orders::MarketProduct
    hetzner::robot::orders::MarketTransaction
    hetzner::robot::orders::StandardProduct
    hetzner::robot::orders::StandardTransaction
    sahara::Cluster
    sahara::ClusterTemplate
    sahara::ConfigHints
    sahara::Image
    sahara::DataSource
    sahara::Exported
    sahara::Job
    sahara::JobBinary
    sahara::JobBinaryInternal
    sahara::JobTemplate
    sahara::NodeGroupTemplate
    sahara::Plugin
    sahara::PluginVersion
    Vec<sahara::job_types::AvailableJobType>
    String
    Vec<String>
}

impl Answer for Action {
    fn encoded(&self) -> (Place, Value) {
        (Place::Key("action"), encode(self))
    }
}

impl Answer for Vec<Action> {
    fn encoded(&self) -> (Place, Value) {
        (Place::Key("actions"), encode(self))
    }
}

impl<T: Serialize> Answer for Page<T> {
    fn encoded(&self) -> (Place, Value) {
        (Place::Main, encode(&self.items))
    }
}

impl<T: Serialize> Answer for Created<T> {
    fn encoded(&self) -> (Place, Value) {
        (Place::Main, encode(&self.resource))
    }
}

impl Answer for Option<Action> {
    fn encoded(&self) -> (Place, Value) {
        (Place::Key("action"), encode(self))
    }
}

/// Answers that tell something besides the action.
macro_rules! with_action {
    ($($answer:ty)*) => { $(
        impl Answer for $answer {
            fn encoded(&self) -> (Place, Value) {
                (Place::Key("action"), encode(&self.action))
            }
        }
    )* };
}

with_action! {
    hetzner::servers::EnabledRescue
    hetzner::servers::Rebuilt
    hetzner::servers::RequestedConsole
    hetzner::servers::ResetPassword
}

impl<A: Answer, R> Answer for Accepted<A, R> {
    fn encoded(&self) -> (Place, Value) {
        (**self).encoded()
    }
}

impl Answer for sahara::clusters::ForcedDeletion {
    fn encoded(&self) -> (Place, Value) {
        (Place::Whole, encode(self))
    }
}

/// Of each of several new clusters the id is kept, which v1.1 gives alone.
impl Answer for Vec<sahara::ClusterId> {
    fn encoded(&self) -> (Place, Value) {
        (Place::Whole, Value::Null)
    }
}

macro_rules! no_json {
    ($($type:ty)*) => { $(
        impl Answer for $type {
            fn encoded(&self) -> (Place, Value) {
                (Place::Whole, Value::Null)
            }
        }
    )* };
}

no_json! { () Bytes }

macro_rules! whole_bodies {
    ($($model:ty => $resource:expr;)*) => { $(
        impl Answer for $model {
            fn encoded(&self) -> (Place, Value) {
                let resource: fn(&Self) -> Value = $resource;
                (Place::Whole, resource(self))
            }
        }
    )* };
}

whole_bodies! {
    ionos_dataplatform::Cluster => |it| encode(it);
    ionos_dataplatform::Kubeconfig => |it| it.expose();
    ionos_dataplatform::NodePool => |it| encode(it);
    ionos_dataplatform::Versions => |it| encode(it);
}

whole_bodies! {
    Vec<ovh::cart::ConfigurationId> => |it| encode(it);
    hetzner::robot::VSwitch => |it| encode(it);
    i64 => |it| encode(it);
    ovh::consumer_key::PendingConsumerKey => |_| Value::Null;
    ovh::me::orders::OrderStatus => |it| encode(it);
}

macro_rules! with_lists {
    ($($model:ty)*) => {
        whole_bodies! { $( $model => |it| encode(it); Vec<$model> => |it| encode(it); )* }
    };
}

with_lists! {
    ovh::auth::ApiCredential
    ovh::auth::AuthDetails
    ovh::cart::Cart
    ovh::cart::CartItem
    ovh::cart::Configuration
    ovh::cart::CreatedConfiguration
    ovh::cart::DomainOffer
    ovh::cart::Order
    ovh::cloud::Cluster
    ovh::cloud::Flavor
    ovh::cloud::Image
    ovh::cloud::Instance
    ovh::cloud::InstanceDetail
    ovh::cloud::InstanceSnapshot
    ovh::cloud::Kubeconfig
    ovh::cloud::Network
    ovh::cloud::Node
    ovh::cloud::NodeFlavor
    ovh::cloud::NodePool
    ovh::cloud::Operation
    ovh::cloud::Project
    ovh::cloud::Region
    ovh::cloud::SshKey
    ovh::cloud::SshKeyDetail
    ovh::cloud::Subnet
    ovh::cloud::User
    ovh::cloud::Volume
    ovh::dedicated_server::Burst
    ovh::dedicated_server::DedicatedServer
    ovh::dedicated_server::Ipmi
    ovh::dedicated_server::IpmiAccessValue
    ovh::dedicated_server::Netboot
    ovh::dedicated_server::ServerTask
    ovh::domain::Domain
    ovh::domain::DomainTask
    ovh::domain::DynHostLogin
    ovh::domain::DynHostRecord
    ovh::domain::FullNameServer
    ovh::domain::Record
    ovh::domain::RestorePoint
    ovh::domain::Soa
    ovh::domain::Zone
    ovh::domain::ZoneStatus
    ovh::domain::ZoneTask
    ovh::email_domain::MailTask
    ovh::email_domain::Redirection
    ovh::iam::Policy
    ovh::iam::Resource
    ovh::iam::ResourceGroup
    ovh::ip::Ip
    ovh::ip::IpTask
    ovh::ip::ReverseIp
    ovh::me::Nichandle
    ovh::me::applications::ApiApplication
    ovh::me::bills::Bill
    ovh::me::bills::BillDetail
    ovh::me::bills::Payment
    ovh::me::oauth2_clients::NewOAuth2Client
    ovh::me::oauth2_clients::OAuth2Client
    ovh::me::orders::Order
    ovh::me::ssh_keys::AccountSshKey
    ovh::private_database::Database
    ovh::private_database::PrivateDatabase
    ovh::private_database::PrivateDatabaseTask
    ovh::private_database::User
    ovh::service::PurchasedService
    ovh::service::Service
    ovh::sms::SmsAccount
    ovh::sms::SmsJob
    ovh::sms::SmsSendingReport
    ovh::vps::Snapshot
    ovh::vps::Vps
    ovh::vps::VpsImage
    ovh::vps::VpsIp
    ovh::vps::VpsTask
}
