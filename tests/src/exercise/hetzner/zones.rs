//! DNS zones and their records.

use hetzner::zones::PrimaryNameserver;
use hetzner::{ActionId, Client, Record, Rr, RrType, Sort, ZoneMode};

use crate::exercise::Run;

const LABEL: [(&str, &str); 1] = [("made-by", "exercise")];

pub(super) async fn all(run: &mut Run, api: &Client) {
    let zones = api.zones();
    let created = run
        .call(zones.create("exercise.example").ttl(3600_u32).labels(LABEL))
        .await;
    let action = created
        .as_ref()
        .and_then(|created| created.action.as_ref())
        .map_or(ActionId(1), |action| action.id);
    let name = created.map_or_else(
        || "example.com".to_owned(),
        |created| created.into_answer().resource.name,
    );
    let zone = name.as_str();
    run.call(
        zones
            .list()
            .name(zone)
            .mode(ZoneMode::Primary)
            .label_selector("made-by=exercise")
            .sort(Sort::NAME)
            .page(),
    )
    .await;
    run.call(zones.get(zone)).await;
    run.call(zones.update(zone).labels(LABEL)).await;
    run.call(zones.change_ttl(zone, 7200)).await;
    run.call(zones.change_protection(zone).delete(false)).await;
    run.call(zones.list_actions().sort(Sort::ID).page()).await;
    run.call(zones.get_action(action)).await;
    run.call(zones.list_actions_of(zone).page()).await;
    records(run, api, zone).await;
    let file = run.call(zones.export_zonefile(zone)).await;
    run.call(zones.import_zonefile(
        zone,
        file.unwrap_or_else(|| "@ IN A 203.0.113.1\n".to_owned()),
    ))
    .await;
    run.call(zones.delete(zone)).await;

    let server = || PrimaryNameserver::new("198.51.100.1").port(53);
    let second = "exercise-2.example";
    let _ = zones.create_secondary(second, [server()]).await;
    run.call(zones.change_primary_nameservers(second, [server()]))
        .await;
    let _ = zones.delete(second).await;
}

async fn records(run: &mut Run, api: &Client, zone: &str) {
    let records = api.zone(zone).records();
    let a = || RrType::A;
    run.call(
        records
            .create("www", Rr::a(["203.0.113.1"]).ttl(300))
            .labels(LABEL),
    )
    .await;
    run.call(
        records
            .list()
            .name("www")
            .kind(a())
            .label_selector("made-by=exercise")
            .sort(Sort::NAME)
            .page(),
    )
    .await;
    run.call(records.get("www", a())).await;
    run.call(records.update("www", a()).labels(LABEL)).await;
    run.call(records.add_records("www", a(), [Record::new("203.0.113.2")]))
        .await;
    run.call(records.update_records(
        "www",
        a(),
        [Record::new("203.0.113.2").with_comment("exercise")],
    ))
    .await;
    run.call(records.remove_records("www", a(), [Record::new("203.0.113.2")]))
        .await;
    run.call(records.set_records("www", a(), [Record::new("203.0.113.3")]))
        .await;
    run.call(records.change_ttl("www", a(), 600)).await;
    run.call(records.change_protection("www", a(), false)).await;
    run.call(records.delete("www", a())).await;
}
