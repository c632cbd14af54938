//! Consumer keys: the permission of a user that an application acts for the account.
//!
//! An application asks for a key with [rules](AccessRules), sends the user to the validation URL of the answer, and waits
//! until the user has agreed. Rules are frozen then: whoever needs more needs a new key.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> ovh::Result<()> {
//! # let sandbox = cloud_sandbox::Sandbox::new();
//! # use cloud_sandbox::ovh::{APPLICATION_KEY, APPLICATION_SECRET, CONSUMER_KEY};
//! # let api = ovh::Client::builder().transport(sandbox.ovh()).application(APPLICATION_KEY, APPLICATION_SECRET);
//! # let api = api.consumer_key(CONSUMER_KEY).build()?;
//! # sandbox.ovh_console().validate_at_once(true);
//! use std::time::Duration;
//!
//! let request = api.consumer_key().read_only("/me").read_write_recursive("/domain").redirect("https://app.example").await?;
//! println!("open {}", request.validation_url);
//! let api = request.wait().timeout(Duration::from_secs(600)).await?; // a client that has the key
//! assert_eq!(api.auth().current_credential().await?.status, ovh::CredentialState::Validated);
//! # Ok(()) }
//! ```

use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use cloud_core::call::{Call, CallFuture};
use cloud_core::decode::{Decode, DecodeError};
use cloud_core::provider::CallBuilder;
use cloud_core::request::CallOptions;
use cloud_core::time::Interval;
use cloud_core::wait::{Progress, Step, Waiter};
use cloud_core::{Error, ErrorKind, Result};
use http::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::auth::CredentialState;
use crate::client::Client;
use crate::error::{ApiError, ApiErrorKind};
use crate::ops;
use crate::rules::AccessRule;
use crate::rules::AccessRules;
use crate::task::watch;

/// The first and the longest pause between looks at a key that waits for its validation.
// api-ovh-node looks every 2 seconds.
const LOOKS: Interval = Interval::new(Duration::from_secs(2), Duration::from_secs(5));

impl Client {
    /// Asks a user for the permission to act for an account. Needs an application.
    #[inline]
    pub fn consumer_key(&self) -> RequestConsumerKey {
        RequestConsumerKey::new(self)
    }
}

/// A request for a consumer key (`POST /auth/credential`), made by [`Client::consumer_key`]. Awaiting it sends it.
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until the request is awaited"]
pub struct RequestConsumerKey {
    client: Client,
    body: Body,
    options: Option<CallOptions>,
}

#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    access_rules: Vec<AccessRule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirection: Option<String>,
    #[serde(rename = "allowedIPs", skip_serializing_if = "Option::is_none")]
    allowed_ips: Option<Vec<String>>,
}

const READ: &[Method] = &[Method::GET];
const SAFE: &[Method] = &[Method::GET, Method::POST, Method::PUT];
const WRITE: &[Method] = &[Method::GET, Method::POST, Method::PUT, Method::DELETE];

impl RequestConsumerKey {
    pub(crate) fn new(client: &Client) -> Self {
        Self {
            client: client.clone(),
            body: Body::default(),
            options: None,
        }
    }

    /// Allows a method on a path, in which `*` stands for anything.
    pub fn rule(self, method: &Method, path: impl Into<String>) -> Self {
        self.allow(method.as_str(), path.into())
    }

    fn allow(mut self, method: &str, path: String) -> Self {
        let method = method.to_ascii_uppercase();
        let rule = AccessRule { method, path };
        if !self.body.access_rules.contains(&rule) {
            self.body.access_rules.push(rule);
        }
        self
    }

    /// Allows what a [recorder](Client::record_rules) has seen.
    pub fn rules(self, rules: &AccessRules) -> Self {
        rules.iter().fold(self, |this, rule| {
            this.allow(&rule.method, rule.path.clone())
        })
    }

    fn each(self, methods: &[Method], path: &str) -> Self {
        methods
            .iter()
            .fold(self, |this, method| this.rule(method, path))
    }

    fn recursive(self, methods: &[Method], path: &str) -> Self {
        // As `add_recursive_rules` of python-ovh: `/sms/*` is `/sms` and `/sms/*`, and `/` is `/*` alone.
        let base = path.trim_end_matches(['*', '/', ' ']);
        let this = if base.is_empty() {
            self
        } else {
            self.each(methods, base)
        };
        this.each(methods, &format!("{base}/*"))
    }

    /// Allows `GET` of a path.
    pub fn read_only(self, path: &str) -> Self {
        self.each(READ, path)
    }

    /// Allows `GET`, `POST`, `PUT` and `DELETE` of a path.
    pub fn read_write(self, path: &str) -> Self {
        self.each(WRITE, path)
    }

    /// Allows `GET`, `POST` and `PUT` of a path, but not `DELETE`.
    pub fn read_write_safe(self, path: &str) -> Self {
        self.each(SAFE, path)
    }

    /// Allows `GET` of a path and of all below it; of everything for `/`.
    pub fn read_only_recursive(self, path: &str) -> Self {
        self.recursive(READ, path)
    }

    /// Allows `GET`, `POST`, `PUT` and `DELETE` of a path and of all below it; of everything for `/`.
    pub fn read_write_recursive(self, path: &str) -> Self {
        self.recursive(WRITE, path)
    }

    /// Allows `GET`, `POST` and `PUT` of a path and of all below it, but not `DELETE`.
    pub fn read_write_safe_recursive(self, path: &str) -> Self {
        self.recursive(SAFE, path)
    }

    /// Where the user is sent after the validation.
    pub fn redirect(mut self, url: impl Into<String>) -> Self {
        self.body.redirection = Some(url.into());
        self
    }

    /// The addresses and blocks that the key may be used from; anywhere unless set.
    pub fn allowed_ips(mut self, blocks: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.body.allowed_ips = Some(blocks.into_iter().map(Into::into).collect());
        self
    }

    /// Sets a time limit, headers and so on for this call.
    pub fn options(mut self, set: impl FnOnce(CallOptions) -> CallOptions) -> Self {
        self.options = Some(set(self.options.take().unwrap_or_default()));
        self
    }

    /// Sends the request (`POST /auth/credential`); awaiting it does the same.
    ///
    /// # Permissions
    ///
    /// Open to everybody. The user decides.
    pub async fn send(self) -> Result<PendingConsumerKey> {
        let Self {
            client,
            body,
            options,
        } = self;
        let checked = check(&client, &body);
        // Without the key, the rest of the answer is worth nothing.
        let decode = Decode::json().try_map(|answer: Answer| {
            if answer.consumer_key.expose_secret().is_empty() {
                return Err(DecodeError::new("the answer has no key `consumerKey`"));
            }
            Ok(answer)
        });
        let call: Call<Answer> = client.call(&ops::AUTH_CREDENTIAL, decode);
        let mut call = client
            // Not signed, since there is nothing to sign by yet; the application's key is enough.
            .open(call)
            .json(&body)
            .options(|usual| options.unwrap_or(usual));
        if let Err(error) = checked {
            call = call.refuse(error);
        }
        let answer = call.await?;
        // The key has been made by then.
        let client = client
            .with_consumer_key(answer.consumer_key.clone())
            .map_err(Error::with_may_have_happened)?;
        Ok(PendingConsumerKey {
            consumer_key: answer.consumer_key,
            validation_url: answer.validation_url,
            state: answer.state,
            client,
        })
    }

    /// Sends the request and blocks this thread until it is answered. It works on every thread; inside of asynchronous code it stops the worker that runs it.
    #[cfg(feature = "blocking")]
    pub fn send_blocking(self) -> Result<PendingConsumerKey> {
        cloud_core::blocking::block_on(self.send())
    }
}

fn check(client: &Client, body: &Body) -> Result<()> {
    if !client.is_application() {
        let text =
            "a consumer key is asked for by an application; this client has no application key";
        return Err(Error::new(ErrorKind::Credential, text));
    }
    if body.access_rules.is_empty() {
        return Err(Error::input(
            "accessRules",
            "must not be empty: a key without rules allows nothing",
        ));
    }
    match body
        .access_rules
        .iter()
        .find(|rule| !rule.path.starts_with('/'))
    {
        Some(rule) => Err(Error::input(
            "accessRules",
            format!("the path {:?} must begin with a slash", rule.path),
        )),
        None => Ok(()),
    }
}

impl IntoFuture for RequestConsumerKey {
    type Output = Result<PendingConsumerKey>;
    type IntoFuture = CallFuture<PendingConsumerKey>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    consumer_key: SecretString,
    #[serde(default)]
    validation_url: String,
    #[serde(default)]
    state: CredentialState,
}

/// A consumer key that waits for its user. Keep [`consumer_key`](Self::consumer_key): it is shown only here.
#[derive(Clone)]
#[non_exhaustive]
pub struct PendingConsumerKey {
    /// The new consumer key, which works once its user has agreed.
    pub consumer_key: SecretString,
    /// The page on which the user logs in, chooses for how long, and agrees. It holds a token of its own: whoever opens
    /// it decides about the key.
    pub validation_url: String,
    /// The state, at first [`PendingValidation`](CredentialState::PendingValidation).
    pub state: CredentialState,
    client: Client,
}

impl fmt::Debug for PendingConsumerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingConsumerKey")
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

impl PendingConsumerKey {
    /// A client that has the key, whether it is validated or not.
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// Waits until the user has agreed (`GET /auth/currentCredential`), and gives a client that has the key. It looks
    /// every 2 to 5 seconds. Fails when the user refuses.
    ///
    /// # Permissions
    ///
    /// No IAM action.
    #[inline]
    pub fn wait(self) -> Waiter<Client> {
        let engine = self.client.engine().clone();
        let client = Arc::new(self.client);
        let look = move || look(client.clone());
        let looks = watch(&engine, LOOKS, "the consumer key".to_owned(), look, false);
        Waiter::new(&engine, looks)
    }
}

async fn look(client: Arc<Client>) -> Result<Step<Client>> {
    let pending = |state: &str| Ok(Step::Pending(Progress::new(0, "consumer key", state)));
    match client.auth().current_credential().await {
        Ok(credential) => match credential.status {
            CredentialState::Validated => Ok(Step::Done((*client).clone())),
            CredentialState::Refused | CredentialState::Expired => {
                let text = format!("the consumer key is {}", credential.status);
                Err(Error::new(ErrorKind::WorkFailed, text).with_code(credential.status.as_str()))
            }
            state => pending(state.as_str()),
        },
        Err(error) => match error.api::<ApiError>().map(|error| error.kind) {
            // A key is refused so until its user has answered (seen by api-ovh-node).
            Some(ApiErrorKind::InvalidCredential) => pending("pendingValidation"),
            // The rules are looked at after the key: it is valid, and its rules leave this call out.
            Some(ApiErrorKind::NotGranted) => Ok(Step::Done((*client).clone())),
            _ => Err(error),
        },
    }
}
