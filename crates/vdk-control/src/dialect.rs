use std::fmt;
use std::sync::Arc;

use cloud_core::decode::RawResponse;
use cloud_core::error::ApiProblem;
use cloud_core::request::Dialect;
use cloud_core::secrets::Secrets;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::credential::MissingToken;
use crate::error::ApiError;

/// The header by which a call is followed through the platform: it is logged, becomes the `op_id` of an execution, and
/// reaches the job.
pub(crate) const OP_ID: HeaderName = HeaderName::from_static("x-opid");

/// What the answers of the service mean.
pub(crate) struct VdkDialect {
    op_id: Option<HeaderValue>,
    missing_token: MissingToken,
    secrets: Secrets,
}

impl VdkDialect {
    /// All calls are named `op_id`, where there is one; `missing_token` tells why they are sent without a token; errors
    /// show none of the `secrets`.
    pub(crate) fn new(
        op_id: Option<HeaderValue>,
        missing_token: MissingToken,
        secrets: Secrets,
    ) -> Self {
        Self {
            op_id,
            missing_token,
            secrets,
        }
    }
}

impl fmt::Debug for VdkDialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VdkDialect")
    }
}

/// What to look at where the service says nothing, as most of its 404s do. The `vdk` command line tells the same.
fn hint(status: StatusCode) -> Option<&'static str> {
    match status {
        StatusCode::UNAUTHORIZED => Some("log in again, or check the token"),
        StatusCode::NOT_FOUND => Some(
            "check the names of the team and the job, whose case counts, and whether the job was created",
        ),
        _ => None,
    }
}

impl Dialect for VdkDialect {
    fn secrets(&self) -> Option<&Secrets> {
        Some(&self.secrets)
    }

    fn problem(&self, response: &RawResponse) -> ApiProblem {
        let error = ApiError::parse(response.status.as_u16(), &response.body);
        let mut message = error.as_ref().map(ToString::to_string);
        let mut transient = None;
        if response.status == StatusCode::UNAUTHORIZED
            && let Some(reason) = self.missing_token.reason()
        {
            // When the token service is back, so is the token.
            transient = reason.is_retryable().then_some(true);
            let said = message
                .map(|message| format!("{message}; "))
                .unwrap_or_default();
            message = Some(format!("{said}sent without a token: {reason}"));
        }
        // A body that is no JSON has the words of the operators' authorization hook
        // (`AuthorizationInterceptor.java`), which the engine shows.
        if message.is_none() && response.body.is_empty() {
            message = hint(response.status).map(str::to_owned);
        }
        let mut problem = ApiProblem {
            message,
            transient,
            ..ApiProblem::default()
        };
        if let Some(error) = error {
            problem.details = Some(Arc::new(error));
        }
        problem
    }

    fn correlation_id<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        headers.get(OP_ID)?.to_str().ok()
    }

    fn call_id(&self) -> Option<(HeaderName, HeaderValue)> {
        let id = self.op_id.clone().or_else(|| {
            // As long as what the `vdk` command line makes.
            HeaderValue::try_from(format!("{:016x}", fastrand::u64(..))).ok()
        })?;
        Some((OP_ID, id))
    }
}
