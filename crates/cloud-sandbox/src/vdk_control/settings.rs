use std::fmt;
use std::time::Duration;

use super::error::Refusal;

/// How the emulated installation of the VDK Control Service is set up, for
/// [`Builder::vdk_control`](crate::Builder::vdk_control).
#[derive(Clone)]
#[non_exhaustive]
pub struct Settings {
    pub(crate) secured: bool,
    pub(crate) api_token: Option<String>,
    pub(crate) token_lifetime: Duration,
    pub(crate) vault: bool,
    pub(crate) totals: bool,
    /// Teams that the web hook refuses, with its status and its text.
    hooks: Vec<(String, u16, String)>,
}

impl Settings {
    /// An open installation, as it is when nothing about security was configured.
    pub fn new() -> Self {
        Self {
            secured: false,
            api_token: None,
            token_lifetime: Duration::from_secs(1800),
            vault: true,
            totals: true,
            hooks: Vec::new(),
        }
    }

    /// Demands a bearer token. One that the sandbox's token endpoint gave out is checked, its expiry included; any other
    /// is taken, unless the sandbox accepts [one token](crate::Builder::token) only.
    pub fn secured(mut self, secured: bool) -> Self {
        self.secured = secured;
        self
    }

    /// Lets the token endpoint know this API token only; by default it gives an access token for any.
    pub fn api_token(mut self, token: impl Into<String>) -> Self {
        self.api_token = Some(token.into());
        self
    }

    /// How long the access tokens of the token endpoint are valid, on the sandbox's clock; 30 minutes by default.
    pub fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.token_lifetime = lifetime;
        self
    }

    /// Whether the installation has a vault for secrets, as it does by default. Without one, the operations on secrets
    /// and on credentials of teams answer 501.
    pub fn vault(mut self, vault: bool) -> Self {
        self.vault = vault;
        self
    }

    /// Whether answers to queries say how many pages and items there are, as the server does by default. Stubs, and servers
    /// in between that know another version, leave that out.
    pub fn totals(mut self, totals: bool) -> Self {
        self.totals = totals;
        self
    }

    /// Lets the web hook that decides about access refuse all that is asked of a team. The server hands its status and its
    /// text on as they are, plain and without a type.
    pub fn refused_by_hook(
        mut self,
        team: impl Into<String>,
        status: u16,
        text: impl Into<String>,
    ) -> Self {
        self.hooks.push((team.into(), status, text.into()));
        self
    }

    pub(super) fn hook(&self, team: &str) -> Option<Refusal> {
        let mut hooks = self.hooks.iter();
        let (_, status, text) = hooks.find(|(refused, ..)| refused == team)?;
        Some(Refusal::text(*status, text))
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Settings {
    /// Leaves the API token out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("secured", &self.secured)
            .field("token_lifetime", &self.token_lifetime)
            .field("vault", &self.vault)
            .field("totals", &self.totals)
            .field("hooks", &self.hooks)
            .finish_non_exhaustive()
    }
}
