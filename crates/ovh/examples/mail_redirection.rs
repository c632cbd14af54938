//! Redirects mail: `cargo run -p cloud-ovh --example mail_redirection [-- --real example.com sales@example.com me@example.com]`.

mod common;

use common::argument;

#[tokio::main]
async fn main() -> ovh::Result<()> {
    let api = common::client()?;
    let domain = argument(0, "example.com");
    let (from, to) = (
        argument(1, "sales@example.com"),
        argument(2, "contact@example.com"),
    );
    println!("{}", run(&api, &domain, &from, &to).await?);
    Ok(())
}

pub(crate) async fn run(
    api: &ovh::Client,
    domain: &str,
    from: &str,
    to: &str,
) -> ovh::Result<String> {
    let redirections = api.email_domains().redirections(domain);
    // The service answers with a task, not with the redirection.
    let task = redirections.create(from, to, false).await?;
    let mut lines = vec![format!("Task {} was begun on {}", task.id, task.date)];
    for redirection in redirections.list().from(from).all().await? {
        lines.push(format!("{} goes to {}", redirection.from, redirection.to));
    }
    Ok(lines.join("\n"))
}
