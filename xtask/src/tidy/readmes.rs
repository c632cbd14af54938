use std::collections::BTreeSet;

use super::Tree;
use super::manifests::lines_of;

/// What a page of documentation shows of a line of code on a screen of 1280 pixels.
const WIDEST: usize = 95;

/// Whether each front page can be read and pasted as it stands, names every feature and no other, and leads on.
pub(super) fn check(tree: &Tree, faults: &mut Vec<String>) {
    for (name, text) in tree.texts() {
        if !name.ends_with("README.md") {
            continue;
        }
        code(name, text, faults);
        let folder = name.strip_suffix("README.md").unwrap_or(name);
        let Some(manifest) = tree.text(format!("{folder}Cargo.toml")) else {
            continue;
        };
        if lines_of(manifest, "package").any(|line| line == "publish = false") {
            continue;
        }
        let mut package = lines_of(manifest, "package");
        let Some(package) = package.find_map(|line| line.strip_prefix("name = ")) else {
            continue;
        };
        let package = package.trim_matches('"');
        features(name, text, manifest, faults);
        for target in [
            &format!("(https://docs.rs/{package})"),
            "/blob/main/docs/src/index.md)",
            "/blob/main/CHANGELOG.md)",
        ] {
            if !text.contains(target) {
                faults.push(format!("{name}: no link to {target}"));
            }
        }
    }
}

/// Rust that is shown with what makes it compile, in lines that can be seen.
fn code(name: &str, text: &str, faults: &mut Vec<String>) {
    let mut is_rust = false;
    for (number, line) in (1..).zip(text.lines()) {
        if let Some(language) = line.strip_prefix("```") {
            is_rust = !is_rust && language.split(',').next() == Some("rust");
        } else if is_rust && (line == "#" || line.starts_with("# ")) {
            faults.push(format!("{name}:{number}: a line that only rustdoc hides"));
        } else if is_rust && line.chars().count() > WIDEST {
            faults.push(format!(
                "{name}:{number}: code of more than {WIDEST} columns"
            ));
        }
    }
}

fn features(name: &str, text: &str, manifest: &str, faults: &mut Vec<String>) {
    let known: BTreeSet<&str> = lines_of(manifest, "features")
        .filter_map(|line| Some(line.split_once(" = [")?.0))
        .filter(|feature| *feature != "default")
        .collect();
    let table = text
        .lines()
        .skip_while(|line| !line.starts_with("| Feature |"));
    let rows = table.skip(2).take_while(|line| line.starts_with('|'));
    // What stands between backquotes in the first column.
    let named: BTreeSet<&str> = rows
        .filter_map(|row| row.split('|').nth(1))
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .collect();
    for feature in known.difference(&named) {
        faults.push(format!("{name}: the table has no feature `{feature}`"));
    }
    for feature in named.difference(&known) {
        faults.push(format!("{name}: there is no feature `{feature}`"));
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    const MANIFEST: &str = "[package]\nname = \"p\"\n\n[features]\ndefault = [\"a\"]\n# Says what.\na = []\nb = [\"a\"]\n";
    const PAGE: &str = "[d](https://docs.rs/p) [g](x/blob/main/docs/src/index.md) [c](x/blob/main/CHANGELOG.md)\n\n\
        ```rust\n#[test]\nfn main() {}\n```\n\n| Feature | What |\n|---|---|\n| `a` (default), `b` | much |\n";

    fn faults(page: &str) -> Vec<String> {
        let file = |name: &str, text: &str| (name.to_owned(), Some(text.to_owned()));
        let tree = Tree {
            root: PathBuf::new(),
            files: vec![file("p/Cargo.toml", MANIFEST), file("p/README.md", page)],
        };
        let mut faults = Vec::new();
        check(&tree, &mut faults);
        faults
    }

    #[test]
    fn a_page_that_leads_on_and_names_every_feature_is_tidy() {
        assert_eq!(faults(PAGE), [""; 0]);
    }

    #[test]
    fn a_feature_that_is_missing_or_gone_is_named() {
        let told = faults(&PAGE.replace("`b`", "`c`"));
        assert_eq!(
            told,
            [
                "p/README.md: the table has no feature `b`",
                "p/README.md: there is no feature `c`"
            ]
        );
    }

    #[test]
    fn hidden_and_wide_lines_of_code_are_found_and_others_are_not() {
        let wide = "x".repeat(WIDEST + 1);
        let told = faults(&PAGE.replace("fn main", &format!("# let a = 1;\n{wide}\nfn main")));
        assert_eq!(
            told,
            [
                "p/README.md:5: a line that only rustdoc hides",
                "p/README.md:6: code of more than 95 columns"
            ]
        );
        assert_eq!(
            faults(&PAGE.replace("```rust", "```console\n# a comment\n")),
            [""; 0]
        );
    }

    #[test]
    fn a_page_without_links_is_a_dead_end() {
        let told = faults(
            &PAGE
                .replace("docs/src/index.md", "")
                .replace("docs.rs/p", "docs.rs"),
        );
        assert_eq!(
            told,
            [
                "p/README.md: no link to (https://docs.rs/p)",
                "p/README.md: no link to /blob/main/docs/src/index.md)"
            ]
        );
    }
}
