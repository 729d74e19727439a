//! Schedules of the learning rate, one file each: what it is multiplied by as time goes on.
//!
//! Time is counted in epochs or in steps (`by`), from 0. Any schedule may be preceded by a warm-up,
//! in which the factor rises on a line from `warmup_start` to 1 (P. Goyal et al., *Accurate, large
//! minibatch SGD*, 2017); the schedule itself begins after it, as in PyTorch's `SequentialLR`.

use serde_json::{Map, Value};
use surmise_core::component::{Component, Setting, SettingKind};

use crate::{Result, setting};

pub mod constant;
pub mod cosine;
pub mod cosine_restarts;
pub mod exponential;
pub mod multi_step;
pub mod one_cycle;
pub mod plateau;
pub mod polynomial;
pub mod step;

/// Every schedule, in the order in which they are listed.
pub const SCHEDULES: &[Entry] = &[
    constant::ENTRY,
    step::ENTRY,
    multi_step::ENTRY,
    exponential::ENTRY,
    cosine::ENTRY,
    cosine_restarts::ENTRY,
    one_cycle::ENTRY,
    polynomial::ENTRY,
    plateau::ENTRY,
];

/// What the learning rate is multiplied by.
pub trait Schedule: Send {
    /// The factor at a time.
    fn factor(&mut self, time: Time) -> f64;

    /// Told after each epoch how high the loss is: on the validation data if there are any, else
    /// on the training data.
    fn observe(&mut self, _loss: f64) {}
}

/// When.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time {
    /// Epochs or steps so far.
    pub now: u64,
    /// How many there will be.
    pub total: u64,
}

/// What the registry knows of a schedule.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Its name and own settings; [`Entry::component`] adds those that all have.
    pub own: fn() -> Component,
    /// Whether its time is counted in steps unless the file says otherwise.
    pub by_step: bool,
    /// Makes it from complete settings.
    pub build: Build,
}

/// Makes a schedule from complete settings.
pub type Build = fn(&Map<String, Value>) -> Result<Box<dyn Schedule>>;

impl Entry {
    /// Its name and all settings.
    #[must_use]
    pub fn component(&self) -> Component {
        let mut component = (self.own)();
        let choices = ["epoch", "step"].map(Value::from).to_vec();
        let unit = choices[usize::from(self.by_step)].clone();
        let by = SettingKind::Choice { choices };
        component.settings.extend([
            setting::setting("by", by, unit, "what time is counted in"),
            setting::float("warmup_epochs", (0.0, 1e6), 0.0, "how long the rate rises first"),
            setting::float("warmup_start", (0.0, 1.0), 0.0, "the factor it rises from"),
        ]);
        component
    }
}

/// A schedule with its unit of time and its warm-up.
pub struct Clock {
    schedule: Box<dyn Schedule>,
    by_step: bool,
    warmup_epochs: f64,
    warmup_start: f64,
}

/// How far a training has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Epochs so far.
    pub epoch: u64,
    /// Steps so far.
    pub step: u64,
    /// How many epochs there will be.
    pub epochs: u64,
    /// How many steps there will be.
    pub steps: u64,
    /// How many steps an epoch has.
    pub steps_per_epoch: u64,
}

impl Clock {
    /// From complete settings.
    ///
    /// # Errors
    /// If they are not.
    pub fn new(entry: &Entry, settings: &Map<String, Value>) -> Result<Self> {
        let number = |name: &str| settings.get(name).and_then(Value::as_f64).unwrap_or(0.0);
        let mut own = settings.clone();
        for Setting { name, .. } in entry.component().settings {
            if !(entry.own)().settings.iter().any(|s| s.name == name) {
                own.remove(&name);
            }
        }
        Ok(Self {
            schedule: (entry.build)(&own)?,
            by_step: settings.get("by").and_then(Value::as_str) == Some("step"),
            warmup_epochs: number("warmup_epochs"),
            warmup_start: number("warmup_start"),
        })
    }

    /// The factor of the step that comes next.
    pub fn factor(&mut self, progress: Progress) -> f64 {
        let Progress { epoch, step, epochs, steps, steps_per_epoch } = progress;
        let (now, total, unit) = match self.by_step {
            true => (step, steps, steps_per_epoch),
            false => (epoch, epochs, 1),
        };
        let warmup = (self.warmup_epochs * unit as f64).ceil() as u64;
        if now < warmup {
            let share = now as f64 / warmup as f64;
            return self.warmup_start + (1.0 - self.warmup_start) * share;
        }
        self.schedule.factor(Time { now: now - warmup, total: total.saturating_sub(warmup) })
    }

    /// Told after each epoch how high the loss is.
    pub fn observe(&mut self, loss: f64) {
        self.schedule.observe(loss);
    }
}

/// `end`, the factor that is reached.
fn end(default: f64) -> Setting {
    setting::float("end", (0.0, 1.0), default, "the factor at the end")
}

/// From `start` to `end` on half a cosine, with `share` of the way gone.
fn half_cosine(start: f64, end: f64, share: f64) -> f64 {
    end + (start - end) * (1.0 + libm::cos(std::f64::consts::PI * share)) / 2.0
}

#[cfg(test)]
mod tests;
