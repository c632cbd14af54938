//! The guide hangs together: its links lead somewhere, and its table of contents is whole.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the guide is in the repository")
        .to_owned()
}

fn chapters(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            chapters(&path, found);
        } else if path.extension().is_some_and(|end| end == "md") {
            found.push(path);
        }
    }
}

/// The chapters, and what people read before them.
fn pages() -> Vec<PathBuf> {
    let root = root();
    let mut pages = Vec::new();
    chapters(&root.join("docs/src"), &mut pages);
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

#[test]
fn every_link_leads_to_a_file_and_a_heading_that_are_there() {
    let mut wrong = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for link in links(&text) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = match file {
                "" => page.clone(),
                file => page.parent().unwrap().join(file),
            };
            // Links of rustdoc, in front pages that are both.
            if file.contains("::") || file.starts_with("crate") {
                continue;
            }
            if !target.exists() {
                wrong.push(format!("{}: {link} is not there", page.display()));
            } else if !anchor.is_empty() && target.extension().is_some_and(|end| end == "md") {
                let there = anchors(&fs::read_to_string(&target).unwrap());
                if !there.contains(anchor) {
                    wrong.push(format!("{}: {link} has no such heading", page.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_of_contents_has_every_chapter_once() {
    let source = root().join("docs/src");
    let mut there = Vec::new();
    chapters(&source, &mut there);
    let there: BTreeSet<_> = there
        .iter()
        .map(|path| path.strip_prefix(&source).unwrap().display().to_string())
        .filter(|name| name != "SUMMARY.md")
        .collect();
    let listed = links(&fs::read_to_string(source.join("SUMMARY.md")).unwrap());
    let once: BTreeSet<_> = listed.iter().cloned().collect();
    assert_eq!(once, there);
    assert_eq!(listed.len(), once.len(), "a chapter is listed twice");
}
