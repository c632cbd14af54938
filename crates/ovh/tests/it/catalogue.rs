//! Operations that are called by their path, and what the catalogue knows of them.

use cloud_core::test_util::{Scripted, ScriptedTransport};
use ovh::catalogue::{self, Form};
use ovh::task::Phase;
use ovh::{Client, Endpoint, ErrorKind};
use serde_json::{Value, json};

use crate::common::{client, header, script, signing};

/// Gives these objects whatever page is asked for, and no number of them.
fn unpaged(objects: usize) -> ScriptedTransport {
    let all: Vec<Value> = (0..objects).map(|id| json!({"id": id})).collect();
    let text = json!(all).to_string();
    ScriptedTransport::from_fn(move |_| Scripted::json(200, text.clone()))
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_known_to_give_objects_is_one_request_of_any_size() {
    for objects in [0, 499, 500, 1200] {
        let transport = unpaged(objects);
        let list = client(&transport)
            .get("/cloud/project/{p}/flavor")
            .arg("p1")
            .list::<Value>();
        assert_eq!(list.all().await.unwrap().len(), objects);
        assert_eq!(transport.lines(), ["GET /1.0/cloud/project/p1/flavor"]);
        let request = &transport.seen()[0].request;
        assert_eq!(header(request, "x-pagination-mode"), None);
    }
}

/// A route that is not known may ignore the size and the number of a page, and may even begin anew.
#[tokio::test(start_paused = true)]
async fn an_unknown_list_that_knows_no_pages_ends() {
    for (objects, requests) in [(499, 1), (1200, 1), (500, 2)] {
        let transport = unpaged(objects);
        let list = || client(&transport).get("/not/in/it").list::<Value>();
        assert_eq!(list().all().await.unwrap().len(), objects);
        assert_eq!(transport.seen().len(), requests);
        let mut items = list().items();
        let mut read = 0;
        while items.next().await.unwrap().is_some() {
            read += 1;
        }
        assert_eq!(read, objects);
    }
    // Page by page, too, where each is asked for by the token of the one before.
    let transport = unpaged(500);
    let api = client(&transport);
    let first = api.get("/not/in/it").list::<Value>().page().await.unwrap();
    let next = first.next().expect("perhaps a page");
    let second = api
        .get("/not/in/it")
        .list::<Value>()
        .from_page(next)
        .page()
        .await
        .unwrap();
    assert_eq!((second.items.len(), second.next()), (0, None));
}

#[tokio::test(start_paused = true)]
async fn pages_without_a_number_of_all_are_read_to_the_last() {
    let transport = ScriptedTransport::from_fn(|request| {
        let number = header(request, "x-pagination-number").unwrap();
        let number: usize = number.parse().unwrap();
        let of_page = if number < 3 { 500 } else { 7 };
        let all: Vec<Value> = (0..of_page)
            .map(|at| json!({"id": number * 1000 + at}))
            .collect();
        Scripted::json(200, json!(all).to_string())
    });
    let all = client(&transport)
        .get("/not/in/it")
        .list::<Value>()
        .all()
        .await
        .unwrap();
    assert_eq!((all.len(), all[1006]["id"].as_u64()), (1007, Some(3006)));
    assert_eq!(transport.seen().len(), 3);
}

/// An object that no word is.
#[derive(Debug, serde::Deserialize)]
struct Region {}

/// Words, and nothing below their path.
fn words(words: Value) -> ScriptedTransport {
    ScriptedTransport::from_fn(move |request| {
        if ["regions", "regionAvailable"]
            .iter()
            .any(|end| request.uri().path().ends_with(end))
        {
            Scripted::json(200, words.to_string())
        } else {
            Scripted::json(
                404,
                r#"{"class": "Client::NotFound", "message": "no such path"}"#,
            )
        }
    })
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_known_to_give_words_gives_them_in_one_request() {
    let path = "/cloud/project/{p}/capabilities/kube/regions";
    let transport = words(json!(["GRA7", "SBG5", "BHS5"]));
    let api = client(&transport);
    let list = || api.get(path).arg("p1");
    assert_eq!(
        list().list::<String>().all().await.unwrap(),
        ["GRA7", "SBG5", "BHS5"]
    );
    assert_eq!(list().list::<Value>().all().await.unwrap()[2], "BHS5");
    assert_eq!(transport.seen().len(), 2);

    let error = list().list::<Region>().all().await.unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("this list holds values without objects; `ids()` reads them"),
        "{text}"
    );
    assert_eq!(
        list().list::<Region>().ids().await.unwrap(),
        ["GRA7", "SBG5", "BHS5"]
    );
}

#[tokio::test(start_paused = true)]
async fn words_of_an_unknown_list_are_its_items_when_no_objects_belong_to_them() {
    let transport = words(json!(["GRA7", "SBG5", 7]));
    let api = client(&transport);
    let list = api.get("/x/regionAvailable").list::<String>();
    assert_eq!(list.clone().all().await.unwrap(), ["GRA7", "SBG5", "7"]);
    let mut pages = list.pages();
    assert_eq!(
        pages.next().await.unwrap().unwrap().items,
        ["GRA7", "SBG5", "7"]
    );
    assert!(pages.next().await.unwrap().is_none());
    let values = api
        .get("/x/regionAvailable")
        .list::<Value>()
        .all()
        .await
        .unwrap();
    assert_eq!(values, [json!("GRA7"), json!("SBG5"), json!(7)]);

    let error = api
        .get("/x/regionAvailable")
        .list::<Region>()
        .all()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Page);
    assert!(
        error
            .to_string()
            .contains("none of the 3 ids of this list has an object"),
        "{error}"
    );
}

/// Every object of a list may be deleted while it is read, but a program must not take that for an empty list.
#[tokio::test(start_paused = true)]
async fn a_list_of_which_every_object_is_missing_is_no_empty_list() {
    let transport = ScriptedTransport::from_fn(|request| match request.uri().path() {
        "/1.0/me/bill" => Scripted::json(200, r#"["FR1", "FR2"]"#),
        _ => Scripted::json(404, r#"{"class": "Client::NotFound", "message": "gone"}"#),
    });
    let api = client(&transport);
    let mut items = api.get("/me/bill").list::<Value>().items();
    let text = items.next().await.unwrap_err().to_string();
    assert!(
        text.contains("none of the 2 ids of this list has an object"),
        "{text}"
    );
    assert!(items.next().await.unwrap().is_none());
    let mut pages = api.get("/me/bill").list::<Value>().pages();
    assert!(pages.next().await.is_err());
}

/// One object that always fails is told once, and the others are read.
#[tokio::test(start_paused = true)]
async fn an_object_that_cannot_be_read_is_passed_over_after_its_error() {
    let transport = ScriptedTransport::from_fn(|request| match request.uri().path() {
        "/1.0/me/bill" => Scripted::json(200, "[1, 2, 3]"),
        "/1.0/me/bill/2" => Scripted::json(400, r#"{"message": "not in this region"}"#),
        _ => Scripted::json(200, "{}"),
    });
    let api = client(&transport);
    let mut items = api.get("/me/bill").list::<Value>().items();
    assert!(items.next().await.unwrap().is_some());
    let error = items.next().await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 400);
    assert!(items.next().await.unwrap().is_some());
    assert!(items.next().await.unwrap().is_none());
    assert!(api.get("/me/bill").list::<Value>().all().await.is_err());
}

/// Each word of each family of the catalogue, through a wait: a bad one ends it at the first look with the word, a good
/// one ends it, and a passing one does not.
#[tokio::test(start_paused = true)]
async fn a_wait_knows_every_word_of_every_family() {
    let (mut seen, mut bad, mut good) = (Vec::new(), 0, 0);
    let gets = catalogue::operations()
        .iter()
        .filter(|operation| operation.method == "GET");
    for operation in gets {
        let mut states = operation.states();
        // An answer with words of two fields is tried below; one family is tried once.
        let (Some(states), None) = (states.next(), states.next()) else {
            continue;
        };
        if operation.regions.names().all(|name| name != "eu") || seen.contains(&states) {
            continue;
        }
        seen.push(states);
        let words = [
            (&states.bad, Phase::Failed),
            (&states.good, Phase::Done),
            (&states.passing, Phase::Running),
        ];
        for (word, phase) in words
            .iter()
            .flat_map(|(words, phase)| words.iter().map(|word| (*word, *phase)))
        {
            let answer = |word: &str| match states.field {
                "" => json!(word),
                field => json!({field: word, "comment": "the reason"}),
            };
            let transport = script([
                Scripted::json(200, answer(word).to_string()),
                Scripted::json(418, "{}"),
            ]);
            let path = operation.path.replace(['{', '}'], "");
            let waited = client(&transport).get(&path).wait().await;
            let looks = transport.seen().len();
            match phase {
                Phase::Failed => {
                    let error = waited.unwrap_err();
                    assert_eq!(
                        error.kind(),
                        ErrorKind::WorkFailed,
                        "{path} {word}: {error}"
                    );
                    assert!(
                        error.to_string().contains(&format!("ended as {word}")),
                        "{error}"
                    );
                    assert_eq!(looks, 1, "{path} {word}");
                    bad += 1;
                }
                Phase::Done => {
                    assert_eq!((waited.unwrap(), looks), (answer(word), 1), "{path} {word}");
                    good += 1;
                }
                _ => assert_eq!(looks, 2, "{path} {word}"),
            }
        }
    }
    assert!(
        seen.len() > 150 && bad > 200 && good > 150,
        "{} {bad} {good}",
        seen.len()
    );
}

#[cfg(all(
    feature = "cloud",
    feature = "dedicated-server",
    feature = "domain",
    feature = "ip",
    feature = "private-database",
    feature = "vps"
))]
#[test]
fn a_word_means_the_same_to_a_typed_wait_as_to_one_for_its_path() {
    fn phases<T: ovh::task::Work + serde::de::DeserializeOwned>(path: &str) {
        let states = catalogue::find("GET", path).unwrap().states().next();
        let states = states.unwrap();
        for word in states.good.iter().chain(&states.bad).chain(&states.passing) {
            let work: T = ovh::decode::from_value(&json!({states.field: word})).unwrap();
            assert_eq!(Some(work.phase()), states.phase(word), "{path} {word}");
        }
    }
    phases::<ovh::cloud::Cluster>("/cloud/project/{p}/kube/{k}");
    phases::<ovh::cloud::NodePool>("/cloud/project/{p}/kube/{k}/nodepool/{n}");
    phases::<ovh::cloud::InstanceDetail>("/cloud/project/{p}/instance/{i}");
    phases::<ovh::cloud::Operation>("/cloud/project/{p}/operation/{o}");
    phases::<ovh::cloud::Volume>("/cloud/project/{p}/volume/{v}");
    phases::<ovh::dedicated_server::ServerTask>("/dedicated/server/{s}/task/{t}");
    phases::<ovh::domain::DomainTask>("/domain/{d}/task/{t}");
    phases::<ovh::domain::ZoneTask>("/domain/zone/{z}/task/{t}");
    phases::<ovh::ip::IpTask>("/ip/{i}/task/{t}");
    phases::<ovh::private_database::PrivateDatabaseTask>("/hosting/privateDatabase/{d}/tasks/{t}");
    phases::<ovh::vps::VpsTask>("/vps/{v}/tasks/{t}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_a_word_of_a_state_ends_a_wait_at_once() {
    for answer in [
        "{}",
        "[]",
        "null",
        "7",
        r#"{"status": {"global": "ok"}}"#,
        r#"{"state": ""}"#,
    ] {
        let transport = script([Scripted::json(200, answer)]);
        let error = client(&transport).get("/x").wait().await.unwrap_err();
        assert_eq!(
            (error.kind(), transport.seen().len()),
            (ErrorKind::Decode, 1),
            "{answer}"
        );
        assert!(
            error.to_string().contains(
                "the answer has no word of a state in `status`, `state` or `resourceStatus`"
            ),
            "{error}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn words_that_disagree_are_not_done() {
    let doing = json!({"status": "ok", "state": "doing"});
    let changing = json!({"resourceStatus": "READY", "currentTasks": [{"id": "1"}]});
    for (goes_on, done) in [
        (doing, json!({"status": "ok", "state": "done"})),
        (
            changing,
            json!({"resourceStatus": "READY", "currentTasks": []}),
        ),
    ] {
        let transport = script([
            Scripted::json(200, goes_on.to_string()),
            Scripted::json(200, done.to_string()),
        ]);
        assert_eq!(client(&transport).get("/x").wait().await.unwrap(), done);
        assert_eq!(transport.seen().len(), 2);
    }
    let failed = json!({"status": "ok", "state": "error"});
    let transport = script([Scripted::json(200, failed.to_string())]);
    let error = client(&transport).get("/x").wait().await.unwrap_err();
    assert!(error.to_string().contains("ended as error"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_task_that_was_seen_and_stays_gone_ends_the_wait_with_its_last_state() {
    let answers = [
        Scripted::json(
            404,
            r#"{"class": "Client::NotFound", "message": "not yet"}"#,
        ),
        Scripted::json(
            200,
            r#"{"state": "doing", "type": "rebootVm", "progress": 40}"#,
        ),
    ];
    let answers = std::sync::Mutex::new(answers.into_iter());
    let transport = ScriptedTransport::from_fn(move |_| {
        let gone = || Scripted::json(404, r#"{"class": "Client::NotFound", "message": "gone"}"#);
        answers.lock().unwrap().next().unwrap_or_else(gone)
    });
    let api = client(&transport);
    let error = api.get("/vps/v/tasks/7").wait().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WorkFailed);
    assert!(
        error.to_string().contains("last seen: rebootVm doing 40%"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_region_that_lacks_an_operation_is_told_before_anything_is_sent() {
    let transport = script([]);
    let api = |endpoint: Endpoint| signing(&transport).endpoint(endpoint).build().unwrap();
    let error = api(Endpoint::OvhUs).get("/sms").await.unwrap_err();
    assert!(error.is_invalid_input() && transport.seen().is_empty());
    let text = "GET /sms is not served by ovh-us, but in: eu, ks-eu, sys-eu (ClientBuilder::any_region sends it all the same)";
    assert!(error.to_string().contains(text), "{error}");
    // What was described for Europe alone may be anywhere.
    for (endpoint, path) in [
        (Endpoint::OvhCa, "/v2/iam/policy"),
        (Endpoint::OvhUs, "/not/in/it"),
        (Endpoint::custom("https://proxy.example/1.0"), "/sms"),
    ] {
        let transport = script([Scripted::json(200, "1")]);
        let api = signing(&transport).endpoint(endpoint).build().unwrap();
        assert_eq!(api.get(path).await.unwrap(), 1, "{path}");
    }
    let transport = script([Scripted::json(200, "1")]);
    let api = signing(&transport)
        .endpoint(Endpoint::OvhUs)
        .any_region()
        .build()
        .unwrap();
    assert_eq!(api.get("/sms").await.unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_policy_has_the_actions_of_paths_that_no_typed_call_has() {
    let transport = ScriptedTransport::from_fn(|_| Scripted::json(200, "null"));
    let api: Client = client(&transport).record_rules();
    api.post("/dbaas/logs/{s}/input")
        .arg("ldp-1")
        .await
        .unwrap();
    api.get("/cloud/project/{p}/volume").arg("p").await.unwrap();
    api.get("/v2/location").await.unwrap();
    api.get("/not/in/it").await.unwrap();
    let policy = api.rules().as_iam_policy();
    assert_eq!(
        policy.actions(),
        [
            "ldp:apiovh:input/create",
            "publicCloudProject:apiovh:volume/get"
        ]
    );
    // An operation that asks for no action is known, and one that is not described is not.
    let unknown: Vec<_> = policy
        .unknown()
        .iter()
        .map(|rule| rule.path.as_str())
        .collect();
    assert_eq!(unknown, ["/not/in/it"]);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_by_a_path_is_explained_by_the_action_of_its_operation() {
    let body = r#"{"class": "Client::Forbidden", "message": "no"}"#;
    let transport = script([Scripted::json(403, body)]);
    let api = client(&transport);
    let error = api
        .post("/dbaas/logs/{s}/input")
        .arg("ldp-1")
        .await
        .unwrap_err();
    let why = api.diagnose(&error).await.unwrap();
    assert_eq!(why.missing_actions, ["ldp:apiovh:input/create"]);
}

#[test]
fn every_list_of_the_catalogue_has_a_form_that_ends() {
    let lists = catalogue::operations()
        .iter()
        .filter(|operation| operation.method == "GET");
    let of = |form| {
        lists
            .clone()
            .filter(|operation| operation.form == form)
            .count()
    };
    assert!(
        of(Form::Objects) > 500 && of(Form::Words) > 150,
        "{} {}",
        of(Form::Objects),
        of(Form::Words)
    );
    assert!(of(Form::Expanded) > 400 && of(Form::Cursor) > 80 && of(Form::Ids) > 300);
}
