//! Whether values differ at all.

/// Whether values differ by more than sums over them round: max − min > 4 n ε max |y|.
///
/// What does not is one value, for failures as for targets: dividing by such a spread would turn
/// rounding into knowledge.
pub(super) fn differ(values: &[f64]) -> bool {
    let (min, max) = values.iter().fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(*v), b.max(*v)));
    // Halves, since the range of two finite numbers can overflow.
    0.5 * max - 0.5 * min > 2.0 * values.len() as f64 * f64::EPSILON * min.abs().max(max.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_is_no_difference() {
        assert!(!differ(&[0.96, 0.960_000_000_000_000_1]));
        assert!(!differ(&[1e300, 1e300 * (1.0 + f64::EPSILON)]));
        assert!(!differ(&[0.0; 3]) && !differ(&[5.0]) && !differ(&[]));
        assert!(differ(&[f64::MIN, f64::MAX]) && differ(&[0.0, 1e-300]));
        assert!(differ(&[0.96, 0.960_000_000_1]));
    }
}
