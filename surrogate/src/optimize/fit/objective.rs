//! What a fit minimises.

use std::borrow::Cow;

use surmise_core::seed::Seed;

use super::{Fit, Form};
use crate::Result;
use crate::gp::{Hyperparameters, Likelihood, Pairs, TrainingSet};
use crate::kernel::InputWarp;
use crate::linalg::dot;
use crate::normal;
use crate::optimize::{Bounds, Limits, Minimum, minimize};
use crate::prior::LogNormal;
use crate::transform::Kumaraswamy;

/// Range of a lengthscale, in units of the embedding.
const LENGTHSCALE: (f64, f64) = (1e-2, 1e3);
/// Range of the outputscale s² and of the additive variance a², in squared units of the targets.
const OUTPUTSCALE: (f64, f64) = (1e-2, 1e2);
const ADDITIVE: (f64, f64) = (1e-4, 1e2);
/// Range of the noise variance; the floor keeps a noise-free objective solvable.
const NOISE: (f64, f64) = (1e-6, 4.0);

/// Range of a and b of an input warp. Above 1 an end of the axis is pressed together, and a search
/// that can tell nothing apart there stays away; up to 1 an end is stretched and no place is lost.
const INPUT_WARP: (f64, f64) = (0.1, 1.0);

/// The function that is minimised. Its argument holds ln ℓ₀, …, ln s² unless that is fixed, ln a²
/// unless there is no such term, ln σ², and ln a, ln b of each input warp.
pub(super) struct Objective<'a> {
    form: &'a Form,
    data: &'a TrainingSet,
    /// Of all features but those that are warped.
    pairs: Pairs,
    parameters: Vec<(LogNormal, (f64, f64))>,
    pub(super) bounds: Bounds,
    /// ln p of input warps that change nothing: what others are measured by.
    identity: f64,
}

impl<'a> Objective<'a> {
    /// With warps of these features.
    pub(super) fn new(form: &'a Form, data: &'a TrainingSet, lines: &[(usize, f64)]) -> Self {
        let priors = &form.priors;
        let parameters: Vec<(LogNormal, (f64, f64))> =
            std::iter::repeat_n((priors.lengthscale, LENGTHSCALE), form.dims)
                .chain(priors.outputscale.map(|prior| (prior, OUTPUTSCALE)))
                .chain(priors.additive.map(|prior| (prior, ADDITIVE)))
                .chain([(priors.noise, NOISE)])
                .chain(std::iter::repeat_n((priors.input_warp, INPUT_WARP), 2 * lines.len()))
                .collect();
        let range = |(_, (low, high)): &(_, (f64, f64))| (libm::log(*low), libm::log(*high));
        let bounds = parameters.iter().map(range).collect();
        let mut points = data.points.clone();
        lines.iter().for_each(|(feature, _)| points.row_mut(*feature).fill(0.0));
        let pairs = Pairs::new(&points, &form.groups, form.dims);
        let identity = 2.0 * lines.len() as f64 * priors.input_warp.ln_density(1.0);
        Self { form, data, pairs, parameters, bounds, identity }
    }

    pub(super) fn walk(&self, start: &[f64], limits: Limits) -> Result<Minimum> {
        minimize(|x| self.loss(x), start, &self.bounds, limits)
    }

    pub(super) fn end(&self, minimum: &Minimum) -> Fit {
        Fit { hyperparameters: self.hyperparameters(&minimum.point), loss: minimum.value }
    }

    /// The modes of the priors.
    pub(super) fn mode(&self) -> Vec<f64> {
        self.start(LogNormal::mode)
    }

    /// One draw from the priors.
    pub(super) fn drawn(&self, seed: Seed) -> Vec<f64> {
        let mut rng = seed.rng();
        self.start(|prior| prior.at(normal::draw(&mut rng)))
    }

    fn start(&self, mut value: impl FnMut(&LogNormal) -> f64) -> Vec<f64> {
        let inside = self.parameters.iter();
        inside.map(|(prior, (low, high))| libm::log(value(prior).clamp(*low, *high))).collect()
    }

    pub(super) fn at(&self, from: &Hyperparameters) -> Vec<f64> {
        let outputscale = self.form.priors.outputscale.map(|_| from.outputscale);
        let additive = self.form.priors.additive.map(|_| from.additive);
        let values = from.lengthscales.iter().copied().chain(outputscale).chain(additive);
        let laws = from.input_warps.iter().flat_map(|law| [law.a, law.b]);
        values.chain([from.noise]).chain(laws).map(libm::log).collect()
    }

    fn hyperparameters(&self, x: &[f64]) -> Hyperparameters {
        let values: Vec<f64> = x.iter().map(|x| libm::exp(*x)).collect();
        let (lengthscales, rest) = values.split_at(self.form.dims);
        let mut rest = rest.iter();
        let outputscale =
            self.form.priors.outputscale.and_then(|_| rest.next()).map_or(1.0, |s| *s);
        let additive = self.form.priors.additive.and_then(|_| rest.next()).map_or(0.0, |a| *a);
        let noise = rest.next().map_or(NOISE.0, |n| *n);
        let laws = rest.as_slice().chunks_exact(2);
        let input_warps = laws.map(|law| Kumaraswamy { a: law[0], b: law[1] }).collect();
        let lengthscales = lengthscales.to_vec();
        Hyperparameters { lengthscales, outputscale, additive, noise, input_warps }
    }

    /// The loss a datum and its gradient.
    pub(super) fn loss(&self, x: &[f64]) -> Result<(f64, Vec<f64>)> {
        let Likelihood { mut value, mut gradient } = self.likelihood(&self.hyperparameters(x))?;
        for ((x, (prior, _)), slope) in x.iter().zip(&self.parameters).zip(&mut gradient) {
            let parameter = libm::exp(*x);
            value += prior.ln_density(parameter);
            *slope += prior.ln_density_slope(parameter);
        }
        let n = self.data.targets.len() as f64;
        gradient.iter_mut().for_each(|g| *g /= -n);
        Ok(((self.identity - value) / n, gradient))
    }

    /// ln p(y | X, θ), and its slopes by what is free.
    fn likelihood(&self, at: &Hyperparameters) -> Result<Likelihood> {
        let (targets, known) = (&self.data.targets, &self.data.known_noise);
        let warped = self.warped(at);
        let mut pairs = Cow::Borrowed(&self.pairs);
        for row in &warped {
            pairs.to_mut().add(row.group, &row.values);
        }
        let (mut likelihood, pull) = pairs.likelihood_and_pull(at, targets, known)?;
        let gradient = &mut likelihood.gradient;
        if self.form.priors.additive.is_none() {
            gradient.remove(self.form.dims + 1);
        }
        if self.form.priors.outputscale.is_none() {
            gradient.remove(self.form.dims);
        }
        for row in &warped {
            let by_value = pull.on(row.group, at.lengthscales[row.group], &row.values);
            gradient.extend([&row.by_ln_a, &row.by_ln_b].map(|slopes| dot(&by_value, slopes)));
        }
        Ok(likelihood)
    }

    fn warped(&self, at: &Hyperparameters) -> Vec<Warped> {
        let row = |warp: InputWarp| {
            let feature = self.data.points.row(warp.feature);
            let all: Vec<_> = feature.iter().map(|x| warp.with_slopes(*x)).collect();
            Warped {
                group: self.form.groups[warp.feature],
                values: all.iter().map(|w| w.value).collect(),
                by_ln_a: all.iter().map(|w| w.by_ln_a).collect(),
                by_ln_b: all.iter().map(|w| w.by_ln_b).collect(),
            }
        };
        self.form.input_warps(at).map(row).collect()
    }
}

/// A warped feature of group `group` at all points, with its slopes.
struct Warped {
    group: usize,
    values: Vec<f64>,
    by_ln_a: Vec<f64>,
    by_ln_b: Vec<f64>,
}
