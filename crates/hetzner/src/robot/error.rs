//! What the service says when it refuses a request.

use cloud_core::decode;
use cloud_core::error::printable;
use serde::Deserialize;
use serde_json::Value;

cloud_core::open_enum! {
    /// Why a request was refused.
    pub enum ErrorCode {
        /// Parameters are missing or wrong; the error names them.
        InvalidInput = "INVALID_INPUT",
        /// User or password are wrong.
        Unauthorized = "UNAUTHORIZED",
        /// Too many requests in the window of the limit.
        RateLimitExceeded = "RATE_LIMIT_EXCEEDED",
        /// Nothing of that kind is there; a list is empty.
        NotFound = "NOT_FOUND",
        /// No such server.
        ServerNotFound = "SERVER_NOT_FOUND",
        /// No such address.
        IpNotFound = "IP_NOT_FOUND",
        /// No such subnet.
        SubnetNotFound = "SUBNET_NOT_FOUND",
        /// The address has no MAC address of its own.
        MacNotFound = "MAC_NOT_FOUND",
        /// The address cannot have a MAC address of its own.
        MacNotAvailable = "MAC_NOT_AVAILABLE",
        /// The address has a MAC address of its own already.
        MacAlreadySet = "MAC_ALREADY_SET",
        /// The MAC address could not be changed.
        MacFailed = "MAC_FAILED",
        /// The address has no entry of reverse DNS.
        RdnsNotFound = "RDNS_NOT_FOUND",
        /// The address has an entry of reverse DNS already.
        RdnsAlreadyExists = "RDNS_ALREADY_EXISTS",
        /// The entry could not be created.
        RdnsCreateFailed = "RDNS_CREATE_FAILED",
        /// The entry could not be changed.
        RdnsUpdateFailed = "RDNS_UPDATE_FAILED",
        /// The entry could not be deleted.
        RdnsDeleteFailed = "RDNS_DELETE_FAILED",
        /// The server cannot be reset.
        ResetNotAvailable = "RESET_NOT_AVAILABLE",
        /// A technician is on the way already.
        ResetManualActive = "RESET_MANUAL_ACTIVE",
        /// The reset failed.
        ResetFailed = "RESET_FAILED",
        /// The board of the server cannot be woken.
        WolNotAvailable = "WOL_NOT_AVAILABLE",
        /// The packet could not be sent.
        WolFailed = "WOL_FAILED",
        /// The server cannot be booted that way.
        BootNotAvailable = "BOOT_NOT_AVAILABLE",
        /// Another boot configuration is active; known from older documents and still seen.
        BootAlreadyEnabled = "BOOT_ALREADY_ENABLED",
        /// The boot configuration is blocked; known from older documents.
        BootBlocked = "BOOT_BLOCKED",
        /// The boot configuration could not be activated.
        BootActivationFailed = "BOOT_ACTIVATION_FAILED",
        /// The boot configuration could not be deactivated.
        BootDeactivationFailed = "BOOT_DEACTIVATION_FAILED",
        /// The server was ordered without Windows.
        WindowsMissingAddon = "WINDOWS_MISSING_ADDON",
        /// The version of Windows is too old to be installed.
        WindowsOutdatedVersion = "WINDOWS_OUTDATED_VERSION",
        /// The traffic warnings could not be changed.
        TrafficWarningUpdateFailed = "TRAFFIC_WARNING_UPDATE_FAILED",
        /// The server that a failover address was to be routed to is not there.
        FailoverNewServerNotFound = "FAILOVER_NEW_SERVER_NOT_FOUND",
        /// The failover address is routed there already.
        FailoverAlreadyRouted = "FAILOVER_ALREADY_ROUTED",
        /// The failover address is being switched.
        FailoverLocked = "FAILOVER_LOCKED",
        /// The failover address could not be switched.
        FailoverFailed = "FAILOVER_FAILED",
        /// The failover address was switched in part.
        FailoverNotComplete = "FAILOVER_NOT_COMPLETE",
        /// The key is stored already.
        KeyAlreadyExists = "KEY_ALREADY_EXISTS",
        /// The key could not be stored.
        KeyCreateFailed = "KEY_CREATE_FAILED",
        /// The key could not be renamed.
        KeyUpdateFailed = "KEY_UPDATE_FAILED",
        /// The key could not be deleted.
        KeyDeleteFailed = "KEY_DELETE_FAILED",
        /// The thing is in a state that does not allow it, such as cancelled already.
        Conflict = "CONFLICT",
        /// The location of this server cannot be reserved.
        ReserveLocationFalseOnly = "SERVER_CANCELLATION_RESERVE_LOCATION_FALSE_ONLY",
        /// The order has to be made in the web panel.
        PreconditionFailed = "PRECONDITION_FAILED",
        /// The port of the switch was not found.
        FirewallPortNotFound = "FIREWALL_PORT_NOT_FOUND",
        /// The server has no firewall.
        FirewallNotAvailable = "FIREWALL_NOT_AVAILABLE",
        /// No such template.
        FirewallTemplateNotFound = "FIREWALL_TEMPLATE_NOT_FOUND",
        /// The firewall is being changed.
        FirewallInProcess = "FIREWALL_IN_PROCESS",
        /// There are more rules than a firewall takes.
        FirewallRuleLimitExceeded = "FIREWALL_RULE_LIMIT_EXCEEDED",
        /// The firewall cannot be switched off.
        FirewallCannotBeDisabled = "FIREWALL_CANNOT_BE_DISABLED",
        /// There are as many vSwitches as there may be.
        VSwitchLimitReached = "VSWITCH_LIMIT_REACHED",
        /// The vSwitch is being changed.
        VSwitchInProcess = "VSWITCH_IN_PROCESS",
        /// A server is in another vSwitch with the same VLAN.
        VSwitchVlanNotUnique = "VSWITCH_VLAN_NOT_UNIQUE",
        /// The server cannot be in a vSwitch.
        VSwitchNotAvailable = "VSWITCH_NOT_AVAILABLE",
        /// The vSwitch has as many servers as it may have.
        VSwitchServerLimitReached = "VSWITCH_SERVER_LIMIT_REACHED",
        /// The server is in as many vSwitches as it may be.
        VSwitchPerServerLimitReached = "VSWITCH_PER_SERVER_LIMIT_REACHED",
        /// Something is wrong within the service.
        InternalError = "INTERNAL_ERROR",
    }
}

/// A refusal, as the service worded it: found by `error.api::<robot::ApiError>()`.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{}", self.told())]
#[non_exhaustive]
pub struct ApiError {
    /// The HTTP status of the answer.
    pub status: u16,
    /// The reason for programs.
    pub code: ErrorCode,
    /// The reason for people.
    pub message: String,
    /// The parameters that are missing, with `INVALID_INPUT`.
    pub missing: Vec<String>,
    /// The parameters that are wrong, with `INVALID_INPUT`.
    pub invalid: Vec<String>,
    /// How many requests the limit allows, with `RATE_LIMIT_EXCEEDED`.
    pub max_request: Option<u32>,
    /// The window of the limit in seconds, which is not the time to wait.
    pub interval: Option<u64>,
}

impl ApiError {
    /// Reads the body of a refusal; `None` when it is no refusal of this service, such as the page of a proxy.
    pub fn parse(status: u16, body: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Envelope {
            error: Body,
        }
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Body {
            code: ErrorCode,
            message: String,
            // Null in some refusals, and left out of others (hcloud-k8s/terraform-hcloud-kubernetes#499).
            missing: Value,
            invalid: Value,
            max_request: Option<u32>,
            // The documentation says `max_request`; this was seen on the live service.
            max_requests: Option<u32>,
            interval: Option<u64>,
        }
        let Envelope { error } = decode::from_slice(body).ok()?;
        if error.code == ErrorCode::default() && error.message.is_empty() {
            return None;
        }
        Some(Self {
            status,
            code: error.code,
            message: error.message,
            missing: names(&error.missing),
            invalid: names(&error.invalid),
            max_request: error.max_request.or(error.max_requests),
            interval: error.interval,
        })
    }

    fn told(&self) -> String {
        let (code, message) = (printable(self.code.as_str()), printable(&self.message));
        let mut told = format!("{} {code}: {message}", self.status);
        for (what, names) in [("missing", &self.missing), ("invalid", &self.invalid)] {
            if !names.is_empty() {
                let names = names.join(", ");
                told = format!("{told}; {what}: {}", printable(&names));
            }
        }
        told
    }
}

/// The names in a list of them. The service leaves the list out, or writes `null`.
fn names(list: &Value) -> Vec<String> {
    let names = list.as_array().into_iter().flatten();
    names
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect()
}
