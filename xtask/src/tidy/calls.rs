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

const IAM: &[&str] = &[
    "The IAM action `",
    "The IAM actions `",
    "No IAM action",
    "Open to everybody.",
];

const POLICY: &[&str] = &["The policy rule `", "The policy rules `"];

const DATAPLATFORM: &[&str] =
    &["An administrator of the contract, or the group privilege to manage the data platform."];

pub(super) const PROVIDERS: &[Provider] = &[
    Provider {
        folder: "crates/hetzner",
        // Robot has users that may do everything.
        read: &["A token with read access.", "A user of the web service."],
        write: &["A token with write access.", "A user of the web service."],
        // The metadata service.
        untabled: &["No token"],
        described: &[],
    },
    Provider {
        folder: "crates/ovh",
        read: IAM,
        write: IAM,
        untabled: &[],
        described: &["Needs what the call needs."],
    },
    Provider {
        folder: "crates/sahara",
        read: POLICY,
        write: POLICY,
        // Keystone, and the list of versions.
        untabled: &["No policy rule"],
        described: &["What the import needs.", "# Permissions Those of [`"],
    },
    Provider {
        folder: "crates/vdk-control",
        read: &[
            "[Read access](crate#access) to the team.",
            "No access token is needed.",
        ],
        write: &[
            "[Write access](crate#access) to the team.",
            "No access token is needed.",
        ],
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

/// Whether every public function that makes a call names its endpoint and what the caller must be allowed to do; whether
/// every operation of the table has such a function; and whether each room with such functions has a story that runs and
/// asserts something. Gives the number of those functions, and of the operations.
///
/// An endpoint that is named must be in the table, or its path in the code; it may be cut short with `..`. Where versions
/// of an API have tables of their own, a function that can call both names the endpoint in each of them.
///
/// A function makes a call when it names an operation of the table, is async, or gives something that is awaited, unless
/// it names no operation and says that it sends nothing. One in a macro counts once for each use of the macro.
pub(super) fn check(tree: &Tree, provider: &Provider, faults: &mut Vec<String>) -> (usize, usize) {
    let folder = format!("{}/src/", provider.folder);
    let files: Vec<_> = tree
        .texts()
        .filter(|(name, _)| name.starts_with(&folder))
        .collect();
    let mut table = Table::new();
    for (constant, row) in files.iter().flat_map(|(_, text)| operations(text)) {
        table.entry(constant).or_default().push(row);
    }
    let awaited: BTreeSet<&str> = files
        .iter()
        .flat_map(|(_, text)| source::requests(text))
        .collect();

    let mut count = 0;
    let mut documented = BTreeSet::new();
    let mut macros = BTreeSet::new();
    let mut calling = BTreeSet::new();
    let sources: Vec<_> = files
        .iter()
        .map(|(name, text)| (*name, Source::read(text)))
        .collect();
    for (file, source) in &sources {
        for function in source
            .functions
            .iter()
            .filter(|function| function.makes_a_call(&table, &awaited))
        {
            calling.insert(room_of(file, &folder));
            let operations = function.operations(&table);
            let strange = function
                .endpoints()
                .filter(|endpoint| !is_called(endpoint, &table, &files));
            let strange =
                strange.map(|endpoint| format!("names `{endpoint}`, which nothing calls"));
            for problem in problems(provider, function, &operations)
                .into_iter()
                .chain(strange)
            {
                faults.push(format!(
                    "{file}:{}: `{}` {problem}",
                    function.line, function.name
                ));
            }
            if let Some(name) = function.in_macro {
                count += sources
                    .iter()
                    .flat_map(|(_, source)| &source.uses)
                    .filter(|used| used.name == name)
                    .count();
                macros.insert(name);
            } else {
                count += 1;
                let rows = table
                    .iter()
                    .flat_map(|(constant, rows)| rows.iter().map(move |row| (*constant, row)));
                let named = rows.filter(|(_, row)| function.names(&row.endpoint));
                documented.extend(named.map(|(constant, row)| (constant, row.endpoint.as_str())));
            }
        }
    }
    for used in sources
        .iter()
        .flat_map(|(_, source)| &source.uses)
        .filter(|used| macros.contains(used.name))
    {
        let named = table.iter().filter(|(constant, _)| used.names(constant));
        documented.extend(named.flat_map(|(constant, rows)| {
            rows.iter().map(|row| (*constant, row.endpoint.as_str()))
        }));
    }
    for room in calling {
        let told = files.iter().any(|(name, text)| {
            let mut documented = text.lines().map(str::trim_start);
            room_of(name, &folder) == room
                && documented.any(|line| line.starts_with("//") && line.contains("assert"))
        });
        if !told {
            faults.push(format!(
                "{folder}{room}: no story of this room runs and asserts something"
            ));
        }
    }
    for (constant, rows) in &table {
        let endpoints: BTreeSet<&str> = rows.iter().map(|row| row.endpoint.as_str()).collect();
        for endpoint in endpoints
            .into_iter()
            .filter(|endpoint| !documented.contains(&(*constant, *endpoint)))
        {
            faults.push(format!(
                "{folder}: no documentation of a public function is about {constant}, `{endpoint}`"
            ));
        }
    }
    (count, table.len())
}

/// The first part of a file's path within its crate.
fn room_of<'n>(file: &'n str, folder: &str) -> &'n str {
    let inside = file.strip_prefix(folder).unwrap_or(file);
    inside.split(['/', '.']).next().unwrap_or(inside)
}

/// What the tables say about each constant: several rows where versions of an API have tables of their own.
type Table<'t> = BTreeMap<&'t str, Vec<Row<'t>>>;

struct Row<'t> {
    /// The module of the table, when it has one to itself.
    module: &'t str,
    /// Such as `GET /servers`.
    endpoint: String,
}

fn problems(
    provider: &Provider,
    function: &Function<'_>,
    operations: &BTreeSet<&str>,
) -> Vec<String> {
    let mut problems = Vec::new();
    let described = operations.is_empty()
        && provider
            .described
            .iter()
            .any(|words| function.text.contains(words));
    if operations.is_empty() && function.methods().next().is_none() && !described {
        problems.push("does not name its endpoint".to_owned());
    }
    let unnamed = operations
        .iter()
        .filter(|endpoint| !function.names(endpoint));
    problems.extend(unnamed.map(|endpoint| format!("does not name `{endpoint}`")));
    let reads = |method: &str| matches!(method, "GET" | "HEAD");
    let only_reads = if operations.is_empty() {
        function.methods().all(reads)
    } else {
        operations
            .iter()
            .all(|endpoint| endpoint.split(' ').take(1).all(reads))
    };
    let sentences = if only_reads {
        provider.read
    } else {
        provider.write
    };
    let others = if operations.is_empty() {
        provider.untabled
    } else {
        &[]
    };
    if !described
        && !sentences
            .iter()
            .chain(others)
            .any(|sentence| function.text.contains(&format!("# Permissions {sentence}")))
    {
        problems.push(format!(
            "does not say {:?} under `# Permissions`",
            sentences[0]
        ));
    }
    problems
}

/// Whether an endpoint is in the table, cut short or not, or else its path in the code.
fn is_called(endpoint: &str, table: &Table<'_>, files: &[(&str, &str)]) -> bool {
    let mut tabled = table.values().flatten().map(|row| row.endpoint.as_str());
    if let Some(beginning) = endpoint.strip_suffix("..") {
        return tabled.any(|known| known.starts_with(beginning));
    }
    let path = endpoint.split(' ').nth(1).unwrap_or_default();
    let of_path: Vec<_> = tabled
        .filter(|known| known.split(' ').nth(1) == Some(path))
        .collect();
    let literal = format!("\"{path}\"");
    of_path.contains(&endpoint)
        || of_path.is_empty() && files.iter().any(|(_, text)| text.contains(&literal))
}

/// The rows of the tables in a file, each with its constant. What a row says beside that is passed over.
fn operations(text: &str) -> impl Iterator<Item = (&str, Row<'_>)> {
    let tables = text.match_indices("operations! {");
    let rows = tables.flat_map(move |(at, begin)| {
        let rest = &text[at + begin.len()..];
        let rows = rest.split("\n}").next().unwrap_or(rest).split(';');
        rows.map(move |row| (module_at(&text[..at]), row))
    });
    rows.filter_map(|(module, row)| {
        let (constant, rest) = row.trim().split_once(" =")?;
        let (_, call) = rest.split_once(',')?;
        let (method, path) = call.trim().split_once(" \"")?;
        let endpoint = format!("{method} {}", path.split('"').next().unwrap_or(path));
        METHODS
            .contains(&method)
            .then_some((constant, Row { module, endpoint }))
    })
}

/// The module that is open where this text ends.
fn module_at(before: &str) -> &str {
    let mut open = before.lines().rev().take_while(|line| *line != "}");
    open.find_map(|line| Some(line.strip_suffix(" {")?.rsplit_once("mod ")?.1))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
