use std::fmt;

use super::{Error, ErrorKind};

impl fmt::Display for Error {
    /// All that is known, each once; so nothing of it is told by `source` again.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        let (call, kind) = (inner.call.as_ref(), inner.kind);
        // The parts of a sentence with colons between them: where, what, why.
        let place = call.map(|call| format!("{} {} failed", call.method, call.path));
        let what = (kind != ErrorKind::Api).then(|| kind.describe());
        // The code of failed work is most often the state that it ended in, which its message is a sentence around.
        let said = |code: &str| kind == ErrorKind::WorkFailed && has_word(&inner.message, code);
        let code = inner.code.as_deref().filter(|code| !said(code));
        let answer = inner.status.map(|status| {
            let reason = code.or(status.canonical_reason());
            let space = if reason.is_some() { " " } else { "" };
            format!("{}{space}{}", status.as_u16(), reason.unwrap_or_default())
        });
        let answer = answer.as_deref().or(code);
        // The kind stands first where nothing says what was tried.
        let (before, behind) = match place {
            Some(_) => (None, what),
            None => (what, None),
        };
        let message = Some(&*inner.message).filter(|message| !message.is_empty());
        let parts = [place.as_deref(), before, answer, behind, message];
        if parts.iter().all(Option::is_none) {
            f.write_str(kind.describe())?;
        }
        for (index, part) in parts.into_iter().flatten().enumerate() {
            f.write_str(if index == 0 { "" } else { ": " })?;
            f.write_str(part)?;
        }
        // Our own input errors carry the field in their message already.
        if kind != ErrorKind::Input {
            for field in &inner.fields {
                match &*field.messages {
                    [] => write!(f, "; field: {}", field.name)?,
                    messages => write!(f, "; {}: {}", field.name, messages.join(", "))?,
                }
            }
        }
        if let Some(path) = &inner.json_path {
            write!(f, " at {path}")?;
        }
        if let Some(credential) = &inner.credential {
            write!(f, "; credential: {credential}")?;
        }
        if inner.may_have_happened {
            f.write_str("; it may have been carried out all the same")?;
        }
        if let Some(reason) = &inner.gave_up {
            write!(f, "; {reason}")?;
        }
        if inner.attempts == 0 {
            return Ok(());
        }
        f.write_str(" (")?;
        if let Some(id) = &inner.correlation_id {
            write!(f, "request {id}, ")?;
        }
        // One attempt goes without saying, unless the reader may ask why there was no other.
        if inner.attempts > 1 || inner.gave_up.is_some() {
            write!(f, "attempt {}", inner.attempts)?;
            if let Some(max) = inner.max_attempts {
                write!(f, " of {max}")?;
            }
            f.write_str(", ")?;
        }
        write!(f, "{:.1} s)", inner.elapsed.as_secs_f64())
    }
}

fn has_word(text: &str, word: &str) -> bool {
    let between = |c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-');
    text.split(between).any(|found| found == word)
}

impl fmt::Debug for Error {
    /// The same as `Display`, in a form that names the kind: what a panic or `{:?}` shows must be as useful and as
    /// free of secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({:?}: {self})", self.0.kind)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::{Method, StatusCode};

    use super::*;
    use crate::call::{Call, CallBuilder};
    use crate::decode::Decode;
    use crate::error::{ApiProblem, FieldProblem};
    use crate::test_util::{ScriptedTransport, engine_for};

    /// An error of a call of this path.
    fn failed(method: Method, path: &'static str, error: Error) -> Error {
        let (engine, base) = engine_for(ScriptedTransport::default());
        let call = Call::untabled(&engine, &base, method, path, Decode::raw());
        error.with_call(call.arg("42").parts.context())
    }

    #[test]
    fn display_says_all_there_is() {
        let error = Error::from_problem(
            StatusCode::UNPROCESSABLE_ENTITY,
            ApiProblem {
                code: Some("invalid_input".into()),
                message: Some("invalid input in field 'name'".into()),
                fields: vec![
                    FieldProblem::new("name", vec!["is too long".into(), "is odd".into()]),
                    FieldProblem::new("type", vec![]),
                ],
                correlation_id: Some("9f3c".into()),
                ..ApiProblem::default()
            },
        );
        let error = failed(Method::POST, "/servers/{id}", error)
            .with_credential(Some("TOKEN (environment)"))
            .with_attempts(3, Some(5), Duration::from_millis(2400));
        assert_eq!(
            error.to_string(),
            "POST /servers/42 failed: 422 invalid_input: invalid input in field 'name'; name: is too long, is odd; \
             field: type; credential: TOKEN (environment) (request 9f3c, attempt 3 of 5, 2.4 s)"
        );
        assert!(error.is_invalid_input() && !error.is_not_found());
        assert_eq!(error.call(), Some((&Method::POST, "/servers/{id}")));
        assert_eq!(error.path(), Some("/servers/42"));
        assert_eq!((error.arg("id"), error.arg("name")), (Some("42"), None));
        assert_eq!(error.credential_origin(), Some("TOKEN (environment)"));
    }

    #[test]
    fn what_is_absent_leaves_no_gap() {
        let call = |error| failed(Method::GET, "/x/{id}", error);
        let with_status = |error: Error, status: u16| {
            error.with_status(StatusCode::from_u16(status).unwrap(), None)
        };
        let (api, work) = (ErrorKind::Api, ErrorKind::WorkFailed);
        for (kind, code, message, has_call, status, text) in [
            (work, "", "", false, 0, "work failed"),
            (work, "", "why", false, 0, "work failed: why"),
            (work, "code", "", false, 0, "work failed: code"),
            (work, "code", "why", false, 0, "work failed: code: why"),
            (work, "", "", false, 404, "work failed: 404 Not Found"),
            (
                work,
                "",
                "why",
                false,
                404,
                "work failed: 404 Not Found: why",
            ),
            (work, "code", "", false, 404, "work failed: 404 code"),
            (
                work,
                "code",
                "why",
                false,
                404,
                "work failed: 404 code: why",
            ),
            (work, "", "", true, 0, "GET /x/42 failed: work failed"),
            (
                work,
                "",
                "why",
                true,
                0,
                "GET /x/42 failed: work failed: why",
            ),
            (
                work,
                "code",
                "",
                true,
                0,
                "GET /x/42 failed: code: work failed",
            ),
            (
                work,
                "code",
                "why",
                true,
                0,
                "GET /x/42 failed: code: work failed: why",
            ),
            (
                work,
                "",
                "",
                true,
                404,
                "GET /x/42 failed: 404 Not Found: work failed",
            ),
            (
                work,
                "code",
                "why",
                true,
                404,
                "GET /x/42 failed: 404 code: work failed: why",
            ),
            (api, "", "", false, 0, "error answer"),
            (api, "", "why", false, 0, "why"),
            (api, "code", "", false, 0, "code"),
            (api, "code", "why", false, 0, "code: why"),
            (api, "", "", false, 404, "404 Not Found"),
            (api, "", "", false, 599, "599"),
            (api, "", "why", false, 599, "599: why"),
            (api, "code", "why", false, 404, "404 code: why"),
            (api, "", "", true, 0, "GET /x/42 failed"),
            (api, "", "why", true, 0, "GET /x/42 failed: why"),
            (api, "code", "", true, 0, "GET /x/42 failed: code"),
            (api, "code", "why", true, 0, "GET /x/42 failed: code: why"),
            (api, "", "", true, 404, "GET /x/42 failed: 404 Not Found"),
            (
                api,
                "",
                "why",
                true,
                404,
                "GET /x/42 failed: 404 Not Found: why",
            ),
            (api, "code", "", true, 404, "GET /x/42 failed: 404 code"),
            (
                api,
                "code",
                "why",
                true,
                404,
                "GET /x/42 failed: 404 code: why",
            ),
        ] {
            let mut error = Error::new(kind, message);
            if !code.is_empty() {
                error = error.with_code(code);
            }
            if status > 0 {
                error = with_status(error, status);
            }
            if has_call {
                error = call(error);
            }
            assert_eq!(error.to_string(), text);
            assert_eq!(format!("{error:?}"), format!("Error({kind:?}: {text})"));
        }
    }

    #[test]
    fn the_state_that_work_ended_in_is_told_once() {
        for (kind, code, message, text) in [
            (
                ErrorKind::WorkFailed,
                "FAILED",
                "the cluster x is FAILED",
                "work failed: the cluster x is FAILED",
            ),
            (
                ErrorKind::WorkFailed,
                "in-error",
                "create ended as in-error: no room",
                "work failed: create ended as in-error: no room",
            ),
            // A part of a word is none.
            (
                ErrorKind::WorkFailed,
                "error",
                "create ended as in-error",
                "work failed: error: create ended as in-error",
            ),
            (
                ErrorKind::WorkFailed,
                "user_error",
                "an error of the user",
                "work failed: user_error: an error of the user",
            ),
            (
                ErrorKind::Api,
                "locked",
                "it is locked",
                "locked: it is locked",
            ),
        ] {
            let error = Error::new(kind, message).with_code(code);
            assert!(error.to_string().ends_with(text), "{error}");
            assert_eq!(error.code(), Some(code));
        }
    }

    #[test]
    fn what_a_service_says_stays_in_its_line() {
        let hostile = format!(
            "x\nINFO all is well \x1b[31m\u{202e}{}",
            "y".repeat(8 << 20)
        );
        let short = &hostile[..10_000];
        let error = Error::from_problem(
            StatusCode::BAD_REQUEST,
            ApiProblem {
                code: Some(hostile.clone()),
                message: Some(hostile.clone()),
                fields: vec![FieldProblem::new(short, vec![short.into(); 50]); 50],
                correlation_id: Some(hostile.clone()),
                ..ApiProblem::default()
            },
        )
        .with_json_path(&hostile);
        let made = Error::new(ErrorKind::WorkFailed, hostile.clone()).with_code(&*hostile);
        for error in [failed(Method::GET, "/x\n{id}", error), made] {
            let shown = error.to_string();
            assert!(!shown.contains(['\n', '\x1b', '\u{202e}']), "{shown:.100}");
            assert!(shown.len() < 200_000, "{}", shown.len());
            assert!(
                error
                    .message()
                    .starts_with("x INFO all is well \\u{1b}[31m\\u{202e}yy")
            );
            assert!(error.message().len() < 2100 && error.code().unwrap().len() < 210);
        }
    }

    #[test]
    fn attempts_are_counted_where_there_might_have_been_others() {
        let text = |attempts, gave_up: Option<&str>| {
            Error::new(ErrorKind::Api, "x")
                .with_outcome(false, gave_up.map(Into::into))
                .with_attempts(attempts, Some(5), Duration::from_millis(80))
                .to_string()
        };
        assert_eq!(text(0, None), "x");
        assert_eq!(text(1, None), "x (0.1 s)");
        assert_eq!(
            text(1, Some("gave up")),
            "x; gave up (attempt 1 of 5, 0.1 s)"
        );
        assert_eq!(text(2, None), "x (attempt 2 of 5, 0.1 s)");
    }

    #[test]
    fn an_ambiguous_failure_says_so() {
        let error = Error::new(ErrorKind::Interrupted, "connection reset by peer");
        let error = failed(Method::POST, "/servers", error)
            .with_outcome(true, None)
            .with_attempts(1, Some(5), Duration::from_millis(80));
        assert_eq!(
            error.to_string(),
            "POST /servers failed: connection broken: connection reset by peer; it may have been carried out all the \
             same (0.1 s)"
        );
    }

    #[test]
    fn settings_and_arguments_are_named() {
        assert_eq!(
            Error::config("HCLOUD_TOKEN (environment)", "is empty").to_string(),
            "wrong configuration: HCLOUD_TOKEN (environment): is empty"
        );
        let error = Error::input("name", "must not be empty");
        assert_eq!(error.to_string(), "wrong argument: name: must not be empty");
        assert_eq!(error.fields()[0].name, "name");
    }
}
