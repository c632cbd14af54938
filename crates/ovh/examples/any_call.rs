//! Calls any operation by its path, and prints the answer.
//!
//! ```sh
//! cargo run -p cloud-ovh --example any_call -- [--anonymous] [--headers] METHOD PATH [NAME=VALUE]..
//! ```
//!
//! For example `GET /me/bill date.from=2026-01-01`, or `POST /email/domain/example.com/redirection from=a@example.com
//! to=b@example.com localCopy=false`. With GET and DELETE the values are query parameters; otherwise they are the body,
//! where a value that is JSON, such as `false`, `3` or `[1]`, is sent as such. `--anonymous` sends no credential, as
//! `GET /auth/time` needs none; `--headers` shows status and headers too. It takes the keys of the environment, or of an
//! `ovh.conf`; which rights are needed depends on the call, and a refusal is explained.

use std::env;
use std::error::Error;

use ovh::Client;
use ovh::http::Method;
use ovh::serde_json::{Map, Value};

const USAGE: &str = "usage: any_call [--anonymous] [--headers] METHOD PATH [NAME=VALUE]..";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (options, words): (Vec<_>, Vec<_>) = env::args().skip(1).partition(|a| a.starts_with("--"));
    let known = ["--anonymous", "--headers"];
    let ([method, path, values @ ..], true) = (
        &words[..],
        options
            .iter()
            .all(|option| known.contains(&option.as_str())),
    ) else {
        return Err(USAGE.into());
    };
    let has = |option: &str| options.iter().any(|given| given == option);
    let method: Method = method.to_uppercase().parse().map_err(|_| USAGE)?;
    let mut pairs = Vec::new();
    for value in values {
        pairs.push(value.split_once('=').ok_or(USAGE)?);
    }

    let api = if has("--anonymous") {
        Client::builder().unauthenticated().from_env()?.build()?
    } else {
        Client::from_env()?
    };
    let mut call = api.request(method.clone(), path);
    if has("--anonymous") {
        call = call.unauthenticated();
    }
    if matches!(method, Method::GET | Method::DELETE) {
        for (name, value) in pairs {
            call = call.query(name, value);
        }
    } else if !pairs.is_empty() {
        let json = |text: &str| ovh::serde_json::from_str(text).unwrap_or_else(|_| text.into());
        let body: Map<String, Value> = pairs
            .into_iter()
            .map(|(name, value)| (name.to_owned(), json(value)))
            .collect();
        call = call.json(&body);
    }

    let answer = match call.send_raw().await {
        Ok(answer) => answer,
        Err(error) => {
            // Which right is missing, where that can be found out.
            if let Some(diagnosis) = api.diagnose(&error).await {
                eprintln!("{diagnosis}");
            }
            return Err(error.into());
        }
    };
    if has("--headers") {
        println!("{}", answer.status);
        for (name, value) in &answer.headers {
            println!("{name}: {}", value.to_str().unwrap_or("(not text)"));
        }
    }
    match ovh::serde_json::from_slice::<Value>(&answer.body) {
        Ok(value) => println!("{value:#}"),
        Err(_) => println!("{}", String::from_utf8_lossy(&answer.body)),
    }
    Ok(())
}
