//! A fitted model with the shape of its data, and the checks that every caller relies on.

use surmise_plugin_abi as abi;

use crate::layout::Features;
use crate::{Cap, Error, FitCtx, LayoutModel, Loader, Result, Saver, Target, Task, Train, Verdict};

/// What to predict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Output {
    Value,
    Proba,
    Decision,
}

/// A model that was fitted or loaded.
pub(crate) struct Fitted<M> {
    model: M,
    n_features: usize,
    /// 0 for regression.
    n_classes: usize,
}

impl<M: LayoutModel> Fitted<M> {
    pub(crate) fn fit(
        params: &M::Params,
        train: &Train<'_, M::Features<'_>>,
        ctx: &mut FitCtx<'_>,
    ) -> Result<Self> {
        let (task, n_classes) = match train.target() {
            Target::Classes(classes) => (Task::Classification, classes.n_classes()),
            Target::Values(_) => (Task::Regression, 0),
        };
        if !M::INFO.does(task) {
            return Err(Error::unsupported(format!("{} does no {task:?}", M::INFO.id)));
        }
        if train.x().n_rows() == 0 {
            return Err(Error::invalid("there are no rows to learn from"));
        }
        if train.weights().is_some() && !M::INFO.can(Cap::Weights) {
            return Err(Error::unsupported(format!("{} takes no row weights", M::INFO.id)));
        }
        if let Some(validation) = train.validation() {
            check_validation::<M>(train, validation)?;
        }
        let fitted = M::fit(params, train, ctx);
        // Before the model's own error, which may only be how it gave up.
        if ctx.verdict() == Verdict::Cancel {
            return Err(Error::new(abi::E_CANCELLED, "cancelled"));
        }
        Ok(Self { model: fitted?, n_features: train.x().n_features(), n_classes })
    }

    pub(crate) fn predict(
        &self,
        x: M::Features<'_>,
        output: Output,
        out: &mut [f64],
    ) -> Result<()> {
        if x.n_features() != self.n_features {
            return Err(Error::invalid(format!(
                "fitted with {} features, asked to predict from {}",
                self.n_features,
                x.n_features()
            )));
        }
        let n_values = self.n_values(x.n_rows(), output)?;
        if out.len() != n_values {
            return Err(Error::invalid(format!(
                "the output has room for {} values, not {n_values}",
                out.len()
            )));
        }
        match output {
            Output::Value => self.model.predict(x, out),
            Output::Proba => self.model.predict_proba(x, out),
            Output::Decision => self.model.decision(x, out),
        }
    }

    /// How many values this output has for `n_rows` rows.
    pub(crate) fn n_values(&self, n_rows: usize, output: Output) -> Result<usize> {
        let n_columns = match (output, self.n_classes) {
            (Output::Value, _) => 1,
            (_, 0) => return Err(Error::unsupported("a regression predicts values only")),
            (Output::Proba, n) if M::INFO.can(Cap::Proba) => n,
            (Output::Decision, n) if M::INFO.can(Cap::Decision) => {
                if n == 2 {
                    1
                } else {
                    n
                }
            }
            (output, _) => {
                return Err(Error::unsupported(format!("{} has no {output:?} output", M::INFO.id)));
            }
        };
        n_rows.checked_mul(n_columns).ok_or_else(|| Error::invalid("too many rows"))
    }

    /// How much each feature mattered.
    pub(crate) fn importance(&self, out: &mut [f64]) -> Result<()> {
        if out.len() != self.n_features {
            return Err(Error::invalid(format!(
                "the output has room for {} features, not {}",
                out.len(),
                self.n_features
            )));
        }
        self.model.importance(out)
    }

    pub(crate) fn n_features(&self) -> usize {
        self.n_features
    }

    pub(crate) fn save(&self) -> Result<Vec<u8>> {
        let mut saver = Saver::default();
        saver.text("model", M::INFO.id);
        saver.u64("n_features", self.n_features as u64);
        saver.u64("n_classes", self.n_classes as u64);
        self.model.save(&mut saver)?;
        Ok(saver.into_bytes())
    }

    pub(crate) fn load(bytes: &[u8]) -> Result<Self> {
        let mut loader = Loader::new(bytes);
        let id = loader.text("model")?;
        if id != M::INFO.id {
            return Err(Error::bad_state(format!("a state of `{id}`, not of `{}`", M::INFO.id)));
        }
        let size = |n: u64| usize::try_from(n).map_err(|_| Error::bad_state("absurd size"));
        let n_features = size(loader.u64("n_features")?)?;
        let n_classes = size(loader.u64("n_classes")?)?;
        let model = M::load(&mut loader)?;
        loader.finish()?;
        Ok(Self { model, n_features, n_classes })
    }

    pub(crate) fn model(&self) -> &M {
        &self.model
    }
}

/// Refuses validation rows of another kind, and any for a model that has no use for them.
fn check_validation<M: LayoutModel>(
    train: &Train<'_, M::Features<'_>>,
    validation: &Train<'_, M::Features<'_>>,
) -> Result<()> {
    if !M::INFO.can(Cap::Validation) {
        return Err(Error::unsupported(format!("{} takes no validation rows", M::INFO.id)));
    }
    let same_target = match (train.target(), validation.target()) {
        (Target::Classes(a), Target::Classes(b)) => a.names() == b.names(),
        (Target::Values(_), Target::Values(_)) => true,
        _ => false,
    };
    let (x, other) = (train.x(), validation.x());
    if !same_target || x.n_features() != other.n_features() || other.n_rows() == 0 {
        return Err(Error::invalid("the validation rows are not like the training rows"));
    }
    Ok(())
}
