//! How a client proves who it is. There are three ways, and one page about them:
//!
//! | way | for | made at |
//! |---|---|---|
//! | application key, application secret and consumer key | one account, or many: every user grants a [consumer key](crate::consumer_key) | `/createApp`, or `/createToken` for all three at once |
//! | OAuth2 client id and secret | a service account of your own, whose rights are IAM policies | `POST /me/api/oauth2/client` |
//! | access token | a program that is handed a token | elsewhere |
//!
//! Calls of the first way are signed; the signature covers the secrets, the method, the URL, the body and the time of the
//! service. The other two send a token. Requests of an endpoint without OAuth2 (So you Start, Kimsufi) are always signed.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use async_trait::async_trait;
use cloud_core::body::Body;
use cloud_core::config::Setting;
use cloud_core::credential::{Credential, Rejection};
use cloud_core::{Error, ErrorKind, Result};
use http::{HeaderMap, HeaderName, HeaderValue, Request, header};
use secrecy::{ExposeSecret, SecretString};
use sha1::{Digest, Sha1};

mod clock;
mod oauth2;

pub(crate) use clock::ServerClock;
pub(crate) use oauth2::ClientCredentials;

pub(crate) const APPLICATION: HeaderName = HeaderName::from_static("x-ovh-application");
const CONSUMER: HeaderName = HeaderName::from_static("x-ovh-consumer");
const TIMESTAMP: HeaderName = HeaderName::from_static("x-ovh-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("x-ovh-signature");

/// The signature of a request, as `X-Ovh-Signature` carries it.
///
/// `url` and `body` are what is sent, to the byte; `timestamp` is the time of the service in seconds.
///
/// ```
/// let signature = ovh::credential::signature(
///     "test-app-secret-000000000000001",
///     "test-consumer-key-0000000000001",
///     "GET",
///     "https://eu.api.ovh.com/1.0/me",
///     b"",
///     1_700_000_000,
/// );
/// assert_eq!(signature, "$1$bdc9c2f622ba85b2967577dfed904374929fc666");
/// ```
pub fn signature(
    application_secret: &str,
    consumer_key: &str,
    method: &str,
    url: &str,
    body: &[u8],
    timestamp: i64,
) -> String {
    // Secret, consumer key, method, URL, body and time with a `+` between them, as in python-ovh and go-ovh; nothing
    // stands where there is no body.
    let mut hash = Sha1::new();
    for part in [application_secret, consumer_key, method, url] {
        hash.update(part);
        hash.update("+");
    }
    hash.update(body);
    hash.update("+");
    hash.update(timestamp.to_string());
    // `$1$` and the 40 digits of a SHA-1.
    let mut text = String::with_capacity(43);
    text.push_str("$1$");
    for byte in hash.finalize() {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn header(setting: &Setting<SecretString>) -> Result<HeaderValue> {
    HeaderValue::try_from(setting.check()?.expose_secret())
        .map_err(|_| setting.error("no header may hold it"))
}

/// Signs requests with an application's secret and a consumer key.
pub(crate) struct Signer {
    application: HeaderValue,
    secret: SecretString,
    consumer: Option<(HeaderValue, SecretString)>,
    clock: Arc<ServerClock>,
    /// Of the secret alone, and of both.
    origins: [String; 2],
}

impl Signer {
    pub(crate) fn new(
        key: &Setting<String>,
        secret: &Setting<SecretString>,
        consumer: Option<&Setting<SecretString>>,
        clock: Arc<ServerClock>,
    ) -> Result<Self> {
        let application = header(&key.clone().map(SecretString::from))?;
        let origin = secret.origin.to_string();
        let this = Self {
            application,
            secret: secret.check()?.clone(),
            consumer: None,
            clock,
            origins: [origin.clone(), origin],
        };
        match consumer {
            Some(consumer) => this.with_consumer(consumer),
            None => Ok(this),
        }
    }

    /// The same application with another consumer key.
    pub(crate) fn with_consumer(&self, key: &Setting<SecretString>) -> Result<Self> {
        let mut value = header(key)?;
        // Unlike the key of the application it is a secret: `Debug` does not print it then, and HTTP/2 does not index
        // it.
        value.set_sensitive(true);
        let [secret, _] = self.origins.clone();
        let both = format!("{secret} and {}", key.origin);
        Ok(Self {
            application: self.application.clone(),
            secret: self.secret.clone(),
            consumer: Some((value, key.value.clone())),
            clock: self.clock.clone(),
            origins: [secret, both],
        })
    }

    /// The header that says which application sends a call that is not signed.
    pub(crate) fn application(&self) -> &HeaderValue {
        &self.application
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer([redacted])")
    }
}

/// No caller may say who the client is but through its credential.
fn clear(headers: &mut HeaderMap) {
    for name in [
        APPLICATION,
        CONSUMER,
        TIMESTAMP,
        SIGNATURE,
        header::AUTHORIZATION,
    ] {
        headers.remove(name);
    }
}

#[async_trait]
impl Credential for Signer {
    async fn ready(&self) -> Result<()> {
        match self.consumer {
            Some(_) => self.clock.now().await.map(drop),
            // Nothing will be signed.
            None => Ok(()),
        }
    }

    async fn authorize(&self, request: &mut Request<Body>) -> Result<u64> {
        let Some((header, consumer)) = &self.consumer else {
            let text = "this client has an application but no consumer key, the permission to act for an account: \
                        request one by Client::consumer_key, or set OVH_CONSUMER_KEY";
            return Err(Error::new(ErrorKind::Config, text));
        };
        // The signature covers the body and goes in front of it, so all of the body has to be there before.
        let Some(body) = request.body().as_bytes().cloned() else {
            return Err(Error::new(
                ErrorKind::Input,
                "a body that is streamed cannot be signed; give its bytes",
            ));
        };
        let (timestamp, generation) = self.clock.now().await?;
        // As it goes on the wire, percent-encoding included. python-ovh and go-ovh sign the text that they were
        // given, which is another one for a path that is not ASCII.
        let url = request.uri().to_string();
        let (secret, consumer) = (self.secret.expose_secret(), consumer.expose_secret());
        let signature = signature(
            secret,
            consumer,
            request.method().as_str(),
            &url,
            &body,
            timestamp,
        );
        // It is ASCII, so this does not fail.
        let mut signature =
            HeaderValue::try_from(signature).map_err(|_| Error::new(ErrorKind::Credential, ""))?;
        signature.set_sensitive(true);
        let headers = request.headers_mut();
        clear(headers);
        headers.insert(APPLICATION, self.application.clone());
        headers.insert(CONSUMER, header.clone());
        headers.insert(TIMESTAMP, timestamp.into());
        headers.insert(SIGNATURE, signature);
        Ok(generation)
    }

    async fn rejected(&self, rejection: &Rejection<'_>) -> bool {
        match rejection.code {
            Some("QUERY_TIME_OUT") => self.clock.refused(rejection.generation, true).await,
            // May be the time, but is said of a wrong secret, too, and of a parameter of the wrong type
            // (ovh/python-ovh#103).
            Some("INVALID_SIGNATURE") => self.clock.refused(rejection.generation, false).await,
            _ => false,
        }
    }

    fn origin(&self) -> Option<&str> {
        Some(&self.origins[1])
    }
}

/// Another credential, with the headers of a caller taken out first.
#[derive(Debug)]
pub(crate) struct Alone<C>(pub(crate) C);

#[async_trait]
impl<C: Credential> Credential for Alone<C> {
    async fn ready(&self) -> Result<()> {
        self.0.ready().await
    }

    async fn authorize(&self, request: &mut Request<Body>) -> Result<u64> {
        clear(request.headers_mut());
        self.0.authorize(request).await
    }

    async fn rejected(&self, rejection: &Rejection<'_>) -> bool {
        self.0.rejected(rejection).await
    }

    fn origin(&self) -> Option<&str> {
        self.0.origin()
    }
}

/// The lack of any credential: calls that need one are not sent.
#[derive(Debug)]
pub(crate) struct Nobody;

#[async_trait]
impl Credential for Nobody {
    async fn authorize(&self, _: &mut Request<Body>) -> Result<u64> {
        let text = "this client has no credential; only open operations can be called, by unauthenticated()";
        Err(Error::new(ErrorKind::Credential, text))
    }
}
