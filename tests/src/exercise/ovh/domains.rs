use std::net::IpAddr;
use std::time::Duration;

use ovh::Client;
use ovh::domain::{RecordId, RrType};
use ovh::service::{Renewal, ServiceId};

use super::super::Run;
use super::{All, ended};

const PASSWORD: &str = "an exercise";

pub(super) async fn all(run: &mut Run, api: &Client) {
    let domains = api.domains();
    run.call(All(domains.list().into_list())).await;
    run.call(domains.get("example.com")).await;
    run.call(
        domains
            .update("example.com")
            .transfer_lock_status("unlocked"),
    )
    .await;
    let servers = domains.name_servers("example.com");
    let added = run.call(servers.add(["ns1.example.net"])).await;
    let task = added.map_or(1.into(), |added| added.id);
    let all = run.call(All(servers.list())).await;
    let server = all.and_then(|all| all.first().map(|server| server.id));
    run.call(servers.get(server.unwrap_or(1.into()))).await;
    run.call(domains.task("example.com", task)).await;
    for infos in [
        domains.service_infos("example.com"),
        api.zone("example.com").service_infos(),
        api.email_domains().service_infos("example.com"),
    ] {
        run.call(infos.get()).await;
        run.call(infos.set_renewal(&Renewal::default())).await;
    }
    let all = run.call(api.services().list().ids()).await;
    let service = all.and_then(|all| all.first()?.parse::<ServiceId>().ok());
    run.call(api.services().get(service.unwrap_or(1.into())))
        .await;
    run.call(All(api.zones().list().into_list())).await;
    run.call(api.zones().get("example.com")).await;

    let zone = api.zone("example.com");
    let records = zone.records();
    let created = run
        .call(
            records
                .create(RrType::A, "203.0.113.7")
                .sub_domain("exercise")
                .ttl(300_u32),
        )
        .await;
    let id = created.map_or(RecordId(1), |record| record.id);
    let addresses = records.list().field_type(RrType::A).sub_domain("exercise");
    run.call(All(addresses.into_list())).await;
    run.call(records.get(id)).await;
    run.call(records.update(id).target("203.0.113.8").ttl(None))
        .await;
    run.call(records.delete(id)).await;
    run.call(zone.refresh()).await;
    run.call(zone.status()).await;
    let file = run.call(zone.export()).await;
    let imported = run.call(zone.import(file.unwrap_or_default())).await;
    let task = imported.map_or(1.into(), |task| task.id);
    run.call(zone.task(task)).await;
    run.call(zone.soa()).await;
    run.call(zone.update_soa().ttl(3600)).await;
    let history = zone.history();
    let points = run.call(All(history.list().into_list())).await;
    let point = points.and_then(|points| points.first().cloned());
    let point = point.unwrap_or_default().creation_date;
    run.call(history.get(point.as_str())).await;
    run.call(history.restore(point)).await;
    dyn_host(run, api).await;

    run.call(api.email_domains().ids()).await;
    let redirections = api.email_domains().redirections("example.com");
    run.call(redirections.create("exercise@example.com", "contact@example.com", false))
        .await;
    let ids = run
        .call(redirections.list().from("exercise@example.com").ids())
        .await;
    let id = ids
        .and_then(|ids| ids.into_iter().next())
        .unwrap_or_else(|| "1".to_owned());
    run.call(redirections.get(&id)).await;
    run.call(redirections.change(&id, "office@example.com"))
        .await;
    let ids = run
        .call(redirections.list().to("office@example.com").ids())
        .await;
    run.call(redirections.delete(&ids.and_then(|ids| ids.into_iter().next()).unwrap_or(id)))
        .await;
}

async fn dyn_host(run: &mut Run, api: &Client) {
    let zone = api.zone("example.com");
    let records = zone.dyn_host_records();
    let ip: IpAddr = [203, 0, 113, 7].into();
    let made = run.call(records.create("exercise", ip)).await;
    let record = made.map_or(1.into(), |record| record.id);
    run.call(All(records.list().sub_domain("exercise").into_list()))
        .await;
    run.call(records.get(record)).await;
    let other: IpAddr = [203, 0, 113, 8].into();
    run.call(records.update(record).ip(other)).await;
    run.call(records.delete(record)).await;

    let logins = zone.dyn_host_logins();
    let made = run
        .call(logins.create("exercise", "exercise", PASSWORD.into()))
        .await;
    let login = made.map_or_else(|| "exercise".to_owned(), |login| login.login);
    run.call(All(logins.list().sub_domain("exercise").into_list()))
        .await;
    run.call(logins.get(&login)).await;
    run.call(logins.set_sub_domain(&login, "*")).await;
    run.call(logins.set_password(&login, &PASSWORD.into()))
        .await;
    run.call(logins.delete(&login)).await;
}

/// Carts, and what is bought by them. Nothing is paid, but for a sandbox the order is made.
pub(super) async fn carts(run: &mut Run, api: &Client) {
    let made = run
        .call(api.carts().create("FR").description("exercise"))
        .await;
    let cart = api.cart(&made.unwrap_or_default());
    run.call(cart.get()).await;
    run.call(cart.assign()).await;
    run.call(All(api.carts().list().description("exercise").into_list()))
        .await;
    run.call(cart.domain("exercise.example")).await;
    let added = run.call(cart.add_domain("exercise.example")).await;
    let item = added.map_or(1.into(), |item| item.item_id);
    let items = cart.items();
    run.call(All(items.list())).await;
    run.call(items.get(item)).await;
    let said = items.configurations(item);
    run.call(said.required()).await;
    run.call(said.create("DNS", "dns10.ovh.net")).await;
    run.call(said.ids()).await;
    run.call(cart.summary()).await;
    run.call(cart.simulate_checkout()).await;
    run.call(cart.checkout().waive_retractation_period(false))
        .await;
    run.call(cart.delete()).await;

    let made = run.call(api.carts().create("FR")).await;
    let cart = api.cart(&made.unwrap_or_default());
    let added = run.call(cart.add_domain("exercise.example")).await;
    let item = added.map_or(1.into(), |item| item.item_id);
    run.call(cart.items().delete(item)).await;
}

pub(super) async fn messages(run: &mut Run, api: &Client) {
    let accounts = run.call(All(api.sms().list())).await;
    let account = accounts.and_then(|all| all.first().map(|account| account.name.clone()));
    let account = account.unwrap_or_else(|| "sms-1".to_owned());
    run.call(api.sms().get(&account)).await;
    run.call(api.sms().senders(&account)).await;
    let jobs = api.sms().jobs(&account);
    let message = jobs.create("An exercise", ["+33600000001", "nobody"]);
    let sent = run.call(message.sender("ops").differed_period(60)).await;
    let job = sent.and_then(|sent| sent.ids.first().copied());
    let job = job.unwrap_or(1.into());
    run.call(All(jobs.list())).await;
    run.call(jobs.get(job)).await;
    run.call(jobs.delete(job)).await;
}

pub(super) async fn databases(run: &mut Run, api: &Client, settle: Duration) {
    let servers = api.private_databases();
    let all = run.call(All(servers.list())).await;
    let server = all.and_then(|all| all.first().map(|server| server.service_name.clone()));
    let server = server.unwrap_or_else(|| "ab12345-001".to_owned());
    run.call(servers.get(&server)).await;
    let restarted = run.call(servers.restart(&server)).await;
    let task = restarted.as_ref().map_or(1.into(), |task| task.id);
    ended(restarted, settle).await;
    run.call(All(servers
        .tasks(&server)
        .list()
        .function("restart")
        .into_list()))
        .await;
    run.call(servers.tasks(&server).get(task)).await;

    let databases = servers.databases(&server);
    ended(run.call(databases.create("exercise")).await, settle).await;
    run.call(All(databases.list())).await;
    run.call(databases.get("exercise")).await;
    ended(run.call(databases.delete("exercise")).await, settle).await;
    let users = servers.users(&server);
    ended(
        run.call(users.create("exercise", PASSWORD.into())).await,
        settle,
    )
    .await;
    run.call(All(users.list())).await;
    run.call(users.get("exercise")).await;
    ended(run.call(users.delete("exercise")).await, settle).await;
    let whitelist = servers.whitelist(&server);
    let allowed = run.call(whitelist.create("192.0.2.0/28")).await;
    ended(allowed, settle).await;
    run.call(whitelist.ids()).await;
}
