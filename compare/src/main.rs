//! Our client for Hetzner, the crate `hcloud` and bare reqwest with plain structs, which read the same answers:
//! `cargo run --release --manifest-path compare/Cargo.toml`.
//!
//! Each does the same two calls over one kept connection to a server in another process: one server by its id, and a
//! list of fifty. The answers are those of the sandbox for new servers, and some in which every field of the API's
//! description is filled; both have the field `deprecated` of images, which `hcloud` asks for and the description has no
//! longer. Instructions are counted as `cargo bench` counts them: by `valgrind`, in
//! the client's process alone, those of 120 calls less those of 20.

use std::error::Error;
use std::hint::black_box;
use std::process::{Command, ExitCode};

use hcloud::apis::configuration::Configuration;
use hcloud::apis::servers_api::{self, GetServerParams, ListServersParams};

use serde_json::{Value, json};

use both::{Bare, Ours, What};

#[path = "../../tests/benches/both/mod.rs"]
mod both;
#[path = "../../tests/src/figures.rs"]
mod figures;

type Failure = Box<dyn Error + Send + Sync>;

const WHO: [&str; 3] = ["ours", "hcloud", "bare"];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let outcome = match arguments.as_slice() {
        [_, url, who, what, n] => client(url, who, what, n),
        _ => compare(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

fn compare() -> Result<(), Failure> {
    let answers = runtime()?.block_on(both::answers());
    let fresh = [with_deprecated(&answers[0])?, with_deprecated(&answers[1])?];
    println!(
        "{:<36} {:>12} {:>12} {:>12}   {:>9} {:>9}",
        "instructions", "ours", "hcloud", "bare reqwest", "of hcloud", "of bare"
    );
    for (servers, answers) in [("fresh", fresh), ("every field filled", full(answers)?)] {
        let url = both::serve(answers);
        for (what, name) in [("Get", What::Get), ("List", What::List)] {
            let mut counts = Vec::new();
            for (who, series) in WHO.into_iter().zip(["ours", "hcloud 0.26", "bare reqwest"]) {
                let count = instructions(&url, who, what)?;
                figures::tell("instructions", &format!("{name}, {servers}"), series, count);
                counts.push(count);
            }
            println!(
                "{:<36} {:>12.0} {:>12.0} {:>12.0}   {:>9.3} {:>9.3}",
                format!("{name}, {servers}"),
                counts[0],
                counts[1],
                counts[2],
                counts[0] / counts[1],
                counts[0] / counts[2]
            );
        }
    }
    Ok(())
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build()
}

/// The answers for one server and for fifty with every field of the description filled, under the heads of the sandbox.
fn full(answers: [Vec<u8>; 2]) -> Result<[Vec<u8>; 2], Failure> {
    let server: Value = serde_json::from_str(include_str!("server.json"))?;
    let [one, many] = answers;
    let (head, _) = split(&one)?;
    let one = answer(head, &json!({"server": server}));
    let (head, body) = split(&many)?;
    // The pages are said as the sandbox says them.
    let mut body: Value = serde_json::from_str(body)?;
    body["servers"] = vec![server; 50].into();
    Ok([one, answer(head, &body)])
}

/// The answer of the sandbox with a field more in each image, which `hcloud` asks for.
fn with_deprecated(bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    let (head, body) = split(bytes)?;
    let before = "\"image\":{";
    assert!(body.contains(before), "no image in {body}");
    let body = body.replace(before, "\"image\":{\"deprecated\":null,");
    Ok(answer(head, &serde_json::from_str(&body)?))
}

fn split(answer: &[u8]) -> Result<(&str, &str), Failure> {
    let text = std::str::from_utf8(answer)?;
    Ok(text.split_once("\r\n\r\n").ok_or("an answer has a head")?)
}

fn answer(head: &str, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    let lines = head.split("\r\n").map(|line| match line.split_once(": ") {
        Some(("content-length", _)) => format!("content-length: {}", body.len()),
        _ => line.to_owned(),
    });
    let head: Vec<String> = lines.collect();
    format!("{}\r\n\r\n{body}", head.join("\r\n")).into_bytes()
}

/// Makes the calls, one after the other.
fn client(url: &str, who: &str, what: &str, n: &str) -> Result<(), Failure> {
    let what = if what == "Get" { What::Get } else { What::List };
    let (ours, bare) = (Ours::new(url, |builder| builder), Bare::new(url));
    let hcloud = Configuration {
        base_path_mapping: [("https://api.hetzner.cloud/v1".to_owned(), url.to_owned())].into(),
        bearer_access_token: Some(both::TOKEN.to_owned()),
        ..Configuration::new()
    };
    let calls = n.parse::<u32>()?;
    runtime()?.block_on(async {
        for _ in 0..calls {
            match who {
                "ours" => ours.call(what).await?,
                "bare" => bare.call(what).await?,
                _ => by_hcloud(&hcloud, what).await?,
            }
        }
        Ok(())
    })
}

async fn by_hcloud(configuration: &Configuration, what: What) -> Result<(), Failure> {
    match what {
        What::Get => {
            let params = GetServerParams { id: both::ID };
            let answer = black_box(servers_api::get_server(configuration, params).await?);
            assert_eq!(answer.server.expect("a server").name, "web-49");
        }
        What::List => {
            let params = ListServersParams {
                per_page: Some(50),
                ..ListServersParams::default()
            };
            let answer = black_box(servers_api::list_servers(configuration, params).await?);
            assert_eq!(answer.servers.len(), 50);
        }
    }
    Ok(())
}

/// Instructions of one call.
fn instructions(url: &str, who: &str, what: &str) -> Result<f64, Failure> {
    let count = |n: &str| -> Result<f64, Failure> {
        let out = std::env::temp_dir().join(format!("compare-{}.callgrind", std::process::id()));
        let output = Command::new("valgrind")
            .arg("--tool=callgrind")
            .arg(format!("--callgrind-out-file={}", out.display()))
            .arg(std::env::current_exe()?)
            .args([url, who, what, n])
            .output()
            .map_err(|error| format!("valgrind is needed: {error}"))?;
        let _ = std::fs::remove_file(out);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        if !output.status.success() {
            return Err(text.into());
        }
        let line = text.lines().find(|line| line.contains("Collected"));
        let number = line.and_then(|line| line.rsplit(' ').next());
        Ok(number.ok_or("valgrind counted nothing")?.parse()?)
    };
    Ok((count("120")? - count("20")?) / 100.0)
}
