use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};

use crate::error::{Error, Result};

/// Writes a secret into a file of its owner alone (mode 0600 where there are modes). It is written under another name in
/// the same folder and put into the place of the old one: nobody sees half of it, and nobody who could read the old one
/// can read the new one. A link stays a link.
pub fn replace_private(path: &Path, text: &SecretString) -> Result<()> {
    // A link is followed here, because `rename` would replace the link itself. A file that is not there yet has no
    // canonical path.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let new = temporary(&target);
    let written = write_new(&new, text.expose_secret()).and_then(|()| fs::rename(&new, &target));
    written.map_err(|error| {
        // It may hold the secret already.
        let _ = fs::remove_file(&new);
        let text = format!("{} cannot be written: {error}", path.display());
        Error::input("path", text).with_details(error)
    })
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    // Not into a file that is there: it may be open to others, or a link.
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    // Before it takes the place of the old one, or a crash could leave an empty file there.
    file.sync_all()
}

fn temporary(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    // Two writers in one process would share a name that is made of its number.
    name.push(format!(".{:016x}", fastrand::u64(..)));
    path.with_file_name(name)
}
