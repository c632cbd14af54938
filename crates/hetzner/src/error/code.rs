cloud_core::open_enum! {
    /// Why the service refused a request, or why an action failed.
    ///
    /// It knows every code that the description of the API (2026-10-05) or the official client for Go (2.47.0) names.
    /// Where no status is given, refusals come with 422; the codes of certificates come with actions only.
    pub enum ErrorCode {
        /// The body is not JSON. Status 400.
        JsonError = "json_error",
        /// The token is missing or wrong. Status 401.
        Unauthorized = "unauthorized",
        /// The token may only read. Status 401.
        TokenReadonly = "token_readonly",
        /// The token may not do this. Status 403.
        Forbidden = "forbidden",
        /// The service is being worked on and cannot do this now. Status 403.
        Maintenance = "maintenance",
        /// The project has as many resources of this kind as it may. Status 403.
        ResourceLimitExceeded = "resource_limit_exceeded",
        /// There is no such resource. Status 404.
        NotFound = "not_found",
        /// The address exists, but not for this method. Status 405.
        MethodNotAllowed = "method_not_allowed",
        /// Something that must be unique exists already, most often the name. Status 409.
        UniquenessError = "uniqueness_error",
        /// The resource changed at the same time. Status 409.
        Conflict = "conflict",
        /// The operation was removed. Status 410.
        DeprecatedApiEndpoint = "deprecated_api_endpoint",
        /// There is no room for the resource at the moment. Status 412.
        ResourceUnavailable = "resource_unavailable",
        /// A field of the request is wrong. Status 422.
        InvalidInput = "invalid_input",
        /// A part of the service failed. Status 422.
        ServiceError = "service_error",
        /// The resource cannot do this. Status 422.
        UnsupportedError = "unsupported_error",
        /// Another action works on the resource, or on one that the request names besides, such as the server of a volume.
        /// It passes with that action; `wait_while_locked` of a call's options waits for it. Seen for servers, networks,
        /// load balancers and storage boxes. Status 423.
        Locked = "locked",
        /// The resource is protected against this. Status 423.
        Protected = "protected",
        /// The project sent too many requests in this hour. Status 429.
        RateLimitExceeded = "rate_limit_exceeded",
        /// The service itself has failed. Status 500.
        ServerError = "server_error",
        /// A part of the service could not be reached. Status 502.
        BadGateway = "bad_gateway",
        /// The service or a part of it is not available. Status 503.
        Unavailable = "unavailable",
        /// A part of the service did not answer in time. Status 504.
        Timeout = "timeout",
        /// The server is in a placement group already.
        AlreadyInPlacementGroup = "already_in_placement_group",
        /// The firewall is applied to the resource already.
        FirewallAlreadyApplied = "firewall_already_applied",
        /// The firewall came by a label selector and cannot be taken from the one resource.
        FirewallManagedByLabelSelector = "firewall_managed_by_label_selector",
        /// The resource to apply the firewall to does not exist. Status 404 or 422.
        FirewallResourceNotFound = "firewall_resource_not_found",
        /// The Floating IP is assigned.
        FloatingIpAssigned = "floating_ip_assigned",
        /// The subnet is of a type that cannot hold the resource.
        IncompatibleNetworkType = "incompatible_network_type",
        /// A zone in this mode cannot do this; records of secondary zones are not edited here.
        IncorrectZoneMode = "incorrect_zone_mode",
        /// The load balancer does not fit into this type.
        InvalidLoadBalancerType = "invalid_load_balancer_type",
        /// The server does not fit into this type.
        InvalidServerType = "invalid_server_type",
        /// The address is taken.
        IpNotAvailable = "ip_not_available",
        /// The address is outside the subnet of the vSwitch.
        IpNotInVswitchSubnet = "ip_not_in_vswitch_subnet",
        /// The address belongs to somebody else.
        IpNotOwned = "ip_not_owned",
        /// The load balancer is attached to the network already.
        LoadBalancerAlreadyAttached = "load_balancer_already_attached",
        /// The load balancer is not attached to a network.
        LoadBalancerNotAttachedToNetwork = "load_balancer_not_attached_to_network",
        /// The load balancer has no public side.
        LoadBalancerPublicInterfaceDisabled = "load_balancer_public_interface_disabled",
        /// The address is assigned and cannot be deleted.
        MustBeUnassigned = "must_be_unassigned",
        /// The network has no subnet with a vSwitch.
        NetworkHasNoVswitchSubnet = "network_has_no_vswitch_subnet",
        /// The address ranges overlap.
        NetworksOverlap = "networks_overlap",
        /// The location has no room left.
        NoSpaceLeftInLocation = "no_space_left_in_location",
        /// The network has no free subnet for the resource.
        NoSubnetAvailable = "no_subnet_available",
        /// No host satisfies the placement group.
        PlacementError = "placement_error",
        /// The server has a Primary IP of this version already.
        PrimaryIpAlreadyAssigned = "primary_ip_already_assigned",
        /// The Primary IP is assigned.
        PrimaryIpAssigned = "primary_ip_assigned",
        /// The Primary IP is elsewhere than the server.
        PrimaryIpDatacenterMismatch = "primary_ip_datacenter_mismatch",
        /// The Primary IP is of the other version. Status 412.
        PrimaryIpVersionMismatch = "primary_ip_version_mismatch",
        /// The server has no public side.
        PrivateNetOnlyServer = "private_net_only_server",
        /// The private addresses of the targets could not be found.
        ResolveCloudPrivateTargetsError = "resolve_cloud_private_targets_error",
        /// The public addresses of the targets could not be found.
        ResolveCloudPublicTargetsError = "resolve_cloud_public_targets_error",
        /// The resource is in use and cannot be deleted.
        ResourceInUse = "resource_in_use",
        /// The server is there already.
        ServerAlreadyAdded = "server_already_added",
        /// The server is attached to the network already.
        ServerAlreadyAttached = "server_already_attached",
        /// The server has an IPv4 address already.
        ServerHasIpv4 = "server_has_ipv4",
        /// The server has an IPv6 network already.
        ServerHasIpv6 = "server_has_ipv6",
        /// The server is a target of a load balancer that reaches it this way.
        ServerIsLoadBalancerTarget = "server_is_load_balancer_target",
        /// The server must be switched off first.
        ServerNotStopped = "server_not_stopped",
        /// Another service of the load balancer listens on the port. Status 412 or 422.
        SourcePortAlreadyUsed = "source_port_already_used",
        /// The target is there already.
        TargetAlreadyDefined = "target_already_defined",
        /// Some targets are reached by their public side, which this would cut off.
        TargetsWithoutUsePrivateIp = "targets_without_use_private_ip",
        /// The address of a cloud resource cannot be a target by address.
        CloudResourceIpNotAllowed = "cloud_resource_ip_not_allowed",
        /// The firewall is not applied. Not sent any more since 2025-08-04.
        FirewallAlreadyRemoved = "firewall_already_removed",
        /// The server has no IPv4 address.
        MissingIpv4 = "missing_ipv4",
        /// Another action works on the resource.
        ResourceLocked = "resource_locked",
        /// The part of the service that knows dedicated servers is not available.
        RobotUnavailable = "robot_unavailable",
        /// The server is not attached to the network.
        ServerNotAttachedToNetwork = "server_not_attached_to_network",
        /// The service does not know what failed.
        UnknownError = "unknown_error",
        /// The volume is attached already.
        VolumeAlreadyAttached = "volume_already_attached",
        /// The vSwitch is used by another network.
        VswitchIdAlreadyUsed = "vswitch_id_already_used",
        /// A CAA record of the domain forbids the authority.
        CaaRecordDoesNotAllowCa = "caa_record_does_not_allow_ca",
        /// The authority could not see the proof in DNS.
        CaDnsValidationFailed = "ca_dns_validation_failed",
        /// The authority saw too many failures and asks for a pause.
        CaTooManyAuthorizationsFailedRecently = "ca_too_many_authorizations_failed_recently",
        /// The authority issued too many certificates for the domain.
        CaTooManyCertificatesIssuedForRegisteredDomain = "ca_too_many_certificates_issued_for_registered_domain",
        /// The authority issued too many copies of this certificate.
        CaTooManyDuplicateCertificates = "ca_too_many_duplicate_certificates",
        /// The domain is not delegated to its zone here.
        CouldNotVerifyDomainDelegatedToZone = "could_not_verify_domain_delegated_to_zone",
        /// The domain has no zone here.
        DnsZoneNotFound = "dns_zone_not_found",
        /// The zone of the domain is a secondary one and cannot hold the proof.
        DnsZoneIsSecondaryZone = "dns_zone_is_secondary_zone",
    }
}

impl ErrorCode {
    /// Whether the service vouches that it did nothing and that the same request may succeed when sent again: the only
    /// refusals after which a request that changes something is repeated.
    pub fn nothing_was_done(&self) -> bool {
        matches!(self, Self::Conflict | Self::RateLimitExceeded) || self.as_str() == OLD_RATE_LIMIT
    }

    /// From the wire, where one code has an older name.
    pub(crate) fn read(text: &str) -> Self {
        Self::from(if text == OLD_RATE_LIMIT {
            Self::RateLimitExceeded.as_str()
        } else {
            text
        })
    }
}

// hcloud-go still takes it for the same.
const OLD_RATE_LIMIT: &str = "limit_reached";

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn all_codes_are_there_once() {
        assert_eq!(ErrorCode::KNOWN.len(), 77);
        let words: HashSet<_> = ErrorCode::KNOWN.iter().map(ErrorCode::as_str).collect();
        assert_eq!(words.len(), 77);
        for code in ErrorCode::KNOWN {
            assert_eq!(ErrorCode::read(code.as_str()), *code);
            assert!(
                code.as_str()
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'),
                "{code}"
            );
        }
    }

    #[test]
    fn only_two_refusals_invite_a_second_try() {
        let inviting: Vec<_> = ErrorCode::KNOWN
            .iter()
            .filter(|code| code.nothing_was_done())
            .collect();
        assert_eq!(
            inviting,
            [&ErrorCode::Conflict, &ErrorCode::RateLimitExceeded]
        );
        assert!(ErrorCode::from("limit_reached").nothing_was_done());
        assert!(!ErrorCode::from("teapot").nothing_was_done());
        assert!(!ErrorCode::default().nothing_was_done());
    }

    #[test]
    fn the_older_name_of_the_rate_limit_is_understood() {
        assert_eq!(
            ErrorCode::read("limit_reached"),
            ErrorCode::RateLimitExceeded
        );
        assert_eq!(ErrorCode::read("teapot").as_str(), "teapot");
    }
}
