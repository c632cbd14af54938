use std::fmt;

use super::{Error, ErrorKind};

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        match &inner.call {
            Some(call) => write!(f, "{} {} failed: ", call.method, call.template)?,
            None if inner.kind != ErrorKind::Api => write!(f, "{}: ", inner.kind.describe())?,
            None => {}
        }
        let mut said = false;
        if let Some(status) = inner.status {
            write!(f, "{}", status.as_u16())?;
            match (&inner.code, status.canonical_reason()) {
                (Some(code), _) => write!(f, " {code}")?,
                (None, Some(reason)) => write!(f, " {reason}")?,
                (None, None) => {}
            }
            said = true;
        } else if let Some(code) = &inner.code {
            f.write_str(code)?;
            said = true;
        }
        if inner.call.is_some() && inner.kind != ErrorKind::Api {
            write!(
                f,
                "{}{}",
                if said { ": " } else { "" },
                inner.kind.describe()
            )?;
            said = true;
        }
        if !inner.message.is_empty() {
            write!(
                f,
                "{}{}",
                if said && inner.call.is_some() || inner.status.is_some() {
                    ": "
                } else {
                    ""
                },
                inner.message
            )?;
        }
        // Our own input errors carry the field in their message already.
        if inner.kind == ErrorKind::Api {
            for field in &inner.fields {
                write!(f, "; {}", field.name)?;
                if !field.messages.is_empty() {
                    write!(f, ": {}", field.messages.join(", "))?;
                }
            }
        }
        if let Some(path) = &inner.json_path {
            write!(f, " at {path}")?;
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
        write!(f, "attempt {}", inner.attempts)?;
        if let Some(max) = inner.max_attempts {
            write!(f, " of {max}")?;
        }
        write!(f, ", {:.1} s)", inner.elapsed.as_secs_f64())
    }
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
    use crate::error::{ApiProblem, FieldProblem};

    #[test]
    fn display_says_all_there_is() {
        let error = Error::from_problem(
            StatusCode::UNPROCESSABLE_ENTITY,
            ApiProblem {
                code: Some("invalid_input".into()),
                message: Some("invalid input in field 'name'".into()),
                fields: vec![FieldProblem::new("name", vec!["is too long".into()])],
                correlation_id: Some("9f3c".into()),
                ..ApiProblem::default()
            },
        )
        .with_call(&Method::POST, &"/servers".into())
        .with_attempts(3, Some(5), Duration::from_millis(2400));
        assert_eq!(
            error.to_string(),
            "POST /servers failed: 422 invalid_input: invalid input in field 'name'; name: is too long \
             (request 9f3c, attempt 3 of 5, 2.4 s)"
        );
        assert!(error.is_invalid_input() && !error.is_not_found());
        assert_eq!(error.call(), Some((&Method::POST, "/servers")));
    }

    #[test]
    fn an_ambiguous_failure_says_so() {
        let error = Error::new(ErrorKind::Interrupted, "connection reset by peer")
            .with_call(&Method::POST, &"/servers".into())
            .with_outcome(true, None)
            .with_attempts(1, Some(5), Duration::from_millis(80));
        assert_eq!(
            error.to_string(),
            "POST /servers failed: connection broken: connection reset by peer; it may have been carried out all the \
             same (attempt 1 of 5, 0.1 s)"
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
