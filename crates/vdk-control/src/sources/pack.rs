//! A directory as a ZIP archive.

use std::fs::{self, File};
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

use cloud_core::{Error, Result};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::ignore::{IGNORED, Rules};
use super::job_dir::folder_name;
use crate::files::{TempFile, unreadable, unwritable};

/// Directories within directories end here, before the stack does.
const DEEPEST: usize = 64;

/// A directory that is to be packed.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// The folder at the top of the archive, which becomes the folder of the job.
    top: String,
    pub(super) ignore: Vec<String>,
}

impl Folder {
    pub(super) fn new(path: PathBuf, top: &str) -> Self {
        Self {
            path,
            top: top.to_owned(),
            ignore: Vec::new(),
        }
    }

    /// Packs it into a temporary file. Blocks.
    pub(super) fn pack(&self) -> Result<TempFile> {
        folder_name(&self.top)?;
        let mut rules = Rules::default();
        rules.extend(IGNORED);
        let file = self.path.join(".vdkignore");
        match fs::read_to_string(&file) {
            Ok(text) => rules.extend(text.lines()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(unreadable(&file, error)),
        }
        rules.extend(&self.ignore);

        let folder = std::env::temp_dir();
        let (temp, file) =
            TempFile::create_in(&folder).map_err(|error| unwritable(&folder, error))?;
        let zip = ZipWriter::new(BufWriter::new(file));
        let mut archive = Archive {
            zip,
            rules,
            files: 0,
            top: &self.top,
            temp: temp.path(),
        };
        archive.folder(&self.path, &mut Vec::new())?;
        if archive.files == 0 {
            let problem = format!(
                "{} holds no file that is to be uploaded",
                self.path.display()
            );
            return Err(Error::input("sources", problem));
        }
        let finished = archive
            .zip
            .finish()
            .map_err(io::Error::from)
            .and_then(|mut file| file.flush());
        finished.map_err(|error| unwritable(temp.path(), error))?;
        Ok(temp)
    }
}

struct Archive<'a, W: Write + Seek> {
    zip: ZipWriter<W>,
    rules: Rules,
    files: usize,
    top: &'a str,
    temp: &'a Path,
}

impl<W: Write + Seek> Archive<'_, W> {
    /// Adds what is in a directory, in the order of the names.
    fn folder(&mut self, path: &Path, below: &mut Vec<String>) -> Result<()> {
        if below.len() > DEEPEST {
            return Err(Error::input(
                "sources",
                format!("{} lies too deep", path.display()),
            ));
        }
        let read = fs::read_dir(path).and_then(Iterator::collect);
        let mut entries: Vec<fs::DirEntry> = read.map_err(|error| unreadable(path, error))?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let (name, path) = (entry.file_name(), entry.path());
            let Some(name) = name.to_str() else {
                return Err(Error::input(
                    "sources",
                    format!("{} has a name that is not UTF-8", path.display()),
                ));
            };
            let kind = entry
                .file_type()
                .map_err(|error| unreadable(&path, error))?;
            below.push(name.to_owned());
            if !self.rules.ignores(below, kind.is_dir()) {
                if kind.is_dir() {
                    self.folder(&path, below)?;
                } else {
                    check(name, &path, kind)?;
                    self.file(&path, below)?;
                }
            }
            below.pop();
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, below: &[String]) -> Result<()> {
        let mut file = File::open(path).map_err(|error| unreadable(path, error))?;
        let about = file.metadata().map_err(|error| unreadable(path, error))?;
        // The same time for all files, so that the same content gives the same archive.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(if is_program(&about) { 0o755 } else { 0o644 })
            // The usual form of ZIP has 32 bits for a size.
            .large_file(about.len() >= u64::from(u32::MAX));
        let name = format!("{}/{}", self.top, below.join("/"));
        let started = self.zip.start_file(name, options).map_err(io::Error::from);
        started.map_err(|error| unwritable(self.temp, error))?;
        io::copy(&mut file, &mut self.zip).map_err(|error| unreadable(path, error))?;
        self.files += 1;
        Ok(())
    }
}

/// Whether this can be packed as a file.
///
/// A link to a file is packed as that file, wherever it is, as the `vdk` command line does: a module or the list of
/// requirements that several jobs share. A link to a directory is refused, which the command line packs as an empty one.
/// So nothing is walked twice, or in circles.
fn check(name: &str, path: &Path, kind: fs::FileType) -> Result<()> {
    let wrong = |what: &str| {
        let problem = format!("{} is {what}", path.display());
        Err(Error::input("sources", problem))
    };
    if name.to_ascii_lowercase().ends_with(".keytab") {
        return wrong(
            "a keytab, which is a secret and has no place among sources; move it out of the directory, or ignore it",
        );
    }
    if kind.is_file() {
        return Ok(());
    }
    if !kind.is_symlink() {
        return wrong("neither a file nor a directory; ignore it, or put a file in its place");
    }
    match fs::metadata(path) {
        Ok(there) if there.is_file() => Ok(()),
        Ok(there) if there.is_dir() => {
            wrong("a symbolic link to a directory; ignore it, or put the directory in its place")
        }
        Ok(_) => wrong("a symbolic link to neither a file nor a directory; ignore it"),
        Err(_) => {
            wrong("a symbolic link that leads nowhere; ignore it, or put a file in its place")
        }
    }
}

#[cfg(unix)]
fn is_program(about: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    about.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_program(_: &fs::Metadata) -> bool {
    false
}
