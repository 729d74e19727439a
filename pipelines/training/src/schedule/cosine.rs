//! `cosine`: e + (1 − e)(1 + cos(π t/T))/2 with e = `end` and T the whole training.
//!
//! I. Loshchilov and F. Hutter, *SGDR: stochastic gradient descent with warm restarts* (2017),
//! eq. 5. Equal to PyTorch's `CosineAnnealingLR`.

use serde::Deserialize;

use super::{Entry, Schedule, Time, half_cosine};
use crate::setting;

/// What the registry knows of this schedule.
pub const ENTRY: Entry = Entry {
    own: || setting::component("cosine", "falls on half a cosine", vec![super::end(0.0)]),
    by_step: false,
    build: |settings| Ok(Box::new(setting::read::<Cosine>(settings)?)),
};

#[derive(Debug, Clone, Deserialize)]
struct Cosine {
    end: f64,
}

impl Schedule for Cosine {
    fn factor(&mut self, time: Time) -> f64 {
        let share = time.now as f64 / time.total.max(1) as f64;
        half_cosine(1.0, self.end, share.min(1.0))
    }
}
