//! A block at the foot of the terminal that is redrawn in place.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use surmise_core::event::Event;
use surmise_core::history::History;
use surmise_core::trial::{Outcome, TrialState};
use surmise_engine::recorder::Observer;
use surmise_report as report;

use super::{Display, Run, headline};
use crate::print::line;

/// Done and failed trials, the best one with its parameters, the one that is running, elapsed time
/// and an estimate of the time left.
pub(super) struct Block {
    bar: ProgressBar,
}

impl Default for Block {
    fn default() -> Self {
        Self { bar: ProgressBar::hidden() }
    }
}

/// Often enough for the clock to be seen running.
const TICK: Duration = Duration::from_millis(200);

impl Block {
    fn draw(&self, history: &History) {
        let trials = history.trials();
        self.bar.set_position(trials.iter().filter(|t| t.outcome().is_some()).count() as u64);
        let best = report::best_so_far(history).unwrap_or_else(|| "none yet".into());
        let running = trials.iter().find(|t| t.state == TrialState::Running);
        let now = running.map(|t| report::outcome_line(history, t)).unwrap_or_default();
        let failed = history.n_failed();
        self.bar.set_message(format!("{failed} failed\n  best  {best}\n  now   {now}"));
    }
}

impl Observer for Block {
    fn notice(&mut self, event: &Event, history: &History) {
        if let Event::Finished { trial, outcome: Outcome::Failed { .. } } = event
            && let Some(trial) = history.trials().get(trial.index())
        {
            // Stays on the screen above the block: nobody should have to look for a failure.
            self.bar.println(report::outcome_line(history, trial));
        }
        self.draw(history);
    }
}

impl Display for Block {
    fn begin(&mut self, run: &Run<'_>, history: &History) {
        line(&headline(run, history));
        self.bar = ProgressBar::new(history.study().trials);
        let style = "  {bar:24} {pos}/{len} trials, {elapsed} elapsed, {eta} left, {msg}";
        if let Ok(style) = ProgressStyle::with_template(style) {
            self.bar.set_style(style);
        }
        self.bar.enable_steady_tick(TICK);
        self.draw(history);
    }

    fn end(&mut self) {
        self.bar.finish_and_clear();
    }
}
