//! What the typed operations send where a mistake would hurt, and how their waits end.

use std::net::Ipv4Addr;

use cloud_core::test_util::{Scripted, ScriptedTransport};
use ovh::cloud::{FlavorId, ImageId, InstanceStatus};
use ovh::dedicated_server::{Customizations, IpmiAccessType, Storage};
use ovh::iam::Permissions;
use ovh::{ErrorKind, Timestamp};
use serde_json::{Value, json};

use crate::common::{client, script, sent};

fn answers(answers: impl IntoIterator<Item = Value>) -> ScriptedTransport {
    script(
        answers
            .into_iter()
            .map(|answer| Scripted::json(200, answer.to_string())),
    )
}

fn task(status: &str) -> Value {
    json!({"taskId": 7, "function": "reinstallServer", "status": status, "comment": "no such disk"})
}

#[tokio::test(start_paused = true)]
async fn a_reinstallation_says_all_and_fails_with_its_reason() {
    let transport = answers([task("init"), task("doing"), task("customerError")]);
    let api = client(&transport);
    let custom = Customizations::new()
        .hostname("db-1")
        .http_header("authorization", "Basic x");
    let reinstall = api
        .dedicated_servers()
        .reinstall("ns1", "debian12_64")
        .customizations(custom);
    let started = reinstall.storage([Storage::disk_group(2)]).await.unwrap();
    let error = started.wait().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WorkFailed);
    assert_eq!(
        error.to_string(),
        "work failed: reinstallServer ended as customerError: no such disk"
    );
    assert_eq!(
        sent(&transport),
        [
            "POST /1.0/dedicated/server/ns1/reinstall {\"operatingSystem\":\"debian12_64\",\"customizations\":{\
             \"hostname\":\"db-1\",\"httpHeaders\":{\"authorization\":\"Basic x\"}},\"storage\":[{\"diskGroupId\":2}]}",
            "GET /1.0/dedicated/server/ns1/task/7",
            "GET /1.0/dedicated/server/ns1/task/7",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_way_to_the_console_is_asked_for_awaited_and_read() {
    let nothing = json!({"value": null, "expiration": null});
    let transport = answers([
        task("init"),
        task("done"),
        nothing.clone(),
        json!({"value": "<jnlp/>", "expiration": "2026-11-20T10:00:00Z"}),
    ]);
    let api = client(&transport);
    let open = |minutes| {
        let ipmi = api.dedicated_servers().ipmi("ns1");
        ipmi.open(IpmiAccessType::KvmipJnlp, minutes)
            .ip_to_allow(Ipv4Addr::new(198, 51, 100, 7))
    };
    let error = open(7).value().await.unwrap_err();
    assert!(
        error.kind() == ErrorKind::Input
            && error.to_string().contains("ttl: must be 1, 3, 5, 10 or 15"),
        "{error}"
    );
    assert!(transport.seen().is_empty());

    let access = open(5).value().await.unwrap();
    assert_eq!(access.value.expose(), "<jnlp/>");
    let path = "/1.0/dedicated/server/ns1/features/ipmi/access";
    assert_eq!(
        sent(&transport),
        [
            format!(
                "POST {path} {{\"type\":\"kvmipJnlp\",\"ttl\":5,\"ipToAllow\":\"198.51.100.7\"}}"
            ),
            "GET /1.0/dedicated/server/ns1/task/7".to_owned(),
            format!("GET {path}?type=kvmipJnlp"),
            format!("GET {path}?type=kvmipJnlp"),
        ]
    );

    // The task fails: nothing is read.
    let transport = answers([task("init"), task("ovhError")]);
    let ipmi = client(&transport);
    let error = ipmi
        .dedicated_servers()
        .ipmi("ns1")
        .open("kvmipJnlp", 1)
        .value()
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), transport.seen().len()),
        (ErrorKind::WorkFailed, 2),
        "{error}"
    );
    assert_eq!(
        error.to_string(),
        "work failed: reinstallServer ended as ovhError: no such disk; it may have been carried out all the same"
    );

    // The task ends, and there is never a way.
    let transport = ScriptedTransport::from_fn(move |request| {
        let path = request.uri().path();
        let task = request.method() == "POST" || path.ends_with("/7");
        Scripted::json(
            200,
            if task {
                task_done()
            } else {
                nothing.to_string()
            },
        )
    });
    let ipmi = client(&transport);
    let error = ipmi
        .dedicated_servers()
        .ipmi("ns1")
        .open("kvmipJnlp", 1)
        .value()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WorkFailed);
    assert_eq!(
        error.to_string(),
        "work failed: the task has ended, but there is no way to the console; it may have been carried out all the same"
    );
}

fn task_done() -> String {
    task("done").to_string()
}

#[tokio::test(start_paused = true)]
async fn a_virtual_server_is_restarted_and_waited_for() {
    let task = |state: &str| json!({"id": 9, "type": "rebootVm", "state": state, "progress": 40});
    let transport = answers([task("todo"), task("doing"), task("done")]);
    let ended = client(&transport)
        .vps()
        .reboot("vps-1.vps.ovh.net")
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(ended.id.0, 9);
    let look = "GET /1.0/vps/vps-1.vps.ovh.net/tasks/9";
    assert_eq!(
        sent(&transport),
        ["POST /1.0/vps/vps-1.vps.ovh.net/reboot", look, look]
    );
    for state in ["blocked", "cancelled", "error"] {
        let transport = answers([task("todo"), task(state)]);
        let error = client(&transport)
            .vps()
            .reboot("vps-1")
            .await
            .unwrap()
            .wait()
            .await
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("work failed: rebootVm ended as {state}")
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_block_is_one_segment_and_only_names_are_set_twice() {
    let unavailable = || Scripted::json(503, r#"{"message":"x"}"#);
    let named = Scripted::json(
        200,
        r#"{"ipReverse":"192.0.2.1","reverse":"mail.example.com."}"#,
    );
    let transport = script([unavailable(), named]);
    let api = client(&transport);
    api.ips()
        .set_reverse("192.0.2.0/28", "192.0.2.1", "mail.example.com.")
        .await
        .unwrap();
    let set = "POST /1.0/ip/192.0.2.0%2F28/reverse {\"ipReverse\":\"192.0.2.1\",\"reverse\":\"mail.example.com.\"}";
    assert_eq!(sent(&transport), [set, set]);

    let transport = script([unavailable()]);
    let api = client(&transport);
    let error = api
        .ips()
        .move_to("192.0.2.0/28", "ns1")
        .nexthop("192.0.2.9")
        .await
        .unwrap_err();
    assert!(error.may_have_happened(), "{error}");
    assert_eq!(
        sent(&transport),
        ["POST /1.0/ip/192.0.2.0%2F28/move {\"to\":\"ns1\",\"nexthop\":\"192.0.2.9\"}"]
    );
}

/// As each other call that answers with a task, a move is followed to its end.
#[tokio::test(start_paused = true)]
async fn a_moved_address_is_waited_for() {
    let task = |status: &str| {
        json!({"taskId": 4_294_967_297_i64, "function": "genericMoveFloatingIp", "status": status,
            "comment": "not routed", "destination": {"serviceName": "ns2"}})
    };
    let transport = answers([task("init"), task("doing"), task("done"), task("ovhError")]);
    let api = client(&transport);
    let moved = api.ips().move_to("192.0.2.0/28", "ns2").await.unwrap();
    assert_eq!(moved.task_id.0, 4_294_967_297);
    let ended = moved.wait().await.unwrap();
    assert_eq!(ended.destination, moved.destination);
    let error = moved.wait().await.unwrap_err();
    assert_eq!(
        (error.code(), error.message()),
        (
            Some("ovhError"),
            "genericMoveFloatingIp ended as ovhError: not routed"
        )
    );
    let look = "GET /1.0/ip/192.0.2.0%2F28/task/4294967297";
    let sent = sent(&transport);
    assert_eq!(sent[0], "POST /1.0/ip/192.0.2.0%2F28/move {\"to\":\"ns2\"}");
    assert_eq!(sent[1..], [look; 3]);
}

#[tokio::test(start_paused = true)]
async fn an_instance_is_made_once_and_waited_for() {
    let instance = |status: &str| json!({"id": "i1", "name": "web-1", "status": status});
    let transport = answers([instance("BUILD"), instance("BUILD"), instance("ACTIVE")]);
    let api = client(&transport);
    let project = api.project("p1");
    let made = project
        .instances()
        .create("web-1", "GRA11", FlavorId::from("f1"))
        .image(ImageId::from("m1"))
        .monthly_billing(false)
        .await
        .unwrap();
    let active = project.instances().wait_active(&made.id).await.unwrap();
    assert_eq!(active.status, InstanceStatus::Active);
    assert_eq!(
        sent(&transport),
        [
            "POST /1.0/cloud/project/p1/instance {\"name\":\"web-1\",\"region\":\"GRA11\",\"flavorId\":\"f1\",\
             \"imageId\":\"m1\",\"monthlyBilling\":false}",
            "GET /1.0/cloud/project/p1/instance/i1",
            "GET /1.0/cloud/project/p1/instance/i1",
        ]
    );
    for status in ["ERROR", "DELETED"] {
        let api = client(&answers([instance(status)]));
        let error = api
            .project("p1")
            .instances()
            .wait_active("i1")
            .await
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("work failed: web-1 ended as {status}")
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_nobody_knows_has_failed() {
    let operation =
        |status: &str| json!({"id": "o1", "action": "instance#create", "status": status});
    let transport = answers([operation("in-progress"), operation("completed")]);
    client(&transport)
        .project("p1")
        .wait_operation("o1")
        .await
        .unwrap();
    assert_eq!(
        sent(&transport),
        ["GET /1.0/cloud/project/p1/operation/o1"; 2]
    );
    for status in ["unknown", "in-error"] {
        let transport = answers([operation(status)]);
        let error = client(&transport)
            .project("p1")
            .wait_operation("o1")
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WorkFailed);
        assert_eq!(
            error.to_string(),
            format!("work failed: instance#create ended as {status}")
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_policy_allows_what_was_said_and_nothing_else() {
    let transport = answers([json!({"id": "p1"})]);
    let api = client(&transport);
    let what = Permissions::allow(["vps:apiovh:get"]).and_deny(["vps:apiovh:reboot"]);
    let who = ["urn:v1:eu:identity:user:ab12345-ovh/ci"];
    let create = api
        .iam()
        .policies()
        .create("ci", who, what, ["urn:v1:eu:resource:vps:*"]);
    create
        .expired_at(Timestamp::from_unix(1_800_000_000).unwrap())
        .await
        .unwrap();
    assert_eq!(
        sent(&transport),
        [
            "POST /v2/iam/policy {\"name\":\"ci\",\"identities\":[\"urn:v1:eu:identity:user:ab12345-ovh/ci\"],\
          \"permissions\":{\"allow\":[{\"action\":\"vps:apiovh:get\"}],\"deny\":[{\"action\":\"vps:apiovh:reboot\"}],\
          \"except\":[]},\"resources\":[{\"urn\":\"urn:v1:eu:resource:vps:*\"}],\"expiredAt\":\"2027-01-15T08:00:00Z\"}"
        ]
    );
}

/// The way is open, or on its way to be, when a later step fails.
#[tokio::test(start_paused = true)]
async fn a_way_to_a_console_that_cannot_be_read_says_that_it_was_asked_for() {
    let task = |status: &str| {
        let body = json!({"taskId": 7, "function": "requestAccessIPMI", "status": status});
        Scripted::json(200, body.to_string())
    };
    let refused = || Scripted::json(403, r#"{"class":"Client::Forbidden","message":"no"}"#);
    for (answers, may_have_happened) in [
        (vec![refused()], false),
        (vec![task("init"), refused()], true),
        (vec![task("init"), task("ovhError")], true),
        (vec![task("init"), task("done"), refused()], true),
    ] {
        let transport = script(answers);
        let ipmi = client(&transport);
        let ipmi = ipmi.dedicated_servers().ipmi("ns1");
        let error = ipmi.open(IpmiAccessType::KvmipJnlp, 5).value().await;
        assert_eq!(error.unwrap_err().may_have_happened(), may_have_happened);
        let posts = transport.lines();
        assert_eq!(
            posts.iter().filter(|line| line.starts_with("POST")).count(),
            1
        );
    }
}
