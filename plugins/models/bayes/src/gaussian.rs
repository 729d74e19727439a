//! The model `gaussian_nb`.

use surmise_plugin_sdk::prelude::*;

use crate::classes::{Grouped, Scores, require, too_large};

/// What the classes are thought to share before any row is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum GaussianPriors {
    /// the shares of the training rows
    Empirical,
    /// the same for all
    Uniform,
    /// in proportion to class_priors
    Given,
}

/// The hyperparameters of Gaussian naive Bayes. `var_smoothing` is scikit-learn's, and
/// `class_priors` are its `priors`, up to a factor.
#[derive(Debug, Clone, PartialEq, Hyperparams)]
pub struct GaussianParams {
    /// Share of the largest variance of a feature that is added to all variances
    #[hp(default = 1e-9, range = 1e-15..=1e3, log)]
    pub var_smoothing: f64,
    /// Prior probabilities of the classes
    #[hp(default = GaussianPriors::Empirical)]
    pub priors: GaussianPriors,
    /// Prior probability of each class, in the order of the classes, as whole numbers in proportion
    #[hp(default = [], range = 1..=1_000_000_000, when(priors = Given))]
    pub class_priors: Vec<i32>,
}

impl GaussianParams {
    /// `log π` of each class that has rows, of `n_classes` in all.
    fn log_priors(&self, grouped: &Grouped<'_>, n_classes: usize) -> Result<Vec<f64>> {
        if self.priors != GaussianPriors::Given {
            return Ok(grouped.log_priors(self.priors == GaussianPriors::Uniform));
        }
        let n = self.class_priors.len();
        if n != n_classes {
            return Err(Error::invalid(format!(
                "`class_priors` needs a number for each of the {n_classes} classes, and has {n}"
            )));
        }
        let given: Vec<f64> =
            grouped.present.iter().map(|c| self.class_priors[*c].into()).collect();
        let sum: f64 = given.iter().sum();
        Ok(given.iter().map(|part| libm::log(part / sum)).collect())
    }
}

/// Naive Bayes with a normal density for each class and feature:
/// `log P(c | x) = log π_c - Σ_j (log(2 π v_cj) + (x_j - m_cj)² / v_cj) / 2 + const`.
#[derive(Debug)]
pub struct GaussianNb {
    scores: Scores,
    /// `classes × features`, as are the variances.
    means: Vec<f64>,
    variances: Vec<f64>,
}

impl GaussianNb {
    /// The mean of each class and feature, row-major.
    #[must_use]
    pub fn means(&self) -> &[f64] {
        &self.means
    }

    /// The variance of each class and feature, smoothed, row-major.
    #[must_use]
    pub fn variances(&self) -> &[f64] {
        &self.variances
    }

    /// Calls `visit` with the joint log likelihood of each row and class: O(classes × features) a
    /// row.
    fn each(&self, x: Rows<'_>, mut visit: impl FnMut(usize, &[f64])) -> Result<()> {
        let p = self.scores.n_features;
        let logs = self.variances.chunks_exact(p).map(|variances| {
            let sum: f64 = variances.iter().map(|v| libm::log(std::f64::consts::TAU * v)).sum();
            -0.5 * sum
        });
        let constants: Vec<f64> =
            logs.zip(&self.scores.log_priors).map(|(sum, prior)| sum + prior).collect();
        let mut scores = vec![0.0; constants.len()];
        for (i, row) in x.iter().enumerate() {
            let classes = self.means.chunks_exact(p).zip(self.variances.chunks_exact(p));
            for ((score, constant), (means, variances)) in
                scores.iter_mut().zip(&constants).zip(classes)
            {
                let terms = row.iter().zip(means).zip(variances);
                let sum: f64 = terms.map(|((x, m), v)| (x - m) * (x - m) / v).sum();
                *score = constant - 0.5 * sum;
            }
            if scores.iter().any(|score| !score.is_finite()) {
                return Err(too_large());
            }
            visit(i, &scores);
        }
        Ok(())
    }
}

const CAPS: &[Cap] = &[Cap::Proba, Cap::Decision, Cap::Save, Cap::Weights];

impl Model for GaussianNb {
    type Params = GaussianParams;

    const INFO: Info =
        Info::new("gaussian_nb", "Naive Bayes with a normal density for each class and feature")
            .tasks(&[Task::Classification])
            .caps(CAPS);

    fn fit(params: &Self::Params, train: &Train<'_>, _: &mut FitCtx<'_>) -> Result<Self> {
        let grouped = Grouped::new(train)?;
        let p = train.x().n_features();
        let all: Vec<(usize, &[f64], f64)> =
            grouped.rows.iter().map(|(_, row, weight)| (0, *row, *weight)).collect();
        // The smoothing is measured without weights, as in scikit-learn, but for rows of weight 0.
        let unweighted: Vec<_> = all.iter().map(|(_, row, _)| (0, *row, 1.0)).collect();
        let (_, spread) = moments(&unweighted, p, &[unweighted.len() as f64]);
        let largest = spread.iter().copied().fold(0.0, f64::max);
        let (means, mut variances) = moments(&grouped.rows, p, &grouped.weights);
        for variance in &mut variances {
            *variance += params.var_smoothing * largest;
        }
        if means.iter().chain(&variances).any(|value| !value.is_finite()) {
            return Err(too_large());
        }
        if largest == 0.0 || variances.contains(&0.0) {
            return Err(Error::invalid("needs a feature that changes from row to row"));
        }
        let n_classes = train.classes()?.n_classes();
        let log_priors = params.log_priors(&grouped, n_classes)?;
        let present = grouped.present;
        let scores = Scores { present, n_classes, n_features: p, log_priors };
        Ok(Self { scores, means, variances })
    }

    fn predict(&self, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
        self.scores.check(x, 1, out)?;
        self.each(x, |i, scores| out[i] = self.scores.class(scores))
    }

    fn predict_proba(&self, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
        let width = self.scores.n_classes;
        self.scores.check(x, width, out)?;
        self.each(x, |i, scores| self.scores.proba(scores, &mut out[i * width..][..width]))
    }

    fn decision(&self, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
        let width = self.scores.n_decisions();
        self.scores.check(x, width, out)?;
        self.each(x, |i, scores| self.scores.decision(scores, &mut out[i * width..][..width]))
    }

    fn save(&self, saver: &mut Saver) -> Result<()> {
        self.scores.save(saver);
        saver.f64s("means", &self.means);
        saver.f64s("variances", &self.variances);
        Ok(())
    }

    fn load(loader: &mut Loader<'_>) -> Result<Self> {
        let scores = Scores::load(loader)?;
        let means = scores.table(loader, "means")?;
        let variances = scores.table(loader, "variances")?;
        require(variances.iter().all(|variance| *variance > 0.0))?;
        Ok(Self { scores, means, variances })
    }
}

/// The weighted mean and variance of each class and feature, in two passes: O(rows × features).
fn moments(rows: &[(usize, &[f64], f64)], p: usize, weights: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let mut means = vec![0.0; weights.len() * p];
    for (class, row, weight) in rows {
        for (sum, x) in means[class * p..][..p].iter_mut().zip(*row) {
            *sum += weight * x;
        }
    }
    divide(&mut means, p, weights);
    let mut variances = vec![0.0; means.len()];
    for (class, row, weight) in rows {
        let means = &means[class * p..][..p];
        for ((sum, x), mean) in variances[class * p..][..p].iter_mut().zip(*row).zip(means) {
            *sum += weight * (x - mean) * (x - mean);
        }
    }
    divide(&mut variances, p, weights);
    (means, variances)
}

fn divide(sums: &mut [f64], p: usize, weights: &[f64]) {
    for (sums, weight) in sums.chunks_exact_mut(p).zip(weights) {
        for sum in sums {
            *sum /= weight;
        }
    }
}
