//! The files of the guide, for what makes tests of them and for the tests of their text.

use std::fs;
use std::path::{Path, PathBuf};

/// All chapters below a folder, and the table of contents, in order.
pub fn chapters(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of the guide") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(chapters(&path));
        } else if path.extension().is_some_and(|end| end == "md") {
            found.push(path);
        }
    }
    found.sort();
    found
}
