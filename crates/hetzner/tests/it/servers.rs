//! Servers against the sandbox: every operation, on the wire and in what the caller gets.

use std::time::Duration;

use cloud_sandbox::{Fault, Sandbox};
use hetzner::servers::{PublicNetSetup, RescueType};
use hetzner::{
    ActionStatus, Labels, NetworkId, PlacementGroupType, ServerMetricType, ServerStatus, Sort,
};
use secrecy::ExposeSecret;
use serde_json::json;

use crate::common::{SSH_KEY, client, last, server};

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
