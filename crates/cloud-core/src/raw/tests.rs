use super::*;
use crate::list::Whole;
use crate::test_util::{Scripted, ScriptedTransport, engine_for};
use crate::wait::{Poll, Progress, Step};

/// A service that lists by bare arrays, and whose work is over when its answer says so.
#[derive(Debug)]
struct Arrays;

impl RawStyle for Arrays {
    fn list(&self, call: Call<Value>) -> List<Value> {
        let decode = Decode::array(|_| crate::model::PageInfo::default());
        List::new(call.decoded_by(decode), &Whole, None)
    }

    fn wait(&self, call: Call<Value>) -> Waiter<Value> {
        let engine = call.engine().clone();
        let interval = crate::time::Interval::growing(std::time::Duration::from_secs(1), 1);
        let watch = Poll::new(engine.clock(), interval, move || {
            let look = call.clone().send();
            async move {
                let seen = look.await?;
                Ok(match seen["done"].as_bool() {
                    Some(true) => Step::Done(seen),
                    _ => Step::Pending(Progress::new(0, "work", "running")),
                })
            }
        });
        Waiter::new(&engine, watch)
    }
}

fn request(method: Method, path: &str, answers: &[&str]) -> (Request, ScriptedTransport) {
    let answers = answers.iter().map(|body| Scripted::json(200, *body));
    let wire = ScriptedTransport::new(answers.collect::<Vec<_>>());
    let (engine, base) = engine_for(wire.clone());
    let request = Request::new(&engine, &base, method, path, Arc::new(Arrays));
    (request, wire)
}

#[tokio::test(start_paused = true)]
async fn any_method_and_path_can_be_sent() {
    let (patch, wire) = request(Method::PATCH, "/new/{id}/part?deep=1", &[r#"{"a":1}"#]);
    let answer = patch
        .arg("a/b")
        .query("x", "y z")
        .header("x-beta", "1")
        .json(&serde_json::json!({"size": 3}))
        .await
        .unwrap();
    assert_eq!(answer, serde_json::json!({"a": 1}));
    let seen = wire.seen().remove(0).request;
    assert_eq!(*seen.method(), Method::PATCH);
    assert!(
        seen.uri()
            .to_string()
            .ends_with("/new/a%2Fb/part?deep=1&x=y%20z"),
        "{}",
        seen.uri()
    );
    assert_eq!(seen.headers()["x-beta"], "1");
    assert_eq!(&seen.body()[..], br#"{"size":3}"#);
}

#[tokio::test(start_paused = true)]
async fn what_is_no_path_is_refused_unsent() {
    for (path, problem) in [
        (
            "https://elsewhere.example/a",
            "path: must begin with one `/`",
        ),
        ("//elsewhere.example/a", "path: must begin with one `/`"),
        ("a", "path: must begin with one `/`"),
        ("", "path: must begin with one `/`"),
        ("/a#b", "path: must not hold a `#`"),
    ] {
        let (get, wire) = request(Method::GET, path, &[]);
        let error = get.await.unwrap_err();
        assert_eq!(error.message(), problem, "{path}");
        assert!(wire.seen().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_gives_items_of_a_type_of_the_caller() {
    #[derive(Debug, serde::Deserialize)]
    struct Sized {
        #[allow(dead_code, reason = "never read well")]
        size: u32,
    }

    let (get, _) = request(Method::GET, "/names", &[r#"["a", 7, null]"#]);
    let names: Vec<String> = get.list().all().await.unwrap();
    assert_eq!(names, ["a", "7", ""]);

    let (get, _) = request(
        Method::GET,
        "/sizes",
        &[r#"[{"size": 1}, {"size": "big"}]"#],
    );
    let error = get.list::<Sized>().all().await.unwrap_err();
    assert_eq!(error.json_path(), Some("[1].size"));
}

#[tokio::test(start_paused = true)]
async fn a_list_of_a_change_is_refused_unsent() {
    let (post, wire) = request(Method::POST, "/names", &["[]"]);
    let error = post.list::<String>().all().await.unwrap_err();
    assert_eq!(
        error.message(),
        "method: `list` may send its request more than once, so it takes a GET only; await the POST itself"
    );
    assert!(wire.seen().is_empty());
}

#[tokio::test(start_paused = true)]
async fn work_is_waited_for_in_the_manner_of_the_service() {
    let (get, wire) = request(
        Method::GET,
        "/work",
        &[r#"{"done":false}"#, r#"{"done":true}"#],
    );
    assert_eq!(get.wait().await.unwrap()["done"], true);
    assert_eq!(wire.seen().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn fields_can_be_added_to_a_body() {
    let (post, wire) = request(Method::POST, "/a", &["{}"]);
    let sending = post.json(&serde_json::json!({"name": "n", "properties": {"size": 1}}));
    sending
        .options(|options| {
            options
                .body_field("beta", true)
                .body_field("name", "other")
                .body_field("properties.mode", "fast")
                .body_field("made.on.the.way", 1)
        })
        .await
        .unwrap();
    let sent: Value = serde_json::from_slice(wire.seen()[0].request.body()).unwrap();
    let wanted = serde_json::json!({
        "name": "other", "properties": {"size": 1, "mode": "fast"}, "beta": true,
        "made": {"on": {"the": {"way": 1}}},
    });
    assert_eq!(sent, wanted);
}

#[tokio::test(start_paused = true)]
async fn a_call_without_body_gets_one_of_the_added_fields() {
    let (post, wire) = request(Method::POST, "/a", &["{}"]);
    post.options(|options| options.body_field("beta", 1))
        .await
        .unwrap();
    let seen = wire.seen().remove(0).request;
    assert_eq!(&seen.body()[..], br#"{"beta":1}"#);
    assert_eq!(seen.headers()["content-type"], "application/json");
}

#[tokio::test(start_paused = true)]
async fn fields_of_what_is_no_object_are_refused_unsent() {
    let field = |options: CallOptions| options.body_field("name.of", 1);
    for (body, problem) in [
        (
            serde_json::json!([1]),
            "name.of: can be added to a body that is a JSON object only",
        ),
        (
            serde_json::json!({"name": "n"}),
            "name.of: stands within something that is no object",
        ),
    ] {
        let (post, wire) = request(Method::POST, "/a", &["{}"]);
        let error = post.json(&body).options(field).await.unwrap_err();
        assert_eq!(error.message(), problem);
        assert!(wire.seen().is_empty());
    }
}
