//! A warp of one feature, before distances are measured.

use crate::transform::{Kumaraswamied, Kumaraswamy};

/// Replaces a feature by w(feature − offset) + offset, where w is Kumaraswamy's law.
///
/// The offset is that of a conditional number, whose feature is u − ½. While it is inactive that
/// feature is 0 wherever w takes it: what is inactive has one place, as before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InputWarp {
    /// The number of the feature.
    pub feature: usize,
    /// The feature less u.
    pub offset: f64,
    /// w.
    pub law: Kumaraswamy,
}

impl InputWarp {
    /// The warped feature.
    #[must_use]
    pub fn apply(&self, x: f64) -> f64 {
        self.law.apply(x - self.offset) + self.offset
    }

    /// The warped feature with its derivatives.
    #[must_use]
    pub fn with_slopes(&self, x: f64) -> Kumaraswamied {
        let at = self.law.with_slopes(x - self.offset);
        Kumaraswamied { value: at.value + self.offset, ..at }
    }
}
