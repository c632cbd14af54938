//! Load balancers, as they are on the wire.

use crate::common::{Api, SECOND};
use cloud_sandbox::Fault;
use cloud_sandbox::hetzner::DEFAULT_NETWORK;
use serde_json::{Value, json};

fn service(port: u16) -> Value {
    json!({"protocol": "http", "listen_port": port, "destination_port": 8080, "proxyprotocol": false,
        "health_check": {"protocol": "http", "port": 8080, "interval": 15, "timeout": 10, "retries": 3,
            "http": {"path": "/health"}}})
}

fn server(id: i64) -> Value {
    json!({"type": "server", "server": {"id": id}})
}

async fn create(api: &Api, name: &str) -> i64 {
    let body = json!({"name": name, "load_balancer_type": "lb11", "location": "fsn1"});
    let id = api.post("/load_balancers", body).await.ok(201)["load_balancer"]["id"]
        .as_i64()
        .unwrap();
    api.settle();
    id
}

async fn read(api: &Api, id: i64) -> Value {
    api.get(&format!("/load_balancers/{id}")).await.ok(200)["load_balancer"].clone()
}

fn path(id: i64, action: &str) -> String {
    format!("/load_balancers/{id}/actions/{action}")
}

#[tokio::test]
async fn a_load_balancer_is_created_with_everything_and_deleted() {
    let api = Api::new();
    let web = api.server("web").await;
    let body = json!({"name": "front", "load_balancer_type": "lb11", "network_zone": "eu-central",
        "algorithm": {"type": "least_connections"}, "labels": {"a": "b"}, "services": [service(80)],
        "targets": [server(web)], "network": DEFAULT_NETWORK});
    let reply = api.post("/load_balancers", body).await;
    let balancer = &reply.ok(201)["load_balancer"];
    let id = balancer["id"].as_i64().unwrap();
    assert_eq!(reply.json["action"]["command"], "create_load_balancer");
    assert_eq!(
        reply.json["action"]["resources"],
        json!([{"id": id, "type": "load_balancer"}])
    );
    assert_eq!(
        (&balancer["services"], &balancer["targets"]),
        (&json!([]), &json!([])),
        "not before the action's end"
    );

    api.sandbox.clock().advance(SECOND);
    let balancer = read(&api, id).await;
    let http = json!({"cookie_name": "HCLBSTICKY", "cookie_lifetime": 300, "timeout_idle": 50, "sticky_sessions": false,
        "certificates": [], "redirect_http": false});
    assert_eq!(balancer["services"][0]["http"], http);
    assert_eq!(
        balancer["services"][0]["health_check"]["http"]["status_codes"],
        json!(["2??", "3??"])
    );
    assert_eq!(
        balancer["targets"][0]["health_status"],
        json!([{"listen_port": 80, "status": "unknown"}])
    );
    assert_eq!(balancer["algorithm"]["type"], "least_connections");
    assert_eq!(balancer["private_net"][0]["network"], DEFAULT_NETWORK);
    assert_eq!(
        (
            &balancer["public_net"]["enabled"],
            &balancer["location"]["name"]
        ),
        (&json!(true), &json!("fsn1"))
    );
    assert_eq!(api.read(web).await["load_balancers"], json!([id]));
    api.sandbox.clock().advance(SECOND * 15);
    assert_eq!(
        read(&api, id).await["targets"][0]["health_status"][0]["status"],
        "healthy"
    );
    api.act(web, "poweroff", Value::Null).await;
    let sick = read(&api, id).await["targets"][0]["health_status"][0].clone();
    assert_eq!(
        sick,
        json!({"listen_port": 80, "status": "unhealthy", "detail": "layer4_timeout"})
    );

    let again = json!({"name": "front", "load_balancer_type": "lb11", "location": "fsn1"});
    api.post("/load_balancers", again)
        .await
        .error(409, "uniqueness_error");
    api.run(&path(id, "change_protection"), json!({"delete": true}))
        .await;
    api.delete(&format!("/load_balancers/{id}"))
        .await
        .error(423, "protected");
    api.run(&path(id, "change_protection"), json!({"delete": false}))
        .await;
    assert_eq!(
        api.delete(&format!("/load_balancers/{id}")).await.ok(201)["action"]["status"],
        "running"
    );
    api.delete(&format!("/load_balancers/{id}"))
        .await
        .error(404, "not_found");
    api.settle();
    api.get(&format!("/load_balancers/{id}"))
        .await
        .error(404, "not_found");
    assert_eq!(api.read(web).await["load_balancers"], json!([]));
}

#[tokio::test]
async fn requests_that_cannot_be() {
    let api = Api::new();
    let web = api.server("web").await;
    let order = |more: Value| {
        let mut body = json!({"name": "x", "load_balancer_type": "lb11", "location": "fsn1"});
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        body
    };
    for (body, fields) in [
        (json!({}), &["name", "load_balancer_type", "location"][..]),
        (
            order(json!({"load_balancer_type": "lb99"})),
            &["load_balancer_type"],
        ),
        (
            order(json!({"network_zone": "eu-central"})),
            &["network_zone"],
        ),
        (order(json!({"location": "moon"})), &["location"]),
        (
            order(json!({"algorithm": {"type": "random"}})),
            &["algorithm.type"],
        ),
        (
            order(json!({"targets": [{"type": "server"}]})),
            &["targets.server"],
        ),
        (
            order(json!({"targets": [{"type": "ip", "ip": {"ip": "x"}}]})),
            &["targets.ip.ip"],
        ),
        (
            order(
                json!({"targets": [{"type": "label_selector", "label_selector": {"selector": "a in"}}]}),
            ),
            &["targets.label_selector.selector"],
        ),
        (
            order(json!({"services": [{"listen_port": 0}]})),
            &[
                "services.protocol",
                "services.listen_port",
                "services.destination_port",
            ],
        ),
    ] {
        assert_eq!(
            api.post("/load_balancers", body.clone()).await.invalid(),
            fields,
            "{body}"
        );
    }
    for (body, status, code) in [
        (
            order(json!({"services": [service(80), service(80)]})),
            412,
            "source_port_already_used",
        ),
        (
            order(json!({"targets": [server(web), server(web)]})),
            422,
            "target_already_defined",
        ),
        (order(json!({"targets": [server(7)]})), 404, "not_found"),
        (order(json!({"network": 7})), 404, "not_found"),
        (
            order(json!({"location": "ash", "network": DEFAULT_NETWORK})),
            422,
            "no_subnet_available",
        ),
        (order(json!({"public_net": {"ipv4": 7}})), 404, "not_found"),
        (
            order(json!({"services": (80..86).map(service).collect::<Vec<_>>()})),
            403,
            "resource_limit_exceeded",
        ),
    ] {
        api.post("/load_balancers", body).await.error(status, code);
    }
    assert!(api.names("/load_balancers").await.is_empty());
}

#[tokio::test]
async fn services() {
    let api = Api::new();
    let id = create(&api, "front").await;
    api.run(&path(id, "add_service"), service(80)).await;
    api.post(&path(id, "add_service"), service(80))
        .await
        .error(412, "source_port_already_used");
    let before = read(&api, id).await["services"][0].clone();

    let change = json!({"listen_port": 80, "health_check": {"retries": 5}, "http": {"sticky_sessions": true}});
    api.run(&path(id, "update_service"), change).await;
    let mut expected = before;
    expected["health_check"]["retries"] = json!(5);
    expected["http"]["sticky_sessions"] = json!(true);
    assert_eq!(
        read(&api, id).await["services"],
        json!([expected]),
        "what was not sent stays"
    );
    for (change, field) in [
        (
            json!({"health_check": {"interval": 2}}),
            "health_check.interval",
        ),
        (
            json!({"health_check": {"http": {"status_codes": ["ok"]}}}),
            "health_check.http.status_codes",
        ),
        (
            json!({"http": {"cookie_lifetime": 29}}),
            "http.cookie_lifetime",
        ),
        (json!({"http": {"certificates": [1]}}), "http"),
        (json!({"protocol": "https"}), "http.certificates"),
        (json!({"protocol": "tcp", "http": {}}), "http"),
    ] {
        let mut body = change.clone();
        body["listen_port"] = json!(80);
        assert_eq!(
            api.post(&path(id, "update_service"), body).await.invalid(),
            [field],
            "{change}"
        );
    }
    api.post(&path(id, "update_service"), json!({"listen_port": 81}))
        .await
        .error(404, "not_found");

    let mut https = service(443);
    https["protocol"] = json!("https");
    let order = json!({"name": "www", "type": "managed", "domain_names": ["example.com"]});
    let certificate = api.post("/certificates", order).await.ok(201)["certificate"]["id"]
        .as_i64()
        .unwrap();
    https["http"] = json!({"certificates": [certificate], "redirect_http": true});
    api.post(&path(id, "add_service"), https.clone())
        .await
        .error(412, "source_port_already_used");
    api.run(&path(id, "delete_service"), json!({"listen_port": 80}))
        .await;
    https["http"]["certificates"] = json!([897]);
    api.post(&path(id, "add_service"), https.clone())
        .await
        .error(404, "not_found");
    https["http"]["certificates"] = json!([certificate]);
    api.post(&path(id, "delete_service"), json!({"listen_port": 80}))
        .await
        .error(404, "not_found");
    api.run(&path(id, "add_service"), https).await;
    assert_eq!(
        read(&api, id).await["services"][0]["http"]["redirect_http"],
        true
    );
    let used = format!("/certificates/{certificate}");
    let users = json!([{"id": id, "type": "load_balancer"}]);
    assert_eq!(
        api.get(&used).await.ok(200)["certificate"]["used_by"],
        users
    );
    api.delete(&used).await.error(422, "resource_in_use");
    for port in 1..5 {
        api.run(&path(id, "add_service"), service(port)).await;
    }
    let sixth = api.post(&path(id, "add_service"), service(5)).await;
    assert_eq!(
        sixth.error(403, "resource_limit_exceeded"),
        &json!({"limits": [{"name": "load_balancer_services"}]})
    );

    // A service that could not be added is not there.
    api.run(
        &path(id, "change_type"),
        json!({"load_balancer_type": "lb21"}),
    )
    .await;
    let fault = Fault::ActionFailed {
        code: "action_failed".into(),
        message: "no".into(),
    };
    api.sandbox.faults().next(fault);
    api.post(&path(id, "add_service"), service(5)).await.ok(201);
    api.settle();
    api.run(&path(id, "add_service"), service(5)).await;
    api.post(&path(id, "add_service"), service(5))
        .await
        .error(412, "source_port_already_used");
    api.post(
        &path(id, "change_type"),
        json!({"load_balancer_type": "lb11"}),
    )
    .await
    .error(422, "invalid_load_balancer_type");
    api.post(&path(id, "change_type"), json!({"load_balancer_type": "2"}))
        .await
        .error(422, "invalid_load_balancer_type");
}

#[tokio::test]
async fn targets() {
    let api = Api::new();
    let id = create(&api, "front").await;
    let (web, db) = (api.server("web").await, api.server("db").await);
    api.put(
        &format!("/servers/{web}"),
        json!({"labels": {"role": "web"}}),
    )
    .await
    .ok(200);
    api.run(&path(id, "add_service"), service(80)).await;
    api.run(&path(id, "add_target"), server(web)).await;
    api.post(&path(id, "add_target"), server(web))
        .await
        .error(422, "target_already_defined");
    let selector = json!({"type": "label_selector", "label_selector": {"selector": "role=web"}});
    api.run(&path(id, "add_target"), selector.clone()).await;
    api.run(
        &path(id, "add_target"),
        json!({"type": "ip", "ip": {"ip": "203.0.113.9"}}),
    )
    .await;

    let targets = read(&api, id).await["targets"].clone();
    assert_eq!(targets[0]["server"]["id"], web);
    assert_eq!(targets[1]["targets"][0]["server"]["id"], web);
    assert_eq!(
        (
            targets[1]["targets"].as_array().unwrap().len(),
            targets[1].get("health_status")
        ),
        (1, None)
    );
    assert_eq!(
        targets[2]["health_status"],
        json!([{"listen_port": 80, "status": "healthy"}])
    );
    assert!(targets[2].get("use_private_ip").is_none());
    api.put(
        &format!("/servers/{db}"),
        json!({"labels": {"role": "web"}}),
    )
    .await
    .ok(200);
    assert_eq!(
        read(&api, id).await["targets"][1]["targets"]
            .as_array()
            .unwrap()
            .len(),
        2,
        "selectors follow labels"
    );

    let own = api.read(web).await["public_net"]["ipv4"]["ip"].clone();
    for (target, code) in [
        (
            json!({"type": "ip", "ip": {"ip": own}}),
            "cloud_resource_ip_not_allowed",
        ),
        (
            json!({"type": "ip", "ip": {"ip": "192.0.2.1"}}),
            "ip_not_owned",
        ),
        (
            json!({"type": "server", "server": {"id": db}, "use_private_ip": true}),
            "load_balancer_not_attached_to_network",
        ),
    ] {
        api.post(&path(id, "add_target"), target)
            .await
            .error(422, code);
    }
    api.run(&path(id, "remove_target"), selector.clone()).await;
    api.post(&path(id, "remove_target"), selector)
        .await
        .error(404, "not_found");
    assert_eq!(read(&api, id).await["targets"].as_array().unwrap().len(), 2);
    api.delete(&format!("/servers/{web}")).await.ok(200);
    api.settle();
    assert_eq!(
        read(&api, id).await["targets"].as_array().unwrap().len(),
        1,
        "a deleted server is no target"
    );
}

#[tokio::test]
async fn private_networks_and_the_public_interface() {
    let api = Api::new();
    let id = create(&api, "front").await;
    let web = api.server("web").await;
    let private = json!({"type": "server", "server": {"id": web}, "use_private_ip": true});
    api.post(&path(id, "disable_public_interface"), Value::Null)
        .await
        .error(422, "load_balancer_not_attached_to_network");
    api.run(
        &path(id, "attach_to_network"),
        json!({"network": DEFAULT_NETWORK, "ip": "10.0.0.9"}),
    )
    .await;
    assert_eq!(
        read(&api, id).await["private_net"],
        json!([{"network": DEFAULT_NETWORK, "ip": "10.0.0.9"}])
    );
    api.post(
        &path(id, "attach_to_network"),
        json!({"network": DEFAULT_NETWORK}),
    )
    .await
    .error(422, "load_balancer_already_attached");
    api.post(&path(id, "add_target"), private.clone())
        .await
        .error(422, "resolve_cloud_private_targets_error");
    let taken = json!({"network": DEFAULT_NETWORK, "ip": "10.0.0.9"});
    api.post(&format!("/servers/{web}/actions/attach_to_network"), taken)
        .await
        .error(422, "ip_not_available");
    api.act(
        web,
        "attach_to_network",
        json!({"network": DEFAULT_NETWORK}),
    )
    .await;

    api.run(&path(id, "add_target"), server(web)).await;
    api.post(&path(id, "disable_public_interface"), Value::Null)
        .await
        .error(422, "targets_without_use_private_ip");
    api.run(&path(id, "remove_target"), server(web)).await;
    api.run(&path(id, "add_target"), private).await;
    api.run(&path(id, "disable_public_interface"), Value::Null)
        .await;
    assert_eq!(read(&api, id).await["public_net"]["enabled"], false);
    api.post(
        &path(id, "add_target"),
        json!({"type": "ip", "ip": {"ip": "203.0.113.9"}}),
    )
    .await
    .error(422, "load_balancer_public_interface_disabled");
    api.run(&path(id, "enable_public_interface"), Value::Null)
        .await;

    api.run(
        &path(id, "detach_from_network"),
        json!({"network": DEFAULT_NETWORK}),
    )
    .await;
    assert_eq!(read(&api, id).await["private_net"], json!([]));
    let body = json!({"network": DEFAULT_NETWORK});
    api.post(&path(id, "detach_from_network"), body)
        .await
        .error(422, "load_balancer_not_attached_to_network");
    // The address is free again.
    api.run(
        &path(id, "attach_to_network"),
        json!({"network": DEFAULT_NETWORK, "ip": "10.0.0.9"}),
    )
    .await;
    api.delete(&format!("/load_balancers/{id}")).await.ok(201);
    api.settle();
    let other = create(&api, "other").await;
    api.run(
        &path(other, "attach_to_network"),
        json!({"network": DEFAULT_NETWORK, "ip": "10.0.0.9"}),
    )
    .await;
}

#[tokio::test]
async fn settings_lists_and_metrics() {
    let api = Api::new();
    let (id, other) = (create(&api, "b").await, create(&api, "a").await);
    api.run(
        &path(id, "change_algorithm"),
        json!({"type": "least_connections"}),
    )
    .await;
    assert_eq!(
        read(&api, id).await["algorithm"],
        json!({"type": "least_connections"})
    );
    let net = read(&api, id).await["public_net"].clone();
    for kind in ["ipv4", "ipv6"] {
        api.run(
            &path(id, "change_dns_ptr"),
            json!({"ip": net[kind]["ip"], "dns_ptr": "lb.example.com"}),
        )
        .await;
        assert_eq!(
            read(&api, id).await["public_net"][kind]["dns_ptr"],
            "lb.example.com"
        );
        api.run(
            &path(id, "change_dns_ptr"),
            json!({"ip": net[kind]["ip"], "dns_ptr": null}),
        )
        .await;
    }
    assert_eq!(read(&api, id).await["public_net"], net);
    api.post(&path(id, "change_dns_ptr"), json!({"ip": "192.0.2.1"}))
        .await
        .error(422, "ip_not_owned");

    api.put(
        &format!("/load_balancers/{other}"),
        json!({"name": "c", "labels": {"x": "y"}}),
    )
    .await
    .ok(200);
    api.put(&format!("/load_balancers/{other}"), json!({"name": "b"}))
        .await
        .error(409, "uniqueness_error");
    assert_eq!(
        api.names("/load_balancers?sort=name:desc").await,
        ["c", "b"]
    );
    assert_eq!(
        api.names("/load_balancers?label_selector=x%3Dy").await,
        ["c"]
    );
    assert_eq!(api.names("/load_balancers?name=b").await, ["b"]);
    assert_eq!(
        api.names("/load_balancer_types").await,
        ["lb11", "lb21", "lb31"]
    );
    assert_eq!(
        api.get("/load_balancer_types/2").await.ok(200)["load_balancer_type"]["max_services"],
        15
    );
    api.get("/load_balancer_types/9")
        .await
        .error(404, "not_found");
    let prices = api.get("/pricing").await.ok(200)["pricing"]["load_balancer_types"].clone();
    assert_eq!(
        prices[0]["prices"],
        api.get("/load_balancer_types/1").await.json["load_balancer_type"]["prices"]
    );

    let period = "start=2026-11-20T00:00:00Z&end=2026-11-20T01:00:00Z";
    let metrics = api
        .get(&format!(
            "/load_balancers/{id}/metrics?type=bandwidth&type=open_connections&{period}"
        ))
        .await;
    let series: Vec<_> = metrics.ok(200)["metrics"]["time_series"]
        .as_object()
        .unwrap()
        .keys()
        .collect();
    assert_eq!(
        series,
        ["bandwidth.in", "bandwidth.out", "open_connections"]
    );
    assert_eq!(
        api.get(&format!("/load_balancers/{id}/metrics?type=cpu&{period}"))
            .await
            .invalid(),
        ["type"]
    );
    let actions = api
        .get(&format!("/load_balancers/{id}/actions?sort=id"))
        .await;
    assert_eq!(
        actions.ok(200)["actions"][0]["command"],
        "create_load_balancer"
    );
    let action = &actions.json["actions"][0]["id"];
    api.get(&format!("/load_balancers/actions/{action}"))
        .await
        .ok(200);
    assert!(
        api.get("/load_balancers/actions").await.ok(200)["actions"]
            .as_array()
            .unwrap()
            .len()
            > 5
    );
}

#[tokio::test]
async fn a_service_needs_no_more_than_its_protocol() {
    let api = Api::new();
    let id = create(&api, "front").await;
    api.run(&path(id, "add_service"), json!({"protocol": "http"}))
        .await;
    api.run(
        &path(id, "add_service"),
        json!({"protocol": "tcp", "listen_port": 25, "destination_port": 2525}),
    )
    .await;
    let services = read(&api, id).await["services"].clone();
    for (service, listen, destination) in [(&services[0], 80, 80), (&services[1], 25, 2525)] {
        assert_eq!(
            (&service["listen_port"], &service["destination_port"]),
            (&json!(listen), &json!(destination))
        );
        assert_eq!(service["proxyprotocol"], false);
        let mut check = json!({"protocol": service["protocol"], "port": destination, "interval": 15, "timeout": 10, "retries": 3});
        if service["protocol"] == "http" {
            check["http"] = json!({"domain": "", "path": "/", "response": "", "status_codes": ["2??", "3??"], "tls": false});
        }
        assert_eq!(service["health_check"], check);
    }
    let missing = api
        .post(&path(id, "add_service"), json!({"protocol": "tcp"}))
        .await;
    assert_eq!(missing.invalid(), ["listen_port", "destination_port"]);
    // The certificate is all that HTTPS needs besides.
    assert_eq!(
        api.post(&path(id, "add_service"), json!({"protocol": "https"}))
            .await
            .invalid(),
        ["http.certificates"]
    );
}

#[tokio::test]
async fn the_owners_addresses() {
    let api = Api::new();
    let body = json!({"name": "entry", "type": "ipv4", "location": "fsn1"});
    let own = api.post("/primary_ips", body).await.ok(201)["primary_ip"].clone();
    let order = |name: &str| {
        let public_net = json!({"ipv4": own["id"]});
        json!({"name": name, "load_balancer_type": "lb11", "location": "fsn1", "public_net": public_net})
    };
    let id = api.post("/load_balancers", order("front")).await.ok(201)["load_balancer"]["id"]
        .as_i64()
        .unwrap();
    api.settle();
    let net = read(&api, id).await["public_net"].clone();
    assert_eq!(
        (&net["ipv4"]["id"], &net["ipv4"]["ip"]),
        (&own["id"], &own["ip"])
    );
    assert_eq!(
        (&net["ipv4"]["blocked"], &net["ipv6"]["id"]),
        (&json!(false), &Value::Null)
    );

    let address = format!("/primary_ips/{}", own["id"]);
    api.delete(&address).await.error(422, "must_be_unassigned");
    api.post("/load_balancers", order("back"))
        .await
        .error(422, "primary_ip_already_assigned");
    let server = json!({"name": "web", "server_type": "cx23", "image": "debian-13", "location": "fsn1",
        "public_net": {"ipv4": own["id"]}});
    api.post("/servers", server)
        .await
        .error(422, "primary_ip_assigned");
    api.delete(&format!("/load_balancers/{id}")).await.ok(201);
    api.settle();
    api.delete(&address).await.ok(204);
}

#[tokio::test]
async fn a_target_by_address_may_say_that_it_uses_no_private_ip() {
    let api = Api::new();
    let id = create(&api, "front").await;
    let target = |private: bool| json!({"type": "ip", "ip": {"ip": "203.0.113.9"}, "use_private_ip": private});
    assert_eq!(
        api.post(&path(id, "add_target"), target(true))
            .await
            .invalid(),
        ["use_private_ip"]
    );
    api.run(&path(id, "add_target"), target(false)).await;
    assert_eq!(
        read(&api, id).await["targets"][0]["ip"],
        json!({"ip": "203.0.113.9"})
    );
}

#[tokio::test]
async fn an_https_service_is_checked_by_http_unless_told_otherwise() {
    let api = Api::new();
    let id = create(&api, "front").await;
    let certificate = json!({"name": "c", "type": "managed", "domain_names": ["example.com"]});
    let certificate = api.created("/certificates", certificate).await["id"].clone();
    let body = json!({"protocol": "https", "http": {"certificates": [certificate]}});
    api.run(&path(id, "add_service"), body).await;
    let check = &read(&api, id).await["services"][0]["health_check"];
    assert_eq!(
        (&check["protocol"], &check["port"]),
        (&json!("http"), &json!(80))
    );
    let tcp = json!({"protocol": "tcp", "port": 80, "interval": 15, "timeout": 10, "retries": 3});
    let body = json!({"protocol": "http", "listen_port": 81, "health_check": tcp});
    api.run(&path(id, "add_service"), body).await;
    assert_eq!(read(&api, id).await["services"][1]["health_check"], tcp);
}

#[tokio::test]
async fn a_check_without_a_domain_keeps_its_null_and_has_a_response_that_is_none() {
    let api = Api::new();
    let id = create(&api, "front").await;
    let check = json!({"protocol": "http", "port": 80, "interval": 15, "timeout": 10, "retries": 3,
        "http": {"domain": null, "path": "/", "response": null}});
    let body = json!({"protocol": "http", "health_check": check});
    api.run(&path(id, "add_service"), body).await;
    let http = read(&api, id).await["services"][0]["health_check"]["http"].clone();
    assert_eq!(
        (&http["domain"], &http["response"]),
        (&Value::Null, &json!(""))
    );
}

#[tokio::test]
async fn an_algorithm_shows_at_once() {
    let api = Api::new();
    let id = create(&api, "front").await;
    api.post(
        &path(id, "change_algorithm"),
        json!({"type": "least_connections"}),
    )
    .await
    .ok(201);
    assert_eq!(
        read(&api, id).await["algorithm"],
        json!({"type": "least_connections"})
    );
}
