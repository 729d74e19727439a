//! k nearest neighbours: predicts from the training rows that are closest.

use std::cmp::Ordering;

use surmise_plugin_sdk::prelude::*;

/// How the neighbours' votes are weighed.
#[derive(Debug, Clone, Copy, PartialEq, Choice)]
pub enum Vote {
    /// each neighbour counts the same
    Uniform,
    /// each counts by the inverse of its distance
    Distance,
}

/// More than any data have, and a bound on what a damaged state can ask for.
const CLASSES_MAX: usize = 1 << 20;

/// The hyperparameters: the comment is the help, the range is what can be searched.
#[derive(Debug, Clone, Copy, Hyperparams)]
pub struct Params {
    /// How many neighbours vote
    #[hp(default = 5, range = 1..=500, log)]
    pub k: usize,
    /// How their votes are weighed
    #[hp(default = Vote::Uniform)]
    pub vote: Vote,
    /// Exponent of Minkowski's distance: 1 is city blocks, 2 is Euclid
    #[hp(default = 2.0, range = 1.0..=8.0)]
    pub power: f64,
}

/// A fitted model: the training rows, and how they vote.
pub struct Neighbours {
    params: Params,
    n_features: usize,
    /// Row after row.
    rows: Vec<f64>,
    /// The value of each row, or the code of its class.
    target: Vec<f64>,
    /// 0 for a regression.
    n_classes: usize,
}

impl Model for Neighbours {
    type Params = Params;
    const INFO: Info =
        Info::new("knn-in-rust", "k nearest neighbours").caps(&[Cap::Proba, Cap::Save]);

    fn fit(params: &Params, train: &Train<'_>, _: &mut FitCtx<'_>) -> Result<Self> {
        let (target, n_classes) = match train.target() {
            Target::Values(values) => (values.clone(), 0),
            Target::Classes(classes) => {
                (classes.codes().iter().copied().map(f64::from).collect(), classes.n_classes())
            }
        };
        let (rows, n_features) = (train.x().iter().flatten().copied(), train.x().n_features());
        Ok(Self { params: *params, n_features, rows: rows.collect(), target, n_classes })
    }

    fn predict(&self, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
        if self.n_classes == 0 {
            for (row, out) in x.iter().zip(out) {
                *out = self.mean(row);
            }
            return Ok(());
        }
        let mut shares = vec![0.0; self.n_classes];
        for (row, out) in x.iter().zip(out) {
            self.shares(row, &mut shares);
            // Of classes with equal shares the first.
            let best = (0..self.n_classes).rev().max_by(|a, b| shares[*a].total_cmp(&shares[*b]));
            *out = best.unwrap_or(0) as f64;
        }
        Ok(())
    }

    fn predict_proba(&self, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
        for (row, shares) in x.iter().zip(out.chunks_exact_mut(self.n_classes)) {
            self.shares(row, shares);
        }
        Ok(())
    }

    fn save(&self, saver: &mut Saver) -> Result<()> {
        saver.u64("k", self.params.k as u64);
        saver.u64("by_distance", u64::from(self.params.vote == Vote::Distance));
        saver.f64("power", self.params.power);
        saver.u64("n_features", self.n_features as u64);
        saver.u64("n_classes", self.n_classes as u64);
        saver.f64s("rows", &self.rows);
        saver.f64s("target", &self.target);
        Ok(())
    }

    fn load(loader: &mut Loader<'_>) -> Result<Self> {
        let size = |n: u64| usize::try_from(n).map_err(Error::bad_state);
        let k = size(loader.u64("k")?)?;
        let vote = if loader.u64("by_distance")? == 0 { Vote::Uniform } else { Vote::Distance };
        let power = loader.f64("power")?;
        let n_features = size(loader.u64("n_features")?)?;
        let n_classes = size(loader.u64("n_classes")?)?;
        let (rows, target) = (loader.f64s("rows")?, loader.f64s("target")?);
        let params = Params { k, vote, power };
        Self { params, n_features, rows, target, n_classes }.checked()
    }
}

impl Neighbours {
    /// What was loaded may be anything.
    fn checked(self) -> Result<Self> {
        let is_code = |y: &f64| {
            self.n_classes == 0 || (0.0..self.n_classes as f64).contains(y) && y.fract() == 0.0
        };
        let shape = self.target.len().checked_mul(self.n_features) == Some(self.rows.len())
            && self.n_classes <= CLASSES_MAX;
        let values = self.rows.iter().chain(&self.target).all(|value| value.is_finite());
        let params = 0 < self.params.k && 1.0 <= self.params.power && self.params.power.is_finite();
        match shape
            && values
            && params
            && !self.target.is_empty()
            && self.target.iter().all(is_code)
        {
            true => Ok(self),
            false => Err(Error::bad_state("the saved neighbours do not fit together")),
        }
    }

    /// The mean of the neighbours' values.
    fn mean(&self, x: &[f64]) -> f64 {
        let near = self.nearest(x);
        let total: f64 = near.iter().map(|(weight, _)| weight).sum();
        near.iter().map(|(weight, i)| weight / total * self.target[*i]).sum()
    }

    /// Each class's share of the votes.
    fn shares(&self, x: &[f64], shares: &mut [f64]) {
        let near = self.nearest(x);
        let total: f64 = near.iter().map(|(weight, _)| weight).sum();
        shares.fill(0.0);
        for (weight, i) in near {
            shares[self.target[i] as usize] += weight / total;
        }
    }

    /// The nearest rows, the closest first, each after its weight. Of rows that are equally far
    /// the earlier is taken, so that the result depends on nothing but the data.
    fn nearest(&self, x: &[f64]) -> Vec<(f64, usize)> {
        let rows = self.rows.chunks_exact(self.n_features);
        let mut near: Vec<(f64, usize)> = rows.map(|row| self.distance(row, x)).zip(0..).collect();
        let order = |a: &(f64, usize), b: &(f64, usize)| -> Ordering {
            a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))
        };
        let k = self.params.k.min(near.len());
        near.select_nth_unstable_by(k - 1, order);
        near.truncate(k);
        near.sort_unstable_by(order);
        let closest = near[0].0;
        for (distance, _) in &mut near {
            *distance = match self.params.vote {
                // In relation to the closest, so that nothing overflows.
                Vote::Distance if 0.0 < closest && closest.is_finite() => closest / *distance,
                Vote::Distance if *distance > closest => 0.0,
                _ => 1.0,
            };
        }
        near
    }

    /// (Σ |a - b|^power)^(1/power), by the largest term, so that nothing overflows.
    fn distance(&self, a: &[f64], b: &[f64]) -> f64 {
        let gaps = a.iter().zip(b).map(|(a, b)| (a - b).abs());
        let largest = gaps.clone().fold(0.0, f64::max);
        if largest == 0.0 || largest.is_infinite() {
            return largest;
        }
        let sum: f64 = gaps.map(|gap| (gap / largest).powf(self.params.power)).sum();
        largest * sum.powf(1.0 / self.params.power)
    }
}

export_model!(Neighbours);

#[cfg(test)]
mod tests {
    use surmise_plugin_sdk::testing::{Data, check, fit, fit_predict};

    use super::*;

    const ROWS: [[f64; 2]; 6] =
        [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [5.0, 5.0], [5.0, 6.0], [6.0, 5.0]];
    const VALUES: [f64; 6] = [1.0, 2.0, 3.0, 10.0, 20.0, 30.0];

    fn classes() -> Data {
        Data::classification(&ROWS, &[0, 0, 0, 1, 1, 1], &["near", "far"])
    }

    #[test]
    fn the_closest_rows_decide() {
        let params = Params { k: 3, ..Params::default() };
        let fitted = fit::<Neighbours>(&params, &classes(), 0).expect("fitted");
        let predicted = fitted.predict(&[[0.5, 0.5], [5.5, 5.5]]).expect("predicted");
        assert_eq!(predicted, [0.0, 1.0]);
        let shares = fitted.predict_proba(&[[0.5, 0.5]]).expect("predicted");
        assert_eq!(shares, [1.0, 0.0]);
        let data = Data::regression(&ROWS, &VALUES);
        let means = fit_predict::<Neighbours, _>(&params, &data, &[[0.5, 0.5], [9.0, 9.0]]);
        for (mean, expected) in means.expect("predicted").iter().zip([2.0, 20.0]) {
            assert!((mean - expected).abs() < 1e-12, "{mean}");
        }
    }

    #[test]
    fn a_row_at_no_distance_outvotes_all_others() {
        let params = Params { vote: Vote::Distance, ..Params::default() };
        let data = Data::regression(&ROWS, &VALUES);
        let means = fit_predict::<Neighbours, _>(&params, &data, &ROWS).expect("predicted");
        assert_eq!(means, VALUES);
    }

    #[test]
    fn it_keeps_its_promises() {
        for vote in [Vote::Uniform, Vote::Distance] {
            let params = Params { vote, ..Params::default() };
            check::<Neighbours>(&params, &classes()).expect("a classifier");
            check::<Neighbours>(&params, &Data::regression(&ROWS, &VALUES)).expect("a regression");
        }
    }
}
