//! Classes, pairs of classes, and how a set of two-class machines votes.

/// The rows of a training set grouped by class.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Grouping {
    /// The classes that occur, ascending.
    pub(crate) classes: Vec<u32>,
    /// Row numbers, class by class, in their order within a class.
    pub(crate) order: Vec<u32>,
    /// Where each class begins in `order`, and its length at the end.
    pub(crate) starts: Vec<usize>,
}

impl Grouping {
    /// Groups the rows that have these labels.
    pub(crate) fn new(labels: &[u32]) -> Self {
        let mut order: Vec<u32> = (0..).take(labels.len()).collect();
        order.sort_by_key(|&row| labels[row as usize]);
        let (mut classes, mut starts) = (Vec::new(), Vec::new());
        for (place, &row) in order.iter().enumerate() {
            let class = labels[row as usize];
            if classes.last() != Some(&class) {
                classes.push(class);
                starts.push(place);
            }
        }
        starts.push(order.len());
        Self { classes, order, starts }
    }

    /// The places of a class in `order`.
    pub(crate) fn rows(&self, class: usize) -> Vec<u32> {
        (self.starts[class]..self.starts[class + 1]).map(|row| row as u32).collect()
    }
}

/// All pairs `(a, b)` with `a < b < n`, in the order `(0, 1), (0, 2), .., (1, 2), ..`.
pub(crate) fn pairs(n: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..n).flat_map(move |a| (a + 1..n).map(move |b| (a, b)))
}

/// How many pairs those are.
pub(crate) fn n_pairs(n: usize) -> usize {
    n * n.saturating_sub(1) / 2
}

/// The place of the class with the most votes, where the decision of each pair, if positive, votes
/// for its first class and else for its second. Of equals the first wins. `votes` has an entry for
/// each class and is overwritten.
pub(crate) fn elect(decisions: &[f64], votes: &mut [u32]) -> usize {
    votes.fill(0);
    let mut left = decisions;
    for a in 0..votes.len() {
        let (of_a, others) = left.split_at(votes.len() - 1 - a);
        for (b, &decision) in (a + 1..).zip(of_a) {
            votes[if decision > 0.0 { a } else { b }] += 1;
        }
        left = others;
    }
    let mut winner = 0;
    for (class, &count) in votes.iter().enumerate() {
        if count > votes[winner] {
            winner = class;
        }
    }
    winner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_grouped_in_order() {
        let grouping = Grouping::new(&[7, 2, 7, 2, 2]);
        assert_eq!(grouping.classes, [2, 7]);
        assert_eq!(grouping.order, [1, 3, 4, 0, 2]);
        assert_eq!(grouping.starts, [0, 3, 5]);
    }

    #[test]
    fn pairs_come_in_order() {
        assert_eq!(pairs(3).collect::<Vec<_>>(), [(0, 1), (0, 2), (1, 2)]);
        assert!((0..9).all(|n| pairs(n).count() == n_pairs(n)));
    }

    #[test]
    fn the_most_votes_win_and_the_first_of_equals() {
        let mut votes = [0; 3];
        assert_eq!(elect(&[1.0, 1.0, -1.0], &mut votes), 0);
        assert_eq!(elect(&[-1.0, 1.0, 1.0], &mut votes), 1);
        assert_eq!(elect(&[1.0, -1.0, 1.0], &mut votes), 0, "a cycle: one vote each");
        assert_eq!(elect(&[0.0, 0.0, 0.0], &mut votes), 2);
    }
}
