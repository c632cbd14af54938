//! The whole life of a server in one minute, against the embedded sandbox or a real account.
//!
//! ```text
//! cargo run -p cloud-clients --example tour               # the sandbox: no account, nothing to pay
//! cargo run -p cloud-clients --example tour -- --real     # your account (HCLOUD_TOKEN ...): only reads
//! cargo run -p cloud-clients --example tour -- --real --write   # creates, changes and deletes one server
//! ```

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use cloud_clients::core::wait::Waiter;
use cloud_clients::hetzner::{Client, Server, Sort};
use cloud_clients::{Error, Result};
use cloud_sandbox::Sandbox;
use indicatif::{ProgressBar, ProgressStyle};

const NAME: &str = "cloud-clients-tour";
const USAGE: &str = "usage: tour [--real [--write]]";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => in_the_sandbox().await,
        ["--real"] => for_real(false).await,
        ["--real", "--write"] => for_real(true).await,
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn in_the_sandbox() -> Result<()> {
    let sandbox = Sandbox::start().await.map_err(|error| Error::config("the sandbox", error))?;
    println!("A sandbox of the Hetzner Cloud API runs at {}\n", sandbox.hetzner_url());
    let token = "any-token-opens-a-project-of-its-own";
    let api = Client::builder().token(token).endpoint(sandbox.hetzner_url()).hetzner_endpoint(sandbox.hetzner_url());
    let api = api.user_agent("tour/1.0").build()?;

    // A few neighbours, created side by side; their waits share one poller.
    let neighbours = (1..=3).map(|n| api.servers().create(format!("neighbour-{n}"), "cax11", "debian-13").send());
    let neighbours: Vec<_> = neighbours.map(tokio::spawn).collect();
    for neighbour in neighbours {
        neighbour.await.map_err(|error| Error::config("the runtime", error))??;
    }
    life_of_a_server(&api).await?;

    let entries = sandbox.sandbox().journal().entries();
    let looks = entries.iter().filter(|entry| entry.path == "/v1/actions").count();
    println!("\n{} requests, {looks} of them to follow actions.", entries.len());
    println!("\nThe same against your account, reading only: HCLOUD_TOKEN=... cargo tour --real");
    println!(
        "and with one small server that is created, changed and deleted (it costs a few cents): ... --real --write"
    );
    sandbox.shutdown().await;
    Ok(())
}

async fn for_real(write: bool) -> Result<()> {
    let api = Client::from_env()?;
    println!("Your project at {}\n", api.endpoint());
    table(&api.servers().list().sort(Sort::NAME).all().await?);
    if let Some(rate) = api.rate_limit() {
        println!("\n{} of {} requests are left in this hour.", rate.remaining, rate.limit);
    }
    if write { life_of_a_server(&api).await } else { Ok(()) }
}

async fn life_of_a_server(api: &Client) -> Result<()> {
    let servers = api.servers();

    let created = servers.create(NAME, "cx23", "debian-13").labels([("made-by", "tour")]).or_get().await?;
    let id = created.resource.id;
    let result = async {
        let server = follow("create", created.wait()).await?;
        println!("  {} has {}", server.name, server.ipv4().map_or_else(|| "no IPv4".into(), |ip| ip.to_string()));

        servers.update(id).labels([("made-by", "tour"), ("env", "test")]).await?;
        follow("power off", servers.power_off(id).await?.wait()).await?;
        follow("change type", servers.change_type(id, "cx33", false).await?.wait()).await?;
        let snapshot = servers.create_image(id).description("taken on the tour").await?;
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

/// Shows the progress of work as a bar, or as lines where there is no terminal.
async fn follow<T: Send + 'static>(what: &str, work: Waiter<T>) -> Result<T> {
    let mut work = work.timeout(Duration::from_secs(15 * 60));
    let begun = Instant::now();
    let bar = ProgressBar::new(100);
    if let Ok(style) = ProgressStyle::with_template("  {prefix:<12} [{bar:30}] {pos:>3}%  {msg}") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.set_prefix(what.to_owned());
    while let Some(progress) = work.progress().await? {
        bar.set_position(progress.percent.into());
        bar.set_message(progress.what);
    }
    let result = work.await?;
    bar.set_position(100);
    bar.finish_with_message(format!("done in {:.1} s", begun.elapsed().as_secs_f64()));
    if !std::io::stderr().is_terminal() {
        println!("  {what:<12} done in {:.1} s", begun.elapsed().as_secs_f64());
    }
    Ok(result)
}

fn table(servers: &[Server]) {
    println!("  {:<12} {:<20} {:<9} {:<6} {:<5} {:<16} labels", "id", "name", "status", "type", "where", "ipv4");
    for server in servers {
        let ip = server.ipv4().map_or_else(|| "-".to_owned(), |ip| ip.to_string());
        let labels: Vec<_> = server.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
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
