//! Machines of the OVHcloud service and their addresses: dedicated servers, virtual ones, blocks of addresses.

use std::time::Duration;

use crate::common::SECOND;
use crate::common::ovh::Ovh;
use cloud_sandbox::{Fault, Sandbox};
use serde_json::{Value, json};

const BAD: &str = "Client::BadRequest";
const GONE: &str = "Client::NotFound";
const CONFLICT: &str = "Client::Conflict";
const SERVER: &str = "/dedicated/server/ns1000001.ip-192-0-2.eu";
const VPS: &str = "/vps/vps-5a4d6b07.vps.ovh.net";
const BLOCK: &str = "/ip/192.0.2.0%2F28";

fn failing(code: &str) -> Fault {
    Fault::ActionFailed {
        code: code.to_owned(),
        message: "the disk is broken".to_owned(),
    }
}

#[tokio::test]
async fn servers_are_listed_and_changed() {
    let api = Ovh::new();
    let names = api.ok("/dedicated/server").await;
    assert_eq!(names.as_array().unwrap().len(), 3);
    let tagged = api.ok(
        "/dedicated/server?iamTags=%7B%22env%22%3A%5B%7B%22operator%22%3A%22EQ%22%2C%22value%22%3A%22prod%22%7D%5D%7D",
    );
    assert_eq!(tagged.await, json!(["ns1000001.ip-192-0-2.eu"]));
    let sorted = api
        .expanded(
            "/dedicated/server",
            &[("x-pagination-filter", "datacenter:eq=sbg1")],
        )
        .await;
    assert_eq!(sorted.ok(200).as_array().unwrap().len(), 2);

    let mut server = api.ok(SERVER).await;
    assert_eq!(
        server["iam"]["urn"],
        "urn:v1:eu:resource:dedicatedServer:ns1000001.ip-192-0-2.eu"
    );
    server["monitoring"] = json!(false);
    server["rescueMail"] = json!("ada@example.com");
    api.put(SERVER, server.clone()).await.ok(200);
    assert_eq!(api.ok(SERVER).await, server);
    api.put(SERVER, json!({"bootId": 7}))
        .await
        .refused(404, GONE, None, "(id = 7)");
    api.put(SERVER, json!({"state": "fine"}))
        .await
        .refused(400, BAD, None, "StateEnum");
    api.get("/dedicated/server/none")
        .await
        .refused(404, GONE, None, "This service does not exist");

    let infos = api.ok(&format!("{SERVER}/serviceInfos")).await;
    assert_eq!(
        (&infos["status"], &infos["renew"]["automatic"]),
        (&json!("ok"), &json!(true))
    );
    assert!(
        infos["creation"].as_str() < infos["expiration"].as_str()
            && infos["creation"].as_str().unwrap().len() == 10
    );
    assert_eq!(
        api.ok(&format!("{SERVER}/boot?bootType=rescue")).await,
        json!([1122])
    );
    assert_eq!(
        api.ok(&format!("{SERVER}/boot/1122")).await["bootType"],
        "rescue"
    );
    api.get(&format!("{SERVER}/boot?bootType=floppy"))
        .await
        .refused(400, BAD, None, "BootTypeEnum");
    let interfaces = format!("{SERVER}/virtualNetworkInterface");
    assert_eq!(api.ok(&interfaces).await.as_array().unwrap().len(), 2);
    let private = api
        .expanded(
            &format!("{interfaces}?mode=vrack&enabled=true&vrack=pn-100001"),
            &[],
        )
        .await;
    assert_eq!(
        (
            private.ok(200).as_array().unwrap().len(),
            &private.json[0]["name"]
        ),
        (1, &json!("vrack-1"))
    );
    assert_eq!(
        api.ok(&format!("{interfaces}?enabled=false")).await,
        json!([])
    );
}

#[tokio::test]
async fn a_burst_is_switched_unless_it_is_locked() {
    let api = Ovh::new();
    let burst = format!("{SERVER}/burst");
    assert_eq!(
        api.ok(&burst).await,
        json!({"capacity": {"unit": "Mbps", "value": 1000}, "status": "inactive"})
    );
    api.put(&burst, json!({"status": "active"})).await.ok(200);
    assert_eq!(api.ok(&burst).await["status"], "active");
    api.put(&burst, json!({"status": "faster"}))
        .await
        .refused(400, BAD, None, "BurstStatusEnum");
    api.put(&burst, json!({"status": "inactiveLocked"}))
        .await
        .refused(400, BAD, None, "locked");
    let locked = "/dedicated/server/ns1000003.ip-192-0-2.eu/burst";
    api.put(locked, json!({"status": "active"}))
        .await
        .refused(400, BAD, None, "locked");
}

#[tokio::test]
async fn a_task_goes_through_its_states() {
    let api = Ovh::of(Sandbox::builder().action_duration(SECOND * 20).build());
    let task = api
        .post(&format!("{SERVER}/reboot"), Value::Null)
        .await
        .ok(200)
        .clone();
    assert_eq!(
        (&task["function"], &task["status"], &task["doneDate"]),
        (&json!("hardReboot"), &json!("init"), &Value::Null)
    );
    let path = format!("{SERVER}/task/{}", task["taskId"]);
    let mut seen = Vec::new();
    for _ in 0..=20 {
        let status = api.ok(&path).await["status"].as_str().unwrap().to_owned();
        if seen.last() != Some(&status) {
            seen.push(status);
        }
        api.sandbox.clock().advance(SECOND * 5);
    }
    assert_eq!(seen, ["init", "todo", "doing", "done"]);
    let ended = api.ok(&path).await;
    assert!(ended["doneDate"].as_str() > ended["startDate"].as_str());

    api.sandbox.faults().next(failing("customerError"));
    let failed = api
        .post(
            &format!("{SERVER}/reinstall"),
            json!({"operatingSystem": "ubuntu2404-server_64"}),
        )
        .await;
    assert_eq!(
        failed.ok(200).as_object().unwrap().len(),
        6,
        "a shorter form of the task"
    );
    api.sandbox.clock().advance(SECOND * 400);
    let failed = api
        .ok(&format!("{SERVER}/task/{}", failed.json["taskId"]))
        .await;
    assert_eq!(
        (&failed["status"], &failed["comment"]),
        (&json!("customerError"), &json!("the disk is broken"))
    );
    assert_eq!(
        api.ok(SERVER).await["os"],
        "debian12_64",
        "a failed task has no effect"
    );

    let tasks = format!("{SERVER}/task");
    assert_eq!(
        api.ok(&tasks).await,
        json!([task["taskId"], failed["taskId"]])
    );
    assert_eq!(
        api.ok(&format!("{tasks}?status=done")).await,
        json!([task["taskId"]])
    );
    assert_eq!(
        api.ok(&format!("{tasks}?function=reinstallServer")).await,
        json!([failed["taskId"]])
    );
    assert_eq!(
        api.ok("/dedicated/server/ns1000002.ip-192-0-2.eu/task")
            .await,
        json!([])
    );
    let elsewhere = api
        .get(&format!(
            "/dedicated/server/ns1000002.ip-192-0-2.eu/task/{}",
            task["taskId"]
        ))
        .await;
    elsewhere.refused(404, GONE, None, "does not exist");
    api.get(&format!("{tasks}?status=lost"))
        .await
        .refused(400, BAD, None, "TaskStatusEnum");
}

#[tokio::test]
async fn servers_boot_and_are_reinstalled() {
    let api = Ovh::new();
    api.put(SERVER, json!({"bootId": 1123})).await.ok(200);
    api.post(&format!("{SERVER}/reboot"), Value::Null)
        .await
        .ok(200);
    assert_eq!(api.ok(SERVER).await["powerState"], "poweron");
    api.settle();
    assert_eq!(
        api.ok(SERVER).await["powerState"],
        "poweroff",
        "it booted what turns it off"
    );
    api.post(&format!("{SERVER}/reinstall"), json!({}))
        .await
        .refused(400, BAD, None, "'operatingSystem'");
    let body = json!({"operatingSystem": "rocky9_64", "customizations": {"hostname": "web"}, "storage": []});
    api.post(&format!("{SERVER}/reinstall"), body).await.ok(200);
    api.settle();
    let server = api.ok(SERVER).await;
    assert_eq!(
        (&server["os"], &server["bootId"], &server["powerState"]),
        (&json!("rocky9_64"), &json!(1), &json!("poweron"))
    );
}

#[tokio::test]
async fn a_console_is_open_for_some_minutes() {
    let api = Ovh::new();
    let ipmi = format!("{SERVER}/features/ipmi");
    assert_eq!(api.ok(&ipmi).await["supportedFeatures"]["kvmipJnlp"], true);
    let access = format!("{ipmi}/access");
    let html = format!("{access}?type=kvmipHtml5URL");
    assert_eq!(
        api.ok(&html).await,
        json!({"value": null, "expiration": null})
    );
    let body = json!({"type": "kvmipHtml5URL", "ttl": 3, "ipToAllow": "198.51.100.7"});
    let task = api.post(&access, body).await.ok(200).clone();
    assert_eq!(task["function"], "requestAccessIPMI");
    assert_eq!(
        api.ok(&html).await["value"],
        Value::Null,
        "not before the task is done"
    );
    api.sandbox.clock().advance(SECOND * 2);
    let open = api.ok(&html).await;
    assert!(
        open["value"].as_str().unwrap().starts_with("https://") && open["expiration"].is_string()
    );
    assert_eq!(
        api.ok(&format!("{access}?type=serialOverLanURL")).await["value"],
        Value::Null
    );
    api.sandbox.clock().advance(Duration::from_secs(180));
    assert_eq!(api.ok(&html).await["value"], Value::Null);
    for (body, problem) in [
        (
            json!({"type": "kvmipHtml5URL", "ttl": 2}),
            "[ttl] Given data (2) does not belong to the CacheTTLEnum",
        ),
        (json!({"type": "serialOverLanSshKey", "ttl": 1}), "SSH key"),
        (
            json!({"type": "kvmipJnlp", "ttl": 1, "ipToAllow": "home"}),
            "[ipToAllow]",
        ),
    ] {
        api.post(&access, body)
            .await
            .refused(400, BAD, None, problem);
    }
    api.get(&access).await.refused(400, BAD, None, "[type]");
}

#[tokio::test]
async fn a_virtual_server_does_one_thing_at_a_time() {
    let api = Ovh::new();
    assert_eq!(api.ok("/vps").await.as_array().unwrap().len(), 2);
    let state = async || api.ok(VPS).await["state"].as_str().unwrap().to_owned();
    api.put(
        VPS,
        json!({"displayName": "web", "keymap": "fr", "slaMonitoring": null}),
    )
    .await
    .ok(200);
    assert_eq!(api.ok(VPS).await["displayName"], "web");
    api.put(VPS, json!({"netbootMode": "floppy"}))
        .await
        .refused(400, BAD, None, "VpsNetbootEnum");

    let task = api
        .post(&format!("{VPS}/reboot"), Value::Null)
        .await
        .ok(200)
        .clone();
    assert_eq!(
        (&task["type"], &task["state"], &task["progress"]),
        (&json!("rebootVm"), &json!("todo"), &json!(0))
    );
    assert_eq!(state().await, "rebooting");
    api.post(&format!("{VPS}/reboot"), Value::Null)
        .await
        .refused(409, CONFLICT, None, "rebooting");
    let path = format!("{VPS}/tasks/{}", task["id"]);
    api.sandbox.clock().advance(Duration::from_millis(1500));
    let half = api.ok(&path).await;
    assert_eq!(
        (&half["state"], &half["progress"]),
        (&json!("doing"), &json!(50))
    );
    api.sandbox.clock().advance(SECOND * 2);
    assert_eq!(
        (
            api.ok(&path).await["state"].as_str(),
            state().await.as_str()
        ),
        (Some("done"), "running")
    );

    api.sandbox.faults().next(failing("blocked"));
    let body =
        json!({"imageId": "45b2f222-ab10-44ed-863f-720942762b6f", "doNotSendPassword": true});
    let failed = api
        .post(&format!("{VPS}/rebuild"), body)
        .await
        .ok(200)
        .clone();
    assert_eq!(state().await, "installing");
    api.settle();
    let failed = api.ok(&format!("{VPS}/tasks/{}", failed["id"])).await;
    assert_eq!(
        (&failed["state"], state().await.as_str()),
        (&json!("blocked"), "running")
    );
    api.post(&format!("{VPS}/rebuild"), json!({}))
        .await
        .refused(400, BAD, None, "'imageId'");
    api.post(&format!("{VPS}/reboot"), json!({})).await.refused(
        400,
        BAD,
        None,
        "none was expected",
    );
}

#[tokio::test]
async fn a_virtual_server_is_stopped_and_started() {
    let api = Ovh::new();
    let state = async || api.ok(VPS).await["state"].as_str().unwrap().to_owned();
    let post = async |what: &str| api.post(&format!("{VPS}/{what}"), Value::Null).await;
    post("start")
        .await
        .refused(409, CONFLICT, None, "This server is running, not stopped");
    let task = post("stop").await.ok(200).clone();
    assert_eq!(
        (&task["type"], state().await.as_str()),
        (&json!("stopVm"), "stopping")
    );
    post("start").await.refused(
        409,
        CONFLICT,
        None,
        "A task of this server is under way, and it is stopping: please retry later",
    );
    api.settle();
    assert_eq!(state().await, "stopped");
    post("reboot")
        .await
        .refused(409, CONFLICT, None, "This server is stopped, not running");
    api.sandbox.faults().next(failing("error"));
    let failed = post("start").await.ok(200).clone();
    assert_eq!(failed["type"], "startVm");
    post("start").await.refused(
        409,
        CONFLICT,
        None,
        "A task of this server is under way, and it is stopped: please retry later",
    );
    api.settle();
    assert_eq!(state().await, "stopped");
    post("start").await.ok(200);
    api.settle();
    assert_eq!(state().await, "running");
}

#[tokio::test]
async fn blocks_are_named_and_moved() {
    let api = Ovh::new();
    let count = async |query: &str| {
        api.ok(&format!("/ip{query}"))
            .await
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(count("").await, 6);
    assert_eq!(count("?type=vps").await, 2);
    assert_eq!(count("?isAdditionalIp=true").await, 1);
    assert_eq!(count("?ip=192.0.2.0%2F28").await, 1);
    assert_eq!(count("?version=6").await, 0);
    assert_eq!(
        count("?routedTo.serviceName=ns1000001.ip-192-0-2.eu").await,
        2
    );
    api.get("/ip?type=magic")
        .await
        .refused(400, BAD, None, "IpTypeEnum");
    assert_eq!(api.ok(BLOCK).await["ip"], "192.0.2.0/28");
    api.get("/ip/192.0.2.0/28")
        .await
        .refused(404, GONE, None, "URL");

    let reverse = format!("{BLOCK}/reverse");
    let made = api
        .post(
            &reverse,
            json!({"ipReverse": "192.0.2.7", "reverse": "web.example.com"}),
        )
        .await;
    assert_eq!(
        made.ok(200),
        &json!({"ipReverse": "192.0.2.7", "reverse": "web.example.com."})
    );
    assert_eq!(api.ok(&reverse).await, json!(["192.0.2.7"]));
    assert_eq!(
        api.expanded(&reverse, &[]).await.ok(200)[0]["reverse"],
        "web.example.com."
    );
    for (body, problem) in [
        (
            json!({"ipReverse": "192.0.2.16", "reverse": "web.example.com"}),
            "not in the block 192.0.2.0/28",
        ),
        (
            json!({"ipReverse": "web", "reverse": "web.example.com"}),
            "[ipReverse] Given data (web) is not valid for type ip",
        ),
        (
            json!({"ipReverse": "192.0.2.7", "reverse": "no name"}),
            "[reverse]",
        ),
    ] {
        api.post(&reverse, body)
            .await
            .refused(400, BAD, None, problem);
    }
    api.delete(&format!("{reverse}/192.0.2.7")).await.ok(200);
    api.delete(&format!("{reverse}/192.0.2.7"))
        .await
        .refused(404, GONE, None, "192.0.2.7");

    let task = api
        .post(
            &format!("{BLOCK}/move"),
            json!({"to": "vps-5a4d6b07.vps.ovh.net"}),
        )
        .await
        .ok(200)
        .clone();
    assert_eq!(
        task["destination"],
        json!({"serviceName": "vps-5a4d6b07.vps.ovh.net"})
    );
    assert_eq!(
        api.ok(BLOCK).await["routedTo"]["serviceName"],
        "ns1000001.ip-192-0-2.eu"
    );
    let (tasks, id) = (format!("{BLOCK}/task"), &task["taskId"]);
    let of_it = |query: &str| format!("{tasks}?function=genericMoveFloatingIp&status={query}");
    assert_eq!(api.ok(&of_it("init")).await, json!([id]));
    assert_eq!(api.ok(&of_it("done")).await, json!([]));
    api.get(&format!("/vps/vps-5a4d6b07.vps.ovh.net/tasks/{id}"))
        .await
        .refused(404, GONE, None, "");
    api.settle();
    assert_eq!(
        api.ok(BLOCK).await["routedTo"]["serviceName"],
        "vps-5a4d6b07.vps.ovh.net"
    );
    let ended = api.ok(&format!("{tasks}/{id}")).await;
    assert_eq!(
        (&ended["status"], &ended["destination"]),
        (&json!("done"), &task["destination"])
    );
    assert_eq!(api.ok(&of_it("done")).await, json!([id]));
    api.get(&format!("{tasks}?status=ready"))
        .await
        .refused(400, BAD, None, "TaskStatusEnum");
    api.post(&format!("{BLOCK}/move"), json!({"to": "the moon"}))
        .await
        .refused(400, BAD, None, "the moon");
    let own = api
        .post(
            "/ip/192.0.2.101/move",
            json!({"to": "vps-5a4d6b07.vps.ovh.net"}),
        )
        .await;
    own.refused(400, BAD, None, "additional");
}

#[tokio::test]
async fn a_database_server_lets_addresses_and_blocks_of_version_four_in() {
    let api = Ovh::new();
    let whitelist = "/hosting/privateDatabase/ab12345-001/whitelist";
    let before = api.ok(whitelist).await;
    let allow = async |ip: &str| {
        let rule = json!({"ip": ip, "service": true, "sftp": false});
        api.post(whitelist, rule).await
    };
    for ip in ["198.51.100.0/24", "198.51.100.7", "0.0.0.0/0"] {
        allow(ip).await.ok(200);
        api.settle();
        assert_eq!(api.ok(&format!("{whitelist}?ip={ip}")).await, json!([ip]));
    }
    for ip in [
        "198.51.100.0/33",
        "2001:db8::/56",
        "anywhere",
        "198.51.100.0/",
    ] {
        let problem = format!("[ip] Given data ({ip}) is not valid for type ipv4Block");
        allow(ip).await.refused(400, BAD, None, &problem);
    }
    let all = api.ok(whitelist).await;
    let count = |list: &Value| list.as_array().unwrap().len();
    assert_eq!(count(&all), count(&before) + 3);
}
