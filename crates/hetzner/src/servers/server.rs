use std::net::{Ipv4Addr, Ipv6Addr};

use cloud_core::model::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::actions::Action;
use crate::ids::{
    FirewallId, FloatingIpId, LoadBalancerId, NetworkId, PrimaryIpId, ServerId, VolumeId,
};
use crate::images::Image;
use crate::ips::DnsPtr;
use crate::isos::Iso;
use crate::labels::Labels;
use crate::locations::Location;
use crate::placement_groups::PlacementGroup;
use crate::server_types::ServerType;

/// The hours (UTC) of daily backups that [`Server::backup_window`] may name. The service chooses among them.
pub const BACKUP_WINDOWS: [&str; 6] = ["22-02", "02-06", "06-10", "10-14", "14-18", "18-22"];

cloud_core::open_enum! {
    /// What a server does at the moment. The service's own word `unknown` is read as [`ServerStatus::Unknown`].
    pub enum ServerStatus {
        /// The server is switched on and runs.
        Running = "running",
        /// It is being set up for the first time.
        Initializing = "initializing",
        /// It is being switched on.
        Starting = "starting",
        /// It is being switched off.
        Stopping = "stopping",
        /// It is switched off. It costs the same as a running one.
        Off = "off",
        /// It is being deleted.
        Deleting = "deleting",
        /// It is being moved to another host.
        Migrating = "migrating",
        /// Its disk is being written anew from an image.
        Rebuilding = "rebuilding",
    }
}

cloud_core::open_enum! {
    /// Whether a firewall filters for a server yet.
    pub enum ServerFirewallStatus {
        /// The firewall filters for the server.
        Applied = "applied",
        /// The firewall will soon filter for the server.
        Pending = "pending",
    }
}

cloud_core::open_enum! {
    /// A group of measurements of a server.
    pub enum ServerMetricType {
        /// The series `cpu`, in percent.
        Cpu = "cpu",
        /// The series `disk.0.iops.read` and `disk.0.iops.write` (operations a second), `disk.0.bandwidth.read` and
        /// `disk.0.bandwidth.write` (bytes a second).
        Disk = "disk",
        /// The series `network.0.pps.in` and `network.0.pps.out` (packets a second), `network.0.bandwidth.in` and
        /// `network.0.bandwidth.out` (bytes a second), all of the public interface.
        Network = "network",
    }
}

/// A server of the project.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Server {
    /// The number of the server.
    pub id: ServerId,
    /// Its name, unique in the project and a valid host name.
    pub name: String,
    /// What it does at the moment.
    pub status: ServerStatus,
    /// When it was created.
    pub created: Timestamp,
    /// The public addresses of the server.
    pub public_net: PublicNet,
    /// The private networks it is attached to.
    pub private_net: Vec<PrivateNet>,
    /// Its type, with the prices of today.
    pub server_type: ServerType,
    /// Where the server stands.
    pub location: Location,
    /// The image it was created from or last rebuilt from; `None` when that is gone.
    pub image: Option<Image>,
    /// The ISO image inserted into it.
    pub iso: Option<Iso>,
    /// Whether it boots into the rescue system next time.
    pub rescue_enabled: bool,
    /// Whether another action works on it; requests that would change it fail with `locked` until then.
    pub locked: bool,
    /// The hours (UTC) in which its daily backup is taken, such as `22-02`; `None` without backups. The service
    /// chooses them.
    pub backup_window: Option<String>,
    /// What is refused for it.
    pub protection: ServerProtection,
    /// The labels of the server.
    pub labels: Labels,
    /// The volumes attached to it.
    pub volumes: Vec<VolumeId>,
    /// The load balancers that send to it.
    pub load_balancers: Vec<LoadBalancerId>,
    /// The placement group it is in.
    pub placement_group: Option<PlacementGroup>,
    /// Bytes sent to the internet in this billing period; `None` while the server is new.
    pub outgoing_traffic: Option<u64>,
    /// Bytes received from the internet in this billing period; they cost nothing.
    pub ingoing_traffic: Option<u64>,
    /// Outgoing bytes that this billing period includes.
    pub included_traffic: Option<u64>,
    /// The size of its disk in GB. Smaller than that of its type when the type was changed without growing the disk.
    pub primary_disk_size: u32,
}

crate::actions::id_of!(Server => ServerId);

impl Server {
    /// Whether the status is [`ServerStatus::Running`].
    pub fn is_running(&self) -> bool {
        self.status == ServerStatus::Running
    }

    /// Whether it is switched off.
    pub fn is_off(&self) -> bool {
        self.status == ServerStatus::Off
    }

    /// Its public IPv4 address, when it has one.
    pub fn ipv4(&self) -> Option<Ipv4Addr> {
        self.public_net.ipv4.as_ref()?.ip.parse().ok()
    }

    /// The public IPv6 address that the images of the service configure: the one ending in `::1` in the network of the
    /// server. Every other address of the /64 network reaches the server as well.
    pub fn ipv6(&self) -> Option<Ipv6Addr> {
        let (network, _) = self.public_net.ipv6.as_ref()?.network()?;
        Some(Ipv6Addr::from_bits(network.to_bits() | 1))
    }

    /// Its attachment to this private network.
    pub fn private_net(&self, network: NetworkId) -> Option<&PrivateNet> {
        self.private_net.iter().find(|net| net.network == network)
    }
}

/// The public side of a server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PublicNet {
    /// The IPv4 address of the server. `None` for a server without one.
    pub ipv4: Option<PublicIpv4>,
    /// The IPv6 network of the server. `None` for a server without one.
    pub ipv6: Option<PublicIpv6>,
    /// The Floating IPs that lead to it.
    pub floating_ips: Vec<FloatingIpId>,
    /// The firewalls in front of it.
    pub firewalls: Vec<ServerFirewall>,
}

/// The public IPv4 address of a server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PublicIpv4 {
    /// The Primary IP behind it.
    pub id: Option<PrimaryIpId>,
    /// The address as a text. [`Server::ipv4`] reads it.
    pub ip: String,
    /// Whether the service cut it off because of abuse.
    pub blocked: bool,
    /// The host name that the address resolves to.
    pub dns_ptr: String,
}

/// The public IPv6 network of a server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PublicIpv6 {
    /// The Primary IP behind it.
    pub id: Option<PrimaryIpId>,
    /// The network, such as `2001:db8::/64`. [`PublicIpv6::network`] reads it.
    pub ip: String,
    /// Whether the service cut it off because of abuse.
    pub blocked: bool,
    /// The host names of those of its addresses that were given one.
    pub dns_ptr: Vec<DnsPtr>,
}

impl PublicIpv6 {
    /// The first address of the network and the length of its prefix.
    pub fn network(&self) -> Option<(Ipv6Addr, u8)> {
        let (address, length) = self.ip.split_once('/')?;
        let length = length.parse().ok().filter(|length| *length <= 128)?;
        Some((address.parse().ok()?, length))
    }
}

/// A firewall in front of a server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ServerFirewall {
    /// The number of the firewall.
    pub id: FirewallId,
    /// Whether it filters yet.
    pub status: ServerFirewallStatus,
}

/// A server's place in a private network.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PrivateNet {
    /// The number of the private network.
    pub network: NetworkId,
    /// The address of the server in it.
    pub ip: String,
    /// More addresses of the server in it.
    pub alias_ips: Vec<String>,
    /// The hardware address of the interface.
    pub mac_address: String,
}

/// What is refused for a server until the protection is lifted. Both have the same value (2026-10-05): the service
/// refuses to set only one of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ServerProtection {
    /// Whether deleting it is refused.
    pub delete: bool,
    /// Whether rebuilding it is refused.
    pub rebuild: bool,
}

/// The answer to rebuilding a server. `Debug` hides the password.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Rebuilt {
    /// The action that rebuilds the server.
    pub action: Action,
    /// The new password of `root`, told only here. `None` when the image keeps SSH keys.
    pub root_password: Option<SecretString>,
}

/// The answer to enabling the rescue system, which starts with the next boot. `Debug` hides the password.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct EnabledRescue {
    /// The action that enables the rescue system.
    pub action: Action,
    /// The password of `root` in the rescue system, told only here.
    pub root_password: SecretString,
}

/// The answer to resetting the password of `root`. `Debug` hides the password.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ResetPassword {
    /// The action that resets the password.
    pub action: Action,
    /// The new password, told only here.
    pub root_password: SecretString,
}

/// The answer to asking for a console. `Debug` hides the address and the password.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct RequestedConsole {
    /// The opening of the console.
    pub action: Action,
    /// The address of the VNC console over WebSocket. It opens the console by itself and is good for one minute.
    pub wss_url: SecretString,
    /// The password that VNC asks for. It is not that of the server.
    pub password: SecretString,
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use secrecy::ExposeSecret;

    use super::*;

    fn server(json: &str) -> Server {
        cloud_core::decode::from_str(json).unwrap()
    }

    #[test]
    fn states_are_told_apart() {
        for (status, running, off) in [
            ("running", true, false),
            ("off", false, true),
            ("stopping", false, false),
        ] {
            let server = Server {
                status: status.into(),
                ..Server::default()
            };
            assert_eq!(
                (server.is_running(), server.is_off()),
                (running, off),
                "{status}"
            );
        }
        assert!(matches!(
            ServerStatus::from("unknown"),
            ServerStatus::Unknown(_)
        ));
    }

    #[test]
    fn addresses_are_read_when_there_are_any() {
        let with =
            server(r#"{"public_net":{"ipv4":{"ip":"203.0.113.7"},"ipv6":{"ip":"2001:db8::/64"}}}"#);
        assert_eq!(with.ipv4(), Some(Ipv4Addr::new(203, 0, 113, 7)));
        assert_eq!(with.ipv6(), Some("2001:db8::1".parse().unwrap()));
        for json in [
            "{}",
            r#"{"public_net":{"ipv4":null,"ipv6":null}}"#,
            r#"{"public_net":{"ipv4":{"ip":""},"ipv6":{}}}"#,
        ] {
            assert_eq!(
                (server(json).ipv4(), server(json).ipv6()),
                (None, None),
                "{json}"
            );
        }
    }

    #[test]
    fn an_ipv6_network_needs_address_and_length() {
        let network = |ip: &str| {
            PublicIpv6 {
                ip: ip.to_owned(),
                ..PublicIpv6::default()
            }
            .network()
        };
        assert_eq!(
            network("2001:db8::/64"),
            Some(("2001:db8::".parse().unwrap(), 64))
        );
        for bad in ["2001:db8::", "2001:db8::/129", "2001:db8::/", "x/64", "/64"] {
            assert_eq!(network(bad), None, "{bad}");
        }
    }

    #[test]
    fn private_networks_are_found_by_id() {
        let server = server(
            r#"{"private_net":[{"network":1,"ip":"10.0.0.2"},{"network":2,"ip":"10.1.0.2"}]}"#,
        );
        assert_eq!(server.private_net(NetworkId(2)).unwrap().ip, "10.1.0.2");
        assert_eq!(server.private_net(NetworkId(3)), None);
    }

    fn secret_of<T: for<'de> Deserialize<'de> + Debug>(
        json: &str,
        secret: impl Fn(&T) -> &SecretString,
    ) {
        let answer: T = cloud_core::decode::from_str(json).unwrap();
        assert_eq!(secret(&answer).expose_secret(), "hunter2");
        let debug = format!("{answer:#?}");
        assert!(
            debug.contains("REDACTED") && !debug.contains("hunter2") && debug.contains("ActionId"),
            "{debug}"
        );
        cloud_core::decode::from_str::<T>("{}").unwrap();
        cloud_core::decode::from_str::<T>(
            r#"{"action":null,"root_password":null,"wss_url":null,"password":null}"#,
        )
        .unwrap();
    }

    #[test]
    fn secrets_are_read_and_never_shown() {
        let password = r#"{"root_password":"hunter2","action":{"id":7}}"#;
        secret_of(password, |answer: &EnabledRescue| &answer.root_password);
        secret_of(password, |answer: &ResetPassword| &answer.root_password);
        secret_of(password, |answer: &Rebuilt| {
            answer.root_password.as_ref().unwrap()
        });
        let console = r#"{"wss_url":"hunter2","password":"hunter2","action":{"id":7}}"#;
        secret_of(console, |answer: &RequestedConsole| &answer.wss_url);
        secret_of(console, |answer: &RequestedConsole| &answer.password);
    }
}
