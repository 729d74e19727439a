//! What every linear model has learned, and its saved form.

use surmise_plugin_sdk::prelude::*;

use crate::simd::forward;

/// Coefficients and intercept of each output; `η_k(x) = w_k · x + b_k`.
#[derive(Debug, Clone, PartialEq)]
pub struct Coefficients {
    pub(crate) n_features: usize,
    /// `outputs × features`, row-major.
    pub(crate) weights: Vec<f64>,
    pub(crate) intercepts: Vec<f64>,
    /// The standard deviation of each feature in training.
    pub(crate) deviations: Vec<f64>,
    /// How far the solution is from optimal, in the units of the model's `tol`.
    pub(crate) residual: f64,
}

impl Coefficients {
    /// Coefficients, `outputs × features`, row-major.
    #[must_use]
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// An intercept for each output.
    #[must_use]
    pub fn intercepts(&self) -> &[f64] {
        &self.intercepts
    }

    /// How far the solution is from optimal, in the units of the model's `tol`; 0 where it was
    /// solved directly.
    #[must_use]
    pub fn residual(&self) -> f64 {
        self.residual
    }

    pub(crate) fn n_outputs(&self) -> usize {
        self.intercepts.len()
    }

    /// Checks that numbers are finite.
    pub(crate) fn checked(self) -> Result<Self> {
        let numbers = [&self.weights, &self.intercepts, &self.deviations];
        let is_finite = numbers.into_iter().flatten().all(|number| number.is_finite());
        match is_finite {
            true => Ok(self),
            false => Err(crate::table::too_large()),
        }
    }

    /// Calls `visit` with the outputs of each row: O(outputs × features) a row.
    pub(crate) fn each(&self, x: Rows<'_>, mut visit: impl FnMut(usize, &mut [f64])) -> Result<()> {
        if x.n_features() != self.n_features {
            return Err(Error::invalid("the saved model is of another shape than its data"));
        }
        let mut outputs = vec![0.0; self.n_outputs()];
        for (i, row) in x.iter().enumerate() {
            forward(&[row], &self.weights, self.n_features, &self.intercepts, &mut outputs);
            if outputs.iter().any(|output| !output.is_finite()) {
                return Err(crate::table::too_large());
            }
            visit(i, &mut outputs);
        }
        Ok(())
    }

    /// Absolute standardized coefficients: what a standard deviation of each feature changes, the
    /// mean over outputs.
    pub(crate) fn importance(&self, out: &mut [f64]) -> Result<()> {
        if out.len() != self.n_features {
            return Err(Error::invalid("the saved model is of another shape than its data"));
        }
        for (j, out) in out.iter_mut().enumerate() {
            let sizes = self.weights[j..].iter().step_by(self.n_features).map(|w| w.abs());
            *out = sizes.sum::<f64>() / self.n_outputs() as f64 * self.deviations[j];
        }
        Ok(())
    }

    pub(crate) fn save(&self, saver: &mut Saver) {
        saver.f64s("weights", &self.weights);
        saver.f64s("intercepts", &self.intercepts);
        saver.f64s("deviations", &self.deviations);
        saver.f64("residual", self.residual);
    }

    /// Reads what [`Coefficients::save`] wrote.
    pub(crate) fn load(loader: &mut Loader<'_>) -> Result<Self> {
        let weights = loader.f64s("weights")?;
        let intercepts = loader.f64s("intercepts")?;
        let deviations = loader.f64s("deviations")?;
        let residual = loader.f64("residual")?;
        let n_features = deviations.len();
        let is_sound = n_features > 0
            && !intercepts.is_empty()
            && n_features.checked_mul(intercepts.len()) == Some(weights.len())
            && [&weights, &intercepts, &deviations].into_iter().flatten().all(|v| v.is_finite())
            && deviations.iter().all(|deviation| *deviation >= 0.0);
        match is_sound {
            true => Ok(Self { n_features, weights, intercepts, deviations, residual }),
            false => Err(Error::bad_state("the saved coefficients do not fit together")),
        }
    }

    /// The same for a model of one output.
    pub(crate) fn load_single(loader: &mut Loader<'_>) -> Result<Self> {
        let coefficients = Self::load(loader)?;
        match coefficients.n_outputs() {
            1 => Ok(coefficients),
            n => Err(Error::bad_state(format!("a regression has one output, not {n}"))),
        }
    }
}
