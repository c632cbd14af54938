//! The table of all operations of OVHcloud, made of the service's own descriptions.

use std::fs;
use std::path::PathBuf;

use clap::Args;

use crate::{Result, workspace};

mod describe;
mod live;
mod table;
mod words;

/// Where the table is committed.
const TABLE: &str = "crates/ovh/src/catalogue/table.txt";

/// Write the table of all operations of OVHcloud, of the service's own descriptions
#[derive(Args)]
pub(crate) struct OvhCatalogue {
    /// The folder of the descriptions: operations-2026.tsv and what it was made of
    #[arg(required_unless_present = "live")]
    folder: Option<PathBuf>,
    /// Write nothing, and fail when the committed table is another one
    #[arg(long, conflicts_with = "live")]
    check: bool,
    /// Compare the committed table with the descriptions of an endpoint, such as `https://eu.api.ovh.com/v1` or `https://eu.api.ovh.com/v2`; no account is needed
    #[arg(long, value_name = "URL")]
    live: Option<String>,
}

impl OvhCatalogue {
    pub(crate) fn run(&self) -> Result {
        if let Some(url) = &self.live {
            let changes = crate::runtime()?.block_on(live::changes(url))?;
            for change in &changes {
                println!("{change}");
            }
            println!("{} changes", changes.len());
            return Ok(());
        }
        let folder = self.folder.as_deref().ok_or("no folder is given")?;
        let text = table::write(&describe::Descriptions::read(folder)?)?;
        let file = workspace::root().join(TABLE);
        if self.check {
            return if fs::read_to_string(&file).is_ok_and(|committed| committed == text) {
                println!("{TABLE} is what the descriptions give");
                Ok(())
            } else {
                Err(format!("{TABLE} differs from what the descriptions give").into())
            };
        }
        fs::write(&file, &text)?;
        println!("{TABLE}: {} bytes", text.len());
        Ok(())
    }
}
