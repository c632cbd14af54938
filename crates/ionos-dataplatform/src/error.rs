//! What the service says when it refuses a request.

use cloud_core::error::printable;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One reason of a refusal.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ErrorMessage {
    /// The reason for programs, such as `paas-auth-1`.
    #[serde(rename = "errorCode")]
    pub code: String,
    /// The reason for people. What quotes the client's credential is redacted.
    pub message: String,
}

/// A refusal, as the service worded it; `ErrorResponse` in the API's description. Found in an error by
/// `error.api::<ApiError>()`.
#[derive(Clone, Debug, Default, PartialEq, thiserror::Error)]
#[error("{}", self.told())]
#[non_exhaustive]
pub struct ApiError {
    /// The HTTP status, as the body repeats it; that of the answer where the body does not.
    pub http_status: u16,
    /// The reasons of the refusal.
    pub messages: Vec<ErrorMessage>,
}

impl ApiError {
    /// Reads the body of a refusal. `None` when it is not one of this service: gateways answer with HTML or plain text.
    pub fn parse(status: u16, body: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Body {
            #[serde(default, rename = "httpStatus")]
            status: u16,
            #[serde(default)]
            messages: Vec<Value>,
        }
        let Body {
            status: repeated,
            messages,
        } = cloud_core::decode::from_slice(body).ok()?;
        // Gateways in front of the service send texts where it sends objects.
        let read = |message| match message {
            Value::String(message) => ErrorMessage {
                message,
                ..ErrorMessage::default()
            },
            other => cloud_core::decode::from_value(&other).unwrap_or_default(),
        };
        let mut messages: Vec<ErrorMessage> = messages.into_iter().map(read).collect();
        messages.retain(|message| *message != ErrorMessage::default());
        if repeated == 0 && messages.is_empty() {
            return None;
        }
        Some(Self {
            http_status: if repeated == 0 { status } else { repeated },
            messages,
        })
    }

    /// The first reason for programs.
    pub fn code(&self) -> Option<&str> {
        self.messages
            .iter()
            .map(|message| message.code.as_str())
            .find(|code| !code.is_empty())
    }

    pub(crate) fn text(&self) -> String {
        let texts: Vec<&str> = self
            .messages
            .iter()
            .map(|m| m.message.as_str())
            .filter(|text| !text.is_empty())
            .collect();
        texts.join("; ")
    }

    fn told(&self) -> String {
        let reason = |ErrorMessage { code, message }: &ErrorMessage| {
            let parts = [code, message].into_iter().filter(|part| !part.is_empty());
            let parts: Vec<_> = parts.map(|part| printable(part)).collect();
            parts.join(": ")
        };
        let reasons: Vec<String> = self.messages.iter().map(reason).collect();
        match &*reasons {
            [] => self.http_status.to_string(),
            reasons => format!("{} {}", self.http_status, reasons.join("; ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_read_as_far_as_they_go() {
        let body = br#"{"httpStatus":403,"messages":[{"errorCode":"a-1","message":"no"},{"message":"really"},{"errorCode":"a-2"}]}"#;
        let error = ApiError::parse(403, body).unwrap();
        assert_eq!(
            (error.code(), error.text().as_str()),
            (Some("a-1"), "no; really")
        );
        assert_eq!(error.to_string(), "403 a-1: no; really; a-2");
        assert_eq!(
            ApiError::parse(500, br#"{"messages":[{"errorCode":null,"message":"x"}]}"#)
                .unwrap()
                .http_status,
            500
        );
        assert_eq!(
            ApiError::parse(400, br#"{"httpStatus":"400","messages":null}"#)
                .unwrap()
                .code(),
            None
        );
        let texts = ApiError::parse(
            403,
            br#"{"messages":["plain string",{"message":"object"},7,null]}"#,
        );
        assert_eq!(texts.unwrap().to_string(), "403 plain string; object");
        for other in ["", "<html>", "{}", "[]", r#"{"error":"x"}"#] {
            assert_eq!(ApiError::parse(502, other.as_bytes()), None, "{other}");
        }
    }
}
