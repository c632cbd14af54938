//! The operations of each crate beside those that `exercise` really sends.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;

use cloud_core::request::OperationRow as Row;
use ovh::catalogue::{self, Operation, find};

use crate::exercise::{Provider, Table};
use crate::{Result, generated};

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
                by_product()?;
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

/// Says how many operations of each section are typed by hand, generated, or called by their path alone.
fn by_product() -> Result {
    let by_hand: BTreeSet<(String, &str)> = ovh::ops::OPERATIONS
        .iter()
        .map(|row| (row.method.to_string(), row.path))
        .collect();
    let generated = generated::operations()?;
    let mut sections: BTreeMap<String, [usize; 4]> = BTreeMap::new();
    for operation in catalogue::operations() {
        let [all, hand, types, path] = sections.entry(section(operation.path)).or_default();
        let key = (operation.method.to_owned(), operation.path);
        let is_by_hand = by_hand.contains(&key);
        let is_generated = generated.contains(&format!("{} {}", key.0, key.1));
        *all += 1;
        *hand += usize::from(is_by_hand);
        *types += usize::from(is_generated);
        *path += usize::from(!is_by_hand && !is_generated);
    }
    println!(
        "{:<26}{:>6}{:>9}{:>11}{:>14}",
        "ovh", "all", "by hand", "generated", "by path alone"
    );
    let mut total = [0; 4];
    for (name, counts) in &sections {
        let [all, hand, types, path] = counts;
        println!("{name:<26}{all:>6}{hand:>9}{types:>11}{path:>14}");
        for (sum, count) in total.iter_mut().zip(counts) {
            *sum += count;
        }
    }
    let [all, hand, types, path] = total;
    println!("{:<26}{all:>6}{hand:>9}{types:>11}{path:>14}", "together");
    if types == generated.len() {
        Ok(())
    } else {
        let strange = generated.len() - types;
        Err(format!("{strange} generated operations are not in the catalogue").into())
    }
}

/// The words of a path that name a product, which several sections share the first one of.
fn section(path: &str) -> String {
    let several = [
        "cdn",
        "cluster",
        "dbaas",
        "dedicated",
        "email",
        "hosting",
        "license",
        "pack",
        "saas",
        "v2",
    ];
    let mut words = path.split('/').skip(1);
    let first = words.next().unwrap_or_default();
    match words.next() {
        Some(second) if several.contains(&first) => format!("/{first}/{second}"),
        _ => format!("/{first}"),
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
