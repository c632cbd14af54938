//! Packages, databases with tables in them, and keys, all made once.

use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::Home;
use crate::python::{Environment, Version};
use crate::{Result, process};

/// Two of the packages have no wheel and are compiled: one needs a compiler, the other also the headers of OpenSSL.
const COMPILED: &str = "#include <openssl/evp.h>\n";

pub(super) fn install(home: &Home) -> Result {
    check_keygen()?;
    if !home.program("python").exists() {
        check_compiler()?;
    }
    let servers = Environment {
        venv: home.venv.clone(),
        requirements: home.recipe.join("requirements.txt"),
        complete: true,
        build: Some(home.recipe.join("requirements-build.txt")),
        version: Version::Exactly(3, 11),
        who: "the real Sahara",
    };
    let python = servers.python()?;
    let packages = process::output(
        Command::new(&python).args(["-c", "import site; print(site.getsitepackages()[0])"]),
    )?;
    // One line makes Sahara see its other way to reach instances.
    let line = format!("{}\n", home.recipe.join("memory_remote").display());
    fs::write(Path::new(packages.trim()).join("memory-remote.pth"), line)?;
    blank_databases(home)
}

/// Sahara makes the keys of a cluster with a program, and without it answers every creation of one with status 500.
fn check_keygen() -> Result {
    Command::new("ssh-keygen")
        .arg("-?")
        .stdin(Stdio::null())
        .output()
        .map_err(
            |_| "the real Sahara needs `ssh-keygen`: on Debian, install the package openssh-client",
        )?;
    Ok(())
}

fn check_compiler() -> Result {
    let mut compiler = Command::new("cc")
        .args(["-E", "-x", "c", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|_| "the real Sahara needs a C compiler, and there is no `cc`: on Debian, install the package gcc")?;
    if let Some(mut input) = compiler.stdin.take() {
        std::io::Write::write_all(&mut input, COMPILED.as_bytes())?;
    }
    if compiler.wait()?.success() {
        return Ok(());
    }
    Err(
        "the real Sahara needs the headers of OpenSSL: on Debian, install the package libssl-dev"
            .into(),
    )
}

/// Making the tables takes longer than all the rest of a start.
fn blank_databases(home: &Home) -> Result {
    // Written last, so that an interrupted attempt does not count.
    let stamp = home.blank.join("made-from");
    let mut wanted = String::new();
    for name in [
        "requirements.txt",
        "keystone.conf",
        "sahara.conf",
        "sahara_schema.py",
        "write_ahead.py",
    ] {
        wanted += &fs::read_to_string(home.recipe.join(name))?;
    }
    if fs::read_to_string(&stamp).is_ok_and(|have| have == wanted) {
        return Ok(());
    }
    eprintln!("Making databases in {}", home.blank.display());
    remove(&home.blank)?;
    let etc = home.blank.join("etc");
    fs::create_dir_all(&etc)?;
    let settings = Settings {
        var: &home.blank,
        etc: &etc,
        // Nobody is asked while the tables are made.
        keystone: "http://127.0.0.1:1",
        ..Settings::new(home)
    };
    settings.write()?;

    quiet(
        Command::new(home.program("keystone-manage"))
            .arg("--config-file")
            .arg(etc.join("keystone.conf"))
            .arg("db_sync"),
    )?;
    quiet(
        Command::new(home.program("python"))
            .arg("-B")
            .arg(home.recipe.join("sahara_schema.py"))
            .arg(etc.join("sahara.conf")),
    )?;
    for (keys, setup) in [
        ("fernet", "fernet_setup"),
        ("receipt", "receipt_setup"),
        ("credential", "credential_setup"),
    ] {
        // Not all of them make their folder.
        fs::DirBuilder::new()
            .recursive(true)
            // Keystone warns of keys that everybody can read (its `fernet_utils.py`).
            .mode(0o700)
            .create(home.blank.join(format!("{keys}-keys")))?;
        let owner = [
            "--keystone-user",
            &who("-un")?,
            "--keystone-group",
            &who("-gn")?,
        ]
        .map(ToOwned::to_owned);
        let mut keys = Command::new(home.program("keystone-manage"));
        quiet(
            keys.arg("--config-file")
                .arg(etc.join("keystone.conf"))
                .arg(setup)
                .args(owner),
        )?;
    }
    let stamp_head = ["stamp", "head"];
    quiet(
        Command::new(home.program("sahara-db-manage"))
            .arg("--config-file")
            .arg(etc.join("sahara.conf"))
            .args(stamp_head),
    )?;
    let databases = ["keystone.sqlite", "sahara.sqlite"].map(|name| home.blank.join(name));
    quiet(
        Command::new(home.program("python"))
            .arg(home.recipe.join("write_ahead.py"))
            .args(databases),
    )?;
    fs::write(stamp, wanted)?;
    Ok(())
}

/// Who runs this, as `id` says it.
fn who(option: &str) -> Result<String> {
    Ok(process::output(Command::new("id").arg(option))?
        .trim()
        .to_owned())
}

/// What the configuration files of a run say.
pub(super) struct Settings<'a> {
    pub(super) home: &'a Home,
    pub(super) var: &'a Path,
    pub(super) etc: &'a Path,
    pub(super) keystone: &'a str,
    pub(super) sahara_port: u16,
    pub(super) token_seconds: u32,
}

impl<'a> Settings<'a> {
    pub(super) fn new(home: &'a Home) -> Self {
        Self {
            home,
            var: &home.run,
            etc: &home.run,
            keystone: "",
            sahara_port: 0,
            token_seconds: super::TOKEN_SECONDS,
        }
    }

    pub(super) fn write(&self) -> Result {
        for name in ["keystone.conf", "sahara.conf"] {
            let text = fs::read_to_string(self.home.recipe.join(name))?
                .replace("{var}", &self.var.to_string_lossy())
                .replace("{keys}", &self.home.blank.to_string_lossy())
                .replace("{etc}", &self.etc.to_string_lossy())
                .replace("{venv}", &self.home.venv.to_string_lossy())
                .replace("{keystone}", self.keystone)
                .replace("{sahara_port}", &self.sahara_port.to_string())
                .replace("{token_seconds}", &self.token_seconds.to_string());
            fs::write(self.etc.join(name), text)?;
        }
        // The rules that are built in; a file that is missing is complained about.
        fs::write(self.etc.join("policy.yaml"), "{}\n")?;
        Ok(())
    }
}

/// Runs a command whose output matters only when it fails.
pub(super) fn quiet(command: &mut Command) -> Result {
    let output = surroundings(command).stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(());
    }
    eprintln!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Err(format!(
        "{} failed: {}",
        command.get_program().to_string_lossy(),
        output.status
    )
    .into())
}

/// What every one of these programs needs to run as if it were installed.
pub(super) fn surroundings(command: &mut Command) -> &mut Command {
    command
        .env("PYTHONWARNINGS", "ignore")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env_remove("PYTHONPATH")
}

pub(super) fn remove(folder: &Path) -> Result {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}
