//! Opens the screen of a dedicated server, and writes the file for its viewer, which only its owner can read.
//!
//! ```sh
//! cargo run -p cloud-ovh --features dedicated-server --example kvm -- SERVER ADDRESS FILE
//! ```
//!
//! For example `ns1234567.ip-192-0-2.eu 198.51.100.7 screen.jnlp`; the address is the one that the viewer comes from. It
//! takes the keys of the environment, or of an `ovh.conf`. The rights that are needed are
//! `GET /dedicated/server/*/features/ipmi`, `GET` and `POST /dedicated/server/*/features/ipmi/access`, and
//! `GET /dedicated/server/*/task/*`.

use std::env;
use std::error::Error;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::net::Ipv4Addr;

use ovh::Client;
use ovh::dedicated_server::IpmiAccessType;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [server, from, file] = &args[..] else {
        return Err("usage: kvm SERVER ADDRESS FILE".into());
    };
    let from: Ipv4Addr = from
        .parse()
        .map_err(|_| format!("{from} is no IPv4 address"))?;

    let api = Client::from_env()?;
    let ipmi = api.dedicated_servers().ipmi(server);
    if !ipmi.get().await?.supported_features.kvmip_jnlp {
        return Err(format!("{server} has no screen for Java Web Start").into());
    }
    // Asks, waits for the task, and reads the way in, which is good for 15 minutes.
    let access = ipmi.open(IpmiAccessType::KvmipJnlp, 15);
    let access = access.ip_to_allow(from).value().await?;

    // What the file says lets in whoever reads it.
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut written = options
        .open(file)
        .map_err(|error| format!("{file}: {error}"))?;
    written.write_all(access.value.expose().as_bytes())?;
    let end = access.expiration;
    let until = end.map_or_else(String::new, |end| format!(" until {end}"));
    println!("run `javaws {file}`{until}");
    Ok(())
}
