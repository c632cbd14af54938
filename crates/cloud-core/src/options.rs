//! What every client's builder can set.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use secrecy::SecretString;

use crate::config::{self, BaseUrl, ProxyVariables, Setting};
use crate::credential::Credential;
use crate::engine::{Engine, Settings};
use crate::error::{Error, ErrorKind, Result};
use crate::request::{AttemptReport, Dialect, Hook, chain};
use crate::retry::{RetryPolicy, StandardRetry};
use crate::secrets::Secrets;
use crate::throttle::Pace;
use crate::time::{Clock, SharedClock, TokioClock};
use crate::transport::Transport;
use crate::wire_log::WireLog;

/// How many calls are under way at once unless the client says otherwise. Each may need a connection, and a process has
/// 1,024 file descriptors on many systems.
const MAX_IN_FLIGHT: usize = 100;

/// The time for a whole call unless the client or the call says otherwise.
const TIMEOUT: Duration = Duration::from_secs(30 * 60);

/// The settings that all clients share. Builders of provider crates offer them as methods of their own; see
/// [`client_options!`](crate::client_options).
#[derive(Clone)]
pub struct ClientOptions {
    pub(crate) transport: Option<Arc<dyn Transport>>,
    pub(crate) retry: Option<Arc<dyn RetryPolicy>>,
    pub(crate) clock: SharedClock,
    pub(crate) max_in_flight: usize,
    pub(crate) pace: Option<Pace>,
    pub(crate) user_agent: Option<String>,
    pub(crate) timeout: Duration,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) response_limit: Option<usize>,
    pub(crate) allow_http: bool,
    pub(crate) hook: Option<Hook>,
    pub(crate) wire_log: Option<WireLog>,
    #[cfg(any(
        feature = "rustls",
        feature = "rustls-no-provider",
        feature = "native-tls"
    ))]
    pub(crate) http: crate::transport::HttpTransportBuilder,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            transport: None,
            retry: None,
            clock: Arc::new(TokioClock),
            max_in_flight: MAX_IN_FLIGHT,
            pace: None,
            user_agent: None,
            timeout: TIMEOUT,
            attempt_timeout: None,
            response_limit: None,
            allow_http: false,
            hook: None,
            wire_log: None,
            #[cfg(any(
                feature = "rustls",
                feature = "rustls-no-provider",
                feature = "native-tls"
            ))]
            http: crate::transport::HttpTransport::builder(),
        }
    }
}

impl fmt::Debug for ClientOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientOptions")
            .field("retry", &self.retry_or_default())
            .field("max_in_flight", &self.max_in_flight)
            .field("pace", &self.pace)
            .field("timeout", &self.timeout)
            .field("attempt_timeout", &self.attempt_timeout_or_default())
            .finish_non_exhaustive()
    }
}

impl ClientOptions {
    /// Sends requests through this transport instead of the network.
    pub fn transport(&mut self, transport: Arc<dyn Transport>) {
        self.transport = Some(transport);
    }

    /// Decides about retries by this policy.
    pub fn retry(&mut self, policy: impl RetryPolicy + 'static) {
        self.retry = Some(Arc::new(policy));
    }

    /// Decides which failures are worth another attempt, where the program has not said so itself.
    pub fn or_retry(&mut self, policy: impl RetryPolicy + 'static) {
        self.retry.get_or_insert_with(|| Arc::new(policy));
    }

    fn retry_or_default(&self) -> Arc<dyn RetryPolicy> {
        let standard = || -> Arc<dyn RetryPolicy> { Arc::new(StandardRetry::new()) };
        self.retry.clone().unwrap_or_else(standard)
    }

    /// Takes time and chance from here.
    pub fn clock(&mut self, clock: impl Clock + 'static) {
        self.clock = Arc::new(clock);
    }

    /// Where time and chance come from, for a credential that has to know them.
    pub fn shared_clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }

    /// The most calls under way at once, counted for each runtime that uses the client (100).
    pub fn max_in_flight(&mut self, calls: usize) {
        self.max_in_flight = calls;
    }

    /// The pace that the client keeps whatever the service says; `None` for none.
    pub fn pace(&mut self, pace: Option<Pace>) {
        self.pace = pace;
    }

    /// Goes before the crate's own part of `User-Agent`.
    pub fn user_agent(&mut self, prefix: impl Into<String>) {
        self.user_agent = Some(prefix.into());
    }

    /// The name before that of the crate in `User-Agent`, where the program has not given one itself.
    pub fn or_user_agent(&mut self, prefix: impl Into<String>) {
        self.user_agent.get_or_insert_with(|| prefix.into());
    }

    /// The time for a whole call.
    pub fn timeout(&mut self, timeout: Duration) {
        self.timeout = timeout;
    }

    /// The time for one attempt.
    pub fn attempt_timeout(&mut self, timeout: Duration) {
        self.attempt_timeout = Some(timeout);
    }

    /// The time for one attempt, where the program has not set one itself.
    pub fn or_attempt_timeout(&mut self, timeout: Duration) {
        self.attempt_timeout.get_or_insert(timeout);
    }

    fn attempt_timeout_or_default(&self) -> Duration {
        self.attempt_timeout.unwrap_or(Duration::from_secs(30))
    }

    /// The largest answer that is read, in bytes.
    pub fn response_limit(&mut self, bytes: usize) {
        self.response_limit = Some(bytes);
    }

    /// Allows `http://` to other hosts than this machine.
    pub fn allow_http(&mut self, allow: bool) {
        self.allow_http = allow;
    }

    /// Whether `http://` is allowed.
    pub fn allows_http(&self) -> bool {
        self.allow_http
    }

    /// Is told of every attempt, after those that were set before.
    pub fn on_attempt(&mut self, hook: impl Fn(&AttemptReport<'_>) + Send + Sync + 'static) {
        self.hook = Some(chain(self.hook.take(), hook));
    }

    /// Writes down what goes over the wire.
    pub fn wire_log(&mut self, log: WireLog) {
        self.wire_log = Some(log);
    }

    /// Whether what goes over the wire is written down.
    pub fn has_wire_log(&self) -> bool {
        self.wire_log.is_some()
    }

    /// Builds the engine of one client. `product` is the provider crate's part of `User-Agent`; with `plain_http` no TLS
    /// is set up.
    pub fn engine(
        self,
        product: &'static str,
        dialect: Arc<dyn Dialect>,
        credential: Option<Arc<dyn Credential>>,
        plain_http: bool,
    ) -> Result<Engine> {
        let (retry, attempt_timeout) = (self.retry_or_default(), self.attempt_timeout_or_default());
        let settings = Settings {
            user_agent: self.user_agent_header(product)?,
            transport: self.make_transport(plain_http)?,
            secrets: self.secrets(),
            retry,
            max_in_flight: self.max_in_flight,
            pace: self.pace,
            clock: self.clock,
            timeout: self.timeout,
            attempt_timeout,
            response_limit: self.response_limit,
            hook: self.hook,
            wire_log: self.wire_log,
        };
        Ok(Engine::new(settings, dialect, credential))
    }

    pub(crate) fn user_agent_header(&self, product: &str) -> Result<HeaderValue> {
        config::user_agent(self.user_agent.as_deref(), product)
    }

    /// The proxy that requests to this address go through, without user name and password, and where it came from. An
    /// error when that is no proxy that can be used.
    pub fn proxy_for(&self, base: &BaseUrl) -> Result<Option<Setting<String>>> {
        if self.transport.is_some() {
            return Ok(None);
        }
        self.network_proxy_for(base)
    }

    /// The transport that was given, else a new one for the network; with `plain_http` no TLS is set up. For a provider
    /// that puts a transport of its own around it.
    pub fn make_transport(&self, plain_http: bool) -> Result<Arc<dyn Transport>> {
        if let Some(transport) = &self.transport {
            return Ok(transport.clone());
        }
        self.network(plain_http)
    }
}

// What is about the transport for the network, in builds that have one.
#[cfg(any(
    feature = "rustls",
    feature = "rustls-no-provider",
    feature = "native-tls"
))]
impl ClientOptions {
    /// What is secret in these settings.
    pub(crate) fn secrets(&self) -> Secrets {
        self.http.secrets()
    }

    /// Sets up the connection of the transport that is made unless one is given.
    pub fn http(
        &mut self,
        set: impl FnOnce(
            crate::transport::HttpTransportBuilder,
        ) -> crate::transport::HttpTransportBuilder,
    ) {
        self.http = set(self.http.clone());
    }

    /// Closes connections that nothing went over for so long. Without effect when a transport is given.
    pub fn idle_timeout(&mut self, timeout: Duration) {
        self.http(|http| http.pool_idle_timeout(timeout));
    }

    /// Trusts these authorities alone, in PEM; shows this certificate and its key; or checks no certificate of a server.
    /// Without effect when a transport is given.
    pub fn trust(
        &mut self,
        authorities: Option<String>,
        identity: Option<(String, SecretString)>,
        danger_unchecked: bool,
    ) {
        self.http(|mut http| {
            if let Some(pem) = authorities {
                http = http.root_certificate_pem(pem).only_these_roots(true);
            }
            if let Some((certificate, key)) = identity {
                http = http.client_identity_pem(certificate, key);
            }
            http.danger_accept_invalid_certificates(danger_unchecked)
        });
    }

    /// Goes through the proxies that the environment names, where the program has set nothing about proxies. Without
    /// effect when a transport is given.
    pub fn proxy_variables(&mut self, variables: ProxyVariables) {
        self.http(|http| http.proxy_variables(variables));
    }

    fn network_proxy_for(&self, base: &BaseUrl) -> Result<Option<Setting<String>>> {
        let url = url::Url::parse(base.as_str())
            .map_err(|error| Error::new(ErrorKind::Config, error.to_string()))?;
        let found = self.http.proxy_for(&url).map_err(config_error)?;
        found.map(|found| found.try_map(|shown| shown)).transpose()
    }

    fn network(&self, plain_http: bool) -> Result<Arc<dyn Transport>> {
        // Without TLS no certificate authorities are looked for, so a sandbox works on a machine that has none.
        let http = if plain_http {
            self.http.clone().plain_http_only(true)
        } else {
            self.http.clone()
        };
        Ok(Arc::new(http.build().map_err(config_error)?))
    }
}

// The same methods without one: a program that gives a transport has set it up.
#[cfg(not(any(
    feature = "rustls",
    feature = "rustls-no-provider",
    feature = "native-tls"
)))]
#[allow(
    clippy::unused_self,
    clippy::unnecessary_wraps,
    reason = "the same methods as with the features"
)]
impl ClientOptions {
    pub(crate) fn secrets(&self) -> Secrets {
        Secrets::default()
    }

    /// Without effect: this build has no transport for the network.
    pub fn idle_timeout(&mut self, _: Duration) {}

    /// Without effect: this build has no transport for the network.
    pub fn trust(&mut self, _: Option<String>, _: Option<(String, SecretString)>, _: bool) {}

    /// Without effect: this build has no transport for the network.
    pub fn proxy_variables(&mut self, _: ProxyVariables) {}

    fn network_proxy_for(&self, _: &BaseUrl) -> Result<Option<Setting<String>>> {
        Ok(None)
    }

    fn network(&self, _: bool) -> Result<Arc<dyn Transport>> {
        let text = "this build has no transport: turn on the feature rustls or native-tls, or give a transport";
        Err(Error::new(ErrorKind::Config, text))
    }
}

#[cfg(any(
    feature = "rustls",
    feature = "rustls-no-provider",
    feature = "native-tls"
))]
fn config_error(error: crate::transport::HttpConfigError) -> Error {
    Error::new(ErrorKind::Config, error.to_string()).with_details(error)
}

/// Keeps items only in builds that have the transport for the network, whatever crate the macro is used in.
#[cfg(any(
    feature = "rustls",
    feature = "rustls-no-provider",
    feature = "native-tls"
))]
#[doc(hidden)]
#[macro_export]
macro_rules! if_http {
    ($($item:item)*) => { $($item)* };
}

/// Keeps items only in builds that have the transport for the network, whatever crate the macro is used in.
#[cfg(not(any(
    feature = "rustls",
    feature = "rustls-no-provider",
    feature = "native-tls"
)))]
#[doc(hidden)]
#[macro_export]
macro_rules! if_http {
    ($($item:item)*) => {};
}

/// Gives a client's builder the settings that all clients share. The builder has a field `options` of the type
/// [`ClientOptions`].
#[macro_export]
macro_rules! client_options {
    ($builder:ident) => {
        impl $builder {
            /// Sends requests through this transport instead of the network: a sandbox, a recorder, your own.
            #[inline]
            pub fn transport(
                mut self,
                transport: ::std::sync::Arc<dyn $crate::transport::Transport>,
            ) -> Self {
                self.options.transport(transport);
                self
            }

            /// Decides about retries by this policy instead of
            /// [`StandardRetry::new()`](cloud_core::retry::StandardRetry::new).
            #[inline]
            pub fn retry(mut self, policy: impl $crate::retry::RetryPolicy + 'static) -> Self {
                self.options.retry(policy);
                self
            }

            /// The most calls under way at once, over all clones of the client; 100 by default, which a process with
            /// 1,024 file descriptors can bear. Further calls wait for their turn. A program with several runtimes has
            /// so many in each.
            #[inline]
            pub fn max_in_flight(mut self, calls: usize) -> Self {
                self.options.max_in_flight(calls);
                self
            }

            /// Keeps this pace whatever the service says of its limits; `None` keeps none. Retries count like other
            /// requests.
            #[inline]
            pub fn pace(mut self, pace: impl Into<Option<$crate::throttle::Pace>>) -> Self {
                self.options.pace(pace.into());
                self
            }

            /// Names your program in `User-Agent`, such as `my-tool/1.2`, before the crate's own name.
            #[inline]
            pub fn user_agent(mut self, program: impl Into<String>) -> Self {
                self.options.user_agent(program);
                self
            }

            /// The time for a whole call, from its sending to the end of its answer: waiting for a slot, a token and the
            /// pace, all attempts and the pauses between them. 30 minutes by default.
            #[inline]
            pub fn timeout(mut self, timeout: ::std::time::Duration) -> Self {
                self.options.timeout(timeout);
                self
            }

            /// The time for one attempt, from connecting to the end of the body; 30 s by default.
            #[inline]
            pub fn attempt_timeout(mut self, timeout: ::std::time::Duration) -> Self {
                self.options.attempt_timeout(timeout);
                self
            }

            /// The largest answer that is accepted, in bytes; 64 MiB by default, and without a limit for answers that are
            /// read piece by piece.
            #[inline]
            pub fn response_limit(mut self, bytes: usize) -> Self {
                self.options.response_limit(bytes);
                self
            }

            /// Allows `http://` to hosts other than this machine. The token is then readable for everyone on the way.
            #[inline]
            pub fn allow_http(mut self, allow: bool) -> Self {
                self.options.allow_http(allow);
                self
            }

            /// Takes time and randomness from here; for tests.
            #[inline]
            pub fn clock(mut self, clock: impl $crate::time::Clock + 'static) -> Self {
                self.options.clock(clock);
                self
            }

            /// Calls this function after every attempt, for metrics. Several may be set; they are called in their order.
            #[inline]
            pub fn on_attempt(
                mut self,
                hook: impl Fn(&$crate::request::AttemptReport<'_>) + Send + Sync + 'static,
            ) -> Self {
                self.options.on_attempt(hook);
                self
            }

            /// Writes every request and its answer down, without secrets, for people who look for a fault.
            #[inline]
            pub fn wire_log(mut self, log: $crate::wire_log::WireLog) -> Self {
                self.options.wire_log(log);
                self
            }

            $crate::if_http! {
                /// Sets up the connection: certificates, pins, proxy, connect timeout. Without effect when
                /// [`transport`](Self::transport) is set.
                #[inline]
                pub fn http(
                    mut self,
                    set: impl FnOnce($crate::transport::HttpTransportBuilder) -> $crate::transport::HttpTransportBuilder,
                ) -> Self {
                    self.options.http(set);
                    self
                }
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_util::{PausedClock, ScriptedTransport};

    #[test]
    fn what_was_given_is_what_a_provider_gets() {
        let given: Arc<dyn Transport> = Arc::new(ScriptedTransport::default());
        let mut options = ClientOptions::default();
        options.transport(given.clone());
        options.clock(PausedClock::new());
        for plain_http in [true, false] {
            assert!(Arc::ptr_eq(
                &options.make_transport(plain_http).unwrap(),
                &given
            ));
        }
        assert!(format!("{:?}", options.shared_clock()).starts_with("PausedClock"));
        for allowed in [true, false] {
            options.allow_http(allowed);
            assert_eq!(options.allows_http(), allowed);
        }
        assert!(format!("{options:?}").contains("timeout: 1800s, attempt_timeout: 30s"));
    }

    #[test]
    fn what_the_program_has_set_stays_when_settings_are_found() {
        let mut options = ClientOptions::default();
        options.or_attempt_timeout(Duration::from_secs(5));
        options.or_retry(StandardRetry::never());
        options.or_user_agent("found");
        let found = format!("{options:?} {:?}", options.user_agent);
        assert!(found.contains("attempt_timeout: 5s") && found.contains("found"));

        let mut options = ClientOptions::default();
        options.attempt_timeout(Duration::from_secs(7));
        options.retry(StandardRetry::new().max_attempts(9));
        options.user_agent("mine");
        let set = format!("{options:?} {:?}", options.user_agent);
        options.or_attempt_timeout(Duration::from_secs(5));
        options.or_retry(StandardRetry::never());
        options.or_user_agent("found");
        assert_eq!(format!("{options:?} {:?}", options.user_agent), set);
    }
}
