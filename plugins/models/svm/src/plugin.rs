//! The model `svc`, and what it shares with `nu_svc`.

use surmise_plugin_sdk::prelude::*;

use crate::classifier::{Classifier, Settings};
use crate::error::SvmError;
use crate::params::Params;
use crate::sample::gamma as gamma_of;
use crate::state;
use crate::train::Training;

/// What the classifiers can do. Probabilities only where the hyperparameters ask for them.
pub(crate) const CAPS: &[Cap] = &[Cap::Proba, Cap::Save, Cap::Weights];

/// The model `svc`: a C-support-vector classifier.
#[derive(Debug)]
pub struct Svc(Fitted);

impl Svc {
    /// What was fitted.
    #[must_use]
    pub fn classifier(&self) -> &Classifier {
        &self.0.classifier
    }
}

impl Model for Svc {
    type Params = Params;

    const INFO: Info = Info::new("svc", "Support-vector classifier, one-versus-one")
        .tasks(&[Task::Classification])
        .caps(CAPS)
        .probabilities_if("probability")
        .default_model();

    fn fit(params: &Params, train: &Train<'_>, ctx: &mut FitCtx<'_>) -> Result<Self> {
        let seed = params.probability.then_some(ctx.seed());
        let asked = Training {
            class_weight: params.class_weight,
            probability: seed,
            ..Training::new(&[], &[])
        };
        let settings = |gamma, rows: &[&[f64]]| {
            let scaled = Params { gamma, ..params.clone() };
            scaled.settings(rows)
        };
        Fitted::new(asked, (params.gamma, settings), train, ctx).map(Self)
    }

    fn predict(&self, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
        self.0.predict(x, out)
    }

    fn predict_proba(&self, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
        self.0.predict_proba(x, out)
    }

    fn save(&self, saver: &mut Saver) -> Result<()> {
        self.0.save(saver);
        Ok(())
    }

    fn load(loader: &mut Loader<'_>) -> Result<Self> {
        Fitted::load(loader).map(Self)
    }
}

/// A classifier with the number of classes that there are, which may not all have had rows.
#[derive(Debug)]
pub(crate) struct Fitted {
    pub(crate) classifier: Classifier,
    n_classes: usize,
}

impl Fitted {
    /// Fits to the rows of `train` what is asked of other rows.
    pub(crate) fn new(
        asked: Training<'_>,
        (gamma, settings): (f64, impl Fn(f64, &[&[f64]]) -> Settings),
        train: &Train<'_>,
        ctx: &mut FitCtx<'_>,
    ) -> Result<Self> {
        let classes = train.classes()?;
        let rows: Vec<&[f64]> = train.x().iter().collect();
        let training =
            Training { rows: &rows, labels: classes.codes(), weights: train.weights(), ..asked };
        let gamma = gamma_of(gamma, &rows, train.weights());
        let interrupt = &mut || ctx.should_stop();
        let classifier = Classifier::train(&training, &settings(gamma, &rows), interrupt)?;
        Ok(Self { classifier, n_classes: classes.n_classes() })
    }

    pub(crate) fn predict(&self, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
        self.check(x, x.n_rows() == out.len())?;
        for (out, code) in out.iter_mut().zip(self.classifier.predict(x.iter())) {
            *out = f64::from(code);
        }
        Ok(())
    }

    pub(crate) fn predict_proba(&self, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
        let n = self.n_classes;
        self.check(x, x.n_rows().checked_mul(n) == Some(out.len()))?;
        out.fill(0.0);
        let mut left = out.chunks_exact_mut(n);
        self.classifier.probabilities(x.iter(), |probabilities| {
            if let Some(out) = left.next() {
                for (&class, &p) in self.classifier.classes().iter().zip(probabilities) {
                    out[class as usize] = p;
                }
            }
        })?;
        match out.iter().all(|p| p.is_finite()) {
            true => Ok(()),
            false => Err(Error::numeric("a decision left the range of finite numbers")),
        }
    }

    /// What was loaded may be of another shape than what surrounded it says.
    fn check(&self, x: Rows<'_>, fits: bool) -> Result<()> {
        match fits && x.n_features() == self.classifier.n_features() {
            true => Ok(()),
            false => Err(Error::bad_state("the saved machine is of another shape than its data")),
        }
    }

    pub(crate) fn save(&self, saver: &mut Saver) {
        state::save(&self.classifier, saver);
        saver.u64("n_classes", self.n_classes as u64);
    }

    pub(crate) fn load(loader: &mut Loader<'_>) -> Result<Self> {
        let classifier = state::load(loader)?;
        let n_classes = loader.u64("n_classes")?;
        let last = classifier.classes().last().map_or(0, |class| u64::from(*class));
        match last < n_classes && n_classes <= 1 << 32 {
            true => Ok(Self { classifier, n_classes: n_classes as usize }),
            false => Err(Error::bad_state("the saved classes are more than there are")),
        }
    }
}

impl From<SvmError> for Error {
    fn from(error: SvmError) -> Self {
        match error {
            SvmError::Data(_) | SvmError::Setting(_) | SvmError::InfeasibleNu { .. } => {
                Self::invalid(error)
            }
            SvmError::NoProbabilities => Self::unsupported(error),
            SvmError::Overflow | SvmError::NotConverged { .. } | SvmError::NoMargin { .. } => {
                Self::numeric(error)
            }
        }
    }
}
