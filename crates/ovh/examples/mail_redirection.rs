//! Redirects the mail of an address.
//!
//! ```sh
//! cargo run -p cloud-ovh --example mail_redirection -- DOMAIN FROM TO
//! ```
//!
//! For example `example.com sales@example.com contact@example.com`. It takes the keys of the environment, or of an
//! `ovh.conf`. The rights that are needed are `GET` and `POST /email/domain/*/redirection` and
//! `GET /email/domain/*/redirection/*`.

use std::env;
use std::error::Error;

use ovh::Client;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [domain, from, to] = &args[..] else {
        return Err("usage: mail_redirection DOMAIN FROM TO".into());
    };
    let api = Client::from_env()?;
    let redirections = api.email_domains().redirections(domain);
    let there = redirections.list().from(from).all().await?;
    if there.iter().any(|redirection| redirection.to == *to) {
        println!("{from} goes to {to} already");
        return Ok(());
    }
    // Sent once only: after a lost answer the error says that it may have happened.
    let task = redirections.create(from, to, false).await?;
    println!("task {} was begun on {}", task.id, task.date);
    for redirection in redirections.list().from(from).all().await? {
        println!("{} goes to {}", redirection.from, redirection.to);
    }
    Ok(())
}
