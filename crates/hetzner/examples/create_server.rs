//! Creates a server, and waits until it runs.
//!
//! ```sh
//! HCLOUD_TOKEN=.. cargo run -p cloud-hetzner --example create_server -- NAME TYPE IMAGE \
//!     [--location NAME] [--ssh-key NAME].. [--user-data FILE] [--stopped]
//! ```
//!
//! For example `web-1 cx23 debian-13 --location fsn1 --ssh-key laptop`. The token needs to read and write, and the
//! server costs money until it is deleted. Run again with the same name it finds the server, and creates no second one.

use std::env;
use std::error::Error;
use std::fs;

use hetzner::servers::CreateServer;
use hetzner::{Client, ExposeSecret};

const USAGE: &str = "usage: create_server NAME TYPE IMAGE [--location NAME] [--ssh-key NAME].. \
                     [--user-data FILE] [--stopped]";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (mut location, mut keys, mut user_data, mut stopped) = (None, Vec::new(), None, false);
    let mut words = Vec::new();
    let mut args = env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--location" => location = Some(args.next().ok_or(USAGE)?),
            "--ssh-key" => keys.push(args.next().ok_or(USAGE)?),
            "--user-data" => {
                let file = args.next().ok_or(USAGE)?;
                let text = fs::read_to_string(&file);
                user_data = Some(text.map_err(|error| format!("{file}: {error}"))?);
            }
            "--stopped" => stopped = true,
            option if option.starts_with('-') => return Err(USAGE.into()),
            _ => words.push(arg),
        }
    }
    let [name, server_type, image] = &words[..] else {
        return Err(USAGE.into());
    };

    let api = Client::from_env()?;
    let accepted = api
        .servers()
        .create(name, server_type, image)
        .start_after_create(!stopped)
        .ssh_keys(keys)
        .maybe(location, CreateServer::location)
        .maybe(user_data, CreateServer::user_data)
        .or_get()
        .await?;
    if !accepted.was_created() {
        println!("{name} is there already");
    }
    // Without a key the service makes a password, and tells it only now.
    if let Some(password) = &accepted.root_password {
        println!("the password of root is {}", password.expose_secret());
    }
    let mut work = accepted.wait();
    while let Some(progress) = work.progress().await? {
        println!("{progress}");
    }
    let server = work.await?;
    let address = server
        .ipv4()
        .map_or_else(|| "no IPv4 address".to_owned(), |ip| ip.to_string());
    println!(
        "{} is {} and has the number {} and {address}",
        server.name, server.status, server.id
    );
    Ok(())
}
