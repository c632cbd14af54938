//! Load balancers against the sandbox: every operation, on the wire and in what the caller gets.

use std::sync::Arc;
use std::time::Duration;

use cloud_core::test_util::{PausedClock, Scripted, ScriptedTransport};
use cloud_sandbox::Sandbox;
use hetzner::load_balancers::{LbHealthCheck, LbHttp, LbPublicNet, LbService, LbTarget};
use hetzner::{
    Client, ErrorKind, HealthState, LoadBalancer, LoadBalancerAlgorithmType,
    LoadBalancerMetricType, LoadBalancerProtocol, LoadBalancerTargetType, NetworkId, PrimaryIpId,
    Sort, Timestamp,
};
use serde_json::{Value, json};

const NETWORK: NetworkId = NetworkId(cloud_sandbox::hetzner::DEFAULT_NETWORK);

fn client(sandbox: &Sandbox) -> Client {
    Client::builder()
        .token("t")
        .transport(sandbox.hetzner())
        .clock(PausedClock::new())
        .build()
        .unwrap()
}

async fn balancer(api: &Client) -> LoadBalancer {
    api.load_balancers()
        .create("front", "lb11")
        .location("fsn1")
        .await
        .unwrap()
        .wait()
        .await
        .unwrap()
}

/// The last request: method and path, and its body.
fn last(sandbox: &Sandbox) -> (String, Value) {
    let entries = sandbox.journal().entries();
    let entry = entries
        .iter()
        .rev()
        .find(|entry| entry.path != "/v1/actions")
        .unwrap();
    (
        format!("{} {}", entry.method, entry.path),
        serde_json::from_slice(&entry.body).unwrap_or(Value::Null),
    )
}

fn http_service() -> Value {
    json!({
        "protocol": "http", "listen_port": 80, "destination_port": 8080, "proxyprotocol": false,
        "health_check": {
            "protocol": "http", "port": 8080, "interval": 15, "timeout": 10, "retries": 3, "http": {"path": "/"},
        },
    })
}

#[tokio::test(start_paused = true)]
async fn create_sends_what_was_said_and_waits_until_it_works() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let web = api
        .servers()
        .create("web", "cx23", "debian-13")
        .location("fsn1")
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    let created = api
        .load_balancers()
        .create("front", "lb11")
        .network_zone("eu-central")
        .algorithm(LoadBalancerAlgorithmType::LeastConnections)
        .labels([("env", "prod")])
        .public_interface(true)
        .network(NETWORK)
        .services([LbService::http(80, 8080)])
        .targets([
            LbTarget::from(web.id),
            LbTarget::label_selector("role=web"),
            LbTarget::ip("203.0.113.9"),
        ])
        .await
        .unwrap();
    let body = json!({
        "name": "front", "load_balancer_type": "lb11", "network_zone": "eu-central", "network": NETWORK,
        "algorithm": {"type": "least_connections"}, "labels": {"env": "prod"}, "public_interface": true,
        "services": [http_service()],
        "targets": [
            {"type": "server", "server": {"id": web.id}},
            {"type": "label_selector", "label_selector": {"selector": "role=web"}},
            {"type": "ip", "ip": {"ip": "203.0.113.9"}},
        ],
    });
    assert_eq!(last(&sandbox), ("POST /v1/load_balancers".into(), body));
    assert_eq!(
        created.action.as_ref().unwrap().command,
        "create_load_balancer"
    );
    let front = created.wait().await.unwrap();
    assert_eq!(
        (
            front.service(80).unwrap().destination_port,
            front.targets.len()
        ),
        (8080, 3)
    );
    assert_eq!(front.private_net[0].network, NETWORK);
    assert!(front.ipv4().is_some() && front.ipv6().is_some() && !front.is_healthy());
    assert!(matches!(
        front.targets[0].health_status[0].status,
        HealthState::Unknown(_)
    ));
    tokio::time::sleep(Duration::from_secs(20)).await;
    let front = api.load_balancers().get(front.id).await.unwrap();
    assert!(front.is_healthy());
    assert_eq!(front.targets[1].kind, LoadBalancerTargetType::LabelSelector);
    assert_eq!(
        api.servers().get(web.id).await.unwrap().load_balancers,
        [front.id]
    );

    let addresses = LbPublicNet::new()
        .ipv4(PrimaryIpId(11))
        .ipv6(PrimaryIpId(12));
    let refused = api
        .load_balancers()
        .create("b", "lb11")
        .location("fsn1")
        .public_net(addresses)
        .await
        .unwrap_err();
    assert!(refused.is_not_found());
    assert_eq!(
        last(&sandbox).1["public_net"],
        json!({"ipv4": 11, "ipv6": 12})
    );
}

#[tokio::test(start_paused = true)]
async fn load_balancers_are_found_changed_and_deleted() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let front = balancer(&api).await;
    let balancers = api.load_balancers();
    assert_eq!(balancers.find("front").await.unwrap().unwrap().id, front.id);
    assert_eq!(
        balancers.find(front.id).await.unwrap().unwrap().name,
        "front"
    );
    assert!(balancers.find("nobody").await.unwrap().is_none());
    let renamed = balancers
        .update(front.id)
        .name("edge")
        .labels([("a", "b")])
        .await
        .unwrap();
    let path = format!("/v1/load_balancers/{}", front.id);
    assert_eq!(
        last(&sandbox),
        (
            format!("PUT {path}"),
            json!({"name": "edge", "labels": {"a": "b"}})
        )
    );
    assert_eq!(renamed.name, "edge");
    let found = balancers
        .list()
        .label_selector("a=b")
        .sort(Sort::by("created").descending())
        .all()
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
    assert!(
        balancers
            .list()
            .name("front")
            .all()
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        balancers
            .create("edge", "lb11")
            .location("fsn1")
            .await
            .unwrap_err()
            .code(),
        Some("uniqueness_error")
    );

    balancers
        .change_protection(front.id)
        .delete(true)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(
        last(&sandbox),
        (
            format!("POST {path}/actions/change_protection"),
            json!({"delete": true})
        )
    );
    assert_eq!(
        balancers.delete(front.id).await.unwrap_err().code(),
        Some("protected")
    );
    balancers
        .change_protection(front.id)
        .delete(false)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    let actions = balancers
        .list_actions_of(front.id)
        .sort(Sort::ID)
        .all()
        .await
        .unwrap();
    assert_eq!(actions[0].command, "create_load_balancer");
    assert_eq!(
        balancers.get_action(actions[0].id).await.unwrap().id,
        actions[0].id
    );
    assert_eq!(balancers.list_actions().all().await.unwrap().len(), 3);
    let gone = balancers.delete(front.id).await.unwrap();
    assert!(gone.is_some());
    gone.wait().await.unwrap();
    assert!(balancers.find(front.id).await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_deletion_may_be_answered_with_nothing() {
    let transport = Arc::new(ScriptedTransport::new([Scripted::json(204, "")]));
    let api = Client::builder()
        .token("t")
        .transport(transport)
        .clock(PausedClock::new())
        .build()
        .unwrap();
    let gone = api.load_balancers().delete(7).await.unwrap();
    assert!(gone.is_none());
    gone.wait().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn services_on_the_wire() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let id = balancer(&api).await.id;
    let balancers = api.load_balancers();
    let path = |action: &str| format!("POST /v1/load_balancers/{id}/actions/{action}");

    balancers
        .add_service(id, LbService::tcp(5432, 5432).proxyprotocol(true))
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    let body = json!({
        "protocol": "tcp", "listen_port": 5432, "destination_port": 5432, "proxyprotocol": true,
        "health_check": {"protocol": "tcp", "port": 5432, "interval": 15, "timeout": 10, "retries": 3},
    });
    assert_eq!(last(&sandbox), (path("add_service"), body));
    let check = LbHealthCheck::http(80)
        .interval(5)
        .timeout(3)
        .retries(2)
        .domain("example.com")
        .path("/health")
        .response("ok")
        .status_codes(["200"])
        .tls(true);
    let settings = LbHttp::new()
        .cookie_name("c")
        .cookie_lifetime(60)
        .timeout_idle(90)
        .redirect_http(true)
        .sticky_sessions(true);
    let issued = api
        .certificates()
        .create_managed("www", ["example.com"])
        .await
        .unwrap()
        .resource
        .id;
    let https = LbService::https(443, 80, [issued])
        .settings(settings)
        .health_check(check);
    balancers
        .add_service(id, https.clone())
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    let body = json!({
        "protocol": "https", "listen_port": 443, "destination_port": 80, "proxyprotocol": false,
        "health_check": {
            "protocol": "http", "port": 80, "interval": 5, "timeout": 3, "retries": 2,
            "http": {"domain": "example.com", "path": "/health", "response": "ok", "status_codes": ["200"], "tls": true},
        },
        "http": {
            "cookie_name": "c", "cookie_lifetime": 60, "timeout_idle": 90, "certificates": [issued],
            "redirect_http": true, "sticky_sessions": true,
        },
    });
    assert_eq!(last(&sandbox).1, body);
    let service = balancers
        .get(id)
        .await
        .unwrap()
        .service(443)
        .unwrap()
        .clone();
    assert_eq!(
        serde_json::to_value(&service).unwrap(),
        body,
        "what comes back is what was sent"
    );
    assert_eq!(
        balancers.add_service(id, https).await.unwrap_err().code(),
        Some("source_port_already_used")
    );

    let nameless = balancers
        .update_service(id, 443)
        .health_check(LbHealthCheck::new().domain(None));
    nameless.await.unwrap().wait().await.unwrap();
    let body = json!({"listen_port": 443, "health_check": {"http": {"domain": null}}});
    assert_eq!(last(&sandbox), (path("update_service"), body));
    let mut expected = serde_json::to_value(&service).unwrap();
    expected["health_check"]["http"]["domain"] = Value::Null;
    let service = balancers.get(id).await.unwrap();
    let service = service.service(443).unwrap().clone();
    assert_eq!(
        serde_json::to_value(&service).unwrap(),
        expected,
        "the host alone is taken away"
    );

    let update = balancers
        .update_service(id, 443)
        .health_check(LbHealthCheck::new().retries(5));
    update.await.unwrap().wait().await.unwrap();
    assert_eq!(
        last(&sandbox),
        (
            path("update_service"),
            json!({"listen_port": 443, "health_check": {"retries": 5}})
        )
    );
    let update = balancers
        .update_service(id, 5432)
        .destination_port(5433_u16)
        .proxyprotocol(false);
    update.await.unwrap().wait().await.unwrap();
    let body = json!({"listen_port": 5432, "destination_port": 5433, "proxyprotocol": false});
    assert_eq!(last(&sandbox).1, body);
    let update = balancers
        .update_service(id, 443)
        .http(LbHttp::new().sticky_sessions(false));
    update
        .protocol(LoadBalancerProtocol::Https)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    let body = json!({"listen_port": 443, "protocol": "https", "http": {"sticky_sessions": false}});
    assert_eq!(last(&sandbox).1, body);
    let service = balancers
        .get(id)
        .await
        .unwrap()
        .service(443)
        .unwrap()
        .clone();
    assert_eq!(
        (service.health_check.retries, service.health_check.interval),
        (5, 5)
    );
    assert_eq!(service.http.unwrap().certificates, [issued]);

    balancers
        .delete_service(id, 5432)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(
        last(&sandbox),
        (path("delete_service"), json!({"listen_port": 5432}))
    );
    assert!(balancers.get(id).await.unwrap().service(5432).is_none());
}

#[tokio::test(start_paused = true)]
async fn the_other_actions_on_the_wire() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let web = api
        .servers()
        .create("web", "cx23", "debian-13")
        .location("fsn1")
        .await
        .unwrap()
        .wait()
        .await
        .unwrap()
        .id;
    api.servers()
        .attach_to_network(web, NETWORK)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    let front = balancer(&api).await;
    let id = front.id;
    let balancers = api.load_balancers();
    let path = |action: &str| format!("POST /v1/load_balancers/{id}/actions/{action}");

    balancers
        .attach_to_network(id, NETWORK)
        .ip("10.0.0.9")
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(
        last(&sandbox),
        (
            path("attach_to_network"),
            json!({"network": NETWORK, "ip": "10.0.0.9"})
        )
    );
    let target = LbTarget::server(web).use_private_ip(true);
    balancers
        .add_target(id, target.clone())
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    let body = json!({"type": "server", "server": {"id": web}, "use_private_ip": true});
    assert_eq!(last(&sandbox), (path("add_target"), body));
    assert_eq!(
        balancers.add_target(id, web).await.unwrap_err().code(),
        Some("target_already_defined")
    );
    balancers
        .disable_public_interface(id)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(
        last(&sandbox),
        (path("disable_public_interface"), Value::Null)
    );
    assert!(!balancers.get(id).await.unwrap().public_net.enabled);
    balancers
        .enable_public_interface(id)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(last(&sandbox).0, path("enable_public_interface"));
    balancers
        .remove_target(id, target)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(
        last(&sandbox),
        (
            path("remove_target"),
            json!({"type": "server", "server": {"id": web}})
        )
    );
    balancers
        .detach_from_network(id, NETWORK)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(
        last(&sandbox),
        (path("detach_from_network"), json!({"network": NETWORK}))
    );

    balancers
        .change_algorithm(id, LoadBalancerAlgorithmType::LeastConnections)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(
        last(&sandbox),
        (
            path("change_algorithm"),
            json!({"type": "least_connections"})
        )
    );
    balancers
        .change_type(id, "lb21")
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(
        last(&sandbox),
        (path("change_type"), json!({"load_balancer_type": "lb21"}))
    );
    let ip = front.ipv4().unwrap();
    balancers
        .change_dns_ptr(id, ip, "lb.example.com")
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(
        last(&sandbox),
        (
            path("change_dns_ptr"),
            json!({"ip": ip, "dns_ptr": "lb.example.com"})
        )
    );
    let now = balancers.get(id).await.unwrap();
    assert_eq!(
        now.public_net.ipv4.dns_ptr.as_deref(),
        Some("lb.example.com")
    );
    assert_eq!(
        (now.load_balancer_type.name.as_str(), now.private_net.len()),
        ("lb21", 0)
    );
    balancers.change_dns_ptr(id, ip, None).await.unwrap();
    assert_eq!(last(&sandbox).1, json!({"ip": ip, "dns_ptr": null}));
}

#[tokio::test(start_paused = true)]
async fn metrics_and_types() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let id = balancer(&api).await.id;
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let (start, end) = (at("2026-11-20T00:00:00Z"), at("2026-11-20T01:00:00Z"));
    let kinds = [
        LoadBalancerMetricType::Bandwidth,
        LoadBalancerMetricType::RequestsPerSecond,
    ];
    let metrics = api
        .load_balancers()
        .metrics(id, kinds, start, end)
        .step(60)
        .await
        .unwrap();
    assert_eq!(
        (
            metrics.samples("bandwidth.in").len(),
            metrics.samples("requests_per_second").len()
        ),
        (61, 61)
    );
    let query = sandbox.journal().entries().pop().unwrap().query.unwrap();
    let expected = "type=bandwidth&type=requests_per_second&start=2026-11-20T00%3A00%3A00Z&end=2026-11-20T01%3A00%3A00Z&step=60";
    assert_eq!(query, expected);

    let types = api.load_balancer_types();
    let all = types.list().all().await.unwrap();
    assert_eq!(
        all.iter()
            .map(|size| size.name.as_str())
            .collect::<Vec<_>>(),
        ["lb11", "lb21", "lb31"]
    );
    assert_eq!(types.get(all[1].id).await.unwrap(), all[1]);
    assert_eq!(types.find("lb31").await.unwrap().unwrap().max_targets, 150);
    assert!(
        types.find("lb99").await.unwrap().is_none()
            && types.list().name("lb99").all().await.unwrap().is_empty()
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_certainly_wrong_is_not_sent() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let balancers = api.load_balancers();
    let twice = [LbService::tcp(80, 80), LbService::http(80, 8080)];
    let checked = |check| LbService::tcp(80, 80).health_check(check);
    for (error, field) in [
        (balancers.create("", "lb11").await.unwrap_err(), "name"),
        (
            balancers.create("front", "").await.unwrap_err(),
            "load_balancer_type",
        ),
        (
            balancers
                .create("front", "lb11")
                .services(twice)
                .await
                .unwrap_err(),
            "services",
        ),
        (
            balancers
                .add_service(1, checked(LbHealthCheck::tcp(80).interval(2)))
                .await
                .unwrap_err(),
            "health_check.interval",
        ),
        (
            balancers
                .add_service(1, checked(LbHealthCheck::tcp(80).timeout(61)))
                .await
                .unwrap_err(),
            "health_check.timeout",
        ),
        (
            balancers
                .add_service(1, checked(LbHealthCheck::tcp(80).retries(6)))
                .await
                .unwrap_err(),
            "health_check.retries",
        ),
        (
            balancers
                .add_service(1, LbService::tcp(80, 80).settings(LbHttp::new()))
                .await
                .unwrap_err(),
            "http",
        ),
        (
            balancers
                .add_service(
                    1,
                    LbService::http(80, 80).settings(LbHttp::new().certificates([1])),
                )
                .await
                .unwrap_err(),
            "http.certificates",
        ),
        (
            balancers
                .update_service(1, 80)
                .http(LbHttp::new().cookie_lifetime(29))
                .await
                .unwrap_err(),
            "http.cookie_lifetime",
        ),
        (
            balancers
                .add_target(1, LbTarget::ip("203.0.113.9").use_private_ip(true))
                .await
                .unwrap_err(),
            "use_private_ip",
        ),
    ] {
        assert_eq!(
            (error.kind(), error.fields()[0].name.as_ref()),
            (ErrorKind::Input, field),
            "{error}"
        );
    }
    assert!(sandbox.journal().entries().is_empty());
    // `false` says nothing new of an address, and is left to the service.
    let address = LbTarget::ip("203.0.113.9").use_private_ip(false);
    let error = balancers.add_target(1, address).await.unwrap_err();
    assert_eq!(error.code(), Some("not_found"));
}
