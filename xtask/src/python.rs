//! A Python with the software of other people in it.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{Result, process};

/// Which Pythons will do.
#[derive(Clone, Copy)]
pub(crate) enum Version {
    AtLeast(u32, u32),
    Exactly(u32, u32),
}

/// A virtual environment.
pub(crate) struct Environment {
    /// Where it lies.
    pub(crate) venv: PathBuf,
    /// The file that lists the packages.
    pub(crate) requirements: PathBuf,
    /// Whether it lists all of them, so that none has to be looked for.
    pub(crate) complete: bool,
    /// The file, if there is one, that lists what has to be there before anything is built: packages are then built with
    /// it, and not with whatever is newest today.
    pub(crate) build: Option<PathBuf>,
    pub(crate) version: Version,
    /// What asks for it, for the message when there is no such Python.
    pub(crate) who: &'static str,
}

impl Version {
    fn suits(self, found: (u32, u32)) -> bool {
        match self {
            Self::AtLeast(major, minor) => found >= (major, minor),
            Self::Exactly(major, minor) => found == (major, minor),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(major, minor) => write!(f, "Python {major}.{minor} or newer"),
            Self::Exactly(major, minor) => write!(f, "Python {major}.{minor}"),
        }
    }
}

impl Environment {
    /// Its Python, which has all of the packages; made where it is missing or outdated.
    pub(crate) fn python(&self) -> Result<PathBuf> {
        let venv = &self.venv;
        let python = venv.join(if cfg!(windows) {
            "Scripts/python.exe"
        } else {
            "bin/python"
        });
        let mut wanted = fs::read_to_string(&self.requirements)?;
        if let Some(build) = &self.build {
            wanted += &fs::read_to_string(build)?;
        }
        // Written last, so that an environment whose making was interrupted does not count.
        let stamp = venv.join("requirements.txt");
        if fs::read_to_string(&stamp).is_ok_and(|have| have == wanted) && version(&python).is_some()
        {
            return Ok(python);
        }

        let base = self.find_base()?;
        eprintln!("Making a Python environment in {}", venv.display());
        match fs::remove_dir_all(venv) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        process::run(Command::new(&base).args(["-m", "venv"]).arg(venv)).map_err(|error| {
            format!("{error}\nPython's `venv` and `pip` are needed; on Debian they are in the package python3-venv")
        })?;
        let mut install = pip(&python);
        if self.complete {
            install.arg("--no-deps");
        }
        if let Some(build) = &self.build {
            process::run(pip(&python).arg("--requirement").arg(build))?;
            install.arg("--no-build-isolation");
        }
        process::run(install.arg("--requirement").arg(&self.requirements))?;
        fs::write(stamp, wanted)?;
        Ok(python)
    }

    fn find_base(&self) -> Result<String> {
        let (Version::AtLeast(major, minor) | Version::Exactly(major, minor)) = self.version;
        let mut unsuitable = None;
        for name in [
            format!("python{major}.{minor}"),
            "python3".to_owned(),
            "python".to_owned(),
        ] {
            match version(Path::new(&name)) {
                Some(found) if self.version.suits(found) => return Ok(name),
                Some(found) => unsuitable = unsuitable.or(Some((name, found))),
                None => {}
            }
        }
        let found = unsuitable.map_or_else(
            || "there is neither `python3` nor `python`".to_owned(),
            |(name, (major, minor))| format!("`{name}` is Python {major}.{minor}"),
        );
        Err(format!("{} needs {}, and {found}", self.who, self.version).into())
    }
}

fn pip(python: &Path) -> Command {
    let mut pip = Command::new(python);
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]);
    pip
}

fn version(python: &Path) -> Option<(u32, u32)> {
    let script = "import sys; print(sys.version_info[0], sys.version_info[1])";
    let output = Command::new(python)
        .args(["-c", script])
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let (major, minor) = text.trim().split_once(' ')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
