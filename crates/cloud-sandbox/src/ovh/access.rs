//! Who calls, and what that one may do: applications and their credentials, service accounts and their tokens.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, SystemTime};

use http::header::AUTHORIZATION;
use serde_json::{Value, json};
use sha1::{Digest as _, Sha1};

use crate::answer::Call;
use crate::service::credential;
use crate::service::time::since_1970;

use super::datetime;
use super::error::Refusal;
use super::network;
use super::query::wildcard;
use super::settings::{ACCOUNT, Settings};

#[derive(serde::Deserialize, serde::Serialize)]
pub(crate) struct Access {
    pub(crate) applications: BTreeMap<i64, Application>,
    pub(crate) credentials: BTreeMap<i64, Credential>,
    pub(crate) clients: BTreeMap<String, Client>,
    pub(crate) tokens: HashMap<String, Token>,
    /// Whether new consumer keys need no validation.
    pub(crate) validates_at_once: bool,
    /// Where requests seem to come from.
    pub(crate) caller: IpAddr,
    pub(crate) skew: i64,
}

#[derive(serde::Deserialize, serde::Serialize)]
pub(crate) struct Application {
    pub(crate) id: i64,
    pub(crate) key: String,
    pub(crate) secret: String,
    pub(crate) name: String,
}

#[derive(serde::Deserialize, serde::Serialize)]
pub(crate) struct Credential {
    pub(crate) id: i64,
    pub(crate) application: i64,
    pub(crate) consumer_key: String,
    /// What the validation page knows it by.
    pub(crate) token: String,
    pub(crate) rules: Vec<Rule>,
    pub(crate) allowed_ips: Value,
    pub(crate) redirection: Option<String>,
    pub(crate) status: Status,
    pub(crate) creation: SystemTime,
    pub(crate) expiration: Option<SystemTime>,
    pub(crate) last_use: Option<SystemTime>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub(crate) enum Status {
    Pending,
    Validated,
    Refused,
    Expired,
}

#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct Rule {
    pub(crate) method: String,
    pub(crate) path: String,
}

/// A service account.
#[derive(serde::Deserialize, serde::Serialize)]
pub(crate) struct Client {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) object: Value,
}

#[derive(serde::Deserialize, serde::Serialize)]
pub(crate) struct Token {
    pub(crate) client: String,
    pub(crate) expires: SystemTime,
}

#[derive(Clone, Debug)]
pub(crate) enum Identity {
    Nobody,
    /// A credential by its id.
    Credential(i64),
    /// A service account by its id.
    Client(String),
}

/// The methods that rules can name. The last one came later than the others, and no operation here has it.
pub(crate) const METHODS: [&str; 5] = ["GET", "POST", "PUT", "DELETE", "PATCH"];

impl Access {
    pub(crate) fn new(settings: &Settings, epoch: SystemTime) -> Self {
        let (application, credential) = (5_400_100_001, 5_410_000_001);
        // The four that the page `createToken` offers, with `/*` for every path.
        let everything = METHODS[..4].iter().map(|method| Rule {
            method: (*method).to_owned(),
            path: "/*".to_owned(),
        });
        let (key, secret) = settings.application.clone();
        let (id, client_secret) = settings.client.clone();
        let mut access = Self {
            applications: BTreeMap::new(),
            credentials: BTreeMap::new(),
            clients: BTreeMap::new(),
            tokens: HashMap::new(),
            validates_at_once: false,
            caller: Ipv4Addr::LOCALHOST.into(),
            skew: 0,
        };
        let name = "sandbox".to_owned();
        access.applications.insert(
            application,
            Application {
                id: application,
                key,
                secret,
                name,
            },
        );
        access.credentials.insert(
            credential,
            Credential {
                id: credential,
                application,
                // Validated from the beginning and without an end, so that a test needs no browser.
                consumer_key: settings.consumer_key.clone(),
                token: String::new(),
                rules: everything.collect(),
                allowed_ips: Value::Null,
                redirection: None,
                status: Status::Validated,
                creation: epoch,
                expiration: None,
                last_use: None,
            },
        );
        let object = json!({
            "clientId": id,
            "name": "sandbox",
            "description": "the service account of the sandbox",
            "flow": "CLIENT_CREDENTIALS",
            "callbackUrls": [],
            "createdAt": datetime(epoch),
            "identity": identity_of(&id),
        });
        access.clients.insert(
            id.clone(),
            Client {
                id,
                secret: client_secret,
                object,
            },
        );
        access
    }

    pub(crate) fn application_of(&self, call: &Call<'_>) -> Result<&Application, Refusal> {
        let key = header(call, "x-ovh-application").ok_or_else(Refusal::no_login)?;
        self.applications
            .values()
            .find(|application| application.key == key)
            .ok_or_else(Refusal::unknown_application)
    }

    /// Who signed the request, or whose token it has.
    pub(crate) fn identify(
        &self,
        call: &Call<'_>,
        now: SystemTime,
        window: Duration,
    ) -> Result<Identity, Refusal> {
        // The clients send it in their OAuth 2.0 mode only, and then none of the `X-Ovh-` headers of a signature.
        if call.headers.contains_key(AUTHORIZATION) {
            let token = credential::bearer(call.headers);
            return match token.and_then(|token| self.tokens.get(token)) {
                Some(token) if token.expires > now => Ok(Identity::Client(token.client.clone())),
                _ => Err(Refusal::new(401, "The access token is not valid")),
            };
        }
        let (Some(consumer_key), Some(signature)) = (
            header(call, "x-ovh-consumer"),
            header(call, "x-ovh-signature"),
            // Without both there is nothing to check. The consumer key alone is no credential.
        ) else {
            return Ok(Identity::Nobody);
        };
        let application = self.application_of(call)?;
        let credential = self
            .credentials
            .values()
            .find(|credential| credential.consumer_key == consumer_key);
        let credential = credential.ok_or_else(Refusal::unknown_credential)?;
        // The secret in the signature is that of the application, so that a key of another one could never be signed
        // for.
        if credential.application != application.id {
            return Err(Refusal::invalid_credential());
        }

        // The real service as well looks at the time before the signature, and does not tell a wrong one from none.
        let timestamp = header(call, "x-ovh-timestamp").unwrap_or_default();
        let stamped: Option<i64> = timestamp.parse().ok();
        if stamped.is_none_or(|stamped| stamped.abs_diff(self.time(now)) > window.as_secs()) {
            return Err(Refusal::out_of_time());
        }
        // `$1$` + SHA-1 of secret, consumer key, method, URL, body and time with `+` in between: the documentation's
        // first steps with the API. Method, URL and body are taken as they came, for any normal form would accept
        // what the real service refuses.
        let signed = |url: &str| {
            let mut hash = Sha1::new();
            for part in [
                application.secret.as_str(),
                consumer_key,
                call.method.as_str(),
                url,
            ] {
                hash.update(part);
                hash.update("+");
            }
            hash.update(call.body);
            hash.update("+");
            // The text that was sent: a number that was read and written again could differ from what was signed.
            hash.update(timestamp);
            hash.finalize()
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<Vec<_>>()
                .concat()
        };
        // The version of the signature; there is no other.
        let given = signature.strip_prefix("$1$");
        let is_right = |url: &str| given.is_some_and(|given| given == signed(url));
        // The real service is on the port of its scheme, so that some clients (the official one for Node among them)
        // leave the port out of what they sign.
        if !is_right(call.url) && !without_port(call.url).is_some_and(|url| is_right(&url)) {
            return Err(Refusal::signature());
        }

        // Only after the signature: without it a state would be told to whoever knows the key alone.
        if credential.status(now) != Status::Validated {
            return Err(Refusal::invalid_credential());
        }
        let mut allowed = credential
            .allowed_ips
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .peekable();
        // An empty list is taken as no restriction: otherwise nobody could use the key.
        if allowed.peek().is_some() && !allowed.any(|block| network::contains(block, self.caller)) {
            return Err(Refusal::coded(
                403,
                "FORBIDDEN",
                "This credential is not allowed from your IP address",
            ));
        }
        Ok(Identity::Credential(credential.id))
    }

    /// What the service believes the time to be.
    pub(crate) fn time(&self, now: SystemTime) -> i64 {
        since_1970(now)
            .as_secs()
            .cast_signed()
            .saturating_add(self.skew)
    }
}

impl Credential {
    pub(crate) fn status(&self, now: SystemTime) -> Status {
        match self.status {
            // Seen rather than set, so that nothing has to happen at the moment a key ends.
            Status::Validated if self.expiration.is_some_and(|end| end <= now) => Status::Expired,
            status => status,
        }
    }

    pub(crate) fn allows(&self, method: &str, path: &str) -> bool {
        self.rules
            .iter()
            .any(|rule| rule.method == method && wildcard(&rule.path, path))
    }

    pub(crate) fn render(&self, now: SystemTime) -> Value {
        json!({
            "credentialId": self.id,
            "applicationId": self.application,
            "status": self.status(now).name(),
            "rules": self.rules.iter().map(Rule::render).collect::<Value>(),
            "allowedIPs": self.allowed_ips,
            "creation": datetime(self.creation),
            "expiration": self.expiration.map(datetime),
            "lastUse": self.last_use.map(datetime),
            "ovhSupport": false,
        })
    }
}

impl Status {
    pub(crate) const ALL: [&str; 4] = ["expired", "pendingValidation", "refused", "validated"];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pending => "pendingValidation",
            Self::Validated => "validated",
            Self::Refused => "refused",
            Self::Expired => "expired",
        }
    }
}

impl Rule {
    pub(crate) fn render(&self) -> Value {
        json!({"method": self.method, "path": self.path})
    }
}

impl Application {
    pub(crate) fn render(&self) -> Value {
        json!({
            "applicationId": self.id,
            "applicationKey": self.key,
            "name": self.name,
            "description": "an application of the sandbox",
            "status": "active",
        })
    }
}

/// What policies call a service account.
pub(crate) fn identity_of(client: &str) -> String {
    format!("urn:v1:eu:identity:credential:{ACCOUNT}/oauth2-{client}")
}

pub(crate) fn header<'c>(call: &Call<'c>, name: &str) -> Option<&'c str> {
    call.headers.get(name).and_then(|value| value.to_str().ok())
}

/// The URL without the port of its host, if it has one.
fn without_port(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let (host, port) = authority.rsplit_once(':')?;
    // The colons of an address of IPv6 stand in brackets.
    port.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| format!("{scheme}://{host}{path}"))
}
