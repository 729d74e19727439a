//! The model `huber_regression`.

use surmise_plugin_sdk::prelude::*;

use crate::coefficients::Coefficients;
use crate::gram::{Factor, gram};
use crate::lbfgs::{self, Ending, Inverse, Smooth};
use crate::simd::{axpy, dot};
use crate::table::Table;

/// The hyperparameters of a Huber regression. Names and meanings are those of scikit-learn's
/// `HuberRegressor`.
#[derive(Debug, Clone, PartialEq, Hyperparams)]
pub struct HuberParams {
    /// Residuals of more than so many scales count linearly
    #[hp(default = 1.35, range = 1.0..=1e6, log)]
    pub epsilon: f64,
    /// The squares of the coefficients times it are beside the sum of the losses; 0 for no penalty
    #[hp(default = 1e-4, range = 0.0..=1e10)]
    pub alpha: f64,
    /// Whether to fit an intercept
    #[hp(default = true)]
    pub fit_intercept: bool,
    /// Largest entry of the gradient of the mean loss that is accepted, relative to the scale
    #[hp(default = 1e-5, range = 1e-12..=1.0, log)]
    pub tol: f64,
    /// Most steps
    #[hp(default = 1000, range = 1..=1_000_000_000, log)]
    pub max_iter: u32,
}

/// Linear regression that outliers do not move: squares for small residuals, absolute values for
/// large ones, and the scale that separates them estimated at the same time.
///
/// Minimizes `Σ s_i (σ + H(r_i / σ) σ) + α |w|²`, with `H(z) = z²` for `|z| < ε`, `2 ε |z| - ε²`
/// beyond (Huber & Ronchetti, "Robust Statistics", 2nd edition, section 7.8; Owen, "A robust hybrid
/// of lasso and ridge regression", 2007), over `w`, `b` and `log σ`.
#[derive(Debug)]
pub struct HuberRegression {
    coefficients: Coefficients,
    scale: f64,
}

impl HuberRegression {
    /// What was fitted.
    #[must_use]
    pub fn coefficients(&self) -> &Coefficients {
        &self.coefficients
    }

    /// The scale `σ` of the residuals; 0 where least squares leave none.
    #[must_use]
    pub fn scale(&self) -> f64 {
        self.scale
    }
}

impl Model for HuberRegression {
    type Params = HuberParams;

    const INFO: Info = Info::new(
        "huber_regression",
        "Linear regression with Huber's loss and an estimated scale: outliers count little",
    )
    .tasks(&[Task::Regression])
    .caps(&[Cap::Save, Cap::Importance, Cap::Weights]);

    fn fit(params: &Self::Params, train: &Train<'_>, ctx: &mut FitCtx<'_>) -> Result<Self> {
        let y = train.values()?;
        let table = Table::new(train.x(), train.weights(), params.fit_intercept)?;
        let (w, b) = crate::least_squares::solve(&table, y, params.alpha, params.fit_intercept)?;
        let residuals: Vec<f64> =
            table.rows.iter().zip(y).map(|(x, y)| y - dot(x, &w) - b).collect();
        let unit = table.mean_of(&residuals.iter().map(|r| r * r).collect::<Vec<_>>()).sqrt();
        let size = table.mean_of(&y.iter().map(|y| y * y).collect::<Vec<_>>()).sqrt();
        if !unit.is_finite() {
            return Err(crate::table::too_large());
        }
        let mut start = w;
        if params.fit_intercept {
            start.push(b + dot(&table.means, &start));
        }
        // Least squares that leave nothing have no scale to separate outliers by, and none are.
        if unit <= 1e-13 * size {
            start.push(f64::NEG_INFINITY);
            return Self::new(&table, &start, params.fit_intercept, 1.0, 0.0);
        }
        start.iter_mut().for_each(|v| *v /= unit);
        start.push(0.0);
        let scaled: Vec<f64> = y.iter().map(|y| y / unit).collect();
        let mut huber = Huber { table: &table, y: &scaled, params, unit };
        let ending = Ending { tolerance: params.tol, steps_max: params.max_iter as usize };
        let found = lbfgs::minimize(&mut huber, start, ending, &mut || ctx.should_stop())?;
        Self::new(&table, &found.point, params.fit_intercept, unit, found.residual)
    }

    fn predict(&self, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
        self.coefficients.each(x, |i, outputs| out[i] = outputs[0])
    }

    fn importance(&self, out: &mut [f64]) -> Result<()> {
        self.coefficients.importance(out)
    }

    fn save(&self, saver: &mut Saver) -> Result<()> {
        self.coefficients.save(saver);
        saver.f64("scale", self.scale);
        Ok(())
    }

    fn load(loader: &mut Loader<'_>) -> Result<Self> {
        let coefficients = Coefficients::load_single(loader)?;
        let scale = loader.f64("scale")?;
        match scale.is_finite() && scale >= 0.0 {
            true => Ok(Self { coefficients, scale }),
            false => Err(Error::bad_state(format!("`scale` is {scale}"))),
        }
    }
}

impl HuberRegression {
    fn new(
        table: &Table<'_>,
        point: &[f64],
        has_intercept: bool,
        unit: f64,
        residual: f64,
    ) -> Result<Self> {
        let p = table.n_features;
        let weights: Vec<f64> = point[..p].iter().map(|w| w * unit).collect();
        let center = if has_intercept { point[p] * unit } else { 0.0 };
        let coefficients = Coefficients {
            n_features: p,
            intercepts: vec![center - dot(&table.means, &weights)],
            weights,
            deviations: table.deviations(),
            residual,
        };
        let scale = unit * libm::exp(point[point.len() - 1]);
        Ok(Self { coefficients: coefficients.checked()?, scale })
    }
}

/// The mean loss over centered features, in units of the least squares' residuals; the last
/// parameter is `log σ`.
struct Huber<'a> {
    table: &'a Table<'a>,
    y: &'a [f64],
    params: &'a HuberParams,
    unit: f64,
}

impl Huber<'_> {
    /// The residual of each row.
    fn residuals(&self, point: &[f64]) -> Vec<f64> {
        let p = self.table.n_features;
        let center = if self.params.fit_intercept { point[p] } else { 0.0 };
        let shift = center - dot(&self.table.means, &point[..p]);
        self.table.rows.iter().zip(self.y).map(|(x, y)| y - dot(x, &point[..p]) - shift).collect()
    }

    /// Of the squares, as the losses in units of `unit`.
    fn penalty(&self) -> f64 {
        2.0 * self.params.alpha * self.unit / self.table.total
    }
}

impl Smooth for Huber<'_> {
    fn evaluate(&mut self, point: &[f64], gradient: &mut [f64]) -> f64 {
        let (table, p, epsilon) = (self.table, self.table.n_features, self.params.epsilon);
        let scale = libm::exp(point[point.len() - 1]);
        gradient.fill(0.0);
        let (mut loss, mut slope_scale, mut total) = (0.0, 0.0, 0.0);
        for (i, r) in self.residuals(point).into_iter().enumerate() {
            let (weight, z) = (table.weight(i), r / scale);
            let is_outside = z.abs() >= epsilon;
            let value =
                if is_outside { 2.0 * epsilon * z.abs() - epsilon * epsilon } else { z * z };
            let slope = if is_outside { (2.0 * epsilon).copysign(z) } else { 2.0 * z };
            loss += weight * scale * (1.0 + value);
            // d/d(log σ) of σ (1 + H(r / σ)).
            slope_scale += weight * scale * (1.0 + value - z * slope);
            total -= weight * slope;
            axpy(-weight * slope, table.rows[i], &mut gradient[..p]);
        }
        axpy(-total, &table.means, &mut gradient[..p]);
        if self.params.fit_intercept {
            gradient[p] = total;
        }
        gradient[point.len() - 1] = slope_scale;
        gradient.iter_mut().for_each(|g| *g /= table.total);
        axpy(self.penalty(), &point[..p], &mut gradient[..p]);
        loss / table.total + 0.5 * self.penalty() * dot(&point[..p], &point[..p])
    }

    fn curvature(&mut self, point: &[f64]) -> Inverse {
        let (table, p, size) = (self.table, self.table.n_features, point.len());
        let scale = libm::exp(point[size - 1]);
        let residuals = self.residuals(point);
        let has_intercept = self.params.fit_intercept;
        let mut matrix = gram(table.rows.len(), size - 1, |i, out| {
            let is_inside = (residuals[i] / scale).abs() < self.params.epsilon;
            let root = if is_inside { (2.0 * table.weight(i) / scale).sqrt() } else { 0.0 };
            for ((out, x), m) in out.iter_mut().zip(table.rows[i]).zip(&table.means) {
                *out = root * (x - m);
            }
            if has_intercept {
                out[p] = root;
            }
        }) / table.total;
        for j in 0..p {
            matrix[(j, j)] += self.penalty();
        }
        let factor = Factor::regularized(&matrix);
        Box::new(move |gradient| {
            let (last, others) = (gradient[size - 1], &gradient[..size - 1]);
            let mut solved = match &factor {
                Some(factor) => factor.solve(others),
                None => others.to_vec(),
            };
            solved.push(last / scale);
            solved
        })
    }

    fn renewal(&self) -> usize {
        (self.table.n_features / 8).max(2)
    }
}
