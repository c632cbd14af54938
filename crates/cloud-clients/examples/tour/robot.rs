//! Dedicated servers: a rescue system that is booted, a firewall, a private network and a failover address.

use cloud_clients::hetzner::IpVersion;
use cloud_clients::hetzner::robot::{
    Client, FirewallProtocol, FirewallRule, FirewallRules, FirewallStatus,
};
use cloud_clients::{Error, Result};
use cloud_sandbox::Running;
use cloud_sandbox::hetzner_robot::{PASSWORD, USER};

use crate::show::follow;

pub(crate) async fn in_the_sandbox(sandbox: &Running) -> Result<()> {
    println!("Hetzner Robot, at {}\n", sandbox.hetzner_robot_url());
    let api = Client::builder()
        .endpoint(sandbox.hetzner_robot_url())
        .user(USER)
        .password(PASSWORD)
        .build()?;
    servers(&api).await?;

    let found = api.servers().find("web-1").await?;
    let server = found.ok_or_else(|| Error::input("web-1", "there is no such server"))?;
    let reboot = api.boot().rescue().reboot_into(&server, "linux").await?;
    let told = if reboot.rescue.password.is_some() {
        "kept"
    } else {
        "not needed"
    };
    println!("\n  the rescue system is booted, and its password is {told}");
    follow("reset", reboot.reset.wait()).await?;

    let web = FirewallRule::accept()
        .name("web")
        .ip_version(IpVersion::V4)
        .protocol(FirewallProtocol::Tcp)
        .dst_port("80,443");
    let rules = FirewallRules::accepting([web, FirewallRule::tcp_replies(IpVersion::V4)]);
    let firewall = api
        .firewalls()
        .set(&server, FirewallStatus::Active, rules)
        .whitelist_hos(true)
        .await?;
    let firewall = follow("firewall", firewall.wait()).await?;
    println!(
        "  it is {}, with {} rules",
        firewall.status,
        firewall.rules.input.len()
    );

    let network = api.vswitches().create("inner", 4000).await?;
    let added = api
        .vswitches()
        .add_servers(&network, ["321001", "321002"])
        .await?;
    let network = follow("vSwitch", added.wait()).await?;
    println!(
        "  VLAN {} has {} servers",
        network.vlan,
        network.servers.len()
    );

    let switched = api.failovers().switch("203.0.113.10", 321_002).await?;
    let failover = follow("failover", switched.wait()).await?;
    let target = failover.active_server_ip.unwrap_or_default();
    println!("  {} leads to {target}", failover.ip);
    Ok(())
}

pub(crate) async fn for_real() -> Result<()> {
    servers(&Client::from_env()?).await
}

async fn servers(api: &Client) -> Result<()> {
    println!(
        "  {:<8} {:<10} {:<12} {:<10} address",
        "number", "name", "product", "dc"
    );
    for server in api.servers().list().all().await? {
        let address = server
            .server_ip
            .or(server.server_ipv6_net)
            .unwrap_or_default();
        println!(
            "  {:<8} {:<10} {:<12} {:<10} {address}",
            server.server_number, server.server_name, server.product, server.dc
        );
    }
    Ok(())
}
