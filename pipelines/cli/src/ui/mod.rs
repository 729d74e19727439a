//! How a running study is shown: one file for each way.

mod json;
mod live;
mod plain;

use std::io::IsTerminal;

use surmise_core::event::Event;
use surmise_core::history::History;
use surmise_engine::recorder::Observer;

use crate::args::{Color, Output};
use crate::interrupt::{FINISHING, Press};
use crate::print;
use crate::run_folder::RunFolder;

/// A display of a running study.
pub(crate) trait Display: Observer {
    /// The study begins or goes on; `history` is what was there before.
    fn begin(&mut self, run: &Run<'_>, history: &History);

    /// How a Ctrl-C is told while this display is up.
    fn on_interrupt(&self) -> Box<dyn Fn(Press) + Send> {
        Box::new(|press| {
            if press == Press::First {
                print::error(&format!("\n{FINISHING}\n"));
            }
        })
    }

    /// The study ended, was interrupted or broke off: nothing follows.
    fn end(&mut self);
}

/// What a display tells of a run besides its events.
pub(crate) struct Run<'a> {
    pub(crate) folder: &'a RunFolder,
    /// None if the model loads its own.
    pub(crate) table: Option<Table>,
    /// Where the model's code runs and how it is restricted.
    pub(crate) isolation: String,
    pub(crate) resumed: bool,
    /// How many events the log holds already.
    pub(crate) events_before: u64,
}

/// The data of a run.
pub(crate) struct Table {
    pub(crate) folds: usize,
    pub(crate) rows: usize,
    pub(crate) features: usize,
}

/// The display that the command line and the terminal ask for.
pub(crate) fn display(output: &Output, color: Color) -> Box<dyn Display> {
    if output.json {
        Box::new(json::Lines::default())
    } else if output.quiet {
        Box::new(Quiet)
    } else if is_live(color) {
        Box::new(live::Block::default())
    } else {
        Box::new(plain::Lines)
    }
}

/// Whether errors may be coloured.
pub(crate) fn colored(color: Color) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
    }
}

fn is_live(color: Color) -> bool {
    color != Color::Never && std::io::stdout().is_terminal() && std::io::stderr().is_terminal()
}

/// Shows nothing.
struct Quiet;

impl Observer for Quiet {
    fn notice(&mut self, _: &Event, _: &History) {}
}

impl Display for Quiet {
    fn begin(&mut self, _: &Run<'_>, _: &History) {}

    fn end(&mut self) {}
}

/// The lines with which a study begins, for people.
fn opening(run: &Run<'_>, history: &History) -> String {
    format!("{}\nthe model's code runs {}", headline(run, history), run.isolation)
}

fn headline(run: &Run<'_>, history: &History) -> String {
    let (study, name) = (history.study(), run.folder.name());
    let seed = study.seed;
    let (on, folds) = match &run.table {
        Some(Table { folds, rows, features }) => {
            (format!(" on {rows} rows × {features} features"), format!(" × {folds} folds"))
        }
        None => (String::new(), String::new()),
    };
    if study.space.is_empty() {
        let on = match &run.table {
            Some(Table { folds, rows, features }) => {
                format!(" on {folds} folds of {rows} rows × {features} features")
            }
            None => String::new(),
        };
        return format!("{name} evaluates the values as written{on} (seed {seed})");
    }
    let done = history.n_ended();
    let verb = if run.resumed { format!("goes on after {done} of") } else { "runs".into() };
    let (trials, sampler) = (study.trials, &study.sampler.name);
    format!("{name} {verb} {trials} trials{folds} by {sampler}{on} (seed {seed})")
}
