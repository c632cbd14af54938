//! The product crates of OVHcloud: what their operations send, and what they make of the answers.

use std::collections::BTreeMap;
use std::sync::Arc;

use cloud_core::test_util::{PausedClock, Scripted, ScriptedTransport};
use ovh::Client;
use ovh::operation::Parts;
use ovh_vps::types;
use serde_json::json;

fn client(answers: impl IntoIterator<Item = Scripted>) -> (ScriptedTransport, Client) {
    let transport = ScriptedTransport::new(answers);
    let builder = Client::builder().transport(Arc::new(transport.clone()));
    let builder = builder.clock(PausedClock::new()).access_token("t");
    (transport, builder.build().unwrap())
}

fn sent(transport: &ScriptedTransport) -> Vec<String> {
    let line = |seen: &cloud_core::test_util::Seen| {
        let body = String::from_utf8_lossy(seen.request.body()).into_owned();
        format!("{} {body}", seen.line()).trim_end().to_owned()
    };
    transport.seen().iter().map(line).collect()
}

#[tokio::test(start_paused = true)]
async fn an_operation_sends_what_was_set_and_nothing_else() {
    let (transport, api) = client((0..4).map(|_| Scripted::json(200, "null")));
    api.send(ovh_vps::UpdateVps::new("vps/1").display_name("web"))
        .await
        .unwrap();
    api.send(ovh_vps::UpdateVps::new("v").netboot_mode(types::VpsNetboot::from("rescue")))
        .await
        .unwrap();
    api.send(ovh_vps::DeleteSnapshot::new("v"))
        .options(|o| o.idempotent(true))
        .await
        .unwrap_err();
    let none = api.send(ovh_vps::GetVps::new("v")).await.unwrap_err();
    assert_eq!(none.kind(), ovh::ErrorKind::Decode);
    assert_eq!(
        sent(&transport),
        [
            r#"PUT /1.0/vps/vps%2F1 {"displayName":"web"}"#,
            r#"PUT /1.0/vps/v {"netbootMode":"rescue"}"#,
            "DELETE /1.0/vps/v/snapshot",
            "GET /1.0/vps/v",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn answers_are_read_tolerantly_and_new_words_are_kept() {
    let answer = json!({"name": "v", "state": "hibernating", "vcore": "2", "memoryLimit": 2048.0, "displayName": null, "zone": null, "new": 1});
    let (_, api) = client([Scripted::json(200, answer.to_string())]);
    let vps = api.send(ovh_vps::GetVps::new("v")).await.unwrap();
    assert_eq!(
        (vps.vcore, vps.memory_limit, vps.display_name),
        (2, 2048, None)
    );
    assert_eq!(vps.state, types::VpsState::Other("hibernating".to_owned()));
    assert_eq!(vps.zone, "");
}

#[tokio::test(start_paused = true)]
async fn a_list_is_read_in_the_form_of_its_operation() {
    let task = json!({"id": 7, "type": "rebootVm", "state": "done", "progress": 100});
    let (transport, api) = client([
        Scripted::json(200, "[7]"),
        Scripted::json(200, task.to_string()),
        Scripted::json(200, r#"["fr", "de"]"#),
    ]);
    let list = api.list(ovh_vps::ListTasks::new("v").state(types::TaskState::Done));
    let tasks: Vec<ovh::vps::VpsTask> = list.all().await.unwrap();
    assert_eq!(tasks[0].id, ovh::vps::VpsTaskId(7));
    let countries = api
        .list(ovh_vps::ListIpCountryAvailable::new("v"))
        .all()
        .await
        .unwrap();
    assert_eq!(countries[1].to_string(), "de");
    assert_eq!(
        transport.lines(),
        [
            "GET /1.0/vps/v/tasks?state=done",
            "GET /1.0/vps/v/tasks/7",
            "GET /1.0/vps/v/ipCountryAvailable",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn an_operation_is_waited_for_by_the_task_of_its_answer() {
    let task = |state: &str| {
        Scripted::json(
            200,
            json!({"id": 7, "type": "rebootVm", "state": state}).to_string(),
        )
    };
    let (transport, api) = client([task("todo"), task("doing"), task("done")]);
    let task = api.send(ovh_vps::RebootVps::new("v")).wait().await.unwrap();
    assert_eq!(task["state"], "done");
    assert_eq!(
        transport.lines(),
        [
            "POST /1.0/vps/v/reboot",
            "GET /1.0/vps/v/tasks/7",
            "GET /1.0/vps/v/tasks/7"
        ]
    );
}

/// An operation by hand, as the documentation of the trait shows it.
struct Search(Parts);

impl ovh::Operation for Search {
    type Answer = Vec<String>;
    const METHOD: http::Method = http::Method::POST;
    const PATH: &'static str = "/search/{kind}";

    fn into_parts(self) -> Parts {
        self.0
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_is_sent_item_by_item_and_what_is_set_again_replaces_what_was_set() {
    let (transport, api) = client([Scripted::json(200, "[]")]);
    let parts = Parts::new()
        .arg("a/b")
        .query("state", ["old"])
        .query("state", ["done", "todo"]);
    let parts = parts
        .query("tags", json!({"a": 1}))
        .body("size", 1)
        .body("size", 2)
        .body("name", "x");
    api.send(Search(parts)).await.unwrap();
    let lines = [
        r#"POST /1.0/search/a%2Fb?state=done&state=todo&tags=%7B%22a%22%3A1%7D {"name":"x","size":2}"#,
    ];
    assert_eq!(sent(&transport), lines);
}

#[tokio::test(start_paused = true)]
async fn a_value_that_is_no_json_is_refused_by_its_name_before_anything_is_sent() {
    let (transport, api) = client([]);
    let no_json = BTreeMap::from([((1, 2), "a")]);
    let error = api
        .send(Search(Parts::new().arg("a").body("sizes", no_json)))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ovh::ErrorKind::Input);
    assert!(
        error.to_string().contains("sizes: key must be a string"),
        "{error}"
    );
    assert!(transport.seen().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_operation_prints_no_value() {
    let update = ovh_vps::UpdateVps::new("v").display_name("xyzzy");
    assert_eq!(
        format!("{update:?}"),
        r#"UpdateVps(Parts { args: 1, query: [], body: ["displayName"] })"#
    );
}

#[tokio::test(start_paused = true)]
async fn a_type_that_is_there_by_hand_is_the_same_one() {
    let record = json!({"id": 5, "fieldType": "A", "subDomain": "www", "target": "192.0.2.1"});
    let (_, api) = client([Scripted::json(200, record.to_string())]);
    let record: ovh::domain::Record = api
        .send(ovh_domain::GetZoneRecord::new("example.com", 5))
        .await
        .unwrap();
    assert_eq!(record.field_type, ovh::domain::RrType::A);
}
