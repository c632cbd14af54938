//! Where things lie.

use std::env;
use std::path::{Path, PathBuf};

use crate::Result;

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    // Cargo says it at run time; the build's own answer would be wrong in a checkout that was moved.
    let xtask = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    xtask.parent().map_or_else(|| xtask.clone(), Path::to_owned)
}

/// Cargo's target directory of the workspace.
pub(crate) fn target() -> Result<PathBuf> {
    Ok(
        match env::var_os("CARGO_TARGET_DIR").filter(|folder| !folder.is_empty()) {
            Some(folder) => std::path::absolute(folder)?,
            None => root().join("target"),
        },
    )
}
