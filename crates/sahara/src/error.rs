//! What the services say when they refuse a request.

use cloud_core::error::printable;
use http::HeaderMap;
use serde_json::{Map, Value};

mod code;
mod redact;

pub use code::ErrorCode;

pub(crate) const REQUEST_ID: &str = "x-openstack-request-id";

/// A refusal by Sahara or Keystone, in whichever of their forms it came.
///
/// One address answers in five forms: Sahara's own, the router's (unknown path), the token filter's, the project
/// check's, and no JSON at all; see [`parse`](Self::parse).
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{}", self.told())]
#[non_exhaustive]
pub struct ApiError {
    /// The HTTP status of the answer. Sahara answers 400 to most of what goes wrong.
    pub status: u16,
    /// The reason for programs, when the service gives one.
    pub code: Option<ErrorCode>,
    /// The reason for people, without the id that stands at its end. What follows the word of a secret is masked.
    pub message: String,
    /// The message line by line, with the field that the line is about where it names one. Several mistakes in one body
    /// are reported together.
    pub problems: Vec<(Option<String>, String)>,
    /// The id of this error in the log of the service.
    pub error_id: Option<String>,
    /// The id of the request in the logs of all services.
    pub request_id: Option<String>,
    /// The oldest and the newest microversion, when the service speaks about versions.
    pub versions: Option<(String, String)>,
    /// The sets of methods that Keystone asks for, when it wants more than one.
    pub required_methods: Vec<Vec<String>>,
}

impl ApiError {
    /// Reads the body of a refusal. `None` when there is nothing to read: proxies answer with HTML or nothing.
    pub fn parse(status: u16, headers: &HeaderMap, body: &[u8]) -> Option<Self> {
        let mut body: Map<String, Value> = serde_json::from_slice(body).ok()?;
        // The token filter and Keystone put everything into `error`; the router puts the status there.
        let inner = match body.get("error") {
            Some(Value::Object(inner)) => inner.clone(),
            _ => std::mem::take(&mut body),
        };
        let text = |key: &str| inner.get(key).and_then(Value::as_str).map(str::to_owned);
        let required_methods = methods(inner.get("required_auth_methods"));
        let message = text("error_message")
            .or_else(|| text("message"))
            .or_else(|| {
                let wanted: Vec<String> = required_methods
                    .iter()
                    .map(|set| set.join(" and "))
                    .collect();
                (!wanted.is_empty()).then(|| {
                    format!(
                        "one method is not enough; the service wants {}",
                        wanted.join(" or ")
                    )
                })
            })?;
        let message = redact::redact(&plain(&message));
        let (message, error_id) = split_id(&message);
        Some(Self {
            status,
            // For bad paging parameters the name is the number 400, which says nothing.
            code: text("error_name").as_deref().map(ErrorCode::from),
            problems: message
                .lines()
                .filter(|line| !line.trim().is_empty())
                .map(problem)
                .collect(),
            message: message.to_owned(),
            error_id,
            request_id: headers
                .get(REQUEST_ID)
                .and_then(|id| id.to_str().ok())
                .map(str::to_owned),
            versions: text("min_version").zip(text("max_version")),
            required_methods,
        })
    }

    /// Whether the thing that the path names, or the marker of a list, does not exist for this project.
    pub fn is_not_found(&self) -> bool {
        self.status == 404
    }

    /// Whether something that the body names does not exist: a flavor, a key pair, a network, a template.
    pub fn is_reference_missing(&self) -> bool {
        self.status == 400 && self.code == Some(ErrorCode::NotFound)
    }

    /// Whether the name is taken.
    pub fn is_already_exists(&self) -> bool {
        matches!(
            self.code,
            Some(ErrorCode::NameAlreadyExists | ErrorCode::DbDuplicateEntry)
        )
    }

    /// Whether something else uses it, so that it cannot be deleted or changed.
    ///
    /// A deletion or a change that fails for neither of the other two reasons fails for this one; of a reference that does
    /// not fit, the words of the service tell. The address of a job binary in the service itself, which never changes, is
    /// refused in the same way.
    pub fn is_in_use(&self) -> bool {
        // A reference that is missing has the same code; only the words tell the two apart (the code of Sahara 19).
        let named =
            self.code == Some(ErrorCode::InvalidReference) && self.message.contains("in use by");
        named || (self.is_refused() && !self.is_protected() && !self.is_foreign())
    }

    /// Whether it is protected. Only an update with `is_protected(false)` passes.
    pub fn is_protected(&self) -> bool {
        self.is_refused() && self.message.contains("marked as protected")
    }

    /// Whether it belongs to another project, which may let others see it, but not change it.
    pub fn is_foreign(&self) -> bool {
        self.is_refused() && self.message.contains("wasn't created in this tenant")
    }

    fn is_refused(&self) -> bool {
        matches!(
            self.code,
            Some(ErrorCode::UpdateFailed | ErrorCode::DeletionFailed)
        )
    }

    /// Whether a quota of the project is used up.
    pub fn is_quota(&self) -> bool {
        self.code == Some(ErrorCode::QuotaError)
    }

    /// Whether Keystone wants more than one method of logging in, see [`required_methods`](Self::required_methods).
    pub fn is_more_methods_required(&self) -> bool {
        !self.required_methods.is_empty()
    }

    fn told(&self) -> String {
        let code = self.code.as_ref();
        let code = code.map(|code| format!(" {}", printable(code.as_str())));
        let id = self.error_id.as_ref();
        let id = id.map(|id| format!(" (error {})", printable(id)));
        let (code, id) = (code.unwrap_or_default(), id.unwrap_or_default());
        format!("{}{code}: {}{id}", self.status, printable(&self.message))
    }
}

/// Cuts `Error ID: ...` from the end of a message.
fn split_id(message: &str) -> (&str, Option<String>) {
    match message.rsplit_once("Error ID:") {
        Some((message, id)) => (
            message.trim_end(),
            Some(id.trim().to_owned()).filter(|id| !id.is_empty()),
        ),
        None => (message.trim_end(), None),
    }
}

/// The project check answers with pieces of HTML inside of JSON.
fn plain(message: &str) -> String {
    if !message.contains("<br />") {
        return message.to_owned();
    }
    let text = message.replace("<br />", "\n");
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

/// `field[0].name: what is wrong`, or a sentence alone.
fn problem(line: &str) -> (Option<String>, String) {
    // What stands before a colon may be the beginning of a sentence, too: fields have small letters only.
    let field = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_lowercase())
            && text
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_[].'".contains(c))
    };
    match line.split_once(": ") {
        Some((name, rest)) if field(name) => (Some(name.to_owned()), rest.to_owned()),
        _ => (None, line.to_owned()),
    }
}

fn methods(value: Option<&Value>) -> Vec<Vec<String>> {
    let texts = |set: &Value| {
        let names = set
            .as_array()?
            .iter()
            .filter_map(|name| name.as_str().map(str::to_owned));
        Some(names.collect())
    };
    value
        .and_then(Value::as_array)
        .map(|sets| sets.iter().filter_map(texts).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
