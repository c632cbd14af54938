//! An account with its bills, a zone that is edited, and a restart that is waited for.

use cloud_clients::ovh::Client;
use cloud_clients::ovh::domain::Rr;
use cloud_clients::{Error, Result};
use cloud_sandbox::Running;
use cloud_sandbox::ovh::{APPLICATION_KEY, APPLICATION_SECRET, CONSUMER_KEY};

use crate::show::follow;

pub(crate) async fn in_the_sandbox(sandbox: &Running) -> Result<()> {
    println!("OVHcloud, at {}\n", sandbox.ovh_url());
    let api = Client::builder()
        .endpoint(sandbox.ovh_url())
        .application(APPLICATION_KEY, APPLICATION_SECRET)
        .consumer_key(CONSUMER_KEY)
        .user_agent("tour/1.0")
        .build()?
        .record_rules();
    account(&api).await?;

    let name = api
        .vps()
        .list()
        .ids()
        .await?
        .into_iter()
        .next()
        .ok_or_else(|| Error::input("vps", "there is none"))?;
    follow("reboot", api.vps().reboot(&name).await?.wait()).await?;

    let records = api.zone("example.com").records();
    let edit = records
        .edit()
        .set("www", Rr::a(["203.0.113.7"]).ttl(300))
        .set("", Rr::txt("v=spf1 -all"))
        .remove("", "MX");
    let preview = edit.preview().await?;
    println!("\n  example.com, before anything is changed:");
    for line in preview.to_string().lines() {
        println!("    {line}");
    }
    preview.apply().await?;

    println!("\n  the smallest rules for all that:");
    for line in api.rules().as_access_rules().to_string().lines() {
        println!("    {line}");
    }
    Ok(())
}

pub(crate) async fn for_real() -> Result<()> {
    account(&Client::from_env()?).await
}

async fn account(api: &Client) -> Result<()> {
    let me = api.me().get().await?;
    println!("  {} pays in {}", me.nichandle, me.currency.code);
    println!("  {:<16} {:<12} {:>12}", "bill", "date", "with tax");
    let mut bills = api.me().bills().list().items();
    for _ in 0..5 {
        let Some(bill) = bills.next().await? else {
            break;
        };
        let date = bill.date.to_string();
        let day = date.split('T').next().unwrap_or_default();
        println!(
            "  {:<16} {day:<12} {:>12}",
            bill.bill_id, bill.price_with_tax.text
        );
    }
    Ok(())
}
