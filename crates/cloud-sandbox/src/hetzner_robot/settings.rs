use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// The user of the web service that every sandbox knows, unless told otherwise.
pub const USER: &str = "#ws+sandbox";
/// The password of [`USER`].
pub const PASSWORD: &str = "sandbox-robot-password";

macro_rules! quirks {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// Something that the real service does, or did, in some places or at some times. Each one is off by default.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Quirk {
            $($(#[$doc])* $name,)*
        }

        impl Quirk {
            /// All quirks that there are.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The name of the quirk on the command line and in a file of settings.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }
        }
    };
}

quirks! {
    /// The refusal of one request too many has `max_requests` in the place of `max_request`.
    MaxRequests = "max-requests",
    /// The refusal of one request too many is a page of HTML.
    LimitWithoutEnvelope = "limit-without-envelope",
    /// While logins are locked, the answer is 403 in the place of 401.
    LockoutForbidden = "lockout-forbidden",
    /// Errors leave out what is null in them.
    SparseErrors = "sparse-errors",
    /// A server that is not there is 404 without a body.
    EmptyNotFound = "empty-not-found",
    /// Empty lists are `[]` in the place of 404, that of vSwitches 404 in the place of `[]`.
    EmptyLists = "empty-lists",
    /// Statuses are as documented: 200 for changes of firewalls and for servers added to a vSwitch.
    DocumentedStatuses = "documented-statuses",
    /// More than ten firewall rules are 409 `FIREWALL_RULE_LIMIT_EXCEEDED` in the place of 400.
    RuleLimitConflict = "rule-limit-conflict",
    /// Firewalls have rules of the service before those that were asked for, and cannot be disabled.
    InternalRules = "internal-rules",
    /// A firewall rule without a version of IP becomes two.
    SplitRules = "split-rules",
    /// Servers of a vSwitch are `processing` in the place of `in process`.
    Processing = "processing",
    /// The key `arch` is written `@deprecated arch`.
    DeprecatedArch = "deprecated-arch",
    /// The time at which a key was stored has a zone, as hrobot reads it.
    KeyTimeWithZone = "key-time-with-zone",
    /// The cancellation of addresses has `cancellation-date` in the place of `cancellation_date`.
    CancellationDash = "cancellation-dash",
    /// The cancellation of servers has `reservation` in the place of `reserved` where it is read.
    Reservation = "reservation",
    /// The list of reverse DNS entries has null in the place of each `ptr`.
    NullPtr = "null-ptr",
    /// Everything is 503, with a page of HTML.
    Maintenance = "maintenance",
}

impl fmt::Display for Quirk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Quirk {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().copied().find(|quirk| quirk.name() == name);
        found.ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|quirk| quirk.name()).collect();
            format!("{name:?} is not one of {}", names.join(", "))
        })
    }
}

/// What the Hetzner Robot web service is like. For [`Builder::hetzner_robot`](crate::Builder::hetzner_robot).
#[derive(Clone)]
pub struct Settings {
    pub(crate) user: String,
    pub(crate) password: String,
    pub(crate) request_limits: bool,
    quirks: BTreeSet<Quirk>,
}

impl Settings {
    /// The user [`USER`] with [`PASSWORD`], the limits of the documentation, and no quirk.
    pub fn new() -> Self {
        Self {
            user: USER.to_owned(),
            password: PASSWORD.to_owned(),
            request_limits: true,
            quirks: BTreeSet::new(),
        }
    }

    /// Another user than [`USER`] with [`PASSWORD`].
    pub fn user(mut self, name: impl Into<String>, password: impl Into<String>) -> Self {
        self.user = name.into();
        self.password = password.into();
        self
    }

    /// Whether the limits of the documentation hold, as they do by default: 200 requests an hour for servers, 20 orders a
    /// day, and so on.
    pub fn request_limits(mut self, are_held: bool) -> Self {
        self.request_limits = are_held;
        self
    }

    /// Switches one more quirk on.
    pub fn quirk(mut self, quirk: Quirk) -> Self {
        self.quirks.insert(quirk);
        self
    }

    pub(crate) fn has(&self, quirk: Quirk) -> bool {
        self.quirks.contains(&quirk)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Settings {
    /// Leaves the credentials out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("request_limits", &self.request_limits)
            .field("quirks", &self.quirks)
            .finish_non_exhaustive()
    }
}
