//! Which rows a tree sees: all of them, or as many draws with replacement.

use surmise_plugin_sdk::Random;

/// Draws rows in proportion to their weights.
#[derive(Debug)]
pub(crate) struct Draws {
    n_rows: usize,
    n_draws: usize,
    ends: Ends,
}

/// Where each row ends on a line as long as all weights.
#[derive(Debug)]
enum Ends {
    Equal,
    Whole(Vec<u64>),
    Real(Vec<f64>),
}

/// The sum of weights that are whole numbers, if all are and the sum is no larger than a number of
/// rows can be.
fn whole(weights: &[f64]) -> Option<u64> {
    let sum: f64 = weights.iter().sum();
    let is_whole = weights.iter().all(|weight| weight.fract() == 0.0);
    (is_whole && sum <= f64::from(u32::MAX)).then_some(sum as u64)
}

impl Draws {
    /// `share` of the rows, where whole weights count rows; `weights` are those of the draws,
    /// `counts` the caller's.
    pub(crate) fn new(
        n_rows: usize,
        counts: Option<&[f64]>,
        weights: Option<&[f64]>,
        share: f64,
    ) -> Self {
        let n = counts.and_then(whole).map_or(n_rows as f64, |sum| sum as f64);
        let ends = match weights {
            None => Ends::Equal,
            Some(weights) if whole(weights).is_some() => {
                Ends::Whole(sums(weights.iter().map(|weight| *weight as u64), |sum, weight| {
                    sum + weight
                }))
            }
            Some(weights) => Ends::Real(sums(weights.iter().copied(), |sum, weight| sum + weight)),
        };
        Self { n_rows, n_draws: ((share * n).round() as usize).max(1), ends }
    }

    /// How often each row was drawn.
    pub(crate) fn draw(&self, random: &mut Random) -> Vec<u32> {
        let mut counts = vec![0; self.n_rows];
        for _ in 0..self.n_draws {
            counts[self.one(random)] += 1;
        }
        counts
    }

    fn one(&self, random: &mut Random) -> usize {
        match &self.ends {
            Ends::Equal => random.below(self.n_rows),
            Ends::Whole(ends) => {
                let place = random.below(ends.last().map_or(1, |sum| *sum as usize)) as u64;
                ends.partition_point(|end| *end <= place)
            }
            Ends::Real(ends) => {
                let sum = ends.last().copied().unwrap_or(0.0);
                let place = random.uniform() * sum;
                // Rounding may lead to the very end, and the last rows may weigh nothing.
                let last = ends.partition_point(|end| *end < sum);
                ends.partition_point(|end| *end <= place).min(last)
            }
        }
    }
}

fn sums<T: Copy + Default>(parts: impl Iterator<Item = T>, add: fn(T, T) -> T) -> Vec<T> {
    parts
        .scan(T::default(), |sum, part| {
            *sum = add(*sum, part);
            Some(*sum)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(weights: &[f64], share: f64) -> Vec<u32> {
        let draws = Draws::new(weights.len(), Some(weights), Some(weights), share);
        draws.draw(&mut Random::named(0, "draw"))
    }

    #[test]
    fn draws_are_in_proportion_to_weights() {
        let few = counts(&[10.0, 0.0, 30.0], 1000.0);
        assert_eq!((few.iter().sum::<u32>(), few[1]), (40_000, 0));
        // Five standard deviations of a binomial law.
        assert!(few[0].abs_diff(10_000) < 433, "{few:?}");
        let real = counts(&[0.25, 0.0, 0.75, 0.0], 10_000.0);
        assert_eq!((real.iter().sum::<u32>(), real[1] + real[3]), (40_000, 0));
        assert!(real[0].abs_diff(10_000) < 433, "{real:?}");
    }

    #[test]
    fn a_row_of_weight_two_is_drawn_as_two_rows_are() {
        let twice = Draws::new(3, None, None, 1.0).draw(&mut Random::new(5));
        assert_eq!(counts_of(&[2.0, 1.0]), [twice[0] + twice[1], twice[2]]);
    }

    fn counts_of(weights: &[f64]) -> Vec<u32> {
        Draws::new(2, Some(weights), Some(weights), 1.0).draw(&mut Random::new(5))
    }
}
