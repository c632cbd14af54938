//! A ZIP archive of somebody else's, unpacked without harm.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read as _};
use std::path::{Path, PathBuf};

use cloud_core::{Error, ErrorKind, Result};
use zip::ZipArchive;

use crate::files::{unreadable, unwritable};

// Against archives that are made to fill a disk.
const MOST_FILES: usize = 100_000;
const MOST_BYTES: u64 = 4 << 30;

/// Unpacks an archive into an empty directory; leaves nothing there when it fails. Blocks.
pub(super) fn extract(archive: &Path, into: &Path) -> Result<()> {
    extract_within(archive, into, MOST_BYTES)
}

fn extract_within(archive: &Path, into: &Path, most_bytes: u64) -> Result<()> {
    let broken = |problem: String| Error::new(ErrorKind::Decode, problem);
    let file = File::open(archive).map_err(|error| unreadable(archive, error))?;
    let mut zip = ZipArchive::new(BufReader::new(file))
        .map_err(|error| broken(format!("no ZIP archive: {error}")))?;
    if zip.len() > MOST_FILES {
        return Err(broken(format!("the archive has {} files", zip.len())));
    }
    let is_new = !into.exists();
    fs::create_dir_all(into).map_err(|error| unwritable(into, error))?;
    let mut there = fs::read_dir(into).map_err(|error| unwritable(into, error))?;
    if there.next().is_some() {
        return Err(Error::input(
            "path",
            format!("{} is not empty", into.display()),
        ));
    }
    let mut made = Made {
        root: into,
        is_new,
        paths: Vec::new(),
    };
    let mut left = most_bytes;
    for index in 0..zip.len() {
        let entry = zip
            .by_index(index)
            .map_err(|error| broken(format!("the archive is broken: {error}")))?;
        let name = entry.enclosed_name().filter(|_| !entry.is_symlink());
        let Some(name) = name else {
            let name = entry.name().unwrap_or_default();
            return Err(broken(format!(
                "the archive has an entry that leads elsewhere: {name:?}"
            )));
        };
        let path = into.join(name);
        if entry.is_dir() {
            fs::create_dir_all(&path).map_err(|error| unwritable(&path, error))?;
            made.paths.push(path);
            continue;
        }
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|error| unwritable(parent, error))?;
        }
        let is_program = entry.unix_mode().is_some_and(|mode| mode & 0o111 != 0);
        let mut file = create(&path, is_program).map_err(|error| unwritable(&path, error))?;
        made.paths.push(path.clone());
        // What the archive says about its sizes is not to be trusted: counted is what comes out.
        // One byte more than may come shows that there is more.
        let written = io::copy(&mut entry.take(left + 1), &mut file);
        let written = written
            .map_err(|error| broken(format!("{} cannot be unpacked: {error}", path.display())))?;
        left = left.checked_sub(written).ok_or_else(|| {
            broken(format!(
                "the archive unpacks to more than {most_bytes} bytes"
            ))
        })?;
    }
    made.paths.clear();
    made.is_new = false;
    Ok(())
}

/// What was made by an unpacking under way. It goes with this, so that a second try finds the directory as the first did.
struct Made<'a> {
    root: &'a Path,
    is_new: bool,
    paths: Vec<PathBuf>,
}

impl Drop for Made<'_> {
    fn drop(&mut self) {
        for path in self.paths.iter().rev() {
            let _ = fs::remove_file(path);
            // Only what is empty goes: somebody else may have put something there meanwhile.
            for folder in path.ancestors().take_while(|folder| *folder != self.root) {
                let _ = fs::remove_dir(folder);
            }
        }
        if self.is_new {
            let _ = fs::remove_dir(self.root);
        }
    }
}

fn create(path: &Path, is_program: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, if is_program { 0o755 } else { 0o644 });
    #[cfg(not(unix))]
    let _ = is_program;
    options.open(path)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;
    use crate::files::TempFile;

    #[test]
    fn an_archive_that_swells_is_stopped() {
        let (temp, file) = TempFile::create_in(&std::env::temp_dir()).unwrap();
        let mut zip = ZipWriter::new(file);
        for name in ["a/1", "a/2"] {
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(&[0; 4096]).unwrap();
        }
        zip.finish().unwrap();
        let into = temp.path().with_extension("out");
        extract_within(temp.path(), &into, 8192).unwrap();
        fs::remove_dir_all(&into).unwrap();
        let error = extract_within(temp.path(), &into, 8191).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("unpacks to more than 8191 bytes"),
            "{error}"
        );
        assert!(!into.exists(), "and leaves nothing");
    }
}
