use std::env;

use super::Tree;

/// White space and paths of the machine that the check runs on.
pub(super) fn check(tree: &Tree, faults: &mut Vec<String>) {
    let private = private_paths(tree);
    for (name, text) in tree.texts() {
        for (line, number) in text.split('\n').zip(1..) {
            let mut fault = |what: &str| faults.push(format!("{name}:{number}: {what}"));
            if line.ends_with([' ', '\t', '\r']) {
                fault("white space at the end of the line");
            }
            if line.contains('\t') {
                fault("a tab");
            }
            if private.iter().any(|path| line.contains(path)) {
                fault("a path of this machine");
            }
        }
        if !text.is_empty() && (!text.ends_with('\n') || text.ends_with("\n\n")) {
            faults.push(format!("{name}: must end with one line break"));
        }
    }
}

fn private_paths(tree: &Tree) -> Vec<String> {
    let home = env::home_dir();
    let cargo = env::var_os("CARGO_HOME")
        .map(Into::into)
        .or_else(|| Some(home.as_ref()?.join(".cargo")));
    let mut paths: Vec<_> = [Some(tree.root.clone()), home, cargo]
        .into_iter()
        .flatten()
        .collect();
    // `/root` and the like stand in texts that mean no machine.
    paths.retain(|path| path.components().count() > 2);
    paths
        .into_iter()
        .map(|path| path.to_string_lossy().into_owned())
        .collect()
}
