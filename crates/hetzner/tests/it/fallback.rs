//! A server is created where there is room, a lock is waited for, and the catalogue is read once.

use std::time::Duration;

use cloud_core::test_util::PausedClock;
use cloud_sandbox::{Fault, Sandbox};
use hetzner::servers::NoRoom;
use hetzner::{Candidate, Client, ErrorKind};
use serde_json::Value;

const CREATE: &str = "POST /v1/servers";
const TYPES: &str = "GET /v1/server_types";

fn client(sandbox: &Sandbox) -> Client {
    Client::builder()
        .token("t")
        .transport(sandbox.hetzner())
        .clock(PausedClock::new())
        .build()
        .unwrap()
}

fn refusal(status: u16, code: &str) -> Fault {
    Fault::Error {
        status,
        code: code.into(),
        message: "not now".into(),
    }
}

/// The types and locations asked for.
fn asked(sandbox: &Sandbox) -> Vec<(String, String)> {
    let entries = sandbox.journal().entries();
    let bodies = entries
        .iter()
        .filter(|entry| entry.method == "POST" && entry.path == "/v1/servers");
    let text = |body: &Value, key: &str| body[key].as_str().unwrap().to_owned();
    let bodies = bodies.map(|entry| serde_json::from_slice::<Value>(&entry.body).unwrap());
    bodies
        .map(|body| (text(&body, "server_type"), text(&body, "location")))
        .collect()
}

fn pair(server_type: &str, location: &str) -> (String, String) {
    (server_type.to_owned(), location.to_owned())
}

#[tokio::test(start_paused = true)]
async fn the_next_candidate_is_tried_when_there_is_no_room() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    sandbox
        .faults()
        .next_matching(CREATE, refusal(412, "resource_unavailable"));
    sandbox
        .faults()
        .next_matching(CREATE, refusal(422, "placement_error"));
    let candidates = [
        Candidate::new("cx23", "fsn1"),
        Candidate::new("cx23", "nbg1"),
        Candidate::new("cpx22", "hel1"),
    ];
    let create = api
        .servers()
        .create("web-1", "cx33", "debian-13")
        .location("ash")
        .labels([("env", "prod")]);
    let created = create.clone().with_fallback(candidates).await.unwrap();
    assert_eq!(
        asked(&sandbox),
        [
            pair("cx23", "fsn1"),
            pair("cx23", "nbg1"),
            pair("cpx22", "hel1")
        ]
    );
    assert_eq!(
        (
            created.resource.server_type.name.as_str(),
            created.resource.location.name.as_str()
        ),
        ("cpx22", "hel1")
    );
    assert_eq!(created.resource.labels.get("env"), Some("prod"));
    assert!(created.wait().await.unwrap().is_running());
    assert_eq!(sandbox.journal().count(TYPES), 1);

    // The name is taken: no other candidate would change that.
    let before = sandbox.journal().count(CREATE);
    let error = create
        .with_fallback([("cx23", "fsn1"), ("cx23", "nbg1")])
        .await
        .unwrap_err();
    assert_eq!(
        (error.code(), sandbox.journal().count(CREATE)),
        (Some("uniqueness_error"), before + 1)
    );
    assert_eq!(sandbox.journal().count(TYPES), 1, "the catalogue is kept");
}

#[tokio::test(start_paused = true)]
async fn what_is_out_of_stock_is_not_asked_for() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let create = api.servers().create("web-1", "cx53", "debian-13");
    create
        .clone()
        .with_fallback([("cx53", "hel1"), ("cx63", "fsn1"), ("cx53", "nbg1")])
        .await
        .unwrap();
    assert_eq!(asked(&sandbox), [pair("cx53", "nbg1")]);

    let error = create
        .clone()
        .with_fallback([("cx63", "fsn1"), ("cx53", "hel1")])
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::Api, Some("resource_unavailable"))
    );
    assert_eq!(sandbox.journal().count(CREATE), 1);
    assert!(
        error
            .api::<NoRoom>()
            .unwrap()
            .tried
            .iter()
            .all(|tried| tried.error.is_none())
    );

    // Without the catalogue every candidate is asked for.
    let other = client(&sandbox);
    sandbox
        .faults()
        .next_matching(TYPES, refusal(403, "forbidden"));
    let error = other
        .servers()
        .create("web-2", "cx23", "debian-13")
        .with_fallback([("cx63", "fsn1")])
        .await
        .unwrap_err();
    assert_eq!(
        (error.code(), sandbox.journal().count(CREATE)),
        (Some("resource_unavailable"), 2)
    );
}

#[tokio::test(start_paused = true)]
async fn the_error_names_all_that_was_tried() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    sandbox.faults().times(2, Fault::NeverSent);
    sandbox
        .faults()
        .next_matching(CREATE, refusal(412, "resource_unavailable"));
    sandbox
        .faults()
        .next_matching(CREATE, refusal(422, "placement_error"));
    let candidates = [("cx23", "fsn1"), ("cx63", "nbg1"), ("cax11", "hel1")];
    let error = api
        .servers()
        .create("web-1", "cx23", "debian-13")
        .with_fallback(candidates)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "placement_error: no room for the server web-1: cx23 in fsn1: resource_unavailable: not now; \
         cx63 in nbg1: out of stock by the catalogue; cax11 in hel1: placement_error: not now"
    );
    assert_eq!(error.code(), Some("placement_error"));
    assert!(!error.may_have_happened());
    let tried = &error.api::<NoRoom>().unwrap().tried;
    let codes: Vec<_> = tried
        .iter()
        .map(|tried| tried.error.as_ref().and_then(|error| error.code()))
        .collect();
    assert_eq!(
        codes,
        [Some("resource_unavailable"), None, Some("placement_error")]
    );
    assert_eq!(tried[2].candidate, Candidate::from(("cax11", "hel1")));
    // What the message tells, no source tells again.
    assert!(std::error::Error::source(&error).is_none());
    let cause = error.cause().unwrap();
    assert_eq!(cause.status().map(|status| status.as_u16()), Some(422));
}

#[tokio::test(start_paused = true)]
async fn a_pair_that_is_not_sold_leads_to_the_next_candidate() {
    let said = |code: &str, message: &str| Fault::Error {
        status: 422,
        code: code.into(),
        message: message.into(),
    };
    for refusal in [
        said("invalid_input", "unsupported location for server type"),
        said("invalid_input", "server_type is gone"),
        said("invalid_server_type", "no such type"),
        said("no_space_left_in_location", "full"),
    ] {
        let sandbox = Sandbox::new();
        let api = client(&sandbox);
        sandbox.faults().next_matching(CREATE, refusal.clone());
        let create = api.servers().create("web-1", "cx23", "debian-13");
        let created = create
            .with_fallback([("cx23", "nbg1"), ("cx23", "fsn1")])
            .await
            .unwrap();
        assert_eq!(created.resource.location.name, "fsn1", "{refusal:?}");
        assert_eq!(
            asked(&sandbox),
            [pair("cx23", "nbg1"), pair("cx23", "fsn1")]
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_catalogue_does_not_offer_there_is_not_asked_for() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let create = api.servers().create("web-1", "cax11", "debian-13");
    let pairs = [("cax11", "ash"), ("cax11", "fsn1")];
    let created = create.clone().with_fallback(pairs).await.unwrap();
    assert_eq!(created.resource.location.name, "fsn1");
    assert_eq!(asked(&sandbox), [pair("cax11", "fsn1")]);

    let error = create.with_fallback([("cax11", "ash")]).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "resource_unavailable: no room for the server web-1: cax11 in ash: not sold there by the catalogue"
    );
    assert!(error.api::<NoRoom>().unwrap().tried[0].error.is_none());
}

#[tokio::test(start_paused = true)]
async fn the_words_of_the_service_about_a_pair_stay_readable() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    // Without the catalogue the service is asked, and says what is wrong with each pair.
    sandbox
        .faults()
        .next_matching(TYPES, refusal(403, "forbidden"));
    let error = api
        .servers()
        .create("web-1", "cax11", "debian-13")
        .with_fallback([("cax11", "ash"), ("cx32x", "fsn1"), ("cx23", "fns1")])
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("invalid_input"));
    let text = error.to_string();
    for part in [
        "cax11 in ash: invalid_input: ",
        "(server_type: is not offered in the location); cx32x in fsn1: invalid_input: ",
        "(server_type: is not a known server type); cx23 in fns1: invalid_input: ",
        "(location: ",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let tried = &error.api::<NoRoom>().unwrap().tried;
    assert!(tried.iter().all(|tried| tried.error.is_some()));
    assert!(error.cause().unwrap().api::<hetzner::ApiError>().is_some());
}

#[tokio::test(start_paused = true)]
async fn nothing_is_tried_after_a_failure_that_may_have_happened_or_is_of_another_kind() {
    for fault in [
        Fault::ResetAfterHandling,
        Fault::HangAfterHandling,
        Fault::StatusAfterHandling(504),
        Fault::Truncate,
        refusal(422, "invalid_input"),
        refusal(403, "resource_limit_exceeded"),
        refusal(423, "locked"),
        refusal(500, "resource_unavailable"),
    ] {
        let sandbox = Sandbox::new();
        let api = client(&sandbox);
        sandbox.faults().next_matching(CREATE, fault.clone());
        let create = api.servers().create("web-1", "cx23", "debian-13");
        let error = create
            .with_fallback([("cx23", "fsn1"), ("cx23", "nbg1")])
            .await
            .unwrap_err();
        assert_eq!(
            asked(&sandbox),
            [pair("cx23", "fsn1")],
            "{fault:?}: {error}"
        );
        assert!(error.api::<NoRoom>().is_none());
    }
    // The other candidates would be refused for the image as well.
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let create = api.servers().create("web-1", "cx23", "debian-0");
    let error = create
        .with_fallback([("cx23", "fsn1"), ("cx23", "nbg1")])
        .await
        .unwrap_err();
    assert_eq!(error.fields()[0].name, "image", "{error}");
    assert_eq!(asked(&sandbox), [pair("cx23", "fsn1")]);
    let api = client(&Sandbox::new());
    let none: [Candidate; 0] = [];
    let error = api
        .servers()
        .create("a", "cx23", "debian-13")
        .with_fallback(none)
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.fields()[0].name.as_str()),
        (ErrorKind::Input, "candidates")
    );
}

#[tokio::test(start_paused = true)]
async fn a_lock_is_waited_for_when_asked() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let id = api
        .servers()
        .create("web-1", "cx23", "debian-13")
        .location("fsn1")
        .await
        .unwrap()
        .wait()
        .await
        .unwrap()
        .id;
    let mut volumes = Vec::new();
    for name in ["data", "logs"] {
        let create = api.volumes().create(name, 10).location("fsn1");
        volumes.push(create.await.unwrap().wait().await.unwrap().id);
    }
    let limit = Duration::from_secs(60);
    let first = api.volumes().attach(volumes[0], id).await.unwrap();
    let second = api.volumes().attach(volumes[1], id).await.unwrap_err();
    assert_eq!(
        (second.status().map(|status| status.as_u16()), second.code()),
        (Some(423), Some("locked"))
    );
    let second = api
        .volumes()
        .attach(volumes[1], id)
        .options(|o| o.wait_while_locked(limit))
        .await
        .unwrap();
    first.wait().await.unwrap();
    second.wait().await.unwrap();
    assert_eq!(api.servers().get(id).await.unwrap().volumes, volumes);

    let path = format!("POST /v1/servers/{id}/actions/poweron");
    sandbox.faults().times(2, refusal(423, "resource_locked"));
    api.servers()
        .power_on(id)
        .options(|o| o.wait_while_locked(limit))
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(sandbox.journal().count(&path), 3);
    // Protection does not pass by itself.
    api.servers()
        .change_protection(id)
        .delete(true)
        .rebuild(true)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    let error = api
        .servers()
        .delete(id)
        .options(|o| o.wait_while_locked(limit))
        .await
        .unwrap_err();
    assert_eq!((error.code(), error.attempts()), (Some("protected"), 1));
}

#[tokio::test(start_paused = true)]
async fn the_catalogue_is_read_once_in_a_while() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    sandbox.faults().next(Fault::Status(403));
    assert!(api.catalogue().server_types().await.is_err());
    let clone = api.clone();
    let (a, b) = tokio::join!(async { api.catalogue().server_types().await }, async {
        clone.catalogue().server_types().await
    });
    assert_eq!(
        (
            a.unwrap().len(),
            b.unwrap().len(),
            sandbox.journal().count(TYPES)
        ),
        (23, 23, 2)
    );
    tokio::time::sleep(Duration::from_secs(59)).await;
    api.catalogue().server_types().await.unwrap();
    assert_eq!(
        sandbox.journal().count(TYPES),
        2,
        "a failure is not kept, a list is"
    );
    tokio::time::sleep(Duration::from_secs(1)).await;
    api.catalogue().server_types().await.unwrap();
    assert_eq!(sandbox.journal().count(TYPES), 3);

    let builder = Client::builder()
        .token("t")
        .transport(sandbox.hetzner())
        .clock(PausedClock::new());
    let fresh = builder.catalogue_ttl(Duration::ZERO).build().unwrap();
    for _ in 0..2 {
        assert_eq!(fresh.catalogue().locations().await.unwrap().len(), 6);
    }
    assert_eq!(sandbox.journal().count("GET /v1/locations"), 2);
}
