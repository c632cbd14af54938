use std::borrow::Cow;

use http::{HeaderName, HeaderValue, Request, header};

use super::Engine;
use crate::body::Body;
use crate::decode::RawResponse;
use crate::error::place_of;
use crate::request::Parts;
use crate::secrets::Secrets;

/// What an answer to one attempt must not show when it repeats it.
pub(super) struct Sent<'a> {
    engine: &'a Engine,
    parts: &'a Parts,
    /// The values of the headers that carry the identity, whoever has put them there.
    headers: Vec<HeaderValue>,
}

impl<'a> Sent<'a> {
    pub(super) fn with(engine: &'a Engine, parts: &'a Parts, request: &Request<Body>) -> Self {
        let headers = request.headers().iter();
        let secret = headers.filter(|(name, value)| value.is_sensitive() || is_secret(name));
        // Cheap: a value is shared, not copied.
        let headers = secret.map(|(_, value)| value.clone()).collect();
        Self {
            engine,
            parts,
            headers,
        }
    }

    /// These headers, secrets in the path, and those of the client and of its connection.
    pub(super) fn secrets(&self) -> Secrets {
        let inner = &*self.engine.0;
        let args = Secrets::new(self.parts.secret_args());
        let secrets = inner
            .settings
            .secrets
            .with_headers(&self.headers)
            .and(&args);
        match inner.dialect.secrets() {
            Some(known) => secrets.and(known),
            None => secrets,
        }
    }

    /// Where the credential came from that was sent.
    pub(super) fn credential_origin(&self) -> Option<&str> {
        let credential = self.engine.0.credential.as_ref()?;
        credential.origin().filter(|_| !self.parts.anonymous)
    }

    /// An error answer as everybody may read it.
    pub(super) fn hide_in(&self, mut response: RawResponse) -> RawResponse {
        let secrets = self.secrets();
        for value in response.headers.values_mut() {
            let text = String::from_utf8_lossy(value.as_bytes());
            let hidden = secrets.hide(&text);
            if hidden != text {
                *value = HeaderValue::try_from(&*hidden)
                    .unwrap_or(HeaderValue::from_static(crate::secrets::MARK));
            }
        }
        response.body = match secrets.hide_in_body(&response.body) {
            Cow::Borrowed(_) => response.body,
            Cow::Owned(hidden) => hidden.into(),
        };
        response
    }
}

fn is_secret(name: &HeaderName) -> bool {
    // By their names, because nothing marks a header as sensitive that the program has set.
    matches!(
        *name,
        header::AUTHORIZATION | header::PROXY_AUTHORIZATION | header::COOKIE
    ) || place_of(name.as_str(), "token").is_some()
}

#[cfg(test)]
mod tests;
