//! The whole life of a server.

use cloud_clients::hetzner::{Client, Server, Sort};
use cloud_clients::{Error, Result};
use cloud_sandbox::Running;

use crate::show::follow;

const NAME: &str = "cloud-clients-tour";

pub(crate) async fn in_the_sandbox(sandbox: &Running) -> Result<()> {
    println!("Hetzner Cloud, at {}\n", sandbox.hetzner_url());
    let token = "any-token-opens-a-project-of-its-own";
    let api = Client::builder()
        .token(token)
        .endpoint(sandbox.hetzner_url())
        .hetzner_endpoint(sandbox.hetzner_url());
    let api = api.user_agent("tour/1.0").build()?;

    // A few neighbours, created side by side; their waits share one poller.
    let neighbours = (1..=3).map(|n| {
        api.servers()
            .create(format!("neighbour-{n}"), "cax11", "debian-13")
            .send()
    });
    let neighbours: Vec<_> = neighbours.map(tokio::spawn).collect();
    for neighbour in neighbours {
        neighbour
            .await
            .map_err(|error| Error::config("the runtime", error))??;
    }
    life_of_a_server(&api).await?;

    let entries = sandbox.sandbox().journal().entries();
    let looks = entries
        .iter()
        .filter(|entry| entry.path == "/v1/actions")
        .count();
    println!(
        "\n{} requests, {looks} of them to follow actions.",
        entries.len()
    );
    Ok(())
}

pub(crate) async fn for_real(write: bool) -> Result<()> {
    let api = Client::from_env()?;
    println!("Your project at {}\n", api.endpoint());
    table(&api.servers().list().sort(Sort::NAME).all().await?);
    if let Some(rate) = api.rate_limit() {
        println!(
            "\n{} of {} requests are left in this hour.",
            rate.remaining, rate.limit
        );
    }
    if write {
        life_of_a_server(&api).await
    } else {
        Ok(())
    }
}

async fn life_of_a_server(api: &Client) -> Result<()> {
    let servers = api.servers();

    let created = servers
        .create(NAME, "cx23", "debian-13")
        .labels([("made-by", "tour")])
        .or_get()
        .await?;
    let id = created.resource.id;
    let result = async {
        let server = follow("create", created.wait()).await?;
        println!(
            "  {} has {}",
            server.name,
            server
                .ipv4()
                .map_or_else(|| "no IPv4".into(), |ip| ip.to_string())
        );

        servers
            .update(id)
            .labels([("made-by", "tour"), ("env", "test")])
            .await?;
        follow("power off", servers.power_off(id).await?.wait()).await?;
        follow(
            "change type",
            servers.change_type(id, "cx33", false).await?.wait(),
        )
        .await?;
        let snapshot = servers
            .create_image(id)
            .description("taken on the tour")
            .await?;
        let image = follow("snapshot", snapshot.wait()).await?;

        println!();
        table(&servers.list().sort(Sort::NAME).prefetch(4).all().await?);
        println!();
        api.images().delete(image.id).await?.wait().await
    }
    .await;

    // Whatever happened on the way, nothing stays behind.
    follow("delete", servers.delete(id).await?.wait()).await?;
    result?;
    match servers.get(id).await {
        Err(error) if error.is_not_found() => println!("  gone: {error}"),
        Err(error) => return Err(error),
        Ok(server) => println!("  {} is still {}", server.name, server.status),
    }
    Ok(())
}

fn table(servers: &[Server]) {
    println!(
        "  {:<12} {:<20} {:<9} {:<6} {:<5} {:<16} labels",
        "id", "name", "status", "type", "where", "ipv4"
    );
    for server in servers {
        let ip = server
            .ipv4()
            .map_or_else(|| "-".to_owned(), |ip| ip.to_string());
        let labels: Vec<_> = server
            .labels
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        println!(
            "  {:<12} {:<20} {:<9} {:<6} {:<5} {ip:<16} {}",
            server.id,
            server.name,
            server.status,
            server.server_type.name,
            server.location.name,
            labels.join(",")
        );
    }
}
