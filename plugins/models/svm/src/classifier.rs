//! The classifier: one two-class machine for each pair of classes.

use crate::coupling::Coupling;
use crate::error::SvmError;
use crate::kernel::Kernel;
use crate::lanes::{LANES, add_scaled, dot};
use crate::multiclass::{elect, n_pairs, pairs};
use crate::rows::Panels;
use crate::sigmoid::Sigmoid;
use crate::train::{self, Training};

/// How to fit a [`Classifier`] or a [`Regressor`](crate::Regressor).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// The penalty of the slack, `C > 0`, for a row of weight 1. ν-SVC does without.
    pub c: f64,
    /// The kernel.
    pub kernel: Kernel,
    /// The largest violation of the optimality conditions that is accepted, `> 0`, in units of the
    /// decision function.
    pub tolerance: f64,
    /// Whether variables that seem settled are left aside while solving. Changes the time, and the
    /// result within the tolerance.
    pub shrinking: bool,
    /// Memory for kernel values. Changes the time, never the result.
    pub cache_bytes: usize,
}

/// A C- or ν-support-vector classifier, one-versus-one over the classes that occurred in training.
///
/// The decision function of classes `a < b` is `f_ab(x) = Σ_s β_s k(x_s, x) + b_ab` over the
/// support vectors `s` of the two, positive for `a`.
#[derive(Debug, Clone)]
pub struct Classifier {
    pub(crate) kernel: Kernel,
    pub(crate) n_features: usize,
    /// Ascending class codes.
    pub(crate) classes: Vec<u32>,
    /// Where the support vectors of each class begin, and their number at the end.
    pub(crate) starts: Vec<usize>,
    pub(crate) support: Vec<u32>,
    pub(crate) vectors: Panels,
    /// See [`Classifier::with_weights`].
    pub(crate) weights: Option<Panels>,
    pub(crate) coefficients: Vec<f64>,
    pub(crate) biases: Vec<f64>,
    /// One for each pair, or none.
    pub(crate) sigmoids: Vec<Sigmoid>,
}

impl Classifier {
    /// Fits `rows` with the class codes `labels` as C-SVC; see [`Classifier::train`].
    ///
    /// # Errors
    /// Those of [`Classifier::train`].
    pub fn fit(
        rows: &[&[f64]],
        labels: &[u32],
        settings: &Settings,
        interrupt: &mut dyn FnMut() -> bool,
    ) -> Result<Self, SvmError> {
        Self::train(&Training::new(rows, labels), settings, interrupt)
    }

    /// Fits a classifier. `interrupt` is asked at the start and at least every thousand iterations
    /// whether to end; then the classifier is what was reached, each pair's machine within the
    /// bounds but not optimal.
    ///
    /// O(iterations × rows) time and, for rows of `p` features, O(rows × p) memory besides the
    /// cache; the number of iterations grows between linearly and quadratically with the rows, and
    /// with `C`. Probabilities take five more fits of four fifths of the rows.
    ///
    /// # Errors
    /// [`SvmError::Data`] if there are fewer than two classes, no features, rows of unequal length,
    /// a number that is not finite or a negative weight; [`SvmError::Setting`] for a setting out of
    /// range; the others as they say.
    pub fn train(
        training: &Training<'_>,
        settings: &Settings,
        interrupt: &mut dyn FnMut() -> bool,
    ) -> Result<Self, SvmError> {
        train::fit(training, settings, interrupt)
    }

    /// The class codes that occurred in training, ascending.
    #[must_use]
    pub fn classes(&self) -> &[u32] {
        &self.classes
    }

    /// Length of a row.
    #[must_use]
    pub fn n_features(&self) -> usize {
        self.n_features
    }

    /// The numbers of the training rows that are support vectors, class by class.
    #[must_use]
    pub fn support(&self) -> &[u32] {
        &self.support
    }

    /// The number of support vectors of each class.
    #[must_use]
    pub fn n_support(&self) -> Vec<usize> {
        self.starts.windows(2).map(|ends| ends[1] - ends[0]).collect()
    }

    /// The `β`, `(classes - 1) × support`, row-major. A support vector of class `c` has its
    /// coefficients against the other classes in ascending order of those.
    #[must_use]
    pub fn coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    /// `b` of each pair of classes, in the order `(0, 1), (0, 2), .., (1, 2), ..`.
    #[must_use]
    pub fn biases(&self) -> &[f64] {
        &self.biases
    }

    /// How the decisions of each pair become probabilities; none if they were not asked for.
    #[must_use]
    pub fn sigmoids(&self) -> &[Sigmoid] {
        &self.sigmoids
    }

    /// Calls `visit` with the decision of each pair (in the order of [`Classifier::biases`]) for
    /// each of `rows`, whose length must be [`Classifier::n_features`]. O(support × (features +
    /// classes)) for each row; with the linear kernel O(classes² × features) where that is less.
    pub fn decide<'r>(
        &self,
        rows: impl IntoIterator<Item = &'r [f64]>,
        mut visit: impl FnMut(&[f64]),
    ) {
        let vectors = self.weights.as_ref().unwrap_or(&self.vectors).blocks();
        let mut kernels = vec![0.0; vectors.len() / self.n_features * LANES];
        let mut decisions = vec![0.0; n_pairs(self.classes.len())];
        for row in rows {
            self.kernel.fill(row, vectors, &mut kernels);
            match self.weights {
                Some(_) => self.shift(&kernels, &mut decisions),
                None => self.decide_one(&kernels, &mut decisions),
            }
            visit(&decisions);
        }
    }

    /// The same with `w = Σ β_s x_s` of each pair, where the kernel is linear and that is less than
    /// the support vectors: then `f(x) = wᵀx + b`.
    pub(crate) fn with_weights(mut self) -> Self {
        if self.kernel == Kernel::Linear && self.biases.len() <= self.support.len() {
            let vectors = self.vectors.unpack();
            let mut sums = vec![0.0; self.biases.len() * self.n_features];
            let of_pairs = sums.chunks_exact_mut(self.n_features);
            for (sum, (a, b)) in of_pairs.zip(pairs(self.classes.len())) {
                self.add_vectors(a, b, &vectors, sum);
                self.add_vectors(b, a, &vectors, sum);
            }
            let is_finite = sums.iter().all(|sum| sum.is_finite());
            let pack = || Panels::pack(self.n_features, sums.chunks_exact(self.n_features));
            self.weights = is_finite.then(pack);
        }
        self
    }

    fn add_vectors(&self, class: usize, other: usize, vectors: &[f64], sum: &mut [f64]) {
        let range = self.starts[class]..self.starts[class + 1];
        let betas = &self.coefficients[coefficient_row(class, other) * self.support.len()..];
        let rows = vectors[range.start * self.n_features..].chunks_exact(self.n_features);
        for (&beta, x) in betas[range].iter().zip(rows).filter(|(beta, _)| **beta != 0.0) {
            add_scaled(beta, x, sum);
        }
    }

    /// The class code of each of `rows`: the class that wins the most pairs, and of equals the
    /// lowest code.
    #[must_use]
    pub fn predict<'r>(&self, rows: impl IntoIterator<Item = &'r [f64]>) -> Vec<u32> {
        let mut codes = Vec::new();
        let mut votes = vec![0; self.classes.len()];
        self.decide(rows, |decisions| {
            codes.push(self.classes[elect(decisions, &mut votes)]);
        });
        codes
    }

    /// Calls `visit` with the probability of each of [`Classifier::classes`] for each of `rows`: of
    /// two classes Platt's sigmoid of the decision, of more the coupled sigmoids of all pairs. The
    /// most probable class need not be the predicted one. O(classes³) beside the decisions.
    ///
    /// # Errors
    /// [`SvmError::NoProbabilities`] if the fit was not asked for them.
    pub fn probabilities<'r>(
        &self,
        rows: impl IntoIterator<Item = &'r [f64]>,
        mut visit: impl FnMut(&[f64]),
    ) -> Result<(), SvmError> {
        if self.sigmoids.is_empty() {
            return Err(SvmError::NoProbabilities);
        }
        let mut coupling = Coupling::default();
        let mut of_pairs = vec![0.0; self.sigmoids.len()];
        let mut of_classes = vec![0.0; self.classes.len()];
        self.decide(rows, |decisions| {
            for ((p, sigmoid), &decision) in of_pairs.iter_mut().zip(&self.sigmoids).zip(decisions)
            {
                *p = sigmoid.probability(decision);
            }
            match (of_pairs.as_slice(), of_classes.as_mut_slice()) {
                ([p], [first, second]) => (*first, *second) = (*p, 1.0 - *p),
                (of_pairs, of_classes) => coupling.couple(of_pairs, of_classes),
            }
            visit(&of_classes);
        });
        Ok(())
    }

    fn shift(&self, products: &[f64], decisions: &mut [f64]) {
        for (decision, (product, bias)) in
            decisions.iter_mut().zip(products.iter().zip(&self.biases))
        {
            *decision = product + bias;
        }
    }

    fn decide_one(&self, kernels: &[f64], decisions: &mut [f64]) {
        let n_support = self.support.len();
        for ((pair, (a, b)), decision) in pairs(self.classes.len()).enumerate().zip(decisions) {
            let part = |class: usize, other: usize| {
                let range = self.starts[class]..self.starts[class + 1];
                let coefficients = &self.coefficients[coefficient_row(class, other) * n_support..];
                dot(&coefficients[range.clone()], &kernels[range])
            };
            *decision = part(a, b) + part(b, a) + self.biases[pair];
        }
    }
}

/// The row of [`Classifier::coefficients`] that holds those of `class` against `other`.
pub(crate) fn coefficient_row(class: usize, other: usize) -> usize {
    if other > class { other - 1 } else { other }
}
