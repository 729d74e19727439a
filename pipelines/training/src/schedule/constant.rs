//! `constant`: the learning rate as it was given.

use super::{Entry, Schedule, Time};
use crate::setting;

/// What the registry knows of this schedule.
pub const ENTRY: Entry = Entry {
    own: || setting::component("constant", "the learning rate as it was given", Vec::new()),
    by_step: false,
    build: |_| Ok(Box::new(Constant)),
};

struct Constant;

impl Schedule for Constant {
    fn factor(&mut self, _: Time) -> f64 {
        1.0
    }
}
