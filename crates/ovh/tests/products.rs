//! What the rooms of the smaller products send.

mod common;

use cloud_core::test_util::{Scripted, ScriptedTransport};
use ovh::domain::{NameServerType, TransferLock};
use ovh::service::Renewal;
use serde_json::{Value, json};

use common::{client, script, sent};

fn answers(answers: impl IntoIterator<Item = Value>) -> ScriptedTransport {
    script(
        answers
            .into_iter()
            .map(|answer| Scripted::json(200, answer.to_string())),
    )
}

#[tokio::test(start_paused = true)]
async fn a_virtual_server_sends_what_was_set() {
    let task = || json!({"id": 7, "type": "createSnapshot", "state": "done"});
    let transport = answers([
        task(),
        task(),
        task(),
        task(),
        task(),
        json!([7]),
        task(),
        json!(["a"]),
        json!({"id": "a"}),
    ]);
    let api = client(&transport);
    let vps = api.vps();
    vps.start("v/1").await.unwrap();
    vps.stop("v").await.unwrap().wait().await.unwrap();
    vps.snapshot("v").create().await.unwrap();
    vps.snapshot("v").delete().await.unwrap();
    vps.tasks("v")
        .list()
        .state("doing")
        .kind("rebootVm")
        .all()
        .await
        .unwrap();
    vps.images("v").list().all().await.unwrap();
    assert_eq!(
        sent(&transport),
        [
            "POST /1.0/vps/v%2F1/start",
            "POST /1.0/vps/v/stop",
            "GET /1.0/vps/v/tasks/7",
            "POST /1.0/vps/v/createSnapshot {}",
            "DELETE /1.0/vps/v/snapshot",
            "GET /1.0/vps/v/tasks?state=doing&type=rebootVm",
            "GET /1.0/vps/v/tasks/7",
            "GET /1.0/vps/v/images/available",
            "GET /1.0/vps/v/images/available/a",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn the_infos_of_any_product_are_read_and_its_renewal_is_set() {
    let infos = json!({"serviceId": 7, "expiration": "2027-01-31", "renew": {"automatic": true, "deleteAtExpiration": false, "forced": true, "period": 12}});
    let transport = answers([infos, Value::Null, json!({}), json!({})]);
    let api = client(&transport);
    let by_path = api.service_infos("/hosting/web/{serviceName}/", ["a/b"]);
    let service = by_path.get().await.unwrap();
    assert_eq!(
        (service.service_id.0, service.expiration.as_str()),
        (7, "2027-01-31")
    );
    let mut renewal = service.renew.unwrap();
    renewal.automatic = false;
    by_path.set_renewal(renewal).await.unwrap();
    api.project("p").service_infos().get().await.unwrap();
    api.dedicated_servers()
        .service_infos("ns1")
        .set_renewal(Renewal::default())
        .await
        .unwrap();
    assert_eq!(
        sent(&transport),
        [
            "GET /1.0/hosting/web/a%2Fb/serviceInfos",
            r#"PUT /1.0/hosting/web/a%2Fb/serviceInfos {"renew":{"automatic":false,"deleteAtExpiration":false,"forced":true,"manualPayment":null,"period":12}}"#,
            "GET /1.0/cloud/project/p/serviceInfos",
            r#"PUT /1.0/dedicated/server/ns1/serviceInfos {"renew":{"automatic":false,"deleteAtExpiration":false,"forced":false,"manualPayment":null,"period":null}}"#,
        ]
    );
    let error = api
        .service_infos("/vps/{serviceName}", [""])
        .get()
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("serviceName: must not be empty"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_domain_sends_what_was_set() {
    let task =
        json!({"id": 3, "function": "DomainDnsUpdate", "status": "error", "comment": "refused"});
    let transport = answers([json!({}), json!({"id": 3}), task]);
    let api = client(&transport);
    let update = api
        .domains()
        .update("example.com")
        .name_server_type(NameServerType::External);
    update
        .transfer_lock_status(TransferLock::Locked)
        .await
        .unwrap();
    let servers = api.domains().name_servers("example.com");
    let added = servers
        .add(["a.example.net", "b.example.net"])
        .await
        .unwrap();
    let error = added.wait().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "work failed: DomainDnsUpdate ended as error: refused"
    );
    assert_eq!(
        sent(&transport),
        [
            r#"PUT /1.0/domain/example.com {"nameServerType":"external","transferLockStatus":"locked"}"#,
            r#"POST /1.0/domain/example.com/nameServer {"nameServer":[{"host":"a.example.net"},{"host":"b.example.net"}]}"#,
            "GET /1.0/domain/example.com/task/3",
        ]
    );
}
