//! Says whose account it is: `cargo run -p cloud-ovh --example whoami [-- --real]`.

mod common;

#[tokio::main]
async fn main() -> ovh::Result<()> {
    println!("{}", run(&common::client()?).await?);
    Ok(())
}

pub(crate) async fn run(api: &ovh::Client) -> ovh::Result<String> {
    let me = api.me().get().await?;
    Ok(format!(
        "Welcome, {} ({})",
        me.firstname.as_deref().unwrap_or("stranger"),
        me.nichandle
    ))
}
