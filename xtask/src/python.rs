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
    /// The file, if there is one, with the versions of what builds packages that have no wheel. What it does not name is
    /// taken as the package asks for it, in the newest version.
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
        process::run(&mut self.install(&python))?;
        fs::write(stamp, wanted)?;
        Ok(python)
    }

    fn install(&self, python: &Path) -> Command {
        let mut pip = Command::new(python);
        pip.args(["-m", "pip", "install"]);
        pip.args(["--quiet", "--disable-pip-version-check"]);
        if self.complete {
            pip.arg("--no-deps");
        }
        if let Some((folder, name)) = self
            .build
            .as_ref()
            .and_then(|file| Some((file.parent()?, file.file_name()?)))
        {
            // Only the environment reaches the environments that packages are built in: by the first name up to pip
            // 25.2, by the second from then on. It is split at spaces, which a path may have and this name has not. By
            // the third, old versions of pip give such an environment to packages without a pyproject.toml as well.
            pip.current_dir(folder)
                .env("PIP_CONSTRAINT", name)
                .env("PIP_BUILD_CONSTRAINT", name)
                .env("PIP_USE_PEP517", "1");
        }
        pip.arg("--requirement").arg(&self.requirements);
        pip
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
