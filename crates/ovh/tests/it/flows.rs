//! Whole flows, as programs run them, against the sandbox. The paused time of the runtime is that of the sandbox, so that
//! every wait takes as long as the work does.

use std::net::Ipv4Addr;
use std::time::Duration;

use cloud_core::test_util::PausedClock;
use cloud_sandbox::ovh::{CLIENT_ID, CLIENT_SECRET};
use cloud_sandbox::{Fault, Sandbox};
use ovh::Client;
use ovh::cart::DomainOffer;
use ovh::cloud::{ClusterStatus, InstanceStatus, NewNodePool};
use ovh::domain::{DomainTaskStatus, NameServerHost, TransferLock};
use ovh::iam::{Condition, Permissions};
use ovh::service::PurchasedService;
use ovh::vps::{VpsState, VpsTaskState};

const PROJECT: &str = "00000000000000000000000000000001";

fn client(sandbox: &Sandbox) -> Client {
    let builder = Client::builder().oauth2(CLIENT_ID, CLIENT_SECRET);
    let builder = builder.transport(sandbox.ovh()).clock(PausedClock::new());
    builder.build().unwrap()
}

fn sandbox() -> Sandbox {
    Sandbox::builder()
        .action_duration(Duration::from_secs(30))
        .build()
}

#[tokio::test(start_paused = true)]
async fn a_cluster_is_created_and_scaled_its_kubeconfig_fetched_and_all_deleted() {
    let sandbox = sandbox();
    let api = client(&sandbox);
    let project = api.project(PROJECT);
    let clusters = project.clusters();
    let workers = NewNodePool::new("b2-7", 2).name("workers");
    let made = clusters
        .create("GRA11")
        .name("prod")
        .nodepool(workers)
        .await
        .unwrap();
    assert_eq!(made.status, ClusterStatus::Installing);
    let cluster = made.wait().await.unwrap();
    assert_eq!(cluster.status, ClusterStatus::Ready);

    let pools = project.node_pools(&cluster);
    let pool = pools.list().all().await.unwrap().remove(0);
    let scaled = pools.update(&pool).desired_nodes(4).await.unwrap();
    assert_eq!(pools.get(&pool).await.unwrap().current_nodes, 2);
    assert_eq!(scaled.wait().await.unwrap().current_nodes, 4);
    assert_eq!(pools.nodes(&pool).all().await.unwrap().len(), 4);

    let kubeconfig = clusters.kubeconfig(&cluster).await.unwrap();
    assert!(kubeconfig.content.expose().contains(&cluster.url));
    clusters
        .reset_kubeconfig(&cluster)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_ne!(clusters.kubeconfig(&cluster).await.unwrap(), kubeconfig);

    let next = cluster.next_upgrade_versions[0].clone();
    let upgraded = clusters.upgrade(&cluster, "NEXT_MINOR").await.unwrap();
    assert_eq!(upgraded.wait().await.unwrap().version, next);

    pools.delete(&pool).await.unwrap().wait().await.unwrap();
    clusters
        .delete(&cluster)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert!(clusters.get(&cluster).optional().await.unwrap().is_none());
    let path = format!("/1.0/cloud/project/{PROJECT}/kube");
    assert_eq!(sandbox.journal().count(&format!("POST {path}")), 1);
}

#[tokio::test(start_paused = true)]
async fn an_instance_is_made_by_names_stopped_snapshotted_and_deleted() {
    let sandbox = sandbox();
    let api = client(&sandbox);
    let project = api.project(PROJECT);
    let instances = project.instances();
    let create = instances
        .create("web-1", "GRA11", "b2-7")
        .image("Debian 12");
    let instance = create.await.unwrap().wait().await.unwrap();
    assert_eq!(
        (instance.flavor.name.as_str(), instance.image.name.as_str()),
        ("b2-7", "Debian 12")
    );

    let stopped = instances
        .stop(&instance)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(stopped.status, InstanceStatus::ShutOff);
    let saved = instances
        .snapshot(&instance, "web-1 of today")
        .await
        .unwrap();
    let snapshot = saved.wait().await.unwrap();
    assert_eq!(
        (snapshot.name.as_str(), snapshot.status.as_str()),
        ("web-1 of today", "active")
    );

    let create = instances
        .create("web-2", "GRA11", "b2-7")
        .image("web-1 of today");
    let again = create.await.unwrap().wait().await.unwrap();
    assert_eq!(again.image.id, snapshot.id);
    for instance in [&instance, &again] {
        instances
            .delete(instance)
            .await
            .unwrap()
            .wait()
            .await
            .unwrap();
    }
    project
        .snapshots()
        .delete(&snapshot)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert!(
        project
            .snapshots()
            .get(&snapshot)
            .optional()
            .await
            .unwrap()
            .is_none()
    );
    let left = instances.list().all().await.unwrap();
    assert_eq!(
        left.iter()
            .map(|left| left.name.as_str())
            .collect::<Vec<_>>(),
        ["bastion"]
    );
}

#[tokio::test(start_paused = true)]
async fn work_that_fails_ends_the_wait_with_its_state() {
    let sandbox = sandbox();
    let api = client(&sandbox);
    let instances = api.project(PROJECT).instances();
    // The login is not to take the fault.
    instances.list().all().await.unwrap();
    sandbox.faults().next(Fault::ActionFailed {
        code: "unknown".to_owned(),
        message: "no host is free".to_owned(),
    });
    let create = instances.create("web-1", "GRA11", cloud_sandbox::ovh::FLAVOR);
    let made = create.image(cloud_sandbox::ovh::IMAGE).await.unwrap();
    let error = made.wait().await.unwrap_err();
    assert_eq!(error.to_string(), "work failed: web-1 ended as ERROR");
}

#[tokio::test(start_paused = true)]
async fn a_virtual_server_is_saved_and_rebooted_and_its_addresses_are_read() {
    let sandbox = sandbox();
    let api = client(&sandbox);
    let vps = api.vps();
    let name = vps.list().ids().await.unwrap().remove(0);
    let task = vps.reboot(&name).await.unwrap().wait().await.unwrap();
    assert_eq!((task.kind.as_str(), task.progress), ("rebootVm", 100));
    let ips = vps.ips(&name).list().all().await.unwrap();
    assert_eq!(ips[0].ip_address, "198.51.100.21");

    let snapshot = vps.snapshot(&name);
    assert!(snapshot.get().optional().await.unwrap().is_none());
    let saved = snapshot.create().description("before").await.unwrap();
    saved.wait().await.unwrap();
    assert_eq!(snapshot.get().await.unwrap().description, "before");
    assert!(snapshot.create().await.unwrap_err().is_conflict());
    snapshot.revert().await.unwrap().wait().await.unwrap();
    snapshot.delete().await.unwrap().wait().await.unwrap();
    assert!(snapshot.get().optional().await.unwrap().is_none());

    vps.stop(&name).await.unwrap().wait().await.unwrap();
    assert_eq!(vps.get(&name).await.unwrap().state, VpsState::Stopped);
    vps.start(&name).await.unwrap().wait().await.unwrap();
    let image = vps.images(&name).list().all().await.unwrap().remove(0);
    vps.rebuild(&name, image.id)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    let done = vps
        .tasks(&name)
        .list()
        .state(VpsTaskState::Done)
        .all()
        .await
        .unwrap();
    assert_eq!(done.len(), 7);
}

#[tokio::test(start_paused = true)]
async fn the_expiry_of_every_service_is_listed_in_one_call() {
    let sandbox = sandbox();
    let api = client(&sandbox);
    let all = api.services().list().all().await.unwrap();
    let of = |path: &str| {
        let fits = |service: &&PurchasedService| {
            service
                .route
                .as_ref()
                .and_then(|route| route.path.as_deref())
                == Some(path)
        };
        all.iter().filter(fits).count()
    };
    assert_eq!(of("/dedicated/server/{serviceName}"), 3);
    assert_eq!(
        (of("/vps/{serviceName}"), of("/domain/zone/{zoneName}")),
        (2, 2)
    );
    assert!(
        all.iter()
            .all(|service| service.billing.expiration_date.is_some())
    );

    // What one of them says of itself is what the list says of it.
    let zones = api
        .services()
        .list()
        .route("/domain/zone/{zoneName}")
        .all()
        .await
        .unwrap();
    let infos = api.zone("example.com").service_infos();
    let zone = infos.get().await.unwrap();
    let listed = zones
        .iter()
        .find(|listed| listed.service_id == zone.service_id)
        .unwrap();
    let expires = listed.billing.expiration_date.unwrap().to_string();
    assert!(
        expires.starts_with(&zone.expiration),
        "{expires} {}",
        zone.expiration
    );

    let mut renewal = zone.renew.unwrap();
    renewal.delete_at_expiration = true;
    infos.set_renewal(&renewal).await.unwrap();
    let ending = api.services().get(zone.service_id).await.unwrap();
    assert_eq!(ending.billing.next_billing_date, None);
    let current = ending.billing.lifecycle.unwrap().current;
    assert_eq!(current.pending_actions, ["terminateAtExpirationDate"]);
}

#[tokio::test(start_paused = true)]
async fn a_domain_gets_name_servers_and_is_unlocked() {
    let sandbox = sandbox();
    let api = client(&sandbox);
    let domains = api.domains();
    assert_eq!(
        domains.list().ids().await.unwrap(),
        ["example.com", "example.org"]
    );
    let unlocking = domains
        .update("example.com")
        .transfer_lock_status(TransferLock::Unlocked);
    assert_eq!(
        unlocking.await.unwrap().transfer_lock_status,
        TransferLock::Unlocking
    );
    let servers = domains.name_servers("example.com");
    let glue = NameServerHost::new("ns1.example.com").ip(Ipv4Addr::new(192, 0, 2, 1));
    let added = servers.add([glue]).await.unwrap();
    assert_eq!(added.wait().await.unwrap().status, DomainTaskStatus::Done);
    let all = servers.list().all().await.unwrap();
    let last = all.last().unwrap();
    assert_eq!(
        (last.host.as_str(), last.ip.as_deref()),
        ("ns1.example.com", Some("192.0.2.1"))
    );
    assert_eq!(
        domains
            .get("example.com")
            .await
            .unwrap()
            .transfer_lock_status,
        TransferLock::Unlocked
    );
    let error = servers.add(["ns1.example.com"]).await.unwrap_err();
    assert!(error.is_conflict());
}

#[tokio::test(start_paused = true)]
async fn a_policy_is_made_changed_and_deleted() {
    let sandbox = sandbox();
    let api = client(&sandbox);
    let policies = api.iam().policies();
    let groups = api.iam().resource_groups();
    let vps = "urn:v1:eu:resource:vps:vps-5a4d6b07.vps.ovh.net";
    let group = groups.create("front", [vps]).await.unwrap();
    assert_eq!(groups.get(&group).await.unwrap().resources[0].kind, "vps");
    let zone = "urn:v1:eu:resource:dnsZone:example.com";
    let group = groups.update(&group).resources([vps, zone]).await.unwrap();
    assert_eq!((group.name.as_str(), group.resources.len()), ("front", 2));

    let who = "urn:v1:eu:identity:user:ab12345-ovh/ci";
    let what = Permissions::allow(["vps:apiovh:reboot"]);
    let create = policies.create("ci", [who], what.clone(), [group.urn.as_str()]);
    let made = create.clone().or_get().await.unwrap();
    let again = create.or_get().await.unwrap();
    assert_eq!(
        (made.was_created(), again.was_created(), &made.id),
        (true, false, &again.id)
    );
    let with = |permissions| policies.create("ci", [who], permissions, [group.urn.as_str()]);
    let somebody = "urn:v1:eu:identity:user:ab12345-ovh/cd";
    let end: ovh::Timestamp = "2030-01-01T00:00:00Z".parse().unwrap();
    for (other, differs) in [
        (
            policies.create("ci", [somebody], what.clone(), [group.urn.as_str()]),
            "identities",
        ),
        (
            with(Permissions::allow(["vps:apiovh:get"])),
            "permissions.allow",
        ),
        (
            with(what.clone().and_deny(["vps:apiovh:get"])),
            "permissions.deny",
        ),
        (
            with(what.clone().but_not(["vps:apiovh:get"])),
            "permissions.except",
        ),
        (
            policies.create("ci", [who], what.clone(), [vps]),
            "resources",
        ),
        (
            with(what.clone()).permissions_groups(["urn:v1:eu:permissionsGroup:ovh:readOnly"]),
            "permissionsGroups",
        ),
        (
            with(what.clone()).conditions(Condition::default()),
            "conditions",
        ),
        // One that ends some day is not the one that does not.
        (with(what.clone()).expired_at(end), "expiredAt"),
    ] {
        let error = other.or_get().await.unwrap_err();
        let text = format!(
            "POST /v2/iam/policy failed: 409 Client::Conflict: There is a policy with the name ci already; {differs}: \
             differs in what is there (request {}, {:.1} s)",
            error.correlation_id().unwrap(),
            error.elapsed().as_secs_f64()
        );
        assert_eq!(error.to_string(), text);
        assert_eq!(error.fields()[0].name, differs);
    }

    let changed = policies.update(&made).name("ci-2").await.unwrap();
    assert_eq!(
        (changed.name.as_str(), &changed.permissions),
        ("ci-2", &what)
    );
    assert_eq!(changed.identities, [who]);
    policies.delete(&made.id).await.unwrap();
    groups.delete(&group).await.unwrap();
    assert!(policies.get(&made.id).optional().await.unwrap().is_none());
    assert!(groups.get(&group).optional().await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_key_of_the_account_is_replaced() {
    let sandbox = sandbox();
    let api = client(&sandbox);
    let keys = api.me().ssh_keys();
    let first = keys
        .create("laptop", "ssh-ed25519 AAAA old")
        .or_get()
        .await
        .unwrap();
    assert!(first.was_created());
    let again = keys
        .create("laptop", "ssh-ed25519 AAAA old")
        .or_get()
        .await
        .unwrap();
    assert!(!again.was_created());
    let other = keys.create("laptop", "ssh-ed25519 AAAA new");
    let error = other.clone().or_get().await.unwrap_err();
    assert!(error.is_conflict());
    assert_eq!(error.fields()[0].name, "key");
    keys.delete("laptop").await.unwrap();
    other.await.unwrap();
    assert_eq!(
        keys.get("laptop").await.unwrap().key,
        "ssh-ed25519 AAAA new"
    );
    assert_eq!(keys.list().all().await.unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_dyn_host_record_follows_its_address() {
    let sandbox = sandbox();
    let api = client(&sandbox);
    let zone = api.zone("example.com");
    let records = zone.dyn_host_records();
    let record = records
        .create("home", [203, 0, 113, 7].into())
        .await
        .unwrap();
    records
        .update(&record)
        .ip(Ipv4Addr::new(203, 0, 113, 8))
        .await
        .unwrap();
    let home = records.list().sub_domain("home").all().await.unwrap();
    assert_eq!(
        (home[0].ip.as_str(), home[0].zone.as_str()),
        ("203.0.113.8", "example.com")
    );

    let logins = zone.dyn_host_logins();
    let login = logins
        .create("router", "home", "first pa55word".into())
        .await
        .unwrap();
    assert_eq!(login.login, "example.com-router");
    logins
        .set_password(&login.login, &"second pa55word".into())
        .await
        .unwrap();
    logins.set_sub_domain(&login.login, "*").await.unwrap();
    assert_eq!(logins.get(&login.login).await.unwrap().sub_domain, "*");
    logins.delete(&login.login).await.unwrap();
    records.delete(&record).await.unwrap();
    assert!(records.list().ids().await.unwrap().is_empty());
    assert!(logins.list().ids().await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_zone_goes_back_to_what_it_was() {
    let sandbox = sandbox();
    let api = client(&sandbox);
    let zone = api.zone("example.com");
    let before = zone.export().await.unwrap();
    let points = zone.history().list().all().await.unwrap();
    tokio::time::sleep(Duration::from_secs(60)).await;
    let file = format!("{before}\nhome IN A 203.0.113.7\n");
    let imported = zone.import(file).await.unwrap();
    let done = imported.wait().await.unwrap();
    assert_eq!(done.status, DomainTaskStatus::Done);
    assert!(zone.export().await.unwrap().contains("203.0.113.7"));
    let restored = zone
        .history()
        .restore(&points[0].creation_date)
        .await
        .unwrap();
    assert_eq!(zone.task(&*restored).await.unwrap().id, restored.id);
    restored.wait().await.unwrap();
    assert!(!zone.export().await.unwrap().contains("203.0.113.7"));
    assert_eq!(zone.history().list().ids().await.unwrap().len(), 3);

    let soa = zone.soa().await.unwrap();
    zone.update_soa().ttl(600).await.unwrap();
    let changed = zone.soa().await.unwrap();
    assert_eq!((changed.ttl, changed.expire), (600, soa.expire));
}

#[tokio::test(start_paused = true)]
async fn a_cart_is_priced_without_ordering() {
    let sandbox = sandbox();
    let api = client(&sandbox);
    let id = api
        .carts()
        .create("FR")
        .description("shop")
        .await
        .unwrap()
        .cart_id;
    let cart = api.cart(&id);
    cart.assign().await.unwrap();
    let is_free = async |domain: &str| {
        let offers = cart.domain(domain).await.unwrap();
        offers.iter().any(DomainOffer::is_free)
    };
    assert!(is_free("shop.example").await);
    assert!(!is_free("taken.example").await);
    assert!(!is_free("example.com").await);

    let item = cart
        .add_domain("shop.example")
        .duration("P2Y")
        .await
        .unwrap();
    let said = cart.items().configurations(&item);
    let setting = said.required().await.unwrap().remove(0).label;
    said.create(setting, "/me/contact/1").await.unwrap();
    assert_eq!(said.ids().await.unwrap().len(), 1);
    let summary = cart.summary().await.unwrap();
    assert_eq!((summary.order_id, summary.details.len()), (None, 1));
    assert_eq!(summary.prices.without_tax.text, "15.98 €");
    assert_eq!(
        cart.simulate_checkout().await.unwrap().prices,
        summary.prices
    );

    cart.items().delete(&item).await.unwrap();
    assert_eq!(cart.summary().await.unwrap().prices.with_tax.text, "0.00 €");
    cart.delete().await.unwrap();
    assert!(api.carts().list().ids().await.unwrap().is_empty());
    let ordered = format!("POST /1.0/order/cart/{id}/checkout");
    assert_eq!(sandbox.journal().count(&ordered), 0);
}

#[tokio::test(start_paused = true)]
async fn messages_wait_until_they_go_or_are_called_off() {
    let sandbox = sandbox();
    let api = client(&sandbox);
    let account = api.sms().list().all().await.unwrap().remove(0);
    let sender = api.sms().senders(&account.name).await.unwrap().remove(0);
    let jobs = api.sms().jobs(&account.name);
    let send = jobs.create("backup failed", ["+33600000001", "+33600000002", "me"]);
    let report = send
        .sender(sender)
        .differed_period(5)
        .tag("t")
        .await
        .unwrap();
    assert_eq!(
        (report.ids.len(), report.invalid_receivers.as_slice()),
        (2, &["me".to_owned()][..])
    );
    jobs.delete(report.ids[0]).await.unwrap();
    let left = jobs.list().all().await.unwrap();
    assert_eq!((left.len(), left[0].receiver.as_str()), (1, "+33600000002"));
    tokio::time::sleep(Duration::from_secs(6 * 60)).await;
    assert!(jobs.list().ids().await.unwrap().is_empty());
    let left = api.sms().get(&account.name).await.unwrap().credits_left;
    assert!((left - 98.0).abs() < 0.001, "{left}");
}

#[tokio::test(start_paused = true)]
async fn a_database_and_its_user_are_made_and_deleted() {
    let sandbox = sandbox();
    let api = client(&sandbox);
    let servers = api.private_databases();
    let server = servers.list().ids().await.unwrap().remove(0);
    servers
        .restart(&server)
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    let (databases, users) = (servers.databases(&server), servers.users(&server));
    databases
        .create("shop")
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert!(databases.create("shop").await.unwrap_err().is_conflict());
    users
        .create("web", "pa55word-1".into())
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    servers
        .whitelist(&server)
        .create("192.0.2.7")
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert_eq!(
        servers.whitelist(&server).ids().await.unwrap(),
        ["192.0.2.7"]
    );
    assert_eq!(databases.get("shop").await.unwrap().database_name, "shop");
    assert_eq!(users.list().all().await.unwrap()[0].user_name, "web");
    users.delete("web").await.unwrap().wait().await.unwrap();
    databases
        .delete("shop")
        .await
        .unwrap()
        .wait()
        .await
        .unwrap();
    assert!(databases.get("shop").optional().await.unwrap().is_none());
    let done = servers.tasks(&server).list().function("database/create");
    assert_eq!(
        done.all().await.unwrap()[0].database_name.as_deref(),
        Some("shop")
    );
}
