use std::collections::BTreeMap;
use std::path::Path;

use crate::{Result, process, workspace};

/// Count macros, lines of code, documentation, doctests and comments of each crate
#[derive(clap::Args)]
pub(crate) struct Count {}

/// What stands in the sources of a crate.
#[derive(Default)]
struct Counts {
    /// Definitions by `macro_rules!`.
    macros: usize,
    /// Lines of code: neither blank nor comment, without tests.
    code: usize,
    /// Lines of tests in these sources.
    tests: usize,
    /// Lines of documentation, without examples.
    docs: usize,
    /// Examples that are compiled.
    examples: usize,
    /// Lines of examples that readers see, and those that they do not.
    shown: usize,
    hidden: usize,
    /// Lines of plain comments beside the code.
    comments: usize,
}

impl Count {
    #[allow(clippy::unused_self, reason = "commands are run alike")]
    pub(crate) fn run(&self) -> Result {
        let root = workspace::root();
        let mut git = std::process::Command::new("git");
        git.args(["ls-files", "crates", "xtask", "tests"])
            .current_dir(&root);
        let mut all: BTreeMap<String, Counts> = BTreeMap::new();
        for name in process::output(&mut git)?.lines() {
            let path = Path::new(name);
            let is_source = path.extension().is_some_and(|end| end == "rs");
            let Some((krate, inside)) = name.split_once("/src/").filter(|_| is_source) else {
                continue;
            };
            if let Ok(text) = std::fs::read_to_string(root.join(path)) {
                let of_tests = inside.ends_with("tests.rs") || inside.contains("tests/");
                all.entry(krate.to_owned())
                    .or_default()
                    .add(&text, of_tests);
            }
        }
        println!(
            "{:<28} {:>6} {:>7} {:>7} {:>7} {:>8} {:>6} {:>6} {:>8} {:>5}",
            "", "macros", "code", "tests", "docs", "doctests", "shown", "hidden", "comments", "%"
        );
        let mut total = Counts::default();
        for (krate, counts) in &all {
            counts.print(krate);
            if krate.starts_with("crates/") {
                total.sum(counts);
            }
        }
        total.print("all crates");
        Ok(())
    }
}

impl Counts {
    fn add(&mut self, text: &str, of_tests: bool) {
        let mut example = None;
        let mut in_tests = of_tests;
        for line in text.lines() {
            let words = line.trim_start();
            // The tests of a file are its last part.
            in_tests |= line == "#[cfg(test)]";
            if words.is_empty() {
                continue;
            }
            let documentation = words.strip_prefix("///").or(words.strip_prefix("//!"));
            if let Some(said) = documentation {
                self.documentation(said, &mut example);
            } else if in_tests {
                self.tests += 1;
            } else if words.starts_with("//") {
                self.comments += 1;
            } else {
                self.code += 1;
                self.macros += usize::from(words.starts_with("macro_rules!"));
            }
        }
    }

    /// A line of documentation. `example` is the one that it stands in: whether it is compiled.
    fn documentation(&mut self, said: &str, example: &mut Option<bool>) {
        let said = said.trim();
        if let Some(language) = said.strip_prefix("```") {
            let compiled = ["", "no_run", "should_panic"].contains(&language)
                || language.starts_with("compile_fail");
            *example = if example.is_some() {
                None
            } else {
                self.examples += usize::from(compiled);
                Some(compiled)
            };
            return;
        }
        match example {
            Some(true) if said == "#" || said.starts_with("# ") => self.hidden += 1,
            Some(true) => self.shown += 1,
            Some(false) | None => self.docs += 1,
        }
    }

    fn sum(&mut self, other: &Self) {
        self.macros += other.macros;
        self.code += other.code;
        self.tests += other.tests;
        self.docs += other.docs;
        self.examples += other.examples;
        self.shown += other.shown;
        self.hidden += other.hidden;
        self.comments += other.comments;
    }

    fn print(&self, name: &str) {
        #[allow(clippy::cast_precision_loss, reason = "a figure for people")]
        let share = 100.0 * self.comments as f64 / self.code.max(1) as f64;
        let Self {
            macros,
            code,
            tests,
            docs,
            examples,
            shown,
            hidden,
            comments,
        } = self;
        println!(
            "{name:<28} {macros:>6} {code:>7} {tests:>7} {docs:>7} {examples:>8} {shown:>6} {hidden:>6} {comments:>8} {share:>5.1}"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_counted_once() {
        let mut counts = Counts::default();
        let text = "//! A room.\n\n/// Adds.\n///\n/// ```\n/// # let a = 1;\n/// let b = a;\n/// ```\n\
                    /// ```text\n/// drawn\n/// ```\nfn add() {\n    // Why.\n    one();\n}\n\
                    macro_rules! m {\n}\n#[cfg(test)]\nmod tests {\n    // not counted as a comment\n}\n";
        counts.add(text, false);
        assert_eq!((counts.code, counts.macros, counts.comments), (5, 1, 1));
        assert_eq!(counts.tests, 4);
        assert_eq!((counts.examples, counts.shown, counts.hidden), (1, 1, 1));
        // The blank line of a documentation is one of it, and so is what is drawn.
        assert_eq!(counts.docs, 4);
    }
}
