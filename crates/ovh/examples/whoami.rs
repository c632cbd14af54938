//! Says whose account it is, with keys from the environment or a file.
//!
//! ```sh
//! cargo run -p cloud-ovh --example whoami [-- --config FILE]
//! ```
//!
//! The keys are `OVH_APPLICATION_KEY`, `OVH_APPLICATION_SECRET` and `OVH_CONSUMER_KEY`, or the words of an `ovh.conf`,
//! each looked for by itself; a FILE goes before the other files. The right that is needed is `GET /me`.

use std::env;
use std::error::Error;

use ovh::Client;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let api = match words[..] {
        [] => Client::from_env()?,
        ["--config", file] => Client::builder().config_file(file)?.build()?,
        _ => return Err("usage: whoami [--config FILE]".into()),
    };
    // A program can give the keys itself, too, and should not have them in its source:
    // Client::builder().endpoint("ovh-eu").application(key, secret).consumer_key(consumer_key).build()?
    let me = api.me().get().await?;
    let name = me.firstname.as_deref().unwrap_or("stranger");
    println!("Welcome, {name} ({})", me.nichandle);
    // What was mended in the settings, such as white space around a key.
    for line in api.explain() {
        println!("note: {line}");
    }
    Ok(())
}
