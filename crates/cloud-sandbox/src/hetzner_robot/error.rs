//! Refusals, in the envelope of this API.

use serde_json::{Value, json};

use crate::answer::Answer;

use super::limits::Limit;
use super::settings::{Quirk, Settings};

#[derive(Clone, Debug)]
pub(super) struct Refusal {
    status: u16,
    code: String,
    message: String,
    /// What stands in the envelope beside status, code and message.
    more: Vec<(&'static str, Value)>,
    /// Whether it is the one for a request too many.
    is_limit: bool,
}

impl Refusal {
    pub(super) fn new(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.into(),
            message: message.into(),
            more: Vec::new(),
            is_limit: false,
        }
    }

    pub(super) fn not_found(code: &str, message: impl Into<String>) -> Self {
        Self::new(404, code, message)
    }

    pub(super) fn server_not_found(server: &str) -> Self {
        Self::not_found(
            "SERVER_NOT_FOUND",
            format!("Server with id {server} not found"),
        )
    }

    pub(super) fn conflict(code: &str, message: impl Into<String>) -> Self {
        Self::new(409, code, message)
    }

    pub(super) fn unauthorized() -> Self {
        Self::new(401, "UNAUTHORIZED", "Unauthorized")
    }

    /// The names of fields that are not there, and of those that are wrong.
    pub(super) fn invalid_input(missing: Vec<String>, invalid: Vec<String>) -> Self {
        let names = |names: Vec<String>| {
            // The documentation has null here where there is nothing to name.
            if names.is_empty() {
                Value::Null
            } else {
                json!(names)
            }
        };
        let mut refusal = Self::new(400, "INVALID_INPUT", "invalid input");
        refusal.more = vec![("missing", names(missing)), ("invalid", names(invalid))];
        refusal
    }

    /// Wrong rules have been seen without a word about what is missing
    /// (hcloud-k8s/terraform-hcloud-kubernetes#499).
    pub(super) fn invalid_rules() -> Self {
        let mut refusal = Self::new(400, "INVALID_INPUT", "invalid input");
        refusal.more = vec![("invalid", json!(["rules"]))];
        refusal
    }

    pub(super) fn limit(limit: &Limit) -> Self {
        let mut refusal = Self::new(403, "RATE_LIMIT_EXCEEDED", "rate limit exceeded");
        let interval = limit.interval.as_secs();
        refusal.more = vec![
            ("max_request", json!(limit.requests)),
            ("interval", json!(interval)),
        ];
        refusal.is_limit = true;
        refusal
    }

    pub(super) fn answer(&self, settings: &Settings) -> Answer {
        if self.is_limit && settings.has(Quirk::LimitWithoutEnvelope) {
            return Answer::html(self.status);
        }
        // Seen with an old client (aszlig/hetzner#65).
        if self.code == "SERVER_NOT_FOUND" && settings.has(Quirk::EmptyNotFound) {
            return Answer::empty(self.status);
        }
        let mut error = json!({"status": self.status, "code": self.code, "message": self.message});
        for (key, value) in &self.more {
            let key = match *key {
                "max_request" if settings.has(Quirk::MaxRequests) => "max_requests",
                _ if value.is_null() && settings.has(Quirk::SparseErrors) => continue,
                key => key,
            };
            error[key] = value.clone();
        }
        json(self.status, &json!({"error": error}))
    }
}

/// An answer of this API.
pub(super) fn json(status: u16, body: &Value) -> Answer {
    Answer::new(
        status,
        Some("application/json; charset=utf-8"),
        body.to_string(),
    )
}
