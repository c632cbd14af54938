//! What the service says when it refuses a request.

use std::fmt::Write as _;

use cloud_core::error::printable;
use cloud_core::secrets;
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

mod code;
mod redact;

pub use code::ErrorCode;
pub(crate) use redact::mask;
pub use redact::redact;

/// A refusal, as the service worded it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{}", self.told())]
#[non_exhaustive]
pub struct ApiError {
    /// The HTTP status of the answer.
    pub status: u16,
    /// The reason for programs.
    pub code: ErrorCode,
    /// The reason for people. Long runs of letters and digits are masked: a message about too many requests has been
    /// seen to quote the beginning of the token (frappe/press#5857).
    pub message: String,
    /// More about the reason.
    pub details: ErrorDetails,
    /// The name of the request in the records of the service; worth quoting to its support.
    pub correlation_id: Option<String>,
}

/// More about a refusal. Which parts are filled depends on the code.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ErrorDetails {
    /// The fields at fault, with `invalid_input` and `uniqueness_error`.
    pub fields: Vec<FieldError>,
    /// The names of the limits that are reached, with `resource_limit_exceeded`.
    pub limits: Vec<String>,
    /// The address of the announcement, with `deprecated_api_endpoint`.
    pub announcement: Option<String>,
    /// Everything as it came, masked like the message. `None` when the service gave no details.
    pub raw: Option<Value>,
}

/// What is wrong with one field of a request.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct FieldError {
    /// The name of the field.
    pub name: String,
    /// What is wrong with it. Empty with `uniqueness_error`.
    pub messages: Vec<String>,
}

impl ApiError {
    /// Reads the body of a refusal. `None` when it is not one of this service: proxies answer 502 and 504 with HTML or
    /// plain text.
    pub fn parse(status: u16, headers: &HeaderMap, body: &[u8]) -> Option<Self> {
        // The message of a 429 was seen to quote half of the token (frappe/press#5857), which is not known here.
        let body = secrets::change_texts(body, &redact::mask);
        let mut answer: Value = cloud_core::decode::from_slice(&body).ok()?;
        let error = answer.get_mut("error")?;
        // Of any kind: a refusal in an odd shape is one of this service all the same.
        let mut take = |key| {
            error
                .get_mut(key)
                .map(Value::take)
                .filter(|value| !value.is_null())
        };
        let (code, message) = (take("code"), take("message"));
        let details = take("details").unwrap_or_default();
        if code.is_none() && message.is_none() {
            return None;
        }
        Some(Self {
            status,
            code: ErrorCode::read(&text(code).unwrap_or_default()),
            // A reason in an odd shape is told with all that came with it.
            message: text(message).unwrap_or_else(|| String::from_utf8_lossy(&body).into_owned()),
            details: ErrorDetails::read(details),
            correlation_id: headers
                .get("x-correlation-id")
                .and_then(|id| id.to_str().ok())
                .map(str::to_owned),
        })
    }

    /// Whether the resource does not exist.
    pub fn is_not_found(&self) -> bool {
        self.code == ErrorCode::NotFound
    }

    /// Whether the project sent too many requests in this hour.
    pub fn is_rate_limited(&self) -> bool {
        self.code == ErrorCode::RateLimitExceeded
    }

    /// Whether the token is missing, wrong or not allowed to do this.
    pub fn is_unauthorized(&self) -> bool {
        matches!(
            self.code,
            ErrorCode::Unauthorized | ErrorCode::TokenReadonly | ErrorCode::Forbidden
        )
    }

    /// Whether something else changed the resource at the same time.
    pub fn is_conflict(&self) -> bool {
        self.code == ErrorCode::Conflict
    }

    /// Whether the resource is busy with an action.
    pub fn is_locked(&self) -> bool {
        matches!(self.code, ErrorCode::Locked | ErrorCode::ResourceLocked)
    }

    /// Whether the resource is protected against this.
    pub fn is_protected(&self) -> bool {
        self.code == ErrorCode::Protected
    }

    /// Whether something must be unique and is not, most often the name.
    pub fn is_already_exists(&self) -> bool {
        self.code == ErrorCode::UniquenessError
    }

    /// Whether the request itself is at fault; [`ErrorDetails::fields`] says where.
    pub fn is_invalid_input(&self) -> bool {
        matches!(self.code, ErrorCode::InvalidInput | ErrorCode::JsonError)
    }

    /// Whether the project reached a limit that only the support of the service lifts.
    pub fn is_limit_reached(&self) -> bool {
        self.code == ErrorCode::ResourceLimitExceeded
    }

    /// Whether there is no room for the resource at the moment: another location or type may have some.
    pub fn is_out_of_stock(&self) -> bool {
        matches!(
            self.code,
            ErrorCode::ResourceUnavailable
                | ErrorCode::PlacementError
                | ErrorCode::NoSpaceLeftInLocation
        )
    }

    fn told(&self) -> String {
        format!("{} {}", self.status, self.reason())
    }

    /// All that the service said, without the status.
    pub(crate) fn reason(&self) -> String {
        let (code, message) = (printable(self.code.as_str()), printable(&self.message));
        let mut told = format!("{code}: {message}");
        let details = &self.details;
        for (number, FieldError { name, messages }) in details.fields.iter().enumerate() {
            told.push_str(if number == 0 { " (" } else { "; " });
            told.push_str(&printable(name));
            if !messages.is_empty() {
                told.push_str(": ");
                told.push_str(&printable(&messages.join(", ")));
            }
        }
        if !details.fields.is_empty() {
            told.push(')');
        }
        if !details.limits.is_empty() {
            let limits = details.limits.join(", ");
            // Writing into a text cannot fail.
            let _ = write!(told, " (limits: {})", printable(&limits));
        }
        if let Some(announcement) = &details.announcement {
            let _ = write!(told, " (see {})", printable(announcement));
        }
        told
    }
}

impl ErrorDetails {
    /// Takes what it understands; what it does not stays in `raw` and never makes the whole error unreadable.
    fn read(details: Value) -> Self {
        let list = |key| {
            details
                .get(key)
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
        };
        let fields = list("fields").filter_map(FieldError::read).collect();
        let limits = list("limits")
            .filter_map(|limit| Some(limit.get("name")?.as_str()?.to_owned()))
            .collect();
        let announcement = details
            .get("announcement")
            .and_then(Value::as_str)
            .map(str::to_owned);
        // Without details there is `null`, or `{}` (seen in Cyclenerd/hcloud-github-runner#22).
        let empty = details.is_null() || details.as_object().is_some_and(serde_json::Map::is_empty);
        Self {
            fields,
            limits,
            announcement,
            raw: (!empty).then_some(details),
        }
    }
}

impl FieldError {
    fn read(field: &Value) -> Option<Self> {
        let messages = field.get("messages").and_then(Value::as_array);
        let messages = messages.into_iter().flatten().filter_map(Value::as_str);
        let name = field.as_object()?.get("name").and_then(Value::as_str);
        Some(Self {
            name: name.unwrap_or_default().to_owned(),
            messages: messages.map(str::to_owned).collect(),
        })
    }
}

/// `None` for what is no text, nor can be read as one.
fn text(value: Option<Value>) -> Option<String> {
    match value {
        None | Some(Value::Null) => Some(String::new()),
        Some(Value::String(text)) => Some(text),
        Some(other) => other.as_i64().map(|number| number.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(status: u16, body: &str) -> Option<ApiError> {
        ApiError::parse(status, &HeaderMap::new(), body.as_bytes())
    }

    #[test]
    fn fields_are_read_and_shown() {
        let error = parse(
            422,
            r#"{"error":{"code":"invalid_input","message":"invalid input","details":{"fields":[
                {"name":"name","messages":["is too long","has a space"]},{"name":"image","messages":null},7]}}}"#,
        )
        .unwrap();
        assert!(error.is_invalid_input());
        assert_eq!(error.details.fields.len(), 2);
        assert_eq!(
            error.details.fields[0].messages,
            ["is too long", "has a space"]
        );
        assert_eq!(
            error.to_string(),
            "422 invalid_input: invalid input (name: is too long, has a space; image)"
        );
    }

    #[test]
    fn limits_and_announcements_are_read_and_shown() {
        let limit = parse(
            403,
            r#"{"error":{"code":"resource_limit_exceeded","message":"no more","details":{"limits":[{"name":"project_limit"}]}}}"#,
        )
        .unwrap();
        assert!(limit.is_limit_reached());
        assert_eq!(limit.details.limits, ["project_limit"]);
        assert_eq!(
            limit.to_string(),
            "403 resource_limit_exceeded: no more (limits: project_limit)"
        );
        let gone = parse(
            410,
            r#"{"error":{"code":"deprecated_api_endpoint","message":"gone","details":{"announcement":"https://docs.example/x"}}}"#,
        )
        .unwrap();
        assert_eq!(
            gone.details.announcement.as_deref(),
            Some("https://docs.example/x")
        );
        assert_eq!(
            gone.to_string(),
            "410 deprecated_api_endpoint: gone (see https://docs.example/x)"
        );
    }

    #[test]
    fn strange_details_stay_as_they_came() {
        for (details, raw) in [
            ("null", None),
            ("{}", None),
            (
                r#"{"fields":{"name":1}}"#,
                Some(json!({"fields":{"name":1}})),
            ),
            (
                r#"{"limits":["x"],"announcement":5}"#,
                Some(json!({"limits":["x"],"announcement":5})),
            ),
            (r#""text""#, Some(json!("text"))),
            ("[1]", Some(json!([1]))),
        ] {
            let error = parse(
                422,
                &format!(
                    r#"{{"error":{{"code":"invalid_input","message":"m","details":{details}}}}}"#
                ),
            )
            .unwrap();
            assert_eq!(
                error.details,
                ErrorDetails {
                    raw,
                    ..ErrorDetails::default()
                },
                "{details}"
            );
            assert_eq!(error.to_string(), "422 invalid_input: m");
        }
    }

    #[test]
    fn incomplete_errors_are_read_as_far_as_they_go() {
        let novel = parse(
            418,
            r#"{"error":{"code":"teapot","message":null,"trace":"t"},"meta":{}}"#,
        )
        .unwrap();
        assert_eq!(
            (novel.code.as_str(), novel.message.as_str(), novel.status),
            ("teapot", "", 418)
        );
        assert!(matches!(novel.code, ErrorCode::Unknown(_)));
        let only_message =
            parse(500, r#"{ "error": { "message": "boom", "code": 500 } }"#).unwrap();
        assert_eq!(
            (only_message.code.as_str(), only_message.message.as_str()),
            ("500", "boom")
        );
        let body = r#"{"error":{"code":["a"],"message":{"en":"boom"}}}"#;
        let odd = parse(500, body).unwrap();
        assert_eq!((odd.code.as_str(), odd.message.as_str()), ("", body));
    }

    #[test]
    fn what_other_servers_answer_is_no_error_of_this_service() {
        for body in [
            "",
            "<html><body>502 Bad Gateway</body></html>",
            "upstream timeout",
            "null",
            "[]",
            "{}",
            r#"{"error":"text"}"#,
            r#"{"error":{}}"#,
            r#"{"error":null}"#,
            r#"{"message":"x"}"#,
            r#"{"error":{"code":"conflict""#,
        ] {
            assert_eq!(parse(502, body), None, "{body}");
        }
        assert_eq!(ApiError::parse(502, &HeaderMap::new(), b"\xff\xfe"), None);
    }

    #[test]
    fn the_correlation_id_comes_from_the_headers() {
        let mut headers = HeaderMap::new();
        headers.insert("X-Correlation-Id", "9f3c".parse().unwrap());
        let error = ApiError::parse(
            404,
            &headers,
            br#"{"error":{"code":"not_found","message":"gone"}}"#,
        )
        .unwrap();
        assert!(error.is_not_found());
        assert_eq!(error.correlation_id.as_deref(), Some("9f3c"));
    }

    #[test]
    fn a_token_in_an_error_is_hidden_everywhere() {
        let token = "Ab3dEf6hIj".repeat(7)[..64].to_owned();
        let (half, short) = (&token[..32], &token[..10]);
        // As the client does, which knows its token.
        let hidden = |status, body: &Value| {
            let body = body.to_string();
            let body = secrets::change_texts(body.as_bytes(), &|text| redact(text, &token));
            ApiError::parse(status, &HeaderMap::new(), &body).unwrap()
        };
        let coded = |code: &str| json!({"error":{"code":code,"message":""}});
        assert_eq!(
            parse(400, &coded(half).to_string()).unwrap().code.as_str(),
            "[redacted]"
        );
        assert_eq!(hidden(400, &coded(short)).code.as_str(), "[redacted]");
        let body = json!({"error":{"code":"limit_reached","message":format!("limit for {half} and {short}"),
            "details":{"fields":[{"name":"token","messages":[half, short]}],"limits":[{"name":short}],
                "announcement":format!("https://x/{short}"),"other":[half, {"deep":short}]}}});
        let error = parse(429, &body.to_string()).unwrap();
        assert!(error.is_rate_limited());
        assert!(!format!("{error:?}{error}").contains(half), "{error:?}");
        let error = hidden(429, &body);
        let shown = format!("{error:?}{error}");
        assert!(!shown.contains(short), "{shown}");
        assert_eq!(error.message, "limit for [redacted] and [redacted]");
    }

    #[test]
    fn every_predicate_knows_its_codes() {
        type Row<'a> = (fn(&ApiError) -> bool, &'a [&'a str]);
        let table: [Row<'_>; 10] = [
            (ApiError::is_not_found, &["not_found"]),
            (
                ApiError::is_rate_limited,
                &["rate_limit_exceeded", "limit_reached"],
            ),
            (
                ApiError::is_unauthorized,
                &["unauthorized", "token_readonly", "forbidden"],
            ),
            (ApiError::is_conflict, &["conflict"]),
            (ApiError::is_locked, &["locked", "resource_locked"]),
            (ApiError::is_protected, &["protected"]),
            (ApiError::is_already_exists, &["uniqueness_error"]),
            (ApiError::is_invalid_input, &["invalid_input", "json_error"]),
            (ApiError::is_limit_reached, &["resource_limit_exceeded"]),
            (
                ApiError::is_out_of_stock,
                &[
                    "resource_unavailable",
                    "placement_error",
                    "no_space_left_in_location",
                ],
            ),
        ];
        let words = ErrorCode::KNOWN
            .iter()
            .map(ErrorCode::as_str)
            .chain(["limit_reached", "teapot"]);
        for word in words {
            let error = parse(
                400,
                &json!({"error":{"code":word,"message":""}}).to_string(),
            )
            .unwrap();
            for (index, (predicate, codes)) in table.iter().enumerate() {
                assert_eq!(
                    predicate(&error),
                    codes.contains(&word),
                    "{word} and predicate {index}"
                );
            }
        }
    }
}
