//! The account of the OVHcloud service: who it is, what it bought, to whom it gave access; and the list of operations.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::common::SECOND;
use crate::common::ovh::Ovh;
use cloud_sandbox::ovh::{self, ACCOUNT, APPLICATION_KEY, CLIENT_ID, Settings};
use cloud_sandbox::{Sandbox, hetzner};
use serde_json::{Value, json};

const BAD: &str = "Client::BadRequest";
const GONE: &str = "Client::NotFound";

#[test]
fn every_operation_is_declared_once() {
    let operations: Vec<_> = ovh::operations().collect();
    assert_eq!(operations.len(), 242);
    for operation in &operations {
        assert_eq!(
            operation.id,
            format!("{} {}", operation.method, operation.path)
        );
        assert!(["GET", "POST", "PUT", "DELETE"].contains(&operation.method));
    }
    let ids: BTreeSet<_> = operations.iter().map(|operation| operation.id).collect();
    assert_eq!(ids.len(), operations.len());
    assert!(hetzner::operations().all(|operation| !ids.contains(operation.id)));
}

#[tokio::test]
async fn every_operation_is_there() {
    for operation in ovh::operations() {
        // Some operations end the credential that the next one would need.
        let api = Ovh::new();
        let path = operation
            .path
            .split('/')
            .map(|segment| {
                if segment.starts_with('{') {
                    "7"
                } else {
                    segment
                }
            })
            .collect::<Vec<_>>()
            .join("/");
        let path = if path.starts_with("/v2/") {
            path
        } else {
            format!("/1.0{path}")
        };
        let reply = api.signed(operation.method, &path, &[], "").await;
        let known = match reply.status {
            404 => !reply.text.contains("URL"),
            status => status != 405 && status < 500,
        };
        assert!(known, "{} {path}: {}", operation.method, reply.text);
        assert!(
            reply.headers.contains_key("x-ovh-queryid"),
            "{}",
            operation.id
        );
    }
}

#[tokio::test]
async fn prices_of_units_and_policies_have_their_own_forms() {
    let api = Ovh::new();
    let bill = api.ok("/me/bill").await[0].as_str().unwrap().to_owned();
    let lines = api.expanded(&format!("/me/bill/{bill}/details"), &[]).await;
    let fields = |value: &Value| {
        value
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(
        fields(&lines.ok(200)[0]["unitPrice"]),
        ["currencyCode", "text", "value"]
    );
    assert_eq!(
        fields(&lines.json[0]["totalPrice"]),
        ["currencyCode", "priceInUcents", "text", "value"]
    );
    let blocks = api.expanded("/ip", &[]).await;
    assert!(
        blocks.ok(200)[0].get("iam").is_none()
            && api.ok("/ip/192.0.2.0%2F28").await["iam"].is_object()
    );
    let policies = api.signed("GET", "/v2/iam/policy", &[], "").await;
    assert_eq!(
        fields(&policies.ok(200)[0]["permissions"]),
        ["allow", "deny", "except"]
    );
    assert_eq!(
        fields(&policies.json[0]["resources"][0]),
        ["group", "resource", "urn"]
    );
}

#[tokio::test]
async fn the_account_changes_where_it_may() {
    let api = Ovh::new();
    let mut me = api.ok("/me").await;
    assert_eq!(
        (&me["nichandle"], &me["currency"]["code"], &me["fax"]),
        (&json!(ACCOUNT), &json!("EUR"), &Value::Null)
    );
    // The whole object back, with read-only fields in it, as some clients send it.
    me["city"] = json!("Lille");
    me["vat"] = Value::Null;
    me["nichandle"] = json!("somebody-else");
    assert_eq!(api.put("/me", me.clone()).await.ok(200), &Value::Null);
    me["nichandle"] = json!(ACCOUNT);
    assert_eq!(api.ok("/me").await, me);
    for (body, problem) in [
        (
            json!({"color": "red"}),
            "Received not described parameters: (color)",
        ),
        (
            json!({"legalform": "robot"}),
            "[legalform] Given data (robot) does not belong to the LegalFormEnum enumeration",
        ),
        (
            json!({"city": 5}),
            "[city] Given data (5) is not valid for type string",
        ),
        (json!({"country": null}), "[country] Given data (null)"),
    ] {
        api.put("/me", body).await.refused(400, BAD, None, problem);
    }
    assert_eq!(api.ok("/me").await, me, "nothing of a refused change stays");

    assert_eq!(api.ok("/me/sshKey").await, json!([]));
    let key = json!({"keyName": "laptop", "key": "ssh-ed25519 AAAA ada@example.com"});
    api.post("/me/sshKey", key.clone()).await.ok(200);
    api.post("/me/sshKey", key.clone())
        .await
        .refused(409, "Client::Conflict", None, "laptop");
    api.post("/me/sshKey", json!({"keyName": "x", "key": "y"}))
        .await
        .refused(400, BAD, None, "SSH key");
    api.post("/me/sshKey", json!({"keyName": "x"}))
        .await
        .refused(400, BAD, None, "'key' is a required property");
    assert_eq!(api.ok("/me/sshKey").await, json!(["laptop"]));
    assert_eq!(
        api.expanded("/me/sshKey", &[]).await.ok(200)[0]["key"],
        key["key"]
    );
}

#[tokio::test]
async fn bills_add_up() {
    let api = Ovh::of(Sandbox::builder().ovh(Settings::new().bills(7)).build());
    for id in api.ok("/me/bill").await.as_array().unwrap() {
        let path = format!("/me/bill/{}", id.as_str().unwrap());
        let bill = api.ok(&path).await;
        let value = |price: &Value| price["value"].as_f64().unwrap();
        let total = value(&bill["priceWithTax"]);
        assert!(
            (total - value(&bill["priceWithoutTax"]) - value(&bill["tax"])).abs() < 0.001,
            "{bill}"
        );
        assert_eq!(bill["priceWithTax"]["text"], format!("{total:.2} €"));
        let mut sum = 0.0;
        let lines = api.ok(&format!("{path}/details")).await;
        for line in lines.as_array().unwrap() {
            let line = api
                .ok(&format!("{path}/details/{}", line.as_str().unwrap()))
                .await;
            assert!(line["periodStart"].as_str() < line["periodEnd"].as_str());
            sum += value(&line["totalPrice"]);
        }
        assert!(
            (sum - value(&bill["priceWithoutTax"])).abs() < 0.001,
            "{bill}"
        );
        let payment = api.ok(&format!("{path}/payment")).await;
        assert_eq!(
            (&payment["paymentDate"], &payment["paymentType"]),
            (&bill["date"], &json!("creditCard"))
        );
        let order = api.ok(&format!("/me/order/{}", bill["orderId"])).await;
        assert_eq!(
            (&order["date"], &order["priceWithTax"]),
            (&bill["date"], &bill["priceWithTax"])
        );
    }
    api.get("/me/bill/none").await.refused(
        404,
        GONE,
        None,
        "The requested object (id = none) does not exist",
    );
    api.get("/me/bill/FR10000001/details/7")
        .await
        .refused(404, GONE, None, "(id = 7)");
    assert_eq!(
        Ovh::of(Sandbox::builder().ovh(Settings::new().bills(0)).build())
            .ok("/me/bill")
            .await,
        json!([])
    );
}

#[tokio::test]
async fn an_order_is_delivered_in_time() {
    let api = Ovh::new();
    let orders = api.ok("/me/order").await;
    assert_eq!(orders.as_array().unwrap().len(), 25);
    let status = format!("/me/order/{}/status", orders[0]);
    assert_eq!(api.ok(&status).await, "delivering");
    api.sandbox.clock().advance(Duration::from_secs(10));
    assert_eq!(api.ok(&status).await, "delivered");
    api.get("/me/order/1/status")
        .await
        .refused(404, GONE, None, "does not exist");
    let order = api.ok(&format!("/me/order/{}", orders[1])).await;
    let before = format!(
        "/me/order?date.to={}",
        order["date"].as_str().unwrap().replace('+', "%2B")
    );
    assert_eq!(api.ok(&before).await.as_array().unwrap().len(), 24);
}

#[tokio::test]
async fn a_cart_is_gone_once_it_has_expired() {
    let api = Ovh::new();
    let make = async |body: Value| {
        let cart = api.post("/order/cart", body).await;
        let id = cart.ok(200)["cartId"].as_str().unwrap().to_owned();
        let path = format!("/order/cart/{id}");
        api.post(&format!("{path}/assign"), Value::Null)
            .await
            .ok(200);
        path
    };
    let usual = make(json!({"ovhSubsidiary": "FR"})).await;
    let hour = SECOND * 3600;
    let expire = cloud_core::model::Timestamp::from(api.sandbox.clock().now() + hour).to_string();
    let short = make(json!({"ovhSubsidiary": "FR", "expire": expire})).await;
    api.sandbox.clock().advance(SECOND * 3599);
    api.ok(&short).await;
    api.sandbox.clock().advance(SECOND);
    assert_eq!(api.ok("/order/cart").await.as_array().unwrap().len(), 1);
    api.post(&format!("{short}/domain"), json!({"domain": "a.example"}))
        .await
        .refused(404, GONE, None, "does not exist");
    // Times are written in whole seconds.
    api.sandbox.clock().advance(hour * 22 + SECOND * 3598);
    api.ok(&usual).await;
    api.sandbox.clock().advance(SECOND * 2);
    for path in [&usual, &format!("{usual}/summary"), &short] {
        let gone = api.get(path).await;
        gone.refused(404, GONE, None, "does not exist");
    }
    assert_eq!(api.ok("/order/cart").await, json!([]));
    let wrong = json!({"ovhSubsidiary": "FR", "expire": "tomorrow"});
    let problem = "[expire] Given data (tomorrow) is not valid for type datetime";
    api.post("/order/cart", wrong)
        .await
        .refused(400, BAD, None, problem);
}

#[tokio::test]
async fn what_was_in_a_cart_is_an_order_and_once_it_is_paid_a_bill() {
    let api = Ovh::new();
    for (pays, status) in [(true, "delivering"), (false, "notPaid")] {
        let cart = api
            .post("/order/cart", json!({"ovhSubsidiary": "FR"}))
            .await;
        let cart = format!("/order/cart/{}", cart.ok(200)["cartId"].as_str().unwrap());
        api.post(&format!("{cart}/assign"), Value::Null)
            .await
            .ok(200);
        let two_years = json!({"domain": "shop.example", "duration": "P2Y"});
        api.post(&format!("{cart}/domain"), two_years).await.ok(200);
        let body = json!({"autoPayWithPreferredPaymentMethod": pays});
        let checkout = api.post(&format!("{cart}/checkout"), body).await;
        let checkout = checkout.ok(200);

        let id = &checkout["orderId"];
        assert_eq!(&api.ok("/me/order").await[0], id);
        let order = api.ok(&format!("/me/order/{id}")).await;
        assert_eq!(
            (&order["orderId"], &order["priceWithTax"]),
            (id, &checkout["prices"]["withTax"])
        );
        assert_eq!(order["priceWithoutTax"]["text"], "15.98 €");
        let path = format!("/me/order/{id}/status");
        assert_eq!(api.ok(&path).await, status);
        let bills = api.ok(&format!("/me/bill?orderId={id}")).await;
        assert_eq!(bills.as_array().unwrap().len(), usize::from(pays));
        api.sandbox.clock().advance(Duration::from_secs(10));
        let later = if pays { "delivered" } else { "notPaid" };
        assert_eq!(api.ok(&path).await, later);
        if pays {
            assert_eq!(api.ok("/me/bill").await[0], bills[0]);
            let bill = format!("/me/bill/{}", bills[0].as_str().unwrap());
            assert_eq!(api.ok(&bill).await["priceWithTax"], order["priceWithTax"]);
            let details = api.ok(&format!("{bill}/details")).await;
            let line = format!("{bill}/details/{}", details[0].as_str().unwrap());
            assert_eq!(api.ok(&line).await["totalPrice"], order["priceWithoutTax"]);
        }
    }
    assert_eq!(api.ok("/me/order").await.as_array().unwrap().len(), 27);
    assert_eq!(api.ok("/me/bill").await.as_array().unwrap().len(), 25);
}

#[tokio::test]
async fn consumer_keys_are_listed_and_revoked() {
    let api = Ovh::new();
    let own = api.ok("/auth/currentCredential").await;
    let headers = [("x-ovh-application", APPLICATION_KEY)];
    let body = json!({"accessRules": [{"method": "GET", "path": "/me"}]}).to_string();
    let asked = api
        .plain(
            "POST",
            "https://eu.api.ovh.com/v1/auth/credential",
            &headers,
            &body,
        )
        .await
        .ok(200)
        .clone();
    let validated = api.ok("/me/api/credential?status=validated").await;
    assert_eq!(validated, json!([own["credentialId"]]));
    let pending = api.ok("/me/api/credential?status=pendingValidation").await;
    let path = format!("/me/api/credential/{}", pending[0]);
    assert_eq!(
        api.ok(&path).await["rules"],
        json!([{"method": "GET", "path": "/me"}])
    );
    assert_eq!(
        api.ok("/me/api/credential?applicationId=1").await,
        json!([])
    );
    api.get("/me/api/credential?status=lost")
        .await
        .refused(400, BAD, None, "CredentialStateEnum");

    let key = asked["consumerKey"].as_str().unwrap();
    api.sandbox.ovh_console().validate(key, None);
    let mine = api.with_consumer_key(key);
    mine.get("/me").await.ok(200);
    api.put(&path, json!({"allowedIPs": ["198.51.100.0/24"]}))
        .await
        .ok(200);
    assert_eq!(
        api.ok(&path).await["allowedIPs"],
        json!(["198.51.100.0/24"])
    );
    assert_eq!(mine.get("/me").await.status, 403);
    api.put(&path, json!({"allowedIPs": ["home"]}))
        .await
        .refused(400, BAD, None, "[allowedIPs] Given data (home)");
    api.put(&path, json!({"allowedIPs": null})).await.ok(200);
    mine.get("/me").await.ok(200);
    let application = api.ok(&format!("{path}/application")).await;
    assert_eq!(application["applicationKey"], APPLICATION_KEY);
    let id = &application["applicationId"];
    for id in [&own["credentialId"], &pending[0], id] {
        assert!(id.as_i64().unwrap() > 1 << 32, "{id}");
    }
    assert_eq!(api.ok("/me/api/application").await, json!([id]));
    assert_eq!(
        api.ok(&format!("/me/api/application/{id}")).await,
        application
    );

    api.delete(&path).await.ok(200);
    mine.get("/me").await.refused(
        403,
        "Client::Forbidden",
        Some("NOT_CREDENTIAL"),
        "does not exist",
    );
    api.delete(&path)
        .await
        .refused(404, GONE, None, "does not exist");
    api.delete(&format!("/me/api/application/{id}"))
        .await
        .ok(200);
    api.get("/me").await.refused(
        403,
        "Client::Forbidden",
        Some("INVALID_KEY"),
        "application key",
    );
}

#[tokio::test]
async fn service_accounts_are_managed() {
    let api = Ovh::new();
    assert_eq!(api.ok("/me/api/oauth2/client").await, json!([CLIENT_ID]));
    let body =
        json!({"name": "app", "description": "", "flow": "AUTHORIZATION_CODE", "callbackUrls": []});
    api.post("/me/api/oauth2/client", body.clone())
        .await
        .refused(400, BAD, None, "callbackUrls");
    api.post("/me/api/oauth2/client", json!({"name": "app"}))
        .await
        .refused(400, BAD, None, "'description'");
    let mut body = body;
    body["callbackUrls"] = json!(["https://app.example/back"]);
    let created = api
        .post("/me/api/oauth2/client", body)
        .await
        .ok(200)
        .clone();
    let path = format!(
        "/me/api/oauth2/client/{}",
        created["clientId"].as_str().unwrap()
    );
    api.put(&path, json!({"name": "renamed", "callbackUrls": null}))
        .await
        .ok(200);
    let client = api.ok(&path).await;
    assert_eq!(
        (
            &client["name"],
            &client["callbackUrls"],
            &client["description"]
        ),
        (&json!("renamed"), &Value::Null, &json!(""))
    );
    assert_eq!(client["flow"], "AUTHORIZATION_CODE");
    api.put(&path, json!({"flow": "CLIENT_CREDENTIALS"}))
        .await
        .ok(200);
    assert_eq!(
        api.ok(&path).await["flow"],
        "AUTHORIZATION_CODE",
        "the flow is read-only"
    );
    api.delete(&path).await.ok(200);
    api.get(&path)
        .await
        .refused(404, GONE, None, "does not exist");
}

#[tokio::test]
async fn policies_and_resources_can_be_found() {
    let api = Ovh::new();
    let get = async |path: &str| api.signed("GET", &format!("/v2/iam/{path}"), &[], "").await;
    let zone = "urn:v1:eu:resource:dnsZone:example.com";
    let body = json!({
        "name": "zones",
        "description": "of the web team",
        "identities": ["urn:v1:eu:identity:account:sb12345-ovh"],
        "permissions": {"allow": [{"action": "dnsZone:apiovh:get"}]},
        "resources": [{"urn": zone}],
    });
    let create = async |body: &Value| {
        api.signed("POST", "/v2/iam/policy", &[], &body.to_string())
            .await
    };
    let made = create(&body).await.ok(200).clone();
    assert!(
        made["createdAt"].as_str().unwrap().contains(".000Z"),
        "{made}"
    );
    create(&body)
        .await
        .refused(409, "Client::Conflict", None, "zones");
    for (field, value, problem) in [
        (
            "permissions",
            json!({"allow": [{"verb": "x"}]}),
            "(verb) while calling permissions",
        ),
        ("permissions", json!({"maybe": []}), "(maybe)"),
        ("resources", json!([{}]), "'urn' is a required property"),
        ("expiredAt", json!("soon"), "[expiredAt]"),
        ("identities", json!("me"), "[identities]"),
    ] {
        let mut body = body.clone();
        body["name"] = json!("other");
        body[field] = value;
        create(&body).await.refused(400, BAD, None, problem);
    }
    let path = format!("policy/{}", made["id"].as_str().unwrap());
    assert_eq!(get(&path).await.ok(200), &made);
    let detailed = get(&format!("{path}?details=true")).await.ok(200).clone();
    assert_eq!(detailed["resources"][0]["resource"]["name"], "example.com");
    for (query, count) in [
        ("", 2),
        ("?action=dnsZone:apiovh:get&action=x", 1),
        ("?identity=nobody", 0),
        ("?readOnly=true", 0),
        (&format!("?resourceURN={zone}"), 1),
    ] {
        assert_eq!(
            get(&format!("policy{query}"))
                .await
                .ok(200)
                .as_array()
                .unwrap()
                .len(),
            count,
            "{query}"
        );
    }

    let found = get(&format!("resource/{}", zone.replace(':', "%3A")))
        .await
        .ok(200)
        .clone();
    assert_eq!(
        (&found["urn"], &found["type"], &found["owner"]),
        (&json!(zone), &json!("dnsZone"), &json!(ACCOUNT))
    );
    assert_eq!(
        found["id"],
        api.ok("/domain/zone/example.com").await["iam"]["id"]
    );
    for (query, count) in [
        ("?resourceType=dnsZone", 2),
        ("?resourceType=dnsZone&resourceType=vps", 4),
        ("?resourceName=example.com&resourceType=dnsZone", 1),
        (
            "?tags=%7B%22env%22%3A%5B%7B%22value%22%3A%22prod%22%7D%5D%7D",
            1,
        ),
    ] {
        assert_eq!(
            get(&format!("resource{query}"))
                .await
                .ok(200)
                .as_array()
                .unwrap()
                .len(),
            count,
            "{query}"
        );
    }
    get("resource/urn").await.refused(404, GONE, None, "urn");
    get("resource?tags=x")
        .await
        .refused(400, BAD, None, "[tags]");
}
