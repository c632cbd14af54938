use std::fmt::Display;

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::answer::Answer;

use super::settings::ErrorFormat;

/// A refusal, in one of the two forms that the API has for it.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    status: u16,
    code: Option<String>,
    message: String,
    details: Map<String, Value>,
}

impl Refusal {
    pub(crate) fn new(status: u16, message: impl Into<String>) -> Self {
        Self {
            status,
            code: None,
            message: message.into(),
            details: Map::new(),
        }
    }

    pub(crate) fn coded(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code: Some(code.into()),
            ..Self::new(status, message)
        }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, message)
    }

    /// A value that is not what the field or parameter takes, in the words of the real service.
    pub(crate) fn wrong_value(name: &str, given: impl Display, what: &str) -> Self {
        Self::bad_request(format!("[{name}] Given data ({given}) {what}"))
    }

    pub(crate) fn not_described(names: &[&str], what: &str) -> Self {
        Self::bad_request(format!(
            "Received not described parameters: ({}) while calling {what}",
            names.join(", ")
        ))
    }

    pub(crate) fn no_such_service() -> Self {
        Self::new(404, "This service does not exist")
    }

    pub(crate) fn no_such_object(id: impl Display) -> Self {
        Self::new(
            404,
            format!("The requested object (id = {id}) does not exist"),
        )
    }

    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new(409, message)
    }

    pub(crate) fn signature() -> Self {
        Self::coded(400, "INVALID_SIGNATURE", "Invalid signature")
    }

    pub(crate) fn out_of_time() -> Self {
        Self::coded(400, "QUERY_TIME_OUT", "Query out of time")
    }

    pub(crate) fn no_login() -> Self {
        Self::new(401, "You must login first")
    }

    pub(crate) fn unknown_application() -> Self {
        Self::coded(403, "INVALID_KEY", "This application key is invalid")
    }

    pub(crate) fn unknown_credential() -> Self {
        Self::coded(403, "NOT_CREDENTIAL", "This credential does not exist")
    }

    pub(crate) fn invalid_credential() -> Self {
        Self::coded(403, "INVALID_CREDENTIAL", "This credential is not valid")
    }

    pub(crate) fn not_granted() -> Self {
        Self::coded(403, "NOT_GRANTED_CALL", "This call has not been granted")
    }

    pub(crate) fn not_granted_by_iam(action: &str) -> Self {
        let mut refusal = Self::new(403, "User not granted for this request");
        refusal
            .details
            .insert("unauthorizedActionsByAuthentication".to_owned(), json!(""));
        refusal
            .details
            .insert("unauthorizedActionsByIAM".to_owned(), json!(action));
        refusal
    }

    pub(crate) fn too_many() -> Self {
        Self::new(429, "Too many requests, please retry later")
    }

    pub(crate) fn service_expired() -> Self {
        // A status of OVHcloud's own, for which python-ovh has an exception of its own too (`ResourceExpiredError`,
        // #48).
        Self::new(460, "This service is expired")
    }

    /// The body of the answer, which stands alone where a batch has many.
    pub(crate) fn body(&self, format: ErrorFormat) -> Value {
        let mut body = json!({"message": self.message});
        // `class` came later than `errorCode`, and answers of both kinds are about (acme.sh#5269 shows the newer
        // one); clients have to read either.
        if format != ErrorFormat::Old {
            body["class"] = json!(class(self.status));
            if !self.details.is_empty() {
                body["details"] = Value::Object(self.details.clone());
            }
        }
        if format == ErrorFormat::Old || format == ErrorFormat::Both && self.code.is_some() {
            let reason = StatusCode::from_u16(self.status)
                .ok()
                .and_then(|status| status.canonical_reason());
            body["httpCode"] = json!(format!("{} {}", self.status, reason.unwrap_or("Error")));
            body["errorCode"] = json!(self.code.as_deref().unwrap_or(old_code(self.status)));
        }
        body
    }

    pub(crate) fn answer(&self, format: ErrorFormat) -> Answer {
        Answer::json(self.status, &self.body(format))
    }
}

fn class(status: u16) -> &'static str {
    match status {
        400 => "Client::BadRequest",
        401 => "Client::Unauthorized",
        402 => "Client::PaymentRequired",
        403 => "Client::Forbidden",
        404 => "Client::NotFound",
        405 => "Client::MethodNotAllowed",
        409 => "Client::Conflict",
        429 => "Client::TooManyRequests",
        460 => "Client::ResourceExpired",
        501 => "Server::NotImplemented",
        500.. => "Server::InternalServerError",
        _ => "Client::Error",
    }
}

/// Older errors always had a code. Where none is known, it says what the status says.
fn old_code(status: u16) -> &'static str {
    match status {
        401 => "NOT_CREDENTIAL",
        403 => "FORBIDDEN",
        404 => "NOT_FOUND",
        409 => "CONFLICT",
        429 => "TOO_MANY_REQUESTS",
        460 => "EXPIRED",
        500.. => "INTERNAL_ERROR",
        _ => "INVALID_ARGUMENT",
    }
}
