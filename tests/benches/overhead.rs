//! What our client costs beside bare reqwest with serde_json into the same types: `cargo bench -p cross-crate-tests`.
//!
//! Both do the same two calls over one kept connection to a server in another process: one server by its id, and a list
//! of fifty. Instructions are counted by `valgrind --tool=callgrind`, where it is installed, in the client's process
//! alone: the count of many calls less that of few, so that setting up does not matter. Wall time is measured in turns.

use std::fmt;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use cloud_sandbox::Sandbox;
use hetzner::{Client, Server};
use serde::Deserialize;

const TOKEN: &str = "jEheVytlAoFl7F8MqUQ7jAo2hOXASztXjEheVytlAoFl7F8MqUQ7jAo2hOXASztX";
const ID: i64 = 1;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Who {
    Ours,
    Bare,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum What {
    Get,
    List,
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Get => "GET one server",
            Self::List => "list of 50 servers",
        })
    }
}

#[derive(Deserialize)]
struct One {
    server: Server,
}

#[derive(Deserialize)]
struct Many {
    servers: Vec<Server>,
    meta: Meta,
}

#[derive(Deserialize)]
struct Meta {
    pagination: Pagination,
}

#[derive(Deserialize)]
struct Pagination {
    next_page: Option<u64>,
    #[allow(dead_code, reason = "decoded as a user would")]
    last_page: Option<u64>,
    #[allow(dead_code, reason = "decoded as a user would")]
    total_entries: Option<u64>,
}

struct Ours(Client);

impl Ours {
    fn new(url: &str) -> Self {
        Self(
            Client::builder()
                .token(TOKEN)
                .endpoint(url)
                .hetzner_endpoint(url)
                .build()
                .expect("a client"),
        )
    }

    async fn call(&self, what: What) -> usize {
        match what {
            What::Get => self.0.servers().get(ID).await.expect("a server").name.len(),
            What::List => self.0.servers().list().await.expect("a list").items.len(),
        }
    }
}

struct Bare(reqwest::Client, String);

impl Bare {
    fn new(url: &str) -> Self {
        Self(
            reqwest::Client::builder()
                .user_agent("bare/1.0")
                .no_proxy()
                .build()
                .expect("a client"),
            url.to_owned(),
        )
    }

    async fn call(&self, what: What) -> usize {
        let path = match what {
            What::Get => format!("{}/servers/{ID}", self.1),
            What::List => format!("{}/servers?per_page=50", self.1),
        };
        let request = self
            .0
            .get(path)
            .bearer_auth(TOKEN)
            .header("accept", "application/json");
        let body = request
            .send()
            .await
            .and_then(reqwest::Response::error_for_status)
            .expect("an answer");
        let body = body.bytes().await.expect("a body");
        match what {
            What::Get => serde_json::from_slice::<One>(&body)
                .expect("a server")
                .server
                .name
                .len(),
            What::List => {
                let many: Many = serde_json::from_slice(&body).expect("a list");
                assert!(many.meta.pagination.next_page.is_none());
                many.servers.len()
            }
        }
    }
}

async fn calls(url: &str, who: Who, what: What, n: u32) -> Duration {
    let (ours, bare) = (Ours::new(url), Bare::new(url));
    let begun = Instant::now();
    for _ in 0..n {
        let seen = match who {
            Who::Ours => ours.call(what).await,
            Who::Bare => bare.call(what).await,
        };
        assert!(seen > 0);
    }
    begun.elapsed()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--client") {
        let [url, who, what, n] = &arguments[at + 1..at + 5] else {
            panic!("--client URL WHO WHAT N")
        };
        let who = if who == "Ours" { Who::Ours } else { Who::Bare };
        let what = if what == "Get" { What::Get } else { What::List };
        runtime().block_on(calls(url, who, what, n.parse().expect("a number")));
        return;
    }
    let url = serve(answers());
    println!(
        "{:<20} {:>14} {:>14} {:>7}   {:>10} {:>10} {:>7}",
        "", "instructions", "bare reqwest", "ratio", "time", "bare", "ratio"
    );
    for what in [What::Get, What::List] {
        let counted = instructions(&url, Who::Ours, what).zip(instructions(&url, Who::Bare, what));
        let (ours, bare) = wall(&url, what);
        let counts = counted.map_or_else(
            || format!("{:>14} {:>14} {:>7}", "no valgrind", "-", "-"),
            |(ours, bare)| format!("{ours:>14.0} {bare:>14.0} {:>7.3}", ours / bare),
        );
        println!(
            "{:<20} {counts}   {ours:>10.1?} {bare:>10.1?} {:>7.3}",
            what.to_string(),
            ours.as_secs_f64() / bare.as_secs_f64()
        );
    }
}

/// Instructions of one call: those of 120 calls less those of 20, by 100.
fn instructions(url: &str, who: Who, what: What) -> Option<f64> {
    let count = |n: u32| {
        let out = std::env::temp_dir().join(format!("overhead-{}.callgrind", std::process::id()));
        let mut valgrind = Command::new("valgrind");
        valgrind
            .arg("--tool=callgrind")
            .arg(format!("--callgrind-out-file={}", out.display()));
        valgrind
            .arg(std::env::current_exe().ok()?)
            .arg("--client")
            .arg(url);
        valgrind.args([format!("{who:?}"), format!("{what:?}"), n.to_string()]);
        let output = valgrind.stdout(Stdio::null()).output().ok()?;
        let _ = std::fs::remove_file(out);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let line = text.lines().find(|line| line.contains("Collected"))?;
        line.rsplit(' ').next()?.parse::<f64>().ok()
    };
    Some((count(120)? - count(20)?) / 100.0)
}

/// The median time of a call, measured in turns so that both meet the same machine.
fn wall(url: &str, what: What) -> (Duration, Duration) {
    let runtime = runtime();
    let mut times = (Vec::new(), Vec::new());
    for _ in 0..15 {
        times
            .0
            .push(runtime.block_on(calls(url, Who::Ours, what, 300)) / 300);
        times
            .1
            .push(runtime.block_on(calls(url, Who::Bare, what, 300)) / 300);
    }
    times.0.sort_unstable();
    times.1.sort_unstable();
    (times.0[7], times.1[7])
}

/// The two answers, as the sandbox gives them.
fn answers() -> [Vec<u8>; 2] {
    runtime().block_on(async {
        let sandbox = Sandbox::new();
        let api = Client::builder()
            .token(TOKEN)
            .transport(sandbox.hetzner())
            .build()
            .expect("a client");
        let mut id = None;
        for n in 0..50 {
            let create = api
                .servers()
                .create(format!("web-{n}"), "cx23", "debian-13")
                .labels([("env", "prod")]);
            id = Some(create.await.expect("a server").resource.id);
        }
        let one = api
            .servers()
            .get(id.expect("fifty"))
            .send_raw()
            .await
            .expect("an answer");
        let many = api.servers().list().send_raw().await.expect("an answer");
        [one, many].map(|answer| {
            let mut head = format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n",
                answer.body.len()
            )
            .into_bytes();
            for (name, value) in answer
                .headers
                .iter()
                .filter(|(name, _)| *name != "content-length")
            {
                head.extend_from_slice(name.as_str().as_bytes());
                head.extend_from_slice(b": ");
                head.extend_from_slice(value.as_bytes());
                head.extend_from_slice(b"\r\n");
            }
            head.extend_from_slice(b"\r\n");
            head.extend_from_slice(&answer.body);
            head
        })
    })
}

/// A server that does next to nothing, so that the client is what is measured.
fn serve(answers: [Vec<u8>; 2]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answers = answers.clone();
            std::thread::spawn(move || answer(stream, &answers));
        }
    });
    url
}

fn answer(mut stream: TcpStream, [one, many]: &[Vec<u8>; 2]) {
    let _ = stream.set_nodelay(true);
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(n @ 1..) = stream.read(&mut buffer) {
        request.extend_from_slice(&buffer[..n]);
        if request.ends_with(b"\r\n\r\n") {
            let answer = if request.starts_with(b"GET /v1/servers/") {
                one
            } else {
                many
            };
            if stream.write_all(answer).is_err() {
                return;
            }
            request.clear();
        }
    }
}
