use ovh::Client;
use ovh::domain::{RecordId, RrType};

use super::super::Run;
use super::All;

pub(super) async fn all(run: &mut Run, api: &Client) {
    let domains = api.domains();
    run.call(domains.get("example.com")).await;
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
