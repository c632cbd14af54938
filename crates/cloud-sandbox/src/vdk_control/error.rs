//! The forms in which the server refuses: its own four sentences, the page of its framework, or nothing at all.

use http::StatusCode;
use http::header::{ALLOW, WWW_AUTHENTICATE};
use serde_json::json;

use crate::answer::Answer;

/// Why a request is not done.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// In a box, for it is far larger than what most handlers return.
    Answer(Box<Answer>),
    /// An error that the framework finds before the service is asked.
    Page {
        status: u16,
        /// The methods that the path has.
        allow: Option<String>,
    },
}

impl Refusal {
    /// The answer to a request for this path at this time.
    pub(crate) fn answer(self, path: &str, timestamp: &str) -> Answer {
        let (status, allow) = match self {
            Self::Answer(answer) => return *answer,
            Self::Page { status, allow } => (status, allow),
        };
        let error = StatusCode::from_u16(status)
            .ok()
            .and_then(|status| status.canonical_reason());
        // The page of Spring Boot (`DefaultErrorAttributes`), which leaves its `message` out since 2.5 unless told
        // otherwise.
        let body = json!({"timestamp": timestamp, "status": status, "error": error, "path": path});
        let answer = Answer::json(status, &body);
        match allow {
            Some(methods) => answer.with(ALLOW, &methods),
            None => answer,
        }
    }

    fn of(answer: Answer) -> Self {
        Self::Answer(Box::new(answer))
    }

    pub(crate) fn page(status: u16) -> Self {
        Self::Page {
            status,
            allow: None,
        }
    }

    /// The server's own form. The description of the API has another one, `messages`, which it never sends.
    pub(crate) fn new(
        status: u16,
        what: &str,
        why: &str,
        consequences: &str,
        countermeasures: &str,
    ) -> Self {
        let body = json!({
            "what": what,
            "why": why,
            "consequences": consequences,
            "countermeasures": countermeasures,
        });
        Self::of(Answer::json(status, &body))
    }

    /// What a web hook says, as it says it.
    pub(crate) fn text(status: u16, text: &str) -> Self {
        Self::of(Answer::new(status, None, text.to_owned()))
    }

    /// A status and nothing else, as the server answers for most things that are not there.
    pub(crate) fn empty(status: u16) -> Self {
        Self::of(Answer::empty(status))
    }

    pub(crate) fn not_found() -> Self {
        Self::empty(404)
    }

    /// A value that does not meet what the API demands of it.
    pub(crate) fn constraint(parameter: &str, constraint: &str, actual: Option<&str>) -> Self {
        Self::new(
            400,
            &format!("The parameter {parameter} is not valid."),
            &format!(
                "It has to be {constraint}, and is {}.",
                actual.unwrap_or("null")
            ),
            "The call fails with 400 and changes nothing.",
            &format!("Give a value that is {constraint}."),
        )
    }

    pub(crate) fn unreadable(why: &str) -> Self {
        Self::new(
            400,
            "The JSON in the body of the request cannot be used.",
            why,
            "The call fails with 400 and changes nothing.",
            "Correct the body and send it again.",
        )
    }

    /// What becomes of an exception that the server does not expect.
    pub(crate) fn bug(why: &str) -> Self {
        Self::new(
            500,
            "The Control Service failed by a defect of its own.",
            why,
            "The call was not completed.",
            "Report it to the operator of the service.",
        )
    }

    /// What the service depends on has failed, or was given something that it could not handle.
    pub(crate) fn external(system: &str, why: &str) -> Self {
        Self::new(
            503,
            &format!("The Control Service could not work with {system}."),
            why,
            "The call was not completed.",
            "Read the reason, and try again later.",
        )
    }

    pub(crate) fn job_not_found(job: &str) -> Self {
        Self::new(
            404,
            &format!("There is no data job '{job}' in this team."),
            "It was never created, it was deleted, or it belongs to another team.",
            "The call fails with 404.",
            "Check the names of the job and of its team.",
        )
    }

    pub(crate) fn execution_not_found(execution: &str) -> Self {
        Self::new(
            404,
            &format!("There is no execution '{execution}'."),
            "It was never started, or its record is older than those that are kept.",
            "The call fails with 404.",
            "List the executions of the job.",
        )
    }

    /// The request has no token, or none that is valid. Not seen on a server of this kind: it is what its framework does
    /// when nothing else is configured, and nothing is.
    pub(crate) fn unauthorized(problem: Option<&str>) -> Self {
        let challenge = match problem {
            None => "Bearer".to_owned(),
            Some(problem) => {
                format!("Bearer error=\"invalid_token\", error_description=\"{problem}\"")
            }
        };
        Self::of(Answer::empty(401).with(WWW_AUTHENTICATE, &challenge))
    }
}
