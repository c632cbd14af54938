//! Who the client is: fixed tokens, and tokens that are fetched and renewed.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use base64::Engine as _;
use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode, header};
use secrecy::{ExposeSecret, SecretString};

use crate::body::Body;
use crate::config::Setting;
use crate::error::{Error, ErrorKind, Result};
use crate::task::Shared;
use crate::time::{Clock, within};

/// Puts a client's identity into its requests.
///
/// ```
/// use cloud_core::body::Body;
/// use cloud_core::credential::Credential;
/// use cloud_core::http::{HeaderValue, Request};
/// use cloud_core::{Error, ExposeSecret, Result, SecretString, async_trait};
///
/// /// A key in a header of its own.
/// #[derive(Debug)]
/// struct Key(SecretString);
///
/// #[async_trait]
/// impl Credential for Key {
///     async fn authorize(&self, request: &mut Request<Body>) -> Result<u64> {
///         let mut value = HeaderValue::try_from(self.0.expose_secret())
///             .map_err(|_| Error::input("key", "holds what no header may hold"))?;
///         value.set_sensitive(true); // no log shows it
///         request.headers_mut().insert("x-key", value);
///         Ok(0)
///     }
/// }
/// ```
///
/// For tokens there are [`Bearer`], and [`TokenCache`] for those that end and are fetched again.
#[async_trait]
pub trait Credential: Send + Sync + fmt::Debug {
    /// Gets what [`authorize`](Self::authorize) needs and may have to wait for, such as a token. A call that has this
    /// waits for its place in the pace next, and is then authorized and sent at once.
    async fn ready(&self) -> Result<()> {
        Ok(())
    }

    /// Adds what the service wants to a request that is otherwise complete. The number says which token was used, for
    /// [`rejected`](Self::rejected); 0 where there is only one.
    async fn authorize(&self, request: &mut Request<Body>) -> Result<u64>;

    /// The service refused a request (4xx). `true` when authorizing again may give another result: the request is then
    /// sent once more.
    async fn rejected(&self, rejection: &Rejection<'_>) -> bool {
        let _ = rejection;
        false
    }

    /// Where it came from, such as `HCLOUD_TOKEN (environment)`: told by the error when the service does not accept it.
    fn origin(&self) -> Option<&str> {
        None
    }
}

/// A refused request, as a [`Credential`] sees it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Rejection<'a> {
    /// The HTTP status of the answer.
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
        // Neither shown by `Debug` nor kept in HTTP/2's table of headers (RFC 7541, 7.1.3).
        value.set_sensitive(true);
        Some(Self(name, value))
    }

    fn put(&self, request: &mut Request<Body>) {
        request.headers_mut().insert(self.0.clone(), self.1.clone());
    }
}

/// A fixed token, sent as `Authorization: Bearer`.
pub struct Bearer(SecretHeader, String);

impl Bearer {
    /// Checks the token: not empty, no white space, no control characters.
    pub fn new(token: &Setting<SecretString>) -> Result<Self> {
        let text = token.check()?.expose_secret();
        SecretHeader::new(header::AUTHORIZATION, &format!("Bearer {text}"))
            .map(|header| Self(header, token.origin.to_string()))
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

    fn origin(&self) -> Option<&str> {
        Some(&self.1)
    }
}

/// A user name and a password, sent as `Authorization: Basic`.
pub struct Basic(SecretHeader, String);

impl Basic {
    /// Checks the name, which must not hold a colon. Both may hold any other character; they are sent as UTF-8.
    pub fn new(user: &Setting<String>, password: &SecretString) -> Result<Self> {
        if user.value.is_empty() {
            return Err(user.error("is empty"));
        }
        // RFC 7617, 2: a service takes all behind the first colon for the password.
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
        .map(|header| Self(header, user.origin.to_string()))
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

    fn origin(&self) -> Option<&str> {
        Some(&self.1)
    }
}

/// A token as its source gives it.
#[derive(Clone, Debug)]
pub struct Token {
    /// The text of the token.
    pub secret: SecretString,
    /// How long it is valid from now; `None` for ever.
    pub lifetime: Option<Duration>,
}

/// Fetches a new token: the only part of a [`TokenCache`] that knows a provider.
#[async_trait]
pub trait TokenSource: Send + Sync + fmt::Debug {
    /// Asks the provider for a token.
    async fn fetch(&self) -> Result<Token>;

    /// Where the login came from that tokens are fetched by; see [`Credential::origin`].
    fn origin(&self) -> Option<&str> {
        None
    }
}

/// Keeps a token that has to be fetched and renewed.
///
/// Nothing is fetched before it is needed, and never twice at once: the fetch is a task that all who need the token
/// wait for, whether it is polled by one of them or not. It goes on for a minute when all have given up, so that the
/// next call finds a token. Renewal begins when a tenth of the lifetime is left, a little earlier at random, while
/// calls go on with the token at hand. A token that the service refuses is dropped once, whoever notices first.
/// Programs with several runtimes fetch in each of them that needs a token, and share what was fetched.
pub struct TokenCache<S> {
    inner: Arc<Inner<S>>,
    fetch: Shared<Result<Held>>,
}

struct Inner<S> {
    source: S,
    clock: Arc<dyn Clock>,
    header: HeaderName,
    prefix: &'static str,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    held: Option<Held>,
    generation: u64,
}

#[derive(Clone)]
struct Held {
    value: HeaderValue,
    generation: u64,
    renew_at: Option<Instant>,
    expires_at: Option<Instant>,
}

impl Held {
    fn is_valid(&self, now: Instant) -> bool {
        self.expires_at.is_none_or(|at| now < at)
    }
}

impl<S: fmt::Debug> fmt::Debug for TokenCache<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenCache")
            .field("source", &self.inner.source)
            .field("header", &self.inner.header)
            .finish_non_exhaustive()
    }
}

/// After a failed early renewal the valid token serves this much longer before the next try.
const RENEWAL_PAUSE: Duration = Duration::from_secs(10);

/// The time that a source has for one token: it is the clock of fetches that no call waits for any more.
const FETCH_LIMIT: Duration = Duration::from_secs(30 * 60);

impl<S: TokenSource + 'static> TokenCache<S> {
    /// Sends the token as `Authorization: Bearer`.
    pub fn bearer(source: S, clock: Arc<dyn Clock>) -> Self {
        Self::new(source, clock, header::AUTHORIZATION, "Bearer ")
    }

    /// Sends the token in this header, after this prefix.
    pub fn new(source: S, clock: Arc<dyn Clock>, header: HeaderName, prefix: &'static str) -> Self {
        let inner = Inner {
            source,
            clock,
            header,
            prefix,
            state: Mutex::default(),
        };
        Self {
            inner: Arc::new(inner),
            fetch: Shared::new(),
        }
    }

    /// Makes sure that a valid token is at hand, as the next call would.
    pub async fn ready(&self) -> Result<()> {
        self.get()
            .await
            .map(drop)
            // The loop of a call does this for the call; here is none.
            .map_err(|error| error.of_credential(self.inner.source.origin()))
    }

    async fn get(&self) -> Result<Held> {
        let inner = &self.inner;
        let now = inner.clock.now();
        // In a block of its own: nothing may be waited for under the lock.
        let (held, generation) = {
            let state = inner.state();
            (state.held.clone(), state.generation)
        };
        let fetch = || inner.clone().fetch(generation);
        match held.filter(|held| held.is_valid(now)) {
            Some(held) if held.renew_at.is_none_or(|at| now < at) => Ok(held),
            // Valid, but not for long: it is renewed, and nobody waits for that.
            Some(held) => self.fetch.begin(&inner.clock, fetch).map(|()| held),
            None => self.fetch.join(&inner.clock, fetch).await?,
        }
    }
}

impl<S> Inner<S> {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: TokenSource> Inner<S> {
    /// Fetches a token, unless there is one that is newer than `seen`.
    async fn fetch(self: Arc<Self>, seen: u64) -> Result<Held> {
        {
            // Between the look at the token at hand and this one a fetch may have ended.
            let state = self.state();
            let newer = state
                .held
                .as_ref()
                .filter(|held| held.generation > seen && held.is_valid(self.clock.now()));
            if let Some(held) = newer {
                return Ok(held.clone());
            }
        }
        let fetched = within(&*self.clock, Some(FETCH_LIMIT), self.source.fetch())
            .await
            .unwrap_or_else(|| {
                let text = format!("the source gave none within {} s", FETCH_LIMIT.as_secs());
                Err(Error::new(ErrorKind::Credential, text).with_retryable(true))
            })
            .and_then(|token| self.accept(&token));
        let mut state = self.state();
        match fetched {
            Ok(mut held) => {
                // So that a late refusal of the token before does not throw this one away.
                state.generation += 1;
                held.generation = state.generation;
                state.held = Some(held.clone());
                Ok(held)
            }
            Err(error) => {
                if let Some(held) = &mut state.held {
                    held.renew_at = Some(self.clock.now() + RENEWAL_PAUSE);
                }
                Err(error)
            }
        }
    }

    fn accept(&self, token: &Token) -> Result<Held> {
        let bad = |what| Error::new(ErrorKind::Credential, format!("the service gave {what}"));
        let text = token.secret.expose_secret();
        if text.is_empty() {
            return Err(bad("an empty token"));
        }
        let mut value = HeaderValue::try_from(format!("{}{text}", self.prefix))
            .map_err(|_| bad("a token that no header may hold"))?;
        value.set_sensitive(true);
        let now = self.clock.now();
        // At random, so that copies of a program that were started together do not renew together.
        let early = 0.1 + 0.05 * self.clock.random();
        let renew_at = token
            .lifetime
            // A lifetime that no clock can hold counts as one without end.
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
impl<S: TokenSource + 'static> Credential for TokenCache<S> {
    fn origin(&self) -> Option<&str> {
        self.inner.source.origin()
    }

    async fn ready(&self) -> Result<()> {
        self.get().await.map(drop)
    }

    async fn authorize(&self, request: &mut Request<Body>) -> Result<u64> {
        // Once more: the call may have waited for its turn longer than the token of `ready` was good for.
        let held = self.get().await?;
        request
            .headers_mut()
            .insert(self.inner.header.clone(), held.value);
        Ok(held.generation)
    }

    async fn rejected(&self, rejection: &Rejection<'_>) -> bool {
        // A 403 is about what the token may do, and the next one from the same source may do no more.
        if rejection.status != StatusCode::UNAUTHORIZED {
            return false;
        }
        let mut state = self.inner.state();
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
