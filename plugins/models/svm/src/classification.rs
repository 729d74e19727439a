//! The models that tell classes apart.

use std::fmt;
use std::marker::PhantomData;

use surmise_plugin_sdk::prelude::*;

use crate::classifier::Classifier;
use crate::hyperparams::Machine;
use crate::sample;
use crate::state;
use crate::train::Training;

/// What these can do. Probabilities only where the hyperparameters ask for them.
const CAPS: &[Cap] = &[Cap::Proba, Cap::Save, Cap::Weights];

/// Hyperparameters of a model that tells classes apart.
pub trait Classifies: Machine {
    /// The model that they are of.
    const MODEL: Info;

    /// What they ask for, of no rows yet; `seed` is for the folds of probabilities.
    fn asked(&self, seed: u64) -> Training<'static>;
}

/// A classifier with the number of classes that there are, which may not all have had rows.
#[derive(Debug)]
pub struct Classification<P> {
    classifier: Classifier,
    n_classes: usize,
    of: PhantomData<fn() -> P>,
}

impl<P> Classification<P> {
    /// What was fitted.
    #[must_use]
    pub fn classifier(&self) -> &Classifier {
        &self.classifier
    }

    /// What was loaded may be of another shape than what surrounded it says.
    fn check(&self, x: Rows<'_>, fits: bool) -> Result<()> {
        match fits && x.n_features() == self.classifier.n_features() {
            true => Ok(()),
            false => Err(Error::bad_state("the saved machine is of another shape than its data")),
        }
    }
}

impl<P: Classifies + fmt::Debug> Model for Classification<P> {
    type Params = P;

    const INFO: Info =
        P::MODEL.tasks(&[Task::Classification]).caps(CAPS).probabilities_if("probability");

    fn fit(params: &P, train: &Train<'_>, ctx: &mut FitCtx<'_>) -> Result<Self> {
        let classes = train.classes()?;
        let (rows, weights): (Vec<&[f64]>, _) = (train.x().iter().collect(), train.weights());
        let gamma = sample::gamma(params.gamma(), &rows, weights);
        let settings = params.scaled(gamma, &rows);
        let (labels, asked) = (classes.codes(), params.asked(ctx.seed()));
        let training = Training { rows: &rows, labels, weights, ..asked };
        let classifier = Classifier::train(&training, &settings, &mut || ctx.should_stop())?;
        Ok(Self { classifier, n_classes: classes.n_classes(), of: PhantomData })
    }

    fn predict(&self, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
        self.check(x, x.n_rows() == out.len())?;
        for (out, code) in out.iter_mut().zip(self.classifier.predict(x.iter())) {
            *out = f64::from(code);
        }
        Ok(())
    }

    fn predict_proba(&self, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
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

    fn save(&self, saver: &mut Saver) -> Result<()> {
        state::save(&self.classifier, saver);
        saver.u64("n_classes", self.n_classes as u64);
        Ok(())
    }

    fn load(loader: &mut Loader<'_>) -> Result<Self> {
        let classifier = state::load(loader)?;
        let n_classes = loader.u64("n_classes")?;
        let last = classifier.classes().last().map_or(0, |class| u64::from(*class));
        match last < n_classes && n_classes <= 1 << 32 {
            true => Ok(Self { classifier, n_classes: n_classes as usize, of: PhantomData }),
            false => Err(Error::bad_state("the saved classes are more than there are")),
        }
    }
}
