//! The OAuth server beside the service, and what its tokens are worth.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{CACHE_CONTROL, LOCATION, WWW_AUTHENTICATE};
use percent_encoding::{percent_decode_str, utf8_percent_encode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::answer::{Answer, Call};
use crate::form;
use crate::service::credential;
use crate::service::time::since_1970;

use super::error::Refusal;
use super::secrets::Application;
use super::state::State;
use super::{SEGMENT, Settings};

/// The name of whoever has a token that is not an application's.
pub(crate) const USER: &str = "user";

/// How long a code can be exchanged.
const CODE_LIFETIME: Duration = Duration::from_secs(60);

#[derive(Default, serde::Deserialize, serde::Serialize)]
pub(crate) struct Tokens {
    access: HashMap<String, Access>,
    /// Refresh tokens, with the client that each was given to.
    refresh: HashMap<String, String>,
    codes: HashMap<String, Code>,
}

#[derive(serde::Deserialize, serde::Serialize)]
struct Access {
    expires: Duration,
    caller: Caller,
}

#[derive(serde::Deserialize, serde::Serialize)]
struct Code {
    client: String,
    redirect_uri: String,
    challenge: Option<String>,
    expires: Duration,
}

#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub(crate) enum Caller {
    User,
    /// The OAuth application with this client id.
    Application(String),
}

impl Tokens {
    /// Whose token it is; nothing when it was not given out here.
    pub(crate) fn check(&self, token: &str, now: Duration) -> Option<Result<Caller, Refusal>> {
        let access = self.access.get(token)?;
        let valid = now < access.expires;
        Some(
            valid
                .then(|| access.caller.clone())
                .ok_or_else(|| Refusal::unauthorized(Some("The token has expired"))),
        )
    }
}

/// One request to the OAuth server.
pub(crate) struct Endpoint<'a> {
    pub(crate) state: &'a mut State,
    pub(crate) settings: &'a Settings,
    pub(crate) call: &'a Call<'a>,
    pub(crate) now: Duration,
    pub(crate) epoch: SystemTime,
}

/// An error of the OAuth server, which names it as its standard does.
struct Denied(&'static str, &'static str);

struct Client {
    id: String,
    secret: String,
}

impl Client {
    /// Some clients encode both for the header, as they should, and some do not.
    fn is(&self, application: &Application) -> bool {
        let same = |given: &str, known: &str| {
            given == known || percent_decode_str(given).decode_utf8_lossy() == *known
        };
        same(&self.id, &application.client_id) && same(&self.secret, &application.client_secret)
    }
}

impl Endpoint<'_> {
    /// The answer when the path is the OAuth server's.
    pub(crate) fn answer(&mut self) -> Option<Answer> {
        match (self.call.method.as_str(), self.call.path) {
            ("POST", "/oauth/token") => Some(self.token().unwrap_or_else(|denied| denied.answer())),
            ("GET", "/oauth/authorize") => Some(self.authorize()),
            _ => None,
        }
    }

    /// Sends the browser back with a code, as if somebody had signed in.
    fn authorize(&mut self) -> Answer {
        let query = form::pairs(self.call.query);
        let given = |name| form::value(&query, name).filter(|text| !text.is_empty());
        // The page of an error, and no redirect: without a client nobody knows whether the address may be trusted
        // (RFC 6749, 4.1.2.1).
        let (Some("code"), Some(client), Some(redirect_uri)) = (
            given("response_type"),
            given("client_id"),
            given("redirect_uri"),
        ) else {
            return Answer::html(400);
        };
        let challenge = given("code_challenge").map(str::to_owned);
        // `plain` would be the default of RFC 7636, and is not served: it protects nothing.
        if challenge.is_some() && given("code_challenge_method") != Some("S256") {
            return Answer::html(400);
        }
        let code = self.random();
        let separator = if redirect_uri.contains('?') { '&' } else { '?' };
        let mut location = format!("{redirect_uri}{separator}code={code}");
        if let Some(state) = given("state") {
            location.push_str("&state=");
            location.extend(utf8_percent_encode(state, SEGMENT));
        }
        let granted = Code {
            client: client.to_owned(),
            redirect_uri: redirect_uri.to_owned(),
            challenge,
            expires: self.now + CODE_LIFETIME,
        };
        self.state.tokens.codes.insert(code, granted);
        Answer::empty(302).with(LOCATION, &location)
    }

    fn token(&mut self) -> Result<Answer, Denied> {
        let body = std::str::from_utf8(self.call.body).unwrap_or_default();
        let form = form::pairs(body);
        let given = |name| form::value(&form, name).filter(|text| !text.is_empty());
        let client = self.client(given("client_id"), given("client_secret"));
        let missing = |what| Denied("invalid_request", what);
        match given("grant_type") {
            Some("refresh_token") => {
                let token = given("refresh_token").ok_or(missing("refresh_token is missing"))?;
                self.refresh(token, client.as_ref())
            }
            Some("authorization_code") => {
                let code = given("code").ok_or(missing("code is missing"))?;
                self.exchange(code, given("redirect_uri"), given("code_verifier"), client)
            }
            Some("client_credentials") => {
                let client = client.filter(|client| self.application(client).is_some());
                let client = client.ok_or(Denied(
                    "invalid_client",
                    "no team has this client with this secret",
                ))?;
                Ok(self.grant(Caller::Application(client.id), None))
            }
            Some(_) => Err(Denied(
                "unsupported_grant_type",
                "this grant is not known here",
            )),
            None => Err(missing("grant_type is missing")),
        }
    }

    /// A new access token for an API token, or for what another answer gave to this client.
    fn refresh(&mut self, token: &str, client: Option<&Client>) -> Result<Answer, Denied> {
        let known = match self.state.tokens.refresh.get(token) {
            // A refresh token is bound to the client that it was given to (RFC 6749, 6).
            Some(owner) if client.is_none_or(|client| client.id != *owner) => {
                return Err(Denied(
                    "invalid_client",
                    "the refresh token belongs to another client",
                ));
            }
            Some(_) => true,
            // An API token is sent as a refresh token, and without a client.
            None => self
                .settings
                .api_token
                .as_deref()
                .is_none_or(|known| known == token),
        };
        if !known {
            return Err(Denied("invalid_grant", "the token is not known"));
        }
        Ok(self.grant(Caller::User, Some(token.to_owned())))
    }

    fn exchange(
        &mut self,
        code: &str,
        redirect_uri: Option<&str>,
        verifier: Option<&str>,
        client: Option<Client>,
    ) -> Result<Answer, Denied> {
        // Whatever comes of it, the code is used up.
        let granted = self
            .state
            .tokens
            .codes
            .remove(code)
            .filter(|granted| self.now < granted.expires);
        let granted = granted.ok_or(Denied(
            "invalid_grant",
            "the code is not known, used, or too old",
        ))?;
        let client = client.filter(|client| client.id == granted.client);
        let client = client.ok_or(Denied(
            "invalid_client",
            "the code belongs to another client",
        ))?;
        // RFC 6749, 4.1.3: it has to be the same as in the request for the code.
        if redirect_uri != Some(granted.redirect_uri.as_str()) {
            return Err(Denied(
                "invalid_grant",
                "redirect_uri is not the one that the code was sent to",
            ));
        }
        match &granted.challenge {
            Some(challenge) => {
                let proof =
                    verifier.map(|verifier| URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)));
                if proof.as_ref() != Some(challenge) {
                    return Err(Denied(
                        "invalid_grant",
                        "code_verifier does not fit the challenge",
                    ));
                }
            }
            // A client without a challenge has to have a secret; that of a team has to have its own.
            None if client.secret.is_empty() => {
                return Err(Denied(
                    "invalid_client",
                    "a secret or a challenge is needed",
                ));
            }
            None => {}
        }
        let registered = self
            .state
            .applications
            .values()
            .any(|application| application.client_id == client.id);
        // Clients that nobody has registered are taken as they are, so that the sandbox needs no set-up.
        if registered && granted.challenge.is_none() && self.application(&client).is_none() {
            return Err(Denied("invalid_client", "the secret is wrong"));
        }
        let refresh = self.random();
        self.state.tokens.refresh.insert(refresh.clone(), client.id);
        Ok(self.grant(Caller::User, Some(refresh)))
    }

    /// Who the request says to be, in its header or its form.
    fn client(&self, id: Option<&str>, secret: Option<&str>) -> Option<Client> {
        if let Some((id, secret)) = credential::basic(self.call.headers) {
            return Some(Client { id, secret });
        }
        Some(Client {
            id: id?.to_owned(),
            secret: secret.unwrap_or_default().to_owned(),
        })
    }

    fn application(&self, client: &Client) -> Option<&Application> {
        self.state
            .applications
            .values()
            .find(|application| client.is(application))
    }

    fn grant(&mut self, caller: Caller, refresh: Option<String>) -> Answer {
        let lifetime = self.settings.token_lifetime;
        let expires = self.now.saturating_add(lifetime);
        let epoch = since_1970(self.epoch);
        let seconds = |elapsed: Duration| epoch.saturating_add(elapsed).as_secs();
        let mut claims = json!({
            "iss": format!("{}/oauth", self.call.origin),
            "iat": seconds(self.now),
            "exp": seconds(expires),
        });
        match &caller {
            Caller::User => {
                claims["sub"] = Value::from(USER);
                claims["username"] = Value::from(USER);
            }
            Caller::Application(client) => {
                // The server takes what follows the colon for the client.
                claims["sub"] = Value::from(format!("cloud-sandbox:{client}"));
            }
        }
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let head = encode(&json!({"alg": "RS256", "typ": "JWT"}));
        // Nobody can check the signature; the token is known by being remembered.
        let token = format!("{head}.{}.{}", encode(&claims), self.random());
        self.state
            .tokens
            .access
            .insert(token.clone(), Access { expires, caller });
        let mut body = json!({"access_token": token, "token_type": "bearer", "expires_in": lifetime.as_secs()});
        if let Some(refresh) = refresh {
            body["refresh_token"] = Value::from(refresh);
        }
        Answer::json(200, &body).with(CACHE_CONTROL, "no-store")
    }

    fn random(&mut self) -> String {
        let bytes: Vec<u8> = (0..24).map(|_| self.state.rng.u8(..)).collect();
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

impl Denied {
    fn answer(&self) -> Answer {
        let Self(error, description) = self;
        // RFC 6749, 5.2.
        let status = if *error == "invalid_client" { 401 } else { 400 };
        let answer = Answer::json(
            status,
            &json!({"error": error, "error_description": description}),
        );
        if status == 401 {
            answer.with(WWW_AUTHENTICATE, "Basic realm=\"cloud-sandbox\"")
        } else {
            answer
        }
    }
}
