//! `plateau`: times `factor` when the loss has not fallen for more than `patience` epochs.
//!
//! A loss has fallen if it is below the best one by a share of more than `threshold`. After a cut,
//! `cooldown` epochs do not count. Equal to PyTorch's `ReduceLROnPlateau`.

use serde::Deserialize;

use super::{Entry, Schedule, Time};
use crate::setting;

/// What the registry knows of this schedule.
pub const ENTRY: Entry = Entry {
    own: || {
        setting::component(
            "plateau",
            "cut when the loss no longer falls",
            vec![
                setting::float("factor", (0.0, 1.0), 0.1, "what the rate is multiplied by"),
                setting::int("patience", (0, 1_000_000), 10, "epochs without a gain to wait"),
                setting::float("threshold", (0.0, 1.0), 1e-4, "the share that is a gain"),
                setting::int("cooldown", (0, 1_000_000), 0, "epochs to wait after a cut"),
                setting::float("smallest", (0.0, 1.0), 0.0, "the smallest factor"),
            ],
        )
    },
    by_step: false,
    build: |settings| {
        let settings = setting::read::<Settings>(settings)?;
        Ok(Box::new(Plateau { settings, now: 1.0, best: f64::INFINITY, bad: 0, cooling: 0 }))
    },
};

#[derive(Debug, Clone, Deserialize)]
struct Settings {
    factor: f64,
    patience: u64,
    threshold: f64,
    cooldown: u64,
    smallest: f64,
}

struct Plateau {
    settings: Settings,
    now: f64,
    best: f64,
    bad: u64,
    cooling: u64,
}

impl Schedule for Plateau {
    fn factor(&mut self, _: Time) -> f64 {
        self.now
    }

    fn observe(&mut self, loss: f64) {
        let Settings { factor, patience, threshold, cooldown, smallest } = self.settings;
        if loss < self.best * (1.0 - threshold) {
            self.best = loss;
            self.bad = 0;
        } else {
            self.bad += 1;
        }
        if self.cooling > 0 {
            self.cooling -= 1;
            self.bad = 0;
        }
        if self.bad > patience {
            self.now = (self.now * factor).max(smallest);
            self.cooling = cooldown;
            self.bad = 0;
        }
    }
}
