use std::future::Future;

use serde_json::Value;

use super::Accepted;
use crate::call::Task;
use crate::engine::Engine;
use crate::error::Result;

/// What there is already where something was to be created.
#[derive(Debug)]
pub enum There<A> {
    /// What was asked for.
    Same(A),
    /// Something else: this field of the request differs in it.
    Differs(String),
    /// No resource of this name.
    Nothing,
}

impl<A> There<A> {
    /// What was found, with the first field of the request that differs in it.
    pub fn of<F: Into<String>>(found: Option<A>, difference: impl FnOnce(&A) -> Option<F>) -> Self {
        let Some(found) = found else {
            return Self::Nothing;
        };
        match difference(&found) {
            Some(field) => Self::Differs(field.into()),
            None => Self::Same(found),
        }
    }

    /// The same with what becomes of what was asked for.
    pub fn map<B>(self, then: impl FnOnce(A) -> B) -> There<B> {
        match self {
            Self::Same(there) => There::Same(then(there)),
            Self::Differs(field) => There::Differs(field),
            Self::Nothing => There::Nothing,
        }
    }
}

/// Sends a creation, and where its name is taken, or its answer was lost, gives what `look` finds there if that is what was
/// asked for. Otherwise the creation's own error stands, and names the field that differs.
pub fn or_get<A, L>(
    creation: impl Future<Output = Result<A>> + Send + 'static,
    look: impl FnOnce() -> L + Send + 'static,
) -> Task<A>
where
    A: Send + 'static,
    L: Future<Output = Result<There<A>>> + Send + 'static,
{
    Task::new(async move {
        let error = match creation.await {
            Err(error) if error.may_have_happened() || error.is_conflict() => error,
            done => return done,
        };
        match look().await {
            Ok(There::Same(there)) => Ok(there),
            Ok(There::Differs(field)) => Err(error.with_field(field, "differs in what is there")),
            Ok(There::Nothing) => Err(error),
            // That looking failed does not answer what became of the request.
            Err(looking) if error.may_have_happened() => Err(looking.with_may_have_happened()),
            Err(looking) => Err(looking),
        }
    })
}

/// The same of what is ready when it is created: the wait ends at once.
pub fn ready_or_get<A, L>(
    engine: &Engine,
    creation: impl Future<Output = Result<A>> + Send + 'static,
    look: impl FnOnce() -> L + Send + 'static,
) -> Task<Accepted<A>>
where
    A: Clone + Send + Sync + 'static,
    L: Future<Output = Result<There<A>>> + Send + 'static,
{
    let (engine, found) = (engine.clone(), engine.clone());
    or_get(
        async move { Ok(Accepted::ready(&engine, creation.await?)) },
        move || async move {
            let there = look().await?;
            Ok(there.map(|there| Accepted::ready(&found, there).found()))
        },
    )
}

/// The first field of a request in which a resource is not as was asked for, both as JSON, such as `labels.env`. What the
/// request leaves out is the service's to choose, and what it names by id or name may be there whole. The order of a list is
/// free, its length is not.
pub fn difference(asked: &Value, there: &Value) -> Option<String> {
    let same = match (asked, there) {
        (Value::Object(asked), Value::Object(there)) => {
            return asked.iter().find_map(|(key, asked)| {
                let inner = difference(asked, there.get(key).unwrap_or(&Value::Null))?;
                let dot = if inner.is_empty() { "" } else { "." };
                Some(format!("{key}{dot}{inner}"))
            });
        }
        (Value::String(named), Value::Object(there)) => ["id", "name"].iter().any(|key| {
            let shown = there.get(*key);
            shown.is_some_and(|shown| match shown {
                Value::Number(id) => id.to_string() == *named,
                shown => shown == asked,
            })
        }),
        (Value::Number(_), Value::Object(there)) => there.get("id") == Some(asked),
        (Value::Array(asked), Value::Array(there)) => {
            let is_there = |asked| there.iter().any(|there| difference(asked, there).is_none());
            asked.len() == there.len() && asked.iter().all(is_there)
        }
        _ => asked == there,
    };
    (!same).then(String::new)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use http::Method;
    use serde_json::json;

    use super::*;
    use crate::call::{Call, CallBuilder};
    use crate::decode::Decode;
    use crate::error::{Error, ErrorKind};
    use crate::test_util::{Scripted, ScriptedTransport, engine_for};
    use crate::transport::TransportErrorKind;

    /// How the creation ends that is answered so, whether it was looked for what is there, and how often it was sent.
    async fn created(answer: Scripted, found: Result<There<u8>>) -> (Result<u8>, bool, usize) {
        let wire = ScriptedTransport::new([answer]);
        let (engine, base) = engine_for(wire.clone());
        let call = Call::untabled(&engine, &base, Method::POST, "/a", Decode::<u8>::json());
        let looks = Arc::new(AtomicU32::new(0));
        let count = looks.clone();
        let end = or_get(call.send(), move || async move {
            count.fetch_add(1, Ordering::SeqCst);
            found
        });
        let end = end.await;
        (end, looks.load(Ordering::SeqCst) > 0, wire.seen().len())
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_there_is_looked_for_when_the_name_is_taken_or_the_answer_lost() {
        let lost = || Scripted::Failure(TransportErrorKind::Interrupted);
        let taken = || Scripted::json(409, "{}");
        for answer in [lost(), taken()] {
            let (end, looked, sent) = created(answer, Ok(There::Same(2))).await;
            assert_eq!((end.unwrap(), looked, sent), (2, true, 1));
        }
        let (end, looked, _) = created(Scripted::json(201, "1"), Ok(There::Same(2))).await;
        assert_eq!((end.unwrap(), looked), (1, false));
        let (end, looked, _) = created(Scripted::json(422, "{}"), Ok(There::Same(2))).await;
        assert!(end.unwrap_err().is_invalid_input() && !looked);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_not_found_leaves_the_error_of_the_creation() {
        let lost = || Scripted::Failure(TransportErrorKind::Interrupted);
        let (end, ..) = created(Scripted::json(409, "{}"), Ok(There::Nothing)).await;
        assert!(end.unwrap_err().is_conflict());
        let (end, ..) = created(lost(), Ok(There::Nothing)).await;
        assert!(end.unwrap_err().may_have_happened());
        // Looking may fail in its turn; that the creation was asked for is not forgotten over it.
        let broken = || Err(Error::new(ErrorKind::Decode, "broken"));
        for (answer, open) in [(lost(), true), (Scripted::json(409, "{}"), false)] {
            let (end, ..) = created(answer, broken()).await;
            let error = end.unwrap_err();
            assert_eq!(
                (error.message(), error.may_have_happened()),
                ("broken", open)
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_error_of_the_creation_names_what_differs() {
        let lost = || Scripted::Failure(TransportErrorKind::Interrupted);
        let taken = || Scripted::json(409, "{}");
        for (answer, text) in [
            (
                taken as fn() -> Scripted,
                "POST /a failed: 409 Conflict; labels.env: differs in what is there (0.0 s)",
            ),
            (
                lost,
                "POST /a failed: connection broken: as the script says; labels.env: differs in what is there; it may have \
                 been carried out all the same (0.0 s)",
            ),
        ] {
            let other = There::Differs("labels.env".to_owned());
            let (alone, ..) = created(answer(), Ok(There::Nothing)).await;
            let (end, ..) = created(answer(), Ok(other)).await;
            let (alone, error) = (alone.unwrap_err(), end.unwrap_err());
            assert_eq!(error.to_string(), text);
            assert_eq!(error.fields()[0].name, "labels.env");
            let decided = |error: &Error| {
                let outcome = (error.is_conflict(), error.may_have_happened());
                (error.kind(), error.status(), outcome)
            };
            assert_eq!(decided(&error), decided(&alone));
        }
    }

    #[test]
    fn what_is_there_is_compared_with_all_that_was_asked_for() {
        let there = json!({
            "name": "a", "note": null, "size": 10, "labels": {"env": "prod", "team": "web"},
            "plan": {"labels": {"env": "prod"}, "days": [1, 2]}, "type": {"id": 22, "name": "cx23"},
            "image": {"id": "i1", "name": "debian"}, "tags": ["a", "b"],
        });
        for (asked, differs) in [
            (json!({}), None),
            (json!({"name": "a", "size": 10}), None),
            (json!({"name": "b"}), Some("name")),
            (json!({"size": 11}), Some("size")),
            (json!({"note": null, "of_next_year": null}), None),
            (json!({"of_next_year": 1}), Some("of_next_year")),
            (json!({"labels": {"env": "prod"}}), None),
            (json!({"labels": {"env": "test"}}), Some("labels.env")),
            (
                json!({"labels": {"env": "prod", "app": "x"}}),
                Some("labels.app"),
            ),
            (
                json!({"name": "a", "plan": {"labels": {"env": "test"}}}),
                Some("plan.labels.env"),
            ),
            (json!({"plan": {"days": [1, 3]}}), Some("plan.days")),
            (json!({"note": {"a": 1}}), Some("note")),
            (json!({"type": "cx23", "image": "i1"}), None),
            (json!({"type": "22", "image": "debian"}), None),
            (json!({"type": 22}), None),
            (json!({"type": "cx33"}), Some("type")),
            (json!({"type": 23}), Some("type")),
            (json!({"tags": ["b", "a"]}), None),
            (json!({"tags": ["b"]}), Some("tags")),
            (json!({"tags": ["b", "c"]}), Some("tags")),
            (Value::Null, Some("")),
        ] {
            assert_eq!(difference(&asked, &there).as_deref(), differs, "{asked}");
        }
    }
}
