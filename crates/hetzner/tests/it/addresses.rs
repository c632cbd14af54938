//! Floating and Primary IPs against the sandbox: every operation, on the wire and in what the caller gets.

use std::net::{IpAddr, Ipv6Addr};

use cloud_sandbox::Sandbox;
use hetzner::servers::PublicNetSetup;
use hetzner::{AssigneeType, Client, FloatingIp, IpVersion, ReverseDns, Server, Sort};
use serde_json::json;

use crate::common::{assert_code, assert_field, client, last, last_query, server};

/// A server in fsn1 that is off.
async fn stopped(api: &Client, name: &str, net: PublicNetSetup) -> Server {
    let order = api
        .servers()
        .create(name, "cx23", "debian-13")
        .location("fsn1")
        .public_net(net);
    order
        .start_after_create(false)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_floating_ip_goes_from_server_to_server() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let (a, b) = (server(&api, "a").await, server(&api, "b").await);
    let created = api
        .floating_ips()
        .create(IpVersion::V4)
        .server(a.id)
        .name("www")
        .description("in")
        .labels([("a", "")]);
    let created = created.await.unwrap();
    let body = json!({"type": "ipv4", "server": a.id, "name": "www", "description": "in", "labels": {"a": ""}});
    assert_eq!(last(&sandbox), ("POST /v1/floating_ips".into(), body));
    let ip = created.wait().await.unwrap();
    assert_eq!(
        (ip.server, ip.home_location.name.as_str(), ip.kind.clone()),
        (Some(a.id), "fsn1", IpVersion::V4)
    );
    assert_eq!(
        api.servers()
            .get(a.id)
            .await
            .unwrap()
            .public_net
            .floating_ips,
        [ip.id]
    );

    assert_code(
        api.floating_ips().assign(ip.id, a.id).await,
        "floating_ip_assigned",
    );
    assert_code(api.floating_ips().delete(ip.id).await, "must_be_unassigned");
    let path = |name: &str| format!("POST /v1/floating_ips/{}/actions/{name}", ip.id);
    api.floating_ips()
        .unassign(ip.id)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(last(&sandbox), (path("unassign"), json!(null)));
    api.floating_ips()
        .assign(ip.id, b.id)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(last(&sandbox), (path("assign"), json!({"server": b.id})));
    assert_eq!(
        api.floating_ips().get(ip.id).await.unwrap().server,
        Some(b.id)
    );
    // It moves without being unassigned.
    for server in [a.id, b.id] {
        let moved = api.floating_ips().assign(ip.id, server).await.unwrap();
        moved.wait().await.unwrap();
        assert_eq!(
            api.floating_ips().get(ip.id).await.unwrap().server,
            Some(server)
        );
    }

    let address = ip.address().unwrap();
    api.floating_ips()
        .change_dns_ptr(ip.id, address, "www.example.com")
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(
        last(&sandbox),
        (
            path("change_dns_ptr"),
            json!({"ip": address, "dns_ptr": "www.example.com"})
        )
    );
    assert_eq!(
        api.floating_ips().get(ip.id).await.unwrap().dns_ptr[0].dns_ptr,
        "www.example.com"
    );
    api.floating_ips()
        .change_dns_ptr(ip.id, address, None)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(last(&sandbox).1, json!({"ip": address, "dns_ptr": null}));
    assert_ne!(
        api.floating_ips().get(ip.id).await.unwrap().dns_ptr[0].dns_ptr,
        "www.example.com"
    );
    assert_code(
        api.floating_ips()
            .change_dns_ptr(ip.id, Ipv6Addr::LOCALHOST, "x")
            .await,
        "ip_not_owned",
    );
}

#[tokio::test(start_paused = true)]
async fn floating_ips_are_found_changed_and_given_back() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let ips = api.floating_ips();
    assert_field(ips.create(IpVersion::V6).await, "home_location");
    assert_field(ips.update(1).labels([("-", "")]).await, "labels");
    let created = ips
        .create(IpVersion::V6)
        .home_location("nbg1")
        .await
        .unwrap();
    assert_eq!(
        last(&sandbox).1,
        json!({"type": "ipv6", "home_location": "nbg1"})
    );
    assert!(created.action.is_none() && !created.resource.name.is_empty());
    let ip = created.wait().await.unwrap();
    assert!(ip.ip.ends_with("/64") && ip.address().unwrap().is_ipv6() && ip.dns_ptr.is_empty());

    let changed = ips
        .update(ip.id)
        .name("six")
        .description("text")
        .labels([("env", "prod")])
        .await
        .unwrap();
    let body = json!({"name": "six", "description": "text", "labels": {"env": "prod"}});
    assert_eq!(last(&sandbox).1, body);
    assert_eq!(changed.description.as_deref(), Some("text"));
    assert_eq!(
        ips.update(ip.id)
            .name("six")
            .await
            .unwrap()
            .description
            .as_deref(),
        Some("text")
    );
    let changed = ips.update(ip.id).description(None).await.unwrap();
    assert_eq!(
        (last(&sandbox).1, changed.description),
        (json!({"description": null}), None)
    );

    assert_eq!(ips.find("six").await.unwrap().unwrap().id, ip.id);
    assert_eq!(
        ips.list()
            .label_selector("env")
            .sort(Sort::by("created").descending())
            .all()
            .await
            .unwrap()
            .len(),
        1
    );
    assert_eq!(ips.list().name("six").page().await.unwrap().items.len(), 1);
    assert_code(
        ips.create(IpVersion::V4)
            .home_location("fsn1")
            .name("six")
            .await,
        "uniqueness_error",
    );
    ips.change_protection(ip.id)
        .delete(true)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_code(ips.delete(ip.id).await, "protected");
    ips.change_protection(ip.id)
        .delete(false)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    let actions = ips.list_actions_of(ip.id).all().await.unwrap();
    assert_eq!(
        ips.get_action(actions[0].id).await.unwrap().command,
        "change_protection"
    );
    assert_eq!(ips.list_actions().all().await.unwrap().len(), 2);
    ips.delete(ip.id).await.unwrap().wait().await.unwrap();
    assert!(ips.get(ip.id).await.unwrap_err().is_not_found());
}

#[tokio::test(start_paused = true)]
async fn a_primary_ip_outlives_its_servers() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let ips = api.primary_ips();
    let kept = ips
        .create("www", IpVersion::V4)
        .location("fsn1")
        .labels([("a", "b")])
        .await
        .unwrap();
    let body = json!({"name": "www", "type": "ipv4", "location": "fsn1", "labels": {"a": "b"}});
    assert_eq!(last(&sandbox), ("POST /v1/primary_ips".into(), body));
    assert_eq!(
        (&kept.resource.assignee_type, kept.resource.server()),
        (&AssigneeType::Unassigned, None)
    );
    let id = kept.resource.id;

    let first = stopped(&api, "first", PublicNetSetup::new().ipv4(id)).await;
    assert_eq!(first.public_net.ipv4.as_ref().unwrap().id, Some(id));
    assert_eq!(first.ipv4().map(Into::into), kept.resource.address());
    assert_eq!(ips.get(id).await.unwrap().server(), Some(first.id));
    assert_code(ips.delete(id).await, "must_be_unassigned");
    let taken = api
        .servers()
        .create("x", "cx23", "debian-13")
        .public_net(PublicNetSetup::new().ipv4(id))
        .await;
    assert_code(taken, "primary_ip_assigned");

    let path = |name: &str| format!("POST /v1/primary_ips/{id}/actions/{name}");
    ips.unassign(id).await.unwrap().wait().await.unwrap();
    assert_eq!(last(&sandbox), (path("unassign"), json!(null)));
    assert!(api.servers().get(first.id).await.unwrap().ipv4().is_none());
    let second = stopped(&api, "second", PublicNetSetup::new().without_ipv4()).await;
    ips.assign(id, second.id)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(
        last(&sandbox),
        (
            path("assign"),
            json!({"assignee_type": "server", "assignee_id": second.id})
        )
    );
    assert_eq!(
        api.servers().get(second.id).await.unwrap().ipv4(),
        first.ipv4()
    );
    assert_code(
        ips.assign(id, first.id).await,
        "primary_ip_already_assigned",
    );

    api.servers()
        .power_on(second.id)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_code(ips.unassign(id).await, "server_not_stopped");
    api.servers()
        .delete(second.id)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(ips.get(id).await.unwrap().server(), None);
    ips.delete(id).await.unwrap().wait().await.unwrap();
    assert!(ips.get(id).await.unwrap_err().is_not_found());
}

#[tokio::test(start_paused = true)]
async fn primary_ips_are_made_for_servers_and_go_with_them() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let ips = api.primary_ips();
    let web = stopped(&api, "web", PublicNetSetup::new().without_ipv6()).await;
    let own = ips.list().all().await.unwrap();
    assert_eq!(
        (own.len(), own[0].server(), own[0].auto_delete),
        (1, Some(web.id), true)
    );
    assert_code(
        ips.create("more", IpVersion::V4).server(web.id).await,
        "server_has_ipv4",
    );
    let six = ips
        .create("six", IpVersion::V6)
        .server(web.id)
        .auto_delete(false)
        .await
        .unwrap();
    let body = json!({
        "name": "six", "type": "ipv6", "assignee_type": "server", "assignee_id": web.id, "auto_delete": false,
    });
    assert_eq!(last(&sandbox).1, body);
    let six = six.wait().await.unwrap();
    assert_eq!(six.server(), Some(web.id));

    let address = format!("{}1", six.ip.strip_suffix("/64").unwrap());
    let address: Ipv6Addr = address.parse().unwrap();
    ips.change_dns_ptr(six.id, address, "six.example.com")
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    let shown = api
        .servers()
        .get(web.id)
        .await
        .unwrap()
        .public_net
        .ipv6
        .unwrap()
        .dns_ptr;
    assert_eq!(
        (shown[0].ip.as_str(), shown[0].dns_ptr.as_str()),
        (&*address.to_string(), "six.example.com")
    );

    assert_eq!(
        ips.list()
            .ip(own[0].ip.as_str())
            .page()
            .await
            .unwrap()
            .items[0]
            .id,
        own[0].id
    );
    assert_eq!(
        last_query(&sandbox),
        format!("ip={}&per_page=50", own[0].ip)
    );
    assert_eq!(ips.find("six").await.unwrap().unwrap().id, six.id);
    let error = ips
        .change_protection(own[0].id)
        .delete(true)
        .await
        .unwrap_err();
    assert_eq!(error.fields()[0].name, "delete", "{error}");
    ips.change_protection(six.id)
        .delete(true)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    let error = ips.update(six.id).auto_delete(true).await.unwrap_err();
    assert_eq!(error.fields()[0].name, "auto_delete", "{error}");
    let changed = ips
        .update(six.id)
        .name("seven")
        .labels([("a", "b")])
        .await
        .unwrap();
    assert_eq!(
        (last(&sandbox).1, changed.name.as_str()),
        (json!({"name": "seven", "labels": {"a": "b"}}), "seven")
    );
    assert_eq!(
        ips.list()
            .label_selector("a=b")
            .sort(Sort::ID)
            .all()
            .await
            .unwrap()
            .len(),
        1
    );
    assert_eq!(ips.list_actions_of(six.id).all().await.unwrap().len(), 3);
    let action = ips.list_actions().all().await.unwrap().remove(0);
    assert_eq!(ips.get_action(action.id).await.unwrap(), action);

    api.servers()
        .delete(web.id)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    let left: Vec<_> = ips
        .list()
        .all()
        .await
        .unwrap()
        .into_iter()
        .map(|ip| ip.name)
        .collect();
    assert_eq!(left, ["seven"]);
    assert_code(ips.delete(six.id).await, "protected");
    assert_field(ips.create("x", IpVersion::V4).await, "location");
}

#[tokio::test(start_paused = true)]
async fn reverse_dns_is_one_interface_for_all_that_have_it() {
    let sandbox = Sandbox::new();
    let api = client(&sandbox);
    let server = server(&api, "web-1").await;
    let floating = api
        .floating_ips()
        .create(IpVersion::V6)
        .home_location("fsn1");
    let floating = floating.await.unwrap().wait().await.unwrap();
    let primary = api
        .primary_ips()
        .create("www", IpVersion::V4)
        .location("fsn1");
    let primary = primary.await.unwrap().wait().await.unwrap();
    let balancer = api
        .load_balancers()
        .create("front", "lb11")
        .location("fsn1");
    let balancer = balancer.await.unwrap().wait().await.unwrap();

    let v4 = balancer.ipv4().unwrap();
    let v6 = server.ipv6().unwrap();
    let all: [(&dyn ReverseDns, IpAddr, String); 5] = [
        (
            &server,
            server.ipv4().unwrap().into(),
            format!("servers/{}", server.id),
        ),
        (&server, v6.into(), format!("servers/{}", server.id)),
        (
            &floating,
            floating.address().unwrap(),
            format!("floating_ips/{}", floating.id),
        ),
        (
            &primary,
            primary.address().unwrap(),
            format!("primary_ips/{}", primary.id),
        ),
        (&balancer, v4, format!("load_balancers/{}", balancer.id)),
    ];
    for (index, (resource, ip, path)) in all.iter().enumerate() {
        let name = format!("www-{index}.example.com");
        let change = resource.change_dns_ptr(&api, *ip, Some(&name));
        change.await.unwrap();
        assert_eq!(
            last(&sandbox),
            (
                format!("POST /v1/{path}/actions/change_dns_ptr"),
                json!({"ip": ip, "dns_ptr": name})
            )
        );
    }
    let server = api.servers().get(server.id).await.unwrap();
    let floating = api.floating_ips().get(floating.id).await.unwrap();
    let primary = api.primary_ips().get(primary.id).await.unwrap();
    let balancer = api.load_balancers().get(balancer.id).await.unwrap();
    let now: [&dyn ReverseDns; 5] = [&server, &server, &floating, &primary, &balancer];
    for (index, ((_, ip, _), resource)) in all.iter().zip(now).enumerate() {
        let name = format!("www-{index}.example.com");
        assert_eq!(resource.dns_ptr_of(*ip), Some(name));
        let entries = resource.dns_ptrs();
        assert!(entries.iter().any(|entry| entry.ip.parse() == Ok(*ip)));
    }
    let foreign = "192.0.2.1".parse().unwrap();
    assert_eq!(server.dns_ptr_of(foreign), None);
    // Whatever way the service writes it.
    let written: FloatingIp = hetzner::decode::from_str(
        r#"{"dns_ptr":[{"ip":"2001:0db8:0000::0001","dns_ptr":"a.example.com"}]}"#,
    )
    .unwrap();
    let ip = "2001:db8::1".parse().unwrap();
    assert_eq!(written.dns_ptr_of(ip).as_deref(), Some("a.example.com"));

    let reset = server.change_dns_ptr(&api, v6.into(), None);
    reset.await.unwrap();
    assert_eq!(last(&sandbox).1, json!({"ip": v6, "dns_ptr": null}));
}
