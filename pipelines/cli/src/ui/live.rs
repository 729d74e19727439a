//! A block at the foot of the terminal that is redrawn in place.

use std::time::Duration;

use console::Term;
use indicatif::{ProgressBar, ProgressStyle};
use surmise_core::event::Event;
use surmise_core::history::History;
use surmise_core::trial::TrialState;
use surmise_engine::recorder::Observer;
use surmise_report as report;

use super::{Display, Run, opening};
use crate::interrupt::{FINISHING, Press};
use crate::print::{self, line};

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

/// Before the first trial has ended nothing is known of the time left.
const BEGINNING: &str = "  {bar:24} {pos}/{len} trials, {elapsed} elapsed, {msg}";
const GOING_ON: &str = "  {bar:24} {pos}/{len} trials, {elapsed} elapsed, {eta} left, {msg}";

impl Block {
    fn draw(&self, history: &History) {
        let trials = history.trials();
        let done = history.n_ended() as u64;
        if self.bar.position() == 0 && done > 0 {
            self.style(GOING_ON);
        }
        self.bar.set_position(done);
        let best = report::best_so_far(history).unwrap_or_else(|| "none yet".into());
        let running = trials.iter().find(|t| t.state == TrialState::Running);
        let now = running.map(|t| report::outcome_line(history, t)).unwrap_or_default();
        let ended = report::ended_early(history);
        let (best, now) = (fitted(&format!("  best  {best}")), fitted(&format!("  now   {now}")));
        self.bar.set_message(format!("{ended}\n{best}\n{now}"));
    }

    fn style(&self, template: &str) {
        // The templates are constants of this file, so they are well-formed.
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style);
        }
    }
}

/// A line cut to the terminal's width, so that the block keeps its height.
fn fitted(line: &str) -> String {
    let width = usize::from(Term::stderr().size().1);
    console::truncate_str(line, width.max(20), "…").into_owned()
}

impl Observer for Block {
    fn notice(&mut self, event: &Event, history: &History) {
        if let Event::Finished { trial, outcome } = event
            && outcome.error().is_some()
            && let Some(trial) = history.trials().get(trial.index())
        {
            // Stays on the screen above the block: nobody should have to look for a failure.
            let told = report::outcome_line(history, trial);
            self.bar.suspend(|| line(&told));
        }
        self.draw(history);
    }
}

impl Display for Block {
    fn begin(&mut self, run: &Run<'_>, history: &History) {
        line(&opening(run, history));
        self.bar = ProgressBar::new(history.study().trials);
        self.style(BEGINNING);
        self.bar.enable_steady_tick(TICK);
        self.draw(history);
    }

    fn on_interrupt(&self) -> Box<dyn Fn(Press) + Send> {
        let bar = self.bar.clone();
        Box::new(move |press| match press {
            Press::First => bar.suspend(|| print::error(&format!("\n{FINISHING}\n"))),
            Press::Second => bar.finish_and_clear(),
        })
    }

    fn end(&mut self) {
        self.bar.finish_and_clear();
    }
}
