use ovh::Client;
use ovh::domain::{RecordId, RrType};
use ovh::service::{Renewal, ServiceId};

use super::super::Run;
use super::All;

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
        run.call(infos.set_renewal(Renewal::default())).await;
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
    run.call(zone.import(file.unwrap_or_default())).await;

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
