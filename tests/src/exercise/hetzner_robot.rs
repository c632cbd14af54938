//! The operations of `hetzner::robot`, in an order in which the service accepts most of them.

use std::time::Duration;

use cloud_core::Result;
use cloud_core::retry::StandardRetry;
use cloud_sandbox::Sandbox;
use cloud_sandbox::hetzner_robot::{PASSWORD, Settings, USER};
use hetzner::robot::{
    Client, ClientBuilder, FirewallRule, FirewallRules, FirewallStatus, FirewallTemplateId,
    MarketProductId, ResetType, ServerNumber, TrafficType, TransactionId, VSwitchId,
};

use super::{PUBLIC_KEY, Run};

/// Against any server, with a line for each call. The login is user and password with a colon between them.
pub async fn against(url: &str, login: &str, settle: Duration, round_trip: bool) -> Result<Run> {
    let (run, replay) = Run::aloud(url, round_trip)?;
    let (user, password) = login.split_once(':').unwrap_or((login, ""));
    let mut builder = Client::builder()
        .user(user)
        .password(password)
        .endpoint(url)
        .retry(StandardRetry::never());
    if let Some(replay) = replay {
        builder = builder.transport(replay);
    }
    conduct(run, builder, settle).await
}

/// In the sandbox.
pub async fn in_the_sandbox() -> Result<Run> {
    let builder = builder().transport(sandbox().hetzner_robot());
    conduct(Run::default(), builder, Duration::ZERO).await
}

/// In the sandbox, where every answer is taken apart.
pub async fn taking_answers_apart() -> Result<Run> {
    let (run, replay) = Run::taking_apart(sandbox().hetzner_robot());
    conduct(run, builder().transport(replay), Duration::ZERO).await
}

/// Answers are asked for more often than the limits allow.
fn sandbox() -> Sandbox {
    Sandbox::builder()
        .action_duration(Duration::ZERO)
        .hetzner_robot(Settings::new().request_limits(false))
        .build()
}

fn builder() -> ClientBuilder {
    Client::builder()
        .user(USER)
        .password(PASSWORD)
        .keep_limits(false)
}

async fn conduct(mut run: Run, builder: ClientBuilder, settle: Duration) -> Result<Run> {
    let api = builder.on_attempt(run.hook()).build()?;
    exercise(&mut run, &api, settle).await;
    Ok(run)
}

/// The first server of the sandbox, unless there is another one.
const SERVER: ServerNumber = ServerNumber(321_001);

async fn exercise(run: &mut Run, api: &Client, settle: Duration) {
    let servers = run.call(api.servers().list().page()).await;
    let server = servers
        .and_then(|page| page.items.first().map(|one| one.server_number))
        .unwrap_or(SERVER);
    let detail = run.call(api.servers().get(server)).await;
    let ip = detail.and_then(|server| server.server_ip);
    let ip = ip.unwrap_or_else(|| "192.0.2.11".to_owned());
    run.call(api.servers().rename(server, "exercise")).await;

    run.call(api.resets().list().page()).await;
    run.call(api.resets().get(server)).await;
    run.call(api.wake_on_lan().get(server)).await;
    run.call(api.wake_on_lan().wake(server)).await;
    boot(run, api, server).await;
    run.call(api.resets().execute(server, ResetType::Hardware))
        .await;

    addresses(run, api, &ip).await;
    firewalls(run, api, server, settle).await;
    vswitches(run, api, server, settle).await;
    orders(run, api, server).await;

    run.call(api.servers().cancellation(server)).await;
    let cancel = api.servers().cancel(server, "2030-12-31");
    run.call(cancel.reserve_location(false)).await;
    run.call(api.servers().withdraw_cancellation(server)).await;
}

async fn boot(run: &mut Run, api: &Client, server: ServerNumber) {
    let created = run
        .call(api.ssh_keys().create("exercise", PUBLIC_KEY))
        .await;
    let print = created.map_or_else(|| "00".into(), |key| key.fingerprint);
    run.call(api.ssh_keys().list().page()).await;
    run.call(api.ssh_keys().get(&print)).await;
    run.call(api.ssh_keys().rename(&print, "exercised")).await;

    let boot = api.boot();
    run.call(boot.get(server)).await;
    run.call(boot.rescue().get(server)).await;
    let activate = boot.rescue().activate(server, "linux");
    run.call(activate.keyboard("us").authorized_keys([&print]))
        .await;
    run.call(boot.rescue().deactivate(server)).await;
    // What was booted is told, and nothing is before the server is reset.
    let again = boot.rescue().activate(server, "linux");
    run.call(again).await;
    run.call(api.resets().execute(server, ResetType::Hardware))
        .await;
    run.call(boot.rescue().last(server)).await;

    let linux = run.call(boot.linux().get(server)).await.unwrap_or_default();
    let (dist, lang) = (first(&linux.dist), first(&linux.lang));
    let activate = boot.linux().activate(server, dist, lang);
    run.call(activate.authorized_keys([&print])).await;
    run.call(boot.linux().deactivate(server)).await;
    // What was booted is told, and nothing is before the server is reset.
    let again = boot
        .linux()
        .activate(server, first(&linux.dist), first(&linux.lang));
    run.call(again).await;
    run.call(api.resets().execute(server, ResetType::Hardware))
        .await;
    run.call(boot.linux().last(server)).await;

    let vnc = run.call(boot.vnc().get(server)).await.unwrap_or_default();
    let (dist, lang) = (first(&vnc.dist), first(&vnc.lang));
    run.call(boot.vnc().activate(server, dist, lang)).await;
    run.call(boot.vnc().deactivate(server)).await;

    // The sandbox has one server with Windows.
    let server = ServerNumber(321_005);
    let windows = run
        .call(boot.windows().get(server))
        .await
        .unwrap_or_default();
    let (os, lang) = (first(&windows.os), first(&windows.lang));
    run.call(boot.windows().activate(server, os, lang)).await;
    run.call(boot.windows().deactivate(server)).await;
    run.call(api.ssh_keys().delete(&print)).await;
}

fn first(choice: &hetzner::robot::Choice) -> String {
    choice.available().first().cloned().unwrap_or_default()
}

async fn addresses(run: &mut Run, api: &Client, ip: &str) {
    run.call(api.ips().list().server_ip(ip).page()).await;
    run.call(api.ips().get(ip)).await;
    let update = api.ips().update(ip).traffic_warnings(true);
    run.call(update.traffic_hourly(1).traffic_daily(2).traffic_monthly(3))
        .await;
    // Of the main address nothing is cancelled.
    let extra = "192.0.2.12";
    run.call(api.ips().generate_mac(extra)).await;
    run.call(api.ips().mac(extra)).await;
    run.call(api.ips().delete_mac(extra)).await;
    run.call(api.ips().cancellation(extra)).await;
    run.call(api.ips().cancel(extra, "2030-12-31")).await;
    run.call(api.ips().withdraw_cancellation(extra)).await;

    let net = "198.51.100.16";
    run.call(api.subnets().list().server_ip(ip).page()).await;
    run.call(api.subnets().get(net)).await;
    let update = api.subnets().update(net).traffic_warnings(true);
    run.call(update.traffic_hourly(1).traffic_daily(2).traffic_monthly(3))
        .await;
    // Single addresses of a server can lend a net of version 6 their MAC address.
    let v6 = "2001:db8:10:1::";
    let mac = run.call(api.subnets().mac(v6)).await.unwrap_or_default();
    let possible = mac.possible_mac.into_values().next();
    run.call(api.subnets().set_mac(v6, possible.unwrap_or_default()))
        .await;
    run.call(api.subnets().reset_mac(v6)).await;
    run.call(api.subnets().cancellation(net)).await;
    run.call(api.subnets().cancel(net, "2030-12-31")).await;
    run.call(api.subnets().withdraw_cancellation(net)).await;

    let failover = "203.0.113.10";
    run.call(api.failovers().list().page()).await;
    run.call(api.failovers().get(failover)).await;
    run.call(api.failovers().route(failover, "192.0.2.21"))
        .await;
    run.call(api.failovers().unroute(failover)).await;

    run.call(api.rdns().list().server_ip(ip).page()).await;
    run.call(api.rdns().get(ip)).await;
    run.call(api.rdns().set(ip, "exercise.example")).await;
    run.call(api.rdns().delete(ip)).await;
    run.call(api.rdns().create(ip, "exercise.example")).await;

    let query = api
        .traffic()
        .query(TrafficType::Month, "2026-10-01", "2026-10-31");
    run.call(query.ips([ip])).await;
}

async fn firewalls(run: &mut Run, api: &Client, server: ServerNumber, settle: Duration) {
    let rules = FirewallRules::accepting([FirewallRule::accept().name("exercise")]);
    let templates = api.firewall_templates();
    let created = run.call(templates.create("exercise", rules.clone())).await;
    let id = created.map_or(FirewallTemplateId(1), |template| template.id);
    run.call(templates.list().page()).await;
    run.call(templates.get(id)).await;
    run.call(templates.replace(id, "exercised", rules.clone()))
        .await;
    run.call(api.firewalls().get(server)).await;
    let set = api
        .firewalls()
        .set(server, FirewallStatus::Active, rules)
        .whitelist_hos(true);
    run.call(set).await;
    tokio::time::sleep(settle).await;
    run.call(api.firewalls().apply_template(server, id)).await;
    tokio::time::sleep(settle).await;
    run.call(api.firewalls().clear(server)).await;
    run.call(templates.delete(id)).await;
}

async fn vswitches(run: &mut Run, api: &Client, server: ServerNumber, settle: Duration) {
    let vswitches = api.vswitches();
    let created = run.call(vswitches.create("exercise", 4000)).await;
    let id = created.map_or(VSwitchId(1), |vswitch| vswitch.id);
    run.call(vswitches.list().page()).await;
    run.call(vswitches.update(id).name("exercised").vlan(4001))
        .await;
    run.call(vswitches.add_servers(id, [server])).await;
    tokio::time::sleep(settle).await;
    run.call(vswitches.get(id)).await;
    run.call(vswitches.remove_servers(id, [server])).await;
    tokio::time::sleep(settle).await;
    run.call(vswitches.cancel(id, "2030-12-31")).await;
}

async fn orders(run: &mut Run, api: &Client, server: ServerNumber) {
    run.call(api.currency()).await;

    let standard = api.standard_orders();
    let products = run.call(standard.products().location("FSN1").page()).await;
    let id = products.and_then(|page| page.items.first().map(|one| one.id.clone()));
    let id = id.unwrap_or_else(|| "EX44".to_owned());
    run.call(standard.product(&*id)).await;
    let order = standard.create(id).location("FSN1").password("exercise-pw");
    let ordered = run.call(order.addons(["primary_ipv4"])).await;
    run.call(standard.list().page()).await;
    let id = ordered.map_or_else(|| TransactionId::from("B1"), |order| order.id.clone());
    run.call(standard.get(id)).await;

    let market = api.market_orders();
    let products = run.call(market.products().page()).await;
    let id = products.and_then(|page| page.items.first().map(|one| one.id));
    let id = id.unwrap_or(MarketProductId(1));
    run.call(market.product(id)).await;
    let ordered = run.call(market.create(id).password("exercise-pw")).await;
    run.call(market.list().page()).await;
    let id = ordered.map_or_else(|| TransactionId::from("B1"), |order| order.id.clone());
    run.call(market.get(id)).await;

    let addons = api.addon_orders();
    let products = run.call(addons.products(server).page()).await;
    let id = products.and_then(|page| page.items.first().map(|one| one.id.clone()));
    let order = addons.create(server, id.unwrap_or_default());
    let ordered = run.call(order.reason("exercise")).await;
    run.call(addons.list().page()).await;
    let id = ordered.map_or_else(|| TransactionId::from("B1"), |order| order.id.clone());
    run.call(addons.get(id)).await;
}
