//! The page itself: one file, which needs nothing from elsewhere.

use std::fmt::Write as _;

use super::{Figure, Run};
use crate::Result;

struct Plot {
    key: &'static str,
    title: &'static str,
    unit: &'static str,
    about: &'static str,
}

const PLOTS: &[Plot] = &[
    Plot {
        key: "instructions",
        title: "What a call costs",
        unit: "instructions, counted by valgrind",
        about: "One server by its id and a list of fifty over one kept connection, by our client, by the crate hcloud, \
                and by bare reqwest with serde_json into plain structs. Only the client's process is counted.",
    },
    Plot {
        key: "time",
        title: "How long a call takes",
        unit: "microseconds, the median of 15 turns of 300 calls",
        about: "The same calls to a server on the same machine that does next to nothing.",
    },
    Plot {
        key: "listing",
        title: "A list of 5,000 servers",
        unit: "milliseconds, the median of 5",
        about: "A hundred pages from a service that takes 20 ms for each, in order: one after the other, and eight \
                read ahead.",
    },
    Plot {
        key: "waits",
        title: "Waiting for many things at once",
        unit: "requests to follow the work",
        about: "Servers that take half a minute each are created at once, and one client waits for all. The waits share \
                a poller, which asks for 25 actions a request.",
    },
    Plot {
        key: "check",
        title: "Building it for the first time",
        unit: "CPU seconds of a cold cargo check",
        about: "Programs that list servers on each client, and one that starts the embedded sandbox.",
    },
    Plot {
        key: "crates",
        title: "What comes along",
        unit: "crates in the program's tree, without those that only build it",
        about: "Programs that list servers on each client, and one that starts the embedded sandbox.",
    },
    Plot {
        key: "binary",
        title: "How large the program gets",
        unit: "KiB of a stripped release binary",
        about: "Programs that list servers on each client, and one that starts the embedded sandbox.",
    },
];

const STYLE: &str = "
:root { color-scheme: light dark; --ground: #fbfaf7; --ink: #1d1f21; --quiet: #5d6268; --line: #d9d6ce;
  --c0: #0b6e4f; --c1: #c46a14; --c2: #7c8288 }
@media (prefers-color-scheme: dark) { :root { --ground: #16181a; --ink: #e8e6e1; --quiet: #a2a7ad; --line: #34383c;
  --c0: #4fc08d; --c1: #eb9a4c; --c2: #8d949b } }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 2rem 1rem 4rem; max-width: 60rem; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif }
h1 { font-size: 1.8rem; line-height: 1.2; margin: 0 0 .5rem }
h2 { font-size: 1.2rem; margin: 0 }
p { margin: .25rem 0 .75rem; max-width: 46rem }
figure { margin: 2rem 0 0; padding: 1.25rem 0 0; border-top: 1px solid var(--line) }
figcaption, .unit { color: var(--quiet); font-size: .85rem }
svg { display: block; width: 100%; overflow: visible }
svg text { fill: var(--ink); font: 14px system-ui, sans-serif }
svg .row { font-weight: 600 }
svg .value { font-variant-numeric: tabular-nums }
.c0 { fill: var(--c0) } .c1 { fill: var(--c1) } .c2 { fill: var(--c2) }
code { font: .85rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere; color: var(--ink) }
";

/// The page of all figures; an error where one of them has no plot, since it would be lost.
pub(super) fn write(runs: &[Run]) -> Result<String> {
    for figure in runs.iter().flat_map(|run| &run.figures) {
        if !PLOTS.iter().any(|plot| plot.key == figure.plot) {
            return Err(format!("there is no plot {:?}", figure.plot).into());
        }
    }
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>What cloud-clients costs</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <h1>What cloud-clients costs</h1>\n\
         <p>Less is better in every plot. Below each stand the command that measures it anew, the day and the \
         machine. <code>cargo xtask report</code> writes this page.</p>\n"
    );
    for plot in PLOTS {
        let parts = runs.iter().filter_map(|run| {
            let figures = run.figures.iter();
            let figures: Vec<_> = figures.filter(|figure| figure.plot == plot.key).collect();
            (!figures.is_empty()).then_some((run, figures))
        });
        for (run, figures) in parts {
            write!(
                page,
                "<figure>\n<h2>{}</h2>\n<p>{}</p>\n<div class=\"unit\">{}</div>\n{}\
                 <figcaption><code>{}</code><br>\n{} · {}</figcaption>\n</figure>\n",
                plot.title,
                plot.about,
                plot.unit,
                svg(plot, &figures),
                escape(&run.command),
                escape(&run.date),
                escape(&run.machine),
            )?;
        }
    }
    page.push_str("</body>\n</html>\n");
    Ok(page)
}

/// Bars whose lengths are shares of the width and whose heights and letters are not, so that it can be read on any
/// screen.
fn svg(plot: &Plot, figures: &[&Figure]) -> String {
    /// Leaves room for the words behind the longest bar.
    const LONGEST: f64 = 52.0;
    let has_series = figures.windows(2).any(|two| two[0].series != two[1].series);
    // Those that are compared have one scale: those of a row, or else the rows.
    let most = |row: &str| {
        let compared = figures
            .iter()
            .filter(|figure| !has_series || figure.row == row);
        compared.map(|figure| figure.value).fold(0.0, f64::max)
    };
    let (mut bars, mut y, mut row) = (String::new(), 0, "");
    for figure in figures {
        if figure.row != row {
            row = &figure.row;
            y += 24;
            let _ = writeln!(
                bars,
                "<text class=\"row\" x=\"0\" y=\"{y}\">{}</text>",
                escape(row)
            );
            y += 6;
        }
        let width = figure.value / most(row) * LONGEST;
        let (whose, name) = if has_series {
            (&figure.series, format!(" {}", escape(&figure.series)))
        } else {
            (&figure.row, String::new())
        };
        let color = match whose.as_str() {
            "hcloud 0.26" => 1,
            "bare reqwest" => 2,
            _ => 0,
        };
        let _ = writeln!(
            bars,
            "<rect class=\"c{color}\" x=\"0\" y=\"{y}\" width=\"{width:.2}%\" height=\"18\" rx=\"2\"/>\n\
             <text class=\"value\" x=\"{width:.2}%\" dx=\"8\" y=\"{}\" data-value=\"{}\">{}{name}</text>",
            y + 14,
            figure.value,
            number(figure.value),
        );
        y += 22;
    }
    format!(
        "<svg role=\"img\" aria-label=\"{}, {}\" height=\"{}\">\n{bars}</svg>\n",
        plot.title,
        plot.unit,
        y + 10
    )
}

/// With a comma between thousands; with a digit behind the point where the number is small.
fn number(value: f64) -> String {
    if value < 1000.0 && value.fract() != 0.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}
