//! Refusals in the five forms that one base URL of the real service gives them.

use http::header::WWW_AUTHENTICATE;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::service::uuid;

#[derive(Debug)]
pub(crate) struct Refusal {
    status: u16,
    /// A text as a rule; the number 400 for bad values of `limit` and `sort_by`.
    name: Value,
    message: String,
    /// Whether an id of the error follows the message.
    has_id: bool,
}

impl Refusal {
    fn new(status: u16, name: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            name: name.into(),
            message: message.into(),
            has_id: true,
        }
    }

    /// What nearly every refusal is: 400 with a name.
    pub(crate) fn bad(name: &'static str, message: impl Into<String>) -> Self {
        Self::new(400, name, message)
    }

    pub(crate) fn invalid_data(message: impl Into<String>) -> Self {
        Self::bad("INVALID_DATA", message)
    }

    pub(crate) fn invalid_reference(message: impl Into<String>) -> Self {
        Self::bad("INVALID_REFERENCE", message)
    }

    /// Something that a body names and that is not there, which is no 404.
    pub(crate) fn unknown(message: impl Into<String>) -> Self {
        Self::bad("NOT_FOUND", message)
    }

    pub(crate) fn name_exists(what: &str, name: &str) -> Self {
        Self::bad(
            "NAME_ALREADY_EXISTS",
            format!("{what} with name '{name}' already exists"),
        )
    }

    pub(crate) fn update_failed(message: impl Into<String>) -> Self {
        Self::bad("UPDATE_FAILED", message)
    }

    pub(crate) fn deletion_failed(message: impl Into<String>) -> Self {
        Self::bad("DELETION_FAILED", message)
    }

    pub(crate) fn validation(problems: &[String]) -> Self {
        Self::bad("VALIDATION_ERROR", problems.join("\n"))
    }

    /// A wrong value of a list's parameter, the name of which error is a number.
    pub(crate) fn list_parameter(message: impl Into<String>) -> Self {
        Self {
            status: 400,
            name: 400.into(),
            message: message.into(),
            has_id: true,
        }
    }

    pub(crate) fn query(operation: &str, known: &[&str]) -> Self {
        let known: Vec<String> = known.iter().map(|key| format!("'{key}'")).collect();
        let message = format!(
            "{operation} knows the params [{}] and ['marker', 'limit', 'sort_by'] only",
            known.join(", ")
        );
        Self {
            has_id: false,
            ..Self::new(400, "INVALID_PARAMS_ON_REQUEST", message)
        }
    }

    pub(crate) fn no_object(id: &str) -> Self {
        Self::not_found(&format!("{{'id': '{id}'}}"))
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(404, "NOT_FOUND", format!("Object with {what} not found"))
    }

    pub(crate) fn forbidden() -> Self {
        Self::new(
            403,
            "FORBIDDEN",
            "This takes a role that the token does not have",
        )
    }

    pub(crate) fn internal() -> Self {
        Self {
            has_id: false,
            ..Self::new(500, "INTERNAL_SERVER_ERROR", "Internal Server Error")
        }
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn answer(&self, rng: &mut fastrand::Rng) -> Answer {
        let message = if self.has_id {
            with_id(&self.message, rng)
        } else {
            self.message.clone()
        };
        let body =
            json!({"error_code": self.status, "error_message": message, "error_name": self.name});
        Answer::json(self.status, &body)
    }
}

/// A message with the id under which the server's log would have the error.
pub(crate) fn with_id(message: &str, rng: &mut fastrand::Rng) -> String {
    format!("{message}\nError ID: {}", uuid(rng))
}

/// A microversion that is not served.
pub(crate) fn microversion(status: u16, name: &str, message: &str) -> Answer {
    let body = json!({
        "error_code": status,
        "error_message": message,
        "error_name": name,
        "min_version": "2.0",
        "max_version": "2.0",
    });
    Answer::json(status, &body)
}

/// A path or a method that the web framework does not know.
pub(crate) fn no_route(status: u16) -> Answer {
    let message = if status == 405 {
        "There is no such method at this URL."
    } else {
        "There is nothing at this URL."
    };
    Answer::json(status, &json!({"error": status, "error_message": message}))
}

/// What the filter in front of the service says to a token that is not valid.
pub(crate) fn bad_token(keystone: &str) -> Answer {
    let message = "The request you have made requires authentication.";
    // The form of keystonemiddleware (`auth_token`), which stands before the service and knows nothing of its errors.
    let body = json!({"error": {"code": 401, "title": "Unauthorized", "message": message}});
    Answer::json(401, &body).with(WWW_AUTHENTICATE, &format!("Keystone uri=\"{keystone}/v3\""))
}

/// What the check of the project says, the second filter.
pub(crate) fn filter(status: u16, detail: &str) -> Answer {
    let title = http::StatusCode::from_u16(status)
        .ok()
        .and_then(|s| s.canonical_reason())
        .unwrap_or("Error");
    // WebOb fills its template for HTML also where the answer is JSON, hence the tags
    // (`webob.exc.WSGIHTTPException`).
    let message = format!("{title}.<br /><br />\n{detail}\n\n");
    Answer::json(
        status,
        &json!({"message": message, "code": format!("{status} {title}"), "title": title}),
    )
}
