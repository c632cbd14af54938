//! The operations of each crate beside those that `exercise` really sends.

use clap::Args;

use cloud_core::request::OperationRow;

use crate::Result;
use crate::exercise::{Provider, Table};

/// Compare the operations of each crate with those that `exercise` sends, in the sandbox
#[derive(Args)]
pub(crate) struct Coverage {}

impl Coverage {
    pub(crate) fn run(&self) -> Result {
        let Self {} = self;
        let mut missing: Vec<&OperationRow> = Vec::new();
        for provider in Provider::ALL {
            for Table {
                name,
                operations,
                run,
            } in crate::runtime()?.block_on(provider.in_the_sandbox())?
            {
                let covered = operations
                    .iter()
                    .filter(|operation| run.sent.contains(operation.id))
                    .count();
                println!("{name:<20} {covered} of {}", operations.len());
                missing.extend(
                    operations
                        .iter()
                        .filter(|operation| !run.sent.contains(operation.id)),
                );
            }
        }
        for operation in &missing {
            println!(
                "  not sent: {} {} {}",
                operation.id, operation.method, operation.path
            );
        }
        if missing.is_empty() {
            Ok(())
        } else {
            Err(format!("{} operations were not sent", missing.len()).into())
        }
    }
}
