//! Orders of servers, of the auction and of addons.

use crate::common::robot::Robot;
use cloud_sandbox::Fault;
use serde_json::{Value, json};

#[tokio::test]
async fn an_order_becomes_a_server() {
    let robot = Robot::new();
    let form = "product_id=EX44&location=HEL1&authorized_key[]=F&dist=Debian+13+base&lang=en";
    let form = form.replace(
        'F',
        robot.get("/key").await.json[0]["key"]["fingerprint"]
            .as_str()
            .unwrap(),
    );
    let test = robot
        .call(
            "POST /order/server/transaction",
            &format!("{form}&test=true"),
        )
        .await;
    assert_eq!(test.ok(201)["transaction"]["status"], "in process");
    robot
        .get("/order/server/transaction")
        .await
        .denied(404, "NOT_FOUND");

    let placed = robot
        .call(
            "POST /order/server/transaction",
            &format!("{form}&addon[]=primary_ipv4"),
        )
        .await;
    let transaction = &placed.ok(201)["transaction"];
    let id = transaction["id"].as_str().unwrap();
    assert!(id.starts_with("B20260504-") && id.len() == 23, "{id}");
    assert_eq!(transaction["date"], "2026-05-04T12:00:00+01:00");
    assert_eq!(
        (&transaction["server_number"], &transaction["server_ip"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(
        (&transaction["product"]["dist"], &transaction["addons"]),
        (&json!("Debian 13 base"), &json!(["primary_ipv4"]))
    );
    let path = format!("/order/server/transaction/{id}");
    robot.advance(299);
    assert_eq!(robot.get(&path).await.json, placed.json);
    robot.advance(1);
    let ready = robot.get(&path).await.ok(200)["transaction"].clone();
    assert_eq!(
        (&ready["status"], &ready["server_number"]),
        (&json!("ready"), &json!(321_006))
    );
    let server = robot.get("/server/321006").await.ok(200)["server"].clone();
    assert_eq!(
        (&server["server_ip"], &server["status"]),
        (&ready["server_ip"], &json!("in process"))
    );
    assert_eq!(
        (&server["product"], &server["dc"]),
        (&json!("EX44"), &json!("HEL1-DC7"))
    );
    robot.advance(60);
    assert_eq!(
        robot.get("/server/321006").await.json["server"]["status"],
        "ready"
    );
    // After thirty days it is listed no more.
    robot.get("/order/server/transaction").await.ok(200);
    robot.advance(30 * 86_400);
    robot
        .get("/order/server/transaction")
        .await
        .denied(404, "NOT_FOUND");
    robot.get(&path).await.ok(200);
}

#[tokio::test]
async fn a_server_of_the_auction_is_sold_once() {
    let robot = Robot::new();
    let form = "product_id=282323&password=p";
    robot
        .call(
            "POST /order/server_market/transaction",
            &format!("{form}&test=true"),
        )
        .await
        .ok(201);
    // It ends badly, and can be bought again.
    let fault = Fault::ActionFailed {
        code: "x".to_owned(),
        message: "x".to_owned(),
    };
    robot.sandbox.faults().next(fault);
    robot
        .call("POST /order/server_market/transaction", form)
        .await
        .ok(201);
    robot
        .get("/order/server_market/product/282323")
        .await
        .denied(404, "NOT_FOUND");
    assert_eq!(
        robot
            .get("/order/server_market/product")
            .await
            .json
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let again = robot
        .call("POST /order/server_market/transaction", form)
        .await;
    assert_eq!(again.fields().1, ["product_id"]);
    robot.advance(300);
    let listed = robot.get("/order/server_market/transaction").await;
    assert_eq!(listed.ok(200)[0]["transaction"]["status"], "cancelled");
    robot
        .get("/order/server_market/product/282323")
        .await
        .ok(200);
    assert_eq!(robot.get("/server").await.json.as_array().unwrap().len(), 5);
    // Somebody reads the comment first; without the addon there is no address of version 4.
    robot
        .call(
            "POST /order/server_market/transaction",
            &format!("{form}&comment=please"),
        )
        .await
        .ok(201);
    robot.advance(3599);
    assert_eq!(robot.get("/server").await.json.as_array().unwrap().len(), 5);
    robot.advance(1);
    let server = robot.get("/server/321006").await.ok(200)["server"].clone();
    assert_eq!(
        (&server["server_ip"], &server["product"]),
        (&Value::Null, &json!("SB28"))
    );
}

#[tokio::test]
async fn addons_bring_what_they_are_called() {
    let robot = Robot::new();
    for (product, kind, path) in [
        ("additional_ipv4", "ip_ipv4", "/ip/"),
        ("subnet_ipv4_29", "subnet_ipv4", "/subnet/"),
        ("subnet_ipv6_64", "subnet_ipv6", "/subnet/"),
        (
            "failover_subnet_ipv4_32",
            "failover_subnet_ipv4",
            "/failover/",
        ),
    ] {
        let form = format!("server_number=321002&product_id={product}&reason=more");
        let placed = robot
            .call("POST /order/server_addon/transaction", &form)
            .await;
        let transaction = &placed.ok(201)["transaction"];
        assert_eq!(
            (&transaction["server_number"], &transaction["resources"]),
            (&json!(321_002), &json!([]))
        );
        assert_eq!(transaction["product"]["price"]["location"], "HEL1");
        robot.advance(300);
        let id = transaction["id"].as_str().unwrap();
        let ready = robot
            .get(&format!("/order/server_addon/transaction/{id}"))
            .await;
        let resource = &ready.ok(200)["transaction"]["resources"][0];
        assert_eq!(resource["type"], kind);
        let ip = resource["id"].as_str().unwrap();
        robot.get(&format!("{path}{ip}")).await.ok(200);
    }
    let form = "server_number=321001&product_id=windows_server_2025";
    robot
        .call("POST /order/server_addon/transaction", form)
        .await
        .ok(201);
    assert_eq!(
        robot.get("/boot/321001").await.json["boot"]["windows"],
        Value::Null
    );
    robot.advance(300);
    assert_eq!(
        robot.get("/boot/321001").await.json["boot"]["windows"]["active"],
        false
    );
}

#[tokio::test]
async fn products_can_be_narrowed_down() {
    let robot = Robot::new();
    for (query, expected) in [
        ("", "AX41-NVMe EX44 AX102 DX182"),
        ("?min_price=40&max_price=104", "EX44 AX102"),
        ("?max_price_setup=10", "DX182"),
        (
            "?min_price_setup=1&max_price=44&location=HEL1",
            "AX41-NVMe EX44",
        ),
    ] {
        let listed = robot.get(&format!("/order/server/product{query}")).await;
        let products = listed.ok(200).as_array().unwrap();
        let ids: Vec<_> = products
            .iter()
            .map(|one| one["product"]["id"].as_str().unwrap())
            .collect();
        assert_eq!(ids.join(" "), expected, "{query}");
    }
    robot
        .get("/order/server/product?location=ASH")
        .await
        .denied(404, "NOT_FOUND");
    let reply = robot.get("/order/server/product?min_price=cheap").await;
    assert_eq!(reply.fields().1, ["min_price"]);
    let product = robot.get("/order/server/product/EX44").await;
    let price = &product.ok(200)["product"]["prices"][0];
    assert_eq!(price["price"]["net"], "44.0000");
    assert_eq!(price["price"]["gross"], "52.3600");
    assert_eq!(price["price"]["hourly_net"], "0.0611");
    assert_eq!(price["price_setup"]["gross"], "46.4100");
}
