//! `cosine_restarts`: half a cosine, again and again, each `multiplier` times as long as the last.
//!
//! I. Loshchilov and F. Hutter, *SGDR: stochastic gradient descent with warm restarts* (2017).
//! Equal to PyTorch's `CosineAnnealingWarmRestarts`.

use serde::Deserialize;

use super::{Entry, Schedule, Time, half_cosine};
use crate::setting;

/// What the registry knows of this schedule.
pub const ENTRY: Entry = Entry {
    own: || {
        setting::component(
            "cosine_restarts",
            "falls on half a cosine, again and again",
            vec![
                setting::int("period", (1, 1_000_000_000), 10, "how long the first fall takes"),
                setting::int("multiplier", (1, 1000), 1, "how much longer each next one takes"),
                super::end(0.0),
            ],
        )
    },
    by_step: false,
    build: |settings| Ok(Box::new(setting::read::<CosineRestarts>(settings)?)),
};

#[derive(Debug, Clone, Deserialize)]
struct CosineRestarts {
    period: u64,
    multiplier: u64,
    end: f64,
}

impl Schedule for CosineRestarts {
    fn factor(&mut self, time: Time) -> f64 {
        let (mut since, mut period) = (time.now, self.period);
        if self.multiplier == 1 {
            since %= period;
        }
        // Periods at least double, so there are at most 64.
        while period <= since {
            since -= period;
            period = period.saturating_mul(self.multiplier);
        }
        half_cosine(1.0, self.end, since as f64 / period as f64)
    }
}
