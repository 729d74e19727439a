//! The model `multinomial_nb`.

use surmise_plugin_sdk::prelude::*;

use crate::classes::{Grouped, Scores, require, too_large};

/// The hyperparameters of multinomial naive Bayes. Names and meanings are those of scikit-learn's
/// `MultinomialNB`.
#[derive(Debug, Clone, PartialEq, Hyperparams)]
pub struct MultinomialParams {
    /// What is added to every count
    #[hp(default = 1.0, range = 1e-10..=1e6, log)]
    pub alpha: f64,
    /// Whether classes have the shares of the training rows as prior probabilities; otherwise all
    /// have the same
    #[hp(default = true)]
    pub fit_prior: bool,
}

/// Naive Bayes for counts: `log P(c | x) = log π_c + Σ_j x_j log θ_cj + const` with
/// `θ_cj = (N_cj + α) / Σ_k (N_ck + α)`, `N_cj` the weighted sum of feature `j` in class `c`.
#[derive(Debug)]
pub struct MultinomialNb {
    scores: Scores,
    /// `log θ`, `classes × features`, row-major.
    log_shares: Vec<f64>,
}

impl MultinomialNb {
    /// `log θ` of each class and feature, row-major.
    #[must_use]
    pub fn log_shares(&self) -> &[f64] {
        &self.log_shares
    }

    /// Calls `visit` with the joint log likelihood of each row and class: O(classes × features) a
    /// row.
    fn each(&self, x: Rows<'_>, mut visit: impl FnMut(usize, &[f64])) -> Result<()> {
        let mut scores = self.scores.log_priors.clone();
        for (i, row) in x.iter().enumerate() {
            let classes = self.log_shares.chunks_exact(self.scores.n_features);
            for ((score, prior), logs) in
                scores.iter_mut().zip(&self.scores.log_priors).zip(classes)
            {
                let sum: f64 = row.iter().zip(logs).map(|(x, log)| x * log).sum();
                *score = prior + sum;
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

impl Model for MultinomialNb {
    type Params = MultinomialParams;

    const INFO: Info = Info::new(
        "multinomial_nb",
        "Naive Bayes for counts and other features that are not negative, such as word counts",
    )
    .tasks(&[Task::Classification])
    .caps(CAPS);

    fn fit(params: &Self::Params, train: &Train<'_>, _: &mut FitCtx<'_>) -> Result<Self> {
        for (i, row) in train.x().iter().enumerate() {
            if let Some(j) = row.iter().position(|x| *x < 0.0) {
                return Err(Error::invalid(format!(
                    "needs features that are not negative; feature {j} of row {i} is {}",
                    row[j]
                )));
            }
        }
        let grouped = Grouped::new(train)?;
        let p = train.x().n_features();
        let mut counts = vec![params.alpha; grouped.present.len() * p];
        for (class, row, weight) in &grouped.rows {
            for (count, x) in counts[class * p..][..p].iter_mut().zip(*row) {
                *count += weight * x;
            }
        }
        let mut log_shares = Vec::with_capacity(counts.len());
        for counts in counts.chunks_exact(p) {
            let total = libm::log(counts.iter().sum());
            log_shares.extend(counts.iter().map(|count| libm::log(*count) - total));
        }
        if log_shares.iter().any(|value| !value.is_finite()) {
            return Err(too_large());
        }
        let log_priors = grouped.log_priors(!params.fit_prior);
        let n_classes = train.classes()?.n_classes();
        let scores = Scores { present: grouped.present, n_classes, n_features: p, log_priors };
        Ok(Self { scores, log_shares })
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
        saver.f64s("log_shares", &self.log_shares);
        Ok(())
    }

    fn load(loader: &mut Loader<'_>) -> Result<Self> {
        let scores = Scores::load(loader)?;
        let log_shares = scores.table(loader, "log_shares")?;
        require(log_shares.iter().all(|log| *log <= 0.0))?;
        Ok(Self { scores, log_shares })
    }
}
