//! The `surmise` command: the one place that knows every room.

mod args;
mod ask_tell;
mod commands;
mod drive;
mod exit;
mod experiment;
mod interrupt;
mod lock;
mod logging;
mod pipeline_file;
mod preflight;
mod print;
mod registry;
mod run_folder;
mod surroundings;
mod ui;

use std::process::ExitCode;

use clap::Parser;
use surmise_plugin_host::{command, worker};

use args::{Cli, Command};
use exit::{Exit, Result};

fn main() -> ExitCode {
    // Not commands for people: what this program does for itself in processes of their own.
    match std::env::args_os().nth(1).as_ref().and_then(|first| first.to_str()) {
        Some(worker::ARGUMENT) => {
            logging::for_worker();
            return worker::main_with(&registry::LOOP);
        }
        Some(command::KEEPER) => return command::keep(),
        Some(command::ENTER) => return command::enter(),
        _ => {}
    }
    let cli = Cli::parse();
    let color = ui::colored(cli.global.color);
    logging::start(cli.global.verbose, color);
    let mut exit = match dispatch(&cli) {
        Ok(()) => Exit::Success,
        Err(failure) => {
            match failure.to_json().filter(|_| cli.command.is_json()) {
                Some(line) => print::line(&line.to_string()),
                None => print::error(&failure.render(color)),
            }
            failure.exit
        }
    };
    if exit == Exit::Success && print::lost() {
        print::error("error: cannot write to standard output\n");
        exit = Exit::Internal;
    }
    ExitCode::from(exit as u8)
}

fn dispatch(cli: &Cli) -> Result<()> {
    match &cli.command {
        Command::Run(args) => commands::run::run(args, &cli.global),
        Command::Check(args) => commands::check::check(args, &cli.global),
        Command::RangeTest(args) => commands::range_test::range_test(args),
        Command::Schema(args) => commands::schema::schema(args),
        Command::Runs(args) => commands::runs::runs(args, &cli.global),
        Command::Show(args) => commands::show::show(args, &cli.global),
        Command::Explain(args) => commands::explain::explain(args, &cli.global),
        Command::Predict(args) => commands::predict::predict(args, &cli.global),
        Command::Resume(args) => commands::resume::resume(args, &cli.global),
        Command::Reproduce(args) => commands::reproduce::reproduce(args, &cli.global),
        Command::AskTell(args) => commands::ask_tell::ask_tell(args),
        Command::Plugin(command) => commands::plugin::plugin(command),
    }
}
