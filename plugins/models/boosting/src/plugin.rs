//! The booster as a plugin model.

use surmise_plugin_sdk::prelude::*;

use crate::booster::{Booster, Link};
use crate::params::Params;
use crate::settings::{Data, Target as Labels};
use crate::state;

const CAPS: &[Cap] = &[
    Cap::Proba,
    Cap::Decision,
    Cap::Save,
    Cap::Importance,
    Cap::Weights,
    Cap::Validation,
    Cap::Report,
];

/// The model `gradient_boosting`.
#[derive(Debug)]
pub struct GradientBoosting(Booster);

impl GradientBoosting {
    /// What was fitted.
    #[must_use]
    pub fn booster(&self) -> &Booster {
        &self.0
    }
}

impl Model for GradientBoosting {
    type Params = Params;

    const INFO: Info =
        Info::new("gradient_boosting", "Histogram gradient boosting of decision trees")
            .caps(CAPS)
            .missing(Missing::Nan)
            .multithreaded();

    fn fit(params: &Params, train: &Train<'_>, ctx: &mut FitCtx<'_>) -> Result<Self> {
        let n_classes = match train.target() {
            Target::Classes(classes) => Some(classes.n_classes()),
            Target::Values(_) => None,
        };
        let settings = params.settings(n_classes);
        let rows: Vec<&[f64]> = train.x().iter().collect();
        let judged = train.validation();
        let judged_rows: Vec<&[f64]> = judged.map_or(vec![], |rows| rows.x().iter().collect());
        let validation = judged.map(|judged| data(judged, &judged_rows));
        let surroundings = (ctx.seed(), ctx.n_threads());
        let report =
            &mut |n_done, metrics: &[(&str, f64)]| ctx.report(n_done, metrics).should_stop();
        Booster::fit(&data(train, &rows), validation.as_ref(), &settings, surroundings, report)
            .map(Self)
    }

    fn predict(&self, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
        require(x.n_features() == self.0.n_features() && out.len() == x.n_rows())?;
        let is_class = matches!(self.0.link, Link::Logit | Link::Softmax);
        let mut out = out.iter_mut();
        self.0.predict(x.iter(), |values| {
            if let Some(out) = out.next() {
                *out = if is_class { largest(values) as f64 } else { values[0] };
            }
        });
        Ok(())
    }

    fn predict_proba(&self, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
        let width = self.0.link.width(self.0.n_outputs());
        fill(&self.0, x, width, out, |x, visit| self.0.predict(x.iter(), visit))
    }

    fn decision(&self, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
        fill(&self.0, x, self.0.n_outputs(), out, |x, visit| self.0.raw(x.iter(), visit))
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
        state::load(loader).map(Self)
    }
}

fn data<'a>(train: &'a Train<'_>, rows: &'a [&'a [f64]]) -> Data<'a> {
    let target = match train.target() {
        Target::Classes(classes) => {
            Labels::Classes { codes: classes.codes(), n_classes: classes.n_classes() }
        }
        Target::Values(values) => Labels::Numbers(values),
    };
    Data { rows, target, weights: train.weights() }
}

/// Writes `width` numbers for each row.
fn fill(
    booster: &Booster,
    x: Rows<'_>,
    width: usize,
    out: &mut [f64],
    predict: impl FnOnce(Rows<'_>, &mut dyn FnMut(&[f64])),
) -> Result<()> {
    let n_values = x.n_rows().checked_mul(width);
    require(x.n_features() == booster.n_features() && n_values == Some(out.len()))?;
    let mut out = out.chunks_exact_mut(width);
    predict(x, &mut |values| {
        if let Some(out) = out.next() {
            out.copy_from_slice(values);
        }
    });
    Ok(())
}

/// The place of the largest, of equal ones the first.
fn largest(values: &[f64]) -> usize {
    let best =
        |best: usize, (i, value): (usize, &f64)| if *value > values[best] { i } else { best };
    values.iter().enumerate().fold(0, best)
}

/// A booster that was loaded may be another one than what surrounded it says.
fn require(fits: bool) -> Result<()> {
    match fits {
        true => Ok(()),
        false => Err(Error::bad_state("the saved booster is of another shape than its data")),
    }
}
