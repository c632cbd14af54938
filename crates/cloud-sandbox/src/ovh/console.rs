use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use super::Ovh;
use super::access::{Application, Status};

/// What the owner of the account does in a browser, and what happens behind the scenes. From
/// [`Sandbox::ovh_console`](crate::Sandbox::ovh_console).
#[derive(Clone)]
pub struct Console(Arc<Ovh>);

impl Console {
    pub(crate) fn new(service: Arc<Ovh>) -> Self {
        Self(service)
    }

    /// Validates a consumer key as the page behind its `validationUrl` does, for this long, or without an end. False if
    /// there is no such key.
    pub fn validate(&self, consumer_key: &str, validity: impl Into<Option<Duration>>) -> bool {
        self.decide(consumer_key, Status::Validated, validity.into())
    }

    /// Refuses a consumer key, as its owner may do on the page. False if there is no such key.
    pub fn refuse(&self, consumer_key: &str) -> bool {
        self.decide(consumer_key, Status::Refused, None)
    }

    /// Ends the validity of a consumer key now. False if there is no such key.
    pub fn expire(&self, consumer_key: &str) -> bool {
        self.decide(consumer_key, Status::Expired, None)
    }

    /// Makes another application, as the page `createApp` of the real service does. Gives its key and its secret.
    pub fn create_application(&self, name: &str) -> (String, String) {
        self.0.with(|account| {
            let (id, key, secret) = (account.id(), account.random(16), account.random(32));
            let application = Application {
                id,
                key: key.clone(),
                secret: secret.clone(),
                name: name.to_owned(),
            };
            account.access.applications.insert(id, application);
            (key, secret)
        })
    }

    /// Makes every consumer key that is asked for from now on valid at once, or no longer.
    pub fn validate_at_once(&self, yes: bool) {
        self.0
            .with(|account| account.access.validates_at_once = yes);
    }

    /// Ends the validity of all access tokens, which the service otherwise keeps for an hour.
    pub fn expire_tokens(&self) {
        self.0.with(|account| account.access.tokens.clear());
    }

    /// Sets the service's clock this many seconds before (or, when negative, behind) the sandbox's. `/auth/time` and the
    /// check of signatures follow it: a client that knows the difference from before is refused until it asks again.
    pub fn skew_clock(&self, seconds: i64) {
        self.0.with(|account| account.access.skew = seconds);
    }

    /// Where requests seem to come from, for credentials that are restricted to some addresses; 127.0.0.1 at first.
    pub fn calls_come_from(&self, address: impl Into<IpAddr>) {
        self.0
            .with(|account| account.access.caller = address.into());
    }

    /// Lets a service expire: from now on everything below its path, for example `/vps/vps-5a4d6b07.vps.ovh.net`, is
    /// answered with the status 460.
    pub fn expire_service(&self, path: &str) {
        self.0
            .with(|account| account.expired.push(path.trim_end_matches('/').to_owned()));
    }

    fn decide(&self, consumer_key: &str, status: Status, validity: Option<Duration>) -> bool {
        self.0.with(|account| {
            let now = account.now();
            let mut credentials = account.access.credentials.values_mut();
            let Some(credential) =
                credentials.find(|credential| credential.consumer_key == consumer_key)
            else {
                return false;
            };
            credential.status = status;
            credential.expiration = match status {
                Status::Expired => Some(now),
                // Unlimited without one, as the page offers beside hours and days.
                _ => validity.map(|validity| now + validity),
            };
            true
        })
    }
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Console")
    }
}
