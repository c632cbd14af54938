use super::Tree;

const INHERITED: &[&str] = &["version", "edition", "rust-version", "license"];
const OF_PUBLISHED: &[&str] = &[
    "description",
    "keywords",
    "categories",
    "readme",
    "documentation",
    "repository",
    "homepage",
];
const LICENSES: &[&str] = &["LICENSE-MIT", "LICENSE-APACHE"];

/// Whether every package says what the registry and the reader of its page need, and ships the licence texts.
pub(super) fn check(tree: &Tree, faults: &mut Vec<String>) {
    let toolchain = tree.text("Cargo.toml").and_then(|text| {
        lines_of(text, "workspace.package").find_map(|line| line.strip_prefix("rust-version = "))
    });
    let Some(toolchain) = toolchain.map(|version| version.trim_matches('"')) else {
        faults.push("Cargo.toml: the workspace has no rust-version".to_owned());
        return;
    };
    for (name, text) in tree.texts() {
        let Some(folder) = name.strip_suffix("/Cargo.toml") else {
            continue;
        };
        // A workspace of its own, such as that of the fuzz targets, takes nothing from this one.
        if text.lines().any(|line| line == "[workspace]") {
            continue;
        }
        package(tree, folder, text, toolchain, faults);
    }
    let ci = ".github/workflows/ci.yml";
    if !tree
        .text(ci)
        .is_some_and(|text| text.contains(&format!("\"{toolchain}\"")))
    {
        faults.push(format!("{ci}: does not test with Rust {toolchain}"));
    }
}

fn package(tree: &Tree, folder: &str, text: &str, toolchain: &str, faults: &mut Vec<String>) {
    let mut fault = |what: String| faults.push(format!("{folder}/Cargo.toml: {what}"));
    let has = |key: &str| {
        lines_of(text, "package").any(|line| {
            line.strip_prefix(key)
                .is_some_and(|rest| rest.starts_with(" =") || rest.starts_with(".workspace ="))
        })
    };
    for key in INHERITED {
        if !text
            .lines()
            .any(|line| line == format!("{key}.workspace = true"))
        {
            fault(format!("`{key}` is not that of the workspace"));
        }
    }
    if !lines_of(text, "lints").any(|line| line == "workspace = true") {
        fault("the lints are not those of the workspace".to_owned());
    }
    if lines_of(text, "package").any(|line| line == "publish = false") {
        return;
    }

    for key in OF_PUBLISHED.iter().filter(|key| !has(key)) {
        fault(format!("`{key}` is missing"));
    }
    if !lines_of(text, "package.metadata.docs.rs").any(|line| line == "all-features = true") {
        fault("docs.rs is not asked for all features".to_owned());
    }
    // Cargo drops what has no version when it packs, and then examples and tests cannot be built from the package.
    for line in lines_of(text, "dev-dependencies") {
        if line.starts_with("cloud-") && !line.contains("workspace = true") {
            fault(format!(
                "a development dependency inside the workspace has its version from there: {line}"
            ));
        }
    }
    for license in LICENSES {
        if tree
            .text(format!("{folder}/{license}"))
            .is_none_or(|text| Some(text) != tree.text(license))
        {
            fault(format!(
                "{license} beside it is missing, or not that of the root"
            ));
        }
    }
    let readme = tree.text(format!("{folder}/README.md"));
    if !readme.is_some_and(|text| text.contains(&format!("Rust {toolchain} or newer"))) {
        fault(format!(
            "README.md beside it does not say `Rust {toolchain} or newer`"
        ));
    }
}

/// The lines of one table.
pub(super) fn lines_of<'a>(text: &'a str, table: &str) -> impl Iterator<Item = &'a str> {
    let head = format!("[{table}]");
    text.lines()
        .skip_while(move |line| *line != head)
        .skip(1)
        .take_while(|line| !line.starts_with('['))
}
