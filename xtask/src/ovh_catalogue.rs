//! The tables of all operations of OVHcloud, made of the service's own descriptions.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use crate::mark::{OVH_CATALOGUE, marked};
use crate::{Result, workspace};

mod answers;
mod describe;
mod live;
mod table;
mod words;

/// Where the table is committed.
const TABLE: &str = "crates/ovh/src/catalogue/table.txt";

/// Where the table of the types of answers is committed, which the sandbox makes answers of.
pub(crate) const ANSWERS: &str = "crates/cloud-sandbox/src/ovh/generic/table.txt";

/// The table of the types of answers of one section: a document in the service's own form.
pub(crate) fn answers_of(document: &Value) -> Result<String> {
    let mut all = describe::Descriptions::default();
    let rows = all.native(document);
    all.rows = rows;
    answers::write(&all)
}

/// Write the tables of all operations of OVHcloud, of the service's own descriptions
#[derive(Args)]
pub(crate) struct OvhCatalogue {
    /// The folder of the descriptions: operations-2026.tsv and what it was made of
    #[arg(required_unless_present = "live")]
    folder: Option<PathBuf>,
    /// Write nothing, and fail when a committed table is another one
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
        let all = describe::Descriptions::read(folder)?;
        for (name, text) in [
            (TABLE, table::write(&all)?),
            (ANSWERS, marked("#", OVH_CATALOGUE, &answers::write(&all)?)),
        ] {
            let file = workspace::root().join(name);
            if !self.check {
                fs::write(&file, &text)?;
                println!("{name}: {} bytes", text.len());
            } else if fs::read_to_string(&file).is_ok_and(|committed| committed == text) {
                println!("{name} is what the descriptions give");
            } else {
                return Err(format!("{name} differs from what the descriptions give").into());
            }
        }
        Ok(())
    }
}
