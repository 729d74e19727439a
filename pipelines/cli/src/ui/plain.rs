//! One line a trial, for pipes, logs and continuous integration.

use surmise_core::event::Event;
use surmise_core::history::History;
use surmise_engine::recorder::Observer;
use surmise_report as report;

use super::{Display, Run, opening};
use crate::print::line;

pub(super) struct Lines;

impl Observer for Lines {
    fn notice(&mut self, event: &Event, history: &History) {
        if let Event::Finished { trial, .. } = event
            && let Some(trial) = history.trials().get(trial.index())
        {
            line(&report::outcome_line(history, trial));
        }
    }
}

impl Display for Lines {
    fn begin(&mut self, run: &Run<'_>, history: &History) {
        line(&opening(run, history));
    }

    fn end(&mut self) {}
}
