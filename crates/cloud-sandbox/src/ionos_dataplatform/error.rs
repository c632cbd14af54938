use serde_json::{Value, json};

use crate::answer::Answer;

/// A refusal, in the one form that the API has for it.
#[derive(Debug)]
pub(super) struct Refusal {
    status: u16,
    code: String,
    messages: Vec<String>,
}

impl Refusal {
    pub(super) fn new(status: u16, message: impl Into<String>) -> Self {
        Self::with_code(status, None, message)
    }

    pub(super) fn with_code(status: u16, code: Option<&str>, message: impl Into<String>) -> Self {
        let usual = match status {
            400 => "dataplatform-bad-request",
            // The one code that is known from a real answer.
            401 => "paas-auth-1",
            403 => "dataplatform-forbidden",
            404 => "dataplatform-not-found",
            405 => "dataplatform-method-not-allowed",
            429 => "dataplatform-too-many-requests",
            _ => "dataplatform-internal-error",
        };
        Self {
            status,
            code: code.unwrap_or(usual).to_owned(),
            messages: vec![message.into()],
        }
    }

    pub(super) fn unauthorized() -> Self {
        Self::new(401, "the credential is missing, malformed or not known")
    }

    /// One message for each thing that is wrong.
    pub(super) fn invalid(problems: Vec<String>) -> Self {
        Self {
            messages: problems,
            ..Self::new(400, "")
        }
    }

    pub(super) fn status(&self) -> u16 {
        self.status
    }

    pub(super) fn answer(&self) -> Answer {
        let messages: Vec<Value> = self
            .messages
            .iter()
            .map(|message| json!({"errorCode": self.code, "message": message}))
            .collect();
        Answer::json(
            self.status,
            &json!({"httpStatus": self.status, "messages": messages}),
        )
    }
}
