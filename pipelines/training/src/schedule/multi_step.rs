//! `multi_step`: γ^k after k of the milestones. Equal to PyTorch's `MultiStepLR`.

use serde::Deserialize;
use serde_json::json;
use surmise_core::component::SettingKind;

use super::{Entry, Schedule, Time};
use crate::setting;

/// What the registry knows of this schedule.
pub const ENTRY: Entry = Entry {
    own: || {
        let milestones = SettingKind::Ints { low: 1, high: 1_000_000_000 };
        setting::component(
            "multi_step",
            "times gamma at each milestone",
            vec![
                setting::setting("milestones", milestones, json!([]), "when"),
                setting::float("gamma", (0.0, 1.0), 0.1, "what the rate is multiplied by then"),
            ],
        )
    },
    by_step: false,
    build: |settings| Ok(Box::new(setting::read::<MultiStep>(settings)?)),
};

#[derive(Debug, Clone, Deserialize)]
struct MultiStep {
    milestones: Vec<u64>,
    gamma: f64,
}

impl Schedule for MultiStep {
    fn factor(&mut self, time: Time) -> f64 {
        let passed = self.milestones.iter().filter(|milestone| **milestone <= time.now).count();
        libm::pow(self.gamma, passed as f64)
    }
}
