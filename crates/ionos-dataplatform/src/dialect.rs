use std::fmt;
use std::sync::Arc;

use cloud_core::decode::RawResponse;
use cloud_core::engine::Dialect;
use cloud_core::error::ApiProblem;
use secrecy::{ExposeSecret, SecretString};

use crate::error::ApiError;

/// What the service's answers mean.
pub(crate) struct IonosDialect {
    /// The token or the password; `None` where a source gives tokens.
    secret: Option<SecretString>,
}

impl IonosDialect {
    pub(crate) fn new(secret: Option<SecretString>) -> Self {
        Self { secret }
    }
}

impl fmt::Debug for IonosDialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IonosDialect")
    }
}

impl Dialect for IonosDialect {
    fn problem(&self, response: &RawResponse) -> ApiProblem {
        let Some(mut error) = ApiError::parse(response.status.as_u16(), &response.body) else {
            return ApiProblem::default();
        };
        if let Some(secret) = &self.secret {
            error.redact(secret.expose_secret());
        }
        ApiProblem {
            code: error.code().map(str::to_owned),
            message: Some(error.text()),
            details: Some(Arc::new(error)),
            ..ApiProblem::default()
        }
    }
}
