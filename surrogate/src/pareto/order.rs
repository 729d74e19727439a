//! An order of points of several objectives.

use super::ranks;
use crate::Result;

/// The places of the points, best first: by non-dominated fronts, within a front the more solitary
/// ones first, of equals the earlier one. For one objective that is the order of its values.
/// Larger is better.
///
/// Source: K. Deb, A. Pratap, S. Agarwal, T. Meyarivan, *A Fast and Elitist Multiobjective Genetic
/// Algorithm: NSGA-II*, IEEE Trans. Evol. Comput. 6(2), 182–197 (2002), sec. III.
/// Complexity: O(m n²) at worst for n points of m objectives, O(n log n) for m = 1.
///
/// # Errors
/// If points have different numbers of coordinates, or one is NaN.
pub(crate) fn order(points: &[&[f64]]) -> Result<Vec<usize>> {
    let mut places: Vec<usize> = (0..points.len()).collect();
    if points.iter().all(|p| p.len() == 1) {
        places.sort_by(|a, b| points[*b][0].total_cmp(&points[*a][0]));
        return Ok(places);
    }
    let ranks = ranks(points)?;
    let mut distances = vec![0.0; points.len()];
    for rank in 0..=ranks.iter().copied().max().unwrap_or(0) {
        let front: Vec<usize> = places.iter().copied().filter(|i| ranks[*i] == rank).collect();
        for (place, distance) in front.iter().zip(crowding(points, &front)) {
            distances[*place] = distance;
        }
    }
    let solitary = |a: usize, b: usize| distances[b].total_cmp(&distances[a]);
    places.sort_by(|a, b| ranks[*a].cmp(&ranks[*b]).then_with(|| solitary(*a, *b)));
    Ok(places)
}

/// The crowding distance of each point of a front: over the objectives, the sum of the distances
/// between its neighbours in units of the front's range; infinite at the ends.
fn crowding(points: &[&[f64]], front: &[usize]) -> Vec<f64> {
    let mut distances = vec![0.0; front.len()];
    let objectives = front.first().map_or(0, |i| points[*i].len());
    (0..objectives).for_each(|objective| {
        // Halves, since the range of two finite numbers can overflow.
        let value = |k: usize| 0.5 * points[front[k]][objective];
        let mut along: Vec<usize> = (0..front.len()).collect();
        along.sort_by(|a, b| value(*a).total_cmp(&value(*b)));
        let (first, last) = (along[0], along[front.len() - 1]);
        let range = value(last) - value(first);
        for three in along.windows(3).filter(|_| range > 0.0) {
            distances[three[1]] += (value(three[2]) - value(three[0])) / range;
        }
        distances[first] = f64::INFINITY;
        distances[last] = f64::INFINITY;
    });
    distances
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_objective_is_ordered_by_value() {
        assert_eq!(order(&[&[1.0], &[3.0], &[2.0], &[3.0]]).unwrap(), [1, 3, 2, 0]);
        assert!(order(&[]).unwrap().is_empty());
        assert!(order(&[&[1.0], &[3.0, 2.0]]).is_err());
    }

    /// Fronts and distances by hand: (0, 4), (2, 3), (3, 2.5), (4, 0) dominate the rest. In the
    /// middle of the front the distances are 3/4 + 1.5/4 and 2/4 + 3/4.
    #[test]
    fn fronts_come_one_after_the_other_and_the_solitary_first() {
        let points: [&[f64]; 6] =
            [&[1.0, 1.0], &[2.0, 3.0], &[3.0, 2.5], &[0.0, 4.0], &[4.0, 0.0], &[1.0, 2.0]];
        assert_eq!(order(&points).unwrap(), [3, 4, 2, 1, 5, 0]);
    }

    #[test]
    fn equal_and_huge_values_are_ordered_too() {
        assert_eq!(order(&[&[1.0, 1.0], &[1.0, 1.0]]).unwrap(), [0, 1]);
        let huge: [&[f64]; 3] = [&[0.0, 0.0], &[f64::MAX, f64::MIN], &[f64::MIN, f64::MAX]];
        assert_eq!(order(&huge).unwrap(), [1, 2, 0]);
    }
}
