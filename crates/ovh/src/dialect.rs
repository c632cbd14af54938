use std::sync::Arc;

use cloud_core::Error;
use cloud_core::decode::RawResponse;
use cloud_core::error::ApiProblem;
use cloud_core::request::Dialect;
use cloud_core::secrets::Secrets;
use http::HeaderMap;

use crate::error::{ApiError, ApiErrorKind, QUERY_ID, is_busy};

/// What OVHcloud's answers mean.
#[derive(Debug)]
pub(crate) struct OvhDialect(pub(crate) Secrets);

impl Dialect for OvhDialect {
    fn is_absent(&self, error: &Error) -> bool {
        // The service says so by a code; a proxy at a wrong address has none.
        error.is_not_found()
            && error.code().is_some()
            && error
                .api::<ApiError>()
                .is_none_or(|refused| refused.kind == ApiErrorKind::NotFound)
    }

    fn is_conflict(&self, code: &str) -> bool {
        is_busy(code)
    }

    fn secrets(&self) -> Option<&Secrets> {
        Some(&self.0)
    }

    fn problem(&self, response: &RawResponse) -> ApiProblem {
        let Some(error) =
            ApiError::parse(response.status.as_u16(), &response.headers, &response.body)
        else {
            // The text is not lost: the engine shows what there is in place of a message.
            let known = ApiError::of_status(response.status.as_u16(), &response.headers);
            return ApiProblem {
                details: known.map(|error| Arc::new(error) as _),
                ..ApiProblem::default()
            };
        };
        let is_busy = error.is_busy();
        ApiProblem {
            did_nothing: is_busy,
            // It is worded as a refusal of rights, but passes by itself (ovh/terraform-provider-ovh#1286).
            transient: is_busy.then_some(true),
            code: error.code.as_ref().map(|code| code.as_str().to_owned()),
            message: Some(error.with_hint()),
            correlation_id: error.query_id.clone(),
            // The status does not tell: a wrong signature is 400, and a busy service 403.
            auth: Some(error.is_auth()),
            details: Some(Arc::new(error)),
            ..ApiProblem::default()
        }
    }

    fn correlation_id<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        headers.get(QUERY_ID)?.to_str().ok()
    }
}
