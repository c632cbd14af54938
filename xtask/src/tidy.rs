//! What no compiler checks, but readers of the project count on.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Result, process, workspace};

mod calls;
mod generated;
mod manifests;
mod modules;
mod readmes;
mod rust;
mod text;

/// Check the files of the repository: white space, paths of this machine, manifests, front pages, modules that nobody declares, the documentation of calls
#[derive(clap::Args)]
pub(crate) struct Tidy {}

/// The files that git knows or would take, with their texts where they have one.
struct Tree {
    root: PathBuf,
    files: Vec<(String, Option<String>)>,
}

impl Tidy {
    #[allow(clippy::unused_self, reason = "commands are run alike")]
    pub(crate) fn run(&self) -> Result {
        let tree = Tree::read(workspace::root())?;
        let mut faults = Vec::new();
        text::check(&tree, &mut faults);
        manifests::check(&tree, &mut faults);
        readmes::check(&tree, &mut faults);
        generated::check(&tree, &mut faults);
        modules::check(&tree, &mut faults);
        let rooms = rust::check(&tree, &mut faults);
        println!("{rooms} rooms");
        for provider in calls::PROVIDERS {
            let (functions, operations) = calls::check(&tree, provider, &mut faults);
            println!(
                "{}: {functions} public functions make calls of {operations} operations",
                provider.folder
            );
        }
        if faults.is_empty() {
            println!("{} files are tidy", tree.files.len());
            return Ok(());
        }
        faults.sort();
        for fault in &faults {
            println!("{fault}");
        }
        Err(format!("{} faults", faults.len()).into())
    }
}

impl Tree {
    fn read(root: PathBuf) -> Result<Self> {
        let mut git = Command::new("git");
        git.args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .current_dir(&root);
        let mut files = Vec::new();
        for name in process::output(&mut git)?.split_terminator('\0') {
            let path = root.join(name);
            // Deleted, and not yet told to git.
            if !path.is_file() {
                continue;
            }
            files.push((name.to_owned(), String::from_utf8(fs::read(path)?).ok()));
        }
        Ok(Self { root, files })
    }

    fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .iter()
            .filter_map(|(name, text)| Some((name.as_str(), text.as_deref()?)))
    }

    fn text(&self, wanted: impl AsRef<Path>) -> Option<&str> {
        self.texts()
            .find(|(name, _)| Path::new(name) == wanted.as_ref())
            .map(|(_, text)| text)
    }
}
