//! `step`: γ^⌊t/size⌋. Equal to PyTorch's `StepLR`.

use serde::Deserialize;

use super::{Entry, Schedule, Time};
use crate::setting;

/// What the registry knows of this schedule.
pub const ENTRY: Entry = Entry {
    own: || {
        setting::component(
            "step",
            "times gamma after every so many epochs or steps",
            vec![
                setting::int("size", (1, 1_000_000_000), 10, "how long the rate stays the same"),
                setting::float("gamma", (0.0, 1.0), 0.1, "what it is multiplied by then"),
            ],
        )
    },
    by_step: false,
    build: |settings| Ok(Box::new(setting::read::<Step>(settings)?)),
};

#[derive(Debug, Clone, Deserialize)]
struct Step {
    size: u64,
    gamma: f64,
}

impl Schedule for Step {
    fn factor(&mut self, time: Time) -> f64 {
        libm::pow(self.gamma, (time.now / self.size) as f64)
    }
}
