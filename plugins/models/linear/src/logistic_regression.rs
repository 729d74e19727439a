//! The model `logistic_regression`.

use surmise_plugin_sdk::prelude::*;

use crate::coefficients::Coefficients;
use crate::glm::Glm;
use crate::lbfgs::{self, Ending};
use crate::loss::{Loss, softmax};
use crate::sparse;
use crate::table::Table;

/// What is added to the loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum LogisticPenalty {
    /// nothing
    None,
    /// half the squares of the coefficients / C
    L2,
    /// their absolute values / C
    L1,
    /// both, shared by l1_ratio
    ElasticNet,
}

/// How much the classes count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum ClassWeight {
    /// as much as their rows
    None,
    /// all the same
    Balanced,
}

/// The hyperparameters of a logistic regression. Names and meanings are those of scikit-learn's
/// `LogisticRegression`.
#[derive(Debug, Clone, PartialEq, Hyperparams)]
#[expect(
    non_snake_case,
    reason = "a field is called as in the pipeline file, and the field's term is `C`"
)]
pub struct LogisticParams {
    /// Penalty
    #[hp(default = LogisticPenalty::L2)]
    pub penalty: LogisticPenalty,
    /// Inverse strength of the penalty, beside the sum of the losses
    #[hp(default = 1.0, range = 1e-9..=1e9, log, when(penalty = L2 | L1 | ElasticNet))]
    pub C: f64,
    /// Share of the absolute values in the penalty
    #[hp(default = 0.5, range = 0.0..=1.0, when(penalty = ElasticNet))]
    pub l1_ratio: f64,
    /// Whether to fit an intercept
    #[hp(default = true)]
    pub fit_intercept: bool,
    /// How much the classes count
    #[hp(default = ClassWeight::None)]
    pub class_weight: ClassWeight,
    /// Largest entry of the gradient of the mean loss (with an L1 part: of the violation of the
    /// optimality conditions) that is accepted
    #[hp(default = 1e-4, range = 1e-12..=1.0, log)]
    pub tol: f64,
    /// Most steps
    #[hp(default = 1000, range = 1..=1_000_000_000, log)]
    pub max_iter: u32,
}

impl LogisticParams {
    /// λ₁ and λ₂ beside a sum of losses.
    fn penalties(&self) -> (f64, f64) {
        let strength = 1.0 / self.C;
        match self.penalty {
            LogisticPenalty::None => (0.0, 0.0),
            LogisticPenalty::L2 => (0.0, strength),
            LogisticPenalty::L1 => (strength, 0.0),
            LogisticPenalty::ElasticNet => {
                (strength * self.l1_ratio, strength * (1.0 - self.l1_ratio))
            }
        }
    }
}

/// Logistic regression of two classes or, by the softmax, of more.
///
/// With two classes there is one output, the log odds of the second. A class without rows has the
/// probability 0.
#[derive(Debug)]
pub struct LogisticRegression {
    coefficients: Coefficients,
    /// The codes of the classes that had rows, ascending.
    classes: Vec<usize>,
    n_classes: usize,
}

impl LogisticRegression {
    /// What was fitted.
    #[must_use]
    pub fn coefficients(&self) -> &Coefficients {
        &self.coefficients
    }

    /// Log odds and predictors of the classes that had rows, all in `predictors`.
    fn each(&self, x: Rows<'_>, mut visit: impl FnMut(usize, &mut [f64])) -> Result<()> {
        let mut both = [0.0; 2];
        let is_binary = self.classes.len() == 2;
        self.coefficients.each(x, |i, outputs| {
            if is_binary {
                both = [0.0, outputs[0]];
                visit(i, &mut both);
            } else {
                visit(i, outputs);
            }
        })
    }
}

const CAPS: &[Cap] = &[Cap::Proba, Cap::Decision, Cap::Save, Cap::Importance, Cap::Weights];

/// So far below the least predictor of the others is that of a class without rows: its
/// exponential is 0.
const NEVER: f64 = 1000.0;

impl Model for LogisticRegression {
    type Params = LogisticParams;

    const INFO: Info = Info::new(
        "logistic_regression",
        "Logistic regression, binary or multinomial, without a penalty or with L2, L1 or both",
    )
    .tasks(&[Task::Classification])
    .caps(CAPS);

    fn fit(params: &Self::Params, train: &Train<'_>, ctx: &mut FitCtx<'_>) -> Result<Self> {
        let classes = train.classes()?;
        let grouping = Grouping::new(classes, train.weights(), params.class_weight)?;
        let weights = grouping.weights.as_deref();
        let table = Table::new(train.x(), weights, params.fit_intercept)?;
        let is_binary = grouping.present.len() == 2;
        let (l1, l2) = params.penalties();
        let mut glm = Glm {
            table: &table,
            loss: match is_binary {
                true => Loss::Binary(&grouping.places),
                false => Loss::Softmax(&grouping.places),
            },
            n_outputs: if is_binary { 1 } else { grouping.present.len() },
            has_intercept: params.fit_intercept,
            l2: l2 / table.total,
        };
        let ending = Ending { tolerance: params.tol, steps_max: params.max_iter as usize };
        let start = vec![0.0; glm.stride() * glm.n_outputs];
        let stop = &mut || ctx.should_stop();
        let found = match l1 > 0.0 {
            true => sparse::minimize(&glm, start, l1 / table.total, ending, stop)?,
            false => lbfgs::minimize(&mut glm, start, ending, stop)?,
        };
        let (mut weights, mut intercepts) = glm.unpack(&found.point);
        center(&mut intercepts, 1);
        if l1 + l2 == 0.0 {
            center(&mut weights, table.n_features);
        }
        let coefficients = Coefficients {
            n_features: table.n_features,
            weights,
            intercepts,
            deviations: table.deviations(),
            residual: found.residual,
        };
        let (classes, n_classes) = (grouping.present, classes.n_classes());
        Ok(Self { coefficients: coefficients.checked()?, classes, n_classes })
    }

    fn predict(&self, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
        self.each(x, |i, predictors| {
            let mut best = 0;
            for (k, predictor) in predictors.iter().enumerate() {
                if *predictor > predictors[best] {
                    best = k;
                }
            }
            out[i] = self.classes[best] as f64;
        })
    }

    fn predict_proba(&self, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
        fits(x.n_rows().checked_mul(self.n_classes) == Some(out.len()))?;
        out.fill(0.0);
        self.each(x, |i, predictors| {
            softmax(predictors, &mut [0.0]);
            for (class, p) in self.classes.iter().zip(predictors) {
                out[i * self.n_classes + class] = *p;
            }
        })
    }

    fn decision(&self, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
        let width = if self.n_classes == 2 { 1 } else { self.n_classes };
        fits(x.n_rows().checked_mul(width) == Some(out.len()))?;
        self.each(x, |i, predictors| {
            let out = &mut out[i * width..][..width];
            if width == 1 {
                out[0] = predictors[1];
                return;
            }
            let least = predictors.iter().copied().fold(f64::INFINITY, f64::min);
            out.fill(least - NEVER);
            for (class, predictor) in self.classes.iter().zip(predictors) {
                out[*class] = *predictor;
            }
        })
    }

    fn importance(&self, out: &mut [f64]) -> Result<()> {
        self.coefficients.importance(out)
    }

    fn save(&self, saver: &mut Saver) -> Result<()> {
        self.coefficients.save(saver);
        saver.u64s("classes", &self.classes.iter().map(|c| *c as u64).collect::<Vec<_>>());
        saver.u64("n_classes", self.n_classes as u64);
        Ok(())
    }

    fn load(loader: &mut Loader<'_>) -> Result<Self> {
        let coefficients = Coefficients::load(loader)?;
        let classes = loader.u64s("classes")?;
        let n_classes = loader.u64("n_classes")?;
        let n_outputs = if classes.len() == 2 { 1 } else { classes.len() };
        require(classes.len() >= 2 && classes.is_sorted_by(|a, b| a < b))?;
        require(coefficients.n_outputs() == n_outputs)?;
        require(classes.iter().all(|class| *class < n_classes) && n_classes <= 1 << 32)?;
        let classes = classes.into_iter().map(|class| class as usize).collect();
        Ok(Self { coefficients, classes, n_classes: n_classes as usize })
    }
}

/// A state that was loaded may be of another shape than the data around it.
fn fits(is_of_shape: bool) -> Result<()> {
    match is_of_shape {
        true => Ok(()),
        false => Err(Error::invalid("the saved classifier is of another shape than its data")),
    }
}

fn require(fits: bool) -> Result<()> {
    match fits {
        true => Ok(()),
        false => Err(Error::bad_state("the saved classifier does not fit together")),
    }
}

/// Takes the mean over outputs away: the same probabilities, and one of many solutions.
fn center(values: &mut [f64], n_columns: usize) {
    let n_rows = values.len() / n_columns;
    if n_rows == 1 {
        return;
    }
    for column in 0..n_columns {
        let sum: f64 = values[column..].iter().step_by(n_columns).sum();
        for value in values[column..].iter_mut().step_by(n_columns) {
            *value -= sum / n_rows as f64;
        }
    }
}

/// The classes that have rows.
struct Grouping {
    present: Vec<usize>,
    /// The place in `present` of each row's class.
    places: Vec<u32>,
    weights: Option<Vec<f64>>,
}

impl Grouping {
    fn new(
        classes: &Classes<'_>,
        weights: Option<&[f64]>,
        class_weight: ClassWeight,
    ) -> Result<Self> {
        let weight = |i: usize| weights.map_or(1.0, |weights| weights[i]);
        let mut sums = vec![0.0; classes.n_classes()];
        for (i, code) in classes.codes().iter().enumerate() {
            sums[*code as usize] += weight(i);
        }
        let present: Vec<usize> = (0..sums.len()).filter(|class| sums[*class] > 0.0).collect();
        if present.len() < 2 {
            return Err(Error::invalid(format!(
                "needs rows of at least two classes, found {}",
                present.len()
            )));
        }
        let mut place = vec![0; sums.len()];
        for (k, class) in present.iter().enumerate() {
            place[*class] = k as u32;
        }
        // A row of weight 0 may be of a class without others; its place means nothing.
        let places = classes.codes().iter().map(|code| place[*code as usize]).collect();
        let weights = match class_weight {
            ClassWeight::None => weights.map(<[f64]>::to_vec),
            ClassWeight::Balanced => {
                let mean = sums.iter().sum::<f64>() / present.len() as f64;
                let codes = classes.codes().iter().enumerate();
                let scaled = codes.map(|(i, code)| match sums[*code as usize] {
                    0.0 => 0.0,
                    sum => weight(i) * mean / sum,
                });
                Some(scaled.collect())
            }
        };
        Ok(Self { present, places, weights })
    }
}
