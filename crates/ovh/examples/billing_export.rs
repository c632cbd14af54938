//! Writes the bills between two days as CSV, for a spreadsheet or the books.
//!
//! ```sh
//! cargo run -p cloud-ovh --example billing_export -- SINCE UNTIL [--lines] > bills.csv
//! ```
//!
//! For example `2026-01-01 2026-03-31`; UNTIL is the first day that does not count. With `--lines` there is a row for
//! each line of a bill. It takes the keys of the environment, or of an `ovh.conf`. The rights that are needed are
//! `GET /me/bill` and `GET /me/bill/*`.

use std::env;
use std::error::Error;

use ovh::Client;

const USAGE: &str = "usage: billing_export SINCE UNTIL [--lines]";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (options, words): (Vec<_>, Vec<_>) = env::args().skip(1).partition(|a| a.starts_with('-'));
    let ([since, until], true) = (&words[..], options.iter().all(|option| option == "--lines"))
    else {
        return Err(USAGE.into());
    };
    let lines = !options.is_empty();

    let api = Client::from_env()?;
    if lines {
        println!("bill,date,service,description,quantity,price,currency");
    } else {
        println!("bill,date,order,category,without_tax,tax,with_tax,currency");
    }
    let mut count = 0;
    let mut bills = api
        .me()
        .bills()
        .list()
        .since(since.as_str())
        .until(until.as_str())
        .items();
    while let Some(bill) = bills.next().await? {
        count += 1;
        let (id, date) = (&bill.bill_id, bill.date.to_string());
        if lines {
            let mut details = api.me().bills().details(id).items();
            while let Some(line) = details.next().await? {
                let price = &line.total_price;
                row(&[
                    id,
                    &date,
                    &line.domain,
                    &line.description,
                    &line.quantity,
                    // The digits as the service sent them: money is not rounded on the way.
                    price.value.as_str(),
                    price.currency_code.as_str(),
                ]);
            }
        } else {
            row(&[
                id,
                &date,
                &bill.order_id.to_string(),
                bill.category.as_str(),
                bill.price_without_tax.value.as_str(),
                bill.tax.value.as_str(),
                bill.price_with_tax.value.as_str(),
                bill.price_with_tax.currency_code.as_str(),
            ]);
        }
    }
    // Not into the file.
    eprintln!("{count} bills");
    Ok(())
}

/// A row in the form of RFC 4180: what has a comma, a quote or a line break is quoted.
fn row(fields: &[&str]) {
    let quoted = fields.iter().map(|field| {
        if field.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", field.replace('"', "\"\""))
        } else {
            (*field).to_owned()
        }
    });
    println!("{}", quoted.collect::<Vec<_>>().join(","));
}
