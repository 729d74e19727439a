//! Some points that stand for many.

use nalgebra::DVector;

use crate::gp::TrainingSet;

/// So many of the points: the better half are the best ones, the others lie evenly spread over the
/// rest, all in the order in which they came.
pub(super) fn representatives(data: &TrainingSet, count: usize) -> TrainingSet {
    let n = data.targets.len();
    let mut ranking: Vec<usize> = (0..n).collect();
    ranking.sort_by(|a, b| data.targets[*b].total_cmp(&data.targets[*a]));
    let (best, rest) = ranking.split_at_mut(count / 2);
    rest.sort_unstable();
    let spread = count - best.len();
    let spread = (0..spread).map(|k| rest[(2 * k + 1) * rest.len() / (2 * spread)]);
    let mut chosen: Vec<usize> = best.iter().copied().chain(spread).collect();
    chosen.sort_unstable();
    TrainingSet {
        points: data.points.select_columns(&chosen),
        targets: DVector::from_iterator(chosen.len(), chosen.iter().map(|i| data.targets[*i])),
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::DMatrix;

    use super::*;

    #[test]
    fn of_many_points_the_best_and_an_even_share_of_the_rest_are_fitted() {
        let points = DMatrix::from_fn(1, 1000, |_, j| j as f64);
        let targets = DVector::from_fn(1000, |j, _| (j * 7 % 1000) as f64);
        let chosen = representatives(&TrainingSet { points, targets }, 300);
        assert_eq!((chosen.points.ncols(), chosen.targets.len()), (300, 300));
        let order: Vec<f64> = chosen.points.iter().copied().collect();
        assert!(order.windows(2).all(|w| w[0] < w[1]));
        assert_eq!(chosen.targets.iter().filter(|t| **t >= 850.0).count(), 150);
        for from in [0.0, 250.0, 500.0, 750.0] {
            let quarter = |j: &&f64| (from..from + 250.0).contains(*j);
            let rest = order.iter().zip(chosen.targets.iter()).filter(|(_, t)| **t < 850.0);
            let share = rest.map(|(j, _)| j).filter(quarter).count();
            assert!((35..=40).contains(&share), "{share} from {from} on");
        }
    }
}
