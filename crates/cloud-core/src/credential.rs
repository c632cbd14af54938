//! Who the client is: fixed tokens, and tokens that are fetched and renewed.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use base64::Engine as _;
use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode, header};
use secrecy::{ExposeSecret, SecretString};

use crate::body::Body;
use crate::clock::Clock;
use crate::config::Setting;
use crate::error::{Error, ErrorKind, Result};

/// Puts a client's identity into its requests.
#[async_trait]
pub trait Credential: Send + Sync + fmt::Debug {
    /// Adds what the service wants to a request that is otherwise complete. The number says which token was used, for
    /// [`rejected`](Self::rejected); 0 where there is only one.
    async fn authorize(&self, request: &mut Request<Body>) -> Result<u64>;

    /// The service refused a request (4xx). `true` when authorizing again may give another result: the request is then
    /// sent once more.
    async fn rejected(&self, rejection: &Rejection<'_>) -> bool {
        let _ = rejection;
        false
    }
}

/// A refused request, as a [`Credential`] sees it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Rejection<'a> {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers of the answer.
    pub headers: &'a HeaderMap,
    /// The provider's error code.
    pub code: Option<&'a str>,
    /// The number that [`authorize`](Credential::authorize) gave.
    pub generation: u64,
}

/// A header that is sent with every request and never shown.
struct SecretHeader(HeaderName, HeaderValue);

impl SecretHeader {
    fn new(name: HeaderName, value: &str) -> Option<Self> {
        let mut value = HeaderValue::try_from(value).ok()?;
        value.set_sensitive(true);
        Some(Self(name, value))
    }

    fn put(&self, request: &mut Request<Body>) {
        request.headers_mut().insert(self.0.clone(), self.1.clone());
    }
}

/// A fixed token, sent as `Authorization: Bearer`.
pub struct Bearer(SecretHeader);

impl Bearer {
    /// Checks the token: not empty, no white space, no control characters.
    pub fn new(token: &Setting<SecretString>) -> Result<Self> {
        let text = token.check()?.expose_secret();
        SecretHeader::new(header::AUTHORIZATION, &format!("Bearer {text}"))
            .map(Self)
            .ok_or_else(|| token.error("holds what no header may hold"))
    }
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bearer([redacted])")
    }
}

#[async_trait]
impl Credential for Bearer {
    async fn authorize(&self, request: &mut Request<Body>) -> Result<u64> {
        self.0.put(request);
        Ok(0)
    }
}

/// A user name and a password, sent as `Authorization: Basic`.
pub struct Basic(SecretHeader);

impl Basic {
    /// Checks the name, which must not hold a colon. Both may hold any other character; they are sent as UTF-8.
    pub fn new(user: &Setting<String>, password: &SecretString) -> Result<Self> {
        if user.value.is_empty() {
            return Err(user.error("is empty"));
        }
        if user.value.contains(':') {
            return Err(user.error("holds a colon, which separates user and password"));
        }
        let pair = format!("{}:{}", user.value, password.expose_secret());
        SecretHeader::new(
            header::AUTHORIZATION,
            &format!(
                "Basic {}",
                base64::engine::general_purpose::STANDARD.encode(pair)
            ),
        )
        .map(Self)
        .ok_or_else(|| user.error("holds what no header may hold"))
    }
}

impl fmt::Debug for Basic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Basic([redacted])")
    }
}

#[async_trait]
impl Credential for Basic {
    async fn authorize(&self, request: &mut Request<Body>) -> Result<u64> {
        self.0.put(request);
        Ok(0)
    }
}

/// A token as its source gives it.
#[derive(Clone, Debug)]
pub struct Token {
    /// The token.
    pub secret: SecretString,
    /// How long it is valid from now; `None` for ever.
    pub lifetime: Option<Duration>,
}

/// Fetches a new token: the only part of a [`TokenCache`] that knows a provider.
#[async_trait]
pub trait TokenSource: Send + Sync + fmt::Debug {
    /// Asks the provider for a token.
    async fn fetch(&self) -> Result<Token>;
}

/// Keeps a token that has to be fetched and renewed.
///
/// Nothing is fetched before it is needed, and never by two callers at once: while one of them fetches, the others wait
/// for its result, or use the token at hand as long as it is valid. Renewal begins when a tenth of the lifetime is left,
/// a little earlier at random. A token that the service refuses is dropped once, whoever notices first. No task runs in
/// the background.
#[derive(Debug)]
pub struct TokenCache<S> {
    source: S,
    clock: Arc<dyn Clock>,
    header: HeaderName,
    prefix: &'static str,
    state: Mutex<State>,
    flight: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    held: Option<Held>,
    generation: u64,
    /// How many fetches have ended, and how the last one failed.
    fetches: u64,
    failure: Option<Error>,
}

#[derive(Clone)]
struct Held {
    value: HeaderValue,
    generation: u64,
    renew_at: Option<Instant>,
    expires_at: Option<Instant>,
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Held(generation {})", self.generation)
    }
}

/// After a failed early renewal the valid token serves this much longer before the next try.
const RENEWAL_PAUSE: Duration = Duration::from_secs(10);

impl<S: TokenSource> TokenCache<S> {
    /// Sends the token as `Authorization: Bearer`.
    pub fn bearer(source: S, clock: Arc<dyn Clock>) -> Self {
        Self::new(source, clock, header::AUTHORIZATION, "Bearer ")
    }

    /// Sends the token in this header, after this prefix.
    pub fn new(source: S, clock: Arc<dyn Clock>, header: HeaderName, prefix: &'static str) -> Self {
        Self {
            source,
            clock,
            header,
            prefix,
            state: Mutex::default(),
            flight: tokio::sync::Mutex::new(()),
        }
    }

    /// Makes sure that a valid token is at hand, as the next call would.
    pub async fn ready(&self) -> Result<()> {
        self.get().await.map(drop).map_err(Error::of_credential)
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn get(&self) -> Result<Held> {
        let now = self.clock.now();
        let (held, seen) = {
            let state = self.state();
            (state.held.clone(), state.fetches)
        };
        let valid = held.filter(|held| held.expires_at.is_none_or(|at| now < at));
        match valid {
            Some(held) if held.renew_at.is_none_or(|at| now < at) => Ok(held),
            // Valid, but not for long: one caller renews it, all others go on with it.
            Some(held) => match self.flight.try_lock() {
                Ok(_flight) => Ok(self.fetch(seen).await.unwrap_or(held)),
                Err(_) => Ok(held),
            },
            None => {
                let _flight = self.flight.lock().await;
                self.fetch(seen).await
            }
        }
    }

    /// Fetches, unless a fetch has ended since `seen` was read. To be called by the holder of the flight lock.
    async fn fetch(&self, seen: u64) -> Result<Held> {
        {
            let state = self.state();
            if state.fetches != seen {
                match (&state.held, &state.failure) {
                    (Some(held), _) if held.expires_at.is_none_or(|at| self.clock.now() < at) => {
                        return Ok(held.clone());
                    }
                    // The one who fetched while we waited failed: its error is ours, or a crowd would ask one by one.
                    (_, Some(error)) => return Err(error.clone()),
                    _ => {}
                }
            }
        }
        let fetched = self
            .source
            .fetch()
            .await
            .and_then(|token| self.accept(&token));
        let mut state = self.state();
        state.fetches += 1;
        match fetched {
            Ok(mut held) => {
                state.generation += 1;
                held.generation = state.generation;
                state.held = Some(held.clone());
                state.failure = None;
                Ok(held)
            }
            Err(error) => {
                if let Some(held) = &mut state.held {
                    held.renew_at = Some(self.clock.now() + RENEWAL_PAUSE);
                }
                state.failure = Some(error.clone());
                Err(error)
            }
        }
    }

    fn accept(&self, token: &Token) -> Result<Held> {
        let bad = || {
            Error::new(
                ErrorKind::Credential,
                "the service gave a token that no header may hold",
            )
        };
        let text = token.secret.expose_secret();
        let mut value =
            HeaderValue::try_from(format!("{}{text}", self.prefix)).map_err(|_| bad())?;
        value.set_sensitive(true);
        let now = self.clock.now();
        let early = 0.1 + 0.05 * self.clock.random();
        let renew_at = token
            .lifetime
            .and_then(|life| now.checked_add(life.mul_f64(1.0 - early)));
        let expires_at = token.lifetime.and_then(|life| now.checked_add(life));
        Ok(Held {
            value,
            generation: 0,
            renew_at,
            expires_at,
        })
    }
}

#[async_trait]
impl<S: TokenSource> Credential for TokenCache<S> {
    async fn authorize(&self, request: &mut Request<Body>) -> Result<u64> {
        let held = self.get().await?;
        request
            .headers_mut()
            .insert(self.header.clone(), held.value);
        Ok(held.generation)
    }

    async fn rejected(&self, rejection: &Rejection<'_>) -> bool {
        if rejection.status != StatusCode::UNAUTHORIZED {
            return false;
        }
        let mut state = self.state();
        // Someone else may have renewed it since; then only this request is behind.
        if state
            .held
            .as_ref()
            .is_some_and(|held| held.generation == rejection.generation)
        {
            state.held = None;
        }
        true
    }
}

#[cfg(test)]
mod tests;
