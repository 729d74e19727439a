//! `one_cycle`: up from `start` to 1 in a share `rise` of the training, and down to `end`.
//!
//! L. N. Smith and N. Topin, *Super-convergence: very fast training of neural networks using large
//! learning rates* (2018). Equal to PyTorch's `OneCycleLR` with the learning rate as `max_lr`,
//! start = 1/`div_factor` and end = start/`final_div_factor`; momentum is not cycled.

use serde::Deserialize;

use super::{Entry, Schedule, Time, half_cosine};
use crate::setting;

/// What the registry knows of this schedule.
pub const ENTRY: Entry = Entry {
    own: || {
        setting::component(
            "one_cycle",
            "rises to the learning rate and falls far below it",
            vec![
                setting::float("rise", (0.0, 1.0), 0.3, "share of the training that rises"),
                setting::float("start", (0.0, 1.0), 0.04, "the factor at the start"),
                super::end(4e-6),
                setting::word("anneal", &["cosine", "linear"], "on half a cosine or a line"),
            ],
        )
    },
    by_step: true,
    build: |settings| Ok(Box::new(setting::read::<OneCycle>(settings)?)),
};

#[derive(Debug, Clone, Deserialize)]
struct OneCycle {
    rise: f64,
    start: f64,
    end: f64,
    anneal: Anneal,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Anneal {
    Cosine,
    Linear,
}

impl Schedule for OneCycle {
    fn factor(&mut self, time: Time) -> f64 {
        let (now, last) = (time.now as f64, time.total.max(2) as f64 - 1.0);
        let top = self.rise * (last + 1.0) - 1.0;
        let (from, to, share) = match now <= top {
            true => (self.start, 1.0, if top > 0.0 { now / top } else { 1.0 }),
            false if last <= top.max(0.0) => (1.0, self.end, 1.0),
            false => (1.0, self.end, ((now - top) / (last - top)).min(1.0)),
        };
        match self.anneal {
            Anneal::Cosine => half_cosine(from, to, share),
            Anneal::Linear => from + (to - from) * share,
        }
    }
}
