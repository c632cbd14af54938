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
    pub(crate) secret: SecretString,
}

/// An address that gives tokens for a form.
#[derive(Clone)]
pub(crate) struct TokenService {
    engine: Engine,
    base: BaseUrl,
    path: String,
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
        let checked = BaseUrl::parse(url, options.allows_http())?;
        // The path is kept as it was written: to some services a slash at the end is another address.
        let whole = Url::parse(url.value.trim()).map_err(|error| url.error(error))?;
        let origin = url.clone().map(|_| whole.origin().ascii_serialization());
        let base = BaseUrl::parse(&origin, options.allows_http())?;
        options.proxy_for(&base)?;
        let credential: Option<Arc<dyn Credential>> = match client {
            Some(Basics { id, secret }) => Some(Arc::new(Basic::new(id, secret)?)),
            None => None,
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
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
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
