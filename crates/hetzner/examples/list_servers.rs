//! Lists the servers of a project, or shows those of one name, or the one with a number.
//!
//! ```sh
//! HCLOUD_TOKEN=.. cargo run -p cloud-hetzner --example list_servers [-- NAME_OR_NUMBER]
//! ```
//!
//! The token needs to read only.

use std::env;
use std::error::Error;

use hetzner::{Client, IdOrName, Server};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let api = Client::from_env()?;
    let Some(wanted) = env::args().nth(1) else {
        // A stream reads page after page, so that a large project needs no more memory than a small one.
        let mut servers = api.servers().list().items();
        let mut count = 0;
        while let Some(server) = servers.next().await? {
            println!("{}", line(&server));
            count += 1;
        }
        println!("{count} servers");
        return Ok(());
    };
    if let Ok(id) = wanted.parse::<i64>() {
        // A server that is not there is no error here. Any other failure is one.
        match api.servers().get(id).optional().await? {
            Some(server) => println!("{}", line(&server)),
            None => return Err(format!("there is no server with the number {id}").into()),
        }
        return Ok(());
    }
    match api.servers().find(IdOrName::from(&wanted)).await? {
        Some(server) => println!("{}", line(&server)),
        None => return Err(format!("there is no server with the name {wanted}").into()),
    }
    Ok(())
}

fn line(server: &Server) -> String {
    let address = server
        .ipv4()
        .map_or_else(|| "-".to_owned(), |ip| ip.to_string());
    format!(
        "{:<12} {:<20} {:<12} {:<8} {:<6} {address}",
        server.id, server.name, server.status, server.server_type.name, server.location.name
    )
}
