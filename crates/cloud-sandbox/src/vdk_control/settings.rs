use std::fmt;
use std::time::Duration;

/// How the emulated installation of the VDK Control Service is set up, for
/// [`Builder::vdk_control`](crate::Builder::vdk_control).
///
/// ```
/// use cloud_sandbox::{Sandbox, vdk_control::Settings};
///
/// let sandbox = Sandbox::builder().vdk_control(Settings::new().secured(true).api_token("one-of-mine")).build();
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Settings {
    pub(crate) secured: bool,
    pub(crate) api_token: Option<String>,
    pub(crate) token_lifetime: Duration,
    pub(crate) vault: bool,
}

impl Settings {
    /// An open installation, as it is when nothing about security was configured.
    pub fn new() -> Self {
        Self {
            secured: false,
            api_token: None,
            token_lifetime: Duration::from_secs(1800),
            vault: true,
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
            .finish_non_exhaustive()
    }
}
