use std::net::Ipv4Addr;
use std::time::Duration;

use ovh::Client;
use ovh::dedicated_server::{
    BootType, BurstStatus, Customizations, InterfaceMode, IpmiAccessType, Storage, TaskFunction,
};
use ovh::ip::{IpTaskFunction, IpType};
use ovh::service::Renewal;

use super::super::Run;
use super::{All, PUBLIC_KEY, ended};

pub(super) async fn all(run: &mut Run, api: &Client, settle: Duration) {
    let server = servers(run, api, settle).await;
    vps(run, api, settle).await;
    addresses(run, api, &server, settle).await;
}

async fn servers(run: &mut Run, api: &Client, settle: Duration) -> String {
    let servers = api.dedicated_servers();
    let all = run.call(All(servers.list().into_list())).await;
    let name = all
        .and_then(|all| all.first().map(|server| server.name.clone()))
        .unwrap_or_else(|| "ns1".to_owned());
    run.call(servers.get(&name)).await;
    run.call(servers.update(&name).monitoring(true)).await;
    run.call(servers.set_burst(&name, BurstStatus::Active))
        .await;
    run.call(servers.burst(&name)).await;
    let infos = servers.service_infos(&name);
    run.call(infos.get()).await;
    run.call(infos.set_renewal(&Renewal::default())).await;
    run.call(
        servers
            .interfaces(&name)
            .mode(InterfaceMode::Public)
            .enabled(true),
    )
    .await;

    let boots = run
        .call(All(servers
            .boots(&name)
            .list()
            .boot_type(BootType::Rescue)
            .into_list()))
        .await;
    let boot = boots
        .and_then(|boots| boots.first().map(|boot| boot.boot_id))
        .unwrap_or(1.into());
    run.call(servers.boots(&name).get(boot)).await;

    let rebooted = run.call(servers.reboot(&name)).await;
    let task = rebooted
        .as_ref()
        .map_or(1.into(), |started| started.task_id);
    ended(rebooted, settle).await;
    let reboots = servers
        .tasks(&name)
        .list()
        .function(TaskFunction::HardReboot);
    run.call(All(reboots.into_list())).await;
    run.call(servers.tasks(&name).get(task)).await;

    let ipmi = servers.ipmi(&name);
    run.call(ipmi.get()).await;
    let open = ipmi
        .open(IpmiAccessType::KvmipHtml5Url, 15)
        .ip_to_allow(Ipv4Addr::new(198, 51, 100, 7));
    let opened = run.call(open).await;
    ended(opened, settle).await;
    run.call(ipmi.access(IpmiAccessType::KvmipHtml5Url)).await;

    let custom = Customizations::new()
        .hostname("exercise")
        .ssh_key(PUBLIC_KEY);
    let installed = run
        .call(
            servers
                .reinstall(&name, "debian12_64")
                .customizations(custom)
                .storage([Storage::new()]),
        )
        .await;
    ended(installed, settle).await;
    name
}

async fn vps(run: &mut Run, api: &Client, settle: Duration) {
    let all = run.call(All(api.vps().list().into_list())).await;
    let name = all
        .and_then(|all| all.first().map(|vps| vps.name.clone()))
        .unwrap_or_else(|| "vps-1".to_owned());
    run.call(api.vps().get(&name)).await;
    run.call(
        api.vps()
            .update(&name)
            .display_name("exercise")
            .keymap(None),
    )
    .await;
    let rebooted = run.call(api.vps().reboot(&name)).await;
    let task = rebooted.as_ref().map_or(1.into(), |started| started.id);
    ended(rebooted, settle).await;
    let tasks = api.vps().tasks(&name);
    run.call(All(tasks.list().kind("rebootVm").into_list()))
        .await;
    run.call(tasks.get(task)).await;
    let stopped = run.call(api.vps().stop(&name)).await;
    ended(stopped, settle).await;
    let started = run.call(api.vps().start(&name)).await;
    ended(started, settle).await;
    let snapshot = api.vps().snapshot(&name);
    let saved = run.call(snapshot.create().description("exercise")).await;
    ended(saved, settle).await;
    run.call(snapshot.get()).await;
    let reverted = run.call(snapshot.revert()).await;
    ended(reverted, settle).await;
    let deleted = run.call(snapshot.delete()).await;
    ended(deleted, settle).await;
    let ips = run.call(All(api.vps().ips(&name).list())).await;
    let ip = ips.and_then(|ips| ips.first().map(|ip| ip.ip_address.clone()));
    let ip = ip.unwrap_or_else(|| "192.0.2.1".to_owned());
    run.call(api.vps().ips(&name).get(ip)).await;
    run.call(All(api.vps().images(&name).list())).await;
    let image = "d3a1ab9e-24a1-4e0b-9b5b-0d7d1b0a5f11";
    run.call(api.vps().images(&name).get(image)).await;
    let infos = api.vps().service_infos(&name);
    run.call(infos.get()).await;
    run.call(infos.set_renewal(&Renewal::default())).await;
    let request = api.vps().rebuild(&name, image).public_ssh_key(PUBLIC_KEY);
    let rebuilt = run.call(request.do_not_send_password(true)).await;
    ended(rebuilt, settle).await;
}

async fn addresses(run: &mut Run, api: &Client, server: &str, settle: Duration) {
    let ip = api.ips();
    let blocks = run
        .call(All(ip
            .list()
            .kind(IpType::Failover)
            .version(4_u8)
            .into_list()))
        .await;
    let block = blocks.and_then(|blocks| blocks.first().map(|block| block.ip.clone()));
    let block = block.unwrap_or_else(|| "192.0.2.0/28".to_owned());
    let address = block.split('/').next().unwrap_or_default().to_owned();
    run.call(ip.get(&block)).await;
    run.call(ip.set_reverse(&block, &address, "exercise.example.com."))
        .await;
    run.call(All(ip.reverses(&block))).await;
    run.call(ip.delete_reverse(&block, &address)).await;
    let moved = run.call(ip.move_to(&block, server)).await;
    let task = moved.as_ref().map_or(1.into(), |moved| moved.task_id);
    ended(moved, settle).await;
    let tasks = ip.tasks(&block);
    let list = tasks.list().function(IpTaskFunction::Move);
    run.call(All(list.into_list())).await;
    run.call(tasks.get(task)).await;
}
