//! Prints the bills since a day, hundreds to a request: `cargo run -p cloud-ovh --example bills [-- --real 2026-01-01]`.

mod common;

#[tokio::main]
async fn main() -> ovh::Result<()> {
    let api = common::client()?;
    println!("{}", run(&api, &common::argument(0, "2020-01-01")).await?);
    Ok(())
}

pub(crate) async fn run(api: &ovh::Client, since: &str) -> ovh::Result<String> {
    let mut lines = Vec::new();
    let mut bills = api.me().bills().list().since(since).items();
    while let Some(bill) = bills.next().await? {
        // `pdf_url` and `password` open the bill for whoever has them, so they stay where they are.
        lines.push(format!(
            "{:<14} {} {:>14}",
            bill.bill_id, bill.date, bill.price_with_tax.text
        ));
    }
    Ok(lines.join("\n"))
}
