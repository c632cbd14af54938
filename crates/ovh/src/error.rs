//! What the service says when it refuses a request.

use cloud_core::error::printable;
use http::HeaderMap;
use serde::Deserialize;
use serde_json::Value;

mod code;

pub use code::{ApiErrorKind, ErrorCode};

/// The header with the name of a request.
pub(crate) const QUERY_ID: &str = "x-ovh-queryid";

/// A refusal, as the service worded it: `error.api::<ovh::ApiError>()`.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{}", self.told())]
#[non_exhaustive]
pub struct ApiError {
    /// The HTTP status of the answer, such as 404.
    pub status: u16,
    /// What kind of refusal it is, from code, class, message or status, whichever knows.
    pub kind: ApiErrorKind,
    /// The reason for programs: `errorCode` of the older form, else what the message stands for, else the class.
    pub code: Option<ErrorCode>,
    /// `class` of the newer form, such as `Client::NotFound`.
    pub class: Option<String>,
    /// The reason for people.
    pub message: String,
    /// More about the reason; `null` when there is nothing.
    pub details: Value,
    /// The IAM actions that the identity lacks, such as `vps:apiovh:reboot`.
    pub missing_iam_actions: Vec<String>,
    /// The name of the request in the records of the service; worth quoting to its support.
    pub query_id: Option<String>,
}

impl ApiError {
    /// Reads the body of a refusal, in the older form (`errorCode`, `httpCode`, `message`), the newer one (`class`,
    /// `message`, `details`) or that of OAuth2 (`error`, `error_description`). `None` when it is none of these: the
    /// servers in front of the API answer 408, 502 and 503 with HTML.
    pub fn parse(status: u16, headers: &HeaderMap, body: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Envelope {
            error_code: Option<Value>,
            class: Option<Value>,
            message: Option<Value>,
            #[serde(default)]
            details: Value,
            error: Option<Value>,
            #[serde(rename = "error_description")]
            error_description: Option<Value>,
        }
        let envelope: Envelope = cloud_core::decode::from_slice(body).ok()?;
        // `errorCode` is the older form and `class` the newer one (acmesh-official/acme.sh#5269); `error` is
        // OAuth2's.
        let code = envelope.error_code.or(envelope.error).and_then(text);
        let class = envelope.class.and_then(text);
        let message = envelope
            .message
            .or(envelope.error_description)
            .and_then(text);
        if code.is_none() && class.is_none() && message.is_none() {
            return None;
        }
        let message = message.unwrap_or_default();
        let code = code
            // Before the class, which is a mere `Client::BadRequest` for a wrong signature.
            .or_else(|| code::said(status, &message).map(str::to_owned))
            .or_else(|| class.clone());
        let code = code.map(|code| ErrorCode::from(code.as_str()));
        Some(Self {
            status,
            kind: ApiErrorKind::of(status, code.as_ref(), class.as_deref()),
            code,
            class,
            message,
            missing_iam_actions: missing(&envelope.details),
            details: envelope.details,
            query_id: query_id(headers),
        })
    }

    /// What a status alone says, where the body is empty or of a server in front. That server knows nothing of rights, so
    /// 401 and 403 say nothing.
    pub(crate) fn of_status(status: u16, headers: &HeaderMap) -> Option<Self> {
        let kind = ApiErrorKind::of(status, None, None);
        if kind.is_auth() || kind == ApiErrorKind::Other {
            return None;
        }
        Some(Self {
            status,
            kind,
            code: None,
            class: None,
            message: String::new(),
            details: Value::Null,
            missing_iam_actions: Vec::new(),
            query_id: query_id(headers),
        })
    }

    /// Whether an operation is under way on the thing, so that nothing was done.
    pub(crate) fn is_busy(&self) -> bool {
        self.class.as_deref().is_some_and(is_busy)
    }

    /// What to do about it, where that is known and the message does not say it.
    pub fn hint(&self) -> Option<&'static str> {
        self.kind.hint()
    }

    /// Whether it is about who asks, or what that identity may do.
    pub fn is_auth(&self) -> bool {
        self.kind.is_auth()
    }

    pub(crate) fn with_hint(&self) -> String {
        let missing = match &*self.missing_iam_actions {
            [] => String::new(),
            actions => format!("missing: {}", actions.join(", ")),
        };
        let parts = [&*self.message, &missing, self.hint().unwrap_or_default()];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join("; ")
    }

    fn told(&self) -> String {
        let code = self.code.as_ref();
        let code = code.map(|code| format!(" {}", printable(code.as_str())));
        let answer = format!("{}{}", self.status, code.unwrap_or_default());
        match &*self.with_hint() {
            "" => answer,
            text => format!("{answer}: {}", printable(text)),
        }
    }
}

fn query_id(headers: &HeaderMap) -> Option<String> {
    Some(headers.get(QUERY_ID)?.to_str().ok()?.to_owned())
}

/// Whether a class says that an operation is under way: `Client::Forbidden::Busy`.
pub(crate) fn is_busy(class: &str) -> bool {
    class.starts_with("Client::") && class.ends_with("::Busy")
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text).filter(|text| !text.is_empty()),
        other => Some(other.to_string()),
    }
}

/// The actions in the details of an IAM refusal: text with commas between them, or a list.
fn missing(details: &Value) -> Vec<String> {
    let mut actions = Vec::new();
    for key in [
        "unauthorizedActionsByAuthentication",
        "unauthorizedActionsByIAM",
    ] {
        match details.get(key) {
            Some(Value::String(text)) => {
                actions.extend(text.split(',').map(|action| action.trim().to_owned()));
            }
            Some(Value::Array(list)) => {
                actions.extend(list.iter().filter_map(Value::as_str).map(str::to_owned));
            }
            _ => {}
        }
    }
    actions.retain(|action| !action.is_empty());
    actions
}
