//! How often the operations may be called, by the groups of the documentation.

use std::time::Duration;

use cloud_core::throttle::Pace;
use http::Method;

const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Operations that share a limit.
///
/// Reads of servers are known to share one (syself/hetzner-cloud-controller-manager#18). How far that goes for others is
/// not documented, so what stands in one line of the documented limits, below one path, is taken to share it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    Server,
    ResetRead,
    Reset,
    WolRead,
    Wol,
    Boot,
    Ip,
    IpMac,
    IpCancellation,
    Subnet,
    SubnetMac,
    SubnetCancellation,
    FailoverRead,
    Failover,
    Rdns,
    Traffic,
    KeyRead,
    Key,
    OrderRead,
    Order,
    Firewall,
    VSwitchRead,
    VSwitch,
    /// What the documentation does not know.
    Other,
}

impl Group {
    pub(super) const ALL: [Self; 24] = [
        Self::Server,
        Self::ResetRead,
        Self::Reset,
        Self::WolRead,
        Self::Wol,
        Self::Boot,
        Self::Ip,
        Self::IpMac,
        Self::IpCancellation,
        Self::Subnet,
        Self::SubnetMac,
        Self::SubnetCancellation,
        Self::FailoverRead,
        Self::Failover,
        Self::Rdns,
        Self::Traffic,
        Self::KeyRead,
        Self::Key,
        Self::OrderRead,
        Self::Order,
        Self::Firewall,
        Self::VSwitchRead,
        Self::VSwitch,
        Self::Other,
    ];

    /// The group of an operation, by its method and its path.
    pub(super) fn of(method: &Method, path: &str) -> Self {
        // Paths of raw requests may come with a query.
        let path = path.split('?').next().unwrap_or_default();
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        let (first, last) = (parts.next().unwrap_or_default(), parts.next_back());
        let reads = *method == Method::GET;
        match (first, last) {
            ("server", _) => Self::Server,
            ("reset", _) if reads => Self::ResetRead,
            ("reset", _) => Self::Reset,
            ("wol", _) if reads => Self::WolRead,
            ("wol", _) => Self::Wol,
            ("boot", _) => Self::Boot,
            ("ip", Some("mac")) if !reads => Self::IpMac,
            ("ip", Some("cancellation")) => Self::IpCancellation,
            ("ip", _) => Self::Ip,
            ("subnet", Some("mac")) if !reads => Self::SubnetMac,
            ("subnet", Some("cancellation")) => Self::SubnetCancellation,
            ("subnet", _) => Self::Subnet,
            ("failover", _) if reads => Self::FailoverRead,
            ("failover", _) => Self::Failover,
            ("rdns", _) => Self::Rdns,
            ("traffic", _) => Self::Traffic,
            ("key", _) if reads => Self::KeyRead,
            ("key", _) => Self::Key,
            ("order", _) if reads => Self::OrderRead,
            ("order", _) => Self::Order,
            ("firewall", _) => Self::Firewall,
            ("vswitch", _) if reads => Self::VSwitchRead,
            ("vswitch", _) => Self::VSwitch,
            _ => Self::Other,
        }
    }

    /// So many requests are taken in so long a time.
    pub(super) const fn limit(self) -> (u32, Duration) {
        match self {
            Self::Ip | Self::Subnet => (5000, HOUR),
            Self::ResetRead
            | Self::WolRead
            | Self::Boot
            | Self::Rdns
            | Self::KeyRead
            | Self::OrderRead
            | Self::Firewall
            | Self::VSwitchRead => (500, HOUR),
            // The lowest limit of reads is a safe guess for what is not known.
            Self::Server
            | Self::IpCancellation
            | Self::SubnetCancellation
            | Self::Traffic
            | Self::Key
            | Self::Other => (200, HOUR),
            Self::FailoverRead | Self::VSwitch => (100, HOUR),
            Self::Reset | Self::Failover => (50, HOUR),
            Self::IpMac | Self::SubnetMac | Self::Wol => (10, HOUR),
            Self::Order => (20, DAY),
        }
    }

    /// Half of the requests at once and the others evenly, so that no window of the limit's length, wherever the service
    /// lets it begin, has more than the limit.
    pub(super) fn pace(self) -> Pace {
        let (limit, period) = self.limit();
        Pace::new(limit / 2, period / (limit - limit / 2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::robot::ops;

    #[test]
    fn every_operation_has_its_documented_limit() {
        for operation in ops::OPERATIONS {
            let (method, path) = (&operation.method, operation.path);
            let writes = *method != Method::GET;
            let order = path.starts_with("/order/");
            let expected = match path.split('/').nth(1).unwrap() {
                _ if order && writes => (20, DAY),
                _ if writes && (path.ends_with("/mac") || path.starts_with("/wol")) => (10, HOUR),
                "ip" | "subnet" if !path.ends_with("/cancellation") => (5000, HOUR),
                "ip" | "subnet" | "server" | "traffic" => (200, HOUR),
                "key" if writes => (200, HOUR),
                "failover" | "reset" if writes => (50, HOUR),
                "failover" => (100, HOUR),
                "vswitch" if writes => (100, HOUR),
                _ => (500, HOUR),
            };
            assert_eq!(Group::of(method, path).limit(), expected, "{method} {path}");
        }
        assert_eq!(Group::of(&Method::GET, "/new/{id}?x=/server"), Group::Other);
        assert_eq!(Group::of(&Method::PUT, "/ip/1.2.3.4/mac/"), Group::IpMac);
    }

    #[test]
    fn groups_stand_at_their_place() {
        for (place, group) in Group::ALL.iter().enumerate() {
            assert_eq!(*group as usize, place);
        }
    }
}
