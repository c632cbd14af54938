//! A page of what was measured.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use serde_json::{Value, json};

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

/// What one run of a command found.
struct Run {
    command: String,
    date: String,
    machine: String,
    figures: Vec<Figure>,
}

struct Figure {
    plot: String,
    row: String,
    series: String,
    value: f64,
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
            let run = Run {
                command: measurement.command.to_owned(),
                date: today(),
                machine: machine()?,
                figures,
            };
            replace(&mut runs, run);
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
    let figures = text
        .lines()
        .map(|line| figure(&serde_json::from_str(line)?));
    figures.collect()
}

fn figure(value: &Value) -> Result<Figure> {
    let text = |name: &str| -> Result<String> {
        let text = value[name].as_str().filter(|text| !text.is_empty());
        Ok(text.ok_or_else(|| format!("no {name} in {value}"))?.into())
    };
    let number = value["value"].as_f64();
    Ok(Figure {
        plot: text("plot")?,
        row: text("row")?,
        series: text("series")?,
        value: number.ok_or_else(|| format!("no value in {value}"))?,
    })
}

/// The runs of the file, in which every figure has a command, a date and a machine.
fn read(text: &str) -> Result<Vec<Run>> {
    let file: Value = serde_json::from_str(text)?;
    let runs = file.as_array().ok_or("the figures are no list of runs")?;
    let run = |run: &Value| -> Result<Run> {
        let text = |name: &str| -> Result<String> {
            let text = run[name].as_str().filter(|text| !text.is_empty());
            Ok(text.ok_or_else(|| format!("a run without {name}"))?.into())
        };
        let figures = run["figures"].as_array().ok_or("a run without figures")?;
        let date = text("date")?;
        date.parse::<jiff::civil::Date>()?;
        Ok(Run {
            command: text("command")?,
            date,
            machine: text("machine")?,
            figures: figures.iter().map(figure).collect::<Result<_>>()?,
        })
    };
    runs.iter().map(run).collect()
}

/// One line for each figure, so that a change shows in the history as what it is.
fn write(runs: &[Run]) -> String {
    let runs = runs.iter().map(|run| {
        let figures = run.figures.iter().map(|figure| {
            let Figure {
                plot,
                row,
                series,
                value,
            } = figure;
            json!({"plot": plot, "row": row, "series": series, "value": value}).to_string()
        });
        let figures: Vec<_> = figures.collect();
        format!(
            "{{\"command\": {},\n \"date\": {},\n \"machine\": {},\n \"figures\": [\n  {}\n ]}}",
            json!(run.command),
            json!(run.date),
            json!(run.machine),
            figures.join(",\n  ")
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

impl Figure {
    fn name(&self) -> [String; 3] {
        [self.plot.clone(), self.row.clone(), self.series.clone()]
    }
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
