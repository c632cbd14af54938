//! What the service says when it refuses a request.

use cloud_core::error::printable;
use serde::Deserialize;
use serde_json::Value;

/// A refusal, as the service worded it.
///
/// The API's description announces a list of messages. The server itself (`ErrorMessage.java`) explains a failure in
/// four parts instead; many of its refusals, most "not found" among them, have no body at all, and then there is no
/// `ApiError` in the error.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.told())]
#[non_exhaustive]
pub struct ApiError {
    /// The HTTP status of the answer.
    pub status: u16,
    /// What went wrong, in a sentence.
    pub what: String,
    /// The reason why it went wrong.
    pub why: String,
    /// What follows from it.
    pub consequences: String,
    /// What can be done about it.
    pub countermeasures: String,
    /// The messages of the other forms: the one of the API's description, that of the web framework for what never
    /// reaches the service, and the errors of a GraphQL query.
    pub messages: Vec<String>,
}

impl ApiError {
    /// Reads the body of a refusal. `None` when it says nothing, or is not one of this service: proxies answer with HTML
    /// or plain text.
    pub fn parse(status: u16, body: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Body {
            what: Option<Value>,
            why: Option<Value>,
            consequences: Option<Value>,
            countermeasures: Option<Value>,
            messages: Option<Value>,
            // Of the web framework, beside `timestamp` and `path`.
            error: Option<Value>,
            message: Option<Value>,
            // Of GraphQL.
            errors: Option<Vec<Value>>,
        }
        let body: Body = cloud_core::decode::from_slice(body).ok()?;
        let mut messages = match body.messages {
            Some(Value::Array(list)) => list.into_iter().map(Some).map(text).collect(),
            other => vec![text(other)],
        };
        messages.extend(
            body.errors
                .into_iter()
                .flatten()
                .map(|mut error| text(Some(error["message"].take()))),
        );
        let (reason, message) = (text(body.error), text(body.message));
        messages.push(if message.is_empty() { reason } else { message });
        messages.retain(|message| !message.is_empty());
        let error = Self {
            status,
            what: text(body.what),
            why: text(body.why),
            consequences: text(body.consequences),
            countermeasures: text(body.countermeasures),
            messages,
        };
        (error
            != Self {
                status,
                ..Self::default()
            })
        .then_some(error)
    }

    /// What and why, then the other messages.
    fn told(&self) -> String {
        let parts = [&self.what, &self.why].into_iter().chain(&self.messages);
        let parts: Vec<_> = parts
            .filter(|part| !part.is_empty())
            .map(|part| printable(part))
            .collect();
        match &*parts {
            [] => printable(&self.countermeasures).into_owned(),
            parts => parts.join(" "),
        }
    }
}

/// `null` in place of a text, or something else than a text, must not cost the rest.
fn text(value: Option<Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(body: &str) -> Option<ApiError> {
        ApiError::parse(400, body.as_bytes())
    }

    #[test]
    fn all_forms_are_read() {
        let four =
            parse(r#"{"what":"a.","why":"b.","consequences":"c","countermeasures":"d","new":1}"#)
                .unwrap();
        assert_eq!(
            (four.to_string().as_str(), four.consequences.as_str()),
            ("a. b.", "c")
        );
        assert_eq!((four.countermeasures.as_str(), four.status), ("d", 400));
        let described = parse(r#"{"messages":["Job x not found","really"]}"#).unwrap();
        assert_eq!(described.messages, ["Job x not found", "really"]);
        assert_eq!(described.to_string(), "Job x not found really");
        let framework =
            parse(r#"{"timestamp":"t","status":404,"error":"Not Found","message":"","path":"/x"}"#)
                .unwrap();
        assert_eq!(framework.to_string(), "Not Found");
        let graphql = parse(
            r#"{"errors":[{"message":"Field 'x' is undefined","path":null},{}],"data":null}"#,
        )
        .unwrap();
        assert_eq!(graphql.messages, ["Field 'x' is undefined"]);
    }

    #[test]
    fn what_says_nothing_is_no_error_of_this_service() {
        for body in [
            "",
            "{}",
            "null",
            "[]",
            "<html>",
            r#"{"what":null,"messages":[]}"#,
            r#"{"messages":[""]}"#,
            "\u{0}",
        ] {
            assert_eq!(parse(body), None, "{body}");
        }
    }

    #[test]
    fn strange_parts_do_not_cost_the_others() {
        let error = parse(r#"{"what":7,"why":null,"messages":{"a":1},"error":["x"]}"#).unwrap();
        assert_eq!(error.what, "7");
        assert_eq!(error.messages, [r#"{"a":1}"#, r#"["x"]"#]);
        let only = parse(r#"{"countermeasures":"Ask."}"#).unwrap();
        assert_eq!(only.to_string(), "Ask.");
    }
}
