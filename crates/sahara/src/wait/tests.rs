use std::sync::Arc;

use cloud_core::provider::{BaseUrl, ClientOptions, Engine, Origin, Setting};
use cloud_core::retry::StandardRetry;
use cloud_core::secrets::Secrets;
use cloud_core::test_util::{PausedClock, Scripted, ScriptedTransport};
use tokio::time::Instant;

use super::*;
use crate::client::{Find, Found};
use crate::dialect::OpenStackDialect;
use crate::explain::Explanation;
use crate::node_group_templates::NodeGroupTemplate;
use crate::version::Version;

const SECOND: Duration = Duration::from_secs(1);

fn client(wire: &ScriptedTransport) -> Client {
    client_looking_every(5 * SECOND, wire)
}

fn client_looking_every(pause: Duration, wire: &ScriptedTransport) -> Client {
    let mut options = ClientOptions::default();
    options.transport(Arc::new(wire.clone()));
    options.clock(PausedClock::new());
    options.retry(StandardRetry::new().max_attempts(1));
    let secrets = Secrets::default();
    let engine = options
        .engine("x/1", Arc::new(OpenStackDialect::new(secrets)), None, false)
        .unwrap();
    let base = |version: &str| {
        BaseUrl::parse(
            &Setting::new(format!("https://s.test/{version}"), Origin::Builder("x")),
            false,
        )
        .unwrap()
    };
    let client = Client::new(
        Arc::new(Nobody),
        engine,
        Version::V1_1,
        pause,
        Explanation::default(),
    );
    client.keep(Found {
        version: Version::V1_1,
        bases: [base("v1.1"), base("v2")],
        project: "p".into(),
        explanation: Explanation::default(),
    });
    client
}

/// Finds nothing: the address is known.
#[derive(Debug)]
struct Nobody;

#[async_trait]
impl Find for Nobody {
    async fn find(&self, _: &Engine, _: Option<Version>) -> Result<Found> {
        Err(Error::new(ErrorKind::Config, "asked for what is known"))
    }
}

fn named(name: &str) -> Scripted {
    Scripted::json(
        200,
        format!(r#"{{"node_group_template":{{"id":"t","name":"{name}"}}}}"#),
    )
}

fn gone() -> Scripted {
    Scripted::json(
        404,
        r#"{"error_code":404,"error_name":"NOT_FOUND","error_message":"gone"}"#,
    )
}

fn wait_gone(wire: &ScriptedTransport) -> Waiter<()> {
    let client = client(wire);
    let call = client.node_group_templates().get("t");
    until_gone(&client, call, |shown: &NodeGroupTemplate| {
        Ok(Progress::new(0, "delete", shown.name.as_str()))
    })
}

#[tokio::test(start_paused = true)]
async fn the_race_of_a_deletion_is_waited_out() {
    let text = Scripted::json(200, r#""<Response 91 bytes [404 NOT FOUND]>""#);
    let wire = ScriptedTransport::new([named("a"), text, Scripted::json(500, ""), gone()]);
    let begun = Instant::now();
    let mut waiter = wait_gone(&wire);
    let progress = waiter.progress().await.unwrap().unwrap();
    assert_eq!(
        (progress.what.as_str(), progress.state.as_str()),
        ("delete", "a")
    );
    waiter.await.unwrap();
    // 5, 7.5, 11.25 and 16.9 s, each up to a fifth shorter.
    assert!(
        (32..=41).contains(&begun.elapsed().as_secs()),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(wire.seen().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn answers_that_make_no_sense_are_not_waited_out_for_ever() {
    let wire = ScriptedTransport::from_fn(|_| {
        Scripted::json(200, r#""<Response 91 bytes [404 NOT FOUND]>""#)
    });
    let error = wait_gone(&wire).await.unwrap_err();
    assert_eq!((error.kind(), wire.seen().len()), (ErrorKind::Decode, 4));
}

#[tokio::test(start_paused = true)]
async fn what_never_goes_ends_with_the_deadline() {
    let wire = ScriptedTransport::from_fn(|_| named("a"));
    let begun = Instant::now();
    let error = wait_gone(&wire).await.unwrap_err();
    assert_eq!(
        (error.kind(), begun.elapsed().as_secs()),
        (ErrorKind::WaitTimeout, 3600)
    );
    assert!(error.to_string().contains("last seen: delete a"), "{error}");
    // Pauses grow to half a minute and no further.
    assert!(
        (119..=160).contains(&wire.seen().len()),
        "{}",
        wire.seen().len()
    );
}

#[tokio::test(start_paused = true)]
async fn pauses_without_end_are_cut_short_by_the_deadline() {
    let wire = ScriptedTransport::new([named("a"), gone()]);
    let client = client_looking_every(Duration::MAX, &wire);
    let gone = || {
        let call = client.node_group_templates().get("t");
        until_gone(&client, call, |shown: &NodeGroupTemplate| {
            Ok(Progress::new(0, "delete", shown.name.as_str()))
        })
    };
    let begun = Instant::now();
    assert!(gone().timeout(60 * SECOND).await.unwrap_err().is_timeout());
    assert_eq!((begun.elapsed().as_secs(), wire.seen().len()), (60, 0));
    gone().timeout(Duration::MAX).await.unwrap();
    assert_eq!(wire.seen().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_judge_decides_and_remembers() {
    let wire = ScriptedTransport::new([named("a"), named("b"), named("a"), named("c")]);
    let client = client(&wire);
    let mut looks = 0;
    let waiter = watch(
        &client,
        client.node_group_templates().get("t"),
        move |shown| {
            let name = shown.map(|template| template.name).unwrap_or_default();
            looks += 1;
            Ok(if name == "c" {
                Step::Done(looks)
            } else {
                Step::Pending(Progress::new(0, "", name))
            })
        },
    );
    assert_eq!(waiter.await.unwrap(), 4);
    let wire = ScriptedTransport::new([gone()]);
    let client = self::client(&wire);
    let waiter: Waiter<()> =
        watch(
            &client,
            client.node_group_templates().get("t"),
            |shown| match shown {
                Some(_) => Ok(Step::Done(())),
                None => Err(failed("the template is gone", " ")),
            },
        );
    let error = waiter.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WorkFailed);
    assert!(
        error
            .to_string()
            .contains("the template is gone; the service gives no reason"),
        "{error}"
    );
}
