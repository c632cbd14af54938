//! What the rooms of the smaller products send.

use cloud_core::test_util::{Scripted, ScriptedTransport};
use ovh::cart::ConfigurationId;
use ovh::dedicated_server::{BootId, ServerTaskId};
use ovh::domain::{NameServerType, TransferLock};
use ovh::service::Renewal;
use serde_json::{Value, json};

use crate::common::{client, script, sent};

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
    by_path.set_renewal(&renewal).await.unwrap();
    api.project("p").service_infos().get().await.unwrap();
    api.dedicated_servers()
        .service_infos("ns1")
        .set_renewal(&Renewal::default())
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

#[tokio::test(start_paused = true)]
async fn a_policy_is_sent_as_a_whole() {
    let policy = json!({
        "id": "p1",
        "name": "ci",
        "description": null,
        "identities": ["urn:a"],
        "permissions": {"allow": [{"action": "vps:apiovh:get"}], "deny": null, "except": []},
        "permissionsGroups": [{"urn": "urn:g", "name": "readers"}],
        "resources": [{"urn": "urn:r", "group": null}],
        "conditions": {"operator": "MATCH", "values": {"date": "x"}, "conditions": null},
        "expiredAt": "2027-01-31T00:00:00Z",
    });
    let transport = answers([
        policy,
        json!({}),
        Value::Null,
        json!({"id": "g1"}),
        json!({}),
        json!({}),
        Value::Null,
    ]);
    let api = client(&transport);
    let policies = api.iam().policies();
    let policy = policies.get("p1").await.unwrap();
    policies.update(&policy).name("ci-2").await.unwrap();
    policies.delete(&policy).await.unwrap();
    let groups = api.iam().resource_groups();
    let group = groups.create("all", ["urn:r"]).await.unwrap();
    groups.get(&group).await.unwrap();
    groups
        .update(&group)
        .name("some")
        .resources(["urn:r", "urn:s"])
        .await
        .unwrap();
    groups.delete(&group).await.unwrap();
    assert_eq!(
        sent(&transport)[1..],
        [
            r#"PUT /v2/iam/policy/p1 {"name":"ci-2","description":"","permissions":{"allow":[{"action":"vps:apiovh:get"}],"deny":[],"except":[]},"conditions":{"operator":"MATCH","conditions":[],"values":{"date":"x"}},"expiredAt":"2027-01-31T00:00:00Z","identities":["urn:a"],"resources":[{"urn":"urn:r"}],"permissionsGroups":[{"urn":"urn:g"}]}"#,
            "DELETE /v2/iam/policy/p1",
            r#"POST /v2/iam/resourceGroup {"name":"all","resources":[{"urn":"urn:r"}]}"#,
            "GET /v2/iam/resourceGroup/g1?details=true",
            r#"PUT /v2/iam/resourceGroup/g1 {"name":"some","resources":[{"urn":"urn:r"},{"urn":"urn:s"}]}"#,
            "DELETE /v2/iam/resourceGroup/g1",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_zone_sends_what_was_set_and_its_passwords_are_never_shown() {
    let transport = answers([
        json!({}),
        json!({}),
        json!({}),
        Value::Null,
        Value::Null,
        Value::Null,
        json!([]),
        json!({"id": 3, "status": "done"}),
    ]);
    let api = client(&transport);
    let zone = api.zone("example.com");
    zone.dyn_host_records()
        .create("", "2001:db8::7".parse().unwrap())
        .await
        .unwrap();
    let create = zone
        .dyn_host_logins()
        .create("router", "*", "hunter2".into());
    assert!(!format!("{create:?}").contains("hunter2"));
    create.await.unwrap();
    zone.dyn_host_records()
        .update(7)
        .sub_domain("home")
        .await
        .unwrap();
    zone.dyn_host_logins()
        .set_password("a/b", &"hunter2".into())
        .await
        .unwrap();
    zone.dyn_host_logins()
        .set_sub_domain("a", "home")
        .await
        .unwrap();
    zone.update_soa()
        .email("ops.example.com.")
        .nx_domain_ttl(300)
        .await
        .unwrap();
    zone.history()
        .list()
        .since("2026-01-01T00:00:00Z")
        .all()
        .await
        .unwrap();
    zone.history()
        .restore("2026-01-01T00:00:00+01:00")
        .await
        .unwrap();
    assert_eq!(
        sent(&transport),
        [
            r#"POST /1.0/domain/zone/example.com/dynHost/record {"ip":"2001:db8::7","subDomain":""}"#,
            r#"POST /1.0/domain/zone/example.com/dynHost/login {"loginSuffix":"router","subDomain":"*","password":"hunter2"}"#,
            r#"PUT /1.0/domain/zone/example.com/dynHost/record/7 {"subDomain":"home"}"#,
            r#"POST /1.0/domain/zone/example.com/dynHost/login/a%2Fb/changePassword {"password":"hunter2"}"#,
            r#"PUT /1.0/domain/zone/example.com/dynHost/login/a {"subDomain":"home"}"#,
            r#"PUT /1.0/domain/zone/example.com/soa {"email":"ops.example.com.","nxDomainTtl":300}"#,
            "GET /1.0/domain/zone/example.com/history?creationDate.from=2026-01-01T00%3A00%3A00Z",
            "POST /1.0/domain/zone/example.com/history/2026-01-01T00%3A00%3A00%2B01%3A00/restore",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn carts_messages_and_databases_send_what_was_set() {
    let task = || json!({"id": 7, "function": "user/create", "status": "doing"});
    let transport = answers([
        json!({"cartId": "c1"}),
        json!([]),
        json!({"itemId": 5}),
        json!({"id": 1}),
        json!({"orderId": 9}),
        json!({"ids": [1]}),
        task(),
        json!({"id": 7, "function": "user/create", "status": "error"}),
        task(),
    ]);
    let api = client(&transport);
    let cart = api.carts().create("FR").await.unwrap();
    let cart = api.cart(&cart);
    cart.domain("shop.example").await.unwrap();
    let item = cart
        .add_domain("shop.example")
        .offer_id("o")
        .duration("P1Y")
        .await
        .unwrap();
    cart.items()
        .configurations(&item)
        .create("DNS", "a")
        .await
        .unwrap();
    let checkout = cart
        .checkout()
        .auto_pay_with_preferred_payment_method(false);
    assert_eq!(checkout.await.unwrap().order_id.unwrap().0, 9);
    let send = api
        .sms()
        .jobs("sms-1")
        .create("hello", ["+33600000001"])
        .sender_for_response(true);
    send.priority("high").validity_period(60).await.unwrap();
    let servers = api.private_databases();
    let create = servers.users("db1").create("web", "hunter2".into());
    assert!(!format!("{create:?}").contains("hunter2"));
    let error = create.await.unwrap().wait().await.unwrap_err();
    assert_eq!(error.to_string(), "work failed: user/create ended as error");
    servers
        .whitelist("db1")
        .create("192.0.2.0/28")
        .sftp(true)
        .name("office")
        .await
        .unwrap();
    assert_eq!(
        sent(&transport),
        [
            r#"POST /1.0/order/cart {"ovhSubsidiary":"FR"}"#,
            "GET /1.0/order/cart/c1/domain?domain=shop.example",
            r#"POST /1.0/order/cart/c1/domain {"domain":"shop.example","offerId":"o","duration":"P1Y"}"#,
            r#"POST /1.0/order/cart/c1/item/5/configuration {"label":"DNS","value":"a"}"#,
            r#"POST /1.0/order/cart/c1/checkout {"autoPayWithPreferredPaymentMethod":false}"#,
            r#"POST /1.0/sms/sms-1/jobs {"message":"hello","receivers":["+33600000001"],"senderForResponse":true,"priority":"high","validityPeriod":60}"#,
            r#"POST /1.0/hosting/privateDatabase/db1/user {"userName":"web","password":"hunter2"}"#,
            "GET /1.0/hosting/privateDatabase/db1/tasks/7",
            r#"POST /1.0/hosting/privateDatabase/db1/whitelist {"ip":"192.0.2.0/28","name":"office","service":true,"sftp":true}"#,
        ]
    );
}

/// An object or its id is taken alike, in paths, queries and bodies, beyond 32 bits.
#[tokio::test]
async fn ids_go_out_as_they_came() {
    let id = 4_294_967_297_i64;
    let transport = answers([
        json!({"taskId": id, "status": "done"}),
        json!({"bootId": id, "bootType": "rescue"}),
        Value::Null,
        json!({"credentialId": id, "applicationId": id}),
        json!({"applicationId": id}),
        json!([]),
        json!({"orderId": id}),
        json!([]),
        json!([id]),
    ]);
    let api = client(&transport);
    let servers = api.dedicated_servers();
    let task = servers.tasks("ns1").get(id).await.unwrap();
    assert_eq!(task.task_id, ServerTaskId(id));
    let boot = servers.boots("ns1").get(BootId(id)).await.unwrap();
    servers.update("ns1").boot_id(&boot).await.unwrap();

    let key = api.auth().current_credential().await.unwrap();
    let made_by = api.me().credentials().application(&key).await.unwrap();
    assert_eq!(key.application_id, made_by.application_id);
    let keys = api.me().credentials().list().application(&made_by);
    assert!(keys.ids().await.unwrap().is_empty());
    let order = api.me().orders().get(id).await.unwrap();
    let bills = api.me().bills().list().order(&order);
    assert!(bills.ids().await.unwrap().is_empty());
    let cart = api.cart("c1");
    let said = cart.items().configurations(id).ids().await.unwrap();
    assert_eq!(said, [ConfigurationId(id)]);
    assert_eq!(
        sent(&transport),
        [
            "GET /1.0/dedicated/server/ns1/task/4294967297",
            "GET /1.0/dedicated/server/ns1/boot/4294967297",
            "PUT /1.0/dedicated/server/ns1 {\"bootId\":4294967297}",
            "GET /1.0/auth/currentCredential",
            "GET /1.0/me/api/credential/4294967297/application",
            "GET /1.0/me/api/credential?applicationId=4294967297",
            "GET /1.0/me/order/4294967297",
            "GET /1.0/me/bill?orderId=4294967297",
            "GET /1.0/order/cart/c1/item/4294967297/configuration",
        ]
    );
}
