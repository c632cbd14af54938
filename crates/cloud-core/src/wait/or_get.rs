use std::future::Future;

use serde_json::Value;

use super::Accepted;
use crate::call::Task;
use crate::engine::Engine;
use crate::error::Result;

/// Sends a creation, and where its name is taken, or its answer was lost, looks for what is there. `look` gives that if it
/// is what was asked for, see [`describes`], and `None` leaves the creation's own error.
pub fn or_get<A, L>(
    creation: impl Future<Output = Result<A>> + Send + 'static,
    look: impl FnOnce() -> L + Send + 'static,
) -> Task<A>
where
    A: Send + 'static,
    L: Future<Output = Result<Option<A>>> + Send + 'static,
{
    Task::new(async move {
        let error = match creation.await {
            Err(error) if error.may_have_happened() || error.is_conflict() => error,
            done => return done,
        };
        match look().await {
            Ok(Some(there)) => Ok(there),
            Ok(None) => Err(error),
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
    L: Future<Output = Result<Option<A>>> + Send + 'static,
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

/// Whether a resource is as a request asks for it, both as JSON. What the request leaves out is the service's to choose, and
/// what it names by id or name may be there whole. The order of a list is free, its length is not.
pub fn describes(asked: &Value, there: &Value) -> bool {
    match (asked, there) {
        (Value::Object(asked), Value::Object(there)) => asked
            .iter()
            .all(|(key, asked)| describes(asked, there.get(key).unwrap_or(&Value::Null))),
        (Value::String(named), Value::Object(there)) => ["id", "name"].iter().any(|key| {
            let shown = there.get(*key);
            shown.is_some_and(|shown| match shown {
                Value::Number(id) => id.to_string() == *named,
                shown => shown == asked,
            })
        }),
        (Value::Number(_), Value::Object(there)) => there.get("id") == Some(asked),
        (Value::Array(asked), Value::Array(there)) => {
            let is_there = |asked| there.iter().any(|there| describes(asked, there));
            asked.len() == there.len() && asked.iter().all(is_there)
        }
        _ => asked == there,
    }
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
    async fn created(answer: Scripted, found: Result<Option<u8>>) -> (Result<u8>, bool, usize) {
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
            let (end, looked, sent) = created(answer, Ok(Some(2))).await;
            assert_eq!((end.unwrap(), looked, sent), (2, true, 1));
        }
        let (end, looked, _) = created(Scripted::json(201, "1"), Ok(Some(2))).await;
        assert_eq!((end.unwrap(), looked), (1, false));
        let (end, looked, _) = created(Scripted::json(422, "{}"), Ok(Some(2))).await;
        assert!(end.unwrap_err().is_invalid_input() && !looked);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_not_found_leaves_the_error_of_the_creation() {
        let lost = || Scripted::Failure(TransportErrorKind::Interrupted);
        let (end, ..) = created(Scripted::json(409, "{}"), Ok(None)).await;
        assert!(end.unwrap_err().is_conflict());
        let (end, ..) = created(lost(), Ok(None)).await;
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

    #[test]
    fn what_is_there_is_compared_with_all_that_was_asked_for() {
        let there = json!({
            "name": "a", "note": null, "size": 10, "labels": {"env": "prod", "team": "web"},
            "type": {"id": 22, "name": "cx23"}, "image": {"id": "i1", "name": "debian"}, "tags": ["a", "b"],
        });
        for (asked, same) in [
            (json!({}), true),
            (json!({"name": "a", "size": 10}), true),
            (json!({"name": "b"}), false),
            (json!({"size": 11}), false),
            (json!({"note": null, "of_next_year": null}), true),
            (json!({"of_next_year": 1}), false),
            (json!({"labels": {"env": "prod"}}), true),
            (json!({"labels": {"env": "test"}}), false),
            (json!({"type": "cx23", "image": "i1"}), true),
            (json!({"type": "22", "image": "debian"}), true),
            (json!({"type": 22}), true),
            (json!({"type": "cx33"}), false),
            (json!({"type": 23}), false),
            (json!({"tags": ["b", "a"]}), true),
            (json!({"tags": ["b"]}), false),
            (json!({"tags": ["b", "c"]}), false),
            (Value::Null, false),
        ] {
            assert_eq!(describes(&asked, &there), same, "{asked}");
        }
    }
}
