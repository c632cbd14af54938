//! The guide hangs together: its links lead somewhere, and its table of contents is whole.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

mod chapters;

use chapters::chapters;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the guide is in the repository")
        .canonicalize()
        .expect("this test runs in it")
}

/// The chapters, and what people read before them.
fn pages() -> Vec<PathBuf> {
    let root = root();
    let mut pages = chapters(&root.join("docs/src"));
    for name in [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "CHANGELOG.md",
    ] {
        pages.push(root.join(name));
    }
    for entry in fs::read_dir(root.join("crates")).unwrap() {
        pages.push(entry.unwrap().path().join("README.md"));
    }
    pages
}

/// The links of a page, without those that are in code.
fn links(text: &str) -> Vec<String> {
    Parser::new_ext(text, Options::ENABLE_TABLES)
        .filter_map(|event| match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                Some(dest_url.to_string())
            }
            _ => None,
        })
        .collect()
}

/// The anchors of a page's headings, made as GitHub and mdBook make them.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    let mut heading: Option<String> = None;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(part) | Event::Code(part) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&part);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                let anchor: String = heading
                    .take()
                    .unwrap_or_default()
                    .to_lowercase()
                    .chars()
                    .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
                    .map(|c| if c == ' ' { '-' } else { c })
                    .collect();
                anchors.insert(anchor);
            }
            _ => {}
        }
    }
    anchors
}

/// What begins so is a file of this repository, wherever the page is shown.
const FILES: [&str; 2] = [
    "https://github.com/cloud-clients/cloud-clients/blob/main/",
    "https://github.com/cloud-clients/cloud-clients/tree/main/",
];

#[test]
fn every_link_leads_to_a_file_and_a_heading_that_are_there() {
    let book = root().join("docs/src");
    let mut wrong = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        let is_chapter = page.starts_with(&book);
        for link in links(&text) {
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let in_repository = FILES.iter().find_map(|start| file.strip_prefix(start));
            let target = match in_repository {
                Some(path) => root().join(path),
                None if file.contains("://") || file.starts_with("mailto:") => continue,
                // Links of rustdoc, in front pages that are both.
                None if file.contains("::") || file.starts_with("crate") => continue,
                None if file.is_empty() => page.clone(),
                None => page.parent().unwrap().join(file),
            };
            let fault = match target.canonicalize() {
                Err(_) => "is not there",
                // The book has no copy of it.
                Ok(real) if is_chapter && in_repository.is_none() && !real.starts_with(&book) => {
                    "leaves the book"
                }
                Ok(real)
                    if !anchor.is_empty() && real.extension().is_some_and(|end| end == "md") =>
                {
                    if anchors(&fs::read_to_string(&real).unwrap()).contains(anchor) {
                        continue;
                    }
                    "has no such heading"
                }
                Ok(_) => continue,
            };
            wrong.push(format!("{}: {link} {fault}", page.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_of_contents_has_every_chapter_once_under_its_own_name() {
    let source = root().join("docs/src");
    let contents = fs::read_to_string(source.join("SUMMARY.md")).unwrap();
    let mut expected = BTreeSet::new();
    for path in chapters(&source) {
        let name = path.strip_prefix(&source).unwrap().display().to_string();
        if name == "SUMMARY.md" {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let title = text.lines().next().unwrap().trim_start_matches("# ");
        let entry = format!("[{title}]({name})");
        assert!(contents.contains(&entry), "SUMMARY.md has no {entry}");
        expected.insert(name);
    }
    let listed = links(&contents);
    let once: BTreeSet<_> = listed.iter().cloned().collect();
    assert_eq!(once, expected);
    assert_eq!(listed.len(), once.len(), "a chapter is listed twice");
}
