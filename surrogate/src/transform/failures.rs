//! A value for trials that have none.

use super::spread::differ;

/// Values, larger being better, with min − ½ (max − min) in place of each failure; `None` if all
/// failed. So a failure is worse than anything seen, and its neighbourhood is avoided without
/// being closed for good.
///
/// When all values are equal up to rounding, half their magnitude (or ½ when they are 0) takes the
/// place of half the range. A value that is not finite counts as a failure.
///
/// Source: X. Song et al., *The Vizier Gaussian Process Bandit Algorithm* (2024, arXiv 2408.11527),
/// the infeasibility step of the output warping.
#[must_use]
pub fn penalised(values: &[Option<f64>]) -> Option<Vec<f64>> {
    let finite: Vec<f64> = values.iter().flatten().copied().filter(|v| v.is_finite()).collect();
    let min = finite.iter().copied().reduce(f64::min)?;
    let max = finite.iter().copied().reduce(f64::max)?;
    // Halves first: the range of two finite numbers can overflow.
    let half_range = 0.5 * max - 0.5 * min;
    let half_magnitude = 0.5 * min.abs().max(max.abs());
    let half_range = match (differ(&finite), half_magnitude > 0.0) {
        (true, _) => half_range,
        (false, true) => half_magnitude,
        (false, false) => 0.5,
    };
    let penalty = (min - half_range).max(f64::MIN);
    let or_penalty = |v: &Option<f64>| v.filter(|v| v.is_finite()).unwrap_or(penalty);
    Some(values.iter().map(or_penalty).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_half_the_range_below_the_worst() {
        let values = [Some(1.0), None, Some(3.0), Some(f64::NAN), Some(5.0)];
        assert_eq!(penalised(&values), Some(vec![1.0, -1.0, 3.0, -1.0, 5.0]));
    }

    #[test]
    fn a_failure_is_worse_even_when_all_values_are_equal() {
        assert_eq!(penalised(&[Some(0.0), None]), Some(vec![0.0, -0.5]));
        assert_eq!(penalised(&[Some(-1e300), None]), Some(vec![-1e300, -1.5e300]));
    }

    #[test]
    fn rounding_does_not_make_a_failure_as_good_as_a_result() {
        let values = penalised(&[Some(0.96), Some(0.960_000_000_000_000_1), None]).unwrap();
        assert!((values[2] - 0.48).abs() < 1e-12, "{values:?}");
        let transform = crate::transform::Standardise::new(&values).unwrap();
        assert!(transform.apply(values[0]) - transform.apply(values[2]) > 1.0);
        assert_eq!(penalised(&[Some(0.0), Some(5e-324), None]).unwrap()[2], -0.5);
    }

    #[test]
    fn nothing_is_made_of_nothing() {
        assert_eq!(penalised(&[None, Some(f64::INFINITY)]), None);
        assert_eq!(penalised(&[]), None);
    }

    #[test]
    fn the_largest_numbers_stay_finite() {
        let values = penalised(&[Some(f64::MAX), None, Some(f64::MIN)]).unwrap();
        assert_eq!(values[1], f64::MIN);
    }
}
