use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use cloud_core::decode::RawResponse;
use cloud_core::engine::Dialect;
use cloud_core::error::ApiProblem;
use http::HeaderMap;
use secrecy::{ExposeSecret, SecretString};

use crate::error::{ApiError, QUERY_ID};

/// What OVHcloud's answers mean.
#[derive(Debug)]
pub(crate) struct OvhDialect(pub(crate) Secrets);

impl Dialect for OvhDialect {
    fn problem(&self, response: &RawResponse) -> ApiProblem {
        let Some(mut error) = ApiError::parse(response.status.as_u16(), &response.headers, &response.body) else {
            return ApiProblem::default();
        };
        error.redact(|text| self.0.redact(text));
        ApiProblem {
            code: error.code.as_ref().map(|code| code.as_str().to_owned()),
            message: Some(error.with_hint()),
            correlation_id: error.query_id.clone(),
            auth: Some(error.is_auth()),
            details: Some(Arc::new(error)),
            ..ApiProblem::default()
        }
    }

    fn correlation_id<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        headers.get(QUERY_ID)?.to_str().ok()
    }
}

/// The secrets of a client, to be taken out of what the service says. Tokens and consumer keys come and go; the last ones
/// are kept.
#[derive(Clone, Default)]
pub(crate) struct Secrets(Arc<Known>);

#[derive(Default)]
struct Known {
    lasting: Vec<SecretString>,
    recent: Mutex<VecDeque<SecretString>>,
}

const RECENT: usize = 32;

/// What is shorter is no secret of this service, and hiding it would make a riddle of every message.
const SHORTEST: usize = 6;

impl Secrets {
    pub(crate) fn new(lasting: impl IntoIterator<Item = SecretString>) -> Self {
        Self(Arc::new(Known { lasting: lasting.into_iter().collect(), recent: Mutex::default() }))
    }

    pub(crate) fn add(&self, secret: SecretString) {
        let mut recent = self.0.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.push_back(secret);
        if recent.len() > RECENT {
            recent.pop_front();
        }
    }

    pub(crate) fn redact(&self, text: &str) -> String {
        let recent = self.0.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let hidden = self.0.lasting.iter().chain(&*recent).fold(Cow::Borrowed(text), |text, secret| {
            let secret = secret.expose_secret();
            if secret.len() >= SHORTEST && text.contains(secret) {
                text.replace(secret, "[redacted]").into()
            } else {
                text
            }
        });
        hidden.into_owned()
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets([redacted])")
    }
}
