//! What somebody gets who knows the packages alone.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::third_party::Server;
use crate::{Result, process, workspace};

const GIT: &str = r#"{ git = "https://github.com/cloud-clients/cloud-clients" }"#;

/// Pack every crate, build all of it from the packages alone, paste the first program of each front page, and run it
///
/// The programs make a workspace of their own, find the packages and nothing of this repository, and talk to the sandbox
/// of its package.
#[derive(clap::Args)]
pub(crate) struct Strangers {
    /// Do not build what the packages have besides their libraries
    #[arg(long)]
    programs_only: bool,
}

/// A packed crate.
struct Package {
    name: String,
    /// Its folder in this repository.
    folder: PathBuf,
    /// Where it is unpacked, and the archive of that is kept.
    unpacked: PathBuf,
    archive: PathBuf,
}

/// The first program of a front page.
struct Program {
    name: String,
    manifest: String,
    main: String,
    /// Whether the sandbox has what it asks for.
    runs: bool,
}

impl Strangers {
    pub(crate) fn run(&self) -> Result {
        let place = workspace::target()?.join("strangers");
        fs::create_dir_all(&place)?;
        let packages = pack(&place)?;
        let programs = programs(&packages)?;
        write_workspace(&place, &packages, &programs)?;

        let cargo = || {
            let mut cargo = process::cargo();
            cargo.current_dir(&place);
            cargo.env("CARGO_TARGET_DIR", place.join("target"));
            cargo.env("CARGO_INCREMENTAL", "0");
            cargo
        };
        if !self.programs_only {
            let everything = ["--lib", "--bins", "--tests", "--examples"];
            process::run(
                cargo()
                    .args(["check", "--quiet", "--workspace"])
                    .args(everything),
            )?;
            println!("libraries, programs, tests and examples of the packages build");
        }
        let mut build = cargo();
        build.args(["build", "--quiet", "--package", "cloud-sandbox"]);
        for program in programs.iter().filter(|program| program.runs) {
            build.args(["--package", &program.name]);
        }
        process::run(&mut build)?;

        let target = place.join("target/debug");
        let sandbox = Server::of(&target, &[])?;
        for program in programs.iter().filter(|program| program.runs) {
            paste(program, &target, &place, &sandbox)?;
        }
        Ok(())
    }
}

/// Packs all crates that are published, prints how large they are, and unpacks them.
fn pack(place: &Path) -> Result<Vec<Package>> {
    let mut cargo = process::cargo();
    cargo.args(["metadata", "--no-deps", "--format-version", "1"]);
    cargo.current_dir(workspace::root());
    let metadata: Value = serde_json::from_str(&process::output(&mut cargo)?)?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();

    // What is packed is built below, so nothing is verified here.
    let mut cargo = process::cargo();
    cargo.args([
        "package",
        "--quiet",
        "--workspace",
        "--allow-dirty",
        "--no-verify",
    ]);
    let mut packages = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let (name, version) = (text(&package["name"]), text(&package["version"]));
        // An empty list of registries is what `publish = false` becomes.
        if package["publish"].as_array().is_some_and(Vec::is_empty) {
            cargo.args(["--exclude", &name]);
            continue;
        }
        let manifest = PathBuf::from(text(&package["manifest_path"]));
        packages.push((name, version, manifest));
    }
    process::run(cargo.current_dir(workspace::root()))?;

    println!("{:<34}{:>14}", "package", "size, KiB");
    let packed = workspace::target()?.join("package");
    fs::create_dir_all(place.join("archives"))?;
    let mut unpacked = Vec::new();
    for (name, version, manifest) in packages {
        let archive = packed.join(format!("{name}-{version}.crate"));
        let bytes = fs::read(&archive)?;
        println!("{name:<34}{:>14}", bytes.len().div_ceil(1024));
        let package = Package {
            unpacked: place.join("packages").join(&name),
            archive: place.join("archives").join(&name),
            folder: manifest.parent().unwrap_or(&manifest).to_owned(),
            name,
        };
        package.unpack(&archive, &bytes)?;
        unpacked.push(package);
    }
    Ok(unpacked)
}

impl Package {
    /// Replaces what an earlier run left, unless it is the same.
    fn unpack(&self, archive: &Path, bytes: &[u8]) -> Result {
        if fs::read(&self.archive).is_ok_and(|earlier| earlier == bytes) && self.unpacked.is_dir() {
            return Ok(());
        }
        if self.unpacked.is_dir() {
            fs::remove_dir_all(&self.unpacked)?;
        }
        fs::create_dir_all(&self.unpacked)?;
        // Files of a package are dated 2006, which cargo would take for older than what it has built; so they get the
        // present.
        let mut tar = Command::new("tar");
        tar.args([
            "--extract",
            "--gzip",
            "--touch",
            "--strip-components",
            "1",
            "--file",
        ]);
        process::run(tar.arg(archive).arg("--directory").arg(&self.unpacked))?;
        fs::write(&self.archive, bytes)?;
        Ok(())
    }
}

/// The first program of the root's page and of that of each package.
fn programs(packages: &[Package]) -> Result<Vec<Program>> {
    let mut programs = Vec::new();
    let root = fs::read_to_string(workspace::root().join("README.md"))?;
    // What the page says to write after the first release, since there is no repository to be fetched here.
    if !root.contains(GIT) {
        return Err(format!("README.md does not say {GIT}").into());
    }
    programs.push(program(
        "README.md",
        "root",
        &root.replace(GIT, r#""0.1""#),
        true,
    )?);
    for package in packages {
        let page = fs::read_to_string(package.unpacked.join("README.md"))?;
        let library = fs::read_to_string(package.unpacked.join("src/lib.rs"))?;
        if !library.contains(r#"include_str!("../README.md")"#) {
            return Err(format!(
                "{}: its documentation does not begin with README.md",
                package.name
            )
            .into());
        }
        // Of the products the sandbox has only a part.
        let runs = package
            .folder
            .parent()
            .is_some_and(|above| above.ends_with("crates"));
        programs.push(program(&package.name, &package.name, &page, runs)?);
    }
    Ok(programs)
}

/// Takes the first dependencies and the first program out of a page, unchanged.
fn program(page: &str, name: &str, text: &str, runs: bool) -> Result<Program> {
    let manifest = fences(text).find(|(language, _)| *language == "toml");
    let (_, manifest) = manifest.ok_or(format!("{page}: no dependencies to paste"))?;
    let main = fences(text).find(|(language, _)| language.split(',').next() == Some("rust"));
    let (_, main) = main.ok_or(format!("{page}: no program to paste"))?;
    if !main.contains("fn main()") {
        return Err(format!("{page}: the first code is no program:\n{main}").into());
    }
    Ok(Program {
        name: format!("stranger-{name}"),
        manifest,
        main,
        runs,
    })
}

/// The fenced blocks of a page: what stands behind the fence, and the text.
fn fences(text: &str) -> impl Iterator<Item = (&str, String)> {
    let mut lines = text.lines();
    std::iter::from_fn(move || {
        let language = lines.find_map(|line| line.strip_prefix("```"))?;
        let inside = lines.by_ref().take_while(|line| !line.starts_with("```"));
        let text: Vec<_> = inside.flat_map(|line| [line, "\n"]).collect();
        Some((language, text.concat()))
    })
}

/// One workspace, so that everything is built once.
fn write_workspace(place: &Path, packages: &[Package], programs: &[Program]) -> Result {
    let folder = place.join("programs");
    if folder.is_dir() {
        fs::remove_dir_all(&folder)?;
    }
    for program in programs {
        let folder = folder.join(&program.name);
        fs::create_dir_all(folder.join("src"))?;
        let head = format!(
            "[package]\nname = \"{}\"\nedition = \"2024\"\npublish = false\n\n",
            program.name
        );
        fs::write(folder.join("Cargo.toml"), head + &program.manifest)?;
        fs::write(folder.join("src/main.rs"), &program.main)?;
    }
    let mut manifest = "[workspace]\nresolver = \"3\"\nmembers = [\"packages/*\", \"programs/*\"]\n\n[patch.crates-io]\n"
        .to_owned();
    for Package { name, .. } in packages {
        writeln!(manifest, "{name} = {{ path = \"packages/{name}\" }}")?;
    }
    fs::write(place.join("Cargo.toml"), manifest)?;
    // The versions that the workspace is tested with.
    fs::copy(
        workspace::root().join("Cargo.lock"),
        place.join("Cargo.lock"),
    )?;
    Ok(())
}

/// Runs a program in an empty folder, with the variables of the sandbox.
fn paste(program: &Program, built: &Path, place: &Path, sandbox: &Server) -> Result {
    let here = place.join("here");
    if here.is_dir() {
        fs::remove_dir_all(&here)?;
    }
    fs::create_dir_all(&here)?;
    let mut command = Command::new(built.join(&program.name));
    command
        .current_dir(&here)
        .env("HOME", &here)
        .stdin(Stdio::null());
    command.envs(sandbox.variables());
    let output = command.output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() || said.trim().is_empty() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        return Err(format!(
            "{} failed: {}\n{said}{complaint}",
            program.name, output.status
        )
        .into());
    }
    println!(
        "{} says:\n  {}",
        program.name,
        said.trim_end().replace('\n', "\n  ")
    );
    Ok(())
}
