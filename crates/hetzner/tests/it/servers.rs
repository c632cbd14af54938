//! Servers against the sandbox: every operation, on the wire and in what the caller gets.

use std::time::Duration;

use cloud_core::request::CallOptions;
use cloud_sandbox::{Fault, Sandbox};
use hetzner::servers::{PublicNetSetup, RescueType};
use hetzner::{
    ActionFailed, ActionStatus, Architecture, ErrorCode, ImageType, Labels, NetworkId,
    PlacementGroupType, ServerMetricType, ServerStatus, Sort,
};
use secrecy::ExposeSecret;
use serde_json::json;

use crate::common::{client, last, server};

const SSH_KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB laptop";
const NETWORK: NetworkId = NetworkId(cloud_sandbox::hetzner::DEFAULT_NETWORK);

#[tokio::test(start_paused = true)]
async fn create_sends_what_was_said_and_nothing_else() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    api.ssh_keys().create("laptop", SSH_KEY).await.unwrap();
    let group = api
        .placement_groups()
        .create("spread", PlacementGroupType::Spread)
        .await
        .unwrap()
        .into_answer()
        .resource;

    api.servers()
        .create("web-1", "cx23", "debian-13")
        .await
        .unwrap();
    assert_eq!(
        last(&sandbox),
        (
            "POST /v1/servers".into(),
            json!({"name": "web-1", "server_type": "cx23", "image": "debian-13"})
        )
    );
    api.servers()
        .create("web-2", "cx23", "debian-13")
        .location("fsn1")
        .start_after_create(false)
        .ssh_keys(["laptop"])
        .placement_group(group.id)
        .user_data("#cloud-config\n")
        .labels([("env", "prod")])
        .networks([NETWORK])
        .public_net(PublicNetSetup::new().without_ipv4())
        .await
        .unwrap();
    let body = json!({
        "name": "web-2", "server_type": "cx23", "image": "debian-13", "location": "fsn1", "start_after_create": false,
        "ssh_keys": ["laptop"], "placement_group": group.id, "user_data": "#cloud-config\n", "labels": {"env": "prod"},
        "networks": [NETWORK], "public_net": {"enable_ipv4": false},
    });
    assert_eq!(last(&sandbox).1, body);
}

#[tokio::test(start_paused = true)]
async fn waiting_covers_the_creation_and_what_follows() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let created = api
        .servers()
        .create("web-1", "cx23", "debian-13")
        .labels([("env", "prod")])
        .await
        .unwrap();
    assert_eq!(created.resource.status, ServerStatus::Initializing);
    assert_eq!(
        created
            .actions()
            .map(|a| a.command.as_str())
            .collect::<Vec<_>>(),
        ["create_server", "start_server"]
    );
    assert!(
        !created
            .root_password
            .as_ref()
            .unwrap()
            .expose_secret()
            .is_empty()
    );
    assert!(
        !format!("{created:?}").contains(created.root_password.as_ref().unwrap().expose_secret())
    );

    let mut work = created.wait();
    let (mut percents, mut commands) = (Vec::new(), Vec::new());
    while let Some(progress) = work.progress().await.unwrap() {
        percents.push(progress.percent);
        commands.push(progress.what);
    }
    assert!(
        percents.is_sorted() && percents.last() == Some(&100),
        "{percents:?}"
    );
    commands.dedup();
    assert_eq!(commands, ["create_server", "start_server"]);
    let server = work.await.unwrap();
    assert!(server.is_running() && server.ipv4().is_some() && server.ipv6().is_some());
    assert_eq!(server.labels, Labels::from([("env", "prod")]));
}

#[tokio::test(start_paused = true)]
async fn a_failed_action_is_an_error_with_the_action_in_it() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let fault = Fault::ActionFailed {
        code: "action_failed".into(),
        message: "no host took it".into(),
    };
    sandbox.faults().next_matching("POST /v1/servers", fault);
    let created = api
        .servers()
        .create("web-1", "cx23", "debian-13")
        .await
        .unwrap();
    let error = created.wait().await.unwrap_err();
    let failed = error.api::<ActionFailed>().unwrap();
    assert_eq!(
        (failed.action.command.as_str(), &failed.action.status),
        ("create_server", &ActionStatus::Error)
    );
    assert_eq!(error.code(), Some("action_failed"));
    let text = error.to_string();
    assert!(
        text.starts_with("action_failed: action ") || text.contains("no host took it"),
        "{text}"
    );
    assert!(
        text.contains(&format!("server {}", created.resource.id)),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
async fn lists_filter_sort_and_page() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    for n in 0..60 {
        let env = if n % 2 == 0 { "prod" } else { "test" };
        api.servers()
            .create(format!("web-{n:02}"), "cx23", "debian-13")
            .labels([("env", env)])
            .await
            .unwrap();
    }
    sandbox.journal().clear();
    let all = api
        .servers()
        .list()
        .sort(Sort::NAME.descending())
        .all()
        .await
        .unwrap();
    let names: Vec<_> = all.iter().map(|server| server.name.as_str()).collect();
    assert_eq!((names.len(), names[0], names[59]), (60, "web-59", "web-00"));
    let queries: Vec<_> = sandbox
        .journal()
        .entries()
        .into_iter()
        .map(|entry| entry.query.unwrap())
        .collect();
    assert_eq!(
        queries,
        [
            "sort=name%3Adesc&per_page=50",
            "sort=name%3Adesc&page=2&per_page=50"
        ]
    );

    let prod = api
        .servers()
        .list()
        .label_selector("env=prod")
        .per_page(7)
        .prefetch(3)
        .all()
        .await
        .unwrap();
    assert_eq!(prod.len(), 30);
    assert!(
        prod.iter()
            .all(|server| server.labels.get("env") == Some("prod"))
    );
    assert_eq!(
        api.servers()
            .list()
            .name("web-07")
            .page()
            .await
            .unwrap()
            .items[0]
            .name,
        "web-07"
    );
    assert_eq!(
        api.servers()
            .list()
            .status(ServerStatus::Off)
            .all()
            .await
            .unwrap()
            .len(),
        0
    );
    let page = api.servers().list().per_page(25).page().await.unwrap();
    assert_eq!(
        (
            page.items.len(),
            page.info.total,
            page.next().unwrap().as_str()
        ),
        (25, Some(60), "2")
    );
}

#[tokio::test(start_paused = true)]
async fn find_takes_ids_names_and_names_of_digits() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let web = server(&api, "web-1").await;
    let digits = server(&api, "42").await;
    assert_eq!(
        api.servers().find(web.id).await.unwrap().unwrap().id,
        web.id
    );
    assert_eq!(
        api.servers().find("web-1").await.unwrap().unwrap().id,
        web.id
    );
    assert_eq!(
        api.servers().find("42").await.unwrap().unwrap().id,
        digits.id
    );
    assert_eq!(
        api.servers()
            .find(web.id.to_string())
            .await
            .unwrap()
            .unwrap()
            .name,
        "web-1"
    );
    assert!(api.servers().find("nobody").await.unwrap().is_none());
    assert!(api.servers().find(42_i64).await.unwrap().is_none());
    sandbox.faults().next(Fault::Error {
        status: 403,
        code: "forbidden".into(),
        message: "no".into(),
    });
    assert!(api.servers().find("web-1").await.unwrap_err().is_auth());
}

#[tokio::test(start_paused = true)]
async fn update_changes_only_what_was_said() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let web = server(&api, "web-1").await;
    let changed = api.servers().update(web.id).name("web-2").await.unwrap();
    assert_eq!(
        last(&sandbox),
        (
            format!("PUT /v1/servers/{}", web.id),
            json!({"name": "web-2"})
        )
    );
    assert_eq!(changed.name, "web-2");
    let changed = api
        .servers()
        .update(web.id)
        .labels(Labels::new())
        .await
        .unwrap();
    assert_eq!(last(&sandbox).1, json!({"labels": {}}));
    assert!(changed.labels.is_empty() && changed.name == "web-2");
}

#[tokio::test(start_paused = true)]
async fn power_and_the_state_it_leads_to() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let web = server(&api, "web-1").await;
    let status = async || api.servers().get(web.id).await.unwrap().status;
    for (call, path, after) in [
        (
            api.servers().power_off(web.id),
            "poweroff",
            ServerStatus::Off,
        ),
        (
            api.servers().power_on(web.id),
            "poweron",
            ServerStatus::Running,
        ),
        (
            api.servers().reboot(web.id),
            "reboot",
            ServerStatus::Running,
        ),
        (api.servers().reset(web.id), "reset", ServerStatus::Running),
    ] {
        let done = call
            .await
            .unwrap()
            .wait()
            .timeout(Duration::from_secs(120))
            .await
            .unwrap();
        assert!(done.is_success());
        assert_eq!(
            sandbox
                .journal()
                .count(&format!("POST /v1/servers/{}/actions/{path}", web.id)),
            1,
            "{path}"
        );
        assert_eq!(status().await, after, "{path}");
    }
    api.servers().shutdown(web.id).await.unwrap();
    let off = api
        .servers()
        .wait_for_status(web.id, ServerStatus::Off)
        .await
        .unwrap();
    assert!(off.is_off());
}

#[tokio::test(start_paused = true)]
async fn bodies_of_the_actions() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let id = server(&api, "web-1").await.id;
    let group = api
        .placement_groups()
        .create("spread", PlacementGroupType::Spread)
        .await
        .unwrap()
        .into_answer()
        .resource;
    let path = |name: &str| format!("POST /v1/servers/{id}/actions/{name}");
    let servers = api.servers();

    servers.power_off(id).await.unwrap().wait().await.unwrap();
    servers
        .change_type(id, "cx33", false)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(
        last(&sandbox),
        (
            path("change_type"),
            json!({"server_type": "cx33", "upgrade_disk": false})
        )
    );
    assert_eq!(servers.get(id).await.unwrap().server_type.name, "cx33");

    let ip = servers.get(id).await.unwrap().ipv4().unwrap();
    servers
        .change_dns_ptr(id, ip, "web.example.com")
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(
        last(&sandbox),
        (
            path("change_dns_ptr"),
            json!({"ip": ip, "dns_ptr": "web.example.com"})
        )
    );
    assert_eq!(
        servers
            .get(id)
            .await
            .unwrap()
            .public_net
            .ipv4
            .unwrap()
            .dns_ptr,
        "web.example.com"
    );
    servers
        .change_dns_ptr(id, ip, None)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(last(&sandbox).1, json!({"ip": ip, "dns_ptr": null}));

    servers
        .enable_backup(id)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(last(&sandbox).0, path("enable_backup"));
    assert!(servers.get(id).await.unwrap().backup_window.is_some());
    servers
        .disable_backup(id)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert!(servers.get(id).await.unwrap().backup_window.is_none());

    let iso = api.isos().list().all().await.unwrap().remove(0);
    let name = iso.name.clone().unwrap();
    servers
        .attach_iso(id, name.as_str())
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(last(&sandbox), (path("attach_iso"), json!({"iso": name})));
    assert_eq!(servers.get(id).await.unwrap().iso.unwrap().id, iso.id);
    servers.detach_iso(id).await.unwrap().wait().await.unwrap();
    assert_eq!(last(&sandbox).0, path("detach_iso"));
    assert!(servers.get(id).await.unwrap().iso.is_none());

    servers
        .attach_to_network(id, NETWORK)
        .ip("10.0.0.7")
        .alias_ips(["10.0.0.8"])
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    let body = json!({"network": NETWORK, "ip": "10.0.0.7", "alias_ips": ["10.0.0.8"]});
    assert_eq!(last(&sandbox), (path("attach_to_network"), body));
    servers
        .change_alias_ips(id, NETWORK, ["10.0.0.9"])
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(
        last(&sandbox),
        (
            path("change_alias_ips"),
            json!({"network": NETWORK, "alias_ips": ["10.0.0.9"]})
        )
    );
    let net = servers
        .get(id)
        .await
        .unwrap()
        .private_net(NETWORK)
        .unwrap()
        .clone();
    assert_eq!(
        (net.ip.as_str(), net.alias_ips),
        ("10.0.0.7", vec!["10.0.0.9".to_owned()])
    );
    servers
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
    assert!(servers.get(id).await.unwrap().private_net.is_empty());

    servers.power_off(id).await.unwrap().wait().await.unwrap();
    servers
        .add_to_placement_group(id, group.id)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(
        last(&sandbox),
        (
            path("add_to_placement_group"),
            json!({"placement_group": group.id})
        )
    );
    assert_eq!(
        api.placement_groups().get(group.id).await.unwrap().servers,
        [id]
    );
    servers
        .remove_from_placement_group(id)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(last(&sandbox).0, path("remove_from_placement_group"));
}

#[tokio::test(start_paused = true)]
async fn answers_with_secrets() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let key = api.ssh_keys().create("laptop", SSH_KEY).await.unwrap();
    let id = server(&api, "web-1").await.id;
    let servers = api.servers();

    let rescue = servers
        .enable_rescue(id)
        .kind(RescueType::Linux64)
        .ssh_keys([key.id])
        .await
        .unwrap();
    assert_eq!(
        last(&sandbox).1,
        json!({"type": "linux64", "ssh_keys": [key.id]})
    );
    assert!(rescue.wait().await.unwrap().is_success());
    assert!(servers.get(id).await.unwrap().rescue_enabled);
    servers
        .disable_rescue(id)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert!(!servers.get(id).await.unwrap().rescue_enabled);

    let reset = servers.reset_password(id).await.unwrap();
    reset.wait().await.unwrap();
    let console = servers.request_console(id).await.unwrap();
    console.wait().await.unwrap();
    assert!(console.wss_url.expose_secret().starts_with("wss://"));
    let rebuilt = servers.rebuild(id, "ubuntu-24.04").await.unwrap();
    assert_eq!(last(&sandbox).1, json!({"image": "ubuntu-24.04"}));
    rebuilt.wait().await.unwrap();
    assert_eq!(
        servers.get(id).await.unwrap().image.unwrap().name.unwrap(),
        "ubuntu-24.04"
    );

    let shown = format!("{rescue:?}{reset:?}{console:?}{rebuilt:?}");
    for secret in [
        &rescue.root_password,
        &reset.root_password,
        &console.password,
        &console.wss_url,
    ] {
        assert!(
            !secret.expose_secret().is_empty() && !shown.contains(secret.expose_secret()),
            "{shown}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn images_are_taken_kept_protected_and_deleted() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let id = server(&api, "web-1").await.id;
    let created = api
        .servers()
        .create_image(id)
        .description("before")
        .kind(ImageType::Snapshot)
        .labels([("a", "b")])
        .await
        .unwrap();
    assert_eq!(
        last(&sandbox).1,
        json!({"description": "before", "type": "snapshot", "labels": {"a": "b"}})
    );
    let image = created.wait().await.unwrap();
    assert!(
        image.is_available()
            && image.kind == ImageType::Snapshot
            && image.created_from.unwrap().id == id
    );

    let changed = api
        .images()
        .update(image.id)
        .description("after")
        .await
        .unwrap();
    assert_eq!(
        last(&sandbox),
        (
            format!("PUT /v1/images/{}", image.id),
            json!({"description": "after"})
        )
    );
    assert_eq!(changed.description, "after");
    api.images()
        .change_protection(image.id)
        .delete(true)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(last(&sandbox).1, json!({"delete": true}));
    let error = api.images().delete(image.id).await.unwrap_err();
    assert_eq!(
        error.api::<hetzner::ApiError>().unwrap().code,
        ErrorCode::Protected
    );
    api.images()
        .change_protection(image.id)
        .delete(false)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    let deleted = api.images().delete(image.id).await.unwrap();
    assert!(deleted.is_none());
    deleted.wait().await.unwrap();
    assert!(api.images().get(image.id).await.unwrap_err().is_not_found());
    let commands: Vec<_> = api
        .images()
        .list_actions_of(image.id)
        .all()
        .await
        .unwrap_or_default()
        .into_iter()
        .map(|a| a.command)
        .collect();
    assert!(
        commands.is_empty() || commands.contains(&"change_protection".to_owned()),
        "{commands:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_image_name_is_shared_by_two_architectures() {
    let api = client(&Sandbox::new());
    let x86 = api
        .images()
        .find("debian-13", Architecture::X86)
        .await
        .unwrap()
        .unwrap();
    let arm = api
        .images()
        .find("debian-13", Architecture::Arm)
        .await
        .unwrap()
        .unwrap();
    assert!(
        x86.id != arm.id
            && x86.architecture == Architecture::X86
            && arm.architecture == Architecture::Arm
    );
    assert_eq!(
        api.images()
            .find(arm.id, Architecture::X86)
            .await
            .unwrap()
            .unwrap()
            .id,
        arm.id
    );
    assert!(
        api.images()
            .find("beos-5", Architecture::X86)
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test(start_paused = true)]
async fn protection_refuses_and_is_lifted() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let id = server(&api, "web-1").await.id;
    api.servers()
        .change_protection(id)
        .delete(true)
        .rebuild(true)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(last(&sandbox).1, json!({"delete": true, "rebuild": true}));
    let error = api.servers().delete(id).await.unwrap_err();
    assert_eq!(
        (error.status().unwrap().as_u16(), error.code()),
        (423, Some("protected"))
    );
    assert!(
        api.servers()
            .rebuild(id, "debian-13")
            .await
            .unwrap_err()
            .code()
            == Some("protected")
    );
    api.servers()
        .change_protection(id)
        .delete(false)
        .rebuild(false)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    api.servers()
        .delete(id)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert!(api.servers().get(id).await.unwrap_err().is_not_found());
}

#[tokio::test(start_paused = true)]
async fn metrics_repeat_the_type() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let id = server(&api, "web-1").await.id;
    let end = hetzner::Timestamp::now();
    let start = hetzner::Timestamp::from_unix(end.as_unix() - 600).unwrap();
    let kinds = [ServerMetricType::Cpu, ServerMetricType::Network];
    let metrics = api
        .servers()
        .metrics(id, kinds, start, end)
        .step(60)
        .await
        .unwrap();
    assert!(
        !metrics.samples("cpu").is_empty() && !metrics.samples("network.0.bandwidth.in").is_empty()
    );
    let entries = sandbox.journal().entries();
    let query = entries.last().unwrap().query.clone().unwrap();
    assert!(
        query.starts_with("type=cpu&type=network&start=") && query.ends_with("&step=60"),
        "{query}"
    );
}

#[tokio::test(start_paused = true)]
async fn actions_of_one_of_all_and_by_id() {
    let api = client(&Sandbox::new());
    let web = server(&api, "web-1").await;
    let other = server(&api, "web-2").await;
    let of_web = api
        .servers()
        .list_actions_of(web.id)
        .sort(Sort::ID)
        .all()
        .await
        .unwrap();
    assert_eq!(
        of_web
            .iter()
            .map(|a| a.command.as_str())
            .collect::<Vec<_>>(),
        ["create_server", "start_server"]
    );
    assert_eq!(
        api.servers()
            .list_actions()
            .status(ActionStatus::Success)
            .all()
            .await
            .unwrap()
            .len(),
        4
    );
    let id = of_web[0].id;
    assert_eq!(api.servers().get_action(id).await.unwrap(), of_web[0]);
    assert_eq!(api.actions().get(id).await.unwrap(), of_web[0]);
    let both = [
        id,
        api.servers().list_actions_of(other.id).all().await.unwrap()[0].id,
    ];
    assert_eq!(api.actions().get_many(both).await.unwrap().len(), 2);
    assert!(api.actions().wait(id).await.unwrap().is_success());
    assert!(
        api.actions()
            .wait(1)
            .await
            .unwrap_err()
            .to_string()
            .contains("does not know action 1")
    );
}

#[tokio::test(start_paused = true)]
async fn catalogues_and_small_resources() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let cx23 = api.server_types().find("cx23").await.unwrap().unwrap();
    assert_eq!(api.server_types().get(cx23.id).await.unwrap(), cx23);
    assert!(cx23.cores > 0 && cx23.price_in("fsn1").is_some());
    let fsn1 = api.locations().find("fsn1").await.unwrap().unwrap();
    assert_eq!(api.locations().get(fsn1.id).await.unwrap(), fsn1);
    assert!(
        api.locations()
            .list()
            .sort(Sort::NAME)
            .all()
            .await
            .unwrap()
            .is_sorted_by_key(|l| l.name.clone())
    );
    let iso = api
        .isos()
        .list()
        .architecture(Architecture::Arm)
        .all()
        .await
        .unwrap()
        .remove(0);
    assert_eq!(api.isos().get(iso.id).await.unwrap(), iso);
    assert_eq!(
        api.isos()
            .find(iso.name.clone().unwrap())
            .await
            .unwrap()
            .unwrap(),
        iso
    );
    let pricing = api.pricing().await.unwrap();
    assert!(pricing.server_types.iter().any(|t| t.id == cx23.id) && !pricing.currency.is_empty());

    let key = api
        .ssh_keys()
        .create("laptop", SSH_KEY)
        .labels([("team", "web")])
        .await
        .unwrap();
    assert_eq!(
        last(&sandbox).1,
        json!({"name": "laptop", "public_key": SSH_KEY, "labels": {"team": "web"}})
    );
    let found = api
        .ssh_keys()
        .list()
        .fingerprint(key.fingerprint.as_str())
        .all()
        .await
        .unwrap();
    assert_eq!(found, std::slice::from_ref(&key));
    assert_eq!(
        api.ssh_keys()
            .update(key.id)
            .name("desktop")
            .await
            .unwrap()
            .name,
        "desktop"
    );
    assert_eq!(
        api.ssh_keys().find("desktop").await.unwrap().unwrap().id,
        key.id
    );
    api.ssh_keys().delete(key.id).await.unwrap();
    assert!(api.ssh_keys().get(key.id).await.unwrap_err().is_not_found());

    let group = api
        .placement_groups()
        .create("g", PlacementGroupType::Spread)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(
        last(&sandbox).0,
        format!("GET /v1/placement_groups/{}", group.id)
    );
    assert_eq!(
        api.placement_groups()
            .update(group.id)
            .name("h")
            .await
            .unwrap()
            .name,
        "h"
    );
    assert_eq!(
        api.placement_groups().find("h").await.unwrap().unwrap().id,
        group.id
    );
    api.placement_groups().delete(group.id).await.unwrap();
    assert!(api.placement_groups().find("h").await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn bad_input_is_found_before_sending() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let cases = [
        (
            api.servers()
                .create("", "cx23", "debian-13")
                .send()
                .await
                .unwrap_err(),
            "name",
        ),
        (
            api.servers()
                .create("a", "", "debian-13")
                .send()
                .await
                .unwrap_err(),
            "server_type",
        ),
        (
            api.servers()
                .create("a", "cx23", "")
                .send()
                .await
                .unwrap_err(),
            "image",
        ),
        (
            api.servers()
                .create("a", "cx23", "debian-13")
                .labels([("a b", "")])
                .send()
                .await
                .unwrap_err(),
            "labels",
        ),
        (
            api.servers()
                .list()
                .label_selector("env in (a")
                .page()
                .await
                .unwrap_err(),
            "label_selector",
        ),
        (
            api.servers()
                .update(1)
                .labels([("hetzner.cloud/x", "")])
                .send()
                .await
                .unwrap_err(),
            "labels",
        ),
    ];
    for (error, field) in cases {
        assert_eq!(error.kind(), hetzner::ErrorKind::Input, "{error}");
        assert_eq!(error.fields()[0].name, field, "{error}");
    }
    let unchecked = api
        .servers()
        .create("a", "cx23", "debian-13")
        .labels([("a b", "")]);
    let error = unchecked.options(CallOptions::unchecked).await.unwrap_err();
    assert_eq!(
        error.code(),
        Some("invalid_input"),
        "the service is asked: {error}"
    );
}

#[tokio::test(start_paused = true)]
async fn errors_of_the_service_are_typed() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    server(&api, "web-1").await;
    let error = api
        .servers()
        .create("web-1", "cx23", "debian-13")
        .await
        .unwrap_err();
    let typed = error.api::<hetzner::ApiError>().unwrap();
    assert_eq!(
        (typed.code.clone(), typed.status),
        (ErrorCode::UniquenessError, 409)
    );
    assert!(error.is_conflict() && !error.may_have_happened() && error.correlation_id().is_some());
    assert_eq!(error.fields()[0].name, "name");

    let error = api
        .servers()
        .create("x", "cx999", "debian-13")
        .await
        .unwrap_err();
    assert!(
        error.is_invalid_input() && error.fields()[0].name == "server_type",
        "{error}"
    );
    let text = error.to_string();
    assert!(
        text.starts_with("POST /servers failed: 422 invalid_input: ") && text.contains("(request "),
        "{text}"
    );

    sandbox.faults().next(Fault::HtmlBody(403));
    let error = api.servers().get(1).await.unwrap_err();
    assert!(error.code().is_none() && error.body().unwrap().starts_with(b"<html>"));
    assert!(!error.is_auth(), "a proxy has refused, not the service");
    // A captive portal, or an endpoint that is not one.
    sandbox.faults().next(Fault::HtmlBody(200));
    let error = api.servers().get(1).await.unwrap_err();
    assert_eq!(error.kind(), hetzner::ErrorKind::Decode);
    assert_eq!(
        error.to_string(),
        "GET /servers/1 failed: 200 OK: answer not understood: the answer is no JSON, but an HTML page: 200 OK; \
         is the endpoint right? (0.0 s)"
    );
    assert!(error.body().unwrap().starts_with(b"<html>"));
    let maintenance = Fault::Error {
        status: 403,
        code: "maintenance".into(),
        message: "soon".into(),
    };
    sandbox.faults().next(maintenance);
    let error = api.servers().get(1).await.unwrap_err();
    assert!(
        !error.is_auth() && error.code() == Some("maintenance"),
        "403 is not always about the token"
    );
}

/// The service has been seen to quote the beginning of the token in its message about the rate limit.
#[tokio::test(start_paused = true)]
async fn a_token_quoted_by_the_service_is_hidden() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let message = "limit reached for secret-token".to_owned();
    sandbox.faults().times(
        5,
        Fault::Error {
            status: 429,
            code: "rate_limit_exceeded".into(),
            message,
        },
    );
    let error = api.servers().get(1).await.unwrap_err();
    assert!(error.is_rate_limited() && error.attempts() == 5);
    assert!(
        !format!("{error}{error:?}{:?}", error.api::<hetzner::ApiError>()).contains("secret-token"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_rate_limit_is_read_and_kept() {
    let sandbox = Sandbox::builder().rate_limit(10).build();
    let api = client(&sandbox);
    assert!(api.rate_limit().is_none());
    for _ in 0..15 {
        api.locations().list().page().await.unwrap();
    }
    let rate = api.rate_limit().unwrap();
    assert_eq!((rate.limit, rate.refill), (10, Duration::from_secs(360)));
    let refused = sandbox
        .journal()
        .entries()
        .into_iter()
        .filter(|entry| entry.status == Some(429))
        .count();
    assert_eq!(
        refused, 0,
        "the pace of the headers was kept, so the service had to refuse nothing"
    );
}
