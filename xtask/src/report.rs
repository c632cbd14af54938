//! A page of what was measured.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{Result, process, workspace};

mod page;
#[cfg(test)]
mod tests;

const FIGURES: &str = "docs/figures.json";
const PAGE: &str = "docs/report.html";

/// After so many days a figure is old.
const OLD: i64 = 90;

/// Write `docs/report.html` from the figures in `docs/figures.json`, and say which of them are old
#[derive(clap::Args)]
pub(crate) struct Report {
    /// Measure anew before: these, or what is done in minutes (waits, listing, time, crates)
    #[arg(long, value_name = "NAME", num_args = 0..)]
    measure: Option<Vec<String>>,
    /// Take the figures from this file, which the command of the one measurement wrote because `FIGURES` named it
    #[arg(long, value_name = "FILE", requires = "measure")]
    from: Option<std::path::PathBuf>,
}

struct Measurement {
    name: &'static str,
    /// What a person types to repeat it.
    command: &'static str,
    is_quick: bool,
}

const MEASUREMENTS: &[Measurement] = &[
    Measurement {
        name: "waits",
        command: "cargo bench -p cross-crate-tests --bench waits",
        is_quick: true,
    },
    Measurement {
        name: "listing",
        command: "cargo bench -p cross-crate-tests --bench listing",
        is_quick: true,
    },
    Measurement {
        name: "time",
        command: "cargo bench -p cross-crate-tests --bench overhead",
        is_quick: true,
    },
    Measurement {
        name: "instructions",
        command: "cargo run --release --manifest-path compare/Cargo.toml",
        is_quick: false,
    },
    Measurement {
        name: "crates",
        command: "cargo xtask ledger --quick --only hetzner --only hcloud-0.26 --only bare-reqwest --only sandbox",
        is_quick: true,
    },
    Measurement {
        name: "check",
        command: "cargo xtask ledger --check --only hetzner --only hcloud-0.26 --only bare-reqwest --only sandbox",
        is_quick: false,
    },
    Measurement {
        name: "size",
        command: "cargo xtask ledger --only hetzner --only hcloud-0.26 --only bare-reqwest --only sandbox",
        is_quick: false,
    },
];

/// What one run of a command found. What is missing is empty until `read` names it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Run {
    command: String,
    date: String,
    machine: String,
    figures: Vec<Figure>,
}

#[derive(Deserialize, Serialize)]
struct Figure {
    plot: String,
    row: String,
    series: String,
    value: f64,
}

impl Figure {
    fn name(&self) -> [&str; 3] {
        [&self.plot, &self.row, &self.series]
    }
}

impl Report {
    pub(crate) fn run(&self) -> Result {
        let root = workspace::root();
        let file = root.join(FIGURES);
        let mut runs = read(&fs::read_to_string(&file)?)?;
        for measurement in self.wanted()? {
            let figures = match &self.from {
                Some(file) => lines(&fs::read_to_string(file)?)?,
                None => measurement.measure(&root)?,
            };
            if figures.is_empty() {
                return Err(format!("{} told no figure", measurement.command).into());
            }
            let run = Run {
                command: measurement.command.to_owned(),
                date: today(),
                machine: machine()?,
                figures,
            };
            replace(&mut runs, run);
            // After each, so that what took long to measure is kept when the next one fails.
            fs::write(&file, write(&runs))?;
        }
        fs::write(root.join(PAGE), page::write(&runs)?)?;
        println!("{PAGE} is written from {FIGURES}");
        for run in &runs {
            let age = days(&run.date, &today())?;
            if age > OLD {
                println!("{age} days old: {}", run.command);
            }
        }
        Ok(())
    }

    fn wanted(&self) -> Result<Vec<&'static Measurement>> {
        let Some(names) = &self.measure else {
            return Ok(Vec::new());
        };
        if self.from.is_some() && names.len() != 1 {
            return Err("--from is for one measurement, which --measure names".into());
        }
        if names.is_empty() {
            let quick = MEASUREMENTS.iter().filter(|measured| measured.is_quick);
            return Ok(quick.collect());
        }
        let find = |name: &String| {
            let found = MEASUREMENTS.iter().find(|measured| measured.name == name);
            found.ok_or_else(|| {
                let all: Vec<_> = MEASUREMENTS.iter().map(|measured| measured.name).collect();
                format!("no measurement {name:?}, only {}", all.join(", ")).into()
            })
        };
        names.iter().map(find).collect()
    }
}

impl Measurement {
    fn measure(&self, root: &Path) -> Result<Vec<Figure>> {
        let file = workspace::target()?.join(format!("figures-{}", self.name));
        // What an earlier run has left would be taken for this one's.
        if file.exists() {
            fs::remove_file(&file)?;
        }
        let mut words = self.command.split(' ').skip(1);
        let mut cargo = process::cargo();
        process::run(
            cargo
                .args(&mut words)
                .env("FIGURES", &file)
                .current_dir(root),
        )?;
        let told = fs::read_to_string(&file)
            .map_err(|error| format!("{} told no figure: {error}", self.command))?;
        lines(&told)
    }
}

/// Figures as a measurement tells them.
fn lines(text: &str) -> Result<Vec<Figure>> {
    let figure = |line| -> Result<Figure> {
        Ok(serde_json::from_str(line).map_err(|error| format!("{error} in {line}"))?)
    };
    text.lines().map(figure).collect()
}

/// The runs of the file, in which every figure has a command, a date and a machine.
fn read(text: &str) -> Result<Vec<Run>> {
    let runs: Vec<Run> = serde_json::from_str(text)
        .map_err(|error| format!("the figures are no list of runs: {error}"))?;
    for run in &runs {
        let Run {
            command,
            date,
            machine,
            figures,
        } = run;
        let parts = [
            ("command", command.is_empty()),
            ("date", date.is_empty()),
            ("machine", machine.is_empty()),
            ("figures", figures.is_empty()),
        ];
        if let Some((name, _)) = parts.iter().find(|(_, is_missing)| *is_missing) {
            return Err(format!("a run without {name}").into());
        }
        date.parse::<jiff::civil::Date>()?;
    }
    Ok(runs)
}

/// One line for each figure, so that a change shows in the history as what it is.
fn write(runs: &[Run]) -> String {
    let runs = runs.iter().map(|run| {
        let figures = run.figures.iter().map(|figure| json!(figure).to_string());
        format!(
            "{{\"command\": {},\n \"date\": {},\n \"machine\": {},\n \"figures\": [\n  {}\n ]}}",
            json!(run.command),
            json!(run.date),
            json!(run.machine),
            figures.collect::<Vec<_>>().join(",\n  ")
        )
    });
    format!("[{}]\n", runs.collect::<Vec<_>>().join(",\n"))
}

/// The new figures in the place of those that were measured before, by whatever command.
fn replace(runs: &mut Vec<Run>, new: Run) {
    let told: BTreeSet<_> = new.figures.iter().map(Figure::name).collect();
    for run in &mut *runs {
        run.figures.retain(|figure| !told.contains(&figure.name()));
    }
    runs.retain(|run| !run.figures.is_empty() && run.command != new.command);
    runs.push(new);
}

fn today() -> String {
    jiff::Timestamp::now().to_string()[..10].to_owned()
}

fn days(from: &str, to: &str) -> Result<i64> {
    let (from, to): (jiff::civil::Date, jiff::civil::Date) = (from.parse()?, to.parse()?);
    Ok(from.duration_until(to).as_hours() / 24)
}

/// What a figure depends on besides the code.
fn machine() -> Result<String> {
    let information = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = information
        .lines()
        .find(|line| line.starts_with("model name"));
    let model = model.and_then(|line| line.split_once(": "));
    let model = model.map_or(env::consts::ARCH, |(_, model)| model);
    let cores = std::thread::available_parallelism()?;
    let rustc = process::output(Command::new("rustc").arg("--version"))?;
    let rustc: Vec<_> = rustc.split_whitespace().take(2).collect();
    Ok(format!(
        "{cores} cores of {model}, {}, {}",
        env::consts::OS,
        rustc.join(" ")
    ))
}
