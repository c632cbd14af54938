use serde_json::{Value, json};

use crate::answer::Answer;

/// A refusal, in the one form that the API has for it.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: u16,
    code: &'static str,
    message: String,
    details: Value,
}

impl Refusal {
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            details: Value::Null,
        }
    }

    fn with(mut self, details: Value) -> Self {
        self.details = details;
        self
    }

    pub(crate) fn answer(&self) -> Answer {
        let body =
            json!({"error": {"code": self.code, "message": self.message, "details": self.details}});
        Answer::json(self.status, &body)
    }

    /// Says what is wrong with each field; a field may come more than once.
    pub(crate) fn invalid_input<N: Into<String>, M: Into<String>>(
        problems: impl IntoIterator<Item = (N, M)>,
    ) -> Self {
        let mut fields: Vec<(String, Vec<String>)> = Vec::new();
        for (name, message) in problems {
            let (name, message) = (name.into(), message.into());
            // In the API's details a field stands once, with all messages about it.
            match fields.iter_mut().find(|(known, _)| *known == name) {
                Some((_, messages)) => messages.push(message),
                None => fields.push((name, vec![message])),
            }
        }
        let names: Vec<String> = fields.iter().map(|(name, _)| format!("'{name}'")).collect();
        let plural = if names.len() == 1 { "" } else { "s" };
        let message = format!("invalid input in field{plural} {}", names.join(", "));
        let fields: Vec<Value> = fields
            .into_iter()
            .map(|(name, messages)| json!({"name": name, "messages": messages}))
            .collect();
        Self::new(422, "invalid_input", message).with(json!({"fields": fields}))
    }

    /// A key that the description of the operation does not know.
    pub(crate) fn unknown_field(path: &str) -> Self {
        // The message has the key alone, as in cloudpanel-io/cloudpanel-ce#659.
        let key = path.rsplit('.').next().unwrap_or(path);
        let message = format!("unknown field name '{key}'");
        let details = json!({"fields": [{"name": path, "messages": [message]}]});
        Self::new(422, "invalid_input", message).with(details)
    }

    /// A record that is in its RRset already, or would be in it twice.
    pub(crate) fn duplicate_value(index: usize, value: &str) -> Self {
        let message = format!("duplicate value '{value}'");
        // The outer index is the service's own, for the RRset: hetzner/cert-manager-webhook-hetzner#213 shows it.
        let name = format!("records[0].records[{index}].value");
        let details = json!({"fields": [{"name": name, "messages": [message]}]});
        Self::new(422, "invalid_input", message).with(details)
    }

    pub(crate) fn json_error(message: impl Into<String>) -> Self {
        Self::new(400, "json_error", message)
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(401, "unauthorized", "the token is missing or not valid")
    }

    /// A limit that is reached, by its name.
    pub(crate) fn limit(name: &str, message: impl Into<String>) -> Self {
        Self::new(403, "resource_limit_exceeded", message).with(json!({"limits": [{"name": name}]}))
    }

    pub(crate) fn not_found(what: &str, id: impl std::fmt::Display) -> Self {
        Self::new(404, "not_found", format!("{what} with ID '{id}' not found"))
    }

    pub(crate) fn method_not_allowed() -> Self {
        Self::new(
            405,
            "method_not_allowed",
            "the path does not support this method",
        )
    }

    pub(crate) fn not_unique(field: &str) -> Self {
        Self::new(
            409,
            "uniqueness_error",
            format!("the {field} is already used"),
        )
        // Names without messages, other than with `invalid_input`: so the table of errors in the API documentation
        // shows it.
        .with(json!({"fields": [{"name": field}]}))
    }

    pub(crate) fn datacenters_are_gone() -> Self {
        Self::new(
            410,
            "deprecated_api_endpoint",
            "the endpoint was removed, use locations instead",
        )
        .with(json!({
            "announcement": "https://docs.hetzner.cloud/changelog"
        }))
    }

    pub(crate) fn must_be_unassigned(what: &str) -> Self {
        Self::new(
            422,
            "must_be_unassigned",
            format!("the {what} is assigned to a resource"),
        )
    }

    pub(crate) fn locked(what: &str) -> Self {
        Self::new(
            423,
            "locked",
            format!("the {what} is locked by an action that is still running"),
        )
    }

    pub(crate) fn protected(what: &str) -> Self {
        Self::new(
            423,
            "protected",
            format!("the {what} is protected against this change"),
        )
    }

    pub(crate) fn rate_limit_exceeded() -> Self {
        Self::new(
            429,
            "rate_limit_exceeded",
            "the requests of this hour are used up",
        )
    }
}
