use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use cloud_core::Error;
use cloud_core::decode::RawResponse;
use cloud_core::error::{ApiProblem, FieldProblem};
use cloud_core::model::RateLimit;
use cloud_core::request::Dialect;
use cloud_core::secrets::Secrets;
use http::StatusCode;
use secrecy::SecretString;

use super::error::{ApiError, ErrorCode};

/// What the answers of the web service mean.
pub(super) struct RobotDialect {
    secrets: Secrets,
}

impl RobotDialect {
    pub(super) fn new(password: SecretString) -> Self {
        Self {
            secrets: Secrets::new([password]),
        }
    }
}

impl fmt::Debug for RobotDialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RobotDialect")
    }
}

fn refusal(response: &RawResponse) -> Option<ApiError> {
    ApiError::parse(response.status.as_u16(), &response.body)
}

/// Whether an answer says that a list is empty.
pub(super) fn is_empty_list(response: &RawResponse) -> bool {
    says(response, &ErrorCode::NotFound)
}

/// The same of the list of servers, which has a code of its own for that.
pub(super) fn has_no_servers(response: &RawResponse) -> bool {
    is_empty_list(response) || says(response, &ErrorCode::ServerNotFound)
}

fn says(response: &RawResponse, code: &ErrorCode) -> bool {
    response.status == StatusCode::NOT_FOUND
        && refusal(response).is_some_and(|error| error.code == *code)
}

impl Dialect for RobotDialect {
    fn secrets(&self) -> Option<&Secrets> {
        Some(&self.secrets)
    }

    fn problem(&self, response: &RawResponse) -> ApiProblem {
        let refused = response.status == StatusCode::UNAUTHORIZED;
        // A refusal can come without a body (a 404 in aszlig/hetzner#65).
        let Some(error) = refusal(response) else {
            return ApiProblem {
                message: refused.then(|| login_hint("the login was refused")),
                auth: Some(refused),
                ..ApiProblem::default()
            };
        };
        let limited = self.limit_reached(response).is_some();
        let message = match (&error.code, error.max_request, error.interval) {
            (ErrorCode::RateLimitExceeded, Some(most), Some(seconds)) => {
                format!("{} ({most} requests in {seconds} s)", error.message)
            }
            _ if refused => login_hint(&error.message),
            _ => error.message.clone(),
        };
        let problems = |names: &[String], what: &str| -> Vec<FieldProblem> {
            let names = names.iter();
            names
                .map(|name| FieldProblem::new(name.clone(), vec![what.to_owned()]))
                .collect()
        };
        let mut fields = problems(&error.missing, "is missing");
        fields.extend(problems(&error.invalid, "is invalid"));
        ApiProblem {
            code: Some(error.code.as_str().to_owned()),
            message: Some(message),
            fields,
            did_nothing: limited,
            // 403 stands for the limit and for what this user may not do; only 401 is about the login itself.
            auth: Some(refused),
            details: Some(Arc::new(error)),
            ..ApiProblem::default()
        }
    }

    fn limit_reached(&self, response: &RawResponse) -> Option<RateLimit> {
        if response.status != StatusCode::FORBIDDEN {
            return None;
        }
        let error = refusal(response)?;
        // A 403 without an envelope was seen at the limit (syself/cluster-api-provider-hetzner#914), but nobody knows
        // what it says: only the code counts.
        if error.code != ErrorCode::RateLimitExceeded {
            return None;
        }
        // The interval is the window and not the time to wait, which is not told: one request's worth of it is tried.
        // Where it leaves the numbers out: the lowest limit of reads (see `limits`), and the hour of nearly all of them.
        let limit = error.max_request.filter(|most| *most > 0).unwrap_or(200);
        let window = Duration::from_secs(error.interval.unwrap_or(3600));
        Some(RateLimit::new(limit, 0, None, window / limit))
    }

    // The work behind each of these ends by itself: a switch within a minute, a firewall within half a one
    // (docs.hetzner.com on failover and on the firewall).
    fn is_locked(&self, code: &str) -> bool {
        matches!(
            ErrorCode::from(code),
            ErrorCode::FailoverLocked | ErrorCode::FirewallInProcess | ErrorCode::VSwitchInProcess
        )
    }

    /// The service says by a code what is not there; a 404 without one comes from something on the way. Deleting a MAC
    /// address that is not there is a 409.
    fn is_absent(&self, error: &Error) -> bool {
        let code = error.code().map(ErrorCode::from);
        (error.is_not_found() && code.is_some()) || code == Some(ErrorCode::MacNotFound)
    }
}

/// The customer's own login is the usual mistake (aszlig/hetzner#34, #50).
fn login_hint(message: &str) -> String {
    format!(
        "{message} (the web service has users of its own, made in Robot under its settings; three refused logins block the \
         address for ten minutes, so nothing more is sent with this one until `Client::allow_login`)"
    )
}
