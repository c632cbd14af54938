//! Puts a firewall before all servers with some labels, those that come later too.
//!
//! ```sh
//! HCLOUD_TOKEN=.. cargo run -p cloud-hetzner --example firewall_from_labels -- NAME SELECTOR RULE.. [--dry-run]
//! ```
//!
//! For example `web role=web tcp:80 tcp:443 tcp:22:203.0.113.0/24 icmp`: whoever has the label `role=web` may be reached
//! at 80 and 443 from everywhere, at 22 from one network, and by ICMP. Run again it changes what is different, and
//! nothing when nothing is. The token needs to read and write, with `--dry-run` to read only.

use std::env;
use std::error::Error;

use hetzner::{Client, FirewallRule, FirewallTarget, LabelSelector};

const USAGE: &str = "usage: firewall_from_labels NAME SELECTOR RULE.. [--dry-run]";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (options, words): (Vec<_>, Vec<_>) = env::args().skip(1).partition(|a| a.starts_with('-'));
    let ([name, selector, rules @ ..], true) = (
        &words[..],
        options.iter().all(|option| option == "--dry-run"),
    ) else {
        return Err(USAGE.into());
    };
    let dry_run = !options.is_empty();
    let rules: Vec<FirewallRule> = rules
        .iter()
        .map(|rule| parse(rule))
        .collect::<Result<_, _>>()?;
    if rules.is_empty() {
        return Err(USAGE.into());
    }
    // A slip in the selector is found here, with its place, and not by a firewall that stands before nobody.
    let selector = LabelSelector::parse(selector)
        .map_err(|error| error.to_string())?
        .to_string();

    let api = Client::from_env()?;
    let servers = api.servers().list().label_selector(&selector).all().await?;
    println!("{} servers have {selector} now", servers.len());
    let target = [FirewallTarget::label_selector(&selector)];

    let Some(firewall) = api.firewalls().find(name).await? else {
        println!("create {name} with {} rules", rules.len());
        if !dry_run {
            let create = api.firewalls().create(name).rules(rules).apply_to(target);
            create.await?.wait().await?;
        }
        return Ok(());
    };
    // The service keeps the order of rules, and so does this comparison: a new order is sent, and does no harm.
    if firewall.rules != rules {
        println!("set {} rules of {name}", rules.len());
        if !dry_run {
            api.firewalls()
                .set_rules(&firewall, rules)
                .await?
                .wait()
                .await?;
        }
    }
    let applied = firewall.applied_to.iter().any(|resource| {
        resource
            .label_selector
            .as_ref()
            .is_some_and(|there| there.selector == selector)
    });
    if !applied {
        println!("apply {name} to {selector}");
        if !dry_run {
            let apply = api.firewalls().apply_to_resources(&firewall, target);
            apply.await?.wait().await?;
        }
    }
    println!(
        "{name} is as it should be{}",
        if dry_run { " otherwise" } else { "" }
    );
    Ok(())
}

/// Reads `icmp`, `tcp:443`, `udp:1000-2000` or `tcp:22:203.0.113.0/24,2001:db8::/32`.
fn parse(rule: &str) -> Result<FirewallRule, Box<dyn Error>> {
    let mut parts = rule.splitn(3, ':');
    let (protocol, port) = (parts.next().unwrap_or_default(), parts.next());
    let from: Vec<&str> = match parts.next() {
        Some(networks) => networks.split(',').collect(),
        None => FirewallRule::ANYWHERE.to_vec(),
    };
    match (protocol, port) {
        ("tcp", Some(port)) => Ok(FirewallRule::inbound_tcp(port, from)),
        ("udp", Some(port)) => Ok(FirewallRule::inbound_udp(port, from)),
        ("icmp", None) => Ok(FirewallRule::inbound_icmp(from)),
        _ => {
            Err(format!("{rule} is no rule such as tcp:443, udp:53:203.0.113.0/24 or icmp").into())
        }
    }
}
