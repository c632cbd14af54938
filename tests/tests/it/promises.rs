//! The promises of a crate name tests that are there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The names of all functions below a folder.
fn functions(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if path.file_name().is_none_or(|name| name != "target") {
                functions(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let names = text
                .split("fn ")
                .skip(1)
                .filter_map(|rest| rest.split(['(', '<']).next());
            found.extend(names.map(str::to_owned));
        }
    }
}

#[test]
fn every_test_that_is_promised_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut known = BTreeSet::new();
    for folder in ["crates", "tests"] {
        functions(&root.join(folder), &mut known);
    }
    for (name, count) in [
        ("hetzner", 23),
        ("ovh", 25),
        ("ionos-dataplatform", 27),
        ("sahara", 31),
        ("vdk-control", 38),
    ] {
        let promises =
            fs::read_to_string(root.join("crates").join(name).join("PROMISES.md")).unwrap();
        let rows = promises
            .lines()
            .filter(|line| line.starts_with("| ") && !line.starts_with("| #"));
        let rows: Vec<&str> = rows.collect();
        assert_eq!(rows.len(), count, "{name}");
        for row in rows {
            let tests: Vec<&str> = row
                .rsplit('|')
                .nth(1)
                .unwrap()
                .split(',')
                .map(|name| name.trim().trim_matches('`'))
                .collect();
            assert!(!tests.is_empty());
            for test in tests {
                assert!(
                    known.contains(test),
                    "{name}: {test} is promised and not there"
                );
            }
        }
    }
}
