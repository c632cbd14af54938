use std::fmt;
use std::time::Duration;

/// The application that every sandbox knows, unless told otherwise.
pub const APPLICATION_KEY: &str = "sandboxAppKey001";
/// Its secret.
pub const APPLICATION_SECRET: &str = "sandboxApplicationSecret00000001";
/// A consumer key of that application, valid for every call and without an end.
pub const CONSUMER_KEY: &str = "sandboxConsumerKey00000000000001";
/// The service account that every sandbox knows, unless told otherwise. Its IAM policy allows everything.
pub const CLIENT_ID: &str = "EU.5a4d6b0700000001";
/// Its secret.
pub const CLIENT_SECRET: &str = "sandboxclientsecret0000000000001";
/// The identifier of the account.
pub const ACCOUNT: &str = "sb12345-ovh";

/// The id of a flavor that instances of the Public Cloud can have in every region.
pub const FLAVOR: &str = "5a4d6b07-0000-4000-a000-000000000101";
/// The id of an image that instances of the Public Cloud can have in every region.
pub const IMAGE: &str = "5a4d6b07-0000-4000-a000-000000000201";

/// How errors are written. The real service has used both forms for years, side by side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorFormat {
    /// `class`, `message` and `details`, and beside them `errorCode` and `httpCode` where the error has a code.
    #[default]
    Both,
    /// `errorCode`, `httpCode` and `message`.
    Old,
    /// `class`, `message` and `details`.
    New,
}

/// What the OVHcloud service is like. For [`Builder::ovh`](crate::Builder::ovh).
///
/// ```
/// use cloud_sandbox::{Sandbox, ovh::Settings};
///
/// let sandbox = Sandbox::builder().ovh(Settings::new().bills(1000)).build();
/// # drop(sandbox);
/// ```
#[derive(Clone)]
pub struct Settings {
    pub(crate) application: (String, String),
    pub(crate) consumer_key: String,
    pub(crate) client: (String, String),
    pub(crate) bills: usize,
    pub(crate) generic: bool,
    pub(crate) zones: Vec<String>,
    pub(crate) timestamp_window: Duration,
    pub(crate) error_format: ErrorFormat,
}

impl Settings {
    /// The usual ones.
    pub fn new() -> Self {
        Self {
            application: (APPLICATION_KEY.to_owned(), APPLICATION_SECRET.to_owned()),
            consumer_key: CONSUMER_KEY.to_owned(),
            client: (CLIENT_ID.to_owned(), CLIENT_SECRET.to_owned()),
            bills: 24,
            generic: false,
            zones: Vec::new(),
            timestamp_window: Duration::from_secs(300),
            error_format: ErrorFormat::default(),
        }
    }

    /// Another application than [`APPLICATION_KEY`] and [`APPLICATION_SECRET`].
    pub fn application(mut self, key: impl Into<String>, secret: impl Into<String>) -> Self {
        self.application = (key.into(), secret.into());
        self
    }

    /// Another consumer key than [`CONSUMER_KEY`].
    pub fn consumer_key(mut self, key: impl Into<String>) -> Self {
        self.consumer_key = key.into();
        self
    }

    /// Another service account than [`CLIENT_ID`] and [`CLIENT_SECRET`].
    pub fn service_account(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.client = (id.into(), secret.into());
        self
    }

    /// How many bills the account has: 24 by default, one for each of the last days.
    pub fn bills(mut self, bills: usize) -> Self {
        self.bills = bills;
        self
    }

    /// Answers what the service describes and the sandbox keeps no state for, which is refused with 404 otherwise.
    ///
    /// Such an answer is an example of the described type, and has the header `x-sandbox-generic: true`: what is created is
    /// not there afterwards, and what work there was is done, or has failed where a
    /// [fault](crate::Fault::ActionFailed) says so. It names what the path names, and its dates are those of the sandbox's
    /// clock. Credentials, rules and policies count as they do elsewhere; queries and bodies are not looked at, and of the
    /// path only numbers.
    #[cfg(feature = "ovh-generic")]
    pub fn generic(mut self, generic: bool) -> Self {
        self.generic = generic;
        self
    }

    /// One more DNS zone, beside `example.com` and `example.org` and with the same records.
    pub fn zone(mut self, name: impl Into<String>) -> Self {
        self.zones.push(name.into());
        self
    }

    /// How far the timestamp of a signature may be from the service's time: five minutes by default, for the real
    /// service does not say.
    pub fn timestamp_window(mut self, window: Duration) -> Self {
        self.timestamp_window = window;
        self
    }

    /// How errors are written.
    pub fn error_format(mut self, format: ErrorFormat) -> Self {
        self.error_format = format;
        self
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Settings {
    /// Leaves keys and secrets out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("bills", &self.bills)
            .field("generic", &self.generic)
            .field("timestamp_window", &self.timestamp_window)
            .field("error_format", &self.error_format)
            .finish_non_exhaustive()
    }
}
