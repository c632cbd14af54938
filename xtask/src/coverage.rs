//! The operations of each crate beside those that `exercise` really sends.

use clap::Args;

use cloud_core::request::OperationRow as Row;
use ovh::catalogue::{self, Operation, find};

use crate::Result;
use crate::exercise::{Provider, Table};

/// Compare the operations of each crate with those that `exercise` sends, in the sandbox
#[derive(Args)]
pub(crate) struct Coverage {
    /// One provider alone
    provider: Option<Provider>,
}

impl Coverage {
    pub(crate) fn run(&self) -> Result {
        let mut missing: Vec<&Row> = Vec::new();
        let all = Provider::ALL.iter();
        for provider in all.filter(|known| self.provider.is_none_or(|wanted| wanted == **known)) {
            if *provider == Provider::Ovh {
                catalogue()?;
            }
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

/// Says how many operations of the catalogue come from each source. Each is looked up as a caller would do it.
fn catalogue() -> Result {
    let is_found = |operation: &&Operation| {
        let filled = operation.path.split('/').map(|part| {
            if part.starts_with('{') {
                "a-value"
            } else {
                part
            }
        });
        let filled = filled.collect::<Vec<_>>().join("/");
        [operation.path, &filled].iter().all(|path| {
            let found = find(operation.method, path);
            found.is_some_and(|found| std::ptr::eq(found, *operation))
        })
    };
    let mut lost = 0;
    for (source, count) in catalogue::sources() {
        let of_source = catalogue::operations()
            .iter()
            .filter(|known| known.source == *source);
        let found = of_source.filter(is_found).count();
        println!("{:<20} {found} of {count}", format!("ovh {source}"));
        lost += count - found;
    }
    if lost == 0 {
        Ok(())
    } else {
        Err(format!("{lost} operations of the catalogue are not found").into())
    }
}
