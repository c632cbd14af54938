//! The project's own commands: `cargo xtask help` lists them.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod count;
mod coverage;
mod exercise;
mod generated;
mod ledger;
mod mark;
mod ovh_catalogue;
#[allow(
    clippy::format_push_string,
    reason = "a line of a generated file reads best as one"
)]
mod ovh_codegen;
mod ovh_mock;
mod process;
mod python;
mod release;
mod report;
// Process groups are what stops the servers.
#[cfg(unix)]
mod real_sahara;
mod sandbox;
mod strangers;
mod third_party;
mod tidy;
mod workspace;

/// A failure as the person at the terminal reads it.
type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

#[derive(Parser)]
#[command(
    bin_name = "cargo xtask",
    about = "The project's own commands",
    arg_required_else_help = true
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Count(count::Count),
    Coverage(coverage::Coverage),
    Exercise(exercise::Exercise),
    Growth(sandbox::Growth),
    Ledger(ledger::Ledger),
    Page(sandbox::Page),
    OvhCatalogue(ovh_catalogue::OvhCatalogue),
    OvhCodegen(ovh_codegen::OvhCodegen),
    OvhMock(ovh_mock::OvhMock),
    #[cfg(unix)]
    RealSahara(real_sahara::RealSahara),
    Release(release::Release),
    Report(report::Report),
    Strangers(strangers::Strangers),
    ThirdParty(third_party::ThirdParty),
    Tidy(tidy::Tidy),
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?)
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Count(command) => command.run(),
        Command::Coverage(command) => command.run(),
        Command::Exercise(command) => command.run(),
        Command::Growth(command) => command.run(),
        Command::Ledger(command) => command.run(),
        Command::Page(command) => command.run(),
        Command::OvhCatalogue(command) => command.run(),
        Command::OvhCodegen(command) => command.run(),
        Command::OvhMock(command) => command.run(),
        #[cfg(unix)]
        Command::RealSahara(command) => command.run(),
        Command::Release(command) => command.run(),
        Command::Report(command) => command.run(),
        Command::Strangers(command) => command.run(),
        Command::ThirdParty(command) => command.run(),
        Command::Tidy(command) => command.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
