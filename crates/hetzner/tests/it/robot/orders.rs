//! Orders, which are never sent twice.

use cloud_core::test_util::Scripted;
use cloud_core::transport::TransportErrorKind;
use hetzner::ErrorKind;
use hetzner::robot::{Client, OrderCancelled, ServerNumber, TransactionStatus};
use serde_json::{Value, json};

use super::{once, refusal, scripted, sent, unsent};

fn price() -> Value {
    json!({
        "location": "FSN1",
        "price": {"net": "32.7731", "gross": "39.0000", "hourly_net": "0.0525", "hourly_gross": null},
        "price_setup": {"net": "0.0000", "gross": "0.0000"},
    })
}

fn transaction(status: &str, product: &Value) -> Value {
    let is_ready = status == "ready";
    json!({"transaction": {
        "id": "B20150121-344957-251478", "date": "2015-01-21T12:30:43+01:00", "status": status,
        "server_number": is_ready.then_some(107_239), "server_ip": is_ready.then_some("188.40.1.1"),
        "authorized_key": [{"key": {"name": "key1", "fingerprint": "15:28:b0", "type": "ED25519", "size": 256}}],
        "host_key": [], "comment": null, "product": product, "addons": ["primary_ipv4"],
    }})
}

#[tokio::test(start_paused = true)]
async fn new_servers_are_ordered() {
    let product = json!({"product": {
        "id": "EX40", "name": "Dedicated Root Server EX40", "description": ["Intel Core i7"], "traffic": "30 TB",
        "dist": ["Rescue system"], "@deprecated arch": [64, 32], "lang": ["en"], "location": ["FSN1", "NBG1"],
        "prices": [price()],
        "orderable_addons": [{"id": "primary_ipv4", "name": "IPv4", "location": null, "min": 0, "max": 1, "prices": [price()]}],
    }});
    let (line, all) = once(200, json!([product]), |api| {
        api.standard_orders()
            .products()
            .min_price("30")
            .max_price("50.5")
            .min_price_setup("0")
            .max_price_setup("1")
            .location("FSN1")
            .all()
    })
    .await;
    assert_eq!(
        line,
        "GET /order/server/product?min_price=30&max_price=50.5&min_price_setup=0&max_price_setup=1&location=FSN1"
    );
    assert_eq!(all.unwrap()[0].location, ["FSN1", "NBG1"]);
    let (line, one) = once(200, product, |api| api.standard_orders().product("EX40")).await;
    assert_eq!(line, "GET /order/server/product/EX40");
    let price = &one.unwrap().orderable_addons[0].prices[0].price;
    assert_eq!(
        (price.net.as_str(), price.hourly_gross.is_none()),
        ("32.7731", true)
    );

    let ordered = json!({"id": "EX40", "name": "EX40", "dist": "Rescue system", "location": null});
    let (line, all) = once(200, json!([transaction("ready", &ordered)]), |api| {
        api.standard_orders().list().all()
    })
    .await;
    assert_eq!(line, "GET /order/server/transaction");
    assert_eq!(all.unwrap()[0].server_number, Some(ServerNumber(107_239)));
    let id = "B20150121-344957-251478";
    let (line, one) = once(200, transaction("in process", &ordered), |api| {
        api.standard_orders().get(id)
    })
    .await;
    let one = one.unwrap();
    assert_eq!(line, format!("GET /order/server/transaction/{id}"));
    assert_eq!(
        (&one.status, one.server_ip),
        (&TransactionStatus::InProcess, None)
    );
    assert_eq!(one.date.to_string(), "2015-01-21T11:30:43Z");

    let (line, order) = once(201, transaction("in process", &ordered), |api| {
        api.standard_orders()
            .create("EX40")
            .location("FSN1")
            .dist("Rescue system")
            .lang("en")
            .comment("soon")
            .test(true)
            .authorized_keys(["15:28:b0", "16:29:b1"])
            .addons(["primary_ipv4"])
    })
    .await;
    assert_eq!(
        line,
        "POST /order/server/transaction product_id=EX40&location=FSN1&dist=Rescue%20system&lang=en&comment=soon&test=true\
         &authorized_key[]=15%3A28%3Ab0&authorized_key[]=16%3A29%3Ab1&addon[]=primary_ipv4"
    );
    assert_eq!(order.unwrap().addons, ["primary_ipv4"]);
    let (line, currency) = once(200, json!({"currency": "EUR"}), Client::currency).await;
    assert_eq!(
        (line.as_str(), currency.unwrap()),
        ("GET /order/currency", "EUR".into())
    );
}

#[tokio::test(start_paused = true)]
async fn used_servers_are_ordered() {
    let product = json!({
        "id": 282_323, "name": "SB110", "description": ["Intel Core i7 980x"], "traffic": "20 TB", "dist": ["Rescue system"],
        "lang": ["en"], "cpu": "Intel Core i7 980x", "cpu_benchmark": 8944, "memory_size": 24, "hdd_size": 1536,
        "hdd_text": "ENT.HDD", "hdd_count": 2, "datacenter": "NBG1-DC2", "network_speed": "100 Mbit/s", "price": "96.6387",
        "price_hourly": "0.1549", "price_setup": "0.0000", "price_vat": "115.0000", "price_hourly_vat": null,
        "price_setup_vat": "0.0000", "fixed_price": false, "next_reduce": -10800, "next_reduce_date": "2018-05-01 12:22:00",
        "orderable_addons": [],
    });
    let wrapped = json!({"product": product});
    let (line, all) = once(200, json!([wrapped]), |api| {
        api.market_orders().products().all()
    })
    .await;
    let all = all.unwrap();
    assert_eq!(line, "GET /order/server_market/product");
    assert_eq!(
        (all[0].next_reduce, all[0].price.as_str()),
        (-10_800, "96.6387")
    );
    let (line, one) = once(200, wrapped, |api| api.market_orders().product(&all[0])).await;
    assert_eq!(
        (line.as_str(), one.unwrap().id.0),
        ("GET /order/server_market/product/282323", 282_323)
    );

    let mut ordered = product;
    ordered["dist"] = json!("Rescue system");
    ordered["lang"] = json!("en");
    let (line, all) = once(200, json!([transaction("ready", &ordered)]), |api| {
        api.market_orders().list().all()
    })
    .await;
    assert_eq!(
        (line.as_str(), all.unwrap().len()),
        ("GET /order/server_market/transaction", 1)
    );
    let (line, one) = once(200, transaction("ready", &ordered), |api| {
        api.market_orders().get("B1")
    })
    .await;
    assert_eq!(line, "GET /order/server_market/transaction/B1");
    assert_eq!(one.unwrap().product.memory_size, 24);
    let (line, order) = once(201, transaction("ready", &ordered), |api| {
        api.market_orders()
            .create(282_323)
            .password("hunter3hunter3")
            .dist("Rescue system")
            .lang("en")
            .comment("x")
            .addons(["primary_ipv4"])
            .test(false)
    })
    .await;
    assert_eq!(
        line,
        "POST /order/server_market/transaction product_id=282323&password=hunter3hunter3&dist=Rescue%20system&lang=en\
         &comment=x&test=false&addon[]=primary_ipv4"
    );
    // It is ready already.
    order.unwrap().wait().await.unwrap();

    let (api, wire) = scripted([]);
    let order = api
        .market_orders()
        .create(1)
        .authorized_keys(["15:28:b0"])
        .password("hunter3hunter3");
    assert!(!format!("{order:?}").contains("hunter3"));
    assert_eq!(
        unsent(&wire, order.await),
        "password: must not be given with keys"
    );
}

#[tokio::test(start_paused = true)]
async fn addons_are_ordered() {
    let product = json!({"product": {"id": "additional_ipv4", "name": "IPv4", "type": "ip_ipv4", "price": price()}});
    let (line, all) = once(200, json!([product]), |api| {
        api.addon_orders().products(321).all()
    })
    .await;
    assert_eq!(line, "GET /order/server_addon/321/product");
    assert_eq!(all.unwrap()[0].kind.as_deref(), Some("ip_ipv4"));
    let order = json!({"transaction": {
        "id": "B20220210-1843193-S33055", "date": "2022-02-10T12:20:11+01:00", "status": "in process", "server_number": 321,
        "product": product["product"], "resources": [{"type": "subnet", "id": "10.0.0.0"}],
    }});
    let (line, all) = once(200, json!([order]), |api| api.addon_orders().list().all()).await;
    assert_eq!(line, "GET /order/server_addon/transaction");
    assert_eq!(all.unwrap()[0].resources[0].id, "10.0.0.0");
    let (line, one) = once(200, &order, |api| api.addon_orders().get("B1")).await;
    assert_eq!(
        (line.as_str(), one.unwrap().server_number.0),
        ("GET /order/server_addon/transaction/B1", 321)
    );
    let (line, made) = once(201, order, |api| {
        api.addon_orders()
            .create(321, "subnet_ipv4_29")
            .reason("VPS")
            .gateway("1.2.3.4")
            .test(true)
    })
    .await;
    assert_eq!(
        line,
        "POST /order/server_addon/transaction server_number=321&product_id=subnet_ipv4_29&reason=VPS&gateway=1.2.3.4&test=true"
    );
    assert_eq!(made.unwrap().status, TransactionStatus::InProcess);
    let (api, wire) = scripted([]);
    let result = api.addon_orders().create(321, "x").gateway("web").await;
    assert_eq!(unsent(&wire, result), "gateway: must be an IP address");
}

#[tokio::test(start_paused = true)]
async fn an_order_is_followed_to_its_end() {
    let product = json!({"id": "EX40"});
    let answer = |status: &str| Scripted::json(201, transaction(status, &product).to_string());
    let (api, wire) = scripted([answer("in process"), answer("in process"), answer("ready")]);
    let order = api.standard_orders().create("EX40").await.unwrap();
    assert_eq!(
        order.wait().await.unwrap().server_number,
        Some(ServerNumber(107_239))
    );
    let look = "GET /order/server/transaction/B20150121-344957-251478";
    assert_eq!(
        sent(&wire),
        ["POST /order/server/transaction product_id=EX40", look, look]
    );

    let (api, _) = scripted([answer("in process"), answer("cancelled")]);
    let error = api
        .standard_orders()
        .create("EX40")
        .await
        .unwrap()
        .wait()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WorkFailed);
    assert_eq!(
        error.message(),
        "order B20150121-344957-251478 was cancelled"
    );
    let id = &error.api::<OrderCancelled>().unwrap().id;
    assert_eq!(id.as_str(), "B20150121-344957-251478");
}

/// Each of the calls that must not be done twice.
async fn all_that_is_sent_once(api: &Client) -> Vec<hetzner::Error> {
    vec![
        api.standard_orders().create("EX40").await.unwrap_err(),
        api.market_orders().create(1).await.unwrap_err(),
        api.addon_orders().create(1, "x").await.unwrap_err(),
        api.servers().cancel(1, "now").await.unwrap_err(),
        api.servers().withdraw_cancellation(1).await.unwrap_err(),
        api.ips().cancel("1.2.3.4", "now").await.unwrap_err(),
        api.ips()
            .withdraw_cancellation("1.2.3.4")
            .await
            .unwrap_err(),
        api.subnets().cancel("1.2.3.4", "now").await.unwrap_err(),
        api.subnets()
            .withdraw_cancellation("1.2.3.4")
            .await
            .unwrap_err(),
        api.vswitches().cancel(1, "now").await.unwrap_err(),
    ]
}

#[tokio::test(start_paused = true)]
async fn orders_and_cancellations_are_never_sent_twice() {
    let limit = json!({"error": {"status": 403, "code": "RATE_LIMIT_EXCEEDED", "message": "m", "max_request": 20, "interval": 20}});
    let failures = [
        || Scripted::Failure(TransportErrorKind::NotSent),
        || Scripted::Failure(TransportErrorKind::Interrupted),
        || Scripted::Failure(TransportErrorKind::TimedOut),
        || Scripted::json(503, "<html>"),
        || Scripted::json(500, refusal(500, "INTERNAL_ERROR")),
        || Scripted::json(429, ""),
    ];
    for failure in failures {
        let wire = cloud_core::test_util::ScriptedTransport::from_fn(move |_| failure());
        let api = super::client(&wire);
        let errors = all_that_is_sent_once(&api).await;
        assert_eq!(wire.seen().len(), errors.len());
        for error in errors {
            assert_eq!(error.attempts(), 1, "{error}");
        }
    }
    let wire = cloud_core::test_util::ScriptedTransport::from_fn(move |_| {
        Scripted::json(403, limit.to_string())
    });
    let api = super::client(&wire);
    for error in all_that_is_sent_once(&api).await {
        assert!(error.is_rate_limited() && error.attempts() <= 1, "{error}");
    }
    let lines = sent(&wire);
    let mut different = lines.clone();
    different.dedup();
    assert_eq!(lines, different);
}
