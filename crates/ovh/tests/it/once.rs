//! A request that may change something is sent once, whatever convenience it is given to.

use std::time::Duration;

use cloud_core::test_util::{PausedClock, Scripted, ScriptedTransport};
use cloud_sandbox::ovh::{APPLICATION_KEY, APPLICATION_SECRET, CONSUMER_KEY};
use cloud_sandbox::{Entry, Sandbox};
use http::Method;
use ovh::{BatchItem, Client, ErrorKind};
use serde_json::{Value, json};

use crate::common::{client, script};

const NO_TASK: &str = "answer not understood: the request was answered, but the answer (`body()` of this error) names no \
    task that `wait` could look at; do not send it again, but look by a GET, such as \
    `api.get(\"/vps/{name}/tasks/{id}\").arg(name).arg(id).wait()`, and the next time await the request without `wait`";

fn in_sandbox(sandbox: &Sandbox) -> Client {
    Client::builder()
        .transport(sandbox.ovh())
        .clock(PausedClock::new())
        .pace(None)
        .application(APPLICATION_KEY, APPLICATION_SECRET)
        .consumer_key(CONSUMER_KEY)
        .build()
        .unwrap()
}

/// Lets the sandbox's time go on while a client waits in its own.
fn ticking(sandbox: &Sandbox) -> tokio::task::JoinHandle<()> {
    let clock = sandbox.clock().clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            clock.advance(Duration::from_secs(1));
        }
    })
}

fn answer(body: &Value) -> Scripted {
    Scripted::json(200, body.to_string())
}

/// By such a line 269 instances were made.
#[tokio::test(start_paused = true)]
async fn an_answer_without_a_task_ends_the_wait_after_one_request() {
    for body in [
        json!({"id": "b1e6", "name": "web", "status": "BUILD", "flavorId": "f"}),
        // A volume has an id, a type and a status too, and a task would say what it does.
        json!({"id": "b1e6", "type": "classic", "status": "creating"}),
        json!(null),
        json!([]),
        json!({}),
        json!("done"),
    ] {
        let transport = ScriptedTransport::from_fn(move |_| answer(&body));
        let api = client(&transport);
        let post = api
            .post("/cloud/project/{p}/instance")
            .arg("p1")
            .json(&json!({"name": "web"}));
        let error = post.wait().await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "POST /cloud/project/p1/instance failed: 200 OK: {NO_TASK}; it may have been carried out all the same (0.0 s)"
            )
        );
        assert!(error.may_have_happened() && error.body().is_some());
        assert_eq!(
            transport.lines(),
            ["POST /1.0/cloud/project/p1/instance"],
            "{error}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn no_method_is_repeated_by_a_wait() {
    let custom = Method::from_bytes(b"get").unwrap();
    for method in [
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        custom,
    ] {
        let transport = ScriptedTransport::from_fn(|_| answer(&json!({"status": "doing"})));
        let call = client(&transport).request(method.clone(), "/vps/v1/x");
        let mut wait = call.wait();
        for _ in 0..3 {
            // Asking again gives the same error again, and sends nothing.
            let error = wait.progress().await.unwrap_err();
            assert!(error.may_have_happened(), "{error}");
        }
        assert_eq!(transport.lines(), [format!("{method} /1.0/vps/v1/x")]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_looks_away_meanwhile_does_not_have_it_sent_again() {
    let transport = ScriptedTransport::from_fn(|request| {
        let state = json!({"id": 7, "type": "rebootVm", "state": "done", "progress": 100});
        match *request.method() {
            Method::POST => answer(&state).after(Duration::from_secs(20)),
            _ => answer(&state),
        }
    });
    let mut wait = client(&transport).post("/vps/v1/reboot").wait();
    for _ in 0..10 {
        let second = Duration::from_secs(1);
        let given_up = tokio::time::timeout(second, wait.progress()).await;
        assert!(given_up.is_err());
    }
    assert_eq!(wait.await.unwrap()["state"], "done");
    assert_eq!(
        transport.lines(),
        ["POST /1.0/vps/v1/reboot", "GET /1.0/vps/v1/tasks/7"]
    );
}

/// The families of v1, by what the catalogue says that they answer and where it says that they are read.
#[tokio::test(start_paused = true)]
async fn the_task_of_an_answer_is_looked_at_where_it_is_documented() {
    let cases = [
        (
            "/vps/{name}/reboot",
            &["v1"][..],
            json!({"id": 7, "type": "rebootVm", "state": "todo", "progress": 0}),
            "/vps/v1/tasks/7",
        ),
        (
            "/domain/zone/{zone}/import",
            &["example.com"],
            json!({"id": 8, "function": "DnsZoneImport", "status": "todo"}),
            "/domain/zone/example.com/task/8",
        ),
        (
            "/domain/{name}/changeOwner",
            &["example.com"],
            json!({"id": 8, "function": "DomainTrade", "status": "todo"}),
            "/domain/example.com/task/8",
        ),
        (
            "/dedicated/server/{name}/reboot",
            &["ns1"],
            json!({"taskId": 9, "function": "hardReboot", "status": "init", "comment": null}),
            "/dedicated/server/ns1/task/9",
        ),
        (
            "/ip/{ip}/move",
            &["192.0.2.0/28"],
            json!({"taskId": 10, "function": "genericMoveFloatingIp", "status": "init"}),
            "/ip/192.0.2.0%2F28/task/10",
        ),
        (
            "/cloud/project/{project}/region/{region}/instance",
            &["p1", "GRA11"],
            json!({"id": "b1e6", "action": "instance#create", "status": "created", "startedAt": null}),
            "/cloud/project/p1/operation/b1e6",
        ),
        (
            "/hosting/web/{name}/cdn/domain/{domain}/purge?x=1",
            &["w", "d"],
            json!({"id": 11, "function": "cdn/purge", "status": "created"}),
            "/hosting/web/w/cdn/operation/11",
        ),
        (
            "/hosting/web/w/database",
            &[],
            json!({"id": 12, "function": "database/create", "status": "todo"}),
            "/hosting/web/w/tasks/12",
        ),
        (
            "/dbaas/logs/{name}/output/graylog/stream",
            &["ldp"],
            json!({"operationId": "5a4d", "state": "PENDING", "streamId": null}),
            "/dbaas/logs/ldp/operation/5a4d",
        ),
        (
            "/{what}/zone/{zone}/import",
            &["domain", "a b"],
            json!({"id": "8", "function": "DnsZoneImport", "status": "todo"}),
            "/domain/zone/a%20b/task/8",
        ),
        (
            "/dedicated/server/{name}/virtualMac",
            &["ns1"],
            json!([{"taskId": 9, "function": "addVirtualMac", "status": "init"}]),
            "/dedicated/server/ns1/task/9",
        ),
    ];
    for (path, args, task, looked_at) in cases {
        let transport = ScriptedTransport::from_fn(move |request| match *request.method() {
            Method::GET => answer(&json!({"status": "done"})),
            _ => answer(&task),
        });
        let api = client(&transport);
        let call = args.iter().fold(api.post(path), ovh::RawCall::arg);
        assert_eq!(call.wait().await.unwrap(), json!({"status": "done"}));
        let lines = transport.lines();
        assert_eq!(
            (lines.len(), lines[1].as_str()),
            (2, format!("GET /1.0{looked_at}").as_str())
        );
    }
}

#[tokio::test(start_paused = true)]
async fn tasks_of_v2_are_looked_at_by_their_links() {
    let (one, other) = ("18704d69-7fd0", "30017036-ddb2");
    let link = |task: &str| format!("/v2/publicCloud/project/p1/rancher/r1/task/{task}");
    let resource =
        |tasks: Value| json!({"id": "r1", "resourceStatus": "UPDATING", "currentTasks": tasks});
    let task = |id: &str, link: String| json!({"id": id, "link": link, "type": "RANCHER_UPDATE", "status": "PENDING"});
    let rancher = "/v2/publicCloud/project/p1/rancher/r1";
    for (answered, looked_at) in [
        (resource(json!([task(one, link(one))])), vec![link(one)]),
        (
            resource(json!([task(one, link(one)), task(other, link(other))])),
            vec![link(one), link(other)],
        ),
        // The link of the resource, below which its tasks are.
        (
            resource(json!([task(one, rancher.to_owned())])),
            vec![link(one)],
        ),
        // The credential goes nowhere else.
        (
            resource(json!([task(
                one,
                format!("https://evil.example{}", link(one))
            )])),
            vec![link(one)],
        ),
        (task(one, link(one)), vec![link(one)]),
    ] {
        let transport = ScriptedTransport::from_fn(move |request| match *request.method() {
            Method::GET => {
                answer(&json!({"status": "DONE", "id": request.uri().path().rsplit('/').next()}))
            }
            _ => answer(&answered),
        });
        let api = client(&transport).record_rules();
        let put = api
            .put("/v2/publicCloud/project/{project}/rancher/{rancher}")
            .arg("p1")
            .arg("r1");
        let ended = put.json(&json!({})).wait().await.unwrap();
        assert_eq!(
            Some(ended["id"].as_str().unwrap()),
            looked_at.last().unwrap().rsplit('/').next()
        );
        let seen = transport.seen();
        assert!(
            seen.iter()
                .all(|seen| seen.request.uri().host() == Some("eu.api.ovh.com"))
        );
        let wanted: Vec<String> = looked_at.iter().map(|path| format!("GET {path}")).collect();
        assert_eq!(transport.lines()[1..], wanted);
        let rules = api.rules().as_access_rules();
        assert!(
            rules
                .iter()
                .any(|rule| rule.path == "/v2/publicCloud/project/*/rancher/*/task/*"),
            "{rules:?}"
        );
    }
    for answered in [
        resource(json!([])),
        resource(json!(null)),
        resource(json!([{"id": one}])),
        resource(json!([task(one, "/1.0/me".into())])),
        resource(json!([
            task(one, link(one)),
            task(other, "/v2/a/{b}".into())
        ])),
        json!({"id": "r1", "resourceStatus": "READY"}),
    ] {
        let transport = ScriptedTransport::from_fn(move |_| answer(&answered));
        let error = client(&transport).put("/v2/x").wait().await.unwrap_err();
        assert!(error.may_have_happened(), "{error}");
        assert_eq!(transport.lines(), ["PUT /v2/x"]);
    }
}

#[tokio::test(start_paused = true)]
async fn what_fails_after_the_request_says_that_it_was_sent() {
    let task = || answer(&json!({"id": 7, "type": "rebootVm", "state": "todo"}));
    let failed = answer(&json!({"id": 7, "type": "rebootVm", "state": "error"}));
    let forbidden = Scripted::json(403, r#"{"class":"Client::Forbidden","message":"not you"}"#);
    for (look, text) in [
        (
            failed,
            "rebootVm ended as error; it may have been carried out all the same",
        ),
        (
            forbidden,
            "GET /vps/v1/tasks/7 failed: 403 Client::Forbidden: not you; credential: application (client builder) and \
             consumer_key (client builder); it may have been carried out all the same (0.0 s)",
        ),
    ] {
        let transport = script([task(), look]);
        let post = client(&transport).post("/vps/{name}/reboot").arg("v1");
        let error = post.wait().await.unwrap_err();
        assert!(error.to_string().ends_with(text), "{error}");
        assert!(error.may_have_happened());
        assert_eq!(transport.seen().len(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_reboot_in_the_sandbox_is_asked_for_once() {
    let sandbox = Sandbox::new();
    let api = in_sandbox(&sandbox);
    let ticking = ticking(&sandbox);
    for (path, name, reads) in [
        (
            "/vps/{name}/reboot",
            "vps-5a4d6b07.vps.ovh.net",
            "GET /1.0/vps/{serviceName}/tasks/{id}",
        ),
        (
            "/dedicated/server/{name}/reboot",
            "ns1000001.ip-192-0-2.eu",
            "GET /1.0/dedicated/server/{serviceName}/task/{taskId}",
        ),
    ] {
        sandbox.journal().clear();
        let mut wait = api.post(path).arg(name).wait();
        let mut looks = 0;
        while let Some(progress) = wait.progress().await.unwrap() {
            looks += 1;
            assert!(progress.to_string().contains("eboot"), "{progress}");
        }
        let task = wait.await.unwrap();
        assert!(
            task["state"] == "done" || task["status"] == "done",
            "{task}"
        );
        let posts = |entry: &&Entry| entry.method == Method::POST;
        assert_eq!(sandbox.journal().entries().iter().filter(posts).count(), 1);
        assert_eq!(sandbox.journal().count(reads), looks + 1);
    }
    ticking.abort();
}

#[tokio::test(start_paused = true)]
async fn an_instance_in_the_sandbox_is_made_once_and_kept_in_the_error() {
    let sandbox = Sandbox::new();
    let api = in_sandbox(&sandbox);
    let ticking = ticking(&sandbox);
    let projects: Vec<String> = api.get("/cloud/project").send_as().await.unwrap();
    let project = &projects[0];
    let instances = "/cloud/project/{project}/instance";
    let before = api.get(instances).arg(project).await.unwrap();
    let first = before[0].clone();
    let body = json!({
        "name": "web", "region": first["region"], "flavorId": first["flavorId"], "imageId": first["imageId"],
    });
    let post = api.post(instances).arg(project).json(&body);
    let error = post.wait().await.unwrap_err();
    assert!(error.may_have_happened(), "{error}");
    let made: Value = serde_json::from_slice(error.body().unwrap()).unwrap();
    let after = api.get(instances).arg(project).await.unwrap();
    assert_eq!(
        after.as_array().unwrap().len(),
        before.as_array().unwrap().len() + 1
    );
    let made_by = "POST /1.0/cloud/project/{serviceName}/instance";
    assert_eq!(sandbox.journal().count(made_by), 1);
    // What the error says to do.
    let path = "/cloud/project/{project}/instance/{id}";
    let look = api.get(path).arg(project).arg(made["id"].as_str().unwrap());
    assert_eq!(look.wait().await.unwrap()["status"], "ACTIVE");
    ticking.abort();
}

#[tokio::test(start_paused = true)]
async fn what_reads_many_is_refused_before_anything_is_sent() {
    let transport = ScriptedTransport::from_fn(|_| answer(&json!([{"id": 1}])));
    let api = client(&transport);
    let text = |method: &Method, path: &str, what: &str| {
        format!(
            "{method} {path} failed: wrong argument: method: `{what}` may send its request more than once, so it takes a \
             GET only: `api.get({path:?})...{what}(..)`; await the {method} itself, which sends it once"
        )
    };
    for method in [
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::HEAD,
    ] {
        let call = |path: &str| api.request(method.clone(), path);
        for path in ["/me/bill", "/v2/iam/policy"] {
            let list = || call(path).list::<Value>();
            let mut items = list().items();
            for error in [
                list().all().await.unwrap_err(),
                list().all().await.unwrap_err(),
                list().ids().await.unwrap_err(),
                items.next().await.unwrap_err(),
            ] {
                assert_eq!(error.kind(), ErrorKind::Input);
                assert_eq!(error.to_string(), text(&method, path, "list"));
                assert!(!error.may_have_happened());
            }
        }
        let ids = ["1", "2"];
        let path = "/me/bill/{id}";
        let batch = call(path).batch::<Value>(ids);
        let batch: Result<Vec<BatchItem<Value>>, _> = batch.await;
        // The path is shown with the ids that were to be read by it.
        let shown = text(&method, path, "batch").replacen(path, "/me/bill/1,2", 1);
        assert_eq!(batch.unwrap_err().to_string(), shown);
        for ids in [&ids[..], &[]] {
            let mut items = call(path).get_many::<Value>(ids);
            let error = items.next().await.unwrap_err();
            assert_eq!(error.to_string(), text(&method, path, "get_many"));
            assert_eq!(items.next().await.unwrap(), None);
        }
        let begun = tokio::time::Instant::now();
        let error = call("/me/bill/1").wait_gone().await.unwrap_err();
        assert_eq!(error.to_string(), text(&method, "/me/bill/1", "wait_gone"));
        assert!(begun.elapsed().is_zero());
    }
    assert!(transport.seen().is_empty());
}
