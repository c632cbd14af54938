//! What the documentation of a provider's crate says about its calls.

use std::collections::{BTreeMap, BTreeSet};

use super::Tree;

mod source;

use source::{Function, Source};

/// A crate whose calls are documented in full.
pub(super) struct Provider {
    pub(super) folder: &'static str,
    /// How a method that only reads says what the caller must be allowed to do; one of these sentences.
    read: &'static [&'static str],
    /// The same for one that changes something.
    write: &'static [&'static str],
    /// What else may stand in their place for a call of something that is in no table.
    untabled: &'static [&'static str],
    /// How a method says that it makes a call which was described where it was made, and names no endpoint for that.
    described: &'static [&'static str],
}

const IAM: &[&str] =
    &["Needs the IAM action `", "Needs the IAM actions `", "Needs no IAM action", "Open to everybody."];

const DATAPLATFORM: &[&str] =
    &["Needs an administrator of the contract, or the group privilege to manage the data platform."];

pub(super) const PROVIDERS: &[Provider] = &[
    Provider {
        folder: "crates/hetzner",
        read: &["Needs a token with read access."],
        write: &["Needs a token with write access."],
        // The metadata service.
        untabled: &["Needs no token"],
        described: &[],
    },
    Provider { folder: "crates/ovh", read: IAM, write: IAM, untabled: &[], described: &["Needs what the call needs."] },
    Provider {
        folder: "crates/vdk-control",
        read: &["Needs [read access](crate#access) to the team.", "Needs no access token."],
        write: &["Needs [write access](crate#access) to the team.", "Needs no access token."],
        untabled: &[],
        // The token service is the caller's own.
        described: &["Calls the token URL of the login."],
    },
    Provider {
        folder: "crates/ionos-dataplatform",
        read: DATAPLATFORM,
        write: DATAPLATFORM,
        untabled: &[],
        described: &[],
    },
];

const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/// Whether every public function that makes a call names its endpoint and what the caller must be allowed to do, and has
/// an example that runs, uses it and asserts something; and whether every operation of the table has such a function.
/// Gives the number of those functions, and of the operations.
///
/// An endpoint that is named must be in the table, or its path in the code; it may be cut short with `..`.
///
/// A function makes a call when it names an operation of the table, is async, or gives something that is awaited, unless
/// it names no operation and says that it sends nothing. One in a macro counts once for each use of the macro.
pub(super) fn check(tree: &Tree, provider: &Provider, faults: &mut Vec<String>) -> (usize, usize) {
    let folder = format!("{}/src/", provider.folder);
    let files: Vec<_> = tree.texts().filter(|(name, _)| name.starts_with(&folder)).collect();
    let mut table = Table::new();
    for (constant, endpoint) in files.iter().flat_map(|(_, text)| operations(text)) {
        table.entry(constant).or_default().push(endpoint);
    }
    let awaited: BTreeSet<&str> = files.iter().flat_map(|(_, text)| source::requests(text)).collect();

    let mut count = 0;
    let mut documented = BTreeSet::new();
    let mut macros = BTreeSet::new();
    let sources: Vec<_> = files.iter().map(|(name, text)| (*name, Source::read(text))).collect();
    for (file, source) in &sources {
        for function in source.functions.iter().filter(|function| function.makes_a_call(&awaited)) {
            let operations = function.operations(&table);
            let strange = function.endpoints().filter(|endpoint| !is_called(endpoint, &table, &files));
            let strange = strange.map(|endpoint| format!("names `{endpoint}`, which nothing calls"));
            for problem in problems(provider, function, &operations).into_iter().chain(strange) {
                faults.push(format!("{file}:{}: `{}` {problem}", function.line, function.name));
            }
            if let Some(name) = function.in_macro {
                count += sources.iter().flat_map(|(_, source)| &source.uses).filter(|used| used.name == name).count();
                macros.insert(name);
            } else {
                count += 1;
                let named = table.iter().filter(|(_, endpoints)| function.names_one_of(endpoints));
                documented.extend(named.map(|(constant, _)| *constant));
            }
        }
    }
    for used in sources.iter().flat_map(|(_, source)| &source.uses).filter(|used| macros.contains(used.name)) {
        documented.extend(table.keys().filter(|constant| used.names(constant)));
    }
    for (constant, endpoints) in table.iter().filter(|(constant, _)| !documented.contains(*constant)) {
        let what = either(endpoints);
        faults.push(format!("{folder}: no documentation of a public function is about {constant}, {what}"));
    }
    (count, table.len())
}

/// The endpoints of each constant, such as `GET /servers`: several where versions of an API disagree.
type Table<'t> = BTreeMap<&'t str, Vec<String>>;

fn either(endpoints: &[String]) -> String {
    format!("`{}`", endpoints.join("` or `"))
}

fn problems(provider: &Provider, function: &Function<'_>, operations: &[&Vec<String>]) -> Vec<String> {
    let mut problems = Vec::new();
    let described = operations.is_empty() && provider.described.iter().any(|words| function.text.contains(words));
    if operations.is_empty() && function.methods().next().is_none() && !described {
        problems.push("does not name its endpoint".to_owned());
    }
    let unnamed = operations.iter().filter(|endpoints| !function.names_one_of(endpoints));
    problems.extend(unnamed.map(|endpoints| format!("does not name {}", either(endpoints))));
    let reads = |method: &str| matches!(method, "GET" | "HEAD");
    let only_reads = match operations {
        [] => function.methods().all(reads),
        some => {
            some.iter().flat_map(|endpoints| endpoints.iter()).all(|endpoint| endpoint.split(' ').take(1).all(reads))
        }
    };
    let sentences = if only_reads { provider.read } else { provider.write };
    let others = if operations.is_empty() { provider.untabled } else { &[] };
    if !described && !sentences.iter().chain(others).any(|sentence| function.text.contains(sentence)) {
        problems.push(format!("does not say {:?}", sentences[0]));
    }
    let used = format!("{}(", function.name);
    match function.examples.iter().find(|example| example.contains(&used)) {
        None => problems.push("has no example that runs and uses it".to_owned()),
        Some(example) if !example.contains("assert") => problems.push("has an example that asserts nothing".to_owned()),
        Some(_) => {}
    }
    problems
}

/// Whether an endpoint is in the table, cut short or not, or else its path in the code.
fn is_called(endpoint: &str, table: &Table<'_>, files: &[(&str, &str)]) -> bool {
    let mut tabled = table.values().flatten();
    if let Some(beginning) = endpoint.strip_suffix("..") {
        return tabled.any(|known| known.starts_with(beginning));
    }
    let path = endpoint.split(' ').nth(1).unwrap_or_default();
    let of_path: Vec<_> = tabled.filter(|known| known.split(' ').nth(1) == Some(path)).collect();
    let literal = format!("\"{path}\"");
    of_path.iter().any(|known| *known == endpoint)
        || of_path.is_empty() && files.iter().any(|(_, text)| text.contains(&literal))
}

/// The rows of the tables in a file: each constant with its endpoint. What a row says beside that is passed over.
fn operations(text: &str) -> impl Iterator<Item = (&str, String)> {
    let tables = text.split("operations! {").skip(1).chain(text.split("operations_with_actions! {").skip(1));
    let tables = tables.map(|rest| rest.split("\n}").next().unwrap_or(rest));
    tables.flat_map(|table| table.split(';')).filter_map(|row| {
        let (constant, rest) = row.trim().split_once(" =")?;
        let (_, call) = rest.split_once(',')?;
        let (method, path) = call.trim().split_once(" \"")?;
        METHODS.contains(&method).then(|| (constant, format!("{method} {}", path.split('"').next().unwrap_or(path))))
    })
}

#[cfg(test)]
mod tests;
