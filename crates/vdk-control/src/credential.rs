//! Who the client is: nobody, a fixed token, or tokens that are fetched and renewed.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use cloud_core::body::Body;
use cloud_core::config::{Origin, Setting};
use cloud_core::credential::{Bearer, Credential, Rejection, Token, TokenCache, TokenSource};
use cloud_core::model::Timestamp;
use cloud_core::options::ClientOptions;
use cloud_core::secrets::Secrets;
use cloud_core::time::{Clock, within};
use cloud_core::{Error, ErrorKind, Result};
use http::Request;
use secrecy::{ExposeSecret, SecretString};

pub(crate) mod login_file;
mod token_service;

pub(crate) use token_service::{Basics, TokenService, refused};

/// A cached token that is valid for less than this is not worth sending.
// vdk-control-api-auth renews a token that has less left, too.
const LEAST_LIFE: Duration = Duration::from_secs(60);

/// After a token could not be had, calls go without one for this long before the next try.
const PAUSE: Duration = Duration::from_secs(30);

/// The same where the failure passes by itself: long enough that the call that has just failed to get a token does not
/// try again when it is authorized.
const MOMENT: Duration = Duration::from_secs(1);

/// Where tokens come from.
#[derive(Clone, Debug)]
pub(crate) enum Login {
    /// Nowhere: the service has its security switched off.
    Nobody,
    /// Nowhere: the file of the `vdk` command line is empty, as it is after a login that has failed on the way.
    LoggedOut(PathBuf),
    /// It is always the same.
    Fixed(Setting<SecretString>),
    /// From a token service.
    Fetched(Box<Fetched>),
    /// From the user's own code.
    Own(Arc<dyn Credential>),
}

/// What a token service is asked for.
#[derive(Clone, Debug)]
pub(crate) enum Grant {
    /// An API token, which stays good for many access tokens.
    ApiToken(SecretString),
    /// A refresh token, in whose place the service may give another.
    Refresh {
        token: SecretString,
        client: Option<Basics>,
    },
    /// The client's own name and secret.
    ClientCredentials(Basics),
    /// Nothing: only a token at hand is used.
    Nothing,
}

/// A login with a token service.
#[derive(Clone, Debug)]
pub(crate) struct Fetched {
    pub(crate) url: Option<Setting<String>>,
    pub(crate) grant: Grant,
    /// A token that was fetched earlier, and the second of the Unix epoch at which it ends.
    pub(crate) at_hand: Option<(SecretString, i64)>,
    /// The file of the `vdk` command line that gets the refresh token when the service gives another.
    pub(crate) file: Option<PathBuf>,
    /// Found somewhere rather than given: then it is no reason to fail before the service has asked for a token.
    pub(crate) found: bool,
    /// Where it came from, for people.
    pub(crate) origin: String,
}

impl Fetched {
    pub(crate) fn given(url: String, origin: &'static str, grant: Grant) -> Box<Self> {
        let origin = Origin::Builder(origin);
        Box::new(Self {
            origin: origin.to_string(),
            url: Some(Setting::new(url, origin)),
            grant,
            at_hand: None,
            file: None,
            found: false,
        })
    }
}

impl Login {
    /// The secrets that are known from the beginning.
    pub(crate) fn secrets(&self) -> Vec<SecretString> {
        match self {
            Self::Nobody | Self::LoggedOut(_) | Self::Own(_) => Vec::new(),
            Self::Fixed(token) => vec![token.value.clone()],
            Self::Fetched(fetched) => {
                let grant = match &fetched.grant {
                    Grant::ApiToken(token) | Grant::Refresh { token, .. } => Some(token),
                    Grant::ClientCredentials(_) | Grant::Nothing => None,
                };
                let own = fetched
                    .grant
                    .client()
                    .and_then(|client| client.secret.as_ref());
                let at_hand = fetched.at_hand.as_ref().map(|(token, _)| token);
                [grant, own, at_hand]
                    .into_iter()
                    .flatten()
                    .cloned()
                    .collect()
            }
        }
    }

    /// Checks the settings and makes the credential of a client, whose tokens join its `secrets`. Nothing is fetched.
    pub(crate) fn build(
        self,
        options: &ClientOptions,
        missing_token: &MissingToken,
        secrets: &Secrets,
    ) -> Result<Option<Arc<dyn Credential>>> {
        let fetched = match self {
            Self::Nobody => return Ok(None),
            Self::LoggedOut(path) => {
                missing_token.logged_out(&path);
                return Ok(None);
            }
            Self::Fixed(token) => return Ok(Some(Arc::new(Bearer::new(&token)?))),
            Self::Own(credential) => return Ok(Some(credential)),
            Self::Fetched(fetched) => *fetched,
        };
        let service = match &fetched.url {
            Some(url) => {
                let client = fetched.grant.client();
                Some(TokenService::new(url, client, options, secrets.clone())?)
            }
            None => None,
        };
        let (found, clock) = (fetched.found, options.shared_clock());
        let source = Source {
            service,
            origin: fetched.origin,
            grant: Mutex::new(fetched.grant),
            at_hand: Mutex::new(fetched.at_hand),
            file: fetched.file,
            clock: clock.clone(),
            secrets: secrets.clone(),
        };
        let source = Arc::new(source);
        let cache = TokenCache::bearer(
            Turns {
                source,
                turn: Arc::default(),
            },
            clock.clone(),
        );
        if found {
            return Ok(Some(Arc::new(Found {
                cache,
                clock,
                missing_token: missing_token.clone(),
                next_try: Mutex::default(),
            })));
        }
        Ok(Some(Arc::new(cache)))
    }
}

impl Grant {
    fn client(&self) -> Option<&Basics> {
        match self {
            Self::Refresh { client, .. } => client.as_ref(),
            Self::ClientCredentials(client) => Some(client),
            Self::ApiToken(_) | Self::Nothing => None,
        }
    }
}

/// Fetches tokens.
struct Source {
    service: Option<TokenService>,
    grant: Mutex<Grant>,
    at_hand: Mutex<Option<(SecretString, i64)>>,
    file: Option<PathBuf>,
    clock: Arc<dyn Clock>,
    secrets: Secrets,
    origin: String,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("service", &self.service)
            .finish_non_exhaustive()
    }
}

/// How long a renewal may take before another runtime renews too.
const LONGEST_TURN: Duration = Duration::from_secs(60);

/// Fetches tokens one after the other, and to the end.
///
/// A refresh token may be spent as soon as it has reached the service. What comes in its place must be kept even if the
/// call that wanted a token is dropped or out of time by then; otherwise there is no way back but another login.
#[derive(Debug)]
struct Turns {
    source: Arc<Source>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

#[async_trait]
impl TokenSource for Turns {
    fn origin(&self) -> Option<&str> {
        Some(&self.source.origin)
    }

    async fn fetch(&self) -> Result<Token> {
        // No other grant is spent by being used, so that two renewals at once do no harm.
        if !matches!(*lock(&self.source.grant), Grant::Refresh { .. }) {
            return self.source.fetch().await;
        }
        // Taken before the task is there, so that callers who come and go do not leave a queue of them. A runtime that is
        // not driven may keep its turn; the others wait for it no longer than a renewal takes.
        let turn = Arc::clone(&self.turn).lock_owned();
        let turn = within(&*self.source.clock, Some(LONGEST_TURN), turn).await;
        let source = Arc::clone(&self.source);
        let fetched = tokio::spawn(async move {
            let token = source.fetch().await;
            drop(turn);
            token
        });
        fetched.await.unwrap_or_else(|gone| {
            Err(Error::new(
                ErrorKind::Credential,
                format!("the renewal of the token was stopped: {gone}"),
            ))
        })
    }
}

impl Source {
    async fn fetch(&self) -> Result<Token> {
        // Used once: whoever asks again has seen it end, or be refused.
        let at_hand = lock(&self.at_hand).take();
        if let Some((secret, ends)) = at_hand {
            let now = Timestamp::from(self.clock.system_now()).as_unix();
            let life =
                Duration::from_secs(u64::try_from(ends.saturating_sub(now)).unwrap_or_default());
            if life >= LEAST_LIFE {
                return Ok(Token {
                    secret,
                    lifetime: Some(life),
                });
            }
        }
        let grant = lock(&self.grant).clone();
        let fields: &[(&str, &str)] = match &grant {
            Grant::ApiToken(token) | Grant::Refresh { token, .. } => &[
                ("grant_type", "refresh_token"),
                ("refresh_token", token.expose_secret()),
            ],
            Grant::ClientCredentials(_) => &[("grant_type", "client_credentials")],
            Grant::Nothing => &[],
        };
        let (Some(service), false) = (&self.service, fields.is_empty()) else {
            return Err(Error::new(
                ErrorKind::Credential,
                "the token has ended, and nothing is known to renew it by",
            ));
        };
        // A refresh token may be spent by being used; the others are not.
        let repeatable = !matches!(grant, Grant::Refresh { .. });
        let answer = service.ask(fields, repeatable).await;
        // What a refusal means, and a service in trouble, the call knows that needs the token.
        let answer = answer.map_err(|error| match error.kind() {
            ErrorKind::Api => error,
            _ => refused(error),
        })?;
        self.secrets.add(answer.access_token.clone());
        if let Some(new) = &answer.refresh_token {
            self.secrets.add(new.clone());
        }
        if let (Some(new), Grant::Refresh { token, client }) = (&answer.refresh_token, &grant)
            && new.expose_secret() != token.expose_secret()
        {
            *lock(&self.grant) = Grant::Refresh {
                token: new.clone(),
                client: client.clone(),
            };
            if let Some(file) = self.file.clone() {
                let (access, new, life) =
                    (answer.access_token.clone(), new.clone(), answer.expires_in);
                let now = Timestamp::from(self.clock.system_now()).as_unix();
                // The old one may be worthless now. Failing to keep the new one costs the next login, not this call.
                let kept = move || {
                    login_file::renew(
                        &file,
                        &access,
                        &new,
                        life.map(|life| now.saturating_add(life)),
                    )
                };
                let _ = tokio::task::spawn_blocking(kept).await;
            }
        }
        let lifetime = answer
            .expires_in
            .and_then(|life| u64::try_from(life).ok())
            .filter(|life| *life > 0);
        Ok(Token {
            secret: answer.access_token,
            lifetime: lifetime.map(Duration::from_secs),
        })
    }
}

/// Why calls go without a token at the moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct MissingToken(Arc<Mutex<Option<Error>>>);

impl MissingToken {
    pub(crate) fn reason(&self) -> Option<Error> {
        lock(&self.0).clone()
    }

    /// Nobody is logged in, though the `vdk` command line meant to keep a login in this file.
    fn logged_out(&self, path: &Path) {
        let origin = Origin::File {
            path: path.to_owned(),
            key: "the login".to_owned(),
        };
        let error = Error::config(origin, "is empty; log in again");
        *lock(&self.0) = Some(error);
    }
}

/// A login that was found in the environment or in a file. A stale one must not stop calls to a service that needs none
/// (vmware/versatile-data-kit #3096), so calls go without a token until the service refuses them for that.
#[derive(Debug)]
struct Found<C> {
    cache: C,
    clock: Arc<dyn Clock>,
    missing_token: MissingToken,
    /// After a failed try, when the next one may be.
    next_try: Mutex<Option<Instant>>,
}

#[async_trait]
impl<C: Credential> Credential for Found<C> {
    async fn ready(&self) -> Result<()> {
        if !self.pauses() {
            self.note(&self.cache.ready().await);
        }
        Ok(())
    }

    async fn authorize(&self, request: &mut Request<Body>) -> Result<u64> {
        if self.pauses() {
            // No token has this number, by which `rejected` knows that none was sent.
            return Ok(0);
        }
        let result = self.cache.authorize(request).await;
        self.note(&result);
        Ok(result.unwrap_or(0))
    }

    async fn rejected(&self, rejection: &Rejection<'_>) -> bool {
        // Without a token another attempt would have none either.
        rejection.generation != 0 && self.cache.rejected(rejection).await
    }

    fn origin(&self) -> Option<&str> {
        self.cache.origin()
    }
}

impl<C> Found<C> {
    /// Whether the last try was just now, and another one would fail in the same way.
    fn pauses(&self) -> bool {
        lock(&self.next_try).is_some_and(|next_try| self.clock.now() < next_try)
    }

    /// Keeps why there is no token, for the message of a service that wants one.
    fn note<T>(&self, result: &Result<T>) {
        let failed = result.as_ref().err();
        *lock(&self.next_try) = failed.map(|error| {
            let pause = if error.is_retryable() { MOMENT } else { PAUSE };
            self.clock.now() + pause
        });
        *lock(&self.missing_token.0) = failed.cloned();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
