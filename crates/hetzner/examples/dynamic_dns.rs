//! Lets a name lead to an address that changes.
//!
//! ```sh
//! HCLOUD_TOKEN=.. cargo run -p cloud-hetzner --example dynamic_dns -- ZONE NAME [ADDRESS].. [--dry-run]
//! ```
//!
//! For example `example.com home 203.0.113.7 2001:db8::7`, every five minutes by a timer. Without an address it is the
//! one that this machine sends from, which must be a public one: most often only the IPv6 address is. Kinds of which no
//! address is given stay as they are, and when nothing is different nothing is changed. The token needs to read and
//! write, with `--dry-run` to read only.

use std::env;
use std::error::Error;
use std::net::{IpAddr, UdpSocket};

use hetzner::{Client, Rr};

/// How many seconds others may remember the address.
const TTL: u32 = 60;

const USAGE: &str = "usage: dynamic_dns ZONE NAME [ADDRESS].. [--dry-run]";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (options, words): (Vec<_>, Vec<_>) = env::args().skip(1).partition(|a| a.starts_with('-'));
    let ([zone, name, addresses @ ..], true) = (
        &words[..],
        options.iter().all(|option| option == "--dry-run"),
    ) else {
        return Err(USAGE.into());
    };
    let mut all: Vec<IpAddr> = Vec::new();
    for address in addresses {
        let parsed = address.parse();
        all.push(parsed.map_err(|_| format!("{address} is no address"))?);
    }
    if all.is_empty() {
        all.push(own_address()?);
    }
    let (v4, v6): (Vec<_>, Vec<_>) = all.into_iter().partition(IpAddr::is_ipv4);

    let api = Client::from_env()?;
    let mut edit = api.zone(zone).records().edit();
    if !v4.is_empty() {
        edit = edit.set(name, Rr::a(v4).ttl(TTL));
    }
    if !v6.is_empty() {
        edit = edit.set(name, Rr::aaaa(v6).ttl(TTL));
    }
    let preview = edit.preview().await?;
    if preview.is_empty() {
        println!("{name} of {zone} is up to date");
        return Ok(());
    }
    print!("{preview}");
    if options.is_empty() {
        preview.apply().await?;
        println!("{name} of {zone} is changed");
    }
    Ok(())
}

/// The address that this machine would send from. Connecting a UDP socket sends nothing; it only looks for the way.
fn own_address() -> Result<IpAddr, Box<dyn Error>> {
    let on_the_way = |local: &str, there: &str| {
        let socket = UdpSocket::bind((local, 0))?;
        socket.connect((there, 53))?;
        socket.local_addr()
    };
    let found = on_the_way("::", "2001:db8::1").or_else(|_| on_the_way("0.0.0.0", "192.0.2.1"));
    let address = found
        .map_err(|error| format!("this machine has no way out: {error}"))?
        .ip();
    let is_public = match address {
        IpAddr::V4(ip) => !(ip.is_private() || ip.is_loopback() || ip.is_link_local()),
        IpAddr::V6(ip) => !(ip.is_unique_local() || ip.is_loopback()),
    };
    if is_public {
        Ok(address)
    } else {
        Err(
            format!("this machine sends from {address}, which is not public: give the address")
                .into(),
        )
    }
}
