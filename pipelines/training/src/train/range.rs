//! The learning-rate range test: how the loss goes while the learning rate grows.
//!
//! L. N. Smith, *Cyclical learning rates for training neural networks* (2017), section 3.3. One
//! short training whose learning rate grows by the same factor in each step; rates a little below
//! the one where the loss falls fastest are good ones.

use serde::{Deserialize, Serialize};

use super::by_steps::{Mean, Stepper};
use super::order::Order;
use super::session::Session;
use super::{Data, Run};
use crate::optimize::Method;
use crate::plan::Built;
use crate::{Differentiable, Error, Plan, Real, Result, rows};

/// What rates are tried.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RangeTest {
    /// The rate of the first step.
    pub lowest: f64,
    /// The rate of the last step.
    pub highest: f64,
    /// How many steps, at least 3.
    pub steps: u64,
    /// How much of the smoothed loss is kept from step to step, below 1.
    pub smoothing: f64,
    /// It ends when the smoothed loss is so many times the lowest one.
    pub tolerance: f64,
}

impl Default for RangeTest {
    fn default() -> Self {
        Self { lowest: 1e-7, highest: 10.0, steps: 100, smoothing: 0.9, tolerance: 4.0 }
    }
}

impl RangeTest {
    /// Whether it is one.
    ///
    /// # Errors
    /// If the rates are no range, or another setting is out of its own.
    pub fn check(&self) -> Result<()> {
        let Self { lowest, highest, steps, smoothing, tolerance } = *self;
        let is_range = 0.0 < lowest && lowest < highest && highest.is_finite() && 3 <= steps;
        match is_range && (0.0..1.0).contains(&smoothing) && 1.0 < tolerance {
            true => Ok(()),
            false => Err(Error::data(
                "a range test needs 0 < lowest < highest, at least 3 steps, 0 <= smoothing < 1 and \
                 a tolerance above 1",
            )),
        }
    }
}

/// How the loss went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RangeCurve {
    /// Learning rates and smoothed losses, without bias towards 0, in the order of the steps.
    pub points: Vec<(f64, f64)>,
    /// The rate around which the loss falls fastest by the logarithm of the rate; `None` if it
    /// falls nowhere.
    pub steepest: Option<f64>,
}

/// Runs the test with a plan's optimizer, batches and stages but `early_stopping`; its schedule and
/// epochs do not count.
///
/// A loss that is no finite number ends the test; it is no error.
///
/// # Errors
/// As [`train`](super::train), and if the rates are no range or the optimizer has a line search.
pub fn range_test<T: Real>(
    model: &mut dyn Differentiable<T>,
    data: &Data<'_, T>,
    plan: &Plan,
    run: Run,
    test: RangeTest,
) -> Result<RangeCurve> {
    test.check()?;
    let RangeTest { lowest, highest, steps, smoothing, tolerance } = test;
    let Built { method, settings, mut stages, .. } = plan.build::<T>()?;
    // There are no epochs to stop at.
    stages.retain(|stage| stage.name != "early_stopping");
    let Method::Steps(optimizer) = method else {
        return Err(Error::data("a line search finds its own step: there is no rate to test"));
    };
    let order = Order::of_seed(run.seed, settings.shuffle);
    let decay = optimizer.weight_decay();
    let mut session = Session::begin(model, data, settings, stages, run, Some(decay))?;
    let mut stepper = Stepper::new(optimizer, session.point.params.len());
    let n = rows::n_rows(&data.train, data.shape);
    let size = session.pace.batch;
    let mut points: Vec<(f64, f64)> = Vec::new();
    let (mut smooth, mut least) = (0.0, f64::INFINITY);
    let batches = (0..).flat_map(|epoch| {
        let rows = order.rows(epoch, n);
        rows.chunks(size).map(<[usize]>::to_vec).collect::<Vec<_>>()
    });
    for (i, rows) in (0..steps).zip(batches) {
        let rate = lowest * libm::pow(highest / lowest, i as f64 / (steps - 1) as f64);
        let mut mean = Mean::default();
        let made = stepper.step(&mut session, &[&rows], rate, &mut mean, &|| Ok(()));
        match made {
            Err(Error::Diverged { .. }) => break,
            made => made?,
        }
        smooth = smoothing * smooth + (1.0 - smoothing) * mean.value()?;
        let loss = smooth / (1.0 - libm::pow(smoothing, (i + 1) as f64));
        points.push((rate, loss));
        least = least.min(loss);
        if tolerance * least < loss {
            break;
        }
    }
    Ok(RangeCurve::new(points))
}

impl RangeCurve {
    /// The curve of these learning rates and smoothed losses, in the order of the steps.
    #[must_use]
    pub fn new(points: Vec<(f64, f64)>) -> Self {
        Self { steepest: steepest(&points), points }
    }
}

/// Where the central difference of the loss is lowest, if that is a fall.
fn steepest(points: &[(f64, f64)]) -> Option<f64> {
    let falls = points.windows(3).map(|w| (w[1].0, w[2].1 - w[0].1));
    let (rate, fall) = falls.min_by(|a, b| a.1.total_cmp(&b.1))?;
    (fall < 0.0).then_some(rate)
}
