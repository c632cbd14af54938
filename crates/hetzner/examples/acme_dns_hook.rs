//! Proves to a certificate authority that a domain is yours (ACME, DNS-01): a hook for programs that get certificates.
//!
//! ```sh
//! cargo build --release -p cloud-hetzner --example acme_dns_hook
//! export HCLOUD_TOKEN=..
//! # certbot, which gives the values by CERTBOT_DOMAIN and CERTBOT_VALIDATION:
//! certbot certonly --manual --preferred-challenges dns -d example.com -d '*.example.com' \
//!     --manual-auth-hook 'acme_dns_hook present' --manual-cleanup-hook 'acme_dns_hook cleanup'
//! # lego, which gives them as arguments:
//! EXEC_PATH=acme_dns_hook lego --dns exec --domains example.com run
//! ```
//!
//! A name may have several values at once, such as for `example.com` and `*.example.com`, so one is added and taken
//! away, and the others stay. The token needs to read and write.

use std::env;
use std::error::Error;

use hetzner::{Client, Rr};

const USAGE: &str = "usage: acme_dns_hook present|cleanup [NAME VALUE], or with CERTBOT_DOMAIN and CERTBOT_VALIDATION";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    let (word, name, value) = match &args[..] {
        [word] => {
            let domain = env::var("CERTBOT_DOMAIN").map_err(|_| USAGE)?;
            let value = env::var("CERTBOT_VALIDATION").map_err(|_| USAGE)?;
            (word, format!("_acme-challenge.{domain}"), value)
        }
        [word, name, value] => (word, name.clone(), value.clone()),
        _ => return Err(USAGE.into()),
    };
    // With a dot at its end a name is a whole one, and not one within the zone.
    let name = format!("{}.", name.trim_end_matches('.'));

    let api = Client::from_env()?;
    let zone = zone_of(&api, &name).await?;
    let edit = api.zone(&zone).records().edit();
    let edit = match word.as_str() {
        "present" => edit.add(&name, Rr::txt(&value).ttl(60)),
        "cleanup" => edit.take(&name, Rr::txt(&value)),
        _ => return Err(USAGE.into()),
    };
    // Waits until the service has told its name servers.
    let changes = edit.preview().await?.apply().await?;
    for change in &changes {
        print!("{change}");
    }
    println!("{word} of {name} in {zone} is done");
    Ok(())
}

/// The zone that a name is in. Zones are whole domains here, never subdomains, so there is one at most.
async fn zone_of(api: &Client, name: &str) -> Result<String, Box<dyn Error>> {
    let whole = name.trim_end_matches('.');
    let mut zones = api.zones().list().items();
    while let Some(zone) = zones.next().await? {
        if whole == zone.name || whole.ends_with(&format!(".{}", zone.name)) {
            return Ok(zone.name);
        }
    }
    Err(format!("there is no zone for {whole} in this project").into())
}
