//! Lists of the OVHcloud service: ids, whole objects in pages, batches, cursors.

use crate::common::ovh::Ovh;
use cloud_sandbox::Sandbox;
use cloud_sandbox::ovh::Settings;
use serde_json::{Value, json};

const BAD: &str = "Client::BadRequest";

fn with_bills(bills: usize) -> Ovh {
    Ovh::of(Sandbox::builder().ovh(Settings::new().bills(bills)).build())
}

fn texts<'v>(list: &'v Value, field: &str) -> Vec<&'v str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|object| object[field].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_thousand_bills_are_ids_or_pages_of_bills() {
    let api = with_bills(1000);
    let ids = api.ok("/me/bill").await;
    assert_eq!(ids.as_array().unwrap().len(), 1000);
    let first = api
        .ok(&format!("/me/bill/{}", ids[0].as_str().unwrap()))
        .await;

    let mut found = Vec::new();
    for number in 1..=5 {
        let number = number.to_string();
        let headers = [
            ("x-pagination-number", number.as_str()),
            ("x-pagination-size", "300"),
        ];
        let reply = api.expanded("/me/bill", &headers).await;
        assert_eq!(reply.header("x-pagination-elements"), "1000");
        found.extend(reply.ok(200).as_array().unwrap().clone());
    }
    assert_eq!(found[0], first, "the same objects as one by one");
    assert_eq!(
        found
            .iter()
            .map(|bill| bill["billId"].clone())
            .collect::<Value>(),
        ids
    );

    let plain = api.get("/me/bill").await;
    assert!(
        !plain.headers.contains_key("x-pagination-elements"),
        "only pages count"
    );
    for (name, value) in [
        ("x-pagination-size", "0"),
        ("x-pagination-number", "x"),
        ("x-pagination-number", "0"),
    ] {
        api.expanded("/me/bill", &[(name, value)])
            .await
            .refused(400, BAD, None, value);
    }
}

#[tokio::test]
async fn pages_are_sorted_and_filtered() {
    let api = with_bills(40);
    let sorted = [
        ("x-pagination-sort", "priceWithTax.value"),
        ("x-pagination-sort-order", "DESC"),
    ];
    let reply = api.expanded("/me/bill", &sorted).await;
    let prices: Vec<f64> = reply
        .ok(200)
        .as_array()
        .unwrap()
        .iter()
        .map(|bill| bill["priceWithTax"]["value"].as_f64().unwrap())
        .collect();
    assert!(prices.is_sorted_by(|a, b| a >= b) && prices.len() == 40);

    let filters = [(
        "x-pagination-filter",
        "category:in=purchase%2Cautorenew&priceWithTax.currencyCode:eq=EUR",
    )];
    let reply = api.expanded("/me/bill", &filters).await;
    let found = texts(reply.ok(200), "category");
    assert!(
        found.len() > 5
            && found
                .iter()
                .all(|category| ["purchase", "autorenew"].contains(category))
    );
    assert_eq!(
        reply.header("x-pagination-elements"),
        found.len().to_string()
    );
    for (filter, count) in [
        ("billId:eq=FR10000007", 1),
        ("billId:ne=FR10000007", 39),
        ("billId:like=FR1000000%25", 9),
        ("billId:like=%2540", 1),
        ("orderId:gt=5200000030", 10),
        ("orderId:lt=5200000030&category:ne=purchase", 25),
    ] {
        let reply = api
            .expanded("/me/bill", &[("x-pagination-filter", filter)])
            .await;
        assert_eq!(reply.ok(200).as_array().unwrap().len(), count, "{filter}");
    }
    for (name, value) in [
        ("x-pagination-filter", "category"),
        ("x-pagination-filter", "a:near=b"),
        ("x-pagination-sort-order", "UP"),
    ] {
        let reply = api
            .expanded(
                "/me/bill",
                &[("x-pagination-sort", "billId"), (name, value)],
            )
            .await;
        reply.refused(400, BAD, None, "not valid for this header");
    }
}

#[tokio::test]
async fn the_parameters_of_a_list_filter_it() {
    let api = with_bills(10);
    let all = api.ok("/me/bill").await;
    let third = api
        .ok(&format!("/me/bill/{}", all[2].as_str().unwrap()))
        .await;
    let date = third["date"].as_str().unwrap();
    let encoded = date.replace('+', "%2B").replace(':', "%3A");
    assert_eq!(
        api.ok(&format!("/me/bill?date.from={encoded}&date.to={encoded}"))
            .await,
        json!([third["billId"]])
    );
    assert_eq!(
        api.ok(&format!("/me/bill?date.from={encoded}"))
            .await
            .as_array()
            .unwrap()
            .len(),
        3
    );
    assert_eq!(
        api.ok(&format!("/me/bill?date.from={}&date.to=null", &date[..10]))
            .await
            .as_array()
            .unwrap()
            .len(),
        3
    );
    assert_eq!(
        api.ok(&format!("/me/bill?orderId={}", third["orderId"]))
            .await,
        json!([third["billId"]])
    );
    let of_category = api
        .ok(&format!(
            "/me/bill?category={}",
            third["category"].as_str().unwrap()
        ))
        .await;
    assert!(
        of_category.as_array().unwrap().contains(&third["billId"])
            && of_category.as_array().unwrap().len() < 3
    );
    api.get("/me/bill?category=gifts").await.refused(
        400,
        BAD,
        None,
        "(gifts) does not belong to the CategoryEnum",
    );
    api.get("/me/bill?date.from=yesterday").await.refused(
        400,
        BAD,
        None,
        "[date.from] Given data (yesterday)",
    );
    api.get("/me/bill?orderId=x")
        .await
        .refused(400, BAD, None, "is not valid for type long");
}

#[tokio::test]
async fn a_batch_is_answered_one_by_one() {
    let api = with_bills(3);
    let ids = api.ok("/me/bill").await;
    let (first, second) = (ids[0].as_str().unwrap(), ids[1].as_str().unwrap());
    let batch = api
        .signed(
            "GET",
            &format!("/1.0/me/bill/{first},none,{second}"),
            &[("x-ovh-batch", ",")],
            "",
        )
        .await;
    let batch = batch.ok(200);
    assert_eq!(texts(batch, "key"), [first, "none", second]);
    assert_eq!(
        (&batch[0]["value"]["billId"], &batch[0]["error"]),
        (&ids[0], &Value::Null)
    );
    assert_eq!(
        (&batch[1]["value"], &batch[1]["error"]["class"]),
        (&Value::Null, &json!("Client::NotFound"))
    );
    assert_eq!(batch[2]["value"]["billId"], ids[1]);
    // The last identifier is the list, wherever it stands, and the separator is the client's choice.
    let payments = api
        .signed(
            "GET",
            &format!("/1.0/me/bill/{first}%3B{second}/payment"),
            &[("x-ovh-batch", ";")],
            "",
        )
        .await;
    assert_eq!(payments.ok(200)[1]["value"]["paymentType"], "creditCard");
    let without = api.get(&format!("/me/bill/{first},{second}")).await;
    without.refused(404, "Client::NotFound", None, "does not exist");
}

#[tokio::test]
async fn cursors_lead_through_a_list_of_version_2() {
    let api = Ovh::new();
    for number in 0..4 {
        let body = json!({
            "name": format!("policy-{number}"),
            "identities": [],
            "permissions": {"allow": [{"action": "vps:apiovh:get"}]},
            "resources": [{"urn": "*"}],
        });
        api.signed("POST", "/v2/iam/policy", &[], &body.to_string())
            .await
            .ok(200);
    }
    let mut names = Vec::new();
    let mut cursor = String::new();
    let mut pages = 0;
    loop {
        let headers = [
            ("x-pagination-size", "2"),
            ("x-pagination-cursor", cursor.as_str()),
        ];
        let reply = api.signed("GET", "/v2/iam/policy", &headers, "").await;
        names.extend(texts(reply.ok(200), "name").into_iter().map(str::to_owned));
        assert_eq!(reply.header("x-pagination-elements"), "5");
        pages += 1;
        match reply.headers.get("x-pagination-cursor-next") {
            Some(next) => cursor = next.to_str().unwrap().to_owned(),
            None => break,
        }
    }
    assert_eq!(pages, 3);
    assert_eq!(
        names,
        ["sandbox", "policy-0", "policy-1", "policy-2", "policy-3"]
    );
    for (path, cursor) in [
        ("/v2/iam/policy", "anything"),
        ("/v2/iam/resource", cursor.as_str()),
    ] {
        let reply = api
            .signed("GET", path, &[("x-pagination-cursor", cursor)], "")
            .await;
        reply.refused(400, BAD, None, "invalid cursor");
    }
}
