//! Prints the bills since a day, hundreds to a request.
//!
//! ```sh
//! cargo run -p cloud-ovh --example bills [-- SINCE]
//! ```
//!
//! SINCE is a day such as `2026-01-01`. It takes the keys of the environment, or of an `ovh.conf`. The rights that are
//! needed are `GET /me/bill` and `GET /me/bill/*`.

use std::env;
use std::error::Error;

use ovh::Client;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let since = env::args()
        .nth(1)
        .unwrap_or_else(|| "2020-01-01".to_owned());
    let api = Client::from_env()?;
    let mut count = 0;
    let mut bills = api.me().bills().list().since(since).items();
    while let Some(bill) = bills.next().await? {
        // `url`, `pdf_url` and `password` open the bill for whoever has them, so they stay where they are.
        println!(
            "{:<14} ({}): {:>14}",
            bill.bill_id, bill.date, bill.price_with_tax.text
        );
        count += 1;
    }
    println!("{count} bills");
    Ok(())
}
