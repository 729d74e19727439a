//! `exponential`: γᵗ. Equal to PyTorch's `ExponentialLR`.

use serde::Deserialize;

use super::{Entry, Schedule, Time};
use crate::setting;

/// What the registry knows of this schedule.
pub const ENTRY: Entry = Entry {
    own: || {
        setting::component(
            "exponential",
            "times gamma after every epoch or step",
            vec![setting::float("gamma", (0.0, 1.0), 0.95, "what the rate is multiplied by")],
        )
    },
    by_step: false,
    build: |settings| Ok(Box::new(setting::read::<Exponential>(settings)?)),
};

#[derive(Debug, Clone, Deserialize)]
struct Exponential {
    gamma: f64,
}

impl Schedule for Exponential {
    fn factor(&mut self, time: Time) -> f64 {
        libm::pow(self.gamma, time.now as f64)
    }
}
