//! The forests as plugin models.

use std::marker::PhantomData;

use surmise_plugin_sdk::prelude::*;

use crate::fit::{Settings, Target as Labels};
use crate::forest::{Forest, largest};
use crate::params::{ExtraParams, Params};
use crate::state;

const CAPS: &[Cap] = &[Cap::Proba, Cap::Save, Cap::Importance, Cap::Weights, Cap::Report];

/// Hyperparameters that say how trees are planted.
pub trait Planting: Hyperparams {
    /// The model that they are of.
    const MODEL: Info;

    /// What they mean for rows of so many features.
    fn settings(&self, n_features: usize, is_classes: bool) -> Settings;
}

impl Planting for Params {
    const MODEL: Info = Info::new("random_forest", "Random forest, exact splits").default_model();

    fn settings(&self, n_features: usize, is_classes: bool) -> Settings {
        self.settings(n_features, is_classes)
    }
}

impl Planting for ExtraParams {
    const MODEL: Info = Info::new("extra_trees", "Extremely randomized trees");

    fn settings(&self, n_features: usize, is_classes: bool) -> Settings {
        self.settings(n_features, is_classes)
    }
}

/// A forest of trees that were planted so.
#[derive(Debug)]
pub struct Planted<P>(Forest, PhantomData<fn() -> P>);

/// The model `random_forest`.
pub type RandomForest = Planted<Params>;

/// The model `extra_trees`.
pub type ExtraTrees = Planted<ExtraParams>;

impl<P> Planted<P> {
    /// What was fitted.
    #[must_use]
    pub fn forest(&self) -> &Forest {
        &self.0
    }
}

impl<P: Planting + std::fmt::Debug + 'static> Model for Planted<P> {
    type Params = P;

    const INFO: Info = P::MODEL.caps(CAPS).missing(Missing::Nan).multithreaded();

    fn fit(params: &P, train: &Train<'_>, ctx: &mut FitCtx<'_>) -> Result<Self> {
        let is_classes = matches!(train.target(), Target::Classes(_));
        let settings = params.settings(train.x().n_features(), is_classes);
        Ok(Self(fit(&settings, train, ctx)?, PhantomData))
    }

    fn predict(&self, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
        predict(&self.0, x, out)
    }

    fn predict_proba(&self, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
        predict_proba(&self.0, x, out)
    }

    fn importance(&self, out: &mut [f64]) -> Result<()> {
        require(out.len() == self.0.n_features())?;
        out.copy_from_slice(self.0.importance());
        Ok(())
    }

    fn save(&self, saver: &mut Saver) -> Result<()> {
        state::save(&self.0, saver);
        Ok(())
    }

    fn load(loader: &mut Loader<'_>) -> Result<Self> {
        Ok(Self(state::load(loader)?, PhantomData))
    }
}

fn fit(settings: &Settings, train: &Train<'_>, ctx: &mut FitCtx<'_>) -> Result<Forest> {
    let rows: Vec<&[f64]> = train.x().iter().collect();
    let target = match train.target() {
        Target::Classes(classes) => {
            Labels::Classes { codes: classes.codes(), n_classes: classes.n_classes() }
        }
        Target::Values(values) => Labels::Numbers(values),
    };
    let surroundings = (ctx.seed(), ctx.n_threads());
    let interrupt = &mut || ctx.should_stop();
    let (forest, oob_score) =
        Forest::fit(&rows, target, train.weights(), settings, surroundings, interrupt)?;
    let n_leaves = forest.n_leaves();
    let mut metrics =
        vec![("leaves", n_leaves.iter().sum::<usize>() as f64 / n_leaves.len() as f64)];
    metrics.extend(oob_score.map(|score| ("oob_score", score)));
    // Nothing is left to end.
    let _ = ctx.report(forest.n_trees() as u64, &metrics);
    Ok(forest)
}

fn predict(forest: &Forest, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
    require(x.n_features() == forest.n_features() && out.len() == x.n_rows())?;
    let mut out = out.iter_mut();
    forest.predict(x.iter(), |values| {
        if let Some(out) = out.next() {
            *out = if forest.n_classes() > 0 { largest(values) as f64 } else { values[0] };
        }
    });
    Ok(())
}

fn predict_proba(forest: &Forest, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
    let width = forest.n_classes();
    let n_values = x.n_rows().checked_mul(width);
    require(x.n_features() == forest.n_features() && width > 0 && n_values == Some(out.len()))?;
    let mut out = out.chunks_exact_mut(width);
    forest.predict(x.iter(), |values| {
        if let Some(out) = out.next() {
            out.copy_from_slice(values);
        }
    });
    Ok(())
}

/// A forest that was loaded may be another one than what surrounded it says.
fn require(fits: bool) -> Result<()> {
    match fits {
        true => Ok(()),
        false => Err(Error::bad_state("the saved forest is of another shape than its data")),
    }
}
