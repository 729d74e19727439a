//! `polynomial`: e + (1 − e)(1 − t/T)ᵖ with e = `end`, p = `power` and T the whole training.
//!
//! With `end: 0` equal to PyTorch's `PolynomialLR`; with `power: 1` it is a line.

use serde::Deserialize;

use super::{Entry, Schedule, Time};
use crate::setting;

/// What the registry knows of this schedule.
pub const ENTRY: Entry = Entry {
    own: || {
        setting::component(
            "polynomial",
            "falls on a line, or a power of it",
            vec![setting::float("power", (0.01, 100.0), 1.0, "of the share left"), super::end(0.0)],
        )
    },
    by_step: false,
    build: |settings| Ok(Box::new(setting::read::<Polynomial>(settings)?)),
};

#[derive(Debug, Clone, Deserialize)]
struct Polynomial {
    power: f64,
    end: f64,
}

impl Schedule for Polynomial {
    fn factor(&mut self, time: Time) -> f64 {
        let left = 1.0 - time.now as f64 / time.total.max(1) as f64;
        self.end + (1.0 - self.end) * libm::pow(left.max(0.0), self.power)
    }
}
