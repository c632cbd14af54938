use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use cloud_core::Error;
use cloud_core::decode::RawResponse;
use cloud_core::error::{ApiProblem, FieldProblem};
use cloud_core::model::RateLimit;
use cloud_core::request::Dialect;
use cloud_core::secrets::{self, Secrets};
use http::{HeaderMap, StatusCode};
use secrecy::{ExposeSecret, SecretString};

use crate::error::{ApiError, ErrorCode, redact};

/// What Hetzner's answers mean.
pub(crate) struct HetznerDialect {
    token: SecretString,
    secrets: Secrets,
}

impl HetznerDialect {
    pub(crate) fn new(token: SecretString) -> Self {
        let secrets = Secrets::new([token.clone()]);
        Self { token, secrets }
    }
}

impl fmt::Debug for HetznerDialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HetznerDialect")
    }
}

impl Dialect for HetznerDialect {
    fn is_absent(&self, error: &Error) -> bool {
        // The service says so by a code; a proxy at a wrong address has none.
        error.is_not_found() && error.code().is_some()
    }

    fn secrets(&self) -> Option<&Secrets> {
        Some(&self.secrets)
    }

    fn problem(&self, response: &RawResponse) -> ApiProblem {
        // The message of a 429 has been seen to quote the beginning of the token.
        let body = secrets::change_texts(&response.body, &|text| {
            redact(text, self.token.expose_secret())
        });
        let Some(error) = ApiError::parse(response.status.as_u16(), &response.headers, &body)
        else {
            // The service has an envelope for each of its own; a 403 without one comes from a proxy on the way.
            let auth = (response.status == StatusCode::FORBIDDEN).then_some(false);
            return ApiProblem {
                auth,
                ..ApiProblem::default()
            };
        };
        let fields = error.details.fields.iter();
        ApiProblem {
            code: Some(error.code.as_str().to_owned()),
            message: Some(error.message.clone()),
            fields: fields
                .map(|field| FieldProblem::new(field.name.clone(), field.messages.clone()))
                .collect(),
            correlation_id: error.correlation_id.clone(),
            did_nothing: error.code.nothing_was_done(),
            // 403 also stands for limits and maintenance, which no other token would lift.
            auth: (!matches!(error.code, ErrorCode::Unknown(_))).then(|| error.is_unauthorized()),
            details: Some(Arc::new(error)),
            ..ApiProblem::default()
        }
    }

    /// The limit is a bucket that refills evenly over an hour: the next request is due after 3600/limit seconds, while
    /// `RateLimit-Reset` names the time when the bucket is full again, which nobody needs to wait for.
    fn rate_limit(&self, headers: &HeaderMap) -> Option<RateLimit> {
        let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
        let limit = u32::try_from(number("ratelimit-limit")?)
            .ok()
            .filter(|limit| *limit > 0)?;
        let remaining = u32::try_from(number("ratelimit-remaining")?).ok()?;
        let reset = number("ratelimit-reset")
            .and_then(|at| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(at)));
        // The service gives back the requests of an hour evenly, and `ratelimit-reset` is when all are back (its
        // documentation). So the time for one follows from the limit, which is not the same everywhere: 7200 was seen
        // (hetznercloud/packer-plugin-hcloud#205).
        Some(RateLimit::new(
            limit,
            remaining,
            reset,
            Duration::from_secs(3600) / limit,
        ))
    }

    fn is_conflict(&self, code: &str) -> bool {
        // Not of the code `conflict`: by that somebody else was at it in the same moment, and the call is repeated.
        code == ErrorCode::UniquenessError.as_str()
    }

    // `resource_locked` stands in hcloud-go, and not in the documentation.
    fn is_locked(&self, code: &str) -> bool {
        matches!(
            ErrorCode::read(code),
            ErrorCode::Locked | ErrorCode::ResourceLocked
        )
    }

    fn correlation_id<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        headers.get("x-correlation-id")?.to_str().ok()
    }
}
