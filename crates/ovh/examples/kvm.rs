//! Opens the screen of a server and writes the file for the viewer, which only its owner can read:
//! `cargo run -p cloud-ovh --features dedicated-server --example kvm [-- --real ns1234567.ip-192-0-2.eu 198.51.100.7]`.
//! The address is the one that the viewer comes from.

mod common;

use std::error::Error;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::net::Ipv4Addr;
use std::path::Path;

use ovh::dedicated_server::IpmiAccessType;

use common::argument;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let api = common::client()?;
    let (server, from) = (
        argument(0, "ns1000001.ip-192-0-2.eu"),
        argument(1, "198.51.100.7").parse()?,
    );
    let file = std::env::temp_dir().join(format!("kvm-{}.jnlp", std::process::id()));
    println!("{}", run(&api, &server, from, &file).await?);
    Ok(())
}

pub(crate) async fn run(
    api: &ovh::Client,
    server: &str,
    from: Ipv4Addr,
    file: &Path,
) -> Result<String, Box<dyn Error>> {
    let ipmi = api.dedicated_servers().ipmi(server);
    if !ipmi.get().await?.supported_features.kvmip_jnlp {
        return Ok(format!("{server} has no screen for Java Web Start"));
    }
    // Asks, waits for the task, and reads the way.
    let access = ipmi
        .open(IpmiAccessType::KvmipJnlp, 15)
        .ip_to_allow(from)
        .value()
        .await?;

    // What the file says lets in whoever reads it.
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(file)?
        .write_all(access.value.expose().as_bytes())?;
    let until = access
        .expiration
        .map_or_else(String::new, |end| format!(" until {end}"));
    Ok(format!("Run `javaws {}`{until}", file.display()))
}
