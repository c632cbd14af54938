//! Firewalls against the sandbox: every operation, on the wire and in what the caller gets.

use cloud_sandbox::{Fault, Sandbox};
use hetzner::servers::{PublicNetSetup, ServerFirewallStatus};
use hetzner::{
    ActionFailed, FirewallProtocol, FirewallResourceType, FirewallRule, FirewallTarget, Sort,
};
use serde_json::json;

use crate::common::{assert_code, assert_field, client, last, server};

#[tokio::test(start_paused = true)]
async fn create_sends_rules_and_targets() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let web = server(&api, "web-1").await;
    let created = api
        .firewalls()
        .create("web")
        .rules([
            FirewallRule::inbound_tcp("22", ["203.0.113.0/24"]).description("from the office"),
            FirewallRule::inbound_udp("80-85", FirewallRule::ANYWHERE),
            FirewallRule::inbound_icmp(["0.0.0.0/0"]),
            FirewallRule::inbound(FirewallProtocol::Gre, ["0.0.0.0/0"]),
            FirewallRule::outbound_tcp("443", ["0.0.0.0/0"]),
            FirewallRule::outbound_udp("53", ["0.0.0.0/0"]),
            FirewallRule::outbound_icmp(["0.0.0.0/0"]),
            FirewallRule::outbound(FirewallProtocol::Esp, ["0.0.0.0/0"]),
        ])
        .apply_to([
            FirewallTarget::server(web.id),
            FirewallTarget::label_selector("role=web"),
        ])
        .labels([("env", "prod")])
        .await
        .unwrap();
    let everyone = json!(["0.0.0.0/0"]);
    let body = json!({
        "name": "web",
        "rules": [
            {"description": "from the office", "direction": "in", "protocol": "tcp", "port": "22",
             "source_ips": ["203.0.113.0/24"]},
            {"direction": "in", "protocol": "udp", "port": "80-85", "source_ips": ["0.0.0.0/0", "::/0"]},
            {"direction": "in", "protocol": "icmp", "source_ips": everyone},
            {"direction": "in", "protocol": "gre", "source_ips": everyone},
            {"direction": "out", "protocol": "tcp", "port": "443", "destination_ips": everyone},
            {"direction": "out", "protocol": "udp", "port": "53", "destination_ips": everyone},
            {"direction": "out", "protocol": "icmp", "destination_ips": everyone},
            {"direction": "out", "protocol": "esp", "destination_ips": everyone},
        ],
        "apply_to": [
            {"type": "server", "server": {"id": web.id}},
            {"type": "label_selector", "label_selector": {"selector": "role=web"}},
        ],
        "labels": {"env": "prod"},
    });
    assert_eq!(last(&sandbox), ("POST /v1/firewalls".into(), body));
    let commands: Vec<_> = created
        .actions()
        .map(|action| action.command.as_str())
        .collect();
    assert_eq!(
        commands,
        ["set_firewall_rules", "apply_firewall", "apply_firewall"]
    );
    let shown = |server: hetzner::Server| server.public_net.firewalls[0].status.clone();
    assert_eq!(
        shown(api.servers().get(web.id).await.unwrap()),
        ServerFirewallStatus::Pending
    );

    let firewall = created.wait().await.unwrap();
    assert_eq!(
        shown(api.servers().get(web.id).await.unwrap()),
        ServerFirewallStatus::Applied
    );
    assert_eq!(
        (firewall.rules.len(), firewall.servers()),
        (8, vec![web.id])
    );
    assert_eq!(
        firewall.rules[0],
        FirewallRule::inbound_tcp("22", ["203.0.113.0/24"]).description("from the office")
    );
    assert_eq!(
        firewall.applied_to[1].kind,
        FirewallResourceType::LabelSelector
    );
    assert_eq!(
        api.firewalls()
            .create("bare")
            .await
            .unwrap()
            .actions()
            .count(),
        0
    );
}

#[tokio::test(start_paused = true)]
async fn apply_and_remove() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let (a, b) = (server(&api, "a").await, server(&api, "b").await);
    let id = api.firewalls().create("web").await.unwrap().resource.id;
    let path = |name: &str| format!("POST /v1/firewalls/{id}/actions/{name}");

    let applied = api
        .firewalls()
        .apply_to_resources(id, [a.id, b.id])
        .await
        .unwrap();
    let targets = json!([{"type": "server", "server": {"id": a.id}}, {"type": "server", "server": {"id": b.id}}]);
    assert_eq!(
        last(&sandbox),
        (path("apply_to_resources"), json!({"apply_to": targets}))
    );
    assert_eq!(applied.len(), 2);
    let ended = applied.wait().await.unwrap();
    assert!(ended.iter().all(hetzner::Action::is_success) && ended.len() == 2);
    assert_eq!(
        api.firewalls().get(id).await.unwrap().servers(),
        [a.id, b.id]
    );
    assert_code(
        api.firewalls().apply_to_resources(id, [a.id]).await,
        "firewall_already_applied",
    );
    assert_code(api.firewalls().delete(id).await, "resource_in_use");

    let removed = api
        .firewalls()
        .remove_from_resources(id, [FirewallTarget::from(a.id)])
        .await
        .unwrap();
    let body = json!({"remove_from": [{"type": "server", "server": {"id": a.id}}]});
    assert_eq!(last(&sandbox), (path("remove_from_resources"), body));
    removed.wait().await.unwrap();
    assert_code(
        api.firewalls().remove_from_resources(id, [a.id]).await,
        "firewall_resource_not_found",
    );
    assert!(
        api.servers()
            .get(a.id)
            .await
            .unwrap()
            .public_net
            .firewalls
            .is_empty()
    );

    api.servers()
        .delete(b.id)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    api.firewalls()
        .delete(id)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert!(api.firewalls().get(id).await.unwrap_err().is_not_found());
}

#[tokio::test(start_paused = true)]
async fn label_selectors_follow_the_labels() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let web = server(&api, "web").await;
    let id = api.firewalls().create("web").await.unwrap().resource.id;
    let selector = [FirewallTarget::label_selector("role=web")];
    api.firewalls()
        .apply_to_resources(id, selector.clone())
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert!(api.firewalls().get(id).await.unwrap().servers().is_empty());
    api.servers()
        .update(web.id)
        .labels([("role", "web")])
        .await
        .unwrap();
    assert_eq!(api.firewalls().get(id).await.unwrap().servers(), [web.id]);
    assert_eq!(
        api.servers()
            .get(web.id)
            .await
            .unwrap()
            .public_net
            .firewalls[0]
            .id,
        id
    );
    let one = api.firewalls().remove_from_resources(id, [web.id]).await;
    assert_code(one, "firewall_managed_by_label_selector");
    api.firewalls()
        .remove_from_resources(id, selector)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert!(api.firewalls().get(id).await.unwrap().applied_to.is_empty());
    assert_field(
        api.firewalls()
            .apply_to_resources(id, [FirewallTarget::label_selector("a in (")])
            .await,
        "apply_to",
    );
}

#[tokio::test(start_paused = true)]
async fn rules_are_replaced_as_a_whole() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let web = server(&api, "web").await;
    let created = api
        .firewalls()
        .create("web")
        .apply_to([web.id])
        .await
        .unwrap();
    let id = created.wait().await.unwrap().id;
    let set = api
        .firewalls()
        .set_rules(id, [FirewallRule::inbound_icmp(["::/0"])])
        .await
        .unwrap();
    let body = json!({"rules": [{"direction": "in", "protocol": "icmp", "source_ips": ["::/0"]}]});
    assert_eq!(
        last(&sandbox),
        (format!("POST /v1/firewalls/{id}/actions/set_rules"), body)
    );
    assert_eq!(set.wait().await.unwrap().len(), 2);
    assert_eq!(api.firewalls().get(id).await.unwrap().rules.len(), 1);
    api.firewalls()
        .set_rules(id, [])
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(last(&sandbox).1, json!({"rules": []}));
    assert!(api.firewalls().get(id).await.unwrap().rules.is_empty());

    let many = vec![FirewallRule::inbound_icmp(["::/0"]); 51];
    assert_field(api.firewalls().set_rules(id, many.clone()).await, "rules");
    assert_field(api.firewalls().create("many").rules(many).await, "rules");
    assert_field(
        api.firewalls()
            .set_rules(id, [FirewallRule::inbound(FirewallProtocol::Tcp, ["::/0"])])
            .await,
        "rules",
    );
    let wrong = api
        .firewalls()
        .set_rules(id, [FirewallRule::inbound_tcp("ssh", ["::/0"])])
        .await
        .unwrap_err();
    assert_eq!(wrong.fields()[0].name, "rules.port");
    let fault = Fault::ActionFailed {
        code: "action_failed".into(),
        message: "no".into(),
    };
    sandbox
        .faults()
        .next_matching("POST /v1/firewalls/*/actions/set_rules", fault);
    let failed = api
        .firewalls()
        .set_rules(id, [FirewallRule::inbound_icmp(["::/0"])])
        .await
        .unwrap();
    let error = failed.wait().await.unwrap_err();
    assert_eq!(
        error.api::<ActionFailed>().unwrap().action.command,
        "set_firewall_rules"
    );
}

#[tokio::test(start_paused = true)]
async fn servers_without_a_public_side_have_no_firewall() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let network = hetzner::NetworkId(cloud_sandbox::hetzner::DEFAULT_NETWORK);
    let hidden = PublicNetSetup::new().without_ipv4().without_ipv6();
    let order = api
        .servers()
        .create("inner", "cx23", "debian-13")
        .location("fsn1")
        .networks([network]);
    let inner = order
        .public_net(hidden)
        .await
        .unwrap()
        .into_answer()
        .resource;
    let id = api.firewalls().create("web").await.unwrap().resource.id;
    assert_code(
        api.firewalls().apply_to_resources(id, [inner.id]).await,
        "private_net_only_server",
    );
    assert_code(
        api.firewalls().create("x").apply_to([inner.id]).await,
        "incompatible_network_type",
    );
    let missing = api
        .firewalls()
        .apply_to_resources(id, [hetzner::ServerId(1)])
        .await;
    assert_code(missing, "firewall_resource_not_found");
}

#[tokio::test(start_paused = true)]
async fn lists_find_and_update() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let firewalls = api.firewalls();
    for name in ["a", "b"] {
        firewalls
            .create(name)
            .labels([("name", name)])
            .await
            .unwrap();
    }
    let names: Vec<_> = firewalls
        .list()
        .sort(Sort::NAME.descending())
        .all()
        .await
        .unwrap();
    assert_eq!(
        names
            .iter()
            .map(|firewall| firewall.name.as_str())
            .collect::<Vec<_>>(),
        ["b", "a"]
    );
    assert_eq!(
        firewalls
            .list()
            .label_selector("name=a")
            .all()
            .await
            .unwrap()[0]
            .name,
        "a"
    );
    assert_eq!(
        firewalls.list().name("b").page().await.unwrap().items.len(),
        1
    );
    let a = firewalls.find("a").await.unwrap().unwrap();
    let changed = firewalls.update(a.id).name("c").await.unwrap();
    assert_eq!(
        (last(&sandbox).1, changed.name.as_str()),
        (json!({"name": "c"}), "c")
    );
    assert_code(firewalls.create("b").await, "uniqueness_error");
    firewalls
        .set_rules(a.id, [])
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    let action = firewalls
        .list_actions_of(a.id)
        .all()
        .await
        .unwrap()
        .remove(0);
    assert_eq!(firewalls.get_action(action.id).await.unwrap(), action);
    assert_eq!(firewalls.list_actions().all().await.unwrap(), [action]);
}
