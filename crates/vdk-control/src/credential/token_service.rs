use std::fmt;
use std::sync::Arc;

use cloud_core::call::Call;
use cloud_core::config::{BaseUrl, Setting};
use cloud_core::credential::{Basic, Credential};
use cloud_core::decode::{Decode, DecodeError, RawResponse};
use cloud_core::engine::Engine;
use cloud_core::error::ApiProblem;
use cloud_core::options::ClientOptions;
use cloud_core::provider::CallBuilder;
use cloud_core::request::Dialect;
use cloud_core::secrets::Secrets;
use cloud_core::{Error, ErrorKind, Result};
use http::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

use crate::PRODUCT;

/// An OAuth client's own name and secret.
#[derive(Clone, Debug)]
pub(crate) struct Basics {
    pub(crate) id: Setting<String>,
    /// A public client, such as a program on a desktop, has none.
    pub(crate) secret: Option<SecretString>,
}

impl Basics {
    pub(crate) fn new(id: Setting<String>, secret: SecretString) -> Self {
        let secret = Some(secret).filter(|secret| !secret.expose_secret().is_empty());
        Self { id, secret }
    }
}

/// An address that gives tokens for a form.
#[derive(Clone)]
pub(crate) struct TokenService {
    engine: Engine,
    base: BaseUrl,
    path: String,
    query: Option<String>,
    /// The name of a client without a secret, which stands in the form then (RFC 6749, 3.2.1).
    public_client: Option<String>,
    secrets: Secrets,
}

/// The fields of a form that are secrets.
const SECRETS: [&str; 4] = ["client_secret", "code", "code_verifier", "refresh_token"];

impl fmt::Debug for TokenService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenService({}{})", self.base, self.path)
    }
}

/// What it answers.
#[derive(Deserialize)]
pub(crate) struct TokenAnswer {
    #[serde(default)]
    pub(crate) access_token: SecretString,
    #[serde(default)]
    pub(crate) expires_in: Option<i64>,
    #[serde(default)]
    pub(crate) refresh_token: Option<SecretString>,
}

impl TokenService {
    /// Its connection and limits are those of the client's `options`. No error shows one of the `secrets`, nor one of
    /// those that are sent.
    pub(crate) fn new(
        url: &Setting<String>,
        client: Option<&Basics>,
        options: &ClientOptions,
        secrets: Secrets,
    ) -> Result<Self> {
        let text = url.value.trim();
        if text.contains('#') {
            return Err(url.error("must end before any #"));
        }
        // It may have a query, which is kept (RFC 6749, 3.2): providers with tenants tell them apart by it.
        let (address, query) = match text.split_once('?') {
            Some((address, query)) => (address, Some(query.to_owned())),
            None => (text, None),
        };
        let address = url.clone().map(|_| address.to_owned());
        let checked = BaseUrl::parse(&address, options.allows_http())?;
        // The path is kept as it was written: to some services a slash at the end is another address.
        let whole = Url::parse(&address.value).map_err(|error| url.error(error))?;
        let origin = url.clone().map(|_| whole.origin().ascii_serialization());
        let base = BaseUrl::parse(&origin, options.allows_http())?;
        options.proxy_for(&base)?;
        let (credential, public_client) = match client {
            Some(Basics {
                id,
                secret: Some(secret),
            }) => (Some(basic(id, secret, &secrets)?), None),
            Some(Basics { id, secret: None }) => (None, Some(id.value.clone())),
            None => (None, None),
        };
        let dialect = Arc::new(TokenDialect(secrets.clone()));
        let engine =
            options
                .clone()
                .engine(PRODUCT, dialect, credential, checked.is_plain_http())?;
        Ok(Self {
            engine,
            base,
            path: whole.path().to_owned(),
            query,
            public_client,
            secrets,
        })
    }

    /// Sends a form and reads the token of the answer.
    pub(crate) async fn ask(
        &self,
        fields: &[(&str, &str)],
        repeatable: bool,
    ) -> Result<TokenAnswer> {
        let sent = fields.iter().filter(|(name, _)| SECRETS.contains(name));
        for (_, value) in sent {
            self.secrets.add((*value).into());
        }
        let client = self.public_client.as_deref();
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            // Who has no secret says its name in the form (RFC 6749, 3.2.1).
            .extend_pairs(client.map(|id| ("client_id", id)))
            .finish();
        let call = Call::untabled(
            &self.engine,
            &self.base,
            Method::POST,
            self.path.clone(),
            Decode::by(read, ""),
        )
        .body("application/x-www-form-urlencoded", form)
        .options(|options| options.idempotent(repeatable));
        let call = match &self.query {
            Some(query) => call.query_text(query),
            None => call,
        };
        let answer: TokenAnswer = call.await?;
        if answer.access_token.expose_secret().is_empty() {
            return Err(Error::new(
                ErrorKind::Credential,
                format!("the answer of {self:?} has no access_token"),
            ));
        }
        Ok(answer)
    }
}

/// Name and secret of a client are written as in a form before they become `Basic` (RFC 6749, 2.3.1), or a `:` in the name
/// and a `%` in the secret would be read as something else.
fn basic(
    id: &Setting<String>,
    secret: &SecretString,
    secrets: &Secrets,
) -> Result<Arc<dyn Credential>> {
    let encoded =
        |text: &str| -> String { url::form_urlencoded::byte_serialize(text.as_bytes()).collect() };
    let secret: SecretString = encoded(secret.expose_secret()).into();
    secrets.add(secret.clone());
    let id = id.clone().map(|id| encoded(&id));
    Ok(Arc::new(Basic::new(&id, &secret)?))
}

/// There is no token. A service in trouble says nothing about who asks.
pub(crate) fn refused(error: Error) -> Error {
    if error.is_retryable() {
        return error;
    }
    Error::new(ErrorKind::Credential, error.to_string()).with_cause(error)
}

/// Not with the parser's message, which may quote a token.
#[allow(clippy::needless_pass_by_value, reason = "the shape of a decoder")]
fn read(response: RawResponse, _: &'static str) -> Result<TokenAnswer, DecodeError> {
    response.json().map_err(|error| {
        DecodeError::new(format!("no JSON object with a token: {}", error.message()))
    })
}

/// What a token service's answers mean (RFC 6749, section 5.2).
#[derive(Debug)]
struct TokenDialect(Secrets);

impl Dialect for TokenDialect {
    fn secrets(&self) -> Option<&Secrets> {
        Some(&self.0)
    }

    fn problem(&self, response: &RawResponse) -> ApiProblem {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Body {
            error: Option<String>,
            error_description: Option<String>,
            message: Option<String>,
        }
        let body: Body = response.json().unwrap_or_default();
        ApiProblem {
            code: body.error,
            message: body.error_description.or(body.message),
            ..ApiProblem::default()
        }
    }
}
