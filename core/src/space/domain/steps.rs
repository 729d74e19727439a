//! The values of a range of floats in steps.

/// `low`, `low + step`, … up to `high`, for bounds and a step without problems.
#[derive(Debug, Clone, Copy)]
pub(super) struct Steps {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) step: f64,
}

/// The smallest step at which neighbours stay apart after every rounding of [`Steps::value`]: by
/// the sum, by the product and by tidying, together at most 5.5 ε of the largest bound each.
pub(super) fn finest(low: f64, high: f64) -> f64 {
    16.0 * f64::EPSILON * low.abs().max(high.abs())
}

impl Steps {
    /// How many values there are.
    pub(super) fn count(self) -> u64 {
        // The small allowance makes 0, 0.1, … 1.0 eleven values although 1.0 / 0.1 rounds.
        (((self.high - self.low) / self.step + 1e-9).floor() as u64).saturating_add(1)
    }

    /// Value number `index` as a person writes it: with no more decimals than `low` and `step`
    /// have, if that is within the rounding of the sum. So 0.3, not 0.30000000000000004.
    pub(super) fn value(self, index: u64) -> f64 {
        let sum = self.low + index as f64 * self.step;
        let decimals = decimals(self.low).max(decimals(self.step));
        let tidy = format!("{sum:.decimals$}").parse().unwrap_or(sum);
        let x = if (tidy - sum).abs() <= self.rounding() { tidy } else { sum };
        x.max(self.low).min(self.high)
    }

    /// The number of the value that `x` is, up to rounding or a billionth of a step.
    pub(super) fn index(self, x: f64) -> Option<u64> {
        let nearest = ((x - self.low) / self.step).round() as u64;
        let index = nearest.min(self.count() - 1);
        let near = (self.value(index) - x).abs() <= 1e-9 * self.step + self.rounding();
        (near && self.low <= x && x <= self.high).then_some(index)
    }

    fn rounding(self) -> f64 {
        4.0 * f64::EPSILON * self.low.abs().max(self.high.abs())
    }
}

/// Digits behind the decimal point of the shortest text that gives this number.
fn decimals(x: f64) -> usize {
    x.to_string().split_once('.').map_or(0, |(_, digits)| digits.len())
}
