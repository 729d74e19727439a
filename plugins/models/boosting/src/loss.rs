//! What is minimized: losses, their gradients and hessians.

use crate::math::{exp, ln};

/// Rows whose losses are added up by themselves, so that sums do not depend on which thread has
/// which rows.
pub(crate) const CHUNK: usize = 1024;

/// A loss of the raw prediction `f` and the target `y`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Loss {
    /// `(y - f)² / 2`.
    SquaredError,
    /// `|y - f|`.
    AbsoluteError,
    /// `(y - f) (q - [y < f])`, which the `q` quantile minimizes; `q` within 0 and 1.
    Quantile(f64),
    /// `e^f - y f`, half the Poisson deviance but for a constant, of `y >= 0`.
    Poisson,
    /// `f + y e^-f`, half the gamma deviance but for a constant, of `y > 0`.
    Gamma,
    /// `ln(1 + e^f) - y f`, the log loss of two classes, 0 and 1.
    Binomial,
    /// `ln Σ e^f_k - f_y`, the log loss of so many classes, each with an `f` of its own.
    Multinomial(usize),
}

/// Rows with their targets and what has been predicted so far.
#[derive(Debug)]
pub(crate) struct Scored<'a> {
    pub(crate) y: &'a [f64],
    pub(crate) weights: Option<&'a [f64]>,
    /// Raw predictions, one output after the other.
    pub(crate) raw: Vec<f64>,
    /// Like `raw`; weighted.
    pub(crate) gradients: Vec<f64>,
    pub(crate) hessians: Vec<f64>,
}

impl<'a> Scored<'a> {
    pub(crate) fn new(y: &'a [f64], weights: Option<&'a [f64]>, base: &[f64]) -> Self {
        let raw: Vec<f64> =
            base.iter().flat_map(|base| std::iter::repeat_n(*base, y.len())).collect();
        let (gradients, hessians) = (vec![0.0; raw.len()], vec![0.0; raw.len()]);
        Self { y, weights, raw, gradients, hessians }
    }

    /// Computes gradients and hessians. For each chunk of rows the weighted sum of their losses.
    pub(crate) fn evaluate(&mut self, loss: Loss) -> Vec<f64> {
        let mut losses = [0.0; CHUNK];
        let n = self.y.len();
        (0..n.div_ceil(CHUNK))
            .map(|chunk| {
                let rows = chunk * CHUNK..n.min((chunk + 1) * CHUNK);
                let losses = &mut losses[..rows.len()];
                self.chunk(loss, rows.clone(), losses);
                if let Some(weights) = self.weights {
                    self.weigh(&weights[rows.clone()], rows.start, losses);
                }
                losses.iter().sum()
            })
            .collect()
    }

    fn weigh(&mut self, weights: &[f64], start: usize, losses: &mut [f64]) {
        times(losses, weights);
        for output in (start..self.raw.len()).step_by(self.y.len()) {
            times(&mut self.gradients[output..][..weights.len()], weights);
            times(&mut self.hessians[output..][..weights.len()], weights);
        }
    }

    fn chunk(&mut self, loss: Loss, rows: std::ops::Range<usize>, losses: &mut [f64]) {
        if let Loss::Multinomial(n_classes) = loss {
            return self.multinomial(n_classes, rows, losses);
        }
        let (y, raw) = (&self.y[rows.clone()], &self.raw[rows.clone()]);
        let gradients = &mut self.gradients[rows.clone()];
        let hessians = &mut self.hessians[rows];
        let rows = Rows { y, raw, losses, gradients, hessians };
        match loss {
            Loss::SquaredError => rows.fill(|y, f| ((f - y) * (f - y) * 0.5, f - y, 1.0)),
            Loss::AbsoluteError => rows.fill(|y, f| ((y - f).abs(), (f - y).signum(), 1.0)),
            Loss::Quantile(q) => rows.fill(|y, f| {
                let slope = if y < f { 1.0 - q } else { -q };
                ((f - y) * slope, slope, 1.0)
            }),
            Loss::Poisson => rows.fill(|y, f| {
                let mean = exp(f);
                (mean - y * f, mean - y, mean)
            }),
            Loss::Gamma => rows.fill(|y, f| {
                let part = y * exp(-f);
                (f + part, 1.0 - part, part)
            }),
            Loss::Binomial | Loss::Multinomial(_) => rows.fill(binomial),
        }
    }

    fn multinomial(&mut self, n_classes: usize, rows: std::ops::Range<usize>, losses: &mut [f64]) {
        let n = self.y.len();
        let of = |k: usize| k * n + rows.start..k * n + rows.end;
        let (mut largest, mut sums) = ([f64::NEG_INFINITY; CHUNK], [0.0; CHUNK]);
        let (largest, sums) = (&mut largest[..rows.len()], &mut sums[..rows.len()]);
        for k in 0..n_classes {
            let raw = &self.raw[of(k)];
            largest
                .iter_mut()
                .zip(raw)
                .for_each(|(most, f)| *most = if *f > *most { *f } else { *most });
        }
        for k in 0..n_classes {
            let (raw, shares) = (&self.raw[of(k)], &mut self.gradients[of(k)]);
            for (((share, f), most), sum) in
                shares.iter_mut().zip(raw).zip(&*largest).zip(&mut *sums)
            {
                *share = exp(f - most);
                *sum += *share;
            }
        }
        for ((loss, most), sum) in losses.iter_mut().zip(&*largest).zip(&*sums) {
            *loss = most + ln(*sum);
        }
        let y = &self.y[rows.clone()];
        for k in 0..n_classes {
            let (raw, class) = (&self.raw[of(k)], k as f64);
            let gradients = &mut self.gradients[of(k)];
            let hessians = &mut self.hessians[of(k)];
            for i in 0..y.len() {
                let share = gradients[i] / sums[i];
                let is_it = if y[i] == class { 1.0 } else { 0.0 };
                hessians[i] = share * (1.0 - share);
                gradients[i] = share - is_it;
                losses[i] -= is_it * raw[i];
            }
        }
    }
}

/// Loss, gradient and hessian of one row, without overflow.
#[inline(always)]
fn binomial(y: f64, f: f64) -> (f64, f64, f64) {
    let e = exp(-f.abs());
    let (likely, sum) = (if f > 0.0 { f } else { 0.0 }, 1.0 + e);
    let share = if f > 0.0 { 1.0 } else { e } / sum;
    (likely + ln(sum) - y * f, share - y, e / (sum * sum))
}

/// A chunk of rows with one output.
struct Rows<'a> {
    y: &'a [f64],
    raw: &'a [f64],
    losses: &'a mut [f64],
    gradients: &'a mut [f64],
    hessians: &'a mut [f64],
}

impl Rows<'_> {
    #[inline(always)]
    fn fill(self, of: impl Fn(f64, f64) -> (f64, f64, f64)) {
        let n = self.y.len();
        let (raw, losses) = (&self.raw[..n], &mut self.losses[..n]);
        let (gradients, hessians) = (&mut self.gradients[..n], &mut self.hessians[..n]);
        for i in 0..n {
            (losses[i], gradients[i], hessians[i]) = of(self.y[i], raw[i]);
        }
    }
}

fn times(values: &mut [f64], weights: &[f64]) {
    values.iter_mut().zip(weights).for_each(|(value, weight)| *value *= weight);
}

impl Loss {
    /// How many raw predictions a row has.
    pub(crate) fn n_outputs(self) -> usize {
        if let Self::Multinomial(n_classes) = self { n_classes } else { 1 }
    }

    /// The quantile that a leaf should predict, where that is not what a Newton step leads to.
    pub(crate) fn quantile(self) -> Option<f64> {
        match self {
            Self::AbsoluteError => Some(0.5),
            Self::Quantile(q) => Some(q),
            _ => None,
        }
    }

    /// The best constant raw predictions.
    pub(crate) fn base(self, y: &[f64], weights: Option<&[f64]>) -> Vec<f64> {
        let mean = || mean(y, weights, |y| y);
        match self {
            Self::SquaredError => vec![mean()],
            Self::AbsoluteError => vec![quantile(pairs(y, weights), 0.5)],
            Self::Quantile(q) => vec![quantile(pairs(y, weights), q)],
            Self::Poisson | Self::Gamma => vec![ln(mean())],
            Self::Binomial => {
                let share = mean().clamp(f64::EPSILON, 1.0 - f64::EPSILON);
                vec![ln(share) - ln(1.0 - share)]
            }
            Self::Multinomial(n_classes) => {
                let share = |k: usize| self::mean(y, weights, |y| f64::from(y == k as f64));
                let logs: Vec<f64> =
                    (0..n_classes).map(|k| ln(share(k).max(f64::EPSILON))).collect();
                let center = logs.iter().sum::<f64>() / n_classes as f64;
                logs.iter().map(|log| log - center).collect()
            }
        }
    }
}

fn mean(y: &[f64], weights: Option<&[f64]>, of: impl Fn(f64) -> f64) -> f64 {
    match weights {
        None => y.iter().map(|y| of(*y)).sum::<f64>() / y.len() as f64,
        Some(weights) => {
            let sum: f64 = y.iter().zip(weights).map(|(y, weight)| of(*y) * weight).sum();
            sum / weights.iter().sum::<f64>()
        }
    }
}

/// Values with their weights.
fn pairs(values: &[f64], weights: Option<&[f64]>) -> Vec<(f64, f64)> {
    let weight = |i: usize| weights.map_or(1.0, |weights| weights[i]);
    values.iter().enumerate().map(|(i, value)| (*value, weight(i))).collect()
}

/// The `q` quantile by weight of values in any order: the inverse of the distribution function,
/// averaged where it jumps.
pub(crate) fn quantile(mut sorted: Vec<(f64, f64)>, q: f64) -> f64 {
    sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let place = q * sorted.iter().map(|(_, weight)| weight).sum::<f64>();
    let mut sum = 0.0;
    for (i, (value, weight)) in sorted.iter().enumerate() {
        sum += weight;
        let next = sorted.get(i + 1).map_or(*value, |(next, _)| *next);
        if sum > place || i + 1 == sorted.len() {
            return *value;
        }
        if sum == place {
            return 0.5 * (value + next);
        }
    }
    0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Loss, gradients and hessians of one row.
    fn at(loss: Loss, y: f64, raw: &[f64]) -> (f64, Vec<f64>, Vec<f64>) {
        let y = [y];
        let mut scored = Scored::new(&y, None, raw);
        let losses = scored.evaluate(loss);
        (losses[0], scored.gradients, scored.hessians)
    }

    #[test]
    fn gradients_and_hessians_are_the_losses_slopes() {
        let rows: [(Loss, f64, &[f64]); 8] = [
            (Loss::SquaredError, 1.5, &[0.25]),
            (Loss::Quantile(0.8), 1.5, &[0.25]),
            (Loss::Quantile(0.8), -1.5, &[0.25]),
            (Loss::Poisson, 2.0, &[0.3]),
            (Loss::Gamma, 2.0, &[0.3]),
            (Loss::Binomial, 1.0, &[-0.7]),
            (Loss::Binomial, 0.0, &[1.2]),
            (Loss::Multinomial(3), 1.0, &[0.1, -0.4, 0.7]),
        ];
        let step = 1e-5;
        for (loss, y, raw) in rows {
            let (_, gradients, hessians) = at(loss, y, raw);
            for k in 0..raw.len() {
                let moved = |by: f64| {
                    let mut raw = raw.to_vec();
                    raw[k] += by;
                    at(loss, y, &raw)
                };
                let (above, below) = (moved(step), moved(-step));
                let slope = (above.0 - below.0) / (2.0 * step);
                assert!((slope - gradients[k]).abs() < 1e-9, "{loss:?}: {slope} {gradients:?}");
                let bend = (above.1[k] - below.1[k]) / (2.0 * step);
                // Those of the quantile are 1, so that steps are ones of gradient descent.
                let is_bend = loss.quantile().is_some() || (bend - hessians[k]).abs() < 1e-9;
                assert!(is_bend, "{loss:?}: {bend} {hessians:?}");
            }
        }
    }

    #[test]
    fn far_raw_predictions_do_not_overflow() {
        let (loss, gradient, hessian) = at(Loss::Binomial, 1.0, &[-1000.0]);
        assert_eq!((loss, gradient[0]), (1000.0, -1.0));
        assert!(hessian[0] >= 0.0);
        let (loss, gradients, _) = at(Loss::Multinomial(2), 0.0, &[-1e6, 1e6]);
        assert_eq!((loss, gradients), (2e6, vec![-1.0, 1.0]));
    }

    #[test]
    fn bases_are_the_best_constants() {
        let y = [0.0, 1.0, 2.0, 5.0];
        assert_eq!(Loss::SquaredError.base(&y, None), [2.0]);
        assert_eq!(Loss::SquaredError.base(&y, Some(&[1.0, 2.0, 0.0, 1.0])), [1.75]);
        assert_eq!(Loss::AbsoluteError.base(&y, None), [1.5]);
        assert_eq!(Loss::Quantile(0.75).base(&y, None), [3.5]);
        assert_eq!(Loss::Quantile(0.8).base(&y, None), [5.0]);
        assert_eq!(Loss::Poisson.base(&y, None), [ln(2.0)]);
        let shares = Loss::Multinomial(2).base(&[0.0, 1.0, 1.0, 1.0], None);
        assert!((shares[1] - shares[0] - 3.0_f64.ln()).abs() < 1e-15);
        let share = Loss::Binomial.base(&[0.0, 1.0, 1.0, 1.0], None);
        assert!((share[0] - 3.0_f64.ln()).abs() < 1e-15);
    }
}
