//! A Python with the clients of other people in it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{Result, process};

/// The oldest Python that all pinned clients run on.
const OLDEST: (u32, u32) = (3, 10);

/// What a script needs, and where it lies: a script whose name begins with a word and an underscore may have a file of
/// that word's, for what cannot be installed beside the rest.
pub(super) struct Requirements {
    file: PathBuf,
    /// What has to be there before anything is built: where this exists, packages are built with it, and not with
    /// whatever is newest today.
    build: PathBuf,
    venv: PathBuf,
}

impl Requirements {
    pub(super) fn of(script: &Path, folder: &Path, work: &Path) -> Self {
        let name = script.file_stem().unwrap_or_default().to_string_lossy();
        let group = name.split('_').next().unwrap_or_default();
        let own = folder.join(format!("requirements-{group}.txt"));
        let suffix = if own.is_file() { format!("-{group}") } else { String::new() };
        Self {
            file: folder.join(format!("requirements{suffix}.txt")),
            build: folder.join(format!("requirements{suffix}-build.txt")),
            venv: work.join(format!("venv{suffix}")),
        }
    }

    /// The Python of a virtual environment that has all of it; made where it is missing or outdated.
    pub(super) fn environment(&self) -> Result<PathBuf> {
        let venv = &self.venv;
        let python = venv.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
        let builds = self.build.is_file();
        let mut wanted = fs::read_to_string(&self.file)?;
        if builds {
            wanted += &fs::read_to_string(&self.build)?;
        }
        // Written last, so that an environment whose making was interrupted does not count.
        let stamp = venv.join("requirements.txt");
        if fs::read_to_string(&stamp).is_ok_and(|have| have == wanted) && version(&python).is_some() {
            return Ok(python);
        }

        let base = find()?;
        eprintln!("Making a Python environment in {}", venv.display());
        match fs::remove_dir_all(venv) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        process::run(Command::new(&base).args(["-m", "venv"]).arg(venv)).map_err(|error| {
            format!("{error}\nPython's `venv` and `pip` are needed; on Debian they are in the package python3-venv")
        })?;
        if builds {
            process::run(pip(&python).arg("--requirement").arg(&self.build))?;
            process::run(pip(&python).arg("--no-build-isolation").arg("--requirement").arg(&self.file))?;
        } else {
            process::run(pip(&python).arg("--requirement").arg(&self.file))?;
        }
        fs::write(stamp, wanted)?;
        Ok(python)
    }
}

fn pip(python: &Path) -> Command {
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    pip
}

fn find() -> Result<String> {
    let mut too_old = None;
    for name in ["python3", "python"] {
        match version(Path::new(name)) {
            Some(found) if found >= OLDEST => return Ok(name.to_owned()),
            Some(found) => too_old = too_old.or(Some((name, found))),
            None => {}
        }
    }
    let (major, minor) = OLDEST;
    let found = too_old.map_or_else(
        || "there is neither `python3` nor `python`".to_owned(),
        |(name, (major, minor))| format!("`{name}` is Python {major}.{minor}"),
    );
    Err(format!("the clients of other people need Python {major}.{minor} or newer, and {found}").into())
}

fn version(python: &Path) -> Option<(u32, u32)> {
    let script = "import sys; print(sys.version_info[0], sys.version_info[1])";
    let output = Command::new(python).args(["-c", script]).stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let (major, minor) = text.trim().split_once(' ')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
