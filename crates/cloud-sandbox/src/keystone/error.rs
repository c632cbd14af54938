use http::header::{HeaderName, WWW_AUTHENTICATE};
use serde_json::{Value, json};

use crate::answer::Answer;

/// A refusal in the form that Keystone gives it.
#[derive(Debug)]
pub(crate) enum Refusal {
    Json {
        status: u16,
        message: String,
    },
    /// A request without the right credential, with what the message says besides.
    Unauthorized {
        message: String,
        says_identity: bool,
    },
    /// One of several required methods was passed; the rest has to follow with this receipt.
    Incomplete {
        id: String,
        receipt: Value,
        required: Value,
    },
    /// The gateway's own page: Keystone itself came to an unexpected end.
    Crash,
}

impl Refusal {
    pub(crate) fn unauthorized() -> Self {
        Self::Unauthorized {
            message: "The request you have made requires authentication.".into(),
            says_identity: false,
        }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::Json {
            status: 400,
            message: message.into(),
        }
    }

    pub(crate) fn forbidden(action: &str) -> Self {
        let message = format!("You are not authorized to perform the requested action: {action}.");
        Self::Json {
            status: 403,
            message,
        }
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::Json {
            status: 404,
            message: message.into(),
        }
    }

    /// The answer of a Keystone at this URL.
    pub(crate) fn answer(self, origin: &str) -> Answer {
        let challenge = |answer: Answer| {
            answer.with(WWW_AUTHENTICATE, &format!("Keystone uri=\"{origin}/v3\""))
        };
        match self {
            Self::Json { status, message } => envelope(status, &message),
            Self::Unauthorized {
                message,
                says_identity,
            } => {
                let mut body =
                    json!({"error": {"code": 401, "message": message, "title": "Unauthorized"}});
                // Some of Keystone's 401 answers carry an `identity` object, which clients must be ready for.
                if says_identity {
                    body["error"]["identity"] = json!({});
                }
                challenge(Answer::json(401, &body))
            }
            Self::Incomplete {
                id,
                receipt,
                required,
            } => {
                let body = json!({"receipt": receipt, "required_auth_methods": required});
                challenge(Answer::json(401, &body))
                    .with(HeaderName::from_static("openstack-auth-receipt"), &id)
            }
            Self::Crash => {
                let body = "Internal Server Error\r\n\r\nThe server met an error that it did not expect\r\n";
                Answer::new(500, Some("text/plain; charset=utf-8"), body)
            }
        }
    }
}

pub(crate) fn envelope(status: u16, message: &str) -> Answer {
    let title = http::StatusCode::from_u16(status)
        .ok()
        .and_then(|s| s.canonical_reason())
        .unwrap_or("Error");
    Answer::json(
        status,
        &json!({"error": {"code": status, "message": message, "title": title}}),
    )
}
