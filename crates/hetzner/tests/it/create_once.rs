//! A server is created once, whatever happens on the way.

use cloud_core::test_util::PausedClock;
use cloud_sandbox::{Fault, Sandbox};
use hetzner::Client;

const CREATE: &str = "POST /v1/servers";

fn client(sandbox: &Sandbox) -> Client {
    Client::builder()
        .token("t")
        .transport(sandbox.hetzner())
        .clock(PausedClock::new())
        .build()
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn what_may_have_happened_is_not_repeated() {
    for (fault, created) in [
        (Fault::ResetBeforeHandling, 0),
        (Fault::ResetAfterHandling, 1),
        (Fault::HangBeforeHandling, 0),
        (Fault::HangAfterHandling, 1),
        (Fault::Truncate, 1),
        (Fault::MalformedJson, 1),
        (Fault::Status(500), 0),
        (Fault::StatusAfterHandling(504), 1),
        (Fault::HtmlBody(502), 0),
    ] {
        let sandbox = Sandbox::new();
        let api = client(&sandbox);
        sandbox.faults().next(fault.clone());
        let error = api
            .servers()
            .create("db", "cx23", "debian-13")
            .await
            .unwrap_err();
        assert!(error.may_have_happened(), "{fault:?}: {error}");
        assert_eq!(sandbox.journal().count(CREATE), 1, "{fault:?}");
        assert_eq!(
            api.servers().list().all().await.unwrap().len(),
            created,
            "{fault:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_certainly_did_not_happen_is_repeated() {
    let conflict = Fault::Error {
        status: 409,
        code: "conflict".into(),
        message: "changed meanwhile".into(),
    };
    for fault in [
        Fault::NeverSent,
        Fault::RateLimited { retry_after: None },
        conflict,
    ] {
        let sandbox = Sandbox::new();
        let api = client(&sandbox);
        sandbox.faults().times(3, fault.clone());
        let created = api
            .servers()
            .create("db", "cx23", "debian-13")
            .await
            .unwrap();
        assert_eq!(created.resource.name, "db", "{fault:?}");
        assert_eq!(sandbox.journal().count_handled(CREATE), 1, "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn or_get_finds_the_server_whose_answer_was_lost() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    sandbox.faults().next(Fault::ResetAfterHandling);
    let db = api
        .servers()
        .create("db", "cx23", "debian-13")
        .labels([("app", "x")])
        .or_get()
        .await
        .unwrap();
    assert!(!db.was_created() && db.root_password.is_none());
    assert_eq!(sandbox.journal().count(CREATE), 1);
    assert!(
        db.actions().count() > 0,
        "its creation still goes on and can be waited for"
    );
    assert!(db.wait().await.unwrap().is_running());

    let again = api
        .servers()
        .create("db", "cx23", "debian-13")
        .or_get()
        .await
        .unwrap();
    assert!(!again.was_created() && again.resource.id == db.resource.id);
    let new = api
        .servers()
        .create("other", "cx23", "debian-13")
        .or_get()
        .await
        .unwrap();
    assert!(new.was_created() && new.root_password.is_some());
}

#[tokio::test(start_paused = true)]
async fn or_get_does_not_take_what_belongs_to_others() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    api.servers()
        .create("db", "cx23", "debian-13")
        .labels([("app", "x")])
        .await
        .unwrap();
    for create in [
        api.servers().create("db", "cx33", "debian-13"),
        api.servers()
            .create("db", "cx23", "debian-13")
            .labels([("app", "y")]),
        api.servers()
            .create("db", "cx23", "debian-13")
            .labels([("team", "x")]),
    ] {
        assert!(create.or_get().await.unwrap_err().is_conflict());
    }
}

#[tokio::test(start_paused = true)]
async fn or_get_tells_when_nothing_was_created() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    sandbox.faults().next(Fault::ResetBeforeHandling);
    let error = api
        .servers()
        .create("db", "cx23", "debian-13")
        .or_get()
        .await
        .unwrap_err();
    assert!(error.may_have_happened());
    assert!(api.servers().find("db").await.unwrap().is_none());
    sandbox.faults().next(Fault::Error {
        status: 412,
        code: "resource_unavailable".into(),
        message: "none left".into(),
    });
    let error = api
        .servers()
        .create("db", "cx23", "debian-13")
        .or_get()
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("resource_unavailable"));
}

/// Looking for the server may fail in its turn; that the creation was asked for is not forgotten over it.
#[tokio::test(start_paused = true)]
async fn or_get_that_cannot_look_leaves_the_question_open() {
    for (create, may_have_happened) in [
        (Fault::ResetAfterHandling, true),
        (
            Fault::Error {
                status: 409,
                code: "uniqueness_error".into(),
                message: "name is used".into(),
            },
            false,
        ),
    ] {
        for path in ["GET /v1/servers", "GET /v1/servers/{id}/actions"] {
            let sandbox = Sandbox::new();
            let api = client(&sandbox);
            if !may_have_happened {
                api.servers()
                    .create("db", "cx23", "debian-13")
                    .await
                    .unwrap();
            }
            sandbox.faults().next_matching(CREATE, create.clone());
            let forbidden = Fault::Error {
                status: 403,
                code: "forbidden".into(),
                message: "not you".into(),
            };
            sandbox.faults().next_matching(path, forbidden);
            let created = api.servers().create("db", "cx23", "debian-13").or_get();
            let Err(error) = created.await else {
                panic!("{path} is not asked for")
            };
            assert_eq!(error.code(), Some("forbidden"));
            assert_eq!(error.may_have_happened(), may_have_happened, "{error}");
        }
    }
}
