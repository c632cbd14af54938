use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use cloud_core::call::Call;
use cloud_core::config::{BaseUrl, Setting};
use cloud_core::credential::{Basic, Token, TokenSource};
use cloud_core::decode::Decode;
use cloud_core::engine::Engine;
use cloud_core::provider::CallBuilder;
use cloud_core::secrets::Secrets;
use cloud_core::{Error, ErrorKind, Result};
use http::Method;
use secrecy::SecretString;
use serde::Deserialize;

/// Fetches tokens for a service account.
#[derive(Debug)]
pub(crate) struct ClientCredentials {
    /// Sends id and secret as HTTP Basic.
    engine: Engine,
    base: BaseUrl,
    path: String,
    secrets: Secrets,
    origin: String,
}

#[derive(Deserialize)]
struct Answer {
    access_token: Option<SecretString>,
    expires_in: Option<f64>,
    error: Option<String>,
    error_description: Option<String>,
}

impl ClientCredentials {
    pub(crate) fn new(
        engine: &Engine,
        (base, path): (BaseUrl, String),
        id: &Setting<String>,
        secret: &Setting<SecretString>,
        secrets: Secrets,
    ) -> Result<Self> {
        id.clone().map(SecretString::from).check()?;
        // As python-ovh sends them; others put them into the form (davidlandais/ovh-api-mcp).
        let basic = Basic::new(id, secret.check()?)?;
        Ok(Self {
            engine: engine.with_credential(Some(Arc::new(basic))),
            base,
            path,
            secrets,
            origin: secret.origin.to_string(),
        })
    }
}

#[async_trait]
impl TokenSource for ClientCredentials {
    fn origin(&self) -> Option<&str> {
        Some(&self.origin)
    }

    async fn fetch(&self) -> Result<Token> {
        let answer = Call::untabled(
            &self.engine,
            &self.base,
            Method::POST,
            self.path.clone(),
            Decode::raw(),
        )
        .body(
            "application/x-www-form-urlencoded",
            // The endpoint demands a scope (ovh/go-ovh added it later).
            "grant_type=client_credentials&scope=all",
        )
        // A second token does no harm.
        .options(|options| options.idempotent(true))
        .await?;
        let refused = |what: String| Err(Error::new(ErrorKind::Credential, what));
        // Neither the text nor what the parser says of it is shown: it may quote the token.
        let Ok(answer) = answer.json::<Answer>() else {
            return refused("the answer of the token endpoint is not understood".into());
        };
        match (answer.access_token, answer.error) {
            (Some(secret), None) => {
                self.secrets.add(secret.clone());
                let lifetime = answer
                    .expires_in
                    // A negative lifetime counts as none given.
                    .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
                Ok(Token { secret, lifetime })
            }
            // This endpoint has been seen to refuse with the status 200.
            (_, Some(error)) => {
                let description = answer.error_description.unwrap_or_default();
                let said = format!("{error}: {description}");
                // A description may quote what was sent, and that holds the secret.
                let said = self.secrets.hide(&said);
                // Without a description nothing follows the colon.
                let said = said.trim_end_matches([':', ' ']);
                refused(format!("the token endpoint answers {said}"))
            }
            (None, None) => refused("the token endpoint gave none".into()),
        }
    }
}
