//! Types that `cloud-ovh` has by hand, so that a value of one is a value of the other.

/// Each with the feature that it stands behind. One that knows less than is described, such as that of flavors, is not here.
const TYPES: &[(&str, &str, &str)] = &[
    (
        "api.Application",
        "ovh::me::applications::ApiApplication",
        "me",
    ),
    (
        "auth.ApiApplication",
        "ovh::me::applications::ApiApplication",
        "me",
    ),
    ("api.Credential", "ovh::ApiCredential", ""),
    ("auth.ApiCredential", "ovh::ApiCredential", ""),
    ("billing.BillDetail", "ovh::me::bills::BillDetail", "me"),
    ("billing.Payment", "ovh::me::bills::Payment", "me"),
    ("cloud.Operation", "ovh::cloud::Operation", "cloud"),
    ("cloud.ProjectWithIAM", "ovh::cloud::Project", "cloud"),
    ("cloud.image.Image", "ovh::cloud::Image", "cloud"),
    ("cloud.network.Network", "ovh::cloud::Network", "cloud"),
    ("cloud.role.Role", "ovh::cloud::Role", "cloud"),
    ("cloud.sshkey.SshKey", "ovh::cloud::SshKey", "cloud"),
    ("cloud.user.User", "ovh::cloud::User", "cloud"),
    (
        "dedicated.server.DedicatedWithIAM",
        "ovh::dedicated_server::DedicatedServer",
        "dedicated-server",
    ),
    (
        "dedicated.server.Ipmi",
        "ovh::dedicated_server::Ipmi",
        "dedicated-server",
    ),
    (
        "dedicated.server.IpmiAccessValue",
        "ovh::dedicated_server::IpmiAccessValue",
        "dedicated-server",
    ),
    (
        "dedicated.server.Netboot",
        "ovh::dedicated_server::Netboot",
        "dedicated-server",
    ),
    (
        "dedicated.server.Task",
        "ovh::dedicated_server::ServerTask",
        "dedicated-server",
    ),
    (
        "domain.DomainServiceWithIAM",
        "ovh::domain::Domain",
        "domain",
    ),
    ("domain.zone.Record", "ovh::domain::Record", "domain"),
    ("domain.zone.Status", "ovh::domain::ZoneStatus", "domain"),
    ("domain.zone.Task", "ovh::domain::ZoneTask", "domain"),
    (
        "iam.ResourceMetadata",
        "ovh::resource::ResourceMetadata",
        "",
    ),
    (
        "iam.policy.PermissionsGroup",
        "ovh::iam::PermissionsGroup",
        "iam",
    ),
    ("iam.policy.Response", "ovh::iam::Policy", "iam"),
    ("iam.resource.Resource", "ovh::iam::Resource", "iam"),
    ("ip.IpTask", "ovh::ip::IpTask", "ip"),
    ("ip.IpWithIAM", "ovh::ip::Ip", "ip"),
    ("ip.ReverseIp", "ovh::ip::ReverseIp", "ip"),
    ("nichandle.Nichandle", "ovh::me::Nichandle", "me"),
    (
        "oauth2.client",
        "ovh::me::oauth2_clients::OAuth2Client",
        "me",
    ),
    ("order.Price", "ovh::price::Price", "me"),
    (
        "services.Service",
        "ovh::service::Service",
        "dedicated-server",
    ),
    ("vps.Model", "ovh::vps::Model", "vps"),
    ("vps.Task", "ovh::vps::VpsTask", "vps"),
];

/// Whether a model has such a type.
pub(super) fn has(key: &str) -> bool {
    find(key).is_some()
}

/// The type and its feature.
pub(super) fn find(key: &str) -> Option<(&'static str, &'static str)> {
    let known = TYPES.iter().find(|(known, ..)| *known == key)?;
    Some((known.1, known.2))
}
