//! What both models share: classes with rows, and scores that become probabilities.

use surmise_plugin_sdk::prelude::*;

/// So far below the least score of the others is that of a class without rows: its exponential is
/// 0.
const NEVER: f64 = 1000.0;

/// The classes of a fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// The codes of the classes that had rows, ascending.
    pub(crate) present: Vec<usize>,
    pub(crate) n_classes: usize,
    pub(crate) n_features: usize,
    /// `log π` of each class that had rows.
    pub(crate) log_priors: Vec<f64>,
}

/// Rows of one class after the other: each place in `present`, row and weight.
pub(crate) struct Grouped<'a> {
    pub(crate) rows: Vec<(usize, &'a [f64], f64)>,
    pub(crate) present: Vec<usize>,
    /// Σ of the weights of each class that has rows.
    pub(crate) weights: Vec<f64>,
}

impl<'a> Grouped<'a> {
    /// Leaves out rows of weight 0, and classes that have no others.
    pub(crate) fn new(train: &Train<'a>) -> Result<Self> {
        if train.x().n_features() == 0 {
            return Err(Error::invalid("needs at least one feature"));
        }
        let classes = train.classes()?;
        let weight = |i: usize| train.weights().map_or(1.0, |weights| weights[i]);
        let mut sums = vec![0.0; classes.n_classes()];
        for (i, code) in classes.codes().iter().enumerate() {
            sums[*code as usize] += weight(i);
        }
        let present: Vec<usize> = (0..sums.len()).filter(|class| sums[*class] > 0.0).collect();
        let mut place = vec![0; sums.len()];
        for (k, class) in present.iter().enumerate() {
            place[*class] = k;
        }
        let rows = train.x().iter().zip(classes.codes()).enumerate();
        let rows = rows.map(|(i, (row, code))| (place[*code as usize], row, weight(i)));
        let rows = rows.filter(|(_, _, weight)| *weight > 0.0).collect();
        let weights = present.iter().map(|class| sums[*class]).collect();
        Ok(Self { rows, present, weights })
    }

    /// `log π` by the shares of the classes, or the same for all.
    pub(crate) fn log_priors(&self, is_uniform: bool) -> Vec<f64> {
        let total: f64 = self.weights.iter().sum();
        let even = 1.0 / self.weights.len() as f64;
        let prior = |weight: &f64| if is_uniform { even } else { weight / total };
        self.weights.iter().map(|weight| libm::log(prior(weight))).collect()
    }
}

impl Scores {
    /// The class of the highest score, of equals the lowest code.
    pub(crate) fn class(&self, scores: &[f64]) -> f64 {
        let mut best = 0;
        for (k, score) in scores.iter().enumerate() {
            if *score > scores[best] {
                best = k;
            }
        }
        self.present[best] as f64
    }

    /// Probabilities of all classes from the scores of those that had rows.
    pub(crate) fn proba(&self, scores: &[f64], out: &mut [f64]) {
        let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        out.fill(0.0);
        let mut sum = 0.0;
        for (class, score) in self.present.iter().zip(scores) {
            out[*class] = libm::exp(score - top);
            sum += out[*class];
        }
        for p in out {
            *p /= sum;
        }
    }

    /// Decision scores of all classes.
    pub(crate) fn decision(&self, scores: &[f64], out: &mut [f64]) {
        let least = scores.iter().copied().fold(f64::INFINITY, f64::min) - NEVER;
        let mut both = [0.0; 2];
        let all = if out.len() == 1 { &mut both[..] } else { &mut *out };
        all.fill(least);
        for (class, score) in self.present.iter().zip(scores) {
            all[*class] = *score;
        }
        if let [only] = out {
            *only = both[1] - both[0];
        }
    }

    /// How many decision scores a row has.
    pub(crate) fn n_decisions(&self) -> usize {
        if self.n_classes == 2 { 1 } else { self.n_classes }
    }

    pub(crate) fn save(&self, saver: &mut Saver) {
        saver.u64s("present", &self.present.iter().map(|c| *c as u64).collect::<Vec<_>>());
        saver.u64("classes", self.n_classes as u64);
        saver.u64("features", self.n_features as u64);
        saver.f64s("log_priors", &self.log_priors);
    }

    pub(crate) fn load(loader: &mut Loader<'_>) -> Result<Self> {
        let present = loader.u64s("present")?;
        let n_classes = loader.u64("classes")?;
        let n_features = loader.u64("features")?;
        let log_priors = loader.f64s("log_priors")?;
        require(!present.is_empty() && present.is_sorted_by(|a, b| a < b))?;
        require(present.iter().all(|class| *class < n_classes) && n_classes <= 1 << 32)?;
        require(0 < n_features && n_features <= 1 << 48)?;
        require(log_priors.len() == present.len() && log_priors.iter().all(|v| v.is_finite()))?;
        let present = present.into_iter().map(|class| class as usize).collect();
        let (n_classes, n_features) = (n_classes as usize, n_features as usize);
        Ok(Self { present, n_classes, n_features, log_priors })
    }

    /// A table with a row for each class that had rows.
    pub(crate) fn table(&self, loader: &mut Loader<'_>, name: &str) -> Result<Vec<f64>> {
        let values = loader.f64s(name)?;
        require(self.present.len().checked_mul(self.n_features) == Some(values.len()))?;
        require(values.iter().all(|value| value.is_finite()))?;
        Ok(values)
    }

    /// Whether rows and room for results are of the shape of the fit.
    pub(crate) fn check(&self, x: Rows<'_>, width: usize, out: &[f64]) -> Result<()> {
        let n_values = x.n_rows().checked_mul(width);
        match x.n_features() == self.n_features && n_values == Some(out.len()) {
            true => Ok(()),
            false => Err(Error::invalid("the saved classifier is of another shape than its data")),
        }
    }
}

pub(crate) fn require(fits: bool) -> Result<()> {
    match fits {
        true => Ok(()),
        false => Err(Error::bad_state("the saved classifier does not fit together")),
    }
}

/// What is said of features beyond finite arithmetic.
pub(crate) fn too_large() -> Error {
    Error::numeric("features are too large for finite arithmetic; scale them")
}
