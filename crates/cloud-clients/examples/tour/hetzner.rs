//! The whole life of a server.

use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use cloud_clients::hetzner::{CallOptions, Client, Server, ServerId, Sort};
use cloud_clients::{Error, Result};
use cloud_sandbox::Running;

use crate::show::follow;
use crate::stop::{Ended, STOPPED, Stop};

/// Between two attempts to delete.
const PAUSE: Duration = Duration::from_millis(500);

/// Waits for what holds a resource, such as the action that was under way.
const LOCKED: fn(CallOptions) -> CallOptions =
    |options| options.wait_while_locked(Duration::from_secs(5 * 60));

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
    Tour::new(&api).run(&Stop::never()).await?;

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

pub(crate) async fn for_real() -> Result<Client> {
    let api = Client::from_env()?;
    println!("Your project at {}\n", api.endpoint());
    table(&api.servers().list().sort(Sort::NAME).all().await?);
    if let Some(rate) = api.rate_limit() {
        println!(
            "\n{} of {} requests are left in this hour.",
            rate.remaining, rate.limit
        );
    }
    Ok(api)
}

pub(crate) async fn for_real_and_write() -> Result<ExitCode> {
    let api = for_real().await?;
    println!();
    let tour = Tour::new(&api);
    let stop = Stop::by_ctrl_c(tour.where_to_look());
    tour.run(&stop).await
}

/// One tour, whose label tells what it makes from what others do.
struct Tour<'a> {
    api: &'a Client,
    number: String,
}

impl<'a> Tour<'a> {
    fn new(api: &'a Client) -> Self {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let seconds = now.unwrap_or_default().as_secs();
        let number = format!("{seconds}-{}", std::process::id());
        Self { api, number }
    }

    fn labels(&self) -> [(&str, &str); 2] {
        [("made-by", "tour"), ("tour", &self.number)]
    }

    fn selector(&self) -> String {
        format!("made-by=tour,tour={}", self.number)
    }

    fn where_to_look(&self) -> String {
        let selector = self.selector();
        format!(
            "What may be left, and costs money: hcloud server list -l {selector}; hcloud image list -l {selector}"
        )
    }

    async fn run(&self, stop: &Stop) -> Result<ExitCode> {
        let outcome = stop.soon(Box::pin(self.steps(stop))).await;
        // Whatever happened on the way, nothing stays behind.
        let cleaned = self
            .clean_up(matches!(outcome, Err(Ended::CutOff)))
            .await
            .inspect_err(|_| eprintln!("  {}", self.where_to_look()));
        match outcome {
            Err(Ended::Failed(error)) => Err(error),
            Err(Ended::Stopped | Ended::CutOff) => cleaned.map(|()| ExitCode::from(STOPPED)),
            Ok(id) => {
                cleaned?;
                match self.api.servers().get(id).await {
                    Err(error) if error.is_not_found() => println!("  gone: {error}"),
                    Err(error) => return Err(error),
                    Ok(server) => println!("  {} is still {}", server.name, server.status),
                }
                Ok(ExitCode::SUCCESS)
            }
        }
    }

    /// Makes and changes things, and deletes none. Each of them has the label, and each wait can be stopped.
    async fn steps(&self, stop: &Stop) -> Result<ServerId, Ended> {
        let servers = self.api.servers();
        let accepted = servers
            .create(
                format!("cloud-clients-tour-{}", self.number),
                "cx23",
                "debian-13",
            )
            .labels(self.labels())
            .or_get()
            .await?;
        let id = accepted.resource.id;
        let server = stop.unless(follow("create", accepted.wait())).await?;
        println!(
            "  {} has {}",
            server.name,
            server
                .ipv4()
                .map_or_else(|| "no IPv4".into(), |ip| ip.to_string())
        );

        let labels = self.labels().into_iter().chain([("env", "test")]);
        servers
            .update(id)
            .labels(labels.collect::<Vec<_>>())
            .await?;
        let off = servers.power_off(id).await?;
        stop.unless(follow("power off", off.wait())).await?;
        let larger = servers.change_type(id, "cx33", false).await?;
        stop.unless(follow("change type", larger.wait())).await?;
        let snapshot = servers
            .create_image(id)
            .description("taken on the tour")
            .labels(self.labels())
            .await?;
        stop.unless(follow("snapshot", snapshot.wait())).await?;

        println!();
        table(&servers.list().sort(Sort::NAME).prefetch(4).all().await?);
        println!();
        Ok(id)
    }

    /// Deletes what has the label, because an answer with an id may have been lost, and says what that was. A failure that
    /// may pass is tried again.
    async fn clean_up(&self, was_cut_off: bool) -> Result<()> {
        let mut deleted = Vec::new();
        // A request that was cut off may be carried out a little later.
        let mut looks_without_a_find = if was_cut_off { 3 } else { 1 };
        let mut failures = 0;
        while looks_without_a_find > 0 {
            match self.delete_what_is_there(&mut deleted).await {
                Ok(true) => {}
                Ok(false) => {
                    looks_without_a_find -= 1;
                    if looks_without_a_find > 0 {
                        tokio::time::sleep(PAUSE).await;
                    }
                }
                Err(error) if failures == 5 => return Err(error),
                Err(_) => {
                    failures += 1;
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
        match deleted.as_slice() {
            [] => println!("  nothing was made, so nothing had to be deleted"),
            some => println!("  deleted: {}", some.join(", ")),
        }
        Ok(())
    }

    /// Whether there was something.
    async fn delete_what_is_there(&self, deleted: &mut Vec<String>) -> Result<bool> {
        let (servers, images) = (self.api.servers(), self.api.images());
        let snapshots = images.list().label_selector(self.selector()).all().await?;
        let machines = servers.list().label_selector(self.selector()).all().await?;
        for image in &snapshots {
            // What is under way when the tour is stopped holds its resources for as long as it takes.
            let delete = images.delete(image.id).options(LOCKED).optional();
            let work = delete.await?;
            note(deleted, format!("snapshot {}", image.id));
            if let Some(work) = work {
                work.wait().await?;
            }
        }
        for server in &machines {
            let delete = servers.delete(server.id).options(LOCKED).optional();
            let work = delete.await?;
            note(deleted, format!("server {}", server.id));
            if let Some(work) = work {
                follow("delete", work.wait()).await?;
            }
        }
        Ok(!snapshots.is_empty() || !machines.is_empty())
    }
}

/// Notes what was deleted, once.
fn note(deleted: &mut Vec<String>, what: String) {
    if !deleted.contains(&what) {
        deleted.push(what);
    }
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
