//! What an account has from the beginning.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use super::account::Account;
use super::failover::Failover;
use super::firewall::Firewall;
use super::keys::Key;
use super::nets::Net;
use super::rdns;
use super::rules::Rules;
use super::servers::Server;

/// A server with everything that most of them have.
pub(super) fn server(number: u32, name: &str, product: &str, dc: &str) -> Server {
    let resets = ["sw", "hw", "man", "power", "power_long"].map(str::to_owned);
    Server {
        number,
        name: name.to_owned(),
        product: product.to_owned(),
        dc: dc.to_owned(),
        traffic: "unlimited".to_owned(),
        ipv4: None,
        ipv6_net: Ipv6Addr::UNSPECIFIED,
        mac: String::new(),
        resets: resets.to_vec(),
        wol: true,
        windows: false,
        colocation: false,
        reservation_possible: false,
        ready_at: Duration::ZERO,
        running: true,
        manual_until: None,
        boot: None,
        last: BTreeMap::new(),
        cancellation: None,
        firewall: Firewall::default(),
    }
}

const DEMO_KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";

/// The servers, addresses and nets that the module's table lists.
pub(super) fn plant(account: &mut Account) {
    let usual = server(321_001, "web-1", "AX41-NVMe", "FSN1-DC14");
    let usual = Server {
        reservation_possible: true,
        firewall: Firewall::active(Rules::letting_in("22,80,443")),
        ..usual
    };
    let without_wol = server(321_002, "db-1", "EX44", "HEL1-DC2");
    let without_wol = Server {
        wol: false,
        traffic: "20 TB".to_owned(),
        ..without_wol
    };
    let without_ipv4 = server(321_003, "v6-only", "AX41-NVMe", "FSN1-DC14");
    let own = server(321_004, "colo-1", "Colocation", "FSN1-DC1");
    let own = Server {
        resets: Vec::new(),
        wol: false,
        colocation: true,
        ..own
    };
    let with_windows = server(321_005, "win-1", "AX102", "HEL1-DC2");
    let with_windows = Server {
        // All but `sw`, which comes first.
        resets: with_windows.resets[1..].to_vec(),
        windows: true,
        ..with_windows
    };
    let servers = [usual, without_wol, without_ipv4, own, with_windows];
    for (place, mut server) in (1..).zip(servers) {
        let number = server.number;
        server.ipv6_net = Ipv6Addr::new(0x2001, 0xdb8, 0x10, u16::from(place), 0, 0, 0, 0);
        server.mac = account.mac();
        if number != 321_003 {
            let ip = Ipv4Addr::new(192, 0, 2, place * 10 + 1);
            server.ipv4 = Some(ip);
            account.ips.insert(ip.into(), Net::main(ip, number));
        }
        let net = server.ipv6_net;
        account
            .subnets
            .insert(net.into(), Net::main_v6(net, number));
        account.servers.insert(number, server);
    }

    let additional = Ipv4Addr::new(192, 0, 2, 12);
    account
        .ips
        .insert(additional.into(), Net::single(additional, 321_001));
    let gateway = IpAddr::from([192, 0, 2, 11]);
    let block = IpAddr::from([198, 51, 100, 16]);
    account
        .subnets
        .insert(block, Net::subnet(block, 29, 321_001, gateway));
    // One whose server has no address of version 4.
    let lonely = IpAddr::from([198, 51, 100, 64]);
    account.subnets.insert(
        lonely,
        Net::subnet(lonely, 28, 321_003, IpAddr::from([198, 51, 100, 65])),
    );

    let failover_v6 = IpAddr::from([0x2001, 0xdb8, 0xff, 1, 0, 0, 0, 0]);
    for (ip, mask, server, target) in [
        (IpAddr::from([203, 0, 113, 10]), 32, 321_001, Some(321_001)),
        (IpAddr::from([203, 0, 113, 16]), 29, 321_002, None),
        (failover_v6, 64, 321_001, Some(321_001)),
    ] {
        let main = account.servers.get(&server).and_then(|server| server.ipv4);
        let main = main.map_or(gateway, IpAddr::from);
        let net = Net::failover(ip, mask, server, main);
        account.subnets.insert(ip, net);
        let failover = Failover {
            mask,
            server,
            target,
            locked_until: Duration::ZERO,
        };
        account.failovers.insert(ip, failover);
    }

    let ips: Vec<IpAddr> = account.ips.keys().copied().collect();
    for ip in ips {
        if let Some(name) = rdns::usual(ip) {
            account.rdns.insert(ip, name);
        }
    }
    if let Some(key) = Key::new("sandbox", DEMO_KEY) {
        account.keys.insert(key.fingerprint(), key);
    }
}
