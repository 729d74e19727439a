//! Results so bad that they would hide all others.

/// How many distances from the median to the lower quartile below the median a value may lie.
const REACH: f64 = 5.0;

/// Values, larger being better, with none below median − 5 (median − lower quartile).
///
/// One loss of 10³⁰⁰ among losses of order 1 would take all the spread that
/// [`Standardise`](super::Standardise) divides by. Order stays but for ties at the floor. The
/// better half is never touched, nor is anything where the lower quartile equals the median. The
/// method is Winsor's: W. J. Dixon, Ann. Math. Statist. 31(2), 385–391 (1960). Values are finite.
/// Complexity: O(n log n).
#[must_use]
pub fn tamed(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len();
    let floor = match sorted.get(n / 2) {
        Some(median) if sorted[n / 4] < *median => median - REACH * (median - sorted[n / 4]),
        _ => f64::NEG_INFINITY,
    };
    values.iter().map(|v| v.max(floor)).collect()
}

/// Values of an output constraint, which holds from 0 on, none farther from 0 than 5 medians of
/// their distances.
///
/// As [`tamed`], but what matters is near the limit and no value may change sides. Where the median
/// is 0 nothing is touched. Complexity: O(n log n).
#[must_use]
pub fn confined(values: &[f64]) -> Vec<f64> {
    let mut distances: Vec<f64> = values.iter().map(|v| v.abs()).collect();
    distances.sort_by(f64::total_cmp);
    let reach = match distances.get(distances.len() / 2) {
        Some(median) if *median > 0.0 => REACH * median,
        _ => f64::INFINITY,
    };
    values.iter().map(|v| v.clamp(-reach, reach)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Median 3 (the upper one of four), lower quartile 2: the floor is 3 − 5 · 1.
    #[test]
    fn what_is_far_below_is_lifted_and_nothing_else() {
        assert_eq!(tamed(&[-1e300, 2.0, 3.0, 4.0]), [-2.0, 2.0, 3.0, 4.0]);
        assert_eq!(tamed(&[-1.9, 2.0, 3.0, 1e300]), [-1.9, 2.0, 3.0, 1e300]);
        assert_eq!(tamed(&[-1e300, 5.0, 5.0, 5.0]), [-1e300, 5.0, 5.0, 5.0]);
        assert_eq!(tamed(&[-1e300, 5.0]), [-1e300, 5.0]);
        assert_eq!(tamed(&[]), [0.0; 0]);
    }

    /// By hand: the median of the distances is 2.
    #[test]
    fn what_is_far_from_a_limit_comes_nearer_and_keeps_its_side() {
        assert_eq!(confined(&[-1e300, -1.0, 2.0, 1.5, 99.0]), [-10.0, -1.0, 2.0, 1.5, 10.0]);
        assert_eq!(confined(&[100.0, 101.0, 102.0, -5.0]), [100.0, 101.0, 102.0, -5.0]);
        assert_eq!(confined(&[0.0, -0.0, 0.0, 7.0]), [0.0, 0.0, 0.0, 7.0]);
        assert_eq!(confined(&[-f64::MAX, f64::MAX]), [-f64::MAX, f64::MAX]);
    }

    proptest! {
        #[test]
        fn order_and_the_better_half_stay(
            values in prop::collection::vec(prop_oneof![-1e3..1e3f64, -1e308..1e308f64], 1..40),
        ) {
            let tamed = super::tamed(&values);
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            for (i, v) in values.iter().enumerate() {
                prop_assert!(tamed[i].is_finite() && tamed[i] >= *v);
                prop_assert!(*v < sorted[values.len() / 2] || tamed[i] == *v);
                for (j, w) in values.iter().enumerate() {
                    prop_assert!(v > w || tamed[i] <= tamed[j]);
                }
            }
        }
    }
}
