//! What resources of the Hetzner service are told: it shows before its action ends.

use crate::common::Api;
use cloud_sandbox::Fault;
use cloud_sandbox::hetzner::DEFAULT_NETWORK;
use serde_json::{Value, json};

/// One resource of each kind, by its path.
struct Things {
    api: Api,
    server: String,
    snapshot: String,
    volume: String,
    floating_ip: String,
    primary_ip: String,
    balancer: String,
    storage_box: String,
    subaccount: String,
}

impl Things {
    async fn new() -> Self {
        let api = Api::new();
        let id = api.server("web").await;
        let server = format!("/servers/{id}");
        let image = api.act(id, "create_image", Value::Null).await["image"]["id"].clone();
        let made = async |path: &str, body: Value| {
            let made = api.created(path, body).await;
            (format!("{path}/{}", made["id"]), made)
        };
        let (volume, _) = made(
            "/volumes",
            json!({"name": "data", "size": 10, "location": "fsn1"}),
        )
        .await;
        let (floating_ip, _) = made(
            "/floating_ips",
            json!({"type": "ipv4", "home_location": "fsn1"}),
        )
        .await;
        let (primary_ip, _) = made(
            "/primary_ips",
            json!({"name": "own", "type": "ipv4", "location": "fsn1"}),
        )
        .await;
        let service = json!({"protocol": "http"});
        let (balancer, _) = made(
            "/load_balancers",
            json!({"name": "lb", "load_balancer_type": "lb11", "location": "fsn1", "services": [service]}),
        )
        .await;
        let password = "Correct-Horse-7";
        let (storage_box, _) = made(
            "/storage_boxes",
            json!({"name": "backup", "storage_box_type": "bx11", "location": "fsn1", "password": password}),
        )
        .await;
        let (subaccount, _) = made(
            &format!("{storage_box}/subaccounts"),
            json!({"home_directory": "a", "password": password}),
        )
        .await;
        Self {
            snapshot: format!("/images/{image}"),
            api,
            server,
            volume,
            floating_ip,
            primary_ip,
            balancer,
            storage_box,
            subaccount,
        }
    }

    /// What a resource shows at this place.
    async fn shown(&self, path: &str, place: &str) -> Value {
        let reply = self.api.get(path).await;
        let resource = reply.ok(200).as_object().unwrap().values().next().unwrap();
        resource.pointer(place).cloned().unwrap()
    }
}

#[tokio::test]
async fn what_a_resource_is_told_shows_at_once_and_goes_with_an_action_that_fails() {
    let things = Things::new().await;
    let api = &things.api;
    let network = format!("/networks/{DEFAULT_NETWORK}");
    let address = async |path: &str, place: &str| things.shown(path, place).await;
    let named = |ip: Value| json!({"ip": ip, "dns_ptr": "www.example.com"});
    let (name, on) = (json!("www.example.com"), json!({"delete": true}));
    let of_server = named(address(&things.server, "/public_net/ipv4/ip").await);
    let of_balancer = named(address(&things.balancer, "/public_net/ipv4/ip").await);
    let of_floating = named(address(&things.floating_ip, "/ip").await);
    let of_primary = named(address(&things.primary_ip, "/ip").await);
    let plan = json!({"max_snapshots": 2, "minute": 30, "hour": 3, "day_of_week": null, "day_of_month": null});
    let (protection, delete) = ("change_protection", "/protection/delete");
    for (path, action, body, place, told) in [
        (
            &things.server,
            protection,
            json!({"delete": true, "rebuild": true}),
            delete,
            json!(true),
        ),
        (
            &things.server,
            "change_dns_ptr",
            of_server,
            "/public_net/ipv4/dns_ptr",
            name.clone(),
        ),
        (
            &things.server,
            "enable_rescue",
            json!({}),
            "/rescue_enabled",
            json!(true),
        ),
        (
            &things.server,
            "disable_rescue",
            json!({}),
            "/rescue_enabled",
            json!(false),
        ),
        (
            &things.snapshot,
            protection,
            on.clone(),
            delete,
            json!(true),
        ),
        (&things.volume, protection, on.clone(), delete, json!(true)),
        (
            &things.floating_ip,
            protection,
            on.clone(),
            delete,
            json!(true),
        ),
        (
            &things.floating_ip,
            "change_dns_ptr",
            of_floating,
            "/dns_ptr/0/dns_ptr",
            name.clone(),
        ),
        (
            &things.primary_ip,
            protection,
            on.clone(),
            delete,
            json!(true),
        ),
        (
            &things.primary_ip,
            "change_dns_ptr",
            of_primary,
            "/dns_ptr/0/dns_ptr",
            name.clone(),
        ),
        (&network, protection, on.clone(), delete, json!(true)),
        (
            &network,
            "change_ip_range",
            json!({"ip_range": "10.0.0.0/12"}),
            "/ip_range",
            json!("10.0.0.0/12"),
        ),
        (
            &things.balancer,
            protection,
            on.clone(),
            delete,
            json!(true),
        ),
        (
            &things.balancer,
            "change_dns_ptr",
            of_balancer,
            "/public_net/ipv4/dns_ptr",
            name,
        ),
        (
            &things.balancer,
            "change_algorithm",
            json!({"type": "least_connections"}),
            "/algorithm/type",
            json!("least_connections"),
        ),
        (
            &things.balancer,
            "update_service",
            json!({"listen_port": 80, "destination_port": 8080}),
            "/services/0/destination_port",
            json!(8080),
        ),
        (&things.storage_box, protection, on, delete, json!(true)),
        (
            &things.storage_box,
            "update_access_settings",
            json!({"ssh_enabled": true}),
            "/access_settings/ssh_enabled",
            json!(true),
        ),
        (
            &things.storage_box,
            "enable_snapshot_plan",
            plan.clone(),
            "/snapshot_plan",
            plan,
        ),
        (
            &things.storage_box,
            "disable_snapshot_plan",
            json!({}),
            "/snapshot_plan",
            Value::Null,
        ),
        (
            &things.subaccount,
            "update_access_settings",
            json!({"readonly": true}),
            "/access_settings/readonly",
            json!(true),
        ),
    ] {
        let request = format!("{path}/actions/{action}");
        let before = things.shown(path, place).await;
        assert_ne!(before, told, "{request}");
        for fails in [true, false] {
            if fails {
                api.sandbox.faults().next(Fault::ActionFailed {
                    code: "action_failed".into(),
                    message: "no".into(),
                });
            }
            api.post(&request, body.clone()).await.ok(201);
            assert_eq!(things.shown(path, place).await, told, "{request}");
            // It takes time all the same.
            api.post(&request, body.clone()).await.error(423, "locked");
            api.settle();
            let expected = if fails { &before } else { &told };
            assert_eq!(things.shown(path, place).await, *expected, "{request}");
        }
    }
}

#[tokio::test]
async fn a_plan_that_could_not_be_disabled_goes_on() {
    let things = Things::new().await;
    let api = &things.api;
    let actions = format!("{}/actions", things.storage_box);
    let plan = json!({"max_snapshots": 10, "minute": 30, "hour": 3});
    api.run(&format!("{actions}/enable_snapshot_plan"), plan)
        .await;
    api.sandbox.faults().next(Fault::ActionFailed {
        code: "action_failed".into(),
        message: "no".into(),
    });
    api.post(&format!("{actions}/disable_snapshot_plan"), Value::Null)
        .await
        .ok(201);
    api.settle();
    api.sandbox
        .clock()
        .advance(crate::common::SECOND * 24 * 3600 * 2);
    let taken = api
        .names(&format!("{}/snapshots", things.storage_box))
        .await;
    assert_eq!(taken.len(), 2, "one a day, and none twice: {taken:?}");
}

#[tokio::test]
async fn the_backup_window_goes_at_once_and_the_backups_in_time() {
    let api = Api::new();
    let id = api.server("web").await;
    let path = |action: &str| format!("/servers/{id}/actions/{action}");
    let window = async || api.read(id).await["backup_window"].clone();
    let backups = async || api.get("/images?type=backup").await.ok(200)["images"].clone();
    api.post(&path("enable_backup"), Value::Null).await.ok(201);
    let shown = window().await;
    assert_eq!(shown.as_str().map(str::len), Some(5));
    api.settle();
    api.act(id, "create_image", json!({"type": "backup"})).await;
    for fails in [true, false] {
        if fails {
            api.sandbox.faults().next(Fault::ActionFailed {
                code: "action_failed".into(),
                message: "no".into(),
            });
        }
        api.post(&path("disable_backup"), Value::Null).await.ok(201);
        assert_eq!(window().await, Value::Null);
        assert_eq!(backups().await.as_array().unwrap().len(), 1);
        api.settle();
        assert_eq!(
            window().await,
            if fails { shown.clone() } else { Value::Null }
        );
    }
    assert_eq!(backups().await, json!([]));
}
