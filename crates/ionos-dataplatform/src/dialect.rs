use std::sync::Arc;

use cloud_core::decode::RawResponse;
use cloud_core::error::ApiProblem;
use cloud_core::request::Dialect;
use cloud_core::secrets::Secrets;

use crate::error::ApiError;

/// What the service's answers mean.
#[derive(Debug)]
pub(crate) struct IonosDialect(pub(crate) Secrets);

impl Dialect for IonosDialect {
    fn secrets(&self) -> Option<&Secrets> {
        Some(&self.0)
    }

    fn problem(&self, response: &RawResponse) -> ApiProblem {
        let Some(error) = ApiError::parse(response.status.as_u16(), &response.body) else {
            return ApiProblem::default();
        };
        ApiProblem {
            code: error.code().map(str::to_owned),
            message: Some(error.text()),
            details: Some(Arc::new(error)),
            ..ApiProblem::default()
        }
    }
}
