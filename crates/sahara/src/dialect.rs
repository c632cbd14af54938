use std::sync::Arc;

use cloud_core::decode::RawResponse;
use cloud_core::error::FieldProblem;
use cloud_core::provider::{ApiProblem, Dialect};
use cloud_core::secrets::Secrets;
use http::HeaderMap;

use crate::error::{ApiError, ErrorCode, REQUEST_ID};

/// What the answers of Keystone and Sahara mean.
#[derive(Debug)]
pub(crate) struct OpenStackDialect {
    secrets: Secrets,
}

impl OpenStackDialect {
    pub(crate) fn new(secrets: Secrets) -> Self {
        Self { secrets }
    }
}

impl Dialect for OpenStackDialect {
    fn secrets(&self) -> Option<&Secrets> {
        Some(&self.secrets)
    }

    fn problem(&self, response: &RawResponse) -> ApiProblem {
        let Some(error) =
            ApiError::parse(response.status.as_u16(), &response.headers, &response.body)
        else {
            return ApiProblem::default();
        };
        let fields = error.problems.iter().filter_map(|(field, problem)| {
            Some(FieldProblem::new(field.clone()?, vec![problem.clone()]))
        });
        ApiProblem {
            code: error.code.as_ref().map(|code| code.as_str().to_owned()),
            message: Some(error.message.clone()),
            fields: fields.collect(),
            correlation_id: error.request_id.clone(),
            // Sahara answers 400 to what others answer 403 to.
            auth: error.is_foreign().then_some(true),
            did_nothing: false,
            transient: None,
            details: Some(Arc::new(error)),
        }
    }

    fn is_conflict(&self, code: &str) -> bool {
        matches!(
            ErrorCode::from(code),
            // The second where only the database looks: for job binaries, and for clusters that are renamed (the code
            // of Sahara 19).
            ErrorCode::NameAlreadyExists | ErrorCode::DbDuplicateEntry
        )
    }

    fn correlation_id<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        headers.get(REQUEST_ID)?.to_str().ok()
    }
}
